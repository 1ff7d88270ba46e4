"""ILPA reports: every block closes, every sign is the column's, and every figure can be added up again."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import (
    BatchError,
    CurrencyMismatchError,
    FundError,
    InvalidValueError,
    MissingExtraError,
    NotFoundError,
)
from carbonkit.fund._sheet import workbook_bytes
from carbonkit.fund.account.capital_statement import CapitalStatement, Span, capital_statement
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.fee.expense import ExpenseCategory
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.distribution import distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.unfunded import CallDay, UnfundedRoll, unfunded_rolls
from carbonkit.fund.report.ilpa_line import (
    OTHER_LINES,
    VALUE_LINES,
    ReportBlock,
    ReportColumn,
    expense_line,
    report_line,
)
from carbonkit.fund.report.ilpa_report import IlpaReport, ilpa_report
from carbonkit.values import AccountId, Money
from carbonkit.values.language import Language
from carbonkit.values.source import Status

A, B, GP = AccountId("LP-A"), AccountId("LP-B"), AccountId("GP")
PROMISED = Commitments([Commitment(A, Money("200", "CNY")), Commitment(B, Money("100", "CNY"))])
QTD, YTD, ITD = Span
PARTNER, FUND, GENERAL = ReportColumn


def cny(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def divided(minor: int, line: Line, name: str, on: str) -> tuple[Entry, ...]:
    return entries_of(PROMISED.shares(cny(minor)), on=on, line=line, document=name)


def carry(a: int, b: int, name: str, on: str) -> tuple[Entry, ...]:
    parts = [(A, cny(-a)), (B, cny(-b)), (GP, cny(a + b))]
    return entries_of(parts, on=on, line=Line.CARRIED_INTEREST, document=name)


CALL = call_capital(
    PROMISED, (), total=cny(15_000), issued_on="2021-07-02", due_on="2021-07-15", purpose="allowances"
)
PAID_OUT = distribute(
    PROMISED,
    [CALL],
    items=[DistributionItem(Nature.RETURN_OF_CAPITAL, cny(3_000))],
    basis=DistributionBasis.COMMITMENT,
    paid_on="2022-11-30",
    recall=RecallRule.AMOUNT,
    recallable=cny(1_500),
)
ENTRIES = (
    *CALL.entries,
    *divided(-150, Line.MANAGEMENT_FEE, "fee/1", "2021-12-31"),
    *divided(30, Line.FEE_OFFSET, "fee/1", "2021-12-31"),
    *divided(-60, Line.EXPENSE, "audit/1", "2021-12-31"),
    *divided(-9, Line.CHARGEBACK, "chargeback/1", "2021-12-31"),
    *carry(200, 100, "carry/1", "2021-12-31"),
    *divided(90, Line.INTEREST, "interest/1", "2022-03-31"),
    *divided(-33, Line.EXPENSE, "custody/1", "2022-10-31"),
    *divided(3_000, Line.REALISED, "sale/1", "2022-11-15"),
    *PAID_OUT.entries,
    Entry(on="2022-11-30", partner=GP, line=Line.DISTRIBUTION, amount=cny(-240), document="carry-payment/1"),
    *carry(400, 200, "carry/2", "2022-12-31"),
    *divided(-2, Line.PLACEMENT_FEE, "placement/1", "2022-12-31"),
)
STATEMENT = capital_statement(
    ENTRIES,
    PROMISED,
    general_partner=GP,
    inception="2021-07-01",
    year="2022-01-01",
    quarter="2022-10-01",
    as_of="2022-12-31",
)
FACTS: dict[str, Any] = {
    "fund": "Peak Fund",
    "partner": A,
    "general_partner": GP,
    "rolls": unfunded_rolls(PROMISED, [CALL, PAID_OUT], calls=CallDay.NOTICE),
    "carry_realised": [CashFlow("2022-11-30", cny(300))],
    "carry_paid": [CashFlow("2022-11-30", cny(240))],
    "offsets_added": [CashFlow("2021-12-31", cny(40)), CashFlow("2022-12-31", cny(7))],
    "portfolio_fees": [CashFlow("2021-12-31", cny(50)), CashFlow("2022-12-31", cny(9))],
    "expense_categories": {"audit/1": ExpenseCategory.AUDIT, "custody/1": ExpenseCategory.CUSTODY},
}
REPORT = ilpa_report(STATEMENT, **FACTS)


def minor(key: str, report: IlpaReport = REPORT) -> list[int | None]:
    """Give a line's figures: quarter, year and life of the partner, of the fund, of the general partner."""
    return [None if each is None else each.to_minor() for each in report.row(key).amounts]


def test_the_value_block() -> None:
    assert minor("beginning_nav") == [9_734, 9_674, 0, 14_901, 14_811, 0, 300, 300, 0]
    assert minor("contributions") == [0, 0, 10_000, 0, 0, 15_000, 0, 0, 0]
    assert minor("distributions") == [-2_000, -2_000, -2_000, -3_240, -3_240, -3_240, -240, -240, -240]
    assert minor("total_flows") == [-2_001, -2_001, 7_999, -3_242, -3_242, 11_758, -240, -240, -240]
    assert minor("management_fees_gross") == [0, 0, -100, 0, 0, -150, 0, 0, 0]
    assert minor("management_fees_net") == [0, 0, -80, 0, 0, -120, 0, 0, 0]
    assert minor("external_expenses") == [-22, -22, -62, -33, -33, -93, 0, 0, 0]
    assert minor("total_expenses") == [-22, -22, -68, -33, -33, -102, 0, 0, 0]
    assert minor("net_operating_result") == [-22, 38, -88, -33, 57, -132, 0, 0, 0]
    assert minor("carried_interest") == [-400, -400, -600, 0, 0, 0, 600, 600, 900]
    assert minor("ending_nav") == [9_311, 9_311, 9_311, 14_626, 14_626, 14_626, 660, 660, 660]
    # of the 900 allocated 240 were paid: 660 are accrued, of which A bears two thirds
    assert minor("ending_accrued_carry") == [-440, -440, -440, 0, 0, 0, 660, 660, 660]
    assert minor("ending_nav_gross") == [9_751, 9_751, 9_751, 14_626, 14_626, 14_626, 0, 0, 0]


def test_the_other_blocks() -> None:
    assert minor("expense_audit") == [0, 0, -40, 0, 0, -60, 0, 0, 0]
    assert minor("expense_custody") == [-22, -22, -22, -33, -33, -33, 0, 0, 0]
    assert minor("expense_other") == [0] * 9
    assert REPORT.row("expense_audit").line.name(Language.CHINESE) == "审计"
    assert minor("carry_beginning") == [-200, -200, 0, 0, 0, 0, 300, 300, 0]
    assert minor("carry_realised") == [-200, -200, -200, 0, 0, 0, 300, 300, 300]
    assert minor("carry_unrealised") == [-200, -200, -400, 0, 0, 0, 300, 300, 600]
    assert minor("carry_paid") == [160, 160, 160, 0, 0, 0, -240, -240, -240]
    assert minor("carry_ending") == minor("ending_accrued_carry")
    assert minor("offsets_beginning")[3:6] == [10, 10, 0]
    assert minor("offsets_added")[3:6] == [7, 7, 47]
    assert minor("offsets_applied")[3:6] == [0, 0, -30]
    assert minor("offsets_ending") == [None, None, None, 17, 17, 17, None, None, None]
    assert minor("portfolio_fees")[3:6] == [9, 9, 59]
    assert minor("commitment") == [20_000] * 3 + [30_000] * 3 + [0] * 3
    assert minor("beginning_unfunded") == [10_000, 10_000, 0, 15_000, 15_000, 0, 0, 0, 0]
    assert minor("new_commitments") == [0, 0, 20_000, 0, 0, 30_000, 0, 0, 0]
    assert minor("unfunded_contributions") == [0, 0, -10_000, 0, 0, -15_000, 0, 0, 0]
    assert minor("recallable") == [1_000, 1_000, 1_000, 1_500, 1_500, 1_500, 0, 0, 0]
    assert minor("ending_unfunded") == [11_000] * 3 + [16_500] * 3 + [0] * 3


def test_what_comes_after_the_day_is_not_in_the_roll() -> None:
    before = capital_statement(
        CALL.entries,
        PROMISED,
        general_partner=GP,
        inception="2021-07-01",
        year="2021-07-01",
        quarter="2021-07-02",
        as_of="2021-09-30",
    )
    nothing = {"carry_realised": (), "carry_paid": (), "offsets_added": (), "portfolio_fees": ()}
    report = ilpa_report(before, **{**FACTS, **nothing})
    assert minor("ending_unfunded", report)[:3] == [10_000] * 3
    # the notice of the call is of the quarter's first day, and belongs to the quarter
    assert minor("beginning_unfunded", report)[:3] == [20_000, 0, 0]
    assert minor("unfunded_contributions", report)[:3] == [-10_000] * 3


def test_between_notice_and_due_day_the_blocks_agree_if_calls_count_when_due() -> None:
    later = call_capital(
        PROMISED, [CALL], total=cny(3_000), issued_on="2021-09-20", due_on="2021-10-10", purpose="credits"
    )
    accounts = capital_statement(
        CALL.entries,
        PROMISED,
        general_partner=GP,
        inception="2021-07-01",
        year="2021-07-01",
        quarter="2021-07-01",
        as_of="2021-09-30",
    )
    nothing = {"carry_realised": (), "carry_paid": (), "offsets_added": (), "portfolio_fees": ()}
    for day, left in ((CallDay.DUE, 10_000), (CallDay.NOTICE, 8_000)):
        rolls = unfunded_rolls(PROMISED, [CALL, later], calls=day)
        report = ilpa_report(accounts, **{**FACTS, **nothing, "rolls": rolls})
        assert minor("ending_unfunded", report)[:3] == [left] * 3
        assert minor("contributions", report)[:3] == [10_000] * 3
        assert minor("unfunded_contributions", report)[:3] == [left - 20_000] * 3


def closes(report: IlpaReport) -> None:
    for column in ReportColumn:
        for span in Span:

            def of(key: str, column: ReportColumn = column, span: Span = span) -> int:
                amount = report.amount(key, column, span)
                assert amount is not None
                return amount.to_minor()

            assert of("beginning_nav") + of("total_flows") + of("net_operating_result") + of("realised") + of(
                "unrealised"
            ) + of("carried_interest") == of("ending_nav")
            assert of("ending_nav_gross") + of("ending_accrued_carry") == of("ending_nav")
            assert of("carry_beginning") + of("carry_realised") + of("carry_unrealised") + of(
                "carry_paid"
            ) == of("carry_ending")
            assert of("carry_realised") + of("carry_unrealised") == of("carried_interest")
            steps = ("new_commitments", "unfunded_contributions", "recallable", "returned", "released")
            assert of("beginning_unfunded") + sum(map(of, steps)) + of("unfunded_other") == of(
                "ending_unfunded"
            )
            if column is ReportColumn.FUND:
                assert of("offsets_beginning") + of("offsets_added") + of("offsets_applied") == of(
                    "offsets_ending"
                )
            expenses = [row for row in report.rows if row.line.block is ReportBlock.EXPENSES]
            assert sum(of(row.line.key) for row in expenses) == of("external_expenses")


def test_every_block_closes_in_every_column() -> None:
    closes(REPORT)
    # a report says what its fund's other reports say
    other = ilpa_report(STATEMENT, **{**FACTS, "partner": B})
    for row in REPORT.rows:
        for span in Span:
            whole = row.amount(FUND, span)
            parts = [row.amount(PARTNER, span), other.row(row.line.key).amount(PARTNER, span)]
            parts.append(row.amount(GENERAL, span))
            known = [each.to_minor() for each in parts if each is not None]
            assert whole is not None
            if known:
                assert sum(known) == whole.to_minor(), row.line.key


AMOUNTS = st.integers(-(10**7), 10**7)
LINES = st.sampled_from([line for line in Line if line not in {Line.CARRIED_INTEREST, Line.FEE_OFFSET}])


@given(
    st.lists(st.tuples(LINES, st.sampled_from([A, B, GP]), AMOUNTS, st.integers(1, 17)), max_size=12),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 17)), max_size=4),
    st.integers(0, 100),
    st.integers(0, 100),
)
@settings(max_examples=40)
def test_every_report_closes(
    moves: list[tuple[Line, AccountId, int, int]],
    accruals: list[tuple[int, int, int]],
    realised: int,
    paid: int,
) -> None:
    def day(month: int) -> str:
        return f"{2021 + (month + 6) // 13}-{(month + 6 - 1) % 12 + 1:02}-15"

    entries = [
        Entry(on=day(month), partner=who, line=line, amount=cny(amount), document=f"{line.name}/{number}")
        for number, (line, who, amount, month) in enumerate(moves)
    ]
    for number, (a, b, month) in enumerate(accruals):
        entries += carry(a, b, f"carry/{number}", day(month))
    allocated = sum(a + b for a, b, _ in accruals)
    due = allocated * realised // 100
    statement = capital_statement(
        entries,
        PROMISED,
        general_partner=GP,
        inception="2021-07-01",
        year="2022-01-01",
        quarter="2022-10-01",
        as_of="2022-12-31",
    )
    report = ilpa_report(
        statement,
        **{
            **FACTS,
            "carry_realised": [CashFlow("2022-12-31", cny(due))],
            "carry_paid": [CashFlow("2022-12-31", cny(due * paid // 100))],
            "expense_categories": {each.document: ExpenseCategory.OTHER for each in entries},
        },
    )
    closes(report)


def test_json_is_decimal_texts() -> None:
    told = json.loads(REPORT.to_json())
    assert told["as_of"] == "2022-12-31"
    first = told["lines"][0]
    assert first["key"] == "beginning_nav"
    assert first["name"]["zh"] == "期初净资产（扣除附带权益）"
    assert first["partner"] == {"QTD": "97.34", "YTD": "96.74", "ITD": "0.00"}
    assert told["lines"][-1]["general_partner"] == {"QTD": None, "YTD": None, "ITD": None}
    assert {each["status"] for each in told["lines"]} == {"recalled", "confirmed", "derived"}


@pytest.mark.parametrize(("language", "title", "words"), [
    (Language.ENGLISH, "report", "total cash and non-cash flows"),
    (Language.CHINESE, "报告", "现金及非现金流合计"),
])  # fmt: skip
def test_excel_holds_the_same_figures(language: Language, title: str, words: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(REPORT.to_excel(language)))
    assert book.sheetnames[0] == title
    rows = {row[0]: row[1:10] for row in book[title].iter_rows(values_only=True)}
    assert rows[words] == (-20.01, -20.01, 79.99, -32.42, -32.42, 117.58, -2.4, -2.4, -2.4)
    assert len(list(book.worksheets[1].iter_rows())) == len(REPORT.rows)


def test_a_name_never_becomes_a_formula() -> None:
    report = ilpa_report(STATEMENT, **{**FACTS, "fund": '=HYPERLINK("x")\x00'})
    book = openpyxl.load_workbook(io.BytesIO(report.to_excel(Language.ENGLISH)))
    cell = book["report"].cell(row=1, column=1)
    assert (cell.value, cell.data_type) == ('=HYPERLINK("x")�', "s")
    long = Decimal("12345678901234567.89")
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([("a", [[long, Decimal(5), None]])])))
    assert [cell.value for cell in next(book["a"].iter_rows())] == ["12345678901234567.89", 5]


def test_a_workbook_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match="openpyxl: must be installed to write workbooks"):
        REPORT.to_excel(Language.ENGLISH)


def test_lines_say_how_sure_they_are() -> None:
    keys = [line.key for line in (*VALUE_LINES, *OTHER_LINES)]
    assert len(set(keys)) == len(keys)
    assert report_line("placement_fees").source.status is Status.CONFIRMED
    assert report_line("contributions").source.status is Status.RECALLED
    assert report_line("equalisation_interest").source.status is Status.DERIVED
    statuses = {category: expense_line(category).source.status for category in ExpenseCategory}
    assert statuses.pop(ExpenseCategory.OTHER) is Status.DERIVED  # takes those of the 22 that are not known
    assert set(statuses.values()) == {Status.RECALLED}
    assert len(statuses) == 18
    covered = {line for each in VALUE_LINES for line in each.lines}
    assert covered == set(Line)
    assert [block.chinese for block in ReportBlock].count("") == 0
    with pytest.raises(NotFoundError, match="line: must be a line of the report, was nav"):
        report_line("nav")
    with pytest.raises(NotFoundError, match="line: must be a line of the report, was nav"):
        REPORT.amount("nav", PARTNER, QTD)
    said = REPORT.explain()
    assert said.value == "93.11 CNY"
    assert {source.status for source in said.sources()} == {
        Status.CONFIRMED,
        Status.RECALLED,
        Status.DERIVED,
    }


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"fund": " "}, InvalidValueError, "fund: must name the fund"),
        ({"partner": GP}, InvalidValueError, "partner: must be a limited partner, was GP"),
        ({"partner": AccountId("X")}, NotFoundError, "partner: must be a partner of the fund, was X"),
        ({"general_partner": AccountId("X")}, NotFoundError, "partner: must be a partner of the fund, was X"),
        ({"rolls": ["x"]}, InvalidValueError, "rolls: must be of type UnfundedRoll"),
        ({"rolls": [UnfundedRoll(A, "EUR", ())]}, CurrencyMismatchError, "roll of LP-A: must be CNY"),
        ({"portfolio_fees": [5]}, InvalidValueError, "portfolio_fees, flow 1: must be of type CashFlow"),
        (
            {"portfolio_fees": [CashFlow("2023-01-01", cny(1))]},
            InvalidValueError,
            "portfolio_fees, flow 1: must lie in",
        ),
        (
            {"offsets_added": [CashFlow("2022-01-01", Money("1", "EUR"))]},
            CurrencyMismatchError,
            "offsets_added, flow 1: must be CNY, was EUR",
        ),
        (
            {"offsets_added": [CashFlow("2022-01-01", cny(29))]},
            InvalidValueError,
            r"offsets_added: must be at least the 0\.30 CNY that were applied, was 0\.29 CNY",
        ),
        (
            {"expense_categories": {"audit/1": "audit", "custody/1": "custody"}},
            InvalidValueError,
            "category of document audit/1: must be of type ExpenseCategory",
        ),
        ({"carry_paid": [CashFlow("2022-11-30", cny(301))]}, FundError, "carry paid: must be at most"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        ilpa_report(STATEMENT, **{**FACTS, **changed})


def test_every_document_without_a_category_is_named() -> None:
    with pytest.raises(BatchError) as caught:
        ilpa_report(STATEMENT, **{**FACTS, "expense_categories": {}})
    assert [problem.field for problem in caught.value.problems] == [
        "expenses of document audit/1",
        "expenses of document custody/1",
    ]
    with pytest.raises(InvalidValueError, match="statement: must be of type CapitalStatement"):
        ilpa_report("x", **FACTS)  # type: ignore[arg-type]
    assert isinstance(STATEMENT, CapitalStatement)
    assert YTD is Span.YEAR
    assert ITD is Span.INCEPTION
