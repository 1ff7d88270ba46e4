"""California's and Québec's joint auctions: one round, sealed bids, one price, ties shared pro rata."""

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

__all__ = ["auction_rules", "purchase_limits"]

_FROM: Final = Period("2012-11-01", None)


def _text(table: str, status: Status, note: str = "") -> Source:
    return Source(
        "California Air Resources Board",
        "17 CCR 95911, Format for Auction",
        2012,
        table=table,
        status=status,
        note=note,
    )


_INSTRUMENT: Final = (
    Rule(
        what="what is sold",
        value=Instrument(
            InstrumentId("CCA"),
            asset=AssetId("CCA"),
            currency="USD",
            unit="tCO2e",
            tick="0.01",
            lot=1000,
        ),
        says="bids are for lots of 1,000 allowances at whole cents",
        valid=_FROM,
        source=_text("95911(b)", Status.CONFIRMED),
    ),
)
_TIE: Final = (
    Rule(
        what="bids of one price",
        value=Tie.PRO_RATA,
        says="tied bids share what is left, rounded down; single allowances follow a random order",
        valid=_FROM,
        source=_text("95911(e)", Status.RECALLED),
    ),
)
_UNDERSUBSCRIBED: Final = (
    Rule(
        what="too few bids",
        value=Undersubscribed.AT_RESERVE,
        says="an auction may be sold in part, at the reserve price",
        valid=_FROM,
        source=_text("95911(c)", Status.RECALLED),
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
_LIMITS: Final = (
    Rule(
        what="purchase limits in per cent",
        value=(Decimal(25), Decimal(4)),
        says="a covered entity may win a quarter of what is offered, anybody else four per cent",
        valid=_FROM,
        source=_text("95911(d)", Status.RECALLED),
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
        name="California and Québec joint auctions",
        instrument=rule_in_force(_INSTRUMENT, day),
        tie=rule_in_force(_TIE, day),
        undersubscribed=rule_in_force(_UNDERSUBSCRIBED, day),
        price_mode=rule_in_force(_PRICE, day),
    )


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
    return rule_in_force(_LIMITS, as_date(day, field="day"))
