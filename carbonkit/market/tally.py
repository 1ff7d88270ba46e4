"""Tallies: an instrument's day as running figures, which one more trade costs next to nothing."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from carbonkit.market.trade import Method

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PRICED", "Print", "Sums", "Tally"]

PRICED: Final = frozenset({Method.LISTED, Method.BOOK, Method.CALL})
"""The methods whose trades make the opening, highest, lowest and closing price."""

_LAST: Final = 5


class Print(NamedTuple):
    """
    One trade as statistics see it.

    Args:
        method: How it was made.
        ticks: Its price.
        lots: Its quantity.
    """

    method: Method
    ticks: int
    lots: int


@attrs.define
class Sums:
    """
    What some trades come to.

    Args:
        trades: How many there are.
        lots: Of how many lots together.
        steps: What they cost, in ticks for a lot.
        high: The highest price, in ticks; 0 without a trade.
        low: The lowest.

    Example:
        >>> sums = Sums()
        >>> sums.add(4800, 2)
        >>> sums.add(4750, 1)
        >>> sums.lots, sums.steps, sums.high, sums.low
        (3, 14350, 4800, 4750)
    """

    trades: int = 0
    lots: int = 0
    steps: int = 0
    high: int = 0
    low: int = 0

    def add(self, ticks: int, lots: int) -> None:
        """
        Count one more trade.

        Args:
            ticks: Its price.
            lots: Its quantity.
        """
        self.high = ticks if not self.trades or ticks > self.high else self.high
        self.low = ticks if not self.trades or ticks < self.low else self.low
        self.trades += 1
        self.lots += lots
        self.steps += ticks * lots


class Tally:
    """
    The figures of an instrument's day so far.

    Example:
        >>> tally = Tally()
        >>> tally.add([Print(Method.LISTED, 4800, 2), Print(Method.BLOCK, 4500, 100_000)])
        >>> tally.first, tally.priced.lots, tally.methods[Method.BLOCK].lots
        (4800, 2, 100000)
    """

    def __init__(self) -> None:
        self.priced = Sums()  # by the methods that make prices
        self.methods: dict[Method, Sums] = {}
        self.first = 0  # the first such price
        self.last: deque[Print] = deque(maxlen=_LAST)  # the last such trades

    def add(self, prints: Iterable[Print]) -> None:
        """
        Count more trades.

        Args:
            prints: The trades, in the order in which they were made.
        """
        for made in prints:
            self.methods.setdefault(made.method, Sums()).add(made.ticks, made.lots)
            if made.method in PRICED:
                if not self.priced.trades:
                    self.first = made.ticks
                self.priced.add(made.ticks, made.lots)
                self.last.append(made)
