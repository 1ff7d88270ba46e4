"""Gates: never more than the share, cut down to whole steps, divided pro rata."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.fund.units.gate import GateBasis, GateRest, RedemptionGate
from tests.fund.unit_books import UNIT


def gate(**changed: Any) -> RedemptionGate:  # noqa: ANN401  any field
    return RedemptionGate(**{"share": "0.1", "basis": GateBasis.GROSS, "rest": GateRest.DEFERRED, **changed})


def through(given_gate: RedemptionGate, wanted: list[str], issued: str = "0") -> list[str]:
    units = [Decimal(each) for each in wanted]
    let = given_gate.through(UNIT, units, outstanding=Decimal(1000), issued=Decimal(issued))
    return [str(each) for each in let]


def test_what_is_within_the_limit_goes_through() -> None:
    assert through(gate(), ["60.00", "40.00"]) == ["60.00", "40.00"]


def test_what_is_above_it_is_divided_pro_rata() -> None:
    assert through(gate(), ["100", "100", "100"]) == ["33.34", "33.33", "33.33"]
    assert through(gate(), ["60.00", "40.01"]) == ["59.99", "40.01"]


def test_subscriptions_widen_a_net_gate_only() -> None:
    assert through(gate(basis=GateBasis.NET), ["150"], issued="50") == ["150.00"]
    assert through(gate(basis=GateBasis.NET), ["150"], issued="49.99") == ["149.99"]
    assert through(gate(), ["150"], issued="50") == ["100.00"]


@given(
    st.lists(st.integers(1, 10**10), min_size=1, max_size=8),
    st.fractions(min_value=Fraction(1, 1000), max_value=1),
    st.integers(0, 10**10),
    st.integers(0, 10**10),
    st.sampled_from(GateBasis),
)
def test_the_limit_holds_and_is_used(
    wanted: list[int], share: Fraction, more: int, issued: int, basis: GateBasis
) -> None:
    outstanding = sum(wanted) + more
    amount = UNIT.asset.amount
    let = gate(share=share, basis=basis).through(
        UNIT, [amount(each) for each in wanted], outstanding=amount(outstanding), issued=amount(issued)
    )
    steps = [UNIT.asset.steps(each) for each in let]
    limit = share * outstanding + (issued if basis is GateBasis.NET else 0)
    assert all(0 <= part <= asked for part, asked in zip(steps, wanted, strict=True))
    assert sum(steps) <= limit
    assert sum(steps) == sum(wanted) or limit - sum(steps) < 1
    if sum(steps) < sum(wanted):
        exact = [Fraction(sum(steps) * asked, sum(wanted)) for asked in wanted]
        assert all(abs(part - due) < 1 for part, due in zip(steps, exact, strict=True))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"share": 0}, "share: must be above 0, up to 1, was 0"),
        ({"share": "1.01"}, "share: must be above 0, up to 1"),
        ({"basis": "gross"}, "basis: must be of type GateBasis"),
        ({"rest": None}, "rest: must be of type GateRest"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        gate(**changed)
    assert str(caught.value).startswith(message)


def test_a_gate_explains_itself() -> None:
    how = "redemptions up to this share of the units outstanding; the rest is deferred"
    assert gate().explain().text() == f"redemption gate: 0.1 = {how}"
