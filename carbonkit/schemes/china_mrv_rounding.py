"""
China's MRV guidelines: to how many decimals each reported figure is rounded, and which way.

The tables of the power guideline of 2021 and of the steel guideline were read. Those of the
others were not: they carry the steel guideline's places and are marked as recalled.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.calculation import Calculation
from carbonkit.accounting.origin import Origin
from carbonkit.accounting.process.balance import Balance, Ratio, Term, as_ratio, in_words, round_ratio
from carbonkit.accounting.rate import Amount
from carbonkit.accounting.scope import Scope
from carbonkit.errors import NotFoundError
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_source import (
    ALUMINIUM_2024,
    CEMENT_2024,
    POWER_2021,
    POWER_2022,
    POWER_2026,
    STEEL_2024,
    at,
)
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Rounding, plain
from carbonkit.values.rule import Rule
from carbonkit.values.source import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from carbonkit.values.place import Place
    from carbonkit.values.source import Source
    from carbonkit.values.time import Period

__all__ = ["Decimals", "Reckoning", "Reported", "Sector", "Step", "decimals", "reported"]


class Sector(enum.Enum):
    """
    The sectors that have a guideline of the national market.

    Example:
        >>> Sector("steel")
        <Sector.STEEL: 'steel'>
    """

    POWER = "power"
    STEEL = "steel"
    CEMENT = "cement"
    ALUMINIUM = "aluminium"


class Step(enum.Enum):
    """
    The figures whose decimals a guideline prescribes, with the unit that they are counted in.

    Example:
        >>> Step.CARBON_CONTENT.value
        'carbon content [tC/t, tC/10⁴ Nm³]'
    """

    FUEL = "fuel [t, 10⁴ Nm³]"
    HEAT_VALUE = "net calorific value [GJ/t, GJ/10⁴ Nm³]"
    CARBON_CONTENT = "carbon content [tC/t, tC/10⁴ Nm³]"
    FUEL_HEAT = "heat of fuel [GJ]"
    CARBON_PER_HEAT = "carbon for a unit of heat [tC/GJ]"
    EMISSIONS = "emissions [t]"
    PURCHASED_POWER = "purchased electricity [MWh]"
    POWER = "electricity [MWh]"
    HEAT = "heat [GJ]"
    ENTHALPY = "enthalpy [kJ/kg]"
    HEAT_RATIO = "heat ratio [%]"
    CONSUMPTION = "consumption of standard coal [tce/MWh, tce/GJ]"
    INTENSITY = "intensity [tCO2/MWh, tCO2/GJ, tCO2/t]"
    LOAD = "load factor [%]"
    TOTAL = "total of a unit or an entity [t]"


class Reckoning(enum.Enum):
    """
    Where a year's figures are rounded; exactly, both give the same.

    Example:
        >>> Reckoning("month")
        <Reckoning.BY_MONTH: 'month'>
    """

    BY_MONTH = "month"
    """Each month's terms are worked out and rounded, then added up."""
    BY_YEAR = "year"
    """The year's quantity meets the year's weighted averages, and one product is rounded."""


_STEPS: Final = {step.name.lower(): step for step in Step}
_POWER_2021: Final = (
    "fuel 2 heat_value 3 carbon_content 4 fuel_heat 3 carbon_per_heat 5 emissions 2 purchased_power 3"
    " power 3 heat 2 enthalpy 2 heat_ratio 2 consumption 3 intensity 3 total 0"
)
_STEEL: Final = (
    "fuel 2 heat_value 3 carbon_per_heat 5 emissions 2 purchased_power 3 power 3 heat 2 intensity 4 load 2"
    " total 0"
)
_POWER_LATER: Final = (
    "fuel 2 heat_value 3 carbon_content 4 fuel_heat 3 carbon_per_heat 5 emissions 2 purchased_power 3"
    " power 3 heat 2 enthalpy 2 heat_ratio 2 consumption 3 intensity 4 load 2 total 0"
)


@attrs.frozen
class Decimals:
    """
    A guideline's table of decimals.

    Args:
        places: For each figure that it prescribes, how many digits stay behind the point.
        rounding: Which way it rounds.

    Raises:
        WrongTypeError: If the rounding is none.

    Example:
        >>> Decimals(((Step.FUEL, 2),), Rounding.HALF_UP).report(Step.FUEL, "10.005")
        Decimal('10.01')
    """

    places: tuple[tuple[Step, int], ...]
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def places_of(self, step: Step) -> int:
        """
        Find how many decimals a figure is reported with.

        Args:
            step: The figure.

        Returns:
            How many digits stay behind the point.

        Raises:
            NotFoundError: If the table has no such figure.
            WrongTypeError: If `step` is something else.

        Example:
            >>> decimals(Sector.STEEL, 2024).value.places_of(Step.INTENSITY)
            4
        """
        check_type(step, Step, field="step")
        for known, places in self.places:
            if known is step:
                return places
        hint = "known for " + ", ".join(known.name.lower() for known, _ in self.places)
        raise NotFoundError("have prescribed decimals", was=step.name.lower(), field="step", hint=hint)

    def report(self, step: Step, value: Ratio) -> Decimal:
        """
        Round a figure as it is reported.

        Args:
            step: Which figure it is; a heat ratio and a load factor are in per cent.
            value: The figure.

        Returns:
            The rounded figure.

        Raises:
            NotFoundError: If the table has no such figure.
            WrongTypeError: If `step` is something else.
            InexactNumberError: If the value is a float, a bool, NaN or infinite.
            InvalidValueError: If a text is no plain number.

        Example:
            >>> decimals(Sector.POWER, 2021).value.report(Step.INTENSITY, "0.82345")
            Decimal('0.823')
        """
        places = self.places_of(step)
        return round_ratio(as_ratio(value, field=step.name.lower()), places, self.rounding)

    def __str__(self) -> str:
        """List the figures with their places."""
        listed = ", ".join(f"{step.name.lower().replace('_', ' ')} {places}" for step, places in self.places)
        return f"{listed}; {self.rounding.name.lower().replace('_', ' ')}"


def _table(row: str) -> Decimals:
    words = row.split()
    return Decimals(
        tuple((_STEPS[name], int(places)) for name, places in zip(words[::2], words[1::2], strict=True)),
        Rounding.HALF_UP,
    )


def _rule(first: int, last: int | None, row: str, source: Source) -> Rule[Decimals]:
    table = _table(row)
    return Rule(what="decimals", value=table, says=str(table), valid=years(first, last), source=source)


_APPENDIX_C: Final = "附录C (appendix C)"
_SIMILAR: Final = "the steel guideline's places, which power's are said to be like; what it lacks from 2021"
_SAME_SERIES: Final = "the steel guideline's places, of the same series; the text was not read"
_RECALLED: Final = Status.RECALLED
_RULES: Final = {
    Sector.POWER: (
        _rule(2020, 2022, _POWER_2021, at(POWER_2021, _APPENDIX_C)),
        _rule(2023, 2025, _POWER_LATER, at(POWER_2022, "", status=_RECALLED, note=_SIMILAR)),
        _rule(2026, None, _POWER_LATER, at(POWER_2026, "", status=_RECALLED, note=_SIMILAR)),
    ),
    Sector.STEEL: (_rule(2024, None, _STEEL, at(STEEL_2024, "附录C (appendix C)")),),
    Sector.CEMENT: (_rule(2024, None, _STEEL, at(CEMENT_2024, "", status=_RECALLED, note=_SAME_SERIES)),),
    Sector.ALUMINIUM: (
        _rule(2024, None, _STEEL, at(ALUMINIUM_2024, "", status=_RECALLED, note=_SAME_SERIES)),
    ),
}


def decimals(sector: Sector, year: int) -> Rule[Decimals]:
    """
    Return the decimals that a sector's guideline prescribes.

    Args:
        sector: The sector.
        year: The data year.

    Returns:
        The table, with its source and status.

    Raises:
        NotFoundError: If none is known for the year.
        WrongTypeError: If `sector` is something else.

    Example:
        >>> rules = [decimals(Sector.POWER, year) for year in (2021, 2024)]
        >>> [(rule.value.places_of(Step.INTENSITY), rule.source.status.value) for rule in rules]
        [(3, 'confirmed'), (4, 'recalled')]
    """
    check_type(sector, Sector, field="sector")
    return rule_of_year(_RULES[sector], year)


@attrs.frozen
class Reported:
    """
    A balance twice: from the figures as they are, and from the figures as they are reported.

    Args:
        exact: The balance of the figures as they are.
        printed: The balance of the reported figures: each is rounded, and so is each term.
        rule: The decimals that were used.

    Raises:
        WrongTypeError: If a field is something else.

    Example:
        >>> rule = decimals(Sector.STEEL, 2024)
        >>> found = reported("works", [lambda take: Term("coke", as_ratio(take(Step.FUEL, "1.005"), field="t")
        ...                                              * Fraction(11, 3))], rule)
        >>> found.emissions, found.total, found.exact.tonnes
        (Decimal('3.70'), Decimal('4'), Fraction(737, 200))
    """

    exact: Balance = attrs.field(validator=is_a(Balance))
    printed: Balance = attrs.field(validator=is_a(Balance))
    rule: Rule[Decimals] = attrs.field(validator=is_a(Rule))

    @property
    def emissions(self) -> Decimal:
        """The sum of the reported terms, in tCO2."""
        return self.rule.value.report(Step.EMISSIONS, self.printed.tonnes)

    @property
    def total(self) -> Decimal:
        """The whole tonnes that the unit or entity reports: `emissions`, rounded, in tCO2."""
        return self.rule.value.report(Step.TOTAL, self.emissions)

    def explain(self) -> Explanation:
        """
        Say what is reported, from which figures, and what it is without any rounding.

        Returns:
            The reported balance, the decimals, and the exact tonnes.
        """
        never = Explanation("without any rounding", f"{in_words(self.exact.tonnes)} tCO2")
        return Explanation(
            f"{self.printed.what}, as reported",
            f"{plain(self.emissions)} tCO2",
            f"reported terms added up; {plain(self.total)} t in whole tonnes",
            parts=(self.printed.explain(), never, self.rule.explain()),
        )

    def calculation(
        self,
        *,
        id: str,  # noqa: A002  the name that a calculation gives it
        facility: str,
        place: Place,
        period: Period,
        others: Iterable[Amount] = (),
    ) -> Calculation:
        """
        Make the calculation that stands in an inventory, in scope 1.

        Args:
            id: Names it.
            facility: The site that it counts to.
            place: Where.
            period: When.
            others: The masses of further gases.

        Returns:
            The reported carbon dioxide, of fossil fuel or rock, and the other gases, with the working.

        Raises:
            InvalidValueError: If a name is blank, or a value has another type.

        Example:
            >>> from carbonkit.values import Period, Place
            >>> found = reported("works", [lambda take: Term("coke", Fraction(11, 3))],
            ...                  decimals(Sector.STEEL, 2024))
            >>> print(found.calculation(id="w", facility="works", place=Place("CN/HE"),
            ...                         period=Period.year(2024)).amounts[0])
            3.67 t fossil CO2
        """
        amounts = (Amount("CO2", self.emissions, "t", origin=Origin.FOSSIL), *others)
        return Calculation(id, facility, self.printed.what, place, period, Scope.ONE, amounts, self.explain())


def reported(
    what: str, terms: Iterable[Callable[[Callable[[Step, Ratio], Ratio]], Term]], rule: Rule[Decimals]
) -> Reported:
    """
    Make a balance twice, from figures as they are and as they are reported.

    Args:
        what: What is balanced.
        terms: Makers of terms: each gets a function that takes a figure at its step, and gives it back
            as it is or rounded.
        rule: The decimals.

    Returns:
        Both balances; in the second each figure is rounded, and each term.

    Raises:
        NotFoundError: If the guideline prescribes no decimals for a figure.
        CarbonkitError: Whatever a maker raises.

    Example:
        >>> rule = decimals(Sector.STEEL, 2024)
        >>> reported("works", [lambda take: Term("coke", Fraction(1, 3))], rule).printed.tonnes
        Fraction(33, 100)
    """
    makers = tuple(terms)

    def printed(make: Callable[[Callable[[Step, Ratio], Ratio]], Term]) -> Term:
        term = make(rule.value.report)
        number = rule.value.report(Step.EMISSIONS, term.tonnes)
        return attrs.evolve(term, tonnes=Fraction(number), how=f"{term.how}, rounded" if term.how else "")

    return Reported(
        Balance(what, [make(lambda _, value: value) for make in makers]),
        Balance(what, [printed(make) for make in makers]),
        rule,
    )
