"""
Allocation: income, expenses and gains of a period divided among the partners.

By what they are divided changes every partner's figure, so it is named each time. A
partner that was excused from an investment takes no part in its gains.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError
from carbonkit.fund._check import check_currency, listed
from carbonkit.fund.account.capital_account import CapitalAccounts
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.fund.account.capital_account import CapitalAccount

__all__ = ["FLOWS", "Allocation", "AllocationBasis", "allocate"]

FLOWS: Final = frozenset(
    {Line.CONTRIBUTION, Line.DISTRIBUTION, Line.PARTNER_TRANSFER, Line.EQUALISATION_INTEREST}
)
"""The lines that move a partner's capital itself; the others are what it earned or bore."""


class AllocationBasis(enum.Enum):
    """
    What an amount is divided by; no function of carbonkit picks one by itself.

    Example:
        >>> AllocationBasis("opening capital")
        <AllocationBasis.OPENING_CAPITAL: 'opening capital'>
    """

    COMMITMENT = "commitment"
    """Each partner's commitment."""
    OPENING_CAPITAL = "opening capital"
    """Each partner's capital at the beginning of the period."""
    CAPITAL_DAYS = "capital by days, flows from their own day"
    """Opening capital and flows, each times the days that it was there; a flow from its own day."""
    CAPITAL_DAYS_AFTER = "capital by days, flows from the day after"
    """The same, but a flow from the day after."""


def _parts(values: Iterable[tuple[AccountId, Money]]) -> tuple[tuple[AccountId, Money], ...]:
    return tuple(values)


def _weights(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Allocation:
    """
    One amount as it was divided; made by `allocate`.

    Args:
        on: The day of the entries.
        line: The line of the account.
        document: What the entries are made from.
        total: What was divided.
        basis: What it was divided by.
        weights: What the basis gave each partner; 0 for those who take no part.
        parts: What each partner got; together exactly the total.
        excused: Who takes no part.

    Example:
        >>> from carbonkit.fund.account.capital_account import capital_accounts
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.values import Period
        >>> promised = Commitments([Commitment(AccountId("A"), Money("2.00", "CNY")),
        ...                         Commitment(AccountId("B"), Money("1.00", "CNY"))])
        >>> accounts = capital_accounts((), promised, general_partner=None, opening=None,
        ...                             period=Period("2021-07-01", "2021-10-01"))
        >>> gain = allocate(Money("1.00", "CNY"), accounts, promised, line=Line.REALISED, on="2021-09-30",
        ...                 basis=AllocationBasis.COMMITMENT, excused=(), document="gain/1")
        >>> print(gain.explain().text())
        realised gain gain/1: 1.00 CNY = by commitment, by largest remainder
          A: 0.67 CNY = 1.00 CNY × 200 / 300
          B: 0.33 CNY = 1.00 CNY × 100 / 300
    """

    on: datetime.date
    line: Line
    document: str
    total: Money
    basis: AllocationBasis
    weights: tuple[int, ...] = attrs.field(converter=_weights)
    parts: tuple[tuple[AccountId, Money], ...] = attrs.field(converter=_parts)
    excused: frozenset[AccountId]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """An entry for each partner that got something."""
        return entries_of(self.parts, on=self.on, line=self.line, document=self.document)

    def explain(self) -> Explanation:
        """Say how the amount is divided, partner by partner."""
        everything = sum(self.weights)
        return Explanation(
            f"{self.line.value} {self.document}",
            str(self.total),
            how=f"by {self.basis.value}, by largest remainder",
            parts=(
                Explanation(
                    str(partner),
                    str(part),
                    how="excused" if partner in self.excused else f"{self.total} × {weight} / {everything}",
                )
                for (partner, part), weight in zip(self.parts, self.weights, strict=True)
            ),
        )


def allocate(
    amount: Money,
    accounts: CapitalAccounts,
    commitments: Commitments,
    *,
    line: Line,
    on: str | datetime.date,
    basis: AllocationBasis,
    excused: Iterable[AccountId],
    document: str,
) -> Allocation:
    """
    Divide an amount among the partners, to the minor unit, by largest remainder.

    Args:
        amount: What is divided: positive for a gain, negative for a loss or cost; in whole minor units.
        accounts: The accounts of the period, with the flows of the period and whatever else is known.
        commitments: The commitments.
        line: The line of the account.
        on: The day of the entries, in the period.
        basis: What it is divided by.
        excused: Who takes no part, such as partners excused from the investment; empty if all do.
        document: What the entries are made from.

    Returns:
        The allocation; its parts add up to the amount.

    Raises:
        FundError: `outside_period` if the day is not in the period, `no_capital` if nobody who takes
            part has anything by the basis, `negative_capital` if somebody has less than nothing.
        NotFoundError: If somebody is excused who is no partner.
        CurrencyMismatchError: If the amount is in another currency than the accounts.

    Example:
        >>> from carbonkit.fund.account.capital_account import CapitalAccount
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.values import Period
        >>> quarter = Period("2021-07-01", "2021-10-01")
        >>> paid = Entry(on="2021-09-01", partner=AccountId("B"), line=Line.CONTRIBUTION,
        ...              amount=Money("92.00", "CNY"), document="call/1")
        >>> accounts = CapitalAccounts(accounts=(
        ...     CapitalAccount(
        ...         partner=AccountId(name), period=quarter, opening=Money(was, "CNY"), entries=new)
        ...     for name, was, new in [("A", "30", ()), ("B", "0", [paid])]))
        >>> promised = Commitments(Commitment(AccountId(name), Money("100", "CNY")) for name in "AB")
        >>> gain = allocate(Money("9.00", "CNY"), accounts, promised, line=Line.UNREALISED, on="2021-09-30",
        ...                 basis=AllocationBasis.CAPITAL_DAYS, excused=(), document="valuation/1")
        >>> [str(part) for _, part in gain.parts]  # 30.00 for 92 days, 92.00 for 30 days
        ['4.50 CNY', '4.50 CNY']
    """
    check_type(accounts, CapitalAccounts, field="accounts")
    check_type(commitments, Commitments, field="commitments")
    check_type(line, Line, field="line")
    check_type(basis, AllocationBasis, field="basis")
    day = as_date(on, field="on")
    if day not in accounts.period:
        raise FundError(
            f"lie in {accounts.period}", was=str(day), field=f"on ({document})", code=Refusal.OUTSIDE_PERIOD
        )
    check_currency(amount, accounts.currency, field=f"amount ({document})")
    check_currency(commitments.total, accounts.currency, field="commitments")
    out = frozenset(listed(excused, field="excused"))
    for partner in sorted(out):
        accounts.account(partner)
    weights = _weigh(accounts, commitments, basis, out)
    if not any(weights):
        raise FundError(
            f"be above zero by {basis.value} for somebody who takes part",
            was="nobody's",
            field=f"weights ({document})",
            code=Refusal.NO_CAPITAL,
        )
    shares = split(amount.to_minor(), weights)
    return Allocation(
        on=day,
        line=line,
        document=document,
        total=amount,
        basis=basis,
        weights=weights,
        parts=(
            (account.partner, Money.from_minor(share, accounts.currency))
            for account, share in zip(accounts, shares, strict=True)
        ),
        excused=out,
    )


def _weigh(
    accounts: CapitalAccounts, commitments: Commitments, basis: AllocationBasis, excused: frozenset[AccountId]
) -> list[int]:
    """Find what the basis gives each partner, in minor units, or minor units times days."""
    promised = {each.partner: each.amount.to_minor() for each in commitments}
    weights = []
    for account in accounts:
        if account.partner in excused:
            weight = 0
        elif basis is AllocationBasis.COMMITMENT:
            weight = promised.get(account.partner, 0)
        elif basis is AllocationBasis.OPENING_CAPITAL:
            weight = account.opening.to_minor()
        else:
            weight = _capital_days(account, own_day=basis is AllocationBasis.CAPITAL_DAYS)
        if weight < 0:
            raise FundError(
                f"be zero or more by {basis.value}",
                was=str(account.opening if basis is AllocationBasis.OPENING_CAPITAL else account.closing),
                field=f"capital of {account.partner}",
                hint="divide by commitment, or say who takes no part",
                code=Refusal.NEGATIVE_CAPITAL,
            )
        weights.append(weight)
    return weights


def _capital_days(account: CapitalAccount, *, own_day: bool) -> int:
    """Weigh opening and flows by the days of the period that they were there."""
    end = account.period.end
    assert end is not None  # noqa: S101  an account's period has an end
    weight = account.opening.to_minor() * account.period.days
    for entry in account.entries:
        if entry.line in FLOWS:
            weight += entry.amount.to_minor() * ((end - entry.on).days - (not own_day))
    return weight
