"""How far the desk's writes have come, so that a job that failed is known to have changed nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from carbonkit.exchange.journal import Writes

__all__ = ["Touched", "touched"]


class Touched(NamedTuple):
    """What is the same as before, if in between nothing was done but refused."""

    changes: int
    answers: int
    begun: dict[str, str]
    finished: frozenset[str]
    snapshot: tuple[int, str, str] | None
    marks: dict[str, str]


def touched(writes: Writes, changes: int) -> Touched:
    """Take down how far the writes have come, after so many commands and documents."""
    return Touched(
        changes,
        len(writes.answers),
        dict(writes.begun),
        frozenset(writes.finished),
        writes.snapshot,
        dict(writes.marks),
    )
