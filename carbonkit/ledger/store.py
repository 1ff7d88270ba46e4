"""
What a store promises: to read what was recorded, and to write a batch whole or not at all.

A store keeps rows and knows nothing of their meaning. What a command does is worked
out once, in `posting`, for every store alike, so the same commands make the same rows,
the same numbers of holdings and the same Merkle root in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import attrs

from carbonkit.ledger.account import Account, Balance, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.row import EntryRow, Row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from carbonkit.ledger.serial import SerialRange
    from carbonkit.values.identifier import AccountId, AssetId, CommandId

__all__ = ["EMPTY", "Batch", "Head", "HoldingRow", "OpenHold", "Store", "StoredBlock", "TreeNode"]


@attrs.frozen
class Head:
    """
    Where a journal ends.

    Args:
        sequence: The last record's place; 0 while the journal is empty.
        recorded_at: When it was taken, in microseconds; 0 while the journal is empty.
        leaf: Its leaf hash; empty while the journal is empty.
        holdings: How many holdings have been numbered.

    Example:
        >>> EMPTY.sequence
        0
    """

    sequence: int
    recorded_at: int
    leaf: bytes
    holdings: int


EMPTY: Final = Head(0, 0, b"", 0)
"""The head of a journal with no record."""


class StoredBlock(NamedTuple):
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


class HoldingRow(NamedTuple):
    """
    A holding's number, its three names and what it contains.

    Example:
        >>> HoldingRow(1, "KEE-001", "CEA", "tradable", 100).quantity
        100
    """

    number: int
    account: str
    asset: str
    bucket: str
    quantity: int


class OpenHold(NamedTuple):
    """
    A hold that nothing has concluded yet: its record, and when it ends, in microseconds, if ever.

    Example:
        >>> OpenHold(7, None).sequence
        7
    """

    sequence: int
    expires_at: int | None


class TreeNode(NamedTuple):
    """
    A complete subtree of the Merkle tree, at a level that stores keep.

    Example:
        >>> TreeNode(8, 0, bytes(32)).level
        8
    """

    level: int
    number: int
    digest: bytes


@attrs.frozen(kw_only=True)
class Batch:
    """
    Everything that one atomic write changes.

    Args:
        after: The head that the batch was worked out on; the write is refused if it has moved.
        head: The head that the write leaves.
        edge: The Merkle tree's edge that the write leaves.
        rows: The records to append, in order.
        entries: Their entries.
        accounts: The accounts that they open.
        assets: The assets that they define.
        mentions: Accounts, with the records about them that moved nothing.
        holdings: Every holding that is new or contains something else now.
        ended: The blocks that are no longer whole where they were.
        begun: The blocks that lie somewhere new.
        holds: The holds that they open.
        concluded: Records with the later record that concluded each: a hold's end, a reversal.
        nodes: The complete subtrees that they finish.

    Example:
        >>> Batch(after=EMPTY, head=EMPTY).rows
        ()
    """

    after: Head
    head: Head
    edge: tuple[bytes, ...] = ()
    rows: Sequence[Row] = ()
    entries: Sequence[EntryRow] = ()
    accounts: Sequence[Account] = ()
    assets: Sequence[Asset] = ()
    mentions: Sequence[tuple[str, int]] = ()
    holdings: Sequence[HoldingRow] = ()
    ended: Sequence[StoredBlock] = ()
    begun: Sequence[StoredBlock] = ()
    holds: Sequence[OpenHold] = ()
    concluded: Sequence[tuple[int, int]] = ()
    nodes: Sequence[TreeNode] = ()


class Store(Protocol):
    """
    Keeps one ledger. `MemoryStore` and those of `carbonkit.storage` do; a host may bring its own.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> store: Store = MemoryStore()
        >>> store.head() == EMPTY
        True
    """

    def turn(self, *, certain: bool) -> AbstractContextManager[bool]:
        """
        Take a writer's turn: what is read inside is what a `write` inside builds on.

        If it need not be certain, it may be given from what the store remembers, without locking
        anything; its `write` may then find that others were faster, and return False. Gives
        whether it is certain.
        """
        ...

    def write(self, batch: Batch) -> bool:
        """
        Inside a turn: write a batch whole and durably, or return False with nothing written.

        A batch without rows writes nothing, but whatever was read in the turn is as durable then.
        """
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Hold everything that is read inside to one state, whatever others write meanwhile."""
        ...

    def head(self) -> Head:
        """Return where the journal ends."""
        ...

    def edge(self) -> tuple[bytes, ...]:
        """Return the Merkle tree's edge at the head."""
        ...

    def places(self, command_ids: Collection[str]) -> Mapping[str, int]:
        """Return the places of those commands that were recorded."""
        ...

    def row(self, command_id: CommandId) -> Row | None:
        """Return the row of a command, or None."""
        ...

    def row_at(self, sequence: int) -> Row | None:
        """Return the row at a place, or None."""
        ...

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows after a place, in order."""
        ...

    def rows_about(self, account: AccountId) -> Iterator[Row]:
        """Yield the rows that opened, moved or stated something about an account, in order."""
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

    def holdings(self, keys: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str, str], HoldingRow]:
        """Return those holdings, by account, asset and bucket, that were ever used."""
        ...

    def holding_numbered(self, number: int) -> Holding:
        """Return the holding that has a number; an IntegrityError if none has."""
        ...

    def all_holdings(self) -> Iterator[HoldingRow]:
        """Yield every holding, by number."""
        ...

    def quantity(self, holding: Holding) -> int:
        """Return what a holding contains; 0 if nothing was ever in it."""
        ...

    def quantity_at(self, holding: Holding, moment: int) -> int:
        """Return what a holding contained after the last record up to a moment, in microseconds."""
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

    def entries(self) -> Iterator[EntryRow]:
        """Yield every entry, in order of its record and its position there."""
        ...

    def mentions(self) -> Iterator[tuple[str, int]]:
        """Yield every account with each record about it that moved nothing, in order."""
        ...

    def holds(self) -> Iterator[OpenHold]:
        """Yield every open hold, by place."""
        ...

    def overdue(self, moment: int) -> Sequence[OpenHold]:
        """Return the open holds that end by a moment, those that end first, first."""
        ...

    def concluded_by(self, sequence: int) -> int | None:
        """Return the place of the record that concluded another, or None."""
        ...

    def conclusions(self) -> Iterator[tuple[int, int]]:
        """Yield every concluded record's place with that of the one that concluded it, in order."""
        ...

    def leaves(self, first: int, count: int) -> Sequence[bytes]:
        """Return the leaf hashes from an index, counted from 0."""
        ...

    def node(self, level: int, number: int) -> bytes | None:
        """Return a kept subtree's hash, or None."""
        ...

    def nodes(self) -> Iterator[TreeNode]:
        """Yield every kept subtree, by level and number."""
        ...

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the store's own structure: a missing table, key or guard."""
        ...
