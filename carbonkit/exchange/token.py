"""
Tokens: OAuth 2.0 client credentials (RFC 6749, section 4.4) for those who hold a key's secret.

A token is opaque, lives for some minutes and is kept as a hash in memory only: a restart ends all.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote_plus

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches
from carbonkit.wire.key_proof import client_key, stored_key
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.exchange.key import ApiKey
    from carbonkit.values.time import Clock

__all__ = ["Grant", "TokenAnswer", "TokenEndpoint", "TokenStore"]

_LIFE: Final = datetime.timedelta(minutes=15)
_LARGEST_FORM: Final = 4096  # bytes
_MOST_FIELDS: Final = 10
_BASIC: Final = re.compile(r"[Bb][Aa][Ss][Ii][Cc] ([A-Za-z0-9+/]{1,1000}={0,2})")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FORM: Final = "application/x-www-form-urlencoded"


@attrs.frozen(kw_only=True)
class Grant:
    """
    What a token lets its bearer do.

    Args:
        key_id: For which key it was given.
        scopes: What it may do, as far as the key still may.
        expires: When it ends; that instant excluded.

    Example:
        >>> Grant.__name__
        'Grant'
    """

    key_id: str
    scopes: frozenset[Scope]
    expires: datetime.datetime


class TokenStore:
    """
    The tokens that hold. It is bounded, and safe to share between threads.

    Args:
        life: For how long a token holds.
        per_key: How many tokens a key may have; one more ends its oldest.
        most: How many there may be in all; with so many, no more are given.

    Example:
        >>> store, now = TokenStore(), datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)
        >>> token = store.give("demo", (Scope.READ,), now)
        >>> store.find(token, now).key_id, store.find("ckt_another", now)
        ('demo', None)
    """

    def __init__(self, *, life: datetime.timedelta = _LIFE, per_key: int = 32, most: int = 100_000) -> None:
        self.life = life
        self._per_key = per_key
        self._most = most
        self._lock = threading.Lock()
        self._grants: dict[bytes, Grant] = {}
        self._by_key: dict[str, list[bytes]] = {}  # oldest first

    def give(self, key_id: str, scopes: Iterable[Scope], now: datetime.datetime) -> str | None:
        """
        Make a token.

        Args:
            key_id: For which key.
            scopes: What it may do.
            now: The present instant.

        Returns:
            The token, which is kept nowhere; None if there are too many already.
        """
        token = f"ckt_{secrets.token_urlsafe(32)}"
        digest = _digest(token)
        grant = Grant(key_id=key_id, scopes=frozenset(scopes), expires=now + self.life)
        with self._lock:
            own = self._by_key.get(key_id, [])
            if len(own) >= self._per_key:
                del self._grants[own.pop(0)]
            elif len(self._grants) >= self._most:
                self._sweep(now)
                if len(self._grants) >= self._most:
                    return None
            self._grants[digest] = grant
            self._by_key.setdefault(key_id, []).append(digest)
        return token

    def find(self, token: str, now: datetime.datetime) -> Grant | None:
        """
        Look a token up.

        Args:
            token: The token.
            now: The present instant.

        Returns:
            What it lets its bearer do; None if it does not hold.
        """
        grant = self._grants.get(_digest(token))
        return grant if grant is not None and now < grant.expires else None

    def end(self, key_id: str) -> None:
        """End all tokens of a key, as when it is revoked."""
        with self._lock:
            for digest in self._by_key.pop(key_id, []):
                del self._grants[digest]

    def __len__(self) -> int:
        """How many tokens are held."""
        return len(self._grants)

    def _sweep(self, now: datetime.datetime) -> None:
        self._grants = {digest: grant for digest, grant in self._grants.items() if now < grant.expires}
        kept = {key: [each for each in own if each in self._grants] for key, own in self._by_key.items()}
        self._by_key = {key: own for key, own in kept.items() if own}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@attrs.frozen(kw_only=True)
class TokenAnswer:
    """
    What the token endpoint answers.

    Args:
        status: The HTTP status.
        headers: The headers.
        body: What the JSON says; never shown, as it may hold a token.

    Example:
        >>> TokenAnswer(status=400, headers={}, body={"error": "invalid_request"}).status
        400
    """

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] = attrs.field(repr=False)


class _RefusedError(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


class TokenEndpoint:
    """
    Answers `POST /oauth2/token`: takes a key's id and secret by HTTP Basic or in the form, gives a token.

    Args:
        find_key: Finds a key by its id; None if there is none.
        tokens: Where tokens are kept.
        clock: What time it is.

    Example:
        >>> from carbonkit.exchange.key import new_key
        >>> from carbonkit.values.time import SystemClock
        >>> key, _ = new_key(person="ann", accounts=(), scopes=(Scope.READ,), at="2026-11-28T01:30:00Z",
        ...                  key_id="demo", secret="cks_demo")
        >>> endpoint = TokenEndpoint({"demo": key}.get, TokenStore(), SystemClock())
        >>> form = b"grant_type=client_credentials&client_id=demo&client_secret=cks_demo"
        >>> endpoint.answer({"content-type": "application/x-www-form-urlencoded"}, form).body["expires_in"]
        900
    """

    def __init__(self, find_key: Callable[[str], ApiKey | None], tokens: TokenStore, clock: Clock) -> None:
        self._find_key = find_key
        self._tokens = tokens
        self._clock = clock
        self._nobody = secrets.token_bytes(32)  # what the secret of an unknown key is compared with

    def answer(self, headers: Mapping[str, str], body: bytes) -> TokenAnswer:
        """
        Answer a request.

        Args:
            headers: Its headers by their lower-case names, each once.
            body: Its body.

        Returns:
            A token, or an error of RFC 6749, section 5.2.
        """
        try:
            said = self._given(headers, body)
        except _RefusedError as refused:
            return _refusal(refused)
        return TokenAnswer(status=200, headers=_headers(), body=said)

    def _given(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        form = _form(headers.get("content-type", ""), body)
        key = self._key(*_pair(headers.get("authorization"), form))
        scopes = _scopes(key, form)
        token = self._tokens.give(key.key_id, scopes, self._clock.now())
        if token is None:
            raise _RefusedError("temporarily_unavailable", "Too many tokens are in use.", 503)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self._tokens.life // datetime.timedelta(seconds=1),
            "scope": " ".join(each.value for each in scopes),
        }

    def _key(self, key_id: str, secret: str) -> ApiKey:
        # a wrong name takes as long as a wrong secret
        key = self._find_key(key_id) if matches(_KEY_ID, key_id) else None
        known = key.stored_key if key is not None else None
        try:
            given = stored_key(client_key(secret))
        except InvalidValueError:
            given = bytes(32)
        right = hmac.compare_digest(given, self._nobody if known is None else known)
        if key is None or known is None or not right or key.revoked:
            raise _RefusedError("invalid_client", "The key or its secret is wrong.", 401)
        return key


def _headers() -> dict[str, str]:
    return {"content-type": "application/json", "cache-control": "no-store", "pragma": "no-cache"}


def _refusal(refused: _RefusedError) -> TokenAnswer:
    headers = _headers()
    if refused.status == 401:  # noqa: PLR2004  HTTP's own number
        headers["www-authenticate"] = 'Basic realm="exchange"'
    if refused.status == 503:  # noqa: PLR2004  the same
        headers["retry-after"] = "60"
    body = {"error": refused.error, "error_description": refused.description}
    return TokenAnswer(status=refused.status, headers=headers, body=body)


def _form(content_type: str, body: bytes) -> dict[str, str]:
    """Read the form; no field may come twice."""
    if content_type.partition(";")[0].strip().lower() != _FORM or len(body) > _LARGEST_FORM:
        raise _RefusedError("invalid_request", f"Send a short {_FORM}.")
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _RefusedError("invalid_request", "The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _RefusedError("invalid_request", "A field of the form comes twice.")
    if "grant_type" not in form:
        raise _RefusedError("invalid_request", "Send grant_type=client_credentials.")
    if form["grant_type"] != "client_credentials":
        raise _RefusedError("unsupported_grant_type", "Send grant_type=client_credentials.")
    return form


def _pair(authorization: str | None, form: dict[str, str]) -> tuple[str, str]:
    """Find the id and the secret: in one place, not in two."""
    in_form = "client_secret" in form
    if authorization is None:
        if not in_form or "client_id" not in form:
            raise _RefusedError("invalid_client", "Send the key's id and secret.", 401)
        return form["client_id"], form["client_secret"]
    if in_form:
        raise _RefusedError("invalid_request", "Send the secret in one place.")
    found = _BASIC.fullmatch(authorization)
    try:
        name, colon, secret = (
            base64.b64decode(found[1] if found else "", validate=True).decode("ascii").partition(":")
        )
    except ValueError:
        name, colon, secret = "", "", ""
    name, secret = unquote_plus(name), unquote_plus(secret)
    if not colon:
        raise _RefusedError("invalid_client", "Send the key's id and secret.", 401)
    if form.get("client_id", name) != name:
        raise _RefusedError("invalid_request", "The client_id is another key's.")
    return name, secret


def _scopes(key: ApiKey, form: dict[str, str]) -> tuple[Scope, ...]:
    """Say which of the key's scopes are asked for; all unless some are named."""
    if "scope" not in form:
        return key.scopes
    asked = form["scope"].split(" ")
    found = tuple(each for each in key.scopes if each.value in asked)
    if len(found) != len(asked):
        raise _RefusedError("invalid_scope", "The key does not have such a scope.")
    return found
