"""Many series at once: each has the result that it has by itself, with numpy and without it."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CurrencyMismatchError, InvalidValueError
from carbonkit.fund.cashflow import CashFlow, packed_of
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.internal_rate import _nearest, xirr, xirr_each
from carbonkit.fund.performance.rate_batch import WIDEST, quick_rates
from carbonkit.fund.performance.rate_bracket import MOST_PLACES, quick_rate
from carbonkit.values import Money, Rounding

ACT = DayCount.ACT_365_FIXED
START = date(2019, 2, 26)
Series = list[tuple[int, int]]


def flows(series: Series, currency: str = "CNY") -> list[CashFlow]:
    return [
        CashFlow(START + timedelta(days=days), Money(Decimal(amount).scaleb(-2), currency))
        for days, amount in series
    ]


CALLS = st.lists(st.tuples(st.integers(0, 1500), st.integers(-(10**11), -1)), min_size=1, max_size=8)
BACK = st.lists(st.tuples(st.integers(300, 4500), st.integers(1, 10**11)), min_size=1, max_size=12)
FUNDS = st.tuples(CALLS, BACK).map(lambda both: sorted([*both[0], *both[1]]))
ANYTHING = st.lists(st.tuples(st.integers(0, 900), st.integers(-99, 99)), min_size=1, max_size=6)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.one_of(FUNDS, FUNDS, ANYTHING), min_size=1, max_size=8),
    st.sampled_from(DayCount),
    st.integers(0, MOST_PLACES + 1),
    st.sampled_from(Rounding),
)
def test_each_has_the_result_that_it_has_by_itself(
    drawn: list[Series], day_count: DayCount, places: int, rounding: Rounding
) -> None:
    series = [flows(each) for each in drawn]
    one_by_one = [xirr(each, day_count=day_count, places=places, rounding=rounding) for each in series]
    at_once = xirr_each(series, day_count=day_count, places=places, rounding=rounding)
    assert list(at_once) == one_by_one
    assert [str(each.rates) for each in at_once] == [str(each.rates) for each in one_by_one]


def numbers(series: list[Series]) -> bytes:
    return b"".join(packed_of(flow) for each in series for flow in flows(each))


def plain(count: int) -> list[Series]:
    return [
        [(0, -(10**9) - seed), (500, -(10**8)), (1000 + seed, 4 * 10**8), (2000, 9 * 10**8)]
        for seed in range(count)
    ]


@pytest.mark.parametrize("rounding", Rounding)
def test_most_funds_are_proven_at_once(rounding: Rounding) -> None:
    series = plain(200)
    found = quick_rates(numbers(series), [4] * 200, 365, 8, rounding)
    assert found.count(None) <= 2
    alone = [quick_rate(_nearest(tuple(flows(each)), ACT), 365, 8, rounding) for each in series]
    assert all(rate in {None, own} for rate, own in zip(found, alone, strict=True))


def test_without_numpy_the_results_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    series = [flows(each) for each in plain(5)]
    with_numpy = xirr_each(series, day_count=ACT, places=8, rounding=Rounding.HALF_UP)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert quick_rates(numbers(plain(1)), [4], 365, 8, Rounding.HALF_UP) == [None]
    assert xirr_each(series, day_count=ACT, places=8, rounding=Rounding.HALF_UP) == with_numpy


def test_long_series_and_several_currencies_are_solved_one_by_one() -> None:
    long = [(0, -(10**9)), *((10 * day, 10**7 + day) for day in range(1, 2 * WIDEST))]
    series = [flows(long), flows(plain(1)[0], "EUR"), flows(plain(1)[0]), flows([(0, 5)])]
    found = xirr_each(series, day_count=ACT, places=8, rounding=Rounding.HALF_UP)
    assert list(found) == [xirr(each, day_count=ACT, places=8, rounding=Rounding.HALF_UP) for each in series]
    assert [each.unique for each in found] == [True, True, True, False]
    assert xirr_each([], day_count=ACT, places=8, rounding=Rounding.HALF_UP) == ()


def test_a_bad_series_is_named_by_its_number() -> None:
    good = flows(plain(1)[0])
    mixed = [*good, CashFlow("2030-01-01", Money("1", "EUR"))]
    for places in (8, 20):
        with pytest.raises(CurrencyMismatchError, match="row 2, flow 5: must be CNY, was EUR"):
            xirr_each([good, mixed], day_count=ACT, places=places, rounding=Rounding.HALF_UP)
        with pytest.raises(InvalidValueError, match="row 3, flows: must hold one cash flow or more"):
            xirr_each([good, good, []], day_count=ACT, places=places, rounding=Rounding.HALF_UP)
        with pytest.raises(BatchError, match="row 1, flow 5"):
            xirr_each([[*good, 5, 6], good], day_count=ACT, places=places, rounding=Rounding.HALF_UP)  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="places: must be a whole number from 0 to 60"):
        xirr_each([good], day_count=ACT, places=61, rounding=Rounding.HALF_UP)
