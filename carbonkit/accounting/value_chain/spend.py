"""
Spending: money of one currency, year and kind of price turned into that of a factor.

A factor per money is for one currency, at the prices of one year, paid by the purchaser
or got by the producer. Nothing is taken for granted: each step names its rate, index or
margin with its source, and the order of the steps is the caller's.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting.value_chain._fraction import written
from carbonkit.accounting.value_chain._take import several
from carbonkit.accounting.value_chain.derived_quantity import DerivedQuantity
from carbonkit.errors import CurrencyMismatchError, InvalidValueError, NotFoundError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import Exact, exact, plain, whole
from carbonkit.values.source import Source
from carbonkit.values.unit import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ExchangeRate", "Margin", "PriceIndex", "Prices", "Spending", "factor_prices", "spent"]


class Prices(enum.Enum):
    """
    Which prices an amount of money is in.

    Example:
        >>> str(Prices("basic"))
        'basic prices'
    """

    PURCHASER = "purchaser"
    """What the buyer pays: with trade and transport margins and taxes on products."""
    BASIC = "basic"
    """What the producer gets: without them."""

    def __str__(self) -> str:
        """Write it out."""
        return f"{self.value} prices"


def _above_zero(value: Exact, field: str) -> Decimal:
    number = exact(value, field=field)
    if number <= 0:
        raise InvalidValueError("be above zero", was=plain(number), field=field)
    return number


def _rate(value: Exact) -> Decimal:
    return _above_zero(value, "exchange rate")


def _year(value: int) -> int:
    return whole(value, field="year")


@attrs.frozen
class ExchangeRate:
    """
    How much of one currency was paid for one of another, in a year.

    Args:
        given: The currency that is given away, as an ISO 4217 code.
        wanted: The currency that is got.
        number: How much of `wanted` one of `given` buys.
        year: The year that it is an average or a closing rate of.
        source: Who publishes it.

    Raises:
        InexactNumberError: If `number` is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such currency, or the rate is not above zero.

    Example:
        >>> print(ExchangeRate("EUR", "USD", "1.05", 2022, Source("Bank", "Yearly averages", 2023)))
        1.05 USD for 1 EUR, 2022
    """

    given: str = attrs.field(converter=currency_code)
    wanted: str = attrs.field(converter=currency_code)
    number: Decimal = attrs.field(converter=_rate)
    year: int = attrs.field(converter=_year)
    source: Source = attrs.field(validator=is_a(Source))

    def __str__(self) -> str:
        """Write the rate out."""
        return f"{plain(self.number)} {self.wanted} for 1 {self.given}, {self.year}"


def _levels(value: Mapping[int, Exact] | Iterable[tuple[int, Exact]]) -> tuple[tuple[int, Decimal], ...]:
    pairs = several(value.items() if isinstance(value, Mapping) else value, tuple, field="price index")
    known: dict[int, Decimal] = {}
    for pair in pairs:
        if len(pair) != 2:  # noqa: PLR2004  a pair
            raise InvalidValueError("be a year with its level", was=repr(pair), field="price index")
        year = _year(pair[0])
        if year in known:
            raise InvalidValueError("give each year once", was=year, field="price index")
        known[year] = _above_zero(pair[1], "price index")
    return tuple(sorted(known.items()))


@attrs.frozen
class PriceIndex:
    """
    How prices in one currency moved from year to year.

    Args:
        name: The index, such as "producer prices, services".
        currency: The currency whose prices it tells, as an ISO 4217 code.
        levels: The level of each year.
        source: Who publishes it.

    Raises:
        InexactNumberError: If a level is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such currency, a level is not above zero, or a year stands twice.

    Example:
        >>> prices = PriceIndex("consumer prices", "USD", {2022: "100", 2024: "107.5"},
        ...                     Source("Office", "Consumer prices", 2025))
        >>> print(prices.level(2024))
        107.5
    """

    name: str = attrs.field(validator=is_name)
    currency: str = attrs.field(converter=currency_code)
    levels: tuple[tuple[int, Decimal], ...] = attrs.field(converter=_levels)
    source: Source = attrs.field(validator=is_a(Source))

    def level(self, year: int) -> Decimal:
        """
        Find the level of a year.

        Args:
            year: The year.

        Returns:
            The level.

        Raises:
            NotFoundError: If the index does not have it; none is estimated.
        """
        for known, level in self.levels:
            if known == year:
                return level
        hint = "known: " + ", ".join(str(known) for known, _ in self.levels)
        raise NotFoundError(f"be a year of the index {self.name}", was=year, field="year", hint=hint)


def _share(value: Exact) -> Decimal:
    number = exact(value, field="margin")
    if not 0 < number <= 1:
        hint = "it is what the producer gets of 1 that the purchaser pays"
        raise InvalidValueError("be above 0 and at most 1", was=plain(number), field="margin", hint=hint)
    return number


@attrs.frozen
class Margin:
    """
    What the producer gets of what the purchaser pays.

    Args:
        basic: The part of 1: "0.82" if trade, transport and taxes take 18 %.
        source: Who publishes it, for which goods and year.

    Raises:
        InexactNumberError: If `basic` is a float, a bool, NaN or infinite.
        InvalidValueError: If it is not above 0, or above 1.

    Example:
        >>> print(Margin("0.82", Source("Statistics office", "Supply table", 2022)).basic)
        0.82
    """

    basic: Decimal = attrs.field(converter=_share)
    source: Source = attrs.field(validator=is_a(Source))


@attrs.frozen
class Spending:
    """
    An amount of money with its currency, year and kind of price; made by `spent`.

    Args:
        quantity: The money, exact, in a currency at the prices of a year.
        prices: Which prices it is in.

    Raises:
        InvalidValueError: If the quantity is no money.

    Example:
        >>> paid = spent(Money("1053", "USD"), year=2024, prices=Prices.PURCHASER)
        >>> deflated = paid.repriced(2022, PriceIndex("consumer prices", "USD", {2022: 100, 2024: 108},
        ...                                           Source("Office", "Consumer prices", 2025)))
        >>> made = deflated.at_basic_prices(Margin("0.8", Source("Office", "Supply table", 2022)))
        >>> print(made.quantity, made.prices, sep=", ")
        780 USD@2022, basic prices
        >>> print(made.quantity.working.text())
        spent × price index × margin: 780 USD@2022 = 975 USD@2022 × 0.8, purchaser prices to basic prices
          source: Office, Supply table, 2022 [confirmed]
          spent × price index: 975 USD@2022 = 1053 USD@2024 × 100 ÷ 108, consumer prices
            source: Office, Consumer prices, 2025 [confirmed]
            spent: 1053 USD@2024 = 1053 USD in 2024, purchaser prices
    """

    quantity: DerivedQuantity = attrs.field(validator=is_a(DerivedQuantity))
    prices: Prices = attrs.field(validator=is_a(Prices))

    def __attrs_post_init__(self) -> None:
        """Check that it is money."""
        if "@" not in self.quantity.unit:
            raise InvalidValueError("be money of a year", was=str(self.quantity), field="spending")

    @property
    def currency(self) -> str:
        """The currency that it is in."""
        return self.quantity.unit.partition("@")[0]

    @property
    def year(self) -> int:
        """The year whose prices it is in."""
        return whole(self.quantity.unit.partition("@")[2], field="year")

    def exchanged(self, rate: ExchangeRate) -> Spending:
        """
        Change the currency at a named rate of the same year.

        Args:
            rate: The rate.

        Returns:
            The same in the other currency.

        Raises:
            CurrencyMismatchError: If the rate is for another currency.
            InvalidValueError: If it is of another year.
        """
        check_type(rate, ExchangeRate, field="rate")
        if rate.given != self.currency:
            raise CurrencyMismatchError(f"give {self.currency} away", was=str(rate), field="exchange rate")
        if rate.year != self.year:
            raise InvalidValueError(f"be of {self.year}", was=str(rate), field="exchange rate")
        number = self.quantity.number * Fraction(rate.number)
        how = f"{self.quantity} × {plain(rate.number)} {rate.wanted}/{rate.given}"
        return self._made(
            number,
            f"{rate.wanted}@{self.year}",
            "× exchange rate",
            how=how,
            source=rate.source,
            prices=self.prices,
        )

    def repriced(self, year: int, index: PriceIndex) -> Spending:
        """
        Put it in the prices of another year, with a named index of the same currency.

        Args:
            year: The year whose prices are wanted.
            index: The index.

        Returns:
            The same in the prices of that year.

        Raises:
            CurrencyMismatchError: If the index is for another currency.
            NotFoundError: If the index lacks one of the two years.
        """
        check_type(index, PriceIndex, field="index")
        if index.currency != self.currency:
            raise CurrencyMismatchError(f"be of {self.currency}", was=index.currency, field="price index")
        before, after = index.level(self.year), index.level(year)
        number = self.quantity.number * Fraction(after) / Fraction(before)
        how = f"{self.quantity} × {plain(after)} ÷ {plain(before)}, {index.name}"
        return self._made(
            number,
            f"{self.currency}@{year}",
            "× price index",
            how=how,
            source=index.source,
            prices=self.prices,
        )

    def at_basic_prices(self, margin: Margin) -> Spending:
        """
        Take off what trade, transport and taxes got, by a named margin.

        Args:
            margin: The margin.

        Returns:
            What the producer got.

        Raises:
            InvalidValueError: If it is in basic prices already.
        """
        check_type(margin, Margin, field="margin")
        if self.prices is Prices.BASIC:
            raise InvalidValueError(f"be in {Prices.PURCHASER}", was=str(self.prices), field="spending")
        number = self.quantity.number * Fraction(margin.basic)
        how = f"{self.quantity} × {plain(margin.basic)}, {Prices.PURCHASER} to {Prices.BASIC}"
        return self._made(
            number, self.quantity.unit, "× margin", how=how, source=margin.source, prices=Prices.BASIC
        )

    def at_purchaser_prices(self, margin: Margin) -> Spending:
        """
        Add what trade, transport and taxes get, by a named margin.

        Args:
            margin: The margin.

        Returns:
            What the purchaser pays.

        Raises:
            InvalidValueError: If it is in purchaser prices already.
        """
        check_type(margin, Margin, field="margin")
        if self.prices is Prices.PURCHASER:
            raise InvalidValueError(f"be in {Prices.BASIC}", was=str(self.prices), field="spending")
        number = self.quantity.number / Fraction(margin.basic)
        how = f"{self.quantity} ÷ {plain(margin.basic)}, {Prices.BASIC} to {Prices.PURCHASER}"
        return self._made(
            number, self.quantity.unit, "÷ margin", how=how, source=margin.source, prices=Prices.PURCHASER
        )

    def _made(
        self, number: Fraction, unit: str, what: str, *, how: str, source: Source, prices: Prices
    ) -> Spending:
        before = self.quantity.working
        working = Explanation(
            f"{before.what} {what}", f"{written(number)} {unit}", how, source, parts=(before,)
        )
        return Spending(DerivedQuantity(number, unit, working), prices)


def spent(money: Money, *, year: int, prices: Prices) -> Spending:
    """
    Begin with money that was paid or got.

    Args:
        money: How much; negative for a credit note.
        year: The year whose prices it is in, as a rule that of the invoice.
        prices: Which prices it is in; an invoice's net amount with freight is in purchaser prices.

    Returns:
        The spending.

    Raises:
        UnknownUnitError: If the year has not four digits.
        WrongTypeError: If it is no money.

    Example:
        >>> print(spent(Money("5000", "USD"), year=2022, prices=Prices.PURCHASER).quantity)
        5000 USD@2022
    """
    check_type(money, Money, field="money")
    unit = unit_named(f"{money.currency}@{whole(year, field='year')}", field="year").name
    how = f"{money} in {year}, {prices}"
    working = Explanation("spent", f"{plain(money.amount)} {unit}", how)
    return Spending(DerivedQuantity(money.amount, unit, working), prices)


def factor_prices(spending: Spending, prices: Prices) -> DerivedQuantity:
    """
    Check that money is in the prices that a factor is for.

    Args:
        spending: The money.
        prices: The prices that the factor is for.

    Returns:
        The money, to be multiplied by the factor.

    Raises:
        InvalidValueError: If the prices differ.
        WrongTypeError: If a value has another type.

    Example:
        >>> factor_prices(spent(Money("1", "USD"), year=2022, prices=Prices.PURCHASER), Prices.BASIC)
        Traceback (most recent call last):
        ...
        carbonkit.errors.InvalidValueError: spending: must be in basic prices, as the factor is, was in \
purchaser prices; convert it with a margin that has a source
    """
    check_type(spending, Spending, field="spending")
    check_type(prices, Prices, field="prices")
    if spending.prices is not prices:
        raise InvalidValueError(
            f"be in {prices}, as the factor is",
            was=f"in {spending.prices}",
            field="spending",
            hint="convert it with a margin that has a source",
        )
    return spending.quantity
