"""A small registry under the UK rules, and short words to speak to it with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.registry import (
    Opening,
    Operation,
    Registry,
    Request,
    Transaction,
    TransactionType,
    UnitDefinition,
)
from carbonkit.schemes import uk
from carbonkit.values import AccountId, CommandId, FixedClock

AT = "2021-01-04T12:00:00Z"
KINDS = {
    "UK-ISSUANCE": "issuance",
    "UK-TOTAL": "total_quantity",
    "UK-ALLOCATION": "allocation",
    "UK-SURRENDER": "surrender",
    "UK-DELETION": "deletion",
    "UK-1": "operator_holding",
    "UK-2": "aircraft_operator_holding",
    "UK-3": "trading",
}

Move: TypeAlias = Callable[..., Transaction]


APPROVED = {"issue", "central_transfer", "transfer", "delete", "closure_transfer"}


def moved(name: str, kind: str, quantity: int, between: str, at: str = AT, **more: object) -> Transaction:
    """Ask for a movement between two accounts, such as "UK-1 > UK-2", approved where it must be."""
    source, target = between.split(" > ")
    if kind in APPROVED:
        more = {"by": "ann", "approved_by": "bob"} | more
    return Transaction(
        CommandId(name),
        TransactionType(kind),
        uk.UNIT,
        quantity,
        AccountId(source),
        AccountId(target),
        at,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def move() -> Move:
    return moved


@pytest.fixture
def empty() -> Registry:
    return Registry(Ledger(MemoryStore(), FixedClock("2021-01-04T12:00:00Z")), uk.registry_rules())


@pytest.fixture
def registry(empty: Registry) -> Registry:
    """Return a registry with accounts, 1,000 units at the authority and 300 at an operator."""
    start: list[Request] = [UnitDefinition(CommandId("define"), uk.UNIT, AT)]
    start += [Opening(CommandId(f"open/{name}"), AccountId(name), kind, AT) for name, kind in KINDS.items()]
    start += [Operation(CommandId("years/UK-1"), AccountId("UK-1"), 2021, None, AT)]
    start += [
        moved("issue/1", "issue", 1_000, "UK-ISSUANCE > UK-TOTAL"),
        moved("central/1", "central_transfer", 500, "UK-TOTAL > UK-ALLOCATION"),
        moved("allocate/1", "allocate", 300, "UK-ALLOCATION > UK-1"),
    ]
    empty.submit(start)
    return empty
