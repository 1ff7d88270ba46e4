"""
Waterfalls: the capital that goes into one, and what a distribution that comes out of it is made of.

The tiers are worked out exactly. What is paid is in whole minor units: first what each side
gets, then what it gets of each tier, both by largest remainder so that they add up; and what
rounding moved is made good in the next distribution. The sums paid to a side over a fund's
life stay within one minor unit of the exact ones.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import on_day, paid, total_of
from carbonkit.fund.carry.tier_position import TierAmount
from carbonkit.fund.entry import Entry, Line, entries_of
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId
from carbonkit.values.money import Money
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "GIVEN_BACK",
    "PAID_CARRY",
    "CapitalContribution",
    "CapitalUse",
    "TierPayment",
    "WaterfallResult",
]

PAID_CARRY: Final = "distribution-carry"
"""How the documents begin by which carry passes as it is paid, and not as it accrues."""
GIVEN_BACK: Final = "clawback"
"""How those begin by which it passes back."""


class CapitalUse(enum.Enum):
    """
    What a contribution is for.

    Example:
        >>> CapitalUse("investment").name
        'INVESTMENT'
    """

    INVESTMENT = "investment"
    """To buy what the fund holds."""
    FEES_AND_EXPENSES = "fees and expenses"
    """To pay the manager and the costs of the fund."""


def _drawn_on(value: str | datetime.date | None) -> datetime.date | None:
    return None if value is None else as_date(value, field="drawn_on")


def _above_zero(value: Money) -> Money:
    if paid(value, field="amount").amount <= 0:
        raise InvalidValueError("be above zero", was=str(value), field="amount")
    return value


@attrs.frozen(kw_only=True)
class CapitalContribution:
    """
    Capital that all partners together paid in.

    Args:
        on: The day on which the call was due.
        amount: How much; above zero.
        use: What for.
        drawn_on: The day on which the money was drawn on a subscription line, if it was, not after
            the due date.
        deal: The deal that it pays for, where a fund is divided deal by deal.

    Raises:
        InvalidValueError: If the amount is not above zero or not in whole minor units, or the money
            was drawn after the call was due.

    Example:
        >>> CapitalContribution(on="2021-07-15", amount=Money("100.00", "CNY"),
        ...                     use=CapitalUse.INVESTMENT, drawn_on="2021-04-15").drawn_on
        datetime.date(2021, 4, 15)
    """

    on: datetime.date = attrs.field(converter=on_day)
    amount: Money = attrs.field(converter=_above_zero)
    use: CapitalUse = attrs.field(validator=is_a(CapitalUse))
    drawn_on: datetime.date | None = attrs.field(default=None, converter=_drawn_on)
    deal: str = attrs.field(default="", validator=is_a(str))

    def __attrs_post_init__(self) -> None:
        """Check the order of the two days."""
        if self.drawn_on is not None and self.drawn_on > self.on:
            raise InvalidValueError(
                f"be on or before {self.on}, when the call was due", was=str(self.drawn_on), field="drawn_on"
            )


@attrs.frozen
class TierPayment:
    """
    What one tier pays of a distribution, in whole minor units.

    Args:
        tier: The tier's name.
        limited_partners: To the limited partners.
        general_partner: To the general partner.

    Example:
        >>> TierPayment("catch-up", Money("0.00", "CNY"), Money("11733201.92", "CNY")).total
        Money('11733201.92', 'CNY')
    """

    tier: str
    limited_partners: Money
    general_partner: Money

    @property
    def total(self) -> Money:
        """Both together."""
        return self.limited_partners + self.general_partner


def _payments(value: Iterable[TierPayment]) -> tuple[TierPayment, ...]:
    return tuple(value)


def _parts(value: Iterable[tuple[AccountId, Money]]) -> tuple[tuple[AccountId, Money], ...]:
    return tuple(value)


@attrs.frozen(kw_only=True)
class WaterfallResult:
    """
    How one distribution is divided; made by a waterfall.

    Args:
        number: Its number, from 1; for a hypothetical liquidation the next one.
        on: The day.
        amount: What is distributed.
        tiers: What each tier takes, exactly.
        payments: The same in whole minor units.
        own: What the general partner gets on its own commitment, outside of the tiers.
        partners: What each partner in the tiers gets on its capital, in the order of the commitments.
        carried: What of the carry each of them bears.
        recipient: Who gets the carry and `own`.
        escrow: What of the carry is held back.
        document: What its entries are made from.
        deal: The deal that it is from, where a fund is divided deal by deal.
        hypothetical: Whether nothing was paid, and this is what would be.

    Example:
        >>> zero = Money("0.00", "CNY")
        >>> result = WaterfallResult(
        ...     number=1, on="2026-07-15", amount=Money("10.00", "CNY"), tiers=(), own=zero, escrow=zero,
        ...     recipient=AccountId("GP"), document="carry/1",
        ...     payments=[TierPayment("carry split", Money("8.00", "CNY"), Money("2.00", "CNY"))],
        ...     partners=[(AccountId("LP"), Money("8.00", "CNY"))],
        ...     carried=[(AccountId("LP"), Money("2.00", "CNY"))])
        >>> print(result.limited_partners, "and", result.general_partner)
        8.00 CNY and 2.00 CNY
        >>> [(str(entry.partner), str(entry.amount)) for entry in result.entries]
        [('LP', '-2.00 CNY'), ('GP', '2.00 CNY')]
    """

    number: int
    on: datetime.date = attrs.field(converter=on_day)
    amount: Money
    tiers: tuple[TierAmount, ...]
    payments: tuple[TierPayment, ...] = attrs.field(converter=_payments)
    own: Money
    partners: tuple[tuple[AccountId, Money], ...] = attrs.field(converter=_parts)
    carried: tuple[tuple[AccountId, Money], ...] = attrs.field(converter=_parts)
    recipient: AccountId
    escrow: Money
    document: str
    deal: str = ""
    hypothetical: bool = False

    @property
    def limited_partners(self) -> Money:
        """What the partners in the tiers get."""
        return total_of((payment.limited_partners for payment in self.payments), self.amount.currency)

    @property
    def general_partner(self) -> Money:
        """The carry: what the general partner gets from the tiers, escrow included."""
        return total_of((payment.general_partner for payment in self.payments), self.amount.currency)

    @property
    def parts(self) -> tuple[tuple[AccountId, Money], ...]:
        """What is paid for each partner, carry and own part of the recipient included; adds up to all."""
        more = self.general_partner + self.own
        if any(partner == self.recipient for partner, _ in self.partners):
            return tuple(
                (partner, amount + more if partner == self.recipient else amount)
                for partner, amount in self.partners
            )
        return (*self.partners, (self.recipient, more))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """
        The carry as it passes from the partners' capital to the general partner's; adds up to zero.

        They are for books in which carry passes as it is paid. Where it accrues, the accrual passes it,
        and capital accounts with both are refused. A hypothetical liquidation has none.

        Raises:
            FundError: `nothing_paid` if nothing was paid.
        """
        if self.hypothetical:
            raise FundError(
                "be a distribution that was paid, to have entries",
                was="a hypothetical liquidation",
                field=self.document,
                code=Refusal.NOTHING_PAID,
                hint="carbonkit.fund.account.accrue_carry accrues its carry",
            )
        borne = ((partner, -amount) for partner, amount in self.carried)
        return entries_of(
            (*borne, (self.recipient, self.general_partner)),
            on=self.on,
            line=Line.CARRIED_INTEREST,
            document=self.document,
        )

    def explain(self) -> Explanation:
        """Say what each tier pays to whom, and what each partner gets."""
        tiers = (
            Explanation(
                payment.tier,
                str(payment.total),
                f"{payment.limited_partners} to the limited partners + "
                f"{payment.general_partner} to the general partner",
            )
            for payment in self.payments
        )
        own = (Explanation("general partner's own commitment", str(self.own)),) if self.own.amount else ()
        held = (Explanation("of the carry held in escrow", str(self.escrow)),) if self.escrow.amount else ()
        return Explanation(
            f"distribution {self.number} on {self.on}" + (f", deal {self.deal}" if self.deal else ""),
            str(self.amount),
            how="by tiers, rounded by largest remainder",
            parts=(
                *own,
                *tiers,
                *held,
                *(Explanation(str(partner), str(amount)) for partner, amount in self.parts),
            ),
        )
