"""What every store promises, asked of every store: to read what was written, and write whole or not."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest

from carbonkit.errors import IntegrityError, StorageError
from carbonkit.ledger import (
    LARGEST,
    Account,
    AccountId,
    Asset,
    AssetId,
    Balance,
    Batch,
    CommandId,
    Head,
    Holding,
    HoldingRow,
    Ledger,
    MemoryStore,
    OpenAccount,
    OpenHold,
    SerialRange,
    Store,
    StoredBlock,
)
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.store import EMPTY
from carbonkit.storage import PostgresStore, SQLiteStore
from tests.contract.conftest import KINDS
from tests.contract.world import (
    ANN,
    AT,
    BANK,
    BOB,
    CAL,
    CEA,
    CNY,
    DAN,
    HOUR,
    ISSUER,
    Hands,
    a_day,
    everything,
    issue,
    move,
    names,
    note,
    opening,
    pay,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.contract.world import OpenStore

NOW = microseconds(AT)


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert store.head() == EMPTY
    assert everything(store) == (EMPTY, *((),) * 15)
    assert store.row(CommandId("x")) is None
    assert store.row_at(1) is None
    assert store.places(["x"]) == {}
    assert store.account(ANN) is None
    assert store.asset(CNY) is None
    assert store.holdings([("ANN", "CNY", "tradable")]) == {}
    assert store.quantity(Holding(ANN, CNY, "tradable")) == 0
    assert store.quantity_at(Holding(ANN, CNY, "tradable"), NOW) == 0
    assert store.serials(Holding(ANN, CEA, "tradable")) == ()
    assert store.last_serial(CEA) == 0
    assert store.block_over(CEA, SerialRange(1, 10)) is None
    assert list(store.rows_about(ANN)) == []
    assert list(store.overdue(LARGEST)) == []
    assert store.concluded_by(1) is None
    assert list(store.leaves(0, 10)) == []
    assert store.node(8, 0) is None
    with pytest.raises(IntegrityError):
        store.holding_numbered(1)


def test_a_store_has_no_fault(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:])
    assert list(store.faults()) == []


def test_what_is_written_is_read_back(ledger: Ledger, store: Store) -> None:
    receipts = ledger.post_all(a_day()[8:])
    last = receipts[-1]

    head = store.head()
    assert (head.sequence, head.leaf.hex()) == (25, last.digest)
    assert head.recorded_at == microseconds(last.recorded_at)
    assert [record.sequence for record in ledger.records()] == [*range(1, 26)]
    assert [record.command for record in ledger.records()] == a_day()
    assert [row.sequence for row in store.rows(after=23)] == [24, 25]
    assert list(store.rows(after=25)) == []
    assert len(list(store.rows(after=-5))) == 25
    for row in store.rows():
        assert store.row(CommandId(row.command_id)) == row
        assert store.row_at(row.sequence) == row
    assert store.row_at(0) is store.row_at(26) is store.row_at(-1) is None
    assert list(store.leaves(2, 3)) == [row.leaf for row in store.rows()][2:5]
    assert [each.id for each in store.accounts()] == [ANN, BANK, BOB, CAL, DAN, ISSUER]
    assert store.account(BANK) == Account(BANK, "issuer", may_go_negative=True)
    assert [each.id for each in store.assets()] == [CEA, CNY]
    assert store.asset(CNY) == Asset(CNY, 2, serialised=False)


@pytest.mark.parametrize("count", [1, 8, 9, 40])
def test_many_are_looked_up_as_one_is(ledger: Ledger, store: Store, count: int) -> None:
    accounts = [AccountId(f"A{number:02}") for number in range(count)]
    ledger.post_all(
        OpenAccount(CommandId(f"open/{each}"), Account(each, "holder", may_go_negative=False), AT)
        for each in accounts
    )
    ledger.post_all(pay(f"pay/{each}", place + 1, BANK, each) for place, each in enumerate(accounts))

    wanted = [f"pay/{each}" for each in accounts]
    places = store.places([*wanted, "never", "open"])
    keys = [(each.text, "CNY", "tradable") for each in accounts]
    found = store.holdings([*keys, ("ANN", "CNY", "tradable"), ("NOBODY", "CNY", "tradable")])

    assert places == {name: 8 + count + place + 1 for place, name in enumerate(wanted)}
    assert found == {key: HoldingRow(place + 2, *key, place + 1) for place, key in enumerate(keys)}


def test_rows_about_an_account_are_those_that_touch_it(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:14])

    named = {each: [row.command_id for row in store.rows_about(each)] for each in (ANN, BOB, BANK, DAN)}

    assert named == {
        ANN: ["open/ANN", "issue/1", "pay/1", "deliver/1", "back", "pay/2"],
        BOB: ["open/BOB", "deliver/1", "back", "said", "pay/2"],
        BANK: ["open/BANK", "pay/1"],
        DAN: ["open/DAN"],
    }
    assert [record.command.id.text for record in ledger.records_about(BOB)] == named[BOB]
    assert list(store.mentions()) == [
        ("ANN", 5), ("BANK", 3), ("BOB", 6), ("BOB", 13), ("CAL", 7), ("DAN", 8), ("ISSUER", 4)
    ]  # fmt: skip


def test_holds_and_conclusions_are_kept(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:])
    ends = microseconds(AT + HOUR)

    assert list(store.holds()) == [OpenHold(22, None), OpenHold(23, ends)]
    assert list(store.overdue(ends)) == [OpenHold(23, ends)]
    assert list(store.overdue(ends - 1)) == []
    assert list(store.conclusions()) == [(14, 24), (16, 17), (17, 25), (18, 19), (20, 21)]
    assert [store.concluded_by(each) for each in (14, 16, 17, 18, 20, 22, 99)] == [
        24,
        17,
        25,
        19,
        21,
        None,
        None,
    ]


def test_balances_come_by_holding_and_filter(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:14])

    ann = [
        Balance(Holding(ANN, CEA, "bought_today"), 5),
        Balance(Holding(ANN, CEA, "tradable"), 8),
        Balance(Holding(ANN, CNY, "tradable"), 4_902),
    ]
    everyone = [
        *ann,
        Balance(Holding(BANK, CNY, "tradable"), -5_000),
        Balance(Holding(BOB, CEA, "tradable"), 7),
        Balance(Holding(BOB, CNY, "tradable"), 98),
        Balance(Holding(ISSUER, CEA, "tradable"), -20),
    ]
    assert list(store.balances()) == everyone
    assert list(store.balances(ANN)) == ann
    assert list(store.balances(asset=CNY)) == [everyone[2], everyone[3], everyone[5]]
    assert list(store.balances(ANN, CNY)) == [everyone[2]]
    assert list(store.balances(BANK, CEA)) == []
    assert store.quantity(everyone[3].holding) == -5_000


def test_holdings_are_numbered_in_order_of_first_use(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:12])

    assert list(store.all_holdings()) == [
        HoldingRow(1, "ISSUER", "CEA", "tradable", -20),
        HoldingRow(2, "ANN", "CEA", "tradable", 8),
        HoldingRow(3, "BANK", "CNY", "tradable", -5_000),
        HoldingRow(4, "ANN", "CNY", "tradable", 4_901),
        HoldingRow(5, "BOB", "CEA", "tradable", 7),
        HoldingRow(6, "ANN", "CEA", "bought_today", 5),
        HoldingRow(7, "BOB", "CNY", "tradable", 99),
    ]
    assert store.head().holdings == 7
    assert store.holding_numbered(6) == Holding(ANN, CEA, "bought_today")
    for number in (0, 8, -1):
        with pytest.raises(IntegrityError):
            store.holding_numbered(number)


def test_a_refused_group_uses_up_no_number(ledger: Ledger, store: Store) -> None:
    ledger.post_each(
        [move("no", units(1, ISSUER, ANN, [SerialRange(1, 1)]), units(2, ANN, BOB)), pay("yes", 1)]
    )

    assert [(row.number, row.account) for row in store.all_holdings()] == [(1, "BANK"), (2, "ANN")]
    assert store.head().holdings == 2


def test_blocks_tell_where_every_number_lies(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:12])
    bought, held = Holding(ANN, CEA, "bought_today"), Holding(ANN, CEA, "tradable")
    bobs = Holding(BOB, CEA, "tradable")

    assert list(store.blocks()) == [
        StoredBlock(CEA, SerialRange(1, 2), bobs),
        StoredBlock(CEA, SerialRange(3, 7), bought),
        StoredBlock(CEA, SerialRange(8, 10), bobs),
        StoredBlock(CEA, SerialRange(101, 102), bobs),
        StoredBlock(CEA, SerialRange(103, 110), held),
    ]
    assert store.serials(bobs) == (SerialRange(1, 2), SerialRange(8, 10), SerialRange(101, 102))
    assert store.serials(bought) == (SerialRange(3, 7),)
    assert store.last_serial(CEA) == 110
    assert store.last_serial(CNY) == 0


def test_a_block_over_a_range_is_found(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:12])
    expected: dict[tuple[int, int], set[int | None]] = {
        (1, 1): {1},
        (2, 2): {1},
        (7, 8): {3, 8},
        (10, 50): {8},
        (11, 100): {None},
        (50, 101): {101},
        (111, LARGEST): {None},
        (1, LARGEST): {1, 3, 8, 101, 103},
    }
    for (first, last), starts in expected.items():
        block = store.block_over(CEA, SerialRange(first, last))
        assert (None if block is None else block.serials.first) in starts, (first, last)
        assert store.block_over(CNY, SerialRange(first, last)) is None


def test_entries_are_the_records_movements(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:])

    numbers = {store.holding_numbered(row.number): row.number for row in store.all_holdings()}
    assert list(store.entries()) == [
        (
            numbers[entry.holding],
            record.row.recorded_at,
            position,
            record.sequence,
            entry.quantity,
            entry.balance_after,
        )
        for record in ledger.records()
        for position, entry in enumerate(record.entries)
    ]


def test_a_batch_on_a_head_that_moved_is_refused_whole(ledger: Ledger, store: Store) -> None:
    draft = Draft(store)
    draft.post(pay("pay/late", 1), NOW)
    ledger.post(pay("pay/first", 7))
    before = everything(store)

    with store.turn(certain=True):
        assert store.write(draft.batch()) is False
    assert everything(store) == before


def _moved(**changes: Any) -> Callable[[Head], Head]:  # noqa: ANN401  any field of a head
    return lambda head: attrs.evolve(head, **changes)


@pytest.mark.parametrize(
    "change",
    [_moved(sequence=7), _moved(leaf=bytes(32)), _moved(recorded_at=NOW)],
    ids=["place", "leaf", "moment"],
)
def test_every_part_of_the_head_counts(store: Store, change: Callable[[Head], Head]) -> None:
    Ledger(store, Hands()).post_all(opening())
    draft = Draft(store)
    draft.post(pay("pay/1", 1), NOW)
    batch = draft.batch()

    with store.turn(certain=True):
        assert store.write(attrs.evolve(batch, after=change(batch.after))) is False
    assert store.row(CommandId("pay/1")) is None
    with store.turn(certain=True):
        assert store.write(batch) is True
    assert store.row(CommandId("pay/1")) is not None


def test_an_empty_batch_changes_nothing(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:])
    before = everything(store)

    with store.turn(certain=True):
        assert store.write(Batch(after=store.head(), head=store.head(), edge=store.edge())) is True
    assert everything(store) == before


def test_a_turn_that_fails_leaves_nothing_behind(ledger: Ledger, store: Store) -> None:
    before = everything(store)
    with pytest.raises(StorageError), store.turn(certain=True):
        raise StorageError("answer", was="silence", field="store")
    assert everything(store) == before
    assert ledger.post(pay("pay/1", 1)).sequence == 9


def test_what_is_yielded_ends_where_the_store_ended(ledger: Ledger, store: Store) -> None:
    ledger.post(issue("issue/1", SerialRange(1, 100)))
    readings: tuple[Callable[[], Iterator[object]], ...] = (
        store.rows,
        store.accounts,
        store.assets,
        store.balances,
        store.all_holdings,
        store.blocks,
        store.entries,
        store.mentions,
        lambda: store.rows_about(ANN),
    )
    for turn, reading in enumerate(readings):
        expected = list(reading())
        seen = []
        for place, each in enumerate(reading()):
            seen.append(each)
            if place < 2:
                account = Account(AccountId(f"{turn}-{place}"), "holder", may_go_negative=False)
                ledger.post_all(
                    [
                        OpenAccount(CommandId(f"open/{turn}/{place}"), account, AT),
                        move(f"deliver/{turn}/{place}", units(1, ANN, account.id)),
                    ]
                )
            assert place < 200, "a reader chases what is written meanwhile"
        assert seen == expected
    assert ledger.verify().ok


def test_a_reader_who_stops_holds_nothing_back(ledger: Ledger, store: Store) -> None:
    unfinished = [store.rows(), store.rows_about(ANN), store.entries(), store.balances(), store.accounts()]
    ledger.post(pay("pay/1", 5))
    for each in unfinished:
        next(each, None)

    assert ledger.post(pay("pay/2", 6)).balances[1].quantity == 11
    assert store.quantity(Holding(ANN, CNY, "tradable")) == 11
    assert store.head().sequence == 10


def test_a_snapshot_reads_one_state_whatever_is_written_meanwhile(ledger: Ledger, store: Store) -> None:
    ledger.post(pay("pay/1", 5))
    before = everything(store)
    with store.snapshot():
        assert store.head().sequence == 9
        writer = threading.Thread(target=ledger.post, args=(pay("pay/2", 6),))
        writer.start()
        writer.join(0.05)  # where a snapshot keeps writers out, this one is still waiting
        assert everything(store) == before
        with store.snapshot():
            assert everything(store) == before
        assert everything(store) == before
    writer.join()
    assert store.head().sequence == 10
    assert ledger.quantity(ANN, CNY) == 11


def test_a_snapshot_ends_when_its_block_fails(ledger: Ledger, store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.snapshot():
        raise ZeroDivisionError
    assert ledger.post(pay("pay/1", 5)).sequence == 9
    assert store.head().sequence == 9


def test_what_a_refused_write_numbered_is_not_remembered(ledger: Ledger, store: Store) -> None:
    """A store that keeps numbers of holdings in mind must not keep those of a batch that was not written."""
    draft = Draft(store)
    draft.post(pay("pay/late", 1, BANK, BOB), NOW)
    ledger.post(pay("pay/1", 1, BANK, CAL))
    with store.turn(certain=True):
        assert store.write(draft.batch()) is False
    ledger.post(pay("pay/2", 2, BANK, ANN))

    assert store.holding_numbered(2) == Holding(CAL, CNY, "tradable")
    assert [row.account for row in store.all_holdings()] == ["BANK", "CAL", "ANN"]
    assert ledger.quantity(ANN, CNY) == 2
    assert ledger.verify().ok


def test_a_later_ledger_goes_on_where_an_earlier_one_ended(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[8:20])
    other = Ledger(store, Hands())

    other.post_all(a_day()[20:])

    assert names(other) == [each.id.text for each in a_day()]
    assert other.verify().ok
    assert ledger.post(note("note/1")).sequence == 26


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
def test_a_receipt_and_a_record_outlive_the_store(ledger: Ledger, store: Store) -> None:
    receipts = ledger.post_all(a_day()[8:])
    again = [*ledger.post_all(a_day()[8:]), *[ledger.post(command) for command in a_day()[8:]]]
    cast(Any, store).close()

    assert [[*each.balances] for each in again] == 2 * [[*each.balances] for each in receipts]
    assert [each.record.text() for each in again] == 2 * [each.record.text() for each in receipts]
    assert receipts[1].balances[1].quantity == 5_000


@pytest.mark.parametrize("kind", KINDS[1:], indirect=True)
def test_a_closed_store_says_so(ledger: Ledger, store: Store) -> None:
    cast(Any, store).close()
    asks = (
        store.head,
        store.edge,
        lambda: list(store.rows()),
        lambda: ledger.post(pay("x", 1)),
        ledger.checkpoint,
    )
    for ask in asks:
        with pytest.raises(StorageError) as caught:
            ask()
        assert caught.value.code == "closed"


@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_a_store_that_only_reads_reads_and_refuses_to_write(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    opens: Callable[..., Any] = partial(SQLiteStore.open, tmp_path / "a.db")
    if where == "postgres":
        opens = partial(PostgresStore.open, request.getfixturevalue("ledgers_dsn"), ledger="only read")
    with opens() as writing, opens(readonly=True) as reading:
        Ledger(writing, Hands()).post_all(a_day())
        ledger = Ledger(reading, Hands())
        assert everything(reading) == everything(writing)
        assert ledger.verify().ok
        for post in (
            lambda: ledger.post(pay("x", 1)),
            lambda: ledger.post_all([pay("x", 1)]),
            lambda: ledger.post_each([pay("x", 1)]),
            lambda: ledger.problems([pay("x", 1)]),
        ):
            with pytest.raises(StorageError) as caught:
                post()
            assert caught.value.code == "read_only"
        assert everything(reading) == everything(writing)


def test_memory_answers_as_the_plainest_model_does() -> None:
    """The model that the others are held to is compared with sums of its own entries."""
    store = MemoryStore()
    Ledger(store, Hands()).post_all(a_day())
    sums: dict[tuple[str, str], int] = {}
    for number, _, _, _, quantity, _ in store.entries():
        holding = store.holding_numbered(number)
        key = (str(holding), holding.asset.text)
        sums[key] = sums.get(key, 0) + quantity
    assert sums == {(str(each.holding), each.holding.asset.text): each.quantity for each in store.balances()}
    assert {asset: sum(q for (_, a), q in sums.items() if a == asset) for asset in ("CNY", "CEA")} == {
        "CNY": 0,
        "CEA": 0,
    }


def test_the_same_commands_in_groups_or_one_by_one_make_the_same_books(open_store: OpenStore) -> None:
    one, many = open_store(), open_store()
    singly, grouped = Ledger(one, Hands()), Ledger(many, Hands())
    for command in a_day():
        singly.post(command)
    grouped.post_all(a_day())

    assert everything(one) == everything(many)
    assert singly.checkpoint() == grouped.checkpoint()
    assert AssetId("CEA") in {block.asset for block in one.blocks()}
