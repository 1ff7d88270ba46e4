"""
China's national carbon market: the registry's kinds of account and what may move between them.

The full text of the registration rules was not at hand. What was read in the
allocation plan is confirmed; the rest is recalled, and the source says so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from carbonkit.ledger.account import Bucket
from carbonkit.registry.eligibility import Eligibility
from carbonkit.registry.rules import AccountKind, BlockPolicy, RegistryRules, Route, TransactionType
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["registry_rules"]

_RULES: Final = Source(
    "生态环境部 (Ministry of Ecology and Environment)",
    "碳排放权登记管理规则（试行） (公告2021年第21号)",
    2021,
    status=Status.RECALLED,
    note="the path from the registry to the provincial account to the emitter's account is confirmed"
    " by the allocation plans; the other routes are recalled",
)

_COMPLIANCE: Final = Source(
    "生态环境部 (Ministry of Ecology and Environment)",
    "碳排放权交易管理办法（试行） (令第19号)",
    2020,
    table="第二十八条 (article 28)",
    status=Status.DERIVED,
    note="the article asks for a surrender of no less than the verified emissions; the letters A, B and C"
    " and the handling of years are those of the UK registry",
)

_HOLDERS: Final = ("key_emitter", "institution", "individual")
_ENTITIES: Final = ("provincial_authority", *_HOLDERS)

_KINDS: Final = (
    AccountKind(
        "issuance", "全国碳排放权注册登记机构, where allowances come into being", may_go_negative=True
    ),
    AccountKind("national_authority", "国家主管部门账户"),
    AccountKind("provincial_authority", "省级主管部门账户"),
    AccountKind("key_emitter", "重点排放单位账户"),
    AccountKind("institution", "机构账户"),
    AccountKind("individual", "个人账户"),
    AccountKind("surrender", "清缴账户"),
    AccountKind("cancellation", "自愿注销账户"),
    AccountKind("carried_over", "结转账户, where older allowances go that are carried over"),
)

_ROUTES: Final = (
    Route(TransactionType.ISSUE, ("issuance",), ("provincial_authority",)),
    Route(TransactionType.ALLOCATE, ("provincial_authority",), ("key_emitter",)),
    Route(TransactionType.RETURN, ("key_emitter",), ("provincial_authority",), when_restricted=True),
    Route(TransactionType.SURRENDER, ("key_emitter",), ("surrender",), when_restricted=True),
    Route(
        TransactionType.SURRENDER, ("provincial_authority",), ("surrender",), whatever_status=True
    ),  # on behalf of an emitter whose allocation was withheld
    Route(TransactionType.CANCEL, _HOLDERS, ("cancellation",)),
    Route(TransactionType.CARRY_OVER, _HOLDERS, ("carried_over",), source_bucket=Bucket.REGISTERED),
    Route(TransactionType.REGISTER, _ENTITIES, _ENTITIES, within=True, target_bucket=Bucket.REGISTERED),
    Route(TransactionType.MAKE_TRADABLE, _ENTITIES, _ENTITIES, within=True, source_bucket=Bucket.REGISTERED),
    Route(
        TransactionType.FREEZE,
        _ENTITIES,
        _ENTITIES,
        within=True,
        whatever_status=True,
        target_bucket=Bucket.FROZEN,
    ),
    Route(
        TransactionType.UNFREEZE,
        _ENTITIES,
        _ENTITIES,
        within=True,
        whatever_status=True,
        source_bucket=Bucket.FROZEN,
    ),
    Route(TransactionType.DEDUCT, _ENTITIES, _ENTITIES, whatever_status=True, source_bucket=Bucket.FROZEN),
    Route(TransactionType.PLEDGE, _HOLDERS, _HOLDERS, within=True, target_bucket=Bucket.PLEDGED),
    Route(TransactionType.RELEASE, _HOLDERS, _HOLDERS, within=True, source_bucket=Bucket.PLEDGED),
)


_ADVICE: Final = (
    (TransactionType.TRANSFER, "between holders allowances move by settled trades only: settle the trade"),
)


_VINTAGES: Final = ("2019-2020", "2021", "2022", "2023", "2024")
_NEW_VINTAGES: Final = ("2025", "2026")
_CREDIT_SHARE: Final = Decimal("0.05")


def _eligibility() -> tuple[Eligibility, ...]:
    plan = Source(
        "生态环境部 (Ministry of Ecology and Environment)",
        "2025、2026年度发电行业以及2026年度钢铁、水泥、铝冶炼行业配额总量和分配方案（征求意见稿）",
        2026,
        status=Status.DRAFT,
        note="vintages up to 2024 by the plan of 2023-2024, confirmed; those of 2025 and 2026 by a draft",
    )
    credit = Source(
        "生态环境部 (Ministry of Ecology and Environment)",
        "碳排放权交易管理办法（试行） (令第19号)",
        2020,
        table="第二十九条 (article 29)",
    )
    old = tuple(
        Eligibility("CEA", first, last, frozenset((*_VINTAGES[:number], *_NEW_VINTAGES)), None, plan)
        for number, (first, last) in enumerate(
            ((2019, 2020), (2021, 2021), (2022, 2022), (2023, 2023), (2024, 2024)), 1
        )
    )
    return (
        *old,
        Eligibility("CEA", 2025, None, frozenset(_NEW_VINTAGES), None, plan),
        Eligibility("CCER", 2021, None, None, _CREDIT_SHARE, credit),
    )


def registry_rules() -> RegistryRules:
    """
    Return the registry's rules.

    Between holders allowances move by settled trades only, so there is no route for a transfer.

    Returns:
        Kinds of account and routes, valid from 14 May 2021.

    Example:
        >>> rules = registry_rules()
        >>> rules.check_route(TransactionType.ALLOCATE, "provincial_authority", "key_emitter").code
        ''

    References:
        碳排放权登记管理规则（试行）, 公告2021年第21号; recalled.
    """
    valid = Period("2021-05-14", None)
    return RegistryRules(
        "China national ETS",
        "Asia/Shanghai",
        _KINDS,
        _ROUTES,
        valid,
        _RULES,
        _COMPLIANCE,
        BlockPolicy.LOWEST,
        _ADVICE,
        eligibility=_eligibility(),
    )
