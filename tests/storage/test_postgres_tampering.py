"""
A ledger in PostgreSQL that its administrator edits by hand: every edit of every table is found.

What the edits cannot get round is the same as in a file, and `test_tampering` shows it there at length; this
goes through the tables of the server, whose rows are read by other statements.
"""

from __future__ import annotations

import contextlib
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import attrs
import psycopg
import pytest
from psycopg.rows import dict_row

from carbonkit.ledger import Checkpoint, Ledger
from carbonkit.ledger.merkle import Nodes, edge_of
from carbonkit.storage import PostgresStore
from carbonkit.storage._postgres_schema import _COLUMNS, _KEYS
from tests.postgres import Cluster, create_schema
from tests.sample_ledger import HandClock, fill
from tests.tampered import tampered_values

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20210716
PAYMENTS = 260  # so that there is a tree node
VALUES = 2  # taken from other rows, beside those made by hand
TABLES = sorted(set(_COLUMNS) - {"carbonkit_schema"})

Row = dict[str, Any]


@attrs.frozen
class Server:
    """A ledger in a schema of its own, a copy of every table beside it, and a way to edit them."""

    store: PostgresStore
    checkpoint: Checkpoint
    connection: psycopg.Connection[Row]

    def run(self, script: str, *values: object) -> int:
        return self.connection.execute(script, values).rowcount

    def rows(self, table: str) -> list[Row]:
        (key, *_) = _KEYS[table]
        return self.connection.execute(
            f"SELECT * FROM {table}_kept ORDER BY {key}"  # noqa: S608  names of this test's own
        ).fetchall()

    def restore(self, table: str) -> None:
        with self.connection.transaction():
            self.run(f"DELETE FROM {table}")  # noqa: S608  the same
            self.run(f"INSERT INTO {table} SELECT * FROM {table}_kept")  # noqa: S608  the same

    def differences(self, *, held: bool = True) -> tuple[str, ...]:
        against = [self.checkpoint] if held else []
        return Ledger(self.store, HandClock()).verify(against=against).differences


@pytest.fixture(scope="module")
def whole() -> Iterator[Server]:
    with Cluster.create({"fsync": "off"}) as cluster:
        dsn = create_schema(cluster.create_database())
        clock = HandClock()
        with PostgresStore.open(dsn) as store:
            fill(Ledger(store, clock), clock, PAYMENTS)
            checkpoint = Ledger(store, clock).checkpoint()
        with (
            PostgresStore.open(dsn, readonly=True) as store,
            psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as connection,
        ):
            server = Server(store, checkpoint, connection)
            for table in TABLES:
                server.run(f"CREATE TABLE {table}_kept AS SELECT * FROM {table}")  # noqa: S608  the same
            yield server


@pytest.fixture
def server(whole: Server) -> Iterator[Server]:
    yield whole
    for table in TABLES:
        whole.restore(table)
    whole.store._holdings.clear()  # what one test was told is not to help the next
    whole.store._accounts.clear()
    whole.store._assets.clear()


def key_of(table: str) -> list[str]:
    return _KEYS[table][0].split(", ")


def where(table: str, row: Row) -> tuple[str, list[object]]:
    key = key_of(table)
    return " AND ".join(f"{column} = %s" for column in key), [row[column] for column in key]


@contextlib.contextmanager
def edited(server: Server, table: str, script: str, *values: object) -> Iterator[bool]:
    """Edit a table, and put it back afterwards; say whether the server let it be."""
    for remembered in (server.store._holdings, server.store._accounts, server.store._assets):
        remembered.clear()
    try:
        done = server.run(script, *values)
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError):  # a check, a key, a number too large
        yield False
        return
    assert done
    try:
        yield True
    finally:
        server.restore(table)


def chosen(server: Server, table: str, chance: random.Random) -> list[Row]:
    found = server.rows(table)
    if table == "carbonkit_record":
        return [*{row["kind"]: row for row in reversed(found)}.values(), found[-1]]
    return [found[0], found[-1], *chance.sample(found, min(2, len(found)))]


def test_the_sample_holds_one_of_everything(server: Server) -> None:
    assert all(server.rows(table) for table in TABLES)
    assert len({row["kind"] for row in server.rows("carbonkit_record")}) == 9
    assert server.differences() == ()
    for table in TABLES:
        server.restore(table)
    assert server.differences() == ()


@pytest.mark.parametrize("cell", [f"{table}.{column}" for table in TABLES for column in _COLUMNS[table]])
def test_every_column_of_every_table(server: Server, cell: str) -> None:
    table, column = cell.split(".")
    chance, tried = random.Random(SEED), 0  # noqa: S311  no secret
    everything = [row[column] for row in server.rows(table)]
    for row in chosen(server, table, chance):
        condition, key = where(table, row)
        others = chance.sample(everything, min(VALUES, len(everything)))
        for value in tampered_values(column, row[column], others):
            script = f"UPDATE {table} SET {column} = %s WHERE {condition}"  # noqa: S608  names of this test's own
            with edited(server, table, script, value, *key) as done:
                tried += done
                assert not done or server.differences(), f"{cell} of {row}: {value!r} is not noticed"
    assert tried


@pytest.mark.parametrize("table", TABLES)
def test_rows_taken_out(server: Server, table: str) -> None:
    for row in chosen(server, table, random.Random(SEED)):  # noqa: S311  no secret
        condition, key = where(table, row)
        with edited(server, table, f"DELETE FROM {table} WHERE {condition}", *key):  # noqa: S608  the same
            assert server.differences(), f"{row} of {table} is not missed"
    with edited(server, table, f"DELETE FROM {table}"):  # noqa: S608  the same
        assert server.differences()


@pytest.mark.parametrize("table", TABLES)
def test_a_row_put_in_twice(server: Server, table: str) -> None:
    found, tried = server.rows(table), 0
    for row in (found[0], found[-1]):
        for column in key_of(table)[1:]:  # what another ledger has is no business of this one
            value = row[column]
            for other in [value + 1_000, 0, -5] if isinstance(value, int) else [value + "2", "A"]:
                copy: Row = {**row, column: other}
                if table == "carbonkit_record":
                    copy["command_id"] += "/again"
                if table == "carbonkit_holding":
                    copy["account"] = "EVE"
                marks = ", ".join("%s" for _ in copy)
                script = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608  the same
                with edited(server, table, script, *copy.values()) as done:
                    tried += done
                    assert not done or server.differences(), f"{copy} is not noticed in {table}"
    assert tried or table == "carbonkit_head"


@pytest.mark.parametrize(
    "table", sorted(set(TABLES) - {f"carbonkit_{each}" for each in ("head", "mention", "node")})
)
def test_two_rows_that_change_places(server: Server, table: str) -> None:
    """Each keeps its key and gets what the other one says."""
    found, tried = server.rows(table), 0
    columns = [column for column in found[0] if column not in {*key_of(table), "last"}]
    unique = {"carbonkit_record": "command_id", "carbonkit_holding": "account"}.get(table)
    settings = ", ".join(f"{column} = %s" for column in columns)
    for one, two in [*[*pairwise(found)][:12], (found[0], found[-1])]:
        if all(one[column] == two[column] for column in columns):
            continue
        tried += 1
        aside = {**one, unique: "aside"} if unique else one
        for here, there in ((one, aside), (two, one), (one, two)):
            condition, key = where(table, here)
            server.run(
                f"UPDATE {table} SET {settings} WHERE {condition}",  # noqa: S608  the same
                *(there[column] for column in columns),
                *key,
            )
        assert server.differences(), f"{one} and {two} of {table} may change places"
        server.restore(table)
    assert tried


def test_a_tail_cut_off_cleanly_shows_only_against_a_checkpoint(server: Server) -> None:
    last = server.rows("carbonkit_record")[-1]
    before = server.store.row_at(last["sequence"] - 1)
    assert before is not None
    for row in server.rows("carbonkit_entry"):
        if row["sequence"] == last["sequence"]:
            server.run(
                "UPDATE carbonkit_holding SET quantity = quantity - %s WHERE number = %s",
                row["quantity"],
                row["holding"],
            )
    server.run("DELETE FROM carbonkit_entry WHERE sequence = %s", last["sequence"])
    server.run("DELETE FROM carbonkit_record WHERE sequence = %s", last["sequence"])
    (head,) = server.rows("carbonkit_head")
    assert head["sequence"] == last["sequence"]
    assert server.differences(held=False)  # the head still tells of it

    edge = edge_without_last(server)
    server.run(
        "UPDATE carbonkit_head SET sequence = %s, recorded_at = %s, leaf = %s, edge = %s",
        before.sequence,
        before.recorded_at,
        before.leaf,
        edge,
    )
    assert server.differences(held=False) == ()  # the honest limit
    assert "is not reached" in server.differences()[0]


def edge_without_last(server: Server) -> bytes:
    """Work the tree's edge out from the leaves that are left."""
    (count,) = server.connection.execute("SELECT count(*) AS n FROM carbonkit_record").fetchall()
    return b"".join(edge_of(count["n"], Nodes(server.store.leaves, server.store.node)))


@pytest.mark.parametrize(
    ("script", "found", "undo"),
    [
        (
            (
                "CREATE TRIGGER mine BEFORE UPDATE ON carbonkit_holding FOR EACH ROW"
                " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
            ),
            "the trigger mine is not ours",
            "DROP TRIGGER mine ON carbonkit_holding",
        ),
        (
            "CREATE RULE mine AS ON INSERT TO carbonkit_entry DO INSTEAD NOTHING",
            "the rule mine is not ours",
            "DROP RULE mine ON carbonkit_entry",
        ),
        (
            "CREATE POLICY mine ON carbonkit_record USING (sequence > 1)",
            "the policy mine is not ours",
            "DROP POLICY mine ON carbonkit_record",
        ),
    ],
)
def test_what_acts_behind_our_statements_is_reported(
    server: Server, script: str, found: str, undo: str
) -> None:
    server.run(script)
    try:
        assert server.differences() == (found,)
    finally:
        server.run(undo)
    assert server.differences() == ()
