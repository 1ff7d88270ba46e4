"""
Worked: closed-end funds from the first closing to the last payment, through every book.

Sources: the waterfall is case W01 of `waterfall_golden.json` (confirmed there: 100 million for five
years at 8 % compounding, full catch-up, 20 % carry, exit at 200 million: 180,000,000.00 and
20,000,000.00); the later closing is `subsequent_close` of `fund_metrics_golden.json` (1 billion with
30 % called, 500 million more after 273 days: 100,000,000.00 and interest of 5,983,561.64). The
figures stand in this file. What is between them (values at year ends) is made up, and the carry
of each year end follows by hand: a fifth of the profit once the preferred return
and the catch-up are behind, nothing while the profit is below the preferred return.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from carbonkit.fund.account.accrued_carry import CarryWeight, accrue_carry
from carbonkit.fund.account.allocation import AllocationBasis, allocate
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.account.capital_statement import Span, capital_statement, check_roll
from carbonkit.fund.account.carry_roll import carry_roll
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
from carbonkit.fund.account.tie_out import BalanceSheet, balance_sheet, tie_out
from carbonkit.fund.carry.carry_sharing import CarrySharing
from carbonkit.fund.carry.european import EuropeanWaterfall, hypothetical_liquidation
from carbonkit.fund.carry.waterfall import CapitalContribution, CapitalUse
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.fee.expense import Expense, ExpenseCategory, ExpenseKind, share_expense
from carbonkit.fund.fee.fee_bill import bill_fee
from carbonkit.fund.fee.fee_offset import OffsetTerms
from carbonkit.fund.fee.fee_terms import FeeBase, FeeMeasured, FeePeriods, FeeStep, FeeTerms
from carbonkit.fund.fee.management_fee import charge_management_fee
from carbonkit.fund.partner.call import CapitalCall, call_capital
from carbonkit.fund.partner.closing import close_fund
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
from carbonkit.fund.partner.unfunded import CallDay, unfunded, unfunded_rolls
from carbonkit.fund.portfolio.cost_method import CostMethod
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.portfolio.valuation import Mark, net_asset_value
from carbonkit.fund.report.fund_transaction import (
    Facility,
    FundTransaction,
    Measure,
    PerformanceMethod,
    TransactionType,
)
from carbonkit.fund.report.ilpa_line import ReportColumn
from carbonkit.fund.report.ilpa_performance import EndingValue, performance_template
from carbonkit.fund.report.ilpa_report import ilpa_report
from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.values import AccountId, AssetId, FixedClock, Money, Period, Price, Rounding
from tests.carry import START, TERMS

CITY, POWER, GP = AccountId("LP-CITY"), AccountId("LP-POWER"), AccountId("GP")
CEA = AssetId("CEA")
EXIT = START + datetime.timedelta(days=5 * 365)
YEAR_ENDS = {  # price at the year end, and the carry of that value
    datetime.date(2022, 12, 31): ("130", "6000000.00"),  # a fifth of 30 million
    datetime.date(2023, 12, 31): ("115", "0.00"),  # 15 million are less than 8 % a year
    datetime.date(2024, 12, 31): ("160", "12000000.00"),
}


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def chart(*partners: AccountId) -> tuple[Ledger, FundChart]:
    made = FundChart(
        fund="PEAK",
        currency="CNY",
        zone="Asia/Shanghai",
        bank=AccountId("BANK"),
        manager=AccountId("MANAGER"),
        may_owe=[GP],
    )
    ledger = Ledger(MemoryStore(), FixedClock("2021-07-15T08:00:00Z"))
    ledger.post_all(made.opening(partners, on=START, known=()))
    return ledger, made


class Life:
    """The fund of case W01, with two limited partners, holding a million allowances bought at 100 CNY."""

    def __init__(self) -> None:
        self.commitments = Commitments(
            [Commitment(CITY, cny("60000000")), Commitment(POWER, cny("40000000"))]
        )
        self.ledger, self.chart = chart(CITY, POWER, GP)
        self.entries: list[Entry] = []
        self.carry: list[CashFlow] = []
        self.cash = cny("0.00")
        self.post(commitment_document(self.commitments, on=START, name="commitments/1"))
        self.call: CapitalCall = call_capital(
            self.commitments,
            (),
            total=cny("100000000.00"),
            issued_on=START,
            due_on=START,
            purpose="allowances",
        )
        for document in happening_documents(self.call, cash=()):
            self.post(document)
        self.waterfall = EuropeanWaterfall.of(
            CarrySharing(terms=TERMS, commitments=self.commitments, general_partner=GP)
        ).contribute(CapitalContribution(on=START, amount=cny("100000000.00"), use=CapitalUse.INVESTMENT))
        self.portfolio = Portfolio("CNY").buy(Lot(CEA, 1_000_000, cny("100000000.00"), START))
        self.say("purchase/1", START, [], CashMovement(CashParty.MARKET, cny("-100000000.00")))

    def post(self, document: FundDocument) -> None:
        post_documents(self.ledger, self.chart, [document])
        self.entries += document.entries
        for movement in document.cash:
            self.cash += movement.amount

    def say(self, name: str, on: datetime.date, entries: list[Entry], *cash: CashMovement) -> None:
        self.post(
            FundDocument(
                name=name,
                on=on,
                reason=name.partition("/")[0],
                entries=entries,
                cash=cash,
                unfunded=(),
            )
        )

    def books(self, on: datetime.date) -> CapitalAccounts:
        return capital_accounts(
            self.entries,
            self.commitments,
            general_partner=GP,
            period=Period(START, on + datetime.timedelta(days=1)),
            opening=None,
        )

    def gain(self, amount: Money, line: Line, name: str, on: datetime.date) -> list[Entry]:
        found = allocate(
            amount,
            self.books(on),
            self.commitments,
            line=line,
            on=on,
            basis=AllocationBasis.COMMITMENT,
            excused=(),
            document=name,
        )
        return list(found.entries)

    def unrealised(self, on: datetime.date) -> Money:
        return self.books(on).of(Line.UNREALISED)

    def accrue(self, on: datetime.date) -> Money:
        """Accrue carry by hypothetical liquidation, and say how much is accrued then."""
        accrual = accrue_carry(
            lambda value, day: hypothetical_liquidation(self.waterfall, value, on=day).general_partner,
            self.books(on),
            self.commitments,
            general_partner=GP,
            paid=cny("0"),
            weight=CarryWeight.COMMITMENT,
            exempt=(),
            document=f"carry/{on}",
        )
        if accrual.entries:
            self.say(accrual.document, on, list(accrual.entries))
        return accrual.accrued

    def value(self, on: datetime.date, price: str) -> Money:
        """Value the fund at a year end, tie it out, and accrue the carry."""
        close = Mark(CEA, Price(price, "CNY", "tCO2e"), on, "made up")
        worth = net_asset_value(self.portfolio, as_of=on, cash=self.cash, liabilities=cny("0"), marks=[close])
        name = f"valuation/{on}"
        change = worth.unrealised - self.unrealised(on)
        self.say(name, on, self.gain(change, Line.UNREALISED, name, on))
        accrued = self.accrue(on)
        sheet = balance_sheet(worth, receivables=(), rounding=Rounding.HALF_UP)
        assert tie_out(self.books(on), sheet).ok
        left = unfunded(self.commitments, [self.call])
        tie_out_ledger(self.ledger, self.chart, self.books(on), unfunded=left, cash=self.cash).check()
        return accrued

    def exit(self) -> None:
        """Sell everything for 200 million, and pay it out by the waterfall."""
        name = "sale/1"
        self.portfolio, sale = self.portfolio.sell(
            CEA, 1_000_000, cny("200000000.00"), EXIT, method=CostMethod.FIFO, rounding=Rounding.HALF_UP
        )
        entries = self.gain(sale.gain, Line.REALISED, name, EXIT)
        entries += self.gain(-self.unrealised(EXIT), Line.UNREALISED, name, EXIT)
        self.say(name, EXIT, entries, CashMovement(CashParty.MARKET, sale.proceeds))
        assert self.accrue(EXIT) == cny("20000000.00")
        self.waterfall = self.waterfall.distribute(cny("200000000.00"), on=EXIT)
        result = self.waterfall.results[-1]
        assert (result.limited_partners, result.general_partner) == (
            cny("180000000.00"),
            cny("20000000.00"),
        )
        paid = [
            Entry(on=EXIT, partner=who, line=Line.DISTRIBUTION, amount=-amount, document="distribution/1")
            for who, amount in result.parts
        ]
        self.say("distribution/1", EXIT, paid, *partner_cash(paid))
        self.carry = [CashFlow(EXIT, result.general_partner)]


@pytest.fixture(scope="module")
def life() -> Life:
    fund = Life()
    for on, (price, carry) in YEAR_ENDS.items():
        assert fund.value(on, price) == cny(carry)
    fund.exit()
    return fund


def test_nothing_is_left_after_the_exit(life: Life) -> None:
    books = life.books(EXIT)
    assert [str(closing) for _, closing in books.parts] == ["0.00 CNY"] * 3
    assert life.cash == cny("0.00")
    none_left = ((CITY, cny("0")), (POWER, cny("0")))
    tie_out_ledger(life.ledger, life.chart, books, unfunded=none_left, cash=life.cash).check()
    assert books.account(CITY).of(Line.DISTRIBUTION) == cny("-108000000.00")  # 60 % of 180 million
    assert books.account(POWER).of(Line.DISTRIBUTION) == cny("-72000000.00")
    assert books.account(CITY).of(Line.CARRIED_INTEREST) == cny("-12000000.00")
    assert life.ledger.verify().ok


def test_the_years_roll_and_can_be_read_back(life: Life) -> None:
    ends = [*YEAR_ENDS, EXIT]
    starts = [START, *(each + datetime.timedelta(days=1) for each in YEAR_ENDS)]
    read = [entry for who in (CITY, POWER, GP) for entry in posted_entries(life.ledger, life.chart, who)]
    before: CapitalAccounts | None = None
    reported = []
    for start, end in zip(starts, ends, strict=True):
        period = Period(start, end + datetime.timedelta(days=1))
        before = capital_accounts(
            [each for each in read if each.on in period],
            life.commitments,
            general_partner=GP,
            period=period,
            opening=before,
        )
        reported.append(before)
    check_roll(reported)
    assert [str(each.closing.amount) for each in reported] == [
        "130000000.00",
        "115000000.00",
        "160000000.00",
        "0.00",
    ]
    assert [str(each.account(GP).closing.amount) for each in reported] == [
        "6000000.00",
        "0.00",
        "12000000.00",
        "0.00",
    ]
    # what the partners have at the ends, carry taken off: 60 % of 124, 115 and 148 million
    assert [str(each.account(CITY).closing.amount) for each in reported] == [
        "74400000.00",
        "69000000.00",
        "88800000.00",
        "0.00",
    ]


def test_the_carry_rolls(life: Life) -> None:
    last = Period("2025-01-01", EXIT + datetime.timedelta(days=1))
    roll = carry_roll(life.books(EXIT), general_partner=GP, realised=life.carry, paid=life.carry, period=last)
    found = (roll.opening.accrued, roll.realised, roll.unrealised, roll.paid, roll.closing.accrued)
    assert [str(each.amount) for each in found] == [
        "12000000.00",
        "20000000.00",
        "-12000000.00",
        "20000000.00",
        "0.00",
    ]


def test_the_report_of_the_last_quarter(life: Life) -> None:
    statement = capital_statement(
        life.entries,
        life.commitments,
        general_partner=GP,
        inception=START,
        year="2026-01-01",
        quarter="2026-07-01",
        as_of=EXIT,
    )
    report = ilpa_report(
        statement,
        fund="Peak Fund",
        partner=CITY,
        general_partner=GP,
        rolls=unfunded_rolls(life.commitments, [life.call], calls=CallDay.DUE),
        carry_realised=life.carry,
        carry_paid=life.carry,
        offsets_added=(),
        portfolio_fees=(),
        expense_categories={},
    )

    def of(key: str, column: ReportColumn, span: Span) -> str:
        return str(report.amount(key, column, span))

    assert of("beginning_nav", ReportColumn.PARTNER, Span.QUARTER) == "88800000.00 CNY"
    assert of("carried_interest", ReportColumn.PARTNER, Span.INCEPTION) == "-12000000.00 CNY"
    assert of("carried_interest", ReportColumn.GENERAL_PARTNER, Span.INCEPTION) == "20000000.00 CNY"
    assert of("carried_interest", ReportColumn.FUND, Span.INCEPTION) == "0.00 CNY"
    assert of("realised", ReportColumn.FUND, Span.INCEPTION) == "100000000.00 CNY"
    assert of("unrealised", ReportColumn.FUND, Span.INCEPTION) == "0.00 CNY"
    assert of("ending_nav", ReportColumn.PARTNER, Span.YEAR) == "0.00 CNY"
    assert of("unfunded_contributions", ReportColumn.PARTNER, Span.INCEPTION) == "-60000000.00 CNY"


def test_what_it_returned(life: Life) -> None:
    paid = TransactionType.CALL_INVESTMENT
    nothing = EndingValue(gross=cny("0"), net=cny("0"))
    said = performance_template(
        [
            FundTransaction(START, paid, cny("100000000.00"), Facility.BOTH),
            FundTransaction(EXIT, TransactionType.DISTRIBUTION, cny("180000000.00"), Facility.BOTH),
            FundTransaction(EXIT, TransactionType.CARRY_PAID, life.carry[0].amount, Facility.BOTH),
        ],
        method=PerformanceMethod.GRANULAR,
        before=None,
        as_of=EXIT,
        with_facility=nothing,
        without_facility=nothing,
        day_count=DayCount.ACT_365_FIXED,
        places=6,
        rounding=Rounding.HALF_UP,
    )
    gross, net = said.of(Measure.GROSS, Facility.WITH), said.of(Measure.NET, Facility.WITH)
    assert (gross.tvpi, net.tvpi) == (Decimal("2.000000"), Decimal("1.800000"))
    assert gross.internal_rate.rate == Decimal("0.148698")  # 2 ** (1/5) − 1
    assert net.internal_rate.rate == Decimal("0.124746")  # 1.8 ** (1/5) − 1


def test_a_later_closing_in_the_books() -> None:
    early, late = AccountId("LP-EARLY"), AccountId("LP-LATE")
    first = Commitments([Commitment(early, cny("1000000000"))])
    ledger, accounts = chart(early, late, GP)
    call = call_capital(
        first, (), total=cny("300000000.00"), issued_on=START, due_on=START, purpose="allowances"
    )
    day = START + datetime.timedelta(days=273)
    closing = close_fund(
        first,
        [call],
        joining=[Commitment(late, cny("500000000"))],
        closed_on=day,
        terms=EqualisationTerms(
            interest=LateInterest(
                rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED
            ),
            fee=FeeTrueUp.NONE,
            rounding=Rounding.HALF_UP,
        ),
    )
    documents = [
        commitment_document(first, on=START, name="commitments/1"),
        *happening_documents(call, cash=()),
        *happening_documents(closing, cash=()),
    ]
    post_documents(ledger, accounts, documents)
    kept = capital_accounts(
        [entry for each in documents for entry in each.entries],
        closing.commitments,
        general_partner=GP,
        period=Period(START, day + datetime.timedelta(days=1)),
        opening=None,
    )
    assert kept.account(late).of(Line.CONTRIBUTION) == cny("105983561.64")
    assert kept.account(late).of(Line.EQUALISATION_INTEREST) == cny("-5983561.64")
    assert kept.account(early).of(Line.DISTRIBUTION) == cny("-105983561.64")
    assert [str(each.amount) for _, each in kept.parts] == ["200000000.00", "100000000.00", "0.00"]
    left = unfunded(closing.commitments, [call, closing])
    assert [str(each.amount) for _, each in left] == ["800000000.00", "400000000.00"]
    tie_out_ledger(ledger, accounts, kept, unfunded=left, cash=cny("300000000.00")).check()
    assert ledger.verify().ok


def test_a_first_year_with_fees_and_costs() -> None:
    """Two per cent of 100 million, part of it waived and offset; an audit that is not paid yet."""
    promised = Commitments([Commitment(CITY, cny("60000000")), Commitment(POWER, cny("40000000"))])
    ledger, accounts = chart(CITY, POWER, GP)
    year_end, end = datetime.date(2021, 12, 31), Period(START, "2022-01-01")
    call = call_capital(
        promised, (), total=cny("30000000.00"), issued_on=START, due_on=START, purpose="allowances and fees"
    )
    fee = charge_management_fee(
        FeeTerms(
            steps=[FeeStep(START, "0.02", [FeeBase.COMMITTED])],
            own=(),
            time=FeePeriods.YEARS,
            measured=FeeMeasured.AT_PERIOD_START,
            rounding=Rounding.HALF_UP,
        ),
        promised,
        (),
        number=1,
        start=START,
        end="2022-07-15",
        charged_on=START,
    )
    bill = bill_fee(
        fee,
        waived=cny("100000.00"),
        rebates=(),
        offset_terms=OffsetTerms(share="0.8", rounding=Rounding.HALF_UP),
        portfolio_fees=cny("500000.00"),
        brought_forward=cny("0.00"),
    )
    audit = share_expense(
        promised,
        Expense(
            number=1,
            on=year_end,
            kind=ExpenseKind.EXTERNAL,
            category=ExpenseCategory.AUDIT,
            amount=cny("120000.00"),
        ),
        (),
    )

    def document(entries: tuple[Entry, ...], reason: str, *cash: CashMovement) -> FundDocument:
        first = entries[0]
        return FundDocument(
            name=first.document, on=first.on, reason=reason, entries=entries, cash=cash, unfunded=()
        )

    documents = [
        commitment_document(promised, on=START, name="commitments/1"),
        *happening_documents(call, cash=()),
        document(bill.entries, "fee", CashMovement(CashParty.MANAGER, -bill.net)),
        FundDocument(
            name="purchase/1",
            on="2021-07-16",
            reason="purchase",
            entries=(),
            cash=[CashMovement(CashParty.MARKET, cny("-28000000.00"))],
            unfunded=(),
        ),
        document(audit.entries, "expense"),
    ]
    post_documents(ledger, accounts, documents)
    entries = [entry for each in documents for entry in each.entries]
    kept = capital_accounts(entries, promised, general_partner=GP, period=end, opening=None)
    sheet = BalanceSheet(
        as_of=year_end,
        cash=cny("500000.00"),
        holdings=cny("28000000.00"),
        receivables=(),
        liabilities=[("audit", cny("120000.00"))],
    )
    assert tie_out(kept, sheet).ok
    assert [str(each.amount) for _, each in kept.parts] == ["17028000.00", "11352000.00", "0.00"]
    left = unfunded(promised, [call])
    tie_out_ledger(ledger, accounts, kept, unfunded=left, cash=sheet.cash).check()
    assert ledger.quantity(accounts.manager, accounts.cash) == 150_000_000  # 1.5 million, in fen
    report = ilpa_report(
        capital_statement(
            entries,
            promised,
            general_partner=GP,
            inception=START,
            year=START,
            quarter="2021-10-01",
            as_of=year_end,
        ),
        fund="Peak Fund",
        partner=CITY,
        general_partner=GP,
        rolls=unfunded_rolls(promised, [call], calls=CallDay.DUE),
        carry_realised=(),
        carry_paid=(),
        offsets_added=[CashFlow(START, cny("400000.00"))],
        portfolio_fees=[CashFlow(START, cny("500000.00"))],
        expense_categories={"expense/1": ExpenseCategory.AUDIT},
    )
    keys = ("management_fees_gross", "fee_waivers", "fee_rebates", "fee_offsets", "management_fees_net")
    found = [report.amount(key, ReportColumn.FUND, Span.YEAR) for key in (*keys, "expense_audit")]
    assert [str(each.amount) for each in found if each is not None] == [
        "-2000000.00",
        "100000.00",
        "0.00",
        "400000.00",
        "-1500000.00",
        "-120000.00",
    ]
    assert report.amount("offsets_ending", ReportColumn.FUND, Span.INCEPTION) == cny("0.00")
