"""Levels: one price of a book as participants see it."""

from __future__ import annotations

import attrs

from carbonkit.values.identifier import OrderId
from carbonkit.values.price import Price

__all__ = ["Level"]


@attrs.frozen
class Level:
    """
    One price level.

    Args:
        price: The price of every order at the level.
        quantity: How many units they still want together.
        orders: The orders, in the order in which they would trade.

    Example:
        >>> Level(Price("48.00", "CNY", "tCO2e"), 1000, (OrderId("S-1"),)).quantity
        1000
    """

    price: Price
    quantity: int
    orders: tuple[OrderId, ...]
