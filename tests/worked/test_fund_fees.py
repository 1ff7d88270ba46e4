"""
Worked: management and incentive fees that are published.

Sources: a public private-equity study guide (repository not identified), §7 to 9: ten years of
2 % on 100 million, then on net invested cost, 15,100,000 (W16); Updog_restore (MIT by its
package.json), docs/fees.truth-cases.json: 17.5 and 16.4 (W18); analystforum.com, United Capital,
a question of the CFA examination of 2020: 12.544 % net (W14). Only figures are taken. RECALLED: the
CFA curriculum's 2 and 20 on 100 million that became 115, in three ways: 5.30, 4.84 and 3.84 million of
fees, 9.70, 10.16 and 11.16 % net; recomputed by hand.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carbonkit.fund.carry.carry_terms import HurdleKind
from carbonkit.fund.fee.fee_terms import FeeBase, FeeLevel, FeeMeasured, FeePeriods, FeeStep, FeeTerms
from carbonkit.fund.fee.incentive_fee import IncentiveOrder, IncentiveTerms, charge_incentive_fee
from carbonkit.fund.fee.management_fee import charge_management_fee
from carbonkit.values import Rounding
from tests.carry import cny, partners

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.values import Money

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "fund" / "waterfall_golden.json"
STUDY_GUIDE = ["2000000"] * 5 + ["1700000", "1360000", "1020000", "680000", "340000"]


def fees(size: str, steps: Sequence[FeeStep], levels: Sequence[FeeLevel] = ()) -> list[Money]:
    terms = FeeTerms(
        steps=steps,
        own=(),
        time=FeePeriods.YEARS,
        measured=FeeMeasured.AT_PERIOD_START,
        rounding=Rounding.HALF_UP,
    )
    return [
        charge_management_fee(
            terms,
            partners(LP=size),
            levels,
            number=number,
            start=f"{2020 + number}-07-15",
            end=f"{2021 + number}-07-15",
            charged_on=f"{2020 + number}-07-15",
        ).total
        for number in range(1, 11)
    ]


def total(amounts: Sequence[Money]) -> Fraction:
    return sum((Fraction(amount.amount) for amount in amounts), Fraction(0))


def test_two_percent_of_commitments_then_of_net_invested_cost() -> None:
    steps = [
        FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED]),
        FeeStep("2026-07-15", "0.02", [FeeBase.NET_INVESTED_COST]),
    ]
    levels = [
        FeeLevel(FeeBase.NET_INVESTED_COST, f"{year}-07-15", cny(f"{millions}000000"))
        for year, millions in zip(range(2026, 2031), (85, 68, 51, 34, 17), strict=True)
    ]
    found = fees("100000000", steps, levels)
    assert found == [cny(f"{fee}.00") for fee in STUDY_GUIDE]
    assert total(found) == 15_100_000


def test_a_step_down_after_five_years() -> None:
    steps = [
        FeeStep("2021-07-15", "0.025", [FeeBase.COMMITTED]),
        FeeStep("2026-07-15", "0.010", [FeeBase.COMMITTED]),
    ]
    assert total(fees("100", steps)) == Fraction("17.5")


def test_a_rate_on_what_is_called() -> None:
    called = (20, 40, 70, 90, 100, 100, 100, 100, 100, 100)
    levels = [
        FeeLevel(FeeBase.CALLED, f"{year}-07-15", cny(str(amount)))
        for year, amount in zip(range(2021, 2031), called, strict=True)
    ]
    assert total(fees("100", [FeeStep("2021-07-15", "0.02", [FeeBase.CALLED])], levels)) == Fraction("16.4")


def test_an_incentive_fee_over_a_hard_hurdle_after_the_management_fee() -> None:
    opening, closing = cny("250000000"), cny("290000000")
    levels = [FeeLevel(FeeBase.NET_ASSET_VALUE, "2021-07-15", closing)]
    steps = [FeeStep("2021-07-15", "0.02", [FeeBase.NET_ASSET_VALUE])]
    management = fees("250000000", steps, levels)[0]
    assert management == cny("5800000.00")
    terms = IncentiveTerms(
        rate="0.20",
        hurdle_rate="0.08",
        hurdle=HurdleKind.HARD,
        order=IncentiveOrder.AFTER_MANAGEMENT_FEE,
        rounding=Rounding.HALF_UP,
    )
    fee = charge_incentive_fee(terms, opening=opening, closing=closing, management_fee=management)
    assert fee.reckoned_on == Fraction("0.1368")
    assert fee.share_of_opening == Fraction("0.01136")
    assert fee.net_return == Fraction("0.12544")
    assert fee.amount == cny("2840000.00")


@pytest.mark.parametrize(
    ("order", "hurdle_rate", "incentive", "net"),
    [
        (IncentiveOrder.BEFORE_MANAGEMENT_FEE, 0, "3000000.00", "0.097"),
        (IncentiveOrder.AFTER_MANAGEMENT_FEE, 0, "2540000.00", "0.1016"),
        (IncentiveOrder.AFTER_MANAGEMENT_FEE, "0.05", "1540000.00", "0.1116"),
    ],
)
def test_two_and_twenty_of_115_million_in_three_ways(
    order: IncentiveOrder, hurdle_rate: str | int, incentive: str, net: str
) -> None:
    terms = IncentiveTerms(
        rate="0.20",
        hurdle_rate=hurdle_rate,
        hurdle=HurdleKind.HARD,
        order=order,
        rounding=Rounding.HALF_UP,
    )
    fee = charge_incentive_fee(
        terms, opening=cny("100000000"), closing=cny("115000000"), management_fee=cny("2300000")
    )
    assert fee.amount == cny(incentive)
    assert fee.net_return == Fraction(net)


@pytest.mark.skipif(not SHARED.exists(), reason="the reference set is not beside the project")
def test_the_reference_set_itself_agrees() -> None:
    cases = {case["id"]: case["expected"] for case in json.loads(SHARED.read_text("utf-8"))}
    assert cases["W16_management_fee_stepdown"] == {"fees": STUDY_GUIDE, "total": "15100000"}
    assert cases["W18_updog_fees"] == {"totals": ["17.5", "16.4"]}
    hedge = cases["W14_hedge_fee_hurdle_net"]
    assert (hedge["mgmt_fee"], hedge["net_return"]) == ("5800000.00", "0.125440")
