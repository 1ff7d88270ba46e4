"""Random orders of three accounts through the handlers, against a model by the owners' names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carbonkit.errors import CarbonkitError, NotFoundError
from carbonkit.exchange.caller import Caller
from carbonkit.market import OrderState, Side, TimeInForce
from carbonkit.wire import (
    CANCEL_ORDER,
    PLACE_ORDER,
    REDUCE_ORDER,
    REPLACE_ORDER,
    TAKE_ORDER,
    ReduceRequest,
    ReplaceRequest,
    TakeRequest,
)
from tests.exchange.desks import ANN, BOB, CAT, Hall

if TYPE_CHECKING:
    from carbonkit.market import Order
    from carbonkit.wire import Placed

pytestmark = pytest.mark.whole


ACCOUNTS = st.sampled_from((ANN, BOB, CAT))
NAMES = st.sampled_from([f"N-{number}" for number in range(12)])
SIDES = st.sampled_from(Side)
QUANTITIES = st.integers(1, 60)
PRICES = st.sampled_from(("73.90", "74.00", "74.10"))
CHOICE = st.integers(0, 50)


@attrs.define
class Known:
    """What the model knows of an order."""

    by: Caller
    name: str
    id: str
    price: str
    quantity: int
    filled: int = 0
    withdrawn: int = 0
    state: OrderState = OrderState.NEW

    @property
    def left(self) -> int:
        return self.quantity - self.filled - self.withdrawn

    def fill(self, quantity: int) -> None:
        self.filled += quantity
        self.state = OrderState.PARTIALLY_FILLED if self.left else OrderState.FILLED

    def end(self) -> None:
        self.withdrawn += self.left
        self.state = OrderState.CANCELLED

    def facts(self) -> tuple[object, ...]:
        return (self.name, self.id, self.quantity, self.filled, self.withdrawn, self.state)


def facts(order: Order) -> tuple[object, ...]:
    return (
        order.client_order_id,
        order.order_id.text,
        order.quantity,
        order.filled,
        order.withdrawn,
        order.state,
    )


class ListedMachine(RuleBasedStateMachine):
    """Posts and takes: nothing trades by itself, so that a model is a list."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall()
        self.known: list[Known] = []

    def taken(self, by: Caller, name: str) -> bool:
        return any((each.by, each.name) == (by, name) for each in self.known)

    def keep(self, by: Caller, name: str, price: str, order: Order) -> Known:
        made = Known(by=by, name=name, id=order.order_id.text, price=price, quantity=order.quantity)
        self.known.append(made)
        return made

    @rule(by=ACCOUNTS, name=NAMES, side=SIDES, quantity=QUANTITIES, price=PRICES)
    def place(self, by: Caller, name: str, side: Side, quantity: int, price: str) -> None:
        if self.taken(by, name):
            body = self.hall.order(by, name, side, quantity, price)
            assert self.hall.refused(by, PLACE_ORDER, body).code == "duplicate_order"
        else:
            self.keep(by, name, price, self.hall.place(by, name, side, quantity, price).order)

    @precondition(lambda self: self.known)
    @rule(by=ACCOUNTS, name=NAMES, choice=CHOICE, quantity=QUANTITIES)
    def take(self, by: Caller, name: str, choice: int, quantity: int) -> None:
        post = self.known[choice % len(self.known)]
        body = TakeRequest(account=by.accounts[0], client_order_id=name, quantity=quantity)
        why = (
            (self.taken(by, name) and "duplicate_order")
            or (not post.state.live and "dead_order")
            or (quantity > post.left and "more_than_posted")
            or (post.by == by and "self_trade")
        )
        if why:
            assert self.hall.refused(by, TAKE_ORDER, body, order=post.id).code == why
            return
        placed = self.hall.take(by, name, post.id, quantity)
        assert [(each.maker.text, each.quantity) for each in placed.trades] == [(post.id, quantity)]
        post.fill(quantity)
        self.keep(by, name, post.price, placed.order).fill(quantity)

    @precondition(lambda self: self.known)
    @rule(by=ACCOUNTS, choice=CHOICE)
    def cancel(self, by: Caller, choice: int) -> None:
        one = self.known[choice % len(self.known)]
        if one.by != by:
            assert self.hall.refused(by, CANCEL_ORDER, order=one.id).code == NotFoundError.code
        elif not one.state.live:
            assert self.hall.refused(by, CANCEL_ORDER, order=one.id).code == "dead_order"
        else:
            self.hall.cancel(by, one.id)
            one.end()

    @precondition(lambda self: self.known)
    @rule(choice=CHOICE, quantity=QUANTITIES)
    def reduce(self, choice: int, quantity: int) -> None:
        one = self.known[choice % len(self.known)]
        body = ReduceRequest(quantity=quantity)
        if not one.state.live:
            assert self.hall.refused(one.by, REDUCE_ORDER, body, order=one.id).code == "dead_order"
        elif quantity >= one.left:
            assert self.hall.refused(one.by, REDUCE_ORDER, body, order=one.id).code == "more_than_posted"
        else:
            self.hall.ask(one.by, REDUCE_ORDER, body, order=one.id)
            one.withdrawn += quantity

    @precondition(lambda self: self.known)
    @rule(choice=CHOICE, name=NAMES, quantity=QUANTITIES, price=PRICES)
    def replace(self, choice: int, name: str, quantity: int, price: str) -> None:
        one = self.known[choice % len(self.known)]
        quote = self.hall.instrument.quote(price)
        body = ReplaceRequest(client_order_id=name, price=quote, quantity=quantity)
        why = (
            (not one.state.live and "dead_order")
            or (self.taken(one.by, name) and "duplicate_order")
            or ((quantity, price) == (one.left, one.price) and "no_change")
        )
        if why:
            assert self.hall.refused(one.by, REPLACE_ORDER, body, order=one.id).code == why
            return
        placed: Placed = self.hall.ask(one.by, REPLACE_ORDER, body, order=one.id)
        one.end()
        self.keep(one.by, name, price, placed.order)

    @rule()
    def restart(self) -> None:
        self.hall.write()
        self.hall.desk = self.hall.another()

    @invariant()
    def documents_are_what_the_venue_and_the_model_say(self) -> None:
        self.hall.check_orders()
        self.hall.check_books()
        for by in (ANN, BOB, CAT):
            mine = [each.facts() for each in self.known if each.by == by]
            assert [facts(each) for each in reversed(self.hall.orders(by))] == mine

    def teardown(self) -> None:
        self.hall.check()
        self.hall.close()


class BookMachine(RuleBasedStateMachine):
    """Orders that match by themselves: whatever they meet, documents, venue and ledger agree."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall("shanghai")
        self.count = 0
        self.ids: list[tuple[Caller, str]] = []

    @rule(
        by=ACCOUNTS,
        side=SIDES,
        quantity=QUANTITIES,
        price=PRICES,
        tif=st.sampled_from((TimeInForce.DAY, TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL)),
    )
    def place(self, by: Caller, side: Side, quantity: int, price: str, tif: TimeInForce) -> None:
        self.count += 1
        placed = self.hall.place(by, f"N-{self.count}", side, quantity, price, time_in_force=tif)
        assert sum(each.quantity for each in placed.trades) == placed.order.filled
        self.ids.append((by, placed.order.order_id.text))

    @precondition(lambda self: self.ids)
    @rule(choice=CHOICE, quantity=st.integers(0, 60), price=PRICES)
    def change(self, choice: int, quantity: int, price: str) -> None:
        by, name = self.ids[choice % len(self.ids)]
        self.count += 1
        quote = self.hall.instrument.quote(price)
        body = ReplaceRequest(client_order_id=f"N-{self.count}", price=quote, quantity=quantity)
        try:
            if quantity:
                placed: Placed = self.hall.ask(by, REPLACE_ORDER, body, order=name)
                self.ids.append((by, placed.order.order_id.text))
            else:
                self.hall.cancel(by, name)
        except CarbonkitError as error:
            assert error.code in {"dead_order", "no_change"}  # noqa: PT017  either may be

    @rule()
    def restart(self) -> None:
        self.hall.write()
        self.hall.desk = self.hall.another()

    @invariant()
    def documents_are_what_the_venue_says(self) -> None:
        self.hall.check_orders()
        self.hall.check_books()

    def teardown(self) -> None:
        self.hall.check()
        self.hall.close()


TestListed = ListedMachine.TestCase
TestListed.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestBook = BookMachine.TestCase
TestBook.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
