"""Listings: an instrument at a venue, its book and its day, prices in ticks and quantities in lots."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.errors import MarketError
from carbonkit.market.book import OrderBook
from carbonkit.market.refusal import Refusal, refused
from carbonkit.values.money import Money
from carbonkit.values.number import multiply

if TYPE_CHECKING:
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.limit import PriceLimits
    from carbonkit.market.trade import Method
    from carbonkit.values.price import Price

__all__ = ["LARGEST", "Listing"]

LARGEST: Final = 10**15  # lots of one order, and ticks of one price: a venue counts no further
_KEPT: Final = 100_000  # prices whose counts are kept


class Listing:
    """An instrument that the venue trades, its book, and its day."""

    __slots__ = (
        "asset",
        "book",
        "calling",
        "counts",
        "currency",
        "halted",
        "instrument",
        "last",
        "limits",
        "lot",
        "minor",
        "previous_close",
        "prices",
        "prints",
        "unit",
    )

    def __init__(self, instrument: Instrument, base: Price) -> None:
        self.instrument = instrument
        self.previous_close = base
        self.last = instrument.ticks(base)
        self.book = OrderBook()
        self.halted = ""
        self.calling = False  # whether orders of a call auction wait to be crossed
        self.prints: list[tuple[Method, int, int]] = []  # today's trades: how, ticks, lots
        self.limits: dict[str, tuple[int, int, PriceLimits]] = {}  # by the method's name
        self.asset = instrument.asset.text
        self.currency = instrument.currency
        self.unit = instrument.unit
        self.lot = instrument.lot
        one = Money(multiply(instrument.tick, Decimal(instrument.lot)), instrument.currency)
        self.minor = one.to_minor()  # what one lot costs at a price of one tick
        self.counts: dict[Decimal, int] = {}  # prices met today, in ticks
        self.prices: dict[int, Price] = {}  # and back

    def ticks(self, price: Price) -> int:
        """Count a price in ticks; the counts of a day are kept, and few, because limits bound them."""
        if price.currency == self.currency and price.per == self.unit:
            count = self.counts.get(price.amount)
            if count is not None:
                return count
        count = self.instrument.ticks(price)
        if count > LARGEST:
            raise refused(Refusal.TOO_LARGE, f"be at most {LARGEST} ticks", count, "price")
        if len(self.counts) < _KEPT:
            self.counts[price.amount] = count
        return count

    def price(self, ticks: int) -> Price:
        """Write ticks as a price."""
        price = self.prices.get(ticks)
        if price is None:
            if len(self.prices) >= _KEPT:
                self.prices.clear()
            price = self.prices[ticks] = self.instrument.price(ticks)
        return price

    def lots(self, quantity: int | Decimal, field: str = "quantity") -> int:
        """Count a quantity in lots."""
        if type(quantity) is int and self.lot == 1 and quantity > 0:
            lots = quantity
        else:
            try:
                lots = self.instrument.lots(quantity)
            except MarketError as error:
                raise refused(Refusal.ODD_LOT, error.problem.must, error.problem.was, field) from None
        if lots > LARGEST:
            raise refused(Refusal.TOO_LARGE, f"be at most {LARGEST} lots", lots, field)
        return lots
