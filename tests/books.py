"""Rulebooks for tests: an order book, a call auction before it, blocks and auctions beside it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import attrs

from carbonkit.market import (
    Allocation,
    AuctionFloor,
    Available,
    Method,
    MethodRules,
    PositionLimit,
    PriceBand,
    Pricing,
    SelfTrade,
    SizeLimit,
    TradingHours,
    VenueRules,
)
from carbonkit.schemes import china_national
from carbonkit.values import Rounding
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")
DAY = datetime.date(2021, 7, 16)
WEEK = (1, 2, 3, 4, 5)
BASE = china_national.venue_rules(DAY)


def ruled(value: Value) -> Rule[Value]:
    lot = BASE.lot
    return Rule(what="invented", value=value, says="for a test", valid=lot.valid, source=lot.source)


def hours(*windows: tuple[str, str]) -> Rule[TradingHours]:
    return ruled(TradingHours("Asia/Shanghai", windows, WEEK))


def book_rules(
    *,
    band: int = 10,
    pricing: Pricing = Pricing.RESTING,
    allocation: Allocation = Allocation.TIME,
    self_trade: SelfTrade = SelfTrade.CANCEL_RESTING,
    bought: Available = Available.SAME_DAY,
    limit: PositionLimit | None = None,
    large: PositionLimit | None = None,
) -> VenueRules:
    """Make the rules of a venue that offers every method but listed agreements."""
    banded = PriceBand(ruled(Decimal(band)), ruled(Rounding.HALF_UP))
    return attrs.evolve(
        BASE,
        name="a test's venue",
        methods=(
            MethodRules(
                method=Method.BOOK,
                hours=hours(("09:30", "11:30"), ("13:00", "15:00")),
                size=ruled(SizeLimit(at_least=1, below=100_000)),
                band=banded,
                pricing=ruled(pricing),
                allocation=ruled(allocation),
                protection=ruled(Decimal(5)),
            ),
            MethodRules(
                method=Method.CALL,
                hours=hours(("09:00", "09:25")),
                size=ruled(SizeLimit(at_least=1, below=100_000)),
                band=banded,
            ),
            MethodRules(
                method=Method.BLOCK,
                hours=hours(("13:00", "15:00")),
                size=ruled(SizeLimit(at_least=1_000, below=None)),
                band=PriceBand(ruled(Decimal(30)), ruled(Rounding.HALF_UP)),
            ),
            MethodRules(
                method=Method.AUCTION,
                hours=hours(("09:30", "15:00")),
                size=ruled(SizeLimit(at_least=100, below=None)),
                band=banded,
                floor=ruled(AuctionFloor.ANY),
            ),
        ),
        bought=ruled(bought),
        self_trade=ruled(self_trade),
        position_limit=None if limit is None else ruled(limit),
        large_holding=None if large is None else ruled(large),
    )


def always(rules: VenueRules) -> Callable[[datetime.date], VenueRules]:
    return lambda _: rules
