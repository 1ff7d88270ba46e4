"""
Worked examples of the GHG Protocol that need no more than activity × factor.

Worked examples after the GHG Protocol, Technical Guidance for Calculating Scope 3
Emissions (2013), (c) WRI/WBCSD: examples 1.1 and 1.2 (category 1), 4.1 (category 4),
5.2 (category 5), 6.1 (category 6). Numbers only; each was recomputed exactly. Example
5.2 gives shares of 40 t of waste.
"""

from __future__ import annotations

from carbonkit.accounting import (
    Activity,
    Catalogue,
    Factor,
    GwpSet,
    Potential,
    Rate,
    Scope,
    account,
    as_published,
)
from carbonkit.values import CO2e, Exact, Period, Place, Source, multiply, quantity
from carbonkit.values.number import exact

YEAR, WORLD = Period.year(2013), Place("001")
GUIDANCE = Source("WRI/WBCSD", "Technical Guidance for Calculating Scope 3 Emissions", 2013)
BASIS = "example, basis not stated"

Row = tuple[Exact, str, Exact]


def total(rows: list[Row], *, gwp: GwpSet | None = None, gas: str = "CO2e") -> CO2e:
    factors, activities = [], []
    for number, (amount, unit, rate) in enumerate(rows):
        kind = f"kind {number}"
        rates = (Rate("CO2e", rate, "kgCO2e", basis=BASIS) if gas == "CO2e" else Rate(gas, rate, "kg"),)
        factors.append(Factor(kind, "2013", kind, WORLD, YEAR, unit, rates, GUIDANCE))
        activities.append(
            Activity(str(number), "reporter", kind, quantity(amount, unit), WORLD, YEAR, Scope.THREE)
        )
    inventory = account(activities, Catalogue(factors))
    return inventory.co2e(gwp or as_published(BASIS)).by_scope().amount("scope 3")


def test_example_1_1_supplier_specific() -> None:
    rows: list[Row] = [
        ("200000", "kg", "0.15"),
        ("600000", "kg", "0.10"),
        ("200000", "kg", "0.10"),
        ("100000", "kg", "0.25"),
        ("50000", "kg", "0.20"),
    ]
    assert total(rows) == CO2e("145000", "kgCO2e")


def test_example_1_2_materials() -> None:
    rows: list[Row] = [("5000", "kg", 7), ("2500", "kg", 5), ("500", "kg", 2), ("500", "kg", "1.5")]
    assert total(rows) == CO2e("49250", "kgCO2e")


def test_example_4_1_fuel_and_refrigerant() -> None:
    fuel: list[Row] = [(litres, "L", 3) for litres in ("50000", "80000", "90000")]
    # the refrigerant is a mass of gas, weighed with the example's own potential
    own = GwpSet("example 4.1", (Potential("R410A", 2000, GUIDANCE),))
    leaked = total([(50, "kg", 1)], gwp=own, gas="R410A")
    assert leaked == CO2e("100000", "kgCO2e")
    assert total(fuel) + leaked == CO2e("760000", "kgCO2e")


def test_example_5_2_waste() -> None:
    parts = [("0.25", 300), ("0.05", 0), ("0.30", 0), ("0.20", 10), ("0.20", 30)]
    rows: list[Row] = [(multiply(exact(share), exact(40)), "t", rate) for share, rate in parts]
    assert total(rows) == CO2e("3320", "kgCO2e")


def test_example_6_1_air_travel() -> None:
    trips = [(10, 10000, 5), (20, 15000, 6), (100, 12000, 5)]
    rows: list[Row] = [(people * kilometres, "p_km", rate) for people, kilometres, rate in trips]
    assert total(rows) == CO2e("8300000", "kgCO2e")
