"""The exchange as a Starlette application, made from the table of operations and their handlers."""

from __future__ import annotations

import asyncio
import contextlib
import http
from collections.abc import Mapping
from importlib import metadata, resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from carbonkit.exchange import health
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.engine import Stamp
from carbonkit.exchange.exchange import Exchange
from carbonkit.exchange.feed_handler import answer_stream, wish_of
from carbonkit.exchange.front import JSON, PROBLEM, Front, Trace, head_of, respond, trace_of
from carbonkit.exchange.handler import Asked, Changes, Handler, Looks
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.heavy import HeavyReads
from carbonkit.exchange.metrics import CONTENT_TYPE
from carbonkit.exchange.openapi import document
from carbonkit.exchange.problem_answer import RequestError, explained
from carbonkit.exchange.request_reading import body_of, idempotency_key, query_of, read_body
from carbonkit.exchange.work import token_of, work_of, written
from carbonkit.wire.answer import Depth
from carbonkit.wire.json_text import write_json
from carbonkit.wire.operation import Operation
from carbonkit.wire.operations import MAKE_KEY, OPERATIONS, REVOKE_KEY
from carbonkit.wire.scope import Scope as KeyScope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from carbonkit.exchange.request_reading import Head

    Answers = Callable[[Scope, Receive, Send], Awaitable[None]]

__all__ = ["application"]

_BAD_REQUEST: Final = http.HTTPStatus.BAD_REQUEST
_MANY_ORDERS: Final = 500
_OK: Final = http.HTTPStatus.OK.value
_OF_KEYS: Final = frozenset({MAKE_KEY.name, REVOKE_KEY.name})
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_FILES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "/": ("index.html", "text/html; charset=utf-8"),
        "/page/page.js": ("page.js", "text/javascript; charset=utf-8"),
        "/page/page.css": ("page.css", "text/css; charset=utf-8"),
    }
)


def application(exchange: Exchange) -> Starlette:
    """
    Make the application that serves an exchange.

    Args:
        exchange: The exchange, which it starts and ends.

    Returns:
        The ASGI application.

    Example:
        >>> application.__name__
        'application'
    """
    made, heavy = handlers(exchange.wall), HeavyReads()
    by_path: dict[str, dict[str, Answers]] = {}
    for operation in OPERATIONS:
        served = _Served(exchange=exchange, operation=operation, handler=made[operation.name], heavy=heavy)
        by_path.setdefault(operation.path, {})[operation.method] = served
    others = _Others(exchange)
    by_path["/v1/stream"] = {"GET": others.stream}
    by_path["/oauth2/token"] = {"POST": others.token}
    by_path["/openapi.json"] = {"GET": others.described}
    by_path["/health/live"] = {"GET": others.live}
    by_path["/health/ready"] = {"GET": others.ready}
    by_path["/metrics"] = {"GET": others.measured}
    by_path.update({path: {"GET": others.page} for path in _PAGE_FILES})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with exchange:
            yield

    app = Starlette(
        routes=[Route(path, _Place(methods), name=path) for path, methods in by_path.items()],
        middleware=[Middleware(Front, exchange=exchange)],
        exception_handlers={HTTPException: _not_routed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def _not_routed(_: Request, __: Exception) -> Response:
    """Refuse what no route is for, which is all that the router itself refuses."""
    raise RequestError(404, "not_found", "be the path of an operation", field="path") from None


@attrs.frozen
class _Place:
    """One path, and who answers each method there."""

    methods: Mapping[str, Answers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        answers = self.methods.get("GET" if method == "HEAD" else method)
        if answers is None:
            allowed = sorted({*self.methods, *(("HEAD",) if "GET" in self.methods else ())})
            raise RequestError(
                http.HTTPStatus.METHOD_NOT_ALLOWED.value,
                "method_not_allowed",
                f"be {' or '.join(allowed)}",
                was=method,
                field="method",
                headers={"allow": ", ".join(allowed)},
            )
        await answers(scope, receive, send)


@attrs.frozen(kw_only=True)
class _Served:
    """One operation, from the request to its answer."""

    exchange: Exchange
    operation: Operation[Any]
    handler: Handler
    heavy: HeavyReads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace, head, operation = trace_of(scope), head_of(scope), self.operation
        trace.operation = operation.name
        body = await read_body(head, receive)
        open_to_all = operation.scope is None
        caller = _nobody() if open_to_all else _admitted(self.exchange, scope, head, body, operation.scope)
        key = idempotency_key(head) if operation.method == "POST" else ""
        asked = Asked(
            operation=operation,
            caller=caller,
            parts=MappingProxyType(dict(scope["path_params"])),
            query=query_of(operation.query, head),
            body=body_of(operation.body, head, body),
            token=token_of(caller.key_id, key) if key else "",
            stamp=Stamp.of(caller.key_id, key, head.method, head.target, body) if key else None,
        )
        if isinstance(self.handler, Changes):
            await self._change(asked, head, trace, send)
        else:
            await respond(send, operation.status, await self._read(asked))

    async def _change(self, asked: Asked, head: Head, trace: Trace, send: Send) -> None:
        said, again = await self.exchange.engine.do(
            work_of(self.handler, asked), asked.stamp, explained(head.path, trace.request_id)
        )
        if self.operation.name in _OF_KEYS:
            await self.exchange.keys_changed(asked.parts.get("key"))
        refused = said.status >= _BAD_REQUEST
        trace.replayed = again or None
        trace.code = "refused" if refused else None
        headers = {"idempotent-replayed": "true"} if again else {}
        await respond(send, said.status, said.body.encode(), PROBLEM if refused else JSON, headers)

    async def _read(self, asked: Asked) -> bytes:
        handler = self.handler
        if isinstance(handler, Looks):
            seen = await self.exchange.engine.look(lambda desk: handler.read(desk, asked))
            return await asyncio.to_thread(written, seen) if _large(seen) else written(seen)
        assert not isinstance(handler, Changes)  # noqa: S101  the caller has looked
        desk, read = self.exchange.desk, handler.read
        if handler.heavy:
            return await self.heavy.read(asked.caller.key_id, lambda: written(read(desk, asked)))
        return await asyncio.to_thread(lambda: written(read(desk, asked)))


def _large(seen: object) -> bool:
    """Whether it takes so long to write that nobody should wait for it: a book of many orders."""
    if not isinstance(seen, Depth):
        return False
    return sum(len(level.orders) for level in (*seen.buys, *seen.sells)) > _MANY_ORDERS


def _nobody() -> Caller:
    return Caller(key_id="nobody", person="", accounts=(), scopes=frozenset(), proven_by="nothing")


def _admitted(exchange: Exchange, scope: Scope, head: Head, body: bytes, needed: KeyScope | None) -> Caller:
    """Find out who asks, and whether it may ask so often."""
    caller = exchange.authenticator.authenticate(
        head.method, head.target, scope["headers"], body, scheme=head.scheme
    )
    trace = trace_of(scope)
    trace.key_id = caller.key_id
    allowance = exchange.allow_key(caller.key_id)
    trace.headers.update(allowance.headers)
    if not allowance.allowed:
        raise RequestError(
            http.HTTPStatus.TOO_MANY_REQUESTS.value, "too_many_requests", "come less often", field="key"
        )
    caller.require(needed)
    return caller


class _Others:
    """What is no operation of the table."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._document = write_json(document(metadata.version("carbonkit")))

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        head, trace = head_of(scope), trace_of(scope)
        trace.operation = "stream"
        body = await read_body(head, receive, most=0)
        caller = _admitted(self._exchange, scope, head, body, KeyScope.READ)
        if head.method == "HEAD":
            wish_of(caller, head)
            await respond(send, _OK, b"", "text/event-stream")
        else:
            await answer_stream(self._exchange.hub, caller, head, receive, send)

    async def token(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = head_of(scope)
        trace_of(scope).operation = "token"
        body = await read_body(head, receive)
        answer = self._exchange.token_endpoint.answer(head.headers, body)
        headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
        await respond(send, answer.status, write_json(answer.body), JSON, headers)

    async def described(self, scope: Scope, _: Receive, send: Send) -> None:
        trace_of(scope).operation = "openapi"
        await respond(send, _OK, self._document)

    async def live(self, scope: Scope, _: Receive, send: Send) -> None:
        trace_of(scope).operation = "health_live"
        await respond(send, *health.live())

    async def ready(self, scope: Scope, _: Receive, send: Send) -> None:
        trace_of(scope).operation = "health_ready"
        await respond(send, *health.ready(self._exchange))

    async def measured(self, scope: Scope, _: Receive, send: Send) -> None:
        trace_of(scope).operation = "metrics"
        await respond(send, _OK, self._exchange.metrics.text(), CONTENT_TYPE)

    async def page(self, scope: Scope, _: Receive, send: Send) -> None:
        trace_of(scope).operation = "page"
        name, media = _PAGE_FILES[head_of(scope).path]
        file = resources.files("carbonkit.exchange").joinpath("page", name)
        if not file.is_file():
            raise RequestError(404, "not_found", "be the path of an operation", field="path")
        await respond(send, _OK, file.read_bytes(), media, {"content-security-policy": _PAGE_POLICY})
