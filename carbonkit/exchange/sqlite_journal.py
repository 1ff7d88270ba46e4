"""
An exchange's journal in one SQLite file.

Every write is one transaction under `synchronous=FULL`, so what was acknowledged
survives a power cut. One journal has the file for writing; the threads of its process
read through connections of their own, beside the writer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Self

from carbonkit.errors import IntegrityError
from carbonkit.exchange._journal_row import LAST, as_asked, check_place, document_of, rows_of, storable
from carbonkit.exchange._sqlite_journal_file import SCHEMA_VERSION, opened
from carbonkit.exchange.journal import Answer, Facts

if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from carbonkit.exchange._journal_row import Rows
    from carbonkit.exchange._sqlite_journal_file import JournalFile
    from carbonkit.exchange.journal import Document, Kind, Search, Writes

__all__ = ["SCHEMA_VERSION", "SQLiteJournal"]

_PAGE: Final = 1_000  # lines that are read at a time
_FORGOTTEN: Final = 5_000  # answers that are forgotten at a time, so that nobody waits long to write
_END: Final = "SELECT ifnull(max(number), 0) FROM line"
_COLUMNS: Final = "kind, id, number, at, account, other, instrument, name, state, body"
_INSERT: Final = "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, id)"
# Mostly, a document goes on in its state and body alone, and then no index but its key's is touched.
_UPSERT_MOSTLY: Final = f"""
    {_INSERT} DO UPDATE SET state = excluded.state, body = excluded.body
        WHERE number = excluded.number AND at = excluded.at AND account = excluded.account
        AND other = excluded.other AND instrument = excluded.instrument AND name = excluded.name
"""
_UPSERT: Final = f"""
    {_INSERT} DO UPDATE SET number = excluded.number, at = excluded.at, account = excluded.account,
        other = excluded.other, instrument = excluded.instrument, name = excluded.name,
        state = excluded.state, body = excluded.body
"""
_FORGET: Final = """
    DELETE FROM answer WHERE rowid IN (SELECT rowid FROM answer WHERE at < ? ORDER BY at LIMIT ?)
"""
_NUMBERS: Final = "SELECT number FROM document INDEXED BY {} WHERE kind = ? AND number > ? AND number < ?"
_NUMBERED: Final = """
    SELECT {} FROM document INDEXED BY document_by_number
        WHERE kind = ? AND number IN (SELECT value FROM json_each(?)) ORDER BY number DESC
"""
_BY_TIME: Final = "SELECT number FROM document INDEXED BY document_by_time WHERE kind = ? AND at "
_LAST_BEFORE: Final = _BY_TIME + "< ? ORDER BY at DESC, number DESC LIMIT 1"
_FIRST_FROM: Final = _BY_TIME + ">= ? ORDER BY at, number LIMIT 1"


class SQLiteJournal:
    """
    A `Journal` in a SQLite file; open it with `SQLiteJournal.open`.

    Args:
        file: The connections that `open` has prepared.

    Example:
        >>> from carbonkit.exchange.journal import Writes
        >>> with SQLiteJournal.open(":memory:") as journal:
        ...     journal.write(Writes(first=1, lines=["a", "b"]))
        ...     list(journal.lines(1)), journal.end()
        (['b'], 2)
    """

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """
        Open a journal's file for this process alone, and make it if there is none.

        Args:
            path: The file, or ":memory:".

        Returns:
            The journal; close it, or use it in a `with` statement.

        Raises:
            BusyError: If it is open elsewhere.
            IntegrityError: If it is another kind of file, or is broken.
            InvalidValueError: If a newer carbonkit made it, or the path names no file.
            StorageError: If it cannot be opened.

        Example:
            >>> SQLiteJournal.open(":memory:").close()
        """
        return cls(opened(path))

    def close(self) -> None:
        """Wait for what is being read and written, close the file, and let others write it."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

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
            StorageError: If the file cannot be written just now.
        """
        rows = rows_of(writes)
        with self._file.writing() as connection:
            ((end,),) = connection.execute(_END)
            check_place(writes.first, end)
            _insert(connection, rows)

    def forget_answers(self, before: int) -> int:
        """
        Forget the answers from before a moment.

        Args:
            before: The moment, in microseconds since 1970.

        Returns:
            How many were forgotten.
        """
        before, forgotten = max(-LAST, min(LAST, before)), 0
        while True:
            with self._file.writing() as connection:
                count = connection.execute(_FORGET, (before, _FORGOTTEN)).rowcount
            forgotten += count
            if count < _FORGOTTEN:
                return forgotten

    # ---------------------------------------------------------------- reading

    def _row(self, sql: str, *values: str | int) -> tuple[object, ...] | None:
        if not all(isinstance(value, int) or storable(value) for value in values):
            return None  # nothing bears such a name
        with self._file.reading() as connection:
            found: tuple[object, ...] | None = connection.execute(sql, values).fetchone()
        return found

    def end(self) -> int:
        """Return the number of the last log line; 0 if there is none."""
        with self._file.reading() as connection:
            ((end,),) = connection.execute(_END).fetchall()
        return int(end)

    def lines(self, after: int) -> Iterator[str]:
        """
        Yield the log lines after a number, in order, a page at a time.

        Args:
            after: The number.

        Returns:
            The lines.

        Raises:
            StorageError: If the journal is closed.
        """
        self._file.usable()
        return self._pages(max(0, min(LAST, after)))

    def _pages(self, after: int) -> Iterator[str]:
        sql = "SELECT number, text FROM line WHERE number > ? ORDER BY number LIMIT ?"
        while True:
            with self._file.reading() as connection:
                page = connection.execute(sql, (after, _PAGE)).fetchall()
            for number, text in page:
                after += 1
                if number != after:
                    raise IntegrityError(f"have line {after}", was=f"line {number}", field="log")
                yield text
            if len(page) < _PAGE:
                return

    def snapshot(self) -> tuple[int, str, str] | None:
        """Return the newest snapshot: the last line that it covers, that line's hash, the text."""
        sql = "SELECT line, hash, text FROM snapshot ORDER BY line DESC LIMIT 1"
        with self._file.reading() as connection:
            found: tuple[int, str, str] | None = connection.execute(sql).fetchone()
        return found

    def answer(self, key_id: str, idempotency_key: str) -> Answer | None:
        """Return what was answered, or None."""
        sql = (
            "SELECT key_id, idempotency_key, fingerprint, status, body, at FROM answer"
            " WHERE key_id = ? AND idempotency_key = ?"
        )
        if not storable(key_id) or not storable(idempotency_key):
            return None
        with self._file.reading() as connection:
            row = connection.execute(sql, (key_id, idempotency_key)).fetchone()
        if row is None:
            return None
        return Answer(
            key_id=row[0], idempotency_key=row[1], fingerprint=row[2], status=row[3], body=row[4], at=row[5]
        )

    def begun(self) -> Mapping[str, str]:
        """Return what is begun and not finished, in the order in which it was begun."""
        with self._file.reading() as connection:
            return dict(connection.execute("SELECT name, text FROM begun ORDER BY place").fetchall())

    def mark(self, name: str) -> str | None:
        """Return a small fact, or None."""
        found = self._row("SELECT text FROM mark WHERE name = ?", name)
        return None if found is None else str(found[0])

    def document(self, kind: Kind, id: str) -> Document | None:  # noqa: A002  it is its id
        """Return a document, or None."""
        sql = f"SELECT {_COLUMNS} FROM document WHERE kind = ? AND id = ?"  # noqa: S608  our own words
        found = self._row(sql, kind.value, id)
        return None if found is None else document_of(found)

    def named(self, kind: Kind, account: str, name: str) -> Document | None:
        """Return the document that an account calls so, or None."""
        sql = (
            f"SELECT {_COLUMNS} FROM document INDEXED BY document_by_name"  # noqa: S608  our own words
            " WHERE kind = ? AND account = ? AND name = ? AND name <> ''"
        )
        found = self._row(sql, kind.value, account, name)
        return None if found is None else document_of(found)

    def last_number(self, kind: Kind) -> int:
        """Return the highest number of a kind; 0 if there is none."""
        sql = "SELECT ifnull(max(number), 0) FROM document WHERE kind = ?"
        with self._file.reading() as connection:
            ((number,),) = connection.execute(sql, (kind.value,)).fetchall()
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
        return [document_of(row) for row in self._found(search, most, _COLUMNS)]

    def facts(self, search: Search, most: int, paths: Sequence[tuple[str, ...]]) -> Sequence[Facts]:
        """
        Return little of the documents that `find` would return; the database reads their bodies.

        Args:
            search: Which.
            most: How many at most.
            paths: What is wanted of each body: the keys that lead to it, which have no quotes in them.

        Returns:
            What the bodies have there, highest number first.
        """
        picked = "".join([", CAST(json_extract(body, ?) AS TEXT)" for _ in paths])
        places = ["$" + "".join([f".{json.dumps(key)}" for key in path]) for path in paths]
        rows = self._found(search, most, f"number, at{picked}", *places)
        return [Facts(number, at, tuple(told)) for number, at, *told in rows]

    def _found(self, search: Search, most: int, columns: str, *values: str) -> list[tuple[Any, ...]]:
        asked = as_asked(search)
        if asked is None or most < 1:
            self._file.usable()
            return []
        with self._file.reading(at_once=True) as connection:
            numbers = _numbers(connection, asked, min(most, LAST))
            wanted = asked.kind.value, json.dumps(numbers)
            return connection.execute(_NUMBERED.format(columns), (*values, *wanted)).fetchall()


def _insert(connection: sqlite3.Connection, rows: Rows) -> None:
    many = connection.executemany
    if rows.lines:
        many("INSERT INTO line VALUES (?, ?)", rows.lines)
    if rows.documents and many(_UPSERT_MOSTLY, rows.documents).rowcount != len(rows.documents):
        many(_UPSERT, rows.documents)
    if rows.answers:
        many("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", rows.answers)
    if rows.begun:
        sql = (
            "INSERT INTO begun (name, text) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET text = excluded.text"
        )
        many(sql, rows.begun)
    if rows.finished:
        many("DELETE FROM begun WHERE name = ?", rows.finished)
    if rows.snapshots:
        many("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?)", rows.snapshots)
        connection.execute(
            "DELETE FROM snapshot WHERE line NOT IN (SELECT line FROM snapshot ORDER BY line DESC LIMIT 2)"
        )
    if rows.marks:
        sql = "INSERT INTO mark VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text"
        many(sql, rows.marks)


def _numbers(connection: sqlite3.Connection, search: Search, most: int) -> list[int]:
    """Find the numbers of the newest that are wanted: each branch looks only above what is certain."""
    found: list[int] = []
    lowest, before = _stretch(connection, search)
    floor = lowest  # the number of the last that is found, once there are enough
    also, also_values = _narrowed(search)
    for index, condition, values in _branches(search):
        sql = f"{_NUMBERS.format(index)}{condition}{also} ORDER BY number DESC LIMIT ?"
        asked = (search.kind.value, floor, before, *values, *also_values, most)
        new = [number for (number,) in connection.execute(sql, asked)]
        if new:
            found = sorted({*found, *new}, reverse=True)[:most]
            floor = found[-1] if len(found) == most else lowest
    return found


def _stretch(connection: sqlite3.Connection, search: Search) -> tuple[int, int]:
    """Say between which numbers those lie that are of the time which is wanted."""
    lowest, before = 0, LAST if search.before is None else search.before
    if search.since is not None:
        for (number,) in connection.execute(_LAST_BEFORE, (search.kind.value, search.since)):
            lowest = number
    if search.until is not None:
        for (number,) in connection.execute(_FIRST_FROM, (search.kind.value, search.until)):
            before = min(before, number)
    return lowest, before


def _branches(search: Search) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield which index to go through, by which condition, with which values."""
    if search.accounts is not None:
        own = ("document_by_account", " AND account = ? AND account <> ''")
        if search.name:  # an account has only one of a name
            own = ("document_by_name", own[1])
        for account in search.accounts:
            yield *own, (account,)  # pyright: ignore[reportReturnType]
            yield "document_by_other", " AND other = ? AND other <> ''", (account,)
    elif search.instrument:
        yield "document_by_instrument", "", ()
    else:
        yield "document_by_number", "", ()


def _narrowed(search: Search) -> tuple[str, tuple[str | int, ...]]:
    sql, values = "", []
    for condition, value in (
        (" AND instrument = ? AND instrument <> ''", search.instrument or None),
        (" AND name = ? AND name <> ''", search.name or None),
        (
            " AND state IN (SELECT value FROM json_each(?))",
            json.dumps(search.states) if search.states else None,
        ),
        (" AND at >= ?", search.since),
        (" AND at < ?", search.until),
    ):
        if value is not None:
            sql += condition
            values.append(value)
    return sql, tuple(values)
