"""What must be many values or a mapping is refused by name, where it is something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.fund.account.accrued_carry import CarryWeight, accrue_carry
from carbonkit.fund.account.allocation import AllocationBasis, allocate
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.account.capital_statement import capital_statement, check_roll
from carbonkit.fund.account.document import FundDocument, happening_documents
from carbonkit.fund.account.fund_chart import FundChart
from carbonkit.fund.account.tie_out import BalanceSheet, TieOut
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Line
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.default import declare_default
from carbonkit.fund.partner.distribution import distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.notice import call_notices
from carbonkit.fund.partner.payment_details import PaymentDetails
from carbonkit.fund.partner.release import ReleaseKind, release_commitments
from carbonkit.fund.report.fund_transaction import PerformanceMethod
from carbonkit.fund.report.ilpa_performance import EndingValue, performance_template
from carbonkit.fund.report.ilpa_report import ilpa_report
from carbonkit.values import AccountId, Money, Period, Rounding

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.fund.account.accrued_carry import CarryAccrual
    from carbonkit.fund.partner.call import CapitalCall
    from carbonkit.fund.partner.distribution import Distribution
    from carbonkit.fund.report.ilpa_performance import PerformanceTemplate
    from carbonkit.fund.report.ilpa_report import IlpaReport

A, GP = AccountId("A"), AccountId("GP")
NIL, ONE = Money("0", "CNY"), Money("1", "CNY")
PROMISED = Commitments([Commitment(A, Money("10", "CNY"))])
YEAR = Period.year(2021)


def called(**changed: object) -> CapitalCall:
    given: dict[str, Any] = {"earlier": (), "total": ONE, "issued_on": "2021-07-02", "due_on": "2021-07-15"}
    given["purpose"] = "allowances"
    given |= changed
    return call_capital(PROMISED, given.pop("earlier"), **given)


CALL = called()
BOOKS = capital_accounts(CALL.entries, PROMISED, general_partner=GP, period=YEAR, opening=None)


def paid_out(**changed: object) -> Distribution:
    given: dict[str, Any] = {
        "items": [DistributionItem(Nature.OTHER, ONE)], "basis": DistributionBasis.GIVEN, "parts": {A: ONE},
        "paid_on": "2021-12-31", "recall": RecallRule.NOTHING,
    }  # fmt: skip
    return distribute(PROMISED, (), **{**given, **changed})


def reported(**changed: object) -> IlpaReport:
    said = capital_statement(
        CALL.entries, PROMISED, general_partner=GP, inception="2021-01-01", year="2021-01-01",
        quarter="2021-10-01", as_of="2021-12-31",
    )  # fmt: skip
    names = ("rolls", "carry_realised", "carry_paid", "offsets_added", "portfolio_fees")
    given: dict[str, Any] = {**dict.fromkeys(names, ()), "expense_categories": {}}
    return ilpa_report(said, fund="Peak Fund", partner=A, general_partner=GP, **{**given, **changed})


def measured(**changed: object) -> PerformanceTemplate:
    left = EndingValue(gross=NIL, net=NIL)
    given: dict[str, Any] = {
        "transactions": (), "method": PerformanceMethod.GRANULAR, "before": None, "as_of": "2021-12-31",
        "with_facility": left, "without_facility": left, "day_count": DayCount.ACT_365_FIXED, "places": 4,
        "rounding": Rounding.HALF_UP,
    }  # fmt: skip
    given |= changed
    return performance_template(given.pop("transactions"), **given)


def accrued(**changed: object) -> CarryAccrual:
    given: dict[str, Any] = {"rule": lambda _value, _on: NIL, "exempt": (), **changed}
    return accrue_carry(
        given.pop("rule"),
        BOOKS,
        PROMISED,
        general_partner=GP,
        paid=NIL,
        weight=CarryWeight.COMMITMENT,
        document="carry/1",
        **given,
    )


def booked(**changed: object) -> FundDocument:
    given: dict[str, Any] = {"entries": (), "cash": (), "unfunded": [(A, ONE)]}
    return FundDocument(name="call/1", on="2021-07-15", reason="call", **{**given, **changed})


def sheet(**changed: object) -> BalanceSheet:
    given: dict[str, Any] = {"receivables": (), "liabilities": ()}
    return BalanceSheet(as_of="2021-12-31", cash=NIL, holdings=NIL, **{**given, **changed})


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: Commitments(3), "commitments"),  # type: ignore[arg-type]
    (lambda: called(items=3), "items"),
    (lambda: called(excused=3), "excused"),
    (lambda: called(earlier=3), "earlier happenings"),
    (lambda: paid_out(items=3), "items"),
    (lambda: paid_out(parts=3), "parts"),
    (lambda: paid_out(withheld=[A]), "withheld"),
    (
        lambda: declare_default(
            PROMISED, [CALL], call=1, unpaid=3, declared_on="2021-08-01", due_on="2021-08-02"  # type: ignore[arg-type]
        ),
        "unpaid",
    ),
    (
        lambda: release_commitments(
            PROMISED, (), released_on="2021-08-01", kind=ReleaseKind.EXPIRED, reason="end", amounts=3  # type: ignore[arg-type]
        ),
        "amounts",
    ),
    (
        lambda: call_notices(
            CALL, 3, fund="Peak Fund", payment=PaymentDetails(bank="b", holder="h", account="1")  # type: ignore[arg-type]
        ),
        "earlier",
    ),
    (lambda: booked(entries=3), "entries"),
    (lambda: booked(cash=3), "cash"),
    (lambda: booked(unfunded=3), "unfunded"),
    (lambda: booked(unfunded=[A]), "unfunded, 1"),
    (lambda: happening_documents(CALL, cash=3), "cash"),  # type: ignore[arg-type]
    (lambda: CapitalAccounts(accounts=3), "accounts"),  # type: ignore[arg-type]
    (lambda: check_roll(3), "accounts"),  # type: ignore[arg-type]
    (lambda: sheet(receivables=3), "items"),
    (lambda: sheet(liabilities=[ONE]), "items, 1"),
    (lambda: TieOut(3), "rows"),  # type: ignore[arg-type]
    (lambda: accrued(rule=3), "rule"),
    (lambda: accrued(exempt=3), "exempt"),
    (
        lambda: allocate(
            ONE, BOOKS, PROMISED, line=Line.INTEREST, on="2021-08-01", basis=AllocationBasis.COMMITMENT,
            excused=3, document="interest/1",  # type: ignore[arg-type]
        ),
        "excused",
    ),
    (
        lambda: FundChart(fund="PEAK", currency="CNY", zone="UTC", bank=A, manager=GP, may_owe=3),  # type: ignore[arg-type]
        "may_owe",
    ),
    (lambda: reported(rolls=3), "rolls"),
    (lambda: reported(carry_realised=3), "carry_realised"),
    (lambda: reported(carry_paid=3), "carry_paid"),
    (lambda: reported(offsets_added=3), "offsets_added"),
    (lambda: reported(portfolio_fees=3), "portfolio_fees"),
    (lambda: reported(expense_categories=[A]), "expense_categories"),
    (lambda: measured(transactions=3), "transactions"),
    (lambda: measured(before=3), "before"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "field"), WRONG, ids=[field for _, field in WRONG])
def test_what_is_not_many_values_is_refused_by_its_field(make: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert caught.value.problem.field == field
