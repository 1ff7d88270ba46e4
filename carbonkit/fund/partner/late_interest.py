"""Interest on what is paid late: by one who joins at a later closing, or who makes good a default."""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import Number, fraction, power, real
from carbonkit.values.field import is_a
from carbonkit.values.number import decimal_places, plain

if TYPE_CHECKING:
    import datetime

__all__ = ["InterestMethod", "LateInterest"]


class InterestMethod(enum.Enum):
    """
    Whether interest bears interest.

    Example:
        >>> InterestMethod("simple").name
        'SIMPLE'
    """

    SIMPLE = "simple"
    """rate × years."""
    COMPOUND = "compound"
    """(1 + rate)^years − 1, in parts of a year too."""


def _rate(value: Number) -> Fraction:
    rate = fraction(value, field="rate")
    if rate < 0:
        raise InvalidValueError("be zero or more", was=str(value), field="rate")
    return rate


@attrs.frozen(kw_only=True)
class LateInterest:
    """
    The interest that the terms ask on late payments.

    Args:
        rate: A year's rate; "0.08" is 8 %.
        method: Simple or compound.
        day_count: How years are counted.

    Raises:
        InvalidValueError: If the rate is negative.

    Example:
        >>> LateInterest(rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED).rate
        Fraction(2, 25)
    """

    rate: Fraction = attrs.field(converter=_rate)
    method: InterestMethod = attrs.field(validator=is_a(InterestMethod))
    day_count: DayCount = attrs.field(validator=is_a(DayCount))

    def on_one(self, start: datetime.date, end: datetime.date) -> Fraction:
        """
        Work out the interest on an amount of one.

        Args:
            start: The day from which it runs.
            end: The day of the payment.

        Returns:
            The interest; exact, but for a compound one over a part of a year, which has 60 digits.

        Example:
            >>> import datetime
            >>> terms = LateInterest(
            ...     rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED)
            >>> terms.on_one(datetime.date(2021, 1, 1), datetime.date(2022, 1, 1))
            Fraction(2, 25)
        """
        years = self.day_count.years(start, end)
        if self.method is InterestMethod.SIMPLE:
            return self.rate * years
        return power(1 + self.rate, years) - 1

    def said(self) -> str:
        """
        Say the terms in words.

        Returns:
            Rate, method and day count.

        Example:
            >>> LateInterest(
            ...     rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED).said()
            '0.08 a year, simple, ACT/365F'
        """
        ends = decimal_places(self.rate.numerator, self.rate.denominator) is not None
        rate = plain(real(self.rate)) if ends else str(self.rate)
        return f"{rate} a year, {self.method.value}, {self.day_count.value}"
