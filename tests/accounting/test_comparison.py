"""Comparisons: within the share, equal once rounded, outside; and nothing that one side lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import (
    Agreement,
    Catalogue,
    Comparison,
    Match,
    Published,
    Rate,
    Tally,
    Tolerance,
    account,
    as_published,
    compare,
    read_published,
)
from carbonkit.errors import BatchError, InexactNumberError, InvalidValueError
from carbonkit.values import CO2e, Exact, Rounding, Source

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor

HALF_PERCENT = Tolerance("0.005", 2, Rounding.HALF_UP)


def match(computed: Exact, published: Exact, tolerance: Tolerance = HALF_PERCENT) -> Match:
    return Match(Published("1", CO2e(published, "tCO2e")), CO2e(computed, "tCO2e"), tolerance)


@pytest.mark.parametrize(
    ("computed", "published", "agreement"),
    [
        ("100.5", "100", Agreement.WITHIN),
        ("99.5", "100", Agreement.WITHIN),
        ("100.50001", "100", Agreement.OUTSIDE),
        ("99.49999", "100", Agreement.OUTSIDE),
        ("0.745", "0.75", Agreement.ROUNDED),
        ("0.7449", "0.75", Agreement.OUTSIDE),
        ("-0.8046", "-0.8", Agreement.ROUNDED),
        ("-100.5", "-100", Agreement.WITHIN),
        ("100", "-100", Agreement.OUTSIDE),
        ("0", "0", Agreement.WITHIN),
        ("0.004", "0", Agreement.ROUNDED),
        ("1", "0", Agreement.OUTSIDE),
    ],
)
def test_how_two_figures_stand(computed: str, published: str, agreement: Agreement) -> None:
    assert match(computed, published).agreement is agreement


def test_the_unit_is_the_published_one() -> None:
    found = Match(Published("1", CO2e("250000", "kgCO2e")), CO2e("250.1", "tCO2e"), HALF_PERCENT)
    assert (found.agreement, str(found.difference)) == (Agreement.WITHIN, "100 kgCO2e")


def test_the_difference_is_rounded_only_to_be_shown() -> None:
    found = match("0.98", "3")
    assert str(found.percent(2, Rounding.HALF_UP)) == "-67.33"
    assert found.relative is not None
    assert found.relative * 3 * 100 == -202
    assert match("1", "0").percent(2, Rounding.HALF_UP) is None


def test_a_tolerance_is_a_share_with_a_named_rounding() -> None:
    assert str(Tolerance("0.10", 2, Rounding.HALF_UP)) == "within 10 % of the published figure"
    assert str(Tolerance("1", 2, Rounding.HALF_UP)) == "within 100 % of the published figure"
    with pytest.raises(InvalidValueError, match="share: must be a share from 0 to 1, was 5"):
        Tolerance(5, 2, Rounding.HALF_UP)
    with pytest.raises(InexactNumberError):
        Tolerance(0.005, 2, Rounding.HALF_UP)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(InvalidValueError, match="places"):
        Tolerance(0, 61, Rounding.HALF_UP)
    with pytest.raises(InvalidValueError, match="rounding"):
        Tolerance(0, 2, "HALF_UP")  # type: ignore[arg-type]  # the mistake under test


@pytest.fixture
def comparison(factor: MakeFactor, activity: MakeActivity) -> Comparison:
    unit = factor("own", Rate("CO2e", "1", "tCO2e", basis="own"))
    ours = {"a": "100.6", "b": "0.745", "c": "50.1", "d": "0.1", "only ours": "3"}
    bills = [activity(name, much, facility=name) for name, much in ours.items()]
    statement = account(bills, Catalogue([unit])).co2e(as_published("own"))
    theirs = {"a": "100", "b": "0.75", "c": "50", "d": "0", "only theirs": "9"}
    published = [
        Published(name, CO2e(much, "tCO2e"), group="ok" if name in "abc" else "late")
        for name, much in theirs.items()
    ]
    return compare(statement, published, HALF_PERCENT)


def test_what_one_side_lacks_is_not_compared(comparison: Comparison) -> None:
    assert [each.facility for each in comparison.matches] == ["a", "b", "c", "d"]
    assert [each.facility for each in comparison.unaccounted] == ["only theirs"]
    assert comparison.unpublished == ("only ours",)


def test_the_counts(comparison: Comparison) -> None:
    assert comparison.tally() == Tally(within=1, rounded=1, outside=2)
    ok = comparison.where(lambda match: match.published.group == "ok").tally()
    assert (ok, ok.agreeing, ok.compared) == (Tally(1, 1, 1), 2, 3)


def test_the_worst_come_first(comparison: Comparison) -> None:
    assert [match.facility for match in comparison.worst(3)] == ["d", "b", "a"]


def test_a_comparison_explains_itself(comparison: Comparison) -> None:
    told = comparison.explain(worst=2)
    assert told.value == "2 of 4"
    assert told.how == "1 within the share, 1 equal once rounded like the publication, 2 outside"
    assert told.parts[0].how == "ours 0.1 tCO2e, published 0 tCO2e, apart 0.1 tCO2e"
    assert told.parts[1].how == "ours 0.745 tCO2e, published 0.75 tCO2e, apart -0.005 tCO2e, -0.67 %"
    assert list(told.sources()) == [Source("US EPA", "GHG Emission Factors Hub", 2025, table="Table 1")]


def test_a_facility_is_published_once(comparison: Comparison) -> None:
    twice = [Published(name, CO2e(1, "tCO2e")) for name in ("a", "a", "b", "b")]
    with pytest.raises(BatchError) as caught:
        compare(comparison.statement, twice, HALF_PERCENT)
    assert [problem.was for problem in caught.value.problems] == ["a", "b"]
    with pytest.raises(InvalidValueError, match="must be of type Published"):
        compare(comparison.statement, ["a"], HALF_PERCENT)  # type: ignore[list-item]  # the mistake under test


def test_a_match_checks_its_kinds() -> None:
    with pytest.raises(InvalidValueError, match="tolerance"):
        Match(Published("1", CO2e(1, "tCO2e")), CO2e(1, "tCO2e"), "0.005")  # type: ignore[arg-type]  # a mistake


def test_published_figures_are_read() -> None:
    rows = ["facility,name,group,amount,unit", "1,Inn,Compliant,249.98,tCO2e", "2,,,-0.8,tCO2e"]
    found = read_published(rows, file="published.csv")
    assert found == (
        Published("1", CO2e("249.98", "tCO2e"), group="Compliant", called="Inn"),
        Published("2", CO2e("-0.8", "tCO2e")),
    )


def test_published_figures_report_every_problem() -> None:
    rows = ["facility,name,group,amount,unit", "1,,,,tCO2e", ",,,1,tCO2e", "3,,,1,kg"]
    with pytest.raises(BatchError) as caught:
        read_published(rows, file="published.csv")
    assert [(problem.row, problem.field) for problem in caught.value.problems] == [
        (2, "amount"),
        (3, "facility"),
        (4, "unit"),
    ]
