"""How a batch becomes rows of a SQLite file, inside a transaction that is open already."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from carbonkit.ledger.account import Holding
    from carbonkit.ledger.store import Batch

__all__ = ["insert"]


def insert(
    connection: sqlite3.Connection, batch: Batch, number: Callable[[tuple[str, str, str]], int | None]
) -> None:
    """
    Write a batch's rows.

    Args:
        connection: The connection, in a transaction.
        batch: What to write.
        number: Finds a holding's number.
    """
    many = connection.executemany
    first_new = batch.after.holdings + 1
    many("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", batch.rows)
    if batch.holdings:
        new = sorted(each for each in batch.holdings if each.number >= first_new)
        many("INSERT INTO holding VALUES (?, ?, ?, ?, ?)", new)
        many(
            "UPDATE holding SET quantity = ? WHERE number = ?",
            [(each.quantity, each.number) for each in batch.holdings if each.number < first_new],
        )
    many("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", sorted(batch.entries))  # neighbours together
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


def _key(holding: Holding) -> tuple[str, str, str]:
    return holding.account.text, holding.asset.text, holding.bucket
