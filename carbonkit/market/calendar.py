"""Trading calendars: on which days a venue opens."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["TradingCalendar"]

_DAY = datetime.timedelta(days=1)
_WEEK = 7


def _dates(values: Iterable[str | datetime.date]) -> frozenset[datetime.date]:
    return frozenset(as_date(value, field="holiday") for value in values)


def _weekdays(values: Iterable[int]) -> tuple[int, ...]:
    days = tuple(sorted(values))
    exist = all(type(day) is int and 1 <= day <= _WEEK for day in days)
    if not days or not exist or len(set(days)) != len(days):
        raise InvalidValueError("be ISO weekdays, 1 for Monday to 7 for Sunday", was=days, field="weekdays")
    return days


@attrs.frozen
class TradingCalendar:
    """
    The weekdays on which a venue opens, and the days on which it does not.

    A day outside the years that are known is an error: no calendar guesses a holiday.

    Args:
        weekdays: ISO weekdays, 1 for Monday.
        holidays: Days on which the venue stays closed.
        known: The days for which the holidays are known.
        extra: Days on which it opens all the same.

    Raises:
        InvalidValueError: If a weekday does not exist.

    Example:
        >>> known = Period("2021-01-01", "2022-01-01")
        >>> calendar = TradingCalendar([1, 2, 3, 4, 5], ["2021-10-01"], known)
        >>> calendar.is_open(datetime.date(2021, 10, 1)), calendar.is_open(datetime.date(2021, 10, 8))
        (False, True)
    """

    weekdays: tuple[int, ...] = attrs.field(converter=_weekdays)
    holidays: frozenset[datetime.date] = attrs.field(converter=_dates)
    known: Period
    extra: frozenset[datetime.date] = attrs.field(factory=frozenset, converter=_dates)

    def is_open(self, day: str | datetime.date) -> bool:
        """
        Say whether the venue opens on a day.

        Args:
            day: The day, by the venue's own calendar.

        Returns:
            True if it does.

        Raises:
            NotFoundError: If the holidays of that year are not known.
        """
        day = as_date(day, field="day")
        if day not in self.known:
            raise NotFoundError(
                f"be within {self.known}, for which the holidays are known",
                was=day,
                field="day",
                hint="add the year's holidays with TradingCalendar.with_days",
            )
        return day in self.extra or (day.isoweekday() in self.weekdays and day not in self.holidays)

    def with_days(
        self,
        known: Period,
        holidays: Iterable[str | datetime.date],
        extra: Iterable[str | datetime.date] = (),
    ) -> TradingCalendar:
        """
        Add days, such as a new year's, once its holidays are announced.

        Args:
            known: The days that are added; they follow those that are known.
            holidays: The days of them on which the venue stays closed.
            extra: The days on which it opens though its weekday says otherwise.

        Returns:
            The longer calendar.

        Raises:
            InvalidValueError: If the days do not follow, or a holiday lies outside them.

        Example:
            >>> calendar = TradingCalendar([1, 2, 3, 4, 5], [], Period("2026-01-01", "2027-01-01"))
            >>> longer = calendar.with_days(Period("2027-01-01", "2028-01-01"), ["2027-01-01"])
            >>> longer.is_open("2027-01-04")
            True
        """
        if self.known.end is None or known.start != self.known.end:
            raise InvalidValueError(
                f"begin on {self.known.end}, where the calendar ends", was=str(known), field="known"
            )
        new, opened = _dates(holidays), _dates(extra)
        outside = sorted(day for day in new | opened if day not in known)
        if outside:
            raise InvalidValueError(f"be within {known}", was=outside[0], field="holiday")
        return TradingCalendar(
            self.weekdays, self.holidays | new, Period(self.known.start, known.end), self.extra | opened
        )

    def days(self, period: Period) -> Iterator[datetime.date]:
        """
        Walk over the trading days of a period.

        Args:
            period: The period; it has an end.

        Yields:
            Each day on which the venue opens.

        Raises:
            InvalidValueError: If the period has no end.
            NotFoundError: If it reaches beyond what is known.

        Example:
            >>> known = Period("2021-01-01", "2022-01-01")
            >>> calendar = TradingCalendar([1, 2, 3, 4, 5], ["2021-10-01"], known)
            >>> [str(day) for day in calendar.days(Period("2021-09-30", "2021-10-05"))]
            ['2021-09-30', '2021-10-04']
        """
        if period.end is None:
            raise InvalidValueError("have an end", was=str(period), field="period")
        day = period.start
        while day < period.end:
            if self.is_open(day):
                yield day
            day += _DAY

    def after(self, day: str | datetime.date, count: int = 1) -> datetime.date:
        """
        Find a trading day after a day.

        Args:
            day: The day; it need not be a trading day.
            count: Which trading day after it, 1 for the next; negative for before it.

        Returns:
            The trading day.

        Raises:
            InvalidValueError: If `count` is 0 or no int.
            NotFoundError: If the holidays on the way are not known.

        Example:
            >>> known = Period("2021-01-01", "2022-01-01")
            >>> calendar = TradingCalendar([1, 2, 3, 4, 5], ["2021-10-01"], known)
            >>> str(calendar.after("2021-09-30")), str(calendar.after("2021-10-04", -1))
            ('2021-10-04', '2021-09-30')
        """
        found = as_date(day, field="day")
        if type(count) is not int or count == 0:
            raise InvalidValueError("be a whole number other than 0", was=count, field="count")
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            found += step
            left -= self.is_open(found)
        return found

    def __str__(self) -> str:
        """Write the weekdays, how many holidays there are, and for when they are known."""
        names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        open_on = ", ".join(names[day - 1] for day in self.weekdays)
        closed = ", ".join(str(day) for day in sorted(self.holidays)) or "none"
        extra = ", ".join(str(day) for day in sorted(self.extra))
        return f"{open_on}; closed on {closed}; known for {self.known}" + (
            f"; open on {extra}" if extra else ""
        )
