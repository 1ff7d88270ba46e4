"""Transactions: what an account holder or the authority asks of the registry."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.command import Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.registry.rules import TransactionType
from carbonkit.registry.unit import UnitType
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

__all__ = ["Transaction"]


def _quantity(value: int) -> int:
    quantity = whole(value, field="quantity")
    if quantity < 1:
        raise InvalidValueError("be 1 or more", was=quantity, field="quantity")
    return quantity


def _effective(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="effective_at")


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
        serials: Which serial numbers go: exact ranges, or how to choose them. An issue takes the
            next free numbers if none are named.

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
    serials: tuple[SerialRange, ...] | Selection = Selection.FROM_LEFT

    def transfer(self, serials: tuple[SerialRange, ...] | Selection) -> Transfer:
        """
        Write the transaction as a transfer of the ledger.

        Args:
            serials: The serial numbers that go, or how to choose them.

        Returns:
            The transfer, under the same id.
        """
        leg = Leg(self.unit.asset_id, self.quantity, self.source, self.target, serials=serials)
        return Transfer(self.id, [leg], self.type.value, self.effective_at)
