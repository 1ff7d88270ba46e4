"""Feeds: what an exchange tells as it happens, as server-sent events."""

from __future__ import annotations

import enum

import attrs

from carbonkit.market.level import Level
from carbonkit.values.identifier import InstrumentId

__all__ = ["BookChange", "Channel", "Reset"]


class Channel(enum.Enum):
    """
    What may be listened to; the name of a channel is the event's type too.

    Example:
        >>> Channel("book")
        <Channel.BOOK: 'book'>
    """

    BOOK = "book"
    """The levels that changed, each as a `BookChange`."""
    TRADE = "trade"
    """Every trade, each as a `PublicTrade`."""
    ORDER = "order"
    """Every change of the key's own orders, each as an `Order`."""
    BULLETIN = "bulletin"
    """The figures of a day that closed, each as a `Bulletin`."""


@attrs.frozen(kw_only=True)
class BookChange:
    """
    The levels of a book that changed, each as it stands now; a level of 0 units is gone.

    Args:
        instrument: Of which instrument.
        previous: The sequence of the change before this one.
        sequence: The sequence of this one; a book at `previous` or later, and before this, comes to it.
        buys: The levels of orders to buy that changed.
        sells: The levels of orders to sell that changed.

    Example:
        >>> BookChange(instrument=InstrumentId("CEA25"), previous=7, sequence=9, buys=(), sells=()).sequence
        9
    """

    instrument: InstrumentId
    previous: int
    sequence: int
    buys: tuple[Level, ...]
    sells: tuple[Level, ...]


@attrs.frozen(kw_only=True)
class Reset:
    """
    That events between the last one seen and the next cannot be sent any more: ask for the state instead.

    Args:
        reason: Why.

    Example:
        >>> Reset(reason="too long ago").reason
        'too long ago'
    """

    reason: str
