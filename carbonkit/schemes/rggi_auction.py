"""RGGI's auctions: one round, sealed bids, one price, and two reserves that move the supply."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

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
    publisher="RGGI, Inc.",
    title="Auction notice",
    year=2008,
    valid=Period("2008-09-01", None),
)
_RULES: Final = AuctionRules(
    name="RGGI auctions",
    instrument=_TEXT.rule(
        "what is sold",
        Instrument("RGGA", asset="RGGA", currency="USD", unit="short_tonCO2e", tick="0.01", lot=1000),
        "bids are for multiples of 1,000 allowances at whole cents",
        table="auction format",
    ),
    tie=_TEXT.rule(
        "bids of one price",
        Tie.RANDOM,
        "tied bids at the clearing price are ordered at random",
        table="award of allowances",
        status=Status.RECALLED,
    ),
    undersubscribed=_TEXT.rule(
        "too few bids",
        Undersubscribed.AT_RESERVE,
        "an auction may be sold in part, at the reserve price",
        table="auction 13",
        status=Status.DERIVED,
    ),
    price_mode=_TEXT.rule(
        "what winners pay", PriceMode.UNIFORM, "all winners pay the clearing price", table="clearing price"
    ),
)
_LIMIT: Final = _TEXT.rule(
    "bidder limit in per cent",
    Decimal(25),
    "one bidder, with its associates, may win a quarter of the initial offering",
    table="auction format",
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
        (1000, 'AT_RESERVE')
    """
    return _RULES.on(day)


def bidder_limit(day: str | datetime.date) -> Rule[Decimal]:
    """
    Return how much of the initial offering one bidder may win.

    Args:
        day: The day of the auction.

    Returns:
        The rule; its value is in per cent.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> bidder_limit("2025-03-12").value
        Decimal('25')
    """
    return rule_in_force((_LIMIT,), as_date(day, field="day"))
