"""An exchange with its registry for tests: asked through its engine, stopped at any write, started again."""

from __future__ import annotations

import asyncio
import datetime
import functools
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.exchange import account_handler, admin_handler, key_handler, order_handler, registry_handler
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.desk import Desk
from carbonkit.exchange.engine import Engine, Said, Stamp
from carbonkit.exchange.handler import Asked, Changes, Handler, Looks
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.projection import as_text
from carbonkit.exchange.provision import provision
from carbonkit.exchange.recovery import recover
from carbonkit.exchange.scheme import scheme_named
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from carbonkit.ledger import Bucket, Ledger, MemoryStore
from carbonkit.market import ParticipantKind, Side
from carbonkit.registry import Right, TransactionType
from carbonkit.values import AccountId, AssetId, Money, as_instant
from carbonkit.wire import (
    ADMIT,
    APPROVE_TRANSACTION,
    CLOSE_DAY,
    OPEN_DAY,
    PAY_IN,
    PLACE_ORDER,
    PROPOSE_TRANSACTION,
    TAKE_ORDER,
    AdmissionRequest,
    CashRequest,
    DayRequest,
    OrderRequest,
    Person,
    TakeRequest,
    TransactionRequest,
)
from carbonkit.wire.codec import decoded
from carbonkit.wire.json_text import read_json
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from carbonkit.exchange.journal import Document, Writes
    from carbonkit.exchange.scheme import ExchangeScheme
    from carbonkit.ledger.store import Batch
    from carbonkit.wire import Operation

DAY = datetime.date(2026, 1, 6)
CEA = AssetId("CEA-2025")
ALLOCATED = 5_000
PAID_IN = Money("1000000.00", "CNY")
HANDLERS: Mapping[str, Handler] = {
    **account_handler.HANDLERS,
    **admin_handler.HANDLERS,
    **key_handler.HANDLERS,
    **order_handler.HANDLERS,
    **registry_handler.HANDLERS,
}


def caller(person: str, *accounts: str) -> Caller:
    return Caller(
        key_id=f"key-{person}",
        person=person,
        accounts=tuple(AccountId(each) for each in accounts),
        scopes=frozenset({Scope.READ, Scope.REGISTRY, Scope.TRADE if accounts else Scope.ADMIN}),
        proven_by="secret",
    )


ANN, BOB = caller("ann", "KEE-001"), caller("bob", "KEE-001")
CAT, DAN = caller("cat", "KEE-002"), caller("dan", "KEE-002")
SAM, TOM = caller("sam"), caller("tom")
STAFF = (("sam", Right.INITIATE), ("tom", Right.APPROVE))


@functools.cache
def market(name: str = "china-national") -> ExchangeScheme:
    """Give a market that looks each day's rules up once, since so many houses ask for them."""
    scheme = scheme_named(name)
    return attrs.evolve(
        scheme, rulebook=functools.cache(scheme.rulebook), listed=functools.cache(scheme.listed)
    )


class StoppedError(BaseException):
    """The power is gone."""


@attrs.define
class Power:
    """Counts durable writes, and fails before or after one of them."""

    count: int = 0
    stop: int | None = None
    after: bool = False

    def during(self, write: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever is written
        self.count += 1
        if self.count == self.stop and not self.after:
            raise StoppedError
        written = write()
        if self.count == self.stop:
            raise StoppedError
        return written

    def fail(self, steps: int, *, after: bool) -> None:
        self.stop, self.after = self.count + steps, after


class Store(MemoryStore):
    """A ledger's store that the power can fail."""

    def __init__(self, power: Power) -> None:
        super().__init__()
        self.power = power
        self.batches: list[Batch] = []

    def write(self, batch: Batch) -> bool:
        written: bool = self.power.during(lambda: super(Store, self).write(batch))
        self.batches.append(batch)
        return written


class Journal(SQLiteJournal):
    """A journal that the power can fail."""

    power: Power
    kept: list[Writes]

    def write(self, writes: Writes) -> None:
        self.power.during(lambda: super(Journal, self).write(writes))
        self.kept.append(writes)


@attrs.define
class Hands:
    """A clock that is set by hand."""

    at: datetime.datetime

    def now(self) -> datetime.datetime:
        return self.at


class House:
    """An exchange with two emitters, that have units and money, and a registry's staff."""

    def __init__(self, scheme: ExchangeScheme | None = None, like: House | None = None) -> None:
        self.scheme = scheme or market()
        self.clock = Hands(as_instant("2026-01-06T00:00:00Z"))
        self.power = Power()
        self.store = Store(self.power)
        self.journal = Journal.open(":memory:")
        self.journal.power, self.journal.kept = self.power, []
        self.recovered: tuple[str, ...] = ()
        self.keys = 0
        if like is not None:
            self._write_again(like)
        self.start()

    def _write_again(self, like: House) -> None:
        """Write all that another house has written, which is quicker than asking for it again."""
        self.clock.at, self.keys = like.clock.at, like.keys
        for batch in like.store.batches:
            assert self.store.write(batch)
        for writes in like.journal.kept:
            self.journal.write(writes)

    def copy(self) -> House:
        return House(self.scheme, self)

    def close(self) -> None:
        self.engine.stop()
        self.journal.close()

    def start(self) -> None:
        """Start as a process does: from what is written alone."""
        self.ledger = Ledger(self.store, self.clock)
        self.desk = Desk(self.scheme, self.journal, self.ledger, self.clock)
        self.recovered = recover(self.desk, self.clock)
        bases = {each.instrument.id.text: "74.00" for each in self.scheme.listed(DAY)}
        provision(self.desk, DAY, bases, staff=STAFF)
        self.engine = Engine(self.desk, self.clock, lambda _: None)
        self.engine.start()

    def restart(self) -> None:
        self.engine.stop()
        self.power.stop = None
        self.start()

    def at(self, instant: str) -> None:
        self.clock.at = as_instant(instant)

    # -------------------------------------------------------------------- asking

    def said(
        self, by: Caller, operation: Operation[Any], body: object = None, under: str = "", **parts: str
    ) -> tuple[Said, bool]:
        """Ask for a change, as the application does."""
        if not under:
            self.keys += 1
        key = under or f"own-{self.keys}"
        stamp = Stamp.of(by.key_id, key, operation.method, operation.at(**parts), repr(body).encode())
        handler = HANDLERS[operation.name]
        assert isinstance(handler, Changes)
        asked = Asked(
            operation=operation,
            caller=by,
            parts=parts,
            query=None,
            body=body,
            token=f"{by.person}-{key}",
            stamp=stamp,
        )

        def work(desk: Desk) -> Generator[None, None, Said]:
            value = yield from handler.work(desk, asked)
            kept = None if handler.kept is None else as_text(handler.kept(value))
            return Said(operation.status, as_text(value), kept)

        return asyncio.run(self.engine.do(work, stamp, explained(operation.at(**parts), "r-1")))

    def ask(
        self, by: Caller, operation: Operation[Any], body: object = None, under: str = "", **parts: str
    ) -> Any:  # noqa: ANN401  of the operation's class
        said, _ = self.said(by, operation, body, under, **parts)
        facts = read_json(said.body.encode(), most=1_000_000)
        assert said.status == operation.status, facts
        return decoded(operation.answer, facts)[0]

    def refused(
        self, by: Caller, operation: Operation[Any], body: object = None, under: str = "", **parts: str
    ) -> tuple[int, str]:
        """Ask for what is refused; say how, and see that nothing came of it."""
        before = self.picture()
        said, _ = self.said(by, operation, body, under, **parts)
        assert self.picture() == before
        self.check()
        return said.status, read_json(said.body.encode(), most=1_000_000)["code"]

    def look(self, by: Caller, operation: Operation[Any], query: object = None, **parts: str) -> Any:  # noqa: ANN401
        handler = HANDLERS[operation.name]
        assert not isinstance(handler, Changes)
        if query is None and operation.query is not None:
            query = operation.query()
        asked = Asked(operation=operation, caller=by, parts=parts, query=query, body=None, token="")
        if isinstance(handler, Looks):
            return asyncio.run(self.engine.look(lambda desk: handler.read(desk, asked)))
        return handler.read(self.desk, asked)

    # ------------------------------------------------------------------ beginnings

    def open(self) -> House:
        """Admit two emitters, issue and allocate units, take money in, open the day."""
        for name, first, second in (("KEE-001", "ann", "bob"), ("KEE-002", "cat", "dan")):
            self.ask(SAM, ADMIT, admission(name, first, second))
            self.ask(SAM, PAY_IN, CashRequest(account=name, amount=PAID_IN))
        issued = self.propose(SAM, TransactionType.ISSUE, 20_000, "ISSUANCE", "AUTHORITY")
        self.ask(TOM, APPROVE_TRANSACTION, transaction=issued)
        for name in ("KEE-001", "KEE-002"):
            given = self.propose(SAM, TransactionType.ALLOCATE, ALLOCATED, "AUTHORITY", name)
            self.ask(TOM, APPROVE_TRANSACTION, transaction=given)
        self.ask(SAM, OPEN_DAY, DayRequest(day=DAY))
        self.at("2026-01-06T09:30:00+08:00")
        return self

    def propose(self, by: Caller, kind: TransactionType, quantity: int, source: str, target: str) -> str:
        body = movement(kind, quantity, source, target)
        name: str = self.ask(by, PROPOSE_TRANSACTION, body).transaction
        return name

    def trade(self, quantity: int) -> None:
        """Let KEE-002 buy from KEE-001."""
        instrument = self.scheme.listed(DAY)[-1].instrument
        post = OrderRequest(
            account="KEE-001",
            client_order_id=f"S-{quantity}",
            instrument=instrument.id,
            side=Side.SELL,
            quantity=quantity,
            price=instrument.quote("74.00"),
        )
        placed = self.ask(ANN, PLACE_ORDER, post)
        take = TakeRequest(account="KEE-002", client_order_id=f"T-{quantity}", quantity=quantity)
        self.ask(CAT, TAKE_ORDER, take, order=placed.order.order_id.text)

    def close_day(self) -> None:
        self.at("2026-01-06T15:00:00+08:00")
        self.ask(SAM, CLOSE_DAY)
        self.at("2026-01-07T09:00:00+08:00")

    # ------------------------------------------------------------------- checking

    def documents(self) -> tuple[Document, ...]:
        return tuple(each for kind in Kind for each in self.journal.find(Search(kind=kind), 1_000))

    def picture(self) -> tuple[object, ...]:
        """Give all that was brought about, and how many records it took."""
        venue = self.desk.venue
        positions = [venue.position(each, CEA, "CNY") for each in venue.accounts()]
        return (
            self.documents(),
            positions,
            venue.day,
            self.ledger.balances(),
            sum(1 for _ in self.ledger.records()),
            dict(self.journal.begun()),
            self.journal.mark("participant/KEE-003"),
        )

    def check(self) -> None:
        """Check that venue and ledger say the same, and that nothing is begun."""
        assert not self.journal.begun()
        writes = self.desk.writes
        assert not (writes.lines)
        assert not (writes.documents)
        assert not (writes.begun)
        assert not (writes.finished)
        assert self.desk.unsettled == []
        for account in self.desk.venue.accounts():
            for each in self.scheme.listed(DAY):
                asset = each.instrument.asset
                position = self.desk.venue.position(account, asset, "CNY")
                free = self.ledger.quantity(account, asset)
                bought = self.ledger.quantity(account, asset, Bucket.BOUGHT_TODAY)
                assert (position.sellable + position.offered, position.bought) == (free, bought)
                money = position.cash + position.committed + position.proceeds
                assert money.to_minor() == self.ledger.quantity(account, AssetId("CNY"))

    def units(self, account: str, bucket: Bucket = Bucket.TRADABLE) -> int:
        return self.ledger.quantity(AccountId(account), CEA, bucket)

    def sellable(self, account: str) -> int:
        return self.desk.venue.position(account, CEA, "CNY").sellable

    def free_cash(self, account: str) -> Money:
        return self.desk.venue.position(account, CEA, "CNY").cash


def admission(account: str, first: str, second: str) -> AdmissionRequest:
    return AdmissionRequest(
        account=account,
        kind=ParticipantKind.KEY_EMITTER,
        account_kind="key_emitter",
        persons=(
            Person(name=first, right=Right.INITIATE_AND_APPROVE),
            Person(name=second, right=Right.APPROVE),
        ),
        allocation=ALLOCATED,
    )


def movement(kind: TransactionType, quantity: int, source: str, target: str) -> TransactionRequest:
    return TransactionRequest(
        type=kind, unit="CEA", vintage="2025", quantity=quantity, source=source, target=target
    )
