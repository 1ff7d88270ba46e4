"""Portfolios: no tonne and no part of a purchase is lost, whatever the cost method."""

from __future__ import annotations

import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage
from carbonkit.fund.portfolio.holding import Holding, Lot
from carbonkit.fund.portfolio.portfolio import Portfolio, Realised
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger.serial import SerialRange
from carbonkit.values import AssetId, Money, Price, Rounding

UNCHOSEN = [method for method in CostMethod if method is not CostMethod.SPECIFIC]
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


def test_last_in_first_out_takes_the_newest_first() -> None:
    held, sale = sell(bought((2, "100.00"), (3, "200.00"), (1, "70.00")), quantity=3, method=CostMethod.LIFO)
    assert [(lot.quantity, lot.cost) for lot in sale.lots] == [(1, cny("70.00")), (2, cny("133.33"))]
    left = held.holdings[0].lots
    assert [(lot.quantity, lot.cost) for lot in left] == [(2, cny("100.00")), (1, cny("66.67"))]


def chosen(held: Portfolio, *parts: tuple[int, Any], quantity: int) -> tuple[Portfolio, Realised]:
    lots = held.holdings[0].lots
    picked = [(lots[place], part) for place, part in parts]
    return sell(held, quantity=quantity, method=CostMethod.SPECIFIC, chosen=picked)


def test_specific_identification_takes_what_the_seller_names() -> None:
    held = bought((2, "100.00"), (3, "200.00"), (1, "70.00"))
    after, sale = chosen(held, (2, 1), (1, 1), quantity=2)
    assert [(lot.quantity, lot.cost) for lot in sale.lots] == [(1, cny("70.00")), (1, cny("66.67"))]
    left = after.holdings[0].lots
    assert [(lot.quantity, lot.cost) for lot in left] == [(2, cny("100.00")), (2, cny("133.33"))]
    assert chosen(held, (1, 3), quantity=3)[1].cost == cny("200.00")


def numbered(*runs: tuple[int, int]) -> Lot:
    serials = [SerialRange(first, last) for first, last in runs]
    return Lot(CEA, sum(each.quantity for each in serials), cny("10.00"), DAY, serials=serials)


def test_the_serial_numbers_go_with_the_tonnes() -> None:
    held = Portfolio("CNY").buy(numbered((1, 4), (11, 14)))
    assert str(held.explain().parts[0].parts[0].how) == "cost of 8 tCO2e, serial numbers 1-4, 11-14"
    after, sale = sell(held, quantity=5)
    assert sale.lots[0].serials == (SerialRange(1, 4), SerialRange(11, 11))
    assert after.holdings[0].lots[0].serials == (SerialRange(12, 14),)
    after, sale = chosen(held, (0, SerialRange(12, 13)), quantity=2)
    assert sale.lots[0].serials == (SerialRange(12, 13),)
    assert after.holdings[0].lots[0].serials == (SerialRange(1, 4), SerialRange(11, 11), SerialRange(14, 14))
    whole = Portfolio("CNY").buy(numbered((1, 4)))
    assert chosen(whole, (0, SerialRange(1, 4)), quantity=4)[0].holdings == ()


@pytest.mark.parametrize(
    ("parts", "quantity", "message", "code"),
    [
        ([(0, 9)], 9, "chosen: must be at most the 8 tCO2e of the lot of 2021-07-16", "oversold"),
        ([(0, 0)], 1, "chosen: must be above zero, was 0", "invalid_value"),
        ([(0, 2)], 3, "chosen: must add up to the 3 tCO2e that are sold, was 2", "invalid_value"),
        (
            [(0, SerialRange(4, 5))],
            2,
            "chosen: must be serial numbers of the lot of 2021-07-16, was 4-5",
            "not_held",
        ),
        ([(0, 2), (0, 2)], 4, "chosen: must be a lot that is held, was 8 t of CEA", "not_held"),
    ],
)
def test_only_what_is_held_can_be_chosen(
    parts: list[tuple[int, Any]], quantity: int, message: str, code: str
) -> None:
    held = Portfolio("CNY").buy(numbered((1, 4), (11, 14))).buy(numbered((21, 24)))
    with pytest.raises(CarbonkitError) as caught:
        chosen(held, *parts, quantity=quantity)
    assert str(caught.value).startswith(message)
    assert caught.value.problem.code == code


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
@pytest.mark.parametrize("method", UNCHOSEN)
def test_a_cost_is_rounded_as_named(method: CostMethod, rounding: Rounding, cost: str) -> None:
    held, sale = sell(bought((3, "100.00")), method=method, rounding=rounding)
    assert sale.cost == cny(cost)
    assert held.cost == cny("100.00") - cny(cost)


def test_selling_everything_leaves_nothing() -> None:
    for method in UNCHOSEN:
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
        (
            {"method": PeriodAverage.MONTHLY},
            "method: must be a method that knows the cost at the moment of the sale, was weighted average",
        ),
        (
            {"method": CostMethod.SPECIFIC},
            "chosen: must name lots for specific identification, and for no other method, was 0 lots",
        ),
        (
            {"chosen": [(Lot(CEA, 3, cny("100.00"), DAY), 1)]},
            "chosen: must name lots for specific identification, and for no other method, was 1 lots",
        ),
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


@given(trades(), st.sampled_from(UNCHOSEN), st.sampled_from(Rounding), st.integers(0, 10**5))
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
