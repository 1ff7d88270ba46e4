"""
Rows: a record as a store keeps it, in plain columns.

A transfer is kept in numbers alone: each leg names the two holdings by the order in
which the ledger first used them. Every other command is kept as its canonical text
besides. The text of a record is never stored: it is written again from the columns
whenever a proof or a verification needs it, so what is proven is what is stored.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import attrs

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.ledger.account import Bucket
from carbonkit.ledger.command import Transfer
from carbonkit.ledger.leg import Leg
from carbonkit.ledger.moment import instant_of
from carbonkit.ledger.plain import canonical, command_from, kind_of
from carbonkit.ledger.serial import Selection, SerialRange
from carbonkit.values.identifier import CommandId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.command import Command

__all__ = ["HOSTILE", "EntryRow", "Movement", "Row", "command_of", "movements_of"]

HOSTILE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, CarbonkitError)
"""What reading columns that no ledger wrote can raise before they are found out."""


class Row(NamedTuple):
    """
    One record in columns.

    Example:
        >>> Row(1, "define/CNY", "define_asset", "", 0, 0, "[]", "{}", bytes(32)).kind
        'define_asset'
    """

    sequence: int
    command_id: str
    kind: str
    reason: str
    effective_at: int
    recorded_at: int
    movements: str
    detail: str
    leaf: bytes


EntryRow: TypeAlias = tuple[int, int, int, int, int, int]
"""
One entry in columns, which make a balance of any past moment a look-up: the holding's
number, when it was recorded, its position in the record, the record's place, the
quantity, and what the holding contained afterwards.
"""


@attrs.frozen
class Movement:
    """
    What one leg did, in numbers.

    Args:
        source: The number of the holding that it left.
        target: The number of the holding that it reached.
        quantity: How much.
        source_after: What the source contained afterwards.
        target_after: What the target contained afterwards.
        selection: How the serial numbers were chosen; None for exact ranges or no serial numbers.
        serials: The ranges that moved.

    Example:
        >>> Movement(1, 2, 4800, -4800, 4800).quantity
        4800
    """

    source: int
    target: int
    quantity: int
    source_after: int
    target_after: int
    selection: str | None = None
    serials: tuple[SerialRange, ...] = ()


def movements_of(row: Row) -> tuple[Movement, ...]:
    """
    Read what a record moved.

    Args:
        row: The record.

    Returns:
        Its movements, in order.

    Raises:
        IntegrityError: If the column holds anything else.

    Example:
        >>> row = Row(5, "pay/1", "transfer", "payment", 0, 0, "[[1,2,4800,-4800,4800]]", "", b"")
        >>> movements_of(row)[0].target
        2
    """
    try:
        return tuple(_movement(each) for each in json.loads(row.movements))
    except HOSTILE as error:
        raise IntegrityError("be movements", was=row.movements, field=f"record {row.sequence}") from error


def _movement(numbers: Sequence[Any]) -> Movement:
    source, target, quantity, left, arrived, *more = numbers
    for each in (source, target, quantity, left, arrived):
        if type(each) is not int:  # JSON's true and 1.0 are no whole numbers
            raise IntegrityError("be a whole number", was=each, field="stored movement")
    if not more:
        return Movement(source, target, quantity, left, arrived)
    selection, ranges = more
    chosen = None if selection is None else Selection(selection).value
    moved = tuple(SerialRange(first, last) for first, last in ranges)
    return Movement(source, target, quantity, left, arrived, chosen, moved)


def command_of(row: Row, movements: Sequence[Movement], holding: Callable[[int], Holding]) -> Command:
    """
    Make the command of a row.

    Args:
        row: The columns.
        movements: What they say was moved.
        holding: Gives the holding that a number names.

    Returns:
        The command.

    Raises:
        IntegrityError: If the columns disagree.

    Example:
        >>> detail = ('{"command":"void_hold","effective_at":"1970-01-01T00:00:00.000000Z",'
        ...           '"hold":"order/1","id":"a","reason":"cancelled"}')
        >>> row = Row(1, "a", "void_hold", "cancelled", 0, 0, "[]", detail, b"")
        >>> command_of(row, (), {}.get).hold
        CommandId('order/1')
    """
    try:
        return _command(row, movements, holding)
    except IntegrityError:
        raise
    except HOSTILE as error:
        raise IntegrityError("be a command", was=row, field=f"record {row.sequence}") from error


def _command(row: Row, movements: Sequence[Movement], holding: Callable[[int], Holding]) -> Command:
    if row.kind == "transfer":
        if row.detail:
            raise IntegrityError("be empty for a transfer", was=row.detail, field="detail")
        legs = [_leg(each, holding) for each in movements]
        return Transfer(CommandId(row.command_id), legs, row.reason, instant_of(row.effective_at))
    facts: dict[str, Any] = json.loads(row.detail)
    command = command_from(facts)
    said = (command.id.text, kind_of(command), instant_of(row.effective_at), row.reason)
    if said != (row.command_id, row.kind, command.effective_at, getattr(command, "reason", "")):
        raise IntegrityError("agree with its detail", was=row, field=f"record {row.sequence}")
    if canonical(facts) != row.detail:
        raise IntegrityError("be in canonical form", was=row.detail, field="detail")
    return command


def _leg(movement: Movement, holding: Callable[[int], Holding]) -> Leg:
    source, target = holding(movement.source), holding(movement.target)
    if source.asset != target.asset:
        raise IntegrityError("be of one asset", was=f"{source} and {target}", field="stored movement")
    serials = Selection(movement.selection) if movement.selection else (movement.serials or None)
    return Leg(
        source.asset,
        movement.quantity,
        source.account,
        target.account,
        Bucket(source.bucket),
        Bucket(target.bucket),
        serials,
    )
