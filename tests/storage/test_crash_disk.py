"""The disk that loses its power keeps what SQLite relies on, and loses what it may: shown on plain SQL."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.crash_disk import SECTOR, Connection, CrashDisk, Operation, What, connect, cut_points

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.whole

CUTS = 100
SLOW_CUTS = 2_000
GROUPS = 25
ROWS = 3  # of a group: one transaction
BODY = "carbon" * 100  # a group touches several pages
TABLE = (
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, part INTEGER NOT NULL, body TEXT NOT NULL) STRICT;"
    "CREATE INDEX entry_body ON entry (body)"
)

SAFE = [("WAL", "FULL"), ("DELETE", "FULL"), ("TRUNCATE", "FULL"), ("PERSIST", "FULL")]
UNSAFE = [("WAL", "OFF"), ("DELETE", "OFF"), ("TRUNCATE", "OFF")]

Acknowledged = list[tuple[int, int]]  # the disk's operations when a group was acknowledged, and the group


@pytest.fixture
def disk() -> Iterator[CrashDisk]:
    with CrashDisk() as disk:
        yield disk


def opened(disk: CrashDisk, mode: str = "WAL", synchronous: str = "FULL") -> Connection:
    connection = connect(disk, "entries.db")
    assert connection.execute(f"PRAGMA journal_mode = {mode}").fetchall() == [(mode.lower(),)]
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA wal_autocheckpoint = 20").fetchall()  # pages: many checkpoints in a short run
    return connection


def post(connection: Connection, group: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO entry (part, body) VALUES (?, ?)",
        [(group, f"{(group * ROWS + row) * 7919 % 1000:04}{BODY}") for row in range(ROWS)],
    )
    connection.execute("COMMIT")


def run(disk: CrashDisk, mode: str, synchronous: str) -> Acknowledged:
    """Post groups until all are in or the disk fails, and say which were acknowledged, and when."""
    acknowledged: Acknowledged = []
    with contextlib.suppress(sqlite3.OperationalError):
        connection = opened(disk, mode, synchronous)
        with contextlib.closing(connection), contextlib.suppress(sqlite3.OperationalError):
            connection.executescript(TABLE)
            for group in range(GROUPS):
                post(connection, group)
                acknowledged.append((disk.operations, group))
    return acknowledged


def groups_of(connection: Connection | sqlite3.Connection) -> dict[int, int]:
    tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'entry'").fetchone()
    return (
        dict(connection.execute("SELECT part, count(*) FROM entry GROUP BY part")) if tables == (1,) else {}
    )


def verdict(disk: CrashDisk, acknowledged: set[int]) -> str:
    """Open what survived and say how it stands."""
    with contextlib.closing(connect(disk, "entries.db")) as connection:
        try:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return "corrupt"
            found = groups_of(connection)
        except sqlite3.DatabaseError:
            return "corrupt"
    if set(found.values()) - {ROWS}:
        return "torn"
    return "lost" if acknowledged - set(found) else "whole"


def verdicts(mode: str, synchronous: str, cuts: int, *, deletes_linger: bool = False) -> Counter[str]:
    """Cut one run at so many of its operations, and count how the survivors stand."""
    counted: Counter[str] = Counter()
    with CrashDisk(deletes_linger=deletes_linger) as disk:
        acknowledged = run(disk, mode, synchronous)
        assert len(acknowledged) == GROUPS
        for seed, at in enumerate(cut_points(disk.operations, cuts)):
            with disk.restart(seed, at) as after:
                counted[verdict(after, {group for done, group in acknowledged if done < at})] += 1
    return counted


# ------------------------------------------------------------------- SQLite's promises


@pytest.mark.parametrize(("mode", "synchronous"), SAFE)
def test_full_synchronous_loses_nothing_wherever_the_power_is_cut(mode: str, synchronous: str) -> None:
    assert verdicts(mode, synchronous, CUTS) == {"whole": CUTS}


@pytest.mark.parametrize(("mode", "synchronous"), UNSAFE)
def test_without_syncs_a_cut_corrupts_the_file(mode: str, synchronous: str) -> None:
    assert verdicts(mode, synchronous, CUTS)["corrupt"] > CUTS // 10


def test_a_normal_write_ahead_log_loses_acknowledged_rows_and_no_more() -> None:
    found = verdicts("WAL", "NORMAL", CUTS)
    assert found["lost"] > CUTS // 10
    assert set(found) == {"lost", "whole"}


def test_a_rollback_journal_that_comes_back_undoes_a_commit_unless_synchronous_is_extra() -> None:
    found = verdicts("DELETE", "FULL", CUTS, deletes_linger=True)
    assert found["lost"] > CUTS // 10
    assert set(found) == {"lost", "whole"}
    assert verdicts("DELETE", "EXTRA", CUTS, deletes_linger=True) == {"whole": CUTS}


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "synchronous"), SAFE)
def test_full_synchronous_loses_nothing_in_thousands_of_cuts(mode: str, synchronous: str) -> None:
    assert verdicts(mode, synchronous, SLOW_CUTS) == {"whole": SLOW_CUTS}


# ------------------------------------------------------------------ cuts while it runs


def cut_live(mode: str, at: int, seed: int) -> str:
    with CrashDisk() as disk:
        disk.cut(at)
        acknowledged = {group for _, group in run(disk, mode, "FULL")}
        assert not disk.powered
        assert disk.operations == at
        with disk.restart(seed) as after:
            return verdict(after, acknowledged)


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_run_that_meets_the_cut_has_acknowledged_nothing_that_is_lost(mode: str) -> None:
    with CrashDisk() as dry:
        run(dry, mode, "FULL")
        points = cut_points(dry.operations, CUTS // 2)
    assert Counter(cut_live(mode, at, seed) for seed, at in enumerate(points)) == {"whole": CUTS // 2}


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_second_cut_during_recovery_loses_nothing_either(mode: str) -> None:
    recovered = 0
    with CrashDisk() as disk:
        acknowledged = run(disk, mode, "FULL")
        for seed, at in enumerate(cut_points(disk.operations, CUTS // 8, after=disk.operations // 2)):
            done = {group for operations, group in acknowledged if operations < at}
            with disk.restart(seed, at) as first:
                verdict(first, done)  # recovers, and checkpoints when it closes
                recovered += first.operations
                for again in range(1, first.operations + 1):
                    with first.restart(seed, again) as second:
                        assert verdict(second, done) == "whole"
    assert recovered > CUTS // 8


def test_after_the_cut_the_disk_answers_nothing(disk: CrashDisk) -> None:
    with contextlib.closing(opened(disk)) as connection:
        connection.executescript(TABLE)
        connection.execute("PRAGMA cache_size = 0")
        disk.cut(disk.operations + 1)
        with pytest.raises(sqlite3.OperationalError, match="SQLITE_IOERR_WRITE on the crash disk") as caught:
            post(connection, 0)
        assert caught.value.sqlite_errorname == "SQLITE_IOERR_WRITE"
        for sql in ("INSERT INTO entry VALUES (1, 1, '')", "SELECT * FROM entry"):
            with pytest.raises(sqlite3.OperationalError):
                connection.execute(sql)
        with pytest.raises(sqlite3.OperationalError):
            connect(disk, "entries.db").execute("SELECT * FROM sqlite_schema")


def test_what_survives_is_real_files_for_the_standard_library(disk: CrashDisk) -> None:
    acknowledged = run(disk, "WAL", "FULL")
    at, group = acknowledged[-1]
    with disk.restart(1, at + 1) as after:
        assert {"entries.db", "entries.db-wal"} <= {path.name for path in after.folder.iterdir()}
        assert after.path("entries.db-wal").stat().st_size > 0
        with contextlib.closing(sqlite3.connect(after.path("entries.db"))) as connection:
            assert groups_of(connection) == dict.fromkeys(range(group + 1), ROWS)


# ----------------------------------------------------------- syncs that fail, full disks


def refusal(connection: Connection, group: int) -> str | None:
    """Post a group; if that fails, roll back and return the error's name."""
    try:
        post(connection, group)
    except sqlite3.OperationalError as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return error.sqlite_errorname
    return None


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_commit_whose_sync_fails_is_not_acknowledged_and_harms_no_other(mode: str) -> None:
    with CrashDisk() as dry:
        acknowledged = run(dry, mode, "FULL")
    refused: list[str] = []
    start, end = acknowledged[0][0], acknowledged[-1][0]
    for seed, at in enumerate(range(start, end, (end - start) // 16)):
        with CrashDisk() as disk, contextlib.closing(opened(disk, mode)) as connection:
            disk.fail_sync(at)
            connection.executescript(TABLE)
            answers = {group: refusal(connection, group) for group in range(GROUPS)}
            assert [operation.what for operation in disk.journal].count(What.FAILED_SYNC) == 1
            good = {group for group, answer in answers.items() if answer is None}
            refused.extend(answer for answer in answers.values() if answer is not None)
            assert groups_of(connection) == dict.fromkeys(good, ROWS)
            with disk.restart(seed) as after:
                assert verdict(after, good) == "whole"
    assert len(refused) >= 5
    assert set(refused) == {"SQLITE_IOERR_FSYNC"}


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_full_disk_refuses_and_leaves_the_old_state_readable(disk: CrashDisk, mode: str) -> None:
    with contextlib.closing(opened(disk, mode)) as connection:
        connection.executescript(TABLE)
        post(connection, 0)
        disk.fill(at=disk.operations + 2)
        # a log that begins anew has room for a while
        refused = next(group for group in range(1, 50) if refusal(connection, group) == "SQLITE_FULL")
        assert groups_of(connection) == dict.fromkeys(range(refused), ROWS)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        disk.make_room()
        post(connection, refused)
        assert len(groups_of(connection)) == refused + 1
    with disk.restart(3) as after:
        assert verdict(after, set(range(refused + 1))) == "whole"


def test_a_disk_holds_so_many_bytes_and_not_one_more(disk: CrashDisk) -> None:
    disk.fill(size=1_000)
    disk.create("a")
    disk.admit(Operation(What.WRITE, "a", 0, bytes(600)))
    disk.create("b")
    disk.admit(Operation(What.WRITE, "b", 0, bytes(400)))
    disk.admit(Operation(What.WRITE, "a", 100, bytes(500)))  # in place
    with pytest.raises(Exception, match="SQLITE_FULL"):
        disk.admit(Operation(What.WRITE, "a", 600, b"1"))
    disk.admit(Operation(What.TRUNCATE, "a", 599))
    disk.admit(Operation(What.WRITE, "b", 400, b"1"))
    with pytest.raises(ValueError, match="either"):
        disk.fill(at=50, size=50)


# ---------------------------------------------------------------- the rules of the model


def survivors(disk: CrashDisk, name: str = "a", at: int | None = None) -> set[bytes | None]:
    """Return every content that 200 seeds give a file; None where it is not there."""
    return {disk.survivors(seed, at).get(name) for seed in range(200)}


def letters(*contents: str) -> bytes:
    return b"".join(letter.encode() * SECTOR for letter in contents)


@pytest.fixture
def abc() -> Iterator[CrashDisk]:
    with CrashDisk({"a": letters("a", "b", "c")}) as disk:
        yield disk


def test_what_was_synced_stays(abc: CrashDisk) -> None:
    assert survivors(abc) == {letters("a", "b", "c")}
    abc.admit(Operation(What.WRITE, "a", SECTOR, letters("x")))
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc) == {letters("a", "x", "c")}


def test_a_write_is_torn_between_its_sectors_and_at_no_other_place(abc: CrashDisk) -> None:
    abc.admit(Operation(What.WRITE, "a", SECTOR // 2, letters("x")))
    half, head = SECTOR // 2, letters("a")[: SECTOR // 2]
    first = {letters("a"), head + b"x" * half}
    second = {letters("b"), b"x" * half + b"b" * half}
    assert survivors(abc) == {one + two + letters("c") for one in first for two in second}


def test_each_sector_comes_back_as_any_of_its_versions(abc: CrashDisk) -> None:
    for letter in "xyz":
        abc.admit(Operation(What.WRITE, "a", 0, letters(letter)))
    assert survivors(abc) == {letters(letter, "b", "c") for letter in "axyz"}
    assert survivors(abc, at=2) == {letters(letter, "b", "c") for letter in "axy"}


def test_a_sync_within_which_the_power_goes_promises_nothing(abc: CrashDisk) -> None:
    abc.admit(Operation(What.WRITE, "a", 0, letters("x")))
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc, at=2) == {letters("a", "b", "c"), letters("x", "b", "c")}
    assert survivors(abc) == {letters("x", "b", "c")}


def test_a_file_may_have_grown_though_its_content_is_lost(abc: CrashDisk) -> None:
    abc.admit(Operation(What.WRITE, "a", 3 * SECTOR, letters("x")))
    found = survivors(abc)
    whole = letters("a", "b", "c")
    assert {whole, whole + letters("x"), whole + letters("\0")} < found
    assert {len(content or b"") for content in found} == {3 * SECTOR, 4 * SECTOR}
    assert all(content is not None and content.startswith(whole) for content in found)


def test_truncations_come_back_in_order_and_take_later_writes_with_them(abc: CrashDisk) -> None:
    abc.admit(Operation(What.TRUNCATE, "a", 2 * SECTOR))
    abc.admit(Operation(What.TRUNCATE, "a", SECTOR))
    abc.admit(Operation(What.WRITE, "a", SECTOR, letters("x")))
    old, shorter, short = letters("a", "b", "c"), letters("a", "b"), letters("a")
    found = survivors(abc)
    assert {old, shorter, short, letters("a", "x")} < found
    assert letters("a", "x", "c") not in found
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc) == {letters("a", "x")}


def test_a_sync_keeps_what_a_truncation_left(abc: CrashDisk) -> None:
    abc.admit(Operation(What.TRUNCATE, "a", 0))
    abc.admit(Operation(What.WRITE, "a", 2 * SECTOR, letters("x")))
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc) == {letters("\0", "\0", "x")}


def test_what_a_failed_sync_left_is_saved_by_writing_it_again_and_not_by_a_later_sync(
    abc: CrashDisk,
) -> None:
    abc.fail_sync(at=3)
    abc.admit(Operation(What.WRITE, "a", 0, letters("x")))
    abc.admit(Operation(What.WRITE, "a", SECTOR, letters("y")))
    with pytest.raises(Exception, match="SQLITE_IOERR_FSYNC"):
        abc.admit(Operation(What.SYNC, "a"))
    abc.admit(Operation(What.WRITE, "a", SECTOR, letters("z")))
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc) == {letters("a", "z", "c"), letters("x", "z", "c")}
    abc.admit(Operation(What.WRITE, "a", 0, letters("w")))
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc) == {letters("w", "z", "c")}


def test_a_truncation_ends_the_doubt_about_what_it_takes_away(abc: CrashDisk) -> None:
    abc.fail_sync(at=2)
    abc.admit(Operation(What.WRITE, "a", SECTOR, letters("x")))
    with pytest.raises(Exception, match="SQLITE_IOERR_FSYNC"):
        abc.admit(Operation(What.SYNC, "a"))
    abc.admit(Operation(What.TRUNCATE, "a", SECTOR))
    abc.admit(Operation(What.WRITE, "a", 2 * SECTOR, letters("y")))
    abc.admit(Operation(What.SYNC, "a"))
    assert survivors(abc) == {letters("a", "\0", "y")}


def test_a_truncation_within_a_sector_cuts_its_versions_and_drops_the_later_sectors(abc: CrashDisk) -> None:
    size = 2 * SECTOR + SECTOR // 2
    abc.admit(Operation(What.WRITE, "a", 2 * SECTOR, letters("x", "y")))
    abc.admit(Operation(What.TRUNCATE, "a", size))
    found = survivors(abc)
    assert {letters("a", "b", last)[:size] for last in "cx"} < found
    assert {len(content or b"") for content in found} == {size, 3 * SECTOR, 4 * SECTOR}


def test_a_new_file_is_there_for_sure_once_it_is_synced(disk: CrashDisk) -> None:
    disk.create("a")
    assert survivors(disk) == {None, b""}
    disk.admit(Operation(What.SYNC, "a"))
    assert survivors(disk) == {b""}


def test_a_deleted_file_is_gone_once_the_delete_is_done(abc: CrashDisk) -> None:
    abc.admit(Operation(What.DELETE, "a"))
    assert survivors(abc) == {None}
    assert survivors(abc, at=1) == {None, letters("a", "b", "c")}


@pytest.mark.parametrize("folder_synced_by", ["delete", "new file"])
def test_a_deleted_file_lingers_until_its_folder_is_synced(folder_synced_by: str) -> None:
    with CrashDisk({"a": b"1", "b": b"2"}, deletes_linger=True) as disk:
        disk.admit(Operation(What.DELETE, "a"))
        assert survivors(disk) == {None, b"1"}
        if folder_synced_by == "delete":
            disk.admit(Operation(What.DELETE, "b", folder=True))
        else:
            disk.create("c")
            assert survivors(disk) == {None, b"1"}
            disk.admit(Operation(What.SYNC, "c"))
        assert survivors(disk) == {None}


def test_the_same_seed_gives_the_same_files_in_whatever_order_cuts_are_asked_for(disk: CrashDisk) -> None:
    run(disk, "WAL", "FULL")
    points = cut_points(disk.operations, 20)
    upward = [disk.survivors(seed=at, at=at) for at in points]
    downward = [disk.survivors(seed=at, at=at) for at in reversed(points)]
    assert upward == downward[::-1]
    assert disk.survivors(1, points[10]) != disk.survivors(2, points[10])


def test_cuts_are_spread_evenly_over_a_run() -> None:
    assert cut_points(10, 5) == [1, 3, 5, 7, 9]
    assert cut_points(3, 6) == [1, 1, 2, 2, 3, 3]
    assert cut_points(12, 2, after=10) == [11, 12]


@pytest.mark.parametrize("at", [0, 3])
def test_a_cut_falls_within_an_operation_of_the_run(abc: CrashDisk, at: int) -> None:
    for _ in range(2):
        abc.admit(Operation(What.SYNC, "a"))
    with pytest.raises(ValueError, match="from 1 to 2"):
        abc.survivors(1, at)


def test_a_fault_is_set_for_an_operation_to_come(abc: CrashDisk) -> None:
    abc.admit(Operation(What.SYNC, "a"))
    for fault in (abc.cut, abc.fail_sync):
        with pytest.raises(ValueError, match="must be after operation 1, was 1"):
            fault(1)
    with pytest.raises(ValueError, match="must be after operation 1, was 1"):
        abc.fill(at=1)


# ---------------------------------------------------------------------- the connection


def test_the_connection_answers_as_the_standard_library_does(disk: CrashDisk) -> None:
    ours, theirs = connect(disk, "ours.db"), sqlite3.connect(":memory:", isolation_level=None)
    with contextlib.closing(ours), contextlib.closing(theirs):
        for connection in (ours, theirs):
            connection.executescript(TABLE)
            many = "INSERT INTO entry (part, body) VALUES (?, ?)"
            assert connection.executemany(many, [(1, "a"), (2, "b"), (2, "c")]).rowcount == 3
            in_transaction = [connection.in_transaction]
            connection.execute("BEGIN")
            assert [*in_transaction, connection.in_transaction] == [False, True]
            update = "UPDATE entry SET part = 3 WHERE part = :part"
            assert connection.execute(update, {"part": 2}).rowcount == 2
            assert connection.execute(update, {"part": 2}).rowcount == 0
            connection.execute("COMMIT")
            assert connection.total_changes == 5
            cursor = connection.execute("SELECT id, part FROM entry ORDER BY id")
            assert cursor.rowcount == -1
            assert cursor.fetchone() == (1, 1)
            assert cursor.fetchmany(1) == [(2, 3)]
            assert list(cursor) == [(3, 3)]
            assert cursor.fetchone() is None
            assert cursor.fetchall() == []
            connection.execute("BEGIN")
            connection.execute("DELETE FROM entry")
            connection.executescript("BEGIN; DELETE FROM entry; ROLLBACK")  # commits what was in hand
            assert connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)


@pytest.mark.parametrize(
    "sql",
    [
        "SELEKT",
        "SELECT * FROM nothing",
        "INSERT INTO entry VALUES (1, 1, 'again')",
        "INSERT INTO entry VALUES (2, NULL, 'x')",
        "SELECT abs(-9223372036854775808)",
        "COMMIT",
    ],
)
def test_an_error_is_the_standard_library_s_own(disk: CrashDisk, sql: str) -> None:
    ours, theirs = connect(disk, "ours.db"), sqlite3.connect(":memory:", isolation_level=None)
    with contextlib.closing(ours), contextlib.closing(theirs):
        caught = []
        for connection in (ours, theirs):
            connection.executescript(TABLE)
            connection.execute("INSERT INTO entry VALUES (1, 1, 'x')")
            with pytest.raises(sqlite3.Error) as error:
                connection.execute(sql).fetchall()
            value = error.value
            caught.append((type(value), value.sqlite_errorcode, value.sqlite_errorname))
        assert caught[0] == caught[1]


@pytest.mark.parametrize(
    ("setting", "checkpoints"),
    [
        ("PRAGMA cache_size = 100", False),
        ("PRAGMA wal_autocheckpoint = 0", False),
        ("PRAGMA wal_autocheckpoint(4)", True),
        ("BEGIN; COMMIT; pragma wal_autocheckpoint = 4;", True),
    ],
)
def test_the_log_is_checkpointed_after_the_pages_asked_for(
    disk: CrashDisk, setting: str, *, checkpoints: bool
) -> None:
    with contextlib.closing(connect(disk, "entries.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(TABLE)
        connection.executescript(setting)
        start = disk.operations
        post(connection, 0)
        written = {operation.name for operation in disk.journal[start:]}
        assert written == ({"entries.db", "entries.db-wal"} if checkpoints else {"entries.db-wal"})


def test_the_log_is_checkpointed_after_a_thousand_pages_if_nothing_else_is_said(disk: CrashDisk) -> None:
    with contextlib.closing(connect(disk, "entries.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE blob (content BLOB)")
        start = disk.operations
        connection.execute("INSERT INTO blob VALUES (zeroblob(4096 * 900))")
        assert {operation.name for operation in disk.journal[start:]} == {"entries.db-wal"}
        connection.execute("INSERT INTO blob VALUES (zeroblob(4096 * 200))")
        assert {operation.name for operation in disk.journal[start:]} == {"entries.db", "entries.db-wal"}


def test_a_closed_connection_says_so_as_the_standard_library_does(disk: CrashDisk) -> None:
    connection = connect(disk, "entries.db")
    connection.close()
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        assert connection.in_transaction


def test_a_statement_is_interrupted_from_another_thread(disk: CrashDisk) -> None:
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with contextlib.closing(connect(disk, "entries.db")) as connection:
        done = threading.Event()

        def interrupt() -> None:
            while not done.wait(timeout=1 / 50):
                connection.interrupt()

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute(endless).fetchall()
        done.set()
        thread.join()
        assert caught.value.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT


def test_readers_see_the_commits_of_a_writer_in_another_thread(disk: CrashDisk) -> None:
    with contextlib.closing(opened(disk)) as writer:
        writer.executescript(TABLE)
        address = f"file:{disk.path('entries.db')}?mode=ro"
        with contextlib.closing(connect(disk, address, uri=True)) as reader:

            def write() -> None:
                for group in range(GROUPS):
                    post(writer, group)

            thread = threading.Thread(target=write)
            thread.start()
            seen = 0
            while thread.is_alive():
                found = groups_of(reader)
                assert found == dict.fromkeys(range(len(found)), ROWS)
                assert len(found) >= seen
                seen = len(found)
            thread.join()
            assert groups_of(reader) == dict.fromkeys(range(GROUPS), ROWS)
            with pytest.raises(sqlite3.OperationalError) as caught:
                reader.execute("DELETE FROM entry")
            assert caught.value.sqlite_errorcode == sqlite3.SQLITE_READONLY


def test_a_locked_file_is_busy(disk: CrashDisk) -> None:
    with contextlib.closing(opened(disk)) as first:
        first.execute("BEGIN IMMEDIATE")
        with (
            contextlib.closing(connect(disk, "entries.db", busy_milliseconds=1)) as second,
            pytest.raises(sqlite3.OperationalError) as caught,
        ):
            second.execute("BEGIN IMMEDIATE")
        assert caught.value.sqlite_errorcode == sqlite3.SQLITE_BUSY


def test_a_disk_serves_the_files_of_its_folder_only(disk: CrashDisk, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.db"
    with pytest.raises(ValueError, match="must be a file of the disk"):
        connect(disk, outside)
    with pytest.raises(sqlite3.OperationalError) as caught:
        connect(disk, f"file:{outside}", uri=True)
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_CANTOPEN
    assert not outside.exists()


def test_a_temporary_file_is_none_of_the_disk_s(disk: CrashDisk) -> None:
    with contextlib.closing(connect(disk, "entries.db")) as connection:
        before = disk.operations
        connection.executescript(
            "PRAGMA temp_store = FILE; PRAGMA temp.cache_size = 1; CREATE TEMP TABLE t (x)"
        )
        connection.executemany("INSERT INTO t VALUES (?)", [(BODY,) for _ in range(100)])
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (100,)
        assert disk.operations == before


def test_a_closed_disk_leaves_nothing_behind() -> None:
    with CrashDisk() as disk:
        connect(disk, "entries.db").close()
    gc.collect()
    assert not disk.folder.exists()
    with pytest.raises(sqlite3.Error):
        connect(disk, "entries.db")


def test_a_fault_of_the_disk_s_own_is_not_hidden() -> None:
    disk = CrashDisk()
    disk.note(ZeroDivisionError("a slip"))
    with pytest.raises(BaseExceptionGroup, match="the disk itself went wrong"):
        disk.close()
    assert not disk.folder.exists()
