"""
Backup and restore of a ledger file: whole, in one step, while it is being written.

A copy appears under its name only when it is complete and on the disk, and what it
holds is said with it: keep that beside the backup, and restoring checks it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import IntegrityError, StorageError
from carbonkit.ledger.merkle import root
from carbonkit.ledger.verification import verify
from carbonkit.storage._sqlite_file import ours
from carbonkit.storage.sqlite import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Backup", "backup", "restore"]

_PART: Final = ".part"


@attrs.frozen
class Backup:
    """
    What a copy of a ledger holds.

    Args:
        size: How many records.
        root: The root of their Merkle tree.

    Example:
        >>> Backup(0, bytes(32)).size
        0
    """

    size: int
    root: bytes


def _of(store: SQLiteStore) -> Backup:
    with store.snapshot():
        return Backup(store.head().sequence, root(store.edge()))


def _copy(source: Path, target: Path) -> None:
    """Copy a database under another name, complete and durable before it has that name."""
    part = target.with_name(target.name + _PART)
    part.unlink(missing_ok=True)
    try:
        with (
            ours(),
            contextlib.closing(sqlite3.connect(source)) as reading,
            contextlib.closing(sqlite3.connect(part)) as writing,
        ):
            # All pages in one step: one that pauses would begin anew at every write of another connection.
            reading.backup(writing, pages=-1)
            writing.execute("PRAGMA journal_mode = DELETE")  # a single file, without a log beside it
        _synced(part)
        os.replace(part, target)  # noqa: PTH105  one system call, whole or not at all
        _synced(target.parent)
    except OSError as error:
        raise StorageError("be writable", was=str(error), field="backup") from error
    finally:
        part.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # there is no such thing as a folder's sync there
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def backup(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> Backup:
    """
    Copy a ledger file while others read and write it.

    Args:
        source: The ledger file.
        target: The copy's name; what is there is replaced once the copy is complete.

    Returns:
        What the copy holds; everything that was acknowledged before the call is in it.

    Raises:
        IntegrityError: If the source is no ledger.
        StorageError: If there is no source, or the copy cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     SQLiteStore.open(Path(folder) / "ledger.db").close()
        ...     backup(Path(folder) / "ledger.db", Path(folder) / "copy.db").size
        0
    """
    path, copy = Path(os.fsdecode(source)).absolute(), Path(os.fsdecode(target)).absolute()
    if path == copy:
        raise StorageError("be another file than the ledger", was=copy, field="backup")
    SQLiteStore.open(path, readonly=True).close()  # that it is a ledger, before anything is written
    _copy(path, copy)
    with SQLiteStore.open(copy, readonly=True) as made:
        return _of(made)


def restore(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    expected: Backup,
    progress: Callable[[int], None] | None = None,
) -> None:
    """
    Bring a backup back as a ledger file, after everything in it was recomputed.

    Args:
        source: The backup.
        target: The ledger file; it must not exist.
        expected: What `backup` said that it holds.
        progress: Called now and then with the number of records recomputed.

    Raises:
        IntegrityError: If the backup does not verify, or holds something else; nothing is restored.
        StorageError: If the target exists, or cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     SQLiteStore.open(Path(folder) / "ledger.db").close()
        ...     held = backup(Path(folder) / "ledger.db", Path(folder) / "copy.db")
        ...     restore(Path(folder) / "copy.db", Path(folder) / "again.db", held)
        ...     SQLiteStore.open(Path(folder) / "again.db").close()
    """
    path, ledger = Path(os.fsdecode(source)).absolute(), Path(os.fsdecode(target)).absolute()
    if any(ledger.with_name(ledger.name + end).exists() for end in ("", "-wal", "-journal")):
        raise StorageError("not exist yet", was=ledger, field="ledger file", code="exists")
    with SQLiteStore.open(path, readonly=True) as store:
        verification = verify(store, progress)
        if not verification.ok:
            raise IntegrityError("verify", was=verification.differences[0], field="backup")
        found = _of(store)
    if found != expected:
        raise IntegrityError(
            f"hold {expected.size} records of root {expected.root.hex()[:12]}…",
            was=f"{found.size} of {found.root.hex()[:12]}…",
            field="backup",
        )
    _copy(path, ledger)
