"""A store in memory: the plain model that the others are held to, and what `verify` replays into."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from carbonkit.ledger.account import Account, Balance, Holding
from carbonkit.ledger.command import DefineAsset, OpenAccount, Statement
from carbonkit.ledger.store import EMPTY, Batch, Head, StoredBlock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.journal import Entry, Record
    from carbonkit.ledger.serial import SerialRange
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["MemoryStore"]


class MemoryStore:
    """
    Keeps a ledger in dictionaries; gone when the process ends.

    Example:
        >>> MemoryStore().head().sequence
        0
    """

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._places: dict[CommandId, int] = {}
        self._about: dict[AccountId, list[int]] = {}
        self._accounts: dict[AccountId, Account] = {}
        self._assets: dict[AssetId, Asset] = {}
        self._quantities: dict[Holding, int] = {}
        self._blocks: dict[AssetId, dict[int, StoredBlock]] = {}
        self._held: dict[Holding, dict[int, SerialRange]] = {}

    def head(self) -> Head:
        """Return the last record's place and digest."""
        if not self._records:
            return EMPTY
        last = self._records[-1]
        return Head(last.sequence, last.digest, last.recorded_at)

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command, or None."""
        place = self._places.get(command_id)
        return None if place is None else self._records[place]

    def records(self, after: int = 0) -> Iterator[Record]:
        """Yield the records after a place, in order."""
        yield from self._records[max(after, 0) :]

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """Yield the records about an account, in order."""
        for place in tuple(self._about.get(account, ())):
            yield self._records[place]

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

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains."""
        return self._quantities.get(holding, 0)

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> Iterator[Balance]:
        """Yield the balances asked for, in order of the holding."""
        for holding, quantity in sorted(self._quantities.items()):
            if account in (None, holding.account) and asset in (None, holding.asset):
                yield Balance(holding, quantity)

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

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Yield every entry with its record's place."""
        for record in self.records():
            for entry in record.entries:
                yield record.sequence, entry

    def mentions(self) -> Iterator[tuple[AccountId, int]]:
        """Yield every account with the place of each record about it, in order."""
        yield from [
            (account, self._records[place].sequence)
            for account, places in sorted(self._about.items())
            for place in places
        ]

    def snapshot(self) -> AbstractContextManager[None]:
        """Change nothing: the store belongs to one thread, and nobody else writes to it."""
        return nullcontext()

    def write(self, batch: Batch) -> bool:
        """Write a batch whole, or nothing if the head has moved."""
        if self.head() != batch.after:
            return False
        for block in batch.ended:
            del self._blocks[block.asset][block.serials.first]
            del self._held[block.holding][block.serials.first]
        for block in batch.begun:
            self._blocks.setdefault(block.asset, {})[block.serials.first] = block
            self._held.setdefault(block.holding, {})[block.serials.first] = block.serials
        for balance in batch.balances:
            self._quantities[balance.holding] = balance.quantity
        for record in batch.records:
            self._append(record)
        return True

    def _append(self, record: Record) -> None:
        place = len(self._records)
        self._records.append(record)
        self._places[record.command.id] = place
        about = dict.fromkeys(entry.holding.account for entry in record.entries)
        command = record.command
        if isinstance(command, OpenAccount):
            self._accounts[command.account.id] = command.account
            about[command.account.id] = None
        elif isinstance(command, DefineAsset):
            self._assets[command.asset.id] = command.asset
        elif isinstance(command, Statement):
            about[command.account] = None
        for account in about:
            self._about.setdefault(account, []).append(place)
