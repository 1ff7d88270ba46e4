"""Verification: the books add up, and a store that disagrees with its journal is found out, by name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, cast

import attrs
import pytest

from carbonkit.errors import StorageError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Bucket,
    Checkpoint,
    CommandId,
    DefineAsset,
    Hold,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    OpenHold,
    PostHold,
    Reversal,
    Selection,
    SerialRange,
    Statement,
    StoredBlock,
    Transfer,
    verify,
)
from carbonkit.ledger.merkle import EMPTY_ROOT
from carbonkit.ledger.row import EntryRow
from carbonkit.ledger.verification import _Replay
from carbonkit.values import FixedClock, as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonkit.ledger import Head
    from carbonkit.ledger.row import Row

AT = as_instant("2021-07-16T01:30:00Z")
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")
LEFT = Selection.FROM_LEFT


def filled() -> MemoryStore:
    """Seventeen records of all kinds; two holds open, one of them with an end."""
    store, of = MemoryStore(), CommandId
    ends = AT + datetime.timedelta(hours=1)
    Ledger(store, FixedClock(AT)).post_all(
        [
            DefineAsset(of("define/CNY"), Asset(CNY, 2, serialised=False), AT),
            DefineAsset(of("define/CEA"), Asset(CEA, 0, serialised=True), AT),
            *(
                OpenAccount(of(f"open/{name}"), Account(name, "kind", may_go_negative=negative), AT)
                for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False))
            ),
            Transfer(of("issue"), [Leg(CEA, 10, ISSUER, ANN, serials=(SerialRange(1, 10),))], "issue", AT),
            Transfer(of("pay"), [Leg(CNY, 500, BANK, BOB)], "deposit", AT),
            Transfer(
                of("trade"), [Leg(CEA, 4, ANN, BOB, serials=LEFT), Leg(CNY, 192, BOB, ANN)], "trade", AT
            ),
            Statement(of("said"), BOB, "note", {"text": ""}, AT),
            Hold(of("order"), [Leg(CNY, 20, ANN, BOB)], "order", AT, Bucket.RESERVED, None),
            PostHold(of("match"), of("order"), AT),
            Transfer(of("wrong"), [Leg(CNY, 7, ANN, BOB)], "gift", AT),
            Reversal(of("undo"), of("wrong"), "error", AT),
            Hold(of("order/2"), [Leg(CNY, 1, ANN, BOB)], "order", AT, Bucket.RESERVED, None),
            Hold(of("order/3"), [Leg(CEA, 2, ANN, BOB, serials=LEFT)], "order", AT, Bucket.RESERVED, ends),
            Statement(of("last"), ANN, "note", {"text": ""}, AT),
        ]
    )
    return store


def differences(store: MemoryStore) -> tuple[str, ...]:
    return verify(store).differences


def test_supply_and_counts_are_recomputed() -> None:
    store = filled()
    found = verify(store)

    assert found.ok
    assert found.differences == ()
    assert (found.records, found.entries, found.accounts) == (17, 20, 4)
    assert found.supply == ((CEA, 10), (CNY, 500))
    assert found.root == Ledger(store, FixedClock(AT)).checkpoint().root.hex()


def test_an_empty_ledger_is_in_order() -> None:
    found = verify(MemoryStore())
    assert found.ok
    assert (found.records, found.entries, found.accounts, found.supply) == (0, 0, 0, ())
    assert found.root == EMPTY_ROOT.hex()


def test_an_asset_without_units_is_listed_at_zero() -> None:
    store = MemoryStore()
    Ledger(store, FixedClock(AT)).post(
        DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT)
    )
    assert verify(store).supply == ((CNY, 0),)


def test_supply_is_conserved_by_everything_but_issue() -> None:
    store = filled()
    ledger = Ledger(store, FixedClock(AT))
    ledger.post(Transfer(CommandId("x"), [Leg(CNY, 300, BOB, ANN)], "gift", AT))
    assert verify(store).supply == ((CEA, 10), (CNY, 500))
    ledger.post(Transfer(CommandId("y"), [Leg(CNY, 300, ANN, BANK)], "withdrawal", AT))
    assert verify(store).supply == ((CEA, 10), (CNY, 200))


# ----------------------------------------------------------------- the journal


def put(place: int, **changes: object) -> Callable[[MemoryStore], None]:
    def change(store: MemoryStore) -> None:
        store._rows[place - 1] = store._rows[place - 1]._replace(**changes)  # type: ignore[arg-type]

    return change


def drop(place: int) -> Callable[[MemoryStore], None]:
    return lambda store: store._rows.__delitem__(place - 1)


def swap(store: MemoryStore) -> None:
    store._rows[8], store._rows[9] = store._rows[9], store._rows[8]


def twice(store: MemoryStore) -> None:
    store._rows.append(store._rows[-1])


def again(store: MemoryStore) -> None:
    store._rows.append(store._rows[-1]._replace(sequence=18, recorded_at=store._rows[-1].recorded_at + 1))


OVERDRAFT = '[[2,5,11,-1,11,"from_left",[[1,11]]]]'
SEVEN = "[[1,2,10,-10,10,null,[[1,10]]]]"
JOURNAL: dict[str, tuple[Callable[[MemoryStore], None], str, str]] = {
    "a place": (put(9, sequence=10), "9 (trade)", "sequence: must be record 9"),
    "an id": (put(9, command_id="other"), "9 (other)", "leaf: must do what"),
    "an id of a statement": (put(10, command_id="other"), "10 (other)", "record 10"),
    "a kind": (put(9, kind="hold"), "9 (trade)", ""),
    "a reason": (put(9, reason="gift"), "9 (trade)", "leaf: must do what"),
    "an effective time": (put(9, effective_at=5), "9 (trade)", "leaf: must do"),
    "a recorded time": (put(17, recorded_at=2**60), "17 (last)", ""),
    "a recorded time gone back": (put(9, recorded_at=0), "9 (trade)", "recorded_at"),
    "a quantity": (put(8, movements="[[3,4,501,-501,501]]"), "8 (pay)", "leaf"),
    "a balance": (put(8, movements="[[3,4,500,-500,501]]"), "8 (pay)", "movements"),
    "a holding": (put(8, movements="[[3,2,500,-500,500]]"), "8 (pay)", "movements: must be of"),
    "an unknown holding": (put(8, movements="[[3,99,500,-500,500]]"), "8 (pay)", "99"),
    "numbers": (put(7, movements=SEVEN.replace("10]]", "9]]")), "7 (issue)", ""),
    "spaces": (put(7, movements=SEVEN + " "), "7 (issue)", "movements: must do"),
    "movements of a statement": (put(10, movements="{}"), "10 (said)", "movements"),
    "a detail": (put(10, detail="{}"), "10 (said)", ""),
    "a detail of a transfer": (put(9, detail="{}"), "9 (trade)", ""),
    "no detail of a transfer": (put(9, detail=None), "9 (trade)", "detail"),
    "a leaf": (put(9, leaf=bytes(32)), "9 (trade)", "leaf: must do what"),
    "held buckets": (put(8, movements="[[3,6,500,-500,500]]"), "8 (pay)", ""),
    "an overdraft": (put(9, movements=OVERDRAFT), "9 (trade)", "quantity of CEA"),
    "a record gone": (drop(9), "9 (said)", "sequence: must be record 9, was 10"),
    "two changed about": (swap, "9 (said)", "sequence: must be record 9, was 10"),
    "one twice": (twice, "18 (last)", "sequence: must be record 18, was 17"),
    "one again": (again, "18 (last)", "leaf: must do what"),
}  # fmt: skip


@pytest.mark.parametrize("what", JOURNAL)
def test_a_journal_that_was_changed_is_found_at_the_record(what: str) -> None:
    tamper, record, why = JOURNAL[what]
    store = filled()
    tamper(store)
    (found,) = differences(store)
    assert found.startswith(f"record {record} is not what was recorded: {why}")


def test_a_tail_cut_off_is_found_by_what_stands_beside_it() -> None:
    store = filled()
    del store._rows[16:]
    found = differences(store)
    assert any(each.startswith("mention stored as ('ANN', 17)") for each in found)
    assert "the head is said to be record 17, the journal ends at 16" in found
    assert any(each.startswith("the tree's root is said to be") for each in found)


def test_a_tail_cut_off_cleanly_is_found_by_a_checkpoint_alone() -> None:
    whole = Ledger(filled(), FixedClock(AT)).checkpoint()
    store = MemoryStore()
    shorter = Ledger(store, FixedClock(AT))
    commands = [record.command for record in Ledger(filled(), FixedClock(AT)).records()]
    shorter.post_all(commands[:16])

    assert verify(store).ok
    assert verify(store, against=[whole]).differences == (
        "the checkpoint of 17 records is not reached: the journal ends at record 16",
    )
    shorter.post(Statement(CommandId("last"), ANN, "note", {"text": "otherwise"}, AT))
    assert verify(store).ok
    (said,) = verify(store, against=[whole]).differences
    assert said.startswith("the first 17 records are not those of the checkpoint: root ")


def test_two_checkpoints_of_one_size_are_both_looked_at() -> None:
    store = filled()
    right = Ledger(store, FixedClock(AT)).checkpoint()
    wrong = Checkpoint(right.origin, right.size, bytes(32))
    assert verify(store, against=[right, right]).ok
    for kept in ([right, wrong], [wrong, right], iter([right, wrong]), iter([wrong, right])):
        assert len(verify(store, against=kept).differences) == 1
    assert verify(store, against=[Checkpoint("x", 0, EMPTY_ROOT)]).ok
    assert not verify(store, against=[Checkpoint("x", 0, bytes(32))]).ok


# ---------------------------------------------------- what stands beside it


def entry(place: int, column: int, value: int) -> Callable[[MemoryStore], None]:
    def change(store: MemoryStore) -> None:
        changed = list(store._entries[place])
        changed[column] = value
        store._entries[place] = cast(EntryRow, tuple(changed))

    return change


def holding(number: int, **changes: object) -> Callable[[MemoryStore], None]:
    def change(store: MemoryStore) -> None:
        store._holdings[number - 1] = store._holdings[number - 1]._replace(**changes)  # type: ignore[arg-type]

    return change


def add_holding(store: MemoryStore) -> None:
    store._holdings.append(store._holdings[0]._replace(number=8, bucket="frozen", quantity=0))


def move_block(store: MemoryStore) -> None:
    store._blocks[CEA][1] = store._blocks[CEA][1]._replace(holding=Holding(ANN, CEA, "tradable"))


def add_block(store: MemoryStore) -> None:
    store._blocks[CEA][50] = StoredBlock(CEA, SerialRange(50, 50), Holding(ANN, CEA, "tradable"))


def change_account(store: MemoryStore) -> None:
    store._accounts[ANN] = attrs.evolve(store._accounts[ANN], kind="other")


def change_asset(store: MemoryStore) -> None:
    store._assets[CNY] = attrs.evolve(store._assets[CNY], places=3)


def change_edge(store: MemoryStore) -> None:
    store._edge = (bytes(32), *store._edge[1:])


def change_head(store: MemoryStore) -> None:
    store._head = attrs.evolve(store._head, sequence=99)


BESIDE: dict[str, tuple[Callable[[MemoryStore], object], str]] = {
    "entry's holding": (entry(3, 0, 1), "entry stored as "),
    "entry's moment": (entry(3, 1, 1), "entry stored as "),
    "entry's position": (entry(3, 2, 7), "entry stored as "),
    "entry's record": (entry(3, 3, 7), "entry stored as "),
    "entry's quantity": (entry(3, 4, 7), "entry stored as "),
    "entry's balance": (entry(3, 5, 7), "entry stored as "),
    "entry gone": (lambda store: store._entries.pop(), "entry stored as None, recomputed as "),
    "entry more": (
        lambda store: store._entries.append(store._entries[-1]),
        "an entry is stored that no record made: ",
    ),
    "holding's quantity": (holding(4, quantity=1), "holding stored as "),
    "holding more": (add_holding, "holding stored as "),
    "block elsewhere": (move_block, "block stored as "),
    "block more": (add_block, "block stored as "),
    "block gone": (lambda store: store._blocks[CEA].pop(1), "block stored as "),
    "account": (change_account, "account stored as "),
    "account gone": (lambda store: store._accounts.pop(BANK), "account stored as "),
    "asset": (change_asset, "asset stored as "),
    "mention more": (lambda store: store._mentions.append(("ANN", 9)), "mention stored as "),
    "mention gone": (lambda store: store._mentions.pop(), "mention stored as "),
    "hold more": (lambda store: store._holds.update({9: OpenHold(9, None)}), "open hold stored as "),
    "hold gone": (lambda store: store._holds.pop(15), "open hold stored as "),
    "hold's end": (lambda store: store._holds.update({16: OpenHold(16, 5)}), "open hold stored as "),
    "conclusion gone": (lambda store: store._concluded.pop(13), "conclusion stored as "),
    "conclusion by another": (lambda store: store._concluded.update({13: 12}), "conclusion stored as "),
    "node more": (lambda store: store._nodes.update({(8, 0): bytes(32)}), "tree node stored as "),
    "edge": (change_edge, "the tree's root is said to be "),
    "head": (change_head, "the head is said to be record 99, the journal ends at 17"),
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_stands_beside_the_journal_is_compared_with_it(what: str) -> None:
    tamper, said = BESIDE[what]
    store = filled()
    tamper(store)
    found = differences(store)
    assert found
    assert found[0].startswith(said), found


def test_a_node_that_is_stored_is_compared_too() -> None:
    store = MemoryStore()
    ledger = Ledger(store, FixedClock(AT))
    ledger.post(OpenAccount(CommandId("open"), Account(ANN, "kind", may_go_negative=False), AT))
    ledger.post_all(Statement(CommandId(f"{n}"), ANN, "note", {"text": ""}, AT) for n in range(300))
    assert verify(store).ok
    store._nodes[8, 0] = bytes(32)
    assert differences(store)[0].startswith("tree node stored as ")
    del store._nodes[8, 0]
    assert differences(store)[0].startswith("tree node stored as None, recomputed as ")


def test_progress_is_told_every_thousand_records_and_at_the_end() -> None:
    store, told = MemoryStore(), list[int]()
    ledger = Ledger(store, FixedClock(AT))
    ledger.post(OpenAccount(CommandId("open"), Account(ANN, "kind", may_go_negative=False), AT))
    ledger.post_all(Statement(CommandId(f"{n}"), ANN, "note", {"text": ""}, AT) for n in range(2_100))

    assert ledger.verify(told.append).records == 2_101
    assert told == [1_000, 2_000, 2_101]


def test_records_far_apart_are_recomputed_from_what_was_let_go() -> None:
    """After a thousand records the replay keeps no record; what a later one names is read again."""
    store = MemoryStore()
    ledger = Ledger(store, FixedClock(AT))
    start = [record.command for record in Ledger(filled(), FixedClock(AT)).records()][:16]
    ledger.post_all([*start, Transfer(CommandId("far"), [Leg(CNY, 3, BANK, ANN)], "gift", AT)])
    ledger.post_all(Statement(CommandId(f"{n}"), ANN, "note", {"text": ""}, AT) for n in range(1_100))
    ledger.post_all(
        [
            Reversal(CommandId("undo/far"), CommandId("far"), "error", AT),
            PostHold(CommandId("match/2"), CommandId("order/2"), AT),
            PostHold(CommandId("match/3"), CommandId("order/3"), AT, [1]),
            Reversal(CommandId("undo/3"), CommandId("match/3"), "error", AT),
        ]
    )
    assert verify(store).differences == ()


class Faulty(MemoryStore):
    """A store that says itself what is wrong with it."""

    def faults(self) -> Iterator[str]:
        yield "table node is missing"


class Unreadable(MemoryStore):
    """A store that breaks off in the middle."""

    def rows(self, after: int = 0) -> Iterator[Row]:
        yield from list(super().rows(after))[:3]
        raise StorageError("be readable", was="a bad sector", field="store")


class HeadGone(MemoryStore):
    """A store that cannot even say where it ends."""

    def head(self) -> Head:
        raise ValueError("x")


def of_class(kind: type[MemoryStore]) -> MemoryStore:
    store = filled()
    store.__class__ = kind
    return store


def test_what_the_store_itself_complains_of_is_told() -> None:
    assert differences(of_class(Faulty)) == ("table node is missing",)


def test_a_store_that_cannot_be_read_is_a_difference_not_a_crash() -> None:
    found = verify(of_class(Unreadable))
    assert found.differences == ("the store cannot be read: store: must be readable, was a bad sector",)
    assert not found.ok
    assert differences(of_class(HeadGone)) == ("the store cannot be read: x",)


def test_books_that_do_not_add_up_are_found_whatever_the_journal_says() -> None:
    """The last count stands alone: what posting itself got wrong would show here."""
    store = filled()
    assert list(_Replay(store, ()).balanced()) == []
    holding(6, quantity=-1)(store)
    holding(5, quantity=5)(store)
    store._blocks[CEA][2] = StoredBlock(CEA, SerialRange(2, 2), Holding(BOB, CEA, "frozen"))
    assert sorted(_Replay(store, ()).balanced()) == [
        "ANN/CNY/tradable contains -1",
        "BOB/CEA/tradable contains 5 but serial numbers for 4",
        "CEA does not sum to zero but to 1",
        "CNY does not sum to zero but to -172",
        "serial numbers of CEA lie in two blocks: 1-4 and 2-2",
    ]
    del store._accounts[ANN]
    assert "ANN/CNY/tradable contains -1" not in list(_Replay(store, ()).balanced())
