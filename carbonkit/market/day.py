"""The venue's day as the engine does it: who and what is admitted, opening, halts, closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.market.book import Allocation, OrderBook, SelfTrade
from carbonkit.market.event import DayClosed
from carbonkit.market.gate import gates
from carbonkit.market.listing import Listing
from carbonkit.market.member import Member
from carbonkit.market.order import OrderState, Side, TimeInForce
from carbonkit.market.refusal import Refusal, refused
from carbonkit.market.rulebook import Available, Funding
from carbonkit.market.statistics import Print, day_bulletin
from carbonkit.market.trade import Method
from carbonkit.values.money import Money
from carbonkit.values.number import plain

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from carbonkit.market.administration import (
        Admit,
        CloseDay,
        Deposit,
        Halt,
        ListInstrument,
        OpenDay,
        Release,
        Restrict,
        Resume,
        Warn,
        Withdraw,
    )
    from carbonkit.market.limit import PriceLimits
    from carbonkit.market.rulebook import Rulebook, VenueRules
    from carbonkit.market.state import State

__all__ = [
    "admit",
    "close_day",
    "deposit",
    "halt",
    "list_instrument",
    "open_day",
    "prepare",
    "release",
    "restrict",
    "resume",
    "warn",
    "withdraw",
]


def admit(state: State, command: Admit) -> None:
    """Admit an account."""
    name = command.account.text
    if name in state.members:
        raise refused(Refusal.DUPLICATE_ACCOUNT, "not be admitted yet", name, "account")
    state.members[name] = Member(command.account, len(state.members) + 1, command.kind, command.allocation)


def list_instrument(state: State, command: ListInstrument) -> None:
    """Begin to trade an instrument."""
    if state.opened:
        raise refused(Refusal.DAY_STILL_OPEN, "come before a trading day opens", str(state.day), "at")
    name = command.instrument.id.text
    if name in state.listings:
        raise refused(Refusal.DUPLICATE_INSTRUMENT, "not be listed yet", name, "instrument")
    state.listings[name] = Listing(command.instrument, command.base)


def deposit(state: State, command: Deposit) -> None:
    """Bring units or money in."""
    member = state.member(command.account)
    amount = _positive(command)
    if isinstance(command.amount, Money):
        member.purse(command.amount.currency).cash += amount
    elif command.asset is not None:
        member.stock(command.asset.text).sellable += amount


def withdraw(state: State, command: Withdraw) -> None:
    """Take free units or free money out."""
    member = state.member(command.account)
    amount = _positive(command)
    if isinstance(command.amount, Money):
        purse = member.purse(command.amount.currency)
        if amount > purse.cash:
            free = Money.from_minor(purse.cash, command.amount.currency)
            raise refused(
                Refusal.INSUFFICIENT_CASH,
                f"be at most the {free} that is free",
                str(command.amount),
                "amount",
            )
        purse.cash -= amount
    elif command.asset is not None:
        stock = member.stock(command.asset.text)
        if amount > stock.sellable:
            raise refused(
                Refusal.INSUFFICIENT_ALLOWANCES,
                f"be at most the {stock.sellable} that are free",
                amount,
                "amount",
            )
        stock.sellable -= amount


def _positive(command: Deposit | Withdraw) -> int:
    """Count an amount, more than nothing, in units or minor units."""
    amount = command.amount
    if isinstance(amount, Money):
        try:
            amount = amount.to_minor()
        except InvalidValueError as error:
            raise refused(Refusal.ODD_LOT, error.problem.must, error.problem.was, "amount") from None
    if amount <= 0:
        raise refused(Refusal.ODD_LOT, "be more than zero", str(command.amount), "amount")
    return amount


def open_day(state: State, command: OpenDay, rulebook: Rulebook) -> None:
    """Open a trading day."""
    if state.opened:
        raise refused(Refusal.DAY_STILL_OPEN, "come after the last day was closed", str(state.day), "day")
    if state.day is not None and command.day <= state.day:
        raise refused(Refusal.CLOCK_BACKWARDS, f"be later than {state.day}", str(command.day), "day")
    try:
        rules = rulebook(command.day)
        is_open = rules.calendar.value.is_open(command.day)
    except NotFoundError as error:
        raise refused(
            Refusal.NOT_A_TRADING_DAY, error.problem.must, error.problem.was, "day", error.problem.hint
        ) from None
    if not is_open:
        raise refused(Refusal.NOT_A_TRADING_DAY, "be a day on which the venue opens", str(command.day), "day")
    first = min(hours.start for rule in rules.methods for hours in rule.hours.value.on(command.day))
    if command.at > first:
        raise refused(
            Refusal.OUTSIDE_HOURS, f"be {first.isoformat()} or earlier", command.at.isoformat(), "at"
        )
    for listing in state.listings.values():
        made = rules.instrument(listing.instrument.id, listing.instrument.asset)
        if attrs.evolve(made, terms=listing.instrument.terms) != listing.instrument:
            raise refused(
                Refusal.WRONG_QUOTE,
                f"have tick {rules.tick.value} and lot {rules.lot.value}, as the rules of {command.day} say",
                f"{listing.instrument.id}: {plain(listing.instrument.tick)} and {listing.lot}",
                "instrument",
            )
    state.day = command.day
    state.opened = True
    prepare(state, rules)
    _forget(state)
    _free(state)
    for live in list(state.numbers.values()):
        found = live.listing.limits.get(Method.BOOK.value) or live.listing.limits.get(Method.LISTED.value)
        if found is not None and not found[0] <= live.limit <= found[1]:
            live.listing.book.cancel(live.number)
            state.end(live, OrderState.EXPIRED, "outside the new day's limits")


def prepare(state: State, rules: VenueRules) -> None:
    """Take the day's rules: the books' ways, the limits, the windows for orders."""
    state.rules = rules
    state.funded = rules.funding.value is Funding.FULL
    state.resold = not state.funded or rules.bought.value is Available.SAME_DAY
    state.spendable = rules.proceeds.value is Available.SAME_DAY
    state.reports = rules.large_holding is not None
    if state.day is None:
        return
    state.today = state.day
    state.gates = tuple(gates(rules, state.day))
    book = rules.method(Method.BOOK)
    allocation = Allocation.TIME if book is None or book.allocation is None else book.allocation.value
    for listing in state.listings.values():
        listing.limits = dict(_limits(listing, rules))
        if (listing.book.allocation, listing.book.self_trade) != (allocation, rules.self_trade.value):
            listing.book = _moved(listing.book, allocation, rules.self_trade.value)


def _limits(listing: Listing, rules: VenueRules) -> Iterator[tuple[str, tuple[int, int, PriceLimits]]]:
    for each in rules.methods:
        limits = rules.limits(each.method, listing.previous_close)
        if limits is not None:
            ticks = listing.instrument.ticks
            yield each.method.value, (ticks(limits.lowest), ticks(limits.highest), limits)


def _moved(book: OrderBook, allocation: Allocation, self_trade: SelfTrade) -> OrderBook:
    """Make a book that works another way, with the same orders in the same places."""
    new = OrderBook(allocation, self_trade)
    for sell in (False, True):
        for order in book.orders(sell=sell):
            new.rest(order.order_id, sell, order.ticks, order.left, order.owner)
    return new


def _forget(state: State) -> None:
    """Forget yesterday's trades, and the orders that ended."""
    for listing in state.listings.values():
        listing.prints = []
        listing.calling = False
        listing.counts.clear()
        listing.prices.clear()
    waiting = {live.order_id.text for live in state.numbers.values()}
    kept = waiting | set(state.proposals) | set(state.auctions) | set(state.bids)
    state.orders = {name: live for name, live in state.orders.items() if name in kept}


def _free(state: State) -> None:
    """Free what was bought and earned on the day before."""
    for member in state.members.values():
        for stock in member.stocks.values():
            stock.sellable += stock.bought
            stock.bought = 0
        for purse in member.purses.values():
            purse.cash += purse.proceeds
            purse.proceeds = 0


def halt(state: State, command: Halt) -> None:
    """Suspend trading."""
    reason = command.reason or "no reason given"
    if command.instrument is None:
        state.halted = reason
    else:
        state.listing(command.instrument).halted = reason


def resume(state: State, command: Resume) -> None:
    """Go on with trading."""
    listing = None if command.instrument is None else state.listing(command.instrument)
    if not (state.halted if listing is None else listing.halted):
        raise refused(Refusal.NO_CHANGE, "come while trading is suspended", "it is not", "instrument")
    if listing is None:
        state.halted = ""
    else:
        listing.halted = ""


def warn(state: State, command: Warn) -> None:
    """Warn a participant: the event is all that comes of it."""
    state.member(command.account)


def restrict(state: State, command: Restrict) -> None:
    """Keep a participant from entering orders."""
    state.member(command.account).barred |= set(Side) if command.side is None else {command.side}


def release(state: State, command: Release) -> None:
    """Lift a participant's restrictions."""
    member = state.member(command.account)
    if not member.barred:
        raise refused(Refusal.NO_CHANGE, "be of a restricted participant", str(member.account), "account")
    member.barred = set()


def close_day(state: State, command: CloseDay) -> None:
    """Close the day: what was good for the day expires, and the bulletins are made."""
    rules = state.running()
    day = state.day
    assert day is not None  # noqa: S101  a running day has a date
    end = max(hours.end for each in rules.methods for hours in each.hours.value.on(day))
    if command.at < end:
        raise refused(
            Refusal.BEFORE_CLOSE,
            f"not be before the trading hours end at {end.isoformat()}",
            command.at.isoformat(),
            "at",
        )
    if state.auctions:
        raise refused(
            Refusal.AUCTION_RUNNING, "come when every auction was closed", next(iter(state.auctions)), "at"
        )
    for name in list(state.proposals):
        state.end(state.proposals.pop(name).spoken, OrderState.EXPIRED, "the day is over")
    for live in list(state.numbers.values()):
        if live.tif is TimeInForce.DAY or (live.tif is TimeInForce.GOOD_TILL_DATE and _last(live.until, day)):
            live.listing.book.cancel(live.number)
            state.end(live, OrderState.EXPIRED, "the day is over")
    bulletins = []
    for listing in state.listings.values():
        bulletins.append(
            day_bulletin(
                [Print(*made) for made in listing.prints],
                instrument=listing.instrument,
                rules=rules,
                day=day,
                previous_close=listing.previous_close,
            )
        )
        listing.previous_close = bulletins[-1].close
        listing.last = listing.instrument.ticks(listing.previous_close)
    state.opened = False
    state.gates = ()
    state.sequence += 1
    state.events.append(DayClosed(state.sequence, day, tuple(bulletins)))


def _last(until: datetime.date | None, day: datetime.date) -> bool:
    return until is not None and until <= day
