"""
Orders whose outcome is unknown: what became of them is found out by asking for them.

An order bears an id that its owner chose and that is its own for ever, so one question tells
whether it is at the exchange.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.client.call import Reply, call_of, page_call_of
from carbonkit.client.error import ConflictError, ExchangeError, NotPlacedError, Outcome
from carbonkit.client.flow import ask
from carbonkit.wire.answer import Placed
from carbonkit.wire.operations import ORDERS, OWN_TRADES, PLACE_ORDER
from carbonkit.wire.query import AccountQuery, OrderQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.client.call import Call, CallOptions
    from carbonkit.client.flow import Flow
    from carbonkit.client.line import Line
    from carbonkit.market.order import Order
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import AccountId, Identifier
    from carbonkit.wire.operation import Operation
    from carbonkit.wire.page import Page

__all__ = ["place"]

_PAGES = 10  # of own trades that are looked through
_LARGEST_PAGE = 500


def place(
    line: Line,
    operation: Operation[Placed],
    parts: Mapping[str, str | Identifier],
    request: object,
    options: CallOptions,
) -> Flow[Reply[Placed]]:
    """
    Place an order; after an unknown outcome, find out what became of it.

    Found at the exchange, it is given as it stands when it is found, with the trades that it came to
    other orders with, as far as they can be told.

    Args:
        line: What all calls of the client share.
        operation: How it is placed: entered, taken, or put in another's place.
        parts: What the operation's path names.
        request: The order.
        options: What this call does otherwise.

    Yields:
        What to send, and when to wait.

    Returns:
        The reply; `found_out` is true if it was found by asking.

    Raises:
        NotPlacedError: If the outcome was unknown, and the exchange had no such order when it was asked.
        ConflictError: If the exchange has another order under this id.
        ExchangeError: If it was refused; with an unknown outcome if the exchange could not be asked either.
    """
    call = call_of(operation, parts, request=request)
    try:
        return (yield from ask(line, call, options))
    except ExchangeError as error:
        if error.outcome is Outcome.KNOWN or not line.retries.find_out:
            raise
        unsure = error
    asking = attrs.evolve(options, deadline=line.retries.find_out, idempotency_key=None)
    try:
        found = yield from _find(line, call, asking)
    except ExchangeError as error:
        unsure.add_note(f"asked what became of it, the exchange could not tell: {error}")
        raise unsure from None
    if found is None:
        raise NotPlacedError(
            "be at the exchange",
            was=f"no order {call.client_order_id}",
            hint="place it again under the same client_order_id",
            facts=unsure.facts,  # still unknown: what is on its way may arrive after the question
        ) from unsure
    order, reply = found
    if operation.name == PLACE_ORDER.name and not _same(order, request):
        raise ConflictError(
            "be the only order under this id",
            was=f"another order {call.client_order_id}",
            code="duplicate_order",
            facts=attrs.evolve(unsure.facts, outcome=Outcome.KNOWN),
        ) from unsure
    trades = yield from _trades(line, order, asking)
    return Reply(
        value=Placed(order=order, trades=trades),
        status=reply.status,
        headers=reply.headers,
        request_id=reply.request_id,
        attempts=unsure.attempts,
        idempotency_key=unsure.idempotency_key,
        extra=reply.extra,
        found_out=True,
    )


def _find(
    line: Line, call: Call[Placed], options: CallOptions
) -> Flow[tuple[Order, Reply[Page[Order]]] | None]:
    """Ask for the order; a filter that the exchange passed over must not make another's order ours."""
    account: AccountId | None = getattr(call.request, "account", None)
    query = OrderQuery(account=account, client_order_id=call.client_order_id, limit=2)
    reply = yield from ask(line, page_call_of(ORDERS, query=query), options)
    orders = reply.value.data
    fit = [
        order
        for order in orders
        if order.client_order_id == call.client_order_id and account in {None, order.account}
    ]
    if len(fit) != len(orders) or len(fit) > 1:
        raise ExchangeError(
            "be at most one order of this id", was=f"{len(orders)} orders", code="unreadable_answer"
        )
    return (fit[0], reply) if fit else None


def _same(order: Order, request: object) -> bool:
    """Tell whether an order is the one that was asked for."""
    return all(getattr(order, name) == getattr(request, name) for name in ("instrument", "side", "quantity"))


def _trades(line: Line, order: Order, options: CallOptions) -> Flow[tuple[Trade, ...]]:
    """Ask for the trades that an order came to others with; none if they cannot be had."""
    query = AccountQuery(account=order.account, limit=_LARGEST_PAGE)
    found: list[Trade] = []
    for _ in range(_PAGES if order.filled else 0):
        try:
            reply = yield from ask(line, page_call_of(OWN_TRADES, query=query), options)
        except ExchangeError:
            return ()
        page = reply.value
        found += [trade for trade in page.data if trade.taker == order.order_id]
        if page.next_cursor is None or any(trade.at < order.at for trade in page.data):
            break
        query = attrs.evolve(query, cursor=page.next_cursor)
    return tuple(reversed(found))
