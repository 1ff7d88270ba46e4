"""
Worked: multiples and rates that are published.

Sources: pyxirr's tests (Unlicense), TVPI series and the case after INSEAD, "Measuring
Private Equity Fund Performance" (2019), 0.324; Wikipedia, "Public Market Equivalent",
IRR of 6.43 %. The flows lie whole years of 365 days apart. pyxirr gives the INSEAD case as
0.3243063918559141, from binary arithmetic: the true rate begins 0.32430639185597, so twelve
places are compared. A month of modified Dietz returns: the example of a CFA preparation course
(V0 585.60, V1 602.34, four flows, 2.45 %). Paid-in, unfunded and recallable: computed by hand.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import figure
from carbonkit.fund.performance.internal_rate import xirr
from carbonkit.fund.performance.modified_dietz import FlowTiming, modified_dietz
from carbonkit.fund.performance.multiple import Multiples, ReturnBasis
from carbonkit.fund.performance.performance import Performance, performance_of
from carbonkit.values import Money, Rounding

START = date(2001, 1, 1)


def measured(amounts: list[int], left: int, places: int) -> Performance:
    days = [START + timedelta(days=365 * year) for year in range(len(amounts))]
    return performance_of(
        [CashFlow(day, Money(amount, "USD")) for day, amount in zip(days, amounts, strict=True)],
        net_asset_value=Money(left, "USD"),
        on=days[-1],
        day_count=DayCount.ACT_365_FIXED,
        places=places,
        rounding=Rounding.HALF_UP,
    )


def test_multiples_of_pyxirr() -> None:
    figures = measured([-10, -20, 15, 30], 15, 1)
    assert [figures.dpi, figures.rvpi, figures.tvpi] == [Decimal("1.5"), Decimal("0.5"), Decimal("2.0")]


@pytest.mark.parametrize(
    ("amounts", "left", "published", "exact"),
    [
        ([-12, -10, -4, 40, 0, 15, 5], 0, "0.324", "0.324306391855"),
        ([-100, -50, 60, 10, 0], 110, "0.064", "0.064338606189"),
    ],
    ids=["INSEAD", "Wikipedia"],
)
def test_rates(amounts: list[int], left: int, published: str, exact: str) -> None:
    assert measured(amounts, left, 3).internal_rate.rate == Decimal(published)
    found = measured(amounts, left, 16).internal_rate
    assert found.unique
    assert str(found.rate)[: len(exact)] == exact
    flows = [*amounts[:-1], amounts[-1] + left]
    below, above = (
        sum(Fraction(amount) / (1 + Fraction(rate)) ** year for year, amount in enumerate(flows))
        for rate in (Decimal(exact), Decimal(exact) + Decimal("1e-12"))
    )
    assert below > 0 > above  # in exact fractions, without the solver


def test_multiples_to_twelve_places() -> None:
    figures = performance_of(
        [CashFlow(START, Money("-62", "USD")), CashFlow(START + timedelta(days=365), Money("18.6", "USD"))],
        net_asset_value=Money("70", "USD"),
        on=START + timedelta(days=730),
        day_count=DayCount.ACT_365_FIXED,
        places=12,
        rounding=Rounding.HALF_UP,
    )
    assert figures.dpi == Decimal("0.3")
    assert figures.rvpi == Decimal("1.129032258065")
    assert figures.tvpi == Decimal("1.429032258065")


def test_paid_in_and_unfunded_with_and_without_recall() -> None:
    seen = Multiples(
        commitment=Money(100, "USD"),
        paid_in=Money(62, "USD"),
        distributed=Money("18.6", "USD"),
        recallable=Money(5, "USD"),
        net_asset_value=Money(70, "USD"),
        basis=ReturnBasis.NET,
        places=12,
        rounding=Rounding.HALF_UP,
    )
    assert (seen.pic, seen.dpi) == (Decimal("0.62"), Decimal("0.3"))
    assert (seen.rvpi, seen.tvpi) == (Decimal("1.129032258065"), Decimal("1.429032258065"))
    assert (seen.unfunded, seen.unfunded_with_recall) == (Money(38, "USD"), Money(43, "USD"))


def test_modified_dietz_of_a_month() -> None:
    paid_in = {5: "-15.05", 9: "19.82", 15: "16.42", 24: "-18.96"}
    found = modified_dietz(
        Money("585.60", "USD"),
        Money("602.34", "USD"),
        [CashFlow(date(2001, 1, day), -Money(amount, "USD")) for day, amount in paid_in.items()],
        start="2000-12-31",
        end="2001-01-31",
        timing=FlowTiming.END_OF_DAY,
    )
    assert figure(found.capital, 6, Rounding.HALF_UP) == Decimal("591.236774")
    assert found.rounded(12, Rounding.HALF_UP) == Decimal("0.024541775196")
    assert found.rounded(4, Rounding.HALF_UP) == Decimal("0.0245")


def test_mathworks_example_by_the_months_of_the_american_market() -> None:
    flows = [("2007-01-12", -10_000), ("2008-02-14", 2500), ("2008-03-03", 2000)]
    flows += [("2008-06-14", 3000), ("2008-12-01", 4000)]
    found = xirr(
        [CashFlow(on, Money(amount, "USD")) for on, amount in flows],
        day_count=DayCount.THIRTY_US_360,
        places=15,
        rounding=Rounding.HALF_UP,
    )
    assert abs(found.rate - Decimal("0.100675477282743")) < Decimal("1e-12")
