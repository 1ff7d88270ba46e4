"""Prices: money per unit, multiplied out exactly."""

from __future__ import annotations

import copy
import decimal
import pickle
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given

from carbonkit.errors import (
    IncompatibleUnitsError,
    InexactConversionError,
    InexactNumberError,
    InvalidValueError,
    UnknownUnitError,
)
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, Rounding
from carbonkit.values.price import Price
from carbonkit.values.quantity import CO2e, Energy, Mass
from carbonkit.values.unit import UNITS
from tests.strategies import emissions, prices

ALLOWANCE = Price("48.00", "CNY", "tCO2e")


@pytest.mark.parametrize("amount", [48.0, True, None, Decimal("NaN"), "inf"], ids=repr)
def test_an_inexact_price_is_refused(amount: Exact) -> None:
    with pytest.raises(InexactNumberError, match="price: must be"):
        Price(amount, "CNY", "tCO2e")


def test_the_currency_is_checked() -> None:
    with pytest.raises(InvalidValueError, match="currency: must be"):
        Price("1", "cny", "tCO2e")


@pytest.mark.parametrize("per", ["ton", "", None, []], ids=repr)
def test_the_unit_is_checked(per: str) -> None:
    with pytest.raises(UnknownUnitError, match="per: must be a unit of the table"):
        Price("1", "CNY", per)


@given(prices(per="tCO2e"), emissions())
def test_a_cost_is_the_exact_product(price: Price, bought: CO2e) -> None:
    cost = price.of(bought)
    tonnes = Fraction(bought.number) * Fraction(UNITS[bought.unit].ratio) / 1000
    assert Fraction(cost.amount) == Fraction(price.amount) * tonnes
    assert cost.currency == price.currency


def test_a_cost_is_not_rounded() -> None:
    assert Price("0.333", "CNY", "kWh").of(Energy("1", "Wh")) == Money("0.000333", "CNY")


@pytest.mark.parametrize("bought", [Mass("1", "t"), Energy("1", "MWh")], ids=repr)
def test_another_dimension_has_no_price(bought: Mass | Energy) -> None:
    with pytest.raises(IncompatibleUnitsError, match="unit: must be a unit of"):
        ALLOWANCE.of(bought)


@pytest.mark.parametrize("bought", [1, "1 t", None, Decimal(1), Money("1", "CNY")], ids=repr)
def test_what_is_no_quantity_has_no_price(bought: CO2e) -> None:
    with pytest.raises(IncompatibleUnitsError, match="quantity: must be a quantity"):
        ALLOWANCE.of(bought)


def test_an_endless_conversion_is_not_guessed() -> None:
    with pytest.raises(InexactConversionError):
        Price("0.60", "CNY", "kWh").of(Energy("1", "MJ"))
    rounded = Energy("1", "MJ").to("kWh", places=6, rounding=Rounding.HALF_UP)
    assert Price("0.60", "CNY", "kWh").of(rounded) == Money("0.1666668", "CNY")


@given(prices("CNY", "t"), prices("CNY", "t"))
def test_prices_of_one_currency_and_unit_compare(one: Price, two: Price) -> None:
    assert (one < two, one <= two, one > two, one >= two, one == two) == (
        one.amount < two.amount,
        one.amount <= two.amount,
        one.amount > two.amount,
        one.amount >= two.amount,
        one.amount == two.amount,
    )


@pytest.mark.parametrize(
    "other",
    [Price("48.00", "EUR", "tCO2e"), Price("48.00", "CNY", "kgCO2e"), 48, None, Money("48", "CNY")],
    ids=repr,
)
def test_other_prices_do_not_compare(other: Price) -> None:
    for step in ("__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(InvalidValueError, match="price: must be a price in CNY/tCO2e"):
            getattr(ALLOWANCE, step)(other)
    assert other != ALLOWANCE


@given(prices())
def test_text_repr_pickle_and_copy_give_the_same(price: Price) -> None:
    again = eval(repr(price), {"Price": Price})  # noqa: S307  the point of a repr
    for twin in (again, pickle.loads(pickle.dumps(price)), copy.copy(price), copy.deepcopy(price)):  # noqa: S301
        assert twin == price
        assert hash(twin) == hash(price)
        assert str(twin) == str(price)


def test_a_price_is_written_as_it_is_quoted() -> None:
    assert str(ALLOWANCE) == "48.00 CNY/tCO2e"
    assert repr(Price(Decimal("1E+3"), "CNY", "t")) == "Price('1000', 'CNY', 't')"
    assert len({Price("48", "CNY", "t"), Price("48.00", "CNY", "t")}) == 1


def test_a_price_cannot_be_changed() -> None:
    for name in ("amount", "currency", "per", "other"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(ALLOWANCE, name, "2")


def test_the_ambient_context_changes_nothing() -> None:
    price, bought = Price("51.2263", "CNY", "tCO2e"), CO2e("4103953123", "kgCO2e")
    before = str(price.of(bought))
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact, decimal.Rounded])):
        assert str(price.of(bought)) == before == "210230333.8647349 CNY"
