"""
A ledger file that somebody edits by hand, who knows SQLite well: every edit of every table is found.

Against whoever can rewrite the whole file only a checkpoint helps that was kept outside; the tests show
both, what is found without one and what only with one.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.ledger import Bucket, Checkpoint, CommandId, Holding, Ledger, leaf_hash
from carbonkit.ledger.journal import body_of, record_of
from carbonkit.ledger.row import command_of, movements_of
from carbonkit.storage import SQLiteStore
from carbonkit.storage._sqlite_recent import ENTRY_BYTES, MOST, entries_in
from carbonkit.storage._sqlite_recent import packed as pack
from tests.sample_ledger import (
    ANN,
    AT,
    BANK,
    BOB,
    CEA,
    CNY,
    EXPIRED,
    HandClock,
    fill,
    one_of_everything,
    pay,
    payments,
)
from tests.tampered import tampered_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from carbonkit.ledger import Command

SEED = 20210716
PAYMENTS = 260  # so that there is a tree node
ROWS = 2  # of a column, beside the first of each kind of record
VALUES = 2  # for each of those rows, beside those made by hand
TABLES = {"record", "account", "asset", "holding", "entry", "mention", "block", "hold", "conclusion", "node"}

Row = dict[str, Any]


@attrs.frozen
class Sample:
    content: bytes
    checkpoint: Checkpoint


def made(path: Path, payments: int = PAYMENTS) -> Checkpoint:
    clock = HandClock()
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, clock)
        fill(ledger, clock, payments)
        return ledger.checkpoint()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    path = tmp_path_factory.mktemp("sample") / "ledger.db"
    checkpoint = made(path)
    return Sample(path.read_bytes(), checkpoint)


@pytest.fixture
def path(tmp_path: Path, sample: Sample) -> Path:
    path = tmp_path / "ledger.db"
    path.write_bytes(sample.content)
    return path


@contextlib.contextmanager
def unguarded(path: Path, *, unchecked: bool = False) -> Iterator[sqlite3.Connection]:
    """Edit the file with no guard in the way, and leave the schema as it was."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON" if unchecked else "SELECT 1")
        connection.execute("BEGIN")
        guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)
        connection.execute("COMMIT")
    finally:
        connection.close()


def edit(path: Path, script: str, *values: object) -> int:
    with unguarded(path) as connection:
        return connection.execute(script, values).rowcount


def differences(path: Path, *against: Checkpoint) -> tuple[str, ...]:
    with SQLiteStore.open(path, readonly=True) as store:
        return Ledger(store, HandClock()).verify(against=against).differences


def keys(path: Path) -> dict[str, tuple[str, ...]]:
    """Read every table's key off the file itself, so that no new table is forgotten."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            table: tuple(
                name
                for _, name in sorted(
                    (place, name)
                    for name, place in connection.execute(
                        "SELECT name, pk FROM pragma_table_info(?)", (table,)
                    )
                    if place
                )
            )
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
            ).fetchall()
        }


def rows(path: Path, table: str) -> list[Row]:
    key = ", ".join(keys(path)[table])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"SELECT * FROM {table} ORDER BY {key}")  # noqa: S608  names of this test's own
        return [dict(row) for row in found]


def where(path: Path, table: str, row: Row) -> tuple[str, list[object]]:
    key = keys(path)[table]
    return " AND ".join(f"{column} = ?" for column in key), [row[column] for column in key]


def test_the_sample_holds_one_of_everything(path: Path, sample: Sample) -> None:
    """What the matrix below goes through: no table is empty, no kind of record is missing."""
    assert set(keys(path)) == TABLES
    assert all(rows(path, table) for table in TABLES)
    kinds = {row["kind"] for row in rows(path, "record")}
    assert kinds == {
        "define_asset",
        "open_account",
        "transfer",
        "statement",
        "hold",
        "post_hold",
        "void_hold",
        "expire_hold",
        "reversal",
    }
    assert {row["expires_at"] is None for row in rows(path, "hold")} == {True, False}
    assert differences(path, sample.checkpoint) == ()


def test_the_tools_of_this_test_alone_change_nothing(path: Path, sample: Sample) -> None:
    assert edit(path, "UPDATE holding SET quantity = quantity") > 0
    assert differences(path, sample.checkpoint) == ()


# ------------------------------------------------------------------ every column


def chosen(path: Path, table: str, chance: random.Random) -> list[Row]:
    found = rows(path, table)
    if table == "record":
        first_of_kind = {row["kind"]: row for row in reversed(found)}
        return [*first_of_kind.values(), found[-1], *chance.sample(found, ROWS)]
    return [found[0], found[-1], *chance.sample(found, min(ROWS, len(found)))]


def columns() -> list[str]:
    """List every column of every table of a fresh file."""
    with SQLiteStore.open(":memory:") as store:
        return [
            f"{table}.{column}"
            for table, column in store._file.rows(
                "SELECT tables.name, columns.name FROM sqlite_schema AS tables"
                " JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'",
                (),
            )
        ]


def test_the_matrix_covers_every_column(path: Path) -> None:
    assert len(columns()) == 40
    assert {each.split(".")[0] for each in columns()} == TABLES
    assert set(columns()) == {f"{table}.{column}" for table in keys(path) for column in rows(path, table)[0]}


@pytest.mark.parametrize("cell", columns())
def test_every_column_of_every_table(path: Path, sample: Sample, cell: str) -> None:
    table, column = cell.split(".")
    chance, tried = random.Random(SEED), 0  # noqa: S311  no secret
    everything = [row[column] for row in rows(path, table)]
    for row in chosen(path, table, chance):
        others = chance.sample(everything, min(VALUES, len(everything)))
        condition, key = where(path, table, row)
        for value in tampered_values(column, row[column], others):
            path.write_bytes(sample.content)
            script = f"UPDATE {table} SET {column} = ? WHERE {condition}"  # noqa: S608  names of this test's own
            try:
                assert edit(path, script, value, *key) == 1
            except sqlite3.IntegrityError:  # a check, or a key that is taken
                continue
            tried += 1
            assert differences(path, sample.checkpoint), f"{cell} of {row}: {value!r} is not noticed"
    assert tried >= 3


@pytest.mark.parametrize("table", sorted(TABLES))
def test_rows_taken_out(path: Path, sample: Sample, table: str) -> None:
    for row in chosen(path, table, random.Random(SEED)):  # noqa: S311  no secret
        path.write_bytes(sample.content)
        condition, key = where(path, table, row)
        assert edit(path, f"DELETE FROM {table} WHERE {condition}", *key) == 1  # noqa: S608  names of this test's own
        assert differences(path, sample.checkpoint), f"{row} of {table} is not missed"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_all_rows_taken_out(path: Path, sample: Sample, table: str) -> None:
    assert edit(path, f"DELETE FROM {table}") > 0  # noqa: S608  names of this test's own
    assert differences(path, sample.checkpoint)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_row_put_in_twice(path: Path, sample: Sample, table: str) -> None:
    """Copy a row to a key that is free, before, between and after the others; what is unique gets a mark."""
    found, key, tried = rows(path, table), keys(path)[table], 0
    for row in (found[0], found[-1]):
        for column in key:
            value = row[column]
            for other in [value + 1_000, value - 1, 0, -5] if isinstance(value, int) else [value + "2", "A"]:
                copy: Row = {**row, column: other}
                if table == "record":
                    copy["command_id"] += "/again"
                if table == "holding":
                    copy["account"] = "ANN" if column != "number" else "EVE"
                path.write_bytes(sample.content)
                marks = ", ".join("?" for _ in copy)
                try:
                    edit(path, f"INSERT INTO {table} VALUES ({marks})", *copy.values())  # noqa: S608  the same
                except sqlite3.IntegrityError:
                    continue
                tried += 1
                assert differences(path, sample.checkpoint), f"{copy} is not noticed in {table}"
    assert tried >= 2


def swap(path: Path, table: str, one: Row, two: Row, *, unique: str = "") -> None:
    """Let two rows change places: each keeps its key and gets what the other one says."""
    columns = [
        column for column in one if column not in {*keys(path)[table], "last"}
    ]  # not how long a block is
    settings = ", ".join(f"{column} = ?" for column in columns)
    with unguarded(path) as connection:
        if unique:
            condition, key = where(path, table, one)
            connection.execute(f"UPDATE {table} SET {unique} = 'aside' WHERE {condition}", key)  # noqa: S608  the same
        for here, there in ((two, one), (one, two)):
            condition, key = where(path, table, here)
            connection.execute(
                f"UPDATE {table} SET {settings} WHERE {condition}",  # noqa: S608  names of this test's own
                [*(there[column] for column in columns), *key],
            )


@pytest.mark.parametrize("table", sorted(TABLES - {"mention", "node"}))  # nothing but keys; a single row
def test_two_rows_that_change_places(path: Path, sample: Sample, table: str) -> None:
    tried, found = 0, rows(path, table)
    plain = [column for column in found[0] if column not in {*keys(path)[table], "last"}]
    for one, two in [*[*pairwise(found)][:12], (found[0], found[-1])]:
        if any(one[column] != two[column] for column in plain):
            path.write_bytes(sample.content)
            swap(path, table, one, two, unique={"record": "command_id", "holding": "account"}.get(table, ""))
            tried += 1
            assert differences(path, sample.checkpoint), f"{one} and {two} of {table} may change places"
    assert tried


def ann_s_cash(path: Path) -> tuple[int, bytes]:
    (row,) = (
        row
        for row in rows(path, "holding")
        if (row["account"], row["asset"], row["bucket"]) == ("ANN", "CNY", "tradable")
    )
    assert len(row["recent"]) >= 2 * ENTRY_BYTES
    return row["number"], row["recent"]


@pytest.fixture
def recent(tmp_path: Path) -> tuple[Path, Checkpoint]:
    """Give a ledger in which Ann's cash has both entries in the table and newer ones in its own row."""
    path, clock = tmp_path / "recent.db", HandClock()
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, clock)
        fill(ledger, clock, 20)
        for number in range(3):
            ledger.post(pay(f"more/{number}", 5))
        checkpoint = ledger.checkpoint()
        assert sum(entry[0] == ann_s_cash(path)[0] for entry in store.entries()) > MOST
    assert differences(path, checkpoint) == ()
    return path, checkpoint


def test_recent_entries_in_another_order(recent: tuple[Path, Checkpoint]) -> None:
    """The same entries, but a look-up of a past balance meets an older one first."""
    path, checkpoint = recent
    number, packed = ann_s_cash(path)
    entries = [packed[place : place + ENTRY_BYTES] for place in range(0, len(packed), ENTRY_BYTES)]
    edit(path, "UPDATE holding SET recent = ? WHERE number = ?", b"".join(reversed(entries)), number)
    assert differences(path, checkpoint)


@pytest.mark.parametrize("which", [0, -1])
def test_a_recent_entry_that_is_moved_to_the_table(recent: tuple[Path, Checkpoint], which: int) -> None:
    """The newest one in the table is not found by a look-up: older ones stand before it."""
    path, checkpoint = recent
    number, packed = ann_s_cash(path)
    entries = list(entries_in(number, packed))
    moved = entries.pop(which)
    edit(path, "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", *moved)
    edit(path, "UPDATE holding SET recent = ? WHERE number = ?", pack(entries), number)
    if which == -1:
        assert differences(path, checkpoint)


def test_the_newest_entry_of_the_table_moved_among_the_recent_ones(recent: tuple[Path, Checkpoint]) -> None:
    path, checkpoint = recent
    number, packed = ann_s_cash(path)
    first, *_ = (tuple(row.values()) for row in rows(path, "entry") if row["holding"] == number)
    edit(path, "DELETE FROM entry WHERE holding = ? AND recorded_at = ? AND position = ?", *first[:3])
    edit(path, "UPDATE holding SET recent = ? WHERE number = ?", pack([first]) + packed, number)
    assert differences(path, checkpoint)  # whatever lay between is not found any more


def test_two_nodes_that_change_places(tmp_path: Path) -> None:
    path = tmp_path / "long.db"
    checkpoint = made(path, 2 * PAYMENTS)
    one, two, *_ = rows(path, "node")
    assert differences(path, checkpoint) == ()
    swap(path, "node", one, two)
    assert differences(path, checkpoint)[0].startswith("tree node stored as")


def test_mentions_that_change_places(path: Path, sample: Sample) -> None:
    edit(path, "UPDATE mention SET account = 'EVE' WHERE account = 'ANN'")
    edit(path, "UPDATE mention SET account = 'ANN' WHERE account = 'BOB' AND sequence = 6")
    assert differences(path, sample.checkpoint)


# ---------------------------------------------------------------- guards and keys


def schema(path: Path, kind: str) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sql = "SELECT name FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL ORDER BY name"
        return [name for (name,) in connection.execute(sql, (kind,))]


def script_on(path: Path, script: str) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


def test_every_guard_that_is_dropped(path: Path, sample: Sample) -> None:
    guards = schema(path, "trigger")
    assert len(guards) == 14
    for name in guards:
        path.write_bytes(sample.content)
        script_on(path, f"DROP TRIGGER {name}")
        assert differences(path) == (f"{name} is missing in the file's schema",)


def test_every_guard_that_is_made_harmless(path: Path, sample: Sample) -> None:
    for name in schema(path, "trigger"):
        path.write_bytes(sample.content)
        table = name.split("_is_not_")[0]
        event = "UPDATE" if name.endswith("changed") else "DELETE"
        harmless = f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT 1; END"
        script_on(path, f"DROP TRIGGER {name}; {harmless}")
        assert differences(path) == (f"{name} is other than it must be in the file's schema",)


@pytest.mark.parametrize("name", ["block_of_holding", "hold_by_end"])
def test_an_index_that_is_dropped(path: Path, name: str) -> None:
    script_on(path, f"DROP INDEX {name}")
    assert differences(path) == (f"{name} is missing in the file's schema",)


@pytest.mark.parametrize(
    ("table", "key"), [("record", " UNIQUE"), ("holding", ",\n    UNIQUE (account, asset, bucket)")]
)
def test_a_unique_key_that_is_taken_out_of_a_table(path: Path, table: str, key: str) -> None:
    with unguarded(path) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        assert key in sql
        connection.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")  # noqa: S608  names of this test's own
        connection.execute(f"DROP TABLE {table}")
        connection.execute(sql.replace(key, ""))
        connection.execute(f"INSERT INTO {table} SELECT * FROM kept")  # noqa: S608  the same
        connection.execute("DROP TABLE kept")
    assert differences(path) == (f"{table} is other than it must be in the file's schema",)


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE more (x)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE INDEX more ON entry (sequence)",
        "CREATE TRIGGER more AFTER INSERT ON record BEGIN UPDATE holding SET quantity = 0; END",
        "ALTER TABLE account ADD COLUMN more TEXT",
    ],
)
def test_what_does_not_belong_in_the_schema(path: Path, script: str) -> None:
    script_on(path, script)
    assert differences(path)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_table_that_is_dropped(path: Path, table: str) -> None:
    script_on(path, f"ALTER TABLE {table} RENAME TO aside")
    assert f"{table} is missing in the file's schema" in differences(path)


@contextlib.contextmanager
def schema_rewritten(path: Path, name: str, old: str, new: str) -> Iterator[sqlite3.Connection]:
    """Change what a table says of itself without touching it, edit, and put it back."""

    def rewrite(old: str, new: str) -> None:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
            assert old in sql
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(
                "UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql.replace(old, new), name)
            )

    rewrite(old, new)
    with unguarded(path, unchecked=True) as connection:
        yield connection
    rewrite(new, old)


@pytest.mark.parametrize(
    ("table", "declared", "value"),
    [
        ("holding", "quantity INTEGER", 500_692.0),
        ("holding", "quantity INTEGER", "500692"),
        ("holding", "quantity INTEGER NOT NULL", None),
        ("record", "effective_at INTEGER", float(1_626_399_000_000_000)),
        ("record", "recorded_at INTEGER", float(1_626_399_000_000_008)),
        ("record", "movements TEXT", b"[[3,4,500000,-500000,500000]]"),
        ("record", "leaf BLOB", "x" * 32),
        ("entry", "balance_after INTEGER", 500_000.0),
        ("entry", "sequence INTEGER", 9.0),
        ("hold", "expires_at INTEGER", 1e18),
        ("node", "digest BLOB", "x" * 32),
    ],
)
def test_a_value_of_a_type_that_the_table_forbids(
    path: Path, sample: Sample, table: str, declared: str, value: object
) -> None:
    """Each equals what belongs there, or nearly, so that a plain comparison may overlook it."""
    column = declared.partition(" ")[0]
    held = "account = 'ANN' AND asset = 'CNY' AND bucket = 'tradable'"
    which = {
        "holding": held,
        "record": "sequence = 9",
        "entry": "sequence = 9 AND quantity > 0",
        "hold": "expires_at IS NOT NULL",
        "node": "level = 8",
    }[table]
    with schema_rewritten(path, table, declared, f"{column} ANY") as open_:
        assert open_.execute(f"UPDATE {table} SET {column} = ? WHERE {which}", (value,)).rowcount == 1  # noqa: S608  names of this test's own
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute(f"SELECT {column} FROM {table} WHERE {which}").fetchone()  # noqa: S608  the same
        assert (type(found), found) == (type(value), value)
    assert differences(path, sample.checkpoint)


def test_an_index_that_leads_elsewhere(path: Path, sample: Sample) -> None:
    """
    Take an index apart from its table: the rows are all there, but nothing finds them any more.

    A receipt asked for again would be recorded twice, and serial numbers would be nowhere.
    """
    with schema_rewritten(
        path,
        "block_of_holding",
        "ON block (holding, first, last)",
        "ON block (holding, first, last) WHERE first < 0",
    ) as connection:
        connection.execute("REINDEX block_of_holding")
    with SQLiteStore.open(path, readonly=True) as store:
        assert store.serials(Holding(ANN, CEA, Bucket.TRADABLE.value)) == ()  # though Ann holds 186
        assert list(store.blocks())
    assert differences(path, sample.checkpoint)


# --------------------------------------------- what only a checkpoint can show


def test_a_tail_cut_off_cleanly_shows_only_against_a_checkpoint(tmp_path: Path) -> None:
    """An older state of the file is whole in itself; put back in its place, it lacks the newest records."""
    path, clock = tmp_path / "ledger.db", HandClock()
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, clock)
        fill(ledger, clock)
        older = ledger.checkpoint()
        with (
            contextlib.closing(sqlite3.connect(tmp_path / "older.db")) as copy,
            contextlib.closing(sqlite3.connect(path)) as source,
        ):
            source.backup(copy)
        newest = ledger.post(pay("pay/last", 5)).checkpoint
    assert differences(path, older, newest) == ()
    (tmp_path / "older.db").replace(path)

    assert differences(path) == ()  # the honest limit
    assert differences(path, older) == ()
    (found,) = differences(path, older, newest)
    assert (
        found
        == f"the checkpoint of {newest.size} records is not reached: the journal ends at record {older.size}"
    )


def test_a_tail_deleted_row_by_row_shows_only_against_a_checkpoint(path: Path, sample: Sample) -> None:
    """The same by hand: the last payment undone in every table that it touched."""
    last = rows(path, "record")[-1]
    before = [row for row in rows(path, "entry") if row["sequence"] == last["sequence"]]
    with unguarded(path) as connection:
        for row in before:
            connection.execute(
                "UPDATE holding SET quantity = quantity - ? WHERE number = ?",
                (row["quantity"], row["holding"]),
            )
        connection.execute("DELETE FROM entry WHERE sequence = ?", (last["sequence"],))
        connection.execute("DELETE FROM record WHERE sequence = ?", (last["sequence"],))
    assert differences(path) == ()
    assert "is not reached" in differences(path, sample.checkpoint)[0]


@pytest.mark.parametrize("name", ["pay/ann", "small/1", f"small/{PAYMENTS}"])
def test_a_ledger_rebuilt_with_another_amount_shows_only_against_a_checkpoint(
    tmp_path: Path, sample: Sample, name: str
) -> None:
    """Post other commands into a new file: rows, entries, balances and tree all agree."""
    path, clock = tmp_path / "other.db", HandClock()

    def other(quantity: int) -> Command:
        return pay(name, quantity, BANK, ANN)

    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, clock)
        ledger.post_all(other(500_001) if each.id.text == name else each for each in one_of_everything())
        clock.at = EXPIRED
        ledger.post_all([pay("placeholder", 1)])
        commands = [other(9) if each.id.text == name else each for each in payments(PAYMENTS)]
        ledger.post_all(commands)
        assert ledger.checkpoint().size == sample.checkpoint.size
    assert differences(path) == ()
    (found,) = differences(path, sample.checkpoint)
    assert found.startswith(
        f"the first {sample.checkpoint.size} records are not those of the checkpoint: root "
    )


def test_a_tree_built_anew_over_edited_rows_shows_only_against_a_checkpoint(
    path: Path, sample: Sample
) -> None:
    """Edit the reason of the first payments where they lie, and seal all that follows from it anew."""
    with SQLiteStore.open(path, readonly=True) as store:
        names = store.holding_numbered
        changed = []
        for row in store.rows():
            if row.reason == "payment" and row.kind == "transfer":
                row = row._replace(reason="gift")  # noqa: PLW2901  the same row, tampered with
                movements = movements_of(row)
                command = command_of(row, movements, names)
                entries = record_of(store.row_at(row.sequence) or row, names).entries
                text = body_of(row.sequence, row.recorded_at, command, entries)
                changed.append((leaf_hash(text.encode()), row.sequence))
    with unguarded(path) as connection:
        connection.executemany("UPDATE record SET reason = 'gift', leaf = ? WHERE sequence = ?", changed)
        connection.execute("DELETE FROM node")
    with SQLiteStore.open(path, readonly=True) as store:
        leaves = list(store.leaves(0, 256))
    level = leaves
    while len(level) > 1:
        level = [sha256(b"\1" + one + two).digest() for one, two in zip(level[::2], level[1::2], strict=True)]
    with unguarded(path) as connection:
        connection.execute("INSERT INTO node VALUES (8, 0, ?)", level)
    assert len(changed) > PAYMENTS
    assert differences(path) == ()  # the honest limit
    assert "are not those of the checkpoint" in differences(path, sample.checkpoint)[0]


def test_a_file_emptied_is_a_ledger_without_records(tmp_path: Path, sample: Sample) -> None:
    path = tmp_path / "empty.db"
    SQLiteStore.open(path).close()
    assert differences(path) == ()
    (found,) = differences(path, sample.checkpoint)
    assert found.endswith("is not reached: the journal ends at record 0")


# ----------------------------------------------------- what is handed out meanwhile


def test_a_tampered_record_is_not_handed_out(path: Path) -> None:
    """Not only verification notices: a receipt, a look-up and a listing do too."""
    edit(
        path,
        "UPDATE record SET movements = replace(movements, '500000', '600000') WHERE command_id = 'pay/ann'",
    )
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        for ask in (
            lambda: ledger.record(CommandId("pay/ann")),
            lambda: list(ledger.records()),
            lambda: list(ledger.records_about(ANN)),
            lambda: ledger.post(pay("pay/ann", 500_000)),
        ):
            with pytest.raises(IntegrityError, match=r"record 9 \(pay/ann\): must be what was sealed"):
                ask()


def test_a_command_found_under_another_id_is_not_handed_out(path: Path) -> None:
    edit(path, "UPDATE record SET command_id = 'pay/eve' WHERE command_id = 'pay/ann'")
    with SQLiteStore.open(path, readonly=True) as store:
        ledger = Ledger(store, HandClock())
        with pytest.raises(IntegrityError, match=r"record 9 \(pay/eve\): must be what was sealed"):
            ledger.record(CommandId("pay/eve"))


@pytest.mark.parametrize(
    ("script", "ask"),
    [
        ("UPDATE account SET kind = 'A B'", "account"),
        ("UPDATE asset SET places = -1", "asset"),
        ("UPDATE holding SET bucket = 'x' WHERE account = 'ANN' AND asset = 'CNY'", "balances"),
        ("UPDATE holding SET account = '' WHERE account = 'ANN' AND asset = 'CNY'", "balances"),
        ("UPDATE holding SET account = '' WHERE account = 'ANN' AND asset = 'CNY'", "records"),
        ("UPDATE holding SET account = '' WHERE account = 'BOB' AND asset = 'CEA'", "blocks"),
        ("UPDATE block SET holding = 99", "blocks"),
        ("UPDATE record SET movements = '[[' WHERE movements <> '[]'", "records"),
        ("UPDATE record SET detail = '{' WHERE detail <> ''", "records"),
        ("UPDATE record SET effective_at = 9223372036854775807", "records"),
        ("UPDATE record SET kind = 'x'", "records"),
        ("DELETE FROM holding", "records"),
        ("DELETE FROM record WHERE command_id = 'hold/will-expire'", "post"),
    ],
)
def test_a_row_that_makes_no_value_is_an_integrity_error(
    path: Path, sample: Sample, script: str, ask: str
) -> None:
    edit(path, script)
    clock = HandClock(EXPIRED.replace(year=2022))
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, clock)
        questions: dict[str, Callable[[], object]] = {
            "account": lambda: ledger.account(ANN),
            "asset": lambda: ledger.asset(CNY),
            "balances": ledger.balances,
            "blocks": lambda: list(store.blocks()),
            "records": lambda: list(ledger.records()),
            "post": lambda: ledger.post(pay("pay/new", 1)),
        }
        with pytest.raises(IntegrityError):
            questions[ask]()
        assert not ledger.verify(against=[sample.checkpoint]).ok


def test_whatever_stands_in_the_file_is_answered_by_an_error_of_ours(path: Path, sample: Sample) -> None:
    """Bytes overwritten anywhere: verification always ends, with a verdict and never with a foreign error."""
    chance, unlike = random.Random(SEED), 0  # noqa: S311  no secret
    for _ in range(150):
        content = bytearray(sample.content)
        for _ in range(3):
            place = chance.randrange(100, len(content) - 64)
            content[place : place + 8] = chance.randbytes(8)
        path.write_bytes(content)
        try:
            unlike += bool(differences(path, sample.checkpoint))
        except CarbonkitError:
            unlike += 1
    assert unlike > 75  # the others met free space


def test_at_is_before_the_sample_s_holds_end() -> None:
    assert AT < EXPIRED
    assert BOB != ANN
