"""
China's MRV guidelines, against published and derived examples.

G10 is printed: CETS-AG-03.01-V01-2024 (steel), table A.2 gives 2.699 tCO2/t for tar, whose heat and
carbon stand in table A.1. D9, D10, D11 and D20 are derived from the formulas of the power guideline
of 2021 (annex 2 of 环办气候〔2021〕9号, (1), (A.1)-(A.3), 6.2.3.5) and the notice of 2022-06-08; D16
and D18 from the figures of a developer's calculation forms for CETS-AG-04.01 and CETS-AG-02.01. The
older figures of aluminium are those of GB/T 32151.4, recalled.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from carbonkit.accounting import GwpSet, Scope, account, gwp_set
from carbonkit.accounting.catalogue import Catalogue
from carbonkit.accounting.process import (
    anode_consumed,
    anode_effect,
    burnt_by_carbon,
    burnt_by_heat,
    carbon_from_air_dried,
    round_ratio,
)
from carbonkit.registry import UnitClass
from carbonkit.schemes.china_mrv_aluminium import (
    anode_shares,
    anode_use,
    carbonate_factor,
    effect_rates,
    guideline_gwp,
)
from carbonkit.schemes.china_mrv_aluminium_line import CellMonth, cell_year
from carbonkit.schemes.china_mrv_cement import ClinkerMonth, line_year
from carbonkit.schemes.china_mrv_fuel import DefaultTable, FuelKind, fuel_default
from carbonkit.schemes.china_mrv_power import missing_carbon, oxidation
from carbonkit.schemes.china_mrv_power_month import FuelMonth
from carbonkit.schemes.china_mrv_power_unit import UnitYear, unit_year
from carbonkit.schemes.china_mrv_rounding import Reckoning, Sector, Step, decimals
from carbonkit.schemes.china_mrv_steel import material_factor
from carbonkit.values import Exact, Mass, Period, Place, Rounding
from carbonkit.values.number import total

UP = Rounding.HALF_UP
LARGE = UnitClass.LARGE_COAL


def coal_unit(year: int, **measured: Exact) -> UnitYear:
    """Burn 100,000 t of coal in January, and none after."""
    months = [FuelMonth(1, "coal", FuelKind.COAL, "100000.00", **measured)]
    months += [FuelMonth(month, "coal", FuelKind.COAL, 0) for month in range(2, 13)]
    return unit_year(year, months, unit_class=LARGE, reckoning=Reckoning.BY_YEAR, purchased_mwh=0)


def test_g10_tar_has_the_printed_factor() -> None:
    tar = fuel_default(DefaultTable.STEEL, "coal tar", 2024).value
    found = burnt_by_heat("tar", 1, tar.heat, tar.carbon_per_heat, 1)
    assert (tar.heat, tar.carbon_per_heat) == (Decimal("33.453"), Decimal("0.02200"))
    assert round_ratio(found.tonnes, 3, UP) == Decimal("2.699") == material_factor("tar", 2024).value


def test_d9_coal_by_its_carbon() -> None:
    share = oxidation(2024, FuelKind.COAL).value
    assert burnt_by_carbon("coal", "100000.00", "0.5612", share).tonnes == Fraction("203715.60")


def test_d10_carbon_as_received() -> None:
    found = carbon_from_air_dried("58.20", moisture_as_received="14.5", moisture_air_dried="3.2")
    assert round_ratio(found, 5, Rounding.FLOOR) == Decimal("51.40599")
    assert decimals(Sector.POWER, 2021).value.report(Step.CARBON_CONTENT, found / 100) == Decimal("0.5141")


def test_d11_natural_gas_by_its_heat() -> None:
    gas = fuel_default(DefaultTable.POWER, "natural gas", 2021).value
    share = oxidation(2021, FuelKind.GAS).value
    found = burnt_by_heat("natural gas", 100, gas.heat, gas.carbon_per_heat, share)
    assert round_ratio(found.tonnes, 4, UP) == Decimal("2165.0152")


@pytest.mark.parametrize("year", [2020, 2022, 2024])
def test_d20_a_tested_coal_emits_the_same_under_each_version(year: int) -> None:
    found = coal_unit(year, heat="20.000", carbon="0.5612")
    assert found.combustion.emissions == Decimal("203715.60")
    assert found.combustion.exact.tonnes == Fraction("203715.60")
    assert found.fuels[0].carbon_per_heat == Decimal("0.02806")
    assert found.total == 203_716


@pytest.mark.parametrize(
    ("year", "emissions"), [(2020, "243645.60"), (2022, "223971.00"), (2024, "223971.00")]
)
def test_d20_a_coal_without_a_test_takes_the_default_of_the_year(year: int, emissions: str) -> None:
    found = coal_unit(year, heat="20.000")
    assert found.combustion.emissions == Decimal(emissions)
    carbon = missing_carbon(year, LARGE, measured_months=0).value
    assert found.fuels[0].carbon_per_heat == carbon


def test_a_coal_without_heat_or_carbon_takes_both_defaults() -> None:
    expected = 100_000 * Fraction("26.7") * Fraction("0.03356") * Fraction("0.99") * Fraction(44, 12)
    assert coal_unit(2020).combustion.exact.tonnes == expected


@pytest.mark.parametrize(("year", "tonnes"), [(2024, "1.47083"), (2023, "1.50304")])
def test_d16_the_anode_of_a_tonne_of_aluminium_by_edition(year: int, tonnes: str) -> None:
    shares = anode_shares(2024).value
    found = anode_consumed("anode", anode_use(year).value, sulphur=shares.sulphur, ash=shares.ash)
    assert round_ratio(found.tonnes, 5, UP) == Decimal(tonnes)


def weighed(year: int, gwp: GwpSet) -> Decimal:
    gases = anode_effect(1, effect_rates(year).value.rates)
    return total(gwp.weigh(gas.gas, Mass(gas.number, gas.unit)).number for gas in gases)


@pytest.mark.parametrize(("year", "tonnes"), [(2024, "0.14481"), (2023, "0.26316")])
def test_d16_the_anode_effect_of_a_tonne_of_aluminium_by_edition(year: int, tonnes: str) -> None:
    assert weighed(year, guideline_gwp()) == Decimal(tonnes)
    assert weighed(year, gwp_set("AR5")) == Decimal(tonnes)  # the guideline's potentials are AR5's
    assert weighed(year, gwp_set("AR6")) != Decimal(tonnes)


def test_d16_a_smelter_of_100_000_tonnes() -> None:
    months = [CellMonth(1, 100_000), *(CellMonth(month, 0) for month in range(2, 13))]
    found = cell_year(2024, months)
    assert found.anode.emissions == Decimal("147083.20")
    assert found.effect_co2e == Decimal("14481.00")
    assert [found.total, found.intensity] == [161_564, Decimal("1.6156")]


def test_d18_clinker_with_carbide_slag() -> None:
    months = [ClinkerMonth(1, "Portland", 1_000_000, [("carbide slag", 200_000)])]
    months += [ClinkerMonth(month, "Portland", 0) for month in range(2, 13)]
    found = line_year(2024, months, fuels=[], defaults=DefaultTable.STANDARD)
    assert found.process == Decimal("439000.00")
    ((material, share),) = found.substitution
    assert (material, round_ratio(share * 100, 2, UP)) == ("carbide slag", Decimal("17.94"))
    assert Fraction(15, 100) < share < Fraction(30, 100)


def test_clinker_with_much_slag_stops_at_nothing_in_its_month_alone() -> None:
    months = [ClinkerMonth(1, "Portland", 1000, [("carbide slag", 2000)])]  # 535 - 960
    months += [ClinkerMonth(month, "Portland", 1000) for month in range(2, 13)]
    found = line_year(2024, months, fuels=[], defaults=DefaultTable.STANDARD)
    assert found.process == Decimal("5885.00")  # eleven months of 535, not 6,420 - 960


def test_the_kinds_of_clinker_of_a_line_share_the_floor_of_its_month() -> None:
    months = [ClinkerMonth(1, "Portland", 1000, [("carbide slag", 2000)])]
    months += [ClinkerMonth(month, "Portland", 0) for month in range(2, 13)]
    months += [ClinkerMonth(month, "white Portland", 1000 if month == 1 else 0) for month in range(1, 13)]
    found = line_year(2024, months, fuels=[], defaults=DefaultTable.STANDARD)
    assert found.process == Decimal("125.00")  # max(0, 535 + 550 - 960), not 0 + 550


@pytest.mark.parametrize("reckoning", list(Reckoning))
def test_a_correction_in_december_is_off_the_year(reckoning: Reckoning) -> None:
    months = [
        FuelMonth(month, "coal", FuelKind.COAL, 1000 if month < 12 else -50, heat="20", carbon="0.5")
        for month in range(1, 13)
    ]
    found = unit_year(2024, months, unit_class=LARGE, reckoning=reckoning, purchased_mwh=0)
    assert found.combustion.emissions == Decimal("19874.25")  # 10,950 × 0.5 × 0.99 × 44/12
    assert found.fuels[0].burnt == Decimal("10950.00")


@pytest.mark.parametrize(
    ("formula", "factor"), [("CaCO3", "0.4400"), ("MgCO3", "0.5220"), ("CaMg(CO3)2", "0.4773")]
)
def test_carbonates_have_the_tabled_factors(formula: str, factor: str) -> None:
    assert carbonate_factor(formula, 2024).value == Decimal(factor)


def test_a_unit_and_a_smelter_stand_in_one_inventory() -> None:
    year, place = Period.year(2024), Place("CN/SD")
    unit = coal_unit(2024, heat="20.000", carbon="0.5612").combustion.calculation(
        id="unit", facility="power plant", place=place, period=year
    )
    cells = cell_year(2024, [CellMonth(month, 10_000) for month in range(1, 13)]).calculation(
        id="cells", facility="smelter", place=place, period=year
    )
    statement = account([], Catalogue([]), calculations=[unit, cells]).co2e(guideline_gwp())
    assert statement.total.number == Decimal("203715.60") + Decimal("176499.84") + Decimal("17377.20")
    assert dict(statement.by_scope().parts) == {str(Scope.ONE): statement.total}
    assert "[recalled]" in statement.explain().text()
