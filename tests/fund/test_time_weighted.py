"""Time-weighted returns: linked over every flow, indifferent to when money comes; what cannot be is named."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    BatchError,
    CurrencyMismatchError,
    FundError,
    InexactNumberError,
    InvalidValueError,
)
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.performance.linked_return import annualised, linked
from carbonkit.fund.performance.time_weighted import TimeWeighted, Valuation, time_weighted
from carbonkit.values import Money, Rounding

START = date(2021, 7, 16)
ACT = DayCount.ACT_365_FIXED


def measured(values: list[tuple[int, str]], *flows: tuple[int, str], currency: str = "CNY") -> TimeWeighted:
    return time_weighted(
        [Valuation(START + timedelta(days=days), Money(value, "CNY")) for days, value in values],
        [CashFlow(START + timedelta(days=days), Money(amount, currency)) for days, amount in flows],
    )


def test_periods_are_linked() -> None:
    found = measured([(0, "100"), (31, "110"), (92, "117")], (31, "-20"), (92, "5"))
    assert [period.rate for period in found.periods] == [Fraction(1, 10), Fraction(-1, 10)]
    assert found.rate == Fraction(-1, 100)
    assert found.rounded(4, Rounding.HALF_UP) == Decimal("-0.0100")


RATES = st.lists(st.integers(-90, 200).map(lambda rate: Fraction(rate, 100)), min_size=1, max_size=6)


@given(RATES, st.lists(st.integers(-40, 40), min_size=6, max_size=6))
def test_when_money_comes_does_not_matter(rates: list[Fraction], percents: list[int]) -> None:
    """Each part takes in a share of its value, so that the value stays exact."""
    worth, values, flows = Fraction(100 * 10**30), [], []
    for day, rate in enumerate(rates):
        values.append((day, str(int(worth))))
        flow = Fraction(int(worth * percents[day] / 100))
        flows.append((day, str(-int(flow))))
        worth = (Fraction(int(worth)) + flow) * (1 + rate)
    values.append((len(rates), str(int(worth))))
    found = measured(values, *flows)
    assert abs(found.rate - linked(rates)) < Fraction(1, 10**15)


@given(RATES, RATES)
def test_links_of_links_are_links(first: list[Fraction], second: list[Fraction]) -> None:
    assert linked([linked(first), linked(second)]) == linked([*first, *second])
    assert linked([]) == 0


def test_less_than_a_year_is_not_annualised() -> None:
    found = measured([(0, "100"), (364, "110")])
    with pytest.raises(FundError, match="period: must cover a year or more") as caught:
        found.annualised(ACT, 4, Rounding.HALF_UP)
    assert caught.value.problem.code == "under_one_year"
    with pytest.raises(FundError, match="a year or more"):
        annualised("0.1", start=START, end=START, day_count=ACT)
    assert measured([(0, "100"), (365, "110")]).annualised(ACT, 4, Rounding.HALF_UP) == Decimal("0.1000")
    assert measured([(0, "100"), (730, "121")]).annualised(ACT, 12, Rounding.HALF_UP) == Decimal("0.1")
    with pytest.raises(InvalidValueError, match=r"rate: must be -1 or more, was -1\.01"):
        annualised("-1.01", start=START, end=START + timedelta(days=730), day_count=ACT)


def test_a_total_loss_is_one_at_any_length() -> None:
    assert annualised(-1, start=START, end=START + timedelta(days=730), day_count=ACT) == -1
    assert annualised(-1, start="2021-01-01", end="2024-01-01", day_count=DayCount.THIRTY_E_360) == -1
    lost = measured([(0, "100"), (800, "0")])
    assert lost.annualised(ACT, 4, Rounding.HALF_UP) == -1


def test_only_exact_returns_are_linked() -> None:
    assert linked(["0.1", Fraction(-1, 10)]) == Fraction(-1, 100)
    with pytest.raises(InexactNumberError, match="rate 2: must be a str, int or Decimal"):
        linked(["0.1", 0.1])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="rates: must be a sequence"):
        linked(None)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="valuations: must be a sequence"):
        time_weighted(5, [])  # type: ignore[arg-type]


def test_it_explains_itself() -> None:
    text = measured([(0, "100"), (31, "110"), (92, "117")], (31, "-20")).explain().text()
    assert "time-weighted return from 2021-07-16 to 2021-10-16: -0.010000000000 = linked over 2 parts" in text
    assert "2021-08-16 to 2021-10-16: -0.100000000000 = 117 CNY / (110 CNY + 20 CNY) - 1" in text


def test_order_matters_and_each_wrong_record_is_named() -> None:
    with pytest.raises(BatchError) as caught:
        measured([(0, "1"), (5, "1"), (5, "1"), (3, "1")])
    assert [problem.field for problem in caught.value.problems] == ["valuation 3", "valuation 4"]
    with pytest.raises(InvalidValueError, match="valuation 2: must be after 2021-07-21, was 2021-07-16"):
        measured([(5, "1"), (0, "1")])
    with pytest.raises(InvalidValueError, match="valuations: must hold two valuations or more, was 1"):
        measured([(0, "1")])
    with pytest.raises(InvalidValueError, match="valuations: must hold two valuations or more, was 0"):
        measured([])
    with pytest.raises(FundError, match="flow 2: must be on a day with a valuation, was 2021-07-17") as flow:
        measured([(0, "1"), (5, "1")], (0, "-1"), (1, "-1"))
    assert flow.value.problem.code == "not_valued"
    with pytest.raises(InvalidValueError, match="flow 1, on: must be on or before 2021-07-21"):
        measured([(0, "1"), (5, "1")], (6, "-1"))
    with pytest.raises(
        FundError, match="valuation 1: must leave something invested on 2021-07-16, was 0 CNY"
    ):
        measured([(0, "1"), (5, "1")], (0, "1"))
    with pytest.raises(FundError, match="valuation 2: must leave something invested"):
        measured([(0, "1"), (5, "0"), (6, "0")])
    with pytest.raises(CurrencyMismatchError, match="flow 1: must be CNY, was USD"):
        measured([(0, "1"), (5, "1")], (0, "1"), currency="USD")
    with pytest.raises(CurrencyMismatchError, match="valuation 2: must be CNY, was USD"):
        time_weighted(
            [Valuation("2021-07-16", Money("1", "CNY")), Valuation("2021-07-17", Money("1", "USD"))], []
        )
    with pytest.raises(InvalidValueError, match="value of 2021-07-16: must be zero or more"):
        measured([(0, "-1"), (5, "1")])
    with pytest.raises(InvalidValueError, match="valuation 1"):
        time_weighted([5], [])  # type: ignore[list-item]


def test_everything_may_be_lost_at_the_end() -> None:
    assert measured([(0, "1"), (5, "0")]).rate == -1
