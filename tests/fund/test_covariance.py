"""Means, variances and covariances: exact, by the named divisor and centre."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import FundError, InvalidValueError, NotFoundError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.covariance import Centre, Divisor, covariance_of, estimate_of
from carbonkit.values import AssetId

A, B = AssetId("A"), AssetId("B")

fractions = st.builds(Fraction, st.integers(-1000, 1000), st.sampled_from([1, 7, 10, 1000]))
outcomes = st.lists(fractions, min_size=2, max_size=8)


@given(outcomes)
def test_estimates_are_those_of_the_standard_library(given_outcomes: list[Fraction]) -> None:
    sample = estimate_of(given_outcomes, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
    assert sample.mean == statistics.mean(given_outcomes)
    assert sample.variance == statistics.variance(given_outcomes)
    population = estimate_of(given_outcomes, divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN)
    assert population.variance == statistics.pvariance(given_outcomes)


@given(outcomes)
def test_about_zero_the_squares_themselves_are_averaged(given_outcomes: list[Fraction]) -> None:
    squares = sum(each * each for each in given_outcomes)
    about_zero = estimate_of(given_outcomes, divisor=Divisor.COUNT, centre=Centre.ZERO)
    assert not about_zero.mean
    assert about_zero.variance == squares / len(given_outcomes)
    less_one = estimate_of(given_outcomes, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.ZERO)
    assert less_one.variance == squares / (len(given_outcomes) - 1)


@given(st.lists(st.tuples(fractions, fractions), min_size=2, max_size=8), st.sampled_from(Divisor))
def test_the_variance_of_a_sum_follows_from_the_covariances(
    pairs: list[tuple[Fraction, Fraction]], divisor: Divisor
) -> None:
    one, other = ([pair[side] for pair in pairs] for side in (0, 1))
    for centre in Centre:
        found = covariance_of({A: one, B: other}, divisor=divisor, centre=centre)
        assert found.between(A, B) == found.between(B, A)
        together = estimate_of([a + b for a, b in pairs], divisor=divisor, centre=centre)
        parts = found.between(A, A) + 2 * found.between(A, B) + found.between(B, B)
        assert together.variance == parts
        assert found.between(A, A) == estimate_of(one, divisor=divisor, centre=centre).variance


def test_numbers_that_lie_close_together_lose_nothing() -> None:
    big = 10**40
    close = estimate_of([big, big + 1, big + 2], divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
    assert (close.variance, close.deviation) == (Fraction(1), Decimal(1))


def test_an_estimate_is_scaled_to_more_periods() -> None:
    daily = estimate_of(["0.01", "0.03"], divisor=Divisor.COUNT, centre=Centre.SAMPLE_MEAN)
    longer = daily.over(2).over(2)
    assert longer == daily.over(4)
    assert (longer.mean, longer.deviation, longer.periods) == (Fraction("0.08"), Decimal("0.02"), 4)
    for bad in (0, -1, "1.5"):
        with pytest.raises(InvalidValueError, match="periods: must be"):
            daily.over(bad)  # type: ignore[arg-type]


def test_what_cannot_be_estimated_is_refused() -> None:
    with pytest.raises(FundError, match="outcomes: must number at least 2, was 1") as caught:
        estimate_of(["1"], divisor=Divisor.COUNT, centre=Centre.ZERO)
    assert caught.value.code == Refusal.TOO_FEW_OUTCOMES
    for series in ({}, {A: ["1"]}):
        with pytest.raises(FundError, match="returns: must number at least 2"):
            covariance_of(series, divisor=Divisor.COUNT, centre=Centre.ZERO)
    with pytest.raises(InvalidValueError, match="divisor: must be of type Divisor"):
        estimate_of(["1", "2"], divisor=1, centre=Centre.ZERO)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="centre: must be of type Centre"):
        covariance_of({A: ["1", "2"]}, divisor=Divisor.COUNT, centre=0)  # type: ignore[arg-type]


def test_an_asset_without_a_row_is_not_found() -> None:
    found = covariance_of({A: ["1", "2"]}, divisor=Divisor.COUNT, centre=Centre.ZERO)
    with pytest.raises(NotFoundError, match="asset: must be an asset of the covariance, was B"):
        found.between(A, B)
