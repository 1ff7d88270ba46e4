"""Spans of OpenTelemetry around each call, where the host has it installed; nothing otherwise."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from carbonkit.client.error import ExchangeError

__all__ = ["Span", "Tracer"]


class Span:
    """
    One call's span, or nothing if nobody records it.

    Args:
        span: OpenTelemetry's span; None if nobody records it.

    Example:
        >>> Span(None).headers()
        {}
    """

    __slots__ = ("_span",)

    def __init__(self, span: Any) -> None:  # noqa: ANN401  OpenTelemetry need not be installed
        self._span = span

    def headers(self) -> dict[str, str]:
        """
        Give the headers that let the exchange continue the trace.

        Returns:
            Such as `traceparent`.
        """
        headers: dict[str, str] = {}
        if self._span is not None:
            trace = importlib.import_module("opentelemetry.trace")
            propagate = importlib.import_module("opentelemetry.propagate")
            propagate.inject(headers, context=trace.set_span_in_context(self._span))
        return headers

    def retried(self, attempt: int, code: str) -> None:
        """
        Note that a try failed, and there will be another.

        Args:
            attempt: The number of the try.
            code: Why it failed.
        """
        if self._span is not None:
            self._span.add_event("retry", {"carbonkit.attempt": attempt, "error.type": code})

    def succeeded(self, status: int, attempts: int) -> None:
        """
        Note how the call ended.

        Args:
            status: The status of the answer.
            attempts: How many tries it took.
        """
        if self._span is not None:
            self._span.set_attribute("http.response.status_code", status)
            self._span.set_attribute("http.request.resend_count", attempts - 1)

    def failed(self, error: ExchangeError) -> None:
        """
        Note that the call failed.

        Args:
            error: Why.
        """
        if self._span is None:
            return
        trace = importlib.import_module("opentelemetry.trace")
        if error.status is not None:
            self._span.set_attribute("http.response.status_code", error.status)
        self._span.set_attribute("http.request.resend_count", max(error.attempts - 1, 0))
        self._span.set_attribute("error.type", error.code)
        self._span.set_attribute("carbonkit.outcome", error.outcome.value)
        self._span.set_status(trace.StatusCode.ERROR, error.code)

    def end(self) -> None:
        """End the span."""
        if self._span is not None:
            self._span.end()


class Tracer:
    """
    Begins spans.

    Args:
        url: The exchange.
        wanted: Whether spans are wanted at all.

    Example:
        >>> Tracer("https://exchange.example", wanted=False).begin("time", "GET", "/v1/time").headers()
        {}
    """

    def __init__(self, url: str, *, wanted: bool) -> None:
        self._tracer: Any = None
        parts = urlsplit(url)
        self._server = {
            "server.address": parts.hostname or "",
            "server.port": parts.port or _port(parts.scheme),
        }
        if wanted:
            try:
                self._trace = importlib.import_module("opentelemetry.trace")
            except ImportError:
                return
            self._tracer = self._trace.get_tracer("carbonkit.client")

    def begin(self, operation: str, method: str, path: str) -> Span:
        """
        Begin the span of a call.

        Args:
            operation: What is asked.
            method: The HTTP method.
            path: The operation's path, with the names of its parts in braces.

        Returns:
            The span.
        """
        if self._tracer is None:
            return _NOTHING
        span = self._tracer.start_span(f"{method} {path}", kind=self._trace.SpanKind.CLIENT)
        if not span.is_recording():
            return _NOTHING
        span.set_attributes(
            {
                "http.request.method": method,
                "url.template": path,
                "carbonkit.operation": operation,
                **self._server,
            }
        )
        return Span(span)


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


_NOTHING = Span(None)
