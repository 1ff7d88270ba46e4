"""
Single values in their one written form: decimals as strings, instants in UTC, enumerations by value.

What comes back from a peer that is newer than this code may hold a value that no enumeration
here has; it then stays as an `Unknown`, which is its text.
"""

from __future__ import annotations

import datetime
import enum
import re
from decimal import Decimal
from typing import Final, TypeVar, cast

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import exact, plain, whole
from carbonkit.values.time import as_date, as_instant

__all__ = [
    "DECIMAL",
    "INSTANT",
    "LONGEST",
    "Unknown",
    "read_date",
    "read_decimal",
    "read_instant",
    "read_member",
    "read_text",
    "read_whole",
    "write_decimal",
    "write_instant",
    "write_whole",
]

DECIMAL: Final = re.compile(r"(?!-0(\.0*)?$)-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,18})?")
"""
The only form of a decimal: no exponent, no sign but a minus before what is less than zero, no leading
zero, at most 30 digits before the point and 18 after it.
"""

INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z"
)
"""The only form of an instant: RFC 3339 in UTC, written with a Z."""

LONGEST: Final = 1000
"""How many characters a free text may have."""

Member = TypeVar("Member", bound=enum.Enum)
_WHOLE_END: Final = 10**18
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_fits_decimal: Final = DECIMAL.fullmatch
_fits_instant: Final = INSTANT.fullmatch


class Unknown(str):
    """
    A value that stands for a member of an enumeration which this version of carbonkit does not have.

    It is the text that came, has it as `value` too, and equals no member.

    Example:
        >>> Unknown("suspended by the moon").value
        'suspended by the moon'
    """

    __slots__ = ()

    @property
    def value(self) -> str:
        """The text."""
        return str.__str__(self)


def read_decimal(fact: object) -> Decimal:
    """
    Read a decimal.

    Args:
        fact: What JSON said.

    Returns:
        The number, as written.

    Raises:
        InvalidValueError: If it is no string of the one form.

    Example:
        >>> read_decimal("48.00")
        Decimal('48.00')
    """
    if type(fact) is not str or _fits_decimal(fact) is None:
        hint = f'write "{fact}"' if type(fact) is int and -_WHOLE_END < fact < _WHOLE_END else ""
        raise InvalidValueError('be a string such as "48.00"', was=fact, hint=hint)
    return Decimal(fact)


def write_decimal(number: int | Decimal) -> str:
    """
    Write a decimal in the one form.

    Args:
        number: The number.

    Returns:
        Its digits.

    Raises:
        InvalidValueError: If it has more digits than the wire carries.

    Example:
        >>> write_decimal(Decimal("48.00"))
        '48.00'
    """
    text = str(number)
    if type(number) is Decimal and _fits_decimal(text) is not None:
        return text
    exactly = exact(number)  # a minus before zero and a float end here
    text = plain(exactly)
    if _fits_decimal(text) is None:
        raise InvalidValueError("have at most 30 digits before and 18 after the point", was=text)
    return text


def read_whole(fact: object) -> int:
    """
    Read a count or a number of a sequence.

    Args:
        fact: What JSON said.

    Returns:
        The number.

    Raises:
        InvalidValueError: If it is no JSON number without a fraction.

    Example:
        >>> read_whole(7)
        7
    """
    if type(fact) is not int:
        raise InvalidValueError("be a whole number, unquoted", was=fact)
    return _within(fact)


def write_whole(number: int) -> int:
    """
    Write a count or a number of a sequence.

    Args:
        number: The number.

    Returns:
        The same number.

    Raises:
        InvalidValueError: If it is no int, or has more digits than the wire carries.

    Example:
        >>> write_whole(7)
        7
    """
    return _within(number) if type(number) is int else _within(whole(number))


def _within(number: int) -> int:
    if not -_WHOLE_END < number < _WHOLE_END:
        raise InvalidValueError("have at most 18 digits", was=number)
    return number


def read_date(fact: object) -> datetime.date:
    """
    Read a calendar date.

    Args:
        fact: What JSON said.

    Returns:
        The date.

    Raises:
        InvalidValueError: If it is no string such as "2026-11-28".

    Example:
        >>> read_date("2026-11-28")
        datetime.date(2026, 11, 28)
    """
    if not isinstance(fact, str):
        raise InvalidValueError('be a string such as "2026-11-28"', was=fact)
    return as_date(fact, field="")


def read_instant(fact: object) -> datetime.datetime:
    """
    Read an instant.

    Args:
        fact: What JSON said.

    Returns:
        The instant, in UTC.

    Raises:
        InvalidValueError: If it is no RFC 3339 text in UTC that ends in Z.

    Example:
        >>> read_instant("2026-11-28T01:30:00.000001Z").microsecond
        1
    """
    if type(fact) is not str or _fits_instant(fact) is None:
        raise InvalidValueError('be a string such as "2026-11-28T01:30:00.000000Z"', was=fact)
    try:
        return datetime.datetime.fromisoformat(fact)  # a Z becomes datetime.UTC
    except ValueError:
        raise InvalidValueError("be a moment that exists", was=fact) from None


def write_instant(instant: datetime.datetime) -> str:
    """
    Write an instant, to the microsecond.

    Args:
        instant: An instant with a zone.

    Returns:
        RFC 3339 in UTC.

    Raises:
        InvalidValueError: If it has no zone.

    Example:
        >>> from carbonkit.values import as_instant
        >>> write_instant(as_instant("2026-11-28T09:30:00+08:00"))
        '2026-11-28T01:30:00.000000Z'
    """
    utc = instant if instant.tzinfo is datetime.UTC else as_instant(instant)
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"  # what is cut off is +00:00


def read_member(kind: type[Member], fact: object, *, lenient: bool) -> Member:
    """
    Read a member of an enumeration.

    Args:
        kind: The enumeration.
        fact: What JSON said: the member's value.
        lenient: Whether a value that it does not have stays as an `Unknown`, in the member's place.

    Returns:
        The member.

    Raises:
        InvalidValueError: If it is no string, or none of the values and it may not stay.

    Example:
        >>> from carbonkit.market import Side
        >>> read_member(Side, "sell", lenient=False)
        <Side.SELL: 'sell'>
        >>> read_member(Side, "hold", lenient=True)
        'hold'
    """
    if type(fact) is str:
        member = kind._value2member_map_.get(fact)
        if member is not None:
            return cast("Member", member)
        if lenient:
            return Unknown(read_text(fact))  # type: ignore[return-value]  # documented: a newer peer's value
    raise InvalidValueError(f"be one of {', '.join(str(each.value) for each in kind)}", was=fact)


def read_text(fact: object) -> str:
    r"""
    Read a free text.

    Args:
        fact: What JSON said.

    Returns:
        The text.

    Raises:
        InvalidValueError: If it is no string, too long, or has a NUL or half a character in it.

    Example:
        >>> read_text("a technical fault")
        'a technical fault'
    """
    if type(fact) is not str:
        raise InvalidValueError("be a string", was=fact)
    if len(fact) > LONGEST or "\0" in fact or (not fact.isascii() and _SURROGATE.search(fact)):
        raise InvalidValueError(f"be at most {LONGEST} characters, without NUL", was=fact)
    return fact
