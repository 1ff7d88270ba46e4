"""Fuels counted by their heat, in steel, cement and aluminium: months with defaults filled in; internal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.accounting.process.balance import Ratio, Term, as_ratio
from carbonkit.accounting.process.combustion import burnt_by_heat, weighted_mean
from carbonkit.schemes.china_mrv_fuel import DefaultTable, FuelDefault, HeatFuel, fuel_default
from carbonkit.schemes.china_mrv_rounding import Step
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"


@attrs.frozen
class Filled:
    """A fuel, a month's or a year's, with the default of the table where it was not measured."""

    name: str
    burnt: Fraction
    heat: Fraction
    carbon_per_heat: Fraction
    rule: Rule[FuelDefault]
    oxidation: Decimal

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
        parts = (self.rule.explain(),)
        return burnt_by_heat(self.name, at.burnt, at.heat, at.carbon_per_heat, self.oxidation, parts=parts)


def filled(record: HeatFuel, table: DefaultTable, year: int, *, oxidised: bool) -> Filled:
    """Fill in a month's defaults; without oxidation all carbon counts."""
    rule = fuel_default(table, record.fuel, year)
    default = rule.value
    share = default.oxidation if oxidised and default.oxidation is not None else Decimal(1)
    return Filled(
        f"{record.fuel}, month {record.month}",
        Fraction(record.burnt),
        Fraction(default.heat if record.heat is None else record.heat),
        Fraction(default.carbon_per_heat if record.carbon_per_heat is None else record.carbon_per_heat),
        rule,
        share,
    )


def year_of(months: Sequence[Filled], fuel: str, take: Take) -> Filled:
    """Average months: heat by quantity, carbon by heat; a fuel that was not burnt keeps its default."""
    used = [each for each in (month.taken(take) for month in months) if each.burnt]
    if not used:
        return attrs.evolve(months[0], name=f"{fuel}, year", burnt=Fraction(0))
    return attrs.evolve(
        months[0],
        name=f"{fuel}, year",
        burnt=sum((each.burnt for each in used), Fraction(0)),
        heat=weighted_mean((each.heat, each.burnt) for each in used),
        carbon_per_heat=weighted_mean((each.carbon_per_heat, each.burnt * each.heat) for each in used),
    )
