"""
The obvious model of a registry: every single unit is somewhere, and rules are plain questions.

It says of each request whether a registry must take it, and knows afterwards where
each number is. Which numbers go is the registry's choice; the model only checks that
they were there.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import attrs

from carbonkit.registry import AccountStatus, PendingStatus, Right, Transaction, TransactionType
from carbonkit.schemes import uk

if TYPE_CHECKING:
    from carbonkit.registry import Route

DELAY = datetime.timedelta(hours=24)
_SENDS_NOTHING = {
    AccountStatus.FULLY_RESTRICTED,
    AccountStatus.PARTLY_SUSPENDED,
    AccountStatus.SUSPENDED,
    AccountStatus.TRANSFER_PENDING,
    AccountStatus.CLOSURE_PENDING,
    AccountStatus.CLOSED,
}
_TAKES_NOTHING = {AccountStatus.SUSPENDED, AccountStatus.CLOSURE_PENDING, AccountStatus.CLOSED}
_GIVEN_UP = {TransactionType.SURRENDER, TransactionType.CANCEL, TransactionType.DELETE}


@attrs.define
class Holder:
    """An account."""

    kind: str
    status: AccountStatus = AccountStatus.OPEN
    people: dict[str, Right] = attrs.field(factory=dict)
    trusted: set[str] = attrs.field(factory=set)


@attrs.define
class Waiting:
    """A proposed transaction."""

    asked: Transaction
    units: set[int]
    status: PendingStatus = PendingStatus.AWAITING_APPROVAL
    due: datetime.datetime | None = None


@attrs.define
class Done:
    """A transaction that was carried out."""

    asked: Transaction
    units: set[int]
    at: datetime.datetime
    reversed: bool = False


@attrs.define
class Model:
    """All of it."""

    accounts: dict[str, Holder] = attrs.field(factory=dict)
    where: dict[int, tuple[str, str]] = attrs.field(factory=dict)
    waiting: dict[str, Waiting] = attrs.field(factory=dict)
    done: dict[str, Done] = attrs.field(factory=dict)
    used: set[str] = attrs.field(factory=set)
    cap: int | None = None

    # -------------------------------------------------------------- questions

    def units(self, account: str, bucket: str = "tradable") -> set[int]:
        return {unit for unit, place in self.where.items() if place == (account, bucket)}

    def route(self, asked: Transaction) -> Route | None:
        source, target = self.accounts[asked.source.text], self.accounts[asked.target.text]
        for route in uk.registry_rules().routes:
            if (
                route.transaction is asked.type
                and source.kind in route.sources
                and target.kind in route.targets
            ):
                return route
        return None

    def way_is_open(self, asked: Transaction) -> bool:
        route = self.route(asked)
        if route is None or asked.source == asked.target:
            return False
        source, target = self.accounts[asked.source.text], self.accounts[asked.target.text]
        if route.whatever_status:
            return True
        if source.status in _SENDS_NOTHING:
            return False
        if source.status is AccountStatus.PARTLY_RESTRICTED and not route.when_restricted:
            return False
        return target.status not in _TAKES_NOTHING

    def may(self, account: str, person: str, *rights: Right) -> bool:
        people = self.accounts[account].people
        return not people or people.get(person, Right.NONE) in rights

    def may_initiate(self, account: str, person: str) -> bool:
        return self.may(account, person, Right.INITIATE, Right.INITIATE_AND_APPROVE)

    def may_approve(self, account: str, person: str) -> bool:
        return self.may(account, person, Right.APPROVE, Right.INITIATE_AND_APPROVE)

    def is_stranger(self, asked: Transaction) -> bool:
        route = self.route(asked)
        trusted = self.accounts[asked.source.text].trusted
        return route is not None and route.delay and asked.target.text not in trusted

    def is_there(self, asked: Transaction) -> bool:
        if asked.type is TransactionType.ISSUE:
            return self.cap is None or len(self.where) + asked.quantity <= self.cap
        return asked.quantity <= len(self.units(asked.source.text))

    def takes(self, asked: Transaction) -> bool:
        """Say whether a transaction may be carried out at once."""
        if not self.way_is_open(asked):
            return False
        if asked.by and not self.may_initiate(asked.source.text, asked.by):
            return False
        route = self.route(asked)
        assert route is not None
        if route.approval or self.is_stranger(asked):
            if not (asked.by and asked.approved_by) or asked.by == asked.approved_by:
                return False
            if not self.may_approve(asked.source.text, asked.approved_by) or self.is_stranger(asked):
                return False
        return self.is_there(asked)

    def takes_proposal(self, asked: Transaction) -> bool:
        return (
            self.way_is_open(asked)
            and self.may_initiate(asked.source.text, asked.by)
            and self.is_there(asked)
        )

    def takes_approval(self, name: str, person: str) -> bool:
        waiting = self.waiting.get(name)
        if waiting is None or waiting.status is not PendingStatus.AWAITING_APPROVAL:
            return False
        asked = waiting.asked
        if person == asked.by or not self.way_is_open(asked):
            return False
        if asked.type is TransactionType.ISSUE and not self.is_there(asked):
            return False
        return self.may_approve(asked.source.text, person)

    def takes_completion(self, name: str, at: datetime.datetime) -> bool:
        waiting = self.waiting.get(name)
        return (
            waiting is not None
            and waiting.status is PendingStatus.DELAYED
            and waiting.due is not None
            and at >= waiting.due
            and self.way_is_open(waiting.asked)
        )

    def takes_withdrawal(self, name: str, person: str, reason: str) -> bool:
        waiting = self.waiting.get(name)
        if waiting is None or (reason == "rejected" and waiting.status is PendingStatus.DELAYED):
            return False
        return person == waiting.asked.by or self.may_approve(waiting.asked.source.text, person)

    def takes_undoing(self, name: str, at: datetime.datetime) -> bool:
        done = self.done.get(name)
        if done is None or done.reversed:
            return False
        route = self.route(done.asked)
        if route is None or not route.reversible or at < done.at:
            return False
        days = route.reversible_days
        if days is not None and at > done.at + datetime.timedelta(days=days):
            return False
        if self.accounts[done.asked.source.text].status in _TAKES_NOTHING:
            return False
        return done.units <= self.units(done.asked.target.text)

    def takes_status(self, account: str, status: AccountStatus) -> bool:
        if self.accounts[account].status is AccountStatus.CLOSED:
            return False
        empty = all(place[0] != account for place in self.where.values())
        return status is not AccountStatus.CLOSED or empty

    # ---------------------------------------------------------------- effects

    def move(self, units: set[int], source: tuple[str, str], target: tuple[str, str]) -> None:
        for unit in units:
            assert self.where[unit] == source, f"{unit} leaves {source} but lies in {self.where[unit]}"
            self.where[unit] = target

    def carry_out(self, asked: Transaction, units: set[int], at: datetime.datetime) -> None:
        assert len(units) == asked.quantity
        target = asked.target.text, "tradable"
        if asked.type is TransactionType.ISSUE:
            assert not units & self.where.keys(), "numbers are issued once"
            self.where |= dict.fromkeys(units, target)
        else:
            held = self.waiting.pop(asked.id.text, None)
            bucket = "tradable" if held is None else self.bucket(asked)
            self.move(units, (asked.source.text, bucket), target)
        self.waiting.pop(asked.id.text, None)
        self.done[asked.id.text] = Done(asked, units, at)

    @staticmethod
    def bucket(asked: Transaction) -> str:
        return "pending_surrender" if asked.type in _GIVEN_UP else "reserved"

    def propose(self, asked: Transaction, units: set[int]) -> None:
        if asked.type is not TransactionType.ISSUE:
            assert len(units) == asked.quantity
            self.move(units, (asked.source.text, "tradable"), (asked.source.text, self.bucket(asked)))
        self.waiting[asked.id.text] = Waiting(asked, units)

    def withdraw(self, name: str) -> None:
        waiting = self.waiting.pop(name)
        source = waiting.asked.source.text
        self.move(waiting.units, (source, self.bucket(waiting.asked)), (source, "tradable"))

    def undo(self, name: str) -> None:
        done = self.done[name]
        done.reversed = True
        self.move(done.units, (done.asked.target.text, "tradable"), (done.asked.source.text, "tradable"))
