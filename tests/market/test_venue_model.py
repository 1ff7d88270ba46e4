"""
The venue's order book against a slow and obvious model.

The model keeps orders in one list, finds the best of the other side by searching it
for every single lot, and counts what accounts have anew from the trades. What is
checked after every step: the same orders, the same trades, the same positions; no
crossed book; nobody trades through its limit or the band; what stands behind orders
is released when they end; units and cash are conserved. And at the end: replaying the
log gives the same state, and so does a snapshot with the rest of the log.
"""

from __future__ import annotations

import datetime

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carbonkit.market import (
    Cancel,
    CloseDay,
    Command,
    EventLog,
    Method,
    NewOrder,
    OrderState,
    OrderType,
    Participant,
    ParticipantKind,
    Reduce,
    Refusal,
    Rejected,
    Replace,
    SelfTrade,
    Side,
    TimeInForce,
    Trade,
    Traded,
    Venue,
    open_venue,
    replay,
    state_hash,
)
from carbonkit.schemes.china_national import instrument
from carbonkit.values import Money
from tests.books import always, book_rules

pytestmark = pytest.mark.whole

DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)
START = {"A": (60, 500_000), "B": (25, 90_000), "C": (0, 300_000), "D": (3_000, 20_000_000)}  # t, fen
AT = datetime.datetime(2021, 7, 16, 1, 30, tzinfo=datetime.UTC)
LOWEST, HIGHEST = 4_320, 5_280

TICKS = st.sampled_from([*range(4_790, 4_811)] * 4 + [LOWEST, HIGHEST, LOWEST - 1, HIGHEST + 1])
LOTS = st.integers(1, 40)
ACCOUNTS = st.sampled_from("ABCDD")


@attrs.define
class Waiting:
    """An order as the model keeps it."""

    name: str
    account: str
    side: Side
    ticks: int
    lots: int
    tif: TimeInForce
    filled: int = 0
    gone: int = 0
    end: OrderState | None = None

    @property
    def left(self) -> int:
        return self.lots - self.filled - self.gone


class BookAgainstModel(RuleBasedStateMachine):
    @initialize(self_trade=st.sampled_from(SelfTrade))
    def opened(self, self_trade: SelfTrade) -> None:
        self.policy = self_trade
        self.rulebook = always(book_rules(self_trade=self_trade))
        people = [
            Participant(
                account=account,
                kind=ParticipantKind.KEY_EMITTER,
                allowances=tonnes,
                cash=Money.from_minor(fen, "CNY"),
            )
            for account, (tonnes, fen) in START.items()
        ]
        self.first = open_venue(
            self.rulebook,
            instrument=CEA,
            base=CEA.quote("48.00"),
            participants=people,
            day=DAY,
            at=AT - datetime.timedelta(hours=1),
        )
        self.start = self.first.snapshot()
        self.lines: list[str] = []
        self.log = EventLog(self.first, self.lines.append)
        self.trades: list[Trade] = []
        self.orders: list[Waiting] = []  # in the order of their places in the queues
        self.deals: list[tuple[str, str, int]] = []  # seller, buyer, fen; one lot each
        self.middle: tuple[int, str, str] | None = None
        self.number = 0
        self.closed = False

    @property
    def venue(self) -> Venue:
        return self.log.venue

    # ------------------------------------------------------------------ the model

    def live(self, side: Side) -> list[Waiting]:
        return [each for each in self.orders if each.side is side and not each.end]

    def best(self, side: Side) -> Waiting | None:
        sign = 1 if side is Side.SELL else -1
        return min(self.live(side), key=lambda each: sign * each.ticks, default=None)

    def sellable(self, account: str) -> int:
        held = START[account][0] + sum((b == account) - (s == account) for s, b, _ in self.deals)
        return held - sum(each.left for each in self.live(Side.SELL) if each.account == account)

    def spendable(self, account: str) -> int:
        fen = START[account][1]
        for seller, buyer, price in self.deals:
            fen += price * ((seller == account) - (buyer == account))
        return fen - sum(each.left * each.ticks for each in self.live(Side.BUY) if each.account == account)

    def meets(self, order: Waiting) -> Waiting | None:
        met = self.best(order.side.opposite)
        if met is None:
            return None
        crosses = met.ticks <= order.ticks if order.side is Side.BUY else met.ticks >= order.ticks
        return met if crosses else None

    def match(self, order: Waiting) -> list[tuple[str, str, int]]:
        """Trade lot by lot, in the list; keep what owners may not do with themselves."""
        deals: list[tuple[str, str, int]] = []
        while order.left and not order.end:
            met = self.meets(order)
            if met is None:
                break
            if met.account == order.account and self.policy is not SelfTrade.ALLOWED:
                self.keep_apart(order, met)
                continue
            pair = (met.account, order.account) if met.side is Side.SELL else (order.account, met.account)
            deals.append((*pair, met.ticks))
            for each in (met, order):
                each.filled += 1
                if not each.left:
                    each.end = OrderState.FILLED
        if order.end is OrderState.FILLED and order.gone:  # it met one of its own account on the way
            order.end = OrderState.CANCELLED
        return deals

    def keep_apart(self, order: Waiting, met: Waiting) -> None:
        both = min(order.left, met.left)
        lost = {
            SelfTrade.CANCEL_RESTING: (0, met.left),
            SelfTrade.CANCEL_INCOMING: (order.left, 0),
            SelfTrade.CANCEL_BOTH: (order.left, met.left),
            SelfTrade.DECREMENT: (both, both),
        }[self.policy]
        for each, gone in zip((order, met), lost, strict=True):
            each.gone += gone
            if gone and not each.left:
                each.end = OrderState.CANCELLED

    def wrong(self, order: Waiting) -> set[Refusal]:
        wrong = set()
        if not LOWEST <= order.ticks <= HIGHEST:
            wrong.add(Refusal.OUTSIDE_BAND)
        if order.side is Side.SELL and order.lots > self.sellable(order.account):
            wrong.add(Refusal.INSUFFICIENT_ALLOWANCES)
        if order.side is Side.BUY and order.lots * order.ticks > self.spendable(order.account):
            wrong.add(Refusal.INSUFFICIENT_CASH)
        return wrong

    # ------------------------------------------------------------------- the steps

    def told(self, command: Command, wrong: set[Refusal]) -> bool:
        said = self.log.apply(command)
        first = said[0]
        if isinstance(first, Rejected):
            assert Refusal(first.code) in wrong, first.problem
            assert len(said) == 1
            return False
        assert not wrong
        self.trades += [event.trade for event in said if isinstance(event, Traded)]
        return True

    def enter(self, order: Waiting, *, minimum: int = 0) -> None:
        """Put an order that the venue accepted into the model."""
        self.orders.append(order)
        kept = [attrs.evolve(each) for each in self.orders]
        deals = self.match(order)
        wanted = order.lots if order.tif is TimeInForce.FILL_OR_KILL else minimum
        if len(deals) < wanted:
            self.orders = kept
            order = self.orders[-1]
            deals = []
            order.gone, order.end = order.lots, OrderState.CANCELLED
        self.deals += deals
        if order.left and not order.tif.rests:
            order.gone += order.left
            order.end = OrderState.CANCELLED

    @precondition(lambda self: not self.closed)
    @rule(
        account=ACCOUNTS,
        side=st.sampled_from(Side),
        ticks=TICKS,
        lots=LOTS,
        tif=st.sampled_from(
            [TimeInForce.DAY] * 4
            + [TimeInForce.GOOD_TILL_CANCEL, TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL]
        ),
        minimum=st.sampled_from([0, 0, 0, 5]),
        post_only=st.sampled_from([False] * 5 + [True]),
    )
    def order(
        self,
        *,
        account: str,
        side: Side,
        ticks: int,
        lots: int,
        tif: TimeInForce,
        minimum: int,
        post_only: bool,
    ) -> None:
        self.number += 1
        order = Waiting(f"O-{self.number}", account, side, ticks, lots, tif)
        wrong = self.wrong(order)
        if post_only and self.meets(order):
            wrong.add(Refusal.WOULD_TRADE)
        if minimum > lots:
            wrong.add(Refusal.OUTSIDE_SIZE)
        command = NewOrder(
            order_id=order.name,
            account=account,
            instrument=CEA.id,
            side=side,
            quantity=lots,
            price=CEA.price(ticks),
            time_in_force=tif,
            minimum=minimum,
            post_only=post_only,
            at=AT,
        )
        if self.told(command, wrong):
            self.enter(order, minimum=minimum)

    @precondition(lambda self: not self.closed)
    @rule(account=ACCOUNTS, side=st.sampled_from(Side), lots=LOTS)
    def market_order(self, account: str, side: Side, lots: int) -> None:
        self.number += 1
        best = self.best(side.opposite)
        last = self.deals[-1][2] if self.deals else 4_800
        away = 0 if best is None else best.ticks * 5 // 100
        ticks = last if best is None else best.ticks + (away if side is Side.BUY else -away)
        ticks = max(LOWEST, min(HIGHEST, ticks))
        order = Waiting(f"O-{self.number}", account, side, ticks, lots, TimeInForce.IMMEDIATE_OR_CANCEL)
        command = NewOrder(
            order_id=order.name,
            account=account,
            instrument=CEA.id,
            side=side,
            quantity=lots,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL,
            at=AT,
        )
        if self.told(command, self.wrong(order)):
            self.enter(order)

    def target(self, number: int) -> Waiting | None:
        return self.orders[number % len(self.orders)] if self.orders else None

    def not_mine(self, target: Waiting | None, account: str) -> set[Refusal]:
        if target is None:
            return {Refusal.UNKNOWN_ORDER}
        wrong = set()
        if target.account != account:
            wrong.add(Refusal.NOT_OWNER)
        if target.end:
            wrong.add(Refusal.DEAD_ORDER)
        return wrong

    @precondition(lambda self: not self.closed)
    @rule(account=st.none() | ACCOUNTS, number=st.integers(0, 999))
    def cancel(self, account: str | None, number: int) -> None:
        target = self.target(number)
        account = account or (target.account if target else "A")
        name = target.name if target else "O-none"
        if self.told(Cancel(account=account, target=name, at=AT), self.not_mine(target, account)):
            assert target is not None
            target.gone += target.left
            target.end = OrderState.CANCELLED

    @precondition(lambda self: not self.closed)
    @rule(account=st.none() | ACCOUNTS, number=st.integers(0, 999), lots=LOTS)
    def reduce(self, account: str | None, number: int, lots: int) -> None:
        target = self.target(number)
        account = account or (target.account if target else "A")
        name = target.name if target else "O-none"
        wrong = self.not_mine(target, account)
        if target is not None and lots >= target.left:
            wrong.add(Refusal.MORE_THAN_POSTED)
        if self.told(Reduce(account=account, target=name, quantity=lots, at=AT), wrong):
            assert target is not None
            target.gone += lots

    @precondition(lambda self: not self.closed and self.orders)
    @rule(number=st.integers(0, 999), ticks=TICKS, lots=LOTS)
    def replace(self, number: int, ticks: int, lots: int) -> None:
        target = self.orders[number % len(self.orders)]
        self.number += 1
        new = Waiting(f"O-{self.number}", target.account, target.side, ticks, lots, target.tif)
        wrong = self.not_mine(target, target.account)
        if not target.end and (ticks, lots) == (target.ticks, target.left):
            wrong.add(Refusal.NO_CHANGE)
        before = target.end
        if not target.end:
            target.end = OrderState.CANCELLED
        wrong |= self.wrong(new)
        target.end = before
        command = Replace(
            account=target.account,
            target=target.name,
            order_id=new.name,
            price=CEA.price(ticks),
            quantity=lots,
            at=AT,
        )
        if self.told(command, wrong):
            target.gone += target.left
            target.end = OrderState.CANCELLED
            self.enter(new)

    @rule()
    def go_on_from_a_snapshot(self) -> None:
        copy = self.venue.copy()
        assert state_hash(copy) == state_hash(self.venue)
        self.middle = (len(self.lines), self.venue.snapshot(), self.log.last)
        self.log = EventLog(copy, self.lines.append, self.log.last)

    @precondition(lambda self: not self.closed and len(self.orders) > 12)
    @rule()
    def close(self) -> None:
        assert self.told(CloseDay(at=AT + datetime.timedelta(hours=6)), set())
        for each in self.orders:
            if not each.end and each.tif is TimeInForce.DAY:
                each.gone += each.left
                each.end = OrderState.EXPIRED
        self.closed = True

    # --------------------------------------------------------------- what must hold

    @invariant()
    def orders_are_the_models(self) -> None:
        assert [str(order.order_id) for order in self.venue.orders()] == sorted(
            (each.name for each in self.orders), key=lambda name: int(name[2:])
        )
        for each in self.orders:
            order = self.venue.order(each.name)
            assert (order.filled, order.remaining, order.withdrawn) == (each.filled, each.left, each.gone)
            assert order.state.live == (each.end is None)
            if each.end:
                assert order.state is each.end

    @invariant()
    def books_are_the_models(self) -> None:
        for side in Side:
            sign = 1 if side is Side.SELL else -1
            queue = sorted(self.live(side), key=lambda each: sign * each.ticks)
            shown = [str(order) for level in self.venue.levels("CEA", side) for order in level.orders]
            assert shown == [each.name for each in queue]
        buy, sell = self.best(Side.BUY), self.best(Side.SELL)
        assert buy is None or sell is None or buy.ticks < sell.ticks

    @invariant()
    def trades_are_the_models(self) -> None:
        made = [
            (str(trade.seller), str(trade.buyer), CEA.ticks(trade.price))
            for trade in self.trades
            for _ in range(trade.quantity)
        ]
        assert made == self.deals
        limits = {each.name: each for each in self.orders}
        for trade in self.trades:
            assert trade.method is Method.BOOK
            assert LOWEST <= CEA.ticks(trade.price) <= HIGHEST
            for name in (str(trade.maker), str(trade.taker)):
                one = limits[name]
                paid = CEA.ticks(trade.price)
                assert paid <= one.ticks if one.side is Side.BUY else paid >= one.ticks

    @invariant()
    def positions_are_the_models(self) -> None:
        units = fen = 0
        for account in START:
            position = self.venue.position(account, CEA.asset, "CNY")
            assert position.sellable == self.sellable(account) >= 0
            assert position.cash.to_minor() == self.spendable(account) >= 0
            offered = sum(each.left for each in self.live(Side.SELL) if each.account == account)
            committed = sum(each.left * each.ticks for each in self.live(Side.BUY) if each.account == account)
            assert (position.offered, position.committed.to_minor()) == (offered, committed)
            units += position.holding
            fen += position.money.to_minor()
        assert units == sum(tonnes for tonnes, _ in START.values())
        assert fen == sum(cash for _, cash in START.values())

    def teardown(self) -> None:
        if not hasattr(self, "log"):
            return
        again = replay(self.lines, self.rulebook, start=Venue.restore(self.start, self.rulebook))
        assert state_hash(again) == state_hash(self.venue)
        if self.middle is not None:
            done, snapshot, last = self.middle
            tail = replay(
                self.lines[done:], self.rulebook, start=Venue.restore(snapshot, self.rulebook), last=last
            )
            assert state_hash(tail) == state_hash(self.venue)


TestBook = BookAgainstModel.TestCase
TestBook.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
