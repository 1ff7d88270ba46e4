"""
Value at risk: the loss that is not exceeded at a confidence, by a named convention.

Out of 500 outcomes at 95 %, "the" historical value at risk may be the 25th worst, the
26th worst or something between them: programs differ, so the convention is always
named. The confidence is exact, so that 500 × 5 % is 25 and not a little more.
Losses are positive.
"""

from __future__ import annotations

import enum
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.errors import FundError
from carbonkit.fund._observed import CONTEXT, check_count, in_whole_numbers, observed, shown, tail_of
from carbonkit.fund.figure import Number, real, square_root
from carbonkit.fund.option.normal import quantile as normal_quantile
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.covariance import Centre, Divisor, Estimate, estimate_of
from carbonkit.fund.risk.tail_risk import RiskMeasure, TailRisk
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Drift",
    "Quantile",
    "Shape",
    "cornish_fisher_value_at_risk",
    "historical_value_at_risk",
    "normal_value_at_risk",
]

HYNDMAN_FAN: Final = Source(
    "The American Statistician",
    "Hyndman and Fan, Sample Quantiles in Statistical Packages",
    1996,
    table="definitions 1 to 9",
    doi="10.2307/2684934",
    status=Status.RECALLED,
    note="figures checked against numpy, which offers the nine",
)
CORNISH_FISHER: Final = Source(
    "Revue de l'Institut International de Statistique",
    "Cornish and Fisher, Moments and Cumulants in the Specification of Distributions",
    1938,
    status=Status.RECALLED,
    note="the expansion up to the fourth moment, as risk reports use it",
)


_PARTS: Final = 10**80  # of the outcome farthest out, in which the others are measured


class Quantile(enum.Enum):
    """
    Which outcome, or which point between two, is the quantile; k = count × (1 − confidence).

    The numbers are those of Hyndman and Fan, for the quantile of the outcomes at
    1 − confidence.

    Example:
        >>> Quantile.LINEAR.number, Quantile.NEXT_WORST.number
        (7, None)
    """

    K_TH_WORST = "the k-th worst outcome, k rounded up"
    """Hyndman–Fan 1."""
    NEXT_WORST = "the outcome after the k-th worst, k rounded down"
    """Hyndman–Fan 1 of the losses at the confidence, counted from the other end."""
    AVERAGED = "the k-th worst outcome, averaged with the next if k is whole"
    """Hyndman–Fan 2."""
    NEAREST = "the outcome whose place is nearest to k, the even one of two"
    """Hyndman–Fan 3."""
    FROM_K = "linear between outcomes, at place k"
    """Hyndman–Fan 4."""
    HAZEN = "linear between outcomes, at place k + 1/2"
    """Hyndman–Fan 5."""
    WEIBULL = "linear between outcomes, at place (n + 1)(1 − confidence)"
    """Hyndman–Fan 6."""
    LINEAR = "linear between outcomes, at place (n − 1)(1 − confidence) + 1"
    """Hyndman–Fan 7; what numpy and spreadsheets do unless told otherwise."""
    MEDIAN_UNBIASED = "linear between outcomes, at place (n + 1/3)(1 − confidence) + 1/3"
    """Hyndman–Fan 8."""
    NORMAL_UNBIASED = "linear between outcomes, at place (n + 1/4)(1 − confidence) + 3/8"
    """Hyndman–Fan 9."""

    @property
    def number(self) -> int | None:
        """Its number with Hyndman and Fan; None for the one that they do not have."""
        return _NUMBERS.get(self)


_NUMBERS: Final[dict[Quantile, int]] = {
    each: number for number, each in enumerate((q for q in Quantile if q is not Quantile.NEXT_WORST), start=1)
}


class Drift(enum.Enum):
    """
    Whether the mean of the outcomes counts in the loss.

    Example:
        >>> Drift("counted").name
        'COUNTED'
    """

    COUNTED = "counted"
    """Loss = deviation × quantile − mean."""
    IGNORED = "ignored"
    """Loss = deviation × quantile."""


class Shape(enum.Enum):
    """
    How skewness and excess kurtosis are estimated; both about the sample's mean.

    Example:
        >>> Shape("adjusted").name
        'ADJUSTED'
    """

    POPULATION = "population"
    """m₃/m₂^1.5 and m₄/m₂² − 3."""
    ADJUSTED = "adjusted"
    """The same, corrected for the count, as Excel and pandas give them."""


def historical_value_at_risk(
    outcomes: Iterable[Number], *, confidence: Number, quantile: Quantile
) -> TailRisk:
    """
    Read the value at risk off past outcomes.

    Args:
        outcomes: Returns, or gains and losses in money; losses are negative.
        confidence: Between 0 and 1, such as "0.95".
        quantile: Which outcome, or which point between two.

    Returns:
        The value at risk, exact.

    Raises:
        FundError: `too_few_outcomes` if not even one outcome lies in the tail: count × (1 − confidence)
            must be 1 or more.
        BatchError: If outcomes are no exact numbers; each is named by its place.
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> from carbonkit.values import Rounding
        >>> outcomes = ["-0.08", "-0.04", "-0.01", "0.00", "0.01", "0.01", "0.02", "0.03", "0.03", "0.05"]
        >>> [historical_value_at_risk(outcomes, confidence="0.8", quantile=each).rounded(3, Rounding.HALF_UP)
        ...  for each in (Quantile.K_TH_WORST, Quantile.NEXT_WORST, Quantile.LINEAR)]
        [Decimal('0.040'), Decimal('0.010'), Decimal('0.016')]
        >>> historical_value_at_risk(outcomes, confidence="0.99", quantile=Quantile.LINEAR)
        Traceback (most recent call last):
        ...
        carbonkit.errors.FundError: outcomes: must number at least 100, was 10
    """
    check_type(quantile, Quantile, field="quantile")
    tail = tail_of(confidence)
    given = sorted(observed(outcomes, field="outcomes"))
    check_count(len(given), least=math.ceil(1 / tail), field="outcomes")
    k = len(given) * tail
    at, part = _place(quantile, len(given), tail)
    if at == len(given):  # beyond the best outcome there is none to go on to
        part = Fraction(0)
    low, high = given[at - 1], given[min(at, len(given) - 1)]
    steps = [
        Explanation("outcomes", str(len(given))),
        Explanation("k", shown(k), how=f"{len(given)} × {shown(tail * 100)} %"),
        Explanation(f"outcome {at} from the worst", shown(low)),
        *([Explanation(f"outcome {at + 1} from the worst", shown(high))] if part else []),
    ]
    return TailRisk(
        measure=RiskMeasure.VALUE_AT_RISK,
        loss=-(low + part * (high - low)),
        confidence=1 - tail,
        periods=1,
        how=f"the loss: {quantile.value}",
        steps=tuple(steps),
        source=None if quantile in {Quantile.K_TH_WORST, Quantile.NEXT_WORST} else HYNDMAN_FAN,
    )


def _place(quantile: Quantile, count: int, tail: Fraction) -> tuple[int, Fraction]:
    """Give a place from the worst, from 1, and which part of the way to the next the quantile lies."""
    k = count * tail
    at = {
        Quantile.K_TH_WORST: Fraction(math.ceil(k)),
        Quantile.NEXT_WORST: Fraction(math.floor(k) + 1),
        Quantile.AVERAGED: k + Fraction(1, 2) if k.denominator == 1 else Fraction(math.ceil(k)),
        Quantile.NEAREST: Fraction(round(k)),
        Quantile.FROM_K: k,
        Quantile.HAZEN: k + Fraction(1, 2),
        Quantile.WEIBULL: k + tail,
        Quantile.LINEAR: k - tail + 1,
        Quantile.MEDIAN_UNBIASED: k + (tail + 1) / 3,
        Quantile.NORMAL_UNBIASED: k + tail / 4 + Fraction(3, 8),
    }[quantile]
    return math.floor(at), at - math.floor(at)


def normal_value_at_risk(estimate: Estimate, *, confidence: Number, drift: Drift) -> TailRisk:
    """
    Work out the value at risk as if outcomes were normal.

    Args:
        estimate: The mean and variance of the outcomes, over one period or scaled to more.
        confidence: Between 0 and 1.
        drift: Whether the mean counts.

    Returns:
        The value at risk, worked out with 60 digits.

    Raises:
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> from carbonkit.values import Rounding
        >>> daily = estimate_of(["-0.02", "0.01", "0.01"], divisor=Divisor.COUNT_LESS_ONE,
        ...                     centre=Centre.SAMPLE_MEAN)
        >>> normal_value_at_risk(daily, confidence="0.95", drift=Drift.COUNTED).rounded(6, Rounding.HALF_UP)
        Decimal('0.028490')
    """
    check_type(estimate, Estimate, field="estimate")
    tail = tail_of(confidence)
    point = normal_quantile(1 - tail)
    return TailRisk(
        measure=RiskMeasure.VALUE_AT_RISK,
        loss=_less_drift(CONTEXT.multiply(point, estimate.deviation), estimate, drift),
        confidence=1 - tail,
        periods=estimate.periods,
        how="deviation × normal quantile" + drift_words(drift),
        steps=(*estimate_steps(estimate, drift), Explanation("normal quantile", shown(point))),
    )


def cornish_fisher_value_at_risk(
    outcomes: Iterable[Number],
    *,
    confidence: Number,
    divisor: Divisor,
    centre: Centre,
    drift: Drift,
    shape: Shape,
) -> TailRisk:
    """
    Work out the value at risk with the normal quantile bent by skewness and kurtosis.

    Args:
        outcomes: Returns, or gains and losses in money.
        confidence: Between 0 and 1.
        divisor: What the sum of squares behind the deviation is divided by.
        centre: What the deviation is measured from.
        drift: Whether the mean counts.
        shape: How skewness and excess kurtosis are estimated.

    Returns:
        The value at risk, worked out with 60 digits. Its explanation says whether the bent quantile
        still rises with the confidence everywhere; where it does not, the expansion is out of its depth.

    Raises:
        FundError: `too_few_outcomes` if there are fewer than two, for `Shape.ADJUSTED` fewer than four;
            `no_dispersion` if all are the same.
        BatchError: If outcomes are no exact numbers.
        InvalidValueError: If the confidence is not between 0 and 1.

    Example:
        >>> from carbonkit.values import Rounding
        >>> outcomes = ["-0.05", "-0.01", "0.00", "0.01", "0.02"]
        >>> bent = cornish_fisher_value_at_risk(
        ...     outcomes, confidence="0.95", divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN,
        ...     drift=Drift.COUNTED, shape=Shape.ADJUSTED)
        >>> bent.rounded(6, Rounding.HALF_UP)
        Decimal('0.058710')
    """
    check_type(shape, Shape, field="shape")
    tail = tail_of(confidence)
    given = observed(outcomes, field="outcomes")
    estimate = estimate_of(given, divisor=divisor, centre=centre)
    skewness, kurtosis = _shape(given, shape)
    z = normal_quantile(tail)
    bent = _bent(z, skewness, kurtosis).copy_negate()
    rises = "rises" if _rises(Fraction(skewness), Fraction(kurtosis)) else "does not rise"
    return TailRisk(
        measure=RiskMeasure.VALUE_AT_RISK,
        loss=_less_drift(CONTEXT.multiply(bent, estimate.deviation), estimate, drift),
        confidence=1 - tail,
        periods=1,
        how="deviation × bent normal quantile" + drift_words(drift),
        steps=(
            *estimate_steps(estimate, drift),
            Explanation("normal quantile", shown(z.copy_negate())),
            Explanation(f"skewness, {shape.value}", shown(skewness)),
            Explanation(f"excess kurtosis, {shape.value}", shown(kurtosis)),
            Explanation("bent normal quantile", shown(bent), how=f"it {rises} everywhere"),
        ),
        source=CORNISH_FISHER,
    )


def _shape(outcomes: Sequence[Fraction], shape: Shape) -> tuple[Decimal, Decimal]:
    """Estimate skewness and excess kurtosis, to 60 digits."""
    count = len(outcomes)
    check_count(count, least=4 if shape is Shape.ADJUSTED else 2, field="outcomes")
    numbers, _ = in_whole_numbers(outcomes)
    summed = sum(numbers)
    away = [count * each - summed for each in numbers]
    largest = max(map(abs, away))
    if not largest:
        same = shown(outcomes[0])
        raise FundError("not all be the same", was=same, field="outcomes", code=Refusal.NO_DISPERSION)
    # Both have no unit: what counts is how far each outcome lies out, measured by the one farthest out.
    parts = [each * _PARTS // largest for each in away]
    second, third, fourth = (Fraction(sum(each**power for each in parts), count) for power in (2, 3, 4))
    skewness = CONTEXT.divide(real(third), CONTEXT.multiply(real(second), square_root(second)))
    kurtosis = fourth / second**2 - 3
    if shape is Shape.POPULATION:
        return skewness, real(kurtosis)
    factor = CONTEXT.divide(square_root(count * (count - 1)), Decimal(count - 2))
    corrected = ((count + 1) * kurtosis + 6) * (count - 1) / ((count - 2) * (count - 3))
    return CONTEXT.multiply(skewness, factor), real(corrected)


def _bent(z: Decimal, skewness: Decimal, kurtosis: Decimal) -> Decimal:
    at, skew, kurt = Fraction(z), Fraction(skewness), Fraction(kurtosis)
    return real(
        at + (at**2 - 1) * skew / 6 + (at**3 - 3 * at) * kurt / 24 - (2 * at**3 - 5 * at) * skew**2 / 36
    )


def _rises(skewness: Fraction, kurtosis: Fraction) -> bool:
    """Say whether the derivative of the bent quantile, a·z² + b·z + c, is never negative."""
    a, b = kurtosis / 8 - skewness**2 / 6, skewness / 3
    c = 1 - kurtosis / 8 + 5 * skewness**2 / 36
    return a >= 0 and b * b <= 4 * a * c


def _less_drift(spread: Decimal, estimate: Estimate, drift: Drift) -> Fraction:
    check_type(drift, Drift, field="drift")
    return Fraction(spread) - (estimate.mean if drift is Drift.COUNTED else 0)


def drift_words(drift: Drift) -> str:
    """Say what becomes of the mean, behind a formula."""
    return " − mean" if drift is Drift.COUNTED else ", the mean not counted"


def estimate_steps(estimate: Estimate, drift: Drift) -> tuple[Explanation, ...]:
    """Explain an estimate, its mean only where it counts."""
    over = "" if estimate.periods == 1 else f", over {estimate.periods} periods"
    spread = Explanation(
        f"deviation{over}",
        shown(estimate.deviation),
        how=f"of {estimate.count} outcomes about {_CENTRES[estimate.centre]}, by {estimate.divisor.value}",
    )
    mean = Explanation(f"mean{over}", shown(estimate.mean))
    return (mean, spread) if drift is Drift.COUNTED else (spread,)


_CENTRES: Final = {Centre.SAMPLE_MEAN: "their mean", Centre.ZERO: "zero"}
