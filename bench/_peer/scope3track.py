"""scope3track's half: an entry for each row, made by its calculator in a loop, which is its fastest way."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench._peer.activity_job import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(rows: Sequence[tuple[str, float]]) -> tuple[Callable[[], object], Callable[[], dict[str, float]]]:
    """Make a calculator ready for the rows."""
    calculator = importlib.import_module("scope3track.calculator").EmissionCalculator()
    scope = importlib.import_module("scope3track.models").EmissionScope.SCOPE3
    entries: list[Any] = []

    def work() -> None:
        calculate = calculator.calculate
        for number, (kind, amount) in enumerate(rows):
            entries.append(calculate(str(number), scope, kind, amount, "unit", factor_key=kind))

    def totals() -> dict[str, float]:
        sums: dict[str, float] = {}
        for entry in entries:
            sums[entry.source] = sums.get(entry.source, 0.0) + entry.emissions_kg_co2e
        return sums

    return work, totals


if __name__ == "__main__":
    main("scope3track", run)
