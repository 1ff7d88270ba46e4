"""Verification: everything a store holds, recomputed from its journal."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

import attrs

from carbonkit.errors import CarbonkitError
from carbonkit.ledger.journal import GENESIS, sealed
from carbonkit.ledger.memory import MemoryStore
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.serial import first_overlap
from carbonkit.values.identifier import AssetId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from carbonkit.ledger.journal import Record
    from carbonkit.ledger.store import Store, StoredBlock

__all__ = ["Verification", "verify"]

Item = TypeVar("Item")

_REPORTED = 100  # differences after which a verification stops collecting


@attrs.frozen
class Verification:
    """
    What a verification found.

    Args:
        records: How many records were recomputed.
        entries: How many entries they made.
        accounts: How many accounts there are.
        supply: For each asset, how much was issued and is held somewhere.
        head: The last digest of the recomputed chain.
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
    head: str
    differences: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything agreed."""
        return not self.differences


def verify(store: Store, progress: Callable[[int], None] | None = None) -> Verification:
    """
    Recompute every record, entry, balance and block of a store from its journal, and compare.

    The chain of digests is recomputed from the records' content, every command is
    posted again into an empty ledger in memory, and what comes out is compared
    with what is stored. Then the books are counted: each asset's balances sum to
    zero, each holding's serial ranges count its balance, no number lies in two blocks.
    Everything is read in one state, so others may write meanwhile.

    Args:
        store: The store to check; it is only read.
        progress: Called now and then with the number of records done.

    Returns:
        The counts, and every difference found.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> verify(MemoryStore()).differences
        ()
    """
    again = MemoryStore()
    differences: list[str] = []
    try:
        with store.snapshot():
            differences.extend(_journal(store, again, progress))
            if not differences:
                differences.extend(_state(store, again))
                differences.extend(_books(again))
    except CarbonkitError as error:
        differences.append(f"the store cannot be read: {error}")
    head = again.head()
    return Verification(
        records=head.sequence,
        entries=sum(1 for _ in again.entries()),
        accounts=sum(1 for _ in again.accounts()),
        supply=tuple(sorted(_supply(again).items())),
        head=head.digest,
        differences=tuple(differences[:_REPORTED]),
    )


def _journal(store: Store, again: MemoryStore, progress: Callable[[int], None] | None) -> list[str]:
    differences: list[str] = []
    previous = GENESIS
    for place, record in enumerate(store.records(), start=1):
        differences.extend(_replayed(record, place, previous, again))
        previous = record.digest
        if len(differences) >= _REPORTED:
            break
        if progress is not None and place % 1000 == 0:
            progress(place)
    return differences


def _replayed(record: Record, place: int, previous: str, again: MemoryStore) -> Iterator[str]:
    if record.sequence != place:
        yield f"record {place} is missing or out of order: found record {record.sequence}"
    if record.previous != previous:
        yield f"record {record.sequence} does not follow the record before it"
    if again.record(record.command.id) is not None:
        yield f"record {record.sequence} repeats command {record.command.id}"
    content = sealed(record.sequence, record.recorded_at, record.command, record.entries, record.previous)
    if content.digest != record.digest:
        yield f"record {record.sequence} ({record.command.id}) is not what was sealed"
        return
    draft = Draft(again)
    try:
        posted = draft.post(record.command, record.recorded_at)
    except CarbonkitError as error:
        yield f"record {record.sequence} ({record.command.id}) could not have been posted: {error}"
        return
    if posted != record:
        yield f"record {record.sequence} ({record.command.id}) has effects other than its command's"
    again.write(draft.batch())


def _state(store: Store, again: MemoryStore) -> Iterator[str]:
    head = store.head()
    if head != again.head():
        yield f"the head is said to be record {head.sequence}, the journal ends at {again.head().sequence}"
    yield from _compared("account", store.accounts(), again.accounts())
    yield from _compared("asset", store.assets(), again.assets())
    yield from _compared("entry", store.entries(), again.entries())
    yield from _compared("balance", store.balances(), again.balances())
    yield from _compared("block", store.blocks(), again.blocks())
    yield from _compared("mention", store.mentions(), again.mentions())


def _compared(what: str, stored: Iterable[Item], computed: Iterable[Item]) -> Iterator[str]:
    for found, expected in zip_longest(stored, computed):
        if found != expected:
            yield f"{what} stored as {found}, recomputed as {expected}"
            return


def _supply(store: MemoryStore) -> dict[AssetId, int]:
    supply: dict[AssetId, int] = {asset.id: 0 for asset in store.assets()}
    for balance in store.balances():
        if balance.quantity > 0:
            supply[balance.holding.asset] += balance.quantity
    return supply


def _books(store: MemoryStore) -> Iterator[str]:
    sums: dict[AssetId, int] = {}
    for balance in store.balances():
        sums[balance.holding.asset] = sums.get(balance.holding.asset, 0) + balance.quantity
        account = store.account(balance.holding.account)
        asset = store.asset(balance.holding.asset)
        counted = sum(each.quantity for each in store.serials(balance.holding))
        if account is None or asset is None:
            yield f"{balance.holding} names an account or asset that does not exist"
        elif balance.quantity < 0 and not account.may_go_negative:
            yield f"{balance.holding} contains {balance.quantity}"
        elif asset.serialised and not account.may_go_negative and counted != balance.quantity:
            yield f"{balance.holding} contains {balance.quantity} but serial numbers for {counted}"
    yield from (f"{asset} does not sum to zero but to {left}" for asset, left in sorted(sums.items()) if left)
    blocks: dict[AssetId, list[StoredBlock]] = {}
    for block in store.blocks():
        blocks.setdefault(block.asset, []).append(block)
    for asset_id, each in sorted(blocks.items()):
        clash = first_overlap(block.serials for block in each)
        if clash is not None:
            yield f"serial numbers of {asset_id} lie in two blocks: {clash[0]} and {clash[1]}"
