"""
Shanghai's own market: the registry's kinds of account, and what may move between them.

The city's measures were read in a digest; kinds and routes are recalled.
"""

from __future__ import annotations

from typing import Final

from carbonkit.ledger.account import Bucket
from carbonkit.registry.rules import AccountKind, BlockPolicy, RegistryRules, Route, TransactionType
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["registry_rules"]

_RULES: Final = Source(
    "上海市人民政府 (Shanghai Municipal People's Government)",
    "上海市碳排放管理办法 (市政府令第20号)",
    2025,
    status=Status.RECALLED,
    note="read in a digest; kinds of account and routes are recalled",
)
_HOLDERS: Final = ("compliance_entity", "institution")
_KINDS: Final = (
    AccountKind("issuance", "where allowances (SHEA) come into being", may_go_negative=True),
    AccountKind("authority", "市主管部门 (the city's authority)"),
    AccountKind("compliance_entity", "纳管企业 (an entity with an obligation)"),
    AccountKind("institution", "机构投资者 (an investor)"),
    AccountKind("surrender", "清缴账户"),
    AccountKind("cancellation", "注销账户"),
)
_ROUTES: Final = (
    Route(TransactionType.ISSUE, ("issuance",), ("authority",)),
    Route(TransactionType.ALLOCATE, ("authority",), ("compliance_entity",)),
    Route(TransactionType.RETURN, ("compliance_entity",), ("authority",), when_restricted=True),
    Route(TransactionType.SURRENDER, ("compliance_entity",), ("surrender",), when_restricted=True),
    Route(TransactionType.CANCEL, _HOLDERS, ("cancellation",)),
    Route(
        TransactionType.FREEZE,
        _HOLDERS,
        _HOLDERS,
        within=True,
        whatever_status=True,
        target_bucket=Bucket.FROZEN,
    ),
    Route(
        TransactionType.UNFREEZE,
        _HOLDERS,
        _HOLDERS,
        within=True,
        whatever_status=True,
        source_bucket=Bucket.FROZEN,
    ),
    Route(TransactionType.DEDUCT, _HOLDERS, _HOLDERS, whatever_status=True, source_bucket=Bucket.FROZEN),
    Route(TransactionType.PLEDGE, _HOLDERS, _HOLDERS, within=True, target_bucket=Bucket.PLEDGED),
    Route(TransactionType.RELEASE, _HOLDERS, _HOLDERS, within=True, source_bucket=Bucket.PLEDGED),
)
_ADVICE: Final = (
    (TransactionType.TRANSFER, "between holders allowances move by settled trades only: settle the trade"),
)


def registry_rules() -> RegistryRules:
    """
    Return the registry's rules.

    Returns:
        Kinds of account and routes, valid from 1 April 2025.

    Example:
        >>> rules = registry_rules()
        >>> rules.check_route(TransactionType.SURRENDER, "compliance_entity", "surrender").when_restricted
        True

    References:
        上海市碳排放管理办法, 2025; recalled.
    """
    return RegistryRules(
        "Shanghai",
        "Asia/Shanghai",
        _KINDS,
        _ROUTES,
        Period("2025-04-01", None),
        _RULES,
        _RULES,
        BlockPolicy.LOWEST,
        _ADVICE,
    )
