"""API keys: what is kept, what is shown, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.exchange.key import ApiKey, new_key
from carbonkit.values.identifier import AccountId
from carbonkit.wire.answer import KeySummary
from carbonkit.wire.codec import decoded, encoded
from carbonkit.wire.scope import Scope
from carbonkit.wire.signature import private_key_of

AT = "2026-11-28T01:30:00Z"
PUBLIC = private_key_of(bytes(32)).public_key().public_bytes_raw()


def made(**others: Any) -> tuple[ApiKey, str | None]:  # noqa: ANN401  passed on as they are
    return new_key(**{"person": "ann", "accounts": ("KEE-001",), "scopes": (Scope.READ,), "at": AT, **others})


def test_of_a_secret_only_the_hash_of_a_hash_is_kept() -> None:
    key, secret = made()
    assert secret is not None
    assert len(base64.urlsafe_b64decode(secret.removeprefix("cks_") + "=")) == 32
    client = hmac.new(secret.encode(), b"carbonkit client key", hashlib.sha256).digest()
    assert key.stored_key == hashlib.sha256(client).digest()
    for text in (repr(key), json.dumps(key.written()), repr(key.summary())):
        assert secret not in text
        assert client.hex() not in text
    assert key.stored_key.hex() not in repr(key)
    assert key.public_key is None


def test_each_key_has_a_name_and_a_secret_of_its_own() -> None:
    drawn = [made() for _ in range(50)]
    assert len({key.key_id for key, _ in drawn}) == len({secret for _, secret in drawn}) == 50


def test_a_key_that_signs_has_no_secret() -> None:
    key, secret = made(public_key=base64.b64encode(PUBLIC).decode())
    assert (secret, key.public_key, key.stored_key) == (None, PUBLIC, None)
    assert key.summary().signed_by == "ed25519"


def test_a_summary_says_what_may_be_known() -> None:
    key, _ = made(key_id="demo")
    summary = attrs.evolve(key, revoked=True).summary()
    assert decoded(KeySummary, encoded(summary))[0] == summary
    assert encoded(summary) == {
        "key_id": "demo",
        "person": "ann",
        "accounts": ["KEE-001"],
        "scopes": ["read"],
        "signed_by": "secret",
        "created_at": "2026-11-28T01:30:00.000000Z",
        "revoked": True,
    }


@given(
    person=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}", fullmatch=True),
    accounts=st.lists(st.sampled_from(["KEE-001", "KEE-002"]), unique=True),
    scopes=st.lists(st.sampled_from(Scope), unique=True),
    revoked=st.booleans(),
    signs=st.booleans(),
)
def test_a_written_key_is_read_back(
    *, person: str, accounts: list[str], scopes: list[Scope], revoked: bool, signs: bool
) -> None:
    public = base64.b64encode(PUBLIC).decode() if signs else None
    key, _ = made(person=person, accounts=accounts, scopes=scopes, public_key=public)
    key = attrs.evolve(key, revoked=revoked)
    assert ApiKey.read(json.loads(json.dumps(key.written()))) == key


@pytest.mark.parametrize(
    "changes",
    [
        {"more": 1},
        {"key_id": "a b"},
        {"key_id": 7},
        {"person": ""},
        {"person": "a\nb"},
        {"person": "x" * 101},
        {"person": 7},
        {"person": " ann"},
        {"person": "ann\u200b"},
        {"person": "\u0430nn"},
        {"person": "a/n"},
        {"accounts": "KEE-001"},
        {"accounts": [7]},
        {"accounts": ["../x"]},
        {"scopes": ["root"]},
        {"scopes": None},
        {"stored_key": None},
        {"stored_key": "00"},
        {"stored_key": "G" * 64},
        {"stored_key": "A" * 64},
        {"stored_key": 7},
        {"public_key": "00" * 32},
        {"created_at": "yesterday"},
        {"created_at": 7},
        {"revoked": 0},
        {"revoked": None},
    ],
)
def test_what_is_no_key_is_not_read(changes: dict[str, object]) -> None:
    key, _ = made()
    with pytest.raises(CarbonkitError):
        ApiKey.read({**key.written(), **changes})


@pytest.mark.parametrize("fact", [None, [], "key", {}, 7])
def test_what_is_nothing_like_a_key_is_not_read(fact: object) -> None:
    with pytest.raises(InvalidValueError):
        ApiKey.read(fact)


@pytest.mark.parametrize(
    "changes",
    [
        {"public_key": ""},
        {"public_key": "A" * 44},
        {"public_key": "A" * 42 + "B="},
        {"public_key": base64.b64encode(bytes(32)).decode()},
        {"public_key": base64.b64encode(PUBLIC + b"x").decode()},
        {"public_key": base64.b64encode(PUBLIC).decode(), "secret": "cks_demo"},
        {"key_id": "a:b"},
        {"key_id": ""},
        {"secret": "with space"},
        {"person": "\x00"},
        {"at": "2026-11-28"},
        {"scopes": ("root",)},
        {"accounts": ("../x",)},
    ],
)
def test_a_key_of_nonsense_is_not_made(changes: dict[str, Any]) -> None:
    with pytest.raises(CarbonkitError):
        made(**changes)


def test_accounts_may_be_given_either_way() -> None:
    key, _ = made(accounts=(AccountId("KEE-001"), "KEE-002"))
    assert key.accounts == (AccountId("KEE-001"), AccountId("KEE-002"))
