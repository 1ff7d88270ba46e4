"""Holds on every store: quantities set aside, then sent on, given back, or over when their time is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import InvalidValueError, LedgerError, OverdraftError, SerialRangeError
from carbonkit.ledger import LARGEST, Bucket, Command, CommandId, ExpireHold, Ledger, Leg, SerialRange, Store
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
    LEFT,
    TICK,
    Hands,
    cash,
    everything,
    hold,
    issue,
    move,
    names,
    note,
    pay,
    post_hold,
    ranges,
    units,
    void,
)

if TYPE_CHECKING:
    from carbonkit.ledger import AccountId


@pytest.fixture
def rich(ledger: Ledger) -> Ledger:
    """Give Ann 100 and the units 1 to 10; two more records."""
    ledger.post_all([pay("pay/0", 100), issue("issue/0", SerialRange(1, 10))])
    return ledger


def in_cash(ledger: Ledger, account: AccountId = ANN) -> tuple[int, int]:
    """What an account has of cash: free, and set aside for orders."""
    return ledger.quantity(account, CNY), ledger.quantity(account, CNY, Bucket.RESERVED)


def refused(ledger: Ledger, command: Command, code: str, kind: type[Exception] = LedgerError) -> None:
    """Post what must be refused under a code, and look whether anything changed."""
    before = everything(ledger.store)
    with pytest.raises(kind) as caught:
        ledger.post(command)
    assert getattr(caught.value, "code", "") == code
    assert everything(ledger.store) == before


def test_what_is_held_cannot_be_spent(rich: Ledger) -> None:
    receipt = rich.post(hold("order", cash(60)))

    assert [str(each) for each in receipt.balances] == ["40 in ANN/CNY/tradable", "60 in ANN/CNY/reserved"]
    assert in_cash(rich) == (40, 60)
    refused(rich, pay("pay", 41, ANN, BOB), "overdraft", OverdraftError)
    refused(rich, hold("order/2", cash(41)), "overdraft", OverdraftError)
    rich.post(pay("pay", 40, ANN, BOB))
    assert rich.verify().ok


def test_a_hold_that_is_posted_reaches_its_target(rich: Ledger) -> None:
    rich.post(hold("order", cash(60), cash(5, ANN, CAL)))
    receipt = rich.post(post_hold("match", "order"))

    assert [each.quantity for each in receipt.balances] == [5, 60, 0, 5]
    assert in_cash(rich) == (35, 0)
    assert (rich.quantity(BOB, CNY), rich.quantity(CAL, CNY)) == (60, 5)
    assert list(rich.store.holds()) == []
    assert rich.verify().ok


def test_a_hold_may_be_posted_in_part_and_gives_back_the_rest(rich: Ledger) -> None:
    rich.post(hold("order", cash(60), cash(5, ANN, CAL), cash(7, ANN, DAN)))
    rich.post(post_hold("match", "order", 40, 0, 7))

    assert in_cash(rich) == (53, 0)
    assert [rich.quantity(each, CNY) for each in (BOB, CAL, DAN)] == [40, 0, 7]
    refused(rich, post_hold("match/2", "order", 20, 5, 0), "concluded")
    assert rich.verify().ok


def test_a_hold_that_is_voided_is_as_if_it_had_not_been(rich: Ledger) -> None:
    rich.post(hold("order", cash(60), Leg(CNY, 5, ANN, ANN, target_bucket=Bucket.PLEDGED)))
    rich.post(void("cancel", "order"))

    assert in_cash(rich) == (100, 0)
    assert rich.quantity(ANN, CNY, Bucket.PLEDGED) == 0
    assert list(rich.store.holds()) == []
    assert rich.verify().ok


def test_a_hold_ends_once(rich: Ledger) -> None:
    rich.post_all([hold("a", cash(1)), hold("b", cash(2)), post_hold("match/a", "a"), void("cancel/b", "b")])
    for ended in ("a", "b"):
        refused(rich, post_hold("x", ended), "concluded")
        refused(rich, void("x", ended), "concluded")


def test_only_a_hold_can_be_posted_or_voided(rich: Ledger) -> None:
    for command in (post_hold("x", "pay/0"), void("x", "pay/0")):
        refused(rich, command, "not_a_hold")
    for command in (post_hold("x", "never"), void("x", "never")):
        refused(rich, command, "unknown_command")


def test_no_more_is_posted_than_was_held(rich: Ledger) -> None:
    rich.post(hold("order", cash(60), cash(5, ANN, CAL)))
    refused(rich, post_hold("x", "order", 61, 5), "exceeds_hold")
    refused(rich, post_hold("x", "order", 0, 6), "exceeds_hold")
    for quantities in ((60,), (60, 5, 1)):
        refused(rich, post_hold("x", "order", *quantities), "invalid_value", InvalidValueError)
    rich.post(post_hold("match", "order", 60, 5))


def test_the_buckets_of_holds_are_closed_to_everything_else(rich: Ledger) -> None:
    rich.post_all([hold("order", cash(60)), hold("duty", cash(10), bucket=Bucket.PENDING_SURRENDER)])
    for bucket in (Bucket.RESERVED, Bucket.PENDING_SURRENDER):
        out, into = Leg(CNY, 1, ANN, BOB, bucket), Leg(CNY, 1, ANN, BOB, target_bucket=bucket)
        for leg in (out, into):
            refused(rich, move("x", leg), "held_bucket")
            refused(rich, move("x", cash(1), leg), "held_bucket")
            refused(rich, hold("x", leg), "held_bucket")
    assert rich.quantity(ANN, CNY, Bucket.PENDING_SURRENDER) == 10


def test_a_hold_takes_from_the_bucket_that_its_leg_names_and_gives_back_there(rich: Ledger) -> None:
    rich.post(move("pledge", Leg(CNY, 50, ANN, ANN, target_bucket=Bucket.PLEDGED)))
    rich.post(hold("order", Leg(CNY, 30, ANN, BOB, Bucket.PLEDGED, Bucket.FROZEN)))
    assert rich.quantity(ANN, CNY, Bucket.PLEDGED) == 20
    rich.post(post_hold("match", "order", 10))

    assert rich.quantity(ANN, CNY, Bucket.PLEDGED) == 40
    assert rich.quantity(BOB, CNY, Bucket.FROZEN) == 10
    assert in_cash(rich) == (50, 0)


def test_the_bank_may_hold_what_it_does_not_have(rich: Ledger) -> None:
    rich.post_all(
        [hold("loan", cash(1_000, BANK, BOB)), void("no", "loan"), hold("loan/2", cash(9, BANK, BOB))]
    )
    rich.post(post_hold("yes", "loan/2", 4))
    assert (rich.quantity(BANK, CNY), rich.quantity(BANK, CNY, Bucket.RESERVED)) == (-104, 0)
    assert rich.quantity(BOB, CNY) == 4
    assert rich.verify().ok


# ---------------------------------------------------------- serial numbers


def test_a_hold_keeps_the_very_numbers_that_it_took(rich: Ledger) -> None:
    rich.post_all([hold("order", units(4, serials=LEFT)), move("sell", units(2, ANN, CAL))])
    assert ranges(rich, ANN, Bucket.RESERVED) == ["1-4"]
    assert ranges(rich, CAL) == ["5-6"]
    rich.post(post_hold("match", "order"))

    assert ranges(rich, BOB) == ["1-4"]
    assert rich.verify().ok


def test_numbers_posted_in_part_go_in_the_order_that_was_asked_for(rich: Ledger) -> None:
    rich.post(hold("order", units(5, serials=[SerialRange(9, 10), SerialRange(2, 4)])))
    assert ranges(rich, ANN, Bucket.RESERVED) == ["2-4", "9-10"]
    rich.post(post_hold("match", "order", 3))

    assert ranges(rich, BOB) == ["2-2", "9-10"]
    assert ranges(rich, ANN) == ["1-1", "3-4", "5-8"]
    assert ranges(rich, ANN, Bucket.RESERVED) == []
    assert rich.verify().ok


@pytest.mark.parametrize(("going", "went", "stayed"), [(2, ["9-10"], ["2-4"]), (5, ["2-4", "9-10"], [])])
def test_numbers_are_cut_between_ranges_too(
    rich: Ledger, going: int, went: list[str], stayed: list[str]
) -> None:
    rich.post(hold("order", units(5, serials=[SerialRange(9, 10), SerialRange(2, 4)])))
    rich.post(post_hold("match", "order", going))
    assert ranges(rich, BOB) == went
    assert ranges(rich, ANN) == sorted(["1-1", *stayed, "5-8"])
    assert rich.verify().ok


def test_numbers_that_are_given_back_are_free_again(rich: Ledger) -> None:
    rich.post_all([hold("order", units(10)), void("cancel", "order"), move("sell", units(10))])
    assert ranges(rich, BOB) == ["1-10"]
    refused(
        rich, hold("order/2", units(1, BOB, CAL, [SerialRange(11, 11)])), "serial_range", SerialRangeError
    )
    refused(rich, hold("order/2", units(1, BOB, CAL, None)), "serial_range", SerialRangeError)
    refused(rich, hold("order/2", Leg(CNY, 1, ANN, BOB, serials=LEFT)), "serial_range", SerialRangeError)


def test_a_hold_does_not_issue_nor_take_back_what_was_issued(rich: Ledger) -> None:
    refused(rich, hold("x", units(1, ANN, ISSUER)), "serial_range", SerialRangeError)
    refused(rich, hold("x", units(1, ISSUER, ANN, [SerialRange(50, 50)])), "serial_range", SerialRangeError)


# ------------------------------------------------------------------ expiry


def test_a_hold_is_over_when_the_clock_says_so(rich: Ledger, hands: Hands) -> None:
    rich.post(hold("order", cash(60), units(3), expires_at=AT + HOUR))
    hands.at = AT + HOUR - TICK
    rich.post(note("before"))
    assert in_cash(rich) == (40, 60)
    hands.at = AT + HOUR
    receipt = rich.post(pay("pay", 100, ANN, BOB))  # possible only with what comes back

    assert names(rich, 10) == ["order", "before", "ledger/expiry/11", "pay"]
    expiry = next(iter(rich.records(12)))
    assert expiry.command == ExpireHold(CommandId("ledger/expiry/11"), CommandId("order"), AT + HOUR)
    assert (expiry.recorded_at, receipt.recorded_at) == (AT + HOUR, AT + HOUR + TICK)
    assert [each.balance_after for each in expiry.entries] == [0, 100, 0, 10]
    assert ranges(rich, ANN) == ["1-3", "4-10"]
    assert list(rich.store.holds()) == []
    assert rich.verify().ok


def test_holds_that_end_together_are_over_in_one_post_and_those_that_end_first_come_first(
    rich: Ledger, hands: Hands
) -> None:
    rich.post_all(
        [
            hold("late", cash(1), expires_at=AT + 3 * HOUR),
            hold("second", cash(2), expires_at=AT + 2 * HOUR),
            hold("never", cash(4)),
            hold("first", cash(8), expires_at=AT + HOUR),
            hold("second-too", cash(16), expires_at=AT + 2 * HOUR),
        ]
    )
    hands.at = AT + 2 * HOUR
    rich.post(note("now"))

    assert names(rich, 15) == ["ledger/expiry/14", "ledger/expiry/12", "ledger/expiry/15", "now"]
    assert in_cash(rich) == (95, 5)
    assert rich.verify().ok


def test_a_hold_that_a_full_holding_cannot_take_back_stays_open_and_keeps_nobody_from_posting(
    rich: Ledger, hands: Hands
) -> None:
    rich.post_all(
        [
            hold("order", cash(60), expires_at=AT + HOUR),
            hold("other", cash(5), expires_at=AT + 2 * HOUR),
            pay("fill", LARGEST - 60, ISSUER, ANN),
        ]
    )
    hands.at = AT + HOUR
    rich.post(note("much-later"))
    refused(rich, void("void", "order"), "hold_expired")
    hands.at = AT + 3 * HOUR
    rich.post(pay("spend", 20, ANN, BOB))
    assert in_cash(rich) == (LARGEST - 40, 60)
    rich.post(pay("spend-more", 20, ANN, BOB))
    rich.post(note("at-last"))

    assert names(rich, 13) == [
        *("much-later", "ledger/expiry/12", "spend", "spend-more", "ledger/expiry/11", "at-last")
    ]
    assert in_cash(rich) == (LARGEST, 0)
    assert rich.verify().ok


def test_a_hold_that_is_over_can_be_neither_posted_nor_voided(rich: Ledger, hands: Hands) -> None:
    rich.post(hold("order", cash(60), expires_at=AT + HOUR))
    hands.at = AT + HOUR
    with pytest.raises(LedgerError) as caught:
        rich.post(post_hold("match", "order"))
    assert caught.value.code == "concluded"
    # What brought it was refused, yet the expiry stands: the clock did it.
    assert names(rich, 11) == ["ledger/expiry/11"]
    refused(rich, void("cancel", "order"), "concluded")
    assert in_cash(rich) == (100, 0)
    assert rich.verify().ok


def test_a_hold_is_not_posted_at_or_after_its_end_within_a_group_either(rich: Ledger, hands: Hands) -> None:
    """The second of a group is recorded one microsecond after the first: here, when the hold has ended."""
    rich.post(hold("order", cash(60), expires_at=AT + HOUR))
    hands.at = AT + HOUR - TICK
    for command in (post_hold("match", "order"), void("cancel", "order")):
        results = rich.problems([note("first"), command])
        assert [each.code for each in results] == ["hold_expired"]
    rich.post(post_hold("match", "order"))  # alone, it is just in time
    assert rich.quantity(BOB, CNY) == 60


def test_a_hold_must_end_after_it_is_recorded(rich: Ledger, hands: Hands) -> None:
    hands.at = AT + HOUR
    refused(rich, hold("x", cash(1), expires_at=AT + HOUR), "hold_expired")
    refused(rich, hold("x", cash(1), expires_at=AT + TICK), "hold_expired")
    rich.post(hold("y", cash(1), expires_at=AT + HOUR + TICK))


def test_a_clock_that_goes_back_brings_no_hold_back(rich: Ledger, hands: Hands) -> None:
    rich.post(hold("order", cash(60), expires_at=AT + HOUR))
    hands.at = AT + HOUR
    rich.post(note("after"))
    hands.at = AT - HOUR

    refused(rich, post_hold("match", "order"), "concluded")
    refused(
        rich, hold("late", cash(1), expires_at=AT + HOUR), "hold_expired"
    )  # recorded time has passed that
    assert rich.verify().ok


def test_a_hold_ends_by_recorded_time_while_the_clock_stands_still(rich: Ledger, hands: Hands) -> None:
    last = max(record.recorded_at for record in rich.records())
    rich.post(hold("order", cash(60), expires_at=last + 4 * TICK))
    hands.at = AT - HOUR
    for number in range(4):
        rich.post(note(f"note/{number}"))

    assert names(rich, 10) == ["order", "note/0", "note/1", "ledger/expiry/11", "note/2", "note/3"]
    assert in_cash(rich) == (100, 0)
    assert rich.verify().ok


def test_an_expiry_is_recorded_once_whatever_is_posted_after(
    rich: Ledger, hands: Hands, store: Store
) -> None:
    rich.post(hold("order", units(3), expires_at=AT + HOUR))
    hands.at = AT + 2 * HOUR
    for number in range(3):
        rich.post(note(f"note/{number}"))
    rich.post(note("note/0"))
    assert names(rich, 11) == ["ledger/expiry/11", "note/0", "note/1", "note/2"]
    assert store.concluded_by(11) == 12
    assert [str(each.serials) for each in store.blocks() if each.asset == CEA] == ["1-3", "4-10"]


def test_a_repetition_records_an_expiry_that_is_due(rich: Ledger, hands: Hands) -> None:
    first = rich.post(hold("order", cash(60), expires_at=AT + HOUR))
    hands.at = AT + HOUR
    again = rich.post(hold("order", cash(60), expires_at=AT + HOUR))
    assert again.repeated
    assert again.record == first.record
    assert names(rich, 10) == ["order", "ledger/expiry/11"]
    assert again.checkpoint.size == 12
