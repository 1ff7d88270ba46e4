"""
The connections to a ledger file: one that writes, one for each thread that reads.

In write-ahead mode a reader never waits for the writer, nor the writer for a reader.
A ledger in memory has one connection for everybody, and everybody waits.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import InvalidValueError, StorageError
from carbonkit.storage import _sqlite_file
from carbonkit.storage._migration import MIGRATIONS
from carbonkit.storage._sqlite_file import (
    SCHEMA_VERSION,
    locked,
    ours,
    prepare,
    structure,
    translated,
    version_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["IN_MEMORY", "Connections", "reading", "writing"]

IN_MEMORY: Final = ":memory:"
_PAGE: Final = 1_000


class _Reader:
    """One thread's reading connection, closed when the thread ends or the store is closed."""

    __slots__ = ("__weakref__", "connection")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Connections:
    """
    Every connection of one store, and the turn to write.

    Args:
        connect: Opens a connection to read through, or None where the writer's serves everybody.
        writer: The connection that writes, or None for a store that only reads.
        lock: What keeps other writers out.

    Example:
        >>> connections = writing(IN_MEMORY)
        >>> connections.rows("SELECT 1", ())
        [(1,)]
        >>> connections.close()
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection] | None,
        writer: sqlite3.Connection | None,
        lock: sqlite3.Connection | None,
    ) -> None:
        self._connect = connect
        self._writer = writer
        self._lock = lock
        self._turn = threading.RLock()
        self._owner: int | None = None
        self._process = os.getpid()
        self._local = threading.local()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._closed = False

    def close(self) -> None:
        """Close every connection, and let others write the file."""
        with self._turn:
            self._closed = True
            for connection in [*(each.connection for each in self._readers), self._writer, self._lock]:
                if connection is not None:
                    connection.close()

    def _usable(self) -> None:
        if self._closed:
            raise StorageError("be open", was="closed", field="store", code="closed")
        if self._process != os.getpid():
            raise StorageError(
                "be used by the process that opened it",
                was="a fork of it",
                field="store",
                hint="open a store of its own in each process, with readonly=True in all but one",
                code="forked",
            )

    def _shared(self) -> contextlib.AbstractContextManager[object]:
        """Where one connection serves everybody, wait for the others."""
        return self._turn if self._connect is None else contextlib.nullcontext()

    @property
    def own_turn(self) -> bool:
        """Whether this thread has the turn to write."""
        return self._owner == threading.get_ident()

    def _reader(self) -> sqlite3.Connection:
        """Return the connection that this thread reads through."""
        self._usable()
        if self._writer is not None and (self._connect is None or self.own_turn):
            return self._writer
        found: _Reader | None = getattr(self._local, "reader", None)
        if found is None:
            assert self._connect is not None  # noqa: S101  a store without a writer has a way to read
            found = _Reader(self._connect())
            self._readers.add(found)
            self._local.reader = found
        return found.connection

    def rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows; one left open would hold on to an old state."""
        try:
            if self._owner == threading.get_ident() and self._writer is not None:
                return self._writer.execute(sql, values).fetchall()
            if self._connect is not None:
                return self._reader().execute(sql, values).fetchall()
            with self._turn:
                return self._reader().execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise translated(error) from error

    def streamed(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Run a statement and yield its rows as they are asked for."""
        with ours(), self._shared():
            cursor = self._reader().execute(sql)
            while rows := cursor.fetchmany(_PAGE):
                yield from rows

    def structure(self) -> Iterator[str]:
        """Yield what is wrong with the file's schema."""
        with ours(), self._shared():
            found = list(structure(self._reader()))
        yield from found

    def in_turn(self) -> sqlite3.Connection:
        """
        Return the connection that writes.

        Returns:
            The connection.

        Raises:
            StorageError: If this thread does not have the turn.
        """
        if self._writer is None or not self.own_turn:
            raise StorageError("be written inside a turn", was="no turn", field="store", code="no_turn")
        return self._writer

    @contextlib.contextmanager
    def turn(self, begun: Callable[[], object]) -> Iterator[bool]:
        """
        Take the writer's turn.

        Args:
            begun: Called when the turn has begun.

        Yields:
            True: nobody else writes meanwhile.

        Raises:
            StorageError: If the store only reads, or is closed.
        """
        writer = self._writer
        if writer is None:
            raise StorageError("be open for writing", was="read only", field="store", code="read_only")
        with self._turn:
            self._usable()
            with ours():
                writer.execute("BEGIN IMMEDIATE")
            self._owner = threading.get_ident()
            try:
                begun()
                yield True
            finally:
                self._owner = None
                if writer.in_transaction:
                    with ours():
                        writer.execute("ROLLBACK")

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """
        Hold what this thread reads to one state.

        Yields:
            Nothing.
        """
        with self._shared():
            with ours():
                reader = self._reader()
                nested = reader.in_transaction  # within a turn, or another snapshot of this thread
                if not nested:
                    reader.execute("BEGIN")
            try:
                yield
            finally:
                if not nested and reader.in_transaction:
                    reader.execute("ROLLBACK")


def writing(name: str) -> Connections:
    """
    Open a file to write it: made if there is none, brought up to date if it is older.

    Args:
        name: The file's absolute path, or ":memory:".

    Returns:
        Its connections.

    Raises:
        BusyError: If it is open for writing elsewhere.
        IntegrityError: If it is no ledger, or is broken.
        InvalidValueError: If a newer carbonkit made it.
        StorageError: If it cannot be opened.

    Example:
        >>> writing(IN_MEMORY).close()
    """
    with ours(), contextlib.ExitStack() as undo:
        lock = None if name == IN_MEMORY else locked(name)
        if lock is not None:
            undo.callback(lock.close)
        writer = _sqlite_file.connected(name)
        undo.callback(writer.close)
        prepare(writer, MIGRATIONS)
        undo.pop_all()
    connect = None if name == IN_MEMORY else lambda: _sqlite_file.connected(name, readonly=True)
    return Connections(connect, writer, lock)


def reading(name: str) -> Connections:
    """
    Open a file to read it, beside a process that may write it.

    Args:
        name: The file's absolute path.

    Returns:
        Its connections.

    Raises:
        IntegrityError: If it is no ledger, or is broken.
        InvalidValueError: If it is of another schema version.
        StorageError: If there is no such file.

    Example:
        >>> reading("no such file")
        Traceback (most recent call last):
        carbonkit.errors.StorageError: ledger file: must exist, was no such file
    """
    if not os.path.isfile(name):  # noqa: PTH113  a name, checked before SQLite would make the file
        raise StorageError("exist", was=name, field="ledger file", code="no_file")
    with ours():
        with contextlib.closing(_sqlite_file.connected(name, readonly=True)) as connection:
            version = version_of(connection)
        if version != SCHEMA_VERSION:
            raise InvalidValueError(
                f"have schema version {SCHEMA_VERSION}",
                was=version,
                field="ledger file",
                hint="open it for writing once, which brings it up to date",
                code="older_schema",
            )
    return Connections(lambda: _sqlite_file.connected(name, readonly=True), None, None)
