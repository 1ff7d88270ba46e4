"""
The one door to the HTTP library: httpx2 where it is installed, else httpx; nothing else imports them.

What went wrong comes back as a value, `Failed`, that says whether the request can have reached
the exchange. Redirects are not followed, encoded bodies are not taken, and a body is read up to
a cap. Of a library's client that is handed in, only its connections are used (proxies,
certificates, limits, transport) and its event hooks: no header, cookie or login of its own is sent.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from carbonkit.client._caller import Caller, Limits
from carbonkit.client._connections import Connections, Until, hold_to_their_time
from carbonkit.client._opened import AsyncOpened, Opened
from carbonkit.client.failure import Failed
from carbonkit.client.message import Incoming
from carbonkit.errors import InvalidValueError, MissingExtraError

if TYPE_CHECKING:
    import datetime
    from types import ModuleType

    from carbonkit.client.message import Outgoing

__all__ = ["AsyncDoor", "AsyncOpened", "Door", "Library", "Limits", "Opened"]

Library: TypeAlias = Literal["httpx", "httpx2"]
_LIBRARIES: Final = ("httpx2", "httpx")
_DRAINED: Final = 300  # a status from here on has its body read at once


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


def _headers(response: Any) -> dict[str, str]:  # noqa: ANN401  of either library
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


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
        self._caller = Caller(found, limits)
        self._connections = Connections(found.Client, http_client)

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

        Raises:
            CarbonkitError: If the door is closed.
        """
        until = Until(timeout.total_seconds())
        caller, client = self._caller, self._connections.to(outgoing.url)
        request = caller.request(outgoing, until, hold_to_their_time)
        if isinstance(request, Failed):
            return request
        try:
            response = client.send(request, stream=True, auth=None, follow_redirects=False)
            try:
                return self._read(response, _headers(response), until.ends)
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

        Raises:
            CarbonkitError: If the door is closed.
        """
        until = Until(timeout.total_seconds())
        caller, client = self._caller, self._connections.to(outgoing.url)
        request = caller.request(outgoing, until, hold_to_their_time)
        if isinstance(request, Failed):
            return request
        try:
            response = client.send(request, stream=True, auth=None, follow_redirects=False)
            headers, status = _headers(response), response.status_code
            if status < _DRAINED and not caller.unwelcome(status, headers):
                return Opened(Incoming(status=status, headers=headers, body=b""), response, caller, until)
            until.begin()
            try:
                return self._read(response, headers, until.ends)
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
        """Close the connections, unless the client was handed in; nothing can be sent any more."""
        for client in self._connections.close():
            client.close()


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
        self._caller = Caller(found, limits)
        self._anyio = importlib.import_module("anyio")  # both libraries stand on it
        self._connections = Connections(found.AsyncClient, http_client)

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

        Raises:
            CarbonkitError: If the door is closed.
        """
        seconds = timeout.total_seconds()
        caller, client = self._caller, self._connections.to(outgoing.url)
        answer: Incoming | Failed = caller.late()
        request = caller.request(outgoing, seconds)
        if isinstance(request, Failed):
            return request
        try:
            with self._anyio.move_on_after(seconds):
                response = await client.send(request, stream=True, auth=None, follow_redirects=False)
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

        Raises:
            CarbonkitError: If the door is closed.
        """
        seconds = timeout.total_seconds()
        caller, client = self._caller, self._connections.to(outgoing.url)
        answer: Incoming | Failed = caller.late()
        request = caller.request(outgoing, seconds)
        if isinstance(request, Failed):
            return request
        try:
            response = None
            with self._anyio.move_on_after(seconds):
                response = await client.send(request, stream=True, auth=None, follow_redirects=False)
            if response is None:
                return answer
            headers, status = _headers(response), response.status_code
            if status < _DRAINED and not caller.unwelcome(status, headers):
                head = Incoming(status=status, headers=headers, body=b"")
                return AsyncOpened(head, response, caller, self._anyio.fail_after, seconds)
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
        """Close the connections, unless the client was handed in; nothing can be sent any more."""
        for client in self._connections.close():
            await client.aclose()
