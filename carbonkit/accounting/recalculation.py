"""
Recalculation: a base year restated for what happened since, by a policy that was written down before.

Every event is judged: it changes the base year, is too small so far and remembered, or changes
nothing, each with the rule that says so. What was published is never altered; the result holds it
beside the restated figures.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._fraction import written
from carbonkit.accounting._recalculation_course import Course
from carbonkit.accounting.base_year import BaseYear, BaseYearEvent
from carbonkit.accounting.decision import Decision, Outcome, SignificanceTest
from carbonkit.accounting.recalculation_policy import RecalculationPolicy
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.time import Period, add_months

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from carbonkit.accounting.base_year import UnitFigure
    from carbonkit.errors import Problem

__all__ = ["Recalculation", "recalculate"]

_MONTHS: Final = 12
_YEARS: Final = 200  # reporting years after a base year, at the most


@attrs.frozen(repr=False)
class Recalculation:
    """
    A base year as it was stated and as it is restated; made by `recalculate`.

    Args:
        previously_stated: The base year as it was published, unaltered.
        restated: The base year for the reporting year; the same, if nothing was significant.
        policy: The policy that decided.
        reporting_year: The year that is compared with it.
        decisions: Every event with what followed from it, in the order of their days.
        tests: The test of each reporting year in which something was pending.

    Example:
        >>> from carbonkit.accounting.base_year import EventKind, UnitFigure
        >>> from carbonkit.accounting.recalculation_policy import STANDARD_TRIGGERS, Cumulation, MidYear
        >>> from carbonkit.values import CO2e
        >>> base = BaseYear("report 1", Period.year(2021), [UnitFigure("A", Scope.ONE, CO2e(50, "tCO2e"))])
        >>> policy = RecalculationPolicy("5", inclusive=True, cumulation=Cumulation.NET,
        ...                              mid_year=MidYear.WHOLE_YEAR, boundary=[Scope.ONE],
        ...                              triggers=STANDARD_TRIGGERS)
        >>> found = recalculate(base, [], policy, reporting_year=Period.year(2022))
        >>> found.restated is found.previously_stated
        True
    """

    previously_stated: BaseYear
    restated: BaseYear
    policy: RecalculationPolicy
    reporting_year: Period
    decisions: tuple[Decision, ...]
    tests: tuple[SignificanceTest, ...]

    @property
    def difference(self) -> Fraction:
        """By how much the base year changed, exact, in tCO2e."""
        return self.restated.total - self.previously_stated.total

    @property
    def pending(self) -> tuple[BaseYearEvent, ...]:
        """The events that are remembered until they are significant together."""
        return tuple(each.event for each in self.decisions if each.outcome is Outcome.PENDING)

    def explain(self) -> Explanation:
        """
        Say how the restated base year came about.

        Returns:
            The restated total with every event, adjusted or not, and every test.
        """
        parts = (
            Explanation(
                "previously stated",
                f"{written(self.previously_stated.total)} tCO2e",
                self.previously_stated.name,
            ),
            *(decision.explain() for decision in self.decisions),
            *(test.explain() for test in self.tests),
        )
        return Explanation(
            f"base year {self.previously_stated.period} for {self.reporting_year}",
            f"{written(self.restated.total)} tCO2e",
            str(self.policy),
            parts=parts,
        )

    def __repr__(self) -> str:
        """Say from what to what."""
        ends = f"{written(self.previously_stated.total)} → {written(self.restated.total)} tCO2e"
        return f"<Recalculation for {self.reporting_year}, {ends}>"


def recalculate(
    base_year: BaseYear,
    events: Iterable[BaseYearEvent],
    policy: RecalculationPolicy,
    *,
    reporting_year: Period,
) -> Recalculation:
    """
    Restate a base year for a reporting year, from all that happened since.

    The reporting years after the base year are gone through in order. At the end of each, all that has
    not changed the base year so far is tested together; if it is significant, all of it does. On one
    day corrections come first, then what comes in, then what goes out, so that the order of the events
    changes nothing.

    Args:
        base_year: The base year as it was published; or a historic year that is shown beside it, with
            events whose figures are of that year.
        events: Everything that happened since, what was remembered before included.
        policy: When a base year is recalculated.
        reporting_year: The year that is compared; a whole number of twelve months after the base year.

    Returns:
        Both base years, with a decision for each event.

    Raises:
        BatchError: If an id is used twice, an event is before the base year or contradicts another or the
            base year, the corrections of a day leave a figure below zero, or a figure lies outside of the
            boundary; every problem is in it.
        InvalidValueError: If the reporting year does not follow the base year by whole years.

    Example:
        >>> from carbonkit.accounting.base_year import EventKind, UnitFigure
        >>> from carbonkit.accounting.recalculation_policy import STANDARD_TRIGGERS, Cumulation, MidYear
        >>> from carbonkit.values import CO2e
        >>> base = BaseYear("report 1", Period.year(2021), [UnitFigure("A", Scope.ONE, CO2e(50, "tCO2e"))])
        >>> policy = RecalculationPolicy("5", inclusive=True, cumulation=Cumulation.NET,
        ...                              mid_year=MidYear.WHOLE_YEAR, boundary=[Scope.ONE],
        ...                              triggers=STANDARD_TRIGGERS)
        >>> bought = BaseYearEvent("1", EventKind.ACQUISITION, "2023-01-01", "C",
        ...                        [UnitFigure("C", Scope.ONE, CO2e(15, "tCO2e"))])
        >>> found = recalculate(base, [bought], policy, reporting_year=Period.year(2023))
        >>> print(found.previously_stated.total, found.restated.total)
        50 65
        >>> print(found.tests[0].explain().text())
        changes up to [2023-01-01, 2024-01-01), together: significant = 15 of 50 tCO2e
    """
    check_type(base_year, BaseYear, field="base_year")
    check_type(policy, RecalculationPolicy, field="policy")
    years = _years(base_year.period, reporting_year)
    known = sorted(events, key=_order)
    problems = list(_problems(base_year, known, policy))
    if problems:
        raise BatchError(problems)
    course = Course(base_year, policy, reporting_year)
    for year in years:
        for _, day in groupby((event for event in known if event.on in year), key=attrgetter("on")):
            course.take(tuple(day))
        course.test(year)
    if course.problems:
        raise BatchError(course.problems)
    restated, decisions, tests = course.result(known)
    return Recalculation(base_year, restated, policy, reporting_year, decisions, tests)


def _years(base: Period, reporting: Period) -> tuple[Period, ...]:
    """List the years from the base year to the reporting year, both included."""
    years = [base]
    for number in range(1, _YEARS):
        start = years[-1].end
        if start is None or start > reporting.start:
            break
        # stepped from the base year, so that a year that starts on 29 February does not drift
        end = add_months(years[0].end or start, _MONTHS * number)
        years.append(Period(start, end))
        if years[-1] == reporting:
            return tuple(years)
    must = "follow the base year by whole years of twelve months"
    raise InvalidValueError(must, was=f"{reporting} after {base}", field="reporting_year")


def _order(event: BaseYearEvent) -> tuple[datetime.date, int, str]:
    kind = event.kind
    place = 0 if kind.corrects else 1 if kind.adds else 2
    return event.on, place, event.id


def _problems(
    base_year: BaseYear, events: list[BaseYearEvent], policy: RecalculationPolicy
) -> Iterator[Problem]:
    """Check what can be told of each event by itself, and of two on one day."""
    yield from _outside(base_year.figures, policy, "base year")
    ids: set[str] = set()
    moves: dict[tuple[str, datetime.date], BaseYearEvent] = {}
    for event in events:
        where = f"event {event.id}"
        if event.id in ids:
            yield InvalidValueError("be used once", was=event.id, field="id").problem
        ids.add(event.id)
        if event.on < base_year.period.start:
            must = f"not be before the base year {base_year.period}"
            yield InvalidValueError(must, was=str(event.on), field=where).problem
        yield from _outside(event.figures, policy, where)
        if event.other is Scope.THREE and _in_part(policy):
            must = "name the category, as the boundary covers some of scope 3"
            yield InvalidValueError(must, was=str(event.other), field=where).problem
        first = moves.setdefault((event.unit, event.on), event) if event.kind.structural else event
        if first is not event:
            must, hint = "not change hands twice on one day", "name the parts as units of their own"
            was = f"{first.kind} and {event.kind} of {event.unit} on {event.on}"
            yield InvalidValueError(must, was=was, field=where, hint=hint).problem


def _outside(figures: Iterable[UnitFigure], policy: RecalculationPolicy, where: str) -> Iterator[Problem]:
    for figure in figures:
        if not policy.covers(figure.scope, figure.category):
            must = "lie within the policy's boundary"
            yield InvalidValueError(must, was=str(figure), field=where).problem


def _in_part(policy: RecalculationPolicy) -> bool:
    """Say whether the boundary covers some categories of scope 3 and not the whole."""
    return Scope.THREE not in policy.boundary and any(isinstance(each, Category) for each in policy.boundary)
