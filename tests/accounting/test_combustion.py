"""Burning a fuel: heat × carbon × oxidation × 44/12, exact up to one named rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting import (
    Activity,
    Amount,
    Calorific,
    Catalogue,
    Category,
    Conversion,
    Factor,
    Inventory,
    Origin,
    Rate,
    Scope,
    account,
    gwp_set,
)
from carbonkit.accounting.combustion import CarbonContent, CarbonShare, burn
from carbonkit.accounting.fuel import Estimate, Fuel
from carbonkit.errors import (
    IncompatibleUnitsError,
    InexactConversionError,
    InvalidValueError,
    NotFoundError,
    WrongTypeError,
)
from carbonkit.values import CO2e, Energy, Exact, Mass, Period, Place, Rounding, Source, Status, quantity
from tests.strategies import exact_decimals

YEAR, CHINA = Period.year(2025), Place("CN")
GUIDELINE = Source("MEE", "Guideline, table A.1", 2025, status=Status.RECALLED)
DIESEL = Fuel(
    "diesel",
    "2025",
    CHINA,
    YEAR,
    "t",
    GUIDELINE,
    calorific=Calorific.NET,
    origin=Origin.FOSSIL,
    energy="GJ",
    carbon_unit="t",
    heat=Estimate("42.652"),
    carbon=Estimate("0.0202"),
    oxidation=Estimate("0.98"),
)
COAL = CarbonContent("coal", "0.55", "t", "t", Origin.FOSSIL, CHINA, YEAR, Source("Lab", "Report 4", 2025))
ALL_BURNS = CarbonShare(1, Source("Us", "Boiler test", 2025))
TO_GRAM = Conversion(6, Rounding.HALF_UP)
SYMMETRIC = [way for way in Rounding if way not in {Rounding.FLOOR, Rounding.CEILING}]


def burnt(number: Exact, unit: str = "t", **changes: Any) -> Activity:  # noqa: ANN401  of any field
    plain = Activity("1", "7", "diesel", quantity(number, unit), Place("CN/SH"), YEAR, Scope.ONE)
    return attrs.evolve(plain, **changes)


def by_heat(**changes: Any) -> Factor:  # noqa: ANN401  of any field
    plain = Factor(
        "stationary",
        "2006",
        "diesel",
        Place("001"),
        Period("2006-01-01", None),
        "TJ",
        [Rate("CH4", "3", "kg"), Rate("N2O", "0.6", "kg")],
        Source("IPCC", "2006 Guidelines, Volume 2, Table 2.2", 2006),
        calorific=Calorific.NET,
    )
    return attrs.evolve(plain, **changes)


def test_heat_times_carbon_times_oxidation_times_44_over_12() -> None:
    (co2,) = burn(burnt(300), DIESEL, conversion=None).amounts
    assert co2 == Amount("CO2", "928.7728912", "t", origin=Origin.FOSSIL)
    assert Fraction(co2.number) == Fraction("300") * Fraction("42.652") * Fraction("0.0202") * Fraction(
        "0.98"
    ) * Fraction(44, 12)


def test_what_never_ends_in_decimals_needs_a_named_rounding() -> None:
    with pytest.raises(
        InexactConversionError, match="mass: must have a finite decimal form in t, was CO2 from"
    ):
        burn(burnt(1), DIESEL, conversion=None)
    found = burn(burnt(1), DIESEL, conversion=TO_GRAM)
    assert found.amounts[0].number == Decimal("3.095910")
    assert "rounded to 6 places, half up" in found.explain().text()
    assert "rounded to" not in burn(burnt(300), DIESEL, conversion=TO_GRAM).explain().text()


def test_a_quantity_converts_to_the_unit_of_the_fuel_exactly() -> None:
    assert burn(burnt("300000", "kg"), DIESEL, conversion=None).amounts[0].number == Decimal("928.7728912")
    with pytest.raises(
        IncompatibleUnitsError, match="quantity: must be in a unit that converts to t of diesel"
    ):
        burn(burnt(1, "L"), DIESEL, conversion=TO_GRAM)


def test_heat_is_taken_on_the_calorific_basis_of_the_fuel_only() -> None:
    heat = burnt("12795.6", "GJ", calorific=Calorific.NET)
    assert burn(heat, DIESEL, conversion=None).amounts[0].number == Decimal("928.7728912")
    for other, was in ((Calorific.GROSS, "gross calorific value"), (None, "not said")):
        with pytest.raises(InvalidValueError, match=f"calorific: must be the net calorific .*, was {was}"):
            burn(attrs.evolve(heat, calorific=other), DIESEL, conversion=None)


def test_carbon_measured_per_fuel_needs_no_heat() -> None:
    found = burn(burnt(60), COAL, conversion=None, oxidation=CarbonShare("0.99", GUIDELINE))
    assert found.amounts[0].number == Decimal("119.79")
    with pytest.raises(InvalidValueError, match="oxidation: must be named for a carbon content"):
        burn(burnt(60), COAL, conversion=None)
    with pytest.raises(InvalidValueError, match="fuel: must be a Fuel, whose heat is known"):
        burn(burnt(60), COAL, conversion=None, oxidation=ALL_BURNS, by_heat=by_heat())


def test_both_ways_to_the_carbon_agree() -> None:
    carbon = CarbonContent("diesel", "0.8615704", "t", "t", Origin.FOSSIL, CHINA, YEAR, GUIDELINE)
    assert Fraction("0.8615704") == Fraction("42.652") * Fraction("0.0202")
    left = burn(burnt(7), carbon, conversion=TO_GRAM, oxidation=CarbonShare("0.98", GUIDELINE))
    assert left.amounts == burn(burnt(7), DIESEL, conversion=TO_GRAM).amounts


def test_a_missing_property_is_an_error_and_zero_is_a_value() -> None:
    with pytest.raises(NotFoundError, match="oxidation: must be given for diesel"):
        burn(burnt(3), attrs.evolve(DIESEL, oxidation=None), conversion=None)
    with pytest.raises(NotFoundError, match="heat: must be given for diesel"):
        burn(burnt(3), attrs.evolve(DIESEL, heat=None), conversion=None)
    none = burn(burnt(3), DIESEL, conversion=None, oxidation=CarbonShare(0, GUIDELINE))
    assert none.amounts[0].number == 0
    empty = burn(burnt(3), attrs.evolve(DIESEL, carbon=Estimate(0)), conversion=None)
    assert empty.amounts[0].number == 0
    bare = burn(burnt(3), attrs.evolve(COAL, carbon=0), conversion=None, oxidation=ALL_BURNS)
    assert bare.amounts[0].number == 0


def test_the_biogenic_part_of_a_mixed_fuel_stands_apart() -> None:
    share = CarbonShare("0.07", Source("Lab", "C-14 of the blend", 2025))
    found = burn(burnt(300), DIESEL, conversion=None, biogenic=share)
    fossil, biogenic = found.amounts
    assert fossil.number + biogenic.number == Decimal("928.7728912")
    statement = Inventory((), [found]).co2e(gwp_set("AR5"))
    assert statement.total == CO2e("863.758788816", "tCO2e")
    assert statement.biogenic_co2 == Mass("65.014102384", "t")
    assert "C-14 of the blend" in found.explain().text()


def test_all_of_a_biogenic_fuel_stands_apart() -> None:
    wood = attrs.evolve(DIESEL, origin=Origin.BIOGENIC)
    assert burn(burnt(300), wood, conversion=None).amounts[0].apart
    with pytest.raises(InvalidValueError, match="biogenic: must be left out for a fuel that is biogenic"):
        burn(burnt(300), wood, conversion=None, biogenic=ALL_BURNS)


def test_other_gases_follow_the_heat() -> None:
    found = burn(burnt(300), DIESEL, conversion=None, by_heat=by_heat())
    assert [(each.gas, str(each.quantity)) for each in found.amounts[1:]] == [
        ("CH4", "38.3868 kg"),
        ("N2O", "7.67736 kg"),
    ]
    per_mwh = burn(burnt(300), DIESEL, conversion=TO_GRAM, by_heat=by_heat(per="MWh"))
    assert per_mwh.amounts[1].number == Decimal("10663.000000")


def test_a_factor_by_heat_must_fit_the_fuel() -> None:
    for changes, told in (
        ({"per": "t", "calorific": None}, "by_heat: must be a factor per heat, was per t"),
        ({"calorific": Calorific.GROSS}, "by_heat: must be per net calorific value of diesel"),
        ({"rates": [Rate("CO2", 1, "kg")]}, "by_heat: must leave out carbon dioxide"),
        ({"rates": [Rate("CO2e", 1, "kgCO2e", basis="AR5")]}, "by_heat: must leave out carbon dioxide"),
        ({"place": Place("US")}, "place: must lie in US, where factor stationary"),
        ({"valid": Period.year(2006)}, r"period: must lie in \[2006-01-01, 2007-01-01\), when factor"),
    ):
        with pytest.raises(InvalidValueError, match=told):
            burn(burnt(300), DIESEL, conversion=TO_GRAM, by_heat=by_heat(**changes))
    with pytest.raises(WrongTypeError, match="by_heat: must be of type Factor"):
        burn(burnt(1), DIESEL, conversion=TO_GRAM, by_heat=3)  # type: ignore[arg-type]  # the mistake under test


def test_a_fuel_holds_only_where_and_when_it_says() -> None:
    with pytest.raises(InvalidValueError, match="place: must lie in CN, where diesel holds, was US"):
        burn(burnt(1, place=Place("US")), DIESEL, conversion=TO_GRAM)
    with pytest.raises(InvalidValueError, match="period: must lie in"):
        burn(burnt(1, period=Period("2025-12-01", "2026-02-01")), DIESEL, conversion=TO_GRAM)


def test_a_fuel_is_not_bought_energy() -> None:
    with pytest.raises(InvalidValueError, match="scope: must be scope 1 or 3 for a fuel, was scope 2"):
        burn(burnt(1, scope=Scope.TWO), DIESEL, conversion=TO_GRAM)
    upstream = burnt(1, scope=Scope.THREE, category=Category(8))
    assert burn(upstream, DIESEL, conversion=TO_GRAM).category is Category(8)


def test_only_fuels_burn() -> None:
    with pytest.raises(WrongTypeError, match="fuel: must be a Fuel or a CarbonContent"):
        burn(burnt(1), by_heat(), conversion=TO_GRAM)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(WrongTypeError, match="conversion: must be of type Conversion"):
        burn(burnt(1), DIESEL, conversion=6)  # type: ignore[arg-type]  # the mistake under test


def test_every_argument_has_its_type() -> None:
    for field in ("oxidation", "biogenic", "by_heat", "conversion"):
        values: list[object] = [
            Decimal("0.98"),
            3,
            "0.98",
            [],
            TO_GRAM if field != "conversion" else ALL_BURNS,
        ]
        for value in values:
            arguments: dict[str, Any] = {"conversion": TO_GRAM, field: value}
            with pytest.raises(WrongTypeError, match=f"{field}: must be of type"):
                burn(burnt(1), DIESEL, **arguments)
    wrong: list[Any] = [None, 3, DIESEL]
    for activity in wrong:
        with pytest.raises(WrongTypeError, match="activity: must be of type Activity"):
            burn(activity, DIESEL, conversion=TO_GRAM)


def test_the_parts_of_carbon_are_checked() -> None:
    with pytest.raises(InvalidValueError, match="share: must be 0 to 1, was 98; 98 % is"):
        CarbonShare(98, GUIDELINE)
    for changes, told in (
        ({"carbon": "-1"}, "carbon: must be zero or more"),
        ({"carbon_unit": "GJ"}, "carbon_unit: must be a unit of mass"),
        ({"per": "GJ"}, "per: must be no unit of energy"),
        ({"name": ""}, "name: must be a printable text"),
    ):
        with pytest.raises(InvalidValueError, match=told):
            attrs.evolve(COAL, **changes)  # type: ignore[arg-type]  # the mistakes under test


def test_one_sided_roundings_are_refused_as_a_reversal_would_not_cancel() -> None:
    for way in (Rounding.FLOOR, Rounding.CEILING):
        with pytest.raises(InvalidValueError, match="rounding: must treat both signs alike"):
            burn(burnt(1), DIESEL, conversion=Conversion(2, way))


@given(exact_decimals(), st.integers(0, 12), st.sampled_from(SYMMETRIC), st.integers(0, 100))
def test_a_reversal_cancels_under_every_rounding_that_is_taken(
    number: Decimal, places: int, way: Rounding, percent: int
) -> None:
    share = CarbonShare(Decimal(percent) / 100, GUIDELINE)
    conversion = Conversion(places, way)
    there, back = (
        burn(burnt(each), DIESEL, conversion=conversion, biogenic=share, by_heat=by_heat(per="kWh"))
        for each in (number, -number)
    )
    assert all(a.number + b.number == 0 for a, b in zip(there.amounts, back.amounts, strict=True))


def test_a_direct_factor_is_an_ordinary_factor() -> None:
    direct = Factor("d", "1", "diesel", Place("CN/SH"), YEAR, "t", [Rate("CO2", "3.0959", "t")], GUIDELINE)
    (mass,) = account([burnt(300)], Catalogue([direct])).masses()
    assert mass == ("CO2", Mass("928.77", "t"))


def test_the_working_shows_every_step_and_each_source_with_its_status() -> None:
    found = burn(
        attrs.evolve(burnt(300), file="fuel.csv", row=5),
        DIESEL,
        conversion=None,
        oxidation=CarbonShare("0.98", Source("Us", "Boiler test", 2025)),
        by_heat=by_heat(),
    )
    told = found.explain().text()
    for said in (
        "burning diesel: 928.7728912 t fossil CO2, 38.3868 kg CH4, 7.67736 kg N2O",
        "N2O = carbon that burns × 44/12",
        "activity 1: 300 t = diesel at CN/SH",
        "fuel.csv, row 5",
        "heat: 12795.6 GJ = 300 t × 42.652 GJ/t, net calorific value",
        "carbon that burns: 253.3016976 t C = 12795.6 GJ × 0.0202 t C/GJ × 0.98",
        "oxidation: 0.98 of the carbon",
        "source: MEE, Guideline, table A.1, 2025 [recalled]",
        "source: Us, Boiler test, 2025 [confirmed]",
        "carbon dioxide per carbon: 44/12",
        "3 kg CH4, 0.6 kg N2O per TJ",
    ):
        assert said in told, said
    assert told.count("heat: 12795.6 GJ") == 1
    assert "coal" in burn(burnt(60), COAL, conversion=None, oxidation=ALL_BURNS).explain().text()


def test_a_heat_that_never_ends_is_shown_as_a_ratio() -> None:
    fuel = attrs.evolve(DIESEL, per="lb")
    told = burn(burnt(1, "kg"), fuel, conversion=TO_GRAM).explain().text()
    assert "100000000/45359237 lb" in told
    assert burn(burnt(1, "kg"), fuel, conversion=TO_GRAM).amounts[0].number == Decimal(
        "6.825312"
    )  # 6.8253124...


def test_energy_of_the_activity_is_kept() -> None:
    heat = burnt("3600", "MJ", calorific=Calorific.NET)
    assert heat.quantity == Energy(1, "MWh")
    assert "heat: 3.6 GJ = 3600 MJ, net calorific value" in (
        burn(heat, DIESEL, conversion=TO_GRAM).explain().text()
    )
