"""Expected shortfall: the mean of the tail by each convention, never below the value at risk."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund.risk.covariance import Centre, Divisor, estimate_of
from carbonkit.fund.risk.expected_shortfall import (
    Tail,
    historical_expected_shortfall,
    normal_expected_shortfall,
)
from carbonkit.fund.risk.tail_risk import RiskMeasure
from carbonkit.fund.risk.value_at_risk import Drift, Quantile, historical_value_at_risk, normal_value_at_risk

OUTCOMES = st.lists(st.integers(-(10**6), 10**6), min_size=20, max_size=24)
CONFIDENCE = st.integers(50, 950).map(lambda number: Fraction(number, 1000))


@given(OUTCOMES, CONFIDENCE)
def test_each_convention_averages_its_tail(outcomes: list[int], confidence: Fraction) -> None:
    k = len(outcomes) * (1 - confidence)
    worst = sorted(outcomes)
    down, up = math.floor(k), math.ceil(k)
    found = {
        tail: historical_expected_shortfall(outcomes, confidence=confidence, tail=tail).loss for tail in Tail
    }
    assert found[Tail.ROUNDED_DOWN] == -Fraction(sum(worst[:down]), down)
    assert found[Tail.ROUNDED_UP] == -Fraction(sum(worst[:up]), up)
    # The integral of the quantile function: outcome i has the weight of its stretch within [0, k].
    weights = [min(max(k - place, Fraction(0)), Fraction(1)) for place in range(len(worst))]
    weighted = sum(weight * each for weight, each in zip(weights, worst, strict=True))
    assert found[Tail.FRACTIONAL] == -weighted / k
    assert found[Tail.ROUNDED_DOWN] >= found[Tail.FRACTIONAL] >= found[Tail.ROUNDED_UP]


@given(OUTCOMES, CONFIDENCE)
def test_it_is_never_below_the_value_at_risk(outcomes: list[int], confidence: Fraction) -> None:
    at_risk = historical_value_at_risk(outcomes, confidence=confidence, quantile=Quantile.K_TH_WORST)
    beyond = historical_expected_shortfall(outcomes, confidence=confidence, tail=Tail.FRACTIONAL)
    assert beyond.loss >= at_risk.loss
    estimate = estimate_of(outcomes, divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN)
    normal = normal_expected_shortfall(estimate, confidence=confidence, drift=Drift.COUNTED)
    assert normal.loss >= normal_value_at_risk(estimate, confidence=confidence, drift=Drift.COUNTED).loss


@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=10, max_size=40))
def test_two_books_together_risk_no_more_than_apart(pairs: list[tuple[int, int]]) -> None:
    def shortfall(outcomes: list[int]) -> Fraction:
        return historical_expected_shortfall(outcomes, confidence="0.85", tail=Tail.FRACTIONAL).loss

    apart = shortfall([one for one, _ in pairs]) + shortfall([other for _, other in pairs])
    assert shortfall([one + other for one, other in pairs]) <= apart


def test_the_normal_one_is_the_integral_of_the_tail() -> None:
    estimate = estimate_of(["-2", "2"], divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN).over(3)
    found = normal_expected_shortfall(estimate, confidence="0.975", drift=Drift.IGNORED)
    with mpmath.workdps(40):
        z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf("0.95"))
        tail = mpmath.quad(lambda x: x * mpmath.npdf(x), [z, z + 5, z + 40]) / mpmath.mpf("0.025")
        expected = tail * mpmath.sqrt(12)
        assert mpmath.almosteq(mpmath.mpf(found.loss.numerator) / found.loss.denominator, expected, 1e-30)
    assert (found.measure, found.periods) == (RiskMeasure.EXPECTED_SHORTFALL, 3)
    counted = normal_expected_shortfall(
        estimate_of(["1", "3"], divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN),
        confidence="0.975",
        drift=Drift.COUNTED,
    )
    assert counted.explain().parts[0].what == "mean"


def test_what_cannot_be_averaged_is_refused() -> None:
    with pytest.raises(FundError, match="outcomes: must number at least 100, was 2"):
        historical_expected_shortfall(["1", "2"], confidence="0.99", tail=Tail.FRACTIONAL)
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        historical_expected_shortfall(["1", "2"], confidence="1", tail=Tail.FRACTIONAL)
    with pytest.raises(InvalidValueError, match="tail: must be of type Tail"):
        historical_expected_shortfall(["1", "2"], confidence="0.5", tail="fractional")  # type: ignore[arg-type]
    with pytest.raises(BatchError):
        historical_expected_shortfall([1.5], confidence="0.5", tail=Tail.FRACTIONAL)  # type: ignore[list-item]
    estimate = estimate_of(["1", "3"], divisor=Divisor.COUNT, centre=Centre.ZERO)
    with pytest.raises(InvalidValueError, match="estimate: must be of type Estimate"):
        normal_expected_shortfall(["1"], confidence="0.5", drift=Drift.COUNTED)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="drift: must be of type Drift"):
        normal_expected_shortfall(estimate, confidence="0.5", drift="counted")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        normal_expected_shortfall(estimate, confidence="0", drift=Drift.COUNTED)


def test_a_tail_is_explained() -> None:
    found = historical_expected_shortfall(["-3", "-2", "1", "2", "4"], confidence="0.5", tail=Tail.FRACTIONAL)
    assert found.explain().text() == (
        "expected shortfall at 50 % over 1 period: 1.8 = "
        "the loss by the mean of the k worst outcomes, the last of them for the fraction of k\n"
        "  outcomes: 5\n"
        "  k: 2.5 = 5 × 50 %\n"
        "  sum of the tail: -4.5 = 2.5 outcomes"
    )
