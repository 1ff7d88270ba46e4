"""Witnesses: what they are shown, when they may object, and what becomes of those who are not to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import BatchError, InvalidValueError, LedgerError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Command,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Refusal,
    Transfer,
    Undo,
    Witness,
)
from carbonkit.ledger.commit import Job
from carbonkit.values import FixedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonkit.errors import CarbonkitError
    from carbonkit.ledger import Batch, Holding
    from carbonkit.ledger.posting import Draft
    from carbonkit.ledger.row import Row

AT = "2021-07-01T00:00:00Z"
CNY = AssetId("CNY")
BANK, ANN = AccountId("BANK"), AccountId("ANN")


def pay(name: str, quantity: int) -> Transfer:
    return Transfer(CommandId(name), [Leg(CNY, quantity, BANK, ANN)], "payment", AT)


class Picture:
    """Remembers every record by its id, and objects to one."""

    def __init__(self, against: str = "") -> None:
        self.seen: dict[str, int] = {}
        self.against = against
        self.undo = Undo()
        self.witness = Witness(self.take_in, self.undo)

    def take_in(self, row: Row, _: Callable[[int], Holding]) -> None:
        self.undo.put(self.seen, row.command_id, row.sequence)
        if row.command_id == self.against:
            raise LedgerError("not be recorded", was=row.command_id, field="record", code="objection")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    Ledger(store, FixedClock(AT)).post_all(
        [
            DefineAsset(CommandId("define"), Asset(CNY, 2, serialised=False), AT),
            OpenAccount(CommandId("open/1"), Account(BANK, "bank", may_go_negative=True), AT),
            OpenAccount(CommandId("open/2"), Account(ANN, "holder", may_go_negative=False), AT),
        ]
    )
    return store


def watched(store: MemoryStore, picture: Picture) -> Ledger:
    ledger = Ledger(store, FixedClock(AT))
    ledger.attach(picture.witness)
    return ledger


def test_a_witness_is_shown_what_was_there_what_is_posted_and_what_others_post(store: MemoryStore) -> None:
    picture = Picture()
    ledger = watched(store, picture)
    ledger.post(pay("a", 1))
    Ledger(store, FixedClock(AT)).post(pay("others", 1))
    assert list(picture.seen) == ["define", "open/1", "open/2", "a"]
    ledger.post_all([pay("b", 1), pay("c", 1)])
    assert picture.seen == {
        each.command.id.text: each.sequence for each in Ledger(store, FixedClock(AT)).records()
    }
    assert picture.witness.sequence == 7


def test_what_a_witness_refuses_is_not_recorded_and_leaves_its_picture_as_it_was(store: MemoryStore) -> None:
    picture = Picture(against="b")
    ledger = watched(store, picture)
    ledger.post(pay("a", 1))
    before = dict(picture.seen)
    with pytest.raises(LedgerError, match="must not be recorded, was b"):
        ledger.post(pay("b", 1))
    with pytest.raises(BatchError) as refused:
        ledger.post_all([pay("c", 1), pay("b", 1)])
    assert [each.code for each in refused.value.problems] == ["objection"]
    assert ledger.quantity(ANN, CNY) == 1
    ledger.post(pay("d", 1))
    assert picture.seen == before | {"d": 5}


def test_those_who_are_not_to_blame_are_recorded(store: MemoryStore) -> None:
    picture = Picture(against="b")
    ledger = watched(store, picture)
    jobs = [Job((pay(name, 1),), atomic=True) for name in "abc"]
    ledger._turns.work(jobs)
    assert [bool(job.error) for job in jobs] == [False, True, False]
    assert list(picture.seen)[3:] == ["a", "c"]
    assert ledger.quantity(ANN, CNY) == 2


def test_a_refused_group_is_forgotten_and_an_independent_one_goes_on(store: MemoryStore) -> None:
    picture = Picture()
    ledger = watched(store, picture)
    jobs = [
        Job((pay("a", 1), Transfer(CommandId("x"), [Leg(CNY, 9, ANN, BANK)], "r", AT)), atomic=True),
        Job((Transfer(CommandId("y"), [Leg(CNY, 9, ANN, BANK)], "r", AT), pay("b", 1)), atomic=False),
    ]
    ledger._turns.work(jobs)
    assert list(picture.seen)[3:] == ["b"]
    assert isinstance(jobs[1].results[0], Refusal)


class Slow(MemoryStore):
    """Loses one write to another writer."""

    faster: Transfer | None = None

    def write(self, batch: Batch) -> bool:
        if self.faster is not None:
            command, self.faster = self.faster, None
            Ledger(self, FixedClock(AT)).post(command)
        return super().write(batch)


def test_a_write_that_is_lost_is_taken_back(store: MemoryStore) -> None:
    slow = Slow()
    Ledger(slow, FixedClock(AT)).post_all([each.command for each in Ledger(store, FixedClock(AT)).records()])
    picture = Picture()
    ledger = watched(slow, picture)
    slow.faster = pay("faster", 5)
    made: list[int] = []

    def make(draft: Draft) -> Iterator[Command | CarbonkitError]:
        made.append(draft.after.sequence)
        yield pay("a", 1)

    ledger.post_made(make)
    assert made == [3, 4]
    assert list(picture.seen)[3:] == ["faster", "a"]
    assert ledger.verify().ok


def test_commands_are_made_one_after_the_other(store: MemoryStore) -> None:
    ledger = Ledger(store, FixedClock(AT))
    seen: list[list[str]] = []

    def make(draft: Draft) -> Iterator[Command | CarbonkitError]:
        for name in ("a", "b", "a"):
            seen.append([row.command_id for row in draft.rows])
            yield pay(name, 1)

    receipts = ledger.post_made(make)
    assert [(each.sequence, each.repeated) for each in receipts] == [(4, False), (5, False), (4, True)]
    assert seen == [[], ["a"], ["a", "b"]]
    assert ledger.quantity(ANN, CNY) == 2


def test_every_problem_of_what_is_made_is_reported_and_nothing_written(store: MemoryStore) -> None:
    ledger = Ledger(store, FixedClock(AT))

    def make(_: Draft) -> Iterator[Command | CarbonkitError]:
        yield pay("a", 1)
        yield InvalidValueError("be good", was="bad", field="request", code="bad")
        yield Transfer(CommandId("x"), [Leg(CNY, 9, ANN, BANK)], "r", AT)

    with pytest.raises(BatchError) as refused:
        ledger.post_made(make)
    assert [each.code for each in refused.value.problems] == ["bad", "overdraft"]
    assert ledger.quantity(ANN, CNY) == 0
    assert ledger.post_made(lambda _: iter(())) == ()


def test_the_way_back_restores_each_step() -> None:
    undo, seen, order = Undo(), {"a": 1}, ["x"]
    undo.put(seen, "a", 2)
    mark = undo.mark()
    undo.put(seen, "b", 3)
    undo.note(order.remove, "y")
    order.append("y")
    undo.take_back(mark)
    assert (seen, order) == ({"a": 2}, ["x"])
    undo.take_back(0)
    assert seen == {"a": 1}
    undo.put(seen, "a", 5)
    undo.settle()
    undo.take_back(0)
    assert seen == {"a": 5}
