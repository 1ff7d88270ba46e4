"""The desk: a trade that the ledger refuses to settle stops the exchange; ids of orders tell nothing."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import IntegrityError
from carbonkit.exchange._order_access import order_id
from carbonkit.exchange._settling import trades_after, unsettled_error
from carbonkit.exchange.desk import SECRET
from carbonkit.exchange.journal import Kind
from carbonkit.exchange.projection import order_in, trade_in
from carbonkit.exchange.recovery import recover
from carbonkit.ledger import Bucket, CommandId, Leg, Transfer
from carbonkit.market import Side
from carbonkit.values import AccountId
from carbonkit.wire import ORDER
from tests.exchange.desks import ANN, BOB, Hall

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.close()


def moved(hall: Hall, name: str, source: Bucket, target: Bucket) -> None:
    """Move the seller's units in the ledger alone, where the venue cannot see it."""
    asset, seller = hall.instrument.asset, AccountId("KEE-001")
    quantity = hall.ledger.quantity(seller, asset, source)
    leg = Leg(asset, quantity, seller, seller, source, target)
    hall.ledger.post(Transfer(CommandId(name), [leg], "test", hall.desk.now()))


def taken(hall: Hall, *quantities: int) -> None:
    """Take a post several times, and write that in one go, as the engine does."""
    post = hall.place(ANN, "S-1", Side.SELL, 1000, "74.50").order
    write = hall.write
    hall.write = lambda: None  # type: ignore[method-assign]  # the engine writes many jobs at once
    for number, quantity in enumerate(quantities):
        hall.clock.at += datetime.timedelta(seconds=1)
        hall.take(BOB, f"T-{number}", post.order_id.text, quantity)
    hall.write = write  # type: ignore[method-assign]  # the same
    hall.clock.at += datetime.timedelta(seconds=1)
    hall.write()


def test_a_trade_that_cannot_be_settled_stops_every_start_until_it_is(hall: Hall) -> None:
    moved(hall, "away", Bucket.TRADABLE, Bucket.FROZEN)
    with pytest.raises(IntegrityError, match="settle every trade"):
        taken(hall, 400, 100)
    assert len(hall.desk.unsettled) == 2
    for _ in range(2):
        with pytest.raises(IntegrityError) as error:
            recover(hall.another(), hall.clock)
        assert "CEA25/20260106/1 (" in error.value.problem.was
        assert "then start again" in error.value.problem.hint
    hall.clock.at += datetime.timedelta(hours=1)
    moved(hall, "back", Bucket.FROZEN, Bucket.TRADABLE)
    mended = hall.another()
    assert (mended.settle_rest(), mended.unsettled) == (2, [])
    assert hall.ledger.quantity(AccountId("KEE-002"), hall.instrument.asset, Bucket.BOUGHT_TODAY) == 500
    for trade in (trade_in(hall.desk.document(Kind.TRADE, f"CEA25/20260106/{each}")) for each in (1, 2)):
        record = hall.ledger.record(CommandId(f"settle/{trade.reference}"))
        assert record is not None
        assert record.command.effective_at == trade.at


def test_what_is_settled_and_not_marked_so_is_not_settled_again(hall: Hall) -> None:
    taken(hall, 400, 100)
    records = sum(1 for _ in hall.ledger.records())
    assert (hall.journal.mark("settled"), hall.another().settle_rest()) == (None, 2)
    assert sum(1 for _ in hall.ledger.records()) == records


def test_trades_are_read_in_the_order_in_which_they_were_made(hall: Hall) -> None:
    taken(hall, *range(1, 9))
    for number in range(9):
        found = trades_after(hall.journal, number, 8)
        assert [each.quantity for each in found] == list(range(number + 1, 9))


def test_of_many_trades_some_are_named() -> None:
    error = unsettled_error([(f"T/{each}", "why") for each in range(12)])
    assert "T/0 (why), " in error.problem.was


def test_an_id_is_the_same_for_ever_and_tells_nothing(hall: Hall) -> None:
    made = hall.place(ANN, "S-1", Side.SELL, 10).order.order_id.text
    account, secret = AccountId("KEE-001"), hall.desk.secret
    assert made == order_id(secret, account, "S-1")
    assert (hall.another().secret, hall.journal.mark(SECRET)) == (secret, secret)
    assert len(secret) == 64
    assert secret not in repr(hall.desk)
    others = Hall()
    assert others.place(ANN, "S-1", Side.SELL, 10).order.order_id.text != made
    others.close()
    names = {order_id(secret, AccountId(each), name) for each, name in (("A", "B"), ("AB", "C"), ("A", "BC"))}
    assert len(names) == 3


@pytest.mark.parametrize("body", ["", "{}", "[1]", "{", "\ud800", '{"order_id":"O-1"}'])
def test_a_document_that_is_broken_is_no_refusal(hall: Hall, body: str) -> None:
    made = hall.place(ANN, "S-1", Side.SELL, 10).order.order_id.text
    document = hall.desk.document(Kind.ORDER, made)
    with pytest.raises(IntegrityError) as error:
        order_in(attrs.evolve(document, body=body))
    assert error.value.problem.field == f"document order {made}"
    if body != "\ud800":  # which cannot be written
        hall.desk.put(attrs.evolve(document, body=body))
        hall.write()
        with pytest.raises(IntegrityError):
            hall.ask(ANN, ORDER, order=made)
