"""
Server-sent events as they go over the wire (WHATWG HTML, section 9.2): written, and read piece by piece.

A reader takes chunks of any size, with lines that end in any of the three ways. It takes
no half character and nothing that is larger than its cap, and it skips what a newer
exchange may send: unknown fields, and comments.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError

__all__ = ["ServerEvent", "ServerEventReader", "write_comment", "write_event", "write_mark"]

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LONGEST_NAME: Final = 200  # bytes of an id or a type
_LONGEST_RETRY: Final = 7  # digits of milliseconds; under three hours
_MOST: Final = 16 * 1024 * 1024


@attrs.frozen(kw_only=True)
class ServerEvent:
    """
    One event.

    Args:
        type: What it is called; "message" if it came without a name.
        data: What it says.
        id: The id that stood last in the stream, to go on from; empty if there was none.

    Example:
        >>> ServerEvent(type="trade", data="{}", id="7.1").type
        'trade'
    """

    type: str
    data: str
    id: str


def write_event(kind: str, data: bytes, event_id: str) -> bytes:
    r"""
    Write an event.

    Args:
        kind: What it is called.
        data: What it says, in UTF-8.
        event_id: The id that a listener goes on from after it.

    Returns:
        Its lines, and the empty line that ends it.

    Raises:
        InvalidValueError: If a name could not be read back.

    Example:
        >>> write_event("trade", b'{"number":1}', "7.1")
        b'id: 7.1\nevent: trade\ndata: {"number":1}\n\n'
    """
    lines = b"".join(b"data: " + line + b"\n" for line in _LINE_END.split(data))
    return f"id: {_name(event_id, 'id')}\nevent: {_name(kind, 'event')}\n".encode() + lines + b"\n"


def write_mark(event_id: str, retry: datetime.timedelta | None = None) -> bytes:
    r"""
    Write an id that a listener goes on from, with no event.

    Args:
        event_id: The id.
        retry: How long a listener whose connection breaks should wait; None to say nothing.

    Returns:
        Its lines, and the empty line that ends them.

    Raises:
        InvalidValueError: If the id could not be read back, or the wait is none of 0 seconds to an hour.

    Example:
        >>> write_mark("7.1", datetime.timedelta(seconds=2))
        b'retry: 2000\nid: 7.1\n\n'
    """
    said = f"id: {_name(event_id, 'id')}\n\n".encode()
    if retry is None:
        return said
    if not datetime.timedelta(0) <= retry <= datetime.timedelta(hours=1):
        raise InvalidValueError("be 0 seconds to an hour", was=retry, field="retry")
    return f"retry: {retry // datetime.timedelta(milliseconds=1)}\n".encode() + said


def write_comment(text: str) -> bytes:
    r"""
    Write what every reader skips.

    Args:
        text: One line.

    Returns:
        The line.

    Raises:
        InvalidValueError: If it has more than one line.

    Example:
        >>> write_comment("heartbeat")
        b': heartbeat\n'
    """
    if "\n" in text or "\r" in text:
        raise InvalidValueError("be one line", was=text, field="comment")
    return f": {text}\n".encode()


def _name(text: str, field: str) -> str:
    if not text or not text.isascii() or not text.isprintable() or " " in text or len(text) > _LONGEST_NAME:
        raise InvalidValueError(
            f"be 1 to {_LONGEST_NAME} printable ASCII characters, without a space", was=text, field=field
        )
    return text


class ServerEventReader:
    r"""
    Reads one stream of events.

    Args:
        most: How many bytes one event may have.
        last_event_id: The id that stands until the stream says another.

    Example:
        >>> reader = ServerEventReader()
        >>> reader.feed(b"id: 7.1\r\nevent: tra"), reader.feed(b"de\r\ndata: {}\r")
        ([], [])
        >>> reader.feed(b"\n\r\n")
        [ServerEvent(type='trade', data='{}', id='7.1')]
    """

    def __init__(self, *, most: int = _MOST, last_event_id: str = "") -> None:
        self._most = most
        self._rest = bytearray()  # of a line that has not ended
        self._after_return = False  # whether a line feed that comes next belongs to the last line's end
        self._first = True
        self._size = 0  # of the data that came since the last empty line
        self._data: list[str] = []
        self._type = ""
        self._id = last_event_id
        self.last_event_id = last_event_id
        self.retry: datetime.timedelta | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """
        Read on.

        Args:
            chunk: What came.

        Returns:
            The events that it completes.

        Raises:
            InvalidValueError: If an event is too large, or is not UTF-8; the reader is of no use then.
        """
        if not chunk:
            return []
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_return = chunk.endswith(b"\r")
        *ended, rest = _LINE_END.split(chunk)
        found: list[ServerEvent] = []
        for piece in ended:
            self._grow(piece)
            line, self._rest = bytes(self._rest), bytearray()
            event = self._take(line)
            if event is not None:
                found.append(event)
        self._grow(rest)
        return found

    def _grow(self, piece: bytes) -> None:
        self._rest += piece
        if self._size + len(self._rest) > self._most:
            raise InvalidValueError(f"be at most {self._most} bytes", was="more", field="event")

    def _take(self, line: bytes) -> ServerEvent | None:
        if self._first:
            self._first = False
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._dispatched()
        if line.startswith(b":"):
            return None
        try:
            name, _, value = line.decode().partition(":")
        except UnicodeDecodeError:
            raise InvalidValueError("be UTF-8", was=repr(line[:80]), field="event") from None
        self._field(name, value.removeprefix(" "), len(line))
        return None

    def _field(self, name: str, value: str, size: int) -> None:
        if name == "data":
            self._size += size + 1  # so that many empty lines are counted too
            self._data.append(value)
        elif name == "event":
            self._type = _short(value, "event")
        elif name == "id":
            if "\0" not in value:
                self._id = _short(value, "id")
        elif name == "retry" and value.isascii() and value.isdigit() and len(value) <= _LONGEST_RETRY:
            self.retry = datetime.timedelta(milliseconds=int(value))

    def _dispatched(self) -> ServerEvent | None:
        data, kind = self._data, self._type
        self._data, self._type, self._size = [], "", 0
        self.last_event_id = self._id
        if not data:
            return None
        return ServerEvent(type=kind or "message", data="\n".join(data), id=self._id)


def _short(value: str, field: str) -> str:
    if len(value.encode()) > _LONGEST_NAME:
        raise InvalidValueError(f"be at most {_LONGEST_NAME} bytes", was=value, field=field)
    return value
