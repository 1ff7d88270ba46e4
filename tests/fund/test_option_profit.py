"""Option profit: the parts always add up, and the rest is small where the moves are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError
from carbonkit.fund.position.option_profit import OptionState, option_profit
from carbonkit.fund.position.position import Cause
from carbonkit.market.contract import Right


def state(
    forward: Fraction | int = 80,
    volatility: Fraction | str = "0.45",
    years: Fraction | int = 1,
    rate: Fraction | str = "0.03",
) -> OptionState:
    return OptionState(forward=forward, volatility=volatility, years=years, rate=rate)


@settings(max_examples=30)
@given(
    st.sampled_from(Right),
    st.fractions(40, 160, max_denominator=100),
    st.fractions(Fraction(1, 10), 1, max_denominator=100),
    st.fractions(0, 1, max_denominator=365),
    st.fractions(Fraction(-1, 20), Fraction(1, 10), max_denominator=100),
)
def test_parts_add_up(
    right: Right, forward: Fraction, volatility: Fraction, years: Fraction, rate: Fraction
) -> None:
    before, after = state(), state(forward, volatility, years, rate)
    parts = option_profit(right, 80, before, after)
    gained = Fraction(after.worth(right, 80).value) - Fraction(before.worth(right, 80).value)
    assert sum((part for _, part in parts), Fraction(0)) == gained


@pytest.mark.parametrize("right", Right)
def test_small_moves_leave_little_unexplained(right: Right) -> None:
    small = Fraction(1, 1000)
    after = state(80 + small, Fraction("0.45") + small, 1 - small, Fraction("0.03") + small)
    rest = dict(option_profit(right, 80, state(), after))[Cause.UNEXPLAINED]
    assert 0 < abs(rest) < Fraction(1, 10**4)


def test_a_rate_alone_moves_the_value_by_rho() -> None:
    parts = dict(option_profit(Right.CALL, 80, state(), state(rate="0.04")))
    assert [cause for cause, part in parts.items() if part and cause is not Cause.UNEXPLAINED] == [Cause.RATE]


def test_where_the_value_has_a_kink_all_is_unexplained() -> None:
    parts = option_profit(Right.CALL, 80, state(years=0), state(forward=81, years=0))
    assert parts == ((Cause.UNEXPLAINED, Fraction(1)),)


def test_bad_states_are_refused() -> None:
    with pytest.raises(CarbonkitError, match="rate: must be a str, int or Decimal"):
        state(rate=0.03)  # type: ignore[arg-type]
    with pytest.raises(CarbonkitError, match="before: must be of type OptionState"):
        option_profit(Right.CALL, 80, 1, state())  # type: ignore[arg-type]
    with pytest.raises(CarbonkitError, match="after: must be of type OptionState"):
        option_profit(Right.CALL, 80, state(), 1)  # type: ignore[arg-type]
    with pytest.raises(CarbonkitError, match="forward: must be above zero"):
        option_profit(Right.CALL, 80, state(), state(forward=0))


def test_next_to_nothing_counts_as_nothing() -> None:
    before, after = (state(forward, "0.000001", Fraction(1, 365)) for forward in (40, 41))
    value = before.worth(Right.CALL, 80).value
    assert 0 < value < Decimal("1e-1000000000")
    assert all(part == 0 for _, part in option_profit(Right.CALL, 80, before, after))
