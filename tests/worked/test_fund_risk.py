"""
Worked: value at risk and expected shortfall of 500 returns, by the conventions of several programs.

Sources: the figures were given for the same returns by riskfolio-lib 7.4.0 (25th worst), skfolio
1.12.2 (26th worst), empyrical 0.7.1 (linear, and the mean of the worst 25) and quantstats 0.0.86
(normal), all in binary arithmetic; the others were computed with it. They are compared to twelve
places. The returns are carbonkit's own, see risk/PROVENANCE.md.
"""

from __future__ import annotations

import csv
import decimal
import time
from fractions import Fraction
from pathlib import Path

import pytest

from carbonkit.fund.risk.component_risk import delta_normal_risk
from carbonkit.fund.risk.covariance import Centre, Divisor, covariance_of, estimate_of
from carbonkit.fund.risk.expected_shortfall import (
    Tail,
    historical_expected_shortfall,
    normal_expected_shortfall,
)
from carbonkit.fund.risk.returns import ReturnKind, profit_and_loss
from carbonkit.fund.risk.value_at_risk import (
    Drift,
    Quantile,
    Shape,
    cornish_fisher_value_at_risk,
    historical_value_at_risk,
    normal_value_at_risk,
)
from carbonkit.values import AssetId, Money, Rounding

with (Path(__file__).parent / "risk" / "returns.csv").open(encoding="utf-8", newline="") as _file:
    RETURNS = [row["return"] for row in csv.DictReader(_file)]

DAILY = estimate_of(RETURNS, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)


def close(loss: Fraction, published: str) -> bool:
    return abs(loss - Fraction(published)) < Fraction(1, 10**12)


def test_there_are_500_returns() -> None:
    assert len(RETURNS) == DAILY.count == 500


@pytest.mark.parametrize(
    ("quantile", "published"),
    [
        (Quantile.K_TH_WORST, "0.0273515394632465"),
        (Quantile.NEXT_WORST, "0.0272056648563154"),
        (Quantile.LINEAR, "0.027212958586661957"),
    ],
)
def test_historical_value_at_risk(quantile: Quantile, published: str) -> None:
    found = historical_value_at_risk(RETURNS, confidence="0.95", quantile=quantile)
    assert close(found.loss, published)


@pytest.mark.parametrize("tail", Tail)
def test_expected_shortfall_is_the_mean_of_the_worst_25(tail: Tail) -> None:
    found = historical_expected_shortfall(RETURNS, confidence="0.95", tail=tail)
    assert close(found.loss, "0.04146736252733735")


@pytest.mark.parametrize(
    ("confidence", "value_at_risk", "shortfall"),
    [
        ("0.95", "0.027416405235310786", "0.03431931340672805"),
        ("0.99", "0.0386744855310412", "0.04427245580374084"),
    ],
)
def test_normal(confidence: str, value_at_risk: str, shortfall: str) -> None:
    at_risk = normal_value_at_risk(DAILY, confidence=confidence, drift=Drift.COUNTED)
    beyond = normal_expected_shortfall(DAILY, confidence=confidence, drift=Drift.COUNTED)
    assert close(at_risk.loss, value_at_risk)
    assert close(beyond.loss, shortfall)


def test_cornish_fisher() -> None:
    found = cornish_fisher_value_at_risk(
        RETURNS,
        confidence="0.95",
        divisor=Divisor.COUNT_LESS_ONE,
        centre=Centre.SAMPLE_MEAN,
        drift=Drift.COUNTED,
        shape=Shape.ADJUSTED,
    )
    assert close(found.loss, "0.028065847481088372")


def test_ten_days_by_the_root_of_time() -> None:
    # The mean grows with time and the deviation with its root.
    ten_days = normal_value_at_risk(DAILY.over(10), confidence="0.95", drift=Drift.COUNTED)
    assert close(ten_days.loss, "0.08836612456979578")
    # Scaling the loss itself is another convention, with another figure.
    scaled = normal_value_at_risk(DAILY, confidence="0.95", drift=Drift.COUNTED).times_root_of(10)
    assert scaled.rounded(6, Rounding.HALF_UP) != ten_days.rounded(6, Rounding.HALF_UP)


def test_the_context_of_the_host_changes_nothing() -> None:
    def figures() -> list[Fraction]:
        estimate = estimate_of(RETURNS, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
        bent = cornish_fisher_value_at_risk(
            RETURNS,
            confidence="0.95",
            divisor=Divisor.COUNT_LESS_ONE,
            centre=Centre.SAMPLE_MEAN,
            drift=Drift.COUNTED,
            shape=Shape.ADJUSTED,
        )
        return [
            bent.loss,
            normal_value_at_risk(estimate, confidence="0.95", drift=Drift.COUNTED).loss,
            normal_expected_shortfall(estimate, confidence="0.95", drift=Drift.COUNTED).loss,
            historical_value_at_risk(RETURNS, confidence="0.95", quantile=Quantile.HAZEN)
            .times_root_of(10)
            .loss,
        ]

    usual = figures()
    with decimal.localcontext(decimal.Context(prec=3)):
        assert figures() == usual


def test_a_book_of_five_positions_is_quick() -> None:
    assets = [AssetId(f"CEA-{number}") for number in range(5)]
    moves = {asset: RETURNS[number:] + RETURNS[:number] for number, asset in enumerate(assets)}
    book = {asset: Money(str(1_000_000 * (1 + n)), "CNY") for n, asset in enumerate(assets)}
    start = time.perf_counter()
    gains = profit_and_loss(book, moves, kind=ReturnKind.SIMPLE)
    historical_value_at_risk(gains, confidence="0.95", quantile=Quantile.LINEAR)
    moved = covariance_of(moves, divisor=Divisor.COUNT_LESS_ONE, centre=Centre.SAMPLE_MEAN)
    risk = delta_normal_risk(book, moved, confidence="0.95")
    assert time.perf_counter() - start < 1
    assert sum(part.component for part in risk.components) == risk.loss
