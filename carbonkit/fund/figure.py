"""
Figures: exact fractions, and functions that are not rational, on their way to a reported number.

Sums, shares and rates are kept as fractions, without any rounding. Powers,
exponentials and logarithms have no exact value; they are worked out with 60
significant digits, the same on every machine and whatever the host's decimal context.
What is reported is rounded once, at the end, in a named way.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeAlias

from carbonkit.errors import InvalidValueError
from carbonkit.fund.exponential import context_of
from carbonkit.values.money import Money, minor_places
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, round_to

if TYPE_CHECKING:
    from decimal import Context

__all__ = [
    "DIGITS",
    "Number",
    "exponential",
    "figure",
    "fraction",
    "logarithm",
    "money",
    "power",
    "real",
    "square_root",
]

DIGITS: Final = 60
"""Significant digits that a function without an exact value is worked out with."""

_SMALLEST: Final = 900  # places behind the point that the last of these digits may stand at
_LONGEST: Final = 800  # digits that a figure may have
_FURTHEST: Final = 100_000  # digits before or behind the point that a power may have
_EXACT_BITS: Final = 4_000_000  # what a whole power may take to be worked out exactly

Number: TypeAlias = Exact | Fraction
"""What a calculation takes: a str, int, Decimal or Fraction; never a float."""


def _context() -> Context:
    return context_of(DIGITS)


def fraction(value: Number, *, field: str = "number") -> Fraction:
    """
    Take a number as an exact fraction.

    Args:
        value: A str, int, Decimal or Fraction.
        field: The name that an error gives it.

    Returns:
        The same number.

    Raises:
        InexactNumberError: If it is a float, a bool, NaN or infinite.
        InvalidValueError: If it is no number, too long, or a decimal too near to zero.

    Example:
        >>> fraction("0.08")
        Fraction(2, 25)
    """
    if isinstance(value, Fraction):
        return value
    if type(value) is Decimal:
        if _is_made(value):
            return Fraction(value)
        if _is_vanishing(value):
            raise InvalidValueError(
                f"be zero, or at least 1e-{_SMALLEST} from it",
                was=str(value),
                field=field,
                hint="a fraction of it would be too long; carbonkit.fund.figure.figure rounds it",
            )
    return Fraction(exact(value, field=field))


def _is_made(number: Decimal) -> bool:
    """Say whether a decimal may be one that a function of this module has made: 60 digits, after zeros."""
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and len(digits) <= DIGITS and -_SMALLEST <= exponent <= DIGITS


def _is_vanishing(number: Decimal) -> bool:
    """Say whether a decimal is one that a function has made, too near to zero to be written as a fraction."""
    _, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and len(digits) <= DIGITS and any(digits) and exponent < -_SMALLEST


def real(value: Number, *, field: str = "number") -> Decimal:
    """
    Write a number as a decimal of at most 60 significant digits.

    Args:
        value: A str, int, Decimal or Fraction.
        field: The name that an error gives it.

    Returns:
        The decimal; exact if it has no more digits.

    Raises:
        InexactNumberError: If it is a float, a bool, NaN or infinite.

    Example:
        >>> real(Fraction(1, 8)), len(str(real(Fraction(1, 3))))
        (Decimal('0.125'), 62)
    """
    given = fraction(value, field=field)
    return _context().divide(Decimal(given.numerator), Decimal(given.denominator))


def exponential(value: Number) -> Decimal:
    """
    Raise e to a power.

    Args:
        value: The power.

    Returns:
        The value, to 60 significant digits.

    Raises:
        InvalidValueError: If the value is beyond what a number may be.

    Example:
        >>> round(exponential("0.025") * Decimal("88.50"), 12)
        Decimal('90.740388166412')
    """
    return _exponential(real(value))


def _exponential(power_of_e: Decimal) -> Decimal:
    try:
        return _context().exp(power_of_e)
    except decimal.Overflow:
        raise InvalidValueError(
            "be a power of e that can be written out", was=str(power_of_e), field="number"
        ) from None


def logarithm(value: Number) -> Decimal:
    """
    Find the natural logarithm.

    Args:
        value: A number above zero.

    Returns:
        The value, to 60 significant digits.

    Raises:
        InvalidValueError: If the number is zero or negative.

    Example:
        >>> round(logarithm(2), 12)
        Decimal('0.693147180560')
    """
    given = real(value)
    if given <= 0:
        raise InvalidValueError("be above zero", was=str(given), field="number", hint="it has no logarithm")
    return _context().ln(given)


def square_root(value: Number) -> Decimal:
    """
    Find the square root.

    Args:
        value: A number that is zero or more.

    Returns:
        The value, to 60 significant digits.

    Raises:
        InvalidValueError: If the number is negative.

    Example:
        >>> square_root("0.25")
        Decimal('0.5')
    """
    given = real(value)
    if given < 0:
        raise InvalidValueError(
            "be zero or more", was=str(given), field="number", hint="it has no square root"
        )
    return _context().sqrt(given)


def power(base: Number, exponent: Number) -> Fraction:
    """
    Raise a number to a power: exactly for a whole one, to 60 significant digits for any other.

    A whole power that would be more than a million digits long is worked out as the others are.

    Args:
        base: A number above zero.
        exponent: The power, such as a count of years.

    Returns:
        The value.

    Raises:
        InvalidValueError: If the base is zero or negative, or the value has more than 100,000 digits
            before or behind the point.

    Example:
        >>> power("1.08", 2), round(power("1.08", Fraction(1, 2)), 12)
        (Fraction(729, 625), Fraction(1039230484541, 1000000000000))
    """
    bottom, top = fraction(base, field="base"), fraction(exponent, field="exponent")
    if bottom <= 0:
        raise InvalidValueError("be above zero", was=str(real(bottom)), field="base")
    bits = max(bottom.numerator.bit_length(), bottom.denominator.bit_length())
    if top.denominator == 1 and bits * abs(top.numerator) <= _EXACT_BITS:
        return bottom**top.numerator
    found = _exponential(_context().multiply(real(top), _context().ln(real(bottom))))
    if abs(found.adjusted()) > _FURTHEST:
        raise InvalidValueError(
            f"give at most {_FURTHEST:,} digits", was=f"1E{found.adjusted():+}", field="exponent"
        )
    return Fraction(found)


def figure(value: Number, places: int, rounding: Rounding) -> Decimal:
    """
    Round a number once, to be reported.

    Args:
        value: The exact number.
        places: Digits behind the point.
        rounding: Which way.

    Returns:
        The rounded number.

    Raises:
        InexactNumberError: If the number is a float, a bool, NaN or infinite.
        InvalidValueError: If it has more than 800 digits when it is rounded, `places` is not from -60 to
            60, or `rounding` is no `Rounding`.

    Example:
        >>> figure(Fraction(46_932_807_68, 3), 2, Rounding.HALF_UP)
        Decimal('1564426922.67')
    """
    round_to(0, places, rounding)  # refuses what is no count of places, or no rounding
    if type(value) is Decimal and _is_vanishing(value):  # it rounds as its sign says
        value = Fraction(-1 if value < 0 else 1, 10**_SMALLEST)
    # A fraction may be longer than a number that enters. What lies between two steps is told apart only
    # as nothing, below, at or above the middle, which is all that rounding looks at.
    steps = fraction(value) * Fraction(10) ** int(places)
    floor, rest = divmod(steps.numerator, steps.denominator)
    if floor.bit_length() > _LONGEST * 10 // 3:
        raise InvalidValueError(f"have at most {_LONGEST} digits", was="a longer one", field="number")
    quarters = 4 * floor + (
        0 if not rest else 2 + (2 * rest > steps.denominator) - (2 * rest < steps.denominator)
    )
    return divide(multiply(Decimal(quarters), Decimal((0, (1,), -int(places)))), 4, places, rounding)


def money(value: Number, currency: str, rounding: Rounding, places: int | None = None) -> Money:
    """
    Round an amount once, to be reported or paid.

    Args:
        value: The exact amount, in the currency's main unit.
        currency: Its ISO 4217 code.
        rounding: Which way.
        places: Digits behind the point; the minor unit's if left out.

    Returns:
        The money.

    Example:
        >>> money(Fraction(100, 3), "CNY", Rounding.HALF_UP)
        Money('33.33', 'CNY')
    """
    return Money(figure(value, minor_places(currency) if places is None else places, rounding), currency)
