"""What a host hears of each request: through hooks, and as spans of OpenTelemetry."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from carbonkit.client import (
    AnswerCame,
    ExchangeError,
    Hooks,
    RequestSent,
    Retries,
    RetryPlanned,
)
from tests.client.rig import TIME, Answer, Raises, Rig, placed, problem, sell

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    return exporter


def test_hooks_hear_of_each_try(rig: Rig) -> None:
    heard: list[object] = []
    hooks = Hooks(on_request=heard.append, on_response=heard.append, on_retry=heard.append)
    rig.took = 2_000_000
    rig.script = [Raises("ReadTimeout"), problem(503, "busy", retryable=True), placed()]
    rig.run(sell(rig.client(hooks=hooks)))
    took = datetime.timedelta(milliseconds=2)
    sent = [
        RequestSent(operation="place_order", method="POST", path="/v1/orders", attempt=number)
        for number in (1, 2, 3)
    ]
    came = [
        AnswerCame(
            operation="place_order",
            attempt=number,
            status=status,
            trouble=trouble,
            request_id=request_id,
            took=took,
        )
        for number, status, trouble, request_id in (
            (1, None, "no answer in time", ""),
            (2, 503, "", ""),
            (3, 201, "", "r-1"),
        )
    ]
    planned = [
        RetryPlanned(
            operation="place_order", attempt=number, code=code, pause=datetime.timedelta(seconds=pause)
        )
        for number, code, pause in ((1, "timed_out", 0.5), (2, "busy", 1))
    ]
    assert heard == [sent[0], came[0], planned[0], sent[1], came[1], planned[1], sent[2], came[2]]


def test_a_hook_that_fails_costs_nobody_an_answer(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    rig.script = [Answer(503), placed()]
    hooks = Hooks(on_request=broken, on_response=broken, on_retry=broken)
    assert rig.run(sell(rig.client(hooks=hooks))).order.client_order_id == "S-1"
    assert sum(record.name == "carbonkit.client" for record in caplog.records) == 5


def _only(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = spans.get_finished_spans()
    return span


def test_a_call_is_one_span(rig: Rig, spans: InMemorySpanExporter) -> None:
    rig.script = [Answer(503), placed()]
    rig.run(sell(rig.client()))
    span = _only(spans)
    assert (span.name, span.kind) == ("POST /v1/orders", SpanKind.CLIENT)
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "url.template": "/v1/orders",
        "carbonkit.operation": "place_order",
        "server.address": "exchange.example",
        "server.port": 443,
        "http.response.status_code": 201,
        "http.request.resend_count": 1,
    }
    assert [event.name for event in span.events] == ["retry"]
    context = span.get_span_context()
    assert context is not None
    parents = {seen.headers["traceparent"][:-2] for seen in rig.seen}
    assert parents == {f"00-{context.trace_id:032x}-{context.span_id:016x}-"}


def test_a_call_that_fails_is_a_span_that_says_so(rig: Rig, spans: InMemorySpanExporter) -> None:
    rig.script = [problem(500, "broken")]
    with pytest.raises(ExchangeError):
        rig.run(rig.client().cancel_order("O-1"))
    span = _only(spans)
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "broken")
    attributes: Any = span.attributes
    assert attributes["http.response.status_code"] == 500
    assert attributes["error.type"] == "broken"
    assert attributes["carbonkit.outcome"] == "unknown"
    spans.clear()
    rig.script = [Raises("ConnectError")]
    with pytest.raises(ExchangeError):
        rig.run(rig.client(retries=Retries(most=0)).time())
    assert "http.response.status_code" not in (_only(spans).attributes or {})


def test_spans_may_be_unwanted_and_nobody_need_record_them(rig: Rig, spans: InMemorySpanExporter) -> None:
    rig.script = [Answer(200, TIME)]
    rig.run(rig.client(telemetry=False).time())
    assert spans.get_finished_spans() == ()
    assert "traceparent" not in rig.seen[0].headers


def test_without_opentelemetry_there_are_none(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.script = [Answer(200, TIME)]
    rig.run(rig.client().time())  # installed, and nobody records
    assert "traceparent" not in rig.seen[0].headers
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    rig.run(rig.client().time())
    rig.script = [Raises("UnsupportedProtocol")]
    with pytest.raises(ExchangeError):
        rig.run(rig.client().time())
