"""
Dates, instants and periods; the only module that imports the time library.

A date is a `datetime.date` and an instant a `datetime.datetime` in UTC, so that
hosts can pass their own. What pendulum would guess (a naive time, "now", a date
with a time) is refused here. Code that needs the time takes a `Clock`.
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache
from typing import Protocol

import attrs
import pendulum

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import whole
from carbonkit.values.text import matches

__all__ = [
    "Clock",
    "FixedClock",
    "Period",
    "SystemClock",
    "add_months",
    "as_date",
    "as_instant",
    "at_local_time",
    "local_date",
    "local_time",
]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_LOCAL_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def as_date(value: str | datetime.date, *, field: str = "date") -> datetime.date:
    """
    Take a calendar date.

    Args:
        value: "YYYY-MM-DD", or a `datetime.date` that is not a datetime.
        field: The name that an error gives the value.

    Returns:
        The date.

    Raises:
        InvalidValueError: If it is anything else; a datetime has no one date without a zone.

    Example:
        >>> as_date("2021-07-16")
        datetime.date(2021, 7, 16)
    """
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.date(value.year, value.month, value.day)
    hint = "take its local date with local_date(…)" if isinstance(value, datetime.datetime) else ""
    raise InvalidValueError("be a calendar date YYYY-MM-DD", was=value, field=field, hint=hint)


def as_instant(value: str | datetime.datetime, *, field: str = "instant") -> datetime.datetime:
    """
    Take a moment in time, as UTC.

    Args:
        value: An RFC 3339 text with its offset, or an aware datetime.
        field: The name that an error gives the value.

    Returns:
        The same moment in UTC, a plain `datetime.datetime`.

    Raises:
        InvalidValueError: If the offset is missing, the text is anything else, or the moment lies
            outside the years 1 to 9999 of UTC.

    Example:
        >>> as_instant("2021-07-16T09:30:00+08:00").isoformat()
        '2021-07-16T01:30:00+00:00'
    """
    if type(value) is datetime.datetime and value.tzinfo is datetime.UTC and not value.fold:
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise InvalidValueError("be a moment that exists", was=value, field=field) from None
    if isinstance(value, datetime.datetime) and value.utcoffset() is not None:
        try:
            moment = value.astimezone(datetime.UTC)
        except OverflowError:
            raise InvalidValueError("be a moment that exists", was=str(value), field=field) from None
        return datetime.datetime(
            moment.year,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond,
            tzinfo=datetime.UTC,
        )
    raise InvalidValueError(
        "be an instant with its offset", was=value, field=field, hint='write e.g. "2021-07-16T01:30:00Z"'
    )


def at_local_time(day: datetime.date, time: str, zone: str) -> datetime.datetime:
    """
    Say which instant a wall clock shows.

    Args:
        day: The local date.
        time: The local time, "HH:MM".
        zone: An IANA time zone such as "Asia/Shanghai".

    Returns:
        The instant in UTC.

    Raises:
        InvalidValueError: If the day, the time or the zone is not valid, or if the clocks skipped that
            time, or showed it twice.

    Example:
        >>> import datetime
        >>> at_local_time(datetime.date(2021, 7, 16), "09:30", "Asia/Shanghai").isoformat()
        '2021-07-16T01:30:00+00:00'
    """
    if not matches(_LOCAL_TIME, time):
        raise InvalidValueError("be a local time HH:MM", was=time, field="time")
    local = _zone(zone)
    date = as_date(day, field="day")
    walls = [
        datetime.datetime(
            date.year, date.month, date.day, int(time[:2]), int(time[3:]), tzinfo=local, fold=fold
        )
        for fold in (0, 1)
    ]
    try:
        moments = {wall.astimezone(datetime.UTC) for wall in walls}
        shown = [moment for moment in moments if moment.astimezone(local) == walls[0]]
    except OverflowError:
        shown = []
    if not shown:
        raise InvalidValueError(f"exist in {zone} on {date}", was=time, field="time")
    if len(shown) > 1:
        hint = "the clocks showed it twice; give the instant with its offset"
        raise InvalidValueError(f"be unique in {zone} on {date}", was=time, field="time", hint=hint)
    return shown[0]


def local_date(instant: datetime.datetime, zone: str) -> datetime.date:
    """
    Say which date a wall calendar shows at an instant.

    Args:
        instant: An aware datetime.
        zone: An IANA time zone.

    Returns:
        The local date.

    Raises:
        InvalidValueError: If the instant has no offset, there is no such zone, or its calendar has no
            such date.

    Example:
        >>> local_date(as_instant("2021-07-15T16:00:00Z"), "Asia/Shanghai")
        datetime.date(2021, 7, 16)
    """
    moment = as_instant(instant)
    try:
        return moment.astimezone(_zone(zone)).date()
    except OverflowError:
        raise InvalidValueError("have a local date", was=moment, field="instant") from None


def local_time(instant: datetime.datetime, zone: str) -> datetime.time:
    """
    Say which time a wall clock shows at an instant.

    Args:
        instant: An aware datetime.
        zone: An IANA time zone.

    Returns:
        The local time.

    Raises:
        InvalidValueError: If the instant has no offset, there is no such zone, or its calendar has no
            such date.

    Example:
        >>> local_time(as_instant("2021-07-16T01:30:00Z"), "Asia/Shanghai")
        datetime.time(9, 30)
    """
    moment = as_instant(instant)
    try:
        return moment.astimezone(_zone(zone)).time()
    except OverflowError:
        raise InvalidValueError("have a local time", was=moment, field="instant") from None


@lru_cache(maxsize=64)
def _loaded(name: str) -> pendulum.Timezone | pendulum.FixedTimezone:
    return pendulum.timezone(name)  # reads the zone's file, and keeps it only as long as it is used


def _zone(name: str) -> pendulum.Timezone | pendulum.FixedTimezone:
    if matches(_ZONE, name):
        try:
            return _loaded(name)
        except (ValueError, LookupError, OSError):  # an OSError: a folder of zones, such as "Asia"
            pass
    raise InvalidValueError("be an IANA time zone", was=name, field="zone", hint='write e.g. "Asia/Shanghai"')


def add_months(day: datetime.date, months: int) -> datetime.date:
    """
    Step by calendar months; the last day of a month stays within the month.

    Args:
        day: Where to start.
        months: How many months; negative steps back.

    Returns:
        The date that many months on.

    Raises:
        InvalidValueError: If `day` is no date, `months` no whole number, or the result leaves the years
            1 to 9999.

    Example:
        >>> import datetime
        >>> add_months(datetime.date(2024, 1, 31), 1)
        datetime.date(2024, 2, 29)
    """
    start, steps = as_date(day, field="day"), whole(months, field="months")
    year, month = divmod(start.year * 12 + start.month - 1 + steps, 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise InvalidValueError("stay within the years 1 to 9999", was=steps, field="months")
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(start.day, last))


class Clock(Protocol):
    """
    What knows the time; passed in, so that tests and replays can choose it.

    Example:
        >>> clock: Clock = FixedClock(as_instant("2021-07-16T01:30:00Z"))
        >>> clock.now().year
        2021
    """

    def now(self) -> datetime.datetime:
        """Return the present instant in UTC."""
        ...


@attrs.frozen
class SystemClock:
    """
    The machine's clock.

    Example:
        >>> SystemClock().now().utcoffset()
        datetime.timedelta(0)
    """

    def now(self) -> datetime.datetime:
        """Return the present instant in UTC."""
        return datetime.datetime.now(datetime.UTC)  # noqa: TID251  the one place that may ask


@attrs.frozen
class FixedClock:
    """
    A clock that stands still.

    Args:
        at: The instant that it shows.

    Example:
        >>> FixedClock(as_instant("2021-07-16T01:30:00Z")).now().isoformat()
        '2021-07-16T01:30:00+00:00'
    """

    at: datetime.datetime = attrs.field(converter=as_instant)

    def now(self) -> datetime.datetime:
        """Return the instant that it was set to."""
        return self.at


def _end(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="end")


def _start(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="start")


def _by_end(end: datetime.date | None) -> tuple[bool, datetime.date]:
    return end is None, end or datetime.date.max


@attrs.frozen(order=True, repr=False)
class Period:
    """
    A run of days: the start belongs to it, the end does not.

    Periods sort by their start, then by their end; one with no end comes last.

    Args:
        start: The first day.
        end: The day after the last; None while no end is set.

    Raises:
        InvalidValueError: If the end is not after the start.

    Example:
        >>> year = Period.year(2016)
        >>> year.days, as_date("2016-12-31") in year, as_date("2017-01-01") in year
        (366, True, False)
    """

    start: datetime.date = attrs.field(converter=_start)
    end: datetime.date | None = attrs.field(converter=_end, order=_by_end)

    def __attrs_post_init__(self) -> None:
        """Check that the period holds at least one day."""
        if self.end is not None and self.end <= self.start:
            raise InvalidValueError(f"be after the start {self.start}", was=self.end, field="end")

    @classmethod
    def year(cls, year: int) -> Period:
        """
        Return a calendar year.

        Args:
            year: The year, 1 to 9998.

        Returns:
            The period from 1 January to the next.

        Raises:
            InvalidValueError: If there is no such year.

        Example:
            >>> Period.year(2021)
            Period('2021-01-01', '2022-01-01')
        """
        number = whole(year, field="year")
        if not 1 <= number < datetime.MAXYEAR:
            raise InvalidValueError("be a year from 1 to 9998", was=number, field="year")
        return cls(datetime.date(number, 1, 1), datetime.date(number + 1, 1, 1))

    @property
    def days(self) -> int:
        """How many days it holds; an error while no end is set."""
        if self.end is None:
            raise InvalidValueError("be set to count days", was="None", field="end")
        return (self.end - self.start).days

    def __contains__(self, day: str | datetime.date) -> bool:
        """Say whether a day belongs to it; what is no calendar date is refused."""
        date = as_date(day, field="day")
        return self.start <= date and (self.end is None or date < self.end)

    def covers(self, other: Period) -> bool:
        """Say whether every day of the other belongs to this one."""
        return self.start <= other.start and (
            self.end is None or (other.end is not None and other.end <= self.end)
        )

    def overlaps(self, other: Period) -> bool:
        """Say whether some day belongs to both."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def __str__(self) -> str:
        """Write both ends."""
        return f"[{self.start}, {self.end or '…'})"

    def __repr__(self) -> str:
        """Write a call that makes this period again."""
        end = "None" if self.end is None else f"'{self.end}'"
        return f"Period('{self.start}', {end})"
