"""The register: lots by holder, the oldest out first, nobody below zero, days in order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.unit_register import UnitRegister
from tests.fund.unit_books import UNIT, A, B, C, lot, register, unit_class


def test_the_oldest_units_leave_first() -> None:
    held = register(
        lot(A, 100, bought_on="2026-01-05", document="1"),
        lot(B, 50, bought_on="2026-02-05", document="2"),
        lot(A, 200, bought_on="2026-03-05", document="3"),
    )
    after, gone = held.redeem(A, "150.50", on="2026-06-30")
    assert [(each.document, str(each.units)) for each in gone] == [("1", "100.00"), ("3", "50.50")]
    assert after.holders == ((B, Decimal("50.00")), (A, Decimal("149.50")))
    assert after.outstanding == Decimal("199.50")
    assert after.last_on is not None
    assert str(after.last_on) == "2026-06-30"
    everything, gone = after.redeem(A, "149.50", on="2026-06-30")
    assert everything.units_of(A) == 0
    assert len(gone) == 1
    assert everything.lots_of(A) == ()


def test_a_transfer_keeps_age_and_mark() -> None:
    held = register(
        lot(A, 100, bought_on="2026-01-05", mark="1.2"), lot(B, 10, bought_on="2026-02-05", mark=2)
    )
    after = held.transfer(A, B, 40, on="2026-06-30", document="T-1")
    assert [(each.document, str(each.bought_on), each.mark) for each in after.lots_of(B)] == [
        ("T-1", "2026-01-05", lot(A, 1, mark="1.2").mark),
        ("S-BANK-B", "2026-02-05", 2),
    ]
    assert after.outstanding == held.outstanding
    _, gone = after.redeem(B, 40, on="2026-06-30")
    assert [each.document for each in gone] == ["T-1"]  # the age counts, not the day of the transfer
    with pytest.raises(InvalidValueError, match="target: must be another holder than the source"):
        held.transfer(A, A, 1, on="2026-06-30", document="T-1")


@given(
    st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 10**9)), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 10**9)), max_size=8),
)
def test_units_are_neither_lost_nor_made(ins: list[tuple[Any, int]], outs: list[tuple[Any, int]]) -> None:
    held = register(*(lot(who, str(UNIT.asset.amount(steps))) for who, steps in ins))
    model: dict[Any, int] = {}
    for who, steps in ins:
        model[who] = model.get(who, 0) + steps
    for who, steps in outs:
        if steps > model.get(who, 0):
            with pytest.raises(FundError) as caught:
                held.redeem(who, UNIT.asset.amount(steps), on="2026-06-30")
            assert caught.value.problem.code == Refusal.ABOVE_UNITS_HELD
            continue
        held, gone = held.redeem(who, UNIT.asset.amount(steps), on="2026-06-30")
        assert sum(UNIT.asset.steps(each.units) for each in gone) == steps
        model[who] -= steps
    assert {who: UNIT.asset.steps(held.units_of(who)) for who in model} == model
    assert UNIT.asset.steps(held.outstanding) == sum(model.values())


def test_days_are_in_order() -> None:
    held = register(lot(A, 100, bought_on="2026-03-05"))
    for change in (
        lambda: held.redeem(A, 1, on="2026-03-04"),
        lambda: held.issue((), on="2026-03-04"),
        lambda: held.issue((), on="2026-06-30").issue((), on="2026-06-29"),
        lambda: UnitRegister(UNIT, held.lots, "2026-03-04"),
        lambda: UnitRegister(UNIT, held.lots),
        lambda: UnitRegister(UNIT, (*held.lots, lot(B, 1, bought_on="2026-03-04")), "2026-06-30"),
    ):
        with pytest.raises(FundError) as caught:
            change()
        assert caught.value.problem.code == Refusal.OUT_OF_ORDER


def test_a_lot_is_named_by_what_is_wrong_with_it() -> None:
    with pytest.raises(InvalidValueError, match="units of lot S-BANK-A: must have at most 2 decimal places"):
        register(lot(A, "1.001"))
    for wrong, message in (
        ({"units": 0}, "units: must be above zero, was 0"),
        ({"mark": -1}, "mark: must be zero or more, was -1"),
        ({"document": " "}, "document: must name what the lot is made from"),
        ({"bought_on": "June"}, "bought_on: must be a calendar date"),
    ):
        with pytest.raises(InvalidValueError, match=message):
            lot(A, **{"units": 1, **wrong})  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="lots: must be of type UnitLot"):
        UnitRegister(UNIT, ["lot"])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="lots: must be of type UnitLot"):
        register().issue(["lot"], on="2026-06-30")  # type: ignore[list-item]


def test_the_register_explains_itself() -> None:
    held = register(lot(A, 100, mark="1.05"), lot(B, 50))
    assert held.explain().text() == (
        "units of GREEN-A outstanding: 150.00 = sum of the holders\n"
        "  BANK-A: 100.00 = sum of the lots\n"
        "    lot S-BANK-A of 2026-06-01: 100.00 = own mark 1.05\n"
        "  BANK-B: 50.00 = sum of the lots\n"
        "    lot S-BANK-B of 2026-06-01: 50.00 = own mark 1"
    )


def test_a_whole_day_of_redemptions_is_taken_out_in_one_go() -> None:
    held = register(lot(A, 100, document="1"), lot(B, 50, document="2"), lot(A, 30, document="3"))
    after, gone = held.redeem_each([(A, 90), (B, 50), (A, "20.5")], on="2026-06-30")
    assert [[(each.document, str(each.units)) for each in lots] for lots in gone] == [
        [("1", "90.00")],
        [("2", "50.00")],
        [("1", "10.00"), ("3", "10.50")],
    ]
    assert [(each.document, str(each.units)) for each in after.lots] == [("3", "19.50")]
    with pytest.raises(FundError, match=r"units: must be at most the 10\.00 that BANK-A holds, was 11\.00"):
        held.redeem_each([(A, 120), (A, 11)], on="2026-06-30")


def test_nothing_held_is_written_without_an_exponent() -> None:
    held = register(unit=unit_class(unit_places=9))
    with pytest.raises(FundError, match=r"at most the 0\.000000000 that BANK-A holds"):
        held.redeem(A, 1, on="2026-06-30")
