"""
Equalisation: whoever comes in, whenever, bears the fee on its own gain and on nothing else.

The model is the obvious one: each investor alone with an account of its own, its own
high-water mark, and the fee taken from the account at the end of each period.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.equalisation import Equaliser, crystallise
from carbonkit.fund.units.performance_fee import (
    FeeHurdle,
    FeeHurdleKind,
    MarkRule,
    PerformanceFeePeriod,
    PerformanceFeeTerms,
)
from carbonkit.fund.units.unit_register import UnitLot
from tests.fund.unit_books import A, B, C, lot, register, unit_class

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE = Fraction(1, 5)
FINE = unit_class(unit_places=9)
VALUES = st.fractions(min_value=1, max_value=200, max_denominator=20)
GROWTH = st.fractions(min_value=Fraction(1, 2), max_value=2, max_denominator=100)


@attrs.define
class Alone:
    """An investor whose money is managed apart: the model."""

    value: Fraction
    mark: Fraction
    fees: Fraction = Fraction(0)

    def grow(self, by: Fraction) -> None:
        self.value *= by

    def close(self, rate: Fraction) -> None:
        fee = rate * max(Fraction(0), self.value - self.mark)
        self.value -= fee
        self.fees += fee
        self.mark = max(self.mark, self.value)


@attrs.define
class Together:
    """The same investor in the fund, with exact units: what the equaliser says, and nothing rounded."""

    units: Fraction
    lot: UnitLot
    fees: Fraction = Fraction(0)


@settings(max_examples=30)
@given(
    st.lists(st.lists(st.tuples(GROWTH, st.booleans()), min_size=1, max_size=4), min_size=1, max_size=4),
    st.sampled_from([Fraction(0), Fraction(1, 5), Fraction(1, 3)]),
)
def test_everyone_keeps_what_it_would_have_kept_alone(
    years: Sequence[Sequence[tuple[Fraction, bool]]], rate: Fraction
) -> None:
    gav, mark = Fraction(100), Fraction(100)
    pairs = [(Alone(Fraction(1000), Fraction(1000)), Together(Fraction(10), lot(A, 1, mark=100)))]
    assets = Fraction(1000)
    for year in years:
        for growth, joins in year:
            gav *= growth
            assets *= growth
            for alone, _ in pairs:
                alone.grow(growth)
            if joins:  # pays the GAV: NAV and credit
                pairs.append((Alone(Fraction(500), Fraction(500)), Together(500 / gav, lot(B, 1, mark=gav))))
                assets += 500
            now = Equaliser(rate=rate, mark=mark, gav=gav)
            for alone, together in pairs:  # what a redemption on this day would bring
                due = rate * max(Fraction(0), alone.value - alone.mark)
                assert together.units * (gav - now.own_fee(together.lot)) == alone.value - due
        now = Equaliser(rate=rate, mark=mark, gav=gav)
        for alone, together in pairs:
            alone.close(rate)
            fee = together.units * now.own_fee(together.lot)
            together.fees += fee
            assets -= fee
            difference = now.credit(together.lot) - now.contingent_redemption(together.lot)
            assert now.units_factor(together.lot) == 1 + difference / now.nav
            together.units *= now.units_factor(together.lot)
            together.lot = attrs.evolve(together.lot, mark=now.mark_after(together.lot))
        gav = now.nav
        mark = max(mark, now.nav)
        for alone, together in pairs:
            assert together.units * gav == alone.value
            assert together.units * together.lot.mark == alone.mark
            assert together.fees == alone.fees
        assert sum(together.units for _, together in pairs) * gav == assets


@given(
    st.lists(st.tuples(st.integers(1, 10**12), st.integers(50, 200)), min_size=1, max_size=6),
    st.integers(50, 250),
)
def test_rounded_units_are_less_than_a_step_away(lots: list[tuple[int, int]], gav: int) -> None:
    unit = unit_class(unit_places=4)
    held = register(*(lot(A, str(unit.asset.amount(steps)), mark=mark) for steps, mark in lots), unit=unit)
    now = Equaliser(rate=RATE, mark=100, gav=gav)
    done = crystallise(held, now, on="2026-12-31")
    for each in done.lots:
        exact = Fraction(each.before.units) * now.units_factor(each.before)
        after = Fraction(0) if each.after is None else Fraction(each.after.units)
        assert 0 <= exact - after < Fraction(1, 10_000)  # rounded down: the fund keeps it
    assert abs(Fraction(done.fee.amount) - sum(each.fee for each in done.lots)) <= Fraction(1, 200)
    least = -Fraction(1, 200)
    assert least <= done.kept < Fraction(1, 200) + len(lots) * now.nav / 10_000
    assert done.mark >= now.mark


@settings(max_examples=50)
@given(VALUES, VALUES, VALUES)
def test_the_two_corrections_are_the_published_formulas(mark: Fraction, own: Fraction, gav: Fraction) -> None:
    now, came = Equaliser(rate=RATE, mark=mark, gav=gav), lot(B, 1, mark=own)
    assert now.credit(came) == RATE * max(Fraction(0), min(gav, own) - mark)
    assert now.contingent_redemption(came) == RATE * max(Fraction(0), min(gav, mark) - own)
    assert now.own_fee(came) == now.fund_fee - now.credit(came) + now.contingent_redemption(came)


def test_with_full_units_gains_are_own_gains_less_the_fee() -> None:
    held = register(lot(A, 1000, mark=100), lot(B, 1000, mark=110), lot(C, 1000, mark=90), unit=FINE)
    done = crystallise(held, Equaliser(rate=RATE, mark=100, gav=120), on="2026-12-31")
    gains = [
        Fraction(done.after.units_of(who)) * done.equaliser.nav - 1000 * paid
        for who, paid in ((A, 100), (B, 110), (C, 90))
    ]
    assert [round(gain, 4) for gain in gains] == [16_000, 8_000, 24_000]  # 80 % of 20, 10 and 30
    assert str(done.fee) == "12000.00 CNY"
    assert done.after.lots_of(A)[0].mark == 116


def test_a_credit_is_at_risk_and_comes_back_with_the_value() -> None:
    above = lot(B, 1000, mark=110)
    first = crystallise(register(above, unit=FINE), Equaliser(rate=RATE, mark=100, gav=105), on="2026-12-31")
    [kept] = first.after.lots
    assert Fraction(first.fee.amount) == 0  # its own gain is a loss of 5
    assert round(Fraction(kept.units) * first.equaliser.nav, 3) == 105_000
    assert round(kept.mark * Fraction(kept.units), 3) == 110_000  # the mark of the holding stays
    again = Equaliser(rate=RATE, mark=first.mark, gav=first.equaliser.nav * Fraction(115, 105))
    second = crystallise(first.after, again, on="2027-12-31")
    assert round(Fraction(second.fee.amount), 2) == 1000  # 20 % of 115,000 − 110,000


def test_a_lot_can_become_less_than_the_smallest_part_of_a_unit() -> None:
    whole = unit_class(unit_places=0)
    held = register(lot(A, 1, mark=50), lot(B, 10, mark=100), unit=whole)
    done = crystallise(held, Equaliser(rate="0.5", mark=100, gav=100), on="2026-12-31")
    assert done.after.holders == ((B, Decimal(10)),)
    assert done.lots[0].after is None
    assert done.lots[0].units_change == -1
    assert done.kept == 100 - 25


def test_a_fee_with_a_hurdle_is_not_equalised() -> None:
    hurdle = FeeHurdle(rate="0.05", kind=FeeHurdleKind.SOFT, day_count=None)
    terms = PerformanceFeeTerms(rate=RATE, hurdle=hurdle, mark_rule=MarkRule.WHEN_PAID)
    period = PerformanceFeePeriod(terms=terms, mark=100, opening=100, opened_on="2025-01-01")
    with pytest.raises(FundError, match="was a soft hurdle; issue a series") as caught:
        Equaliser.of(period, gav=110)
    assert caught.value.problem.code == Refusal.HURDLE_NOT_EQUALISED
    plain = attrs.evolve(period, terms=attrs.evolve(terms, hurdle=None))
    assert Equaliser.of(plain, gav=110) == Equaliser(rate=RATE, mark=100, gav=110)
    with pytest.raises(InvalidValueError, match="period: must be of type PerformanceFeePeriod"):
        Equaliser.of(terms, gav=110)  # type: ignore[arg-type]


def test_what_makes_no_sense_is_refused() -> None:
    for changed, message in (
        ({"rate": 1}, "rate: must be from 0 to below 1"),
        ({"mark": 0}, "mark: must be above zero"),
        ({"gav": 0}, "gav: must be above zero"),
    ):
        with pytest.raises(InvalidValueError, match=message):
            Equaliser(**{"rate": RATE, "mark": 100, "gav": 110, **changed})  # type: ignore[arg-type]
    now = Equaliser(rate=RATE, mark=100, gav=110)
    with pytest.raises(InvalidValueError, match="register: must be of type UnitRegister"):
        crystallise((), now, on="2026-12-31")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="equaliser: must be of type Equaliser"):
        crystallise(register(), 110, on="2026-12-31")  # type: ignore[arg-type]
    with pytest.raises(FundError) as caught:
        crystallise(register(lot(A, 1)), now, on="2026-05-31")
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER
    with pytest.raises(InvalidValueError, match="lot: must be of type UnitLot"):
        Equaliser(rate=RATE, mark=100, gav=120).own_fee(None)  # type: ignore[arg-type]


def test_the_subscription_price_is_explained() -> None:
    explanation = Equaliser(rate=RATE, mark=100, gav=110).explain()
    assert [(each.value, each.how) for each in (explanation, *explanation.parts)] == [
        ("110", "NAV + equalisation credit"),
        ("108", "GAV − fee borne by the NAV"),
        ("2", "0.2 × max(0, 110 − 100)"),
    ]


def test_crystallisation_explains_every_lot() -> None:
    held = register(
        lot(A, 1000, mark=100), lot(B, 1000, mark=110), lot(C, 1000, mark=90), lot(C, 1000, mark=119)
    )
    done = crystallise(held, Equaliser(rate=RATE, mark=100, gav=115), on="2026-12-31")
    assert done.on == datetime.date(2026, 12, 31)
    text = done.explain().text()
    assert "performance fee crystallised on 2026-12-31: 9000.00 CNY = sum over the lots" in text
    assert "NAV per unit: 112 = less 0.2 of what is above the mark" in text
    assert "came in at the mark" in text
    assert "equalisation credit of 2 a unit returned at NAV 112" in text
    assert "units worth 2 a unit redeemed at NAV 112 for the fee" in text
    assert "equalisation credit of 3 a unit returned at NAV 112" in text  # own mark 119: as much as is left
    low = crystallise(register(lot(B, 1, mark=110)), Equaliser(rate=RATE, mark=100, gav=95), on="2026-12-31")
    assert "no fee is due, or the NAV bears the same" in low.explain().text()
