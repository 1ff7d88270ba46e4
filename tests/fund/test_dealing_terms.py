"""Dealing terms: each named, none assumed."""

from __future__ import annotations

from typing import Any

import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.fund.units.dealing_terms import DealingSide, DealingTerms
from carbonkit.fund.units.gate import GateBasis, GateRest, RedemptionGate
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee, SubscriptionFeeBasis
from tests.fund.unit_books import cny, terms


def test_no_term_has_a_default() -> None:
    with pytest.raises(TypeError, match="missing 7 required keyword-only arguments"):
        DealingTerms()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"subscription_fee": "0.006"}, "subscription_fee: must be of type SubscriptionFee"),
        ({"redemption_fee": "0.006"}, "redemption_fee: must be of type RedemptionFee"),
        ({"minimum_subscription": cny(-1)}, "minimum_subscription: must be zero or more"),
        ({"minimum_holding": -1}, "minimum_holding: must be zero or more"),
        ({"below_minimum": "refused"}, "below_minimum: must be of type BelowMinimum"),
        ({"gate": "0.1"}, "gate: must be of type RedemptionGate"),
        ({"suspended": None}, "suspended: must be of type str"),
        ({"suspended_side": "redemptions"}, "suspended_side: must be of type DealingSide"),
    ],
)
def test_terms_that_make_no_sense_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        terms(**changed)
    assert str(caught.value).startswith(message)


def test_terms_explain_themselves() -> None:
    assert terms().explain().text() == (
        "dealing terms: open\n  minimum subscription: 0 CNY\n  minimum holding: 0 = refused"
    )
    full = terms(
        subscription_fee=SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.INSIDE),
        redemption_fee=RedemptionFee(steps=[(0, "0.005")], kept=1),
        gate=RedemptionGate(share="0.1", basis=GateBasis.NET, rest=GateRest.LAPSED),
        suspended="no price",
    ).explain()
    assert full.value == "suspended: no price"
    side = terms(suspended="no price", suspended_side=DealingSide.REDEMPTIONS)
    assert side.explain().value == "redemptions suspended: no price"
    assert [part.what for part in full.parts[:3]] == ["front-end fee", "back-end fee", "redemption gate"]
