"""Candles as the exchange makes them: of trades, their prices and quantities are read and nothing else."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.errors import IntegrityError
from carbonkit.market.series import Candle
from carbonkit.market.tally import Sums
from carbonkit.values.money import Money
from carbonkit.values.number import multiply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.exchange.journal import Facts
    from carbonkit.market.instrument import Instrument

__all__ = ["PRICE_AND_QUANTITY", "candles_of"]

PRICE_AND_QUANTITY: Final = (("price", "amount"), ("quantity",))
"""Where a trade's document has its price and its quantity."""

_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MINUTE: Final = 60_000_000  # microseconds
_DAY: Final = 24 * 60  # minutes


class _Stretch:
    """The trades of one candle."""

    __slots__ = ("close", "open", "sums")

    def __init__(self, first: int) -> None:
        self.open = self.close = first
        self.sums = Sums()


def candles_of(trades: Iterable[Facts], instrument: Instrument, minutes: int) -> tuple[Candle, ...]:
    """
    Gather trades into candles, as `carbonkit.market.candles` does.

    Args:
        trades: Of each trade its time, its price and its quantity, in the order in which they were made.
        instrument: What was traded.
        minutes: How long one candle is; it begins at a multiple of so many minutes of the UTC day.

    Returns:
        The candles, oldest first.

    Raises:
        IntegrityError: If a trade has no price or no quantity.

    Example:
        >>> candles_of.__name__
        'candles_of'
    """
    ticks: dict[str, int] = {}  # the prices that were met, as they are written
    found: dict[int, _Stretch] = {}
    for number, at, told in trades:
        price, quantity = told
        if price is None or quantity is None:
            raise IntegrityError("have a price and a quantity", was=f"trade {number}", field="journal")
        count = ticks.get(price)
        if count is None:
            count = ticks[price] = instrument.ticks(instrument.quote(price))
        minute = at // _MINUTE
        passed = minute % _DAY
        start = minute - passed + passed // minutes * minutes
        stretch = found.get(start)
        if stretch is None:
            stretch = found[start] = _Stretch(count)
        stretch.close = count
        stretch.sums.add(count, int(quantity))
    return tuple(_candle(start, each, instrument) for start, each in found.items())


def _candle(start: int, made: _Stretch, instrument: Instrument) -> Candle:
    sums = made.sums
    return Candle(
        start=_EPOCH + datetime.timedelta(minutes=start),
        open=instrument.price(made.open),
        high=instrument.price(sums.high),
        low=instrument.price(sums.low),
        close=instrument.price(made.close),
        volume=sums.lots,
        turnover=Money(multiply(Decimal(sums.steps), instrument.tick), instrument.currency),
    )
