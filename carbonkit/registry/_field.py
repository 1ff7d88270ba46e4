"""Fields that the requests of this package share; internal."""

from __future__ import annotations

import datetime

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

__all__ = ["effective", "since", "tonnes", "units", "year"]


def effective(value: str | datetime.datetime) -> datetime.datetime:
    """Return the moment at which a request takes effect."""
    return as_instant(value, field="effective_at")


def since(value: str | datetime.datetime) -> datetime.datetime:
    """Return the moment since which something holds."""
    return as_instant(value, field="since")


def units(value: int) -> int:
    """Return a number of units: whole, and 1 or more."""
    found = whole(value, field="quantity")
    if found < 1:
        raise InvalidValueError("be 1 or more", was=found, field="quantity")
    return found


def year(value: int) -> int:
    """Return a calendar year."""
    found = whole(value, field="year")
    if not datetime.MINYEAR <= found <= datetime.MAXYEAR:
        raise InvalidValueError("be a calendar year", was=found, field="year")
    return found


def tonnes(value: int) -> int:
    """Return whole tonnes: 0 or more."""
    found = whole(value, field="tonnes")
    if found < 0:
        raise InvalidValueError("be 0 or more", was=found, field="tonnes")
    return found
