"""Moments as whole microseconds since 1970-01-01T00:00:00Z, which is how rows hold them."""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Final

__all__ = ["instant_of", "microseconds", "rfc3339"]

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_TICK: Final = datetime.timedelta(microseconds=1)
_SECOND: Final = 1_000_000


def microseconds(instant: datetime.datetime) -> int:
    """
    Count the microseconds to a moment.

    Args:
        instant: An aware datetime.

    Returns:
        The whole number of microseconds; negative before 1970.

    Example:
        >>> microseconds(datetime.datetime(2021, 7, 16, 1, 30, tzinfo=datetime.UTC))
        1626399000000000
    """
    return (instant - _EPOCH) // _TICK


def instant_of(moment: int) -> datetime.datetime:
    """
    Give the moment that a number of microseconds reaches.

    Args:
        moment: Microseconds since the epoch.

    Returns:
        The moment in UTC.

    Raises:
        OverflowError: If it lies outside the years 1 to 9999.

    Example:
        >>> instant_of(1626399000000001).isoformat()
        '2021-07-16T01:30:00.000001+00:00'
    """
    return _EPOCH + datetime.timedelta(microseconds=moment)


@lru_cache(maxsize=4096)
def _to_the_second(seconds: int) -> str:
    return (_EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def rfc3339(moment: int) -> str:
    """
    Write a moment with all six places of its second, so that equal moments have equal texts.

    Args:
        moment: Microseconds since the epoch.

    Returns:
        The RFC 3339 text in UTC.

    Raises:
        OverflowError: If it lies outside the years 1 to 9999.

    Example:
        >>> rfc3339(1626399000000001)
        '2021-07-16T01:30:00.000001Z'
    """
    seconds, rest = divmod(moment, _SECOND)
    return f"{_to_the_second(seconds)}.{rest:06d}Z"
