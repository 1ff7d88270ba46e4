"""
Funds: who has promised and paid what, what the fund holds, what it is worth, what it returned.

    commitment     what each partner promised             call           part of it asked for; what is left
    entry          one line of a capital account          figure         a number on its way to a report
    holding        the lots of one asset                  portfolio      all holdings; purchases, sales, gains
    valuation      net asset value, partner by partner    refusal        the reason codes of a refusal
    cashflow       dated money                            day_count      how years are counted
    internal_rate  every internal rate, or why none       performance    DPI, RVPI, TVPI and the rate
    root           every root of an exponential sum       exponential, polynomial  what it is found with
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.call import CapitalCall, call_capital, unfunded
    from carbonkit.fund.cashflow import CashFlow, contribution, distribution
    from carbonkit.fund.commitment import Commitment, Commitments, read_commitments
    from carbonkit.fund.day_count import DayCount
    from carbonkit.fund.entry import Entry, Line
    from carbonkit.fund.holding import Holding, Lot
    from carbonkit.fund.internal_rate import InternalRate, NoRate, xirr
    from carbonkit.fund.performance import Performance, performance_of
    from carbonkit.fund.portfolio import CostMethod, Portfolio, Realised
    from carbonkit.fund.refusal import Refusal
    from carbonkit.fund.valuation import Mark, NetAssetValue, ValuedHolding, net_asset_value

__all__ = [
    "CapitalCall",
    "CashFlow",
    "Commitment",
    "Commitments",
    "CostMethod",
    "DayCount",
    "Entry",
    "Holding",
    "InternalRate",
    "Line",
    "Lot",
    "Mark",
    "NetAssetValue",
    "NoRate",
    "Performance",
    "Portfolio",
    "Realised",
    "Refusal",
    "ValuedHolding",
    "call_capital",
    "contribution",
    "distribution",
    "net_asset_value",
    "performance_of",
    "read_commitments",
    "unfunded",
    "xirr",
]

_HOMES: Final = {
    "call": "CapitalCall call_capital unfunded",
    "cashflow": "CashFlow contribution distribution",
    "commitment": "Commitment Commitments read_commitments",
    "day_count": "DayCount",
    "entry": "Entry Line",
    "holding": "Holding Lot",
    "internal_rate": "InternalRate NoRate xirr",
    "performance": "Performance performance_of",
    "portfolio": "CostMethod Portfolio Realised",
    "refusal": "Refusal",
    "valuation": "Mark NetAssetValue ValuedHolding net_asset_value",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
