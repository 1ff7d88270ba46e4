"""Kirk's approximation: exact for an exchange, parity, sensitivities against differences."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.figure import exponential
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.kirk import SpreadOptionValue, kirk
from carbonkit.market.contract import Right

if TYPE_CHECKING:
    from decimal import Decimal

Terms = dict[str, Fraction]
FEW = settings(max_examples=25, deadline=None)


def numbers(low: str, high: str) -> st.SearchStrategy[Fraction]:
    return st.decimals(min_value=low, max_value=high, places=4).map(Fraction)


terms = st.fixed_dictionaries(
    {
        "first": numbers("10", "200"),
        "second": numbers("10", "200"),
        "strike": numbers("-5", "20"),
        "first_volatility": numbers("0.1", "1"),
        "second_volatility": numbers("0.1", "1"),
        "correlation": numbers("-0.9", "0.9"),
        "years": numbers("0.05", "3"),
        "rate": numbers("-0.05", "0.2"),
    }
)


def close(ours: Fraction | Decimal, theirs: Fraction | Decimal, digits: int) -> bool:
    size: Fraction = max(abs(Fraction(theirs)), Fraction(1))
    return bool(abs(Fraction(ours) - Fraction(theirs)) <= size / 10**digits)


def of(right: Right = Right.CALL, **changed: str) -> SpreadOptionValue:
    on = {
        "first": "80",
        "second": "70",
        "strike": "5",
        "first_volatility": "0.45",
        "second_volatility": "0.6",
        "correlation": "0.5",
        "years": "1",
        "rate": "0.03",
    }
    return kirk(right, **(on | changed))


@FEW
@given(terms)
def test_put_call_parity(on: Terms) -> None:
    call, put = (Fraction(kirk(right, **on).value) for right in (Right.CALL, Right.PUT))
    factor = Fraction(exponential(-on["rate"] * on["years"]))
    assert close(call - put, factor * (on["first"] - on["second"] - on["strike"]), 54)


@FEW
@given(terms)
def test_the_option_to_exchange_is_the_same_from_both_sides(on: Terms) -> None:
    exchange = on | {"strike": Fraction(0)}
    turned = exchange | {
        "first": on["second"],
        "second": on["first"],
        "first_volatility": on["second_volatility"],
        "second_volatility": on["first_volatility"],
    }
    assert close(kirk(Right.CALL, **exchange).value, kirk(Right.PUT, **turned).value, 54)


def test_without_a_moving_second_price_it_is_black() -> None:
    worth = of(second_volatility="0")
    black = black76(Right.CALL, forward=80, strike=75, volatility="0.45", years=1, rate="0.03")
    assert close(worth.value, black.value, 58)
    assert close(worth.first_delta, black.delta, 58)


@FEW
@given(st.sampled_from(Right), terms)
def test_sensitivities_are_the_differences(right: Right, on: Terms) -> None:
    worth = kirk(right, **on)
    step = Fraction(1, 10**12)

    def moved(name: str) -> Fraction:
        up, down = (Fraction(kirk(right, **(on | {name: on[name] + way})).value) for way in (step, -step))
        return (up - down) / (2 * step)

    assert close(worth.first_delta, moved("first"), 15)
    assert close(worth.second_delta, moved("second"), 15)
    assert close(worth.first_vega, moved("first_volatility"), 13)
    assert close(worth.second_vega, moved("second_volatility"), 13)
    assert close(worth.correlation_move, moved("correlation"), 13)


def test_two_prices_that_move_as_one() -> None:
    worth = of(strike="0", first_volatility="0.6", correlation="1")
    assert worth.volatility == 0
    assert close(worth.value, 10 * Fraction(exponential("-0.03")), 58)
    assert close(worth.second_delta, -Fraction(exponential("-0.03")), 58)
    assert not any((worth.first_vega, worth.correlation_move))
    kink = of(first="70", strike="0", first_volatility="0.6", correlation="1")
    assert kink.value == 0
    with pytest.raises(FundError, match="kink"):
        _ = kink.second_delta


def test_it_explains_itself() -> None:
    text = of().explain().text()
    assert "Kirk's approximation: 17.7949301900073" in text
    assert "w = 70 / (70 + 5)" in text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"first": "0"}, "first: must be above zero"),
        ({"second": "-1"}, "second: must be above zero"),
        ({"strike": "-70"}, r"second \+ strike: must be above zero"),
        ({"first_volatility": "-1"}, "first_volatility: must be zero or more"),
        ({"second_volatility": "-1"}, "second_volatility: must be zero or more"),
        ({"correlation": "1.1"}, "correlation: must lie between -1 and 1"),
        ({"years": "-1"}, "years: must be zero or more"),
    ],
    ids=str,
)
def test_what_it_refuses(changed: dict[str, str], message: str) -> None:
    on = {"right": Right.CALL} | changed
    with pytest.raises(InvalidValueError, match=message):
        of(**on)  # type: ignore[arg-type]


def test_floats_are_refused() -> None:
    with pytest.raises(InexactNumberError, match="correlation"):
        of(correlation=0.5)  # type: ignore[arg-type]
