"""Findings and groups of problems: what a reader saw, in a form that people can go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Finding", "ProblemGroup", "group_problems"]

_SHOWN: Final = 200
_ROWS: Final = 8  # rows of a group that are written out


def _printable(value: str) -> str:
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


@attrs.frozen
class Finding:
    """
    Something in a file that is no error, and that no one should miss.

    Args:
        code: A stable name for its kind: "blank", "left_out", "repeat", "negative", "suspicious",
            "unit", "text_number", "percentage", "hidden", "blank_rows", "empty" or "damaged_text".
        said: What was seen and what was done about it.
        file: The file.
        row: The row in it; None where it is about the file.
        field: The column.
        was: What stood there, shortened.

    Example:
        >>> print(Finding("left_out", "left out: the form's example", file="form.xlsx", row=9))
        form.xlsx, row 9: left out: the form's example
    """

    code: str
    said: str
    file: str = attrs.field(default="", kw_only=True)
    row: int | None = attrs.field(default=None, kw_only=True)
    field: str = attrs.field(default="", kw_only=True)
    was: str = attrs.field(default="", kw_only=True, converter=_printable)

    def __str__(self) -> str:
        """Say where and what, on one line."""
        row = f"row {self.row}" if self.row is not None else ""
        where = ", ".join(filter(None, (self.file, row, self.field)))
        return (f"{where}: " if where else "") + self.said + (f", was {self.was}" if self.was else "")


@attrs.frozen
class ProblemGroup:
    """
    Problems of one kind in one column.

    Args:
        first: The first of them.
        rows: The rows that they stand in.

    Example:
        >>> from carbonkit.errors import Problem
        >>> print(ProblemGroup(Problem("unknown_unit", "be a unit of the table", field="Unit"), (4, 5, 9)))
        Unit: must be a unit of the table; 3 times, in rows 4, 5, 9
    """

    first: Problem
    rows: tuple[int, ...]

    def __str__(self) -> str:
        """Say what is wrong, how often and where."""
        told = f"{self.first.field}: " if self.first.field else ""
        told += f"must {self.first.must}" + (f"; {self.first.hint}" if self.first.hint else "")
        if not self.rows:
            return told
        shown = ", ".join(map(str, self.rows[:_ROWS])) + (", …" if len(self.rows) > _ROWS else "")
        return f"{told}; {len(self.rows)} times, in rows {shown}"


def group_problems(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """
    Put problems of one kind in one column together, so that a thousand can be gone through.

    Args:
        problems: The problems, as a BatchError holds them.

    Returns:
        The groups, the largest first.

    Example:
        >>> from carbonkit.errors import Problem
        >>> wrong = [Problem("unknown_unit", "be a unit", field="Unit", row=row) for row in (2, 3)]
        >>> [len(group.rows) for group in group_problems(wrong)]
        [2]
    """
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.code, problem.field, problem.hint), []).append(problem)
    found = [
        ProblemGroup(each[0], tuple(problem.row for problem in each if problem.row is not None))
        for each in groups.values()
    ]
    return tuple(sorted(found, key=lambda group: -len(group.rows)))
