"""RGGI's auctions: one round, sealed bids, one price, and two reserves that move the supply."""

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

_FROM: Final = Period("2008-09-01", None)


def _text(table: str, status: Status, note: str = "") -> Source:
    return Source("RGGI, Inc.", "Auction notice", 2008, table=table, status=status, note=note)


_INSTRUMENT: Final = (
    Rule(
        what="what is sold",
        value=Instrument(
            InstrumentId("RGGA"),
            asset=AssetId("RGGA"),
            currency="USD",
            unit="short_tonCO2e",
            tick="0.01",
            lot=1000,
        ),
        says="bids are for multiples of 1,000 allowances at whole cents",
        valid=_FROM,
        source=_text("auction format", Status.CONFIRMED),
    ),
)
_TIE: Final = (
    Rule(
        what="bids of one price",
        value=Tie.RANDOM,
        says="tied bids at the clearing price are ordered at random",
        valid=_FROM,
        source=_text("award of allowances", Status.RECALLED),
    ),
)
_UNDERSUBSCRIBED: Final = (
    Rule(
        what="too few bids",
        value=Undersubscribed.AT_RESERVE,
        says="an auction may be sold in part, at the reserve price",
        valid=_FROM,
        source=_text("auction 13", Status.DERIVED),
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
        value=Decimal(25),
        says="one bidder, with its associates, may win a quarter of the initial offering",
        valid=_FROM,
        source=_text("auction format", Status.CONFIRMED),
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
    day = as_date(day, field="day")
    return AuctionRules(
        name="RGGI auctions",
        instrument=rule_in_force(_INSTRUMENT, day),
        tie=rule_in_force(_TIE, day),
        undersubscribed=rule_in_force(_UNDERSUBSCRIBED, day),
        price_mode=rule_in_force(_PRICE, day),
    )


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
    return rule_in_force(_LIMIT, as_date(day, field="day"))
