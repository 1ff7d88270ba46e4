"""
The SQLite file: its tables, its versions, its one writer, and its errors in our words.

A file is brought to today's version when it is opened for writing; each step of that
is one transaction. A second writing process is kept out by a lock that the operating
system lets go of when a process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import BusyError, CarbonkitError, IntegrityError, InvalidValueError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "SCHEMA",
    "SCHEMA_VERSION",
    "connected",
    "locked",
    "ours",
    "prepare",
    "statements",
    "structure",
    "version_of",
]

SCHEMA_VERSION: Final = 2
_APPLICATION: Final = 0x636B6974  # "ckit", so that `file` and we know the file for ours
_BUSY_SECONDS: Final = 10

SCHEMA: Final = """
CREATE TABLE record (
    sequence INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    effective_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    movements TEXT NOT NULL,
    detail TEXT NOT NULL,
    leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    may_go_negative INTEGER NOT NULL CHECK (may_go_negative IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    places INTEGER NOT NULL,
    serialised INTEGER NOT NULL CHECK (serialised IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE holding (
    number INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    asset TEXT NOT NULL,
    bucket TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    recent BLOB NOT NULL,
    UNIQUE (account, asset, bucket)
) STRICT;
CREATE TABLE entry (
    holding INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    PRIMARY KEY (holding, recorded_at, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE mention (
    account TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE block (
    asset TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL CHECK (last >= first AND first >= 1),
    holding INTEGER NOT NULL,
    PRIMARY KEY (asset, first)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_of_holding ON block (holding, first, last);
CREATE TABLE hold (
    sequence INTEGER PRIMARY KEY,
    expires_at INTEGER
) STRICT;
CREATE INDEX hold_by_end ON hold (expires_at, sequence) WHERE expires_at IS NOT NULL;
CREATE TABLE conclusion (
    sequence INTEGER PRIMARY KEY,
    concluded_by INTEGER NOT NULL
) STRICT;
CREATE TABLE node (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;
""" + "".join(
    f"CREATE TRIGGER {table}_is_not_{done} BEFORE {event} ON {table}"
    f" BEGIN SELECT RAISE(ABORT, 'what is recorded is never {done}'); END;\n"
    for table in ("record", "entry", "mention", "conclusion", "node", "account", "asset")
    for event, done in (("UPDATE", "changed"), ("DELETE", "deleted"))
)
"""The tables of a ledger file; what is only ever added to says so itself."""


def translated(error: sqlite3.Error) -> CarbonkitError:
    """
    Say in our words what the database said.

    Args:
        error: The database's error.

    Returns:
        The error to raise instead.

    Example:
        >>> translated(sqlite3.OperationalError("disk I/O error")).code
        'integrity'
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    field = "ledger file"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError("be free to write", was=str(error), field=field)
    if code == sqlite3.SQLITE_FULL:
        return StorageError(
            "have space left", was=str(error), field=field, hint="nothing was written", code="disk_full"
        )
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StorageError("be readable and writable", was=str(error), field=field)
    return IntegrityError("be readable and writable as a ledger", was=str(error), field=field)


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """
    Turn the database's errors into carbonkit's.

    Yields:
        Nothing.

    Raises:
        CarbonkitError: What the database said: a `StorageError` if the file cannot be read or written
            just now, a `BusyError` if another process writes, an `IntegrityError` if it is broken.
    """
    said: CarbonkitError
    try:
        yield
    except sqlite3.Error as error:
        said = translated(error)
        raise said from error
    except UnicodeDecodeError as error:  # what SQLite says of a broken schema may quote the broken bytes
        said = IntegrityError("be readable as a ledger", was="a broken schema", field="ledger file")
        raise said from error


def connected(name: str, *, readonly: bool = False) -> sqlite3.Connection:
    """
    Open a connection as every connection to a ledger is.

    Args:
        name: The file, or ":memory:".
        readonly: Whether nothing may be written through it.

    Returns:
        The connection, in autocommit.
    """
    connection = sqlite3.connect(
        name, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute("PRAGMA cache_size = -65536")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def locked(name: str) -> sqlite3.Connection:
    """
    Become the one process that writes a file, for as long as the returned connection lives.

    Args:
        name: The ledger file.

    Returns:
        A connection that holds the lock, on a file of its own beside the ledger.

    Raises:
        BusyError: If another store has it open for writing, in this process or another.
        CarbonkitError: If the lock's file cannot be opened.
    """
    lock = sqlite3.connect(f"{name}-writer", isolation_level=None, timeout=0, check_same_thread=False)
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        said = translated(error)
        if isinstance(said, BusyError):
            raise BusyError(
                "be open for writing only once",
                was="open for writing elsewhere",
                field="ledger file",
                hint="use one store for all threads; open others with readonly=True",
                code="second_writer",
            ) from None
        raise said from error
    return lock


def version_of(connection: sqlite3.Connection) -> int:
    """
    Read a file's schema version.

    Args:
        connection: A connection to it.

    Returns:
        The version; 0 for a file that has nothing in it yet.

    Raises:
        IntegrityError: If it is another kind of database.
        InvalidValueError: If a newer carbonkit made it.
    """
    connection.execute("BEGIN")  # all three as of one moment
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
    if (tables or application) and application != _APPLICATION:
        raise IntegrityError("be a carbonkit ledger", was="another SQLite database", field="ledger file")
    if version > SCHEMA_VERSION:
        raise InvalidValueError(
            f"have schema version {SCHEMA_VERSION} or lower",
            was=version,
            field="ledger file",
            hint="open it with the newer carbonkit that made it",
            code="newer_schema",
        )
    return int(version) if tables else 0


def prepare(
    connection: sqlite3.Connection, migrations: Mapping[int, Callable[[sqlite3.Connection], None]]
) -> None:
    """
    Make a new file's tables, or bring an older file to today's version, one transaction a step.

    Args:
        connection: A connection that may write.
        migrations: For each older version, what brings it to the next.

    Raises:
        IntegrityError: If there is no way from its version.
        StorageError: If its disk does not take a write-ahead log.
    """
    version = version_of(connection)
    if version and not all(step in migrations for step in range(version, SCHEMA_VERSION)):
        raise IntegrityError("be of a known version", was=version, field="ledger file")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode not in {"wal", "memory"}:  # SQLite says no by its answer, not by an error
        raise StorageError(
            "be on a disk that takes a write-ahead log",
            was=f"journal mode {mode}",
            field="ledger file",
            hint="keep it on a local disk",
        )
    while version < SCHEMA_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version == 0:
                for statement in statements(SCHEMA):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                version = SCHEMA_VERSION
            else:
                migrations[version](connection)
                version += 1
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    # A process may have been killed between writing its log and syncing it, and what it wrote is read
    # from now on: this syncs the log.
    connection.execute(f"PRAGMA user_version = {version}")


def statements(script: str) -> Iterator[str]:
    """
    Split a script, so that it can run inside a transaction.

    Args:
        script: SQL statements, each ending its last line.

    Yields:
        One statement after the other.
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


def structure(connection: sqlite3.Connection) -> Iterator[str]:
    """
    Compare a file's tables, keys and guards with what they must be.

    Args:
        connection: A connection to it.

    Yields:
        Each one that is missing, other than it must be, or too many.
    """
    sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(SCHEMA)
        expected: dict[str, Any] = dict(fresh.execute(sql))
    found: dict[str, Any] = dict(connection.execute(sql))
    for name in sorted(expected.keys() | found.keys()):
        if found.get(name) != expected.get(name):
            what = (
                "missing"
                if name not in found
                else "other than it must be"
                if name in expected
                else "not ours"
            )
            yield f"{name} is {what} in the file's schema"
    if found != expected:
        return
    for (sequence,) in connection.execute("SELECT sequence FROM record WHERE sequence < 1"):
        yield f"record {sequence} stands before the first"
    # What verification reads lies in the tables; what look-ups find, in the indexes too.
    for (said,) in connection.execute("PRAGMA integrity_check(10)"):
        if said != "ok":
            yield f"the file is broken: {said}"
