"""The European Union's auctions of allowances: one round, sealed bids, one price, all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.market.auction_rules import AuctionRules, BelowFloor, Undersubscribed
from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.schemes._document import Document
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.time import Period, as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["auction_rules", "roll_over_count"]

_TEXT: Final = Document(
    publisher="European Commission",
    title="Regulation (EU) No 1031/2010 on the auctioning of allowances",
    year=2010,
    valid=Period("2021-01-01", None),
)
_RULES: Final = AuctionRules(
    name="EU ETS auctions",
    instrument=_TEXT.rule(
        "what is sold",
        Instrument("EUA", asset="EUA", currency="EUR", unit="tCO2e", tick="0.01", lot=500),
        "bids are for lots of 500 allowances at whole cents of a euro",
        table="Article 6",
    ),
    tie=_TEXT.rule(
        "bids of one price",
        Tie.RANDOM,
        "equal prices are ordered by a random algorithm fixed before the auction",
        table="Article 7",
    ),
    undersubscribed=_TEXT.rule(
        "too few bids",
        Undersubscribed.CANCEL,
        "an auction whose bids want less than is offered is cancelled",
        table="Article 7(5)",
    ),
    below_floor=_TEXT.rule(
        "what happens below the hidden floor",
        BelowFloor.CANCEL,
        "an auction is cancelled if its price would lie significantly below the secondary market's",
        table="Article 7(6)",
    ),
    price_mode=_TEXT.rule(
        "what winners pay", PriceMode.UNIFORM, "all winners pay the clearing price", table="clearing price"
    ),
)
_ROLL_OVER: Final = Document(
    publisher="European Energy Exchange", title="notices on cancelled auctions", year=2021, valid=_TEXT.valid
).rule(
    "auctions over which a cancelled volume is spread",
    4,
    "what a cancelled auction did not sell is spread evenly over the next four auctions",
    table="unsold volume",
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
    return _RULES.on(day)


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
    return rule_in_force((_ROLL_OVER,), as_date(day, field="day"))
