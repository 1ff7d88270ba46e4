"""Carbon balances: what goes in is what leaves and what is emitted."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.process import (
    Term,
    burnt_by_heat,
    carbon_balance,
    from_material,
    process_balance,
    remainder,
)

if TYPE_CHECKING:
    from decimal import Decimal

masses = st.decimals(min_value=-(10**6), max_value=10**6, places=2)


@given(masses, masses, masses, masses)
def test_the_carbon_that_enters_leaves_or_is_emitted(
    coke: Decimal, lime: Decimal, scrap: Decimal, steel: Decimal
) -> None:
    fuel = burnt_by_heat("coke", coke, "28.435", "0.02942", 1)
    carbonate = from_material("limestone", lime, "0.440", purity=1)
    material = from_material("scrap", scrap, "0.037", purity=1)
    product = from_material("crude steel", steel, "0.037", purity=1)
    works = carbon_balance(
        "works", fuels=[fuel], carbonates=[carbonate], materials=[material], products=[product]
    )
    entered = fuel.tonnes + carbonate.tonnes + material.tonnes
    assert works.tonnes + product.tonnes == entered
    assert works.terms[-1].tonnes == -product.tonnes  # one balance: a product is a term, not a credit


def test_works_less_processes_and_power_is_the_rest() -> None:
    coking = process_balance(
        "coking",
        entering=[Term("coal", Fraction(100))],
        leaving=[Term("coke", Fraction(80)), Term("gas", Fraction(15))],
    )
    power = process_balance("power", entering=[Term("gas", Fraction(15))], leaving=[])
    works = carbon_balance(
        "works", fuels=[Term("coal", Fraction(100))], electrodes=[Term("rod", Fraction(1))]
    )
    rest = remainder(works, processes=[coking], power=[power])
    assert [coking.tonnes, works.tonnes, rest.tonnes] == [5, 101, 81]
    assert rest.tonnes + coking.tonnes + power.tonnes == works.tonnes
    assert "coke: -80 tCO2 = -()" in rest.explain().text()
