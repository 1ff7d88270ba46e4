"""
Index levels: what a benchmark stood at, by date, with its source.

A level that is not there is an error, unless the caller says that the last one before
stands in for it, as on a day without trading.
"""

from __future__ import annotations

import datetime
import enum
from bisect import bisect_right
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CarbonkitError, FundError, InvalidValueError
from carbonkit.fund._check import is_said, pairs
from carbonkit.fund._flows import raise_all
from carbonkit.fund.figure import fraction
from carbonkit.fund.refusal import Refusal
from carbonkit.values.field import is_a
from carbonkit.values.source import Source
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.figure import Number

__all__ = ["IndexLevels", "MissingLevel"]


class MissingLevel(enum.Enum):
    """
    What is done about a day without a level.

    Example:
        >>> MissingLevel("refuse").name
        'REFUSE'
    """

    REFUSE = "refuse"
    """It is an error."""
    LAST_BEFORE = "last before"
    """The last level before the day stands in for it; a day before the first level is an error."""


def _levels(
    value: Iterable[tuple[str | datetime.date, Number]],
) -> tuple[tuple[datetime.date, Fraction], ...]:
    taken: dict[datetime.date, Fraction] = {}
    errors: list[CarbonkitError] = []
    for index, (on, number) in enumerate(pairs(value, field="levels"), start=1):
        field = f"level {index}"
        try:
            day, level = as_date(on, field=f"{field}, on"), fraction(number, field=field)
            if level <= 0:
                raise InvalidValueError("be above zero", was=str(number), field=field)
            if day in taken:
                raise InvalidValueError("be of a day once", was=str(day), field=field)
        except CarbonkitError as error:
            errors.append(error)
        else:
            taken[day] = level
    raise_all(errors)
    if not taken:
        raise InvalidValueError("hold one level or more", was="none", field="levels")
    return tuple(sorted(taken.items()))


def _check_name(_: object, __: object, value: str) -> None:
    if not is_said(value):
        raise InvalidValueError("name the index", was=repr(value), field="name")


@attrs.frozen(kw_only=True)
class IndexLevels:
    """
    The levels of an index with all income reinvested, in the currency of what is measured against it.

    Args:
        name: The index.
        levels: Pairs of a date and a level above zero, in any order, each date once.
        source: Where they were published.
        missing: What is done about a day without a level.

    Raises:
        InvalidValueError: If there is no level, one is not above zero, or a date is there twice.
        BatchError: If several levels are wrong; every one is named.

    Example:
        >>> index = IndexLevels(name="an index", levels=[("2021-07-16", 100), ("2022-07-16", "105.5")],
        ...                     source=Source("an exchange", "daily levels", 2022),
        ...                     missing=MissingLevel.LAST_BEFORE)
        >>> index.growth("2021-07-16", "2022-08-01")
        Fraction(211, 200)
    """

    name: str = attrs.field(validator=_check_name)
    levels: tuple[tuple[datetime.date, Fraction], ...] = attrs.field(converter=_levels, repr=False)
    source: Source = attrs.field(validator=is_a(Source))
    missing: MissingLevel = attrs.field(validator=is_a(MissingLevel))

    def at(self, day: str | datetime.date) -> Fraction:
        """
        Find the level of a day.

        Args:
            day: The day.

        Returns:
            The level.

        Raises:
            FundError: `no_index_level` if there is none, and none that stands in for it.

        Example:
            >>> index = IndexLevels(name="an index", levels=[("2021-07-16", 100)],
            ...                     source=Source("an exchange", "daily levels", 2022),
            ...                     missing=MissingLevel.REFUSE)
            >>> index.at("2021-07-17")
            Traceback (most recent call last):
            ...
            carbonkit.errors.FundError: index: must have a level of an index on 2021-07-17, was none
        """
        wanted = as_date(day, field="day")
        index = bisect_right(self.levels, wanted, key=lambda each: each[0])
        if index:
            on, level = self.levels[index - 1]
            if on == wanted or self.missing is MissingLevel.LAST_BEFORE:
                return level
        raise FundError(
            f"have a level of {self.name} on {wanted}"
            + (" or before" if self.missing is MissingLevel.LAST_BEFORE else ""),
            was="none",
            field="index",
            code=Refusal.NO_INDEX_LEVEL,
        )

    def growth(self, start: str | datetime.date, end: str | datetime.date) -> Fraction:
        """
        Say what one unit invested on a day has become on another.

        Args:
            start: The first day.
            end: The other.

        Returns:
            The level of the other day over that of the first.

        Raises:
            FundError: `no_index_level` if one of them has none.

        Example:
            >>> index = IndexLevels(name="an index", levels=[("2021-07-16", 80), ("2022-07-16", 100)],
            ...                     source=Source("an exchange", "daily levels", 2022),
            ...                     missing=MissingLevel.REFUSE)
            >>> index.growth("2021-07-16", "2022-07-16")
            Fraction(5, 4)
        """
        return self.at(end) / self.at(start)
