"""
A ledger in one SQLite file.

Every batch is one transaction under `synchronous=FULL`, so a receipt that the
caller has seen survives a power cut. The journal holds each record's canonical
text and digest; accounts, assets, entries, balances and blocks are kept beside
it for look-ups, and `verify` recomputes them from it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from carbonkit.errors import IntegrityError, InvalidValueError
from carbonkit.ledger.command import DefineAsset, OpenAccount, Statement
from carbonkit.ledger.journal import body_of
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.store import EMPTY
from carbonkit.storage._row import (
    ranges_text,
    read,
    stored_account,
    stored_asset,
    stored_balance,
    stored_block,
    stored_entry,
    stored_head,
    stored_record,
)
from carbonkit.values.identifier import AccountId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.ledger.account import Account, Balance, Holding
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.journal import Entry, Record
    from carbonkit.ledger.store import Batch, Head, StoredBlock
    from carbonkit.values.identifier import AssetId, CommandId

__all__ = ["SCHEMA_VERSION", "SQLiteStore"]

SCHEMA_VERSION: Final = 1
_APPLICATION: Final = 0x636B6974  # "ckit", so that `file` and we know the file for ours
_BUSY_MILLISECONDS: Final = 10_000
_PAUSE_MILLISECONDS: Final = 10
_PAGE: Final = 1_000  # rows of the journal that are read at a time

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS record (
    sequence INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    recorded_at TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS about (
    account TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asset (
    id TEXT PRIMARY KEY,
    places INTEGER NOT NULL,
    serialised INTEGER NOT NULL CHECK (serialised IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
    sequence INTEGER NOT NULL,
    position INTEGER NOT NULL,
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    bucket TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    serials TEXT NOT NULL,
    PRIMARY KEY (sequence, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_of_holding ON entry (account, asset, bucket, sequence);
CREATE TABLE IF NOT EXISTS balance (
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    bucket TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (account, asset, bucket)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (
    asset TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first AND first >= 1),
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    PRIMARY KEY (asset, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS block_of_holding ON block (account, asset, bucket, first);
CREATE TRIGGER IF NOT EXISTS record_is_not_changed BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER IF NOT EXISTS record_is_not_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_not_changed BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_not_deleted BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;
"""


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    """Turn the database's errors into carbonkit's."""
    try:
        yield
    except sqlite3.Error as error:
        raise IntegrityError(
            "be readable and writable as a ledger", was=str(error), field="ledger file"
        ) from error


@attrs.frozen
class SQLiteStore:
    """
    A `Store` in a SQLite file; open it with `SQLiteStore.open`.

    One store belongs to the thread that opened it.

    Args:
        connection: A connection that `open` has prepared.

    Example:
        >>> with SQLiteStore.open(":memory:") as store:
        ...     store.head().sequence
        0
    """

    connection: sqlite3.Connection = attrs.field(repr=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """
        Open a ledger file, and make it if there is none.

        Args:
            path: The file, or ":memory:".

        Returns:
            The store; close it, or use it in a `with` statement.

        Raises:
            IntegrityError: If the file is no ledger, is broken, or cannot be opened for writing.
            InvalidValueError: If a newer carbonkit made it, or the path names no file.

        Example:
            >>> SQLiteStore.open(":memory:").close()
        """
        name = os.fspath(path)
        if not name or "\0" in os.fsdecode(name):  # SQLite would keep it in a file that vanishes
            raise InvalidValueError('be a file\'s path or ":memory:"', was=name, field="ledger file")
        with _ours():
            connection = sqlite3.connect(name, isolation_level=None, timeout=_BUSY_MILLISECONDS / 1000)
            try:
                _prepare(connection)
            except BaseException:
                connection.close()
                raise
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        # All at once: a statement left open would keep this connection in an old state, and from writing.
        with _ours():
            return self.connection.execute(sql, values).fetchall()

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _pages(self, sql: str, after: tuple[int, ...], *values: object) -> Iterator[tuple[Any, ...]]:
        # The statement takes the key to go on after, and ends in LIMIT ?; its rows begin with that key.
        while rows := self._rows(sql, *after, *values, _PAGE):
            yield from rows
            after = rows[-1][: len(after)]

    def head(self) -> Head:
        """Return the last record's place and digest."""
        row = self._row("SELECT sequence, digest, recorded_at FROM record ORDER BY sequence DESC LIMIT 1")
        return EMPTY if row is None else read(stored_head, row)

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command, or None."""
        sql = "SELECT sequence, command_id, recorded_at, body, digest FROM record WHERE command_id = ?"
        row = self._row(sql, command_id.text)
        return None if row is None else read(stored_record, row)

    def records(self, after: int = 0) -> Iterator[Record]:
        """Yield the records after a place, in order."""
        sql = (
            "SELECT sequence, command_id, recorded_at, body, digest FROM record"
            " WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?"
        )
        for row in self._pages(sql, (after,), self.head().sequence):
            yield read(stored_record, row)

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """Yield the records about an account, in order."""
        sql = (
            "SELECT sequence, command_id, recorded_at, body, digest FROM about JOIN record USING (sequence)"
            " WHERE sequence > ? AND sequence <= ? AND account = ? ORDER BY sequence LIMIT ?"
        )
        for row in self._pages(sql, (0,), self.head().sequence, account.text):
            yield read(stored_record, row)

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        row = self._row("SELECT id, kind, may_go_negative FROM account WHERE id = ?", account_id.text)
        return None if row is None else read(stored_account, row)

    def accounts(self) -> Iterator[Account]:
        """Yield every account, by id."""
        for row in self._rows("SELECT id, kind, may_go_negative FROM account ORDER BY id"):
            yield read(stored_account, row)

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        row = self._row("SELECT id, places, serialised FROM asset WHERE id = ?", asset_id.text)
        return None if row is None else read(stored_asset, row)

    def assets(self) -> Iterator[Asset]:
        """Yield every asset, by id."""
        for row in self._rows("SELECT id, places, serialised FROM asset ORDER BY id"):
            yield read(stored_asset, row)

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains."""
        sql = "SELECT quantity FROM balance WHERE account = ? AND asset = ? AND bucket = ?"
        row = self._row(sql, *_key(holding))
        return 0 if row is None else int(row[0])

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> Iterator[Balance]:
        """Yield the balances asked for, in order of the holding."""
        sql = (
            "SELECT account, asset, bucket, quantity FROM balance"
            " WHERE account = ifnull(?, account) AND asset = ifnull(?, asset) ORDER BY account, asset, bucket"
        )
        for row in self._rows(sql, account.text if account else None, asset.text if asset else None):
            yield read(stored_balance, row)

    def serials(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return the serial ranges in a holding, lowest first."""
        # Without the hint the planner walks every block of the asset, because they come out in order.
        sql = (
            "SELECT first, last FROM block INDEXED BY block_of_holding"
            " WHERE account = ? AND asset = ? AND bucket = ? ORDER BY first"
        )
        return tuple(read(SerialRange, row) for row in self._rows(sql, *_key(holding)))

    def block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        """Return some block of the asset that shares a number with a range, or None."""
        # Blocks do not overlap, so only the last one that starts at or before the range's end can reach it.
        sql = (
            "SELECT asset, first, last, account, bucket FROM block"
            " WHERE asset = ? AND first <= ? ORDER BY first DESC LIMIT 1"
        )
        row = self._row(sql, asset.text, serials.last)
        return None if row is None or row[2] < serials.first else read(stored_block, row)

    def last_serial(self, asset: AssetId) -> int:
        """Return the highest serial number of an asset that was ever issued."""
        # Blocks do not overlap, so the one that starts last also ends last.
        row = self._row("SELECT last FROM block WHERE asset = ? ORDER BY first DESC LIMIT 1", asset.text)
        return 0 if row is None else int(row[0])

    def blocks(self) -> Iterator[StoredBlock]:
        """Yield every block, by asset and number."""
        for row in self._rows("SELECT asset, first, last, account, bucket FROM block ORDER BY asset, first"):
            yield read(stored_block, row)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Yield every indexed entry with its record's place, in order."""
        sql = (
            "SELECT sequence, position, account, asset, bucket, quantity, balance_after, serials FROM entry"
            " WHERE (sequence, position) > (?, ?) AND sequence <= ? ORDER BY sequence, position LIMIT ?"
        )
        row = self._row("SELECT max(sequence) FROM entry")
        due = (0, 0)
        for sequence, position, *facts in self._pages(sql, (-1, -1), row[0] if row else None):
            if position != (due[1] if sequence == due[0] else 0):
                raise IntegrityError(
                    "be counted from 0", was=f"{sequence}/{position}", field="position of a stored entry"
                )
            due = (sequence, position + 1)
            yield sequence, read(stored_entry, tuple(facts))

    def mentions(self) -> Iterator[tuple[AccountId, int]]:
        """Yield every account with the place of each record about it, in order."""
        for account, sequence in self._rows("SELECT account, sequence FROM about ORDER BY account, sequence"):
            yield read(AccountId, (account,)), sequence

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Hold everything that is read inside to one state, whatever others write meanwhile."""
        with _ours():
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def write(self, batch: Batch) -> bool:
        """Write a batch whole and durably; return False, and write nothing, if the head has moved."""
        with _ours():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                moved = self.head() != batch.after
                if not moved:
                    self._insert(batch)
                self.connection.execute("ROLLBACK" if moved else "COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        return not moved

    def _insert(self, batch: Batch) -> None:
        many = self.connection.executemany
        many(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?)",
            (
                (
                    each.sequence,
                    each.command.id.text,
                    each.recorded_at.isoformat(),
                    body_of(each.sequence, each.recorded_at, each.command, each.entries, each.previous),
                    each.digest,
                )
                for each in batch.records
            ),
        )
        many(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (each.sequence, position, *_key(entry.holding), *_moved(entry))
                for each in batch.records
                for position, entry in enumerate(each.entries)
            ),
        )
        many(
            "INSERT INTO about VALUES (?, ?)",
            ((name, each.sequence) for each in batch.records for name in _about(each)),
        )
        opened = [each.command.account for each in batch.records if isinstance(each.command, OpenAccount)]
        many(
            "INSERT INTO account VALUES (?, ?, ?)",
            ((a.id.text, a.kind, int(a.may_go_negative)) for a in opened),
        )
        defined = [each.command.asset for each in batch.records if isinstance(each.command, DefineAsset)]
        many(
            "INSERT INTO asset VALUES (?, ?, ?)", ((a.id.text, a.places, int(a.serialised)) for a in defined)
        )
        many(
            "INSERT INTO balance VALUES (?, ?, ?, ?)"
            " ON CONFLICT (account, asset, bucket) DO UPDATE SET quantity = excluded.quantity",
            ((*_key(each.holding), each.quantity) for each in batch.balances),
        )
        many(
            "DELETE FROM block WHERE asset = ? AND first = ?",
            ((each.asset.text, each.serials.first) for each in batch.ended),
        )
        many(
            "INSERT INTO block VALUES (?, ?, ?, ?, ?)",
            (
                (
                    each.asset.text,
                    each.serials.first,
                    each.serials.last,
                    each.holding.account.text,
                    each.holding.bucket,
                )
                for each in batch.begun
            ),
        )


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")  # all three as of one moment: another connection may be making them
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    connection.execute("COMMIT")
    if (tables or application) and application != _APPLICATION:
        raise IntegrityError("be a carbonkit ledger", was="another SQLite database", field="ledger file")
    if version > SCHEMA_VERSION:
        raise InvalidValueError(
            f"have schema version {SCHEMA_VERSION} or lower",
            was=version,
            field="ledger file",
            hint="open it with the newer carbonkit that made it",
        )
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    if not tables:
        connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA}"
            f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a new file to a write-ahead log; SQLite does not wait for others who do the same, so we do."""
    for left in reversed(range(_BUSY_MILLISECONDS // _PAUSE_MILLISECONDS)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(_PAUSE_MILLISECONDS / 1000)
        else:
            return


def _key(holding: Holding) -> tuple[str, str, str]:
    return holding.account.text, holding.asset.text, holding.bucket


def _moved(entry: Entry) -> tuple[int, int, str]:
    return entry.quantity, entry.balance_after, ranges_text(entry.serials)


def _about(record: Record) -> dict[str, None]:
    names = dict.fromkeys(entry.holding.account.text for entry in record.entries)
    match record.command:
        case OpenAccount(account=account):
            names[account.id.text] = None
        case Statement(account=about):
            names[about.text] = None
        case _:
            pass
    return names
