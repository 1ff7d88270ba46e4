"""Day counts: how many years lie between two dates, by a named convention."""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import Final

from carbonkit.values.source import Source, Status

__all__ = ["DayCount"]


class DayCount(enum.Enum):
    """
    The named ways to count a part of a year; no function of carbonkit picks one by itself.

    Example:
        >>> import datetime
        >>> start, end = datetime.date(2023, 7, 1), datetime.date(2024, 7, 1)
        >>> [str(count.years(start, end)) for count in DayCount]
        ['366/365', '61/60', '1', '66887/66795']
    """

    ACT_365_FIXED = "ACT/365F"
    """Days divided by 365, in leap years too."""
    ACT_360 = "ACT/360"
    """Days divided by 360."""
    THIRTY_E_360 = "30E/360"
    """Months of 30 days; the 31st counts as the 30th."""
    ACT_ACT_ISDA = "ACT/ACT ISDA"
    """Days of leap years divided by 366, other days by 365."""

    def years(self, start: datetime.date, end: datetime.date) -> Fraction:
        """
        Count the years from one date to another.

        Args:
            start: The first date.
            end: The other; not before the first.

        Returns:
            The years, exactly.

        Example:
            >>> import datetime
            >>> DayCount.ACT_365_FIXED.years(datetime.date(2021, 7, 15), datetime.date(2021, 7, 16))
            Fraction(1, 365)
        """
        if self is DayCount.ACT_365_FIXED:
            return Fraction((end - start).days, 365)
        if self is DayCount.ACT_360:
            return Fraction((end - start).days, 360)
        if self is DayCount.THIRTY_E_360:
            return Fraction(_thirties(end) - _thirties(start), 360)
        return _in_its_year(end) - _in_its_year(start) + (end.year - start.year)

    @property
    def source(self) -> Source:
        """The document that defines the convention."""
        return _SOURCE


def _thirties(day: datetime.date) -> int:
    return 360 * day.year + 30 * day.month + min(day.day, 30)


def _in_its_year(day: datetime.date) -> Fraction:
    first = datetime.date(day.year, 1, 1)
    leap = datetime.date(day.year, 12, 31).timetuple().tm_yday
    return Fraction((day - first).days, leap)


_SOURCE: Final = Source(
    "International Swaps and Derivatives Association",
    "2006 ISDA Definitions",
    2006,
    table="section 4.16",
    status=Status.RECALLED,
    note="figures checked against those that MathWorks publishes for xirr",
)
