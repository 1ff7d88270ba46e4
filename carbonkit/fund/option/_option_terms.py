"""The terms of an option that is to be valued, checked, and what they come to; internal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number, fraction
from carbonkit.market.contract import Right
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a

ROUGH: Final = context_of(28)
"""Digits enough to see how many are needed."""

_MOST_EXPONENT: Final = 10_000
_NEAREST: Final = -100  # the power of ten below which what a book counts is nothing
_SHOWN: Final = context_of(15)


def number(value: Number, *, field: str) -> Fraction:
    """Take a number exactly."""
    return fraction(value, field=field)


def above_zero(value: Number, *, field: str, hint: str = "") -> Fraction:
    """Take a number above zero."""
    given = fraction(value, field=field)
    if given <= 0:
        raise InvalidValueError("be above zero", was=str(value), field=field, hint=hint)
    return given


def not_negative(value: Number, *, field: str) -> Fraction:
    """Take a number that is zero or more."""
    given = fraction(value, field=field)
    if given < 0:
        raise InvalidValueError("be zero or more", was=str(value), field=field)
    return given


def decimal_of(value: Fraction, digits: int) -> Decimal:
    """Write a fraction with so many significant digits."""
    return context_of(digits).divide(Decimal(value.numerator), Decimal(value.denominator))


def reported(value: Decimal) -> Decimal:
    """Give a result with the digits that are reported; a zero is a plain one."""
    return context_of(DIGITS).plus(value) or Decimal(0)


def counted(value: Decimal) -> Fraction:
    """Give a result as a fraction for a book to count with; nearer to zero than 1e-100 it is zero."""
    return Fraction(value) if value and value.adjusted() >= _NEAREST else Fraction(0)


def shown(value: Decimal | Fraction) -> str:
    """Write a number for a reader, with at most 15 significant digits."""
    short = decimal_of(value, _SHOWN.prec) if isinstance(value, Fraction) else _SHOWN.plus(value)
    return str(short or Decimal(0))


@attrs.frozen(kw_only=True)
class OptionTerms:
    """What an option is valued from; the model says which forwards and strikes it takes."""

    right: Right = attrs.field(validator=is_a(Right))
    forward: Fraction
    strike: Fraction
    volatility: Fraction
    years: Fraction
    rate: Fraction

    def __attrs_post_init__(self) -> None:
        """Check that the discount factor is a number that decimals can hold."""
        if abs(self.rate * self.years) > _MOST_EXPONENT:
            raise InvalidValueError(
                f"make rate × years lie within ±{_MOST_EXPONENT}", was=shown(self.rate), field="rate"
            )

    @property
    def sign(self) -> int:
        """1 of a call, -1 of a put."""
        return 1 if self.right is Right.CALL else -1

    @property
    def intrinsic(self) -> Fraction:
        """What exercise would give, if the forward stood where it stands."""
        return max(self.sign * (self.forward - self.strike), Fraction(0))

    @property
    def is_certain(self) -> bool:
        """Whether nothing is left to chance: no time or no volatility."""
        return not self.volatility or not self.years

    def discount(self, digits: int) -> Decimal:
        """Give the discount factor, e^(−rate × years)."""
        context = context_of(digits + 2 * len(str(_MOST_EXPONENT)))
        return context.exp(decimal_of(-self.rate * self.years, context.prec))

    def deviation(self, digits: int) -> Decimal:
        """Give volatility × √years."""
        return context_of(digits).sqrt(decimal_of(self.volatility * self.volatility * self.years, digits))

    def explain(self) -> tuple[Explanation, ...]:
        """Say what was given."""
        return (
            Explanation("right", self.right.value),
            Explanation("forward", shown(self.forward)),
            Explanation("strike", shown(self.strike)),
            Explanation("volatility", shown(self.volatility)),
            Explanation("years to expiry", shown(self.years)),
            Explanation("interest rate", shown(self.rate), how="continuously compounded, a year"),
        )
