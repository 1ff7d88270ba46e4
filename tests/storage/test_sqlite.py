"""The SQLite store as a file: durable, with one writer and many readers, and refused when it is not ours."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import BusyError, CarbonkitError, IntegrityError, InvalidValueError, StorageError
from carbonkit.ledger import (
    Account,
    AccountId,
    Batch,
    Bucket,
    CommandId,
    Holding,
    Ledger,
    Leg,
    OpenAccount,
    PostHold,
    Selection,
    SerialRange,
    Statement,
    Transfer,
)
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.store import EMPTY
from carbonkit.storage import SQLiteStore
from carbonkit.storage._sqlite_file import ours
from carbonkit.storage._sqlite_write import insert
from carbonkit.storage.sqlite import SCHEMA_VERSION
from tests.sample_ledger import (
    ANN,
    AT,
    BANK,
    BOB,
    CEA,
    CNY,
    HandClock,
    beginning,
    fill,
    hold,
    one_of_everything,
    pay,
    payments,
    sell,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonkit.ledger import Command

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 46  # of `path`


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a closed ledger file with one of everything in it."""
    path, clock = tmp_path / "ledger.db", HandClock()
    with SQLiteStore.open(path) as store:
        fill(Ledger(store, clock), clock, 20)
        assert store.head().sequence == RECORDS
    return path


def differences(path: Path) -> tuple[str, ...]:
    with SQLiteStore.open(path, readonly=True) as store:
        return Ledger(store, HandClock()).verify().differences


def code_of(act: Callable[[], object]) -> str:
    """Return the code of the error that something raises."""
    with pytest.raises(CarbonkitError) as caught:
        act()
    return caught.value.code


@contextlib.contextmanager
def running(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a script in a process of its own, and end it in any case."""
    with subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str = "go") -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def everything(store: SQLiteStore) -> list[object]:
    return [
        store.head(),
        store.edge(),
        *store.rows(),
        *store.entries(),
        *store.all_holdings(),
        *store.blocks(),
        *store.mentions(),
        *store.holds(),
        *store.conclusions(),
        *store.nodes(),
    ]


# ------------------------------------------------------------------- the file


def test_a_file_opened_again_holds_everything(path: Path, tmp_path: Path) -> None:
    clock = HandClock()
    with SQLiteStore.open(path) as store, SQLiteStore.open(tmp_path / "other.db") as other:
        fill(Ledger(other, clock), clock, 20)
        assert everything(store) == everything(other)
        assert Ledger(store, clock).post(pay("pay/ann", 500_000)).repeated
        assert Ledger(store, clock).post(pay("more", 1)).sequence == RECORDS + 1
    assert differences(path) == ()


def test_a_closed_file_is_one_file_and_the_lock_s_empty_one(path: Path) -> None:
    """Nothing needed lies elsewhere: the file alone may be copied once it is closed."""
    assert sorted(each.name for each in path.parent.iterdir()) == ["ledger.db", "ledger.db-writer"]
    assert path.with_name("ledger.db-writer").read_bytes() == b""


def test_the_writing_connection_is_durable(path: Path) -> None:
    names = ("journal_mode", "synchronous", "application_id", "user_version", "busy_timeout")
    with SQLiteStore.open(path) as store, store._file.turn(lambda: None):
        writer = store._file.in_turn()
        settings = {name: writer.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "application_id": 0x636B6974,
        "user_version": 2,
        "busy_timeout": 10_000,
    }
    assert path.read_bytes()[68:72] == b"ckit"
    assert SCHEMA_VERSION == 2


def test_every_table_is_strict(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
        assert {name for name, strict in tables if not strict} == {"sqlite_schema"}


@pytest.mark.parametrize("table", ["record", "entry", "mention", "conclusion", "node", "account", "asset"])
@pytest.mark.parametrize("change", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_what_is_recorded_is_only_ever_added_to(path: Path, table: str, change: str) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if table == "node":
            connection.execute("INSERT INTO node VALUES (8, 0, zeroblob(32))")
        column = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchone()[0]
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0  # noqa: S608  a table's name
        with pytest.raises(sqlite3.IntegrityError, match=r"what is recorded is never (changed|deleted)"):
            connection.execute(change.format(table=table, column=column))


@pytest.mark.parametrize(
    "form",
    [
        lambda path: path,
        str,
        os.fsencode,
        os.path.relpath,
        lambda path: path.parent / ".." / path.parent.name / path.name,
    ],
    ids=["Path", "text", "bytes", "relative", "with dots"],
)
def test_a_path_may_have_any_form(path: Path, form: Callable[[Path], str]) -> None:
    for readonly in (False, True):
        with SQLiteStore.open(form(path), readonly=readonly) as store:
            assert store.head().sequence == RECORDS


def test_a_relative_path_stays_what_it_was_when_the_program_changes_its_folder(
    path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    found: list[int] = []
    with SQLiteStore.open(path.name) as store:
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        thread = threading.Thread(target=lambda: found.append(store.head().sequence))
        thread.start()  # it opens a connection of its own
        thread.join()
    assert found == [RECORDS]
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("name", ["", "a\0b", b"", b"a\0b"])
def test_a_path_that_names_no_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError, match="be a file's path"):
        SQLiteStore.open(name)


@pytest.mark.parametrize(
    "name",
    [
        "with space.db",
        "碳账本.db",
        "a?b=c&mode=memory#d.db",
        "file:x.db",
        "it's.db",
        "%41.db",
        "-wal",
        ":memory:x",
    ],
)
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    for turn in (1, 2):
        with SQLiteStore.open(tmp_path / name) as store:
            assert store.head().sequence == turn - 1
            account = Account(AccountId(f"A{turn}"), "kind", may_go_negative=False)
            Ledger(store, HandClock()).post(OpenAccount(CommandId(f"{turn}"), account, AT))
    assert sorted(each.name for each in tmp_path.iterdir()) == [name, f"{name}-writer"]


def test_a_ledger_in_memory_is_nobody_else_s() -> None:
    with SQLiteStore.open(":memory:") as one, SQLiteStore.open(":memory:") as two:
        Ledger(one, HandClock()).post_all(beginning())
        assert two.head() == EMPTY
    assert not Path(":memory:").exists()


# --------------------------------------------------------------- what is no ledger


def refused(path: Path, error: type[CarbonkitError], code: str) -> None:
    """Show that a file is refused, for writing and for reading, and stays as it was."""
    before = path.read_bytes()
    for readonly in (False, True):
        with pytest.raises(error) as caught:
            SQLiteStore.open(path, readonly=readonly)
        assert caught.value.code == code
        assert path.read_bytes() == before
    assert {each.name for each in path.parent.iterdir()} <= {path.name, f"{path.name}-writer"}


def test_a_newer_file_is_refused(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    refused(path, InvalidValueError, "newer_schema")
    with pytest.raises(InvalidValueError, match="open it with the newer carbonkit that made it"):
        SQLiteStore.open(path)


@pytest.mark.parametrize("version", [-1, 0])
def test_a_file_of_a_version_that_never_was_is_refused(path: Path, version: int) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(CarbonkitError):
        SQLiteStore.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE record (x)",
        "CREATE TABLE t (x); PRAGMA user_version = 1",
        "CREATE TABLE t (x); PRAGMA user_version = 2",
        "PRAGMA application_id = 5",
        "PRAGMA application_id = 5; CREATE TABLE t (x)",
    ],
)
def test_another_database_is_refused_and_left_alone(tmp_path: Path, script: str) -> None:
    path = tmp_path / "other.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    refused(path, IntegrityError, "integrity")
    with pytest.raises(IntegrityError, match="must be a carbonkit ledger, was another SQLite database"):
        SQLiteStore.open(path)


@pytest.mark.parametrize(
    "content", [b"xy", b"id,quantity\n1,5\n" * 100, b"SQLite format 3\0" + b"\xff" * 5_000]
)
def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    refused(path, IntegrityError, "integrity")


def test_an_empty_file_becomes_a_ledger_when_it_is_written_only(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    assert code_of(lambda: SQLiteStore.open(path, readonly=True)) == "older_schema"
    assert path.read_bytes() == b""
    with SQLiteStore.open(path) as store:
        assert store.head() == EMPTY


def test_a_missing_file_is_made_when_it_is_written_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    assert code_of(lambda: SQLiteStore.open(path, readonly=True)) == "no_file"
    assert list(tmp_path.iterdir()) == []
    SQLiteStore.open(path).close()
    assert path.exists()


@pytest.mark.parametrize("where", ["missing/ledger.db", "."])
def test_a_place_where_no_file_can_be_is_a_storage_error(tmp_path: Path, where: str) -> None:
    with pytest.raises(StorageError, match="unable to open database file"):
        SQLiteStore.open(tmp_path / where)
    assert code_of(lambda: SQLiteStore.open(tmp_path / where, readonly=True)) == "no_file"


def test_a_damaged_file_is_an_integrity_error(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    for page in range(4_096, len(damaged), 4_096):
        damaged[page : page + 1_000] = b"\xa5" * 1_000
    path.write_bytes(damaged)
    with pytest.raises(IntegrityError), SQLiteStore.open(path) as store:
        Ledger(store, HandClock()).post(pay("more", 1))
    with pytest.raises(IntegrityError):
        differences(path)


@pytest.mark.parametrize("pages", [1, 3, 10])
def test_a_file_cut_short_is_an_integrity_error(path: Path, pages: int) -> None:
    path.write_bytes(path.read_bytes()[: 4_096 * pages])
    with pytest.raises(IntegrityError), SQLiteStore.open(path) as store:
        list(store.rows())


# ------------------------------------------------------------------ one who writes

HOLDER = """
import sys
from carbonkit.storage import SQLiteStore
store = SQLiteStore.open(sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
store.close()
print("closed", flush=True)
sys.stdin.readline()
"""


def test_a_second_writer_in_the_same_process_is_refused(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        for _ in range(2):
            with pytest.raises(BusyError, match="must be open for writing only once") as caught:
                SQLiteStore.open(path)
            assert caught.value.code == "second_writer"
        assert Ledger(store, HandClock()).post(pay("more", 1)).sequence == RECORDS + 1
    SQLiteStore.open(path).close()


def test_a_second_writer_in_another_process_is_refused_until_the_first_has_closed(path: Path) -> None:
    with running(HOLDER, path) as process:
        assert said(process) == "open"
        assert code_of(lambda: SQLiteStore.open(path)) == "second_writer"
        tell(process)
        assert said(process) == "closed"
        SQLiteStore.open(path).close()


def test_a_writer_that_was_killed_is_in_nobody_s_way(path: Path) -> None:
    with running(HOLDER, path) as process:
        assert said(process) == "open"
        assert code_of(lambda: SQLiteStore.open(path)) == "second_writer"
        process.send_signal(signal.SIGKILL)
        process.wait()
        with SQLiteStore.open(path) as store:
            assert Ledger(store, HandClock()).post(pay("more", 1)).sequence == RECORDS + 1


def test_a_second_writer_by_another_name_of_the_file_is_refused(path: Path) -> None:
    other = path.with_name("link.db")
    other.symlink_to(path)
    with SQLiteStore.open(path):
        assert code_of(lambda: SQLiteStore.open(other)) == "second_writer"
    with SQLiteStore.open(other):
        assert code_of(lambda: SQLiteStore.open(path)) == "second_writer"


def test_a_refused_file_is_not_kept_locked(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert code_of(lambda: SQLiteStore.open(path)) == "newer_schema"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    SQLiteStore.open(path).close()


def test_of_many_who_make_the_same_new_file_one_writes_it(tmp_path: Path) -> None:
    results: list[str] = []
    stores: list[SQLiteStore] = []
    start = threading.Barrier(6)

    def make() -> None:
        start.wait()
        try:
            stores.append(SQLiteStore.open(tmp_path / "new.db"))
            results.append("open")
        except CarbonkitError as error:
            results.append(error.code)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (store,) = stores
    store.close()
    assert sorted(results) == ["open", *["second_writer"] * 5]
    assert differences(tmp_path / "new.db") == ()


FORKER = """
import os, sys
from carbonkit.errors import CarbonkitError
from carbonkit.storage import SQLiteStore
from carbonkit.ledger import Ledger
from tests.sample_ledger import HandClock, pay
store = SQLiteStore.open(sys.argv[1])
ledger = Ledger(store, HandClock())
store.head()
child = os.fork()
if child == 0:
    codes = []
    for ask in (store.head, lambda: ledger.post(pay("child", 1)), lambda: SQLiteStore.open(sys.argv[1])):
        try:
            ask()
            codes.append("answered")
        except CarbonkitError as error:
            codes.append(error.code)
    with SQLiteStore.open(sys.argv[1], readonly=True) as reader:
        codes.append(str(reader.head().sequence))
    print(*codes, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(ledger.post(pay("parent", 1)).sequence, ledger.verify().ok, flush=True)
"""


def test_a_fork_may_not_use_its_parent_s_store(path: Path) -> None:
    with running(FORKER, path) as process:
        assert said(process) == f"forked forked second_writer {RECORDS}"
        assert said(process) == f"{RECORDS + 1} True"


# ------------------------------------------------------------------- those who read

POSTER = """
import sys
from carbonkit.ledger import Ledger
from carbonkit.storage import SQLiteStore
from tests.sample_ledger import ANN, BOB, HandClock, pay
ledger = Ledger(SQLiteStore.open(sys.argv[1]), HandClock())
print("open", flush=True)
for turn in range(10_000):  # until it is ended
    ledger.post_all(pay(f"{turn}/{n}", 7, *((ANN, BOB) if n < 5 else (BOB, ANN))) for n in range(10))
"""


def test_readers_in_another_process_see_whole_batches_only(path: Path) -> None:
    """While a writer posts groups that leave the balance where it was, no reader sees one halfway."""
    with running(POSTER, path) as process:
        assert said(process) == "open"
        with SQLiteStore.open(path, readonly=True) as store:
            ledger, seen = Ledger(store, HandClock()), list[int]()
            before = ledger.quantity(BOB, CNY)
            while len(set(seen)) < 10:
                with store.snapshot():
                    seen.append(store.head().sequence)
                    assert (seen[-1] - RECORDS) % 10 == 0
                    assert ledger.quantity(BOB, CNY) == before
                    assert sum(balance.quantity for balance in store.balances(asset=CNY)) == 0
            assert seen == sorted(seen)
            assert ledger.verify().differences == ()  # in the middle of it all


def test_a_store_that_reads_refuses_to_write(path: Path) -> None:
    before = path.read_bytes()
    with SQLiteStore.open(path, readonly=True) as store:
        ledger = Ledger(store, HandClock())
        for ask in (
            lambda: ledger.post(pay("more", 1)),
            lambda: ledger.post_all([pay("more", 1)]),
            lambda: ledger.post_each([pay("more", 1)]),
        ):
            assert code_of(ask) == "read_only"
        assert code_of(lambda: store.write(Batch(after=store.head(), head=store.head()))) == "no_turn"
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            store._file._reader().execute("DELETE FROM hold")
        assert ledger.verify().ok
    assert path.read_bytes() == before


def test_any_number_of_readers_beside_a_writer(path: Path) -> None:
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(SQLiteStore.open(path, readonly=True)) for _ in range(5)]
        writer = stack.enter_context(SQLiteStore.open(path))
        Ledger(writer, HandClock()).post(pay("more", 1))
        assert {reader.head().sequence for reader in readers} == {RECORDS + 1}


def test_a_snapshot_stays_at_one_state_and_ends(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())

        def post(name: str) -> None:
            thread = threading.Thread(target=lambda: ledger.post(pay(name, 5)))
            thread.start()
            thread.join()

        with store.snapshot():
            before = everything(store)
            post("meanwhile/1")
            with store.snapshot():  # within another: the same state
                post("meanwhile/2")
                assert everything(store) == before
            assert everything(store) == before
        assert store.head().sequence == RECORDS + 2


def test_verification_holds_to_one_state_while_another_thread_writes(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        ledger.post_all(payments(1_000, first=1_000))

        def write(done: int) -> None:
            thread = threading.Thread(target=lambda: ledger.post(pay(f"meanwhile/{done}", 1)))
            thread.start()
            thread.join()

        found = ledger.verify(write)
        assert found.differences == ()
        assert found.records == RECORDS + 1_000
        assert store.head().sequence == RECORDS + 1_002
        assert ledger.verify().ok


def test_threads_read_each_through_its_own_connection_and_leave_none_behind(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        results: list[int] = []

        def read() -> None:
            results.extend(store.head().sequence for _ in range(50))

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(results) == {RECORDS}
        assert len(results) == 400
        assert len(store._file._readers) == 0
    with SQLiteStore.open(":memory:") as store:  # one connection for everybody
        Ledger(store, HandClock()).post_all(beginning())
        threads = [threading.Thread(target=lambda: results.append(store.head().sequence)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results[400:] == [6] * 8


def test_a_listing_that_was_left_does_not_hold_on_to_an_old_state(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        for listing in (
            store.rows(),
            store.all_holdings(),
            store.balances(),
            store.blocks(),
            store.mentions(),
        ):
            next(iter(listing))
        with SQLiteStore.open(path, readonly=True) as other:
            next(iter(other.rows()))
            ledger.post(pay("more", 1))
            assert store.head() == other.head()
            assert store.head().sequence == RECORDS + 1


def test_a_closed_store_says_so(path: Path) -> None:
    store = SQLiteStore.open(path)
    ledger = Ledger(store, HandClock())
    store.close()
    store.close()
    for ask in (
        store.head,
        lambda: list(store.rows()),
        lambda: ledger.post(pay("more", 1)),
        ledger.balances,
        lambda: list(store.faults()),
    ):
        assert code_of(ask) == "closed"


def test_entries_that_leave_every_balance_where_it_was_are_kept(path: Path) -> None:
    """A group that pays to and back changes no holding, and yet it happened."""
    with SQLiteStore.open(path) as store:
        ledger, before = Ledger(store, HandClock()), len(list(store.entries()))
        receipts = ledger.post_all([pay("to", 5, ANN, BOB), pay("back", 5, BOB, ANN)])
        assert len(list(store.entries())) == before + 4
        paid = ledger.quantity(ANN, CNY) - 5
        assert ledger.quantity(ANN, CNY, at=receipts[0].recorded_at) == paid
        assert ledger.verify().ok


# ------------------------------------------------------------- whole or not at all


def dump(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def a_group() -> list[Command]:
    """List commands that write to every table: accounts, holdings, blocks, holds and their ends."""
    eve = Account(AccountId("EVE"), "holder", may_go_negative=False)
    return [
        OpenAccount(CommandId("open/EVE"), eve, AT),
        pay("new/1", 5, BANK, eve.id),
        Transfer(CommandId("new/2"), [Leg(CEA, 5, ANN, eve.id, serials=Selection.FROM_LEFT)], "gift", AT),
        Statement(CommandId("new/3"), eve.id, "note", {"text": ""}, AT),
        hold("new/4", 5),
        PostHold(CommandId("new/5"), CommandId("hold/open/2"), AT),
        *payments(30, first=500),
    ]


STEPS = {
    "record": "INSERT",
    "holding": "INSERT",
    "entry": "INSERT",
    "mention": "INSERT",
    "account": "INSERT",
    "block": "DELETE",
    "hold": "INSERT",
    "conclusion": "INSERT",
}


def fail_once(store: SQLiteStore, step: str) -> Callable[[], object]:
    """Let the next write fail at a step; return what mends it."""
    with store._file.turn(lambda: None):
        writer = store._file.in_turn()

    def denied(action: int, name: str | None, *_: object) -> int:
        fails = action == sqlite3.SQLITE_TRANSACTION and name == "COMMIT"
        return sqlite3.SQLITE_DENY if fails else sqlite3.SQLITE_OK

    if step == "COMMIT":
        writer.set_authorizer(denied)
        return lambda: writer.set_authorizer(None)
    if step == "full":
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count = {pages}")
        return lambda: writer.execute("PRAGMA max_page_count = 1073741823")
    writer.execute(
        f"CREATE TEMP TRIGGER fails BEFORE {STEPS[step]} ON main.{step} BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    return lambda: writer.execute("DROP TRIGGER fails")


@pytest.mark.parametrize("step", [*STEPS, "COMMIT"])
def test_a_write_that_fails_leaves_nothing_and_the_store_remembers_nothing_of_it(
    path: Path, step: str
) -> None:
    """After the failure the same numbers go to other holdings, and the failed group may come again."""
    before = dump(path)
    frank = Account(AccountId("FRANK"), "holder", may_go_negative=False)
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        ledger.quantity(BOB, CNY)
        state = everything(store)
        mend = fail_once(store, step)
        with pytest.raises(CarbonkitError):
            ledger.post_all(a_group())
        assert everything(store) == state
        assert dump(path) == before
        mend()
        ledger.post(OpenAccount(CommandId("open/FRANK"), frank, AT))
        ledger.post(pay("frank", 9, BANK, frank.id))  # numbered as one of the failed group was
        assert len(ledger.post_all(a_group())) == len(a_group())
        assert ledger.quantity(frank.id, CNY) == 9
        assert ledger.quantity(AccountId("EVE"), CNY) == 5
        assert ledger.verify().differences == ()
    assert differences(path) == ()


def test_a_full_disk_refuses_and_when_there_is_room_again_posting_goes_on(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        state, mend, many = everything(store), fail_once(store, "full"), list(payments(2_000, first=5_000))
        assert code_of(lambda: ledger.post_all(many)) == "disk_full"
        assert everything(store) == state
        mend()
        assert len(ledger.post_all(many)) == 2_000
        assert ledger.verify().ok


def test_any_exception_in_the_middle_of_a_write_leaves_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(path)
    with SQLiteStore.open(path) as store:
        ledger, state, real = Ledger(store, HandClock()), everything(store), insert

        def interrupted(*arguments: object) -> object:
            real(*arguments)  # type: ignore[arg-type]
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("carbonkit.storage.sqlite.insert", interrupted)
            with pytest.raises(KeyboardInterrupt):
                ledger.post_all(a_group())
        assert everything(store) == state
        assert dump(path) == before
        ledger.post_all(a_group())
        assert ledger.verify().ok


def test_a_commit_that_succeeds_and_is_interrupted_then_is_recognised(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the store remembers must not be older than what the file says."""
    with SQLiteStore.open(path) as store:
        ledger, real = Ledger(store, HandClock()), insert
        ledger.post(pay("before", 1))

        def committed(*arguments: object) -> object:
            real(*arguments)  # type: ignore[arg-type]
            arguments[0].execute("COMMIT")  # type: ignore[attr-defined]
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("carbonkit.storage.sqlite.insert", committed)
            with pytest.raises(KeyboardInterrupt):
                ledger.post_all(a_group())
        assert all(receipt.repeated for receipt in ledger.post_all(a_group()))
        ledger.post_all(payments(30, first=900))
        assert ledger.verify().differences == ()


def test_an_edit_by_another_connection_is_not_overlooked_by_what_the_store_remembers(path: Path) -> None:
    """A balance is edited by hand while the store is open: it reads what is there, not what it knew."""
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        for number in range(3):  # until it remembers
            ledger.post(pay(f"before/{number}", 1, ANN, BOB))
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("UPDATE holding SET quantity = 3 WHERE account = 'BOB' AND asset = 'CNY'")
        assert code_of(lambda: ledger.post(pay("after", 4, BOB, ANN))) == "overdraft"


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [
        (sqlite3.SQLITE_BUSY, BusyError, "busy"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, BusyError, "busy"),
        (sqlite3.SQLITE_LOCKED, BusyError, "busy"),
        (sqlite3.SQLITE_FULL, StorageError, "disk_full"),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageError, "storage"),
        (sqlite3.SQLITE_IOERR_WRITE, StorageError, "storage"),
        (sqlite3.SQLITE_CANTOPEN, StorageError, "storage"),
        (sqlite3.SQLITE_READONLY, StorageError, "storage"),
        (sqlite3.SQLITE_PERM, StorageError, "storage"),
        (sqlite3.SQLITE_CORRUPT, IntegrityError, "integrity"),
        (sqlite3.SQLITE_NOTADB, IntegrityError, "integrity"),
        (sqlite3.SQLITE_CONSTRAINT, IntegrityError, "integrity"),
    ],
)
def test_what_sqlite_says_is_said_in_our_words(number: int, error: type[CarbonkitError], code: str) -> None:
    their = sqlite3.OperationalError("what happened")
    their.sqlite_errorcode = number
    with pytest.raises(error, match="what happened") as caught, ours():
        raise their
    assert (type(caught.value), caught.value.code, caught.value.__cause__) == (error, code, their)


class _Stubborn(sqlite3.Connection):
    """A connection to a disk that takes no write-ahead log: SQLite then stays in the old mode silently."""

    def execute(self, sql: str, values: tuple[str, ...] = (), /) -> sqlite3.Cursor:  # type: ignore[override]
        return super().execute("PRAGMA journal_mode" if "journal_mode = WAL" in sql else sql, values)


def test_a_disk_that_takes_no_write_ahead_log_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: real(*given, **named, factory=_Stubborn))
    with pytest.raises(
        StorageError, match="be on a disk that takes a write-ahead log, was journal mode delete"
    ):
        SQLiteStore.open(path)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_storage_error(path: Path) -> None:
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        assert code_of(lambda: SQLiteStore.open(path)) == "storage"
        assert code_of(lambda: SQLiteStore.open(path.with_name("new.db"))) == "storage"
    finally:
        path.parent.chmod(0o700)
        path.chmod(0o600)
    assert differences(path) == ()


def test_a_file_that_grows_beyond_what_the_system_allows_is_a_storage_error(path: Path) -> None:
    """A quota: the operating system refuses the bytes, not SQLite."""
    script = """
import resource, signal, sys
from carbonkit.errors import StorageError
from carbonkit.ledger import Ledger
from carbonkit.storage import SQLiteStore
from tests.sample_ledger import HandClock, payments
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with SQLiteStore.open(sys.argv[1]) as store:
    ledger = Ledger(store, HandClock())
    ledger.post_all(payments(5, first=5_000))
    before = store.head()
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    try:
        ledger.post_all(payments(5_000, first=6_000))
    except StorageError as error:
        print(error.code, store.head() == before, ledger.verify().ok, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(len(ledger.post_all(payments(5_000, first=6_000))), ledger.verify().ok, flush=True)
"""
    pytest.importorskip("resource", reason="POSIX only")
    with running(script, path) as process:
        assert said(process) in {"disk_full True True", "storage True True"}
        assert said(process) == "5000 True"


# --------------------------------------------------------------- how much is read

SCANS_ALLOWED = {
    # The newest record is where the table ends: one step, whatever its size.
    "SELECT sequence, recorded_at, leaf FROM record ORDER BY sequence DESC LIMIT 1": {"SCAN record"},
}


def looked_up(ledger: Ledger, first: int) -> None:
    """Do what a busy ledger does all day."""
    moment = microseconds(AT) + 20
    store = ledger.store
    ledger.post(pay(f"single/{first}", 1, ANN, BOB))
    ledger.post_all([sell(f"trade/{first}", 1), *payments(30, first=first)])
    ledger.post_each([hold(f"held/{first}", 3), pay(f"no/{first}", 10**15, ANN, BOB)])
    ledger.post(PostHold(CommandId(f"end/{first}"), CommandId(f"held/{first}"), AT))
    ledger.record(CommandId("pay/ann"))
    ledger.quantity(ANN, CNY)
    ledger.quantity(ANN, CNY, at=AT)
    ledger.serials(ANN, CEA)
    ledger.balances(ANN)
    list(ledger.records_about(BOB))
    ledger.inclusion(CommandId("pay/ann"))
    store.quantity_at(Holding(ANN, CNY, Bucket.TRADABLE.value), moment)
    store.block_over(CEA, SerialRange(50, 60))
    store.last_serial(CEA)
    store.overdue(moment)
    store.concluded_by(5)
    store.row_at(5)


def test_no_look_up_reads_a_table_from_end_to_end(path: Path) -> None:
    """Every statement that a day's work runs is explained by SQLite itself."""
    run: set[str] = set()
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        for connection in (store._file._reader(), store._file._writer):
            assert connection is not None
            connection.set_trace_callback(run.add)
        looked_up(ledger, 700)
    asked = {sql for sql in run if re.match(r"\s*(SELECT|UPDATE|DELETE)", sql)}
    assert len(asked) > 30
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for sql in asked:
            steps = {step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")}
            scans = {
                step for step in steps if re.match(r"SCAN (?!wanted|json_each|CONSTANT)", step)
            } - SCANS_ALLOWED.get(sql, set())
            assert not scans, sql
            assert "AUTOMATIC" not in " ".join(steps), sql


def test_a_day_s_work_takes_no_more_steps_in_a_long_ledger_than_in_a_short_one(tmp_path: Path) -> None:
    """Count the steps of SQLite's machine, so that no machine's speed matters."""

    def steps(records: int) -> int:
        counted, clock = 0, HandClock()

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        with SQLiteStore.open(tmp_path / f"{records}.db") as store:
            ledger = Ledger(store, clock)
            ledger.post_all(one_of_everything())
            accounts = [
                Account(AccountId(f"EVE-{n}"), "holder", may_go_negative=False) for n in range(records)
            ]
            ledger.post_all(OpenAccount(CommandId(f"open/{each.id}"), each, AT) for each in accounts)
            ledger.post_all(pay(f"fund/{each.id}", 5, BANK, each.id) for each in accounts)
            ledger.post_all(pay(f"more/{n}", 5) for n in range(records))
            for connection in (store._file._reader(), store._file._writer):
                assert connection is not None
                connection.set_progress_handler(count, 1)
            ledger.post(pay("single", 1, ANN, BOB))
            ledger.post(sell("sold", 1))
            ledger.quantity(ANN, CNY)
            ledger.quantity(BANK, CNY, at=AT)
            ledger.balances(BOB)
            ledger.inclusion(CommandId("pay/ann"))
        return counted

    short, long = steps(600), steps(6_000)
    assert long < short * 2
