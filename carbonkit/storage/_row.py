"""Rows of a ledger file, read back as values; what makes no value is an `IntegrityError`."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.ledger.account import Account, Balance, Bucket, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.journal import Entry, Record, record_from
from carbonkit.ledger.serial import SerialRange
from carbonkit.ledger.store import Head, StoredBlock
from carbonkit.values.identifier import AccountId, AssetId
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "ranges_text",
    "read",
    "stored_account",
    "stored_asset",
    "stored_balance",
    "stored_block",
    "stored_entry",
    "stored_head",
    "stored_record",
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


def stored_head(sequence: int, digest: str, recorded_at: str) -> Head:
    """Make a head of its columns."""
    return Head(sequence, digest, as_instant(recorded_at))


def stored_record(sequence: int, command_id: str, recorded_at: str, body: str, digest: str) -> Record:
    """
    Make a record of its body, and check that the columns beside it say the same.

    Args:
        sequence: The place that it is stored at.
        command_id: The id that it is found by.
        recorded_at: When it is said to have been taken.
        body: Its canonical form.
        digest: Its digest.

    Returns:
        The record.

    Raises:
        IntegrityError: If they disagree.
    """
    record = record_from(body, digest)
    if (record.sequence, record.command.id.text, record.recorded_at.isoformat()) != (
        sequence,
        command_id,
        recorded_at,
    ):
        raise IntegrityError(
            f"stand as {record.sequence} ({record.command.id}) of {record.recorded_at.isoformat()}",
            was=f"{sequence} ({command_id}) of {recorded_at}",
            field="stored record",
        )
    return record


def stored_account(name: str, kind: str, negative: int) -> Account:
    """Make an account of its columns."""
    return Account(AccountId(name), kind, may_go_negative=_FLAG[negative])


def stored_asset(name: str, places: int, serialised: int) -> Asset:
    """Make an asset of its columns."""
    return Asset(AssetId(name), places, serialised=_FLAG[serialised])


def _holding(account: str, asset: str, bucket: str) -> Holding:
    return Holding(AccountId(account), AssetId(asset), Bucket(bucket).value)


def stored_balance(account: str, asset: str, bucket: str, quantity: int) -> Balance:
    """Make a balance of its columns."""
    return Balance(_holding(account, asset, bucket), quantity)


def stored_block(asset: str, first: int, last: int, account: str, bucket: str) -> StoredBlock:
    """Make a block of its columns."""
    return StoredBlock(AssetId(asset), SerialRange(first, last), _holding(account, asset, bucket))


def ranges_text(serials: Iterable[SerialRange]) -> str:
    """Write serial ranges as an entry's row keeps them."""
    return json.dumps([[each.first, each.last] for each in serials], separators=(",", ":"))


def stored_entry(*columns: Any) -> Entry:  # noqa: ANN401  a row's columns have any type
    """
    Make an entry of its columns.

    Args:
        columns: Account, asset, bucket, quantity, balance afterwards and serial ranges.

    Returns:
        The entry.

    Raises:
        IntegrityError: If the serial ranges are written in another way.
    """
    account, asset, bucket, quantity, after, ranges = columns
    serials = tuple(SerialRange(first, last) for first, last in json.loads(ranges))
    if ranges_text(serials) != ranges:
        raise IntegrityError(f"be {ranges_text(serials)}", was=ranges, field="serials of a stored entry")
    return Entry(_holding(account, asset, bucket), quantity, after, serials)
