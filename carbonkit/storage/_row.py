"""Rows of a ledger file, read back as values; what makes no value is an `IntegrityError`."""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.ledger.account import Account, Balance, Bucket, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.store import StoredBlock
from carbonkit.storage._sqlite_recent import entries_in
from carbonkit.values.identifier import AccountId, AssetId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from carbonkit.ledger.row import EntryRow

__all__ = [
    "read",
    "read_entries",
    "stored_account",
    "stored_asset",
    "stored_balance",
    "stored_block",
    "stored_holding",
]

Built = TypeVar("Built")

_FLAG: Final[Mapping[int, bool]] = MappingProxyType({0: False, 1: True})


def read(build: Callable[..., Built], row: Iterable[Any]) -> Built:
    """
    Make a value of a stored row.

    Args:
        build: What takes the row's columns and makes the value.
        row: The columns.

    Returns:
        The value.

    Raises:
        IntegrityError: If the columns make no such value.

    Example:
        >>> read(stored_account, ("KEE-001", "key_emitter", 0)).may_go_negative
        False
    """
    row = tuple(row)
    try:
        return build(*row)
    except IntegrityError:
        raise
    except (CarbonkitError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise IntegrityError("be what was written", was=row, field="stored row") from error


def read_entries(holding: int, recent: bytes) -> list[EntryRow]:
    """
    Read the entries that wait beside a holding's balance.

    Args:
        holding: Its number.
        recent: Their bytes.

    Returns:
        The entries, in order.

    Raises:
        IntegrityError: If the bytes are cut.

    Example:
        >>> read_entries(7, b"")
        []
    """
    try:
        return list(entries_in(holding, recent))
    except struct.error as error:
        raise IntegrityError(
            "be whole entries", was=f"{len(recent)} bytes", field="recent entries"
        ) from error


def stored_account(name: str, kind: str, negative: int) -> Account:
    """Make an account of its columns."""
    return Account(AccountId(name), kind, may_go_negative=_FLAG[negative])


def stored_asset(name: str, places: int, serialised: int) -> Asset:
    """Make an asset of its columns."""
    return Asset(AssetId(name), places, serialised=_FLAG[serialised])


def stored_holding(account: str, asset: str, bucket: str) -> Holding:
    """Make a holding of its columns."""
    return Holding(AccountId(account), AssetId(asset), Bucket(bucket).value)


def stored_balance(account: str, asset: str, bucket: str, quantity: int) -> Balance:
    """Make a balance of its columns."""
    return Balance(stored_holding(account, asset, bucket), quantity)


def stored_block(asset: str, first: int, last: int, account: str, bucket: str) -> StoredBlock:
    """Make a block of its columns."""
    return StoredBlock(AssetId(asset), SerialRange(first, last), stored_holding(account, asset, bucket))
