"""How what a journal keeps becomes rows, and what no journal can keep, whatever database it lives in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import IdentifierReusedError, IntegrityError, InvalidValueError, StorageError
from carbonkit.exchange.journal import Document, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.exchange.journal import Answer, Search, Writes

__all__ = [
    "LAST",
    "Rows",
    "accounts_of",
    "as_asked",
    "check_place",
    "check_usable",
    "document_of",
    "reused",
    "rows_of",
    "storable",
]

LAST: Final = 2**63 - 1
"""Every number is lower."""

_LONGEST_KEY: Final = 255  # characters; an index of PostgreSQL takes two such texts at most


@attrs.frozen
class Rows:
    """
    What one write adds or changes, as rows.

    Args:
        lines: Number and text.
        documents: Kind, id, number, moment, account, other, instrument, name, state and body.
        answers: Key id, idempotency key, fingerprint, status, body and moment.
        begun: Name and text.
        finished: Names.
        snapshots: Line, hash and text; one or none.
        marks: Name and text.
    """

    lines: list[tuple[int, str]]
    documents: list[tuple[str, str, int, int, str, str, str, str, str, str]]
    answers: list[tuple[str, str, str, int, str, int]]
    begun: list[tuple[str, str]]
    finished: list[tuple[str]]
    snapshots: list[tuple[int, str, str]]
    marks: list[tuple[str, str]]


def storable(text: str) -> bool:
    r"""
    Tell whether every database keeps a text as it is.

    Args:
        text: The text.

    Returns:
        False if it holds a NUL or half of a character.

    Example:
        >>> storable("碳"), storable("a\0b"), storable("\ud800")
        (True, False, False)
    """
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def rows_of(writes: Writes) -> Rows:
    """
    Make the rows of a write.

    Args:
        writes: What to write.

    Returns:
        The rows.

    Raises:
        InvalidValueError: If no database would keep something as it is, or a document is not what
            it is filed under, or a snapshot covers lines that are not there.
    """
    last = writes.first + len(writes.lines) - 1
    snapshot = writes.snapshot
    if snapshot is not None and not 0 <= snapshot[0] <= last:
        raise InvalidValueError(f"cover lines up to {last} at most", was=snapshot[0], field="snapshot")
    if not 1 <= writes.first <= last + 1 <= LAST:
        raise InvalidValueError("be a line's number", was=writes.first, field="first")
    rows = Rows(
        lines=list(enumerate(writes.lines, writes.first)),
        documents=[_document_row(filed, each) for filed, each in writes.documents.items()],
        answers=[_answer_row(each) for each in writes.answers],
        begun=list(writes.begun.items()),
        finished=[(name,) for name in sorted(writes.finished)],
        snapshots=[] if snapshot is None else [snapshot],
        marks=list(writes.marks.items()),
    )
    _check_texts(rows)
    return rows


def _document_row(
    filed: tuple[Kind, str], document: Document
) -> tuple[str, str, int, int, str, str, str, str, str, str]:
    kind, id_, number, at = document.kind, document.id, document.number, document.at
    if filed != (kind, id_):
        raise InvalidValueError("be filed under its kind and id", was=filed, field="document")
    if not 1 <= number < LAST:
        raise InvalidValueError(f"be 1 or more, and less than {LAST}", was=number, field="number")
    if not -LAST <= at <= LAST:
        raise InvalidValueError("be microseconds of 64 bits", was=at, field="at")
    return (
        kind.value,
        id_,
        number,
        at,
        document.account,
        document.other,
        document.instrument,
        document.name,
        document.state,
        document.body,
    )


def _answer_row(answer: Answer) -> tuple[str, str, str, int, str, int]:
    if not -LAST <= answer.at <= LAST:
        raise InvalidValueError("be microseconds of 64 bits", was=answer.at, field="at")
    return (
        answer.key_id,
        answer.idempotency_key,
        answer.fingerprint,
        answer.status,
        answer.body,
        answer.at,
    )


def _check_texts(rows: Rows) -> None:
    keys = [row[0] for sheet in (rows.begun, rows.finished, rows.marks) for row in sheet]
    others = [row[1] for sheet in (rows.lines, rows.begun, rows.marks) for row in sheet]
    for document in rows.documents:
        keys += (document[1], *document[4:8])
        others += document[8:]
    for answer in rows.answers:
        keys += answer[:2]
        others += (answer[2], answer[4])
    for snapshot in rows.snapshots:
        others += snapshot[1:]
    if keys and len(max(keys, key=len)) > _LONGEST_KEY:
        raise InvalidValueError(f"be at most {_LONGEST_KEY} characters", was=max(keys, key=len), field="name")
    # Together they are looked through as fast as one; which one it was is asked only if there is one.
    if not storable("".join(keys)) or not storable("".join(others)):
        raise InvalidValueError(
            "hold whole characters and no NUL",
            was=next((each for each in (*keys, *others) if not storable(each)), ""),
            field="text",
        )


def document_of(row: Sequence[Any]) -> Document:
    """
    Read a document's row.

    Args:
        row: Its columns, in the order of `Rows.documents`.

    Returns:
        The document.

    Raises:
        IntegrityError: If it is of no kind that there is.
    """
    kind, id_, number, at, account, other, instrument, name, state, body = row
    try:
        its = Kind(kind)
    except ValueError as error:
        raise IntegrityError("be a kind of document", was=kind, field="exchange journal") from error
    return Document(
        kind=its,
        id=id_,
        number=number,
        at=at,
        account=account,
        other=other,
        instrument=instrument,
        name=name,
        state=state,
        body=body,
    )


def as_asked(search: Search) -> Search | None:
    """
    Take from a search what no document can have.

    Args:
        search: What is wanted.

    Returns:
        The search, fit for any database; None if nothing can be found.

    Example:
        >>> from carbonkit.exchange.journal import Search
        >>> as_asked(Search(kind=Kind.ORDER, accounts=())) is None
        True
    """
    if search.accounts is not None and not accounts_of(search.accounts):
        return None  # somebody who may see no account sees nothing
    if not storable(search.instrument or "") or not storable(search.name or ""):
        return None
    states = tuple(filter(storable, search.states))
    if search.states and not states:
        return None
    since, until, before = search.since, search.until, search.before
    return attrs.evolve(
        search,
        accounts=None if search.accounts is None else accounts_of(search.accounts),
        states=states,
        since=None if since is None else _within(since),
        until=None if until is None else _within(until),
        before=LAST if before is None else _within(before),
    )


def accounts_of(accounts: Iterable[str]) -> tuple[str, ...]:
    r"""
    Leave out what is no account, such as nobody's "".

    Args:
        accounts: The accounts.

    Returns:
        Each of the others once.

    Example:
        >>> accounts_of(["KEE-001", "", "KEE-001", "\0"])
        ('KEE-001',)
    """
    return tuple(dict.fromkeys(each for each in accounts if each and storable(each)))


def _within(number: int) -> int:
    return max(-LAST, min(LAST, number))


def check_place(first: int, end: int) -> None:
    """
    Check that lines follow the last one.

    Args:
        first: The number of the first of them.
        end: The number of the last line that is there.

    Raises:
        IntegrityError: If they do not.
    """
    if end != first - 1:
        raise IntegrityError(f"begin at {end + 1}, after the last line", was=first, field="log")


def reused(what: str) -> IdentifierReusedError:
    """
    Say that a name is taken, or a request answered already.

    Args:
        what: Which: "name" or "idempotency_key".

    Returns:
        The error to raise.
    """
    return IdentifierReusedError(
        "be new", was="one that is there", field=what, hint="nothing was written", code=f"{what}_reused"
    )


def check_usable(*, closed: bool, process: int) -> None:
    """
    Check that a journal may be used.

    Args:
        closed: Whether it is closed.
        process: The process that opened it.

    Raises:
        StorageError: If it is closed, or was opened by another process.
    """
    if closed:
        raise StorageError("be open", was="closed", field="exchange journal", code="closed")
    if process != os.getpid():
        raise StorageError(
            "be used by the process that opened it",
            was="a fork of it",
            field="exchange journal",
            code="forked",
        )
