"""
The life of an allowance or credit: issued, allocated, transferred, surrendered, cancelled.

    unit         UnitType: one code, one vintage      rules        kinds of account, allowed routes
    transaction  what moves from where to where       compliance   A, B or C as of any date
    request      everything that can be asked for     account      states of accounts, who may act
    report       what compliance is worked out from   refusal      every check, its number and code
    registry     Registry: checks by the rules, records in the ledger
    second_log   the independent log                  reconciliation  what differs, and the sums of units

Inside: state (what the journal says of accounts), block_book (which numbers go next), check (the
rules), and what writes requests as commands: recording, movement, proposal, statement.
"""

from carbonkit.registry.account import AccountState, AccountStatus, Right
from carbonkit.registry.compliance import Compliance, ComplianceStatus, compliance_status
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

__all__ = [
    "AccountKind",
    "AccountState",
    "AccountStatus",
    "Appointment",
    "Approval",
    "BlockPolicy",
    "Break",
    "Check",
    "Completion",
    "Compliance",
    "ComplianceStatus",
    "DelayClock",
    "Emissions",
    "EmissionsWithdrawal",
    "Exchange",
    "Exclusion",
    "Inclusion",
    "IssuanceCap",
    "Opening",
    "Operation",
    "Pending",
    "PendingStatus",
    "Proposal",
    "Publication",
    "Reconciliation",
    "Registry",
    "RegistryRules",
    "RegistryVerification",
    "Request",
    "Right",
    "Route",
    "SecondLog",
    "StatusChange",
    "Transaction",
    "TransactionType",
    "Trust",
    "Undoing",
    "UnitDefinition",
    "UnitSum",
    "UnitType",
    "Withdrawal",
    "breaks_between",
    "compliance_status",
    "in_groups",
    "reconcile",
]
