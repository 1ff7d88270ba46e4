"""
China's MRV guidelines: which source of a figure ranks first, and that its rank may not fall.

A reporter takes the best source that it has. In later years it may take a better one, not a
worse; and what was measured once may not go back to a default.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError, Problem
from carbonkit.schemes._china_mrv_month import records
from carbonkit.schemes._china_mrv_source import POWER_2021, at
from carbonkit.values.field import is_a
from carbonkit.values.number import whole
from carbonkit.values.rule import Rule
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DataSource", "Figure", "Taken", "check_data_order", "data_order"]


class Figure(enum.Enum):
    """
    The figures whose sources are ranked.

    Example:
        >>> Figure("heat")
        <Figure.HEAT: 'heat'>
    """

    FUEL = "fuel"
    HEAT = "heat"
    POWER = "power"
    PROPERTY = "property"
    """The carbon or the heat value of a fuel: measured or a default."""


class DataSource(enum.Enum):
    """
    Where a figure was taken from.

    Example:
        >>> DataSource("meter")
        <DataSource.METER: 'meter'>
    """

    PRODUCTION_RECORDS = "production records"
    STOCK_LEDGER = "stock ledger"
    SUPPLIER_BILLS = "supplier bills"
    METER = "meter"
    BILL = "bill"
    MEASURED = "measured"
    DEFAULT = "default"


_ORDERS: Final = {
    Figure.FUEL: (DataSource.PRODUCTION_RECORDS, DataSource.STOCK_LEDGER, DataSource.SUPPLIER_BILLS),
    Figure.HEAT: (DataSource.METER, DataSource.BILL),
    Figure.POWER: (DataSource.METER, DataSource.BILL),
    Figure.PROPERTY: (DataSource.MEASURED, DataSource.DEFAULT),
}
_PLACE: Final = at(POWER_2021, "6.2.1, 9, 11")


def data_order(figure: Figure) -> Rule[tuple[DataSource, ...]]:
    """
    Return the order of a figure's sources, the best first.

    Args:
        figure: The figure.

    Returns:
        The order, with its source.

    Raises:
        NotFoundError: If `figure` is something else.

    Example:
        >>> [source.value for source in data_order(Figure.FUEL).value]
        ['production records', 'stock ledger', 'supplier bills']
    """
    order = next((order for known, order in _ORDERS.items() if known is figure), None)
    if order is None:
        raise NotFoundError("be a Figure", was=figure, field="figure")
    says = " before ".join(source.value for source in order) + "; the rank may not fall in later years"
    return Rule(
        what=f"sources of {figure.value}",
        value=order,
        says=says,
        valid=Period("2020-01-01", None),
        source=_PLACE,
    )


def _year(value: int) -> int:
    return whole(value, field="year")


@attrs.frozen
class Taken:
    """
    Where a figure of a data year was taken from.

    Args:
        year: The data year.
        what: The figure: a fuel, a meter, a property of a fuel.
        figure: Its kind.
        source: Where it was taken from.

    Raises:
        InvalidValueError: If figures of the kind are not taken from there.

    Example:
        >>> Taken(2024, "steam", Figure.HEAT, DataSource.STOCK_LEDGER)
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: source: must be one of meter, bill, was stock ledger
    """

    year: int = attrs.field(converter=_year)
    what: str = attrs.field(validator=is_a(str))
    figure: Figure = attrs.field(validator=is_a(Figure))
    source: DataSource = attrs.field(validator=is_a(DataSource))

    def __attrs_post_init__(self) -> None:
        """Check that the source is one of its kind."""
        order = _ORDERS[self.figure]
        if self.source not in order:
            allowed = ", ".join(source.value for source in order)
            raise InvalidValueError(f"be one of {allowed}", was=self.source.value, field="source")

    @property
    def rank(self) -> int:
        """How good the source is; 0 is the best."""
        return _ORDERS[self.figure].index(self.source)


def check_data_order(history: Iterable[Taken]) -> None:
    """
    Check that no figure's source fell behind the best that an earlier year had.

    Args:
        history: Every figure of every year, in any order.

    Raises:
        BatchError: If a rank fell, or a figure is there twice in a year; all problems at once.
        WrongTypeError: If the history holds something else.

    Example:
        >>> check_data_order([Taken(2023, "carbon of coal", Figure.PROPERTY, DataSource.MEASURED),
        ...                   Taken(2024, "carbon of coal", Figure.PROPERTY, DataSource.DEFAULT)])
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          2024, carbon of coal: must rank no lower than measured of 2023, was default
    """
    best: dict[tuple[Figure, str], Taken] = {}
    seen: set[tuple[int, Figure, str]] = set()
    problems = []
    for taken in sorted(records(history, Taken, field="history"), key=lambda each: (each.year, each.what)):
        field = f"{taken.year}, {taken.what}"
        key = (taken.figure, taken.what)
        if (taken.year, *key) in seen:
            problems.append(Problem(code="order", must="have one source in a year", field=field))
            continue
        seen.add((taken.year, *key))
        before = best.get(key)
        if before is not None and taken.rank > before.rank:
            must = f"rank no lower than {before.source.value} of {before.year}"
            problems.append(Problem(code="order", must=must, was=taken.source.value, field=field))
        if before is None or taken.rank < before.rank:
            best[key] = taken
    if problems:
        raise BatchError(problems)
