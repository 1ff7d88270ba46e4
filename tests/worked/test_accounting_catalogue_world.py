"""
The bundled factors of the IPCC, of China and of Ember, against the figures of their documents.

IPCC, 2006 Guidelines for National Greenhouse Gas Inventories, Volume 2, Tables 1.2, 1.3, 2.2 and 2.3;
生态环境部、国家统计局, 公告2024年第12号 (grid of 2021), 公告2024年第33号 (2022), 公告2025年第47号;
生态环境部, 钢铁行业 guideline CETS-AG-03.01-V01-2024, tables A.1 and A.2, and 发电设施 guideline of 2021,
table B.1; GB/T 32151, table C.1; Ember, carbon intensity of electricity generation, by way of Our
World in Data.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from carbonkit.accounting import Activity, Factor, Scope, Scope2Method, account, gwp_set
from carbonkit.accounting.bundle import bundled, bundled_catalogues
from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.fallback import Fallback, First
from carbonkit.accounting.fuel import CO2_PER_CARBON, Fuel
from carbonkit.accounting.fuel_table import bundled_fuels, fuel_tables
from carbonkit.accounting.instrument import VintageWindow
from carbonkit.accounting.market_based import dual_scope_2
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.purchased_energy import WithoutResidualMix
from carbonkit.errors import BatchError, UnknownFactorError
from carbonkit.values import Mass, Period, Place, Rounding, Status, quantity, round_to

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
WORLD, CHINA = Place("001"), Place("CN")
Y2024 = Period.year(2024)
LOCATION, MARKET = Scope2Method.LOCATION, Scope2Method.MARKET

DATASETS = ("cn-fuels", "cn-grid", "cn-steel-materials", "ember-grid", "ipcc-2006-stationary")
TABLES = ("cn-gbt-32151", "cn-power-2021", "cn-provincial-2025", "cn-steel-2024", "ipcc-2006")
STEEL = "CETS-AG-03.01-V01-2024"


def rates(factor: Factor) -> dict[str, Decimal]:
    return {rate.gas: rate.number for rate in factor.rates}


def one(factor: Factor) -> str:
    [rate] = factor.rates
    return str(rate.number)


def ipcc(activity: str) -> Factor:
    return bundled("ipcc-2006-stationary").find(activity, WORLD, Y2024, calorific=Calorific.NET)


def grid(place: str, year: int, activity: str = "electricity", method: Scope2Method = LOCATION) -> Factor:
    return bundled("cn-grid").find(activity, Place(place), Period.year(year), method=method)


# ------------------------------------------------------------------------------------- all datasets


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_factor_has_source_table_status_and_licence(dataset: str) -> None:
    for factor in bundled(dataset).factors:
        assert factor.source.publisher
        assert factor.source.table
        assert factor.source.licence
        assert isinstance(factor.source.status, Status)
        assert factor.source.status.value in factor.explain().text()


def test_they_are_one_catalogue_without_overlaps() -> None:
    assert len(bundled(*DATASETS).factors) == 103 + 124 + 18 + 5174 + 162


@pytest.mark.skipif(not SHARED.is_dir(), reason="the research data are not here")
@pytest.mark.parametrize(
    ("script", "datasets", "tables"),
    [
        ("make_catalogue_ipcc", ["ipcc-2006-stationary"], ["ipcc-2006"]),
        (
            "make_catalogue_china",
            ["cn-fuels", "cn-grid", "cn-steel-materials"],
            ["cn-gbt-32151", "cn-power-2021", "cn-provincial-2025", "cn-steel-2024"],
        ),
        ("make_catalogue_ember", ["ember-grid"], []),
    ],
)
def test_the_scripts_make_the_bundled_bytes_again(
    tmp_path: Path, script: str, datasets: list[str], tables: list[str]
) -> None:
    command = [
        sys.executable,
        "-m",
        f"scripts.{script}",
        "--shared",
        str(SHARED),
        "--catalogue",
        str(tmp_path),
    ]
    if tables:
        command += ["--fuel", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    data = ROOT / "carbonkit" / "accounting" / "data"
    for name in datasets:
        made = (tmp_path / f"{name}.csv.gz").read_bytes()
        assert gzip.decompress(made) == gzip.decompress((data / "catalogue" / f"{name}.csv.gz").read_bytes())
        assert made[4:8] == bytes(4)  # no time of making: the same figures make the same bytes
    for name in tables:
        assert (tmp_path / f"{name}.csv").read_bytes() == (data / "fuel" / f"{name}.csv").read_bytes()
    for note in tmp_path.glob("PROVENANCE-*.md"):
        assert note.read_bytes() == (data / "catalogue" / note.name).read_bytes()


# --------------------------------------------------------------------------------------------- IPCC


def test_anthracite_of_the_ipcc_with_its_limits() -> None:
    co2, ch4, n2o = ipcc("anthracite, energy industries").rates
    assert [str(co2), str(co2.lower), str(co2.upper)] == ["98300 kg CO2", "94600", "100833"]
    assert (str(ch4), str(n2o)) == ("1 kg CH4", "1.5 kg N2O")
    assert rates(ipcc("anthracite, manufacturing and construction"))["CH4"] == 10
    [held] = [each for each in bundled_fuels("ipcc-2006") if each.name == "anthracite"]
    assert (
        str(held) == "anthracite (IPCC 2006): 26.7 (21.6 to 32.2) GJ per t; 26.8 (25.8 to 27.5) kg C per GJ"
    )


@pytest.mark.parametrize("sector", ["energy industries", "manufacturing and construction"])
def test_natural_gas_emits_0_1_kg_of_n2o_not_1_5_and_says_that_this_is_recalled(sector: str) -> None:
    factor = ipcc(f"natural gas, {sector}")
    assert rates(factor) == {"CO2": 56100, "CH4": 1, "N2O": Decimal("0.1")}
    assert [str(factor.rates[0].lower), str(factor.rates[0].upper)] == ["54267", "58300"]
    assert factor.source.status is Status.RECALLED
    assert "N2O 0.1 as in transcriptions in public repositories (not identified), not 1.5" in str(
        factor.source
    )


def test_no_gaseous_fuel_emits_as_much_n2o_as_coal() -> None:
    gases = [
        it for it in bundled("ipcc-2006-stationary").factors if it.activity.split(",")[0].endswith("gas")
    ]
    assert len(gases) == 3 * 9
    assert {rates(it)["N2O"] for it in gases if "N2O" in rates(it)} == {Decimal("0.1")}


@pytest.mark.parametrize(
    ("fuel", "heat", "wrong"),
    [("natural gas liquids", "44.2", "44.3"), ("other primary solid biomass", "11.6", "11.8")],
)
def test_two_calorific_values_are_corrected_and_say_so(fuel: str, heat: str, wrong: str) -> None:
    [held] = [each for each in bundled_fuels("ipcc-2006") if each.name == fuel]
    assert str(held.figure("heat")) == heat
    assert held.source.status is Status.RECALLED
    assert held.source.note.startswith(f"net calorific value {heat} as recalled")
    assert f"has {wrong}" in held.source.note


def test_carbon_dioxide_of_every_fuel_is_its_carbon_and_44_12_within_one_per_cent() -> None:
    fuels = {fuel.name: fuel for fuel in bundled_fuels("ipcc-2006")}
    checked = [it for it in bundled("ipcc-2006-stationary").factors if it.activity.endswith(", CO2 alone")]
    assert len(checked) == len(fuels) == 54
    for factor in checked:
        carbon = fuels[factor.activity.removesuffix(", CO2 alone")].carbon
        assert carbon is not None
        assert carbon.lower is not None
        assert carbon.upper is not None
        [rate] = factor.rates
        assert abs(Fraction(rate.number) / (Fraction(carbon.number) * CO2_PER_CARBON * 1000) - 1) < Fraction(
            1, 100
        )
        assert rate.lower == round_to(carbon.lower * 44000 / 12, 0, Rounding.HALF_UP)
        assert rate.upper == round_to(carbon.upper * 44000 / 12, 0, Rounding.HALF_UP)
        assert factor.source.status is Status.CONFIRMED


def test_a_factor_with_recalled_gases_is_recalled() -> None:
    with_all = [it for it in bundled("ipcc-2006-stationary").factors if len(it.rates) == 3]
    assert len(with_all) == 2 * 54
    assert {it.source.status for it in with_all} == {Status.RECALLED}


def test_carbon_dioxide_of_biomass_stands_apart_and_its_methane_does_not() -> None:
    biomass = {fuel.name for fuel in bundled_fuels("ipcc-2006") if fuel.origin is Origin.BIOGENIC}
    assert len(biomass) == 11
    for factor in bundled("ipcc-2006-stationary").factors:
        assert factor.rates[0].apart == (factor.id.split(" > ")[0] in biomass)
        assert not any(rate.apart for rate in factor.rates[1:])
        methane = {rate.origin for rate in factor.rates if rate.gas == "CH4"}
        assert methane <= {Origin.BIOGENIC if factor.rates[0].apart else None}  # fossil methane has no origin
    burnt = Activity(
        "1",
        "kiln",
        "wood and wood waste, manufacturing and construction",
        quantity(10, "TJ"),
        CHINA,
        Y2024,
        Scope.ONE,
        calorific=Calorific.NET,
    )
    policy = Fallback(first=First.PLACE, stand_ins=(WORLD,))
    statement = account([burnt], bundled("ipcc-2006-stationary"), fallback=policy).co2e(gwp_set("AR5"))
    assert statement.biogenic_co2 == Mass(1120, "t")
    assert statement.total.to("kgCO2e").number == 300 * 28 + 40 * 265


# -------------------------------------------------------------------------------------- China, grid


@pytest.mark.parametrize(
    ("place", "year", "figure", "status"),
    [
        ("CN", 2021, "0.5568", Status.RECALLED),
        ("CN", 2022, "0.5366", Status.RECALLED),
        ("CN", 2023, "0.5306", Status.CONFIRMED),
        ("CN/Grid North China", 2022, "0.6776", Status.CONFIRMED),
        ("CN/Grid Southwest China", 2022, "0.2268", Status.CONFIRMED),
        ("CN/Grid East China", 2023, "0.5500", Status.CONFIRMED),
        ("CN/HE", 2021, "0.7901", Status.CONFIRMED),
        ("CN/YN", 2023, "0.1333", Status.CONFIRMED),
        ("CN/SH", 2023, "0.5737", Status.CONFIRMED),
        ("CN/NM", 2022, "0.6849", Status.CONFIRMED),
    ],
)
def test_grid_factors_as_announced(place: str, year: int, figure: str, status: Status) -> None:
    factor = grid(place, year)
    assert (one(factor), factor.rates[0].gas, factor.per) == (figure, "CO2", "kWh")
    assert (factor.source.status, factor.data_year) == (status, year)
    assert ("re-publication" in factor.source.note) == (place != "CN" and year < 2023)


def test_the_announcement_of_2023_has_its_day() -> None:
    assert str(grid("CN", 2023).published) == "2025-12-31"
    assert grid("CN", 2022).published is None


def test_national_factors_without_traded_power_and_of_fossil_power() -> None:
    traded_out = [grid("CN", year, method=MARKET) for year in (2021, 2022, 2023)]
    assert [one(factor) for factor in traded_out] == ["0.5942", "0.5856", "0.6096"]
    fossil = "electricity, fossil power"
    assert [one(grid("CN", year, fossil)) for year in (2021, 2022, 2023)] == ["0.8426", "0.8325", "0.8273"]


def test_the_national_residual_mix_says_what_it_is_and_how_sure() -> None:
    found = [grid("CN", year, method=MARKET) for year in (2021, 2022, 2023)]
    assert {factor.id for factor in found} == {"CN electricity, without market-traded non-fossil power"}
    assert {factor.id for factor in found}.isdisjoint({grid("CN", 2023).id})
    assert [factor.source.status for factor in found] == [
        Status.RECALLED,
        Status.RECALLED,
        Status.CONFIRMED,
    ]
    for factor in found:
        assert "names no method" in factor.source.note
        assert "carbonkit's reading" in factor.explain().text()
    assert "carbonkit's reading" not in grid("CN", 2023).source.note
    market = {it.place for it in bundled("cn-grid").factors if it.method is MARKET}
    assert market == {CHINA}  # no region, no province


def test_a_chinese_bill_is_accounted_by_both_methods() -> None:
    """1,000 MWh × 0.5306 and × 0.6096 kg per kWh."""
    year, both = Period.year(2023), list(Scope2Method)
    bought = Activity("1", "plant", "electricity", quantity(1000, "MWh"), CHINA, year, Scope.TWO)
    inventory = account([bought], bundled("cn-grid"), scope_2=both)
    totals = [str(inventory.co2e(gwp_set("AR5"), scope_2=it).total.to("tCO2e").number) for it in both]
    assert [Decimal(number) for number in totals] == [Decimal("530.6"), Decimal("609.6")]


def test_a_provinces_bill_takes_the_national_residual_mix_only_if_the_policy_allows_it() -> None:
    year, catalogue = Period.year(2023), bundled("cn-grid")
    bought = Activity("1", "plant", "electricity", quantity(1000, "MWh"), Place("CN/SH"), year, Scope.TWO)
    with pytest.raises(BatchError, match="scope 2 method with a factor for electricity at CN/SH"):
        account([bought], catalogue, scope_2=list(Scope2Method))
    found = dual_scope_2(
        [bought],
        [],
        catalogue,
        period=year,
        vintage=VintageWindow(months_before=0, months_after=0),
        residual_mix=catalogue,
        without_residual_mix=WithoutResidualMix.REFUSE,
        fallback=Fallback(first=First.PLACE, wider=True),
    ).inventory()
    masses = {it: dict(found.masses(scope_2=it))["CO2"].to("t").number for it in Scope2Method}
    assert masses == {LOCATION: Decimal("573.7"), MARKET: Decimal("609.6")}


def test_every_year_has_thirty_provinces_and_seven_grids() -> None:
    for year in (2021, 2022, 2023):
        places = {it.place.path for it in bundled("cn-grid").factors if it.data_year == year}
        assert len([path for path in places if path.startswith("CN/Grid ")]) == 7
        assert len([path for path in places if len(path) == len("CN/SH")]) == 30


def test_a_year_without_a_factor_needs_a_policy_and_the_step_shows() -> None:
    catalogue, hebei = bundled("cn-grid"), Place("CN/HE")
    with pytest.raises(UnknownFactorError, match="period: must be a time with a factor for electricity"):
        catalogue.find("electricity", hebei, Y2024, method=LOCATION)
    policy = Fallback(first=First.YEAR, years_back=2)
    found = catalogue.choose("electricity", hebei, Y2024, method=LOCATION, fallback=policy)
    assert (one(found.factor), str(found.step)) == ("0.6516", "1 year earlier")
    policy = Fallback(first=First.PLACE, stand_ins=(Place("CN/Grid North China"),), years_back=1)
    found = catalogue.choose("electricity", Place("CN/HE/Tangshan"), Y2024, method=LOCATION, fallback=policy)
    assert str(found.step) == "factor of CN/Grid North China taken for CN/HE/Tangshan, 1 year earlier"


def test_shanghai_2023_as_derived_in_the_reference() -> None:
    """10,000 MWh × 0.5737 kg per kWh = 5,737.0 t."""
    bought = Activity(
        "1", "office", "electricity", quantity(10000, "MWh"), Place("CN/SH"), Period.year(2023), Scope.TWO
    )
    statement = account([bought], bundled("cn-grid"), scope_2=[LOCATION]).co2e(
        gwp_set("AR5"), scope_2=LOCATION
    )
    assert statement.total.to("tCO2e").number == 5737


def test_factors_of_the_national_market_and_of_heat() -> None:
    catalogue = bundled("cn-grid")
    found = [
        catalogue.find("electricity, ETS power accounting", CHINA, Period.year(year), method=LOCATION)
        for year in range(2020, 2026)
    ]
    assert [one(it) for it in found] == ["0.6101", "0.5810", "0.5703", "0.5703", "0.5703", "0.5703"]
    assert [it.source.status for it in found[:3]] == [Status.CONFIRMED, Status.RECALLED, Status.RECALLED]
    assert not any("公告" in it.source.title for it in found)
    assert all("not of an announcement" in it.source.note for it in found[1:])
    [dataset] = [it for it in bundled_catalogues() if it.name == "cn-grid"]
    assert all(figure in dataset.attribution for figure in ("0.6101", "0.5810", "0.5703", "guidelines"))
    with pytest.raises(UnknownFactorError):
        catalogue.find("electricity, ETS power accounting", CHINA, Period.year(2026), method=LOCATION)
    assert str(catalogue.find("heat, default", CHINA, Y2024, method=LOCATION).rates[0]) == "0.11 t CO2"


def test_no_row_of_another_document_is_carried() -> None:
    """Of the file, 2010 Shanghai 0.7934, 2012 East 0.7035 are single rows without the three announcements."""
    carried = {one(it) for it in bundled("cn-grid").factors}
    assert not carried & {"0.7934", "0.7035"}
    assert min(it.valid.start.year for it in bundled("cn-grid").factors if it.data_year) == 2021


# ------------------------------------------------------------------------------------- China, fuels


def held(name: str, table: str, edition: str, day: str = "2025-06-30") -> Fuel:
    return fuel_tables(table).find(name, CHINA, day, edition=edition)


def test_fuels_of_the_standards() -> None:
    anthracite = held("anthracite", "cn-gbt-32151", "GB/T 32151 C.1")
    assert [str(anthracite.figure(it)) for it in ("heat", "carbon", "oxidation")] == [
        "26.7",
        "0.02740",
        "0.94",
    ]
    assert anthracite.source.status is Status.RECALLED  # one transcription only
    assert anthracite.printed == "无烟煤"
    coal = held("bituminous coal", "cn-gbt-32151", "GB/T 32151 C.1")
    assert [str(coal.figure(it)) for it in ("heat", "carbon", "oxidation")] == ["19.570", "0.02610", "0.93"]
    assert coal.source.status is Status.CONFIRMED
    assert sum(it.source.status is Status.CONFIRMED for it in bundled_fuels("cn-gbt-32151")) == 14


@pytest.mark.parametrize(
    ("activity", "unit", "figure", "places"),
    [
        ("diesel, GB/T 32151 table C.1", "t", "3.0959", 4),
        ("natural gas, GB/T 32151 table C.1", "10kNm3", "21.6219", 4),
        ("anthracite, GB/T 32151 table C.1", "t", "2.5215", 4),
        ("diesel, provincial guide", "t", "3.0959", 4),
        ("natural gas, steel guideline, co-fired unit", "10kNm3", "21.650152", 6),
        ("coal tar, steel guideline, enterprise", "t", "2.699", 3),
    ],
)
def test_direct_factors_of_fuels(activity: str, unit: str, figure: str, places: int) -> None:
    factor = bundled("cn-fuels").find(activity, CHINA, "2025-06-30")
    assert (factor.per, factor.rates[0].gas, factor.rates[0].unit) == (unit, "CO2", "t")
    assert str(round_to(factor.rates[0].number, places, Rounding.HALF_UP)) == figure
    assert factor.source.status is not Status.CONFIRMED


def test_coal_tar_of_table_a_1_is_the_printed_tar_of_table_a_2() -> None:
    """33.453 × 0.02200 × 44/12 = 2.699 t CO2 per t, printed."""
    tar = held("coal tar", "cn-steel-2024", STEEL)
    ratio = Fraction(tar.figure("heat")) * Fraction(tar.figure("carbon")) * CO2_PER_CARBON
    printed = bundled("cn-steel-materials").find(
        "coal tar, steel guideline, carbon as CO2", CHINA, "2024-06-30"
    )
    assert round(ratio, 3) == Fraction(one(printed)) == Fraction("2.699")
    assert printed.source.status is Status.CONFIRMED


def test_coke_oven_gas_differs_by_guideline_and_vintage() -> None:
    heats = [
        held("coke oven gas", "cn-power-2021", "power 2021", "2021-06-30"),
        held("coke oven gas", "cn-steel-2024", STEEL),
        held("coke oven gas", "cn-gbt-32151", "GB/T 32151 C.1"),
    ]
    assert [str(it.figure("heat")) for it in heats] == ["173.54", "173.854", "179.81"]


def test_power_coal_without_a_valid_test() -> None:
    coal = held("coal without a valid test", "cn-power-2021", "power 2021", "2022-12-31")
    assert [str(coal.figure(it)) for it in ("heat", "carbon", "oxidation")] == ["26.7", "0.03356", "0.99"]


def test_steel_materials() -> None:
    for name, figure in (
        ("limestone", "0.440"),
        ("electrode", "3.663"),
        ("pig iron", "0.172"),
        ("crude steel", "0.037"),
    ):
        activity = f"{name}, steel guideline, carbon as CO2"
        assert one(bundled("cn-steel-materials").find(activity, CHINA, "2024-06-30")) == figure


def test_every_direct_factor_is_its_fuel_within_half_of_the_last_place() -> None:
    fuels = {(it.edition, it.name): it for it in fuel_tables(*TABLES).fuels}
    for factor in bundled("cn-fuels").factors:
        fuel = fuels[factor.edition, factor.activity.split(", ")[0]]
        ratio = Fraction(fuel.figure("heat")) * Fraction(fuel.figure("carbon")) * CO2_PER_CARBON
        if not factor.activity.endswith("steel guideline, enterprise"):
            ratio *= Fraction(fuel.figure("oxidation"))
        assert abs(Fraction(factor.rates[0].number) - ratio) <= Fraction(1, 2 * 10**8)


# -------------------------------------------------------------------------------------------- Ember


@pytest.mark.parametrize(
    ("place", "figure"),
    [
        ("GB", "228.24567"),
        ("DE", "371.31064"),
        ("FR", "55.27541"),
        ("US", "392.848"),
        ("PL", "655.2752"),
        ("CN", "583.608"),
    ],
)
def test_life_cycle_intensities_of_2023(place: str, figure: str) -> None:
    factor = bundled("ember-grid").find("electricity, life cycle", Place(place), Period.year(2023))
    assert one(factor) == figure
    assert (factor.rates[0].unit, factor.per, factor.coverage) == ("gCO2e", "kWh", Coverage.LIFE_CYCLE)
    assert factor.rates[0].basis == "Ember, life cycle, GWP set not stated"


def test_a_life_cycle_intensity_is_never_a_scope_2_factor() -> None:
    catalogue = bundled("ember-grid")
    assert {factor.method for factor in catalogue.factors} == {None}
    for method in Scope2Method:
        with pytest.raises(UnknownFactorError, match="method: must be a scope 2 method with a factor"):
            catalogue.find("electricity, life cycle", Place("GB"), Period.year(2023), method=method)
        bought = Activity(
            "1",
            "office",
            "electricity, life cycle",
            quantity(1, "MWh"),
            Place("GB"),
            Period.year(2023),
            Scope.TWO,
        )
        with pytest.raises(BatchError, match="scope 2 method"):
            account([bought], catalogue, scope_2=[method])


def test_the_world_is_kept_and_aggregates_are_not() -> None:
    places = {factor.place.path for factor in bundled("ember-grid").factors}
    assert len(places) == 215
    assert {"001", "XK"} < places
    assert all(path == "001" or len(path) == 2 for path in places)
