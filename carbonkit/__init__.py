"""
carbonkit: carbon accounting and carbon trading, exact from end to end.

The packages, from the ground floor up:

    values      numbers, quantities, money, time, sources
    accounting  activity → emission factor → inventory → CO2e under a named GWP set
    ledger      double entry for allowances, credits and cash
    registry    the life of an allowance: issue, allocate, transfer, surrender, cancel
    market      listed agreements, order books, blocks, auctions; clearing and settlement
    fund        commitments, calls, holdings, valuation, performance
    schemes     each market's rules as dated data with sources
    storage     the ledger in SQLite
    cli         the `carbonkit` command

The names below are the front door; each package offers more. Nothing is loaded
before it is used, so `import carbonkit` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from carbonkit.accounting import Catalogue, account, gwp_set, read_activities, read_factors
    from carbonkit.errors import BatchError, CarbonkitError
    from carbonkit.ledger import Ledger, MemoryStore
    from carbonkit.market import Venue, settle
    from carbonkit.registry import Registry
    from carbonkit.storage import SQLiteStore
    from carbonkit.values import (
        CO2e,
        Energy,
        Mass,
        Money,
        Period,
        Place,
        Price,
        Rounding,
        Source,
        SystemClock,
    )

    __version__: str

__all__ = [
    "BatchError",
    "CO2e",
    "CarbonkitError",
    "Catalogue",
    "Energy",
    "Ledger",
    "Mass",
    "MemoryStore",
    "Money",
    "Period",
    "Place",
    "Price",
    "Registry",
    "Rounding",
    "SQLiteStore",
    "Source",
    "SystemClock",
    "Venue",
    "account",
    "gwp_set",
    "read_activities",
    "read_factors",
    "settle",
]

_HOMES: Final = {
    "accounting": ("Catalogue", "account", "gwp_set", "read_activities", "read_factors"),
    "errors": ("BatchError", "CarbonkitError"),
    "ledger": ("Ledger", "MemoryStore"),
    "market": ("Venue", "settle"),
    "registry": ("Registry",),
    "storage": ("SQLiteStore",),
    "values": (
        *("CO2e", "Energy", "Mass", "Money", "Period", "Place"),
        *("Price", "Rounding", "Source", "SystemClock"),
    ),
}


def __getattr__(name: str) -> object:
    """Load a name of the front door when it is first asked for."""
    import importlib  # noqa: PLC0415  nothing is loaded before it is used

    if name == "__version__":
        metadata = importlib.import_module("importlib.metadata")
        return metadata.version("carbonkit")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"carbonkit.{home}"), name)
    raise AttributeError(f"module 'carbonkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the front door."""
    return [*__all__, "__version__"]
