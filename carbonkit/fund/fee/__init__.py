"""
Fees and expenses: what the manager is paid and what the fund bears.

    fee_terms              what the manager is paid
    management_fee         a period's fee, partner by partner
    fee_offset             portfolio fees set off
    fee_bill               from the gross fee to the net one
    incentive_fee          a share of a return over a hurdle
    expense                costs by category, and who bears them
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.fee.expense import (
        CappedCost,
        Expense,
        ExpenseCategory,
        ExpenseKind,
        SharedExpense,
        cap_organisation_cost,
        share_expense,
    )
    from carbonkit.fund.fee.fee_bill import FeeBill, bill_fee
    from carbonkit.fund.fee.fee_offset import FeeOffset, OffsetTerms, offset_fee
    from carbonkit.fund.fee.fee_terms import FeeBase, FeeLevel, FeeMeasured, FeePeriods, FeeStep, FeeTerms
    from carbonkit.fund.fee.incentive_fee import (
        IncentiveFee,
        IncentiveOrder,
        IncentiveTerms,
        charge_incentive_fee,
    )
    from carbonkit.fund.fee.management_fee import FeeSegment, ManagementFee, charge_management_fee

__all__ = [
    "CappedCost",
    "Expense",
    "ExpenseCategory",
    "ExpenseKind",
    "FeeBase",
    "FeeBill",
    "FeeLevel",
    "FeeMeasured",
    "FeeOffset",
    "FeePeriods",
    "FeeSegment",
    "FeeStep",
    "FeeTerms",
    "IncentiveFee",
    "IncentiveOrder",
    "IncentiveTerms",
    "ManagementFee",
    "OffsetTerms",
    "SharedExpense",
    "bill_fee",
    "cap_organisation_cost",
    "charge_incentive_fee",
    "charge_management_fee",
    "offset_fee",
    "share_expense",
]

_HOMES: Final = {
    "expense": (
        "CappedCost Expense ExpenseCategory ExpenseKind SharedExpense cap_organisation_cost share_expense"
    ),
    "fee_bill": "FeeBill bill_fee",
    "fee_offset": "FeeOffset OffsetTerms offset_fee",
    "fee_terms": "FeeBase FeeLevel FeeMeasured FeePeriods FeeStep FeeTerms",
    "incentive_fee": "IncentiveFee IncentiveOrder IncentiveTerms charge_incentive_fee",
    "management_fee": "FeeSegment ManagementFee charge_management_fee",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
