"""Value at risk: each convention against numpy or an obvious model, and what is refused."""

from __future__ import annotations

import math
import statistics
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.covariance import Centre, Divisor, estimate_of
from carbonkit.fund.risk.tail_risk import RiskMeasure, TailRisk
from carbonkit.fund.risk.value_at_risk import (
    Drift,
    Quantile,
    Shape,
    cornish_fisher_value_at_risk,
    historical_value_at_risk,
    normal_value_at_risk,
)
from carbonkit.values import Money, Rounding

NUMPY = {
    Quantile.K_TH_WORST: "inverted_cdf",
    Quantile.AVERAGED: "averaged_inverted_cdf",
    Quantile.NEAREST: "closest_observation",
    Quantile.FROM_K: "interpolated_inverted_cdf",
    Quantile.HAZEN: "hazen",
    Quantile.WEIBULL: "weibull",
    Quantile.LINEAR: "linear",
    Quantile.MEDIAN_UNBIASED: "median_unbiased",
    Quantile.NORMAL_UNBIASED: "normal_unbiased",
}
EIGHTHS = st.integers(1, 7).map(lambda number: Fraction(number, 8))  # exact in binary, as numpy needs it
OUTCOMES = st.lists(st.integers(-(10**6), 10**6), min_size=8, max_size=16)
TEN = ["-0.08", "-0.04", "-0.01", "0.00", "0.01", "0.01", "0.02", "0.03", "0.03", "0.05"]


@given(OUTCOMES, EIGHTHS)
def test_the_nine_quantiles_are_those_of_numpy(outcomes: list[int], confidence: Fraction) -> None:
    for quantile, method in NUMPY.items():
        found = historical_value_at_risk(outcomes, confidence=confidence, quantile=quantile)
        expected = -np.quantile(outcomes, float(1 - confidence), method=method)  # type: ignore[call-overload]
        assert math.isclose(found.loss, expected, rel_tol=1e-12, abs_tol=1e-6), quantile


@given(OUTCOMES, EIGHTHS)
def test_the_next_worst_is_the_quantile_of_the_losses(outcomes: list[int], confidence: Fraction) -> None:
    found = historical_value_at_risk(outcomes, confidence=confidence, quantile=Quantile.NEXT_WORST)
    losses = [-each for each in outcomes]
    assert found.loss == np.quantile(losses, float(confidence), method="inverted_cdf")


@given(OUTCOMES, EIGHTHS, st.sampled_from(Quantile))
def test_the_order_of_the_outcomes_does_not_matter(
    outcomes: list[int], confidence: Fraction, quantile: Quantile
) -> None:
    found = historical_value_at_risk(outcomes, confidence=confidence, quantile=quantile)
    again = historical_value_at_risk(outcomes[::-1], confidence=confidence, quantile=quantile)
    doubled = historical_value_at_risk([2 * o for o in outcomes], confidence=confidence, quantile=quantile)
    assert (again.loss, doubled.loss) == (found.loss, 2 * found.loss)
    assert min(outcomes) <= -found.loss <= max(outcomes)


def test_the_quantile_ends_at_the_best_outcome() -> None:
    outcomes = [1, 4, 9, 16]
    for quantile, method in NUMPY.items():
        found = historical_value_at_risk(outcomes, confidence=Fraction(1, 64), quantile=quantile)
        expected = -np.quantile(outcomes, 63 / 64, method=method)  # type: ignore[call-overload]
        assert found.loss == expected, quantile
        assert "outcome 5" not in found.explain().text()


def test_the_quantiles_are_numbered_as_by_hyndman_and_fan() -> None:
    assert [quantile.number for quantile in NUMPY] == list(range(1, 10))
    assert Quantile.NEXT_WORST.number is None


def test_the_confidence_is_exact() -> None:
    # In binary 500 × (1 − 0.95) is a little more than 25, and the 26th outcome would be taken.
    outcomes = [str(number) for number in range(-500, 0)]
    found = historical_value_at_risk(outcomes, confidence="0.95", quantile=Quantile.K_TH_WORST)
    assert found.loss == 500 - 24


def test_a_gain_in_the_tail_is_a_negative_loss() -> None:
    found = historical_value_at_risk(["1", "2", "3", "4"], confidence="0.75", quantile=Quantile.K_TH_WORST)
    assert found.loss == -1


def test_a_confidence_needs_enough_outcomes() -> None:
    historical_value_at_risk(TEN, confidence="0.9", quantile=Quantile.LINEAR)
    with pytest.raises(FundError, match="outcomes: must number at least 20, was 10") as caught:
        historical_value_at_risk(TEN, confidence="0.95", quantile=Quantile.LINEAR)
    assert caught.value.code == Refusal.TOO_FEW_OUTCOMES
    with pytest.raises(FundError, match="at least 2, was 0"):
        historical_value_at_risk([], confidence="0.5", quantile=Quantile.LINEAR)


@pytest.mark.parametrize("confidence", ["0", "1", "1.5", "-0.1", 1])
def test_a_confidence_lies_between_0_and_1(confidence: str) -> None:
    estimate = estimate_of(TEN, divisor=Divisor.COUNT, centre=Centre.ZERO)
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        historical_value_at_risk(TEN, confidence=confidence, quantile=Quantile.LINEAR)
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        normal_value_at_risk(estimate, confidence=confidence, drift=Drift.COUNTED)
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        bent(TEN, confidence=confidence)


def test_outcomes_that_are_no_numbers_are_all_named() -> None:
    outcomes: list[Any] = [*TEN, Decimal("NaN"), 0.1, float("nan"), "?"]
    with pytest.raises(BatchError) as caught:
        historical_value_at_risk(outcomes, confidence="0.9", quantile=Quantile.LINEAR)
    assert [problem.row for problem in caught.value.problems] == [11, 12, 13, 14]
    assert {problem.field for problem in caught.value.problems} == {"outcomes"}
    with pytest.raises(BatchError):
        bent(outcomes)
    with pytest.raises(InvalidValueError, match="confidence: must be a str, int or Decimal"):
        historical_value_at_risk(TEN, confidence=0.9, quantile=Quantile.LINEAR)  # type: ignore[arg-type]


def test_the_convention_is_named() -> None:
    with pytest.raises(InvalidValueError, match="quantile: must be of type Quantile"):
        historical_value_at_risk(TEN, confidence="0.9", quantile=7)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="estimate: must be of type Estimate"):
        normal_value_at_risk(TEN, confidence="0.9", drift=Drift.COUNTED)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="drift: must be of type Drift"):
        bent(TEN, drift=True)
    with pytest.raises(InvalidValueError, match="shape: must be of type Shape"):
        bent(TEN, shape="adjusted")


def bent(outcomes: list[Any], **changed: Any) -> TailRisk:  # noqa: ANN401  any argument of the function
    usual = {
        "confidence": "0.95",
        "divisor": Divisor.COUNT_LESS_ONE,
        "centre": Centre.SAMPLE_MEAN,
        "drift": Drift.COUNTED,
        "shape": Shape.POPULATION,
    }
    return cornish_fisher_value_at_risk(outcomes, **{**usual, **changed})


@given(OUTCOMES, EIGHTHS)
def test_the_normal_loss_is_that_of_the_standard_library(outcomes: list[int], confidence: Fraction) -> None:
    estimate = estimate_of(outcomes, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
    spread = statistics.stdev(outcomes)
    expected = statistics.NormalDist().inv_cdf(float(confidence)) * spread
    counted = normal_value_at_risk(estimate, confidence=confidence, drift=Drift.COUNTED)
    ignored = normal_value_at_risk(estimate, confidence=confidence, drift=Drift.IGNORED)
    assert math.isclose(ignored.loss, expected, rel_tol=1e-9, abs_tol=1e-6)
    assert ignored.loss - counted.loss == estimate.mean


@pytest.mark.parametrize("shape", Shape)
def test_cornish_fisher_is_that_of_mpmath(shape: Shape) -> None:
    numbers = [Fraction(each) for each in TEN]
    mean, count = sum(numbers, Fraction(0)) / 10, 10
    second, third, fourth = (
        sum(((each - mean) ** power for each in numbers), Fraction(0)) / count for power in (2, 3, 4)
    )
    with mpmath.workdps(50):
        spread = mpmath.sqrt(mpmath.mpf(second.numerator) / second.denominator * count / (count - 1))
        skew = mpmath.mpf(third.numerator) / third.denominator
        skew /= (mpmath.mpf(second.numerator) / second.denominator) ** mpmath.mpf("1.5")
        excess = fourth / second**2 - 3
        kurtosis = mpmath.mpf(excess.numerator) / excess.denominator
        if shape is Shape.ADJUSTED:
            skew *= mpmath.sqrt(count * (count - 1)) / (count - 2)
            kurtosis = mpmath.mpf(count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * kurtosis + 6)
        z = -mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf("0.9"))
        w = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24
        w -= (2 * z**3 - 5 * z) * skew**2 / 36
        expected = -(mpmath.mpf(mean.numerator) / mean.denominator + w * spread)
        found = bent(TEN, shape=shape).loss
        assert mpmath.almosteq(mpmath.mpf(found.numerator) / found.denominator, expected, rel_eps=1e-40)


def test_without_skewness_and_kurtosis_nothing_is_bent() -> None:
    outcomes = [0, 0, 0, 0, 1, -1]
    assert sum(o**4 for o in outcomes) / 6 == 3 * (sum(o**2 for o in outcomes) / 6) ** 2
    estimate = estimate_of(outcomes, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
    straight = normal_value_at_risk(estimate, confidence="0.95", drift=Drift.COUNTED)
    assert abs(bent(outcomes).loss - straight.loss) < Fraction(1, 10**50)


def test_a_shape_needs_outcomes_that_differ() -> None:
    with pytest.raises(FundError, match=r"outcomes: must not all be the same, was 0\.01$") as caught:
        bent(["0.01"] * 5)
    assert caught.value.code == Refusal.NO_DISPERSION
    with pytest.raises(FundError, match="outcomes: must number at least 4, was 3"):
        bent(["1", "2", "3"], shape=Shape.ADJUSTED)
    assert bent(["1", "2", "4"]).loss


def test_an_expansion_out_of_its_depth_says_so() -> None:
    fat = [0, 0, 0, 0, 0, 0, 1, -1]  # an excess kurtosis of 1, no skewness
    assert bent(fat).explain().parts[-1].how == "it rises everywhere"
    wild = ["0"] * 30 + ["-100", "1", "2"]
    assert bent(wild).explain().parts[-1].how == "it does not rise everywhere"


def test_a_loss_is_explained_by_its_convention() -> None:
    linear = historical_value_at_risk(TEN, confidence="0.8", quantile=Quantile.LINEAR)
    assert linear.explain().text() == (
        "value at risk at 80 % over 1 period: 0.016 = "
        "the loss: linear between outcomes, at place (n − 1)(1 − confidence) + 1\n"
        "  source: The American Statistician, Hyndman and Fan, Sample Quantiles in Statistical Packages, "
        "1996, definitions 1 to 9, 10.2307/2684934 [recalled] "
        "(figures checked against numpy, which offers the nine)\n"
        "  outcomes: 10\n"
        "  k: 2 = 10 × 20 %\n"
        "  outcome 2 from the worst: -0.04\n"
        "  outcome 3 from the worst: -0.01"
    )
    estimate = estimate_of(TEN, divisor=Divisor.COUNT, centre=Centre.ZERO).over(10)
    normal = normal_value_at_risk(estimate, confidence="0.95", drift=Drift.IGNORED)
    text = normal.explain().text()
    assert "over 10 periods" in text
    assert "of 10 outcomes about zero, by n" in text
    assert "the mean not counted" in text
    assert "mean, over" not in text


def test_a_loss_is_reported_in_money_and_over_more_periods() -> None:
    found = historical_value_at_risk(["-30.005", "10"], confidence="0.5", quantile=Quantile.K_TH_WORST)
    assert found.measure is RiskMeasure.VALUE_AT_RISK
    assert found.money("CNY", Rounding.HALF_UP) == Money("30.01", "CNY")
    assert found.rounded(1, Rounding.FLOOR) == Decimal("30.0")
    four = found.times_root_of(4)
    assert (four.loss, four.periods) == (Fraction("60.01"), 4)
    assert four.explain().text().startswith("value at risk at 50 % over 4 periods: 60.01 = loss × √4\n")
    with pytest.raises(InvalidValueError, match="periods: must be above zero, was 0"):
        found.times_root_of(0)
