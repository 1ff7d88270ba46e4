"""Files and layouts that the tests of intake share."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from carbonkit.accounting import Scope
from carbonkit.errors import BatchError
from carbonkit.intake import (
    Blank,
    Csv,
    Kind,
    Layout,
    Measured,
    Repeats,
    Workbook,
    read_activity_file,
)
from carbonkit.values import Period, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

GAS = Kind("natural gas", Scope.ONE)
POWER = Kind("electricity", Scope.TWO)
CSV = Csv(encoding="utf-8", delimiter=",", decimal=".", thousands="")
BOOK = Workbook(sheet="Data")


def layout(**changes: object) -> Layout:
    facts: dict[str, Any] = {
        "form": CSV,
        "id": "id",
        "facility": "id",
        "place": Place("DE"),
        "period": Period.year(2024),
        "measured": Measured("gas", GAS, unit="m3"),
        "blank": Blank.FINDING,
        "repeats": Repeats.REFUSED,
    }
    return Layout(**(facts | changes))


def refused(source: bytes | Path | BinaryIO, how: Layout, *, max_rows: int = 5_000_000) -> list[str]:
    """Say all that is wrong with a file, by row and column."""
    try:
        read_activity_file(source, how, name="f", max_rows=max_rows)
    except BatchError as error:
        return [str(problem) for problem in error.problems]
    return []


def book(
    rows: Iterable[Iterable[object]], change: Callable[[openpyxl.Workbook, Worksheet], None] | None = None
) -> bytes:
    """Make a workbook with one sheet, "Data"."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Data"
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(made, sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
