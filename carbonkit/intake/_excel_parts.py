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
_AREA: Final = 30_000_000  # rows times columns: a single cell far to the right makes all rows long
_LARGEST: Final = 5_000_000  # bytes of a part that is read in whole, such as the styles
_TEXTS: Final = 32_000_000  # bytes of the texts that cells share
_SHARED: Final = "xl/sharedstrings.xml"
_COUNT: Final = 1_000_000  # of those texts
_UNREAD: Final = ("media", "embeddings", "pivotcache", "drawings", "charts", "externallinks", "model")
_MERGED: Final = 1_000_000  # cells that are covered by merged ones
_LAST: Final = 1_048_576  # row of any sheet
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
    for part in parts:
        _check_size(part, part.filename.lower())
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidValueError("not be encrypted", hint="save it without a password", code="malformed")
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with package.open(part) as stream:
                _prolog(stream)
        if part.filename.lower() == _SHARED:
            with package.open(part) as stream:
                _count_texts(stream)


def _check_size(part: zipfile.ZipInfo, name: str) -> None:
    """Refuse a part that would be read in whole and is large; a sheet is read row by row."""
    if name.startswith(("xl/worksheets/", *(f"xl/{folder}/" for folder in _UNREAD))) or name.endswith(".bin"):
        return
    most = _TEXTS if name == _SHARED else _LARGEST
    if part.file_size > most:
        must = f"unpack to at most {most} bytes in this part"
        hint = "save the sheet as CSV, which is read row by row"
        was = f"{part.file_size} bytes"
        raise InvalidValueError(must, was=was, field=part.filename, hint=hint, code="too_large")


def _count_texts(stream: IO[bytes]) -> None:
    """Refuse too many shared texts, of which each costs time however short it is."""
    count = 0

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += tag == "si"
        if count > _COUNT:
            hint = "save the sheet as CSV, which is read row by row"
            must = f"have at most {_COUNT} different texts"
            raise InvalidValueError(must, was="more", field="sharedStrings", hint=hint, code="too_large")

    parse(stream, start)


def check_sheets(package: zipfile.ZipFile, found: list[SheetPart]) -> None:
    """Refuse what stands among the sheets, is large, and is none."""
    named = {each.part for each in found}
    for part in package.infolist():
        if part.filename.lower().startswith("xl/worksheets/") and part.filename not in named:
            _check_size(part, "")


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
        number = _number(attributes.get("r", str(self.row + 1)))
        if number <= self.row:
            raise InvalidValueError("have its rows in order", was=str(number), field="row", code="malformed")
        self.row, self.column = number, 0
        self._check_area(number, 0)
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
        self._check_area(row, column)

    def _check_area(self, row: int, column: int) -> None:
        if self.cells > _CELLS or row * max(column, self.shape.width) > _AREA:
            must = f"have at most {_CELLS} cells, and {_AREA} with the empty ones before them"
            hint = "save the sheet as CSV, which is read row by row"
            raise InvalidValueError(must, was="more", field="sheet", hint=hint, code="too_large")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_LAST)) or int(text) > _LAST:
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
