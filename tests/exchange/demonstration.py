"""
A demonstration that is really served, for the examples of README.md and of the documentation.

    demo = begin()           at demo.url, on 2026-01-06 at 09:30 in Shanghai, whatever today is
    demo.forward(...)        such as to the hours of blocks
    demo.end()

Its thread ends with the process, so that a page whose examples were broken off holds nothing up.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.server import ExchangeServer, bound

if TYPE_CHECKING:
    from pathlib import Path

_EARLY: Final = "2026-01-06T08:30:00+08:00"
_OPENING: Final = "2026-01-06T09:30:00+08:00"
_PATIENCE: Final = 30


@attrs.define
class Demonstration:
    """A served demonstration whose participants stand still."""

    url: str
    _clock: DemoClock
    _server: ExchangeServer
    _thread: threading.Thread

    def forward(self, instant: str) -> None:
        """Put the venue's clock forward."""
        self._clock.forward(instant)

    def end(self) -> None:
        """Stop it, and wait until it has stopped."""
        self._server.stop()
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()


def begin(data: Path | None = None) -> Demonstration:
    """Serve a demonstration at a free port of this machine; in memory, unless a folder is given."""
    clock = DemoClock(_OPENING if data is not None and data.exists() else _EARLY)
    exchange = Exchange.open(Settings(data=data, demo=True, plays=False, clock=clock))
    listening = bound("127.0.0.1", 0)
    server = ExchangeServer(exchange)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    end = time.monotonic() + _PATIENCE
    while not server.started:
        assert thread.is_alive(), "the demonstration did not start"
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)
    return Demonstration("http://{}:{}".format(*listening.getsockname()), clock, server, thread)
