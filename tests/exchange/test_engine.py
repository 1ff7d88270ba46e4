"""The engine: once for each key, written before it is said, and stopped rather than wrong."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError, StorageError
from carbonkit.exchange.desk import Desk
from carbonkit.exchange.engine import Engine, Published, Said, Stamp
from carbonkit.exchange.scheme import scheme_named
from carbonkit.exchange.sqlite_journal import SQLiteJournal
from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.market import Admit, ParticipantKind
from carbonkit.values import FixedClock

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


def test_a_defect_after_a_change_stops_the_engine(bench: Bench) -> None:
    def work(desk: Desk) -> Generator[None, None, Said]:
        desk.tell(Admit(account="A", kind=ParticipantKind.INSTITUTION, at=desk.now()))
        yield from ()
        raise RuntimeError

    with pytest.raises(StorageError):
        asyncio.run(bench.done(work))
    assert not bench.engine.ready


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
