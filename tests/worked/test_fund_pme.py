"""
Worked: public market equivalents that are published.

Sources: Wikipedia, "Public Market Equivalent": the theoretical investment of 100, 155, 109.76, 101.67
and 104.28 and rates of 6.43 % and 5.30 %; more digits, KS-PME, PME+ and Direct Alpha from pyxirr
(Unlicense), which agrees where the last flow is zero. A study guide's KS-PME in miniature, (96 + 120) / 150.
The flows lie whole years of 365 days apart, so that yearly and dated rates are the same.
"""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import pyxirr.pe
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.benchmark_index import IndexLevels, MissingLevel
from carbonkit.fund.performance.market_comparison import MarketComparison, compare_with_market
from carbonkit.values import Money, Rounding, Source

START = date(2001, 1, 1)
FLOWS, INDEX, LEFT = [-100, -50, 60, 10, 0], [100, 105, 115, 117, 120], 110


def compared(flows: list[int], index: list[int], left: int, places: int = 18) -> MarketComparison:
    days = [START + timedelta(days=365 * year) for year in range(len(flows))]
    return compare_with_market(
        [CashFlow(day, Money(amount, "USD")) for day, amount in zip(days, flows, strict=True)],
        net_asset_value=Money(left, "USD"),
        on=days[-1],
        index=IndexLevels(
            name="an index",
            levels=zip(days, index, strict=True),
            source=Source("Wikipedia", "Public Market Equivalent", 2024),
            missing=MissingLevel.REFUSE,
        ),
        day_count=DayCount.ACT_365_FIXED,
        places=places,
        rounding=Rounding.HALF_EVEN,
    )


def same(found: Decimal | Fraction | None, published: str) -> bool:
    """Compare to the digits given, give or take two of the last one: they come from binary arithmetic."""
    assert found is not None
    last = Decimal((0, (1,), Decimal(published).as_tuple().exponent))  # type: ignore[arg-type]
    return abs(Fraction(found) - Fraction(published)) <= 2 * Fraction(last)


def test_the_example_of_wikipedia() -> None:
    seen = compared(FLOWS, INDEX, LEFT)
    assert same(seen.kaplan_schoar, "1.03230301722588")
    assert same(seen.rate.rate, "0.0643386061899137")
    assert same(seen.long_nickels.figure, "104.277751234273")
    assert seen.long_nickels.rate is not None
    assert same(seen.long_nickels.rate.rate, "0.0530236565500321")
    assert same(seen.pme_plus.figure, "0.921467913970974")
    assert seen.pme_plus.rate is not None
    assert same(seen.pme_plus.rate.rate, "0.0523739171076176")
    assert seen.direct_alpha.rate is not None
    assert same(seen.direct_alpha.rate.rate, "0.0108984507612177")
    published = ["100", "155", "109.7619048", "101.6708075", "104.277751234273"]
    assert all(same(worth, each) for (_, worth), each in zip(seen.holding, published, strict=True))


def test_the_ratio_in_miniature() -> None:
    seen = compared([-150, 96], [100, 100], 120)
    assert [seen.contributed, seen.distributed] == [150, 96]
    assert seen.kaplan_schoar == Decimal("1.44")


def test_what_is_left_comes_on_top_of_the_last_flow() -> None:
    """Pyxirr writes it over the last flow, so it is given the sum as what is left, and zero as the flow."""
    seen = compared([-100, -50, 60, 10, 25], INDEX, 85)
    whole = compared(FLOWS, INDEX, 110)
    assert seen.rate.rates == whole.rate.rates
    assert seen.kaplan_schoar == whole.kaplan_schoar
    assert seen.direct_alpha.rate is not None
    assert whole.direct_alpha.rate is not None
    assert seen.direct_alpha.rate.rates == whole.direct_alpha.rate.rates
    assert whole.long_nickels.figure is not None
    assert seen.long_nickels.figure == whole.long_nickels.figure - 25
    assert whole.long_nickels.rate is not None
    assert seen.long_nickels.rate is not None
    assert seen.long_nickels.rate.rates == whole.long_nickels.rate.rates


@settings(max_examples=60)
@given(
    st.lists(st.integers(-100, -1), min_size=1, max_size=4),
    st.lists(st.integers(0, 80), min_size=1, max_size=6),
    st.integers(1, 200),
    st.data(),
)
def test_pyxirr_agrees_where_the_last_flow_is_zero(
    paid: list[int], taken: list[int], left: int, data: st.DataObject
) -> None:
    flows = [*paid, *taken, 0]
    index = data.draw(st.lists(st.integers(80, 150), min_size=len(flows), max_size=len(flows)))
    seen = compared(flows, index, left, places=10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ratio = pyxirr.pe.ks_pme(flows, index, left)
        alpha = pyxirr.pe.direct_alpha(flows, index, left)
        nickels = pyxirr.pe.ln_pme(flows, index)
    assert ratio == pytest.approx(float(seen.kaplan_schoar), abs=1e-9)
    if alpha is not None and seen.direct_alpha.rate is not None and seen.direct_alpha.rate.unique:
        assert alpha == pytest.approx(float(seen.direct_alpha.rate.rate), abs=1e-7)
    if nickels is not None and seen.long_nickels.rate is not None and seen.long_nickels.rate.unique:
        assert nickels == pytest.approx(float(seen.long_nickels.rate.rate), abs=1e-7)
