"""
Make the table of global warming potentials that the wheel carries.

Reads the public-domain compilation that the research folder holds and writes
its hundred-year columns, SAR to AR6, in carbonkit's own format, with the source
of each set beside them:

    python scripts/make_gwp.py --shared ../shared
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).resolve().parent.parent / "carbonkit" / "accounting" / "data"

# set, the compilation's column, where the compilation says that it took the column from
_LIST = "the GHG Protocol's list of 16 February 2016 of the values of IPCC"
SETS = (
    ("SAR", "SARGWP100", f"{_LIST} SAR (1995)"),
    ("TAR", "TARGWP100", "IPCC TAR (2001), Working Group I, page 388, Table 6.7"),
    ("AR4", "AR4GWP100", f"{_LIST} AR4 (2007)"),
    ("AR5", "AR5GWP100", f"{_LIST} AR5 (2013), without climate-carbon feedback"),
    ("AR6", "AR6GWP100", "IPCC AR6 (2021), Working Group I, chapter 7, Supplementary Table 7.SM.7"),
)
PUBLISHER = "Open Climate Data (J. Gütschow, R. Gieseke)"
TITLE = "globalwarmingpotentials 0.13.2"
YEAR = "2026"
URL = "https://github.com/openclimatedata/globalwarmingpotentials"
LICENCE = "CC0-1.0"

# (gas, set): status of the value, what a reader must know about it
NOTES = {
    ("CH4", "AR5"): ("confirmed", "for methane of any origin; AR5 gives 30 for fossil methane"),
    ("CH4", "AR6"): (
        "confirmed",
        "for methane of any origin; Table 7.15 gives 29.8 for fossil and 27.0 for non-fossil methane",
    ),
    ("HFC134a", "AR6"): ("confirmed", "Table 7.15 prints 1526"),
    ("SF6", "AR6"): (
        "recalled",
        "contested: 24300 in other readings of the IPCC table and, as recalled, in Regulation (EU) 2024/573",
    ),
}

# gas, set, potential, status, note, origin, and the document: what the compilation has no value for
_READ = "as verified against the table in the library carbon-accounting-dotnet (MIT)"
_AR5 = ("IPCC", "AR5 Working Group I, chapter 8", "2013", "Table 8.A.1")
_AR6 = ("IPCC", "AR6 Working Group I, chapter 7", "2021", "Table 7.15")
BY_ORIGIN = (
    ("CH4", "AR5", "30", "confirmed", _READ, "fossil", *_AR5),
    ("CH4", "AR6", "29.8", "confirmed", _READ, "fossil", *_AR6),
    ("CH4", "AR6", "27.0", "confirmed", _READ, "biogenic", *_AR6),
)

PROVENANCE = f"""# Global warming potentials over 100 years

Made by `scripts/make_gwp.py`; do not edit by hand.

- `gwp.csv`: gas, set, potential (kg CO2e per kg), status of the value, note; where the value is
  for one origin of the carbon, that origin and the document that gives it.
- `gwp_sets.csv`: where each set comes from.

Source: {TITLE}, {PUBLISHER}, {URL},
licence {LICENCE} (no attribution is required); the values are those of the IPCC
assessment reports named for each set.

Left out: other horizons (20 and 500 years), global temperature potentials, and AR5
with climate-carbon feedback. The compilation has one value for methane in each
set; the fossil and non-fossil values of AR5 and AR6 come from the tables of the reports
that their rows name.

One value is contested and has the status "recalled": SF6 in AR6, 25200 here and
24300 elsewhere.
"""


def main() -> None:
    """Read the compilation and write the three files."""
    parser = argparse.ArgumentParser(description="Make the table of global warming potentials.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    source = parser.parse_args().shared / "data" / "factors" / "ipcc_gwp" / "gwp_tidy.csv"
    named = [name for name, _, _ in SETS]
    with source.open(encoding="utf-8", newline="") as lines:
        rows = [
            (row["gas"], row["assessment"], row["value"])
            for row in csv.DictReader(lines)
            if row["metric"] == "GWP" and row["horizon_years"] == "100" and row["assessment"] in named
        ]
    rows.sort(key=lambda row: (named.index(row[1]), row[0]))
    noted = [(*row, *NOTES.get((row[0], row[1]), ("confirmed", ""))) for row in rows]
    missing = set(NOTES) - {(row[0], row[1]) for row in rows}
    if missing or len({row[:2] for row in rows}) != len(rows):
        raise SystemExit(f"the compilation has changed: no value for {missing}, or a value twice")
    made = sorted(
        [*((*row, "", "", "", "", "") for row in noted), *BY_ORIGIN],
        key=lambda row: (named.index(row[1]), row[0], row[5]),
    )
    header = ["gas", "set", "potential", "status", "note", "origin", "publisher", "title", "from", "table"]
    _write("gwp.csv", header, made)
    _write(
        "gwp_sets.csv",
        ["set", "publisher", "title", "year", "table", "url", "licence"],
        [
            (name, PUBLISHER, TITLE, YEAR, f"column {column}, from {table}", URL, LICENCE)
            for name, column, table in SETS
        ],
    )
    (DATA / "PROVENANCE.md").write_text(PROVENANCE, encoding="utf-8")
    print(f"{len(made)} values in {len(SETS)} sets")


def _write(name: str, header: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
