"""Blocks through their handlers: proposed, countered, confirmed, withdrawn; shown to those who may answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import NotFoundError
from carbonkit.exchange._feed_message import messages_of
from carbonkit.exchange.handler import ForbiddenError
from carbonkit.market import Method, Order, OrderState, Side
from carbonkit.wire import (
    BLOCKS,
    CANCEL_ORDER,
    CONFIRM_BLOCK,
    COUNTER_BLOCK,
    ORDER,
    ORDERS,
    OWN_TRADES,
    PROPOSE_BLOCK,
    REDUCE_ORDER,
    AccountQuery,
    BlockRequest,
    Channel,
    ConfirmRequest,
    CounterRequest,
    OrderQuery,
    ReduceRequest,
)
from tests.exchange.desks import ANN, BOB, CAT, NOBODY, STAFF, Hall, caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.exchange.caller import Caller
    from carbonkit.market import Trade
    from carbonkit.wire import BlockSummary, Page


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall(at="2026-01-06T13:00:00+08:00")
    yield made
    made.check()
    made.close()


def proposed(hall: Hall, name: str = "P-1", to: str | None = "KEE-002", **more: Any) -> BlockSummary:  # noqa: ANN401  whatever a block may say
    summary: BlockSummary = hall.ask(ANN, PROPOSE_BLOCK, block(hall, name, to, **more))
    return summary


def block(hall: Hall, name: str, to: str | None, **more: Any) -> BlockRequest:  # noqa: ANN401  the same
    return BlockRequest(
        **{
            "account": "KEE-001",
            "client_order_id": name,
            "instrument": hall.instrument.id,
            "side": Side.SELL,
            "price": hall.instrument.quote("70.00"),
            "quantity": 100_000,
            "counterparty": to,
            **more,
        }
    )


def counter(hall: Hall, account: str, price: str, quantity: int = 100_000) -> CounterRequest:
    return CounterRequest(account=account, price=hall.instrument.quote(price), quantity=quantity)


def blocks(hall: Hall, by: Caller, **query: Any) -> tuple[BlockSummary, ...]:  # noqa: ANN401  whatever narrows
    page: Page[BlockSummary] = hall.ask(by, BLOCKS, query=AccountQuery(**query))
    return page.data


def test_a_block_is_proposed_and_confirmed(hall: Hall) -> None:
    made = proposed(hall)
    assert (made.order.client_order_id, made.order.state, str(made.counterparty)) == (
        "P-1",
        OrderState.NEW,
        "KEE-002",
    )
    name = made.order.order_id.text
    assert blocks(hall, ANN) == (made,)
    (seen,) = blocks(hall, BOB)
    assert seen == attrs.evolve(made, order=attrs.evolve(made.order, client_order_id=None))
    assert blocks(hall, CAT) == ()
    assert blocks(hall, STAFF) == (made,)
    trade: Trade = hall.ask(BOB, CONFIRM_BLOCK, ConfirmRequest(account="KEE-002"), block=name)
    assert (trade.method, trade.quantity, trade.buyer.text) == (Method.BLOCK, 100_000, "KEE-002")
    assert blocks(hall, ANN) == blocks(hall, BOB) == ()
    (order,) = hall.orders(ANN, client_order_id="P-1")
    assert (order.state, order.filled) == (OrderState.FILLED, 100_000)
    for by in (ANN, BOB):
        assert hall.ask(by, OWN_TRADES).data == (trade,)
        assert hall.ask(by, ORDER, order=name).state is OrderState.FILLED


def test_terms_go_to_and_fro_until_one_side_confirms(hall: Hall) -> None:
    name = proposed(hall).order.order_id.text
    first: BlockSummary = hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.00"), block=name)
    assert (first.order.account.text, first.order.side, str(first.counterparty)) == (
        "KEE-002",
        Side.BUY,
        "KEE-001",
    )
    assert first.order.client_order_id is None
    hall.check()
    (seen,) = blocks(hall, ANN)
    assert (seen.order.price, seen.order.client_order_id) == (hall.instrument.quote("69.00"), "P-1")
    confirm = ConfirmRequest(account="KEE-002")
    assert hall.refused(BOB, CONFIRM_BLOCK, confirm, block=name).code == "not_counterparty"
    same = counter(hall, "KEE-001", "69.00")
    assert hall.refused(ANN, COUNTER_BLOCK, same, block=name).code == "no_change"
    second: BlockSummary = hall.ask(ANN, COUNTER_BLOCK, counter(hall, "KEE-001", "69.50"), block=name)
    assert (second.order.client_order_id, str(second.counterparty)) == ("P-1", "KEE-002")
    hall.check()
    last: BlockSummary = hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.20"), block=name)
    assert last.order.price == hall.instrument.quote("69.20")
    trade: Trade = hall.ask(ANN, CONFIRM_BLOCK, ConfirmRequest(account="KEE-001"), block=name)
    assert (trade.price, trade.seller.text) == (hall.instrument.quote("69.20"), "KEE-001")


def test_a_block_for_anybody_is_seen_by_all_and_taken_by_one(hall: Hall) -> None:
    name = proposed(hall, to=None).order.order_id.text
    for by in (ANN, BOB, CAT):
        (seen,) = blocks(hall, by)
        assert seen.counterparty is None
        assert seen.order.client_order_id == ("P-1" if by is ANN else None)
    assert blocks(hall, NOBODY) == ()
    assert hall.refused(BOB, CANCEL_ORDER, order=name).code == NotFoundError.code
    hall.ask(CAT, COUNTER_BLOCK, counter(hall, "FUND", "69.00"), block=name)
    assert blocks(hall, BOB) == ()
    assert len(blocks(hall, CAT)) == len(blocks(hall, ANN)) == 1
    late = ConfirmRequest(account="KEE-002")
    assert hall.refused(BOB, CONFIRM_BLOCK, late, block=name).code == NotFoundError.code
    trade: Trade = hall.ask(ANN, CONFIRM_BLOCK, ConfirmRequest(account="KEE-001"), block=name)
    assert (trade.seller.text, trade.buyer.text) == ("KEE-001", "FUND")


def test_who_confirms_a_block_for_anybody_finds_it_afterwards(hall: Hall) -> None:
    name = proposed(hall, to=None).order.order_id.text
    hall.ask(CAT, CONFIRM_BLOCK, ConfirmRequest(account="FUND"), block=name)
    assert hall.ask(CAT, ORDER, order=name).state is OrderState.FILLED
    assert hall.refused(BOB, ORDER, order=name).code == NotFoundError.code


@pytest.mark.parametrize("by", [ANN, BOB, STAFF], ids=["proposer", "counterparty", "staff"])
@pytest.mark.parametrize("countered", [False, True], ids=["proposed", "countered"])
def test_both_sides_may_withdraw_a_block(hall: Hall, by: Caller, countered: bool) -> None:  # noqa: FBT001  a case
    name = proposed(hall).order.order_id.text
    if countered:
        hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.00"), block=name)
    assert hall.refused(CAT, CANCEL_ORDER, order=name).code == NotFoundError.code
    ended = hall.cancel(by, name)
    assert (ended.state, ended.withdrawn) == (OrderState.CANCELLED, 100_000)
    assert blocks(hall, ANN) == blocks(hall, BOB) == ()
    assert hall.refused(by, CANCEL_ORDER, order=name).code == "dead_order"
    for account in ("KEE-001", "KEE-002"):
        assert hall.desk.venue.position(account, hall.instrument.asset, "CNY").sellable == 500_000


def test_a_block_of_others_looks_like_none(hall: Hall) -> None:
    name = proposed(hall).order.order_id.text
    post = hall.place(ANN, "S-1", Side.SELL, 10).order.order_id.text
    for operation, body in (
        (CONFIRM_BLOCK, ConfirmRequest(account="FUND")),
        (COUNTER_BLOCK, counter(hall, "FUND", "69.00")),
    ):
        absent = hall.refused(CAT, operation, body, block="O-absent")
        for each in (name, post):
            hidden = hall.refused(CAT, operation, body, block=each)
            assert hidden.code == NotFoundError.code
            assert attrs.evolve(hidden, was="") == attrs.evolve(absent, was="")
    assert (
        hall.refused(ANN, CONFIRM_BLOCK, ConfirmRequest(account="KEE-001"), block=post).code == "dead_order"
    )
    assert hall.refused(BOB, REDUCE_ORDER, ReduceRequest(quantity=1), order=name).code == "not_owner"


def test_nobody_speaks_for_an_account_of_somebody_else(hall: Hall) -> None:
    name = proposed(hall).order.order_id.text
    confirm = ConfirmRequest(account="KEE-002")
    assert hall.refused(CAT, CONFIRM_BLOCK, confirm, block=name).code == ForbiddenError.code
    terms = counter(hall, "KEE-002", "69.00")
    assert hall.refused(CAT, COUNTER_BLOCK, terms, block=name).code == ForbiddenError.code
    assert hall.refused(CAT, PROPOSE_BLOCK, block(hall, "P-9", None)).code == ForbiddenError.code
    query = AccountQuery(account="KEE-002")
    assert hall.refused(CAT, BLOCKS, query=query).code == ForbiddenError.code


def test_what_the_venue_refuses_changes_nothing(hall: Hall) -> None:
    assert hall.refused(ANN, PROPOSE_BLOCK, block(hall, "P-1", "KEE-001")).code == "self_trade"
    assert hall.refused(ANN, PROPOSE_BLOCK, block(hall, "P-1", "NOBODY")).code == "unknown_account"
    small = block(hall, "P-1", None, quantity=10)
    assert hall.refused(ANN, PROPOSE_BLOCK, small).code == "outside_size"
    name = proposed(hall).order.order_id.text
    assert hall.refused(ANN, PROPOSE_BLOCK, block(hall, "P-1", None)).code == "duplicate_order"
    assert (
        hall.refused(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "1.00"), block=name).code == "outside_band"
    )


def test_the_name_of_a_block_is_not_taken_for_one_of_the_counterparty(hall: Hall) -> None:
    """Who asks by its own name whether an order came in must not be shown somebody else's."""
    proposed(hall, "N-1")
    assert hall.orders(BOB, client_order_id="N-1") == ()
    assert hall.orders(BOB, account="KEE-002") == ()
    assert hall.place(BOB, "N-1", Side.SELL, 10).order.client_order_id == "N-1"


def test_a_page_of_own_orders_is_full_although_blocks_of_others_lie_between(hall: Hall) -> None:
    hall.place(BOB, "N-1", Side.SELL, 10)
    for number in range(3):
        proposed(hall, f"P-{number}")
    hall.place(BOB, "N-2", Side.SELL, 10)
    assert [each.client_order_id for each in hall.orders(BOB, limit=2)] == ["N-2", "N-1"]
    first: Page[Order] = hall.ask(BOB, ORDERS, query=OrderQuery(limit=1))
    rest: Page[Order] = hall.ask(BOB, ORDERS, query=OrderQuery(limit=1, cursor=first.next_cursor))
    assert [each.client_order_id for each in (*first.data, *rest.data)] == ["N-2", "N-1"]
    assert rest.next_cursor is None


def test_blocks_are_paged_newest_first(hall: Hall) -> None:
    made = [proposed(hall, f"P-{number}") for number in range(4)]
    hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.00"), block=made[0].order.order_id.text)
    first: Page[BlockSummary] = hall.ask(ANN, BLOCKS, query=AccountQuery(limit=3))
    names = [each.order.client_order_id for each in first.data]
    assert names == ["P-3", "P-2", "P-1"]
    rest: Page[BlockSummary] = hall.ask(ANN, BLOCKS, query=AccountQuery(limit=3, cursor=first.next_cursor))
    assert ([each.order.client_order_id for each in rest.data], rest.next_cursor) == (["P-0"], None)
    both = caller("KEE-001", "FUND")
    assert len(blocks(hall, both)) == 4
    assert blocks(hall, both, account="FUND") == ()


def test_a_block_expires_with_its_day(hall: Hall) -> None:
    name = proposed(hall).order.order_id.text
    hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.00"), block=name)
    hall.close_day()
    for by in (ANN, BOB):
        assert hall.ask(by, ORDER, order=name).state is OrderState.EXPIRED
    assert hall.refused(ANN, CANCEL_ORDER, order=name).code == "dead_order"
    hall.check()
    hall.open_next_day()
    assert hall.ask(ANN, ORDER, order=name).client_order_id == "P-1"
    hall.at("2026-01-07T13:30:00+08:00")
    confirm = ConfirmRequest(account="KEE-001")
    assert hall.refused(ANN, CONFIRM_BLOCK, confirm, block=name).code == "dead_order"


def heard(hall: Hall) -> list[tuple[str, str, int, str, str | None]]:
    """Give what the order channel told last: whose it is, its side, what is filled, its state and name."""
    found = []
    for each in messages_of(hall.told[-1], []):
        if each.channel is Channel.ORDER:
            order = each.value
            assert isinstance(order, Order)
            assert order.account == each.account
            state, own = order.state.value, order.client_order_id
            found.append((order.account.text, order.side.value, order.filled, state, own))
    return found


def sides(filled: int, state: str, other: str = "KEE-002") -> list[tuple[str, str, int, str, str | None]]:
    return [("KEE-001", "sell", filled, state, "P-1"), (other, "buy", filled, state, None)]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("confirms", ["owner", "other"])
def test_each_side_hears_of_a_block_as_it_has_it(hall: Hall, confirms: str, restarted: bool) -> None:  # noqa: FBT001  a case
    name = proposed(hall).order.order_id.text
    assert heard(hall) == sides(0, "new")
    hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.00"), block=name)
    assert heard(hall) == sides(0, "new")
    if confirms == "other":
        hall.ask(ANN, COUNTER_BLOCK, counter(hall, "KEE-001", "69.50", 110_000), block=name)
        assert heard(hall) == sides(0, "new")
    if restarted:
        hall.desk = hall.another()
    by = BOB if confirms == "other" else ANN
    hall.ask(by, CONFIRM_BLOCK, ConfirmRequest(account=by.accounts[0]), block=name)
    filled, price = (110_000, "69.50") if confirms == "other" else (100_000, "69.00")
    assert heard(hall) == sides(filled, "filled")
    for each, side in ((ANN, Side.SELL), (BOB, Side.BUY), (STAFF, Side.SELL)):
        order = hall.ask(each, ORDER, order=name)
        assert (order.side, order.filled, order.state) == (side, filled, OrderState.FILLED)
        assert (order.price, order.quantity) == (hall.instrument.quote(price), filled)
        assert order.account == (ANN if each is STAFF else each).accounts[0]
    assert hall.orders(ANN, client_order_id="P-1")[0].side is Side.SELL


@pytest.mark.parametrize("countered", [False, True])
def test_who_takes_a_block_for_anybody_hears_of_its_fill(hall: Hall, countered: bool) -> None:  # noqa: FBT001  a case
    name = proposed(hall, to=None).order.order_id.text
    assert heard(hall) == sides(0, "new")[:1]
    by = CAT
    if countered:
        hall.ask(CAT, COUNTER_BLOCK, counter(hall, "FUND", "69.00"), block=name)
        assert heard(hall) == sides(0, "new", "FUND")
        by = ANN
    hall.ask(by, CONFIRM_BLOCK, ConfirmRequest(account=by.accounts[0]), block=name)
    assert heard(hall) == sides(100_000, "filled", "FUND")
    assert hall.ask(CAT, ORDER, order=name).account.text == "FUND"


@pytest.mark.parametrize("by", [ANN, BOB])
def test_both_sides_hear_that_a_block_is_withdrawn_or_expires(hall: Hall, by: Caller) -> None:
    name = proposed(hall).order.order_id.text
    hall.ask(BOB, COUNTER_BLOCK, counter(hall, "KEE-002", "69.00"), block=name)
    hall.cancel(by, name)
    assert heard(hall) == sides(0, "cancelled")
    proposed(hall, "P-2")
    hall.desk = hall.another()
    hall.close_day()
    assert [each[0] for each in heard(hall)] == ["KEE-001", "KEE-002"]
    assert hall.desk._blocks == set()
