"""
Proofs that a request comes from who holds a secret, made so that the exchange keeps only a hash of it.

It is SCRAM's construction (RFC 5802) for one message instead of a conversation, over secrets of 256
random bits, so that no salt and no stretching is needed:

    client key   HMAC-SHA256(secret, "carbonkit client key")
    stored key   SHA-256(client key): all that the exchange keeps
    message      the method, the target, the instant, the nonce, the idempotency key and the body's SHA-256
    proof        client key XOR HMAC-SHA256(stored key, message)

The exchange takes the client key out of the proof again and compares its hash. Who steals the stored
keys cannot make a proof from them; who steals one and also reads a proof of its owner can, so that
requests still belong under TLS.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import re
from typing import Final, Self

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches
from carbonkit.wire.scalar import read_instant

__all__ = ["SCHEME", "KeyProof", "client_key", "prove", "proves", "stored_key"]

SCHEME: Final = "CK1-HMAC-SHA256"
"""The name of the scheme in `Authorization`."""

_PURPOSE: Final = b"carbonkit client key"
_LONGEST: Final = 512  # characters of the header's value
_SECRET: Final = re.compile(r"[!-~]{1,200}")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_PROOF: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_PART: Final = re.compile(r'([a-z]{1,10})="([ !#-\[\]-~]{0,200})"')
_METHOD: Final = re.compile(r"[A-Z]{1,16}")
_TARGET: Final = re.compile(r"/[!-\"$-~]{0,8191}")
_IDEMPOTENCY_KEY: Final = re.compile(r"[ -~]{0,255}")


def client_key(secret: str) -> bytes:
    """
    Derive what proofs are made with.

    Args:
        secret: The key's secret, as the exchange gave it.

    Returns:
        The client key, 32 bytes; as secret as the secret.

    Raises:
        InvalidValueError: If it is no secret: 1 to 200 visible ASCII characters.

    Example:
        >>> len(client_key("cks_demo"))
        32
    """
    if not matches(_SECRET, secret):
        raise InvalidValueError("be 1 to 200 visible ASCII characters", field="secret")  # and never shown
    return hmac.digest(secret.encode("ascii"), _PURPOSE, "sha256")


def stored_key(client: bytes) -> bytes:
    """
    Derive what the exchange keeps.

    Args:
        client: The client key.

    Returns:
        Its hash, 32 bytes.

    Example:
        >>> stored_key(client_key("cks_demo")).hex()[:8]
        '9b898519'
    """
    return hashlib.sha256(client).digest()


def prove(client: bytes, message: bytes) -> bytes:
    """
    Make the proof for a message.

    Args:
        client: The client key.
        message: What is proven; see `KeyProof.message`.

    Returns:
        The proof, 32 bytes.

    Example:
        >>> client = client_key("cks_demo")
        >>> proves(stored_key(client), b"message", prove(client, b"message"))
        True
    """
    return _xor(client, hmac.digest(stored_key(client), message, "sha256"))


def proves(stored: bytes, message: bytes, proof: bytes) -> bool:
    """
    Say whether a proof holds, in a time that does not depend on how wrong it is.

    Args:
        stored: The stored key.
        message: What is proven.
        proof: The proof.

    Returns:
        Whether who made it holds the secret and meant this message.

    Example:
        >>> client = client_key("cks_demo")
        >>> proves(stored_key(client), b"another", prove(client, b"message"))
        False
    """
    if len(proof) != len(stored):
        return False
    # Of short texts this one, unlike `hmac.digest`, does not let go of the interpreter's lock, which the
    # exchange's event loop would have to wait for again.
    client = _xor(proof, hmac.new(stored, message, "sha256").digest())
    return hmac.compare_digest(stored_key(client), stored)


@attrs.frozen(kw_only=True)
class KeyProof:
    """
    A proof as it stands in the header `Authorization`.

    Args:
        key_id: The key's public name.
        at: When it was made: RFC 3339 in UTC, as written.
        nonce: 16 to 64 letters, digits, - or _ that no other proof of the key has.
        proof: The proof itself; empty until it is made.

    Raises:
        InvalidValueError: If a part is not what it must be.

    Example:
        >>> proof = KeyProof(key_id="demo", at="2026-11-28T01:30:00Z", nonce="0123456789abcdef")
        >>> proof.message("GET", "/v1/time", "", b"").decode().splitlines()[:4]
        ['GET', '/v1/time', '2026-11-28T01:30:00Z', '0123456789abcdef']
    """

    key_id: str = attrs.field()
    at: str = attrs.field()
    nonce: str = attrs.field()
    proof: bytes = attrs.field(default=b"", repr=False)
    instant: datetime.datetime = attrs.field(init=False)

    @instant.default  # pyright: ignore[reportAttributeAccessIssue]
    def _instant(self) -> datetime.datetime:
        return read_instant(self.at)

    @key_id.validator  # pyright: ignore[reportAttributeAccessIssue]
    def _is_key_id(self, _: object, value: str) -> None:
        if not matches(_KEY_ID, value):
            raise InvalidValueError("be 1 to 64 letters, digits or . _ -", was=value, field="key")

    @nonce.validator  # pyright: ignore[reportAttributeAccessIssue]
    def _is_nonce(self, _: object, value: str) -> None:
        if not matches(_NONCE, value):
            raise InvalidValueError("be 16 to 64 letters, digits, - or _", was=value, field="nonce")

    def message(self, method: str, target: str, idempotency_key: str, body: bytes) -> bytes:
        """
        Write what is proven.

        Args:
            method: The request's method.
            target: Its path and query string, as they stand on the wire.
            idempotency_key: Its `Idempotency-Key`; empty for none.
            body: Its body; empty for none.

        Returns:
            Six lines; none of them can hold the end of a line.

        Raises:
            InvalidValueError: If a part may not stand in a request.
        """
        for name, pattern, value in (
            ("method", _METHOD, method),
            ("target", _TARGET, target),
            ("idempotency-key", _IDEMPOTENCY_KEY, idempotency_key),
        ):
            if not matches(pattern, value):
                raise InvalidValueError("be plain ASCII, and not too long", was=value, field=name)
        lines = (method, target, self.at, self.nonce, idempotency_key, hashlib.sha256(body).hexdigest())
        return "\n".join(lines).encode("ascii")

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return self._with(self.proof)

    def proven(self, client: bytes, message: bytes) -> str:
        """
        Prove a message, and write the value of `Authorization`.

        Args:
            client: The client key.
            message: What is proven; see `message`.

        Returns:
            The value.

        Example:
            >>> proof = KeyProof(key_id="demo", at="2026-11-28T01:30:00Z", nonce="0123456789abcdef")
            >>> KeyProof.read(proof.proven(client_key("cks_demo"), b"message")).key_id
            'demo'
        """
        return self._with(prove(client, message))

    def _with(self, proof: bytes) -> str:
        text = base64.b64encode(proof).decode("ascii")
        return f'{SCHEME} key="{self.key_id}", at="{self.at}", nonce="{self.nonce}", proof="{text}"'

    @classmethod
    def read(cls, header: str) -> Self:
        """
        Read the value of `Authorization`.

        Args:
            header: The value, with the scheme.

        Returns:
            The proof; whether it holds is another question.

        Raises:
            InvalidValueError: If it is anything else: too long, with a part missing, unknown or twice.
        """
        if len(header) > _LONGEST:
            raise InvalidValueError(f"have at most {_LONGEST} characters", field="authorization")
        scheme, _, rest = header.partition(" ")
        found = [_PART.fullmatch(each) for each in rest.split(", ", 4)]
        parts = {each[1]: each[2] for each in found if each is not None}
        if scheme.upper() != SCHEME or len(found) != len(parts) or set(parts) != _PARTS:
            must = f'be {SCHEME} key="…", at="…", nonce="…", proof="…"'
            raise InvalidValueError(must, field="authorization")
        if not matches(_PROOF, parts["proof"]):
            raise InvalidValueError("be 32 bytes in base64", field="proof")
        proof = base64.b64decode(parts["proof"])
        if base64.b64encode(proof).decode("ascii") != parts["proof"]:
            raise InvalidValueError("be base64 in its one form", field="proof")
        return cls(key_id=parts["key"], at=parts["at"], nonce=parts["nonce"], proof=proof)


_PARTS: Final = frozenset({"key", "at", "nonce", "proof"})


def _xor(left: bytes, right: bytes) -> bytes:
    size = len(left)  # both are digests of the same size
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(size, "big")
