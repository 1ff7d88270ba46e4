"""
Expenses: what a fund pays to others and to its manager, by category, and who bears it.

The categories follow those that reports to investors ask for; the external ones are
recalled, not all are known, and `OTHER` takes the rest. Organisation costs above a cap are the
manager's.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.fund._check import check_currency, count, listed, on_day, paid
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CappedCost",
    "Expense",
    "ExpenseCategory",
    "ExpenseKind",
    "SharedExpense",
    "cap_organisation_cost",
    "share_expense",
]

CATEGORIES: Final = Source(
    "Institutional Limited Partners Association",
    "ILPA Reporting Template",
    2025,
    table="version 2.0, partnership expenses",
    status=Status.RECALLED,
    note="22 external categories; the 18 that are known are named here, in carbonkit's words",
)


class ExpenseKind(enum.Enum):
    """
    To whom an expense is paid, which decides the line of the capital accounts.

    Example:
        >>> ExpenseKind.CHARGEBACK.line
        <Line.CHARGEBACK: 'internal chargeback'>
    """

    EXTERNAL = "to others"
    CHARGEBACK = "to the manager or those related to it"
    OFFERING = "for offering the fund"
    PLACEMENT = "for finding partners"

    @property
    def line(self) -> Line:
        """The line of the capital accounts."""
        return _LINES[self]


_LINES: Final = {
    ExpenseKind.EXTERNAL: Line.EXPENSE,
    ExpenseKind.CHARGEBACK: Line.CHARGEBACK,
    ExpenseKind.OFFERING: Line.OFFERING_COST,
    ExpenseKind.PLACEMENT: Line.PLACEMENT_FEE,
}


class ExpenseCategory(enum.Enum):
    """
    What an expense is for.

    Example:
        >>> ExpenseCategory("audit").name
        'AUDIT'
    """

    ACCOUNTING = "accounting"
    ADMINISTRATION = "administration"
    INFORMATION_TECHNOLOGY = "information technology"
    VALUATION = "valuation"
    AUDIT = "audit"
    TAX = "tax"
    LEGAL = "legal"
    CUSTODY = "custody"
    BANK = "bank"
    DUE_DILIGENCE = "due diligence"
    BROKEN_DEAL = "broken deal"
    INSURANCE = "insurance"
    TRAVEL = "travel"
    EXAMINATION = "investigation and examination"
    ORGANISATION = "organisation"
    SUBSCRIPTION_LINE_FEES = "subscription line fees"
    SUBSCRIPTION_LINE_INTEREST = "subscription line interest"
    OTHER_CREDIT_INTEREST = "interest on other credit"
    OTHER = "other"

    @property
    def source(self) -> Source:
        """Where the categories are from."""
        return CATEGORIES


def _number(value: int) -> int:
    return count(value, field="number")


def _amount(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen(kw_only=True)
class Expense:
    """
    One expense of a fund.

    Args:
        number: Its number, from 1.
        on: The day.
        kind: To whom it is paid.
        category: What it is for.
        amount: How much; above zero.

    Raises:
        InvalidValueError: If the amount is not above zero or not in whole minor units.

    Example:
        >>> Expense(number=1, on="2021-12-31", kind=ExpenseKind.EXTERNAL, category=ExpenseCategory.AUDIT,
        ...         amount=Money("120000.00", "CNY")).amount
        Money('120000.00', 'CNY')
    """

    number: int = attrs.field(converter=_number)
    on: datetime.date = attrs.field(converter=on_day)
    kind: ExpenseKind = attrs.field(validator=is_a(ExpenseKind))
    category: ExpenseCategory = attrs.field(validator=is_a(ExpenseCategory))
    amount: Money = attrs.field(converter=_amount)


@attrs.frozen(kw_only=True)
class SharedExpense:
    """
    An expense and what each partner bears of it; made by `share_expense`.

    Args:
        expense: The expense.
        parts: What each partner bears, in the order of the commitments; zero for one that is excused.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("50", "CNY")) for name in "AB"])
        >>> audit = Expense(number=1, on="2021-12-31", kind=ExpenseKind.EXTERNAL,
        ...                 category=ExpenseCategory.AUDIT, amount=Money("1.01", "CNY"))
        >>> [(entry.line.name, str(entry.amount)) for entry in share_expense(promised, audit, ()).entries]
        [('EXPENSE', '-0.51 CNY'), ('EXPENSE', '-0.50 CNY')]
    """

    expense: Expense
    parts: tuple[tuple[AccountId, Money], ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it takes from each partner's capital."""
        return entries_of(
            ((partner, -part) for partner, part in self.parts),
            on=self.expense.on,
            line=self.expense.kind.line,
            document=f"expense/{self.expense.number}",
        )

    def explain(self) -> Explanation:
        """Say who bears what."""
        expense = self.expense
        return Explanation(
            f"expense {expense.number} on {expense.on}, {expense.category.value}, {expense.kind.value}",
            str(expense.amount),
            how="by commitment, by largest remainder",
            source=CATEGORIES,
            parts=(Explanation(str(partner), str(part)) for partner, part in self.parts),
        )


def share_expense(commitments: Commitments, expense: Expense, excused: Iterable[AccountId]) -> SharedExpense:
    """
    Divide an expense among the partners by commitment.

    Args:
        commitments: Every partner's commitment.
        expense: The expense.
        excused: Partners that do not bear it; the others bear their part.

    Returns:
        The parts; they add up to the expense.

    Raises:
        NotFoundError: If somebody excused is no partner.
        InvalidValueError: If all are excused.
        CurrencyMismatchError: If the expense is in another currency.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> promised = Commitments([Commitment(AccountId(name), Money("50", "CNY")) for name in "AB"])
        >>> travel = Expense(number=1, on="2021-12-31", kind=ExpenseKind.CHARGEBACK,
        ...                  category=ExpenseCategory.TRAVEL, amount=Money("1.00", "CNY"))
        >>> [str(part) for _, part in share_expense(promised, travel, [AccountId("B")]).parts]
        ['1.00 CNY', '0.00 CNY']
    """
    check_type(commitments, Commitments, field="commitments")
    check_type(expense, Expense, field="expense")
    check_currency(expense.amount, commitments.currency, field="expense")
    free = set(listed(excused, field="excused"))
    strangers = sorted(str(each) for each in free - {each.partner for each in commitments})
    if strangers:
        raise NotFoundError("be a partner of the fund", was=", ".join(strangers), field="excused")
    weights = [
        0 if each.partner in free else weight
        for each, weight in zip(commitments, commitments.weights, strict=True)
    ]
    if not any(weights):
        raise InvalidValueError("leave somebody who bears it", was="all partners", field="excused")
    parts = split(expense.amount.to_minor(), weights)
    return SharedExpense(
        expense=expense,
        parts=tuple(
            (each.partner, Money.from_minor(part, commitments.currency))
            for each, part in zip(commitments, parts, strict=True)
        ),
    )


@attrs.frozen(kw_only=True)
class CappedCost:
    """
    Organisation costs under a cap; made by `cap_organisation_cost`.

    Args:
        cap: The most that the fund bears in all.
        borne_before: What it has borne so far.
        cost: What there is to bear now.

    Example:
        >>> cost = cap_organisation_cost(cap=Money("100", "CNY"), borne_before=Money("80", "CNY"),
        ...                              cost=Money("30", "CNY"))
        >>> print(cost.explain().text())
        organisation cost borne by the fund: 20 CNY = cost, at most the cap less what was borne before
          cap: 100 CNY
          borne before: 80 CNY
          cost: 30 CNY
          borne by the manager: 10 CNY
    """

    cap: Money
    borne_before: Money
    cost: Money

    @property
    def borne(self) -> Money:
        """What the fund bears."""
        return min(self.cost, self.cap - self.borne_before)

    @property
    def excess(self) -> Money:
        """What the manager bears."""
        return self.cost - self.borne

    def explain(self) -> Explanation:
        """Say who bears what."""
        facts = (
            ("cap", self.cap),
            ("borne before", self.borne_before),
            ("cost", self.cost),
            ("borne by the manager", self.excess),
        )
        return Explanation(
            "organisation cost borne by the fund",
            str(self.borne),
            how="cost, at most the cap less what was borne before",
            parts=(Explanation(what, str(value)) for what, value in facts),
        )


def cap_organisation_cost(*, cap: Money, borne_before: Money, cost: Money) -> CappedCost:
    """
    Say what of an organisation cost the fund bears under its cap, and what the manager does.

    Args:
        cap: The most that the fund bears in all; zero or more.
        borne_before: What it has borne so far; at most the cap.
        cost: What there is to bear now; zero or more.

    Returns:
        The two parts.

    Raises:
        InvalidValueError: If an amount is negative or not in whole minor units, or more was borne than
            the cap.
        CurrencyMismatchError: If they have two currencies.

    Example:
        >>> cap_organisation_cost(cap=Money("100", "CNY"), borne_before=Money("100", "CNY"),
        ...                       cost=Money("30", "CNY")).borne
        Money('0', 'CNY')
    """
    for name, amount in (("cap", cap), ("borne_before", borne_before), ("cost", cost)):
        check_currency(paid(amount, field=name), cap.currency, field=name)
    if borne_before > cap:
        raise InvalidValueError(f"be at most the cap of {cap}", was=str(borne_before), field="borne_before")
    return CappedCost(cap=cap, borne_before=borne_before, cost=cost)
