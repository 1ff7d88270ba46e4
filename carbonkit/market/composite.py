"""Composite prices: one price for a market that trades several vintages."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding, divide, plain, total
from carbonkit.values.price import Price
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CompositeKind", "CompositePrice", "CompositeRules"]


class CompositeKind(enum.Enum):
    """
    How a composite price is made.

    Example:
        >>> CompositeKind.MEAN.value
        'arithmetic mean of all vintages'
    """

    MEAN = "arithmetic mean of all vintages"
    BENCHMARK = "price of the benchmark vintage"


@attrs.frozen(kw_only=True)
class CompositeRules:
    """
    How a venue makes its composite price, on one day.

    Args:
        kind: Mean or benchmark.
        benchmark: The benchmark vintage's code; empty for a mean.
        places: To how many places it is rounded.
        rounding: How.

    Example:
        >>> from carbonkit.schemes.china_composite import composite_rules
        >>> composite_rules("2023-08-28").kind.value
        <CompositeKind.MEAN: 'arithmetic mean of all vintages'>
    """

    kind: Rule[CompositeKind]
    benchmark: Rule[str]
    places: Rule[int]
    rounding: Rule[Rounding]

    def price(self, prices: Mapping[str, Price]) -> CompositePrice:
        """
        Make the composite of the vintages' prices: of closes, or of the last prices at one moment.

        Args:
            prices: Each listed vintage's price by its code; one that has not traded enters at its
                previous close.

        Returns:
            The composite, which explains itself.

        Raises:
            NotFoundError: If the benchmark vintage is missing.
            InvalidValueError: If there is no price, or they are quoted differently.

        Example:
            >>> from carbonkit.schemes.china_composite import composite_rules
            >>> cny = {name: Price(price, "CNY", "tCO2e")
            ...        for name, price in (("CEA", "74.46"), ("CEA21", "73.06"), ("CEA22", "73.06"))}
            >>> str(composite_rules("2023-08-28").price(cny).price)
            '73.53 CNY/tCO2e'
        """
        if not prices:
            raise InvalidValueError("not be empty", was="no price", field="prices")
        first = next(iter(prices.values()))
        for name, price in prices.items():
            if (price.currency, price.per) != (first.currency, first.per):
                raise InvalidValueError(
                    f"be in {first.currency}/{first.per}", was=f"{name} {price}", field="prices"
                )
        if self.kind.value is CompositeKind.BENCHMARK:
            if self.benchmark.value not in prices:
                raise NotFoundError(
                    "hold the benchmark vintage", was=", ".join(prices), field=self.benchmark.value
                )
            return CompositePrice(prices[self.benchmark.value], dict(prices), self)
        summed = total(price.amount for price in prices.values())
        mean = divide(summed, Decimal(len(prices)), self.places.value, self.rounding.value)
        return CompositePrice(Price(mean, first.currency, first.per), dict(prices), self)


@attrs.frozen
class CompositePrice:
    """
    A composite price.

    Args:
        price: The price.
        prices: The vintages' prices that it was made of.
        rules: How it was made.

    Example:
        >>> from carbonkit.schemes.china_composite import composite_rules
        >>> composite_rules("2026-01-05").price({"CEA25": Price("74.63", "CNY", "tCO2e")}).price.amount
        Decimal('74.63')
    """

    price: Price
    prices: dict[str, Price]
    rules: CompositeRules

    def explain(self) -> Explanation:
        """Say how the price came about, down to the sources of the rules."""
        rules = self.rules
        parts = tuple(Explanation(name, str(price)) for name, price in self.prices.items())
        how = rules.kind.value.value
        if rules.kind.value is CompositeKind.MEAN:
            listed = " + ".join(plain(price.amount) for price in self.prices.values())
            how = f"({listed}) ÷ {len(self.prices)}, rounded to {rules.places.value} places"
        used = (rules.kind, rules.benchmark, rules.places, rules.rounding)
        return Explanation(
            "composite price", str(self.price), how=how, parts=(*parts, *(rule.explain() for rule in used))
        )
