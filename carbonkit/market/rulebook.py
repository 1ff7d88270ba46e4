"""The rulebook of listed agreements: every rule that the session obeys, as data with sources."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.instrument import Instrument
from carbonkit.market.limit import PriceBand, PriceLimits, SizeLimit
from carbonkit.market.session import TradingHours
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    import datetime

    from carbonkit.values.identifier import AssetId, InstrumentId

__all__ = ["Available", "ClosingPrice", "ListedRules", "OpeningPrice"]


class OpeningPrice(enum.Enum):
    """
    What a day's opening price is; the previous close on a day without trades.

    Example:
        >>> OpeningPrice.FIRST_TRADE.value
        'first trade'
    """

    FIRST_TRADE = "first trade"


class ClosingPrice(enum.Enum):
    """
    What a day's closing price is; the previous close on a day without trades.

    Example:
        >>> ClosingPrice.VOLUME_WEIGHTED_MEAN.value
        'turnover / volume'
    """

    VOLUME_WEIGHTED_MEAN = "turnover / volume"


class Available(enum.Enum):
    """
    When what a trade brought in may be used for the next order.

    Example:
        >>> Available.NEXT_TRADING_DAY.value
        'T+1'
    """

    SAME_DAY = "T+0"
    NEXT_TRADING_DAY = "T+1"


@attrs.frozen(kw_only=True)
class ListedRules:
    """
    The rules of one venue's listed agreements, as they stand on one day.

    Args:
        tick: The price step; its currency and unit are those of every quote.
        lot: The quantity step, in units.
        band: How far prices may lie from the previous close.
        size: How large one order may be.
        levels: How many of the best price levels of the other side a taker may choose from.
        hours: When the venue takes orders.
        opening_price: What the opening price is.
        closing_price: What the closing price is.
        closing_rounding: How the closing price is rounded to the tick.
        change_rounding: How the change in per cent is rounded, to two places.
        bought: When units bought may be sold.
        proceeds: When the money of a sale may buy.

    Example:
        >>> from carbonkit.schemes.china_national import listed_rules
        >>> from carbonkit.values import as_date
        >>> print(listed_rules(as_date("2021-07-16")).levels.value)
        5
    """

    tick: Rule[Price]
    lot: Rule[int]
    band: PriceBand
    size: Rule[SizeLimit]
    levels: Rule[int]
    hours: Rule[TradingHours]
    opening_price: Rule[OpeningPrice]
    closing_price: Rule[ClosingPrice]
    closing_rounding: Rule[Rounding]
    change_rounding: Rule[Rounding]
    bought: Rule[Available]
    proceeds: Rule[Available]

    def __attrs_post_init__(self) -> None:
        """Check that something can be traded under these rules."""
        if self.levels.value < 1:
            raise InvalidValueError("be at least 1", was=self.levels.value, field="levels")

    def rules(self) -> tuple[Rule[object], ...]:
        """
        List the rules one by one.

        Returns:
            Every rule, the price band's two among them.
        """
        return (
            self.tick,
            self.lot,
            self.band.percent,
            self.band.rounding,
            self.size,
            self.levels,
            self.hours,
            self.opening_price,
            self.closing_price,
            self.closing_rounding,
            self.change_rounding,
            self.bought,
            self.proceeds,
        )

    def valid_on(self, day: datetime.date) -> bool:
        """
        Say whether every one of the rules is in force on a day.

        Args:
            day: The day.

        Returns:
            True if all are.
        """
        return all(day in rule.valid for rule in self.rules())

    def instrument(self, instrument: InstrumentId, asset: AssetId) -> Instrument:
        """
        Make an instrument that is quoted and counted as the rules say.

        Args:
            instrument: The venue's name for it.
            asset: The asset that is delivered.

        Returns:
            The instrument.

        Example:
            >>> from carbonkit.schemes.china_national import listed_rules
            >>> from carbonkit.values import AssetId, InstrumentId, as_date
            >>> rules = listed_rules(as_date("2021-07-16"))
            >>> rules.instrument(InstrumentId("CEA"), AssetId("CEA-2019-2020")).lot
            1
        """
        tick = self.tick.value
        return Instrument(
            instrument,
            asset=asset,
            currency=tick.currency,
            unit=tick.per,
            tick=tick.amount,
            lot=self.lot.value,
        )

    def limits(self, previous_close: Price) -> PriceLimits:
        """
        Work out the price limits of a day.

        Args:
            previous_close: The close of the trading day before.

        Returns:
            The lowest and the highest price.

        Raises:
            InvalidValueError: If the close is not positive or not quoted as the rules say.

        Example:
            >>> from carbonkit.schemes.china_national import listed_rules
            >>> from carbonkit.values import as_date
            >>> str(listed_rules(as_date("2021-07-16")).limits(Price("48.00", "CNY", "tCO2e")).highest)
            '52.80 CNY/tCO2e'
        """
        return self.band.limits(previous_close, self.tick.value)

    def explain(self) -> Explanation:
        """List every rule with its source."""
        parts = tuple(rule.explain() for rule in self.rules())
        return Explanation("rules of listed agreements", f"{len(parts)} rules", parts=parts)
