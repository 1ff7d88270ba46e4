"""
Partners: what each has promised, is called for, is paid and is told.

    commitment             what each partner promised
    call, call_item        part of it asked for, by item
    unfunded               what is left to call, step by step
    release                what is no longer to be paid
    distribution, distribution_item what is paid out
    late_interest          on what is paid late
    default, cure          who has not paid; made good
    closing, equalisation_terms who joins later
    standing               where a partner stands
    payment_details        a bank account
    notice, distribution_notice, notice_label, notice_workbook what partners are told
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.partner.call import CapitalCall, call_capital
    from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Excuse, ExcuseReason, Use
    from carbonkit.fund.partner.closing import Closing, close_fund
    from carbonkit.fund.partner.commitment import Commitment, Commitments, read_commitments, read_percentages
    from carbonkit.fund.partner.cure import Cure, cure_default, in_default
    from carbonkit.fund.partner.default import Default, declare_default
    from carbonkit.fund.partner.distribution import Distribution, distribute
    from carbonkit.fund.partner.distribution_item import (
        DistributionBasis,
        DistributionItem,
        Nature,
        RecallRule,
    )
    from carbonkit.fund.partner.distribution_notice import DistributionNotice, distribution_notices
    from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
    from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
    from carbonkit.fund.partner.notice import CallNotice, call_notices, notice_json
    from carbonkit.fund.partner.notice_workbook import notice_workbook
    from carbonkit.fund.partner.payment_details import PaymentDetails
    from carbonkit.fund.partner.release import Release, ReleaseKind, release_commitments
    from carbonkit.fund.partner.standing import Standing, standings
    from carbonkit.fund.partner.unfunded import (
        CallDay,
        Happening,
        UnfundedChange,
        UnfundedRoll,
        UnfundedStep,
        unfunded,
        unfunded_rolls,
    )

__all__ = [
    "CallDay",
    "CallItem",
    "CallNotice",
    "CapitalCall",
    "Closing",
    "Commitment",
    "CommitmentEffect",
    "Commitments",
    "Cure",
    "Default",
    "Distribution",
    "DistributionBasis",
    "DistributionItem",
    "DistributionNotice",
    "EqualisationTerms",
    "Excuse",
    "ExcuseReason",
    "FeeTrueUp",
    "Happening",
    "InterestMethod",
    "LateInterest",
    "Nature",
    "PaymentDetails",
    "RecallRule",
    "Release",
    "ReleaseKind",
    "Standing",
    "UnfundedChange",
    "UnfundedRoll",
    "UnfundedStep",
    "Use",
    "call_capital",
    "call_notices",
    "close_fund",
    "cure_default",
    "declare_default",
    "distribute",
    "distribution_notices",
    "in_default",
    "notice_json",
    "notice_workbook",
    "read_commitments",
    "read_percentages",
    "release_commitments",
    "standings",
    "unfunded",
    "unfunded_rolls",
]

_HOMES: Final = {
    "call": "CapitalCall call_capital",
    "call_item": "CallItem CommitmentEffect Excuse ExcuseReason Use",
    "closing": "Closing close_fund",
    "commitment": "Commitment Commitments read_commitments read_percentages",
    "cure": "Cure cure_default in_default",
    "default": "Default declare_default",
    "distribution": "Distribution distribute",
    "distribution_item": "DistributionBasis DistributionItem Nature RecallRule",
    "distribution_notice": "DistributionNotice distribution_notices",
    "equalisation_terms": "EqualisationTerms FeeTrueUp",
    "late_interest": "InterestMethod LateInterest",
    "notice": "CallNotice call_notices notice_json",
    "notice_workbook": "notice_workbook",
    "payment_details": "PaymentDetails",
    "release": "Release ReleaseKind release_commitments",
    "standing": "Standing standings",
    "unfunded": "CallDay Happening UnfundedChange UnfundedRoll UnfundedStep unfunded unfunded_rolls",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
