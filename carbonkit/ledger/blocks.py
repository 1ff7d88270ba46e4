"""
Blocks of serial numbers as a draft sees them: what the store holds, and what the draft changed.

A block belongs to one holding. A range that moves is cut out of the blocks that it
lies in, found by their numbers; a holding's own list is read only when its lowest
numbers are asked for.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from carbonkit.errors import SerialRangeError
from carbonkit.ledger.serial import Selection, SerialRange, first_overlap, lowest
from carbonkit.ledger.store import StoredBlock

if TYPE_CHECKING:
    from carbonkit.ledger.account import Holding
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
        self._firsts: dict[AssetId, list[int]] = {}  # where the blocks that the draft began start, sorted
        self._arrived: dict[Holding, dict[int, SerialRange]] = {}  # the same blocks, by who has them
        self._held: dict[Holding, list[SerialRange]] = {}  # all blocks of the holdings that were read, sorted
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
        self, asset: AssetId, serials: tuple[SerialRange, ...] | Selection, target: Holding
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
        if isinstance(serials, Selection):
            raise SerialRangeError(
                "be exact ranges when units are issued", was="a selection", field="serials"
            )
        _check_apart(serials)
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
            SerialRangeError: If the source lacks a wanted number, or they are not as many.
        """
        if isinstance(serials, Selection):
            serials = lowest(self._ranges(source), quantity)
        else:
            counted = sum(each.quantity for each in serials)
            if counted != quantity:
                raise SerialRangeError(
                    f"count {quantity} units", was=f"{counted} units", field="serial ranges"
                )
            _check_apart(serials)
        for each in serials:
            self._cut_out(source, each)
            self._begin(StoredBlock(source.asset, each, target))
        return serials

    def _cut_out(self, source: Holding, wanted: SerialRange) -> None:
        """End the blocks that a range lies in, and begin what it leaves of them."""
        asset, first = source.asset, wanted.first
        while first <= wanted.last:
            block = self._with(source, first)
            if block is None or block.holding != source:
                raise SerialRangeError(f"lie in {source}", was=wanted, field="serial range")
            self._remove(block)
            self._done.append((False, block))
            there = block.serials
            if there.first < first:
                self._begin(StoredBlock(asset, SerialRange(there.first, first - 1), source))
            if there.last > wanted.last:
                self._begin(StoredBlock(asset, SerialRange(wanted.last + 1, there.last), source))
            first = there.last + 1

    def _with(self, source: Holding, number: int) -> StoredBlock | None:
        """Find the block that a number lies in; where the source was read, among its own."""
        asset, held = source.asset, self._held.get(source)
        if held is not None:
            place = bisect.bisect_right(held, number, key=_first)
            there = held[place - 1] if place else None
            return None if there is None or there.last < number else StoredBlock(asset, there, source)
        begun = self._begun_up_to(asset, number)
        if begun is not None and number <= begun.serials.last:
            return begun
        stored = self._store.block_over(asset, SerialRange(number, number))
        return None if stored is None or (asset, stored.serials.first) in self.ended else stored

    def _over(self, asset: AssetId, serials: SerialRange) -> StoredBlock | None:
        begun = self._begun_up_to(asset, serials.last)
        if begun is not None and begun.serials.last >= serials.first:
            return begun
        # A stored block that ended in this draft lies on under its new owner, so its numbers are still taken.
        return self._store.block_over(asset, serials)

    def _begun_up_to(self, asset: AssetId, number: int) -> StoredBlock | None:
        """Find the last block that the draft began at a number or before."""
        firsts = self._firsts.get(asset, [])
        place = bisect.bisect_right(firsts, number)
        return self.begun[asset, firsts[place - 1]] if place else None

    def _ranges(self, holding: Holding) -> list[SerialRange]:
        found = self._held.get(holding)
        if found is None:
            asset, ended = holding.asset, self.ended
            found = [each for each in self._store.serials(holding) if (asset, each.first) not in ended]
            arrived = self._arrived.get(holding)
            if arrived:
                found = sorted([*found, *arrived.values()])
            self._held[holding] = found
        return found

    def _begin(self, block: StoredBlock) -> None:
        self._add(block)
        self._done.append((True, block))

    def _add(self, block: StoredBlock) -> None:
        asset, serials, holding = block
        key = (asset, serials.first)
        if self.ended.get(key) == block:
            del self.ended[key]
        else:
            self.begun[key] = block
            bisect.insort(self._firsts.setdefault(asset, []), serials.first)
            self._arrived.setdefault(holding, {})[serials.first] = serials
        held = self._held.get(holding)
        if held is not None:
            bisect.insort(held, serials)

    def _remove(self, block: StoredBlock) -> None:
        asset, serials, holding = block
        key = (asset, serials.first)
        if self.begun.get(key) == block:
            del self.begun[key]
            firsts = self._firsts[asset]
            del firsts[bisect.bisect_left(firsts, serials.first)]
            del self._arrived[holding][serials.first]
        else:
            self.ended[key] = block
        held = self._held.get(holding)
        if held is not None:
            del held[bisect.bisect_left(held, serials)]


def _first(serials: SerialRange) -> int:
    return serials.first


def _check_apart(serials: tuple[SerialRange, ...]) -> None:
    clash = first_overlap(serials) if len(serials) > 1 else None
    if clash is not None:
        raise SerialRangeError("not overlap", was=f"{clash[0]} and {clash[1]}", field="serial ranges")
