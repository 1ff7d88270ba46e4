"""The European Union's auctions of allowances: one round, sealed bids, one price, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.market.auction_rules import AuctionRules, BelowFloor, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.values.identifier import AssetId, InstrumentId
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules", "roll_over_count"]

_FROM: Final = Period("2021-01-01", None)


def _text(table: str, status: Status, note: str = "") -> Source:
    return Source(
        "European Commission",
        "Regulation (EU) No 1031/2010 on the auctioning of allowances",
        2010,
        table=table,
        status=status,
        note=note,
    )


_INSTRUMENT: Final = (
    Rule(
        what="what is sold",
        value=Instrument(
            InstrumentId("EUA"),
            asset=AssetId("EUA"),
            currency="EUR",
            unit="tCO2e",
            tick="0.01",
            lot=500,
        ),
        says="bids are for lots of 500 allowances at whole cents of a euro",
        valid=_FROM,
        source=_text("Article 6", Status.CONFIRMED),
    ),
)
_TIE: Final = (
    Rule(
        what="bids of one price",
        value=Tie.RANDOM,
        says="equal prices are ordered by a random algorithm fixed before the auction",
        valid=_FROM,
        source=_text("Article 7", Status.CONFIRMED),
    ),
)
_UNDERSUBSCRIBED: Final = (
    Rule(
        what="too few bids",
        value=Undersubscribed.CANCEL,
        says="an auction whose bids want less than is offered is cancelled",
        valid=_FROM,
        source=_text("Article 7(5)", Status.CONFIRMED),
    ),
)
_BELOW_FLOOR: Final = (
    Rule(
        what="what happens below the hidden floor",
        value=BelowFloor.CANCEL,
        says="an auction is cancelled if its price would lie significantly below the secondary market's",
        valid=_FROM,
        source=_text("Article 7(6)", Status.CONFIRMED),
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
_ROLL_OVER: Final = (
    Rule(
        what="auctions over which a cancelled volume is spread",
        value=4,
        says="what a cancelled auction did not sell is spread evenly over the next four auctions",
        valid=_FROM,
        source=Source(
            "European Energy Exchange", "notices on cancelled auctions", 2021, table="unsold volume"
        ),
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
        (500, 'CANCEL')
    """
    day = as_date(day, field="day")
    return AuctionRules(
        name="EU ETS auctions",
        instrument=rule_in_force(_INSTRUMENT, day),
        tie=rule_in_force(_TIE, day),
        undersubscribed=rule_in_force(_UNDERSUBSCRIBED, day),
        below_floor=rule_in_force(_BELOW_FLOOR, day),
        price_mode=rule_in_force(_PRICE, day),
    )


def roll_over_count(day: str | datetime.date) -> Rule[int]:
    """
    Return over how many of the next auctions a cancelled volume is spread; see `roll_over`.

    Args:
        day: The day of the auction.

    Returns:
        The rule.

    Raises:
        NotFoundError: If it is not known for the day.

    Example:
        >>> roll_over_count("2025-01-07").value
        4
    """
    return rule_in_force(_ROLL_OVER, as_date(day, field="day"))
