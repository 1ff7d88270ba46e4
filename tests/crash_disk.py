"""
A disk that loses its power, for SQLite files in tests.

`CrashDisk` keeps SQLite's files in a folder of its own, through a VFS that
writes down every change (create, write, truncate, sync, delete). From that
journal `survivors` works out what a disk may hold once its power is back, for a
cut within any operation, by any seed; `restart` is a fresh disk that holds it.

What is modelled:

- A completed sync of a file keeps that file as it then was, and its name.
- A sector (512 B) that was written since then comes back as any of its versions,
  the old one too, each sector for itself: writes reach the disk out of order, and
  one write call may reach it in part. A sector itself is never torn.
- A file that grew may come back grown though the content was lost: zeros, or noise.
- Truncations since the last sync come back in order: the first few, or none, or
  all. After a lost one only the writes below its size had a chance.
- The operation within which the power goes has reached the disk in part, or not.
- A new file is there or is not, until it has been synced. A deleted file is gone,
  unless `deletes_linger`: then it may be back, until the folder is synced (with a
  delete that asks for it, or with the first sync of any new file).
- A sync that fails leaves what it should have kept in doubt for good: a later sync
  does not save it, only writing it again does. (Linux drops such pages silently.)
- A full disk takes no more bytes, yet lets a file be overwritten in place.

What is not: bits that rot, writes to a wrong place, a disk that lies about syncs,
temporary files, memory-mapped writes, and the processes of other machines.

Operations are numbered from 1; `at` always means such a number.
"""

from __future__ import annotations

import contextlib
import enum
import itertools
import random
import re
import sqlite3
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

import apsw
import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from typing_extensions import Buffer

__all__ = ["SECTOR", "Connection", "CrashDisk", "Cursor", "Operation", "What", "connect", "cut_points"]

SECTOR: Final = 512  # bytes that reach the disk together or not at all
_NUMBERS: Final = itertools.count(1)  # no two disks of a process share the name of a VFS
_BUSY_MILLISECONDS: Final = 5_000
_CHECKPOINT_PAGES: Final = 1_000  # SQLite's own limit
_CHECKPOINT_PRAGMA: Final = re.compile(r"\bwal_autocheckpoint\s*[=(]\s*(-?\d+)", re.IGNORECASE)


class What(enum.Enum):
    """What an operation does to the disk."""

    CREATE = "create"
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    FAILED_SYNC = "failed sync"
    DELETE = "delete"


_ERRORS: Final = {
    What.CREATE: apsw.SQLITE_CANTOPEN,
    What.WRITE: apsw.SQLITE_IOERR_WRITE,
    What.TRUNCATE: apsw.SQLITE_IOERR_TRUNCATE,
    What.SYNC: apsw.SQLITE_IOERR_FSYNC,
    What.DELETE: apsw.SQLITE_IOERR_DELETE,
}


@attrs.frozen
class Operation:
    """
    One change of the disk, as it was asked for.

    Args:
        what: The kind of change.
        name: The file's name within the disk's folder.
        offset: Where a write begins, or the size that a truncation leaves.
        data: What a write writes.
        folder: Whether a delete asks for the folder to be synced.
    """

    what: What
    name: str
    offset: int = 0
    data: bytes = attrs.field(default=b"", repr=lambda data: f"{len(data)} bytes")
    folder: bool = False


def cut_points(operations: int, count: int, after: int = 0) -> list[int]:
    """
    Spread cuts evenly over the operations of a dry run.

    Args:
        operations: How many operations the dry run took.
        count: How many cuts are wanted; more than there are operations repeat some.
        after: Operations at the beginning that are left out, such as a schema's.

    Returns:
        Numbers of operations, ascending, from `after` + 1 to `operations`.
    """
    return [after + 1 + place * (operations - after) // count for place in range(count)]


class _File:
    """A file as replayed: what the disk surely holds, what its readers see, and the changes in between."""

    def __init__(self, content: bytes = b"", *, certain: bool = False) -> None:
        self.certain = certain  # its name is on the disk
        self.durable = bytearray(content)
        self.live = bytearray(content)
        self.pending: list[tuple[int, bytes] | int] = []  # a sector's new content, or a size
        self.stale: set[int] = set()  # sectors whose sync failed, not written since

    def write(self, data: bytes, offset: int) -> None:
        if offset > len(self.live):
            self.live.extend(bytes(offset - len(self.live)))
        self.live[offset : offset + len(data)] = data
        for sector in range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1):
            self.pending.append((sector, bytes(self.live[sector * SECTOR : (sector + 1) * SECTOR])))
            self.stale.discard(sector)

    def truncate(self, size: int) -> None:
        _resize(self.live, size)
        self.pending.append(size)
        self.stale = {sector for sector in self.stale if sector * SECTOR < size}

    def sync(self) -> None:
        for event in self.pending:
            if isinstance(event, int):
                _resize(self.durable, min(event, len(self.durable)))
        _resize(self.durable, len(self.live))
        doubtful: list[tuple[int, bytes] | int] = []
        for event in self.pending:
            if isinstance(event, int):
                continue
            if event[0] in self.stale:
                doubtful.append(event)
                continue
            place = slice(event[0] * SECTOR, (event[0] + 1) * SECTOR)
            self.durable[place] = self.live[place]
        self.pending = doubtful

    def fail_sync(self) -> None:
        self.stale = {event[0] for event in self.pending if not isinstance(event, int)}

    def survivor(self, chance: random.Random) -> bytes:
        image = bytearray(self.durable)
        versions: dict[int, list[bytes]] = {}
        kept = chance.randint(0, sum(isinstance(event, int) for event in self.pending))
        ceiling: int | None = None
        for event in self.pending:
            if not isinstance(event, int):
                sector, content = event
                if ceiling is None or (sector + 1) * SECTOR <= ceiling:
                    versions.setdefault(sector, []).append(content)
            elif kept:
                kept -= 1
                _resize(image, event)
                versions = {
                    sector: [content[: event - sector * SECTOR] for content in contents]
                    for sector, contents in versions.items()
                    if sector * SECTOR < event
                }
            else:
                ceiling = event if ceiling is None else min(event, ceiling)
        end = len(image)
        grown = max([end, *(sector * SECTOR + len(contents[-1]) for sector, contents in versions.items())])
        blank = chance.randbytes if chance.getrandbits(1) else bytes
        image.extend(blank(grown - end))
        for sector, contents in sorted(versions.items()):
            version = chance.randint(0, len(contents))
            if version:
                start, content = sector * SECTOR, contents[version - 1]
                image[start : start + len(content)] = content
                end = max(end, start + len(content))
        return bytes(image if chance.getrandbits(1) else image[:end])


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


class _Replay:
    """The disk after the first `done` operations."""

    def __init__(self, image: Mapping[str, bytes], *, linger: bool) -> None:
        self.done = 0
        self.linger = linger
        self.files = {name: _File(content, certain=True) for name, content in image.items()}
        self.ghosts: dict[str, _File] = {}  # deleted, and perhaps back

    def apply(self, operation: Operation) -> None:
        self.done += 1
        name, what = operation.name, operation.what
        if what is What.CREATE:
            self.files[name] = _File()
            return
        file = self.files[name]
        if what is What.WRITE:
            file.write(operation.data, operation.offset)
        elif what is What.TRUNCATE:
            file.truncate(operation.offset)
        elif what is What.FAILED_SYNC:
            file.fail_sync()
        elif what is What.SYNC:
            file.sync()
            if not file.certain:
                self._sync_folder()
        else:
            del self.files[name]
            if self.linger and file.certain:
                self.ghosts[name] = file
            if operation.folder:
                self._sync_folder()

    def _sync_folder(self) -> None:
        self.ghosts.clear()
        for file in self.files.values():
            file.certain = True

    def survivors(self, chance: random.Random, within: Operation | None) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for name in sorted(self.files.keys() | self.ghosts.keys()):
            file, ghost = self.files.get(name), self.ghosts.get(name)
            choices: list[_File | None] = [file] if file and file.certain else [file, ghost]
            if within is not None and within.what is What.DELETE and within.name == name:
                choices.append(None)
            chosen = chance.choice(choices)
            if chosen is not None:
                found[name] = chosen.survivor(chance)
        return found


class _OpenFile(apsw.VFSFile):
    """An open file of the disk: the real file, each change of it admitted by the disk first."""

    def __init__(
        self, disk: CrashDisk, name: str, source: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        self.disk = disk
        self.name = name
        super().__init__("", source, flags)

    def excepthook(self, *error: object) -> bool:
        return self.disk.note(error[1])

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  SQLite's name
        self.disk.require_power()
        return super().xRead(amount, offset)

    def xWrite(self, data: Buffer, offset: int) -> None:  # noqa: N802  SQLite's name
        written = bytes(data)
        self.disk.admit(Operation(What.WRITE, self.name, offset, written))
        super().xWrite(written, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  SQLite's name
        self.disk.admit(Operation(What.TRUNCATE, self.name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802  SQLite's name; it needs no real sync
        self.disk.admit(Operation(What.SYNC, self.name))

    def xSectorSize(self) -> int:  # noqa: N802  SQLite's name
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802  SQLite's name
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE


class _VFS(apsw.VFS):
    """The door through which SQLite reaches the disk; locks and shared memory are the real ones."""

    def __init__(self, disk: CrashDisk) -> None:
        self.disk = disk
        super().__init__(disk.vfs, base="")

    def excepthook(self, *error: object) -> bool:
        return self.disk.note(error[1])

    def xOpen(  # noqa: N802  SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        if name is None:  # a temporary file: nothing of it is to survive
            return apsw.VFSFile("", None, flags)
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self.disk.require_power()
        if path.parent != self.disk.folder:
            raise apsw.exception_for(apsw.SQLITE_CANTOPEN)
        if flags[0] & apsw.SQLITE_OPEN_CREATE:
            self.disk.create(path.name)
        return _OpenFile(self.disk, path.name, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: FBT001, N802  SQLite's name and way
        self.disk.require_power()
        if not Path(filename).exists():
            raise apsw.exception_for(apsw.SQLITE_IOERR_DELETE_NOENT)
        self.disk.admit(Operation(What.DELETE, Path(filename).name, folder=syncdir))
        super().xDelete(filename, False)  # noqa: FBT003  SQLite's way

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802  SQLite's name
        self.disk.require_power()
        return super().xAccess(pathname, flags)


class CrashDisk:
    """
    A simulated disk; a context manager that takes its folder away at the end.

    Any number of connections and threads may use it. Don't open its files with the
    standard library's `sqlite3` while a connection made by `connect` is open: two
    copies of SQLite in one process undo each other's locks.

    Args:
        image: What the disk holds at first, by name.
        deletes_linger: Whether a delete may be undone until its folder is synced.
            SQLite's rollback journal needs `synchronous = EXTRA` to stand that.
        parent: Where the folder is made; the system's folder for temporary files.
    """

    def __init__(
        self,
        image: Mapping[str, bytes] | None = None,
        *,
        deletes_linger: bool = False,
        parent: Path | None = None,
    ) -> None:
        self.vfs = f"crash-disk-{next(_NUMBERS)}"
        self.deletes_linger = deletes_linger
        self.unexpected: list[BaseException] = []  # raised within the VFS and no fault that was asked for
        self.journal: list[Operation] = []
        self._parent = parent
        self._temporary = tempfile.TemporaryDirectory(prefix="crash-disk-", dir=parent)
        self.folder = Path(self._temporary.name).resolve()
        self._image = dict(image or {})
        self._sizes = {name: len(content) for name, content in self._image.items()}
        self._guard = threading.RLock()
        self._power = True
        self._cut_at: int | None = None
        self._sync_fails: tuple[int, int] = (0, 0)  # from which operation, how often
        self._full_at: int | None = None
        self._capacity: int | None = None
        self._replay = _Replay(self._image, linger=deletes_linger)
        for name, content in self._image.items():
            (self.folder / name).write_bytes(content)
        self._vfs = _VFS(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the disk and its folder away; close the connections first."""
        self._vfs.unregister()
        self._temporary.cleanup()
        if self.unexpected:
            raise BaseExceptionGroup("the disk itself went wrong", self.unexpected)

    def path(self, name: str) -> Path:
        """Return where a file of the disk is; a store may be given this path."""
        return self.folder / name

    @property
    def operations(self) -> int:
        """How many operations the disk has taken so far; read it when a commit is acknowledged."""
        return len(self.journal)

    @property
    def powered(self) -> bool:
        """Whether the cut has not come yet."""
        return self._power

    # ------------------------------------------------------------ what may go wrong

    def cut(self, at: int) -> None:
        """Cut the power within operation `at`: it fails, and all after it, until `restart`."""
        self._cut_at = self._ahead(at)

    def fail_sync(self, at: int, times: int = 1) -> None:
        """Let the first `times` syncs from operation `at` on fail with EIO."""
        self._sync_fails = (self._ahead(at), times)

    def fill(self, *, at: int | None = None, size: int | None = None) -> None:
        """Let the disk be full: from operation `at` on, or once its files hold `size` bytes together."""
        if (at is None) is (size is None):
            raise ValueError("name either the operation or the size")
        self._full_at, self._capacity = at if at is None else self._ahead(at), size

    def make_room(self) -> None:
        """End what `fill` began."""
        self._full_at = self._capacity = None

    def _ahead(self, at: int) -> int:
        if at <= self.operations:
            raise ValueError(f"must be after operation {self.operations}, was {at}")
        return at

    # ---------------------------------------------------------- what the VFS asks for

    def require_power(self) -> None:
        """Raise if the power is cut."""
        if not self._power:
            _fail(apsw.SQLITE_IOERR_READ)

    def create(self, name: str) -> None:
        """Take down that a file comes into being, if it does."""
        with self._guard:
            if name not in self._sizes:
                self.admit(Operation(What.CREATE, name))

    def admit(self, operation: Operation) -> None:
        """Take down an operation, or raise the error that it meets."""
        with self._guard:
            what, error = operation.what, _ERRORS[operation.what]
            if not self._power:
                _fail(error)
            number = self.operations + 1
            if what is What.WRITE:
                self._make_fit(operation, number)
            start, times = self._sync_fails
            if what is What.SYNC and times and number >= start and number != self._cut_at:
                self._sync_fails = (start, times - 1)
                self.journal.append(attrs.evolve(operation, what=What.FAILED_SYNC))
                _fail(error)
            self.journal.append(operation)
            if number == self._cut_at:
                self._power = False
                _fail(error)
            if what is What.DELETE:
                del self._sizes[operation.name]
            elif what is What.TRUNCATE:
                self._sizes[operation.name] = operation.offset
            elif what is not What.SYNC:
                end = operation.offset + len(operation.data)
                self._sizes[operation.name] = max(self._sizes.get(operation.name, 0), end)

    def _make_fit(self, operation: Operation, number: int) -> None:
        used = sum(self._sizes.values())
        if self._full_at is not None and number >= self._full_at:
            self._full_at, self._capacity = None, used
        growth = operation.offset + len(operation.data) - self._sizes[operation.name]
        if self._capacity is not None and growth > 0 and used + growth > self._capacity:
            _fail(apsw.SQLITE_FULL)

    def note(self, error: object) -> bool:
        """Keep what SQLite could not report, unless it is a fault that was asked for."""
        if isinstance(error, BaseException) and not isinstance(error, apsw.Error):
            self.unexpected.append(error)
        return True

    # -------------------------------------------------------------- after the power cut

    def survivors(self, seed: int, at: int | None = None) -> dict[str, bytes]:
        """
        Work out what the disk holds after a power cut.

        The power need not have been cut: a whole run that was written down can be
        cut within any of its operations afterwards, as often as one likes. Cuts
        asked for in ascending order are quickest.

        Args:
            seed: Of all that is left to chance; the same seed, the same files.
            at: The operation within which the power went. By default the one that
                `cut` named, if it has come, or else right after the last one.

        Returns:
            The content of each file that is there, by name.
        """
        with self._guard:
            if at is None and not self._power:
                at = self._cut_at
            if at is not None and not 0 < at <= self.operations:
                raise ValueError(f"must be an operation from 1 to {self.operations}, was {at}")
            within = None if at is None else self.journal[at - 1]
            done = self.operations if at is None else at - 1
            if within is not None and within.what in {What.CREATE, What.WRITE, What.TRUNCATE}:
                done, within = done + 1, None  # not synced: complete or not, it survives by chance
            if self._replay.done > done:
                self._replay = _Replay(self._image, linger=self.deletes_linger)
            for operation in self.journal[self._replay.done : done]:
                self._replay.apply(operation)
            return self._replay.survivors(random.Random(seed), within)  # noqa: S311  no secret

    def restart(self, seed: int, at: int | None = None) -> CrashDisk:
        """
        Return a new disk, powered and without faults, that holds the survivors.

        Its files are real ones: the standard library's `sqlite3` opens them too.
        """
        image = self.survivors(seed, at)
        return CrashDisk(image, deletes_linger=self.deletes_linger, parent=self._parent)


def _fail(code: int) -> NoReturn:
    error = apsw.exception_for(code)
    error.args = (f"{apsw.mapping_extended_result_codes.get(code, 'SQLITE_FULL')} on the crash disk",)
    raise error


# --------------------------------------------------------------------- the connection

_OPERATIONAL: Final = {
    apsw.SQLITE_ERROR,
    apsw.SQLITE_PERM,
    apsw.SQLITE_ABORT,
    apsw.SQLITE_BUSY,
    apsw.SQLITE_LOCKED,
    apsw.SQLITE_READONLY,
    apsw.SQLITE_INTERRUPT,
    apsw.SQLITE_IOERR,
    apsw.SQLITE_FULL,
    apsw.SQLITE_CANTOPEN,
    apsw.SQLITE_PROTOCOL,
    apsw.SQLITE_EMPTY,
    apsw.SQLITE_SCHEMA,
}
_KINDS: Final[dict[int, type[sqlite3.Error]]] = {
    apsw.SQLITE_INTERNAL: sqlite3.InternalError,
    apsw.SQLITE_NOTFOUND: sqlite3.InternalError,
    apsw.SQLITE_TOOBIG: sqlite3.DataError,
    apsw.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    apsw.SQLITE_MISMATCH: sqlite3.IntegrityError,
    apsw.SQLITE_MISUSE: sqlite3.InterfaceError,
    apsw.SQLITE_RANGE: sqlite3.InterfaceError,
    **dict.fromkeys(_OPERATIONAL, sqlite3.OperationalError),
}


@contextlib.contextmanager
def _standard() -> Iterator[None]:
    """Turn apsw's errors into those of the standard library, as it would choose them."""
    try:
        yield
    except apsw.Error as error:
        code = getattr(error, "extendedresult", None)
        if code is None:  # apsw's own: closed, or wrongly used
            raise sqlite3.ProgrammingError(str(error)) from error
        primary = code & 0xFF
        mapped = _KINDS.get(primary, sqlite3.DatabaseError)(str(error))
        mapped.sqlite_errorcode = code
        names = apsw.mapping_result_codes if code == primary else apsw.mapping_extended_result_codes
        mapped.sqlite_errorname = str(names.get(code, code))
        raise mapped from error


class Cursor:
    """
    The rows of one statement; made by `Connection`.

    Args:
        rows: apsw's rows.
        rowcount: How many rows were changed, or -1.
    """

    def __init__(self, rows: Iterator[tuple[Any, ...]], rowcount: int) -> None:
        self.rowcount = rowcount
        self._rows = rows
        self._ahead = self._step()  # one ahead, so that the last row closes the statement

    def _step(self) -> tuple[Any, ...] | None:
        with _standard():
            return next(self._rows, None)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[Any, ...]:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, or None after the last."""
        row = self._ahead
        if row is not None:
            self._ahead = self._step()
        return row

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """Return up to `size` of the rows left."""
        return list(itertools.islice(self, size))

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows left."""
        return list(self)

    def close(self) -> None:
        """Let go of the statement."""
        self._rows, self._ahead = iter(()), None


class Connection:
    """
    What a store uses of `sqlite3.Connection` with `isolation_level=None`, over apsw.

    SQLite overlooks a checkpoint of its own that fails after a commit, and what fails
    as it closes. apsw would raise the disk's error even so, as if the commit had
    failed; hence the checkpoints are made here, in the same place, with the same limit.

    Args:
        connection: The connection that speaks to SQLite.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._checkpoint_after(_CHECKPOINT_PAGES)

    def _checkpoint_after(self, limit: int) -> None:
        def checkpoint(connection: apsw.Connection, schema: str, pages: int) -> int:
            if 0 < limit <= pages:
                with contextlib.suppress(apsw.Error):
                    connection.wal_checkpoint(schema)
            return apsw.SQLITE_OK

        self._connection.set_wal_hook(checkpoint)

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = (), /) -> Cursor:
        """Run one statement."""
        before = self.total_changes
        with _standard():
            rows = self._connection.execute(sql, parameters)
        return self._cursor(sql, rows, before)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any] | Mapping[str, Any]], /) -> Cursor:
        """Run one statement with each set of parameters."""
        before = self.total_changes
        with _standard():
            rows = self._connection.executemany(sql, parameters)
        return self._cursor(sql, rows, before)

    def executescript(self, sql: str, /) -> Cursor:
        """Run statements one after another, outside the transaction in hand, which is committed first."""
        if self.in_transaction:
            self.execute("COMMIT")
        cursor = self.execute(sql)
        cursor.fetchall()
        return cursor

    def _cursor(self, sql: str, rows: apsw.Cursor, before: int) -> Cursor:
        for limit in _CHECKPOINT_PRAGMA.findall(sql):
            self._checkpoint_after(int(limit))
        changes = sql.lstrip()[:7].upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE"))
        return Cursor(rows, self.total_changes - before if changes else -1)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        with _standard():
            return self._connection.in_transaction

    @property
    def total_changes(self) -> int:
        """How many rows were changed since the connection was opened."""
        with _standard():
            return self._connection.total_changes()

    def interrupt(self) -> None:
        """Stop what the connection is doing; from any thread."""
        with _standard():
            self._connection.interrupt()

    def close(self) -> None:
        """Close the connection; again is harmless."""
        with contextlib.suppress(sqlite3.OperationalError), _standard():
            self._connection.close()


def connect(
    disk: CrashDisk, name: str | Path, *, uri: bool = False, busy_milliseconds: int = _BUSY_MILLISECONDS
) -> Connection:
    """
    Open a database on a disk.

    Args:
        disk: The disk.
        name: The file's name in the disk's folder, or its whole path, or an address.
        uri: Whether the name is an address such as `file:...?mode=ro`, with a whole path.
        busy_milliseconds: How long to wait for another connection's lock.

    Returns:
        The connection, in autocommit mode.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    if uri:
        target, flags = str(name), flags | apsw.SQLITE_OPEN_URI
    else:
        target = str(disk.folder / name)
        if Path(target).parent != disk.folder:
            raise ValueError(f"must be a file of the disk in {disk.folder}, was {name}")
    with _standard():
        connection = apsw.Connection(target, flags, vfs=disk.vfs)
        connection.set_busy_timeout(busy_milliseconds)
    return Connection(connection)
