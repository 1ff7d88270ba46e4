"""Auction rules: how one scheme's auctions are run, as data with sources."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.market.instrument import Instrument
from carbonkit.market.negotiation import PriceMode
from carbonkit.market.sealed_bid import Tie
from carbonkit.values.explanation import Explanation
from carbonkit.values.rule import Rule, rule_in_force
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    import datetime

__all__ = ["AuctionRules", "BelowFloor", "Undersubscribed"]


class Undersubscribed(enum.Enum):
    """
    What happens when all bids together want less than is offered.

    Example:
        >>> Undersubscribed.CANCEL.value
        'the auction is cancelled'
    """

    CANCEL = "the auction is cancelled"
    AT_LOWEST_BID = "all bids are served at the lowest of them"
    AT_RESERVE = "all bids are served at the reserve price"


class BelowFloor(enum.Enum):
    """
    What happens when the price would lie below the hidden floor.

    Example:
        >>> BelowFloor.CANCEL.value
        'the auction is cancelled'
    """

    CANCEL = "the auction is cancelled"
    LIFT = "the price is the lowest bid that reaches the floor"


@attrs.frozen(kw_only=True)
class AuctionRules:
    """
    How one scheme's auctions are run.

    Args:
        name: Whose auctions.
        instrument: What is sold; its tick and lot are those of the bids.
        tie: Who comes first among bids of one price.
        undersubscribed: What happens when too little is bid.
        below_floor: What happens below the hidden floor; None if there is no such floor.
        price_mode: What the winners pay.

    Example:
        >>> from carbonkit.schemes.eu_auction import auction_rules
        >>> auction_rules("2025-01-07").tie.value
        <Tie.RANDOM: 'an order drawn beforehand'>
    """

    name: str
    instrument: Rule[Instrument]
    tie: Rule[Tie]
    undersubscribed: Rule[Undersubscribed]
    below_floor: Rule[BelowFloor] | None = None
    price_mode: Rule[PriceMode]

    def rules(self) -> tuple[Rule[object], ...]:
        """
        List the rules one by one.

        Returns:
            Every rule.
        """
        floor = () if self.below_floor is None else (self.below_floor,)
        return (self.instrument, self.tie, self.undersubscribed, *floor, self.price_mode)

    def on(self, day: str | datetime.date) -> AuctionRules:
        """
        Give the rules if every one of them is in force.

        Args:
            day: The day of the auction.

        Returns:
            The same rules.

        Raises:
            NotFoundError: If one is not in force on the day.
        """
        for rule in self.rules():
            rule_in_force((rule,), as_date(day, field="day"))
        return self

    def explain(self) -> Explanation:
        """List every rule with its source."""
        parts = tuple(rule.explain() for rule in self.rules())
        return Explanation("auction rules", self.name, parts=parts)
