"""
Migrations: how a ledger file of an older schema version becomes one of the next.

Each runs inside one transaction, so a crash leaves the file as it was.

Version 1 kept each record as JSON text in a chain of hashes. Its commands are posted
again, each at the moment at which it was recorded, into the tables of version 2; the
balances that come out must be those that were stored.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import IntegrityError
from carbonkit.ledger.memory import MemoryStore
from carbonkit.ledger.moment import microseconds
from carbonkit.ledger.plain import command_from
from carbonkit.ledger.posting import Draft
from carbonkit.ledger.row import HOSTILE
from carbonkit.ledger.store import EMPTY, Batch
from carbonkit.storage._sqlite_file import SCHEMA, statements
from carbonkit.storage._sqlite_write import insert
from carbonkit.values.time import as_instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

__all__ = ["MIGRATIONS"]

_PAGE: Final = 1_000


def _journal_of_texts(connection: sqlite3.Connection) -> None:
    """Bring version 1 to version 2."""
    bodies = (body for (body,) in connection.execute("SELECT body FROM record ORDER BY sequence"))
    store = MemoryStore()
    while page := list(islice(bodies, _PAGE)):
        with store.turn(certain=True):
            draft = Draft(store)
            for body in page:
                _repeated(draft, body)
            store.write(draft.batch())
    found = connection.execute(
        "SELECT account, asset, bucket, quantity FROM balance ORDER BY 1, 2, 3"
    ).fetchall()
    made = sorted((row.account, row.asset, row.bucket, row.quantity) for row in store.all_holdings())
    if found != made:
        raise IntegrityError(
            "come out of the journal", was="other balances", field="ledger file", hint="restore a good copy"
        )
    for table in ("record", "about", "account", "asset", "entry", "balance", "block"):
        connection.execute(f"DROP TABLE {table}")
    for statement in statements(SCHEMA):
        connection.execute(statement)
    numbers = {row[1:4]: row.number for row in store.all_holdings()}
    insert(connection, _everything(store), numbers.get, {})


def _repeated(draft: Draft, body: str) -> None:
    try:
        facts: dict[str, Any] = json.loads(body)
        command = command_from(facts["command"])
        draft.post(command, microseconds(as_instant(facts["recorded_at"])))
    except HOSTILE as error:
        raise IntegrityError("be a record of version 1", was=body, field="ledger file") from error


def _everything(store: MemoryStore) -> Batch:
    """Lay a whole store out as the one batch that would have made it."""
    return Batch(
        after=EMPTY,
        head=store.head(),
        edge=store.edge(),
        rows=list(store.rows()),
        entries=list(store.entries()),
        accounts=list(store.accounts()),
        assets=list(store.assets()),
        mentions=list(store.mentions()),
        holdings=list(store.all_holdings()),
        begun=list(store.blocks()),
        holds=list(store.holds()),
        concluded=list(store.conclusions()),
        nodes=list(store.nodes()),
    )


MIGRATIONS: Final[Mapping[int, Callable[[sqlite3.Connection], None]]] = {1: _journal_of_texts}
"""For each older version, what brings it to the next."""
