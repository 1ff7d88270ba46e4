"""
The event log: what a venue was told and what it said, line by line, and the same again by replay.

Each line holds one command and its events, with a hash over the line and the hash
before it, so that a line cannot be changed, left out or moved unseen. Writing and
reading lines is the host's business; the log gives and takes them.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, cast

from carbonkit.errors import CarbonkitError, IntegrityError
from carbonkit.market.codec import command_of, written
from carbonkit.market.event import Rejected
from carbonkit.market.refusal import Refusal
from carbonkit.market.venue import Venue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.market.command import Command
    from carbonkit.market.event import Event
    from carbonkit.market.rulebook import Rulebook

__all__ = ["EventLog", "replay", "state_hash"]

_START: Final = "0" * 64
_LONGEST: Final = 10_000_000  # characters of a line


def state_hash(venue: Venue) -> str:
    """
    Name a venue's state by a hash: equal states have equal hashes, on any machine.

    Args:
        venue: The venue.

    Returns:
        The SHA-256 of its snapshot, in hexadecimal.

    Example:
        >>> from carbonkit.schemes.china_national import venue_rules
        >>> state_hash(Venue(venue_rules)) == state_hash(Venue(venue_rules))
        True
    """
    return hashlib.sha256(venue.snapshot().encode()).hexdigest()


def _text(facts: object) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class EventLog:
    """
    A venue that writes down all that it is told and says.

    Args:
        venue: The venue; told through the log alone.
        write: Takes each line, without a line end, before the events are returned.
        last: The hash of the last line written; for a log that goes on.

    Example:
        >>> from carbonkit.market import Admit, ParticipantKind
        >>> from carbonkit.schemes.china_national import venue_rules
        >>> lines = []
        >>> log = EventLog(Venue(venue_rules), lines.append)
        >>> said = log.apply(Admit(account="KEE-001", kind=ParticipantKind.KEY_EMITTER,
        ...                        at="2021-07-16T08:00:00+08:00"))
        >>> state_hash(replay(lines, venue_rules)) == state_hash(log.venue)
        True
    """

    def __init__(self, venue: Venue, write: Callable[[str], object], last: str = _START) -> None:
        self.venue = venue
        self.last = last
        self._write = write
        self._failed = False

    def apply(self, command: Command) -> tuple[Event, ...]:
        """
        Tell the venue, and write down what it was told and said.

        Args:
            command: What the venue is told.

        Returns:
            What it says.

        Raises:
            IntegrityError: If an earlier line could not be written: the venue has then gone further than
                its log, and is made again from it by `replay`. What the writing itself raises goes
                through, and nobody was told what the venue said.
        """
        if self._failed:
            raise IntegrityError(
                "be written line by line",
                was="a line that was not",
                field="log",
                hint="replay what was written",
            )
        self._failed = True  # until the line is written
        events = self.venue.apply(command)
        line, last = _line(command, events, self.last)
        self._write(line)
        self.last, self._failed = last, False
        return events


def _line(command: object, events: tuple[Event, ...], last: str) -> tuple[str, str]:
    first = events[0]
    told: object = command
    if isinstance(first, Rejected) and first.code == Refusal.NOT_A_COMMAND:
        told = first.command
    facts = {"command": written(told), "events": [_said(event) for event in events]}
    own = hashlib.sha256(f"{last}\n{_text(facts)}".encode()).hexdigest()
    return _text({**facts, "hash": own}), own


def _said(event: Event) -> object:
    """Write an event, without the command, which stands beside it, and an instrument as its id."""
    facts = written(event)
    facts.pop("command", None)
    if "trade" in facts:
        facts["trade"]["instrument"] = facts["trade"]["instrument"]["id"]
    return facts


def replay(
    lines: Iterable[str],
    rulebook: Rulebook,
    *,
    start: Venue | None = None,
    last: str = _START,
    progress: Callable[[int], None] | None = None,
) -> Venue:
    """
    Tell a venue again all that a log says, and check that it answers the same.

    Args:
        lines: The log's lines; after a snapshot only those that follow it.
        rulebook: The rules that the venue went by.
        start: The venue as it stood before the first line; None for a new one. It is changed.
        last: The hash of the line before the first; see `EventLog.last`.
        progress: Called now and then with the number of lines done.

    Returns:
        The venue as it stood after the last line.

    Raises:
        IntegrityError: If a line was changed, left out or moved, or the venue answers something else.

    Example:
        >>> from carbonkit.schemes.china_national import venue_rules
        >>> replay([], venue_rules).sequence
        0
    """
    venue = Venue(rulebook) if start is None else start
    for row, line in enumerate(lines, start=1):
        try:
            last = _replayed(venue, line.rstrip("\n"), last)
        except IntegrityError as error:
            raise error.at(row=row) from None
        if progress is not None and row % 1000 == 0:
            progress(row)
    return venue


def _replayed(venue: Venue, line: str, last: str) -> str:
    if len(line) > _LONGEST:
        raise IntegrityError(f"be at most {_LONGEST} characters long", was=len(line), field="line")
    try:
        facts = json.loads(line)
        own = facts.pop("hash")
        told = facts["command"]
        command = told if isinstance(told, str) else command_of(told)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        reason = str(error.problem) if isinstance(error, CarbonkitError) else str(error)
        raise IntegrityError("be a line of an event log", was=reason[:200], field="line") from None
    if hashlib.sha256(f"{last}\n{_text(facts)}".encode()).hexdigest() != own:
        raise IntegrityError("follow the line before it, unchanged", was=f"hash {own}", field="line")
    again, _ = _line(command, venue.apply(cast("Command", command)), last)  # a text is refused as no command
    if again != line:
        raise IntegrityError("be what the venue says again", was=line[:200], field="line")
    return str(own)
