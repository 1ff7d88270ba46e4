"""Eligibility: vintages and the share of credits, as units are surrendered, reversed and withdrawn."""

from __future__ import annotations

import attrs
import pytest

from carbonkit.errors import BatchError
from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.registry import (
    Appointment,
    Emissions,
    Opening,
    Operation,
    Proposal,
    Registry,
    Request,
    Right,
    Transaction,
    TransactionType,
    Undoing,
    UnitDefinition,
    UnitType,
    Withdrawal,
)
from carbonkit.schemes import china_registry
from carbonkit.values import AccountId, CommandId, FixedClock

AT = "2025-12-01T00:00:00Z"
KEE, GONE = AccountId("KEE-1"), AccountId("GONE")
CREDIT = UnitType("CCER", "2024")
VINTAGES = ("2019-2020", "2023", "2024", "2025")


def allowance(vintage: str) -> UnitType:
    return UnitType("CEA", vintage)


def surrender(name: str, unit: UnitType, quantity: int, year: int | None, by: str = "") -> Transaction:
    return Transaction(
        CommandId(name), TransactionType.SURRENDER, unit, quantity, KEE, GONE, AT, year=year, by=by
    )


def codes(registry: Registry, *requests: Request) -> list[str]:
    head = registry.ledger.store.head()
    try:
        registry.submit(requests)
    except BatchError as error:
        found = [problem.code for problem in error.problems]
    else:
        return []
    assert registry.ledger.store.head() == head
    return found


@pytest.fixture
def registry() -> Registry:
    rules = china_registry.registry_rules()
    routes = tuple(
        attrs.evolve(route, reversible=route.transaction is TransactionType.SURRENDER)
        for route in rules.routes
    )
    found = Registry(Ledger(MemoryStore(), FixedClock(AT)), attrs.evolve(rules, routes=routes))
    start: list[Request] = [
        Opening(CommandId("o/1"), AccountId("ISSUE"), "issuance", AT),
        Opening(CommandId("o/2"), AccountId("HB"), "provincial_authority", AT),
        Opening(CommandId("o/3"), KEE, "key_emitter", AT),
        Opening(CommandId("o/4"), GONE, "surrender", AT),
        Operation(CommandId("years"), KEE, 2020, None, AT),
        Appointment(CommandId("ann"), KEE, "ann", Right.INITIATE, AT),
        Appointment(CommandId("bob"), KEE, "bob", Right.APPROVE, AT),
    ]
    for unit in (*(allowance(vintage) for vintage in VINTAGES), CREDIT):
        name = unit.asset_id.text
        for kind, source, target in (
            (TransactionType.ISSUE, "ISSUE", "HB"),
            (TransactionType.ALLOCATE, "HB", "KEE-1"),
        ):
            if kind is TransactionType.ISSUE:
                start.append(UnitDefinition(CommandId(f"define/{name}"), unit, AT))
            moves = AccountId(source), AccountId(target)
            start.append(Transaction(CommandId(f"{kind.value}/{name}"), kind, unit, 1_000, *moves, AT))
    found.submit(start)
    return found


@pytest.mark.parametrize(
    ("vintage", "year", "expected"),
    [
        ("2024", 2024, []),
        ("2023", 2024, []),
        ("2019-2020", 2019, []),
        ("2025", 2025, []),
        ("2025", 2023, []),  # for arrears
        ("2024", 2023, ["unit_not_eligible"]),  # not before its own year
        ("2024", 2025, ["unit_not_eligible"]),  # not after carry-over
        ("2023", 2019, ["unit_not_eligible"]),
        ("2024", 2018, ["unit_not_eligible"]),
        ("2024", None, ["year_required"]),
    ],
)
def test_a_vintage_covers_its_years(
    registry: Registry, vintage: str, year: int | None, expected: list[str]
) -> None:
    assert codes(registry, surrender("s", allowance(vintage), 1, year)) == expected


def test_the_error_names_what_may_be_surrendered(registry: Registry) -> None:
    with pytest.raises(BatchError, match="CEA of 2025, 2026") as caught:
        registry.submit([surrender("s", allowance("2024"), 1, 2025)])
    assert "CEA of 2024" in str(caught.value)


def test_credits_cover_a_share_of_the_emissions(registry: Registry) -> None:
    assert codes(registry, surrender("a", CREDIT, 1, 2024)) == ["offsets_above_limit"]  # nothing reported
    registry.submit([Emissions(CommandId("em"), KEE, 2024, 1_019, AT)])
    assert codes(registry, surrender("b", CREDIT, 51, 2024)) == ["offsets_above_limit"]
    assert codes(registry, surrender("c", CREDIT, 30, 2024), surrender("d", CREDIT, 20, 2024)) == []
    assert codes(registry, surrender("e", CREDIT, 1, 2024)) == ["offsets_above_limit"]
    assert codes(registry, surrender("f", allowance("2024"), 900, 2024)) == []
    assert codes(registry, surrender("c", CREDIT, 30, 2024)) == []  # the same again
    assert codes(registry, surrender("c", CREDIT, 30, 2023)) == ["identifier_reused"]


def test_what_is_reversed_or_withdrawn_may_be_used_again(registry: Registry) -> None:
    registry.submit([Emissions(CommandId("em"), KEE, 2024, 1_000, AT), surrender("a", CREDIT, 50, 2024)])
    assert codes(registry, surrender("b", CREDIT, 1, 2024)) == ["offsets_above_limit"]
    registry.submit([Undoing(CommandId("undo"), CommandId("a"), AT)])
    registry.submit([Proposal(surrender("p", CREDIT, 50, 2024, by="ann"))])
    assert codes(registry, surrender("b", CREDIT, 1, 2024)) == ["offsets_above_limit"]  # set aside
    registry.submit([Withdrawal(CommandId("no"), CommandId("p"), "bob", "rejected", AT)])
    assert codes(registry, surrender("b", CREDIT, 50, 2024)) == []
    again = Registry(registry.ledger, registry.rules)  # what is known is read from the journal
    assert codes(again, surrender("c", CREDIT, 1, 2024)) == ["offsets_above_limit"]


def test_a_refused_group_claims_nothing(registry: Registry) -> None:
    registry.submit([Emissions(CommandId("em"), KEE, 2024, 1_000, AT)])
    too_much = surrender("b", allowance("2024"), 9_999, 2024)
    assert codes(registry, surrender("a", CREDIT, 50, 2024), too_much) == ["overdraft"]
    assert codes(registry, surrender("a", CREDIT, 50, 2024)) == []


def test_a_rule_explains_itself() -> None:
    texts = [rule.explain().text() for rule in china_registry.registry_rules().eligibility]
    assert any("up to 0.05 of the verified emissions" in text for text in texts)
    assert any("[draft" in text for text in texts)
