"""Where the ledger's machine keeps its ledgers, how each gets up after a crash, and what fails on request."""

from __future__ import annotations

import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from carbonkit.errors import StorageError
from carbonkit.ledger import MemoryStore
from carbonkit.storage import SQLiteStore
from carbonkit.storage.postgres import PostgresStore

if TYPE_CHECKING:
    from carbonkit.ledger import Store

_names = count(1)


class Home(Protocol):
    """Where a ledger lives, and how it gets up again when its process dies."""

    def open(self) -> Store: ...
    def crash(self) -> Store: ...
    def close(self) -> None: ...


class Memory:
    """A store that a crash does not touch."""

    def open(self) -> Store:
        self.store = MemoryStore()
        return self.store

    def crash(self) -> Store:
        return self.store

    def close(self) -> None:
        pass


class File:
    """A SQLite file; a crash leaves what the machine had of it, and nothing was closed."""

    def open(self) -> Store:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "ledger.db"
        self.store = SQLiteStore.open(self.path)
        return self.store

    def crash(self) -> Store:
        left = self.folder / f"{next(_names)}.db"
        shutil.copy(self.path, left)
        log = Path(f"{self.path}-wal")
        if log.exists():
            shutil.copy(log, f"{left}-wal")
        self.store.close()
        self.path, self.store = left, SQLiteStore.open(left)
        return self.store

    def close(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)


class Database:
    """A ledger of its own in a PostgreSQL database; a crash takes the connections."""

    def __init__(self, dsn: str, *, portable: bool) -> None:
        self.dsn = dsn
        self.portable = portable
        self.name = f"ledger-{next(_names)}"

    def open(self) -> Store:
        self.store = PostgresStore.open(self.dsn, ledger=self.name, portable=self.portable)
        return self.store

    def crash(self) -> Store:
        self.store.close()
        return self.open()

    def close(self) -> None:
        self.store.close()


class Breaking:
    """A store whose next write can be made to fail."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.broken = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the store has
        if name == "write" and self.broken:
            raise StorageError("be writable", was="full", field="disk")
        return getattr(self.store, name)
