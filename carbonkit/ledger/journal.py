"""
The journal: every command that was recorded, and what it moved.

A record is a view of its row: what it moved is read from the row when it is asked
for, and the canonical text that its leaf hash covers is written from that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import IntegrityError
from carbonkit.ledger.account import Holding
from carbonkit.ledger.command import Command
from carbonkit.ledger.merkle import leaf_hash
from carbonkit.ledger.moment import instant_of, rfc3339
from carbonkit.ledger.plain import canonical, plain_command
from carbonkit.ledger.row import HOSTILE, Row, command_of, movements_of
from carbonkit.ledger.serial import SerialRange

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator

    from carbonkit.ledger.row import Movement

__all__ = ["Entry", "Record", "body_of", "record_of"]


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
        command: What was asked.
        row: How it is stored.
        holding: Gives the holding that a number in the row names.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> receipt = ledger.post(DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"))
        >>> [record.sequence for record in ledger.records()]
        [1]
    """

    command: Command
    row: Row
    _holding: Callable[[int], Holding] = attrs.field(eq=False, repr=False)

    @property
    def sequence(self) -> int:
        """Its place, from 1 without gaps."""
        return self.row.sequence

    @property
    def recorded_at(self) -> datetime.datetime:
        """When the ledger took it; later than the record before."""
        return instant_of(self.row.recorded_at)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it did, two entries a movement: what left, then what arrived."""
        return tuple(_entries(movements_of(self.row), self._holding))

    @property
    def digest(self) -> str:
        """Its RFC 6962 leaf hash over all of the above, in hexadecimal."""
        return self.row.leaf.hex()

    def text(self) -> str:
        """Write the record in its canonical form, which is what its leaf hash covers."""
        return body_of(self.row.sequence, self.row.recorded_at, self.command, self.entries)


def _entries(movements: Iterable[Movement], holding: Callable[[int], Holding]) -> Iterator[Entry]:
    for each in movements:
        yield Entry(holding(each.source), -each.quantity, each.source_after, each.serials)
        yield Entry(holding(each.target), each.quantity, each.target_after, each.serials)


def body_of(sequence: int, recorded_at: int, command: Command, entries: Iterable[Entry]) -> str:
    """
    Write a record in its canonical form: the text that its leaf hash covers.

    Args:
        sequence: Its place in the journal.
        recorded_at: When the ledger took it, in microseconds.
        command: What was asked.
        entries: What it did.

    Returns:
        ASCII text; equal records give equal text.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> body_of(1, 0, DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z"), ())[:40]
        '{"command":{"asset":["CNY",2,false],"com'
    """
    return canonical(
        {
            "sequence": sequence,
            "recorded_at": rfc3339(recorded_at),
            "command": plain_command(command),
            "entries": [
                [
                    entry.holding.account.text,
                    entry.holding.asset.text,
                    entry.holding.bucket,
                    entry.quantity,
                    entry.balance_after,
                    [[each.first, each.last] for each in entry.serials],
                ]
                for entry in entries
            ],
        }
    )


def record_of(row: Row, holding: Callable[[int], Holding]) -> Record:
    """
    Make a record of its columns, and check that its leaf hash seals it.

    Args:
        row: The columns.
        holding: Gives the holding that a number names.

    Returns:
        The record.

    Raises:
        IntegrityError: If the columns make no record, or not the one that was sealed.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, CommandId, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> store = MemoryStore()
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> command = DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z")
        >>> receipt = Ledger(store, FixedClock("2021-07-01T00:00:00Z")).post(command)
        >>> record_of(store.row(command.id), store.holding_numbered).command == command
        True
    """
    try:
        movements = movements_of(row)
        command = command_of(row, movements, holding)
        body = body_of(row.sequence, row.recorded_at, command, _entries(movements, holding))
        leaf = leaf_hash(body.encode("ascii"))
    except IntegrityError:
        raise
    except HOSTILE as error:
        raise IntegrityError("be a record of the journal", was=row, field="stored record") from error
    if leaf != row.leaf:
        place = f"record {row.sequence} ({row.command_id})"
        raise IntegrityError("be what was sealed", was=f"digest {leaf.hex()[:12]}…", field=place)
    return Record(command, row, holding)
