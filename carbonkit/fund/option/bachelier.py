"""
Bachelier's model: European options on a price that may be zero or negative, such as a spread.

The forward itself moves normally, with a volatility in units of price: "4.0" is four
yuan (or euro) over a year.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number
from carbonkit.fund.option._option_limit import certain
from carbonkit.fund.option._option_terms import ROUGH, OptionTerms, decimal_of, not_negative, number
from carbonkit.fund.option.normal import density, distribution
from carbonkit.fund.option.option_value import OptionModel, OptionValue, Sensitivities

if TYPE_CHECKING:
    from carbonkit.market.contract import Right

__all__ = ["bachelier"]

_GUARD: Final = 20  # digits beyond those reported


def bachelier(
    right: Right,
    *,
    forward: Number,
    strike: Number,
    volatility: Number,
    years: Number,
    rate: Number,
) -> OptionValue:
    """
    Value a European option on a forward, future or spread by Bachelier's formula.

    With no time or no volatility left the value is the intrinsic one, discounted; an
    exact limit.

    Args:
        right: Call or put.
        forward: The price of the forward, future or spread; of any sign.
        strike: In the same unit; of any sign.
        volatility: Of the price, a year, in the same unit.
        years: Years to expiry; zero or more.
        rate: The interest rate, continuously compounded; "0.03" is 3 %.

    Returns:
        The value of one unit and its sensitivities.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is out of its range, or `right` is no `Right`.

    Example:
        >>> from carbonkit.market.contract import Right
        >>> call = bachelier(Right.CALL, forward=-2, strike=3, volatility=12, years="0.5", rate="0.03")
        >>> round(call.value, 10)
        Decimal('1.4347194742')
    """
    terms = OptionTerms(
        right=right,
        forward=number(forward, field="forward"),
        strike=number(strike, field="strike"),
        volatility=not_negative(volatility, field="volatility"),
        years=not_negative(years, field="years"),
        rate=number(rate, field="rate"),
    )
    value, moves = certain(terms) if terms.is_certain else _uncertain(terms)
    return OptionValue(
        model=OptionModel.BACHELIER,
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
    margin = decimal_of(terms.sign * (terms.forward - terms.strike), digits)
    d = _d(terms, digits)
    volatility, years = decimal_of(terms.volatility, digits), decimal_of(terms.years, digits)
    sign = Decimal(terms.sign)
    probability = distribution(Fraction(multiply(sign, d)), digits=digits)
    bell = multiply(discount, density(Fraction(d), digits=digits))
    value = context.add(multiply(discount, multiply(margin, probability)), multiply(deviation, bell))
    vega = multiply(bell, context.sqrt(years))
    decay = divide(multiply(vega, volatility), multiply(Decimal(2), years))
    return value, Sensitivities(
        delta=multiply(multiply(sign, discount), probability),
        gamma=divide(bell, deviation),
        vega=vega,
        theta=context.subtract(multiply(decimal_of(terms.rate, digits), value), decay),
        rho=multiply(years, value).copy_negate(),
        vanna=divide(multiply(bell, d), volatility).copy_negate(),
        volga=divide(multiply(vega, multiply(d, d)), volatility),
        d1=d,
        d2=d,
        probability=probability,
    )


def _d(terms: OptionTerms, digits: int) -> Decimal:
    return context_of(digits).divide(
        decimal_of(terms.forward - terms.strike, digits), terms.deviation(digits)
    )


def _digits(terms: OptionTerms) -> int:
    """Say how many digits to work with, so that those reported stay when close numbers are subtracted."""
    far = abs(_d(terms, ROUGH.prec)).adjusted() + 1
    return DIGITS + _GUARD + 4 * max(0, far)
