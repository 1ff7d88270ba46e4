"""Forward curves: prices by delivery, of one asset, one currency and one day."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from carbonkit.errors import CarbonkitError
from carbonkit.fund.curve.curve import Extrapolation, Interpolation
from carbonkit.fund.curve.forward_curve import ForwardCurve
from carbonkit.values import AssetId, Price
from carbonkit.values.source import Source

NODES = [("2025-12-15", Price("70.00", "EUR", "tCO2e")), ("2026-12-14", Price("72.00", "EUR", "tCO2e"))]
PAPER = Source("Exchange", "Settlement prices", 2025)


def curve(**changed: Any) -> ForwardCurve:  # noqa: ANN401  any argument of a curve
    usual: dict[str, Any] = {
        "asset": AssetId("EUA"),
        "as_of": "2025-06-02",
        "nodes": NODES,
        "interpolation": Interpolation.LINEAR,
        "extrapolation": Extrapolation.REFUSED,
        "origin": "settlement prices",
    }
    return ForwardCurve(**{**usual, **changed})


def test_nodes_are_exact_and_between_them_it_is_read_as_named() -> None:
    assert [curve().price(day) for day, _ in NODES] == [70, 72]
    assert curve().price("2026-06-15") == 71
    assert curve(interpolation=Interpolation.FLAT).price("2026-06-15") == 70
    logs = curve(interpolation=Interpolation.LOG_LINEAR).price("2026-06-15")
    assert abs(logs * logs - 70 * 72) < Fraction(1, 10**50)
    assert curve().currency == "EUR"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"nodes": []}, "curve of EUA: must have one node or more, was none"),
        (
            {"nodes": [*NODES, ("2027-12-13", Price("74", "GBP", "tCO2e"))]},
            "curve of EUA, 2027-12-13: must be EUR, was GBP",
        ),
        (
            {"nodes": [("2025-12-15", Price("70", "EUR", "MWh"))]},
            "curve of EUA, 2025-12-15: must be per tCO2e, was 70 EUR/MWh",
        ),
        (
            {"nodes": [("2025-12-15", Price("-1", "EUR", "tCO2e"))]},
            "curve of EUA, 2025-12-15: must be zero or more, was -1 EUR/tCO2e",
        ),
        ({"nodes": [("2025-12-15", "70")]}, "curve of EUA, 2025-12-15: must be of type Price, was '70'"),
        ({"nodes": [*NODES, "2027"]}, f"nodes, {len(NODES) + 1}: must be a pair, was '2027'"),
        ({"nodes": NODES[::-1]}, "curve of EUA: must have a node after 2026-12-14 next, was 2025-12-15"),
        ({"as_of": "2026-01-01"}, "curve of EUA: must have no node before 2026-01-01, was 2025-12-15"),
        ({"origin": " "}, "origin: must be a Source, or say where the prices are from, was ' '"),
        ({"asset": "EUA"}, "asset: must be of type AssetId, was 'EUA'"),
        ({"interpolation": "linear"}, "interpolation: must be of type Interpolation"),
        ({"extrapolation": None}, "extrapolation: must be of type Extrapolation"),
    ],
)
def test_what_is_no_curve(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(CarbonkitError) as caught:
        curve(**changed)
    assert str(caught.value).startswith(message)


def test_it_explains_a_price_down_to_its_nodes() -> None:
    assert curve().explain("2026-06-15").text() == (
        "EUA for delivery on 2026-06-15: 71 EUR/tCO2e = between nodes straight lines between nodes\n"
        "  node of 2025-12-15: 70.00 EUR/tCO2e = settlement prices\n"
        "  node of 2026-12-14: 72.00 EUR/tCO2e = settlement prices"
    )
    assert curve(origin=PAPER).explain("2025-12-15").source == PAPER
