"""Requests as they come over HTTP, read strictly: what is doubtful is refused, and nothing is read twice."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qsl

import attrs

from carbonkit.errors import BatchError, InvalidValueError
from carbonkit.exchange.openapi import IDEMPOTENCY_KEY
from carbonkit.exchange.problem_answer import InvalidRequestError, RequestError
from carbonkit.wire.codec import decoded
from carbonkit.wire.json_text import read_json
from carbonkit.wire.query_text import read_query

__all__ = [
    "MOST_BYTES",
    "Head",
    "Receive",
    "body_of",
    "idempotency_key",
    "of_this_machine",
    "query_of",
    "query_pairs",
    "read_body",
]

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""Gives the next piece of a request, as ASGI does."""

MOST_BYTES: Final = 64 * 1024
"""How large a body may be."""

_PATIENCE: Final = 20  # seconds that a body may take to come
_MOST_QUERY: Final = 2_048
_PATH: Final = re.compile(rb"(?:/(?:[A-Za-z0-9._:+-]|%3A|%3a|%2B|%2b)*){1,12}")
_LONGEST_PATH: Final = 1_024
_QUERY: Final = re.compile(rb"[!$-;=?-Z\[\]_a-z~&]*")
_HEADER_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_HEADER_VALUE: Final = re.compile(rb"[\t\x20-\x7e]{0,8192}")
_MOST_HEADERS: Final = 100
_MOST_HEADER_BYTES: Final = 32 * 1024
_VERSIONS: Final = frozenset({"1.0", "1.1", "2", "3"})
_LISTS: Final = frozenset(
    {"accept", "accept-encoding", "accept-language", "cookie", "via", "x-forwarded-for"}
)
_JSON: Final = re.compile(r'application/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?', re.IGNORECASE)
_LENGTH: Final = re.compile(r"[0-9]{1,18}")


@attrs.frozen(kw_only=True)
class Head:
    """
    A request without its body.

    Args:
        method: Its method.
        scheme: "http" or "https".
        path: Its path as it came, which `%3A` and `%2B` alone may stand in.
        query: Its query string as it came, without the question mark.
        headers: Its headers by their lower-case names, each with its one value.
        address: Where it came from.

    Example:
        >>> Head(method="GET", scheme="http", path="/v1/orders", query="limit=5", headers={},
        ...      address="127.0.0.1").target
        '/v1/orders?limit=5'
    """

    method: str
    scheme: str
    path: str
    query: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    address: str

    @property
    def target(self) -> str:
        """The path and the query string, as they came."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @classmethod
    def read(cls, scope: MutableMapping[str, Any]) -> Self:
        """
        Read what ASGI knows of a request.

        Args:
            scope: The ASGI scope.

        Returns:
            The head.

        Raises:
            RequestError: If the path or the query string has anything that ours never have, a header
                comes twice or is no plain ASCII, or there are too many of them.
        """
        if scope.get("http_version", "1.1") not in _VERSIONS:
            raise RequestError(400, "malformed", "be of a known version of HTTP", field="version")
        raw = scope.get("raw_path") or scope["path"].encode()
        query = scope["query_string"]
        if len(raw) > _LONGEST_PATH or len(query) > _MOST_QUERY:
            raise RequestError(414, "target_too_long", "be a shorter path and query", field="target")
        if _PATH.fullmatch(raw) is None:
            raise RequestError(404, "not_found", "be the path of an operation", field="path")
        if _QUERY.fullmatch(query.replace(b"%", b"")) is None:
            raise RequestError(400, "malformed", "be of characters that a query may have", field="query")
        client = scope.get("client")
        return cls(
            method=scope["method"],
            scheme=scope.get("scheme", "http"),
            path=raw.decode("ascii"),
            query=query.decode("ascii"),
            headers=_headers(scope["headers"]),
            address=client[0] if client else "",
        )


def _headers(pairs: list[tuple[bytes, bytes]]) -> Mapping[str, str]:
    if (
        len(pairs) > _MOST_HEADERS
        or sum(len(name) + len(value) for name, value in pairs) > _MOST_HEADER_BYTES
    ):
        raise RequestError(
            431,
            "headers_too_large",
            f"be at most {_MOST_HEADERS}, with {_MOST_HEADER_BYTES} bytes",
            field="headers",
            headers={"Connection": "close"},
        )
    found: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        if _HEADER_NAME.fullmatch(raw_name) is None or _HEADER_VALUE.fullmatch(raw_value) is None:
            raise RequestError(400, "malformed", "be plain ASCII and not too long", field="header")
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("ascii").strip(" \t")
        if name in found:
            if name not in _LISTS:
                raise RequestError(400, "duplicate_header", "come once", was=name, field="header")
            value = f"{found[name]}, {value}"
        found[name] = value
    if "transfer-encoding" in found and "content-length" in found:  # a proxy might go by the other
        raise RequestError(
            400, "malformed", "say its length in one way", field="header", headers={"Connection": "close"}
        )
    return MappingProxyType(found)


def of_this_machine(host: str) -> bool:
    """
    Tell whether a host is this machine alone.

    Args:
        host: A name or an address, without a port.

    Returns:
        True for a loopback address.

    Example:
        >>> of_this_machine("127.0.0.1"), of_this_machine("::1"), of_this_machine("exchange.example")
        (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


async def read_body(head: Head, receive: Receive, most: int = MOST_BYTES) -> bytes:
    """
    Read the body of a request, and stop where it is too large.

    Args:
        head: The rest of the request.
        receive: Gives its pieces.
        most: How many bytes it may have.

    Returns:
        The body.

    Raises:
        RequestError: If it is too large or too slow, is compressed, or breaks off.
    """
    length = head.headers.get("content-length")
    too_large = RequestError(
        413, "body_too_large", f"have at most {most} bytes", field="body", headers={"Connection": "close"}
    )
    if length is not None and (_LENGTH.fullmatch(length) is None or int(length) > most):
        raise too_large
    if head.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError(415, "content_encoding", "not be compressed", field="Content-Encoding")
    try:
        async with asyncio.timeout(_PATIENCE):
            body = await _pieces(receive, most)
    except TimeoutError:
        raise RequestError(
            408, "too_slow", f"come within {_PATIENCE} seconds", field="body", headers={"Connection": "close"}
        ) from None
    if body is None:
        raise too_large
    return body


async def _pieces(receive: Receive, most: int) -> bytes | None:
    """Read piece by piece; give None if it is too large."""
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError(400, "disconnected", "be sent whole", field="body")
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            return None
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def idempotency_key(head: Head) -> str:
    """
    Read under which key a change is asked for.

    Args:
        head: The request.

    Returns:
        The key, without the quotation marks that the draft of the header asks for.

    Raises:
        RequestError: If there is none, or it has other characters or is too long.

    Example:
        >>> given = {"idempotency-key": '"8e03978e-40d5"'}
        >>> idempotency_key(Head(method="POST", scheme="http", path="/v1/orders", query="", headers=given,
        ...                      address=""))
        '8e03978e-40d5'
    """
    value = head.headers.get("idempotency-key")
    if value is None:
        raise RequestError(
            400,
            "idempotency_key_missing",
            "be given",
            field="Idempotency-Key",
            hint="send a new one with each new request, and the same one when you try again",
        )
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    bare = value[1:-1] if quoted else value
    if IDEMPOTENCY_KEY.fullmatch(bare) is None:
        raise RequestError(
            400,
            "idempotency_key_invalid",
            "be 1 to 128 letters, digits or . _ : + -",
            field="Idempotency-Key",
        )
    return bare


def body_of(kind: type | None, head: Head, body: bytes) -> object:
    """
    Read what an operation is asked with.

    Args:
        kind: The class of the operation's body; None if it has none.
        head: The request.
        body: Its body.

    Returns:
        A value of the class; None if there is none.

    Raises:
        InvalidRequestError: If any field is not what it must be.
        RequestError: If there is a body where none belongs, or it is of another type.

    Example:
        >>> head = Head(method="GET", scheme="http", path="/v1/time", query="", headers={}, address="")
        >>> body_of(None, head, b"") is None
        True
    """
    if kind is None:
        if body.strip() not in {b"", b"{}"}:
            raise RequestError(400, "body_not_expected", "be empty", field="body")
        return None
    said = head.headers.get("content-type", "")
    if _JSON.fullmatch(said) is None:
        raise RequestError(415, "media_type", "be application/json", was=said, field="Content-Type")
    fact = read_json(body, most=MOST_BYTES)
    try:
        return decoded(kind, fact)[0]
    except BatchError as error:
        raise InvalidRequestError(error.problems) from None


def query_pairs(head: Head) -> list[tuple[str, str]]:
    """
    Split a query string.

    Args:
        head: The request.

    Returns:
        The names and texts, percent-decoded, as often as they stand there.

    Raises:
        RequestError: If it is not written as a query string is.

    Example:
        >>> head = Head(method="GET", scheme="http", path="/", query="a=1&b=%2B", headers={}, address="")
        >>> query_pairs(head)
        [('a', '1'), ('b', '+')]
    """
    try:
        return parse_qsl(head.query, keep_blank_values=True, strict_parsing=bool(head.query), errors="strict")
    except ValueError:
        raise RequestError(400, "malformed", "be name=text pairs in UTF-8", field="query") from None


def query_of(kind: type | None, head: Head) -> object:
    """
    Read what narrows a list down.

    Args:
        kind: The class of the operation's query; None if it has none.
        head: The request.

    Returns:
        A value of the class; None if it has none.

    Raises:
        InvalidRequestError: If any part is not what it must be.
        RequestError: If there is a query string where none belongs, or it is not written as one is.

    Example:
        >>> from carbonkit.wire import DepthQuery
        >>> head = Head(method="GET", scheme="http", path="/", query="levels=5", headers={}, address="")
        >>> query_of(DepthQuery, head)
        DepthQuery(levels=5)
    """
    if kind is None:
        if head.query:
            raise InvalidRequestError([InvalidValueError("be empty", field="query").problem])
        return None
    try:
        return read_query(kind, query_pairs(head))
    except BatchError as error:
        raise InvalidRequestError(error.problems) from None
