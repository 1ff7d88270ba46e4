"""
Make the bundled catalogues of the United Kingdom: company reporting 2016 to 2025, and UK ETS fuels.

Reads the two public-sector publications from the research folder and writes one dataset for
each edition, with what was left out and why beside them:

    python -m scripts.make_catalogue_uk --shared ../shared
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
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
from carbonkit.values.number import exact, multiply, plain, total
from carbonkit.values.place import Place
from carbonkit.values.source import Source
from carbonkit.values.time import Period
from scripts.catalogue_file import FOLDER, write
from scripts.uk_ets import ETS_TITLE, ets_factors
from scripts.uk_figures import OGL, OGL_KNOWN, PLACES_KEPT, Report, clean
from scripts.uk_places import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAT_FILES = "uk_desnz_ghg_conversion_factors/uk_ghg_conversion_factors_2016_2025.parquet"
TITLE = "UK Government GHG Conversion Factors for Company Reporting"
LICENCE_READ_UNTIL = 2022  # the editions whose licence came with the file
YEARS = range(2016, 2026)

THOUSANDTH = Decimal("0.001")
GASES = ("CO2", "CH4", "N2O")
CO2E = "CO2e"
ADD_UP = "factors whose gases add up to their CO2e"
DO_NOT_ADD_UP = "factors whose gases as printed do not add up: CO2e alone"

UNITS: Mapping[str, tuple[str, Calorific | None]] = MappingProxyType(
    {
        "kWh (Gross CV)": ("kWh", Calorific.GROSS),
        "kWh (Net CV)": ("kWh", Calorific.NET),
        "kWh": ("kWh", None),
        "GJ": ("GJ", None),
        "tonnes": ("t", None),
        "kg": ("kg", None),
        "litres": ("L", None),
        "Litres": ("L", None),  # a slip of 2021
        "cubic metres": ("m3", None),
        "million litres": ("m3", None),  # divided by 1,000
        "km": ("km", None),
        "miles": ("mi", None),
        "tonne.km": ("t_km", None),
        "passenger.km": ("p_km", None),
        "Room per night": ("room_night", None),
        "per FTE Working Hour": ("fte_hour", None),
    }
)
# What only repeats the unit, or was left in the column by mistake.
NO_LEVEL = {"", "0", "2020", "kWh", "Energy - Gross CV", "Energy - Net CV", "Tonnes", "Volume"}
# Headings that a later edition changed in more than their spelling: the later one is taken.
RENAMED: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("WTT- UK & overseas elec", "WTT- UK electricity (generation)"): (
            "WTT- UK electricity",
            "WTT- UK electricity (generation)",
        ),
        ("WTT- UK & overseas elec", "WTT- UK electricity (T&D)"): (
            "WTT- UK electricity",
            "WTT- UK electricity (T&D)",
        ),
        ("Managed assets- electricity", "UK electricity generated (managed assets)"): (
            "Managed assets- electricity",
            "Electricity generated",
        ),
        ("WTT- fuels", "WTT- gaseous fuels"): ("WTT- fuels", "Gaseous fuels"),
        ("WTT- fuels", "WTT- liquid fuels"): ("WTT- fuels", "Liquid fuels"),
        ("WTT- fuels", "WTT- solid fuels"): ("WTT- fuels", "Solid fuels"),
    }
)
UPSTREAM = ("WTT- ", "Transmission and distribution", "UK electricity T&D for EVs")
# Rows of the refrigerant table that are potentials of one gas, by which an edition's basis is known.
POTENTIALS: Mapping[str, str] = MappingProxyType(
    {
        "Methane": "CH4",
        "Nitrous oxide": "N2O",
        "HFC-23": "HFC23",
        "HFC-134a": "HFC134a",
        "Perfluoromethane (PFC-14)": "CF4",
        "Sulphur hexafluoride (SF6)": "SF6",
    }
)

Row = dict[str, str]
LEVELS = ("level1", "level2", "level3", "level4", "column_text")


def main() -> None:
    """Read both publications and write a dataset for each edition."""
    parser = argparse.ArgumentParser(description="Make the bundled catalogues of the United Kingdom.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder to write to")
    parser.add_argument("--only", action="append", default=[], help="write this dataset alone; may repeat")
    asked = parser.parse_args()
    data = asked.shared / "data" / "factors"
    reports = []
    rows = _flat_rows(data / FLAT_FILES) if _wanted("uk-desnz-", asked.only) else []
    spelling = _spelling(rows)
    for year in YEARS:
        name = f"uk-desnz-{year}"
        if not asked.only or name in asked.only:
            report = Report(name)
            factors = _edition([row for row in rows if row["year"] == str(year)], year, spelling, report)
            attribution = (
                f"Contains public sector information licensed under the {OGL}. Source: {TITLE}, {year}."
            )
            licence = OGL if year <= LICENCE_READ_UNTIL else OGL_KNOWN
            write(name, factors, attribution=attribution, licence=licence, folder=asked.into)
            reports.append(report)
    for year in (2024, 2025):
        name = f"uk-ets-{year}"
        if not asked.only or name in asked.only:
            report = Report(name)
            factors = list(ets_factors(data, year, report))
            attribution = (
                f"Contains public sector information licensed under the {OGL}. Source: {ETS_TITLE}, "
                f"{year}, DESNZ."
            )
            write(name, factors, attribution=attribution, licence=OGL_KNOWN, folder=asked.into)
            reports.append(report)
    if not asked.only:
        text = PROVENANCE + "\n".join(line for report in reports for line in report.lines()) + "\n"
        (asked.into / "PROVENANCE-uk.md").write_text(text, encoding="utf-8")


def _wanted(start: str, only: list[str]) -> bool:
    return not only or any(name.startswith(start) for name in only)


# ------------------------------------------------------- company reporting


def _flat_rows(file: Path) -> list[Row]:
    import duckdb  # noqa: PLC0415  only this script needs it, and only for this file

    found = duckdb.connect().execute("select * from read_parquet(?)", [str(file)])
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _squashed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _spelling(rows: list[Row]) -> dict[tuple[str, str], str]:
    """Find for each heading the spelling that the latest edition has most often."""
    seen: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in rows:
        for level in LEVELS:
            seen[level, _squashed(row[level])][row["year"], row[level]] += 1
    found = {}
    for key, spellings in seen.items():
        latest = max(year for year, _ in spellings)
        best = sorted((-count, text) for (year, text), count in spellings.items() if year == latest)
        found[key] = best[0][1].rstrip("*").strip()
    return found


def _edition(
    rows: list[Row], year: int, spelling: dict[tuple[str, str], str], report: Report
) -> list[Factor]:
    report.counts["rows"] = len(rows)
    basis, how = _basis(rows)
    report.slips.append(f"{basis}: {how}")
    zeros = sum(row["level4"] == "0" for row in rows)
    if zeros:
        report.slips.append(f'level 4 is "0" in {zeros} rows, read as empty')
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row["level1"] == "END":
            report.counts["rows that end the table"] += 1
        elif row["gas"] not in {CO2E, *GASES}:
            _not_an_emission(row, report)
        else:
            if row["uom"] == "Litres":
                report.slips.append(f"row {row['id']}: the unit is Litres, read as litres")
            levels = [row[level] for level in LEVELS]
            kept = ["" if level in NO_LEVEL else level for level in levels]
            groups.setdefault((row["scope"], *kept, row["uom"]), []).append(row)
    factors = []
    for group in groups.values():
        rates, notes = _rates(group, basis, report)
        if rates:
            factors.append(_factor(group[0], rates, [how, *notes], year, spelling))
    _check_rows(report.counts)
    report.counts["factors"] = len(factors)
    return factors


def _check_rows(counts: Counter[str]) -> None:
    """Check that every row of the edition is in a factor or is counted as left out."""
    whole = counts[ADD_UP] + counts[DO_NOT_ADD_UP]
    single = sum(count for what, count in counts.items() if what not in {"rows", ADD_UP, DO_NOT_ADD_UP})
    if counts["rows"] != whole * len((CO2E, *GASES)) + single:
        raise SystemExit(f"not every row is accounted for: {counts}")


def _not_an_emission(row: Row, report: Report) -> None:
    if not row["value_kg"]:
        report.counts["rows left blank"] += 1
        return
    report.counts["rows of energy in kWh, not of emissions"] += 1
    if row["gas"] == "`":
        report.slips.append(f'row {row["id"]}: gas and unit are "`"; by its heading it is energy in kWh')


def _basis(rows: list[Row]) -> tuple[str, str]:
    found = {
        POTENTIALS[row["level3"]]: exact(row["value_kg"])
        for row in rows
        if row["level1"].startswith("Refrigerant") and row["level3"] in POTENTIALS and row["value_kg"]
    }
    same = [
        name
        for name in ("SAR", "TAR", "AR4", "AR5", "AR6")
        if all(gwp_set(name).potential(gas).value == value for gas, value in found.items())
    ]
    if len(found) != len(POTENTIALS) or len(same) != 1:
        raise SystemExit(f"the basis is not clear: {found} is {same}")
    methane, nitrous = plain(found["CH4"]).removesuffix(".0"), plain(found["N2O"]).removesuffix(".0")
    return same[0], f"basis by the edition's refrigerant table (CH4 {methane}, N2O {nitrous})"


def _rates(group: list[Row], basis: str, report: Report) -> tuple[tuple[Rate, ...], list[str]]:
    cells = {row["gas"]: row["value_kg"] for row in group}
    if len(cells) != len(group):
        raise SystemExit(f"a gas stands twice in {group}")
    blank = [gas for gas, cell in cells.items() if not cell]
    report.counts["rows left blank"] += len(blank)
    values = {gas: clean(cell) for gas, cell in cells.items() if cell}
    if not values:
        return (), []
    notes = (
        [f"cells read to {PLACES_KEPT} places"]
        if any(exact(cells[gas]) != value for gas, value in values.items())
        else []
    )
    if set(cells) == {"CO2"}:
        report.counts["factors of CO2 alone"] += 1
        outside = group[0]["scope"] == "Outside of Scopes"
        return (Rate("CO2", values["CO2"], "kg", origin=Origin.BIOGENIC if outside else None),), notes
    if set(blank) == set(GASES) and not values[CO2E]:
        report.slips.append(f"row {group[0]['id']}: CO2e is 0 where its gases are blank, left out")
        report.counts["rows of 0 beside blanks, left out"] += 1
        return (), []
    only = (Rate(CO2E, values[CO2E], "kgCO2e", basis=basis),)
    if set(values) == {CO2E} and not blank:
        report.counts["factors of CO2e alone"] += 1
        return only, notes
    if set(values) != {CO2E, *GASES}:
        raise SystemExit(f"neither CO2e alone nor with all its gases: {group}")
    summed = total(values[gas] for gas in GASES)
    if summed != values[CO2E]:
        report.counts[DO_NOT_ADD_UP] += 1
        return only, [*notes, f"its gases are left out: as published they add up to {plain(summed)}"]
    report.counts[ADD_UP] += 1
    return tuple(Rate(gas, values[gas], "kgCO2e", basis=basis) for gas in GASES), notes


def _factor(
    row: Row, rates: tuple[Rate, ...], notes: list[str], year: int, spelling: dict[tuple[str, str], str]
) -> Factor:
    unit, calorific = UNITS[row["uom"]]
    spelled = {
        level: "" if row[level] in NO_LEVEL else spelling[level, _squashed(row[level])] for level in LEVELS
    }
    first, second = spelled["level1"], spelled["level2"]
    spelled["level1"], spelled["level2"] = RENAMED.get((first, second), (first, second))
    spelled["level3"], place = _placed(first, spelled["level3"])
    names = [name for name in spelled.values() if name]
    if row["uom"] == "million litres":
        names.append("million litres")
        rates = tuple(attrs.evolve(rate, number=multiply(rate.number, THOUSANDTH)) for rate in rates)
        notes = [*notes, "published per million litres, divided by 1,000"]
    activity = " > ".join(names)
    basis = "" if calorific is None else f":{calorific.value}"
    return Factor(
        f"desnz:{activity}:{place}:{unit}{basis}",
        str(year),
        activity,
        place,
        Period.year(year),
        unit,
        rates,
        Source(
            _publisher(row["source"]),
            f"{TITLE} {year}",
            year,
            table=f"{row['level1']}, row {row['source_id'] or row['id']}",
            licence=OGL if year <= LICENCE_READ_UNTIL else OGL_KNOWN,
            note="; ".join(notes if any(rate.weighed for rate in rates) else notes[1:]),
        ),
        method=Scope2Method.LOCATION if row["scope"] == "Scope 2" else None,
        calorific=calorific,
        levels=[row["scope"], *(row[level].strip() for level in LEVELS if row[level])],
        coverage=_coverage(row),
    )


def _publisher(source: str) -> str:
    return f"UK Government, {source.rpartition('(')[2].rstrip(')')}"


def _coverage(row: Row) -> Coverage | None:
    if row["level1"].startswith(UPSTREAM):
        return Coverage.UPSTREAM
    return None if row["scope"] == "Scope 3" else Coverage.DIRECT


def _placed(table: str, level3: str) -> tuple[str, Place]:
    """Take the country out of the heading of hotel stays and electricity abroad."""
    if table == "Hotel stay":
        stem, where = "", level3
    elif level3.startswith("Electricity: "):
        stem, where = "Electricity", level3.removeprefix("Electricity: ")
        if where == "UK":
            return level3, Place("GB")
    else:
        return level3, Place("GB")
    if where not in PLACES:
        raise SystemExit(f"{table}: no place for {where}")
    path = PLACES[where]
    return (level3, Place("001")) if path == "001" else (stem, Place(path))


PROVENANCE = f"""# Bundled catalogues of the United Kingdom

Made by `scripts/make_catalogue_uk.py`; do not edit by hand.

## {TITLE}, 2016 to 2025

- Publisher: UK Government (DECC/Defra 2016, BEIS 2017 to 2022, DESNZ 2023 to 2025), "flat file for
  automatic processing" of each edition.
- Licence: {OGL}; read with the files of 2016 to {LICENCE_READ_UNTIL}, the publisher's usual licence
  for later ones, to be confirmed before a release.
- One dataset for each edition, valid through its calendar year, as the publisher says to use it.
- Changed: cells are binary numbers and are read to {PLACES_KEPT} decimal places, half to even, without
  trailing zeros. The rows of CO2, CH4 and N2O are CO2e contributed by that gas; they are carried where
  they add up exactly to the row of CO2e, else that row alone. Figures per million litres are divided by
  1,000. Rows outside of scopes are biogenic CO2. Energy in kWh (for SECR) is no emission and is left out.
- Names: an activity is the publisher's headings, joined by " > ", in the spelling of the latest edition
  that has them; what only repeats the unit is left out, and so is the country of hotel stays and of
  electricity abroad, which is the place. The headings as printed stand in the factor's levels.
- Scope 2 rows are location-based. WTT and transmission and distribution are upstream.

## {ETS_TITLE}, 2024 and 2025

- Publisher: UK Government, DESNZ / Ricardo. Licence: {OGL_KNOWN}; to be confirmed before a release.
- CO2 only: per tonne or per therm of gross heat as published (carbon × 44/12, checked row by row), and
  per TJ of net heat; natural gas by local distribution zone per TJ gross, TJ net and cubic metre.
- The sheet's oxidation factor stands in the note of each factor and is not multiplied in; the notes
  that say whether the sheet counts it did not come with the file.
- Its therm is 105.50559 MJ; therm_ec is 105.505585262 MJ.
- Validity is read as the calendar year of the issue; the file does not say.

## What each dataset holds and leaves out

"""


if __name__ == "__main__":
    main()
