"""Desks for tests: a market in memory with three funded accounts, driven as the engine drives it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from carbonkit.errors import CarbonkitError, StorageError
from carbonkit.exchange import auction_handler, block_handler, market_data, order_handler
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.desk import Desk
from carbonkit.exchange.handler import Asked, Changes
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.projection import other_side
from carbonkit.exchange.scheme import scheme_named
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from carbonkit.ledger import (
    Account,
    Asset,
    Bucket,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Transfer,
)
from carbonkit.market import (
    Admit,
    CloseDay,
    Deposit,
    ListInstrument,
    OpenDay,
    ParticipantKind,
    Side,
    release,
    state_hash,
)
from carbonkit.values import AccountId, AssetId, CommandId, Money, as_instant
from carbonkit.wire import (
    CANCEL_ORDER,
    ORDERS,
    PLACE_ORDER,
    TAKE_ORDER,
    OrderQuery,
    OrderRequest,
    Page,
    TakeRequest,
)
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.errors import Problem
    from carbonkit.exchange.desk import News
    from carbonkit.exchange.handler import Handler
    from carbonkit.exchange.journal import Document
    from carbonkit.market import Event, Order
    from carbonkit.market.command import Command
    from carbonkit.wire import Operation, Placed

Answer = TypeVar("Answer")

NAMES = ("KEE-001", "KEE-002", "FUND")
DAY = datetime.date(2026, 1, 6)
UNITS = 500_000
CASH = Money("100000000.00", "CNY")
HANDLERS: Mapping[str, Handler] = {
    **market_data.HANDLERS,
    **order_handler.HANDLERS,
    **block_handler.HANDLERS,
    **auction_handler.HANDLERS,
}


def caller(*accounts: str, scopes: tuple[Scope, ...] = (Scope.READ, Scope.TRADE)) -> Caller:
    return Caller(
        key_id="-".join(("key", *accounts)),
        person="somebody",
        accounts=tuple(AccountId(each) for each in accounts),
        scopes=frozenset(scopes),
        proven_by="secret",
    )


ANN, BOB, CAT = (caller(each) for each in NAMES)
STAFF = caller(scopes=(Scope.READ, Scope.ADMIN))
NOBODY = caller()


@attrs.define
class Hands:
    """A clock that is set by hand."""

    at: datetime.datetime

    def now(self) -> datetime.datetime:
        return self.at


class Hall:
    """A market on its trading day, with three accounts that have units and money."""

    def __init__(self, scheme: str = "china-national", at: str = "2026-01-06T09:30:00+08:00") -> None:
        self.scheme = scheme_named(scheme)
        self.clock = Hands(as_instant("2026-01-06T00:00:00Z"))
        self.ledger = Ledger(MemoryStore(), self.clock)
        self.journal = SQLiteJournal.open(":memory:")
        self.desk = self.another()
        self.asked = 0
        self.told: list[News] = []
        listed = self.scheme.listed(DAY)
        self.instrument = listed[-1].instrument
        for each in listed:
            quote = each.instrument.quote("74.00")
            self.desk.tell(ListInstrument(instrument=each.instrument, base=quote, at=self.clock.now()))
        self._fund()
        self.desk.tell(OpenDay(day=DAY, at=self.clock.now()))
        self.write()
        self.at(at)

    def _fund(self) -> None:
        at, asset, cash = self.clock.now(), self.instrument.asset, AssetId(self.scheme.currency)
        source = AccountId("OUTSIDE")
        post = self.ledger.post
        for made in (Asset(asset, 0, serialised=False), Asset(cash, 2, serialised=False)):
            post(DefineAsset(CommandId(f"define/{made.id}"), made, at))
        post(OpenAccount(CommandId("open/OUTSIDE"), Account(source, "outside", may_go_negative=True), at))
        for name in NAMES:
            account = AccountId(name)
            post(OpenAccount(CommandId(f"open/{name}"), Account(account, "any", may_go_negative=False), at))
            legs = [Leg(asset, UNITS, source, account), Leg(cash, CASH.to_minor(), source, account)]
            post(Transfer(CommandId(f"fund/{name}"), legs, "funding", at))
            self.desk.tell(Admit(account=name, kind=ParticipantKind.INSTITUTION, at=at))
            self.desk.tell(Deposit(account=name, amount=UNITS, asset=asset, at=at))
            self.desk.tell(Deposit(account=name, amount=CASH, at=at))

    def close(self) -> None:
        self.journal.close()

    def another(self) -> Desk:
        """Make a desk of what is written, as a restart does."""
        return Desk(self.scheme, self.journal, self.ledger, self.clock)

    def at(self, instant: str) -> None:
        self.clock.at = as_instant(instant)

    def write(self) -> None:
        """Write and settle what was done, as the engine does."""
        if not self.desk.writes.empty:
            self.journal.write(self.desk.writes)
            self.told.append(self.desk.written())
            self.desk.settle()

    def tell(self, command: Command) -> tuple[Event, ...]:
        events = self.desk.tell(command)
        self.write()
        return events

    def close_day(self) -> None:
        self.at("2026-01-06T15:00:00+08:00")
        self.tell(CloseDay(at=self.clock.now()))

    def open_next_day(self) -> None:
        """Open the next day, and free what was bought, as the handler of the day does."""
        self.at("2026-01-07T09:00:00+08:00")
        day, at = DAY + datetime.timedelta(days=1), self.clock.now()
        release(self.ledger, self.instrument.asset, day, at)
        self.tell(OpenDay(day=day, at=at))
        self.at("2026-01-07T09:30:00+08:00")

    # -------------------------------------------------------------------- asking

    def ask(
        self,
        by: Caller,
        operation: Operation[Answer],
        body: object = None,
        query: object = None,
        **parts: str,
    ) -> Any:  # noqa: ANN401  an answer or a page of them
        """Ask for something as the engine does, and hold the answer against the wire."""
        self.asked += 1
        if query is None and operation.query is not None:
            query = operation.query()
        asked = Asked(
            operation=operation, caller=by, parts=parts, query=query, body=body, token=f"t{self.asked}"
        )
        handler = HANDLERS[operation.name]
        if not isinstance(handler, Changes):
            answer = handler.read(self.desk, asked)
            assert not (self.desk.writes.lines)
            assert not (self.desk.writes.documents)
        else:
            answer = self._done(handler, asked)
        items = answer.data if isinstance(answer, Page) else (answer,)
        assert isinstance(answer, Page) is operation.paged
        for each in items:
            assert decoded(operation.answer, encoded(each)) == (each, {})
        return answer

    def _done(self, handler: Changes, asked: Asked) -> object:
        steps, before = handler.work(self.desk, asked), dict(self.desk.writes.documents)
        try:
            while True:
                next(steps)
                self.write()
        except StopIteration as end:
            return end.value
        except StorageError:
            raise
        except CarbonkitError:
            assert self.desk.writes.documents in (before, {})
            raise
        finally:
            self.write()

    def refused(
        self, by: Caller, operation: Operation[Any], body: object = None, query: object = None, **parts: str
    ) -> Problem:
        """Ask for something that is refused, and see that nothing came of it."""
        before = self.picture()
        try:
            answer = self.ask(by, operation, body, query, **parts)
        except CarbonkitError as error:
            assert self.picture() == before
            return error.problem
        raise AssertionError(answer)

    def place(
        self,
        by: Caller,
        name: str,
        side: Side,
        quantity: int,
        price: str = "74.00",
        **more: Any,  # noqa: ANN401  whatever an order may say
    ) -> Placed:
        placed: Placed = self.ask(by, PLACE_ORDER, self.order(by, name, side, quantity, price, **more))
        return placed

    def order(
        self,
        by: Caller,
        name: str,
        side: Side,
        quantity: int,
        price: str = "74.00",
        **more: Any,  # noqa: ANN401  whatever an order may say
    ) -> OrderRequest:
        return OrderRequest(
            **{
                "account": by.accounts[0],
                "client_order_id": name,
                "instrument": self.instrument.id,
                "side": side,
                "quantity": quantity,
                "price": self.instrument.quote(price),
                **more,
            }
        )

    def take(self, by: Caller, name: str, target: str, quantity: int) -> Placed:
        body = TakeRequest(account=by.accounts[0], client_order_id=name, quantity=quantity)
        placed: Placed = self.ask(by, TAKE_ORDER, body, order=target)
        return placed

    def cancel(self, by: Caller, name: str) -> Order:
        order: Order = self.ask(by, CANCEL_ORDER, order=name)
        return order

    def orders(self, by: Caller, **query: Any) -> tuple[Order, ...]:  # noqa: ANN401  whatever narrows
        page: Page[Order] = self.ask(by, ORDERS, query=OrderQuery(**query))
        assert page.next_cursor is None
        return page.data

    # ------------------------------------------------------------------- checking

    def documents(self) -> tuple[Document, ...]:
        kinds = (Kind.ORDER, Kind.TRADE, Kind.BULLETIN, Kind.AUCTION)
        return tuple(each for kind in kinds for each in self.journal.find(Search(kind=kind), 10_000))

    def picture(self) -> tuple[object, ...]:
        """Give all that a refusal must leave as it was; the venue counts its events on."""
        venue = self.desk.venue
        positions = [venue.position(each, self.instrument.asset, "CNY") for each in NAMES]
        return (self.documents(), venue.orders(), venue.proposals(), positions, self.ledger.balances())

    def check(self) -> None:
        """Check what always holds between two requests: a restart changes nothing, the books agree."""
        self.check_restart()
        self.check_books()
        self.check_orders()

    def check_restart(self) -> None:
        again = self.another()
        assert state_hash(again.venue) == state_hash(self.desk.venue)
        for each in self.documents():
            assert again.document(each.kind, each.id) == each == self.desk.document(each.kind, each.id)
        assert again._own == self.desk._own
        assert again._numbers == self.desk._numbers

    def check_books(self) -> None:
        asset, cash = self.instrument.asset, AssetId("CNY")
        assert self.desk.unsettled == []
        for name in NAMES:
            account, position = AccountId(name), self.desk.venue.position(name, asset, "CNY")
            buckets = (Bucket.TRADABLE, Bucket.BOUGHT_TODAY)
            units = sum(self.ledger.quantity(account, asset, each) for each in buckets)
            assert position.holding == units
            assert position.bought == self.ledger.quantity(account, asset, Bucket.BOUGHT_TODAY)
            money = position.cash + position.committed + position.proceeds
            assert money.to_minor() == self.ledger.quantity(account, cash)

    def check_orders(self) -> None:
        """Check that every order that the venue knows has its document, which says the same."""
        for order in self.desk.venue.orders():
            kept = self.desk.document(Kind.ORDER, order.order_id.text)
            shown = self.desk.order(order.order_id)
            if order.account.text != kept.account:  # a block, of which the other side spoke last
                assert kept.other == order.account.text
                order = other_side(order, shown.account)  # noqa: PLW2901  as its owner sees it
            assert attrs.evolve(shown, client_order_id=None) == order
            assert (kept.state, kept.instrument) == (order.state.value, order.instrument.text)
            assert order.account.text == kept.account
            assert kept.name
