"""What every store promises, asked of every store."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import attrs
import pytest

from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    IdentifierReusedError,
    LedgerError,
    OverdraftError,
    SerialRangeError,
    UnknownAccountError,
    UnknownAssetError,
)
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Balance,
    Batch,
    Bucket,
    Command,
    CommandId,
    DefineAsset,
    Head,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Selection,
    SerialRange,
    Statement,
    Store,
    StoredBlock,
    Transfer,
)
from carbonkit.ledger.journal import GENESIS
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.store import EMPTY
from carbonkit.storage import SQLiteStore
from carbonkit.values import FixedClock, as_instant

if TYPE_CHECKING:
    from pathlib import Path

AT = as_instant("2021-07-16T01:30:00Z")
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")
LARGEST = 2**63 - 1

OpenStore: TypeAlias = Callable[[], Store]


def opening() -> list[Command]:
    return [
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
        DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT),
        OpenAccount(CommandId("open/ISSUER"), Account(ISSUER, "issuance", may_go_negative=True), AT),
        OpenAccount(CommandId("open/BANK"), Account(BANK, "bank", may_go_negative=True), AT),
        OpenAccount(CommandId("open/ANN"), Account(ANN, "holder", may_go_negative=False), AT),
        OpenAccount(CommandId("open/BOB"), Account(BOB, "holder", may_go_negative=False), AT),
    ]


def pay(name: str, quantity: int, source: AccountId = BANK, target: AccountId = ANN) -> Transfer:
    return Transfer(CommandId(name), [Leg(CNY, quantity, source, target)], "payment", AT)


def issue(name: str, *ranges: SerialRange, target: AccountId = ANN) -> Transfer:
    quantity = sum(each.quantity for each in ranges)
    return Transfer(CommandId(name), [Leg(CEA, quantity, ISSUER, target, serials=ranges)], "issue", AT)


def deliver(name: str, quantity: int, source: AccountId = ANN, target: AccountId = BOB) -> Transfer:
    leg = Leg(CEA, quantity, source, target, serials=Selection.FROM_LEFT)
    return Transfer(CommandId(name), [leg], "transfer", AT)


def a_day() -> list[Command]:
    """Everything that a ledger can record, serial blocks that split included."""
    back = Leg(CEA, 5, BOB, ANN, target_bucket=Bucket.BOUGHT_TODAY, serials=(SerialRange(3, 7),))
    return [
        *opening(),
        issue("issue/1", SerialRange(1, 10), SerialRange(101, 110)),
        pay("pay/1", 5_000),
        deliver("deliver/1", 12),
        Transfer(CommandId("back"), [back, Leg(CNY, 99, ANN, BOB)], "trade", AT),
        Statement(CommandId("said"), BOB, "verified_emissions", {"year": "2021", "tonnes": "0"}, AT),
        pay("pay/2", 1, BOB, ANN),
    ]


@pytest.fixture(params=["memory", "sqlite in memory", "sqlite file"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    opened: list[SQLiteStore] = []

    def another() -> Store:
        if request.param == "memory":
            return MemoryStore()
        path = ":memory:" if request.param == "sqlite in memory" else tmp_path / f"{len(opened)}.db"
        opened.append(SQLiteStore.open(path))
        return opened[-1]

    yield another
    for each in opened:
        each.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    ledger = Ledger(store, FixedClock(AT))
    ledger.post_all(opening())
    return ledger


def everything(store: Store) -> tuple[object, ...]:
    """Read all that a store can tell."""
    accounts = tuple(store.accounts())
    return (
        store.head(),
        tuple(store.records()),
        accounts,
        tuple(store.assets()),
        tuple(store.balances()),
        tuple(store.blocks()),
        tuple(store.entries()),
        tuple(store.mentions()),
        tuple((each.id, tuple(store.records_about(each.id))) for each in accounts),
        tuple(store.serials(balance.holding) for balance in store.balances()),
    )


def test_an_empty_store_holds_nothing(store: Store) -> None:
    assert store.head() == EMPTY
    assert (store.head().sequence, store.head().digest, store.head().recorded_at) == (0, GENESIS, None)
    assert everything(store) == (EMPTY, *((),) * 9)
    assert store.record(CommandId("x")) is None
    assert store.account(ANN) is None
    assert store.asset(CNY) is None
    assert store.quantity(Holding(ANN, CNY, "tradable")) == 0
    assert store.serials(Holding(ANN, CEA, "tradable")) == ()
    assert store.last_serial(CEA) == 0
    assert store.block_over(CEA, SerialRange(1, 10)) is None
    assert list(store.records_about(ANN)) == []


def test_what_is_written_is_read_back(ledger: Ledger, store: Store) -> None:
    receipts = ledger.post_all(a_day()[6:])

    assert store.head().sequence == 12
    assert store.head().digest == receipts[-1].digest
    assert store.head().recorded_at == receipts[-1].recorded_at
    assert [record.sequence for record in store.records()] == [*range(1, 13)]
    assert [record.command for record in store.records()] == a_day()
    assert [record.sequence for record in store.records(after=10)] == [11, 12]
    assert list(store.records(after=12)) == []
    assert len(list(store.records(after=-5))) == 12
    for record in store.records():
        assert store.record(record.command.id) == record
    assert [each.id for each in store.accounts()] == [ANN, BANK, BOB, ISSUER]
    assert store.account(BANK) == Account(BANK, "bank", may_go_negative=True)
    assert [each.id for each in store.assets()] == [CEA, CNY]
    assert store.asset(CNY) == Asset(CNY, 2, serialised=False)


def test_records_about_an_account_are_those_that_touch_it(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[6:])

    names = {each: [r.command.id.text for r in store.records_about(each)] for each in (ANN, BOB, BANK)}

    assert names == {
        ANN: ["open/ANN", "issue/1", "pay/1", "deliver/1", "back", "pay/2"],
        BOB: ["open/BOB", "deliver/1", "back", "said", "pay/2"],
        BANK: ["open/BANK", "pay/1"],
    }
    assert list(store.mentions()) == [
        (each.id, record.sequence) for each in store.accounts() for record in store.records_about(each.id)
    ]


def test_balances_come_by_holding_and_filter(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[6:])

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


def test_blocks_tell_where_every_number_lies(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[6:])
    bought, held, bobs = (
        Holding(ANN, CEA, "bought_today"),
        Holding(ANN, CEA, "tradable"),
        Holding(BOB, CEA, "tradable"),
    )

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


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (1, 1, 1),
        (2, 2, 1),
        (7, 8, {3, 8}),
        (10, 50, 8),
        (11, 100, None),
        (50, 101, 101),
        (111, LARGEST, None),
        (1, LARGEST, {1, 3, 8, 101, 103}),
    ],
)
def test_a_block_over_a_range_is_found(
    ledger: Ledger, store: Store, first: int, last: int, found: int | set[int] | None
) -> None:
    ledger.post_all(a_day()[6:])

    block = store.block_over(CEA, SerialRange(first, last))

    expected = found if isinstance(found, set) else {found}
    assert (None if block is None else block.serials.first) in expected
    assert store.block_over(CNY, SerialRange(first, last)) is None


def test_entries_are_the_records_entries(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[6:])

    assert list(store.entries()) == [
        (record.sequence, entry) for record in store.records() for entry in record.entries
    ]
    assert sum(1 for _ in store.entries()) == 12


def test_the_same_commands_give_the_same_store_anywhere(open_store: OpenStore) -> None:
    model, store = MemoryStore(), open_store()
    for each in (model, store):
        Ledger(each, FixedClock(AT)).post_all(a_day())

    assert everything(store) == everything(model)
    # The form of a record is for ever: a digest that changes here breaks every ledger there is.
    assert store.head().digest == "23d6298d0ee8a07c0c9f860d0a050577fc768c84121092554527d9e6e28ecae0"


def test_one_by_one_or_in_groups_makes_no_difference(open_store: OpenStore) -> None:
    one, many = open_store(), open_store()
    for command in a_day():
        Ledger(one, FixedClock(AT)).post(command)
    Ledger(many, FixedClock(AT)).post_all(a_day())

    assert everything(one) == everything(many)


def test_a_batch_on_a_head_that_moved_is_refused_whole(ledger: Ledger, store: Store) -> None:
    draft = Draft(store)
    draft.post(pay("pay/late", 1), AT)
    ledger.post(pay("pay/first", 7))
    before = everything(store)

    assert store.write(draft.batch()) is False
    assert everything(store) == before
    assert draft.overtaken


@pytest.mark.parametrize(
    "change",
    [
        lambda head: attrs.evolve(head, sequence=5),
        lambda head: attrs.evolve(head, digest="1" * 64),
        lambda head: attrs.evolve(head, recorded_at=AT),
    ],
)
def test_every_part_of_the_head_counts(store: Store, change: Callable[[Head], Head]) -> None:
    Ledger(store, FixedClock(AT)).post_all(opening())
    draft = Draft(store)
    draft.post(pay("pay/1", 1), AT)
    batch = draft.batch()

    assert store.write(attrs.evolve(batch, after=change(batch.after))) is False
    assert store.record(CommandId("pay/1")) is None
    assert store.write(batch) is True


def test_an_empty_batch_changes_nothing(store: Store) -> None:
    Ledger(store, FixedClock(AT)).post_all(opening())
    before = everything(store)

    assert store.write(Batch(store.head(), (), (), (), ())) is True
    assert everything(store) == before


def test_what_is_yielded_ends_where_the_store_ended(ledger: Ledger, store: Store) -> None:
    ledger.post(issue("issue/1", SerialRange(1, 10)))
    readings: tuple[Callable[[], Iterator[object]], ...] = (
        store.records,
        store.accounts,
        store.assets,
        store.balances,
        store.blocks,
        store.entries,
        store.mentions,
        lambda: store.records_about(ANN),
    )
    for turn, reading in enumerate(readings):
        expected = list(reading())
        seen = []
        for place, each in enumerate(reading()):
            seen.append(each)
            account = Account(AccountId(f"{turn}-{place}"), "holder", may_go_negative=False)
            opened: Command = OpenAccount(CommandId(f"open/{turn}/{place}"), account, AT)
            ledger.post_all(
                [opened, deliver(f"deliver/{turn}/{place}", 1, ANN, account.id)][: 1 + (place == 0)]
            )
            assert place < 100, "a reader chases what is written meanwhile"
        assert seen == expected
    assert ledger.verify().ok


def test_a_reader_who_stops_holds_nothing_back(ledger: Ledger, store: Store) -> None:
    unfinished = [
        store.records(),
        store.records_about(ANN),
        store.entries(),
        store.balances(),
        store.accounts(),
    ]
    ledger.post(pay("pay/1", 5))
    for each in unfinished:
        next(each, None)

    assert ledger.post(pay("pay/2", 6)).balances[1].quantity == 11
    assert store.quantity(Holding(ANN, CNY, "tradable")) == 11
    assert store.head().sequence == 8


def test_a_snapshot_reads_and_ends(ledger: Ledger, store: Store) -> None:
    with store.snapshot():
        assert store.head().sequence == 6
        assert len(list(store.accounts())) == 4
    assert ledger.post(pay("pay/1", 5)).sequence == 7


def test_a_retry_gets_the_first_receipt_again(ledger: Ledger, store: Store) -> None:
    first = ledger.post(pay("pay/1", 5))
    ledger.post(pay("pay/2", 5))
    before = everything(store)

    again = ledger.post(pay("pay/1", 5))
    (group,) = ledger.post_all([pay("pay/1", 5)])

    assert not first.repeated
    assert again.repeated
    assert again == group == attrs.evolve(first, repeated=True)
    assert [balance.quantity for balance in again.balances] == [-5, 5]
    assert everything(store) == before


def test_a_group_may_hold_old_and_new(ledger: Ledger) -> None:
    ledger.post(pay("pay/1", 5))

    receipts = ledger.post_all([pay("pay/1", 5), pay("pay/2", 6), pay("pay/2", 6)])

    assert [receipt.repeated for receipt in receipts] == [True, False, True]
    assert ledger.quantity(ANN, CNY) == 11


@pytest.mark.parametrize(
    "other",
    [
        pay("pay/1", 6),
        pay("pay/1", 5, BANK, BOB),
        attrs.evolve(pay("pay/1", 5), reason="gift"),
        attrs.evolve(pay("pay/1", 5), effective_at=AT + datetime.timedelta(microseconds=1)),
        attrs.evolve(pay("pay/1", 5), legs=pay("pay/1", 5).legs * 2),
        Statement(CommandId("pay/1"), ANN, "note", {"text": "x"}, AT),
        OpenAccount(CommandId("pay/1"), Account(AccountId("X"), "holder", may_go_negative=False), AT),
    ],
)
def test_an_id_with_other_content_is_refused(ledger: Ledger, store: Store, other: Command) -> None:
    ledger.post(pay("pay/1", 5))
    before = everything(store)

    with pytest.raises(IdentifierReusedError, match="pay/1"):
        ledger.post(other)
    with pytest.raises(BatchError) as caught:
        ledger.post_all([pay("pay/2", 1), other])

    assert [problem.code for problem in caught.value.problems] == ["identifier_reused"]
    assert everything(store) == before


def test_an_id_used_twice_in_one_group_is_refused(ledger: Ledger, store: Store) -> None:
    before = everything(store)
    with pytest.raises(BatchError) as caught:
        ledger.post_all([pay("pay/1", 5), pay("pay/1", 6)])
    assert [problem.code for problem in caught.value.problems] == ["identifier_reused"]
    assert everything(store) == before


def test_a_group_reports_every_problem_and_changes_nothing(ledger: Ledger, store: Store) -> None:
    ledger.post(issue("issue/1", SerialRange(1, 10)))
    before = everything(store)
    group = [
        pay("good", 5),
        pay("overdraft", 6, ANN, BOB),
        pay("nobody", 1, AccountId("NOBODY"), BOB),
        Transfer(CommandId("nothing"), [Leg(AssetId("XXX"), 1, ANN, BOB)], "gift", AT),
        deliver("deliver", 4),
        deliver("too-many", 7),
        issue("issue/2", SerialRange(10, 12)),
        pay("also-good", 5, ANN, BOB),
    ]

    with pytest.raises(BatchError) as caught:
        ledger.post_all(group)

    assert [(problem.file, problem.code) for problem in caught.value.problems] == [
        ("command overdraft", OverdraftError.code),
        ("command nobody", UnknownAccountError.code),
        ("command nothing", UnknownAssetError.code),
        ("command too-many", OverdraftError.code),
        ("command issue/2", SerialRangeError.code),
    ]
    assert caught.value.problems == ledger.problems(group)
    assert everything(store) == before
    assert ledger.verify().ok


def test_the_largest_quantities_fit_and_no_larger_one(ledger: Ledger, store: Store) -> None:
    ledger.post(pay("pay/1", LARGEST))

    assert ledger.quantity(ANN, CNY) == LARGEST
    assert ledger.quantity(BANK, CNY) == -LARGEST
    before = everything(store)
    for refused in (pay("pay/2", 1), pay("pay/3", LARGEST)):
        with pytest.raises(LedgerError, match="balance"):
            ledger.post(refused)
    with pytest.raises(OverdraftError):
        ledger.post(pay("pay/4", 1, BOB, ANN))
    assert everything(store) == before

    other = Account(AccountId("BANK-2"), "bank", may_go_negative=True)
    ledger.post(OpenAccount(CommandId("open/BANK-2"), other, AT))
    with pytest.raises(LedgerError, match="balance"):  # the one who receives has no room
        ledger.post(pay("pay/5", 1, other.id, ANN))
    ledger.post(pay("pay/6", LARGEST, other.id, BOB))
    ledger.post(pay("pay/7", LARGEST, ANN, BANK))
    assert ledger.quantity(BANK, CNY) == 0
    assert ledger.verify().ok


def test_the_highest_serial_number_fits(ledger: Ledger, store: Store) -> None:
    ledger.post(issue("issue/1", SerialRange(LARGEST - 9, LARGEST)))
    ledger.post(deliver("deliver/1", 4))

    assert store.last_serial(CEA) == LARGEST
    assert ledger.serials(BOB, CEA) == (SerialRange(LARGEST - 9, LARGEST - 6),)
    assert ledger.verify().ok


def test_refusals_leave_every_store_as_it_was(ledger: Ledger, store: Store) -> None:
    before = everything(store)
    for refused in (
        OpenAccount(CommandId("a"), Account(ANN, "holder", may_go_negative=False), AT),
        DefineAsset(CommandId("b"), Asset(CNY, 2, serialised=False), AT),
        Statement(CommandId("c"), AccountId("NOBODY"), "note", {"text": ""}, AT),
        pay("d", 1, ANN, BOB),
    ):
        with pytest.raises(CarbonkitError):
            ledger.post(refused)
        assert everything(store) == before


def test_everything_recomputes(ledger: Ledger, store: Store) -> None:
    ledger.post_all(a_day()[6:])

    found = ledger.verify()

    assert found.differences == ()
    assert (found.records, found.entries, found.accounts) == (12, 12, 4)
    assert found.supply == ((CEA, 20), (CNY, 5_000))
    assert found.head == store.head().digest
