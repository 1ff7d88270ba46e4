"""The two-person procedure, states of accounts, reversals, freezes and carry-over, on a small registry."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TypeAlias

import attrs
import pytest

from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.ledger import Bucket, Ledger, MemoryStore
from carbonkit.registry import (
    AccountStatus,
    Appointment,
    Approval,
    Completion,
    Emissions,
    Exchange,
    IssuanceCap,
    Opening,
    Operation,
    Proposal,
    Registry,
    Request,
    Right,
    StatusChange,
    Transaction,
    TransactionType,
    Trust,
    Undoing,
    UnitDefinition,
    UnitType,
    Withdrawal,
)
from carbonkit.schemes import china_registry, uk
from carbonkit.values import AccountId, CommandId, FixedClock, as_instant

Move: TypeAlias = Callable[..., Transaction]

AT = "2021-01-04T12:00:00Z"
LATER = "2021-01-05T12:00:00Z"
ONE, TWO, THREE = AccountId("UK-1"), AccountId("UK-2"), AccountId("UK-3")
UNIT = uk.UNIT.asset_id


def refused(registry: Registry, *requests: Request) -> list[str]:
    """Submit a group that must be refused, and change nothing; return the codes."""
    head = registry.ledger.store.head()
    balances = list(registry.ledger.balances())
    with pytest.raises(BatchError) as caught:
        registry.submit(requests)
    assert registry.ledger.store.head() == head
    assert list(registry.ledger.balances()) == balances
    return [problem.code for problem in caught.value.problems]


def held(registry: Registry, account: AccountId = ONE) -> dict[str, int]:
    balances = registry.ledger.balances(account, UNIT)
    return {each.holding.bucket: each.quantity for each in balances if each.quantity}


def status(name: str, account: AccountId, to: AccountStatus, at: str = AT) -> StatusChange:
    return StatusChange(CommandId(name), account, to, at)


def approve(name: str, of: str, by: str = "bob", at: str = AT) -> Approval:
    return Approval(CommandId(name), CommandId(of), by, at)


def withdraw(name: str, of: str, reason: str, by: str = "bob") -> Withdrawal:
    return Withdrawal(CommandId(name), CommandId(of), by, reason, AT)


@pytest.fixture
def propose(move: Move) -> Callable[..., Proposal]:
    def proposed(name: str, kind: str, quantity: int, between: str, by: str = "ann") -> Proposal:
        return Proposal(move(name, kind, quantity, between, by=by, approved_by=""))

    return proposed


class NextDay:
    """A delay of 24 hours, whatever the day."""

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        return approved_at + datetime.timedelta(days=1)


@pytest.fixture
def waiting(registry: Registry) -> Registry:
    """The same registry under rules that make transfers to strangers wait."""
    ledger = Ledger(MemoryStore(), FixedClock(AT))
    ledger.post_all([record.command for record in registry.ledger.records()])
    return Registry(ledger, attrs.evolve(registry.rules, clock=NextDay()))


# ------------------------------------------------------------ two people


def test_what_is_proposed_is_set_aside_and_moves_once_another_has_approved_it(
    registry: Registry, propose: Callable[..., Proposal]
) -> None:
    registry.submit([propose("t", "transfer", 40, "UK-1 > UK-3")])
    assert held(registry) == {"tradable": 260, "reserved": 40}
    assert refused(registry, approve("ok", "t", by="ann")) == ["approved_by_proposer"]
    (receipt,) = registry.submit([approve("ok", "t")])
    assert receipt.command_id == CommandId("t/done")
    assert (held(registry), held(registry, THREE)) == ({"tradable": 260}, {"tradable": 40})
    assert refused(registry, approve("ok/2", "t")) == ["not_pending"]
    assert registry.ledger.verify().ok


@pytest.mark.parametrize("reason", ["rejected", "cancelled"])
def test_what_is_withdrawn_is_free_again(
    registry: Registry, propose: Callable[..., Proposal], reason: str
) -> None:
    registry.submit([propose("d", "delete", 40, "UK-1 > UK-DELETION")])
    assert held(registry) == {"tradable": 260, "pending_surrender": 40}
    first = registry.submit([withdraw("no", "d", reason)])
    assert held(registry) == {"tradable": 300}
    assert refused(registry, approve("ok", "d")) == ["not_pending"]
    assert refused(registry, withdraw("no/2", "d", reason)) == ["not_pending"]
    assert [each.repeated for each in registry.submit([withdraw("no", "d", reason)])] == [True]
    assert first[0].command_id == CommandId("d/ended")


def test_an_issue_that_is_proposed_holds_nothing_and_gets_its_numbers(
    registry: Registry, propose: Callable[..., Proposal]
) -> None:
    registry.submit([propose("i", "issue", 10, "UK-ISSUANCE > UK-TOTAL")])
    assert held(registry, AccountId("UK-TOTAL")) == {"tradable": 500}
    registry.submit([propose("j", "issue", 10, "UK-ISSUANCE > UK-TOTAL"), withdraw("no", "j", "rejected")])
    (receipt,) = registry.submit([approve("ok", "i")])
    assert str(receipt.record.entries[0].serials[0]) == "1001-1010"
    assert held(registry, AccountId("UK-TOTAL")) == {"tradable": 510}
    assert refused(registry, approve("ok/2", "i"), approve("ok/3", "j")) == ["not_pending"] * 2


def test_every_step_again_gives_its_first_receipt(
    waiting: Registry, propose: Callable[..., Proposal], move: Move
) -> None:
    steps: list[list[Request]] = [
        [propose("t", "transfer", 40, "UK-1 > UK-3"), propose("i", "issue", 5, "UK-ISSUANCE > UK-TOTAL")],
        [approve("ok", "t"), approve("ok/i", "i")],
        [Completion(CommandId("do"), CommandId("t"), LATER)],
        [propose("u", "transfer", 4, "UK-1 > UK-3"), withdraw("no", "u", "cancelled")],
        [move("s", "surrender", 7, "UK-1 > UK-SURRENDER", by="ann", beneficiary="us")],
        [Undoing(CommandId("back"), CommandId("s"), LATER)],
    ]
    first = [waiting.submit(step) for step in steps]
    head = waiting.ledger.store.head()
    for step, before in zip(steps, first, strict=True):
        again = waiting.submit(step)
        assert [each.repeated for each in again] == [True] * len(step)
        assert [each.digest for each in again] == [each.digest for each in before]
    assert waiting.ledger.store.head() == head
    afresh = Registry(waiting.ledger, waiting.rules)
    assert [each.repeated for each in afresh.submit(steps[0])] == [True, True]
    for other in (
        propose("t", "transfer", 41, "UK-1 > UK-3"),
        propose("t", "transfer", 40, "UK-1 > UK-2"),
        approve("ok", "t", by="cal"),
        approve("ok", "u"),
        Completion(CommandId("do"), CommandId("u"), LATER),
        withdraw("no", "u", "rejected"),
        Undoing(CommandId("back"), CommandId("s"), AT),
    ):
        assert set(refused(waiting, other)) == {"identifier_reused"}


def test_a_stranger_waits_and_a_trusted_account_does_not(
    waiting: Registry, propose: Callable[..., Proposal], move: Move
) -> None:
    assert refused(waiting, move("x", "transfer", 1, "UK-1 > UK-3")) == ["not_trusted"]
    assert refused(waiting, move("x", "transfer", 1, "UK-1 > UK-3", approved_by="")) == ["approval_required"]
    waiting.submit([propose("t", "transfer", 40, "UK-1 > UK-3"), approve("ok", "t")])
    assert held(waiting) == {"tradable": 260, "reserved": 40}
    early = Completion(CommandId("do"), CommandId("t"), "2021-01-05T11:59:59Z")
    assert refused(waiting, early) == ["still_delayed"]
    assert refused(waiting, withdraw("no", "t", "rejected")) == ["not_pending"]
    waiting.submit([Completion(CommandId("do"), CommandId("t"), LATER)])
    assert held(waiting, THREE) == {"tradable": 40}
    assert refused(waiting, Completion(CommandId("do/2"), CommandId("t"), LATER)) == ["not_pending"]

    waiting.submit([Trust(CommandId("trust"), ONE, THREE, LATER, AT)])
    assert refused(waiting, move("x", "transfer", 1, "UK-1 > UK-3")) == ["not_trusted"]  # not yet
    waiting.submit([move("y", "transfer", 1, "UK-1 > UK-3", LATER, by="", approved_by="")])
    waiting.submit([Trust(CommandId("trust/2"), ONE, THREE, None, LATER)])
    assert refused(waiting, move("z", "transfer", 1, "UK-1 > UK-3", LATER)) == ["not_trusted"]


def test_a_cancelled_transaction_is_free_again_though_it_was_approved(
    waiting: Registry, propose: Callable[..., Proposal]
) -> None:
    waiting.submit([propose("t", "transfer", 40, "UK-1 > UK-3"), approve("ok", "t")])
    waiting.submit([withdraw("no", "t", "cancelled", by="ann")])
    assert held(waiting) == {"tradable": 300}
    assert refused(waiting, Completion(CommandId("do"), CommandId("t"), LATER)) == ["not_pending"]


def test_only_those_who_are_appointed_act(
    registry: Registry, propose: Callable[..., Proposal], move: Move
) -> None:
    def appointed(name: str, person: str, right: Right) -> Appointment:
        return Appointment(CommandId(name), ONE, person, right, AT)

    registry.submit(
        [appointed("1", "ann", Right.INITIATE), appointed("2", "bob", Right.APPROVE)],
    )
    assert refused(registry, propose("t", "transfer", 1, "UK-1 > UK-3", by="bob")) == ["not_entitled"]
    assert refused(registry, move("t", "transfer", 1, "UK-1 > UK-3", by="eve")) == ["not_entitled"]
    assert refused(registry, move("t", "transfer", 1, "UK-1 > UK-3", approved_by="eve")) == ["not_entitled"]
    registry.submit([propose("t", "transfer", 1, "UK-1 > UK-3")])
    assert refused(registry, approve("ok", "t", by="eve")) == ["not_entitled"]
    assert refused(registry, withdraw("no", "t", "rejected", by="eve")) == ["not_entitled"]
    registry.submit([appointed("3", "bob", Right.NONE), appointed("4", "eve", Right.INITIATE_AND_APPROVE)])
    assert refused(registry, approve("ok", "t")) == ["not_entitled"]
    registry.submit([approve("ok", "t", by="eve")])


def test_one_who_asks_needs_another_who_approves(registry: Registry, move: Move) -> None:
    both = move("x", "issue", 1, "UK-ISSUANCE > UK-TOTAL", approved_by="ann")
    assert refused(registry, both) == ["approved_by_proposer"]
    for changes in ({"by": ""}, {"approved_by": ""}):
        alone = move("x", "issue", 1, "UK-ISSUANCE > UK-TOTAL", **changes)
        assert refused(registry, alone) == ["approval_required"]
    for broken in ({"by": ""}, {}):
        with pytest.raises(InvalidValueError):
            Proposal(move("x", "issue", 1, "UK-ISSUANCE > UK-TOTAL", **broken))


# ---------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        (AccountStatus.OPEN, ("", "", "")),
        (AccountStatus.PARTLY_RESTRICTED, ("sender_partly_restricted", "", "")),
        (AccountStatus.FULLY_RESTRICTED, ("sender_fully_restricted", "sender_fully_restricted", "")),
        (AccountStatus.PARTLY_SUSPENDED, ("sender_suspended", "sender_suspended", "")),
        (AccountStatus.SUSPENDED, ("sender_suspended", "sender_suspended", "receiver_suspended")),
        (AccountStatus.TRANSFER_PENDING, ("sender_transfer_pending", "sender_transfer_pending", "")),
        (AccountStatus.CLOSURE_PENDING, ("sender_closed", "sender_closed", "receiver_closed")),
    ],
)
def test_a_state_stops_what_it_says(
    registry: Registry, move: Move, state: AccountStatus, codes: tuple[str, str, str]
) -> None:
    sends, surrenders, receives = codes  # as it transfers, surrenders, and is allocated to
    registry.submit([status("st", ONE, state)])
    for code, request in (
        (sends, move("a", "transfer", 1, "UK-1 > UK-3")),
        (surrenders, move("b", "surrender", 1, "UK-1 > UK-SURRENDER")),
        (receives, move("c", "allocate", 1, "UK-ALLOCATION > UK-1")),
    ):
        if code:
            assert refused(registry, request) == [code]
        else:
            registry.submit([request])
    registry.submit([status("open", ONE, AccountStatus.OPEN), move("d", "transfer", 1, "UK-1 > UK-3")])


def test_a_state_is_looked_at_again_when_a_transaction_is_approved_and_carried_out(
    waiting: Registry, propose: Callable[..., Proposal]
) -> None:
    waiting.submit([propose("t", "transfer", 40, "UK-1 > UK-3"), status("s", THREE, AccountStatus.SUSPENDED)])
    assert refused(waiting, approve("ok", "t")) == ["receiver_suspended"]
    waiting.submit([status("o", THREE, AccountStatus.OPEN), approve("ok", "t")])
    waiting.submit([status("s/2", ONE, AccountStatus.FULLY_RESTRICTED)])
    assert refused(waiting, Completion(CommandId("do"), CommandId("t"), LATER)) == ["sender_fully_restricted"]


def test_an_account_is_closed_when_it_is_empty_and_stays_closed(registry: Registry, move: Move) -> None:
    general = Opening(CommandId("open/g"), AccountId("UK-GENERAL"), "general", AT)
    registry.submit([general, status("closing", ONE, AccountStatus.CLOSURE_PENDING)])
    assert refused(registry, status("close", ONE, AccountStatus.CLOSED)) == ["not_empty"]
    registry.submit(
        [
            move("rest", "closure_transfer", 300, "UK-1 > UK-GENERAL"),
            status("close", ONE, AccountStatus.CLOSED),
        ]
    )
    assert refused(registry, status("reopen", ONE, AccountStatus.OPEN)) == ["status_not_allowed"]
    assert refused(registry, move("x", "allocate", 1, "UK-ALLOCATION > UK-1")) == ["receiver_closed"]


def test_no_more_is_issued_than_the_cap(registry: Registry, move: Move) -> None:
    cap = IssuanceCap(CommandId("cap"), AccountId("UK-ISSUANCE"), uk.UNIT, 1_010, AT)
    registry.submit([cap, move("a", "issue", 4, "UK-ISSUANCE > UK-TOTAL")])
    over = [move(name, "issue", 4, "UK-ISSUANCE > UK-TOTAL") for name in ("b", "c")]
    assert refused(registry, *over) == ["issue_above_cap"]
    registry.submit([move("d", "issue", 6, "UK-ISSUANCE > UK-TOTAL")])


# ------------------------------------------------------------- reversals


def test_a_surrender_is_undone_within_its_window_and_no_longer_counts(registry: Registry, move: Move) -> None:
    registry.submit(
        [
            Emissions(CommandId("em"), ONE, 2021, 100, "2022-03-31T12:00:00Z"),
            move("s", "surrender", 100, "UK-1 > UK-SURRENDER", "2022-04-10T12:00:00Z"),
        ]
    )
    assert registry.compliance(ONE, "2022-04-30").status.value == "A"
    late = Undoing(CommandId("back"), CommandId("s"), "2022-04-24T12:00:01Z")
    early = Undoing(CommandId("back"), CommandId("s"), "2022-04-10T11:59:59Z")
    assert refused(registry, late) == refused(registry, early) == ["reversal_window_over"]
    registry.submit([Undoing(CommandId("back"), CommandId("s"), "2022-04-24T12:00:00Z")])
    assert held(registry) == {"tradable": 300}
    found = registry.compliance(ONE, "2022-04-30")
    assert (found.status.value, found.surrendered) == ("B", 0)
    assert registry.compliance(ONE, "2022-04-20").surrendered == 100  # as of then, it was surrendered
    twice = Undoing(CommandId("back/2"), CommandId("s"), "2022-04-24T12:00:00Z")
    assert refused(registry, twice) == ["already_reversed"]


def test_a_surrender_that_was_proposed_counts_when_it_is_done_and_can_be_undone(
    registry: Registry, propose: Callable[..., Proposal]
) -> None:
    registry.submit([propose("s", "surrender", 100, "UK-1 > UK-SURRENDER")])
    assert registry.compliance(ONE, "2021-12-31").surrendered == 0
    early = Undoing(CommandId("back"), CommandId("s"), AT)
    assert refused(registry, early) == ["not_reversible"]
    registry.submit([approve("ok", "s")])
    assert registry.compliance(ONE, "2021-12-31").surrendered == 100
    registry.submit([Undoing(CommandId("back"), CommandId("s"), LATER)])
    assert registry.compliance(ONE, "2021-12-31").surrendered == 0
    assert held(registry) == {"tradable": 300}


def test_what_cannot_be_undone_is_not(registry: Registry, move: Move) -> None:
    registry.submit(
        [move("t", "transfer", 5, "UK-1 > UK-3"), move("a", "allocate", 5, "UK-ALLOCATION > UK-2")]
    )
    assert refused(registry, Undoing(CommandId("b"), CommandId("t"), LATER)) == ["not_reversible"]
    assert refused(registry, Undoing(CommandId("b"), CommandId("never"), LATER)) == ["not_reversible"]
    assert refused(registry, Undoing(CommandId("b"), CommandId("open/UK-1"), LATER)) == ["not_reversible"]
    registry.submit([Undoing(CommandId("b"), CommandId("a"), "2031-01-01T00:00:00Z")])
    assert held(registry, TWO) == {}


# ----------------------------------------------------- within an account


@pytest.fixture
def china() -> Registry:
    """China's registry, with an emitter that has 100 units of 2024 and an issuer of 2025."""
    registry = Registry(Ledger(MemoryStore(), FixedClock(AT)), china_registry.registry_rules())
    at = as_instant("2025-12-01T00:00:00Z")
    kinds = {
        "ISSUANCE": "issuance",
        "HUBEI": "provincial_authority",
        "KEE-1": "key_emitter",
        "KEE-2": "key_emitter",
        "GONE": "surrender",
        "CARRIED": "carried_over",
    }
    start: list[Request] = [
        *(
            UnitDefinition(CommandId(f"define/{year}"), UnitType("CEA", year), at)
            for year in ("2024", "2025")
        ),
        *(Opening(CommandId(f"open/{name}"), AccountId(name), kind, at) for name, kind in kinds.items()),
        Operation(CommandId("years"), AccountId("KEE-1"), 2024, None, at),
    ]
    registry.submit(start)
    for name, kind, source, target in (
        ("issue", TransactionType.ISSUE, "ISSUANCE", "HUBEI"),
        ("allocate", TransactionType.ALLOCATE, "HUBEI", "KEE-1"),
    ):
        registry.submit([within(name, kind, 100, source, target)])
    return registry


def within(name: str, kind: TransactionType, quantity: int, source: str, target: str = "") -> Transaction:
    unit, at = UnitType("CEA", "2024"), "2025-12-02T00:00:00Z"
    accounts = AccountId(source), AccountId(target or source)
    year = 2024 if kind is TransactionType.SURRENDER else None
    return Transaction(CommandId(name), kind, unit, quantity, *accounts, at, year=year)


def in_buckets(registry: Registry, name: str, year: str = "2024") -> dict[str, int]:
    found = registry.ledger.balances(AccountId(name), UnitType("CEA", year).asset_id)
    return {each.holding.bucket: each.quantity for each in found if each.quantity}


def test_units_are_frozen_pledged_and_registered_where_they_are(china: Registry) -> None:
    china.submit(
        [
            within("f", TransactionType.FREEZE, 30, "KEE-1"),
            within("p", TransactionType.PLEDGE, 20, "KEE-1"),
            within("r", TransactionType.REGISTER, 10, "KEE-1"),
        ]
    )
    assert in_buckets(china, "KEE-1") == {"tradable": 40, "frozen": 30, "pledged": 20, "registered": 10}
    assert refused(china, within("x", TransactionType.SURRENDER, 41, "KEE-1", "GONE")) == ["overdraft"]
    assert refused(china, within("x", TransactionType.RELEASE, 21, "KEE-1")) == ["overdraft"]
    assert refused(china, within("x", TransactionType.FREEZE, 1, "KEE-1", "KEE-2")) == ["same_account"]
    assert refused(china, within("x", TransactionType.SURRENDER, 1, "KEE-1")) == ["route_not_allowed"]
    china.submit(
        [
            StatusChange(
                CommandId("st"), AccountId("KEE-1"), AccountStatus.SUSPENDED, AT[:4] + "-12-01T00:00:00Z"
            )
        ]
    )
    china.submit([within("d", TransactionType.DEDUCT, 30, "KEE-1", "KEE-2")])
    assert refused(china, within("x", TransactionType.RELEASE, 20, "KEE-1")) == ["sender_suspended"]
    assert in_buckets(china, "KEE-2") == {"tradable": 30}
    assert china.ledger.verify().ok


def exchange(name: str, quantity: int, issued_by: str = "ISSUANCE") -> Exchange:
    return Exchange(
        CommandId(name),
        TransactionType.CARRY_OVER,
        UnitType("CEA", "2024"),
        UnitType("CEA", "2025"),
        quantity,
        AccountId("KEE-1"),
        AccountId("CARRIED"),
        AccountId(issued_by),
        "2026-03-27T00:00:00Z",
    )


def test_older_units_are_carried_over_one_for_one_out_of_what_is_registered(china: Registry) -> None:
    assert refused(china, exchange("co", 10)) == ["overdraft"]
    china.submit([within("r", TransactionType.REGISTER, 60, "KEE-1")])
    assert refused(china, exchange("co", 10, "HUBEI")) == ["route_not_allowed"]
    first = china.submit([exchange("co", 50)])
    assert in_buckets(china, "KEE-1") == {"tradable": 40, "registered": 10}
    assert in_buckets(china, "KEE-1", "2025") == {"tradable": 50}
    assert in_buckets(china, "CARRIED") == {"tradable": 50}
    assert china.submit([exchange("co", 50)])[0].digest == first[0].digest
    assert refused(china, exchange("co", 49)) != []
    assert china.ledger.quantity(AccountId("KEE-1"), UnitType("CEA", "2025").asset_id, Bucket.TRADABLE) == 50
