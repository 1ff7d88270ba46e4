"""Spending: nothing is converted without a rate, an index or a margin that has a source."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from carbonkit.accounting import Category, Conversion
from carbonkit.accounting.value_chain import (
    ExchangeRate,
    Margin,
    PriceIndex,
    Prices,
    Spending,
    purchase,
    spent,
)
from carbonkit.accounting.value_chain.derived_quantity import counted
from carbonkit.errors import (
    CurrencyMismatchError,
    IncompatibleUnitsError,
    InexactConversionError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
    UnknownUnitError,
    WrongTypeError,
)
from carbonkit.values import Money, Rounding, Source

if TYPE_CHECKING:
    from tests.accounting.value_chain.conftest import MakeFactor, MakeItem

BANK, OFFICE = Source("Bank", "Yearly averages", 2025), Source("Office", "Prices", 2025)
RATE = ExchangeRate("EUR", "USD", "1.10", 2024, BANK)
INDEX = PriceIndex("producer prices", "USD", {2024: 107, 2022: 100}, OFFICE)
GOODS = Category.PURCHASED_GOODS_AND_SERVICES


def paid(amount: str = "1000", currency: str = "EUR", year: int = 2024) -> Spending:
    return spent(Money(amount, currency), year=year, prices=Prices.PURCHASER)


def test_every_step_is_exact_and_told_with_its_source() -> None:
    money = paid().exchanged(RATE).repriced(2022, INDEX).at_basic_prices(Margin("0.8", OFFICE))
    assert money.quantity.number == Fraction(1000) * Fraction(11, 10) * Fraction(100, 107) * Fraction(8, 10)
    assert (money.currency, money.year, money.prices) == ("USD", 2022, Prices.BASIC)
    told = money.quantity.working
    assert [source.publisher for source in told.sources()] == ["Office", "Office", "Bank"]
    assert told.text().splitlines()[-1].strip() == "spent: 1000 EUR@2024 = 1000 EUR in 2024, purchaser prices"


def test_the_working_reaches_the_entry(factor: MakeFactor, item: MakeItem) -> None:
    money = paid().exchanged(RATE).repriced(2022, INDEX)
    rounding = Conversion(6, Rounding.HALF_EVEN)
    known = purchase.spend_based(
        item(), money, factor("USD@2022", "0.5"), prices=Prices.PURCHASER, category=GOODS, conversion=rounding
    )
    sought = purchase.spend_based(item(), money, prices=Prices.PURCHASER, category=GOODS, conversion=rounding)
    for entry in (known, sought):
        told = entry.explain()
        assert {"Bank", "Office"} <= {source.publisher for source in told.sources()}
        assert "1000 EUR@2024 × 1.10 USD/EUR" in told.text()
    with pytest.raises(InexactConversionError):
        purchase.spend_based(item(), money, prices=Prices.PURCHASER, category=GOODS)


def test_the_order_of_the_steps_is_the_callers() -> None:
    own = PriceIndex("producer prices", "EUR", {2024: 110, 2022: 100}, OFFICE)
    then = ExchangeRate("EUR", "USD", "1.05", 2022, BANK)
    first = paid().exchanged(RATE).repriced(2022, INDEX)
    second = paid().repriced(2022, own).exchanged(then)
    assert (first.quantity.unit, second.quantity.unit) == ("USD@2022", "USD@2022")
    assert first.quantity.number != second.quantity.number


def test_nothing_is_converted_by_itself(factor: MakeFactor, item: MakeItem) -> None:
    with pytest.raises(IncompatibleUnitsError, match="must be USD@2022, was EUR@2024"):
        purchase.spend_based(item(), paid(), factor("USD@2022"), prices=Prices.PURCHASER, category=GOODS)
    with pytest.raises(InvalidValueError, match="be in basic prices, as the factor is"):
        purchase.spend_based(item(), paid(), prices=Prices.BASIC, category=GOODS)
    bare: Any = Money("1", "USD")
    with pytest.raises(WrongTypeError):
        purchase.spend_based(item(), bare, prices=Prices.BASIC, category=GOODS)


def test_a_rate_index_or_margin_that_does_not_fit_is_refused() -> None:
    with pytest.raises(CurrencyMismatchError, match="give USD away"):
        paid(currency="USD").exchanged(RATE)
    with pytest.raises(InvalidValueError, match="must be of 2022"):
        paid(year=2022).exchanged(RATE)
    with pytest.raises(CurrencyMismatchError, match="price index: must be of EUR, was USD"):
        paid().repriced(2022, INDEX)
    with pytest.raises(
        NotFoundError, match="be a year of the index producer prices, was 2023; known: 2022, 2024"
    ):
        paid(currency="USD").repriced(2023, INDEX)
    basic = paid().at_basic_prices(Margin("0.8", OFFICE))
    with pytest.raises(InvalidValueError, match="be in purchaser prices"):
        basic.at_basic_prices(Margin("0.8", OFFICE))
    with pytest.raises(InvalidValueError, match="be in basic prices"):
        paid().at_purchaser_prices(Margin("0.8", OFFICE))
    assert basic.at_purchaser_prices(Margin("0.8", OFFICE)).quantity.number == 1000


@pytest.mark.parametrize("wrong", ["0", "-1"])
def test_rates_levels_and_margins_are_above_zero(wrong: str) -> None:
    with pytest.raises(InvalidValueError, match="exchange rate: must be above zero"):
        ExchangeRate("EUR", "USD", wrong, 2024, BANK)
    with pytest.raises(InvalidValueError, match="price index: must be above zero"):
        PriceIndex("prices", "USD", {2024: wrong}, OFFICE)
    with pytest.raises(InvalidValueError, match="margin: must be above 0"):
        Margin(wrong, OFFICE)


def test_an_index_has_one_level_for_a_year() -> None:
    assert PriceIndex("prices", "USD", [(2024, 107), (2022, 100)], OFFICE).levels == (
        PriceIndex("prices", "USD", {2022: 100, 2024: 107}, OFFICE).levels
    )
    with pytest.raises(InvalidValueError, match="price index: must give each year once, was 2022"):
        PriceIndex("prices", "USD", [(2022, 100), (2022, 107)], OFFICE)
    with pytest.raises(InvalidValueError, match="be a year with its level"):
        PriceIndex("prices", "USD", [(2022, 100, 1)], OFFICE)  # type: ignore[list-item]


def test_what_is_no_money_of_a_year_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="be money of a year"):
        Spending(counted("pieces", 3, "each"), Prices.BASIC)
    with pytest.raises(UnknownUnitError):
        paid(year=22)
    with pytest.raises(InexactNumberError):
        ExchangeRate("EUR", "USD", 1.1, 2024, BANK)  # type: ignore[arg-type]


def test_a_credit_note_is_negative_spending(factor: MakeFactor, item: MakeItem) -> None:
    entries = [
        purchase.spend_based(
            item(amount),
            paid(amount, "USD", 2022),
            factor("USD@2022", "0.5"),
            prices=Prices.PURCHASER,
            category=GOODS,
        )
        for amount in ("250", "-250")
    ]
    first, second = (entry.parts[0][1].number for entry in entries)
    assert first == -second == 125
