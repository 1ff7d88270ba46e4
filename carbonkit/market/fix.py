"""
FIX 5.0: the names of orders, trades and refusals as the FIX protocol spells them, one to one.

A gateway needs nothing but these tables. They are recalled, and the source says so.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.market.book import SelfTrade
from carbonkit.market.contract import Delivery, Right
from carbonkit.market.order import OrderState, OrderType, Side, TimeInForce
from carbonkit.market.trade import Method
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    import enum
    from collections.abc import Mapping

__all__ = ["FIELDS", "SOURCE", "VALUES", "FixField"]

SOURCE: Final = Source(
    "FIX Trading Community",
    "FIX 5.0 Service Pack 2, fields by tag",
    2009,
    status=Status.RECALLED,
    note="check against the published repository before a gateway relies on it",
)


@attrs.frozen
class FixField:
    """
    One field of FIX.

    Args:
        tag: Its number.
        name: Its name.

    Example:
        >>> FIELDS["NewOrder.order_id"]
        FixField(tag=11, name='ClOrdID')
    """

    tag: int
    name: str


FIELDS: Final[Mapping[str, FixField]] = MappingProxyType(
    {
        "NewOrder.order_id": FixField(11, "ClOrdID"),
        "NewOrder.account": FixField(1, "Account"),
        "NewOrder.instrument": FixField(55, "Symbol"),
        "NewOrder.side": FixField(54, "Side"),
        "NewOrder.quantity": FixField(38, "OrderQty"),
        "NewOrder.price": FixField(44, "Price"),
        "NewOrder.order_type": FixField(40, "OrdType"),
        "NewOrder.time_in_force": FixField(59, "TimeInForce"),
        "NewOrder.minimum": FixField(110, "MinQty"),
        "NewOrder.post_only": FixField(18, "ExecInst"),
        "NewOrder.until": FixField(432, "ExpireDate"),
        "NewOrder.at": FixField(60, "TransactTime"),
        "Replace.target": FixField(41, "OrigClOrdID"),
        "Order.state": FixField(39, "OrdStatus"),
        "Order.filled": FixField(14, "CumQty"),
        "Order.remaining": FixField(151, "LeavesQty"),
        "Trade.price": FixField(31, "LastPx"),
        "Trade.quantity": FixField(32, "LastQty"),
        "Trade.reference": FixField(17, "ExecID"),
        "Trade.day": FixField(75, "TradeDate"),
        "Trade.method": FixField(574, "MatchType"),
        "Event": FixField(150, "ExecType"),
        "Rejected.code": FixField(103, "OrdRejReason"),
        "Rejected.problem": FixField(58, "Text"),
        "Halt": FixField(340, "TradSesStatus"),
        "Instrument.currency": FixField(15, "Currency"),
        "Instrument.unit": FixField(996, "UnitOfMeasure"),
        "Instrument.tick": FixField(969, "MinPriceIncrement"),
        "Instrument.lot": FixField(231, "ContractMultiplier"),
        "Future.last_trading_day": FixField(541, "MaturityDate"),
        "Option.strike": FixField(202, "StrikePrice"),
        "Option.right": FixField(201, "PutOrCall"),
    }
)
"""Each of our fields, and the field of FIX that carries it."""

VALUES: Final[Mapping[enum.Enum, str]] = MappingProxyType(
    {
        Side.BUY: "1",
        Side.SELL: "2",
        OrderType.MARKET: "1",
        OrderType.LIMIT: "2",
        TimeInForce.DAY: "0",
        TimeInForce.GOOD_TILL_CANCEL: "1",
        TimeInForce.IMMEDIATE_OR_CANCEL: "3",
        TimeInForce.FILL_OR_KILL: "4",
        TimeInForce.GOOD_TILL_DATE: "6",
        OrderState.NEW: "0",
        OrderState.PARTIALLY_FILLED: "1",
        OrderState.FILLED: "2",
        OrderState.CANCELLED: "4",
        OrderState.EXPIRED: "C",
        Method.LISTED: "3",
        Method.BOOK: "4",
        Method.CALL: "5",
        Method.BLOCK: "1",
        Method.AUCTION: "7",
        Right.PUT: "0",
        Right.CALL: "1",
        Delivery.CASH: "C",
        Delivery.PHYSICAL: "P",
        SelfTrade.ALLOWED: "0",
        SelfTrade.CANCEL_RESTING: "1",
        SelfTrade.CANCEL_INCOMING: "2",
        SelfTrade.CANCEL_BOTH: "3",
        SelfTrade.DECREMENT: "4",
    }
)
"""
Each member of an enumeration, and the value that its field carries.

FIX has no value of its own for a listed agreement; 3 (two-party, confirmed) is nearest. What happens
when an order meets one of its own account has a field only by agreement between the parties.
"""
