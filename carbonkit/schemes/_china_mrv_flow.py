"""Fuels counted by their heat, in steel, cement and aluminium: months with defaults filled in; internal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.process.balance import Ratio, Term, as_ratio
from carbonkit.accounting.process.combustion import burnt_by_heat
from carbonkit.schemes._china_mrv_month import check_mean, mean
from carbonkit.schemes.china_mrv_fuel import DefaultTable, FuelDefault, HeatFuel, fuel_default
from carbonkit.schemes.china_mrv_rounding import Step
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import plain
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonkit.errors import Problem
    from carbonkit.schemes._china_mrv_month import Figures

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"


@attrs.frozen
class Use:
    """Which defaults of a table were used; what was measured, or comes from elsewhere, is not shown."""

    heat: bool
    carbon: bool
    oxidation: bool

    def explain(self, rule: Rule[FuelDefault]) -> tuple[Explanation, ...]:
        """Cite what was used, if anything was."""
        default = rule.value
        figures = (
            (self.heat, f"{plain(default.heat)} GJ/{default.unit}"),
            (self.carbon, f"{plain(default.carbon_per_heat)} tC/GJ"),
            (self.oxidation, f"oxidation {default.oxidation}"),
        )
        text = ", ".join(figure for used, figure in figures if used)
        said = Explanation(rule.what, text, how=f"{default.original}: {text}", source=rule.source)
        return (said,) if text else ()


@attrs.frozen
class Filled:
    """A fuel, a month's or a year's, with the default of the table where it was not measured."""

    month: int
    name: str
    burnt: Fraction
    heat: Fraction
    carbon_per_heat: Fraction
    rule: Rule[FuelDefault]
    oxidation: Decimal
    use: Use

    def taken(self, take: Take) -> Filled:
        """Take each figure at its step."""
        return attrs.evolve(
            self,
            burnt=as_ratio(take(Step.FUEL, self.burnt), field="burnt"),
            heat=as_ratio(take(Step.HEAT_VALUE, self.heat), field="heat"),
            carbon_per_heat=as_ratio(take(Step.CARBON_PER_HEAT, self.carbon_per_heat), field="carbon"),
        )

    def term(self, take: Take) -> Term:
        """Find what it emits; of what is recorded as zero, nothing."""
        at = self.taken(take)
        parts = self.use.explain(self.rule)
        return burnt_by_heat(self.name, at.burnt, at.heat, at.carbon_per_heat, self.oxidation, parts=parts)


def filled(record: HeatFuel, table: DefaultTable, year: int, *, oxidised: bool) -> Filled:
    """Fill in a month's defaults; without oxidation all carbon counts."""
    rule = fuel_default(table, record.fuel, year)
    default = rule.value
    share = default.oxidation if oxidised and default.oxidation is not None else Decimal(1)
    return Filled(
        record.month,
        f"{record.fuel}, month {record.month}",
        Fraction(record.burnt),
        Fraction(default.heat if record.heat is None else record.heat),
        Fraction(default.carbon_per_heat if record.carbon_per_heat is None else record.carbon_per_heat),
        rule,
        share,
        Use(record.heat is None, record.carbon_per_heat is None, oxidised and default.oxidation is not None),
    )


def _figures(used: Sequence[Filled]) -> tuple[Figures, Figures]:
    return (
        [(each.month, each.heat, each.burnt) for each in used],
        [(each.month, each.carbon_per_heat, each.burnt * each.heat) for each in used],
    )


def check_average(months: Sequence[Filled], named: str, take: Take) -> list[Problem]:
    """List the months that leave a fuel's year without an average."""
    heats, carbons = _figures([month.taken(take) for month in months])
    return check_mean(heats, named, "heat") or check_mean(carbons, named, "carbon_per_heat")


def year_of(months: Sequence[Filled], fuel: str, take: Take) -> Filled:
    """Average months: heat by quantity, carbon by heat; a fuel of which nothing is left keeps its default."""
    used = [each for each in (month.taken(take) for month in months) if each.burnt]
    net = sum((each.burnt for each in used), Fraction(0))
    if not net:
        return attrs.evolve(months[0], name=f"{fuel}, year", burnt=net)
    heats, carbons = _figures(used)
    use = Use(
        any(each.use.heat for each in used),
        any(each.use.carbon for each in used),
        any(each.use.oxidation for each in used),
    )
    return attrs.evolve(
        months[0],
        name=f"{fuel}, year",
        burnt=net,
        heat=mean(heats),
        carbon_per_heat=mean(carbons),
        use=use,
    )
