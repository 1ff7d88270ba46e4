"""The quick way to a rate: wherever it says something, it says what the exact way does."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
import pyxirr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance import rate_bracket
from carbonkit.fund.performance.internal_rate import NoRate, _every, _nearest, _quick, xirr
from carbonkit.fund.performance.rate_bracket import MOST_PLACES, quick_rate
from carbonkit.values import Money, Rounding

START = date(2019, 2, 26)
ACT = DayCount.ACT_365_FIXED

Series = list[tuple[int, int]]


def flows(series: Series, power: int = -2) -> tuple[CashFlow, ...]:
    return tuple(
        CashFlow(START + timedelta(days=days), Money(Decimal(amount).scaleb(power), "CNY"))
        for days, amount in series
    )


def both(
    series: Series,
    *,
    day_count: DayCount = ACT,
    places: int = 8,
    rounding: Rounding = Rounding.HALF_UP,
    power: int = -2,
) -> Decimal | None:
    """Go both ways, see that they agree, and return what the quick one says."""
    given_flows = flows(series, power)
    quick = _quick(given_flows, day_count, places, rounding)
    if quick is not None:
        rates, reason = _every(given_flows, day_count, places, rounding)
        assert reason is None
        assert [str(rate) for rate in rates] == [str(quick)]
    return quick


@st.composite
def funds(draw: st.DrawFn) -> Series:
    """Draw a fund: calls first, distributions after and between, something left at the end."""
    calls = draw(st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 10**11)), min_size=1, max_size=12))
    back = draw(st.lists(st.tuples(st.integers(300, 4500), st.integers(1, 10**11)), min_size=1, max_size=20))
    return sorted([*((day, -amount) for day, amount in calls), *back])


ANYTHING = st.lists(st.tuples(st.integers(0, 3000), st.integers(-(10**9), 10**9)), min_size=1, max_size=8)
CLUSTERED = st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), min_size=2, max_size=6)


@settings(max_examples=120, deadline=None)
@given(
    funds(),
    st.sampled_from(DayCount),
    st.integers(0, MOST_PLACES),
    st.sampled_from(Rounding),
    st.integers(-14, 14),
)
def test_a_fund_has_the_same_rate_both_ways(
    series: Series, day_count: DayCount, places: int, rounding: Rounding, power: int
) -> None:
    both(series, day_count=day_count, places=places, rounding=rounding, power=power)


@settings(max_examples=120, deadline=None)
@given(
    st.one_of(ANYTHING, CLUSTERED), st.sampled_from(DayCount), st.integers(0, 6), st.sampled_from(Rounding)
)
def test_any_flows_have_the_same_rate_both_ways(
    series: Series, day_count: DayCount, places: int, rounding: Rounding
) -> None:
    both(series, day_count=day_count, places=places, rounding=rounding)


@settings(max_examples=80, deadline=None)
@given(st.integers(-9999, 30_000), st.integers(1, 6), st.integers(0, 5), st.sampled_from(Rounding))
@example(rate=1000, years=1, places=1, rounding=Rounding.HALF_EVEN)
@example(rate=-5, years=1, places=3, rounding=Rounding.HALF_UP)  # a tie: -0.0005
@example(rate=5, years=1, places=3, rounding=Rounding.HALF_EVEN)
def test_rates_that_are_exact_and_ties_are_left_to_the_exact_way(
    rate: int, years: int, places: int, rounding: Rounding
) -> None:
    whole = 10**4
    series = [(0, -(whole**years)), (365 * years, (whole + rate) ** years)]
    said = both(series, places=places, rounding=rounding, power=0)
    halves = rounding in {Rounding.HALF_UP, Rounding.HALF_EVEN}
    scaled = Fraction(rate * 10**places, whole) + (Fraction(1, 2) if halves else 0)
    assert (said is None) == (scaled.denominator == 1)


@settings(max_examples=40, deadline=None)
@given(funds(), st.randoms())
def test_order_signs_and_zeros_do_not_matter(series: Series, random: object) -> None:
    quick = both(series)
    shuffled = [*series, (series[0][0], 0), (9000, 0)]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert both(shuffled) == quick
    assert both([(day, -amount) for day, amount in series]) == quick


def test_most_funds_go_the_quick_way() -> None:
    plain = [(0, -(10**9)), (200, -(10**9)), (700, 5 * 10**8), (1500, 10**9), (1500, 7 * 10**8)]
    assert both(plain) is not None
    assert both(plain, places=12) is not None
    assert both([*plain, (1600, -1), (1700, 10**8)]) is not None
    assert all(both(plain, day_count=each) is not None for each in DayCount)


@pytest.mark.parametrize(
    "series",
    [
        [(0, -100)],
        [(0, -100), (0, 110)],
        [(0, -100), (365, -110)],
        [(0, 100), (365, 110)],
        [(0, 0), (365, 0)],
        [(0, -1000), (365, 2300), (730, -1320)],  # two rates
        [(0, -100), (365, 200), (730, -101)],  # none
        [(0, -100), (365, 120), (730, -10), (1095, 1)],  # one, but in between more came back than was owed
        [(0, -1), (5, 10**16)],  # a rate of a thousand digits
        [(0, -1), (300, 10**40), (1000, 1)],
    ],
    ids=str,
)
def test_it_says_nothing_about_what_it_cannot_prove(series: Series) -> None:
    assert both(series, places=10) is None


def test_it_says_nothing_about_two_currencies_or_strangers() -> None:
    one = (float(0), float(-100), float(1))
    assert quick_rate([one, (float(365), float(110), float(2))], 365, 2, Rounding.HALF_UP) is None
    assert _quick((*flows([(0, -1)]), 5), ACT, 2, Rounding.HALF_UP) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("cancelled", [10**15, 10**16, 10**17])
def test_it_says_nothing_where_what_cancels_hides_how_far_the_root_is(cancelled: int) -> None:
    left = cancelled // 10**13  # the bounds then lie so far apart that the series is not good between them
    series = [(0, -cancelled), (0, cancelled - left), (365, left + left // 10)]
    assert both(series, places=4, power=0) is None


@pytest.mark.parametrize(
    "series",
    [
        [(0, -1), (float(2**41), 2)],  # a time that is no longer certain to be exact
        [(0, -1e150), (365, 1e150)],  # sizes near the ends of the range
        [(0, -1), *((day, 1) for day in range(1, 10_001))],  # more flows than the bound was made for
        [(0, math.nan), (365, 1)],
        [(0, -1), (365, math.inf)],
    ],
    ids=["late", "large", "many", "nan", "inf"],
)
def test_it_keeps_within_its_limits(series: list[tuple[float, float]]) -> None:
    given_flows = [(float(day), float(amount), float(1)) for day, amount in series]
    assert quick_rate(given_flows, 365, 2, Rounding.HALF_UP) is None


@settings(max_examples=40, deadline=None)
@given(funds(), st.integers(-12, 12))
@example(series=[(300, 2), (301, -1)], power=0)  # its signs are turned first
def test_the_bounds_hold_the_root_that_mpmath_finds(series: Series, power: int) -> None:
    nearest = _nearest(flows(series, power), ACT)
    guess, _ = rate_bracket._first_guess(nearest)
    ordered = rate_bracket._in_order(nearest)
    bounds = guess and rate_bracket._bounds(ordered, guess, 0)
    if not bounds:
        return
    with mpmath.workdps(60):
        below, above = (
            mpmath.fsum(
                mpmath.mpf(amount) * mpmath.exp(-mpmath.mpf(y) * (day - ordered[0][0]))
                for day, amount, _ in ordered
            )
            for y in bounds
        )
        assert below > 0 > above
    assert bounds[1] - bounds[0] < 1e-9


@settings(max_examples=80, deadline=None)
@given(funds())
def test_pyxirr_agrees_where_it_answers(series: Series) -> None:
    given_flows = flows(series)
    found = xirr(given_flows, day_count=ACT, places=9, rounding=Rounding.HALF_EVEN)
    if not found.unique or not -0.9 < found.rate < 10:
        return
    theirs = pyxirr.xirr(
        [flow.on for flow in given_flows], [float(flow.amount.amount) for flow in given_flows]
    )
    if theirs is not None:
        assert theirs == pytest.approx(float(found.rate), abs=1e-7)


def test_funds_of_a_trillion_have_a_rate_where_pyxirr_gives_none() -> None:
    """Pyxirr's issue #75: its tolerance is absolute, so that a large fund is often not solved."""
    missed = 0
    for seed in range(40):
        paid = [(91 * n, -(10**13) * (1 + (seed + 3 * n) % 7)) for n in range(10)]
        back = [(91 * n + seed, 10**13 * (2 + (seed + 5 * n) % 11) + n) for n in range(10, 24)]
        series = [*paid, *back]
        given_flows = flows(series)
        small = flows(series, -14)
        found = xirr(given_flows, day_count=ACT, places=6, rounding=Rounding.HALF_UP)
        assert found.rate == xirr(small, day_count=ACT, places=6, rounding=Rounding.HALF_UP).rate
        days, amounts = [flow.on for flow in given_flows], [float(flow.amount.amount) for flow in given_flows]
        missed += pyxirr.xirr(days, amounts) is None
    assert missed


@pytest.mark.parametrize("places", [2, 8, 13])
def test_the_reasons_are_those_of_the_exact_way(places: int) -> None:
    found = xirr(flows([(0, -5), (0, 6)]), day_count=ACT, places=places, rounding=Rounding.HALF_UP)
    assert found.reason is NoRate.ONE_DAY
