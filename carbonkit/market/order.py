"""Orders: what a participant tells the venue, and the states that an order can be in."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.errors import MarketError
from carbonkit.market.refusal import Refusal
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, OrderId
from carbonkit.values.number import Exact, exact
from carbonkit.values.price import Price
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MOVES", "Cancel", "Command", "Order", "OrderState", "Post", "Side", "Take"]


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
    An order that the venue accepted: a post, or a take that filled it.

    At any time `quantity` is `filled` + `remaining` + `withdrawn`.

    Args:
        order_id: Its id; FIX ClOrdID.
        account: Whose order it is.
        side: Buy or sell.
        price: The price posted; for a take, the price of the post it took.
        quantity: How many units; FIX OrderQty.
        at: When it was accepted; FIX TransactTime.
        target: The post that a take took; None for a post.
        filled: How many units have traded; FIX CumQty.
        withdrawn: How many units were cancelled or expired.
        state: How far it has come; FIX OrdStatus.

    Example:
        >>> order = Order(order_id=OrderId("S-1"), account=AccountId("KEE-001"), side=Side.SELL,
        ...               price=Price("48.00", "CNY", "tCO2e"), quantity=100,
        ...               at=as_instant("2021-07-16T01:30:00Z"))
        >>> part = order.fill(40)
        >>> part.state, part.remaining, part.cancel().withdrawn
        (<OrderState.PARTIALLY_FILLED: 'partially filled'>, 60, 60)
    """

    order_id: OrderId
    account: AccountId
    side: Side
    price: Price
    quantity: int
    at: datetime.datetime
    target: OrderId | None = None
    filled: int = 0
    withdrawn: int = 0
    state: OrderState = OrderState.NEW

    @property
    def remaining(self) -> int:
        """How many units may still trade; FIX LeavesQty."""
        return self.quantity - self.filled - self.withdrawn

    def fill(self, quantity: int) -> Order:
        """
        Trade some or all of what remains.

        Args:
            quantity: How many units.

        Returns:
            The order after the trade.

        Raises:
            MarketError: `more_than_posted` if less remains, `dead_order` if the order trades no more.
        """
        filled = self.filled + quantity
        if self.state.live and filled > self.quantity:
            raise MarketError(
                f"be at most the {self.remaining} that {self.order_id} still offers",
                was=quantity,
                field="quantity",
                code=Refusal.MORE_THAN_POSTED,
            )
        state = OrderState.FILLED if filled == self.quantity else OrderState.PARTIALLY_FILLED
        return self._moved(state, filled=filled, withdrawn=self.withdrawn)

    def cancel(self) -> Order:
        """
        Take what remains off the market, at the owner's wish.

        Returns:
            The cancelled order.

        Raises:
            MarketError: `dead_order` if the order trades no more.
        """
        return self._moved(OrderState.CANCELLED, filled=self.filled, withdrawn=self.remaining)

    def expire(self) -> Order:
        """
        Take what remains off the market, because the day is over.

        Returns:
            The expired order.

        Raises:
            MarketError: `dead_order` if the order trades no more.
        """
        return self._moved(OrderState.EXPIRED, filled=self.filled, withdrawn=self.remaining)

    def _moved(self, state: OrderState, *, filled: int, withdrawn: int) -> Order:
        if state not in MOVES[self.state]:
            raise MarketError(
                "be an order that may still trade",
                was=f"{self.order_id}, {self.state.value}",
                field="order",
                code=Refusal.DEAD_ORDER,
            )
        return Order(
            order_id=self.order_id,
            account=self.account,
            side=self.side,
            price=self.price,
            quantity=self.quantity,
            at=self.at,
            target=self.target,
            filled=filled,
            withdrawn=withdrawn,
            state=state,
        )


def _order_id(value: str | OrderId) -> OrderId:
    return value if isinstance(value, OrderId) else OrderId(value)


def _account(value: str | AccountId) -> AccountId:
    return value if isinstance(value, AccountId) else AccountId(value)


def _quantity(value: Exact) -> Decimal:
    return exact(value, field="quantity")


@attrs.frozen(kw_only=True)
class Post:
    """
    The command to post an offer to sell or to buy, for anybody to take.

    Args:
        order_id: An id that no accepted order of the session bears.
        account: Who posts.
        side: Sell or buy.
        price: The price at which the post may be taken.
        quantity: How many units of the instrument.
        at: When the venue received the command.

    Raises:
        InvalidValueError: If an id, the quantity or the instant has not the right form.
        WrongTypeError: If the side is no `Side`, or the price no `Price`.

    Example:
        >>> Post(order_id="S-1", account="KEE-001", side=Side.SELL, price=Price("48.00", "CNY", "tCO2e"),
        ...      quantity="1000", at="2021-07-16T09:30:00+08:00").quantity
        Decimal('1000')
    """

    order_id: OrderId = attrs.field(converter=_order_id)
    account: AccountId = attrs.field(converter=_account)
    side: Side = attrs.field(validator=is_a(Side))
    price: Price = attrs.field(validator=is_a(Price))
    quantity: Decimal = attrs.field(converter=_quantity)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Take:
    """
    The command to trade against one post, at its price.

    Args:
        order_id: An id that no accepted order of the session bears.
        account: Who takes.
        target: The post to take.
        quantity: How many units of the instrument; at most what the post still offers.
        at: When the venue received the command.

    Raises:
        InvalidValueError: If an id, the quantity or the instant has not the right form.

    Example:
        >>> Take(order_id="T-1", account="KEE-002", target="S-1", quantity=400,
        ...      at="2021-07-16T09:30:05+08:00").target
        OrderId('S-1')
    """

    order_id: OrderId = attrs.field(converter=_order_id)
    account: AccountId = attrs.field(converter=_account)
    target: OrderId = attrs.field(converter=_order_id)
    quantity: Decimal = attrs.field(converter=_quantity)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Cancel:
    """
    The command to take an own post off the market.

    Args:
        account: Who cancels.
        target: The post.
        at: When the venue received the command.

    Raises:
        InvalidValueError: If an id or the instant has not the right form.

    Example:
        >>> Cancel(account="KEE-001", target="S-1", at="2021-07-16T09:31:00+08:00").account
        AccountId('KEE-001')
    """

    account: AccountId = attrs.field(converter=_account)
    target: OrderId = attrs.field(converter=_order_id)
    at: datetime.datetime = attrs.field(converter=as_instant)


Command: TypeAlias = Post | Take | Cancel
"""What a session of listed agreements can be told."""
