"""Apportioning: whole parts that add up, each less than one away from its exact part."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.fund.apportion import apportion, in_minor_units, written
from carbonkit.fund.figure import money, power
from carbonkit.values import Money, Rounding
from carbonkit.values.share import split


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any))
def test_it_splits_as_weights_do(total: int, weights: list[int]) -> None:
    parts = [Fraction(total * weight, sum(weights)) for weight in weights]
    assert apportion(total, parts) == split(total, weights)


@given(
    st.lists(
        st.builds(Fraction, st.integers(-7, 7000), st.sampled_from([1, 3, 7, 97])), min_size=1, max_size=8
    )
)
def test_parts_add_up_and_none_is_negative(parts: list[Fraction]) -> None:
    exact = sum(parts, Fraction(0))
    total = max(0, round(exact))
    if abs(exact - total) < 1:
        found = apportion(total, parts)
        assert sum(found) == total
        assert min(found) >= 0


def test_parts_below_zero_are_made_up_for_by_those_that_lost_least() -> None:
    parts = [Fraction(-9, 10), Fraction(-9, 10), Fraction(-9, 10), Fraction(37, 10)]
    assert apportion(1, parts) == (0, 0, 0, 1)
    assert apportion(0, [Fraction(-1, 2), Fraction(1, 2)]) == (0, 0)
    assert apportion(1, [Fraction(-4, 5), Fraction(8, 5), Fraction(6, 5)]) == (0, 1, 0)


@pytest.mark.parametrize(
    ("total", "parts"), [(-1, [Fraction(-1)]), (5, [Fraction(1)]), (1, []), (0, [Fraction(2)])]
)
def test_a_total_that_is_not_that_of_the_parts_is_refused(total: int, parts: list[Fraction]) -> None:
    with pytest.raises(InvalidValueError, match="total: must be what the parts add up to, zero or more"):
        apportion(total, parts)


def test_long_fractions_are_rounded_once() -> None:
    amount = power("1.08", Fraction(1, 2)) * power("1.08", Fraction(1, 3)) * 10**11
    assert money(amount, "CNY", Rounding.HALF_UP) == Money("106623547897.13", "CNY")
    assert money(Fraction(-1, 3), "JPY", Rounding.AWAY_FROM_ZERO) == Money("-1", "JPY")
    assert in_minor_units(Fraction(1, 3), "JPY") == Fraction(1, 3)


def test_shares_are_written_as_decimals_that_end_soon() -> None:
    assert written(Fraction(1)) == "1"
    assert written(Fraction(1, 8)) == "0.125"
    assert written(Fraction(1, 2**20)) == "1/1048576"
