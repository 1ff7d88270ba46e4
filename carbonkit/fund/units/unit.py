"""
Units of an open-ended fund: what a class of them is called, how small its steps are, how it rounds.

A fund's rounding moves money between those who deal and those who stay, so each
place where a number is rounded has its own named rule here: the price, the units
issued, the money paid. What rounding leaves over stays in the fund, or comes out of
it: it belongs to those who hold units after the dealing day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import figure, fraction, money
from carbonkit.ledger.asset import Asset
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AssetId
from carbonkit.values.money import Money, currency_code
from carbonkit.values.number import Exact, Rounding, whole

if TYPE_CHECKING:
    from decimal import Decimal

    from carbonkit.fund.figure import Number

__all__ = ["UnitClass"]

_MOST_UNIT_PLACES: Final = 9  # as many as a ledger counts
_MOST_PRICE_PLACES: Final = 12


def _places(value: int, most: int, field: str) -> int:
    number = whole(value, field=field)
    if not 0 <= number <= most:
        raise InvalidValueError(f"be 0 to {most}", was=number, field=field)
    return number


def _unit_places(value: int) -> int:
    return _places(value, _MOST_UNIT_PLACES, "unit_places")


def _price_places(value: int) -> int:
    return _places(value, _MOST_PRICE_PLACES, "price_places")


@attrs.frozen(kw_only=True)
class UnitClass:
    """
    A class of fund units: its name in the ledger, its currency, its steps and its rounding.

    Args:
        id: The asset that the ledger counts the units as.
        currency: What a unit is priced and paid in; an ISO 4217 code.
        unit_places: Decimal places of the smallest part of a unit, 0 to 9.
        price_places: Decimal places of a price per unit, 0 to 12.
        price_rounding: How a price is rounded to them.
        unit_rounding: How the units that an amount buys are rounded. `FLOOR` leaves what is over to the
            fund.
        money_rounding: How fees, proceeds and other amounts are rounded to the minor unit.

    Raises:
        InvalidValueError: If a value has another type, places are out of range, or there is no such currency.

    Example:
        >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
        ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
        ...                  money_rounding=Rounding.HALF_UP)
        >>> unit.counted("100"), unit.asset.places
        (Decimal('100.00'), 2)
    """

    id: AssetId = attrs.field(validator=is_a(AssetId))
    currency: str = attrs.field(converter=currency_code)
    unit_places: int = attrs.field(converter=_unit_places)
    price_places: int = attrs.field(converter=_price_places)
    price_rounding: Rounding = attrs.field(validator=is_a(Rounding))
    unit_rounding: Rounding = attrs.field(validator=is_a(Rounding))
    money_rounding: Rounding = attrs.field(validator=is_a(Rounding))

    @property
    def asset(self) -> Asset:
        """The units as the ledger counts them."""
        return Asset(self.id, self.unit_places, serialised=False)

    def counted(self, value: Exact, *, field: str = "units") -> Decimal:
        """
        Take a number of units: zero or more, in whole steps.

        Args:
            value: A str, int or Decimal.
            field: The name that an error gives it.

        Returns:
            The same number, written with all its places.

        Raises:
            InvalidValueError: If it is negative or has more places than the class.

        Example:
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> unit.counted("-1")
            Traceback (most recent call last):
            ...
            carbonkit.errors.InvalidValueError: units: must be zero or more, was -1
        """
        try:
            steps = self.asset.steps(value)
        except InvalidValueError as error:
            was, hint = error.problem.was, error.problem.hint
            raise type(error)(error.problem.must, was=was, field=field, hint=hint) from None
        if steps < 0:
            raise InvalidValueError("be zero or more", was=value, field=field)
        return self.asset.amount(steps)

    def bought(self, amount: Number, price: Number) -> Decimal:
        """
        Say how many units an amount buys, rounded once by the class's rule.

        Args:
            amount: The exact amount.
            price: The price per unit; above zero.

        Returns:
            The units.

        Raises:
            InvalidValueError: If the price is not above zero.

        Example:
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> unit.bought("4970178.93", "1.0500")
            Decimal('4733503.74')
        """
        each = fraction(price, field="price")
        if each <= 0:
            raise InvalidValueError("be above zero", was=str(price), field="price")
        return figure(fraction(amount, field="amount") / each, self.unit_places, self.unit_rounding)

    def paid(self, amount: Number) -> Money:
        """
        Round an amount to the minor unit, once, by the class's rule.

        Args:
            amount: The exact amount.

        Returns:
            The money.

        Example:
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> unit.paid("0.005")
            Money('0.01', 'CNY')
        """
        return money(amount, self.currency, self.money_rounding)

    def priced(self, amount: Number) -> Money:
        """
        Round a price per unit, once, by the class's rule.

        Args:
            amount: The exact price.

        Returns:
            The price, as money for one unit.

        Example:
            >>> unit = UnitClass(id=AssetId("GREEN-A"), currency="CNY", unit_places=2, price_places=4,
            ...                  price_rounding=Rounding.HALF_UP, unit_rounding=Rounding.FLOOR,
            ...                  money_rounding=Rounding.HALF_UP)
            >>> unit.priced("1.05000000001")
            Money('1.0500', 'CNY')
        """
        return money(amount, self.currency, self.price_rounding, self.price_places)
