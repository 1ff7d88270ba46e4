"""Secrets and proofs stay out of errors, logs, reprs, hooks and spans, whatever goes wrong."""

from __future__ import annotations

import base64
import logging
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from carbonkit.client import CallOptions, ClientCredentials, Hooks, Incoming, KeySigner, Outgoing, Retries
from carbonkit.errors import CarbonkitError
from carbonkit.wire import ORDER, encoded
from tests.client.rig import Answer, Raises, Rig, order, problem, sell

if TYPE_CHECKING:
    from carbonkit.client import Signer

SECRET = "cks_" + base64.urlsafe_b64encode(b"S" * 32).decode().rstrip("=")
HUSH = "hush-" + "hush"  # in two parts, as a traceback shows lines of this file
TOKEN = "tok-3141592653589793"  # noqa: S105  made up


def signers() -> list[Signer]:
    url = "https://exchange.example/oauth2/token"
    return [KeySigner("demo", SECRET), ClientCredentials("demo", SECRET, token_url=url)]


WRONGS: list[Answer | Raises] = [
    Raises("ConnectError"),
    Raises("ReadTimeout"),
    Raises("RemoteProtocolError"),
    Answer(500, b"<html>"),
    Answer(200, b"{"),
    Answer(200, b'{"order": 7}'),
    Answer(302, headers={"Location": "https://elsewhere.example"}),
    problem(401, "unauthorized"),
    problem(401, "clock_skew"),
    problem(403, "forbidden"),
    problem(422, "off_tick"),
    problem(429, "rate_limited", Retry_After="1000"),
]


def _watched(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    return exporter


@pytest.mark.parametrize("number", [0, 1], ids=["key", "token"])
@pytest.mark.parametrize("wrong", WRONGS, ids=range(len(WRONGS)))
def test_nothing_that_proves_who_asks_is_told(
    rig: Rig,
    number: int,
    wrong: Answer | Raises,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    exporter = _watched(monkeypatch)
    signer = signers()[number]
    heard: list[object] = []
    hooks = Hooks(on_request=heard.append, on_response=heard.append, on_retry=heard.append)
    token = Answer(200, {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 600})
    rig.answers = lambda seen: token if "token" in seen.target else wrong
    client = rig.client(signer, hooks=hooks, retries=Retries(most=1))
    with pytest.raises(CarbonkitError) as caught:
        rig.run(sell(client, options=CallOptions(headers={"X-Desk": HUSH})))
    error: Any = caught.value
    told = [
        *(str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))),
        *(repr(pickle.loads(pickle.dumps(error))), repr(client), repr(signer)),  # noqa: S301  our own
        *(caplog.text, repr(heard), *(span.to_json() for span in exporter.get_finished_spans())),
    ]
    sent = [value for seen in rig.seen for name, value in seen.headers.items() if name == "authorization"]
    assert sent
    proofs = [part.split(" ", 1)[1] for part in sent]
    hidden = [SECRET, SECRET[4:], TOKEN, HUSH, *proofs, *(p.rpartition("proof=")[2] for p in proofs)]
    for text in told:
        for secret in hidden:
            assert secret not in text


def test_messages_do_not_show_what_they_carry() -> None:
    out = Outgoing(method="POST", url="https://x.example/", headers={"authorization": SECRET}, body=b"secret")
    came = Incoming(status=200, headers={"set-cookie": SECRET}, body=b"secret")
    for text in (repr(out), repr(came), repr(CallOptions(headers={"x-desk": SECRET}))):
        assert SECRET not in text
        assert "secret" not in text


def test_a_reply_does_not_show_its_headers(rig: Rig) -> None:
    rig.script = [Answer(200, encoded(order()), {"X-Session": HUSH})]
    assert HUSH not in repr(rig.run(rig.client().send(ORDER, {"order": "O-17"})))
