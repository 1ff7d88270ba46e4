"""Receipts: what a caller keeps of a command that was recorded, and the reason of one that was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import Problem
from carbonkit.ledger.account import Balance, Holding
from carbonkit.ledger.checkpoint import Checkpoint, sign
from carbonkit.ledger.command import Command
from carbonkit.ledger.journal import Record
from carbonkit.ledger.merkle import root
from carbonkit.ledger.note import Signer
from carbonkit.ledger.row import Row
from carbonkit.values.identifier import CommandId

if TYPE_CHECKING:
    import datetime

__all__ = ["Receipt", "Refusal", "Seal"]


@attrs.frozen
class Seal:
    """
    The Merkle tree as one write left it, which all receipts of that write share.

    Args:
        origin: What checkpoints name the ledger.
        size: How many records the tree has.
        edge: The hashes of its largest complete subtrees, left to right.
        signers: Whose signatures its note carries.

    Example:
        >>> Seal("registry.example/cea", 0, (), ()).checkpoint.size
        0
    """

    origin: str
    size: int
    edge: tuple[bytes, ...]
    signers: tuple[Signer, ...]

    @property
    def checkpoint(self) -> Checkpoint:
        """Size and root."""
        return Checkpoint(self.origin, self.size, root(self.edge))

    @property
    def note(self) -> str:
        """The checkpoint, signed; empty without signers."""
        return sign(self.checkpoint, *self.signers) if self.signers else ""


@attrs.frozen
class Receipt:
    """
    Proof that a command was recorded.

    Args:
        command: What was asked.
        row: How it is stored.
        holding: Gives the holding that a number in the row names.
        repeated: Whether the command had been recorded before and this is its first receipt again.
        seal: The tree that holds the record. A repeated command gets the newest; it does not count
            for equality.

    Example:
        >>> from carbonkit.ledger import Asset, AssetId, DefineAsset, Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> ledger = Ledger(MemoryStore(), FixedClock("2021-07-01T00:00:00Z"))
        >>> asset = Asset(AssetId("CNY"), 2, serialised=False)
        >>> command = DefineAsset(CommandId("define/CNY"), asset, "2021-07-01T00:00:00Z")
        >>> ledger.post(command).repeated, ledger.post(command).repeated
        (False, True)
        >>> ledger.post(command).checkpoint.size
        1
    """

    command: Command
    row: Row
    _holding: Callable[[int], Holding] = attrs.field(eq=False, repr=False)
    repeated: bool
    seal: Seal = attrs.field(eq=False, repr=False)

    @property
    def record(self) -> Record:
        """What was recorded."""
        return Record(self.command, self.row, self._holding)

    @property
    def checkpoint(self) -> Checkpoint:
        """The Merkle tree that holds the record; kept outside the ledger, it shows any later change."""
        return self.seal.checkpoint

    @property
    def note(self) -> str:
        """The checkpoint signed by the ledger's signers, in C2SP form; empty if it has none."""
        return self.seal.note

    @property
    def command_id(self) -> CommandId:
        """The caller's id."""
        return self.command.id

    @property
    def sequence(self) -> int:
        """The record's place in the journal."""
        return self.row.sequence

    @property
    def recorded_at(self) -> datetime.datetime:
        """When it was recorded."""
        return self.record.recorded_at

    @property
    def digest(self) -> str:
        """The record's leaf hash, in hexadecimal."""
        return self.record.digest

    @property
    def balances(self) -> tuple[Balance, ...]:
        """What each holding that it moved contained afterwards, movement by movement."""
        return tuple(Balance(entry.holding, entry.balance_after) for entry in self.record.entries)


@attrs.frozen
class Refusal:
    """
    Why one command of an independent group was not recorded.

    Args:
        command_id: The caller's id; it is free for another attempt.
        problem: What was wrong.

    Example:
        >>> Refusal(CommandId("pay/1"), Problem(code="overdraft", must="move at most the 0")).problem.code
        'overdraft'
    """

    command_id: CommandId
    problem: Problem
