"""Transactions: what an account holder or the authority asks of the registry."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.serial import SerialRange
from carbonkit.registry._field import year as calendar_year
from carbonkit.registry.rules import Route, TransactionType
from carbonkit.registry.unit import UnitType
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

__all__ = ["Transaction", "name", "named"]

_LONGEST = 200


def _quantity(value: int) -> int:
    quantity = whole(value, field="quantity")
    if quantity < 1:
        raise InvalidValueError("be 1 or more", was=quantity, field="quantity")
    return quantity


def _effective(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="effective_at")


def name(value: object) -> str:
    """
    Take the name of a person, or none.

    Args:
        value: The name, or an empty text.

    Returns:
        The same text.

    Raises:
        InvalidValueError: If it is no text, too long, or has spaces around it.

    Example:
        >>> name("ann")
        'ann'
    """
    if not isinstance(value, str) or len(value) > _LONGEST or value != value.strip():
        raise InvalidValueError(f"be a name of at most {_LONGEST} characters", was=value, field="name")
    return value


def named(value: object) -> str:
    """
    Take the name of a person.

    Args:
        value: The name.

    Returns:
        The same text.

    Raises:
        InvalidValueError: If it is empty, or no name.

    Example:
        >>> named("ann")
        'ann'
    """
    given = name(value)
    if not given:
        raise InvalidValueError("be a name", was=value, field="name")
    return given


@attrs.frozen
class Transaction:
    """
    A movement of units of one type between two accounts.

    Args:
        id: The caller's id; the same transaction again is recognised by it.
        type: What kind of movement it is.
        unit: What moves.
        quantity: How many units; a whole number above zero.
        source: The account that they leave.
        target: The account that they reach.
        effective_at: When it takes effect.
        serials: Which serial numbers go; None for the registry to choose, by its rules. An issue
            takes the next free numbers if none are named.
        by: Who asks for it; empty if the registry's user vouches for that.
        approved_by: Who approved it at once; empty if nobody did.
        beneficiary: For whose benefit units are given up, if that is to be on record.
        year: Of a surrender: the year whose emissions it covers; None where the scheme does not ask.

    Raises:
        InvalidValueError: If the quantity is not a whole number above zero.

    Example:
        >>> Transaction(CommandId("surrender/1"), TransactionType.SURRENDER, UnitType("UKA", "2021"), 100,
        ...             AccountId("UK-1000000"), AccountId("UK-SURRENDER"), "2022-04-28T12:00:00Z").quantity
        100
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    type: TransactionType = attrs.field(validator=is_a(TransactionType))
    unit: UnitType = attrs.field(validator=is_a(UnitType))
    quantity: int = attrs.field(converter=_quantity)
    source: AccountId = attrs.field(validator=is_a(AccountId))
    target: AccountId = attrs.field(validator=is_a(AccountId))
    effective_at: datetime.datetime = attrs.field(converter=_effective)
    serials: tuple[SerialRange, ...] | None = None
    by: str = attrs.field(default="", kw_only=True, converter=name)
    approved_by: str = attrs.field(default="", kw_only=True, converter=name)
    beneficiary: str = attrs.field(default="", kw_only=True, converter=name)
    year: int | None = attrs.field(
        default=None, kw_only=True, converter=attrs.converters.optional(calendar_year)
    )

    @property
    def claim(self) -> dict[str, str]:
        """What a surrender says of the year that it is for, as facts of a statement; empty without one."""
        if self.year is None:
            return {}
        return {"year": str(self.year), "unit": self.unit.code, "units": str(self.quantity)}

    def leg(self, route: Route, serials: tuple[SerialRange, ...]) -> Leg:
        """
        Write the transaction as a leg of a transfer or a hold.

        Args:
            route: The route that allows it.
            serials: The serial numbers that go.

        Returns:
            The leg.
        """
        return Leg(
            self.unit.asset_id,
            self.quantity,
            self.source,
            self.target,
            route.source_bucket,
            route.target_bucket,
            serials,
        )
