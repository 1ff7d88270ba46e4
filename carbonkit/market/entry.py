"""Order entry: the commands that put orders into a book, change them and take them out."""

from __future__ import annotations

import datetime
from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.market import _field
from carbonkit.market.order import OrderType, Side, TimeInForce
from carbonkit.values.identifier import AccountId, InstrumentId, OrderId
from carbonkit.values.price import Price
from carbonkit.values.time import as_date, as_instant

__all__ = ["Cancel", "NewOrder", "Reduce", "Replace", "Take"]


@attrs.frozen(kw_only=True)
class NewOrder:
    """
    Enter an order. At a venue of listed agreements it is a post: it waits to be taken.

    Args:
        order_id: An id that no other order bears; FIX ClOrdID.
        account: Whose order it is.
        instrument: What it is for.
        side: Buy or sell.
        quantity: How many units.
        price: Its limit; None for a market order.
        order_type: Limit or market.
        time_in_force: How long it stands.
        minimum: How many units must trade at once, or none does; 0 for no minimum.
        post_only: Whether it is refused if it would trade at once.
        until: The last day of an order that is good till date.
        at: When the venue received it.

    Raises:
        InvalidValueError: If an id, a number or the instant has not the right form, or the fields do not
            fit each other.
        WrongTypeError: If a field is of another type.

    Example:
        >>> NewOrder(order_id="S-1", account="KEE-001", instrument="CEA", side=Side.SELL, quantity=1000,
        ...          price=Price("48.00", "CNY", "tCO2e"), at="2021-07-16T09:30:00+08:00").quantity
        1000
    """

    order_id: OrderId = attrs.field(converter=_field.order)
    account: AccountId = attrs.field(converter=_field.account)
    instrument: InstrumentId = attrs.field(converter=_field.instrument)
    side: Side
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    price: Price | None = None
    order_type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.DAY
    minimum: int | Decimal = attrs.field(default=0, converter=_field.minimum)
    post_only: bool = False
    until: datetime.date | None = None
    at: datetime.datetime = attrs.field(converter=as_instant)

    def __attrs_post_init__(self) -> None:
        """Check types, and that the fields fit each other."""
        if not (
            _is(self.side, Side)
            and _is(self.order_type, OrderType)
            and _is(self.time_in_force, TimeInForce)
            and _is(self.post_only, bool)
            and (self.price is None or _is(self.price, Price))
        ):
            _refuse_types(self)
        if (self.price is None) is (self.order_type is OrderType.LIMIT):
            raise InvalidValueError(
                "be given for a limit order, and for no market order", was=str(self.price), field="price"
            )
        if (self.until is not None) is not (self.time_in_force is TimeInForce.GOOD_TILL_DATE):
            raise InvalidValueError(
                "be given for an order good till date, and for no other", was=str(self.until), field="until"
            )
        if self.until is not None:
            as_date(self.until, field="until")


def _is(value: object, kind: type) -> bool:
    return type(value) is kind


def _refuse_types(order: NewOrder) -> None:
    for name, kind in (
        ("side", Side),
        ("order_type", OrderType),
        ("time_in_force", TimeInForce),
        ("post_only", bool),
    ):
        value = getattr(order, name)
        if type(value) is not kind:
            raise WrongTypeError(f"be of type {kind.__name__}", was=repr(value), field=name)
    raise WrongTypeError("be of type Price", was=repr(order.price), field="price")


@attrs.frozen(kw_only=True)
class Take:
    """
    Trade against one post of a listed agreement, at its price.

    Args:
        order_id: An id that no other order bears.
        account: Who takes.
        target: The post.
        quantity: How many units; at most what the post still offers.
        at: When the venue received it.

    Example:
        >>> Take(order_id="T-1", account="KEE-002", target="S-1", quantity=400,
        ...      at="2021-07-16T09:30:05+08:00").target
        OrderId('S-1')
    """

    order_id: OrderId = attrs.field(converter=_field.order)
    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Cancel:
    """
    Take an order, a proposal or a bid of one's own off the market.

    Args:
        account: Whose it is.
        target: Its id.
        at: When the venue received it.

    Example:
        >>> Cancel(account="KEE-001", target="S-1", at="2021-07-16T09:31:00+08:00").account
        AccountId('KEE-001')
    """

    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Reduce:
    """
    Take units from a resting order, which keeps its place in the queue.

    Args:
        account: Whose it is.
        target: The order.
        quantity: How many units less; less than what remains.
        at: When the venue received it.

    Example:
        >>> Reduce(account="KEE-001", target="S-1", quantity=10, at="2021-07-16T09:31:00+08:00").quantity
        10
    """

    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    quantity: int | Decimal = attrs.field(converter=_field.quantity)
    at: datetime.datetime = attrs.field(converter=as_instant)


@attrs.frozen(kw_only=True)
class Replace:
    """
    Put a new order in the place of a resting one, at the end of its queue; FIX: cancel/replace.

    Args:
        account: Whose it is.
        target: The order that ends; FIX OrigClOrdID.
        order_id: The new order's id; FIX ClOrdID.
        price: The new limit; None for the old one.
        quantity: The new quantity; None for what remains of the old one.
        at: When the venue received it.

    Example:
        >>> Replace(account="KEE-001", target="S-1", order_id="S-2", quantity=10,
        ...         at="2021-07-16T09:31:00+08:00").price is None
        True
    """

    account: AccountId = attrs.field(converter=_field.account)
    target: OrderId = attrs.field(converter=_field.order)
    order_id: OrderId = attrs.field(converter=_field.order)
    price: Price | None = attrs.field(default=None, validator=_field.optional_price)
    quantity: int | Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_field.quantity)
    )
    at: datetime.datetime = attrs.field(converter=as_instant)
