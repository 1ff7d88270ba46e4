"""What the fields of commands must be; one converter for each, used by every command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import whole
from carbonkit.values.text import matches
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    import datetime

__all__ = ["LARGEST", "effective_instant", "lower_case_name", "movable_quantity"]

LARGEST: Final = 2**63 - 1
"""The largest quantity that a leg or a balance may have."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def effective_instant(value: str | datetime.datetime) -> datetime.datetime:
    """
    Take the moment at which a command takes effect.

    Args:
        value: An RFC 3339 text with its offset, or an aware datetime.

    Returns:
        The moment in UTC.

    Raises:
        InvalidValueError: If it is anything else.

    Example:
        >>> effective_instant("2021-07-16T09:30:00+08:00").isoformat()
        '2021-07-16T01:30:00+00:00'
    """
    return as_instant(value, field="effective_at")


def lower_case_name(value: str) -> str:
    """
    Take a reason or a kind.

    Args:
        value: The name.

    Returns:
        The same name.

    Raises:
        InvalidValueError: If it is not 1 to 64 of a-z, 0-9 and _, starting with a letter.

    Example:
        >>> lower_case_name("surrender")
        'surrender'
    """
    if not matches(_NAME, value):
        raise InvalidValueError("be a lower-case name such as surrender", was=value, field="reason or kind")
    return str.__str__(value)


def movable_quantity(value: int) -> int:
    """
    Take a quantity that moves, in an asset's smallest step.

    Args:
        value: The number of steps.

    Returns:
        The same number.

    Raises:
        InvalidValueError: If it is not 1 to 2^63 - 1.

    Example:
        >>> movable_quantity(4800)
        4800
    """
    number = whole(value, field="quantity")
    if not 1 <= number <= LARGEST:
        raise InvalidValueError(f"be 1 to {LARGEST}", was=number, field="quantity")
    return number
