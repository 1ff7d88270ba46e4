"""
China's national market: allocation to power units and their owners, 2019 to 2026.

The plans of 2019-2020 and of 2023-2024 were read; benchmarks of 2021-2022 are recalled,
and 2025-2026 are those of a draft for comment. Each rule says which it is.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.registry.carry_over import CarryOver, CarryOverRules, carry_over
from carbonkit.registry.entity_allocation import (
    EntityAllocation,
    EntityRules,
    GapRule,
    entity_allocation,
)
from carbonkit.registry.power_allocation import (
    Cooling,
    LoadFormula,
    Output,
    PowerRules,
    UnitAllocation,
    UnitClass,
    unit_allocation,
)
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.values.number import Rounding
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.values.number import Exact

__all__ = [
    "allocation_of",
    "benchmark",
    "carry_over_of",
    "carry_over_rules",
    "entity_allocation_of",
    "entity_rules",
    "power_rules",
]

_MINISTRY: Final = "生态环境部 (Ministry of Ecology and Environment)"


def _plan(title: str, year: int, status: Status, note: str = "", table: str = "") -> Source:
    return Source(_MINISTRY, title, year, table=table, status=status, note=note)


_PLAN_2019: Final = _plan(
    "2019-2020年全国碳排放权交易配额总量设定与分配实施方案（发电行业）", 2020, Status.CONFIRMED
)
_PLAN_2021: Final = _plan(
    "2021、2022年度全国碳排放权交易配额总量设定与分配实施方案（发电行业）",
    2023,
    Status.RECALLED,
    "benchmarks are recalled; pre-allocation and the 20 % rule were read in a draft of November 2022",
)
_PLAN_2023: Final = _plan(
    "2023、2024年度全国碳排放权交易发电行业配额总量和分配方案",
    2024,
    Status.CONFIRMED,
    "that a load of 65 % and more has the factor 1 is recalled",
)
_PLAN_2025: Final = _plan(
    "2025、2026年度发电行业以及2026年度钢铁、水泥、铝冶炼行业配额总量和分配方案（征求意见稿）",
    2026,
    Status.DRAFT,
    "a draft for comment; its load factor jumps by 10 % at a load of 50 %",
)
_SOURCES: Final = ((2019, 2020, _PLAN_2019), (2021, 2022, _PLAN_2021), (2023, 2024, _PLAN_2023))

_COLUMNS: Final = (
    (2019, 2020),
    (2021, 2021),
    (2022, 2022),
    (2023, 2023),
    (2024, 2024),
    (2025, 2025),
    (2026, 2026),
)
_POWER: Final = MappingProxyType(
    {
        UnitClass.LARGE_COAL: "0.877 0.8218 0.8177 0.7950 0.7910 0.7902 0.7894",
        UnitClass.SMALL_COAL: "0.979 0.8773 0.8729 0.8090 0.8049 0.8017 0.7985",
        UnitClass.UNCONVENTIONAL_COAL: "1.146 0.9350 0.9303 0.8285 0.8244 0.8162 0.8080",
        UnitClass.GAS: "0.392 0.3920 0.3901 0.3305 0.3288 0.3288 0.3288",
    }
)
_COAL_HEAT: Final = "0.126 0.1111 0.1105 0.1038 0.1033 0.1027 0.1021"
_GAS_HEAT: Final = "0.059 0.0560 0.0557 0.0536 0.0533 0.0533 0.0533"


def _source_of(year: int) -> Source:
    for first, last, source in _SOURCES:
        if first <= year <= last:
            return source
    return _PLAN_2025


def _benchmarks(what: str, unit: str, row: str) -> tuple[Rule[Decimal], ...]:
    return tuple(
        Rule(
            what=what,
            value=Decimal(value),
            says=f"{value} {unit}",
            valid=years(first, last),
            source=_source_of(first),
        )
        for (first, last), value in zip(_COLUMNS, row.split(), strict=True)
    )


def benchmark(unit_class: UnitClass, year: int, *, heat: bool) -> Rule[Decimal]:
    """
    Return the benchmark of a class of units.

    Args:
        unit_class: The class.
        year: The year.
        heat: Whether that of heat is asked for, in tCO2/GJ; else that of electricity, in tCO2/MWh.

    Returns:
        The benchmark, with its source and status.

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> benchmark(UnitClass.LARGE_COAL, 2024, heat=False).value
        Decimal('0.7910')
        >>> benchmark(UnitClass.GAS, 2026, heat=True).source.status.value
        'draft'
    """
    name = unit_class.value.replace("_", " ")
    if heat:
        row = _COAL_HEAT if unit_class.is_coal else _GAS_HEAT
        return rule_of_year(_benchmarks(f"benchmark of heat, {name}", "tCO2/GJ", row), year)
    return rule_of_year(
        _benchmarks(f"benchmark of electricity, {name}", "tCO2/MWh", _POWER[unit_class]), year
    )


_COOLING: Final = MappingProxyType({Cooling.WATER: Decimal(1), Cooling.AIR: Decimal("1.05")})
_PLACES: Final = 6
_OLD: Final = (
    "net supply × benchmark × cooling × heat × load for coal, net supply × benchmark × heat for gas;"
)
_NEW: Final = "generation × benchmark × load for conventional coal, generation × benchmark for others;"


def power_rules(year: int) -> Rule[PowerRules]:
    """
    Return the rules by which units are allocated their tonnes.

    Args:
        year: The year.

    Returns:
        The rules, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> power_rules(2020).value.counts_generation, power_rules(2025).source.status.value
        (False, 'draft')
    """
    forms = (
        (2019, 2020, LoadFormula.IN_STEPS, False, f"{_OLD} load in steps, without heat only"),
        (2021, 2022, LoadFormula.IN_STEPS, True, f"{_OLD} load in steps"),
        (2023, 2024, LoadFormula.BELOW_65, True, f"{_NEW} load below 65 %"),
        (2025, 2026, LoadFormula.BELOW_50, True, f"{_NEW} load below 50 %"),
    )
    known = rule_of_year(
        [
            Rule(
                what="allocation of power units",
                value=form,
                says=form[4],
                valid=years(*form[:2]),
                source=_PLAN_2025,
            )
            for form in forms
        ],
        year,
    )
    _, _, load, load_with_heat, says = known.value
    old = year < _GENERATION_FROM
    rules = PowerRules(
        power={each: benchmark(each, year, heat=False) for each in UnitClass},
        heat={each: benchmark(each, year, heat=True) for each in UnitClass},
        counts_generation=not old,
        cooling=_COOLING if old else None,
        coal_heat_cut=Decimal("0.22") if old else None,
        gas_heat_cut=Decimal("0.6") if old else None,
        load=load,
        load_with_heat=load_with_heat,
        load_places=_PLACES,
        rounding=None if old else Rounding.FLOOR,
    )
    return Rule(what=known.what, value=rules, says=says, valid=known.valid, source=_source_of(year))


_GENERATION_FROM: Final = 2023


def allocation_of(year: int, output: Output) -> UnitAllocation:
    """
    Work out what a unit is allocated.

    Args:
        year: The year.
        output: What the unit is and what it put out.

    Returns:
        The tonnes for electricity and heat.

    Raises:
        NotFoundError: If no rules are known for the year.
        InvalidValueError: If something that the rules need is not known.

    Example:
        >>> condensing = Output(unit_class=UnitClass.LARGE_COAL, net_supply_mwh=4_600_000, heat_gj=0,
        ...                     load_factor="0.78", heat_ratio=0, cooling=Cooling.WATER, cogenerates=False)
        >>> allocation_of(2020, condensing).power == Decimal("4075348.84")
        True
    """
    return unit_allocation(power_rules(year), year, output)


def _entity(first: int, last: int, gap: GapRule, says: str, **changes: object) -> Rule[EntityRules]:
    settings: dict[str, object] = {
        "gap": gap,
        "gap_share": Decimal("0.2"),
        "gap_places": None,
        "gas": GapRule.RAISE_ISSUE,
        "pre_share": Decimal("0.7"),
        "pre_share_fixed": True,
        "pre_base": "the verified emissions of the year before",
    }
    return Rule(
        what="allocation of entities",
        value=EntityRules(**settings | changes),  # type: ignore[arg-type]
        says=says,
        valid=years(first, last),
        source=_source_of(first),
    )


_ENTITY: Final = (
    _entity(
        2019,
        2020,
        GapRule.CAP_OBLIGATION,
        "an obligation is at most the allocation and 20 % of the emissions; a gas unit owes no more than it"
        " is allocated",
        gas=GapRule.CAP_OBLIGATION,
        pre_base="the allocation by the output of 2018",
    ),
    _entity(
        2021,
        2022,
        GapRule.RAISE_ISSUE,
        "the allocation is raised to 80 % of the emissions; gas units as before",
        gas=GapRule.CAP_OBLIGATION,
        pre_base="the allocation by the output of 2021",
    ),
    _entity(
        2023,
        2024,
        GapRule.RAISE_ISSUE,
        "gas units are raised to their emissions, then the entity to 80 % of its emissions",
    ),
    _entity(
        2025,
        2026,
        GapRule.RAISE_ISSUE,
        "gas units are raised to their emissions, then the entity to 80 % of its emissions, if the gap in"
        " percent, rounded to two places, is above 20; at most 50 % is pre-allocated",
        gap_places=2,
        pre_share=Decimal("0.5"),
        pre_share_fixed=False,
    ),
)


def entity_rules(year: int) -> Rule[EntityRules]:
    """
    Return the rules by which an entity's allocation is topped up or capped.

    Args:
        year: The year.

    Returns:
        The rules, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> entity_rules(2020).value.gap.value, entity_rules(2022).value.gap.value
        ('cap_obligation', 'raise_issue')
    """
    return rule_of_year(_ENTITY, year)


def entity_allocation_of(
    year: int, *, coal: Exact, verified_coal: int, gas: Iterable[tuple[Exact, int]] = ()
) -> EntityAllocation:
    """
    Work out what an entity is allocated and what it owes.

    Args:
        year: The year.
        coal: What its coal units are allocated, in all. [tCO2]
        verified_coal: The verified emissions of those units. [tCO2]
        gas: For each of its gas units, what it is allocated and its verified emissions. [tCO2]

    Returns:
        The tonnes.

    Raises:
        NotFoundError: If no rules are known for the year.
        InvalidValueError: If a figure is negative, or emissions are not whole tonnes.

    Example:
        >>> entity_allocation_of(2024, coal=0, verified_coal=0, gas=[(480_000, 500_000)]).gas_top_up
        20000
    """
    return entity_allocation(
        entity_rules(year),
        year,
        coal=coal,
        verified_coal=verified_coal,
        gas=gas,
    )


def carry_over_rules() -> Rule[CarryOverRules]:
    """
    Return the rules by which allowances of 2019 to 2024 become allowances of 2025.

    Returns:
        The rules.

    Example:
        >>> carry_over_rules().value.new
        '2025'
    """
    rules = CarryOverRules(
        base=10_000,
        ratio=Decimal("1.5"),
        trades=Period("2024-01-01", "2026-01-01"),
        old=("2019-2020", "2021", "2022", "2023", "2024"),
        new="2025",
        applications=Period("2026-01-31", "2026-06-11"),
        on_time=(2023, 2024),
    )
    return Rule(
        what="carry-over",
        value=rules,
        says="10,000 t and 1.5 t for each tonne sold on balance in 2024 and 2025, at most what is held at"
        " the end of 2025; obligations of 2023 and 2024 met on time; applied for by 10 June 2026",
        valid=Period("2024-01-01", "2027-01-01"),
        source=_plan(
            "2023、2024年度全国碳排放权交易发电行业配额总量和分配方案",
            2024,
            Status.CONFIRMED,
            table="附5 (annex 5)",
        ),
    )


def carry_over_of(*, sold: int, bought: int, held: int, on_time: bool) -> CarryOver:
    """
    Work out how much an entity may carry over to 2025.

    Args:
        sold: What it sold of vintages 2019 to 2024 in 2024 and 2025. [tCO2]
        bought: What it bought of them.
        held: What it held of them at the end of 2025: tradable, registered and frozen, without what was
            about to be surrendered or cancelled.
        on_time: Whether it met its obligations of 2023 and 2024 on time.

    Returns:
        The limit and what is left of it.

    Example:
        >>> carry_over_of(sold=500_000, bought=120_000, held=1_000_000, on_time=True).most
        580000
    """
    return carry_over(carry_over_rules(), sold=sold, bought=bought, held=held, on_time=on_time)
