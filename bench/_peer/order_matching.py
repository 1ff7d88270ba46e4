"""order-matching's half: a Python engine over floats; every operation is placed and matched by itself."""

from __future__ import annotations

import contextlib
import importlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bench._peer.book_job import MARKET, main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(operations: Sequence[Sequence[int]]) -> Callable[[], list[tuple[int, int, int, int]]]:
    """Make an engine ready for the operations."""
    importlib.import_module("loguru").logger.disable("order_matching")
    engine = importlib.import_module("order_matching.matching_engine").MatchingEngine(seed=1)
    sides = importlib.import_module("order_matching.enums").Side
    orders = importlib.import_module("order_matching.orders").Orders
    module = importlib.import_module("order_matching.order")
    start = datetime(2023, 1, 1)  # noqa: DTZ001  the engine's own times have no zone

    def work() -> list[tuple[int, int, int, int]]:
        trades = []
        for number, (kind, order_id, sells, ticks, lots) in enumerate(operations):
            now = start + timedelta(seconds=number)
            name = str(order_id)
            if kind == 1:
                with contextlib.suppress(ValueError):
                    engine.cancel_order(name)
                continue
            facts: dict[str, Any] = {
                "side": sides.SELL if sells else sides.BUY,
                "size": lots,
                "timestamp": now,
            }
            facts |= {"order_id": name, "trader_id": name}
            order = module.LimitOrder(price=ticks, **facts) if kind == 0 else module.MarketOrder(**facts)
            engine.place(orders([order]))
            trades += [
                (int(each.book_order_id), int(each.incoming_order_id), int(each.price), int(each.size))
                for each in engine.match(timestamp=now).trades
            ]
            if kind == MARKET and engine.unprocessed_orders.find_order_by_id(name) is not None:
                engine.cancel_order(name)
        return trades

    return work


if __name__ == "__main__":
    main(run)
