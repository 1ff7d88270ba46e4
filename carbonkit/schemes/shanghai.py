"""
Shanghai's own market: spot allowances (SHEA), auctions with a floor, and the cleared forward (SHEAF).

The floors, volumes and caps of the auctions were read in news of them. The trading
rules of spot allowances and the terms of the forward are recalled; the forward's days
agree with those announced for SHEAF112023.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.market.auction_rules import AuctionRules, Undersubscribed
from carbonkit.market.book import Allocation, SelfTrade
from carbonkit.market.contract import Delivery, Forward, Spot
from carbonkit.market.instrument import Instrument
from carbonkit.market.limit import PriceBand, SizeLimit
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.rulebook import (
    Available,
    ClosingPrice,
    Funding,
    MethodRules,
    OpeningPrice,
    Pricing,
    VenueRules,
)
from carbonkit.market.sealed_bid import Tie
from carbonkit.market.session import TradingHours
from carbonkit.market.trade import Method
from carbonkit.schemes._document import Document
from carbonkit.schemes.china_calendar import trading_calendar
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.number import Rounding, divide, multiply
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    from typing import TypeVar

    Value = TypeVar("Value")

__all__ = [
    "AuctionTerms",
    "auction_floor",
    "auction_rules",
    "auction_terms",
    "forward",
    "forward_settlement_days",
    "instrument",
    "venue_rules",
]

_EXCHANGE: Final = "上海环境能源交易所 (Shanghai Environment and Energy Exchange)"
_FROM: Final = Period("2013-11-26", None)
_FORWARD_FROM: Final = Period("2017-01-12", None)
_MONTHS: Final = (2, 5, 8, 11)
_LAST_TRADING: Final = -5  # the fifth last working day of the month


_TRADING: Final = Document(
    publisher=_EXCHANGE,
    title="上海环境能源交易所碳排放交易规则 (rules of carbon trading)",
    year=2013,
    valid=_FROM,
    status=Status.RECALLED,
    note="check against the text of the rules",
)
_NOTICES: Final = Document(
    publisher=_EXCHANGE,
    title="notices of auctions, 2017 to 2024",
    year=2024,
    valid=Period("2017-06-01", None),
    note="read in news of the auctions",
)


def _rule(what: str, value: Value, says: str, table: str) -> Rule[Value]:
    return _TRADING.rule(what, value, says, table=table)


_HOURS: Final = TradingHours("Asia/Shanghai", (("09:30", "11:30"), ("13:00", "15:00")), (1, 2, 3, 4, 5))


def venue_rules(day: str | datetime.date) -> VenueRules:
    """
    Give the rules of spot allowances as they stand on a day: a book by price and time, and blocks.

    Args:
        day: The trading day.

    Returns:
        The rules; recalled, each says so.

    Raises:
        NotFoundError: If the market did not trade yet.

    Example:
        >>> rules = venue_rules("2023-11-01")
        >>> [each.method.value for each in rules.methods], rules.lot.source.status.value
        (['book', 'block'], 'recalled')
    """
    rounding = _rule("rounding of the limits", Rounding.HALF_UP, "half-up to the price step", "price limits")
    narrow = _rule("price band in per cent", Decimal(10), "10 % either way", "price limits")
    wide = _rule("price band of a transfer by agreement", Decimal(30), "30 % either way", "price limits")
    rule_in_force((narrow,), as_date(day, field="day"))
    return VenueRules(
        name="Shanghai Environment and Energy Exchange, SHEA",
        tick=_rule("price step", Price("0.01", "CNY", "tCO2e"), "0.01 CNY a tonne", "quotation"),
        lot=_rule("quantity step", 1, "1 tonne", "quotation"),
        methods=(
            MethodRules(
                method=Method.BOOK,
                hours=_rule("trading hours", _HOURS, "mornings and afternoons", "trading hours"),
                size=_rule("size of one order", SizeLimit(1, 100_000), "less than 100,000 tonnes", "orders"),
                band=PriceBand(narrow, rounding),
                pricing=_rule("price of a trade", Pricing.RESTING, "that of the waiting order", "matching"),
                allocation=_rule("who comes first", Allocation.TIME, "price, then time", "matching"),
            ),
            MethodRules(
                method=Method.BLOCK,
                hours=_rule("trading hours of agreements", _HOURS, "the same", "trading hours"),
                size=_rule(
                    "size of a block", SizeLimit(100_000, None), "100,000 tonnes or more", "agreement"
                ),
                band=PriceBand(wide, rounding),
            ),
        ),
        calendar=trading_calendar(),
        opening_price=_rule("opening price", OpeningPrice.FIRST_TRADE, "the first trade", "prices"),
        closing_price=_rule(
            "closing price", ClosingPrice.VOLUME_WEIGHTED_MEAN, "the day's volume-weighted mean", "prices"
        ),
        closing_rounding=_rule("rounding of the close", Rounding.HALF_UP, "half-up", "prices"),
        change_rounding=_rule("rounding of the change", Rounding.HALF_UP, "half-up, two places", "prices"),
        bought=_rule("units bought may be sold", Available.NEXT_TRADING_DAY, "the day after", "orders"),
        proceeds=_rule("money earned may be spent", Available.SAME_DAY, "on the same day", "orders"),
        self_trade=_rule("orders of one account", SelfTrade.CANCEL_INCOMING, "do not meet", "orders"),
        funding=_rule("what stands behind an order", Funding.FULL, "all of it", "orders"),
    )


def instrument(day: str | datetime.date) -> Instrument:
    """
    Give the spot allowance.

    Args:
        day: The trading day.

    Returns:
        SHEA, quoted as the rules of the day say.

    Raises:
        NotFoundError: If the market did not trade yet.

    Example:
        >>> instrument("2023-11-01").id
        InstrumentId('SHEA')
    """
    made = venue_rules(day).instrument(InstrumentId("SHEA"), AssetId("SHEA"))
    return attrs.evolve(made, terms=Spot(scheme="Shanghai", vintage=""))


# --------------------------------------------------------------------------- auctions


@attrs.frozen(kw_only=True)
class AuctionTerms:
    """
    The terms of one of Shanghai's auctions.

    Args:
        offered: How many allowances.
        factor: The floor is so many times the volume-weighted mean price.
        most: The highest that the floor may be; None if there is no such limit.
        emitter_limit: How many a compliance entity may win; None for no limit.
        investor_limit: How many an investor may win; None for no limit, or if investors may not bid.
    """

    offered: int
    factor: Decimal
    most: Price | None = None
    emitter_limit: int | None = None
    investor_limit: int | None = None


def _auction(
    day: str, offered: int, factor: str, *, most: str = "", limits: tuple[int, int] | None = None, note: str
) -> tuple[str, Rule[AuctionTerms]]:
    terms = AuctionTerms(
        offered=offered,
        factor=Decimal(factor),
        most=Price(most, "CNY", "tCO2e") if most else None,
        emitter_limit=limits[0] if limits else None,
        investor_limit=limits[1] if limits else None,
    )
    source = Source(
        _EXCHANGE, f"notice of the auction of {day}", int(day[:4]), note=f"read in news of it; {note}"
    )
    start = as_date(day)
    return day, Rule(
        what="auction of allowances",
        value=terms,
        says=f"{offered:,} allowances; the floor is {factor} times the mean price",
        valid=Period(start, start + datetime.timedelta(days=1)),
        source=source,
    )


_CAPPED: Final = (100_000, 50_000)
_AUCTIONS: Final = dict(
    (
        _auction("2017-06-30", 2_000_000, "1.2", most="42", note="mean since 2016-11-18; own surrender only"),
        _auction("2018-07-31", 2_000_000, "1.2", most="42", note="mean since 2016-11-18; own surrender only"),
        _auction("2023-10-31", 1_000_000, "1.0", limits=_CAPPED, note="first of 2023"),
        _auction("2023-11-30", 3_000_000, "1.2", note="second of 2023; mean 61.91, floor 74.29"),
        _auction("2024-09-30", 2_800_000, "1.2", note="mean of 2024-03-01 to 2024-08-30"),
    )
)


def auction_terms(day: str | datetime.date) -> Rule[AuctionTerms]:
    """
    Return the terms of an auction.

    Args:
        day: The day of the auction.

    Returns:
        The rule, with its source.

    Raises:
        NotFoundError: If no auction of that day is known.

    Example:
        >>> auction_terms("2023-11-30").value.offered
        3000000
    """
    return rule_in_force(tuple(_AUCTIONS.values()), as_date(day, field="day"))


def auction_floor(day: str | datetime.date, mean: Price) -> Price:
    """
    Work out an auction's floor.

    Args:
        day: The day of the auction.
        mean: The volume-weighted mean price of listed trades over the period that the notice names.

    Returns:
        The floor, rounded half-up to the cent.

    Raises:
        NotFoundError: If no auction of that day is known.

    Example:
        >>> str(auction_floor("2023-11-30", Price("61.91", "CNY", "tCO2e")))
        '74.29 CNY/tCO2e'
    """
    terms = auction_terms(day).value
    amount = divide(multiply(mean.amount, terms.factor), Decimal(1), 2, Rounding.HALF_UP)
    floor = Price(amount, mean.currency, mean.per)
    return floor if terms.most is None else min(floor, terms.most)


def auction_rules(day: str | datetime.date) -> AuctionRules:
    """
    Give the rules of auctions: sealed bids at or above the floor, by price then time, at one price.

    Args:
        day: The day of the auction.

    Returns:
        The rules, each with its source.

    Raises:
        NotFoundError: If some rule is not known for the day.

    Example:
        >>> auction_rules("2023-11-30").tie.value
        <Tie.TIME: 'the earlier bid'>
    """
    read = _NOTICES.rule
    return AuctionRules(
        name="Shanghai auctions of allowances",
        instrument=read("what is sold", instrument(day), "whole tonnes at whole cents"),
        tie=read("bids of one price", Tie.TIME, "bids are sorted by price, then time"),
        undersubscribed=read(
            "too few bids", Undersubscribed.AT_LOWEST_BID, "the price is the lowest accepted bid"
        ),
        price_mode=read("what winners pay", PriceMode.UNIFORM, "all pay the lowest accepted bid"),
    ).on(day)


# ---------------------------------------------------------------------------- forward


def forward(year: int, month: int) -> Instrument:
    """
    Give a contract of the forward: 100 allowances, cleared, settled daily.

    Args:
        year: The contract's year.
        month: Its month: 2, 5, 8 or 11.

    Returns:
        The contract, with its last trading day (the fifth last working day of the month) and its final
        settlement day (the working day after).

    Raises:
        InvalidValueError: If there is no contract of that month.
        NotFoundError: If the year's holidays are not known.

    Example:
        >>> contract = forward(2023, 11)
        >>> contract.id, contract.lot
        (InstrumentId('SHEAF112023'), 100)
        >>> str(contract.terms.last_trading_day), str(contract.terms.final_settlement_day)
        ('2023-11-24', '2023-11-27')
    """
    if month not in _MONTHS:
        raise InvalidValueError("be 2, 5, 8 or 11", was=month, field="month")
    first = as_date(f"{year:04d}-{month:02d}-01")
    after = as_date(f"{year + month // 12:04d}-{month % 12 + 1:02d}-01")
    calendar = trading_calendar().value
    days = list(calendar.days(Period(first, after)))
    last = days[_LAST_TRADING]
    return Instrument(
        InstrumentId(f"SHEAF{month:02d}{year:04d}"),
        asset=AssetId(f"SHEAF{month:02d}{year:04d}"),
        currency="CNY",
        unit="tCO2e",
        tick="0.01",
        lot=100,
        terms=Forward(
            underlying=AssetId("SHEA"),
            last_trading_day=last,
            final_settlement_day=calendar.after(last),
            delivery=Delivery.PHYSICAL,
        ),
    )


def forward_settlement_days(day: str | datetime.date) -> Rule[int]:
    """
    Return of how many of the last daily settlement prices the final one is the mean.

    Args:
        day: The final settlement day.

    Returns:
        The rule; see `final_settlement_price`.

    Raises:
        NotFoundError: If the forward did not trade yet.

    Example:
        >>> forward_settlement_days("2023-11-27").value
        5
    """
    rule = Rule(
        what="final settlement price",
        value=5,
        says="the mean of the last five daily settlement prices",
        valid=_FORWARD_FROM,
        source=Source(
            "上海清算所 (Shanghai Clearing House)",
            "上海碳配额远期 (SHEAF) 业务规则 (rules of the forward)",
            2017,
            status=Status.RECALLED,
            note="the days of SHEAF112023 agree with the announced ones",
        ),
    )
    return rule_in_force((rule,), as_date(day, field="day"))
