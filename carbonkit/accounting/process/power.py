"""
Power units: carbon as received, heat of steam and water, what is supplied, and what a unit of it took.

All figures are exact fractions. A rulebook says to how many places each is reported.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.accounting.process.balance import Ratio, as_ratio, as_share, every, in_words, quotient
from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "boiler_heat",
    "carbon_from_air_dried",
    "carbon_from_dry",
    "consumption_for_heat",
    "consumption_for_power",
    "heat_intensity",
    "heat_ratio_by_boiler",
    "heat_ratio_by_consumption",
    "heat_ratio_by_fuel",
    "heat_ratio_by_steam",
    "heat_supplied",
    "merged_hours",
    "merged_load",
    "net_power",
    "net_power_with_heat",
    "power_intensity",
    "steam_heat",
    "water_heat",
]

_KILO: Final = 1000
_PERCENT: Final = 100


def _percent(value: Ratio, *, field: str) -> Fraction:
    number = as_ratio(value, field=field)
    if not 0 <= number < _PERCENT:
        raise InvalidValueError("be per cent, from 0 to under 100", was=in_words(number), field=field)
    return number


def carbon_from_air_dried(
    carbon: Ratio, *, moisture_as_received: Ratio, moisture_air_dried: Ratio
) -> Fraction:
    """
    Convert carbon content from air-dried coal to coal as received.

    Args:
        carbon: Carbon in air-dried coal (C_ad), in the unit that is wanted.
        moisture_as_received: Total moisture (M_ar). [%]
        moisture_air_dried: Moisture of the air-dried sample (M_ad). [%]

    Returns:
        C_ad × (100 - M_ar) ÷ (100 - M_ad).

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a moisture is not from 0 to under 100 %.

    Example:
        >>> from carbonkit.accounting.process.balance import in_words
        >>> in_words(carbon_from_air_dried("58.20", moisture_as_received="14.5", moisture_air_dried="3.2"))
        '51.405991…'
    """
    wet = _percent(moisture_as_received, field="moisture as received")
    dried = _percent(moisture_air_dried, field="moisture air-dried")
    return as_ratio(carbon, field="carbon") * (_PERCENT - wet) / (_PERCENT - dried)


def carbon_from_dry(carbon: Ratio, *, moisture_as_received: Ratio) -> Fraction:
    """
    Convert carbon content from dry coal to coal as received.

    Args:
        carbon: Carbon in dry coal (C_d), in the unit that is wanted.
        moisture_as_received: Total moisture (M_ar). [%]

    Returns:
        C_d × (100 - M_ar) ÷ 100.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the moisture is not from 0 to under 100 %.

    Example:
        >>> carbon_from_dry("60", moisture_as_received="10")
        Fraction(54, 1)
    """
    wet = _percent(moisture_as_received, field="moisture as received")
    return as_ratio(carbon, field="carbon") * (_PERCENT - wet) / _PERCENT


def steam_heat(mass: Ratio, enthalpy: Ratio, *, feed_enthalpy: Ratio) -> Fraction:
    """
    Find the heat of steam.

    Args:
        mass: How much steam. [t]
        enthalpy: Its enthalpy. [kJ/kg]
        feed_enthalpy: The enthalpy of the water that it is counted from, as the guideline fixes it. [kJ/kg]

    Returns:
        mass × (enthalpy - feed enthalpy) ÷ 1000. [GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is no plain number.

    Example:
        >>> steam_heat(1000, "2783.74", feed_enthalpy="83.74")
        Fraction(2700, 1)
    """
    above = as_ratio(enthalpy, field="enthalpy") - as_ratio(feed_enthalpy, field="feed enthalpy")
    return as_ratio(mass, field="mass") * above / _KILO


def water_heat(mass: Ratio, temperature: Ratio, *, base: Ratio, specific_heat: Ratio) -> Fraction:
    """
    Find the heat of hot water.

    Args:
        mass: How much water. [t]
        temperature: Its temperature. [℃]
        base: The temperature that it is counted from, as the guideline fixes it. [℃]
        specific_heat: The specific heat of water, as the guideline fixes it. [kJ/(kg·℃)]

    Returns:
        mass × (temperature - base) × specific heat ÷ 1000. [GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is no plain number.

    Example:
        >>> water_heat(1000, 70, base=20, specific_heat="4.1868") == Fraction("209.34")
        True
    """
    above = as_ratio(temperature, field="temperature") - as_ratio(base, field="base")
    return as_ratio(mass, field="mass") * above * as_ratio(specific_heat, field="specific heat") / _KILO


def net_power(generated: Ratio, own_use: Ratio) -> Fraction:
    """
    Find the electricity that a unit without heat supplied.

    Args:
        generated: What it generated (W_fd). [MWh]
        own_use: What the plant used itself (W_cy). [MWh]

    Returns:
        W_fd - W_cy. [MWh]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is no plain number.

    Example:
        >>> net_power(5000, 300)
        Fraction(4700, 1)
    """
    return as_ratio(generated, field="generated") - as_ratio(own_use, field="own use")


def net_power_with_heat(
    generated: Ratio, *, own_use_for_power: Ratio, shared_own_use: Ratio, heat_ratio: Ratio
) -> Fraction:
    """
    Find the electricity that a unit of heat and power supplied.

    Args:
        generated: What it generated (W_fd). [MWh]
        own_use_for_power: What the plant used for electricity alone (W_dcy). [MWh]
        shared_own_use: What it used for both, divided by the heat ratio (W_rcy). [MWh]
        heat_ratio: The share of the fuel that went into heat (a).

    Returns:
        W_fd - W_dcy - W_rcy × (1 - a). [MWh]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the heat ratio is no share.

    Example:
        >>> net_power_with_heat(5000, own_use_for_power=200, shared_own_use=100, heat_ratio="0.25")
        Fraction(4725, 1)
    """
    to_power = 1 - as_share(heat_ratio, field="heat ratio")
    used = as_ratio(own_use_for_power, field="own use for power")
    used += as_ratio(shared_own_use, field="shared own use") * to_power
    return as_ratio(generated, field="generated") - used


def heat_supplied(
    *, from_boilers: Iterable[Ratio], direct: Iterable[Ratio], indirect: Iterable[Ratio]
) -> Fraction:
    """
    Add up the heat that a unit supplied.

    Args:
        from_boilers: Heat straight from boilers (Q_gl). [GJ]
        direct: Heat of turbine steam that was supplied itself (Q_zg). [GJ]
        indirect: Heat that turbine steam gave to water or other steam (Q_jg). [GJ]

    Returns:
        The sum (Q_gr). [GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is no plain number.
        WrongTypeError: If the heats are no list.

    Example:
        >>> heat_supplied(from_boilers=[], direct=[100, 50], indirect=["25.5"])
        Fraction(351, 2)
    """
    ways = (("boilers", from_boilers), ("direct", direct), ("indirect", indirect))
    given = ((name, heat) for name, heats in ways for heat in every(heats, field=name))
    return sum((as_ratio(heat, field=name) for name, heat in given), Fraction(0))


def boiler_heat(*, steam: Ratio, steam_enthalpy: Ratio, feed: Ratio, feed_enthalpy: Ratio) -> Fraction:
    """
    Find the heat that boilers put out.

    Args:
        steam: Main steam (D_zq). [t]
        steam_enthalpy: Its enthalpy (h_zq). [kJ/kg]
        feed: Feed water (D_gs). [t]
        feed_enthalpy: Its enthalpy (h_gs). [kJ/kg]

    Returns:
        (D_zq × h_zq - D_gs × h_gs) ÷ 1000 (Q_cr). [GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a text is no plain number.

    Example:
        >>> boiler_heat(steam=1000, steam_enthalpy=3400, feed=1000, feed_enthalpy=1000)
        Fraction(2400, 1)
    """
    out = as_ratio(steam, field="steam") * as_ratio(steam_enthalpy, field="steam enthalpy")
    back = as_ratio(feed, field="feed") * as_ratio(feed_enthalpy, field="feed enthalpy")
    return (out - back) / _KILO


def heat_ratio_by_steam(heat_from_steam: Ratio, heat_to_turbines: Ratio) -> Fraction:
    """
    Find the heat ratio where no steam comes straight from boilers.

    Args:
        heat_from_steam: Heat supplied from turbine steam (ΣQ_jz). [GJ]
        heat_to_turbines: Heat of the steam that entered the turbines (ΣQ_sr). [GJ]

    Returns:
        ΣQ_jz ÷ ΣQ_sr.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the divisor is zero, or the result no share.

    Example:
        >>> heat_ratio_by_steam(200, 800)
        Fraction(1, 4)
    """
    return _heat_ratio(heat_from_steam, heat_to_turbines, "heat to turbines")


def heat_ratio_by_boiler(heat: Ratio, boilers: Ratio) -> Fraction:
    """
    Find the heat ratio where steam comes straight from boilers too.

    Args:
        heat: Heat supplied (Q_gr). [GJ]
        boilers: Heat that boilers put out (Q_cr). [GJ]

    Returns:
        Q_gr ÷ Q_cr.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the divisor is zero, or the result no share.

    Example:
        >>> heat_ratio_by_boiler(200, 1000)
        Fraction(1, 5)
    """
    return _heat_ratio(heat, boilers, "heat of boilers")


def heat_ratio_by_consumption(consumption_for_heat: Ratio, heat: Ratio, *, fuel: Ratio) -> Fraction:
    """
    Find the heat ratio from the fuel that a unit of heat takes.

    Args:
        consumption_for_heat: Standard coal for a unit of heat (b_r). [tce/GJ]
        heat: Heat supplied (Q_gr). [GJ]
        fuel: All fuel, as standard coal (B_h). [tce]

    Returns:
        b_r × Q_gr ÷ B_h.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the divisor is zero, or the result no share.

    Example:
        >>> heat_ratio_by_consumption("0.04", 1000, fuel=200)
        Fraction(1, 5)
    """
    used = as_ratio(consumption_for_heat, field="consumption for heat") * as_ratio(heat, field="heat")
    return _heat_ratio(used, fuel, "fuel")


def heat_ratio_by_fuel(heat: Ratio, *, quantity: Ratio, net_heat: Ratio) -> Fraction:
    """
    Find the heat ratio of a combined-cycle unit.

    Args:
        heat: Heat supplied (Q_gr). [GJ]
        quantity: Gas that was burnt (FC). [10⁴ Nm³]
        net_heat: Its net calorific value (NCV). [GJ/10⁴ Nm³]

    Returns:
        Q_gr ÷ (FC × NCV).

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the divisor is zero, or the result no share.

    Example:
        >>> heat_ratio_by_fuel(1000, quantity=10, net_heat=400)
        Fraction(1, 4)
    """
    burnt = as_ratio(quantity, field="quantity") * as_ratio(net_heat, field="net heat")
    return _heat_ratio(heat, burnt, "quantity × net heat")


def _heat_ratio(above: Ratio, below: Ratio, field: str) -> Fraction:
    ratio = quotient(as_ratio(above, field="heat"), as_ratio(below, field=field), field=field)
    return as_share(ratio, field="heat ratio")


def consumption_for_heat(heat_ratio: Ratio, fuel: Ratio, heat: Ratio) -> Fraction:
    """
    Find the standard coal that a unit of heat took.

    Args:
        heat_ratio: The share of the fuel that went into heat (a).
        fuel: All fuel, as standard coal (B_h). [tce]
        heat: Heat supplied (Q_gr). [GJ]

    Returns:
        a × B_h ÷ Q_gr. [tce/GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If no heat was supplied, or the heat ratio is no share.

    Example:
        >>> consumption_for_heat("0.2", 200, 1000)
        Fraction(1, 25)
    """
    used = as_share(heat_ratio, field="heat ratio") * as_ratio(fuel, field="fuel")
    return quotient(used, as_ratio(heat, field="heat"), field="heat")


def consumption_for_power(heat_ratio: Ratio, fuel: Ratio, power: Ratio) -> Fraction:
    """
    Find the standard coal that a unit of electricity took.

    Args:
        heat_ratio: The share of the fuel that went into heat (a).
        fuel: All fuel, as standard coal (B_h). [tce]
        power: Electricity supplied (W_gd). [MWh]

    Returns:
        (1 - a) × B_h ÷ W_gd. [tce/MWh]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If no electricity was supplied, or the heat ratio is no share.

    Example:
        >>> consumption_for_power("0.2", 200, 500)
        Fraction(8, 25)
    """
    used = (1 - as_share(heat_ratio, field="heat ratio")) * as_ratio(fuel, field="fuel")
    return quotient(used, as_ratio(power, field="power"), field="power")


def power_intensity(heat_ratio: Ratio, emissions: Ratio, power: Ratio) -> Fraction:
    """
    Find what a unit of electricity emitted.

    Args:
        heat_ratio: The share of the fuel that went into heat (a).
        emissions: The unit's emissions (E). [tCO2]
        power: Electricity supplied (W_gd). [MWh]

    Returns:
        (1 - a) × E ÷ W_gd. [tCO2/MWh]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If no electricity was supplied, or the heat ratio is no share.

    Example:
        >>> power_intensity("0.2", 1000, 1000)
        Fraction(4, 5)
    """
    return consumption_for_power(heat_ratio, as_ratio(emissions, field="emissions"), power)


def heat_intensity(heat_ratio: Ratio, emissions: Ratio, heat: Ratio) -> Fraction:
    """
    Find what a unit of heat emitted.

    Args:
        heat_ratio: The share of the fuel that went into heat (a).
        emissions: The unit's emissions (E). [tCO2]
        heat: Heat supplied (Q_gr). [GJ]

    Returns:
        a × E ÷ Q_gr. [tCO2/GJ]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If no heat was supplied, or the heat ratio is no share.

    Example:
        >>> heat_intensity("0.2", 1000, 2000)
        Fraction(1, 10)
    """
    return consumption_for_heat(heat_ratio, as_ratio(emissions, field="emissions"), heat)


def merged_hours(units: Iterable[tuple[Ratio, Ratio]]) -> Fraction:
    """
    Find the running hours of units that report as one.

    Args:
        units: For each unit its hours (t) and its rated power (Pe). [h, MW]

    Returns:
        Σ(t × Pe) ÷ ΣPe. [h]

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no rated power at all.
        WrongTypeError: If the units are no pairs.

    Example:
        >>> merged_hours([(8000, 300), (6000, 100)])
        Fraction(7500, 1)
    """
    pairs = [
        (as_ratio(hours, field="hours"), as_ratio(rated, field="rated power"))
        for hours, rated in every(units, field="units", width=2)
    ]
    weighted = sum((hours * rated for hours, rated in pairs), Fraction(0))
    return quotient(weighted, sum((rated for _, rated in pairs), Fraction(0)), field="rated power")


def merged_load(units: Iterable[tuple[Ratio, Ratio, Ratio]]) -> Fraction:
    """
    Find the load factor of units that report as one.

    Args:
        units: For each unit what it generated (W_fd), its rated power (Pe), its hours (t). [MWh, MW, h]

    Returns:
        ΣW_fd ÷ Σ(Pe × t).

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If no unit ran.
        WrongTypeError: If the units are no rows of three.

    Example:
        >>> merged_load([(1_200_000, 300, 5000), (300_000, 100, 5000)])
        Fraction(3, 4)
    """
    generated = possible = Fraction(0)
    for made, rated, hours in every(units, field="units", width=3):
        generated += as_ratio(made, field="generated")
        possible += as_ratio(rated, field="rated power") * as_ratio(hours, field="hours")
    return quotient(generated, possible, field="rated power × hours")
