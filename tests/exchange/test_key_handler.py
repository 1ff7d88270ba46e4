"""API keys over the exchange: a secret is said once, and kept nowhere."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.exchange.journal import Kind
from carbonkit.exchange.key_handler import key_in
from carbonkit.wire import KEYS, MAKE_KEY, REVOKE_KEY, KeyRequest, ListQuery
from carbonkit.wire.key_proof import client_key, stored_key
from carbonkit.wire.scope import Scope
from tests.exchange.registries import SAM, House

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = KeyRequest(person="ann", accounts=("KEE-001",), scopes=(Scope.READ, Scope.TRADE))


@pytest.fixture(scope="module")
def ready() -> Iterator[House]:
    made = House().open()
    yield made
    made.close()


@pytest.fixture
def house(ready: House) -> Iterator[House]:
    made = ready.copy()
    yield made
    made.check()
    made.close()


def test_a_key_is_kept_as_the_hash_of_its_secret(house: House) -> None:
    made = house.ask(SAM, MAKE_KEY, REQUEST)
    assert (made.key.person, made.key.signed_by, made.key.revoked) == ("ann", "secret", False)
    kept = house.desk.document(Kind.KEY, made.key.key_id)
    assert key_in(kept).stored_key == stored_key(client_key(made.secret))
    assert key_in(kept).summary() == made.key


def test_a_secret_is_said_once_and_written_nowhere(house: House) -> None:
    first, again = (house.said(SAM, MAKE_KEY, REQUEST, "k")[0] for _ in range(2))
    assert '"secret":"cks_' in first.body
    assert '"secret":null' in again.body
    assert first.body.partition('"secret"')[0] == again.body.partition('"secret"')[0]
    assert len(house.look(SAM, KEYS).data) == 1
    assert "cks_" not in repr([attrs.astuple(each) for each in house.journal.kept])


def test_a_key_that_signs_has_no_secret(house: House) -> None:
    public = base64.b64encode(
        bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    )
    made = house.ask(SAM, MAKE_KEY, attrs.evolve(REQUEST, public_key=public.decode()))
    assert (made.secret, made.key.signed_by) == (None, "ed25519")


def test_a_revoked_key_stays_listed(house: House) -> None:
    names = [house.ask(SAM, MAKE_KEY, REQUEST).key.key_id for _ in range(3)]
    revoked = house.ask(SAM, REVOKE_KEY, key=names[1])
    assert revoked.revoked
    assert house.ask(SAM, REVOKE_KEY, key=names[1]) == revoked
    first = house.look(SAM, KEYS, ListQuery(limit=2))
    rest = house.look(SAM, KEYS, ListQuery(cursor=first.next_cursor))
    told = [(each.key_id, each.revoked) for each in first.data + rest.data]
    assert told == [(names[2], False), (names[1], True), (names[0], False)]
    assert house.desk.document(Kind.KEY, names[1]).state == "revoked"


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"accounts": ("KEE-009",)}, (404, "unknown_account")),
        ({"scopes": ()}, (422, "invalid_value")),
        ({"person": ""}, (422, "invalid_value")),
        ({"person": "a\nb"}, (422, "invalid_value")),
        ({"person": " ann"}, (422, "invalid_value")),
        ({"person": "ann\u200b"}, (422, "invalid_value")),
        ({"person": "\u0430nn"}, (422, "invalid_value")),
        ({"accounts": ()}, (422, "invalid_value")),
        ({"scopes": (Scope.READ, Scope.REGISTRY)}, (403, "forbidden")),
        ({"scopes": (Scope.ADMIN,), "accounts": ()}, (403, "forbidden")),
        ({"public_key": "AAAA"}, (422, "invalid_value")),
    ],
)
def test_a_key_that_is_not_made(house: House, change: dict[str, Any], refusal: tuple[int, str]) -> None:
    assert house.refused(SAM, MAKE_KEY, attrs.evolve(REQUEST, **change)) == refusal


def test_there_are_only_so_many_keys(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carbonkit.exchange.key_handler._MOST", 1)
    house.ask(SAM, MAKE_KEY, REQUEST)
    assert house.refused(SAM, MAKE_KEY, REQUEST) == (422, "invalid_value")


def test_a_key_that_is_not_there_is_not_revoked(house: House) -> None:
    assert house.refused(SAM, REVOKE_KEY, key="ck_none") == (404, "not_found")
