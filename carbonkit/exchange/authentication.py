"""
Authentication: who asks, by an HMAC proof, a message signature or a bearer token.

A proof holds for one request, once, and only near the time that it names. What could have been used
before the exchange started is refused, since the nonces of that time are forgotten: by default that is
all that is dated before the start and, as clocks may be ahead, for `ahead` after it.
"""

from __future__ import annotations

import datetime
import re
import secrets
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError, MissingExtraError
from carbonkit.exchange.caller import AuthenticationError, Caller
from carbonkit.exchange.nonce import NonceMemory, Seen
from carbonkit.exchange.token import TokenStore
from carbonkit.values.text import matches
from carbonkit.wire.key_proof import SCHEME, KeyProof, proves
from carbonkit.wire.signature import (
    ALGORITHM,
    SignatureInput,
    SignedRequest,
    digest_holds,
    read_signature,
    signature_holds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.exchange.key import ApiKey
    from carbonkit.values.time import Clock
    from carbonkit.wire.scope import Scope

__all__ = ["AuthenticationError", "Authenticator", "Caller"]

_BEHIND: Final = datetime.timedelta(seconds=30)
_AHEAD: Final = datetime.timedelta(seconds=2)
_SECOND: Final = datetime.timedelta(seconds=1)
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_LAST_SECOND: Final = 253_402_300_799  # of the year 9999
_MALFORMED: Final = "malformed_credentials"
_LONGEST: Final = 1000  # characters of a header's value
_VALUE: Final = re.compile(r"[\t -~]*")
_HOST: Final = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_NONCE: Final = re.compile(r"[A-Za-z0-9._~+/=-]{16,128}")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{1,200}=*")
_BASE_POINT: Final = b"\x58" + b"\x66" * 31  # a public key of nobody, to be as slow with
_HEADERS: Final = frozenset(
    {
        "authorization",
        "content-digest",
        "content-type",
        "host",
        "idempotency-key",
        "signature",
        "signature-input",
    }
)
_WHOLE_URL: Final = frozenset({"@target-uri"})
_URL_IN_PARTS: Final = frozenset({"@authority", "@path", "@query"})
_MAY_BE_COVERED: Final = (
    _WHOLE_URL | _URL_IN_PARTS | {"@method", "content-digest", "content-type", "idempotency-key"}
)


@attrs.frozen(kw_only=True)
class _Sent:
    """A request, with the few headers that matter here."""

    method: str
    target: str
    headers: dict[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    scheme: str


class Authenticator:
    """
    Finds out who asks. It is safe to share between threads.

    Args:
        find_key: Finds a key by its id; None if there is none.
        clock: What time it is.
        tokens: The bearer tokens that were given; none unless given.
        nonces: The memory of the nonces; its own unless given.
        origins: Under which origins clients reach the exchange, such as "https://exchange.example", so
            that a signature made for another exchange is refused. Unless given, the origin is made of
            the scheme and the host that a request names.
        since: Proofs that are not dated after this instant are refused; the present and `ahead` unless
            given. An exchange that has never run may give any instant of the past.
        behind: How old a proof may be.
        ahead: How far a client's clock may be ahead.

    Example:
        >>> from carbonkit.client.key_signer import KeySigner
        >>> from carbonkit.client.message import Outgoing
        >>> from carbonkit.exchange.key import new_key
        >>> from carbonkit.values.time import FixedClock
        >>> clock = FixedClock("2026-11-28T01:30:00Z")
        >>> key, secret = new_key(person="ann", accounts=(), scopes=(), at=clock.now(), key_id="demo")
        >>> authenticator = Authenticator({"demo": key}.get, clock=clock, since=_EPOCH)
        >>> request = Outgoing(method="GET", url="https://exchange.example/v1/time", headers={}, body=b"")
        >>> made = KeySigner("demo", secret).headers(request, clock.now())
        >>> headers = [(b"authorization", made["authorization"].encode())]
        >>> authenticator.authenticate("GET", "/v1/time", headers, b"").person
        'ann'
    """

    def __init__(
        self,
        find_key: Callable[[str], ApiKey | None],
        *,
        clock: Clock,
        tokens: TokenStore | None = None,
        nonces: NonceMemory | None = None,
        origins: Iterable[str] = (),
        since: datetime.datetime | None = None,
        behind: datetime.timedelta = _BEHIND,
        ahead: datetime.timedelta = _AHEAD,
    ) -> None:
        self._find_key = find_key
        self._clock = clock
        self._tokens = TokenStore() if tokens is None else tokens
        self._nonces = NonceMemory() if nonces is None else nonces
        self._origins = {_without_port(each.partition("://")[2].lower()): each for each in origins}
        self._since = clock.now() + ahead if since is None else since
        self._behind = behind
        self._ahead = ahead
        self._nobody = secrets.token_bytes(32)  # what proofs by an unknown key are checked with

    def authenticate(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
        *,
        scheme: str = "https",
    ) -> Caller:
        """
        Find out who asks.

        Args:
            method: The request's method.
            target: Its path and query string, raw, as they came.
            headers: All its headers, raw, as they came.
            body: Its whole body.
            scheme: "http" or "https", by which it came; without meaning if `origins` were given.

        Returns:
            Who it is.

        Raises:
            AuthenticationError: If it is not proven, with the status to answer with.
        """
        sent = _Sent(method=method, target=target, headers=_read(headers), body=body, scheme=scheme)
        authorization = sent.headers.get("authorization")
        signed = "signature" in sent.headers or "signature-input" in sent.headers
        if authorization is None and not signed:
            raise AuthenticationError("prove who asks", code="missing_credentials")
        if authorization is not None and signed:
            raise AuthenticationError("prove who asks in one way, not in two", code=_MALFORMED)
        if authorization is None:
            return self._by_signature(sent)
        name = authorization.partition(" ")[0].upper()
        if name == SCHEME:
            return self._by_secret(sent, authorization)
        if name == "BEARER":
            return self._by_token(authorization)
        raise AuthenticationError("be of a scheme that is known here", code="unsupported_scheme")

    # ------------------------------------------------------------ three ways

    def _by_secret(self, sent: _Sent, authorization: str) -> Caller:
        try:
            said = KeyProof.read(authorization)
            message = said.message(
                sent.method, sent.target, sent.headers.get("idempotency-key", ""), sent.body
            )
        except InvalidValueError as error:
            raise _malformed(error.problem.must) from None
        now = self._clock.now()
        self._check_time(said.instant, now)
        key = self._find_key(said.key_id)
        stored = key.stored_key if key is not None else None
        right = proves(self._nobody if stored is None else stored, message, said.proof)
        return self._admitted(
            key, right=right and stored is not None, nonce=said.nonce, at=said.instant, now=now
        )

    def _by_signature(self, sent: _Sent) -> Caller:
        try:
            said = SignatureInput.read(sent.headers.get("signature-input", ""))
            signature = read_signature(sent.headers.get("signature", ""), said.label)
        except InvalidValueError as error:
            raise _malformed(error.problem.must) from None
        created, expires, nonce, key_id = _facts(said)
        _check_coverage(said, sent)
        now = self._clock.now()
        at = _instant(created)
        self._check_time(at, now)
        if now >= _instant(expires) + _SECOND:  # it names whole seconds
            raise AuthenticationError("not have expired", code="expired")
        digest = sent.headers.get("content-digest")
        if digest is not None and not digest_holds(digest, sent.body):
            raise AuthenticationError("have the digest of its body", code="bad_digest")
        try:
            request = SignedRequest(
                method=sent.method, url=f"{self._origin(sent)}{sent.target}", headers=sent.headers
            )
            base = request.base(said)
        except InvalidValueError as error:
            raise _malformed(error.problem.must) from None
        key = self._find_key(key_id)
        public = key.public_key if key is not None else None
        try:
            right = signature_holds(_BASE_POINT if public is None else public, base, signature)
        except MissingExtraError:
            raise AuthenticationError(
                "be of a scheme that is known here", code="unsupported_scheme"
            ) from None
        return self._admitted(key, right=right and public is not None, nonce=nonce, at=at, now=now)

    def _by_token(self, authorization: str) -> Caller:
        token, now = authorization[len("Bearer ") :], self._clock.now()
        grant = self._tokens.find(token, now) if matches(_TOKEN, token) else None
        key = self._find_key(grant.key_id) if grant is not None else None
        if grant is None or key is None or key.revoked:
            raise AuthenticationError("be a token that holds", code="invalid_token")
        caller = _caller(key, "token", grant.scopes & frozenset(key.scopes))
        return attrs.evolve(caller, left=grant.expires - now)

    # ---------------------------------------------------------- what is shared

    def _admitted(
        self, key: ApiKey | None, *, right: bool, nonce: str, at: datetime.datetime, now: datetime.datetime
    ) -> Caller:
        """Let a proof pass that holds, of a key that does, once."""
        if key is None or not right:
            reason = "unknown_key" if key is None else "bad_signature"
            raise AuthenticationError(
                "be a proof by the key, of this request", code="bad_signature", reason=reason
            )
        if key.revoked:
            raise AuthenticationError("be a key that was not revoked", code="revoked_key")
        seen = self._nonces.see(key.key_id, nonce, until=at + self._behind, now=now)
        if seen is Seen.REPLAYED:
            raise AuthenticationError("have a nonce of its own", code="replayed")
        if seen is Seen.FORGOTTEN:
            raise self._skewed()
        if seen is Seen.FULL:
            raise AuthenticationError("come less often", code="too_many_proofs", status=429, retry_after=1)
        return _caller(key, "secret" if key.public_key is None else "ed25519", frozenset(key.scopes))

    def _check_time(self, at: datetime.datetime, now: datetime.datetime) -> None:
        if at <= self._since:
            ready = self._since + _SECOND  # for those that name whole seconds
            if now < ready:
                wait = -((now - ready) // _SECOND)
                raise AuthenticationError(
                    "wait until the exchange has started", code="starting", status=503, retry_after=wait
                )
            raise self._skewed()
        if at < now - self._behind or at > now + self._ahead:
            raise self._skewed()

    def _skewed(self) -> AuthenticationError:
        return AuthenticationError("be dated now, by the exchange's clock", code="clock_skew")

    def _origin(self, sent: _Sent) -> str:
        host = sent.headers.get("host", "").lower()
        if not matches(_HOST, host) or sent.scheme not in {"http", "https"}:
            raise _malformed("name the exchange's host")
        if not self._origins:
            return f"{sent.scheme}://{host}"
        if _without_port(host) not in self._origins:
            raise AuthenticationError(
                "be a proof by the key, of this request", code="bad_signature", reason="foreign_host"
            )
        return self._origins[_without_port(host)]


def _without_port(host: str) -> str:
    return host.removesuffix(":443").removesuffix(":80")


def _caller(key: ApiKey, proven_by: str, scopes: frozenset[Scope]) -> Caller:
    return Caller(
        key_id=key.key_id, person=key.person, accounts=key.accounts, scopes=scopes, proven_by=proven_by
    )


def _malformed(must: str) -> AuthenticationError:
    return AuthenticationError(must, code=_MALFORMED)


def _read(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Take the headers that matter here: each once, short, and plain ASCII."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        if name not in _HEADERS:
            continue
        value = raw_value.decode("latin-1")
        if name in found or len(value) > _LONGEST or not matches(_VALUE, value):
            raise _malformed(f"have one {name}, short and in plain ASCII")
        found[name] = value
    return found


def _facts(said: SignatureInput) -> tuple[int, int, str, str]:
    """Take what a signature must say about itself."""
    created, expires, nonce, key_id = said.created, said.expires, said.nonce, said.key_id
    if created is None or expires is None or nonce is None or key_id is None:
        raise _malformed("name created, expires, nonce and keyid")
    if not matches(_NONCE, nonce) or not matches(_KEY_ID, key_id) or said.algorithm not in {None, ALGORITHM}:
        raise _malformed(f"have a nonce of 16 to 128 characters, a key's id, and the algorithm {ALGORITHM}")
    if not created <= expires <= _LAST_SECOND:
        raise _malformed("expire after it was created")
    return created, expires, nonce, key_id


def _check_coverage(said: SignatureInput, sent: _Sent) -> None:
    """Refuse a signature that leaves out what matters, or covers what nobody here can tell."""
    covered = set(said.components)
    needed = {"@method"} | {each for each in ("content-digest", "idempotency-key") if each in sent.headers}
    if sent.body:
        needed.add("content-digest")
    whole = covered >= _WHOLE_URL or covered >= _URL_IN_PARTS
    if not (covered >= needed and whole and covered <= _MAY_BE_COVERED):
        raise AuthenticationError(
            "cover @method, @target-uri, and content-digest and idempotency-key where there are such",
            code="insufficient_coverage",
        )


def _instant(seconds: int) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(seconds=seconds)
