"""
Make the life-cycle carbon intensities of electricity that the wheel carries, by country and year.

Reads Our World in Data's table of Ember's figures from the research folder and writes carbonkit's
own format:

    python -m scripts.make_catalogue_ember --shared ../shared

They count what is upstream of the generation too, so they have no scope 2 method and can never
be taken for one. Regions, income groups and unions are left out; the world is kept.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from babel.core import get_global

from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.rate import Rate
from carbonkit.values.place import Place
from carbonkit.values.source import Source
from carbonkit.values.time import Period
from scripts import catalogue_file

NAME = "ember-grid"
EDITION = "OWID 2000-2024"
ACTIVITY = "electricity, life cycle"
BASIS = "Ember, life cycle, GWP set not stated"
LICENCE = "CC-BY-4.0 (the publishers' usual licence; it did not come with the file)"
ATTRIBUTION = (
    "Carbon intensity of electricity generation: Ember; Energy Institute, Statistical Review of World"
    " Energy; processed by Our World in Data. CC BY 4.0."
)
SOURCE = Source(
    "Ember; Energy Institute; Our World in Data",
    "Carbon intensity of electricity generation",
    2025,
    table="g CO2e per kWh, by country and year",
    url="https://ourworldindata.org/grapher/carbon-intensity-electricity",
    licence=LICENCE,
    note="life cycle, with what is upstream: no scope 2 factor; year of publication inferred from the data",
)
WORLD = ("World", "001")
KOSOVO = ("Kosovo", "XK")  # no ISO 3166 code; the code that users have reserved for it
FIRST, LAST = 2000, 2024


def _place(entity: str, iso3: str) -> Place | None:
    """Find the country; None for an aggregate, which has no code or one of OWID's own."""
    if entity == WORLD[0]:
        return Place(WORLD[1])
    if entity == KOSOVO[0]:
        return Place(KOSOVO[1])
    if len(iso3) != len("GBR"):
        return None
    alpha2 = get_global("territory_aliases").get(iso3)
    if alpha2 is None or len(alpha2) != 1:
        raise SystemExit(f"{entity}: {iso3} is no ISO 3166 code with one country")
    return Place(alpha2[0])


PROVENANCE = f"""# Life-cycle carbon intensities of electricity

Made by `scripts/make_catalogue_ember.py`; do not edit by hand.

- {ATTRIBUTION} The licence is the publishers' usual one; to be confirmed before a release.
- g CO2e per kWh as published, for a country and a calendar year, {FIRST} to {LAST}. What is upstream is
  counted, so they have no scope 2 method; the publishers do not say with which GWP set they weighed.
- Places are ISO 3166 codes of countries; XK is Kosovo, 001 the world.
"""


def main() -> None:
    """Read the table and write the factors."""
    parser = argparse.ArgumentParser(description="Make the life-cycle intensities of electricity.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    parser.add_argument("--catalogue", type=Path, default=catalogue_file.FOLDER, help="where factors go")
    asked = parser.parse_args()
    folder = asked.shared / "data" / "factors" / "owid_ember_grid_intensity"
    left_out: dict[str, int] = {}
    factors = []
    with (folder / "carbon_intensity_electricity_2000_2024.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            place = _place(row["entity"], row["iso3"])
            year = int(row["year"])
            if not FIRST <= year <= LAST:
                raise SystemExit(f"{row['entity']}: {year} is outside {FIRST} to {LAST}")
            if place is None:
                left_out[row["entity"]] = left_out.get(row["entity"], 0) + 1
                continue
            factors.append(
                Factor(
                    f"ember {place} {year}",
                    EDITION,
                    ACTIVITY,
                    place,
                    Period.year(year),
                    "kWh",
                    (Rate("CO2e", row["g_co2e_per_kwh"], "gCO2e", basis=BASIS),),
                    SOURCE,
                    data_year=year,
                    coverage=Coverage.LIFE_CYCLE,
                )
            )
    factors.sort(key=lambda factor: (factor.place.path, factor.valid.start))
    catalogue_file.write(NAME, factors, attribution=ATTRIBUTION, licence=LICENCE, folder=asked.catalogue)
    places = len({factor.place for factor in factors})
    told = (
        f"{places} places, {len(factors)} rows; left out are {sum(left_out.values())} rows of"
        f" {len(left_out)} aggregates: {', '.join(left_out)}."
    )
    (asked.catalogue / "PROVENANCE-ember.md").write_text(f"{PROVENANCE}- {told}\n", encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
