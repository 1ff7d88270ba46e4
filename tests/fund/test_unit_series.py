"""Series accounting: a mark for each subscription day; rolled up when both are at their marks."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.performance_fee import (
    FeeHurdle,
    FeeHurdleKind,
    MarkRule,
    PerformanceFeePeriod,
    PerformanceFeeTerms,
)
from carbonkit.fund.units.unit_series import UnitSeries, roll_up
from carbonkit.values import AccountId, AssetId
from tests.fund.unit_books import A, B, lot, register, unit_class

TERMS = PerformanceFeeTerms(rate="0.2", hurdle=None, mark_rule=MarkRule.WHEN_PAID)


def series(
    name: str, holder: AccountId, opened_on: str, currency: str = "CNY", units: int = 1000
) -> UnitSeries:
    unit = unit_class(id=AssetId(name), unit_places=4, currency=currency)
    held = register(lot(holder, units, bought_on=opened_on, mark=100), unit=unit)
    return UnitSeries(
        register=held, period=PerformanceFeePeriod(terms=TERMS, mark=100, opening=100, opened_on=opened_on)
    )


def closed(of: UnitSeries, gav: Fraction, on: str = "2025-12-31") -> UnitSeries:
    return attrs.evolve(of, period=of.period.close(gav, on=on)[1])


def test_a_series_becomes_units_of_the_lead_of_the_same_value() -> None:
    # The fund grows by 10 % to June and by 9.09 % after: the lead pays on 20, the series on 100/11.
    lead = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    later = closed(series("S-2", B, "2025-06-30"), Fraction(1200, 11))
    done = roll_up(later, lead, on="2025-12-31")
    after, kept = done.after, done.kept
    assert lead.period.mark == 116
    value = Fraction(after.register.units_of(B)) * 116
    own = 100_000 + Fraction(4, 5) * Fraction(100_000, 11)
    assert 0 <= own - value < Fraction(116, 10_000)
    assert kept == own - value
    assert after.register.lots_of(B)[0].mark == 116
    assert str(after.register.lots_of(B)[0].bought_on) == "2025-06-30"
    assert after.register.units_of(A) == 1000


@given(
    st.integers(1, 10**9), st.fractions(1, 3, max_denominator=1000), st.fractions(1, 3, max_denominator=1000)
)
def test_rolling_up_loses_less_than_a_step(units: int, one: Fraction, other: Fraction) -> None:
    lead = closed(series("S-1", A, "2025-01-01"), 100 * one)
    later = closed(series("S-2", B, "2025-06-30", units=units), 100 * other)
    done = roll_up(later, lead, on="2025-12-31")
    after, kept = done.after, done.kept
    value = Fraction(after.register.units_of(B)) * lead.period.opening
    assert value + kept == units * later.period.opening
    assert 0 <= kept < lead.period.opening / 10_000


def test_a_series_below_its_mark_stays_apart() -> None:
    good = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    low = closed(series("S-2", B, "2025-06-30"), Fraction(99))
    assert (good.at_mark, low.at_mark) == (True, False)
    for pair in ((low, good), (good, low)):
        with pytest.raises(FundError, match="was S-2 below it") as caught:
            roll_up(*pair, on="2025-12-31")
        assert caught.value.problem.code == Refusal.SERIES_BELOW_MARK


def test_a_gain_without_a_fee_is_not_rolled_up() -> None:
    hurdle = FeeHurdle(rate="0.2", kind=FeeHurdleKind.SOFT, day_count=None)
    good = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    later = series("S-2", B, "2025-06-30")
    terms = attrs.evolve(TERMS, hurdle=hurdle)
    later = closed(attrs.evolve(later, period=attrs.evolve(later.period, terms=terms)), Fraction(110))
    assert not later.at_mark  # a gain of 10 below the hurdle, on which a fee may come later
    with pytest.raises(FundError, match="was S-2 above it"):
        roll_up(later, good, on="2025-12-31")


def test_a_series_is_not_rolled_up_into_itself() -> None:
    lead = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    with pytest.raises(InvalidValueError, match="series: must be another than the lead series, was S-1"):
        roll_up(lead, lead, on="2025-12-31")
    with pytest.raises(InvalidValueError, match="lead: must be of type UnitSeries"):
        roll_up(lead, None, on="2025-12-31")  # type: ignore[arg-type]


def test_both_have_crystallised_on_the_day() -> None:
    lead = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    open_series = series("S-2", B, "2025-06-30")
    with pytest.raises(FundError, match="series: must have crystallised on 2025-12-31, was S-2") as caught:
        roll_up(open_series, lead, on="2025-12-31")
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER


def test_both_have_one_currency_and_one_set_of_terms() -> None:
    lead = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    euro = closed(series("S-2", B, "2025-06-30", "EUR"), Fraction(110))
    other = closed(series("S-3", B, "2025-06-30"), Fraction(110))
    cheaper = attrs.evolve(other, period=attrs.evolve(other.period, terms=attrs.evolve(TERMS, rate="0.1")))
    for wrong in (euro, cheaper):
        with pytest.raises(InvalidValueError, match="series: must have the currency and the terms"):
            roll_up(wrong, lead, on="2025-12-31")


def test_a_lot_too_small_for_the_lead_is_left_to_it() -> None:
    lead = closed(series("S-1", A, "2025-01-01"), Fraction(10_000_000))
    tiny = closed(
        attrs.evolve(
            series("S-2", B, "2025-06-30"),
            register=register(
                lot(B, "0.0001", bought_on="2025-06-30"), unit=unit_class(id=AssetId("S-2"), unit_places=4)
            ),
        ),
        Fraction(110),
    )
    done = roll_up(tiny, lead, on="2025-12-31")
    after, kept = done.after, done.kept
    assert after.register.lots_of(B) == ()
    assert kept == Fraction(108, 10_000)


def test_a_roll_up_explains_itself() -> None:
    lead = closed(series("S-1", A, "2025-01-01"), Fraction(120))
    later = closed(series("S-2", B, "2025-06-30"), Fraction(110))
    assert roll_up(later, lead, on="2025-12-31").explain().text() == (
        "S-2 rolled up into S-1 on 2025-12-31: 1000.0000 units × 0.931034482758620… = "
        "NAV per unit of the series / NAV per unit of the lead\n"
        "  NAV per unit of S-2: 108\n"
        "  NAV per unit of S-1: 116\n"
        "  left by rounding: 0.0096 = to the holders of the lead series"
    )
