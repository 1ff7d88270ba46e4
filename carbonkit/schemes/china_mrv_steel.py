"""
China's MRV guideline for iron and steel, CETS-AG-03.01-V01-2024, from data year 2024.

A works is one carbon balance: no oxidation is taken off its fuels, and what products fix is a
negative term. Co-fired power units take the oxidation of table A.1.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from carbonkit.accounting.process.balance import Balance, Ratio, Term, as_ratio
from carbonkit.accounting.process.combustion import from_material
from carbonkit.accounting.process.steel import remainder
from carbonkit.errors import InvalidValueError, NotFoundError, Problem
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_flow import Filled, check_average, filled, year_of
from carbonkit.schemes._china_mrv_material import MATERIALS, ROWS, canonical_material
from carbonkit.schemes._china_mrv_month import (
    caught,
    cell,
    check_carbon_per_heat,
    check_heat,
    check_names,
    check_year,
    gather,
    measured,
    month,
    named_records,
    records,
    refuse,
)
from carbonkit.schemes._china_mrv_source import STEEL_2024, at
from carbonkit.schemes.china_mrv_fuel import DefaultTable, FuelKind, HeatFuel, canonical_fuel, fuel_kind
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
from carbonkit.values.field import check_type, choice, is_a
from carbonkit.values.number import Exact, exact, plain, subtract, total, whole
from carbonkit.values.rule import Rule
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "Role",
    "SteelFlow",
    "WorksYear",
    "material_factor",
    "material_names",
    "read_steel_flows",
    "standard_coal",
    "works_year",
]

Take: TypeAlias = "Callable[[Step, Ratio], Ratio]"


def material_names() -> tuple[str, ...]:
    """
    List the materials and products of table A.2.

    Returns:
        Their names, in the table's order.

    Example:
        >>> material_names()[:3]
        ('limestone', 'dolomite', 'electrode')
    """
    return tuple(MATERIALS)


def material_factor(material: str, year: int) -> Rule[Decimal]:
    """
    Find the factor of a carbonate, an electrode, a raw material or a product.

    Args:
        material: Its name, in English or as the guideline has it.
        year: The data year.

    Returns:
        Its carbon as carbon dioxide, with source and status. [tCO2/t]

    Raises:
        NotFoundError: If table A.2 has no such material, or no guideline is known for the year.
        WrongTypeError: If the material is no text.

    Example:
        >>> material_factor("tar", 2024).value
        Decimal('2.699')
    """
    check_type(material, str, field="material")
    for name, (original, factor) in MATERIALS.items():
        if material in {name, original}:
            says = f"{original}: {factor} tCO2/t"
            source = at(STEEL_2024, "表A.2 (table A.2)")
            rule = Rule(
                what=f"factor of {name}",
                value=Decimal(factor),
                says=says,
                valid=years(2024, None),
                source=source,
            )
            return rule_of_year([rule], year)
    hint = f"known: {', '.join(MATERIALS)}"
    raise NotFoundError("be a material of the steel guideline", was=material, field="material", hint=hint)


def standard_coal(year: int) -> Rule[Decimal]:
    """
    Return the heat of a tonne of standard coal, in which consumption is counted.

    Args:
        year: The data year.

    Returns:
        The heat, with its source and status. [GJ/tce]

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> standard_coal(2024).value
        Decimal('29.3076')
    """
    rule = Rule(
        what="heat of standard coal",
        value=Decimal("29.3076"),
        says="29,307.6 kJ a kilogram; 1 kcal is 4.1868 kJ",
        valid=years(2024, None),
        source=STEEL_2024,
    )
    return rule_of_year([rule], year)


class Role(enum.Enum):
    """
    What a flow is to the balance that it stands in.

    Example:
        >>> Role("product").leaves
        True
    """

    FUEL = "fuel"
    CARBONATE = "carbonate"
    ELECTRODE = "electrode"
    MATERIAL = "material"
    PRODUCT = "product"
    """A product or by-product that fixes carbon, by its factor in table A.2."""
    FUEL_OUT = "fuel out"
    """A fuel that a process makes: coke, coke oven gas, blast furnace gas, converter gas."""

    @property
    def leaves(self) -> bool:
        """Whether its carbon leaves the balance."""
        return self in {Role.PRODUCT, Role.FUEL_OUT}

    @property
    def is_fuel(self) -> bool:
        """Whether it is counted by its heat."""
        return self in {Role.FUEL, Role.FUEL_OUT}


def _canonical(role: Role, name: str) -> str:
    """Return the one name under which a flow is counted."""
    return canonical_fuel(name) if role.is_fuel else canonical_material(name)


def _check_row(role: Role, name: str) -> None:
    """Refuse a row of the tables that the role does not take; an unknown name is refused by year."""
    allowed = ROWS.get(role.value)
    given = _canonical(role, name)
    if allowed is not None and given not in allowed and (fuel_kind(name) or given in MATERIALS):
        raise InvalidValueError(f"be a {role.value}: {', '.join(allowed)}", was=name, field="name")


def _quantity(value: Exact) -> Decimal:
    return exact(value, field="quantity")


def _heat(value: Exact | None) -> Decimal | None:
    return measured(value, "heat")


def _carbon(value: Exact | None) -> Decimal | None:
    return measured(value, "carbon_per_heat")


@attrs.frozen
class SteelFlow:
    """
    One month of what enters or leaves a works, a process or a co-fired power unit.

    Args:
        month: The month, 1 to 12.
        role: What it is to the balance.
        name: A fuel of table A.1, or a material of table A.2 that has the role: carbonates are limestone and
            dolomite; metals enter as materials and leave as products; tar and crude benzol only leave.
        quantity: How much; of a fuel the net use: coke and gas that were sold, and what power units of their
            own duty burnt, are off. 0 if there was none. [t or 10⁴ Nm³]
        heat: The measured net calorific value; coke always takes the default. [GJ/t or GJ/10⁴ Nm³]
        carbon_per_heat: The measured carbon for each unit of heat. [tC/GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such month, the role does not take the row of the tables, or a
            measured figure is not above zero, beyond what any fuel has (60 GJ/t, 500 GJ/10⁴ Nm³,
            0.1 tC/GJ), stands with what is no fuel, or is the heat of coke.
        WrongTypeError: If a field has another type.

    Example:
        >>> SteelFlow(1, Role.FUEL, "coke", 1000, heat="28.1")
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: heat: must be left out, as coke takes the default, was 28.1
    """

    month: int = attrs.field(converter=month)
    role: Role = attrs.field(validator=is_a(Role))
    name: str = attrs.field(validator=is_a(str))
    quantity: Decimal = attrs.field(converter=_quantity)
    heat: Decimal | None = attrs.field(default=None, kw_only=True, converter=_heat)
    carbon_per_heat: Decimal | None = attrs.field(default=None, kw_only=True, converter=_carbon)

    def __attrs_post_init__(self) -> None:
        """Check that the role takes the row, that only fuels are measured, and that coke's heat is not."""
        _check_row(self.role, self.name)
        for field in ("heat", "carbon_per_heat"):
            figure = getattr(self, field)
            if figure is not None and not self.role.is_fuel:
                raise InvalidValueError(f"be left out of a {self.role.value}", was=plain(figure), field=field)
        if self.heat is not None and canonical_fuel(self.name) == "coke":
            must = "be left out, as coke takes the default"
            raise InvalidValueError(must, was=plain(self.heat), field="heat")
        check_heat(self.heat, gas=fuel_kind(self.name) in {FuelKind.GAS, None})
        check_carbon_per_heat(self.carbon_per_heat)

    @property
    def fuel(self) -> HeatFuel:
        """The same as a fuel that is counted by its heat."""
        return HeatFuel(
            self.month, self.name, self.quantity, heat=self.heat, carbon_per_heat=self.carbon_per_heat
        )


def read_steel_flows(lines: Iterable[str], *, file: str) -> tuple[SteelFlow, ...]:
    """
    Read flows from a CSV text with the columns month, role, name, quantity, heat, carbon_per_heat.

    Args:
        lines: The text's lines, the header first; an empty cell of the last two was not measured.
        file: The name that problems give the input.

    Returns:
        The flows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.
        InvalidValueError: If `lines` is one text.

    Example:
        >>> read_steel_flows(["month,role,name,quantity,heat,carbon_per_heat",
        ...                   "1,material,scrap,1000,,"], file="works.csv")[0].name
        'scrap'
    """

    def build(row: dict[str, Any]) -> SteelFlow:
        return SteelFlow(**row)

    columns: dict[str, Callable[[str], object]] = {
        "month": lambda text: month(whole(text, field="month")),
        "role": lambda text: choice(Role, text, field="role"),
        "name": str,
        "quantity": exact,
        "heat": cell(exact),
        "carbon_per_heat": cell(exact),
    }
    return read_table(lines, file=file, columns=columns, build=build)


@attrs.frozen
class WorksYear:
    """
    A works' year, as the guideline has it reported.

    Args:
        works: The balance of the works.
        processes: The balance of each process.
        power: The combustion of each co-fired power unit.

    Example:
        >>> flows = [SteelFlow(month, Role.FUEL, "coke", 1000) for month in range(1, 13)]
        >>> found = works_year(2024, flows, reckoning=Reckoning.BY_YEAR)
        >>> found.works.total, found.rest
        (Decimal('36809'), Decimal('36808.54'))
    """

    works: Reported
    processes: tuple[Reported, ...] = ()
    power: tuple[Reported, ...] = ()

    @property
    def rest(self) -> Decimal:
        """What the works emitted beside its processes and power units, as reported, in tCO2."""
        parts = total(each.emissions for each in (*self.processes, *self.power))
        return subtract(self.works.emissions, parts)

    @property
    def exact_rest(self) -> Balance:
        """The same without any rounding."""
        return remainder(
            self.works.exact,
            processes=[each.exact for each in self.processes],
            power=[each.exact for each in self.power],
        )

    def explain(self) -> Explanation:
        """
        Say what the works reports, with its processes and power units.

        Returns:
            The works' balance, and the rest beside its parts.
        """
        parts = tuple(each.explain() for each in (*self.processes, *self.power))
        rest = Explanation(
            "other emissions",
            f"{plain(self.rest)} tCO2",
            "works - processes - co-fired power units",
            parts=parts,
        )
        return Explanation(
            "works", f"{plain(self.works.total)} tCO2", "in whole tonnes", parts=(self.works.explain(), rest)
        )


def works_year(
    year: int,
    flows: Iterable[SteelFlow],
    *,
    reckoning: Reckoning,
    processes: Iterable[tuple[str, Iterable[SteelFlow]]] = (),
    power: Iterable[tuple[str, Iterable[SteelFlow]]] = (),
) -> WorksYear:
    """
    Work out a works' year.

    Args:
        year: The data year.
        flows: Every month of all that enters or leaves the works; 0 where there was none. A negative month
            takes back what others recorded.
        reckoning: Where figures are rounded.
        processes: For each process its name, used once, and its flows.
        power: For each power unit that burns by-product gases beside other fuels, its name and its fuels;
            the oxidation of table A.1 is taken off them.

    Returns:
        The year, exactly and as reported.

    Raises:
        BatchError: If a month is missing or there twice, a name is in no table, a process or unit is named
            twice, or a negative month takes back what no month recorded; all problems at once.
        NotFoundError: If no guideline is known for the year.
        WrongTypeError: If an argument has another type.

    Example:
        >>> coke = [SteelFlow(month, Role.FUEL, "coke", 1000) for month in range(1, 13)]
        >>> steel = [SteelFlow(month, Role.PRODUCT, "crude steel", 2000) for month in range(1, 13)]
        >>> works_year(2024, [*coke, *steel], reckoning=Reckoning.BY_YEAR).works.emissions
        Decimal('35920.54')
    """
    check_type(reckoning, Reckoning, field="reckoning")
    table = decimals(Sector.STEEL, year)
    accounts = [
        _Account(year, "works", records(flows, SteelFlow, field="flows")),
        *(
            _Account(year, name, found)
            for name, found in named_records(processes, SteelFlow, field="processes")
        ),
    ]
    units = [
        _Account(year, name, found, oxidised=True)
        for name, found in named_records(power, SteelFlow, field="power")
    ]
    every = (*accounts, *units)
    refuse(
        [
            *check_names(account.name for account in every),
            *(each for account in every for each in account.problems(reckoning, table)),
        ]
    )
    found = [account.balance(reckoning, table) for account in accounts]
    return WorksYear(found[0], tuple(found[1:]), tuple(unit.balance(reckoning, table) for unit in units))


def _run(flow: SteelFlow) -> tuple[Role, str]:
    return flow.role, _canonical(flow.role, flow.name)


@attrs.frozen
class _Account:
    """The flows of a works, a process or a power unit."""

    year: int
    name: str
    flows: tuple[SteelFlow, ...]
    oxidised: bool = attrs.field(default=False, kw_only=True)

    def problems(self, reckoning: Reckoning, table: Rule[Decimals]) -> list[Problem]:
        """List all that is wrong with the flows."""
        named = {run: f"{self.name}, {run[0].value} {flows[0].name}" for run, flows in self._runs().items()}
        found = [
            *check_year((flow.month, named[_run(flow)]) for flow in self.flows),
            *gather(
                self.flows,
                lambda flow: refuse(self._of_flow(flow)),
                lambda flow: f"month {flow.month}, {self.name}, {flow.role.value} {flow.name}",
            ),
        ]
        if reckoning is Reckoning.BY_MONTH:
            return found
        for run, flows in self._runs().items():
            if run[0].is_fuel and not any(self._of_flow(flow) for flow in flows):
                found += self._of_average(flows, named[run], table)
        return found

    def _of_average(self, flows: Sequence[SteelFlow], named: str, table: Rule[Decimals]) -> list[Problem]:
        months = [self._filled(flow) for flow in flows]
        return check_average(months, named, lambda _, value: value) or check_average(
            months, named, table.value.report
        )

    def _of_flow(self, flow: SteelFlow) -> list[Problem]:
        """List all that is wrong with one flow."""
        problems = []
        if self.oxidised and flow.role is not Role.FUEL:
            must = "be a fuel, in a power unit"
            problems.append(Problem(code="invalid_value", must=must, was=flow.role.value, field="role"))
        if flow.role.is_fuel:
            return [*problems, *caught(partial(self._filled, flow))]
        return [*problems, *caught(partial(material_factor, flow.name, self.year))]

    def _filled(self, flow: SteelFlow) -> Filled:
        return filled(flow.fuel, DefaultTable.STEEL, self.year, oxidised=self.oxidised)

    def _runs(self) -> dict[tuple[Role, str], list[SteelFlow]]:
        runs: dict[tuple[Role, str], list[SteelFlow]] = {}
        for flow in self.flows:
            runs.setdefault(_run(flow), []).append(flow)
        return runs

    def balance(self, reckoning: Reckoning, table: Rule[Decimals]) -> Reported:
        """Add up the flows, exactly and as reported."""
        by_year = reckoning is Reckoning.BY_YEAR
        runs = list(self._runs().values()) if by_year else [[flow] for flow in self.flows]
        makers = [self._maker(run, by_year=by_year) for run in runs]
        return reported(f"{self.name} {self.year}", makers, table)

    def _maker(self, run: Sequence[SteelFlow], *, by_year: bool) -> Callable[[Take], Term]:
        first = run[0]

        def fuel(take: Take) -> Term:
            months = [self._filled(flow) for flow in run]
            return (year_of(months, first.name, take) if by_year else months[0]).term(take)

        def material(take: Take) -> Term:
            rule = material_factor(first.name, self.year)
            taken = (as_ratio(take(Step.FUEL, flow.quantity), field="quantity") for flow in run)
            name = f"{first.name}, {'year' if by_year else f'month {first.month}'}"
            parts = (rule.explain(),)
            return from_material(name, sum(taken, Fraction(0)), rule.value, purity=1, parts=parts)

        def make(take: Take) -> Term:
            term = (fuel if first.role.is_fuel else material)(take)
            return term.leaving() if first.role.leaves else term

        return make
