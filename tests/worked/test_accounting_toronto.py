"""
Energy use and emissions of 1,481 sites of the City of Toronto in 2018, from the city's own form.

Source: City of Toronto, Annual Energy Consumption 2018, the reporting form under Ontario
Regulation 397/11 as the city filled it in: a workbook with eight rows of headers, merged
cells, units in columns of their own, the form's example row and formulas on other files.

The city states no factors in it. The two below are those that its published totals
imply: they are DERIVED, of 2018 and of no stated GWP set, so nothing is re-expressed.
"""

from __future__ import annotations

import csv
import re
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Catalogue,
    Comparison,
    Factor,
    Published,
    Rate,
    Scope,
    Scope2Method,
    Tally,
    Tolerance,
    account,
    as_published,
    compare,
)
from carbonkit.errors import FixedBasisError
from carbonkit.intake import (
    Blank,
    Intake,
    Kind,
    Layout,
    Measured,
    Omission,
    Repeats,
    Total,
    Workbook,
    read_activity_file,
)
from carbonkit.values import CO2e, Energy, Period, Place, Rounding, Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "activity" / "toronto_2018"
FORM = FOLDER / "original_reporting_form.xlsx"
pytestmark = pytest.mark.skipif(
    not FORM.exists(), reason="the city's file stands in ../shared, which is absent"
)

TORONTO, YEAR = Place("CA/ON/Toronto"), Period.year(2018)
BASIS = "City of Toronto 2018, basis not stated"
LOCATION = Scope2Method.LOCATION
ID = "Building / Operation Identifier"


def energy(name: str, kind: Kind, unit: str = "") -> Measured:
    return Measured(f"{name} / Quantity", kind, unit=unit, unit_column=f"{name} / Unit")


LAYOUT = Layout(
    form=Workbook(sheet="Sheet1"),
    header=(7, 8),
    omissions=Omission(reason="the form's example", rows=9),
    id=ID,
    facility=ID,
    place=TORONTO,
    period=YEAR,
    blank=Blank.ABSENT,
    repeats=Repeats.SET_APART,
    units={"Cubic meter": "m3", "Litre": "L", "Metric Tonne": "t", "Giga Joule": "GJ"},
    measured=(
        energy("Electricity", Kind("electricity", Scope.TWO), unit="kWh"),
        energy("Natural Gas", Kind("natural gas", Scope.ONE)),
        energy("Fuel Oil 1 & 2", Kind("light fuel oil", Scope.ONE)),
        energy("Fuel Oil 4 & 6", Kind("heavy fuel oil", Scope.ONE)),
        energy("Propane", Kind("propane", Scope.ONE)),
        energy("Coal", Kind("coal", Scope.ONE)),
        energy("Wood", Kind("wood", Scope.ONE)),
        energy("District Heating", Kind("district heating", Scope.TWO)),
        energy("District Cooling", Kind("district cooling", Scope.TWO)),
    ),
    total=Total("GHG Emissions (Kg)", "kgCO2e", group="Operation Type", called="Operation Name"),
)

SOURCE = Source(
    "City of Toronto",
    "Annual Energy Consumption 2018, reporting form of O. Reg. 397/11",
    2018,
    table="columns Electricity, Natural Gas and GHG Emissions (Kg)",
    status=Status.DERIVED,
    note="implied by the totals that the city published for 1,468 of 1,481 sites; no factor is stated",
)


def implied(activity: str, per: str, kg: str, method: Scope2Method | None = None) -> Factor:
    rates = (Rate("CO2e", kg, "kgCO2e", basis=BASIS),)
    return Factor(f"toronto/{activity}", "2018", activity, TORONTO, YEAR, per, rates, SOURCE, method=method)


CATALOGUE = Catalogue(
    [
        implied("electricity", "kWh", "0.04", LOCATION),
        implied("natural gas", "m3", "1.89969"),
    ]
)

# the nine sites whose totals count steam or chilled water, which the form has blank
ON_DISTRICT_ENERGY = {
    "CH": ("City Hall", "0.214"),
    "MH": ("Metro Hall", "0.199"),
    "OCH": ("Old City Hall", "0.085"),
    "14TEMP": ("Cloud Gardens", "0.133"),
    "CHNPS": ("City Hall Nathan Phillips Sqr", "0.140"),
    "HBC": ("Sony Centre", "0.216"),
    "STLC": ("St Lawrence Centre", "0.196"),
    "PHQ": ("Police Headquarters", "0.941"),
    "UNION": ("Union Station", "0.304"),
}
# the two pairs of sites with one name: each row has the first one's energy and the total of both
ONE_NAME = {
    "70NASHDENE": ("Nashdene Yard", "0.015"),
    "70NASHDENE (row 1241)": ("Nashdene Yard", "0.015"),
    "VARPOLE": ("TTC Various Locations", "0.869"),
    "VARPOLE (row 1435)": ("TTC Various Locations", "0.869"),
}


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_activity_file(FORM, LAYOUT)


@pytest.fixture(scope="module")
def comparison(intake: Intake) -> Comparison:
    statement = account(intake.activities, CATALOGUE, scope_2=[LOCATION]).co2e(
        as_published(BASIS), scope_2=LOCATION
    )
    # within a millionth: the totals are floats of 15 to 17 digits
    return compare(statement, intake.published, Tolerance("0.000001", 6, Rounding.HALF_UP))


def test_the_form_is_read_as_it_is(intake: Intake) -> None:
    assert len(intake.published) == 1481
    assert len(intake.activities) == 2 * 1481  # electricity and gas, zeros included; all else is blank
    assert {each.activity for each in intake.activities} == {"electricity", "natural gas"}
    first, last = intake.activities[0], intake.activities[-1]
    assert (first.id, first.row, str(first.quantity)) == ("CC2/electricity", 10, "1259536.6399680001 kWh")
    assert (last.id, last.row, str(last.quantity)) == ("RLC/natural-gas", 1491, "62882.013953 m3")


def test_what_is_odd_about_the_form_is_reported(intake: Intake) -> None:
    assert intake.tally() == {"left_out": 1, "unit": 3, "repeat": 3, "blank_rows": 1}
    left_out = next(each for each in intake.findings if each.code == "left_out")
    assert (left_out.row, left_out.was) == (9, "Stephenson Building")
    assert "Electricity / Quantity 2181065" in left_out.said
    # three memorial flames burn gas only: the look-up that should give their unit of electricity gave 0
    assert [(each.row, each.was) for each in intake.findings if each.code == "unit"] == [
        (210, "0"),
        (573, "0"),
        (710, "0"),
    ]
    assert [(each.row, each.was) for each in intake.findings if each.code == "repeat"] == [
        (1241, "70NASHDENE"),
        (1308, "15PS"),
        (1435, "VARPOLE"),
    ]


def test_1468_of_1481_sites_agree_to_a_millionth(comparison: Comparison) -> None:
    tally = comparison.tally()
    assert (tally.agreeing, tally.outside, tally.compared) == (1468, 13, 1481)
    assert (comparison.unaccounted, comparison.unpublished) == ((), ())
    assert Fraction(991, 1000) < Fraction(tally.agreeing, tally.compared) < Fraction(992, 1000)


def test_half_a_percent_finds_the_same_13(comparison: Comparison) -> None:
    published = [match.published for match in comparison.matches]
    loose = compare(comparison.statement, published, Tolerance("0.005", 2, Rounding.HALF_UP))
    assert loose.tally() == Tally(within=1468, rounded=0, outside=13)


def outside(comparison: Comparison) -> dict[str, tuple[str, str]]:
    """Give the sites that disagree: what they are called, and ours as a share of the published figure."""
    return {
        match.facility: (match.published.called, f"{float(1 + match.relative):.3f}")
        for match in comparison.matches
        if match.agreement.value == "outside" and match.relative is not None
    }


def test_the_13_anomalies_are_named_with_their_ratios(comparison: Comparison) -> None:
    assert outside(comparison) == ON_DISTRICT_ENERGY | ONE_NAME


def test_what_the_anomalies_come_to(comparison: Comparison) -> None:
    apart = [match.difference for match in comparison.matches if match.facility in ON_DISTRICT_ENERGY]
    assert sum(apart, CO2e(0, "kgCO2e")).number.quantize(Decimal(1)) == Decimal(-8028855)


# ----- the second witness: figures of the city's own files that Excel keeps in the workbook, unseen


def kept(sheet: str) -> Iterator[dict[str, str]]:
    """Read a sheet of the file that the form's formulas point at, from Excel's copy within the form."""
    with zipfile.ZipFile(FORM) as package:
        link = package.read("xl/externalLinks/externalLink3.xml").decode()
    names = re.findall(r'<sheetName val="([^"]*)"', link)
    data = re.search(rf'<sheetData sheetId="{names.index(sheet)}">(.*?)</sheetData>', link, re.DOTALL)
    assert data is not None
    for row in re.findall(r"<row [^>]*>(.*?)</row>", data[1], re.DOTALL):
        cells = re.findall(r'<cell r="([A-Z]+)[0-9]+"[^>]*><v>([^<]*)</v>', row)
        yield {column: value.replace("&amp;", "&") for column, value in cells}


def test_steam_and_chilled_water_that_the_form_has_blank_explain_nine(comparison: Comparison) -> None:
    matches = {
        match.published.called: match for match in comparison.matches if match.facility in ON_DISTRICT_ENERGY
    }
    used: list[str] = []
    steam, cold = set(), set()
    for row in kept("Calculated Master"):
        match = matches.pop(row.get("A", ""), None)
        if match is None:
            continue
        heat, cooling = Decimal(row["Y"]), Decimal(row["Z"])  # kg, of steam and of chilled water
        assert abs(match.difference.number + heat + cooling) < Decimal("0.000001")
        used += [name for name, kg in (("steam", heat), ("cold", cooling)) if kg]
        if heat:
            steam.add(round(heat / Decimal(row["I"]), 6))
        if cooling:
            cold.add(round(cooling / Decimal(row["J"]), 6))
    assert not matches
    assert (used.count("steam"), used.count("cold")) == (8, 5)
    assert steam == {Decimal("52.250134")}  # one rate for all, kg per GJ
    assert cold == {Decimal("3.285752")}


def test_the_form_looks_sites_up_by_name_so_four_have_another_ones_energy(
    comparison: Comparison, intake: Intake
) -> None:
    sites: dict[str, list[Energy]] = {}
    for row in kept("Master From ECAP"):
        if row.get("A") in ("Nashdene Yard", "TTC Various Locations", "15 Price St"):
            sites.setdefault(row["A"], []).append(Energy(repr(float(row["J"])), "kWh"))
    assert {name: len(found) for name, found in sites.items()} == {
        "Nashdene Yard": 2,
        "TTC Various Locations": 2,
        "15 Price St": 2,
    }
    for name, (first, second) in sites.items():
        facilities = [each.facility for each in intake.published if each.called == name]
        used = [
            each.quantity
            for each in intake.activities
            if each.facility in facilities and each.activity == "electricity"
        ]
        assert used == [first, first]
        assert second != first
    # 15 Price St agrees for the wrong reason: its second site used 33,021 kWh, and both rows say 19,859
    agreeing = [match for match in comparison.matches if match.facility.startswith("15PS")]
    assert [match.agreement.value for match in agreeing] == ["within the share"] * 2


def test_the_city_kept_30_g_per_kwh_beside_the_totals_made_with_40() -> None:
    stated = [row for row in kept("Conversion Factors") if row.get("A") in ("Electricity", "Natural Gas")]
    assert [(row["A"], row["B"], row["C"]) for row in stated[:2]] == [
        ("Electricity", "kWh", "30"),  # g of CO2 per unit, under 2018
        ("Natural Gas", "cubicm", "1899.69"),
    ]


# ----- what was read, beside another reading of the same form


def test_the_sites_read_from_the_workbook_equal_the_csv(intake: Intake) -> None:
    with (FOLDER / "toronto_2018.csv").open(encoding="utf-8-sig", newline="") as lines:
        example, *rows = csv.DictReader(lines)
    assert example["operation_name"] == "Stephenson Building"
    read: dict[int | None, dict[str, Decimal]] = {}
    for each in intake.activities:
        read.setdefault(each.row, {})[each.activity] = each.quantity.number
    ours = [(row["electricity"], row["natural gas"]) for row in read.values()]
    theirs = [(Decimal(row["electricity"]), Decimal(row["natural_gas"])) for row in rows]
    assert len(theirs) == 1481
    assert ours == theirs
    totals = [Published("x", CO2e(row["ghg_emissions_kg"], "kgCO2e")).amount for row in rows]
    assert [each.amount for each in intake.published] == totals
    assert [each.called for each in intake.published] == [
        " ".join(row["operation_name"].split()) for row in rows
    ]


def test_the_total_and_its_sources(comparison: Comparison) -> None:
    statement = comparison.statement
    assert len(statement.lines) == 2962
    sources = list(comparison.explain(worst=1).sources())
    assert {source.status for source in sources} == {Status.DERIVED}
    rounded = statement.by_scope().rounded(0, Rounding.HALF_UP)
    assert dict(rounded.parts) == {"scope 1": CO2e("101723", "tCO2e"), "scope 2": CO2e("60258", "tCO2e")}
    entries = [each.line for each in statement.lines]
    gas = sum(Fraction(each.activity.quantity.number) for each in entries if each.activity.scope is Scope.ONE)
    assert round(gas * Fraction("1.89969") / 1000) == 101723


def test_a_basis_that_is_not_stated_is_never_re_expressed(intake: Intake) -> None:
    inventory = account(intake.activities[:2], CATALOGUE, scope_2=[LOCATION])
    with pytest.raises(FixedBasisError, match="must be City of Toronto 2018"):
        inventory.co2e(as_published("another basis"), scope_2=LOCATION)
