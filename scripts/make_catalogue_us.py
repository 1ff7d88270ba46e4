"""
Make the bundled catalogues of the United States: EPA's factors hub and its supply-chain factors.

Reads the public-domain publications from the research folder and writes one dataset for each
edition, with what was left out and why beside them:

    python -m scripts.make_catalogue_us --shared ../shared
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.gwp import gwp_set
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.rate import Rate
from carbonkit.accounting.scope import Scope2Method
from carbonkit.values.number import exact, multiply, plain, subtract, total
from carbonkit.values.place import Place
from carbonkit.values.source import Source
from carbonkit.values.time import Period
from scripts.catalogue_file import FOLDER, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PUBLIC = "public domain, a work of the US federal government (the publisher's usual terms)"
HUB = "GHG Emission Factors Hub"
HUB_PUBLISHER = "US EPA, Center for Corporate Climate Leadership"

Row = dict[str, str]


@attrs.frozen
class Edition:
    """An edition of the hub: when it came out, and what year its grid data are from."""

    year: int
    published: str
    in_words: str
    grid_year: int
    waste_basis: str  # how the GWP set of Table 9 is known


EDITIONS = (
    Edition(2021, "2021-09-15", "15 September 2021", 2019, "basis AR4 as Tables 9 and 11 of the edition say"),
    Edition(
        2025,
        "2025-01-15",
        "15 January 2025",
        2023,
        "basis AR5 by the edition's Table 11; the note under Table 9 did not come with the file",
    ),
)
HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "1": "Stationary combustion",
        "2": "Mobile combustion, CO2",
        "3": "On-road vehicles, CH4 and N2O",
        "4": "On-road vehicles, CH4 and N2O",
        "5": "Non-road vehicles, CH4 and N2O",
        "6": "Electricity",
        "7": "Steam and heat",
        "8": "Transport and distribution",
        "9": "Waste",
        "10": "Business travel and commuting",
    }
)
PER: Mapping[str, str] = MappingProxyType(
    {
        "mmBtu": "MMBtu",
        "gallon": "gal_us",
        "short ton": "short_ton",
        "scf": "scf",
        "MWh": "MWh",
        "vehicle-mile": "mi",
        "passenger-mile": "p_mi",
        "short ton-mile": "short_ton_mi",
        "ton-mile": "short_ton_mi",  # as the edition of 2021 writes it
    }
)
AMOUNTS: Mapping[str, str] = MappingProxyType({"kg": "kg", "g": "g", "lb": "lb", "metric ton": "tCO2e"})
DIRECT = {"1", "2", "3", "4", "5", "6", "7"}
BIOFUELS = {"Biodiesel (100%)", "Ethanol (100%)"}
CARBON = {"CO2", "CH4"}  # the gases of a fuel whose carbon has its origin
NO_FACTOR: Mapping[str, str] = MappingProxyType(
    {
        "heat_content_HHV": "heat contents",
        "loss_fraction": "grid losses",
        "GWP": "global warming potentials",
    }
)
UNIT = re.compile(r"(kg|g|lb|metric ton) (CO2e|CO2|CH4|N2O) per (.+)")
GRID_METHODS: Mapping[str, Scope2Method | None] = MappingProxyType(
    {"total output": Scope2Method.LOCATION, "non-baseload": None}
)
GRID = re.compile(r"([A-Z]{4}) \((.+)\)")  # as the edition of 2021 names a subregion
POTENTIALS: Mapping[str, str] = MappingProxyType(
    {"Carbon dioxide": "CO2", "Methane": "CH4", "Nitrous oxide": "N2O", "HFC-23": "HFC23", "HFC-32": "HFC32"}
)


def main() -> None:
    """Read the publications and write a dataset for each edition."""
    parser = argparse.ArgumentParser(description="Make the bundled catalogues of the United States.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder to write to")
    parser.add_argument("--only", action="append", default=[], help="write this dataset alone; may repeat")
    asked = parser.parse_args()
    data = asked.shared / "data" / "factors"
    found = []
    for edition in EDITIONS:
        name = f"us-epa-hub-{edition.year}"
        if not asked.only or name in asked.only:
            counts: Counter[str] = Counter()
            file = data / "us_epa_emission_factors_hub" / f"epa_emission_factors_hub_{edition.year}.csv"
            factors = _hub(_rows(file), edition, counts)
            attribution = f"Source: US EPA, {HUB}, {edition.in_words}."
            write(name, factors, attribution=attribution, licence=PUBLIC, folder=asked.into)
            found.append((name, counts))
    name = "us-epa-supply-chain-1.3"
    if not asked.only or name in asked.only:
        counts = Counter()
        factors = list(_supply_chain(data / "us_epa_supply_chain_factors_v1_3", counts))
        attribution = "Source: US EPA, Supply Chain Greenhouse Gas Emission Factors v1.3.0 by NAICS-6 (2024)."
        write(name, factors, attribution=attribution, licence=PUBLIC, folder=asked.into)
        found.append((name, counts))
    if not asked.only:
        lines = [
            f"- `{name}`: {', '.join(f'{count:,} {what}' for what, count in counts.items())}."
            for name, counts in found
        ]
        (asked.into / "PROVENANCE-us.md").write_text(PROVENANCE + "\n".join(lines) + "\n", encoding="utf-8")


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


# --------------------------------------------------------------------- hub


def _hub(rows: list[Row], edition: Edition, counts: Counter[str]) -> list[Factor]:
    counts["rows"] = len(rows)
    basis = _basis(rows)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row["gas"] in NO_FACTOR:
            counts[f"{NO_FACTOR[row['gas']]}, no factors"] += 1
            continue
        unit = UNIT.fullmatch(row["unit"])
        if unit is None or unit[2] != row["gas"]:
            raise SystemExit(f"{row['id']}: what is {row['unit']} of {row['gas']}?")
        key = (row["table"], row["category"], row["name"], row["sub"], unit[3])
        groups.setdefault(key, []).append(row)
    factors = [_hub_factor(key, group, edition, basis) for key, group in groups.items()]
    counts["factors"] = len(factors)
    return factors


def _basis(rows: list[Row]) -> str:
    """Find the GWP set of the edition by the values of its own Table 11."""
    said = {row["note"] for row in rows if row["table"] == "11"}
    values = {
        POTENTIALS.get(row["name"], row["name"].replace("-", "")): exact(row["value"])
        for row in rows
        if row["table"] == "11"
    }
    known = {gas: values[gas] for gas in POTENTIALS.values()}
    same = [
        name
        for name in ("SAR", "TAR", "AR4", "AR5", "AR6")
        if all(gwp_set(name).potential(gas).value == value for gas, value in known.items())
    ]
    if len(same) != 1 or said != set(same):
        raise SystemExit(f"the basis is not clear: Table 11 says {said}, its values are those of {same}")
    return same[0]


def _hub_factor(key: tuple[str, ...], group: list[Row], edition: Edition, basis: str) -> Factor:
    table, category, name, sub, per = key
    name = name.removesuffix(" E") if table == "10" else name  # the mark of a footnote
    activity, place, method = _named(table, category, name, sub)
    biogenic = category.startswith("Biomass Fuels") or (table == "2" and name in BIOFUELS)
    notes = []
    if table == "6" and method is None:
        notes.append("marginal power, for what a project avoids; no method of scope 2 counts with it")
    if per == "ton-mile":
        notes.append("this edition writes ton-mile; it is read as short ton-mile, as later editions write")
    if table == "9":
        notes.append(f"{edition.waste_basis}; avoided emissions are not counted")
        if basis not in edition.waste_basis:
            raise SystemExit(f"the waste of {edition.year} is not on {basis}")
    rates = []
    for row in group:
        unit = UNIT.fullmatch(row["unit"])
        if unit is None:
            raise SystemExit(f"{row['id']}: what is {row['unit']}?")
        weighed = {"basis": basis} if row["gas"] == "CO2e" else {}
        # EPA weighs all methane with one potential; only that of biomass fuels is sure to be of one origin,
        # and methane of fossil fuels keeps EPA's one potential by having none.
        origin = Origin.BIOGENIC if biogenic and row["gas"] in CARBON else None
        rates.append(Rate(row["gas"], _number(row["value"]), AMOUNTS[unit[1]], origin=origin, **weighed))
    return Factor(
        f"epa-hub:{activity}:{place}:{PER[per]}",
        str(edition.year),
        activity,
        place,
        Period(f"{edition.year}-01-01", None),
        PER[per],
        rates,
        Source(
            HUB_PUBLISHER,
            HUB,
            edition.year,
            table=f"Table {table}, row {group[0]['id']}",
            licence=PUBLIC,
            note="; ".join(notes),
        ),
        method=method,
        calorific=Calorific.GROSS if table == "1" and per == "mmBtu" else None,
        levels=[level for level in (f"Table {table}", category, group[0]["name"], sub) if level],
        published=edition.published,
        data_year=edition.grid_year if table == "6" else None,
        coverage=Coverage.DIRECT if table in DIRECT else None,
    )


def _named(table: str, category: str, name: str, sub: str) -> tuple[str, Place, Scope2Method | None]:
    heading = HEADINGS[table]
    if table == "6":
        output = category.removeprefix("Electricity ")
        average = name.startswith("US Average")
        code = name if sub else name[:4]
        if not average and not (GRID.fullmatch(name) or re.fullmatch(r"[A-Z]{4}", code)):
            raise SystemExit(f"Table 6: what place is {name}?")
        if output not in GRID_METHODS:
            raise SystemExit(f"Table 6: what output is {output}?")
        return f"{heading} > {output}", Place("US" if average else f"US/{code}"), GRID_METHODS[output]
    if table == "7":
        return heading, Place("US"), Scope2Method.LOCATION
    if "Kraft" in category:
        return f"{heading} > Kraft pulping liquor > {name}", Place("US"), None
    if category == "Coal and Coke":
        name = name.removesuffix(" Coal")  # the edition of 2021 writes Anthracite Coal
    names = [heading, name, sub] if sub else [heading, name]
    return " > ".join(names), Place("US"), None


def _number(cell: str) -> Decimal:
    text = plain(exact(cell))
    return Decimal(text.removesuffix(".0"))


# ------------------------------------------------------------ supply chain

CHAIN = "Supply Chain Greenhouse Gas Emission Factors v1.3.0 by NAICS-6"
CHAIN_PUBLISHER = "US EPA, Office of Research and Development"
SPEND = "USD@2022"
GASES: Mapping[str, str] = MappingProxyType(
    {
        "Carbon dioxide": "CO2",
        "Methane": "CH4",
        "Nitrous oxide": "N2O",
        "HFC-23": "HFC23",
        "HFC-32": "HFC32",
        "HFC-125": "HFC125",
        "HFC-134a": "HFC134a",
        "HFC-143a": "HFC143a",
        "HFC-236fa": "HFC236fa",
        "Carbon tetrafluoride": "CF4",
        "Hexafluoroethane": "C2F6",
        "Perfluoropropane": "C3F8",
        "Perfluorobutane": "C4F10",
        "Perfluorocyclobutane": "cC4F8",
        "Perfluorohexane": "C6F14",
        "Sulfur hexafluoride": "SF6",
        "Nitrogen trifluoride": "NF3",
    }
)
UNSPECIFIED = "HFCs and PFCs, unspecified"
OF_GASES = "SupplyChainGHGEmissionFactors_v1.3.0_NAICS_byGHG_USD2022.csv"
OF_CO2E = "SupplyChainGHGEmissionFactors_v1.3.0_NAICS_CO2e_USD2022.csv"
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "": "Supply Chain Emission Factors with Margins",
        "without margins": "Supply Chain Emission Factors without Margins",
    }
)
BASIS = "AR5"  # checked below, row by row, against the gases
NEAR = Decimal("0.01")
CLOSE, ROUNDED = Decimal("0.011"), Decimal("0.001")  # both files are rounded: all are near by one or other


def _supply_chain(folder: Path, counts: Counter[str]) -> Iterator[Factor]:
    gases: dict[str, dict[str, Row]] = {}
    for row in _rows(folder / OF_GASES):
        gases.setdefault(row["2017 NAICS Code"], {})[row["GHG"]] = row
    for number, row in enumerate(_rows(folder / OF_CO2E), start=2):
        code = row["2017 NAICS Code"]
        of_gas = gases.pop(code)
        if set(of_gas) != {*GASES, UNSPECIFIED}:
            raise SystemExit(f"{code}: other gases")
        for margins, column in COLUMNS.items():
            yield from _industry(row, number, of_gas, (margins, column), counts)
    if gases:
        raise SystemExit(f"no CO2e for {sorted(gases)}")


def _industry(
    row: Row, number: int, of_gas: dict[str, Row], kind: tuple[str, str], counts: Counter[str]
) -> Iterator[Factor]:
    margins, column = kind
    near = _weigh(row, of_gas, column)
    counts[f"figures {margins or 'with margins'} {'within' if near else 'beyond'} 1 % of their gases"] += 1
    whole = (Rate("CO2e", _number(row[column]), "kgCO2e", basis=BASIS),)
    yield _spend(row, number, (margins,), whole, f"basis {BASIS}, by its gases weighed under that set")
    masses = tuple(Rate(gas, exact(of_gas[name][column]), "kg") for name, gas in GASES.items())
    beside = f'"{UNSPECIFIED}" are published as CO2e and are an activity of their own, to be added'
    yield _spend(row, number, (margins, "by gas"), masses, beside)
    rest = of_gas[UNSPECIFIED]
    if not rest["Unit"].startswith("kg CO2e/"):
        raise SystemExit(f"{row['2017 NAICS Code']}: {UNSPECIFIED} is in {rest['Unit']}")
    weighed = (Rate("CO2e", exact(rest[column]), "kgCO2e", basis=BASIS),)
    yield _spend(row, number, (margins, UNSPECIFIED), weighed, f'what "by gas" leaves out; basis {BASIS}')


def _weigh(row: Row, of_gas: dict[str, Row], column: str) -> bool:
    """Say whether the gases, weighed, come within 1 % of the publisher's CO2e; stop if they are far off."""
    potentials = gwp_set(BASIS)
    parts = [
        multiply(potentials.potential(gas).value, exact(of_gas[name][column])) for name, gas in GASES.items()
    ]
    weighed = total([*parts, exact(of_gas[UNSPECIFIED][column])])
    published = exact(row[column])
    off = subtract(weighed, published).copy_abs()
    if off > multiply(published, CLOSE) and off > ROUNDED:
        raise SystemExit(f"{row['2017 NAICS Code']}: its gases weigh {weighed}, not {published}")
    return off <= multiply(published, NEAR)


def _spend(row: Row, number: int, ending: tuple[str, ...], rates: tuple[Rate, ...], note: str) -> Factor:
    code, title = row["2017 NAICS Code"], row["2017 NAICS Title"].strip()
    names = ["Spend", f"{code} {title}", *(part for part in ending if part)]
    return Factor(
        f"epa-supply-chain:{':'.join([code, *(part for part in ending if part)])}",
        "1.3.0",
        " > ".join(names),
        Place("US"),
        Period("2022-01-01", None),
        SPEND,
        rates,
        Source(
            CHAIN_PUBLISHER,
            CHAIN,
            2024,
            table=f"NAICS {code}, row {number} of the CO2e file",
            licence=PUBLIC,
            note=f"{note}; purchaser price in USD of 2022",
        ),
        levels=(code, title, *(part for part in ending if part)),
        coverage=Coverage.UPSTREAM,
    )


PROVENANCE = f"""# Bundled catalogues of the United States

Made by `scripts/make_catalogue_us.py`; do not edit by hand.

## {HUB}, editions of 15 September 2021 and 15 January 2025

- Publisher: {HUB_PUBLISHER}. Licence: {PUBLIC}; to be confirmed before a release.
- Gases are masses as published. Fuels per mmBtu are on the gross calorific value; CO2 and CH4 of biomass
  fuels, biodiesel and ethanol are biogenic; peat is among them, as EPA has it, where the IPCC does not.
  CO2 of municipal solid waste is carried as published, undivided.
- CH4 of all else has no origin: EPA weighs all methane with one potential, and so does a GWP set where no
  origin is said. That holds for fossil fuels, and for vehicles on biodiesel or ethanol (Table 4), as that
  table does not say whether the fuel is a blend.
- Electricity: total output and non-baseload are two activities; the places are eGRID's subregions under US,
  and US itself for the average. Total output is location-based. Non-baseload has no scope 2 method: it is
  for what a project avoids, and scope 2 refuses it. eGRID2019 in 2021, eGRID2023 in 2025.
- Waste is CO2e only. Its basis is AR4 in 2021, by the note under Table 9 as a public copy of the
  workbook has it and by Table 11; it is AR5 in 2025 by Table 11 alone (landfilled paper is some 28/25
  of the edition of 2021, as methane's potential is).
- Validity starts on 1 January of the edition and has no end: the publisher sets none, and the editions
  between them are not included. So the two overlap and are separate catalogues.
- Left out: heat contents, grid losses, global warming potentials and blends (Tables 11 and 12).

## {CHAIN}

- Publisher: {CHAIN_PUBLISHER}, 2024. Licence: {PUBLIC}; to be confirmed before a release.
- For each industry six activities, per USD in purchaser prices of 2022: the publisher's CO2e with
  margins under the plain name, "by gas" with the masses of 17 gases, and "{UNSPECIFIED}",
  which the publisher gives only as CO2e; and the same three "without margins".
- "By gas" and "{UNSPECIFIED}" together are all gases; neither is complete alone. CO2e is
  rounded to three places by its publisher.
- The basis of the CO2e is AR5: the gases, weighed under it, come within 1 % of it for almost all
  industries and within 0.001 kg or 1.1 % for all.
- Cradle to gate: upstream. Validity starts with the year of its prices and has no end.

## What each dataset holds and leaves out

"""


if __name__ == "__main__":
    main()
