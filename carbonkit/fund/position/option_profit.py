"""
Option profit: what made an option's value move from one state of the market to the next.

Each part takes a sensitivity of the first state times how far its cause moved. What they
leave is not spread over them: it is the unexplained rest, and all parts add up.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund.figure import Number, fraction
from carbonkit.fund.option._option_terms import counted
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.position.position import Cause
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from carbonkit.fund.option.option_value import OptionValue
    from carbonkit.market.contract import Right

__all__ = ["OptionState", "option_profit"]


def _forward(value: Number) -> Fraction:
    return fraction(value, field="forward")


def _volatility(value: Number) -> Fraction:
    return fraction(value, field="volatility")


def _years(value: Number) -> Fraction:
    return fraction(value, field="years")


def _rate(value: Number) -> Fraction:
    return fraction(value, field="rate")


@attrs.frozen(kw_only=True)
class OptionState:
    """
    What an option's value depends on at a moment, besides its terms.

    Args:
        forward: The price of the forward or future; above zero.
        volatility: Of its logarithm, a year; zero or more.
        years: Years to expiry; zero or more.
        rate: The interest rate, continuously compounded.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.

    Example:
        >>> OptionState(forward=80, volatility="0.45", years="0.5", rate="0.03").rate
        Fraction(3, 100)
    """

    forward: Fraction = attrs.field(converter=_forward)
    volatility: Fraction = attrs.field(converter=_volatility)
    years: Fraction = attrs.field(converter=_years)
    rate: Fraction = attrs.field(converter=_rate)

    def worth(self, right: Right, strike: Number) -> OptionValue:
        """
        Value a European option in this state, the premium paid at once.

        Args:
            right: Call or put.
            strike: Its strike.

        Returns:
            The value of one unit.

        Raises:
            InvalidValueError: If a number is out of its range.

        Example:
            >>> from carbonkit.market.contract import Right
            >>> state = OptionState(forward=80, volatility="0.45", years="0.5", rate="0.03")
            >>> round(state.worth(Right.CALL, 80).value, 10)
            Decimal('9.9621725805')
        """
        return black76(
            right,
            forward=self.forward,
            strike=strike,
            volatility=self.volatility,
            years=self.years,
            rate=self.rate,
        )


def option_profit(
    right: Right, strike: Number, before: OptionState, after: OptionState
) -> tuple[tuple[Cause, Fraction], ...]:
    """
    Say what made the value of one unit of an option move.

    Args:
        right: Call or put.
        strike: Its strike.
        before: The state at the beginning; its sensitivities are used.
        after: The state at the end.

    Returns:
        The parts: delta, gamma, volatility, time, interest rate, and the unexplained rest. Together they
        are exactly the difference of the two values; what is nearer to zero than 1e-100 counts as zero.
        Where the first state has no sensitivities (no time or no volatility left, and the forward at the
        strike) all of it is unexplained.

    Raises:
        InvalidValueError: If a number is out of its range.

    Example:
        >>> from carbonkit.market.contract import Right
        >>> before = OptionState(forward=80, volatility="0.45", years="0.5", rate="0.03")
        >>> after = OptionState(forward="81.5", volatility="0.46", years=Fraction(1, 2) - Fraction(1, 365),
        ...                     rate="0.03")
        >>> from carbonkit.fund.figure import figure
        >>> from carbonkit.values import Rounding
        >>> for cause, part in option_profit(Right.CALL, 80, before, after):
        ...     print(cause.value, figure(part, 6, Rounding.HALF_EVEN))
        delta 0.832229
        gamma 0.017150
        volatility 0.219520
        time -0.026245
        interest rate 0.000000
        unexplained 0.000701
    """
    check_type(before, OptionState, field="before")
    check_type(after, OptionState, field="after")
    start, end = before.worth(right, strike), after.worth(right, strike)
    actual = counted(end.value) - counted(start.value)
    moved = after.forward - before.forward
    parts: tuple[tuple[Cause, Fraction], ...] = ()
    greeks = start.sensitivities
    if greeks is not None:
        parts = (
            (Cause.DELTA, counted(greeks.delta) * moved),
            (Cause.GAMMA, counted(greeks.gamma) * moved * moved / 2),
            (Cause.VEGA, counted(greeks.vega) * (after.volatility - before.volatility)),
            (Cause.THETA, counted(greeks.theta) * (before.years - after.years)),
            (Cause.RATE, counted(greeks.rho) * (after.rate - before.rate)),
        )
    rest = actual - sum((part for _, part in parts), Fraction(0))
    return (*parts, (Cause.UNEXPLAINED, rest))
