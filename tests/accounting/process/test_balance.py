"""Terms and balances: exact sums, one rounding, reversals that cancel."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Scope
from carbonkit.accounting.process import (
    Balance,
    Term,
    burnt_by_carbon,
    burnt_by_heat,
    from_material,
    in_words,
    round_ratio,
    weighted_mean,
)
from carbonkit.errors import InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.values import Period, Place, Rounding

tonnes = st.decimals(min_value=-(10**7), max_value=10**7, places=3)
weights = st.decimals(min_value=0, max_value=10**7, places=3)
figures = st.decimals(min_value=0, max_value=1000, places=5)


def test_a_sum_of_thirds_is_whole() -> None:
    third = burnt_by_carbon("coke", "1", "1", "0.25")  # 11/12 t
    assert Balance("three", [third] * 12).tonnes == 11
    assert Balance("three", [third] * 12).rounded(2, Rounding.HALF_UP) == Decimal("11.00")


def test_carbon_and_heat_give_the_same() -> None:
    by_heat = burnt_by_heat("coal", "12345.67", "21.305", "0.02806", "0.99")
    by_carbon = burnt_by_carbon("coal", "12345.67", Fraction("21.305") * Fraction("0.02806"), "0.99")
    assert by_heat.tonnes == by_carbon.tonnes


@given(tonnes, figures, figures)
def test_a_reversal_cancels_to_nothing_before_and_after_rounding(
    quantity: Decimal, heat: Decimal, carbon: Decimal
) -> None:
    term = burnt_by_heat("coal", quantity, heat, carbon, "0.99")
    back = burnt_by_heat("coal", quantity.copy_negate(), heat, carbon, "0.99")
    assert Balance("both", [term, back]).tonnes == 0
    rounded = [Balance("one", [each]).rounded(2, Rounding.HALF_UP) for each in (term, back)]
    assert sum(rounded) == 0


@given(
    st.lists(st.tuples(figures, weights), min_size=1, max_size=12).filter(
        lambda all_: any(w for _, w in all_)
    )
)
def test_a_weighted_mean_lies_between_the_least_and_the_greatest(
    values: list[tuple[Decimal, Decimal]],
) -> None:
    mean = weighted_mean(values)
    used = [Fraction(value) for value, weight in values if weight]
    assert min(used) <= mean <= max(used)


def test_a_mean_of_weights_of_two_signs_or_of_none_is_refused() -> None:
    for values in ([(1, 2), (2, -1)], [(1, 0)], []):
        with pytest.raises(InvalidValueError):
            weighted_mean(values)
    assert weighted_mean([(1, -1), (4, -2)]) == 3


def test_what_is_no_share_no_number_or_negative_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"99 % is 0\.99"):
        burnt_by_carbon("coal", 1, 1, 99)
    with pytest.raises(InexactNumberError):
        burnt_by_carbon("coal", 1.5, 1, 1)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="factor"):
        from_material("lime", 1, "-0.44", purity=1)
    with pytest.raises(WrongTypeError):
        Balance("b", [Fraction(1)])  # type: ignore[list-item]


def test_words_show_all_digits_or_that_there_are_more() -> None:
    assert [in_words(Fraction(number)) for number in ("12", "-0.5", "1/8", "-1/3", "1/8192")] == [
        "12",
        "-0.5",
        "0.125",
        "-0.333333…",
        "0.000122…",
    ]


def test_a_calculation_holds_a_mass_and_its_working() -> None:
    balance = Balance("furnace", [Term("coke", Fraction(11, 3), "1 × 11/3"), Term("iron", Fraction(-1, 3))])
    found = balance.calculation(
        id="f",
        facility="works",
        place=Place("CN/HE"),
        period=Period.year(2025),
        places=1,
        rounding=Rounding.HALF_UP,
    )
    assert (found.scope, found.amounts[0].number) == (Scope.ONE, Decimal("3.3"))
    text = found.explain().text()
    assert "furnace: 3.333333… tCO2 = sum of 2 terms" in text
    assert "iron: -0.333333… tCO2" in text
    assert round_ratio(balance.tonnes, 0, Rounding.CEILING) == 4
