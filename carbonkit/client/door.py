"""
The one door to the HTTP library: httpx2 where it is installed, else httpx; nothing else imports them.

What went wrong comes back as a value, `Failed`, that says whether the request can have reached
the exchange. Redirects are not followed, encoded bodies are not taken, and a body is read up to
a cap. Of a library's client that is handed in, only its connections are used (proxies,
certificates, limits, transport) and its event hooks: no header, cookie or login of its own is sent.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from carbonkit.client.error import Facts, request_id_of
from carbonkit.client.failure import Failed, Trouble
from carbonkit.client.message import Incoming
from carbonkit.errors import InvalidValueError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from types import ModuleType, TracebackType
    from typing import Self

    from carbonkit.client.message import Outgoing

__all__ = ["AsyncDoor", "AsyncOpened", "Door", "Library", "Limits", "Opened"]

Library: TypeAlias = Literal["httpx", "httpx2"]
_LIBRARIES: Final = ("httpx2", "httpx")
_DRAINED: Final = 300  # a status from here on has its body read at once


@attrs.frozen(kw_only=True)
class Limits:
    """
    How long to wait for a connection, and how much to read.

    Args:
        connect: How long a connection may take to be made.
        most: How many bytes an answer may have.

    Example:
        >>> import datetime
        >>> Limits(connect=datetime.timedelta(seconds=5), most=1 << 24).most
        16777216
    """

    connect: datetime.timedelta
    most: int


def _library(name: Library | None) -> ModuleType:
    """Find the HTTP library."""
    if name is not None and name not in _LIBRARIES:
        raise InvalidValueError("be httpx, httpx2 or None", was=name, field="library")
    for each in (name,) if name else _LIBRARIES:
        try:
            return importlib.import_module(each)
        except ModuleNotFoundError as error:
            if error.name != each:
                raise
    raise MissingExtraError(
        "be installed to reach an exchange",
        field=name or "httpx",
        hint='pip install "carbonkit[client]"' if name != "httpx2" else "pip install httpx2",
    )


def _library_of(client: object, kind: str) -> ModuleType:
    """Tell which library a client that was handed in belongs to."""
    for base in type(client).__mro__:
        root = base.__module__.partition(".")[0]
        if root in _LIBRARIES and base.__name__ == kind:
            return sys.modules[root]
    raise InvalidValueError(
        f"be an httpx.{kind} or httpx2.{kind}", was=type(client).__qualname__, field="http_client"
    )


class _Caller:
    """What the sync and the async door share: it makes requests, reads heads, and tells errors apart."""

    def __init__(self, library: ModuleType, limits: Limits) -> None:
        self.library = library
        self.limits = limits
        self._connect = limits.connect.total_seconds()
        self._unsent = (
            library.ConnectError,
            library.ConnectTimeout,
            library.PoolTimeout,
            library.ProxyError,
        )
        self._unfit = (
            library.LocalProtocolError,
            library.UnsupportedProtocol,
            library.InvalidURL,
            UnicodeError,
        )
        # a library's own errors, and those of a socket or a transport that it lets through
        self.errors = (library.HTTPError, library.InvalidURL, library.StreamError, OSError, UnicodeError)

    def request(self, outgoing: Outgoing, seconds: float) -> Any:  # noqa: ANN401  of either library
        """Make the library's request, as it stands: nothing of the client's own goes into it."""
        timeouts = {
            "connect": min(self._connect, seconds),
            "read": seconds,
            "write": seconds,
            "pool": seconds,
        }
        return self.library.Request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            content=outgoing.body or None,
            extensions={"timeout": timeouts},
        )

    def failed(self, error: Exception) -> Failed:
        """Tell what a library's error means."""
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if isinstance(error, self._unfit):
            return Failed(trouble=Trouble.UNFIT, reached=False, detail=type(error).__name__)
        if isinstance(error, (self.library.TimeoutException, TimeoutError)):
            return Failed(trouble=Trouble.TIMEOUT, reached=not isinstance(error, self._unsent), detail=said)
        if isinstance(error, (*self._unsent, ConnectionRefusedError)):
            return Failed(trouble=Trouble.CONNECTION, reached=False, detail=said)
        return Failed(trouble=Trouble.BROKEN, reached=True, detail=said)

    def unwelcome(self, status: int, headers: Mapping[str, str]) -> Failed | None:
        """Refuse an answer by its head: one that is encoded, or says that it is too large."""
        if headers.get("content-encoding", "identity").lower() != "identity":
            return Failed(trouble=Trouble.ENCODED, reached=True, detail=f"status {status}")
        length = headers.get("content-length", "")
        if length.isdecimal() and (len(length) > 18 or int(length) > self.limits.most):  # noqa: PLR2004
            return self.too_large(status)
        return None

    def too_large(self, status: int) -> Failed:
        """Say that an answer is larger than is taken."""
        detail = f"status {status}, more than {self.limits.most} bytes"
        return Failed(trouble=Trouble.TOO_LARGE, reached=True, detail=detail)

    def late(self) -> Failed:
        """Say that an answer did not come to its end in time."""
        return Failed(trouble=Trouble.TIMEOUT, reached=True, detail="the answer did not end in time")


def _headers(response: Any) -> dict[str, str]:  # noqa: ANN401  of either library
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


class Opened:
    """
    An answer whose body is still coming: its head, and its chunks as they come.

    Iterating gives the chunks, and raises `ConnectionFailedError` or `TimedOutError` if they stop
    coming before the end. Close it, or use it in a `with` statement.

    Args:
        head: The answer's status and headers.
        response: The library's response.
        caller: What knows the library's errors.
    """

    def __init__(self, head: Incoming, response: Any, caller: _Caller) -> None:  # noqa: ANN401
        self.head = head
        self._response = response
        self._caller = caller

    def __iter__(self) -> Iterator[bytes]:
        """Give the chunks."""
        try:
            yield from self._response.iter_bytes()
        except self._caller.errors as error:
            raise self._caller.failed(error).error(_facts(self.head)) from None

    def close(self) -> None:
        """Close the connection that the answer comes over."""
        with contextlib.suppress(*self._caller.errors):
            self._response.close()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


class AsyncOpened:
    """The same as `Opened`, for `async for` and `async with`."""

    def __init__(self, head: Incoming, response: Any, caller: _Caller) -> None:  # noqa: ANN401
        self.head = head
        self._response = response
        self._caller = caller

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the chunks."""
        try:
            async for chunk in self._response.aiter_bytes():
                yield chunk
        except self._caller.errors as error:
            raise self._caller.failed(error).error(_facts(self.head)) from None

    async def close(self) -> None:
        """Close the connection that the answer comes over."""
        with contextlib.suppress(*self._caller.errors):
            await self._response.aclose()

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


def _facts(head: Incoming) -> Facts:
    return Facts(status=head.status, request_id=request_id_of(head, None))


class Door:
    """
    Sends requests, and waits for each.

    Args:
        limits: How long a connection may take, and how large an answer may be.
        library: Which library to use; None for httpx2 where it is installed, else httpx.
        http_client: A client of either library to use; it stays open when the door is closed.

    Raises:
        MissingExtraError: If no library is installed.
        InvalidValueError: If the client is none of either library.
    """

    def __init__(self, limits: Limits, *, library: Library | None = None, http_client: object = None) -> None:
        found = _library(library) if http_client is None else _library_of(http_client, "Client")
        self._caller = _Caller(found, limits)
        self._own = http_client is None
        self._client: Any = found.Client(follow_redirects=False) if http_client is None else http_client

    @property
    def library(self) -> str:
        """The name of the library."""
        return self._caller.library.__name__

    def send(self, outgoing: Outgoing, timeout: datetime.timedelta) -> Incoming | Failed:
        """
        Send a request, and read its answer.

        Args:
            outgoing: The request.
            timeout: How long all of it may take.

        Returns:
            The answer, or what kept it from coming.
        """
        seconds = timeout.total_seconds()
        ends = time.monotonic() + seconds
        caller = self._caller
        try:
            response = self._client.send(
                caller.request(outgoing, seconds), stream=True, auth=None, follow_redirects=False
            )
            try:
                return self._read(response, _headers(response), ends)
            finally:
                response.close()
        except caller.errors as error:
            return caller.failed(error)

    def open(self, outgoing: Outgoing, timeout: datetime.timedelta) -> Opened | Incoming | Failed:
        """
        Send a request, and hand over its answer while it is still coming, if it is a success.

        Args:
            outgoing: The request.
            timeout: How long to wait for the head, and then for each chunk.

        Returns:
            The answer that is coming; an answer that is no success, read; or what kept it from coming.
        """
        seconds = timeout.total_seconds()
        caller = self._caller
        try:
            response = self._client.send(
                caller.request(outgoing, seconds), stream=True, auth=None, follow_redirects=False
            )
            headers, status = _headers(response), response.status_code
            if status < _DRAINED and not caller.unwelcome(status, headers):
                return Opened(Incoming(status=status, headers=headers, body=b""), response, caller)
            try:
                return self._read(response, headers, time.monotonic() + seconds)
            finally:
                response.close()
        except caller.errors as error:
            return caller.failed(error)

    def _read(self, response: Any, headers: dict[str, str], ends: float) -> Incoming | Failed:  # noqa: ANN401
        caller, chunks, size, status = self._caller, [], 0, response.status_code
        if unwelcome := caller.unwelcome(status, headers):
            return unwelcome
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > caller.limits.most:
                return caller.too_large(status)
            chunks.append(chunk)
            if time.monotonic() > ends:
                return caller.late()
        return Incoming(status=status, headers=headers, body=b"".join(chunks))

    def sleep(self, seconds: float) -> None:
        """
        Wait.

        Args:
            seconds: How long.
        """
        time.sleep(seconds)

    def close(self) -> None:
        """Close the connections, unless the client was handed in."""
        if self._own:
            self._client.close()


class AsyncDoor:
    """
    Sends requests, and lets others run while it waits; under asyncio and trio.

    Args:
        limits: How long a connection may take, and how large an answer may be.
        library: Which library to use; None for httpx2 where it is installed, else httpx.
        http_client: An async client of either library to use; it stays open when the door is closed.

    Raises:
        MissingExtraError: If no library is installed.
        InvalidValueError: If the client is none of either library.
    """

    def __init__(self, limits: Limits, *, library: Library | None = None, http_client: object = None) -> None:
        found = _library(library) if http_client is None else _library_of(http_client, "AsyncClient")
        self._caller = _Caller(found, limits)
        self._anyio = importlib.import_module("anyio")  # both libraries stand on it
        self._own = http_client is None
        self._client: Any = found.AsyncClient(follow_redirects=False) if http_client is None else http_client

    @property
    def library(self) -> str:
        """The name of the library."""
        return self._caller.library.__name__

    async def send(self, outgoing: Outgoing, timeout: datetime.timedelta) -> Incoming | Failed:  # noqa: ASYNC109
        """
        Send a request, and read its answer.

        Args:
            outgoing: The request.
            timeout: How long all of it may take.

        Returns:
            The answer, or what kept it from coming.
        """
        seconds = timeout.total_seconds()
        caller = self._caller
        answer: Incoming | Failed = caller.late()
        try:
            with self._anyio.move_on_after(seconds):
                response = await self._client.send(
                    caller.request(outgoing, seconds), stream=True, auth=None, follow_redirects=False
                )
                try:
                    answer = await self._read(response, _headers(response))
                finally:
                    await response.aclose()
        except caller.errors as error:
            return caller.failed(error)
        return answer

    async def open(
        self,
        outgoing: Outgoing,
        timeout: datetime.timedelta,  # noqa: ASYNC109  of each wait, not of the whole
    ) -> AsyncOpened | Incoming | Failed:
        """
        Send a request, and hand over its answer while it is still coming, if it is a success.

        Args:
            outgoing: The request.
            timeout: How long to wait for the head, and then for each chunk.

        Returns:
            The answer that is coming; an answer that is no success, read; or what kept it from coming.
        """
        seconds = timeout.total_seconds()
        caller = self._caller
        answer: Incoming | Failed = caller.late()
        try:
            response = await self._client.send(
                caller.request(outgoing, seconds), stream=True, auth=None, follow_redirects=False
            )
            headers, status = _headers(response), response.status_code
            if status < _DRAINED and not caller.unwelcome(status, headers):
                return AsyncOpened(Incoming(status=status, headers=headers, body=b""), response, caller)
            with self._anyio.move_on_after(seconds):
                try:
                    answer = await self._read(response, headers)
                finally:
                    await response.aclose()
        except caller.errors as error:
            return caller.failed(error)
        return answer

    async def _read(self, response: Any, headers: dict[str, str]) -> Incoming | Failed:  # noqa: ANN401
        caller, chunks, size, status = self._caller, [], 0, response.status_code
        if unwelcome := caller.unwelcome(status, headers):
            return unwelcome
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > caller.limits.most:
                return caller.too_large(status)
            chunks.append(chunk)
        return Incoming(status=status, headers=headers, body=b"".join(chunks))

    async def sleep(self, seconds: float) -> None:
        """
        Wait, while others run.

        Args:
            seconds: How long.
        """
        await self._anyio.sleep(seconds)

    async def close(self) -> None:
        """Close the connections, unless the client was handed in."""
        if self._own:
            await self._client.aclose()
