"""A store in memory: the plain model that the others are held to, and where `verify` begins."""

from __future__ import annotations

import threading
from bisect import bisect_right
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING

from carbonkit.errors import IntegrityError
from carbonkit.ledger.account import Balance, Holding
from carbonkit.ledger.store import EMPTY, Batch, Head, HoldingRow, OpenHold, StoredBlock, TreeNode
from carbonkit.values.identifier import AccountId, AssetId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from carbonkit.ledger.account import Account
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.row import EntryRow, Row
    from carbonkit.ledger.serial import SerialRange
    from carbonkit.values.identifier import CommandId

__all__ = ["MemoryStore"]


class MemoryStore:
    """
    Keeps a ledger in dictionaries; gone when the process ends.

    Example:
        >>> MemoryStore().head().sequence
        0
    """

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._head = EMPTY
        self._edge: tuple[bytes, ...] = ()
        self._rows: list[Row] = []
        self._places: dict[str, int] = {}
        self._about: dict[str, dict[int, None]] = {}
        self._mentions: list[tuple[str, int]] = []
        self._accounts: dict[AccountId, Account] = {}
        self._assets: dict[AssetId, Asset] = {}
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._holdings: list[HoldingRow] = []
        self._entries: list[EntryRow] = []
        self._past: dict[int, list[EntryRow]] = {}
        self._blocks: dict[AssetId, dict[int, StoredBlock]] = {}
        self._held: dict[Holding, dict[int, SerialRange]] = {}
        self._holds: dict[int, OpenHold] = {}
        self._concluded: dict[int, int] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    @contextmanager
    def turn(self, *, certain: bool) -> Iterator[bool]:  # noqa: ARG002  every turn here is certain
        """Take a writer's turn: nobody else writes meanwhile."""
        with self._turn:
            yield True

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Hold everything that is read inside to one state: nobody else writes meanwhile."""
        with self._turn:
            yield

    def head(self) -> Head:
        """Return where the journal ends."""
        return self._head

    def edge(self) -> tuple[bytes, ...]:
        """Return the Merkle tree's edge."""
        return self._edge

    def places(self, command_ids: Collection[str]) -> Mapping[str, int]:
        """Return the places of those commands that were recorded."""
        return {each: self._places[each] for each in command_ids if each in self._places}

    def row(self, command_id: CommandId) -> Row | None:
        """Return the row of a command, or None."""
        place = self._places.get(command_id.text)
        return None if place is None else self._rows[place - 1]

    def row_at(self, sequence: int) -> Row | None:
        """Return the row at a place, or None."""
        return self._rows[sequence - 1] if 1 <= sequence <= len(self._rows) else None

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows after a place, in order."""
        yield from self._rows[max(after, 0) :]

    def rows_about(self, account: AccountId) -> Iterator[Row]:
        """Yield the rows about an account, in order."""
        for sequence in sorted(self._about.get(account.text, ())):
            yield self._rows[sequence - 1]

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        return self._accounts.get(account_id)

    def accounts(self) -> Iterator[Account]:
        """Yield every account, by id."""
        yield from [self._accounts[key] for key in sorted(self._accounts)]

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        return self._assets.get(asset_id)

    def assets(self) -> Iterator[Asset]:
        """Yield every asset, by id."""
        yield from [self._assets[key] for key in sorted(self._assets)]

    def holdings(self, keys: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], HoldingRow]:
        """Return those holdings, by account, asset and bucket, that were ever used."""
        return {key: self._holdings[self._numbers[key] - 1] for key in keys if key in self._numbers}

    def holding_numbered(self, number: int) -> Holding:
        """Return the holding that has a number."""
        if not 1 <= number <= len(self._holdings):
            raise IntegrityError("be a holding's number", was=number, field="holding")
        return _holding(self._holdings[number - 1])

    def all_holdings(self) -> Iterator[HoldingRow]:
        """Yield every holding, by number."""
        yield from tuple(self._holdings)

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains."""
        number = self._numbers.get((holding.account.text, holding.asset.text, holding.bucket))
        return 0 if number is None else self._holdings[number - 1].quantity

    def quantity_at(self, holding: Holding, moment: int) -> int:
        """Return what a holding contained after the last record up to a moment."""
        number = self._numbers.get((holding.account.text, holding.asset.text, holding.bucket), 0)
        past = self._past.get(number, [])
        place = bisect_right(past, moment, key=itemgetter(1))
        return past[place - 1][5] if place else 0

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> Iterator[Balance]:
        """Yield the balances asked for, in order of the holding."""
        found = [Balance(_holding(row), row.quantity) for row in self._holdings]
        for balance in sorted(found):
            if account in (None, balance.holding.account) and asset in (None, balance.holding.asset):
                yield balance

    def serials(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return the serial ranges in a holding, lowest first."""
        return tuple(sorted(self._held.get(holding, {}).values()))

    def block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        """Return some block of the asset that shares a number with a range, or None."""
        for block in self._blocks.get(asset, {}).values():
            if block.serials.overlaps(serials):
                return block
        return None

    def last_serial(self, asset: AssetId) -> int:
        """Return the highest serial number of an asset that was ever issued."""
        return max((block.serials.last for block in self._blocks.get(asset, {}).values()), default=0)

    def blocks(self) -> Iterator[StoredBlock]:
        """Yield every block, by asset and number."""
        yield from sorted(block for blocks in self._blocks.values() for block in blocks.values())

    def entries(self) -> Iterator[EntryRow]:
        """Yield every entry, in order."""
        yield from tuple(self._entries)

    def mentions(self) -> Iterator[tuple[str, int]]:
        """Yield every account with each record about it that moved nothing, in order."""
        yield from sorted(self._mentions)

    def holds(self) -> Iterator[OpenHold]:
        """Yield every open hold, by place."""
        yield from sorted(self._holds.values())

    def overdue(self, moment: int) -> Sequence[OpenHold]:
        """Return the open holds that end by a moment, those that end first, first."""
        due = [each for each in self._holds.values() if each.expires_at is not None]
        return sorted(
            (each for each in due if (each.expires_at or 0) <= moment),
            key=lambda each: (each.expires_at, each.sequence),
        )

    def concluded_by(self, sequence: int) -> int | None:
        """Return the place of the record that concluded another, or None."""
        return self._concluded.get(sequence)

    def conclusions(self) -> Iterator[tuple[int, int]]:
        """Yield every concluded record's place with that of the one that concluded it, in order."""
        yield from sorted(self._concluded.items())

    def leaves(self, first: int, count: int) -> Sequence[bytes]:
        """Return the leaf hashes from an index, counted from 0."""
        return [row.leaf for row in self._rows[first : first + count]]

    def node(self, level: int, number: int) -> bytes | None:
        """Return a kept subtree's hash, or None."""
        return self._nodes.get((level, number))

    def nodes(self) -> Iterator[TreeNode]:
        """Yield every kept subtree, by level and number."""
        for (level, number), digest in sorted(self._nodes.items()):
            yield TreeNode(level, number, digest)

    def faults(self) -> Iterator[str]:
        """Yield nothing: dictionaries have no structure that could be missing."""
        yield from ()

    def write(self, batch: Batch) -> bool:
        """Write a batch whole; return False, and write nothing, if the head has moved."""
        with self._turn:
            if batch.after != self._head:
                return False
            self._write(batch)
            return True

    def _write(self, batch: Batch) -> None:
        self._accounts.update({each.id: each for each in batch.accounts})
        self._assets.update({each.id: each for each in batch.assets})
        self._write_holdings(batch)
        for row in batch.rows:
            self._rows.append(row)
            self._places[row.command_id] = row.sequence
        for entry in batch.entries:
            self._entries.append(entry)
            self._past.setdefault(entry[0], []).append(entry)
            self._about.setdefault(self._holdings[entry[0] - 1].account, {})[entry[3]] = None
        for name, sequence in batch.mentions:
            self._mentions.append((name, sequence))
            self._about.setdefault(name, {})[sequence] = None
        self._write_blocks(batch)
        self._holds.update({each.sequence: each for each in batch.holds})
        for sequence, by in batch.concluded:
            self._concluded[sequence] = by
            self._holds.pop(sequence, None)
        self._nodes.update({(each.level, each.number): each.digest for each in batch.nodes})
        self._head = batch.head
        self._edge = batch.edge

    def _write_holdings(self, batch: Batch) -> None:
        for holding in sorted(batch.holdings):
            if holding.number > len(self._holdings):
                self._holdings.append(holding)
                self._numbers[holding.account, holding.asset, holding.bucket] = holding.number
            else:
                self._holdings[holding.number - 1] = holding

    def _write_blocks(self, batch: Batch) -> None:
        for block in batch.ended:
            del self._blocks[block.asset][block.serials.first]
            del self._held[block.holding][block.serials.first]
        for block in batch.begun:
            self._blocks.setdefault(block.asset, {})[block.serials.first] = block
            self._held.setdefault(block.holding, {})[block.serials.first] = block.serials


def _holding(row: HoldingRow) -> Holding:
    return Holding(AccountId(row.account), AssetId(row.asset), row.bucket)
