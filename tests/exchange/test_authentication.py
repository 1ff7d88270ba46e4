"""
Authentication: what is let in, and every attack that is not.

Each attack changes one part of a request that is let in as it stands, by both ways of signing.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import pickle
import sys
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonkit.client.key_signer import KeySigner
from carbonkit.client.message import Outgoing
from carbonkit.client.message_signer import MessageSigner
from carbonkit.exchange.authentication import AuthenticationError, Authenticator, Caller
from carbonkit.exchange.key import ApiKey, new_key
from carbonkit.exchange.nonce import NonceMemory, Seen
from carbonkit.exchange.token import TokenStore
from carbonkit.values.identifier import AccountId
from carbonkit.wire.scope import Scope
from carbonkit.wire.signature import (
    SignatureInput,
    SignedRequest,
    content_digest,
    private_key_of,
    sign,
    signature_holds,
    write_signature,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.client.signer import Signer

START = datetime.datetime(2026, 11, 28, 1, 0, tzinfo=datetime.UTC)
NOW = datetime.datetime(2026, 11, 28, 1, 30, tzinfo=datetime.UTC)
SECRET = "cks_demo"  # noqa: S105  no secret of anything
SEED = bytes(range(32))
PUBLIC = base64.b64encode(private_key_of(SEED).public_key().public_bytes_raw()).decode()
ORIGIN = "https://exchange.example"
POST = Outgoing(
    method="POST",
    url=f"{ORIGIN}/v1/orders?limit=5",
    headers={"Idempotency-Key": "key-1", "Content-Type": "application/json"},
    body=b'{"quantity": "100"}',
)
GET = Outgoing(method="GET", url=f"{ORIGIN}/v1/orders?limit=5", headers={}, body=b"")

BY_SECRET, BY_SIGNATURE, OF_OTHER, REVOKED, REVOKED_SIGNATURE = (
    "by-secret",
    "by-signature",
    "other",
    "gone",
    "gone-2",
)


def keys() -> dict[str, ApiKey]:
    made = {}
    for key_id, person, public_key in (
        (BY_SECRET, "ann", None),
        (BY_SIGNATURE, "bob", PUBLIC),
        (OF_OTHER, "eve", None),
        (REVOKED, "ann", None),
        (REVOKED_SIGNATURE, "bob", PUBLIC),
    ):
        key, _ = new_key(
            person=person,
            accounts=("KEE-001",),
            scopes=(Scope.READ, Scope.TRADE),
            at=START,
            key_id=key_id,
            public_key=public_key,
            secret=None if public_key else (SECRET if key_id != OF_OTHER else "cks_another"),
        )
        made[key_id] = attrs.evolve(key, revoked=key_id.startswith("gone"))
    return made


@attrs.define
class Hand:
    """A clock that a test sets."""

    at: datetime.datetime = NOW

    def now(self) -> datetime.datetime:
        return self.at


def guard(clock: Hand | None = None, **others: Any) -> Authenticator:  # noqa: ANN401  passed on as they are
    found = {"since": START, **others}
    return Authenticator(keys().get, clock=Hand() if clock is None else clock, **found)


@attrs.frozen
class Asked:
    """A request as it reaches the exchange."""

    method: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def of(cls, request: Outgoing, made: dict[str, str]) -> Asked:
        host, _, target = request.url.removeprefix(f"{ORIGIN[:8]}").partition("/")
        facts = {"host": host, "user-agent": "test", **request.headers, **made}
        raw = tuple((name.encode(), value.encode()) for name, value in facts.items())
        return cls(request.method, f"/{target}", raw, request.body)

    def at(self, authenticator: Authenticator, **others: str) -> Caller:
        return authenticator.authenticate(self.method, self.target, self.headers, self.body, **others)

    def enters(self, authenticator: Authenticator, **others: str) -> bool:
        return self.at(authenticator, **others).key_id != ""

    def header(self, name: str) -> str:
        return dict(self.headers)[name.encode()].decode()

    def having(self, name: str, value: str | None) -> Asked:
        kept = tuple(pair for pair in self.headers if pair[0] != name.encode())
        put = () if value is None else ((name.encode(), value.encode("latin-1", "replace")),)
        return attrs.evolve(self, headers=kept + put)


def signed(signer: Signer, request: Outgoing = POST, at: datetime.datetime = NOW) -> Asked:
    return Asked.of(request, dict(signer.headers(request, at)))


SIGNERS: dict[str, Callable[[], Signer]] = {
    "secret": lambda: KeySigner(BY_SECRET, SECRET),
    "signature": lambda: MessageSigner(BY_SIGNATURE, SEED),
}
both = pytest.mark.parametrize("make", SIGNERS.values(), ids=SIGNERS)


def refusal(asked: Asked, authenticator: Authenticator | None = None, **others: str) -> AuthenticationError:
    with pytest.raises(AuthenticationError) as caught:
        asked.at(guard() if authenticator is None else authenticator, **others)
    return caught.value


# -------------------------------------------------------------- what is let in


@both
@pytest.mark.parametrize("request_", [GET, POST, attrs.evolve(POST, body=b"")])
def test_a_signed_request_is_let_in(make: Callable[[], Signer], request_: Outgoing) -> None:
    caller = signed(make(), request_).at(guard())
    assert caller.accounts == (AccountId("KEE-001"),)
    assert caller.scopes == {Scope.READ, Scope.TRADE}
    assert (caller.key_id, caller.person, caller.proven_by) in {
        (BY_SECRET, "ann", "secret"),
        (BY_SIGNATURE, "bob", "ed25519"),
    }


def test_a_token_is_let_in_with_the_scopes_that_it_and_its_key_have() -> None:
    tokens = TokenStore()
    token = tokens.give(BY_SECRET, (Scope.READ, Scope.ADMIN), NOW)
    caller = Asked.of(GET, {"authorization": f"Bearer {token}"}).at(guard(tokens=tokens))
    assert (caller.key_id, caller.person, caller.proven_by) == (BY_SECRET, "ann", "token")
    assert caller.scopes == {Scope.READ}


@pytest.mark.parametrize("cased", ["bearer", "BEARER", "Bearer"])
def test_the_name_of_a_scheme_has_no_case(cased: str) -> None:
    tokens = TokenStore()
    asked = Asked.of(GET, {"authorization": f"{cased} {tokens.give(BY_SECRET, (), NOW)}"})
    assert asked.at(guard(tokens=tokens)).scopes == frozenset()


@both
def test_the_names_of_headers_have_no_case(make: Callable[[], Signer]) -> None:
    asked = signed(make())
    upper = tuple((name.upper(), value) for name, value in asked.headers)
    assert attrs.evolve(asked, headers=upper).enters(guard())


# ------------------------------------------------------------ what was altered

ALTERED: dict[str, Callable[[Asked], Asked]] = {
    "method": lambda asked: attrs.evolve(asked, method="PUT"),
    "path": lambda asked: attrs.evolve(asked, target="/v1/blocks?limit=5"),
    "path in another spelling": lambda asked: attrs.evolve(asked, target="/v1/%6Frders?limit=5"),
    "query": lambda asked: attrs.evolve(asked, target="/v1/orders?limit=6"),
    "query left out": lambda asked: attrs.evolve(asked, target="/v1/orders"),
    "query added to": lambda asked: attrs.evolve(asked, target="/v1/orders?limit=5&a=1"),
    "body": lambda asked: attrs.evolve(asked, body=b'{"quantity": "900"}'),
    "body left out": lambda asked: attrs.evolve(asked, body=b""),
    "body added to": lambda asked: attrs.evolve(asked, body=asked.body + b" "),
    "idempotency key": lambda asked: asked.having("idempotency-key", "key-2"),
    "idempotency key left out": lambda asked: asked.having("idempotency-key", None),
}


@both
@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_an_altered_request_is_refused(make: Callable[[], Signer], alter: Callable[[Asked], Asked]) -> None:
    error = refusal(alter(signed(make())))
    assert error.status == 401
    assert error.code in {"bad_signature", "bad_digest", "malformed_credentials"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('at="2026-11-28T01:30:00.000000Z"', 'at="2026-11-28T01:30:01.000000Z"'),
        ('nonce="aaaaaaaaaaaaaaaa"', 'nonce="aaaaaaaaaaaaaaab"'),
        (f'key="{BY_SECRET}"', f'key="{OF_OTHER}"'),
        (f'key="{BY_SECRET}"', 'key="nobody"'),
        (f'key="{BY_SECRET}"', f'key="{BY_SIGNATURE}"'),
        (f'key="{BY_SECRET}"', f'key="{REVOKED_SIGNATURE}"'),
    ],
)
def test_an_altered_proof_is_refused(old: str, new: str) -> None:
    asked = signed(KeySigner(BY_SECRET, SECRET, nonce=lambda: "a" * 16))
    value = asked.header("authorization")
    assert old in value
    error = refusal(asked.having("authorization", value.replace(old, new)))
    assert (error.status, error.code) == (401, "bad_signature")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("created=1795829400", "created=1795829401"),
        ("expires=1795829430", "expires=1795829431"),
        ('nonce="aaaaaaaaaaaaaaaa"', 'nonce="aaaaaaaaaaaaaaab"'),
        (f'keyid="{BY_SIGNATURE}"', f'keyid="{REVOKED_SIGNATURE}"'),
        (f'keyid="{BY_SIGNATURE}"', f'keyid="{BY_SECRET}"'),
        (f'keyid="{BY_SIGNATURE}"', 'keyid="nobody"'),
        (';alg="ed25519"', ""),
        ('"@method" "@target-uri"', '"@target-uri" "@method"'),
        ('"@method" ', '"@method" "content-type" '),
    ],
)
def test_an_altered_signature_input_is_refused(old: str, new: str) -> None:
    asked = signed(MessageSigner(BY_SIGNATURE, SEED, nonce=lambda: "a" * 16))
    value = asked.header("signature-input")
    assert old in value
    error = refusal(asked.having("signature-input", value.replace(old, new)))
    assert (error.status, error.code) == (401, "bad_signature")


VITAL = {b"authorization", b"signature", b"signature-input", b"content-digest", b"idempotency-key"}


@given(st.data())
def test_no_flipped_bit_of_a_request_is_let_in(data: st.DataObject) -> None:
    signer = SIGNERS[data.draw(st.sampled_from(sorted(SIGNERS)))]()
    asked = signed(signer)
    parts = {
        b":method": asked.method.encode(),
        b":target": asked.target.encode(),
        b":body": asked.body,
        **{name: value for name, value in asked.headers if name in VITAL},
    }
    part = data.draw(st.sampled_from(sorted(parts)))
    raw = bytearray(parts[part])
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    if part == b"authorization" and raw.upper().startswith(parts[part][:16].upper()):
        assume(raw[:16] == parts[part][:16])  # the scheme's name has no case
    changed = Asked(
        raw.decode("latin-1") if part == b":method" else asked.method,
        raw.decode("latin-1") if part == b":target" else asked.target,
        tuple((name, bytes(raw) if name == part else value) for name, value in asked.headers),
        bytes(raw) if part == b":body" else asked.body,
    )
    assert refusal(changed).status == 401


@given(st.text(), st.text(), st.text(), st.binary(max_size=20))
def test_whatever_comes_is_refused_in_good_order(value: str, method: str, target: str, body: bytes) -> None:
    for name in ("authorization", "signature-input", "signature"):
        raw = ((b"host", b"exchange.example"), (name.encode(), value.encode("utf-8", "surrogatepass")))
        assert refusal(Asked(method, target, raw, body)).status == 401
    good = signed(KeySigner(BY_SECRET, SECRET))
    assert refusal(attrs.evolve(good, method=method, target=target, body=body)).status == 401


# ------------------------------------------------------------------ replays, time


@both
def test_a_replay_is_refused(make: Callable[[], Signer]) -> None:
    authenticator, asked = guard(), signed(make())
    assert asked.enters(authenticator)
    assert refusal(asked, authenticator).code == "replayed"
    assert signed(make()).enters(authenticator)


def test_a_nonce_belongs_to_its_key() -> None:
    authenticator = guard()
    for key_id, secret in ((BY_SECRET, SECRET), (OF_OTHER, "cks_another")):
        assert signed(KeySigner(key_id, secret, nonce=lambda: "a" * 16)).enters(authenticator)


def test_a_nonce_is_not_used_again_with_another_date() -> None:
    authenticator = guard()
    signer = KeySigner(BY_SECRET, SECRET, nonce=lambda: "a" * 16)
    assert signed(signer).enters(authenticator)
    later = NOW + datetime.timedelta(seconds=1)
    assert refusal(signed(signer, at=later), authenticator).code == "replayed"


@both
def test_a_replay_is_refused_for_as_long_as_its_date_is_good(make: Callable[[], Signer]) -> None:
    clock = Hand()
    authenticator = guard(clock)
    asked = signed(make(), at=NOW + datetime.timedelta(seconds=2))
    assert asked.enters(authenticator)
    for second in range(1, 40):
        clock.at = NOW + datetime.timedelta(seconds=second)
        assert refusal(asked, authenticator).code in {"replayed", "clock_skew", "expired"}


def test_a_proof_that_was_not_let_in_uses_up_no_nonce() -> None:
    authenticator = guard()
    asked = signed(KeySigner(BY_SECRET, SECRET))
    assert refusal(attrs.evolve(asked, body=b""), authenticator).code == "bad_signature"
    assert asked.enters(authenticator)


@both
@pytest.mark.parametrize(("seconds", "fit"), [(-31, False), (-30, True), (-1, True), (2, True), (3, False)])
def test_a_proof_is_good_near_its_date(make: Callable[[], Signer], seconds: int, *, fit: bool) -> None:
    asked = signed(make(), at=NOW + datetime.timedelta(seconds=seconds))
    if fit:
        assert asked.enters(guard())
    else:
        error = refusal(asked)
        assert (error.status, error.code) == (401, "clock_skew")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_date_far_away_is_refused_in_good_order(at: str) -> None:
    made = KeySigner(BY_SECRET, SECRET).headers(POST, datetime.datetime.fromisoformat(at))
    assert refusal(Asked.of(POST, dict(made))).code == "clock_skew"


@both
def test_a_proof_from_before_the_start_is_refused(make: Callable[[], Signer]) -> None:
    """The nonces of that time are forgotten, so that it may be a replay."""
    since = NOW - datetime.timedelta(seconds=10)
    for before in (0, 1):
        at = since - datetime.timedelta(seconds=before)
        error = refusal(signed(make(), at=at), guard(since=since))
        assert (error.status, error.code, error.retry_after) == (401, "clock_skew", None)
    assert signed(make(), at=since + datetime.timedelta(seconds=1)).enters(guard(since=since))


@both
def test_a_restart_lets_no_replay_in_whenever_it_is_tried(make: Callable[[], Signer]) -> None:
    """The worst case: the client's clock is ahead as far as may be, and the exchange restarts at once."""
    clock = Hand()
    asked = signed(make(), at=NOW + datetime.timedelta(seconds=2))
    assert asked.enters(guard(clock))
    again = Authenticator(keys().get, clock=clock)
    codes = set()
    for tenth in range(400):
        clock.at = NOW + datetime.timedelta(seconds=tenth) / 10
        try:
            asked.at(again)
        except AuthenticationError as error:
            codes.add((error.status, error.code))
        else:
            pytest.fail("a replay was let in")
    assert (503, "starting") in codes


def test_while_it_starts_the_exchange_says_for_how_long() -> None:
    clock = Hand()
    authenticator = Authenticator(keys().get, clock=clock)
    error = refusal(signed(KeySigner(BY_SECRET, SECRET)), authenticator)
    assert (error.status, error.code, error.headers) == (503, "starting", {"retry-after": "3"})
    clock.at = NOW + datetime.timedelta(seconds=3)
    assert signed(KeySigner(BY_SECRET, SECRET), at=clock.at).enters(authenticator)


def test_an_expired_signature_is_refused() -> None:
    clock = Hand()
    asked = own_signature(created=1795829400, expires=1795829405)
    clock.at = NOW + datetime.timedelta(seconds=5, microseconds=999_999)
    assert asked.enters(guard(clock))
    clock.at = NOW + datetime.timedelta(seconds=6)
    assert refusal(asked, guard(clock)).code == "expired"


def test_a_clock_that_is_set_back_lets_no_replay_in() -> None:
    clock = Hand()
    authenticator, asked = guard(clock), signed(KeySigner(BY_SECRET, SECRET))
    assert asked.enters(authenticator)
    clock.at = NOW + datetime.timedelta(hours=1)
    assert signed(KeySigner(BY_SECRET, SECRET), at=clock.at).enters(authenticator)
    clock.at = NOW
    assert refusal(asked, authenticator).code == "clock_skew"


def test_a_full_memory_refuses_and_forgets_nothing() -> None:
    authenticator = guard(nonces=NonceMemory(per_key=2))
    first = signed(KeySigner(BY_SECRET, SECRET))
    assert first.enters(authenticator)
    assert signed(KeySigner(BY_SECRET, SECRET)).enters(authenticator)
    error = refusal(signed(KeySigner(BY_SECRET, SECRET)), authenticator)
    assert (error.status, error.code, error.retry_after) == (429, "too_many_proofs", 1)
    assert refusal(first, authenticator).code == "replayed"
    assert signed(KeySigner(OF_OTHER, "cks_another")).enters(authenticator)


# ----------------------------------------------------------------- whose key it is


def test_an_unknown_key_is_told_no_more_than_a_wrong_secret() -> None:
    """Only the log learns which it was."""
    unknown = refusal(signed(KeySigner("nobody", SECRET)))
    wrong = refusal(signed(KeySigner(BY_SECRET, "cks_wrong")))
    assert (str(unknown), unknown.code, unknown.headers) == (str(wrong), wrong.code, wrong.headers)
    assert (unknown.reason, wrong.reason) == ("unknown_key", "bad_signature")
    signed_unknown = refusal(signed(MessageSigner("nobody", SEED)))
    signed_wrong = refusal(signed(MessageSigner(BY_SIGNATURE, bytes(32))))
    assert str(signed_unknown) == str(signed_wrong)


def test_a_revoked_key_is_refused_and_says_so_to_its_owner_only() -> None:
    assert refusal(signed(KeySigner(REVOKED, SECRET))).code == "revoked_key"
    assert refusal(signed(MessageSigner(REVOKED_SIGNATURE, SEED))).code == "revoked_key"
    assert refusal(signed(KeySigner(REVOKED, "cks_wrong"))).code == "bad_signature"


def test_a_token_of_a_revoked_or_removed_key_is_refused() -> None:
    tokens = TokenStore()
    for key_id in (REVOKED, "nobody"):
        asked = Asked.of(GET, {"authorization": f"Bearer {tokens.give(key_id, (Scope.READ,), NOW)}"})
        assert refusal(asked, guard(tokens=tokens)).code == "invalid_token"


def test_a_token_that_has_expired_is_refused() -> None:
    tokens, clock = TokenStore(), Hand()
    asked = Asked.of(GET, {"authorization": f"Bearer {tokens.give(BY_SECRET, (Scope.READ,), NOW)}"})
    clock.at = NOW + datetime.timedelta(minutes=15) - datetime.timedelta(microseconds=1)
    assert asked.enters(guard(clock, tokens=tokens))
    clock.at = NOW + datetime.timedelta(minutes=15)
    error = refusal(asked, guard(clock, tokens=tokens))
    assert (error.status, error.code) == (401, "invalid_token")
    assert error.challenge.endswith('error="invalid_token"')


@pytest.mark.parametrize("token", ["", "x", "ckt_x y", "ckt_" + "x" * 500, "é", "ckt_x,y"])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refusal(Asked.of(GET, {"authorization": f"Bearer {token}"})).code in {
        "invalid_token",
        "malformed_credentials",
    }


# --------------------------------------------------------------- how it is written


def test_nothing_at_all_is_challenged() -> None:
    error = refusal(Asked.of(GET, {}))
    assert (error.status, error.code) == (401, "missing_credentials")
    assert error.headers == {"www-authenticate": 'CK1-HMAC-SHA256 realm="exchange", Bearer realm="exchange"'}


@pytest.mark.parametrize("value", ["Basic YTpi", "Digest x", "", " ", "CK2-HMAC-SHA256 key"])
def test_another_scheme_is_refused(value: str) -> None:
    assert refusal(Asked.of(GET, {"authorization": value})).code == "unsupported_scheme"


@pytest.mark.parametrize("extra", ["signature", "signature-input"])
def test_two_ways_at_once_are_refused(extra: str) -> None:
    asked = signed(KeySigner(BY_SECRET, SECRET)).having(extra, "x")
    assert refusal(asked).code == "malformed_credentials"


@pytest.mark.parametrize("missing", ["signature", "signature-input", "host"])
def test_half_a_signature_is_refused(missing: str) -> None:
    asked = signed(MessageSigner(BY_SIGNATURE, SEED)).having(missing, None)
    assert refusal(asked).code == "malformed_credentials"


@both
def test_no_header_that_matters_may_come_twice(make: Callable[[], Signer]) -> None:
    asked = signed(make())
    for pair in asked.headers:
        twice = attrs.evolve(asked, headers=(*asked.headers, (pair[0].upper(), pair[1])))
        if pair[0] == b"user-agent":
            assert twice.enters(guard())
        else:
            assert refusal(twice).code == "malformed_credentials"


@both
@pytest.mark.parametrize(
    "value", ["key\r\nX-Other: 1", "key\n1", "k\x00y", "k\x7fy", "clé", "１", "x" * 1001]
)
def test_a_header_with_what_no_header_has_is_refused(make: Callable[[], Signer], value: str) -> None:
    asked = signed(make()).having("idempotency-key", value)
    raw = tuple((n, value.encode() if n == b"idempotency-key" else v) for n, v in asked.headers)
    assert refusal(attrs.evolve(asked, headers=raw)).code == "malformed_credentials"


@pytest.mark.parametrize("digit", ["٣", "３", "۳"])
def test_digits_of_other_scripts_are_none(digit: str) -> None:
    proof = signed(KeySigner(BY_SECRET, SECRET))
    value = proof.header("authorization").replace('at="2026-11-28T01:3', f'at="2026-11-28T01:{digit}')
    raw = tuple((n, value.encode() if n == b"authorization" else v) for n, v in proof.headers)
    assert refusal(attrs.evolve(proof, headers=raw)).code == "malformed_credentials"


def own_signature(
    components: tuple[str, ...] = ("@method", "@target-uri", "content-digest", "idempotency-key"),
    request: Outgoing = POST,
    digest: str | None = None,
    **others: Any,  # noqa: ANN401  passed on as they are
) -> Asked:
    """Sign as a client may that is not ours."""
    facts = {
        "created": 1795829400,
        "expires": 1795829430,
        "nonce": "0123456789abcdef",
        "key_id": BY_SIGNATURE,
        **others,
    }
    said = SignatureInput(components=components, **facts)
    made = {"content-digest": content_digest(request.body) if digest is None else digest}
    headers = {**request.headers, **made, "host": "exchange.example"}
    base = SignedRequest(method=request.method, url=request.url, headers=headers).base(said)
    signature = write_signature(said.label, sign(private_key_of(SEED), base))
    return Asked.of(request, {**made, "signature-input": said.header, "signature": signature})


@pytest.mark.parametrize(
    "components",
    [
        ("@method", "@target-uri", "content-digest", "idempotency-key"),
        ("idempotency-key", "content-digest", "@query", "@path", "@authority", "@method"),
        ("@method", "@target-uri", "content-digest", "idempotency-key", "content-type", "@path"),
    ],
)
def test_a_signature_that_covers_enough_is_let_in(components: tuple[str, ...]) -> None:
    assert own_signature(components).enters(guard())


@pytest.mark.parametrize(
    "components",
    [
        (),
        ("@target-uri", "content-digest", "idempotency-key"),
        ("@method", "content-digest", "idempotency-key"),
        ("@method", "@path", "content-digest", "idempotency-key"),
        ("@method", "@path", "@query", "content-digest", "idempotency-key"),
        ("@method", "@target-uri", "idempotency-key"),
        ("@method", "@target-uri", "content-digest"),
        ("@method", "@target-uri", "content-digest", "idempotency-key", "host"),
    ],
)
def test_a_signature_that_covers_too_little_or_what_is_unknown_is_refused(
    components: tuple[str, ...],
) -> None:
    error = refusal(own_signature(components))
    assert (error.status, error.code) == (401, "insufficient_coverage")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("created", None),
        ("expires", None),
        ("nonce", None),
        ("key_id", None),
        ("nonce", "short"),
        ("nonce", "x" * 129),
        ("nonce", "with spaces in it"),
        ("key_id", "../../etc"),
        ("algorithm", "hmac-sha256"),
        ("algorithm", "rsa-v1_5-sha256"),
        ("expires", 1795829399),
        ("expires", 10**15 - 1),
    ],
)
def test_a_signature_that_says_too_little_or_nonsense_is_refused(name: str, value: Any) -> None:  # noqa: ANN401  drawn
    assert refusal(own_signature(**{name: value})).code == "malformed_credentials"


def test_a_signed_digest_of_another_body_is_refused() -> None:
    assert refusal(own_signature(digest=content_digest(b"another"))).code == "bad_digest"
    assert refusal(own_signature(digest="md5=:AAAA:")).code == "bad_digest"


def test_a_body_without_a_digest_is_refused() -> None:
    bare = own_signature(("@method", "@target-uri", "idempotency-key")).having("content-digest", None)
    assert refusal(bare).code == "insufficient_coverage"
    assert attrs.evolve(bare, body=b"").enters(guard())


def test_who_knows_the_key_of_nobody_is_still_nobody() -> None:
    """The public key that stands in for a missing one has a private scalar that all know: 1."""
    order = 2**252 + 27742317777372353535851937790883648493
    said = SignatureInput.read(
        'ck=("@method" "@target-uri");created=1795829400;expires=1795829430'
        f';nonce="0123456789abcdef";keyid="{BY_SECRET}"'
    )
    base = SignedRequest(method="GET", url=GET.url, headers={}).base(said)
    point = b"\x58" + b"\x66" * 31
    k = int.from_bytes(hashlib.sha512(point + point + base).digest(), "little")
    forged = point + ((1 + k) % order).to_bytes(32, "little")
    assert signature_holds(point, base, forged)
    made = {"signature-input": said.header, "signature": write_signature("ck", forged)}
    assert refusal(Asked.of(GET, made)).code == "bad_signature"


def test_a_signature_for_another_exchange_is_refused() -> None:
    """The same key may be known at two exchanges; what was signed for one is worth nothing at the other."""
    asked = signed(MessageSigner(BY_SIGNATURE, SEED))
    assert asked.enters(guard(origins=(ORIGIN,)))
    assert asked.enters(guard(origins=("https://other.example", f"{ORIGIN}:443")), scheme="http")
    error = refusal(asked, guard(origins=("https://other.example",)))
    assert (error.code, error.reason) == ("bad_signature", "foreign_host")
    redirected = asked.having("host", "other.example")
    assert refusal(redirected, guard(origins=("https://other.example",))).code == "bad_signature"
    assert refusal(redirected).code == "bad_signature"


def test_the_scheme_is_signed_too() -> None:
    asked = signed(MessageSigner(BY_SIGNATURE, SEED))
    assert refusal(asked, scheme="http").code == "bad_signature"
    assert refusal(asked, scheme="ftp").code == "malformed_credentials"


@pytest.mark.parametrize("host", ["", "a b", "ann@exchange.example", "exchange.example/x", "a.example\\b"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    asked = signed(MessageSigner(BY_SIGNATURE, SEED)).having("host", host)
    assert refusal(asked).code == "malformed_credentials"


@pytest.mark.parametrize(
    "target", ["", "v1", "*", "https://exchange.example/v1", "/v1 x", "/v1\r\nX: 1", "/é"]
)
@both
def test_a_target_that_is_none_is_refused(make: Callable[[], Signer], target: str) -> None:
    error = refusal(attrs.evolve(signed(make()), target=target))
    assert error.code in {"malformed_credentials", "bad_signature"}


def test_without_cryptography_signatures_are_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    authenticator, asked = guard(), signed(MessageSigner(BY_SIGNATURE, SEED))
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    assert refusal(asked, authenticator).code == "unsupported_scheme"
    assert signed(KeySigner(BY_SECRET, SECRET)).enters(authenticator)


# ---------------------------------------------------------------- what it shows


@both
def test_no_refusal_repeats_what_was_sent(make: Callable[[], Signer]) -> None:
    asked = signed(make())
    values = [value.decode() for name, value in asked.headers if name in {b"authorization", b"signature"}]
    for alter in ALTERED.values():
        error = refusal(alter(asked))
        shown = f"{error!s} {error!r} {vars(error)} {error.headers}"
        assert not any(value[-40:] in shown for value in values)
    assert refusal(Asked.of(GET, {"authorization": f"Basic {SECRET}"})).problem.was == ""


def test_a_refusal_crosses_process_boundaries_whole() -> None:
    error = refusal(Asked.of(GET, {}))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert isinstance(again, AuthenticationError)
    assert (str(again), again.code, again.status, again.headers) == (
        str(error),
        error.code,
        error.status,
        error.headers,
    )


def test_a_caller_does_what_its_key_may() -> None:
    caller = signed(KeySigner(BY_SECRET, SECRET)).at(guard())
    caller.require(None)
    caller.require(Scope.TRADE)
    with pytest.raises(AuthenticationError) as caught:
        caller.require(Scope.ADMIN)
    assert (caught.value.status, caught.value.code) == (403, "insufficient_scope")
    assert caught.value.challenge == 'Bearer realm="exchange", error="insufficient_scope", scope="admin"'


def test_a_memory_of_nonces_is_bounded_and_forgets_in_time() -> None:
    memory = NonceMemory(most=3)
    until = NOW + datetime.timedelta(seconds=30)
    seen = [memory.see(f"key-{each}", "a" * 16, until=until, now=NOW) for each in range(4)]
    assert seen == [Seen.NEW, Seen.NEW, Seen.NEW, Seen.FULL]
    later = until + datetime.timedelta(seconds=2)
    assert memory.see("key-3", "a" * 16, until=later, now=later) is Seen.NEW
    assert (len(memory), memory._counts, len(memory._by_second)) == (1, {"key-3": 1}, 1)
    again = later + datetime.timedelta(seconds=1)
    assert memory.see("key-3", "b" * 16, until=again, now=later) is Seen.NEW
    assert memory.see("key-4", "c" * 16, until=again, now=later + datetime.timedelta(seconds=2)) is Seen.NEW
    assert (len(memory), memory._counts) == (2, {"key-3": 1, "key-4": 1})
    assert memory.see("key-0", "a" * 16, until=until, now=NOW) is Seen.FORGOTTEN
