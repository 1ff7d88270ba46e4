"""Checks: what the rules refuse, before the ledger is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import attrs
import pytest

from carbonkit.errors import RegistryError, UnknownAccountError
from carbonkit.ledger import DefineAsset, OpenAccount, Selection, SerialRange, Statement, Transfer
from carbonkit.registry import (
    Emissions,
    Exclusion,
    Opening,
    Operation,
    Registry,
    Transaction,
    TransactionType,
    UnitDefinition,
)
from carbonkit.registry.check import Check
from carbonkit.schemes import uk
from carbonkit.values import AccountId, CommandId, Period

if TYPE_CHECKING:
    from carbonkit.registry.rules import RegistryRules

Move: TypeAlias = Callable[..., Transaction]

AT = "2022-03-31T12:00:00Z"
UK = AccountId("UK-1")


def check(registry: Registry, rules: RegistryRules | None = None) -> Check:
    return Check(registry.ledger, rules or registry.rules)


def test_every_request_becomes_a_command_under_its_id(registry: Registry, move: Move) -> None:
    checked = check(registry)
    commands = [
        checked.command(UnitDefinition(CommandId("a"), uk.UNIT, AT)),
        checked.command(Opening(CommandId("b"), AccountId("UK-8"), "trading", AT)),
        checked.command(Operation(CommandId("c"), UK, 2021, 2023, AT)),
        checked.command(Operation(CommandId("d"), UK, 2021, None, AT)),
        checked.command(Emissions(CommandId("e"), UK, 2021, 0, AT)),
        checked.command(Exclusion(CommandId("f"), UK, 2022, AT)),
        checked.command(move("g", "transfer", 5, "UK-1 > UK-8")),
    ]

    assert [command.id.text for command in commands] == [*"abcdefg"]
    assert [type(command) for command in commands] == [
        DefineAsset,
        OpenAccount,
        *[Statement] * 4,
        Transfer,
    ]
    assert [(each.kind, each.facts) for each in commands if isinstance(each, Statement)] == [
        ("operating_years", (("first", "2021"), ("last", "2023"))),
        ("operating_years", (("first", "2021"), ("last", ""))),
        ("verified_emissions", (("tonnes", "0"), ("year", "2021"))),
        ("excluded_year", (("year", "2022"),)),
    ]
    assert isinstance(commands[-1], Transfer)
    assert commands[-1].legs[0].serials is Selection.FROM_LEFT
    assert registry.ledger.store.head().sequence == 13  # nothing was written


def test_only_issuance_may_go_below_zero(empty: Registry) -> None:
    checked = check(empty)
    for kind in uk.registry_rules().kinds:
        command = checked.command(Opening(CommandId(kind.name), AccountId(kind.name), kind.name, AT))
        assert isinstance(command, OpenAccount)
        assert command.account.may_go_negative == (kind.name == "issuance")


def test_an_unknown_kind_of_account_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="be a kind of account of UK ETS, was key_emitter"):
        check(registry).command(Opening(CommandId("x"), AccountId("UK-9"), "key_emitter", AT))


def test_every_route_that_the_rules_do_not_name_is_refused(registry: Registry, move: Move) -> None:
    names = [
        "UK-ISSUANCE",
        "UK-TOTAL",
        "UK-ALLOCATION",
        "UK-SURRENDER",
        "UK-DELETION",
        "UK-1",
        "UK-2",
        "UK-3",
    ]
    checked, allowed = check(registry), set()
    for kind in TransactionType:
        for source in names:
            for target in names:
                if source == target:
                    continue
                request = move("x", kind.value, 1, f"{source} > {target}")
                try:
                    checked.command(request)
                except RegistryError as error:
                    refused = error.problem.code
                else:
                    refused = ""
                    allowed.add(f"{kind.value}: {source} > {target}")
                assert refused in {"", "route_not_allowed"}
    holders = ("UK-1", "UK-2")
    assert allowed == {
        "issue: UK-ISSUANCE > UK-TOTAL",
        "central_transfer: UK-TOTAL > UK-ALLOCATION",
        "central_transfer: UK-ALLOCATION > UK-TOTAL",
        *(f"allocate: UK-ALLOCATION > {holder}" for holder in holders),
        *(
            f"transfer: {one} > {two}"
            for one in (*holders, "UK-3")
            for two in (*holders, "UK-3")
            if one != two
        ),
        *(f"surrender: {holder} > UK-SURRENDER" for holder in holders),
        *(f"cancel: {holder} > UK-DELETION" for holder in (*holders, "UK-3")),
    }


def test_accounts_of_a_transaction_must_be_open(registry: Registry, move: Move) -> None:
    for between in ("UK-9 > UK-1", "UK-1 > UK-9"):
        with pytest.raises(UnknownAccountError, match="UK-9"):
            check(registry).command(move("x", "transfer", 1, between))


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2020-12-31T23:59:59.999999Z", False),
        ("2021-01-01T00:00:00Z", True),
        ("2022-06-30T22:59:59Z", True),
        ("2022-06-30T23:00:00Z", False),  # 1 July in London
    ],
)
def test_the_rules_hold_on_local_days(registry: Registry, at: str, holds: bool) -> None:  # noqa: FBT001  a row of the table
    rules = attrs.evolve(registry.rules, valid=Period("2021-01-01", "2022-07-01"))
    request = Opening(CommandId("x"), AccountId("UK-9"), "trading", at)
    if holds:
        assert check(registry, rules).command(request).id.text == "x"
    else:
        with pytest.raises(RegistryError) as caught:
            check(registry, rules).command(request)
        assert caught.value.problem.code == "no_rule_on_date"


def emissions(name: str, year: int, tonnes: int) -> Emissions:
    return Emissions(CommandId(name), UK, year, tonnes, AT)


def exclusion(name: str, year: int) -> Exclusion:
    return Exclusion(CommandId(name), UK, year, AT)


def refused(checked: Check, request: Emissions | Exclusion) -> str:
    try:
        checked.command(request)
    except RegistryError as error:
        return error.problem.code
    return ""


def test_an_excluded_year_has_no_emissions(registry: Registry) -> None:
    registry.submit([exclusion("ex/1", 2021)])
    checked = check(registry)

    assert refused(checked, emissions("a", 2021, 1)) == "year_excluded"
    assert refused(checked, emissions("b", 2021, 0)) == ""
    assert refused(checked, emissions("c", 2022, 1)) == ""
    assert refused(checked, exclusion("d", 2022)) == "year_reported"
    assert refused(checked, exclusion("e", 2023)) == ""
    assert refused(checked, emissions("f", 2023, 1)) == "year_excluded"


def test_a_reported_year_is_not_excluded(registry: Registry) -> None:
    registry.submit([emissions("em/1", 2021, 100)])
    checked = check(registry)

    assert refused(checked, exclusion("a", 2021)) == "year_reported"
    assert refused(checked, emissions("b", 2021, 0)) == ""
    assert refused(checked, exclusion("c", 2021)) == ""
    assert refused(checked, emissions("d", 2021, 5)) == "year_excluded"


def test_what_is_recorded_passes_and_says_nothing_new(registry: Registry) -> None:
    registry.submit([emissions("em/1", 2021, 100)])
    registry.submit([emissions("em/2", 2021, 0)])
    registry.submit([exclusion("ex/1", 2021)])
    checked = check(registry)

    assert refused(checked, emissions("em/1", 2021, 100)) == ""
    assert refused(checked, emissions("new", 2021, 5)) == "year_excluded"
    assert refused(checked, exclusion("ex/1", 2021)) == ""
    fresh = check(registry)
    assert refused(fresh, emissions("em/1", 2021, 100)) == ""  # replaced since, so it bars no exclusion
    assert refused(fresh, exclusion("again", 2021)) == ""


def issued(checked: Check, request: Transaction) -> object:
    command = checked.command(request)
    assert isinstance(command, Transfer)
    return command.legs[0].serials


def test_an_issue_takes_the_next_numbers(registry: Registry, move: Move) -> None:
    checked, issue = check(registry), "UK-ISSUANCE > UK-TOTAL"

    assert issued(checked, move("a", "issue", 10, issue)) == (SerialRange(1_001, 1_010),)
    assert issued(checked, move("b", "issue", 1, issue)) == (SerialRange(1_011, 1_011),)
    assert issued(checked, move("a", "issue", 10, issue)) == (SerialRange(1_001, 1_010),)
    exact = (SerialRange(2_000, 2_009), SerialRange(1_500, 1_500))
    assert issued(checked, move("c", "issue", 11, issue, serials=exact)) == exact
    assert issued(checked, move("d", "issue", 5, issue)) == (SerialRange(2_010, 2_014),)
    low = (SerialRange(1_100, 1_100),)
    assert issued(checked, move("e", "issue", 1, issue, serials=low)) == low
    assert issued(checked, move("f", "issue", 1, issue)) == (SerialRange(2_015, 2_015),)


def test_an_issue_that_is_recorded_keeps_its_numbers(registry: Registry, move: Move) -> None:
    issue = "UK-ISSUANCE > UK-TOTAL"
    assert issued(check(registry), move("issue/1", "issue", 1_000, issue)) == (SerialRange(1, 1_000),)
    # the same id for something else gets numbers of its own, so that the ledger sees the difference
    assert issued(check(registry), move("issue/1", "issue", 7, issue)) == (SerialRange(1_001, 1_007),)
    assert issued(check(registry), move("open/UK-1", "issue", 7, issue)) == (SerialRange(1_001, 1_007),)


def test_reports_are_for_years_of_operation(registry: Registry) -> None:
    checked = check(registry)
    operator = AccountId("UK-1")
    checked.command(Operation(CommandId("years/1"), operator, 2022, 2023, AT))
    assert refused(checked, emissions("a", 2021, 1)) == "year_outside_operation"
    assert refused(checked, emissions("b", 2022, 1)) == ""
    assert refused(checked, emissions("c", 2023, 1)) == ""
    assert refused(checked, emissions("d", 2024, 0)) == "year_outside_operation"
    assert refused(checked, exclusion("e", 2024)) == "year_outside_operation"
    checked.command(Operation(CommandId("years/2"), operator, 2022, None, AT))
    assert refused(checked, emissions("f", 2024, 0)) == ""


def test_years_of_operation_come_first(empty: Registry) -> None:
    assert refused(check(empty), emissions("a", 2021, 1)) == "years_not_stated"
    assert refused(check(empty), exclusion("b", 2021)) == "years_not_stated"
