"""
The power is cut anywhere in the writes of a ledger file: what was acknowledged is there when it comes back.

The real store runs on a simulated disk, from the file's first byte on, through checkpoints of the log and
reopening. Its clock is turned by hand, so a run that was cut and taken up again must end in the same rows and
the same Merkle root as one that was not.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import attrs
import pytest

from carbonkit.errors import CarbonkitError, StorageError
from carbonkit.ledger import Checkpoint, Command, CommandId, Ledger, MemoryStore, PostHold, Reversal, VoidHold
from carbonkit.ledger.row import Row
from carbonkit.storage import SQLiteStore, _sqlite_file
from tests.crash_disk import Connection, CrashDisk, Operation, What, connect, cut_points
from tests.sample_ledger import (
    ANN,
    AT,
    BANK,
    BOB,
    ENDS,
    EXPIRED,
    HandClock,
    beginning,
    hold,
    hold_units,
    issue,
    one_of_everything,
    pay,
    payments,
    sell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.whole

CUTS = 60
SLOW_CUTS = 2_400
CHECKPOINT_PAGES = 12  # so that a short run has many
NAME = "ledger.db"


# ------------------------------------------------------------- the store on the disk


class _Connection(Connection):
    """A connection to the disk that may be told to be less careful than the store asks for."""

    def __init__(self, connection: Connection, synchronous: str) -> None:
        super().__init__(connection._connection)
        self._synchronous = synchronous

    def execute(self, sql: str, parameters: Any = (), /) -> Any:  # noqa: ANN401  as the connection's own
        if sql == "PRAGMA synchronous = FULL":
            sql = f"PRAGMA synchronous = {self._synchronous}"
        return super().execute(sql, parameters)


class _OnDisk:
    """Stands for the `sqlite3` module of the store: it connects to files on a simulated disk."""

    def __init__(self, disk: CrashDisk, synchronous: str) -> None:
        self._disk = disk
        self._synchronous = synchronous

    def __getattr__(self, name: str) -> object:
        return getattr(sqlite3, name)

    def connect(self, name: str, *, timeout: int = 5, **settings: Any) -> Any:  # noqa: ANN401  as the module's own
        if name == ":memory:":
            return sqlite3.connect(name, **settings)
        opened = connect(self._disk, Path(name), busy_milliseconds=timeout * 1_000)
        connection = _Connection(opened, self._synchronous)
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        return connection


@contextlib.contextmanager
def store_on(disk: CrashDisk, synchronous: str = "FULL") -> Iterator[SQLiteStore]:
    said = sys.unraisablehook

    def overlook(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, apsw.Error):  # faults that SQLite itself overlooks
            said(unraisable)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sqlite_file, "sqlite3", _OnDisk(disk, synchronous))
        patch.setattr(sys, "unraisablehook", overlook)
        with SQLiteStore.open(disk.path(NAME)) as store:
            yield store


# ------------------------------------------------------------------------ the work


@attrs.frozen
class Step:
    """A group of commands and what the clock shows then."""

    at: datetime.datetime
    commands: list[Command]


def work() -> list[Step]:
    """List groups, single and many, of every kind, with a hold that expires and a clock that goes back."""
    second = datetime.timedelta(seconds=1)
    steps = [Step(AT, one_of_everything())]
    for number in range(1, 9):
        at = AT + number * second
        first = 1_000 * number
        before = AT - datetime.timedelta(days=number)  # somebody set the clock
        steps += [
            Step(at, [pay(f"single/{number}", number, ANN, BOB)]),
            Step(before, [issue(f"more/{number}", first, first + 9), sell(f"sold/{number}", 3)]),
            Step(at, [hold(f"a/{number}", 5), hold_units(f"b/{number}", 2), hold(f"c/{number}", 1)]),
            Step(before, [PostHold(CommandId(f"a/{number}/end"), CommandId(f"a/{number}"), AT)]),
            Step(at, [VoidHold(CommandId(f"b/{number}/end"), CommandId(f"b/{number}"), "cancelled", AT)]),
            Step(at, list(payments(40, first=100 * number))),
            Step(at, [Reversal(CommandId(f"again/{number}"), CommandId(f"single/{number}"), "error", AT)]),
        ]
    return [*steps, Step(EXPIRED, [pay("after-expiry", 1)]), Step(ENDS, [pay("last", 1)])]


@attrs.frozen
class Acknowledged:
    """A step that was acknowledged, and how many operations the disk had taken by then."""

    operations: int
    size: int
    checkpoint: Checkpoint


def run(
    disk: CrashDisk, steps: list[Step], synchronous: str = "FULL", *, reopen: bool = True
) -> list[Acknowledged]:
    """Do the steps until the disk fails, closing and opening the file now and then."""
    acknowledged = []
    clock = HandClock()
    with contextlib.suppress(StorageError):
        for start in range(0, len(steps), 20 if reopen else len(steps)):
            with store_on(disk, synchronous) as store:
                ledger = Ledger(store, clock)
                for step in steps[start : start + 20 if reopen else None]:
                    clock.at = step.at
                    receipts = ledger.post_all(step.commands)
                    checkpoint = receipts[-1].checkpoint
                    acknowledged.append(Acknowledged(disk.operations, checkpoint.size, checkpoint))
    return acknowledged


@attrs.frozen
class Whole:
    """A run that nothing happened to."""

    disk: CrashDisk
    steps: list[Step]
    acknowledged: list[Acknowledged]
    rows: list[Row]


@contextlib.contextmanager
def whole_run(steps: list[Step], synchronous: str = "FULL") -> Iterator[Whole]:
    with CrashDisk() as disk:
        acknowledged = run(disk, steps, synchronous)
        assert len(acknowledged) == len(steps)
        clock, store = HandClock(), MemoryStore()
        for step in steps:
            clock.at = step.at
            Ledger(store, clock).post_all(step.commands)
        rows = list(store.rows())
        yield Whole(disk, steps, acknowledged, rows)


def verdict(whole: Whole, after: CrashDisk, done: int, *, go_on: bool) -> str:
    """Open what survived a cut after so many acknowledged steps, and say how it stands."""
    sizes = [0, *(each.size for each in whole.acknowledged)]
    kept = [each.checkpoint for each in whole.acknowledged[:done]]
    try:
        with store_on(after) as store:
            clock = HandClock(AT - datetime.timedelta(days=400))  # set back while the power was out
            ledger = Ledger(store, clock)
            rows = list(store.rows())
            if len(rows) < sizes[done]:
                return "lost"
            if len(rows) not in sizes[done : done + 2]:
                return "torn"
            if rows != whole.rows[: len(rows)] or not ledger.verify(against=kept).ok:
                return "other"
            if go_on:
                for step in whole.steps:
                    clock.at = step.at
                    ledger.post_all(step.commands)
                assert list(store.rows()) == whole.rows
                assert ledger.verify(against=[each.checkpoint for each in whole.acknowledged]).ok
    except CarbonkitError:
        return "broken"
    return "whole"


def verdicts(whole: Whole, cuts: int, go_on_every: int = 10) -> Counter[str]:
    counted: Counter[str] = Counter()
    for seed, at in enumerate(cut_points(whole.disk.operations, cuts)):
        done = sum(each.operations < at for each in whole.acknowledged)
        with whole.disk.restart(seed, at) as after:
            counted[verdict(whole, after, done, go_on=seed % go_on_every == 0)] += 1
    return counted


# -------------------------------------------------------------------------- the cuts


def test_the_run_has_what_the_cuts_are_to_meet() -> None:
    """New files, syncs of log and file, checkpoints while it is open, truncated and deleted logs."""
    with whole_run(work()) as whole:
        seen = {(operation.what, operation.name) for operation in whole.disk.journal}
        assert {
            (What.CREATE, NAME),
            (What.CREATE, f"{NAME}-wal"),
            (What.CREATE, f"{NAME}-writer"),
            (What.SYNC, NAME),
            (What.SYNC, f"{NAME}-wal"),
            (What.WRITE, NAME),
            (What.WRITE, f"{NAME}-wal"),
            (What.DELETE, f"{NAME}-wal"),
        } <= seen
        checkpoints = sum(each.what is What.SYNC and each.name == NAME for each in whole.disk.journal)
        assert checkpoints > 20
        assert len(whole.rows) > 400
        assert whole.disk.operations > SLOW_CUTS // 2
        moments = [row.recorded_at for row in whole.rows]
        assert moments == sorted(set(moments))  # though the clock went back
        assert any(row.kind == "expire_hold" for row in whole.rows)


def test_wherever_the_power_is_cut_nothing_acknowledged_is_lost() -> None:
    with whole_run(work()) as whole:
        assert verdicts(whole, CUTS) == {"whole": CUTS}


@pytest.mark.slow
def test_in_thousands_of_cuts_nothing_acknowledged_is_lost() -> None:
    with whole_run(work()) as whole:
        assert verdicts(whole, SLOW_CUTS) == {"whole": SLOW_CUTS}


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_a_store_that_synced_less_would_lose(synchronous: str) -> None:
    """The control: what these tests look for is there to be found."""
    with whole_run(work(), synchronous) as whole:
        found = verdicts(whole, CUTS)
        assert found["lost"] + found["broken"] + found["other"] > CUTS // 10


@pytest.mark.parametrize("cuts", [10, pytest.param(400, marks=pytest.mark.slow)])
def test_a_run_that_meets_the_cut_is_taken_up_again(cuts: int) -> None:
    """The store sees the disk fail under its hands, and says so with a storage error, nothing else."""
    with whole_run(work()) as whole:
        for seed, at in enumerate(cut_points(whole.disk.operations, cuts)):
            with CrashDisk() as disk:
                disk.cut(at)
                done = len(run(disk, whole.steps))
                assert not disk.powered
                with disk.restart(seed) as after:
                    assert verdict(whole, after, done, go_on=True) == "whole"


@pytest.mark.parametrize("cuts", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_a_second_cut_while_the_file_recovers_loses_nothing_either(cuts: int) -> None:
    recovered = 0
    with whole_run(work()) as whole:
        for seed, at in enumerate(cut_points(whole.disk.operations, cuts)):
            done = sum(each.operations < at for each in whole.acknowledged)
            with whole.disk.restart(seed, at) as first:
                with store_on(first):
                    pass
                recovered += first.operations
                for again in cut_points(first.operations, min(first.operations, 10)):
                    with first.restart(again, again) as second:
                        assert verdict(whole, second, done, go_on=False) == "whole"
    assert recovered > cuts


@pytest.mark.parametrize("cuts", [12, pytest.param(300, marks=pytest.mark.slow)])
def test_a_cut_while_version_1_is_brought_up_to_date_loses_nothing(cuts: int, tmp_path: Path) -> None:
    old = tmp_path / NAME
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((Path(__file__).parent / "schema_1.sql").read_text("utf-8"))
    with CrashDisk({NAME: old.read_bytes()}) as disk:
        with store_on(disk) as store:
            rows, checkpoint = list(store.rows()), Ledger(store, HandClock()).checkpoint()
        assert disk.operations > 20
        for seed, at in enumerate(cut_points(disk.operations, cuts)):
            with disk.restart(seed, at) as after, store_on(after) as store:
                assert list(store.rows()) == rows
                assert Ledger(store, HandClock()).verify(against=[checkpoint]).ok


# ------------------------------------------------- syncs that fail, a disk that is full


def refusal(ledger: Ledger, commands: list[Command]) -> str | None:
    try:
        ledger.post_all(commands)
    except StorageError as error:
        return error.code
    return None


@pytest.mark.parametrize("faults", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_sync_that_fails_is_a_storage_error_and_the_command_may_come_again(faults: int) -> None:
    """Whatever was acknowledged stays, even if the power goes right after; the store can be used on."""
    steps, refused = work(), 0
    with whole_run(steps) as whole:
        syncs = [n for n, each in enumerate(whole.disk.journal, start=1) if each.what is What.SYNC]
        for seed, place in enumerate(cut_points(len(syncs), faults, after=5)):
            with CrashDisk() as disk:
                disk.fail_sync(syncs[place - 1])
                clock, acknowledged = HandClock(), 0
                with contextlib.suppress(StorageError), store_on(disk) as store:  # it may fail to open
                    ledger = Ledger(store, clock)
                    for step in steps:
                        clock.at = step.at
                        before = store.head()
                        if (code := refusal(ledger, step.commands)) is not None:
                            refused += 1
                            assert code == "storage"
                            assert store.head() == before
                            assert not ledger.post_all(step.commands)[0].repeated
                        acknowledged += 1
                        if acknowledged % 20 == 0:
                            with disk.restart(seed) as after:
                                assert verdict(whole, after, acknowledged, go_on=False) == "whole"
                    assert list(store.rows()) == whole.rows
                with disk.restart(seed) as after:
                    assert verdict(whole, after, acknowledged, go_on=False) == "whole"
    assert refused >= faults // 4


def test_a_disk_that_is_full_refuses_a_group_whole_and_posting_goes_on_when_there_is_room() -> None:
    clock, refused = HandClock(), 0
    with CrashDisk() as disk:
        with store_on(disk) as store:
            ledger = Ledger(store, clock)
            ledger.post_all([*beginning(), pay("fund", 10**9), pay("fund/2", 10**9, BANK, BOB)])
            for number in range(1, 40):
                commands = list(payments(200, first=1_000 * number))
                rows, edge, balances = list(store.rows()), store.edge(), list(store.balances())
                disk.fill(at=disk.operations + number)  # a little later every time
                if (code := refusal(ledger, commands)) is not None:
                    refused += 1
                    assert code == "disk_full"
                    assert list(store.rows()) == rows
                    assert store.edge() == edge
                    assert list(store.balances()) == balances
                    disk.make_room()
                    assert not any(receipt.repeated for receipt in ledger.post_all(commands))
                disk.make_room()
            checkpoint = ledger.checkpoint()
            assert ledger.verify().differences == ()
        assert refused >= 5
        with disk.restart(1) as after, store_on(after) as store:
            assert Ledger(store, clock).verify(against=[checkpoint]).ok


def test_a_full_disk_is_told_when_the_file_is_made() -> None:
    for size in (0, 5_000, 20_000):
        with CrashDisk() as disk:
            disk.fill(size=size)
            with pytest.raises(StorageError) as caught, store_on(disk):
                pass
            assert caught.value.code == "disk_full"
            disk.make_room()
            with store_on(disk) as store:
                assert Ledger(store, HandClock()).verify().ok


def test_a_log_that_was_written_but_not_synced_is_synced_before_its_records_are_acknowledged() -> None:
    """The process that wrote it was killed; the system still had all of it, until the power went too."""
    log, clock = f"{NAME}-wal", HandClock()
    with CrashDisk() as disk:
        with store_on(disk) as store:
            Ledger(store, clock).post_all(beginning())
        file = disk.path(NAME).read_bytes()  # the log was taken into it
        with store_on(disk) as store:
            first = Ledger(store, clock).post(pay("pay/1", 5))
            written = disk.path(log).read_bytes()
    lost = 0
    for seed in range(20):
        with CrashDisk({NAME: file}) as disk:
            disk.create(log)
            disk.admit(Operation(What.WRITE, log, 0, written))
            disk.path(log).write_bytes(written)
            lost += log not in disk.survivors(seed)
            with store_on(disk) as store:
                assert Ledger(store, clock).post(pay("pay/1", 5)).record == first.record
                acknowledged = disk.operations
            with disk.restart(seed, at=acknowledged + 1) as after, store_on(after) as store:
                assert Ledger(store, clock).post(pay("pay/1", 5)).repeated
    assert lost
