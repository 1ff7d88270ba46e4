"""A ledger file of schema version 1 comes out of the migration with all that it said, or stays as it is."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError
from carbonkit.ledger import (
    AccountId,
    AssetId,
    Bucket,
    CommandId,
    Ledger,
    Leg,
    SerialRange,
    Statement,
    Transfer,
)
from carbonkit.ledger.plain import command_from
from carbonkit.storage import SQLiteStore
from carbonkit.storage._sqlite_write import insert
from carbonkit.storage.sqlite import SCHEMA_VERSION
from carbonkit.values import as_instant
from tests.sample_ledger import ANN, AT, BANK, BOB, CEA, CNY, HandClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VERSION_1 = (Path(__file__).parent / "schema_1.sql").read_text("utf-8")
COUNT = 400  # payments of a longer file, which has tree nodes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file of version 1, as that version left it when it was closed."""
    path = tmp_path / "ledger.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(VERSION_1)
    return path


@contextlib.contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """Edit a file of version 1 with no guard in the way."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            connection.execute(sql)


def edit(path: Path, script: str) -> None:
    with unguarded(path) as connection:
        assert connection.execute(script).rowcount > 0


def bodies(path: Path) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [
            json.loads(body) for (body,) in connection.execute("SELECT body FROM record ORDER BY sequence")
        ]


def refused(path: Path) -> IntegrityError:
    """Show that a file is not brought up to date, and stays byte for byte what it was."""
    before = path.read_bytes()
    with pytest.raises(IntegrityError) as caught:
        SQLiteStore.open(path)
    assert path.read_bytes() == before
    assert {each.name for each in path.parent.iterdir()} <= {path.name, f"{path.name}-writer"}
    return caught.value


# ---------------------------------------------------------------- what comes out


def test_every_command_comes_out_as_it_was_recorded(path: Path) -> None:
    said = bodies(path)
    with SQLiteStore.open(path) as store:
        records = list(Ledger(store, HandClock()).records())
    assert len(records) == len(said) == 11
    for record, facts in zip(records, said, strict=True):
        assert record.sequence == facts["sequence"]
        assert record.recorded_at == as_instant(facts["recorded_at"])
        assert record.command == command_from(facts["command"])
        assert [
            [
                entry.holding.account.text,
                entry.holding.asset.text,
                entry.holding.bucket,
                entry.quantity,
                entry.balance_after,
                [[each.first, each.last] for each in entry.serials],
            ]
            for entry in record.entries
        ] == facts["entries"]


def test_balances_and_serial_numbers_come_out_as_they_were(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        assert ledger.quantity(ANN, CNY) == 480_000
        assert ledger.quantity(BANK, CNY) == -480_000
        assert ledger.quantity(BOB, CNY) == 0
        assert ledger.serials(ANN, CEA) == (SerialRange(101, 1_000),)
        assert ledger.serials(BOB, CEA) == (SerialRange(1, 100),)
        assert ledger.serials(BOB, CEA, Bucket.BOUGHT_TODAY) == ()
        assert [record.command.id.text for record in ledger.records_about(BOB)] == [
            "open/BOB",
            "pay/1",
            "trade/1",
            "release/1",
        ]
        assert ledger.quantity(BOB, CNY, at="2021-07-16T01:30:00.000007Z") == 480_000
        assert ledger.quantity(BOB, CNY, at="2021-07-16T01:30:00.000008Z") == 0


def test_what_comes_out_is_verified_and_a_file_of_today_s_version(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        checkpoint = ledger.checkpoint()
        found = ledger.verify(against=[checkpoint])
        assert found.differences == ()
        assert (found.records, found.accounts, dict(found.supply)) == (11, 4, {CNY: 480_000, CEA: 1_000})
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with SQLiteStore.open(path, readonly=True) as store:
        assert Ledger(store, HandClock()).verify(against=[checkpoint]).ok


def test_a_ledger_brought_up_to_date_is_the_one_that_would_be_made_today(path: Path, tmp_path: Path) -> None:
    """Post the same commands at the same moments into a new file: rows and Merkle root are the same."""
    clock = HandClock()
    with SQLiteStore.open(path) as store, SQLiteStore.open(tmp_path / "new.db") as new:
        ledger, again = Ledger(store, clock), Ledger(new, clock)
        for record in ledger.records():
            clock.at = record.recorded_at
            again.post(record.command)
        assert list(new.rows()) == list(store.rows())
        assert list(new.entries()) == list(store.entries())
        assert list(new.all_holdings()) == list(store.all_holdings())
        assert again.checkpoint() == ledger.checkpoint()


def test_posting_goes_on_and_what_was_posted_before_is_known(path: Path) -> None:
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock(as_instant("2020-01-01T00:00:00Z")))
        facts = {"year": "2021", "tonnes": "0", "note": "碳"}
        said = Statement(CommandId("said/1"), ANN, "verified_emissions", facts, "2022-03-31T00:00:00Z")
        assert ledger.post(said).repeated
        paid = Transfer(CommandId("pay/2"), [Leg(CNY, 5, ANN, BOB)], "payment", AT)
        receipt = ledger.post(paid)
        assert (receipt.sequence, receipt.repeated) == (12, False)
        assert receipt.recorded_at > as_instant("2021-07-16T01:30:00.000010Z")
        assert ledger.verify().ok
    with SQLiteStore.open(path) as store:
        assert Ledger(store, HandClock()).post(paid).digest == receipt.digest


def with_payments(path: Path) -> None:
    """Let a file of version 1 grow by many payments, as that version would have recorded them."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (previous,) = connection.execute("SELECT digest FROM record ORDER BY sequence DESC").fetchone()
        connection.execute("BEGIN")
        for number in range(COUNT):
            sequence, left = 12 + number, 480_000 - number - 1
            at = f"2021-07-16T01:31:00.{number:06}+00:00"
            leg = {
                "asset": "CNY",
                "quantity": 1,
                "source": ["ANN", "tradable"],
                "target": ["BOB", "tradable"],
            }
            body = json.dumps(
                {
                    "command": {
                        "command": "transfer",
                        "effective_at": "2021-07-16T01:31:00+00:00",
                        "id": f"small/{number}",
                        "legs": [leg],
                        "reason": "payment",
                    },
                    "entries": [
                        ["ANN", "CNY", "tradable", -1, left, []],
                        ["BOB", "CNY", "tradable", 1, number + 1, []],
                    ],
                    "previous": previous,
                    "recorded_at": at.replace(".000000", ""),
                    "sequence": sequence,
                },
                separators=(",", ":"),
                sort_keys=True,
            )
            previous = hashlib.sha256(body.encode()).hexdigest()
            values = (sequence, f"small/{number}", at.replace(".000000", ""), body, previous)
            connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?)", values)
            for position, (account, quantity, after) in enumerate(
                [("ANN", -1, left), ("BOB", 1, number + 1)]
            ):
                connection.execute(
                    "INSERT INTO entry VALUES (?, ?, ?, 'CNY', 'tradable', ?, ?, '[]')",
                    (sequence, position, account, quantity, after),
                )
                connection.execute("INSERT INTO about VALUES (?, ?)", (account, sequence))
        for account, quantity in (("ANN", 480_000 - COUNT), ("BOB", COUNT)):
            connection.execute(
                "UPDATE balance SET quantity = ? WHERE account = ? AND asset = 'CNY'", (quantity, account)
            )
        connection.execute("COMMIT")


def test_a_longer_file_comes_out_with_its_tree(path: Path) -> None:
    with_payments(path)
    with SQLiteStore.open(path) as store:
        ledger = Ledger(store, HandClock())
        assert ledger.quantity(BOB, CNY) == COUNT
        assert [(node.level, node.number) for node in store.nodes()] == [(8, 0)]
        assert ledger.verify(against=[ledger.checkpoint()]).differences == ()
        assert ledger.quantity(BOB, CNY, at="2021-07-16T01:31:00.000009Z") == 10


# ------------------------------------------------------------- what is not taken

TAMPERED = {
    "a quantity in a body": "UPDATE record SET body = replace(body, '480000', '480001') WHERE sequence = 8",
    "a reason in a body": "UPDATE record SET body = replace(body, 'deposit', 'payment') WHERE sequence = 8",
    "a fact in a body": 'UPDATE record SET body = replace(body, \'"tonnes":"0"\', \'"tonnes":"9"\')'
    " WHERE sequence = 11",
    "a moment in a body": "UPDATE record SET body = replace(body, '.000008', '.0000081') WHERE sequence = 9",
    "a body that is none": "UPDATE record SET body = '{}' WHERE sequence = 8",
    "a body that is no JSON": "UPDATE record SET body = '[' WHERE sequence = 8",
    "a deep body": "UPDATE record SET body = replace(hex(zeroblob(5000)), '00', '[') WHERE sequence = 8",
    "a digest": "UPDATE record SET digest = replace(digest, 'a', 'b') WHERE sequence = 8",
    "the last digest": "UPDATE record SET digest = replace(digest, 'a', 'b') WHERE sequence = 11",
    "an id beside its body": "UPDATE record SET command_id = 'pay/9' WHERE sequence = 8",
    "a moment beside its body": "UPDATE record SET recorded_at = '2020-01-01T00:00:00Z' WHERE sequence = 8",
    "a record taken out": "DELETE FROM record WHERE sequence = 10",
    "an account of records renumbered": "UPDATE record SET sequence = 99 WHERE sequence = 11",
    "a balance": "UPDATE balance SET quantity = quantity + 1 WHERE account = 'ANN' AND asset = 'CNY'",
    "an empty balance taken out": "DELETE FROM balance WHERE account = 'BOB' AND asset = 'CNY'",
    "an entry": "UPDATE entry SET balance_after = 1 WHERE sequence = 8 AND position = 1",
    "an entry put in": "INSERT INTO entry VALUES (12, 0, 'ANN', 'CNY', 'tradable', 5, 5, '[]')",
    "an entry taken out": "DELETE FROM entry WHERE sequence = 10",
    "where serial numbers lie": "UPDATE block SET account = 'ANN' WHERE first = 1",
    "what serial numbers there are": "UPDATE block SET last = 900 WHERE first = 101",
    "an account": "UPDATE account SET may_go_negative = 1 WHERE id = 'ANN'",
    "an account's kind": "UPDATE account SET kind = 'bank' WHERE id = 'ANN'",
    "an asset": "UPDATE asset SET places = 3 WHERE id = 'CNY'",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_file_is_refused_and_left_as_it_is(path: Path, what: str) -> None:
    edit(path, TAMPERED[what])
    refused(path)


def sealed_again(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change records and seal the whole chain anew, as somebody can who knows how version 1 did it."""
    previous = "0" * 64
    with unguarded(path) as connection:
        for (body,) in connection.execute("SELECT body FROM record ORDER BY sequence").fetchall():
            facts = json.loads(body)
            place = facts["sequence"]
            change(facts)
            facts["previous"] = previous
            text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
            previous = hashlib.sha256(text.encode()).hexdigest()
            connection.execute(
                "UPDATE record SET sequence = ?, recorded_at = ?, body = ?, digest = ? WHERE sequence = ?",
                (facts["sequence"], facts["recorded_at"], text, previous, place),
            )


def test_a_chain_sealed_anew_over_the_same_is_taken(path: Path) -> None:
    """The tool of the next test alone changes nothing."""
    sealed_again(path, lambda _: None)
    with SQLiteStore.open(path) as store:
        assert store.head().sequence == 11


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts.update(sequence=facts["sequence"] + (facts["sequence"] == 11)),
        lambda facts: facts.update(recorded_at="2021-07-16T01:30:00+00:00"),
        lambda facts: facts["entries"] and facts["entries"][0].__setitem__(4, 5),
        lambda facts: facts["entries"].append(["ANN", "CNY", "tradable", 1, 1, []]),
        lambda facts: facts["command"].update(reason="A B") if "reason" in facts["command"] else None,
    ],
    ids=["a gap", "no order in time", "another balance", "an entry too many", "no such reason"],
)
def test_a_chain_sealed_anew_over_something_else_is_refused(
    path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    sealed_again(path, change)
    refused(path)


@pytest.mark.parametrize("table", ["record", "balance", "entry", "block", "account", "asset"])
def test_a_file_that_lacks_a_table_is_refused_and_left_as_it_is(path: Path, table: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TABLE {table}")
    refused(path)


def test_a_record_between_others_cannot_be_left_out(path: Path) -> None:
    """A statement in the middle moves nothing: only the chain and the places tell."""
    edit(path, "DELETE FROM record WHERE sequence = 5")
    refused(path)


# --------------------------------------------------------- in the middle of it


@pytest.mark.parametrize("step", ["first", "last"])
def test_an_error_in_the_middle_leaves_version_1(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = path.read_bytes()

    def fails(*arguments: Any) -> None:  # noqa: ANN401  whatever `insert` takes
        if step == "last":
            insert(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("carbonkit.storage._migration.insert", fails)
        with pytest.raises(KeyboardInterrupt):
            SQLiteStore.open(path)
    assert path.read_bytes() == before
    assert len(bodies(path)) == 11
    with SQLiteStore.open(path) as store:
        assert Ledger(store, HandClock()).verify().records == 11


def test_a_process_that_is_killed_in_the_middle_leaves_version_1(path: Path) -> None:
    script = """
import os, signal, sys
from carbonkit.storage import SQLiteStore, _migration
real = _migration.insert
def killed(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
_migration.insert = killed
SQLiteStore.open(sys.argv[1])
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, path], check=False, env=os.environ | {"PYTHONPATH": str(root)}
    )
    assert done.returncode == -9
    assert len(bodies(path)) == 11
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    with SQLiteStore.open(path) as store:
        assert Ledger(store, HandClock()).verify().ok


def test_a_reader_does_not_bring_a_file_up_to_date(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InvalidValueError, match="open it for writing once") as caught:
        SQLiteStore.open(path, readonly=True)
    assert caught.value.code == "older_schema"
    assert path.read_bytes() == before


def test_of_two_who_open_it_one_brings_it_up_to_date(path: Path) -> None:
    stores: list[SQLiteStore] = []
    codes: list[str] = []
    start = threading.Barrier(4)

    def open_it() -> None:
        start.wait()
        try:
            stores.append(SQLiteStore.open(path))
        except CarbonkitError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (store,) = stores
    with store:
        assert codes == ["second_writer"] * 3
        assert Ledger(store, HandClock()).verify().records == 11


def test_a_file_that_somebody_still_reads_is_brought_up_to_date_beside_them(path: Path) -> None:
    """An old reader keeps the state that it reads; nothing is taken from under it."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM about").fetchone() == (12,)
        with SQLiteStore.open(path) as store:
            assert Ledger(store, HandClock()).verify().ok
            assert reader.execute("SELECT count(*) FROM about").fetchone() == (12,)
        reader.execute("COMMIT")
    with SQLiteStore.open(path) as store:
        assert Ledger(store, HandClock()).asset(AssetId("CEA")).serialised
        assert Ledger(store, HandClock()).account(AccountId("ISSUER")).may_go_negative
