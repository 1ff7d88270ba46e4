"""HTTP/1.1 as uvicorn speaks it, that gives a client only so long to say what it wants; internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

__all__ = ["TimedProtocol"]

_SECONDS: Final = 10


class TimedProtocol(H11Protocol):
    """
    Closes a connection on which the head of a request does not come whole in time.

    Uvicorn itself waits as long as a client sends a byte now and then, so that few clients could keep all
    connections for themselves.
    """

    head_seconds = _SECONDS

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  as uvicorn makes it
        super().__init__(*arguments, **named)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Take a connection, and wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take a piece; wait no longer once the head is whole, and anew when the next one has begun."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._head_timer is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
