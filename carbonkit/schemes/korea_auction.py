"""Korea's auctions and its exchange: one price, the earlier bid first."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.market.auction_rules import AuctionRules, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.schemes._document import Document
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules", "bidder_limit"]

_TEXT: Final = Document(
    publisher="Korea Exchange",
    title="Emissions market: auction of allowances",
    year=2019,
    valid=Period("2019-01-01", None),
)
_RULES: Final = AuctionRules(
    name="K-ETS auctions",
    instrument=_TEXT.rule(
        "what is sold",
        Instrument("KAU", asset="KAU", currency="KRW", unit="tCO2e", tick="50", lot=1),
        "bids are for whole tonnes; the price step of 50 KRW is recalled",
        table="auction",
        status=Status.RECALLED,
    ),
    tie=_TEXT.rule("bids of one price", Tie.TIME, "price first, then time", table="auction"),
    undersubscribed=_TEXT.rule(
        "too few bids",
        Undersubscribed.AT_LOWEST_BID,
        "what is not sold goes to the next month's auction",
        table="auction",
        status=Status.RECALLED,
    ),
    price_mode=_TEXT.rule(
        "what winners pay", PriceMode.UNIFORM, "all winners pay the clearing price", table="clearing price"
    ),
)
_LIMITS: Final = tuple(
    attrs.evolve(_TEXT, valid=valid).rule("bidder limit in per cent", Decimal(percent), says, table="auction")
    for valid, percent, says in (
        (Period("2019-01-01", "2019-03-01"), 30, "one bidder may win 30 % of what is offered"),
        (Period("2019-03-01", None), 15, "one bidder may win 15 %, from the third auction on"),
    )
)


def auction_rules(day: str | datetime.date) -> AuctionRules:
    """
    Give the rules of an auction.

    Args:
        day: The day of the auction.

    Returns:
        The rules, each with its source.

    Raises:
        NotFoundError: If some rule is not known for the day.

    Example:
        >>> rules = auction_rules("2025-01-08")
        >>> rules.instrument.value.lot, rules.undersubscribed.value.name
        (1, 'AT_LOWEST_BID')
    """
    return _RULES.on(day)


def bidder_limit(day: str | datetime.date) -> Rule[Decimal]:
    """
    Return how much of an auction one bidder may win.

    Args:
        day: The day of the auction.

    Returns:
        The rule; its value is in per cent.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> bidder_limit("2019-01-23").value, bidder_limit("2019-03-13").value
        (Decimal('30'), Decimal('15'))
    """
    return rule_in_force(_LIMITS, as_date(day, field="day"))
