"""
Rows from a CSV text: strict about form, and all problems reported at once.

Reading opens no file: the caller passes the lines, so that a host can read from
wherever it keeps them.
"""

from __future__ import annotations

import csv
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import attrs

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["read_table"]

Made = TypeVar("Made")

_CELL = 10_000  # characters in one cell
_ROW = 10_000_000  # characters in one row
_PROBLEMS = 1_000  # problems after which reading stops
ROWS: Final = 5_000_000  # rows in one table, unless the caller says otherwise


def read_table(
    lines: Iterable[str],
    *,
    file: str,
    columns: Mapping[str, Callable[[str], object]],
    build: Callable[[dict[str, Any]], Made],
    row_as: str = "",
    max_rows: int = ROWS,
    absent: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Made, ...]:
    """
    Read comma-separated rows, turn each into a value, and report every problem together.

    Args:
        lines: The text's lines, the header first; a byte-order mark is skipped.
        file: The name that problems give the input.
        columns: Every column that must be there, and what turns its cell into a value, or raises a
            ValueError.
        build: Turns the values of one row into the result.
        row_as: The name under which `build` finds the row's number, if it is to have it; no column's.
        max_rows: How many rows are taken at most.
        absent: Of the columns, those that need not be there, each with the cell that is taken then.

    Returns:
        What `build` made, in the order of the rows.

    Raises:
        BatchError: If anything is wrong; every problem names file, row and field.
        InvalidValueError: If `lines` is one text, or holds anything but texts, or `row_as` is a column.

    Example:
        >>> from carbonkit.values import exact
        >>> read_table(["id,amount", "a,1.5"], file="x.csv", columns={"id": str, "amount": exact},
        ...            build=lambda row: (row["id"], row["amount"]))
        (('a', Decimal('1.5')),)
        >>> read_table(["id,amount", "a,1.5.2", "b,"], file="x.csv", columns={"id": str, "amount": exact},
        ...            build=lambda row: row)
        Traceback (most recent call last):
        ...
        carbonkit.errors.BatchError: 2 problems; nothing was written
          x.csv, row 2, amount: must be a plain number such as "1234.5", was 1.5.2
          x.csv, row 3, amount: must not be empty; write "0" if zero was meant
    """
    if isinstance(lines, str):
        hint = "pass text.splitlines(keepends=True)"
        raise InvalidValueError("be lines, not one text", was=lines, field="lines", file=file, hint=hint)
    if row_as in columns:
        raise InvalidValueError("not be a column", was=row_as, field="row_as", file=file)
    problems: list[Problem] = []
    made: list[Made] = []
    rows = _rows(lines, file, problems)
    row, order = next(rows, (1, []))
    if not problems:
        problems.extend(islice(_header(order, columns, absent, file, row), _PROBLEMS))
    left_out = {name: cell for name, cell in absent.items() if name not in order}
    if not problems:
        for row, cells in rows:
            if len(made) >= max_rows:
                problems.append(_problem("too_long", f"have at most {max_rows} rows", file=file, row=row))
            elif len(problems) >= _PROBLEMS:
                problems.append(_problem("too_many", f"have under {_PROBLEMS} problems", file=file, row=row))
            else:
                _take(_Row(file, row, order, cells, row_as, left_out), columns, build, made, problems)
                continue
            break
    if problems:
        raise BatchError(problems)
    return tuple(made)


@attrs.frozen
class _Row:
    file: str
    row: int
    order: list[str]
    cells: list[str]
    row_as: str
    left_out: dict[str, str]


def _take(
    row: _Row,
    columns: Mapping[str, Callable[[str], object]],
    build: Callable[[dict[str, Any]], Made],
    made: list[Made],
    problems: list[Problem],
) -> None:
    values = _values(row, columns, problems)
    if values is not None:
        if row.row_as:
            values[row.row_as] = row.row
        try:
            made.append(build(values))
        except BatchError as error:
            problems.extend(error.at(file=row.file, row=row.row).problems)
        except CarbonkitError as error:
            problems.append(error.at(file=row.file, row=row.row).problem)


def _rows(lines: Iterable[str], file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    whole = _WholeLines(lines, file)
    reader = csv.reader(whole, strict=True)
    while True:
        row = reader.line_num + 1
        whole.taken = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(_problem("malformed", "be well-formed CSV", was=str(error), file=file, row=row))
            return
        except UnicodeDecodeError as error:
            problems.append(_problem("encoding", "be UTF-8 text", was=error.reason, file=file, row=row))
            return
        if cells:
            yield row, cells


class _WholeLines:
    """Lines without the byte-order mark, each ended, so that a quoted cell keeps its line breaks."""

    def __init__(self, lines: Iterable[object], file: str) -> None:
        self._lines = iter(lines)
        self._file = file
        self._first = True
        self.taken = 0  # characters since the last row began

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if not isinstance(line, str):
            hint = 'open the file with encoding="utf-8" and newline=""'
            raise InvalidValueError("be texts", was=line, field="lines", file=self._file, hint=hint)
        text = line.removeprefix("\ufeff") if self._first else line
        self._first = False
        self.taken += len(text)
        if self.taken > _ROW:  # whatever limit the host has set for all of its CSV
            raise csv.Error(f"a row longer than {_ROW} characters")
        return text if text.endswith(("\n", "\r")) else text + "\n"


def _header(
    cells: list[str], columns: Mapping[str, object], absent: Mapping[str, str], file: str, row: int
) -> Iterator[Problem]:
    if not cells:
        yield _problem("empty", "have a header row", file=file, row=row)
        return
    for name in columns:
        if cells.count(name) != 1 and (name in cells or name not in absent):
            was = "missing" if name not in cells else "there more than once"
            yield _problem("header", "be a column, once", was=was, field=name, file=file, row=row)
    for name in cells:
        if name not in columns:
            must = f"be one of the columns {', '.join(columns)}"
            yield _problem("header", must, was=name, field="header", file=file, row=row)


def _values(
    row: _Row, columns: Mapping[str, Callable[[str], object]], problems: list[Problem]
) -> dict[str, Any] | None:
    if len(row.cells) != len(row.order):
        must, was = f"have {len(row.order)} cells", f"{len(row.cells)} cells"
        problems.append(_problem("malformed", must, was=was, file=row.file, row=row.row))
        return None
    values: dict[str, Any] = {}
    for name, cell in (*zip(row.order, row.cells, strict=True), *row.left_out.items()):
        try:
            values[name] = columns[name](_fit(cell))
        except CarbonkitError as error:
            # The column's name says more than the converter's own name for the value.
            problems.append(attrs.evolve(error.problem, field=name, file=row.file, row=row.row))
        except ValueError:
            must = f"be readable as {getattr(columns[name], '__name__', 'a value')}"
            code = InvalidValueError.code
            problems.append(_problem(code, must, was=cell, field=name, file=row.file, row=row.row))
    return values if len(values) == len(row.order) + len(row.left_out) else None


def _fit(cell: str) -> str:
    if len(cell) > _CELL:
        raise InvalidValueError(f"have at most {_CELL} characters", was=cell)
    if "\0" in cell:
        raise InvalidValueError("hold no NUL character", was=cell, hint="save the file as UTF-8")
    return cell


def _problem(code: str, must: str, **facts: Any) -> Problem:  # noqa: ANN401  the fields of Problem
    return Problem(code=code, must=must, **facts)
