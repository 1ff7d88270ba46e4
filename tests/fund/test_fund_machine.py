"""
A fund's life, drawn at random and posted to a ledger, beside an obvious model of dictionaries.

The model divides by largest remainder in its own words, and knows beforehand which
documents would take a partner's capital below zero: those must be refused whole.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from carbonkit.errors import OverdraftError
from carbonkit.fund.account.accrued_carry import CarryWeight, accrue_carry
from carbonkit.fund.account.allocation import AllocationBasis, allocate
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.account.capital_statement import check_roll
from carbonkit.fund.account.document import (
    CashMovement,
    CashParty,
    FundDocument,
    commitment_document,
    happening_documents,
    partner_cash,
)
from carbonkit.fund.account.fund_chart import FundChart
from carbonkit.fund.account.posting import post_documents, posted_entries, tie_out_ledger
from carbonkit.fund.account.tie_out import BalanceSheet, tie_out
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.closing import close_fund
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.distribution import distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
from carbonkit.fund.partner.unfunded import unfunded
from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.values import AccountId, FixedClock, Money, Period, Rounding

if TYPE_CHECKING:
    from carbonkit.fund.partner.unfunded import Happening
    from carbonkit.values import AssetId

pytestmark = pytest.mark.whole

GP, BANK = AccountId("GP"), AccountId("BANK")
FIRST = datetime.date(2021, 7, 1)
LAST = datetime.date(2024, 12, 31)
LIFE = Period(FIRST, LAST + datetime.timedelta(days=1))
TERMS = EqualisationTerms(
    interest=LateInterest(rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
    fee=FeeTrueUp.NONE,
    rounding=Rounding.HALF_UP,
)
MINOR = st.integers(1, 10**8)


def cny(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def hamilton(total: int, weights: list[int]) -> list[int]:
    """Divide by largest remainder, as a textbook would."""
    shares = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in shares]
    order = sorted(range(len(parts)), key=lambda place: parts[place] - shares[place])
    for place in order[: abs(total) - sum(parts)]:
        parts[place] += 1
    return parts if total >= 0 else [-part for part in parts]


class FundLife(RuleBasedStateMachine):
    """Everything that changes capital, cash or unfunded commitments."""

    @initialize(fen=st.lists(st.integers(10**4, 10**9), min_size=2, max_size=4))
    def found(self, fen: list[int]) -> None:
        names = [AccountId(f"LP-{number}") for number in range(1, len(fen) + 1)]
        self.commitments = Commitments(map(Commitment, names, map(cny, fen)))
        self.ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T08:00:00Z"))
        self.chart = FundChart(
            fund="PEAK",
            currency="CNY",
            zone="Asia/Shanghai",
            bank=BANK,
            manager=AccountId("MANAGER"),
            may_owe=[GP],
        )
        self.ledger.post_all(self.chart.opening([*names, GP], on=FIRST, known=()))
        self.opened = {*names, GP}
        self.today = FIRST
        self.happenings: list[Happening] = []
        self.entries: list[Entry] = []
        self.documents: list[FundDocument] = []
        self.count = 0
        # the model
        self.capital = dict.fromkeys([*names, GP], 0)
        self.cash = self.cost = self.paper = 0
        self.cash_in = self.cash_out = self.carry_paid = 0
        self.post(commitment_document(self.commitments, on=FIRST, name="commitments/1"))

    # ------------------------------------------------------------- the fund

    def post(self, document: FundDocument) -> bool:
        """Post a document; where the model says that a partner would owe, see it refused whole."""
        changes: dict[AccountId, int] = {}
        for entry in document.entries:
            changes[entry.partner] = changes.get(entry.partner, 0) + entry.amount.to_minor()
        if any(self.capital[who] + change < 0 and who != GP for who, change in changes.items()):
            before = self.ledger.balances()
            with pytest.raises(OverdraftError):
                post_documents(self.ledger, self.chart, [document])
            assert self.ledger.balances() == before
            return False
        post_documents(self.ledger, self.chart, [document])
        self.documents.append(document)
        self.entries += document.entries
        for who, change in changes.items():
            self.capital[who] += change
        for movement in document.cash:
            minor = movement.amount.to_minor()
            self.cash += minor
            self.cash_in += max(minor, 0)
            self.cash_out += max(-minor, 0)
        return True

    def happen(self, happening: Happening) -> bool:
        (document,) = happening_documents(happening, cash=())
        if self.post(document):
            self.happenings.append(happening)
            return True
        return False

    def number(self) -> int:
        self.count += 1
        return self.count

    def books(self) -> CapitalAccounts:
        return capital_accounts(self.entries, self.commitments, general_partner=GP, period=LIFE, opening=None)

    def divided(self, minor: int, line: Line, name: str) -> list[Entry]:
        """Allocate by commitment, and compare with the model's own division."""
        found = allocate(
            cny(minor),
            self.books(),
            self.commitments,
            line=line,
            on=self.today,
            basis=AllocationBasis.COMMITMENT,
            excused=(),
            document=name,
        )
        parts = {partner: part.to_minor() for partner, part in found.parts if partner != GP}
        weights = [each.amount.to_minor() for each in self.commitments]
        by_model = hamilton(minor, weights)
        assert [parts[each.partner] for each in self.commitments] == by_model
        return list(found.entries)

    def say(self, name: str, entries: list[Entry], *cash: CashMovement) -> bool:
        reason = name.split("/", maxsplit=1)[0]
        if not entries and not cash:
            return False
        return self.post(
            FundDocument(name=name, on=self.today, reason=reason, entries=entries, cash=cash, unfunded=())
        )

    # ---------------------------------------------------------------- rules

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.today = min(LAST, self.today + datetime.timedelta(days=days))

    @rule(minor=MINOR)
    def call(self, minor: int) -> None:
        room = sum(left.to_minor() for _, left in unfunded(self.commitments, self.happenings))
        if room:
            call = call_capital(
                self.commitments,
                self.happenings,
                total=cny(min(minor, room)),
                issued_on=self.today,
                due_on=self.today,
                purpose="allowances",
            )
            self.happen(call)

    @precondition(lambda self: self.cash > 0)
    @rule(share=st.integers(1, 100))
    def buy(self, share: int) -> None:
        price = self.cash * share // 100
        if price and self.say(f"purchase/{self.number()}", [], CashMovement(CashParty.MARKET, cny(-price))):
            self.cost += price

    @precondition(lambda self: self.cost > 0)
    @rule(percent=st.integers(-100, 100))
    def revalue(self, percent: int) -> None:
        target = self.cost * percent // 100  # what is gained or lost on paper
        name = f"valuation/{self.number()}"
        if target != self.paper and self.say(name, self.divided(target - self.paper, Line.UNREALISED, name)):
            self.paper = target

    @precondition(lambda self: self.cost > 0)
    @rule(percent=st.integers(0, 200))
    def sell(self, percent: int) -> None:
        proceeds = self.cost * percent // 100
        name = f"sale/{self.number()}"
        entries = self.divided(proceeds - self.cost, Line.REALISED, name) if proceeds != self.cost else []
        entries += self.divided(-self.paper, Line.UNREALISED, name) if self.paper else []
        cash = [CashMovement(CashParty.MARKET, cny(proceeds))] if proceeds else []
        if self.say(name, entries, *cash):
            self.cost = self.paper = 0

    @precondition(lambda self: self.cash > 0)
    @rule(minor=st.integers(1, 10**6))
    def fee(self, minor: int) -> None:
        name, due = f"fee/{self.number()}", min(minor, self.cash)
        entries = self.divided(-due, Line.MANAGEMENT_FEE, name)
        self.say(name, entries, CashMovement(CashParty.MANAGER, cny(-due)))

    @precondition(lambda self: self.cash > 0)
    @rule(percent=st.integers(1, 100), recall=st.integers(0, 100))
    def pay_out(self, percent: int, recall: int) -> None:
        minor = self.cash * percent // 100
        weights = [each.amount.to_minor() for each in self.commitments]
        left = [each.to_minor() for _, each in unfunded(self.commitments, self.happenings)]
        parts = hamilton(minor, weights)
        called = sum(most - rest for most, rest, part in zip(weights, left, parts, strict=True) if part)
        if minor:
            self.happen(
                distribute(
                    self.commitments,
                    self.happenings,
                    items=[DistributionItem(Nature.OTHER, cny(minor))],
                    basis=DistributionBasis.COMMITMENT,
                    paid_on=self.today,
                    recall=RecallRule.AMOUNT,
                    recallable=cny(min(minor * recall // 100, called)),
                )
            )

    @precondition(lambda self: len(self.commitments.each) < 6)
    @rule(fen=st.integers(10**4, 10**9))
    def close_again(self, fen: int) -> None:
        name = AccountId(f"LP-{len(self.commitments.each) + 1}")
        closing = close_fund(
            self.commitments,
            self.happenings,
            joining=[Commitment(name, cny(fen))],
            closed_on=self.today,
            terms=TERMS,
        )
        if name not in self.opened:
            self.opened.add(name)
            self.ledger.post_all(
                each
                for each in self.chart.opening([name], on=self.today, known=())
                if each.id == self.chart.command(f"open/{name}")
            )
        self.capital[name] = 0
        if self.happen(closing):
            self.commitments = closing.commitments
        else:
            del self.capital[name]

    @rule()
    def accrue(self) -> None:
        """Give the general partner a fifth of all that was ever gained."""
        profit = sum(
            each.amount.to_minor()
            for each in self.entries
            if each.line not in {Line.CONTRIBUTION, Line.DISTRIBUTION, Line.CARRIED_INTEREST}
        )
        carry = max(profit, 0) // 5
        accrual = accrue_carry(
            lambda _value, _on: cny(carry - self.carry_paid),
            self.books(),
            self.commitments,
            general_partner=GP,
            paid=cny(self.carry_paid),
            weight=CarryWeight.COMMITMENT,
            exempt=(),
            document=f"carry/{self.number()}",
        )
        moved = [
            Entry(
                on=self.today,
                partner=each.partner,
                line=each.line,
                amount=each.amount,
                document=each.document,
            )
            for each in accrual.entries
        ]
        if self.say(accrual.document, moved):
            weights = [each.amount.to_minor() for each in self.commitments]
            books = self.books()
            assert [
                books.account(each.partner).of(Line.CARRIED_INTEREST).to_minor() for each in self.commitments
            ] == ([-part for part in hamilton(carry, weights)] if carry else [0] * len(weights))
            assert books.account(GP).of(Line.CARRIED_INTEREST) == cny(carry)

    @precondition(lambda self: self.cash > 0 and self.capital[GP] > 0)
    @rule()
    def pay_carry(self) -> None:
        minor = min(self.cash, self.capital[GP])
        paid = Entry(
            on=self.today,
            partner=GP,
            line=Line.DISTRIBUTION,
            amount=cny(-minor),
            document=f"carry-payment/{self.number()}",
        )
        made = FundDocument(
            name=paid.document,
            on=self.today,
            reason="carry_payment",
            entries=[paid],
            cash=partner_cash([paid]),
            unfunded=(),
        )
        if self.post(made):
            self.carry_paid += minor

    # ----------------------------------------------------------- what holds

    @invariant()
    def books_are_the_model(self) -> None:
        if not hasattr(self, "ledger"):
            return
        books = self.books()
        assert {who: closing.to_minor() for who, closing in books.parts} == self.capital
        assert books.closing.to_minor() == self.cash + self.cost + self.paper  # cash in = cash out + value
        assert self.cash_in - self.cash_out == self.cash
        tie_out(
            books,
            BalanceSheet(
                as_of=LAST,
                cash=cny(self.cash),
                holdings=cny(self.cost + self.paper),
                receivables=(),
                liabilities=(),
            ),
        )

    @invariant()
    def ledger_is_the_books(self) -> None:
        if not hasattr(self, "ledger"):
            return
        left = unfunded(self.commitments, self.happenings)
        tie_out_ledger(self.ledger, self.chart, self.books(), unfunded=left, cash=cny(self.cash)).check()

    @invariant()
    def cash_in_is_cash_out_and_value(self) -> None:
        """Hold it by the ledger alone, but for what holdings gained or lost on paper."""
        if not hasattr(self, "ledger"):
            return
        chart = self.chart

        def held(account: AccountId, asset: AssetId) -> int:
            return self.ledger.quantity(account, asset)

        from_partners = -held(BANK, chart.cash)
        to_market, to_manager = held(chart.market_account, chart.cash), held(chart.manager, chart.cash)
        realised = -held(chart.line_account(Line.REALISED), chart.capital)
        paper = -held(chart.line_account(Line.UNREALISED), chart.capital)
        value = -sum(held(chart.line_account(line), chart.capital) for line in Line)
        assert value == held(chart.cash_account, chart.cash) + to_market + realised + paper
        assert from_partners + realised + paper == to_manager + value  # what came in = what went out + value
        capital = (Line.CONTRIBUTION, Line.DISTRIBUTION)
        assert from_partners == -sum(held(chart.line_account(line), chart.capital) for line in capital)

    def teardown(self) -> None:
        if not hasattr(self, "ledger"):
            return
        assert all(each.repeated for each in post_documents(self.ledger, self.chart, self.documents))
        assert self.ledger.verify().ok
        for who in self.capital:
            mine = [each for each in self.entries if each.partner == who]
            assert sorted(map(repr, posted_entries(self.ledger, self.chart, who))) == sorted(map(repr, mine))
        posted = posted_entries(self.ledger, self.chart, None)
        assert sorted(map(repr, posted)) == sorted(map(repr, self.entries))
        length = max(1, (self.today - FIRST).days // 3)
        cuts = [FIRST + datetime.timedelta(days=each * length) for each in range(3)]
        rolled: list[CapitalAccounts] = []
        for start, end in zip(cuts, [*cuts[1:], LIFE.end], strict=True):
            assert end is not None
            rolled.append(
                capital_accounts(
                    [each for each in posted if start <= each.on < end],
                    self.commitments,
                    general_partner=GP,
                    period=Period(start, end),
                    opening=rolled[-1] if rolled else None,
                )
            )
        check_roll(rolled)
        for who, closing in rolled[-1].parts:
            assert closing.to_minor() == self.ledger.quantity(who, self.chart.capital)


TestFundLife = FundLife.TestCase
TestFundLife.settings = settings(max_examples=8, stateful_step_count=18)
