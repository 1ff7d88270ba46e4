"""
Two-phase movements and reversals: what holds, their ends and corrections do to the books.

A hold's quantities wait in a bucket of their own. Its end, and a reversal, name the
record that they conclude; a record is concluded at most once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs

from carbonkit.errors import InvalidValueError, LedgerError, SerialRangeError
from carbonkit.ledger.books import Books, State
from carbonkit.ledger.command import Reversal, Transfer
from carbonkit.ledger.hold import ExpireHold, Hold, PostHold, VoidHold
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.plain import kind_of
from carbonkit.ledger.serial import SerialRange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonkit.ledger.books import Moves
    from carbonkit.ledger.journal import Record
    from carbonkit.values.identifier import CommandId

__all__ = ["Concluding", "end_hold", "open_hold", "reverse"]

_Ranges: TypeAlias = tuple[SerialRange, ...]


class Concluding(Protocol):
    """
    What these functions need of a draft.

    Example:
        >>> from carbonkit.ledger import MemoryStore
        >>> from carbonkit.ledger.posting import Draft
        >>> draft: Concluding = Draft(MemoryStore())
    """

    books: Books

    def record(self, command_id: CommandId) -> Record | None:
        """Return the record of a command, or None."""
        ...

    def concluded_by(self, sequence: int) -> int | None:
        """Return the place of the record that concluded another, or None."""
        ...


@attrs.frozen
class _Back:
    """One movement of a reversal, before it is made."""

    source: State
    target: State
    quantity: int
    serials: _Ranges


def open_hold(books: Books, command: Hold, at: int, moves: Moves) -> int | None:
    """
    Set a hold's quantities aside.

    Args:
        books: What they lie in.
        command: The hold.
        at: When it is recorded, in microseconds.
        moves: Where the movements are gathered.

    Returns:
        When it ends, in microseconds, or None.

    Raises:
        LedgerError: If it would have ended before it is recorded, or takes from another hold.
        SerialRangeError: If serial numbers would go back to where they were issued.
    """
    ends = None if command.expires_at is None else microseconds(command.expires_at)
    if ends is not None and ends <= at:
        raise LedgerError(
            "end later than it is recorded", was=command.expires_at, field="expires_at", code="hold_expired"
        )
    for leg in command.legs:
        source = books.state(leg.source, leg.asset, leg.source_bucket.value)
        target = books.state(leg.target, leg.asset, leg.target_bucket.value)
        if source.held or target.held:
            raise LedgerError(
                "not lead from one hold into another", was=leg.source, field="bucket", code="held_bucket"
            )
        if source.serialised and target.issues:
            raise SerialRangeError("not go back to where they were issued", was=leg.target, field="target")
        kept = books.state(leg.source, leg.asset, command.bucket.value)
        books.move(source, kept, leg.quantity, leg.serials, moves)
    return ends


def end_hold(draft: Concluding, command: PostHold | VoidHold | ExpireHold, at: int, moves: Moves) -> int:
    """
    Send on or give back what a hold set aside.

    Args:
        draft: What the hold is looked up in.
        command: How it ends.
        at: When that is recorded, in microseconds.
        moves: Where the movements are gathered.

    Returns:
        The place of the hold's record.

    Raises:
        LedgerError: If there is no such hold, it has ended, or less is held.
        InvalidValueError: If not one quantity a leg is given.
    """
    record, held = _held(draft, command.hold)
    ends = None if held.expires_at is None else microseconds(held.expires_at)
    over = ends is not None and at >= ends
    if over != isinstance(command, ExpireHold):
        said = "be posted or voided before it ends" if over else "have reached its end"
        raise LedgerError(said, was=held.expires_at, field="hold", code="hold_expired")
    books = draft.books
    for leg, going, entry in zip(held.legs, _going(command, held), record.entries[::2], strict=True):
        kept = books.state(leg.source, leg.asset, held.bucket.value)
        on, back = _cut(entry.serials, going)
        if going:
            target = books.state(leg.target, leg.asset, leg.target_bucket.value)
            books.move(kept, target, going, on or None, moves)
        if going < leg.quantity:
            source = books.state(leg.source, leg.asset, leg.source_bucket.value)
            books.move(kept, source, leg.quantity - going, back or None, moves)
    return record.sequence


def reverse(draft: Concluding, command: Reversal, moves: Moves) -> int:
    """
    Make the opposite of a transfer's or a posted hold's movements, the last first.

    Args:
        draft: What the record is looked up in.
        command: The reversal.
        moves: Where the movements are gathered.

    Returns:
        The place of the record that is reversed.

    Raises:
        LedgerError: If it was reversed before, or is nothing that can be; a reversal is neither.
        OverdraftError: If what moved is no longer where it went.
        SerialRangeError: If its serial numbers are no longer there, or would be un-issued.
    """
    record = draft.record(command.reverses)
    if record is None:
        raise LedgerError("be recorded", was=command.reverses, field="reverses", code="unknown_command")
    if not isinstance(record.command, (Transfer, PostHold)):
        raise LedgerError(
            "be a transfer or a posted hold",
            was=kind_of(record.command),
            field="reverses",
            hint="a reversal stands; post the transfer anew" if isinstance(record.command, Reversal) else "",
            code="reversal_of_reversal" if isinstance(record.command, Reversal) else "not_reversible",
        )
    _still_open(draft, record.sequence, "reverses")
    for back in reversed(list(_opposites(draft, record))):
        draft.books.move(back.source, back.target, back.quantity, back.serials or None, moves)
    return record.sequence


def _opposites(draft: Concluding, record: Record) -> Iterator[_Back]:
    books = draft.books
    pairs = zip(record.entries[::2], record.entries[1::2], strict=True)
    if isinstance(record.command, PostHold):
        held = _command_of_hold(draft, record.command.hold)[1]
        for leg, going in zip(held.legs, _going(record.command, held), strict=True):
            if going:
                _, arrived = next(pairs)
                yield _Back(
                    books.state(leg.target, leg.asset, leg.target_bucket.value),
                    books.state(leg.source, leg.asset, leg.source_bucket.value),
                    going,
                    arrived.serials,
                )
            if going < leg.quantity:
                next(pairs)  # what was given back then is where it belongs
        return
    for left, arrived in pairs:
        yield _Back(
            books.state(arrived.holding.account, arrived.holding.asset, arrived.holding.bucket),
            books.state(left.holding.account, left.holding.asset, left.holding.bucket),
            arrived.quantity,
            arrived.serials,
        )


def _held(draft: Concluding, hold: CommandId) -> tuple[Record, Hold]:
    found = _command_of_hold(draft, hold)
    _still_open(draft, found[0].sequence, "hold")
    return found


def _command_of_hold(draft: Concluding, hold: CommandId) -> tuple[Record, Hold]:
    record = draft.record(hold)
    if record is None:
        raise LedgerError("be recorded", was=hold, field="hold", code="unknown_command")
    if not isinstance(record.command, Hold):
        raise LedgerError("be a hold", was=kind_of(record.command), field="hold", code="not_a_hold")
    return record, record.command


def _still_open(draft: Concluding, sequence: int, field: str) -> None:
    by = draft.concluded_by(sequence)
    if by is not None:
        raise LedgerError("not be concluded already", was=f"record {by}", field=field, code="concluded")


def _going(command: PostHold | VoidHold | ExpireHold, held: Hold) -> tuple[int, ...]:
    """Say how much of each leg goes on to its target."""
    if not isinstance(command, PostHold):
        return (0,) * len(held.legs)
    if command.quantities is None:
        return tuple(leg.quantity for leg in held.legs)
    if len(command.quantities) != len(held.legs):
        raise InvalidValueError(
            f"be {len(held.legs)}, one a leg of the hold", was=len(command.quantities), field="quantities"
        )
    for leg, going in zip(held.legs, command.quantities, strict=True):
        if going > leg.quantity:
            raise LedgerError(
                f"be at most the {leg.quantity} held", was=going, field="quantities", code="exceeds_hold"
            )
    return command.quantities


def _cut(ranges: Iterable[SerialRange], count: int) -> tuple[_Ranges, _Ranges]:
    """Cut ranges after their first `count` numbers."""
    first: list[SerialRange] = []
    rest: list[SerialRange] = []
    for each in ranges:
        if count >= each.quantity:
            first.append(each)
        elif count > 0:
            first.append(SerialRange(each.first, each.first + count - 1))
            rest.append(SerialRange(each.first + count, each.last))
        else:
            rest.append(each)
        count = max(0, count - each.quantity)
    return tuple(first), tuple(rest)
