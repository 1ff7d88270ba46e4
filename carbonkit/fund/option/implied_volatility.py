"""
Implied volatility: the one at which a model's value is the price that was paid.

The option that is out of the money is looked at, whose value is time value alone; the
search is bracketed, so that it always ends, and the result is proved from both sides.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number
from carbonkit.fund.option._option_terms import OptionTerms, above_zero, decimal_of, number, reported, shown
from carbonkit.fund.option.bachelier import bachelier
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.option_value import OptionModel, OptionValue
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Right
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding, plain, whole

__all__ = ["ImpliedVolatility", "implied_volatility"]

_MOST_PLACES: Final = 30
_GUARD: Final = 10  # places beyond those asked for that the search is carried to
_INNER: Final = 3 * DIGITS
_TOLD: Final = Decimal((0, (1,), 3 - DIGITS))  # a value is known to this part of itself
_MOST_STEPS: Final = 500
_FARTHEST: Final = Decimal(50)  # a step further than e^50 times is not taken


@attrs.frozen(kw_only=True)
class ImpliedVolatility:
    """
    The volatility that explains an option's price.

    Args:
        volatility: A year, rounded; in the model's unit. Zero if the price is the least that it can be.
        price: What it explains.
        option: The option's value and sensitivities at that volatility.
        places: Decimal places of the volatility.
        rounding: How it was rounded.

    Example:
        >>> found = implied_volatility(Right.CALL, model=OptionModel.BLACK_76, price="6.5", forward=80,
        ...                            strike=80, years="0.5", rate="0.03", places=6,
        ...                            rounding=Rounding.HALF_EVEN)
        >>> found.volatility, round(found.option.value, 4)
        (Decimal('0.292899'), Decimal('6.5000'))
    """

    volatility: Decimal
    price: Fraction
    option: OptionValue
    places: int
    rounding: Rounding

    def explain(self) -> Explanation:
        """
        Say what was found, and the option's value with it.

        Returns:
            The explanation.

        Example:
            >>> found = implied_volatility(Right.CALL, model=OptionModel.BLACK_76, price="6.5", forward=80,
            ...                            strike=80, years="0.5", rate="0.03", places=4,
            ...                            rounding=Rounding.HALF_EVEN)
            >>> found.explain().how
            'the only one at which the value is 6.5; rounded HALF_EVEN to 4 places'
        """
        return Explanation(
            f"implied volatility, {self.option.model.value}",
            plain(self.volatility),
            how=f"the only one at which the value is {shown(self.price)}; "
            f"rounded {self.rounding.name} to {self.places} places",
            source=self.option.model.source,
            parts=(self.option.explain(),),
        )


def implied_volatility(
    right: Right,
    *,
    model: OptionModel,
    price: Number,
    forward: Number,
    strike: Number,
    years: Number,
    rate: Number,
    places: int,
    rounding: Rounding,
) -> ImpliedVolatility:
    """
    Find the volatility at which a European option is worth its price.

    A value rises with the volatility, so there is one or none. It is found to 10
    places more than asked for, seen to lie between two values that are too low and too
    high, and rounded once.

    Args:
        right: Call or put.
        model: How the forward is taken to move.
        price: What one unit of the option costs.
        forward: The price of the forward or future.
        strike: In the same unit.
        years: Years to expiry; above zero.
        rate: The interest rate, continuously compounded.
        places: Decimal places of the volatility: 4 shows hundredths of a percent. At most 30.
        rounding: How it is rounded.

    Returns:
        The volatility, with the option as it is valued at it.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If an argument is not what it must be.
        FundError: If no volatility explains the price, or the price stands so close to the most that an
            option can cost that the places asked for cannot be told.

    Example:
        >>> implied_volatility(Right.PUT, model=OptionModel.BACHELIER, price="4.80", forward="1.50",
        ...                    strike=3, years="0.5", rate="0.03", places=4,
        ...                    rounding=Rounding.HALF_UP).volatility
        Decimal('14.4587')
    """
    if not isinstance(model, OptionModel):
        raise InvalidValueError("be an OptionModel", was=repr(model), field="model")
    kept = whole(places, field="places")
    if not 0 <= kept <= _MOST_PLACES:
        raise InvalidValueError(f"be a whole number from 0 to {_MOST_PLACES}", was=kept, field="places")
    if not isinstance(rounding, Rounding):
        raise InvalidValueError("be a Rounding", was=repr(rounding), field="rounding")
    time = above_zero(years, field="years", hint="an option that expires has no volatility left")
    paid = number(price, field="price")

    def valued(volatility: Number) -> OptionValue:
        function = black76 if model is OptionModel.BLACK_76 else bachelier
        return function(right, forward=forward, strike=strike, volatility=volatility, years=time, rate=rate)

    search = _Search.of(valued(Fraction(0)), paid)
    found = search.volatility(kept) if search.target else Decimal(0)
    rounded = found.quantize(Decimal((0, (1,), -kept)), rounding=rounding.value, context=context_of(_INNER))
    return ImpliedVolatility(
        volatility=rounded,
        price=paid,
        option=valued(Fraction(rounded)),
        places=kept,
        rounding=rounding,
    )


@attrs.frozen
class _Search:
    """The search for the volatility at which the option that is out of the money is worth `target`."""

    value: Callable[[Decimal], OptionValue]
    target: Decimal
    start: Decimal

    @classmethod
    def of(cls, least: OptionValue, price: Fraction) -> _Search:
        """Look at the option on the other side if this one is in the money: it has the same time value."""
        context = context_of(_INNER)
        terms = OptionTerms(
            right=least.right,
            forward=least.forward,
            strike=least.strike,
            volatility=Fraction(0),
            years=least.years,
            rate=least.rate,
        )
        discount = terms.discount(_INNER)
        intrinsic = context.multiply(discount, decimal_of(terms.intrinsic, _INNER))
        target = context.subtract(decimal_of(price, _INNER), intrinsic)
        black = least.model is OptionModel.BLACK_76
        below = min(least.forward, least.strike)
        most = context.multiply(discount, decimal_of(below, _INNER)) if black else None
        if target < 0 or (most is not None and target >= most):
            high = f" and below {shown(context.add(intrinsic, most))}" if most is not None else ""
            raise FundError(
                f"be at least {shown(intrinsic)}{high}",
                was=shown(price),
                field="price",
                code=Refusal.NO_VOLATILITY,
                hint="no volatility explains it; look at the forward, the rate and the side",
            )
        right = Right.CALL if least.forward <= least.strike else Right.PUT

        def value(volatility: Decimal) -> OptionValue:
            function = black76 if black else bachelier
            return function(
                right,
                forward=least.forward,
                strike=least.strike,
                volatility=Fraction(volatility),
                years=least.years,
                rate=least.rate,
            )

        return cls(value, target, _start(terms, target, black=black))

    def volatility(self, places: int) -> Decimal:
        """Return it to some places more than asked for."""
        unit = Decimal((0, (1,), -places - _GUARD))
        context = context_of(_INNER)
        low, high = Decimal(0), Decimal("Infinity")
        here = after = self.start
        for _ in range(_MOST_STEPS):
            worth = self.value(here)
            if worth.value < self.target:
                low = here
            else:
                high = here
            after = self._newton(here, worth, low, high)
            if context.subtract(after, here).copy_abs() < context.scaleb(unit, -2):
                break
            here = after
        settled = after.quantize(unit, context=context)
        self._prove(context.subtract(settled, unit), context.add(settled, unit), places)
        return settled

    def _newton(self, here: Decimal, worth: OptionValue, low: Decimal, high: Decimal) -> Decimal:
        """Take Newton's step on the logarithm of the value, by the logarithm of the volatility."""
        context = context_of(_INNER)
        if worth.value and worth.vega:
            height = context.ln(context.divide(worth.value, self.target))
            slope = context.divide(context.multiply(worth.vega, here), worth.value)
            step = context.divide(height, slope).copy_negate()
            if step.copy_abs() < _FARTHEST:
                after = context.multiply(here, context.exp(step))
                if low <= after <= high:
                    return after
        if not high.is_finite():
            return context.multiply(here, Decimal(2))
        return context.divide(context.add(low, high), Decimal(2))

    def _prove(self, low: Decimal, high: Decimal, places: int) -> None:
        """Check that the volatility lies between two that are told apart from it."""
        context = context_of(_INNER)
        margin = context.multiply(self.target, _TOLD)
        below = Decimal(0) if low <= 0 else self.value(low).value
        above = self.value(high).value
        if below > context.subtract(self.target, margin) or above < context.add(self.target, margin):
            raise FundError(
                "be a price that tells the volatility to the places asked for",
                was=f"{shown(self.target)} of time value, {places} places",
                field="price",
                code=Refusal.NO_VOLATILITY,
                hint="it stands so close to the most or the least that many volatilities explain it",
            )


def _start(terms: OptionTerms, target: Decimal, *, black: bool) -> Decimal:
    # At the forward the value is about price × volatility × √years / √(2π); off it, the value is most
    # sensitive to the volatility where that times √years is √(2·|ln(forward/strike)|).
    context = context_of(DIGITS)
    years = context.sqrt(decimal_of(terms.years, DIGITS))
    scale = decimal_of(terms.forward, DIGITS) if black else Decimal(1)
    close = context.divide(context.multiply(reported(target), Decimal("2.5")), scale)
    if black and terms.forward != terms.strike:
        moneyness = context.ln(decimal_of(terms.forward / terms.strike, DIGITS)).copy_abs()
        close = context.sqrt(context.multiply(Decimal(2), moneyness))
    elif terms.forward != terms.strike:
        close = context.add(close, decimal_of(abs(terms.forward - terms.strike), DIGITS))
    return context.divide(close, years)
