"""
Worked examples of base-year recalculation.

Worked examples after the GHG Protocol Corporate Standard, revised edition (2004), (c) WRI/WBCSD,
chapter 5: Gamma (acquisition), Beta (divestment) and Teta (a facility that did not exist in the base
year). The figures are recalled; the rules, and table 9.4 of the Scope 3 Standard (2011) on outsourcing,
are confirmed. Numbers only. Units are tonnes of CO2e; year 1 is 2001.
"""

from __future__ import annotations

import pytest

from carbonkit.accounting.base_year import BaseYear, BaseYearEvent, EventKind, UnitFigure
from carbonkit.accounting.decision import Outcome
from carbonkit.accounting.recalculation import recalculate
from carbonkit.accounting.recalculation_policy import (
    STANDARD_TRIGGERS,
    Cumulation,
    MidYear,
    RecalculationPolicy,
)
from carbonkit.accounting.scope import Category, Scope
from carbonkit.values import CO2e, Period

YEARS = {number: Period.year(2000 + number) for number in (1, 2, 3)}


def figures(scope: Scope = Scope.ONE, **units: int) -> list[UnitFigure]:
    return [UnitFigure(unit, scope, CO2e(amount, "tCO2e")) for unit, amount in units.items()]


def policy(*boundary: Scope | Category, threshold: str = "5") -> RecalculationPolicy:
    return RecalculationPolicy(
        threshold,
        inclusive=True,
        cumulation=Cumulation.NET,
        mid_year=MidYear.WHOLE_YEAR,
        boundary=boundary or (Scope.ONE,),
        triggers=STANDARD_TRIGGERS,
    )


def test_gamma_buys_c_and_its_base_year_rises_from_50_to_65() -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=25, B=25))
    bought = BaseYearEvent("C", EventKind.ACQUISITION, "2003-01-01", "C", figures(C=15))
    grown = BaseYearEvent("growth", EventKind.ORGANIC_GROWTH, "2002-01-01", "A")
    found = recalculate(base, [grown, bought], policy(), reporting_year=YEARS[3])
    assert found.previously_stated.total == 50
    assert found.restated.total == 65
    assert found.previously_stated is base
    assert [each.outcome for each in found.decisions] == [Outcome.NO_TRIGGER, Outcome.ADJUSTED]


def test_gamma_may_recalculate_year_2_in_the_same_way_to_80_which_year_3_emits_too() -> None:
    second = BaseYear("year 2", YEARS[2], figures(A=30, B=30))
    bought = BaseYearEvent("C", EventKind.ACQUISITION, "2003-01-01", "C", figures(C=20))
    third = BaseYear("year 3", YEARS[3], figures(A=30, B=30, C=20))
    assert recalculate(second, [bought], policy(), reporting_year=YEARS[3]).restated.total == 80
    assert third.total == 80


def test_gamma_is_as_it_was_in_year_2_before_the_acquisition() -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=25, B=25))
    bought = BaseYearEvent("C", EventKind.ACQUISITION, "2003-01-01", "C", figures(C=15))
    found = recalculate(base, [bought], policy(), reporting_year=YEARS[2])
    assert found.restated is base
    assert [each.outcome for each in found.decisions] == [Outcome.LATER]


def test_beta_sells_c_and_its_base_year_falls_from_75_to_50() -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=25, B=25, C=25))
    sold = BaseYearEvent("C", EventKind.DIVESTMENT, "2003-01-01", "C")
    found = recalculate(base, [sold], policy(), reporting_year=YEARS[3])
    assert found.previously_stated.total == 75
    assert found.restated.total == 50
    assert BaseYear("year 3", YEARS[3], figures(A=30, B=30)).total == 60


def test_teta_buys_what_did_not_exist_in_the_base_year_and_nothing_is_recalculated() -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=25, B=25))
    bought = BaseYearEvent("C", EventKind.ACQUISITION, "2003-01-01", "C", began="2002-01-01")
    found = recalculate(base, [bought], policy(), reporting_year=YEARS[3])
    assert found.restated is base
    assert [each.outcome for each in found.decisions] == [Outcome.DID_NOT_EXIST]
    # but year 2, in which it existed, may be
    second = BaseYear("year 2", YEARS[2], figures(A=30, B=30))
    existed = BaseYearEvent("C", EventKind.ACQUISITION, "2003-01-01", "C", figures(C=20), began="2002-01-01")
    assert recalculate(second, [existed], policy(), reporting_year=YEARS[3]).restated.total == 80


@pytest.mark.parametrize(
    ("boundary", "total"),
    [
        ((Scope.ONE,), 40),  # scope 3 is not reported: the emissions leave, so the base year follows
        ((Scope.ONE, Scope.THREE), 50),
        ((Scope.ONE, Category.UPSTREAM_TRANSPORT), 50),
        ((Scope.ONE, Category.WASTE), 40),
    ],
)
def test_outsourcing_matters_only_if_the_boundary_lacks_the_other_scope(
    boundary: tuple[Scope | Category, ...], total: int
) -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=25, B=25))
    lorries = BaseYearEvent(
        "lorries",
        EventKind.OUTSOURCING,
        "2002-01-01",
        "A",
        figures(A=10),
        other=Category.UPSTREAM_TRANSPORT,
    )
    found = recalculate(base, [lorries], policy(*boundary), reporting_year=YEARS[2])
    assert found.restated.total == total
    assert found.decisions[0].outcome is (Outcome.ADJUSTED if total == 40 else Outcome.STAYS_WITHIN)


@pytest.mark.parametrize("boundary", [(Scope.ONE,), (Scope.ONE, Scope.THREE)])
def test_insourcing_matters_only_if_the_boundary_lacks_the_other_scope(boundary: tuple[Scope, ...]) -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=25, B=25))
    lorries = BaseYearEvent(
        "lorries",
        EventKind.INSOURCING,
        "2002-01-01",
        "A",
        figures(A=10),
        other=Category.UPSTREAM_TRANSPORT,
    )
    found = recalculate(base, [lorries], policy(*boundary), reporting_year=YEARS[2])
    assert found.restated.total == (60 if boundary == (Scope.ONE,) else 50)


def test_two_small_changes_are_remembered_until_together_they_pass_the_threshold() -> None:
    base = BaseYear("year 1", YEARS[1], figures(A=50, B=50))
    first = BaseYearEvent("C", EventKind.ACQUISITION, "2002-01-01", "C", figures(C=3))
    second = BaseYearEvent("error", EventKind.ERROR_FOUND, "2003-06-30", "A", figures(A=2))
    small = recalculate(base, [first], policy(), reporting_year=YEARS[2])
    assert small.restated is base
    assert small.pending == (first,)
    both = recalculate(base, [*small.pending, second], policy(), reporting_year=YEARS[3])
    assert both.restated.total == 105
    assert both.pending == ()
    assert [(int(test.change), test.significant) for test in both.tests] == [(3, False), (5, True)]
