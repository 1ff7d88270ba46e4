"""Unrounded costs: exact by every method, and never further from the booked ones than rounding takes."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.portfolio.trade_history import Sale, replay
from carbonkit.fund.portfolio.unrounded_cost import unrounded_sales
from carbonkit.values import AssetId, Money, Rounding

CEA, CCER = AssetId("CEA"), AssetId("CCER")
END = "2030-12-31"
METHODS: list[CostMethod | PeriodAverage] = [
    *(method for method in CostMethod if method is not CostMethod.SPECIFIC),
    *PeriodAverage,
]


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


@pytest.mark.parametrize(
    ("method", "costs"),
    [
        (CostMethod.FIFO, [Fraction(2, 3), Fraction(1, 3) + Fraction(1, 7)]),
        (CostMethod.LIFO, [Fraction(2, 3), Fraction(2, 7)]),
        (CostMethod.WEIGHTED_AVERAGE, [Fraction(2, 3), (Fraction(1, 3) + 1) / 8 * 2]),
        (PeriodAverage.MONTHLY, [Fraction(2, 3), (Fraction(1, 3) + 1) / 8 * 2]),
        (PeriodAverage.ANNUAL, [Fraction(2, 5), Fraction(2, 5)]),
    ],
)
def test_nothing_is_rounded(method: CostMethod | PeriodAverage, costs: list[Fraction]) -> None:
    trades: list[Lot | Sale] = [
        Lot(CEA, 3, fen(100), "2024-01-02"),
        Sale(CEA, 2, fen(100), "2024-01-03"),
        Lot(CEA, 7, fen(100), "2024-02-02"),
        Sale(CEA, 2, fen(100), "2024-02-03"),
    ]
    sales = unrounded_sales(trades, currency="CNY", method=method, as_of=END)
    assert [sale.cost for sale in sales] == costs
    assert [sale.gain for sale in sales] == [1 - cost for cost in costs]
    assert sales[0].unit_cost == costs[0] / 2


def test_what_cannot_be_replayed_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="method: must be a method that chooses the lots"):
        unrounded_sales([], currency="CNY", method=CostMethod.SPECIFIC, as_of=END)
    with pytest.raises(BatchError, match="trade 1, quantity: must be at most the 0 tCO2e"):
        unrounded_sales(
            [Sale(CEA, 1, fen(1), "2024-01-03")], currency="CNY", method=CostMethod.FIFO, as_of=END
        )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["buy", "buy", "sell"]),
            st.sampled_from([CEA, CCER]),
            st.integers(1, 50),
            st.integers(0, 10**6),
            st.integers(0, 40),
        ),
        max_size=12,
    ),
    st.sampled_from(METHODS),
)
def test_booked_costs_differ_by_rounding_alone(
    drawn: list[tuple[str, AssetId, int, int, int]], method: CostMethod | PeriodAverage
) -> None:
    trades: list[Lot | Sale] = []
    held, day = {CEA: 0, CCER: 0}, datetime.date(2021, 7, 16)
    for kind, asset, quantity, amount, days in drawn:
        day += datetime.timedelta(days)
        out = min(quantity, held[asset])
        if kind == "buy":
            trades.append(Lot(asset, quantity, fen(amount), day))
            held[asset] += quantity
        elif out:
            trades.append(Sale(asset, out, fen(amount), day))
            held[asset] -= out
    booked = replay(trades, currency="CNY", method=method, as_of=END, rounding=Rounding.HALF_UP).realised
    exact = unrounded_sales(trades, currency="CNY", method=method, as_of=END)
    for count, (ours, unrounded) in enumerate(zip(booked, exact, strict=True), start=1):
        assert abs(Fraction(ours.cost.amount) - unrounded.cost) <= Fraction(count, 100)
