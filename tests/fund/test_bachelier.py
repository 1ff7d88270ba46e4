"""Bachelier's formula: parity, limits, prices of any sign, Greeks against differences."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.figure import exponential
from carbonkit.fund.option.bachelier import bachelier
from carbonkit.fund.option.black76 import black76
from carbonkit.fund.option.option_value import OptionModel
from carbonkit.market.contract import Right

if TYPE_CHECKING:
    from decimal import Decimal

Terms = dict[str, Fraction]
FEW = settings(max_examples=40, deadline=None)


def numbers(low: str, high: str) -> st.SearchStrategy[Fraction]:
    return st.decimals(min_value=low, max_value=high, places=4).map(Fraction)


terms = st.fixed_dictionaries(
    {
        "forward": numbers("-20", "20"),
        "strike": numbers("-20", "20"),
        "volatility": numbers("0.5", "30"),
        "years": numbers("0.01", "5"),
        "rate": numbers("-0.05", "0.2"),
    }
)


def close(ours: Fraction | Decimal, theirs: Fraction | Decimal, digits: int) -> bool:
    size: Fraction = max(abs(Fraction(theirs)), Fraction(1))
    return bool(abs(Fraction(ours) - Fraction(theirs)) <= size / 10**digits)


@FEW
@given(terms)
def test_put_call_parity_to_fifty_digits(on: Terms) -> None:
    call, put = (Fraction(bachelier(right, **on).value) for right in (Right.CALL, Right.PUT))
    factor = Fraction(exponential(-on["rate"] * on["years"]))
    assert close(call - put, factor * (on["forward"] - on["strike"]), 55)
    assert min(call, put) > 0


@FEW
@given(terms)
def test_a_put_is_a_call_seen_in_a_mirror(on: Terms) -> None:
    mirrored = on | {"forward": -on["forward"], "strike": -on["strike"]}
    assert close(bachelier(Right.PUT, **on).value, bachelier(Right.CALL, **mirrored).value, 58)


@FEW
@given(st.sampled_from(Right), terms)
def test_greeks_are_the_differences(right: Right, on: Terms) -> None:
    worth = bachelier(right, **on)
    step = Fraction(1, 10**12)

    def moved(name: str, *, by: str = "value", way: int = 1) -> Fraction:
        up = bachelier(right, **(on | {name: on[name] + way * step}))
        down = bachelier(right, **(on | {name: on[name] - way * step}))
        return (Fraction(getattr(up, by)) - Fraction(getattr(down, by))) / (2 * step)

    assert close(worth.delta, moved("forward"), 18)
    assert close(worth.gamma, moved("forward", by="delta"), 18)
    assert close(worth.vega, moved("volatility"), 18)
    assert close(worth.theta, moved("years", way=-1), 14)
    assert close(worth.rho, moved("rate"), 17)
    assert close(worth.vanna, moved("volatility", by="delta"), 18)
    assert close(worth.volga, moved("volatility", by="vega"), 18)


@pytest.mark.parametrize("certain", ["volatility", "years"])
def test_with_nothing_left_to_chance(certain: str) -> None:
    on = {"forward": "5", "strike": "-2", "volatility": "4", "years": "0.5", "rate": "0.03"} | {certain: "0"}
    factor = Fraction(exponential("-0.015")) if certain == "volatility" else Fraction(1)
    assert close(bachelier(Right.CALL, **on).value, 7 * factor, 58)
    assert bachelier(Right.PUT, **on).value == 0
    nearly = bachelier(Right.CALL, **(on | {certain: "0.0000000001"}))
    assert close(round(nearly.value, 12), 7 * factor, 8)
    kink = bachelier(Right.CALL, **(on | {"strike": "5"}))
    assert kink.value == 0
    with pytest.raises(FundError, match="kink"):
        _ = kink.delta


def test_it_is_close_to_black_for_a_small_volatility() -> None:
    on = {"forward": "80", "strike": "80", "years": "0.5", "rate": "0.03"}
    black = black76(Right.CALL, volatility="0.001", **on)
    own = bachelier(Right.CALL, volatility="0.08", **on)
    assert close(own.value, black.value, 8)


def test_far_out_of_the_money_it_keeps_its_digits() -> None:
    far = bachelier(Right.CALL, forward=0, strike=300, volatility=10, years=1, rate=0)
    # n(30)·10/30²·(1 − 3/30² + 15/30⁴ − 105/30⁶ …)
    assert str(far.value).startswith("1.63")
    assert far.value.adjusted() == -198
    assert far.d1 == far.d2 == -30


def test_it_explains_itself() -> None:
    worth = bachelier(Right.PUT, forward=-2, strike=3, volatility=4, years="0.5", rate="0.03")
    explained = worth.explain()
    assert explained.how.startswith("e^(−rate × years) × ((strike − forward) × N(−d1)")
    assert explained.source is OptionModel.BACHELIER.source


def test_what_it_refuses() -> None:
    with pytest.raises(InvalidValueError, match="volatility: must be zero or more"):
        bachelier(Right.CALL, forward=0, strike=0, volatility=-1, years=1, rate=0)
    with pytest.raises(InvalidValueError, match="years: must be zero or more"):
        bachelier(Right.CALL, forward=0, strike=0, volatility=1, years=-1, rate=0)
    with pytest.raises(InexactNumberError, match="forward"):
        bachelier(Right.CALL, forward=0.5, strike=0, volatility=1, years=1, rate=0)  # type: ignore[arg-type]
