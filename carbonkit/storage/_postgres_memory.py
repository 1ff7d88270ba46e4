"""
What a PostgreSQL store remembers of its ledger between turns, as of one head.

A journal's head never comes back. So what is read after the head was remembered, and
before a write that finds the head unmoved, was true all the while; such a write makes
what was learnt in its turn part of the memory. Any other end of a turn forgets that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carbonkit.ledger.store import Batch, Head, HoldingRow

__all__ = ["HoldingKey", "Memory"]

HoldingKey: TypeAlias = tuple[str, str, str]

_MOST: Final = 100_000  # holdings that are remembered


class Memory:
    """
    The head, the tree's edge, holdings, and when the next hold may end.

    Example:
        >>> Memory().head is None
        True
    """

    __slots__ = ("_holdings", "_learnt", "_next_end", "edge", "head")

    def __init__(self) -> None:
        self.head: Head | None = None
        self.edge: tuple[bytes, ...] = ()
        self._holdings: dict[HoldingKey, HoldingRow | None] = {}
        self._learnt: dict[HoldingKey, HoldingRow | None] = {}
        self._next_end: int | None = None

    def begin(self, head: Head, edge: tuple[bytes, ...]) -> None:
        """Take a head that was just read; if it is another one, forget what belonged to the last."""
        if head != self.head:
            self.forget()
            self.head, self.edge = head, edge

    def forget(self) -> None:
        """Forget everything."""
        self.head, self.edge, self._next_end = None, (), None
        self._holdings, self._learnt = {}, {}

    def end(self) -> None:
        """End a turn: what it learnt was not confirmed by a write."""
        self._learnt.clear()

    def holding(self, key: HoldingKey) -> HoldingRow | None:
        """Return a holding; None if it is known that it was never used."""
        return self._learnt[key] if key in self._learnt else self._holdings[key]

    def unknown(self, keys: Iterable[HoldingKey]) -> list[HoldingKey]:
        """Return those holdings of which nothing is known."""
        return [key for key in keys if key not in self._holdings and key not in self._learnt]

    def learn(self, keys: Iterable[HoldingKey], rows: Mapping[HoldingKey, HoldingRow]) -> None:
        """Take what was read of some holdings; those without a row were never used."""
        self._learnt.update((key, rows.get(key)) for key in keys)

    def nothing_ends_by(self, moment: int) -> bool:
        """Tell whether it is known that no hold ends by a moment."""
        return self._next_end is not None and moment < self._next_end

    def next_end(self, moment: int) -> None:
        """Take the moment before which no hold ends."""
        self._next_end = moment

    def advance(self, batch: Batch) -> None:
        """Take what a write has just made true."""
        if len(self._holdings) + len(self._learnt) > _MOST:
            self._holdings.clear()
        self._holdings.update(self._learnt)
        self._learnt.clear()
        for row in batch.holdings:
            self._holdings[row.account, row.asset, row.bucket] = row
        if self._next_end is not None:
            ends = [each.expires_at for each in batch.holds if each.expires_at is not None]
            self._next_end = min([self._next_end, *ends])
        self.head, self.edge = batch.head, batch.edge
