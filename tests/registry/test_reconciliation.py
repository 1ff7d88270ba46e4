"""Reconciliation: every kind of break is found, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from carbonkit.errors import BatchError
from carbonkit.ledger import MemoryStore
from carbonkit.registry import Approval, IssuanceCap, Proposal, Registry, Transaction, UnitSum, breaks_between
from carbonkit.schemes import uk
from carbonkit.values import AccountId, AssetId, CommandId

Move: TypeAlias = Callable[..., Transaction]

AT = "2021-01-04T12:00:00Z"
UNIT = AssetId("UKA-2021-2030")


@pytest.fixture
def busy(registry: Registry, move: Move) -> Registry:
    registry.submit(
        [
            move("t/1", "transfer", 60, "UK-1 > UK-3"),
            move("s/1", "surrender", 40, "UK-1 > UK-SURRENDER"),
            move("d/1", "delete", 10, "UK-3 > UK-DELETION"),
            Proposal(move("t/2", "transfer", 25, "UK-1 > UK-3", approved_by="")),
        ]
    )
    return registry


def test_units_are_all_somewhere(busy: Registry) -> None:
    found = busy.reconcile()

    assert found.ok
    assert found.records == busy.ledger.store.head().sequence
    assert found.units == (
        UnitSum(
            UNIT,
            1_000,
            (("reserved", 25), ("tradable", 925)),
            (("deletion", 10), ("surrender", 40)),
        ),
    )
    assert busy.verify().ok
    assert busy.verify().differences == ()


def damaged(registry: Registry) -> MemoryStore:
    store = registry.ledger.store
    assert isinstance(store, MemoryStore)
    return store


def test_a_balance_that_was_changed_is_a_break(busy: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    store = damaged(busy)
    balances = list(store.balances())
    changed = [
        type(each)(each.holding, each.quantity + 1)
        if (each.holding.account, each.holding.bucket) == (AccountId("UK-3"), "tradable")
        else each
        for each in balances
    ]
    monkeypatch.setattr(MemoryStore, "balances", lambda *_: iter(changed))

    assert [str(each) for each in busy.reconcile().breaks] == [
        "balance of UK-3/UKA-2021-2030/tradable: 51 here, 50 there",
        "units of UKA-2021-2030: 1001 somewhere here, 1000 issued there",
    ]


def test_a_block_with_another_owner_is_a_break(busy: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = list(damaged(busy).blocks())
    own = {each.holding.account.text: each for each in blocks}
    theirs = own["UK-SURRENDER"]._replace(holding=own["UK-DELETION"].holding)
    changed = [theirs if each == own["UK-SURRENDER"] else each for each in blocks]
    monkeypatch.setattr(MemoryStore, "blocks", lambda _: iter(changed))

    assert [str(each) for each in busy.reconcile().breaks] == [
        "serial numbers of UKA-2021-2030 61-100: UK-DELETION/tradable here, nothing there",
        "serial numbers of UKA-2021-2030 61-100: nothing here, UK-SURRENDER/tradable there",
    ]


def test_a_number_in_two_blocks_is_a_break(busy: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = list(damaged(busy).blocks())
    monkeypatch.setattr(MemoryStore, "blocks", lambda _: iter([*blocks, blocks[0]]))

    found = [each for each in busy.reconcile().breaks if each.theirs == "one place"]
    assert [each.ours.count("and") for each in found] == [1]
    assert busy.reconcile().breaks[-1].theirs == "1000 issued"
    assert not busy.verify().ok
    assert any("serial numbers" in each for each in busy.verify().differences)


def test_a_record_that_breaks_the_rules_is_a_break(busy: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(damaged(busy).rows())
    place = next(number for number, row in enumerate(rows) if row.command_id == "s/1")
    more = rows[place]._replace(movements=rows[place].movements.replace(",40,", ",4000,", 1))
    monkeypatch.setattr(MemoryStore, "rows", lambda *_: iter([*rows[:place], more, *rows[place + 1 :]]))

    first = busy.reconcile().breaks[0]
    assert (first.what, first.where) == ("journal", f"record {place + 1}")
    assert "must be at most" in first.theirs


def test_two_books_are_compared_place_by_place() -> None:
    ours = {("A", "X", "tradable"): 5, ("B", "X", "tradable"): 0, ("C", "X", "frozen"): 1}
    theirs = {("A", "X", "tradable"): 5, ("C", "X", "frozen"): 2, ("D", "X", "tradable"): 3}
    assert [str(each) for each in breaks_between(ours, theirs)] == [
        "balance of C/X/frozen: 1 here, 2 there",
        "balance of D/X/tradable: 0 here, 3 there",
    ]


def test_two_proposed_issues_get_numbers_when_they_are_carried_out(registry: Registry, move: Move) -> None:
    for name in ("i/1", "i/2"):
        registry.submit([Proposal(move(name, "issue", 10, "UK-ISSUANCE > UK-TOTAL", approved_by=""))])
    for name in ("i/2", "i/1"):
        registry.submit([Approval(CommandId(f"ok/{name}"), CommandId(name), "bob", AT)])

    records = [registry.ledger.record(CommandId(name)) for name in ("i/2", "i/1")]
    assert [str(each.entries[0].serials[0]) for each in records if each] == ["1001-1010", "1011-1020"]
    assert registry.verify().ok


def test_a_proposed_issue_is_held_to_the_cap_when_it_is_carried_out(registry: Registry, move: Move) -> None:
    for name in ("i/1", "i/2"):
        registry.submit([Proposal(move(name, "issue", 10, "UK-ISSUANCE > UK-TOTAL", approved_by=""))])
    registry.submit([IssuanceCap(CommandId("cap"), AccountId("UK-ISSUANCE"), uk.UNIT, 1_015, AT)])
    registry.submit([Approval(CommandId("ok/1"), CommandId("i/1"), "bob", AT)])
    with pytest.raises(BatchError) as caught:
        registry.submit([Approval(CommandId("ok/2"), CommandId("i/2"), "bob", AT)])
    assert [problem.code for problem in caught.value.problems] == ["issue_above_cap"]
