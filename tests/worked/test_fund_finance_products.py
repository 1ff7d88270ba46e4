"""
Worked: repo, pledge and accounting of emission rights.

Sources: figures computed by hand from the formulas of the trade (repo at 4.6 % for 91 days over
360; a pledge at 70, 80 and 90 per cent of 500,000 t); the net liability approach and IFRIC 3 as EY
describes them, with the figures of one case: 12,000 t free, 1,000 t bought at 68, 12,500 t emitted,
10 at the grant, 72 at the end of the year.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from carbonkit.fund import DayCount
from carbonkit.fund.figure import figure
from carbonkit.fund.product import (
    CarbonLoan,
    Cover,
    LiabilityMethod,
    MarginCall,
    Pledge,
    PledgeTerms,
    Repo,
    add_to_pledge,
    book_grant,
    disburse_loan,
    dispose_of_pledge,
    emission_liability,
    give_back_allowances,
    lend_allowances,
    purchase_price,
    register_pledge,
    release_pledge,
    repay_loan,
    repay_part,
)
from carbonkit.fund.product.pledge_life import default_on_pledge
from carbonkit.ledger import (
    Account,
    Asset,
    Bucket,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    SerialRange,
    Transfer,
    verify,
)
from carbonkit.schemes.shanghai_lending import lending_rules
from carbonkit.values import AccountId, AssetId, CommandId, FixedClock, Money, Price, Rounding, as_instant

if TYPE_CHECKING:
    from carbonkit.fund.product import AgreementStep

KEE, BANK, BUYER = AccountId("KEE-001"), AccountId("BANK"), AccountId("BUYER")
CEA, YUAN = AssetId("CEA"), AssetId("CNY")
AT = as_instant("2024-01-02T02:00:00Z")


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def price(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


class Books:
    """A ledger with three accounts, 1,000,000 t with KEE-001 and 100m CNY with each."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.ledger = Ledger(self.store, FixedClock("2024-12-31T00:00:00Z"))
        post = self.ledger.post
        post(DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT))
        post(DefineAsset(CommandId("define/CNY"), Asset(YUAN, 2, serialised=False), AT))
        for name, outside in (("ISSUER", True), ("KEE-001", False), ("BANK", False), ("BUYER", False)):
            account = Account(AccountId(name), "test", may_go_negative=outside)
            post(OpenAccount(CommandId(f"open/{name}"), account, AT))
        issuer = AccountId("ISSUER")
        legs = [Leg(YUAN, 10_000_000_000, issuer, each) for each in (KEE, BANK, BUYER)]
        serials = (SerialRange(1, 1_000_000),)
        legs.append(Leg(CEA, 1_000_000, issuer, KEE, serials=serials))
        post(Transfer(CommandId("issue"), legs, "issue", AT))

    def post(self, step: AgreementStep) -> None:
        transfer = step.transfer(self.ledger, AT)
        first = self.ledger.post(transfer)
        assert self.ledger.post(step.transfer(self.ledger, AT)).record == first.record

    def held(self, account: AccountId, asset: AssetId, bucket: Bucket = Bucket.TRADABLE) -> int:
        return self.ledger.quantity(account, asset, bucket)

    def check(self) -> None:
        found = verify(self.store)
        assert found.ok, found.differences


def repo(day_count: DayCount = DayCount.ACT_360) -> Repo:
    start = datetime.date(2024, 1, 2)
    return Repo(
        reference="R-1",
        seller=KEE,
        buyer=BANK,
        asset=CEA,
        quantity=100_000,
        purchase_price=purchase_price(price("50.00"), 100_000, haircut="0.10", rounding=Rounding.HALF_UP),
        rate="0.046",
        starts_on=start,
        ends_on=start + datetime.timedelta(days=91),
        day_count=day_count,
        rounding=Rounding.HALF_UP,
    )


def test_repo() -> None:
    agreed = repo()
    assert agreed.purchase_price == cny("4500000.00")
    assert agreed.interest == cny("52325.00")
    assert agreed.repurchase_price == cny("4552325.00")
    assert agreed.repurchase_unit_price == Fraction("45.523250")
    assert agreed.haircut(price("50.00")) == Fraction("0.10")
    # over 365: 4.5m × 4.6 % × 91/365 = 51,608.219…
    assert repo(DayCount.ACT_365_FIXED).repurchase_price == cny("4551608.22")


def test_a_repo_in_the_ledger() -> None:
    books, agreed = Books(), repo()
    books.post(agreed.sale)
    assert (books.held(BANK, CEA), books.held(KEE, YUAN)) == (100_000, 10_000_000_000 + 450_000_000)
    books.post(agreed.repurchase)
    assert (books.held(BANK, CEA), books.held(KEE, CEA)) == (0, 1_000_000)
    assert books.held(KEE, YUAN) == 10_000_000_000 - 5_232_500
    assert books.held(BANK, YUAN) == 10_000_000_000 + 5_232_500
    books.check()


TERMS = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")


def pledge() -> Pledge:
    return Pledge(
        reference="P-1",
        borrower=KEE,
        lender=BANK,
        asset=CEA,
        quantity=500_000,
        principal=TERMS.loan(price("90.00"), 500_000),
        terms=TERMS,
        agreed_on="2024-01-02",
        rate="0.045",
        day_count=DayCount.ACT_360,
        rounding=Rounding.HALF_UP,
    )


def test_pledge() -> None:
    agreed, first, second = pledge(), price("76.50"), price("69.00")
    assert agreed.principal == cny("31500000.00")
    assert figure(agreed.loan_to_value(first), 8, Rounding.HALF_UP) == figure(
        "0.82352941", 8, Rounding.HALF_UP
    )
    assert agreed.cover(first) is Cover.WARNING
    assert agreed.margin_call(first) == MarginCall(cny("4725000.00"), 88_236)
    assert figure(agreed.loan_to_value(second), 8, Rounding.HALF_UP) == figure(
        "0.91304348", 8, Rounding.HALF_UP
    )
    assert agreed.cover(second) is Cover.LIQUIDATION
    assert (agreed.warning_price, agreed.liquidation_price) == (Fraction("78.75"), Fraction(70))
    assert agreed.cover(price("90.00")) is Cover.SOUND


def test_a_pledge_that_is_repaid_in_the_ledger() -> None:
    books, held = Books(), pledge()
    held, step = register_pledge(held, price("90.00"))
    books.post(step)
    assert books.held(KEE, CEA, Bucket.PLEDGED) == 500_000
    held, step = disburse_loan(held, "2024-01-02")
    books.post(step)
    held, step = add_to_pledge(held, 50_000)
    books.post(step)
    held, step = repay_part(held, cny("1500000.00"), "2024-04-01")
    books.post(step)
    assert (held.quantity, held.principal) == (550_000, cny("30000000.00"))
    # 90 days of 31.5m and 90 days of 30m at 4.5 % over 360
    assert held.interest("2024-06-30") == cny("691875.00")
    held, step = repay_loan(held, "2024-06-30")
    books.post(step)
    held, step = release_pledge(held)
    books.post(step)
    assert books.held(KEE, CEA) == 1_000_000
    assert books.held(KEE, CEA, Bucket.PLEDGED) == 0
    assert books.held(BANK, YUAN) == 10_000_000_000 + 69_187_500
    books.check()


@pytest.mark.parametrize(
    ("proceeds", "owed", "lender", "borrower"),
    [
        ("34000000.00", "0.00", 32_208_750_00, 1_791_250_00),
        ("30000000.00", "2208750.00", 30_000_000_00, 0),
        ("500000.00", "31500000.00", 500_000_00, 0),
    ],
)
def test_a_pledge_that_is_disposed_of_in_the_ledger(
    proceeds: str, owed: str, lender: int, borrower: int
) -> None:
    books, held = Books(), pledge()
    held, step = register_pledge(held, price("90.00"))
    books.post(step)
    held, step = disburse_loan(held, "2024-01-02")
    books.post(step)
    before = {each: books.held(each, YUAN) for each in (BANK, KEE, BUYER)}
    held = default_on_pledge(held)
    held, step = dispose_of_pledge(held, BUYER, cny(proceeds), "2024-06-30")  # 180 days: 708,750 interest
    books.post(step)
    assert books.held(BUYER, CEA) == 500_000
    assert books.held(BANK, YUAN) - before[BANK] == lender
    assert books.held(KEE, YUAN) - before[KEE] == borrower
    assert before[BUYER] - books.held(BUYER, YUAN) == cny(proceeds).to_minor()
    assert held.principal == cny(owed)
    still = cny("708750.00") + cny("31500000.00") - cny(proceeds)
    assert held.principal + held.interest("2024-06-30") == (still if still.amount > 0 else cny("0.00"))
    books.check()


def test_carbon_lending_in_the_ledger() -> None:
    books = Books()
    loan = CarbonLoan(
        reference="L-1",
        lender=KEE,
        borrower=BANK,
        asset=CEA,
        quantity=100_000,
        price=price("60.00"),
        margin_share="0.3",
        fee_rate="0.05",
        starts_on="2024-01-02",
        ends_on="2024-07-02",
        day_count=DayCount.ACT_365_FIXED,
        rounding=Rounding.HALF_UP,
        rules=lending_rules("2024-01-02"),
    )
    loan, step = lend_allowances(loan)
    books.post(step)
    assert books.held(BANK, CEA) == 100_000
    assert books.held(BANK, YUAN, Bucket.PLEDGED) == 180_000_000
    loan, step = give_back_allowances(loan)
    books.post(step)
    assert books.held(KEE, CEA) == 1_000_000
    assert books.held(BANK, YUAN, Bucket.PLEDGED) == 0
    # 6m × 5 % × 182/365
    assert books.held(KEE, YUAN) == 10_000_000_000 + 14_958_904
    books.check()


@pytest.mark.parametrize(
    ("method", "owed"),
    [
        (LiabilityMethod.NET_AT_COST, "34000"),
        (LiabilityMethod.NET_AT_MARKET, "36000"),
        (LiabilityMethod.IFRIC_3, "900000"),
    ],
)
def test_liability_for_emissions(method: LiabilityMethod, owed: str) -> None:
    found = emission_liability(
        emissions=12_500,
        free=12_000,
        purchased=1_000,
        purchased_cost=Money("68000", "EUR"),
        price=Price("72", "EUR", "tCO2e"),
        granted_price=Price("10", "EUR", "tCO2e") if method is LiabilityMethod.IFRIC_3 else None,
        method=method,
        rounding=Rounding.HALF_UP,
    )
    assert found.total == Money(owed, "EUR")
    assert [line.amount for line in found.book("2024-12-31").lines] == [Money(owed, "EUR")] * 2


def test_ifric_3_books_the_grant_at_its_value_and_leaves_a_mismatch() -> None:
    granted = book_grant(
        "2024-02-28", free=12_000, price=Price("10", "EUR", "tCO2e"), rounding=Rounding.HALF_UP
    )
    assert [line.amount for line in granted.lines] == [Money("120000", "EUR")] * 2
    owed = emission_liability(
        emissions=12_500,
        free=12_000,
        purchased=1_000,
        purchased_cost=Money("68000", "EUR"),
        price=Price("72", "EUR", "tCO2e"),
        granted_price=Price("10", "EUR", "tCO2e"),
        method=LiabilityMethod.IFRIC_3,
        rounding=Rounding.HALF_UP,
    )
    assert owed.assets == Money("188000", "EUR")  # 120,000 granted and 68,000 bought
    assert owed.mismatch == Money("712000", "EUR")
