"""orderly-chaos's half: a C++ engine behind ctypes."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

from bench._peer.book_job import MARKET, main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(operations: Sequence[Sequence[int]]) -> Callable[[], list[tuple[int, int, int, int]]]:
    """Make a book ready for the operations."""
    trades: list[tuple[int, int, int, int]] = []

    def keep(trade: Any) -> None:  # noqa: ANN401  it is not installed here
        trades.append((trade.maker_id, trade.taker_id, trade.price, trade.quantity))

    peer = importlib.import_module("orderly_chaos")
    book, sell, buy, unknown = (
        peer.LimitOrderBook(on_trade=keep),
        peer.Side.SELL,
        peer.Side.BUY,
        peer.UnknownOrderIdError,
    )

    def work() -> list[tuple[int, int, int, int]]:
        for kind, order_id, sells, ticks, lots in operations:
            side = sell if sells else buy
            if kind == 0:
                book.limit(side, order_id, lots, ticks)
            elif kind == MARKET:
                book.market(side, order_id, lots)
            else:
                with contextlib.suppress(unknown):
                    book.cancel(order_id)
        return trades

    return work


if __name__ == "__main__":
    main(run)
