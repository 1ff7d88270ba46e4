"""
Write a table of fuels as the wheel carries it; what the scripts of the fuel tables share.

A table is one CSV in the form of `carbonkit.accounting.fuel_table.read_fuels`, and is read back
before it counts as written.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from carbonkit.accounting.fuel_table import FuelTable, read_fuels
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.accounting.fuel import Estimate, Fuel

FOLDER = Path(__file__).resolve().parent.parent / "carbonkit" / "accounting" / "data" / "fuel"

COLUMNS = (
    "name",
    "printed",
    "edition",
    "place",
    "valid_from",
    "valid_until",
    "per",
    "energy",
    "carbon_unit",
    "calorific",
    "origin",
    "heat",
    "heat_lower",
    "heat_upper",
    "carbon",
    "carbon_lower",
    "carbon_upper",
    "oxidation",
    "publisher",
    "title",
    "year",
    "table",
    "url",
    "licence",
    "status",
    "note",
)


def write(name: str, fuels: Iterable[Fuel], *, folder: Path = FOLDER) -> None:
    """
    Write one table, and check it by reading it back.

    Args:
        name: The table's name, such as "ipcc-2006".
        fuels: Its fuels.
        folder: Where to write.

    Raises:
        SystemExit: If there is no fuel, or it does not read back the same.
    """
    held = tuple(fuels)
    if not held:
        raise SystemExit(f"{name}: no fuel")
    FuelTable(held)  # refuses fuels that overlap
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for fuel in held:
        cells = _cells(fuel)
        writer.writerow([cells[column] for column in COLUMNS])
    if read_fuels(out.getvalue().splitlines(), file=name) != held:
        raise SystemExit(f"{name}: does not read back the same")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text(out.getvalue(), encoding="utf-8", newline="\n")
    print(f"{name}: {len(held)} fuels")


def _cells(fuel: Fuel) -> dict[str, str]:
    source = fuel.source
    return {
        "name": fuel.name,
        "printed": fuel.printed,
        "edition": fuel.edition,
        "place": fuel.place.path,
        "valid_from": str(fuel.valid.start),
        "valid_until": str(fuel.valid.end or ""),
        "per": fuel.per,
        "energy": fuel.energy,
        "carbon_unit": fuel.carbon_unit,
        "calorific": fuel.calorific.value,
        "origin": fuel.origin.value,
        **_estimate("heat", fuel.heat),
        **_estimate("carbon", fuel.carbon),
        "oxidation": _estimate("oxidation", fuel.oxidation)["oxidation"],
        "publisher": source.publisher,
        "title": source.title,
        "year": str(source.year),
        "table": source.table,
        "url": source.url,
        "licence": source.licence,
        "status": source.status.value,
        "note": source.note,
    }


def _estimate(what: str, held: Estimate | None) -> dict[str, str]:
    numbers = (held.number, held.lower, held.upper) if held is not None else (None, None, None)
    columns = (what, f"{what}_lower", f"{what}_upper")
    return {
        column: "" if number is None else plain(number)
        for column, number in zip(columns, numbers, strict=True)
    }
