"""Performance fees: over mark and hurdle, accrued by the day, crystallised at a period's end."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.performance_fee import (
    FeeHurdle,
    FeeHurdleKind,
    MarkRule,
    PerformanceFeePeriod,
    PerformanceFeeTerms,
)
from tests.fund.unit_books import UNIT, cny

VALUES = st.fractions(min_value=1, max_value=1000, max_denominator=100)


def fee_terms(**changed: Any) -> PerformanceFeeTerms:  # noqa: ANN401  any field
    return PerformanceFeeTerms(**{"rate": "0.2", "hurdle": None, "mark_rule": MarkRule.WHEN_PAID, **changed})


def hurdle(**changed: Any) -> FeeHurdle:  # noqa: ANN401  any field
    return FeeHurdle(
        **{"rate": "0.05", "kind": FeeHurdleKind.HARD, "day_count": DayCount.ACT_365_FIXED, **changed}
    )


def period(of: PerformanceFeeTerms, mark: int = 100, opening: int = 100) -> PerformanceFeePeriod:
    return PerformanceFeePeriod(terms=of, mark=mark, opening=opening, opened_on="2025-01-01")


def test_the_fee_is_on_what_is_above_the_mark() -> None:
    assert [fee_terms().per_unit(gav, mark=100, hurdle_level=None) for gav in (90, 100, 110)] == [0, 0, 2]


@pytest.mark.parametrize(
    ("kind", "fees"),
    [(FeeHurdleKind.HARD, [0, 0, Fraction(1, 5), 1]), (FeeHurdleKind.SOFT, [0, 0, Fraction(6, 5), 2])],
)
def test_a_hurdle_is_hard_or_soft(kind: FeeHurdleKind, fees: list[Fraction]) -> None:
    of = fee_terms(hurdle=hurdle(kind=kind))
    found = [of.per_unit(gav, mark=100, hurdle_level=105) for gav in (104, 105, 106, 110)]
    assert found == fees
    assert of.per_unit(119, mark=120, hurdle_level=105) == 0  # the mark counts beside the hurdle


def test_a_yearly_hurdle_grows_with_the_days() -> None:
    yearly = period(fee_terms(hurdle=hurdle()))
    assert yearly.accrue(110, on="2025-01-01").hurdle_level == 100
    assert yearly.accrue(110, on="2025-03-15").hurdle_level == 101  # 73 days
    assert yearly.accrue(110, on="2026-01-01").hurdle_level == 105
    assert yearly.accrue(110, on="2026-01-01").fee == 1
    flat = period(fee_terms(hurdle=hurdle(day_count=None)))
    assert flat.accrue(110, on="2025-01-01").hurdle_level == 105
    assert period(fee_terms()).accrue(110, on="2025-06-30").hurdle_level is None


def test_the_hurdle_grows_from_the_opening_and_not_from_the_mark() -> None:
    below = period(fee_terms(hurdle=hurdle()), mark=120, opening=100)
    assert below.accrue(121, on="2026-01-01").fee == Fraction(
        1, 5
    )  # the mark of 120 is above the hurdle of 105


@settings(max_examples=50)
@given(st.lists(VALUES, min_size=1, max_size=6), st.sampled_from(MarkRule), st.booleans())
def test_the_mark_never_falls_and_a_fee_is_never_paid_twice(
    values: list[Fraction],
    rule: MarkRule,
    with_hurdle: bool,  # noqa: FBT001  Hypothesis draws it
) -> None:
    now = period(fee_terms(mark_rule=rule, hurdle=hurdle() if with_hurdle else None))
    paid: list[Fraction] = []
    for number, gav in enumerate(values, start=1):
        day = datetime.date(2025, 1, 1) + datetime.timedelta(days=365 * number)
        accrual, after = now.close(gav, on=day)
        assert after.mark >= now.mark
        assert accrual.nav + accrual.fee == gav
        assert 0 <= accrual.fee <= Fraction(1, 5) * max(Fraction(0), gav - now.mark)
        if accrual.fee:
            assert accrual.nav >= now.mark
            assert after.mark == accrual.nav
        elif rule is MarkRule.WHEN_PAID:
            assert after.mark == now.mark
        assert after.opening == accrual.nav
        assert after.close(accrual.nav, on=day)[0].fee == 0
        paid.append(accrual.fee)
        now = after
    assert sum(paid) <= Fraction(1, 5) * sum((max(Fraction(0), gav - 100) for gav in values), Fraction(0))


def test_the_two_mark_rules_differ_below_a_hurdle_only() -> None:
    for rule, mark in ((MarkRule.WHEN_PAID, 100), (MarkRule.EVERY_PERIOD, 103)):
        of = fee_terms(mark_rule=rule, hurdle=hurdle())
        assert period(of).close(103, on="2026-01-01")[1].mark == mark
        assert period(fee_terms(mark_rule=rule)).close(90, on="2026-01-01")[1].mark == 100


def test_the_fee_of_units_is_rounded_once() -> None:
    accrual = period(fee_terms()).accrue("100.01", on="2025-06-30")
    assert accrual.fee == Fraction("0.002")
    assert accrual.total(UNIT, "2.50") == cny("0.01")  # 0.005, half up
    with pytest.raises(InvalidValueError, match="units: must be zero or more"):
        accrual.total(UNIT, -1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fee_terms(rate=1), "rate: must be from 0 to below 1"),
        (lambda: fee_terms(rate=0.2), "rate: must be a str, int or Decimal"),
        (lambda: fee_terms(hurdle="0.05"), "hurdle: must be of type FeeHurdle"),
        (lambda: fee_terms(mark_rule="always"), "mark_rule: must be of type MarkRule"),
        (lambda: hurdle(rate="-0.01"), "rate: must be zero or more"),
        (lambda: hurdle(kind="hard"), "kind: must be of type FeeHurdleKind"),
        (lambda: hurdle(day_count="ACT/365F"), "day_count: must be of type DayCount"),
        (lambda: period(fee_terms(), mark=0), "value per unit: must be above zero"),
        (lambda: period(fee_terms()).accrue(-1, on="2025-06-30"), "gav: must be zero or more"),
        (lambda: period(fee_terms()).close(0, on="2025-06-30"), "value per unit: must be above zero"),
        (
            lambda: fee_terms().per_unit(110, mark=100, hurdle_level=105),
            "hurdle_level: must be given exactly if there is a hurdle",
        ),
        (
            lambda: fee_terms(hurdle=hurdle()).per_unit(110, mark=100, hurdle_level=None),
            "hurdle_level: must be given exactly if there is a hurdle",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, message: str) -> None:  # noqa: ANN401  a maker
    with pytest.raises(InvalidValueError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_a_day_before_the_period_is_refused() -> None:
    with pytest.raises(FundError) as caught:
        period(fee_terms()).accrue(110, on="2024-12-31")
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER


def test_a_fee_explains_itself() -> None:
    plain = period(fee_terms()).accrue(110, on="2025-06-30").explain()
    assert plain.how == "0.2 × max(0, 110 − 100)"
    assert [part.what for part in plain.parts] == ["high-water mark"]
    hard = period(fee_terms(hurdle=hurdle())).accrue(110, on="2026-01-01").explain()
    assert hard.how == "0.2 × max(0, 110 − max(100, 105))"
    assert hard.parts[1].how == "100 and 0.05 of it a year, ACT/365F"
    soft = attrs.evolve(hurdle(), kind=FeeHurdleKind.SOFT, day_count=None)
    text = period(fee_terms(hurdle=soft)).accrue(110, on="2026-01-01").explain().text()
    assert "0.2 × max(0, 110 − 100, above a soft hurdle of 105)" in text
    assert "soft hurdle: 105 = 100 and 0.05 of it a period" in text
