"""
The block book: which blocks of serial numbers every holding has, and which of them go next.

It is read from the journal's movements, so it knows of each block since when it is
there, and a quantity is chosen by the registry's policy without asking the store.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, TypeAlias

from carbonkit.errors import IntegrityError
from carbonkit.ledger.serial import SerialRange
from carbonkit.registry.rules import BlockPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.witness import Undo
    from carbonkit.values.identifier import AccountId

__all__ = ["BlockBook"]

_Block: TypeAlias = tuple[int, int, int]  # first and last number, the record that brought it


def _by_number(block: _Block) -> tuple[int, ...]:
    return block


def _by_arrival(block: _Block) -> tuple[int, ...]:
    return block[2], block[0], block[1]


def _by_size(block: _Block) -> tuple[int, ...]:
    return block[1] - block[0], block[0], block[1], block[2]


class _Blocks:
    """The blocks of one holding, by number and in the order of the policy."""

    __slots__ = ("firsts", "found", "ordered")

    def __init__(self) -> None:
        self.firsts: list[int] = []
        self.found: dict[int, _Block] = {}
        self.ordered: list[tuple[int, ...]] = []


class BlockBook:
    """
    Every holding's blocks.

    Args:
        policy: Which of them go first.
        undo: Where it notes how its changes are undone.

    Example:
        >>> from carbonkit.ledger import AccountId, AssetId, Holding, Undo
        >>> ann, bob = (Holding(AccountId(name), AssetId("CEA"), "tradable") for name in ("ANN", "BOB"))
        >>> book = BlockBook(BlockPolicy.BEST_FIT, Undo())
        >>> book.add(ann, SerialRange(1, 100), 1)
        >>> book.add(ann, SerialRange(201, 210), 2)
        >>> book.choose(ann, 5)
        (SerialRange(first=201, last=205),)
        >>> book.move(ann, bob, SerialRange(201, 205), 3)
        >>> [str(each) for each in book.ranges(ann)]
        ['1-100', '206-210']
    """

    def __init__(self, policy: BlockPolicy, undo: Undo) -> None:
        self._policy = policy
        self._key = {
            BlockPolicy.LOWEST: _by_number,
            BlockPolicy.ARRIVAL: _by_arrival,
            BlockPolicy.BEST_FIT: _by_size,
        }[policy]
        self._undo = undo
        self._held: dict[Holding, _Blocks] = {}

    def __len__(self) -> int:
        """Count the blocks."""
        return sum(len(each.firsts) for each in self._held.values())

    def ranges(self, holding: Holding) -> tuple[SerialRange, ...]:
        """Return a holding's blocks, lowest first."""
        held = self._held.get(holding)
        return () if held is None else tuple(SerialRange(*held.found[first][:2]) for first in held.firsts)

    def all_ranges(self) -> Iterator[tuple[Holding, SerialRange]]:
        """Yield every block with the holding that it lies in."""
        for holding in self._held:
            for each in self.ranges(holding):
                yield holding, each

    def any_of(self, account: AccountId) -> bool:
        """Say whether an account has any block, in whatever bucket."""
        return any(each.firsts for holding, each in self._held.items() if holding.account == account)

    def choose(self, holding: Holding, quantity: int) -> tuple[SerialRange, ...]:
        """
        Choose what goes when a quantity leaves a holding.

        Args:
            holding: The holding.
            quantity: How many units; 1 or more.

        Returns:
            The ranges, in the order of the policy; fewer units if the holding has fewer.
        """
        held = self._held.get(holding)
        if held is None:
            return ()
        blocks = self._fitting(held, quantity) if self._policy is BlockPolicy.BEST_FIT else self._next(held)
        chosen: list[SerialRange] = []
        missing = quantity
        for first, last, _ in blocks:
            if missing <= 0:
                break
            end = min(last, first + missing - 1)
            chosen.append(SerialRange(first, end))
            missing -= end - first + 1
        return tuple(chosen)

    def _next(self, held: _Blocks) -> Iterator[_Block]:
        place = 1 if self._policy is BlockPolicy.ARRIVAL else 0
        return (held.found[each[place]] for each in held.ordered)

    @staticmethod
    def _fitting(held: _Blocks, quantity: int) -> Iterator[_Block]:
        """Yield the smallest block that is large enough for what is missing, else the largest, and on."""
        ordered, end, missing = held.ordered, len(held.ordered), quantity
        while end and missing > 0:
            place = min(bisect.bisect_left(ordered, (missing - 1,)), end - 1)
            block = held.found[ordered[place][1]]
            yield block
            missing -= block[1] - block[0] + 1
            end = place

    def move(self, source: Holding, target: Holding, serials: SerialRange, sequence: int) -> None:
        """
        Take in that a range moved.

        Args:
            source: The holding that it left.
            target: The holding that it reached.
            serials: The numbers.
            sequence: The record that moved them.

        Raises:
            IntegrityError: If the source does not have them.
        """
        held, first = self._held.get(source) or _Blocks(), serials.first
        while first <= serials.last:
            place = bisect.bisect_right(held.firsts, first)
            block = held.found[held.firsts[place - 1]] if place else (0, 0, 0)
            if block[1] < first:
                raise IntegrityError(f"lie in {source}", was=serials, field=f"record {sequence}")
            self._remove(source, block)
            if block[0] < first:
                self._add(source, (block[0], first - 1, block[2]))
            if block[1] > serials.last:
                self._add(source, (serials.last + 1, block[1], block[2]))
            first = block[1] + 1
        self.add(target, serials, sequence)

    def add(self, holding: Holding, serials: SerialRange, sequence: int) -> None:
        """Take in that a range was issued to a holding by a record."""
        self._add(holding, (serials.first, serials.last, sequence))

    def _add(self, holding: Holding, block: _Block) -> None:
        self._put(holding, block)
        self._undo.note(self._drop, holding, block)

    def _remove(self, holding: Holding, block: _Block) -> None:
        self._drop(holding, block)
        self._undo.note(self._put, holding, block)

    def _put(self, holding: Holding, block: _Block) -> None:
        held = self._held.get(holding)
        if held is None:
            held = self._held[holding] = _Blocks()
        bisect.insort(held.firsts, block[0])
        held.found[block[0]] = block
        bisect.insort(held.ordered, self._key(block))

    def _drop(self, holding: Holding, block: _Block) -> None:
        held = self._held[holding]
        del held.firsts[bisect.bisect_left(held.firsts, block[0])]
        del held.found[block[0]]
        del held.ordered[bisect.bisect_left(held.ordered, self._key(block))]
