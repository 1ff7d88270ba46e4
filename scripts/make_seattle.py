"""
Make the example of the Seattle buildings from the city's public record of 2016.

Reads the city's file as it was published, with its byte-order mark and its
thousands separators, and writes what accounting needs, in carbonkit's format:

    python scripts/make_seattle.py --shared ../shared
"""

from __future__ import annotations

import argparse
import csv
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OUT = Path(__file__).resolve().parent.parent / "examples" / "seattle_2016"

PLACE, START, END = "US/WA/Seattle", "2016-01-01", "2017-01-01"
BASIS = "City of Seattle 2016, basis not stated"

# the activity, its column, its scope, the scope 2 method, what the city's totals imply in t per MMBtu
ENERGY = (
    ("electricity", "Electricity(kBtu)", "2", "location", "0.00697138"),
    ("natural gas", "NaturalGas(kBtu)", "1", "", "0.05311"),
    ("district steam", "SteamUse(kBtu)", "2", "location", "0.0771879"),
)
SOURCE = (
    "City of Seattle, Office of Sustainability & Environment",
    "2016 Building Energy Benchmarking",
    "2016",
    "columns Electricity(kBtu), NaturalGas(kBtu), SteamUse(kBtu), TotalGHGEmissions",
    "",
    "City of Seattle open data, public domain",
    "derived",
    "implied by the totals that the city published for 3,204 compliant buildings; the city states no factor",
)
TOTAL = "TotalGHGEmissions"

PROVENANCE = """# Energy use and emissions of {rows:,} Seattle buildings, 2016

Made by `scripts/make_seattle.py`; do not edit by hand.

- Source: City of Seattle, Office of Sustainability & Environment, 2016 Building
  Energy Benchmarking ({rows:,} buildings, data year 2016).
- Licence: City of Seattle open data, public domain. This is the publisher's usual
  licence; its text did not come with the file, so it is to be confirmed before a
  release. Until then the data are for tests and the demonstration from a source
  checkout only, and are not in the wheel.
- Attribution: "City of Seattle, Office of Sustainability & Environment, 2016
  Building Energy Benchmarking."
- Changed: only the columns below; thousands separators taken out; one row for each
  building and kind of energy.

## Files

- `activities.csv`: {activities:,} rows of energy use, in kBtu. A zero is a row with 0; a
  blank makes no row.
- `factors.csv`: three factors, t of CO2e per MMBtu. The city states no factors: these
  are the ones that its own published totals imply, and their status is "derived".
  The city does not say which GWP set it used either, so they are CO2e only, on the
  basis "{basis}", and can not be re-expressed.
- `published.csv`: the total that the city published for {published:,} buildings, in t,
  with the building's name and compliance status.
- `findings.csv`: {findings} findings about the city's file, none of them corrected.

## Which columns

The file gives electricity in kWh and in kBtu, and gas in therms and in kBtu. Both
are the same measurement: every kWh times 3.412 is the kBtu within its rounding, and
every therm is 100 kBtu. The kBtu columns are used, because

- 1 MMBtu is exactly 1,000 kBtu, so nothing is rounded; a kWh has no finite decimal
  form in MMBtu and would need a named rounding;
- the city's 3.412 is itself rounded (a kWh is 3.41214... kBtu), and its therm is the
  100,000 Btu of the International Table (`therm_ec`, 105.505585262 MJ), not the US
  therm (`therm_us`, 105.4804 MJ), although it is a city in the United States.

## What comes out

With these factors {within:,} of the {compared:,} compliant buildings with a published total
above zero are within 0.5 % of it. The other, building 24778, is published as 0.75 t and
comes out as 0.7453... t: 0.62 % apart, and equal once rounded to the hundredth of a
tonne like the publication. So all {compared:,} agree. Of all {published:,} buildings with a
total, five more small ones are beyond 0.5 % and equal once rounded; none differs.
"""


def main() -> None:
    """Read the city's file and write the five files."""
    parser = argparse.ArgumentParser(description="Make the example of the Seattle buildings.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    folder = parser.parse_args().shared / "data" / "activity" / "seattle_2016"
    with (folder / "seattle_2016_building_energy_benchmarking.csv").open(
        encoding="utf-8-sig", newline=""
    ) as lines:
        rows = list(csv.DictReader(lines))
    OUT.mkdir(parents=True, exist_ok=True)
    activities, published, findings = _split(rows)
    _write(
        "activities.csv",
        ("id", "facility", "activity", "amount", "unit", "place", "start", "end", "scope"),
        activities,
    )
    _write("factors.csv", FACTOR_HEADER, _factors())
    _write("published.csv", ("facility", "name", "group", "amount", "unit"), published)
    _write("findings.csv", ("facility", "column", "group", "finding"), findings)
    within, compared = _counts(rows)
    text = PROVENANCE.format(
        rows=len(rows),
        activities=len(activities),
        published=len(published),
        findings=len(findings),
        basis=BASIS,
        within=within,
        compared=compared,
    )
    (OUT / "PROVENANCE.md").write_text(text, encoding="utf-8")
    print(f"{len(activities)} activities, {len(published)} published totals, {len(findings)} findings")


def _split(rows: Sequence[dict[str, str]]) -> tuple[list[tuple[str, ...]], ...]:
    activities: list[tuple[str, ...]] = []
    published: list[tuple[str, ...]] = []
    findings: list[tuple[str, ...]] = []
    for row in rows:
        building, group = row["OSEBuildingID"], row["ComplianceStatus"]
        for activity, column, scope, _, _ in ENERGY:
            amount = _plain(row[column])
            if not amount:
                findings.append((building, column, group, "blank; no activity"))
                continue
            if amount.startswith("-"):
                findings.append((building, column, group, f"negative: {amount} kBtu; kept"))
            number = f"{building}/{activity.replace(' ', '-')}"
            activities.append((number, building, activity, amount, "kBtu", PLACE, START, END, scope))
        total = _plain(row[TOTAL])
        if total:
            published.append((building, row["PropertyName"].strip(), group, total, "tCO2e"))
        else:
            findings.append((building, TOTAL, group, "blank; nothing to compare with"))
        findings.extend(_contradictions(row, building, group))
    return activities, published, findings


def _contradictions(row: dict[str, str], building: str, group: str) -> Iterable[tuple[str, ...]]:
    parts = [_plain(row[column]) for _, column, _, _, _ in ENERGY]
    site, total = _plain(row["SiteEnergyUse(kBtu)"]), _plain(row[TOTAL])
    used = sum((Decimal(part) for part in parts if part), Decimal(0))
    if site and Decimal(site) > 0 and all(parts) and not used:
        yield building, "SiteEnergyUse(kBtu)", group, f"{site} kBtu, but no electricity, gas or steam"
    if total and Decimal(total) < 0:
        yield building, TOTAL, group, f"negative: {total} t; kept"


FACTOR_HEADER = (
    *("id", "edition", "activity", "place", "method", "valid_from", "valid_until", "per"),
    *("gas", "amount", "unit", "basis"),
    *("publisher", "title", "year", "table", "url", "licence", "status", "note"),
)


def _factors() -> list[tuple[str, ...]]:
    return [
        (
            *(f"seattle/{activity.replace(' ', '-')}", "2016", activity, PLACE, method, START, END, "MMBtu"),
            *("CO2e", amount, "tCO2e", BASIS),
            *SOURCE,
        )
        for activity, _, _, method, amount in ENERGY
    ]


def _counts(rows: Iterable[dict[str, str]]) -> tuple[int, int]:
    """Count the compliant buildings with a total above zero, and those within 0.5 % of it."""
    within = compared = 0
    for row in rows:
        total = _plain(row[TOTAL])
        if row["ComplianceStatus"] != "Compliant" or not total or Decimal(total) <= 0:
            continue
        thousandths = sum(
            (Decimal(amount) * Decimal(_plain(row[column])) for _, column, _, _, amount in ENERGY), Decimal(0)
        )
        compared += 1
        within += abs(thousandths / 1000 - Decimal(total)) <= Decimal("0.005") * Decimal(total)
    return within, compared


def _plain(cell: str) -> str:
    """Take the thousands separators out, and check that a number is left, or nothing."""
    text = cell.strip().replace(",", "")
    if text:
        Decimal(text)
    return text


def _write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
