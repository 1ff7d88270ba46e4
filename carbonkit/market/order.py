"""Orders: their sides, their kinds, how long they stand, and the states that they can be in."""

from __future__ import annotations

import datetime
import enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.values.identifier import AccountId, InstrumentId, OrderId
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOVES", "Order", "OrderState", "OrderType", "Side", "TimeInForce"]


class Side(enum.Enum):
    """
    Which side of a trade an order stands on; FIX tag 54.

    Example:
        >>> Side.BUY.opposite
        <Side.SELL: 'sell'>
    """

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        """The side that this one trades with."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(enum.Enum):
    """
    How an order names its price; FIX tag 40.

    Example:
        >>> OrderType.LIMIT.value
        'limit'
    """

    LIMIT = "limit"
    """At its price or better."""
    MARKET = "market"
    """At the best price there is, no further from it than the venue's protection allows; never rests."""


class TimeInForce(enum.Enum):
    """
    How long an order stands; FIX tag 59.

    Example:
        >>> TimeInForce.IMMEDIATE_OR_CANCEL.rests
        False
    """

    DAY = "day"
    """Until the day closes."""
    GOOD_TILL_CANCEL = "good till cancel"
    """Until it is cancelled, or lies outside a new day's limits."""
    GOOD_TILL_DATE = "good till date"
    """Until the close of the day that it names."""
    IMMEDIATE_OR_CANCEL = "immediate or cancel"
    """What does not trade at once is cancelled."""
    FILL_OR_KILL = "fill or kill"
    """All of it trades at once, or nothing."""

    @property
    def rests(self) -> bool:
        """Whether what does not trade at once stays in the book."""
        return self not in {TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL}


class OrderState(enum.Enum):
    """
    How far an order has come; FIX tag 39 calls these New, Partially filled, Filled, Canceled and Expired.

    Example:
        >>> OrderState.PARTIALLY_FILLED.live, OrderState.EXPIRED.live
        (True, False)
    """

    NEW = "new"
    PARTIALLY_FILLED = "partially filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        """Whether the order may still trade."""
        return bool(MOVES[self])


_ENDS = frozenset({OrderState.PARTIALLY_FILLED, OrderState.FILLED, OrderState.CANCELLED, OrderState.EXPIRED})
MOVES: Final[Mapping[OrderState, frozenset[OrderState]]] = MappingProxyType(
    {
        OrderState.NEW: _ENDS,
        OrderState.PARTIALLY_FILLED: _ENDS,
        OrderState.FILLED: frozenset(),
        OrderState.CANCELLED: frozenset(),
        OrderState.EXPIRED: frozenset(),
    }
)
"""From each state, the states that an order may go to; no other move exists."""


@attrs.frozen(kw_only=True)
class Order:
    """
    An order that a venue accepted, as it stood when it was asked for.

    At any time `quantity` is `filled` + `remaining` + `withdrawn`.

    Args:
        order_id: The venue's id of it; FIX OrderID.
        account: Whose order it is.
        instrument: What it is for; FIX Symbol.
        side: Buy or sell.
        price: Its limit; for a take, the price of the post that it took; None for a market order.
        quantity: How many units; FIX OrderQty.
        filled: How many have traded; FIX CumQty.
        withdrawn: How many were cancelled, reduced away or expired.
        state: How far it has come; FIX OrdStatus.
        time_in_force: How long it stands.
        at: When it was accepted; FIX TransactTime.
        client_order_id: What its owner calls it, where a venue's front end knows that; FIX ClOrdID.

    Example:
        >>> from carbonkit.values import as_instant
        >>> order = Order(order_id=OrderId("S-1"), account=AccountId("KEE-001"),
        ...               instrument=InstrumentId("CEA"), side=Side.SELL,
        ...               price=Price("48.00", "CNY", "tCO2e"), quantity=100, filled=40, withdrawn=0,
        ...               state=OrderState.PARTIALLY_FILLED, time_in_force=TimeInForce.DAY,
        ...               at=as_instant("2021-07-16T01:30:00Z"))
        >>> order.remaining
        60
    """

    order_id: OrderId
    account: AccountId
    instrument: InstrumentId
    side: Side
    price: Price | None
    quantity: int
    filled: int
    withdrawn: int
    state: OrderState
    time_in_force: TimeInForce
    at: datetime.datetime
    client_order_id: str | None = None

    @property
    def remaining(self) -> int:
        """How many units may still trade; FIX LeavesQty."""
        return self.quantity - self.filled - self.withdrawn
