"""Transfers kept bare: one plain row each in the standard library's `sqlite3`, as durable as ours."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Final

from bench._compare import Run, timed
from bench._transfers import ASSET, EFFECTIVE_AT, REASON, Row, summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bench._compare import Way

__all__ = ["COLUMNS", "TABLE", "batched", "insert_all", "plain", "single", "table"]

COLUMNS: Final = "id, source, target, asset, quantity, reason, effective_at, recorded_at"
TABLE: Final = """
CREATE TABLE transfer (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    asset TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    reason TEXT NOT NULL,
    effective_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL
)
"""
_INSERT: Final = f"INSERT INTO transfer ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  our own words


def plain(rows: Iterable[Row]) -> list[tuple[str, str, str, str, int, str, str, str]]:
    """Spell the rows out as they are stored."""
    at = EFFECTIVE_AT.isoformat()
    return [(row.id, row.source, row.target, ASSET.text, row.quantity, REASON, at, at) for row in rows]


@contextlib.contextmanager
def table(path: Path) -> Iterator[sqlite3.Connection]:
    """Make a file with the plain table, and keep it open."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(TABLE)
        yield connection


def single(rows: Sequence[Row]) -> Way:
    """Make the way of inserting row by row, each durable before the next."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        values = plain(rows)
        with table(folder / "bare.sqlite") as connection:

            def insert() -> None:
                for each in values:
                    connection.execute(_INSERT, each)

            yield timed(insert, lambda: _changes(connection))

    return way


def batched(groups: Sequence[Sequence[Row]]) -> Way:
    """Make the way of inserting batch by batch, each one transaction."""

    @contextlib.contextmanager
    def way(folder: Path) -> Iterator[Run]:
        values = [plain(rows) for rows in groups]
        with table(folder / "bare.sqlite") as connection:

            def insert() -> None:
                for each in values:
                    insert_all(connection, each)

            yield timed(insert, lambda: _changes(connection))

    return way


def insert_all(connection: sqlite3.Connection, values: Sequence[tuple[object, ...]]) -> None:
    """Insert rows that `plain` has spelt out, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_INSERT, values)
    connection.execute("COMMIT")


def _changes(connection: sqlite3.Connection) -> dict[str, int]:
    return summed(connection.execute("SELECT source, target, quantity FROM transfer"))
