"""What is peculiar to a ledger in PostgreSQL: round trips, rivals, a server that dies, secrets."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from carbonkit.errors import (
    BatchError,
    BusyError,
    CarbonkitError,
    IntegrityError,
    InvalidValueError,
    OverdraftError,
    StorageError,
)
from carbonkit.ledger import AccountId, AssetId, Batch, Ledger, MemoryStore
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.store import EMPTY
from carbonkit.storage import (
    PostgresStore,
    _postgres_memory,
    _postgres_readers,
    _postgres_schema,
    _postgres_writer,
)
from carbonkit.storage import postgres as module
from carbonkit.storage._postgres_functions import FUNCTIONS
from carbonkit.values import SystemClock
from tests.postgres import Cluster, create_schema
from tests.sample_ledger import (
    ANN,
    BANK,
    BOB,
    CNY,
    EXPIRED,
    HandClock,
    beginning,
    fill,
    hold,
    one_of_everything,
    pay,
    payments,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonkit.ledger import Store
    from carbonkit.storage._postgres_connector import Connection
    from carbonkit.storage._postgres_writer import Writer

    NumberOf: TypeAlias = Callable[[tuple[str, str, str]], int | None]

BEGUN = 6  # records that `beginning` makes
SECRET = "s3cret-Pa55"  # noqa: S105  no password of anything

both = pytest.mark.parametrize("portable", [False, True], ids=["fast", "portable"])


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Give a database that is quick to fill and to throw away; what is asked of it is not its disk."""
    with Cluster.create({"fsync": "off"}) as cluster:
        yield cluster.create_database()


@pytest.fixture
def dsn(database: str) -> str:
    """Give the way to an empty schema."""
    return create_schema(database)


def with_option(dsn: str, option: str) -> str:
    return make_conninfo(dsn, options=f"{conninfo_to_dict(dsn)['options']} -c {option}")


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    """Give a server that a test may kill."""
    with Cluster.create() as cluster:
        yield cluster


def everything(store: Store) -> list[object]:
    return [
        store.head(),
        store.edge(),
        *map(
            list,
            (
                store.rows(),
                store.entries(),
                store.all_holdings(),
                store.blocks(),
                store.mentions(),
                store.holds(),
                store.conclusions(),
                store.nodes(),
                store.accounts(),
                store.assets(),
            ),
        ),
    ]


def writer_of(store: PostgresStore) -> Writer:
    assert store._writer is not None
    return store._writer


def trips(store: PostgresStore, work: Callable[[], object], path: Path) -> int:
    """Count how often the client waits for the server: each time it has sent a Sync or a plain query."""
    server = writer_of(store).connection().pgconn
    with path.open("wb") as file:
        server.trace(file.fileno())
        try:
            work()
        finally:
            server.untrace()
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    return sum(1 for line in lines if len(line) > 3 and line[1] == "F" and line[3] in {"Sync", "Query"})


def admin(dsn: str, *statements: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements[:-1]:
            connection.execute(statement.encode())
        cursor = connection.execute(statements[-1].encode())
        return cursor.fetchall() if cursor.description else []


CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


# ------------------------------------------------------------------ round trips


@both
def test_a_transfer_between_known_holdings_takes_one_round_trip(
    dsn: str, tmp_path: Path, *, portable: bool
) -> None:
    with PostgresStore.open(dsn, portable=portable) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all(beginning())
        for number in range(4):  # until everything is known and prepared
            ledger.post(pay(f"pay/{number}", 5))
        assert trips(store, lambda: ledger.post(pay("pay/4", 5)), tmp_path / "trace") == 1
        group = [pay(f"group/{number}", 5) for number in range(50)]
        ledger.post_all(group[:25])
        assert trips(store, lambda: ledger.post_all(group[25:]), tmp_path / "trace") == 1
        assert ledger.quantity(ANN, CNY) == 55 * 5


@both
def test_opening_again_asks_whether_all_is_there_and_makes_nothing(
    dsn: str, monkeypatch: pytest.MonkeyPatch, *, portable: bool
) -> None:
    PostgresStore.open(dsn, portable=portable).close()
    monkeypatch.setattr(_postgres_schema, "_make", None)
    PostgresStore.open(dsn, portable=portable).close()
    PostgresStore.open(dsn, portable=True).close()


# --------------------------------------------------------------- what comes out


@pytest.mark.parametrize("first", [False, True], ids=["fast first", "portable first"])
def test_two_stores_of_either_kind_in_turns_make_what_memory_makes(dsn: str, *, first: bool) -> None:
    model = MemoryStore()
    with (
        PostgresStore.open(dsn, portable=first) as one,
        PostgresStore.open(dsn, portable=not first) as two,
    ):
        stores: list[list[Store]] = [[model], [one, two]]
        for each in stores:
            clock = HandClock()
            ledgers = [Ledger(store, clock) for store in each]
            for number, command in enumerate(one_of_everything()):
                ledgers[number // 3 % len(ledgers)].post(command)
            clock.at = EXPIRED
            for number, command in enumerate(payments(300)):
                ledgers[number // 7 % len(ledgers)].post(command)
        assert everything(one) == everything(two) == everything(model)
        assert Ledger(two, HandClock()).verify().ok


@both
def test_ledgers_in_one_database_do_not_see_each_other(dsn: str, *, portable: bool) -> None:
    with (
        PostgresStore.open(dsn, ledger="china", portable=portable) as one,
        PostgresStore.open(dsn, ledger="中国 2", portable=portable) as two,
    ):
        fill(Ledger(one, HandClock()), HandClock(), 5)
        assert everything(two) == everything(MemoryStore())
        ledger = Ledger(two, HandClock())
        ledger.post_all(beginning())
        ledger.post(pay("pay/ann", 3))  # an id of the other's
        before = everything(one)
        assert ledger.quantity(ANN, CNY) == 3
        assert ledger.verify().ok
        assert everything(one) == before
        assert Ledger(one, HandClock()).verify().ok


def test_what_is_streamed_comes_in_pages(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = MemoryStore()
    with PostgresStore.open(dsn) as store:
        for each in (model, store):
            clock = HandClock()
            fill(Ledger(each, clock), clock, 30)
        monkeypatch.setattr(_postgres_readers, "_PAGE", 3)
        monkeypatch.setattr(module, "_PAGE", 3)
        monkeypatch.setattr(module, "_MANY", 2)
        assert everything(store) == everything(model)
        assert list(store.rows_about(ANN)) == list(model.rows_about(ANN))
        assert list(store.balances()) == list(model.balances())
        ids = [row.command_id for row in model.rows()]
        assert store.places(ids) == model.places(ids)
        with store.snapshot():
            pairs = list(zip(store.entries(), store.rows(), strict=False))
        assert pairs == list(zip(model.entries(), model.rows(), strict=False))
        with store.turn(certain=True):
            assert list(store.entries()) == list(model.entries())
        assert Ledger(store, HandClock()).verify().ok


def test_memory_is_bounded_and_its_loss_changes_nothing(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_postgres_memory, "_MOST", 1)
    monkeypatch.setattr(module, "_REMEMBERED", 1)
    model = MemoryStore()
    with PostgresStore.open(dsn) as store:
        for each in (model, store):
            ledger = Ledger(each, HandClock())
            fill(ledger, HandClock(), 5)
            for command in payments(20, first=100):
                ledger.post(command)
        with store.turn(certain=True):
            store.holdings([("ISSUER", "CNY", "tradable")])
        assert list(writer_of(store).memory._holdings) == [("ISSUER", "CNY", "tradable")]
        assert everything(store) == everything(model)
        store.account(AccountId("NOBODY"))
        store.asset(AssetId("NOTHING"))
        store.holding_numbered(1)
        store.holding_numbered(2)
        assert not store._accounts
        assert not store._assets
        assert len(store._holdings) <= 2


# ----------------------------------------------------------------------- rivals


@both
def test_stores_that_race_with_the_same_ids_record_each_once(dsn: str, *, portable: bool) -> None:
    commands = [
        pay(f"pay/{number}", 1 + number % 7, *((BANK, ANN), (ANN, BOB))[number % 2]) for number in range(60)
    ]
    with (
        PostgresStore.open(dsn, portable=portable) as one,
        PostgresStore.open(dsn, portable=portable) as two,
        ThreadPoolExecutor(4) as pool,
    ):
        ledgers = [Ledger(each, SystemClock()) for each in (one, one, two, two)]
        ledgers[0].post_all([*beginning(), pay("seed", 1_000)])
        gate = threading.Barrier(4)

        def post_all(ledger: Ledger) -> list[tuple[int, bool]]:
            gate.wait()
            receipts = [ledger.post(command) for command in commands]
            return [(each.sequence, each.repeated) for each in receipts]

        said = list(pool.map(post_all, ledgers))
        places = [[sequence for sequence, _ in each] for each in said]
        assert places[0] == places[1] == places[2] == places[3]
        firsts = [sum(not repeated for _, repeated in of_one) for of_one in zip(*said, strict=True)]
        assert firsts == [1] * len(commands)
        assert ledgers[0].verify().ok
        assert everything(one) == everything(two)
        assert one.head().sequence == BEGUN + 1 + len(commands)


@both
def test_a_head_that_another_store_moved_is_found_out(dsn: str, *, portable: bool) -> None:
    with (
        PostgresStore.open(dsn, portable=portable) as one,
        PostgresStore.open(dsn, portable=portable) as two,
    ):
        mine, theirs = Ledger(one, HandClock()), Ledger(two, HandClock())
        mine.post_all([*beginning(), pay("pay/1", 5), pay("pay/bob", 5, BANK, BOB)])
        theirs.post(pay("pay/2", 7))
        # What `one` remembers of Ann would refuse this, and would write it wrong.
        assert mine.post(pay("pay/3", 11, ANN, BOB)).balances[0].quantity == 1
        theirs.post(hold("hold/1", 3, expires=True))
        # What it remembers of holds would overlook the one that is over.
        later = Ledger(one, HandClock(EXPIRED))
        assert later.post(pay("pay/4", 16, BOB, ANN)).sequence == BEGUN + 7
        assert mine.verify().ok


@both
def test_a_holding_read_after_the_head_moved_is_not_built_on(dsn: str, *, portable: bool) -> None:
    with (
        PostgresStore.open(dsn, portable=portable) as one,
        PostgresStore.open(dsn, portable=portable) as two,
    ):
        mine, theirs = Ledger(one, HandClock()), Ledger(two, HandClock())
        theirs.post_all([*beginning(), pay("pay/1", 5)])
        with one.turn(certain=False) as sure:
            assert not sure
            assert one.head().sequence == BEGUN + 1
            theirs.post(pay("pay/2", 7))
            # Nothing is known of Ann yet, so this is read, and is newer than the head.
            assert one.holdings([("ANN", "CNY", "tradable")])["ANN", "CNY", "tradable"].quantity == 12
            batch = _batch(one)
            assert batch.after.sequence == BEGUN + 1
            assert one.write(batch) is False
        assert mine.quantity(ANN, CNY) == 12
        assert mine.post(pay("pay/3", 1)).balances[1].quantity == 13
        assert mine.verify().ok


def test_certain_and_uncertain_writers_take_locks_in_one_order(dsn: str) -> None:
    dsn = with_option(dsn, "deadlock_timeout=1min")  # none is resolved while this runs
    with (
        PostgresStore.open(with_option(dsn, "lock_timeout=3s"), portable=True) as one,
        PostgresStore.open(dsn, portable=True) as two,
        ThreadPoolExecutor(1) as pool,
    ):
        mine, theirs = Ledger(one, HandClock()), Ledger(two, HandClock())
        theirs.post_all(beginning())
        theirs.post(pay("pay/1", 5))
        with one.turn(certain=True):
            other = pool.submit(theirs.post, pay("pay/2", 7))  # which builds on the same head
            until = time.monotonic() + 20
            while not admin(dsn, "SELECT 1 FROM pg_locks WHERE NOT granted") and time.monotonic() < until:
                time.sleep(0.01)
            assert one.write(_batch(one))
        assert other.result(20).sequence == BEGUN + 3
        assert mine.verify().ok


@both
def test_an_id_that_is_in_already_is_not_written_by_an_uncertain_turn(dsn: str, *, portable: bool) -> None:
    with PostgresStore.open(dsn, portable=portable) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("late", 1)])
        with store.turn(certain=False) as sure:
            assert not sure
            assert store.write(_batch(store)) is False
        assert ledger.post(pay("late", 1)).repeated
        assert ledger.verify().ok


@pytest.mark.parametrize("count", [1, 2])
def test_a_head_with_the_same_place_but_another_leaf_is_another_head(dsn: str, count: int) -> None:
    with PostgresStore.open(dsn) as store:
        Ledger(store, HandClock()).post_all([*beginning(), pay("pay/1", 1)])
        admin(dsn, "UPDATE carbonkit_head SET leaf = decode(repeat('00', 32), 'hex')")
        with store.turn(certain=False):
            assert store.write(_batch(store, count)) is False
        assert admin(dsn, "SELECT max(sequence) FROM carbonkit_record") == [(BEGUN + 1,)]


def _batch(store: Store, count: int = 1) -> Batch:
    draft = Draft(store)
    commands = [pay("late" if not place else f"late/{place}", 1) for place in range(count)]
    draft.load(commands)
    for command in commands:
        draft.post(command, 10**15 * 2)
    return draft.batch()


@both
@pytest.mark.parametrize("isolation", ["serializable", "repeatable read"])
def test_a_server_whose_transactions_are_serializable_does_as_well(
    dsn: str, *, portable: bool, isolation: str
) -> None:
    spelt = isolation.replace(" ", "\\ ")
    serial = with_option(dsn, f"default_transaction_isolation={spelt}")
    with (
        PostgresStore.open(serial, portable=portable) as one,
        PostgresStore.open(serial, portable=portable) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        Ledger(one, SystemClock()).post_all(beginning())
        gate = threading.Barrier(2)

        def post(place: int) -> None:
            ledger = Ledger((one, two)[place], SystemClock())
            gate.wait()
            for number in range(20):
                ledger.post(pay(f"{place}/{number}", 1))

        list(pool.map(post, range(2)))
        assert Ledger(one, SystemClock()).quantity(ANN, CNY) == 40
        assert Ledger(two, SystemClock()).verify().ok


# ------------------------------------------------------------ the server's words


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (psycopg.errors.SerializationFailure, None, ""),
        (psycopg.errors.DeadlockDetected, None, ""),
        (psycopg.errors.LockNotAvailable, None, ""),
        (psycopg.errors.AdminShutdown, None, ""),
        (psycopg.errors.ReadOnlySqlTransaction, None, ""),
        (psycopg.errors.DiskFull, StorageError, "disk_full"),
        (psycopg.errors.InsufficientPrivilege, StorageError, "storage"),
        (psycopg.errors.UndefinedTable, IntegrityError, "integrity"),
        (psycopg.errors.DataCorrupted, IntegrityError, "integrity"),
    ],
)
def test_what_the_server_says_is_tried_again_or_told_in_our_words(
    dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    raised: type[psycopg.Error],
    kind: type[CarbonkitError] | None,
    code: str,
) -> None:
    with PostgresStore.open(dsn) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 1)])
        # What is broken is looked at again in a certain turn, before anybody is told.
        left = [raised("the server says so")] * (2 if kind is IntegrityError else 1)
        writer = writer_of(store)
        real = writer._sent

        def sent(connection: Connection, batch: Batch, number: NumberOf, *, sure: bool) -> bool:
            if left:
                raise left.pop()
            return real(connection, batch, number, sure=sure)

        monkeypatch.setattr(writer, "_sent", sent)
        if kind is None:
            assert ledger.post(pay("pay/2", 1)).sequence == BEGUN + 2
        else:
            with pytest.raises(kind) as caught:
                ledger.post(pay("pay/2", 1))
            assert caught.value.code == code
            assert "the server says so" in str(caught.value)
        assert not left
        assert ledger.post(pay("pay/2", 1)).repeated is (kind is None)
        assert ledger.verify().ok


@both
def test_a_commit_whose_answer_was_lost_is_found_by_its_id(
    dsn: str, monkeypatch: pytest.MonkeyPatch, *, portable: bool
) -> None:
    with PostgresStore.open(dsn, portable=portable) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 1)])
        writer = writer_of(store)
        real = writer._sent
        lost = [True]

        def sent(connection: Connection, batch: Batch, number: NumberOf, *, sure: bool) -> bool:
            done = real(connection, batch, number, sure=sure)
            if lost:
                lost.pop()
                connection.close()
                raise psycopg.OperationalError("the connection broke while the server answered")
            return done

        monkeypatch.setattr(writer, "_sent", sent)
        receipt = ledger.post(pay("pay/2", 1))
        assert (receipt.sequence, receipt.repeated) == (BEGUN + 2, True)
        assert store.head().sequence == BEGUN + 2
        assert ledger.post(pay("pay/3", 1)).sequence == BEGUN + 3
        assert ledger.verify().ok


@both
def test_connections_that_the_server_cut_are_replaced(dsn: str, *, portable: bool) -> None:
    with PostgresStore.open(dsn, portable=portable) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 1)])
        assert ledger.quantity(ANN, CNY) == 1
        admin(dsn, CUT_OFF)
        assert ledger.quantity(ANN, CNY) == 1
        assert ledger.post(pay("pay/2", 1)).sequence == BEGUN + 2
        admin(dsn, CUT_OFF)
        with store.snapshot():
            assert len(list(store.rows())) == BEGUN + 2
            admin(dsn, CUT_OFF)
            with pytest.raises(BusyError, match="connected"):  # no other connection has that state
                store.head()
        assert store.head().sequence == BEGUN + 2


@both
def test_a_server_that_lost_its_tail_is_found_out(dsn: str, *, portable: bool) -> None:
    with PostgresStore.open(dsn, portable=portable) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 1)])
        head, edge = store.head(), b"".join(store.edge())
        ledger.post(pay("pay/2", 1))
        admin(
            dsn,
            "DELETE FROM carbonkit_record WHERE sequence = 8",
            "DELETE FROM carbonkit_entry WHERE sequence = 8",
            f"UPDATE carbonkit_head SET sequence = 7, recorded_at = {head.recorded_at},"  # noqa: S608  in a test
            f" leaf = '\\x{head.leaf.hex()}', edge = '\\x{edge.hex()}'",
            CUT_OFF,
        )
        for _ in range(2):
            with pytest.raises(IntegrityError, match="record 8") as caught:
                ledger.post(pay("pay/3", 1))
            assert caught.value.code == "lost_tail"


@both
def test_a_server_killed_under_a_writing_store_loses_nothing(own: Cluster, *, portable: bool) -> None:
    """The store goes on by itself; whatever it said was recorded is there, once."""
    if not own.running:
        own.start()
    dsn = own.create_database()
    with PostgresStore.open(dsn, portable=portable) as store, ThreadPoolExecutor(3) as pool:
        ledger = Ledger(store, SystemClock())
        ledger.post_all(beginning())
        done, enough, stop = list[str](), threading.Event(), threading.Event()

        def post(place: int) -> None:
            number = 0
            while not stop.is_set():
                ledger.post(pay(f"{place}/{number}", 1))
                done.append(f"{place}/{number}")
                number += 1
                if len(done) % 40 == 0:
                    enough.set()

        posts = [pool.submit(post, place) for place in range(3)]
        try:
            enough.clear()
            assert enough.wait(20)
            own.kill()
            own.start()
            enough.clear()
            assert enough.wait(20)
        finally:
            stop.set()
        for each in posts:
            each.result()
        assert store.places(done).keys() == set(done)
        assert ledger.quantity(ANN, CNY) == len(done)
        assert store.head().sequence == BEGUN + len(done)
        assert ledger.verify().ok


def waiting_for_standbys(dsn: str) -> list[int]:
    """Return the sessions that wait for a standby, as soon as there is one."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = admin(dsn, "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        if found:
            return [pid for (pid,) in found]
        time.sleep(0.02)
    raise AssertionError("nobody waits for a standby")


@both
def test_no_receipt_is_given_before_the_standbys_have_the_record(own: Cluster, *, portable: bool) -> None:
    """Whether the wait is cancelled, or another client finds the record that still waits."""
    if not own.running:
        own.start()
    dsn = own.create_database()
    with (
        PostgresStore.open(dsn, portable=portable) as one,
        PostgresStore.open(dsn, portable=portable) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        first, second = Ledger(one, SystemClock()), Ledger(two, SystemClock())
        first.post_all(beginning())
        admin(dsn, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
        try:
            posted = pool.submit(first.post, pay("pay/1", 5))
            for pid in waiting_for_standbys(dsn):
                admin(dsn, f"SELECT pg_cancel_backend({pid})")
            waiting_for_standbys(dsn)
            assert admin(dsn, "SELECT count(*) FROM carbonkit_record") == [(BEGUN + 1,)]  # there for all
            for pid in waiting_for_standbys(dsn):
                admin(dsn, f"SELECT pg_cancel_backend({pid})")
            again = pool.submit(second.post, pay("pay/1", 5))
            with pytest.raises(TimeoutError):
                again.result(0.5)
            assert not posted.done()
        finally:
            admin(dsn, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
        assert posted.result(20).record == again.result(20).record
        assert first.quantity(ANN, CNY) == 5
        assert first.verify().ok


def test_a_server_that_stays_away_is_waited_for_so_long_and_no_longer(own: Cluster) -> None:
    if not own.running:
        own.start()
    with PostgresStore.open(own.create_database(), patience=1) as store:
        ledger = Ledger(store, SystemClock())
        ledger.post_all(beginning())
        own.stop("immediate")
        for ask in (lambda: ledger.post(pay("pay/1", 1)), store.head):
            with pytest.raises(StorageError) as caught:
                ask()
            assert caught.value.code == "no_connection"
        own.start()
        assert ledger.post(pay("pay/1", 1)).sequence == BEGUN + 1


# ------------------------------------------------------------------ opening


def test_many_who_open_an_empty_database_at_once_all_get_in(dsn: str) -> None:
    gate = threading.Barrier(6)

    def opened(place: int) -> bool:
        gate.wait()
        with PostgresStore.open(dsn, ledger=f"ledger-{place // 2}", portable=place % 3 == 0) as store:
            return bool(store.head() == EMPTY)

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(opened, range(6)))
    with PostgresStore.open(dsn) as store:
        assert list(store.faults()) == []


@pytest.mark.parametrize("readonly", [False, True])
def test_newer_tables_are_refused_and_strange_ones_too(dsn: str, *, readonly: bool) -> None:
    PostgresStore.open(dsn).close()
    admin(dsn, "UPDATE carbonkit_schema SET version = 2")
    with pytest.raises(InvalidValueError, match="newer carbonkit") as caught:
        PostgresStore.open(dsn, readonly=readonly)
    assert caught.value.code == "newer_schema"
    admin(dsn, "UPDATE carbonkit_schema SET version = 0")
    with pytest.raises(IntegrityError, match="schema version"):
        PostgresStore.open(dsn, readonly=readonly)
    admin(dsn, "UPDATE carbonkit_schema SET version = 1")
    PostgresStore.open(dsn, readonly=readonly).close()


def test_a_store_that_only_reads_makes_nothing_and_writes_nothing(dsn: str) -> None:
    with pytest.raises(StorageError) as caught:
        PostgresStore.open(dsn, readonly=True)
    assert caught.value.code == "no_ledger"
    assert admin(dsn, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == [(0,)]

    with PostgresStore.open(dsn) as store:
        Ledger(store, HandClock()).post_all(beginning())
        with PostgresStore.open(dsn, readonly=True) as reader:
            ledger = Ledger(reader, HandClock())
            assert everything(reader) == everything(store)
            assert ledger.verify().ok
            with pytest.raises(StorageError) as caught:
                ledger.post(pay("pay/1", 1))
            assert caught.value.code == "read_only"
        with pytest.raises(StorageError) as caught:
            PostgresStore.open(dsn, ledger="other", readonly=True)
        assert caught.value.code == "no_ledger"


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "a" * 256])
def test_a_ledger_s_name_is_printable(name: str) -> None:
    with pytest.raises(InvalidValueError, match="ledger"):
        PostgresStore.open("host=nowhere.invalid", ledger=name)


def test_a_receipt_is_durable_whatever_the_server_is_set_to(dsn: str) -> None:
    with PostgresStore.open(with_option(dsn, "synchronous_commit=off")) as store:
        found = writer_of(store).connection().execute("SHOW synchronous_commit").fetchone()
        assert found == ("on",)


def test_a_closed_store_says_so(dsn: str) -> None:
    store = PostgresStore.open(dsn)
    kept = [writer_of(store).connection()]
    store.close()
    store.close()
    for ask in (store.head, lambda: list(store.entries()), lambda: store.turn(certain=True), store.snapshot):
        with pytest.raises(StorageError) as caught:
            ask()
        assert caught.value.code == "closed"
    assert all(each.closed for each in kept)


def test_a_write_without_a_turn_is_refused(dsn: str) -> None:
    with PostgresStore.open(dsn) as store:
        Ledger(store, HandClock()).post_all(beginning())
        with store.turn(certain=True):
            batch = _batch(store)
        for _ in range(2):
            with pytest.raises(StorageError) as caught:
                store.write(batch)
            assert caught.value.code == "no_turn"
        with store.turn(certain=True):
            assert store.write(batch)
            with pytest.raises(StorageError, match="turn"):
                store.write(_batch(store))


FORKER = """
import os, sys
from carbonkit.errors import CarbonkitError
from carbonkit.ledger import Ledger
from carbonkit.storage import PostgresStore
from tests.sample_ledger import HandClock, beginning, pay
store = PostgresStore.open(sys.argv[1])
ledger = Ledger(store, HandClock())
ledger.post_all(beginning())
child = os.fork()
if child == 0:
    codes = []
    for ask in (store.head, lambda: ledger.post(pay("child", 1)), store.close):
        try:
            ask()
            codes.append("answered")
        except CarbonkitError as error:
            codes.append(error.code)
    print(*codes, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(ledger.post(pay("parent", 1)).sequence, ledger.verify().ok, flush=True)
store.close()
"""


def ran(program: str, *arguments: str) -> list[str]:
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
    )
    return done.stdout.splitlines()


def test_a_fork_may_not_use_its_parent_s_store(dsn: str) -> None:
    assert ran(FORKER, dsn) == ["forked forked answered", f"{BEGUN + 1} True"]


WITHOUT = """
import sys
import carbonkit.storage, carbonkit.ledger
print("psycopg" in sys.modules)
from carbonkit.storage import PostgresStore
print("psycopg" in sys.modules)
sys.modules["psycopg"] = None
from carbonkit.errors import MissingExtraError
try:
    PostgresStore.open("dbname=x")
except MissingExtraError as error:
    print(error)
try:
    carbonkit.storage.Nothing
except AttributeError as error:
    print(error)
"""


def test_the_driver_is_asked_for_when_a_store_is_opened() -> None:
    assert ran(WITHOUT) == [
        "False",
        "False",
        "psycopg: must be installed to keep a ledger in PostgreSQL; pip install carbonkit[postgres]",
        "module 'carbonkit.storage' has no attribute 'Nothing'",
    ]


# ------------------------------------------------------------------ secrets


def shown(error: BaseException | None) -> str:
    """Return all that a traceback would show of an error, what caused it included."""
    text = ""
    while error is not None:
        text += f"{error} {error!r} {error.args} {getattr(error, 'problem', '')}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return text


@pytest.mark.parametrize(
    "conninfo",
    [
        f"postgresql://someone:{SECRET}@[::1/registry",
        f"host=localhost password = {SECRET} {SECRET}",
        f"hostt=localhost password={SECRET}",
        f"password='{SECRET}",
        f"host=/nowhere-{SECRET} password={SECRET} dbname=x",
        f"postgresql://someone:{SECRET}@/registry?host=/nowhere-at-all",
    ],
)
def test_a_password_is_in_no_error(conninfo: str) -> None:
    with pytest.raises((InvalidValueError, StorageError)) as caught:
        PostgresStore.open(conninfo)
    assert SECRET not in shown(caught.value)


def test_a_password_is_in_no_text_of_a_store_or_what_it_raises(dsn: str) -> None:
    with PostgresStore.open(make_conninfo(dsn, password=SECRET)) as store:
        ledger = Ledger(store, HandClock())
        parts = [store, ledger, writer_of(store), store._readers, writer_of(store)._connector]
        assert all(SECRET not in f"{each!r} {each}" for each in parts)
        ledger.post_all(beginning())
        admin(dsn, "DROP TABLE carbonkit_entry")
        with pytest.raises(IntegrityError) as caught:
            ledger.post(pay("pay/1", 1))
        assert SECRET not in shown(caught.value)


# ------------------------------------------------------------------ structure


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DROP TABLE carbonkit_mention", "the table carbonkit_mention is missing"),
        ("ALTER TABLE carbonkit_hold DROP expires_at", "the column expires_at of carbonkit_hold is missing"),
        ("ALTER TABLE carbonkit_record DROP CONSTRAINT carbonkit_record_pkey", "key (ledger, sequence)"),
        ("ALTER TABLE carbonkit_entry DROP CONSTRAINT carbonkit_entry_pkey", "key (ledger, holding, rec"),
        (
            "ALTER TABLE carbonkit_record DROP CONSTRAINT carbonkit_record_ledger_command_id_key",
            "key (ledger, command_id) of carbonkit_record is missing",
        ),
        ("INSERT INTO carbonkit_schema VALUES (7)", "the schema version is [1, 7]"),
        ("UPDATE carbonkit_head SET recorded_at = recorded_at + 1", "the head is stored as"),
        ("UPDATE carbonkit_head SET holdings = holdings + 1", "the head is stored as"),
        ("UPDATE carbonkit_head SET leaf = decode(repeat('00', 32), 'hex')", "the head is stored as"),
        ("DELETE FROM carbonkit_head", "the head is stored as []"),
    ],
)
@both
def test_what_is_missing_from_the_tables_is_reported(
    dsn: str, damage: str, said: str, *, portable: bool
) -> None:
    with PostgresStore.open(dsn, portable=portable) as store:
        fill(Ledger(store, HandClock()), HandClock(), 3)
        assert list(store.faults()) == []
        admin(dsn, damage)
        assert any(said in fault for fault in store.faults())
        assert not Ledger(store, HandClock()).verify().ok


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_is_missing_or_does_something_else_is_reported(dsn: str, name: str) -> None:
    with PostgresStore.open(dsn) as store:
        other = FUNCTIONS[name].replace("RETURN true;", "RETURN false;")
        admin(dsn, other)
        assert list(store.faults()) == [f"the function {name} is other than it must be"]
        admin(dsn, f"DROP FUNCTION {name}")
        assert list(store.faults()) == [f"the function {name} is missing"]
    with PostgresStore.open(dsn) as store:  # which makes it again
        assert list(store.faults()) == []


# -------------------------------------------------------------------- readers


def test_many_threads_read_through_few_connections(dsn: str) -> None:
    with PostgresStore.open(dsn) as store, ThreadPoolExecutor(24) as pool:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 5)])

        def read(_: int) -> int:
            with store.snapshot():
                return (
                    ledger.quantity(ANN, CNY) + sum(1 for _ in store.rows()) + sum(1 for _ in store.entries())
                )

        assert set(pool.map(read, range(96))) == {5 + BEGUN + 1 + 2}
        name = conninfo_to_dict(dsn)["dbname"]
        ((count,),) = admin(
            dsn,
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()",  # noqa: S608
        )
        assert count <= 1 + _postgres_readers._SHORT + _postgres_readers._LONG


def test_streams_left_open_hold_back_neither_single_reads_nor_writers(dsn: str) -> None:
    with PostgresStore.open(dsn, patience=0) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 5)])
        streams = [store.entries() for _ in range(_postgres_readers._LONG)]
        assert all(next(each)[3] == BEGUN + 1 for each in streams)
        with pytest.raises(BusyError, match="snapshots"):
            next(store.entries())
        assert ledger.post(pay("pay/2", 5)).sequence == BEGUN + 2
        assert ledger.quantity(ANN, CNY) == 10
        streams.pop()
        assert len(list(store.entries())) == 4
        assert [len(list(each)) for each in streams] == [1] * len(streams)


def test_a_refusal_from_memory_is_checked_and_a_right_one_stands(dsn: str) -> None:
    with PostgresStore.open(dsn) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all([*beginning(), pay("pay/1", 5)])
        with pytest.raises(OverdraftError):
            ledger.post(pay("pay/2", 6, ANN, BOB))
        with pytest.raises(BatchError):
            ledger.post_all([pay("pay/3", 1), pay("pay/1", 6)])
        assert store.head().sequence == BEGUN + 1
        assert ledger.post(pay("pay/4", 5, ANN, BOB)).sequence == BEGUN + 2


def test_after_a_rival_s_write_turns_are_certain_for_a_while(dsn: str) -> None:
    with PostgresStore.open(dsn) as one, PostgresStore.open(dsn) as two:
        mine, theirs = Ledger(one, HandClock()), Ledger(two, HandClock())
        mine.post_all([*beginning(), pay("pay/1", 5)])
        theirs.post(pay("pay/2", 5))
        mine.post(pay("pay/3", 5))
        for number in range(_postgres_writer._CERTAIN_TURNS):
            with one.turn(certain=False) as sure:
                assert sure is (number < _postgres_writer._CERTAIN_TURNS - 1)
            mine.post(pay(f"more/{number}", 5))
