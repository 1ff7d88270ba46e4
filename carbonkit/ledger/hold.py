"""
Holds: transfers in two phases.

A hold sets its quantities aside in the source accounts, so that nothing else can
spend them; posting it sends them on to their targets, voiding it gives them back.
A hold that nobody posts by its time is given back by the ledger itself.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.account import HELD, Bucket
from carbonkit.ledger.field import effective_instant, lower_case_name
from carbonkit.ledger.leg import Leg, as_legs
from carbonkit.values.field import is_a
from carbonkit.values.identifier import CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ExpireHold", "Hold", "PostHold", "VoidHold"]


def _expiry(value: str | datetime.datetime | None) -> datetime.datetime | None:
    return None if value is None else as_instant(value, field="expires_at")


def _held(_: object, __: object, value: Any) -> None:  # noqa: ANN401  whatever a caller passed
    if not isinstance(value, Bucket) or value not in HELD:
        names = " or ".join(sorted(f"Bucket.{each.name}" for each in HELD))
        raise InvalidValueError(f"be {names}", was=value, field="bucket")


def _quantities(value: Iterable[int] | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    numbers = tuple(whole(each, field="quantities") for each in value)
    if any(each < 0 for each in numbers) or not any(numbers):
        raise InvalidValueError("be 0 or more each, and not all 0", was=numbers, field="quantities")
    return numbers


@attrs.frozen
class Hold:
    """
    Set quantities aside for movements that are not final yet.

    Args:
        id: The caller's id for this command.
        legs: The movements that posting it will make; their quantities wait in `bucket` of the sources.
        reason: Why, a lower-case name such as order or surrender.
        effective_at: From when they are set aside.
        bucket: Where they wait: reserved for an order, or pending surrender.
        expires_at: When the ledger gives them back by itself; None for never.

    Raises:
        InvalidValueError: If there is no leg, or too many, the bucket is not one for holds, or it would
            expire before it takes effect.

    Example:
        >>> from carbonkit.ledger import AccountId, AssetId
        >>> leg = Leg(AssetId("CNY"), 4800, AccountId("KEE-002"), AccountId("CLEARING"))
        >>> Hold(CommandId("order/1"), [leg], "order", "2021-07-16T01:30:00Z", Bucket.RESERVED,
        ...      expires_at="2021-07-16T07:00:00Z").bucket.value
        'reserved'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    legs: tuple[Leg, ...] = attrs.field(converter=as_legs)
    reason: str = attrs.field(converter=lower_case_name)
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)
    bucket: Bucket = attrs.field(validator=_held)
    expires_at: datetime.datetime | None = attrs.field(converter=_expiry)

    def __attrs_post_init__(self) -> None:
        """Check that it takes effect before it ends."""
        if self.expires_at is not None and self.expires_at <= self.effective_at:
            raise InvalidValueError("be later than effective_at", was=self.expires_at, field="expires_at")


@attrs.frozen
class PostHold:
    """
    Make the movements that a hold waited for.

    Args:
        id: The caller's id for this command.
        hold: The id of the hold; it is then concluded, whole.
        effective_at: When the movements take effect.
        quantities: How much of each leg goes on; the rest is given back. None for all of it.

    Raises:
        InvalidValueError: If a quantity is negative, or all are zero (void the hold instead).

    Example:
        >>> PostHold(CommandId("match/1"), CommandId("order/1"), "2021-07-16T02:00:00Z", [4790]).quantities
        (4790,)
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    hold: CommandId = attrs.field(validator=is_a(CommandId))
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)
    quantities: tuple[int, ...] | None = attrs.field(default=None, converter=_quantities)


@attrs.frozen
class VoidHold:
    """
    Give back what a hold set aside.

    Args:
        id: The caller's id for this command.
        hold: The id of the hold; it is then concluded.
        reason: Why, a lower-case name such as cancelled.
        effective_at: When it takes effect.

    Example:
        >>> VoidHold(CommandId("cancel/1"), CommandId("order/1"), "cancelled", "2021-07-16T02:00:00Z").reason
        'cancelled'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    hold: CommandId = attrs.field(validator=is_a(CommandId))
    reason: str = attrs.field(converter=lower_case_name)
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)


@attrs.frozen
class ExpireHold:
    """
    What the ledger itself records when a hold's time is over; callers cannot post it.

    Args:
        id: An id that the ledger made.
        hold: The id of the hold.
        effective_at: When the hold expired.

    Example:
        >>> ExpireHold(CommandId("ledger/expiry/7"), CommandId("order/1"), "2021-07-16T07:00:00Z").hold
        CommandId('order/1')
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    hold: CommandId = attrs.field(validator=is_a(CommandId))
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)
