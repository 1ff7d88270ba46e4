"""The session against a slow and obvious model that counts everything anew at every step."""

from __future__ import annotations

import datetime
from collections import Counter
from fractions import Fraction

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carbonkit.errors import MarketError
from carbonkit.market import (
    Cancel,
    Command,
    NewOrder,
    OrderState,
    Participant,
    ParticipantKind,
    Refusal,
    Side,
    Take,
)
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import AccountId, Money, OrderId
from tests.floor import open_floor

pytestmark = pytest.mark.whole

DAY = datetime.date(2021, 7, 16)
OPENING = datetime.datetime(2021, 7, 16, 1, 30, tzinfo=datetime.UTC)
HOURS = ((0, 7_200), (12_600, 19_800))  # seconds since 09:30
CEA = instrument("CEA", DAY)
START = {"A": (60, 500_000), "B": (25, 90_000), "C": (0, 300_000), "D": (300_000, 2_000_000_000)}  # t, fen

PRICES = st.sampled_from(  # tenths of a fen
    [*range(47_950, 48_060, 10)] * 6 + [43_200, 52_800] * 2 + [43_190, 52_810, 48_005, 0, -48_000]
)
HALVES = st.sampled_from(  # of a tonne
    [2, 4, 6, 10, 16, 26, 42] * 8 + [199_998] * 3 + [200_000] * 2 + [0, -2, 3, 5]
)
ACCOUNTS = st.sampled_from([*"ABCDD"] * 10 + ["E"])
SECONDS = st.sampled_from([0, 1] * 40 + [60, 600, -1, 7_000])


@attrs.define
class Listing:
    """A post as the model keeps it: fen and tonnes."""

    account: str
    side: Side
    price: int
    quantity: int
    filled: int = 0
    end: OrderState | None = None

    @property
    def left(self) -> int:
        return 0 if self.end else self.quantity - self.filled


class SessionAgainstModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        people = [
            Participant(
                account=account,
                kind=ParticipantKind.KEY_EMITTER,
                allowances=tonnes,
                cash=Money.from_minor(fen, "CNY"),
            )
            for account, (tonnes, fen) in START.items()
        ]
        self.session = open_floor(people, cea=CEA, rules=venue_rules(DAY))
        self.listings: dict[str, Listing] = {}
        self.takes: dict[str, str] = {}
        self.deals: list[tuple[str, str, int, int]] = []  # seller, buyer, fen, tonnes
        self.second = 0
        self.closed = False

    # ------------------------------------------------------------------ the model

    def sellable(self, account: str) -> int:
        sold = sum(tonnes for seller, _, _, tonnes in self.deals if seller == account)
        offered = sum(
            one.left for one in self.listings.values() if (one.account, one.side) == (account, Side.SELL)
        )
        return START[account][0] - sold - offered

    def spendable(self, account: str) -> int:
        fen = START[account][1]
        for seller, buyer, price, tonnes in self.deals:
            fen += price * tonnes * ((seller == account) - (buyer == account))
        for one in self.listings.values():
            if (one.account, one.side) == (account, Side.BUY):
                fen -= one.price * one.left
        return fen

    def wrong_time(self, second: int) -> set[Refusal]:
        wrong = set()
        if second < self.second:
            wrong.add(Refusal.CLOCK_BACKWARDS)
        if not any(start <= second < end for start, end in HOURS):
            wrong.add(Refusal.OUTSIDE_HOURS)
        if self.closed:
            wrong.add(Refusal.DAY_NOT_OPEN)
        return wrong

    def wrong_order(self, account: str, order_id: str, halves: int) -> set[Refusal]:
        wrong = set()
        if account not in START:
            wrong.add(Refusal.UNKNOWN_ACCOUNT)
        if order_id in self.listings or order_id in self.takes:
            wrong.add(Refusal.DUPLICATE_ORDER)
        if halves <= 0 or halves % 2:
            wrong.add(Refusal.ODD_LOT)
        elif halves >= 200_000:
            wrong.add(Refusal.OUTSIDE_SIZE)
        return wrong

    def short(self, account: str, side: Side, fen: int, tonnes: int) -> set[Refusal]:
        if account not in START:
            return set()
        if side is Side.SELL:
            return {Refusal.INSUFFICIENT_ALLOWANCES} if tonnes > self.sellable(account) else set()
        return {Refusal.INSUFFICIENT_CASH} if fen * tonnes > self.spendable(account) else set()

    def best_five(self, side: Side) -> list[int]:
        prices = {one.price for one in self.listings.values() if one.side is side and one.left}
        return sorted(prices, reverse=side is Side.BUY)[:5]

    # ------------------------------------------------------------------- the steps

    def tried(self, command: Command, second: int, wrong: set[Refusal]) -> bool:
        found = None
        try:
            self.session.apply(command)
        except MarketError as error:
            found = Refusal(error.problem.code)
        if found is not None:
            assert found in wrong
            return False
        assert not wrong
        self.second = second
        return True

    def at(self, second: int) -> datetime.datetime:
        return OPENING + datetime.timedelta(seconds=second)

    def order_id(self, number: int) -> str:
        known = [*self.listings, *self.takes]
        return known[number % len(known)] if known and not number % 50 else f"N-{number}"

    @rule(
        account=ACCOUNTS,
        side=st.sampled_from(Side),
        tenths=PRICES,
        halves=HALVES,
        number=st.integers(0, 10**6),
        wait=SECONDS,
    )
    def post(self, *, account: str, side: Side, tenths: int, halves: int, number: int, wait: int) -> None:
        second = self.second + wait
        order_id = self.order_id(number)
        wrong = self.wrong_time(second) | self.wrong_order(account, order_id, halves)
        if tenths <= 0 or tenths % 10:
            wrong.add(Refusal.OFF_TICK)
        elif not 43_200 <= tenths <= 52_800:
            wrong.add(Refusal.OUTSIDE_BAND)
        wrong |= self.short(account, side, tenths // 10, halves // 2)
        command = NewOrder(
            order_id=order_id,
            account=account,
            instrument=CEA.id,
            side=side,
            price=CEA.quote(Money.from_minor(tenths, "CNY").amount.scaleb(-1)),
            quantity=Money.from_minor(50 * halves, "CNY").amount,
            at=self.at(second),
        )
        if self.tried(command, second, wrong):
            self.listings[order_id] = Listing(account, side, tenths // 10, halves // 2)

    @precondition(lambda self: self.listings)
    @rule(account=ACCOUNTS, halves=HALVES, number=st.integers(0, 10**6), wait=SECONDS)
    def take(self, account: str, halves: int, number: int, wait: int) -> None:
        known = [*self.listings, *self.takes, "N-none"]
        target = known[number % len(known)]
        self.taken(account, self.order_id(number), target, halves=halves, second=self.second + wait)

    @precondition(lambda self: not self.closed and any(one.left for one in self.listings.values()))
    @rule(account=st.sampled_from("ABCDD"), number=st.integers(0, 10**6), part=st.integers(1, 3))
    def take_part_of_a_live_post(self, account: str, number: int, part: int) -> None:
        live = [order_id for order_id, one in self.listings.items() if one.left]
        target = live[number % len(live)]
        tonnes = max(1, self.listings[target].left // part)
        self.taken(account, f"T-{len(self.takes)}", target, halves=2 * tonnes, second=self.second)

    def taken(self, account: str, order_id: str, target: str, *, halves: int, second: int) -> None:
        one = self.listings.get(target)
        wrong = self.wrong_time(second) | self.wrong_order(account, order_id, halves)
        if one is None:
            wrong.add(Refusal.DEAD_ORDER if target in self.takes else Refusal.UNKNOWN_ORDER)
        else:
            if not one.left:
                wrong.add(Refusal.DEAD_ORDER)
            if halves // 2 > one.left:
                wrong.add(Refusal.MORE_THAN_POSTED)
            if one.account == account:
                wrong.add(Refusal.SELF_TRADE)
            if one.price not in self.best_five(one.side):
                wrong.add(Refusal.OUTSIDE_LEVELS)
            wrong |= self.short(account, one.side.opposite, one.price, halves // 2)
        command = Take(
            order_id=order_id,
            account=account,
            target=target,
            quantity=Money.from_minor(50 * halves, "CNY").amount,
            at=self.at(second),
        )
        if self.tried(command, second, wrong):
            assert one is not None
            one.filled += halves // 2
            self.takes[order_id] = target
            pair = (one.account, account) if one.side is Side.SELL else (account, one.account)
            self.deals.append((*pair, one.price, halves // 2))

    @precondition(lambda self: len(self.listings) > 3)
    @rule(account=ACCOUNTS | st.none(), number=st.integers(0, 10**6), wait=SECONDS)
    def cancel(self, account: str | None, number: int, wait: int) -> None:
        second = self.second + wait
        target = [*self.listings, "N-none"][number % (len(self.listings) + 1)]
        one = self.listings.get(target)
        account = account or (one.account if one else "A")
        wrong = self.wrong_time(second)
        if account not in START:
            wrong.add(Refusal.UNKNOWN_ACCOUNT)
        if one is None:
            wrong.add(Refusal.UNKNOWN_ORDER)
        else:
            if one.account != account:
                wrong.add(Refusal.NOT_OWNER)
            if not one.left:
                wrong.add(Refusal.DEAD_ORDER)
        if self.tried(Cancel(account=account, target=target, at=self.at(second)), second, wrong):
            assert one is not None
            one.end = OrderState.CANCELLED

    @rule()
    def go_on_in_a_copy(self) -> None:
        self.session = self.session.copy()

    @precondition(lambda self: not self.closed and len(self.listings) > 12)
    @rule()
    def close(self) -> None:
        live = [order_id for order_id, one in self.listings.items() if one.left]
        expired = self.session.close(self.at(HOURS[-1][1]))
        assert [str(order.order_id) for order in expired] == live
        for order_id in live:
            self.listings[order_id].end = OrderState.EXPIRED
        self.closed = True
        self.second = HOURS[-1][1]

    # --------------------------------------------------------------- what must hold

    @invariant()
    def orders_are_the_models(self) -> None:
        assert {*map(str, self.session.orders)} == {*self.listings, *self.takes}
        for order_id, one in self.listings.items():
            order = self.session.orders[OrderId(order_id)]
            withdrawn = one.quantity - one.filled if one.end else 0
            assert (order.filled, order.remaining, order.withdrawn) == (one.filled, one.left, withdrawn)
            assert order.quantity == order.filled + order.remaining + order.withdrawn
            assert order.state.live == (one.left > 0)
            if one.end:
                assert order.state is one.end

    @invariant()
    def trades_are_the_models(self) -> None:
        made = [
            (str(trade.seller), str(trade.buyer), CEA.ticks(trade.price), trade.quantity)
            for trade in self.session.trades
        ]
        assert made == self.deals
        assert all(trade.price in self.session.limits for trade in self.session.trades)
        taken = Counter[str]()
        for trade in self.session.trades:
            taken[str(trade.maker)] += trade.quantity
        assert taken == Counter(
            {order_id: one.filled for order_id, one in self.listings.items() if one.filled}
        )

    @invariant()
    def positions_are_the_models(self) -> None:
        for account, (tonnes, _) in START.items():
            position = self.session.positions[AccountId(account)]
            bought = sum(deal[3] for deal in self.deals if deal[1] == account)
            sold = sum(deal[3] for deal in self.deals if deal[0] == account)
            assert sold <= tonnes
            assert position.bought == bought
            assert position.sellable == self.sellable(account) >= 0
            assert position.holding == tonnes - sold + bought
            assert position.cash.to_minor() == self.spendable(account) >= 0
        positions = self.session.positions.values()
        assert sum(one.holding for one in positions) == sum(tonnes for tonnes, _ in START.values())
        assert sum(one.money.to_minor() for one in positions) == sum(fen for _, fen in START.values())

    @invariant()
    def levels_are_the_models(self) -> None:
        for side in Side:
            shown = self.session.levels(side)
            assert [CEA.ticks(level.price) for level in shown] == self.best_five(side)
            for level in shown:
                left = [
                    one.left
                    for one in self.listings.values()
                    if one.side is side and CEA.price(one.price) == level.price
                ]
                assert level.quantity == sum(left)

    @invariant()
    def bulletin_is_the_models(self) -> None:
        day = self.session.bulletin()
        volume = sum(tonnes for *_, tonnes in self.deals)
        turnover = sum(price * tonnes for *_, price, tonnes in self.deals)
        assert (day.volume, day.turnover.to_minor(), day.trades) == (volume, turnover, len(self.deals))
        mean = Fraction(turnover, volume) if volume else Fraction(4800)
        assert CEA.ticks(day.close) == (mean + Fraction(1, 2)).__floor__()


TestSession = SessionAgainstModel.TestCase
TestSession.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
