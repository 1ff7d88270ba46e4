"""
Accrued carry: what the general partner would get if the fund were paid out at its value today.

The carry of that hypothetical liquidation and what was paid before are what must have
passed from the limited partners to the general partner by now; an accrual moves the
rest. Accruing again on the same day therefore moves nothing.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, listed
from carbonkit.fund.account.allocation import FLOWS
from carbonkit.fund.account.capital_account import CapitalAccount, CapitalAccounts
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.partner.commitment import Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.share import split
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CarryAccrual", "CarryRule", "CarryWeight", "accrue_carry"]

_LIQUIDATION: Final = Source(
    "Institutional Limited Partners Association",
    "Reporting Template v2.0",
    2025,
    table="carried interest",
    status=Status.RECALLED,
    note="hypothetical liquidation at the net asset value; the layout of the roll-forward is recalled",
)


class CarryRule(Protocol):
    """What a fund's terms give the general partner; a waterfall keeps it."""

    def __call__(self, net_asset_value: Money, on: datetime.date, /) -> Money:
        """
        Say how much carry would be paid if the fund paid out all its value on a day.

        Args:
            net_asset_value: What would be paid out, to all partners together.
            on: The day.

        Returns:
            The general partner's carry of that, in whole minor units; negative if it would have to give
            back some that was paid.
        """
        ...


class CarryWeight(enum.Enum):
    """
    How the carry of the whole fund is borne by the limited partners.

    Example:
        >>> [weight.value for weight in CarryWeight]
        ['commitment', 'profit']
    """

    COMMITMENT = "commitment"
    """By commitment."""
    PROFIT = "profit"
    """By what each has earned since inception before carry; who has earned nothing bears none."""


def _parts(values: Iterable[tuple[AccountId, Money]]) -> tuple[tuple[AccountId, Money], ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class CarryAccrual:
    """
    Carry as it was accrued on a day; made by `accrue_carry`.

    Args:
        on: The day.
        document: What the entries are made from.
        net_asset_value: What the fund was worth.
        hypothetical: The carry if that had been paid out.
        paid: The carry that was paid before, less what was given back.
        allocated_before: What had passed to the general partner's capital before.
        general_partner: Who takes the carry.
        parts: What passes now: positive to the general partner, negative from the others; they add up to
            zero.

    Example:
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.values import Period
        >>> entries = [Entry(on="2021-12-31", partner=AccountId("LP"), line=Line.UNREALISED,
        ...                  amount=Money("10.00", "CNY"), document="valuation/1")]
        >>> promised = Commitments([Commitment(AccountId("LP"), Money("100.00", "CNY"))])
        >>> from carbonkit.fund.account.capital_account import capital_accounts
        >>> accounts = capital_accounts(entries, promised, general_partner=AccountId("GP"), opening=None,
        ...                             period=Period("2021-07-01", "2022-01-01"))
        >>> accrual = accrue_carry(lambda value, day: Money("2.00", "CNY"), accounts, promised,
        ...     general_partner=AccountId("GP"), paid=Money("0", "CNY"), weight=CarryWeight.COMMITMENT,
        ...     exempt=(), document="carry/1")
        >>> print(accrual.explain().text())  # doctest: +ELLIPSIS
        carry accrued on 2021-12-31: 2.00 CNY = hypothetical + paid − allocated before
          hypothetical carry: 2.00 CNY = if the 10.00 CNY were paid out
            source: Institutional Limited Partners Association, ...
          paid: 0 CNY
          allocated before: 0.00 CNY
          LP: -2.00 CNY
          GP: 2.00 CNY
    """

    on: datetime.date
    document: str
    net_asset_value: Money
    hypothetical: Money
    paid: Money
    allocated_before: Money
    general_partner: AccountId
    parts: tuple[tuple[AccountId, Money], ...] = attrs.field(converter=_parts)

    @property
    def change(self) -> Money:
        """What passes to the general partner now; negative if it gives some back."""
        return self.hypothetical + self.paid - self.allocated_before

    @property
    def accrued(self) -> Money:
        """Carry that is allocated and not paid, after this accrual."""
        return self.hypothetical

    @property
    def entries(self) -> tuple[Entry, ...]:
        """An entry for each partner whose capital changes; they add up to zero."""
        return entries_of(self.parts, on=self.on, line=Line.CARRIED_INTEREST, document=self.document)

    def explain(self) -> Explanation:
        """Say how the change came about, and who bears it."""
        return Explanation(
            f"carry accrued on {self.on}",
            str(self.change),
            how="hypothetical + paid − allocated before",
            parts=(
                Explanation(
                    "hypothetical carry",
                    str(self.hypothetical),
                    how=f"if the {self.net_asset_value} were paid out",
                    source=_LIQUIDATION,
                ),
                Explanation("paid", str(self.paid)),
                Explanation("allocated before", str(self.allocated_before)),
                *(Explanation(str(partner), str(part)) for partner, part in self.parts if part.amount),
            ),
        )


def accrue_carry(
    rule: CarryRule,
    accounts: CapitalAccounts,
    commitments: Commitments,
    *,
    general_partner: AccountId,
    paid: Money,
    weight: CarryWeight,
    exempt: Iterable[AccountId],
    document: str,
) -> CarryAccrual:
    """
    Accrue carry on the last day of the accounts, by hypothetical liquidation.

    What each limited partner bears is worked out anew from the whole of the carry, so
    that partners who came late, or whose share of the profit has changed, bear theirs.

    Args:
        rule: What the fund's terms give the general partner of a value on a day.
        accounts: The accounts from inception to the day, with the carry accrued before and everything
            else of the day.
        commitments: The commitments.
        general_partner: Who takes the carry; it bears none.
        paid: The carry that was paid until then, less what was given back.
        weight: How the others bear it.
        exempt: Who bears none, such as partners related to the manager; empty if all do.
        document: What the entries are made from.

    Returns:
        The accrual.

    Raises:
        NotFoundError: If the general partner or somebody exempt has no account.
        FundError: `no_capital` if there is carry, but nobody to bear it.
        CurrencyMismatchError: If the carry or what was paid is in another currency.
        InvalidValueError: If the rule gives no money in whole minor units.

    Example:
        >>> from carbonkit.fund.account.capital_account import capital_accounts
        >>> from carbonkit.fund.partner.commitment import Commitment
        >>> from carbonkit.values import Period
        >>> promised = Commitments(
        ...     Commitment(AccountId(name), Money("50", "CNY")) for name in ("LP-1", "LP-2"))
        >>> entries = entries_of(promised.shares(Money("10.00", "CNY")), on="2021-12-31",
        ...                      line=Line.UNREALISED, document="valuation/1")
        >>> def a_fifth(value, day):
        ...     return Money.from_minor(value.to_minor() // 5, "CNY")
        >>> half_year = Period("2021-07-01", "2022-01-01")
        >>> gp = AccountId("GP")
        >>> terms = {"general_partner": gp, "paid": Money("0", "CNY"), "weight": CarryWeight.PROFIT,
        ...          "exempt": ()}
        >>> before = capital_accounts(entries, promised, general_partner=gp, opening=None, period=half_year)
        >>> first = accrue_carry(a_fifth, before, promised, document="carry/1", **terms)
        >>> [(str(each.partner), str(each.amount)) for each in first.entries]
        [('LP-1', '-1.00 CNY'), ('LP-2', '-1.00 CNY'), ('GP', '2.00 CNY')]
        >>> after = capital_accounts((*entries, *first.entries), promised, general_partner=gp, opening=None,
        ...                          period=half_year)
        >>> accrue_carry(a_fifth, after, promised, document="carry/2", **terms).entries
        ()
    """
    check_type(accounts, CapitalAccounts, field="accounts")
    check_type(commitments, Commitments, field="commitments")
    check_type(weight, CarryWeight, field="weight")
    if not callable(rule):
        raise InvalidValueError("be a function of a value and a day", was=repr(rule), field="rule")
    check_currency(paid, accounts.currency, field="paid")
    taker = accounts.account(general_partner)
    spared = frozenset(listed(exempt, field="exempt"))
    for partner in sorted(spared):
        accounts.account(partner)
    end = accounts.period.end
    assert end is not None  # noqa: S101  an account's period has an end
    day = end - datetime.timedelta(days=1)
    value = accounts.closing
    hypothetical = rule(value, day)
    if not isinstance(hypothetical, Money):
        raise InvalidValueError("give Money", was=repr(hypothetical), field="rule")
    check_currency(hypothetical, accounts.currency, field="carry")
    target = (hypothetical + paid).to_minor()
    bearers = [each for each in accounts if each.partner != general_partner and each.partner not in spared]
    weights = [_weight(each, commitments, weight) for each in bearers]
    if target and not any(weights):
        raise FundError(
            f"be above zero by {weight.value} for somebody who bears carry",
            was="nobody's",
            field=f"weights ({document})",
            code=Refusal.NO_CAPITAL,
        )
    shares = split(target, weights) if target else [0] * len(weights)
    borne = {each.partner: share for each, share in zip(bearers, shares, strict=True)}
    changes = {
        each.partner: -borne.get(each.partner, 0) - each.of(Line.CARRIED_INTEREST).to_minor()
        for each in accounts
    }
    changes[general_partner] = target - taker.of(Line.CARRIED_INTEREST).to_minor()
    return CarryAccrual(
        on=day,
        document=document,
        net_asset_value=value,
        hypothetical=hypothetical,
        paid=paid,
        allocated_before=taker.of(Line.CARRIED_INTEREST),
        general_partner=general_partner,
        parts=((partner, Money.from_minor(each, accounts.currency)) for partner, each in changes.items()),
    )


def _weight(account: CapitalAccount, commitments: Commitments, weight: CarryWeight) -> int:
    if weight is CarryWeight.COMMITMENT:
        return sum(each.amount.to_minor() for each in commitments if each.partner == account.partner)
    earned = account.change - account.of(*FLOWS, Line.CARRIED_INTEREST)
    return max(0, earned.to_minor())
