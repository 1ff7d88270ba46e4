"""Prices: money per quantity."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import IncompatibleUnitsError, InvalidValueError
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import Exact, exact, multiply, plain
from carbonkit.values.quantity import Quantity
from carbonkit.values.unit import unit_named

__all__ = ["Price"]


def _amount(value: Exact) -> Decimal:
    return exact(value, field="price")


def _unit(name: str) -> str:
    return unit_named(name, field="per").name


@attrs.frozen(repr=False)
class Price:
    """
    An amount of money for one unit of a quantity.

    Args:
        amount: How much money; a str, int or Decimal.
        currency: An ISO 4217 code.
        per: The unit that it is paid for, such as "tCO2e".

    Raises:
        InexactNumberError: If `amount` is a float, a bool, NaN or infinite.
        InvalidValueError: If there is no such currency.
        UnknownUnitError: If the unit table has no such unit.

    Example:
        >>> from carbonkit.values import CO2e
        >>> Price("48.00", "CNY", "tCO2e").of(CO2e("100", "tCO2e"))
        Money('4800.00', 'CNY')
    """

    amount: Decimal = attrs.field(converter=_amount)
    currency: str = attrs.field(converter=currency_code)
    per: str = attrs.field(converter=_unit)

    def of(self, quantity: Quantity) -> Money:
        """
        Say what a quantity costs; never rounded.

        Args:
            quantity: How much is bought; converted to this price's unit if that is exact.

        Returns:
            The cost.

        Raises:
            IncompatibleUnitsError: If the quantity measures something else.
            InexactConversionError: If the quantity has no finite decimal form in this price's unit.

        Example:
            >>> from carbonkit.values import Energy
            >>> Price("0.60", "CNY", "kWh").of(Energy("2", "MWh"))
            Money('1200.00', 'CNY')
        """
        if not isinstance(quantity, Quantity):
            raise IncompatibleUnitsError("be a quantity", was=repr(quantity), field="quantity")
        return Money(multiply(self.amount, quantity.to(self.per).number), self.currency)

    def __str__(self) -> str:
        """Write the price as it is quoted."""
        return f"{plain(self.amount)} {self.currency}/{self.per}"

    def __repr__(self) -> str:
        """Write a call that makes this price again."""
        return f"Price({plain(self.amount)!r}, {self.currency!r}, {self.per!r})"

    def __lt__(self, other: Price) -> bool:
        """Compare prices of one currency and unit."""
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Price) -> bool:
        """Compare prices of one currency and unit."""
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: Price) -> bool:
        """Compare prices of one currency and unit."""
        self._same(other)
        return self.amount > other.amount

    def __ge__(self, other: Price) -> bool:
        """Compare prices of one currency and unit."""
        self._same(other)
        return self.amount >= other.amount

    def _same(self, other: object) -> None:
        if not isinstance(other, Price) or (other.currency, other.per) != (self.currency, self.per):
            raise InvalidValueError(
                f"be a price in {self.currency}/{self.per}", was=str(other), field="price"
            )
