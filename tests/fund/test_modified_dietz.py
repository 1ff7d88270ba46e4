"""Modified Dietz: exact, each flow by its days, with the time of day named."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.performance.modified_dietz import FlowTiming, ModifiedDietz, modified_dietz
from carbonkit.values import Money, Rounding


def cny(amount: str | int) -> Money:
    return Money(amount, "CNY")


def measured(
    opening: int, closing: int, *flows: tuple[str, int], timing: FlowTiming = FlowTiming.END_OF_DAY
) -> ModifiedDietz:
    given_flows = [CashFlow(on, cny(amount)) for on, amount in flows]
    return modified_dietz(
        cny(opening), cny(closing), given_flows, start="2021-07-31", end="2021-08-31", timing=timing
    )


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.lists(st.integers(-(10**6), -1)))
def test_money_on_the_last_day_counts_by_its_time_of_day(opening: int, closing: int, paid: list[int]) -> None:
    flows = [("2021-08-31", amount) for amount in paid]
    end, start = (
        measured(opening, closing, *flows, timing=timing).capital for timing in reversed(FlowTiming)
    )
    assert end == opening
    assert start == opening + Fraction(-sum(paid), 31)


def test_what_is_paid_in_is_no_gain() -> None:
    assert measured(100, 150, ("2021-08-01", -50), timing=FlowTiming.START_OF_DAY).rate == 0
    assert measured(100, 150, ("2021-08-16", -50)).gain == 0
    assert measured(100, 55, ("2021-08-16", 50)).rate == Fraction(5, 1) / (100 - 50 * Fraction(15, 31))


def test_order_does_not_matter() -> None:
    flows = [("2021-08-16", -50), ("2021-08-03", 20), ("2021-08-20", 5)]
    assert measured(100, 150, *flows).rate == measured(100, 150, *flows[::-1]).rate


def test_it_explains_itself() -> None:
    text = measured(100, 153, ("2021-08-16", -50)).explain().text()
    assert "modified Dietz return from 2021-07-31 to 2021-08-31: 0.024155844156 = gain 3." in text
    assert "flow of 2021-08-16: -50 CNY = weight 15/31" in text
    assert "flows at the end of day" in text


def test_bad_input_is_named() -> None:
    with pytest.raises(FundError, match="flows: must have a mean capital above zero, was 0") as caught:
        measured(0, 10)
    assert caught.value.problem.code == "nothing_invested"
    with pytest.raises(FundError, match="mean capital above zero"):
        measured(10, 10, ("2021-08-02", 100))
    with pytest.raises(InvalidValueError, match="flow 1, on: must be on or after 2021-08-01, was 2021-07-31"):
        measured(10, 10, ("2021-07-31", 1))
    with pytest.raises(BatchError) as batch:
        measured(10, 10, ("2021-07-31", 1), ("2021-08-02", 1), ("2021-09-01", 1))
    assert [problem.field for problem in batch.value.problems] == ["flow 1, on", "flow 3, on"]
    with pytest.raises(InvalidValueError, match="opening: must be zero or more"):
        measured(-1, 10)
    with pytest.raises(CurrencyMismatchError, match="closing: must be CNY, was USD"):
        modified_dietz(
            cny(1), Money("1", "USD"), [], start="2021-07-31", end="2021-08-31", timing=FlowTiming.END_OF_DAY
        )
    with pytest.raises(InvalidValueError, match="end: must be after 2021-07-31, was 2021-07-31"):
        modified_dietz(cny(1), cny(1), [], start="2021-07-31", end="2021-07-31", timing=FlowTiming.END_OF_DAY)
    with pytest.raises(InvalidValueError, match="timing"):
        measured(10, 10, timing="end of day")  # type: ignore[arg-type]
    assert measured(100, 101).rounded(1, Rounding.CEILING) == Decimal("0.1")
