"""liquibook's half: a C++ engine that says its fills to a listener only."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench._peer.book_job import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def listener(liquibook: Any, trades: list[tuple[int, int, int, int]]) -> Any:  # noqa: ANN401  it is not installed here
    """Make a listener that keeps the fills; it is given the newcomer first, then the one that waited."""

    def on_fill(_: object, taker: Any, maker: Any, lots: int, price: int) -> None:  # noqa: ANN401  the same
        trades.append((maker.order_id_, taker.order_id_, price, lots))

    def ignored(*_: object) -> None: ...

    silent = dict.fromkeys(("on_accept", "on_reject", "on_cancel", "on_cancel_reject"), ignored)
    return type("Fills", (liquibook.OrderListener,), {**silent, "on_fill": on_fill})()


def run(operations: Sequence[Sequence[int]]) -> Callable[[], list[tuple[int, int, int, int]]]:
    """Make a book ready for the operations."""
    liquibook: Any = importlib.import_module("liquibook")
    trades: list[tuple[int, int, int, int]] = []
    fills = listener(liquibook, trades)
    book = liquibook.DepthOrderBook()
    book.set_order_listener(fills)
    new, at_once = liquibook.SimpleOrder, liquibook.oc_immediate_or_cancel
    orders: dict[int, Any] = {}

    def work() -> list[tuple[int, int, int, int]]:
        for kind, order_id, sells, ticks, lots in operations:
            if kind == 1:
                order = orders.get(order_id)
                if order is not None and order.open_qty():
                    book.cancel(order)
            elif kind == 0:
                orders[order_id] = order = new(not sells, ticks, lots)
                book.add(order)
            else:
                orders[order_id] = order = new(not sells, 0, lots)
                book.add(order, at_once)
        assert fills  # noqa: S101  the engine does not keep its listener alive
        return trades

    return work


if __name__ == "__main__":
    main(run)
