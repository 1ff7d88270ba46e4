"""
Exact numbers: what may enter, how they are added and multiplied, how they are rounded.

Nothing here depends on the ambient decimal context, so a host that lowers its
precision cannot change a figure.
"""

from __future__ import annotations

import decimal
import enum
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from carbonkit.errors import InexactNumberError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Exact",
    "Rounding",
    "add",
    "decimal_places",
    "divide",
    "exact",
    "multiply",
    "negate",
    "plain",
    "round_to",
    "subtract",
    "total",
    "totals",
    "whole",
]

Key = TypeVar("Key")

Exact: TypeAlias = str | int | Decimal
"""What is taken where an exact number belongs; floats and bools are not."""

_DIGITS = 60  # the most digits that a number may have when it enters
_EXPONENT = 60  # and the furthest that its point may stand from its digits
_WIDE = 900  # the same two limits for a Decimal that arithmetic has made; a quotient of two such fits below
_TEXT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_LONG = 5  # characters of a written exponent, its letter and sign included; a longer one is out of range
_SEPARATED = re.compile(r"[+-]?[0-9]{1,3}([ ,'_\u00a0\u202f][0-9]{3})+(\.[0-9]+)?")
_LIMITS = "have at most {0} digits and an exponent within ±{0}"

# Sums and products keep every digit: Inexact is trapped, so a result that would not fit raises.
_EXACT = decimal.Context(
    prec=2000,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow, decimal.DivisionByZero],
)
# Rounding to named places is the one step that may drop digits.
_ROUNDING = decimal.Context(
    prec=2000,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation],
)


class Rounding(enum.Enum):
    """
    The named ways to round; no function of carbonkit rounds without one.

    Example:
        >>> round_to("2.345", 2, Rounding.HALF_UP)
        Decimal('2.35')
    """

    HALF_UP = decimal.ROUND_HALF_UP
    HALF_EVEN = decimal.ROUND_HALF_EVEN
    FLOOR = decimal.ROUND_FLOOR
    CEILING = decimal.ROUND_CEILING
    TOWARDS_ZERO = decimal.ROUND_DOWN
    AWAY_FROM_ZERO = decimal.ROUND_UP


def exact(value: Exact, *, field: str = "number") -> Decimal:
    """
    Take a number as an exact Decimal, or say what to write instead.

    Args:
        value: A str in plain or scientific notation, an int, or a finite Decimal.
        field: The name that an error gives the value.

    Returns:
        The same number, a plain Decimal; its trailing zeros are kept, a minus before zero is not.

    Raises:
        InexactNumberError: If `value` is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is not a plain number, or the number is too long.

    Example:
        >>> exact("48.00")
        Decimal('48.00')
        >>> exact(0.1)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.InexactNumberError: number: must be a str, int or Decimal, was 0.1; write ...
    """
    if isinstance(value, Decimal):
        number = value if type(value) is Decimal else Decimal(value)
    elif isinstance(value, str):
        number = _from_text(value, field)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise InexactNumberError("be a str, int or Decimal", was=value, field=field, hint=_instead(value))
    else:
        if int.bit_length(value) > 4 * _DIGITS:
            raise InvalidValueError(_LIMITS.format(_DIGITS), was="a longer int", field=field)
        number = Decimal(value)
    return _within(number, _DIGITS, field)


def _instead(value: object) -> str:
    """Say what to write instead of a value that is no exact number."""
    if isinstance(value, bool):
        return f"write {int(value)} if a number was meant"
    if isinstance(value, float) and math.isfinite(value):
        return f'write "{value}" in quotes'
    return ""


def _made(value: Exact, field: str) -> Decimal:
    """Take a number that enters, or a Decimal that arithmetic has made, which may be longer."""
    return _within(value, _WIDE, field) if type(value) is Decimal else exact(value, field=field)


def _within(number: Decimal, limit: int, field: str) -> Decimal:
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise InexactNumberError("be a finite number", was=str(number), field=field)
    if len(digits) > limit or abs(exponent) > limit or abs(number.adjusted()) > limit:
        raise InvalidValueError(_LIMITS.format(limit), was=str(number), field=field)
    return _unsigned_zero(number)


def _unsigned_zero(number: Decimal) -> Decimal:
    return number or number.copy_abs()


def _from_text(text: str, field: str) -> Decimal:
    plain_number = _TEXT.fullmatch(text)
    if plain_number is None:
        hint = ""
        if not text.strip():
            raise InvalidValueError("not be empty", was="", field=field, hint='write "0" if zero was meant')
        if text.strip().lower().lstrip("+-") in {"nan", "snan", "inf", "infinity"}:
            raise InexactNumberError("be a finite number", was=text, field=field)
        if len(text) <= 2 * _DIGITS and _SEPARATED.fullmatch(text):
            hint = f'write "{re.sub(r"[^0-9.+-]", "", text)}", without separators'
        raise InvalidValueError('be a plain number such as "1234.5"', was=text, field=field, hint=hint)
    if len(text) > 2 * _DIGITS or len(plain_number[2] or "") > _LONG:
        raise InvalidValueError(_LIMITS.format(_DIGITS), was=text, field=field)
    return Decimal(text)


def whole(value: Exact, *, field: str = "number") -> int:
    """
    Take a whole number as an int.

    Args:
        value: An int, or a str or Decimal with no fraction.
        field: The name that an error gives the value.

    Returns:
        The same number as an int.

    Raises:
        InexactNumberError: If `value` is a float, a bool, NaN or infinite.
        InvalidValueError: If the number has a fraction.

    Example:
        >>> whole("160000")
        160000
    """
    if type(value) is int and value.bit_length() <= 64:  # noqa: PLR2004  the common case, without a Decimal
        return value
    number = exact(value, field=field)
    if number != number.to_integral_value():
        raise InvalidValueError("be a whole number", was=plain(number), field=field)
    return int(number)


def add(left: Decimal, right: Decimal) -> Decimal:
    """
    Add two numbers and keep every digit.

    Args:
        left: A number.
        right: Another.

    Returns:
        The exact sum.

    Example:
        >>> add(exact("1e30"), exact("1e-30"))
        Decimal('1000000000000000000000000000000.000000000000000000000000000001')
    """
    return _EXACT.add(left, right)


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """
    Subtract and keep every digit.

    Args:
        left: A number.
        right: Another.

    Returns:
        The exact difference.

    Example:
        >>> subtract(exact("0.3"), exact("0.1"))
        Decimal('0.2')
    """
    return _EXACT.subtract(left, right)


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """
    Multiply and keep every digit.

    Args:
        left: A number.
        right: Another.

    Returns:
        The exact product.

    Example:
        >>> multiply(exact("12764.53"), exact("0.005311"))
        Decimal('67.79241883')
    """
    return _unsigned_zero(_EXACT.multiply(left, right))


def negate(number: Decimal) -> Decimal:
    """
    Change the sign and keep every digit; zero stays zero.

    Args:
        number: A number.

    Returns:
        The number with the other sign.

    Example:
        >>> negate(exact("2.50"))
        Decimal('-2.50')
    """
    return number if number.is_zero() else number.copy_negate()


def total(numbers: Iterable[Decimal]) -> Decimal:
    """
    Add up any number of numbers and keep every digit.

    Args:
        numbers: Any number of numbers.

    Returns:
        The exact sum; 0 of none.

    Example:
        >>> total([exact("0.1")] * 10)
        Decimal('1.0')
    """
    result = Decimal(0)
    for number in numbers:
        result = _EXACT.add(result, number)
    return result


def totals(keys: Iterable[Key], numbers: Iterable[Decimal]) -> dict[Key, Decimal]:
    """
    Add up numbers by key and keep every digit.

    Args:
        keys: A key for each number.
        numbers: The numbers.

    Returns:
        The exact sum of each key, in the order in which the keys first occur.

    Raises:
        ValueError: If there are more of one than of the other.

    Example:
        >>> totals(["a", "b", "a"], map(exact, ["0.1", "1", "0.2"]))
        {'a': Decimal('0.3'), 'b': Decimal('1')}
    """
    sums: dict[Key, Decimal] = {}
    get, plus = sums.get, _EXACT.add
    for key, number in zip(keys, numbers, strict=True):
        known = get(key)
        sums[key] = number if known is None else plus(known, number)
    return sums


def round_to(value: Exact, places: int, rounding: Rounding) -> Decimal:
    """
    Round to decimal places in a named way.

    Args:
        value: The number.
        places: How many digits stay behind the point; negative rounds to tens, hundreds, ...
        rounding: Which way.

    Returns:
        The rounded number, with exactly that many places; a zero has no sign.

    Raises:
        InexactNumberError: If `value` is a float, a bool, NaN or infinite.
        InvalidValueError: If `places` is beyond what a number may have, or `rounding` is no `Rounding`.

    Example:
        >>> round_to("73.865", 2, Rounding.HALF_UP)
        Decimal('73.87')
    """
    kept, way = _places(places), _named(rounding)
    number = _made(value, "number")
    result = number.quantize(Decimal((0, (1,), -kept)), rounding=way.value, context=_ROUNDING)
    return _unsigned_zero(result) if kept >= 0 else Decimal(int(result))


def divide(left: Exact, right: Exact, places: int, rounding: Rounding) -> Decimal:
    """
    Divide, and round the exact quotient once, in a named way.

    Args:
        left: The dividend.
        right: The divisor.
        places: How many digits stay behind the point.
        rounding: Which way.

    Returns:
        The rounded quotient.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If `right` is zero, `places` is out of range, or `rounding` is no `Rounding`.

    Example:
        >>> divide("210230053.25", 4103953, 2, Rounding.HALF_UP)
        Decimal('51.23')
    """
    kept, way = _places(places), _named(rounding)
    dividend, divisor = _made(left, "dividend"), _made(right, "divisor")
    if not divisor:
        raise InvalidValueError("not be zero", was="0", field="divisor")
    top, bottom = dividend.as_integer_ratio(), divisor.as_integer_ratio()
    numerator, denominator = top[0] * bottom[1], top[1] * bottom[0]
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if kept < 0:
        return Decimal(_round_ratio(numerator, denominator * 10**-kept, way) * 10**-kept)
    return _EXACT.scaleb(Decimal(_round_ratio(numerator * 10**kept, denominator, way)), -kept)


def _round_ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    floor, rest = divmod(numerator, denominator)
    if not rest:
        return floor
    above, tied = 2 * rest > denominator, 2 * rest == denominator
    up = {
        Rounding.FLOOR: False,
        Rounding.CEILING: True,
        Rounding.TOWARDS_ZERO: numerator < 0,
        Rounding.AWAY_FROM_ZERO: numerator > 0,
        Rounding.HALF_UP: above or (tied and numerator > 0),
        Rounding.HALF_EVEN: above or (tied and floor % 2 == 1),
    }
    return floor + up[rounding]


def _places(places: int) -> int:
    number = whole(places, field="places")
    if abs(number) > _EXPONENT:
        raise InvalidValueError(f"be a whole number within ±{_EXPONENT}", was=number, field="places")
    return number


def _named(rounding: object) -> Rounding:
    if not isinstance(rounding, Rounding):
        raise InvalidValueError(
            "be a Rounding", was=rounding, field="rounding", hint="write e.g. Rounding.HALF_UP"
        )
    return rounding


def decimal_places(numerator: int, denominator: int) -> int | None:
    """
    Say how many decimal places a quotient has.

    Args:
        numerator: The dividend.
        denominator: The divisor; above zero.

    Returns:
        The fewest places that write it in full; None when it never ends.

    Example:
        >>> decimal_places(6, 8), decimal_places(44, 12)
        (2, None)
    """
    if not numerator:
        return 0
    rest = denominator // math.gcd(numerator, denominator)
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def plain(number: Decimal) -> str:
    """
    Write a number out in full, without an exponent.

    Args:
        number: A number.

    Returns:
        Its digits, with a point where it has places.

    Example:
        >>> plain(exact("3.23e-09"))
        '0.00000000323'
    """
    return format(number, "f")
