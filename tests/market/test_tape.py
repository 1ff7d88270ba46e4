from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import BatchError
from carbonkit.market import Cancel, Instrument, NewOrder, Refusal, Side, Take, Traded, read_tape, run_tape

if TYPE_CHECKING:
    from tests.floor import OpenSession

HEADER = "seq,at,account,action,order_id,target_order_id,price,quantity"
AT = "2021-07-16T10:00:00+08:00"
GOOD = [
    HEADER,
    f"1,{AT},A,post-sell,S-1,,48.00,1000",
    f"2,{AT},B,post-buy,B-1,,47.50,10",
    f"5,{AT},B,take,T-1,S-1,,400",
    f"6,{AT},B,cancel,,B-1,,",
]


def test_a_tape_is_read_into_commands(cea: Instrument) -> None:
    tape = read_tape(GOOD, file="tape.csv", instrument=cea)
    assert [(entry.row, entry.sequence) for entry in tape.entries] == [(2, 1), (3, 2), (4, 5), (5, 6)]
    sell, buy, take, cancel = (entry.command for entry in tape.entries)
    assert sell == NewOrder(
        order_id="S-1",
        account="A",
        instrument="CEA",
        side=Side.SELL,
        price=cea.quote("48.00"),
        quantity=1000,
        at=AT,
    )
    assert isinstance(buy, NewOrder)
    assert buy.side is Side.BUY
    assert take == Take(order_id="T-1", account="B", target="S-1", quantity=400, at=AT)
    assert cancel == Cancel(account="B", target="B-1", at=AT)


def test_every_problem_of_form_is_reported_at_once(cea: Instrument) -> None:
    lines = [
        HEADER,
        f"1,{AT},A,post-sell,S-1,,forty,1000",
        "",
        "2,2021-07-16T10:00:00,A,sell,S 2,,48.00,1.5.0",
        f"3,{AT},A,post-sell,,S-1,,",
        f"4,{AT},A,take,T-1,,48.00,10",
        f"5,{AT},A,cancel,C-1,,,10",
        f"6,{AT},A,cancel,,S-1,,",
        f"6,{AT},A,cancel,,S-1,,",
        f"6.5,{AT},A,cancel,,S-1,,",
    ]
    with pytest.raises(BatchError) as error:
        read_tape(lines, file="tape.csv", instrument=cea)
    assert [(problem.row, problem.field) for problem in error.value.problems] == [
        (2, "price"),
        (4, "at"),
        (4, "action"),
        (4, "order_id"),
        (4, "quantity"),
        (5, "order_id"),
        (5, "target_order_id"),
        (5, "price"),
        (5, "quantity"),
        (6, "target_order_id"),
        (6, "price"),
        (7, "order_id"),
        (7, "target_order_id"),
        (7, "quantity"),
        (9, "seq"),
        (10, "seq"),
    ]
    assert {problem.file for problem in error.value.problems} == {"tape.csv"}
    assert str(error.value.problems[5]) == "tape.csv, row 5, order_id: must not be empty for post-sell"
    assert str(error.value.problems[6]) == (
        "tape.csv, row 5, target_order_id: must be empty for post-sell, was S-1"
    )


def test_a_good_tape_is_carried_out_on_a_copy(cea: Instrument, open_session: OpenSession) -> None:
    session = open_session()
    after, said = run_tape(session.venue, read_tape(GOOD, file="tape.csv", instrument=cea))
    assert [event.trade.quantity for event in said if isinstance(event, Traded)] == [400]
    assert after.day is not None
    assert session.orders == {}


def test_the_same_tape_gives_the_same_day(cea: Instrument, open_session: OpenSession) -> None:
    tape = read_tape(GOOD, file="tape.csv", instrument=cea)
    one, two = run_tape(open_session().venue, tape), run_tape(open_session().venue, tape)
    assert one[1] == two[1]
    assert one[0].snapshot() == two[0].snapshot()


def test_nothing_of_a_bad_tape_is_carried_out(cea: Instrument, open_session: OpenSession) -> None:
    session = open_session()
    opening = session.positions
    lines = [
        *GOOD,
        f"7,{AT},A,post-sell,S-2,,60.00,10",
        f"8,{AT},B,take,T-2,S-2,,10",
        f"9,{AT},B,cancel,,S-9,,",
        f"10,{AT},A,post-sell,S-3,,48.00,1.5",
        f"11,{AT},A,post-sell,S-4,,48.00,10",
    ]
    with pytest.raises(BatchError) as error:
        run_tape(session.venue, read_tape(lines, file="tape.csv", instrument=cea))
    found = [(problem.row, problem.field, problem.code) for problem in error.value.problems]
    assert found == [
        (6, "price", Refusal.OUTSIDE_BAND),
        (7, "target", Refusal.UNKNOWN_ORDER),
        (8, "target", Refusal.UNKNOWN_ORDER),
        (9, "quantity", Refusal.ODD_LOT),
    ]
    hints = [problem.hint for problem in error.value.problems]
    assert hints == ["", "row 6, which posts it, was refused", "", ""]
    assert {problem.file for problem in error.value.problems} == {"tape.csv"}
    assert session.orders == {}
    assert session.positions == opening


def test_an_empty_tape_changes_nothing(cea: Instrument, open_session: OpenSession) -> None:
    tape = read_tape([HEADER], file="tape.csv", instrument=cea)
    session = open_session()
    assert run_tape(session.venue, tape)[0].snapshot() == session.venue.snapshot()


def test_a_tape_goes_on_from_a_running_session(cea: Instrument, open_session: OpenSession) -> None:
    first, _ = run_tape(open_session().venue, read_tape(GOOD, file="a.csv", instrument=cea))
    more = read_tape([HEADER, f"7,{AT},B,take,T-2,S-1,,600"], file="b.csv", instrument=cea)
    after, _ = run_tape(first, more)
    assert after.order("S-1").remaining == 0
    assert first.order("S-1").remaining == 600
