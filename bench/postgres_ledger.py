"""
A ledger in PostgreSQL against bare inserts with psycopg, each its own transaction on one connection.

The server is one of our own, started for the run, with `fsync` on; its data lie in
the machine's temporary folder, which should be on a disk. Each run gets a new
database.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import psycopg

from bench import _bare, _posting
from bench._compare import Comparison, Missing, Run, timed
from bench._transfers import drawn, summed
from tests.postgres import Cluster, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench._compare import Line, Way
    from bench._posting import Opener
    from bench._setting import Setting
    from bench._transfers import Row
    from carbonkit.ledger import Store

_INSERT: Final = (
    "INSERT INTO transfer (id, source, target, asset, quantity, reason, effective_at, recorded_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


def comparisons(setting: Setting) -> Iterator[Line]:
    """Yield posting by the fast path and the portable one, and to a hub account by many threads."""
    try:
        cluster = Cluster.create()
    except ServerError as error:
        yield Missing("postgres", str(error))
        return
    with cluster:
        yield from _posted(cluster, setting)


def _posted(cluster: Cluster, setting: Setting) -> Iterator[Line]:
    amount = setting.amount
    with psycopg.connect(cluster.dsn()) as connection:
        others = (("postgresql", connection.info.parameter_status("server_version") or ""),)
    rows = drawn(amount.singles, amount.accounts)
    for path, portable, target in (("fast path", False, 0.55), ("portable path", True, 0.25)):
        yield Comparison(
            name=f"postgres: single durable transfers, {path}, bare inserts",
            ours=_posting.single(_store(cluster, portable=portable), rows, amount.accounts),
            peer=_bare_single(cluster, rows),
            target=target,
            n=len(rows),
            peers=("psycopg",),
            others=others,
        )
    hub = drawn(4 * amount.singles, amount.accounts, hub=True)
    yield Comparison(
        name=f"postgres: group commit of {amount.callers} threads to one hub account, bare inserts",
        ours=_posting.concurrent(_store(cluster, portable=False), hub, amount.accounts, amount.callers),
        peer=_bare_single(cluster, hub),
        target=2.5,
        n=len(hub),
        peers=("psycopg",),
        others=others,
    )


def _store(cluster: Cluster, *, portable: bool) -> Opener:
    @contextlib.contextmanager
    def opened(_: Path) -> Iterator[Store]:
        from carbonkit.storage import PostgresStore  # noqa: PLC0415  as a host does that has the extra

        with _database(cluster) as dsn, PostgresStore.open(dsn, portable=portable) as store:
            yield store

    return opened


@contextlib.contextmanager
def _database(cluster: Cluster) -> Iterator[str]:
    dsn = cluster.create_database()
    try:
        yield dsn
    finally:
        cluster.drop_database(dsn)


def _bare_single(cluster: Cluster, rows: Sequence[Row]) -> Way:
    """Make the way of inserting row by row, each its own transaction."""

    @contextlib.contextmanager
    def way(_: Path) -> Iterator[Run]:
        values = _bare.plain(rows)
        with _database(cluster) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(_bare.TABLE)

            def insert() -> None:
                for each in values:
                    connection.execute(_INSERT, each, prepare=True)

            def result() -> dict[str, int]:
                kept = connection.execute("SELECT source, target, quantity FROM transfer")
                return summed((source, target, quantity) for source, target, quantity in kept)

            yield timed(insert, result)

    return way
