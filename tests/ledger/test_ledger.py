"""The ledger itself: questions about what is not there, and others who write to the same store meanwhile."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import (
    BusyError,
    IdentifierReusedError,
    InvalidValueError,
    OverdraftError,
    StorageError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Batch,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Receipt,
    Signer,
    Statement,
    Transfer,
)
from carbonkit.ledger.posting import Draft
from carbonkit.values import FixedClock, as_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = as_instant("2021-07-16T01:30:00Z")
CNY = AssetId("CNY")
BANK, ANN, BOB = AccountId("BANK"), AccountId("ANN"), AccountId("BOB")


def pay(name: str, quantity: int, source: AccountId = BANK, target: AccountId = ANN) -> Transfer:
    return Transfer(CommandId(name), [Leg(CNY, quantity, source, target)], "payment", AT)


def note(name: str) -> Statement:
    return Statement(CommandId(name), ANN, "note", {"text": ""}, AT)


def opened(store: MemoryStore) -> Ledger:
    ledger = Ledger(store, FixedClock(AT))
    ledger.post_all(
        [
            DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
            *(
                OpenAccount(
                    CommandId(f"open/{each}"), Account(each, "kind", may_go_negative=each == BANK), AT
                )
                for each in (BANK, ANN, BOB)
            ),
            pay("pay/0", 100),
        ]
    )
    return ledger


@pytest.fixture
def ledger() -> Ledger:
    return opened(MemoryStore())


def test_questions_about_what_does_not_exist_are_errors(ledger: Ledger) -> None:
    nobody, nothing = AccountId("NOBODY"), AssetId("XXX")
    for ask in (
        lambda: ledger.account(nobody),
        lambda: ledger.quantity(nobody, CNY),
        lambda: ledger.quantity(nobody, CNY, at=AT),
        lambda: ledger.serials(nobody, CNY),
        lambda: ledger.balances(nobody),
        lambda: ledger.balances(nobody, at=AT),
        lambda: ledger.records_about(nobody),
    ):
        with pytest.raises(UnknownAccountError, match="NOBODY"):
            ask()
    for question in (
        lambda: ledger.asset(nothing),
        lambda: ledger.quantity(ANN, nothing),
        lambda: ledger.serials(ANN, nothing),
        lambda: ledger.balances(asset=nothing),
        lambda: ledger.balances(ANN, nothing, at=AT),
    ):
        with pytest.raises(UnknownAssetError, match="XXX"):
            question()
    assert ledger.balances(BOB) == ()
    assert ledger.quantity(BOB, CNY, Bucket.FROZEN) == 0
    assert ledger.record(CommandId("never")) is None
    assert ledger.account(ANN).kind == "kind"
    assert ledger.asset(CNY).places == 2


def test_ids_of_the_ledgers_own_are_not_for_callers(ledger: Ledger) -> None:
    with pytest.raises(InvalidValueError, match="not begin with ledger/"):
        ledger.post(pay("ledger/1", 5))
    assert ledger.post(pay("ledger", 5)).sequence == 6


def test_a_ledger_is_equal_to_another_on_the_same_store() -> None:
    store, clock = MemoryStore(), FixedClock(AT)
    assert Ledger(store, clock) == Ledger(store, clock)
    assert Ledger(store, clock) != Ledger(store, clock, "another/origin")
    assert Ledger(store, clock, signers=[Signer("x.example", bytes(32))]).signers


class Overtaken(MemoryStore):
    """Gives turns that are not certain, in which another writer is faster: just before the first write."""

    def __init__(self) -> None:
        super().__init__()
        self.interfering: list[Command] = []
        self.turns: list[bool] = []
        self.uncertain = True

    @contextmanager
    def turn(self, *, certain: bool) -> Iterator[bool]:
        self.turns.append(certain)
        with super().turn(certain=certain):
            yield certain or not self.uncertain

    def write(self, batch: Batch) -> bool:
        while self.interfering:
            command = self.interfering.pop()
            # What another process has written since this one last looked.
            assert isinstance(Ledger(self, FixedClock(AT)).post_each([command])[0], Receipt)
        return super().write(batch)


class Forgetful(Overtaken):
    """In a turn that is not certain, it remembers its head and balances as they were when last asked."""

    def __init__(self) -> None:
        super().__init__()
        self.old: MemoryStore | None = None
        self.behind = False

    @contextmanager
    def turn(self, *, certain: bool) -> Iterator[bool]:
        with super().turn(certain=certain) as sure:
            if self.old is None or certain:
                yield sure
                return
            now, self.__dict__ = self.__dict__, {**self.__dict__, **self.old.__dict__, "behind": True}
            try:
                yield sure
            finally:
                self.__dict__ = now

    def write(self, batch: Batch) -> bool:
        return not self.behind and super().write(batch)


@pytest.fixture
def store() -> Overtaken:
    store = Overtaken()
    opened(store)
    store.turns.clear()
    return store


@pytest.fixture
def here(store: Overtaken) -> Ledger:
    return Ledger(store, FixedClock(AT))


def test_what_is_written_in_an_uncertain_turn_stands(store: Overtaken, here: Ledger) -> None:
    assert here.post(pay("pay", 5)).sequence == 6
    assert store.turns == [False]


def test_a_command_that_another_writer_records_first_is_a_repetition(store: Overtaken, here: Ledger) -> None:
    new = Account(AccountId("NEW"), "kind", may_go_negative=False)
    commands: list[Command] = [pay("all", 100, ANN, BOB), OpenAccount(CommandId("open/NEW"), new, AT)]
    for number, command in enumerate(commands):
        store.interfering.append(command)
        receipt = here.post(command)
        assert receipt.repeated
        assert receipt.sequence == 6 + number
    store.interfering.append(note("a"))
    assert [each.repeated for each in here.post_all([note("a"), note("b")])] == [True, False]
    store.interfering.append(note("c"))
    results = here.post_each([note("c"), note("d")])
    assert [isinstance(each, Receipt) and each.repeated for each in results] == [True, False]
    assert here.verify().ok


def test_a_refusal_counts_only_in_a_certain_turn(store: Overtaken, here: Ledger) -> None:
    with pytest.raises(OverdraftError):
        here.post(pay("spend", 101, ANN, BOB))
    assert store.turns == [False, True]
    store.turns.clear()
    assert here.post_each([pay("spend", 101, ANN, BOB)])[0].command_id == CommandId("spend")
    assert len(here.problems([pay("spend", 101, ANN, BOB)])) == 1
    assert store.turns[-1] is True


def test_what_moved_meanwhile_is_taken_into_account(store: Overtaken, here: Ledger) -> None:
    store.interfering.append(pay("first", 50, ANN, BOB))
    with pytest.raises(OverdraftError, match="the 50 in"):
        here.post(pay("second", 100, ANN, BOB))
    store.interfering.append(pay("same", 50, ANN, BOB))
    with pytest.raises(IdentifierReusedError):
        here.post(pay("same", 49, ANN, BOB))
    store.interfering.append(pay("more", 50))
    assert here.post(pay("third", 20)).sequence == 9


def test_a_store_that_remembers_what_is_old_by_now_refuses_nothing_wrongly() -> None:
    store = Forgetful()
    opened(store)
    old = MemoryStore()
    opened(old)
    other, here = Ledger(store, FixedClock(AT)), Ledger(store, FixedClock(AT))
    other.post(pay("rich", 1_000))
    other.post(note("known"))
    store.old = old

    assert here.post(pay("spend", 1_000, ANN, BOB)).sequence == 8  # the old books do not have it
    assert here.post(note("known")).repeated
    with pytest.raises(IdentifierReusedError):
        here.post(pay("known", 5))
    assert here.post_each([pay("known", 5), pay("more", 90, ANN, BOB)])[1].command_id == CommandId("more")
    assert here.quantity(BOB, CNY) == 1_090
    assert here.verify().ok


def test_an_independent_refusal_too_counts_only_in_a_certain_turn() -> None:
    store = Forgetful()
    opened(store)
    old = MemoryStore()
    opened(old)
    Ledger(store, FixedClock(AT)).post(pay("rich", 1_000))
    store.old = old

    (result,) = Ledger(store, FixedClock(AT)).post_each([pay("spend", 1_000, ANN, BOB)])
    assert isinstance(result, Receipt)


class Restless(MemoryStore):
    """A store on which somebody else is always faster, from some moment on."""

    writes = 0
    restless = False

    def write(self, batch: Batch) -> bool:
        self.writes += 1
        return not self.restless and super().write(batch)


def test_a_ledger_gives_up_on_a_store_that_never_stands_still() -> None:
    store = Restless()
    ledger = opened(store)
    store.restless = True
    for post in (
        lambda: ledger.post(note("a")),
        lambda: ledger.post_all([note("a")]),
        lambda: ledger.post_each([note("a")]),
    ):
        store.writes = 0
        with pytest.raises(BusyError, match="moved 100 times") as caught:
            post()
        assert caught.value.code == "busy"
        assert store.writes == 100
    assert ledger.record(CommandId("a")) is None
    store.restless = False
    assert ledger.post(note("a")).sequence == 6


class Broken(MemoryStore):
    """A store that breaks, with an error of its own or of somebody else's."""

    error: BaseException | None = None

    def write(self, batch: Batch) -> bool:
        if self.error is not None:
            raise self.error
        return super().write(batch)


@pytest.mark.parametrize(
    "error",
    [
        StorageError("have room", was="none", field="store", code="disk_full"),
        ZeroDivisionError("x"),
        KeyboardInterrupt(),
    ],
)
def test_what_breaks_the_store_reaches_the_caller_and_the_ledger_goes_on(error: BaseException) -> None:
    store = Broken()
    ledger = opened(store)
    store.error = error
    for post in (
        lambda: ledger.post(note("a")),
        lambda: ledger.post_all([note("a")]),
        lambda: ledger.post_each([note("a")]),
    ):
        with pytest.raises(type(error)) as caught:
            post()
        assert caught.value is error
    store.error = None
    assert ledger.post(note("a")).sequence == 6
    assert ledger.verify().ok


class Lost(Overtaken):
    """A store that remembers, but can no longer be reached: a turn that is certain is not to be had."""

    lost = False

    @contextmanager
    def turn(self, *, certain: bool) -> Iterator[bool]:
        if certain and self.lost:
            raise StorageError("answer", was="silence", field="store")
        with super().turn(certain=certain) as sure:
            yield sure


def test_an_earlier_refusal_does_not_hide_what_broke_later() -> None:
    """What an uncertain state refused is not known to be wrong: the caller hears of the store instead."""
    store = Lost()
    ledger = opened(store)
    store.lost = True
    for post in (
        lambda: ledger.post(pay("b", 1_000, ANN, BOB)),
        lambda: ledger.post_all([pay("b", 1_000, ANN, BOB)]),
        lambda: ledger.post_each([pay("b", 1_000, ANN, BOB)]),
    ):
        with pytest.raises(StorageError, match="silence"):
            post()


def test_a_receipt_that_is_kept_keeps_none_of_what_its_group_was_worked_out_on(ledger: Ledger) -> None:
    def drafts() -> int:
        gc.collect()
        return sum(isinstance(each, Draft) for each in gc.get_objects())

    others = drafts()
    kept = ledger.post_all([pay("a", 1), pay("b", 2)])
    assert drafts() == others
    assert [balance.quantity for balance in kept[1].balances][1] == ledger.quantity(ANN, CNY)
