"""
A ledger in one SQLite file.

Every batch is one transaction under `synchronous=FULL`, so a receipt that the caller
has seen survives a power cut. One store writes, for all threads of its process; a
second one is refused at open. Readers may be anywhere: each thread reads through a
connection of its own and is never kept waiting by the writer.
"""

from __future__ import annotations

import json
import os
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Self

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.merkle import Nodes, edge_of
from carbonkit.ledger.row import Row
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.store import EMPTY, Head, HoldingRow, OpenHold, TreeNode
from carbonkit.storage._row import (
    read,
    read_entries,
    stored_account,
    stored_asset,
    stored_balance,
    stored_block,
    stored_holding,
)
from carbonkit.storage._sqlite_connections import Connections, reading, writing
from carbonkit.storage._sqlite_file import SCHEMA_VERSION, ours
from carbonkit.storage._sqlite_recent import latest
from carbonkit.storage._sqlite_write import insert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from carbonkit.ledger.account import Account, Balance, Holding
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.row import EntryRow
    from carbonkit.ledger.store import Batch, StoredBlock
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["SCHEMA_VERSION", "SQLiteStore"]

_PAGE: Final = 1_000  # rows of the journal that are read at a time
_FEW: Final = 8  # keys that are quicker looked up one by one
_MANY: Final = 10_000  # keys that one statement takes
_UNKNOWN: Final = -(2**63)  # earlier than any moment
_REMEMBERED: Final = 100_000  # holdings
_BY_ID: Final = "SELECT * FROM record WHERE command_id = ?"
_BY_PLACE: Final = "SELECT * FROM record WHERE sequence = ?"
_AFTER: Final = "SELECT * FROM record WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?"
_ABOUT: Final = """
    SELECT * FROM record WHERE sequence IN (
        SELECT entry.sequence FROM holding JOIN entry ON entry.holding = holding.number
            WHERE holding.account = ?1
        UNION SELECT mention.sequence FROM mention WHERE mention.account = ?1
        UNION SELECT value FROM json_each(?2)
    ) ORDER BY sequence
"""
_HOLDING_NAMED: Final = """
    SELECT number, quantity, recent FROM holding WHERE account = ? AND asset = ? AND bucket = ?
"""
_HOLDING_NUMBERED: Final = "SELECT number, quantity, recent FROM holding WHERE number = ?"
_HOLDINGS_NUMBERED: Final = """
    SELECT number, quantity, recent FROM json_each(?) AS wanted CROSS JOIN holding ON number = wanted.value
"""
_OVERDUE: Final = """
    SELECT sequence, expires_at FROM hold WHERE expires_at IS NOT NULL AND expires_at <= ?
        ORDER BY expires_at, sequence
"""
_AT: Final = """
    SELECT recent, (
        SELECT balance_after FROM entry WHERE holding = ?1 AND recorded_at <= ?2
            ORDER BY recorded_at DESC, position DESC LIMIT 1
    ) FROM holding WHERE number = ?1
"""


class SQLiteStore:
    """
    A `Store` in a SQLite file; open it with `SQLiteStore.open`.

    Args:
        file: The connections that `open` has prepared.

    Example:
        >>> with SQLiteStore.open(":memory:") as store:
        ...     store.head().sequence
        0
    """

    def __init__(self, file: Connections) -> None:
        self._file = file
        self._last: tuple[Head, tuple[bytes, ...]] | None = None
        # What this store itself left behind is remembered until somebody else writes the file.
        self._held: dict[int, tuple[int, bytes]] = {}  # a holding's quantity and recent entries
        self._version: int | None = None  # the file's data version when it was remembered
        self._ends: int | None = _UNKNOWN  # when the first open hold ends, if any does
        # What is never changed once it is recorded may be remembered.
        self._accounts: dict[AccountId, Account] = {}
        self._assets: dict[AssetId, Asset] = {}
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._holdings: dict[int, Holding] = {}

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, readonly: bool = False) -> Self:
        """
        Open a ledger file; for writing, make it if there is none, and bring an older one up to date.

        Args:
            path: The file, or ":memory:".
            readonly: Whether to read only, beside a process that writes.

        Returns:
            The store; close it, or use it in a `with` statement.

        Raises:
            BusyError: If it is open for writing elsewhere.
            IntegrityError: If the file is no ledger, or is broken.
            InvalidValueError: If a newer carbonkit made it, or the path names no file.
            StorageError: If it cannot be opened.

        Example:
            >>> SQLiteStore.open(":memory:").close()
        """
        name = os.fsdecode(path)
        if not name or "\0" in name:  # SQLite would keep it in a file that vanishes
            raise InvalidValueError('be a file\'s path or ":memory:"', was=name, field="ledger file")
        if name != ":memory:":
            # A thread may read after the host changed its folder; a link is no second file to write.
            name = os.path.realpath(name)
        return cls(reading(name) if readonly else writing(name))

    def close(self) -> None:
        """Close the file, and let others write it."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._file.rows(sql, values)

    def _row(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._file.rows(sql, values)
        return rows[0] if rows else None

    def _pages(self, sql: str, after: tuple[int, ...], *values: object) -> Iterator[tuple[Any, ...]]:
        # The statement takes the key to go on after, and ends in LIMIT ?; its rows begin with that key.
        while rows := self._rows(sql, *after, *values, _PAGE):
            yield from rows
            after = rows[-1][: len(after)]

    def turn(self, *, certain: bool) -> AbstractContextManager[bool]:  # noqa: ARG002  every turn here is certain
        """Take the writer's turn: what is read inside is what `write` builds on."""
        return self._file.turn(self._begin)

    def _begin(self) -> None:
        ((version,),) = self._rows("PRAGMA data_version")  # another one once another connection has written
        if version != self._version:
            self._forget()
            self._version = version

    def _forget(self) -> None:
        self._last, self._ends, self._version = None, _UNKNOWN, None
        self._held.clear()

    def snapshot(self) -> AbstractContextManager[None]:
        """Hold everything that is read inside to one state, whatever others write meanwhile."""
        return self._file.snapshot()

    def write(self, batch: Batch) -> bool:
        """Inside a turn: write a batch whole and durably, or return False with nothing written."""
        writer = self._file.in_turn()
        if self.head() != batch.after:
            return False
        version, ends = self._version, self._ends
        held = {number: self._held[number][1] for number in self._held.keys() & {e[0] for e in batch.entries}}
        self._last = self._version = None  # until it is known how this ends
        with ours():
            changed = insert(writer, batch, self._number, held)
            writer.execute("COMMIT")
        if len(self._held) > _REMEMBERED:
            self._held.clear()
        self._held.update(changed)
        self._last, self._version = (batch.head, batch.edge), version
        self._ends = _UNKNOWN if batch.holds or batch.concluded else ends
        return True

    # --------------------------------------------------------------- journal

    def head(self) -> Head:
        """Return where the journal ends."""
        if self._last is not None and self._file.own_turn:
            return self._last[0]
        row = self._row("SELECT sequence, recorded_at, leaf FROM record ORDER BY sequence DESC LIMIT 1")
        if row is None:
            return EMPTY
        (holdings,) = self._rows("SELECT ifnull(max(number), 0) FROM holding")[0]
        return Head(row[0], row[1], row[2], holdings)

    def edge(self) -> tuple[bytes, ...]:
        """Return the Merkle tree's edge at the head."""
        if self._last is not None and self._file.own_turn:
            return self._last[1]
        head = self.head()
        edge = tuple(edge_of(head.sequence, Nodes(self.leaves, self.node)))
        if self._file.own_turn and self._version is not None:
            self._last = (head, edge)
        return edge

    def places(self, command_ids: Collection[str]) -> Mapping[str, int]:
        """Return the places of those commands that were recorded."""
        wanted = list(command_ids)
        if len(wanted) <= _FEW:
            sql = "SELECT command_id, sequence FROM record WHERE command_id = ?"
            return dict(row for each in wanted for row in self._rows(sql, each))
        sql = (
            "SELECT command_id, sequence FROM json_each(?) AS wanted"
            " CROSS JOIN record ON command_id = wanted.value"
        )
        found: dict[str, int] = {}
        for start in range(0, len(wanted), _MANY):
            found.update(self._rows(sql, json.dumps(wanted[start : start + _MANY])))
        return found

    def row(self, command_id: CommandId) -> Row | None:
        """Return the row of a command, or None."""
        found = self._row(_BY_ID, command_id.text)
        return None if found is None else Row._make(found)

    def row_at(self, sequence: int) -> Row | None:
        """Return the row at a place, or None."""
        found = self._row(_BY_PLACE, sequence)
        return None if found is None else Row._make(found)

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows after a place, in order."""
        return map(Row._make, self._pages(_AFTER, (after,), self.head().sequence))

    def rows_about(self, account: AccountId) -> Iterator[Row]:
        """Yield the rows about an account, in order."""
        with self.snapshot():
            recent = self._rows("SELECT number, recent FROM holding WHERE account = ?", account.text)
            places = {entry[3] for number, packed in recent for entry in read_entries(number, packed)}
            return map(Row._make, self._rows(_ABOUT, account.text, json.dumps(sorted(places))))

    def leaves(self, first: int, count: int) -> Sequence[bytes]:
        """Return the leaf hashes from an index, counted from 0."""
        sql = "SELECT leaf FROM record WHERE sequence > ? AND sequence <= ? ORDER BY sequence"
        return [leaf for (leaf,) in self._rows(sql, first, first + count)]

    def node(self, level: int, number: int) -> bytes | None:
        """Return a kept subtree's hash, or None."""
        row = self._row("SELECT digest FROM node WHERE level = ? AND number = ?", level, number)
        return None if row is None else bytes(row[0])

    def nodes(self) -> Iterator[TreeNode]:
        """Yield every kept subtree, by level and number."""
        return map(
            TreeNode._make, self._rows("SELECT level, number, digest FROM node ORDER BY level, number")
        )

    # -------------------------------------------------- accounts and holdings

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        found = self._accounts.get(account_id)
        if found is None:
            row = self._row("SELECT id, kind, may_go_negative FROM account WHERE id = ?", account_id.text)
            if row is None:
                return None
            found = self._accounts[account_id] = read(stored_account, row)
        return found

    def accounts(self) -> Iterator[Account]:
        """Yield every account, by id."""
        for row in self._rows("SELECT id, kind, may_go_negative FROM account ORDER BY id"):
            yield read(stored_account, row)

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        found = self._assets.get(asset_id)
        if found is None:
            row = self._row("SELECT id, places, serialised FROM asset WHERE id = ?", asset_id.text)
            if row is None:
                return None
            found = self._assets[asset_id] = read(stored_asset, row)
        return found

    def assets(self) -> Iterator[Asset]:
        """Yield every asset, by id."""
        for row in self._rows("SELECT id, places, serialised FROM asset ORDER BY id"):
            yield read(stored_asset, row)

    def _number(self, key: tuple[str, str, str]) -> int | None:
        found = self._numbers.get(key)
        if found is None:
            row = self._row(_HOLDING_NAMED, *key)
            if row is None:
                return None
            found = int(row[0])
            self._remember(key, found)
        return found

    def _remember(self, key: tuple[str, str, str], number: int) -> None:
        if self._last is not None or not self._file.own_turn:  # not what a write may still take back
            self._numbers[key] = number

    def holdings(self, keys: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], HoldingRow]:
        """Return those holdings, by account, asset and bucket, that were ever used."""
        own_turn, held = self._file.own_turn, self._held
        found: dict[tuple[str, str, str], HoldingRow] = {}
        wanted: dict[int, tuple[str, str, str]] = {}
        rows: list[tuple[Any, ...]] = []
        for key in keys:
            number = self._numbers.get(key)
            if number is None:
                row = self._row(_HOLDING_NAMED, *key)
                if row is not None:
                    wanted[row[0]] = key
                    rows.append(row)
                    self._remember(key, row[0])
            elif own_turn and number in held:
                found[key] = HoldingRow(number, *key, held[number][0])
            else:
                wanted[number] = key
        missing = list(wanted.keys() - {row[0] for row in rows})
        if len(missing) <= _FEW:
            rows += [row for number in missing for row in self._rows(_HOLDING_NUMBERED, number)]
        else:
            for start in range(0, len(missing), _MANY):
                rows += self._rows(_HOLDINGS_NUMBERED, json.dumps(missing[start : start + _MANY]))
        for number, quantity, recent in rows:
            found[wanted[number]] = HoldingRow(number, *wanted[number], quantity)
            if own_turn:
                held[number] = (quantity, recent)
        return found

    def holding_numbered(self, number: int) -> Holding:
        """Return the holding that has a number."""
        found = self._holdings.get(number)
        if found is None:
            row = self._row("SELECT account, asset, bucket FROM holding WHERE number = ?", number)
            found = read(stored_holding, row or (None, None, None))
            if self._last is not None or not self._file.own_turn:
                self._holdings[number] = found
        return found

    def all_holdings(self) -> Iterator[HoldingRow]:
        """Yield every holding, by number."""
        sql = "SELECT number, account, asset, bucket, quantity FROM holding ORDER BY number"
        return map(HoldingRow._make, self._rows(sql))

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains."""
        sql = "SELECT quantity FROM holding WHERE account = ? AND asset = ? AND bucket = ?"
        row = self._row(sql, holding.account.text, holding.asset.text, holding.bucket)
        return 0 if row is None else int(row[0])

    def quantity_at(self, holding: Holding, moment: int) -> int:
        """Return what a holding contained after the last record up to a moment."""
        number = self._number((holding.account.text, holding.asset.text, holding.bucket))
        row = self._row(_AT, number, moment)
        if row is None:
            return 0
        found = latest(row[0], moment)
        return found if found is not None else int(row[1] or 0)

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> Iterator[Balance]:
        """Yield the balances asked for, in order of the holding."""
        sql = "SELECT account, asset, bucket, quantity FROM holding"
        if account is not None:
            sql += " WHERE account = ?1 AND (?2 IS NULL OR asset = ?2)"
        else:
            sql += " WHERE ?1 IS NULL AND (?2 IS NULL OR asset = ?2)"
        sql += " ORDER BY account, asset, bucket"
        for row in self._rows(sql, account.text if account else None, asset.text if asset else None):
            yield read(stored_balance, row)

    def entries(self) -> Iterator[EntryRow]:
        """Yield every entry, in order of its record and its position there."""
        sql = (
            "SELECT holding, recorded_at, position, sequence, quantity, balance_after FROM entry"
            " ORDER BY recorded_at, position, holding"
        )
        recent = [
            entry
            for number, packed in self._rows("SELECT number, recent FROM holding")
            for entry in read_entries(number, packed)
        ]
        key = itemgetter(1, 2, 0)
        return merge(self._file.streamed(sql), sorted(recent, key=key), key=key)

    def mentions(self) -> Iterator[tuple[str, int]]:
        """Yield every account with each record about it that moved nothing, in order."""
        rows = self._rows("SELECT account, sequence FROM mention ORDER BY account, sequence")
        return ((account, sequence) for account, sequence in rows)

    # ---------------------------------------------------------------- blocks

    def serials(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return the serial ranges in a holding, lowest first."""
        number = self._number((holding.account.text, holding.asset.text, holding.bucket))
        rows = self._rows("SELECT first, last FROM block WHERE holding = ? ORDER BY first", number)
        return tuple(read(SerialRange, row) for row in rows)

    def block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        """Return some block of the asset that shares a number with a range, or None."""
        # Blocks do not overlap, so only the last one that starts at or before the range's end can reach it.
        sql = (
            "SELECT block.asset, first, last, account, bucket FROM block"
            " LEFT JOIN holding ON number = holding AND holding.asset = block.asset"
            " WHERE block.asset = ? AND first <= ? ORDER BY first DESC LIMIT 1"
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
        sql = (
            "SELECT block.asset, first, last, account, bucket FROM block"
            " LEFT JOIN holding ON number = holding AND holding.asset = block.asset"
            " ORDER BY block.asset, first"
        )
        for row in self._rows(sql):
            yield read(stored_block, row)

    # ----------------------------------------------------------------- holds

    def holds(self) -> Iterator[OpenHold]:
        """Yield every open hold, by place."""
        return map(OpenHold._make, self._rows("SELECT sequence, expires_at FROM hold ORDER BY sequence"))

    def overdue(self, moment: int) -> Sequence[OpenHold]:
        """Return the open holds that end by a moment, those that end first, first."""
        if not self._file.own_turn:
            return [OpenHold._make(row) for row in self._rows(_OVERDUE, moment)]
        if self._ends == _UNKNOWN:
            (self._ends,) = self._rows("SELECT min(expires_at) FROM hold WHERE expires_at IS NOT NULL")[0]
        if self._ends is None or self._ends > moment:
            return ()
        return [OpenHold._make(row) for row in self._rows(_OVERDUE, moment)]

    def concluded_by(self, sequence: int) -> int | None:
        """Return the place of the record that concluded another, or None."""
        row = self._row("SELECT concluded_by FROM conclusion WHERE sequence = ?", sequence)
        return None if row is None else int(row[0])

    def conclusions(self) -> Iterator[tuple[int, int]]:
        """Yield every concluded record's place with that of the one that concluded it, in order."""
        rows = self._rows("SELECT sequence, concluded_by FROM conclusion ORDER BY sequence")
        return ((sequence, by) for sequence, by in rows)

    def faults(self) -> Iterator[str]:
        """Yield what is missing from the file, does not belong there, or lies where no look-up finds it."""
        broken = list(self._file.structure())
        yield from broken
        if broken:
            return
        sql = (
            "SELECT number, recent, (SELECT max(recorded_at) FROM entry WHERE entry.holding = number)"
            " FROM holding WHERE recent <> x''"
        )
        for number, recent, moved_on in self._rows(sql):
            moments = [(entry[1], entry[2]) for entry in read_entries(number, recent)]
            if moments != sorted(moments) or (moved_on is not None and moments[0][0] <= moved_on):
                yield f"the recent entries of holding {number} are out of order"
