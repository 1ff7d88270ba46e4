"""Calls: what is asked of an exchange, made ready to be sent, and how its answer is read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

import attrs

from carbonkit.client._connections import is_loopback
from carbonkit.client.error import check_header
from carbonkit.client.retry import is_positive, times
from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, Problem
from carbonkit.values.field import check_type
from carbonkit.values.text import matches
from carbonkit.wire._reading import NOT_SURE
from carbonkit.wire.codec import Reading, codec_of, encoded
from carbonkit.wire.json_text import Json, read_json, write_json
from carbonkit.wire.page import Page
from carbonkit.wire.query_text import write_query

if TYPE_CHECKING:
    from carbonkit.values.identifier import Identifier
    from carbonkit.wire.operation import Operation

__all__ = ["Call", "CallOptions", "Reply", "call_of", "exchange_url", "page_call_of", "stream_call"]

Value = TypeVar("Value")
Item = TypeVar("Item")
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,127}")
_OURS: Final = frozenset(
    {
        *("accept", "accept-encoding", "authorization", "connection", "content-digest", "content-encoding"),
        *("content-length", "content-type", "cookie", "host", "idempotency-key", "proxy-authorization"),
        *("signature", "signature-input", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


_OPTIONALLY_POSITIVE: Final = attrs.validators.optional(is_positive)


def _headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        check_header(name, value)
        if name.lower() in _OURS:
            raise InvalidValueError(
                "be a header that the client does not set itself", was=name, field="headers"
            )
    return MappingProxyType({name.lower(): value for name, value in headers.items()})


def _key(key: str | None) -> str | None:
    if key is not None and not matches(_KEY, key):
        raise InvalidValueError(
            "be 1 to 128 letters, digits or . _ : + -, starting with a letter or digit",
            was=key,
            field="idempotency_key",
        )
    return key


@attrs.frozen(kw_only=True)
class CallOptions:
    """
    What one call does otherwise than its client.

    Args:
        timeout: How long one try may take.
        deadline: How long all tries may take, with the pauses between them.
        retries: How often to try again.
        idempotency_key: The key of a POST: give the key of an earlier call to learn what became of it,
            or to go on with it, by the same request.
        headers: Headers to send beside the client's own; they are no part of a proof of who asks.

    Raises:
        InvalidValueError: If a header or a key could not be sent as one, a time is not positive, or the
            number of retries is negative.

    Example:
        >>> CallOptions(timeout=datetime.timedelta(seconds=2), retries=0).retries
        0
    """

    timeout: datetime.timedelta | None = attrs.field(default=None, validator=_OPTIONALLY_POSITIVE)
    deadline: datetime.timedelta | None = attrs.field(default=None, validator=_OPTIONALLY_POSITIVE)
    retries: int | None = attrs.field(default=None, converter=attrs.converters.optional(times))
    idempotency_key: str | None = attrs.field(default=None, converter=_key)
    headers: Mapping[str, str] = attrs.field(factory=dict, converter=_headers, repr=False)


@attrs.frozen(kw_only=True)
class Reply(Generic[Value]):
    """
    An answer, with what came around it.

    Args:
        value: What the exchange said.
        status: The HTTP status.
        headers: The answer's headers, by their lower-case names.
        request_id: The exchange's name for the request; empty if it gave none.
        attempts: How many tries it took.
        idempotency_key: The key that every try carried; empty for a GET.
        extra: What the exchange said that this version of carbonkit does not know, by JSON pointer.
        found_out: Whether no answer came to the request, and what became of it was found out by asking.

    Example:
        >>> Reply(value=7, status=200, headers={}, request_id="r-1", attempts=1, idempotency_key="",
        ...       extra={}).found_out
        False
    """

    value: Value
    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    request_id: str
    attempts: int
    idempotency_key: str
    extra: Mapping[str, Json]
    found_out: bool = False


@attrs.frozen(kw_only=True)
class Call(Generic[Value]):
    """
    One request, ready but for what each try adds.

    Args:
        operation: What is asked, such as "place_order".
        method: GET or POST.
        template: The operation's path, with the names of its parts in braces.
        target: The path and the query string, as they stand on the wire.
        body: The body.
        request: What the body was made of; None for nothing.
        read: Makes the value, and what is unknown, of the answer's JSON.
        stream: Whether the answer is handed over while it is still coming.

    Example:
        >>> from carbonkit.wire import TIME
        >>> call_of(TIME).target
        '/v1/time'
    """

    operation: str
    method: str
    template: str
    target: str
    body: bytes = attrs.field(default=b"", repr=False)
    request: object = None
    read: Callable[[Json], tuple[Value, Mapping[str, Json]]] = attrs.field(repr=False)
    stream: bool = False

    @property
    def client_order_id(self) -> str:
        """What the owner calls the order that is asked for; empty if none is."""
        return str(getattr(self.request, "client_order_id", "") or "")

    def answer(self, body: bytes, most: int) -> tuple[Value, Mapping[str, Json]]:
        """
        Read the body of an answer.

        Args:
            body: The body.
            most: How many bytes it may have.

        Returns:
            The value, and what is unknown in it, by JSON pointer.

        Raises:
            InvalidValueError: If it is no JSON.
            BatchError: If it says other things than the answer must.
        """
        return self.read(read_json(body, most=most))


def call_of(
    operation: Operation[Value],
    parts: Mapping[str, str | Identifier] | None = None,
    *,
    request: object = None,
    query: object = None,
) -> Call[Value]:
    """
    Make a call of an operation that answers with one thing.

    Args:
        operation: What to ask.
        parts: What its path names.
        request: What its body says; None for no body.
        query: What its query string says; None for none.

    Returns:
        The call.

    Raises:
        InvalidValueError: If the path does not name what it must, or a body or query is of another class
            than the operation's.

    Example:
        >>> from carbonkit.wire import DEPTH, DepthQuery
        >>> call_of(DEPTH, {"instrument": "CEA25"}, query=DepthQuery(levels=5)).target
        '/v1/instruments/CEA25/depth?levels=5'
    """
    return _call(operation, parts, request, query, _one(operation.answer))


def page_call_of(
    operation: Operation[Item], parts: Mapping[str, str | Identifier] | None = None, *, query: object = None
) -> Call[Page[Item]]:
    """
    Make a call of an operation that answers with a piece of a list.

    Args:
        operation: What to ask.
        parts: What its path names.
        query: What its query string says; None for none.

    Returns:
        The call.

    Raises:
        InvalidValueError: If the path does not name what it must, or a query is of another class than the
            operation's.

    Example:
        >>> from carbonkit.wire import KEYS, ListQuery
        >>> page_call_of(KEYS, query=ListQuery(limit=5)).target
        '/v1/admin/keys?limit=5'
    """
    return _call(operation, parts, None, query, _page(operation.answer))


def stream_call(name: str, target: str) -> Call[Any]:
    """
    Make a call whose answer is handed over while it is still coming.

    Args:
        name: What the operation is called in errors and hooks.
        target: The path and the query string.

    Returns:
        The call.

    Example:
        >>> stream_call("stream", "/v1/stream?channel=trade").template
        '/v1/stream'
    """
    path = target.partition("?")[0]
    return Call(
        operation=name, method="GET", template=path, target=target, read=lambda fact: (fact, {}), stream=True
    )


def _call(
    operation: Operation[Any],
    parts: Mapping[str, str | Identifier] | None,
    request: object,
    query: object,
    read: Callable[[Json], tuple[Value, Mapping[str, Json]]],
) -> Call[Value]:
    named = parts or {}
    if set(named) != set(operation.parts):
        raise InvalidValueError(
            f"name {', '.join(operation.parts) or 'nothing'}", was=", ".join(named), field="parts"
        )
    for thing, kind, field in ((request, operation.body, "request"), (query, operation.query, "query")):
        fit = thing is None if kind is None else isinstance(thing, kind)
        if not fit and not (field == "query" and thing is None):
            wanted = "nothing" if kind is None else f"a {kind.__name__}"
            raise InvalidValueError(f"be {wanted}", was=type(thing).__name__, field=field)
    target = operation.at(**named) if named else operation.path
    words = "" if query is None else write_query(query)
    return Call(
        operation=operation.name,
        method=operation.method,
        template=operation.path,
        target=f"{target}?{words}" if words else target,
        body=b"" if request is None else write_json(encoded(request)),
        request=request,
        read=read,
    )


def _one(kind: type[Value]) -> Callable[[Json], tuple[Value, Mapping[str, Json]]]:
    def read(fact: Json) -> tuple[Value, Mapping[str, Json]]:
        return _read(kind, fact, "")

    return read


def _page(kind: type[Item]) -> Callable[[Json], tuple[Page[Item], Mapping[str, Json]]]:
    def read(fact: Json) -> tuple[Page[Item], Mapping[str, Json]]:
        if type(fact) is not dict:
            raise BatchError([Problem(code="wrong_type", must="be an object")])
        cursor = fact.get("next_cursor")
        if cursor is not None and (type(cursor) is not str or not cursor):
            raise BatchError([Problem(code="cursor", must="be a word or null", field="/next_cursor")])
        data, extra = _read(tuple[kind, ...], fact.get("data"), "/data")  # type: ignore[valid-type]  # at run time
        known = {"data", "next_cursor", "has_more"}
        unknown = {f"/{name}": value for name, value in fact.items() if name not in known}
        return Page(data=data, next_cursor=cursor), {**unknown, **extra}

    return read


def _read(kind: Any, fact: Json, pointer: str) -> tuple[Any, Mapping[str, Json]]:  # noqa: ANN401  type hints
    codec = codec_of(kind)
    try:
        return codec.quick(fact), {}
    except NOT_SURE:
        reading = Reading(lenient=True)
    try:
        value = codec.read(fact, reading, pointer)
    except CarbonkitError as error:
        reading.found(pointer, error)
        raise BatchError(reading.problems) from None
    return value, reading.extra


def exchange_url(url: str, *, allow_http: bool) -> str:
    """
    Take the URL of an exchange, in the one form that is sent and signed.

    Args:
        url: Such as "https://exchange.example"; a path may follow.
        allow_http: Whether plain HTTP may be spoken with another machine.

    Returns:
        The URL, without a slash at its end.

    Raises:
        InvalidValueError: If it is no such URL, has a user, query or fragment, or would send plain text
            to another machine.

    Example:
        >>> exchange_url("HTTPS://Exchange.Example:443/", allow_http=False)
        'https://exchange.example'
    """
    wrong = InvalidValueError(
        "be the URL of an exchange: scheme, host, and perhaps port and path",
        field="url",
        hint='write e.g. "https://exchange.example"',
    )
    check_type(url, str, field="url")
    if not (url.isascii() and url.isprintable() and "%" not in url):
        raise wrong
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    fit = parts.scheme in {"http", "https"} and matches(_HOST, host) and matches(_PATH, parts.path)
    fit = fit and not {".", ".."} & set(parts.path.split("/"))
    if not fit or parts.query or parts.fragment or "?" in url or "#" in url:
        raise wrong
    if parts.scheme == "http" and not allow_http and not is_loopback(host.strip("[]")):
        raise InvalidValueError(
            "be https", was=f"http to {host}", field="url", hint="or say allow_http=True where it is safe"
        )
    given = "" if port is None or port == {"http": 80, "https": 443}[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host.lower()}{given}{parts.path.rstrip('/')}"
