"""Time on every store: what was there at a past moment, and moments that only go forward."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError, UnknownAccountError
from carbonkit.ledger import (
    AccountId,
    Balance,
    Bucket,
    CommandId,
    Holding,
    Ledger,
    Leg,
    MemoryStore,
    SerialRange,
    Statement,
    Store,
    Transfer,
)
from carbonkit.ledger.moment import microseconds
from carbonkit.values import FixedClock
from tests.contract.world import (
    ANN,
    AT,
    BANK,
    BOB,
    CEA,
    CNY,
    HOLDERS,
    HOUR,
    SECOND,
    TICK,
    Hands,
    a_day,
    cash,
    hold,
    issue,
    move,
    note,
    opening,
    pay,
    post_hold,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonkit.ledger import Record
    from tests.contract.world import OpenStore


def replayed(records: list[Record], moment: datetime.datetime) -> Mapping[Holding, int]:
    """Add up what the records up to a moment moved."""
    sums: dict[Holding, int] = {}
    for record in records:
        if record.recorded_at <= moment:
            for entry in record.entries:
                sums[entry.holding] = sums.get(entry.holding, 0) + entry.quantity
    return sums


def compare_with_replay(ledger: Ledger) -> None:
    records = list(ledger.records())
    holdings = [each.holding for each in ledger.balances()]
    moments = {AT - HOUR, AT + 1000 * HOUR}
    for record in records:
        moments |= {record.recorded_at - TICK, record.recorded_at, record.recorded_at + TICK}
    for moment in sorted(moments):
        sums = replayed(records, moment)
        expected = tuple(Balance(each, sums.get(each, 0)) for each in holdings)
        assert ledger.balances(at=moment) == expected
        for each in holdings:
            found = ledger.quantity(each.account, each.asset, Bucket(each.bucket), at=moment)
            assert found == sums.get(each, 0)
            assert ledger.store.quantity_at(each, microseconds(moment)) == found
    assert ledger.balances(at=AT + 1000 * HOUR) == ledger.balances()


def test_a_balance_of_any_past_moment_is_what_a_replay_gives(ledger: Ledger, hands: Hands) -> None:
    for command in a_day()[8:]:
        ledger.post(command)
        hands.at += SECOND
    compare_with_replay(ledger)


LEGS = st.builds(
    lambda quantity, ends, bucket: Leg(CNY, quantity, ends[0], ends[1], target_bucket=bucket),
    st.integers(1, 60),
    st.sampled_from([(BANK, ANN), (BANK, BOB), (ANN, BOB), (BOB, ANN)]),
    st.sampled_from([Bucket.TRADABLE, Bucket.FROZEN]),
)
STEPS = st.lists(st.tuples(st.lists(LEGS, min_size=1, max_size=3), st.integers(-3, 5)), max_size=8)


@given(steps=STEPS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_balances_of_the_past_hold_for_any_transfers_and_any_clock(
    open_store: OpenStore, steps: list[tuple[list[Leg], int]]
) -> None:
    hands = Hands()
    ledger = Ledger(open_store(), hands)
    ledger.post_all(opening())
    for number, (legs, ticks) in enumerate(steps):
        hands.at += ticks * TICK
        ledger.post_each([Transfer(CommandId(f"x{number}"), legs, "gift", AT)])
    compare_with_replay(ledger)


def test_a_balance_of_the_past_can_be_asked_of_one_account_or_one_asset(ledger: Ledger, hands: Hands) -> None:
    ledger.post_all([pay("pay/1", 100), issue("issue/1", SerialRange(1, 5))])
    hands.at += HOUR
    ledger.post_all([move("sell", units(2), cash(30)), pay("pay/2", 1)])

    at = AT + HOUR - TICK
    assert [str(each) for each in ledger.balances(ANN, at=at)] == [
        "5 in ANN/CEA/tradable",
        "100 in ANN/CNY/tradable",
    ]
    assert [str(each) for each in ledger.balances(asset=CEA, at=at)] == [
        "5 in ANN/CEA/tradable",
        "0 in BOB/CEA/tradable",
        "-5 in ISSUER/CEA/tradable",
    ]
    assert [str(each) for each in ledger.balances(BOB, CNY, at=AT + HOUR)] == ["30 in BOB/CNY/tradable"]
    assert ledger.quantity(ANN, CNY, at="2021-07-16T10:30:00+08:00") == 70
    assert ledger.quantity(ANN, CNY, at=AT + HOUR + TICK) == 71
    assert ledger.quantity(HOLDERS[3], CNY, at=AT) == 0
    with pytest.raises(InvalidValueError, match="at: must be an instant"):
        ledger.quantity(ANN, CNY, at="2021-07-16")
    with pytest.raises(InvalidValueError, match="at: must be an instant"):
        ledger.balances(at=AT.replace(tzinfo=None))
    with pytest.raises(UnknownAccountError):
        ledger.balances(AccountId("NOBODY"), at=AT)


def test_what_was_held_at_a_past_moment_is_told_too(ledger: Ledger, hands: Hands) -> None:
    ledger.post_all([pay("pay/1", 100), hold("order", cash(60))])
    hands.at += HOUR
    ledger.post(post_hold("match", "order", 40))

    assert ledger.quantity(ANN, CNY, Bucket.RESERVED, at=AT + HOUR - TICK) == 60
    assert ledger.quantity(ANN, CNY, Bucket.RESERVED, at=AT + HOUR) == 0
    assert ledger.quantity(ANN, CNY, at=AT + HOUR - TICK) == 40
    assert ledger.quantity(BOB, CNY, at=AT + HOUR) == 40


def test_many_legs_on_one_holding_leave_the_last_balance(ledger: Ledger, hands: Hands) -> None:
    hands.at += HOUR
    ledger.post(move("many", *[cash(number, BANK, ANN) for number in range(1, 30)]))
    assert ledger.quantity(ANN, CNY, at=AT + HOUR) == sum(range(1, 30))
    assert ledger.quantity(ANN, CNY, at=AT + HOUR - TICK) == 0


def test_effective_time_is_kept_apart_from_recorded_time(ledger: Ledger) -> None:
    for number, moment in enumerate(("1990-01-01T00:00:00Z", "2090-01-01T00:00:00+08:00")):
        command = Transfer(CommandId(f"x{number}"), [cash(5, BANK, ANN)], "gift", moment)
        receipt = ledger.post(command)
        assert receipt.recorded_at == AT + (8 + number) * TICK
        assert ledger.record(command.id) == receipt.record
        assert receipt.record.command.effective_at == command.effective_at
    assert ledger.quantity(ANN, CNY, at="1991-01-01T00:00:00Z") == 0  # as of recording, not of effect
    said = Statement(CommandId("said"), ANN, "note", {"a": ""}, "1990-01-01T00:00:00.000001Z")
    assert ledger.post(said).record.row.effective_at == microseconds(said.effective_at)
    assert ledger.verify().ok


def test_a_clock_that_goes_back_does_not_reorder_the_journal(ledger: Ledger, hands: Hands) -> None:
    hands.at = AT + HOUR
    later = ledger.post(note("a")).recorded_at
    hands.at = AT - 24 * HOUR
    after = [receipt.recorded_at for receipt in ledger.post_all(note(name) for name in "bc")]
    hands.at = AT + 2 * HOUR
    last = ledger.post(note("d")).recorded_at

    assert later == AT + HOUR
    assert after == [later + TICK, later + 2 * TICK]
    assert last == AT + 2 * HOUR
    moments = [each.recorded_at for each in ledger.records()]
    assert moments == sorted(set(moments))
    assert ledger.verify().ok


def test_records_of_one_moment_are_a_microsecond_apart(ledger: Ledger) -> None:
    assert [each.recorded_at for each in ledger.records()] == [AT + number * TICK for number in range(8)]


def test_a_ledger_may_begin_before_1970(open_store: OpenStore) -> None:
    ledger = Ledger(open_store(), FixedClock("1960-01-01T00:00:00Z"))
    ledger.post_all([*opening(), pay("pay/1", 5)])
    # An empty journal ends at 1970, and what follows is recorded later than that.
    assert next(ledger.records()).recorded_at == datetime.datetime(
        1970, 1, 1, 0, 0, 0, 1, tzinfo=datetime.UTC
    )
    assert ledger.verify().ok


def test_a_clock_of_another_zone_is_read_as_utc(ledger: Ledger, hands: Hands) -> None:
    hands.at = datetime.datetime(2030, 1, 1, 8, tzinfo=datetime.timezone(8 * HOUR))
    assert ledger.post(note("a")).recorded_at.isoformat() == "2030-01-01T00:00:00+00:00"


def test_a_clock_without_a_zone_is_refused(ledger: Ledger, hands: Hands, store: Store) -> None:
    hands.at = AT.replace(tzinfo=None)
    for post in (
        lambda: ledger.post(note("a")),
        lambda: ledger.post_all([note("a")]),
        lambda: ledger.post_each([note("a")]),
    ):
        with pytest.raises(InvalidValueError, match="clock: must be an instant with its offset"):
            post()
    assert store.head().sequence == 8
    hands.at = AT
    assert ledger.post(note("a")).sequence == 9


def test_the_model_itself_remembers_every_balance() -> None:
    hands = Hands()
    ledger = Ledger(MemoryStore(), hands)
    ledger.post_all(opening())
    for number in range(1, 6):
        hands.at = AT + number * HOUR
        ledger.post(pay(f"pay/{number}", number))
    assert [ledger.quantity(ANN, CNY, at=AT + number * HOUR) for number in range(6)] == [0, 1, 3, 6, 10, 15]
