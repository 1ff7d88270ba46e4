"""
China's MRV guideline for power: a unit's year from its months of fuel.

The months come as a batch. Each figure is kept as it is and as the guideline has it reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.rate import Amount, Rate
from carbonkit.accounting.scope import Scope, Scope2Method
from carbonkit.errors import InvalidValueError, Problem
from carbonkit.registry.power_allocation import UnitClass
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_burnt import (
    Average,
    FuelRules,
    Known,
    average,
    check_average,
    month_term,
    year_term,
)
from carbonkit.schemes._china_mrv_month import (
    caught,
    check_carbon_per_heat,
    check_pair,
    check_year,
    gather,
    measured,
    records,
    refuse,
)
from carbonkit.schemes.china_mrv_fuel import FuelKind, canonical_fuel
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
from carbonkit.values.number import Exact, add, exact, multiply, plain, whole
from carbonkit.values.quantity import Energy
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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

    def _bought(self) -> Decimal:
        if self.purchased is None:
            raise InvalidValueError("be counted by the guideline", was=self.year, field="purchased_mwh")
        return self.purchased

    def purchased_calculation(
        self,
        *,
        id: str,  # noqa: A002  the name that a calculation gives it
        facility: str,
        place: Place,
        period: Period,
    ) -> Calculation:
        """
        Make the calculation of purchased electricity, in scope 2, location-based, by the guideline.

        It is one answer alone. In an inventory that has purchased energy by both methods, put the purchase of
        `purchased_activity` instead, and account for it with the others.

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
        bought, factor = self._bought(), grid_factor(self.year)
        working = Explanation(
            "purchased electricity, as reported",
            f"{plain(self.purchased_emissions)} tCO2",
            f"{plain(bought)} MWh × {plain(factor.value)}, rounded",
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
            quantity=Energy(bought, "MWh"),
        )

    def purchased_activity(
        self,
        *,
        id: str,  # noqa: A002  the name that an activity gives it
        facility: str,
        activity: str,
        place: Place,
        period: Period,
    ) -> Activity:
        """
        Give the purchased electricity out as a purchase, for an inventory by both methods of scope 2.

        Args:
            id: Names it.
            facility: The site that it counts to.
            activity: What the factors call it.
            place: Where.
            period: When.

        Returns:
            The megawatt hours, as reported, to be accounted for with `dual_scope_2`.

        Raises:
            InvalidValueError: If the guideline leaves purchased electricity out, or a name is blank.

        Example:
            >>> from carbonkit.values import Period, Place
            >>> months = [FuelMonth(number, "coal", FuelKind.COAL, 1) for number in range(1, 13)]
            >>> found = unit_year(2024, months, unit_class=UnitClass.LARGE_COAL,
            ...                   reckoning=Reckoning.BY_MONTH, purchased_mwh="1000")
            >>> print(found.purchased_activity(id="p", facility="unit 1", activity="electricity",
            ...                                place=Place("CN/SH"), period=Period.year(2024)))
            p: 1000.000 MWh of electricity at CN/SH, [2024-01-01, 2025-01-01)
        """
        return Activity(id, facility, activity, Energy(self._bought(), "MWh"), place, period, Scope.TWO)

    def purchased_factor(self, *, activity: str, place: Place) -> Factor:
        """
        Give the guideline's factor of the grid out, so that a location-based answer keeps its figure.

        Args:
            activity: What the purchases call it.
            place: Where it is to hold.

        Returns:
            The factor of the data year, of the location-based method.

        Raises:
            InvalidValueError: If the guideline leaves purchased electricity out, or a name is blank.

        Example:
            >>> from carbonkit.values import Place
            >>> months = [FuelMonth(number, "coal", FuelKind.COAL, 1) for number in range(1, 13)]
            >>> found = unit_year(2024, months, unit_class=UnitClass.LARGE_COAL,
            ...                   reckoning=Reckoning.BY_MONTH, purchased_mwh="1000")
            >>> print(found.purchased_factor(activity="electricity", place=Place("CN")))
            guideline for power, grid (2024): 0.5703 t CO2 per MWh
        """
        self._bought()
        rule = grid_factor(self.year)
        return Factor(
            "guideline for power, grid",
            str(self.year),
            activity,
            place,
            years(self.year, self.year),
            "MWh",
            (Rate("CO2", rule.value, "t"),),
            rule.source,
            method=Scope2Method.LOCATION,
        )


def _entries(database: Iterable[tuple[FuelKind, Rule[Decimal]]]) -> dict[FuelKind, list[Rule[Decimal]]]:
    check_type(database, Iterable, field="database")
    entries: dict[FuelKind, list[Rule[Decimal]]] = {}
    for each in database:
        check_pair(each, field="database")
        kind, entry = each
        check_type(kind, FuelKind, field="database")
        check_type(entry, Rule, field="database")
        entries.setdefault(kind, []).append(entry)
    return entries


def _check_default(given: Rule[Decimal] | None, year: int) -> list[Problem]:
    """List what is wrong with a default that the province gave."""
    if given is None:
        return []
    check_type(given, Rule, field="default_carbon")
    check_type(given.value, Decimal, field="default_carbon")
    checks: tuple[Callable[[], object], ...] = (
        lambda: rule_of_year([given], year),
        lambda: measured(given.value, "value"),
        lambda: check_carbon_per_heat(given.value, field="value"),
    )
    return [problem for check in checks for problem in caught(check, "default_carbon")]


def _shares(
    year: int,
    used: set[FuelKind],
    entries: dict[FuelKind, list[Rule[Decimal]]],
    plan_drafted_in: int | None,
) -> tuple[dict[FuelKind, Rule[Decimal]], list[Problem]]:
    """Find the oxidation of each kind, and all that is wrong with the database."""
    shares: dict[FuelKind, Rule[Decimal]] = {}
    problems: list[Problem] = []
    for kind in (kind for kind in FuelKind if kind in used or kind in entries):

        def find(kind: FuelKind = kind) -> None:
            found = entries.get(kind, ())
            shares[kind] = oxidation(year, kind, database=found, plan_drafted_in=plan_drafted_in)

        problems += caught(find, kind.value)
    return shares, problems


def _check(every: Sequence[FuelMonth], rules: FuelRules) -> list[Problem]:
    """List all that is wrong with the months."""
    first: dict[str, FuelMonth] = {}
    for record in every:
        first.setdefault(canonical_fuel(record.fuel), record)

    def named(record: FuelMonth) -> str:
        return first[canonical_fuel(record.fuel)].fuel

    problems = check_year((record.month, named(record)) for record in every)
    for record in every:
        kind = first[canonical_fuel(record.fuel)].kind
        if record.kind is not kind:
            field = f"month {record.month}, {record.fuel}, kind"
            must = f"be {kind.value}, as in the months before"
            problems.append(Problem(code="month", must=must, was=record.kind.value, field=field))
    return [
        *problems,
        *gather(every, rules.filled, lambda record: f"month {record.month}, {record.fuel}"),
    ]


def _by_fuel(every: Sequence[FuelMonth], rules: FuelRules, table: Decimals) -> dict[str, list[Known]]:
    """Fill the months in by fuel, and check that each fuel has the averages that are reported."""
    fuels: dict[str, list[Known]] = {}
    for record in every:
        fuels.setdefault(canonical_fuel(record.fuel), []).append(rules.known(record))
    takes: tuple[Take, ...] = (lambda _, value: value, table.report)
    problems: list[Problem] = []
    for known in fuels.values():
        exactly, printed = (_averages(known, take) for take in takes)
        problems += exactly or printed
    refuse(problems)
    return fuels


def _averages(known: Sequence[Known], take: Take) -> list[Problem]:
    name = known[0].month.fuel
    return caught(lambda: refuse(check_average(known, name, take)))


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
        months: Every month of every fuel; 0 where none was burnt. A negative month takes back what others
            recorded, and the averages are those of what is left.
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
        BatchError: If a month is missing, there twice, or can not be worked out, a negative month takes back
            what no month recorded, purchased electricity is missing where it counts, or given where it does
            not, the database is given for a year in which the guideline fixes the oxidation, is not for one
            in which it does not, or had no entry on the day; all problems at once.
        NotFoundError: If no guideline is known for the year.
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
    year = whole(year, field="year")
    version, form, table = guideline(year), combustion(year), decimals(Sector.POWER, year)
    every, entries = records(months, FuelMonth, field="months"), _entries(database)
    shares, of_database = _shares(year, {record.kind for record in every}, entries, plan_drafted_in)
    of_default = _check_default(default_carbon, year)
    tested = Counter(canonical_fuel(record.fuel) for record in every if record.carbon is not None)
    rules = FuelRules(year, unit_class, shares, default_carbon, tested)
    of_purchase = caught(lambda: _purchased(year, purchased_mwh, table.value))
    refuse([*_check(every, rules), *of_database, *of_default, *of_purchase])
    fuels = _by_fuel(every, rules, table.value)
    makers = [maker for known in fuels.values() for maker in _makers(form.value, known, reckoning)]
    found = reported(f"combustion {year}", makers, table)
    bought, emitted = _purchased(year, purchased_mwh, table.value)
    averages = ((known[0].month.fuel, average(known, table.value.report)) for known in fuels.values())
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
