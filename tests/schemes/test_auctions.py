"""
Every auction of the reference's golden cases, and the published facts of ten real ones.

The cases are read from the reference data and skip where it is absent; those that a
scheme's text or an exchange publishes stand here in full as well.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from carbonkit.market import (
    AuctionBid,
    AuctionResult,
    AuctionRules,
    CallOrder,
    SupplyStep,
    Tie,
    cross,
    roll_over,
    run_auction,
)
from carbonkit.market.sealed_bid import SealedBid, serve
from carbonkit.schemes import eu_auction, korea_auction, rggi, rggi_auction, uk_auction
from carbonkit.values import Money, Price

GOLDEN = Path(__file__).resolve().parents[3] / "shared" / "data" / "market"
DAY = "2025-01-08"
RULES = {
    "krx": korea_auction.auction_rules(DAY),
    "eu": eu_auction.auction_rules(DAY),
    "uk": uk_auction.auction_rules(DAY),
    "rggi": rggi_auction.auction_rules(DAY),
}
HANDLED = {"uk_rollover_cap_125", "ca_tie_prorata", "krx_call_auction_single_match"}


def cases() -> list[dict[str, Any]]:
    path = GOLDEN / "rules_golden" / "auction_cases.json"
    if not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
    return found


def with_lot_of_one(rules: AuctionRules) -> AuctionRules:
    """The cases count in units that are no whole lots, and say nothing of lots."""
    return attrs.evolve(
        rules, instrument=attrs.evolve(rules.instrument, value=attrs.evolve(rules.instrument.value, lot=1))
    )


def ran(case: dict[str, Any]) -> AuctionResult:
    rules = with_lot_of_one(RULES[case["id"].split("_")[0]])
    quote = rules.instrument.value.quote

    def price(name: str) -> Price | None:
        return quote(str(case[name])) if name in case else None

    def step(reserve: str) -> SupplyStep | None:
        trigger = price(f"{reserve}_trigger")
        return None if trigger is None else SupplyStep(trigger, case[reserve])

    bids = [
        AuctionBid(bid_id=f"B-{number}", bidder=f"A-{number}", price=quote(str(bid["p"])), quantity=bid["q"])
        for number, bid in enumerate(case["bids"])
    ]
    drawn = [f"B-{number}" for number in case.get("tie_order", range(len(bids)))]
    others = [f"B-{number}" for number in range(len(bids)) if f"B-{number}" not in drawn]
    return run_auction(
        rules,
        case["offered"],
        bids,
        reserve=price("reserve"),
        floor=price("min_price"),
        adds=step("ccr"),
        withholds=step("ecr"),
        order=[*drawn, *others],
    )


@pytest.mark.skipif(not cases(), reason="the reference data is not here")
@pytest.mark.parametrize(
    "case", [case for case in cases() if case["id"] not in HANDLED], ids=lambda case: case["id"]
)
def test_each_golden_case_comes_out(case: dict[str, Any]) -> None:
    expected, result = case["result"], ran(case)
    if expected.get("cancelled"):
        assert result.cancelled
        assert result.sold == 0
        return
    filled = {str(award.bid.bid_id): award.quantity for award in result.awards}
    assert result.price is not None
    assert result.price.amount == Decimal(str(expected["price"]))
    assert [filled.get(f"B-{number}", 0) for number in range(len(case["bids"]))] == expected["filled"]
    assert result.added == expected.get("ccr_sold", 0)
    assert result.withheld == expected.get("ecr_withheld", 0)
    if "interim_price" in expected:
        assert result.interim is not None
        assert result.interim.amount == Decimal(expected["interim_price"])
    assert result.unsold == expected.get("unsold", 0)
    if "rollover_per_next4" in expected:
        assert set(roll_over(result.unsold, [10**6] * 4).added) == {expected["rollover_per_next4"]}


def test_every_golden_case_is_known() -> None:
    assert not cases() or len(cases()) == 13


def test_what_is_not_sold_stays_below_its_cap() -> None:
    cap = uk_auction.roll_over_cap(DAY).value
    found = roll_over(5000, [4000] * 4, most_percent=cap)
    assert (found.added, found.residual) == ((1000,) * 4, 1000)
    uneven = roll_over(5000, [4000, 8000, 4000, 8000], most_percent=cap)
    assert (uneven.added, uneven.residual) == ((1000, 1500, 1000, 1500), 0)


def test_a_tie_is_shared_pro_rata() -> None:
    tied = [SealedBid("B", 100, 4000, 1), SealedBid("C", 100, 3000, 2)]
    assert serve(tied, 5000, tie=Tie.PRO_RATA, order=["C", "B"]) == [2857, 2143]
    assert serve(tied, 5000, tie=Tie.PRO_RATA, order=["B", "C"]) == [2858, 2142]


def test_the_korea_exchanges_call_auction() -> None:
    """Korea Exchange, global site, call auction: 600 at 7,830; the second seller is half filled."""
    sells = [
        (7860, 450),
        (7850, 750),
        (7840, 300),
        (7830, 150),
        (7830, 200),
        (7830, 50),
        (7820, 200),
        (7810, 150),
    ]
    buys = [(7850, 100), (7840, 150), (7830, 200), (7830, 150), (7820, 400), (7810, 500), (7800, 650)]
    found = cross(
        buys=[CallOrder(number, *order) for number, order in enumerate(buys)],
        sells=[CallOrder(number, *order) for number, order in enumerate(sells)],
        reference=7800,
    )
    assert (found.price, found.volume) == (7830, 600)
    assert [dict(found.sells).get(number, 0) for number in range(8)] == [0, 0, 0, 150, 100, 0, 200, 150]
    assert [dict(found.buys).get(number, 0) for number in range(7)] == [100, 150, 200, 150, 0, 0, 0]
    assert sum(lots for _, _, lots in found.pairs()) == 600


def test_the_korea_exchanges_auction() -> None:
    """Korea Exchange, global site, auction of 10,000 t: 10,300, and the first two bids at it are filled."""
    rules = RULES["krx"]
    wanted = [
        *((11000, 1000), (11000, 1500), (11000, 2500), (10500, 1000), (10500, 2000)),
        *((10300, 1000), (10300, 1000), (10300, 2000), (10000, 1000), (10000, 2000)),
    ]
    bids = [
        AuctionBid(
            bid_id=f"B-{number}",
            bidder=f"A-{number}",
            price=rules.instrument.value.quote(price),
            quantity=lots,
        )
        for number, (price, lots) in enumerate(wanted)
    ]
    result = run_auction(rules, 10_000, bids, reserve=rules.instrument.value.quote(10000))
    assert result.price == rules.instrument.value.quote("10300")
    assert [award.quantity for award in result.awards] == [1000, 1500, 2500, 1000, 2000, 1000, 1000, 0, 0, 0]


# ------------------------------------------------------------- real auctions of RGGI and Korea
# Published: what was offered, sold and paid. The bids are not; those here are made to meet what is.


def rggi_bids(*bids: tuple[str, int]) -> list[AuctionBid]:
    quote = RULES["rggi"].instrument.value.quote
    return [
        AuctionBid(bid_id=f"B-{number}", bidder=f"A-{number}", price=quote(price), quantity=quantity)
        for number, (price, quantity) in enumerate(bids)
    ]


def test_auction_13_sold_a_part_at_the_reserve_price() -> None:
    """42,189,685 offered, 7,487,000 sold at 1.89, the reserve price; bids from 1.89 to 5.18."""
    reserve = Price("1.89", "USD", "short_tonCO2e")
    bids = rggi_bids(("5.18", 3_000_000), ("1.89", 4_487_000))
    result = run_auction(RULES["rggi"], 42_189_685, bids, reserve=reserve)
    assert (result.price, result.sold) == (reserve, 7_487_000)
    assert round(Decimal(result.sold * 100) / result.offered, 2) == Decimal("17.75")


def test_auction_23_used_up_the_cost_containment_reserve() -> None:
    """18,491,350 offered and 5,000,000 of the reserve sold at 4.00, its trigger: 93,965,400.00 USD."""
    trigger = rggi.cost_containment_trigger(2014).price
    adds = SupplyStep(Price(trigger.amount, "USD", "short_tonCO2e"), rggi.cost_containment_size(2014).value)
    bids = rggi_bids(("11.85", 18_000_000), ("4.00", 6_000_000), ("2.00", 30_000_000))
    result = run_auction(RULES["rggi"], 18_491_350, bids, adds=adds, order=[str(bid.bid_id) for bid in bids])
    assert (result.added, result.sold, str(result.price)) == (0, 18_491_350, "4.00 USD/short_tonCO2e")
    above = rggi_bids(("11.85", 18_500_000), ("4.00", 6_000_000), ("2.00", 30_000_000))
    result = run_auction(
        RULES["rggi"], 18_491_350, above, adds=adds, order=[str(bid.bid_id) for bid in above]
    )
    assert (result.added, result.sold) == (5_000_000, 23_491_350)
    assert result.proceeds == Money("93965400.00", "USD")


def test_auction_27_did_not_reach_the_trigger() -> None:
    """15,272,670 sold at 5.41, below the trigger of 6.00: 82,625,144.70 USD."""
    adds = SupplyStep(Price("6.00", "USD", "short_tonCO2e"), 10_000_000)
    bids = rggi_bids(("12.50", 10_000_000), ("5.41", 6_000_000), ("2.05", 20_000_000))
    result = run_auction(RULES["rggi"], 15_272_670, bids, adds=adds, order=[str(bid.bid_id) for bid in bids])
    assert (result.added, result.sold) == (0, 15_272_670)
    assert result.proceeds == Money("82625144.70", "USD")


def test_auction_52_left_both_reserves_alone() -> None:
    """22,987,719 sold at 7.97, between the triggers 6.00 and 13.00: 183,212,120.43 USD."""
    bids = rggi_bids(("12.51", 20_000_000), ("7.97", 8_000_000), ("2.38", 20_000_000))
    result = run_auction(
        RULES["rggi"],
        22_987_719,
        bids,
        adds=SupplyStep(Price("13.00", "USD", "short_tonCO2e"), 11_980_000),
        withholds=SupplyStep(Price("6.00", "USD", "short_tonCO2e"), 11_310_000),
        order=[str(bid.bid_id) for bid in bids],
    )
    assert (result.added, result.withheld) == (0, 0)
    assert result.proceeds == Money("183212120.43", "USD")


def test_koreas_limit_binds() -> None:
    """550,000 t, 15 % a bidder: five bidders above the reserve cannot win more than 412,500 t."""
    rules = RULES["krx"]
    limit = 550_000 * int(korea_auction.bidder_limit("2019-03-13").value) // 100
    assert limit == 82_500
    quote = rules.instrument.value.quote
    bids = [
        AuctionBid(
            bid_id=f"B-{number}", bidder=f"A-{number}", price=quote(25_000 + 50 * number), quantity=150_000
        )
        for number in range(5)
    ]
    result = run_auction(rules, 550_000, bids, reserve=quote(25_000), bidder_limit=limit)
    assert (result.sold, result.unsold) == (412_500, 137_500)
    assert [left for _, left in result.cuts] == [82_500] * 5
