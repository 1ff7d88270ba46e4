"""
Backtests: on how many days the loss exceeded the value at risk, and whether that is too many or too few.

Kupiec's test asks whether the proportion of exceedances fits the confidence. The traffic
light of the Basel Committee asks how likely so many or fewer would be, were the model right.
"""

from __future__ import annotations

import enum
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError
from carbonkit.fund._observed import CONTEXT, check_count, observed, shown, tail_of
from carbonkit.fund.figure import Number, logarithm, square_root
from carbonkit.fund.option.normal import distribution
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Backtest", "TrafficLight", "backtest_of"]

KUPIEC: Final = Source(
    "Journal of Derivatives",
    "Kupiec, Techniques for Verifying the Accuracy of Risk Measurement Models",
    1995,
    status=Status.RECALLED,
    note="the likelihood ratio of the proportion of failures",
)
BASEL: Final = Source(
    "Basel Committee on Banking Supervision",
    "Supervisory framework for the use of backtesting",
    1996,
    status=Status.RECALLED,
    note="yellow from a cumulative probability of 95 %, red from 99.99 %",
)
_YELLOW, _RED = Fraction(95, 100), Fraction(9999, 10_000)


class TrafficLight(enum.Enum):
    """
    The zone that a count of exceedances falls into.

    Example:
        >>> TrafficLight("yellow").name
        'YELLOW'
    """

    GREEN = "green"
    """So many or fewer have a probability below 95 %."""
    YELLOW = "yellow"
    """Below 99.99 %."""
    RED = "red"
    """The model is most likely wrong."""


@attrs.frozen(kw_only=True)
class Backtest:
    """
    What a backtest found; made by `backtest_of`.

    Args:
        days: How many outcomes were compared.
        exceedances: The places, from 1, of those whose loss was above the value at risk.
        confidence: The confidence of the value at risk.

    Example:
        >>> found = Backtest(days=250, exceedances=(3, 50, 51, 120, 200), confidence=Fraction(99, 100))
        >>> found.traffic_light.value, round(found.likelihood_ratio, 4)
        ('yellow', Decimal('1.9568'))
    """

    days: int
    exceedances: tuple[int, ...]
    confidence: Fraction

    @property
    def expected(self) -> Fraction:
        """How many exceedances there should be, were the model right."""
        return self.days * (1 - self.confidence)

    @property
    def likelihood_ratio(self) -> Decimal:
        """Kupiec's statistic, −2·ln of the likelihood ratio; zero if the proportion fits exactly."""
        count, tail = len(self.exceedances), 1 - self.confidence
        seen = Fraction(count, self.days)
        parts = ((count, seen, tail), (self.days - count, 1 - seen, self.confidence))
        result = Decimal(0)
        for number, found, meant in parts:
            if number:
                result = CONTEXT.add(result, CONTEXT.multiply(Decimal(2 * number), logarithm(found / meant)))
        return max(Decimal(0), result)

    @property
    def p_value(self) -> Decimal:
        """How likely a statistic at least as large is, were the model right (χ² with one degree)."""
        return CONTEXT.multiply(Decimal(2), distribution(square_root(self.likelihood_ratio).copy_negate()))

    @property
    def cumulative(self) -> Fraction:
        """How likely so many exceedances or fewer are, were the model right; exact."""
        top, bottom = (1 - self.confidence).as_integer_ratio()
        ways = sum(
            math.comb(self.days, each) * top**each * (bottom - top) ** (self.days - each)
            for each in range(len(self.exceedances) + 1)
        )
        return Fraction(ways, bottom**self.days)

    @property
    def traffic_light(self) -> TrafficLight:
        """The zone of the count."""
        if self.cumulative >= _RED:
            return TrafficLight.RED
        return TrafficLight.YELLOW if self.cumulative >= _YELLOW else TrafficLight.GREEN

    def explain(self) -> Explanation:
        """Say how many exceedances there were, and what the two tests say."""
        return Explanation(
            f"exceedances at {shown(self.confidence * 100)} % in {self.days} days",
            str(len(self.exceedances)),
            how=f"{shown(self.expected)} expected",
            parts=(
                Explanation("Kupiec's statistic", shown(self.likelihood_ratio), source=KUPIEC),
                Explanation("p-value", shown(self.p_value), how="χ² with one degree of freedom"),
                Explanation(
                    "traffic light",
                    self.traffic_light.value,
                    how=f"so many or fewer: {shown(self.cumulative * 100)} %",
                    source=BASEL,
                ),
            ),
        )


def backtest_of(outcomes: Iterable[Number], losses: Iterable[Number], *, confidence: Number) -> Backtest:
    """
    Compare each day's outcome with the value at risk that was given for it.

    Args:
        outcomes: What was gained each day, oldest first; losses are negative.
        losses: The value at risk of each day, made before it; positive for a loss.
        confidence: Its confidence, between 0 and 1.

    Returns:
        The exceedances, and what follows.

    Raises:
        FundError: `other_length` if there are more or fewer values at risk than outcomes,
            `too_few_outcomes` if there is none.
        BatchError: If a number is no exact one; it is named by its place.
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> backtest_of(["-3", "-1", "2"], ["2.5", "2.5", "2.6"], confidence="0.95").exceedances
        (1,)
    """
    tail = tail_of(confidence)
    gained, at_risk = observed(outcomes, field="outcomes"), observed(losses, field="losses")
    check_count(len(gained), least=1, field="outcomes")
    if len(at_risk) != len(gained):
        raise FundError(
            f"have as many as the outcomes, {len(gained)}",
            was=len(at_risk),
            field="losses",
            code=Refusal.OTHER_LENGTH,
        )
    days = enumerate(zip(gained, at_risk, strict=True), start=1)
    return Backtest(
        days=len(gained),
        exceedances=tuple(day for day, (gain, loss) in days if -gain > loss),
        confidence=1 - tail,
    )
