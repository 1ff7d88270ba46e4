"""The housekeeper: writes the venue's state now and then, and forgets old answers."""

from __future__ import annotations

import asyncio
import datetime
import logging
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CarbonkitError
from carbonkit.exchange.engine import Said
from carbonkit.exchange.log import say
from carbonkit.exchange.problem_answer import explained
from carbonkit.ledger.moment import microseconds
from carbonkit.wire.scalar import write_instant

if TYPE_CHECKING:
    from collections.abc import Generator

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.engine import Engine
    from carbonkit.values.time import Clock

__all__ = ["CLOCK", "Habits", "Housekeeper", "write_state"]

CLOCK: Final = "clock"
"""The mark that says what the venue's clock showed when its state was written."""


@attrs.frozen(kw_only=True)
class Habits:
    """
    How often the housekeeper does what.

    Args:
        lines: After how many lines of the log the venue's state is written, so that a restart is quick.
        forget: How often old answers are looked for.
        kept: For how long an answer is remembered at least.
        pause: How often it looks.

    Example:
        >>> Habits().lines
        5000
    """

    lines: int = 5_000
    forget: datetime.timedelta = datetime.timedelta(minutes=10)
    kept: datetime.timedelta = datetime.timedelta(hours=48)
    pause: datetime.timedelta = datetime.timedelta(seconds=1)


def write_state(desk: Desk) -> Generator[None, None, Said]:
    """
    Have the venue's state written, and what its clock shows; a job of the engine.

    Args:
        desk: The desk.

    Yields:
        Once, where it must be written.

    Returns:
        An answer that nobody reads.

    Example:
        >>> write_state.__name__
        'write_state'
    """
    desk.snapshot()
    desk.writes.marks[CLOCK] = write_instant(desk.now())
    yield
    return Said(200, "{}")


class Housekeeper:
    """
    Keeps house, as jobs of the engine, whoever keeps the calendar.

    Args:
        engine: The engine.
        wall: The clock that answers are kept by.
        habits: How often it does what.

    Example:
        >>> Housekeeper.__name__
        'Housekeeper'
    """

    def __init__(self, engine: Engine, wall: Clock, habits: Habits) -> None:
        self._engine = engine
        self._wall = wall
        self._habits = habits
        self._line: int | None = None  # that the last state which was written covers
        self._forgot: datetime.datetime | None = None

    async def run(self) -> None:
        """Keep house until it is cancelled."""
        while self._engine.ready:
            try:
                await self.step()
            except CarbonkitError as error:  # such as an engine with too much to do; it comes again
                say(logging.WARNING, "housekeeping refused", code=error.code, error=str(error.problem))
            await asyncio.sleep(self._habits.pause.total_seconds())

    async def step(self) -> None:
        """
        Do what it is time for, if anything.

        Raises:
            StorageError: If the engine does not work, or too much waits.
        """
        explain = explained("/", "exchange")
        if self._line is None:
            self._line = await self._engine.look(_covered)
        line = await self._engine.look(lambda desk: desk.line)
        if line - self._line >= self._habits.lines:
            await self._engine.do(write_state, None, explain)
            self._line = line
        now = self._wall.now()
        if self._forgot is None or now - self._forgot >= self._habits.forget:
            self._forgot = now
            await self._engine.do(self._forget, None, explain)

    def _forget(self, desk: Desk) -> Generator[None, None, Said]:
        yield
        desk.journal.forget_answers(microseconds(self._wall.now() - self._habits.kept))
        return Said(200, "{}")


def _covered(desk: Desk) -> int:
    found = desk.journal.snapshot()
    return 0 if found is None else found[0]
