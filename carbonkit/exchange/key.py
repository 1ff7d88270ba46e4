"""API keys: who may do what, and how they prove it. Of a secret only a hash is kept."""

from __future__ import annotations

import base64
import datetime
import re
import secrets
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.identifier import AccountId
from carbonkit.values.text import matches
from carbonkit.values.time import as_instant
from carbonkit.wire.answer import KeySummary
from carbonkit.wire.key_proof import client_key
from carbonkit.wire.key_proof import stored_key as stored_key_of
from carbonkit.wire.scalar import read_instant, read_member, write_instant
from carbonkit.wire.scope import Scope
from carbonkit.wire.signature import public_key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ApiKey", "check_person", "new_key"]

_KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PERSON: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_PUBLIC_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_FIELDS: Final = frozenset(
    {"key_id", "person", "accounts", "scopes", "stored_key", "public_key", "created_at", "revoked"}
)
_KEY_BYTES: Final = 32


def _accounts(values: Iterable[str | AccountId]) -> tuple[AccountId, ...]:
    return tuple(each if isinstance(each, AccountId) else AccountId(each) for each in values)


def _scopes(values: Iterable[str | Scope]) -> tuple[Scope, ...]:
    return tuple(
        each if isinstance(each, Scope) else read_member(Scope, each, lenient=False) for each in values
    )


def check_person(value: object) -> str:
    """
    Check that a text can stand for a person: no two such texts look alike and are not the same.

    Args:
        value: The text.

    Returns:
        The same text; persons are one if their texts are, letter by letter.

    Raises:
        InvalidValueError: If it cannot.

    Example:
        >>> check_person("ann.lee")
        'ann.lee'
    """
    if not isinstance(value, str) or not matches(_PERSON, value):
        raise InvalidValueError(
            "be 1 to 100 letters, digits or . _ : + -, starting with a letter or digit",
            was=value,
            field="person",
        )
    return value


@attrs.frozen(kw_only=True)
class ApiKey:
    """
    An API key as the exchange keeps it.

    Args:
        key_id: Its public name.
        person: Who uses it; see `check_person`.
        accounts: The accounts that it may act for and read; empty for staff.
        scopes: What it may do.
        stored_key: The hash that proofs by its secret are checked with; None if it signs with Ed25519.
        public_key: Its Ed25519 public key; None if it has a secret.
        created_at: When it was made.
        revoked: Whether it no longer works.

    Raises:
        InvalidValueError: If a part is not what it must be.

    Example:
        >>> key, secret = new_key(person="ann", accounts=("KEE-001",), scopes=(Scope.READ,),
        ...                       at="2026-11-28T01:30:00Z")
        >>> key.summary().signed_by, secret[:4]
        ('secret', 'cks_')
    """

    key_id: str = attrs.field()
    person: str = attrs.field()
    accounts: tuple[AccountId, ...] = attrs.field(converter=_accounts)
    scopes: tuple[Scope, ...] = attrs.field(converter=_scopes)
    stored_key: bytes | None = attrs.field(default=None, repr=False)
    public_key: bytes | None = attrs.field(default=None, repr=False)
    created_at: datetime.datetime = attrs.field(converter=as_instant)
    revoked: bool = False

    def __attrs_post_init__(self) -> None:
        if not matches(_KEY_ID, self.key_id):
            raise InvalidValueError("be 1 to 64 letters, digits or . _ -", was=self.key_id, field="key_id")
        check_person(self.person)
        proofs = [each for each in (self.stored_key, self.public_key) if each is not None]
        if len(proofs) != 1 or len(proofs[0]) != _KEY_BYTES:
            raise InvalidValueError("have the hash of a secret or a public key, 32 bytes", field="key")

    def summary(self) -> KeySummary:
        """Say what everybody who may see keys is told."""
        return KeySummary(
            key_id=self.key_id,
            person=self.person,
            accounts=self.accounts,
            scopes=self.scopes,
            signed_by="ed25519" if self.stored_key is None else "secret",
            created_at=self.created_at,
            revoked=self.revoked,
        )

    def written(self) -> dict[str, Any]:
        """
        Write the key for a store.

        Returns:
            What JSON can say.

        Example:
            >>> key, _ = new_key(person="ann", accounts=(), scopes=(Scope.READ,), at="2026-11-28T01:30:00Z")
            >>> ApiKey.read(key.written()) == key
            True
        """
        return {
            "key_id": self.key_id,
            "person": self.person,
            "accounts": [str(each) for each in self.accounts],
            "scopes": [each.value for each in self.scopes],
            "stored_key": None if self.stored_key is None else self.stored_key.hex(),
            "public_key": None if self.public_key is None else self.public_key.hex(),
            "created_at": write_instant(self.created_at),
            "revoked": self.revoked,
        }

    @classmethod
    def read(cls, fact: object) -> Self:
        """
        Read a key from a store.

        Args:
            fact: What `written` gave, out of JSON.

        Returns:
            The key.

        Raises:
            InvalidValueError: If it is anything else.
        """
        if not isinstance(fact, dict) or set(fact) != _FIELDS or type(fact["revoked"]) is not bool:
            raise InvalidValueError("be a key as it was written", field="key")
        if not all(isinstance(fact[name], list) for name in ("accounts", "scopes")):
            raise InvalidValueError("be lists", field="accounts and scopes")
        return cls(
            key_id=fact["key_id"],
            person=fact["person"],
            accounts=fact["accounts"],
            scopes=fact["scopes"],
            stored_key=_from_hex(fact["stored_key"]),
            public_key=_from_hex(fact["public_key"]),
            created_at=read_instant(fact["created_at"]),
            revoked=fact["revoked"],
        )


def new_key(
    *,
    person: str,
    accounts: Iterable[str | AccountId],
    scopes: Iterable[Scope],
    at: str | datetime.datetime,
    public_key: str | None = None,
    key_id: str | None = None,
    secret: str | None = None,
) -> tuple[ApiKey, str | None]:
    """
    Make a key, and its secret unless it signs with Ed25519.

    Args:
        person: Who uses it.
        accounts: The accounts that it may act for and read; empty for staff.
        scopes: What it may do.
        at: When it is made.
        public_key: An Ed25519 public key, 32 bytes in base64; None for a secret.
        key_id: Its public name; drawn unless given.
        secret: Its secret, for demonstrations and tests; drawn unless given.

    Returns:
        The key, and the secret, which is kept nowhere; None for a key that signs with Ed25519.

    Raises:
        InvalidValueError: If a part is not what it must be.

    Example:
        >>> key, _ = new_key(person="ann", accounts=("KEE-001",), scopes=(Scope.READ, Scope.TRADE),
        ...                  at="2026-11-28T01:30:00Z", key_id="demo", secret="cks_demo")
        >>> key.key_id, key.accounts
        ('demo', (AccountId('KEE-001'),))
    """
    name = f"ck_{secrets.token_hex(8)}" if key_id is None else key_id
    stored: bytes | None = None
    public: bytes | None = None
    if public_key is None:
        secret = f"cks_{secrets.token_urlsafe(32)}" if secret is None else secret
        stored = stored_key_of(client_key(secret))
    elif secret is not None:
        raise InvalidValueError("be a public key or a secret, not both", field="public_key")
    else:
        public = _public(public_key)
    key = ApiKey(
        key_id=name,
        person=person,
        accounts=accounts,
        scopes=scopes,
        stored_key=stored,
        public_key=public,
        created_at=at,
    )
    return key, secret


def _public(text: str) -> bytes:
    made = base64.b64decode(text) if matches(_PUBLIC_KEY, text) else b""
    if base64.b64encode(made).decode("ascii") != text:
        raise InvalidValueError("be an Ed25519 public key, 32 bytes in base64", was=text, field="public_key")
    return public_key_of(made)


def _from_hex(fact: object) -> bytes | None:
    if fact is None:
        return None
    if not matches(_HEX, fact):
        raise InvalidValueError("be 32 bytes in hexadecimal digits", field="key")
    return bytes.fromhex(str(fact))
