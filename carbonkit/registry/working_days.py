"""
Working days: which days count, and when a transaction that has to wait may be carried out.

A calendar knows the years that its holidays were listed for; a day outside them is
an error, never a working day by default. A user adds a year by making a longer one.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.field import is_a
from carbonkit.values.source import Source
from carbonkit.values.time import Period, as_date, at_local_time, local_date, local_time

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NoonClock", "WindowClock", "WorkingDays"]

_DAY: Final = datetime.timedelta(days=1)
_WEEKEND: Final = frozenset({5, 6})  # Saturday and Sunday, as `date.weekday` counts


def _dates(values: Iterable[str | datetime.date]) -> frozenset[datetime.date]:
    return frozenset(as_date(value, field="holiday") for value in values)


@attrs.frozen
class WorkingDays:
    """
    A calendar of working days: Monday to Friday, without holidays, and with days that are made up for.

    Args:
        name: Whose calendar it is.
        valid: The days for which the holidays are listed.
        holidays: The days that are no working days, besides Saturdays and Sundays.
        made_up: The Saturdays and Sundays that are working days, as in China around long holidays.
        source: Where they were read.

    Raises:
        InvalidValueError: If a day is not one of the days listed, or is both a holiday and made up for.

    Example:
        >>> days = WorkingDays("England and Wales", Period("2021-01-01", "2022-01-01"),
        ...                    ["2021-05-03"], [], Source("carbonkit", "example", 2026))
        >>> days.is_working("2021-05-03"), str(days.after("2021-04-30"))
        (False, '2021-05-04')
    """

    name: str
    valid: Period = attrs.field(validator=is_a(Period))
    holidays: frozenset[datetime.date] = attrs.field(converter=_dates)
    made_up: frozenset[datetime.date] = attrs.field(converter=_dates)
    source: Source = attrs.field(validator=is_a(Source))

    def __attrs_post_init__(self) -> None:
        """Check that the days are listed ones, and of one kind each."""
        for day in sorted(self.holidays | self.made_up):
            if day not in self.valid:
                raise InvalidValueError(f"lie in {self.valid}", was=day, field="holiday")
        for day in sorted(self.holidays & self.made_up):
            raise InvalidValueError("be a holiday or made up for, not both", was=day, field="holiday")

    def is_working(self, day: str | datetime.date) -> bool:
        """
        Say whether a day is a working day.

        Args:
            day: The day.

        Returns:
            True if it is.

        Raises:
            NotFoundError: If the calendar does not list that day's holidays.
        """
        date = as_date(day, field="day")
        if date not in self.valid:
            raise NotFoundError(
                f"be a day that the calendar of {self.name} lists, {self.valid}",
                was=date,
                field="day",
                hint="make a calendar that lists the holidays of that year too",
            )
        return date in self.made_up or (date.weekday() not in _WEEKEND and date not in self.holidays)

    def after(self, day: str | datetime.date, count: int = 1) -> datetime.date:
        """
        Find the working day that comes so many working days after a day.

        Args:
            day: The day; it need not be a working day itself.
            count: How many working days later; 0 gives the day itself if it is one, else the next.

        Returns:
            The working day.

        Raises:
            NotFoundError: If the way leads out of the days that are listed.
        """
        date = as_date(day, field="day")
        if count == 0 and not self.is_working(date):
            count = 1
        while count:
            date += _DAY
            count -= self.is_working(date)
        return date


@attrs.frozen
class WindowClock:
    """
    A delay that runs in working days, and ends within a daily window.

    An approval outside the window counts from the next opening. Whole days of the delay are
    added as working days, what remains as hours; where that ends outside the window, the next
    opening is due, and on a day that is not a working day the same time on the next one.

    Args:
        days: The working days.
        zone: The IANA time zone of the window.
        opens: When the window opens, such as "10:00".
        closes: When it closes; that moment still belongs to it.
        delay: How long a transaction waits.

    Example:
        >>> days = WorkingDays("England and Wales", Period("2021-01-01", "2022-01-01"),
        ...                    ["2021-05-03"], [], Source("carbonkit", "example", 2026))
        >>> clock = WindowClock(days, "Europe/London", "10:00", "16:00", datetime.timedelta(hours=24))
        >>> str(clock.due(datetime.datetime(2021, 4, 30, 15, 30, tzinfo=datetime.UTC)))
        '2021-05-05 09:00:00+00:00'

    References:
        UK Emissions Trading Registry (ukets-registry), transaction delay service.
    """

    days: WorkingDays = attrs.field(validator=is_a(WorkingDays))
    zone: str
    opens: str
    closes: str
    delay: datetime.timedelta = attrs.field(validator=is_a(datetime.timedelta))

    def __attrs_post_init__(self) -> None:
        """Check the window and the delay."""
        if datetime.time.fromisoformat(self.opens) >= datetime.time.fromisoformat(self.closes):
            raise InvalidValueError(f"be later than {self.opens}", was=self.closes, field="closes")
        if self.delay < datetime.timedelta(0):
            raise InvalidValueError("be 0 or more", was=self.delay, field="delay")

    def start(self, approved_at: datetime.datetime) -> datetime.datetime:
        """
        Say from when the delay of a transaction runs.

        Args:
            approved_at: When it was approved.

        Returns:
            That moment if it lies in a window, else the next opening.

        Raises:
            NotFoundError: If the calendar does not list the days that matter.
        """
        day = local_date(approved_at, self.zone)
        if not self.days.is_working(day):
            return self._opening(self.days.after(day))
        return self._within(approved_at)

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        """
        Say from when a transaction that was approved may be carried out.

        Args:
            approved_at: When it was approved.

        Returns:
            A moment within a window, at or after the approval.

        Raises:
            NotFoundError: If the calendar does not list the days that matter.
        """
        begun = self.start(approved_at)
        whole_days, rest = divmod(self.delay, _DAY)
        day = self.days.after(local_date(begun, self.zone), whole_days)
        ended = self._same_time(begun, day) + rest
        day = local_date(ended, self.zone)
        if self.days.is_working(day):
            return self._within(ended)
        following = self.days.after(day)
        if not self._opening(day) <= ended <= at_local_time(day, self.closes, self.zone):
            return self._opening(following)
        return self._same_time(ended, following)

    def _within(self, moment: datetime.datetime) -> datetime.datetime:
        """Return a moment on a working day, or the next opening if it lies outside the window."""
        day = local_date(moment, self.zone)
        if moment < self._opening(day):
            return self._opening(day)
        if moment > at_local_time(day, self.closes, self.zone):
            return self._opening(self.days.after(day))
        return moment

    def _opening(self, day: datetime.date) -> datetime.datetime:
        return at_local_time(day, self.opens, self.zone)

    def _same_time(self, moment: datetime.datetime, day: datetime.date) -> datetime.datetime:
        time = local_time(moment, self.zone)
        whole_minutes = at_local_time(day, time.strftime("%H:%M"), self.zone)
        return whole_minutes + datetime.timedelta(seconds=time.second, microseconds=time.microsecond)


@attrs.frozen
class NoonClock:
    """
    A delay that ends at a time of day: what is approved before it waits for the next working day's.

    What is approved at that time or later, or on no working day, waits one working day longer.

    Args:
        days: The working days.
        zone: The IANA time zone.
        noon: The time of day, such as "12:00".

    Example:
        >>> days = WorkingDays("Union Registry", Period("2024-01-01", "2025-01-01"),
        ...                    ["2024-01-01"], [], Source("carbonkit", "example", 2026))
        >>> clock = NoonClock(days, "Europe/Brussels", "12:00")
        >>> str(clock.due(datetime.datetime(2024, 1, 5, 10, 59, tzinfo=datetime.UTC)))
        '2024-01-08 11:00:00+00:00'
        >>> str(clock.due(datetime.datetime(2024, 1, 5, 11, 0, tzinfo=datetime.UTC)))
        '2024-01-09 11:00:00+00:00'
    """

    days: WorkingDays = attrs.field(validator=is_a(WorkingDays))
    zone: str
    noon: str

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        """
        Say from when a transaction that was approved may be carried out.

        Args:
            approved_at: When it was approved.

        Returns:
            The time of day on a later working day.

        Raises:
            NotFoundError: If the calendar does not list the days that matter.
        """
        day = local_date(approved_at, self.zone)
        in_time = self.days.is_working(day) and approved_at < at_local_time(day, self.noon, self.zone)
        return at_local_time(self.days.after(day, 1 if in_time else 2), self.noon, self.zone)
