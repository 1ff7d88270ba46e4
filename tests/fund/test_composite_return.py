"""Composites: asset-weighted, linked without a gap, gross and net apart."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.composite_return import (
    CompositeMember,
    CompositePeriod,
    CompositeReturn,
    CompositeWeight,
    FlowControl,
    may_be_money_weighted,
)
from carbonkit.fund.performance.multiple import ReturnBasis
from carbonkit.values import Money, Period, Rounding


def member(name: str, capital: int, rate: Any, currency: str = "CNY") -> CompositeMember:  # noqa: ANN401  also what is refused
    return CompositeMember(portfolio=name, capital=Money(capital, currency), rate=rate)


def period(start: str, end: str | None, *members: CompositeMember, **changed: Any) -> CompositePeriod:  # noqa: ANN401  any field
    plain = {"weight": CompositeWeight.OPENING_VALUE, "basis": ReturnBasis.GROSS}
    return CompositePeriod(period=Period(start, end), members=members, **plain | changed)


NORTH, SOUTH = member("North", 300, "0.03"), member("South", 100, "-0.01")


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-100, 300)), min_size=1, max_size=6))
def test_a_composite_lies_between_its_portfolios(drawn: list[tuple[int, int]]) -> None:
    members = [member(f"P{n}", 1 + capital, Fraction(rate, 100)) for n, (capital, rate) in enumerate(drawn)]
    month = period("2021-07-01", "2021-08-01", *members)
    assert month.lowest.rate <= month.rate <= month.highest.rate
    gains = sum((Fraction(each.capital.amount) * each.rate for each in members), Fraction(0))
    assert month.rate * month.capital == gains


def test_periods_are_linked_and_stated_for_a_year() -> None:
    one = period("2021-01-01", "2022-01-01", NORTH, SOUTH)
    two = period("2022-01-01", "2023-01-01", member("North", 1, "0.04"))
    both = CompositeReturn([one, two])
    assert both.rate == Fraction(102, 100) * Fraction(104, 100) - 1
    assert both.basis is ReturnBasis.GROSS
    assert both.annualised(DayCount.ACT_365_FIXED, 4, Rounding.HALF_UP) == Decimal("0.0300")
    with pytest.raises(FundError, match="a year or more"):
        CompositeReturn([period("2021-01-01", "2021-12-31", NORTH)]).annualised(
            DayCount.ACT_365_FIXED, 4, Rounding.HALF_UP
        )
    text = both.explain().text()
    assert "composite return, gross, over 2 periods: 0.060800000000 = linked" in text
    assert "South: -0.010000000000 = weighs 100 CNY" in text


def test_periods_must_fit() -> None:
    first = period("2021-01-01", "2021-02-01", NORTH)
    with pytest.raises(InvalidValueError, match="period 2: must begin on 2021-02-01, was 2021-03-01"):
        CompositeReturn([first, period("2021-03-01", "2021-04-01", NORTH)])
    with pytest.raises(InvalidValueError, match="period 2, basis: must be gross, was net"):
        CompositeReturn([first, period("2021-02-01", "2021-03-01", NORTH, basis=ReturnBasis.NET)])
    both = CompositeWeight.OPENING_VALUE_AND_FLOWS
    with pytest.raises(
        InvalidValueError, match="period 2, weight: must be opening value, was opening value and"
    ):
        CompositeReturn([first, period("2021-02-01", "2021-03-01", NORTH, weight=both)])
    with pytest.raises(InvalidValueError, match="periods: must hold one period or more"):
        CompositeReturn([])
    with pytest.raises(InvalidValueError, match="period 2: must be of type CompositePeriod, was 5"):
        CompositeReturn([first, 5])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="periods: must be a sequence, was 5"):
        CompositeReturn(5)  # type: ignore[arg-type]


def test_bad_portfolios_are_named() -> None:
    with pytest.raises(InvalidValueError, match="members: must hold one portfolio or more"):
        period("2021-01-01", "2021-02-01")
    with pytest.raises(InvalidValueError, match="members: must be there once, was North"):
        period("2021-01-01", "2021-02-01", NORTH, NORTH)
    with pytest.raises(InvalidValueError, match="members: must weigh more than nothing together"):
        period("2021-01-01", "2021-02-01", member("North", 0, "0.1"))
    with pytest.raises(CurrencyMismatchError, match="East, capital: must be CNY, was USD"):
        period("2021-01-01", "2021-02-01", NORTH, member("East", 1, 0, "USD"))
    with pytest.raises(InvalidValueError, match="end: must be set"):
        period("2021-01-01", None, NORTH)
    with pytest.raises(InvalidValueError, match="portfolio: must name the portfolio"):
        member(" ", 1, 0)
    with pytest.raises(InvalidValueError, match="North, capital: must be zero or more"):
        member("North", -1, 0)
    with pytest.raises(InvalidValueError, match="North, rate: must be -1 or more"):
        member("North", 1, "-1.01")
    with pytest.raises(InvalidValueError, match="rate: must be a str, int or Decimal"):
        member("North", 1, 0.1)
    with pytest.raises(InvalidValueError, match="members: must be of type CompositeMember"):
        period("2021-01-01", "2021-02-01", 5)  # type: ignore[arg-type]


def test_money_weighted_returns_need_control_and_one_feature() -> None:
    assert may_be_money_weighted([FlowControl.FIXED_LIFE], controls_flows=True)
    assert not may_be_money_weighted([FlowControl.FIXED_LIFE], controls_flows=False)
    assert not may_be_money_weighted([], controls_flows=True)
    with pytest.raises(InvalidValueError, match="features: must be of type FlowControl"):
        may_be_money_weighted(["closed-end"], controls_flows=True)  # type: ignore[list-item]
