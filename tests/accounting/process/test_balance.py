"""Terms and balances: exact sums, one rounding, reversals that cancel."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import Scope
from carbonkit.accounting.process import (
    Balance,
    Term,
    anode_effect,
    burnt_by_carbon,
    burnt_by_heat,
    carbon_balance,
    from_material,
    heat_supplied,
    in_words,
    merged_hours,
    merged_load,
    process_balance,
    remainder,
    round_ratio,
    weighted_mean,
)
from carbonkit.errors import InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.values import Period, Place, Rounding

if TYPE_CHECKING:
    from collections.abc import Callable

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


def test_a_mean_is_that_of_the_net_weights() -> None:
    assert weighted_mean([(1, -1), (4, -2)]) == 3
    assert weighted_mean([(20, 1000)] * 11 + [(20, -50)]) == 20
    assert weighted_mean([(20, 100), (26, 200), (26, -100)]) == weighted_mean([(20, 100), (26, 100)])
    assert weighted_mean([(20, 100), (99, 0), (26, 100)]) == 23


def test_a_mean_of_no_net_weight_or_outside_its_figures_is_refused() -> None:
    for values in ([(1, 0)], [], [(1, 5), (2, -5)], [(3, 5), (3, -5)]):
        with pytest.raises(InvalidValueError, match="weights: must not be zero"):
            weighted_mean(values)
    for values, mean in (([(1, 2), (2, -1)], "0"), ([(2, 2), (1, -1)], "3"), ([(20, 11), (24, -1)], "19.6")):
        with pytest.raises(InvalidValueError, match=f"mean: must lie between .*, was {mean};"):
            weighted_mean(values)


@given(st.lists(st.tuples(figures, tonnes), min_size=1, max_size=6))
def test_a_mean_of_any_signs_is_inside_its_figures_or_refused_and_the_same_reversed(
    values: list[tuple[Decimal, Decimal]],
) -> None:
    reversed_ = [(value, -weight) for value, weight in values]
    used = [Fraction(value) for value, weight in values if weight]
    try:
        mean = weighted_mean(values)
    except InvalidValueError:
        with pytest.raises(InvalidValueError):
            weighted_mean(reversed_)
    else:
        assert min(used) <= mean <= max(used)
        assert weighted_mean(reversed_) == mean


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


@pytest.mark.parametrize("wrong", [None, 1, [1], [None], [(1,)], [(1, 2, 3, 4)]])
def test_what_is_no_list_or_no_row_is_refused(wrong: object) -> None:
    rows: tuple[Callable[..., object], ...] = (weighted_mean, merged_hours, merged_load)
    for find in rows:
        with pytest.raises(WrongTypeError, match=r"values|units"):
            find(wrong)
    with pytest.raises(WrongTypeError, match="rates"):
        anode_effect(1, wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="terms"):
        Balance("b", wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="parts"):
        Term("t", Fraction(1), "", wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="fuels"):
        carbon_balance("works", fuels=wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="leaving"):
        process_balance("coking", entering=[], leaving=wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match=r"processes|parts"):
        remainder(Balance("b", []), processes=wrong, power=[])  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="gas"):
        anode_effect(1, [(1, 1)])  # type: ignore[list-item]


def test_what_is_no_list_of_heats_is_refused() -> None:
    for way in ("from_boilers", "direct", "indirect"):
        heats: dict[str, object] = {"from_boilers": [], "direct": [], "indirect": [], way: None}
        with pytest.raises(WrongTypeError):
            heat_supplied(**heats)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="works"):
        remainder(None, processes=[], power=[])  # type: ignore[arg-type]
    for wrong in (None, 1.5):
        with pytest.raises(InexactNumberError):
            round_ratio(wrong, 1, Rounding.FLOOR)  # type: ignore[arg-type]
        with pytest.raises(InexactNumberError):
            in_words(wrong)  # type: ignore[arg-type]
