"""
The roll-forward of carried interest: what was allocated, what of it is realised, what of that was paid.

Allocated carry has passed to the general partner's capital. It is realised when a
distribution makes it due, and paid when the general partner has the money; between the
two it may lie in escrow. What is allocated and not paid is the accrued carry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError
from carbonkit.fund._check import check_currency, listed, total_of
from carbonkit.fund.account.capital_account import CapitalAccounts
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.entry import Line
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.money import Money
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.values.identifier import AccountId

__all__ = ["CarryBalance", "CarryRoll", "carry_roll"]

_LAYOUT: Final = Source(
    "Institutional Limited Partners Association",
    "Reporting Template v2.0",
    2025,
    table="carried interest",
    status=Status.RECALLED,
    note="that realised, unrealised, paid and accrued carry are rolled forward is recalled",
)


@attrs.frozen(kw_only=True)
class CarryBalance:
    """
    How carried interest stands on a day.

    Args:
        allocated: What has passed to the general partner's capital since inception.
        realised: What of it distributions have made due.
        paid: What of that was paid, less what was given back.

    Raises:
        CurrencyMismatchError: If the amounts have two currencies.

    Example:
        >>> stands = CarryBalance(allocated=Money("20.00", "CNY"), realised=Money("5.00", "CNY"),
        ...                       paid=Money("4.00", "CNY"))
        >>> stands.unrealised, stands.unpaid, stands.accrued
        (Money('15.00', 'CNY'), Money('1.00', 'CNY'), Money('16.00', 'CNY'))
    """

    allocated: Money
    realised: Money
    paid: Money

    def __attrs_post_init__(self) -> None:
        """Check that there is one currency."""
        for name in ("realised", "paid"):
            check_currency(getattr(self, name), self.allocated.currency, field=name)

    @property
    def unrealised(self) -> Money:
        """What is allocated and would only become due if the fund were paid out."""
        return self.allocated - self.realised

    @property
    def unpaid(self) -> Money:
        """What is due and was not paid, such as what lies in escrow."""
        return self.realised - self.paid

    @property
    def accrued(self) -> Money:
        """What is allocated and was not paid."""
        return self.allocated - self.paid


@attrs.frozen(kw_only=True)
class CarryRoll:
    """
    Carried interest from the opening of a period to its closing; made by `carry_roll`.

    Args:
        period: The period.
        opening: How it stood at its beginning.
        closing: How it stands at its end.

    Example:
        >>> nothing, some = Money("0.00", "CNY"), Money("2.00", "CNY")
        >>> roll = CarryRoll(period=Period("2021-07-01", "2021-10-01"),
        ...     opening=CarryBalance(allocated=nothing, realised=nothing, paid=nothing),
        ...     closing=CarryBalance(allocated=some, realised=nothing, paid=nothing))
        >>> print(roll.explain().text())  # doctest: +ELLIPSIS
        carried interest [2021-07-01, 2021-10-01): 2.00 CNY accrued = opening + allocated − paid
          source: Institutional Limited Partners Association, ...
          accrued at the opening: 0.00 CNY
          allocated in the period: 2.00 CNY
          of that realised: 0.00 CNY
          paid in the period: 0.00 CNY
    """

    period: Period
    opening: CarryBalance
    closing: CarryBalance

    @property
    def allocated(self) -> Money:
        """What passed to the general partner's capital in the period."""
        return self.closing.allocated - self.opening.allocated

    @property
    def realised(self) -> Money:
        """What became due in the period."""
        return self.closing.realised - self.opening.realised

    @property
    def unrealised(self) -> Money:
        """The change of what is allocated and not due."""
        return self.closing.unrealised - self.opening.unrealised

    @property
    def paid(self) -> Money:
        """What was paid in the period, less what was given back."""
        return self.closing.paid - self.opening.paid

    def explain(self) -> Explanation:
        """Say how the accrued carry came about."""
        return Explanation(
            f"carried interest {self.period}",
            f"{self.closing.accrued} accrued",
            how="opening + allocated − paid",
            source=_LAYOUT,
            parts=(
                Explanation("accrued at the opening", str(self.opening.accrued)),
                Explanation("allocated in the period", str(self.allocated)),
                Explanation("of that realised", str(self.realised)),
                Explanation("paid in the period", str(self.paid)),
            ),
        )


def carry_roll(
    accounts: CapitalAccounts,
    *,
    general_partner: AccountId,
    realised: Iterable[CashFlow],
    paid: Iterable[CashFlow],
    period: Period,
) -> CarryRoll:
    """
    Roll carried interest forward over a period.

    Args:
        accounts: The accounts from inception to the end of the period.
        general_partner: Who takes the carry.
        realised: What distributions made due, since inception; negative where it was given up again.
        paid: What was paid, since inception; negative for what was given back.
        period: The period; it ends where the accounts end.

    Returns:
        The roll-forward.

    Raises:
        NotFoundError: If the general partner has no account.
        FundError: `does_not_roll` if the period ends elsewhere than the accounts, `outside_period` if a
            flow lies outside of them, `carry_not_earned` if at the end of the period more is realised
            than allocated, or more paid than realised.
        CurrencyMismatchError: If a flow is in another currency.

    Example:
        >>> from carbonkit.fund.account.capital_account import CapitalAccount
        >>> from carbonkit.fund.entry import Entry
        >>> from carbonkit.values import AccountId
        >>> accrued = Entry(on="2021-09-30", partner=AccountId("GP"), line=Line.CARRIED_INTEREST,
        ...                 amount=Money("2.00", "CNY"), document="carry/1")
        >>> year = Period("2021-07-01", "2022-01-01")
        >>> accounts = CapitalAccounts(accounts=[CapitalAccount(
        ...     partner=AccountId("GP"), period=year, opening=Money("0", "CNY"), entries=[accrued])])
        >>> due = [CashFlow("2021-11-01", Money("0.50", "CNY"))]
        >>> roll = carry_roll(accounts, general_partner=AccountId("GP"), realised=due, paid=due,
        ...                   period=Period("2021-10-01", "2022-01-01"))
        >>> str(roll.opening.accrued), str(roll.paid), str(roll.closing.accrued)
        ('2.00 CNY', '0.50 CNY', '1.50 CNY')
    """
    check_type(accounts, CapitalAccounts, field="accounts")
    check_type(period, Period, field="period")
    if period.end != accounts.period.end or period.start < accounts.period.start:
        raise FundError(
            f"lie in {accounts.period}, and end with it",
            was=str(period),
            field="period",
            code=Refusal.DOES_NOT_ROLL,
        )
    account = accounts.account(general_partner)
    due = _flows(realised, accounts, "realised")
    out = _flows(paid, accounts, "paid")

    def stands(before: datetime.date | None) -> CarryBalance:
        carry = (each for each in account.entries if each.line is Line.CARRIED_INTEREST)
        return CarryBalance(
            allocated=total_of(
                (each.amount for each in carry if before is None or each.on < before), accounts.currency
            ),
            realised=_total(due, before, accounts.currency),
            paid=_total(out, before, accounts.currency),
        )

    closing = stands(None)
    _check_order("realised", closing.realised, "allocated", closing.allocated)
    _check_order("paid", closing.paid, "realised", closing.realised)
    return CarryRoll(period=period, opening=stands(period.start), closing=closing)


def _flows(flows: Iterable[CashFlow], accounts: CapitalAccounts, name: str) -> tuple[CashFlow, ...]:
    given = listed(flows, field=name)
    for number, flow in enumerate(given, start=1):
        field = f"{name}, flow {number}"
        check_type(flow, CashFlow, field=field)
        check_currency(flow.amount, accounts.currency, field=field)
        if flow.on not in accounts.period:
            raise FundError(
                f"lie in {accounts.period}", was=str(flow.on), field=field, code=Refusal.OUTSIDE_PERIOD
            )
    return given


def _total(flows: tuple[CashFlow, ...], before: datetime.date | None, currency: str) -> Money:
    return total_of((flow.amount for flow in flows if before is None or flow.on < before), currency)


def _check_order(smaller: str, less: Money, larger: str, more: Money) -> None:
    if less > more:
        raise FundError(
            f"be at most the {more} {larger}",
            was=str(less),
            field=f"carry {smaller}",
            code=Refusal.CARRY_NOT_EARNED,
        )
