"""Converters of the commands' fields: ids from texts, exact numbers, nothing guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError, WrongTypeError
from carbonkit.values.identifier import AccountId, AssetId, InstrumentId, OrderId
from carbonkit.values.number import Exact, exact, whole
from carbonkit.values.price import Price

if TYPE_CHECKING:
    from decimal import Decimal

    import attrs

_SHORT: Final = 200  # bits; an int with more goes the long way and is refused


def account(value: str | AccountId) -> AccountId:
    """Take an account's id."""
    return value if isinstance(value, AccountId) else AccountId(value)


def order(value: str | OrderId) -> OrderId:
    """Take an order's id."""
    return value if isinstance(value, OrderId) else OrderId(value)


def instrument(value: str | InstrumentId) -> InstrumentId:
    """Take an instrument's id."""
    return value if isinstance(value, InstrumentId) else InstrumentId(value)


def asset(value: str | AssetId) -> AssetId:
    """Take an asset's id."""
    return value if isinstance(value, AssetId) else AssetId(value)


def quantity(value: Exact) -> int | Decimal:
    """Take a quantity, a whole one as an int, so that the venue need not convert it."""
    return value if type(value) is int and value.bit_length() < _SHORT else _number(value, "quantity")


def minimum(value: Exact) -> int | Decimal:
    """Take a smallest quantity; 0 for none."""
    return 0 if type(value) is int and not value else _number(value, "minimum")


def _number(value: Exact, field: str) -> int | Decimal:
    number = exact(value, field=field)
    return int(number) if number == number.to_integral_value() else number


def units(value: Exact, field: str = "quantity") -> int:
    """Take a whole number of units, not negative."""
    number = whole(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field=field)
    return number


def allocation(value: Exact) -> int:
    """Take an annual allocation."""
    return units(value, "allocation")


def allowances(value: Exact) -> int:
    """Take what a participant may sell."""
    return units(value, "allowances")


def optional_price(_: object, attribute: attrs.Attribute[Price | None], value: Price | None) -> None:
    """Check that a value is a price or None."""
    if value is not None and type(value) is not Price:
        raise WrongTypeError("be of type Price", was=repr(value), field=attribute.name)
