"""
The tables of exchanges' journals in PostgreSQL, and what keeps a second writer of one journal out.

Several exchanges share the tables, so an exchange's name comes first in every key.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, LiteralString

from carbonkit.errors import BusyError, IntegrityError, InvalidValueError

if TYPE_CHECKING:
    from carbonkit.storage._postgres_connector import Connection

__all__ = ["SCHEMA_VERSION", "lock", "prepare"]

SCHEMA_VERSION: Final = 1
_TRIES: Final = 20
_PAUSE: Final = timedelta(milliseconds=50)
_TEXT: Final[LiteralString] = 'text COLLATE "C" NOT NULL'
_INT: Final[LiteralString] = "bigint NOT NULL"

_SCHEMA: Final[tuple[LiteralString, ...]] = (
    f"CREATE TABLE exchange_schema (version {_INT} PRIMARY KEY)",
    (
        f"CREATE TABLE exchange_line (exchange {_TEXT}, number {_INT} CHECK (number >= 1), text {_TEXT},"
        " PRIMARY KEY (exchange, number))"
    ),
    # Room beside a row for its next version, which spares the indexes.
    (
        f"CREATE TABLE exchange_document (exchange {_TEXT}, kind {_TEXT}, id {_TEXT}, number {_INT},"
        f" at {_INT}, account {_TEXT}, other {_TEXT}, instrument {_TEXT}, name {_TEXT}, state {_TEXT},"
        f" body {_TEXT},"
        " PRIMARY KEY (exchange, kind, id)) WITH (fillfactor = 70)"
    ),
    "CREATE UNIQUE INDEX exchange_document_by_number ON exchange_document (exchange, kind, number)",
    (
        "CREATE UNIQUE INDEX exchange_document_by_name ON exchange_document (exchange, kind, account, name)"
        " WHERE name <> ''"
    ),
    (
        "CREATE INDEX exchange_document_by_account ON exchange_document (exchange, kind, account, number)"
        " WHERE account <> ''"
    ),
    (
        "CREATE INDEX exchange_document_by_other ON exchange_document (exchange, kind, other, number)"
        " WHERE other <> ''"
    ),
    (
        "CREATE INDEX exchange_document_by_instrument ON exchange_document"
        " (exchange, kind, instrument, number) WHERE instrument <> ''"
    ),
    "CREATE INDEX exchange_document_by_time ON exchange_document (exchange, kind, at, number)",
    (
        f"CREATE TABLE exchange_answer (exchange {_TEXT}, key_id {_TEXT}, idempotency_key {_TEXT},"
        f" fingerprint {_TEXT}, status {_INT}, body {_TEXT}, at {_INT},"
        " PRIMARY KEY (exchange, key_id, idempotency_key))"
    ),
    "CREATE INDEX exchange_answer_by_time ON exchange_answer (exchange, at)",
    (
        f"CREATE TABLE exchange_begun (exchange {_TEXT}, name {_TEXT},"
        f" place bigint GENERATED ALWAYS AS IDENTITY, text {_TEXT}, PRIMARY KEY (exchange, name))"
    ),
    (
        f"CREATE TABLE exchange_snapshot (exchange {_TEXT}, line {_INT}, hash {_TEXT}, text {_TEXT},"
        " PRIMARY KEY (exchange, line))"
    ),
    (
        f"CREATE TABLE exchange_mark (exchange {_TEXT}, name {_TEXT}, text {_TEXT},"
        " PRIMARY KEY (exchange, name))"
    ),
)
_KEY: Final[LiteralString] = "hashtextextended('carbonkit exchange ' || current_schema() || ' ' || %s, 0)"


def prepare(connection: Connection) -> None:
    """
    Make the tables in the current schema if there are none.

    Args:
        connection: A connection, in autocommit.

    Raises:
        InvalidValueError: If a newer carbonkit made them.
        IntegrityError: If they are of no version, or of several.
        Error: Of `psycopg`: whatever the server says.
    """
    with connection.transaction():
        # One after the other, whoever makes them.
        connection.execute(f"SELECT pg_advisory_xact_lock({_KEY})", ("/ schema",))
        ((there,),) = _asked(connection, "SELECT to_regclass('exchange_schema') IS NOT NULL")
        if not there:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO exchange_schema VALUES (%s)", (SCHEMA_VERSION,))
        versions = [version for (version,) in _asked(connection, "SELECT version FROM exchange_schema")]
    if any(version > SCHEMA_VERSION for version in versions):
        raise InvalidValueError(
            f"have schema version {SCHEMA_VERSION} or lower",
            was=max(versions),
            field="exchange journal",
            hint="open it with the newer carbonkit that made it",
            code="newer_schema",
        )
    if versions != [SCHEMA_VERSION]:
        raise IntegrityError(f"have schema version {SCHEMA_VERSION}", was=versions, field="exchange journal")


def lock(connection: Connection, name: str) -> None:
    """
    Become the one that writes a journal, for as long as the connection lives.

    Args:
        connection: The connection that writes.
        name: The exchange's name.

    Raises:
        BusyError: If another has it open.
        Error: Of `psycopg`: whatever the server says.
    """
    for _ in range(_TRIES):  # what a process that was killed has sent, the server finishes first
        ((mine,),) = _asked(connection, f"SELECT pg_try_advisory_lock({_KEY})", name)
        if mine:
            return
        time.sleep(_PAUSE.total_seconds())
    raise BusyError(
        "be open for writing only once",
        was="open elsewhere",
        field="exchange journal",
        hint="one exchange writes one journal; stop the other, or give this one another name",
        code="second_writer",
    )


def _asked(connection: Connection, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values or None).fetchall()
