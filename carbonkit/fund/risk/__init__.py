"""
Risk: value at risk and expected shortfall, by named conventions.

    returns                what prices gained, what a book would
    covariance             means, variances, covariances, exact
    value_at_risk          by named conventions
    expected_shortfall     the mean loss beyond it
    tail_risk              a loss at a confidence
    component_risk         what each position adds to it
    backtest               how often a loss was above it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.values.lazy import on_demand

if TYPE_CHECKING:
    from carbonkit.fund.risk.backtest import Backtest, TrafficLight, backtest_of
    from carbonkit.fund.risk.component_risk import ComponentRisk, DeltaNormalRisk, delta_normal_risk
    from carbonkit.fund.risk.covariance import (
        Centre,
        Covariance,
        Divisor,
        Estimate,
        covariance_of,
        estimate_of,
    )
    from carbonkit.fund.risk.expected_shortfall import (
        Tail,
        historical_expected_shortfall,
        normal_expected_shortfall,
    )
    from carbonkit.fund.risk.returns import ReturnKind, profit_and_loss, returns_of
    from carbonkit.fund.risk.tail_risk import RiskMeasure, TailRisk
    from carbonkit.fund.risk.value_at_risk import (
        Drift,
        Quantile,
        Shape,
        cornish_fisher_value_at_risk,
        historical_value_at_risk,
        normal_value_at_risk,
    )

__all__ = [
    "Backtest",
    "Centre",
    "ComponentRisk",
    "Covariance",
    "DeltaNormalRisk",
    "Divisor",
    "Drift",
    "Estimate",
    "Quantile",
    "ReturnKind",
    "RiskMeasure",
    "Shape",
    "Tail",
    "TailRisk",
    "TrafficLight",
    "backtest_of",
    "cornish_fisher_value_at_risk",
    "covariance_of",
    "delta_normal_risk",
    "estimate_of",
    "historical_expected_shortfall",
    "historical_value_at_risk",
    "normal_expected_shortfall",
    "normal_value_at_risk",
    "profit_and_loss",
    "returns_of",
]

_HOMES: Final = {
    "backtest": "Backtest TrafficLight backtest_of",
    "component_risk": "ComponentRisk DeltaNormalRisk delta_normal_risk",
    "covariance": "Centre Covariance Divisor Estimate covariance_of estimate_of",
    "expected_shortfall": "Tail historical_expected_shortfall normal_expected_shortfall",
    "returns": "ReturnKind profit_and_loss returns_of",
    "tail_risk": "RiskMeasure TailRisk",
    "value_at_risk": (
        "Drift Quantile Shape cornish_fisher_value_at_risk historical_value_at_risk normal_value_at_risk"
    ),
}

if not TYPE_CHECKING:  # a type checker would take any name for one that it loads
    __getattr__, __dir__ = on_demand(__name__, _HOMES)
