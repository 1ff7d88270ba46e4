"""
Tapes: a day's commands as a table, read strictly and carried out as a whole or not at all.

The columns are seq, at, account, action, order_id, target_order_id, price and
quantity. An action is post-sell, post-buy, take or cancel; a cell that the
action has no use for must be empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.market.entry import Cancel, NewOrder, Take
from carbonkit.market.event import Rejected
from carbonkit.market.order import Side
from carbonkit.market.refusal import Refusal
from carbonkit.values.identifier import AccountId, OrderId
from carbonkit.values.number import exact, whole
from carbonkit.values.table import read_table
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from decimal import Decimal
    from typing import Any

    from carbonkit.market.event import Event
    from carbonkit.market.instrument import Instrument
    from carbonkit.market.venue import Venue

__all__ = ["Tape", "TapeEntry", "read_tape", "run_tape"]

_ROW: Final = "row"  # under which `build` finds the row's number
_SIDES: Final = {"post-sell": Side.SELL, "post-buy": Side.BUY}
# What each action needs; it must not have the others.
_NEEDED: Final = {
    "post-sell": ("order_id", "price", "quantity"),
    "post-buy": ("order_id", "price", "quantity"),
    "take": ("order_id", "target_order_id", "quantity"),
    "cancel": ("target_order_id",),
}
_OPTIONAL: Final = ("order_id", "target_order_id", "price", "quantity")


@attrs.frozen
class TapeEntry:
    """
    One command of a tape.

    Args:
        row: The row of the file.
        sequence: Its number on the tape.
        command: What the venue was told.

    Example:
        >>> TapeEntry(2, 1, Cancel(account="KEE-001", target="S-1", at="2021-07-16T09:31:00+08:00")).row
        2
    """

    row: int
    sequence: int
    command: NewOrder | Take | Cancel


@attrs.frozen
class Tape:
    """
    A day's commands, in order.

    Args:
        file: The name that problems give it.
        entries: The commands with the rows that they came from.

    Example:
        >>> Tape("tape.csv", ()).entries
        ()
    """

    file: str
    entries: tuple[TapeEntry, ...]


def _cell(convert: Callable[[str], object]) -> Callable[[str], object]:
    return lambda text: convert(text) if text else None


def _action(text: str) -> str:
    if text not in _NEEDED:
        raise InvalidValueError(f"be one of {', '.join(_NEEDED)}", was=text, field="action")
    return text


def _price(text: str) -> Decimal:
    return exact(text, field="price")


_COLUMNS: Final[Mapping[str, Callable[[str], object]]] = {
    "seq": whole,
    "at": as_instant,
    "account": AccountId,
    "action": _action,
    "order_id": _cell(OrderId),
    "target_order_id": _cell(OrderId),
    "price": _cell(_price),
    "quantity": _cell(exact),
}


def read_tape(lines: Iterable[str], *, file: str, instrument: Instrument) -> Tape:
    """
    Read a tape, and report every problem of form together.

    Whether the venue's rules accept the commands is for `run_tape` to say.

    Args:
        lines: CSV lines, the header first.
        file: The name that problems give the input.
        instrument: What is traded; it gives the prices their currency and unit.

    Returns:
        The commands.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.

    Example:
        >>> from carbonkit.schemes.china_national import instrument
        >>> from carbonkit.values import as_date
        >>> tape = read_tape(["seq,at,account,action,order_id,target_order_id,price,quantity",
        ...                   "1,2021-07-16T09:30:00+08:00,KEE-001,post-sell,S-1,,48.00,1000"],
        ...                  file="tape.csv", instrument=instrument("CEA", as_date("2021-07-16")))
        >>> tape.entries[0].command.price
        Price('48.00', 'CNY', 'tCO2e')
    """
    last = 0

    def build(cells: dict[str, Any]) -> TapeEntry:
        nonlocal last
        problems = [*_cell_problems(cells, file, cells[_ROW])]
        if cells["seq"] <= last:
            problems.append(
                Problem(
                    code=InvalidValueError.code,
                    must=f"be more than {last}, the number before it",
                    was=str(cells["seq"]),
                    field="seq",
                    file=file,
                    row=cells[_ROW],
                )
            )
        if problems:
            raise BatchError(problems)
        last = cells["seq"]
        return TapeEntry(row=cells[_ROW], sequence=last, command=_command(cells, instrument))

    return Tape(file, read_table(lines, file=file, columns=_COLUMNS, build=build, row_as=_ROW))


def _cell_problems(cells: Mapping[str, Any], file: str, row: int) -> Iterator[Problem]:
    action = cells["action"]
    for name in _OPTIONAL:
        if (cells[name] is not None) != (name in _NEEDED[action]):
            must = f"not be empty for {action}" if cells[name] is None else f"be empty for {action}"
            was = "" if cells[name] is None else str(cells[name])
            yield Problem(code=InvalidValueError.code, must=must, was=was, field=name, file=file, row=row)


def _command(cells: Mapping[str, Any], instrument: Instrument) -> NewOrder | Take | Cancel:
    account, at = cells["account"], cells["at"]
    if cells["action"] == "cancel":
        return Cancel(account=account, target=cells["target_order_id"], at=at)
    if cells["action"] == "take":
        return Take(
            order_id=cells["order_id"],
            account=account,
            target=cells["target_order_id"],
            quantity=cells["quantity"],
            at=at,
        )
    return NewOrder(
        order_id=cells["order_id"],
        account=account,
        instrument=instrument.id,
        side=_SIDES[cells["action"]],
        price=instrument.quote(cells["price"]),
        quantity=cells["quantity"],
        at=at,
    )


def run_tape(venue: Venue, tape: Tape) -> tuple[Venue, tuple[Event, ...]]:
    """
    Carry out a whole tape, or nothing of it.

    Args:
        venue: The venue to start from, its day open; it stays as it is.
        tape: The commands.

    Returns:
        A copy of the venue after all of them, and what it said.

    Raises:
        BatchError: If the rules refuse any command; every refusal names file, row and field.

    Example:
        >>> from carbonkit.market import ListInstrument, OpenDay, Venue
        >>> from carbonkit.schemes.china_national import instrument, venue_rules
        >>> from carbonkit.values import as_date
        >>> cea, early = instrument("CEA", as_date("2021-07-16")), "2021-07-16T09:00:00+08:00"
        >>> venue = Venue(venue_rules)
        >>> said = venue.apply(ListInstrument(instrument=cea, base=cea.quote("48.00"), at=early))
        >>> said = venue.apply(OpenDay(day="2021-07-16", at=early))
        >>> tape = read_tape(["seq,at,account,action,order_id,target_order_id,price,quantity",
        ...                   "1,2021-07-16T09:30:00+08:00,KEE-001,cancel,,S-1,,"],
        ...                  file="tape.csv", instrument=cea)
        >>> run_tape(venue, tape)
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 1 problem; nothing was written
          tape.csv, row 2, account: must be a participant of the venue, was KEE-001
    """
    after = venue.copy()
    events: list[Event] = []
    problems: list[Problem] = []
    refused: dict[OrderId, int] = {}
    for entry in tape.entries:
        said = after.apply(entry.command)
        events += said
        first = said[0]
        if not isinstance(first, Rejected):
            continue
        problem = attrs.evolve(first.problem, file=tape.file, row=entry.row)
        if isinstance(entry.command, NewOrder):
            refused[entry.command.order_id] = entry.row
        elif problem.code == Refusal.UNKNOWN_ORDER and entry.command.target in refused:
            hint = f"row {refused[entry.command.target]}, which posts it, was refused"
            problem = attrs.evolve(problem, hint=hint)
        problems.append(problem)
    if problems:
        raise BatchError(problems)
    return after, tuple(events)
