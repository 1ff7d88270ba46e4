"""
The order book: resting orders of one instrument by price, then time, in whole ticks and lots.

It knows numbers only. Orders have whole numbers for names, owners too, and 0 is an
owner without a name; who may trade, at what cost and when is for the venue to say. A level's key is its price
for buyers and its negative for sellers, so that on both sides the best key is the
largest and stands last. What is cancelled stays in its level's queue with nothing
left, until the queue's head comes to it: a cancellation takes no search.
"""

from __future__ import annotations

import enum
from bisect import bisect_left, insort
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Allocation", "Match", "OrderBook", "RestingOrder", "SelfTrade"]

# A resting order is a list, because lists are made and changed fastest: its id, its owner, its level's key
# and the lots that are left.
_ID: Final = 0
_OWNER: Final = 1
_KEY: Final = 2
_LEFT: Final = 3
_SWEEP: Final = 64  # so many cancellations, and half of the queue: then it is rid of them


class SelfTrade(enum.Enum):
    """
    What happens when an order meets one of its own owner; only orders that it really reaches count.

    Example:
        >>> SelfTrade("cancel resting")
        <SelfTrade.CANCEL_RESTING: 'cancel resting'>
    """

    ALLOWED = "allowed"
    """They trade with each other."""
    CANCEL_INCOMING = "cancel incoming"
    """What is left of the incoming order is cancelled."""
    CANCEL_RESTING = "cancel resting"
    """The resting order is cancelled, and the incoming one goes on."""
    CANCEL_BOTH = "cancel both"
    """Both are cancelled."""
    DECREMENT = "decrement"
    """The smaller of the two is cancelled, and the other loses as many lots."""


class Allocation(enum.Enum):
    """
    How one price level is shared among those who wait there.

    Example:
        >>> Allocation.TIME.value
        'price, then time'
    """

    TIME = "price, then time"
    PRO_RATA = "price, then pro rata"


class Match(NamedTuple):
    """
    What an incoming order met.

    Args:
        fills: Each resting order that it traded with: its id, its price in ticks, the lots.
        left: The lots that did not trade and were not cancelled.
        prevented: Resting orders that lost lots because owner met owner: id and lots; an incoming order
            that lost some stands here under its own id.

    Example:
        >>> Match(fills=[(1, 4800, 100)], left=0, prevented=[]).fills
        [(1, 4800, 100)]
    """

    fills: list[tuple[int, int, int]]
    left: int
    prevented: list[tuple[int, int]]


class RestingOrder(NamedTuple):
    """
    One order in the book.

    Args:
        order_id: Its number.
        owner: Whose it is.
        ticks: Its price.
        left: The lots that may still trade.

    Example:
        >>> RestingOrder(1, 7, 4800, 100).left
        100
    """

    order_id: int
    owner: int
    ticks: int
    left: int


class _Level:
    """One price: the queue, the lots left in all of it, and how many cancellations it has seen."""

    __slots__ = ("cancelled", "queue", "total")

    def __init__(self, first: list[int]) -> None:
        self.queue = deque((first,))
        self.total = first[_LEFT]
        self.cancelled = 0


class OrderBook:
    """
    The resting orders of one instrument, and what a new one meets.

    Args:
        allocation: How a price level is shared.
        self_trade: What happens when owner meets owner.

    Example:
        >>> book = OrderBook()
        >>> book.add(1, sell=True, ticks=4800, lots=100, owner=7)
        >>> book.add(2, sell=False, ticks=4810, lots=130, owner=8)
        Match(fills=[(1, 4800, 100)], left=30, prevented=[])
        >>> book.best(sell=False), book.best(sell=True)
        (4810, None)
    """

    __slots__ = ("_guard", "_keys", "_levels", "_orders", "_pro_rata", "allocation", "self_trade")

    def __init__(
        self, allocation: Allocation = Allocation.TIME, self_trade: SelfTrade = SelfTrade.ALLOWED
    ) -> None:
        self.allocation = allocation
        self.self_trade = self_trade
        self._guard = self_trade is not SelfTrade.ALLOWED
        self._pro_rata = allocation is Allocation.PRO_RATA
        self._orders: dict[int, list[int]] = {}
        self._keys: tuple[list[int], list[int]] = ([], [])  # of buyers and of sellers, ascending
        self._levels: tuple[dict[int, _Level], dict[int, _Level]] = ({}, {})

    # ------------------------------------------------------------- what changes it

    def add(  # noqa: PLR0917  by position, which is faster
        self,
        order_id: int,
        sell: bool,  # noqa: FBT001  by position, which is faster
        ticks: int,
        lots: int,
        owner: int = 0,
        rest: bool = True,  # noqa: FBT001, FBT002  the hot path: words would cost a tenth of it
    ) -> Match | None:
        """
        Match a new order against the other side, and let what is left rest.

        Args:
            order_id: A number that no order in the book has.
            sell: Whether it sells.
            ticks: Its limit, more than 0.
            lots: How many lots, more than 0.
            owner: Whose it is.
            rest: Whether what is left stays in the book.

        Returns:
            What it met; None if it met nothing.
        """
        keys = self._keys[not sell]
        worst = ticks if sell else -ticks
        match = None
        if keys and keys[-1] >= worst:
            if self._pro_rata:
                match = self._match_pro_rata(order_id, sell, worst, lots, owner if self._guard else 0)
            else:
                match = self._match(order_id, sell, worst, lots, owner if self._guard else 0)
            lots = match.left
        if lots and rest:
            self.rest(order_id, sell, ticks, lots, owner)
        return match

    def rest(self, order_id: int, sell: bool, ticks: int, lots: int, owner: int = 0) -> None:  # noqa: FBT001  see `add`
        """
        Put an order into the book without matching it, last at its price.

        Args:
            order_id: A number that no order in the book has.
            sell: Whether it sells.
            ticks: Its price.
            lots: How many lots.
            owner: Whose it is.
        """
        key = -ticks if sell else ticks
        levels = self._levels[sell]
        self._orders[order_id] = order = [order_id, owner, key, lots]
        level = levels.get(key)
        if level is None:
            levels[key] = _Level(order)
            insort(self._keys[sell], key)
        else:
            level.queue.append(order)
            level.total += lots

    def cancel(self, order_id: int) -> int:
        """
        Take an order out of the book.

        Args:
            order_id: Any number.

        Returns:
            The lots that it had left; 0 if the book does not hold it.
        """
        order = self._orders.pop(order_id, None)
        if order is None:
            return 0
        left = order[_LEFT]
        order[_LEFT] = 0
        level = self._shrink(order[_KEY], left)
        level.cancelled += 1
        if level.cancelled > _SWEEP and level.cancelled * 2 > len(level.queue):
            level.queue = deque(waiting for waiting in level.queue if waiting[_LEFT])
            level.cancelled = 0
        return left

    def reduce(self, order_id: int, lots: int) -> None:
        """
        Take lots from an order, which keeps its place; taken down to nothing it leaves the book.

        Args:
            order_id: An order that the book holds.
            lots: How many, at most what it has left.
        """
        order = self._orders[order_id]
        if lots >= order[_LEFT]:
            self.cancel(order_id)
            return
        order[_LEFT] -= lots
        self._shrink(order[_KEY], lots)

    # --------------------------------------------------------------- what it shows

    def __contains__(self, order_id: int) -> bool:
        """Say whether the book holds an order."""
        return order_id in self._orders

    def __len__(self) -> int:
        """Count the orders."""
        return len(self._orders)

    def best(self, *, sell: bool) -> int | None:
        """
        Return the best price of a side.

        Args:
            sell: Of the sellers.

        Returns:
            The price in ticks; None if nobody waits there.
        """
        keys = self._keys[sell]
        return abs(keys[-1]) if keys else None

    def left(self, order_id: int) -> int:
        """
        Return how many lots of an order may still trade.

        Args:
            order_id: An order that the book holds.

        Returns:
            The lots.
        """
        return self._orders[order_id][_LEFT]

    def rank(self, order_id: int) -> int:
        """
        Say how good an order's price level is on its side.

        Args:
            order_id: An order that the book holds.

        Returns:
            1 for the best level, 2 for the next, …
        """
        key = self._orders[order_id][_KEY]
        keys = self._keys[key < 0]
        return len(keys) - bisect_left(keys, key)

    def depth(self, *, sell: bool, levels: int | None = None) -> Iterator[tuple[int, int, list[int]]]:
        """
        Walk over the price levels of a side, best first.

        Args:
            sell: Of the sellers.
            levels: How many levels at most; None for all.

        Yields:
            The price in ticks, the lots in all, and the orders in their queue.
        """
        keys = self._keys[sell]
        for key in keys[: -levels - 1 : -1] if levels is not None else reversed(keys):
            level = self._levels[sell][key]
            yield abs(key), level.total, [order[_ID] for order in level.queue if order[_LEFT]]

    def orders(self, *, sell: bool) -> Iterator[RestingOrder]:
        """
        Walk over the orders of a side in the order in which they would trade.

        Args:
            sell: Of the sellers.

        Yields:
            The orders.
        """
        for key in reversed(self._keys[sell]):
            for order in self._levels[sell][key].queue:
                if order[_LEFT]:
                    yield RestingOrder(order[_ID], order[_OWNER], abs(key), order[_LEFT])

    def reachable(self, *, sell: bool, ticks: int, lots: int, owner: int = 0) -> int:
        """
        Count how many lots an order would trade at once.

        Args:
            sell: Whether it sells.
            ticks: Its limit.
            lots: How many lots it wants; no more are counted.
            owner: Whose it is; its own orders are passed over or stop it, as the book's rule says.

        Returns:
            The lots.
        """
        worst = ticks if sell else -ticks
        owner = owner if self._guard else 0
        found, left = 0, lots
        for key in reversed(self._keys[not sell]):
            if key < worst or not left:
                break
            level = self._levels[not sell][key]
            if not owner:
                found += min(left, level.total)
                left -= min(left, level.total)
                continue
            makers: Iterable[list[int]] = level.queue
            if self._pro_rata:  # those of other owners share first
                makers = sorted(level.queue, key=lambda order: order[_OWNER] == owner)
            traded, left = self._reached(makers, left, owner)
            found += traded
        return found

    def _reached(self, makers: Iterable[list[int]], left: int, owner: int) -> tuple[int, int]:
        """Count what an order would trade with some makers, and what it would have left then."""
        found = 0
        for maker in makers:
            if not left:
                break
            met = min(left, maker[_LEFT])
            if maker[_OWNER] != owner:
                found += met
                left -= met
            elif met and self.self_trade is SelfTrade.DECREMENT:
                left -= met
            elif met and self.self_trade is not SelfTrade.CANCEL_RESTING:
                left = 0
        return found, left

    # ------------------------------------------------------------------ matching

    def _match(self, order_id: int, sell: bool, worst: int, lots: int, owner: int) -> Match:  # noqa: FBT001  see `add`
        """Match by price, then time; an owner other than 0 does not trade with itself."""
        fills: list[tuple[int, int, int]] = []
        prevented: list[tuple[int, int]] = []
        keys, levels, orders = self._keys[not sell], self._levels[not sell], self._orders
        while lots and keys:
            key = keys[-1]
            if key < worst:
                break
            level = levels[key]
            queue, total, price = level.queue, level.total, key if sell else -key
            while lots and total:
                maker = queue[0]
                left = maker[_LEFT]
                if owner and left and maker[_OWNER] == owner:
                    level.total = total
                    lots = self._meet(maker, order_id, lots, prevented)
                    total = level.total
                elif left > lots:
                    maker[_LEFT] = left - lots
                    total -= lots
                    fills.append((maker[_ID], price, lots))
                    lots = 0
                else:
                    queue.popleft()
                    if left:  # 0 if it was cancelled
                        fills.append((maker[_ID], price, left))
                        lots -= left
                        total -= left
                        maker[_LEFT] = 0
                        del orders[maker[_ID]]
            if total:
                level.total = total
            elif keys and keys[-1] == key:
                keys.pop()
                del levels[key]
        return Match(fills, lots, prevented)

    def _meet(self, maker: list[int], order_id: int, lots: int, prevented: list[tuple[int, int]]) -> int:
        """Keep an order from trading with its own owner's; return what it has left."""
        rule = self.self_trade
        taken = min(maker[_LEFT], lots) if rule is SelfTrade.DECREMENT else maker[_LEFT]
        if rule is not SelfTrade.CANCEL_INCOMING:
            prevented.append((maker[_ID], taken))
            self.reduce(maker[_ID], taken)
        if rule is SelfTrade.CANCEL_RESTING:
            return lots
        lost = taken if rule is SelfTrade.DECREMENT else lots
        prevented.append((order_id, lost))
        return lots - lost

    def _match_pro_rata(self, order_id: int, sell: bool, worst: int, lots: int, owner: int) -> Match:  # noqa: FBT001  see `add`
        """Match by price, each level shared; what meets its own owner takes no part in the sharing."""
        fills: list[tuple[int, int, int]] = []
        prevented: list[tuple[int, int]] = []
        keys, levels = self._keys[not sell], self._levels[not sell]
        while lots and keys and keys[-1] >= worst:
            makers = [order for order in levels[keys[-1]].queue if order[_LEFT]]
            own = [maker for maker in makers if owner and maker[_OWNER] == owner]
            shares = _shares([maker for maker in makers if maker not in own], lots)
            for maker, share in shares:
                fills.append((maker[_ID], abs(maker[_KEY]), share))
                self.reduce(maker[_ID], share)
                lots -= share
            for maker in own:
                if lots:
                    lots = self._meet(maker, order_id, lots, prevented)
        return Match(fills, lots, prevented)

    def _shrink(self, key: int, lots: int) -> _Level:
        """Take lots from a level's total; an empty level is gone. Return the level."""
        side = key < 0
        levels = self._levels[side]
        level = levels[key]
        level.total -= lots
        if not level.total:
            del levels[key]
            keys = self._keys[side]
            del keys[bisect_left(keys, key)]
        return level


def _shares(makers: list[list[int]], lots: int) -> list[tuple[list[int], int]]:
    """Share lots pro rata, rounded down; what rounding leaves goes one each to the first it took from."""
    available = sum(maker[_LEFT] for maker in makers)
    traded = min(lots, available)
    split = [divmod(traded * maker[_LEFT], available) for maker in makers]
    rest = traded - sum(share for share, _ in split)
    shares = []
    for maker, (share, fraction) in zip(makers, split, strict=True):
        extra = bool(rest and fraction)
        rest -= extra
        if share + extra:
            shares.append((maker, share + extra))
    return shares
