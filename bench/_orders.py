"""A stream of orders as engines are compared by it: seeded, 61 % limit, 35 % cancel, 4 % market."""

from __future__ import annotations

import random
from typing import Final, NamedTuple

from carbonkit.market import OrderBook

__all__ = ["CANCEL", "HIGHEST", "LIMIT", "MARKET", "Op", "drawn"]

LIMIT: Final = 0
CANCEL: Final = 1
MARKET: Final = 2
HIGHEST: Final = 1_000_000  # ticks; no order names so much, so a market order to buy may

_SEED: Final = 20261123
_MIDDLE: Final = 10_000
_RESTING: Final = 8_000  # orders in the book, about which the stream keeps
_LIMITS, _CANCELS, _CROSSING, _HALF, _DEAD = 0.61, 0.96, 0.06, 0.5, 0.05


class Op(NamedTuple):
    """
    One operation.

    Args:
        kind: LIMIT, CANCEL or MARKET.
        order_id: The new order's number, or that of the order to cancel.
        sell: Whether it sells.
        ticks: Its limit; 0 if it has none.
        lots: How many lots.
    """

    kind: int
    order_id: int
    sell: bool
    ticks: int
    lots: int


def drawn(count: int, *, cancels: bool = True) -> list[Op]:
    """
    Draw a stream of operations; what is cancelled rests in the book, but for one in twenty.

    The middle wanders; one order in sixteen crosses it, and some eight thousand
    orders rest at some three hundred prices.

    Returns:
        The operations.
    """
    rng = random.Random(_SEED)  # noqa: S311  a workload is no secret
    book, live, ops = OrderBook(), list[int](), list[Op]()
    middle, last = _MIDDLE, 0
    while len(ops) < count:
        share = rng.random()
        if share < _LIMITS:
            last += 1
            sell, crossing = rng.random() < _HALF, rng.random() < _CROSSING
            away = rng.randint(0, 20) if crossing else -rng.randint(1, 150)
            lots = rng.randint(1, 300 if crossing else 100)
            op = Op(LIMIT, last, sell, middle - away if sell else middle + away, lots)
            book.add(last, sell, op.ticks, op.lots)
            if last in book:
                live.append(last)
            middle += rng.choice((-1, 0, 0, 0, 1))
        elif share < _CANCELS:
            if not live or rng.random() < _DEAD:
                op = Op(CANCEL, rng.randint(1, last + 1), False, 0, 0)  # noqa: FBT003  by position, as the hot path does
            else:
                op = Op(CANCEL, _picked(rng, live, book), False, 0, 0)  # noqa: FBT003  by position, as the hot path does
            book.cancel(op.order_id)
        else:
            last += 1
            most = 1200 if len(book) > _RESTING else 300
            op = Op(MARKET, last, rng.random() < _HALF, 0, rng.randint(1, most))
            book.add(last, op.sell, 1 if op.sell else HIGHEST, op.lots, 0, False)  # noqa: FBT003  by position, as the hot path does
        if cancels or op.kind != CANCEL:
            ops.append(op)
    return ops


def _picked(rng: random.Random, live: list[int], book: OrderBook) -> int:
    """Pick an order that rests, and take it off the list; those found dead go too."""
    while live:
        place = rng.randrange(len(live))
        live[place], live[-1] = live[-1], live[place]
        order_id = live.pop()
        if order_id in book:
            return order_id
    return 0
