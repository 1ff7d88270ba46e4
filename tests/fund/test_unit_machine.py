"""
A life of an open-ended fund, drawn at random, against a model of dictionaries and whole numbers.

The fund equalises, takes front-end and back-end fees, gains and loses in a market, pays
distributions, crystallises. Whatever happens: cash in is cash out, fees and what is left;
units issued less units redeemed are outstanding; ledger and register agree; and rounding,
down wherever units and money are rounded, never takes from those who stay.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carbonkit.fund.units.dealing import deal
from carbonkit.fund.units.equalisation import Equaliser, crystallise
from carbonkit.fund.units.unit_chart import UnitChart
from carbonkit.fund.units.unit_distribution import UnitDistribution
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee, SubscriptionFeeBasis
from carbonkit.fund.units.unit_posting import (
    crystallisation_transfers,
    dealing_transfers,
    distribution_transfers,
    holding_transfer,
    tie_out_units,
)
from carbonkit.fund.units.unit_register import UnitRegister
from carbonkit.ledger import (
    Account,
    AccountId,
    CommandId,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Transfer,
    verify,
)
from carbonkit.values import FixedClock, Money, Rounding
from tests.fund.unit_books import A, B, C, buy, dealing_day, first, give_back, record, terms, unit_class

if TYPE_CHECKING:
    from carbonkit.fund.units.unit_order import RedemptionOrder, SubscriptionOrder

pytestmark = pytest.mark.whole

UNIT = unit_class(money_rounding=Rounding.FLOOR)
BANK, MANAGER, CASH, MARKET = (AccountId(name) for name in ("BANK", "MANAGER", "GREEN/cash", "MARKET"))
CHART = UnitChart(unit=UNIT, cash_account=CASH, bank=BANK, manager=MANAGER)
HOLDERS = (A, B, C)
RATE = Fraction(1, 5)
PARTS = st.sampled_from([Fraction(each, 10) for each in (1, 3, 10)])
TERMS = terms(
    subscription_fee=SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.OUTSIDE),
    redemption_fee=RedemptionFee(steps=[(0, "0.015"), (7, "0.005"), (30, 0)], kept="0.25"),
)


class Fund(RuleBasedStateMachine):
    """The fund, its ledger, and the model beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        at = "2026-01-01T00:00:00Z"
        self.ledger = Ledger(self.store, FixedClock("2030-01-01T00:00:00Z"))
        self.ledger.post_all(CHART.opening(HOLDERS, at=at, known=()))
        market = Account(MARKET, "fund_market", may_go_negative=True)
        self.ledger.post(OpenAccount(CommandId("open/market"), market, at))
        self.register = UnitRegister(UNIT)
        self.mark = Fraction(1)
        self.day = datetime.date(2026, 1, 1)
        self.number = 0
        # The model: minor units and steps.
        self.paid_in = self.paid_out = self.to_manager = self.gains = 0
        self.issued = self.redeemed = 0
        self.units = dict.fromkeys(HOLDERS, 0)

    @property
    def cash(self) -> int:
        return self.paid_in - self.paid_out - self.to_manager + self.gains

    @property
    def gav(self) -> Fraction:
        return Fraction(self.cash, sum(self.units.values()))

    def next_day(self) -> str:
        self.day += datetime.timedelta(days=1)
        self.number += 1
        return self.day.isoformat()

    def noon(self) -> str:
        return f"{self.day}T12:00:00Z"

    @rule(
        ins=st.lists(st.tuples(st.sampled_from(HOLDERS), st.integers(100, 10**9)), max_size=3),
        outs=st.dictionaries(st.sampled_from(HOLDERS), PARTS, min_size=1, max_size=3),
    )
    def deal_in_units(self, ins: list[tuple[AccountId, int]], outs: dict[AccountId, Fraction]) -> None:
        outstanding = self.register.outstanding
        if outstanding and self.gav < Fraction(1, 100):
            return
        before = self.day
        day = self.next_day()
        orders: list[SubscriptionOrder | RedemptionOrder] = []
        taken = {who: int(self.units[who] * part) for who, part in outs.items()}
        at = f"{day}T06:00:00Z"
        orders += [
            give_back(f"R-{who}", who, str(UNIT.asset.amount(steps)), received_at=at)
            for who, steps in taken.items()
            if steps
        ]
        orders += [
            buy(f"S-{number}", who, Money.from_minor(fen, "CNY"), at) for number, (who, fen) in enumerate(ins)
        ]
        price = first(day=day, unit=UNIT)
        own_fee = None
        if outstanding:
            price = record(self.register, str(Money.from_minor(self.cash, "CNY").amount), day=day).dealing
            own_fee = Equaliser(rate=RATE, mark=self.mark, gav=self.gav)
        else:
            self.mark = Fraction(1)
        if any(fen < price.exact * 2 for _, fen in ins):
            return
        opened, closes = f"{before}T07:00:00Z", f"{day}T07:00:00Z"
        done = deal(
            self.register,
            orders,
            day=dealing_day(day=day, opened_at=opened, cut_off_at=closes),
            dealt_at=self.noon(),
            price=price,
            terms=TERMS,
            own_fee=own_fee,
        )
        self.ledger.post_all(dealing_transfers(done, CHART))
        for note in done.subscriptions:
            net = int(Fraction(note.order.amount.to_minor()) / Fraction("1.006"))
            steps = int(net / price.exact)
            assert (note.into_fund.to_minor(), UNIT.asset.steps(note.units)) == (net, steps)
            assert 0 <= note.kept < price.exact / 100 + Fraction(1, 100)
            self.paid_in += note.order.amount.to_minor()
            self.to_manager += note.order.amount.to_minor() - net
            self.issued += steps
            self.units[note.order.holder] += steps
        for out in done.redemptions:
            steps = taken[out.order.holder]
            assert UNIT.asset.steps(out.units) == steps
            assert out.gross.to_minor() == int(steps * price.exact)
            assert 0 <= out.kept < Fraction(1, 100)
            self.paid_out += out.proceeds.to_minor()
            self.to_manager += out.to_manager.to_minor()
            self.redeemed += steps
            self.units[out.order.holder] -= steps
        self.register = done.after

    @precondition(lambda self: self.register.lots)
    @rule(by=st.sampled_from([Fraction(each, 10) for each in (-4, -1, 1, 2, 3, 5)]))
    def gain_or_lose(self, by: Fraction) -> None:
        gain = int(self.cash * by)
        if gain:
            way = (MARKET, CASH) if gain > 0 else (CASH, MARKET)
            self.number += 1
            legs = [Leg(CHART.cash, abs(gain), *way)]
            self.ledger.post(Transfer(CommandId(f"market/{self.number}"), legs, "market", self.noon()))
            self.gains += gain

    @precondition(lambda self: self.register.lots and self.gav > Fraction(1, 100))
    @rule()
    def crystallise_the_fee(self) -> None:
        day = self.next_day()
        done = crystallise(self.register, Equaliser(rate=RATE, mark=self.mark, gav=self.gav), on=day)
        self.ledger.post_all(crystallisation_transfers(done, CHART, at=self.noon()))
        assert (
            -Fraction(1, 100)
            < done.kept
            < len(self.register.lots) * done.equaliser.nav / 100 + Fraction(1, 100)
        )
        assert done.mark >= self.mark
        self.to_manager += done.fee.to_minor()
        for who in HOLDERS:
            now = UNIT.asset.steps(done.after.units_of(who))
            self.issued += max(0, now - self.units[who])
            self.redeemed += max(0, self.units[who] - now)
            self.units[who] = now
        self.register, self.mark = done.after, done.mark

    @precondition(lambda self: self.register.lots and self.cash > 1000)
    @rule(part=st.fractions(Fraction(1, 100), Fraction(1, 4), max_denominator=100), into=st.booleans())
    def distribute(self, part: Fraction, into: bool) -> None:  # noqa: FBT001  Hypothesis draws it
        day = self.next_day()
        total = int(self.cash * part)
        holders = [who for who, _ in self.register.holders]
        ex = self.register.unit.priced(Fraction(self.cash - total, sum(self.units.values())))
        if not ex.amount:
            return
        paid = UnitDistribution(
            name=f"distribution/{self.number}",
            before=self.register,
            on=day,
            total=Money.from_minor(total, "CNY"),
            reinvesting=holders[:1] if into else (),
            price=first(str(ex.amount), day=day, unit=UNIT) if into else None,
        )
        self.ledger.post_all(distribution_transfers(paid, CHART, at=self.noon()))
        self.paid_out += paid.paid_out.to_minor()
        self.mark = max(self.mark - paid.per_unit, Fraction(1, 10**6))  # what is paid out is no loss
        for each in paid.lots:
            self.issued += UNIT.asset.steps(each.units)
            self.units[each.holder] += UNIT.asset.steps(each.units)
        self.register = paid.after

    @precondition(lambda self: self.units[A] > 1)
    @rule()
    def pass_units_on(self) -> None:
        day = self.next_day()
        steps = self.units[A] // 2
        amount = UNIT.asset.amount(steps)
        name = f"T-{self.number}"
        self.ledger.post(holding_transfer(CHART, A, B, amount, document=name, at=self.noon()))
        self.register = self.register.transfer(A, B, amount, on=day, document=name)
        self.units[A] -= steps
        self.units[B] += steps

    @invariant()
    def books_agree(self) -> None:
        tie_out_units(self.ledger, CHART, self.register)
        assert {who: UNIT.asset.steps(self.register.units_of(who)) for who in HOLDERS} == self.units
        assert self.issued - self.redeemed == UNIT.asset.steps(self.register.outstanding)

    @invariant()
    def cash_in_is_cash_out_fees_and_what_is_left(self) -> None:
        assert self.ledger.quantity(CASH, CHART.cash) == self.cash
        assert self.ledger.quantity(MANAGER, CHART.cash) == self.to_manager
        assert self.ledger.quantity(BANK, CHART.cash) == self.paid_out - self.paid_in
        assert all(self.ledger.quantity(who, CHART.cash) == 0 for who in HOLDERS)

    def teardown(self) -> None:
        assert verify(self.store).ok


TestFund = Fund.TestCase
TestFund.settings = settings(max_examples=12, stateful_step_count=20)
