"""The journal: every command that was recorded, and what it moved."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.ledger.account import Holding
from carbonkit.ledger.command import Command
from carbonkit.ledger.serial import SerialRange

__all__ = ["Entry", "Record"]


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
        >>> from carbonkit.ledger import AccountId, AssetId
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
        entries: What it did, two entries a movement: what left, then what arrived.
        digest: Its RFC 6962 leaf hash over all of the above, in hexadecimal.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, Ledger, MemoryStore
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
    digest: str
