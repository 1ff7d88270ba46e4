"""
Positions: a book of units and contracts, valued, explained and stressed.

    eligibility            what counts for an obligation
    environment            the prices a book is valued by
    position               a book, valued; its exposures
    spot_position          allowances and credits held
    contract_lot           contracts traded, closed out
    contract_position      forwards, futures, options
    spread_swap            one unit for another
    futures_margin         marked to market every day
    option_profit, profit_explain what gains came from
    shock, scenario        what is assumed to happen
    stress                 a book under scenarios
    reverse_stress         the shock that loses an amount
    exposure               what a book moves with
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.position.contract_lot import ClosedOut, ContractLot, close_out
    from carbonkit.fund.position.contract_position import ContractPosition, Settlement
    from carbonkit.fund.position.eligibility import Eligibility, EligibleHolding, eligible_units
    from carbonkit.fund.position.environment import Environment
    from carbonkit.fund.position.exposure import Exposure, ExposureKey, ExposureTotal, exposures_by
    from carbonkit.fund.position.futures_margin import MarginDay, MarginHistory, MarginTerms, mark_daily
    from carbonkit.fund.position.option_profit import OptionState, option_profit
    from carbonkit.fund.position.position import BookValue, Cause, Position, PositionValue, exposures, revalue
    from carbonkit.fund.position.profit_explain import ExplainedPosition, ExplainedProfit, explain_profit
    from carbonkit.fund.position.reverse_stress import ReverseStress, reverse_stress
    from carbonkit.fund.position.scenario import Scenario, observed_scenario, scenario_grid
    from carbonkit.fund.position.shock import PriceShock, RateShock, ShockKind, VolatilityShock
    from carbonkit.fund.position.spot_position import SpotPosition
    from carbonkit.fund.position.spread_swap import SpreadSwap
    from carbonkit.fund.position.stress import StressResult, StressRow, stress

__all__ = [
    "BookValue",
    "Cause",
    "ClosedOut",
    "ContractLot",
    "ContractPosition",
    "Eligibility",
    "EligibleHolding",
    "Environment",
    "ExplainedPosition",
    "ExplainedProfit",
    "Exposure",
    "ExposureKey",
    "ExposureTotal",
    "MarginDay",
    "MarginHistory",
    "MarginTerms",
    "OptionState",
    "Position",
    "PositionValue",
    "PriceShock",
    "RateShock",
    "ReverseStress",
    "Scenario",
    "Settlement",
    "ShockKind",
    "SpotPosition",
    "SpreadSwap",
    "StressResult",
    "StressRow",
    "VolatilityShock",
    "close_out",
    "eligible_units",
    "explain_profit",
    "exposures",
    "exposures_by",
    "mark_daily",
    "observed_scenario",
    "option_profit",
    "revalue",
    "reverse_stress",
    "scenario_grid",
    "stress",
]

_HOMES: Final = {
    "contract_lot": "ClosedOut ContractLot close_out",
    "contract_position": "ContractPosition Settlement",
    "eligibility": "Eligibility EligibleHolding eligible_units",
    "environment": "Environment",
    "exposure": "Exposure ExposureKey ExposureTotal exposures_by",
    "futures_margin": "MarginDay MarginHistory MarginTerms mark_daily",
    "option_profit": "OptionState option_profit",
    "position": "BookValue Cause Position PositionValue exposures revalue",
    "profit_explain": "ExplainedPosition ExplainedProfit explain_profit",
    "reverse_stress": "ReverseStress reverse_stress",
    "scenario": "Scenario observed_scenario scenario_grid",
    "shock": "PriceShock RateShock ShockKind VolatilityShock",
    "spot_position": "SpotPosition",
    "spread_swap": "SpreadSwap",
    "stress": "StressResult StressRow stress",
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
