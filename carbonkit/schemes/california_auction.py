"""California's and Québec's joint auctions: one round, sealed bids, one price, ties shared pro rata."""

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

__all__ = ["auction_rules", "purchase_limits"]

_TEXT: Final = Document(
    publisher="California Air Resources Board",
    title="17 CCR 95911, Format for Auction",
    year=2012,
    valid=Period("2012-11-01", None),
)
_RULES: Final = AuctionRules(
    name="California and Québec joint auctions",
    instrument=_TEXT.rule(
        "what is sold",
        Instrument("CCA", asset="CCA", currency="USD", unit="tCO2e", tick="0.01", lot=1000),
        "bids are for lots of 1,000 allowances at whole cents",
        table="95911(b)",
    ),
    tie=_TEXT.rule(
        "bids of one price",
        Tie.PRO_RATA,
        "tied bids share what is left, rounded down; single allowances follow a random order",
        table="95911(e)",
        status=Status.RECALLED,
    ),
    undersubscribed=_TEXT.rule(
        "too few bids",
        Undersubscribed.AT_RESERVE,
        "an auction may be sold in part, at the reserve price",
        table="95911(c)",
        status=Status.RECALLED,
    ),
    price_mode=_TEXT.rule(
        "what winners pay", PriceMode.UNIFORM, "all winners pay the clearing price", table="clearing price"
    ),
)
_LIMITS: Final = _TEXT.rule(
    "purchase limits in per cent",
    (Decimal(25), Decimal(4)),
    "a covered entity may win a quarter of what is offered, anybody else four per cent",
    table="95911(d)",
    status=Status.RECALLED,
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


def purchase_limits(day: str | datetime.date) -> Rule[tuple[Decimal, Decimal]]:
    """
    Return how much of a current auction one bidder may win.

    Args:
        day: The day of the auction.

    Returns:
        The rule; its value is in per cent, for covered entities and for others.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> purchase_limits("2025-02-19").value
        (Decimal('25'), Decimal('4'))
    """
    return rule_in_force((_LIMITS,), as_date(day, field="day"))
