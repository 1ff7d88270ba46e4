"""
The journal: every command that was recorded, what it moved, and a chain of hashes over all of it.

A record's digest covers its whole content and the digest before it, so that a
changed, missing or inserted record shows. The canonical form is JSON with sorted
keys and no spaces; dates are ISO 8601, quantities whole numbers.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import TYPE_CHECKING, Any

import attrs

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.ledger.account import Account, Bucket, Holding
from carbonkit.ledger.asset import Asset
from carbonkit.ledger.command import Command, DefineAsset, Leg, OpenAccount, Statement, Transfer
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.values.identifier import AccountId, AssetId, CommandId
from carbonkit.values.number import whole
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GENESIS", "Entry", "Record", "body_of", "command_from", "record_from", "request_digest", "sealed"]

GENESIS = "0" * 64
"""What the first record names as the digest before it."""

# What reading a text that is no record can raise before it is found out.
_HOSTILE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, CarbonkitError)


@attrs.frozen
class Entry:
    """
    What one leg did to one holding.

    Args:
        holding: The holding.
        quantity: What was added; negative for what left.
        balance_after: What the holding contained afterwards.
        serials: The serial ranges that moved, for a serialised asset.

    Example:
        >>> holding = Holding(AccountId("KEE-001"), AssetId("CEA"), "tradable")
        >>> Entry(holding, -100, 900).balance_after
        900
    """

    holding: Holding
    quantity: int
    balance_after: int
    serials: tuple[SerialRange, ...] = ()


@attrs.frozen
class Record:
    """
    One line of the journal.

    Args:
        sequence: Its place, from 1 without gaps.
        recorded_at: When the ledger took it; later than the record before.
        command: What was asked.
        entries: What it did, two entries a leg.
        previous: The digest of the record before, or `GENESIS`.
        digest: The digest of all of the above.

    Example:
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> receipt = ledger.post(DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"))
        >>> [record.sequence for record in ledger.records()]
        [1]
    """

    sequence: int
    recorded_at: datetime.datetime
    command: Command
    entries: tuple[Entry, ...]
    previous: str
    digest: str


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _ranges(ranges: Iterable[SerialRange]) -> list[list[int]]:
    return [[each.first, each.last] for each in ranges]


def _plain_leg(leg: Leg) -> dict[str, object]:
    plain: dict[str, object] = {
        "asset": leg.asset.text,
        "quantity": leg.quantity,
        "source": [leg.source.text, leg.source_bucket.value],
        "target": [leg.target.text, leg.target_bucket.value],
    }
    if isinstance(leg.serials, Selection):
        plain["serials"] = leg.serials.value
    elif leg.serials is not None:
        plain["serials"] = _ranges(leg.serials)
    return plain


def _plain(command: Command) -> dict[str, object]:
    facts: dict[str, object]
    match command:
        case OpenAccount(account=account):
            facts = {
                "command": "open_account",
                "account": [account.id.text, account.kind, account.may_go_negative],
            }
        case DefineAsset(asset=asset):
            facts = {"command": "define_asset", "asset": [asset.id.text, asset.places, asset.serialised]}
        case Transfer(legs=legs, reason=reason):
            facts = {"command": "transfer", "legs": [_plain_leg(leg) for leg in legs], "reason": reason}
        case Statement(account=about, kind=stated, facts=pairs):
            facts = {"command": "statement", "account": about.text, "stated": stated, "facts": dict(pairs)}
    return facts | {"id": command.id.text, "effective_at": command.effective_at.isoformat()}


def request_digest(command: Command) -> str:
    """
    Digest what was asked, so that the same id with other content is noticed.

    Args:
        command: The command.

    Returns:
        SHA-256 in hexadecimal.

    Example:
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> request_digest(DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"))[:8]
        'a7a4cbe0'
    """
    return hashlib.sha256(_canonical(_plain(command)).encode("ascii")).hexdigest()


def body_of(
    sequence: int, recorded_at: datetime.datetime, command: Command, entries: Iterable[Entry], previous: str
) -> str:
    """
    Write a record in its canonical form, without its digest.

    Args:
        sequence: Its place in the journal.
        recorded_at: When the ledger took it.
        command: What was asked.
        entries: What it did.
        previous: The digest before it.

    Returns:
        ASCII text; equal records give equal text.

    Example:
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> command = DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z")
        >>> body_of(1, command.effective_at, command, (), GENESIS)[:40]
        '{"command":{"asset":["CNY",2,false],"com'
    """
    return _canonical(
        {
            "sequence": sequence,
            "recorded_at": recorded_at.isoformat(),
            "command": _plain(command),
            "entries": [
                [
                    entry.holding.account.text,
                    entry.holding.asset.text,
                    entry.holding.bucket,
                    entry.quantity,
                    entry.balance_after,
                    _ranges(entry.serials),
                ]
                for entry in entries
            ],
            "previous": previous,
        }
    )


def sealed(
    sequence: int,
    recorded_at: datetime.datetime,
    command: Command,
    entries: tuple[Entry, ...],
    previous: str,
) -> Record:
    """
    Make a record and seal it with its digest.

    Args:
        sequence: Its place in the journal.
        recorded_at: When the ledger took it.
        command: What was asked.
        entries: What it did.
        previous: The digest before it.

    Returns:
        The record.

    Example:
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> command = DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z")
        >>> len(sealed(1, command.effective_at, command, (), GENESIS).digest)
        64
    """
    body = body_of(sequence, recorded_at, command, entries, previous)
    digest = hashlib.sha256(body.encode("ascii")).hexdigest()
    return Record(sequence, recorded_at, command, entries, previous, digest)


def record_from(body: str, digest: str) -> Record:
    """
    Read a stored record back.

    Args:
        body: Its canonical form.
        digest: The digest stored beside it.

    Returns:
        The record.

    Raises:
        IntegrityError: If the body is not a record, or not the one that the digest seals.

    Example:
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> command = DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z")
        >>> record = sealed(1, command.effective_at, command, (), GENESIS)
        >>> record_from(body_of(1, record.recorded_at, command, (), GENESIS), record.digest) == record
        True
    """
    try:
        facts = json.loads(body)
        record = Record(
            sequence=whole(facts["sequence"]),
            recorded_at=as_instant(facts["recorded_at"]),
            command=command_from(facts["command"]),
            entries=tuple(_entry(each) for each in facts["entries"]),
            previous=_digest(facts["previous"]),
            digest=digest,
        )
        resealed = hashlib.sha256(body.encode("ascii")).hexdigest()
    except _HOSTILE as error:
        raise IntegrityError("be a record of the journal", was=body, field="stored record") from error
    if resealed != digest:
        place = f"record {record.sequence} ({record.command.id})"
        raise IntegrityError("be what was sealed", was=f"digest {resealed[:12]}…", field=place)
    return record


def _digest(text: object) -> str:
    if not isinstance(text, str):
        raise IntegrityError("be a digest", was=text, field="previous")
    return text


def _entry(facts: list[Any]) -> Entry:
    account, asset, bucket, quantity, after, ranges = facts
    return Entry(
        Holding(AccountId(account), AssetId(asset), Bucket(bucket).value),
        whole(quantity),
        whole(after),
        tuple(SerialRange(first, last) for first, last in ranges),
    )


def command_from(facts: dict[str, Any]) -> Command:
    """
    Read a command back from its plain form.

    Args:
        facts: What the canonical JSON holds under "command".

    Returns:
        The command.

    Raises:
        IntegrityError: If it is no known command.

    Example:
        >>> command_from({"command": "define_asset", "id": "define/CNY", "asset": ["CNY", 2, False],
        ...               "effective_at": "2021-07-01T00:00:00+00:00"}).asset.id
        AssetId('CNY')
    """
    command_id, effective_at = CommandId(facts["id"]), facts["effective_at"]
    kind: object = facts["command"]
    match kind:
        case "open_account":
            account, account_kind, negative = facts["account"]
            opened = Account(AccountId(account), account_kind, may_go_negative=negative)
            return OpenAccount(command_id, opened, effective_at)
        case "define_asset":
            asset, places, serialised = facts["asset"]
            return DefineAsset(command_id, Asset(AssetId(asset), places, serialised=serialised), effective_at)
        case "transfer":
            legs = [_leg(each) for each in facts["legs"]]
            return Transfer(command_id, legs, facts["reason"], effective_at)
        case "statement":
            about = AccountId(facts["account"])
            return Statement(command_id, about, facts["stated"], facts["facts"], effective_at)
        case _:
            raise IntegrityError("be a known command", was=kind, field="stored command")


def _leg(facts: dict[str, Any]) -> Leg:
    stored = facts.get("serials")
    serials: tuple[SerialRange, ...] | Selection | None = None
    if isinstance(stored, str):
        serials = Selection(stored)
    elif stored is not None:
        serials = tuple(SerialRange(first, last) for first, last in stored)
    source, source_bucket = facts["source"]
    target, target_bucket = facts["target"]
    return Leg(
        AssetId(facts["asset"]),
        facts["quantity"],
        AccountId(source),
        AccountId(target),
        Bucket(source_bucket),
        Bucket(target_bucket),
        serials,
    )
