"""Reversals on every store: the opposite movements, once, and never of a reversal."""

from __future__ import annotations

import pytest

from carbonkit.errors import LedgerError, OverdraftError, SerialRangeError
from carbonkit.ledger import LARGEST, Bucket, Ledger, Leg, SerialRange, Store
from tests.contract.world import (
    ANN,
    BOB,
    CAL,
    CNY,
    HOLDERS,
    ISSUER,
    cash,
    everything,
    hold,
    issue,
    move,
    note,
    pay,
    post_hold,
    ranges,
    reverse,
    units,
    void,
)


@pytest.fixture
def rich(ledger: Ledger) -> Ledger:
    """Give Ann 100 and the units 1 to 10; two more records."""
    ledger.post_all([pay("pay/0", 100), issue("issue/0", SerialRange(1, 10))])
    return ledger


def have(ledger: Ledger) -> list[int]:
    return [ledger.quantity(each, CNY) for each in HOLDERS]


def refused(ledger: Ledger, name: str, code: str, kind: type[Exception] = LedgerError) -> None:
    before = everything(ledger.store)
    with pytest.raises(kind) as caught:
        ledger.post(reverse("refused", name))
    assert getattr(caught.value, "code", "") == code
    assert everything(ledger.store) == before


def test_a_reversal_moves_everything_back_the_last_leg_first(rich: Ledger) -> None:
    rich.post(move("chain", cash(60), cash(50, BOB, CAL)))
    receipt = rich.post(reverse("undo", "chain"))

    assert have(rich) == [100, 0, 0, 0]
    assert [str(each) for each in receipt.balances] == [
        "0 in CAL/CNY/tradable",
        "60 in BOB/CNY/tradable",
        "0 in BOB/CNY/tradable",
        "100 in ANN/CNY/tradable",
    ]
    assert rich.store.concluded_by(11) == 12
    assert rich.verify().ok


def test_what_was_reversed_stays_in_the_journal(rich: Ledger) -> None:
    first = rich.post(pay("wrong", 7, ANN, BOB))
    rich.post(reverse("undo", "wrong"))

    assert rich.record(first.command_id) == first.record
    assert rich.quantity(BOB, CNY, at=first.recorded_at) == 7


def test_a_transfer_is_reversed_once(rich: Ledger) -> None:
    rich.post_all([pay("wrong", 7, ANN, BOB), reverse("undo", "wrong")])
    refused(rich, "wrong", "concluded")
    assert rich.post(reverse("undo", "wrong")).repeated


def test_a_reversal_is_not_reversed(rich: Ledger) -> None:
    rich.post_all([pay("wrong", 7, ANN, BOB), reverse("undo", "wrong")])
    refused(rich, "undo", "reversal_of_reversal")


def test_only_transfers_and_posted_holds_are_reversed(rich: Ledger) -> None:
    rich.post_all([hold("order", cash(5)), note("said"), hold("other", cash(5)), void("cancel", "other")])
    for name in ("order", "said", "cancel", "open/ANN", "define/CNY"):
        refused(rich, name, "not_reversible")
    refused(rich, "never", "unknown_command")


def test_money_that_is_gone_does_not_come_back(rich: Ledger) -> None:
    rich.post_all([pay("wrong", 7, ANN, BOB), pay("on", 1, BOB, CAL)])
    refused(rich, "wrong", "overdraft", OverdraftError)
    rich.post(pay("back", 1, CAL, BOB))
    rich.post(reverse("undo", "wrong"))
    assert have(rich) == [100, 0, 0, 0]


def test_money_that_is_held_does_not_come_back(rich: Ledger) -> None:
    rich.post_all([pay("wrong", 7, ANN, BOB), hold("order", cash(1, BOB, CAL))])
    refused(rich, "wrong", "overdraft", OverdraftError)


def test_a_balance_too_large_is_not_reached_by_a_reversal(rich: Ledger) -> None:
    rich.post_all([pay("wrong", 7, ANN, BOB), pay("much", LARGEST - 93, ISSUER, ANN)])
    assert rich.quantity(ANN, CNY) == LARGEST
    refused(rich, "wrong", "too_large")


def test_the_very_numbers_come_back(rich: Ledger) -> None:
    rich.post(move("wrong", units(4), units(2, ANN, CAL, [SerialRange(8, 9)])))
    rich.post(reverse("undo", "wrong"))

    assert ranges(rich, ANN) == ["1-4", "5-7", "8-9", "10-10"]
    assert ranges(rich, BOB) == ranges(rich, CAL) == []
    assert rich.verify().ok


def test_numbers_that_went_on_do_not_come_back(rich: Ledger) -> None:
    rich.post_all([move("wrong", units(4)), issue("more", SerialRange(21, 30), target=BOB)])
    rich.post(move("on", units(1, BOB, CAL)))
    refused(rich, "wrong", "serial_range", SerialRangeError)


def test_an_issue_is_not_reversed(rich: Ledger) -> None:
    refused(rich, "issue/0", "serial_range", SerialRangeError)


def test_buckets_are_left_and_reached_as_before(rich: Ledger) -> None:
    rich.post(move("freeze", Leg(CNY, 30, ANN, ANN, target_bucket=Bucket.FROZEN)))
    rich.post(reverse("thaw", "freeze"))
    assert (rich.quantity(ANN, CNY), rich.quantity(ANN, CNY, Bucket.FROZEN)) == (100, 0)


def test_a_posted_hold_goes_back_to_where_the_hold_took_it(rich: Ledger) -> None:
    rich.post_all([hold("order", cash(60), units(4)), post_hold("match", "order")])
    rich.post(reverse("undo", "match"))

    assert have(rich) == [100, 0, 0, 0]
    assert rich.quantity(ANN, CNY, Bucket.RESERVED) == 0
    assert ranges(rich, ANN) == ["1-4", "5-10"]
    assert list(rich.store.holds()) == []
    refused(rich, "match", "concluded")
    refused(rich, "order", "not_reversible")
    assert rich.verify().ok


def test_of_a_hold_posted_in_part_only_that_part_goes_back(rich: Ledger) -> None:
    rich.post_all(
        [
            hold(
                "order",
                cash(60),
                cash(9, ANN, CAL),
                units(5, serials=[SerialRange(9, 10), SerialRange(2, 4)]),
            ),
            post_hold("match", "order", 40, 0, 3),
        ]
    )
    receipt = rich.post(reverse("undo", "match"))

    assert have(rich) == [100, 0, 0, 0]
    assert ranges(rich, ANN) == ["1-1", "2-2", "3-4", "5-8", "9-10"]
    assert [each.quantity for each in receipt.balances] == [0, 10, 0, 100]
    assert rich.verify().ok


def test_a_hold_posted_and_spent_is_not_reversed(rich: Ledger) -> None:
    rich.post_all([hold("order", cash(60)), post_hold("match", "order"), pay("on", 1, BOB, CAL)])
    refused(rich, "match", "overdraft", OverdraftError)


def test_a_group_may_do_and_undo(rich: Ledger, store: Store) -> None:
    rich.post_all(
        [
            pay("a", 7, ANN, BOB),
            reverse("undo/a", "a"),
            hold("b", units(3)),
            post_hold("match/b", "b"),
            reverse("undo/b", "match/b"),
            hold("c", cash(3)),
            void("cancel/c", "c"),
        ]
    )
    assert have(rich) == [100, 0, 0, 0]
    assert list(store.conclusions()) == [(11, 12), (13, 14), (14, 15), (16, 17)]
    assert list(store.holds()) == []
    assert rich.verify().ok


def test_in_one_group_too_a_transfer_is_reversed_once(rich: Ledger, store: Store) -> None:
    before = everything(store)
    found = rich.problems(
        [pay("a", 7, ANN, BOB), reverse("undo", "a"), reverse("again", "a"), reverse("x", "undo")]
    )
    assert [each.code for each in found] == ["concluded", "reversal_of_reversal"]
    assert everything(store) == before


def test_a_reversal_that_was_taken_back_leaves_its_transfer_reversible(rich: Ledger) -> None:
    results = rich.post_each([pay("a", 7, ANN, BOB), pay("b", 100, ANN, BOB), reverse("undo", "a")])
    assert len(results) == 3
    with pytest.raises(ValueError, match="problem"):
        rich.post_all([reverse("undo/0", "pay/0"), pay("c", 100, ANN, BOB)])
    rich.post(reverse("undo/0", "pay/0"))
    assert have(rich) == [0, 0, 0, 0]
    assert rich.verify().ok
