"""
What is inside a workbook's package, looked at before anything is unpacked in full; internal.

A package is a zip of XML parts. Both can be bombs: the sizes are checked in the
zip's directory, and a part that declares entities is refused.
"""

from __future__ import annotations

import contextlib
import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.parsers import expat

from carbonkit.errors import InvalidValueError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable
    from typing import IO

_UNPACKED: Final = 256_000_000  # bytes of all parts together
_PARTS: Final = 10_000
_CELLS: Final = 10_000_000  # cells of a sheet
_AREA: Final = 100_000_000  # filled rows times columns: a single cell far to the right makes all rows long
_MERGED: Final = 1_000_000  # cells that are covered by merged ones
_CHUNK: Final = 65_536
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_LETTERS: Final = 26


class SheetPart(NamedTuple):
    """A sheet: its name, whether it is hidden, and its part in the package."""

    name: str
    hidden: bool
    part: str


class Shape:
    """What a sheet's XML says beside its values."""

    def __init__(self) -> None:
        self.merged: list[tuple[int, int, int, int]] = []  # first row, first column, last row, last column
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.unsaved: set[tuple[int, int]] = set()  # formulas without a saved value
        self.width = 0


class _FoundError(Exception):
    """The part has been looked at far enough."""


def check_package(package: zipfile.ZipFile) -> None:
    """Refuse a package that is too large or declares entities."""
    parts = package.infolist()
    size = sum(part.file_size for part in parts)
    if len(parts) > _PARTS or size > _UNPACKED:
        must = f"unpack to at most {_UNPACKED} bytes in {_PARTS} parts"
        hint = "save the sheet as CSV, which is read row by row"
        raise InvalidValueError(must, was=f"{size} bytes in {len(parts)} parts", hint=hint, code="too_large")
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidValueError("not be encrypted", hint="save it without a password", code="malformed")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with package.open(part) as stream:
                _prolog(stream)


def _prolog(stream: IO[bytes]) -> None:
    def first(_name: str, _attributes: dict[str, str]) -> None:
        raise _FoundError

    with contextlib.suppress(
        _FoundError, expat.ExpatError
    ):  # what is no XML, openpyxl refuses if it needs it
        parse(stream, first)


def parse(
    stream: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk through a part; names come without their namespaces."""

    def refuse(*_: object) -> None:
        raise InvalidValueError("declare no document type", was="DOCTYPE", code="malformed")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(
        name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    )
    if end is not None:
        closing = end
        parser.EndElementHandler = lambda name: closing(name.rpartition(" ")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    while chunk := stream.read(_CHUNK):
        parser.Parse(chunk, False)  # noqa: FBT003  expat takes it by its place
    parser.Parse(b"", True)  # noqa: FBT003  the same


def sheets(package: zipfile.ZipFile) -> list[SheetPart]:
    """List the sheets, in their order."""
    book = _targets(package, "_rels/.rels", "").get("officeDocument", ["xl/workbook.xml"])[0]
    folder, name = posixpath.split(book)
    targets = _by_id(package, f"{folder}/_rels/{name}.rels", folder)
    found: list[SheetPart] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            hidden = attributes.get("state", "visible") != "visible"
            found.append(SheetPart(attributes["name"], hidden, targets.get(attributes["id"], "")))

    with package.open(book) as stream:
        parse(stream, start)
    return found


def _relations(package: zipfile.ZipFile, part: str, folder: str) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            path = (
                target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            found.append((attributes["Id"], attributes["Type"].rpartition("/")[2], path))

    with package.open(part) as stream:
        parse(stream, start)
    return found


def _targets(package: zipfile.ZipFile, part: str, folder: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, kind, path in _relations(package, part, folder):
        found.setdefault(kind, []).append(path)
    return found


def _by_id(package: zipfile.ZipFile, part: str, folder: str) -> dict[str, str]:
    return {name: path for name, _, path in _relations(package, part, folder)}


def shape_of(package: zipfile.ZipFile, part: str) -> Shape:
    """Look through a sheet for merged cells, hidden rows and columns, and formulas without a value."""
    walk = _Walk()
    with package.open(part) as stream:
        parse(stream, walk.start, walk.end, walk.text)
    covered = sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in walk.shape.merged)
    if covered > _MERGED:
        must = f"have at most {_MERGED} cells that are merged"
        raise InvalidValueError(must, was=str(covered), code="too_large")
    return walk.shape


class _Walk:
    def __init__(self) -> None:
        self.shape = Shape()
        self.cells = 0
        self.rows = 0
        self.row = 0
        self.column = 0
        self.kind = ""
        self.formula = self.value = self.inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag == "f":
            self.formula = True
        elif tag == "v":
            self.inside = True
        elif tag == "row":
            self._row(attributes)
        elif tag == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.shape.merged.append((*place(first), *place(last or first)))
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self.shape.hidden_columns.append((_number(attributes["min"]), _number(attributes["max"])))

    def text(self, data: str) -> None:
        if self.inside and data.strip():
            self.value = True

    def end(self, tag: str) -> None:
        if tag == "v":
            self.inside = False
        elif tag == "c":
            if self.formula and not self.value and self.kind != "str":
                self.shape.unsaved.add((self.row, self.column))
            self.shape.width = max(self.shape.width, self.column)

    def _row(self, attributes: dict[str, str]) -> None:
        number = _number(attributes["r"]) if "r" in attributes else self.row + 1
        if number <= self.row:
            raise InvalidValueError("have its rows in order", was=str(number), field="row", code="malformed")
        self.row, self.column = number, 0
        self.rows += 1
        if attributes.get("hidden") in ("1", "true"):
            self.shape.hidden_rows.append(number)

    def _cell(self, attributes: dict[str, str]) -> None:
        row, column = place(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
        if row != self.row or column <= self.column:
            was = attributes.get("r", "")
            raise InvalidValueError("have its cells in order", was=was, field="cell", code="malformed")
        self.column = column
        self.kind = attributes.get("t", "")
        self.formula = self.value = self.inside = False
        self.cells += 1
        if self.cells > _CELLS or self.rows * max(column, self.shape.width) > _AREA:
            must = f"have at most {_CELLS} cells, and {_AREA} with the empty ones between them"
            hint = "save the sheet as CSV, which is read row by row"
            raise InvalidValueError(must, was="more", field="sheet", hint=hint, code="too_large")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len("1048576"):
        raise InvalidValueError("be a row or column number", was=text, code="malformed")
    return int(text)


def place(reference: str) -> tuple[int, int]:
    """Read a reference such as "B7": row 7, column 2."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise InvalidValueError("be a cell's reference", was=reference, code="malformed")
    column = 0
    for letter in found[1]:
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return int(found[2]), column
