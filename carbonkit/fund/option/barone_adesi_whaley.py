"""
The approximation of Barone-Adesi and Whaley: American options on forwards and futures.

It adds to Black's European value a premium for early exercise that solves the
valuation equation approximately. It is quick; its error is some cents on a price of
80 (see `carbonkit.fund.option.finite_difference` for a value as close as one wants).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number
from carbonkit.fund.option._option_terms import OptionTerms, above_zero, decimal_of, shown
from carbonkit.fund.option.american_value import AmericanValue
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.refusal import Refusal
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from carbonkit.fund.option.option_value import OptionValue
    from carbonkit.market.contract import Right

__all__ = ["barone_adesi_whaley"]

_INNER: Final = DIGITS + 20
_MOST_STEPS: Final = 100
_LEAST: Final = Fraction(1, 10**30)  # of a rate, beside volatility² and 1 / years

METHOD: Final = Source(
    "Journal of Finance",
    "G. Barone-Adesi and R. E. Whaley, Efficient analytic approximation of American option values",
    1987,
    table="42 (2), pages 301-320",
    status=Status.RECALLED,
    note="the quadratic approximation with a cost of carry of zero; values agree with QuantLib 1.44",
)
_NEVER_EARLY: Final = "the European value, as exercise before expiry never pays at a rate of zero or less"
_AT_ONCE: Final = "what exercise at once gives, as no time or no volatility is left"


def barone_adesi_whaley(
    right: Right,
    *,
    forward: Number,
    strike: Number,
    volatility: Number,
    years: Number,
    rate: Number,
    tolerance: Number,
) -> AmericanValue:
    """
    Value an American option on a forward or future, approximately.

    Args:
        right: Call or put.
        forward: The price of the forward or future; above zero.
        strike: Above zero, in the same unit.
        volatility: Of the forward's logarithm, a year.
        years: Years to expiry; zero or more.
        rate: The interest rate, continuously compounded.
        tolerance: The search for the price at which exercise begins to pay ends when both sides differ
            by no more than this part of the strike: the paper's is "0.00001", QuantLib's "0.000001". The
            value depends on it; by up to 1e-5 at a price of 80 between "0.000001" and none.

    Returns:
        The value of one unit, with the European one.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is out of its range, or `right` is no `Right`.
        FundError: If the search does not end.

    Example:
        >>> from carbonkit.market.contract import Right
        >>> worth = barone_adesi_whaley(Right.PUT, forward="65.5", strike=100, volatility="0.2", years=1,
        ...                             rate="0.03", tolerance="0.000001")
        >>> worth.value  # exercise at once is best
        Decimal('34.5')
    """
    within = above_zero(tolerance, field="tolerance")
    european = black76(right, forward=forward, strike=strike, volatility=volatility, years=years, rate=rate)
    terms = terms_of(european)
    if terms.rate <= 0:
        value, how = european.value, _NEVER_EARLY
    elif terms.is_certain:
        value, how = decimal_of(terms.intrinsic, DIGITS), _AT_ONCE
    else:
        _check_rate(terms)
        value, how = _approximate(terms, european, within)
    return AmericanValue(european=european, value=value, how=how, source=METHOD)


def _check_rate(terms: OptionTerms) -> None:
    least = _LEAST * max(terms.volatility * terms.volatility, 1 / terms.years)
    if terms.rate < least:
        raise InvalidValueError(
            f"be zero, or {shown(least)} or more at this volatility and over these years",
            was=shown(terms.rate),
            field="rate",
        )


def terms_of(option: OptionValue) -> OptionTerms:
    """Give back the terms of a valued option; internal."""
    return OptionTerms(
        right=option.right,
        forward=option.forward,
        strike=option.strike,
        volatility=option.volatility,
        years=option.years,
        rate=option.rate,
    )


def _approximate(terms: OptionTerms, european: OptionValue, tolerance: Fraction) -> tuple[Decimal, str]:
    context = context_of(_INNER)
    power = _power(terms, context.subtract(Decimal(1), terms.discount(_INNER)))
    critical, there = _critical(terms, power, tolerance)
    sign, forward = Decimal(terms.sign), decimal_of(terms.forward, _INNER)
    if context.multiply(sign, context.subtract(forward, critical)) >= 0:
        return decimal_of(terms.intrinsic, DIGITS), "what exercise at once gives, which is best"
    left = context.subtract(Decimal(1), context.multiply(sign, there.delta))
    scale = context.divide(context.multiply(sign, context.multiply(critical, left)), power)
    relative = context.ln(context.divide(forward, critical))
    premium = context.multiply(scale, context.exp(context.multiply(power, relative)))
    how = (
        f"the European value + A × (forward / F*)^q, q = {context_of(15).plus(power)}, where exercise pays "
        f"from F* = {context_of(15).plus(critical)}; an approximation"
    )
    return context.add(european.value, premium), how


def _power(terms: OptionTerms, share: Decimal) -> Decimal:
    """Give the exponent q of the premium, (1 ± √(1 + 8·rate / (volatility²·share))) / 2; 1 at the seed."""
    context = context_of(_INNER)
    ratio = decimal_of(8 * terms.rate / (terms.volatility * terms.volatility), _INNER)
    root = context.sqrt(context.add(Decimal(1), context.divide(ratio, share)))
    return context.divide(context.add(Decimal(1), context.multiply(Decimal(terms.sign), root)), Decimal(2))


def _critical(terms: OptionTerms, power: Decimal, tolerance: Fraction) -> tuple[Decimal, OptionValue]:
    """Find the forward from which exercise pays, by the paper's steps from the paper's seed."""
    context = context_of(_INNER)
    sign, strike = Decimal(terms.sign), decimal_of(terms.strike, _INNER)
    within = decimal_of(tolerance * terms.strike, _INNER)
    here = _seed(terms)
    for _ in range(_MOST_STEPS):
        there = _at(terms, here)
        left = context.subtract(Decimal(1), context.multiply(sign, there.delta))
        premium = context.divide(context.multiply(sign, context.multiply(left, here)), power)
        held = context.add(there.value, premium)
        exercised = context.multiply(sign, context.subtract(here, strike))
        if context.subtract(exercised, held).copy_abs() <= within:
            return here, there
        bent = context.subtract(sign, context.multiply(there.gamma, here))
        by_delta = context.multiply(
            there.delta, context.subtract(Decimal(1), context.divide(Decimal(1), power))
        )
        slope = context.add(by_delta, context.divide(bent, power))
        top = context.add(
            context.multiply(sign, strike), context.subtract(held, context.multiply(slope, here))
        )
        here = context.divide(top, context.subtract(sign, slope))
    raise FundError(
        "find the price from which exercise pays",
        was=f"{_MOST_STEPS} steps",
        field="tolerance",
        code=Refusal.NO_EXERCISE_PRICE,
        hint="make the tolerance larger, or use finite differences",
    )


def _seed(terms: OptionTerms) -> Decimal:
    # Between the strike and the price from which exercise of an option without expiry pays.
    context = context_of(_INNER)
    power = _power(terms, Decimal(1))
    strike = decimal_of(terms.strike, _INNER)
    endless = context.divide(strike, context.subtract(Decimal(1), context.divide(Decimal(1), power)))
    gap = context.subtract(endless, strike)
    twice = context.multiply(Decimal(-2), terms.deviation(_INNER))
    reach = context.exp(context.divide(context.multiply(twice, strike), gap.copy_abs()))
    return context.subtract(endless, context.multiply(gap, reach))


def _at(terms: OptionTerms, forward: Decimal) -> OptionValue:
    return black76(
        terms.right,
        forward=Fraction(forward),
        strike=terms.strike,
        volatility=terms.volatility,
        years=terms.years,
        rate=terms.rate,
    )
