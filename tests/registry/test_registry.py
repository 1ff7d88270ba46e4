"""The registry from end to end: groups whole or not at all, retries, and units that never go astray."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError, BusyError, CarbonkitError, InvalidValueError
from carbonkit.ledger import Batch, Ledger, MemoryStore, SerialRange, Transfer
from carbonkit.registry import (
    Emissions,
    Exclusion,
    Opening,
    Registry,
    Request,
    Transaction,
    TransactionType,
    UnitDefinition,
    in_groups,
)
from carbonkit.schemes import uk
from carbonkit.storage import SQLiteStore
from carbonkit.values import AccountId, CommandId, FixedClock

if TYPE_CHECKING:
    from pathlib import Path

Move: TypeAlias = Callable[..., Transaction]

AT = "2021-01-04T12:00:00Z"
UK, TOTAL = AccountId("UK-1"), AccountId("UK-TOTAL")
ISSUE = "UK-ISSUANCE > UK-TOTAL"


def problems(registry: Registry, requests: list[Request]) -> list[tuple[str, str]]:
    before = registry.ledger.store.head()
    with pytest.raises(BatchError) as caught:
        registry.submit(requests)
    assert registry.ledger.store.head() == before
    return [(problem.file, problem.code) for problem in caught.value.problems]


def test_a_year_from_end_to_end(registry: Registry, move: Move) -> None:
    registry.submit(
        [
            Emissions(CommandId("em"), UK, 2021, 200, "2022-03-31T12:00:00Z"),
            move("sell", "transfer", 50, "UK-1 > UK-3", "2022-04-01T12:00:00Z"),
            move("surrender", "surrender", 200, "UK-1 > UK-SURRENDER", "2022-04-10T12:00:00Z"),
            move("cancel", "delete", 10, "UK-3 > UK-DELETION", "2022-04-11T12:00:00Z"),
        ]
    )
    unit, ledger = uk.UNIT.asset_id, registry.ledger

    assert registry.compliance(UK, "2022-04-30").status.value == "A"
    assert {each.holding.account.text: each.quantity for each in ledger.balances(asset=unit)} == {
        "UK-ISSUANCE": -1_000,
        "UK-TOTAL": 500,
        "UK-ALLOCATION": 200,
        "UK-1": 50,
        "UK-3": 40,
        "UK-SURRENDER": 200,
        "UK-DELETION": 10,
    }
    assert ledger.serials(AccountId("UK-SURRENDER"), unit) == (SerialRange(51, 250),)
    assert ledger.verify().ok


def test_a_group_reports_problems_of_rules_and_ledger_together(registry: Registry, move: Move) -> None:
    assert problems(
        registry,
        [
            move("good", "transfer", 5, "UK-1 > UK-2"),
            move("route", "surrender", 5, "UK-3 > UK-SURRENDER"),
            Opening(CommandId("kind"), AccountId("UK-9"), "bank", AT),
            move("nobody", "transfer", 5, "UK-1 > UK-9"),
            move("early", "transfer", 5, "UK-1 > UK-2", "2020-12-31T12:00:00Z"),
            Exclusion(CommandId("excluded"), UK, 2021, AT),
            Emissions(CommandId("emissions"), UK, 2021, 5, AT),
            move("overdraft", "transfer", 296, "UK-1 > UK-3"),
            Opening(CommandId("again"), UK, "trading", AT),
        ],
    ) == [
        ("request route", "route_not_allowed"),
        ("request kind", "registry_refused"),
        ("request nobody", "unknown_account"),
        ("request early", "no_rule_on_date"),
        ("request emissions", "year_excluded"),
        ("request overdraft", "overdraft"),
        ("command again", "already_open"),
    ]


def test_an_account_opened_in_the_group_may_be_used_in_it(registry: Registry, move: Move) -> None:
    receipts = registry.submit(
        [
            Opening(CommandId("open"), AccountId("UK-9"), "trading", AT),
            move("sell", "transfer", 5, "UK-1 > UK-9"),
        ]
    )
    assert [receipt.sequence for receipt in receipts] == [16, 18]


def test_issues_of_one_group_follow_each_other(registry: Registry, move: Move) -> None:
    registry.submit([move("a", "issue", 10, ISSUE), move("b", "issue", 5, ISSUE)])
    exact = (SerialRange(2_000, 2_001),)
    registry.submit([move("c", "issue", 2, ISSUE, serials=exact), move("d", "issue", 1, ISSUE)])

    found = {
        record.command.id.text: record.entries[0].serials
        for record in registry.ledger.records()
        if isinstance(record.command, Transfer) and record.command.reason == "issue"
    }
    assert found == {
        "issue/1": (SerialRange(1, 1_000),),
        "a": (SerialRange(1_001, 1_010),),
        "b": (SerialRange(1_011, 1_015),),
        "c": exact,
        "d": (SerialRange(2_002, 2_002),),
    }


def test_a_retry_gets_the_first_receipts_and_the_same_numbers(registry: Registry, move: Move) -> None:
    group: list[Request] = [
        move("a", "issue", 10, ISSUE),
        move("b", "issue", 5, ISSUE),
        move("a", "issue", 10, ISSUE),
        Emissions(CommandId("em"), UK, 2021, 5, AT),
        Exclusion(CommandId("ex"), UK, 2022, AT),
    ]
    first = registry.submit(group)
    registry.submit([move("later", "issue", 100, ISSUE)])
    head = registry.ledger.store.head()

    again = registry.submit(group)

    assert [receipt.repeated for receipt in first] == [False, False, True, False, False]
    assert again == tuple(attrs.evolve(receipt, repeated=True) for receipt in first)
    assert registry.ledger.store.head() == head


def test_an_id_for_another_request_is_refused(registry: Registry, move: Move) -> None:
    for other in (
        move("issue/1", "issue", 999, ISSUE),
        move("issue/1", "issue", 1_000, ISSUE, "2021-01-05T12:00:00Z"),
        move("allocate/1", "issue", 300, ISSUE),
        move("open/UK-1", "issue", 5, ISSUE),
        Opening(CommandId("issue/1"), AccountId("UK-9"), "trading", AT),
    ):
        assert {code for _, code in problems(registry, [other])} == {"identifier_reused"}


def test_numbers_are_never_issued_twice(registry: Registry, move: Move) -> None:
    taken = move("a", "issue", 11, ISSUE, serials=(SerialRange(990, 1_000),))
    assert problems(registry, [taken]) == [("command a", "serial_range")]
    at_the_end = move("a", "issue", 1, ISSUE, serials=(SerialRange(2**63 - 1, 2**63 - 1),))
    registry.submit([at_the_end])
    assert problems(registry, [move("b", "issue", 1, ISSUE)]) == [("request b", "serial_range")]


def test_nothing_is_submitted_of_nothing(registry: Registry) -> None:
    assert registry.submit([]) == ()
    assert registry.submit(iter(())) == ()


class Overtaken(MemoryStore):
    """A store that another writer moves on right before it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    def write(self, batch: Batch) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().write(batch)


@pytest.mark.parametrize("same", [True, False])
def test_two_who_issue_at_once_both_get_numbers(registry: Registry, move: Move, same: bool) -> None:  # noqa: FBT001  two cases
    store = Overtaken()
    ledger = Ledger(store, FixedClock(AT))
    ledger.post_all([record.command for record in registry.ledger.records()])
    here, there = Registry(ledger, registry.rules), Registry(Ledger(store, FixedClock(AT)), registry.rules)
    other = move("mine" if same else "theirs", "issue", 10, ISSUE)

    store.meanwhile = lambda: there.submit([other])
    (receipt,) = here.submit([move("mine", "issue", 10, ISSUE)])

    assert receipt.repeated is same
    assert ledger.serials(TOTAL, uk.UNIT.asset_id)[-1].last == (1_010 if same else 1_020)
    assert ledger.verify().ok


class Restless(MemoryStore):
    """A store that is never written, because another writer is always faster."""

    def write(self, batch: Batch) -> bool:
        assert batch.rows
        return False


def test_a_registry_gives_up_on_a_store_that_never_stands_still() -> None:
    registry = Registry(Ledger(Restless(), FixedClock(AT)), uk.registry_rules())
    with pytest.raises(BusyError, match="moved 100 times"):
        registry.submit([Opening(CommandId("x"), TOTAL, "total_quantity", AT)])


# ------------------------------------------------------------- in groups


def test_a_run_in_groups_goes_on_where_it_was_interrupted(
    tmp_path: Path, registry: Registry, move: Move
) -> None:
    requests: list[Request] = [move(f"issue/more/{n}", "issue", n + 1, ISSUE) for n in range(25)]
    start = [record.command for record in registry.ledger.records()]

    def interrupted(after: int) -> Iterator[Request]:
        yield from requests[:after]
        raise KeyboardInterrupt

    with SQLiteStore.open(tmp_path / "whole.db") as store:
        whole = Registry(Ledger(store, FixedClock(AT)), registry.rules)
        whole.ledger.post_all(start)
        told: list[int] = []
        assert in_groups(whole, requests, 10, told.append) == 25
        assert told == [10, 20, 25]
        expected = list(store.rows())
    with SQLiteStore.open(tmp_path / "broken.db") as store:
        broken = Registry(Ledger(store, FixedClock(AT)), registry.rules)
        broken.ledger.post_all(start)
        for after, recorded in ((7, 0), (13, 10), (25, 20)):
            with pytest.raises(KeyboardInterrupt):
                in_groups(broken, interrupted(after), 10)
            assert store.head().sequence == 15 + 2 * recorded  # each with who asked for it
        assert in_groups(broken, requests, 10) == 25
        assert list(store.rows()) == expected
        assert broken.ledger.verify().ok


def test_a_group_that_is_refused_leaves_those_before_it(registry: Registry, move: Move) -> None:
    requests = [move(f"x/{n}", "issue", 1, ISSUE) for n in range(4)]
    requests[3] = move("x/3", "surrender", 1, "UK-3 > UK-SURRENDER")
    told: list[int] = []
    with pytest.raises(BatchError):
        in_groups(registry, requests, 2, told.append)
    assert told == [2]
    assert registry.ledger.store.head().sequence == 15 + 4


@pytest.mark.parametrize("size", [1, 4, 100])
def test_groups_of_any_size_record_the_same(empty: Registry, move: Move, size: int) -> None:
    requests: list[Request] = [
        UnitDefinition(CommandId("define"), uk.UNIT, AT),
        Opening(CommandId("1"), AccountId("UK-ISSUANCE"), "issuance", AT),
        Opening(CommandId("2"), TOTAL, "total_quantity", AT),
        move("3", "issue", 5, ISSUE),
        move("4", "issue", 6, ISSUE),
    ]
    told: list[int] = []
    assert in_groups(empty, requests, size, told.append) == 5
    assert told[-1] == 5
    assert len(told) == -(-5 // size)
    assert empty.ledger.serials(TOTAL, uk.UNIT.asset_id) == (SerialRange(1, 5), SerialRange(6, 11))
    assert in_groups(empty, [], size, told.append) == 0


@pytest.mark.parametrize("size", [0, -1])
def test_a_group_holds_something(empty: Registry, size: int) -> None:
    with pytest.raises(InvalidValueError, match="size: must be 1 or more"):
        in_groups(empty, [], size)


# ---------------------------------------------------------- nothing goes astray

NAMES = ("UK-ISSUANCE", "UK-TOTAL", "UK-ALLOCATION", "UK-SURRENDER", "UK-DELETION", "UK-1", "UK-2", "UK-3")
STEPS = st.one_of(
    st.tuples(
        st.sampled_from(TransactionType),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.sampled_from((1, 5, 100, 300, 301, 500, 1_000)),
    ),
    st.sampled_from(  # what usually succeeds
        [
            (TransactionType.ISSUE, "UK-ISSUANCE", "UK-TOTAL", 40),
            (TransactionType.CENTRAL_TRANSFER, "UK-TOTAL", "UK-ALLOCATION", 30),
            (TransactionType.ALLOCATE, "UK-ALLOCATION", "UK-2", 20),
            (TransactionType.TRANSFER, "UK-1", "UK-3", 7),
            (TransactionType.TRANSFER, "UK-3", "UK-2", 3),
            (TransactionType.SURRENDER, "UK-1", "UK-SURRENDER", 11),
            (TransactionType.SURRENDER, "UK-2", "UK-SURRENDER", 5),
            (TransactionType.DELETE, "UK-3", "UK-DELETION", 2),
        ]
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=st.lists(st.lists(STEPS, min_size=1, max_size=3), max_size=8))
def test_issued_is_held_plus_surrendered_plus_cancelled(
    registry: Registry, move: Move, groups: list[list[tuple[TransactionType, str, str, int]]]
) -> None:
    ledger = Ledger(MemoryStore(), FixedClock(AT))
    ledger.post_all([record.command for record in registry.ledger.records()])
    here, unit, issued, accepted = attrs.evolve(registry, ledger=ledger), uk.UNIT.asset_id, 1_000, 0
    for turn, steps in enumerate(groups):
        requests = [
            move(f"{turn}/{n}", kind.value, quantity, f"{source} > {target}")
            for n, (kind, source, target, quantity) in enumerate(steps)
        ]
        try:
            receipts = here.submit(requests)
        except CarbonkitError:
            continue
        accepted += sum(2 if each.by else 1 for each in requests)
        assert len(receipts) == len(requests)
        issued += sum(each.quantity for each in requests if each.type is TransactionType.ISSUE)

        held = {name: ledger.quantity(AccountId(name), unit) for name in NAMES}
        gone = held.pop("UK-SURRENDER") + held.pop("UK-DELETION")
        assert -held.pop("UK-ISSUANCE") == issued == sum(held.values()) + gone
        assert min(held.values()) >= 0
        numbers = sorted(each for name in NAMES for each in ledger.serials(AccountId(name), unit))
        assert numbers[0].first == 1
        assert sum(each.quantity for each in numbers) == numbers[-1].last == issued
    assert ledger.verify().ok
    assert ledger.store.head().sequence == 15 + accepted


def test_the_calendar_s_last_day_has_no_end(registry: Registry) -> None:
    with pytest.raises(InvalidValueError, match="on: must be before the last day of the calendar"):
        registry.compliance(AccountId("UK-1"), "9999-12-31")
