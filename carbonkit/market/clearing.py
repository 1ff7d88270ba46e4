"""Clearing: who owes whom what after trading; trade by trade and gross, nothing netted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.market.trade import Trade

__all__ = ["Obligation", "obligations"]


@attrs.frozen(kw_only=True)
class Obligation:
    """
    What one trade obliges its two sides to: units against money, both or neither.

    Args:
        trade: The trade's reference.
        asset: What is delivered.
        quantity: How many units of it.
        seller: Who delivers the units and receives the cash.
        buyer: Who receives the units and pays the cash.
        cash: How much is paid; a whole number of minor units.

    Example:
        >>> owed = Obligation(trade="CEA/20210716/1", asset=AssetId("CEA-2019-2020"), quantity=100,
        ...                   seller=AccountId("KEE-001"), buyer=AccountId("KEE-002"),
        ...                   cash=Money("4800.00", "CNY"))
        >>> owed.quantity
        100
    """

    trade: str
    asset: AssetId
    quantity: int
    seller: AccountId
    buyer: AccountId
    cash: Money


def obligations(trades: Iterable[Trade]) -> tuple[Obligation, ...]:
    """
    Clear trades one by one, delivery versus payment.

    In the order of the trades no account needs more than it has, if every order
    was checked against its owner's position: money earned by one trade may pay for a later one.

    Args:
        trades: The trades, in the order in which they were made.

    Returns:
        One obligation for each trade, in the same order.

    Example:
        >>> from carbonkit.market import Method, Trade
        >>> from carbonkit.schemes.china_national import instrument
        >>> from carbonkit.values import OrderId, as_date, as_instant
        >>> cea = instrument("CEA", as_date("2021-07-16"))
        >>> trade = Trade(sequence=1, day=as_date("2021-07-16"), instrument=cea, method=Method.LISTED,
        ...               price=cea.quote("48.00"), quantity=100, buyer=AccountId("KEE-002"),
        ...               seller=AccountId("KEE-001"), maker=OrderId("S-1"), taker=OrderId("T-1"),
        ...               at=as_instant("2021-07-16T01:30:05Z"))
        >>> [str(owed.cash) for owed in obligations([trade])]
        ['4800.00 CNY']
    """
    return tuple(
        Obligation(
            trade=trade.reference,
            asset=trade.instrument.asset,
            quantity=trade.quantity,
            seller=trade.seller,
            buyer=trade.buyer,
            cash=trade.value,
        )
        for trade in trades
    )
