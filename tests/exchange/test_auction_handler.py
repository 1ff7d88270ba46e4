"""Auctions through their handlers: announced and closed by staff, bid in by participants, bids sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import NotFoundError
from carbonkit.exchange.handler import ForbiddenError
from carbonkit.market import OrderState, PriceMode, Side
from carbonkit.wire import (
    ANNOUNCE_AUCTION,
    AUCTION,
    AUCTIONS,
    BID,
    CANCEL_ORDER,
    CLOSE_AUCTION,
    REDUCE_ORDER,
    REPLACE_ORDER,
    AuctionRequest,
    AuctionStage,
    BidRequest,
    ListQuery,
    ReduceRequest,
    ReplaceRequest,
)
from tests.exchange.desks import ANN, BOB, CAT, NOBODY, STAFF, Hall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.exchange.caller import Caller
    from carbonkit.market import Order
    from carbonkit.wire import AuctionSummary, Page

CLOSES = "2026-01-06T11:00:00+08:00"


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall(at="2026-01-06T09:30:00+08:00")
    yield made
    made.check()
    made.close()


def auction(hall: Hall, name: str = "A-1", **more: Any) -> AuctionRequest:  # noqa: ANN401  whatever one may say
    return AuctionRequest(
        **{
            "account": "KEE-001",
            "client_order_id": name,
            "instrument": hall.instrument.id,
            "quantity": 100_000,
            "floor": hall.instrument.quote("74.00"),
            "price_mode": PriceMode.UNIFORM,
            "opens": "2026-01-06T10:00:00+08:00",
            "closes": CLOSES,
            **more,
        }
    )


def announced(hall: Hall, name: str = "A-1", **more: Any) -> str:  # noqa: ANN401  the same
    summary: AuctionSummary = hall.ask(STAFF, ANNOUNCE_AUCTION, auction(hall, name, **more))
    return summary.auction.text


def offer(by: Caller, hall: Hall, name: str, price: str, quantity: int) -> BidRequest:
    return BidRequest(
        account=by.accounts[0], client_order_id=name, price=hall.instrument.quote(price), quantity=quantity
    )


def bid(hall: Hall, by: Caller, target: str, *of: Any) -> Order:  # noqa: ANN401  name, price, quantity
    order: Order = hall.ask(by, BID, offer(by, hall, *of), auction=target)
    return order


def seen(hall: Hall, by: Caller, name: str) -> AuctionSummary:
    summary: AuctionSummary = hall.ask(by, AUCTION, auction=name)
    return summary


def closed(hall: Hall, name: str) -> AuctionSummary:
    hall.at(CLOSES)
    summary: AuctionSummary = hall.ask(STAFF, CLOSE_AUCTION, auction=name)
    return summary


def test_an_auction_is_announced_bid_in_and_closed_at_one_price(hall: Hall) -> None:
    name = announced(hall)
    before = seen(hall, NOBODY, name)
    assert (before.stage, before.quantity, before.sold, before.price) == (
        AuctionStage.ANNOUNCED,
        100_000,
        0,
        None,
    )
    hall.at("2026-01-06T10:00:00+08:00")
    high = bid(hall, BOB, name, "B-1", "80.00", 60_000)
    low = bid(hall, CAT, name, "B-1", "75.00", 60_000)
    lost = bid(hall, BOB, name, "B-2", "74.00", 10)
    assert (high.client_order_id, high.state) == ("B-1", OrderState.NEW)
    result = closed(hall, name)
    assert (result.stage, result.sold, str(result.price)) == (
        AuctionStage.CLOSED,
        100_000,
        "75.00 CNY/tCO2e",
    )
    assert [(each.order_id, each.filled) for each in result.bids] == [
        (lost.order_id, 0),
        (low.order_id, 40_000),
        (high.order_id, 60_000),
    ]
    assert [each.state for each in result.bids] == [
        OrderState.CANCELLED,
        OrderState.CANCELLED,
        OrderState.FILLED,
    ]
    assert seen(hall, STAFF, name) == result
    (sold,) = hall.orders(ANN)
    assert (sold.state, sold.client_order_id) == (OrderState.FILLED, "A-1")


def test_bids_are_sealed(hall: Hall) -> None:
    name = announced(hall)
    hall.at("2026-01-06T10:00:00+08:00")
    one, two = bid(hall, BOB, name, "B-1", "80.00", 60_000), bid(hall, CAT, name, "B-1", "75.00", 60_000)
    assert seen(hall, BOB, name).bids == (one,)
    assert seen(hall, CAT, name).bids == (two,)
    assert seen(hall, ANN, name).bids == seen(hall, NOBODY, name).bids == ()
    assert seen(hall, STAFF, name).bids == (two, one)
    assert hall.refused(CAT, CANCEL_ORDER, order=one.order_id.text).code == NotFoundError.code
    assert hall.orders(BOB) == (one,)
    hall.check()
    ended = hall.cancel(BOB, one.order_id.text)
    assert ended.state is OrderState.CANCELLED
    assert seen(hall, BOB, name).bids == (ended,)
    closed(hall, name)
    assert [each.state for each in seen(hall, CAT, name).bids] == [OrderState.FILLED]


@pytest.mark.parametrize(
    ("prices", "price"),
    [(("80.00", "75.00"), None), (("75.00", "75.00"), "75.00 CNY/tCO2e"), ((), None)],
    ids=["several prices", "one price", "no bids"],
)
def test_who_pays_as_bid_has_one_price_only_if_all_do(
    hall: Hall, prices: tuple[str, ...], price: str | None
) -> None:
    name = announced(hall, price_mode=PriceMode.PAY_AS_BID)
    hall.at("2026-01-06T10:00:00+08:00")
    for number, each in enumerate(prices):
        bid(hall, BOB, name, f"B-{number}", each, 10_000)
    result = closed(hall, name)
    assert (result.stage, result.sold) == (AuctionStage.CLOSED, 10_000 * len(prices))
    assert (None if result.price is None else str(result.price)) == price


def test_what_is_not_sold_is_the_sellers_again(hall: Hall) -> None:
    name = announced(hall)
    hall.at("2026-01-06T10:00:00+08:00")
    bid(hall, BOB, name, "B-1", "74.50", 30_000)
    result = closed(hall, name)
    assert (result.sold, str(result.price)) == (30_000, "74.50 CNY/tCO2e")
    (left,) = hall.orders(ANN)
    assert (left.state, left.withdrawn) == (OrderState.CANCELLED, 70_000)
    assert hall.desk.venue.position("KEE-001", hall.instrument.asset, "CNY").sellable == 470_000


def test_bids_that_are_not_written_yet_are_in_the_answer_too(hall: Hall) -> None:
    """A bid and the close may come in one write."""
    name = announced(hall)
    hall.at("2026-01-06T10:59:59+08:00")
    write = hall.write
    hall.write = lambda: None  # type: ignore[method-assign]  # the engine writes many jobs at once
    bid(hall, BOB, name, "B-1", "74.50", 30_000)
    hall.write = write  # type: ignore[method-assign]  # the same
    assert [each.client_order_id for each in closed(hall, name).bids] == ["B-1"]


def test_a_closed_auction_takes_nothing_more(hall: Hall) -> None:
    name = announced(hall)
    early = offer(BOB, hall, "B-1", "74.50", 10)
    assert hall.refused(BOB, BID, early, auction=name).code == "auction_closed"
    hall.at("2026-01-06T10:00:00+08:00")
    assert hall.refused(STAFF, CLOSE_AUCTION, auction=name).code == "auction_running"
    low = offer(BOB, hall, "B-1", "73.00", 10)
    assert hall.refused(BOB, BID, low, auction=name).code == "below_floor"
    closed(hall, name)
    assert hall.refused(STAFF, CLOSE_AUCTION, auction=name).code == "auction_closed"
    assert hall.refused(BOB, BID, early, auction=name).code == "auction_closed"


def test_nobody_bids_or_sells_for_somebody_else(hall: Hall) -> None:
    name = announced(hall)
    hall.at("2026-01-06T10:00:00+08:00")
    body = offer(CAT, hall, "B-1", "74.50", 10)
    assert hall.refused(BOB, BID, body, auction=name).code == ForbiddenError.code
    assert hall.refused(BOB, ANNOUNCE_AUCTION, auction(hall)).code == ForbiddenError.code
    own = offer(ANN, hall, "B-1", "74.50", 10)
    assert hall.refused(ANN, BID, own, auction=name).code == "self_trade"


def test_what_is_no_auction_is_not_found(hall: Hall) -> None:
    post = hall.place(ANN, "S-1", Side.SELL, 10).order.order_id.text
    body = offer(BOB, hall, "B-1", "74.50", 10)
    for each in (post, "A-none", "../auctions"):
        for operation, by, what in ((AUCTION, BOB, None), (BID, BOB, body), (CLOSE_AUCTION, STAFF, None)):
            assert hall.refused(by, operation, what, auction=each).code == NotFoundError.code


def test_names_are_new_among_orders_bids_and_auctions(hall: Hall) -> None:
    name = announced(hall, "N-1")
    assert hall.refused(STAFF, ANNOUNCE_AUCTION, auction(hall, "N-1")).code == "duplicate_order"
    hall.place(BOB, "N-1", Side.SELL, 10)
    hall.at("2026-01-06T10:00:00+08:00")
    body = offer(BOB, hall, "N-1", "74.50", 10)
    assert hall.refused(BOB, BID, body, auction=name).code == "duplicate_order"


def test_auctions_are_paged_newest_first_with_own_bids(hall: Hall) -> None:
    names = [announced(hall, f"A-{number}") for number in range(3)]
    hall.at("2026-01-06T10:00:00+08:00")
    bid(hall, BOB, names[1], "B-1", "74.50", 10)
    page: Page[AuctionSummary] = hall.ask(BOB, AUCTIONS, query=ListQuery(limit=2))
    assert [(each.auction.text, len(each.bids)) for each in page.data] == [(names[2], 0), (names[1], 1)]
    rest: Page[AuctionSummary] = hall.ask(BOB, AUCTIONS, query=ListQuery(limit=2, cursor=page.next_cursor))
    assert ([each.auction.text for each in rest.data], rest.next_cursor) == ([names[0]], None)


def test_an_announced_auction_is_carried_out(hall: Hall) -> None:
    name = announced(hall)
    for by in (ANN, STAFF):
        assert hall.refused(by, CANCEL_ORDER, order=name).code == "auction_running"
    assert hall.refused(ANN, REDUCE_ORDER, ReduceRequest(quantity=10), order=name).code == "auction_running"
    changed = ReplaceRequest(client_order_id="R-1", quantity=10)
    assert hall.refused(ANN, REPLACE_ORDER, changed, order=name).code == "auction_running"
    hall.at("2026-01-06T10:00:00+08:00")
    made = bid(hall, BOB, name, "B-1", "74.50", 30_000).order_id.text
    less = ReduceRequest(quantity=10)
    assert hall.refused(BOB, REDUCE_ORDER, less, order=made).code == "method_not_offered"
    assert hall.cancel(BOB, made).state is OrderState.CANCELLED
    assert not any(each.sides for each in hall.told)
    closed(hall, name)
    assert hall.refused(ANN, CANCEL_ORDER, order=name).code == "dead_order"
