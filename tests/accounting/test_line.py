"""Lines keep the quantity in the factor's unit, and derive masses from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import Conversion, Line, Rate, Scope, Scope2Method
from carbonkit.accounting.line import explained_conversion
from carbonkit.errors import IncompatibleUnitsError, InvalidValueError
from carbonkit.values import CO2e, Energy, Mass, Rounding

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor


def test_the_mass_of_each_gas(factor: MakeFactor, activity: MakeActivity) -> None:
    line = Line(activity(), factor(), Energy("2", "MMBtu"))
    assert dict(line.masses) == {"CO2": Mass("106.12", "kg"), "CH4": Mass("2", "g"), "N2O": Mass("0.2", "g")}
    assert [str(amount) for amount in line.amounts] == ["106.12 kg CO2", "2.0 g CH4", "0.20 g N2O"]


def test_co2e_alone_is_stated_on_its_basis(factor: MakeFactor, activity: MakeActivity) -> None:
    line = Line(activity(), factor("gas", Rate("CO2e", "0.5", "tCO2e", basis="AR4")), Energy("2", "MMBtu"))
    assert line.masses == ()
    (stated,) = line.amounts
    assert (stated.weighed, stated.basis, stated.quantity) == (True, "AR4", CO2e("1", "tCO2e"))
    assert "1.0 tCO2e (basis: AR4)" in line.explain().text()


def test_the_quantity_stands_in_the_unit_of_the_factor(factor: MakeFactor, activity: MakeActivity) -> None:
    with pytest.raises(IncompatibleUnitsError, match="quantity: must be in MMBtu, was 2 GJ"):
        Line(activity(), factor(), Energy("2", "GJ"))


def test_scope_2_has_a_method_and_the_others_have_none(factor: MakeFactor, activity: MakeActivity) -> None:
    located, other = factor(method=Scope2Method.LOCATION), factor()
    for scope, chosen in ((Scope.TWO, other), (Scope.ONE, located), (Scope.THREE, located)):
        with pytest.raises(InvalidValueError, match="have a scope 2 method in scope 2"):
            Line(activity(scope=scope), chosen, Energy("2", "MMBtu"))
    assert Line(activity(scope=Scope.TWO), located, Energy("2", "MMBtu")).method is Scope2Method.LOCATION


def test_a_conversion_names_places_and_rounding() -> None:
    assert str(Conversion(3, Rounding.HALF_UP)) == "rounded to 3 places, half up"
    with pytest.raises(InvalidValueError, match="places"):
        Conversion(61, Rounding.HALF_UP)
    with pytest.raises(InvalidValueError, match="rounding: must be of type Rounding"):
        Conversion(3, "HALF_UP")  # type: ignore[arg-type]  # the mistake under test


def test_a_line_explains_itself_down_to_row_and_source(factor: MakeFactor, activity: MakeActivity) -> None:
    rounded = Conversion(6, Rounding.HALF_EVEN)
    line = Line(activity("1", "3", "kWh", row=5), factor(), Energy("0.010236", "MMBtu"), rounded)
    told = line.explain()
    assert "bills.csv, row 5" in told.parts[0].how
    assert told.parts[1].how == (
        "3 kWh × 3.6 MJ/kWh ÷ 1055.05585262 MJ/MMBtu, rounded to 6 places, half even"
    )
    assert [source.title for source in told.sources()] == ["GHG Emission Factors Hub"]


def test_only_like_converts_to_like() -> None:
    with pytest.raises(InvalidValueError, match="must measure energy"):
        explained_conversion(Energy(1, "kWh"), Mass(1, "kg"))
