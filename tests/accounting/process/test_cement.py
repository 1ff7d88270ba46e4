"""Clinker by factor and by oxides: the floor month by month, and reversals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.process import (
    Balance,
    Substitute,
    clinker_process,
    kiln_process,
    oxide_factor,
    substitution_rate,
)
from carbonkit.errors import InvalidValueError, WrongTypeError

if TYPE_CHECKING:
    from decimal import Decimal

masses = st.decimals(min_value=0, max_value=10**6, places=2)


def test_the_floor_holds_in_each_month_and_not_in_the_sum() -> None:
    full = clinker_process("Portland", 1000, "0.535", [Substitute("slag", 100, "0.480")])
    none = clinker_process("Portland", 100, "0.535", [Substitute("slag", 200, "0.480")])
    assert [full.tonnes, none.tonnes] == [487, 0]
    assert Balance("two", [full, none]).tonnes == 487  # with the year's floor alone it would be 444.5


@given(masses, masses)
def test_a_reversal_takes_back_what_the_month_gave(clinker: Decimal, slag: Decimal) -> None:
    def month(sign: int) -> Fraction:
        used = [Substitute("slag", slag * sign, "0.480")]
        return clinker_process("Portland", clinker * sign, "0.535", used).tonnes

    assert month(1) >= 0
    assert month(1) + month(-1) == 0


def test_a_substitute_of_the_other_sign_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="slag"):
        clinker_process("Portland", 100, "0.535", [Substitute("slag", -1, "0.480")])
    with pytest.raises(WrongTypeError):
        clinker_process("Portland", 100, "0.535", [("slag", 1)])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="deduction"):
        Substitute("slag", 1, "-0.480")


def test_the_substitution_rate_is_a_share_of_the_gross_process() -> None:
    used = [Substitute("slag", 200_000, "0.480")]
    assert substitution_rate(1_000_000, "0.535", used) == Fraction(96, 535)
    with pytest.raises(InvalidValueError, match="not be zero"):
        substitution_rate(0, "0.535", [])


def test_oxides_count_what_was_calcined_only() -> None:
    whole = oxide_factor(lime="0.65", lime_not_calcined=0, magnesia="0.02", magnesia_not_calcined=0)
    part = oxide_factor(lime="0.65", lime_not_calcined="0.03", magnesia="0.02", magnesia_not_calcined="0.01")
    assert whole - part == Fraction("0.03") * Fraction(44, 56) + Fraction("0.01") * Fraction(44, 40)
    with pytest.raises(InvalidValueError, match="at most the lime"):
        oxide_factor(lime="0.6", lime_not_calcined="0.7", magnesia=0, magnesia_not_calcined=0)


def test_dust_and_organic_carbon_are_terms_of_their_own() -> None:
    terms = kiln_process(clinker=1000, dust=10, factor="0.5", raw_meal=1500, organic_carbon="0.002")
    assert [term.tonnes for term in terms] == [500, 5, 11]
