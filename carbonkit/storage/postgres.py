"""
Ledgers in a PostgreSQL database, for when one machine is not enough.

A batch is one transaction that the server has made durable, and copied to its
synchronous standbys if it has any, before a receipt is given. Any number of stores in
any number of processes may write one ledger: each write finds the head that it was
worked out on, or is worked out again. One database keeps many ledgers.

`psycopg` is the extra `postgres`; it is imported when a store is opened.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self

from carbonkit.errors import InvalidValueError, StorageError
from carbonkit.ledger.row import Row
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.store import HoldingRow, OpenHold, TreeNode
from carbonkit.storage._postgres_connector import Connector, ours
from carbonkit.storage._postgres_readers import Readers, streamed
from carbonkit.storage._postgres_schema import SCHEMA_VERSION, check, faults, prepare
from carbonkit.storage._postgres_select import ABOUT, BLOCKS, HOLDINGS, QUANTITY_AT, ROWS, SERIALS
from carbonkit.storage._postgres_write import texts
from carbonkit.storage._postgres_writer import HEAD, Writer, head_of
from carbonkit.storage._row import (
    read,
    stored_account,
    stored_asset,
    stored_balance,
    stored_block,
    stored_holding,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from carbonkit.ledger.account import Account, Balance, Holding
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.row import EntryRow
    from carbonkit.ledger.store import Batch, Head, StoredBlock
    from carbonkit.storage._postgres_memory import HoldingKey
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["SCHEMA_VERSION", "PostgresStore"]

_PAGE: Final = 1_000  # rows of the journal that are read at a time
_MANY: Final = 10_000  # keys that one statement takes
_REMEMBERED: Final = 100_000  # accounts, assets or names of holdings
_NEVER: Final = 2**63 - 1
_PATIENCE: Final = 30
_LONGEST_NAME: Final = 255


class PostgresStore:
    """
    A `Store` in a PostgreSQL database; open it with `PostgresStore.open`.

    Args:
        connector: Opens connections.
        ledger: The ledger's name.
        writer: The connection that writes, or None for a store that only reads.
        portable: Whether it does without functions.

    Example:
        >>> PostgresStore.open("host=nowhere.invalid dbname=registry")
        Traceback (most recent call last):
        carbonkit.errors.StorageError: database: must be reachable, was ...
    """

    def __init__(self, connector: Connector, ledger: str, writer: Writer | None, *, portable: bool) -> None:
        self._ledger = ledger
        self._writer = writer
        self._portable = portable
        self._readers = Readers(connector)
        self._process = os.getpid()
        self._closed = False
        # What is never changed once it is recorded may be remembered.
        self._accounts: dict[str, Account] = {}
        self._assets: dict[str, Asset] = {}
        self._holdings: dict[int, Holding] = {}

    @classmethod
    def open(
        cls,
        conninfo: str,
        *,
        ledger: str = "main",
        portable: bool = False,
        readonly: bool = False,
        patience: int = _PATIENCE,
    ) -> Self:
        """
        Open a ledger in a database; for writing, make its tables in the current schema if there are none.

        Args:
            conninfo: How to connect, in the words of libpq. It may name several hosts; the one that
                takes writes is found, after a failover too.
            ledger: Which ledger of the database.
            portable: Whether to keep to statements that CockroachDB and YugabyteDB run as well.
            readonly: Whether to read only; a standby will do then.
            patience: For how many seconds a lost server is waited for.

        Returns:
            The store; close it, or use it in a `with` statement.

        Raises:
            IntegrityError: If the tables are broken.
            InvalidValueError: If a newer carbonkit made the tables, or an argument is not what it must be.
            MissingExtraError: If `psycopg` is not installed.
            StorageError: If the database cannot be reached, or has no such ledger and is only to be read.

        Example:
            >>> PostgresStore.open("host=nowhere.invalid dbname=registry")
            Traceback (most recent call last):
            carbonkit.errors.StorageError: database: must be reachable, was ...
        """
        if not ledger or len(ledger) > _LONGEST_NAME or not ledger.isprintable():
            raise InvalidValueError(
                f"be 1 to {_LONGEST_NAME} printable characters", was=ledger, field="ledger"
            )
        connector = Connector(conninfo, readonly=readonly, patience=patience)
        connection = connector.connected(wait=False)
        try:
            with ours(connection):
                if readonly:
                    check(connection, ledger)
                else:
                    prepare(connection, ledger, portable=portable)
            writer = None
            if not readonly:
                writer = Writer(connector, ledger, portable=portable, connection=connection)
        except BaseException:
            connection.close()
            raise
        store = cls(connector, ledger, writer, portable=portable)
        if writer is None:
            store._readers.keep(connection)
        return store

    def close(self) -> None:
        """Close every connection, once a turn that another thread has is over."""
        self._closed = True
        if self._process == os.getpid():
            if self._writer is not None:
                self._writer.close()
            self._readers.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self.close()

    # --------------------------------------------------------------- reaching

    def _usable(self) -> None:
        if self._closed:
            raise StorageError("be open", was="closed", field="store", code="closed")
        if self._process != os.getpid():
            raise StorageError(
                "be used by the process that opened it",
                was="a fork of it",
                field="store",
                hint="open a store of its own in each process",
                code="forked",
            )

    @property
    def _turn(self) -> Writer | None:
        """The writer, if this thread has the turn."""
        return self._writer if self._writer is not None and self._writer.own_turn else None

    def _rows(self, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        self._usable()
        turn = self._turn
        return self._readers.rows(sql, values) if turn is None else turn.rows(sql, values)

    def _row(self, sql: LiteralString, *values: object) -> tuple[Any, ...] | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _stream(self, sql: LiteralString, *values: object) -> Iterator[tuple[Any, ...]]:
        self._usable()
        turn = self._turn
        if turn is not None and turn.certain:
            return streamed(turn.connection(), sql, values)
        return self._readers.stream(sql, values)

    def turn(self, *, certain: bool) -> AbstractContextManager[bool]:
        """Take the writer's turn: what is read inside is what `write` builds on."""
        self._usable()
        if self._writer is None:
            raise StorageError("be open for writing", was="read only", field="store", code="read_only")
        return self._writer.turn(certain=certain)

    def snapshot(self) -> AbstractContextManager[None]:
        """Hold everything that is read inside to one state, whatever others write meanwhile."""
        self._usable()
        return self._readers.snapshot() if self._turn is None else contextlib.nullcontext()

    def write(self, batch: Batch) -> bool:
        """Inside a turn: write a batch whole and durably, or return False with nothing written."""
        self._usable()
        if self._writer is None:
            raise StorageError("be written inside a turn", was="no turn", field="store", code="no_turn")
        if not self._writer.write(batch, self._number):
            return False
        for account in batch.accounts:
            self._accounts[account.id.text] = account
        for asset in batch.assets:
            self._assets[asset.id.text] = asset
        return True

    # --------------------------------------------------------------- journal

    def _top(self) -> tuple[Head, tuple[bytes, ...]]:
        turn = self._turn
        if turn is not None and turn.memory.head is not None:
            return turn.memory.head, turn.memory.edge
        return head_of(self._row(HEAD, self._ledger))

    def head(self) -> Head:
        """Return where the journal ends."""
        return self._top()[0]

    def edge(self) -> tuple[bytes, ...]:
        """Return the Merkle tree's edge at the head."""
        return self._top()[1]

    def places(self, command_ids: Collection[str]) -> Mapping[str, int]:
        """Return the places of those commands that were recorded."""
        turn = self._turn
        if turn is not None and not turn.certain:
            return {}  # all new: the write will not be done if one is not
        wanted = list(command_ids)
        sql = (
            "SELECT command_id, sequence FROM carbonkit_record"
            " WHERE ledger = %s AND command_id = ANY(%s::text[])"
        )
        found: dict[str, int] = {}
        for start in range(0, len(wanted), _MANY):
            found.update(self._rows(sql, self._ledger, texts(wanted[start : start + _MANY])))
        return found

    def row(self, command_id: CommandId) -> Row | None:
        """Return the row of a command, or None."""
        found = self._row(ROWS + " AND command_id = %s", self._ledger, command_id.text)
        return None if found is None else Row._make(found)

    def row_at(self, sequence: int) -> Row | None:
        """Return the row at a place, or None."""
        found = self._row(ROWS + " AND sequence = %s", self._ledger, sequence)
        return None if found is None else Row._make(found)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows after a place, in order."""
        last = self.head().sequence
        sql: LiteralString = ROWS + " AND sequence > %s AND sequence <= %s ORDER BY sequence LIMIT %s"
        while rows := self._rows(sql, self._ledger, after, last, _PAGE):
            yield from map(Row._make, rows)
            after = rows[-1][0]

    def rows_about(self, account: AccountId) -> Iterator[Row]:
        """Yield the rows about an account, in order."""
        ledger, name = self._ledger, account.text
        return map(Row._make, self._stream(ABOUT, ledger, ledger, name, ledger, name))

    def leaves(self, first: int, count: int) -> Sequence[bytes]:
        """Return the leaf hashes from an index, counted from 0."""
        sql = (
            "SELECT leaf FROM carbonkit_record WHERE ledger = %s AND sequence > %s AND sequence <= %s"
            " ORDER BY sequence"
        )
        return [leaf for (leaf,) in self._rows(sql, self._ledger, first, first + count)]

    def node(self, level: int, number: int) -> bytes | None:
        """Return a kept subtree's hash, or None."""
        sql = "SELECT digest FROM carbonkit_node WHERE ledger = %s AND level = %s AND number = %s"
        row = self._row(sql, self._ledger, level, number)
        return None if row is None else bytes(row[0])

    def nodes(self) -> Iterator[TreeNode]:
        """Yield every kept subtree, by level and number."""
        sql = "SELECT level, number, digest FROM carbonkit_node WHERE ledger = %s ORDER BY level, number"
        return map(TreeNode._make, self._stream(sql, self._ledger))

    # -------------------------------------------------- accounts and holdings

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        if account_id.text not in self._accounts:
            self._read_accounts([account_id.text])
        return self._accounts.get(account_id.text)

    def _read_accounts(self, names: Sequence[str]) -> None:
        sql = (
            "SELECT id, kind, may_go_negative FROM carbonkit_account"
            " WHERE ledger = %s AND id = ANY(%s::text[])"
        )
        if len(self._accounts) > _REMEMBERED:
            self._accounts.clear()
        for row in self._rows(sql, self._ledger, texts(names)):
            self._accounts[row[0]] = read(stored_account, row)

    def accounts(self) -> Iterator[Account]:
        """Yield every account, by id."""
        sql = "SELECT id, kind, may_go_negative FROM carbonkit_account WHERE ledger = %s ORDER BY id"
        for row in self._stream(sql, self._ledger):
            yield read(stored_account, row)

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        if asset_id.text not in self._assets:
            self._read_assets([asset_id.text])
        return self._assets.get(asset_id.text)

    def _read_assets(self, names: Sequence[str]) -> None:
        sql = "SELECT id, places, serialised FROM carbonkit_asset WHERE ledger = %s AND id = ANY(%s::text[])"
        if len(self._assets) > _REMEMBERED:
            self._assets.clear()
        for row in self._rows(sql, self._ledger, texts(names)):
            self._assets[row[0]] = read(stored_asset, row)

    def assets(self) -> Iterator[Asset]:
        """Yield every asset, by id."""
        sql = "SELECT id, places, serialised FROM carbonkit_asset WHERE ledger = %s ORDER BY id"
        for row in self._stream(sql, self._ledger):
            yield read(stored_asset, row)

    def holdings(self, keys: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], HoldingRow]:
        """Return those holdings, by account, asset and bucket, that were ever used."""
        turn, wanted = self._turn, list(keys)
        if turn is None:
            return self._read_holdings(wanted)
        known = turn.memory.known(wanted)
        unknown = [key for key in wanted if key not in known]
        if unknown:
            found = self._read_holdings(unknown)
            turn.memory.learn(unknown, found)
            known.update(found)
            accounts = {key[0] for key in unknown} - self._accounts.keys()
            assets = {key[1] for key in unknown} - self._assets.keys()
            if accounts:
                self._read_accounts(list(accounts))
            if assets:
                self._read_assets(list(assets))
        return {key: row for key, row in known.items() if row is not None}

    def _read_holdings(self, keys: Sequence[HoldingKey]) -> dict[HoldingKey, HoldingRow]:
        found: dict[HoldingKey, HoldingRow] = {}
        for start in range(0, len(keys), _MANY):
            columns = zip(*keys[start : start + _MANY], strict=True)
            for row in self._rows(HOLDINGS, *[texts(column) for column in columns], self._ledger):
                found[row[1], row[2], row[3]] = HoldingRow._make(row)
        return found

    def _number(self, key: HoldingKey) -> int | None:
        found = self.holdings([key]).get(key)
        return None if found is None else found.number

    def holding_numbered(self, number: int) -> Holding:
        """Return the holding that has a number."""
        found = self._holdings.get(number)
        if found is None:
            sql = "SELECT account, asset, bucket FROM carbonkit_holding WHERE ledger = %s AND number = %s"
            found = read(stored_holding, self._row(sql, self._ledger, number) or (None, None, None))
            if len(self._holdings) > _REMEMBERED:
                self._holdings.clear()
            self._holdings[number] = found
        return found

    def all_holdings(self) -> Iterator[HoldingRow]:
        """Yield every holding, by number."""
        sql = (
            "SELECT number, account, asset, bucket, quantity FROM carbonkit_holding WHERE ledger = %s"
            " ORDER BY number"
        )
        return map(HoldingRow._make, self._stream(sql, self._ledger))

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains."""
        key = (holding.account.text, holding.asset.text, holding.bucket)
        found = self.holdings([key]).get(key)
        return 0 if found is None else found.quantity

    def quantity_at(self, holding: Holding, moment: int) -> int:
        """Return what a holding contained after the last record up to a moment."""
        row = self._row(QUANTITY_AT, self._ledger, moment, *self._named(holding))
        return 0 if row is None else int(row[0])

    def _named(self, holding: Holding) -> tuple[str, str, str, str]:
        return self._ledger, holding.account.text, holding.asset.text, holding.bucket

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> Iterator[Balance]:
        """Yield the balances asked for, in order of the holding."""
        sql: LiteralString = (
            "SELECT account, asset, bucket, quantity FROM carbonkit_holding WHERE ledger = %s"
        )
        values = [self._ledger]
        if account is not None:
            sql += " AND account = %s"
            values.append(account.text)
        if asset is not None:
            sql += " AND asset = %s"
            values.append(asset.text)
        read_by = self._rows if account is not None else self._stream
        for row in read_by(sql + " ORDER BY account, asset, bucket", *values):
            yield read(stored_balance, row)

    def entries(self) -> Iterator[EntryRow]:
        """Yield every entry, in order of its record and its position there."""
        sql = (
            "SELECT holding, recorded_at, position, sequence, quantity, balance_after FROM carbonkit_entry"
            " WHERE ledger = %s ORDER BY recorded_at, position, holding"
        )
        return self._stream(sql, self._ledger)

    def mentions(self) -> Iterator[tuple[str, int]]:
        """Yield every account with each record about it that moved nothing, in order."""
        sql = "SELECT account, sequence FROM carbonkit_mention WHERE ledger = %s ORDER BY account, sequence"
        return ((account, sequence) for account, sequence in self._stream(sql, self._ledger))

    # ---------------------------------------------------------------- blocks

    def serials(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return the serial ranges in a holding, lowest first."""
        rows = self._rows(SERIALS, self._ledger, *self._named(holding))
        return tuple(read(SerialRange, row) for row in rows)

    def block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        """Return some block of the asset that shares a number with a range, or None."""
        # Blocks do not overlap, so only the last one that starts at or before the range's end can reach it.
        sql: LiteralString = BLOCKS + " AND block.asset = %s AND first <= %s ORDER BY first DESC LIMIT 1"
        row = self._row(sql, self._ledger, asset.text, serials.last)
        return None if row is None or row[2] < serials.first else read(stored_block, row)

    def last_serial(self, asset: AssetId) -> int:
        """Return the highest serial number of an asset that was ever issued."""
        # Blocks do not overlap, so the one that starts last also ends last.
        sql = "SELECT last FROM carbonkit_block WHERE ledger = %s AND asset = %s ORDER BY first DESC LIMIT 1"
        row = self._row(sql, self._ledger, asset.text)
        return 0 if row is None else int(row[0])

    def blocks(self) -> Iterator[StoredBlock]:
        """Yield every block, by asset and number."""
        for row in self._stream(BLOCKS + " ORDER BY block.asset, first", self._ledger):
            yield read(stored_block, row)

    # ----------------------------------------------------------------- holds

    def holds(self) -> Iterator[OpenHold]:
        """Yield every open hold, by place."""
        sql = "SELECT sequence, expires_at FROM carbonkit_hold WHERE ledger = %s ORDER BY sequence"
        return map(OpenHold._make, self._stream(sql, self._ledger))

    def overdue(self, moment: int) -> Sequence[OpenHold]:
        """Return the open holds that end by a moment, those that end first, first."""
        turn = self._turn
        if turn is not None and turn.memory.nothing_ends_by(moment):
            return ()
        sql = (
            "SELECT sequence, expires_at FROM carbonkit_hold WHERE ledger = %s AND expires_at <= %s"
            " ORDER BY expires_at, sequence"
        )
        found = [OpenHold._make(row) for row in self._rows(sql, self._ledger, moment)]
        if turn is not None and not found:
            sql = "SELECT min(expires_at) FROM carbonkit_hold WHERE ledger = %s"
            ((end,),) = self._rows(sql, self._ledger)
            turn.memory.next_end(_NEVER if end is None else end)
        return found

    def concluded_by(self, sequence: int) -> int | None:
        """Return the place of the record that concluded another, or None."""
        sql = "SELECT concluded_by FROM carbonkit_conclusion WHERE ledger = %s AND sequence = %s"
        row = self._row(sql, self._ledger, sequence)
        return None if row is None else int(row[0])

    def conclusions(self) -> Iterator[tuple[int, int]]:
        """Yield every concluded record's place with that of the one that concluded it, in order."""
        sql = "SELECT sequence, concluded_by FROM carbonkit_conclusion WHERE ledger = %s ORDER BY sequence"
        return ((sequence, by) for sequence, by in self._stream(sql, self._ledger))

    def faults(self) -> Iterator[str]:
        """Yield what is missing from the tables, or is other than it must be."""
        return faults(self._rows, self._ledger, portable=self._portable)
