"""Every store there is, one after the other, for each test of the contract."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING

import pytest

from carbonkit.ledger import Ledger, MemoryStore
from carbonkit.storage import SQLiteStore
from carbonkit.storage.postgres import PostgresStore
from tests.contract.world import Hands, opening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from carbonkit.ledger import Store
    from tests.contract.world import OpenStore
    from tests.postgres import Cluster

KINDS = ("memory", "sqlite in memory", "sqlite file", "postgres", "postgres portable")
_names = count(1)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def ledgers_dsn(postgres: Cluster) -> Iterator[str]:
    """Give the way to one database for all tests of a process: each store there is a ledger of its own."""
    dsn = postgres.create_database()
    yield dsn
    postgres.drop_database(dsn)


@pytest.fixture
def open_store(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """Give what opens another empty store of the kind; all are closed in the end."""
    with ExitStack() as opened:

        def another() -> Store:
            if kind == "memory":
                return MemoryStore()
            if kind.startswith("sqlite"):
                path = ":memory:" if kind == "sqlite in memory" else tmp_path / f"{next(_names)}.db"
                return opened.enter_context(SQLiteStore.open(path))
            dsn = request.getfixturevalue("ledgers_dsn")
            return opened.enter_context(
                PostgresStore.open(dsn, ledger=f"ledger-{next(_names)}", portable=kind.endswith("portable"))
            )

        yield another


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    """Give an empty store."""
    return open_store()


@pytest.fixture
def hands() -> Hands:
    """Give the clock that `ledger` reads."""
    return Hands()


@pytest.fixture
def ledger(store: Store, hands: Hands) -> Ledger:
    """Give a ledger on `store` in which the world has been set up."""
    ledger = Ledger(store, hands)
    ledger.post_all(opening())
    return ledger
