"""The figures of an ILPA report, worked out of accounts, rolls and flows; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.fund._check import check_currency, total_of
from carbonkit.fund.account.capital_statement import CapitalStatement, Span
from carbonkit.fund.account.carry_roll import CarryBalance, CarryRoll, carry_roll
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.entry import Line
from carbonkit.fund.fee.expense import ExpenseCategory
from carbonkit.fund.partner.unfunded import UnfundedRoll, UnfundedStep
from carbonkit.fund.report.ilpa_line import (
    OTHER_LINES,
    VALUE_LINES,
    ReportBlock,
    ReportColumn,
    ReportLine,
    expense_line,
)
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from carbonkit.fund.account.capital_account import CapitalAccount

Amounts: TypeAlias = tuple[Money | None, ...]

_BALANCES: Final = frozenset({"beginning_nav", "ending_nav", "ending_nav_gross"})
_STEPS: Final = {
    "new_commitments": frozenset({UnfundedStep.COMMITMENT}),
    "unfunded_contributions": frozenset({UnfundedStep.CONTRIBUTION}),
    "recallable": frozenset({UnfundedStep.RECALLABLE}),
    "returned": frozenset({UnfundedStep.RETURNED}),
    "released": frozenset({UnfundedStep.RELEASED, UnfundedStep.EXPIRED}),
    "unfunded_other": frozenset({UnfundedStep.OTHER}),
}


@attrs.frozen(kw_only=True)
class ReportFigures:
    """What an ILPA report is worked out of."""

    statement: CapitalStatement
    partner: AccountId
    general_partner: AccountId
    rolls: tuple[UnfundedRoll, ...]
    carry_realised: tuple[CashFlow, ...]
    carry_paid: tuple[CashFlow, ...]
    offsets_added: tuple[CashFlow, ...]
    portfolio_fees: tuple[CashFlow, ...]
    expense_categories: dict[str, ExpenseCategory]

    def __attrs_post_init__(self) -> None:
        """Check that everything is of the fund."""
        for partner in (self.partner, self.general_partner):
            self.statement.inception.account(partner)
        for roll in self.rolls:
            check_type(roll, UnfundedRoll, field="rolls")
            check_currency(roll.unfunded, self.currency, field=f"roll of {roll.partner}")
        for name in ("offsets_added", "portfolio_fees"):
            for number, flow in enumerate(getattr(self, name), start=1):
                field = f"{name}, flow {number}"
                check_type(flow, CashFlow, field=field)
                check_currency(flow.amount, self.currency, field=field)
                flow.amount.to_minor()
                if flow.on not in self.statement.inception.period:
                    raise InvalidValueError(
                        f"lie in {self.statement.inception.period}", was=str(flow.on), field=field
                    )
        for document, category in self.expense_categories.items():
            check_type(category, ExpenseCategory, field=f"category of document {document}")
        self._check_categories()

    def _check_categories(self) -> None:
        missing = {
            entry.document: entry.on
            for entry in self.statement.inception.entries
            if entry.line is Line.EXPENSE and entry.document not in self.expense_categories
        }
        if missing:
            raise BatchError(
                InvalidValueError(
                    "have a category", was=f"none ({on})", field=f"expenses of document {document}"
                ).problem
                for document, on in missing.items()
            )

    @property
    def currency(self) -> str:
        """The currency of all figures."""
        return self.statement.inception.currency

    def rows(self) -> Iterator[tuple[ReportLine, Amounts]]:
        """
        Give every line with its nine figures, column by column.

        Yields:
            The lines, block by block.
        """
        carry = self._carry()
        ending = carry["carry_ending"]
        # worked out once for all lines, since every account is in the fund's column
        sums = [_sums(self._whose(column, span)) for column in ReportColumn for span in Span]
        for line in VALUE_LINES:
            yield line, self._value(line, ending, sums)
        expenses = [self._expenses(column, span) for column in ReportColumn for span in Span]
        for category in ExpenseCategory:
            yield expense_line(category), tuple(self._money(each.get(category, 0)) for each in expenses)
        changes = [self._changes(column) for column in ReportColumn]
        offsets = self._offsets()
        for line in OTHER_LINES:
            if line.block is ReportBlock.CARRY:
                yield line, carry[line.key]
            elif line.block is ReportBlock.OFFSETS:
                yield line, self._fund_only(offsets[line.key])
            elif line.block is ReportBlock.COMMITMENT:
                yield line, self._promised(line.key, changes)
            else:
                yield line, self._fund_only([self._in(self.portfolio_fees, span) for span in Span])

    # ------------------------------------------------------------- the accounts

    def _value(self, line: ReportLine, accrued: Amounts, sums: list[dict[Line, int]]) -> Amounts:
        if line.key == "ending_accrued_carry":
            return accrued
        if line.key not in _BALANCES:
            return tuple(self._money(sum(each.get(part, 0) for part in line.lines)) for each in sums)
        found: list[Money | None] = []
        for column in ReportColumn:
            for span in Span:
                whose = self._whose(column, span)
                carry = accrued[len(found)]
                assert carry is not None  # noqa: S101  the carry block has a figure everywhere
                if line.key == "beginning_nav":
                    found.append(_total(each.opening for each in whose))
                else:
                    closing = _total(each.closing for each in whose)
                    found.append(closing if line.key == "ending_nav" else closing - carry)
        return tuple(found)

    def _whose(self, column: ReportColumn, span: Span) -> tuple[CapitalAccount, ...]:
        accounts = self.statement.over(span)
        return accounts.accounts if column is ReportColumn.FUND else (accounts.account(self._of(column)),)

    def _of(self, column: ReportColumn) -> AccountId:
        return self.partner if column is ReportColumn.PARTNER else self.general_partner

    def _expenses(self, column: ReportColumn, span: Span) -> dict[ExpenseCategory, int]:
        sums: dict[ExpenseCategory, int] = {}
        for account in self._whose(column, span):
            for entry in account.entries:
                if entry.line is Line.EXPENSE:
                    category = self.expense_categories[entry.document]
                    sums[category] = sums.get(category, 0) + entry.amount.to_minor()
        return sums

    # ---------------------------------------------------------------- the carry

    def _carry(self) -> dict[str, Amounts]:
        """Roll carry for the partner, the fund and the general partner, signed by their wealth."""
        rows: dict[str, list[Money]] = {
            key: []
            for key in ("carry_beginning", "carry_realised", "carry_unrealised", "carry_paid", "carry_ending")
        }
        for column in ReportColumn:
            for span in Span:
                roll = self._roll(span)
                if column is ReportColumn.GENERAL_PARTNER:
                    figures = _rolled(roll.opening, roll.closing)
                elif column is ReportColumn.FUND:
                    figures = [0] * 5
                else:
                    start = self.statement.over(span).period.start
                    figures = _rolled(
                        self._borne(roll.opening, start),
                        self._borne(roll.closing, None),
                    )
                    figures = [-each for each in figures]
                for key, minor in zip(rows, figures, strict=True):
                    rows[key].append(self._money(minor))
        return {key: tuple(amounts) for key, amounts in rows.items()}

    def _roll(self, span: Span) -> CarryRoll:
        return carry_roll(
            self.statement.inception,
            general_partner=self.general_partner,
            realised=self.carry_realised,
            paid=self.carry_paid,
            period=self.statement.over(span).period,
        )

    def _borne(self, fund: CarryBalance, before: datetime.date | None) -> CarryBalance:
        """Find the partner's part of the carry: of each balance, by the carry that each has borne."""
        borne = {
            account.partner: -sum(
                entry.amount.to_minor()
                for entry in account.entries
                if entry.line is Line.CARRIED_INTEREST and (before is None or entry.on < before)
            )
            for account in self.statement.inception
            if account.partner != self.general_partner
        }
        place = list(borne).index(self.partner)

        def part(amount: Money) -> Money:
            weights = [max(0, each) for each in borne.values()]
            return self._money(split(amount.to_minor(), weights)[place] if amount.amount else 0)

        return CarryBalance(
            allocated=self._money(borne[self.partner]),
            realised=part(fund.realised),
            paid=part(fund.paid),
        )

    # ------------------------------------------------------ offsets, fees, commitments

    def _offsets(self) -> dict[str, list[Money]]:
        rows: dict[str, list[Money]] = {
            f"offsets_{name}": [] for name in ("beginning", "added", "applied", "ending")
        }
        whole = self.statement.inception
        for span in Span:
            accounts = self.statement.over(span)
            added, applied = self._in(self.offsets_added, span), accounts.of(Line.FEE_OFFSET)
            ending = self._in(self.offsets_added, Span.INCEPTION) - whole.of(Line.FEE_OFFSET)
            if ending.amount < 0:
                raise InvalidValueError(
                    f"be at least the {whole.of(Line.FEE_OFFSET)} that were applied",
                    was=str(self._in(self.offsets_added, Span.INCEPTION)),
                    field="offsets_added",
                )
            for amounts, amount in zip(
                rows.values(), (ending - added + applied, added, -applied, ending), strict=True
            ):
                amounts.append(amount)
        return rows

    def _in(self, flows: Iterable[CashFlow], span: Span) -> Money:
        period = self.statement.over(span).period
        return self._money(sum(flow.amount.to_minor() for flow in flows if flow.on in period))

    def _changes(self, column: ReportColumn) -> list[tuple[datetime.date, UnfundedStep, int]]:
        return [
            (change.on or self.statement.inception.period.start, change.step, change.amount.to_minor())
            for roll in self.rolls
            if column is ReportColumn.FUND or roll.partner == self._of(column)
            for change in roll.changes
            if change.on is None or change.on <= self.statement.as_of
        ]

    def _promised(self, key: str, by_column: list[list[tuple[datetime.date, UnfundedStep, int]]]) -> Amounts:
        found: list[Money] = []
        for changes in by_column:
            for span in Span:
                start = self.statement.over(span).period.start
                if key == "commitment":
                    chosen = [minor for _, step, minor in changes if step is UnfundedStep.COMMITMENT]
                elif key == "beginning_unfunded":
                    chosen = [minor for on, _, minor in changes if on < start]
                elif key == "ending_unfunded":
                    chosen = [minor for _, _, minor in changes]
                else:
                    chosen = [minor for on, step, minor in changes if on >= start and step in _STEPS[key]]
                found.append(self._money(sum(chosen)))
        return tuple(found)

    def _fund_only(self, amounts: list[Money]) -> Amounts:
        return (None, None, None, *amounts, None, None, None)

    def _money(self, minor: int) -> Money:
        return Money.from_minor(minor, self.currency)


def _rolled(opening: CarryBalance, closing: CarryBalance) -> list[int]:
    """Give accrued carry before, what became due, the other change, what was paid, accrued carry after."""
    allocated = closing.allocated - opening.allocated
    realised = closing.realised - opening.realised
    paid = closing.paid - opening.paid
    figures = (opening.accrued, realised, allocated - realised, -paid, closing.accrued)
    return [each.to_minor() for each in figures]


def _sums(accounts: Iterable[CapitalAccount]) -> dict[Line, int]:
    """Add up entries by line, in minor units."""
    sums: dict[Line, int] = {}
    for account in accounts:
        for entry in account.entries:
            sums[entry.line] = sums.get(entry.line, 0) + entry.amount.to_minor()
    return sums


def _total(amounts: Iterable[Money]) -> Money:
    first, *others = amounts
    return total_of((first, *others), first.currency)
