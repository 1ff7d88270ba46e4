"""Washington's auctions: one round, sealed bids, one price, bids covered by guarantees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.market.auction_rules import AuctionRules, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.schemes._document import Document
from carbonkit.values.source import Status
from carbonkit.values.time import Period

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules"]

_TEXT: Final = Document(
    publisher="Washington Department of Ecology",
    title="WAC 173-446, Climate Commitment Act Program Rule",
    year=2022,
    valid=Period("2023-01-01", None),
)
_RULES: Final = AuctionRules(
    name="Washington auctions",
    instrument=_TEXT.rule(
        "what is sold",
        Instrument("WCA", asset="WCA", currency="USD", unit="tCO2e", tick="0.01", lot=1000),
        "bids are for lots of 1,000 allowances at whole cents",
        table="173-446-317",
        status=Status.RECALLED,
    ),
    tie=_TEXT.rule(
        "bids of one price",
        Tie.PRO_RATA,
        "tied bids share what is left, rounded down; single allowances follow a random order",
        table="173-446-325",
        status=Status.RECALLED,
    ),
    undersubscribed=_TEXT.rule(
        "too few bids",
        Undersubscribed.AT_RESERVE,
        "an auction may be sold in part, at the reserve price",
        table="173-446-325",
        status=Status.RECALLED,
    ),
    price_mode=_TEXT.rule(
        "what winners pay", PriceMode.UNIFORM, "all winners pay the clearing price", table="clearing price"
    ),
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
