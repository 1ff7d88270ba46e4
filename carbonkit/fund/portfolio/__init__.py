"""
Portfolios: lots of allowances and credits, what they cost, gained and are worth.

    holding                the lots of one asset
    portfolio              all holdings; purchases, sales, gains
    valuation              net asset value, partner by partner
    cost_method            what a sale is taken to have cost
    trade_history          trades replayed under one method
    unrounded_cost         what sales cost before rounding
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
    from carbonkit.fund.portfolio.holding import Holding, Lot
    from carbonkit.fund.portfolio.portfolio import Portfolio, Realised
    from carbonkit.fund.portfolio.trade_history import Sale, TradeHistory, replay
    from carbonkit.fund.portfolio.unrounded_cost import UnroundedSale, unrounded_sales
    from carbonkit.fund.portfolio.valuation import (
        ContractsValue,
        Mark,
        NetAssetValue,
        ValuedHolding,
        net_asset_value,
    )

__all__ = [
    "ContractsValue",
    "CostMethod",
    "Holding",
    "Lot",
    "Mark",
    "NetAssetValue",
    "PeriodAverage",
    "Portfolio",
    "Realised",
    "Sale",
    "TradeHistory",
    "UnroundedSale",
    "ValuedHolding",
    "net_asset_value",
    "replay",
    "unrounded_sales",
]

_HOMES: Final = {
    "cost_method": "CostMethod PeriodAverage",
    "holding": "Holding Lot",
    "portfolio": "Portfolio Realised",
    "trade_history": "Sale TradeHistory replay",
    "unrounded_cost": "UnroundedSale unrounded_sales",
    "valuation": "ContractsValue Mark NetAssetValue ValuedHolding net_asset_value",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
