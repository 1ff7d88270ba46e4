"""The SQLite store as a file: durable, refused when it is not ours, found out when it was tampered with."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import cast

import pytest

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Batch,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    OpenAccount,
    Selection,
    SerialRange,
    Statement,
    Transfer,
)
from carbonkit.ledger.posting import Draft
from carbonkit.storage import SQLiteStore
from carbonkit.storage.sqlite import SCHEMA_VERSION, _write_ahead
from carbonkit.values import FixedClock, as_instant

AT = as_instant("2021-07-16T01:30:00Z")
CLOCK = FixedClock(AT)
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")


def pay(name: str, quantity: int, source: AccountId = BANK, target: AccountId = ANN) -> Transfer:
    return Transfer(CommandId(name), [Leg(CNY, quantity, source, target)], "payment", AT)


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
        pay("pay/1", 500),
        pay("pay/2", 300, BANK, BOB),
        Transfer(CommandId("trade"), [bought, Leg(CNY, 192, BOB, ANN)], "trade", AT),
        Statement(CommandId("said"), BOB, "note", {"text": ""}, AT),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a ledger file with a day in it."""
    path = tmp_path / "ledger.db"
    with SQLiteStore.open(path) as store:
        Ledger(store, CLOCK).post_all(a_day())
    return path


def differences(path: Path) -> tuple[str, ...]:
    with SQLiteStore.open(path) as store:
        return Ledger(store, CLOCK).verify().differences


# ------------------------------------------------------------------- the file


def test_a_file_opened_again_holds_everything(path: Path, tmp_path: Path) -> None:
    with SQLiteStore.open(path) as store, SQLiteStore.open(tmp_path / "other.db") as other:
        Ledger(other, CLOCK).post_all(a_day())
        assert store.head() == other.head()
        assert list(store.records()) == list(other.records())
        assert list(store.balances()) == list(other.balances())
        assert list(store.blocks()) == list(other.blocks())
        assert Ledger(store, CLOCK).post(pay("pay/1", 500)).repeated
        assert Ledger(store, CLOCK).post(pay("pay/3", 1)).sequence == 12
    assert differences(path) == ()


def test_every_connection_is_durable(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        settings = {
            name: store.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "application_id", "user_version", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "application_id": 0x636B6974,
        "user_version": SCHEMA_VERSION,
        "busy_timeout": 10_000,
    }
    assert path.read_bytes()[68:72] == b"ckit"


def test_a_newer_file_is_refused(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(InvalidValueError, match="open it with the newer carbonkit"):
        SQLiteStore.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE record (x)",
        "CREATE TABLE t (x); PRAGMA user_version = 1",
        "PRAGMA application_id = 5",
        "PRAGMA application_id = 5; CREATE TABLE t (x)",
    ],
)
def test_another_database_is_refused_and_left_alone(tmp_path: Path, script: str) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    before = path.read_bytes()

    with pytest.raises(IntegrityError, match="must be a carbonkit ledger, was another SQLite database"):
        SQLiteStore.open(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["other.db"]


@pytest.mark.parametrize(
    "content", [b"xy", b"id,quantity\n1,5\n" * 100, b"SQLite format 3\0" + b"\xff" * 5_000]
)
def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)

    with pytest.raises(IntegrityError, match="ledger file: must be readable and writable as a ledger"):
        SQLiteStore.open(path)
    assert path.read_bytes() == content


def test_a_damaged_file_is_an_integrity_error(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    for page in range(4_096, len(damaged), 4_096):
        damaged[page : page + 1_000] = b"\xa5" * 1_000
    path.write_bytes(bytes(damaged))

    with pytest.raises(IntegrityError), SQLiteStore.open(path) as store:
        Ledger(store, CLOCK).post(pay("pay/3", 1))
    with SQLiteStore.open(path) as store:
        assert not Ledger(store, CLOCK).verify().ok


@pytest.mark.parametrize("pages", [1, 3, 10])
def test_a_file_cut_short_is_an_integrity_error(path: Path, pages: int) -> None:
    path.write_bytes(path.read_bytes()[: 4_096 * pages])
    with pytest.raises(IntegrityError), SQLiteStore.open(path) as store:
        list(store.records())


@pytest.mark.parametrize("name", ["", "a\0b"])
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
            Ledger(store, CLOCK).post(OpenAccount(CommandId(f"{turn}"), account, AT))
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_path_may_be_text_or_path(path: Path) -> None:
    for same in (str(path), path):
        with SQLiteStore.open(same) as store:
            assert store.head().sequence == 11


def test_a_ledger_in_memory_is_nobody_else_s() -> None:
    with SQLiteStore.open(":memory:") as one, SQLiteStore.open(":memory:") as two:
        Ledger(one, CLOCK).post_all(a_day())
        assert two.head().sequence == 0
    assert not Path(":memory:").exists()


@pytest.mark.parametrize("where", ["missing/ledger.db", "."])
def test_a_place_where_no_file_can_be_is_an_integrity_error(tmp_path: Path, where: str) -> None:
    with pytest.raises(IntegrityError, match="unable to open database file"):
        SQLiteStore.open(tmp_path / where)


def test_a_store_that_may_not_write_says_so(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        store.connection.execute("PRAGMA query_only = 1")
        with pytest.raises(IntegrityError, match="readonly"):
            Ledger(store, CLOCK).post(pay("pay/3", 1))
        assert store.head().sequence == 11


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_an_integrity_error(path: Path) -> None:
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with pytest.raises(IntegrityError, match="readonly"):
            SQLiteStore.open(path)
        with pytest.raises(IntegrityError, match="unable to open"):
            SQLiteStore.open(path.with_name("new.db"))
    finally:
        path.parent.chmod(0o700)
        path.chmod(0o600)
    assert differences(path) == ()


def test_a_closed_store_answers_with_an_integrity_error(path: Path) -> None:
    store = SQLiteStore.open(path)
    store.close()
    for ask in (
        store.head,
        lambda: list(store.records()),
        lambda: store.write(Batch(store.head(), (), (), (), ())),
    ):
        with pytest.raises(IntegrityError, match="closed database"):
            ask()


def test_another_thread_may_not_use_the_store(path: Path) -> None:
    raised: list[BaseException] = []

    def use(store: SQLiteStore) -> None:
        try:
            store.head()
        except CarbonkitError as error:
            raised.append(error)

    with SQLiteStore.open(path) as store:
        thread = threading.Thread(target=use, args=(store,))
        thread.start()
        thread.join()
    assert [type(error) for error in raised] == [IntegrityError]


# ------------------------------------------------------- whole or not at all


def dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


STEPS = ("record", "entry", "about", "account", "asset", "balance", "block", "COMMIT")


@pytest.mark.parametrize("step", STEPS)
def test_an_error_in_the_middle_of_a_write_leaves_nothing(path: Path, step: str) -> None:
    before = dump(path)
    store = SQLiteStore.open(path)
    account = Account(AccountId("NEW"), "kind", may_go_negative=False)
    group: list[Command] = [
        OpenAccount(CommandId("new"), account, AT),
        DefineAsset(CommandId("more"), Asset(AssetId("EUR"), 2, serialised=False), AT),
        pay("pay/3", 5),
        Transfer(CommandId("t"), [Leg(CEA, 5, ANN, BOB, serials=Selection.FROM_LEFT)], "gift", AT),
    ]
    if step != "COMMIT":
        store.connection.execute(
            f"CREATE TEMP TRIGGER fails BEFORE INSERT ON main.{step}"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    else:
        store.connection.set_authorizer(
            lambda action, name, *_: (
                sqlite3.SQLITE_DENY
                if action == sqlite3.SQLITE_TRANSACTION and name == "COMMIT"
                else sqlite3.SQLITE_OK
            )
        )
    with pytest.raises(IntegrityError):
        Ledger(store, CLOCK).post_all(group)
    assert not store.connection.in_transaction
    assert store.head().sequence == 11
    store.close()

    assert dump(path) == before
    with SQLiteStore.open(path) as store:
        assert len(Ledger(store, CLOCK).post_all(group)) == 4
        assert Ledger(store, CLOCK).verify().ok


def test_any_exception_in_the_middle_of_a_write_leaves_nothing(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        draft = Draft(store)
        draft.post(pay("pay/3", 5), AT)
        good = draft.batch()
        broken = Batch(good.after, good.records, good.balances, good.ended, (None,))  # type: ignore[arg-type]
        with pytest.raises(AttributeError):
            store.write(broken)
        assert not store.connection.in_transaction
        assert store.record(CommandId("pay/3")) is None
        assert store.write(good)
    assert differences(path) == ()


@pytest.mark.parametrize("table", ["record", "entry"])
@pytest.mark.parametrize(
    "change",
    ["UPDATE {} SET sequence = sequence + 100", "DELETE FROM {}", "DELETE FROM {} WHERE sequence = 9"],
)
def test_the_journal_is_only_ever_added_to(path: Path, table: str, change: str) -> None:
    before = dump(path)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=r"is never (changed|deleted)"):
        connection.execute(change.format(table))
    connection.close()
    assert dump(path) == before


# ----------------------------------------------------------- two connections


def test_a_store_sees_what_another_wrote(path: Path) -> None:
    with SQLiteStore.open(path) as one, SQLiteStore.open(path) as two:
        reading = two.records()
        next(reading)
        Ledger(one, CLOCK).post(pay("pay/3", 5))
        assert two.head().sequence == 12
        assert Ledger(two, CLOCK).post(pay("pay/3", 5)).repeated
        assert Ledger(two, CLOCK).post(pay("pay/4", 5)).sequence == 13
        assert sum(1 for _ in reading) == 10


def test_verification_holds_to_one_state_while_another_writes(path: Path) -> None:
    with SQLiteStore.open(path) as one, SQLiteStore.open(path) as two:
        ledger = Ledger(two, CLOCK)
        ledger.post_all(pay(f"many/{n}", 1) for n in range(1_000))

        def write(done: int) -> None:
            ledger.post(pay(f"meanwhile/{done}", 1))

        found = Ledger(one, CLOCK).verify(write)

        assert found.differences == ()
        assert found.records == 1_011
        assert one.head().sequence == 1_012
        assert Ledger(one, CLOCK).verify().ok
        assert Ledger(one, CLOCK).post(pay("after", 1)).sequence == 1_013


def test_two_writers_lose_and_double_nothing(path: Path) -> None:
    """Both post the same transfers and some of their own, at the same time."""
    receipts: dict[str, list[tuple[str, int, bool]]] = {"x": [], "y": []}
    failed: list[BaseException] = []
    start = threading.Barrier(2)

    def work(who: str) -> None:
        try:
            with SQLiteStore.open(path) as store:
                ledger = Ledger(store, CLOCK)
                start.wait()
                for n in range(60):
                    for name, quantity in ((f"same/{n}", 3), (f"own/{who}/{n}", 1)):
                        receipt = ledger.post(pay(name, quantity, ANN, BOB))
                        receipts[who].append((name, receipt.sequence, receipt.repeated))
        except BaseException as error:  # noqa: BLE001  whatever it is, the test shall fail with it
            failed.append(error)

    with SQLiteStore.open(path) as store:
        Ledger(store, CLOCK).post(pay("fund", 10_000))
    threads = [threading.Thread(target=work, args=(who,)) for who in receipts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, CLOCK)
        assert ledger.quantity(BOB, CNY) == 300 - 192 + 60 * 3 + 120
        assert store.head().sequence == 12 + 180
        places = {record.command.id.text: record.sequence for record in store.records()}
        for name, sequence, _ in [*receipts["x"], *receipts["y"]]:
            assert places[name] == sequence
        first = [name for each in receipts.values() for name, _, repeated in each if not repeated]
        assert len(first) == len(set(first)) == 180
        assert ledger.verify().ok


def test_two_who_spend_the_same_money_spend_it_once(path: Path) -> None:
    results: list[str] = []
    start = threading.Barrier(4)

    def spend(who: int) -> None:
        with SQLiteStore.open(path) as store:
            start.wait()
            try:
                Ledger(store, CLOCK).post(pay(f"spend/{who}", 692, ANN, BOB))
                results.append("spent")
            except CarbonkitError as error:
                results.append(error.code)

    threads = [threading.Thread(target=spend, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["overdraft", "overdraft", "overdraft", "spent"]
    assert differences(path) == ()


def test_many_may_make_the_same_new_file_at_once(tmp_path: Path) -> None:
    failed: list[BaseException] = []
    for turn in range(10):
        start = threading.Barrier(4)

        def make(turn: int = turn, start: threading.Barrier = start) -> None:
            try:
                start.wait()
                with SQLiteStore.open(tmp_path / f"{turn}.db") as store:
                    account = Account(ANN, "kind", may_go_negative=False)
                    Ledger(store, CLOCK).post(OpenAccount(CommandId("open"), account, AT))
            except BaseException as error:  # noqa: BLE001  whatever it is, the test shall fail with it
                failed.append(error)

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert differences(tmp_path / f"{turn}.db") == ()


def test_a_new_file_is_waited_for_while_another_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.db"
    reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM sqlite_schema").fetchall()
    with monkeypatch.context() as patch:
        patch.setattr("carbonkit.storage.sqlite._BUSY_MILLISECONDS", 30)
        with pytest.raises(IntegrityError, match="database is locked"):
            SQLiteStore.open(path)
    threading.Timer(0.1, reader.execute, ["COMMIT"]).start()
    with SQLiteStore.open(path) as store:
        assert store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    reader.close()


class Busy:
    """Stands for a connection whose file others are switching at the same time: SQLite then does not wait."""

    def __init__(self, times: int, code: int) -> None:
        self.times, self.code, self.asked = times, code, 0

    def execute(self, _: str) -> None:
        self.asked += 1
        if self.asked <= self.times:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error


def test_a_busy_file_is_asked_again_and_a_broken_one_is_not() -> None:
    busy, broken = Busy(3, sqlite3.SQLITE_BUSY), Busy(1, sqlite3.SQLITE_IOERR)
    _write_ahead(cast(sqlite3.Connection, busy))
    assert busy.asked == 4
    with pytest.raises(sqlite3.OperationalError):
        _write_ahead(cast(sqlite3.Connection, broken))
    assert broken.asked == 1
