"""A ledger file that somebody edits by hand: every edit of every table is found."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import IntegrityError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Holding,
    Ledger,
    Leg,
    OpenAccount,
    Selection,
    SerialRange,
    Statement,
    Transfer,
)
from carbonkit.ledger.journal import record_from, sealed
from carbonkit.storage import SQLiteStore
from carbonkit.values import FixedClock, as_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT = as_instant("2021-07-16T01:30:00Z")
CLOCK = FixedClock(AT)
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")
TRIGGERS = (
    "DROP TRIGGER record_is_not_changed; DROP TRIGGER record_is_not_deleted;"
    "DROP TRIGGER entry_is_not_changed; DROP TRIGGER entry_is_not_deleted;"
)


def a_day() -> list[Command]:
    serials = (SerialRange(1, 10), SerialRange(21, 30))
    bought = Leg(CEA, 4, ANN, BOB, target_bucket=Bucket.BOUGHT_TODAY, serials=Selection.FROM_LEFT)
    return [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT),
        *(
            OpenAccount(CommandId(f"open/{name}"), Account(name, "kind", may_go_negative=negative), AT)
            for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False))
        ),
        Transfer(CommandId("issue"), [Leg(CEA, 20, ISSUER, ANN, serials=serials)], "issue", AT),
        Transfer(CommandId("pay/1"), [Leg(CNY, 500, BANK, ANN)], "deposit", AT),
        Transfer(CommandId("pay/2"), [Leg(CNY, 300, BANK, BOB)], "deposit", AT),
        Transfer(CommandId("trade"), [bought, Leg(CNY, 192, BOB, ANN)], "trade", AT),
        Statement(CommandId("said"), BOB, "note", {"text": ""}, AT),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    with SQLiteStore.open(path) as store:
        Ledger(store, CLOCK).post_all(a_day())
    return path


def edit(path: Path, script: str, *values: object) -> int:
    """Edit the file as somebody can who knows SQLite: no trigger and no check in the way."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        connection.executescript(TRIGGERS)
        return connection.execute(script, values).rowcount
    finally:
        connection.close()


def rows(path: Path, table: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]  # noqa: S608  names of this test's own
    finally:
        connection.close()


def differences(path: Path) -> tuple[str, ...]:
    with SQLiteStore.open(path) as store:
        return Ledger(store, CLOCK).verify().differences


KEYS = {
    "record": ("sequence",),
    "about": ("account", "sequence"),
    "account": ("id",),
    "asset": ("id",),
    "entry": ("sequence", "position"),
    "balance": ("account", "asset", "bucket"),
    "block": ("asset", "first"),
}


def test_the_matrix_holds_every_table(path: Path) -> None:
    connection = sqlite3.connect(path)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    connection.close()
    assert tables == set(KEYS)
    assert all(rows(path, table) for table in KEYS)


def test_the_tools_of_this_test_alone_change_nothing(path: Path) -> None:
    assert edit(path, "UPDATE balance SET quantity = quantity") > 0
    assert differences(path) == ()


def other_values(value: object) -> list[object]:
    if isinstance(value, int):
        return [value + 1, value - 1, -value - 1, value + 1_000, 2**63 - 1, 2**62]
    assert isinstance(value, str)
    likely = [
        "",
        "x",
        value + " ",
        value.lower(),
        value.upper(),
        "BOB",
        "CNY",
        "tradable",
        "[[1,1]]",
        "[[1, 10]]",
    ]
    return [*likely, value[:-1], value + "0", "\N{GREEK SMALL LETTER ALPHA}", "[" * 5_000, "[[1.0,10]]"]


@pytest.mark.parametrize("table", KEYS)
def test_every_column_of_every_row(path: Path, table: str) -> None:
    original, tried = path.read_bytes(), 0
    for row in rows(path, table):
        where = " AND ".join(f"{key} = ?" for key in KEYS[table])
        for column, value in row.items():
            # all values on one row, a few on the others
            for other in other_values(value)[:: 1 if tried < 100 else 7]:
                if other == value:
                    continue
                path.write_bytes(original)
                try:
                    changed = edit(
                        path,
                        f"UPDATE {table} SET {column} = ? WHERE {where}",  # noqa: S608  names of this test's own
                        other,
                        *(row[key] for key in KEYS[table]),
                    )
                except sqlite3.IntegrityError:  # the place is taken
                    continue
                assert changed == 1
                tried += 1
                assert differences(path), f"{table}.{column} of {row}: {other!r} is not noticed"
    assert tried >= 10


@pytest.mark.parametrize("table", KEYS)
def test_every_row_taken_out(path: Path, table: str) -> None:
    original = path.read_bytes()
    for row in rows(path, table):
        path.write_bytes(original)
        where = " AND ".join(f"{key} = ?" for key in KEYS[table])
        script = f"DELETE FROM {table} WHERE {where}"  # noqa: S608  names of this test's own
        assert edit(path, script, *(row[key] for key in KEYS[table])) == 1
        assert differences(path), f"{row} of {table} is not missed"


INSERTED = {
    "record": (12, "new", AT.isoformat(), "{}", "0" * 64),
    "about": ("ANN", 1),
    "account": ("NEW", "kind", 0),
    "asset": ("NEW", 0, 0),
    "entry": (12, 0, "ANN", "CNY", "tradable", 5, 5, "[]"),
    "balance": ("ANN", "CNY", "bought_today", 0),
    "block": ("CEA", 50, 60, "ANN", "tradable"),
}


@pytest.mark.parametrize("table", KEYS)
def test_a_row_put_in(path: Path, table: str) -> None:
    marks = ", ".join("?" for _ in INSERTED[table])
    script = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608  names of this test's own
    assert edit(path, script, *INSERTED[table]) == 1
    assert differences(path)


@pytest.mark.parametrize(
    "row",
    [("NOBODY", 1), ("ANN", 0), ("ANN", -5), ("ANN", 99), ("", 1)],
)
def test_a_mention_put_in_anywhere(path: Path, row: tuple[str, int]) -> None:
    edit(path, "INSERT INTO about VALUES (?, ?)", *row)
    assert differences(path)


@pytest.mark.parametrize("place", [(0, 0), (-1, 0), (7, 2), (7, -1), (1, 0), (99, 0)])
def test_an_entry_put_in_anywhere(path: Path, place: tuple[int, int]) -> None:
    edit(path, "INSERT INTO entry VALUES (?, ?, 'ANN', 'CNY', 'tradable', 5, 5, '[]')", *place)
    assert differences(path)


@pytest.mark.parametrize("table", KEYS)
def test_two_rows_that_change_places(path: Path, table: str) -> None:
    """Swap what two neighbouring rows say under their keys."""
    original, tried = path.read_bytes(), 0
    found = rows(path, table)
    values = [column for column in found[0] if column not in KEYS[table]] or ["sequence"]
    for one, two in pairwise(found):
        if table == "about" or all(one[column] == two[column] for column in values):
            continue
        path.write_bytes(original)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript(TRIGGERS)
        where = " AND ".join(f"{key} = ?" for key in KEYS[table])
        settings = ", ".join(f"{column} = ?" for column in values)
        if table == "record":
            connection.execute(
                "UPDATE record SET command_id = 'aside' WHERE sequence = ?", (one["sequence"],)
            )
        connection.execute("PRAGMA ignore_check_constraints = 1")
        for here, there in ((two, one), (one, two)):
            connection.execute(
                f"UPDATE {table} SET {settings} WHERE {where}",  # noqa: S608  names of this test's own
                [*(there[column] for column in values), *(here[key] for key in KEYS[table])],
            )
        connection.close()
        tried += 1
        assert differences(path), f"{one} and {two} of {table} may change places"
    assert tried or table == "about"


def test_a_body_written_in_another_way(path: Path) -> None:
    original = path.read_bytes()
    body = rows(path, "record")[6]["body"]
    facts = json.loads(body)
    for other in (
        json.dumps(facts, sort_keys=True),
        json.dumps(facts, separators=(",", ":")).replace("{", '{"note":1,', 1),
        body.replace('"quantity":20', '"quantity":"20"'),
        body.replace('"sequence":7', '"sequence":7.0'),
        body.replace("+00:00", "Z"),
        body.replace("A", "\\u0041"),
    ):
        assert other != body
        path.write_bytes(original)
        edit(path, "UPDATE record SET body = ? WHERE sequence = 7", other)
        assert "stored record" in differences(path)[0] or "record 7 (issue)" in differences(path)[0]


def test_a_tampered_record_is_not_handed_out(path: Path) -> None:
    """Not only verification notices: a receipt, a look-up and a listing do too."""
    edit(path, "UPDATE record SET body = replace(body, '500', '600') WHERE sequence = 8")
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, CLOCK)
        for ask in (
            lambda: store.record(CommandId("pay/1")),
            lambda: list(store.records()),
            lambda: list(ledger.records_about(ANN)),
            lambda: ledger.post(Transfer(CommandId("pay/1"), [Leg(CNY, 500, BANK, ANN)], "deposit", AT)),
        ):
            with pytest.raises(IntegrityError, match=r"record 8 \(pay/1\): must be what was sealed"):
                ask()


def test_a_command_found_under_another_id_is_not_handed_out(path: Path) -> None:
    edit(path, "UPDATE record SET command_id = 'pay/9' WHERE sequence = 8")
    with SQLiteStore.open(path) as store, pytest.raises(IntegrityError, match=r"must stand as 8 \(pay/1\)"):
        store.record(CommandId("pay/9"))


def test_a_record_at_another_place_is_not_handed_out(path: Path) -> None:
    edit(path, "UPDATE record SET sequence = 99 WHERE sequence = 11")
    with SQLiteStore.open(path) as store, pytest.raises(IntegrityError, match=r"must stand as 11 \(said\)"):
        store.record(CommandId("said"))


@pytest.mark.parametrize(
    ("script", "ask"),
    [
        ("UPDATE record SET recorded_at = 'x' WHERE sequence = 11", "head"),
        ("UPDATE account SET kind = 'A B'", "account"),
        ("UPDATE account SET may_go_negative = 2", "account"),
        ("UPDATE account SET may_go_negative = -1", "account"),
        ("UPDATE asset SET places = -1", "asset"),
        ("UPDATE asset SET serialised = 7", "asset"),
        ("UPDATE balance SET bucket = 'x' WHERE account = 'ANN' AND asset = 'CNY'", "balances"),
        ("UPDATE balance SET account = '' WHERE account = 'ANN' AND asset = 'CNY'", "balances"),
        ("UPDATE block SET last = 0 WHERE first = 5", "serials"),
        ("UPDATE block SET first = -5 WHERE first = 5", "serials"),
        ("UPDATE entry SET serials = '[[' WHERE serials <> '[]'", "entries"),
        ("UPDATE entry SET serials = '5' WHERE serials <> '[]'", "entries"),
        ("UPDATE entry SET bucket = ''", "entries"),
        ("UPDATE about SET account = '' WHERE account = 'ANN'", "mentions"),
        ("DROP TABLE block", "serials"),
    ],
)
def test_a_row_that_makes_no_value_is_an_integrity_error(path: Path, script: str, ask: str) -> None:
    edit(path, script)
    with SQLiteStore.open(path) as store:
        questions: dict[str, Callable[[], object]] = {
            "head": store.head,
            "account": lambda: store.account(ANN),
            "asset": lambda: store.asset(CNY),
            "balances": lambda: list(store.balances()),
            "serials": lambda: store.serials(Holding(ANN, CEA, "tradable")),
            "entries": lambda: list(store.entries()),
            "mentions": lambda: list(store.mentions()),
        }
        with pytest.raises(IntegrityError):
            questions[ask]()
        assert not Ledger(store, CLOCK).verify().ok


def chain_again(path: Path, text: str, other: str) -> None:
    """Change a record and seal it and all behind it anew, columns beside it included."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(TRIGGERS)
    previous = "0" * 64
    for sequence, body in connection.execute(
        "SELECT sequence, body FROM record ORDER BY sequence"
    ).fetchall():
        facts = json.loads(body.replace(text, other)) | {"previous": previous}
        changed = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(changed.encode()).hexdigest()
        connection.execute(
            "UPDATE record SET body = ?, digest = ? WHERE sequence = ?", (changed, previous, sequence)
        )
    connection.close()


def test_a_chain_sealed_anew_over_other_amounts_is_found(path: Path) -> None:
    chain_again(path, "500", "600")
    assert "has effects other than its command's" in differences(path)[0]


def whole_day(path: Path, leave_out: int) -> None:
    with SQLiteStore.open(path) as store:
        Ledger(store, CLOCK).post_all(a_day()[: 11 - leave_out])


def test_a_tail_cut_off_everywhere_shows_only_against_a_receipt_held_outside(
    path: Path, tmp_path: Path
) -> None:
    """
    Whoever can rewrite every table can make an older state of the ledger, whole in itself.

    No check of the file alone can tell. What tells is a receipt, or the head that a
    verification reported, kept somewhere else: its digest is in the journal no more.
    """
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, CLOCK)
        held_outside = ledger.verify()
        receipt = ledger.post(Statement(CommandId("said"), BOB, "note", {"text": ""}, AT))
    cut = tmp_path / "cut.db"
    whole_day(cut, leave_out=2)
    cut.replace(path)

    with SQLiteStore.open(path) as store:
        found = Ledger(store, CLOCK).verify()
        assert found.ok  # the honest limit
        assert found.head != held_outside.head
        assert found.records < held_outside.records
        digests = {record.sequence: record.digest for record in store.records()}
    assert digests.get(receipt.sequence) != receipt.digest


def test_a_journal_written_anew_shows_only_against_a_receipt_held_outside(path: Path, tmp_path: Path) -> None:
    with SQLiteStore.open(path) as store:
        digests = {record.sequence: record.digest for record in store.records()}
    other = tmp_path / "other.db"
    with SQLiteStore.open(other) as store:
        commands = a_day()
        commands[7] = Transfer(CommandId("pay/1"), [Leg(CNY, 900, BANK, ANN)], "deposit", AT)
        ledger = Ledger(store, CLOCK)
        ledger.post_all(commands)
        assert ledger.verify().ok  # the honest limit
        again = {record.sequence: record.digest for record in store.records()}
    assert all(again[n] == digests[n] for n in range(1, 8))
    assert all(again[n] != digests[n] for n in range(8, 12))


def test_a_file_emptied_is_a_ledger_without_records(path: Path) -> None:
    path.write_bytes(b"")
    with SQLiteStore.open(path) as store:
        found = Ledger(store, CLOCK).verify()
    assert (found.ok, found.records) == (True, 0)


def test_sealing_is_what_the_store_kept(path: Path) -> None:
    for row in rows(path, "record"):
        record = record_from(row["body"], row["digest"])
        again = sealed(record.sequence, record.recorded_at, record.command, record.entries, record.previous)
        assert again == record
