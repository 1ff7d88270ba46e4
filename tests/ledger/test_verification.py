"""Verification: the books add up, and a store that disagrees with its journal is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    Balance,
    CommandId,
    DefineAsset,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Selection,
    SerialRange,
    Statement,
    StoredBlock,
    Transfer,
    verify,
)
from carbonkit.ledger.journal import GENESIS, sealed
from carbonkit.ledger.verification import _books
from carbonkit.values import FixedClock, as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carbonkit.ledger import Entry, Head, Record

AT = as_instant("2021-07-16T01:30:00Z")
CNY, CEA = AssetId("CNY"), AssetId("CEA")
BANK, ISSUER, ANN, BOB = AccountId("BANK"), AccountId("ISSUER"), AccountId("ANN"), AccountId("BOB")


def filled() -> MemoryStore:
    store = MemoryStore()
    serials = (SerialRange(1, 10),)
    Ledger(store, FixedClock(AT)).post_all(
        [
            DefineAsset(CommandId("define/CNY"), Asset(CNY, 2, serialised=False), AT),
            DefineAsset(CommandId("define/CEA"), Asset(CEA, 0, serialised=True), AT),
            *(
                OpenAccount(CommandId(f"open/{name}"), Account(name, "kind", may_go_negative=negative), AT)
                for name, negative in ((BANK, True), (ISSUER, True), (ANN, False), (BOB, False))
            ),
            Transfer(CommandId("issue"), [Leg(CEA, 10, ISSUER, ANN, serials=serials)], "issue", AT),
            Transfer(CommandId("pay"), [Leg(CNY, 500, BANK, BOB)], "deposit", AT),
            Transfer(
                CommandId("trade"),
                [Leg(CEA, 4, ANN, BOB, serials=Selection.FROM_LEFT), Leg(CNY, 192, BOB, ANN)],
                "trade",
                AT,
            ),
            Statement(CommandId("said"), BOB, "note", {"text": ""}, AT),
        ]
    )
    return store


def test_supply_and_counts_are_recomputed() -> None:
    found = verify(filled())

    assert found.ok
    assert found.differences == ()
    assert (found.records, found.entries, found.accounts) == (10, 8, 4)
    assert found.supply == ((CEA, 10), (CNY, 500))
    assert found.head == filled().head().digest


def test_an_empty_ledger_is_in_order() -> None:
    found = verify(MemoryStore())
    assert found.ok
    assert (found.records, found.entries, found.accounts, found.supply, found.head) == (0, 0, 0, (), GENESIS)


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


def resealed(record: Record, **changes: object) -> Record:
    changed = attrs.evolve(record, **changes)  # type: ignore[arg-type]
    return sealed(changed.sequence, changed.recorded_at, changed.command, changed.entries, changed.previous)


def rewrite(store: MemoryStore, place: int, change: Callable[[Record], Record]) -> None:
    """Change a record and seal everything after it anew, as somebody who owns the whole file could."""
    store._records[place] = change(store._records[place])
    for later in range(place + 1, len(store._records)):
        store._records[later] = resealed(store._records[later], previous=store._records[later - 1].digest)


def test_a_change_without_a_new_seal_is_found() -> None:
    store = filled()
    store._records[8] = attrs.evolve(store._records[8], entries=())
    assert "record 9 (trade) is not what was sealed" in verify(store).differences[0]


def test_a_new_seal_breaks_the_chain_behind_it() -> None:
    store = filled()
    store._records[7] = resealed(
        store._records[7], command=attrs.evolve(store._records[7].command, effective_at=AT.replace(year=2020))
    )
    assert verify(store).differences[0] == "record 9 does not follow the record before it"


def test_a_record_that_is_missing_is_found() -> None:
    store = filled()
    del store._records[5]
    found = verify(store).differences
    assert found[0] == "record 6 is missing or out of order: found record 7"
    assert found[1] == "record 7 does not follow the record before it"


def test_effects_other_than_the_command_s_are_found_even_under_a_whole_new_chain() -> None:
    store = filled()
    first, second, *rest = store._records[8].entries
    more = attrs.evolve(first, quantity=-5, balance_after=5)
    rewrite(store, 8, lambda record: resealed(record, entries=(more, second, *rest)))

    assert "record 9 (trade) has effects other than its command's" in verify(store).differences


def test_a_command_that_could_not_be_is_found_even_under_a_whole_new_chain() -> None:
    store = filled()
    overdraft = Transfer(CommandId("pay"), [Leg(CNY, 500, ANN, BOB)], "deposit", AT)
    rewrite(store, 7, lambda record: resealed(record, command=overdraft))

    found = verify(store).differences
    assert found[0].startswith(
        "record 8 (pay) could not have been posted: quantity of CNY: must move at most"
    )


def test_a_command_twice_is_found_even_under_a_whole_new_chain() -> None:
    store = filled()
    last = store._records[-1]
    store._records.append(
        sealed(11, last.recorded_at.replace(year=2022), last.command, last.entries, last.digest)
    )
    assert verify(store).differences[0] == "record 11 repeats command said"


def test_a_clock_that_went_back_is_found_even_under_a_whole_new_chain() -> None:
    store = filled()
    rewrite(store, 9, lambda record: resealed(record, recorded_at=AT))
    assert verify(store).differences == ("record 10 (said) has effects other than its command's",)


def move_balance(store: MemoryStore) -> None:
    store._quantities[Holding(ANN, CNY, "tradable")] += 1


def add_balance(store: MemoryStore) -> None:
    store._quantities[Holding(ANN, CNY, "bought_today")] = 0


def move_block(store: MemoryStore) -> None:
    block = store._blocks[CEA][1]
    store._blocks[CEA][1] = attrs.evolve(block, holding=Holding(ANN, CEA, "tradable"))


def add_block(store: MemoryStore) -> None:
    store._blocks[CEA][50] = StoredBlock(CEA, SerialRange(50, 50), Holding(ANN, CEA, "tradable"))


def change_account(store: MemoryStore) -> None:
    store._accounts[ANN] = attrs.evolve(store._accounts[ANN], may_go_negative=True)


def change_asset(store: MemoryStore) -> None:
    store._assets[CNY] = attrs.evolve(store._assets[CNY], places=3)


def add_mention(store: MemoryStore) -> None:
    store._about[ANN].append(0)


def drop_mention(store: MemoryStore) -> None:
    store._about[BOB].pop()


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (move_balance, "balance"),
        (add_balance, "balance"),
        (move_block, "block"),
        (add_block, "block"),
        (change_account, "account"),
        (change_asset, "asset"),
        (add_mention, "mention"),
        (drop_mention, "mention"),
    ],
)
def test_what_is_kept_beside_the_journal_is_compared_with_it(
    tamper: Callable[[MemoryStore], None], what: str
) -> None:
    store = filled()
    tamper(store)
    (difference,) = verify(store).differences
    assert difference.startswith(f"{what} stored as ")


class Elsewhere(MemoryStore):
    """A store whose head is not where its journal ends, and whose entries are not its records'."""

    def entries(self) -> Iterator[tuple[int, Entry]]:
        yield from list(super().entries())[:-1]

    def head(self) -> Head:
        return attrs.evolve(super().head(), sequence=99)


def test_head_and_entries_are_compared_with_the_journal() -> None:
    store = filled()
    store.__class__ = Elsewhere
    head, entry = verify(store).differences
    assert head == "the head is said to be record 99, the journal ends at 10"
    assert entry.startswith("entry stored as None, recomputed as (9, Entry")


def test_differences_stop_at_a_hundred() -> None:
    store = MemoryStore()
    asset = Asset(CNY, 2, serialised=False)
    store._records = [
        sealed(5, AT, DefineAsset(CommandId(f"{n}"), asset, AT), (), "1" * 64) for n in range(200)
    ]
    assert len(verify(store).differences) == 100


def test_progress_is_told_every_thousand_records() -> None:
    store, told = MemoryStore(), list[int]()
    ledger = Ledger(store, FixedClock(AT))
    ledger.post(OpenAccount(CommandId("open"), Account(ANN, "kind", may_go_negative=False), AT))
    ledger.post_all(Statement(CommandId(f"{n}"), ANN, "note", {"text": ""}, AT) for n in range(2_100))

    assert ledger.verify(told.append).records == 2_101
    assert told == [1_000, 2_000]


def test_books_that_do_not_add_up_are_found_whatever_the_journal_says() -> None:
    """The last count stands alone: what posting itself got wrong would show here."""
    store = filled()
    assert list(_books(store)) == []
    store._quantities[Holding(ANN, CNY, "tradable")] = -1
    store._quantities[Holding(AccountId("X"), CEA, "tradable")] = 0
    store._quantities[Holding(BOB, CEA, "tradable")] = 5
    store._blocks[CEA][2] = StoredBlock(CEA, SerialRange(2, 2), Holding(BOB, CEA, "tradable"))
    assert sorted(_books(store)) == [
        "ANN/CNY/tradable contains -1",
        "BOB/CEA/tradable contains 5 but serial numbers for 4",
        "CEA does not sum to zero but to 1",
        "CNY does not sum to zero but to -193",
        "X/CEA/tradable names an account or asset that does not exist",
        "serial numbers of CEA lie in two blocks: 1-4 and 2-2",
    ]


def test_a_balance_is_shown_as_its_holding() -> None:
    assert str(Balance(Holding(ANN, CNY, "tradable"), 5).holding) == "ANN/CNY/tradable"
