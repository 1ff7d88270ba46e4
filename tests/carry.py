"""Carry terms, partners and dates for the tests of waterfalls."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.fund.carry.carry_sharing import CarrySharing
from carbonkit.fund.carry.carry_terms import (
    CarryBase,
    CarryTerms,
    CatchUp,
    CatchUpTarget,
    ClawbackBasis,
    OwnCommitment,
    PreferredStart,
    TierOrder,
)
from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
from carbonkit.fund.carry.waterfall import CapitalContribution, CapitalUse
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.values import AccountId, Money, Rounding

if TYPE_CHECKING:
    from carbonkit.fund.carry.tier_position import Tier, TierAmount

START = datetime.date(2021, 7, 15)
GP = AccountId("GP")
FULL = CatchUp("1", CatchUpTarget.SHARE_OF_PROFIT)

TERMS = CarryTerms(
    order=TierOrder.CAPITAL_FIRST,
    preferred=PreferredRate("0.08", Compounding.ANNUAL),
    day_count=DayCount.ACT_365_FIXED,
    preferred_start=PreferredStart.DUE_DATE,
    carry="0.20",
    catch_up=FULL,
    base=CarryBase.CONTRIBUTED,
    own_commitment=OwnCommitment.OUTSIDE_TIERS,
    clawback=ClawbackBasis.GROSS_OF_TAX,
    tax_rate=None,
    escrow=0,
    rounding=Rounding.HALF_UP,
)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def year(years: int, days: int = 0) -> datetime.date:
    """Count years of 365 days from the start."""
    return START + datetime.timedelta(days=365 * years + days)


def partners(**amounts: str) -> Commitments:
    return Commitments(Commitment(AccountId(name), cny(amount)) for name, amount in amounts.items())


def sharing(
    commitments: Commitments | None = None,
    *,
    tiers: tuple[Tier, ...] | None = None,
    **changed: Any,  # noqa: ANN401  any of the terms
) -> CarrySharing:
    return CarrySharing(
        terms=attrs.evolve(TERMS, **changed),
        commitments=commitments or partners(LP="100000000"),
        general_partner=GP,
        tiers=tiers,
    )


def paid_in(
    amount: str,
    on: datetime.date = START,
    *,
    use: CapitalUse = CapitalUse.INVESTMENT,
    deal: str = "",
    drawn_on: datetime.date | None = None,
) -> CapitalContribution:
    return CapitalContribution(on=on, amount=cny(amount), use=use, deal=deal, drawn_on=drawn_on)


def sides(rows: tuple[TierAmount, ...]) -> list[tuple[Fraction, Fraction]]:
    return [(row.limited_partners, row.general_partner) for row in rows]


def exact(*rows: tuple[int | str, int | str]) -> list[tuple[Fraction, Fraction]]:
    return [(Fraction(limited), Fraction(general)) for limited, general in rows]
