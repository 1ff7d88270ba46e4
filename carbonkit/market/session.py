"""Trading hours: on which weekdays and between which local times a venue takes orders."""

from __future__ import annotations

import datetime
import itertools
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market.refusal import Refusal
from carbonkit.values.time import at_local_time

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Hours", "TradingHours"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@attrs.frozen
class Hours:
    """
    One run of trading time on one day: the start belongs to it, the end does not.

    Args:
        start: The first instant, in UTC.
        end: The instant after the last.

    Example:
        >>> from carbonkit.values import as_instant
        >>> morning = Hours(as_instant("2021-07-16T01:30:00Z"), as_instant("2021-07-16T03:30:00Z"))
        >>> as_instant("2021-07-16T01:30:00Z") in morning, as_instant("2021-07-16T03:30:00Z") in morning
        (True, False)
    """

    start: datetime.datetime
    end: datetime.datetime

    def __contains__(self, instant: datetime.datetime) -> bool:
        """Say whether an instant belongs to it."""
        return self.start <= instant < self.end


def _windows(value: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    windows = tuple((start, end) for start, end in value)
    times = [time for window in windows for time in window]
    if not times or any(later <= earlier for earlier, later in itertools.pairwise(times)):
        raise InvalidValueError(
            "be start and end times HH:MM, one after the other", was=windows, field="trading hours"
        )
    return windows


def _weekdays(value: Iterable[int]) -> tuple[int, ...]:
    days = tuple(sorted(value))
    exist = all(type(day) is int and 1 <= day <= len(_DAYS) for day in days)
    if not days or not exist or len(set(days)) != len(days):
        raise InvalidValueError("be ISO weekdays, 1 for Monday to 7 for Sunday", was=days, field="weekdays")
    return days


@attrs.frozen
class TradingHours:
    """
    When a venue takes orders, by its own wall clock.

    Holidays are not known here: whoever opens a session knows that the venue opens that day.

    Args:
        zone: The venue's IANA time zone.
        windows: Local start and end times; the start belongs to the hours, the end does not.
        weekdays: ISO weekdays, 1 for Monday.

    Raises:
        InvalidValueError: If the times do not follow each other or a weekday does not exist.

    Example:
        >>> print(TradingHours("Asia/Shanghai", (("09:30", "11:30"), ("13:00", "15:00")), (1, 2, 3, 4, 5)))
        09:30–11:30, 13:00–15:00 Asia/Shanghai on Monday, Tuesday, Wednesday, Thursday, Friday
    """

    zone: str
    windows: tuple[tuple[str, str], ...] = attrs.field(converter=_windows)
    weekdays: tuple[int, ...] = attrs.field(converter=_weekdays)

    def on(self, day: datetime.date) -> tuple[Hours, ...]:
        """
        Say when the venue takes orders on a day.

        Args:
            day: The local date.

        Returns:
            The hours, in UTC.

        Raises:
            MarketError: `not_a_trading_day` if the venue does not open on that weekday.

        Example:
            >>> import datetime
            >>> hours = TradingHours("Asia/Shanghai", [("09:30", "11:30")], [1, 2, 3, 4, 5])
            >>> hours.on(datetime.date(2021, 7, 16))[0].start.isoformat()
            '2021-07-16T01:30:00+00:00'
        """
        if day.isoweekday() not in self.weekdays:
            raise MarketError(
                f"be one of {', '.join(_DAYS[number - 1] for number in self.weekdays)}",
                was=f"{day}, a {_DAYS[day.isoweekday() - 1]}",
                field="day",
                code=Refusal.NOT_A_TRADING_DAY,
            )
        return tuple(
            Hours(at_local_time(day, start, self.zone), at_local_time(day, end, self.zone))
            for start, end in self.windows
        )

    def __str__(self) -> str:
        """Write the times, the zone and the weekdays."""
        times = ", ".join(f"{start}–{end}" for start, end in self.windows)
        return f"{times} {self.zone} on {', '.join(_DAYS[number - 1] for number in self.weekdays)}"
