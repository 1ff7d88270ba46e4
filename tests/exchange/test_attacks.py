"""Attacks, tried over real sockets and refused; after each the exchange serves, and nothing has moved."""

from __future__ import annotations

import ast
import base64
import contextlib
import datetime
import gzip
import inspect
import io
import itertools
import json
import logging
import re
import socket
import sqlite3
import time
from typing import TYPE_CHECKING, Any, Final

import attrs
import httpx
import pytest

from carbonkit.client.message import Outgoing
from carbonkit.client.message_signer import MessageSigner
from carbonkit.exchange import authentication, request_reading, token
from carbonkit.exchange._timed_protocol import TimedProtocol
from carbonkit.exchange.journal import Kind, Search
from carbonkit.exchange.log import begin, logger
from carbonkit.values.identifier import AccountId
from carbonkit.wire import key_proof, signature
from carbonkit.wire.key_proof import KeyProof, client_key, prove
from carbonkit.wire.operations import OPERATIONS
from carbonkit.wire.scalar import write_instant
from carbonkit.wire.scope import Scope
from tests.exchange.servers import Served, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from carbonkit.wire.operation import Operation


_JSON: Final = {"content-type": "application/json"}
_SEED: Final = bytes(range(32))
_COUNT: Final = itertools.count(1)
_ORDER: Final[Mapping[str, Any]] = {
    "account": "KEE-001",
    "client_order_id": "X-1",
    "instrument": "CEA25",
    "side": "sell",
    "quantity": "100",
    "price": {"amount": "74.00", "currency": "CNY", "per": "tCO2e"},
}


@attrs.define
class House:
    """An exchange with something of everything in it, and what of it was there."""

    venue: Served
    order: str
    block: str
    transaction: str
    signer: MessageSigner
    secrets: dict[str, str]
    before: object = None

    def keep(self) -> None:
        """Take what is there now for what has to be there afterwards."""
        self.before = self.state()

    def state(self) -> object:
        """Give all that an attack could have moved: documents, commands, positions and balances."""
        desk = self.venue.exchange.desk
        accounts = [AccountId(f"KEE-00{number}") for number in (1, 2, 3)]
        return (
            desk.journal.end(),
            {kind: tuple(desk.journal.find(Search(kind=kind), 1_000)) for kind in Kind},
            [desk.venue.position(each, "CEA-2025", "CNY") for each in accounts],
            [tuple(desk.ledger.balances(each)) for each in accounts],
        )

    def sent(
        self,
        key: str,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        name: str | None = None,
        at: datetime.datetime | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """Make a request that is proven as it should be; not sent yet."""
        idempotency_key = (name or f"attack-{next(_COUNT)}") if method == "POST" else ""
        said = {**(_JSON if body else {}), **(headers or {})}
        if idempotency_key:
            said["idempotency-key"] = idempotency_key
        said["authorization"] = self.proof(key, method, target, idempotency_key, body, at=at)
        return self.venue.client.build_request(
            method, f"{self.venue.url}{target}", content=body, headers=said
        )

    def proof(  # noqa: PLR0917  the parts of a proof
        self,
        key: str,
        method: str,
        target: str,
        name: str = "",
        body: bytes = b"",
        at: datetime.datetime | None = None,
    ) -> str:
        """Make a proof as a client does."""
        nonce = f"attack-{next(_COUNT):012d}"
        said = KeyProof(key_id=key, at=write_instant(at or _now()), nonce=nonce)
        client = client_key(self.secrets.get(key) or self.venue.secret(key))
        proof = prove(client, said.message(method, target, name, body))
        return KeyProof(key_id=key, at=said.at, nonce=nonce, proof=proof).header

    def signed(
        self, method: str, target: str, body: bytes = b"", at: datetime.datetime | None = None
    ) -> httpx.Request:
        """Make a request with a message signature; not sent yet."""
        said = {**(_JSON if body else {})}
        if method == "POST":
            said["idempotency-key"] = f"attack-{next(_COUNT)}"
        url = f"{self.venue.url}{target}"
        outgoing = Outgoing(method=method, url=url, headers=said, body=body)
        said.update(self.signer.headers(outgoing, at or _now()))
        return self.venue.client.build_request(method, url, content=body, headers=said)

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request as it is."""
        return self.venue.client.send(request)

    def raw(self, text: bytes, *, patience: int = 3) -> bytes:
        """Send bytes as they are, and give all that comes until the other side closes or falls silent."""
        answer = b""
        with self.connected() as connection, contextlib.suppress(TimeoutError, ConnectionError):
            connection.settimeout(patience)
            connection.sendall(text)
            while piece := connection.recv(65_536):
                answer += piece
        return answer

    def connected(self) -> socket.socket:
        """Connect, and say nothing yet."""
        host, _, port = self.venue.url.removeprefix("http://").partition(":")
        return socket.create_connection((host, int(port)), timeout=5)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)  # noqa: TID251  what the exchange goes by


@pytest.fixture(scope="module", name="house")
def _house() -> Iterator[House]:
    with served() as venue:
        yield _furnished(venue)


def _furnished(venue: Served) -> House:
    order = venue.post("seller", "KEE-001", "S-1", "sell", "74.00", 1_000)["order_id"]
    movement = {
        "type": "issue",
        "unit": "CEA",
        "vintage": "2024",
        "quantity": "10",
        "source": "ISSUANCE",
        "target": "AUTHORITY",
    }
    transaction = venue.asked("registrar", "POST", "/v1/transactions", movement)["transaction"]
    secrets = {}
    for scope in Scope:
        scopes = [each for each in Scope if each is not scope]
        accounts = ["KEE-003"] if Scope.TRADE in scopes else []
        key, secret = venue.make_key(f"no-{scope.value}", accounts, scopes)
        assert secret is not None
        secrets[key] = secret
        secrets[f"without {scope.value}"] = key
    signer = MessageSigner("unnamed", _SEED)
    public = base64.b64encode(signer.public_key).decode()
    asked = {"person": "seller", "accounts": ["KEE-001"], "scopes": ["read", "trade"], "public_key": public}
    made = venue.asked("admin", "POST", "/v1/admin/keys", asked)
    signer = MessageSigner(made["key"]["key_id"], _SEED)
    venue.forward("2026-01-06T14:00:00+08:00")
    block = {**_ORDER, "client_order_id": "P-1", "quantity": "100000", "counterparty": "KEE-002"}
    block = venue.asked("seller", "POST", "/v1/blocks", block)["order"]["order_id"]
    return House(venue, order, block, transaction, signer, secrets)


@pytest.fixture(autouse=True)
def _nothing_moves(house: House) -> Iterator[None]:
    house.keep()
    yield
    assert house.venue.exchange.failure is None
    assert house.send(house.sent("seller", "GET", "/v1/orders")).status_code == 200
    assert house.state() == house.before


def _refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    return said


def _changed(request: httpx.Request, *, without: str = "", **headers: str) -> httpx.Request:
    """Make the same request with other headers."""
    said = [(name, value) for name, value in request.headers.items() if name.lower() != without]
    said = [(name, value) for name, value in said if name not in headers] + list(headers.items())
    return httpx.Request(request.method, request.url, headers=said, content=request.content)


# ------------------------------------------------------------------ proofs, replayed and altered


@pytest.mark.parametrize("way", ["sent", "signed"])
def test_a_proof_serves_once(house: House, way: str) -> None:
    request = (
        house.sent("seller", "GET", "/v1/orders") if way == "sent" else house.signed("GET", "/v1/orders")
    )
    assert house.send(request).status_code == 200
    _refused(house.send(request), 401, "replayed")


def test_a_replayed_order_is_not_done_again(house: House) -> None:
    body = json.dumps({**_ORDER, "client_order_id": "once"}).encode()
    for request in (
        house.sent("seller", "POST", "/v1/orders", body),
        house.signed("POST", "/v1/orders", body),
    ):
        house.send(request)
        house.keep()
        _refused(house.send(request), 401, "replayed")
        other = _changed(request, **{"idempotency-key": "attack-other"})
        assert house.send(other).status_code == 401


def _other(request: httpx.Request, method: str, target: str, body: bytes) -> httpx.Request:
    url = str(request.url).partition("/v1")[0] + target
    said = [(name, value) for name, value in request.headers.items() if name != "content-length"]
    return httpx.Request(method, url, headers=said, content=body)


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/v1/orders?limit=1", b""),
        ("POST", "/v1/orders?limit=2", b'{"a":1}'),
        ("POST", "/v1/orders/x/take?limit=1", b'{"a":1}'),
        ("POST", "/v1/orders?limit=1", b'{"a":2}'),
        ("POST", "/v1/orders?limit=1", b'{"a":1} '),
        ("POST", "/v1/orders?limit=1", b""),
        ("POST", "/v1/orders", b'{"a":1}'),
    ],
)
@pytest.mark.parametrize("way", ["sent", "signed"])
def test_a_proof_of_another_request_is_none(
    house: House, way: str, method: str, target: str, body: bytes
) -> None:
    if way == "sent":
        request = house.sent("seller", "POST", "/v1/orders?limit=1", b'{"a":1}')
        codes = {"bad_signature"}
    else:
        request = house.signed("POST", "/v1/orders?limit=1", b'{"a":1}')
        codes = {"bad_signature", "bad_digest"}
    answer = house.send(_other(request, method, target, body))
    assert (answer.status_code, answer.json()["code"] in codes) == (401, True), answer.text


_ALTERED: Final[Mapping[str, tuple[str, str]]] = {
    "time": (r'at="([^"]*)"', "2026-01-06T01:30:00Z"),
    "nonce": (r'nonce="([^"]*)"', "another-nonce-of-16"),
    "key": (r'key="([^"]*)"', "buyer"),
    "unknown key": (r'key="([^"]*)"', "nobody-at-all"),
    "proof": (r'proof="([^"]*)"', base64.b64encode(bytes(32)).decode()),
}


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("time", "clock_skew"),
        ("nonce", "bad_signature"),
        ("key", "bad_signature"),
        ("unknown key", "bad_signature"),
        ("proof", "bad_signature"),
    ],
)
def test_an_altered_proof_is_none(house: House, what: str, code: str) -> None:
    request = house.sent("seller", "GET", "/v1/orders")
    pattern, text = _ALTERED[what]
    said = request.headers["authorization"]
    found = re.search(pattern, said)
    assert found is not None
    altered = said[: found.start(1)] + text + said[found.end(1) :]
    refused = _refused(house.send(_changed(request, authorization=altered)), 401, code)
    assert text not in refused["detail"]


@pytest.mark.parametrize(
    ("pattern", "text", "code"),
    [
        (r"created=(\d+)", "1", "clock_skew"),
        (r"expires=(\d+)", "9999999999", "bad_signature"),
        (r'nonce="([^"]*)"', "another-nonce-of-16", "bad_signature"),
        (r'keyid="([^"]*)"', "seller", "bad_signature"),
        (r'alg="([^"]*)"', "hmac-sha256", "malformed_credentials"),
        (r'\(("@method") ', '"@authority"', "insufficient_coverage"),
        (r'"@method"( "@target-uri")', "", "insufficient_coverage"),
        (r'( "idempotency-key")', "", "insufficient_coverage"),
        (r'( "content-digest")', "", "insufficient_coverage"),
    ],
)
def test_an_altered_signature_is_none(house: House, pattern: str, text: str, code: str) -> None:
    request = house.signed("POST", "/v1/orders", b"{}")
    said = request.headers["signature-input"]
    found = re.search(pattern, said)
    assert found is not None, said
    altered = said[: found.start(1)] + text + said[found.end(1) :]
    _refused(house.send(_changed(request, **{"signature-input": altered})), 401, code)


def test_another_idempotency_key_is_another_request(house: House) -> None:
    for request in (
        house.sent("seller", "POST", "/v1/orders", b"{}"),
        house.signed("POST", "/v1/orders", b"{}"),
    ):
        _refused(house.send(_changed(request, **{"idempotency-key": "other"})), 401, "bad_signature")
        gone = house.send(_changed(request, without="idempotency-key"))
        assert gone.status_code == 401


@pytest.mark.parametrize(
    ("seconds", "code"), [(-31, "clock_skew"), (5, "clock_skew"), (86_400, "clock_skew")]
)
def test_a_proof_of_another_time_is_none(house: House, seconds: int, code: str) -> None:
    at = _now() + datetime.timedelta(seconds=seconds)
    _refused(house.send(house.sent("seller", "GET", "/v1/orders", at=at)), 401, code)
    _refused(house.send(house.signed("GET", "/v1/orders", at=at)), 401, code)


def test_a_proof_from_before_the_start_is_none(tmp_path: Path) -> None:
    with served(tmp_path / "data", funded=False):
        pass
    with served(tmp_path / "data", funded=False) as venue:
        house = House(venue, "", "", "", MessageSigner("x", _SEED), {})
        at = venue.exchange.authenticator._since
        time.sleep(max(0, (at - _now()).total_seconds() + 1))  # until then they are told to wait
        _refused(house.send(house.sent("seller", "GET", "/v1/instruments", at=at)), 401, "clock_skew")
        later = at + datetime.timedelta(milliseconds=1)
        assert house.send(house.sent("seller", "GET", "/v1/instruments", at=later)).status_code == 200


def test_a_signature_for_another_host_is_none(house: House) -> None:
    request = house.signed("GET", "/v1/orders")
    _refused(house.send(_changed(request, host="evil.example")), 401, "bad_signature")
    for host in ("a b", "evil.example/v1", "x@y", "", "[::1"):
        answer = house.raw(
            b"GET /v1/orders HTTP/1.1\r\nHost: "
            + host.encode()
            + b"\r\nSignature-Input: "
            + request.headers["signature-input"].encode()
            + b"\r\nSignature: "
            + request.headers["signature"].encode()
            + b"\r\nConnection: close\r\n\r\n"
        )
        assert answer[:12] in {b"HTTP/1.1 401", b"HTTP/1.1 400"}, host


def test_an_origin_that_is_set_holds_against_the_host_header() -> None:
    with served(funded=False, origins=("https://exchange.example",)) as venue:
        signer = MessageSigner("unnamed", _SEED)
        asked = {
            "person": "ann",
            "accounts": [],
            "scopes": ["read"],
            "public_key": base64.b64encode(signer.public_key).decode(),
        }
        key = venue.asked("admin", "POST", "/v1/admin/keys", asked)["key"]["key_id"]
        signer = MessageSigner(key, _SEED)
        for origin, host, status in (
            ("https://exchange.example", "exchange.example", 200),
            ("https://exchange.example", "evil.example", 401),
            ("https://evil.example", "evil.example", 401),
            ("https://evil.example", "exchange.example", 401),
            ("http://exchange.example", "exchange.example", 401),
        ):
            outgoing = Outgoing(method="GET", url=f"{origin}/v1/instruments", headers={}, body=b"")
            said = {**signer.headers(outgoing, _now()), "host": host}
            answer = venue.client.get(f"{venue.url}/v1/instruments", headers=said)
            assert answer.status_code == status, (origin, host, answer.text)


def test_a_revoked_key_opens_nothing(house: House) -> None:
    venue = house.venue
    asked = {"person": "eve", "accounts": ["KEE-001"], "scopes": ["read", "trade"]}
    made = venue.asked("admin", "POST", "/v1/admin/keys", asked)
    key = made["key"]["key_id"]
    house.secrets[key] = made["secret"]
    form = {"grant_type": "client_credentials", "client_id": key, "client_secret": made["secret"]}
    bearer = venue.client.post(f"{venue.url}/oauth2/token", data=form).json()["access_token"]
    assert house.send(house.sent(key, "GET", "/v1/orders")).status_code == 200
    venue.asked("admin", "POST", f"/v1/admin/keys/{key}/revoke")
    house.keep()
    _refused(house.send(house.sent(key, "GET", "/v1/orders")), 401, "revoked_key")
    answer = venue.client.get(f"{venue.url}/v1/orders", headers={"authorization": f"Bearer {bearer}"})
    _refused(answer, 401, "invalid_token")
    assert venue.client.post(f"{venue.url}/oauth2/token", data=form).status_code == 401


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer x",
        "Bearer " + "a" * 900,
        "Basic c2VsbGVyOng=",
        "CK1-HMAC-SHA256",
        "ck1-hmac-sha256 x",
        "x",
    ],
)
def test_other_credentials_are_none(house: House, value: str) -> None:
    answer = house.venue.client.get(f"{house.venue.url}/v1/orders", headers={"authorization": value})
    assert answer.status_code == 401
    assert answer.json()["code"] in {"invalid_token", "unsupported_scheme", "malformed_credentials"}


# ------------------------------------------------------------------------ scopes


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_an_operation_needs_its_scope(house: House, operation: Operation[Any]) -> None:
    target = operation.at(**dict.fromkeys(operation.parts, "X-1"))
    url = f"{house.venue.url}{target}"
    body = b"{}" if operation.method == "POST" else b""
    bare = house.venue.client.request(operation.method, url, content=body, headers=_JSON)
    if operation.scope is None:
        assert bare.status_code == 200
        return
    _refused(bare, 401, "missing_credentials")
    key = house.secrets[f"without {operation.scope.value}"]
    refused = house.send(house.sent(key, operation.method, target, body))
    _refused(refused, 403, "insufficient_scope")
    assert operation.scope.value in refused.headers["www-authenticate"]


# ------------------------------------------------------------------------ what is another's


def _alike(one: httpx.Response, other: httpx.Response, names: tuple[str, str]) -> None:
    """Two refusals tell the same, but for the name that was asked for."""
    told = []
    for answer, name in zip((one, other), names, strict=True):
        said = {**answer.json(), "request_id": ""}
        told.append((answer.status_code, json.dumps(said).replace(name, "NAME")))
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/orders/{}", None),
        ("POST", "/v1/orders/{}/cancel", None),
        ("POST", "/v1/orders/{}/reduce", {"quantity": "1"}),
        ("POST", "/v1/orders/{}/replace", {"client_order_id": "X-2", "quantity": "5"}),
    ],
)
@pytest.mark.parametrize("key", ["outsider", "buyer"])
def test_another_s_order_is_as_unknown(
    house: House,
    key: str,
    method: str,
    path: str,
    body: Any,  # noqa: ANN401  JSON
) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    names = (house.order, "O-00000000000000000000")
    answers = [house.send(house.sent(key, method, path.format(name), content)) for name in names]
    _refused(answers[0], 404, "not_found")
    _alike(answers[0], answers[1], names)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "POST",
            "/v1/blocks/{}/counter",
            {"account": "KEE-003", "price": _ORDER["price"], "quantity": "100000"},
        ),
        ("POST", "/v1/blocks/{}/confirm", {"account": "KEE-003"}),
        ("GET", "/v1/orders/{}", None),
        ("POST", "/v1/orders/{}/cancel", None),
    ],
)
def test_a_block_of_others_is_as_unknown(house: House, method: str, path: str, body: Any) -> None:  # noqa: ANN401  JSON
    content = b"" if body is None else json.dumps(body).encode()
    names = (house.block, "O-00000000000000000000")
    answers = [house.send(house.sent("outsider", method, path.format(name), content)) for name in names]
    assert answers[0].status_code == 404, answers[0].text
    _alike(answers[0], answers[1], names)


@pytest.mark.parametrize("step", ["", "/approve", "/reject", "/cancel", "/complete"])
def test_a_transaction_of_others_is_as_unknown(house: House, step: str) -> None:
    method = "POST" if step else "GET"
    names = (house.transaction, "TX-00000000000000000000")
    answers = [house.send(house.sent("buyer", method, f"/v1/transactions/{name}{step}")) for name in names]
    _refused(answers[0], 404, "not_found")
    _alike(answers[0], answers[1], names)


_FOREIGN: Final[tuple[tuple[str, str, dict[str, Any] | None], ...]] = (
    ("GET", "/v1/accounts/{account}", None),
    ("GET", "/v1/accounts/{account}/statement", None),
    ("GET", "/v1/orders?account={account}", None),
    ("GET", "/v1/trades?account={account}", None),
    ("GET", "/v1/blocks?account={account}", None),
    ("GET", "/v1/transactions?account={account}", None),
    ("POST", "/v1/orders", {**_ORDER}),
    ("POST", "/v1/orders/{order}/take", {"client_order_id": "X-3", "quantity": "1"}),
    ("POST", "/v1/blocks", {**_ORDER}),
    ("POST", "/v1/blocks/{order}/confirm", {}),
    ("POST", "/v1/surrenders", {"unit": "CEA", "vintage": "2024", "quantity": "1", "year": 2024}),
)


@pytest.mark.parametrize(
    ("method", "path", "body"), _FOREIGN, ids=lambda each: each if isinstance(each, str) else ""
)
def test_another_account_is_as_unknown(
    house: House, method: str, path: str, body: dict[str, Any] | None
) -> None:
    names, answers = ("KEE-001", "KEE-999"), []
    for name in names:
        content = b"" if body is None else json.dumps({**body, "account": name}).encode()
        answers.append(
            house.send(house.sent("buyer", method, path.format(account=name, order=house.order), content))
        )
    _refused(answers[0], 403, "forbidden")
    _alike(answers[0], answers[1], names)


def test_a_stream_of_orders_tells_nobody_else_s(house: House) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "outsider",
        "client_secret": house.venue.secret("outsider"),
    }
    bearer = house.venue.client.post(f"{house.venue.url}/oauth2/token", data=form).json()["access_token"]
    with httpx.stream(
        "GET",
        f"{house.venue.url}/v1/stream?channels=order,trade",
        headers={"authorization": f"Bearer {bearer}", "last-event-id": "a-1"},
        timeout=10,
        trust_env=False,
    ) as stream:
        made = house.venue.post("seller", "KEE-001", "S-told", "sell", "74.50", 100)["order_id"]
        take = json.dumps({"account": "KEE-002", "client_order_id": "T-told", "quantity": "100"}).encode()
        taken = house.send(house.sent("buyer", "POST", f"/v1/orders/{made}/take", take)).json()["order"][
            "order_id"
        ]
        text = ""
        for piece in stream.iter_text():
            text += piece
            if "event: trade" in text and text.endswith("\n\n"):
                break
    house.keep()
    assert "event: order" not in text
    for secret in (made, taken, "KEE-001", "KEE-002", "S-told", "T-told"):
        assert secret not in text


def test_nobody_approves_what_he_proposed(house: House) -> None:
    for step in ("approve", "reject"):
        answer = house.send(house.sent("registrar", "POST", f"/v1/transactions/{house.transaction}/{step}"))
        assert answer.status_code in {403, 422}, answer.text
        assert answer.json()["code"] == "approved_by_proposer", answer.text


def test_an_idempotency_key_of_another_gives_away_nothing(house: House) -> None:
    asked = {"person": "eve", "accounts": [], "scopes": ["read"]}
    body = json.dumps(asked).encode()
    first = house.send(house.sent("admin", "POST", "/v1/admin/keys", body, name="of-the-admin"))
    secret = first.json()["secret"]
    house.keep()
    for key in ("seller", "buyer", "outsider", house.secrets["without read"]):
        answer = house.send(house.sent(key, "POST", "/v1/orders", b"{}", name="of-the-admin"))
        assert "idempotent-replayed" not in answer.headers
        assert first.json()["key"]["key_id"] not in answer.text
    again = house.send(house.sent("admin", "POST", "/v1/admin/keys", body, name="of-the-admin"))
    assert again.headers["idempotent-replayed"] == "true"
    assert secret not in again.text
    _refused(
        house.send(house.sent("admin", "POST", "/v1/admin/day/close", name="of-the-admin")),
        422,
        "idempotency_key_reused",
    )


# ------------------------------------------------------------------------ paths and ids


@pytest.mark.parametrize(
    "name",
    [
        "../orders",
        "..%2Forders",
        "%2e%2e%2forders",
        "%2e%2e/keys",
        "O-1%2F..%2F..",
        "O-1;admin=1",
        "O-1%3Badmin",
        "O-1%00",
        "%00",
        "O-1%0d%0aX-Evil:%201",
        "O-1%20",
        "O-1%25",
        "%c0%ae%c0%ae/",
        "O-1%EF%BC%8F",
        "O-\u0661",
        "a" * 129,
        "a" * 5_000,
        "a\\b",
        "*",
        "~root",
        "'%20OR%20'1'='1",
        "O-1#x",
        "O-1//",
        ".",
        "..",
    ],
)
def test_what_is_no_id_reaches_nothing(house: House, name: str) -> None:
    target = f"/v1/orders/{name}".encode()
    try:
        proof = house.proof("seller", "GET", target.decode()).encode()
    except ValueError:
        proof = b"x"
    answer = house.raw(
        b"GET "
        + target
        + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: "
        + proof
        + b"\r\n\r\n"
    )
    assert answer[:12] in {b"HTTP/1.1 404", b"HTTP/1.1 400", b"HTTP/1.1 414", b"HTTP/1.1 401"}, answer
    assert b"x-evil" not in answer.lower()


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.parts], ids=lambda each: each.name)
def test_sql_in_a_path_is_no_id(house: House, operation: Operation[Any]) -> None:
    part = operation.parts[0]
    target = operation.path.replace(f"{{{part}}}", "x'%3BDROP%20TABLE%20document--")
    answer = house.raw(
        f"{operation.method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer[:12] == b"HTTP/1.1 404"


# --------------------------------------------------------------------------- bodies


def test_a_body_is_not_what_its_length_says(house: House) -> None:
    head = b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    for length in (b"-1", b"1e3", b"0x10", b"+5", b"\xd9\xa1", b"5, 6", b"99999999999999999999999"):
        answer = house.raw(head + b"Content-Length: " + length + b"\r\n\r\n{}")
        assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 413"}, (length, answer)
    declared = house.raw(head + b"Content-Length: 1073741824\r\n\r\n{")
    assert declared[:12] == b"HTTP/1.1 413"
    assert b"body_too_large" in declared
    # It says more than it sends, and leaves: there is nobody to answer.
    with house.connected() as connection:
        connection.sendall(head + b"Content-Length: 100\r\n\r\n{}")
    more = house.raw(head + b"Content-Length: 2\r\n\r\n{}GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n")
    assert more.count(b"HTTP/1.1 ") == 1  # the connection was to be closed, so what follows is dropped


def test_a_body_without_end_is_cut_off(house: House) -> None:
    head = b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with house.connected() as connection:
        connection.sendall(head)
        sent = 0
        with contextlib.suppress(ConnectionError):
            for _ in range(2_000):
                connection.sendall(b"1000\r\n" + b" " * 4_096 + b"\r\n")
                sent += 4_096
                connection.settimeout(0.01)
                with contextlib.suppress(TimeoutError):
                    if connection.recv(12, socket.MSG_PEEK):
                        break
                connection.settimeout(5)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(12) == b"HTTP/1.1 413"
    assert sent < 2_000_000


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "x"])
def test_a_compressed_body_is_not_even_looked_at(house: House, coding: str) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    request = house.sent("seller", "POST", "/v1/orders", bomb, headers={"content-encoding": coding})
    _refused(house.send(request), 415, "content_encoding")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 60_000, "malformed"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "malformed"),
        (b'{"account":"KEE-001","account":"KEE-002"}', "malformed"),
        (b'{"price":{"amount":"1","amount":"2"}}', "malformed"),
        (b'{"a":1,"\\u0061":2}', "malformed"),
        (b"\xef\xbb\xbf{}", "malformed"),
        ("{}".encode("utf-16"), "malformed"),
        (b"{}\x00", "malformed"),
        (b"{} {}", "malformed"),
        (b'{"a":NaN}', "malformed"),
        (b'{"a":' + b"9" * 50_000 + b"}", "malformed"),
        (b'{"a":1e999999}', "malformed"),
        (b'{"a":"\xed\xa0\x80"}', "malformed"),
    ],
)
def test_json_that_is_doubtful_is_refused(house: House, body: bytes, code: str) -> None:
    begun = time.monotonic()
    answer = house.send(house.sent("seller", "POST", "/v1/orders", body))
    assert (answer.status_code, answer.json()["code"]) in {(400, code), (422, "invalid_request")}, answer.text
    assert time.monotonic() - begun < 2


_DIGITS: Final = "\u0661\u0660"


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": _DIGITS},
        {"quantity": "1\u0660"},
        {"quantity": "\uff11"},
        {"quantity": "1_0"},
        {"quantity": "1e3"},
        {"quantity": " 10"},
        {"quantity": "10\n"},
        {"quantity": "NaN"},
        {"quantity": "Infinity"},
        {"quantity": "-0"},
        {"quantity": "0" * 40},
        {"quantity": 10},
        {"price": {"amount": f"7{_DIGITS}", "currency": "CNY", "per": "tCO2e"}},
        {"minimum": _DIGITS},
        {"until": "\u0662026-01-06"},
        {"client_order_id": _DIGITS},
        {"account": "KEE-\u0660\u0660\u0661"},
        {"instrument": "CEA2\u0665"},
        {"side": "\u017fell"},
    ],
)
def test_other_digits_are_no_digits(house: House, change: dict[str, Any]) -> None:
    body = json.dumps({**_ORDER, **change}, ensure_ascii=False).encode()
    said = _refused(house.send(house.sent("seller", "POST", "/v1/orders", body)), 422, "invalid_request")
    assert [each["pointer"].split("/")[1] for each in said["errors"]] == list(change)


@pytest.mark.parametrize(
    "query",
    ["limit=%D9%A1", "limit=%EF%BC%91", "limit=1_0", "limit=+1", "limit=1%0a", "limit=1e1", "cursor=%D9%A1"],
)
def test_other_digits_in_a_query_are_none(house: House, query: str) -> None:
    answer = house.send(house.sent("seller", "GET", f"/v1/orders?{query}"))
    assert (answer.status_code, answer.json()["code"]) in {(422, "invalid_request"), (422, "invalid_value")}


# ------------------------------------------------------------------------------ SQL


_SQL: Final = "x'); DROP TABLE document; DROP TABLE line; --"


def _with_sql(operation: Operation[Any]) -> Iterator[dict[str, Any]]:
    """Make a body for each of the fields of text, with SQL in it and the other fields in order."""
    fields = {each.name for each in attrs.fields(operation.body)}  # type: ignore[arg-type]  # all are attrs
    sound: dict[str, Any] = {
        **_ORDER,
        "type": "issue",
        "unit": "CEA",
        "vintage": "2025",
        "source": "ISSUANCE",
        "target": "AUTHORITY",
        "kind": "key-emitter",
        "account_kind": "key_emitter",
        "persons": [],
        "day": "2026-01-06",
        "reason": "x",
        "person": "eve",
        "accounts": [],
        "scopes": [],
        "price_mode": "uniform",
        "opens": "2026-01-06T05:00:00Z",
        "closes": "2026-01-06T06:00:00Z",
        "floor": _ORDER["price"],
        "amount": {"amount": "1", "currency": "CNY"},
    }
    body = {name: value for name, value in sound.items() if name in fields}
    for name in sorted(fields - {"persons", "accounts", "scopes", "price", "floor", "amount", "post_only"}):
        yield {**body, name: _SQL}


def test_sql_in_every_field_is_text(tmp_path: Path) -> None:
    with served(tmp_path / "data") as venue:
        house = House(venue, "", "", "", MessageSigner("x", _SEED), {})
        tables = _tables(tmp_path / "data")
        keys = {
            Scope.READ: "seller",
            Scope.TRADE: "seller",
            Scope.REGISTRY: "registrar",
            Scope.ADMIN: "admin",
        }
        asked = 0
        for operation in OPERATIONS:
            if operation.body is None or operation.scope is None:
                continue
            target = operation.at(**dict.fromkeys(operation.parts, "X-1"))
            for body in _with_sql(operation):
                answer = house.send(
                    house.sent(keys[operation.scope], "POST", target, json.dumps(body).encode())
                )
                assert answer.status_code in {200, 201, 403, 404, 409, 422}, (
                    operation.name,
                    body,
                    answer.text,
                )
                asked += 1
        for query in ("client_order_id", "instrument", "state", "account", "cursor"):
            answer = house.send(
                house.sent("seller", "GET", f"/v1/orders?{query}=x'%29%3BDROP%20TABLE%20line--")
            )
            assert answer.status_code in {403, 422}, answer.text
        assert asked > 50
        assert _tables(tmp_path / "data") == tables
        assert venue.asked("seller", "GET", "/v1/accounts/KEE-001")["account"] == "KEE-001"


def _tables(folder: Path) -> dict[str, set[str]]:
    found = {}
    for file in sorted(each for each in folder.rglob("*") if each.is_file()):
        if file.read_bytes()[:15] == b"SQLite format 3":
            with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            found[file.name] = {name for (name,) in rows}
    assert any("document" in names for names in found.values())
    return found


# --------------------------------------------------------------------- headers and requests


@pytest.mark.parametrize(
    "name", [b"Idempotency-Key", b"Last-Event-ID", b"X-Request-Id", b"Authorization", b"Host"]
)
@pytest.mark.parametrize("value", [b"a\rX-Evil: 1", b"a\x00", b"a\xff", b"a\x0b", b"a\x7f", b"a\x1b[31m"])
def test_a_header_with_controls_is_refused(house: House, name: bytes, value: bytes) -> None:
    host = b"" if name == b"Host" else b"Host: x\r\n"
    answer = house.raw(
        b"GET /v1/time HTTP/1.1\r\n" + host + name + b": " + value + b"\r\nConnection: close\r\n\r\n"
    )
    assert answer[:12] == b"HTTP/1.1 400", answer
    assert b"evil" not in answer.lower()


@pytest.mark.parametrize(
    "value", ["a b", "a\tb", '"a', "a;b", "a,b", "<script>", "a" * 129, "%0d%0aX-Evil: 1"]
)
def test_an_idempotency_key_is_a_plain_name(house: House, value: str) -> None:
    request = house.sent("seller", "POST", "/v1/orders", b"{}", name=value.replace("\t", " "))
    answer = house.send(_changed(request, **{"idempotency-key": value}))
    assert answer.status_code in {400, 401}
    assert "evil" not in answer.text.lower()
    assert "<script>" not in answer.text
    assert "x-evil" not in answer.headers


def test_a_request_id_of_theirs_is_not_given_back(house: House) -> None:
    answer = house.venue.client.get(f"{house.venue.url}/v1/time", headers={"x-request-id": "evil-1"})
    assert answer.headers["x-request-id"].startswith("r-")
    assert "evil" not in answer.text


_GET: Final = b"GET /v1/admin/keys HTTP/1.1\r\nHost: x\r\nX: y\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", b"400"),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ", b"400"),
        (b"Content-Length: 5, 6\r\n\r\n{}   ", b"400"),
        (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", b"400"),
        (b"X-A\r\n\r\n", b"400"),
        (b": nothing\r\n\r\n", b"400"),
    ],
)
def test_a_request_that_two_may_read_in_two_ways_is_refused(
    house: House, lines: bytes, status: bytes
) -> None:
    answer = house.raw(b"POST /v1/orders HTTP/1.1\r\nHost: x\r\n" + lines + _GET)
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert answer.count(b"HTTP/1.1 ") == 1, answer  # what follows is not taken for a request


def test_a_folded_header_is_one_value(house: House) -> None:
    answer = house.raw(
        b"GET /v1/time HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n X-Evil: 2\r\nConnection: close\r\n\r\n"
    )
    assert answer[:12] == b"HTTP/1.1 200"  # RFC 9112, 5.2: the fold counts as spaces
    assert b"evil" not in answer.lower()


@pytest.mark.parametrize(
    "line", [b"GET /v1/time HTTP/9.9", b"GET  /v1/time HTTP/1.1", b"GET /v1/time", b"\x16\x03\x01"]
)
def test_what_is_no_http_is_refused(house: House, line: bytes) -> None:
    assert house.raw(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")[:12] == b"HTTP/1.1 400"


def test_headers_may_not_be_too_large(house: House) -> None:
    url = f"{house.venue.url}/v1/time"
    answer = house.venue.client.get(url, headers={"x-long": "a" * 8_193})
    _refused(answer, 400, "malformed")
    head = b"GET /v1/time HTTP/1.1\r\nHost: x\r\n"
    for number in (150, 10_000):
        many = b"".join(b"X-%d: a\r\n" % each for each in range(number))
        assert house.raw(head + many + b"\r\n")[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400"}
    long = b"".join(b"X-%d: %s\r\n" % (each, b"a" * 8_000) for each in range(6))
    assert house.raw(head + long + b"\r\n")[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400"}


@pytest.mark.parametrize(
    "name", ["x-http-method-override", "x-method-override", "x-http-method", "x-original-url"]
)
def test_a_method_is_not_overridden(house: House, name: str) -> None:
    said = {name: "/v1/admin/keys" if "url" in name else "POST"}
    answer = house.send(house.sent("seller", "GET", "/v1/orders", headers=said))
    assert (answer.status_code, "data" in answer.json()) == (200, True)
    _refused(house.venue.client.put(f"{house.venue.url}/v1/orders", headers=said), 405, "method_not_allowed")


def test_no_other_origin_is_let_in(house: House) -> None:
    said = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    preflight = house.venue.client.options(f"{house.venue.url}/v1/orders", headers=said)
    _refused(preflight, 405, "method_not_allowed")
    answer = house.send(house.sent("seller", "GET", "/v1/orders", headers={"origin": "https://evil.example"}))
    for each in (preflight, answer):
        assert not [name for name in each.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("target", ["/", "/v1/time", "/v1/orders", "/nothing", "/openapi.json", "/metrics"])
def test_nothing_is_sniffed_or_kept(house: House, target: str) -> None:
    headers = house.venue.client.get(f"{house.venue.url}{target}").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "set-cookie" not in headers


# ------------------------------------------------------------------------- slow and many


def test_slow_heads_block_nobody_and_are_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimedProtocol, "head_seconds", 1)
    with contextlib.ExitStack() as opened:
        slow = [opened.enter_context(house.connected()) for _ in range(100)]
        ends = time.monotonic() + 1.5
        for piece in (b"GET /v1/time HTTP/1.1\r\n", b"H", b"o", b"s", b"t"):
            for each in slow:
                with contextlib.suppress(ConnectionError):
                    each.sendall(piece)
            begun = time.monotonic()
            assert house.send(house.sent("seller", "GET", "/v1/orders")).status_code == 200
            assert time.monotonic() - begun < 2
            time.sleep(max(0, (ends - time.monotonic()) / 8))
        for each in slow:
            each.settimeout(5)
            with contextlib.suppress(ConnectionError):
                assert each.recv(100) == b""  # closed, whatever came of it


def test_a_slow_second_head_is_cut_off_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.connected() as connection:
        connection.sendall(b"GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 200")
        monkeypatch.setattr(TimedProtocol, "head_seconds", 0.2)
        connection.sendall(b"GET /v1/t")
        connection.settimeout(5)
        assert connection.recv(100) == b""


def test_a_slow_body_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_reading, "_PATIENCE", 0.2)
    with house.connected() as connection:
        connection.sendall(b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"too_slow"' in answer


def test_many_streams_of_one_key_are_refused_and_block_nobody(house: House) -> None:
    with contextlib.ExitStack() as opened:
        client = opened.enter_context(httpx.Client(timeout=10, trust_env=False))
        answers = []
        for _ in range(12):
            request = house.sent("outsider", "GET", "/v1/stream?channels=trade")
            answers.append(client.send(request, stream=True))
            opened.callback(answers[-1].close)
        assert [each.status_code for each in answers] == [200] * 10 + [429] * 2
        answers[-1].read()
        assert answers[-1].json()["code"] == "too_many_streams"
        other = client.send(house.sent("buyer", "GET", "/v1/stream?channels=trade"), stream=True)
        opened.callback(other.close)
        assert other.status_code == 200


# -------------------------------------------------------------------------- what gets out


def test_what_a_run_says_holds_no_secret_and_forges_no_line() -> None:
    out = io.StringIO()
    handler = begin("debug", out)
    texts: list[str] = []
    try:
        with served() as venue:
            house = House(venue, "", "", "", MessageSigner("x", _SEED), {})
            asked = {"person": "eve", "accounts": [], "scopes": ["read"]}
            made = venue.asked("admin", "POST", "/v1/admin/keys", asked)
            form = {
                "grant_type": "client_credentials",
                "client_id": made["key"]["key_id"],
                "client_secret": made["secret"],
            }
            bearer = venue.client.post(f"{venue.url}/oauth2/token", data=form).json()["access_token"]
            said = {"authorization": f"Bearer {bearer}"}
            secrets = [made["secret"], bearer, *(venue.secret(key) for key in ("seller", "buyer", "admin"))]
            for secret in secrets:
                for target in (f"/v1/orders/{secret}", f"/v1/orders?cursor={secret}", f"/v1/{secret}"):
                    venue.client.get(f"{venue.url}{target}", headers=said)
                venue.client.get(f"{venue.url}/v1/orders", headers={"authorization": f"Basic {secret}"})
                venue.client.post(f"{venue.url}/oauth2/token", data={**form, "client_secret": f"{secret}x"})
            for forged in ('%0a{"event":"forged"}', "\\n{}", "%0d%0aforged"):
                for target in (f"/v1/orders/x{forged}", "/v1/time"):
                    lines = (f"GET {target} HTTP/1.1", "Host: x", f"X-Request-Id: a{forged}")
                    house.raw("\r\n".join((*lines, "Connection: close", "", "")).encode())
            wrong = json.dumps({**_ORDER, "client_order_id": 'a\n{"event":"forged"}'}).encode()
            texts.append(house.send(house.sent("seller", "POST", "/v1/orders", wrong)).text)
            texts.append(venue.client.get(f"{venue.url}/v1/orders", headers=said).text)
            texts += [
                venue.client.get(f"{venue.url}{each}").text for each in ("/metrics", "/openapi.json", "/")
            ]
            texts.append(json.dumps(venue.asked("admin", "GET", "/v1/admin/keys")))
    finally:
        logger().removeHandler(handler)
        logger().setLevel(logging.NOTSET)
    said_lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(said_lines) > 30
    assert not [each for each in said_lines if "forged" in json.dumps(each)]
    for secret in secrets:
        for text in (out.getvalue(), *texts):
            assert secret not in text


def test_metrics_do_not_grow_with_what_is_asked(house: House) -> None:
    def series() -> set[str]:
        text = house.venue.client.get(f"{house.venue.url}/metrics").text
        return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}

    house.venue.client.get(f"{house.venue.url}/some/where/else")
    house.venue.client.request("BREW", f"{house.venue.url}/v1/time")
    house.venue.client.get(f"{house.venue.url}/v1/orders/O-0")
    series()  # which is counted itself
    before = series()
    for number in range(50):
        house.venue.client.get(f"{house.venue.url}/some/where/{number}")
        house.venue.client.request(f"BREW{number}", f"{house.venue.url}/v1/time")
        house.venue.client.get(f"{house.venue.url}/v1/orders/O-{number}")
    assert series() == before


# ------------------------------------------------------------------------------- timing


@pytest.mark.parametrize("module", [key_proof, signature, token, authentication])
def test_secrets_are_compared_in_constant_time(module: Any) -> None:  # noqa: ANN401  a module
    """No == or != has a digest, a proof, a secret, a stored key or a token on either side."""
    secret = re.compile(r"digest|proof$|secret|stored|client$|given$|token$")
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [
                each for each in (node.left, *node.comparators) if isinstance(each, ast.Name | ast.Attribute)
            ]
            names = [each.id if isinstance(each, ast.Name) else each.attr for each in sides]
            assert not [name for name in names if secret.search(name)], ast.unparse(node)


@pytest.mark.parametrize("function", [key_proof.proves, signature.digest_holds, token.TokenEndpoint._key])
def test_what_compares_secrets_uses_compare_digest(function: Callable[..., object]) -> None:
    assert "hmac.compare_digest(" in inspect.getsource(function)
