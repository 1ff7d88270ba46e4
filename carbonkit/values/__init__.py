"""
The ground floor: exact, frozen values with no input or output and no clock of their own.

    number       what may enter as a number; exact sums; named rounding
    unit         the table of units                quantity     Mass, Energy, … with exact conversion
    money        Money, exact and in one currency  price        money per quantity
    time         dates, instants, Period, Clock    identifier   AccountId, AssetId, …
    place        country, region, city             source       where a figure comes from
    explanation  how a figure came about           table        rows from CSV, all problems at once
    field        types and choices, checked        text         texts, checked in whole
    share        whole parts that add up           rule         one rule as data, with source and dates
    language     English or Chinese            lazy         names loaded when first asked for
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.values.explanation import Explanation
    from carbonkit.values.identifier import AccountId, AssetId, CommandId, InstrumentId, OrderId
    from carbonkit.values.language import Language
    from carbonkit.values.money import Money
    from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, round_to, whole
    from carbonkit.values.place import Place
    from carbonkit.values.price import Price
    from carbonkit.values.quantity import (
        Area,
        CO2e,
        Count,
        Distance,
        Energy,
        Freight,
        Mass,
        Nights,
        NormalVolume,
        Quantity,
        Spend,
        StandardVolume,
        Travel,
        Volume,
        Work,
        quantity,
    )
    from carbonkit.values.rule import Rule, rule_in_force
    from carbonkit.values.share import split
    from carbonkit.values.source import Source, Status
    from carbonkit.values.table import read_table
    from carbonkit.values.time import (
        Clock,
        FixedClock,
        Period,
        SystemClock,
        add_months,
        as_date,
        as_instant,
        at_local_time,
        local_date,
        local_time,
    )
    from carbonkit.values.unit import UNITS, Dimension, Unit, unit_named

__all__ = [
    "UNITS",
    "AccountId",
    "Area",
    "AssetId",
    "CO2e",
    "Clock",
    "CommandId",
    "Count",
    "Dimension",
    "Distance",
    "Energy",
    "Exact",
    "Explanation",
    "FixedClock",
    "Freight",
    "InstrumentId",
    "Language",
    "Mass",
    "Money",
    "Nights",
    "NormalVolume",
    "OrderId",
    "Period",
    "Place",
    "Price",
    "Quantity",
    "Rounding",
    "Rule",
    "Source",
    "Spend",
    "StandardVolume",
    "Status",
    "SystemClock",
    "Travel",
    "Unit",
    "Volume",
    "Work",
    "add_months",
    "as_date",
    "as_instant",
    "at_local_time",
    "divide",
    "exact",
    "local_date",
    "local_time",
    "multiply",
    "quantity",
    "read_table",
    "round_to",
    "rule_in_force",
    "split",
    "unit_named",
    "whole",
]

_HOMES: Final = {
    "explanation": "Explanation",
    "identifier": "AccountId AssetId CommandId InstrumentId OrderId",
    "language": "Language",
    "money": "Money",
    "number": "Exact Rounding divide exact multiply round_to whole",
    "place": "Place",
    "price": "Price",
    "quantity": (
        "Area CO2e Count Distance Energy Freight Mass Nights NormalVolume Quantity Spend StandardVolume "
        "Travel Volume Work quantity"
    ),
    "rule": "Rule rule_in_force",
    "share": "split",
    "source": "Source Status",
    "table": "read_table",
    "time": (
        "Clock FixedClock Period SystemClock add_months as_date as_instant at_local_time local_date "
        "local_time"
    ),
    "unit": "UNITS Dimension Unit unit_named",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
