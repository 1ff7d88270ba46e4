"""
The kinds of activity that each peer's own table of factors knows, with our unit and its factor.

Read by both halves of a benchmark; imports nothing, because a peer's environment has nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "SIGNIFICANT"]

KINDS: Final[Mapping[str, tuple[tuple[str, str, str, str], ...]]] = MappingProxyType(
    {  # the peer's own name of the kind, our unit, how much one unit emits, in which unit of mass
        "atomic6ghg": (
            ("akgd", "MWh", "1067.7", "lb"),
            ("camx", "MWh", "531.7", "lb"),
            ("erct", "MWh", "813.6", "lb"),
            ("rfcw", "MWh", "1046.1", "lb"),
            ("srso", "MWh", "891.9", "lb"),
            ("nyup", "MWh", "233.1", "lb"),
        ),
        "scope3track": (
            ("kwh_electricity_us", "kWh", "0.386", "kg"),
            ("kwh_natural_gas", "kWh", "0.202", "kg"),
            ("km_road_freight_hgv", "km", "0.162", "kg"),
            ("kg_steel", "kg", "2.09", "kg"),
            ("kg_landfill", "kg", "0.579", "kg"),
            ("usd_services", "USD@2022", "0.120", "kg"),
        ),
        "carboncalc": (
            ("electricity kwh", "kWh", "0.417", "kg"),
            ("natural_gas cubic_meters", "m3", "2.0", "kg"),
            ("transportation litres_diesel", "L", "2.68", "kg"),
            ("waste kg_landfill", "kg", "0.587", "kg"),
            ("business_travel km_taxi", "km", "0.21", "kg"),
            ("business_travel hotel_night", "room_night", "31.1", "kg"),
        ),
    }
)

SIGNIFICANT: Final[Mapping[str, int]] = MappingProxyType(
    {"atomic6ghg": 10, "scope3track": 10, "carboncalc": 7}
)
"""Digits in which a total must agree: floats differ in the last ones, and carboncalc rounds each row."""
