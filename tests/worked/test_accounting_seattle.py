"""
Energy use and emissions of 3,376 Seattle buildings in 2016, against the city's own totals.

Source: City of Seattle, Office of Sustainability & Environment, 2016 Building
Energy Benchmarking, columns Electricity(kBtu), NaturalGas(kBtu), SteamUse(kBtu)
and TotalGHGEmissions; see examples/seattle_2016/PROVENANCE.md.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from carbonkit.accounting import (
    Catalogue,
    Comparison,
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
from carbonkit.values import CO2e, Rounding, Status, round_to

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
