"""Trades: what was dealt, at which price, between whom."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.market.instrument import Instrument
from carbonkit.values.identifier import AccountId, OrderId
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from carbonkit.values.money import Money

__all__ = ["Trade"]


@attrs.frozen(kw_only=True)
class Trade:
    """
    One trade, as the venue made it.

    Args:
        sequence: Its number within the session, from 1.
        day: The trading day.
        instrument: What was traded.
        price: The post's price.
        quantity: How many units.
        buyer: The account that receives the units.
        seller: The account that delivers them.
        post: The order that was posted.
        take: The order that took it.
        at: When; in UTC.

    Example:
        >>> from carbonkit.schemes.china_national import instrument
        >>> from carbonkit.values import as_date, as_instant
        >>> cea = instrument("CEA", as_date("2021-07-16"))
        >>> trade = Trade(sequence=1, day=as_date("2021-07-16"), instrument=cea,
        ...               price=cea.quote("48.00"), quantity=100, buyer=AccountId("KEE-002"),
        ...               seller=AccountId("KEE-001"), post=OrderId("S-1"), take=OrderId("T-1"),
        ...               at=as_instant("2021-07-16T01:30:05Z"))
        >>> trade.reference, trade.value
        ('CEA/20210716/1', Money('4800.00', 'CNY'))
    """

    sequence: int
    day: datetime.date
    instrument: Instrument
    price: Price
    quantity: int
    buyer: AccountId
    seller: AccountId
    post: OrderId
    take: OrderId
    at: datetime.datetime

    @property
    def reference(self) -> str:
        """A name that no other trade of the venue has: instrument, day, number."""
        return f"{self.instrument.id}/{self.day:%Y%m%d}/{self.sequence}"

    @property
    def value(self) -> Money:
        """What the buyer pays; exact."""
        return self.instrument.value(self.price, self.quantity)
