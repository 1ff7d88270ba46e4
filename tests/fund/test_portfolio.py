"""Portfolios: no tonne and no part of a purchase is lost, whatever the cost method."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.holding import Holding, Lot
from carbonkit.fund.portfolio import CostMethod, Portfolio, Realised
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AssetId, Money, Price, Rounding

CEA, CCER = AssetId("CEA"), AssetId("CCER")
DAY = datetime.date(2021, 7, 16)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


def bought(*lots: tuple[int, str], asset: AssetId = CEA) -> Portfolio:
    held = Portfolio("CNY")
    for quantity, cost in lots:
        held = held.buy(Lot(asset, quantity, cny(cost), DAY))
    return held


def sell(held: Portfolio, **changed: Any) -> tuple[Portfolio, Realised]:  # noqa: ANN401  any argument of a sale
    usual = {"asset": CEA, "quantity": 1, "proceeds": cny("50.00"), "on": "2021-07-19"}
    return held.sell(**{**usual, "method": CostMethod.FIFO, "rounding": Rounding.HALF_UP, **changed})


def test_a_portfolio_begins_empty() -> None:
    held = Portfolio("CNY")
    assert (held.cost, held.holdings, held.last_on) == (cny("0.00"), (), None)
    assert held.holding(CEA) is None
    assert held.quantity(CEA) == 0


def test_holdings_stand_in_the_order_in_which_they_came() -> None:
    held = bought((1, "50.00")).buy(Lot(CCER, 2, cny("60.00"), DAY)).buy(Lot(CEA, 3, cny("155.00"), DAY))
    assert [(str(each.asset), each.quantity) for each in held.holdings] == [("CEA", 4), ("CCER", 2)]
    assert held.cost == cny("265.00")
    assert held.last_on == DAY
    kept, _ = sell(held, quantity=4)
    assert [str(each.asset) for each in kept.holdings] == ["CCER"]
    assert kept.explain().parts == (kept.holdings[0].explain(),)


def test_first_in_first_out_takes_whole_lots_and_then_a_part() -> None:
    held, sale = sell(bought((2, "100.00"), (3, "200.00"), (1, "70.00")), quantity=3, proceeds=cny("180.00"))
    assert [(lot.quantity, lot.cost) for lot in sale.lots] == [(2, cny("100.00")), (1, cny("66.67"))]
    assert (sale.quantity, sale.cost, sale.gain) == (3, cny("166.67"), cny("13.33"))
    left = held.holdings[0].lots
    assert [(lot.quantity, lot.cost) for lot in left] == [(2, cny("133.33")), (1, cny("70.00"))]


def test_a_sale_that_ends_with_a_lot_leaves_the_others_whole() -> None:
    held, sale = sell(bought((2, "100.00"), (3, "200.00"), (1, "70.00")), quantity=5)
    assert [(lot.quantity, lot.cost) for lot in sale.lots] == [(2, cny("100.00")), (3, cny("200.00"))]
    assert held.holdings[0].lots == (Lot(CEA, 1, cny("70.00"), DAY),)


def test_a_weighted_average_leaves_the_rest_at_the_average() -> None:
    held, sale = sell(
        bought((2, "100.00"), (3, "200.00"), (1, "70.00")), quantity=3, method=CostMethod.WEIGHTED_AVERAGE
    )
    assert sale.cost == cny("185.00")
    assert [(lot.quantity, lot.cost) for lot in sale.lots] == [(2, cny("123.33")), (1, cny("61.67"))]
    left = held.holdings[0].lots
    assert [(lot.quantity, lot.cost) for lot in left] == [(2, cny("123.33")), (1, cny("61.67"))]


@pytest.mark.parametrize(
    ("rounding", "cost"),
    [(Rounding.FLOOR, "33.33"), (Rounding.HALF_UP, "33.33"), (Rounding.CEILING, "33.34")],
)
@pytest.mark.parametrize("method", CostMethod)
def test_a_cost_is_rounded_as_named(method: CostMethod, rounding: Rounding, cost: str) -> None:
    held, sale = sell(bought((3, "100.00")), method=method, rounding=rounding)
    assert sale.cost == cny(cost)
    assert held.cost == cny("100.00") - cny(cost)


def test_selling_everything_leaves_nothing() -> None:
    for method in CostMethod:
        held, sale = sell(bought((3, "100.00"), (4, "0.01")), quantity=7, method=method)
        assert held.holdings == ()
        assert held.cost == cny("0.00")
        assert sale.cost == cny("100.01")
        assert held.last_on == datetime.date(2021, 7, 19)


@pytest.mark.parametrize("quantity", [4, 10**9])
def test_more_than_is_held_is_not_sold(quantity: int) -> None:
    with pytest.raises(FundError) as caught:
        sell(bought((3, "100.00")), quantity=quantity)
    assert str(caught.value) == f"quantity: must be at most the 3 tCO2e of CEA that are held, was {quantity}"
    assert caught.value.problem.code == Refusal.OVERSOLD


def test_what_is_not_held_is_not_sold() -> None:
    with pytest.raises(FundError, match="quantity: must be at most the 0 tCO2e of CCER that are held, was 1"):
        sell(bought((3, "100.00")), asset=CCER)


def test_dates_run_forward() -> None:
    held, _ = sell(bought((3, "100.00")))
    with pytest.raises(FundError, match="on: must be on or after 2021-07-19") as caught:
        sell(held, on="2021-07-18")
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER
    with pytest.raises(FundError, match="bought_on: must be on or after 2021-07-19") as caught:
        held.buy(Lot(CCER, 1, cny("1.00"), "2021-07-18"))
    assert caught.value.problem.code == Refusal.OUT_OF_ORDER
    assert sell(held, on="2021-07-19")[0].quantity(CEA) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"quantity": 0}, "quantity: must be above zero, was 0"),
        ({"quantity": "0.5"}, "quantity: must be a whole number, was 0.5"),
        ({"proceeds": cny("-1.00")}, "proceeds: must be zero or more, was -1.00 CNY"),
        ({"proceeds": cny("0.001")}, "proceeds: must have at most 2 decimal places, was 0.001 CNY"),
        ({"proceeds": "50.00"}, "proceeds: must be of type Money, was '50.00'"),
        ({"proceeds": Money("1", "EUR")}, "proceeds: must be CNY, was EUR"),
        ({"on": "Monday"}, "on: must be a calendar date YYYY-MM-DD, was Monday"),
        ({"method": "FIFO"}, "method: must be of type CostMethod, was 'FIFO'"),
        ({"rounding": None}, "rounding: must be of type Rounding, was None"),
        ({"asset": "CEA"}, "asset: must be of type AssetId, was 'CEA'"),
    ],
)
def test_a_sale_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        sell(bought((3, "100.00")), **changed)
    assert str(caught.value).startswith(message)


def test_a_purchase_is_a_lot_in_the_currency() -> None:
    with pytest.raises(InvalidValueError, match="lot: must be of type Lot"):
        Portfolio("CNY").buy("lot")  # type: ignore[arg-type]
    with pytest.raises(CurrencyMismatchError, match="cost: must be CNY, was EUR"):
        Portfolio("CNY").buy(Lot(CEA, 1, Money("70.00", "EUR"), DAY))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"currency": "RMB"}, "currency: must be an ISO 4217 currency code"),
        ({"currency": "EUR"}, "holdings: must be EUR, was CNY"),
        ({"holdings": ["CEA"]}, "holdings: must be of type Holding"),
        (
            {"holdings": [Holding(CEA, [Lot(CEA, 1, cny("1"), DAY)])] * 2},
            "holdings: must name each asset once",
        ),
        ({"last_on": None}, "last_on: must be on or after 2021-07-16, when CEA was bought, was None"),
        ({"last_on": "2021-07-15"}, "last_on: must be on or after 2021-07-16, when CEA was bought"),
    ],
)
def test_a_portfolio_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(bought((3, "100.00")), **changed)
    assert str(caught.value).startswith(message)


def test_a_sale_explains_its_gain() -> None:
    _, sale = sell(bought((3, "100.00")), proceeds=cny("40.00"))
    assert sale.explain().text() == (
        "gain on 1 tCO2e of CEA sold on 2021-07-19: 6.67 CNY = proceeds − cost\n"
        "  proceeds: 40.00 CNY\n"
        "  cost: 33.33 CNY = first in, first out, rounded half up to the minor unit\n"
        "    lot of 2021-07-16: 33.33 CNY = cost of 1 tCO2e"
    )


@st.composite
def trades(draw: st.DrawFn) -> list[tuple[str, AssetId, int, int, int]]:
    kinds = st.sampled_from(["buy", "buy", "sell"])
    step = st.tuples(
        kinds, st.sampled_from([CEA, CCER]), st.integers(1, 50), st.integers(0, 10**6), st.integers(0, 3)
    )
    return draw(st.lists(step, min_size=1, max_size=12))


@given(trades(), st.sampled_from(CostMethod), st.sampled_from(Rounding), st.integers(0, 10**5))
def test_realised_and_unrealised_are_what_came_less_what_went(
    steps: list[tuple[str, AssetId, int, int, int]], method: CostMethod, rounding: Rounding, mark: int
) -> None:
    held, day = Portfolio("CNY"), DAY
    purchases = proceeds = realised = fen(0)
    tonnes = {CEA: 0, CCER: 0}
    for kind, asset, quantity, amount, days in steps:
        day += datetime.timedelta(days)
        if kind == "buy":
            held = held.buy(Lot(asset, quantity, fen(amount), day))
            purchases += fen(amount)
            tonnes[asset] += quantity
        elif sold := min(quantity, tonnes[asset]):
            before = held
            held, sale = held.sell(asset, sold, fen(amount), day, method=method, rounding=rounding)
            assert sale.quantity == sold
            assert sale.cost + held.cost == before.cost
            proceeds += fen(amount)
            realised += sale.gain
            tonnes[asset] -= sold
    price = Price(fen(mark).amount, "CNY", "tCO2e")
    value = unrealised = fen(0)
    for holding in held.holdings:
        value += holding.market_value(price)
        unrealised += holding.unrealised(price)
    assert realised + unrealised == value + proceeds - purchases
    assert {asset: held.quantity(asset) for asset in tonnes} == tonnes
    assert all(lot.cost >= fen(0) for holding in held.holdings for lot in holding.lots)
