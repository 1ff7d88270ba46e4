"""Lines: every matched row with its factor, and what it emitted of each gas, as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting.frame._engine import KEYS, Engine, Lazy, Table, narwhals, pyarrow
from carbonkit.accounting.frame._rows import Rows, whole
from carbonkit.accounting.frame.factor_table import DIGITS, Label, in_kilograms, places_of, scaled
from carbonkit.errors import InvalidValueError
from carbonkit.values.number import multiply

if TYPE_CHECKING:
    from decimal import Decimal

    from carbonkit.accounting.frame._plan import Matching

__all__ = ["LineColumn", "Lined", "lined", "whole_numbers"]

_ADDED = ("method", "factor", "edition", "fallback")


@attrs.frozen
class LineColumn:
    """
    What one column of whole numbers in `lines` counts.

    Args:
        name: The column's name.
        label: The gas with its origin, or CO2e with its basis.
        unit: kg or kgCO2e.
        places: How many of the last digits stand behind the point.

    Example:
        >>> print(LineColumn("CO2", Label("CO2", None, ""), "kg", 9))
        CO2: kg with 9 decimal places
    """

    name: str
    label: Label
    unit: str
    places: int

    def __str__(self) -> str:
        """Say how a number in it is to be read."""
        return f"{self.name}: {self.unit} with {self.places} decimal places"


@attrs.frozen(eq=False)
class Lined:
    """The coefficients of each factor and unit as a table, and what its columns count."""

    columns: tuple[LineColumn, ...]
    _table: Table

    def frame(self, engine: Engine, rows: Rows, matched: Lazy, names: list[str]) -> Lazy:
        """Join the matched rows with their coefficients, and multiply."""
        nw = narwhals()
        added = [*_ADDED, *(column.name for column in self.columns)]
        taken = [name for name in added if name in names]
        if taken:
            must = "hold no column of the names that lines have"
            raise InvalidValueError(must, was=", ".join(taken), field="frame", hint="rename it")
        keys = ["cell", "v1", "v2"]
        quantity = whole(nw.col("ck_quantity"), rows.carried)
        joined = matched.join(
            engine.take(self._table), left_on=keys, right_on=[f"l_{key}" for key in keys], how="inner"
        )
        return joined.select(
            *names,
            *(nw.col(f"l_{name}").alias(name) for name in _ADDED),
            *(
                (quantity * nw.col(f"l_c{position}")).alias(column.name)
                for position, column in enumerate(self.columns)
            ),
        )


def lined(engine: Engine, matching: Matching, rows: Rows) -> Lined:
    """Lay the coefficients out: kg of each gas for one unit of the row, as whole numbers."""
    pa = pyarrow()
    distinct = engine.small(f"SELECT DISTINCT cell, v1, v2 FROM {KEYS} ORDER BY ALL", matching.entries)  # noqa: S608  our own
    made: dict[str, list[Any]] = {f"l_{name}": [] for name in ("cell", "v1", "v2", *_ADDED)}
    coefficients: list[dict[Label, Decimal]] = []
    named: list[str] = []
    for row in distinct.to_pylist():
        cell = matching.cells[row["cell"]]
        for slot, ratio in enumerate(cell.ratios):
            chosen = matching.chosen(row[f"v{slot + 1}"])
            method = chosen.factor.method
            facts = (*row.values(), str(method.value) if method else None, chosen.factor.id)
            step = str(chosen.step) if chosen.step is not None else None
            for column, fact in zip(made.values(), (*facts, chosen.factor.edition, step), strict=True):
                column.append(fact)
            rates = in_kilograms(chosen.factor)
            coefficients.append({label: multiply(rate, ratio) for label, rate in rates.items()})
            named.append(f"{chosen.factor.id} ({chosen.factor.edition})")
    kinds = [pa.int32()] * 3 + [pa.string()] * len(_ADDED)
    table = pa.table(
        [pa.array(column, kind) for column, kind in zip(made.values(), kinds, strict=True)], [*made]
    )
    columns = []
    labels = dict.fromkeys(label for each in coefficients for label in each)
    for position, label in enumerate(labels):
        numbers = [each.get(label) for each in coefficients]
        places, whole = whole_numbers(numbers, named, label)
        column = pa.array(whole, pa.int64()).cast(pa.decimal128(19, 0)).cast(pa.decimal128(DIGITS, 0))
        table = table.append_column(f"l_c{position}", column)
        columns.append(LineColumn(str(label), label, label.unit, places + rows.scale))
    return Lined(tuple(columns), table)


def whole_numbers(
    numbers: list[Decimal | None], named: list[str], label: Label
) -> tuple[int, list[int | None]]:
    """Give numbers as whole numbers of their smallest places, and how many places those are."""
    places = [None if number is None else places_of(number) for number in numbers]
    scale = max(filter(None, places), default=0)
    whole = [None if number is None else scaled(number, scale) for number in numbers]
    for position, number in enumerate(whole):
        if number is not None and number >= 10**DIGITS:
            longest = max(range(len(places)), key=lambda at: places[at] or 0)
            raise InvalidValueError(
                f"have at most {DIGITS} digits at the {scale} decimal places of {named[longest]}",
                was=f"{label} of {named[position]}",
                field="lines",
                hint="account the rows of one of the two by themselves; totals are not concerned",
            )
    return scale, whole
