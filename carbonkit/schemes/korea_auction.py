"""Korea's auctions and its exchange: one price, the earlier bid first."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from carbonkit.market.auction_rules import AuctionRules, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules", "bidder_limit"]

_FROM: Final = Period("2019-01-01", None)


def _text(table: str, status: Status, note: str = "") -> Source:
    return Source(
        "Korea Exchange",
        "Emissions market: auction of allowances",
        2019,
        table=table,
        status=status,
        note=note,
    )


_INSTRUMENT: Final = (
    Rule(
        what="what is sold",
        value=Instrument(
            InstrumentId("KAU"),
            asset=AssetId("KAU"),
            currency="KRW",
            unit="tCO2e",
            tick="50",
            lot=1,
        ),
        says="bids are for whole tonnes; the price step of 50 KRW is recalled",
        valid=_FROM,
        source=_text("auction", Status.RECALLED),
    ),
)
_TIE: Final = (
    Rule(
        what="bids of one price",
        value=Tie.TIME,
        says="price first, then time",
        valid=_FROM,
        source=_text("auction", Status.CONFIRMED),
    ),
)
_UNDERSUBSCRIBED: Final = (
    Rule(
        what="too few bids",
        value=Undersubscribed.AT_LOWEST_BID,
        says="what is not sold goes to the next month's auction",
        valid=_FROM,
        source=_text("auction", Status.RECALLED),
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
_LIMIT: Final = (
    Rule(
        what="bidder limit in per cent",
        value=Decimal(30),
        says="one bidder may win 30 % of what is offered",
        valid=Period("2019-01-01", "2019-03-01"),
        source=_text("auction", Status.CONFIRMED),
    ),
    Rule(
        what="bidder limit in per cent",
        value=Decimal(15),
        says="one bidder may win 15 % of what is offered, from the third auction on",
        valid=Period("2019-03-01", None),
        source=_text("auction", Status.CONFIRMED),
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
        (1, 'AT_LOWEST_BID')
    """
    day = as_date(day, field="day")
    return AuctionRules(
        name="K-ETS auctions",
        instrument=rule_in_force(_INSTRUMENT, day),
        tie=rule_in_force(_TIE, day),
        undersubscribed=rule_in_force(_UNDERSUBSCRIBED, day),
        price_mode=rule_in_force(_PRICE, day),
    )


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
    return rule_in_force(_LIMIT, as_date(day, field="day"))
