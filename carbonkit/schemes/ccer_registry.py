"""
China's voluntary reductions (CCER): the registry's kinds of account, and what may move between them.

The kinds of account were read in a digest of the registration rules; the routes are recalled.
"""

from __future__ import annotations

from typing import Final

from carbonkit.ledger.account import Bucket
from carbonkit.registry.rules import AccountKind, BlockPolicy, RegistryRules, Route, TransactionType
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["registry_rules"]

_RULES: Final = Source(
    "国家应对气候变化战略研究和国际合作中心 (National Center for Climate Change Strategy)",
    "温室气体自愿减排注册登记规则（试行）",
    2023,
    status=Status.RECALLED,
    note="the five kinds of account were read in a digest; the routes are recalled",
)
_HOLDERS: Final = ("project_owner", "key_emitter", "other_trader")
_KINDS: Final = (
    AccountKind("issuance", "where registered reductions come into being", may_go_negative=True),
    AccountKind("project_owner", "项目业主"),
    AccountKind("key_emitter", "重点排放单位, national or local"),
    AccountKind("other_trader", "其他交易主体"),
    AccountKind("verification_body", "审定与核查机构"),
    AccountKind("provincial_authority", "省级主管部门"),
    AccountKind("offset", "抵销注销, cancelled against an obligation"),
    AccountKind("voluntary_cancellation", "自愿注销"),
)
_ROUTES: Final = (
    Route(TransactionType.ISSUE, ("issuance",), ("project_owner",)),
    Route(TransactionType.SURRENDER, ("key_emitter",), ("offset",)),
    Route(TransactionType.CANCEL, _HOLDERS, ("voluntary_cancellation",)),
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
    (TransactionType.TRANSFER, "between holders reductions move by settled trades only: settle the trade"),
)


def registry_rules() -> RegistryRules:
    """
    Return the registry's rules.

    Returns:
        Kinds of account and routes, valid from 16 November 2023.

    Example:
        >>> sorted(registry_rules().final_kinds())
        ['offset', 'voluntary_cancellation']

    References:
        温室气体自愿减排注册登记规则（试行）; kinds read in a digest, routes recalled.
    """
    return RegistryRules(
        "CCER",
        "Asia/Shanghai",
        _KINDS,
        _ROUTES,
        Period("2023-11-16", None),
        _RULES,
        _RULES,
        BlockPolicy.LOWEST,
        _ADVICE,
    )
