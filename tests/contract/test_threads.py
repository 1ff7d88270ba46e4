"""Many threads on one ledger: one writes for all, each gets its receipt, nothing is lost or doubled."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest

from carbonkit.errors import (
    BatchError,
    BusyError,
    CarbonkitError,
    IdentifierReusedError,
    OverdraftError,
    StorageError,
)
from carbonkit.ledger import Batch, CommandId, Ledger, Receipt, Refusal, SerialRange, Store, TreeNode
from tests.contract.world import (
    ANN,
    BANK,
    BOB,
    CNY,
    HOLDERS,
    Hands,
    cash,
    everything,
    hold,
    issue,
    move,
    names,
    note,
    opening,
    pay,
    post_hold,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carbonkit.ledger import Command

PATIENCE = 20


@attrs.define
class Watched:
    """A store whose writes a test can count, hold up, and make fail; all else is the store's own."""

    store: Store
    sizes: list[int] = attrs.Factory(list)
    entered: threading.Event = attrs.Factory(threading.Event)
    gate: threading.Event = attrs.Factory(threading.Event)
    errors: list[BaseException] = attrs.Factory(list)
    late: list[BaseException] = attrs.Factory(list)
    spoil: Callable[[Batch], Batch] = lambda batch: batch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the store has
        return getattr(self.store, name)

    def write(self, batch: Batch) -> bool:
        self.sizes.append(len(batch.rows))
        self.entered.set()
        assert self.gate.wait(PATIENCE)
        if self.errors:
            raise self.errors.pop()
        done = self.store.write(self.spoil(batch))
        if self.late:
            raise self.late.pop()
        return done


@pytest.fixture
def watched(store: Store) -> Watched:
    Ledger(store, Hands()).post_all(opening())
    watched = Watched(store)
    watched.gate.set()
    return watched


@pytest.fixture
def shared(watched: Watched) -> Ledger:
    return Ledger(cast(Store, watched), Hands())


@contextmanager
def held_up(ledger: Ledger) -> Iterator[ThreadPoolExecutor]:
    """Have one thread stand in the middle of its write, so that those that come now must wait."""
    watched = cast(Watched, ledger.store)
    watched.gate.clear()
    watched.entered.clear()
    with ThreadPoolExecutor(40) as pool:
        try:
            first = pool.submit(ledger.post, note("first"))
            assert watched.entered.wait(PATIENCE)
            yield pool
        finally:
            watched.gate.set()
        first.exception(PATIENCE)


def wait_for(ledger: Ledger, count: int) -> None:
    """Wait until so many callers stand in the queue."""
    deadline = time.monotonic() + PATIENCE
    while len(ledger._commits._waiting) < count:
        assert time.monotonic() < deadline, "the callers did not come"
        time.sleep(0.001)


def test_those_who_wait_are_written_together(shared: Ledger, watched: Watched) -> None:
    with held_up(shared) as pool:
        waiting = [pool.submit(shared.post, pay(f"pay/{number}", number + 1)) for number in range(20)]
        wait_for(shared, 20)
    receipts = [each.result(PATIENCE) for each in waiting]

    assert watched.sizes == [1, 20]
    for number, receipt in enumerate(receipts):
        assert receipt.command_id == CommandId(f"pay/{number}")
        assert receipt.record == shared.record(receipt.command_id)
        assert receipt.balances[0].quantity - receipt.balances[1].quantity == 2 * receipt.balances[0].quantity
        assert receipt.checkpoint == shared.checkpoint()
    assert {receipt.sequence for receipt in receipts} == {*range(10, 30)}
    assert shared.quantity(ANN, CNY) == sum(range(1, 21))
    assert shared.verify().ok


def test_each_of_those_who_wait_gets_its_own_outcome(shared: Ledger, watched: Watched) -> None:
    shared.post_all([pay("pay/0", 10), issue("issue/0", SerialRange(1, 10))])
    with held_up(shared) as pool:
        good = pool.submit(shared.post, pay("good", 5, ANN, BOB))
        wait_for(shared, 1)
        poor = pool.submit(shared.post, pay("poor", 6, ANN, BOB))
        wait_for(shared, 2)
        group = pool.submit(
            shared.post_all, [move("a", units(4)), pay("b", 5, ANN, BOB), pay("c", 1, ANN, BOB)]
        )
        wait_for(shared, 3)
        each = pool.submit(
            shared.post_each, [move("d", units(10)), pay("e", 11, ANN, BOB), pay("f", 5, ANN, BOB)]
        )
        wait_for(shared, 4)
        again = pool.submit(shared.post, pay("good", 5, ANN, BOB))
        wait_for(shared, 5)
        other = pool.submit(shared.post, pay("good", 6, ANN, BOB))
        wait_for(shared, 6)
    assert watched.sizes[-1] == 3

    assert (good.result().sequence, good.result().repeated) == (12, False)
    assert isinstance(poor.exception(PATIENCE), OverdraftError)
    error = group.exception(PATIENCE)
    assert isinstance(error, BatchError)
    assert [problem.file for problem in error.problems] == ["command c"]
    assert [type(result) for result in each.result()] == [Receipt, Refusal, Receipt]
    assert again.result() == attrs.evolve(good.result(), repeated=True)
    assert isinstance(other.exception(PATIENCE), IdentifierReusedError)
    assert names(shared, 10) == ["first", "good", "d", "f"]
    assert shared.verify().ok


def test_one_id_from_many_threads_is_recorded_once(shared: Ledger) -> None:
    def post(turn: int) -> Receipt:
        return shared.post(pay(f"pay/{turn % 12}", turn % 12 + 1))

    with ThreadPoolExecutor(24) as pool:
        receipts = list(pool.map(post, range(120)))

    assert sum(not receipt.repeated for receipt in receipts) == 12
    for turn, receipt in enumerate(receipts):
        assert receipt.command_id == CommandId(f"pay/{turn % 12}")
        assert receipt.record == shared.record(receipt.command_id)
    assert shared.quantity(ANN, CNY) == sum(range(1, 13))
    assert shared.store.head().sequence == 20
    assert shared.verify().ok


def test_many_threads_lose_nothing_and_overdraw_nothing(shared: Ledger) -> None:
    shared.post(pay("pay/0", 100))

    def post(turn: int) -> list[Receipt | Refusal]:
        source, target = HOLDERS[turn % 4], HOLDERS[(turn + 1 + turn // 4 % 3) % 4]
        commands: Sequence[Command] = [
            pay(f"a/{turn}", 7, source, target),
            hold(f"hold/{turn}", cash(3, target, source)),
            post_hold(f"match/{turn}", f"hold/{turn}", 2),
            note(f"note/{turn}", source),
        ]
        if turn % 3 == 0:
            return list(shared.post_each(commands))
        if turn % 3 == 1:
            try:
                return list(shared.post_all(commands))
            except BatchError:
                return []
        return [shared.post(commands[3]), shared.post(commands[3])]

    with ThreadPoolExecutor(16) as pool:
        results = [each for came in pool.map(post, range(60)) for each in came]

    receipts = [each for each in results if isinstance(each, Receipt)]
    for receipt in receipts:
        assert receipt.record == shared.record(receipt.command_id)
        assert receipt.checkpoint.size >= receipt.sequence
        proof = shared.inclusion(receipt.command_id, receipt.checkpoint.size)
        proof.check(bytes.fromhex(receipt.digest), receipt.checkpoint.root)
    written = {each.command_id for each in receipts}
    assert written == {CommandId(name) for name in names(shared, 9)}
    for refusal in results:
        if isinstance(refusal, Refusal):
            assert refusal.command_id not in written
    total = sum(each.quantity for each in shared.balances(asset=CNY) if each.holding.account != BANK)
    assert total == 100
    assert shared.verify().ok


def test_readers_see_whole_groups_while_others_write(shared: Ledger) -> None:
    done = threading.Event()
    seen = []

    def read() -> None:
        while not done.is_set():
            with shared.store.snapshot():
                seen.append(sum(each.quantity for each in shared.balances(asset=CNY)))
                assert shared.store.head().sequence == sum(1 for _ in shared.store.rows())

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for number in range(15):
                shared.post_all([pay(f"a/{number}", 5), pay(f"b/{number}", 3, ANN, BOB)])
        finally:
            done.set()
        for each in readers:
            each.result(PATIENCE)
    assert set(seen) == {0}


# ------------------------------------------------------- what goes wrong


def test_a_write_that_fails_is_everybodys_error_and_nothing_is_written(
    shared: Ledger, watched: Watched
) -> None:
    before = everything(watched.store)
    failure = StorageError("have room", was="a full disk", field="store", code="disk_full")
    with held_up(shared) as pool:
        watched.errors += [failure, failure]
        waiting: list[Future[Any]] = [
            pool.submit(shared.post, pay("a", 1)),
            pool.submit(shared.post_all, [pay("b", 1), pay("c", 1)]),
            pool.submit(shared.post_each, [pay("d", 1)]),
        ]
        wait_for(shared, 3)
    for each in waiting:
        error = each.exception(PATIENCE)
        assert isinstance(error, StorageError)
        assert error.code == "disk_full"

    assert everything(watched.store) == before
    receipts = [shared.post(pay(name, 1)) for name in "abcd"]
    assert [(each.sequence, each.repeated) for each in receipts] == [(9 + n, False) for n in range(4)]
    assert shared.verify().ok


def test_a_write_that_did_happen_is_found_by_the_retry(shared: Ledger, watched: Watched) -> None:
    """A connection may break when all is written: the caller posts again, and gets the first receipt."""
    watched.late.append(StorageError("answer", was="silence", field="store"))
    with pytest.raises(StorageError):
        shared.post(pay("pay/1", 5))
    again = shared.post(pay("pay/1", 5))

    assert again.sequence == 9
    assert again.repeated
    assert shared.quantity(ANN, CNY) == 5
    assert shared.verify().ok


def test_others_that_are_busy_are_waited_for(
    shared: Ledger, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carbonkit.ledger.turn._ATTEMPTS", 6)
    watched.errors += [BusyError("be free", was="locked", field="store") for _ in range(3)]
    receipt = shared.post(pay("pay/1", 5))

    assert (receipt.sequence, receipt.repeated) == (9, False)
    assert len(watched.sizes) == 4
    watched.errors += [BusyError("be free", was="locked", field="store") for _ in range(6)]
    with pytest.raises(BusyError, match="locked"):
        shared.post(pay("pay/2", 5))
    assert not watched.errors
    assert names(shared, 8) == ["pay/1"]


def _twice(batch: Batch) -> Batch:
    return attrs.evolve(batch, nodes=(TreeNode(8, 0, bytes(32)), TreeNode(8, 0, bytes(32))))


@pytest.mark.parametrize(
    "kind", ["sqlite in memory", "sqlite file", "postgres", "postgres portable"], indirect=True
)
def test_a_batch_that_breaks_at_its_very_end_is_not_half_written(shared: Ledger, watched: Watched) -> None:
    before = everything(watched.store)
    watched.spoil = _twice
    with pytest.raises(CarbonkitError):
        shared.post_all([issue("issue/1", SerialRange(1, 10)), hold("hold/1", units(3)), pay("pay/1", 5)])

    assert everything(watched.store) == before
    watched.spoil = lambda batch: batch
    shared.post_all([pay("pay/1", 5), issue("issue/1", SerialRange(1, 10), target=BOB)])
    assert shared.quantity(ANN, CNY) == 5
    assert shared.verify().ok


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let SIGINT raise, also where the tests run in the background and inherit that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_caller_who_is_interrupted_while_waiting_blocks_nobody(shared: Ledger) -> None:
    """Ctrl-C reaches the main thread, which is the one that waits here."""
    assert threading.current_thread() is threading.main_thread()
    main = threading.get_ident()
    with held_up(shared) as pool:
        before = pool.submit(shared.post, note("before"))
        wait_for(shared, 1)

        def interrupt() -> None:
            wait_for(shared, 2)
            signal.pthread_kill(main, signal.SIGINT)

        pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            shared.post(note("mine"))
        after = pool.submit(shared.post, note("after"))
        wait_for(shared, 2)
    assert before.result(PATIENCE).sequence == 10
    assert after.result(PATIENCE).sequence == 11
    assert names(shared, 8) == ["first", "before", "after"]
    assert shared.post(note("mine")).sequence == 12
