"""Breakdowns: parts that add up, before and after the one rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Breakdown
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError, NotFoundError
from carbonkit.values import CO2e, Rounding, round_to

AMOUNTS = st.decimals(-(10**6), 10**6, places=6)


def tonnes(*numbers: str) -> Breakdown:
    return Breakdown(
        "facility", [(str(place), CO2e(number, "tCO2e")) for place, number in enumerate(numbers)]
    )


def figures(breakdown: Breakdown) -> list[str]:
    return [str(amount.number) for _, amount in breakdown.parts]


def test_missing_steps_go_to_the_parts_that_lost_most() -> None:
    rounded = tonnes("0.335", "0.331", "0.334").rounded(2, Rounding.HALF_UP)
    assert figures(rounded) == ["0.34", "0.33", "0.33"]
    assert rounded.total == CO2e("1.00", "tCO2e")


def test_equal_losses_are_settled_in_order() -> None:
    assert figures(tonnes("0.5", "0.5", "0.5").rounded(0, Rounding.HALF_UP)) == ["1", "1", "0"]


def test_a_credit_and_what_it_cancels_still_cancel() -> None:
    rounded = tonnes("1.25", "-1.25").rounded(1, Rounding.HALF_UP)
    assert rounded.total == CO2e(0, "tCO2e")


def test_tens_can_be_named() -> None:
    assert figures(tonnes("14", "14", "14").rounded(-1, Rounding.HALF_UP)) == ["20", "10", "10"]


def test_nothing_adds_up_to_nothing() -> None:
    empty = Breakdown("scope", ())
    assert empty.rounded(2, Rounding.HALF_UP).total == CO2e(0, "tCO2e")


def test_a_part_that_is_missing_is_not_zero() -> None:
    with pytest.raises(NotFoundError, match="must be a facility of this breakdown, was 9"):
        tonnes("1").amount("9")


def test_a_unit_for_all() -> None:
    assert figures(tonnes("1.5", "0.25").to("kgCO2e")) == ["1500", "250"]
    with pytest.raises(IncompatibleUnitsError):
        tonnes("1").to("kg")


def test_parts_are_named_once_and_in_one_unit() -> None:
    one = CO2e(1, "tCO2e")
    with pytest.raises(InvalidValueError, match="name each part once"):
        Breakdown("scope", [("a", one), ("a", one)])
    with pytest.raises(InvalidValueError, match="be in one unit"):
        Breakdown("scope", [("a", one), ("b", CO2e(1, "kgCO2e"))])
    with pytest.raises(InvalidValueError, match="must be of type CO2e"):
        Breakdown("scope", [("a", 1)])  # type: ignore[list-item]  # the mistake under test


@given(st.lists(AMOUNTS, max_size=12), st.integers(-2, 5), st.sampled_from(Rounding))
def test_rounded_parts_add_up_to_the_rounded_total(
    numbers: list[Decimal], places: int, rounding: Rounding
) -> None:
    exact = Breakdown("facility", [(str(n), CO2e(number, "tCO2e")) for n, number in enumerate(numbers)])
    rounded = exact.rounded(places, rounding)
    assert rounded.total.number == round_to(exact.total.number, places, rounding)
    step = Decimal(10) ** -places
    for (_, before), (_, after) in zip(exact.parts, rounded.parts, strict=True):
        assert abs(before.number - after.number) < step
        assert round_to(after.number, places, Rounding.FLOOR) == after.number
