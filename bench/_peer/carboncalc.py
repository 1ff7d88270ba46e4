"""carboncalc's half: a record for each row, each rounded to four places."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench._peer.activity_job import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(rows: Sequence[tuple[str, float]]) -> tuple[Callable[[], object], Callable[[], dict[str, float]]]:
    """Make records of the rows ready."""
    calculator = importlib.import_module("carboncalc.calculator").CarbonCalculator()
    models = importlib.import_module("carboncalc.models")
    categories = {each.value: each for each in models.EmissionCategory}
    records: list[Any] = []
    for kind, amount in rows:
        category, unit = kind.split()
        records.append(models.EmissionRecord(categories[category], amount, unit, "2025-01-01"))

    def work() -> None:
        calculator.calculate_batch(records)
        calculator.get_breakdown_by_category(records)

    def totals() -> dict[str, float]:
        sums: dict[str, float] = {}
        for record in records:
            kind = f"{record.category.value} {record.unit}"
            sums[kind] = sums.get(kind, 0.0) + record.co2_kg
        return sums

    return work, totals


if __name__ == "__main__":
    main("carboncalc", run)
