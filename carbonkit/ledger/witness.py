"""
Witnesses: what reads a ledger's journal as it is written, and may object before it is.

A witness keeps a picture of its own of what is recorded. In every turn it is first
shown what others have recorded since; then the records of that turn, which it can
refuse as long as they are not written. If they are not, it takes its picture back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.row import Row

__all__ = ["Undo", "Witness"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class Undo:
    """
    The way back: what restores a picture to what it was at a mark.

    Example:
        >>> undo, seen = Undo(), {}
        >>> undo.put(seen, "a", 1)
        >>> undo.take_back(0)
        >>> seen
        {}
    """

    def __init__(self) -> None:
        self._steps: list[tuple[Callable[..., object], tuple[object, ...]]] = []

    def mark(self) -> int:
        """Return a point that `take_back` can return to."""
        return len(self._steps)

    def note(self, back: Callable[..., object], *values: object) -> None:
        """Remember the call that undoes what is about to be done."""
        self._steps.append((back, values))

    def put(self, mapping: dict[Key, Value], key: Key, value: Value) -> None:
        """Set a key of a dictionary in a way that can be taken back."""
        if key in mapping:
            self._steps.append((mapping.__setitem__, (key, mapping[key])))
        else:
            self._steps.append((mapping.pop, (key, None)))
        mapping[key] = value

    def take_back(self, mark: int) -> None:
        """Undo everything since a mark, the last first."""
        while len(self._steps) > mark:
            back, values = self._steps.pop()
            back(*values)

    def settle(self) -> None:
        """Forget the way back: everything done so far stands."""
        self._steps.clear()


class Witness:
    """
    One reader of a journal: what it does with each record, and how far it has come.

    Args:
        take_in: Takes one record into the picture, or raises if it must not be recorded. It is
            given the record's row and what gives the holding that a number in it names.
        undo: Where `take_in` notes how its changes are undone.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> at, seen = "2021-07-01T00:00:00Z", []
        >>> witness = Witness(lambda row, holding: seen.append(row.command_id), Undo())
        >>> ledger = Ledger(MemoryStore(), FixedClock(at))
        >>> ledger.attach(witness)
        >>> yuan = Asset(AssetId("CNY"), 2, serialised=False)
        >>> receipt = ledger.post(DefineAsset(CommandId("define/CNY"), yuan, at))
        >>> seen, witness.sequence
        (['define/CNY'], 1)
    """

    def __init__(self, take_in: Callable[[Row, Callable[[int], Holding]], object], undo: Undo) -> None:
        self._take_in = take_in
        self._undo = undo
        self._shown: list[tuple[Row, int]] = []  # what is not written yet, and the marks before it
        self.sequence = 0
        """The place of the last record that is recorded for certain."""

    def read(self, rows: Iterable[Row], holding: Callable[[int], Holding]) -> None:
        """
        Take in what others have recorded.

        Args:
            rows: The rows after the last one that was read, in order.
            holding: Gives the holding that a number names.
        """
        self.forget()
        for row in rows:
            self._take_in(row, holding)
            self._undo.settle()
            self.sequence = row.sequence

    def examine(self, rows: Sequence[Row], holding: Callable[[int], Holding]) -> None:
        """
        Take in what a turn is about to record, as far as it has come; raise to object.

        Args:
            rows: All rows of the turn up to now. Those that were shown before and are missing
                now were refused: they are taken back.
            holding: Gives the holding that a number names.
        """
        shown = self._shown
        while len(shown) > len(rows) or (shown and shown[-1][0] is not rows[len(shown) - 1]):
            self._undo.take_back(shown.pop()[1])
        for row in rows[len(shown) :]:
            mark = self._undo.mark()
            try:
                self._take_in(row, holding)
            except BaseException:
                self._undo.take_back(mark)
                raise
            shown.append((row, mark))

    def settle(self) -> None:
        """Know that everything examined is recorded."""
        if self._shown:
            self.sequence = self._shown[-1][0].sequence
            self._shown.clear()
        self._undo.settle()

    def forget(self) -> None:
        """Take back what was examined: it is not recorded."""
        self._shown.clear()
        self._undo.take_back(0)
