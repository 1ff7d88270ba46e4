"""
A PostgreSQL server for the tests that ask for one.

Each process of the run has its own, started when its first test asks. Where no server can be had the test
fails: what was not tried on PostgreSQL was not tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.postgres import Cluster, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """Give a running server, shared by the tests of a process: they let it run as it is."""
    try:
        cluster = Cluster.create()
        cluster.start()
    except ServerError as error:
        pytest.fail(f"{error}", pytrace=False)
    with cluster:
        yield cluster


@pytest.fixture
def postgres_dsn(postgres: Cluster) -> Iterator[str]:
    """
    Give the way to an empty database that no other test sees.

    A database, not a schema: it also keeps apart advisory locks, notifications and names that spell out their
    schema, for some 40 ms from making to dropping it. A test that needs many empty places within its own
    database, such as one drawn by Hypothesis, makes schemas there with `create_schema`.
    """
    dsn = postgres.create_database()
    yield dsn
    postgres.drop_database(dsn)
