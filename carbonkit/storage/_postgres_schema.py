"""
The tables of ledgers in PostgreSQL: what they must be, how they are made, what is wrong with them.

Many ledgers share the tables, so a ledger's name comes first in every key. The types
and statements are those that CockroachDB and YugabyteDB run too: no sequences, no
triggers, no advisory locks. Ids are ordered by their bytes, wherever the server is.
"""

from __future__ import annotations

import secrets
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, LiteralString

from carbonkit.errors import IntegrityError, InvalidValueError, StorageError
from carbonkit.storage._postgres_functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import psycopg

__all__ = ["SCHEMA_VERSION", "check", "faults", "prepare"]

SCHEMA_VERSION: Final = 1
_ATTEMPTS: Final = 40  # times that the tables are made again because another store makes them too
_WAIT_MS: Final = 50
_MISSING_TABLE: Final = "42P01"
_OTHERS_TOO: Final = frozenset({"23505", "40001", "40P01", "42P07", "42710", "42723", "XX000"})

_INT: Final = "bigint NOT NULL"
_TEXT: Final = 'text COLLATE "C" NOT NULL'
_HASH: Final = "bytea NOT NULL CHECK (length({}) = 32)"

_COLUMNS: Final[Mapping[LiteralString, Mapping[LiteralString, LiteralString]]] = MappingProxyType(
    {
        "carbonkit_head": {
            "ledger": _TEXT,
            "sequence": _INT,
            "recorded_at": _INT,
            "leaf": "bytea NOT NULL",
            "holdings": _INT,
            "edge": "bytea NOT NULL",
        },
        "carbonkit_record": {
            "ledger": _TEXT,
            "sequence": _INT,
            "command_id": _TEXT,
            "kind": _TEXT,
            "reason": _TEXT,
            "effective_at": _INT,
            "recorded_at": _INT,
            "movements": _TEXT,
            "detail": _TEXT,
            "leaf": _HASH,
        },
        "carbonkit_account": {"ledger": _TEXT, "id": _TEXT, "kind": _TEXT, "may_go_negative": _INT},
        "carbonkit_asset": {"ledger": _TEXT, "id": _TEXT, "places": _INT, "serialised": _INT},
        "carbonkit_holding": {
            "ledger": _TEXT,
            "number": _INT,
            "account": _TEXT,
            "asset": _TEXT,
            "bucket": _TEXT,
            "quantity": _INT,
        },
        "carbonkit_entry": {
            "ledger": _TEXT,
            "holding": _INT,
            "recorded_at": _INT,
            "position": _INT,
            "sequence": _INT,
            "quantity": _INT,
            "balance_after": _INT,
        },
        "carbonkit_mention": {"ledger": _TEXT, "account": _TEXT, "sequence": _INT},
        "carbonkit_block": {
            "ledger": _TEXT,
            "asset": _TEXT,
            "first": _INT,
            "last": f"{_INT} CHECK (last >= first AND first >= 1)",
            "holding": _INT,
        },
        "carbonkit_hold": {"ledger": _TEXT, "sequence": _INT, "expires_at": "bigint"},
        "carbonkit_conclusion": {"ledger": _TEXT, "sequence": _INT, "concluded_by": _INT},
        "carbonkit_node": {"ledger": _TEXT, "level": _INT, "number": _INT, "digest": _HASH},
        "carbonkit_schema": {"version": _INT},
    }
)
"""The columns of each table, in order."""

_KEYS: Final[Mapping[LiteralString, tuple[LiteralString, ...]]] = MappingProxyType(
    {
        "carbonkit_head": ("ledger",),
        "carbonkit_record": ("ledger, sequence", "ledger, command_id"),
        "carbonkit_account": ("ledger, id",),
        "carbonkit_asset": ("ledger, id",),
        "carbonkit_holding": ("ledger, number", "ledger, account, asset, bucket"),
        "carbonkit_entry": ("ledger, holding, recorded_at, position",),
        "carbonkit_mention": ("ledger, account, sequence",),
        "carbonkit_block": ("ledger, asset, first",),
        "carbonkit_hold": ("ledger, sequence",),
        "carbonkit_conclusion": ("ledger, sequence",),
        "carbonkit_node": ("ledger, level, number",),
        "carbonkit_schema": ("version",),
    }
)
"""The primary key of each table, and what else must be unique in it."""

_INDEXES: Final[tuple[LiteralString, ...]] = (
    "CREATE INDEX IF NOT EXISTS carbonkit_block_of_holding ON carbonkit_block (ledger, holding, first)",
    "CREATE INDEX IF NOT EXISTS carbonkit_hold_by_end ON carbonkit_hold (ledger, expires_at, sequence)",
)

_INTERFERING: Final[LiteralString] = (
    "SELECT 'trigger', tgname::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE relnamespace = current_schema()::regnamespace AND relname LIKE 'carbonkit%%' AND NOT tgisinternal"
    " UNION ALL SELECT 'rule', rulename::text FROM pg_rules"
    " WHERE schemaname = current_schema() AND tablename LIKE 'carbonkit%%'"
    " UNION ALL SELECT 'policy', policyname::text FROM pg_policies"
    " WHERE schemaname = current_schema() AND tablename LIKE 'carbonkit%%' ORDER BY 1, 2"
)
"""What could change or hide rows behind our statements' backs."""

_ROOMY: Final[
    tuple[LiteralString, ...]
] = (  # room beside a row for its next version, which spares the indexes
    "ALTER TABLE carbonkit_head SET (fillfactor = 10)",
    "ALTER TABLE carbonkit_holding SET (fillfactor = 50)",
)


def _tables() -> Iterator[LiteralString]:
    for table, columns in _COLUMNS.items():
        primary, *unique = _KEYS[table]
        spelt: LiteralString = ", ".join([f"{name} {kind.format(name)}" for name, kind in columns.items()])
        keys: LiteralString = "".join([f", UNIQUE ({key})" for key in unique])
        yield f"CREATE TABLE IF NOT EXISTS {table} ({spelt}, PRIMARY KEY ({primary}){keys})"


def _is_ready(connection: psycopg.Connection[tuple[Any, ...]], ledger: str, *, portable: bool) -> bool:
    """
    Ask in one round trip whether a ledger's tables, functions and row are there.

    Args:
        connection: A connection, in autocommit.
        ledger: The ledger's name.
        portable: Whether to do without functions.

    Returns:
        Whether nothing has to be made.

    Raises:
        IntegrityError: If the tables are of no version, or of several.
        InvalidValueError: If a newer carbonkit made the tables.
        Error: Of `psycopg`: whatever else the server says.
    """
    import psycopg  # noqa: PLC0415  an extra

    wanted: list[LiteralString] = [] if portable else list(FUNCTIONS)
    there: LiteralString = "".join([f" AND to_regproc('{name}') IS NOT NULL" for name in wanted])
    try:
        found = connection.execute(
            "SELECT version, EXISTS (SELECT 1 FROM carbonkit_head WHERE ledger = %s)"  # noqa: S608  our own words
            f"{there} FROM carbonkit_schema",
            (ledger,),
        ).fetchall()
    except psycopg.Error as error:
        if error.sqlstate == _MISSING_TABLE:
            return False
        raise
    for version, _ in found:
        if version > SCHEMA_VERSION:
            raise InvalidValueError(
                f"have schema version {SCHEMA_VERSION} or lower",
                was=version,
                field="database",
                hint="open it with the newer carbonkit that made it",
                code="newer_schema",
            )
    versions = [version for version, _ in found]
    if found and versions != [SCHEMA_VERSION]:
        raise IntegrityError(f"be {SCHEMA_VERSION}", was=versions, field="schema version")
    return bool(found and found[0][1])


def check(connection: psycopg.Connection[tuple[Any, ...]], ledger: str) -> None:
    """
    Check that a ledger is there to be read.

    Args:
        connection: A connection, in autocommit.
        ledger: The ledger's name.

    Raises:
        StorageError: If it is not.
    """
    if not _is_ready(connection, ledger, portable=True):
        raise StorageError("exist", was=ledger, field="ledger", code="no_ledger")


def prepare(connection: psycopg.Connection[tuple[Any, ...]], ledger: str, *, portable: bool) -> None:
    """
    Make what is missing: the tables, the functions of the fast path, the ledger's own row.

    Args:
        connection: A connection, in autocommit.
        ledger: The ledger's name.
        portable: Whether to do without functions.

    Raises:
        StorageError: If others make the same all the time.
        Error: Of `psycopg`: whatever else the server says.
    """
    import psycopg  # noqa: PLC0415  an extra

    for _ in range(_ATTEMPTS):
        try:
            if _is_ready(connection, ledger, portable=portable):
                return
            with connection.transaction():
                _make(connection, ledger, portable=portable)
        except psycopg.Error as error:
            if error.sqlstate not in _OTHERS_TOO:
                raise
            time.sleep((1 + secrets.randbelow(_WAIT_MS)) / 1000)
    raise StorageError("be free to make its tables in", was="others do too", field="database")


def _make(connection: psycopg.Connection[tuple[Any, ...]], ledger: str, *, portable: bool) -> None:
    for statement in (*_tables(), *_INDEXES):
        connection.execute(statement)
    if not portable:
        for statement in (*_ROOMY, *FUNCTIONS.values()):
            connection.execute(statement)
    connection.execute("INSERT INTO carbonkit_schema VALUES (%s) ON CONFLICT DO NOTHING", (SCHEMA_VERSION,))
    connection.execute(
        "INSERT INTO carbonkit_head VALUES (%s, 0, 0, ''::bytea, 0, ''::bytea) ON CONFLICT DO NOTHING",
        (ledger,),
    )


def faults(ask: Callable[..., list[tuple[Any, ...]]], ledger: str, *, portable: bool) -> Iterator[str]:
    """
    Compare the tables, columns and keys with what they must be, and the head with the journal.

    Args:
        ask: Runs a statement with its values and returns the rows.
        ledger: The ledger's name.
        portable: Whether to do without functions.

    Yields:
        Each one that is missing or other than it must be.
    """
    sound = True
    found: dict[str, set[str]] = {}
    for table, column in ask(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name LIKE 'carbonkit%%'"
    ):
        found.setdefault(table, set()).add(column)
    keys: dict[tuple[str, str], list[str]] = {}
    for table, name, column in ask(
        "SELECT used.table_name, used.constraint_name, used.column_name"
        " FROM information_schema.key_column_usage AS used"
        " JOIN information_schema.table_constraints AS its ON its.constraint_name = used.constraint_name"
        " AND its.table_schema = used.table_schema AND its.table_name = used.table_name"
        " WHERE used.table_schema = current_schema() AND used.table_name LIKE 'carbonkit%%'"
        " AND its.constraint_type IN ('PRIMARY KEY', 'UNIQUE') ORDER BY used.ordinal_position"
    ):
        keys.setdefault((table, name), []).append(column)
    unique = {(table, ", ".join(columns)) for (table, _), columns in keys.items()}
    for table, columns in _COLUMNS.items():
        if table not in found:
            sound = False
            yield f"the table {table} is missing"
            continue
        for column in sorted(columns.keys() - found[table]):
            sound = False
            yield f"the column {column} of {table} is missing"
        for key in _KEYS[table]:
            if (table, key) not in unique:
                yield f"the key ({key}) of {table} is missing"
    if sound:
        yield from _head_faults(ask, ledger)
    if not portable:
        yield from _function_faults(ask)


def _head_faults(ask: Callable[..., list[tuple[Any, ...]]], ledger: str) -> Iterator[str]:
    versions = [version for (version,) in ask("SELECT version FROM carbonkit_schema")]
    if versions != [SCHEMA_VERSION]:
        yield f"the schema version is {versions}, not {SCHEMA_VERSION}"
    heads = ask("SELECT sequence, recorded_at, leaf, holdings FROM carbonkit_head WHERE ledger = %s", ledger)
    last = ask(
        "SELECT sequence, recorded_at, leaf FROM carbonkit_record WHERE ledger = %s"
        " ORDER BY sequence DESC LIMIT 1",
        ledger,
    ) or [(0, 0, b"")]
    ((number,),) = ask("SELECT coalesce(max(number), 0) FROM carbonkit_holding WHERE ledger = %s", ledger)
    if heads != [(*last[0], number)]:
        yield f"the head is stored as {heads}, the journal and the holdings end at {(*last[0], number)}"
    early = "SELECT sequence FROM carbonkit_record WHERE ledger = %s AND sequence < 1 ORDER BY sequence"
    for (sequence,) in ask(early, ledger):
        yield f"record {sequence} stands before the first"


def _function_faults(ask: Callable[..., list[tuple[Any, ...]]]) -> Iterator[str]:
    found: dict[str, str] = dict(
        ask("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace")
    )
    for name, made_by in FUNCTIONS.items():
        if name not in found:
            yield f"the function {name} is missing"
        elif found[name] != made_by.split("$$")[1]:
            yield f"the function {name} is other than it must be"
    for kind, name in ask(_INTERFERING):
        yield f"the {kind} {name} is not ours"
