"""
China's MRV guideline for power: a unit's year from its months of fuel.

The months come as a batch. Each figure is kept as it is and as the guideline has it reported.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.errors import InvalidValueError, Problem
from carbonkit.registry.power_allocation import UnitClass
from carbonkit.registry.yearly import rule_of_year
from carbonkit.schemes._china_mrv_burnt import (
    Average,
    FuelRules,
    Known,
    average,
    month_term,
    year_term,
)
from carbonkit.schemes._china_mrv_month import check_year, gather, refuse
from carbonkit.schemes.china_mrv_fuel import FuelKind
from carbonkit.schemes.china_mrv_power import (
    Combustion,
    PurchasedPower,
    combustion,
    grid_factor,
    guideline,
    oxidation,
    purchased_power,
)
from carbonkit.schemes.china_mrv_power_month import FuelMonth
from carbonkit.schemes.china_mrv_rounding import (
    Decimals,
    Reckoning,
    Reported,
    Sector,
    Step,
    decimals,
    reported,
)
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, add, exact, multiply, plain
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from carbonkit.accounting.process.balance import Term
    from carbonkit.schemes._china_mrv_burnt import Take
    from carbonkit.values.place import Place
    from carbonkit.values.time import Period

__all__ = ["FuelYear", "UnitYear", "unit_year"]


@attrs.frozen
class FuelYear:
    """
    A fuel's year as it is reported: the quantity, and averages weighted as the guideline says.

    Args:
        fuel: The fuel.
        burnt: How much was burnt. [t or 10⁴ Nm³]
        heat: Net calorific value, weighted by quantity. [GJ a unit]
        carbon: Carbon content, weighted by quantity. [tC a unit]
        carbon_per_heat: Carbon for each unit of heat, weighted by heat. [tC/GJ]

    Example:
        >>> months = [FuelMonth(number, "coal", FuelKind.COAL, number, heat="20", carbon="0.56")
        ...           for number in range(1, 13)]
        >>> unit_year(2024, months, unit_class=UnitClass.LARGE_COAL, reckoning=Reckoning.BY_YEAR,
        ...           purchased_mwh=0).fuels[0].burnt
        Decimal('78.00')
    """

    fuel: str
    burnt: Decimal
    heat: Decimal
    carbon: Decimal
    carbon_per_heat: Decimal


@attrs.frozen
class UnitYear:
    """
    A unit's year, as its guideline has it reported.

    Args:
        year: The data year.
        combustion: What its fuels emitted, exactly and as reported.
        fuels: The averages of each fuel that was burnt.
        purchased: The electricity that it bought, as reported; None where it is left out. [MWh]
        purchased_emissions: What that emitted, as reported; 0 where it is left out. [tCO2]
        rules: The rules that hold for the year as a whole.

    Example:
        >>> months = [FuelMonth(number, "coal", FuelKind.COAL, "100000", heat="20.000", carbon="0.5612")
        ...           for number in range(1, 13)]
        >>> found = unit_year(2024, months, unit_class=UnitClass.LARGE_COAL, reckoning=Reckoning.BY_YEAR,
        ...                   purchased_mwh="1000")
        >>> found.combustion.emissions, found.purchased_emissions, found.total, found.owed
        (Decimal('2444587.20'), Decimal('570.30'), Decimal('2445158'), Decimal('2444587'))
    """

    year: int
    combustion: Reported
    fuels: tuple[FuelYear, ...]
    purchased: Decimal | None
    purchased_emissions: Decimal
    rules: tuple[Rule[Any], ...]

    @property
    def total(self) -> Decimal:
        """The whole tonnes that the unit reports, purchased electricity with it where it counts, in tCO2."""
        everything = add(self.combustion.emissions, self.purchased_emissions)
        return self.combustion.rule.value.report(Step.TOTAL, everything)

    @property
    def owed(self) -> Decimal:
        """The whole tonnes that must be surrendered, in tCO2."""
        owed = purchased_power(self.year).value is PurchasedPower.OWED
        return self.total if owed else self.combustion.total

    def explain(self) -> Explanation:
        """
        Say what the unit reports, down to the months and the rules.

        Returns:
            The total with combustion, purchased electricity and the rules of the year.
        """
        how = f"{plain(self.combustion.emissions)} t of combustion"
        if self.purchased is not None:
            how += f" + {plain(self.purchased_emissions)} t of {plain(self.purchased)} MWh purchased"
        parts = (self.combustion.explain(), *(rule.explain() for rule in self.rules))
        return Explanation(
            f"unit total {self.year}", f"{plain(self.total)} tCO2", f"{how}, in whole tonnes", parts=parts
        )

    def purchased_calculation(
        self,
        *,
        id: str,  # noqa: A002  the name that a calculation gives it
        facility: str,
        place: Place,
        period: Period,
    ) -> Calculation:
        """
        Make the calculation of purchased electricity, in scope 2, location-based.

        Args:
            id: Names it.
            facility: The site that it counts to.
            place: Where.
            period: When.

        Returns:
            The reported carbon dioxide with its working.

        Raises:
            InvalidValueError: If the guideline leaves purchased electricity out.

        Example:
            >>> from carbonkit.values import Period, Place
            >>> months = [FuelMonth(number, "coal", FuelKind.COAL, 1) for number in range(1, 13)]
            >>> found = unit_year(2024, months, unit_class=UnitClass.LARGE_COAL,
            ...                   reckoning=Reckoning.BY_MONTH, purchased_mwh="1000")
            >>> print(found.purchased_calculation(id="p", facility="unit 1", place=Place("CN/SH"),
            ...                                   period=Period.year(2024)).amounts[0])
            570.30 t CO2
        """
        if self.purchased is None:
            raise InvalidValueError("be counted by the guideline", was=self.year, field="purchased_mwh")
        factor = grid_factor(self.year)
        working = Explanation(
            "purchased electricity, as reported",
            f"{plain(self.purchased_emissions)} tCO2",
            f"{plain(self.purchased)} MWh × {plain(factor.value)}, rounded",
            parts=(factor.explain(), purchased_power(self.year).explain()),
        )
        return Calculation(
            id,
            facility,
            "purchased electricity",
            place,
            period,
            Scope.TWO,
            (Amount("CO2", self.purchased_emissions, "t"),),
            working,
            method=Scope2Method.LOCATION,
        )


def _check(records: Sequence[FuelMonth], rules: FuelRules) -> None:
    kinds: dict[str, FuelKind] = {}
    problems = check_year((record.month, record.fuel) for record in records)
    for record in records:
        if kinds.setdefault(record.fuel, record.kind) is not record.kind:
            field = f"month {record.month}, {record.fuel}, kind"
            must = f"be {kinds[record.fuel].value}, as in the months before"
            problems.append(Problem(code="month", must=must, was=record.kind.value, field=field))
    problems += gather(records, rules.known, lambda record: f"month {record.month}, {record.fuel}")
    refuse(problems)


def unit_year(
    year: int,
    months: Iterable[FuelMonth],
    *,
    unit_class: UnitClass,
    reckoning: Reckoning,
    purchased_mwh: Exact | None,
    database: Iterable[tuple[FuelKind, Rule[Decimal]]] = (),
    plan_drafted_in: int | None = None,
    default_carbon: Rule[Decimal] | None = None,
) -> UnitYear:
    """
    Work out a unit's year by the guideline of the data year.

    Args:
        year: The data year.
        months: Every month of every fuel; 0 where none was burnt.
        unit_class: The class of the unit.
        reckoning: Where combustion is rounded; the guideline's formulas have averages of the year.
        purchased_mwh: The electricity that it bought; 0 for none, None from 2026, when it is left out. [MWh]
        database: From 2026, the oxidations that the national factor database had, each with the kind of fuel
            and the days on which it stood there.
        plan_drafted_in: From 2026, the year in which the quality-control plan was drafted; the entries of 31
            October of that year count.
        default_carbon: Carbon for a unit of heat of untested coal, where the province gave one that stands
            in no rule here. [tC/GJ]

    Returns:
        The year, exactly and as reported.

    Raises:
        BatchError: If a month is missing, there twice, or can not be worked out; all problems at once.
        InvalidValueError: If purchased electricity is missing where it counts, or given where it does not,
            or the database is given for a year in which the guideline fixes the oxidation, or is not for
            one in which it does not.
        NotFoundError: If no guideline is known for the year, or the database had no entry on the day.
        WrongTypeError: If an argument has another type.

    Example:
        >>> unit_year(2024, [FuelMonth(1, "coal", FuelKind.COAL, "100")], unit_class=UnitClass.LARGE_COAL,
        ...           reckoning=Reckoning.BY_YEAR, purchased_mwh=0)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 11 problems; nothing was written
          month 2, coal: must be there once, was missing; write 0 if there was none
        ...
    """
    check_type(reckoning, Reckoning, field="reckoning")
    check_type(unit_class, UnitClass, field="unit_class")
    version, form, table = guideline(year), combustion(year), decimals(Sector.POWER, year)
    records, entries = tuple(months), tuple(database)
    for record in records:
        check_type(record, FuelMonth, field="months")
    shares = {
        kind: oxidation(
            year,
            kind,
            database=[rule for of_kind, rule in entries if of_kind is kind],
            plan_drafted_in=plan_drafted_in,
        )
        for kind in FuelKind
        if any(record.kind is kind for record in records) or any(of_kind is kind for of_kind, _ in entries)
    }
    default = None if default_carbon is None else rule_of_year([default_carbon], year)
    tested = Counter(record.fuel for record in records if record.carbon is not None)
    rules = FuelRules(year, unit_class, shares, default, tested)
    _check(records, rules)
    fuels: dict[str, list[Known]] = {}
    for record in records:
        fuels.setdefault(record.fuel, []).append(rules.known(record))
    makers = [maker for known in fuels.values() for maker in _makers(form.value, known, reckoning)]
    found = reported(f"combustion {year}", makers, table)
    bought, emitted = _purchased(year, purchased_mwh, table.value)
    averages = ((fuel, average(known, table.value.report)) for fuel, known in fuels.items())
    whole_year: tuple[Rule[Any], ...] = (version, form, purchased_power(year))
    return UnitYear(
        year,
        found,
        tuple(_printed(fuel, each, table.value) for fuel, each in averages if each is not None),
        bought,
        emitted,
        whole_year if bought is None else (*whole_year, grid_factor(year)),
    )


def _makers(form: Combustion, months: Sequence[Known], reckoning: Reckoning) -> list[Callable[[Take], Term]]:
    def of_year(take: Take) -> Term:
        return year_term(form, months, take)

    def of_month(known: Known) -> Callable[[Take], Term]:
        return lambda take: month_term(form, known, take)

    return [of_year] if reckoning is Reckoning.BY_YEAR else [of_month(known) for known in months]


def _printed(fuel: str, found: Average, table: Decimals) -> FuelYear:
    return FuelYear(
        fuel,
        table.report(Step.FUEL, found.burnt),
        table.report(Step.HEAT_VALUE, found.heat),
        table.report(Step.CARBON_CONTENT, found.carbon),
        table.report(Step.CARBON_PER_HEAT, found.carbon_per_heat),
    )


def _purchased(year: int, purchased: Exact | None, table: Decimals) -> tuple[Decimal | None, Decimal]:
    counted = purchased_power(year).value is not PurchasedPower.LEFT_OUT
    if counted is not (purchased is not None):
        must = "be given; nothing is 0" if counted else "be None, as the guideline leaves it out"
        was = "None" if purchased is None else purchased
        raise InvalidValueError(must, was=was, field="purchased_mwh")
    if purchased is None:
        return None, table.report(Step.EMISSIONS, 0)
    bought = table.report(Step.PURCHASED_POWER, exact(purchased, field="purchased_mwh"))
    return bought, table.report(Step.EMISSIONS, multiply(bought, grid_factor(year).value))
