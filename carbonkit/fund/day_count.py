"""Day counts: how many years lie between two dates, by a named convention."""

from __future__ import annotations

import calendar
import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DayCount"]


class DayCount(enum.Enum):
    """
    The named ways to count a part of a year; no function of carbonkit picks one by itself.

    Example:
        >>> import datetime
        >>> start, end = datetime.date(2023, 7, 1), datetime.date(2024, 7, 1)
        >>> [str(count.years(start, end)) for count in DayCount]
        ['366/365', '61/60', '488/487', '1', '1', '66887/66795']
    """

    ACT_365_FIXED = "ACT/365F"
    """Days divided by 365, in leap years too."""
    ACT_360 = "ACT/360"
    """Days divided by 360."""
    ACT_365_25 = "ACT/365.25"
    """Days divided by 365.25."""
    THIRTY_E_360 = "30E/360"
    """Months of 30 days; the 31st counts as the 30th."""
    THIRTY_US_360 = "30/360 US"
    """Months of 30 days; a 31st counts as the 30th if the first date is, or is the last of February."""
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
        return Fraction(self.units(start, [end])[0], self.units_in_a_year)

    @property
    def units_in_a_year(self) -> int:
        """How many of the convention's smallest units make a year; all its parts of years are whole units."""
        return _UNITS[self.value]

    def units(self, start: datetime.date, days: Iterable[datetime.date]) -> list[int]:
        """
        Count the units from one date to many others; what is quick where there are many.

        Args:
            start: The first date.
            days: The others; none before the first.

        Returns:
            The whole units to each, in their order; `units_in_a_year` of them are a year.

        Example:
            >>> import datetime
            >>> days = [datetime.date(2021, 7, 15), datetime.date(2021, 8, 31)]
            >>> DayCount.THIRTY_E_360.units(days[0], days), DayCount.THIRTY_E_360.units_in_a_year
            ([0, 45], 360)
        """
        if self is DayCount.THIRTY_E_360:
            first = _thirties(start, min(start.day, _LAST))
            return [_thirties(day, min(day.day, _LAST)) - first for day in days]
        if self is DayCount.THIRTY_US_360:
            return [_us_thirties(start, day) for day in days]
        if self is DayCount.ACT_ACT_ISDA:
            first = _in_years(start)
            return [_in_years(day) - first for day in days]
        first, size = start.toordinal(), _DAYS[self.value]
        counted = [day - first for day in map(datetime.date.toordinal, days)]
        return counted if size == 1 else [size * day for day in counted]

    @property
    def source(self) -> Source:
        """The document that defines the convention."""
        return _SOURCES.get(self.value, _ISDA)


def _thirties(day: datetime.date, of_month: int) -> int:
    return 360 * day.year + 30 * day.month + of_month


def _ends_february(day: datetime.date) -> bool:
    return day.month == _FEBRUARY and (day + datetime.timedelta(days=1)).month != _FEBRUARY


def _us_thirties(start: datetime.date, end: datetime.date) -> int:
    first, last = start.day, end.day
    if _ends_february(start):
        first = _LAST
        if _ends_february(end):
            last = _LAST
    if first >= _LAST:
        first, last = _LAST, min(last, _LAST)
    return _thirties(end, last) - _thirties(start, first)


def _in_years(day: datetime.date) -> int:
    length = 366 if calendar.isleap(day.year) else 365
    return _UNITS["ACT/ACT ISDA"] * day.year + (day - day.replace(month=1, day=1)).days * (
        365 * 366 // length
    )


_FEBRUARY: Final = 2
_LAST: Final = 30  # the last day of a month of 30 days
_UNITS: Final = {
    "ACT/365F": 365,
    "ACT/360": 360,
    "ACT/365.25": 1461,
    "30E/360": 360,
    "30/360 US": 360,
    "ACT/ACT ISDA": 365 * 366,
}
_DAYS: Final = {"ACT/365F": 1, "ACT/360": 1, "ACT/365.25": 4}  # units in a day

_ISDA: Final = Source(
    "International Swaps and Derivatives Association",
    "2006 ISDA Definitions",
    2006,
    table="section 4.16",
    status=Status.RECALLED,
    note="figures checked against those that MathWorks publishes for xirr",
)
_SOURCES: Final = {
    "30/360 US": Source(
        "Securities Industry Association",
        "Standard Securities Calculation Methods, volume I",
        1993,
        status=Status.RECALLED,
        note="with the rule for the end of February; checked against QuantLib's Thirty360.USA",
    ),
    "ACT/365.25": Source(
        "carbonkit",
        "common usage: a mean year of the Julian calendar",
        2026,
        status=Status.DERIVED,
        note="no standard defines it; some spreadsheets use it, though Excel's XIRR counts ACT/365F",
    ),
}
