"""
What a PostgreSQL store remembers of its ledger between turns, as of one head.

A journal's head never comes back. So if a write finds the head that is remembered,
whatever was read since then was true all the while; and if it does not, nothing is
written, and all is forgotten.
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

    __slots__ = ("_holdings", "_next_end", "edge", "head")

    def __init__(self) -> None:
        self.head: Head | None = None
        self.edge: tuple[bytes, ...] = ()
        self._holdings: dict[HoldingKey, HoldingRow | None] = {}
        self._next_end: int | None = None

    def begin(self, head: Head, edge: tuple[bytes, ...]) -> None:
        """Take a head that was just read; if it is another one, forget what belonged to the last."""
        if head != self.head:
            self.forget()
            self.head, self.edge = head, edge

    def forget(self) -> None:
        """Forget everything."""
        self.head, self.edge, self._next_end = None, (), None
        self._holdings = {}

    def known(self, keys: Iterable[HoldingKey]) -> dict[HoldingKey, HoldingRow | None]:
        """Return those holdings of which something is known; None for one that was never used."""
        holdings = self._holdings
        return {key: holdings[key] for key in keys if key in holdings}

    def learn(self, keys: Iterable[HoldingKey], rows: Mapping[HoldingKey, HoldingRow]) -> None:
        """Take what was read of some holdings; those without a row were never used."""
        if len(self._holdings) > _MOST:
            self._holdings.clear()
        self._holdings.update((key, rows.get(key)) for key in keys)

    def nothing_ends_by(self, moment: int) -> bool:
        """Tell whether it is known that no hold ends by a moment."""
        return self._next_end is not None and moment < self._next_end

    def next_end(self, moment: int) -> None:
        """Take the moment before which no hold ends."""
        self._next_end = moment

    def advance(self, batch: Batch) -> None:
        """Take what a write has just made true."""
        for row in batch.holdings:
            self._holdings[row.account, row.asset, row.bucket] = row
        if self._next_end is not None:
            ends = [each.expires_at for each in batch.holds if each.expires_at is not None]
            self._next_end = min([self._next_end, *ends])
        self.head, self.edge = batch.head, batch.edge
