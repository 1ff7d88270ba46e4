"""
The writer's turn in PostgreSQL: one connection that writes, for all threads of a store.

A certain turn is a transaction that begins by locking the ledger's head, so whoever
has it is alone, wherever the other writers are. An uncertain turn locks nothing: it
builds on the head that is remembered, and its write does nothing if the head has
moved: the function of the fast path compares them, and the portable statements run
into a record that has the place already.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any, Final, LiteralString

from carbonkit.errors import BusyError, CarbonkitError, IntegrityError, StorageError
from carbonkit.ledger.store import EMPTY, Head
from carbonkit.storage._postgres_call import Call
from carbonkit.storage._postgres_connector import Connector, given_up, in_transaction, ours, pipelined
from carbonkit.storage._postgres_memory import Memory
from carbonkit.storage._postgres_write import (
    TRANSFER_ARGUMENTS,
    TRANSFER_HASHES,
    by_function,
    by_statements,
    transfer_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from carbonkit.ledger.store import Batch
    from carbonkit.storage._postgres_connector import Connection
    from carbonkit.storage._postgres_memory import HoldingKey

__all__ = ["HEAD", "Writer", "head_of"]

HEAD: Final = "SELECT sequence, recorded_at, leaf, holdings, edge FROM carbonkit_head WHERE ledger = %s"
_LOCKED_HEAD: Final = HEAD + " FOR UPDATE"
_SAME_HEAD: Final = "UPDATE carbonkit_head SET sequence = sequence WHERE ledger = %s"
_LEAF: Final = "SELECT leaf FROM carbonkit_record WHERE ledger = %s AND sequence = %s"
_BY_KEY: Final = (
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off"
)
_HASH_BYTES: Final = 32
_CERTAIN_TURNS: Final = 16  # after another store was faster: then it is at work, and likely to be so again
_BACK_OFF: Final = 7  # the longest pause after a conflict is 2 ** 7 ms


def head_of(row: tuple[Any, ...] | None) -> tuple[Head, tuple[bytes, ...]]:
    """
    Make a head and the tree's edge of a row.

    Args:
        row: The columns, or None for a ledger that nothing was written to.

    Returns:
        The head and the edge.

    Example:
        >>> head_of((2, 7, bytes(32), 0, bytes(64)))[1] == (bytes(32), bytes(32))
        True
    """
    if row is None:
        return EMPTY, ()
    *head, edge = row
    cuts = range(0, len(edge), _HASH_BYTES)
    return Head(*head), tuple([edge[start : start + _HASH_BYTES] for start in cuts])


class Writer:
    """
    The connection that writes, what is remembered of the ledger, and whose turn it is.

    Args:
        connector: Opens the connection.
        ledger: The ledger's name.
        portable: Whether to do without functions.
        connection: A connection that is open already.
    """

    def __init__(
        self, connector: Connector, ledger: str, *, portable: bool, connection: Connection | None = None
    ) -> None:
        self._connector = connector
        self._ledger = ledger
        self._portable = portable
        self._connection = connection
        self._call: Call | None = None
        self._warned = False  # whether the server has warned of something since the last write began
        if connection is not None:
            self._tune(connection)
        self._turn = threading.RLock()
        self._owner: int | None = None
        self._certain = False
        self._seen: Head = EMPTY  # the last head that is known to have been in the journal
        self._certain_left = 0
        self._conflicts = 0
        self.memory = Memory()

    def close(self) -> None:
        """Wait for the turn, and close the connection."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()

    @property
    def own_turn(self) -> bool:
        """Whether this thread has the turn."""
        return self._owner == threading.get_ident()

    @property
    def certain(self) -> bool:
        """Whether this thread has a certain turn."""
        return self._certain and self.own_turn

    def connection(self) -> Connection:
        """
        Return the connection that writes, for reading in a turn.

        Returns:
            The connection.

        Raises:
            BusyError: If it was lost.
        """
        if self._connection is None or self._connection.closed:
            raise BusyError("stay connected", was="lost", field="database")
        return self._connection

    def rows(self, sql: LiteralString, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Run a statement in the turn and return its rows."""
        connection = self.connection()
        with ours(connection):
            return connection.execute(sql, values, prepare=True, binary=True).fetchall()

    @contextlib.contextmanager
    def turn(self, *, certain: bool) -> Iterator[bool]:
        """
        Take the turn.

        Args:
            certain: Whether the head must be locked.

        Yields:
            Whether it is.

        Raises:
            BusyError: If it has to be tried again.
            CarbonkitError: What was raised inside.
        """
        if self._conflicts:
            most = 1 << min(self._conflicts, _BACK_OFF)
            time.sleep((1 + secrets.randbelow(most)) / 1000)
        with self._turn:
            sure = certain or self._certain_left > 0
            try:
                try:
                    self._begin(certain=sure)
                    self._owner, self._certain = threading.get_ident(), sure
                    yield sure
                finally:
                    self._owner, self._certain = None, False
                    self._end()
                self._conflicts = 0
            except BusyError:
                self._conflicts += 1
                self.memory.forget()
                raise
            except CarbonkitError as error:
                if sure or isinstance(error, StorageError):
                    raise
                # what was remembered and what was read may be of two states
                raise BusyError("read one state", was=error, field="journal") from error

    def _begin(self, *, certain: bool) -> None:
        connection = self._connected()
        memory = self.memory
        if not certain:
            if memory.head is None:
                rows = self.rows(HEAD, (self._ledger,))
                self._seen, edge = head_of(rows[0] if rows else None)
                memory.begin(self._seen, edge)
            return
        with ours(connection):
            with pipelined(connection):
                connection.execute("BEGIN", prepare=False)
                found = connection.execute(_LOCKED_HEAD, (self._ledger,), prepare=True, binary=True)
            row = found.fetchone()
        if row is None:
            raise IntegrityError("be there", was="missing", field=f"head of the ledger {self._ledger}")
        self._seen, edge = head_of(row)
        memory.begin(self._seen, edge)

    def _end(self) -> None:
        connection = self._connection
        if connection is None or connection.closed or not in_transaction(connection):
            return
        if given_up(connection):
            return
        try:  # a statement failed; `psycopg` forgets all that it has prepared, and tells the server to
            with ours(connection):
                connection.execute("ROLLBACK", prepare=False)
        except StorageError:
            connection.close()  # which ends its transaction too
        self._renew_call(connection)

    def _connected(self) -> Connection:
        connection = self._connection
        if connection is None or connection.closed:
            self._connection = None
            self.memory.forget()
            connection = self._connector.connected(wait=True)
            try:
                self._tune(connection)
                self._check_tail(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return connection

    def _tune(self, connection: Connection) -> None:
        """Have every look-up go by its key, however small a table was when the server planned it."""
        connection.add_notice_handler(self._heard)
        if not self._portable:
            with ours(connection):
                connection.execute(_BY_KEY, prepare=False)
            self._renew_call(connection)

    def _heard(self, notice: psycopg.errors.Diagnostic) -> None:
        self._warned = self._warned or notice.severity_nonlocalized == "WARNING"

    def _renew_call(self, connection: Connection) -> None:
        if not self._portable:
            self._call = Call(connection, "carbonkit_transfer_1", TRANSFER_HASHES, TRANSFER_ARGUMENTS)

    def _check_tail(self, connection: Connection) -> None:
        """After a reconnection: what was acknowledged must be there still."""
        seen = self._seen
        if not seen.sequence:
            return
        with ours(connection):
            found = connection.execute(_LEAF, (self._ledger, seen.sequence), binary=True).fetchone()
        if found != (seen.leaf,):
            raise IntegrityError(
                f"hold record {seen.sequence} as it was acknowledged",
                was="a journal that ends before it" if found is None else "another record",
                field="journal",
                hint="the server lost its tail, as an asynchronous standby may; compare with a checkpoint",
                code="lost_tail",
            )

    def write(self, batch: Batch, number: Callable[[HoldingKey], int | None]) -> bool:
        """
        Write a batch in the turn.

        Args:
            batch: What to write.
            number: Finds the number of a holding that the batch does not change.

        Returns:
            Whether it was written; False if the head has moved.

        Raises:
            BusyError: If it is not known whether it was written, or it was not and may be tried again.
            IntegrityError: If a row is there already that only this batch may write.
            StorageError: If this thread does not have the turn, or has written in it.
        """
        connection = self._connection
        sure = self._certain
        if not self.own_turn or connection is None or (sure and not in_transaction(connection)):
            raise StorageError("be written inside a turn", was="no turn", field="store", code="no_turn")
        memory = self.memory
        if memory.head != batch.after:
            return False
        if not batch.rows:
            if sure:  # else the head may have moved
                self._confirm(connection)
            return sure
        if not self._wrote(connection, batch, number, sure=sure):
            self._certain_left = _CERTAIN_TURNS
            return False
        memory.advance(batch)
        self._seen = batch.head
        if sure and self._certain_left:
            self._certain_left -= 1
        return True

    @contextlib.contextmanager
    def _waited_out(self) -> Iterator[None]:
        """
        Take a commit for done only if the server did not warn.

        If its wait for the standbys is cancelled, it says so in a warning, in its own language, and
        that the commit is done.

        Raises:
            BusyError: If it warned.
        """
        self._warned = False
        yield
        if self._warned:
            raise BusyError("be committed without a warning", was="a warning", field="journal")

    def _confirm(self, connection: Connection) -> None:
        """
        Commit something after what was read: the server waits for its standbys only when it commits.

        A record whose own commit was interrupted while it waited is there for all to see
        without being on any standby.
        """
        with ours(connection), self._waited_out(), pipelined(connection):
            connection.execute(_SAME_HEAD, (self._ledger,), prepare=True)
            connection.execute("COMMIT", prepare=False)

    def _wrote(
        self,
        connection: Connection,
        batch: Batch,
        number: Callable[[HoldingKey], int | None],
        *,
        sure: bool,
    ) -> bool:
        import psycopg  # noqa: PLC0415  an extra

        done = False
        try:
            with ours(connection), self._waited_out():
                try:
                    done = self._sent(connection, batch, number, sure=sure)
                except psycopg.errors.UniqueViolation:
                    if sure:
                        raise
        finally:
            if not done:  # or not known to be done
                self.memory.forget()
        return done

    def _sent(
        self,
        connection: Connection,
        batch: Batch,
        number: Callable[[HoldingKey], int | None],
        *,
        sure: bool,
    ) -> bool:
        if self._portable:
            by_statements(connection, self._ledger, batch, number)
            return True
        transfer = None if sure else transfer_of(self._ledger, batch)
        if transfer is None or self._call is None:
            return by_function(connection, self._ledger, batch, number)
        return self._call(transfer)
