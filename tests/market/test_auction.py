"""Sealed bids: what does not count, what is cut, and what must hold whatever is bid."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.market import (
    AuctionBid,
    AuctionRules,
    CallOrder,
    PriceMode,
    Refusal,
    SupplyStep,
    Tie,
    Undersubscribed,
    cross,
    draw,
    roll_over,
    run_auction,
)
from carbonkit.market.sealed_bid import SealedBid, cut
from carbonkit.schemes import (
    california_auction,
    eu_auction,
    korea_auction,
    rggi_auction,
    uk_auction,
    washington_auction,
)
from carbonkit.values import AccountId, Money, Price

DAY = "2025-01-08"
EU, UK, RGGI = (module.auction_rules(DAY) for module in (eu_auction, uk_auction, rggi_auction))
QUOTE = EU.instrument.value.quote


def bid(name: str, price: str, quantity: int | str, rules: AuctionRules = EU, **more: Any) -> AuctionBid:  # noqa: ANN401  of any type
    quote = rules.instrument.value.quote
    facts = {"bid_id": name, "bidder": more.pop("bidder", name), "price": quote(price), "quantity": quantity}
    return AuctionBid(**facts, **more)


BIDS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(1, 40), st.sampled_from("ABCDE")), min_size=1, max_size=12
)


@given(
    bids=BIDS,
    offered=st.integers(1, 200),
    reserve=st.integers(0, 40),
    tie=st.sampled_from(Tie),
    under=st.sampled_from(Undersubscribed),
    limit=st.none() | st.integers(0, 60),
    adds=st.none() | st.tuples(st.integers(1, 60), st.integers(0, 80)),
    withholds=st.none() | st.tuples(st.integers(1, 60), st.integers(0, 80)),
    mode=st.sampled_from(PriceMode),
)
def test_whatever_is_bid_the_rules_hold(**drawn: Any) -> None:  # noqa: ANN401  of any type
    offered, reserve, limit = drawn["offered"], drawn["reserve"], drawn["limit"]
    rules = attrs.evolve(
        EU,
        instrument=attrs.evolve(EU.instrument, value=attrs.evolve(EU.instrument.value, lot=1)),
        tie=attrs.evolve(EU.tie, value=drawn["tie"]),
        undersubscribed=attrs.evolve(EU.undersubscribed, value=drawn["under"]),
        price_mode=attrs.evolve(EU.price_mode, value=drawn["mode"]),
    )
    price = rules.instrument.value.price
    made = [
        AuctionBid(bid_id=f"B-{number}", bidder=bidder, price=price(ticks), quantity=quantity)
        for number, (ticks, quantity, bidder) in enumerate(drawn["bids"])
    ]
    steps: dict[str, Any] = {
        name: None if drawn[name] is None else SupplyStep(price(drawn[name][0]), drawn[name][1])
        for name in ("adds", "withholds")
    }
    result = run_auction(
        rules,
        offered,
        made,
        reserve=price(reserve) if reserve else None,
        bidder_limit=limit,
        order=draw("seed", [str(each.bid_id) for each in made]),
        **steps,
    )
    assert len(result.awards) + len(result.rejected) == len(made)
    assert result.sold <= offered + result.added - result.withheld
    assert result.unsold >= 0
    assert result.proceeds == sum((award.cost for award in result.awards), Money(0, "EUR"))
    won: dict[AccountId, int] = {}
    for award in result.awards:
        assert award.quantity <= award.bid.quantity
        if award.quantity:
            assert award.price is not None
            assert award.price <= award.bid.price
            assert award.bid.price.amount * 100 >= reserve
            won[award.bid.bidder] = won.get(award.bid.bidder, 0) + award.quantity
    assert all(limit is None or quantity <= limit for quantity in won.values())
    if result.cancelled:
        assert not result.sold
        assert result.price is None
    served = [award for award in result.awards if award.quantity]
    for award in result.awards:  # nobody who bid more goes without while somebody who bid less is served
        if not award.quantity and limit is None and not result.cancelled:
            assert all(other.bid.price >= award.bid.price for other in served)


def test_bids_that_do_not_count_say_why() -> None:
    bids = [
        bid("GOOD", "70.00", 1000),
        bid("LOW", "59.99", 500),
        bid("ODD", "70.00", 501),
        bid("NONE", "70.00", 0),
        bid("OFF", "70.005", 500),
        attrs.evolve(bid("POUND", "70.00", 500), price=Price("70.00", "GBP", "tCO2e")),
    ]
    result = run_auction(EU, 500, bids, reserve=QUOTE("60.00"), order=["GOOD"])
    assert [(str(each.bid_id), problem.code) for each, problem in result.rejected] == [
        ("LOW", Refusal.BELOW_FLOOR),
        ("ODD", Refusal.ODD_LOT),
        ("NONE", Refusal.ODD_LOT),
        ("OFF", Refusal.OFF_TICK),
        ("POUND", Refusal.WRONG_QUOTE),
    ]
    assert result.sold == 500
    assert "5 rejected" in result.explain().text()
    assert len(list(result.explain().sources())) == len(EU.rules())


def test_an_id_stands_for_one_bid() -> None:
    with pytest.raises(BatchError) as error:
        run_auction(EU, 500, [bid("A", "70.00", 500), bid("B", "70.00", 500), bid("A", "71.00", 500)])
    assert [problem.row for problem in error.value.problems] == [3]


def test_guarantees_and_limits_cut_whole_lots_from_below() -> None:
    bids = [
        bid("A-1", "30.00", 3000, RGGI, bidder="A"),
        bid("A-2", "20.00", 4000, RGGI, bidder="A"),
        bid("B-1", "25.00", 4000, RGGI, bidder="B"),
        bid("C-1", "26.00", 4000, RGGI, bidder="C", group="X"),
        bid("D-1", "27.00", 4000, RGGI, bidder="D", group="X"),
    ]
    guarantees = {AccountId("A"): Money("100000", "USD"), AccountId("B"): Money("99999.99", "USD")}
    guarantees |= {AccountId(name): Money("1000000", "USD") for name in "CD"}
    result = run_auction(
        RGGI,
        20_000,
        bids,
        reserve=RGGI.instrument.value.quote("2.00"),
        guarantees=guarantees,
        bidder_limit=5_000,
        order=[str(each.bid_id) for each in bids],
    )
    # A can pay 100,000: 3,000 at 30.00, then 5,000 in all at 20.00; B one cent too little for 4,000
    assert {str(award.bid.bid_id): award.quantity for award in result.awards} == {
        "A-1": 3000,
        "A-2": 2000,
        "B-1": 3000,
        "C-1": 1000,
        "D-1": 4000,
    }
    assert sorted((str(each.bid_id), left) for each, left in result.cuts) == [
        ("A-2", 2000),
        ("B-1", 3000),
        ("C-1", 1000),
    ]
    nothing = run_auction(RGGI, 20_000, bids, guarantees={}, reserve=RGGI.instrument.value.quote("2.00"))
    assert (nothing.sold, nothing.price) == (0, None)
    with pytest.raises(InvalidValueError):
        run_auction(RGGI, 20_000, bids, guarantees={AccountId("A"): Money("1", "EUR")})
    own = [SealedBid("a", 30, 3, 1), SealedBid("b", 20, 4, 2)]
    assert [left for _, left in cut(own, lot=1, limit=None, spend=None)] == [3, 4]


def test_a_hidden_floor_lifts_the_price_in_britain() -> None:
    quote = UK.instrument.value.quote
    bids = [bid("A", "60.00", 2000, UK), bid("B", "55.00", 2000, UK), bid("C", "40.00", 6000, UK)]
    lifted = run_auction(UK, 10_000, bids, floor=quote("50.00"), order=["A", "B", "C"])
    assert (str(lifted.price), lifted.sold, lifted.unsold) == ("55.00 GBP/tCO2e", 4000, 6000)
    nobody = run_auction(UK, 10_000, bids, floor=quote("61.00"), order=["A", "B", "C"])
    assert nobody.cancelled == "no bid reaches the floor"
    with pytest.raises(InvalidValueError):
        run_auction(RGGI, 10_000, [], floor=RGGI.instrument.value.quote("5.00"))


def test_figures_of_another_market_are_refused() -> None:
    for facts in (
        {"reserve": Price("60", "GBP", "tCO2e")},
        {"floor": Price("60", "EUR", "kgCO2e")},
        {"adds": SupplyStep(QUOTE("60.001"), 1)},
    ):
        with pytest.raises(InvalidValueError):
            run_auction(EU, 500, [bid("A", "70.00", 500)], **facts)
    with pytest.raises(InvalidValueError):
        run_auction(EU, -1, [])
    with pytest.raises(InvalidValueError, match="draw"):
        run_auction(EU, 500, [bid("A", "70.00", 500), bid("B", "70.00", 500)])
    assert run_auction(UK, 500, []).price is None


def test_a_draw_is_the_same_for_everybody() -> None:
    names = [f"B-{number}" for number in range(50)]
    drawn = draw("2026-11-24", names)
    assert drawn == draw("2026-11-24", reversed(names))
    assert drawn != draw("2026-11-25", names)
    assert sorted(drawn) == sorted(names)


def test_what_is_left_goes_lot_by_lot() -> None:
    assert roll_over(5_250, [10_000] * 4, lot=500) == roll_over(5_000, [10_000] * 4, lot=500).__class__(
        (1_500, 1_500, 1_000, 1_000), 250
    )
    assert roll_over(100, []).residual == 100
    for facts in ({"unsold": -1}, {"lot": 0}, {"volumes": [-1]}, {"most_percent": 99}):
        with pytest.raises(InvalidValueError):
            roll_over(**({"unsold": 100, "volumes": [1000]} | facts))  # type: ignore[arg-type]


def test_every_scheme_says_how_sure_its_rules_are() -> None:
    modules = (california_auction, eu_auction, korea_auction, rggi_auction, uk_auction, washington_auction)
    for module in modules:
        rules = module.auction_rules(DAY)
        assert len(list(rules.explain().sources())) == len(rules.rules())
    assert california_auction.purchase_limits(DAY).source.status.value == "recalled"
    assert eu_auction.roll_over_count(DAY).value == 4
    assert rggi_auction.bidder_limit(DAY).value == 25


def test_a_call_prefers_the_price_that_leaves_least_unmatched() -> None:
    buys = [CallOrder(1, 10, 100), CallOrder(2, 9, 20)]
    assert cross(buys=buys, sells=[CallOrder(3, 8, 100)], reference=8).price == 10
    level = [CallOrder(1, 10, 100)]
    assert cross(buys=level, sells=[CallOrder(3, 8, 100)], reference=8).price == 8
    assert cross(buys=level, sells=[CallOrder(3, 8, 100)], reference=9).price == 10  # as near: the higher
    nothing = cross(buys=[CallOrder(1, 7, 1)], sells=[CallOrder(3, 8, 1)], reference=9)
    assert (nothing.price, nothing.volume, list(nothing.pairs())) == (9, 0, [])
