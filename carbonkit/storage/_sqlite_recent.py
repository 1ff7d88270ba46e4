"""
Recent entries: a holding's last few, kept beside its balance until there are enough to move on.

The table of entries is ordered by holding, which makes a balance of any past moment
one look-up. But a holding's entries then end on a page of their own, and to write one
entry to each of many pages costs more than all else. A holding's row is written at
every movement anyway, so the newest entries wait in it and go on a few at a time.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from carbonkit.ledger.row import EntryRow

__all__ = ["ENTRY_BYTES", "MOST", "entries_in", "latest", "packed"]

_ENTRY: Final = struct.Struct(">qHqqq")  # recorded at, position, sequence, quantity, balance afterwards
_MOMENT: Final = struct.Struct(">q")

ENTRY_BYTES: Final = _ENTRY.size
"""The bytes of one entry."""

MOST: Final = 6
"""With this many entries in its row, a holding's entries move on to their table."""


def packed(entries: Iterable[EntryRow]) -> bytes:
    """
    Pack entries of one holding, in order.

    Args:
        entries: The entries.

    Returns:
        Their bytes.

    Example:
        >>> len(packed([(7, 1626399000000000, 0, 5, -100, 900)])) == ENTRY_BYTES
        True
    """
    pack = _ENTRY.pack
    return b"".join([pack(*entry[1:]) for entry in entries])


def entries_in(holding: int, recent: bytes) -> Iterator[EntryRow]:
    """
    Read the entries of one holding.

    Args:
        holding: Its number.
        recent: Their bytes.

    Yields:
        The entries, in order.

    Raises:
        struct.error: If the bytes are cut.

    Example:
        >>> list(entries_in(7, packed([(7, 1626399000000000, 0, 5, -100, 900)])))
        [(7, 1626399000000000, 0, 5, -100, 900)]
    """
    for at, position, sequence, quantity, after in _ENTRY.iter_unpack(recent):
        yield holding, at, position, sequence, quantity, after


def latest(recent: bytes, moment: int) -> int | None:
    """
    Find the balance after the last entry up to a moment.

    Args:
        recent: The entries' bytes.
        moment: The moment, in microseconds.

    Returns:
        The balance; None if all of them are later.

    Example:
        >>> latest(packed([(7, 10, 0, 5, -100, 900)]), 10), latest(b"", 10)
        (900, None)
    """
    place = len(recent) - ENTRY_BYTES
    while place >= 0:
        if _MOMENT.unpack_from(recent, place)[0] <= moment:
            return int(_ENTRY.unpack_from(recent, place)[4])
        place -= ENTRY_BYTES
    return None
