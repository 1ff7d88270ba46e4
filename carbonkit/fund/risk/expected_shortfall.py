"""Expected shortfall: the mean loss in the worst part of the outcomes, by a named convention."""

from __future__ import annotations

import enum
import math
from fractions import Fraction
from typing import TYPE_CHECKING

from carbonkit.fund._observed import CONTEXT, check_count, observed, shown, tail_of
from carbonkit.fund.figure import Number, real
from carbonkit.fund.option.normal import density
from carbonkit.fund.option.normal import quantile as normal_quantile
from carbonkit.fund.risk.covariance import Estimate
from carbonkit.fund.risk.tail_risk import RiskMeasure, TailRisk
from carbonkit.fund.risk.value_at_risk import Drift, drift_words, estimate_steps
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Tail", "historical_expected_shortfall", "normal_expected_shortfall"]


class Tail(enum.Enum):
    """
    Which outcomes make up the tail; k = count × (1 − confidence).

    Example:
        >>> Tail.FRACTIONAL.value
        'the mean of the k worst outcomes, the last of them for the fraction of k'
    """

    ROUNDED_DOWN = "the mean of the k worst outcomes, k rounded down"
    ROUNDED_UP = "the mean of the k worst outcomes, k rounded up"
    FRACTIONAL = "the mean of the k worst outcomes, the last of them for the fraction of k"
    """The outcome after the whole ones counts for the fraction that is left; coherent for every count."""


def historical_expected_shortfall(outcomes: Iterable[Number], *, confidence: Number, tail: Tail) -> TailRisk:
    """
    Average the worst of past outcomes.

    Args:
        outcomes: Returns, or gains and losses in money; losses are negative.
        confidence: Between 0 and 1, such as "0.95".
        tail: Which outcomes make up the tail.

    Returns:
        The expected shortfall, exact.

    Raises:
        FundError: `too_few_outcomes` if not even one outcome lies in the tail: count × (1 − confidence)
            must be 1 or more.
        BatchError: If outcomes are no exact numbers; each is named by its place.
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> outcomes = ["-0.08", "-0.05", "-0.02", "0.00", "0.01"]
        >>> [str(historical_expected_shortfall(outcomes, confidence="0.5", tail=tail).loss)
        ...  for tail in Tail]
        ['13/200', '1/20', '7/125']
    """
    check_type(tail, Tail, field="tail")
    beyond = tail_of(confidence)
    given = sorted(observed(outcomes, field="outcomes"))
    check_count(len(given), least=math.ceil(1 / beyond), field="outcomes")
    k = len(given) * beyond
    weight = {
        Tail.ROUNDED_DOWN: Fraction(math.floor(k)),
        Tail.ROUNDED_UP: Fraction(math.ceil(k)),
        Tail.FRACTIONAL: k,
    }[tail]
    whole = math.floor(weight)
    summed = sum(given[:whole], Fraction(0))
    if weight != whole:
        summed += (weight - whole) * given[whole]
    return TailRisk(
        measure=RiskMeasure.EXPECTED_SHORTFALL,
        loss=-summed / weight,
        confidence=1 - beyond,
        periods=1,
        how=f"the loss by {tail.value}",
        steps=(
            Explanation("outcomes", str(len(given))),
            Explanation("k", shown(k), how=f"{len(given)} × {shown(beyond * 100)} %"),
            Explanation("sum of the tail", shown(summed), how=f"{shown(weight)} outcomes"),
        ),
    )


def normal_expected_shortfall(estimate: Estimate, *, confidence: Number, drift: Drift) -> TailRisk:
    """
    Work out the expected shortfall as if outcomes were normal.

    Args:
        estimate: The mean and variance of the outcomes, over one period or scaled to more.
        confidence: Between 0 and 1.
        drift: Whether the mean counts.

    Returns:
        The expected shortfall, worked out with 60 digits.

    Raises:
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> from carbonkit.fund.risk.covariance import Centre, Divisor, estimate_of
        >>> from carbonkit.values import Rounding
        >>> daily = estimate_of(["-0.02", "0.01", "0.01"], divisor=Divisor.COUNT_LESS_ONE,
        ...                     centre=Centre.SAMPLE_MEAN)
        >>> normal_expected_shortfall(daily, confidence="0.95",
        ...                           drift=Drift.COUNTED).rounded(6, Rounding.HALF_UP)
        Decimal('0.035727')
    """
    check_type(estimate, Estimate, field="estimate")
    check_type(drift, Drift, field="drift")
    tail = tail_of(confidence)
    point = normal_quantile(1 - tail)
    mean_beyond = CONTEXT.divide(density(point), real(tail))
    spread = Fraction(CONTEXT.multiply(mean_beyond, estimate.deviation))
    return TailRisk(
        measure=RiskMeasure.EXPECTED_SHORTFALL,
        loss=spread - (estimate.mean if drift is Drift.COUNTED else 0),
        confidence=1 - tail,
        periods=estimate.periods,
        how="deviation × normal density at the quantile / (1 − confidence)" + drift_words(drift),
        steps=(
            *estimate_steps(estimate, drift),
            Explanation("normal quantile", shown(point)),
            Explanation("density / (1 − confidence)", shown(mean_beyond)),
        ),
    )
