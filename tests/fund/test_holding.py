"""Lots and holdings: what was bought together, and what it is worth."""

from __future__ import annotations

from typing import Any

import pytest

from carbonkit.errors import (
    CurrencyMismatchError,
    IncompatibleUnitsError,
    InexactNumberError,
    InvalidValueError,
)
from carbonkit.fund.portfolio.holding import Holding, Lot
from carbonkit.ledger.serial import SerialRange
from carbonkit.values import AssetId, Money, Price

CEA, CCER = AssetId("CEA-2019-2020"), AssetId("CCER")


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def lot(**changed: Any) -> Lot:  # noqa: ANN401  any argument of a lot
    return Lot(
        **{"asset": CEA, "quantity": 100, "cost": cny("4800.00"), "bought_on": "2021-07-16", **changed}
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"asset": "CEA"}, "asset: must be of type AssetId, was 'CEA'"),
        ({"quantity": 0}, "quantity: must be above zero, was 0"),
        ({"quantity": -5}, "quantity: must be above zero, was -5"),
        ({"quantity": "1.5"}, "quantity: must be a whole number, was 1.5"),
        ({"cost": "4800.00"}, "cost: must be of type Money, was '4800.00'"),
        ({"cost": cny("-0.01")}, "cost: must be zero or more, was -0.01 CNY"),
        ({"cost": cny("0.005")}, "cost: must have at most 2 decimal places, was 0.005 CNY"),
        ({"bought_on": "16.07.2021"}, "bought_on: must be a calendar date YYYY-MM-DD, was 16.07.2021"),
    ],
)
def test_a_lot_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        lot(**changed)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("quantity", [1.0, True, None])
def test_an_inexact_quantity_is_refused(quantity: object) -> None:
    with pytest.raises(InexactNumberError, match="quantity: must be a str, int or Decimal"):
        lot(quantity=quantity)


def test_what_came_free_cost_nothing() -> None:
    free = Holding(CEA, [lot(cost=cny("0"))])
    assert free.cost == cny("0.00")
    assert free.unrealised(Price("48.00", "CNY", "tCO2e")) == cny("4800.00")


def test_a_lot_may_know_its_serial_numbers() -> None:
    known = lot(serials=[SerialRange(201, 260), SerialRange(101, 140)])
    assert known.serials == (SerialRange(101, 140), SerialRange(201, 260))
    assert known.explain().how == "cost of 100 tCO2e, serial numbers 101-140, 201-260"
    assert lot().serials == ()


@pytest.mark.parametrize(
    ("serials", "message"),
    [
        ([SerialRange(1, 99)], "serials: must hold 100 numbers, was 99"),
        (
            [SerialRange(1, 60), SerialRange(60, 99)],
            "serials: must name each number once, was 1-60, 60-99",
        ),
        (["1-100"], "serials: must be of type SerialRange, was '1-100'"),
    ],
)
def test_each_tonne_has_one_serial_number(serials: list[Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        lot(serials=serials)
    assert str(caught.value) == message


def test_a_holding_is_the_sum_of_its_lots() -> None:
    held = Holding(CEA, [lot(), lot(quantity=50, cost=cny("2600.00"), bought_on="2021-07-19")])
    assert (held.quantity, held.cost, held.currency) == (150, cny("7400.00"), "CNY")
    close = Price("51.23", "CNY", "tCO2e")
    assert held.market_value(close) == cny("7684.50")
    assert held.unrealised(close) == cny("284.50")
    assert held.unrealised(Price("0", "CNY", "tCO2e")) == cny("-7400.00")
    assert [part.value for part in held.explain().parts] == ["4800.00 CNY", "2600.00 CNY"]


def test_a_price_for_a_thousand_tonnes_is_converted() -> None:
    assert Holding(CEA, [lot()]).market_value(Price("51230", "CNY", "ktCO2e")) == cny("5123.00")


@pytest.mark.parametrize(
    ("lots", "message"),
    [
        ([], "lots: must hold one lot or more, was none"),
        ([lot(asset=CCER)], "lots: must be of CEA-2019-2020, was 100 t of CCER"),
        ([lot(), lot(bought_on="2021-07-15")], "lots: must come after 100 t of CEA-2019-2020"),
        ([lot(), lot(cost=Money("1", "EUR"))], "lots: must be paid in CNY, was 100 t of CEA-2019-2020"),
        (["lot"], "lots: must be of type Lot, was 'lot'"),
    ],
)
def test_lots_that_do_not_belong_together_are_refused(lots: list[Lot], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Holding(CEA, lots)
    assert str(caught.value).startswith(message)


def test_a_price_must_fit() -> None:
    held = Holding(CEA, [lot()])
    with pytest.raises(CurrencyMismatchError, match="price: must be CNY, was EUR"):
        held.market_value(Price("70.00", "EUR", "tCO2e"))
    with pytest.raises(IncompatibleUnitsError):
        held.market_value(Price("70.00", "CNY", "t"))
    with pytest.raises(InvalidValueError, match="price: must be zero or more"):
        held.unrealised(Price("-1", "CNY", "tCO2e"))
    with pytest.raises(InvalidValueError, match="price: must be of type Price"):
        held.unrealised("51.23")  # type: ignore[arg-type]
