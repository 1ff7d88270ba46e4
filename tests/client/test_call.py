"""What is asked, made ready to be sent: no id, key or header becomes more than it is."""

from __future__ import annotations

import datetime
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.client import (
    CallOptions,
    ConnectionFailedError,
    ExchangeClient,
    Facts,
    Outcome,
    Retries,
    Surroundings,
    TimedOutError,
    Timeouts,
    UnreadableAnswerError,
)
from carbonkit.client.call import call_of, exchange_url, page_call_of
from carbonkit.client.error import problem_of, refusal_error
from carbonkit.client.message import Incoming
from carbonkit.client.retry import http_date, may_go_better, retry_after
from carbonkit.errors import CarbonkitError, InvalidValueError, WrongTypeError
from carbonkit.wire import (
    CANCEL_ORDER,
    DEPTH,
    INSTRUMENTS,
    ORDER,
    PLACE_ORDER,
    TIME,
    CashRequest,
    HttpProblem,
    ListQuery,
)
from tests.client.rig import NOW, Rig, order, problem

HOSTILE = [
    "",
    "a b",
    "a/b",
    "..",
    "../keys",
    "a\r\nX: 1",
    "a\n",
    "a?b=1",
    "a#b",
    "a%2fb",
    "é",
    "\0",
    "x" * 129,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_id_stays_one_part_of_the_path(rig: Rig, text: str) -> None:
    client = rig.client()
    for call in (client.order, client.cancel_order, client.instrument, client.transaction, client.revoke_key):
        with pytest.raises(InvalidValueError):
            rig.run(call(text))
    assert rig.seen == []


@pytest.mark.parametrize("key", [text for text in HOSTILE if text != "a%2fb"] + ["a%2fb", '"a"'])
def test_a_key_stays_one_header(key: str) -> None:
    with pytest.raises(InvalidValueError):
        CallOptions(idempotency_key=key)


def test_a_key_from_the_surroundings_is_checked_too(rig: Rig) -> None:
    client = rig.client(surroundings=Surroundings(new_id=lambda: "a\r\nX: 1"))
    with pytest.raises(InvalidValueError):
        rig.run(client.cancel_order("O-1"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nY: 1"),
        ("X", "a\nb"),
        ("X", "a\0"),
        ("X", " a"),
        ("X", "é"),
        ("X\r\nY", "1"),
        ("X Y", "1"),
        ("X:", "1"),
        ("", "1"),
        ("Authorization", "mine"),
        ("IDEMPOTENCY-KEY", "mine"),
        ("Host", "elsewhere.example"),
        ("Content-Length", "1"),
        ("Transfer-Encoding", "chunked"),
        ("Cookie", "a=1"),
        ("Signature", "x"),
    ],
)
def test_a_header_of_the_callers_is_one_and_none_of_ours(name: str, value: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        CallOptions(headers={name: value})
    assert "mine" not in str(caught.value)


def test_a_user_agent_is_one_header() -> None:
    with pytest.raises(InvalidValueError):
        ExchangeClient("https://exchange.example", user_agent="a\r\nX: 1")


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://exchange.example", "https://exchange.example"),
        ("HTTPS://EXCHANGE.example:443/", "https://exchange.example"),
        ("https://exchange.example:8443/a/b/", "https://exchange.example:8443/a/b"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_a_url_has_one_form(url: str, taken: str) -> None:
    assert exchange_url(url, allow_http=False) == taken
    assert exchange_url(taken, allow_http=False) == taken


@pytest.mark.parametrize(
    "url",
    [
        "",
        "exchange.example",
        "ftp://exchange.example",
        "https://",
        "https://user:word@exchange.example",
        "https://exchange.example?a=1",
        "https://exchange.example?",
        "https://exchange.example#a",
        "https://exchange.example#",
        "https://exchange.example/a b",
        "https://exchange.example/../a//b",
        "https://exchange.example:99999",
        "https://exchange.example:x",
        "https://exchängé.example",
        "https://exchange.example\r\n",
        "https://exchange.example/%2e%2e",
        "https://[::1",
        "http://exchange.example",
        "http://localhost.exchange.example",
        "http://127.0.0.1.exchange.example",
        "http://10.0.0.1",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        exchange_url(url, allow_http=False)
    assert "word" not in str(caught.value)


def test_plain_http_to_another_machine_must_be_wanted() -> None:
    with pytest.raises(InvalidValueError, match="allow_http=True"):
        ExchangeClient("http://10.0.0.1:8000")
    assert (
        repr(ExchangeClient("http://10.0.0.1:8000", allow_http=True))
        == "ExchangeClient('http://10.0.0.1:8000')"
    )
    with pytest.raises(WrongTypeError):
        exchange_url(7, allow_http=False)  # type: ignore[arg-type]  # what a caller without types may say


def test_a_call_names_what_its_path_does_and_takes_its_own_body() -> None:
    refused: list[Any] = [
        lambda: call_of(ORDER),
        lambda: call_of(TIME, {"order": "O-1"}),
        lambda: call_of(ORDER, {"orders": "O-1"}),
        lambda: call_of(PLACE_ORDER),
        lambda: call_of(PLACE_ORDER, request=ListQuery()),
        lambda: call_of(TIME, request=ListQuery()),
        lambda: call_of(CANCEL_ORDER, {"order": "O-1"}, request=ListQuery()),
        lambda: call_of(DEPTH, {"instrument": "CEA25"}, query=ListQuery()),
        lambda: page_call_of(INSTRUMENTS, query=order()),
    ]
    for make in refused:
        with pytest.raises(InvalidValueError):
            make()
    assert page_call_of(INSTRUMENTS).target == "/v1/instruments"
    assert CashRequest.__name__ not in repr(call_of(TIME))


def test_pages_are_read_strictly() -> None:
    call = page_call_of(INSTRUMENTS)
    for body in (b"[]", b"{}", b'{"data": {}}', b'{"data": [1]}', b'{"data": [], "next_cursor": 7}'):
        with pytest.raises(CarbonkitError):
            call.answer(body, 100)
    assert call.answer(b'{"data": [], "has_more": false}', 100)[0].next_cursor is None
    with pytest.raises(InvalidValueError, match="at most 10 bytes"):
        call.answer(b'{"data": [], "has_more": false}', 10)


# -------------------------------------------------------------------- patience


def test_patience_is_checked() -> None:
    nothing = datetime.timedelta(0)
    for wrong in ({"connect": nothing}, {"attempt": -Timeouts().attempt}, {"deadline": nothing}):
        with pytest.raises(InvalidValueError):
            Timeouts(**wrong)
    with pytest.raises(WrongTypeError):
        Timeouts(attempt=5)  # type: ignore[arg-type]  # a number of seconds says nothing about its unit
    with pytest.raises(InvalidValueError):
        Retries(first=-Timeouts().attempt)


@given(st.integers(1, 100), st.floats(0, 1))
def test_pauses_grow_to_their_longest_and_chance_halves_them_at_most(number: int, chance: float) -> None:
    retries = Retries()
    full = min(retries.first * 2 ** (number - 1), retries.longest) if number < 30 else retries.longest
    assert full / 2 <= retries.pause(number, chance) <= full


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("Mon, 30 Nov 2026 02:00:03 GMT", 3),
        ("Mon, 30 Nov 2026 01:00:00 GMT", 0),
        ("Mon, 30 Nov 2026 02:00:03", 3),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("١", None),
        ("9" * 30, None),
        ("Mon, 30 Nov 99999999999999999999 02:00:03 GMT", None),
    ],
)
def test_retry_after_is_read_or_passed_over(written: str, seconds: int | None) -> None:
    answer = Incoming(status=503, headers={"Retry-After": written}, body=b"")
    expected = None if seconds is None else datetime.timedelta(seconds=seconds)
    assert retry_after(answer, NOW) == expected


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_of_dates(text: str) -> None:
    read = http_date(text)
    assert read is None or read.tzinfo is not None


def test_a_conflict_passes_only_if_the_exchange_says_so() -> None:
    assert not may_go_better(409, None)
    assert not may_go_better(409, _details(retryable=False))
    assert may_go_better(409, _details(retryable=True))
    assert may_go_better(429, _details(retryable=False))
    assert not may_go_better(503, _details(retryable=False))


def _details(*, retryable: bool) -> HttpProblem:
    return HttpProblem(
        type="about:blank",
        title="",
        status=409,
        detail="",
        instance="",
        code="c",
        request_id="",
        retryable=retryable,
    )


# ---------------------------------------------------------------------- errors


def test_errors_are_pickled_whole_and_keep_their_facts_when_placed() -> None:
    facts = Facts(operation="bid", outcome=Outcome.UNKNOWN, attempts=2, idempotency_key="k", request_id="r")
    for kind in (TimedOutError, ConnectionFailedError, UnreadableAnswerError):
        error = kind("be answered", was="nothing", facts=facts)
        again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
        assert (type(again), again.facts, str(again)) == (kind, facts, str(error))
        assert error.at(file="orders.csv").facts == facts
        assert str(error).endswith("(outcome unknown, 2 attempts, request r, idempotency key k)")
        assert error.details is None
        assert error.retry_after is None


def test_a_hostile_problem_is_shown_safely() -> None:
    answer = problem(422, "x" * 500)
    answer.body["detail"] = "\x1b[2J" + "y" * 900
    answer.body["errors"] = [{"pointer": "/quantity", "detail": "must be given", "code": "missing"}]
    incoming = Incoming(
        status=422,
        headers={"content-type": "application/problem+json", "x-request-id": "\x1b" * 500},
        body=json.dumps(answer.body).encode(),
    )
    error = refusal_error(incoming)
    assert "\x1b" not in str(error)
    assert len(str(error)) < 1500
    assert len(error.request_id) == len(error.code) == 128
    assert "/quantity must be given" in str(error)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"code": 7}', b"[" * 99])
def test_what_is_no_problem_document_is_none(body: bytes) -> None:
    answer = Incoming(status=500, headers={"content-type": "application/problem+json"}, body=body)
    assert problem_of(answer) is None
    assert refusal_error(answer).code == "server_failed"
