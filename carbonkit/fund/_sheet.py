"""Workbooks of plain cells, written in memory; internal."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from carbonkit.errors import MissingExtraError
from carbonkit.values.number import plain

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence
    from types import ModuleType

Cell: TypeAlias = "str | Decimal | datetime.date | None"
Sheet: TypeAlias = "tuple[str, Sequence[Sequence[Cell]]]"

_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # by XML
_BINARY: Final = 15  # significant digits that a spreadsheet keeps of a number


def _openpyxl() -> ModuleType:
    try:
        import openpyxl  # noqa: PLC0415  an extra
    except ImportError as error:
        raise MissingExtraError(
            "be installed to write workbooks",
            field=error.name or "openpyxl",
            hint="pip install carbonkit[excel]",
        ) from error
    return openpyxl


def workbook_bytes(sheets: Iterable[Sheet]) -> bytes:
    """
    Write sheets as the bytes of an xlsx file.

    A text stays a text, whatever it begins with, so that no name can become a formula. A
    number that a spreadsheet could not keep to the last digit is written as a text.

    Returns:
        The bytes.
    """
    openpyxl = _openpyxl()
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                if value is None:
                    continue
                cell = sheet.cell(row=row, column=column)
                if isinstance(value, Decimal) and len(value.as_tuple().digits) <= _BINARY:
                    cell.value = value
                    cell.number_format = _format(value)
                elif isinstance(value, (str, Decimal)):
                    cell.value = _UNWRITABLE.sub("\ufffd", value) if isinstance(value, str) else plain(value)
                    cell.data_type = "s"
                else:
                    cell.value = value
                    cell.number_format = "yyyy-mm-dd"
        for column, width in enumerate((36, *[18] * 12), start=1):
            sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _format(value: Decimal) -> str:
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0" + ("." + "0" * places if places else "")
