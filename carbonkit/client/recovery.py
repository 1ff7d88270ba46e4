"""
Orders whose outcome is unknown: what became of them is found out by asking for them.

An order bears an id that its owner chose and that is its own for ever, so asking for the id tells whether
it is at the exchange. What is found must be what was asked for, in all that both say.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.client.call import Reply, call_of, page_call_of
from carbonkit.client.error import ConflictError, ExchangeError, NotPlacedError, Outcome
from carbonkit.client.flow import Pause, ask
from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError
from carbonkit.market.order import Order, OrderType
from carbonkit.wire.answer import Placed
from carbonkit.wire.operations import ORDER, ORDERS, OWN_TRADES
from carbonkit.wire.query import AccountQuery, OrderQuery
from carbonkit.wire.request import OrderRequest, ReplaceRequest, TakeRequest
from carbonkit.wire.scalar import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonkit.client.call import Call, CallOptions
    from carbonkit.client.flow import Flow
    from carbonkit.client.line import Line
    from carbonkit.market.trade import Trade
    from carbonkit.values.identifier import AccountId, Identifier
    from carbonkit.wire.json_text import Json
    from carbonkit.wire.operation import Operation
    from carbonkit.wire.page import Page

__all__ = ["place"]

_PAGES: Final = 10  # of own trades that are looked through
_LARGEST_PAGE: Final = 500
_QUESTIONS: Final = 3  # before an order counts as not placed
_MICROSECOND: Final = 1000  # nanoseconds


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
        ExchangeError: If it was refused; with an unknown outcome if the exchange could not be asked either,
            or what it has cannot be told from what was asked for.
    """
    call = call_of(operation, parts, request=request)
    call = attrs.evolve(call, read=_read_as(call))
    try:
        return (yield from ask(line, call, options))
    except ExchangeError as error:
        if error.outcome is Outcome.KNOWN or not line.retries.find_out:
            raise
        unsure = error
    search = _Search(line, call, {name: str(part) for name, part in parts.items()}, options)
    try:
        found = yield from search.run()
    except CarbonkitError as error:
        unsure.add_note(f"asked what became of it, the exchange could not tell: {error}")
        raise unsure from None
    if found is None:
        raise NotPlacedError(
            "be at the exchange",
            was=f"no order {call.client_order_id}",
            hint="place it again with the same client_order_id and the same idempotency key, by "
            "options=CallOptions(idempotency_key=error.idempotency_key)",
            facts=unsure.facts,  # still unknown: what is on its way may arrive after the question
        ) from unsure
    if found.other:
        raise ConflictError(
            "be the only order under this id",
            was=f"another order {call.client_order_id}",
            hint="choose another client_order_id",
            code="duplicate_order",
            facts=attrs.evolve(unsure.facts, outcome=Outcome.KNOWN),
        ) from unsure
    return Reply(
        value=Placed(order=found.order, trades=found.trades),
        status=found.reply.status,
        headers=found.reply.headers,
        request_id=found.reply.request_id,
        attempts=unsure.attempts,
        idempotency_key=unsure.idempotency_key,
        extra=found.reply.extra,
        found_out=True,
    )


def _read_as(call: Call[Placed]) -> Callable[[Json], tuple[Placed, Mapping[str, Json]]]:
    """Read an answer, and refuse one about another order."""

    def read(fact: Json) -> tuple[Placed, Mapping[str, Json]]:
        placed, extra = call.read(fact)
        if placed.order.client_order_id != call.client_order_id:
            wrong = InvalidValueError("be that of the order that was placed", field="/order/client_order_id")
            raise BatchError([wrong.problem])
        return placed, extra

    return read


@attrs.frozen(kw_only=True)
class _Found:
    """What the exchange has under the id: the order with its trades, or another one."""

    order: Order
    reply: Reply[Any]
    trades: Any = ()
    other: bool = False


class _Search:
    """The search for one order; it ends when its time is over."""

    def __init__(
        self, line: Line, call: Call[Placed], parts: Mapping[str, str], options: CallOptions
    ) -> None:
        self.line, self.call, self.parts, self.options = line, call, parts, options
        self.ends = (
            line.monotonic() + line.retries.find_out // datetime.timedelta(microseconds=1) * _MICROSECOND
        )

    def run(self) -> Flow[_Found | None]:
        """Ask, a few times; None if there was no such order each time."""
        for number in range(1, _QUESTIONS + 1):
            found = yield from self._asked()
            if found is not None:
                return found
            pause = self.line.retries.pause(number, self.line.chance())
            if number == _QUESTIONS or pause >= self._left():
                break
            yield Pause(time=pause)  # what is on its way may arrive meanwhile
        return None

    def _asked(self) -> Flow[_Found | None]:
        request = self.call.request
        if isinstance(request, ReplaceRequest):
            return (yield from self._replacement(request))
        account: AccountId = request.account  # type: ignore[attr-defined]  # the other two have one
        got = yield from self._order(account)
        if got is None:
            return None
        order, reply = got
        trades = yield from self._trades(order)
        if isinstance(request, TakeRequest):
            other = _differ(order.quantity, request.quantity) or _differ(order.filled, request.quantity)
            if trades is None or sum(trade.quantity for trade in trades) != order.filled:
                raise _unclear("its trades cannot be had")
            other = other or any(trade.maker.text != self.parts["order"] for trade in trades)
            return _Found(order=order, reply=reply, trades=trades, other=other)
        other = not isinstance(request, OrderRequest) or not _is_entered(order, request)
        return _Found(order=order, reply=reply, trades=trades or (), other=other)

    def _replacement(self, request: ReplaceRequest) -> Flow[_Found | None]:
        """Look at the old order first: whose it is, and whether it has gone."""
        old = (yield from ask(self.line, call_of(ORDER, self.parts), self._options())).value
        got = yield from self._order(old.account)
        if got is None:
            return None
        order, reply = got
        if isinstance(old.state, Unknown) or old.state.live or order.order_id == old.order_id:
            raise _unclear("the order that it replaces is still there")
        fits = [
            not _differ(getattr(order, name), getattr(old, name))
            for name in ("instrument", "side", "time_in_force")
        ]
        fits.append(not _differ(order.price, old.price if request.price is None else request.price))
        fits.append(request.quantity is None or not _differ(order.quantity, request.quantity))
        fits.append(request.quantity is not None or order.quantity <= old.withdrawn)
        trades = yield from self._trades(order)
        return _Found(order=order, reply=reply, trades=trades or (), other=not all(fits))

    def _order(self, account: AccountId) -> Flow[tuple[Order, Reply[Page[Order]]] | None]:
        """Ask for the order; a filter that the exchange passed over must not make another's order ours."""
        own_id = self.call.client_order_id
        query = OrderQuery(account=account, client_order_id=own_id, limit=2)
        reply = yield from ask(self.line, page_call_of(ORDERS, query=query), self._options())
        orders = reply.value.data
        fit = [order for order in orders if order.client_order_id == own_id and order.account == account]
        if len(fit) != len(orders) or len(fit) > 1:
            raise _unclear(f"{len(orders)} orders came in answer to one id")
        return (fit[0], reply) if fit else None

    def _trades(self, order: Order) -> Flow[tuple[Trade, ...] | None]:
        """Ask for the trades that an order came to others with; None if they cannot be had."""
        query = AccountQuery(account=order.account, limit=_LARGEST_PAGE)
        found: list[Trade] = []
        for _ in range(_PAGES if order.filled else 0):
            try:
                reply = yield from ask(self.line, page_call_of(OWN_TRADES, query=query), self._options())
                page = reply.value
                query = attrs.evolve(query, cursor=page.next_cursor)
            except CarbonkitError:
                return None
            found += [trade for trade in page.data if trade.taker == order.order_id]
            if page.next_cursor is None or any(trade.at < order.at for trade in page.data):
                break
        return tuple(reversed(found))

    def _options(self) -> CallOptions:
        left = self._left()
        if left <= datetime.timedelta(0):
            raise _unclear("the time to find out is over")
        return attrs.evolve(self.options, deadline=left, idempotency_key=None)

    def _left(self) -> datetime.timedelta:
        return datetime.timedelta(microseconds=(self.ends - self.line.monotonic()) // _MICROSECOND)


def _is_entered(order: Order, request: OrderRequest) -> bool:
    """Tell whether an order is the one that was entered; a market order's limit is the venue's own."""
    names = ["instrument", "side", "quantity"]
    if request.order_type is OrderType.LIMIT:
        names += ["price", "time_in_force"]
    return not any(_differ(getattr(order, name), getattr(request, name)) for name in names)


def _differ(one: object, other: object) -> bool:
    """Compare what both say; with a word that this version of carbonkit does not know, it cannot be told."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        raise _unclear("it says what this version of carbonkit does not know")
    return one != other


def _unclear(why: str) -> ExchangeError:
    return ExchangeError("be told from any other order", was=why, code="unreadable_answer")
