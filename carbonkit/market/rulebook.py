"""The rulebook of a venue: every rule that the engine obeys, as data with sources."""

from __future__ import annotations

import enum
import functools
import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.book import Allocation, SelfTrade
from carbonkit.market.calendar import TradingCalendar
from carbonkit.market.instrument import Instrument
from carbonkit.market.limit import PriceBand, PriceLimits, SizeLimit
from carbonkit.market.position_limit import PositionLimit
from carbonkit.market.session import TradingHours
from carbonkit.market.trade import Method
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterable

    from carbonkit.values.identifier import AssetId, InstrumentId

__all__ = [
    "AuctionFloor",
    "Available",
    "ClosingPrice",
    "Funding",
    "MethodRules",
    "OpeningPrice",
    "Pricing",
    "Rulebook",
    "VenueRules",
]


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
    LAST_FIVE_TRADES = "turnover / volume of the last five trades"
    LAST_TRADE = "last trade"


class Available(enum.Enum):
    """
    When what a trade brought in may be used for the next order.

    Example:
        >>> Available.NEXT_TRADING_DAY.value
        'T+1'
    """

    SAME_DAY = "T+0"
    NEXT_TRADING_DAY = "T+1"


class Pricing(enum.Enum):
    """
    At which price two orders of a book trade.

    Example:
        >>> Pricing.RESTING.value
        'price of the order that waited'
    """

    RESTING = "price of the order that waited"
    MIDDLE = "middle one of bid, ask and last price"


class Funding(enum.Enum):
    """
    What stands behind an order before it may trade.

    Example:
        >>> Funding.FULL.value
        'all of it'
    """

    FULL = "all of it"
    """The units of a sale and the money of a purchase are set aside when the order is entered."""
    MARGIN = "margin"
    """Nothing is set aside: a central counterparty holds margin for positions."""


class AuctionFloor(enum.Enum):
    """
    Which floor the seller of an auction may choose.

    Example:
        >>> AuctionFloor.ANY.value
        'any price'
    """

    ANY = "any price"
    CLOSE_OR_LIMIT_DOWN = "the previous close, or the limit down"


@attrs.frozen(kw_only=True)
class MethodRules:
    """
    The rules of one method of a venue, as they stand on one day.

    Args:
        method: The method.
        code: The venue's own code for it; empty if it has none.
        hours: When it takes orders.
        size: How large one order may be.
        band: How far prices may lie from the previous close; None for no limit.
        levels: Listed agreements: how many of the best price levels a taker may choose from.
        pricing: Order book: at which price two orders trade.
        allocation: Order book: how a price level is shared.
        protection: Order book: how many per cent beyond the best price a market order may go; None if
            the venue takes no market orders.
        floor: Auction: which floor a seller may choose.

    Raises:
        InvalidValueError: If the method lacks a rule that it cannot do without.

    Example:
        >>> from carbonkit.schemes.china_national import venue_rules
        >>> from carbonkit.values import as_date
        >>> [rules.code for rules in venue_rules(as_date("2021-07-16")).methods]
        ['10', '20', '21']
    """

    method: Method
    code: str = ""
    hours: Rule[TradingHours]
    size: Rule[SizeLimit]
    band: PriceBand | None = None
    levels: Rule[int] | None = None
    pricing: Rule[Pricing] | None = None
    allocation: Rule[Allocation] | None = None
    protection: Rule[Decimal] | None = None
    floor: Rule[AuctionFloor] | None = None

    def __attrs_post_init__(self) -> None:
        """Check that the method has what it needs."""
        needed = {
            Method.LISTED: ("levels",),
            Method.BOOK: ("pricing", "allocation"),
            Method.AUCTION: ("floor",),
        }.get(self.method, ())
        for name in needed:
            if getattr(self, name) is None:
                raise InvalidValueError(f"be given for {self.method.value}", field=name)
        if self.levels is not None and self.levels.value < 1:
            raise InvalidValueError("be at least 1", was=self.levels.value, field="levels")
        if self.protection is not None and self.protection.value < 0:
            raise InvalidValueError("not be negative", was=self.protection.value, field="protection")

    def rules(self) -> tuple[Rule[object], ...]:
        """
        List the rules one by one.

        Returns:
            Every rule, the price band's two among them.
        """
        band = (self.band.percent, self.band.rounding) if self.band is not None else ()
        rules = (self.levels, self.pricing, self.allocation, self.protection, self.floor)
        return (self.hours, self.size, *band, *(rule for rule in rules if rule is not None))

    def explain(self) -> Explanation:
        """List the method's rules with their sources."""
        code = f", code {self.code}" if self.code else ""
        return Explanation(
            "method", f"{self.method.value}{code}", parts=tuple(rule.explain() for rule in self.rules())
        )


def _methods(value: Iterable[MethodRules]) -> tuple[MethodRules, ...]:
    return tuple(value)


@attrs.frozen(kw_only=True)
class VenueRules:
    """
    The rules of one venue, as they stand on one day.

    Args:
        name: The venue's name.
        tick: The price step; its currency and unit are those of every quote.
        lot: The quantity step, in units.
        methods: The rules of each method; at most one set for each.
        calendar: On which days the venue opens.
        opening_price: What the opening price is; of listed, book and call trades alone.
        closing_price: What the closing price is; of the same trades.
        closing_rounding: How the closing price is rounded to the tick.
        change_rounding: How the change in per cent is rounded, to two places.
        bought: When units bought may be sold.
        proceeds: When the money of a sale may buy.
        self_trade: What happens when an order meets one of its own account.
        funding: What stands behind an order.
        position_limit: How much one account may hold; None for no limit.
        large_holding: From how much a holding is reported; None for never.

    Raises:
        InvalidValueError: If there is no method, one is named twice, or both a book and listed agreements
            trade.

    Example:
        >>> from carbonkit.schemes.china_national import venue_rules
        >>> from carbonkit.values import as_date
        >>> venue_rules(as_date("2021-07-16")).method(Method.LISTED).levels.value
        5
    """

    name: str
    tick: Rule[Price]
    lot: Rule[int]
    methods: tuple[MethodRules, ...] = attrs.field(converter=_methods)
    calendar: Rule[TradingCalendar]
    opening_price: Rule[OpeningPrice]
    closing_price: Rule[ClosingPrice]
    closing_rounding: Rule[Rounding]
    change_rounding: Rule[Rounding]
    bought: Rule[Available]
    proceeds: Rule[Available]
    self_trade: Rule[SelfTrade]
    funding: Rule[Funding]
    position_limit: Rule[PositionLimit] | None = None
    large_holding: Rule[PositionLimit] | None = None

    def __attrs_post_init__(self) -> None:
        """Check that an order's method is never in doubt."""
        named = [rules.method for rules in self.methods]
        if not named:
            raise InvalidValueError("not be empty", field="methods")
        if len(set(named)) != len(named) or {Method.LISTED, Method.BOOK} <= set(named):
            raise InvalidValueError(
                "name each method once, and not both listed agreements and a book",
                was=", ".join(method.value for method in named),
                field="methods",
            )

    def method(self, method: Method) -> MethodRules | None:
        """
        Find the rules of one method.

        Args:
            method: The method.

        Returns:
            Its rules; None if the venue does not trade by it.
        """
        return next((rules for rules in self.methods if rules.method is method), None)

    def rules(self) -> tuple[Rule[object], ...]:
        """
        List the rules one by one, those of the methods last.

        Returns:
            Every rule.
        """
        optional = (rule for rule in (self.position_limit, self.large_holding) if rule is not None)
        return (
            self.tick,
            self.lot,
            self.calendar,
            self.opening_price,
            self.closing_price,
            self.closing_rounding,
            self.change_rounding,
            self.bought,
            self.proceeds,
            self.self_trade,
            self.funding,
            *optional,
            *(rule for method in self.methods for rule in method.rules()),
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
            >>> from carbonkit.schemes.china_national import venue_rules
            >>> from carbonkit.values import AssetId, InstrumentId, as_date
            >>> rules = venue_rules(as_date("2021-07-16"))
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

    def limits(self, method: Method, previous_close: Price) -> PriceLimits | None:
        """
        Work out the price limits of a day.

        Args:
            method: The method; each may have a band of its own.
            previous_close: The close of the trading day before.

        Returns:
            The lowest and the highest price; None if the method has no limits.

        Raises:
            InvalidValueError: If the close is not positive or not quoted as the rules say.

        Example:
            >>> from carbonkit.schemes.china_national import venue_rules
            >>> from carbonkit.values import as_date
            >>> rules = venue_rules(as_date("2021-07-16"))
            >>> str(rules.limits(Method.LISTED, Price("48.00", "CNY", "tCO2e")).highest)
            '52.80 CNY/tCO2e'
        """
        rules = self.method(method)
        if rules is None or rules.band is None:
            return None
        return rules.band.limits(previous_close, self.tick.value)

    def explain(self) -> Explanation:
        """List every rule with its source."""
        own = self.rules()[: len(self.rules()) - sum(len(method.rules()) for method in self.methods)]
        parts = (*(rule.explain() for rule in own), *(method.explain() for method in self.methods))
        return Explanation("rules", self.name, parts=parts)

    def digest(self) -> str:
        """
        Name the rules by a hash, so that a log can say by which rules it was made.

        Returns:
            The SHA-256 of the explanation, in hexadecimal.
        """
        return self._digest

    @functools.cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self.explain().text().encode()).hexdigest()


Rulebook: TypeAlias = "Callable[[datetime.date], VenueRules]"
"""Gives the rules of a venue as they stand on a day."""
