"""The connections of a door: which of a library's clients a request goes through, and when it is made."""

from __future__ import annotations

import functools
import ipaddress
import os
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from carbonkit.errors import CarbonkitError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Connections", "Until", "hold_to_their_time", "is_loopback"]

_URLS: Final = 64  # that are remembered
_NEW_STREAM: Final = ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")


def is_loopback(host: str) -> bool:
    """
    Tell whether a host is this machine: all of 127.0.0.0/8, ::1 and localhost.

    Args:
        host: A name or an address, without brackets.

    Returns:
        Whether it is.

    Example:
        >>> is_loopback("127.1.2.3"), is_loopback("localhost"), is_loopback("127.0.0.1.example")
        (True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _stays_here(url: str) -> bool:
    """Tell whether a request is plain text to this machine, which no proxy may get to see."""
    if not url.startswith("http://"):
        return False
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:  # no URL; the library will say so
        return False


class Connections:
    """
    A library's clients: one for the world, and one for this machine that knows no proxy.

    After a fork the child makes its own, as two processes on one connection would read each other's
    answers. The parent's are left open: it goes on with them.

    Args:
        make: Makes a client of the library.
        handed_in: A client to use for everything; None to make them.
    """

    def __init__(self, make: Callable[..., Any], handed_in: object) -> None:
        self._make = make
        self._handed_in: Any = handed_in
        self._stays_here = functools.lru_cache(maxsize=_URLS)(_stays_here)
        self._closed = False
        self._parents: list[Any] = []  # kept, so that nothing closes them
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._world: Any = self._handed_in
        self._here: Any = None
        self._process = os.getpid()

    def to(self, url: str) -> Any:  # noqa: ANN401  of either library
        """
        Give the client that a request goes through.

        Args:
            url: Where it goes.

        Returns:
            The client.

        Raises:
            CarbonkitError: If it is closed.
            InvalidValueError: If a client was handed in before a fork, and this is the child.
        """
        if self._closed or (self._handed_in is not None and self._handed_in.is_closed):
            raise CarbonkitError("be open", was="closed", field="client", code="closed")
        if self._process != os.getpid():
            self._begin_anew()
        if self._handed_in is None and self._stays_here(url):
            return self._here or self._made_here()
        return self._world or self._made_world()

    def _begin_anew(self) -> None:
        if self._handed_in is not None:
            raise InvalidValueError(
                "be used by the process that made it",
                was="a forked process",
                field="http_client",
                hint="make the client after the fork",
            )
        self._parents += [self._world, self._here]
        self._begin()

    def _made_world(self) -> Any:  # noqa: ANN401  of either library
        with self._lock:
            if self._world is None:
                self._world = self._make(follow_redirects=False)
            return self._world

    def _made_here(self) -> Any:  # noqa: ANN401  of either library
        with self._lock:
            if self._here is None:
                nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # only plain text goes this way
                self._here = self._make(follow_redirects=False, trust_env=False, verify=nobody)
            return self._here

    def close(self) -> list[Any]:
        """
        Let nothing through any more.

        Returns:
            The clients that are to be closed: those that were made here.
        """
        self._closed = True
        if self._handed_in is not None or self._process != os.getpid():
            return []
        return [client for client in (self._world, self._here) if client is not None]


class Until(float):
    """
    How long one wait may take, in seconds, which also knows when all waits together end.

    It goes to the library as the number that it is, and comes back to the stream that waits.

    Example:
        >>> until = Until(5)
        >>> until == 5, 0 < until.left() <= 5
        (True, True)
    """

    __slots__ = ("ends",)

    def __init__(self, _: float) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin to count anew."""
        self.ends = time.monotonic() + float(self)

    def left(self) -> float:
        """
        Say what is left.

        Returns:
            How long a wait that begins now may take. [s]

        Raises:
            TimeoutError: If nothing is left.
        """
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end in time")
        return min(left, float(self))


def hold_to_their_time(event: str, info: Mapping[str, Any]) -> None:
    """
    Hear from a sync library what it does, and let each new network stream end its waits in time.

    A library's timeouts are of one read each: an answer that comes byte by byte would have no end.

    Args:
        event: The event of the library's `trace` extension.
        info: What it says; the stream as `return_value`.
    """
    stream: Any = info.get("return_value")
    if event.endswith(_NEW_STREAM) and hasattr(stream, "__dict__"):
        stream.read = _held(stream.read)
        stream.write = _held(stream.write)


def _held(wait: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(wait)
    def held(what: Any, timeout: float | None = None) -> Any:  # noqa: ANN401  bytes, or how many
        return wait(what, timeout.left() if isinstance(timeout, Until) else timeout)

    return held
