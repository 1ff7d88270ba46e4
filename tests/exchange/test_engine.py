"""The engine: once for each key, written before it is said, and stopped rather than wrong."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError, MarketError, StorageError
from carbonkit.exchange.desk import Desk
from carbonkit.exchange.engine import Engine, Published, Said, Stamp
from carbonkit.exchange.handler import Asked
from carbonkit.exchange.journal import Answer, Document, Kind
from carbonkit.exchange.recovery import recover
from carbonkit.exchange.scheme import scheme_named
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from carbonkit.exchange.work import work_of
from carbonkit.ledger import Ledger, Leg, MemoryStore, Transfer
from carbonkit.market import Admit, ParticipantKind, Side, Venue
from carbonkit.values import AccountId, CommandId, FixedClock
from carbonkit.wire import TAKE_ORDER, TakeRequest
from tests.exchange.desks import ANN, BOB, HANDLERS, Hall

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator

    from carbonkit.exchange.engine import Work
    from carbonkit.exchange.journal import Writes

CLOCK = FixedClock("2026-01-06T00:00:00Z")


class Failing:
    """A journal that can be told to fail."""

    def __init__(self, journal: SQLiteJournal) -> None:
        self.journal = journal
        self.fails = False
        self.writes = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.journal, name)

    def write(self, writes: Writes) -> None:
        if self.fails:
            raise StorageError("have room", was="a full disk", field="journal")
        self.writes += 1
        self.journal.write(writes)


class Bench:
    """An engine over a journal in memory, and what it published."""

    def __init__(self) -> None:
        self.journal = Failing(SQLiteJournal.open(":memory:"))
        self.published: list[Published] = []
        self.stopped: list[BaseException] = []
        desk = Desk(scheme_named("china-national"), self.journal, Ledger(MemoryStore(), CLOCK), CLOCK)  # type: ignore[arg-type]  # it stands for one
        self.engine = Engine(desk, CLOCK, self.published.append, self.stopped.append)
        self.engine.start()

    async def done(self, work: Work, key: str | None = None, what: bytes = b"") -> tuple[Said, bool]:
        stamp = None if key is None else Stamp.of("k", key, "POST", "/v1/orders", what)
        return await self.engine.do(work, stamp, explained)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.engine.stop()
    made.journal.journal.close()


def explained(error: CarbonkitError) -> Said:
    return Said(422, error.code)


def admitted(name: str) -> Work:
    def work(desk: Desk) -> Generator[None, None, Said]:
        desk.tell(Admit(account=name, kind=ParticipantKind.INSTITUTION, at=desk.now()))
        yield from ()
        return Said(201, name)

    return work


def seen(bench: Bench) -> list[str]:
    return [str(each) for each in asyncio.run(bench.engine.look(lambda desk: desk.venue.accounts()))]


def test_what_is_answered_is_written(bench: Bench) -> None:
    assert asyncio.run(bench.done(admitted("A"))) == (Said(201, "A"), False)
    assert (bench.journal.end(), seen(bench)) == (1, ["A"])  # type: ignore[operator]  # it stands for a journal


def test_a_key_is_carried_out_once_and_answered_alike(bench: Bench) -> None:
    assert asyncio.run(bench.done(admitted("A"), "once")) == (Said(201, "A"), False)
    assert asyncio.run(bench.done(admitted("A"), "once")) == (Said(201, "A"), True)
    assert bench.journal.end() == 1  # type: ignore[operator]  # it stands for a journal


def test_a_refusal_is_an_answer_and_kept_too(bench: Bench) -> None:
    asyncio.run(bench.done(admitted("A")))
    assert asyncio.run(bench.done(admitted("A"), "twice")) == (Said(422, "duplicate_account"), False)
    assert asyncio.run(bench.done(admitted("B"), "twice")) == (Said(422, "duplicate_account"), True)


def test_a_key_with_another_request_is_refused(bench: Bench) -> None:
    asyncio.run(bench.done(admitted("A"), "key", b"A"))
    assert asyncio.run(bench.done(admitted("B"), "key", b"B")) == (Said(422, "idempotency_key_reused"), False)
    assert seen(bench) == ["A"]


def test_the_same_key_twice_in_one_write_is_carried_out_once(bench: Bench) -> None:
    async def together() -> list[tuple[Said, bool]]:
        held = await hold(bench)
        asks: list[Awaitable[tuple[Said, bool]]] = [bench.done(admitted("A"), "key") for _ in range(5)]
        tasks = [asyncio.ensure_future(each) for each in asks]
        await asyncio.sleep(0)
        held.set()
        return await asyncio.gather(*tasks)

    answers = asyncio.run(together())
    assert [said for said, _ in answers] == [Said(201, "A")] * 5
    assert sorted(again for _, again in answers) == [False, True, True, True, True]


async def hold(bench: Bench) -> threading.Event:
    """Keep the engine busy, so that what comes waits together."""
    event, busy = threading.Event(), threading.Event()

    def work(_: Desk) -> Generator[None, None, Said]:
        busy.set()
        event.wait(10)
        yield from ()
        return Said(200, "")

    task = asyncio.ensure_future(bench.done(work))
    task.add_done_callback(lambda _: None)
    await asyncio.sleep(0)
    await asyncio.to_thread(busy.wait)
    return event


def test_what_waits_is_written_together(bench: Bench) -> None:
    async def together() -> None:
        held = await hold(bench)
        tasks = [asyncio.ensure_future(bench.done(admitted(f"A-{each}"))) for each in range(50)]
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(*tasks)

    asyncio.run(together())
    assert (bench.journal.end(), bench.journal.writes) == (50, 1)  # type: ignore[operator]  # a journal
    assert [each.line for each in bench.published] == [50]


def test_a_job_is_written_where_it_asks_for_it(bench: Bench) -> None:
    ends: list[int] = []

    def work(desk: Desk) -> Generator[None, None, Said]:
        desk.tell(Admit(account="A", kind=ParticipantKind.INSTITUTION, at=desk.now()))
        ends.append(desk.journal.end())
        yield
        ends.append(desk.journal.end())
        return Said(200, "")

    asyncio.run(bench.done(work))
    assert ends == [0, 1]


def test_a_look_sees_only_what_is_written(bench: Bench) -> None:
    lengths: list[tuple[int, int]] = []

    async def together() -> None:
        held = await hold(bench)
        told = asyncio.ensure_future(bench.done(admitted("A")))
        await asyncio.sleep(0)
        look = asyncio.ensure_future(
            bench.engine.look(lambda desk: lengths.append((len(desk.venue.accounts()), desk.journal.end())))
        )
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(told, look)

    asyncio.run(together())
    assert lengths == [(1, 1)]


def test_a_write_that_fails_stops_the_engine_and_nobody_is_told_that_it_was_done(bench: Bench) -> None:
    bench.journal.fails = True
    with pytest.raises(StorageError) as unknown:
        asyncio.run(bench.done(admitted("A"), "key"))
    assert unknown.value.code == "outcome_unknown"
    bench.engine.stop()
    assert [type(each) for each in bench.stopped] == [StorageError]
    with pytest.raises(StorageError) as stopped:
        asyncio.run(bench.done(admitted("B")))
    assert (stopped.value.code, bench.engine.ready) == ("stopped", False)
    assert bench.journal.end() == 0  # type: ignore[operator]  # it stands for a journal


def test_a_defect_that_changed_nothing_is_the_askers_alone(bench: Bench) -> None:
    def work(_: Desk) -> Generator[None, None, Said]:
        yield from ()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(bench.done(work))
    assert asyncio.run(bench.done(admitted("A")))[0].status == 201


def _tells(desk: Desk) -> None:
    desk.tell(Admit(account="A", kind=ParticipantKind.INSTITUTION, at=desk.now()))


def _puts(desk: Desk) -> None:
    desk.put(
        Document(
            kind=Kind.KEY,
            id="k",
            number=1,
            at=0,
            account="",
            other="",
            instrument="",
            name="",
            state="",
            body="{}",
        )
    )


def _begins(desk: Desk) -> None:
    desk.writes.begun["it"] = "{}"


def _marks(desk: Desk) -> None:
    desk.writes.marks["it"] = "so"


def _answers(desk: Desk) -> None:
    answer = Answer(key_id="k", idempotency_key="i", fingerprint="0", status=201, body="{}", at=0)
    desk.writes.answers.append(answer)


CHANGES = (_tells, _puts, _begins, _marks, _answers, Desk.snapshot)


@pytest.mark.parametrize(
    "error", [InvalidValueError("be", was=""), RuntimeError()], ids=["refused", "defect"]
)
@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_a_job_that_fails_after_a_change_stops_the_engine_and_the_change_is_not_written(
    bench: Bench,
    change: Callable[[Desk], None],
    written: bool,  # noqa: FBT001  a case
    error: Exception,
) -> None:
    def work(desk: Desk) -> Generator[None, None, Said]:
        if written:
            yield
        change(desk)
        raise error

    with pytest.raises(StorageError) as unknown:
        asyncio.run(bench.done(work, "key"))
    assert unknown.value.code == "outcome_unknown"
    assert not bench.engine.ready
    bench.engine.stop()
    assert len(bench.stopped) == 1
    assert bench.journal.writes == 0


def test_what_was_written_before_a_refusal_needs_an_end(bench: Bench) -> None:
    """An intent is written, the ledger refuses it, and what the venue gave up is given back."""

    def work(desk: Desk) -> Generator[None, None, Said]:
        _begins(desk)
        yield
        _tells(desk)
        desk.writes.finished.add("it")
        raise InvalidValueError("be", was="", code="refused")

    assert asyncio.run(bench.done(work, "key")) == (Said(422, "refused"), False)
    assert (seen(bench), bench.journal.end(), bench.journal.journal.begun()) == (["A"], 1, {})  # type: ignore[operator]  # a journal

    def half(desk: Desk) -> Generator[None, None, Said]:
        desk.writes.finished.add("another")
        yield
        _marks(desk)
        raise InvalidValueError("be", was="")

    with pytest.raises(StorageError):
        asyncio.run(bench.done(half))


def test_what_a_refused_job_had_written_stays(bench: Bench) -> None:
    def work(desk: Desk) -> Generator[None, None, Said]:
        _puts(desk)
        yield
        raise InvalidValueError("be", was="", code="refused")

    assert asyncio.run(bench.done(work)) == (Said(422, "refused"), False)
    assert bench.engine.ready


def test_a_defect_after_a_refusal_of_the_venue_is_the_askers_alone(bench: Bench) -> None:
    def work(desk: Desk) -> Generator[None, None, Said]:
        with contextlib.suppress(MarketError):
            _tells(desk)
        yield from ()
        raise RuntimeError

    asyncio.run(bench.done(admitted("A")))
    with pytest.raises(RuntimeError):
        asyncio.run(bench.done(work))
    assert asyncio.run(bench.done(admitted("B")))[0].status == 201
    assert bench.journal.end() == 3  # type: ignore[operator]  # it stands for a journal


def test_a_defect_in_the_venue_stops_the_engine(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Venue, "apply", fail)
    with pytest.raises(StorageError):
        asyncio.run(bench.done(admitted("A")))
    bench.engine.stop()
    assert [type(each) for each in bench.stopped] == [RuntimeError]


def test_a_trade_that_cannot_be_settled_stops_the_engine_and_its_answer_is_kept() -> None:
    hall = Hall()
    post = hall.place(ANN, "S-1", Side.SELL, 1000, "74.50").order.order_id.text
    asset, seller = hall.instrument.asset, ANN.accounts[0]
    away = Leg(asset, hall.ledger.quantity(seller, asset), seller, AccountId("FUND"))
    hall.ledger.post(Transfer(CommandId("away"), [away], "test", hall.desk.now()))
    stopped: list[BaseException] = []
    published: list[Published] = []
    engine = Engine(hall.desk, CLOCK, published.append, stopped.append)
    engine.start()
    body = TakeRequest(account="KEE-002", client_order_id="T-1", quantity=400)
    stamp = Stamp.of("k", "key", "POST", "/take", b"")
    asked = Asked(
        operation=TAKE_ORDER,
        caller=BOB,
        parts={"order": post},
        query=None,
        body=body,
        token="",
        stamp=stamp,
    )
    with pytest.raises(StorageError) as unknown:
        asyncio.run(engine.do(work_of(HANDLERS[TAKE_ORDER.name], asked), stamp, explained))
    assert unknown.value.code == "outcome_unknown"
    engine.stop()
    (error,) = stopped
    assert isinstance(error, IntegrityError)
    assert "CEA25/20260106/1" in str(error)
    assert (engine.ready, published) == (False, [])
    kept = hall.journal.answer("k", "key")
    assert kept is not None
    assert kept.status == 201
    with pytest.raises(IntegrityError, match="settle every trade"):
        recover(hall.another(), hall.clock)
    hall.close()


@pytest.mark.parametrize("error", [InvalidValueError("be", was=""), RuntimeError()])
def test_a_look_that_fails_harms_nobody(bench: Bench, error: Exception) -> None:
    def read(_: Desk) -> None:
        raise error

    with pytest.raises(type(error)):
        asyncio.run(bench.engine.look(read))
    assert seen(bench) == []


def test_who_goes_away_is_not_waited_for(bench: Bench) -> None:
    async def leave() -> None:
        held = await hold(bench)
        task = asyncio.ensure_future(bench.done(admitted("A"), "key"))
        await asyncio.sleep(0)
        task.cancel()
        held.set()
        await bench.engine.look(lambda _: None)

    asyncio.run(leave())
    assert asyncio.run(bench.done(admitted("A"), "key")) == (Said(201, "A"), True)


def test_a_stopped_engine_has_done_what_waited(bench: Bench) -> None:
    async def stop() -> list[tuple[Said, bool]]:
        held = await hold(bench)
        tasks = [asyncio.ensure_future(bench.done(admitted(f"A-{each}"))) for each in range(10)]
        await asyncio.sleep(0)
        held.set()
        await asyncio.to_thread(bench.engine.stop)
        return await asyncio.gather(*tasks)

    assert [said.status for said, _ in asyncio.run(stop())] == [201] * 10
    with pytest.raises(StorageError, match="be running"):
        asyncio.run(bench.done(admitted("B")))


def test_a_desk_is_made_again_from_its_journal_and_a_changed_line_is_found(bench: Bench) -> None:
    asyncio.run(bench.done(admitted("A")))
    journal: Callable[[int], Iterator[str]] = bench.journal.lines  # type: ignore[assignment]  # a journal's
    scheme, ledger = scheme_named("china-national"), Ledger(MemoryStore(), CLOCK)
    again = Desk(scheme, bench.journal, ledger, CLOCK)  # type: ignore[arg-type]  # it stands for one
    assert [str(each) for each in again.venue.accounts()] == ["A"]
    (line,) = journal(0)
    changed = SQLiteJournal.open(":memory:")
    again.writes.lines.append(line.replace('"A"', '"B"'))
    again.writes.first = 1
    changed.write(again.writes)
    with pytest.raises(IntegrityError):
        Desk(scheme, changed, ledger, CLOCK)
    changed.close()
