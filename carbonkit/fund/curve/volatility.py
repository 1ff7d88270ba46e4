"""Volatilities: how much an option's future is expected to move in a year, option by option."""

from __future__ import annotations

from fractions import Fraction

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import Number, fraction
from carbonkit.values.field import is_a
from carbonkit.values.identifier import InstrumentId

__all__ = ["Volatility"]


def _volatility(value: Number) -> Fraction:
    number = fraction(value, field="volatility")
    if number < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="volatility")
    return number


@attrs.frozen
class Volatility:
    """
    The yearly volatility that an option is priced with.

    Args:
        instrument: The option.
        value: The volatility of its future's price; 0.45 is 45 % a year.

    Raises:
        InexactNumberError: If the value is a float, a bool, NaN or infinite.
        InvalidValueError: If it is negative.

    Example:
        >>> Volatility(InstrumentId("EUA-2025-12-C80"), "0.45").value
        Fraction(9, 20)
    """

    instrument: InstrumentId = attrs.field(validator=is_a(InstrumentId))
    value: Fraction = attrs.field(converter=_volatility)
