"""Exact fractions: how a Decimal becomes one, how it comes back, how it is written; internal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from carbonkit.accounting.line import Conversion
from carbonkit.errors import InexactConversionError, InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, Rounding, decimal_places, divide, exact, plain

_PLACES: Final = 60  # the most decimal places that a number may have
_SHOWN: Final = 6  # places of a fraction that never ends, for reading only


def fraction(value: Exact | Fraction, *, field: str) -> Fraction:
    """Take an exact number as a fraction; a float is refused."""
    return value if isinstance(value, Fraction) else Fraction(exact(value, field=field))


def not_negative(value: Exact | Fraction, *, field: str) -> Fraction:
    """Take a number of zero or more."""
    number = fraction(value, field=field)
    if number < 0:
        raise InvalidValueError("be zero or more", was=written(number), field=field)
    return number


def finite(number: Fraction) -> Decimal | None:
    """Give the decimal that a fraction is; None where its digits never end, or are too many."""
    places = decimal_places(number.numerator, number.denominator)
    if places is None or places > _PLACES:
        return None
    return _divided(number, places, Rounding.HALF_EVEN)


def decimal_of(number: Fraction, conversion: Conversion | None, *, field: str) -> Decimal:
    """Give a fraction as a decimal: exact, or rounded as the caller named, alike in both signs."""
    if conversion is not None:
        check_type(conversion, Conversion, field="conversion")
    result = finite(number)
    if result is not None:
        return result
    if conversion is None:
        raise InexactConversionError(
            "have a finite decimal form",
            was=written(number),
            field=field,
            hint="name a rounding, e.g. conversion=Conversion(9, Rounding.HALF_EVEN)",
        )
    return _divided(number, conversion.places, conversion.rounding)


def written(number: Fraction) -> str:
    """Write a fraction out: as a decimal, or as it is with its first places."""
    result = finite(number)
    if result is not None:
        return plain(result)
    return f"{number} ≈ {plain(_divided(number, _SHOWN, Rounding.HALF_EVEN))}"


def _divided(number: Fraction, places: int, rounding: Rounding) -> Decimal:
    return divide(Decimal(number.numerator), Decimal(number.denominator), places, rounding)
