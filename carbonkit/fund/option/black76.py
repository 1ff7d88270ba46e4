"""
Black's model of 1976: European options on forwards and futures, the premium paid at once.

So are the options on EUA futures that ICE lists (product specification 196). The forward price moves with a
relative volatility and the value is discounted; nothing is approximated, and the tails
keep their digits.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number
from carbonkit.fund.option._option_limit import certain
from carbonkit.fund.option._option_terms import (
    ROUGH,
    OptionTerms,
    above_zero,
    decimal_of,
    not_negative,
    number,
)
from carbonkit.fund.option.normal import density, distribution
from carbonkit.fund.option.option_value import OptionModel, OptionValue, Sensitivities

if TYPE_CHECKING:
    from carbonkit.market.contract import Right

__all__ = ["black76"]

_GUARD: Final = 20  # digits beyond those reported
_BACHELIER_HINT: Final = "a price that may be zero or negative is for carbonkit.fund.option.bachelier"


def black76(
    right: Right,
    *,
    forward: Number,
    strike: Number,
    volatility: Number,
    years: Number,
    rate: Number,
) -> OptionValue:
    """
    Value a European option on a forward or future by Black's formula.

    With no time left the value is the intrinsic one, with no volatility that of the
    forward, discounted; both are exact limits.

    Args:
        right: Call or put.
        forward: The price of the forward or future; above zero.
        strike: Above zero, in the same unit.
        volatility: Of the forward's logarithm, a year; "0.45" is 45 %.
        years: Years to expiry; zero or more.
        rate: The interest rate, continuously compounded; "0.03" is 3 %.

    Returns:
        The value of one unit and its sensitivities.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is out of its range, or `right` is no `Right`.

    Example:
        >>> from carbonkit.market.contract import Right
        >>> put = black76(Right.PUT, forward="65.50", strike=80, volatility="0.45", years="0.5", rate="0.03")
        >>> round(put.value, 4), round(put.theta, 4)
        (Decimal('17.9122'), Decimal('-6.7993'))
    """
    terms = OptionTerms(
        right=right,
        forward=above_zero(forward, field="forward", hint=_BACHELIER_HINT),
        strike=above_zero(strike, field="strike", hint=_BACHELIER_HINT),
        volatility=not_negative(volatility, field="volatility"),
        years=not_negative(years, field="years"),
        rate=number(rate, field="rate"),
    )
    value, moves = certain(terms) if terms.is_certain else _uncertain(terms)
    return OptionValue(
        model=OptionModel.BLACK_76,
        right=terms.right,
        forward=terms.forward,
        strike=terms.strike,
        volatility=terms.volatility,
        years=terms.years,
        rate=terms.rate,
        value=value,
        sensitivities=moves,
    )


def _uncertain(terms: OptionTerms) -> tuple[Decimal, Sensitivities]:
    digits = _digits(terms)
    context = context_of(digits)
    multiply, divide = context.multiply, context.divide
    discount, deviation = terms.discount(digits), terms.deviation(digits)
    d1, d2 = _both(terms, digits)
    forward, strike = decimal_of(terms.forward, digits), decimal_of(terms.strike, digits)
    volatility, years = decimal_of(terms.volatility, digits), decimal_of(terms.years, digits)
    sign = Decimal(terms.sign)
    in_forward = distribution(Fraction(multiply(sign, d1)), digits=digits)
    in_strike = distribution(Fraction(multiply(sign, d2)), digits=digits)
    difference = context.subtract(multiply(forward, in_forward), multiply(strike, in_strike))
    value = multiply(multiply(sign, discount), difference)
    bell = multiply(discount, density(Fraction(d1), digits=digits))
    vega = multiply(multiply(forward, bell), context.sqrt(years))
    decay = divide(multiply(vega, volatility), multiply(Decimal(2), years))
    return value, Sensitivities(
        delta=multiply(multiply(sign, discount), in_forward),
        gamma=divide(bell, multiply(forward, deviation)),
        vega=vega,
        theta=context.subtract(multiply(decimal_of(terms.rate, digits), value), decay),
        rho=multiply(years, value).copy_negate(),
        vanna=divide(multiply(bell, d2), volatility).copy_negate(),
        volga=divide(multiply(multiply(vega, d1), d2), volatility),
        d1=d1,
        d2=d2,
        probability=in_strike,
    )


def _both(terms: OptionTerms, digits: int) -> tuple[Decimal, Decimal]:
    context = context_of(digits)
    deviation = terms.deviation(digits)
    moneyness = context.ln(decimal_of(terms.forward / terms.strike, digits))
    middle, half = context.divide(moneyness, deviation), context.divide(deviation, Decimal(2))
    return context.add(middle, half), context.subtract(middle, half)


def _digits(terms: OptionTerms) -> int:
    """Say how many digits to work with, so that those reported stay when close numbers are subtracted."""
    deviation = terms.deviation(ROUGH.prec)
    far = max(abs(d).adjusted() + 1 for d in _both(terms, ROUGH.prec))
    return DIGITS + _GUARD + 3 * max(0, far) + 2 * max(0, -deviation.adjusted())
