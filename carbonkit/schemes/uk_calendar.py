"""
Working days and delays of the UK and the Union registries.

The rules of the delays were read in the registry's source and in administrators'
notices; the bank holidays are recalled, and the source says so.
"""

from __future__ import annotations

import datetime
from typing import Final

from carbonkit.registry.working_days import NoonClock, WindowClock, WorkingDays
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["delay_clock", "union_delay_clock", "working_days"]

_HOLIDAYS: Final = (
    "2021-01-01 2021-04-02 2021-04-05 2021-05-03 2021-05-31 2021-08-30 2021-12-27 2021-12-28"
    " 2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19"
    " 2022-12-26 2022-12-27"
    " 2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25 2023-12-26"
    " 2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26"
    " 2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26"
    " 2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28"
    " 2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28"
)
_SOURCE: Final = Source(
    "GOV.UK",
    "UK bank holidays, England and Wales",
    2026,
    status=Status.RECALLED,
    note="the days of 2021 agree with those in the registry's own tests",
)
_DELAY_HOURS: Final = 24


def working_days() -> WorkingDays:
    """
    Return the working days of England and Wales, 2021 to 2027.

    Returns:
        The calendar.

    Example:
        >>> working_days().is_working("2022-09-19")
        False
    """
    return WorkingDays(
        "England and Wales", Period("2021-01-01", "2028-01-01"), _HOLIDAYS.split(), [], _SOURCE
    )


def delay_clock(days: WorkingDays | None = None) -> WindowClock:
    """
    Return the UK registry's delay of transfers to accounts that are not trusted.

    It is 24 hours in working days, from 10:00 to 16:00.

    Args:
        days: The working days; those of England and Wales that are carried here, if None.

    Returns:
        The clock, for `RegistryRules.clock`.

    Example:
        >>> clock = delay_clock()
        >>> str(clock.due(datetime.datetime(2022, 1, 7, 17, tzinfo=datetime.UTC)))
        '2022-01-11 10:00:00+00:00'

    References:
        UK Emissions Trading Registry (ukets-registry), transaction delay service.
    """
    hours = datetime.timedelta(hours=_DELAY_HOURS)
    return WindowClock(days or working_days(), "Europe/London", "10:00", "16:00", hours)


def union_delay_clock(days: WorkingDays) -> NoonClock:
    """
    Return the Union Registry's delay of transfers to accounts that are not trusted.

    What is proposed before noon is carried out at noon of the next working day, else at noon of
    the second one.

    Args:
        days: The working days; which holidays count is up to the registry's administrator.

    Returns:
        The clock, for `RegistryRules.clock`.

    Example:
        >>> union_delay_clock(working_days()).noon
        '12:00'

    References:
        Commission Delegated Regulation (EU) 2019/1122, article 35; administrators' notices.
    """
    return NoonClock(days, "Europe/Brussels", "12:00")
