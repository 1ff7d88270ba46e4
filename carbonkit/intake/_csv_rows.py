"""
Rows of a text file, strictly, with every problem named by its row and its place in it; internal.

The csv module stops at a cell that is longer than a limit that belongs to the host, and
does not say which. So a row that grows long is split here first, by a limit of our own:
the cell is named, and the rows behind it are still read, whatever the host has set.
"""

from __future__ import annotations

import codecs
import csv
import re
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from carbonkit.intake._found import CELL, Row, holds_nul, too_long

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.intake._found import Problems, Raw
    from carbonkit.intake.form import Csv

_CHUNK: Final = 65_536
_ROW: Final = 32_000_000  # characters in one row
_LONG: Final = 131_072  # characters in a row that the csv module is not yet given
_END: Final = re.compile(r"\r\n|\r|\n")
_WIDE: Final = 100_000  # cells in one row

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def csv_rows(stream: BinaryIO, form: Csv, problems: Problems) -> Iterator[Row]:
    """Yield the rows that are well-formed; of the others, and of bytes that are no text, add a problem."""
    lines = _Lines(stream, form.encoding, problems)
    reader = csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True)
    while True:
        number = lines.begin()
        try:
            cells: list[Raw] = [*next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            try:
                cells = _whole(error, lines, form)
            except csv.Error as said:
                if lines.stopped:
                    return
                problems.say("be well-formed CSV", was=_meaning(str(said)), row=number, code="malformed")
                continue
        if not cells:
            continue
        yield _checked(number, cells, nul=lines.nul)


def _whole(error: csv.Error, lines: _Lines, form: Csv) -> list[Raw]:
    """Split the row at which the csv module stopped, if a length was the reason; raise the error if not."""
    if not isinstance(error, _LongRowError) and "field limit" not in str(error):
        raise error
    text = lines.whole(form.quote)
    if lines.stopped:
        raise error
    cells = _split(text, form)
    if any(len(cell) > CELL for cell in cells):
        return [*cells]
    try:
        return [*next(csv.reader([text], delimiter=form.delimiter, quotechar=form.quote, strict=True))]
    except csv.Error as again:
        if "field limit" in str(again):
            return [*cells]
        raise


def _checked(number: int, cells: list[Raw], *, nul: bool) -> Row:
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) == len(cells) and not nul and max(map(len, texts)) <= CELL:
        return Row(number, cells)
    checked: list[Raw] = []
    for cell in cells:
        if isinstance(cell, str) and len(cell) > CELL:
            checked.append(too_long(cell))
        elif isinstance(cell, str) and "\0" in cell:
            checked.append(holds_nul(cell))
        else:
            checked.append(cell)
    return Row(number, checked, any(not isinstance(cell, str) for cell in checked))


def _meaning(said: str) -> str:
    if said == "unexpected end of data":
        return "a quote that is opened and never closed"
    return said


def _split(text: str, form: Csv) -> list[str]:
    """Split one row as the csv module would, however long its cells are."""
    quote, delimiter = re.escape(form.quote), re.escape(form.delimiter)
    token = re.compile(
        rf"(?P<end>{delimiter})|{quote}(?P<quoted>[^{quote}]*(?:{quote}{quote}[^{quote}]*)*){quote}?"
        rf"|(?P<plain>[^{delimiter}]+)"
    )
    cells: list[str] = []
    parts: list[str] = []
    for found in token.finditer(text.rstrip("\r\n")):
        if found["end"] is None:
            parts.append(found["plain"] or (found["quoted"] or "").replace(form.quote * 2, form.quote))
        elif len(cells) < _WIDE:
            cells.append("".join(parts))
            parts.clear()
    cells.append("".join(parts))
    return cells


class _LongRowError(csv.Error):
    """A row has grown longer than the csv module is given."""


class _Lines:
    """Lines of a stream, their ends kept, and those of the row that is being read."""

    def __init__(self, stream: BinaryIO, encoding: str, problems: Problems) -> None:
        self._problems = problems
        self._encoding = encoding
        self._lines = self._decoded(stream)
        self._kept: list[str] = []
        self._length = 0
        self._all = False  # the rest of the row is wanted, however long
        self.count = 0  # lines given
        self.nul = False
        self.stopped = False  # by bytes that are no text

    def begin(self) -> int:
        """Begin a row, and give its number."""
        self._kept.clear()
        self._length = 0
        self._all = False
        return self.count + 1

    def whole(self, quote: str) -> str:
        """Give all of the row that was begun, to the line on which its last quote closes."""
        self._all = True
        odd = sum(line.count(quote) for line in self._kept) % 2
        while odd:
            try:
                odd ^= next(self).count(quote) % 2
            except (StopIteration, csv.Error):
                break
        return "".join(self._kept)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.count += 1
        self._length += len(line)
        if self._length > _ROW:
            raise csv.Error(f"a row longer than {_ROW} characters")
        self._kept.append(line)
        if self._length > _LONG and not self._all:
            raise _LongRowError
        return line

    def _decoded(self, stream: BinaryIO) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        pending = _Pending()
        read, start = 0, b""
        while True:
            try:
                chunk = stream.read(_CHUNK)
            except (OSError, ValueError) as error:
                self._stop("be readable to its end", str(error), "unreadable", "")
                return
            text, failed = self._text(decoder, chunk)
            if not read:
                start, text = chunk[:4], text.removeprefix("\ufeff")
            read += len(chunk)
            self.nul = self.nul or "\0" in text
            yield from pending.lines(text, last=not chunk)
            if failed is not None:
                self._undecodable(failed, read, start)
                return
            if pending.length > _ROW:
                self._stop(f"have rows of at most {_ROW} characters", "a longer one", "malformed", "")
                return
            if not chunk:
                return

    def _text(self, decoder: codecs.IncrementalDecoder, chunk: bytes) -> tuple[str, UnicodeError | None]:
        """Decode a chunk, or what of it stands before the bytes that are no text."""
        state = decoder.getstate()
        try:
            return decoder.decode(chunk, final=not chunk), None
        except UnicodeError as error:
            return self._before(decoder, state, chunk, error), error

    def _before(
        self, decoder: codecs.IncrementalDecoder, state: tuple[bytes, int], chunk: bytes, error: UnicodeError
    ) -> str:
        """Decode what stands before the bytes that are no text."""
        if not isinstance(error, UnicodeDecodeError):
            return ""
        good = len(chunk) - (len(error.object) - error.start)
        if good <= 0:
            return ""
        decoder.setstate(state)
        try:
            return decoder.decode(chunk[:good])
        except UnicodeError:
            return ""

    def _undecodable(self, error: UnicodeError, read: int, start: bytes) -> None:
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        hint = 'try the encoding it was saved in, such as "cp1252", "gb18030" or "utf-16"'
        if marked is not None:
            hint = f'it begins with the byte-order mark of encoding="{marked}"'
        was = str(error)
        if isinstance(error, UnicodeDecodeError):
            offset = read - (len(error.object) - error.start)
            was = f"byte 0x{error.object[error.start]:02x} at offset {offset}"
        self._stop(f"be text in {self._encoding}", was, "encoding", hint)

    def _stop(self, must: str, was: str, code: str, hint: str) -> None:
        self.stopped = True
        self._problems.say(must, was=was, row=self.count + 1, code=code, hint=hint)


class _Pending:
    """The line that has begun, in the pieces that it came in."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._return = ""  # a carriage return whose line feed may still come
        self.length = 0

    def lines(self, text: str, *, last: bool) -> Iterator[str]:
        """Yield the lines that a further piece of text ends."""
        text, self._return = self._return + text, ""
        if text.endswith("\r") and not last:
            text, self._return = text[:-1], "\r"
        begun = 0
        for end in _END.finditer(text):
            yield "".join(self._pieces) + text[begun : end.end()]
            self._pieces.clear()
            self.length, begun = 0, end.end()
        rest = text[begun:]
        self._pieces.append(rest)
        self.length += len(rest)
        if last and self.length:
            yield "".join(self._pieces) + "\n"
