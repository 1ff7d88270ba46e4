"""
Make the IPCC 2006 combustion defaults that the wheel carries: factors, and properties of fuels.

Reads the two transcriptions that the research folder holds, matches their fuels, checks each
carbon dioxide factor against the carbon content of the other file, and writes carbonkit's own
format:

    python -m scripts.make_catalogue_ipcc --shared ../shared

Figures are carried as facts, with the IPCC's volume, chapter, table and row; none of its text is.
Three fuels are corrected, see `CORRECTED_N2O` and `CORRECTED_HEAT`.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fuel import Estimate, Fuel
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Rate
from carbonkit.values.number import Rounding, divide, exact, multiply, plain, subtract
from carbonkit.values.place import Place
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period
from scripts import catalogue_file, fuel_file

NAME = "ipcc-2006-stationary"
FUELS = "ipcc-2006"
EDITION = "2006"
WORLD = Place("001")
VALID = Period("2006-01-01", None)
TITLE = "2006 Guidelines for National Greenhouse Gas Inventories, Volume 2"
LICENCE = "figures, carried as facts; cite the IPCC"
ATTRIBUTION = (
    "Default values: 2006 IPCC Guidelines for National Greenhouse Gas Inventories, Vol. 2. Transcribed by"
    " bonsai_ipcc 0.5.3 (M. Budzinski) and iClimate/ghgpy (Bui Khac Tu, iClimate), both MIT License."
)


class Named(NamedTuple):
    """A fuel under its names: ours, the two files', and where its carbon comes from."""

    name: str
    properties: str
    factors: tuple[str, ...]
    origin: Origin


F, B = Origin.FOSSIL, Origin.BIOGENIC
NAMES = (
    Named("crude oil", "oil", ("Crude_Oil",), F),
    Named("orimulsion", "orimulsion", ("Orimulsion",), F),
    Named("natural gas liquids", "natural_gas_liquids", ("Natural_Gas_Liquids",), F),
    Named("motor gasoline", "motor_gasoline", ("Motor_Gasoline",), F),
    Named("aviation gasoline", "aviation_gasoline", ("Aviation_Gasoline",), F),
    Named("jet gasoline", "jet_gasoline", ("Jet_Gasoline",), F),
    Named("jet kerosene", "jet_kerosene", ("Jet_Kerosene",), F),
    Named("other kerosene", "other_kerosene", ("Other_Kerosene",), F),
    Named("shale oil", "shale_oil", ("Shale_Oil",), F),
    Named("gas/diesel oil", "gas_diesel_oil", ("Diesel_Oil",), F),
    Named("residual fuel oil", "residual_fuel_oil", ("Residual_Fuel_Oil",), F),
    Named("liquefied petroleum gases", "liquefied_petroleum_gases", ("Liquefied_Petroleum_Gases",), F),
    Named("ethane", "ethane", ("Ethane",), F),
    Named("naphtha", "naphtha", ("Naphtha",), F),
    Named("bitumen", "bitumen", ("Bitumen",), F),
    Named("lubricants", "lubricants", ("Lubricants",), F),
    Named("petroleum coke", "petroleum_coke", ("Petroleum_Coke",), F),
    Named("refinery feedstocks", "refinery_feedstocks", ("Refinery_Feedstocks",), F),
    Named("refinery gas", "refinery_gas", ("Refinery_Gas",), F),
    Named("paraffin waxes", "paraffin_waxes", ("Paraffin_Waxes",), F),
    Named("white spirit and SBP", "white_spirit_sbp", ("White_Spirit_SBP",), F),
    Named("other petroleum products", "other_petro_products", ("Other_Petroleum_Products",), F),
    Named("anthracite", "anthracite", ("Anthracite",), F),
    Named("coking coal", "coking_coal", ("Coking_Coal",), F),
    Named("other bituminous coal", "other_bituminous_coal", ("Other_Bituminous_Coal",), F),
    Named("sub-bituminous coal", "sub_bituminous_coal", ("Sub_Bituminous_Coal",), F),
    Named("lignite", "lignite", ("Lignite",), F),
    Named("oil shale and tar sands", "oil_shale_tar_sands", ("Oil_Shale_and_Tar_Sands",), F),
    Named("brown coal briquettes", "brown_coal_briquettes", ("Brown_Coal_Briquettes",), F),
    Named("patent fuel", "patent_fuel", ("Patent_Fuel",), F),
    Named("coke oven coke", "coke", ("Coke_Oven_Coke",), F),
    Named("lignite coke", "coke_oven_lignite_coke", ("Lignite_Coke",), F),
    Named("gas coke", "gas_coke", ("Gas_Coke",), F),
    Named("coal tar", "coal_tar", ("Coal_Tar",), F),
    Named("gas works gas", "gas_works_gas", ("Gas_Works_Gas",), F),
    Named("coke oven gas", "coke_oven_gas", ("Coke_Oven_Gas",), F),
    Named("blast furnace gas", "blast_furnace_gas", ("Blast_Furnace_Gas",), F),
    Named("oxygen steel furnace gas", "oxygen_steel_furnace_gas", ("Oxygen_Steel_Furnace_Gas",), F),
    Named("natural gas", "natural_gas", ("Natural_Gas",), F),
    Named("municipal waste, fossil fraction", "msw", ("Municipal_Wastes", "Municipal_Wastes_non_biomass"), F),
    Named("industrial waste", "isw", ("Industrial_Wastes",), F),
    Named("waste oils", "ow_hazard", ("Waste_Oils",), F),
    Named("peat", "peat", ("Peat",), F),
    Named("wood and wood waste", "msw_wood", ("Wood/wood_waste",), B),
    Named("sulphite lyes (black liquor)", "black_liquor", ("Sulphite_lyes",), B),
    Named("other primary solid biomass", "other_prim_solid_biomass", ("Other_Primary_Solid_Biomass",), B),
    Named("charcoal", "charcoal", ("Charcoal",), B),
    Named("biogasoline", "biogasoline", ("Biogasoline",), B),
    Named("biodiesels", "biodiesels", ("Biodiesels",), B),
    Named("other liquid biofuels", "other_liquid_biofuels", ("Other_Liquid_Biofuels",), B),
    Named("landfill gas", "landfill_gas", ("Landfill_Gas",), B),
    Named("sludge gas", "sludge_gas", ("Sludge_Gas",), B),
    Named("other biogas", "other_biogas", ("Other_Biogas",), B),
    Named(
        "municipal waste, biomass fraction",
        "msw_biomass",
        ("Other_non_Fossil_Fuels", "Other_non_Fossil_Fuels_Municipal_Waste"),
        B,
    ),
)
SECTORS = {
    "Table 2.2 (energy industries)": ("energy industries", "Table 2.2"),
    "Table 2.3 (manufacturing and construction)": ("manufacturing and construction", "Table 2.3"),
}
GASES = ("CO2", "CH4", "N2O")

# fuel: what the file has, what it must be; natural gas stands wrong in both tables of the file
CORRECTED_N2O = {"natural gas": ("1.5", "0.1")}
# fuel: the file's net calorific value, what it must be
CORRECTED_HEAT = {
    "natural gas liquids": ("44.3", "44.2"),
    "other primary solid biomass": ("11.8", "11.6"),
}
_COPIES = "transcriptions in public repositories (not identified),"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _fuel(named: Named, held: dict[tuple[str, str], dict[str, str]]) -> Fuel:
    heat, carbon = (held.get((named.properties, what)) for what in ("net_calorific_value", "carbon_content"))
    if carbon is None:
        raise SystemExit(f"{named.name}: no carbon content")
    tables = "Tables 1.2 and 1.3" if heat else "Table 1.3"
    status, note = Status.CONFIRMED, "as transcribed in bonsai_ipcc 0.5.3 (MIT)"
    number = heat["default"] if heat else ""
    if named.name in CORRECTED_HEAT:
        wrong, number = CORRECTED_HEAT[named.name]
        if heat is None or heat["default"] != wrong:
            raise SystemExit(f"{named.name}: the file no longer has the error {wrong}")
        status = Status.RECALLED
        note = (
            f"net calorific value {number} as recalled and as in {_COPIES} where bonsai_ipcc 0.5.3 (MIT)"
            f" has {wrong}; its limits and the carbon content as there"
        )
    return Fuel(
        named.name,
        f"IPCC {EDITION}",
        WORLD,
        VALID,
        "t",
        Source(
            "IPCC",
            TITLE,
            2006,
            table=f"Chapter 1, {tables}, row {named.name}",
            licence=LICENCE,
            status=status,
            note=note,
        ),
        calorific=Calorific.NET,
        origin=named.origin,
        energy="GJ",
        carbon_unit="kg",
        heat=Estimate(number, heat["lower_95"], heat["upper_95"]) if heat else None,
        carbon=Estimate(carbon["default"], carbon["lower_95"], carbon["upper_95"]),
    )


def _co2(named: Named, number: str, fuel: Fuel) -> Rate:
    """Give the rate with limits, once it equals the carbon content × 44/12 within 1 %."""
    if fuel.carbon is None or fuel.carbon.lower is None or fuel.carbon.upper is None:
        raise SystemExit(f"{named.name}: no carbon content with limits")
    per_tj = [
        divide(multiply(content, exact(44000)), 12, 0, Rounding.HALF_UP)
        for content in (fuel.carbon.number, fuel.carbon.lower, fuel.carbon.upper)
    ]
    default = exact(number)
    if abs(subtract(default, per_tj[0])) > multiply(default, exact("0.01")):
        raise SystemExit(f"{named.name}: {number} kg CO2 is not {plain(per_tj[0])}, from its carbon")
    origin = Origin.BIOGENIC if named.origin is Origin.BIOGENIC else None
    return Rate("CO2", default, "kg", origin=origin, lower=per_tj[1], upper=per_tj[2])


_CO2_NOTE = (
    "CO2 as transcribed in iClimate/ghgpy (MIT), confirmed: the carbon content of Table 1.3 × 44/12 within"
    " 1 %; its 95 % limits are those of the carbon content × 44/12 and may differ from the printed ones by"
    " a rounding"
)


def _factor(named: Named, sector: str, values: dict[str, str], fuel: Fuel) -> Factor:
    activity, table = SECTORS[sector]
    n2o = values["N2O"]
    note = f"{_CO2_NOTE}; CH4 and N2O recalled, as in ghgpy, without limits"
    if named.name in CORRECTED_N2O:
        wrong, n2o = CORRECTED_N2O[named.name]
        if values["N2O"] != wrong:
            raise SystemExit(f"{named.name}: the file no longer has the error {wrong}")
        note = f"{_CO2_NOTE}; CH4 and N2O recalled, without limits; N2O {n2o} as in {_COPIES} not {wrong}"
    biogenic = Origin.BIOGENIC if named.origin is Origin.BIOGENIC else None
    return Factor(
        f"{named.name} > {activity}",
        EDITION,
        f"{named.name}, {activity}",
        WORLD,
        VALID,
        "TJ",
        (
            _co2(named, values["CO2"], fuel),
            Rate("CH4", values["CH4"], "kg", origin=biogenic),
            Rate("N2O", n2o, "kg"),
        ),
        _source(f"{table}, row {named.name}", Status.RECALLED, note),
        calorific=Calorific.NET,
        levels=("Energy", "Stationary combustion", activity.capitalize(), named.name.capitalize()),
        coverage=Coverage.DIRECT,
    )


def _co2_alone(named: Named, number: str, fuel: Fuel) -> Factor:
    return Factor(
        f"{named.name} > CO2 alone",
        EDITION,
        f"{named.name}, CO2 alone",
        WORLD,
        VALID,
        "TJ",
        (_co2(named, number, fuel),),
        _source(f"Tables 2.2 and 2.3, column CO2, row {named.name}", Status.CONFIRMED, _CO2_NOTE),
        calorific=Calorific.NET,
        levels=("Energy", "Stationary combustion", "CO2 alone", named.name.capitalize()),
        coverage=Coverage.DIRECT,
    )


def _source(table: str, status: Status, note: str) -> Source:
    table = f"Chapter 2, {table}"
    return Source("IPCC", TITLE, 2006, table=table, licence=LICENCE, status=status, note=note)


def _read(folder: Path) -> tuple[list[Fuel], list[Factor]]:
    properties = {
        (row["fuel"], row["parameter"]): row for row in _rows(folder / "ncv_and_carbon_content.csv")
    }
    stated: dict[tuple[str, str], dict[str, str]] = {}
    for row in _rows(folder / "stationary_combustion_emission_factors.csv"):
        stated.setdefault((row["fuel"], row["sector"]), {})[row["gas"]] = row["default"]
    fuels, factors = [], []
    for named in NAMES:
        fuel = _fuel(named, properties)
        fuels.append(fuel)
        seen = set()
        for sector in SECTORS:
            found = [stated.pop(key) for alias in named.factors if (key := (alias, sector)) in stated]
            if len(found) != 1 or set(found[0]) != set(GASES):
                raise SystemExit(f"{named.name}: not once in {sector} with {', '.join(GASES)}")
            factors.append(_factor(named, sector, found[0], fuel))
            seen.add(found[0]["CO2"])
        if len(seen) != 1:
            raise SystemExit(f"{named.name}: CO2 differs between the sectors")
        factors.append(_co2_alone(named, seen.pop(), fuel))
    if stated:
        raise SystemExit(f"left over: {', '.join(fuel for fuel, _ in stated)}")
    return fuels, factors


PROVENANCE = f"""# IPCC 2006 combustion defaults

Made by `scripts/make_catalogue_ipcc.py`, with the fuels `../fuel/{FUELS}.csv`; do not edit by hand.

- Figures of the 2006 IPCC Guidelines, Volume 2: Tables 2.2 and 2.3 (energy industries; manufacturing and
  construction), and for the fuels Tables 1.2 and 1.3. The figures are carried as facts; no text is.
- {ATTRIBUTION}
- CO2 of all fuels equals the carbon content of Table 1.3 × 44/12 within 1 %. The 95 % limits are those of
  the carbon content × 44/12. CH4 and N2O are recalled defaults without limits, so a factor of all three
  gases is "recalled"; the factors "CO2 alone" are confirmed.
- Origin is set for biomass only: its CO2 stands apart from the scopes and its CH4 weighs as biogenic
  methane. CO2 of other fuels needs none. CH4 of other fuels has none, as the tables give none: a set weighs
  it with its value for methane of any origin (28 in AR5, 27.9 in AR6), not the fossil one (30, 29.8). The
  fossil value adds the CO2 that methane turns into in the air; the CO2 of these fuels is already that of
  all their carbon, so it would be counted twice.
- Corrected: N2O of natural gas is 0.1 kg per TJ, not the 1.5 of ghgpy; the net calorific values of natural
  gas liquids and other primary solid biomass are 44.2 and 11.6 GJ per t, not the 44.3 and 11.8 of
  bonsai_ipcc. All of these are "recalled".
- Validity starts in 2006, the year of publication, and has no end: the IPCC sets none.
- Left out: Tables 2.4 and 2.5 (commercial, residential), which the files do not hold.
"""


def main() -> None:
    """Read the two files and write the factors and the fuels."""
    parser = argparse.ArgumentParser(description="Make the IPCC 2006 combustion defaults.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    parser.add_argument("--catalogue", type=Path, default=catalogue_file.FOLDER, help="where factors go")
    parser.add_argument("--fuel", type=Path, default=fuel_file.FOLDER, help="where fuels go")
    asked = parser.parse_args()
    fuels, factors = _read(asked.shared / "data" / "factors" / "ipcc_2006_combustion_defaults")
    fuel_file.write(FUELS, fuels, folder=asked.fuel)
    catalogue_file.write(NAME, factors, attribution=ATTRIBUTION, licence=LICENCE, folder=asked.catalogue)
    (asked.catalogue / "PROVENANCE-ipcc.md").write_text(PROVENANCE, encoding="utf-8")


if __name__ == "__main__":
    main()
