"""
Commands: what a caller asks the ledger to record.

Each carries an id that the caller made and keeps, so that a retry is recognised,
and the moment it takes effect, which may differ from when it is recorded.
Nothing recorded is changed or deleted later; a mistake is corrected by a reversal.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.ledger.account import Account
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.field import effective_instant, lower_case_name
from carbonkit.ledger.hold import ExpireHold, Hold, PostHold, VoidHold
from carbonkit.ledger.leg import Leg, as_legs
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, CommandId
from carbonkit.values.text import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Command", "DefineAsset", "OpenAccount", "Reversal", "Statement", "Transfer"]

_FACTS: Final = 64
_FACT = re.compile(r"[^\ud800-\udfff]{0,1000}")  # a pair of surrogates would be read back as one character


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
        lower_case_name(key)
        if not matches(_FACT, text):
            raise InvalidValueError(
                "be a text of at most 1000 characters, none a surrogate", was=text, field=f"fact {key}"
            )
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
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)


@attrs.frozen
class DefineAsset:
    """
    Define an asset before it is first issued.

    Args:
        id: The caller's id for this command.
        asset: The asset to define.
        effective_at: From when it may be held.

    Example:
        >>> from carbonkit.ledger import AssetId
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z").asset.places
        2
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    asset: Asset = attrs.field(validator=is_a(Asset))
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)


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
        >>> from carbonkit.ledger import AssetId
        >>> leg = Leg(AssetId("CNY"), 4800, AccountId("KEE-002"), AccountId("KEE-001"))
        >>> Transfer(CommandId("pay/1"), [leg], "payment", "2021-07-16T01:30:00Z").reason
        'payment'
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    legs: tuple[Leg, ...] = attrs.field(converter=as_legs)
    reason: str = attrs.field(converter=lower_case_name)
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)


@attrs.frozen
class Reversal:
    """
    Undo a transfer, or the movements of a posted hold, by the opposite movements.

    Nothing recorded is changed: both stay in the journal, and the reversal names what it reverses.

    Args:
        id: The caller's id for this command.
        reverses: The id of the `Transfer` or `PostHold`; each can be reversed once.
        reason: Why, a lower-case name such as error_corrected.
        effective_at: When it takes effect.

    Example:
        >>> Reversal(CommandId("undo/1"), CommandId("pay/1"), "booked_twice", "2021-07-17T01:30:00Z").reverses
        CommandId('pay/1')
    """

    id: CommandId = attrs.field(validator=is_a(CommandId))
    reverses: CommandId = attrs.field(validator=is_a(CommandId))
    reason: str = attrs.field(converter=lower_case_name)
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)


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
    kind: str = attrs.field(converter=lower_case_name)
    facts: tuple[tuple[str, str], ...] = attrs.field(converter=_facts)
    effective_at: datetime.datetime = attrs.field(converter=effective_instant)

    def fact(self, name: str) -> str:
        """Return the text of one fact; an error if it was not stated."""
        for key, text in self.facts:
            if key == name:
                return text
        raise InvalidValueError("be stated", was=self.kind, field=name)


Command: TypeAlias = (
    OpenAccount | DefineAsset | Transfer | Statement | Hold | PostHold | VoidHold | ExpireHold | Reversal
)
"""Anything that the ledger records."""
