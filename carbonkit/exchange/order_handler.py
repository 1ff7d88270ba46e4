"""Orders: entered, taken, changed, cancelled and shown to those whose they are."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.errors import MarketError
from carbonkit.exchange._order_access import (
    acting_account,
    at_once,
    check_live,
    check_own,
    check_room,
    new_order,
    own_document,
    shown_order,
    trades_in,
)
from carbonkit.exchange.handler import Reads, check_account, visible_accounts
from carbonkit.exchange.journal import Document, Kind, Search
from carbonkit.exchange.paging import documents_page
from carbonkit.exchange.projection import trade_in
from carbonkit.market.entry import Cancel, NewOrder, Reduce, Replace, Take
from carbonkit.market.refusal import Refusal, refused
from carbonkit.wire.answer import Placed
from carbonkit.wire.operations import (
    CANCEL_ORDER,
    ORDER,
    ORDERS,
    OWN_TRADES,
    PLACE_ORDER,
    REDUCE_ORDER,
    REPLACE_ORDER,
    TAKE_ORDER,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.handler import Asked, Handler
    from carbonkit.market.event import Event
    from carbonkit.market.order import Order
    from carbonkit.market.trade import Trade
    from carbonkit.wire.page import Page
    from carbonkit.wire.query import AccountQuery, OrderQuery
    from carbonkit.wire.request import OrderRequest, ReduceRequest, ReplaceRequest, TakeRequest

__all__ = ["HANDLERS"]


def _place(desk: Desk, asked: Asked) -> Placed:
    body: OrderRequest = asked.body
    check_account(asked.caller, body.account)
    name = new_order(desk, body.account, body.client_order_id)
    check_room(desk, body.account, body.instrument)
    command = NewOrder(
        order_id=name,
        account=body.account,
        instrument=body.instrument,
        side=body.side,
        quantity=body.quantity,
        price=body.price,
        order_type=body.order_type,
        time_in_force=body.time_in_force,
        minimum=body.minimum,
        post_only=body.post_only,
        until=body.until,
        at=desk.now(),
    )
    return _placed(desk, name, desk.tell(command, {name: body.client_order_id}))


def _take(desk: Desk, asked: Asked) -> Placed:
    body: TakeRequest = asked.body
    check_account(asked.caller, body.account)
    name = new_order(desk, body.account, body.client_order_id)
    command = Take(
        order_id=name,
        account=body.account,
        target=asked.parts["order"],
        quantity=body.quantity,
        at=desk.now(),
    )
    return _placed(desk, name, desk.tell(command, {name: body.client_order_id}))


def _replace(desk: Desk, asked: Asked) -> Placed:
    body: ReplaceRequest = asked.body
    document = own_document(desk, asked)
    account = acting_account(asked.caller, document)
    check_live(document)
    name = new_order(desk, account, body.client_order_id)
    command = Replace(
        account=account,
        target=document.id,
        order_id=name,
        price=body.price,
        quantity=body.quantity,
        at=desk.now(),
    )
    return _placed(desk, name, _tell_waiting(desk, command, {name: body.client_order_id}))


def _tell_waiting(
    desk: Desk, command: Cancel | Reduce | Replace, names: Mapping[str, str] | None = None
) -> tuple[Event, ...]:
    """Tell of an order that may still trade; if the venue has it in no book, say where it is."""
    try:
        return desk.tell(command, names)
    except MarketError as error:
        if error.code != Refusal.DEAD_ORDER.value:
            raise
        target = command.target.text
        if desk.known(Kind.AUCTION, target) is not None:
            raise refused(
                Refusal.AUCTION_RUNNING,
                "be an order that stands in a book; an auction that is announced is carried out",
                target,
                "order",
                "what is not sold is free again when the auction is closed",
            ) from error
        raise refused(
            Refusal.METHOD_NOT_OFFERED,
            "be an order that stands in a book; a bid or a block is not changed",
            target,
            "order",
            "withdraw it and make another; counter a block",
        ) from error


def _placed(desk: Desk, name: str, events: Iterable[Event]) -> Placed:
    """Say what became of an order; all that traded by its command, traded with it."""
    return Placed(order=desk.order(name), trades=trades_in(events))


def _cancel(desk: Desk, asked: Asked) -> Order:
    document = own_document(desk, asked)
    check_live(document)
    account = acting_account(asked.caller, document)
    _tell_waiting(desk, Cancel(account=account, target=document.id, at=desk.now()))
    return shown_order(desk.document(Kind.ORDER, document.id), asked.caller)


def _reduce(desk: Desk, asked: Asked) -> Order:
    body: ReduceRequest = asked.body
    document = own_document(desk, asked)
    check_live(document)
    account = acting_account(asked.caller, document)
    _tell_waiting(desk, Reduce(account=account, target=document.id, quantity=body.quantity, at=desk.now()))
    desk.order_changed(document.id)
    return shown_order(desk.document(Kind.ORDER, document.id), asked.caller)


def _order(desk: Desk, asked: Asked) -> Order:
    name = asked.parts["order"]
    document = check_own(desk.journal.document(Kind.ORDER, name), asked.caller, name)
    return shown_order(document, asked.caller)


def _orders(desk: Desk, asked: Asked) -> Page[Order]:
    query: OrderQuery = asked.query
    mine = visible_accounts(asked.caller, query.account)
    search = Search(
        kind=Kind.ORDER,
        accounts=mine,
        instrument=None if query.instrument is None else query.instrument.text,
        name=query.client_order_id,
        states=() if query.state is None else (query.state.value,),
    )

    def own(document: Document) -> bool:
        """Leave out blocks that others proposed: what they call them would be taken for a name of ours."""
        return mine is None or document.account in mine

    def show(document: Document) -> Order:
        return shown_order(document, asked.caller)

    return documents_page(desk.journal, search, query, show, own)


def _own_trades(desk: Desk, asked: Asked) -> Page[Trade]:
    query: AccountQuery = asked.query
    search = Search(kind=Kind.TRADE, accounts=visible_accounts(asked.caller, query.account))
    return documents_page(desk.journal, search, query, trade_in)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        PLACE_ORDER.name: at_once(_place),
        TAKE_ORDER.name: at_once(_take),
        CANCEL_ORDER.name: at_once(_cancel),
        REDUCE_ORDER.name: at_once(_reduce),
        REPLACE_ORDER.name: at_once(_replace),
        ORDER.name: Reads(_order),
        ORDERS.name: Reads(_orders),
        OWN_TRADES.name: Reads(_own_trades),
    }
)
"""How each operation on orders is done, by its name."""
