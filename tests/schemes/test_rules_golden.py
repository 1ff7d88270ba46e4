"""Every rule of the golden file that is not an auction, reproduced."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from carbonkit.schemes import california, eu_benchmark, eu_border, eu_reserve, rggi

GOLDEN = Path(__file__).parents[3] / "shared" / "data" / "market" / "rules_golden" / "rules_golden.json"
pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="the folder of shared data is not here")


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def test_no_rule_of_the_file_is_left_out(golden: dict[str, Any]) -> None:
    assert set(golden) == {
        "rggi_ccr_trigger",
        "rggi_ecr_trigger",
        "california_holding_limit",
        "eu_msr",
        "eu_benchmark_update_2021_25",
        "cbam",
    }


def test_triggers_of_the_cost_containment_reserve(golden: dict[str, Any]) -> None:
    values = golden["rggi_ccr_trigger"]["values"] | golden["rggi_ccr_trigger"]["confirmed"]
    assert len(values) == 14
    for year, price in values.items():
        assert rggi.cost_containment_trigger(int(year)).price.amount == Decimal(price), year


def test_triggers_of_the_emissions_containment_reserve(golden: dict[str, Any]) -> None:
    values = golden["rggi_ecr_trigger"]["values"]
    assert len(values) == 10
    for year, price in values.items():
        assert rggi.emissions_containment_trigger(int(year)).price.amount == Decimal(price), year


def test_california_budgets_and_holding_limits(golden: dict[str, Any]) -> None:
    rows = golden["california_holding_limit"]
    assert len(rows["budget_million"]) == len(rows["holding_limit"]) == 19
    for year, million in rows["budget_million"].items():
        assert california.allowance_budget(int(year)).allowances == Decimal(million) * 10**6, year
    for year, limit in (rows["holding_limit"] | rows["confirmed"]).items():
        assert california.holding_limit_of(int(year)).allowances == limit, year
    assert rows["budgets_after_2031"] == "193.8 - 6.7*n"
    for passed in range(1, 20):
        budget = (Decimal("193.8") - Decimal("6.7") * passed) * 10**6
        assert california.allowance_budget(2031 + passed).allowances == budget
        limit = 2_500_000 + (budget - 25_000_000) * Decimal("0.025")
        assert california.holding_limit_of(2031 + passed).allowances == limit


def test_intake_of_the_market_stability_reserve(golden: dict[str, Any]) -> None:
    cases = golden["eu_msr"]["cases"]
    assert len(cases) == 5
    for case in cases:
        moved = eu_reserve.market_stability_reserve(case["year"], int(case["tnac"]), stock=0)
        assert moved.intake == case["computed"], case["year"]
        assert case["intake"] in {None, moved.intake}


def test_benchmarks_of_2021_to_2025(golden: dict[str, Any]) -> None:
    rows = golden["eu_benchmark_update_2021_25"]["rows"]
    assert len(rows) == 12
    for row in rows:
        name = row["benchmark"].removesuffix(" (/TJ)")
        assert eu_benchmark.benchmark(name, 2020).value == Decimal(row["phase3"]), name
        assert eu_benchmark.benchmark(name, 2021).value == Decimal(row["phase4_2021_25"]), name
        if row["annual_rate_pct"] is not None:
            places = len(row["phase3"].partition(".")[2])
            rate = Decimal(row["annual_rate_pct"]) / 100
            updated = eu_benchmark.benchmark_update(
                name, 2021, before=row["phase3"], observed=rate, places=places
            )
            assert str(updated.value) == row["computed"], name


def test_phase_out_and_example_of_the_border_mechanism(golden: dict[str, Any]) -> None:
    cbam = golden["cbam"]
    assert len(cbam["factor_obligation"]) == 9
    for year, percent in cbam["factor_obligation"].items():
        assert eu_border.free_share(int(year)).value == 1 - Decimal(percent) / 100, year
    example = cbam["example"]
    goods = eu_border.embedded_emissions(
        example["year"],
        mass_t=1,
        embedded=example["see"],
        benchmark=example["bm"],
        correction=example["cscf"],
    )
    assert goods.total == Decimal(example["result"])
