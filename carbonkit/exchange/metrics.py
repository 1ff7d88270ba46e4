"""What the exchange counts about itself, for Prometheus, in a registry of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from carbonkit.exchange.desk import News

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""The media type of `Metrics.text`."""

_NANOSECONDS: Final = 10**9
_BUCKETS: Final = tuple(
    Decimal(each) for each in ("0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "1", "5")
)
_LASTING: Final = frozenset({"stream"})  # whose length says nothing of how quickly they are answered


class Metrics:
    """
    The exchange's counters.

    Args:
        waiting: Gives how many jobs wait for the engine.
        streams: Gives how many streams are open.
        unsettled: Gives how many trades could not be settled.

    Example:
        >>> metrics = Metrics(waiting=lambda: 2, streams=lambda: 0, unsettled=lambda: 0)
        >>> metrics.asked("place_order", 201, 1_500_000)
        >>> b'carbonkit_requests_total{operation="place_order",status="201"} 1.0' in metrics.text()
        True
    """

    def __init__(
        self, *, waiting: Callable[[], int], streams: Callable[[], int], unsettled: Callable[[], int]
    ) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "carbonkit_requests_total",
            "Requests that were answered.",
            ("operation", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "carbonkit_request_seconds",
            "How long an answer took; streams are left out.",
            ("operation",),
            registry=self._registry,
            buckets=tuple(float(each) for each in _BUCKETS),
        )
        self._orders = Counter(
            "carbonkit_order_changes_total", "Orders entered or changed.", registry=self._registry
        )
        self._trades = Counter("carbonkit_trades_total", "Trades made.", registry=self._registry)
        gauges: Mapping[str, tuple[str, Callable[[], int]]] = {
            "carbonkit_engine_waiting": ("Jobs that wait for the engine.", waiting),
            "carbonkit_streams": ("Streams that are open.", streams),
            "carbonkit_unsettled_trades": ("Trades that the ledger refused to settle.", unsettled),
        }
        for name, (help_text, read) in gauges.items():
            Gauge(name, help_text, registry=self._registry).set_function(_as_float(read))

    def asked(self, operation: str, status: int, nanoseconds: int) -> None:
        """
        Count a request.

        Args:
            operation: What was asked; a name of ours, never one from outside.
            status: What it was answered with.
            nanoseconds: How long that took.
        """
        self._requests.labels(operation, str(status)).inc()
        if operation not in _LASTING:
            self._seconds.labels(operation).observe(nanoseconds / _NANOSECONDS)

    def told(self, news: News) -> None:
        """
        Count what was written.

        Args:
            news: What happened.
        """
        self._orders.inc(len(news.orders))
        self._trades.inc(len(news.trades))

    def text(self) -> bytes:
        """
        Write all of it.

        Returns:
            The text that Prometheus reads.
        """
        return generate_latest(self._registry)


def _as_float(read: Callable[[], int]) -> Callable[[], float]:
    return lambda: float(read())
