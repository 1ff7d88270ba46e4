"""Exact fractions: shares of ownership and what they make of a mass; internal."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import Exact, Rounding, decimal_places, divide, exact, plain, whole

Share: TypeAlias = Exact | Fraction
"""What is taken where a share belongs: of one, as a percentage ("33.3 %") or as a ratio ("1/3")."""

_PERCENT = re.compile(r"([^%\s]+)\s?%")
_RATIO = re.compile(r"([0-9]{1,30})/([0-9]{1,30})")
_HUNDRED = 100


def fraction(number: Decimal) -> Fraction:
    """Take a Decimal as a fraction, exactly."""
    return Fraction(*number.as_integer_ratio())


def share(value: Share, *, field: str = "share") -> Fraction:
    """Take a share from nothing to the whole."""
    number = value if isinstance(value, Fraction) else _share(value, field)
    if not 0 <= number <= 1:
        hint = f'write "{value} %" if a percentage was meant' if isinstance(value, int | str) else ""
        raise InvalidValueError("be a share from 0 to 1", was=value, field=field, hint=hint)
    return number


def _share(value: Exact, field: str) -> Fraction:
    if isinstance(value, str):
        ratio, percent = _RATIO.fullmatch(value), _PERCENT.fullmatch(value)
        if ratio is not None:
            top, bottom = whole(ratio[1], field=field), whole(ratio[2], field=field)
            if not bottom:
                raise InvalidValueError("not be divided by zero", was=value, field=field)
            return Fraction(top, bottom)
        if percent is not None:
            return fraction(exact(percent[1], field=field)) / _HUNDRED
    return fraction(exact(value, field=field))


def finite(value: Fraction) -> Decimal | None:
    """Write a fraction as a decimal number, exactly; None where it has no end."""
    places = decimal_places(value.numerator, value.denominator)
    if places is None:
        return None
    return Decimal(f"{value.numerator * 10**places // value.denominator}E-{places}")


def written(value: Fraction) -> str:
    """Write a fraction in full as a decimal number, or as a ratio where that has no end."""
    number = finite(value)
    return str(value) if number is None else plain(number)


def percent(value: Fraction) -> str:
    """Write a share as a percentage, or as a ratio where that has no end."""
    number = finite(value * _HUNDRED)
    return str(value) if number is None else f"{plain(number)} %"


def rounded(value: Fraction, places: int, rounding: Rounding) -> Decimal:
    """Round a fraction once, in a named way."""
    return divide(Decimal(value.numerator), Decimal(value.denominator), places, rounding)
