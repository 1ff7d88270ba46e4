"""The United Kingdom's auctions of allowances: one round, sealed bids, one price, a public reserve."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.market.auction_rules import AuctionRules, BelowFloor, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules", "reserve_price", "roll_over_cap"]

_FROM: Final = Period("2021-01-01", None)


def _text(table: str, status: Status, note: str = "") -> Source:
    return Source(
        "His Majesty's Treasury",
        "The Recognised Auction Platforms Regulations, SI 2021/484",
        2021,
        table=table,
        status=status,
        note=note,
    )


_INSTRUMENT: Final = (
    Rule(
        what="what is sold",
        value=Instrument(
            InstrumentId("UKA"),
            asset=AssetId("UKA"),
            currency="GBP",
            unit="tCO2e",
            tick="0.01",
            lot=500,
        ),
        says="bids are for lots of 500 allowances at whole pence",
        valid=_FROM,
        source=_text("regulation 5", Status.CONFIRMED),
    ),
)
_TIE: Final = (
    Rule(
        what="bids of one price",
        value=Tie.RANDOM,
        says="equal prices are ordered by a random algorithm fixed before the auction",
        valid=_FROM,
        source=_text("regulation 6", Status.CONFIRMED),
    ),
)
_UNDERSUBSCRIBED: Final = (
    Rule(
        what="too few bids",
        value=Undersubscribed.AT_LOWEST_BID,
        says="an auction may be sold in part, at the lowest bid at or above the reserve price",
        valid=_FROM,
        source=_text("regulation 6", Status.CONFIRMED),
    ),
)
_BELOW_FLOOR: Final = (
    Rule(
        what="what happens below the hidden floor",
        value=BelowFloor.LIFT,
        says="if the price would lie significantly below the secondary market's, it is that of the bid that "
        "matches or exceeds it",
        valid=_FROM,
        source=_text("regulation 7", Status.CONFIRMED),
    ),
)
_PRICE: Final = (
    Rule(
        what="what winners pay",
        value=PriceMode.UNIFORM,
        says="all winners pay the clearing price",
        valid=_FROM,
        source=_text("clearing price", Status.CONFIRMED),
    ),
)
_RESERVE: Final = (
    Rule(
        what="auction reserve price",
        value=Price("22", "GBP", "tCO2e"),
        says="no bid below 22 GBP is accepted",
        valid=_FROM,
        source=_text("reserve price", Status.RECALLED, "that there is one is confirmed, the amount is not"),
    ),
)
_CAP: Final = (
    Rule(
        what="most that an auction may offer with what is carried over",
        value=Decimal(125),
        says="a quarter of what was not sold goes to each of the next four auctions, none of which may offer "
        "more than 125 % of its own volume; what is above goes to the others, then to the market stability "
        "mechanism account",
        valid=_FROM,
        source=_text("regulation 6(8)", Status.CONFIRMED),
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
        (500, 'AT_LOWEST_BID')
    """
    day = as_date(day, field="day")
    return AuctionRules(
        name="UK ETS auctions",
        instrument=rule_in_force(_INSTRUMENT, day),
        tie=rule_in_force(_TIE, day),
        undersubscribed=rule_in_force(_UNDERSUBSCRIBED, day),
        below_floor=rule_in_force(_BELOW_FLOOR, day),
        price_mode=rule_in_force(_PRICE, day),
    )


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
    return rule_in_force(_RESERVE, as_date(day, field="day"))


def roll_over_cap(day: str | datetime.date) -> Rule[Decimal]:
    """
    Return how much an auction may offer at most with what is carried over to it; see `roll_over`.

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
    return rule_in_force(_CAP, as_date(day, field="day"))
