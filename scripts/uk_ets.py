"""The country-specific factors for the UK ETS, as factors per tonne, therm, cubic metre and TJ."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from carbonkit.accounting.calorific import Calorific
from carbonkit.accounting.coverage import Coverage
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.rate import Rate
from carbonkit.values.place import Place
from carbonkit.values.source import Source
from carbonkit.values.time import Period
from scripts.uk_figures import OGL_KNOWN, PLACES_KEPT, Report, clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Row = dict[str, str]

FOLDER = "uk_ets_country_specific_factors"
ETS_TITLE = "Carbon Emission Factors and Calorific Values from the UK GHG Inventory to support the UK ETS"
ETS_COLUMNS = (
    "sector",
    "industry",
    "fuel",
    "carbon",
    "co2",
    "units",
    "net_tj",
    "gcv",
    "gcv_units",
    "ratio",
    "ncv",
    "ncv_units",
    "oxidation",
)
ZONE_COLUMNS = ("zone", "code", "gross_tj", "net_tj", "per_m3", "gcv", "ncv")
PER_FUEL: Mapping[str, tuple[str, Calorific | None]] = MappingProxyType(
    {"kt C per Mt fuel consumed": ("t", None), "kt C per Mtherm fuel consumed": ("therm_ec", Calorific.GROSS)}
)
MOLAR = Fraction(44, 12)
CLOSE = Fraction(1, 10**9)  # the dust of the sheet's own arithmetic


def ets_factors(data: Path, year: int, report: Report) -> Iterator[Factor]:
    """Read the two sheets of an issue: fuels by industry, and natural gas by zone."""
    yield from _ets_fuels(data / FOLDER, year, report)
    yield from _ets_zones(data / FOLDER, year, report)


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, cells in enumerate(csv.reader(lines), start=1):
            if number > 1:
                yield number, dict(zip(columns, cells, strict=True))


def _plain_name(text: str) -> str:
    return re.sub(r"\s*\[note \d+\]", "", text).strip()


def _ets_fuels(folder: Path, year: int, report: Report) -> Iterator[Factor]:
    file = f"emission_factors_and_calorific_values_{year}.csv"
    for number, row in _rows(folder / file, ETS_COLUMNS):
        if not re.fullmatch(r"[0-9.]+", row["co2"]):
            report.counts["rows without figures"] += 1
            continue
        _check_carbon(row, number)
        unit, calorific = PER_FUEL[row["units"]]
        note = (
            f"{row['carbon']} {row['units']} × 44/12; GCV {row['gcv']} {row['gcv_units']}, NCV {row['ncv']} "
            f"{row['ncv_units']}; oxidation factor {row['oxidation']} beside it, not multiplied in here; "
            f"read to {PLACES_KEPT} places; validity: the calendar year of the issue"
        )
        yield _ets_factor(row, number, year, (unit, calorific, row["co2"], "kg"), note)
        yield _ets_factor(row, number, year, ("TJ", Calorific.NET, row["net_tj"], "t"), note)
        report.counts["factors of fuels"] += 2


def _check_carbon(row: Row, number: int) -> None:
    """Check that the sheet's CO2 is its carbon times 44/12, and its figure per net TJ the same."""
    co2 = Fraction(row["co2"])
    if abs(Fraction(row["carbon"]) * MOLAR - co2) > co2 * CLOSE:
        raise SystemExit(f"row {number}: CO2 is not carbon × 44/12")
    if row["units"].startswith("kt C per Mt fuel"):
        if abs(co2 / Fraction(row["ncv"]) - Fraction(row["net_tj"])) > co2 * CLOSE:
            raise SystemExit(f"row {number}: CO2 per net TJ is another")
        return
    therm = Fraction("105.505585262") / 1000  # GJ of gross heat
    net = Fraction(row["net_tj"])
    if abs(co2 / (therm * Fraction(row["ratio"])) - net) > net * CLOSE * 100:  # its therm is 105.50559 MJ
        raise SystemExit(f"row {number}: CO2 per net TJ is not that of a therm of gross heat")


def _ets_factor(
    row: Row, number: int, year: int, what: tuple[str, Calorific | None, str, str], note: str
) -> Factor:
    per, calorific, amount, unit = what
    sector, industry, fuel = (_plain_name(row[column]) for column in ("sector", "industry", "fuel"))
    activity = f"UK ETS fuels > {industry} > {fuel}"
    return Factor(
        f"uk-ets:{activity}:{per}",
        str(year),
        activity,
        Place("GB"),
        Period.year(year),
        per,
        (Rate("CO2", clean(amount), unit),),
        _ets_source(year, f"row {number}: {sector} | {industry} | {fuel}", note),
        calorific=calorific,
        levels=(sector, industry, fuel),
        coverage=Coverage.DIRECT,
    )


def _ets_source(year: int, table: str, note: str) -> Source:
    publisher = "UK Government, DESNZ / Ricardo"
    return Source(publisher, ETS_TITLE, year, table=table, licence=OGL_KNOWN, note=note)


def _ets_zones(folder: Path, year: int, report: Report) -> Iterator[Factor]:
    for number, row in _rows(folder / f"regional_natural_gas_{year}.csv", ZONE_COLUMNS):
        if not row["code"]:
            report.counts["footnotes of the regional table"] += 1
            continue
        figures = (
            ("TJ", Calorific.GROSS, row["gross_tj"], "t"),
            ("TJ", Calorific.NET, row["net_tj"], "t"),
            ("m3", None, row["per_m3"], "g"),
        )
        note = (
            f"GCV {row['gcv']}, NCV {row['ncv']} MJ/m3; a cubic metre is at 15 °C and 1.01325 bar; "
            f"read to {PLACES_KEPT} places; validity: the calendar year of the issue"
        )
        place = Place(f"GB/{row['code']}")
        for per, calorific, amount, unit in figures:
            basis = "" if calorific is None else f":{calorific.value}"
            yield Factor(
                f"uk-ets:natural-gas:{row['code']}:{per}{basis}",
                str(year),
                "UK ETS fuels > Natural gas of a local distribution zone",
                place,
                Period.year(year),
                per,
                (Rate("CO2", clean(amount), unit),),
                _ets_source(year, f"regional natural gas, row {number}: {row['zone']}", note),
                calorific=calorific,
                levels=("Natural gas", row["zone"]),
                coverage=Coverage.DIRECT,
            )
            report.counts["factors of natural gas by zone"] += 1
