"""
Where ledgers are kept: adapters of the ledger's `Store` protocol.

    sqlite    one file, embedded in the caller's process
    postgres  a PostgreSQL database, or several that follow one another; the extra `postgres`
"""

from typing import TYPE_CHECKING

from carbonkit.storage.sqlite import SQLiteStore

if TYPE_CHECKING:
    from carbonkit.storage.postgres import PostgresStore

__all__ = ["PostgresStore", "SQLiteStore"]


def __getattr__(name: str) -> object:
    if name == "PostgresStore":
        from carbonkit.storage.postgres import PostgresStore  # noqa: PLC0415  its driver is an extra

        return PostgresStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
