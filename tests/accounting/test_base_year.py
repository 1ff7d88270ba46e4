"""Base years keep figures by unit and scope, exactly; events say what their kind needs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from carbonkit.accounting import Catalogue, Category, Rate, Scope, account, gwp_set
from carbonkit.accounting.base_year import (
    RECALCULATION_RULES,
    BaseYear,
    BaseYearEvent,
    EventKind,
    UnitFigure,
    figures_of,
)
from carbonkit.accounting.boundary import Boundary
from carbonkit.accounting.consolidation import consolidate
from carbonkit.accounting.organisation import Organisation
from carbonkit.accounting.ownership import Facility, Ownership, Relationship
from carbonkit.accounting.treatment import ConsolidationApproach
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values import CO2e, Period, Status

if TYPE_CHECKING:
    from tests.accounting.conftest import MakeActivity, MakeFactor

YEAR = Period.year(2025)
AR5 = gwp_set("AR5")


def figure(unit: str, amount: int | Fraction, scope: Scope = Scope.ONE) -> UnitFigure:
    return UnitFigure(unit, scope, amount if isinstance(amount, Fraction) else CO2e(amount, "tCO2e"))


def test_figures_are_kept_in_tonnes_exactly() -> None:
    base = BaseYear(
        "report",
        YEAR,
        [
            UnitFigure("A", Scope.ONE, CO2e("1500", "kgCO2e")),
            figure("A", Fraction(1, 3), Scope.TWO),
            UnitFigure("B", Scope.THREE, CO2e(2, "tCO2e"), category=Category.WASTE),
        ],
    )
    assert base.total == Fraction(3, 2) + Fraction(1, 3) + 2
    assert base.by_unit().parts == (("A", Fraction(11, 6)), ("B", Fraction(2)))
    assert [label for label, _ in base.by_scope().parts] == ["scope 1", "scope 2", "scope 3"]


def test_a_figure_stands_once_in_a_year_that_has_an_end() -> None:
    with pytest.raises(BatchError, match="must stand once, was A, scope 1: 2 tCO2e"):
        BaseYear("report", YEAR, [figure("A", 1), figure("A", 2)])
    with pytest.raises(InvalidValueError, match="have an end"):
        BaseYear("report", Period("2025-01-01", None), [])
    with pytest.raises(InvalidValueError, match="stand in scope 3 only"):
        UnitFigure("A", Scope.ONE, CO2e(2, "tCO2e"), category=Category.WASTE)


def test_a_statement_gives_its_figures_by_facility_scope_and_category(
    factor: MakeFactor, activity: MakeActivity
) -> None:
    catalogue = Catalogue([factor("gas", Rate("CO2", "50", "kg"))])
    rows = [
        activity("1", "100", facility="7"),
        activity("2", "100", facility="8"),
        activity("3", "100", facility="8", scope=Scope.THREE),
    ]
    found = figures_of(account(rows, catalogue).co2e(AR5))
    assert [(each.unit, each.scope, each.category, int(each.amount)) for each in found] == [
        ("7", Scope.ONE, None, 5),
        ("8", Scope.ONE, None, 5),
        ("8", Scope.THREE, None, 5),
    ]


def test_a_consolidated_statement_gives_what_is_counted(factor: MakeFactor, activity: MakeActivity) -> None:
    always = Period("2020-01-01", None)
    group = Organisation(
        ["A", "B"],
        [Ownership("A", "B", "1/3", Relationship.JOINT_VENTURE, always, operated=False)],
        [Facility("7", "B", always, operator="B")],
    )
    books = account([activity("1", "100")], Catalogue([factor("gas", Rate("CO2", "50", "kg"))]))
    boundary = Boundary(group, "A", ConsolidationApproach.EQUITY_SHARE)
    found = figures_of(consolidate(boundary, [books], period=YEAR).co2e(AR5))
    assert [(each.unit, each.amount) for each in found] == [("7", Fraction(5, 3))]


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        (EventKind.ACQUISITION, {}, "figures: must be there for acquisition"),
        (EventKind.ERROR_FOUND, {}, "figures: must be there for error found"),
        (EventKind.DIVESTMENT, {"figures": [figure("C", 1)]}, "figures: must not be there for divestment"),
        (EventKind.ORGANIC_GROWTH, {"figures": [figure("C", 1)]}, "must not be there for organic growth"),
        (EventKind.MERGER, {"figures": [figure("D", 1)]}, "figures: must be of C, was D"),
        (EventKind.OUTSOURCING, {"figures": [figure("C", 1)]}, "other: must be a scope or a category"),
        (EventKind.DIVESTMENT, {"other": Scope.THREE}, "other: must not be a scope or a category"),
        (EventKind.MERGER, {"figures": [figure("C", 1)], "share": "0.5"}, "share: must be of a divestment"),
        (EventKind.DIVESTMENT, {"share": "1.5"}, "share: must be a share from 0 to 1, was 1.5"),
        (
            EventKind.ERROR_FOUND,
            {"figures": [figure("C", 1), figure("C", 2)]},
            "event 1, figures: must stand once, was C, scope 1: 2 tCO2e",
        ),
    ],
)
def test_an_event_says_what_its_kind_needs_and_no_more(
    kind: EventKind, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        BaseYearEvent("1", kind, "2026-01-01", "C", **change)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_every_kind_of_event_has_a_rule_with_a_confirmed_source() -> None:
    assert set(RECALCULATION_RULES) == set(EventKind)
    assert {rule.source.status for rule in RECALCULATION_RULES.values()} == {Status.CONFIRMED}
    assert {kind for kind, rule in RECALCULATION_RULES.items() if not rule.value} == {
        EventKind.ORGANIC_GROWTH,
        EventKind.ORGANIC_DECLINE,
        EventKind.REAL_FACTOR_CHANGE,
    }


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind.structural])
def test_what_comes_in_or_goes_out_is_not_negative(kind: EventKind) -> None:
    if kind is EventKind.DIVESTMENT:
        return
    other = Scope.THREE if kind in {EventKind.INSOURCING, EventKind.OUTSOURCING} else None
    with pytest.raises(InvalidValueError) as caught:
        BaseYearEvent(
            "deal", kind, "2026-01-01", "C", [figure("C", 3), figure("C", -5, Scope.TWO)], other=other
        )
    assert str(caught.value).startswith(
        f"event deal, figures: must be zero or more for {kind}, was C, scope 2: -5 tCO2e; say what came in"
    )
    # zero is a value
    assert (
        BaseYearEvent("deal", kind, "2026-01-01", "C", [figure("C", 0)], other=other).figures[0].amount == 0
    )


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind.corrects])
def test_a_correction_may_be_negative(kind: EventKind) -> None:
    assert BaseYearEvent("1", kind, "2026-01-01", "C", [figure("C", -5)]).figures[0].amount == -5


def test_a_rule_holds_from_the_day_of_its_standard_on() -> None:
    dates = {kind: str(rule.valid.start) for kind, rule in RECALCULATION_RULES.items()}
    assert {dates[EventKind.ACQUISITION], dates[EventKind.ORGANIC_GROWTH]} == {"2004-03-01"}
    assert {dates[EventKind.OUTSOURCING], dates[EventKind.ERROR_FOUND]} == {"2011-09-01"}
    assert {kind: rule.source.year for kind, rule in RECALCULATION_RULES.items()} == {
        kind: int(day[:4]) for kind, day in dates.items()
    }


def test_a_figure_is_of_co2e_and_says_its_category() -> None:
    with pytest.raises(InvalidValueError, match="amount: "):
        UnitFigure("A", Scope.ONE, "5")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="figures: "):
        BaseYear("report", YEAR, ["A: 5 t"])  # type: ignore[list-item]
    waste = UnitFigure("A", Scope.THREE, CO2e(2, "tCO2e"), category=Category.WASTE)
    assert str(waste) == f"A, scope 3, {Category.WASTE}: 2 tCO2e"
