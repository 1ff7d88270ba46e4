"""How a batch becomes rows of a SQLite file, inside a transaction that is open already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.storage._sqlite_recent import ENTRY_BYTES, MOST, entries_in, packed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.row import EntryRow
    from carbonkit.ledger.store import Batch

__all__ = ["insert"]


def insert(
    connection: sqlite3.Connection,
    batch: Batch,
    number: Callable[[tuple[str, str, str]], int | None],
    recent: Mapping[int, bytes],
) -> dict[int, tuple[int, bytes]]:
    """
    Write a batch's rows.

    Args:
        connection: The connection, in a transaction.
        batch: What to write.
        number: Finds a holding's number.
        recent: The entries that wait beside the balances of the holdings that the store had.

    Returns:
        What every holding that was written contains, and the entries that wait beside it.
    """
    many = connection.executemany
    many("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", batch.rows)
    held = _insert_holdings(connection, batch, recent)
    if batch.mentions:
        many("INSERT INTO mention VALUES (?, ?)", batch.mentions)
    if batch.accounts:
        many(
            "INSERT INTO account VALUES (?, ?, ?)",
            [(each.id.text, each.kind, int(each.may_go_negative)) for each in batch.accounts],
        )
    if batch.assets:
        many(
            "INSERT INTO asset VALUES (?, ?, ?)",
            [(each.id.text, each.places, int(each.serialised)) for each in batch.assets],
        )
    if batch.ended:
        many(
            "DELETE FROM block WHERE asset = ? AND first = ?",
            [(each.asset.text, each.serials.first) for each in batch.ended],
        )
    if batch.begun:
        many(
            "INSERT INTO block VALUES (?, ?, ?, ?)",
            [
                (each.asset.text, each.serials.first, each.serials.last, number(_key(each.holding)))
                for each in batch.begun
            ],
        )
    if batch.holds:
        many("INSERT INTO hold VALUES (?, ?)", batch.holds)
    if batch.concluded:
        many("INSERT INTO conclusion VALUES (?, ?)", batch.concluded)
        many("DELETE FROM hold WHERE sequence = ?", [(sequence,) for sequence, _ in batch.concluded])
    if batch.nodes:
        many("INSERT INTO node VALUES (?, ?, ?)", batch.nodes)
    return held


def _insert_holdings(
    connection: sqlite3.Connection, batch: Batch, recent: Mapping[int, bytes]
) -> dict[int, tuple[int, bytes]]:
    """Write what holdings contain, and their entries: few beside the balance, many to their table."""
    many = connection.executemany
    new = [each for each in batch.holdings if each.number > batch.after.holdings]
    if new:
        many("INSERT INTO holding VALUES (?, ?, ?, ?, ?, x'')", sorted(new))
    kept: list[tuple[int, bytes, int]] = []
    emptied: list[tuple[int, int]] = []
    moved: list[EntryRow] = []
    grouped: dict[int, list[EntryRow]] = {}
    for entry in batch.entries:
        grouped.setdefault(entry[0], []).append(entry)
    for holding in sorted(grouped):  # neighbours in the table together
        entries = grouped[holding]
        quantity = entries[-1][5]
        waiting = b"" if holding > batch.after.holdings else recent[holding]
        if len(waiting) // ENTRY_BYTES + len(entries) < MOST:
            kept.append((quantity, waiting + packed(entries), holding))
        else:
            moved.extend(entries_in(holding, waiting))
            moved.extend(entries)
            emptied.append((quantity, holding))
    if kept:
        many("UPDATE holding SET quantity = ?, recent = ? WHERE number = ?", kept)
    if emptied:
        many("UPDATE holding SET quantity = ?, recent = x'' WHERE number = ?", emptied)
        many("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", moved)
    held = {holding: (quantity, waiting) for quantity, waiting, holding in kept}
    held.update((holding, (quantity, b"")) for quantity, holding in emptied)
    return held


def _key(holding: Holding) -> tuple[str, str, str]:
    return holding.account.text, holding.asset.text, holding.bucket
