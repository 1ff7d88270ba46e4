"""Rows of a workbook's sheet, read from a package that was looked at first; internal."""

from __future__ import annotations

import datetime
import itertools
import math
import operator
import re
import warnings
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import attrs

from carbonkit.errors import InvalidValueError, MissingExtraError
from carbonkit.intake._excel_parts import check_package, check_sheets, shape_of, sheets
from carbonkit.intake._found import CELL, Bad, FullError, Merged, Percentage, Row, too_long
from carbonkit.intake.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from carbonkit.intake._excel_parts import Shape
    from carbonkit.intake._found import Problems, Raw
    from carbonkit.intake.form import Workbook

_OLD: Final = b"\xd0\xcf\x11\xe0"  # how an xls begins, and an xlsx with a password
_LISTED: Final = 10
_MIDNIGHT: Final = datetime.time()
_NOT_SHOWN: Final = re.compile(
    r'"[^"]*"|[\\_*].'
)  # of a number format: texts, and signs that stand for themselves


def _openpyxl() -> ModuleType:
    try:
        import openpyxl  # noqa: PLC0415  an extra
    except ImportError as error:
        raise MissingExtraError(
            "be installed to read workbooks",
            field=error.name or "openpyxl",
            hint="pip install carbonkit[excel]",
        ) from error
    return openpyxl


def excel_rows(
    stream: BinaryIO, form: Workbook, problems: Problems, findings: list[Finding]
) -> Iterator[Row]:
    """Yield the rows of a sheet; of a workbook that cannot be read, add a problem."""
    openpyxl = _openpyxl()
    shape = _looked_at(stream, form, problems, findings)
    if shape is None:
        return
    rows = _values(openpyxl, stream, form.sheet, shape.width)
    merged = _Merges(shape)
    nothing = openpyxl.cell.read_only.EMPTY_CELL
    number = 0
    while True:
        number += 1
        try:
            with warnings.catch_warnings():  # what openpyxl passes over does not concern the values
                warnings.simplefilter("ignore")
                cells = next(rows, None)
        except Exception as error:  # noqa: BLE001  whatever a broken part makes openpyxl raise
            was = f"{type(error).__name__}: {error}"
            problems.say("be a sheet that can be read", was=was, row=number, code="malformed")
            return
        if cells is None:
            return
        found: list[Raw] = [None] * len(cells)
        if any(map(operator.is_not, cells, itertools.repeat(nothing))):  # else a row that is not there
            for column, cell in enumerate(cells):
                if cell is not nothing:
                    found[column] = _raw(cell, (number, column + 1), shape)
        yield Row(number, merged.fill(number, found))


def _values(openpyxl: ModuleType, stream: BinaryIO, sheet: str, width: int) -> Iterator[tuple[Any, ...]]:
    if not width:
        return
    stream.seek(0)
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    try:
        found = book[sheet]
        found.reset_dimensions()  # the size that a file states may be wrong
        yield from found.iter_rows(min_row=1, max_col=width)
    finally:
        book.close()


def _looked_at(stream: BinaryIO, form: Workbook, problems: Problems, findings: list[Finding]) -> Shape | None:
    start = stream.read(4)
    stream.seek(0)
    if start == _OLD:
        hint = "it is an old .xls or has a password; save it as .xlsx without one"
        problems.say("be an xlsx workbook", was="another format", hint=hint, code="malformed")
        return None
    try:
        with zipfile.ZipFile(stream) as package:
            check_package(package)
            parts = sheets(package)
            check_sheets(package, parts)
            wanted = next((part for part in parts if part.name == form.sheet), None)
            if wanted is None:
                named = ", ".join(f'"{part.name}"' for part in parts[:_LISTED])
                hint = f"it has {named}"
                problems.say("have the sheet", was=form.sheet, field="sheet", hint=hint, code="sheet")
                return None
            if wanted.hidden and not form.hidden:
                hint = "someone hid it; say hidden=True in the layout if it is the one"
                problems.say("not be hidden", was=form.sheet, field="sheet", hint=hint, code="sheet")
                return None
            shape = shape_of(package, wanted.part)
    except InvalidValueError as error:
        problems.add(attrs.evolve(error.problem, file=problems.file))
        return None
    except FullError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a broken package makes zipfile and expat raise
        was = f"{type(error).__name__}: {error}"
        problems.say("be an xlsx workbook", was=was, code="malformed")
        return None
    findings.extend(_hidden(parts, form, shape, problems.file))
    return shape


def _hidden(parts: list[Any], form: Workbook, shape: Shape, file: str) -> Iterator[Finding]:
    for part in parts:
        if part.hidden and part.name != form.sheet:
            yield Finding("hidden", "a hidden sheet; not read", file=file, field="sheet", was=part.name)
    if shape.hidden_rows:
        rows = ", ".join(map(str, shape.hidden_rows[:_LISTED]))
        said = f"{len(shape.hidden_rows)} hidden rows; read like all others"
        yield Finding("hidden", said, file=file, was=rows)
    for first, last in shape.hidden_columns:
        said = "hidden columns; read like all others"
        yield Finding("hidden", said, file=file, was=f"{first} to {last}")


class _Merges:
    """The cells that merged ones cover, and what stands in those."""

    def __init__(self, shape: Shape) -> None:
        self._anchor: dict[int, list[tuple[int, tuple[int, int]]]] = {}
        self._value: dict[tuple[int, int], Any] = {}
        for top, left, bottom, right in shape.merged:
            self._value[top, left] = None
            for row in range(top, bottom + 1):
                covered = range(left, min(right, shape.width) + 1)
                self._anchor.setdefault(row, []).extend((column, (top, left)) for column in covered)

    def fill(self, number: int, cells: list[Raw]) -> list[Raw]:
        """Put into each covered cell what stands in the merged one."""
        for column, anchor in self._anchor.get(number, ()):
            if len(cells) < column:
                cells.extend([None] * (column - len(cells)))
            if anchor == (number, column):
                self._value[anchor] = cells[column - 1]
            elif self._value[anchor] is not None:
                cells[column - 1] = Merged(self._value[anchor])
        return cells


def _raw(cell: Any, place: tuple[int, int], shape: Shape) -> Raw:  # noqa: ANN401, PLR0911  a cell of openpyxl
    value = cell.value
    if value is None:
        if place in shape.unsaved:
            hint = "open and save it in a spreadsheet program, or paste the values"
            return Bad("have a saved value", "a formula without one", hint)
        return None
    if cell.data_type == "e":
        return Bad("be a value", f"the error {value}", "mend the formula, or leave the cell blank")
    if isinstance(value, str):
        return value if len(value) <= CELL else too_long(value)
    if isinstance(value, bool):
        return Bad("not be a yes or no", str(value).upper())
    if isinstance(value, (int, float)):
        return _number(value, percentage=_shows_percentage(cell))
    if isinstance(value, datetime.datetime):
        if value.time() == _MIDNIGHT:
            return value.date()
        return Bad("be a date or a number", f"the moment {value}")
    if isinstance(value, datetime.date):  # a cell of type "d" in a workbook of the strict kind
        return value
    return Bad("be a date, a number or a text", f"{type(value).__name__} {value}")


def _shows_percentage(cell: Any) -> bool:  # noqa: ANN401  a cell of openpyxl
    try:
        shown = cell.number_format
    except (IndexError, KeyError):  # a format that the workbook does not have
        return False
    return "%" in shown and "%" in _NOT_SHOWN.sub("", shown)


def _number(value: float, *, percentage: bool) -> Raw:
    """Take the shortest decimal that stands for the same float, whole or not; an integer as it is."""
    kind = Percentage if percentage else Decimal
    if isinstance(value, int):
        return kind(value)
    if not math.isfinite(value):
        return Bad("be a finite number", repr(value))
    numerator, denominator = (number := Decimal(repr(value))).as_integer_ratio()
    return kind(numerator if denominator == 1 else number)
