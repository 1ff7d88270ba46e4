"""Steps that every waterfall takes: capital comes in, and what the tiers take becomes payments; internal."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import check_currency, paid, total_of
from carbonkit.fund.apportion import apportion, in_minor_units
from carbonkit.fund.carry.carry_terms import PreferredStart
from carbonkit.fund.carry.waterfall import PAID_CARRY, TierPayment, WaterfallResult
from carbonkit.fund.figure import money
from carbonkit.fund.refusal import Refusal
from carbonkit.values.money import Money

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from carbonkit.fund.carry.carry_sharing import CarrySharing
    from carbonkit.fund.carry.tier_position import Accrued, TierAmount, TierPosition
    from carbonkit.fund.carry.waterfall import CapitalContribution

_NONE = Fraction(0)


def capital_in(sharing: CarrySharing, contribution: CapitalContribution) -> tuple[Fraction, Accrued]:
    """Say what capital a contribution brings into the tiers, and what it has earned before its due date."""
    check_currency(contribution.amount, sharing.currency, field="amount")
    capital = Fraction(contribution.amount.amount) * (1 - sharing.own_share)
    terms = sharing.terms
    if terms.preferred_start is PreferredStart.DUE_DATE:
        return capital, ()
    if contribution.drawn_on is None:
        raise InvalidValueError(
            "be given, as the preferred return runs from it",
            was=f"none for the contribution of {contribution.on}",
            field="drawn_on",
            hint="without a subscription line it is the due date",
        )
    years = terms.day_count.years(contribution.drawn_on, contribution.on)
    hurdles = (hurdle for hurdle, _ in sharing.opening.preferred)
    return capital, tuple((hurdle, hurdle.accrued(capital, _NONE, years)) for hurdle in hurdles)


def tiered(sharing: CarrySharing, amount: Money) -> Fraction:
    """Say what of an amount goes into the tiers."""
    return Fraction(amount.amount) * (1 - sharing.own_share)


def taken(before: TierPosition, after: TierPosition) -> tuple[TierAmount, ...]:
    """Say what each tier took between two positions."""
    return tuple(
        new.plus(-old.limited_partners, -old.general_partner)
        for old, new in zip(before.paid, after.paid, strict=True)
    )


def settle(
    sharing: CarrySharing,
    tiers: Sequence[TierAmount],
    *,
    amount: Money,
    on: datetime.date,
    number: int,
    owed: tuple[Fraction, ...],
    hypothetical: bool,
    deal: str = "",
) -> tuple[WaterfallResult, tuple[Fraction, ...]]:
    """Turn what the tiers take into payments; say what rounding then owes each cell, in minor units."""
    currency = sharing.currency
    own = Fraction(amount.amount) * sharing.own_share
    exact = [own, *(row.limited_partners for row in tiers), *(row.general_partner for row in tiers)]
    before = owed or (_NONE,) * len(exact)
    due = [in_minor_units(part, currency) + rest for part, rest in zip(exact, before, strict=True)]
    limited, general = due[1 : len(tiers) + 1], due[len(tiers) + 1 :]
    sides = apportion(amount.to_minor(), [due[0], sum(limited, _NONE), sum(general, _NONE)])
    cells = (sides[0], *apportion(sides[1], limited), *apportion(sides[2], general))
    paid_out = [Money.from_minor(cell, currency) for cell in cells]
    payments = tuple(
        TierPayment(row.tier.name, to_limited, to_general)
        for row, to_limited, to_general in zip(
            tiers, paid_out[1 : len(tiers) + 1], paid_out[len(tiers) + 1 :], strict=True
        )
    )
    carry = total_of((payment.general_partner for payment in payments), currency)
    capital = total_of((payment.limited_partners for payment in payments), currency)
    held = Fraction(carry.amount) * sharing.terms.escrow
    result = WaterfallResult(
        number=number,
        on=on,
        amount=amount,
        tiers=tuple(tiers),
        payments=payments,
        own=paid_out[0],
        partners=sharing.shared(capital),
        carried=sharing.shared(carry),
        recipient=sharing.general_partner,
        escrow=money(held, currency, sharing.terms.rounding),
        document=f"accrued-carry/{on}" if hypothetical else f"{PAID_CARRY}/{number}",
        deal=deal,
        hypothetical=hypothetical,
    )
    return result, tuple(part - cell for part, cell in zip(due, cells, strict=True))


def check_order(last: datetime.date | None, on: datetime.date, *, field: str) -> None:
    """Check that a day does not lie before the last one."""
    if last is not None and on < last:
        raise FundError(
            f"be on or after {last}, the day of what came before",
            was=str(on),
            field=field,
            code=Refusal.OUT_OF_ORDER,
        )


def check_contributed(contributions: Sequence[CapitalContribution]) -> None:
    """Check that something was paid in before something is distributed."""
    if not contributions:
        raise FundError(
            "follow a contribution", was="none", field="distribution", code=Refusal.NOTHING_CONTRIBUTED
        )


def distributed(amount: Money, currency: str, *, field: str) -> Money:
    """Take a distribution: above zero, of the fund's currency."""
    check_currency(amount, currency, field=field)
    if paid(amount, field=field).amount <= 0:
        raise InvalidValueError("be above zero", was=str(amount), field=field)
    return amount
