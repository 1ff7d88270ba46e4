"""
Funds: who has promised and paid what, what the fund holds, what it is worth, what it returned.

    partner      what each partner has promised, is called for, is paid and is told
    carry        who gets what of a distribution, and what is given back
    fee          what the manager is paid, and what the fund bears
    account      each partner's capital, rolled forward, tied out, posted to a ledger
    report       reports to partners, after ILPA's templates
    units        open-ended funds: units, dealing days, fees over a high-water mark
    performance  internal rates, multiples, market equivalents, returns over time
    portfolio    lots of allowances and credits: what they cost, gained and are worth
    position     a book of units and contracts, valued, explained and stressed
    curve        prices by delivery, what later money is worth, what carrying costs
    option       European, American and spread options, with their Greeks
    risk         value at risk and expected shortfall, by named conventions
    product      repo, pledge and lending of allowances; a company's accounts of them

In this package itself:

    entry                  one line of a capital account
    figure                 a number on its way to a report
    refusal                the reason codes of a refusal
    cashflow               dated money
    day_count              how years are counted
    exponential, polynomial what it is found with
    apportion              exact parts in whole minor units
    chart                  the fund in pictures
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.cashflow import CashFlow, contribution, distribution
    from carbonkit.fund.chart import (
        CurvePoint,
        ExposureRow,
        TierRow,
        ValuePoint,
        exposure_chart,
        j_curve_chart,
        nav_chart,
        tier_chart,
    )
    from carbonkit.fund.day_count import DayCount
    from carbonkit.fund.entry import Entry, Line
    from carbonkit.fund.partner.call import CapitalCall, call_capital
    from carbonkit.fund.partner.commitment import Commitment, Commitments, read_commitments
    from carbonkit.fund.partner.unfunded import unfunded
    from carbonkit.fund.performance.internal_rate import InternalRate, NoRate, xirr
    from carbonkit.fund.performance.performance import Performance, performance_of
    from carbonkit.fund.portfolio.cost_method import CostMethod
    from carbonkit.fund.portfolio.holding import Holding, Lot
    from carbonkit.fund.portfolio.portfolio import Portfolio, Realised
    from carbonkit.fund.portfolio.valuation import Mark, NetAssetValue, ValuedHolding, net_asset_value
    from carbonkit.fund.refusal import Refusal

__all__ = [
    "CapitalCall",
    "CashFlow",
    "Commitment",
    "Commitments",
    "CostMethod",
    "CurvePoint",
    "DayCount",
    "Entry",
    "ExposureRow",
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
    "TierRow",
    "ValuePoint",
    "ValuedHolding",
    "call_capital",
    "contribution",
    "distribution",
    "exposure_chart",
    "j_curve_chart",
    "nav_chart",
    "net_asset_value",
    "performance_of",
    "read_commitments",
    "tier_chart",
    "unfunded",
    "xirr",
]

_HOMES: Final = {
    "cashflow": "CashFlow contribution distribution",
    "chart": ("CurvePoint ExposureRow TierRow ValuePoint exposure_chart j_curve_chart nav_chart tier_chart"),
    "day_count": "DayCount",
    "entry": "Entry Line",
    "partner.call": "CapitalCall call_capital",
    "partner.commitment": "Commitment Commitments read_commitments",
    "partner.unfunded": "unfunded",
    "performance.internal_rate": "InternalRate NoRate xirr",
    "performance.performance": "Performance performance_of",
    "portfolio.cost_method": "CostMethod",
    "portfolio.holding": "Holding Lot",
    "portfolio.portfolio": "Portfolio Realised",
    "portfolio.valuation": "Mark NetAssetValue ValuedHolding net_asset_value",
    "refusal": "Refusal",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
