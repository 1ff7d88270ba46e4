"""Call auctions: the one price at which most trades, and who trades at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CallOrder", "Cross", "cross"]


class CallOrder(NamedTuple):
    """
    One order of a call auction.

    Args:
        order_id: Its number.
        ticks: Its limit.
        lots: How many lots it wants.

    Example:
        >>> CallOrder(1, 7830, 200).lots
        200
    """

    order_id: int
    ticks: int
    lots: int


@attrs.frozen
class Cross:
    """
    What a call auction came to.

    Args:
        price: The price in ticks; the reference if nothing trades.
        volume: How many lots trade.
        buys: What each buyer gets, best price first: id and lots.
        sells: What each seller gives, best price first: id and lots.

    Example:
        >>> cross(buys=[CallOrder(1, 10, 5)], sells=[CallOrder(2, 9, 3)], reference=10).volume
        3
    """

    price: int
    volume: int
    buys: tuple[tuple[int, int], ...]
    sells: tuple[tuple[int, int], ...]

    def pairs(self) -> Iterator[tuple[int, int, int]]:
        """
        Pair buyers with sellers, each side in its own order.

        Yields:
            Buyer, seller and how many lots they trade.
        """
        sells = iter(self.sells)
        seller, left = next(sells, (0, 0))
        for buyer, lots in self.buys:
            wanted = lots
            while wanted:
                traded = min(wanted, left)
                yield buyer, seller, traded
                wanted -= traded
                left -= traded
                if not left:
                    seller, left = next(sells, (0, 0))


def cross(*, buys: Sequence[CallOrder], sells: Sequence[CallOrder], reference: int) -> Cross:
    """
    Find the price of a call auction.

    The price is one at which most lots trade; of several, one that leaves least
    unmatched; of several, the one nearest to the reference; of two as near, the higher.

    Args:
        buys: The buyers' orders, each price's in the order of time.
        sells: The sellers' orders, in the same way.
        reference: The last price, in ticks.

    Returns:
        The price and who trades: by price, then time.

    Example:
        >>> found = cross(buys=[CallOrder(1, 7830, 200), CallOrder(2, 7820, 400)],
        ...               sells=[CallOrder(3, 7810, 150), CallOrder(4, 7830, 150)], reference=7800)
        >>> found.price, found.volume, found.sells
        (7830, 200, ((3, 150), (4, 50)))
    """
    best: tuple[int, int, int, int] | None = None
    for ticks in {order.ticks for order in (*buys, *sells)}:
        wanted = sum(order.lots for order in buys if order.ticks >= ticks)
        offered = sum(order.lots for order in sells if order.ticks <= ticks)
        key = (min(wanted, offered), -abs(wanted - offered), -abs(ticks - reference), ticks)
        if best is None or key > best:
            best = key
    if best is None or not best[0]:
        return Cross(reference, 0, (), ())
    volume, price = best[0], best[3]
    return Cross(
        price,
        volume,
        _filled(sorted((each for each in buys if each.ticks >= price), key=lambda each: -each.ticks), volume),
        _filled(sorted((each for each in sells if each.ticks <= price), key=lambda each: each.ticks), volume),
    )


def _filled(orders: Sequence[CallOrder], volume: int) -> tuple[tuple[int, int], ...]:
    """Fill orders in their order until the volume is used up."""
    filled = []
    for order in orders:
        lots = min(order.lots, volume)
        if lots:
            filled.append((order.order_id, lots))
        volume -= lots
    return tuple(filled)
