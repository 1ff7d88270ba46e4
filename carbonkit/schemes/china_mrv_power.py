"""
China's MRV guideline for power, as dated rules: 2021, what a notice changed in 2022, 2023 on, 2026 on.

The version of 2021 was read, that of 2023 was not, and of the one from data year 2026 the list of
changes was read. Each rule says which it is. `china_mrv_power_unit` works out a unit's year.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.registry.power_allocation import UnitClass
from carbonkit.registry.yearly import rule_of_year, years
from carbonkit.schemes._china_mrv_oxidation import from_database
from carbonkit.schemes._china_mrv_source import (
    GRID_2021,
    GRID_2022,
    POWER_2021,
    POWER_2022,
    POWER_2026,
    POWER_NOTICE_2022,
    STEEL_2024,
    at,
)
from carbonkit.schemes.china_mrv_fuel import FuelKind
from carbonkit.values.field import check_type
from carbonkit.values.number import whole
from carbonkit.values.rule import Rule
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.values.time import Period

__all__ = [
    "Combustion",
    "Evidence",
    "HeatConstants",
    "PurchasedPower",
    "combustion",
    "evidence",
    "grid_factor",
    "guideline",
    "heat_constants",
    "missing_carbon",
    "missing_heat",
    "oxidation",
    "purchased_power",
]

_CARRIED_ON: Final = "of the version of 2021, carried on; the later text was not read"
_LATER: Final = at(POWER_2022, "", note=_CARRIED_ON)


class Combustion(enum.Enum):
    """
    The form in which the carbon of a fuel is counted; exactly, both give the same.

    Example:
        >>> combustion(2021).value.name, combustion(2024).value.name
        ('BY_HEAT', 'BY_CARBON')
    """

    BY_HEAT = "quantity × net calorific value × carbon for a unit of heat × oxidation × 44/12"
    BY_CARBON = "quantity × carbon content × oxidation × 44/12"


class PurchasedPower(enum.Enum):
    """
    How electricity that a unit buys is counted.

    Example:
        >>> [purchased_power(year).value.name for year in (2022, 2024, 2026)]
        ['OWED', 'REPORTED', 'LEFT_OUT']
    """

    OWED = "in the total and in what must be surrendered"
    REPORTED = "in the total, not in what must be surrendered"
    LEFT_OUT = "not at all"


def guideline(year: int) -> Rule[str]:
    """
    Return which version of the guideline holds for a data year.

    Args:
        year: The data year.

    Returns:
        The version's name, with what is known of it.

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> guideline(2026).value
        'CETS-AG-01.01-V04-2026'
    """
    return rule_of_year(
        [
            _version("环办气候〔2021〕9号", "the version of 2021", 2020, 2020, POWER_2021),
            _version(
                "环办气候〔2021〕9号",
                "the version of 2021 with the notice of 8 June 2022",
                2021,
                2022,
                POWER_NOTICE_2022,
            ),
            _version("CETS-AG-01.01-V02", "in force on 1 January 2023", 2023, 2025, POWER_2022),
            _version(
                "CETS-AG-01.01-V04-2026",
                "from data year 2026; of it the list of changes was read",
                2026,
                None,
                POWER_2026,
            ),
        ],
        year,
    )


def _version(name: str, says: str, first: int, last: int | None, source: Source) -> Rule[str]:
    return Rule(what="guideline for power", value=name, says=says, valid=years(first, last), source=source)


_FORM: Final = "form of combustion"


def combustion(year: int) -> Rule[Combustion]:
    """
    Return the form in which a fuel's carbon is counted.

    Args:
        year: The data year.

    Returns:
        The form, with its source and status.

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> combustion(2023).source.status.value
        'recalled'
    """
    heat, carbon = Combustion.BY_HEAT, Combustion.BY_CARBON
    tables = at(POWER_2021, "(1), (A.1)-(A.3)")
    return rule_of_year(
        [
            Rule(what=_FORM, value=heat, says=heat.value, valid=years(2020, 2022), source=tables),
            Rule(what=_FORM, value=carbon, says=carbon.value, valid=years(2023, None), source=POWER_2022),
        ],
        year,
    )


_CARBON: Final = "carbon for a unit of heat of coal without a valid test"
_ANY_COAL: Final = "0.03356 tC/GJ for any coal, for each day or month without a valid test"
_FEW: Final = 3
_FEW_MONTHS: Final = "0.03085 tC/GJ for any coal, where fewer than 3 months of the year are measured"


def missing_carbon(year: int, unit_class: UnitClass, *, measured_months: int) -> Rule[Decimal]:
    """
    Return the carbon for each unit of heat that coal has where it was not validly tested.

    Args:
        year: The data year.
        unit_class: The class of the unit; it counts from 2023.
        measured_months: How many months of the year were measured; it counts in 2021 and 2022.

    Returns:
        The default, with its source and status. [tC/GJ]

    Raises:
        NotFoundError: If none is known for the year, or for so many measured months.
        InvalidValueError: If a gas unit is asked for, or there are not so many months.
        WrongTypeError: If `unit_class` is something else.

    Example:
        >>> coal = UnitClass.LARGE_COAL
        >>> [missing_carbon(year, coal, measured_months=0).value for year in (2020, 2022, 2024)]
        [Decimal('0.03356'), Decimal('0.03085'), Decimal('0.03085')]
        >>> missing_carbon(2024, UnitClass.UNCONVENTIONAL_COAL, measured_months=0).source.status.value
        'recalled'
    """
    check_type(unit_class, UnitClass, field="unit_class")
    months = whole(measured_months, field="measured_months")
    if not 0 <= months <= 12:  # noqa: PLR2004  months of a year
        raise InvalidValueError("be from 0 to 12", was=months, field="measured_months")
    if not unit_class.is_coal:
        raise InvalidValueError("be a class of coal units", was=unit_class.value, field="unit_class")
    conventional = unit_class is not UnitClass.UNCONVENTIONAL_COAL
    later = "0.03085 tC/GJ in conventional units" if conventional else "0.02858 tC/GJ in others"
    rule = rule_of_year(
        [
            _number(_CARBON, "0.03356", _ANY_COAL, years(2020, 2020), at(POWER_2021, "6.2.3.5")),
            _number(_CARBON, "0.03085", _FEW_MONTHS, years(2021, 2022), POWER_NOTICE_2022),
            _number(_CARBON, "0.03085" if conventional else "0.02858", later, years(2023, None), POWER_2022),
        ],
        year,
    )
    if rule.source is POWER_NOTICE_2022 and months >= _FEW:
        hint = "the notice was read in a digest only; pass the default that your province gave"
        raise NotFoundError(
            "be known for 3 measured months and more", was=f"{months} in {year}", field=_CARBON, hint=hint
        )
    return rule


def _number(what: str, value: str, says: str, valid: Period, source: Source) -> Rule[Decimal]:
    return Rule(what=what, value=Decimal(value), says=says, valid=valid, source=source)


_HEAT: Final = "net calorific value of coal without a valid test"
_HEAT_SAYS: Final = "26.7 GJ/t for any coal, for the day or batch without a valid test"


def missing_heat(year: int) -> Rule[Decimal]:
    """
    Return the net calorific value that coal has where it was not validly tested.

    Args:
        year: The data year.

    Returns:
        The default, with its source and status. [GJ/t]

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> missing_heat(2021).value
        Decimal('26.7')
    """
    return rule_of_year(
        [
            _number(_HEAT, "26.7", _HEAT_SAYS, years(2020, 2022), at(POWER_2021, "6.2.2.3")),
            _number(_HEAT, "26.7", _HEAT_SAYS, years(2023, None), _LATER),
        ],
        year,
    )


_OXIDATION: Final = {FuelKind.COAL: "0.99", FuelKind.OIL: "0.98", FuelKind.GAS: "0.99"}
_LAST_FIXED: Final = 2025


def oxidation(
    year: int,
    kind: FuelKind,
    *,
    database: Sequence[Rule[Decimal]] = (),
    plan_drafted_in: int | None = None,
) -> Rule[Decimal]:
    """
    Return the share of a fuel's carbon that burns.

    Args:
        year: The data year.
        kind: The kind of fuel.
        database: From 2026, the entries of the national factor database for this kind, each with the days
            on which it stood there.
        plan_drafted_in: From 2026, the year in which the unit's quality-control plan was drafted; the entry
            of 31 October of that year counts.

    Returns:
        The oxidation, with its source and status.

    Raises:
        NotFoundError: If none is known for the year, or no entry stood in the database on the day.
        InvalidValueError: If entries are given for a year in which the guideline fixes the value, or are
            missing where it does not, one is no share, or the plan was drafted after the data year.
        OverlapError: If two entries stood there on the day.
        WrongTypeError: If `kind` or an entry is something else.

    Example:
        >>> oxidation(2025, FuelKind.COAL).value
        Decimal('0.99')
        >>> from carbonkit.values import Period
        >>> entry = Rule(what="oxidation of coal", value=Decimal("0.985"), says="0.985, an example",
        ...              valid=Period("2025-06-01", None), source=Source("A database", "Factors", 2025))
        >>> oxidation(2026, FuelKind.COAL, database=[entry], plan_drafted_in=2025).value
        Decimal('0.985')
    """
    check_type(kind, FuelKind, field="kind")
    data_year = whole(year, field="year")
    if data_year <= _LAST_FIXED:
        if database or plan_drafted_in is not None:
            must = f"be left out to {_LAST_FIXED}, when the guideline fixes the oxidation"
            raise InvalidValueError(must, was=data_year, field="database")
        share = _OXIDATION[kind]
        says = f"{share} of the carbon of {kind.value}"
        rule = _number(f"oxidation of {kind.value}", share, says, years(2020, _LAST_FIXED), POWER_2021)
        return rule_of_year([rule], data_year)
    return from_database(data_year, database, plan_drafted_in)


_PURCHASED: Final = "purchased electricity"


def purchased_power(year: int) -> Rule[PurchasedPower]:
    """
    Return how electricity that a unit buys is counted.

    Args:
        year: The data year.

    Returns:
        The rule, with its source and status.

    Raises:
        NotFoundError: If none is known for the year.

    Example:
        >>> purchased_power(2026).source.status.value
        'confirmed'
    """
    plan = Source(POWER_2021.publisher, "2023、2024年度全国碳排放权交易发电行业配额总量和分配方案", 2024)
    owed, told, out = PurchasedPower.OWED, PurchasedPower.REPORTED, PurchasedPower.LEFT_OUT
    return rule_of_year(
        [
            Rule(what=_PURCHASED, value=owed, says=owed.value, valid=years(2020, 2022), source=POWER_2021),
            Rule(what=_PURCHASED, value=told, says=told.value, valid=years(2023, 2025), source=plan),
            Rule(what=_PURCHASED, value=out, says=out.value, valid=years(2026, None), source=POWER_2026),
        ],
        year,
    )


_GRID: Final = "factor of the grid for purchased electricity"


def grid_factor(year: int) -> Rule[Decimal]:
    """
    Return the factor of the grid with which purchased electricity is counted.

    Args:
        year: The data year.

    Returns:
        The factor, with its source and status. [tCO2/MWh]

    Raises:
        NotFoundError: If none is known for the year; from 2026 there is none.

    Example:
        >>> grid_factor(2020).value, grid_factor(2021).source.status.value
        (Decimal('0.6101'), 'recalled')
    """
    return rule_of_year(
        [
            _number(_GRID, "0.6101", "0.6101 tCO2/MWh, or the newest value", years(2020, 2020), POWER_2021),
            _number(_GRID, "0.5810", "0.5810 tCO2/MWh", years(2021, 2021), GRID_2021),
            _number(_GRID, "0.5703", "0.5703 tCO2/MWh", years(2022, _LAST_FIXED), GRID_2022),
        ],
        year,
    )


@attrs.frozen
class HeatConstants:
    """
    The constants by which steam and hot water become heat.

    Args:
        feed_enthalpy: What the enthalpy of steam is counted from. [kJ/kg]
        base: The temperature that hot water is counted from. [℃]
        specific_heat: Of water. [kJ/(kg·℃)]

    Example:
        >>> print(heat_constants(2024).value)
        steam above 83.74 kJ/kg, water above 20 ℃ at 4.1868 kJ/(kg·℃)
    """

    feed_enthalpy: Decimal
    base: Decimal
    specific_heat: Decimal

    def __str__(self) -> str:
        """Write the constants out."""
        return (
            f"steam above {self.feed_enthalpy} kJ/kg, water above {self.base} ℃"
            f" at {self.specific_heat} kJ/(kg·℃)"
        )


def heat_constants(year: int) -> Rule[HeatConstants]:
    """
    Return the constants by which steam and hot water become heat, in power and in steel.

    Args:
        year: The data year.

    Returns:
        The constants, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> from carbonkit.accounting.process import steam_heat
        >>> constants = heat_constants(2024).value
        >>> steam_heat(1000, "2783.74", feed_enthalpy=constants.feed_enthalpy)
        Fraction(2700, 1)
    """
    constants = HeatConstants(Decimal("83.74"), Decimal(20), Decimal("4.1868"))
    says = "steam × (enthalpy - 83.74) ÷ 1000; water × (temperature - 20) × 4.1868 ÷ 1000"
    sources = (
        (years(2020, 2023), at(POWER_2021, "(A.9)-(A.10)")),
        (years(2024, None), at(STEEL_2024, "附录E (appendix E)")),
    )
    return rule_of_year(
        [
            Rule(what="heat of steam and water", value=constants, says=says, valid=valid, source=source)
            for valid, source in sources
        ],
        year,
    )


@attrs.frozen
class Evidence:
    """
    What must be kept and by when.

    Args:
        test_days: A monthly composite of daily samples is tested within so many days.
        sample_years: Samples are kept for so long.
        record_years: Records are kept for so long, at least.
        report_days: A month is reported within so many days of its end.

    Example:
        >>> evidence(2021).value.report_days
        40
    """

    test_days: int
    sample_years: int
    record_years: int
    report_days: int

    def __str__(self) -> str:
        """Write the terms out."""
        return (
            f"test in {self.test_days} days, samples {self.sample_years} year, records"
            f" {self.record_years} years, report in {self.report_days} days"
        )


def evidence(year: int) -> Rule[Evidence]:
    """
    Return what must be kept and by when.

    Args:
        year: The data year.

    Returns:
        The terms, with their source and status.

    Raises:
        NotFoundError: If none are known for the year.

    Example:
        >>> evidence(2024).source.status.value
        'recalled'
    """
    terms = Evidence(test_days=30, sample_years=1, record_years=5, report_days=40)
    says = (
        "carbon is tested daily as fired, or monthly in a composite of daily splits, by a laboratory with CMA"
        " or CNAS; the boundary holds start-up boilers, not emergency sets, vehicles and canteens; of waste"
        " and biomass the fossil part only"
    )
    place = at(POWER_2021, "5.2, 6.2.3.2, 11, 12")
    return rule_of_year(
        [
            Rule(what="evidence", value=terms, says=says, valid=years(2020, 2022), source=place),
            Rule(what="evidence", value=terms, says=says, valid=years(2023, None), source=_LATER),
        ],
        year,
    )
