"""A base year is restated by policy; every event is judged, and the order within a day changes nothing."""

from __future__ import annotations

import decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.accounting.base_year import BaseYear, BaseYearEvent, EventKind, UnitFigure
from carbonkit.accounting.decision import Outcome
from carbonkit.accounting.recalculation import Recalculation, recalculate
from carbonkit.accounting.recalculation_policy import (
    STANDARD_TRIGGERS,
    Cumulation,
    MidYear,
    RecalculationPolicy,
)
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import BatchError, InexactNumberError, InvalidValueError
from carbonkit.values import CO2e, Period, Rounding

if TYPE_CHECKING:
    from random import Random

Y1, Y2, Y3, Y4 = (Period.year(year) for year in (2021, 2022, 2023, 2024))
ACQUISITION, DIVESTMENT, ERROR = EventKind.ACQUISITION, EventKind.DIVESTMENT, EventKind.ERROR_FOUND


def figure(unit: str, amount: int | Fraction, scope: Scope = Scope.ONE) -> UnitFigure:
    return UnitFigure(unit, scope, amount if isinstance(amount, Fraction) else CO2e(amount, "tCO2e"))


def event(identity: str, kind: EventKind, on: str, unit: str, amount: int | None = None) -> BaseYearEvent:
    figures = [figure(unit, amount)] if amount is not None else []
    return BaseYearEvent(identity, kind, on, unit, figures)


def policy(
    threshold: str = "5",
    *,
    inclusive: bool = True,
    cumulation: Cumulation = Cumulation.NET,
    mid_year: MidYear = MidYear.WHOLE_YEAR,
    triggers: frozenset[EventKind] = STANDARD_TRIGGERS,
    boundary: tuple[Scope | Category, ...] = (Scope.ONE, Scope.TWO),
) -> RecalculationPolicy:
    return RecalculationPolicy(
        threshold,
        inclusive=inclusive,
        cumulation=cumulation,
        mid_year=mid_year,
        boundary=boundary,
        triggers=triggers,
    )


BASE = BaseYear("report 2021", Y1, [figure("A", 60), figure("B", 40)])


def found(
    *events: BaseYearEvent, by: RecalculationPolicy | None = None, year: Period = Y2, base: BaseYear = BASE
) -> Recalculation:
    return recalculate(base, events, by or policy(), reporting_year=year)


def problems(*events: BaseYearEvent, by: RecalculationPolicy | None = None) -> list[str]:
    with pytest.raises(BatchError) as caught:
        found(*events, by=by)
    return [str(problem) for problem in caught.value.problems]


LEAVE = "must leave zero or more of"


def found_or_refused(*events: BaseYearEvent, by: RecalculationPolicy) -> Recalculation | list[str]:
    try:
        return found(*events, by=by)
    except BatchError as error:
        return [str(problem) for problem in error.problems]


def test_nothing_has_a_default() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'threshold'"):
        RecalculationPolicy(  # type: ignore[call-arg]
            inclusive=True,
            cumulation=Cumulation.NET,
            mid_year=MidYear.WHOLE_YEAR,
            boundary=[Scope.ONE],
            triggers=STANDARD_TRIGGERS,
        )
    with pytest.raises(TypeError, match="missing 5 required keyword-only arguments"):
        RecalculationPolicy("5")  # type: ignore[call-arg]


def test_a_policy_can_not_be_senseless() -> None:
    with pytest.raises(InvalidValueError, match="threshold: must be zero or more"):
        policy("-5")
    with pytest.raises(InexactNumberError):
        policy(float("5"))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="boundary: must not be empty"):
        policy(boundary=())
    with pytest.raises(InvalidValueError, match="boundary: must be scopes or categories"):
        policy(boundary=("scope 1",))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="triggers: must not change a base year, was organic growth"):
        policy(triggers=STANDARD_TRIGGERS | {EventKind.ORGANIC_GROWTH})


def test_what_was_published_is_never_altered() -> None:
    before = BASE.figures
    result = found(event("1", ACQUISITION, "2022-01-01", "C", 50))
    assert result.previously_stated is BASE
    assert BASE.figures is before
    assert result.restated.name == "report 2021, restated for [2022-01-01, 2023-01-01)"
    assert [BASE.total, result.restated.total, result.difference] == [
        Fraction(each) for each in (100, 150, 50)
    ]
    assert repr(result) == "<Recalculation for [2022-01-01, 2023-01-01), 100 → 150 tCO2e>"


@pytest.mark.parametrize(("inclusive", "outcome"), [(True, Outcome.ADJUSTED), (False, Outcome.PENDING)])
def test_exactly_the_threshold_is_significant_if_the_policy_says_so(
    *, inclusive: bool, outcome: Outcome
) -> None:
    result = found(event("1", ACQUISITION, "2022-01-01", "C", 5), by=policy(inclusive=inclusive))
    assert result.decisions[0].outcome is outcome


@pytest.mark.parametrize(("cumulation", "significant"), [(Cumulation.NET, False), (Cumulation.GROSS, True)])
def test_changes_add_up_net_or_gross_as_the_policy_says(cumulation: Cumulation, *, significant: bool) -> None:
    events = [event("1", ACQUISITION, "2022-01-01", "C", 4), event("2", ERROR, "2022-02-01", "A", -3)]
    result = found(*events, by=policy(cumulation=cumulation))
    assert result.tests[0].significant is significant
    assert result.restated.total == (101 if significant else 100)


def test_the_base_of_a_later_test_is_the_restated_one() -> None:
    events = [
        event("1", ACQUISITION, "2022-01-01", "C", 100),
        event("2", ACQUISITION, "2023-01-01", "D", 9),  # 9 % of what was published, 4.5 % of what is stated
    ]
    result = found(*events, year=Y3)
    assert [(int(test.base), test.significant) for test in result.tests] == [(100, True), (200, False)]
    assert result.pending == (events[1],)
    assert result.restated.total == 200


def test_a_correction_changes_single_figures() -> None:
    events = [
        event("1", ERROR, "2022-03-01", "A", -10),
        BaseYearEvent("2", EventKind.METHODOLOGY_CHANGE, "2022-03-01", "B", [figure("B", 7, Scope.TWO)]),
    ]
    result = found(*events, by=policy("1"))
    assert {each.key: each.amount for each in result.restated.figures} == {
        ("A", Scope.ONE, None): 50,
        ("B", Scope.ONE, None): 40,
        ("B", Scope.TWO, None): 7,
    }


def test_growth_decline_and_real_changes_of_factors_never_trigger() -> None:
    kinds = [EventKind.ORGANIC_GROWTH, EventKind.ORGANIC_DECLINE, EventKind.REAL_FACTOR_CHANGE]
    result = found(*(event(str(kind), kind, "2022-01-01", "A") for kind in kinds))
    assert result.restated is BASE
    assert {each.outcome for each in result.decisions} == {Outcome.NO_TRIGGER}
    assert result.tests == ()


def test_a_kind_that_the_policy_does_not_name_changes_nothing_and_says_so() -> None:
    result = found(event("1", ERROR, "2022-01-01", "A", 50), by=policy(triggers=frozenset({ACQUISITION})))
    assert result.decisions[0].outcome is Outcome.NOT_IN_POLICY


def test_a_part_of_a_unit_is_sold() -> None:
    part = BaseYearEvent("1", DIVESTMENT, "2022-01-01", "A", share="1/3")
    rest = BaseYearEvent("2", DIVESTMENT, "2023-01-01", "A")
    assert found(part).restated.by_unit().amount("A") == 40
    assert found(part, rest, year=Y3).restated.by_unit().amount("A") == 0


def test_what_never_was_in_the_base_year_is_not_taken_out_of_it() -> None:
    bought = BaseYearEvent("1", ACQUISITION, "2022-01-01", "C", began="2022-01-01")
    sold = event("2", DIVESTMENT, "2023-01-01", "C")
    opened = BaseYearEvent("3", DIVESTMENT, "2023-01-01", "D", began="2022-05-01")
    late = event("4", ERROR, "2023-06-01", "B", 9)
    gone = event("5", DIVESTMENT, "2023-05-01", "B")
    result = found(bought, sold, opened, late, gone, year=Y3)
    assert {each.event.id: each.outcome for each in result.decisions} == {
        "1": Outcome.DID_NOT_EXIST,
        "2": Outcome.NOTHING_HELD,
        "3": Outcome.NOTHING_HELD,
        "4": Outcome.NOTHING_HELD,
        "5": Outcome.ADJUSTED,
    }


def test_a_structural_change_within_the_year_is_whole_or_pro_rata_by_policy() -> None:
    bought = event("1", ACQUISITION, "2022-07-01", "C", 73)
    whole, pro_rata = (found(bought, by=policy(mid_year=each)) for each in MidYear)
    assert whole.restated.total == 173
    assert pro_rata.restated.total == 100 + 73 * Fraction(184, 365)
    assert "184" in pro_rata.decisions[0].why
    # the year after, it is taken in whole under either
    assert found(bought, by=policy(mid_year=MidYear.PRO_RATA), year=Y3).restated.total == 173
    # and a correction never is in part
    corrected = event("1", ERROR, "2022-07-01", "A", 73)
    assert found(corrected, by=policy(mid_year=MidYear.PRO_RATA)).restated.total == 173


def test_every_problem_of_the_events_is_reported() -> None:
    assert problems(
        event("1", ERROR, "2020-12-31", "A", 5),
        event("1", ERROR, "2022-01-01", "A", 5),
        BaseYearEvent("2", ERROR, "2022-01-01", "A", [figure("A", 5, Scope.THREE)]),
        event("3", ACQUISITION, "2022-01-01", "C", 5),
        event("4", DIVESTMENT, "2022-01-01", "C"),
    ) == [
        "event 1: must not be before the base year [2021-01-01, 2022-01-01), was 2020-12-31",
        "id: must be used once, was 1",
        "event 2: must lie within the policy's boundary, was A, scope 3: 5 tCO2e",
        (
            "event 4: must not change hands twice on one day, was acquisition and divestment of C on "
            "2022-01-01; name the parts as units of their own"
        ),
    ]


def test_events_that_contradict_the_base_year_are_reported() -> None:
    outsourced = BaseYearEvent(
        "1", EventKind.OUTSOURCING, "2022-01-01", "A", [figure("A", 61)], other=Scope.THREE
    )
    late = BaseYearEvent("2", ACQUISITION, "2022-01-01", "C", [figure("C", 5)], began="2022-01-01")
    early = BaseYearEvent("3", ACQUISITION, "2022-01-01", "D", began="2021-06-01")
    assert problems(outsourced, late, early, event("4", DIVESTMENT, "2022-01-01", "Z")) == [
        "event 2: must have no figures if it began after the base year, was C, scope 1: 5 tCO2e",
        "event 3: must have figures, as it existed in the base year, was none, began 2021-06-01",
        "event 1: must take out no more than the base year holds, 60 tCO2e, was 61 tCO2e",
        "event 4: must be a unit of the base year, or say when it began, was Z",
    ]


def test_a_boundary_with_parts_of_scope_3_asks_for_the_category() -> None:
    outsourced = BaseYearEvent(
        "1", EventKind.OUTSOURCING, "2022-01-01", "A", [figure("A", 6)], other=Scope.THREE
    )
    by = policy(boundary=(Scope.ONE, Category.WASTE))
    assert problems(outsourced, by=by) == [
        "event 1: must name the category, as the boundary covers some of scope 3, was scope 3"
    ]


def test_a_base_year_outside_of_the_boundary_is_reported() -> None:
    assert problems(by=policy(boundary=(Scope.TWO,)))[0].startswith(
        "base year: must lie within the policy's boundary, was A, scope 1"
    )


@pytest.mark.parametrize(
    "year",
    [Period.year(2020), Period.year(2300), Period("2022-04-01", "2023-04-01"), Period("2022-01-01", None)],
)
def test_the_reporting_year_follows_by_whole_years(year: Period) -> None:
    with pytest.raises(InvalidValueError, match="reporting_year: must follow the base year by whole years"):
        found(year=year)


def test_financial_years_are_followed() -> None:
    base = BaseYear("report", Period("2021-04-01", "2022-04-01"), [figure("A", 100)])
    bought = event("1", ACQUISITION, "2023-03-31", "C", 10)
    result = recalculate(base, [bought], policy(), reporting_year=Period("2022-04-01", "2023-04-01"))
    assert result.restated.total == 110


def test_every_adjustment_and_every_other_event_is_explained() -> None:
    text = (
        found(
            event("1", ACQUISITION, "2022-01-01", "C", 50),
            event("2", EventKind.ORGANIC_DECLINE, "2022-01-01", "A"),
            event("3", ACQUISITION, "2023-01-01", "D", 1),
            year=Y3,
        )
        .explain()
        .text()
    )
    for line in (
        "base year [2021-01-01, 2022-01-01) for [2023-01-01, 2024-01-01): 150 tCO2e = significant from 5 %",
        "previously stated: 100 tCO2e = report 2021",
        "1: acquisition of C on 2022-01-01: adjusted, 50 tCO2e = recalculated, as",
        "2: organic decline of A on 2022-01-01: no trigger = not recalculated",
        "3: acquisition of D on 2023-01-01: remembered, not significant so far, 1 tCO2e",
        "together: significant = 50 of 100 tCO2e",
        "together: not significant = 1 of 150 tCO2e",
        "chapter 5 [confirmed]",
    ):
        assert line in text


UNITS = st.sampled_from(["A", "B"])
AMOUNTS = st.integers(-50, 50).filter(bool)


@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(0, 1)), min_size=1, max_size=5),
    st.sampled_from(Cumulation),
    st.integers(0, 30),
)
def test_buying_and_then_selling_the_same_units_restores_the_base_year(
    bought: list[tuple[int, int]], cumulation: Cumulation, threshold: int
) -> None:
    ways = []
    for number, (amount, months) in enumerate(bought):
        ways += [
            event(f"buy {number}", ACQUISITION, f"2022-0{1 + number}-01", f"N{number}", amount),
            event(f"sell {number}", DIVESTMENT, f"{2023 + months}-0{1 + number}-01", f"N{number}"),
        ]
    # both small enough to wait and large enough to be taken in at once
    last = event("last", ERROR, "2024-12-31", "A", 1000)
    result = found(*ways, last, by=policy(str(threshold), cumulation=cumulation), year=Y4)
    assert {each.key: each.amount for each in result.restated.figures} == {
        ("A", Scope.ONE, None): 1060,
        ("B", Scope.ONE, None): 40,
    }


@given(
    st.lists(st.tuples(UNITS, AMOUNTS), max_size=6),
    st.sampled_from(["B", ""]),
    st.randoms(use_true_random=False),
    st.sampled_from(MidYear),
)
def test_the_order_of_events_on_one_day_changes_nothing(
    corrections: list[tuple[str, int]],
    sold: str,
    random: Random,
    mid_year: MidYear,
) -> None:
    day = "2022-05-17"
    events = [
        event(f"fix {place}", ERROR, day, unit, amount) for place, (unit, amount) in enumerate(corrections)
    ]
    events.append(event("buy", ACQUISITION, day, "C", 30))
    if sold:
        events.append(event("sell", DIVESTMENT, day, sold))
    shuffled = list(events)
    random.shuffle(shuffled)
    by = policy("3", mid_year=mid_year)
    assert found_or_refused(*shuffled, by=by) == found_or_refused(*events, by=by)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
def test_what_waits_is_never_lost(amounts: list[int]) -> None:
    events = [
        event(str(place), ACQUISITION, f"2022-01-{place + 1:02}", f"N{place}", amount)
        for place, amount in enumerate(amounts)
    ]
    result = found(*events)
    waiting = sum((each.figures[0].amount for each in result.pending), Fraction(0))
    assert result.difference + waiting == sum(amounts)
    assert bool(result.pending) is (sum(amounts) < 5)


def test_corrections_leave_no_figure_below_zero() -> None:
    assert problems(
        event("small", ERROR, "2022-01-01", "B", -1), event("large", ERROR, "2022-02-01", "A", -100)
    ) == [f"event large: {LEAVE} the 60 tCO2e that the base year holds, was A, scope 1: -100 tCO2e"]
    # nor does it help that another scope, or another unit, holds enough
    other = BaseYearEvent("2", ERROR, "2022-02-01", "A", [figure("A", -1, Scope.TWO)])
    assert problems(other) == [
        "event 2: must leave zero or more of the 0 tCO2e that the base year holds, was A, scope 2: -1 tCO2e"
    ]
    # to zero is not below it
    assert found(event("1", ERROR, "2022-02-01", "A", -60)).restated.by_unit().amount("A") == 0


def test_what_waits_counts_in_what_a_correction_leaves() -> None:
    events = [event("1", ERROR, "2022-01-01", "A", -4), event("2", ERROR, "2023-01-01", "A", -57)]
    with pytest.raises(BatchError) as caught:
        found(*events, year=Y3)
    assert [str(problem) for problem in caught.value.problems] == [
        "event 2: must leave zero or more of the 56 tCO2e that the base year holds, was A, scope 1: -57 tCO2e"
    ]


@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_the_corrections_of_one_day_are_judged_together(ids: str) -> None:
    less, more = (event(each, ERROR, "2022-02-01", "A", by) for each, by in zip(ids, (-80, 30), strict=True))
    assert found(less, more).restated.by_unit().amount("A") == 10
    day_later = event(ids[1], ERROR, "2022-02-02", "A", 30)
    assert len(problems(less, day_later)) == 1


def test_a_correction_that_the_policy_ignores_is_not_judged() -> None:
    result = found(event("1", ERROR, "2022-01-01", "A", -100), by=policy(triggers=frozenset({ACQUISITION})))
    assert result.restated is BASE


def test_a_correction_of_what_came_within_the_year_is_taken_for_the_same_days() -> None:
    by = policy(mid_year=MidYear.PRO_RATA)
    bought, fixed = event("1", ACQUISITION, "2022-07-01", "C", 73), event("2", ERROR, "2022-10-01", "C", -50)
    assert found(bought, fixed, by=by).restated.by_unit().amount("C") == 23 * Fraction(184, 365)
    assert found(bought, fixed, by=by, year=Y3).restated.by_unit().amount("C") == 23
    # a correction of the year after is of what is held in whole
    later = event("2", ERROR, "2023-10-01", "C", -50)
    assert found(bought, later, by=by, year=Y3).restated.by_unit().amount("C") == 23
    # and so is one of a unit that was held before more came in
    more = event("1", ACQUISITION, "2022-07-01", "A", 73)
    fix = event("2", ERROR, "2022-10-01", "A", -50)
    assert found(more, fix, by=by).restated.by_unit().amount("A") == 60 + 73 * Fraction(184, 365) - 50
    # unless a part of the year alone is less than the correction
    whole = event("2", ERROR, "2022-10-01", "A", -133)
    assert problems(more, whole, by=by) == [
        f"event 2: {LEAVE} the 60 tCO2e that the base year holds, was A, scope 1: -133 tCO2e"
    ]


def test_what_was_sold_and_is_bought_back_is_held_again() -> None:
    sold, back = event("1", DIVESTMENT, "2022-01-01", "B"), event("2", ACQUISITION, "2023-01-01", "B", 40)
    assert found(sold, back, year=Y3).restated.by_unit().amount("B") == 40
    corrected = found(sold, back, event("3", ERROR, "2023-06-01", "B", 5), year=Y3)
    assert corrected.decisions[-1].outcome is Outcome.ADJUSTED
    assert corrected.restated.by_unit().amount("B") == 45
    again = found(sold, back, event("3", DIVESTMENT, "2024-01-01", "B"), year=Y4)
    assert again.decisions[-1].outcome is Outcome.ADJUSTED
    assert again.restated.total == 60


def _in_full() -> list[object]:
    base = BaseYear(
        "report 2021",
        Y1,
        [UnitFigure("A", Scope.ONE, CO2e("1234567.890123", "tCO2e")), figure("B", Fraction(1000000, 3))],
    )
    events = [
        BaseYearEvent(
            "1", ACQUISITION, "2022-07-01", "C", [UnitFigure("C", Scope.ONE, CO2e("765432.1098765", "tCO2e"))]
        ),
        BaseYearEvent(
            "2", ERROR, "2022-03-01", "A", [UnitFigure("A", Scope.ONE, CO2e("-123456.789", "tCO2e"))]
        ),
        BaseYearEvent("3", DIVESTMENT, "2022-09-01", "B", share="33.333333 %"),
    ]
    by = policy("5.0000001", mid_year=MidYear.PRO_RATA)
    result = found(*events, by=by, base=base)
    rounded = result.restated.by_unit().rounded(3, Rounding.HALF_UP)
    return [result, result.difference, result.explain().text(), repr(result), str(by), rounded]


def test_the_decimal_context_of_the_host_changes_nothing() -> None:
    expected = _in_full()
    with decimal.localcontext(decimal.Context(prec=5, traps=[decimal.Inexact, decimal.Rounded])):
        repeated = _in_full()
    assert repeated == expected


def test_a_unit_sold_within_the_year_stays_for_the_days_that_it_was_held() -> None:
    bought, sold = event("1", ACQUISITION, "2022-01-01", "C", 73), event("2", DIVESTMENT, "2023-07-01", "C")
    by = policy(mid_year=MidYear.PRO_RATA)
    assert found(bought, sold, by=by, year=Y3).restated.by_unit().amount("C") == 73 * Fraction(181, 365)
    # the year after it is gone, and no figure is left of it
    assert [unit for unit, _ in found(bought, sold, by=by, year=Y4).restated.by_unit().parts] == ["A", "B"]


def test_a_figure_of_zero_that_came_in_is_stated() -> None:
    bought = BaseYearEvent("1", ACQUISITION, "2022-01-01", "C", [figure("C", 50), figure("C", 0, Scope.TWO)])
    assert ("C", Scope.TWO, None) in {each.key for each in found(bought).restated.figures}


def test_what_is_taken_in_whole_is_not_said_to_be_a_part_of_the_year() -> None:
    assert "of the year" not in found(event("1", ERROR, "2022-07-01", "A", 50)).decisions[0].why


def test_an_event_on_the_first_day_of_the_base_year_is_in_it() -> None:
    assert found(event("1", ERROR, "2021-01-01", "A", 50)).restated.total == 150
    assert found(event("1", ERROR, "2021-12-31", "A", 50)).restated.total == 150


def test_decisions_stand_by_day_with_corrections_first() -> None:
    result = found(
        event("a", DIVESTMENT, "2022-02-01", "B"),
        event("b", ACQUISITION, "2022-02-01", "C", 9),
        event("c", ERROR, "2022-02-01", "A", 9),
        event("d", ERROR, "2022-01-01", "A", 9),
    )
    assert [each.event.id for each in result.decisions] == ["d", "c", "b", "a"]


def test_only_base_years_and_policies_are_taken() -> None:
    with pytest.raises(InvalidValueError, match="base_year: "):
        recalculate("2021", [], policy(), reporting_year=Y2)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="policy: "):
        recalculate(BASE, [], "5 %", reporting_year=Y2)  # type: ignore[arg-type]


def test_what_began_within_the_base_year_can_not_be_sold_unless_it_is_in_it() -> None:
    early = BaseYearEvent("1", DIVESTMENT, "2022-05-01", "D", began="2021-12-31")
    assert problems(early) == [
        "event 1: must be a unit of the base year, or say when it began, was D",
    ]
    late = BaseYearEvent("1", DIVESTMENT, "2022-05-01", "D", began="2022-01-01")
    assert found(late).decisions[0].outcome is Outcome.NOTHING_HELD


def test_only_what_lowers_a_figure_is_named_as_what_brings_it_below_zero() -> None:
    events = [event(str(by), ERROR, "2022-02-01", "A", by) for by in (-80, 0, 10)]
    assert problems(*events) == [
        f"event -80: {LEAVE} the 60 tCO2e that the base year holds, was A, scope 1: -80 tCO2e"
    ]


def test_all_that_a_unit_emitted_can_be_outsourced() -> None:
    lorries = BaseYearEvent(
        "1", EventKind.OUTSOURCING, "2022-01-01", "A", [figure("A", 60)], other=Scope.THREE
    )
    assert found(lorries).restated.by_unit().amount("A") == 0


def test_what_is_sold_twice_is_taken_out_once() -> None:
    result = found(event("1", DIVESTMENT, "2022-01-01", "B"), event("2", DIVESTMENT, "2022-02-01", "B"))
    assert [each.outcome for each in result.decisions] == [Outcome.ADJUSTED, Outcome.NOTHING_HELD]
    assert result.restated.total == 60
