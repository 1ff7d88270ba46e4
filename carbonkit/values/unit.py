"""
The table of units: what each one measures and its exact size in the dimension's base unit.

Names are unambiguous: there is no `ton`, `gal`, `barrel` or `therm` alone. A
conversion between dimensions needs a density or a calorific value, which this
table does not have and never guesses.
"""

from __future__ import annotations

import enum
import re
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import UnknownUnitError
from carbonkit.values.text import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNITS", "Dimension", "Unit", "unit_named"]


class Dimension(enum.Enum):
    """
    What a unit measures; the value is the base unit that every ratio counts in.

    Example:
        >>> Dimension.ENERGY.value
        'MJ'
    """

    MASS = "kg"
    CO2E = "kgCO2e"
    ENERGY = "MJ"
    VOLUME = "m3"
    DISTANCE = "km"
    AREA = "m2"
    FREIGHT = "t_km"
    TRAVEL = "p_km"
    NORMAL_VOLUME = "Nm3"
    STANDARD_VOLUME = "scf"
    COUNT = "each"
    NIGHTS = "room_night"
    WORK = "fte_hour"
    SPEND = "currency@year"


@attrs.frozen
class Unit:
    """
    One unit of the table.

    Args:
        name: Its unambiguous name.
        dimension: What it measures.
        ratio: How many base units it is, exactly.
        definition: The document that fixes the ratio.

    Example:
        >>> unit_named("gal_us").ratio
        Decimal('0.003785411784')
    """

    name: str
    dimension: Dimension
    ratio: Decimal
    definition: str


_SI = "BIPM, The International System of Units (SI Brochure), 9th edition, 2019"
_NIST = "NIST, Special Publication 811, 2008 edition, Appendix B.8"
_HB44 = "NIST, Handbook 44, Appendix C, General Tables of Units of Measurement"
_TRADE = "defined here: one tonne or one passenger carried over one distance unit"
_NORMAL = "defined here: gas at 0 °C and 101.325 kPa, as GB/T 32151 counts it"
_STANDARD = "US EPA, 40 CFR 98.6: gas at 60 °F and 14.7 psia"
_COUNTED = "defined here: counted one by one"

# name, ratio to the base unit, where the ratio is defined
_TABLE: Final[Mapping[Dimension, tuple[tuple[str, str, str], ...]]] = MappingProxyType(
    {
        Dimension.MASS: (
            ("mg", "0.000001", _SI),
            ("g", "0.001", _SI),
            ("kg", "1", _SI),
            ("t", "1000", _SI),
            ("kt", "1000000", _SI),
            ("Mt", "1000000000", _SI),
            ("Gt", "1000000000000", _SI),
            ("lb", "0.45359237", _HB44),
            ("oz_av", "0.028349523125", _HB44),
            ("short_ton", "907.18474", _HB44),
            ("long_ton", "1016.0469088", _HB44),
        ),
        Dimension.CO2E: (
            ("gCO2e", "0.001", _SI),
            ("kgCO2e", "1", _SI),
            ("tCO2e", "1000", _SI),
            ("ktCO2e", "1000000", _SI),
            ("MtCO2e", "1000000000", _SI),
            ("GtCO2e", "1000000000000", _SI),
            ("short_tonCO2e", "907.18474", _HB44),
        ),
        Dimension.ENERGY: (
            ("J", "0.000001", _SI),
            ("kJ", "0.001", _SI),
            ("MJ", "1", _SI),
            ("GJ", "1000", _SI),
            ("TJ", "1000000", _SI),
            ("PJ", "1000000000", _SI),
            ("Wh", "0.0036", _SI),
            ("kWh", "3.6", _SI),
            ("MWh", "3600", _SI),
            ("GWh", "3600000", _SI),
            ("TWh", "3600000000", _SI),
            ("Btu_it", "0.00105505585262", _NIST),
            ("kBtu", "1.05505585262", _NIST),
            ("MMBtu", "1055.05585262", _NIST),
            ("therm_us", "105.4804", _NIST),
            ("therm_ec", "105.505585262", _NIST),
            ("kcal_it", "0.0041868", _NIST),
            ("tce", "29307.6", "GB/T 2589-2020: 1 kg of standard coal is 29,307.6 kJ"),
            ("toe", "41868", "IEA, Energy Statistics Manual: 1 toe is 41.868 GJ"),
        ),
        Dimension.VOLUME: (
            ("mL", "0.000001", _SI),
            ("L", "0.001", _SI),
            ("m3", "1", _SI),
            ("ft3", "0.028316846592", _HB44),
            ("yd3", "0.764554857984", _HB44),
            ("gal_us", "0.003785411784", _HB44),
            ("gal_imp", "0.00454609", "United Kingdom, Weights and Measures Act 1985, Schedule 1"),
            ("bbl_oil", "0.158987294928", _HB44),
        ),
        Dimension.DISTANCE: (
            ("m", "0.001", _SI),
            ("km", "1", _SI),
            ("ft", "0.0003048", _HB44),
            ("mi", "1.609344", _HB44),
            ("nmi", "1.852", _NIST),
        ),
        Dimension.AREA: (
            ("m2", "1", _SI),
            ("ha", "10000", _SI),
            ("km2", "1000000", _SI),
            ("ft2", "0.09290304", _HB44),
            ("acre_intl", "4046.8564224", _HB44),
        ),
        Dimension.FREIGHT: (
            ("kg_km", "0.001", _TRADE),
            ("t_km", "1", _TRADE),
            ("t_mi", "1.609344", _TRADE),
            ("short_ton_mi", "1.45997231821056", _TRADE),
        ),
        Dimension.TRAVEL: (
            ("p_km", "1", _TRADE),
            ("p_mi", "1.609344", _TRADE),
        ),
        Dimension.NORMAL_VOLUME: (("Nm3", "1", _NORMAL), ("10kNm3", "10000", _NORMAL)),
        Dimension.STANDARD_VOLUME: (("scf", "1", _STANDARD),),
        Dimension.COUNT: (("each", "1", _COUNTED),),
        Dimension.NIGHTS: (("room_night", "1", "defined here: one room taken for one night"),),
        Dimension.WORK: (("fte_hour", "1", "defined here: one hour of one full-time equivalent"),),
        Dimension.SPEND: (),  # every currency and year is a unit of its own, see `unit_named`
    }
)

UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        name: Unit(name=name, dimension=dimension, ratio=Decimal(ratio), definition=definition)
        for dimension, rows in _TABLE.items()
        for name, ratio, definition in rows
    }
)
"""Every unit, by name."""

# What people write when they mean one of several units, and what they may have meant.
_AMBIGUOUS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ton": '"t", "short_ton" or "long_ton"',
        "tons": '"t", "short_ton" or "long_ton"',
        "tonne": '"t"',
        "tonnes": '"t"',
        "gal": '"gal_us" or "gal_imp"',
        "gallon": '"gal_us" or "gal_imp"',
        "barrel": '"bbl_oil"',
        "bbl": '"bbl_oil"',
        "therm": '"therm_us" or "therm_ec"',
        "therms": '"therm_us" or "therm_ec"',
        "BTU": '"Btu_it"',
        "Btu": '"Btu_it"',
        "mmBtu": '"MMBtu"',
        "kwh": '"kWh"',
        "KWH": '"kWh"',
        "mwh": '"MWh"',
        "tCO2": '"t" of the gas CO2, or "tCO2e"',
        "oz": '"oz_av"',
        "l": '"L"',
        "litre": '"L"',
        "mile": '"mi" or "nmi"',
        "miles": '"mi" or "nmi"',
        "acre": '"acre_intl"',
        "Nm³": '"Nm3"',
        "USD": '"USD@2022", with the year of its prices',
        "CNY": '"CNY@2022", with the year of its prices',
        "EUR": '"EUR@2022", with the year of its prices',
        "GBP": '"GBP@2022", with the year of its prices',
    }
)


_SPEND = re.compile(r"[A-Z]{3}@[12][0-9]{3}")


def unit_named(name: str, *, field: str = "unit") -> Unit:
    """
    Find a unit by its exact name.

    What was spent is counted in a currency at the prices of a year, such as "USD@2022":
    each such pair is a unit of its own, which converts to no other.

    Args:
        name: The name; capitals count.
        field: The name that an error gives the value.

    Returns:
        The unit.

    Raises:
        UnknownUnitError: If the table has no such name; an ambiguous one gets a hint.

    Example:
        >>> unit_named("ton")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        carbonkit.errors.UnknownUnitError: unit: must be a unit of the table, was ton; write "t", ...
    """
    try:
        return UNITS[name]
    except (KeyError, TypeError):  # a TypeError: the value is no text and cannot even be looked up
        if matches(_SPEND, name):
            return Unit(name, Dimension.SPEND, Decimal(1), "ISO 4217, in the prices of the year named")
        raise UnknownUnitError("be a unit of the table", was=name, field=field, hint=_meant(name)) from None


def _meant(name: object) -> str:
    meant = _AMBIGUOUS.get(name) if isinstance(name, str) else None
    return f"write {meant}" if meant else "see carbonkit.values.unit.UNITS"
