"""
Allocation to power units: output × benchmark × correction factors, by the rules of a year.

What the rules of a year need must be given; what they do not need may be left out.
Every factor keeps its rule, so that the result explains itself down to its sources.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.number import Exact, Rounding, add, exact, multiply, plain, round_to, subtract
from carbonkit.values.rule import Rule

__all__ = [
    "Cooling",
    "LoadFormula",
    "Output",
    "PowerRules",
    "UnitAllocation",
    "UnitClass",
    "load_factor_correction",
    "unit_allocation",
]

_DIGITS: Final = 40  # of powers and exponentials, before their one rounding
_ONE: Final = Decimal(1)


class UnitClass(enum.Enum):
    """
    The classes of generating units that have benchmarks of their own.

    Example:
        >>> UnitClass("gas").is_coal
        False
    """

    LARGE_COAL = "large_coal"
    """Conventional coal, of the class above 300 MW."""
    SMALL_COAL = "small_coal"
    """Conventional coal, of the class of 300 MW and below."""
    UNCONVENTIONAL_COAL = "unconventional_coal"
    """Gangue, slime or slurry, circulating fluidised beds included."""
    GAS = "gas"
    """Gas."""

    @property
    def is_coal(self) -> bool:
        """Whether it burns coal of any kind."""
        return self is not UnitClass.GAS

    @property
    def is_conventional(self) -> bool:
        """Whether it burns conventional coal."""
        return self in {UnitClass.LARGE_COAL, UnitClass.SMALL_COAL}


class Cooling(enum.Enum):
    """
    How a unit is cooled.

    Example:
        >>> Cooling("air").value
        'air'
    """

    WATER = "water"
    AIR = "air"


class LoadFormula(enum.Enum):
    """
    How running below full load is made up for.

    Example:
        >>> LoadFormula("below_65").value
        'below_65'
    """

    IN_STEPS = "in_steps"
    """From 85 % of full load down, in three steps."""
    BELOW_65 = "below_65"
    """Below 65 %, a power of 1.015."""
    BELOW_50 = "below_50"
    """Below 50 %, two exponentials."""


def _share(value: Exact | None, field: str) -> Decimal | None:
    if value is None:
        return None
    number = exact(value, field=field)
    if not 0 <= number <= 1:
        raise InvalidValueError(
            "be 0 to 1", was=plain(number), field=field, hint='write 60 % as Decimal("0.60")'
        )
    return number


def _amount(value: Exact | None, field: str) -> Decimal | None:
    if value is None:
        return None
    number = exact(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field=field)
    return number


def _net(value: Exact | None) -> Decimal | None:
    return _amount(value, "net supply")


def _gross(value: Exact | None) -> Decimal | None:
    return _amount(value, "generation")


def _heat(value: Exact | None) -> Decimal | None:
    return _amount(value, "heat")


def _load(value: Exact | None) -> Decimal | None:
    return _share(value, "load factor")


def _heat_ratio(value: Exact | None) -> Decimal | None:
    return _share(value, "heat ratio")


@attrs.frozen(kw_only=True)
class Output:
    """
    What a unit is and what it put out in a year; None is not known, 0 is nothing.

    Args:
        unit_class: Its class.
        net_supply_mwh: The electricity that it supplied. [MWh]
        generation_mwh: The electricity that it generated, its own use included. [MWh]
        heat_gj: The heat that it supplied. [GJ]
        load_factor: The load that it ran at, as a share of 1.
        heat_ratio: The part of the heat input that went into heat supply, as a share of 1.
        cooling: How it is cooled.
        cogenerates: Whether it supplies heat beside electricity.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If an amount is negative, or a share is not 0 to 1.

    Example:
        >>> Output(unit_class=UnitClass.GAS, generation_mwh=800_000, heat_gj=500_000).heat_gj
        Decimal('500000')
    """

    unit_class: UnitClass = attrs.field(validator=is_a(UnitClass))
    net_supply_mwh: Decimal | None = attrs.field(default=None, converter=_net)
    generation_mwh: Decimal | None = attrs.field(default=None, converter=_gross)
    heat_gj: Decimal | None = attrs.field(default=None, converter=_heat)
    load_factor: Decimal | None = attrs.field(default=None, converter=_load)
    heat_ratio: Decimal | None = attrs.field(default=None, converter=_heat_ratio)
    cooling: Cooling | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(Cooling)))
    cogenerates: bool | None = attrs.field(default=None, validator=attrs.validators.optional(is_a(bool)))


@attrs.frozen(kw_only=True)
class PowerRules:
    """
    The rules of a year.

    Args:
        power: The benchmark of electricity for each class. [tCO2/MWh]
        heat: The benchmark of heat for each class. [tCO2/GJ]
        counts_generation: Whether electricity generated counts, not that supplied.
        cooling: The factor of each way of cooling, or None if none is applied; coal only.
        coal_heat_cut: What the heat ratio takes off, for coal, or None.
        gas_heat_cut: The same for gas.
        load: How the load is made up for; conventional coal only.
        load_with_heat: Whether that is so for units that cogenerate, too.
        load_places: To how many decimal places that factor is rounded, half up.
        rounding: How the tonnes for electricity and for heat are rounded each; None if not at all.

    Example:
        >>> from carbonkit.schemes.china_power import power_rules
        >>> power_rules(2024).value.counts_generation
        True
    """

    power: Mapping[UnitClass, Rule[Decimal]]
    heat: Mapping[UnitClass, Rule[Decimal]]
    counts_generation: bool
    cooling: Mapping[Cooling, Decimal] | None
    coal_heat_cut: Decimal | None
    gas_heat_cut: Decimal | None
    load: LoadFormula
    load_with_heat: bool
    load_places: int
    rounding: Rounding | None


@attrs.frozen
class UnitAllocation:
    """
    What a unit is allocated for a year.

    Args:
        year: The year.
        output: What it is and what it put out.
        factors: Name and value of each factor that was applied.
        power: For electricity. [tCO2]
        heat: For heat. [tCO2]
        rules: The rules of the year.

    Example:
        >>> from carbonkit.schemes.china_power import allocation_of
        >>> gas = Output(unit_class=UnitClass.GAS, generation_mwh=800_000, heat_gj=500_000)
        >>> found = allocation_of(2024, gas)
        >>> found.power, found.heat, found.total
        (Decimal('263040'), Decimal('26650'), Decimal('289690'))
    """

    year: int
    output: Output
    factors: tuple[tuple[str, Decimal], ...]
    power: Decimal
    heat: Decimal
    rules: Rule[PowerRules]

    @property
    def total(self) -> Decimal:
        """For electricity and heat together, in tCO2."""
        return add(self.power, self.heat)

    def explain(self) -> Explanation:
        """Show the tonnes, from output, benchmarks, factors and rules."""
        rules, unit_class = self.rules.value, self.output.unit_class
        factors = tuple(Explanation(name, plain(value)) for name, value in self.factors)
        basis = "generation" if rules.counts_generation else "net supply"
        rounded = "" if rules.rounding is None else f", each rounded {rules.rounding.name.lower()} to 1 t"
        return Explanation(
            f"allocation {self.year}, {unit_class.value.replace('_', ' ')}",
            f"{plain(self.total)} t",
            how=f"{basis} × benchmark × factors + heat × benchmark{rounded}",
            source=self.rules.source,
            parts=(
                Explanation("for electricity", f"{plain(self.power)} t", parts=factors),
                Explanation("for heat", f"{plain(self.heat)} t"),
                rules.power[unit_class].explain(),
                rules.heat[unit_class].explain(),
            ),
        )


def load_factor_correction(formula: LoadFormula, load: Exact, places: int) -> Decimal:
    """
    Work out the factor that makes up for running below full load.

    Args:
        formula: The formula.
        load: The load, as a share of 1.
        places: To how many decimal places it is rounded, half up.

    Returns:
        The factor; 1 where the load is high enough.

    Raises:
        InvalidValueError: If the load is not 0 to 1.

    Example:
        >>> load_factor_correction(LoadFormula.BELOW_65, "0.60", 6)
        Decimal('1.061364')
    """
    share = _share(load, "load factor")
    if share is None:
        raise InvalidValueError("be given", was=None, field="load factor")
    with localcontext(Context(_DIGITS, traps=[DivisionByZero, InvalidOperation, Overflow])):
        found = {
            LoadFormula.IN_STEPS: _in_steps,
            LoadFormula.BELOW_65: _below_65,
            LoadFormula.BELOW_50: _below_50,
        }[formula](share)
    return round_to(found, places, Rounding.HALF_UP)


def _power_of(load: Decimal) -> Decimal:
    return Decimal("1.015") ** (16 - 20 * load)


def _in_steps(load: Decimal) -> Decimal:
    if load >= Decimal("0.85"):
        return _ONE
    if load >= Decimal("0.80"):
        return 1 + Decimal("0.0014") * (85 - 100 * load)
    if load >= Decimal("0.75"):
        return Decimal("1.007") + Decimal("0.0016") * (80 - 100 * load)
    return _power_of(load)


def _below_65(load: Decimal) -> Decimal:
    return _ONE if load >= Decimal("0.65") else _power_of(load)


def _below_50(load: Decimal) -> Decimal:
    if load >= Decimal("0.50"):
        return _ONE
    percent = 100 * load
    slow = Decimal("0.633") * (1 - (-percent / Decimal("29.822")).exp())
    fast = Decimal("5.643") * (1 - (-percent / Decimal("6.871")).exp())
    return Decimal("7.254") - slow - fast


def unit_allocation(rules: Rule[PowerRules], year: int, output: Output) -> UnitAllocation:
    """
    Work out what a unit is allocated.

    Args:
        rules: The rules of the year.
        year: The year.
        output: What the unit is and what it put out.

    Returns:
        The tonnes for electricity and heat, with everything that they came from.

    Raises:
        InvalidValueError: If something that the rules need is not known.

    Example:
        >>> from carbonkit.schemes.china_power import power_rules
        >>> coal = Output(unit_class=UnitClass.LARGE_COAL, generation_mwh=5_000_000, heat_gj=1_200_000,
        ...               load_factor="0.60")
        >>> found = unit_allocation(power_rules(2024), 2024, coal)
        >>> found.power, found.heat
        (Decimal('4197694'), Decimal('123960'))
    """
    of_year, unit_class = rules.value, output.unit_class
    if of_year.counts_generation:
        electricity = _needed(output.generation_mwh, "generation_mwh", year)
    else:
        electricity = _needed(output.net_supply_mwh, "net_supply_mwh", year)
    factors = tuple(_factors(of_year, output, year))
    power = multiply(electricity, of_year.power[unit_class].value)
    for _, factor in factors:
        power = multiply(power, factor)
    heat = multiply(_needed(output.heat_gj, "heat_gj", year), of_year.heat[unit_class].value)
    if of_year.rounding is not None:
        power, heat = round_to(power, 0, of_year.rounding), round_to(heat, 0, of_year.rounding)
    return UnitAllocation(year, output, factors, power, heat, rules)


def _factors(rules: PowerRules, output: Output, year: int) -> list[tuple[str, Decimal]]:
    found = []
    if rules.cooling is not None and output.unit_class.is_coal:
        if output.cooling is None:
            raise _unknown("cooling", year)
        found.append(("cooling", rules.cooling[output.cooling]))
    cut = rules.coal_heat_cut if output.unit_class.is_coal else rules.gas_heat_cut
    if cut is not None:
        ratio = _needed(output.heat_ratio, "heat_ratio", year)
        found.append(("heat supply", subtract(_ONE, multiply(cut, ratio))))
    if output.unit_class.is_conventional:
        found += _load_factor(rules, output, year)
    return found


def _load_factor(rules: PowerRules, output: Output, year: int) -> list[tuple[str, Decimal]]:
    if not rules.load_with_heat:
        if output.cogenerates is None:
            raise _unknown("cogenerates", year)
        if output.cogenerates:
            return []
    load = _needed(output.load_factor, "load_factor", year)
    return [("load", load_factor_correction(rules.load, load, rules.load_places))]


def _needed(value: Decimal | None, field: str, year: int) -> Decimal:
    if value is None:
        raise _unknown(field, year)
    return value


def _unknown(field: str, year: int) -> InvalidValueError:
    return InvalidValueError(
        f"be known for the rules of {year}", was=None, field=field, hint="nothing is 0; write that"
    )
