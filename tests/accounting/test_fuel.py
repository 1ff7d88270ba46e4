"""Fuels: properties with their limits, tables without fallback, direct factors that round only when told."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.fuel import CO2_PER_CARBON, Estimate, Fuel, direct_factor
from carbonkit.accounting.fuel_table import FuelTable, bundled_fuels, fuel_tables, read_fuels
from carbonkit.accounting.origin import Origin
from carbonkit.errors import (
    BatchError,
    IncompatibleUnitsError,
    InexactConversionError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
    OverlapError,
)
from carbonkit.values import Period, Place, Rounding, Source, Status
from tests.strategies import roundings

if TYPE_CHECKING:
    from decimal import Decimal

CHINA = Place("CN")
SOURCE = Source("Us", "Fuels", 2024, table="Table 1")
ALL_TABLES = ("cn-gbt-32151", "cn-power-2021", "cn-provincial-2025", "cn-steel-2024", "ipcc-2006")


def fuel(**changes: Any) -> Fuel:  # noqa: ANN401  any field of a fuel
    facts: dict[str, Any] = {
        "name": "diesel",
        "edition": "7",
        "place": CHINA,
        "valid": Period.year(2024),
        "per": "t",
        "source": SOURCE,
        "calorific": Calorific.NET,
        "origin": Origin.FOSSIL,
        "energy": "GJ",
        "carbon_unit": "t",
        "heat": Estimate("42.652"),
        "carbon": Estimate("0.0202"),
        "oxidation": Estimate("0.98"),
    }
    return Fuel(**{**facts, **changes})


def test_an_estimate_lies_between_its_limits() -> None:
    assert str(Estimate("26.7", "21.6", "32.2")) == "26.7 (21.6 to 32.2)"
    assert str(Estimate(0)) == "0"
    with pytest.raises(InvalidValueError, match=r"limit: must hold 26.7 between them, was 27 to 32.2"):
        Estimate("26.7", "27", "32.2")
    with pytest.raises(InvalidValueError, match="limit: must have both limits or none"):
        Estimate("26.7", "21.6")
    with pytest.raises(InvalidValueError, match="figure: must be zero or more, was -1"):
        Estimate(-1)
    with pytest.raises(InexactNumberError):
        Estimate(26.7)  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"per": "GJ"}, IncompatibleUnitsError, "per: must be a unit of mass or volume or"),
        ({"energy": "t"}, IncompatibleUnitsError, "energy: must be a unit of energy, was t"),
        ({"carbon_unit": "tCO2e"}, IncompatibleUnitsError, "carbon_unit: must be a unit of mass"),
        ({"heat": None, "carbon": None}, InvalidValueError, "heat: must have a heat, a carbon content"),
        ({"oxidation": Estimate(98)}, InvalidValueError, "oxidation: must be 0 to 1, was 98; 98 % is 0.98"),
        ({"oxidation": Estimate("0.9", "0.8", "1.1")}, InvalidValueError, r"oxidation: .* was 1.1"),
        ({"name": " "}, InvalidValueError, "name: must have no space around it"),
        ({"heat": "42.652"}, InvalidValueError, "heat: must be of type Estimate"),
    ],
)
def test_a_fuel_is_checked(changes: dict[str, object], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        fuel(**changes)


def test_a_property_that_is_not_given_is_no_zero() -> None:
    assert str(fuel().figure("heat")) == "42.652"
    with pytest.raises(NotFoundError, match=r"oxidation: must be given for diesel \(7\)"):
        fuel(oxidation=None).figure("oxidation")
    with pytest.raises(InvalidValueError, match="property: must be heat, carbon or oxidation"):
        fuel().figure("place")


def test_a_fuel_explains_itself_with_its_status_and_44_12() -> None:
    recalled = fuel(source=attrs.evolve(SOURCE, status=Status.RECALLED), printed="柴油")
    told = recalled.explain().text()
    assert "42.652 GJ per t; 0.0202 t C per GJ; 0.98 oxidised" in told
    assert "printed as 柴油" in told
    assert "[recalled]" in told
    assert "44/12" in told
    assert "44/12" not in fuel(carbon=None).explain().text()


def test_a_direct_factor_is_heat_carbon_oxidation_and_44_12() -> None:
    made = direct_factor(fuel(), "diesel, burnt", per="t", places=4, rounding=Rounding.HALF_UP)
    assert str(made.rates[0]) == "3.0959 t CO2"
    assert (made.per, made.calorific, made.source.status) == ("t", None, Status.DERIVED)
    assert made.source.note == (
        "heat 42.652 × carbon 0.0202 × oxidation 0.98 × 44/12, rounded half up to 4 places"
    )


def test_a_direct_factor_per_heat_leaves_the_heat_out_and_keeps_the_basis() -> None:
    made = direct_factor(fuel(heat=None), "diesel", per="GJ", places=6, rounding=Rounding.HALF_UP)
    assert str(made.rates[0]) == "0.072585 t CO2"
    assert made.calorific is Calorific.NET


def test_a_direct_factor_that_ends_is_exact_without_a_rounding() -> None:
    made = direct_factor(fuel(heat=Estimate("0.3"), carbon=Estimate("0.5")), "x", per="t", oxidation=1)
    assert str(made.rates[0].number) == "0.55"


def test_a_direct_factor_that_does_not_end_asks_for_a_rounding() -> None:
    with pytest.raises(InexactConversionError, match=r"factor: must have a finite .* name a rounding"):
        direct_factor(fuel(), "diesel", per="t")
    with pytest.raises(InexactConversionError, match="places and rounding: must be given together"):
        direct_factor(fuel(), "diesel", per="t", places=4)


def test_a_direct_factor_needs_its_unit_and_its_properties() -> None:
    with pytest.raises(IncompatibleUnitsError, match="per: must be t or GJ, the units of diesel, was kg"):
        direct_factor(fuel(), "diesel", per="kg")
    with pytest.raises(NotFoundError, match="heat: must be given for diesel"):
        direct_factor(fuel(heat=None), "diesel", per="t")
    with pytest.raises(NotFoundError, match="oxidation: must be given for diesel"):
        direct_factor(fuel(oxidation=None), "diesel", per="t")
    with pytest.raises(InvalidValueError, match="oxidation: must be 0 to 1, was 98"):
        direct_factor(fuel(), "diesel", per="t", oxidation=98)


def test_a_direct_factor_keeps_a_status_that_is_not_confirmed_and_its_biogenic_carbon_apart() -> None:
    made = direct_factor(
        fuel(origin=Origin.BIOGENIC, source=attrs.evolve(SOURCE, status=Status.RECALLED, note="why")),
        "biodiesel",
        per="t",
        places=4,
        rounding=Rounding.HALF_EVEN,
    )
    assert made.rates[0].apart
    assert made.source.status is Status.RECALLED
    assert made.source.note.endswith("; why")


_figures = st.decimals("0", "500", places=5)


@given(_figures, _figures, st.decimals("0", "1", places=2), st.integers(0, 12), roundings())
def test_a_direct_factor_is_off_by_less_than_its_last_place(
    heat: Decimal, carbon: Decimal, share: Decimal, places: int, rounding: Rounding
) -> None:
    held = fuel(heat=Estimate(heat), carbon=Estimate(carbon), oxidation=Estimate(share))
    made = direct_factor(held, "x", per="t", places=places, rounding=rounding).rates[0].number
    whole = Fraction(heat) * Fraction(carbon) * Fraction(share) * CO2_PER_CARBON
    assert abs(Fraction(made) - whole) < Fraction(1, 10**places)


@given(_figures, _figures)
def test_a_factor_of_a_multiple_of_three_is_the_exact_ratio(heat: Decimal, carbon: Decimal) -> None:
    held = fuel(heat=Estimate(heat), carbon=Estimate(carbon * 3))
    made = direct_factor(held, "x", per="t", oxidation=1).rates[0].number
    assert Fraction(made) == Fraction(heat) * Fraction(carbon) * 11


HEADER = (
    "name,edition,place,valid_from,valid_until,per,energy,carbon_unit,calorific,origin,"
    "heat,heat_lower,heat_upper,carbon,publisher,title,year,table,url,licence,status,note"
)
COAL = "coal,7,CN,2024-01-01,,t,GJ,kg,net,fossil,{},Us,Fuels,2024,,,,confirmed,"


def test_rows_become_fuels() -> None:
    [held] = read_fuels([HEADER, COAL.format("26.7,21.6,32.2,26.8")], file="fuels.csv")
    assert held.heat == Estimate("26.7", "21.6", "32.2")
    assert (held.oxidation, held.row, held.file) == (None, 2, "fuels.csv")
    [held] = read_fuels([HEADER, COAL.format(",,,26.8")], file="fuels.csv")
    assert held.heat is None


def test_all_problems_of_a_file_are_told_at_once() -> None:
    rows = [
        COAL.format("26.7,27,32.2,26.8"),
        COAL.format("26.7,21.6,,26.8"),
        COAL.format(",21.6,32.2,26.8"),
        COAL.format("many,,,26.8").replace("net", "nett").replace("2024-01-01", "2024-13-01"),
        COAL.format(",,,"),
    ]
    with pytest.raises(BatchError) as raised:
        read_fuels([HEADER, *rows], file="fuels.csv")
    assert [(problem.row, problem.field) for problem in raised.value.problems] == [
        (2, "limit"),
        (3, "limit"),
        (4, "heat"),
        (5, "valid_from"),
        (5, "calorific"),
        (5, "heat"),
        (6, "heat"),
    ]


def test_a_table_refuses_overlaps_of_one_edition_and_holds_several_editions() -> None:
    later = fuel(valid=Period("2025-01-01", None))
    other = fuel(edition="8")
    assert FuelTable([fuel(), later, other]).editions == ("7", "8")
    with pytest.raises(BatchError, match="must not overlap the same fuel") as raised:
        FuelTable([fuel(), fuel(valid=Period("2024-12-31", None)), other])
    assert [problem.code for problem in raised.value.problems] == [OverlapError.code]


def test_a_look_up_is_exact_or_says_what_is_known() -> None:
    table = FuelTable([fuel(printed="柴油"), fuel(valid=Period("2025-01-01", None), heat=Estimate("43"))])
    assert repr(table) == "<FuelTable of 2 fuels>"
    assert table.find("diesel", CHINA, "2024-12-31", edition="7").figure("heat") != 43
    assert table.find("diesel", CHINA, "2025-01-01", edition="7").figure("heat") == 43
    for name, place, day, edition, message in (
        ("diesel", "CN", "2023-12-31", "7", r"day: .* known: \[2024-01-01, 2025-01-01\), \[2025-01-01, …\)"),
        (
            "diesel",
            "CN/SH",
            "2024-01-01",
            "7",
            r"place: must be a place that has diesel, was CN/SH; known: CN",
        ),
        ("diesel", "CN", "2024-01-01", "8", "edition: must be an edition of the table, was 8; known: 7"),
        ("deisel", "CN", "2024-01-01", "7", "fuel: must be a fuel of edition 7, was deisel; known: diesel"),
        ("柴油", "CN", "2024-01-01", "7", "fuel: .* known: diesel"),
    ):
        with pytest.raises(NotFoundError, match=message):
            table.find(name, Place(place), day, edition=edition)


def test_a_bundled_table_is_named() -> None:
    with pytest.raises(InvalidValueError, match="fuel table: must be named, was none; known: cn-gbt-32151"):
        fuel_tables()
    with pytest.raises(NotFoundError, match=r"fuel table: .* was ipcc-1996; known: .*ipcc-2006"):
        bundled_fuels("ipcc-1996")


def test_all_tables_stand_together_and_every_fuel_has_source_table_and_status() -> None:
    table = fuel_tables(*ALL_TABLES)
    assert len(table.fuels) == 54 + 26 + 14 + 25 + 13
    for held in table.fuels:
        assert held.source.table
        assert held.source.licence
        assert held.source.status in {Status.CONFIRMED, Status.RECALLED}
        assert held.calorific is Calorific.NET
    assert bundled_fuels("ipcc-2006") is bundled_fuels("ipcc-2006")
