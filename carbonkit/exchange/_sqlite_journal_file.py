"""
The SQLite file of an exchange's journal: its tables, its one writer, a connection for each thread that reads.

In write-ahead mode readers never wait for the writer, nor the writer for them, and
they see only what is committed. A journal in memory has one connection for everybody.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import weakref
from typing import TYPE_CHECKING, Final

from carbonkit.errors import BusyError, CarbonkitError, IntegrityError, InvalidValueError, StorageError
from carbonkit.exchange._journal_row import check_usable, reused

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IN_MEMORY", "SCHEMA_VERSION", "JournalFile", "opened"]

IN_MEMORY: Final = ":memory:"
SCHEMA_VERSION: Final = 1
_APPLICATION: Final = 0x636B6578  # "ckex"
_BUSY_SECONDS: Final = 10
_FIELD: Final = "exchange journal"
_STATEMENTS: Final = 128

_SCHEMA: Final = (
    "CREATE TABLE line (number INTEGER PRIMARY KEY CHECK (number >= 1), text TEXT NOT NULL) STRICT",
    (
        "CREATE TABLE document (kind TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL,"
        " at INTEGER NOT NULL, account TEXT NOT NULL, other TEXT NOT NULL, instrument TEXT NOT NULL,"
        " name TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id)) STRICT"
    ),
    "CREATE UNIQUE INDEX document_by_number ON document (kind, number)",
    "CREATE UNIQUE INDEX document_by_name ON document (kind, account, name) WHERE name <> ''",
    "CREATE INDEX document_by_account ON document (kind, account, number) WHERE account <> ''",
    "CREATE INDEX document_by_other ON document (kind, other, number) WHERE other <> ''",
    "CREATE INDEX document_by_instrument ON document (kind, instrument, number) WHERE instrument <> ''",
    "CREATE INDEX document_by_time ON document (kind, at, number)",
    (
        "CREATE TABLE answer (key_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, fingerprint TEXT NOT NULL,"
        " status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,"
        " PRIMARY KEY (key_id, idempotency_key)) STRICT"
    ),
    "CREATE INDEX answer_by_time ON answer (at)",
    "CREATE TABLE begun (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, text TEXT NOT NULL) STRICT",
    "CREATE TABLE snapshot (line INTEGER PRIMARY KEY, hash TEXT NOT NULL, text TEXT NOT NULL) STRICT",
    "CREATE TABLE mark (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


def _translated(error: sqlite3.Error) -> CarbonkitError:
    code, said = getattr(error, "sqlite_errorcode", 0), str(error)
    if code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BusyError("be free to write", was=said, field=_FIELD)
    if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE and "document.name" in said:
        return reused("name")
    if code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY and "answer.idempotency_key" in said:
        return reused("idempotency_key")
    if code & 0xFF == sqlite3.SQLITE_FULL:
        return StorageError(
            "have space left", was=said, field=_FIELD, hint="nothing was written", code="disk_full"
        )
    if code & 0xFF in {
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
    }:
        return StorageError("be readable and writable", was=said, field=_FIELD)
    return IntegrityError("be readable and writable as a journal", was=said, field=_FIELD)


@contextlib.contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error) from error
    except UnicodeDecodeError as error:  # what SQLite says of a broken file may quote the broken bytes
        raise IntegrityError("be readable as a journal", was="broken bytes", field=_FIELD) from error


class _Shared:
    """A connection and whose turn it is; closed, at the latest, when nobody knows it any more."""

    __slots__ = ("__weakref__", "connection", "turn")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.turn = threading.Lock()

    def __del__(self) -> None:
        self.connection.close()


class JournalFile:
    """
    The connections to one journal; made by `opened`.

    Args:
        name: The file's absolute path, or ":memory:".
        writer: The connection that writes.
        lock: What keeps other writers out, or None in memory.

    Example:
        >>> file = opened(IN_MEMORY)
        >>> with file.reading() as connection:
        ...     connection.execute("SELECT count(*) FROM line").fetchone()
        (0,)
        >>> file.close()
    """

    def __init__(self, name: str, writer: sqlite3.Connection, lock: sqlite3.Connection | None) -> None:
        self._name = name
        self._writer = _Shared(writer)
        self._lock = lock
        self._process = os.getpid()
        self._local = threading.local()
        self._guard = threading.Lock()  # of the set of readers, and of the word that it is closed
        self._readers: weakref.WeakSet[_Shared] = weakref.WeakSet()
        self._closed = False

    def close(self) -> None:
        """Wait for what is being read and written, and close every connection."""
        with self._guard:
            self._closed = True
            shared = [*self._readers, self._writer]
        for each in shared:
            with each.turn:
                each.connection.close()
        if self._lock is not None:
            self._lock.close()

    def usable(self) -> None:
        """Check that it is open, and was opened by this process."""
        check_usable(closed=self._closed, process=self._process)

    def _reader(self) -> _Shared:
        if self._name == IN_MEMORY:
            return self._writer
        found: _Shared | None = getattr(self._local, "reader", None)
        if found is None:
            with self._guard:
                self.usable()
                found = _Shared(_connected(self._name, readonly=True))
                self._readers.add(found)
            self._local.reader = found
        return found

    @contextlib.contextmanager
    def reading(self, *, at_once: bool = False) -> Iterator[sqlite3.Connection]:
        """
        Read.

        Args:
            at_once: Whether all that is read inside is as of one moment.

        Yields:
            This thread's connection.

        Raises:
            CarbonkitError: What the database said.
        """
        self.usable()
        with _ours():
            shared = self._reader()
            with shared.turn:
                self.usable()
                connection = shared.connection
                if not at_once or shared is self._writer:
                    yield connection
                    return
                connection.execute("BEGIN")
                try:
                    yield connection
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """
        Write: all that is done inside is committed at its end, or nothing if an error ends it.

        Yields:
            The connection that writes.

        Raises:
            CarbonkitError: What the database said; nothing was written then.
        """
        self.usable()
        with self._writer.turn, _ours():
            self.usable()
            connection = self._writer.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")


def _connected(name: str, *, readonly: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        name,
        isolation_level=None,
        timeout=_BUSY_SECONDS,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
    )
    try:
        # A thread that reads keeps little: there may be many of them.
        connection.execute(f"PRAGMA cache_size = -{4_096 if readonly else 65_536}")
        connection.execute("PRAGMA query_only = ON" if readonly else "PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def _locked(name: str) -> sqlite3.Connection:
    """Hold a lock that the operating system lets go of when a process ends, however it ends."""
    lock = sqlite3.connect(f"{name}-writer", isolation_level=None, timeout=0, check_same_thread=False)
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if isinstance(_translated(error), BusyError):
            raise BusyError(
                "be open for writing only once",
                was="open elsewhere",
                field=_FIELD,
                hint="one exchange writes one journal; stop the other, or name another file",
                code="second_writer",
            ) from None
        raise
    return lock


def _version_of(connection: sqlite3.Connection) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if (tables or application) and application != _APPLICATION:
        raise IntegrityError("be an exchange's journal", was="another SQLite database", field=_FIELD)
    if version > SCHEMA_VERSION:
        raise InvalidValueError(
            f"have schema version {SCHEMA_VERSION} or lower",
            was=version,
            field=_FIELD,
            hint="open it with the newer carbonkit that made it",
            code="newer_schema",
        )
    if tables and version != SCHEMA_VERSION:
        raise IntegrityError("be of a known version", was=version, field=_FIELD)
    return int(version) if tables else 0


def _prepare(connection: sqlite3.Connection) -> None:
    version = _version_of(connection)
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode not in {"wal", "memory"}:  # SQLite says no by its answer, not by an error
        raise StorageError(
            "be on a disk that takes a write-ahead log",
            was=f"journal mode {mode}",
            field=_FIELD,
            hint="keep it on a local disk",
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version == 0:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        # Written even if it is the same: a process may have been killed between writing its log and
        # syncing it, and what it wrote is read from now on. This syncs the log.
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def opened(path: str | os.PathLike[str]) -> JournalFile:
    """
    Open a journal's file, made if there is none.

    Args:
        path: The file, or ":memory:".

    Returns:
        Its connections.

    Raises:
        BusyError: If it is open elsewhere.
        IntegrityError: If it is another kind of file, or is broken.
        InvalidValueError: If a newer carbonkit made it, or the path names no file.
        StorageError: If it cannot be opened.

    Example:
        >>> opened(":memory:").close()
    """
    name = os.fsdecode(path)
    if not name or "\0" in name:  # SQLite would keep it in a file that vanishes
        raise InvalidValueError('be a file\'s path or ":memory:"', was=name, field=_FIELD)
    if name != IN_MEMORY:
        # A thread may read after the host changed its folder; a link is no second file to write.
        name = os.path.realpath(name)
    with _ours(), contextlib.ExitStack() as undo:
        lock = None
        if name != IN_MEMORY:
            lock = _locked(name)
            undo.callback(lock.close)
        writer = _connected(name, readonly=False)
        undo.callback(writer.close)
        _prepare(writer)
        undo.pop_all()
    return JournalFile(name, writer, lock)
