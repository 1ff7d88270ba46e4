"""
Carried interest: who gets what of a distribution, and what is given back.

    carry_terms            every convention of a waterfall
    carry_sharing          who shares by which terms
    hurdle                 the preferred return
    tier, tier_position    the steps; where they stand
    waterfall              what goes in, what comes out
    european, american     the whole fund; deal by deal
    deal_event             sales and write-downs of one
    clawback               carry that is given back
    escrow                 carry that is held back
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.carry.american import AmericanWaterfall, american_waterfall
    from carbonkit.fund.carry.carry_sharing import CarrySharing
    from carbonkit.fund.carry.carry_terms import (
        CarryBase,
        CarryTerms,
        CatchUp,
        CatchUpTarget,
        ClawbackBasis,
        HurdleKind,
        OwnCommitment,
        PreferredStart,
        TierOrder,
    )
    from carbonkit.fund.carry.clawback import Clawback, PaidCarry, carry_on_liquidation, clawback_due
    from carbonkit.fund.carry.deal_event import Realisation, Recoupment, WriteDown
    from carbonkit.fund.carry.escrow import Escrow, EscrowKind, EscrowMove, escrow_of
    from carbonkit.fund.carry.european import EuropeanWaterfall, european_waterfall, hypothetical_liquidation
    from carbonkit.fund.carry.hurdle import Compounding, PreferredAmount, PreferredRate
    from carbonkit.fund.carry.tier import (
        CatchUpTier,
        PreferredReturn,
        ReturnOfCapital,
        SplitTier,
        check_tiers,
        standard_tiers,
    )
    from carbonkit.fund.carry.tier_position import Tier, TierAmount, TierPosition
    from carbonkit.fund.carry.waterfall import CapitalContribution, CapitalUse, TierPayment, WaterfallResult

__all__ = [
    "AmericanWaterfall",
    "CapitalContribution",
    "CapitalUse",
    "CarryBase",
    "CarrySharing",
    "CarryTerms",
    "CatchUp",
    "CatchUpTarget",
    "CatchUpTier",
    "Clawback",
    "ClawbackBasis",
    "Compounding",
    "Escrow",
    "EscrowKind",
    "EscrowMove",
    "EuropeanWaterfall",
    "HurdleKind",
    "OwnCommitment",
    "PaidCarry",
    "PreferredAmount",
    "PreferredRate",
    "PreferredReturn",
    "PreferredStart",
    "Realisation",
    "Recoupment",
    "ReturnOfCapital",
    "SplitTier",
    "Tier",
    "TierAmount",
    "TierOrder",
    "TierPayment",
    "TierPosition",
    "WaterfallResult",
    "WriteDown",
    "american_waterfall",
    "carry_on_liquidation",
    "check_tiers",
    "clawback_due",
    "escrow_of",
    "european_waterfall",
    "hypothetical_liquidation",
    "standard_tiers",
]

_HOMES: Final = {
    "american": "AmericanWaterfall american_waterfall",
    "carry_sharing": "CarrySharing",
    "carry_terms": (
        "CarryBase CarryTerms CatchUp CatchUpTarget ClawbackBasis HurdleKind OwnCommitment "
        "PreferredStart TierOrder"
    ),
    "clawback": "Clawback PaidCarry carry_on_liquidation clawback_due",
    "deal_event": "Realisation Recoupment WriteDown",
    "escrow": "Escrow EscrowKind EscrowMove escrow_of",
    "european": "EuropeanWaterfall european_waterfall hypothetical_liquidation",
    "hurdle": "Compounding PreferredAmount PreferredRate",
    "tier": "CatchUpTier PreferredReturn ReturnOfCapital SplitTier check_tiers standard_tiers",
    "tier_position": "Tier TierAmount TierPosition",
    "waterfall": "CapitalContribution CapitalUse TierPayment WaterfallResult",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
