"""Signers: what they send, when they ask for a token, and that no secret ever shows."""

from __future__ import annotations

import base64
import copy
import datetime
import json
import os
import pickle
import subprocess
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.client.error import (
    RateLimitedError,
    ServerFailedError,
    UnauthorizedError,
    UnreadableAnswerError,
)
from carbonkit.client.key_signer import KeySigner
from carbonkit.client.message import Incoming, Outgoing
from carbonkit.client.message_signer import MessageSigner
from carbonkit.client.oauth_signer import ClientCredentials
from carbonkit.errors import InvalidValueError
from carbonkit.wire.key_proof import KeyProof, client_key, proves, stored_key
from carbonkit.wire.scope import Scope
from carbonkit.wire.signature import (
    SignatureInput,
    SignedRequest,
    digest_holds,
    private_key_of,
    read_signature,
    signature_holds,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.client.signer import Signer

SECRET = "cks_thesecretthatmustnevershow"  # noqa: S105  no secret of anything
SEED = b"theseedthatmustnevershow......!!"
TOKEN = "ckt_thetokenthatmustnevershow"  # noqa: S105  no token of anything
AT = datetime.datetime(2026, 11, 28, 1, 30, tzinfo=datetime.UTC)
URL = "https://exchange.example/v1/orders?limit=5"
TOKEN_URL = "https://exchange.example/oauth2/token"  # noqa: S105  no token
GET = Outgoing(method="GET", url=URL, headers={}, body=b"")
POST = Outgoing(method="POST", url=URL, headers={"Idempotency-Key": "key-1"}, body=b"{}")


def after(seconds: int) -> datetime.datetime:
    return AT + datetime.timedelta(seconds=seconds)


def credentials(*scopes: Scope) -> ClientCredentials:
    return ClientCredentials("demo", SECRET, token_url=TOKEN_URL, scopes=scopes)


def answer(*, text: object = TOKEN, kind: object = "Bearer", life: object = 900, more: str = "") -> Incoming:
    facts = {"access_token": text, "token_type": kind, "expires_in": life, "scope": "read", "more": more}
    return Incoming(status=200, headers={}, body=json.dumps(facts).encode())


def with_token() -> ClientCredentials:
    signer = credentials()
    signer.take(answer(), AT)
    return signer


SIGNERS: list[Callable[[], Signer]] = [
    lambda: KeySigner("demo", SECRET),
    lambda: MessageSigner("demo", SEED),
    lambda: MessageSigner("demo", private_key_of(SEED)),
    with_token,
]


# ------------------------------------------------------------------ an API key


def test_a_proof_covers_the_request_and_never_holds_the_secret() -> None:
    made = KeySigner("demo", SECRET, nonce=lambda: "0123456789abcdef").headers(POST, AT)
    proof = KeyProof.read(made["authorization"])
    assert (proof.key_id, proof.at, proof.nonce) == (
        "demo",
        "2026-11-28T01:30:00.000000Z",
        "0123456789abcdef",
    )
    message = proof.message("POST", "/v1/orders?limit=5", "key-1", b"{}")
    assert proves(stored_key(client_key(SECRET)), message, proof.proof)
    assert SECRET not in made["authorization"]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://exchange.example", "/"),
        ("http://127.0.0.1:8000/v1/time", "/v1/time"),
        ("http://[::1]:8000/v1/time?a=1&b=%2F", "/v1/time?a=1&b=%2F"),
    ],
)
def test_a_proof_covers_the_target_as_it_stands_on_the_wire(url: str, target: str) -> None:
    request = attrs.evolve(GET, url=url)
    proof = KeyProof.read(KeySigner("demo", SECRET).headers(request, AT)["authorization"])
    assert proves(stored_key(client_key(SECRET)), proof.message("GET", target, "", b""), proof.proof)


def test_each_proof_has_a_nonce_of_its_own() -> None:
    signer = KeySigner("demo", SECRET)
    made = [KeyProof.read(signer.headers(GET, AT)["authorization"]).nonce for _ in range(100)]
    signed = MessageSigner("demo", SEED)
    inputs = [SignatureInput.read(signed.headers(GET, AT)["signature-input"]).nonce for _ in range(100)]
    assert len({*made, *inputs}) == 200


def test_a_signer_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARBONKIT_KEY_ID", "demo")
    monkeypatch.setenv("CARBONKIT_SECRET", SECRET)
    proof = KeyProof.read(KeySigner.from_environment().headers(GET, AT)["authorization"])
    message = proof.message("GET", "/v1/orders?limit=5", "", b"")
    assert proves(stored_key(client_key(SECRET)), message, proof.proof)


@pytest.mark.parametrize("missing", ["CARBONKIT_KEY_ID", "CARBONKIT_SECRET"])
def test_a_variable_that_is_not_set_is_named(missing: str) -> None:
    environment = {"CARBONKIT_KEY_ID": "demo", "CARBONKIT_SECRET": SECRET, missing: ""}
    with pytest.raises(InvalidValueError, match=f"^{missing}: must be set in the environment$"):
        KeySigner.from_environment(environment)


# ------------------------------------------------------------------- signatures


@pytest.mark.parametrize(
    ("request_", "covered"),
    [
        (GET, ("@method", "@target-uri")),
        (POST, ("@method", "@target-uri", "content-digest", "idempotency-key")),
        (attrs.evolve(POST, body=b""), ("@method", "@target-uri", "idempotency-key")),
    ],
)
def test_a_signature_covers_what_there_is(request_: Outgoing, covered: tuple[str, ...]) -> None:
    signer = MessageSigner("demo", SEED, nonce=lambda: "0123456789abcdef")
    made = signer.headers(request_, after(0) + datetime.timedelta(microseconds=999_999))
    said = SignatureInput.read(made["signature-input"])
    assert said.components == covered
    assert (said.created, said.expires) == (1795829400, 1795829430)
    assert (said.nonce, said.key_id, said.algorithm) == ("0123456789abcdef", "demo", "ed25519")
    assert digest_holds(made["content-digest"], b"{}") if request_.body else "content-digest" not in made
    request = SignedRequest(method=request_.method, url=URL, headers={**request_.headers, **made})
    assert signature_holds(
        signer.public_key, request.base(said), read_signature(made["signature"], said.label)
    )


# ------------------------------------------------------------------------ tokens


def test_a_token_is_asked_for_once_and_then_used() -> None:
    signer = credentials(Scope.READ, Scope.TRADE)
    request = signer.need(AT)
    assert request is not None
    assert (request.method, request.url) == ("POST", TOKEN_URL)
    assert request.body == b"grant_type=client_credentials&scope=read+trade"
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == f"demo:{SECRET}"
    signer.take(answer(), AT)
    assert signer.need(AT) is None
    assert signer.headers(GET, AT) == {"authorization": f"Bearer {TOKEN}"}


def test_a_token_is_renewed_a_minute_before_it_ends_and_by_one_caller() -> None:
    signer = with_token()
    assert signer.need(after(839)) is None
    assert signer.need(after(840)) is not None
    assert signer.need(after(840)) is None  # another caller goes on with the old one
    assert signer.headers(GET, after(840)) == {"authorization": f"Bearer {TOKEN}"}
    signer.take(answer(text="ckt_next"), after(841))
    assert signer.need(after(1000)) is None
    assert signer.headers(GET, after(1000)) == {"authorization": "Bearer ckt_next"}


def test_a_renewal_that_got_lost_is_tried_again() -> None:
    signer = with_token()
    assert signer.need(after(840)) is not None
    assert signer.need(after(849)) is None
    assert signer.need(after(850)) is not None
    with pytest.raises(ServerFailedError):
        signer.take(Incoming(status=503, headers={}, body=b""), after(851))
    assert signer.need(after(851)) is not None


def test_a_token_that_has_ended_is_never_waited_for() -> None:
    signer = with_token()
    assert signer.need(after(900)) is not None
    assert signer.need(after(900)) is not None


def test_a_short_token_is_renewed_after_half_its_life() -> None:
    signer = credentials()
    signer.take(answer(life=10), AT)
    assert signer.need(after(4)) is None
    assert signer.need(after(5)) is not None


def test_many_threads_renew_once() -> None:
    signer = with_token()
    start = threading.Barrier(8)
    asked: list[Outgoing | None] = []

    def ask() -> None:
        start.wait()
        asked.extend(signer.need(after(850)) for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 400
    assert sum(request is not None for request in asked) == 1


def test_an_older_answer_that_comes_late_replaces_nothing() -> None:
    signer = credentials()
    signer.take(answer(text="ckt_next"), after(100))
    signer.take(answer(), AT)
    assert signer.headers(GET, after(100)) == {"authorization": "Bearer ckt_next"}


def test_a_refused_token_is_given_up_once() -> None:
    signer = with_token()
    borne = attrs.evolve(GET, headers=signer.headers(GET, AT))
    assert not signer.refused(GET)
    assert signer.need(AT) is None
    assert signer.refused(borne)
    assert signer.need(AT) is not None
    with pytest.raises(UnauthorizedError):
        signer.headers(GET, AT)


def test_a_token_that_another_call_renewed_is_kept() -> None:
    signer = with_token()
    borne = attrs.evolve(GET, headers=signer.headers(GET, AT))
    assert signer.refused(borne)
    signer.take(answer(text="t2"), AT)
    assert signer.refused(borne)  # the other call of the two that bore the first token
    assert signer.need(AT) is None
    assert signer.headers(GET, AT) == {"authorization": "Bearer t2"}


@pytest.mark.parametrize("make", SIGNERS[:3])
def test_a_refused_signature_would_be_refused_again(make: Callable[[], Signer]) -> None:
    signer = make()
    assert signer.need(AT) is None
    signer.take(answer(), AT)
    assert not signer.refused(GET)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, {"error": "invalid_client"}, UnauthorizedError, "invalid_client"),
        (400, {"error": "invalid_scope"}, UnauthorizedError, "invalid_scope"),
        (401, {"error": SECRET.upper()}, UnauthorizedError, "unauthorized"),
        (401, [], UnauthorizedError, "unauthorized"),
        (429, {"error": "slow_down"}, RateLimitedError, "rate_limited"),
        (503, {"error": "temporarily_unavailable"}, ServerFailedError, "server_failed"),
        (302, {}, UnreadableAnswerError, "unreadable_answer"),
    ],
)
def test_a_refusal_says_why(status: int, body: object, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind) as caught:
        credentials().take(Incoming(status=status, headers={}, body=json.dumps(body).encode()), AT)
    assert getattr(caught.value, "code", None) == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        answer(text="").body,
        answer(text="a\nb").body,
        answer(text="a b").body,
        answer(text="é").body,
        answer(text=None).body,
        answer(text="x" * 5000).body,
        answer(kind="mac").body,
        answer(kind=None).body,
        answer(life=0).body,
        answer(life=-1).body,
        answer(life=True).body,
        answer(life="900").body,
        answer(life=86401).body,
        answer(more="x" * 20_000).body,
    ],
)
def test_an_answer_that_is_no_token_is_not_taken(body: bytes) -> None:
    signer = credentials()
    with pytest.raises(UnreadableAnswerError):
        signer.take(Incoming(status=200, headers={}, body=body), AT)
    assert signer.need(AT) is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/oauth2/token",
        "http://exchange.example/oauth2/token",
        f"https://ann:{SECRET}@exchange.example/oauth2/token",
        "https:///oauth2/token",
        "https://exchange.example/\n",
        "https://exchange.example/é",
        "ftp://127.0.0.1/",
    ],
)
def test_a_secret_is_sent_to_no_url_that_others_may_read(url: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ClientCredentials("demo", SECRET, token_url=url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/t", "http://[::1]:8000/t", "http://localhost/t"])
def test_a_secret_may_be_sent_in_the_clear_on_this_machine(url: str) -> None:
    assert ClientCredentials("demo", SECRET, token_url=url).token_url == url


# ----------------------------------------------------------------------- secrets


def hidden_in(text: str) -> bool:
    forms = {SECRET, SEED.decode(), TOKEN, repr(SEED), client_key(SECRET).hex(), repr(client_key(SECRET))}
    forms |= {base64.b64encode(each.encode()).decode().rstrip("=")[:20] for each in (SECRET, SEED.decode())}
    return not any(form in text for form in forms)


@pytest.mark.parametrize("make", SIGNERS)
def test_no_secret_shows(make: Callable[[], Signer]) -> None:
    signer = make()
    shown = [repr(signer), str(signer), f"{signer}", repr([signer]), repr(attrs.evolve(GET, headers={}))]
    shown.append(repr(Outgoing(method="GET", url=URL, headers=signer.headers(GET, AT), body=b"")))
    request = signer.need(after(10_000))
    shown.append(repr(request))
    assert all(hidden_in(text) for text in shown)
    assert "demo" in repr(signer)


@pytest.mark.parametrize("make", SIGNERS)
def test_a_signer_is_not_pickled_copied_or_taken_apart(make: Callable[[], Signer]) -> None:
    signer = make()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="holds a secret"):
            pickle.dumps(signer, protocol)
    for copied in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds a secret"):
            copied(signer)
    assert not hasattr(signer, "__dict__")


@pytest.mark.parametrize(
    "make",
    [
        lambda: KeySigner("demo", SECRET + "\n"),
        lambda: KeySigner("de mo", SECRET),
        lambda: MessageSigner("demo", SEED + b"!"),
        lambda: MessageSigner('de"mo', SEED),
        lambda: ClientCredentials("demo", SECRET + " ", token_url=TOKEN_URL),
        lambda: ClientCredentials("de:mo", SECRET, token_url=TOKEN_URL),
        lambda: credentials().take(Incoming(status=401, headers={}, body=b"{}"), AT),
        lambda: credentials().take(answer(kind="mac"), AT),
        lambda: KeySigner("demo", SECRET).headers(attrs.evolve(GET, method="GET\n"), AT),
        lambda: MessageSigner("demo", SEED).headers(attrs.evolve(GET, url="ftp://x/"), AT),
    ],
)
def test_no_error_shows_a_secret(make: Callable[[], Any]) -> None:
    with pytest.raises(Exception) as caught:
        make()
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert hidden_in(shown)


def test_signing_with_a_secret_loads_no_cryptography() -> None:
    code = (
        "import sys; from carbonkit.client.key_signer import KeySigner; "
        "from carbonkit.client.message_signer import MessageSigner; "
        "from carbonkit.client.oauth_signer import ClientCredentials; "
        "KeySigner('demo', 'cks_demo'); "
        "assert not {'cryptography', 'httpx', 'httpx2', 'asyncio'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )
    assert (done.returncode, done.stderr) == (0, "")
