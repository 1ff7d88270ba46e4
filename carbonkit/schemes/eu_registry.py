"""
The Union Registry: its kinds of account, with the codes of the transaction log, and what may move.

The codes of accounts and transactions were read in a description of the log's data; which
kinds a transaction joins is recalled, and the source says so.
"""

from __future__ import annotations

from typing import Final

from carbonkit.registry.rules import (
    AccountKind,
    BlockPolicy,
    DelayClock,
    RegistryRules,
    Route,
    TransactionType,
)
from carbonkit.registry.unit import UnitType
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["ACCOUNT_CODES", "registry_rules", "unit_of"]

_CODES: Final = (
    ("issuance", "", "where allowances come into being"),
    ("total_quantity", "100-16", "EU Total Quantity Account"),
    ("aviation_total_quantity", "100-17", "EU Aviation Total Quantity Account"),
    ("auction", "100-14", "EU Auction Account"),
    ("aviation_auction", "100-15", "EU Aviation Auction Account"),
    ("auction_delivery", "100-13", "Auction Delivery Account"),
    ("allocation", "100-20", "EU Allocation Account"),
    ("aviation_allocation", "100-21", "EU Aviation Allocation Account"),
    ("new_entrant_reserve", "100-18", "EU New Entrant Reserve Account"),
    ("special_reserve", "100-19", "EU Special Reserve Account"),
    ("operator_holding", "100-7", "Operator Holding Account"),
    ("former_operator_holding", "120-0", "Former Operator Holding Account, before 2013"),
    ("aircraft_operator_holding", "100-9", "Aircraft Operator Holding Account"),
    ("person_holding", "100-8", "Person Holding Account"),
    ("national_person", "121-0", "Person account in a national registry"),
    ("trading", "100-12", "Trading Account"),
    ("national_holding", "100-2", "National Allowance Holding Account"),
    ("surrender", "", "where surrendered allowances are counted"),
    ("aviation_surrender_set_aside", "100-6", "Aviation Surrender Set-Aside Account"),
    ("deletion", "100-5", "Union Allowance Deletion Account"),
)

ACCOUNT_CODES: Final = {name: code for name, code, _ in _CODES if code}
"""The Kyoto and registry code of each kind of account, as the transaction log writes it."""

_REGISTRY: Final = Source(
    "European Commission",
    "European Union Transaction Log, data model (jabrell/eutl_scraper, commit 95f1b6c)",
    2023,
    table="account types and transaction types",
    status=Status.RECALLED,
    note="codes confirmed; which kinds of account a transaction joins is recalled",
)
_COMPLIANCE: Final = Source(
    "European Commission",
    "European Union Transaction Log, compliance codes",
    2023,
    status=Status.DERIVED,
    note="A and B by cumulative surrenders and emissions, C without verified emissions; the handling of"
    " years is that of the UK registry, which descends from it",
)

_OPERATORS: Final = ("operator_holding", "former_operator_holding", "aircraft_operator_holding")
_HOLDERS: Final = (*_OPERATORS, "person_holding", "national_person", "trading", "national_holding")
_CENTRAL: Final = (
    *("total_quantity", "aviation_total_quantity", "auction", "aviation_auction", "allocation"),
    *("aviation_allocation", "new_entrant_reserve", "special_reserve"),
)

_ROUTES: Final = (
    Route(TransactionType.ISSUE, ("issuance",), ("total_quantity",), "1-31", approval=True),
    Route(TransactionType.ISSUE, ("issuance",), ("aviation_total_quantity",), "1-30", approval=True),
    Route(TransactionType.CENTRAL_TRANSFER, _CENTRAL, _CENTRAL, "10-0", approval=True),
    Route(TransactionType.CENTRAL_TRANSFER, ("auction", "aviation_auction"), ("auction_delivery",), "10-37"),
    Route(
        TransactionType.ALLOCATE,
        ("allocation", "new_entrant_reserve"),
        ("operator_holding", "former_operator_holding"),
        "10-36",
        reversible=True,
    ),
    Route(
        TransactionType.ALLOCATE,
        ("aviation_allocation", "special_reserve"),
        ("aircraft_operator_holding",),
        "10-35",
        reversible=True,
    ),
    Route(TransactionType.RETURN, _OPERATORS, ("allocation", "aviation_allocation"), "10-86"),
    Route(
        TransactionType.TRANSFER,
        (*_HOLDERS, "auction_delivery"),
        (*_HOLDERS, "auction_delivery"),
        "10-0",
        delay=True,
    ),
    Route(
        TransactionType.SURRENDER,
        _OPERATORS,
        ("surrender",),
        "10-2",
        when_restricted=True,
        reversible=True,
    ),
    Route(TransactionType.DELETE, _HOLDERS, ("deletion",), "10-90", approval=True, reversible=True),
)


def registry_rules(clock: DelayClock | None = None) -> RegistryRules:
    """
    Return the registry's rules.

    Args:
        clock: When a transfer to an account that is not trusted may be carried out, such as
            `uk_calendar.union_delay_clock(days)`; without one such transfers are approved but do not wait.

    Returns:
        Kinds of account and routes, from 2005.

    Example:
        >>> rules = registry_rules()
        >>> rules.check_route(TransactionType.SURRENDER, "operator_holding", "surrender").code
        '10-2'
        >>> ACCOUNT_CODES["trading"]
        '100-12'

    References:
        European Union Transaction Log; Commission Delegated Regulation (EU) 2019/1122.
    """
    return RegistryRules(
        "EU ETS",
        "Europe/Brussels",
        tuple(AccountKind(name, title, may_go_negative=name == "issuance") for name, _, title in _CODES),
        _ROUTES,
        Period("2005-01-01", None),
        _REGISTRY,
        _COMPLIANCE,
        BlockPolicy.ARRIVAL,
        clock=clock,
    )


def unit_of(phase: str) -> UnitType:
    """
    Return the general allowance of a trading period.

    Args:
        phase: The period, such as "2013-2020".

    Returns:
        The unit type.

    Example:
        >>> unit_of("2013-2020").asset_id
        AssetId('EUA-2013-2020')
    """
    return UnitType("EUA", phase)
