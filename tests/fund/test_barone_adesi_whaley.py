"""American options by approximation: no less than European ones, and the same where exercise never pays."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.option.barone_adesi_whaley import barone_adesi_whaley
from carbonkit.fund.refusal import Refusal
from carbonkit.market.contract import Right

if TYPE_CHECKING:
    from carbonkit.fund.option.american_value import AmericanValue


def of(right: Right = Right.PUT, **changed: str) -> AmericanValue:
    on = {"forward": "80", "strike": "80", "volatility": "0.45", "years": "1", "rate": "0.03"}
    return barone_adesi_whaley(right, **(on | {"tolerance": "0.000001"} | changed))


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(Right),
    st.integers(40, 160),
    st.decimals(min_value="0.1", max_value="1", places=3),
    st.decimals(min_value="0.05", max_value="3", places=2),
    st.decimals(min_value="0", max_value="0.2", places=3),
)
def test_it_is_no_less_than_exercise_or_the_european(
    right: Right, strike: int, volatility: object, years: object, rate: object
) -> None:
    worth = of(right, strike=str(strike), volatility=str(volatility), years=str(years), rate=str(rate))
    exercised = 80 - strike if right is Right.CALL else strike - 80
    assert worth.premium >= 0
    # An approximation: a little below the smooth fit at the boundary is possible.
    assert Fraction(worth.value) >= exercised - Fraction(strike, 10**5)
    if not Fraction(str(rate)):
        assert worth.value == worth.european.value


@pytest.mark.parametrize("rate", ["0", "-0.02"])
def test_without_interest_exercise_never_pays(rate: str) -> None:
    worth = of(rate=rate)
    assert worth.value == worth.european.value
    assert worth.premium == 0


@pytest.mark.parametrize("certain", ["volatility", "years"])
def test_with_nothing_left_to_chance_exercise_is_at_once(certain: str) -> None:
    worth = of(**{"right": Right.PUT, "strike": "100", certain: "0"})  # type: ignore[arg-type]
    assert worth.value == 20
    assert "at once" in worth.explain().how


def test_deep_in_the_money_exercise_is_at_once() -> None:
    worth = of(strike="200", volatility="0.1")
    assert worth.value == 120
    assert worth.premium > 0
    assert of(Right.CALL, strike="20", volatility="0.1").value == 60


def test_it_explains_itself() -> None:
    explained = of().explain()
    assert "an approximation" in explained.how
    assert explained.parts[0].what == "premium of early exercise"


def test_a_search_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(barone_adesi_whaley.__globals__, "_MOST_STEPS", 2)
    with pytest.raises(FundError, match="find the price from which exercise pays") as caught:
        of(tolerance="1e-50")
    assert caught.value.problem.code == Refusal.NO_EXERCISE_PRICE


def test_what_it_refuses() -> None:
    with pytest.raises(InvalidValueError, match="tolerance: must be above zero"):
        of(tolerance="0")
    with pytest.raises(InvalidValueError, match="forward: must be above zero"):
        of(forward="0")
    with pytest.raises(InexactNumberError, match="tolerance"):
        of(tolerance=0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "least"),
    [({"volatility": "1e60"}, "1.00000000000000E+90"), ({"rate": "1e-60"}, "1E-30")],
)
def test_a_rate_that_is_next_to_nothing_is_refused(changed: dict[str, str], least: str) -> None:
    on = {"forward": "80", "strike": "80", "volatility": "0.2", "years": "1", "rate": "0.03"} | changed
    with pytest.raises(InvalidValueError) as caught:
        barone_adesi_whaley(Right.PUT, tolerance="0.000001", **on)
    assert caught.value.problem.field == "rate"
    assert caught.value.problem.must.startswith(f"be zero, or {least} or more")
