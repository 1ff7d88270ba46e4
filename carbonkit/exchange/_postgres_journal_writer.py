"""
The connection through which an exchange's journal in PostgreSQL is written.

It holds the lock that keeps a second writer out. If it is lost, whether the write in
hand was done is not known, and another exchange may have taken over: so it is never
made again, and the journal has to be opened anew.
"""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Final, LiteralString

from carbonkit.errors import BusyError, IntegrityError, StorageError
from carbonkit.exchange._journal_row import check_place, check_usable, reused
from carbonkit.storage._postgres_connector import in_transaction, is_lost, pipelined
from carbonkit.storage._postgres_write import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from carbonkit.errors import CarbonkitError
    from carbonkit.exchange._journal_row import Rows
    from carbonkit.storage._postgres_connector import Connection

__all__ = ["JournalWriter", "ours"]

_FIELD: Final = "exchange journal"
_BUSY: Final = frozenset({"40001", "40P01", "55P03"})
_BROKEN: Final = ("22", "23", "42P", "42703", "XX001", "XX002")
_DISK_FULL: Final = "53100"
_FORGOTTEN: Final = 5_000  # answers that are forgotten at a time, so that nobody waits long to write
_TAKEN: Final = {"exchange_document_by_name": "name", "exchange_answer_pkey": "idempotency_key"}

_END: Final = "SELECT coalesce(max(number), 0) FROM exchange_line WHERE exchange = %s"
_LINES: Final = "INSERT INTO exchange_line SELECT %s, * FROM unnest(%s::bigint[], %s::text[])"
_DOCUMENTS: Final = """
    INSERT INTO exchange_document SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    ON CONFLICT (exchange, kind, id) DO UPDATE SET number = excluded.number, at = excluded.at,
        account = excluded.account, other = excluded.other, instrument = excluded.instrument,
        name = excluded.name, state = excluded.state, body = excluded.body
"""
_ANSWERS: Final = """
    INSERT INTO exchange_answer SELECT %s, *
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])
"""
_BEGUN: Final = """
    INSERT INTO exchange_begun (exchange, name, text)
        SELECT %s, name, text FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS new (name, text, place)
        ORDER BY place
    ON CONFLICT (exchange, name) DO UPDATE SET text = excluded.text
"""
_FINISHED: Final = "DELETE FROM exchange_begun WHERE exchange = %s AND name = ANY(%s::text[])"
_SNAPSHOT: Final = """
    INSERT INTO exchange_snapshot SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[])
    ON CONFLICT (exchange, line) DO UPDATE SET hash = excluded.hash, text = excluded.text
"""
_OLD_SNAPSHOTS: Final = """
    DELETE FROM exchange_snapshot WHERE exchange = %s AND line < (
        SELECT min(line) FROM (
            SELECT line FROM exchange_snapshot WHERE exchange = %s ORDER BY line DESC LIMIT 2
        ) AS kept
    )
"""
_MARKS: Final = """
    INSERT INTO exchange_mark SELECT %s, * FROM unnest(%s::text[], %s::text[])
    ON CONFLICT (exchange, name) DO UPDATE SET text = excluded.text
"""
_FORGET: Final = """
    DELETE FROM exchange_answer WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM exchange_answer WHERE exchange = %s AND at < %s ORDER BY at LIMIT %s
    ))
"""


def _translated(connection: Connection, error: psycopg.Error) -> CarbonkitError:
    said, state = str(error), error.sqlstate or ""
    if is_lost(connection, error):
        return _lost(said)
    if state in _BUSY:
        return BusyError("be free to write", was=said, field=_FIELD)
    if taken := _TAKEN.get(error.diag.constraint_name or ""):
        return reused(taken)
    if state == _DISK_FULL:
        return StorageError(
            "have space left", was=said, field=_FIELD, hint="nothing was written", code="disk_full"
        )
    if state.startswith(_BROKEN):
        return IntegrityError("be readable and writable as a journal", was=said, field=_FIELD)
    return StorageError("be readable and writable", was=said, field=_FIELD)


def _lost(said: str) -> StorageError:
    return StorageError(
        "stay connected",
        was=said,
        field=_FIELD,
        hint="open it again, and look what was written",
        code="no_connection",
    )


@contextlib.contextmanager
def ours(connection: Connection) -> Iterator[None]:
    """
    Turn the server's errors into carbonkit's, and close a connection that is of no use any more.

    Args:
        connection: The connection that is used inside.

    Yields:
        Nothing.

    Raises:
        CarbonkitError: What the server said.
    """
    import psycopg  # noqa: PLC0415  an extra

    try:
        yield
    except psycopg.Error as error:
        said = _translated(connection, error)
        if is_lost(connection, error):
            connection.close()
        raise said from error


class JournalWriter:
    """
    The connection that writes, one write at a time.

    Args:
        connection: The connection, with the lock.
        name: The exchange's name.

    Raises:
        Error: Of `psycopg`: whatever the server says.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._turn = threading.Lock()
        self._process = os.getpid()
        self._closed = False
        self._warned = False
        connection.add_notice_handler(self._heard)
        ((self._last,),) = connection.execute(_END, (name,)).fetchall()

    def _heard(self, notice: psycopg.errors.Diagnostic) -> None:
        self._warned = self._warned or notice.severity_nonlocalized == "WARNING"

    def close(self) -> None:
        """Wait for the write in hand, and let others write."""
        with self._turn:
            self._closed = True
            self._connection.close()

    def write(self, first: int, rows: Rows) -> None:
        """
        Write rows in one transaction that the server has made durable.

        Args:
            first: The number of the first line.
            rows: The rows.

        Raises:
            CarbonkitError: Why nothing was written; or, with the code "no_connection" or "unconfirmed", that
                it is not known whether it was.
        """

        def insert(connection: Connection) -> None:
            with pipelined(connection):  # one round trip
                connection.execute("BEGIN")
                found = connection.execute(_END, (self._name,), prepare=True)
                _insert(connection, self._name, rows)
            ((end,),) = found.fetchall()
            check_place(first, end)  # nobody else wrote, lock or no lock

        check_place(first, self._last)
        self._done(insert)
        self._last += len(rows.lines)

    def forget_answers(self, before: int) -> int:
        """
        Forget answers, some at a time.

        Args:
            before: The moment, in microseconds since 1970.

        Returns:
            How many were forgotten.
        """
        counts: list[int] = []

        def forget(connection: Connection) -> None:
            connection.execute("BEGIN")
            counts.append(connection.execute(_FORGET, (self._name, before, _FORGOTTEN)).rowcount)

        while True:
            self._done(forget)
            if counts[-1] < _FORGOTTEN:
                return sum(counts)

    def _done(self, work: Callable[[Connection], None]) -> None:
        connection = self._connection
        with self._turn:
            check_usable(closed=self._closed, process=self._process)
            if connection.closed:
                raise _lost("lost")
            with ours(connection):
                try:
                    work(connection)
                    self._commit(connection)
                finally:
                    _end(connection)

    def _commit(self, connection: Connection) -> None:
        """Commit, and take it for done only if the server does not warn: of a wait that it gave up."""
        self._warned = False
        connection.execute("COMMIT", prepare=False)
        if self._warned:
            connection.close()
            raise StorageError(
                "be committed without a warning",
                was="a warning",
                field=_FIELD,
                hint="open it again, and look what was written",
                code="unconfirmed",
            )


def _end(connection: Connection) -> None:
    if not connection.closed and in_transaction(connection):
        connection.execute("ROLLBACK")


def _array(column: tuple[str | int, ...]) -> str:
    """Spell an array; the driver would choose a type by what is in it."""
    if isinstance(column[0], int):
        return "{" + ",".join(map(str, column)) + "}"
    return texts(map(str, column))


def _insert(connection: Connection, name: str, rows: Rows) -> None:
    sheets: tuple[tuple[LiteralString, list[tuple[str | int, ...]]], ...] = (
        (_LINES, [*rows.lines]),
        (_DOCUMENTS, [*rows.documents]),
        (_ANSWERS, [*rows.answers]),
        (_BEGUN, [*rows.begun]),
        (_FINISHED, [*rows.finished]),
        (_SNAPSHOT, [*rows.snapshots]),
        (_MARKS, [*rows.marks]),
    )
    for sql, sheet in sheets:
        if sheet:
            columns = [_array(column) for column in zip(*sheet, strict=True)]
            connection.execute(sql, (name, *columns), prepare=True)
    if rows.snapshots:
        connection.execute(_OLD_SNAPSHOTS, (name, name))
