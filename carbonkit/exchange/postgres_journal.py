"""
Exchanges' journals in a PostgreSQL database, for when one machine is not enough.

Every write is one transaction that the server has made durable, and copied to its
synchronous standbys if it has any. One journal writes at a time; the lock goes with
the connection, so another exchange can take over as soon as this one is gone.

`psycopg` is the extra `postgres`; it is imported when a journal is opened.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, LiteralString, Self

from carbonkit.errors import IntegrityError, InvalidValueError, MissingExtraError
from carbonkit.exchange._journal_row import LAST, as_asked, check_usable, document_of, rows_of, storable
from carbonkit.exchange._postgres_journal_schema import SCHEMA_VERSION, lock, prepare
from carbonkit.exchange._postgres_journal_writer import JournalWriter, ours
from carbonkit.exchange.journal import Answer, Facts
from carbonkit.storage._postgres_connector import Connector
from carbonkit.storage._postgres_readers import Readers
from carbonkit.storage._postgres_write import texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from carbonkit.exchange.journal import Document, Kind, Search, Writes

__all__ = ["SCHEMA_VERSION", "PostgresJournal"]

_PAGE: Final = 1_000  # lines that are read at a time
_PATIENCE: Final = 5  # seconds for which a lost server is waited for by whoever reads
_LONGEST_NAME: Final = 64
_COLUMNS: Final[LiteralString] = "kind, id, number, at, account, other, instrument, name, state, body"
_ONE: Final[LiteralString] = f"SELECT {_COLUMNS} FROM exchange_document WHERE exchange = %s AND kind = %s"  # noqa: S608  our own words
# The rows that are wanted are chosen by where they lie in the table: the planner then needs no statistics to
# see how they are fetched, and of a table that has just grown it has none.
_PLACES: Final[LiteralString] = (
    "SELECT ctid AS place, number FROM exchange_document WHERE exchange = %s AND kind = %s AND number < %s"
)
_EACH: Final[LiteralString] = (
    "SELECT found.* FROM unnest(%s::text[]) AS wanted (its) CROSS JOIN LATERAL ({}) AS found"
)
_NEWEST: Final[LiteralString] = " ORDER BY number DESC LIMIT %s"
_FOUND: Final[LiteralString] = (
    "SELECT {} FROM exchange_document WHERE ctid = ANY(ARRAY("  # noqa: S608  our own words
    "SELECT place FROM ({}) AS found" + _NEWEST + ")) ORDER BY number DESC"
)
_BY_TIME: Final[LiteralString] = (
    "SELECT number FROM exchange_document WHERE exchange = %s AND kind = %s AND at "
)
_LAST_BEFORE: Final[LiteralString] = _BY_TIME + "< %s ORDER BY at DESC, number DESC LIMIT 1"
_FIRST_FROM: Final[LiteralString] = _BY_TIME + ">= %s ORDER BY at, number LIMIT 1"


class PostgresJournal:
    """
    A `Journal` in a PostgreSQL database; open it with `PostgresJournal.open`.

    Args:
        name: The exchange's name.
        writer: The connection that writes.
        readers: The connections that read.

    Example:
        >>> PostgresJournal.open("host=nowhere.invalid dbname=exchange")
        Traceback (most recent call last):
        carbonkit.errors.StorageError: database: must be reachable, was ...
    """

    def __init__(self, name: str, writer: JournalWriter, readers: Readers) -> None:
        self._name = name
        self._writer = writer
        self._readers = readers
        self._process = os.getpid()
        self._closed = False

    @classmethod
    def open(cls, conninfo: str, *, name: str = "main") -> Self:
        """
        Open an exchange's journal for this process alone, and make the tables if there are none.

        Args:
            conninfo: How to connect, in the words of libpq. It may name several hosts; the one that
                takes writes is found.
            name: Which exchange of the database.

        Returns:
            The journal; close it, or use it in a `with` statement.

        Raises:
            BusyError: If it is open elsewhere.
            IntegrityError: If the tables are broken.
            InvalidValueError: If a newer carbonkit made the tables, or an argument is not what it must be.
            MissingExtraError: If `psycopg` is not installed.
            StorageError: If the database cannot be reached.

        Example:
            >>> PostgresJournal.open("host=nowhere.invalid dbname=exchange")
            Traceback (most recent call last):
            carbonkit.errors.StorageError: database: must be reachable, was ...
        """
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidValueError(f"be 1 to {_LONGEST_NAME} printable characters", was=name, field="name")
        try:
            connector = Connector(conninfo, readonly=False, patience=_PATIENCE)
        except MissingExtraError as error:
            raise MissingExtraError(
                "be installed to keep an exchange's journal in PostgreSQL",
                field=error.problem.field,
                hint=error.problem.hint,
            ) from error
        connection = connector.connected(wait=False)
        try:
            with ours(connection):
                prepare(connection)
                lock(connection, name)
                writer = JournalWriter(connection, name)
        except BaseException:
            connection.close()
            raise
        return cls(name, writer, Readers(connector))

    def close(self) -> None:
        """Wait for the write in hand, close every connection, and let others write."""
        self._closed = True
        if self._process == os.getpid():
            self._writer.close()
            self._readers.close()

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self.close()

    def _usable(self) -> None:
        check_usable(closed=self._closed, process=self._process)

    # ---------------------------------------------------------------- writing

    def write(self, writes: Writes) -> None:
        """
        Write all of it durably, or raise with nothing written.

        What is begun and finished by the same write is finished.

        Args:
            writes: What to write.

        Raises:
            IdentifierReusedError: If a name is taken by another document of the account, or an answer
                was given already.
            IntegrityError: If the log does not end just before the first line.
            InvalidValueError: If no database could keep something as it is.
            StorageError: If the database cannot be written just now. With the code "no_connection" or
                "unconfirmed" it is not known whether it was, and the journal has to be opened again.
        """
        self._usable()
        self._writer.write(writes.first, rows_of(writes))

    def forget_answers(self, before: int) -> int:
        """
        Forget the answers from before a moment.

        Args:
            before: The moment, in microseconds since 1970.

        Returns:
            How many were forgotten.
        """
        self._usable()
        return self._writer.forget_answers(max(-LAST, min(LAST, before)))

    # ---------------------------------------------------------------- reading

    def _rows(self, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        self._usable()
        if not all(storable(value) for value in values if isinstance(value, str)):
            return []  # nothing bears such a name
        return self._readers.rows(sql, (self._name, *values))

    def end(self) -> int:
        """Return the number of the last log line; 0 if there is none."""
        ((end,),) = self._rows("SELECT coalesce(max(number), 0) FROM exchange_line WHERE exchange = %s")
        return int(end)

    def lines(self, after: int) -> Iterator[str]:
        """
        Yield the log lines after a number, in order, a page at a time.

        Args:
            after: The number.

        Returns:
            The lines.
        """
        self._usable()
        return self._pages(max(0, min(LAST, after)))

    def _pages(self, after: int) -> Iterator[str]:
        sql: LiteralString = (
            "SELECT number, text FROM exchange_line WHERE exchange = %s AND number > %s"
            " ORDER BY number LIMIT %s"
        )
        while True:
            page = self._rows(sql, after, _PAGE)
            for number, text in page:
                after += 1
                if number != after:
                    raise IntegrityError(f"have line {after}", was=f"line {number}", field="log")
                yield text
            if len(page) < _PAGE:
                return

    def snapshot(self) -> tuple[int, str, str] | None:
        """Return the newest snapshot: the last line that it covers, that line's hash, the text."""
        rows = self._rows(
            "SELECT line, hash, text FROM exchange_snapshot WHERE exchange = %s ORDER BY line DESC LIMIT 1"
        )
        return (rows[0][0], rows[0][1], rows[0][2]) if rows else None

    def answer(self, key_id: str, idempotency_key: str) -> Answer | None:
        """Return what was answered, or None."""
        rows = self._rows(
            "SELECT key_id, idempotency_key, fingerprint, status, body, at FROM exchange_answer"
            " WHERE exchange = %s AND key_id = %s AND idempotency_key = %s",
            key_id,
            idempotency_key,
        )
        for key, idempotency, fingerprint, status, body, at in rows:
            return Answer(
                key_id=key,
                idempotency_key=idempotency,
                fingerprint=fingerprint,
                status=status,
                body=body,
                at=at,
            )
        return None

    def begun(self) -> Mapping[str, str]:
        """Return what is begun and not finished, in the order in which it was begun."""
        return dict(self._rows("SELECT name, text FROM exchange_begun WHERE exchange = %s ORDER BY place"))

    def mark(self, name: str) -> str | None:
        """Return a small fact, or None."""
        rows = self._rows("SELECT text FROM exchange_mark WHERE exchange = %s AND name = %s", name)
        return rows[0][0] if rows else None

    def document(self, kind: Kind, id: str) -> Document | None:  # noqa: A002  it is its id
        """Return a document, or None."""
        rows = self._rows(_ONE + " AND id = %s", kind.value, id)
        return document_of(rows[0]) if rows else None

    def named(self, kind: Kind, account: str, name: str) -> Document | None:
        """Return the document that an account calls so, or None."""
        rows = self._rows(_ONE + " AND account = %s AND name = %s AND name <> ''", kind.value, account, name)
        return document_of(rows[0]) if rows else None

    def last_number(self, kind: Kind) -> int:
        """Return the highest number of a kind; 0 if there is none."""
        sql: LiteralString = (
            "SELECT coalesce(max(number), 0) FROM exchange_document WHERE exchange = %s AND kind = %s"
        )
        ((number,),) = self._rows(sql, kind.value)
        return int(number)

    def find(self, search: Search, most: int) -> Sequence[Document]:
        """
        Return the documents that are wanted, highest number first.

        A search of no account, such as `accounts=()`, finds nothing.

        Args:
            search: Which.
            most: How many at most.

        Returns:
            The documents.
        """
        self._usable()
        asked = as_asked(search)
        if asked is None or most < 1:
            return []
        sql, values = _finding(self._name, asked, min(most, LAST))
        return [document_of(row) for row in self._readers.rows(sql, values)]

    def facts(self, search: Search, most: int, paths: Sequence[tuple[str, ...]]) -> Sequence[Facts]:
        """
        Return little of the documents that `find` would return; the server reads their bodies.

        Args:
            search: Which.
            most: How many at most.
            paths: What is wanted of each body: the keys that lead to it, which have no quotes in them.

        Returns:
            What the bodies have there, highest number first.
        """
        self._usable()
        asked = as_asked(search)
        if asked is None or most < 1:
            return []
        columns: LiteralString = "number, at" + ", body::json #>> %s::text[]" * len(paths)
        sql, values = _finding(self._name, asked, min(most, LAST), columns)
        rows = self._readers.rows(sql, (*map(texts, paths), *values))
        return [Facts(number, at, tuple(told)) for number, at, *told in rows]


def _finding(
    exchange: str, search: Search, most: int, columns: LiteralString = _COLUMNS
) -> tuple[LiteralString, tuple[object, ...]]:
    """Spell a search: each account's newest on either side, and of all these the newest."""
    also, also_values = _narrowed(exchange, search)
    before = LAST if search.before is None else search.before
    branch = (exchange, search.kind.value, before, *also_values)
    if search.accounts is None:
        return _FOUND.format(columns, _PLACES + also + _NEWEST), (*branch, most, most)
    accounts = texts(search.accounts)
    # An account has only one of a name; told so, the planner looks for it by its name.
    newest: LiteralString = " LIMIT least(1, %s)" if search.name else _NEWEST
    own = _PLACES + " AND account = wanted.its AND account <> ''" + also + newest
    other = _PLACES + " AND other = wanted.its AND other <> ''" + also + _NEWEST
    sql = _FOUND.format(columns, _EACH.format(own) + " UNION " + _EACH.format(other))
    side = (accounts, *branch, most)
    return sql, (*side, *side, most)


def _narrowed(exchange: str, search: Search) -> tuple[LiteralString, tuple[object, ...]]:
    sql: LiteralString = ""
    values: list[object] = []
    conditions: tuple[tuple[LiteralString, object], ...] = (
        (" AND instrument = %s AND instrument <> ''", search.instrument or None),
        (" AND name = %s AND name <> ''", search.name or None),
        (" AND state = ANY(%s::text[])", texts(search.states) if search.states else None),
        (" AND at >= %s", search.since),
        (" AND at < %s", search.until),
    )
    for condition, value in conditions:
        if value is not None:
            sql += condition
            values.append(value)
    kind = search.kind.value
    if search.since is not None:
        sql += f" AND number > coalesce(({_LAST_BEFORE}), 0)"
        values += (exchange, kind, search.since)
    if search.until is not None:
        sql += f" AND number < coalesce(({_FIRST_FROM}), {LAST})"  # pyright: ignore[reportAssignmentType]
        values += (exchange, kind, search.until)
    return sql, tuple(values)
