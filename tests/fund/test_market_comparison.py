"""A fund beside an index: identities that hold for any fund, and typed reasons where a method breaks down."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import pyxirr.pe
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.benchmark_index import IndexLevels, MissingLevel
from carbonkit.fund.performance.market_comparison import MarketComparison, compare_with_market
from carbonkit.fund.performance.market_equivalent import EquivalentMethod, MarketEquivalent, NoEquivalent
from carbonkit.values import Money, Rounding, Source

START = date(2015, 3, 2)
Flows = list[tuple[int, int]]


def day_of(days: int) -> date:
    return START + timedelta(days=days)


def cny(amount: int) -> Money:
    return Money(amount, "CNY")


def index_of(levels: list[tuple[int, Any]], missing: MissingLevel = MissingLevel.REFUSE) -> IndexLevels:
    return IndexLevels(
        name="an index",
        levels=[(day_of(days), level) for days, level in levels],
        source=Source("an exchange", "daily levels", 2022),
        missing=missing,
    )


def compared(
    flows: Flows,
    levels: list[tuple[int, Any]],
    left: int,
    on: int,
    **more: Any,  # noqa: ANN401  any argument of the comparison
) -> MarketComparison:
    given_arguments: dict[str, Any] = {
        "net_asset_value": cny(left),
        "on": day_of(on),
        "index": index_of(levels),
        "day_count": DayCount.ACT_365_FIXED,
        "places": 8,
        "rounding": Rounding.HALF_EVEN,
    }
    made = [CashFlow(day_of(days), cny(amount)) for days, amount in flows]
    return compare_with_market(made, **given_arguments | more)


FUNDS = st.tuples(
    st.lists(st.tuples(st.integers(0, 400), st.integers(-(10**6), -1)), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(401, 1500), st.integers(1, 10**6)), min_size=1, max_size=5),
).map(lambda both: [*both[0], *both[1]])
LEVELS = st.lists(st.integers(50, 300), min_size=10, max_size=10)


@settings(max_examples=60, deadline=None)
@given(FUNDS, LEVELS, st.integers(0, 10**6))
def test_the_definitions_hold(flows: Flows, levels: list[int], left: int) -> None:
    days = sorted({day for day, _ in flows} | {1600})
    table = list(zip(days, levels, strict=False))
    level = dict(table)
    seen = compared(flows, table, left, 1600)
    grown = [Fraction(amount) * level[1600] / level[day] for day, amount in flows]
    paid, taken = -sum(each for each in grown if each < 0), sum(each for each in grown if each > 0)
    assert seen.kaplan_schoar_exact == (taken + left) / Fraction(paid)
    assert seen.long_nickels.figure == paid - taken == seen.holding[-1][1]
    assert (seen.long_nickels.reason is NoEquivalent.INDEX_USED_UP) == (paid < taken)
    scale = seen.pme_plus.figure
    assert scale is not None
    assert scale * taken + left == paid  # scaled in this way the fund would be worth just what the index is
    assert (seen.pme_plus.reason is NoEquivalent.SCALE_BELOW_ZERO) == (scale < 0)


@settings(max_examples=40, deadline=None)
@given(FUNDS, st.integers(1, 10**6), st.integers(-20, 30))
def test_beside_a_steady_index_alpha_is_the_rest_of_the_rate(flows: Flows, left: int, percent: int) -> None:
    """1 + rate = (1 + alpha)·(1 + growth), and a fund that is the index is worth 1 and has no alpha."""
    years = {day: day // 365 * 365 for day, _ in flows}
    moved = [(years[day], amount) for day, amount in flows]
    table = [(365 * year, Fraction(100 + percent, 100) ** year) for year in range(6)]
    seen = compared(moved, table, left, 1825, places=12)
    assert seen.direct_alpha.rate is not None
    if seen.rate.unique and seen.direct_alpha.rate.unique:
        whole = (1 + Fraction(seen.direct_alpha.rate.rate)) * Fraction(100 + percent, 100) - 1
        assert abs(whole - Fraction(seen.rate.rate)) < Fraction(2, 10**12)
    worth = seen.long_nickels.figure
    assert worth is not None
    if worth > 0 and seen.long_nickels.rate is not None and seen.long_nickels.rate.unique:
        assert abs(Fraction(seen.long_nickels.rate.rate) - Fraction(percent, 100)) < Fraction(1, 10**11)


def test_where_a_method_breaks_down_it_says_why() -> None:
    table = [(0, 100), (365, 100), (730, 50)]
    plain = compared([(0, -100)], table, 60, 730)
    assert plain.pme_plus.reason is NoEquivalent.NO_DISTRIBUTIONS
    assert (plain.pme_plus.rate, plain.pme_plus.figure) == (None, None)
    used_up = compared([(0, -100), (365, 150)], table, 60, 730)
    assert used_up.long_nickels.reason is NoEquivalent.INDEX_USED_UP
    assert used_up.long_nickels.figure == -25
    below = compared([(0, -100), (365, 10)], table, 60, 730)
    assert below.pme_plus.reason is NoEquivalent.SCALE_BELOW_ZERO
    text = used_up.explain().text()
    assert NoEquivalent.INDEX_USED_UP.value in text
    assert "Kaplan-Schoar: 2.70000000" in text


def test_modified_pme_is_that_of_pyxirr_and_takes_the_fund_s_own_shares() -> None:
    flows, left = [(0, -100), (365, -50), (730, 60), (1095, 10), (1460, 0)], [100, 160, 110, 108, 110]
    table = [(365 * year, level) for year, level in enumerate([100, 105, 115, 117, 120])]
    values = {day_of(730): cny(110), str(day_of(1095)): cny(108)}
    seen = compared(flows, table, 110, 1460, values=values)
    assert seen.modified is not None
    assert seen.modified.rate is not None
    theirs = pyxirr.pe.m_pme([amount for _, amount in flows], [level for _, level in table], left)
    assert float(seen.modified.rate.rate) == pytest.approx(theirs, abs=1e-7)
    assert "modified PME" in seen.explain().text()
    with pytest.raises(FundError, match=f"values: .* was none for {day_of(730)}, {day_of(1095)}") as caught:
        compared(flows, table, 110, 1460, values={})
    assert caught.value.problem.code == "not_valued"


def test_a_share_of_everything_leaves_nothing() -> None:
    table = [(0, 100), (365, 120), (730, 90)]
    seen = compared([(0, -100), (365, 130)], table, 0, 730, values={day_of(365): cny(0)})
    assert seen.modified is not None
    assert seen.modified.figure == 0
    assert seen.modified.rate is not None
    assert seen.modified.rate.rate == Decimal("0.2")


def test_bad_input_is_named() -> None:
    table = [(0, 100), (365, 120)]
    with pytest.raises(FundError, match=f"have a level of an index on {day_of(100)}"):
        compared([(0, -100), (100, 5)], table, 60, 365)
    last = compared([(0, -100), (100, 5)], table, 60, 365, index=index_of(table, MissingLevel.LAST_BEFORE))
    assert last.distributed == 6
    with pytest.raises(InvalidValueError, match="paid_in: must be above zero"):
        compared([(0, 100)], table, 60, 365)
    with pytest.raises(InvalidValueError, match="paid_in: must be above zero"):
        compared([], table, 60, 365)
    with pytest.raises(InvalidValueError, match="net_asset_value: must be zero or more, was -60 CNY"):
        compared([(0, -100)], table, -60, 365)
    with pytest.raises(InvalidValueError, match=f"flow 2, on: must be on or before {day_of(365)}"):
        compared([(0, -100), (366, 1)], table, 60, 365)
    with pytest.raises(CurrencyMismatchError, match="flow 1: must be EUR, was CNY"):
        compared([(0, -100)], table, 60, 365, net_asset_value=Money("60", "EUR"))
    with pytest.raises(BatchError) as caught:
        compared([(366, -100), (0, -1), (400, 1)], table, 60, 365)
    assert [problem.field for problem in caught.value.problems] == ["flow 1, on", "flow 3, on"]
    with pytest.raises(InvalidValueError, match="values: must be of type Mapping"):
        compared([(0, -100)], table, 60, 365, values=[(day_of(365), cny(60))])
    with pytest.raises(InvalidValueError, match=r"values, .*: must be the net asset value, was 61 CNY"):
        compared([(0, -100)], table, 60, 365, values={day_of(365): cny(61)})
    with pytest.raises(InvalidValueError, match=r"values, .*: must be zero or more"):
        compared([(0, -100)], table, 60, 365, values={day_of(0): cny(-1)})
    with pytest.raises(InvalidValueError, match="index"):
        compared([(0, -100)], table, 60, 365, index=None)
    with pytest.raises(InvalidValueError, match="net_asset_value"):
        compared([(0, -100)], table, 60, 365, net_asset_value=5)


def test_a_result_has_a_rate_or_a_reason() -> None:
    with pytest.raises(InvalidValueError, match="reason: must be given exactly when there is no rate"):
        MarketEquivalent(EquivalentMethod.PME_PLUS, None, None, None)


def test_amounts_of_any_size_are_compared() -> None:
    table = [(0, "3.7"), (365, "4.1"), (730, "5.3")]
    small = compared([(0, -3), (365, 1)], table, 2, 730)
    large = compared([(0, -3 * 10**30), (365, 10**30)], table, 2 * 10**30, 730)
    for name in ("rate", "kaplan_schoar"):
        ours, theirs = getattr(small, name), getattr(large, name)
        assert getattr(ours, "rates", ours) == getattr(theirs, "rates", theirs)
    assert small.pme_plus.rate is not None
    assert large.pme_plus.rate is not None
    assert small.pme_plus.rate.rates == large.pme_plus.rate.rates
