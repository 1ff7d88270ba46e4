"""
China's MRV guidelines: default heat, carbon and oxidation of fuels, by guideline and edition.

The tables differ, coke oven gas most of all, and none is a correction of another: name the one
that the reporter's guideline prints.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_month import cell, check_carbon_per_heat, check_heat, measured, month
from carbonkit.schemes._china_mrv_source import POWER_2021, POWER_2022, STEEL_2024, at
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, exact, plain, whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source, Status
from carbonkit.values.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "DefaultTable",
    "FuelDefault",
    "FuelKind",
    "HeatFuel",
    "canonical_fuel",
    "fuel_default",
    "fuel_kind",
    "fuel_names",
    "read_heat_fuels",
]


class FuelKind(enum.Enum):
    """
    The kinds of fuel that share an oxidation.

    Example:
        >>> FuelKind("oil")
        <FuelKind.OIL: 'oil'>
    """

    COAL = "coal"
    OIL = "oil"
    GAS = "gas"


class DefaultTable(enum.Enum):
    """
    The tables of defaults.

    Example:
        >>> [fuel_default(table, "coke oven gas", 2024).value.heat for table in DefaultTable]
        [Decimal('173.54'), Decimal('173.854'), Decimal('179.81')]
    """

    POWER = "power"
    """Table B.1 of the power guideline of 2021."""
    STEEL = "steel"
    """Table A.1 of the steel guideline."""
    STANDARD = "standard"
    """Table C.1 of the standards GB/T 32151, with values of the provincial inventory guide of 2025."""


@attrs.frozen
class FuelDefault:
    """
    What a guideline takes for a fuel that was not measured.

    Args:
        name: The fuel.
        original: What the guideline calls it.
        kind: Its kind.
        unit: What it is counted in: "t" or "10kNm3".
        heat: Net calorific value. [GJ a unit]
        carbon_per_heat: Carbon for each unit of heat. [tC/GJ]
        oxidation: The share of the carbon that burns; None where the table prints none for the fuel.

    Example:
        >>> print(fuel_default(DefaultTable.STEEL, "coal tar", 2024).value)
        33.453 GJ/t, 0.02200 tC/GJ, oxidation 0.98
    """

    name: str
    original: str
    kind: FuelKind
    unit: str
    heat: Decimal
    carbon_per_heat: Decimal
    oxidation: Decimal | None

    def __str__(self) -> str:
        """Write the values out."""
        text = f"{plain(self.heat)} GJ/{self.unit}, {plain(self.carbon_per_heat)} tC/GJ"
        return text if self.oxidation is None else f"{text}, oxidation {plain(self.oxidation)}"


_NAMES: Final = {
    "无烟煤": "anthracite",
    "烟煤": "bituminous coal",
    "褐煤": "lignite",
    "洗精煤": "washed coking coal",
    "其他洗煤": "other washed coal",
    "煤矸石": "gangue",
    "煤泥": "slime",
    "型煤": "briquettes",
    "焦炭": "coke",
    "石油焦": "petroleum coke",
    "其他煤制品": "other coal products",
    "原油": "crude oil",
    "燃料油": "fuel oil",
    "汽油": "gasoline",
    "柴油": "diesel",
    "煤油": "kerosene",
    "一般煤油": "kerosene",
    "其他石油制品": "other oil products",
    "液化天然气": "liquefied natural gas",
    "液化石油气": "liquefied petroleum gas",
    "石脑油": "naphtha",
    "煤焦油": "coal tar",
    "焦油": "coal tar",
    "粗苯": "crude benzol",
    "炼厂干气": "refinery gas",
    "天然气": "natural gas",
    "高炉煤气": "blast furnace gas",
    "转炉煤气": "converter gas",
    "焦炉煤气": "coke oven gas",
    "其它煤气": "other gas",
    "其他煤气": "other gas",
}
# Fuel, kind, heat, carbon for a unit of heat, oxidation in per cent; gases are counted in 10⁴ Nm³.
_POWER: Final = """
原油 oil 41.816 0.02008 98
燃料油 oil 41.816 0.0211 98
汽油 oil 43.070 0.0189 98
煤油 oil 43.070 0.0196 98
柴油 oil 42.652 0.0202 98
液化石油气 oil 50.179 0.0172 98
炼厂干气 oil 45.998 0.0182 98
天然气 gas 389.31 0.01532 99
焦炉煤气 gas 173.54 0.0121 99
高炉煤气 gas 33.00 0.0708 99
转炉煤气 gas 84.00 0.0496 99
其他煤气 gas 52.27 0.0122 99
"""
_STEEL: Final = """
无烟煤 coal 25.024 0.02749 99
烟煤 coal 23.736 0.02618 99
褐煤 coal 15.250 0.02797 99
洗精煤 coal 26.344 0.02541 99
其他洗煤 coal 12.545 0.02541 99
煤矸石 coal 8.374 0.02541 99
煤泥 coal 12.545 0.02541 99
焦炭 coal 28.435 0.02942 99
石油焦 coal 32.500 0.02750 99
其他煤制品 coal 17.460 0.03356 99
原油 oil 41.816 0.02008 98
燃料油 oil 41.816 0.02110 98
汽油 oil 43.070 0.01890 98
柴油 oil 42.652 0.02020 98
煤油 oil 43.070 0.01960 98
其他石油制品 oil 41.031 0.02000 98
液化天然气 oil 51.498 0.01720 98
液化石油气 oil 50.179 0.01720 98
煤焦油 oil 33.453 0.02200 98
炼厂干气 oil 45.998 0.01820 98
天然气 gas 389.310 0.01532 99
高炉煤气 gas 33.000 0.07080 99
转炉煤气 gas 84.000 0.04960 99
焦炉煤气 gas 173.854 0.01210 99
其它煤气 gas 52.270 0.01220 99
"""
# The rows that two public tables agree on, then those that were read in one.
_STANDARD_TWICE: Final = """
烟煤 coal 19.570 0.02610 93
褐煤 coal 11.9 0.02800 96
焦炭 coal 28.435 0.02950 93
石油焦 coal 32.5 0.02750 98
原油 oil 41.816 0.02010 98
燃料油 oil 41.816 0.02110 98
汽油 oil 43.070 0.01890 98
柴油 oil 42.652 0.02020 98
液化天然气 oil 51.498 0.01530 98
液化石油气 oil 50.179 0.01720 98
天然气 gas 389.31 0.01530 99
高炉煤气 gas 33.00 0.07080 99
转炉煤气 gas 84.00 0.04960 99
焦炉煤气 gas 179.81 0.01358 99
"""
_STANDARD_ONCE: Final = """
无烟煤 coal 26.7 0.02740 94
洗精煤 coal 26.334 0.02541 90
其他洗煤 coal 12.545 0.02541 90
型煤 coal 17.460 0.03360 90
其他煤制品 coal 17.460 0.03360 98
一般煤油 oil 43.070 0.01960 98
石脑油 oil 44.5 0.02000 98
焦油 oil 33.453 0.02200 98
粗苯 oil 41.816 0.02270 98
其他石油制品 oil 41.031 0.02000 98
炼厂干气 oil 45.998 0.01820 99
其他煤气 gas 52.270 0.01220 99
"""
_HUNDRED: Final = 100


def _rows(table: str, first: int, last: int | None, source: Source) -> list[Rule[FuelDefault]]:
    rules = []
    for row in table.split("\n"):
        if row:
            original, kind, heat, carbon, oxidation = row.split()
            default = FuelDefault(
                _NAMES[original],
                original,
                FuelKind(kind),
                "10kNm3" if kind == FuelKind.GAS.value else "t",
                Decimal(heat),
                Decimal(carbon),
                Decimal((0, tuple(map(int, oxidation)), -2)),
            )
            says = f"{original}: {default}"
            rules.append(
                Rule(
                    what=f"defaults of {default.name}",
                    value=default,
                    says=says,
                    valid=years(first, last),
                    source=source,
                )
            )
    return rules


_TABLE_B1: Final = "表B.1 (table B.1)"
_STANDARDS: Final = Source(
    "国家标准化管理委员会 (Standardization Administration of China)",
    "GB/T 32151 series, with 省级温室气体清单编制指南",
    2025,
    table="表C.1 (table C.1)",
    licence="figures, carried as facts",
    note="read in two public tables that agree; neither is the standard's text",
)
_RULES: Final = {
    DefaultTable.POWER: [
        *_rows(_POWER, 2020, 2022, at(POWER_2021, _TABLE_B1)),
        *_rows(
            _POWER,
            2023,
            None,
            at(
                POWER_2022,
                _TABLE_B1,
                status=Status.RECALLED,
                note="the table of 2021 carried on; the later text was not read",
            ),
        ),
    ],
    DefaultTable.STEEL: _rows(_STEEL, 2024, None, at(STEEL_2024, "表A.1 (table A.1)")),
    DefaultTable.STANDARD: [
        *_rows(_STANDARD_TWICE, 2023, None, _STANDARDS),
        *_rows(
            _STANDARD_ONCE,
            2023,
            None,
            at(_STANDARDS, "", status=Status.RECALLED, note="read in one public table only"),
        ),
    ],
}


_ENGLISH: Final = {
    **{rule.value.name: rule.value.name for rules in _RULES.values() for rule in rules},
    **_NAMES,
}
_KINDS: Final = {rule.value.name: rule.value.kind for rules in _RULES.values() for rule in rules}


def canonical_fuel(fuel: str) -> str:
    """
    Return the one name under which a fuel is counted, whichever of its names is given.

    Args:
        fuel: A fuel of a table, in English or as a guideline calls it, or any other fuel.

    Returns:
        The English name of the tables; of another fuel its own name, in small letters.

    Raises:
        WrongTypeError: If it is no text.

    Example:
        >>> canonical_fuel("柴油"), canonical_fuel("Diesel "), canonical_fuel("Waste oil")
        ('diesel', 'diesel', 'waste oil')
    """
    check_type(fuel, str, field="fuel")
    name = " ".join(fuel.split()).casefold()
    return _ENGLISH.get(name, name)


def fuel_kind(fuel: str) -> FuelKind | None:
    """
    Return the kind of a fuel that stands in a table.

    Args:
        fuel: The fuel, by any of its names.

    Returns:
        Its kind, the same in all tables; None if it is in none.

    Raises:
        WrongTypeError: If it is no text.

    Example:
        >>> fuel_kind("diesel"), fuel_kind("waste oil")
        (<FuelKind.OIL: 'oil'>, None)
    """
    return _KINDS.get(canonical_fuel(fuel))


def fuel_names(table: DefaultTable) -> tuple[str, ...]:
    """
    List the fuels of a table.

    Args:
        table: The table.

    Returns:
        Their names, in the table's order.

    Raises:
        WrongTypeError: If `table` is something else.

    Example:
        >>> fuel_names(DefaultTable.POWER)[-3:]
        ('blast furnace gas', 'converter gas', 'other gas')
    """
    check_type(table, DefaultTable, field="table")
    return tuple(dict.fromkeys(rule.value.name for rule in _RULES[table]))


def fuel_default(table: DefaultTable, fuel: str, year: int) -> Rule[FuelDefault]:
    """
    Find what a guideline takes for a fuel that was not measured.

    Args:
        table: The guideline's table; there is no default.
        fuel: The fuel, in English or as the guideline calls it.
        year: The data year.

    Returns:
        Heat, carbon and oxidation, with source and status.

    Raises:
        NotFoundError: If the table has no such fuel, or is not known for the year.
        WrongTypeError: If `table` or `fuel` is something else.

    Example:
        >>> fuel_default(DefaultTable.POWER, "diesel", 2021).value.carbon_per_heat
        Decimal('0.0202')
    """
    check_type(table, DefaultTable, field="table")
    check_type(fuel, str, field="fuel")
    named = [rule for rule in _RULES[table] if fuel in {rule.value.name, rule.value.original}]
    if not named:
        must = f"be a fuel of the {table.value} table"
        raise NotFoundError(must, was=fuel, field="fuel", hint=f"known: {', '.join(fuel_names(table))}")
    return rule_of_year(named, year)


def _burnt(value: Exact) -> Decimal:
    return exact(value, field="burnt")


def _heat(value: Exact | None) -> Decimal | None:
    return measured(value, "heat")


def _carbon(value: Exact | None) -> Decimal | None:
    return measured(value, "carbon_per_heat")


@attrs.frozen
class HeatFuel:
    """
    What was burnt of one fuel in one month, counted by its heat.

    Args:
        month: The month, 1 to 12.
        fuel: The fuel, of the table that is used.
        burnt: How much; of co-fired waste and biomass the fossil part; 0 if there was none. [t or 10⁴ Nm³]
        heat: Its measured net calorific value; None for the table's. [GJ/t or GJ/10⁴ Nm³]
        carbon_per_heat: Its measured carbon for each unit of heat; None for the table's. [tC/GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such month, or a measured figure is not above zero or beyond what
            any fuel has: 60 GJ/t, 500 GJ/10⁴ Nm³, 0.1 tC/GJ.
        WrongTypeError: If the fuel is no text.

    Example:
        >>> HeatFuel(1, "bituminous coal", "1000", heat="22.5").burnt
        Decimal('1000')
        >>> HeatFuel(1, "bituminous coal", "1000", heat="5500")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: heat: must be at most 60 GJ/t, was 5500; 1 kcal/kg is ...
    """

    month: int = attrs.field(converter=month)
    fuel: str = attrs.field(validator=is_a(str))
    burnt: Decimal = attrs.field(converter=_burnt)
    heat: Decimal | None = attrs.field(default=None, kw_only=True, converter=_heat)
    carbon_per_heat: Decimal | None = attrs.field(default=None, kw_only=True, converter=_carbon)

    def __attrs_post_init__(self) -> None:
        """Check that a measured figure is one that a fuel can have."""
        check_heat(self.heat, gas=fuel_kind(self.fuel) in {FuelKind.GAS, None})
        check_carbon_per_heat(self.carbon_per_heat)


def read_heat_fuels(lines: Iterable[str], *, file: str) -> tuple[HeatFuel, ...]:
    """
    Read months of fuels from a CSV text with the columns month, fuel, burnt, heat, carbon_per_heat.

    Args:
        lines: The text's lines, the header first; an empty cell of the last two was not measured.
        file: The name that problems give the input.

    Returns:
        The months.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.
        InvalidValueError: If `lines` is one text.

    Example:
        >>> rows = ["month,fuel,burnt,heat,carbon_per_heat", "1,diesel,10,,"]
        >>> read_heat_fuels(rows, file="kiln.csv")[0].fuel
        'diesel'
    """

    def build(row: dict[str, Any]) -> HeatFuel:
        return HeatFuel(**row)

    columns: dict[str, Callable[[str], object]] = {
        "month": lambda text: month(whole(text, field="month")),
        "fuel": str,
        "burnt": exact,
        "heat": cell(exact),
        "carbon_per_heat": cell(exact),
    }
    return read_table(lines, file=file, columns=columns, build=build)
