"""Blocks of serial numbers in a draft: cut out, split, taken back, against numbers counted one by one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import SerialRangeError
from carbonkit.ledger import (
    Account,
    AccountId,
    Asset,
    AssetId,
    CommandId,
    DefineAsset,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Selection,
    SerialRange,
    Transfer,
)
from carbonkit.ledger.blocks import DraftBlocks
from carbonkit.values import FixedClock

AT = "2021-07-01T00:00:00Z"
CEA = AssetId("CEA")
ISSUER = AccountId("ISSUER")
PEOPLE = [AccountId(name) for name in ("ANN", "BOB", "CAL")]
ANN, BOB, CAL = (Holding(each, CEA, "tradable") for each in PEOPLE)


def ranges(*pairs: tuple[int, int]) -> tuple[SerialRange, ...]:
    return tuple(SerialRange(first, last) for first, last in pairs)


def stored(*held: tuple[int, int]) -> DraftBlocks:
    """Blocks over a store in which these are Ann's."""
    ledger = Ledger(MemoryStore(), FixedClock(AT))
    ledger.post_all(
        [
            DefineAsset(CommandId("define"), Asset(CEA, 0, serialised=True), AT),
            OpenAccount(CommandId("open"), Account(ISSUER, "issuer", may_go_negative=True), AT),
            *(
                OpenAccount(CommandId(f"open/{each}"), Account(each, "holder", may_go_negative=False), AT)
                for each in PEOPLE
            ),
        ]
    )
    for each in ranges(*held):
        leg = Leg(CEA, each.quantity, ISSUER, PEOPLE[0], serials=(each,))
        ledger.post(Transfer(CommandId(f"issue/{each}"), [leg], "issue", AT))
    return DraftBlocks(ledger.store)


def drafted(*held: tuple[int, int]) -> DraftBlocks:
    """Blocks over an empty store, which the draft itself has issued to Ann."""
    blocks = DraftBlocks(MemoryStore())
    blocks.issue(CEA, ranges(*held), ANN)
    blocks.settle()
    return blocks


BOTH = pytest.mark.parametrize("start", [stored, drafted])


@BOTH
@pytest.mark.parametrize(
    ("held", "wanted", "left"),
    [
        (((1, 10),), ((4, 6),), ((1, 3), (7, 10))),
        (((1, 10),), ((1, 3),), ((4, 10),)),
        (((1, 10),), ((8, 10),), ((1, 7),)),
        (((1, 10),), ((1, 10),), ()),
        (((1, 10),), ((8, 9), (2, 3)), ((1, 1), (4, 7), (10, 10))),
        (((1, 5), (6, 9)), ((5, 5), (6, 6)), ((1, 4), (7, 9))),
        (((1, 5), (6, 9)), ((4, 7),), ((1, 3), (8, 9))),
        (((1, 2), (3, 4), (5, 9)), ((1, 9),), ()),
    ],
)
def test_exact_ranges_are_cut_out(
    start: object,
    held: tuple[tuple[int, int], ...],
    wanted: tuple[tuple[int, int], ...],
    left: tuple[tuple[int, int], ...],
) -> None:
    assert callable(start)
    blocks: DraftBlocks = start(*held)
    quantity = sum(each.quantity for each in ranges(*wanted))
    assert blocks.move(ANN, BOB, ranges(*wanted), quantity) == ranges(*wanted)
    begun = sorted(blocks.begun.values())
    assert [each.serials for each in begun if each.holding == BOB] == sorted(ranges(*wanted))
    assert [each.serials for each in begun if each.holding == ANN] == list(ranges(*left))
    assert blocks._ranges(ANN) == list(ranges(*left))
    assert blocks._ranges(BOB) == sorted(ranges(*wanted))


@BOTH
@pytest.mark.parametrize(
    ("wanted", "quantity", "message"),
    [
        (((11, 11),), 1, "must lie in"),
        (((10, 11),), 2, "must lie in"),
        (((1, 2), (2, 3)), 4, "must not overlap"),
        (((1, 2),), 3, "must count 3 units, was 2 units"),
        ((), 1, "must count 1 units, was 0 units"),
    ],
)
def test_what_is_not_there_is_not_taken(
    start: object, wanted: tuple[tuple[int, int], ...], quantity: int, message: str
) -> None:
    assert callable(start)
    blocks: DraftBlocks = start((1, 5), (6, 10))
    with pytest.raises(SerialRangeError, match=message):
        blocks.move(ANN, BOB, ranges(*wanted), quantity)
    blocks.take_back(0)
    assert blocks._ranges(ANN) == list(ranges((1, 5), (6, 10)))
    with pytest.raises(SerialRangeError, match="must lie in"):
        blocks.move(BOB, CAL, ranges((1, 1)), 1)


def test_a_number_is_issued_once() -> None:
    for blocks in (stored((1, 5), (8, 9)), drafted((1, 5), (8, 9))):
        blocks.move(ANN, BOB, ranges((2, 3)), 2)
        for first, last in ((1, 1), (3, 3), (5, 6), (7, 8), (6, 20), (9, 9)):
            with pytest.raises(SerialRangeError, match="must not have been issued before"):
                blocks.issue(CEA, ranges((first, last)), CAL)
        assert blocks.issue(CEA, ranges((6, 7)), CAL) == ranges((6, 7))
        with pytest.raises(SerialRangeError, match="must be exact ranges when units are issued"):
            blocks.issue(CEA, Selection.FROM_LEFT, CAL)


@given(seed=st.integers(0, 2**32))
def test_blocks_follow_owners_counted_one_by_one(seed: int) -> None:
    """Moves, refusals and marks taken back, against a dictionary from each number to its owner."""
    dice = random.Random(seed)  # noqa: S311  drawn from Hypothesis
    start = dice.choice((stored, drafted))
    blocks = start((1, 9), (10, 14), (20, 31))
    owners = dict.fromkeys([*range(1, 15), *range(20, 32)], ANN)
    marks = [(blocks.mark(), dict(owners))]
    for _ in range(12):
        source, target = dice.sample((ANN, BOB, CAL), 2)
        mark, before = blocks.mark(), dict(owners)
        wanted: tuple[SerialRange, ...] | Selection
        if dice.random() < 0.5:
            quantity, wanted = dice.randint(1, 9), Selection.FROM_LEFT
            numbers = sorted(n for n, owner in owners.items() if owner == source)[:quantity]
        else:
            first = dice.randint(1, 32)
            wanted = ranges((first, first + dice.randint(0, 6)))
            quantity = wanted[0].quantity
            numbers = [n for n in range(first, first + quantity) if owners.get(n) == source]
        try:
            gone = blocks.move(source, target, wanted, quantity)
        except SerialRangeError:
            assert len(numbers) < quantity
            blocks.take_back(mark)
        else:
            assert sorted(n for each in gone for n in range(each.first, each.last + 1)) == numbers
            owners.update(dict.fromkeys(numbers, target))
        if dice.random() < 0.3:
            marks.append((mark, before))
        elif dice.random() < 0.2:
            back, owners = marks.pop() if len(marks) > 1 else (mark, before)
            blocks.take_back(back)
        for holding in (ANN, BOB, CAL):
            kept = [n for each in blocks._ranges(holding) for n in range(each.first, each.last + 1)]
            assert kept == sorted(n for n, owner in owners.items() if owner == holding)
