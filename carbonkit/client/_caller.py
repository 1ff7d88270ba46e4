"""What both doors share: making a library's requests, and telling its errors apart; internal."""

from __future__ import annotations

import datetime
import functools
from typing import TYPE_CHECKING, Any, Final

import attrs

from carbonkit.client.failure import Failed, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from carbonkit.client.message import Outgoing

__all__ = ["Caller", "Limits"]

_URLS: Final = 64  # that are remembered, such as the one that all orders go to


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


class Caller:
    """What the sync and the async door share: it makes requests, reads heads, and tells errors apart."""

    def __init__(self, library: ModuleType, limits: Limits) -> None:
        self.library = library
        self.limits = limits
        self._connect = limits.connect.total_seconds()
        self._url = functools.lru_cache(maxsize=_URLS)(library.URL)  # to read one takes long
        self._unsent = (
            library.ConnectError,
            library.ConnectTimeout,
            library.PoolTimeout,
            library.ProxyError,
        )
        self._unfit = (library.InvalidURL, TypeError, ValueError)
        # a library's own errors, and those of a socket or a transport that it lets through; a malformed
        # Location raises nearly any, although redirects are not followed
        self.errors = (library.HTTPError, library.InvalidURL, library.StreamError, OSError, ValueError)

    def request(self, outgoing: Outgoing, seconds: float, trace: object = None) -> Any:  # noqa: ANN401  of either library
        """Make the library's request, as it stands: nothing of the client's own goes into it."""
        extensions: dict[str, object] = {
            "timeout": {
                "connect": min(self._connect, seconds),
                "read": seconds,
                "write": seconds,
                "pool": float(seconds),
            }
        }
        if trace is not None:
            extensions["trace"] = trace
        try:
            return self.library.Request(
                outgoing.method,
                self._url(outgoing.url),
                headers=outgoing.headers,
                content=outgoing.body or None,
                extensions=extensions,
            )
        except self._unfit as error:  # nothing has been sent yet
            return Failed(trouble=Trouble.UNFIT, reached=False, detail=type(error).__name__)

    def failed(self, error: Exception) -> Failed:
        """Tell what a library's error means."""
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if isinstance(error, self.library.UnsupportedProtocol):
            return Failed(trouble=Trouble.UNFIT, reached=False, detail=type(error).__name__)
        if isinstance(error, self.library.LocalProtocolError):  # it may be about the answer as well
            return Failed(trouble=Trouble.UNFIT, reached=True, detail=type(error).__name__)
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
