"""A registry against the obvious model: random requests, equal answers, and sums of units that hold."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from carbonkit.errors import BatchError
from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.registry import (
    AccountStatus,
    Appointment,
    Approval,
    Completion,
    IssuanceCap,
    Opening,
    PendingStatus,
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
    Withdrawal,
)
from carbonkit.schemes import uk
from carbonkit.values import AccountId, CommandId, as_instant
from tests.registry.conftest import KINDS
from tests.registry.obvious_registry import DELAY, Holder, Model

if TYPE_CHECKING:
    from carbonkit.ledger import Receipt

pytestmark = pytest.mark.whole

START = as_instant("2021-01-04T12:00:00Z", field="start")
PEOPLE = ("ann", "bob", "eve")
ROUTES = [
    (route.transaction, source, target)
    for route in uk.registry_rules().routes
    for source, source_kind in KINDS.items()
    for target, target_kind in KINDS.items()
    if source_kind in route.sources and target_kind in route.targets and source != target
]
HOLDERS = ("UK-1", "UK-2", "UK-3")

Way: TypeAlias = tuple[str, str]
People: TypeAlias = tuple[str, str]


class Clock:
    """A clock that the machine sets."""

    at = START

    def now(self) -> datetime.datetime:
        return self.at


class After24Hours:
    """The delay of a transfer to an account that is not trusted."""

    def due(self, approved_at: datetime.datetime) -> datetime.datetime:
        return approved_at + DELAY


class RegistryMachine(RuleBasedStateMachine):
    """Asks a registry and the model the same, and compares."""

    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        rules = attrs.evolve(uk.registry_rules(), clock=After24Hours())
        self.registry = Registry(Ledger(MemoryStore(), self.clock), rules)
        self.model = Model()
        self.number = 0

    # ------------------------------------------------------------ the asking

    def ask(self, request: Request, *, expected: bool) -> Receipt | None:
        """Submit a request; the answer must be the expected one, and a refusal must change nothing."""
        head, balances = self.registry.ledger.store.head(), list(self.registry.ledger.balances())
        refusal, receipt = "", None
        try:
            receipt = self.registry.submit([request])[0]
        except BatchError as error:
            refusal = error.problems[0].code
        assert (receipt is not None) is expected, f"{refusal or 'taken'}: {request}"
        if receipt is None:
            assert self.registry.ledger.store.head() == head
            assert list(self.registry.ledger.balances()) == balances
        self.reached[f"{'no' if refusal else 'yes'} {type(request).__name__} {refusal}".strip()] += 1
        return receipt

    def name(self) -> str:
        self.number += 1
        return f"r/{self.number}"

    @staticmethod
    def moved(registry: Registry, command: str) -> set[int]:
        """Return the numbers that a record moved into its target."""
        record = registry.ledger.record(CommandId(command))
        assert record is not None
        return {
            number
            for entry in record.entries
            if entry.quantity > 0
            for serials in entry.serials
            for number in range(serials.first, serials.last + 1)
        }

    @initialize()
    def begin(self) -> None:
        start: list[Request] = [UnitDefinition(CommandId("define"), uk.UNIT, START)]
        start += [
            Opening(CommandId(f"open/{name}"), AccountId(name), kind, START) for name, kind in KINDS.items()
        ]
        self.registry.submit(start)
        self.model.accounts = {name: Holder(kind) for name, kind in KINDS.items()}
        for kind, quantity, source, target in (
            ("issue", 60, "UK-ISSUANCE", "UK-TOTAL"),
            ("central_transfer", 40, "UK-TOTAL", "UK-ALLOCATION"),
            ("allocate", 15, "UK-ALLOCATION", "UK-1"),
            ("allocate", 10, "UK-ALLOCATION", "UK-2"),
        ):
            self.carry(TransactionType(kind), quantity, (source, target), ("ann", "bob"))
        assert len(self.model.done) == 4

    def transaction(self, kind: TransactionType, quantity: int, way: Way, people: People) -> Transaction:
        return Transaction(
            CommandId(self.name()),
            kind,
            uk.UNIT,
            quantity,
            AccountId(way[0]),
            AccountId(way[1]),
            self.clock.at,
            by=people[0],
            approved_by=people[1],
        )

    def carry(self, kind: TransactionType, quantity: int, way: Way, people: People) -> None:
        asked = self.transaction(kind, quantity, way, people)
        if self.ask(asked, expected=self.model.takes(asked)):
            self.model.carry_out(asked, self.moved(self.registry, asked.id.text), self.clock.at)

    def some(self, data: st.DataObject, source: str, kind: TransactionType) -> int:
        """Draw a quantity about what is there."""
        there = 5 if kind is TransactionType.ISSUE else len(self.model.units(source))
        return data.draw(st.sampled_from(sorted({1, max(1, there // 2), max(1, there), there + 1})))

    # ----------------------------------------------------------- what happens

    @rule(data=st.data(), way=st.sampled_from(ROUTES), approved=st.booleans())
    def an_allowed_route(
        self, data: st.DataObject, way: tuple[TransactionType, str, str], *, approved: bool
    ) -> None:
        kind, source, target = way
        by, approver, _ = data.draw(st.permutations(PEOPLE)) if approved else ("", "", "")
        self.carry(kind, self.some(data, source, kind), (source, target), (by, approver))

    @rule(
        kind=st.sampled_from(TransactionType),
        origin=st.sampled_from(sorted(KINDS)),
        goal=st.sampled_from(sorted(KINDS)),
    )
    def any_route(self, kind: TransactionType, origin: str, goal: str) -> None:
        self.carry(kind, 1, (origin, goal), ("ann", "bob"))

    @rule(by=st.sampled_from(PEOPLE))
    def approved_by_the_proposer(self, by: str) -> None:
        self.carry(TransactionType.DELETE, 1, ("UK-1", "UK-DELETION"), (by, by))

    @rule(data=st.data(), way=st.sampled_from(ROUTES), by=st.sampled_from(PEOPLE))
    def propose(self, data: st.DataObject, way: tuple[TransactionType, str, str], by: str) -> None:
        kind, source, target = way
        asked = self.transaction(kind, self.some(data, source, kind), (source, target), (by, ""))
        expected = self.model.takes_proposal(asked)
        if self.ask(Proposal(asked), expected=expected):
            issues = kind is TransactionType.ISSUE
            units = set() if issues else self.moved(self.registry, asked.id.text)
            self.model.propose(asked, units)

    @rule(source=st.sampled_from(HOLDERS), goal=st.sampled_from(HOLDERS), hours=st.sampled_from((0, 23, 24)))
    def transfer_to_a_stranger(self, source: str, goal: str, hours: int) -> None:
        """Propose and approve, so that something waits; complete about the end of its delay."""
        asked = self.transaction(TransactionType.TRANSFER, 1, (source, goal), ("ann", ""))
        if not self.ask(Proposal(asked), expected=self.model.takes_proposal(asked)):
            return
        self.model.propose(asked, self.moved(self.registry, asked.id.text))
        self.approval(asked.id.text, "bob")
        if hours:
            self.time_passes(hours)
            self.completion(asked.id.text)

    @rule(source=st.sampled_from(("UK-1", "UK-2")), days=st.integers(13, 15))
    def surrender_and_think_again(self, source: str, days: int) -> None:
        """Reverse a surrender about the end of its window."""
        asked = self.transaction(TransactionType.SURRENDER, 1, (source, "UK-SURRENDER"), ("", ""))
        if not self.ask(asked, expected=self.model.takes(asked)):
            return
        self.model.carry_out(asked, self.moved(self.registry, asked.id.text), self.clock.at)
        self.time_passes(24 * days)
        self.undoing(asked.id.text)

    def a_waiting_one(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([*sorted(self.model.waiting), *sorted(self.model.done)[:2], "none"]))

    @rule(data=st.data(), by=st.sampled_from(PEOPLE))
    def approve(self, data: st.DataObject, by: str) -> None:
        self.approval(self.a_waiting_one(data), by)

    def approval(self, name: str, by: str) -> None:
        expected = self.model.takes_approval(name, by)
        if not self.ask(
            Approval(CommandId(self.name()), CommandId(name), by, self.clock.at), expected=expected
        ):
            return
        waiting = self.model.waiting[name]
        if self.model.is_stranger(waiting.asked):
            waiting.status, waiting.due = PendingStatus.DELAYED, self.clock.at + DELAY
        elif waiting.asked.type is TransactionType.ISSUE:
            self.model.carry_out(waiting.asked, self.moved(self.registry, name), self.clock.at)
        else:
            assert self.moved(self.registry, f"{name}/done") == waiting.units
            self.model.carry_out(waiting.asked, waiting.units, self.clock.at)

    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        delayed = [name for name, each in sorted(self.model.waiting.items()) if each.due]
        self.completion(data.draw(st.sampled_from(delayed)) if delayed else self.a_waiting_one(data))

    def completion(self, name: str) -> None:
        expected = self.model.takes_completion(name, self.clock.at)
        if self.ask(Completion(CommandId(self.name()), CommandId(name), self.clock.at), expected=expected):
            waiting = self.model.waiting[name]
            self.model.carry_out(waiting.asked, waiting.units, self.clock.at)

    @rule(data=st.data(), by=st.sampled_from(PEOPLE), reason=st.sampled_from(("rejected", "cancelled")))
    def withdraw(self, data: st.DataObject, by: str, reason: str) -> None:
        name = self.a_waiting_one(data)
        expected = self.model.takes_withdrawal(name, by, reason)
        ending = Withdrawal(CommandId(self.name()), CommandId(name), by, reason, self.clock.at)
        if self.ask(ending, expected=expected):
            self.model.withdraw(name)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        self.undoing(data.draw(st.sampled_from([*sorted(self.model.done), "none"])))

    def undoing(self, name: str) -> None:
        expected = self.model.takes_undoing(name, self.clock.at)
        if self.ask(Undoing(CommandId(self.name()), CommandId(name), self.clock.at), expected=expected):
            self.model.undo(name)

    @rule(account=st.sampled_from(HOLDERS), status=st.sampled_from(AccountStatus))
    def change_status(self, account: str, status: AccountStatus) -> None:
        change = StatusChange(CommandId(self.name()), AccountId(account), status, self.clock.at)
        if self.ask(change, expected=self.model.takes_status(account, status)):
            self.model.accounts[account].status = status

    @rule(account=st.sampled_from(HOLDERS), everybody=st.booleans())
    def open_again(self, account: str, *, everybody: bool) -> None:
        self.change_status(account, AccountStatus.OPEN)
        for person in PEOPLE if everybody else ():
            self.appoint(account, person, Right.INITIATE_AND_APPROVE)

    @rule(account=st.sampled_from(HOLDERS), person=st.sampled_from(PEOPLE), right=st.sampled_from(Right))
    def appoint(self, account: str, person: str, right: Right) -> None:
        self.ask(
            Appointment(CommandId(self.name()), AccountId(account), person, right, self.clock.at),
            expected=True,
        )
        self.model.accounts[account].people[person] = right

    @rule(account=st.sampled_from(HOLDERS), other=st.sampled_from(HOLDERS), ends=st.booleans())
    def trust(self, account: str, other: str, *, ends: bool) -> None:
        since = None if ends else self.clock.at
        self.ask(
            Trust(CommandId(self.name()), AccountId(account), AccountId(other), since, self.clock.at),
            expected=True,
        )
        trusted = self.model.accounts[account].trusted
        if ends:
            trusted.discard(other)
        else:
            trusted.add(other)

    @rule(more=st.integers(1, 10))
    def set_cap(self, more: int) -> None:
        cap = len(self.model.where) + more
        asked = IssuanceCap(CommandId(self.name()), AccountId("UK-ISSUANCE"), uk.UNIT, cap, self.clock.at)
        self.ask(asked, expected=True)
        self.model.cap = cap

    @rule(hours=st.sampled_from((1, 24, 24 * 7, 24 * 15)))
    def time_passes(self, hours: int) -> None:
        self.clock.at += datetime.timedelta(hours=hours)

    # -------------------------------------------------------- what always holds

    @invariant()
    def units_are_where_the_model_says(self) -> None:
        counted = Counter(self.model.where.values())
        for each in self.registry.ledger.balances(asset=uk.UNIT.asset_id):
            account, bucket = each.holding.account.text, each.holding.bucket
            if account != "UK-ISSUANCE":
                assert each.quantity == counted.pop((account, bucket), 0)
        assert not counted
        blocks = self.registry.ledger.store.blocks()
        numbers = {
            number: (each.holding.account.text, each.holding.bucket)
            for each in blocks
            for number in range(each.serials.first, each.serials.last + 1)
        }
        assert numbers == self.model.where

    @invariant()
    def books_agree(self) -> None:
        found = self.registry.reconcile()
        assert found.ok, found.breaks
        assert all(each.adds_up for each in found.units)

    def teardown(self) -> None:
        assert self.registry.verify().ok


def test_a_registry_answers_as_the_obvious_model_does() -> None:
    RegistryMachine.reached.clear()
    run_state_machine_as_test(
        RegistryMachine, settings=settings(max_examples=100, stateful_step_count=40, deadline=None)
    )
    reached = RegistryMachine.reached
    for needed in (
        "yes Transaction",
        "yes Proposal",
        "yes Approval",
        "yes Withdrawal",
        "yes Undoing",
        "yes Completion",
        "no Completion still_delayed",
        "no Transaction route_not_allowed",
        "no Transaction approval_required",
        "no Transaction approved_by_proposer",
        "no Transaction not_entitled",
        "no Transaction not_trusted",
        "no Transaction overdraft",
        "no Undoing reversal_window_over",
        "no Undoing not_reversible",
        "no Approval not_pending",
        "no StatusChange not_empty",
    ):
        assert reached[needed], f"never reached: {needed}; reached {sorted(reached)}"
