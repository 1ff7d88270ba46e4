"""Fees on dealing: two ways to count a front-end fee, a back-end fee by days held."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.units.unit_fee import RedemptionFee, SubscriptionFee, SubscriptionFeeBasis
from carbonkit.values import Money
from tests.fund.unit_books import UNIT, cny


@given(st.integers(1, 10**14), st.integers(0, 9_999), st.sampled_from(SubscriptionFeeBasis))
def test_net_and_fee_are_what_their_words_say(fen: int, points: int, basis: SubscriptionFeeBasis) -> None:
    rate = Fraction(points, 10_000)
    amount = Money.from_minor(fen, "CNY")
    net = Fraction(SubscriptionFee(rate=rate, basis=basis).net(amount, UNIT).amount)
    gross = Fraction(amount.amount)
    exact = gross / (1 + rate) if basis is SubscriptionFeeBasis.OUTSIDE else gross - gross * rate
    assert abs(net - exact) <= Fraction(1, 200)
    assert 0 <= net <= gross


def test_the_two_ways_differ() -> None:
    nets = [
        SubscriptionFee(rate="0.015", basis=basis).net(cny("10000.00"), UNIT)
        for basis in SubscriptionFeeBasis
    ]
    assert nets == [cny("9852.22"), cny("9850.00")]


def test_a_back_end_fee_falls_with_the_days_held() -> None:
    fee = RedemptionFee(steps=[(0, "0.015"), (7, "0.005"), (365, 0)], kept="0.25")
    assert [fee.rate_after(days) for days in (0, 6, 7, 364, 365, 10_000)] == [
        Fraction(3, 200),
        Fraction(3, 200),
        Fraction(1, 200),
        Fraction(1, 200),
        0,
        0,
    ]
    with pytest.raises(InvalidValueError, match="days: must be zero or more, was -1"):
        fee.rate_after(-1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"steps": []}, "steps: must begin at 0 days"),
        ({"steps": [(1, 0)]}, "steps: must begin at 0 days"),
        ({"steps": [(0, 0), (7, 0), (7, 0)]}, "steps: must rise from step to step"),
        ({"steps": [(0, 1)]}, "rate: must be from 0 to below 1"),
        ({"steps": [("x", 0)]}, "days held: must be a plain number"),
        ({"kept": 2}, "kept: must be from 0 to 1, was 2"),
    ],
)
def test_a_back_end_fee_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        RedemptionFee(**{"steps": [(0, 0)], "kept": 1, **changed})
    assert str(caught.value).startswith(message)


def test_a_front_end_fee_is_exact_and_named() -> None:
    with pytest.raises(InexactNumberError):
        SubscriptionFee(rate=0.006, basis=SubscriptionFeeBasis.OUTSIDE)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="rate: must be from 0 to below 1, was 1"):
        SubscriptionFee(rate=1, basis=SubscriptionFeeBasis.OUTSIDE)
    with pytest.raises(InvalidValueError, match="basis: must be of type SubscriptionFeeBasis"):
        SubscriptionFee(rate="0.006", basis="outside")  # type: ignore[arg-type]


def test_fees_explain_themselves() -> None:
    outside = SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.OUTSIDE).explain()
    assert (outside.value, outside.how) == ("0.006", "net = amount / (1 + fee)")
    assert "[recalled]" in outside.text()
    inside = SubscriptionFee(rate="0.006", basis=SubscriptionFeeBasis.INSIDE).explain()
    assert (inside.how, inside.source) == ("net = amount × (1 − fee)", None)
    assert RedemptionFee(steps=[(0, "0.015"), (7, 0)], kept="0.25").explain().text() == (
        "back-end fee: by days held = 0.25 of it stays in the fund\n"
        "  from 0 days on: 0.015\n"
        "  from 7 days on: 0"
    )


def test_a_step_is_a_pair() -> None:
    for wrong in ([(0,)], [None]):
        with pytest.raises(InvalidValueError, match="steps: must be pairs of days and rate"):
            RedemptionFee(steps=wrong, kept=1)  # type: ignore[arg-type]
