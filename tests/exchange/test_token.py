"""Tokens: the endpoint of RFC 6749, and the store behind it."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.client.message import Incoming, Outgoing
from carbonkit.client.oauth_signer import ClientCredentials
from carbonkit.exchange.key import new_key
from carbonkit.exchange.token import Grant, TokenAnswer, TokenEndpoint, TokenStore
from carbonkit.values.time import FixedClock
from carbonkit.wire.scope import Scope
from carbonkit.wire.signature import private_key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime.datetime(2026, 11, 28, 1, 30, tzinfo=datetime.UTC)
LIFE = datetime.timedelta(minutes=15)
SECRET = "cks_demo"  # noqa: S105  no secret of anything
PUBLIC = base64.b64encode(private_key_of(bytes(32)).public_key().public_bytes_raw()).decode()
FORM = {"content-type": "application/x-www-form-urlencoded"}
URL = "https://exchange.example/oauth2/token"
GRANT = "grant_type=client_credentials"


def endpoint(tokens: TokenStore | None = None) -> TokenEndpoint:
    facts: dict[str, Any] = {"person": "ann", "accounts": (), "scopes": (Scope.READ, Scope.TRADE), "at": NOW}
    demo, _ = new_key(**facts, key_id="demo", secret=SECRET)
    gone = attrs.evolve(new_key(**facts, key_id="gone", secret=SECRET)[0], revoked=True)
    signs, _ = new_key(**facts, key_id="signs", public_key=PUBLIC)
    keys = {each.key_id: each for each in (demo, gone, signs)}
    return TokenEndpoint(keys.get, TokenStore() if tokens is None else tokens, FixedClock(NOW))


def basic(text: str) -> dict[str, str]:
    return {**FORM, "authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def ask(headers: Mapping[str, str], body: str) -> TokenAnswer:
    return endpoint().answer(headers, body.encode())


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (basic(f"demo:{SECRET}"), GRANT),
        (basic("demo:cks%5Fdemo"), GRANT),
        (
            {**basic(f"demo:{SECRET}"), "content-type": f"{FORM['content-type'].upper()}; charset=utf-8"},
            GRANT,
        ),
        (basic(f"demo:{SECRET}"), f"{GRANT}&client_id=demo"),
        (FORM, f"{GRANT}&client_id=demo&client_secret={SECRET}"),
        (FORM, f"client_secret=cks%5Fdemo&client_id=demo&{GRANT}&more=1"),
    ],
)
def test_a_token_is_given_for_a_secret(headers: dict[str, str], body: str) -> None:
    tokens = TokenStore()
    answer = endpoint(tokens).answer(headers, body.encode())
    said = answer.body
    assert answer.status == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 900, "read trade")
    grant = tokens.find(said["access_token"], NOW)
    assert grant is not None
    assert grant == Grant(key_id="demo", scopes=frozenset({Scope.READ, Scope.TRADE}), expires=NOW + LIFE)
    assert said["access_token"] not in repr(answer)


def test_the_client_of_ours_gets_one() -> None:
    tokens = TokenStore()
    signer = ClientCredentials("demo", SECRET, token_url=URL, scopes=(Scope.READ,))
    request = signer.need(NOW)
    assert request is not None
    answer = endpoint(tokens).answer(request.headers, request.body)
    signer.take(Incoming(status=answer.status, headers={}, body=json.dumps(answer.body).encode()), NOW)
    get = Outgoing(method="GET", url="https://exchange.example/", headers={}, body=b"")
    token = signer.headers(get, NOW)["authorization"].removeprefix("Bearer ")
    grant = tokens.find(token, NOW)
    assert grant is not None
    assert grant.scopes == {Scope.READ}


@pytest.mark.parametrize(
    ("headers", "body", "status", "error"),
    [
        ({}, GRANT, 400, "invalid_request"),
        ({"content-type": "application/json"}, "{}", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), "", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), "grant_type", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), "scope=read", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&{GRANT}", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&é=1", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), GRANT + "&a=" + "x" * 5000, 400, "invalid_request"),
        (
            basic(f"demo:{SECRET}"),
            GRANT + "".join(f"&a{each}=1" for each in range(10)),
            400,
            "invalid_request",
        ),
        (basic(f"demo:{SECRET}"), f"{GRANT}&client_secret={SECRET}", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&client_id=other", 400, "invalid_request"),
        (basic(f"demo:{SECRET}"), "grant_type=password", 400, "unsupported_grant_type"),
        (basic(f"demo:{SECRET}"), "grant_type=", 400, "unsupported_grant_type"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&scope=admin", 400, "invalid_scope"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&scope=read+admin", 400, "invalid_scope"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&scope=read+read", 400, "invalid_scope"),
        (basic(f"demo:{SECRET}"), f"{GRANT}&scope=", 400, "invalid_scope"),
        (FORM, GRANT, 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=demo", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_secret={SECRET}", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=demo&client_secret=", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=demo&client_secret=cks_wrong", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=nobody&client_secret={SECRET}", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=gone&client_secret={SECRET}", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=signs&client_secret={SECRET}", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=..%2F..&client_secret={SECRET}", 401, "invalid_client"),
        (FORM, f"{GRANT}&client_id=demo&client_secret=cks_demo%0A", 401, "invalid_client"),
        (basic("demo"), GRANT, 401, "invalid_client"),
        (basic(":"), GRANT, 401, "invalid_client"),
        (basic(f"démo:{SECRET}"), GRANT, 401, "invalid_client"),
        ({**FORM, "authorization": "Basic !"}, GRANT, 401, "invalid_client"),
        ({**FORM, "authorization": "Basic A"}, GRANT, 401, "invalid_client"),
        ({**FORM, "authorization": "Bearer x"}, GRANT, 401, "invalid_client"),
        ({**FORM, "authorization": "Basic " + "A" * 2000}, GRANT, 401, "invalid_client"),
    ],
)
def test_all_else_is_refused_as_the_rfc_says(
    headers: dict[str, str], body: str, status: int, error: str
) -> None:
    answer = ask(headers, body)
    assert (answer.status, answer.body["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert answer.headers["cache-control"] == "no-store"
    assert SECRET not in json.dumps(answer.body)


@given(
    st.dictionaries(st.sampled_from(["authorization", "content-type"]), st.text()), st.binary(max_size=200)
)
def test_whatever_comes_is_answered_in_good_order(headers: dict[str, str], body: bytes) -> None:
    assert endpoint().answer(headers, body).status in {400, 401}
    assert endpoint().answer({**FORM, **headers}, GRANT.encode() + b"&" + body).status in {400, 401}


def test_a_wrong_name_and_a_wrong_secret_are_told_the_same() -> None:
    unknown = ask(basic("nobody:cks_demo"), GRANT)
    assert unknown == ask(basic("demo:cks_wrong"), GRANT) == ask(basic("signs:cks_demo"), GRANT)


def test_a_token_is_kept_as_a_hash() -> None:
    tokens = TokenStore()
    token = tokens.give("demo", (Scope.READ,), NOW)
    assert token is not None
    assert token not in repr(vars(tokens))
    assert list(tokens._grants) == [hashlib.sha256(token.encode()).digest()]


def test_a_token_ends() -> None:
    tokens = TokenStore()
    token = tokens.give("demo", (Scope.READ,), NOW)
    assert token is not None
    assert tokens.find(token, NOW + LIFE - datetime.timedelta(microseconds=1)) is not None
    assert tokens.find(token, NOW + LIFE) is None


def test_a_key_has_so_many_tokens_and_then_its_oldest_ends() -> None:
    tokens = TokenStore(per_key=2)
    given = [str(tokens.give("demo", (), NOW)) for _ in range(3)]
    other = str(tokens.give("other", (), NOW))
    assert [tokens.find(each, NOW) is not None for each in (*given, other)] == [False, True, True, True]
    assert len(tokens) == 3


def test_a_full_store_gives_no_more_and_makes_room_for_what_has_ended() -> None:
    tokens = TokenStore(most=2)
    given = [tokens.give(f"key-{each}", (), NOW) for each in range(3)]
    assert [each is not None for each in given] == [True, True, False]
    answer = endpoint(tokens).answer(basic(f"demo:{SECRET}"), GRANT.encode())
    assert (answer.status, answer.body["error"]) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"] == "60"
    assert tokens.give("key-3", (), NOW + LIFE) is not None
    assert (len(tokens), list(tokens._by_key)) == (1, ["key-3"])


def test_the_tokens_of_a_key_end_with_it() -> None:
    tokens = TokenStore()
    gone, kept = str(tokens.give("demo", (), NOW)), str(tokens.give("other", (), NOW))
    tokens.end("demo")
    tokens.end("demo")
    assert (tokens.find(gone, NOW), tokens.find(kept, NOW) is not None) == (None, True)


@pytest.mark.parametrize("token", ["", "\ud800", "ckt_another"])
def test_another_token_is_not_found(token: str) -> None:
    assert TokenStore().find(token, NOW) is None
