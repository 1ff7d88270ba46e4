"""
Kirk's approximation: options on the spread between two forwards, such as EUA and CER.

The second forward and the strike are taken together as one log-normal price, so that
Black's formula of 1976 can be used with the volatility of the ratio. With a strike of
zero, the option to exchange one for the other, nothing is approximated (Margrabe).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number
from carbonkit.fund.option._option_terms import above_zero, decimal_of, not_negative, number, reported, shown
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.option_value import OptionValue
from carbonkit.market.contract import Right
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.source import Source, Status

__all__ = ["SpreadOptionValue", "kirk"]

_INNER: Final = 2 * DIGITS

METHOD: Final = Source(
    "Risk Publications",
    "E. Kirk, Correlation in the energy markets, in: Managing Energy Price Risk",
    1995,
    table="pages 71-78",
    status=Status.RECALLED,
    note="an approximation unless the strike is zero; values agree with QuantLib 1.44",
)


@attrs.frozen(kw_only=True)
class SpreadOptionValue:
    """
    What an option on the first forward less the second is worth.

    Args:
        right: Call or put on the spread.
        first: The forward price that counts up.
        second: The one that counts down.
        strike: What the spread is compared with.
        first_volatility: Of the first's logarithm, a year.
        second_volatility: Of the second's.
        correlation: Of the two.
        option: The option on the first struck at second + strike, at the volatility of their ratio.

    Example:
        >>> worth = kirk(Right.CALL, first=80, second=70, strike=5, first_volatility="0.45",
        ...              second_volatility="0.6", correlation="0.5", years=1, rate="0.03")
        >>> round(worth.value, 10), round(worth.volatility, 10)
        (Decimal('17.7949301900'), Decimal('0.5139066063'))
    """

    right: Right = attrs.field(validator=is_a(Right))
    first: Fraction
    second: Fraction
    strike: Fraction
    first_volatility: Fraction
    second_volatility: Fraction
    correlation: Fraction
    option: OptionValue

    @property
    def value(self) -> Decimal:
        """What it is worth now, for one unit of each."""
        return self.option.value

    @property
    def volatility(self) -> Decimal:
        """Of the ratio of the first to second + strike."""
        return reported(decimal_of(self.option.volatility, DIGITS))

    @property
    def first_delta(self) -> Decimal:
        """
        By the first forward.

        Raises:
            FundError: If the value has a kink here; the same of all that follow.
        """
        return self.option.delta

    @property
    def second_delta(self) -> Decimal:
        """By the second forward, which moves the volatility of the ratio too."""
        context = context_of(_INNER)
        struck = self.second + self.strike
        sign = Decimal(1) if self.right is Right.CALL else Decimal(-1)
        discount = context.exp(decimal_of(-self.option.rate * self.option.years, _INNER))
        plain = context.multiply(context.multiply(sign, discount), self.option.probability)
        by_weight = self._ratio_moves(
            self._weight * self.second_volatility**2
            - self.correlation * self.first_volatility * self.second_volatility
        )
        moved = context.multiply(by_weight, decimal_of(self.strike / struck**2, _INNER))
        return reported(context.subtract(moved, plain))

    @property
    def first_vega(self) -> Decimal:
        """By the first volatility."""
        pull = self.correlation * self.second_volatility * self._weight
        return reported(self._ratio_moves(self.first_volatility - pull))

    @property
    def second_vega(self) -> Decimal:
        """By the second volatility."""
        pull = self.correlation * self.first_volatility
        return reported(self._ratio_moves(self._weight * (self.second_volatility * self._weight - pull)))

    @property
    def correlation_move(self) -> Decimal:
        """By the correlation."""
        return reported(self._ratio_moves(-self.first_volatility * self.second_volatility * self._weight))

    @property
    def _weight(self) -> Fraction:
        return self.second / (self.second + self.strike)

    def _ratio_moves(self, half_variance: Fraction) -> Decimal:
        """Turn what half the ratio's variance moves by into what the value moves by."""
        vega = self.option.vega
        if not vega:
            return Decimal(0)
        context = context_of(_INNER)
        moved = context.divide(decimal_of(half_variance, _INNER), decimal_of(self.option.volatility, _INNER))
        return context.multiply(vega, moved)

    def explain(self) -> Explanation:
        """
        Say how the value came about.

        Returns:
            The explanation; numbers are shown with 15 significant digits.

        Example:
            >>> worth = kirk(Right.CALL, first=80, second=70, strike=5, first_volatility="0.45",
            ...              second_volatility="0.6", correlation="0.5", years=1, rate="0.03")
            >>> worth.explain().parts[0].value
            '0.513906606301184'
        """
        return Explanation(
            f"value of a European {self.right.value} on a spread, Kirk's approximation",
            shown(self.value),
            how="Black's formula of 1976 for an option on the first forward struck at second + strike",
            source=METHOD,
            parts=(
                Explanation(
                    "volatility of the ratio",
                    shown(self.volatility),
                    how=f"√(s1² − 2·{shown(self.correlation)}·s1·s2·w + (s2·w)²), "
                    f"s1 = {shown(self.first_volatility)}, s2 = {shown(self.second_volatility)}, "
                    f"w = {shown(self.second)} / ({shown(self.second)} + {shown(self.strike)})",
                ),
                self.option.explain(),
            ),
        )


def kirk(
    right: Right,
    *,
    first: Number,
    second: Number,
    strike: Number,
    first_volatility: Number,
    second_volatility: Number,
    correlation: Number,
    years: Number,
    rate: Number,
) -> SpreadOptionValue:
    """
    Value a European option on the spread between two forwards by Kirk's approximation.

    Args:
        right: A call pays first − second − strike where that is positive, a put its negative.
        first: A forward price; above zero.
        second: The other forward price; above zero.
        strike: In the same unit; second + strike is above zero.
        first_volatility: Of the first's logarithm, a year.
        second_volatility: Of the second's.
        correlation: Of the two, from −1 to 1.
        years: Years to expiry; zero or more.
        rate: The interest rate, continuously compounded.

    Returns:
        The value of one unit of each.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is out of its range, or `right` is no `Right`.

    Example:
        >>> exchange = kirk(Right.CALL, first=80, second=70, strike=0, first_volatility="0.45",
        ...                 second_volatility="0.6", correlation="0.9", years=1, rate="0.03")
        >>> round(exchange.value, 10)
        Decimal('13.7655248919')
    """
    up, down = above_zero(first, field="first"), above_zero(second, field="second")
    given = number(strike, field="strike")
    above_zero(down + given, field="second + strike", hint="Kirk takes their sum for one price")
    one = not_negative(first_volatility, field="first_volatility")
    two = not_negative(second_volatility, field="second_volatility")
    together = number(correlation, field="correlation")
    if not -1 <= together <= 1:
        raise InvalidValueError("lie between -1 and 1", was=str(correlation), field="correlation")
    weight = down / (down + given)
    variance = one * one - 2 * together * one * two * weight + (two * weight) ** 2
    volatility = context_of(_INNER).sqrt(decimal_of(variance, _INNER))
    option = black76(
        right, forward=up, strike=down + given, volatility=Fraction(volatility), years=years, rate=rate
    )
    return SpreadOptionValue(
        right=option.right,
        first=up,
        second=down,
        strike=given,
        first_volatility=one,
        second_volatility=two,
        correlation=together,
        option=option,
    )
