"""How exact numbers are written for a reader, whatever the host's decimal context; internal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from carbonkit.fund.exponential import context_of
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from fractions import Fraction

_DIGITS = 15


def shown(number: Fraction) -> str:
    """Write a number with at most 15 significant digits and no exponent."""
    context = context_of(_DIGITS)
    text = plain(context.divide(Decimal(number.numerator), Decimal(number.denominator)))
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(number: Fraction) -> str:
    """Write a number with its sign, a plus too."""
    return shown(number) if number < 0 else f"+{shown(number)}"
