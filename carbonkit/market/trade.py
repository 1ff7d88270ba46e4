"""Trades: what was dealt, at which price, between whom, by which method."""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.market.instrument import Instrument
from carbonkit.values.identifier import AccountId, OrderId
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from carbonkit.values.money import Money

__all__ = ["Method", "Trade"]


class Method(enum.Enum):
    """
    The ways in which a venue brings buyers and sellers together; each is published apart.

    Example:
        >>> Method("block")
        <Method.BLOCK: 'block'>
    """

    LISTED = "listed"
    """Listed agreement: a taker chooses a post and trades at its price."""
    BOOK = "book"
    """Order book: orders match by themselves as they come."""
    CALL = "call"
    """Call auction: orders gather, and all that match trade at one price."""
    BLOCK = "block"
    """Block: two sides agree on a large trade."""
    AUCTION = "auction"
    """Auction: one side offers a quantity, the other bids for it."""


@attrs.frozen(kw_only=True)
class Trade:
    """
    One trade, as the venue made it.

    Args:
        sequence: Its number among the instrument's trades of the day, from 1.
        day: The trading day.
        instrument: What was traded.
        method: How.
        price: For one unit.
        quantity: How many units.
        buyer: The account that receives the units.
        seller: The account that delivers them.
        maker: The order that waited: a post, a resting order, a proposal, an auction.
        taker: The order that came to it; in a call auction the buyer's.
        at: When; in UTC.

    Example:
        >>> from carbonkit.schemes.china_national import instrument
        >>> from carbonkit.values import as_date, as_instant
        >>> cea = instrument("CEA", as_date("2021-07-16"))
        >>> trade = Trade(sequence=1, day=as_date("2021-07-16"), instrument=cea, method=Method.LISTED,
        ...               price=cea.quote("48.00"), quantity=100, buyer=AccountId("KEE-002"),
        ...               seller=AccountId("KEE-001"), maker=OrderId("S-1"), taker=OrderId("T-1"),
        ...               at=as_instant("2021-07-16T01:30:05Z"))
        >>> trade.reference, trade.value
        ('CEA/20210716/1', Money('4800.00', 'CNY'))
    """

    sequence: int
    day: datetime.date
    instrument: Instrument
    method: Method
    price: Price
    quantity: int
    buyer: AccountId
    seller: AccountId
    maker: OrderId
    taker: OrderId
    at: datetime.datetime

    @property
    def reference(self) -> str:
        """A name that no other trade of the venue has: instrument, day, number."""
        return f"{self.instrument.id}/{self.day:%Y%m%d}/{self.sequence}"

    @property
    def value(self) -> Money:
        """What the buyer pays; exact."""
        return self.instrument.value(self.price, self.quantity)
