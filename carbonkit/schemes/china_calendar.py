"""
China's trading calendar: the legal holidays on which the exchanges stay closed.

The State Council announces each year's holidays and the weekend days on which
offices work instead. The exchanges trade on neither: they open from Monday to
Friday, holidays excepted. The dates are recalled; that they are right as a whole
is derived: for every year they give the number of trading days that the national
exchange's daily statistics show.
"""

from __future__ import annotations

import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.errors import NotFoundError
from carbonkit.market.calendar import TradingCalendar
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["make_up_days", "trading_calendar"]

# first and last day of each holiday
_HOLIDAYS: Final[Mapping[int, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        2021: (
            ("2021-01-01", "2021-01-03"),
            ("2021-02-11", "2021-02-17"),
            ("2021-04-03", "2021-04-05"),
            ("2021-05-01", "2021-05-05"),
            ("2021-06-12", "2021-06-14"),
            ("2021-09-19", "2021-09-21"),
            ("2021-10-01", "2021-10-07"),
        ),
        2022: (
            ("2022-01-01", "2022-01-03"),
            ("2022-01-31", "2022-02-06"),
            ("2022-04-03", "2022-04-05"),
            ("2022-04-30", "2022-05-04"),
            ("2022-06-03", "2022-06-05"),
            ("2022-09-10", "2022-09-12"),
            ("2022-10-01", "2022-10-07"),
        ),
        2023: (
            ("2023-01-01", "2023-01-02"),
            ("2023-01-21", "2023-01-27"),
            ("2023-04-05", "2023-04-05"),
            ("2023-04-29", "2023-05-03"),
            ("2023-06-22", "2023-06-24"),
            ("2023-09-29", "2023-10-06"),
        ),
        2024: (
            ("2024-01-01", "2024-01-01"),
            ("2024-02-09", "2024-02-17"),  # the 9th was left to employers; exchanges stayed closed
            ("2024-04-04", "2024-04-06"),
            ("2024-05-01", "2024-05-05"),
            ("2024-06-10", "2024-06-10"),
            ("2024-09-15", "2024-09-17"),
            ("2024-10-01", "2024-10-07"),
        ),
        2025: (
            ("2025-01-01", "2025-01-01"),
            ("2025-01-28", "2025-02-04"),
            ("2025-04-04", "2025-04-06"),
            ("2025-05-01", "2025-05-05"),
            ("2025-05-31", "2025-06-02"),
            ("2025-10-01", "2025-10-08"),
        ),
        2026: (
            ("2026-01-01", "2026-01-03"),
            ("2026-02-15", "2026-02-23"),
            ("2026-04-04", "2026-04-06"),
            ("2026-05-01", "2026-05-05"),
            ("2026-06-19", "2026-06-21"),
            ("2026-09-25", "2026-09-27"),
            ("2026-10-01", "2026-10-07"),
        ),
    }
)
_MAKE_UP: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {
        2021: (
            "2021-02-07",
            "2021-02-20",
            "2021-04-25",
            "2021-05-08",
            "2021-09-18",
            "2021-09-26",
            "2021-10-09",
        ),
        2022: (
            "2022-01-29",
            "2022-01-30",
            "2022-04-02",
            "2022-04-24",
            "2022-05-07",
            "2022-10-08",
            "2022-10-09",
        ),
        2023: (
            "2023-01-28",
            "2023-01-29",
            "2023-04-23",
            "2023-05-06",
            "2023-06-25",
            "2023-10-07",
            "2023-10-08",
        ),
        2024: (
            "2024-02-04",
            "2024-02-18",
            "2024-04-07",
            "2024-04-28",
            "2024-05-11",
            "2024-09-14",
            "2024-09-29",
            "2024-10-12",
        ),
        2025: ("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
        2026: ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    }
)
_FROM: Final = Period("2021-01-01", None)
_SOURCE: Final = Source(
    "国务院办公厅 (General Office of the State Council)",
    "annual notices on the arrangement of public holidays, 2021 to 2026",
    2025,
    status=Status.RECALLED,
    note="the numbers of trading days that they give agree with the exchange's daily statistics of each year",
)


def _days(first: str, last: str) -> Iterator[datetime.date]:
    day = as_date(first)
    while day <= as_date(last):
        yield day
        day += datetime.timedelta(days=1)


def trading_calendar() -> Rule[TradingCalendar]:
    """
    Give the days on which Chinese exchanges open.

    Returns:
        The calendar; add a year to its value with `with_days`.

    Example:
        >>> calendar = trading_calendar().value
        >>> calendar.is_open("2024-10-08"), calendar.is_open("2024-10-12")
        (True, False)
    """
    closed = [day for spans in _HOLIDAYS.values() for span in spans for day in _days(*span)]
    calendar = TradingCalendar(
        (1, 2, 3, 4, 5), closed, Period(f"{min(_HOLIDAYS)}-01-01", f"{max(_HOLIDAYS) + 1}-01-01")
    )
    return Rule(
        what="trading days",
        value=calendar,
        says="from Monday to Friday, legal holidays excepted; not on the weekend days on which offices work",
        valid=_FROM,
        source=_SOURCE,
    )


def make_up_days(year: int) -> tuple[datetime.date, ...]:
    """
    List the weekend days of a year on which offices work, for counting working days.

    Args:
        year: The year, 2021 to 2026.

    Returns:
        The days.

    Raises:
        NotFoundError: If they are not known.

    Example:
        >>> [str(day) for day in make_up_days(2025)][0]
        '2025-01-26'
    """
    if year not in _MAKE_UP:
        raise NotFoundError(
            "be a year whose make-up days are known",
            was=year,
            field="year",
            hint=f"known for {min(_MAKE_UP)} to {max(_MAKE_UP)}",
        )
    return tuple(as_date(day) for day in _MAKE_UP[year])
