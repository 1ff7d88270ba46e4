"""
Backtests: Kupiec's statistic against mpmath, the zones as the Basel Committee published them.

Sources: the Basel Committee's three zones for 250 days at 99 % (green to 4, yellow 5 to 9, red from
10) and Kupiec's regions of 1995 in which a model is not rejected at 95 %; both recalled.
"""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.risk.backtest import Backtest, TrafficLight, backtest_of


def made(days: int, count: int, confidence: str) -> Backtest:
    return Backtest(days=days, exceedances=tuple(range(1, count + 1)), confidence=Fraction(confidence))


def test_the_zones_of_250_days() -> None:
    lights = [made(250, count, "0.99").traffic_light for count in range(12)]
    green, yellow, red = TrafficLight
    assert lights == [green] * 5 + [yellow] * 5 + [red] * 2


@pytest.mark.parametrize(
    ("days", "confidence", "least", "most"),
    [
        (255, "0.99", 0, 6),
        (510, "0.99", 2, 10),
        (1000, "0.99", 5, 16),
        (255, "0.95", 7, 20),
        (510, "0.95", 17, 35),
        (1000, "0.95", 38, 64),
    ],
)
def test_the_regions_of_kupiec(days: int, confidence: str, least: int, most: int) -> None:
    kept = [count for count in range(80) if made(days, count, confidence).p_value > Fraction(5, 100)]
    if least == 0:  # Kupiec's table has no lower bound there: none at all is not counted as a failure
        kept = [0, *kept] if kept[0] else kept
    assert (kept[0], kept[-1]) == (least, most)


@given(st.integers(1, 400), st.data())
def test_the_statistic_is_that_of_mpmath(days: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, days))
    found = made(days, count, "0.95")
    with mpmath.workdps(60):
        tail, seen = mpmath.mpf(1) / 20, mpmath.mpf(count) / days
        meant = (1 - tail) ** (days - count) * tail**count
        best = (1 - seen) ** (days - count) * seen**count
        ratio = -2 * mpmath.log(meant / best)
        assert abs(mpmath.mpf(str(found.likelihood_ratio)) - ratio) < mpmath.mpf(10) ** -40
        expected = mpmath.erfc(mpmath.sqrt(mpmath.mpf(str(found.likelihood_ratio)) / 2))
        assert mpmath.almosteq(mpmath.mpf(str(found.p_value)), expected, rel_eps=1e-40)


def test_a_proportion_that_fits_has_no_statistic() -> None:
    fits = made(100, 5, "0.95")
    assert fits.expected == 5
    assert fits.likelihood_ratio == 0
    assert fits.p_value == 1


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 9)), min_size=1, max_size=30))
def test_exceedances_are_losses_above_the_value_at_risk(pairs: list[tuple[int, int]]) -> None:
    found = backtest_of([gain for gain, _ in pairs], [loss for _, loss in pairs], confidence="0.9")
    assert found.exceedances == tuple(
        place for place, (gain, loss) in enumerate(pairs, start=1) if gain < 0 and abs(gain) > loss
    )
    assert found.days == len(pairs)
    assert 0 < found.cumulative <= 1


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(FundError, match="losses: must have as many as the outcomes, 2, was 1") as caught:
        backtest_of(["1", "2"], ["1"], confidence="0.95")
    assert caught.value.code == Refusal.OTHER_LENGTH
    with pytest.raises(FundError, match="outcomes: must number at least 1, was 0"):
        backtest_of([], [], confidence="0.95")
    with pytest.raises(InvalidValueError, match="confidence: must be between 0 and 1"):
        backtest_of(["1"], ["1"], confidence="1")
    with pytest.raises(BatchError, match="row 2, losses: must be a finite number"):
        backtest_of(["1", "2"], ["1", "NaN"], confidence="0.95")


def test_a_backtest_is_explained() -> None:
    text = made(250, 5, "0.99").explain().text()
    assert text.startswith("exceedances at 99 % in 250 days: 5 = 2.5 expected\n")
    assert "traffic light: yellow = so many or fewer: 95.88" in text
    assert "[recalled] (the likelihood ratio of the proportion of failures)" in text
