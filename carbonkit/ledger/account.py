"""Accounts: who holds, and what a holding is."""

from __future__ import annotations

import enum
import re
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import is_a
from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.text import matches

__all__ = ["HELD", "Account", "Balance", "Bucket", "Holding"]

_KIND = re.compile(r"[a-z][a-z0-9_]{0,63}")


def _kind(value: str) -> str:
    if not matches(_KIND, value):
        raise InvalidValueError("be a lower-case name such as key_emitter", was=value, field="kind")
    return value


class Bucket(enum.Enum):
    """
    The part of an account that a quantity lies in; moving between buckets is a transfer like any other.

    Example:
        >>> Bucket("tradable")
        <Bucket.TRADABLE: 'tradable'>
        >>> Bucket.RESERVED in HELD, Bucket.FROZEN in HELD
        (True, False)
    """

    TRADABLE = "tradable"
    """Free to be sold, transferred or surrendered."""
    BOUGHT_TODAY = "bought_today"
    """Bought on the current trading day under a rule that forbids resale on it."""
    REGISTERED = "registered"
    """In the account, but not handed to an exchange for trading."""
    FROZEN = "frozen"
    """Frozen by a court or an authority."""
    PLEDGED = "pledged"
    """Pledged to a creditor."""
    PENDING_SURRENDER = "pending_surrender"
    """Set aside by a hold for a surrender that is not final yet."""
    RESERVED = "reserved"
    """Set aside by a hold for an order that may be matched."""


HELD: Final = frozenset({Bucket.PENDING_SURRENDER, Bucket.RESERVED})
"""The buckets that only holds fill and empty, so that each contains what its open holds add up to."""


@attrs.frozen
class Account:
    """
    An account of the ledger.

    Args:
        id: Its identifier.
        kind: What kind of account it is, a lower-case name that the registry's rules use.
        may_go_negative: Whether its balances may fall below zero. Only the accounts that the
            outside world stands behind may: issuance, and the bank that cash comes from.

    Raises:
        InvalidValueError: If the kind is not a lower-case name.

    Example:
        >>> Account(AccountId("KEE-001"), "key_emitter", may_go_negative=False).kind
        'key_emitter'
    """

    id: AccountId = attrs.field(validator=is_a(AccountId))
    kind: str = attrs.field(converter=_kind)
    may_go_negative: bool = attrs.field(kw_only=True, validator=is_a(bool))


@attrs.frozen(order=True, cache_hash=True)
class Holding:
    """
    One account's bucket of one asset: the key that a balance stands under.

    Args:
        account: Whose it is.
        asset: What is held.
        bucket: In which part of the account, by its value.

    Example:
        >>> str(Holding(AccountId("KEE-001"), AssetId("CEA"), "tradable"))
        'KEE-001/CEA/tradable'
    """

    account: AccountId
    asset: AssetId
    bucket: str

    def __str__(self) -> str:
        """Write the three parts."""
        return f"{self.account}/{self.asset}/{self.bucket}"


@attrs.frozen(order=True)
class Balance:
    """
    What a holding contains after some record.

    Args:
        holding: The holding.
        quantity: How much, in the asset's smallest step.

    Example:
        >>> Balance(Holding(AccountId("KEE-001"), AssetId("CEA"), "tradable"), 100).quantity
        100
    """

    holding: Holding
    quantity: int

    def __str__(self) -> str:
        """Write quantity and holding."""
        return f"{self.quantity} in {self.holding}"
