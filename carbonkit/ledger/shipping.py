"""
Shipping: a follower that repeats a ledger's journal, record by record, in a store of its own.

What is shipped is posted again under the ledger's own rules, so the follower is a
second opinion and not only a copy: a record that does not do what it says does not
get in. Shipping goes on where it left off, however it ended, and the two Merkle
trees are the same tree at every size.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from carbonkit.errors import BusyError, IntegrityError
from carbonkit.ledger.posting import Draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.ledger.store import Store

__all__ = ["ship"]

_PAGE: Final = 1_000  # records that are written at once


def ship(source: Store, follower: Store, progress: Callable[[int], None] | None = None) -> int:
    """
    Bring a follower up to the newest record of a ledger.

    Args:
        source: The ledger; it may be written meanwhile.
        follower: A store that nothing else writes to.
        progress: Called after each page with the number of records that the follower has.

    Returns:
        How many records were shipped.

    Raises:
        IntegrityError: If the follower's journal is not the beginning of the ledger's, or a record
            of the ledger does not do what it says.
        BusyError: If something else writes to the follower.
        StorageError: If either cannot be read or written; ship again to go on.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> receipt = ledger.post(DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"))
        >>> standby = MemoryStore()
        >>> ship(ledger.store, standby), ship(ledger.store, standby)
        (1, 0)
    """
    begun = follower.head()
    if begun.sequence:
        there = source.row_at(begun.sequence)
        if there is None or there.leaf != begun.leaf:
            raise IntegrityError(
                "be where the follower's journal ends",
                was="another record" if there else "no record",
                field=f"record {begun.sequence} of the ledger",
                hint="they have parted; keep both and find out which is right",
                code="diverged",
            )
    rows = source.rows(begun.sequence)
    shipped = 0
    while page := list(islice(rows, _PAGE)):
        with follower.turn(certain=True):
            draft = Draft(follower)
            for row in page:
                draft.repeat(row, source.holding_numbered)
            if not follower.write(draft.batch()):
                raise BusyError("be written by nothing else", was="moved on", field="follower")
        shipped += len(page)
        if progress is not None:
            progress(begun.sequence + shipped)
    return shipped
