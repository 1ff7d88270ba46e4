"""
How a batch becomes rows in PostgreSQL: by a function in one round trip, or by plain statements.

Many rows go as arrays, one for each column, spelt as the server's text form of arrays:
that is one parameter of one type, however many rows there are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, LiteralString

from carbonkit.ledger.row import EntryRow, Row
from carbonkit.storage._postgres_connector import pipelined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from carbonkit.ledger.store import Batch
    from carbonkit.storage._postgres_connector import Connection

__all__ = ["by_function", "by_statements", "joined", "numbers", "texts"]

_TRANSFER: Final = "SELECT carbonkit_transfer_1(" + ", ".join(["%s"] * 16) + ")"
_BATCH: Final = "SELECT carbonkit_batch_1(" + ", ".join(["%s"] * 24) + ")"
_HEAD: Final = (
    "UPDATE carbonkit_head SET sequence = %s, recorded_at = %s, leaf = %s, holdings = %s, edge = %s"
    " WHERE ledger = %s"
)

NumberOf = "Callable[[tuple[str, str, str]], int | None]"


def numbers(values: Iterable[int | None]) -> str:
    """
    Spell an array of whole numbers.

    Example:
        >>> numbers([1, None, -3])
        '{1,NULL,-3}'
    """
    return "{" + ",".join(["NULL" if each is None else str(each) for each in values]) + "}"


def texts(values: Iterable[str]) -> str:
    r"""
    Spell an array of texts.

    Example:
        >>> print(texts(["a", 'b"c']))
        {"a","b\\"c"}
    """
    quoted = [each.replace("\\", "\\\\").replace('"', '\\"') for each in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def _hashes(values: Iterable[bytes]) -> str:
    return "{" + ",".join([f'"\\\\x{each.hex()}"' for each in values]) + "}"
