"""
China's national carbon market: how allowances (CEA) trade, by listed agreement, block and one-way auction.

The exchange's notice and the ministry's rules were read in re-publications, and
each source says so. What the exchange's own daily statistics show, the rounding
of limits and closes, is derived from them. That the money of a sale may be spent
on the same day is recalled, and so are two things that every session does: an
accepted order locks what stands behind it, and what is unfilled expires with the day.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.market.book import SelfTrade
from carbonkit.market.contract import Spot
from carbonkit.market.limit import PriceBand, SizeLimit
from carbonkit.market.rulebook import (
    AuctionFloor,
    Available,
    ClosingPrice,
    Funding,
    MethodRules,
    OpeningPrice,
    VenueRules,
)
from carbonkit.market.session import TradingHours
from carbonkit.market.trade import Method
from carbonkit.schemes.china_calendar import trading_calendar
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.number import Rounding
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from carbonkit.market.instrument import Instrument

__all__ = ["instrument", "subjects", "venue_rules"]

_EXCHANGE: Final = "上海环境能源交易所 (Shanghai Environment and Energy Exchange)"


def _notice(table: str, note: str = "") -> Source:
    read = "read in a re-publication"
    return Source(
        _EXCHANGE,
        "沪环境交〔2021〕34号 (notice on national carbon trading, 22 June 2021)",
        2021,
        table=table,
        note=f"{read}; {note}" if note else read,
    )


def _ministry(table: str, status: Status, note: str) -> Source:
    return Source(
        "生态环境部 (Ministry of Ecology and Environment)",
        "碳排放权交易管理规则（试行） (公告2021年第21号)",
        2021,
        table=table,
        status=status,
        note=note,
    )


def _statistics(note: str) -> Source:
    return Source(
        _EXCHANGE,
        "daily trading statistics by subject and method, 2021-07-16 to 2026-08-19",
        2026,
        status=Status.DERIVED,
        note=note,
    )


_FROM_RULES: Final = Period("2021-05-14", None)  # 公告2021年第21号 in force
_FROM_NOTICE: Final = Period("2021-06-22", None)  # 沪环境交〔2021〕34号

_TICK: Final = (
    Rule(
        what="price step",
        value=Price("0.01", "CNY", "tCO2e"),
        says="prices move in steps of 0.01 CNY per tonne",
        valid=_FROM_NOTICE,
        source=_notice("quotation"),
    ),
)
_LOT: Final = (
    Rule(
        what="quantity step",
        value=1,
        says="quantities move in steps of 1 tonne",
        valid=_FROM_NOTICE,
        source=_notice("quotation"),
    ),
)
_PERCENT: Final = (
    Rule(
        what="price band in per cent",
        value=Decimal(10),
        says="a price may lie 10 % above or below the close of the trading day before",
        valid=_FROM_NOTICE,
        source=_notice("price limits", "no breach on 2,022 traded days of the daily statistics"),
    ),
)
_LIMIT_ROUNDING: Final = (
    Rule(
        what="rounding of the limits",
        value=Rounding.HALF_UP,
        says="a limit is rounded half-up to the price step",
        valid=_FROM_NOTICE,
        source=_statistics("of 64 days at a limit, 62 touched the half-up value and 2 ended one step inside"),
    ),
)
_SIZE: Final = (
    Rule(
        what="size of one order",
        value=SizeLimit(at_least=1, below=100_000),
        says="one order is of less than 100,000 tonnes",
        valid=_FROM_NOTICE,
        source=_notice("listed agreements"),
    ),
)
_LEVELS: Final = (
    Rule(
        what="price levels to choose from",
        value=5,
        says="by price priority, a taker chooses any post among the best five price levels of the other side "
        "and trades its own quantity at the post's price",
        valid=_FROM_NOTICE,
        source=_notice("listed agreements"),
    ),
)
_HOURS: Final = (
    Rule(
        what="trading hours",
        value=TradingHours("Asia/Shanghai", (("09:30", "11:30"), ("13:00", "15:00")), (1, 2, 3, 4, 5)),
        says="listed agreements trade from Monday to Friday, not on legal holidays nor on days announced",
        valid=_FROM_NOTICE,
        source=_notice("trading hours"),
    ),
)
_OPENING: Final = (
    Rule(
        what="opening price",
        value=OpeningPrice.FIRST_TRADE,
        says="the day's first listed trade; without one, the previous close",
        valid=_FROM_NOTICE,
        source=_notice("opening price"),
    ),
)
_CLOSING: Final = (
    Rule(
        what="closing price",
        value=ClosingPrice.VOLUME_WEIGHTED_MEAN,
        says="the volume-weighted mean of the day's listed trades; without one, the previous close",
        valid=_FROM_NOTICE,
        source=_notice("closing price", "holds on all traded and untraded days of the daily statistics"),
    ),
)
_CLOSING_ROUNDING: Final = (
    Rule(
        what="rounding of the closing price",
        value=Rounding.HALF_UP,
        says="the mean is rounded half-up to the price step",
        valid=_FROM_NOTICE,
        source=_statistics("half-up gives the published close on all 2,023 traded days"),
    ),
)
_CHANGE_ROUNDING: Final = (
    Rule(
        what="rounding of the change",
        value=Rounding.HALF_UP,
        says="the change is given in per cent of the previous close, half-up to two places",
        valid=_FROM_NOTICE,
        source=_statistics("two places as in the daily bulletins; 3.23 of 48.00 was published as 6.73 %"),
    ),
)
_BOUGHT: Final = (
    Rule(
        what="units bought may be sold",
        value=Available.NEXT_TRADING_DAY,
        says="allowances bought today may not be sold today",
        valid=_FROM_RULES,
        source=_ministry("trading", Status.CONFIRMED, "read in a digest of the rules"),
    ),
)
_PROCEEDS: Final = (
    Rule(
        what="money earned may be spent",
        value=Available.SAME_DAY,
        says="the money of a sale may buy on the same day",
        valid=_FROM_RULES,
        source=_ministry("trading", Status.RECALLED, "check against the text of the rules"),
    ),
)


_BLOCK_PERCENT: Final = (
    Rule(
        what="price band of a block in per cent",
        value=Decimal(30),
        says="a block's price may lie 30 % above or below the close of the trading day before",
        valid=_FROM_NOTICE,
        source=_notice("price limits", "no breach by a day's mean price on 973 days of the daily statistics"),
    ),
)
_BLOCK_SIZE: Final = (
    Rule(
        what="size of one block",
        value=SizeLimit(at_least=100_000, below=None),
        says="one block is of 100,000 tonnes or more",
        valid=_FROM_NOTICE,
        source=_notice("block agreements"),
    ),
)
_BLOCK_HOURS: Final = (
    Rule(
        what="trading hours of blocks",
        value=TradingHours("Asia/Shanghai", (("13:00", "15:00"),), (1, 2, 3, 4, 5)),
        says="blocks trade from Monday to Friday, 13:00 to 15:00",
        valid=_FROM_NOTICE,
        source=_notice("trading hours"),
    ),
)


def _auction_notice(table: str, status: Status = Status.CONFIRMED, note: str = "") -> Source:
    read = "points 1 to 4 read in a re-publication"
    return Source(
        _EXCHANGE,
        "沪环境交〔2025〕23号 (notice on one-way auctions, 2025)",
        2025,
        table=table,
        status=status,
        note=f"{read}; {note}" if note else read,
    )


# The 2021 notice names one-way buying by auction without its details; the notice of 2025 opened it. What of
# the 2025 notice is not known for earlier days is taken over, and says so.
_AUCTION_SIZE: Final = (
    Rule(
        what="size of one auction",
        value=SizeLimit(at_least=100_000, below=None),
        says="a seller offers 100,000 tonnes or more",
        valid=_FROM_NOTICE,
        source=_auction_notice("point 1 to 4", note="before 2025 not known"),
    ),
)
_AUCTION_FLOOR: Final = (
    Rule(
        what="floor of an auction",
        value=AuctionFloor.CLOSE_OR_LIMIT_DOWN,
        says="the seller chooses the close of the vintage on the trading day before, or 10 % less",
        valid=_FROM_NOTICE,
        source=_auction_notice("point 1 to 4", note="before 2025 not known"),
    ),
)
_AUCTION_PERCENT: Final = (
    Rule(
        what="price band of an auction in per cent",
        value=Decimal(10),
        says="a bid is at most 10 % above the close of the vintage on the trading day before",
        valid=_FROM_NOTICE,
        source=_auction_notice("point 1 to 4", note="before 2025 not known"),
    ),
)
_AUCTION_ROUNDING: Final = (
    Rule(
        what="rounding of an auction's limits",
        value=Rounding.HALF_UP,
        says="a limit is rounded half-up to the price step",
        valid=_FROM_NOTICE,
        source=_auction_notice("not stated", Status.RECALLED, "taken from listed agreements"),
    ),
)
_AUCTION_HOURS: Final = (
    Rule(
        what="trading hours of auctions",
        value=TradingHours("Asia/Shanghai", (("09:30", "11:30"), ("13:00", "15:00")), (1, 2, 3, 4, 5)),
        says="each auction's window is announced; here within the hours of listed agreements",
        valid=_FROM_NOTICE,
        source=_auction_notice("not read", Status.RECALLED, "the announcement fixes the window"),
    ),
)
_SELF_TRADE: Final = (
    Rule(
        what="orders of one account",
        value=SelfTrade.CANCEL_INCOMING,
        says="nobody trades with itself: an account that would is refused",
        valid=_FROM_RULES,
        source=_ministry("trading", Status.RECALLED, "check against the text of the rules"),
    ),
)
_FUNDING: Final = (
    Rule(
        what="what stands behind an order",
        value=Funding.FULL,
        says="nobody sells more than it holds for trading, nor buys for more than its free money",
        valid=_FROM_RULES,
        source=_ministry("trading", Status.CONFIRMED, "read in a digest of the rules"),
    ),
)


def venue_rules(day: datetime.date) -> VenueRules:
    """
    Give the rules of the national exchange as they stand on a day.

    A limit on holdings exists, and large holdings must be reported, but neither number is published, so
    neither is coded; give your own with `attrs.evolve`.

    Args:
        day: The trading day.

    Returns:
        The rules, each with its source.

    Raises:
        NotFoundError: If some rule is not known for the day.

    Example:
        >>> from carbonkit.values import as_date
        >>> rules = venue_rules(as_date("2021-07-16"))
        >>> listed = rules.method(Method.LISTED)
        >>> str(listed.size.value), listed.size.source.year, rules.proceeds.source.status.value
        ('at least 1, below 100000', 2021, 'recalled')
    """
    return VenueRules(
        name="China national carbon market, Shanghai Environment and Energy Exchange",
        tick=rule_in_force(_TICK, day),
        lot=rule_in_force(_LOT, day),
        methods=(
            MethodRules(
                method=Method.LISTED,
                code="10",
                hours=rule_in_force(_HOURS, day),
                size=rule_in_force(_SIZE, day),
                band=PriceBand(rule_in_force(_PERCENT, day), rule_in_force(_LIMIT_ROUNDING, day)),
                levels=rule_in_force(_LEVELS, day),
            ),
            MethodRules(
                method=Method.BLOCK,
                code="20",
                hours=rule_in_force(_BLOCK_HOURS, day),
                size=rule_in_force(_BLOCK_SIZE, day),
                band=PriceBand(rule_in_force(_BLOCK_PERCENT, day), rule_in_force(_LIMIT_ROUNDING, day)),
            ),
            MethodRules(
                method=Method.AUCTION,
                code="21",
                hours=rule_in_force(_AUCTION_HOURS, day),
                size=rule_in_force(_AUCTION_SIZE, day),
                band=PriceBand(rule_in_force(_AUCTION_PERCENT, day), rule_in_force(_AUCTION_ROUNDING, day)),
                floor=rule_in_force(_AUCTION_FLOOR, day),
            ),
        ),
        calendar=trading_calendar(),
        opening_price=rule_in_force(_OPENING, day),
        closing_price=rule_in_force(_CLOSING, day),
        closing_rounding=rule_in_force(_CLOSING_ROUNDING, day),
        change_rounding=rule_in_force(_CHANGE_ROUNDING, day),
        bought=rule_in_force(_BOUGHT, day),
        proceeds=rule_in_force(_PROCEEDS, day),
        self_trade=rule_in_force(_SELF_TRADE, day),
        funding=rule_in_force(_FUNDING, day),
    )


# The exchange's subject code: the allowances that it trades, and its first trading day.
_SUBJECTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "CEA": ("CEA-2019-2020", "2021-07-16"),
        "CEA21": ("CEA-2021", "2023-08-28"),
        "CEA22": ("CEA-2022", "2023-08-28"),
        "CEA23": ("CEA-2023", "2024-10-28"),
        "CEA24": ("CEA-2024", "2025-04-29"),
        "CEA25": ("CEA-2025", "2026-01-05"),
    }
)


def instrument(subject: str, day: datetime.date) -> Instrument:
    """
    Give the instrument that the exchange trades under a subject code.

    Args:
        subject: The exchange's code, such as "CEA" (allowances of 2019-2020) or "CEA21".
        day: The trading day.

    Returns:
        The instrument, quoted as the rules of the day say.

    Raises:
        NotFoundError: If there is no such subject, or it was not traded yet.
        InvalidValueError: If the day is no calendar date.

    Example:
        >>> from carbonkit.values import as_date
        >>> instrument("CEA", as_date("2021-07-16")).asset
        AssetId('CEA-2019-2020')
    """
    if subject not in _SUBJECTS:
        raise NotFoundError(f"be one of {', '.join(_SUBJECTS)}", was=subject, field="subject")
    asset, first = _SUBJECTS[subject]
    if as_date(day, field="day") < as_date(first):
        raise NotFoundError(f"be {first} or later, when {subject} began to trade", was=day, field="day")
    made = venue_rules(day).instrument(InstrumentId(subject), AssetId(asset))
    return attrs.evolve(made, terms=Spot(scheme="China national", vintage=asset.removeprefix("CEA-")))


def subjects(day: datetime.date) -> tuple[str, ...]:
    """
    List the subjects that are traded on a day.

    Args:
        day: The trading day.

    Returns:
        The exchange's codes, oldest first.

    Raises:
        InvalidValueError: If the day is no calendar date.

    Example:
        >>> from carbonkit.values import as_date
        >>> subjects(as_date("2023-08-28"))
        ('CEA', 'CEA21', 'CEA22')
    """
    day = as_date(day, field="day")
    return tuple(name for name, (_, first) in _SUBJECTS.items() if as_date(first) <= day)
