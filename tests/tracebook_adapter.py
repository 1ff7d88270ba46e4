"""The order book as tracebook-conformance, an outside judge of matching engines, wants to see it."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tracebook.conformance.model import (
    BookSnapshot,
    BookState,
    ConformanceConfig,
    EngineMetadata,
    Observation,
    Outcome,
    RestingOrder,
    TradeFill,
    canonical_decimal,
)

from carbonkit.market import Allocation, OrderBook, SelfTrade

if TYPE_CHECKING:
    from tracebook.events import MarketEvent

_POLICIES: Final = {
    "NONE": SelfTrade.ALLOWED,
    "CANCEL_RESTING": SelfTrade.CANCEL_RESTING,
    "CANCEL_INCOMING": SelfTrade.CANCEL_INCOMING,
}
_HIGHEST: Final = 10**12


class BookAdapter:
    """Tells one order book for each symbol what the judge says, and shows it what came of it."""

    metadata = EngineMetadata("carbonkit", "0", "Python")

    def __init__(self, config: ConformanceConfig) -> None:
        self.config = config
        self.tick = Decimal(str(config.tick_size))
        self.lot = Decimal(1).scaleb(-config.quantity_decimal_places)
        self.books: dict[str, OrderBook] = {}

    def _book(self, symbol: str) -> OrderBook:
        if symbol not in self.books:
            allocation = Allocation.TIME if self.config.matching_algorithm == "fifo" else Allocation.PRO_RATA
            self.books[symbol] = OrderBook(allocation, _POLICIES[self.config.self_trade_policy.name])
        return self.books[symbol]

    def _lots(self, quantity: float | None) -> int:
        if quantity is None or not math.isfinite(quantity):
            return 0
        return int((Decimal(str(quantity)) / self.lot).to_integral_value())

    def _ticks(self, price: float | None) -> int:
        """Put a price on the grid, as the judge's own engine does; the venue refuses such a price."""
        if price is None or not math.isfinite(price):
            return 0
        return round(Decimal(str(price)) / self.tick)

    def apply(self, event: MarketEvent, index: int) -> Observation:
        reason, fills = "", list[tuple[int, int, int, int, bool]]()
        known = event.symbol in self.books
        book = self._book(event.symbol) if known or event.op in {"new", "clear"} else OrderBook()
        if event.op == "clear":
            self.books[event.symbol] = OrderBook(book.allocation, book.self_trade)
        elif event.op == "new":
            reason = self._new(book, event, fills)
        else:
            reason = self._change(book, event, fills)
        state = self.snapshot()
        return Observation(
            index,
            Outcome("rejected", reason) if reason else Outcome("applied"),
            tuple(self._fill(event.symbol, *fill) for fill in fills),
            state.digest(),
            state.order_count,
        )

    def _new(self, book: OrderBook, event: MarketEvent, fills: list[tuple[int, int, int, int, bool]]) -> str:
        number, lots = event.order_id, self._lots(event.quantity)
        if number is None or event.side is None:
            return "INVALID_ORDER"
        if number in book:
            return "DUPLICATE_ORDER_ID"
        kind, sell = event.order_type.name, event.side.name == "SELL"
        ticks = self._ticks(event.price)
        if kind == "MARKET":
            ticks = 1 if sell else _HIGHEST
        if lots <= 0 or ticks <= 0:
            return "INVALID_ORDER"
        owner = event.owner or 0
        if kind == "FOK" and book.reachable(sell=sell, ticks=ticks, lots=lots, owner=owner) < lots:
            return ""
        self._add(book, (number, sell, ticks, lots, owner, kind == "LIMIT"), fills)
        return ""

    def _add(
        self,
        book: OrderBook,
        order: tuple[int, bool, int, int, int, bool],
        fills: list[tuple[int, int, int, int, bool]],
    ) -> None:
        match = book.add(*order)
        if match is not None:
            fills += [(maker, order[0], ticks, lots, order[1]) for maker, ticks, lots in match.fills]

    def _change(
        self, book: OrderBook, event: MarketEvent, fills: list[tuple[int, int, int, int, bool]]
    ) -> str:
        number = event.order_id
        found = (
            None
            if number is None
            else next(
                (
                    each
                    for sell in (False, True)
                    for each in book.orders(sell=sell)
                    if each.order_id == number
                ),
                None,
            )
        )
        if found is None or number is None:
            return "ORDER_NOT_ACTIVE"
        if event.op == "cancel":
            book.cancel(number)
            return ""
        if event.op == "reduce":
            lots = self._lots(event.quantity)
            if not 0 < lots <= found.left:
                return "INVALID_ORDER"
            book.reduce(number, lots)
            return ""
        sell = any(each.order_id == number for each in book.orders(sell=True))
        ticks = found.ticks if event.price is None else self._ticks(event.price)
        lots = found.left if event.quantity is None else self._lots(event.quantity)
        if ticks <= 0 or lots <= 0:
            return "INVALID_REPLACEMENT"
        book.cancel(number)
        self._add(book, (number, sell, ticks, lots, found.owner, True), fills)
        return ""

    def _fill(self, symbol: str, maker: int, taker: int, ticks: int, lots: int, sell: bool) -> TradeFill:  # noqa: FBT001, PLR0917  by position, which is faster
        return TradeFill(
            symbol=symbol,
            buy_order_id=maker if sell else taker,
            sell_order_id=taker if sell else maker,
            price=canonical_decimal(ticks * self.tick),
            quantity=canonical_decimal(lots * self.lot),
        )

    def snapshot(self) -> BookState:
        return BookState(
            tuple(
                BookSnapshot(symbol, self._side(book, sell=False), self._side(book, sell=True))
                for symbol, book in sorted(self.books.items())
            )
        )

    def _side(self, book: OrderBook, *, sell: bool) -> tuple[RestingOrder, ...]:
        return tuple(
            RestingOrder(
                order_id=order.order_id,
                price=canonical_decimal(order.ticks * self.tick),
                remaining_quantity=canonical_decimal(order.left * self.lot),
                owner=order.owner,
            )
            for order in book.orders(sell=sell)
        )

    def close(self) -> None:
        """There is nothing to close."""
