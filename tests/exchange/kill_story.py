"""A story that an exchange is told, cut at every write: each prefix of what was written is a power cut."""

from __future__ import annotations

import asyncio
import datetime
import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.exchange._order_access import order_id
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.desk import SECRET, Desk
from carbonkit.exchange.engine import Engine, Said, Stamp
from carbonkit.exchange.handler import Asked
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.journal import Kind, Search, Writes
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.provision import provision
from carbonkit.exchange.recovery import recover
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from carbonkit.exchange.work import token_of, work_of
from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.market import ParticipantKind, PriceMode, Side, state_hash
from carbonkit.registry import Right, TransactionType
from carbonkit.values import AccountId, Money, Price, as_instant
from carbonkit.wire import operations as ops
from carbonkit.wire import request as req
from carbonkit.wire.operation import Operation
from tests.exchange.registries import ANN, BOB, CAT, DAN, DAY, SAM, STAFF, TOM, Hands, market

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


UNITS: Final = 400_000
ORDER_SECRET: Final = "no secret, so that the story knows the ids of its orders"  # noqa: S105  it says so
_WHILE: Final = datetime.timedelta(milliseconds=500)
_NEXT: Final = datetime.date(2026, 1, 7)


@attrs.frozen
class Step:
    """One request, and when it comes."""

    at: datetime.datetime
    by: Caller
    operation: Operation[Any]
    body: Any
    key: str
    part: str
    """What the path names."""

    @property
    def token(self) -> str:
        return token_of(self.by.key_id, self.key)


def _price(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


class _Writer:
    """Writes a story down; each request is known by what it makes."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.at = as_instant("2026-01-06T08:30:00+08:00")

    def now(self, instant: str) -> None:
        self.at = as_instant(instant)

    def ask(self, by: Caller, operation: Operation[Any], body: object = None, part: str = "") -> str:
        step = Step(self.at, by, operation, body, f"s-{len(self.steps)}", part)
        self.steps.append(step)
        self.at += datetime.timedelta(seconds=1)
        return step.token

    def order(self, by: Caller, side: Side, amount: str, quantity: int) -> str:
        body = req.OrderRequest(
            account=by.accounts[0],
            client_order_id=f"c-{len(self.steps)}",
            instrument="CEA25",
            side=side,
            quantity=quantity,
            price=_price(amount),
        )
        self.ask(by, ops.PLACE_ORDER, body)
        return order_id(ORDER_SECRET, body.account, body.client_order_id)

    def take(self, by: Caller, order: str, quantity: int) -> None:
        own = f"c-{len(self.steps)}"
        body = req.TakeRequest(account=by.accounts[0], client_order_id=own, quantity=quantity)
        self.ask(by, ops.TAKE_ORDER, body, order)

    def move(self, by: Caller, kind: TransactionType, quantity: int, source: str, target: str) -> str:
        body = req.TransactionRequest(
            type=kind, unit="CEA", vintage="2025", quantity=quantity, source=source, target=target
        )
        return f"TX-{self.ask(by, ops.PROPOSE_TRANSACTION, body)}"

    def surrender(self, quantity: int) -> str:
        body = req.SurrenderRequest(
            account="KEE-001", unit="CEA", vintage="2025", quantity=quantity, year=2025
        )
        return f"TX-{self.ask(ANN, ops.PROPOSE_SURRENDER, body)}"

    def pay(self, operation: Operation[Any], account: str, amount: str) -> None:
        self.ask(SAM, operation, req.CashRequest(account=account, amount=Money(amount, "CNY")))


def _beginning(story: _Writer) -> None:
    for account, persons in (("KEE-001", (ANN, BOB)), ("KEE-002", (CAT, DAN))):
        admission = req.AdmissionRequest(
            account=account,
            kind=ParticipantKind.KEY_EMITTER,
            account_kind="key_emitter",
            persons=tuple(req.Person(name=each.person, right=Right.INITIATE_AND_APPROVE) for each in persons),
            allocation=UNITS,
        )
        story.ask(SAM, ops.ADMIT, admission)
        story.pay(ops.PAY_IN, account, "90000000.00")
    issued = story.move(SAM, TransactionType.ISSUE, 2 * UNITS, "ISSUANCE", "AUTHORITY")
    story.ask(TOM, ops.APPROVE_TRANSACTION, part=issued)
    for account in ("KEE-001", "KEE-002"):
        given = story.move(SAM, TransactionType.ALLOCATE, UNITS, "AUTHORITY", account)
        story.ask(TOM, ops.APPROVE_TRANSACTION, part=given)
    story.ask(SAM, ops.OPEN_DAY, req.DayRequest(day=DAY))


def _trading(story: _Writer) -> None:
    story.now("2026-01-06T13:30:00+08:00")
    first = story.order(ANN, Side.SELL, "74.00", 1_000)
    story.take(CAT, first, 400)
    bought = story.order(CAT, Side.BUY, "73.90", 500)
    story.take(ANN, bought, 500)
    story.take(CAT, bought, 1)  # it is gone
    own = f"c-{len(story.steps)}"
    body = req.ReplaceRequest(client_order_id=own, price=_price("74.05"))
    story.ask(ANN, ops.REPLACE_ORDER, body, first)
    second = order_id(ORDER_SECRET, AccountId("KEE-001"), own)
    story.ask(ANN, ops.REDUCE_ORDER, req.ReduceRequest(quantity=100), second)
    story.take(CAT, second, 200)
    block = req.BlockRequest(
        account="KEE-002",
        client_order_id="block",
        instrument="CEA25",
        side=Side.BUY,
        price=_price("74.10"),
        quantity=100_000,
        counterparty="KEE-001",
    )
    story.ask(CAT, ops.PROPOSE_BLOCK, block)
    name = order_id(ORDER_SECRET, block.account, block.client_order_id)
    counter = req.CounterRequest(account="KEE-001", price=_price("74.20"), quantity=101_000)
    story.ask(ANN, ops.COUNTER_BLOCK, counter, name)
    story.ask(CAT, ops.CONFIRM_BLOCK, req.ConfirmRequest(account="KEE-002"), name)
    story.ask(ANN, ops.CANCEL_ORDER, part=second)


def _offices(story: _Writer) -> None:
    kept = story.move(ANN, TransactionType.REGISTER, 700, "KEE-001", "KEE-001")
    story.ask(BOB, ops.APPROVE_TRANSACTION, part=kept)
    story.move(ANN, TransactionType.REGISTER, 9 * UNITS, "KEE-001", "KEE-001")  # more than there is
    freed = story.move(ANN, TransactionType.MAKE_TRADABLE, 300, "KEE-001", "KEE-001")
    story.ask(BOB, ops.APPROVE_TRANSACTION, part=freed)
    for quantity, by, way in (
        (50, BOB, ops.REJECT_TRANSACTION),
        (60, ANN, ops.CANCEL_TRANSACTION),
        (70, BOB, ops.APPROVE_TRANSACTION),
    ):
        story.ask(by, way, part=story.surrender(quantity))
    story.pay(ops.PAY_OUT, "KEE-002", "1234.56")
    story.pay(ops.PAY_OUT, "KEE-002", "99999999999.00")  # more than there is
    story.ask(SAM, ops.HALT, req.HaltRequest(reason="a test"))
    story.ask(SAM, ops.RESUME, req.ResumeRequest())


def _next_day(story: _Writer) -> None:
    left = story.order(CAT, Side.SELL, "74.00", 90)
    story.take(ANN, left, 30)
    story.now("2026-01-06T15:00:00+08:00")
    story.ask(SAM, ops.CLOSE_DAY)
    story.now("2026-01-07T09:00:00+08:00")
    story.ask(SAM, ops.OPEN_DAY, req.DayRequest(day=_NEXT))
    story.now("2026-01-07T13:30:00+08:00")
    auction = req.AuctionRequest(
        account="KEE-001",
        client_order_id="auction",
        instrument="CEA25",
        quantity=150_000,
        floor=_price("73.96"),
        price_mode=PriceMode.UNIFORM,
        opens="2026-01-07T13:40:00+08:00",
        closes="2026-01-07T13:50:00+08:00",
    )
    story.ask(ANN, ops.ANNOUNCE_AUCTION, auction)
    name = order_id(ORDER_SECRET, auction.account, auction.client_order_id)
    story.now("2026-01-07T13:45:00+08:00")
    bid = req.BidRequest(account="KEE-002", client_order_id="bid", price=_price("74.50"), quantity=120_000)
    story.ask(CAT, ops.BID, bid, name)
    story.now("2026-01-07T13:50:00+08:00")
    story.ask(SAM, ops.CLOSE_AUCTION, part=name)
    again = story.order(CAT, Side.SELL, "74.00", 5_000)
    story.take(ANN, again, 5_000)


def story() -> tuple[Step, ...]:
    """Tell of two participants, from their admission to their second day."""
    writer = _Writer()
    for part in (_beginning, _trading, _offices, _next_day):
        part(writer)
    return tuple(writer.steps)


class _Store(MemoryStore):
    def __init__(self, kept: list[Any]) -> None:
        super().__init__()
        self.kept = kept

    def write(self, batch: Any) -> bool:  # noqa: ANN401  as the store takes it
        written = super().write(batch)
        if written:
            self.kept.append(batch)
        return written


class _Journal(SQLiteJournal):
    kept: list[Any]

    def write(self, writes: Any) -> None:  # noqa: ANN401  as the journal takes it
        super().write(writes)
        self.kept.append(attrs.evolve(writes))


class Theatre:
    """An exchange that has written what is given, and starts from that."""

    def __init__(self, kept: Iterable[Any] = (), at: datetime.datetime | None = None) -> None:
        self.clock = Hands(at or as_instant("2026-01-06T08:00:00+08:00"))
        self.kept: list[Any] = []
        store = _Store(self.kept)
        self.journal = _Journal.open(":memory:")
        SQLiteJournal.write(self.journal, Writes(first=1, marks={SECRET: ORDER_SECRET}))
        self.journal.kept = self.kept
        for each in kept:
            (self.journal if hasattr(each, "lines") else store).write(each)
        scheme = market()
        self.desk = Desk(scheme, self.journal, Ledger(store, self.clock), self.clock)
        recover(self.desk, self.clock)
        bases = {each.instrument.id.text: "74.00" for each in scheme.listed(DAY)}
        provision(self.desk, DAY, bases, staff=STAFF)
        self.handlers = handlers(self.clock)
        self.engine = Engine(self.desk, self.clock, lambda _: None)
        self.engine.start()

    def close_engine(self) -> None:
        """Do what waits, and end; what was settled last is marked with the next write, which is none."""
        self.engine.stop()

    def close(self) -> None:
        self.engine.stop()
        self.journal.close()

    def ask(self, step: Step) -> tuple[Said, bool]:
        self.clock.at = step.at
        operation = step.operation
        parts = dict.fromkeys(operation.parts, step.part)
        path = operation.at(**parts)
        stamp = Stamp.of(step.by.key_id, step.key, operation.method, path, repr(step.body).encode())
        asked = Asked(
            operation=operation,
            caller=step.by,
            parts=parts,
            query=None,
            body=step.body,
            token=step.token,
            stamp=stamp,
        )
        work = work_of(self.handlers[operation.name], asked)
        return asyncio.run(self.engine.do(work, stamp, explained(path, "r-1")))

    def answered(self, step: Step) -> str | None:
        found = self.journal.answer(step.by.key_id, step.key)
        return None if found is None else found.body

    def picture(self) -> dict[str, object]:
        """Give all that the story brought about; the engine must have ended."""
        desk = self.desk
        assert not self.journal.begun()
        assert desk.unsettled == []
        assert desk.registry.verify().ok
        return {
            "venue": state_hash(desk.venue),
            "balances": desk.ledger.balances(),
            "records": [each.command.id.text for each in desk.ledger.records()],
            "documents": [each for kind in Kind for each in self.journal.find(Search(kind=kind), 1_000)],
        }


@attrs.frozen
class Told:
    """The story without a cut: what was written, how much of it before each answer, and what came of it."""

    steps: tuple[Step, ...]
    kept: tuple[Any, ...]
    before: tuple[int, ...]
    answers: tuple[Said, ...]
    picture: dict[str, object]


def told(steps: tuple[Step, ...]) -> Told:
    """Tell the story without a cut."""
    theatre = Theatre()
    before, answers = [], []
    for step in steps:
        said, again = theatre.ask(step)
        assert not again
        before.append(len(theatre.kept))
        answers.append(said)
    theatre.close_engine()
    made = Told(steps, tuple(theatre.kept), tuple(before), tuple(answers), theatre.picture())
    theatre.journal.close()
    return made


def _done(whole: Told, written: int) -> int:
    return sum(1 for each in whole.before if each <= written)


def _started(whole: Told, kept: tuple[Any, ...], written: int) -> Theatre:
    """Start from what was written, a little later than it was, as it is in truth."""
    done = _done(whole, written)
    return Theatre(kept, whole.steps[min(done, len(whole.steps) - 1)].at + _WHILE if done else None)


def begun_again(whole: Told, written: int) -> Iterator[tuple[Any, ...]]:
    """Give what is written if the power fails again while the exchange starts, after each of its writes."""
    theatre = _started(whole, whole.kept[:written], written)
    theatre.close()
    for end in range(written + 1, len(theatre.kept)):
        yield tuple(theatre.kept[:end])


def cut(whole: Told, kept: tuple[Any, ...], written: int) -> int:
    """
    Start from what was written when the power failed, finish the story, and compare.

    Returns how many writes the start made.
    """
    done = _done(whole, written)
    theatre = _started(whole, kept, written)
    made = len(theatre.kept) - len(kept)
    try:
        for step, said in zip(whole.steps[:done], whole.answers, strict=False):
            answered = theatre.answered(step)
            assert answered is not None, f"{step.operation.name} was acknowledged"
            assert _bare(answered) == _bare(said.body)
        for number, (step, said) in enumerate(zip(whole.steps[done:], whole.answers[done:], strict=True)):
            answer, again = theatre.ask(step)
            assert (answer.status, _bare(answer.body)) == (said.status, _bare(said.body)), step.operation.name
            assert not (again and number), f"{step.operation.name} came before its turn"
        theatre.close_engine()
        assert theatre.picture() == whole.picture
    finally:
        theatre.close()
    return made


def _bare(body: str) -> dict[str, Any]:
    """Give an answer without the number of the request, which is another one's after a restart."""
    facts: dict[str, Any] = json.loads(body)
    return {name: value for name, value in facts.items() if name != "request_id"}
