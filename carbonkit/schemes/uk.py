"""The UK Emissions Trading Scheme: its registry's kinds of account and what may move between them."""

from __future__ import annotations

from typing import Final

from carbonkit.errors import InvalidValueError
from carbonkit.registry.rules import (
    AccountKind,
    BlockPolicy,
    DelayClock,
    RegistryRules,
    Route,
    TransactionType,
)
from carbonkit.registry.unit import UnitType
from carbonkit.values.number import whole
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

__all__ = ["SURRENDER_DEADLINE", "UNIT", "registry_rules", "surrender_deadline"]

UNIT: Final = UnitType("UKA", "2021-2030")
"""UK allowances; the scheme does not tell the years of its first phase apart."""

SURRENDER_DEADLINE: Final = "04-30"
"""Month and day of the year after, by which units must be surrendered."""

_FIRST_YEAR, _LAST_YEAR = 2021, 9998

_REGISTRY: Final = Source(
    "Department for Energy Security and Net Zero",
    "UK Emissions Trading Registry (ukets-registry, commit 4e80ded)",
    2026,
    table="account types and transaction types",
    licence="Apache-2.0",
    note="the rules were read there and written anew",
)
_COMPLIANCE: Final = Source(
    "Department for Energy Security and Net Zero",
    "UK Emissions Trading Registry, compliance calculation service (ukets-registry, commit 4e80ded)",
    2026,
    table="dynamic surrender status",
    licence="Apache-2.0",
    note="the rule was read there and written anew",
)
_DEADLINE: Final = Source(
    "United Kingdom",
    "Greenhouse Gas Emissions Trading Scheme Order 2020",
    2020,
    table="article 27",
    status=Status.RECALLED,
)

_HOLDERS: Final = ("operator_holding", "aircraft_operator_holding", "maritime_operator_holding")
_CENTRAL: Final = (
    *("total_quantity", "auction", "allocation", "new_entrants_reserve", "market_stability", "general"),
)
_TRADERS: Final = (*_HOLDERS, "trading")
_SURRENDER_REVERSIBLE_DAYS: Final = 14

_KINDS: Final = (
    AccountKind("issuance", "where allowances come into being", may_go_negative=True),
    AccountKind("total_quantity", "UK Total Quantity Account"),
    AccountKind("auction", "UK Auction Account"),
    AccountKind("allocation", "UK Allocation Account"),
    AccountKind("new_entrants_reserve", "UK New Entrants Reserve Account"),
    AccountKind("market_stability", "UK Market Stability Mechanism Account"),
    AccountKind("general", "UK General Holding Account"),
    AccountKind("auction_delivery", "Auction Delivery Account"),
    AccountKind("operator_holding", "Operator Holding Account"),
    AccountKind("aircraft_operator_holding", "Aircraft Operator Holding Account"),
    AccountKind("maritime_operator_holding", "Maritime Operator Holding Account"),
    AccountKind("trading", "Trading Account"),
    AccountKind("surrender", "UK Surrender Account"),
    AccountKind("deletion", "UK Deletion Account"),
)

_ROUTES: Final = (
    Route(TransactionType.ISSUE, ("issuance",), ("total_quantity",), "1-40", approval=True),
    Route(TransactionType.CENTRAL_TRANSFER, _CENTRAL, _CENTRAL, "10-51", approval=True),
    Route(TransactionType.CENTRAL_TRANSFER, ("auction",), ("auction_delivery",), "10-37"),
    Route(TransactionType.CENTRAL_TRANSFER, ("auction_delivery",), ("auction",), "10-43"),
    Route(
        TransactionType.ALLOCATE, ("allocation", "new_entrants_reserve"), _HOLDERS, "10-40", reversible=True
    ),
    Route(
        TransactionType.RETURN,
        _HOLDERS,
        ("allocation", "new_entrants_reserve"),
        "10-42",
        when_restricted=True,
    ),
    Route(
        TransactionType.TRANSFER,
        ("general", *_TRADERS, "auction_delivery"),
        ("general", *_TRADERS, "auction_delivery"),
        "10-50",
        delay=True,
    ),
    Route(
        TransactionType.SURRENDER,
        _HOLDERS,
        ("surrender",),
        "10-2",
        when_restricted=True,
        reversible=True,
        reversible_days=_SURRENDER_REVERSIBLE_DAYS,
    ),
    Route(TransactionType.DELETE, _TRADERS, ("deletion",), "10-90", approval=True, reversible=True),
    Route(
        TransactionType.CLOSURE_TRANSFER,
        (*_TRADERS, "auction_delivery"),
        ("general",),
        "10-91",
        approval=True,
        whatever_status=True,
    ),
)


def registry_rules(clock: DelayClock | None = None) -> RegistryRules:
    """
    Return the registry's rules of the first phase.

    Args:
        clock: When a transfer to an account that is not trusted may be carried out, such as
            `uk_calendar.delay_clock()`; without one such transfers are approved but do not wait.

    Returns:
        Kinds of account and routes, valid from 2021.

    Example:
        >>> rules = registry_rules()
        >>> rules.check_route(TransactionType.SURRENDER, "operator_holding", "surrender").code
        '10-2'

    References:
        UK Emissions Trading Registry (ukets-registry), account types and transaction types.
    """
    return RegistryRules(
        "UK ETS",
        "Europe/London",
        _KINDS,
        _ROUTES,
        Period("2021-01-01", None),
        _REGISTRY,
        _COMPLIANCE,
        BlockPolicy.ARRIVAL,
        clock=clock,
    )


def surrender_deadline(year: int) -> tuple[str, Source]:
    """
    Return the day by which units for a year's emissions must be surrendered.

    Args:
        year: The year of the emissions.

    Returns:
        The date, and where it was read; the status says how sure it is.

    Raises:
        InvalidValueError: If the scheme did not run in that year.

    Example:
        >>> surrender_deadline(2021)[0]
        '2022-04-30'
    """
    emitted = whole(year, field="year")
    if not _FIRST_YEAR <= emitted <= _LAST_YEAR:
        raise InvalidValueError(f"be {_FIRST_YEAR} or later, up to {_LAST_YEAR}", was=year, field="year")
    return f"{emitted + 1}-{SURRENDER_DEADLINE}", _DEADLINE
