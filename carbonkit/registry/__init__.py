"""
The life of an allowance or credit: issued, allocated, transferred, surrendered, cancelled.

    unit         UnitType: one code, one vintage      rules        kinds of account, allowed routes
    transaction  what moves from where to where       compliance   A, B or C as of any date
    request      accounts, units, emissions, years    check        the rules, before the ledger
    registry     Registry: checks by the rules, records in the ledger
"""

from carbonkit.registry.compliance import Compliance, ComplianceStatus, compliance_status
from carbonkit.registry.registry import Registry, in_groups
from carbonkit.registry.request import Emissions, Exclusion, Opening, Operation, Request, UnitDefinition
from carbonkit.registry.rules import AccountKind, RegistryRules, Route, TransactionType
from carbonkit.registry.transaction import Transaction
from carbonkit.registry.unit import UnitType

__all__ = [
    "AccountKind",
    "Compliance",
    "ComplianceStatus",
    "Emissions",
    "Exclusion",
    "Opening",
    "Operation",
    "Registry",
    "RegistryRules",
    "Request",
    "Route",
    "Transaction",
    "TransactionType",
    "UnitDefinition",
    "UnitType",
    "compliance_status",
    "in_groups",
]
