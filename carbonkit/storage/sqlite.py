"""
A ledger in one SQLite file.

Every batch is one transaction under `synchronous=FULL`, so a receipt that the
caller has seen survives a power cut. The journal holds each record's canonical
text and digest; accounts, assets, entries, balances and blocks are kept beside
it for look-ups, and `verify` recomputes them from it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from carbonkit.errors import IntegrityError, InvalidValueError
from carbonkit.ledger.account import Account, Balance, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import DefineAsset, OpenAccount, Statement
from carbonkit.ledger.journal import Entry, Record, body_of, record_from
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.store import EMPTY, Batch, Head, StoredBlock
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SCHEMA_VERSION", "SQLiteStore"]

SCHEMA_VERSION: Final = 1
_APPLICATION: Final = 0x636B6974  # "ckit", so that `file` and we know the file for ours
_BUSY_MILLISECONDS: Final = 10_000

_SCHEMA: Final = """
CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    recorded_at TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
CREATE TABLE about (
    account TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    places INTEGER NOT NULL,
    serialised INTEGER NOT NULL CHECK (serialised IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
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
CREATE INDEX entry_of_holding ON entry (account, asset, bucket, sequence);
CREATE TABLE balance (
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    bucket TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (account, asset, bucket)
) STRICT, WITHOUT ROWID;
CREATE TABLE block (
    asset TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first AND first >= 1),
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    PRIMARY KEY (asset, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_of_holding ON block (account, asset, bucket, first);
CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END;
CREATE TRIGGER record_is_not_deleted BEFORE DELETE ON record
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END;
CREATE TRIGGER entry_is_not_changed BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER entry_is_not_deleted BEFORE DELETE ON entry
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
            IntegrityError: If the file is no ledger, or is broken.
            InvalidValueError: If a newer carbonkit made it.

        Example:
            >>> SQLiteStore.open(":memory:").close()
        """
        with _ours():
            connection = sqlite3.connect(
                os.fspath(path), isolation_level=None, timeout=_BUSY_MILLISECONDS / 1000
            )
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

    def _rows(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        with _ours():
            yield from self.connection.execute(sql, values)

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        with _ours():
            row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
            return row

    def head(self) -> Head:
        """Return the last record's place and digest."""
        row = self._row("SELECT sequence, digest, recorded_at FROM record ORDER BY sequence DESC LIMIT 1")
        return EMPTY if row is None else Head(row[0], row[1], as_instant(row[2]))

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command, or None."""
        row = self._row("SELECT body, digest FROM record WHERE command_id = ?", command_id.text)
        return None if row is None else record_from(*row)

    def records(self, after: int = 0) -> Iterator[Record]:
        """Yield the records after a place, in order."""
        sql = "SELECT body, digest FROM record WHERE sequence > ? ORDER BY sequence"
        for body, digest in self._rows(sql, after):
            yield record_from(body, digest)

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """Yield the records about an account, in order."""
        sql = (
            "SELECT body, digest FROM about JOIN record USING (sequence) WHERE account = ? ORDER BY sequence"
        )
        for body, digest in self._rows(sql, account.text):
            yield record_from(body, digest)

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        row = self._row("SELECT id, kind, may_go_negative FROM account WHERE id = ?", account_id.text)
        return None if row is None else _account(row)

    def accounts(self) -> Iterator[Account]:
        """Yield every account, by id."""
        return map(_account, self._rows("SELECT id, kind, may_go_negative FROM account ORDER BY id"))

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        row = self._row("SELECT id, places, serialised FROM asset WHERE id = ?", asset_id.text)
        return None if row is None else _asset(row)

    def assets(self) -> Iterator[Asset]:
        """Yield every asset, by id."""
        return map(_asset, self._rows("SELECT id, places, serialised FROM asset ORDER BY id"))

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
        for name, what, bucket, quantity in self._rows(
            sql, account.text if account else None, asset.text if asset else None
        ):
            yield Balance(Holding(AccountId(name), AssetId(what), bucket), quantity)

    def serials(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return the serial ranges in a holding, lowest first."""
        # Without the hint the planner walks every block of the asset, because they come out in order.
        sql = (
            "SELECT first, last FROM block INDEXED BY block_of_holding"
            " WHERE account = ? AND asset = ? AND bucket = ? ORDER BY first"
        )
        return tuple(SerialRange(first, last) for first, last in self._rows(sql, *_key(holding)))

    def block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        """Return some block of the asset that shares a number with a range, or None."""
        # Blocks do not overlap, so only the last one that starts at or before the range's end can reach it.
        sql = (
            "SELECT asset, first, last, account, bucket FROM block"
            " WHERE asset = ? AND first <= ? ORDER BY first DESC LIMIT 1"
        )
        row = self._row(sql, asset.text, serials.last)
        return None if row is None or row[2] < serials.first else _block(row)

    def last_serial(self, asset: AssetId) -> int:
        """Return the highest serial number of an asset that was ever issued."""
        # Blocks do not overlap, so the one that starts last also ends last.
        row = self._row("SELECT last FROM block WHERE asset = ? ORDER BY first DESC LIMIT 1", asset.text)
        return 0 if row is None else int(row[0])

    def blocks(self) -> Iterator[StoredBlock]:
        """Yield every block, by asset and number."""
        return map(
            _block, self._rows("SELECT asset, first, last, account, bucket FROM block ORDER BY asset, first")
        )

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Yield every indexed entry with its record's place, in order."""
        sql = (
            "SELECT sequence, account, asset, bucket, quantity, balance_after, serials"
            " FROM entry ORDER BY sequence, position"
        )
        for sequence, account, asset, bucket, quantity, after, ranges in self._rows(sql):
            serials = tuple(SerialRange(first, last) for first, last in json.loads(ranges))
            holding = Holding(AccountId(account), AssetId(asset), bucket)
            yield sequence, Entry(holding, quantity, after, serials)

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
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != _APPLICATION:
        raise IntegrityError("be a carbonkit ledger", was="another SQLite database", field="ledger file")
    if version > SCHEMA_VERSION:
        raise InvalidValueError(
            f"have schema version {SCHEMA_VERSION} or lower",
            was=version,
            field="ledger file",
            hint="open it with the newer carbonkit that made it",
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if not tables:
        connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA}"
            f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def _key(holding: Holding) -> tuple[str, str, str]:
    return holding.account.text, holding.asset.text, holding.bucket


def _moved(entry: Entry) -> tuple[int, int, str]:
    ranges = json.dumps([[each.first, each.last] for each in entry.serials], separators=(",", ":"))
    return entry.quantity, entry.balance_after, ranges


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


def _account(row: tuple[Any, ...]) -> Account:
    return Account(AccountId(row[0]), row[1], may_go_negative=bool(row[2]))


def _asset(row: tuple[Any, ...]) -> Asset:
    return Asset(AssetId(row[0]), row[1], serialised=bool(row[2]))


def _block(row: tuple[Any, ...]) -> StoredBlock:
    asset = AssetId(row[0])
    return StoredBlock(asset, SerialRange(row[1], row[2]), Holding(AccountId(row[3]), asset, row[4]))
