"""A signer with an Ed25519 key: HTTP message signatures (RFC 9421); the exchange has the public key only."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final, NoReturn

from carbonkit.client.signer import new_nonce
from carbonkit.values.time import as_instant
from carbonkit.wire.signature import (
    ALGORITHM,
    SignatureInput,
    SignedRequest,
    content_digest,
    private_key_of,
    sign,
    write_signature,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from carbonkit.client.message import Incoming, Outgoing

__all__ = ["MessageSigner"]

_LIFE: Final = 30  # seconds
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_SECOND: Final = datetime.timedelta(seconds=1)


class MessageSigner:
    """
    Signs with an Ed25519 private key: the method, the URL, the body's digest and the idempotency key.

    It never shows the key, and refuses to be pickled or copied out. It has no state, so that threads and
    tasks may share it. It takes the `cryptography` package: the extra `proof`.

    Args:
        key_id: The key's public name.
        private_key: Its 32 secret bytes, or a private key of `cryptography`.
        nonce: Makes the nonces; chosen by tests only.

    Raises:
        InvalidValueError: If one of them cannot be what it must be.
        MissingExtraError: If `cryptography` is not installed.

    Example:
        >>> MessageSigner("demo", bytes(32))
        MessageSigner('demo')
    """

    __slots__ = ("_nonce", "_private_key", "key_id")

    def __init__(
        self,
        key_id: str,
        private_key: bytes | Ed25519PrivateKey,
        *,
        nonce: Callable[[], str] = new_nonce,
    ) -> None:
        SignatureInput(components=(), key_id=key_id)  # so that a bad name fails here
        self.key_id = key_id
        self._private_key = private_key_of(private_key) if isinstance(private_key, bytes) else private_key
        self._nonce = nonce

    @property
    def public_key(self) -> bytes:
        """The public key, 32 bytes: what the exchange is told."""
        return self._private_key.public_key().public_bytes_raw()

    def need(self, at: datetime.datetime) -> Outgoing | None:  # noqa: ARG002  the protocol's argument
        """Give None: nothing has to be sent before."""
        return None

    def take(self, answer: Incoming, at: datetime.datetime) -> None:
        """Take an answer; there is none to take."""

    def headers(self, request: Outgoing, at: datetime.datetime) -> Mapping[str, str]:
        """
        Sign a request.

        Args:
            request: The request as it is sent.
            at: The exchange's time as well as it is known.

        Returns:
            The headers `signature-input` and `signature`, and `content-digest` if there is a body.

        Raises:
            InvalidValueError: If a part may not stand in a request.

        Example:
            >>> from carbonkit.client.message import Outgoing
            >>> from carbonkit.values import as_instant
            >>> request = Outgoing(method="GET", url="https://exchange.example/v1/time", headers={}, body=b"")
            >>> signer = MessageSigner("demo", bytes(32))
            >>> signer.headers(request, as_instant("2026-11-28T01:30:00Z"))["signature-input"][:44]
            'ck=("@method" "@target-uri");created=1795829'
        """
        covered = ["@method", "@target-uri"]
        made = {"content-digest": content_digest(request.body)} if request.body else {}
        covered += [*made, *(["idempotency-key"] if "idempotency-key" in request.headers else [])]
        created = (as_instant(at) - _EPOCH) // _SECOND
        said = SignatureInput(
            components=tuple(covered),
            created=created,
            expires=created + _LIFE,
            nonce=self._nonce(),
            key_id=self.key_id,
            algorithm=ALGORITHM,
        )
        headers = {**request.headers, **made}
        base = SignedRequest(method=request.method, url=request.url, headers=headers).base(said)
        signature = write_signature(said.label, sign(self._private_key, base))
        return {**made, "signature-input": said.header, "signature": signature}

    def refused(self, request: Outgoing) -> bool:  # noqa: ARG002  the protocol's argument
        """Say False: the same key would be refused again, unless it was the time that was wrong."""
        return False

    def __repr__(self) -> str:
        return f"MessageSigner({self.key_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer holds a secret, and is not pickled or copied")
