"""
Worked: multiples and rates that are published.

Sources: pyxirr's tests (Unlicense), TVPI series and the case after INSEAD, "Measuring
Private Equity Fund Performance" (2019), 0.324; Wikipedia, "Public Market Equivalent",
IRR of 6.43 %. The flows lie whole years of 365 days apart. pyxirr gives the INSEAD case as
0.3243063918559141, from binary arithmetic: the true rate begins 0.32430639185597, so twelve
places are compared.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance import Performance, performance_of
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
