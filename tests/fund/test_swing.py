"""Swing pricing: who deals bears the cost of it; the NAV of record never moves."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund.units.swing import DilutionLevy, SwingKind, SwingPolicy, levied_price, swung_price
from carbonkit.values import Money
from tests.fund.unit_books import A, cny, lot, record, register

RECORD = record(register(lot(A, 1_000_000)), 1_050_000)


def policy(**changed: Any) -> SwingPolicy:  # noqa: ANN401  any field
    given = {
        "kind": SwingKind.PARTIAL,
        "threshold": "0.03",
        "inflow_bps": 40,
        "outflow_bps": 55,
        "cap_bps": 50,
    }
    return SwingPolicy(**{**given, **changed})


@pytest.mark.parametrize(
    ("flow", "price"),
    [
        (31_500, "1.0500"),  # at the threshold: not above it
        ("31500.01", "1.0542"),
        (-31_500, "1.0500"),
        ("-31500.01", "1.0448"),  # 55 bps cut to 50
        (0, "1.0500"),
    ],
)
def test_a_partial_swing_starts_above_the_threshold(flow: int | str, price: str) -> None:
    swung = swung_price(RECORD, net_flow=cny(flow), policy=policy())
    assert swung.per_unit == cny(price)
    assert swung.record is RECORD
    assert RECORD.per_unit == cny("1.0500")


def test_a_full_swing_needs_no_threshold() -> None:
    full = policy(kind=SwingKind.FULL, threshold=0)
    assert swung_price(RECORD, net_flow=cny("0.01"), policy=full).per_unit == cny("1.0542")
    assert swung_price(RECORD, net_flow=cny("-0.01"), policy=full).per_unit == cny("1.0448")
    assert swung_price(RECORD, net_flow=cny(0), policy=full).per_unit == cny("1.0500")
    with pytest.raises(InvalidValueError, match=r"threshold: must be zero for a full swing, was 0.03"):
        policy(kind=SwingKind.FULL)


@given(st.integers(-(10**9), 10**9), st.integers(0, 9_999), st.integers(0, 9_999), st.integers(0, 9_999))
def test_the_price_moves_with_the_flow_and_never_beyond_the_cap(
    fen: int, inflow: int, outflow: int, cap: int
) -> None:
    by = policy(inflow_bps=inflow, outflow_bps=outflow, cap_bps=cap)
    factor = by.factor(Fraction(fen, 105_000_000))
    assert abs(factor) <= Fraction(cap, 10_000)
    assert factor == 0 or (factor > 0) == (fen > 0)
    assert factor in {
        0,
        Fraction(min(inflow, cap), 10_000),
        Fraction(-min(outflow, cap), 10_000),
    }


def test_a_price_says_why_it_swung() -> None:
    assert swung_price(RECORD, net_flow=cny(-42_000), policy=policy()).how == (
        "NAV per unit × 0.995: net outflow of 0.04 of the NAV is above the threshold of 0.03, "
        "cut to the cap of 50 bps"
    )
    assert swung_price(RECORD, net_flow=cny(21_000), policy=policy()).how == (
        "NAV per unit, not swung: net inflow of 0.02 of the NAV is within the threshold of 0.03"
    )
    assert swung_price(RECORD, net_flow=cny(0), policy=policy()).how == "NAV per unit, not swung: no net flow"
    full = policy(kind=SwingKind.FULL, threshold=0)
    text = swung_price(RECORD, net_flow=cny(21_000), policy=full).explain().text()
    assert "1.0542 CNY = NAV per unit × 1.004: net inflow of 0.02 of the NAV, every net flow swings" in text
    assert "NAV per unit of GREEN-A on 2026-06-30: 1.0500 CNY" in text


def test_a_policy_explains_itself() -> None:
    assert policy().explain().text() == (
        "swing policy: partial = above 0.03 of the NAV\n"
        "  on a net inflow: 40 bps\n"
        "  on a net outflow: 55 bps\n"
        "  at most: 50 bps"
    )
    assert policy(kind=SwingKind.FULL, threshold=0).explain().how == "every net flow"


def test_a_levy_leaves_the_price_and_charges_the_side_that_costs() -> None:
    levy = DilutionLevy(threshold="0.03", on_subscriptions="0.004", on_redemptions="0.005")
    sides = [
        (price.per_unit, price.levy_in, price.levy_out)
        for price in (
            levied_price(RECORD, net_flow=cny(flow), levy=levy) for flow in (42_000, -42_000, 31_500)
        )
    ]
    assert sides == [
        (cny("1.0500"), Fraction(1, 250), 0),
        (cny("1.0500"), 0, Fraction(1, 200)),
        (cny("1.0500"), 0, 0),
    ]
    assert levied_price(RECORD, net_flow=cny(31_500), levy=levy).how == (
        "NAV per unit; net inflow of 0.03 of the NAV is within the threshold of 0.03 for a dilution levy"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": "partial"}, "kind: must be of type SwingKind"),
        ({"threshold": 1}, "threshold: must be from 0 to below 1"),
        ({"inflow_bps": -1}, "inflow_bps: must be from 0 to below 10000"),
        ({"outflow_bps": 10_000}, "outflow_bps: must be from 0 to below 10000"),
        ({"cap_bps": 0.5}, "cap_bps: must be a str, int or Decimal"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        policy(**changed)
    assert str(caught.value).startswith(message)


def test_a_flow_is_held_against_a_value_in_its_currency() -> None:
    with pytest.raises(CurrencyMismatchError, match="net_flow: must be CNY, was EUR"):
        swung_price(RECORD, net_flow=Money(1, "EUR"), policy=policy())
    with pytest.raises(InvalidValueError, match="net asset value: must be above zero"):
        swung_price(record(register(lot(A, 1)), 0), net_flow=cny(1), policy=policy())
    with pytest.raises(InvalidValueError, match="policy: must be of type SwingPolicy"):
        swung_price(RECORD, net_flow=cny(1), policy=None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="levy: must be of type DilutionLevy"):
        levied_price(RECORD, net_flow=cny(1), levy=None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="on_redemptions: must be from 0 to below 1"):
        DilutionLevy(threshold=0, on_subscriptions=0, on_redemptions=1)
