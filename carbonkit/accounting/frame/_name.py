"""
Names: the ids and facilities of a frame that the row-by-row path would refuse.

Told is what is quick to tell of every row: how an id begins; and of a facility, under which figures
are reported, also how it ends, how long it is, and NUL. More would cost more than the sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.accounting.frame._engine import Expr, narwhals
from carbonkit.accounting.frame.reason import Reason

if TYPE_CHECKING:
    from carbonkit.accounting.frame._rows import Rows

__all__ = ["NAME_LENGTH", "doubted", "named"]

NAME_LENGTH: Final = 200  # characters of a name


def doubted(rows: Rows) -> Expr:
    """Give 1 for a row whose id or facility is no name, and 0 for another."""
    nw = narwhals()
    holds = [holds for _, holds in _tests(rows)]
    found: Expr = nw.lit(0)
    if holds:
        found = nw.when(nw.any_horizontal(*holds, ignore_nulls=True)).then(nw.lit(1)).otherwise(nw.lit(0))
    return found


def named(rows: Rows) -> Rows:
    """Refuse the ids and facilities that are no names, once it is known that there are some."""
    for reason, holds in _tests(rows):
        rows = rows.refusing(reason, holds.fill_null(False))  # noqa: FBT003
    return attrs.evolve(rows, named=True).dated()


def _tests(rows: Rows) -> list[tuple[Reason, Expr]]:
    nw = narwhals()
    schema = rows.frame.collect_schema()
    tests = []
    if schema["ck_id"] == nw.String:
        tests.append((Reason.BAD_ID, _begins_badly(nw.col("ck_id"))))
    if schema["ck_facility"] == nw.String:
        facility: Any = nw.col("ck_facility")
        tests.append((Reason.BAD_FACILITY, _no_name(facility) | facility.str.contains("\0", literal=True)))
    return tests


def _begins_badly(column: Any) -> Expr:  # noqa: ANN401
    # all that comes before the first sign that leaves a mark is a space, or cannot be printed
    begins_badly: Expr = column < "!"
    return begins_badly


def _no_name(column: Any) -> Expr:  # noqa: ANN401
    too_long: Expr = column.str.ends_with(" ") | (column.str.len_chars() > NAME_LENGTH)
    return _begins_badly(column) | too_long
