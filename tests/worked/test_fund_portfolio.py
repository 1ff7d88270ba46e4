"""
Worked: what a portfolio of allowances gains under each cost method.

Source: carbonkit's own worked example, computed apart from this library: three
purchases and two sales of EUA in 2024, marked at 97.10 EUR. The gains of each
method, realised and not, add up to 43,980.00 EUR: 246,300.00 of sales less
280,000.00 of purchases, and 77,680.00 at market.
"""

from __future__ import annotations

import pytest

from carbonkit.fund.figure import real
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.portfolio.portfolio import Portfolio, Realised
from carbonkit.fund.portfolio.trade_history import Sale, TradeHistory, replay
from carbonkit.fund.portfolio.unrounded_cost import unrounded_sales
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.values import AssetId, Money, Price, Rounding

EUA = AssetId("EUA")
TRADES = (
    ("2024-01-10", "buy", 1000, "70.00"),
    ("2024-03-05", "buy", 2000, "82.50"),
    ("2024-05-20", "sell", 1500, "88.00"),
    ("2024-07-01", "buy", 500, "90.00"),
    ("2024-09-30", "sell", 1200, "95.25"),
)
MARK = Price("97.10", "EUR", "tCO2e")

# Figures of first in, first out and of the moving average are the golden ones; the others are worked by hand
# from the same trades. By the year, for instance, 3,500 t for 280,000.00 EUR are 80.00 EUR each.
# method: cost and gain of each sale, cost left, realised, unrealised
WORKED: dict[CostMethod | PeriodAverage, tuple[list[tuple[str, str]], str, str, str]] = {
    CostMethod.FIFO: (
        [("111250.00", "20750.00"), ("99000.00", "15300.00")],
        "69750.00",
        "36050.00",
        "7930.00",
    ),
    CostMethod.WEIGHTED_AVERAGE: (
        [("117500.00", "14500.00"), ("97500.00", "16800.00")],
        "65000.00",
        "31300.00",
        "12680.00",
    ),
    CostMethod.LIFO: (
        [("123750.00", "8250.00"), ("100250.00", "14050.00")],
        "56000.00",
        "22300.00",
        "21680.00",
    ),
    PeriodAverage.MONTHLY: (
        [("117500.00", "14500.00"), ("97500.00", "16800.00")],
        "65000.00",
        "31300.00",
        "12680.00",
    ),
    PeriodAverage.QUARTERLY: (
        [("117500.00", "14500.00"), ("97500.00", "16800.00")],
        "65000.00",
        "31300.00",
        "12680.00",
    ),
    PeriodAverage.ANNUAL: (
        [("120000.00", "12000.00"), ("96000.00", "18300.00")],
        "64000.00",
        "30300.00",
        "13680.00",
    ),
}


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def traded(method: CostMethod) -> tuple[Portfolio, list[Realised]]:
    held, sales = Portfolio("EUR"), []
    for day, kind, quantity, price in TRADES:
        amount = eur(price) * quantity
        if kind == "buy":
            held = held.buy(Lot(EUA, quantity, amount, day))
        else:
            held, sale = held.sell(EUA, quantity, amount, day, method=method, rounding=Rounding.HALF_EVEN)
            sales.append(sale)
    return held, sales


TAKEN: list[Lot | Sale] = [
    Lot(EUA, quantity, eur(price) * quantity, day)
    if kind == "buy"
    else Sale(EUA, quantity, eur(price) * quantity, day)
    for day, kind, quantity, price in TRADES
]


def replayed(method: CostMethod | PeriodAverage) -> TradeHistory:
    return replay(TAKEN, currency="EUR", method=method, as_of="2024-12-31", rounding=Rounding.HALF_EVEN)


@pytest.mark.parametrize("method", WORKED)
def test_realised_and_unrealised(method: CostMethod | PeriodAverage) -> None:
    each_sale, cost_left, realised, unrealised = WORKED[method]
    history = replayed(method)
    (holding,) = history.portfolio.holdings
    assert [(sale.cost, sale.gain) for sale in history.realised] == [
        (eur(cost), eur(gain)) for cost, gain in each_sale
    ]
    assert (holding.quantity, holding.cost) == (800, eur(cost_left))
    assert history.realised_gain == eur(realised)
    assert history.unrealised([Mark(EUA, MARK, "2024-12-31", "settlement price")]) == eur(unrealised)
    assert eur(realised) + eur(unrealised) == eur("43980.00")
    assert (history.purchases, history.proceeds) == (eur("280000.00"), eur("246300.00"))


@pytest.mark.parametrize("method", [method for method in WORKED if isinstance(method, CostMethod)])
def test_selling_step_by_step_is_the_same(method: CostMethod) -> None:
    held, sales = traded(method)
    assert (held, tuple(sales)) == (replayed(method).portfolio, replayed(method).realised)


def test_the_average_is_not_rounded() -> None:
    sales = unrounded_sales(TAKEN, currency="EUR", method=CostMethod.WEIGHTED_AVERAGE, as_of="2024-12-31")
    assert [f"{real(sale.unit_cost):.12g}" for sale in sales] == ["78.3333333333", "81.25"]
    assert [sale.gain for sale in sales] == [14_500, 16_800]


def test_first_in_first_out_leaves_the_newest_lots() -> None:
    held, _ = traded(CostMethod.FIFO)
    assert held.holdings[0].lots == (
        Lot(EUA, 300, eur("24750.00"), "2024-03-05"),
        Lot(EUA, 500, eur("45000.00"), "2024-07-01"),
    )
