"""
How a batch becomes rows in PostgreSQL: by a function in one round trip, or by plain statements.

Many rows go as arrays, one for each column, spelt as the server's text form of arrays:
that is one parameter of one type, however many rows there are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, LiteralString

from carbonkit.storage._postgres_connector import in_transaction, pipelined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.store import Batch
    from carbonkit.storage._postgres_connector import Connection
    from carbonkit.storage._postgres_memory import HoldingKey

__all__ = [
    "TRANSFER_ARGUMENTS",
    "TRANSFER_HASHES",
    "by_function",
    "by_statements",
    "numbers",
    "texts",
    "transfer_of",
]

TRANSFER_ARGUMENTS: Final = 16
TRANSFER_HASHES: Final = (2, 4, 6)
"""How many arguments a single transfer's function takes, and which of them are bytes."""

_BATCH: Final[LiteralString] = "SELECT carbonkit_batch_1(" + "%s, " * 25 + "%s)"
_HEAD: Final = (
    "UPDATE carbonkit_head SET sequence = %s, recorded_at = %s, leaf = %s, holdings = %s, edge = %s"
    " WHERE ledger = %s"
)
_CHANGED: Final = (
    "UPDATE carbonkit_holding SET quantity = changed.quantity"
    " FROM unnest(%s::bigint[], %s::bigint[]) AS changed (number, quantity)"
    " WHERE carbonkit_holding.ledger = %s AND carbonkit_holding.number = changed.number"
)
_ENDED: Final = (
    "DELETE FROM carbonkit_block WHERE ledger = %s AND (asset, first) IN"
    " (SELECT asset, first FROM unnest(%s::text[], %s::bigint[]) AS ended (asset, first))"
)
_CONCLUDED: Final = (
    "DELETE FROM carbonkit_hold WHERE ledger = %s AND sequence IN"
    " (SELECT sequence FROM unnest(%s::bigint[]) AS concluded (sequence))"
)


def numbers(values: Iterable[int | None]) -> str:
    """
    Spell an array of whole numbers.

    Args:
        values: The numbers.

    Returns:
        The array.

    Example:
        >>> numbers([1, None, -3])
        '{1,NULL,-3}'
    """
    return "{" + ",".join(["NULL" if each is None else str(each) for each in values]) + "}"


def texts(values: Iterable[str]) -> str:
    r"""
    Spell an array of texts.

    Args:
        values: The texts.

    Returns:
        The array.

    Example:
        >>> print(texts(["a", 'b"c']))
        {"a","b\"c"}
    """
    quoted = [each.replace("\\", "\\\\").replace('"', '\\"') for each in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def _hashes(values: Iterable[bytes]) -> str:
    return "{" + ",".join([f'"\\\\x{each.hex()}"' for each in values]) + "}"


class _Sheet:
    """
    The rows that a batch adds to one table.

    Args:
        table: The table's name after the prefix.
        columns: The types of its columns after the ledger's name, by a letter each.
    """

    _TYPES: Final[dict[str, tuple[LiteralString, Callable[[Any], str]]]] = {
        "n": ("bigint", numbers),
        "t": ("text", texts),
        "h": ("bytea", _hashes),
    }

    def __init__(self, table: LiteralString, columns: str) -> None:
        kinds = [self._TYPES[letter] for letter in columns]
        arrays = ", ".join([f"%s::{kind}[]" for kind, _ in kinds])
        source: LiteralString = f"SELECT %s::text, added.* FROM unnest({arrays}) AS added"  # noqa: S608  our own words
        self._insert: LiteralString = f"INSERT INTO carbonkit_{table} {source}"
        self._spell = [spell for _, spell in kinds]

    def arrays(self, rows: Sequence[Sequence[Any]]) -> list[str]:
        """Spell the rows, column by column."""
        if not rows:
            return ["{}"] * len(self._spell)
        return [spell(column) for spell, column in zip(self._spell, zip(*rows, strict=True), strict=True)]

    def insert(self, connection: Connection, ledger: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert the rows, if there are any."""
        if rows:
            connection.execute(self._insert, (ledger, *self.arrays(rows)), prepare=True)


_RECORD: Final = _Sheet("record", "ntttnntth")
_ENTRY: Final = _Sheet("entry", "nnnnnn")
_PAIRS: Final = _Sheet("conclusion", "nn")
_OTHERS: Final = {
    "holding": _Sheet("holding", "ntttn"),
    "account": _Sheet("account", "ttn"),
    "asset": _Sheet("asset", "tnn"),
    "mention": _Sheet("mention", "tn"),
    "block": _Sheet("block", "tnnn"),
    "hold": _Sheet("hold", "nn"),
    "conclusion": _PAIRS,
    "node": _Sheet("node", "nnh"),
}


def _others(
    batch: Batch, number: Callable[[HoldingKey], int | None]
) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
    """Yield, table by table, the rows beside records and entries that a batch adds."""
    first_new = batch.after.holdings + 1
    yield "holding", sorted(each for each in batch.holdings if each.number >= first_new)
    yield "account", [(each.id.text, each.kind, int(each.may_go_negative)) for each in batch.accounts]
    yield "asset", [(each.id.text, each.places, int(each.serialised)) for each in batch.assets]
    yield "mention", batch.mentions
    if batch.begun:
        new = {each[1:4]: each.number for each in batch.holdings}
        yield (
            "block",
            [
                (
                    each.asset.text,
                    each.serials.first,
                    each.serials.last,
                    new.get(_key(each.holding)) or number(_key(each.holding)),
                )
                for each in batch.begun
            ],
        )
    yield "hold", batch.holds
    yield "conclusion", batch.concluded
    yield "node", batch.nodes


def _key(holding: Holding) -> HoldingKey:
    return holding.account.text, holding.asset.text, holding.bucket


def _changed(batch: Batch) -> list[tuple[int, int]]:
    return [(each.number, each.quantity) for each in batch.holdings if each.number <= batch.after.holdings]


def _ended(batch: Batch) -> list[tuple[str, int]]:
    return [(each.asset.text, each.serials.first) for each in batch.ended]


def _head(batch: Batch) -> tuple[object, ...]:
    head = batch.head
    return head.sequence, head.recorded_at, head.leaf, head.holdings, b"".join(batch.edge)


def transfer_of(ledger: str, batch: Batch) -> list[bytes] | None:
    """
    Lay out a batch that is one transfer between two holdings that there are, as most are.

    Args:
        ledger: The ledger's name.
        batch: What to write.

    Returns:
        The arguments of the function that writes it, spelt for libpq; None for another batch.
    """
    if len(batch.rows) != 1 or len(batch.entries) != 2 or batch.head.holdings != batch.after.holdings:  # noqa: PLR2004  out and in
        return None
    row = batch.rows[0]
    if row.kind != "transfer" or batch.nodes or batch.ended or batch.begun:
        return None
    (source, _, _, _, _, left), (target, _, _, _, moved, arrived) = batch.entries
    after, head = batch.after, batch.head
    return [
        ledger.encode(),
        b"%d" % after.sequence,
        after.leaf,
        b"%d" % row.recorded_at,
        row.leaf,
        b"%d" % head.holdings,
        b"".join(batch.edge),
        row.command_id.encode(),
        row.reason.encode(),
        b"%d" % row.effective_at,
        row.movements.encode(),
        b"%d" % source,
        b"%d" % target,
        b"%d" % moved,
        b"%d" % left,
        b"%d" % arrived,
    ]


def by_function(
    connection: Connection, ledger: str, batch: Batch, number: Callable[[HoldingKey], int | None]
) -> bool:
    """
    Write a batch in one round trip, and commit the transaction if one is open.

    Args:
        connection: The connection.
        ledger: The ledger's name.
        batch: What to write.
        number: Finds the number of a holding that the batch does not change.

    Returns:
        Whether it was written; False if the head has moved.
    """
    more: dict[str, Sequence[Sequence[Any]]] = {table: rows for table, rows in _others(batch, number) if rows}
    if batch.ended:
        more["ended"] = _ended(batch)
    values = (
        *(ledger, batch.after.sequence, batch.after.leaf, *_head(batch)),
        *_RECORD.arrays(batch.rows),
        *_ENTRY.arrays(sorted(batch.entries)),
        *_PAIRS.arrays(_changed(batch)),
        json.dumps(more, default=bytes.hex) if more else None,
    )
    if not in_transaction(connection):
        return connection.execute(_BATCH, values, prepare=True, binary=True).fetchone() == (True,)
    with pipelined(connection):
        cursor = connection.execute(_BATCH, values, prepare=True, binary=True)
        connection.execute("COMMIT", prepare=False)
    return cursor.fetchone() == (True,)


def by_statements(
    connection: Connection, ledger: str, batch: Batch, number: Callable[[HoldingKey], int | None]
) -> None:
    """
    Write a batch by statements that every server of this family runs, and commit.

    Without a transaction that has locked the head, one is begun; if another writer was faster, the
    first record's place is taken, and the server refuses it.

    Args:
        connection: The connection.
        ledger: The ledger's name.
        batch: What to write.
        number: Finds the number of a holding that the batch does not change.
    """
    others = list(_others(batch, number))  # may read
    begun = in_transaction(connection)
    with pipelined(connection):
        if not begun:
            connection.execute("BEGIN", prepare=False)
        # first of all, as a certain turn does: who takes locks in another order is in a deadlock with it
        connection.execute(_HEAD, (*_head(batch), ledger), prepare=True)
        _RECORD.insert(connection, ledger, batch.rows)
        _ENTRY.insert(connection, ledger, sorted(batch.entries))
        if changed := _changed(batch):
            connection.execute(_CHANGED, (*_PAIRS.arrays(changed), ledger), prepare=True)
        if batch.ended:
            assets, firsts = zip(*_ended(batch), strict=True)
            connection.execute(_ENDED, (ledger, texts(assets), numbers(firsts)), prepare=True)
        for table, rows in others:
            _OTHERS[table].insert(connection, ledger, rows)
        if batch.concluded:
            concluded = numbers(sequence for sequence, _ in batch.concluded)
            connection.execute(_CONCLUDED, (ledger, concluded), prepare=True)
        connection.execute("COMMIT", prepare=False)
