"""Holding limits: the formula, and what counts under it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.registry.holding_limit import Budget, HeldUnits, holding_limit
from carbonkit.schemes.california import allowance_budget, holding_limit_of, limit_formula


def test_a_limit_is_cut_down_to_whole_allowances() -> None:
    assert holding_limit(limit_formula(2025), [Budget("X", 2025, "25000039")]).allowances == 2_500_000
    assert holding_limit(limit_formula(2025), [Budget("X", 2025, "25000040")]).allowances == 2_500_001


def test_linked_budgets_add_up() -> None:
    joint = holding_limit_of(2014, (Budget("Québec", 2014, 63_190_000),))
    assert joint.allowances == 5_867_500 + 1_579_750


def test_budgets_of_two_years_or_of_one_programme_twice_or_none_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="budgets of one year, was 2014, 2015"):
        holding_limit_of(2014, (Budget("Québec", 2015, 1),))
    with pytest.raises(InvalidValueError, match="each programme once"):
        holding_limit_of(2014, (Budget("California", 2014, 1),))
    with pytest.raises(InvalidValueError, match="was none"):
        holding_limit(limit_formula(2014), [])


@pytest.mark.parametrize("year", [2012, 2051])
def test_a_year_without_a_budget_is_not_found(year: int) -> None:
    with pytest.raises(NotFoundError):
        allowance_budget(year)
    with pytest.raises(NotFoundError):
        holding_limit_of(year)


def test_this_and_earlier_vintages_count_together_and_a_later_one_alone() -> None:
    held = [HeldUnits("general", 2023, 5), HeldUnits("compliance", 2025, 7), HeldUnits("general", 2026, 11)]
    assert holding_limit_of(2025).counted(held, current_year=2025, exempt=0) == 12
    assert holding_limit_of(2026).counted(held, current_year=2025, exempt=0) == 11
    with pytest.raises(InvalidValueError, match="be at most 2024"):
        holding_limit_of(2024).counted(held, current_year=2025, exempt=0)


def test_exempt_units_and_accounts_do_not_count() -> None:
    limit = holding_limit_of(2025)
    kinds = ("limited_use_holding", "exchange_clearing", "annual_allocation_holding", "general")
    held = [HeldUnits(kind, 2025, 10) for kind in kinds]
    assert limit.counted(held, current_year=2025, exempt=0) == 10
    assert limit.counted(held, current_year=2025, exempt=4) == 6
    assert limit.counted(held, current_year=2025, exempt=11) == 0
    with pytest.raises(InvalidValueError, match="negative"):
        limit.counted(held, current_year=2025, exempt=-1)


def test_the_limit_itself_may_be_held_and_one_more_may_not() -> None:
    limit = holding_limit_of(2025)
    full = HeldUnits("general", 2025, limit.allowances)
    assert limit.excess([full], current_year=2025, exempt=0) == 0
    assert limit.excess([full, HeldUnits("general", 2020, 1)], current_year=2025, exempt=0) == 1


def test_negative_and_inexact_numbers_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="quantity: must not be negative"):
        HeldUnits("general", 2025, -1)
    with pytest.raises(InvalidValueError, match="budget: must not be negative"):
        Budget("X", 2025, "-1")
    with pytest.raises(InexactNumberError):
        Budget("X", 2025, 1.5)  # type: ignore[arg-type]


def test_the_explanation_goes_down_to_the_budget_and_the_formula() -> None:
    explained = holding_limit_of(2032, (Budget("Québec", 2032, 10),)).explain()
    text = explained.text()
    assert "holding limit 2032" in text
    assert "budget of Québec 2032: 10 allowances" in text
    assert "193.8 million less 6.7 million for each year after 2031" in text
    assert [source.table for source in explained.sources()] == ["section 95841", "section 95920"]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_larger_budget_never_has_a_smaller_limit(one: int, more: int) -> None:
    rule = limit_formula(2025)
    small = holding_limit(rule, [Budget("X", 2025, one)])
    large = holding_limit(rule, [Budget("X", 2025, one + more)])
    assert small.allowances <= large.allowances
    assert 40 * small.allowances <= 10**8 + (one - 25_000_000) < 40 * (small.allowances + 1)
