"""The Merkle tree of a store: proofs and roots, read from its leaf hashes and kept subtrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.merkle import Nodes, consistency_proof, edge_of, inclusion_proof, root
from carbonkit.values.number import whole

if TYPE_CHECKING:
    from carbonkit.ledger.merkle import ConsistencyProof, InclusionProof
    from carbonkit.ledger.store import Store
    from carbonkit.values.identifier import CommandId

__all__ = ["consistency_of", "inclusion_of", "root_of"]


def _nodes(store: Store) -> Nodes:
    return Nodes(store.leaves, store.node)


def inclusion_of(store: Store, command_id: CommandId, size: int | None) -> InclusionProof:
    """
    Prove that a command's record is in the tree of the first records.

    Args:
        store: The store.
        command_id: The command.
        size: How many records the tree has; None for all.

    Returns:
        The proof.

    Raises:
        InvalidValueError: If it was never recorded, or is not among the first `size` records.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> receipt = ledger.post(DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"))
        >>> inclusion_of(ledger.store, receipt.command_id, None)
        InclusionProof(index=0, size=1, path=())
    """
    with store.snapshot():
        row = store.row(command_id)
        if row is None:
            raise InvalidValueError("be recorded", was=command_id, field="command id")
        newest = store.head().sequence
        wanted = newest if size is None else whole(size, field="size")
        if not row.sequence <= wanted <= newest:
            raise InvalidValueError(f"be {row.sequence} to {newest}", was=wanted, field="size")
        return inclusion_proof(row.sequence - 1, wanted, _nodes(store))


def consistency_of(store: Store, old: int, new: int | None) -> ConsistencyProof:
    """
    Prove that the tree only grew from one size to another.

    Args:
        store: The store.
        old: The smaller size.
        new: The larger size; None for all records.

    Returns:
        The proof.

    Raises:
        InvalidValueError: If there are not so many records, or the sizes are reversed.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> consistency_of(MemoryStore(), 0, None)
        ConsistencyProof(old=0, new=0, path=())
    """
    with store.snapshot():
        newest = store.head().sequence
        older, newer = whole(old, field="size"), newest if new is None else whole(new, field="size")
        if not 0 <= older <= newer <= newest:
            raise InvalidValueError(
                f"be at most {newest}, the older first", was=f"{older} and {newer}", field="size"
            )
        return consistency_proof(older, newer, _nodes(store))


def root_of(store: Store, size: int) -> bytes:
    """
    Work out the root of the tree of the first records.

    Args:
        store: The store.
        size: How many records.

    Returns:
        The root.

    Raises:
        InvalidValueError: If there are not so many.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> root_of(MemoryStore(), 0).hex()[:8]
        'e3b0c442'
    """
    with store.snapshot():
        newest = store.head().sequence
        if not 0 <= whole(size, field="size") <= newest:
            raise InvalidValueError(f"be 0 to {newest}", was=size, field="size")
        return root(edge_of(size, _nodes(store)))
