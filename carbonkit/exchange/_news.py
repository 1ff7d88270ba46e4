"""News: what the desk did since the last write, for those who listen."""

from __future__ import annotations

import attrs

from carbonkit.market.event import DayClosed
from carbonkit.market.order import Order
from carbonkit.market.trade import Trade
from carbonkit.values.identifier import InstrumentId

__all__ = ["News"]


@attrs.define
class News:
    """
    What happened since the last write, for those who listen.

    Args:
        trades: The trades, each with its number.
        orders: The orders that changed, by their ids, as their owners see them.
        sides: The blocks among them, by the same ids, as the other side sees them.
        closed: The days that closed.
        books: The instruments whose books may have changed.

    Example:
        >>> News().trades
        []
    """

    trades: list[tuple[int, Trade]] = attrs.field(factory=list)
    orders: dict[str, Order] = attrs.field(factory=dict)
    sides: dict[str, Order] = attrs.field(factory=dict)
    closed: list[DayClosed] = attrs.field(factory=list)
    books: set[InstrumentId] = attrs.field(factory=set)
