"""A signer with short-lived tokens: OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

from __future__ import annotations

import base64
import datetime
import re
import threading
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import quote_plus, urlencode, urlsplit

import attrs

from carbonkit.client._connections import is_loopback
from carbonkit.client.error import UnauthorizedError, UnreadableAnswerError, refusal_error
from carbonkit.client.message import Outgoing
from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.values.text import matches
from carbonkit.wire.json_text import read_json
from carbonkit.wire.key_proof import KeyProof, client_key
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from carbonkit.client.message import Incoming

__all__ = ["ClientCredentials"]

_EARLY: Final = datetime.timedelta(seconds=60)
_PATIENCE: Final = datetime.timedelta(seconds=10)  # after which a refresh under way counts as lost
_LONGEST_LIFE: Final = 24 * 60 * 60  # seconds
_LARGEST: Final = 16 * 1024  # bytes of an answer
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{1,4096}=*")
_OAUTH_ERROR: Final = re.compile(r"[a-z_]{1,40}")


@attrs.frozen(kw_only=True)
class _Token:
    text: str = attrs.field(repr=False)
    renewed_from: datetime.datetime
    expires: datetime.datetime


class ClientCredentials:
    """
    Gets a bearer token for an API key and its secret, and a new one 60 seconds before it ends.

    A token that lives for less than two minutes is renewed after half its life. While it still holds,
    one caller gets the next one and all others go on with it. As the signer does no input or output it
    cannot let callers wait: with no token at all, each that asks before the first answer fetches one,
    unless the driver lets one at a time through `need`, sending and `take`.

    Args:
        key_id: The key's public name.
        secret: Its secret; it is sent to the token's URL and nowhere else.
        token_url: Where tokens are given, such as "https://exchange.example/oauth2/token"; plain http
            only on this machine.
        scopes: What the tokens may do; all that the key may do unless given.

    Raises:
        InvalidValueError: If one of them cannot be what it must be.

    Example:
        >>> ClientCredentials("demo", "cks_demo", token_url="https://exchange.example/oauth2/token")
        ClientCredentials('demo', token_url='https://exchange.example/oauth2/token')
    """

    __slots__ = ("_lock", "_secret", "_token", "_under_way", "key_id", "scopes", "token_url")

    def __init__(self, key_id: str, secret: str, *, token_url: str, scopes: Iterable[Scope] = ()) -> None:
        KeyProof(key_id=key_id, at="1970-01-01T00:00:00Z", nonce="0" * 16)  # so that a bad name fails here
        client_key(secret)  # the same for a bad secret
        self.key_id = key_id
        self.token_url = _url(token_url)
        self.scopes = tuple(Scope(each) for each in scopes)
        self._secret = secret
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._under_way: datetime.datetime | None = None

    def need(self, at: datetime.datetime) -> Outgoing | None:
        """
        Give the request for a token, if one is needed now and nobody else is about to get it.

        Args:
            at: The exchange's time as well as it is known.

        Returns:
            The request; None if there is a token that holds.

        Example:
            >>> from carbonkit.values import as_instant
            >>> signer = ClientCredentials("demo", "cks_demo", token_url="https://exchange.example/oauth2/token")
            >>> signer.need(as_instant("2026-11-28T01:30:00Z")).body
            b'grant_type=client_credentials'
        """
        with self._lock:
            token = self._token
            if token is not None and at < token.expires:
                lost = self._under_way is None or at >= self._under_way + _PATIENCE
                if at < token.renewed_from or not lost:
                    return None
            self._under_way = at
        form = {"grant_type": "client_credentials"}
        if self.scopes:
            form["scope"] = " ".join(each.value for each in self.scopes)
        pair = f"{quote_plus(self.key_id)}:{quote_plus(self._secret)}"
        return Outgoing(
            method="POST",
            url=self.token_url,
            headers={
                "authorization": f"Basic {base64.b64encode(pair.encode('ascii')).decode('ascii')}",
                "content-type": "application/x-www-form-urlencoded",
                "accept": "application/json",
            },
            body=urlencode(form).encode("ascii"),
        )

    def take(self, answer: Incoming, at: datetime.datetime) -> None:
        """
        Take the answer: keep the token.

        Args:
            answer: The answer to what `need` gave.
            at: The exchange's time as well as it is known.

        Raises:
            UnauthorizedError: If the key or its secret is refused.
            ExchangeError: If it is another refusal, of the class of its status.
            UnreadableAnswerError: If it is no token.
        """
        with self._lock:
            self._under_way = None
        if answer.status != 200:  # noqa: PLR2004  HTTP's own number
            error = _refusal(answer)
            raise error
        token = _token(answer, at)
        with self._lock:
            if self._token is None or token.expires >= self._token.expires:
                self._token = token

    def headers(self, request: Outgoing, at: datetime.datetime) -> Mapping[str, str]:  # noqa: ARG002  the protocol's arguments
        """
        Give the token.

        Args:
            request: The request as it is sent.
            at: The exchange's time as well as it is known.

        Returns:
            The header `authorization`.

        Raises:
            UnauthorizedError: If there is no token; `need` says how to get one.
        """
        token = self._token
        if token is None:
            raise UnauthorizedError("have a token first", code="missing_credentials")
        return {"authorization": f"Bearer {token.text}"}

    def refused(self, request: Outgoing) -> bool:
        """
        Forget the token that was refused, unless another call has already renewed it.

        Args:
            request: The request as it was sent.

        Returns:
            Whether it bore a token, so that another one may do better.
        """
        borne = request.headers.get("authorization", "")
        with self._lock:
            if self._token is not None and borne == f"Bearer {self._token.text}":
                self._token = self._under_way = None
        return borne.startswith("Bearer ")

    def __repr__(self) -> str:
        return f"ClientCredentials({self.key_id!r}, token_url={self.token_url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer holds a secret, and is not pickled or copied")


def _url(text: str) -> str:
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    dots = {".", ".."} & set(parts.path.split("/"))
    if (
        not (secure and parts.hostname and text.isascii() and text.isprintable())
        or "@" in parts.netloc
        or dots
    ):
        raise InvalidValueError(
            "be a https URL, without a user", was=parts.hostname or "", field="token_url"
        )  # the URL itself is not shown: it may hold a password
    return text


def _token(answer: Incoming, at: datetime.datetime) -> _Token:
    try:
        fact = read_json(answer.body, most=_LARGEST)
    except CarbonkitError:
        fact = None
    facts = fact if isinstance(fact, dict) else {}
    text, kind, life = facts.get("access_token"), facts.get("token_type"), facts.get("expires_in")
    fit = matches(_TOKEN, text) and isinstance(kind, str) and kind.lower() == "bearer"
    if not fit or type(life) is not int or not 0 < life <= _LONGEST_LIFE:
        raise UnreadableAnswerError("be a bearer token that expires within a day", was="another answer")
    expires = at + datetime.timedelta(seconds=life)
    early = min(_EARLY, (expires - at) / 2)
    return _Token(text=str(text), renewed_from=expires - early, expires=expires)


def _refusal(answer: Incoming) -> CarbonkitError:
    """Tell a refusal of RFC 6749, section 5.2, which is no problem document, from any other."""
    try:
        fact = read_json(answer.body, most=_LARGEST)
    except CarbonkitError:
        fact = None
    code = fact.get("error") if isinstance(fact, dict) else None
    error = refusal_error(answer)
    if not matches(_OAUTH_ERROR, code) or answer.status not in {400, 401}:
        return error
    return UnauthorizedError(
        "be accepted by the exchange", was=f"{answer.status} {code}", code=str(code), facts=error.facts
    )
