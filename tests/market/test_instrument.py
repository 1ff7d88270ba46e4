from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, MarketError, UnknownUnitError
from carbonkit.market import Instrument, Refusal
from carbonkit.values import AssetId, InstrumentId, Money, Price


def made(tick: str = "0.01", lot: int | str = 1, currency: str = "CNY", unit: str = "tCO2e") -> Instrument:
    return Instrument(InstrumentId("X"), asset=AssetId("X"), currency=currency, unit=unit, tick=tick, lot=lot)


@given(
    ticks=st.integers(1, 10**9),
    lots=st.integers(1, 10**9),
    step=st.sampled_from(["0.01", "0.05", "0.25", "3"]),
)
def test_ticks_and_lots_come_back(ticks: int, lots: int, step: str) -> None:
    one = made(tick=step, lot=1000)
    price, quantity = one.price(ticks), one.quantity(lots)
    assert one.ticks(price) == ticks
    assert one.lots(quantity) == lots
    assert one.value(price, quantity) == Money.from_minor(one.value(price, quantity).to_minor(), "CNY")


@pytest.mark.parametrize("amount", ["48.005", "0", "-48.00", "0.001", "-0.01"])
def test_off_tick_prices_are_refused(amount: str) -> None:
    with pytest.raises(MarketError) as error:
        made().ticks(made().quote(amount))
    assert error.value.problem.code == Refusal.OFF_TICK
    assert error.value.problem.field == "price"
    assert error.value.problem.was == amount


def test_trailing_zeros_do_not_make_a_price_odd() -> None:
    assert made().ticks(made().quote("48.0000")) == 4800


@pytest.mark.parametrize("quantity", ["1.5", "0", "-1", 0, "999", 1001])
def test_odd_lots_are_refused(quantity: str | int) -> None:
    with pytest.raises(MarketError) as error:
        made(lot=1000).lots(quantity)
    assert error.value.problem.code == Refusal.ODD_LOT


@pytest.mark.parametrize("price", [Price("48.00", "EUR", "tCO2e"), Price("48.00", "CNY", "kgCO2e")])
def test_a_price_quoted_otherwise_is_refused(price: Price) -> None:
    for refuse in (lambda: made().ticks(price), lambda: made().value(price, 1)):
        with pytest.raises(MarketError) as error:
            refuse()
        assert error.value.problem.code == Refusal.WRONG_QUOTE


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"lot": 0}, "lot"),
        ({"lot": "-1"}, "lot"),
        ({"lot": "1.5"}, "lot"),
        ({"tick": "0.001"}, "tick"),
        ({"currency": "CN"}, "currency"),
    ],
)
def test_an_instrument_that_cannot_be_paid_is_refused(facts: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValueError) as error:
        made(**facts)
    assert error.value.problem.field == field


@pytest.mark.parametrize("tick", ["0", "-0.01"])
def test_a_tick_must_be_more_than_zero(tick: str) -> None:
    with pytest.raises(InvalidValueError, match="must be more than zero"):
        made(tick=tick)


def test_a_fine_tick_is_payable_in_a_large_lot() -> None:
    future = made(tick="0.001", lot=1000, currency="EUR")
    assert future.value(future.price(1), future.quantity(1)) == Money("1.000", "EUR")


def test_a_unit_must_be_known() -> None:
    with pytest.raises(UnknownUnitError):
        made(unit="ton")


def test_floats_are_refused() -> None:
    with pytest.raises(InexactNumberError):
        made(tick=0.01)  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        made().lots(1.0)  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError):
        made().quote(48.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("quantity", [0.1, 100.0, True])
def test_a_value_takes_no_float(quantity: Any) -> None:  # noqa: ANN401  what an untyped host may pass
    with pytest.raises(InexactNumberError, match="quantity: must be a str, int or Decimal"):
        made().value(made().quote("48.00"), quantity)
