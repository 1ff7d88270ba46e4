"""What an option is worth, and how that moves, where nothing is left to chance; internal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS
from carbonkit.fund.option._option_terms import decimal_of
from carbonkit.fund.option.option_value import Sensitivities

if TYPE_CHECKING:
    from carbonkit.fund.option._option_terms import OptionTerms

_GUARD: Final = 20  # digits beyond those reported


def certain(terms: OptionTerms) -> tuple[Decimal, Sensitivities | None]:
    """Give the limit of value and sensitivities where nothing is left to chance."""
    context = context_of(DIGITS + _GUARD)
    discount = terms.discount(context.prec)
    value = context.multiply(discount, decimal_of(terms.intrinsic, context.prec))
    if terms.forward == terms.strike:
        return value, None
    above = terms.forward > terms.strike
    exercised = above == (terms.sign > 0)
    infinite = Decimal("Infinity") if above else Decimal("-Infinity")
    zero = Decimal(0)
    return value, Sensitivities(
        delta=context.multiply(discount, Decimal(terms.sign)) if exercised else zero,
        gamma=zero,
        vega=zero,
        theta=context.multiply(decimal_of(terms.rate, context.prec), value),
        rho=context.multiply(decimal_of(-terms.years, context.prec), value),
        vanna=zero,
        volga=zero,
        d1=infinite,
        d2=infinite,
        probability=Decimal(1) if exercised else zero,
    )
