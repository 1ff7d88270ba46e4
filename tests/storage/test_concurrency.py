"""
Many clients at once, and a history that one client alone could have made.

Every call's beginning, end and answer is written down. Then the journal is replayed, in order, against a
model of a few dictionaries that knows nothing of how a ledger works: each answer must be the one that the
model gives at some moment between the call's beginning and its end, and the journal must be in the order of
the calls.
"""

from __future__ import annotations

import random
import threading
import time
from collections import ChainMap
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
import pytest

from carbonkit.errors import BatchError, CarbonkitError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Hold,
    Ledger,
    Leg,
    OpenAccount,
    PostHold,
    Receipt,
    Reversal,
    Transfer,
    VoidHold,
)
from carbonkit.storage import SQLiteStore
from carbonkit.storage.postgres import PostgresStore
from carbonkit.values import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping
    from pathlib import Path

    from carbonkit.ledger import Record, Store
    from carbonkit.ledger.receipt import Refusal

pytestmark = pytest.mark.whole

SEED = 20210716
AT = "2021-07-16T01:30:00Z"
CNY: Final = AssetId("CNY")
BANK: Final = AccountId("BANK")
PEOPLE: Final = [AccountId(f"KEE-00{number}") for number in range(6)]
FUNDS = 100  # what each has at first; the amounts below are such that it often does not suffice
STORES = ("sqlite", "postgres", "postgres portable")

Place: TypeAlias = tuple[str, str]
Answer: TypeAlias = int | str  # a record's place; or "repeated …", or a code
Moved: TypeAlias = list[tuple[Place, int, int]]


# ---------------------------------------------------------------------- the model


class RefusedError(Exception):
    """The model says no, with a code."""


class Model:
    """What a ledger is to those who use it: who has how much, what was asked, which holds are open."""

    def __init__(self) -> None:
        self.quantity: dict[Place, int] = {}
        self.places: MutableMapping[str, int] = {}
        self.commands: MutableMapping[str, Command] = {}
        self.moved: MutableMapping[str, Moved] = {}
        self.ended: MutableMapping[str, bool] = {}
        self.size = 0

    def thought(self) -> Model:
        """Return a copy to try something on."""
        copy = Model()
        copy.quantity = dict(self.quantity)
        copy.places = ChainMap({}, self.places)
        copy.commands = ChainMap({}, self.commands)
        copy.moved = ChainMap({}, self.moved)
        copy.ended = ChainMap({}, self.ended)
        copy.size = self.size
        return copy

    def answer(self, command: Command) -> Answer:
        """Take a command, and say what a client is told."""
        name = command.id.text
        if name in self.commands:
            return f"repeated {self.places[name]}" if self.commands[name] == command else "identifier_reused"
        kept = dict(self.quantity)
        try:
            moved = self._moved(command)
        except RefusedError as error:
            self.quantity = kept
            return str(error)
        self.size += 1
        self.places[name], self.commands[name], self.moved[name] = self.size, command, moved
        if isinstance(command, PostHold | VoidHold):
            self.ended[command.hold.text] = True
        if isinstance(command, Reversal):
            self.ended[command.reverses.text] = True
        return self.size

    def _moved(self, command: Command) -> Moved:
        match command:
            case Transfer(legs=legs):
                return [
                    entry
                    for leg in legs
                    for entry in self._move(
                        (leg.source.text, "tradable"), (leg.target.text, "tradable"), leg.quantity
                    )
                ]
            case Hold(legs=(leg,)):
                source = leg.source.text
                return self._move((source, "tradable"), (source, "reserved"), leg.quantity)
            case PostHold(hold=hold, quantities=quantities):
                leg = self._held(hold)
                going = leg.quantity if quantities is None else quantities[0]
                if going > leg.quantity:
                    raise RefusedError("exceeds_hold")
                kept, target = (leg.source.text, "reserved"), (leg.target.text, "tradable")
                moved = self._move(kept, target, going)
                if going < leg.quantity:
                    moved += self._move(kept, (leg.source.text, "tradable"), leg.quantity - going)
                return moved
            case VoidHold(hold=hold):
                leg = self._held(hold)
                return self._move((leg.source.text, "reserved"), (leg.source.text, "tradable"), leg.quantity)
            case Reversal(reverses=reverses):
                return self._reverse(reverses.text)
            case _:
                return []

    def _move(self, source: Place, target: Place, quantity: int) -> Moved:
        if source[0] != "BANK" and self.quantity.get(source, 0) < quantity:
            raise RefusedError("overdraft")
        self.quantity[source] = self.quantity.get(source, 0) - quantity
        self.quantity[target] = self.quantity.get(target, 0) + quantity
        return [(source, -quantity, self.quantity[source]), (target, quantity, self.quantity[target])]

    def _held(self, name: CommandId) -> Leg:
        hold = self.commands.get(name.text)
        if hold is None:
            raise RefusedError("unknown_command")
        if not isinstance(hold, Hold):
            raise RefusedError("not_a_hold")
        if name.text in self.ended:
            raise RefusedError("concluded")
        return hold.legs[0]

    def _reverse(self, name: str) -> Moved:
        command = self.commands.get(name)
        if command is None:
            raise RefusedError("unknown_command")
        if isinstance(command, Reversal):
            raise RefusedError("reversal_of_reversal")
        if not isinstance(command, Transfer | PostHold):
            raise RefusedError("not_reversible")
        if name in self.ended:
            raise RefusedError("concluded")
        moved = self.moved[name]
        if isinstance(command, PostHold):  # what went to its target comes back to where the hold took it from
            (_, quantity, _), (target, _, _) = moved[:2]
            return self._move(target, (moved[0][0][0], "tradable"), -quantity)
        back: Moved = []
        for (source, quantity, _), (target, _, _) in reversed(
            list(zip(moved[::2], moved[1::2], strict=True))
        ):
            back += self._move(target, source, -quantity)
        return back


# ---------------------------------------------------------------------- the clients


@attrs.define
class Call:
    """One call of one client: when it began and ended, and what it was told."""

    kind: str  # post, post_all or post_each
    commands: list[Command]
    start: int = 0
    end: int = 0
    answers: list[Answer] = attrs.Factory(list)
    receipts: list[Receipt] = attrs.Factory(list)

    def made(self, ledger: Ledger) -> None:
        self.start = time.perf_counter_ns()
        try:
            if self.kind == "post":
                results: tuple[Receipt | Refusal, ...] = (ledger.post(self.commands[0]),)
            elif self.kind == "post_all":
                results = ledger.post_all(self.commands)
            else:
                results = ledger.post_each(self.commands)
            self.end = time.perf_counter_ns()
            self.receipts = [each for each in results if isinstance(each, Receipt)]
            self.answers = [
                (f"repeated {each.sequence}" if each.repeated else each.sequence)
                if isinstance(each, Receipt)
                else each.problem.code
                for each in results
            ]
        except BatchError as error:
            self.end = time.perf_counter_ns()
            self.answers = [problem.code for problem in error.problems]
        except CarbonkitError as error:
            self.end = time.perf_counter_ns()
            self.answers = [error.code]

    def new(self) -> list[int]:
        return [receipt.sequence for receipt in self.receipts if not receipt.repeated]

    def expected(self, model: Model) -> list[Answer]:
        """Say what the model answers to the whole call in its present state, which it leaves as it is."""
        thought = model.thought()
        answers = [thought.answer(command) for command in self.commands]
        refused = [each for each in answers if isinstance(each, str) and not each.startswith("repeated")]
        return list[Answer](refused) if refused and self.kind != "post_each" else answers


class Client:
    """Somebody who asks for this and that, and often for what others ask for as well."""

    def __init__(self, name: int, shared: list[str]) -> None:
        self.chance = random.Random(SEED + name)  # noqa: S311  no secret
        self.name = name
        self.count = 0
        self.shared = shared  # names of what anybody was told is recorded

    def call(self) -> Call:
        kind = self.chance.choices(["post", "post_all", "post_each"], [70, 15, 15])[0]
        size = 1 if kind == "post" else self.chance.randint(2, 5)
        return Call(kind, [self.command() for _ in range(size)])

    def command(self) -> Command:
        self.count += 1
        chance = self.chance
        name = CommandId(f"{self.name}/{self.count}")
        some = CommandId(chance.choice([*self.shared[-20:], "never"]))
        what = chance.choices(["transfer", "same", "hold", "post", "void", "undo"], [30, 12, 20, 15, 13, 10])[
            0
        ]
        match what:
            case "same":  # what many clients post at about the same time, now and then with other content
                number = self.count // 3
                quantity = 1 + number % 7 + (chance.random() < 1 / 20)
                leg = Leg(CNY, quantity, PEOPLE[number % 6], PEOPLE[(number + 1) % 6])
                return Transfer(CommandId(f"same/{number}"), [leg], "payment", AT)
            case "post":
                quantities = chance.choice([None, [chance.randint(1, 60)]])
                return PostHold(name, some, AT, quantities)
            case "void":
                return VoidHold(name, some, "cancelled", AT)
            case "undo":
                return Reversal(name, some, "error", AT)
            case "hold":
                return Hold(name, [self._leg()], "order", AT, Bucket.RESERVED, None)
            case _:
                return Transfer(name, [self._leg() for _ in range(chance.choice([1, 1, 2]))], "payment", AT)

    def _leg(self) -> Leg:
        source, target = self.chance.sample(PEOPLE, 2)
        return Leg(CNY, self.chance.randint(1, 60), source, target)


def opening() -> list[Command]:
    accounts = [
        Account(BANK, "bank", may_go_negative=True),
        *(Account(name, "holder", may_go_negative=False) for name in PEOPLE),
    ]
    return [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        *(OpenAccount(CommandId(f"open/{each.id}"), each, AT) for each in accounts),
        *(
            Transfer(CommandId(f"fund/{name}"), [Leg(CNY, FUNDS, BANK, name)], "deposit", AT)
            for name in PEOPLE
        ),
    ]


@attrs.define
class History:
    """What the clients did and saw."""

    calls: list[Call] = attrs.Factory(list)
    seen: list[tuple[int, dict[Place, int]]] = attrs.Factory(list)
    failed: list[BaseException] = attrs.Factory(list)


def _kept(act: Callable[[], None], failed: list[BaseException]) -> None:
    try:
        act()
    except BaseException as error:  # noqa: BLE001  whatever it is, the test shall fail with it
        failed.append(error)


def made(ledgers: list[Ledger], readers: list[Store], clients: int, calls: int) -> History:
    """Let clients post through their ledgers and readers look on, all at once."""
    history, shared, done = History(), [f"fund/{PEOPLE[0]}"], threading.Event()
    start = threading.Barrier(clients + len(readers))
    first = Call("post_all", opening())
    first.made(ledgers[0])
    history.calls.append(first)

    def post(name: int) -> None:
        client, mine = Client(name, shared), []
        start.wait()
        for _ in range(calls):
            call = client.call()
            mine.append(call)
            call.made(ledgers[name % len(ledgers)])
            shared.extend(each.command_id.text for each in call.receipts if not each.repeated)
        history.calls.extend(mine)

    def look(store: Store) -> None:
        start.wait()
        while not done.is_set():
            with store.snapshot():
                size = store.head().sequence
                found = {(b.holding.account.text, b.holding.bucket): b.quantity for b in store.balances()}
            history.seen.append((size, found))

    def kept(act: Callable[[], None]) -> Callable[[], None]:
        return lambda: _kept(act, history.failed)

    posting = [threading.Thread(target=kept(lambda name=name: post(name))) for name in range(clients)]  # type: ignore[misc]
    looking = [threading.Thread(target=kept(lambda store=store: look(store))) for store in readers]  # type: ignore[misc]
    for thread in [*posting, *looking]:
        thread.start()
    for thread in posting:
        thread.join()
    done.set()
    for thread in looking:
        thread.join()
    return history


# --------------------------------------------------------------------- the judgement


def judged(history: History, records: list[Record]) -> dict[str, int]:
    """Replay the journal and hold every answer to it; return how often each answer was given."""
    model, by_size = Model(), dict[int, list[dict[Place, int]]]()
    for size, found in history.seen:
        by_size.setdefault(size, []).append(found)
    _in_order(history.calls, records)
    waiting = _by_first_state(history.calls)
    open_calls: list[tuple[int, Call]] = []
    for size in range(len(records) + 1):
        if size:
            record = records[size - 1]
            assert record.sequence == size
            assert model.answer(record.command) == size, record
            entries = [
                ((entry.holding.account.text, entry.holding.bucket), entry.quantity, entry.balance_after)
                for entry in record.entries
            ]
            assert entries == model.moved[record.command.id.text]
        for found in by_size.get(size, []):
            assert {place: held for place, held in found.items() if held} == {
                place: held for place, held in model.quantity.items() if held
            }
            assert sum(found.values()) == 0
            assert all(held >= 0 for (account, _), held in found.items() if account != BANK.text)
        open_calls += waiting.pop(size, [])
        still = []
        for last, call in open_calls:
            if call.expected(model) != call.answers:
                assert size < last, f"{call} was never true between its beginning and its end"
                still.append((last, call))
        open_calls = still
    assert not open_calls
    assert not waiting
    counted: dict[str, int] = {}
    for call in history.calls:
        for each in call.answers:
            name = "new" if isinstance(each, int) else each.split()[0]
            counted[name] = counted.get(name, 0) + 1
    return counted


def _in_order(calls: list[Call], records: list[Record]) -> None:
    """Each record was told to one client as new; a call that began after another ended stands after it."""
    told = {receipt.sequence: receipt for call in calls for receipt in call.receipts if not receipt.repeated}
    assert sorted(told) == [record.sequence for record in records]
    assert sum(len(call.new()) for call in calls) == len(records)
    for call in calls:
        for receipt in call.receipts:
            record = records[receipt.sequence - 1]
            assert (receipt.digest, receipt.record.entries) == (record.digest, record.entries)
    highest = 0
    ends = sorted(calls, key=lambda call: call.end)
    place = 0
    for call in sorted(calls, key=lambda call: call.start):
        while ends[place].end < call.start:
            highest = max([highest, *(receipt.sequence for receipt in ends[place].receipts)])
            place += 1
        assert all(sequence > highest for sequence in call.new())


def _by_first_state(calls: list[Call]) -> dict[int, list[tuple[int, Call]]]:
    """Find the states in which each call may have been answered: those between its beginning and its end."""
    begun = {sequence: call.start for call in calls for sequence in call.new()}
    latest = sorted((start, sequence) for sequence, start in begun.items())
    waiting: dict[int, list[tuple[int, Call]]] = {}
    for call in calls:
        new = call.new()
        if new:  # its commands stand together, so it was answered in the state before the first
            first = last = min(new) - 1
        else:
            first = max(
                (receipt.sequence for each in calls if each.end < call.start for receipt in each.receipts),
                default=0,
            )
            last = max((sequence for start, sequence in latest if start < call.end), default=0)
        waiting.setdefault(first, []).append((last, call))
    return waiting


# ------------------------------------------------------------------------- the tests


@pytest.fixture(params=STORES)
def open_stores(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[int], tuple[list[Ledger], list[Store]]]]:
    """Give what opens ledgers for clients, and stores for those who look on."""
    kind, clock = str(request.param), SystemClock()
    with ExitStack() as opened:

        def several(count: int) -> tuple[list[Ledger], list[Store]]:
            if kind == "sqlite":  # one store in a process writes; two ledgers take turns on it
                path = tmp_path / "ledger.db"
                store = opened.enter_context(SQLiteStore.open(path))
                reader = opened.enter_context(SQLiteStore.open(path, readonly=True))
                return [Ledger(store, clock) for _ in range(2)], [store, reader]
            dsn, portable = request.getfixturevalue("postgres_dsn"), kind.endswith("portable")
            stores = [opened.enter_context(PostgresStore.open(dsn, portable=portable)) for _ in range(count)]
            reader_store = opened.enter_context(PostgresStore.open(dsn, readonly=True))
            return [Ledger(store, clock) for store in stores], [stores[0], reader_store]

        yield several


def checked(
    opened: tuple[list[Ledger], list[Store]], clients: int, calls: int
) -> tuple[History, dict[str, int]]:
    ledgers, readers = opened
    history = made(ledgers, readers, clients, calls)
    assert history.failed == []
    records = list(ledgers[0].records())
    counted = judged(history, records)
    checkpoints = [receipt.checkpoint for call in history.calls for receipt in call.receipts]
    assert ledgers[-1].verify(against=checkpoints).differences == ()
    return history, counted


def test_what_many_clients_were_told_is_one_history(
    open_stores: Callable[[int], tuple[list[Ledger], list[Store]]],
) -> None:
    history, counted = checked(open_stores(3), clients=6, calls=50)
    assert {"new", "repeated", "overdraft", "concluded"} <= set(counted)
    assert len({size for size, _ in history.seen}) > 5


@pytest.mark.slow
def test_what_many_clients_were_told_in_a_long_time_is_one_history(
    open_stores: Callable[[int], tuple[list[Ledger], list[Store]]],
) -> None:
    history, counted = checked(open_stores(4), clients=12, calls=400)
    assert {
        "new",
        "repeated",
        "overdraft",
        "concluded",
        "identifier_reused",
        "exceeds_hold",
        "not_a_hold",
        "not_reversible",
    } <= set(counted)
    assert len({size for size, _ in history.seen}) > 100


# ------------------------------------------- the judgement finds what it is there to find


@pytest.mark.parametrize("lie", ["place", "code", "receipt lost", "order", "seen", "balance", "twice"])
def test_a_history_that_no_single_client_could_have_made_is_found(tmp_path: Path, lie: str) -> None:
    with SQLiteStore.open(tmp_path / "ledger.db") as store:
        ledger = Ledger(store, SystemClock())
        history = made([ledger], [store], 2, 60)
        records = list(ledger.records())
        judged(history, records)
        new = [call for call in history.calls if call.kind == "post" and call.new()]
        refused = [call for call in history.calls if call.kind == "post" and not call.receipts]
        match lie:
            case "place":
                records[20], records[21] = records[21], records[20]
            case "code":
                refused[-1].answers = ["busy"]
            case "receipt lost":
                new[-1].receipts, new[-1].answers = [], ["overdraft"]
            case "order":  # it ended before the one began that stands before it
                new[-1].start, new[-1].end = history.calls[0].end + 1, history.calls[0].end + 2
                new[0].start, new[0].end = new[-1].end + 1, new[-1].end + 2
            case "seen":
                history.seen.append((len(records), {(BANK.text, "tradable"): -FUNDS}))
            case "balance":
                del records[len(opening()) + 1]
            case _:
                history.calls.append(new[-1])
        with pytest.raises((AssertionError, IndexError)):
            judged(history, records)
