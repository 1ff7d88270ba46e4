"""Every scheme's registry: its routes join its kinds, and a unit can live its whole life in it."""

from __future__ import annotations

import pytest

from carbonkit.errors import BatchError
from carbonkit.ledger import Ledger, Leg, MemoryStore, Selection, Transfer
from carbonkit.registry import (
    Opening,
    Registry,
    RegistryRules,
    Transaction,
    TransactionType,
    UnitDefinition,
    UnitType,
)
from carbonkit.schemes import ccer_registry, china_registry, eu_registry, shanghai_registry, uk
from carbonkit.values import AccountId, CommandId, FixedClock

ALL = {
    rules.scheme: rules
    for rules in (
        uk.registry_rules(),
        eu_registry.registry_rules(),
        china_registry.registry_rules(),
        ccer_registry.registry_rules(),
        shanghai_registry.registry_rules(),
    )
}
AT = "2025-06-02T04:00:00Z"


@pytest.mark.parametrize("scheme", ALL)
def test_every_kind_of_account_is_on_some_route(scheme: str) -> None:
    rules = ALL[scheme]
    joined = {kind for route in rules.routes for kind in (*route.sources, *route.targets)}
    alone = {kind.name for kind in rules.kinds} - joined
    assert alone <= {
        "verification_body",
        "provincial_authority",
        "national_authority",
        "aviation_surrender_set_aside",
    }
    assert sum(kind.may_go_negative for kind in rules.kinds) == 1
    assert rules.final_kinds() & {"surrender", "offset"}
    assert rules.source.title


@pytest.mark.parametrize("scheme", ALL)
def test_a_surrender_can_not_come_from_where_units_end(scheme: str) -> None:
    rules = ALL[scheme]
    for route in rules.routes:
        assert not set(route.sources) & rules.final_kinds()


def opened(rules: RegistryRules, unit: UnitType, kinds: dict[str, str]) -> Registry:
    registry = Registry(Ledger(MemoryStore(), FixedClock(AT)), rules)
    registry.submit(
        [
            UnitDefinition(CommandId("define"), unit, AT),
            *(Opening(CommandId(f"open/{name}"), AccountId(name), kind, AT) for name, kind in kinds.items()),
        ]
    )
    return registry


def moved(name: str, kind: str, unit: UnitType, way: str, beneficiary: str = "") -> Transaction:
    source, target = (AccountId(each) for each in way.split(" > "))
    return Transaction(
        CommandId(name), TransactionType(kind), unit, 10, source, target, AT, beneficiary=beneficiary
    )


def test_a_reduction_is_registered_traded_and_cancelled_for_somebody() -> None:
    unit = UnitType("CCER", "2024")
    kinds = {
        "ISSUE": "issuance",
        "OWNER": "project_owner",
        "SHOP": "other_trader",
        "END": "voluntary_cancellation",
    }
    registry = opened(ccer_registry.registry_rules(), unit, kinds)
    registry.submit([moved("issue", "issue", unit, "ISSUE > OWNER")])
    with pytest.raises(BatchError, match="settle the trade"):
        registry.submit([moved("gift", "transfer", unit, "OWNER > SHOP")])
    leg = Leg(unit.asset_id, 10, AccountId("OWNER"), AccountId("SHOP"), serials=Selection.FROM_LEFT)
    registry.ledger.post(Transfer(CommandId("trade"), [leg], "settlement", AT))
    registry.submit([moved("cancel", "cancel", unit, "SHOP > END", beneficiary="a conference")])
    (unit_sum,) = registry.reconcile().units
    assert (unit_sum.issued, unit_sum.held, unit_sum.gone) == (10, (), (("voluntary_cancellation", 10),))
    with pytest.raises(BatchError, match="must be one that"):
        registry.submit([moved("back", "transfer", unit, "END > SHOP")])


def test_an_allowance_of_shanghai_is_allocated_and_surrendered() -> None:
    unit = UnitType("SHEA", "2025")
    kinds = {"ISSUE": "issuance", "CITY": "authority", "PLANT": "compliance_entity", "END": "surrender"}
    registry = opened(shanghai_registry.registry_rules(), unit, kinds)
    registry.submit(
        [
            moved("issue", "issue", unit, "ISSUE > CITY"),
            moved("allocate", "allocate", unit, "CITY > PLANT"),
            moved("surrender", "surrender", unit, "PLANT > END"),
        ]
    )
    assert registry.ledger.quantity(AccountId("END"), unit.asset_id) == 10
    assert registry.verify().ok
