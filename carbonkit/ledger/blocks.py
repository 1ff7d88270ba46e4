"""Blocks of serial numbers as a draft sees them: what the store holds, and what the draft changed."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from carbonkit.errors import SerialRangeError
from carbonkit.ledger.serial import SerialRange, first_overlap, take
from carbonkit.ledger.store import StoredBlock

if TYPE_CHECKING:
    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.serial import Selection
    from carbonkit.ledger.store import Store
    from carbonkit.values.identifier import AssetId

__all__ = ["DraftBlocks"]


class DraftBlocks:
    """
    A store's blocks with changes that are not written yet, and can be taken back one by one.

    Args:
        store: The blocks to start from.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> DraftBlocks(MemoryStore()).begun
        {}
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[Holding, list[SerialRange]] = {}
        self._arrived: dict[Holding, list[SerialRange]] = {}
        self._done: list[tuple[bool, StoredBlock]] = []
        self.ended: dict[tuple[AssetId, int], StoredBlock] = {}
        self.begun: dict[tuple[AssetId, int], StoredBlock] = {}

    def mark(self) -> int:
        """Return a point that `take_back` can return to."""
        return len(self._done)

    def take_back(self, mark: int) -> None:
        """Undo every change since a mark, the last first."""
        while len(self._done) > mark:
            added, block = self._done.pop()
            if added:
                self._remove(block)
            else:
                self._add(block)

    def settle(self) -> None:
        """Forget the way back: every change made so far stands."""
        self._done.clear()

    def issue(
        self, asset: AssetId, serials: tuple[SerialRange, ...] | Selection | None, target: Holding
    ) -> tuple[SerialRange, ...]:
        """
        Begin blocks of numbers that were never issued before.

        Args:
            asset: The asset.
            serials: The exact ranges.
            target: The holding that they reach.

        Returns:
            The same ranges.

        Raises:
            SerialRangeError: If a number was issued before, or the ranges are not exact.
        """
        if not isinstance(serials, tuple):
            raise SerialRangeError(
                "be exact ranges when units are issued", was="a selection", field="serials"
            )
        clash = first_overlap(serials)
        if clash is not None:
            raise SerialRangeError("not overlap", was=f"{clash[0]} and {clash[1]}", field="serial ranges")
        for each in serials:
            there = self._over(asset, each)
            if there is not None:
                raise SerialRangeError(
                    "not have been issued before", was=f"{each}, over {there.serials}", field="serial range"
                )
        for each in serials:
            self._begin(StoredBlock(asset, each, target))
        return serials

    def move(
        self, source: Holding, target: Holding, serials: tuple[SerialRange, ...] | Selection, quantity: int
    ) -> tuple[SerialRange, ...]:
        """
        Move numbers from one holding to another, splitting blocks as needed.

        Args:
            source: The holding that they leave.
            target: The holding that they reach.
            serials: The exact ranges, or how to choose them.
            quantity: How many numbers move.

        Returns:
            The ranges that moved.

        Raises:
            SerialRangeError: If the source lacks a wanted number.
        """
        gone, ended, kept = take(self._ranges(source), serials, quantity)
        for each in ended:
            block = StoredBlock(source.asset, each, source)
            self._remove(block)
            self._done.append((False, block))
        for each in kept:
            self._begin(StoredBlock(source.asset, each, source))
        for each in gone:
            self._begin(StoredBlock(source.asset, each, target))
        return gone

    def _over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        for block in self.begun.values():
            if block.asset == asset and block.serials.overlaps(serials):
                return block
        # A stored block that ended in this draft lies on under its new owner, so its numbers are still taken.
        return self._store.block_over(asset, serials)

    def _ranges(self, holding: Holding) -> list[SerialRange]:
        found = self._held.get(holding)
        if found is None:
            arrived = self._arrived.pop(holding, [])
            found = sorted([*self._store.serials(holding), *arrived])
            self._held[holding] = found
        return found

    def _begin(self, block: StoredBlock) -> None:
        self._add(block)
        self._done.append((True, block))

    def _add(self, block: StoredBlock) -> None:
        key = (block.asset, block.serials.first)
        if self.ended.get(key) == block:
            del self.ended[key]
        else:
            self.begun[key] = block
        held = self._held.get(block.holding)
        if held is None:
            self._arrived.setdefault(block.holding, []).append(block.serials)
        else:
            bisect.insort(held, block.serials)

    def _remove(self, block: StoredBlock) -> None:
        key = (block.asset, block.serials.first)
        if self.begun.get(key) == block:
            del self.begun[key]
        else:
            self.ended[key] = block
        held = self._held.get(block.holding)
        if held is None:
            self._arrived[block.holding].remove(block.serials)
        else:
            held.remove(block.serials)
