"""Order entry as the engine does it: posts and orders come in, are matched, taken, changed and cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.errors import MarketError
from carbonkit.market.gate import ORDERS, Gate
from carbonkit.market.listing import LARGEST
from carbonkit.market.live import Live
from carbonkit.market.order import OrderState, OrderType, Side, TimeInForce
from carbonkit.market.refusal import Refusal, refused
from carbonkit.market.trade import Method

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from carbonkit.market.book import Match
    from carbonkit.market.entry import Cancel, NewOrder, Reduce, Replace, Take
    from carbonkit.market.listing import Listing
    from carbonkit.market.member import Member
    from carbonkit.market.state import State
    from carbonkit.values.identifier import OrderId

__all__ = ["cancel", "enter", "reduce", "replace", "take"]

_SELL = Side.SELL
_DAY = TimeInForce.DAY


def _gate(state: State, at: datetime.datetime) -> Gate:
    """Find the gate through which orders come at a moment."""
    for gate in state.gates:
        if gate.start <= at < gate.end:
            return gate
    rules = state.running()
    spans = ", ".join(str(each.hours.value) for each in rules.methods if each.method in ORDERS)
    if not spans:
        raise refused(Refusal.METHOD_NOT_OFFERED, "be offered by the venue", "orders", "method")
    raise refused(Refusal.OUTSIDE_HOURS, f"be within {spans} ({state.day})", at.isoformat(), "at")


def enter(state: State, command: NewOrder) -> None:
    """Enter an order: check it, set aside what stands behind it, match it, let the rest wait."""
    gate = _gate(state, command.at)
    listing = state.listings.get(command.instrument.text) or state.listing(command.instrument)
    member = state.members.get(command.account.text) or state.member(command.account)
    name = command.order_id.text
    if name in state.orders:
        state.check_new(command.order_id)
    sell = command.side is _SELL
    if state.halted or listing.halted or member.barred or listing.calling:
        _check_open(state, listing, member, gate, sell=sell)
    quantity = command.quantity
    if type(quantity) is int and listing.lot == 1 and 0 < quantity <= LARGEST:
        lots = quantity
    else:
        lots = listing.lots(quantity)
    units = lots * listing.lot
    if units < gate.at_least or units >= gate.below:
        state.check_size(listing, gate.method, lots)
    if command.minimum or command.post_only or command.until is not None or not gate.matches:
        _check_special(state, command, listing, gate, lots)
    price = command.price
    if price is None:
        ticks = _market_limit(command, listing, gate)
    else:
        ticks = listing.counts.get(price.amount, 0)
        if not ticks or price.currency != listing.currency or price.per != listing.unit:
            ticks = listing.ticks(price)
        found = listing.limits.get(gate.name)
        if found is not None and not found[0] <= ticks <= found[1]:
            state.check_price(listing, gate.method, ticks)
        if command.post_only:
            _check_rests(listing, ticks, sell=sell)
    live = Live(
        command.order_id,
        state.next_number,
        member,
        listing,
        sell,
        ticks,
        lots,
        command.time_in_force,
        command.until,
        command.at,
        price is not None,
    )
    state.reserve(live)
    state.next_number += 1
    state.orders[name] = live
    _place(state, live, gate, command.minimum)


def _check_open(state: State, listing: Listing, member: Member, gate: Gate, *, sell: bool) -> None:
    """Check that nothing keeps orders out: a halt, a restriction, a call that was not crossed."""
    state.check_trading(listing, member, sell=sell)
    if listing.calling and gate.matches:
        must = "come when the call auction has been crossed"
        raise refused(Refusal.CALL_RUNNING, must, str(listing.instrument.id), "at")


def _check_special(state: State, command: NewOrder, listing: Listing, gate: Gate, lots: int) -> None:
    """Check what only some orders ask for."""
    if command.minimum and listing.lots(command.minimum, "minimum") > lots:
        raise refused(Refusal.OUTSIDE_SIZE, "be at most the quantity", command.minimum, "minimum")
    special = (
        command.order_type is OrderType.MARKET
        or not command.time_in_force.rests
        or command.minimum
        or command.post_only
    )
    if special and not gate.matches:
        raise refused(
            Refusal.METHOD_NOT_OFFERED,
            f"only name a price and wait where orders trade by {gate.name}",
            command.order_type.value,
            "order_type",
        )
    if command.until is not None and state.day is not None and command.until < state.day:
        raise refused(Refusal.OUTSIDE_HOURS, f"be {state.day} or later", command.until, "until")


def _check_rests(listing: Listing, ticks: int, *, sell: bool) -> None:
    """Check that an order would not trade at once."""
    best = listing.book.best(sell=not sell)
    if best is not None and (best >= ticks if sell else best <= ticks):
        raise refused(
            Refusal.WOULD_TRADE,
            f"not meet the best price {listing.price(best)}",
            str(listing.price(ticks)),
            "price",
        )


def _market_limit(command: NewOrder, listing: Listing, gate: Gate) -> int:
    """Give a market order its limit: the best price, and as far beyond it as the venue allows."""
    if gate.protection is None:
        raise refused(Refusal.NO_MARKET_ORDERS, "name a price", "a market order", "order_type")
    sell = command.side is _SELL
    ticks = listing.book.best(sell=not sell)
    if ticks is None:
        ticks = listing.last
    else:
        top, bottom = gate.protection
        away = ticks * top // bottom  # rounded down: never beyond the protection
        ticks += -away if sell else away
    found = listing.limits.get(gate.name)
    if found is not None:
        ticks = max(found[0], min(found[1], ticks))
    return max(1, min(ticks, LARGEST))


def _place(state: State, live: Live, gate: Gate, minimum: int | Decimal) -> None:
    """Match an order where orders match by themselves, and let what is left wait."""
    listing, number, owner = live.listing, live.number, live.member.number
    if not gate.matches:
        listing.calling = gate.method is Method.CALL
        listing.book.rest(number, live.sell, live.limit, live.left, owner)
        state.numbers[number] = live
        return
    tif = live.tif
    rests = live.shown and (tif is _DAY or tif.rests)
    if minimum or not rests:
        wanted = live.left if tif is TimeInForce.FILL_OR_KILL else 0
        if minimum:
            wanted = max(wanted, listing.lots(minimum, "minimum"))
        if wanted and wanted > listing.book.reachable(
            sell=live.sell, ticks=live.limit, lots=live.left, owner=owner
        ):
            state.end(live, OrderState.CANCELLED, "not filled at once")
            return
    match = listing.book.add(number, live.sell, live.limit, live.left, owner, rests)
    if match is not None:
        _settle(state, live, match, gate)
    if live.left:
        if rests:
            state.numbers[number] = live
        else:
            state.end(live, OrderState.CANCELLED, "not filled at once")


def _settle(state: State, live: Live, match: Match, gate: Gate) -> None:
    """Carry out what an order met in its book."""
    listing, numbers = live.listing, state.numbers
    for number, ticks, lots in match.fills:
        maker = numbers[number]
        if gate.middle:
            ticks = sorted((maker.limit, live.limit, listing.last))[1]  # noqa: PLW2901  the price is ours to say
        state.trade(maker, live, ticks, lots, gate.method, live.at)
    for number, lots in match.prevented:
        one = live if number == live.number else numbers[number]
        if lots == one.left:
            state.end(one, OrderState.CANCELLED, "met an order of its own account")
        else:
            state.release(one, lots)


def take(state: State, command: Take) -> None:
    """Trade against one post of a listed agreement."""
    gate = _gate(state, command.at)
    rules = state.running().method(Method.LISTED)
    if gate.method is not Method.LISTED or rules is None or rules.levels is None:
        raise refused(Refusal.METHOD_NOT_OFFERED, "be offered by the venue", Method.LISTED.value, "method")
    member = state.member(command.account)
    state.check_new(command.order_id)
    post = _waiting(state, command.target)
    listing = post.listing
    sell = not post.sell
    state.check_trading(listing, member, sell=sell)
    lots = listing.lots(command.quantity)
    state.check_size(listing, Method.LISTED, lots)
    if lots > post.left:
        left = post.left * listing.lot
        raise refused(
            Refusal.MORE_THAN_POSTED,
            f"be at most the {left} that {post.order_id} still offers",
            lots * listing.lot,
            "quantity",
        )
    if post.member is member:
        raise refused(Refusal.SELF_TRADE, "be the post of another account", str(post.order_id), "target")
    rank = listing.book.rank(post.number)
    if rank > rules.levels.value:
        raise refused(
            Refusal.OUTSIDE_LEVELS,
            f"be among the best {rules.levels.value} price levels",
            f"{post.order_id}, at level {rank}",
            "target",
        )
    live = Live(
        command.order_id,
        state.next_number,
        member,
        listing,
        sell,
        post.limit,
        lots,
        TimeInForce.IMMEDIATE_OR_CANCEL,
        None,
        command.at,
    )
    state.reserve(live)
    state.next_number += 1
    state.orders[command.order_id.text] = live
    listing.book.reduce(post.number, lots)
    state.trade(post, live, post.limit, lots, Method.LISTED, command.at)


def _waiting(state: State, target: OrderId) -> Live:
    """Find an order that waits in a book."""
    live = state.order(target)
    if live.number not in state.numbers:
        raise refused(
            Refusal.DEAD_ORDER,
            "be an order that may still trade",
            f"{live.order_id}, {live.state.value}",
            "target",
        )
    return live


def _own(state: State, command: Cancel | Reduce | Replace) -> Live:
    """Find an order of the account's own that waits in a book."""
    member = state.member(command.account)
    live = state.order(command.target)
    if live.member is not member:
        raise refused(Refusal.NOT_OWNER, "be an order of the account", str(live.order_id), "target")
    return _waiting(state, command.target)


def cancel(state: State, command: Cancel) -> None:
    """Cancel a waiting order."""
    live = state.orders.get(command.target.text)
    if live is None or live.number not in state.numbers or live.member.account.text != command.account.text:
        live = _own(state, command)
    _gate(state, command.at)
    live.listing.book.cancel(live.number)
    state.end(live, OrderState.CANCELLED, "cancelled by its owner")


def reduce(state: State, command: Reduce) -> None:
    """Take lots from a waiting order, which keeps its place."""
    _gate(state, command.at)
    live = _own(state, command)
    lots = live.listing.lots(command.quantity)
    if lots >= live.left:
        raise refused(
            Refusal.MORE_THAN_POSTED,
            f"be less than the {live.left * live.listing.lot} that remain; cancel the order to take all",
            lots * live.listing.lot,
            "quantity",
        )
    live.listing.book.reduce(live.number, lots)
    state.release(live, lots)


def replace(state: State, command: Replace) -> None:
    """Cancel a waiting order and enter another in its place, or do neither."""
    gate = _gate(state, command.at)
    live = _own(state, command)
    listing, member = live.listing, live.member
    state.check_new(command.order_id)
    _check_open(state, listing, member, gate, sell=live.sell)
    ticks = live.limit if command.price is None else listing.ticks(command.price)
    lots = live.left if command.quantity is None else listing.lots(command.quantity)
    if (ticks, lots) == (live.limit, live.left):
        raise refused(Refusal.NO_CHANGE, "change the price or the quantity", str(live.order_id), "target")
    state.check_price(listing, gate.method, ticks)
    state.check_size(listing, gate.method, lots)
    new = Live(
        command.order_id,
        state.next_number,
        member,
        listing,
        live.sell,
        ticks,
        lots,
        live.tif,
        live.until,
        command.at,
    )
    left = live.left
    stock, purse = live.stock, live.purse
    before = stock.sellable, stock.offered, stock.wanted, purse.cash, purse.committed
    state.release(live, left)
    try:
        state.reserve(new)
    except MarketError:
        stock.sellable, stock.offered, stock.wanted, purse.cash, purse.committed = before
        live.left, live.withdrawn = left, live.withdrawn - left
        raise
    listing.book.cancel(live.number)
    state.end(live, OrderState.CANCELLED, f"replaced by {new.order_id}", freed=left)
    state.next_number += 1
    state.orders[new.order_id.text] = new
    _place(state, new, gate, 0)
