"""
ILPA reports: a limited partner's, the fund's and the general partner's figures over quarter, year and life.

Every figure is a sum of entries of the capital accounts, of the unfunded roll or of the
carry roll, so each block closes: what it begins with and its lines are what it ends
with. A sign shows what the line does to the wealth of whoever the column is of;
carried interest is negative for limited partners, positive for the general partner
and nothing for the fund.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund._check import is_said, listed
from carbonkit.fund._sheet import workbook_bytes
from carbonkit.fund.account.capital_statement import CapitalStatement, Span
from carbonkit.fund.report._report_figures import ReportFigures
from carbonkit.fund.report.ilpa_line import COLUMN_NAMES, ReportBlock, ReportColumn, ReportLine
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.language import Language
from carbonkit.values.money import Money
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.fund._sheet import Cell
    from carbonkit.fund.cashflow import CashFlow
    from carbonkit.fund.fee.expense import ExpenseCategory
    from carbonkit.fund.partner.unfunded import UnfundedRoll

__all__ = ["IlpaReport", "ReportRow", "ilpa_report"]


def _amounts(values: Iterable[Money | None]) -> tuple[Money | None, ...]:
    return tuple(values)


@attrs.frozen
class ReportRow:
    """
    One line of a report with its figures.

    Args:
        line: The line.
        amounts: Nine figures: for each column those of the quarter, the year and since inception; None
            where the line has none for that column.

    Example:
        >>> from carbonkit.fund.report.ilpa_line import report_line
        >>> row = ReportRow(report_line("contributions"), [Money("1.00", "CNY")] * 9)
        >>> row.amount(ReportColumn.FUND, Span.YEAR)
        Money('1.00', 'CNY')
    """

    line: ReportLine
    amounts: tuple[Money | None, ...] = attrs.field(converter=_amounts)

    def amount(self, column: ReportColumn, span: Span) -> Money | None:
        """
        Give one figure.

        Args:
            column: Whose.
            span: How far back.

        Returns:
            The figure; None if the line has none there.

        Example:
            >>> from carbonkit.fund.report.ilpa_line import report_line
            >>> row = ReportRow(report_line("portfolio_fees"), [None] * 9)
            >>> row.amount(ReportColumn.PARTNER, Span.YEAR)
        """
        return self.amounts[3 * list(ReportColumn).index(column) + list(Span).index(span)]


@attrs.frozen(kw_only=True)
class IlpaReport:
    """
    A report to one limited partner; made by `ilpa_report`.

    Args:
        fund: The fund's name.
        partner: The limited partner that it is for.
        general_partner: The general partner.
        as_of: The last day.
        currency: The currency of all figures.
        rows: The lines with their figures, block by block.

    Example:
        >>> from carbonkit.fund.account.capital_statement import capital_statement
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> from carbonkit.fund.entry import entries_of, Line
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("10.00", "CNY"))])
        >>> paid = entries_of([(AccountId("LP"), Money("4.00", "CNY"))], on="2021-07-15",
        ...                   line=Line.CONTRIBUTION, document="call/1")
        >>> said = capital_statement(paid, promised, general_partner=AccountId("GP"), inception="2021-07-01",
        ...                          year="2021-07-01", quarter="2021-10-01", as_of="2021-12-31")
        >>> report = ilpa_report(said, fund="Peak Fund", partner=AccountId("LP"),
        ...     general_partner=AccountId("GP"), rolls=(), carry_realised=(), carry_paid=(),
        ...     offsets_added=(), portfolio_fees=(), expense_categories={})
        >>> report.amount("contributions", ReportColumn.PARTNER, Span.YEAR)
        Money('4.00', 'CNY')
    """

    fund: str
    partner: AccountId
    general_partner: AccountId
    as_of: datetime.date
    currency: str
    rows: tuple[ReportRow, ...] = attrs.field(repr=False)

    def row(self, key: str) -> ReportRow:
        """
        Find a line.

        Args:
            key: Its key, such as "contributions".

        Returns:
            The line with its figures.

        Raises:
            NotFoundError: If the report has no such line.

        Example:
            >>> none = IlpaReport(fund="Peak Fund", partner=AccountId("LP"), general_partner=AccountId("GP"),
            ...                   as_of=datetime.date(2021, 12, 31), currency="CNY", rows=())
            >>> none.row("contributions")
            Traceback (most recent call last):
            ...
            carbonkit.errors.NotFoundError: line: must be a line of the report, was contributions
        """
        for row in self.rows:
            if row.line.key == key:
                return row
        raise NotFoundError("be a line of the report", was=key, field="line")

    def amount(self, key: str, column: ReportColumn, span: Span) -> Money | None:
        """
        Give one figure.

        Args:
            key: The line's key.
            column: Whose.
            span: How far back.

        Returns:
            The figure; None if the line has none there.

        Raises:
            NotFoundError: If the report has no such line.

        Example:
            >>> from carbonkit.fund.report.ilpa_line import report_line
            >>> row = ReportRow(report_line("contributions"), [Money("1.00", "CNY")] * 9)
            >>> IlpaReport(fund="Peak Fund", partner=AccountId("LP"), general_partner=AccountId("GP"),
            ...            as_of=datetime.date(2021, 12, 31), currency="CNY", rows=(row,)).amount(
            ...     "contributions", ReportColumn.PARTNER, Span.QUARTER)
            Money('1.00', 'CNY')
        """
        return self.row(key).amount(column, span)

    def as_dict(self) -> dict[str, Any]:
        """
        Give the report as plain values, for JSON: amounts are decimal texts, dates ISO texts.

        Returns:
            The same facts; a figure that a line does not have is None.

        Example:
            >>> none = IlpaReport(fund="Peak Fund", partner=AccountId("LP"), general_partner=AccountId("GP"),
            ...                   as_of=datetime.date(2021, 12, 31), currency="CNY", rows=())
            >>> none.as_dict()["as_of"]
            '2021-12-31'
        """
        return {
            "fund": self.fund,
            "partner": str(self.partner),
            "general_partner": str(self.general_partner),
            "as_of": str(self.as_of),
            "currency": self.currency,
            "lines": [
                {
                    "key": row.line.key,
                    "block": row.line.block.value,
                    "name": {each.value: row.line.name(each) for each in Language},
                    "status": row.line.source.status.value,
                    **{
                        column.name.lower(): {span.value: _text(row.amount(column, span)) for span in Span}
                        for column in ReportColumn
                    },
                }
                for row in self.rows
            ],
        }

    def to_json(self) -> str:
        """
        Write the report as JSON.

        Returns:
            The text.

        Example:
            >>> none = IlpaReport(fund="Peak Fund", partner=AccountId("LP"), general_partner=AccountId("GP"),
            ...                   as_of=datetime.date(2021, 12, 31), currency="CNY", rows=())
            >>> json.loads(none.to_json())["fund"]
            'Peak Fund'
        """
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)

    def to_excel(self, language: Language) -> bytes:
        """
        Write the report as a workbook with a sheet of figures and one of the lines' sources.

        Args:
            language: The language of the names.

        Returns:
            The bytes of an xlsx file.

        Raises:
            MissingExtraError: If `openpyxl` is not installed.

        Example:
            >>> none = IlpaReport(fund="Peak Fund", partner=AccountId("LP"), general_partner=AccountId("GP"),
            ...                   as_of=datetime.date(2021, 12, 31), currency="CNY", rows=())
            >>> none.to_excel(Language.ENGLISH)[:2]
            b'PK'
        """
        check_type(language, Language, field="language")
        english = language is Language.ENGLISH
        place = 0 if english else 1
        figures: list[Sequence[Cell]] = [
            [self.fund],
            ["as of" if english else "截至", self.as_of],
            [COLUMN_NAMES[ReportColumn.PARTNER][place], str(self.partner)],
            [COLUMN_NAMES[ReportColumn.GENERAL_PARTNER][place], str(self.general_partner)],
            ["currency" if english else "币种", self.currency],
            [None, *(COLUMN_NAMES[column][place] for column in ReportColumn for _ in Span)],
            [None, *(span.value for _ in ReportColumn for span in Span)],
        ]
        block: ReportBlock | None = None
        for row in self.rows:
            if row.line.block is not block:
                block = row.line.block
                figures.append([block.value if english else block.chinese])
            figures.append(
                [row.line.name(language), *(None if each is None else each.amount for each in row.amounts)]
            )
        sources = [
            [row.line.name(language), row.line.key, row.line.source.status.value, str(row.line.source)]
            for row in self.rows
        ]
        return workbook_bytes(
            [("report" if english else "报告", figures), ("sources" if english else "来源", sources)]
        )

    def explain(self) -> Explanation:
        """Say what each line is since inception, and how sure it is that the template has it."""
        ending = next((row for row in self.rows if row.line.key == "ending_nav"), None)
        return Explanation(
            f"ILPA report of {self.fund} to {self.partner} on {self.as_of}",
            "" if ending is None else str(ending.amount(ReportColumn.PARTNER, Span.INCEPTION)),
            how="since inception",
            parts=(
                Explanation(row.line.english, str(amount), source=row.line.source)
                for row in self.rows
                if (amount := row.amount(ReportColumn.PARTNER, Span.INCEPTION)) is not None
            ),
        )


def _text(amount: Money | None) -> str | None:
    return None if amount is None else plain(Decimal(amount.amount))


def ilpa_report(
    statement: CapitalStatement,
    *,
    fund: str,
    partner: AccountId,
    general_partner: AccountId,
    rolls: Sequence[UnfundedRoll],
    carry_realised: Iterable[CashFlow],
    carry_paid: Iterable[CashFlow],
    offsets_added: Iterable[CashFlow],
    portfolio_fees: Iterable[CashFlow],
    expense_categories: Mapping[str, ExpenseCategory],
) -> IlpaReport:
    """
    Report to one limited partner in the layout of ILPA's Reporting Template v2.0.

    Args:
        statement: The accounts over quarter, year and life.
        fund: The fund's name.
        partner: The limited partner.
        general_partner: The general partner.
        rolls: The unfunded rolls of the partners; what comes after the day is left out, and a partner
            without one has no commitment. Made with `CallDay.DUE` they count calls from the same day as
            the accounts do.
        carry_realised: The carry that distributions made due, since inception.
        carry_paid: The carry that was paid, since inception.
        offsets_added: What could be offset against management fees, since inception; what was applied is
            in the accounts.
        portfolio_fees: What portfolio companies paid to the manager and those related to it.
        expense_categories: For each document with external expenses, their category.

    Returns:
        The report.

    Raises:
        NotFoundError: If a partner has no account.
        InvalidValueError: If the partner is the general partner, the fund has no name, a flow of offsets
            or portfolio fees is after the day or before inception, or more was offset than could be.
        BatchError: If documents with external expenses have no category; it names every one.
        FundError: `outside_period` if a flow of carry is after the day or before inception,
            `carry_not_earned` if more carry is realised than allocated, or more paid than realised.
        CurrencyMismatchError: If something is in another currency.

    Example:
        >>> from carbonkit.fund.account.capital_statement import capital_statement
        >>> from carbonkit.fund.partner.commitment import Commitment, Commitments
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("10.00", "CNY"))])
        >>> said = capital_statement((), promised, general_partner=None, inception="2021-07-01",
        ...                          year="2021-07-01", quarter="2021-10-01", as_of="2021-12-31")
        >>> ilpa_report(said, fund="Peak Fund", partner=AccountId("LP"), general_partner=AccountId("GP"),
        ...     rolls=(), carry_realised=(), carry_paid=(), offsets_added=(), portfolio_fees=(),
        ...     expense_categories={})
        Traceback (most recent call last):
        ...
        carbonkit.errors.NotFoundError: partner: must be a partner of the fund, was GP
    """
    check_type(statement, CapitalStatement, field="statement")
    if not is_said(fund):
        raise InvalidValueError("name the fund", was=repr(fund), field="fund")
    if partner == general_partner:
        raise InvalidValueError("be a limited partner", was=str(partner), field="partner")
    check_type(expense_categories, Mapping, field="expense_categories")
    figures = ReportFigures(
        statement=statement,
        partner=partner,
        general_partner=general_partner,
        rolls=listed(rolls, field="rolls"),
        carry_realised=listed(carry_realised, field="carry_realised"),
        carry_paid=listed(carry_paid, field="carry_paid"),
        offsets_added=listed(offsets_added, field="offsets_added"),
        portfolio_fees=listed(portfolio_fees, field="portfolio_fees"),
        expense_categories=dict(expense_categories),
    )
    return IlpaReport(
        fund=fund,
        partner=partner,
        general_partner=general_partner,
        as_of=statement.as_of,
        currency=statement.inception.currency,
        rows=tuple(ReportRow(line, amounts) for line, amounts in figures.rows()),
    )
