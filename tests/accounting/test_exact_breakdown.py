"""Exact breakdowns hold fractions, and round once so that the parts add up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.breakdown import Breakdown
from carbonkit.accounting.exact_breakdown import ExactBreakdown
from carbonkit.errors import InexactConversionError, InvalidValueError, NotFoundError, WrongTypeError
from carbonkit.values import CO2e, Rounding
from tests.strategies import exact_decimals, roundings

FRACTIONS = st.builds(Fraction, st.integers(-(10**6), 10**6), st.integers(1, 1000))


def test_a_missing_part_is_not_zero_and_no_label_stands_twice() -> None:
    with pytest.raises(NotFoundError, match="be a scope of this breakdown"):
        ExactBreakdown("scope", []).amount("scope 1")
    with pytest.raises(InvalidValueError, match="name each part once, was a, a"):
        ExactBreakdown("scope", [("a", Fraction(1)), ("a", Fraction(2))])
    with pytest.raises(WrongTypeError):
        ExactBreakdown("scope", [("a", 1)])  # type: ignore[list-item]


def test_a_third_has_no_decimal_form() -> None:
    with pytest.raises(InexactConversionError, match="was 1/3 tCO2e; name a rounding"):
        ExactBreakdown("scope", [("a", Fraction(1, 3))]).in_decimals()


@given(st.lists(FRACTIONS, max_size=6), st.integers(-2, 4), roundings())
def test_rounded_parts_add_up_and_are_less_than_a_step_away(
    numbers: list[Fraction], places: int, rounding: Rounding
) -> None:
    exact = ExactBreakdown("unit", [(str(place), number) for place, number in enumerate(numbers)])
    found = exact.rounded(places, rounding)
    step = Fraction(10) ** -places
    assert abs(Fraction(found.total.number) - exact.total) < step
    for (_, number), (_, amount) in zip(exact.parts, found.parts, strict=True):
        assert abs(Fraction(amount.number) - number) < step


@given(st.lists(exact_decimals(), max_size=6), st.integers(0, 4), roundings())
def test_it_rounds_as_a_breakdown_of_decimals_does(
    numbers: list[object], places: int, rounding: Rounding
) -> None:
    labelled = [(str(place), CO2e(number, "tCO2e")) for place, number in enumerate(numbers)]  # type: ignore[arg-type]
    plain = Breakdown("unit", labelled)
    exact = ExactBreakdown("unit", [(label, Fraction(amount.number)) for label, amount in labelled])
    assert exact.rounded(places, rounding) == plain.rounded(places, rounding)
    assert exact.in_decimals() == plain
