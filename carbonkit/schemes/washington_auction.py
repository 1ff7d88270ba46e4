"""Washington's auctions: one round, sealed bids, one price, bids covered by guarantees."""

from __future__ import annotations

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

__all__ = ["auction_rules"]

_FROM: Final = Period("2023-01-01", None)


def _text(table: str, status: Status, note: str = "") -> Source:
    return Source(
        "Washington Department of Ecology",
        "WAC 173-446, Climate Commitment Act Program Rule",
        2022,
        table=table,
        status=status,
        note=note,
    )


_INSTRUMENT: Final = (
    Rule(
        what="what is sold",
        value=Instrument(
            InstrumentId("WCA"),
            asset=AssetId("WCA"),
            currency="USD",
            unit="tCO2e",
            tick="0.01",
            lot=1000,
        ),
        says="bids are for lots of 1,000 allowances at whole cents",
        valid=_FROM,
        source=_text("173-446-317", Status.RECALLED),
    ),
)
_TIE: Final = (
    Rule(
        what="bids of one price",
        value=Tie.PRO_RATA,
        says="tied bids share what is left, rounded down; single allowances follow a random order",
        valid=_FROM,
        source=_text("173-446-325", Status.RECALLED),
    ),
)
_UNDERSUBSCRIBED: Final = (
    Rule(
        what="too few bids",
        value=Undersubscribed.AT_RESERVE,
        says="an auction may be sold in part, at the reserve price",
        valid=_FROM,
        source=_text("173-446-325", Status.RECALLED),
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
        name="Washington auctions",
        instrument=rule_in_force(_INSTRUMENT, day),
        tie=rule_in_force(_TIE, day),
        undersubscribed=rule_in_force(_UNDERSUBSCRIBED, day),
        price_mode=rule_in_force(_PRICE, day),
    )
