"""The application over real sockets: what it answers to what should and what should not be asked."""

from __future__ import annotations

import asyncio
import datetime
import io
import json
import logging
import socket
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    BatchError,
    BusyError,
    CarbonkitError,
    IntegrityError,
    InvalidValueError,
    LedgerError,
    MarketError,
    MissingExtraError,
    NotFoundError,
    Problem,
    RegistryError,
)
from carbonkit.exchange import key_handler
from carbonkit.exchange.engine import Engine
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.front import Front
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.log import FIELDS, begin, logger
from carbonkit.exchange.problem_answer import RequestError, http_problem
from carbonkit.exchange.rate_limit import RateLimit
from carbonkit.exchange.request_reading import MOST_BYTES, Head, read_body
from carbonkit.values.time import SystemClock
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.operations import OPERATIONS
from carbonkit.wire.problem import HttpProblem
from carbonkit.wire.scope import Scope
from tests.exchange.servers import Served, served, served_venue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["served_venue"]

_ORDER: dict[str, Any] = {
    "account": "KEE-001",
    "client_order_id": "A-1",
    "instrument": "CEA25",
    "side": "sell",
    "quantity": "100",
    "price": {"amount": "74.00", "currency": "CNY", "per": "tCO2e"},
}


def _problem(answer: httpx.Response, status: int, code: str) -> HttpProblem:
    """Check that an answer is a refusal, whole and in its right form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem, extra = decoded(HttpProblem, answer.json())
    assert (problem.status, problem.code, extra) == (status, code, {})
    assert problem.request_id == answer.headers["x-request-id"]
    assert problem.retryable is (status in {429, 503})
    return problem


def _raw(venue: Served, text: bytes) -> bytes:
    """Send bytes as they are, and give all that comes back."""
    host, _, port = venue.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(text)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
            if b"\r\n\r\n" in b"".join(pieces) and b"onnection: close" not in text:
                break
    return b"".join(pieces)


# ------------------------------------------------------------------------ the table


def test_every_operation_has_one_handler() -> None:
    assert set(handlers(SystemClock())) == {each.name for each in OPERATIONS}


@pytest.mark.parametrize("change", [{"keys": None}, {"place_order": key_handler.HANDLERS["keys"]}])
def test_a_missing_or_a_second_handler_is_found(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    table = {name: each for name, each in {**key_handler.HANDLERS, **change}.items() if each is not None}
    monkeypatch.setattr(key_handler, "HANDLERS", table)
    with pytest.raises(IntegrityError, match="handler"):
        handlers(SystemClock())


# -------------------------------------------------------------- what is not served


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/v1/",
        "/v1/orders/",
        "/v1/orders//x",
        "/v1/orders/a/b/c",
        "//v1/orders",
        "/page/../v1/time",
    ],
)
def test_an_unknown_path_is_a_problem(venue: Served, target: str) -> None:
    assert b" 404 " in _raw(venue, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "target",
    [
        "/v1/orders/..%2F..%2Fadmin",
        "/v1/orders/%2e%2e/keys",
        "/v1/orders/O-1%00",
        "/v1/orders/O-1%0d%0aSet-Cookie:%20a",
        "/v1/orders/..;/x",
        "/v1/orders/O-1'%20OR%201=1",
        "/v1/orders/١",
        "http://elsewhere.invalid/v1/time",
        "/v1\\time",
    ],
)
def test_tricks_in_a_path_reach_nothing(venue: Served, target: str) -> None:
    answer = _raw(venue, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.split(b" ")[1] in {b"404", b"400"}
    assert b"Set-Cookie" not in answer


def test_an_id_with_a_colon_may_be_escaped(venue: Served) -> None:
    assert venue.ask("seller", "GET", "/v1/orders/a%3Ab%2Bc").status_code == 404


@pytest.mark.parametrize("name", ["-x", ".", "..", "a" * 129])
def test_a_name_that_no_id_has_is_unknown(venue: Served, name: str) -> None:
    host = venue.url.removeprefix("http://")
    answer = _raw(venue, f"GET /v1/orders/{name} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert answer.split(b" ")[1] in {b"401", b"404"}


def test_a_wrong_method_is_told_the_right_ones(venue: Served) -> None:
    answer = venue.ask(None, "DELETE", "/v1/orders")
    _problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_long_target_is_refused(venue: Served) -> None:
    _problem(venue.ask(None, "GET", "/v1/time/" + "a" * 2000), 414, "target_too_long")
    _problem(venue.ask(None, "GET", "/v1/time?" + "a" * 3000), 414, "target_too_long")


# ---------------------------------------------------------------------- who may ask


def test_who_does_not_say_who_asks_is_told_how(venue: Served) -> None:
    answer = venue.ask(None, "GET", "/v1/orders")
    _problem(answer, 401, "missing_credentials")
    assert "CK1-HMAC-SHA256" in answer.headers["www-authenticate"]


def test_who_asks_matters_before_what_is_asked(venue: Served) -> None:
    _problem(venue.ask(None, "POST", "/v1/orders", b"{not json"), 401, "missing_credentials")


def test_a_key_without_the_scope_is_refused(venue: Served) -> None:
    _problem(venue.ask("reader", "POST", "/v1/orders", _ORDER), 403, "insufficient_scope")
    _problem(venue.ask("seller", "GET", "/v1/admin/keys"), 403, "insufficient_scope")


def test_another_account_is_refused(venue: Served) -> None:
    answer = venue.ask("buyer", "POST", "/v1/orders", _ORDER)
    assert answer.status_code == 403
    assert venue.ask("buyer", "GET", "/v1/accounts/KEE-001").status_code == 403


def test_a_proof_for_one_body_is_none_for_another(venue: Served) -> None:
    first = venue.ask("seller", "GET", "/v1/orders")
    again = venue.client.request("GET", f"{venue.url}/v1/orders?limit=1", headers=dict(first.request.headers))
    _problem(again, 401, "bad_signature")
    replayed = venue.client.request("GET", f"{venue.url}/v1/orders", headers=dict(first.request.headers))
    _problem(replayed, 401, "replayed")


def test_a_token_serves_as_well(venue: Served) -> None:
    form = {"grant_type": "client_credentials", "scope": "read"}
    auth = httpx.BasicAuth("buyer", venue.secret("buyer"))
    answer = venue.client.post(f"{venue.url}/oauth2/token", data=form, auth=auth)
    assert answer.status_code == 200, answer.text
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert venue.client.get(f"{venue.url}/v1/orders", headers=headers).status_code == 200
    refused = venue.client.post(f"{venue.url}/oauth2/token", data=form, auth=("buyer", "wrong"))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert "www-authenticate" in refused.headers


def test_a_new_key_works_at_once_and_a_revoked_one_no_longer(venue: Served) -> None:
    asked = {"person": "eve", "accounts": ["KEE-003"], "scopes": ["read"]}
    made = venue.ask("admin", "POST", "/v1/admin/keys", asked, "make-eve")
    assert made.status_code == 201
    name, secret = made.json()["key"]["key_id"], made.json()["secret"]
    again = venue.ask("admin", "POST", "/v1/admin/keys", asked, "make-eve")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["secret"] is None
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    token = venue.client.post(f"{venue.url}/oauth2/token", data=form).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert venue.client.get(f"{venue.url}/v1/orders", headers=bearer).status_code == 200
    venue.asked("admin", "POST", f"/v1/admin/keys/{name}/revoke")
    assert venue.client.get(f"{venue.url}/v1/orders", headers=bearer).status_code == 401
    assert venue.client.post(f"{venue.url}/oauth2/token", data=form).status_code == 401


def test_keys_for_two_persons_are_not_made_from_afar(venue: Served) -> None:
    for scope in ("registry", "admin"):
        asked = {"person": "eve", "accounts": ["KEE-001"], "scopes": ["read", scope]}
        problem = _problem(venue.ask("admin", "POST", "/v1/admin/keys", asked), 403, "forbidden")
        assert "carbonkit exchange key create" in json.dumps(encoded(problem))


def test_what_nobody_made_or_revoked_changes_no_key(venue: Served) -> None:
    _problem(venue.ask("admin", "POST", "/v1/admin/keys/ck_none/revoke"), 404, "not_found")
    key, secret = venue.make_key("eve", ["KEE-003"], [Scope.READ])
    revoked = f"/v1/admin/keys/{key}/revoke"
    form = {"grant_type": "client_credentials", "client_id": key, "client_secret": secret}
    assert venue.client.post(f"{venue.url}/oauth2/token", data=form).status_code == 200
    assert venue.ask("admin", "POST", revoked, None, "once").status_code == 200
    assert venue.client.post(f"{venue.url}/oauth2/token", data=form).status_code == 401
    # The same key for another request is refused, and that other key works on.
    answer = venue.ask("admin", "POST", "/v1/admin/keys/reader/revoke", None, "once")
    _problem(answer, 422, "idempotency_key_reused")
    assert venue.ask("reader", "GET", "/v1/orders").status_code == 200


def test_who_asks_is_known_without_the_database(venue: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(venue.exchange.desk.journal, "document", read)
    assert venue.ask("seller", "GET", "/v1/instruments").status_code == 200
    _problem(venue.ask("nobody", "GET", "/v1/instruments"), 401, "bad_signature")


def test_a_stream_ends_with_its_token_and_is_no_slow_answer() -> None:
    with served(funded=False) as venue:
        venue.exchange.tokens.life = datetime.timedelta(seconds=1)
        form = {
            "grant_type": "client_credentials",
            "client_id": "reader",
            "client_secret": venue.secret("reader"),
        }
        token = venue.client.post(f"{venue.url}/oauth2/token", data=form).json()["access_token"]
        begun = time.monotonic()
        with venue.client.stream(
            "GET", f"{venue.url}/v1/stream?channels=trade", headers={"authorization": f"Bearer {token}"}
        ) as stream:
            assert stream.status_code == 200
            for _ in stream.iter_bytes():  # a heartbeat, if it goes on
                assert time.monotonic() - begun < 5
        assert time.monotonic() - begun < 5
        text = venue.ask(None, "GET", "/metrics").text
        while 'carbonkit_requests_total{operation="stream",status="200"} 1.0' not in text:
            assert time.monotonic() - begun < 10
            text = venue.ask(None, "GET", "/metrics").text
        assert 'carbonkit_request_seconds_count{operation="token"} 1.0' in text
        assert 'carbonkit_request_seconds_count{operation="stream"}' not in text


# ----------------------------------------------------------------------- the request


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"[" * 100, 400, "malformed"),
        (b'{"a":1,"a":1}', 400, "malformed"),
        (b'{"quantity":1.5}', 422, "invalid_request"),
        (b"{}", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        ("\ufeff{}".encode(), 400, "malformed"),
        (b'{"account":"\xff"}', 400, "malformed"),
    ],
)
def test_a_body_that_is_none_is_refused(venue: Served, body: bytes, status: int, code: str) -> None:
    _problem(venue.ask("seller", "POST", "/v1/orders", body), status, code)


def test_every_wrong_field_is_named(venue: Served) -> None:
    wrong = {**_ORDER, "quantity": "١", "side": "hold", "extra": 1}
    del wrong["instrument"]
    problem = _problem(venue.ask("seller", "POST", "/v1/orders", wrong), 422, "invalid_request")
    assert {each.pointer for each in problem.errors} == {"/quantity", "/side", "/extra", "/instrument"}


def test_a_refusal_of_the_rules_says_which(venue: Served) -> None:
    wrong = {**_ORDER, "price": {**_ORDER["price"], "amount": "99.00"}}
    problem = _problem(venue.ask("seller", "POST", "/v1/orders", wrong), 422, "outside_band")
    assert "81.40" in problem.detail


@pytest.mark.parametrize("media", ["text/plain", "application/json; charset=gbk", "", "application/jsonx"])
def test_another_media_type_is_refused(venue: Served, media: str) -> None:
    answer = venue.ask("seller", "POST", "/v1/orders", _ORDER, headers={"content-type": media})
    _problem(answer, 415, "media_type")


def test_a_large_body_is_refused_without_being_read(venue: Served) -> None:
    _problem(venue.ask("seller", "POST", "/v1/orders", b" " * (MOST_BYTES + 1)), 413, "body_too_large")
    head = b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
    assert b" 413 " in _raw(venue, head)


def test_a_large_body_in_pieces_is_refused(venue: Served) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 8192

    answer = venue.client.post(f"{venue.url}/v1/orders", content=pieces())
    assert answer.status_code == 413


def test_a_compressed_body_is_refused(venue: Served) -> None:
    answer = venue.ask("seller", "POST", "/v1/orders", _ORDER, headers={"content-encoding": "gzip"})
    _problem(answer, 415, "content_encoding")


def test_a_body_where_none_belongs_is_refused(venue: Served) -> None:
    _problem(venue.ask("seller", "POST", "/v1/orders/O-1/cancel", {"a": 1}), 400, "body_not_expected")
    assert venue.ask("seller", "POST", "/v1/orders/O-1/cancel", {}).status_code == 404


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "invalid_request"),
        ("limit=1&limit=2", 422, "invalid_request"),
        ("nothing=1", 422, "invalid_request"),
        ("limit=%D9%A1", 422, "invalid_request"),
        ("limit", 400, "malformed"),
        ("limit=%ff", 400, "malformed"),
        ("cursor=x", 422, "invalid_value"),
    ],
)
def test_a_query_that_is_none_is_refused(venue: Served, query: str, status: int, code: str) -> None:
    _problem(venue.ask("seller", "GET", f"/v1/orders?{query}"), status, code)


def test_a_query_where_none_belongs_is_refused(venue: Served) -> None:
    _problem(venue.ask(None, "GET", "/v1/time?a=1"), 422, "invalid_request")


@pytest.mark.parametrize(
    "header", [b"Authorization: a\r\nAuthorization: b", b"X-A: \xc3\xa4", b"X-A: 1\r\nX-a: 2"]
)
def test_a_doubtful_header_is_refused(venue: Served, header: bytes) -> None:
    answer = _raw(venue, b"GET /v1/time HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
    assert b" 400 " in answer.split(b"\r\n")[0]


def test_headers_that_are_lists_may_come_twice(venue: Served) -> None:
    answer = _raw(venue, b"GET /v1/time HTTP/1.1\r\nHost: x\r\nAccept: a\r\nAccept: b\r\n\r\n")
    assert b" 200 " in answer.split(b"\r\n")[0]


_BYTES = st.binary(max_size=60)


@given(
    path=_BYTES | st.from_regex(rb"(/[a-z%.:+-]{0,9}){1,4}", fullmatch=True),
    query=_BYTES,
    headers=st.lists(st.tuples(_BYTES, _BYTES), max_size=4),
)
def test_a_head_is_read_or_refused(path: bytes, query: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    scope = {"method": "GET", "path": "/", "raw_path": path, "query_string": query, "headers": headers}
    try:
        head = Head.read(scope)
    except RequestError as error:
        refused = error.status
    else:
        refused = 400
        assert head.target.isascii()
        assert head.target.isprintable()
        assert head.path.startswith("/")
        assert all(value.isascii() for pair in head.headers.items() for value in pair)
    assert refused in {400, 404, 414}


# ------------------------------------------------------------------ once and no more


def test_a_post_needs_an_idempotency_key(venue: Served) -> None:
    sent = venue.client.post
    headers = {"content-type": "application/json"}
    answer = sent(f"{venue.url}/v1/orders", content=b"{}", headers=headers)
    _problem(answer, 401, "missing_credentials")
    token = _token(venue, "seller")
    _problem(
        sent(f"{venue.url}/v1/orders", content=b"{}", headers={**headers, **token}),
        400,
        "idempotency_key_missing",
    )
    for wrong in ("", "a b", "a" * 129, '"', '"a', "a,b"):
        said = {**headers, **token, "idempotency-key": wrong}
        _problem(sent(f"{venue.url}/v1/orders", content=b"{}", headers=said), 400, "idempotency_key_invalid")


def _token(venue: Served, key: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": key, "client_secret": venue.secret(key)}
    answer = venue.client.post(f"{venue.url}/oauth2/token", data=form)
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def test_the_same_request_again_gets_the_same_answer(venue: Served) -> None:
    order = {**_ORDER, "client_order_id": "A-once"}
    first = venue.ask("seller", "POST", "/v1/orders", order, "once-1")
    again = venue.ask("seller", "POST", "/v1/orders", order, "once-1")
    quoted = venue.ask("seller", "POST", "/v1/orders", order, '"once-1"')
    assert first.status_code == again.status_code == quoted.status_code == 201
    assert first.content == again.content == quoted.content
    assert [each.headers.get("idempotent-replayed") for each in (first, again, quoted)] == [
        None,
        "true",
        "true",
    ]
    other = venue.ask("seller", "POST", "/v1/orders", {**order, "quantity": "101"}, "once-1")
    _problem(other, 422, "idempotency_key_reused")
    _problem(venue.ask("seller", "POST", "/v1/orders", order, "once-2"), 409, "duplicate_order")


def test_a_refusal_is_kept_too(venue: Served) -> None:
    order = {**_ORDER, "client_order_id": "A-large", "quantity": "99999"}
    first = venue.ask("outsider", "POST", "/v1/orders", {**order, "account": "KEE-003"}, "kept-1")
    again = venue.ask("outsider", "POST", "/v1/orders", {**order, "account": "KEE-003"}, "kept-1")
    assert first.status_code == 422
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert again.headers["content-type"] == "application/problem+json"


def test_keys_of_two_callers_are_two(venue: Served) -> None:
    order = {**_ORDER, "client_order_id": "A-two"}
    assert venue.ask("seller", "POST", "/v1/orders", order, "two-1").status_code == 201
    mine = {**order, "account": "KEE-002"}
    assert "idempotent-replayed" not in venue.ask("buyer", "POST", "/v1/orders", mine, "two-1").headers


# -------------------------------------------------------------------- what all answers have


@pytest.mark.parametrize(
    "target",
    ["/v1/time", "/nothing", "/v1/orders", "/health/live", "/metrics", "/openapi.json", "/v1/orders/%2F"],
)
def test_every_answer_has_the_headers_that_keep_it_safe(venue: Served, target: str) -> None:
    headers = venue.ask(None, "GET", target).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["carbonkit-version"] == "2026-11-30"
    assert headers["x-request-id"].startswith("r-")
    assert "server" not in headers
    assert "date" in headers


def test_a_key_is_told_what_it_has_left(venue: Served) -> None:
    headers = venue.ask("seller", "GET", "/v1/instruments").headers
    assert headers["ratelimit-policy"] == '"key";q=2000;w=10'
    assert headers["ratelimit"].startswith('"key";r=')


def test_head_is_get_without_the_body(venue: Served) -> None:
    for key, target in (
        (None, "/v1/time"),
        ("seller", "/v1/instruments"),
        ("seller", "/v1/stream?channels=trade"),
    ):
        answer = venue.ask(key, "HEAD", target)
        assert (answer.status_code, answer.content) == (200, b""), target


def test_the_document_describes_every_operation(venue: Served) -> None:
    paths = venue.ask(None, "GET", "/openapi.json").json()["paths"]
    assert {each.path for each in OPERATIONS} <= set(paths)


def test_requests_are_counted_by_names_of_ours(venue: Served) -> None:
    venue.ask(None, "GET", "/never/heard/of/it")
    text = venue.ask(None, "GET", "/metrics").text
    assert 'carbonkit_requests_total{operation="none",status="404"}' in text
    assert 'carbonkit_requests_total{operation="admit",status="201"} 3.0' in text
    assert "never" not in text
    assert "carbonkit_unsettled_trades 0.0" in text


def test_a_trade_is_told_counted_and_settled(venue: Served) -> None:
    with venue.client.stream(
        "GET", f"{venue.url}/v1/stream?channels=trade", headers=_token(venue, "reader")
    ) as stream:
        order = venue.post("seller", "KEE-001", "A-told", "sell", "74.10", 500)
        take = {"account": "KEE-002", "client_order_id": "A-taken", "quantity": "200"}
        venue.asked("buyer", "POST", f"/v1/orders/{order['order_id']}/take", take)
        lines = stream.iter_lines()
        told = next(line for line in lines if line.startswith("data: ") and '"74.10"' in line)
        assert stream.headers["content-type"] == "text/event-stream"
    assert json.loads(told.removeprefix("data: "))["quantity"] == 200
    assert "carbonkit_trades_total 1.0" in venue.ask(None, "GET", "/metrics").text
    held = venue.asked("buyer", "GET", "/v1/accounts/KEE-002")["holdings"]
    assert {"asset": "CEA-2025", "bucket": "bought_today", "quantity": "200"} in held


# ----------------------------------------------------------------- what goes wrong inside


def test_a_defect_tells_nobody_what_it_is(venue: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the inside of it")

    out = io.StringIO()
    handler = begin("error", out)
    monkeypatch.setattr(venue.exchange.desk, "depth", broken)
    try:
        answer = venue.ask("seller", "GET", "/v1/instruments/CEA25/depth")
        venue.ask(None, "GET", "/health/live")  # by now the other's line is written
    finally:
        logger().removeHandler(handler)
        logger().setLevel(logging.NOTSET)
    problem = _problem(answer, 500, "internal")
    assert "inside" not in answer.text + out.getvalue()
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [each["event"] for each in lines] == ["defect", "request"]
    assert lines[0]["error"] == "RuntimeError"
    assert "broken" in lines[0]["where"]
    assert lines[0]["request_id"] == problem.request_id


def test_a_stopping_exchange_takes_nothing_new(venue: Served) -> None:
    venue.exchange.draining = True
    try:
        answer = venue.ask("seller", "GET", "/v1/orders")
        _problem(answer, 503, "stopping")
        assert answer.headers["retry-after"] == "1"
        assert venue.ask(None, "GET", "/health/ready").status_code == 503
        assert venue.ask(None, "GET", "/health/live").json() == {"status": "live"}
    finally:
        venue.exchange.draining = False
    assert venue.ask(None, "GET", "/health/ready").json() == {"status": "ready"}


def test_who_comes_too_often_is_told_when_to_come_again() -> None:
    limit = RateLimit(name="key", quota=2, window=60)
    with served(funded=False, key_limit=limit) as venue:
        answers = [venue.ask("buyer", "GET", "/v1/instruments") for _ in range(2)]
        assert [each.status_code for each in answers] == [200, 200]
        answer = venue.ask("buyer", "GET", "/v1/instruments")
        _problem(answer, 429, "too_many_requests")
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert venue.ask("seller", "GET", "/v1/instruments").status_code == 200


def test_an_address_is_limited_before_it_proves_anything() -> None:
    limit = RateLimit(name="address", quota=4, window=60)
    with served(funded=False, address_limit=limit) as venue:
        answers = [venue.ask(None, "GET", "/v1/time") for _ in range(4)]
        _problem(answers[-1], 429, "too_many_requests")
        assert "retry-after" in answers[-1].headers


def test_a_log_line_has_what_is_allowed_and_no_more() -> None:
    out = io.StringIO()
    handler = begin("debug", out)
    try:
        with served() as venue:
            theirs: Mapping[str, str] = {"x-request-id": "mine-1"}
            venue.ask("seller", "GET", "/v1/orders", headers=theirs)
            venue.ask("seller", "GET", "/v1/orders", headers={"x-request-id": 'a"} {"b'})
            venue.ask(None, "GET", "/v1/orders?secret=canary", headers={"authorization": "Bearer canary"})
            secrets = [venue.secret(key) for key in ("seller", "buyer", "admin")]
    finally:
        logger().removeHandler(handler)
        logger().setLevel(logging.NOTSET)
    text = out.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {name for each in lines for name in each} <= {"at", "level", "event", *FIELDS}
    assert not any(secret in text for secret in (*secrets, "canary", "CK1-HMAC"))
    assert [each["client_request_id"] for each in lines if "client_request_id" in each] == ["mine-1"]
    placed = [each for each in lines if each.get("operation") == "open_day"]
    assert [(each["status"], each["key_id"]) for each in placed] == [(200, "admin")]
    assert lines[-1]["event"] == "stopped"


def test_an_engine_that_fails_is_not_ready(venue: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "ready", property(lambda _: False))
    answer = venue.ask(None, "GET", "/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "stopped"})


def test_the_page_may_load_nothing_from_elsewhere(
    venue: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("carbonkit.exchange.app.resources.files", lambda _: tmp_path)
    _problem(venue.ask(None, "GET", "/"), 404, "not_found")
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("<!doctype html>")
    answer = venue.ask(None, "GET", "/")
    assert (answer.status_code, answer.text) == (200, "<!doctype html>")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["content-type"].startswith("text/html")


def _scope(path: bytes = b"/v1/time", query: bytes = b"") -> dict[str, Any]:
    scope = {"type": "http", "method": "GET", "path": path.decode(), "raw_path": path, "query_string": query}
    near = {"client": ("127.0.0.1", 4_000), "server": ("127.0.0.1", 8_000)}
    return {**scope, **near, "headers": [(b"host", b"127.0.0.1:8000")]}


def _through(app: Any, *, raised: type[BaseException]) -> list[Any]:  # noqa: ANN401  any ASGI application
    """Send a request through the front to an application that fails, and give what was sent."""
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401  of ASGI
        sent.append(message)

    async def receive() -> Any:  # noqa: ANN401  the same
        return {"type": "http.disconnect"}

    with Exchange.open(Settings(demo=True)).closing() as exchange, pytest.raises(raised):
        asyncio.run(Front(app, exchange)(_scope(), receive, send))
    return sent


def test_an_answer_that_fails_on_its_way_is_broken_off() -> None:
    async def app(_: object, __: object, send: Any) -> None:  # noqa: ANN401  of ASGI
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("the inside of it")

    sent = _through(app, raised=ConnectionAbortedError)
    assert [each["type"] for each in sent] == ["http.response.start"]


def test_a_request_that_is_given_up_stays_so() -> None:
    async def app(*_: object) -> None:
        raise asyncio.CancelledError

    assert _through(app, raised=asyncio.CancelledError) == []


def test_a_demonstration_answers_this_machine_alone() -> None:
    with served(funded=False, demo=True, plays=False, clock=None) as venue:
        host = venue.url.removeprefix("http://")
        for name, status in (
            (host, 200),
            ("localhost:1", 200),
            ("[::1]:1", 200),
            ("evil.example", 421),
            ("", 421),
        ):
            answer = _raw(venue, f"GET /v1/time HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            assert answer.split(b" ")[1] == str(status).encode(), name


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"client": ("::1", 4_000), "server": ("::1", 8_000)}, 200),
        ({"client": ("192.0.2.1", 4_000)}, 403),
        ({"client": None}, 403),
        ({"server": ("192.0.2.1", 8_000)}, 403),
        ({"server": ("0.0.0.0", 8_000)}, 403),  # noqa: S104  refused
        ({"server": None}, 403),
    ],
)
def test_a_demonstration_is_for_who_sits_here(change: dict[str, Any], status: int) -> None:
    async def app(_: object, __: object, send: Any) -> None:  # noqa: ANN401  of ASGI
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401  of ASGI
        sent.append(message)

    async def receive() -> Any:  # noqa: ANN401  the same
        return {"type": "http.disconnect"}

    with Exchange.open(Settings(demo=True)).closing() as exchange:
        asyncio.run(Front(app, exchange)({**_scope(), **change}, receive, send))
    assert sent[0]["status"] == status


def test_a_body_that_breaks_off_is_no_body() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(RequestError, match="sent whole"):
        asyncio.run(read_body(Head.read(_scope()), receive))


def test_a_query_has_the_characters_of_a_query() -> None:
    with pytest.raises(RequestError, match="characters that a query may have"):
        Head.read(_scope(query=b'a="1"'))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BatchError([Problem(code="not_in_force", must="be")]), 422, "not_in_force"),
        (BatchError([Problem(code="a", must="be"), Problem(code="b", must="be")]), 422, "batch"),
        (BusyError("be free"), 503, "busy"),
        (MissingExtraError("be installed"), 501, "missing_extra"),
        (IntegrityError("be whole"), 500, "internal"),
        (LedgerError("be"), 422, "ledger_refused"),
        (MarketError("be", code="unknown_order"), 404, "unknown_order"),
        (RegistryError("be"), 422, "registry_refused"),
        (NotFoundError("be"), 404, "not_found"),
        (InvalidValueError("be"), 422, "invalid_value"),
    ],
)
def test_each_kind_of_error_has_its_status(error: CarbonkitError, status: int, code: str) -> None:
    problem = http_problem(error, instance="/", request_id="r")
    assert (problem.status, problem.code) == (status, code)
    if isinstance(error, BatchError):
        assert len(problem.errors) == len(error.problems)


def test_an_error_of_no_known_kind_is_ours() -> None:
    problem = http_problem(CarbonkitError("hide", was="canary"), instance="/", request_id="r")
    assert (problem.status, problem.code, "canary" in problem.detail) == (500, "internal", False)
