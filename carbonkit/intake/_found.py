"""What a file holds before it means anything: rows of cells, and the problems met on the way; internal."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import attrs

from carbonkit.errors import CarbonkitError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

CELL: Final = 10_000  # characters in one cell
MOST: Final = 1_000  # problems after which reading stops


@attrs.frozen
class Bad:
    """A cell that is not what it could be, which matters only if someone asks for it."""

    must: str
    was: str = ""
    hint: str = ""
    code: str = "invalid_value"
    throughout: bool = False  # whether all of the column is like this, so that one problem says it


class Percentage(Decimal):
    """A number that its cell shows as a percentage: 0.05 for 5 %."""


@attrs.frozen
class Merged:
    """A cell that a merged one covers, with what stands in that."""

    value: str | Decimal | datetime.date | Bad | None


Raw: TypeAlias = "str | Decimal | datetime.date | Bad | Merged | None"


class Row(NamedTuple):
    """A row, its number, and whether a cell of it is bad whether or not it is asked for."""

    number: int
    cells: Sequence[Raw]
    broken: bool = False


class FullError(Exception):
    """So many problems that reading stops."""


class Problems:
    """The problems of one file, up to a limit."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.wrong = 0  # problems, those that one before them speaks for included

    def add(self, problem: Problem) -> None:
        """Take one more, or stop the reading."""
        self.wrong += 1
        if len(self.found) >= MOST:
            must = f"have under {MOST} problems"
            self.found.append(Problem("too_many", must, file=self.file, row=problem.row))
            raise FullError
        self.found.append(problem)

    def again(self) -> None:
        """Count one more that an earlier one speaks for."""
        self.wrong += 1

    def say(
        self, must: str, *, was: str = "", field: str = "", row: int | None = None, hint: str = "", code: str
    ) -> None:
        """Take one more, from its parts."""
        self.add(Problem(code, must, was=was, field=field, file=self.file, row=row, hint=hint))

    def take(self, error: CarbonkitError, field: str, row: int) -> None:
        """Take what an error says, under the column's name, which says more than the value's own."""
        self.add(attrs.evolve(error.problem, field=field, file=self.file, row=row))


def too_long(text: str) -> Bad:
    """Say that a cell is too long."""
    return Bad(f"have at most {CELL} characters", f"{len(text)}: {text[:60]}")


def holds_nul(text: str) -> Bad:
    """Say that a cell holds a NUL."""
    return Bad(
        "hold no NUL character",
        text[:60].replace("\0", "␀"),
        'if all do, say encoding="utf-16" or "utf-16-le"',
    )
