"""Implied volatility: it gives back what an option was priced at, or says why none does."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.option.bachelier import bachelier
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.implied_volatility import ImpliedVolatility, implied_volatility
from carbonkit.fund.option.option_value import OptionModel
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Right
from carbonkit.values import Rounding

if TYPE_CHECKING:
    from carbonkit.fund.figure import Number

ON: dict[str, Number] = {"forward": 80, "strike": 80, "years": "0.5", "rate": "0.03"}
BLACK = OptionModel.BLACK_76


def found(
    price: Number,
    *,
    right: Right = Right.CALL,
    model: OptionModel = BLACK,
    places: int = 12,
    on: dict[str, Number] | None = None,
) -> ImpliedVolatility:
    return implied_volatility(
        right, model=model, price=price, places=places, rounding=Rounding.HALF_EVEN, **(ON | (on or {}))
    )


@settings(max_examples=25, deadline=None)
@given(
    st.integers(40, 160),
    st.decimals(min_value="0.1", max_value="3", places=6),
    st.decimals(min_value="0.05", max_value="3", places=2),
)
def test_it_is_the_volatility_of_the_price_by_black(strike: int, volatility: Decimal, years: Decimal) -> None:
    right = Right.CALL if strike >= 80 else Right.PUT  # in the money, 60 digits hold too little time value
    on = ON | {"strike": strike, "years": years}
    price = Fraction(black76(right, volatility=volatility, **on).value)
    assert found(price, right=right, on=on).volatility == volatility


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(Right), st.integers(-20, 20), st.decimals(min_value="2", max_value="30", places=6))
def test_it_is_the_volatility_of_the_price_by_bachelier(
    right: Right, forward: int, volatility: Decimal
) -> None:
    on = ON | {"forward": forward, "strike": 2}
    price = Fraction(bachelier(right, volatility=volatility, **on).value)
    assert found(price, right=right, model=OptionModel.BACHELIER, on=on).volatility == volatility


def test_places_and_rounding_are_the_named_ones() -> None:
    assert str(found("6.5", places=20).volatility) == "0.29289932795270892485"
    up = implied_volatility(Right.CALL, model=BLACK, price="6.5", places=3, rounding=Rounding.CEILING, **ON)
    assert str(up.volatility) == "0.293"
    assert str(found("6.5", places=0).volatility) == "0"
    assert up.option.volatility == Fraction("0.293")


def test_the_least_price_has_a_volatility_of_zero() -> None:
    assert found("0").volatility == 0
    assert found(15, on={"strike": 65, "rate": 0}).volatility == 0


def test_a_very_low_and_a_very_high_one() -> None:
    assert found("1e-40", on={"strike": 100}, places=20).volatility > 0
    high = found("78.8", places=6)
    assert abs(high.option.value - Decimal("78.8")) < Decimal("0.00001")


@pytest.mark.parametrize(
    ("price", "changed", "message"),
    [
        ("-0.01", {}, "price: must be at least 0 and below 78.8089551682450, was -0.01"),
        ("78.9", {}, "price: must be at least 0 and below"),
        ("14", {"strike": 65}, "price: must be at least 14.7766"),
    ],
    ids=str,
)
def test_what_no_volatility_explains(price: str, changed: dict[str, Number], message: str) -> None:
    with pytest.raises(FundError, match=message) as caught:
        found(price, on=changed)
    assert caught.value.problem.code == Refusal.NO_VOLATILITY


def test_by_bachelier_there_is_no_highest_price() -> None:
    assert found(1000, model=OptionModel.BACHELIER).volatility > 1000
    with pytest.raises(FundError, match="must be at least 0, was -1"):
        found(-1, model=OptionModel.BACHELIER)


def test_a_price_too_close_to_the_most_does_not_tell() -> None:
    most = Fraction(80) - Fraction(1, 10**59)
    with pytest.raises(FundError, match="tells the volatility to the places asked for"):
        found(most, on={"rate": 0}, places=30)


def test_it_explains_itself() -> None:
    explained = found("6.5", places=4).explain()
    assert explained.value == "0.2929"
    assert explained.parts[0].what == "value of a European call on a forward, Black 1976"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model": "black"}, "model: must be an OptionModel"),
        ({"places": 31}, "places: must be a whole number from 0 to 30"),
        ({"on": {"years": 0}}, "years: must be above zero"),
        ({"on": {"forward": 0}}, "forward: must be above zero"),
        ({"right": "call"}, "right"),
    ],
    ids=str,
)
def test_what_it_refuses(changed: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        found("6.5", **changed)  # type: ignore[arg-type]


def test_a_rounding_is_named() -> None:
    with pytest.raises(InvalidValueError, match="rounding: must be a Rounding"):
        implied_volatility(
            Right.CALL,
            model=BLACK,
            price=6,
            places=3,
            rounding="up",  # type: ignore[arg-type]
            **ON,
        )


def test_floats_are_refused() -> None:
    with pytest.raises(InexactNumberError, match="price"):
        found(6.5)  # type: ignore[arg-type]
