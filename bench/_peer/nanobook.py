"""nanobook's half: a Rust engine; it counts its own order ids, as our operations do."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from bench._peer.book_job import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(operations: Sequence[Sequence[int]]) -> Callable[[], list[tuple[int, int, int, int]]]:
    """Make an exchange ready for the operations; it is given none to cancel, because it then hangs."""
    exchange = importlib.import_module("nanobook").Exchange()
    limit, market = exchange.submit_limit, exchange.submit_market

    def work() -> list[tuple[int, int, int, int]]:
        trades = []
        for kind, _, sells, ticks, lots in operations:
            side = "sell" if sells else "buy"
            result = limit(side, ticks, lots) if kind == 0 else market(side, lots)
            if result.filled_quantity:
                trades += [
                    (each.passive_order_id, each.aggressor_order_id, each.price, each.quantity)
                    for each in result.trades
                ]
        return trades

    return work


if __name__ == "__main__":
    main(run)
