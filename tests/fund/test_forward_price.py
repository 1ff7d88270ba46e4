"""Forward prices: carrying costs what it costs, whichever way the rate is quoted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError
from carbonkit.fund.curve.discount import RateConvention
from carbonkit.fund.curve.forward_price import (
    COST_OF_CARRY,
    CostOfCarry,
    forward_price,
    forward_value,
    implied_carry,
)

ZERO: dict[str, Any] = {"rate": 0, "storage": 0, "convenience": 0, "years": 1}


def test_storage_adds_and_convenience_takes_off() -> None:
    price = forward_price(
        100, rate="0.03", storage="0.02", convenience="0.04", years=2, convention=RateConvention.SIMPLE
    )
    assert price == 102


def test_at_once_a_forward_is_spot() -> None:
    for convention in RateConvention:
        given_up: dict[str, Any] = {**ZERO, "rate": "0.5", "years": 0}
        assert forward_price("88.50", **given_up, convention=convention) == Fraction("88.50")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"spot": -1}, "spot: must be zero or more, was -1"),
        ({"years": "-0.5"}, "years: must be zero or more, was -0.5"),
        ({"rate": 0.02}, "rate: must be a str, int or Decimal, was 0.02"),
        ({"storage": True}, "storage: must be a str, int or Decimal, was True"),
        ({"convenience": "NaN"}, "convenience: must be a finite number, was NaN"),
        ({"convention": "simple"}, "convention: must be of type RateConvention, was 'simple'"),
    ],
)
def test_a_forward_price_of_nonsense(changed: dict[str, Any], message: str) -> None:
    given_up = {"spot": 100, "convention": RateConvention.SIMPLE, **ZERO, **changed}
    with pytest.raises(CarbonkitError) as caught:
        forward_price(given_up.pop("spot"), **given_up)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"spot": 0}, "spot: must be above zero, was 0"),
        ({"forward": "-0.01"}, "forward: must be above zero, was -0.01"),
        ({"years": 0}, "years: must be above zero, was 0"),
        ({"convention": None}, "convention: must be of type RateConvention, was None"),
    ],
)
def test_an_implied_carry_of_nonsense(changed: dict[str, Any], message: str) -> None:
    asked = {"spot": 100, "forward": 101, "years": 1, "convention": RateConvention.SIMPLE, **changed}
    with pytest.raises(CarbonkitError) as caught:
        implied_carry(asked["spot"], asked["forward"], years=asked["years"], convention=asked["convention"])
    assert str(caught.value).startswith(message)


def test_a_discount_factor_is_above_zero() -> None:
    with pytest.raises(CarbonkitError, match="factor: must be above zero, was 0"):
        forward_value(quantity=1, forward=1, agreed=1, factor=0)


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**5), st.integers(1, 10**5))
def test_one_side_gains_what_the_other_loses(quantity: int, forward: int, agreed: int) -> None:
    value = forward_value(quantity=quantity, forward=forward, agreed=agreed, factor="0.9")
    assert value == Fraction(9, 10) * quantity * (forward - agreed)
    assert value == -forward_value(quantity=-quantity, forward=forward, agreed=agreed, factor="0.9")


def test_it_explains_itself_down_to_its_source() -> None:
    carry = CostOfCarry(
        rate="0.018", storage="0.002", convenience="0.001", convention=RateConvention.CONTINUOUS
    )
    told = carry.explain("95.2", years="0.5")
    assert told.how == "spot × growth of the carry, e^(rate × t)"
    assert told.source == COST_OF_CARRY
    assert [(part.what, part.value) for part in told.parts] == [
        ("spot price", "95.2"),
        ("years", "0.5"),
        ("cost of carry", "0.019"),
    ]
    assert [(part.what, part.value) for part in told.parts[2].parts] == [
        ("interest", "0.018"),
        ("storage", "0.002"),
        ("convenience", "0.001"),
    ]
    assert "recalled" in str(COST_OF_CARRY)
