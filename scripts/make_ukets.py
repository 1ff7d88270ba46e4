"""
Make the example of the UK ETS registry from its public compliance report of 2021 to 2024.

Reads the report and the allocation table as they were published and writes what
the registry needs, in carbonkit's format:

    python scripts/make_ukets.py --shared ../shared
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OUT = Path(__file__).resolve().parent.parent / "examples" / "ukets_compliance"
YEARS = (2021, 2022, 2023, 2024)
KINDS = {
    "OPERATOR_HOLDING_ACCOUNT": "operator_holding",
    "AIRCRAFT_OPERATOR_HOLDING_ACCOUNT": "aircraft_operator_holding",
}

PROVENANCE = """# The UK ETS registry's public compliance report, 2021 to 2024

Made by `scripts/make_ukets.py`; do not edit by hand.

- Source: UK Emissions Trading Registry, public report "Compliance Report - Emissions
  and Surrenders" of 11 June 2025 ({accounts:,} accounts); GOV.UK, "UK ETS allocation
  table for operators of installations", December 2025 ({installations} installations,
  of which {matched} have an account in the report).
- Licence: Open Government Licence v3.0, the publisher's usual licence; its text did
  not come with the files, so it is to be confirmed before a release. Until then the
  data are for tests and the demonstration from a source checkout only, and are not
  in the wheel.
- Attribution: "Contains public sector information licensed under the Open Government
  Licence v3.0. Source: UK ETS Registry compliance report 2025-06-11; UK ETS allocation
  table, December 2025."
- Changed: only the columns below; no names of holders or installations; made long.

## Files

- `accounts.csv`: {accounts:,} accounts with their kind and their first and last year of operation.
- `emissions.csv`: {emissions:,} verified emissions by account and year, in t of CO2e, or the word
  `excluded` where the authority excluded the year. A blank in the report makes no row.
- `allocations.csv`: {allocations:,} free allocations by account and year, in allowances.
- `published.csv`: what the report states for each account: cumulative emissions, cumulative
  surrenders, and the status at the deadline of each year; blank where the report is blank.

## What is not public

The report does not say when units were surrendered or emissions entered; it has one
cumulative figure for each account. The replay therefore dates them itself: a year's
emissions on 31 March and its surrender on 28 April of the year after, or after the deadline
where the published status of that deadline says so (C: not reported, B: too little
surrendered). At the last deadline all that is left of the cumulative figure is
surrendered, so the last status rests on published figures alone.
"""


def main() -> None:
    """Read the two public files and write the five of the example."""
    parser = argparse.ArgumentParser(description="Make the example of the UK ETS registry.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="the folder of research data")
    folder = parser.parse_args().shared / "data" / "registry" / "ukets_compliance"
    report = _rows(folder / "ukets_compliance_2021_2024.csv")
    table = _rows(folder / "ukets_allocation_table_2025_12.csv")
    accounts, emissions, published = [], [], []
    for row in report:
        account = f"UK-{row['Operator ID']}"
        accounts.append(
            (
                account,
                KINDS[row["Account type"]],
                row["First Year of Operation"],
                row["Last Year of Operation"],
            )
        )
        for year in YEARS:
            cell = row[f"Recorded emissions {year}"]
            if cell:
                emissions.append((account, str(year), "excluded" if cell == "EXCLUDED" else str(int(cell))))
        published.append(
            (
                account,
                str(int(row["Cumulative emissions"])),
                str(int(row["Cumulative surrenders"])),
                *(row[f"Static surrender status {year}"] for year in YEARS),
            )
        )
    known = {account for account, *_ in accounts}
    allocations = [
        (f"UK-{row['Installation ID']}", str(year), row[f"(C) Allocation (Total) {year}"])
        for row in table
        if f"UK-{row['Installation ID']}" in known
        for year in YEARS
        if int(row[f"(C) Allocation (Total) {year}"] or 0) > 0
    ]
    OUT.mkdir(parents=True, exist_ok=True)
    _write("accounts.csv", ("account", "kind", "first_year", "last_year"), accounts)
    _write("emissions.csv", ("account", "year", "tonnes"), emissions)
    _write("allocations.csv", ("account", "year", "quantity"), allocations)
    columns = (
        "account",
        "cumulative_emissions",
        "cumulative_surrenders",
        *(f"status_{year}" for year in YEARS),
    )
    _write("published.csv", columns, published)
    text = PROVENANCE.format(
        accounts=len(accounts),
        installations=len(table),
        matched=sum(f"UK-{row['Installation ID']}" in known for row in table),
        emissions=len(emissions),
        allocations=len(allocations),
    )
    (OUT / "PROVENANCE.md").write_text(text, encoding="utf-8")
    print(f"{len(accounts)} accounts, {len(emissions)} emissions, {len(allocations)} allocations")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.DictReader(lines) if any(row.values())]


def _write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
