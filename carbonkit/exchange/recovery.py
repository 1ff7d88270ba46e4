"""Recovery: what an earlier run of the exchange began and did not finish is carried through, and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonkit.errors import CarbonkitError, IntegrityError, StorageError
from carbonkit.exchange import admin_handler, registry_handler
from carbonkit.exchange.engine import Said
from carbonkit.exchange.intent import Intent, carry_through
from carbonkit.exchange.journal import Answer
from carbonkit.exchange.problem_answer import explained
from carbonkit.exchange.projection import as_text
from carbonkit.ledger.moment import microseconds

if TYPE_CHECKING:
    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.intent import Deed
    from carbonkit.values.time import Clock

__all__ = ["recover"]


def recover(desk: Desk, wall: Clock) -> tuple[str, ...]:
    """
    Settle what was traded, and carry through every intent that was begun; before anybody is served.

    Each is written with its answer, which whoever asked gets when the same request comes again.

    Args:
        desk: The desk, just made.
        wall: The clock that answers are kept by.

    Returns:
        The names of the intents, in the order in which they were begun.

    Raises:
        IntegrityError: If the ledger refuses to settle a trade, something begun is none of this exchange's
            intents, or venue and ledger disagree.
        StorageError: If journal or ledger cannot be written; recovered again, nothing is done twice.

    Example:
        >>> from carbonkit.exchange.desk import Desk
        >>> from carbonkit.exchange.scheme import scheme_named
        >>> from carbonkit.exchange.sqlite_journal import SQLiteJournal
        >>> from carbonkit.ledger import Ledger, MemoryStore
        >>> from carbonkit.values import FixedClock
        >>> clock = FixedClock("2026-01-06T00:00:00Z")
        >>> with SQLiteJournal.open(":memory:") as journal:
        ...     desk = Desk(scheme_named("china-national"), journal, Ledger(MemoryStore(), clock), clock)
        ...     recover(desk, clock)
        ()
    """
    desk.settle_rest()
    _write(desk)
    names = []
    for name, text in tuple(desk.journal.begun().items()):
        intent = Intent.read(text)
        said = _said(desk, intent, _deed(intent))
        if intent.stamp is not None:
            desk.writes.answers.append(_answer(intent, said, wall))
        _write(desk)
        names.append(name)
    return tuple(names)


def _deed(intent: Intent) -> Deed:
    found = {**registry_handler.DEEDS, **admin_handler.DEEDS}.get(intent.operation)
    if found is None:
        raise IntegrityError("be an operation that has intents", was=intent.operation, field="intent")
    return found


def _said(desk: Desk, intent: Intent, deed: Deed) -> Said:
    operation = intent.asked
    try:
        return Said(operation.status, as_text(carry_through(desk, intent, deed)))
    except (StorageError, IntegrityError):
        raise
    except CarbonkitError as error:
        parts: dict[str, Any] = dict.fromkeys(operation.parts, intent.subject)
        return explained(operation.at(**parts), intent.name)(error)


def _answer(intent: Intent, said: Said, wall: Clock) -> Answer:
    stamp = intent.stamp
    assert stamp is not None  # noqa: S101  whoever calls has looked
    return Answer(
        key_id=stamp.key_id,
        idempotency_key=stamp.idempotency_key,
        fingerprint=stamp.fingerprint,
        status=said.status,
        body=said.body,
        at=microseconds(wall.now()),
    )


def _write(desk: Desk) -> None:
    if not desk.writes.empty:
        desk.journal.write(desk.writes)
        desk.written()
        desk.settle()
