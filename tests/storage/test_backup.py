"""Backups are whole, durable, say what they hold, and come back only if they verify."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.errors import CarbonkitError, IntegrityError, StorageError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    OpenAccount,
    Transfer,
)
from carbonkit.storage import SQLiteStore
from carbonkit.storage import backup as module
from carbonkit.storage.backup import Backup, backup, restore
from carbonkit.values import FixedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = "2021-07-16T01:30:00Z"
CNY = AssetId("CNY")
BANK, ANN = AccountId("BANK"), AccountId("ANN")


def pay(number: int) -> Transfer:
    return Transfer(CommandId(f"pay/{number}"), [Leg(CNY, 1, BANK, ANN)], "payment", AT)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with SQLiteStore.open(tmp_path / "ledger.db") as store:
        made = Ledger(store, FixedClock(AT))
        made.post_all(
            [
                DefineAsset(CommandId("define"), Asset(CNY, 2, serialised=False), AT),
                OpenAccount(CommandId("open/BANK"), Account(BANK, "bank", may_go_negative=True), AT),
                OpenAccount(CommandId("open/ANN"), Account(ANN, "holder", may_go_negative=False), AT),
                *map(pay, range(500)),
            ]
        )
        yield made


def test_a_backup_holds_everything_and_is_one_file(ledger: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "safe"
    folder.mkdir()
    held = backup(tmp_path / "ledger.db", folder / "copy.db")
    checkpoint = ledger.checkpoint()
    assert held == Backup(checkpoint.size, checkpoint.root)
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    ledger.post(pay(500))
    with SQLiteStore.open(folder / "copy.db", readonly=True) as store:
        copy = Ledger(store, FixedClock(AT))
        assert copy.verify(against=[checkpoint]).ok
        assert copy.quantity(ANN, CNY) == 500


def test_a_backup_is_taken_while_others_write(ledger: Ledger, tmp_path: Path) -> None:
    """Acknowledged before the call means in the backup; it is never half a batch."""
    stop = threading.Event()

    def write() -> None:
        number = 1_000
        while not stop.is_set():
            ledger.post_all([pay(number), pay(number + 1)])
            number += 2

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            before = ledger.checkpoint()
            held = backup(tmp_path / "ledger.db", tmp_path / "copy.db")
            assert held.size >= before.size
            assert (held.size - 503) % 2 == 0
            with SQLiteStore.open(tmp_path / "copy.db", readonly=True) as store:
                assert Ledger(store, FixedClock(AT)).verify(against=[before]).ok
    finally:
        stop.set()
        writer.join()


def test_a_backup_comes_back(ledger: Ledger, tmp_path: Path) -> None:
    held = backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    told: list[int] = []
    restore(tmp_path / "copy.db", tmp_path / "again.db", held, told.append)
    assert told[-1] == 503
    with SQLiteStore.open(tmp_path / "again.db") as store:
        again = Ledger(store, FixedClock(AT))
        assert again.checkpoint() == ledger.checkpoint()
        assert again.post(pay(3)).repeated
        assert again.post(pay(500)).sequence == 504


@pytest.mark.parametrize("sql", ["UPDATE holding SET quantity = quantity + 1", "DELETE FROM entry"])
def test_a_backup_that_was_changed_does_not_come_back(ledger: Ledger, tmp_path: Path, sql: str) -> None:
    held = backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    del ledger
    changed = sqlite3.connect(tmp_path / "copy.db")
    for (name,) in changed.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        changed.execute(f"DROP TRIGGER {name}")
    changed.execute(sql)
    changed.commit()
    changed.close()
    with pytest.raises(IntegrityError, match="backup"):
        restore(tmp_path / "copy.db", tmp_path / "again.db", held)
    assert not (tmp_path / "again.db").exists()


def test_an_older_backup_is_not_taken_for_the_newest(ledger: Ledger, tmp_path: Path) -> None:
    older = backup(tmp_path / "ledger.db", tmp_path / "older.db")
    ledger.post(pay(500))
    newest = backup(tmp_path / "ledger.db", tmp_path / "newest.db")
    with pytest.raises(IntegrityError, match="hold 504 records"):
        restore(tmp_path / "older.db", tmp_path / "again.db", newest)
    with pytest.raises(IntegrityError, match="hold 503 records"):
        restore(tmp_path / "older.db", tmp_path / "again.db", attrs.evolve(older, root=bytes(32)))
    assert not (tmp_path / "again.db").exists()


@pytest.mark.parametrize("end", ["", "-wal", "-journal"])
def test_nothing_that_is_there_is_written_over(ledger: Ledger, tmp_path: Path, end: str) -> None:
    held = backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    del ledger
    there = tmp_path / f"again.db{end}"
    there.write_text("mine")
    with pytest.raises(StorageError, match="not exist yet"):
        restore(tmp_path / "copy.db", tmp_path / "again.db", held)
    assert there.read_text() == "mine"


def test_a_copy_that_cannot_be_finished_leaves_the_one_before(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    ledger.post(pay(500))

    def fails(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(module, "_synced", fails)
        with pytest.raises(StorageError, match="No space left"):
            backup(tmp_path / "ledger.db", tmp_path / "copy.db")
    assert not list(tmp_path.glob("*.part"))
    restore(tmp_path / "copy.db", tmp_path / "again.db", first)


def test_what_cannot_be_backed_up_is_said(ledger: Ledger, tmp_path: Path) -> None:
    del ledger
    with pytest.raises(StorageError, match="exist"):
        backup(tmp_path / "none.db", tmp_path / "copy.db")
    with pytest.raises(StorageError, match="another file"):
        backup(tmp_path / "ledger.db", tmp_path / "ledger.db")
    with pytest.raises(StorageError):
        backup(tmp_path / "ledger.db", tmp_path / "no folder" / "copy.db")
    (tmp_path / "text.db").write_text(
        "not a database, but a text that is long enough to be taken for one" * 20
    )
    with pytest.raises(CarbonkitError, match="ledger file"):
        backup(tmp_path / "text.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
