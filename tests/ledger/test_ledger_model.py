"""The ledger on every store against an obvious model, by a machine that looks for what they disagree on."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from carbonkit.storage import SQLiteStore
from carbonkit.storage.postgres import PostgresStore
from tests.ledger_machine import Machine, Memory
from tests.ledger_reached import REACHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.ledger import Store
    from tests.ledger_machine import Home

_names = count(1)


class File:
    """A SQLite file; a crash leaves what the machine had of it, and nothing was closed."""

    def open(self) -> Store:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "ledger.db"
        self.store = SQLiteStore.open(self.path)
        return self.store

    def crash(self) -> Store:
        left = self.folder / f"{next(_names)}.db"
        shutil.copy(self.path, left)
        log = Path(f"{self.path}-wal")
        if log.exists():
            shutil.copy(log, f"{left}-wal")
        self.store.close()
        self.path, self.store = left, SQLiteStore.open(left)
        return self.store

    def close(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)


class Database:
    """A ledger of its own in a PostgreSQL database; a crash takes the connections."""

    def __init__(self, dsn: str, *, portable: bool) -> None:
        self.dsn = dsn
        self.portable = portable
        self.name = f"ledger-{next(_names)}"

    def open(self) -> Store:
        self.store = PostgresStore.open(self.dsn, ledger=self.name, portable=self.portable)
        return self.store

    def crash(self) -> Store:
        self.store.close()
        return self.open()

    def close(self) -> None:
        self.store.close()


def run(home: Callable[[], Home], examples: int, steps: int) -> frozenset[str]:
    """Run the machine, more often where the profile asks for more; give what it reached."""
    reached: Counter[str] = Counter()
    more = 10 if settings.get_current_profile_name() == "explore" else 1
    run_state_machine_as_test(
        lambda: Machine(home(), reached),  # type: ignore[arg-type]  # a function will do
        settings=settings(
            max_examples=more * examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
    return frozenset(+reached)


def test_memory_does_what_the_model_does_and_everything_was_tried() -> None:
    assert run(Memory, 180, 30) == REACHED


def test_a_sqlite_file_does_what_the_model_does_and_outlives_crashes() -> None:
    assert run(File, 40, 25) >= {"crash with an open hold", "hold expired", "write failed", "split block"}


@pytest.mark.parametrize("portable", [False, True], ids=["function", "portable"])
def test_postgresql_does_what_the_model_does_and_outlives_crashes(
    postgres_dsn: str,
    portable: bool,  # noqa: FBT001  pytest passes it
) -> None:
    reached = run(lambda: Database(postgres_dsn, portable=portable), 15, 20)
    assert reached >= {"crash with an open hold", "overdraft", "write failed", "split block"}
