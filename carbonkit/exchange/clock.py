"""The demonstration's clock: it runs as fast as any, and stands in the trading hours of a trading day."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable

import attrs

from carbonkit.values.time import as_instant

__all__ = ["DemoClock"]


@attrs.define(eq=False)
class DemoClock:
    """
    A clock that can be put forward, and never goes back.

    Args:
        start: What it shows at first.
        nanoseconds: Counts nanoseconds as they pass.

    Example:
        >>> ticks = iter([0, 2_000_000_000, 3_000_000_000, 4_000_000_000])
        >>> clock = DemoClock("2026-11-30T01:30:00Z", lambda: next(ticks))
        >>> clock.now().isoformat()
        '2026-11-30T01:30:02+00:00'
        >>> clock.forward("2026-11-30T05:00:00Z")
        >>> clock.now().isoformat()
        '2026-11-30T05:00:01+00:00'
    """

    start: datetime.datetime = attrs.field(converter=as_instant)
    _nanoseconds: Callable[[], int] = time.monotonic_ns
    _since: int = attrs.field(init=False)
    _lock: threading.Lock = attrs.field(init=False, factory=threading.Lock, repr=False)

    @_since.default  # pyright: ignore[reportAttributeAccessIssue]
    def _begun(self) -> int:
        return self._nanoseconds()

    def now(self) -> datetime.datetime:
        """
        Say what time it is.

        Returns:
            The instant.
        """
        with self._lock:
            return self._shown(self._nanoseconds())

    def forward(self, instant: str | datetime.datetime) -> None:
        """
        Put the clock forward; an instant that has passed changes nothing.

        Args:
            instant: What it is to show.
        """
        wanted = as_instant(instant)
        with self._lock:
            read = self._nanoseconds()
            if wanted > self._shown(read):
                self.start, self._since = wanted, read

    def _shown(self, read: int) -> datetime.datetime:
        return self.start + datetime.timedelta(microseconds=(read - self._since) // 1000)
