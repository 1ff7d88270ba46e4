"""
Migrations: how a ledger file of an older schema version becomes one of the next.

Each runs inside one transaction, so a crash leaves the file as it was.

Version 1 kept each record as JSON text in a chain of hashes. Its commands are posted
again, each at the moment at which it was recorded, into the tables of version 2. The
chain must hold, and all that comes out must be what was stored: a ledger that was
tampered with is not sealed anew, but refused.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import IntegrityError
from carbonkit.ledger.journal import Record
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
_RECORDS: Final = "SELECT sequence, command_id, recorded_at, body, digest FROM record ORDER BY sequence"
_ENTRIES: Final = """
    SELECT sequence, position, account, asset, bucket, quantity, balance_after, serials FROM entry
    ORDER BY sequence, position
"""
_BESIDE: Final[Mapping[str, str]] = {
    "account": "SELECT id, kind, may_go_negative FROM account ORDER BY id",
    "asset": "SELECT id, places, serialised FROM asset ORDER BY id",
    "balance": "SELECT account, asset, bucket, quantity FROM balance ORDER BY account, asset, bucket",
    "block": "SELECT asset, first, last, account, bucket FROM block ORDER BY asset, first",
}
_GENESIS: Final = "0" * 64  # what the first record of version 1 named as the one before it


def _journal_of_texts(connection: sqlite3.Connection) -> None:
    """Bring version 1 to version 2."""
    store = MemoryStore()
    with closing(connection.execute(_RECORDS)) as records, closing(connection.execute(_ENTRIES)) as entries:
        _post_again(store, records, entries)
    for table, made in _beside(store).items():
        _same(f"rows of {table}", connection.execute(_BESIDE[table]).fetchall(), made)
    for table in ("record", "about", "account", "asset", "entry", "balance", "block"):
        connection.execute(f"DROP TABLE {table}")
    for statement in statements(SCHEMA):
        connection.execute(statement)
    numbers = {row[1:4]: row.number for row in store.all_holdings()}
    insert(connection, _everything(store), numbers.get, {})


def _post_again(store: MemoryStore, records: sqlite3.Cursor, entries: sqlite3.Cursor) -> None:
    previous = _GENESIS
    while page := records.fetchmany(_PAGE):
        with store.turn(certain=True):
            draft = Draft(store)
            for row in page:
                made = _repeated(draft, row, previous)
                _same("entries", list(islice(entries, len(made))), made)
                previous = row[4]
            store.write(draft.batch())
    _same("entries", entries.fetchall(), [])


def _repeated(draft: Draft, row: tuple[int, str, str, str, str], previous: str) -> list[tuple[object, ...]]:
    """Post a record again, and return the entries that version 1 kept of it."""
    sequence, command_id, recorded_at, body, digest = row
    try:
        facts: dict[str, Any] = json.loads(body)
        command, moment = command_from(facts["command"]), microseconds(as_instant(recorded_at))
        said = (facts["sequence"], command.id.text, facts["recorded_at"], facts["previous"])
        sealed = hashlib.sha256(body.encode()).hexdigest()
        _same("seals", [(*said, sealed)], [(sequence, command_id, recorded_at, previous, digest)])
        done = draft.post(command, moment)
        _same("places", [(done.sequence, done.recorded_at)], [(sequence, moment)])
    except IntegrityError:
        raise
    except HOSTILE as error:
        raise IntegrityError("be a record of version 1", was=body, field="ledger file") from error
    made = [
        (
            *(entry.holding.account.text, entry.holding.asset.text, entry.holding.bucket),
            *(entry.quantity, entry.balance_after),
            [[each.first, each.last] for each in entry.serials],
        )
        for entry in Record(command, done, draft.naming()).entries
    ]
    _same("entries", [tuple(each) for each in facts["entries"]], made)
    return [
        (sequence, position, *each[:-1], json.dumps(each[-1], separators=(",", ":")))
        for position, each in enumerate(made)
    ]


def _beside(store: MemoryStore) -> dict[str, list[tuple[object, ...]]]:
    """Lay out what version 1 kept beside its journal."""
    return {
        "account": [(each.id.text, each.kind, int(each.may_go_negative)) for each in store.accounts()],
        "asset": [(each.id.text, each.places, int(each.serialised)) for each in store.assets()],
        "balance": sorted((*row[1:4], row.quantity) for row in store.all_holdings()),
        "block": [
            (
                each.asset.text,
                each.serials.first,
                each.serials.last,
                *(each.holding.account.text, each.holding.bucket),
            )
            for each in store.blocks()
        ],
    }


def _same(what: str, stored: list[Any], made: list[Any]) -> None:
    if stored != made:
        differing = next(
            (one if one is not None else two for one, two in zip_longest(stored, made) if one != two), None
        )
        raise IntegrityError(
            f"have the {what} that its journal makes",
            was=differing,
            field="ledger file",
            hint="restore a good copy",
        )


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
