"""
The front of the exchange: what every request and every answer goes through.

It names the request, refuses what came after the stop began, turns errors into
problem details, adds the headers that all answers have, and counts and logs.
"""

from __future__ import annotations

import asyncio
import http
import logging
import re
import secrets
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.errors import CarbonkitError, StorageError
from carbonkit.exchange.log import logger, say
from carbonkit.exchange.problem_answer import RequestError, http_problem
from carbonkit.exchange.request_reading import Head, of_this_machine
from carbonkit.wire.codec import encoded
from carbonkit.wire.json_text import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from carbonkit.exchange.exchange import Exchange

__all__ = ["JSON", "PROBLEM", "VERSION", "Front", "Trace", "head_of", "respond", "trace_of"]

VERSION: Final = "2026-11-30"
"""The version of the HTTP interface: the day on which it last changed in a way that breaks clients."""
JSON: Final = "application/json"
"""The media type of answers."""
PROBLEM: Final = "application/problem+json"
"""The media type of refusals."""

_TRACE: Final = "carbonkit.trace"
_HEAD: Final = "carbonkit.head"
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NANOSECONDS: Final = 1_000_000  # in a millisecond
_SERVER_ERROR: Final = 500
_ID: Final = 24  # hexadecimal digits
_DRAWN: Final = 256
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cache-control": "no-store",
        "carbonkit-version": VERSION,
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
)
_ALWAYS: Final = frozenset({"/health/live", "/health/ready", "/metrics"})


@attrs.define
class Trace:
    """
    What is known of a request as it goes through, for its log line and the headers of its answer.

    Args:
        request_id: The exchange's name for the request.
        operation: What is asked; a name of ours.
        key_id: Who asks.
        code: Why it was refused.
        replayed: Whether it was answered before.
        headers: Headers that its answer has, whatever it is.

    Example:
        >>> Trace(request_id="r-1").operation
        'none'
    """

    request_id: str
    operation: str = "none"
    key_id: str | None = None
    code: str | None = None
    replayed: bool | None = None
    headers: dict[str, str] = attrs.field(factory=dict)


def trace_of(scope: Scope) -> Trace:
    """
    Give what is known of a request.

    Args:
        scope: Its ASGI scope, after the front has seen it.

    Returns:
        The trace.

    Example:
        >>> trace_of({"carbonkit.trace": Trace(request_id="r-1")}).request_id
        'r-1'
    """
    trace: Trace = scope[_TRACE]
    return trace


def head_of(scope: Scope) -> Head:
    """
    Give a request's head.

    Args:
        scope: Its ASGI scope, after the front has read it.

    Returns:
        The head.

    Example:
        >>> head = Head(method="GET", scheme="http", path="/", query="", headers={}, address="")
        >>> head_of({"carbonkit.head": head}).path
        '/'
    """
    head: Head = scope[_HEAD]
    return head


async def respond(
    send: Send,
    status: int,
    body: bytes,
    media: str = JSON,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """
    Answer.

    Args:
        send: Takes what is sent, as ASGI does.
        status: The HTTP status.
        body: The body.
        media: Its media type.
        headers: More headers.
    """
    said = {"content-type": media, "content-length": str(len(body)), **headers}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})


class Front:
    """
    Goes before everything else, as ASGI middleware.

    Args:
        app: What answers.
        exchange: The exchange.

    Example:
        >>> Front.__name__
        'Front'
    """

    def __init__(self, app: ASGIApp, exchange: Exchange) -> None:
        self._app = app
        self._exchange = exchange
        self._ids = _request_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Let a request through.

        Args:
            scope: Its ASGI scope.
            receive: Gives its body.
            send: Takes the answer.

        Raises:
            CancelledError: If the server stops and waits no longer.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter_ns()
        trace = scope[_TRACE] = Trace(request_id=next(self._ids))
        answer = _Answer(send, trace)
        try:
            await self._served(scope, receive, answer)
        except asyncio.CancelledError:
            trace.code = trace.code or "cancelled"
            raise
        except Exception as error:  # noqa: BLE001  nobody outside may see what went wrong inside
            await self._refuse(error, scope, answer, trace)
        finally:
            self._count(scope, trace, answer.status, time.perf_counter_ns() - begun)

    async def _served(self, scope: Scope, receive: Receive, send: _Answer) -> None:
        head = scope[_HEAD] = Head.read(scope)
        if self._exchange.draining and head.path not in _ALWAYS:
            raise StorageError("be asked while the exchange runs", was="stopping", code="stopping")
        host = re.sub(r":[0-9]*\Z", "", head.headers.get("host", "")).strip("[]")
        if self._exchange.settings.demo:
            _check_of_this_machine(scope, head, host)
        allowance = self._exchange.allow_address(head.address)
        if not allowance.allowed:
            raise RequestError(
                429, "too_many_requests", "come less often", field="address", headers=allowance.headers
            )
        await self._app(scope, receive, send)

    async def _refuse(self, error: Exception, scope: Scope, send: _Answer, trace: Trace) -> None:
        if not isinstance(error, CarbonkitError):
            logger().error(
                "defect",
                exc_info=error,
                extra={"request_id": trace.request_id, "operation": trace.operation},
            )
            error = CarbonkitError("be without defects")
        head: Head | None = scope.get(_HEAD)
        instance = "/" if head is None else head.path  # what was not read is not repeated
        problem = http_problem(error, instance=instance, request_id=trace.request_id)
        trace.code = str(getattr(error, "reason", "") or problem.code)
        if send.status:  # the answer has begun, and can only be broken off
            raise ConnectionAbortedError(trace.code)
        headers = dict(getattr(error, "headers", {}))
        if problem.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            headers = {"retry-after": "1", **headers}
        await respond(send, problem.status, write_json(encoded(problem)), PROBLEM, headers)

    def _count(self, scope: Scope, trace: Trace, status: int, nanoseconds: int) -> None:
        self._exchange.metrics.asked(trace.operation, status, nanoseconds)
        head: Head | None = scope.get(_HEAD)
        theirs = head.headers.get("x-request-id", "") if head is not None else ""
        facts: dict[str, Any] = {
            "request_id": trace.request_id,
            "client_request_id": theirs if _CLIENT_ID.fullmatch(theirs) else None,
            "key_id": trace.key_id,
            "operation": trace.operation,
            "status": status,
            "milliseconds": nanoseconds // _NANOSECONDS,
            "code": trace.code,
            "replayed": trace.replayed,
        }
        say(logging.ERROR if status == _SERVER_ERROR else logging.INFO, "request", **facts)


def _check_of_this_machine(scope: Scope, head: Head, host: str) -> None:
    """Refuse whoever does not sit here: a demonstration's keys are known to everybody."""
    if not of_this_machine(host):  # a page elsewhere may have a name that leads here
        raise RequestError(421, "foreign_host", "be this machine", was=host, field="Host")
    server = scope.get("server")
    if not of_this_machine(head.address) or not server or not of_this_machine(server[0]):
        raise RequestError(403, "foreign_address", "come from this machine", field="address")


def _request_ids() -> Iterator[str]:
    """Draw many at once: each drawing lets go of the interpreter's lock, and has to wait for it again."""
    while True:
        drawn = secrets.token_hex(_DRAWN * _ID // 2)
        for start in range(0, len(drawn), _ID):
            yield f"r-{drawn[start : start + _ID]}"


class _Answer:
    """Takes an answer, adds the headers that all answers have, and remembers its status."""

    def __init__(self, send: Send, trace: Trace) -> None:
        self._send = send
        self._trace = trace
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            given = {name.lower() for name, _ in headers}
            ours = {**_HEADERS, **self._trace.headers, "x-request-id": self._trace.request_id}
            headers += [
                (name.encode(), value.encode("latin-1"))
                for name, value in ours.items()
                if name.encode() not in given
            ]
            message = {**message, "headers": headers}
        await self._send(message)
