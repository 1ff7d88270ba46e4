"""Orders through their handlers: entered, taken, changed, cancelled, by their owners alone."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import InvalidValueError, MarketError, NotFoundError
from carbonkit.exchange._order_access import order_id
from carbonkit.exchange.handler import ForbiddenError
from carbonkit.exchange.journal import Kind
from carbonkit.market import OrderState, OrderType, Side, TimeInForce
from carbonkit.wire import (
    CANCEL_ORDER,
    ORDER,
    ORDERS,
    OWN_TRADES,
    PLACE_ORDER,
    REDUCE_ORDER,
    REPLACE_ORDER,
    TAKE_ORDER,
    AccountQuery,
    OrderQuery,
    ReduceRequest,
    ReplaceRequest,
    TakeRequest,
)
from tests.exchange.desks import ANN, BOB, CAT, NOBODY, STAFF, Hall, caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.exchange.caller import Caller
    from carbonkit.market import Order, Trade
    from carbonkit.wire import Page, Placed

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.check()
    made.close()


@pytest.fixture
def book() -> Iterator[Hall]:
    """A venue whose orders match by themselves."""
    made = Hall("shanghai")
    yield made
    made.check()
    made.close()


# ----------------------------------------------------------------------- entering


def test_a_post_waits_and_bears_both_names(hall: Hall) -> None:
    placed = hall.place(ANN, "S-1", SELL, 1000, "74.50")
    order = placed.order
    assert (order.client_order_id, order.state, order.remaining) == ("S-1", OrderState.NEW, 1000)
    assert order.order_id.text.startswith("O-")
    assert placed.trades == ()
    assert hall.ask(ANN, ORDER, order=order.order_id.text) == order
    assert hall.orders(ANN) == (order,)


def test_a_take_is_an_order_of_its_own_and_fills_the_post(hall: Hall) -> None:
    post = hall.place(ANN, "S-1", SELL, 1000, "74.50").order
    taken = hall.take(BOB, "T-1", post.order_id.text, 400)
    (trade,) = taken.trades
    assert (trade.quantity, trade.maker, trade.taker) == (400, post.order_id, taken.order.order_id)
    assert (taken.order.state, taken.order.filled, taken.order.price) == (
        OrderState.FILLED,
        400,
        hall.instrument.quote("74.50"),
    )
    assert taken.order.client_order_id == "T-1"
    (left,) = hall.orders(ANN)
    assert (left.state, left.filled, left.remaining) == (OrderState.PARTIALLY_FILLED, 400, 600)
    assert hall.desk.unsettled == []


def test_orders_of_a_book_trade_as_they_come_and_tell_of_their_own_trades(book: Hall) -> None:
    first = book.place(ANN, "S-1", SELL, 100, "73.00").order
    second = book.place(CAT, "S-2", SELL, 100, "73.50").order
    placed = book.place(BOB, "B-1", BUY, 250, "74.00")
    assert [(each.maker, each.price.amount) for each in placed.trades] == [
        (first.order_id, Decimal("73.00")),
        (second.order_id, Decimal("73.50")),
    ]
    assert (placed.order.state, placed.order.remaining) == (OrderState.PARTIALLY_FILLED, 50)
    assert [each.state for each in (*book.orders(ANN), *book.orders(CAT))] == [OrderState.FILLED] * 2
    killed = book.place(ANN, "S-3", SELL, 60, "74.00", time_in_force=TimeInForce.FILL_OR_KILL)
    assert (killed.order.state, killed.order.withdrawn, killed.trades) == (OrderState.CANCELLED, 60, ())
    part = book.place(ANN, "S-4", SELL, 60, "74.00", time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL)
    assert (part.order.filled, part.order.withdrawn, len(part.trades)) == (50, 10, 1)


def test_an_order_that_meets_its_owner_ends_and_says_so(book: Hall) -> None:
    book.place(ANN, "S-1", SELL, 100, "73.00")
    met = book.place(ANN, "B-1", BUY, 50, "73.00")
    assert (met.order.state, met.trades) == (OrderState.CANCELLED, ())


def test_every_field_of_an_order_reaches_the_venue(book: Hall) -> None:
    book.place(ANN, "S-1", SELL, 100, "73.00")
    said = book.refused(BOB, PLACE_ORDER, book.order(BOB, "B-1", BUY, 50, post_only=True))
    assert said.code == "would_trade"
    market = attrs.evolve(book.order(BOB, "B-2", BUY, 50), price=None, order_type=OrderType.MARKET)
    assert book.refused(BOB, PLACE_ORDER, market).code == "no_market_orders"
    placed = book.place(BOB, "B-3", BUY, 150, minimum=120)
    assert placed.order.state is OrderState.CANCELLED
    dated = {"time_in_force": TimeInForce.GOOD_TILL_DATE, "until": "2026-01-07"}
    assert book.place(BOB, "B-4", BUY, 50, "70.00", **dated).order.time_in_force.value == "good till date"
    with pytest.raises(InvalidValueError, match="until"):
        book.place(BOB, "B-5", BUY, 50, "70.00", until="2026-01-07")


@pytest.mark.parametrize("quantity", [Decimal(1000), Decimal("1000.0"), Decimal("1E+3"), 1000])
def test_a_whole_quantity_may_be_written_in_any_way(hall: Hall, quantity: int) -> None:
    assert hall.place(ANN, "S-1", SELL, quantity).order.quantity == 1000


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"quantity": Decimal("0.5")}, "odd_lot"),
        ({"quantity": -5}, "odd_lot"),
        ({"quantity": 0}, "odd_lot"),
        ({"quantity": 10**40}, "too_large"),
        ({"quantity": 100_000}, "outside_size"),
        ({"price": "90.00"}, "outside_band"),
        ({"instrument": "NOPE"}, "unknown_instrument"),
    ],
)
def test_what_the_venue_refuses_changes_nothing(hall: Hall, more: dict[str, Any], code: str) -> None:
    if "price" in more:
        more["price"] = hall.instrument.quote(str(more["price"]))
    body = attrs.evolve(hall.order(ANN, "S-1", SELL, 1000), **more)
    assert hall.refused(ANN, PLACE_ORDER, body).code == code
    assert hall.place(ANN, "S-1", SELL, 1000).order.client_order_id == "S-1"  # the name is still free


# -------------------------------------------------------------------------- names


def test_a_name_is_an_accounts_own_for_ever(hall: Hall) -> None:
    first = hall.place(ANN, "N-1", SELL, 1000).order
    said = hall.refused(ANN, PLACE_ORDER, hall.order(ANN, "N-1", SELL, 1))
    assert (said.code, said.field) == ("duplicate_order", "client_order_id")
    assert first.order_id.text in said.hint
    hall.cancel(ANN, first.order_id.text)
    assert hall.refused(ANN, PLACE_ORDER, hall.order(ANN, "N-1", SELL, 1)).code == "duplicate_order"
    assert hall.place(BOB, "N-1", SELL, 1000).order.client_order_id == "N-1"
    mine = hall.place(ANN, "N-2", SELL, 1000).order
    post = hall.place(BOB, "N-2", SELL, 1000).order.order_id.text
    take = TakeRequest(account="KEE-001", client_order_id="N-1", quantity=1)
    assert hall.refused(ANN, TAKE_ORDER, take, order=post).code == "duplicate_order"
    replace = ReplaceRequest(client_order_id="N-2", quantity=5)
    assert hall.refused(ANN, REPLACE_ORDER, replace, order=mine.order_id.text).code == "duplicate_order"
    hall.close_day()
    hall.open_next_day()
    assert hall.refused(ANN, PLACE_ORDER, hall.order(ANN, "N-1", SELL, 1)).code == "duplicate_order"


def test_a_name_is_taken_before_it_is_written(hall: Hall) -> None:
    """Two orders of one name may come in one write."""
    write, writes = hall.write, []
    hall.write = lambda: writes.append(1)  # type: ignore[method-assign]  # the engine writes many jobs at once
    hall.place(ANN, "N-1", SELL, 1)
    with pytest.raises(MarketError, match="client_order_id"):
        hall.place(ANN, "N-1", SELL, 1)
    hall.write = write  # type: ignore[method-assign]  # the same
    hall.write()
    assert len(hall.orders(ANN)) == 1


# ----------------------------------------------------------------------- changing


def test_a_cancelled_order_is_shown_as_such(hall: Hall) -> None:
    name = hall.place(ANN, "S-1", SELL, 1000).order.order_id.text
    hall.take(BOB, "T-1", name, 400)
    order = hall.cancel(ANN, name)
    assert (order.state, order.filled, order.withdrawn) == (OrderState.CANCELLED, 400, 600)
    assert order.client_order_id == "S-1"
    assert hall.ask(ANN, ORDER, order=name) == order
    assert hall.refused(ANN, CANCEL_ORDER, order=name).code == "dead_order"


def test_a_reduced_order_keeps_its_place(hall: Hall) -> None:
    name = hall.place(ANN, "S-1", SELL, 1000).order.order_id.text
    order: Order = hall.ask(ANN, REDUCE_ORDER, ReduceRequest(quantity=Decimal(300)), order=name)
    assert (order.quantity, order.remaining, order.withdrawn) == (1000, 700, 300)
    assert hall.ask(ANN, ORDER, order=name) == order
    body = ReduceRequest(quantity=700)
    assert hall.refused(ANN, REDUCE_ORDER, body, order=name).code == "more_than_posted"


def test_a_replaced_order_ends_and_a_new_one_begins(book: Hall) -> None:
    old = book.place(ANN, "S-1", SELL, 1000, "75.00").order.order_id.text
    book.place(BOB, "B-1", BUY, 10, "74.00")
    body = ReplaceRequest(client_order_id="S-2", price=book.instrument.quote("74.00"), quantity=500)
    placed: Placed = book.ask(ANN, REPLACE_ORDER, body, order=old)
    assert (placed.order.client_order_id, placed.order.filled, placed.order.remaining) == ("S-2", 10, 490)
    (trade,) = placed.trades
    assert trade.taker == placed.order.order_id
    ended: Order = book.ask(ANN, ORDER, order=old)
    assert (ended.state, ended.withdrawn) == (OrderState.CANCELLED, 1000)
    assert [each.client_order_id for each in book.orders(ANN)] == ["S-2", "S-1"]
    again = ReplaceRequest(client_order_id="S-3")
    new = placed.order.order_id.text
    assert book.refused(ANN, REPLACE_ORDER, again, order=old).code == "dead_order"
    assert book.refused(ANN, REPLACE_ORDER, again, order=new).code == "no_change"
    too_dear = ReplaceRequest(client_order_id="S-3", quantity=99_999_999)
    assert book.refused(ANN, REPLACE_ORDER, too_dear, order=new).code == "outside_size"


def test_orders_of_an_earlier_day_are_still_shown_and_can_no_longer_be_changed(hall: Hall) -> None:
    name = hall.place(ANN, "S-1", SELL, 1000).order.order_id.text
    hall.take(BOB, "T-1", name, 400)
    hall.close_day()
    expired: Order = hall.ask(ANN, ORDER, order=name)
    assert (expired.state, expired.withdrawn) == (OrderState.EXPIRED, 600)
    hall.check_books()
    hall.open_next_day()
    assert hall.desk.venue.orders() == ()
    assert hall.orders(ANN) == (expired,)
    assert hall.refused(ANN, CANCEL_ORDER, order=name).code == "dead_order"
    reduce = ReduceRequest(quantity=1)
    assert hall.refused(ANN, REDUCE_ORDER, reduce, order=name).code == "dead_order"


# ---------------------------------------------------------------------- belonging


def test_nobody_acts_for_an_account_of_somebody_else(hall: Hall) -> None:
    body = attrs.evolve(hall.order(ANN, "S-1", SELL, 1000), account="KEE-002")
    assert hall.refused(ANN, PLACE_ORDER, body).code == ForbiddenError.code
    assert hall.refused(NOBODY, PLACE_ORDER, body).code == ForbiddenError.code
    post = hall.place(BOB, "S-1", SELL, 1000).order.order_id.text
    take = TakeRequest(account="FUND", client_order_id="T-1", quantity=1)
    assert hall.refused(ANN, TAKE_ORDER, take, order=post).code == ForbiddenError.code
    query = OrderQuery(account="KEE-002")
    assert hall.refused(ANN, ORDERS, query=query).code == ForbiddenError.code
    trades = AccountQuery(account="KEE-002")
    assert hall.refused(ANN, OWN_TRADES, query=trades).code == ForbiddenError.code


@pytest.mark.parametrize("who", [BOB, NOBODY], ids=["another", "nobody"])
def test_somebody_elses_order_looks_like_none(hall: Hall, who: Caller) -> None:
    name = hall.place(ANN, "S-1", SELL, 1000).order.order_id.text
    for operation, body in (
        (ORDER, None),
        (CANCEL_ORDER, None),
        (REDUCE_ORDER, ReduceRequest(quantity=1)),
        (REPLACE_ORDER, ReplaceRequest(client_order_id="S-9", quantity=1)),
    ):
        hidden = hall.refused(who, operation, body, order=name)
        absent = hall.refused(who, operation, body, order="O-absent")
        assert hidden.code == NotFoundError.code
        assert attrs.evolve(hidden, was="") == attrs.evolve(absent, was="")
    assert hall.orders(who) == ()
    assert hall.orders(ANN)[0].state is OrderState.NEW


@pytest.mark.parametrize("name", ["../orders", "O-1'; DROP TABLE document; --", "", "\0", "Ｏ-1", "O" * 5000])
def test_an_id_that_is_none_finds_nothing(hall: Hall, name: str) -> None:
    hall.place(ANN, "S-1", SELL, 1000)
    assert hall.refused(ANN, ORDER, order=name).code == NotFoundError.code
    assert hall.refused(ANN, CANCEL_ORDER, order=name).code == NotFoundError.code


def test_staff_sees_and_cancels_everybodys(hall: Hall) -> None:
    name = hall.place(ANN, "S-1", SELL, 1000).order.order_id.text
    hall.place(BOB, "S-1", SELL, 1000)
    assert len(hall.orders(STAFF)) == 2
    assert len(hall.orders(STAFF, account="KEE-002")) == 1
    assert hall.cancel(STAFF, name).state is OrderState.CANCELLED
    assert hall.orders(ANN)[0].state is OrderState.CANCELLED


def test_a_key_of_two_accounts_acts_for_each(hall: Hall) -> None:
    both = caller("KEE-001", "KEE-002")
    name = hall.place(BOB, "S-1", SELL, 1000).order.order_id.text
    hall.place(ANN, "S-1", SELL, 1000)
    assert hall.cancel(both, name).account.text == "KEE-002"
    assert len(hall.orders(both)) == 2
    assert len(hall.orders(both, account="KEE-001")) == 1


# -------------------------------------------------------------------------- lists


def test_orders_are_narrowed_and_paged_newest_first(hall: Hall) -> None:
    names = [f"S-{number}" for number in range(7)]
    for each in names:
        hall.place(ANN, each, SELL, 10)
        hall.place(BOB, each, SELL, 10)
    hall.cancel(ANN, hall.orders(ANN, client_order_id="S-3")[0].order_id.text)
    seen: list[str | None] = []
    cursor: str | None = None
    sizes = []
    while True:
        page: Page[Order] = hall.ask(ANN, ORDERS, query=OrderQuery(limit=3, cursor=cursor))
        seen += [each.client_order_id for each in page.data]
        sizes.append(len(page.data))
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert (seen, sizes) == (names[::-1], [3, 3, 1])
    exactly: Page[Order] = hall.ask(ANN, ORDERS, query=OrderQuery(limit=7))
    assert (len(exactly.data), exactly.next_cursor) == (7, None)
    assert len(hall.orders(ANN, state=OrderState.NEW)) == 6
    assert [each.client_order_id for each in hall.orders(ANN, state=OrderState.CANCELLED)] == ["S-3"]
    assert hall.orders(ANN, instrument="CEA24") == ()
    assert len(hall.orders(ANN, instrument=hall.instrument.id)) == 7


@pytest.mark.parametrize("cursor", ["", "0", "-1", "1.0", "１", "x", "9" * 19, " 7", "7\n"])
def test_a_cursor_of_no_page_is_refused(hall: Hall, cursor: str) -> None:
    said = hall.refused(ANN, ORDERS, query=OrderQuery(cursor=cursor))
    assert (said.code, said.field) == (InvalidValueError.code, "cursor")


def test_both_sides_see_their_trade_and_others_do_not(hall: Hall) -> None:
    name = hall.place(ANN, "S-1", SELL, 1000).order.order_id.text
    made = [hall.take(BOB, f"T-{number}", name, 100).trades[0] for number in range(3)]
    for by in (ANN, BOB, STAFF):
        page: Page[Trade] = hall.ask(by, OWN_TRADES)
        assert list(page.data) == made[::-1]
    assert hall.ask(CAT, OWN_TRADES).data == ()
    assert hall.ask(NOBODY, OWN_TRADES).data == ()
    first: Page[Trade] = hall.ask(ANN, OWN_TRADES, query=AccountQuery(limit=2))
    rest: Page[Trade] = hall.ask(ANN, OWN_TRADES, query=AccountQuery(limit=2, cursor=first.next_cursor))
    assert [*first.data, *rest.data] == made[::-1]


def test_an_answer_shows_the_order_as_it_is_kept(hall: Hall) -> None:
    order = hall.place(ANN, "S-1", SELL, 1000).order
    document = hall.journal.document(Kind.ORDER, order.order_id.text)
    assert document is not None
    assert (document.account, document.name, document.state) == ("KEE-001", "S-1", "new")


def test_a_key_that_comes_again_after_its_answer_is_forgotten_makes_another_order(hall: Hall) -> None:
    first = hall.place(ANN, "S-1", Side.SELL, 100).order
    hall.take(BOB, "T-1", first.order_id.text, 100)
    before = hall.desk.document(Kind.ORDER, first.order_id.text)
    hall.close_day()
    hall.open_next_day()
    hall.asked = 0  # the token, which is made of the key, is the first one again
    second = hall.place(ANN, "S-2", Side.SELL, 7).order
    assert second.order_id != first.order_id
    assert hall.desk.document(Kind.ORDER, first.order_id.text) == before
    hall.asked = 0
    assert hall.refused(ANN, PLACE_ORDER, hall.order(ANN, "S-1", Side.SELL, 3)).code == "duplicate_order"
    hall.check()


def test_an_order_is_never_written_over_another(hall: Hall) -> None:
    """Not even if its id should come out the same."""
    made = hall.place(ANN, "S-1", Side.SELL, 100).order.order_id.text
    coming = order_id(hall.desk.secret, ANN.accounts[0], "S-2")
    document = hall.desk.document(Kind.ORDER, made)
    number = hall.desk.next_number(Kind.ORDER)
    hall.desk.put(attrs.evolve(document, id=coming, name="", number=number, state="filled"))
    hall.write()
    problem = hall.refused(ANN, PLACE_ORDER, hall.order(ANN, "S-2", Side.SELL, 3))
    hall.desk.secret = "lost, and made anew"  # noqa: S105  a test's
    again = hall.refused(ANN, PLACE_ORDER, hall.order(ANN, "S-1", Side.SELL, 3))
    assert (again.code, again.hint) == ("duplicate_order", f"it is order {made}, new")
    assert (problem.code, problem.hint) == ("duplicate_order", f"it is order {coming}, filled")
