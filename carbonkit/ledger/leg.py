"""Legs: the single movements that transfers and holds are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError, SerialRangeError
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.field import movable_quantity
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Leg", "as_legs"]

_MOST: Final = 1_000  # legs that one command may have


def _serials(
    value: Iterable[SerialRange] | Selection | None,
) -> tuple[SerialRange, ...] | Selection | None:
    if value is None or isinstance(value, Selection):
        return value
    ranges = tuple(value)
    for each in ranges:
        if not isinstance(each, SerialRange):
            raise InvalidValueError("be SerialRange values", was=each, field="serials")
    return ranges


@attrs.frozen
class Leg:
    """
    One movement: a quantity of one asset leaves one holding and reaches another.

    Args:
        asset: What moves.
        quantity: How much, in the asset's smallest step; above zero.
        source: The account that it leaves.
        target: The account that it reaches.
        source_bucket: The bucket that it leaves.
        target_bucket: The bucket that it reaches.
        serials: For a serialised asset, the exact ranges or how to choose them; else None.

    Raises:
        InvalidValueError: If the quantity is not 1 to 2^63 - 1, or nothing would move.

    Example:
        >>> Leg(AssetId("CNY"), 4800, AccountId("KEE-002"), AccountId("KEE-001")).quantity
        4800
    """

    asset: AssetId = attrs.field(validator=is_a(AssetId))
    quantity: int = attrs.field(converter=movable_quantity)
    source: AccountId = attrs.field(validator=is_a(AccountId))
    target: AccountId = attrs.field(validator=is_a(AccountId))
    source_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, validator=is_a(Bucket))
    target_bucket: Bucket = attrs.field(default=Bucket.TRADABLE, validator=is_a(Bucket))
    serials: tuple[SerialRange, ...] | Selection | None = attrs.field(default=None, converter=_serials)

    def __attrs_post_init__(self) -> None:
        """Check that something moves and that named ranges count the quantity."""
        if (self.source, self.source_bucket) == (self.target, self.target_bucket):
            raise InvalidValueError("be another holding than the source", was=self.target, field="target")
        if isinstance(self.serials, tuple):
            counted = sum(each.quantity for each in self.serials)
            if counted != self.quantity:
                raise SerialRangeError(
                    f"count {self.quantity} units", was=f"{counted} units", field="serial ranges"
                )


def as_legs(value: Iterable[Leg]) -> tuple[Leg, ...]:
    """
    Take the legs of one command.

    Args:
        value: The legs, in order.

    Returns:
        The same legs.

    Raises:
        InvalidValueError: If there is no leg, or more than 1,000, or one is something else.

    Example:
        >>> len(as_legs([Leg(AssetId("CNY"), 4800, AccountId("KEE-002"), AccountId("KEE-001"))]))
        1
    """
    try:
        legs = tuple(value)
    except TypeError:
        raise InvalidValueError("be Leg values", was=value, field="legs") from None
    if not 1 <= len(legs) <= _MOST:
        raise InvalidValueError(f"have 1 to {_MOST} legs", was=len(legs), field="legs")
    for each in legs:
        if not isinstance(each, Leg):
            raise InvalidValueError("be Leg values", was=each, field="legs")
    return legs
