"""
Commands: what a caller asks the ledger to record.

Each carries an id that the caller made and keeps, so that a retry is recognised,
and the moment it takes effect, which may differ from when it is recorded.
Nothing recorded is changed or deleted later.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError, SerialRangeError
from carbonkit.ledger.account import Account, Bucket
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.text import matches
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LARGEST", "Command", "DefineAsset", "Leg", "OpenAccount", "Statement", "Transfer"]

LARGEST = 2**63 - 1
"""The largest quantity that a leg or a balance may have."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LEGS = 1_000
_FACTS = 64
_FACT = re.compile(r".{0,1000}", re.DOTALL)


def _effective(value: str | datetime.datetime) -> datetime.datetime:
    return as_instant(value, field="effective_at")


def _name(value: str) -> str:
    if not matches(_NAME, value):
        raise InvalidValueError("be a lower-case name such as surrender", was=value, field="reason or kind")
    return value


def _quantity(value: int) -> int:
    number = whole(value, field="quantity")
    if not 1 <= number <= LARGEST:
        raise InvalidValueError(f"be 1 to {LARGEST}", was=number, field="quantity")
    return number


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


def _facts(value: Mapping[str, str] | tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    try:
        named = dict(value)
    except (TypeError, ValueError):
        raise InvalidValueError("be names with texts", was=value, field="facts") from None
    if len(named) != len(value):
        raise InvalidValueError("state each name once", was=value, field="facts")
    if not 1 <= len(named) <= _FACTS:
        raise InvalidValueError(f"have 1 to {_FACTS} entries", was=len(named), field="facts")
    for key, text in named.items():
        _name(key)
        if not matches(_FACT, text):
            raise InvalidValueError("be a text of at most 1000 characters", was=text, field=f"fact {key}")
    return tuple(sorted(named.items()))


@attrs.frozen
class OpenAccount:
    """
    Open an account.

    Args:
        id: The caller's id for this command.
        account: The account to open.
        effective_at: From when it is open.

    Example:
        >>> account = Account(AccountId("KEE-001"), "key_emitter", may_go_negative=False)
        >>> OpenAccount(CommandId("open/KEE-001"), account, "2021-07-01T00:00:00Z").account.kind
        'key_emitter'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: Account = attrs.field(validator=is_a(Account))
    effective_at: datetime.datetime = attrs.field(converter=_effective)


@attrs.frozen
class DefineAsset:
    """
    Define an asset before it is first issued.

    Args:
        id: The caller's id for this command.
        asset: The asset to define.
        effective_at: From when it may be held.

    Example:
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z").asset.places
        2
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    asset: Asset = attrs.field(validator=is_a(Asset))
    effective_at: datetime.datetime = attrs.field(converter=_effective)


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
    quantity: int = attrs.field(converter=_quantity)
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


@attrs.frozen
class Transfer:
    """
    One or more legs that happen together or not at all.

    Args:
        id: The caller's id for this command.
        legs: The movements, in order.
        reason: Why, a lower-case name such as surrender or trade.
        effective_at: When it takes effect.

    Raises:
        InvalidValueError: If there is no leg, or too many, or one is something else.

    Example:
        >>> leg = Leg(AssetId("CNY"), 4800, AccountId("KEE-002"), AccountId("KEE-001"))
        >>> Transfer(CommandId("pay/1"), [leg], "payment", "2021-07-16T01:30:00Z").reason
        'payment'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    legs: tuple[Leg, ...] = attrs.field(converter=tuple[Leg, ...])
    reason: str = attrs.field(converter=_name)
    effective_at: datetime.datetime = attrs.field(converter=_effective)

    def __attrs_post_init__(self) -> None:
        """Check the legs and their number."""
        if not 1 <= len(self.legs) <= _LEGS:
            raise InvalidValueError(f"have 1 to {_LEGS} legs", was=len(self.legs), field="legs")
        for each in self.legs:
            if not isinstance(each, Leg):
                raise InvalidValueError("be Leg values", was=each, field="legs")


@attrs.frozen
class Statement:
    """
    A fact about an account that moves nothing, such as its verified emissions of a year.

    Args:
        id: The caller's id for this command.
        account: Whom it is about.
        kind: What kind of fact, a lower-case name.
        facts: Names and texts; kept in the order of the names.
        effective_at: When it takes effect.

    Raises:
        InvalidValueError: If a name or text has another form, or a name comes twice.

    Example:
        >>> Statement(CommandId("emissions/KEE-001/2021"), AccountId("KEE-001"), "verified_emissions",
        ...           {"year": "2021", "tonnes": "0"}, "2022-03-31T00:00:00Z").facts
        (('tonnes', '0'), ('year', '2021'))
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    account: AccountId = attrs.field(validator=is_a(AccountId))
    kind: str = attrs.field(converter=_name)
    facts: tuple[tuple[str, str], ...] = attrs.field(converter=_facts)
    effective_at: datetime.datetime = attrs.field(converter=_effective)

    def fact(self, name: str) -> str:
        """Return the text of one fact; an error if it was not stated."""
        for key, text in self.facts:
            if key == name:
                return text
        raise InvalidValueError("be stated", was=self.kind, field=name)


Command: TypeAlias = OpenAccount | DefineAsset | Transfer | Statement
"""Anything that the ledger records."""
