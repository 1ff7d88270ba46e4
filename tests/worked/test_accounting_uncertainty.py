"""
Uncertainty by both approaches, against a case that was constructed and computed elsewhere.

The rules are those of the IPCC's 2006 Guidelines, volume 1, chapter 3 (approach 1, table 3.2 and
approach 2). The published tables were not at hand, so the case was made up and its results were found
by another program: three categories, 1000 → 950 (activity 2 %, factor 5 %), 100 → 80 (10 %, 50 %) and
60 → 62 (10 %, 100 %) have 8.274097 % in the current year and 2.736109 points in the trend; two million
draws gave 8.28 % and 2.79 points. Two sources that share a factor of ±10 % have 10.0 %, two that do not
7.4536 %; a product of 5 % and 10 % has 11.1803 %.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, Statement, account, gwp_set
from carbonkit.accounting.monte_carlo import QuantileRule, simulate
from carbonkit.accounting.trend import TrendRow, trend_uncertainty
from carbonkit.accounting.uncertainty import product_uncertainty, propagate_uncertainty, sum_uncertainty
from carbonkit.values import Energy, Period, Place, Rounding, Source

EVEN = Rounding.HALF_EVEN
CASE = (("coal", 1000, 950, 2, 5), ("oil", 100, 80, 10, 50), ("waste", 60, 62, 10, 100))
YEAR, CN = Period.year(2025), Place("CN")


def statement(rows: tuple[tuple[str, int, int, int, int], ...] = CASE) -> Statement:
    factors = [
        Factor(
            kind,
            "1",
            kind,
            CN,
            YEAR,
            "GJ",
            [Rate("CO2", 100, "t", lower=100 - percent, upper=100 + percent)],
            Source("Us", "Constructed case", 2025),
        )
        for kind, _, _, _, percent in rows
    ]
    bills = [
        Activity(
            kind, "site", kind, Energy(now * Decimal("0.01"), "GJ"), CN, YEAR, Scope.ONE, uncertainty=percent
        )
        for kind, _, now, percent, _ in rows
    ]
    return account(bills, Catalogue(factors)).co2e(gwp_set("AR6"))


def test_the_product_rule() -> None:
    assert str(product_uncertainty([5, 10], 4, EVEN)) == "11.1803"


def test_the_sum_rule_of_two_factors() -> None:
    assert str(sum_uncertainty([(100, 10), (200, 10)], 4, EVEN)) == "7.4536"


def test_table_3_2_total_and_trend() -> None:
    rows = [TrendRow(*row) for row in CASE]
    found = trend_uncertainty(rows, factor_correlated=True, activity_correlated=False)
    assert str(found.percent(6, EVEN)) == "8.274097"
    assert str(found.trend_points(6, EVEN)) == "2.736109"


def test_an_inventory_of_the_case_has_the_same_total() -> None:
    assert str(propagate_uncertainty(statement()).percent(6, EVEN)) == "8.274097"


@pytest.mark.slow
def test_the_simulation_meets_the_two_million_draws() -> None:
    found = simulate(statement(), seed=2006, draws=200_000)
    # the other program drew all inputs normally; here those above 30 % are lognormal
    percent = found.percent(QuantileRule.INTERPOLATED, 2, EVEN)
    assert abs(percent - Decimal("8.28")) < Decimal("0.20")


def test_the_simulation_of_a_case_below_thirty_percent_meets_approach_1() -> None:
    narrow = statement((("coal", 1000, 950, 2, 5), ("oil", 100, 80, 10, 25), ("waste", 60, 62, 10, 30)))
    first = propagate_uncertainty(narrow).percent(4, EVEN)
    second = simulate(narrow, seed=1, draws=20_000).percent(QuantileRule.INTERPOLATED, 4, EVEN)
    # of 20,000 draws the half width has a standard error of about 0.8 % of itself
    assert abs(second / first - 1) < Decimal("0.025")
