"""
Worked: what a portfolio of allowances gains under two cost methods.

Source: carbonkit's own worked example, computed apart from this library: three
purchases and two sales of EUA in 2024, marked at 97.10 EUR. The gains of each
method, realised and not, add up to 43,980.00 EUR: 246,300.00 of sales less
280,000.00 of purchases, and 77,680.00 at market.
"""

from __future__ import annotations

import pytest

from carbonkit.fund.holding import Lot
from carbonkit.fund.portfolio import CostMethod, Portfolio, Realised
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

# method: cost and gain of each sale, cost left, realised, unrealised
WORKED = {
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


@pytest.mark.parametrize("method", CostMethod)
def test_realised_and_unrealised(method: CostMethod) -> None:
    each_sale, cost_left, realised, unrealised = WORKED[method]
    held, sales = traded(method)
    (holding,) = held.holdings
    assert [(sale.cost, sale.gain) for sale in sales] == [(eur(cost), eur(gain)) for cost, gain in each_sale]
    assert (holding.quantity, holding.cost) == (800, eur(cost_left))
    assert sales[0].gain + sales[1].gain == eur(realised)
    assert holding.unrealised(MARK) == eur(unrealised)
    assert eur(realised) + eur(unrealised) == eur("43980.00")


def test_first_in_first_out_leaves_the_newest_lots() -> None:
    held, _ = traded(CostMethod.FIFO)
    assert held.holdings[0].lots == (
        Lot(EUA, 300, eur("24750.00"), "2024-03-05"),
        Lot(EUA, 500, eur("45000.00"), "2024-07-01"),
    )
