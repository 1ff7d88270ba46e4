"""Clinker by factor and by oxides: the floor month by month, and reversals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.process import (
    Balance,
    Clinker,
    Substitute,
    clinker_process,
    kiln_process,
    line_process,
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


def test_a_reversal_is_off_the_substitution_rate() -> None:
    used = [Substitute("slag", 110, "0.480"), Substitute("slag", -5, "0.480")]
    assert substitution_rate(1050, "0.535", used) == 105 * Fraction("0.480") / (1050 * Fraction("0.535"))
    with pytest.raises(InvalidValueError, match="saved: must have the sign of the clinker"):
        substitution_rate(1050, "0.535", [Substitute("slag", -5, "0.480")])


@given(masses, masses, masses, masses)
def test_the_floor_of_a_line_is_that_of_all_its_kinds(
    grey: Decimal, white: Decimal, slag: Decimal, ash: Decimal
) -> None:
    def month(sign: int) -> Fraction:
        kinds = [
            Clinker("grey", grey * sign, "0.535", [Substitute("slag", slag * sign, "0.480")]),
            Clinker("white", white * sign, "0.550", [Substitute("ash", ash * sign, "0.305")]),
        ]
        assert line_process("line", kinds).tonnes == line_process("line", reversed(kinds)).tonnes
        return line_process("line", kinds).tonnes

    rates = (Fraction("0.535"), Fraction("0.550"), -Fraction("0.480"), -Fraction("0.305"))
    left = sum(Fraction(m) * rate for m, rate in zip((grey, white, slag, ash), rates, strict=True))
    assert month(1) == max(0, left if grey or white else 0)
    assert month(1) + month(-1) == 0


def test_a_kind_takes_back_both_and_a_line_takes_kinds_only() -> None:
    assert line_process("line", []).tonnes == 0
    for wrong in ([("grey", 1)], None, 1):
        with pytest.raises(WrongTypeError, match="clinkers"):
            line_process("line", wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="substitutes"):
        Clinker("grey", 1, "0.5", None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="factor"):
        Clinker("grey", 1, "-0.5")


def test_oxides_count_what_was_calcined_only() -> None:
    whole = oxide_factor(lime="0.65", lime_not_calcined=0, magnesia="0.02", magnesia_not_calcined=0)
    part = oxide_factor(lime="0.65", lime_not_calcined="0.03", magnesia="0.02", magnesia_not_calcined="0.01")
    assert whole - part == Fraction("0.03") * Fraction(44, 56) + Fraction("0.01") * Fraction(44, 40)
    with pytest.raises(InvalidValueError, match="at most the lime"):
        oxide_factor(lime="0.6", lime_not_calcined="0.7", magnesia=0, magnesia_not_calcined=0)


def test_dust_and_organic_carbon_are_terms_of_their_own() -> None:
    terms = kiln_process(clinker=1000, dust=10, factor="0.5", raw_meal=1500, organic_carbon="0.002")
    assert [term.tonnes for term in terms] == [500, 5, 11]
