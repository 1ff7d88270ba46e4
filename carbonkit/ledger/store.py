"""What a store promises: to read what was recorded, and to write a batch whole or not at all."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Protocol

import attrs

from carbonkit.ledger.account import Balance, Holding
from carbonkit.ledger.journal import GENESIS, Record
from carbonkit.ledger.serial import SerialRange
from carbonkit.values.identifier import AssetId

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from carbonkit.ledger.account import Account
    from carbonkit.ledger.asset import Asset
    from carbonkit.ledger.journal import Entry
    from carbonkit.values.identifier import AccountId, CommandId

__all__ = ["EMPTY", "Batch", "Head", "Store", "StoredBlock"]


@attrs.frozen
class Head:
    """
    The last record of a journal.

    Args:
        sequence: Its place; 0 while the journal is empty.
        digest: Its digest, or `GENESIS`.
        recorded_at: When it was taken; None while the journal is empty.

    Example:
        >>> EMPTY.sequence
        0
    """

    sequence: int
    digest: str
    recorded_at: datetime.datetime | None


EMPTY = Head(0, GENESIS, None)
"""The head of a journal with no record."""


@attrs.frozen(order=True)
class StoredBlock:
    """
    A run of serial numbers and the one holding that it lies in.

    Args:
        asset: The asset.
        serials: The numbers.
        holding: Where they are.

    Example:
        >>> from carbonkit.ledger import AccountId, AssetId, Holding, SerialRange
        >>> holding = Holding(AccountId("KEE-001"), AssetId("CEA"), "tradable")
        >>> StoredBlock(AssetId("CEA"), SerialRange(1, 9), holding).serials.quantity
        9
    """

    asset: AssetId
    serials: SerialRange
    holding: Holding


@attrs.frozen
class Batch:
    """
    Everything that one atomic write changes.

    Args:
        after: The head that the batch was computed on; the write is refused if it has moved.
        records: The records to append, in order.
        balances: The new quantity of every holding that changed.
        ended: The blocks that are no longer whole where they were.
        begun: The blocks that lie somewhere new.

    Example:
        >>> Batch(EMPTY, (), (), (), ()).records
        ()
    """

    after: Head
    records: tuple[Record, ...]
    balances: tuple[Balance, ...]
    ended: tuple[StoredBlock, ...]
    begun: tuple[StoredBlock, ...]


class Store(Protocol):
    """
    Where a ledger keeps its journal, and the balances and blocks that follow from it.

    Everything read reflects the last batch written. A batch is written whole, and
    is durable, before `write` returns. What is yielded ends where the store ended
    when the first item was taken; a caller may write in the middle, or stop there.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> store: Store = MemoryStore()
        >>> store.head().sequence
        0
    """

    def head(self) -> Head:
        """Return the last record's place and digest."""
        ...

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command, or None."""
        ...

    def records(self, after: int = 0) -> Iterator[Record]:
        """Yield the records after a place, in order."""
        ...

    def records_about(self, account: AccountId) -> Iterator[Record]:
        """Yield the records that opened, moved or stated something about an account, in order."""
        ...

    def account(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        ...

    def accounts(self) -> Iterator[Account]:
        """Yield every account, by id."""
        ...

    def asset(self, asset_id: AssetId) -> Asset | None:
        """Return an asset, or None."""
        ...

    def assets(self) -> Iterator[Asset]:
        """Yield every asset, by id."""
        ...

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains; 0 if nothing was ever in it."""
        ...

    def balances(self, account: AccountId | None = None, asset: AssetId | None = None) -> Iterator[Balance]:
        """Yield the balances of an account, an asset, both or all, in order of the holding."""
        ...

    def serials(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return the serial ranges in a holding, lowest first."""
        ...

    def block_over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        """Return some block of the asset that shares a number with a range, or None."""
        ...

    def last_serial(self, asset: AssetId) -> int:
        """Return the highest serial number of an asset that was ever issued; 0 if none was."""
        ...

    def blocks(self) -> Iterator[StoredBlock]:
        """Yield every block, by asset and number."""
        ...

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Yield every indexed entry with its record's place, in order."""
        ...

    def mentions(self) -> Iterator[tuple[AccountId, int]]:
        """Yield every account with the place of each record about it, in order."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Hold everything that is read inside to one state, whatever others write meanwhile."""
        ...

    def write(self, batch: Batch) -> bool:
        """Write a batch whole and durably; return False, and write nothing, if the head has moved."""
        ...
