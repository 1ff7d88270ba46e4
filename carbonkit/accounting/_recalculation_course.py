"""The course of a recalculation: year by year, what changes the base year and what waits; internal."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from carbonkit.accounting._fraction import written
from carbonkit.accounting.base_year import (
    RECALCULATION_RULES,
    BaseYear,
    BaseYearEvent,
    EventKind,
    FigureKey,
    UnitFigure,
)
from carbonkit.accounting.decision import Decision, Outcome, SignificanceTest
from carbonkit.accounting.recalculation_policy import Cumulation, MidYear, RecalculationPolicy
from carbonkit.accounting.scope import Category, Scope
from carbonkit.errors import InvalidValueError, Problem
from carbonkit.values.time import Period

_NOTHING: Final = Fraction(0)
_WHOLE: Final = Fraction(1)

_Amounts: TypeAlias = dict[FigureKey, Fraction]


@attrs.define
class Course:
    """Goes through the events and the years, and keeps what the base year would be with all of them."""

    base_year: BaseYear
    policy: RecalculationPolicy
    reporting_year: Period
    problems: list[Problem] = attrs.field(init=False, factory=list)
    tests: list[SignificanceTest] = attrs.field(init=False, factory=list)
    decided: dict[str, Decision] = attrs.field(init=False, factory=dict)
    waiting: list[tuple[BaseYearEvent, _Amounts]] = attrs.field(init=False, factory=list)
    stated: _Amounts = attrs.field(init=False, factory=dict)
    complete: _Amounts = attrs.field(init=False, factory=dict)  # what is remembered included
    units: set[str] = attrs.field(init=False, factory=set)
    gone: set[str] = attrs.field(init=False, factory=set)
    came: dict[str, datetime.date] = attrs.field(init=False, factory=dict)  # when nothing was held before

    def __attrs_post_init__(self) -> None:
        """Start from what was published."""
        self.stated = {figure.key: figure.amount for figure in self.base_year.figures}
        self.complete = dict(self.stated)
        self.units = {figure.unit for figure in self.base_year.figures}

    def take(self, events: tuple[BaseYearEvent, ...]) -> None:
        """Judge the events of one day, corrections first; what the corrections leave must be possible."""
        before = dict(self.complete)
        corrections = [event for event in events if event.kind.corrects]
        for event in corrections:
            self._take(event)
        for event in corrections:
            self._check_left(event, before, self.complete)
        for event in events:
            if not event.kind.corrects:
                self._take(event)

    def _take(self, event: BaseYearEvent) -> None:
        """Judge an event by itself; what may change the base year waits for the year's test."""
        rule = RECALCULATION_RULES[event.kind]
        if not rule.value:
            self._decide(event, Outcome.NO_TRIGGER, rule.says)
        elif event.kind not in self.policy.triggers:
            self._decide(event, Outcome.NOT_IN_POLICY, "the policy does not name this kind of event")
        else:
            amounts = self._amounts(event)
            if amounts is not None:
                self.waiting.append((event, amounts))
                for key, amount in amounts.items():
                    self.complete[key] = self.complete.get(key, _NOTHING) + amount
        self.units.add(event.unit)

    def test(self, year: Period) -> None:
        """Test all that waits together, and restate the base year if it is significant."""
        if not self.waiting:
            return
        sizes = [sum(amounts.values(), _NOTHING) for _, amounts in self.waiting]
        if self.policy.cumulation is Cumulation.GROSS:
            sizes = [abs(size) for size in sizes]
        change, base = sum(sizes, _NOTHING), sum(self.stated.values(), _NOTHING)
        significant = self.policy.significant(change, base)
        self.tests.append(SignificanceTest(year, change, base, significant=significant))
        if not significant:
            return
        before = dict(self.stated)
        for event, amounts in self.waiting:
            weight = self._weight(event, year)
            for key, amount in amounts.items():
                self.stated[key] = self.stated.get(key, _NOTHING) + weight * amount
            why = RECALCULATION_RULES[event.kind].says
            if weight != 1:
                why += f"; {written(weight)} of the year"
            self._decide(event, Outcome.ADJUSTED, why, weight * sum(amounts.values(), _NOTHING))
        # what is below zero with all that is remembered has been refused already
        after = {key: amount for key, amount in self.stated.items() if self.complete[key] >= 0}
        for event, _ in self.waiting:
            if event.kind.corrects:
                self._check_left(event, before, after)
        self.waiting = []

    def result(
        self, events: list[BaseYearEvent]
    ) -> tuple[BaseYear, tuple[Decision, ...], tuple[SignificanceTest, ...]]:
        """Give the restated base year, the same one if nothing changed it, with all decisions and tests."""
        for event, amounts in self.waiting:
            why = "all that is remembered is below the threshold"
            self._decide(event, Outcome.PENDING, why, sum(amounts.values(), _NOTHING))
        for event in events:
            if event.id not in self.decided:
                self._decide(event, Outcome.LATER, f"the reporting year is {self.reporting_year}")
        decisions = tuple(self.decided[event.id] for event in events)
        restated = self.base_year
        if any(decision.outcome is Outcome.ADJUSTED for decision in decisions):
            published = {figure.key for figure in self.base_year.figures}
            figures = [
                UnitFigure(unit, scope, amount, category=category)
                for (unit, scope, category), amount in self.stated.items()
                if amount or (unit, scope, category) in published or unit not in self.gone
            ]
            name = f"{self.base_year.name}, restated for {self.reporting_year}"
            restated = BaseYear(name, self.base_year.period, figures)
        return restated, decisions, tuple(self.tests)

    def _decide(
        self, event: BaseYearEvent, outcome: Outcome, why: str, difference: Fraction = _NOTHING
    ) -> None:
        self.decided[event.id] = Decision(event, outcome, why, difference)

    def _weight(self, event: BaseYearEvent, year: Period) -> Fraction:
        """Take a structural change of the reporting year for the rest of that year, if the policy says so."""
        # a correction of what came in that year is taken for the same days as what it corrects
        on = event.on if event.kind.structural else self.came.get(event.unit)
        pro_rata = self.policy.mid_year is MidYear.PRO_RATA and year == self.reporting_year
        if not pro_rata or on is None or on not in year or year.end is None:
            return _WHOLE
        return Fraction((year.end - on).days, year.days)

    def _amounts(self, event: BaseYearEvent) -> _Amounts | None:
        """Say by how much an event changes each figure; None if it changes nothing, or is a problem."""
        figures = {figure.key: figure.amount for figure in event.figures}
        if event.other is not None and self._within(event.other):
            why = f"{event.other} is in the boundary, so the emissions stay in it"
            self._decide(event, Outcome.STAYS_WITHIN, why)
        elif event.kind.adds:
            return self._coming(event, figures)
        elif event.kind is EventKind.DIVESTMENT:
            return self._going(event)
        elif event.kind is EventKind.OUTSOURCING:
            return self._given_away(event, figures)
        elif event.unit in self.gone:
            self._decide(event, Outcome.NOTHING_HELD, "the unit has left the base year")
        else:
            return figures
        return None

    def _within(self, other: Scope | Category) -> bool:
        if isinstance(other, Category):
            return self.policy.covers(Scope.THREE, other)
        return self.policy.covers(other, None)

    def _coming(self, event: BaseYearEvent, figures: _Amounts) -> _Amounts | None:
        end = self.base_year.period.end
        late = event.began is not None and end is not None and event.began >= end
        if late and figures:
            self._refuse(event, "have no figures if it began after the base year", str(event.figures[0]))
        elif late:
            self._decide(event, Outcome.DID_NOT_EXIST, f"it began on {event.began}, after the base year")
        elif not figures:
            self._refuse(event, "have figures, as it existed in the base year", f"none, began {event.began}")
        else:
            self.gone.discard(event.unit)
            if not any(amount for key, amount in self.complete.items() if key[0] == event.unit):
                self.came[event.unit] = event.on
            return figures
        return None

    def _going(self, event: BaseYearEvent) -> _Amounts | None:
        held = {key: amount for key, amount in self.complete.items() if key[0] == event.unit}
        end = self.base_year.period.end
        late = event.began is not None and end is not None and event.began >= end
        if held and event.unit not in self.gone:
            if event.share == 1:
                self.gone.add(event.unit)
            return {key: -event.share * amount for key, amount in held.items()}
        if late or event.unit in self.units:
            self._decide(event, Outcome.NOTHING_HELD, "there is nothing to take out")
        else:
            must = "be a unit of the base year, or say when it began"
            self._refuse(event, must, event.unit)
        return None

    def _given_away(self, event: BaseYearEvent, figures: _Amounts) -> _Amounts | None:
        for key, amount in figures.items():
            held = self.complete.get(key, _NOTHING)
            if amount > held:
                must = f"take out no more than the base year holds, {written(held)} tCO2e"
                self._refuse(event, must, f"{written(amount)} tCO2e")
                return None
        return {key: -amount for key, amount in figures.items()}

    def _check_left(self, event: BaseYearEvent, before: _Amounts, after: _Amounts) -> None:
        """Refuse a correction if, with what is taken together with it, it brings a figure below zero."""
        for figure in event.figures:
            held, left = before.get(figure.key, _NOTHING), after.get(figure.key, _NOTHING)
            if figure.amount < 0 and left < 0 <= held:
                must = f"leave zero or more of the {written(held)} tCO2e that the base year holds"
                self._refuse(event, must, str(figure))

    def _refuse(self, event: BaseYearEvent, must: str, was: str) -> None:
        self.problems.append(InvalidValueError(must, was=was, field=f"event {event.id}").problem)
        self._decide(event, Outcome.NOTHING_HELD, must)
