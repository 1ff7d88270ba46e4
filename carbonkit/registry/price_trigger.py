"""Trigger prices: the prices at which a scheme adds or withholds supply, which grow from year to year."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.registry.yearly import rule_of_year
from carbonkit.values.explanation import Explanation
from carbonkit.values.money import Money
from carbonkit.values.number import Exact, Rounding, exact, plain, whole
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PriceGrowth", "TriggerPrice", "trigger_price"]


def _growth(value: Exact) -> Decimal:
    number = exact(value, field="growth")
    if number <= 0:
        raise InvalidValueError("be above 0", was=plain(number), field="growth", hint='write "1.07" for +7 %')
    return number


def _base_year(value: int) -> int:
    return whole(value, field="base year")


@attrs.frozen
class PriceGrowth:
    """
    A price and what it is multiplied by each year, rounded to the minor unit every year.

    Args:
        base_year: The year of the price.
        base: The price for one unit in that year.
        growth: What the previous year's price is multiplied by; 1 for a price that stays.
        rounding: Which way each year's price is rounded.

    Example:
        >>> PriceGrowth(2021, Money("13.00", "USD"), "1.07", Rounding.HALF_UP).prices(2023)
        (Money('13.00', 'USD'), Money('13.91', 'USD'), Money('14.88', 'USD'))
    """

    base_year: int = attrs.field(converter=_base_year)
    base: Money
    growth: Decimal = attrs.field(converter=_growth)
    rounding: Rounding

    def prices(self, year: int) -> tuple[Money, ...]:
        """
        Return the prices from the base year to a year.

        Args:
            year: The last year.

        Returns:
            One price a year, each grown from the rounded one before it.

        Raises:
            InvalidValueError: If the year lies before the base year.
        """
        last = whole(year, field="year")
        if last < self.base_year:
            raise InvalidValueError(f"be {self.base_year} or later", was=last, field="year")
        found = [self.base]
        for _ in range(last - self.base_year):
            found.append((found[-1] * self.growth).rounded(self.rounding))
        return tuple(found)


@attrs.frozen
class TriggerPrice:
    """
    A trigger price of one year.

    Args:
        year: The year.
        price: The price for one unit.
        rule: The rule that it follows from.

    Example:
        >>> from carbonkit.schemes.rggi import cost_containment_trigger
        >>> cost_containment_trigger(2023).price
        Money('14.88', 'USD')
    """

    year: int
    price: Money
    rule: Rule[PriceGrowth]

    def explain(self) -> Explanation:
        """Show the price, and the price of every year that it grew from, down to the rule's source."""
        path = self.rule.value
        steps = path.prices(self.year)
        grown = tuple(
            Explanation(
                f"{self.rule.what} {path.base_year + passed}",
                str(price),
                how=f"{steps[passed - 1]} × {plain(path.growth)}, rounded {path.rounding.name.lower()}"
                if passed
                else "base price",
            )
            for passed, price in enumerate(steps)
        )
        rule = Explanation("rule", str(self.rule.valid), how=self.rule.says, source=self.rule.source)
        return Explanation(f"{self.rule.what} {self.year}", str(self.price), parts=(*grown, rule))


def trigger_price(versions: Sequence[Rule[PriceGrowth]], year: int) -> TriggerPrice:
    """
    Work out a trigger price.

    Args:
        versions: The versions of the scheme's rule, by year.
        year: The year.

    Returns:
        The price, which explains itself.

    Raises:
        NotFoundError: If no version covers the year.

    Example:
        >>> from carbonkit.registry.yearly import years
        >>> from carbonkit.values import Source
        >>> growth = PriceGrowth(2021, Money("6.00", "USD"), "1.07", Rounding.HALF_UP)
        >>> rule = Rule(what="trigger", value=growth, says="7 % a year", valid=years(2021, None),
        ...             source=Source("Scheme", "Rule", 2021))
        >>> trigger_price([rule], 2024).price
        Money('7.35', 'USD')
    """
    rule = rule_of_year(versions, year)
    asked = whole(year, field="year")
    return TriggerPrice(asked, rule.value.prices(asked)[-1], rule)
