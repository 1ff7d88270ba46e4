"""
Where ledgers are kept: adapters of the ledger's `Store` protocol.

    sqlite  one file, embedded in the caller's process
"""

from carbonkit.storage.sqlite import SQLiteStore

__all__ = ["SQLiteStore"]
