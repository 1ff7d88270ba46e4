"""Checks: what the rules refuse, before the ledger is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs
import pytest

from carbonkit.errors import BatchError, RegistryError
from carbonkit.ledger import DefineAsset, Ledger, MemoryStore, OpenAccount, SerialRange, Statement, Transfer
from carbonkit.registry import (
    Emissions,
    Exclusion,
    Opening,
    Operation,
    Registry,
    Request,
    Transaction,
    TransactionType,
    UnitDefinition,
)
from carbonkit.schemes import uk
from carbonkit.values import AccountId, CommandId, FixedClock, Period

Move: TypeAlias = Callable[..., Transaction]

AT = "2022-03-31T12:00:00Z"
UK = AccountId("UK-1")
ISSUE = "UK-ISSUANCE > UK-TOTAL"


def refused(registry: Registry, request: Request) -> str:
    """Submit a request alone; return the code of its refusal, which must change nothing, or nothing."""
    head = registry.ledger.store.head()
    try:
        registry.submit([request])
    except BatchError as error:
        assert registry.ledger.store.head() == head
        return error.problems[0].code
    return ""


def test_every_request_is_recorded_under_its_id(registry: Registry, move: Move) -> None:
    receipts = registry.submit(
        [
            UnitDefinition(CommandId("a"), attrs.evolve(uk.UNIT, vintage="2031"), AT),
            Opening(CommandId("b"), AccountId("UK-8"), "trading", AT),
            Operation(CommandId("c"), UK, 2021, 2023, AT),
            Operation(CommandId("d"), UK, 2021, None, AT),
            Emissions(CommandId("e"), UK, 2021, 0, AT),
            Exclusion(CommandId("f"), UK, 2022, AT),
            move("g", "transfer", 5, "UK-1 > UK-8"),
        ]
    )
    commands = [receipt.record.command for receipt in receipts]
    assert [command.id.text for command in commands] == [*"abcdefg"]
    assert [type(command) for command in commands] == [DefineAsset, OpenAccount, *[Statement] * 4, Transfer]
    assert [(each.kind, each.facts) for each in commands if isinstance(each, Statement)] == [
        ("operating_years", (("first", "2021"), ("last", "2023"))),
        ("operating_years", (("first", "2021"), ("last", ""))),
        ("verified_emissions", (("tonnes", "0"), ("year", "2021"))),
        ("excluded_year", (("year", "2022"),)),
    ]
    assert isinstance(commands[-1], Transfer)
    assert commands[-1].legs[0].serials == (SerialRange(1, 5),)


def test_only_issuance_may_go_below_zero(empty: Registry) -> None:
    for kind in uk.registry_rules().kinds:
        empty.submit([Opening(CommandId(kind.name), AccountId(kind.name), kind.name, AT)])
        account = empty.ledger.account(AccountId(kind.name))
        assert account.may_go_negative == (kind.name == "issuance")


def test_an_unknown_kind_of_account_is_refused(registry: Registry) -> None:
    with pytest.raises(BatchError, match="be a kind of account of UK ETS, was key_emitter"):
        registry.submit([Opening(CommandId("x"), AccountId("UK-9"), "key_emitter", AT)])


def test_every_route_that_the_rules_do_not_name_is_refused(registry: Registry, move: Move) -> None:
    names = [
        *("UK-ISSUANCE", "UK-TOTAL", "UK-ALLOCATION", "UK-SURRENDER", "UK-DELETION"),
        "UK-1",
        "UK-2",
        "UK-3",
    ]
    allowed = set()
    for kind in TransactionType:
        for source in names:
            for target in names:
                two = {"by": "ann", "approved_by": "bob"}
                request = move(
                    f"{kind.value}/{source}/{target}", kind.value, 10**12, f"{source} > {target}", **two
                )
                code = refused(registry, request)
                assert code in {"", "overdraft", "same_account", "route_not_allowed"}
                if code in {"", "overdraft"}:
                    allowed.add(f"{kind.value}: {source} > {target}")
    holders = ("UK-1", "UK-2")
    assert allowed == {
        "issue: UK-ISSUANCE > UK-TOTAL",
        "central_transfer: UK-TOTAL > UK-ALLOCATION",
        "central_transfer: UK-ALLOCATION > UK-TOTAL",
        *(f"allocate: UK-ALLOCATION > {holder}" for holder in holders),
        *(f"return: {holder} > UK-ALLOCATION" for holder in holders),
        *(
            f"transfer: {one} > {two}"
            for one in (*holders, "UK-3")
            for two in (*holders, "UK-3")
            if one != two
        ),
        *(f"surrender: {holder} > UK-SURRENDER" for holder in holders),
        *(f"delete: {holder} > UK-DELETION" for holder in (*holders, "UK-3")),
    }


def test_accounts_of_a_transaction_must_be_open(registry: Registry, move: Move) -> None:
    for between in ("UK-9 > UK-1", "UK-1 > UK-9"):
        assert refused(registry, move("x", "transfer", 1, between)) == "unknown_account"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2020-12-31T23:59:59.999999Z", "no_rule_on_date"),
        ("2021-01-01T00:00:00Z", ""),
        ("2022-06-30T22:59:59Z", ""),
        ("2022-06-30T23:00:00Z", "no_rule_on_date"),  # 1 July in London
    ],
)
def test_the_rules_hold_on_local_days(at: str, code: str) -> None:
    rules = attrs.evolve(uk.registry_rules(), valid=Period("2021-01-01", "2022-07-01"))
    registry = Registry(Ledger(MemoryStore(), FixedClock(AT)), rules)
    assert refused(registry, Opening(CommandId("x"), AccountId("UK-9"), "trading", at)) == code


def emissions(name: str, year: int, tonnes: int) -> Emissions:
    return Emissions(CommandId(name), UK, year, tonnes, "2024-06-01T12:00:00Z")


def exclusion(name: str, year: int) -> Exclusion:
    return Exclusion(CommandId(name), UK, year, AT)


def test_an_excluded_year_has_no_emissions(registry: Registry) -> None:
    registry.submit([exclusion("ex/1", 2021)])

    assert refused(registry, emissions("a", 2021, 1)) == "year_excluded"
    assert refused(registry, emissions("b", 2021, 0)) == ""
    assert refused(registry, emissions("c", 2022, 1)) == ""
    assert refused(registry, exclusion("d", 2022)) == "year_reported"
    assert refused(registry, exclusion("e", 2023)) == ""
    assert refused(registry, emissions("f", 2023, 1)) == "year_excluded"


def test_a_reported_year_is_not_excluded(registry: Registry) -> None:
    registry.submit([emissions("em/1", 2021, 100)])

    assert refused(registry, exclusion("a", 2021)) == "year_reported"
    assert refused(registry, emissions("b", 2021, 0)) == ""
    assert refused(registry, exclusion("c", 2021)) == ""
    assert refused(registry, emissions("d", 2021, 5)) == "year_excluded"


def test_what_is_recorded_passes_and_says_nothing_new(registry: Registry) -> None:
    registry.submit([emissions("em/1", 2021, 100)])
    registry.submit([emissions("em/2", 2021, 0)])
    registry.submit([exclusion("ex/1", 2021)])
    head = registry.ledger.store.head()

    assert refused(registry, emissions("em/1", 2021, 100)) == ""
    assert refused(registry, emissions("new", 2021, 5)) == "year_excluded"
    assert refused(registry, exclusion("ex/1", 2021)) == ""
    assert registry.ledger.store.head() == head
    again = Registry(registry.ledger, registry.rules)  # one that reads everything anew
    assert refused(again, emissions("em/1", 2021, 100)) == ""  # replaced since, so it bars no exclusion
    assert refused(again, exclusion("again", 2021)) == ""


def issued(registry: Registry, request: Transaction) -> object:
    (receipt,) = registry.submit([request])
    return receipt.record.entries[0].serials


def test_an_issue_takes_the_next_numbers(registry: Registry, move: Move) -> None:
    assert issued(registry, move("a", "issue", 10, ISSUE)) == (SerialRange(1_001, 1_010),)
    assert issued(registry, move("b", "issue", 1, ISSUE)) == (SerialRange(1_011, 1_011),)
    assert issued(registry, move("a", "issue", 10, ISSUE)) == (SerialRange(1_001, 1_010),)
    exact = (SerialRange(2_000, 2_009), SerialRange(1_500, 1_500))
    assert issued(registry, move("c", "issue", 11, ISSUE, serials=exact)) == exact
    assert issued(registry, move("d", "issue", 5, ISSUE)) == (SerialRange(2_010, 2_014),)
    low = (SerialRange(1_100, 1_100),)
    assert issued(registry, move("e", "issue", 1, ISSUE, serials=low)) == low
    assert issued(registry, move("f", "issue", 1, ISSUE)) == (SerialRange(2_015, 2_015),)


def test_an_id_for_something_else_is_refused_and_the_same_gets_the_same_numbers(
    registry: Registry, move: Move
) -> None:
    assert issued(registry, move("issue/1", "issue", 1_000, ISSUE)) == (SerialRange(1, 1_000),)
    assert refused(registry, move("issue/1", "issue", 7, ISSUE)) == "identifier_reused"
    assert refused(registry, move("open/UK-1", "issue", 7, ISSUE)) == "identifier_reused"
    assert refused(registry, move("allocate/1", "issue", 300, ISSUE)) == "identifier_reused"


def test_reports_are_for_years_of_operation(registry: Registry) -> None:
    registry.submit([Operation(CommandId("years/1"), UK, 2022, 2023, AT)])
    assert refused(registry, emissions("a", 2021, 1)) == "year_outside_operation"
    assert refused(registry, emissions("b", 2022, 1)) == ""
    assert refused(registry, emissions("c", 2023, 1)) == ""
    assert refused(registry, emissions("d", 2024, 0)) == "year_outside_operation"
    assert refused(registry, exclusion("e", 2024)) == "year_outside_operation"
    registry.submit([Operation(CommandId("years/2"), UK, 2022, None, AT)])
    assert refused(registry, emissions("f", 2024, 0)) == ""
    assert refused(registry, emissions("g", 2025, 0)) == "year_outside_operation"  # not begun
    assert refused(registry, exclusion("h", 2025)) == ""


def test_years_of_operation_come_first(empty: Registry) -> None:
    empty.submit([Opening(CommandId("open"), UK, "operator_holding", AT)])
    assert refused(empty, emissions("a", 2021, 1)) == "years_not_stated"
    assert refused(empty, exclusion("b", 2021)) == "years_not_stated"


def test_an_error_of_a_check_names_its_number() -> None:
    with pytest.raises(RegistryError, match="check 2007"):
        uk.registry_rules().check_route(TransactionType.PLEDGE, "trading", "trading")
