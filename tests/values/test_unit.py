"""The table of units, against the relations that standards publish between them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import attrs
import pytest

from carbonkit.errors import UnknownUnitError
from carbonkit.values.quantity import quantity
from carbonkit.values.unit import _AMBIGUOUS, _TABLE, UNITS, Dimension, unit_named

# left: so many of one unit; right: so many of another; the document that says so.
RELATIONS = [
    # SI Brochure, 9th edition: prefixes, and units accepted for use with the SI
    ("1000", "mg", "1", "g", "SI"),
    ("1000", "g", "1", "kg", "SI"),
    ("1000", "kg", "1", "t", "SI"),
    ("1000", "t", "1", "kt", "SI"),
    ("1000", "kt", "1", "Mt", "SI"),
    ("1000", "Mt", "1", "Gt", "SI"),
    ("1000", "gCO2e", "1", "kgCO2e", "SI"),
    ("1000", "kgCO2e", "1", "tCO2e", "SI"),
    ("1000", "tCO2e", "1", "ktCO2e", "SI"),
    ("1000", "ktCO2e", "1", "MtCO2e", "SI"),
    ("1000", "MtCO2e", "1", "GtCO2e", "SI"),
    ("1000", "J", "1", "kJ", "SI"),
    ("1000", "kJ", "1", "MJ", "SI"),
    ("1000", "MJ", "1", "GJ", "SI"),
    ("1000", "GJ", "1", "TJ", "SI"),
    ("1000", "TJ", "1", "PJ", "SI"),
    ("3600", "J", "1", "Wh", "SI: an hour is 3600 s"),
    ("3.6", "MJ", "1", "kWh", "SI: an hour is 3600 s"),
    ("1000", "kWh", "1", "MWh", "SI"),
    ("1000", "MWh", "1", "GWh", "SI"),
    ("1000", "GWh", "1", "TWh", "SI"),
    ("1000", "mL", "1", "L", "SI"),
    ("1000", "L", "1", "m3", "SI"),
    ("1000", "m", "1", "km", "SI"),
    ("1852", "m", "1", "nmi", "SI Brochure, 8th edition, Table 8"),
    ("10000", "m2", "1", "ha", "SI"),
    ("100", "ha", "1", "km2", "SI"),
    # NIST Handbook 44, Appendix C
    ("16", "oz_av", "1", "lb", "HB44"),
    ("453.59237", "g", "1", "lb", "international pound, 1959"),
    ("2000", "lb", "1", "short_ton", "HB44"),
    ("907.18474", "kgCO2e", "1", "short_tonCO2e", "HB44"),
    ("2240", "lb", "1", "long_ton", "HB44"),
    ("0.028316846592", "m3", "1", "ft3", "HB44"),
    ("27", "ft3", "1", "yd3", "HB44"),
    ("42", "gal_us", "1", "bbl_oil", "HB44"),
    ("1728", "gal_us", "231", "ft3", "HB44: a gallon is 231 cubic inches, a cubic foot 1728"),
    ("0.3048", "m", "1", "ft", "international foot, 1959"),
    ("5280", "ft", "1", "mi", "HB44"),
    ("43560", "ft2", "1", "acre_intl", "HB44"),
    ("640", "acre_intl", "2.589988110336", "km2", "HB44: a square mile is 640 acres"),
    # Weights and Measures Act 1985
    ("4.54609", "L", "1", "gal_imp", "Act of 1985"),
    # NIST SP 811, Appendix B.8
    ("1055.05585262", "J", "1", "Btu_it", "SP 811"),
    ("1000", "Btu_it", "1", "kBtu", "SP 811"),
    ("1000000", "Btu_it", "1", "MMBtu", "SP 811"),
    ("100000", "Btu_it", "1", "therm_ec", "SP 811"),
    ("105480400", "J", "1", "therm_us", "SP 811"),
    ("4186.8", "J", "1", "kcal_it", "SP 811"),
    # energy statistics
    ("29.3076", "GJ", "1", "tce", "GB/T 2589-2020"),
    ("7000000", "kcal_it", "1", "tce", "a kilogram of standard coal is 7000 kcal"),
    ("41.868", "GJ", "1", "toe", "IEA"),
    ("10000000", "kcal_it", "1", "toe", "IEA: 10 Gcal"),
    # transport work
    ("1000", "kg_km", "1", "t_km", "a tonne is 1000 kg"),
    ("1.609344", "t_km", "1", "t_mi", "a mile is 1.609344 km"),
    ("0.90718474", "t_mi", "1", "short_ton_mi", "a short ton is 0.90718474 t"),
    ("1.609344", "p_km", "1", "p_mi", "a mile is 1.609344 km"),
    ("10000", "Nm3", "1", "10kNm3", "ten thousand"),
]


@pytest.mark.parametrize(("left", "one", "right", "other", "source"), RELATIONS)
def test_a_published_relation_holds_exactly(left: str, one: str, right: str, other: str, source: str) -> None:
    assert quantity(left, one) == quantity(right, other), source


def test_every_unit_is_tied_to_its_base_by_published_relations() -> None:
    tied = {dimension.value for dimension in Dimension if dimension is not Dimension.SPEND}
    for _ in RELATIONS:
        for _, one, _, other, _ in RELATIONS:
            if {one, other} & tied:
                tied |= {one, other}
    assert tied == set(UNITS)


def test_compound_units_are_the_products_of_their_parts() -> None:
    parts = {
        "t_mi": ("t", "mi"),
        "short_ton_mi": ("short_ton", "mi"),
        "kg_km": ("kg", "km"),
        "t_km": ("t", "km"),
    }
    for name, (mass, distance) in parts.items():
        product = Fraction(UNITS[mass].ratio) / 1000 * Fraction(UNITS[distance].ratio)
        assert Fraction(UNITS[name].ratio) == product
    assert Fraction(UNITS["ft2"].ratio) == (Fraction(UNITS["ft"].ratio) * 1000) ** 2
    assert Fraction(UNITS["ft3"].ratio) == (Fraction(UNITS["ft"].ratio) * 1000) ** 3


def test_every_name_stands_once() -> None:
    names = [name for rows in _TABLE.values() for name, _, _ in rows]
    assert len(names) == len(set(names)) == len(UNITS)
    assert set(_TABLE) == set(Dimension)


def test_every_unit_says_who_defines_it() -> None:
    for name, unit in UNITS.items():
        assert unit.name == name
        assert unit.definition.strip()
        assert unit.ratio > 0


def test_every_base_unit_counts_itself() -> None:
    for dimension in set(Dimension) - {Dimension.SPEND}:
        assert UNITS[dimension.value].ratio == 1
        assert UNITS[dimension.value].dimension is dimension


@pytest.mark.parametrize("name", sorted(_AMBIGUOUS))
def test_an_ambiguous_name_is_refused_with_units_that_exist(name: str) -> None:
    with pytest.raises(UnknownUnitError) as caught:
        unit_named(name, field="unit of fuel")
    problem = caught.value.problem
    named = re.findall(r'"([^"]+)"', problem.hint)
    assert named
    assert all(unit_named(each).name == each for each in named)
    assert (problem.field, problem.was) == ("unit of fuel", name)


@pytest.mark.parametrize(
    "name", ["ton", "tons", "gal", "gallon", "bbl", "barrel", "therm", "Btu", "mile", "tCO2"]
)
def test_the_table_has_no_name_that_means_several_things(name: str) -> None:
    assert name not in UNITS
    assert name in _AMBIGUOUS


@pytest.mark.parametrize("name", ["", " ", "T", "KG", " kg", "kg ", "kg\n", "parsec", "ｋｇ"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownUnitError, match="unit: must be a unit of the table") as caught:
        unit_named(name)
    assert caught.value.problem.hint == "see carbonkit.values.unit.UNITS"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", [None, 1, b"kg", [], {}, {"kg"}, UNITS["kg"]], ids=repr)
def test_what_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(UnknownUnitError, match="unit: must be a unit of the table, was "):
        unit_named(name)


def test_the_table_cannot_be_changed() -> None:
    table: Any = UNITS
    with pytest.raises(TypeError):
        table["ton"] = UNITS["t"]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        UNITS["t"].ratio = UNITS["kg"].ratio  # type: ignore[misc]


def test_the_nautical_mile_is_not_of_the_ninth_brochure() -> None:
    # The 9th edition of the SI Brochure no longer lists it; the 8th did, as does NIST SP 811, B.8.
    assert UNITS["nmi"].definition.startswith("NIST, Special Publication 811")
