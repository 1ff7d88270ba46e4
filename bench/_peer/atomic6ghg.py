"""atomic6ghg's half: one worksheet of purchased electricity, a dict for each row, floats."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bench._peer.activity_job import main

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MARKET = "marketBasedEmissionFactors{}Emissions"


def run(rows: Sequence[tuple[str, float]]) -> tuple[Callable[[], object], Callable[[], dict[str, float]]]:
    """Make a worksheet of the rows ready; its amounts are in kWh."""
    electricity = importlib.import_module("atomic6ghg.formulas.electricity").Electricity
    none = {_MARKET.format(gas): None for gas in ("CO2", "CH4", "N2O")}
    sheet = {
        "totalElectricityPurchased": [
            {"sourceId": str(number), "eGridSubregion": kind, "electricityPurchased": amount * 1000, **none}
            for number, (kind, amount) in enumerate(rows)
        ]
    }
    came: list[dict[str, Any]] = []

    def work() -> None:
        came.append(electricity(sheet).to_dict())

    def totals() -> dict[str, float]:
        sums: dict[str, float] = {}
        for row in came.pop()["totalElectricityPurchased"]:
            kind = row["eGridSubregion"]
            sums[kind] = sums.get(kind, 0.0) + row["locationBasedEmissionsCO2Emissions"]
        return sums

    return work, totals


if __name__ == "__main__":
    main("atomic6ghg", run)
