"""A national compliance year: small in every run, and at its full size among the slow tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench._registry import NationalYear
from carbonkit.ledger import MemoryStore
from carbonkit.storage import SQLiteStore

if TYPE_CHECKING:
    from pathlib import Path


def test_a_small_national_year_adds_up() -> None:
    year = NationalYear(MemoryStore(), 12, 200)
    year.run()
    assert year.outcome() == (True, 12)
    sums = {unit.asset.text: unit for unit in year.registry.reconcile().units}
    assert all(unit.adds_up for unit in sums.values())
    allowances, credits_used = dict(sums["CEA-2024"].gone), dict(sums["CCER-2024"].gone)
    assert allowances["surrender"] + credits_used["surrender"] == sum(year.emitted.values())
    assert allowances["carried_over"] == sums["CEA-2025"].issued


@pytest.mark.slow
def test_a_national_year_runs_on_sqlite_and_verifies(tmp_path: Path) -> None:
    with SQLiteStore.open(tmp_path / "year.sqlite") as store:
        year = NationalYear(store, 3_400, 50_000)
        year.run()
        assert year.outcome() == (True, 3_400)
        assert store.head().sequence > 70_000
