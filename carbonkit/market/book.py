"""The book of posts: which posts rest at which price level, and how good each level is."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

import attrs

from carbonkit.market.order import Side
from carbonkit.values.identifier import OrderId
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Book", "Level"]


@attrs.frozen
class Level:
    """
    One price level as participants see it.

    Args:
        price: The price of every post at the level.
        quantity: How many units they still offer together.
        posts: The posts, in the order in which they came.

    Example:
        >>> from carbonkit.values import OrderId, Price
        >>> Level(Price("48.00", "CNY", "tCO2e"), 1000, (OrderId("S-1"),)).quantity
        1000
    """

    price: Price
    quantity: int
    posts: tuple[OrderId, ...]


class Book:
    """
    Resting posts of both sides by price level, in ticks; quantities are the session's business.

    Adding, removing and ranking take the time of a binary search over the levels.

    Example:
        >>> from carbonkit.values import OrderId
        >>> book = Book()
        >>> book.add(OrderId("S-1"), Side.SELL, 4801)
        >>> book.add(OrderId("S-2"), Side.SELL, 4800)
        >>> book.rank(OrderId("S-1")), book.rank(OrderId("S-2"))
        (2, 1)
    """

    __slots__ = ("_levels", "_posts", "_where")

    def __init__(self) -> None:
        # A level's key is its price in ticks, negative for buyers: on both sides the best comes first.
        self._levels: dict[Side, list[int]] = {side: [] for side in Side}
        self._posts: dict[Side, dict[int, dict[OrderId, None]]] = {side: {} for side in Side}
        self._where: dict[OrderId, tuple[Side, int]] = {}

    def copy(self) -> Book:
        """
        Copy the book; neither copy changes with the other.

        Returns:
            The copy.
        """
        other = Book()
        other._levels = {side: keys.copy() for side, keys in self._levels.items()}
        other._posts = {
            side: {key: posts.copy() for key, posts in levels.items()} for side, levels in self._posts.items()
        }
        other._where = self._where.copy()
        return other

    def add(self, order_id: OrderId, side: Side, ticks: int) -> None:
        """
        Put a post into the book, last at its level.

        Args:
            order_id: An id that the book does not hold.
            side: Its side.
            ticks: Its price.
        """
        key = ticks if side is Side.SELL else -ticks
        level = self._posts[side].get(key)
        if level is None:
            level = self._posts[side][key] = {}
            insort(self._levels[side], key)
        level[order_id] = None
        self._where[order_id] = side, key

    def remove(self, order_id: OrderId) -> None:
        """
        Take a post out of the book.

        Args:
            order_id: A post that the book holds.
        """
        side, key = self._where.pop(order_id)
        level = self._posts[side][key]
        del level[order_id]
        if not level:
            del self._posts[side][key]
            keys = self._levels[side]
            del keys[bisect_left(keys, key)]

    def rank(self, order_id: OrderId) -> int:
        """
        Say how good a post's price level is on its side.

        Args:
            order_id: A post that the book holds.

        Returns:
            1 for the best level, 2 for the next, ...
        """
        side, key = self._where[order_id]
        return bisect_left(self._levels[side], key) + 1

    def best(self, side: Side, levels: int) -> Iterator[tuple[int, tuple[OrderId, ...]]]:
        """
        Walk over the best levels of a side.

        Args:
            side: Whose posts.
            levels: How many levels at most.

        Yields:
            The price in ticks and the posts, best level first.
        """
        for key in self._levels[side][:levels]:
            yield abs(key), tuple(self._posts[side][key])

    def __iter__(self) -> Iterator[OrderId]:
        """Walk over all posts in the order in which they came."""
        return iter(self._where)
