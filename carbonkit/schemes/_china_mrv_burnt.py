"""Fuels of a power unit: what was not measured filled in, months and years as terms; internal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.process.balance import Ratio, Term, as_ratio, in_words, quotient
from carbonkit.accounting.process.combustion import burnt_by_carbon
from carbonkit.registry.power_allocation import UnitClass
from carbonkit.schemes._china_mrv_flow import Use
from carbonkit.schemes._china_mrv_month import check_mean, mean
from carbonkit.schemes.china_mrv_fuel import DefaultTable, FuelKind, canonical_fuel, fuel_default
from carbonkit.schemes.china_mrv_power import Combustion, missing_carbon, missing_heat
from carbonkit.schemes.china_mrv_power_month import FuelMonth
from carbonkit.schemes.china_mrv_rounding import Step
from carbonkit.values.explanation import Explanation
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonkit.errors import Problem
    from carbonkit.schemes._china_mrv_month import Figures

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"

_NONE = Decimal(0)


@attrs.frozen
class Known:
    """A month with all that the guideline lets it take."""

    month: FuelMonth
    heat: Decimal
    default: Decimal  # carbon for a unit of heat, where the month's carbon was not measured
    oxidation: Decimal
    rules: tuple[Explanation, ...]

    def burnt(self, take: Take) -> Fraction:
        """What was burnt, in t or 10⁴ Nm³."""
        return as_ratio(take(Step.FUEL, self.month.burnt), field="burnt")

    def warmth(self, take: Take) -> Fraction:
        """The net calorific value, in GJ a unit."""
        return as_ratio(take(Step.HEAT_VALUE, self.heat), field="heat")

    def content(self, take: Take) -> Fraction:
        """The carbon content as received, measured or heat × the default, in tC a unit."""
        measured = self.month.carbon
        content = self.warmth(take) * Fraction(self.default) if measured is None else Fraction(measured)
        return as_ratio(take(Step.CARBON_CONTENT, content), field="carbon")

    def per_heat(self, take: Take) -> Fraction:
        """The carbon of a unit of heat, measured content ÷ heat or the default, in tC/GJ."""
        if self.month.carbon is None:
            return Fraction(self.default)
        per_heat = quotient(self.content(take), self.warmth(take), field="heat")
        return as_ratio(take(Step.CARBON_PER_HEAT, per_heat), field="carbon")


@attrs.frozen
class FuelRules:
    """What the guideline of a year lets a unit take."""

    year: int
    unit_class: UnitClass
    oxidations: dict[FuelKind, Rule[Decimal]]
    default: Rule[Decimal] | None
    measured_months: dict[str, int]

    def known(self, record: FuelMonth) -> Known:
        """Fill in what was not measured, and the oxidation."""
        share = self.oxidations[record.kind]
        heat, default, rules = self.filled(record)
        return Known(record, heat, default, share.value, (share.explain(), *rules))

    def filled(self, record: FuelMonth) -> tuple[Decimal, Decimal, tuple[Explanation, ...]]:
        """Find the heat, and the carbon of it that is taken where none was measured, with their rules."""
        heat = record.heat
        if record.kind is not FuelKind.COAL:
            if heat is not None and record.carbon is not None:
                return heat, _NONE, ()
            table = fuel_default(DefaultTable.POWER, record.fuel, self.year)
            used = Use(heat is None, record.carbon is None, oxidation=False)
            default = table.value
            return default.heat if heat is None else heat, default.carbon_per_heat, used.explain(table)
        rules: list[Rule[Decimal]] = []
        if heat is None:
            rules.append(missing_heat(self.year))
            heat = rules[-1].value
        carbon = _NONE
        if record.carbon is None and record.burnt:
            rules.append(self._missing_carbon(record.fuel))
            carbon = rules[-1].value
        return heat, carbon, tuple(rule.explain() for rule in rules)

    def _missing_carbon(self, fuel: str) -> Rule[Decimal]:
        if self.default is not None:
            return self.default
        count = self.measured_months.get(canonical_fuel(fuel), 0)
        return missing_carbon(self.year, self.unit_class, measured_months=count)


@attrs.frozen
class Average:
    """A fuel's year: its quantity and its averages, weighted as the guideline says."""

    burnt: Fraction
    heat: Fraction
    carbon: Fraction
    carbon_per_heat: Fraction


def _figures(months: Sequence[Known], take: Take) -> tuple[Figures, Figures, Figures]:
    used = [(known.month.month, known, known.burnt(take)) for known in months if known.burnt(take)]
    return (
        [(number, known.warmth(take), burnt) for number, known, burnt in used],
        [(number, known.content(take), burnt) for number, known, burnt in used],
        [
            (number, known.per_heat(take), _heat_of(burnt, known.warmth(take), take))
            for number, known, burnt in used
        ],
    )


def check_average(months: Sequence[Known], named: str, take: Take) -> list[Problem]:
    """List the months that leave a fuel's year without an average."""
    heats, contents, per_heat = _figures(months, take)
    found = [*check_mean(heats, named, "heat"), *check_mean(contents, named, "carbon")]
    return found or check_mean(per_heat, named, "carbon for a unit of heat")


def average(months: Sequence[Known], take: Take) -> Average | None:
    """Average the months that burnt something; None if none did, or nothing of it is left."""
    heats, contents, per_heat = _figures(months, take)
    net = sum((burnt for _, _, burnt in heats), Fraction(0))
    return Average(net, mean(heats), mean(contents), mean(per_heat)) if net else None


def _heat_of(burnt: Fraction, warmth: Fraction, take: Take) -> Fraction:
    return as_ratio(take(Step.FUEL_HEAT, burnt * warmth), field="heat of fuel")


def _term(
    form: Combustion, name: str, what: Average, *, oxidation: Decimal, take: Take, parts: list[Explanation]
) -> Term:
    if form is Combustion.BY_CARBON:
        return burnt_by_carbon(name, what.burnt, what.carbon, oxidation, parts=parts)
    heat = _heat_of(what.burnt, what.heat, take)
    how = f"{in_words(what.burnt)} × {in_words(what.heat)}"
    parts = [Explanation(f"heat of {name}", f"{in_words(heat)} GJ", how), *parts]
    return burnt_by_carbon(name, heat, what.carbon_per_heat, oxidation, parts=parts)


def month_term(form: Combustion, known: Known, take: Take) -> Term:
    """Find what a month emitted."""
    name = f"{known.month.fuel}, month {known.month.month}"
    burnt = known.burnt(take)
    if not burnt:
        return Term(name, Fraction(0), "none was burnt")
    what = Average(burnt, known.warmth(take), known.content(take), known.per_heat(take))
    return _term(form, name, what, oxidation=known.oxidation, take=take, parts=[*known.rules])


def year_term(form: Combustion, months: Sequence[Known], take: Take) -> Term:
    """Find what a year emitted, from its averages."""
    name = f"{months[0].month.fuel}, year"
    found = average(months, take)
    if found is None:
        return Term(name, Fraction(0), "none was burnt, net of what was taken back")
    rules: list[Explanation] = []
    for known in months:
        rules += [rule for rule in known.rules if known.month.burnt and rule not in rules]
    what = Average(
        as_ratio(take(Step.FUEL, found.burnt), field="burnt"),
        as_ratio(take(Step.HEAT_VALUE, found.heat), field="heat"),
        as_ratio(take(Step.CARBON_CONTENT, found.carbon), field="carbon"),
        as_ratio(take(Step.CARBON_PER_HEAT, found.carbon_per_heat), field="carbon"),
    )
    return _term(form, name, what, oxidation=months[0].oxidation, take=take, parts=rules)
