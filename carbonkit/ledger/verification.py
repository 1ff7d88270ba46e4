"""
Verification: everything a store holds, recomputed from its journal.

Every record is posted again into empty books, its canonical text is written again
from what that did, and leaf hashes, tree, entries, balances and blocks are compared
with what is stored. A checkpoint that was kept outside shows the rest: a tail that
was cut off cleanly, or a journal that was rewritten from end to end.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from carbonkit.ledger.account import Holding
from carbonkit.ledger.memory import MemoryStore
from carbonkit.ledger.merkle import grow, root
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.row import HOSTILE
from carbonkit.ledger.serial import first_overlap
from carbonkit.ledger.store import TreeNode
from carbonkit.values.identifier import AccountId, AssetId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonkit.ledger.checkpoint import Checkpoint
    from carbonkit.ledger.row import EntryRow
    from carbonkit.ledger.store import HoldingRow, Store, StoredBlock

__all__ = ["Verification", "verify"]

Item = TypeVar("Item")

_STEP: Final = 1_000  # records after which progress is told and what is done is let go


@attrs.frozen
class Verification:
    """
    What a verification found.

    Args:
        records: How many records were recomputed.
        entries: How many entries they made.
        accounts: How many accounts there are.
        supply: For each asset, how much was issued and is held somewhere.
        root: The root of the recomputed Merkle tree, in hexadecimal.
        differences: What does not agree, first things first; empty if all does.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> verify(MemoryStore()).ok
        True
    """

    records: int
    entries: int
    accounts: int
    supply: tuple[tuple[AssetId, int], ...]
    root: str
    differences: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything agreed."""
        return not self.differences


def verify(
    store: Store, progress: Callable[[int], None] | None = None, *, against: Iterable[Checkpoint] = ()
) -> Verification:
    """
    Recompute every record, entry, balance, block and tree node of a store from its journal, and compare.

    Everything is read in one state, so others may write meanwhile.

    Args:
        store: The store to check; it is only read.
        progress: Called now and then with the number of records done.
        against: Checkpoints that were kept outside; the recomputed tree must hold each of them.

    Returns:
        The counts, and every difference found.

    Example:
        >>> from carbonkit.ledger import Checkpoint, MemoryStore
        >>> missing = Checkpoint("carbonkit/ledger", 1, bytes(32))
        >>> verify(MemoryStore(), against=[missing]).differences
        ('the checkpoint of 1 records is not reached: the journal ends at record 0',)
    """
    replay = _Replay(store, against)
    differences: list[str] = []
    try:
        with store.snapshot():
            differences.extend(store.faults())
            differences.extend(replay.journal(progress))
            if not differences:
                differences.extend(replay.state())
                differences.extend(replay.balanced())
            differences.extend(replay.checkpoints())
    except HOSTILE as error:
        differences.append(f"the store cannot be read: {error}")
    return Verification(
        records=replay.size,
        entries=replay.entries,
        accounts=sum(1 for _ in replay.accounts()),
        supply=replay.supply(),
        root=root(replay.edge).hex(),
        differences=tuple(differences),
    )


class _Replay:
    """A journal posted again, row by row, beside what the store says it did."""

    def __init__(self, store: Store, against: Iterable[Checkpoint]) -> None:
        self._store = store
        self._names: dict[int, Holding] = {}
        self._draft = Draft(MemoryStore(), journal=store.row)
        self._nodes: list[tuple[int, int, bytes]] = []
        kept = tuple(against)
        self._wanted = {each.size: each for each in kept}
        self._other = [each for each in kept if self._wanted[each.size].root != each.root]
        self._found = {0: root(())}
        self.edge: list[bytes] = []
        self.size = 0
        self.entries = 0

    def journal(self, progress: Callable[[int], None] | None) -> Iterator[str]:
        """Post every row again; stop at the first that cannot have been posted so."""
        self._names = {row.number: _holding(row) for row in self._store.all_holdings()}
        entries = self._store.entries()
        rows = self._store.rows()
        while page := list(islice(rows, _STEP)):
            for row in page:
                try:
                    self._draft.repeat(row, self._names.__getitem__)
                except HOSTILE as error:
                    yield f"record {self.size + 1} ({row.command_id}) is not what was recorded: {error}"
                    return
                grow(self.edge, self.size, row.leaf, self._nodes)
                self.size += 1
                if self.size in self._wanted:
                    self._found[self.size] = root(self.edge)
            difference = self._compared_entries(self._draft.taken()[1], entries)
            if difference is not None:
                yield difference
                return
            if progress is not None:
                progress(self.size)
        left = next(entries, None)
        if left is not None:
            yield f"an entry is stored that no record made: {left}"

    def _compared_entries(self, made: list[EntryRow], stored: Iterator[EntryRow]) -> str | None:
        found = list(islice(stored, len(made)))
        self.entries += len(made)
        if found == made:
            return None
        for one, two in zip_longest(found, made):
            if one != two:
                return f"entry stored as {one}, recomputed as {two}"
        return None

    def accounts(self) -> Iterator[AccountId]:
        """Yield the ids of the accounts that the journal opened."""
        return (each.id for each in self._draft.books.opened if isinstance(each.id, AccountId))

    def state(self) -> Iterator[str]:
        """Compare everything beside the journal with what the journal makes of it."""
        store, draft, books = self._store, self._draft, self._draft.books
        opened = sorted((each for each in books.opened), key=lambda each: each.id.text)
        yield from _compared(
            "account", store.accounts(), (each for each in opened if isinstance(each.id, AccountId))
        )
        yield from _compared(
            "asset", store.assets(), (each for each in opened if isinstance(each.id, AssetId))
        )
        yield from _compared("holding", store.all_holdings(), books.all_holdings())
        yield from _compared("block", store.blocks(), sorted(books.blocks.begun.values()))
        yield from _compared("mention", store.mentions(), sorted(draft.mentions()))
        yield from _compared("open hold", store.holds(), sorted(draft.open_holds()))
        yield from _compared("conclusion", store.conclusions(), sorted(draft.conclusions()))
        yield from _compared("tree node", store.nodes(), sorted(TreeNode(*each) for each in self._nodes))
        head = store.head()
        if head.sequence != self.size:
            yield f"the head is said to be record {head.sequence}, the journal ends at {self.size}"
        if list(store.edge()) != self.edge:
            said, made = root(store.edge()).hex(), root(self.edge).hex()
            yield f"the tree's root is said to be {said}, recomputed as {made}"

    def checkpoints(self) -> Iterator[str]:
        """Compare the recomputed tree with every checkpoint that was kept outside."""
        for each in [*self._wanted.values(), *self._other]:
            found = self._found.get(each.size)
            if found is None:
                end = f"the journal ends at record {self.size}"
                yield f"the checkpoint of {each.size} records is not reached: {end}"
            elif found != each.root:
                yield f"the first {each.size} records are not those of the checkpoint: root {found.hex()}"

    def supply(self) -> tuple[tuple[AssetId, int], ...]:
        """Sum what is held of each asset."""
        supply = {each.id: 0 for each in self._draft.books.opened if isinstance(each.id, AssetId)}
        for row in self._draft.books.all_holdings():
            supply[AssetId(row.asset)] += max(row.quantity, 0)
        return tuple(sorted(supply.items()))

    def balanced(self) -> Iterator[str]:
        """Count the books: every asset sums to zero, every block of numbers counts its holding."""
        sums: dict[str, int] = {}
        counted: dict[Holding, int] = {}
        blocks: dict[AssetId, list[StoredBlock]] = {}
        for block in self._store.blocks():
            counted[block.holding] = counted.get(block.holding, 0) + block.serials.quantity
            blocks.setdefault(block.asset, []).append(block)
        for row in self._store.all_holdings():
            sums[row.asset] = sums.get(row.asset, 0) + row.quantity
            holding = _holding(row)
            asset, account = self._store.asset(holding.asset), self._store.account(holding.account)
            if asset is None or account is None or account.may_go_negative:
                continue
            if row.quantity < 0:
                yield f"{holding} contains {row.quantity}"
            elif asset.serialised and counted.get(holding, 0) != row.quantity:
                yield f"{holding} contains {row.quantity} but serial numbers for {counted.get(holding, 0)}"
        yield from (
            f"{asset} does not sum to zero but to {left}" for asset, left in sorted(sums.items()) if left
        )
        for asset_id, each in sorted(blocks.items()):
            clash = first_overlap(block.serials for block in each)
            if clash is not None:
                yield f"serial numbers of {asset_id} lie in two blocks: {clash[0]} and {clash[1]}"


def _compared(what: str, stored: Iterable[Item], computed: Iterable[Item]) -> Iterator[str]:
    for found, expected in zip_longest(stored, computed):
        if found != expected:
            yield f"{what} stored as {found}, recomputed as {expected}"
            return


def _holding(row: HoldingRow) -> Holding:
    return Holding(AccountId(row.account), AssetId(row.asset), row.bucket)
