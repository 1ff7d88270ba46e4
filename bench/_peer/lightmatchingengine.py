"""lightmatchingengine's half: a Python engine; what a market order leaves has to be taken out again."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING

from bench._peer.book_job import MARKET, main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(operations: Sequence[Sequence[int]]) -> Callable[[], list[tuple[int, int, int, int]]]:
    """Make an engine ready for the operations."""
    peer = importlib.import_module("lightmatchingengine.lightmatchingengine")
    engine, sides = peer.LightMatchingEngine(), peer.Side
    add, cancel = engine.add_order, engine.cancel_order

    def work() -> list[tuple[int, int, int, int]]:
        trades = []
        for kind, order_id, sells, ticks, lots in operations:
            if kind == 1:
                with contextlib.suppress(AssertionError):  # it was filled
                    cancel(order_id, "X")
                continue
            order, made = add("X", ticks, lots, sides.SELL if sells else sides.BUY)
            trades += [
                (each.order_id, order.order_id, each.trade_price, each.trade_qty)
                for each in made
                if each.order_id != order.order_id
            ]
            if kind == MARKET and order.leaves_qty:
                cancel(order.order_id, "X")
        return trades

    return work


if __name__ == "__main__":
    main(run)
