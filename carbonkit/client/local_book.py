"""A copy of a book, kept up by the changes that a stream tells, which knows when one is missing."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, TypeAlias

from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.market.order import Side
from carbonkit.values.identifier import InstrumentId
from carbonkit.wire.answer import Depth
from carbonkit.wire.feed import BookChange, Reset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.market.level import Level
    from carbonkit.values.price import Price

    _Sides: TypeAlias = dict[Side, dict[Price, Level]]

__all__ = ["GapError", "LocalBook"]

_MOST: Final = 10_000  # levels of a side
_HINT: Final = "hear a whole book again"


class GapError(CarbonkitError):
    """A change of the book is missing: the copy is of no use until it hears a whole book."""

    code = "gap"


class LocalBook:
    """
    A copy of one instrument's book.

    It begins with a whole book: the event "depth" with which a stream of the channel "book" begins, or the
    answer to `depth` if it has fewer levels than were asked for. After a gap it begins again with another.

    Args:
        instrument: Of which instrument.

    Example:
        >>> book = LocalBook("CEA25")
        >>> book.hear(Depth(instrument=InstrumentId("CEA25"), sequence=7, buys=(), sells=()))
        True
        >>> change = BookChange(instrument=InstrumentId("CEA25"), previous=8, sequence=9, buys=(), sells=())
        >>> book.hear(change)
        Traceback (most recent call last):
        ...
        carbonkit.client.local_book.GapError: sequence: must be 7 or less, was 8; hear a whole book again
    """

    def __init__(self, instrument: str | InstrumentId) -> None:
        self.instrument = instrument if isinstance(instrument, InstrumentId) else InstrumentId(instrument)
        self._sides: dict[Side, dict[Price, Level]] = {Side.BUY: {}, Side.SELL: {}}
        self._sequence: int | None = None

    @property
    def current(self) -> bool:
        """Whether it is a book; False before the first whole one, and after a gap or a reset."""
        return self._sequence is not None

    @property
    def sequence(self) -> int:
        """
        The sequence of the book.

        Raises:
            GapError: If it is not current.
        """
        if self._sequence is None:
            raise GapError("be known", was="a book with a gap, or none yet", field="sequence", hint=_HINT)
        return self._sequence

    def levels(self, side: Side) -> tuple[Level, ...]:
        """
        Show one side.

        Args:
            side: Which.

        Returns:
            The levels, best first.

        Raises:
            GapError: If it is not current.
        """
        _ = self.sequence
        found = self._sides[side]
        return tuple(found[price] for price in sorted(found, reverse=side is Side.BUY))

    @property
    def depth(self) -> Depth:
        """
        The whole book.

        Raises:
            GapError: If it is not current.
        """
        return Depth(
            instrument=self.instrument,
            sequence=self.sequence,
            buys=self.levels(Side.BUY),
            sells=self.levels(Side.SELL),
        )

    def hear(self, value: object) -> bool:
        """
        Take over what a stream tells.

        Args:
            value: A whole book, a change, a reset, or anything else, which is not the book's.

        Returns:
            Whether the book is another, or no longer current.

        Raises:
            GapError: If a change is missing before this one, or there is no whole book yet; the book is not
                current any more.
            InvalidValueError: If a book or a change contradicts itself, has prices of several kinds, or is
                larger than any book; the copy stays as it was.
        """
        if isinstance(value, Reset):
            was, self._sequence = self._sequence, None
            return was is not None
        if isinstance(value, (Depth, BookChange)) and value.instrument == self.instrument:
            return self._begin(value) if isinstance(value, Depth) else self._apply(value)
        return False

    def _begin(self, depth: Depth) -> bool:
        if self._sequence is not None and depth.sequence < self._sequence:
            return False  # it was asked for before what has been heard since
        sides = {Side.BUY: _by_price(depth.buys), Side.SELL: _by_price(depth.sells)}
        if not all(level.quantity for level in (*sides[Side.BUY].values(), *sides[Side.SELL].values())):
            raise InvalidValueError("be levels with units", was="a level of 0 units", field="levels")
        _check(sides)
        self._sides = sides
        self._sequence = depth.sequence
        return True

    def _apply(self, change: BookChange) -> bool:
        buys, sells = _by_price(change.buys), _by_price(change.sells)
        if change.previous >= change.sequence:
            raise InvalidValueError(
                f"be before {change.sequence}", was=change.previous, field="previous", code="contradiction"
            )
        if self._sequence is None:
            raise GapError("be known", was="a change before any whole book", field="sequence", hint=_HINT)
        if change.sequence <= self._sequence:
            return False
        if change.previous > self._sequence:
            must = f"be {self._sequence} or less"
            self._sequence = None
            raise GapError(must, was=change.previous, field="sequence", hint=_HINT)
        _check({Side.BUY: buys, Side.SELL: sells}, self._sides)
        for side, levels in ((Side.BUY, buys), (Side.SELL, sells)):
            for price, level in levels.items():
                if level.quantity:
                    self._sides[side][price] = level
                else:
                    self._sides[side].pop(price, None)
        self._sequence = change.sequence
        return True


def _check(come: _Sides, there: _Sides | None = None) -> None:
    """Refuse what would make a book that is priced in two ways, or that has no end."""
    kinds = {(price.currency, price.per) for levels in come.values() for price in levels}
    for side, levels in come.items():
        held: dict[Price, Level] = {} if there is None else there[side]
        kinds |= {(price.currency, price.per) for price in itertools.islice(held, 1)}
        new = sum(1 for price, level in levels.items() if level.quantity and price not in held)
        if len(held) + new > _MOST:
            raise InvalidValueError(f"be at most {_MOST} levels", was=len(held) + new, field="levels")
    if len(kinds) > 1:
        raise InvalidValueError("be prices of one kind", was="several", field="levels")


def _by_price(levels: Iterable[Level]) -> dict[Price, Level]:
    found: dict[Price, Level] = {}
    for level in levels:
        if level.quantity < 0 or level.price in found:
            raise InvalidValueError("be levels of 0 or more units, each once", was=level, field="levels")
        found[level.price] = level
    return found
