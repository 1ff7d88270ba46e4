"""
Energy use and emissions of 3,376 Seattle buildings in 2016, against the city's own totals.

Source: City of Seattle, Office of Sustainability & Environment, 2016 Building
Energy Benchmarking, columns Electricity(kBtu), NaturalGas(kBtu), SteamUse(kBtu)
and TotalGHGEmissions; see examples/seattle_2016/PROVENANCE.md.

The first part reads examples/seattle_2016; the second the city's own file, with its
byte-order mark and its thousands separators, and is left out where ../shared is absent.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from carbonkit.accounting import (
    Catalogue,
    Comparison,
    Scope,
    Scope2Method,
    Tally,
    Tolerance,
    account,
    as_published,
    compare,
    gwp_set,
    read_activities,
    read_factors,
    read_published,
)
from carbonkit.errors import FixedBasisError
from carbonkit.intake import (
    Blank,
    Csv,
    Intake,
    Kind,
    Layout,
    Measured,
    Repeats,
    Total,
    activity_frame,
    read_activity_file,
)
from carbonkit.values import CO2e, Period, Place, Rounding, Status, round_to

pytestmark = pytest.mark.whole

FOLDER = Path(__file__).parents[2] / "examples" / "seattle_2016"
BASIS = "City of Seattle 2016, basis not stated"
LOCATION = Scope2Method.LOCATION


def lines(name: str) -> list[str]:
    return (FOLDER / name).read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    activities = read_activities(lines("activities.csv"), file="activities.csv")
    catalogue = Catalogue(read_factors(lines("factors.csv"), file="factors.csv"))
    statement = account(activities, catalogue, scope_2=[LOCATION]).co2e(as_published(BASIS), scope_2=LOCATION)
    published = read_published(lines("published.csv"), file="published.csv")
    return compare(statement, published, Tolerance("0.005", 2, Rounding.HALF_UP))


def test_building_1_comes_out_as_published(comparison: Comparison) -> None:
    total = comparison.statement.by_facility().amount("1")
    # 3,946,027 kBtu × 0.00697138 + 1,276,453 kBtu × 0.05311 + 2,003,882 kBtu × 0.0771879, in t per MMBtu
    assert total == CO2e("249.97711596506", "tCO2e")
    assert round_to(total.number, 2, Rounding.HALF_UP) == Decimal("249.98")


def test_all_3204_compliant_buildings_agree(comparison: Comparison) -> None:
    compliant = comparison.where(
        lambda match: match.published.group == "Compliant" and match.published.amount.number > 0
    )
    assert compliant.tally() == Tally(within=3203, rounded=1, outside=0)
    assert [match.facility for match in compliant.worst(1)] == ["24778"]


def test_every_building_with_a_total_agrees(comparison: Comparison) -> None:
    assert comparison.tally() == Tally(within=3361, rounded=6, outside=0)
    assert (comparison.unaccounted, comparison.unpublished) == ((), ())
    assert [match.facility for match in comparison.worst(3)] == ["50071", "24717", "21315"]


def test_the_total_of_the_city(comparison: Comparison) -> None:
    statement = comparison.statement
    assert len(statement.lines) == 10_101
    assert statement.total == CO2e("403110.4729824903574", "tCO2e")
    rounded = statement.by_scope().rounded(2, Rounding.HALF_UP)
    assert dict(rounded.parts) == {
        "scope 1": CO2e("244717.86", "tCO2e"),
        "scope 2": CO2e("158392.61", "tCO2e"),
    }
    assert rounded.total == statement.by_facility().rounded(2, Rounding.HALF_UP).total


def test_the_factors_say_that_they_are_derived(comparison: Comparison) -> None:
    sources = list(comparison.explain(worst=1).sources())
    assert {source.status for source in sources} == {Status.DERIVED}
    assert all("implied by the totals" in source.note for source in sources)


def test_a_basis_that_is_not_stated_is_never_re_expressed(comparison: Comparison) -> None:
    activities = read_activities(lines("activities.csv")[:4], file="activities.csv")
    catalogue = Catalogue(read_factors(lines("factors.csv"), file="factors.csv"))
    inventory = account(activities, catalogue, scope_2=[LOCATION])
    with pytest.raises(FixedBasisError, match="row 2, GWP set: must be City of Seattle 2016"):
        inventory.co2e(gwp_set("AR5"), scope_2=LOCATION)
    assert inventory.stated(scope_2=LOCATION) == ((BASIS, comparison.statement.by_facility().amount("1")),)


def test_a_blank_is_a_finding_and_a_zero_is_a_row() -> None:
    findings = list(csv.DictReader(lines("findings.csv")))
    blank = {row["facility"] for row in findings if row["finding"].startswith("blank")}
    assert len(blank) == 9
    rows = list(csv.DictReader(lines("activities.csv")))
    assert not blank & {row["facility"] for row in rows}
    assert sum(row["activity"] == "district steam" and row["amount"] == "0" for row in rows) == 3237
    assert len(rows) == 3 * (3376 - len(blank))


# ----- the same from the city's own file

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "activity" / "seattle_2016"
FILE = SHARED / "seattle_2016_building_energy_benchmarking.csv"
from_the_city = pytest.mark.skipif(
    not FILE.exists(), reason="the city's file stands in ../shared, which is absent"
)

LAYOUT = Layout(
    form=Csv(encoding="utf-8-sig", delimiter=",", decimal=".", thousands=","),
    id="OSEBuildingID",
    facility="OSEBuildingID",
    place=Place("US/WA/Seattle"),
    period=Period.year(2016),
    blank=Blank.FINDING,
    repeats=Repeats.REFUSED,
    measured=(
        Measured("Electricity(kBtu)", Kind("electricity", Scope.TWO), unit="kBtu"),
        Measured("NaturalGas(kBtu)", Kind("natural gas", Scope.ONE), unit="kBtu"),
        Measured("SteamUse(kBtu)", Kind("district steam", Scope.TWO), unit="kBtu"),
    ),
    total=Total("TotalGHGEmissions", "tCO2e", group="ComplianceStatus", called="PropertyName"),
)


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_activity_file(FILE, LAYOUT)


@pytest.fixture(scope="module")
def from_file(intake: Intake) -> Comparison:
    catalogue = Catalogue(read_factors(lines("factors.csv"), file="factors.csv"))
    statement = account(intake.activities, catalogue, scope_2=[LOCATION]).co2e(
        as_published(BASIS), scope_2=LOCATION
    )
    return compare(statement, intake.published, Tolerance("0.005", 2, Rounding.HALF_UP))


@from_the_city
def test_the_citys_file_begins_with_a_byte_order_mark_and_has_thousands_separators() -> None:
    raw = FILE.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfOSEBuildingID,")
    assert b'"7,226,362.50"' in raw


@from_the_city
def test_the_citys_file_gives_the_activities_of_the_example(intake: Intake) -> None:
    example = read_activities(lines("activities.csv"), file="activities.csv")
    assert len(intake.activities) == 10_101
    assert intake.activities == example


@from_the_city
def test_the_citys_file_gives_the_published_totals_of_the_example(intake: Intake) -> None:
    example = read_published(lines("published.csv"), file="published.csv")
    assert len(intake.published) == 3367
    assert [(each.facility, each.amount, each.group) for each in intake.published] == [
        (each.facility, each.amount, each.group) for each in example
    ]
    # the example keeps line breaks and double spaces within names as they are
    assert [each.called for each in intake.published] == [" ".join(each.called.split()) for each in example]


@from_the_city
def test_all_3204_compliant_buildings_of_the_citys_file_agree(from_file: Comparison) -> None:
    compliant = from_file.where(
        lambda match: match.published.group == "Compliant" and match.published.amount.number > 0
    )
    tally = compliant.tally()
    assert tally == Tally(within=3203, rounded=1, outside=0)
    assert round(1000 * tally.within / tally.compared) == 1000  # 100.0 %
    assert [match.facility for match in compliant.worst(1)] == ["24778"]


@from_the_city
def test_every_other_row_of_the_citys_file_is_accounted_for(intake: Intake, from_file: Comparison) -> None:
    read = {activity.row for activity in intake.activities}
    blank = [finding for finding in intake.findings if finding.code == "blank"]
    without = {finding.row for finding in blank}
    assert len(read) + len(without) == 3376
    assert not read & without
    assert len(without) == 9  # nothing was reported: no energy and no total, 4 blank cells each
    assert len(blank) == 9 * 4
    # of the 3,367 with a total, 3,204 are compliant and above zero; these are the others
    others: dict[str, int] = {}
    for match in from_file.matches:
        above = match.published.amount.number > 0
        if match.published.group != "Compliant" or not above:
            cause = match.published.group if above else f"{match.published.group}, total of zero or less"
            others[cause] = others.get(cause, 0) + 1
    assert sum(others.values()) == 3367 - 3204
    assert others == {
        "Error - Correct Default Data": 112,
        "Error - Correct Default Data, total of zero or less": 1,
        "Missing Data": 11,
        "Missing Data, total of zero or less": 4,
        "Non-Compliant": 30,
        "Non-Compliant, total of zero or less": 2,
        "Compliant, total of zero or less": 3,
    }
    assert from_file.tally() == Tally(within=3361, rounded=6, outside=0)


@from_the_city
def test_the_negative_building_of_the_citys_file_is_a_finding_and_kept(intake: Intake) -> None:
    negative = [(each.row, each.field, each.was) for each in intake.findings if each.code == "negative"]
    assert negative == [(3208, "Electricity(kBtu)", "-115417"), (3208, "TotalGHGEmissions", "-0.8")]
    assert intake.tally() == {"blank": 36, "negative": 2}


@from_the_city
def test_a_frame_of_the_citys_file_holds_the_same_rows(intake: Intake) -> None:
    frame = activity_frame(FILE, LAYOUT)
    assert frame.streamed
    assert frame.tally == {"blank": 27, "negative": 1}  # it takes no published totals
    rows = frame.relation.project("id, facility, activity, amount, unit, place, start, scope").fetchall()
    assert sorted((*row[:3], Decimal(row[3]), *row[4:]) for row in rows) == sorted(
        (
            each.id,
            each.facility,
            each.activity,
            each.quantity.number,
            each.quantity.unit,
            each.place.path,
            each.period.start,
            each.scope.value,
        )
        for each in intake.activities
    )
