"""
The exchange's log: one line of JSON for each request and each thing worth knowing, by `logging`.

A line has the fields of a short list and no others, so that no header, body or secret can get into it.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
from typing import TYPE_CHECKING, Final, TextIO

from carbonkit.values.time import SystemClock

if TYPE_CHECKING:
    from carbonkit.values.time import Clock

__all__ = ["FIELDS", "JsonLines", "begin", "logger", "say"]

FIELDS: Final = (
    "request_id",
    "client_request_id",
    "key_id",
    "method",
    "operation",
    "status",
    "code",
    "milliseconds",
    "replayed",
    "line",
    "day",
    "trades",
    "kind",
    "error",
    "address",
    "scheme",
)
"""What a line may say beside its time, its level and its event."""

_NAME: Final = "carbonkit.exchange"
_EVENT: Final = re.compile(r"[a-z_ ]{1,60}")
_LONGEST: Final = 300


def logger() -> logging.Logger:
    """
    Give the exchange's logger.

    Returns:
        The logger.

    Example:
        >>> logger().name
        'carbonkit.exchange'
    """
    found = logging.getLogger(_NAME)
    if not found.handlers:
        found.addHandler(logging.NullHandler())  # a host that wants no log gets none
    return found


class JsonLines(logging.Formatter):
    """
    Writes records as lines of JSON, with the fields that are allowed and no others.

    Args:
        clock: Tells the time of a line.

    Example:
        >>> from carbonkit.values import FixedClock
        >>> record = logging.LogRecord("x", logging.INFO, "", 0, "request", (), None)
        >>> record.status, record.authorization = 200, "never"
        >>> JsonLines(FixedClock("2026-11-30T01:30:00Z")).format(record)
        '{"at":"2026-11-30T01:30:00Z","level":"info","event":"request","status":200}'
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = clock or SystemClock()

    def format(self, record: logging.LogRecord) -> str:
        """
        Write one line.

        Args:
            record: What is logged.

        Returns:
            The line.
        """
        said: dict[str, object] = {
            "at": self._clock.now().astimezone(datetime.UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.msg if _EVENT.fullmatch(str(record.msg)) else "other",
        }
        for name in FIELDS:
            value = getattr(record, name, None)
            if value is not None:
                said[name] = value if isinstance(value, int) else str(value)[:_LONGEST]
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["where"] = _where(record)
        return json.dumps(said, separators=(",", ":"), ensure_ascii=True)


def _where(record: logging.LogRecord) -> str:
    """Name the innermost frames of an error, without what they held."""
    assert record.exc_info is not None  # noqa: S101  the caller has looked
    traced, frames = record.exc_info[2], []
    while traced is not None:
        frames.append(f"{traced.tb_frame.f_code.co_name}:{traced.tb_lineno}")
        traced = traced.tb_next
    return " ".join(frames[-8:])


def say(level: int, event: str, **facts: str | int | bool | None) -> None:
    """
    Write a line.

    Args:
        level: Such as `logging.INFO`.
        event: What happened, in a few lower-case words.
        facts: Some of `FIELDS`.

    Example:
        >>> say(logging.DEBUG, "request", status=200)
    """
    logger().log(level, event, extra=facts)


def begin(level: str, stream: TextIO | None = None) -> logging.Handler:
    r"""
    Begin to write the log; for a process that is the exchange and nothing else.

    Args:
        level: "debug", "info", "warning" or "error".
        stream: Where to; the standard error if left out.

    Returns:
        The handler, for whoever wants to take it off again.

    Example:
        >>> import io
        >>> out = io.StringIO()
        >>> handler = begin("info", out)
        >>> say(logging.INFO, "ready")
        >>> out.getvalue()[-17:]
        '"event":"ready"}\n'
        >>> logger().removeHandler(handler)
        >>> logger().setLevel("NOTSET")
    """
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonLines())
    logger().addHandler(handler)
    logger().setLevel(level.upper())
    return handler
