"""
The life of an allowance or credit: issued, allocated, transferred, surrendered, cancelled.

    unit         UnitType: one code, one vintage      rules        kinds of account, allowed routes
    transaction  what moves from where to where       compliance   A, B or C as of any date
    request      everything that can be asked for     account      states of accounts, who may act
    report       what compliance is worked out from   refusal      every check, its number and code
    registry     Registry: checks by the rules, records in the ledger
    second_log   the independent log                  reconciliation  what differs, and the sums of units

Numbers and days:
    account_number  check digits                      working_days  calendars and delays
    eligibility     which units cover which year
    credit_serial   serial numbers of credits         label           what credits may be used for

Rules of markets as functions; their data are in `carbonkit.schemes`:
    power_allocation, entity_allocation               power units, and who owns them
    intensity_allocation  by a solved balance         carry_over      older vintages into newer
    free_allocation  benchmark times activity         activity_level  when activity changes it
    reserve          market stability reserve         price_trigger   prices that grow by the year
    holding_limit    what one may hold                offset          credits in place of allowances
    border           certificates at the border       penalty         fines and cuts
    partial_surrender  a part each year               yearly          rules by the year

Inside: state (what the journal says of accounts), block_book (which numbers go next), check (the
rules), and what writes requests as commands: recording, movement, proposal, statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.registry.account import AccountState, AccountStatus, Right
    from carbonkit.registry.account_number import AccountNumber
    from carbonkit.registry.activity_level import ActivityChange, historical_activity
    from carbonkit.registry.border import (
        BorderCertificates,
        BorderEmissions,
        border_certificates,
        border_emissions,
    )
    from carbonkit.registry.carry_over import CarryOver, CarryOverRules, carry_over
    from carbonkit.registry.compliance import Compliance, ComplianceStatus, compliance_status
    from carbonkit.registry.credit_serial import (
        CreditSerial,
        Inconsistency,
        Overlap,
        overlaps,
        parse_credit_serial,
        parse_credit_serials,
    )
    from carbonkit.registry.eligibility import Eligibility, eligible
    from carbonkit.registry.entity_allocation import (
        Differentiated,
        EntityAllocation,
        EntityRules,
        GapRule,
        Issue,
        differentiated,
        entity_allocation,
        issue_of,
        pre_allocation,
    )
    from carbonkit.registry.free_allocation import BenchmarkUpdate, FreeAllocation, UpdateRule, allocate
    from carbonkit.registry.holding_limit import Budget, HeldUnits, HoldingLimit, LimitFormula, holding_limit
    from carbonkit.registry.intensity_allocation import (
        Emitter,
        IntensityAllocation,
        IntensityRules,
        allocate_by_intensity,
        coefficient,
    )
    from carbonkit.registry.label import Label, LabelBook, Labelled
    from carbonkit.registry.offset import OffsetLimit, OffsetRule, offset_limit
    from carbonkit.registry.partial_surrender import PartialSurrender
    from carbonkit.registry.penalty import Fine, FineRange, GainFine, ShortfallFine, TonneFine
    from carbonkit.registry.power_allocation import (
        Cooling,
        LoadFormula,
        Output,
        PowerRules,
        UnitAllocation,
        UnitClass,
        load_factor_correction,
        unit_allocation,
    )
    from carbonkit.registry.price_trigger import PriceGrowth, TriggerPrice, trigger_price
    from carbonkit.registry.reconciliation import (
        Break,
        Reconciliation,
        RegistryVerification,
        UnitSum,
        breaks_between,
        reconcile,
    )
    from carbonkit.registry.refusal import Check
    from carbonkit.registry.registry import Registry, in_groups
    from carbonkit.registry.report import (
        Emissions,
        EmissionsWithdrawal,
        Exclusion,
        Inclusion,
        Operation,
        Publication,
    )
    from carbonkit.registry.request import (
        Appointment,
        Approval,
        Completion,
        Exchange,
        IssuanceCap,
        Opening,
        Proposal,
        Request,
        StatusChange,
        Trust,
        Undoing,
        UnitDefinition,
        Withdrawal,
    )
    from carbonkit.registry.reserve import (
        InvalidStock,
        ReserveMovement,
        ReserveRule,
        StockLimit,
        invalid_stock,
        reserve_movement,
    )
    from carbonkit.registry.rules import (
        AccountKind,
        BlockPolicy,
        DelayClock,
        RegistryRules,
        Route,
        TransactionType,
    )
    from carbonkit.registry.second_log import SecondLog
    from carbonkit.registry.state import Pending, PendingStatus
    from carbonkit.registry.transaction import Transaction
    from carbonkit.registry.unit import UnitType
    from carbonkit.registry.working_days import NoonClock, WindowClock, WorkingDays
    from carbonkit.registry.yearly import LinearPath, rule_of_year, years

__all__ = [
    "AccountKind",
    "AccountNumber",
    "AccountState",
    "AccountStatus",
    "ActivityChange",
    "Appointment",
    "Approval",
    "BenchmarkUpdate",
    "BlockPolicy",
    "BorderCertificates",
    "BorderEmissions",
    "Break",
    "Budget",
    "CarryOver",
    "CarryOverRules",
    "Check",
    "Completion",
    "Compliance",
    "ComplianceStatus",
    "Cooling",
    "CreditSerial",
    "DelayClock",
    "Differentiated",
    "Eligibility",
    "Emissions",
    "EmissionsWithdrawal",
    "Emitter",
    "EntityAllocation",
    "EntityRules",
    "Exchange",
    "Exclusion",
    "Fine",
    "FineRange",
    "FreeAllocation",
    "GainFine",
    "GapRule",
    "HeldUnits",
    "HoldingLimit",
    "Inclusion",
    "Inconsistency",
    "IntensityAllocation",
    "IntensityRules",
    "InvalidStock",
    "IssuanceCap",
    "Issue",
    "Label",
    "LabelBook",
    "Labelled",
    "LimitFormula",
    "LinearPath",
    "LoadFormula",
    "NoonClock",
    "OffsetLimit",
    "OffsetRule",
    "Opening",
    "Operation",
    "Output",
    "Overlap",
    "PartialSurrender",
    "Pending",
    "PendingStatus",
    "PowerRules",
    "PriceGrowth",
    "Proposal",
    "Publication",
    "Reconciliation",
    "Registry",
    "RegistryRules",
    "RegistryVerification",
    "Request",
    "ReserveMovement",
    "ReserveRule",
    "Right",
    "Route",
    "SecondLog",
    "ShortfallFine",
    "StatusChange",
    "StockLimit",
    "TonneFine",
    "Transaction",
    "TransactionType",
    "TriggerPrice",
    "Trust",
    "Undoing",
    "UnitAllocation",
    "UnitClass",
    "UnitDefinition",
    "UnitSum",
    "UnitType",
    "UpdateRule",
    "WindowClock",
    "Withdrawal",
    "WorkingDays",
    "allocate",
    "allocate_by_intensity",
    "border_certificates",
    "border_emissions",
    "breaks_between",
    "carry_over",
    "coefficient",
    "compliance_status",
    "differentiated",
    "eligible",
    "entity_allocation",
    "historical_activity",
    "holding_limit",
    "in_groups",
    "invalid_stock",
    "issue_of",
    "load_factor_correction",
    "offset_limit",
    "overlaps",
    "parse_credit_serial",
    "parse_credit_serials",
    "pre_allocation",
    "reconcile",
    "reserve_movement",
    "rule_of_year",
    "trigger_price",
    "unit_allocation",
    "years",
]

_HOMES: Final = {
    "account": "AccountState AccountStatus Right",
    "account_number": "AccountNumber",
    "activity_level": "ActivityChange historical_activity",
    "border": "BorderCertificates BorderEmissions border_certificates border_emissions",
    "carry_over": "CarryOver CarryOverRules carry_over",
    "compliance": "Compliance ComplianceStatus compliance_status",
    "credit_serial": "CreditSerial Inconsistency Overlap overlaps parse_credit_serial parse_credit_serials",
    "eligibility": "Eligibility eligible",
    "entity_allocation": (
        "Differentiated EntityAllocation EntityRules GapRule Issue differentiated entity_allocation "
        "issue_of pre_allocation"
    ),
    "free_allocation": "BenchmarkUpdate FreeAllocation UpdateRule allocate",
    "holding_limit": "Budget HeldUnits HoldingLimit LimitFormula holding_limit",
    "intensity_allocation": "Emitter IntensityAllocation IntensityRules allocate_by_intensity coefficient",
    "label": "Label LabelBook Labelled",
    "offset": "OffsetLimit OffsetRule offset_limit",
    "partial_surrender": "PartialSurrender",
    "penalty": "Fine FineRange GainFine ShortfallFine TonneFine",
    "power_allocation": (
        "Cooling LoadFormula Output PowerRules UnitAllocation UnitClass load_factor_correction "
        "unit_allocation"
    ),
    "price_trigger": "PriceGrowth TriggerPrice trigger_price",
    "reconciliation": "Break Reconciliation RegistryVerification UnitSum breaks_between reconcile",
    "refusal": "Check",
    "registry": "Registry in_groups",
    "report": "Emissions EmissionsWithdrawal Exclusion Inclusion Operation Publication",
    "request": (
        "Appointment Approval Completion Exchange IssuanceCap Opening Proposal Request StatusChange Trust "
        "Undoing UnitDefinition Withdrawal"
    ),
    "reserve": "InvalidStock ReserveMovement ReserveRule StockLimit invalid_stock reserve_movement",
    "rules": "AccountKind BlockPolicy DelayClock RegistryRules Route TransactionType",
    "second_log": "SecondLog",
    "state": "Pending PendingStatus",
    "transaction": "Transaction",
    "unit": "UnitType",
    "working_days": "NoonClock WindowClock WorkingDays",
    "yearly": "LinearPath rule_of_year years",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
