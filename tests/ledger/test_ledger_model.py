"""The ledger on every store against an obvious model, by a machine that looks for what they disagree on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ledger_homes import Database, File, Memory
from tests.ledger_machine import Machine
from tests.ledger_reached import REACHED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ledger_homes import Home

pytestmark = pytest.mark.whole


def run(home: Callable[[], Home], examples: int, steps: int, *, shrink: bool = True) -> frozenset[str]:
    """Run the machine, more often where the profile asks for more; give what it reached."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink, Phase.explain] * shrink)]
    reached: Counter[str] = Counter()
    more = 10 if settings.get_current_profile_name() == "explore" else 1
    run_state_machine_as_test(
        lambda: Machine(home(), reached),  # type: ignore[arg-type]  # a function will do
        settings=settings(
            max_examples=more * examples,
            stateful_step_count=steps,
            phases=phases,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
    return frozenset(+reached)


def test_memory_does_what_the_model_does_and_everything_was_tried() -> None:
    assert run(Memory, 150, 25) == REACHED


def test_a_sqlite_file_does_what_the_model_does_and_outlives_crashes() -> None:
    assert run(File, 35, 25) >= {"crash with an open hold", "hold expired", "write failed", "split block"}


@pytest.mark.parametrize("portable", [False, True], ids=["function", "portable"])
def test_postgresql_does_what_the_model_does_and_outlives_crashes(
    postgres_dsn: str,
    portable: bool,  # noqa: FBT001  pytest passes it
) -> None:
    reached = run(lambda: Database(postgres_dsn, portable=portable), 12, 20, shrink=False)
    assert reached >= {"crash with an open hold", "overdraft", "write failed", "split block"}
