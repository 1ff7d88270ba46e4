"""Fuels of a power unit: what was not measured filled in, months and years as terms; internal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from carbonkit.accounting.process.balance import Ratio, Term, as_ratio, in_words
from carbonkit.accounting.process.combustion import burnt_by_carbon, weighted_mean
from carbonkit.registry.power_allocation import UnitClass
from carbonkit.schemes.china_mrv_fuel import DefaultTable, FuelKind, fuel_default
from carbonkit.schemes.china_mrv_power import Combustion, missing_carbon, missing_heat
from carbonkit.schemes.china_mrv_power_month import FuelMonth
from carbonkit.schemes.china_mrv_rounding import Step
from carbonkit.values.explanation import Explanation
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"

_NONE = Decimal(0)


@attrs.frozen
class Known:
    """A month with all that the guideline lets it take."""

    month: FuelMonth
    heat: Decimal
    default: Decimal  # carbon for a unit of heat, where the month's carbon was not measured
    oxidation: Decimal
    rules: tuple[Rule[Any], ...]

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
        return as_ratio(take(Step.CARBON_PER_HEAT, self.content(take) / self.warmth(take)), field="carbon")


@attrs.frozen
class FuelRules:
    """What the guideline of a year lets a unit take."""

    year: int
    unit_class: UnitClass
    oxidations: dict[FuelKind, Rule[Decimal]]
    default: Rule[Decimal] | None
    measured_months: dict[str, int]

    def known(self, record: FuelMonth) -> Known:
        """Fill in what was not measured."""
        share = self.oxidations[record.kind]
        rules: list[Rule[Any]] = [share]
        heat, default = record.heat, _NONE
        if record.kind is FuelKind.COAL:
            if heat is None:
                rule = missing_heat(self.year)
                rules.append(rule)
                heat = rule.value
            if record.carbon is None and record.burnt:
                rule = self._missing_carbon(record.fuel)
                rules.append(rule)
                default = rule.value
        elif heat is None or record.carbon is None:
            table = fuel_default(DefaultTable.POWER, record.fuel, self.year)
            rules.append(table)
            heat = table.value.heat if heat is None else heat
            default = table.value.carbon_per_heat
        return Known(record, heat, default, share.value, tuple(rules))

    def _missing_carbon(self, fuel: str) -> Rule[Decimal]:
        if self.default is not None:
            return self.default
        count = self.measured_months.get(fuel, 0)
        return missing_carbon(self.year, self.unit_class, measured_months=count)


@attrs.frozen
class Average:
    """A fuel's year: its quantity and its averages, weighted as the guideline says."""

    burnt: Fraction
    heat: Fraction
    carbon: Fraction
    carbon_per_heat: Fraction


def average(months: Sequence[Known], take: Take) -> Average | None:
    """Average the months that burnt something; None if none did."""
    used = [known for known in months if known.burnt(take)]
    if not used:
        return None
    return Average(
        sum((known.burnt(take) for known in used), Fraction(0)),
        weighted_mean((known.warmth(take), known.burnt(take)) for known in used),
        weighted_mean((known.content(take), known.burnt(take)) for known in used),
        weighted_mean(
            (known.per_heat(take), _heat_of(known.burnt(take), known.warmth(take), take)) for known in used
        ),
    )


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
    parts = [rule.explain() for rule in known.rules]
    return _term(form, name, what, oxidation=known.oxidation, take=take, parts=parts)


def year_term(form: Combustion, months: Sequence[Known], take: Take) -> Term:
    """Find what a year emitted, from its averages."""
    name = f"{months[0].month.fuel}, year"
    found = average(months, take)
    if found is None:
        return Term(name, Fraction(0), "none was burnt")
    rules: list[Rule[Any]] = []
    for known in months:
        rules += [rule for rule in known.rules if known.month.burnt and rule not in rules]
    what = Average(
        as_ratio(take(Step.FUEL, found.burnt), field="burnt"),
        as_ratio(take(Step.HEAT_VALUE, found.heat), field="heat"),
        as_ratio(take(Step.CARBON_CONTENT, found.carbon), field="carbon"),
        as_ratio(take(Step.CARBON_PER_HEAT, found.carbon_per_heat), field="carbon"),
    )
    parts = [rule.explain() for rule in rules]
    return _term(form, name, what, oxidation=months[0].oxidation, take=take, parts=parts)
