"""The United Kingdom's auctions of allowances: one round, sealed bids, one price, a public reserve."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.market.auction_rules import AuctionRules, BelowFloor, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.schemes._document import Document
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules", "reserve_price", "roll_over_cap"]

_TEXT: Final = Document(
    publisher="His Majesty's Treasury",
    title="The Recognised Auction Platforms Regulations, SI 2021/484",
    year=2021,
    valid=Period("2021-01-01", None),
)
_RULES: Final = AuctionRules(
    name="UK ETS auctions",
    instrument=_TEXT.rule(
        "what is sold",
        Instrument("UKA", asset="UKA", currency="GBP", unit="tCO2e", tick="0.01", lot=500),
        "bids are for lots of 500 allowances at whole pence",
        table="regulation 5",
    ),
    tie=_TEXT.rule(
        "bids of one price",
        Tie.RANDOM,
        "equal prices are ordered by a random algorithm fixed before the auction",
        table="regulation 6",
    ),
    undersubscribed=_TEXT.rule(
        "too few bids",
        Undersubscribed.AT_LOWEST_BID,
        "an auction may be sold in part, at the lowest bid at or above the reserve price",
        table="regulation 6",
    ),
    below_floor=_TEXT.rule(
        "what happens below the hidden floor",
        BelowFloor.LIFT,
        "if the price would lie significantly below the secondary market's, it is that of the bid that "
        "matches or exceeds it",
        table="regulation 7",
    ),
    price_mode=_TEXT.rule(
        "what winners pay", PriceMode.UNIFORM, "all winners pay the clearing price", table="clearing price"
    ),
)
_RESERVE: Final = _TEXT.rule(
    "auction reserve price",
    Price("22", "GBP", "tCO2e"),
    "no bid below 22 GBP is accepted",
    table="reserve price",
    status=Status.RECALLED,
    note="that there is one is confirmed, the amount is not",
)
_CAP: Final = _TEXT.rule(
    "most that an auction may offer with what is carried over",
    Decimal(125),
    "a quarter of what was not sold goes to each of the next four auctions, none of which may offer more "
    "than 125 % of its own volume; what is above goes to the others, then to the market stability mechanism "
    "account",
    table="regulation 6(8)",
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
        (500, 'AT_LOWEST_BID')
    """
    return _RULES.on(day)


def reserve_price(day: str | datetime.date) -> Rule[Price]:
    """
    Return the price below which no bid counts.

    Args:
        day: The day of the auction.

    Returns:
        The rule.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> str(reserve_price("2025-01-08").value), reserve_price("2025-01-08").source.status.value
        ('22 GBP/tCO2e', 'recalled')
    """
    return rule_in_force((_RESERVE,), as_date(day, field="day"))


def roll_over_cap(day: str | datetime.date) -> Rule[Decimal]:
    """
    Return how much an auction may offer at most with what is carried over; see `roll_over`.

    Args:
        day: The day of the auction.

    Returns:
        The rule; its value is in per cent of the auction's own volume.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> roll_over_cap("2025-01-08").value
        Decimal('125')
    """
    return rule_in_force((_CAP,), as_date(day, field="day"))
