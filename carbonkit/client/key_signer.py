"""A signer with an API key and its secret: HMAC-SHA256, so that the secret itself is never sent."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, NoReturn, Self
from urllib.parse import urlsplit

from carbonkit.client.signer import new_nonce
from carbonkit.errors import InvalidValueError
from carbonkit.wire.key_proof import KeyProof, client_key
from carbonkit.wire.scalar import write_instant

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Mapping

    from carbonkit.client.message import Incoming, Outgoing

__all__ = ["KeySigner"]

_PLAIN: Final = re.compile(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~%/:+-]*(?:\?[A-Za-z0-9._~%=&:+-]+)?)")


class KeySigner:
    """
    Signs with an API key's secret; see `carbonkit.wire.key_proof` for how.

    It keeps a key derived from the secret, shows neither, and refuses to be pickled or copied out. It
    has no state, so that threads and tasks may share it.

    Args:
        key_id: The key's public name.
        secret: Its secret, which the exchange showed once.
        nonce: Makes the nonces; chosen by tests only.

    Raises:
        InvalidValueError: If one of them cannot be what it must be.

    Example:
        >>> KeySigner("demo", "cks_demo")
        KeySigner('demo')
    """

    __slots__ = ("_client_key", "_nonce", "key_id")

    def __init__(self, key_id: str, secret: str, *, nonce: Callable[[], str] = new_nonce) -> None:
        KeyProof(key_id=key_id, at="1970-01-01T00:00:00Z", nonce="0" * 16)  # so that a bad name fails here
        self.key_id = key_id
        self._client_key = client_key(secret)
        self._nonce = nonce

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """
        Make a signer from `CARBONKIT_KEY_ID` and `CARBONKIT_SECRET`.

        Args:
            environment: The variables; those of the process unless given.

        Returns:
            The signer.

        Raises:
            InvalidValueError: If one of the two is not set.

        Example:
            >>> KeySigner.from_environment({"CARBONKIT_KEY_ID": "demo", "CARBONKIT_SECRET": "cks_demo"})
            KeySigner('demo')
        """
        facts = os.environ if environment is None else environment
        for name in ("CARBONKIT_KEY_ID", "CARBONKIT_SECRET"):
            if not facts.get(name):
                raise InvalidValueError("be set in the environment", field=name)
        return cls(facts["CARBONKIT_KEY_ID"], facts["CARBONKIT_SECRET"])

    def need(self, at: datetime.datetime) -> Outgoing | None:  # noqa: ARG002  the protocol's argument
        """Give None: nothing has to be sent before."""
        return None

    def take(self, answer: Incoming, at: datetime.datetime) -> None:
        """Take an answer; there is none to take."""

    def headers(self, request: Outgoing, at: datetime.datetime) -> Mapping[str, str]:
        """
        Prove a request: its method, path, query, body and idempotency key, now and once.

        Args:
            request: The request as it is sent.
            at: The exchange's time as well as it is known.

        Returns:
            The header `authorization`.

        Raises:
            InvalidValueError: If a part may not stand in a request.

        Example:
            >>> from carbonkit.client.message import Outgoing
            >>> from carbonkit.values import as_instant
            >>> request = Outgoing(method="GET", url="https://exchange.example/v1/time", headers={}, body=b"")
            >>> signer = KeySigner("demo", "cks_demo")
            >>> signer.headers(request, as_instant("2026-11-28T01:30:00Z"))["authorization"][:26]
            'CK1-HMAC-SHA256 key="demo"'
        """
        proof = KeyProof(key_id=self.key_id, at=write_instant(at), nonce=self._nonce())
        idempotency_key = request.headers.get("idempotency-key", "")
        message = proof.message(request.method, _target(request.url), idempotency_key, request.body)
        return {"authorization": proof.proven(self._client_key, message)}

    def refused(self, request: Outgoing) -> bool:  # noqa: ARG002  the protocol's argument
        """Say False: the same secret would be refused again, unless it was the time that was wrong."""
        return False

    def __repr__(self) -> str:
        return f"KeySigner({self.key_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer holds a secret, and is not pickled or copied")


def _target(url: str) -> str:
    """Give the path and the query string of a URL; what the client itself makes needs no parser."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None:
        return plain[1]
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
