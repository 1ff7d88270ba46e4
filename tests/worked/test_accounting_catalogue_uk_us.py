"""
Published factors of the United Kingdom and the United States, looked up in the bundled catalogues.

Sources: UK Government GHG Conversion Factors for Company Reporting, flat files 2016 to 2025
(UK electricity; Fuels, natural gas; Business travel- air); Carbon Emission Factors and
Calorific Values from the UK GHG Inventory to support the UK ETS, 2024 and 2025; US EPA, GHG
Emission Factors Hub, 15 September 2021 and 15 January 2025 (Tables 1, 2, 6, 8 and 9); US EPA,
Supply Chain Greenhouse Gas Emission Factors v1.3.0 by NAICS-6, in USD of 2022.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Activity,
    Calorific,
    Coverage,
    Factor,
    Origin,
    Scope,
    Scope2Method,
    account,
    gwp_set,
)
from carbonkit.accounting.bundle import bundled, bundled_factors
from carbonkit.errors import BatchError, FixedBasisError, IncompatibleUnitsError
from carbonkit.values import CO2e, Energy, Mass, Period, Place, Rounding, Spend, round_to
from carbonkit.values.number import exact, multiply, total

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "factors"
FLAT_FILES = SHARED / "uk_desnz_ghg_conversion_factors" / "uk_ghg_conversion_factors_2016_2025.parquet"
LOCATION = Scope2Method.LOCATION
GB, US = Place("GB"), Place("US")
YEARS = range(2016, 2026)
UK_POWER = "UK electricity > Electricity generated > Electricity: UK"
UK_GAS = "Fuels > Gaseous fuels > Natural gas"
LONG_HAUL = "Business travel- air > Flights > Long-haul, to/from UK > Economy class"


def co2e(factor: Factor) -> Decimal:
    """Add up what the publisher weighed itself."""
    assert all(rate.weighed for rate in factor.rates)
    return total(rate.number for rate in factor.rates)


def amounts(factor: Factor) -> dict[str, str]:
    return {rate.gas: f"{rate.number:f} {rate.unit}" for rate in factor.rates}


@pytest.mark.parametrize(
    ("year", "published", "places"),
    [
        (2016, "0.41205", 5),
        (2020, "0.23314", 5),
        (2022, "0.19338", 5),
        (2023, "0.207074", 6),
        (2024, "0.20705", 5),
        (2025, "0.177", 5),
    ],
)
def test_uk_electricity_per_kwh(year: int, published: str, places: int) -> None:
    factor = bundled(f"uk-desnz-{year}").find(UK_POWER, GB, Period.year(year), method=LOCATION, unit="kWh")
    assert round_to(co2e(factor), places, Rounding.HALF_UP) == Decimal(published)
    assert factor.coverage is Coverage.DIRECT


@pytest.mark.parametrize(("year", "published"), [(2024, "0.1829"), (2025, "0.18296")])
def test_uk_natural_gas_per_gross_kwh(year: int, published: str) -> None:
    catalogue = bundled(f"uk-desnz-{year}")
    gross = catalogue.find(UK_GAS, GB, f"{year}-07-01", calorific=Calorific.GROSS, unit="kWh")
    net = catalogue.find(UK_GAS, GB, f"{year}-07-01", calorific=Calorific.NET, unit="kWh")
    assert co2e(gross) == Decimal(published) < co2e(net)
    with pytest.raises(IncompatibleUnitsError, match="converts to the factor's m3, t, was kWh"):
        catalogue.find(UK_GAS, GB, f"{year}-07-01", unit="kWh")  # a kWh of gas needs its calorific basis


def test_a_long_haul_flight_in_economy_with_radiative_forcing() -> None:
    catalogue = bundled("uk-desnz-2024")
    with_forcing = catalogue.find(f"{LONG_HAUL} > With RF", GB, "2024-02-29", unit="p_km")
    assert co2e(with_forcing) == Decimal("0.20011")
    assert co2e(with_forcing) > co2e(catalogue.find(f"{LONG_HAUL} > Without RF", GB, "2024-02-29"))


@pytest.mark.parametrize("year", YEARS)
def test_the_basis_of_an_edition_is_that_of_its_refrigerant_table(year: int) -> None:
    factors = bundled_factors(f"uk-desnz-{year}")
    assert {rate.basis for factor in factors for rate in factor.rates} - {""} == {
        "AR4" if year <= 2022 else "AR5"
    }
    methane = {
        co2e(factor)
        for factor in factors
        if factor.activity.startswith("Refrigerant") and factor.levels[3] == "Methane"
    }
    assert methane == {gwp_set("AR4" if year <= 2022 else "AR5").potential("CH4").value}


def test_what_is_outside_of_scopes_is_biogenic_co2() -> None:
    outside = [each for each in bundled_factors("uk-desnz-2024") if each.levels[0] == "Outside of Scopes"]
    rates = [rate for factor in outside for rate in factor.rates]
    assert len(outside) == len(rates) == 56
    assert {(rate.gas, rate.unit, rate.origin) for rate in rates} == {("CO2", "kg", Origin.BIOGENIC)}


def test_what_is_scope_2_has_the_location_method_and_nothing_else_has() -> None:
    for year in YEARS:
        for factor in bundled_factors(f"uk-desnz-{year}"):
            assert (factor.method is LOCATION) is (factor.levels[0] == "Scope 2")


def test_network_losses_and_what_is_before_the_tank_are_upstream() -> None:
    catalogue = bundled("uk-desnz-2025")
    losses = catalogue.find(
        "Transmission and distribution > T&D- UK electricity > Electricity: UK", GB, "2025-01-01"
    )
    tank = catalogue.find(
        "WTT- fuels > Gaseous fuels > Natural gas", GB, "2025-01-01", calorific=Calorific.GROSS
    )
    assert losses.coverage is tank.coverage is Coverage.UPSTREAM


def test_a_hotel_and_electricity_abroad_are_found_by_their_country() -> None:
    catalogue = bundled("uk-desnz-2021")
    hotels = {
        place: co2e(catalogue.find("Hotel stay > Hotel stay", Place(place), "2021-05-01", unit="room_night"))
        for place in ("GB", "GB/London", "FR", "TW")
    }
    assert len(set(hotels.values())) == 4
    wtt = "WTT- UK & overseas elec > WTT- overseas electricity (generation) > Electricity"
    assert catalogue.find(wtt, Place("FR"), "2021-05-01").levels[3] == "Electricity: France"
    assert catalogue.find(f"{wtt}: Africa (average)", Place("001"), "2021-05-01").place == Place("001")


def test_water_per_million_litres_is_carried_per_cubic_metre() -> None:
    catalogue = bundled("uk-desnz-2024")
    activity = "Water supply > Water supply > Water supply"
    per_litres = catalogue.find(f"{activity} > million litres", GB, "2024-01-01", unit="m3")
    assert multiply(co2e(per_litres), Decimal(1000)) == Decimal("153.10865")
    assert "divided by 1,000" in per_litres.source.note
    assert co2e(catalogue.find(activity, GB, "2024-01-01", unit="m3")) == Decimal("0.15311")


def test_a_factor_per_mile_and_one_per_kilometre_stand_side_by_side() -> None:
    catalogue = bundled("uk-desnz-2024")
    car = "Passenger vehicles > Cars (by size) > Average car > Petrol"
    mile, kilometre = (co2e(catalogue.find(car, GB, "2024-01-01", unit=unit)) for unit in ("mi", "km"))
    assert round_to(multiply(kilometre, Decimal("1.609344")), 4, Rounding.HALF_UP) == round_to(
        mile, 4, Rounding.HALF_UP
    )


@pytest.mark.skipif(not FLAT_FILES.exists(), reason="needs the publisher's flat files beside the repository")
def test_every_figure_of_ten_editions_is_carried_or_counted() -> None:
    duckdb = pytest.importorskip("duckdb")
    cells = (
        duckdb.connect()
        .execute(
            "select year, coalesce(nullif(source_id, ''), id), gas, value_kg from read_parquet(?) "
            "where gas in ('CO2e', 'CO2') and value_kg <> ''",
            [str(FLAT_FILES)],
        )
        .fetchall()
    )
    published = {(year, row): (gas, value) for year, row, gas, value in cells}
    assert len(published) == len(cells)
    seen: Counter[str] = Counter()
    for year in YEARS:
        for factor in bundled_factors(f"uk-desnz-{year}"):
            gas, value = published.pop((str(year), factor.source.table.rpartition("row ")[2]))
            carried = total(rate.number for rate in factor.rates)
            if factor.activity.endswith("million litres"):
                carried = multiply(carried, Decimal(1000))
            assert round_to(carried, 12, Rounding.HALF_EVEN) == round_to(value, 12, Rounding.HALF_EVEN)
            seen[f"{gas} of {len(factor.rates)}"] += 1
    assert seen == {"CO2e of 1": 13433, "CO2e of 3": 10881, "CO2 of 1": 548}
    left = Counter(gas for gas, _ in published.values())
    assert left == {"CO2": 12388, "CO2e": 5}  # the gas rows of the 12,388 splits, and five slips of 2018
    assert {value for gas, value in published.values() if gas == "CO2e"} == {"0.0"}


def test_a_split_into_gases_that_does_not_add_up_is_left_out_and_says_so() -> None:
    factors = [factor for year in YEARS for factor in bundled_factors(f"uk-desnz-{year}")]
    assert sum("its gases are left out" in factor.source.note for factor in factors) == 1507
    power = bundled("uk-desnz-2025").find(UK_POWER, GB, "2025-01-01", method=LOCATION)
    assert "as published they add up to 0.17701" in power.explain().text()


def test_a_year_of_uk_power_and_gas_comes_out_as_by_hand() -> None:
    year = Period.year(2024)
    activities = [
        Activity("1", "office", UK_POWER, Energy("12000", "kWh"), GB, year, Scope.TWO),
        Activity(
            "2", "office", UK_GAS, Energy("30000", "kWh"), GB, year, Scope.ONE, calorific=Calorific.GROSS
        ),
        Activity(
            "3", "office", UK_GAS, Energy("-30000", "kWh"), GB, year, Scope.ONE, calorific=Calorific.GROSS
        ),
    ]
    inventory = account(activities, bundled("uk-desnz-2024"), scope_2=[LOCATION])
    assert inventory.co2e(gwp_set("AR5"), scope_2=LOCATION).total == CO2e("2.4846", "tCO2e")
    one = account(activities[1:2], bundled("uk-desnz-2024")).co2e(gwp_set("AR5"))
    assert one.total == CO2e("5.487", "tCO2e")  # 30,000 kWh × 0.1829 kg
    with pytest.raises(FixedBasisError, match="GWP set: must be AR5"):
        inventory.co2e(gwp_set("AR6"), scope_2=LOCATION)


# ------------------------------------------------------------------ UK ETS


@pytest.mark.parametrize(
    ("activity", "net", "per_tonne"),
    [
        ("UK ETS fuels > Power stations > Coal", "93.6814", "2213.3260"),
        ("UK ETS fuels > Power stations > Fuel Oil", "78.0728", "3188.9523"),
    ],
)
def test_uk_ets_fuels_of_2025(activity: str, net: str, per_tonne: str) -> None:
    catalogue = bundled("uk-ets-2024", "uk-ets-2025")
    by_energy = catalogue.find(activity, GB, Period.year(2025), calorific=Calorific.NET, unit="TJ")
    by_mass = catalogue.find(activity, GB, Period.year(2025), unit="t")
    assert round_to(by_energy.rates[0].number, 4, Rounding.HALF_UP) == Decimal(net)
    assert (by_energy.rates[0].gas, by_energy.rates[0].unit) == ("CO2", "t")
    assert round_to(by_mass.rates[0].number, 4, Rounding.HALF_UP) == Decimal(per_tonne)
    assert "oxidation factor" in by_mass.explain().text()


def test_uk_ets_coal_has_its_own_figure_each_year() -> None:
    catalogue = bundled("uk-ets-2024", "uk-ets-2025")
    found = [
        catalogue.find("UK ETS fuels > Power stations > Coal", GB, Period.year(year), calorific=Calorific.NET)
        for year in (2024, 2025)
    ]
    assert [factor.edition for factor in found] == ["2024", "2025"]
    assert round_to(found[0].rates[0].number, 4, Rounding.HALF_UP) == Decimal("92.1100")


def test_uk_ets_natural_gas_of_the_eastern_zone() -> None:
    catalogue = bundled("uk-ets-2025")
    activity = "UK ETS fuels > Natural gas of a local distribution zone"
    net = catalogue.find(activity, Place("GB/EA"), "2025-03-01", calorific=Calorific.NET, unit="TJ")
    assert round_to(net.rates[0].number, 4, Rounding.HALF_UP) == Decimal("56.7048")
    assert amounts(catalogue.find(activity, Place("GB/EA"), "2025-03-01", unit="m3")) == {
        "CO2": "2008.553796812766 g"
    }


# ---------------------------------------------------------------- EPA's hub


@pytest.mark.parametrize("year", [2021, 2025])
def test_epa_natural_gas_per_mmbtu_of_gross_heat(year: int) -> None:
    catalogue = bundled(f"us-epa-hub-{year}")
    activity = "Stationary combustion > Natural Gas"
    factor = catalogue.find(activity, US, f"{year}-10-01", calorific=Calorific.GROSS, unit="MMBtu")
    assert amounts(factor) == {"CO2": "53.06 kg", "CH4": "1 g", "N2O": "0.1 g"}
    assert amounts(catalogue.find(activity, US, f"{year}-10-01", unit="scf")) == {
        "CO2": "0.05444 kg",
        "CH4": "0.00103 g",
        "N2O": "0.0001 g",
    }


@pytest.mark.parametrize(
    ("year", "place", "output", "published", "data_year"),
    [
        (2025, "US", "total output", "771.523", 2023),
        (2025, "US/AKGD", "total output", "899.003", 2023),
        (2025, "US/RFCW", "total output", "911.321", 2023),
        (2025, "US/AKGD", "non-baseload", "1077.11", 2023),
        (2021, "US/AKGD", "total output", "1114.4", 2019),
    ],
)
def test_egrid_electricity(year: int, place: str, output: str, published: str, data_year: int) -> None:
    catalogue = bundled(f"us-epa-hub-{year}")
    method = LOCATION if output == "total output" else None
    factor = catalogue.find(f"Electricity > {output}", Place(place), f"{year}-10-01", method=method)
    assert amounts(factor)["CO2"] == f"{published} lb"
    assert (factor.data_year, factor.per) == (data_year, "MWh")


def test_every_subregion_has_both_outputs() -> None:
    for year in (2021, 2025):
        grid = [each for each in bundled_factors(f"us-epa-hub-{year}") if each.activity.startswith("Electr")]
        assert Counter(factor.activity for factor in grid) == {
            "Electricity > total output": 28,
            "Electricity > non-baseload": 28,
        }
        assert len({factor.place for factor in grid}) == 28


@pytest.mark.parametrize("year", [2021, 2025])
def test_non_baseload_power_is_never_a_scope_2_factor(year: int) -> None:
    catalogue = bundled(f"us-epa-hub-{year}")
    marginal = [each for each in catalogue.factors if each.activity == "Electricity > non-baseload"]
    assert {each.method for each in marginal} == {None}
    assert {"avoids" in each.source.note for each in marginal} == {True}
    assert {"avoids" in each.source.note for each in catalogue.factors if each.method} == {False}
    bought = Activity(
        "1",
        "office",
        "Electricity > non-baseload",
        Energy(1, "MWh"),
        US,
        Period(f"{year}-10-01", f"{year}-11-01"),
        Scope.TWO,
    )
    for method in Scope2Method:
        with pytest.raises(BatchError, match="scope 2 method with a factor for Electricity > non-baseload"):
            account([bought], catalogue, scope_2=[method])


def test_an_mmbtu_of_us_gas_weighs_as_by_hand_under_two_sets() -> None:
    burnt = Activity(
        "1",
        "works",
        "Stationary combustion > Natural Gas",
        Energy(1, "MMBtu"),
        US,
        Period("2025-03-01", "2025-04-01"),
        Scope.ONE,
        calorific=Calorific.GROSS,
    )
    inventory = account([burnt], bundled("us-epa-hub-2025"))
    assert inventory.co2e(gwp_set("AR4")).total == CO2e("0.0531148", "tCO2e")  # 53.06 + .025 + .0298 kg
    assert inventory.co2e(gwp_set("AR5")).total == CO2e("0.0531145", "tCO2e")  # 53.06 + .028 + .0265 kg


def test_co2_of_biofuels_stands_apart() -> None:
    catalogue = bundled("us-epa-hub-2025")
    apart = {factor.activity for factor in catalogue.factors for rate in factor.rates if rate.apart}
    assert {
        "Mobile combustion, CO2 > Ethanol (100%)",
        "Stationary combustion > Wood and Wood Residuals",
        "Stationary combustion > Landfill Gas",
        "Stationary combustion > Kraft pulping liquor > Bagasse",
    } < apart
    assert not {"Stationary combustion > Natural Gas", "Mobile combustion, CO2 > Motor Gasoline"} & apart


@pytest.mark.parametrize("year", [2021, 2025])
def test_methane_of_biomass_fuels_is_biogenic_and_no_other(year: int) -> None:
    found = [
        (factor.levels[1].startswith("Biomass Fuels"), rate.origin)
        for factor in bundled_factors(f"us-epa-hub-{year}")
        for rate in factor.rates
        if rate.gas == "CH4"
    ]
    assert set(found) == {(True, Origin.BIOGENIC), (False, None)}
    assert sum(biomass for biomass, _ in found) == 8 + 4 + 8 + 5  # solid, gaseous, liquid; pulping liquor


def test_an_mmbtu_of_landfill_gas_weighs_its_methane_as_biogenic() -> None:
    """3.2 g CH4 × 27.0 and 0.63 g N2O × 273 under AR6; 52.07 kg CO2 stands apart."""
    burnt = Activity(
        "1",
        "works",
        "Stationary combustion > Landfill Gas",
        Energy(1000, "MMBtu"),
        US,
        Period("2025-03-01", "2025-04-01"),
        Scope.ONE,
        calorific=Calorific.GROSS,
    )
    statement = account([burnt], bundled("us-epa-hub-2025")).co2e(gwp_set("AR6"))
    assert statement.total == CO2e("0.25839", "tCO2e")  # 86.4 + 171.99 kg
    assert statement.biogenic_co2 == Mass("52.07", "t")


@pytest.mark.parametrize(("year", "basis"), [(2021, "AR4"), (2025, "AR5")])
def test_epa_waste_is_co2e_on_the_basis_of_its_edition(year: int, basis: str) -> None:
    factors = bundled_factors(f"us-epa-hub-{year}")
    weighed = [factor for factor in factors if factor.weighed]
    assert {factor.activity.split(" > ")[0] for factor in weighed} == {"Waste"}
    assert {rate.basis for factor in weighed for rate in factor.rates} == {basis}


# ------------------------------------------------------------ supply chain


CHAIN = bundled_factors("us-epa-supply-chain-1.3")
INDUSTRIES = {factor.levels[0]: factor for factor in CHAIN if len(factor.levels) == 2}


@pytest.mark.parametrize(
    ("code", "published"),
    [
        ("111110", "0.532"),
        ("327310", "3.924"),
        ("331110", "0.787"),
        ("481111", "0.644"),
        ("541511", "0.084"),
        ("722511", "0.194"),
    ],
)
def test_spend_with_margins(code: str, published: str) -> None:
    assert amounts(INDUSTRIES[code]) == {"CO2e": f"{published} kgCO2e"}
    assert INDUSTRIES[code].per == "USD@2022"
    assert INDUSTRIES[code].coverage is Coverage.UPSTREAM


def weighed(factors: Iterable[Factor], set_name: str) -> Decimal:
    potentials = gwp_set(set_name)
    return total(
        rate.number if rate.weighed else multiply(rate.number, potentials.potential(rate.gas).value)
        for factor in factors
        for rate in factor.rates
    )


@pytest.mark.parametrize(("set_name", "near"), [("AR4", 834), ("AR5", 1006), ("AR6", 912)])
def test_the_gases_weigh_as_much_as_published_under_one_set(set_name: str, near: int) -> None:
    parts: dict[str, list[Factor]] = {code: [] for code in INDUSTRIES}
    for factor in CHAIN:
        if len(factor.levels) == 3 and factor.levels[2] != "without margins":
            parts[factor.levels[0]].append(factor)
    assert {len(each) for each in parts.values()} == {2}
    off = {
        code: abs(weighed(parts[code], set_name) / co2e(factor) - 1) for code, factor in INDUSTRIES.items()
    }
    assert len(off) == 1016
    assert sum(each <= exact("0.01") for each in off.values()) == near


def test_a_thousand_dollars_of_cement_by_gas_and_in_one_figure() -> None:
    year = Period.year(2023)
    name = INDUSTRIES["327310"].activity

    def spent(*endings: str) -> CO2e:
        activities = [
            Activity(
                f"spend{ending}", "works", name + ending, Spend("1000", "USD@2022"), US, year, Scope.THREE
            )
            for ending in endings
        ]
        return account(activities, bundled("us-epa-supply-chain-1.3")).co2e(gwp_set("AR5")).total

    assert spent("") == CO2e("3.924", "tCO2e")
    by_gas = spent(" > by gas", " > HFCs and PFCs, unspecified")
    assert round_to(by_gas.number, 3, Rounding.HALF_UP) == Decimal("3.928")
    assert spent(" > without margins") == CO2e("3.846", "tCO2e")
