"""
Tail risk: a loss at a confidence, with all that it rests on; value at risk or expected shortfall.

Losses are positive: a value at risk of 0.027 is a loss of 2.7 %, one of −0.01 is a gain
that is still to be expected in the worst of the cases looked at.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund._check import count as counted
from carbonkit.fund._observed import shown
from carbonkit.fund.figure import figure, money, square_root
from carbonkit.values.explanation import Explanation
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from decimal import Decimal

    from carbonkit.values.money import Money
    from carbonkit.values.number import Rounding

__all__ = ["RiskMeasure", "TailRisk"]


class RiskMeasure(enum.Enum):
    """
    What is measured of a loss.

    Example:
        >>> RiskMeasure("value at risk").name
        'VALUE_AT_RISK'
    """

    VALUE_AT_RISK = "value at risk"
    """The loss that is not exceeded at the confidence."""
    EXPECTED_SHORTFALL = "expected shortfall"
    """The mean loss beyond it; also called conditional value at risk."""


@attrs.frozen(kw_only=True)
class TailRisk:
    """
    A loss at a confidence, unrounded, in the unit of the outcomes.

    Args:
        measure: What is measured.
        loss: How much; positive for a loss.
        confidence: At which confidence, between 0 and 1.
        periods: Over how many periods of the outcomes.
        how: The convention, in words.
        steps: What it was made from.
        source: Where the convention is from.

    Example:
        >>> from carbonkit.fund.risk.value_at_risk import Quantile, historical_value_at_risk
        >>> outcomes = [str(number) for number in range(-10, 10)]
        >>> worst = historical_value_at_risk(outcomes, confidence="0.9", quantile=Quantile.K_TH_WORST)
        >>> print(worst.explain().text())
        value at risk at 90 % over 1 period: 9 = the loss: the k-th worst outcome, k rounded up
          outcomes: 20
          k: 2 = 20 × 10 %
          outcome 2 from the worst: -9
    """

    measure: RiskMeasure
    loss: Fraction = attrs.field(repr=shown)
    confidence: Fraction
    periods: int
    how: str
    steps: tuple[Explanation, ...] = attrs.field(repr=False)
    source: Source | None = None

    def rounded(self, places: int, rounding: Rounding) -> Decimal:
        """
        Round the loss once, to be reported.

        Args:
            places: Digits behind the point.
            rounding: Which way.

        Returns:
            The rounded loss.

        Example:
            >>> from carbonkit.values import Rounding
            >>> from carbonkit.fund.risk.expected_shortfall import Tail, historical_expected_shortfall
            >>> found = historical_expected_shortfall(["-3", "-4", "1", "2"], confidence="0.25",
            ...                                       tail=Tail.FRACTIONAL)
            >>> found.rounded(2, Rounding.HALF_UP)
            Decimal('2.00')
        """
        return figure(self.loss, places, rounding)

    def money(self, currency: str, rounding: Rounding) -> Money:
        """
        Give the loss as money, where the outcomes were gains and losses in a currency.

        Args:
            currency: The currency of the outcomes.
            rounding: How it is rounded to the minor unit.

        Returns:
            The money.

        Example:
            >>> from carbonkit.fund.risk.value_at_risk import Quantile, historical_value_at_risk
            >>> from carbonkit.values import Rounding
            >>> found = historical_value_at_risk(["-30", "10"], confidence="0.5",
            ...                                  quantile=Quantile.LINEAR)
            >>> found.money("CNY", Rounding.HALF_UP)
            Money('10.00', 'CNY')
        """
        return money(self.loss, currency, rounding)

    def times_root_of(self, periods: int) -> TailRisk:
        """
        Scale to more periods by the root of time: loss × √periods, a mean in it included.

        It holds where periods are independent and their mean is nothing. To scale a mean
        as it grows, scale the estimate instead (`Estimate.over`).

        Args:
            periods: How many times as long.

        Returns:
            The risk over them.

        Raises:
            InvalidValueError: If the periods are no whole number above zero.

        Example:
            >>> from carbonkit.fund.risk.value_at_risk import Quantile, historical_value_at_risk
            >>> day = historical_value_at_risk(["-30", "10"], confidence="0.5", quantile=Quantile.LINEAR)
            >>> day.times_root_of(4).loss
            Fraction(20, 1)
        """
        times = counted(periods, field="periods")
        return attrs.evolve(
            self,
            loss=self.loss * Fraction(square_root(times)),
            periods=self.periods * times,
            how=f"loss × √{times}",
            steps=(self.explain(),),
        )

    def explain(self) -> Explanation:
        """Say how the loss came about, by which convention."""
        sure = shown(self.confidence * 100)
        length = "1 period" if self.periods == 1 else f"{self.periods} periods"
        return Explanation(
            f"{self.measure.value} at {sure} % over {length}",
            shown(self.loss),
            how=self.how,
            source=self.source,
            parts=self.steps,
        )
