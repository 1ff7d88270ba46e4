"""
Reading from PostgreSQL outside a writer's turn: a bounded number of connections that threads share.

A connection is lent for one statement, or for as long as a snapshot or a stream
lasts. The two kinds are counted apart, so that whoever reads single rows while going
through a stream is never waiting for itself.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from typing import TYPE_CHECKING, Any, Final, LiteralString

from carbonkit.errors import BusyError, StorageError
from carbonkit.storage._postgres_connector import Connector, given_up, in_transaction, ours, pipelined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.storage._postgres_connector import Connection

__all__ = ["Readers", "streamed"]

_SHORT: Final = 4  # connections that serve single statements
_LONG: Final = 12  # snapshots and streams that may last at the same time
_TRIES: Final = 3
_PAGE: Final = 1_000
_BEGIN: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_numbers = itertools.count(1)


def streamed(
    connection: Connection, sql: LiteralString, values: tuple[object, ...]
) -> Iterator[tuple[Any, ...]]:
    """
    Yield a statement's rows in pages, as they are asked for.

    Args:
        connection: A connection with a transaction open.
        sql: The statement.
        values: Its values.

    Yields:
        The rows.
    """
    name = f"carbonkit_{next(_numbers)}"
    with ours(connection):
        connection.execute(f"DECLARE {name} NO SCROLL CURSOR FOR {sql}".encode(), values, prepare=False)
    while True:
        with ours(connection):
            fetch = f"FETCH FORWARD {_PAGE} FROM {name}".encode()
            rows = connection.execute(fetch, prepare=False, binary=True).fetchall()
        yield from rows
        if len(rows) < _PAGE:
            return


class Readers:
    """
    The connections that read.

    Args:
        connector: Opens them.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._guard = threading.Lock()
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._short = threading.BoundedSemaphore(_SHORT)
        self._long = threading.BoundedSemaphore(_LONG)
        self._own = threading.local()
        self._closed = False

    def close(self) -> None:
        """Close every connection, those that are lent too."""
        with self._guard:
            self._closed = True
            connections = [*self._idle, *self._lent]
            self._idle.clear()
        for each in connections:
            each.close()

    def keep(self, connection: Connection) -> None:
        """Take a connection over, to lend it later."""
        with self._guard:
            self._idle.append(connection)

    def rows(self, sql: LiteralString, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """
        Run a statement, and connect again if the server was lost meanwhile.

        Args:
            sql: The statement.
            values: Its values.

        Returns:
            Its rows.

        Raises:
            StorageError: If it cannot be read just now.
            BusyError: If a snapshot was broken off, or every connection stays in use.
        """
        within = self._snapshot
        if within is not None:
            with ours(within):
                return within.execute(sql, values, binary=True).fetchall()
        for _ in range(_TRIES):
            with self._counted(self._short), self._lending() as connection:
                try:
                    with ours(connection):
                        return connection.execute(sql, values, binary=True).fetchall()
                except BusyError:
                    if not connection.closed:
                        raise
        raise StorageError(
            "stay connected", was="lost again and again", field="database", code="no_connection"
        )

    def stream(self, sql: LiteralString, values: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
        """
        Run a statement and yield its rows as they are asked for, all as of one moment.

        Args:
            sql: The statement.
            values: Its values.

        Yields:
            The rows.
        """
        within = self._snapshot
        if within is not None:
            yield from streamed(within, sql, values)
            return
        with self._counted(self._long), self._transaction() as connection:
            yield from streamed(connection, sql, values)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """
        Hold what this thread reads to one state.

        Yields:
            Nothing.
        """
        if self._snapshot is not None:
            yield
            return
        with self._counted(self._long), self._transaction() as connection:
            self._own.connection = connection
            try:
                yield
            finally:
                self._own.connection = None

    @contextlib.contextmanager
    def _counted(self, free: threading.BoundedSemaphore) -> Iterator[None]:
        if not free.acquire(timeout=self._connector.patience):
            raise BusyError("be free to read", was="other snapshots and streams", field="database")
        try:
            yield
        finally:
            free.release()

    @property
    def _snapshot(self) -> Connection | None:
        found: Connection | None = getattr(self._own, "connection", None)
        return found

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        connection = self._begun()
        try:
            yield connection
        finally:
            if not connection.closed and not given_up(connection):
                connection.close()
            self._put_back(connection)

    def _begun(self) -> Connection:
        for _ in range(_TRIES):
            connection = self._taken()
            try:
                with ours(connection), pipelined(connection):
                    connection.execute(_BEGIN)
                    connection.execute("SELECT 1")  # the moment that is seen is that of the first statement
            except BaseException as error:
                self._put_back(connection)
                if not isinstance(error, BusyError):
                    raise
            else:
                return connection
        raise _lost()

    @contextlib.contextmanager
    def _lending(self) -> Iterator[Connection]:
        connection = self._taken()
        try:
            yield connection
        finally:
            self._put_back(connection)

    def _taken(self) -> Connection:
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        if connection is None or connection.closed:
            connection = self._connector.connected(wait=True)
        with self._guard:
            self._lent.add(connection)
        return connection

    def _put_back(self, connection: Connection) -> None:
        with self._guard:
            self._lent.discard(connection)
            if connection.closed:  # and those that were opened before it may be so too
                stale, self._idle = self._idle, []
            elif self._closed or len(self._idle) >= _SHORT or in_transaction(connection):
                stale = [connection]
            else:
                self._idle.append(connection)
                return
        for each in stale:
            each.close()


def _lost() -> StorageError:
    return StorageError("stay connected", was="lost again and again", field="database", code="no_connection")
