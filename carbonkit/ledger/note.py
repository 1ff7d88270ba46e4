"""
Signed notes: a text and the signatures under it, as C2SP's signed-note specification has them.

A note is a text that ends in a newline, an empty line, and a line for each signature:
an em dash, the key's name, and in base64 the key's id with the signature. The one
algorithm here is Ed25519. Signatures of keys that a reader does not know are left
alone, so that witnesses may add theirs and a key may be replaced.

Signing and checking take the `cryptography` package: the extra `proof`.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from typing import TYPE_CHECKING, Self

import attrs

from carbonkit.errors import IntegrityError, InvalidValueError, MissingExtraError, WrongTypeError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["NOTE_LIMIT", "Signer", "Verifier", "open_note", "sign_note"]

NOTE_LIMIT = 256 * 1024
"""The largest note, in bytes, that is read or made: 16 signatures fit even in the longest kinds."""

_DASH = "\N{EM DASH}"
_SECRET = "PRIVATE+KEY+"  # noqa: S105  the words before a secret key, not a secret
_ED25519 = b"\x01"  # the specification's number for the algorithm
_KEY_BYTES = 32
_ID_BYTES = 4
_FIRST_PRINTABLE = " "


def _check_text(value: object, field: str) -> None:
    if not isinstance(value, str):
        raise WrongTypeError("be of type str", was=type(value).__name__, field=field)


def _name(value: str) -> str:
    _encoded(value, "name")
    if not value or "+" in value or any(sign.isspace() for sign in value):
        raise InvalidValueError("be a key name: not empty, without a space or a +", was=value, field="name")
    return value


def _is_key(_: object, attribute: attrs.Attribute[bytes], value: bytes) -> None:
    if not isinstance(value, bytes):
        raise WrongTypeError("be of type bytes", was=type(value).__name__, field=attribute.name)
    if len(value) != _KEY_BYTES:
        raise InvalidValueError(f"be {_KEY_BYTES} bytes long", was=len(value), field=attribute.name)


def _encoded(text: str, field: str) -> bytes:
    """Encode a text that may stand in a note: UTF-8, and no control character but the newline."""
    _check_text(text, field)
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise InvalidValueError("be valid Unicode", was=text, field=field) from error
    if any(sign < _FIRST_PRINTABLE and sign != "\n" for sign in text):
        raise InvalidValueError("have no control characters", was=text, field=field)
    if len(encoded) > NOTE_LIMIT:
        raise InvalidValueError(f"have {NOTE_LIMIT} bytes at most", was=len(encoded), field=field)
    return encoded


def _base64(text: str) -> bytes | None:
    """Read base64 that is spelt in the one canonical way; None if it is not."""
    try:
        data = base64.b64decode(text)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


def _missing(error: ImportError) -> MissingExtraError:
    return MissingExtraError(
        "be installed to sign or check a note",
        field=error.name or "cryptography",
        hint="pip install carbonkit[proof]",
    )


def _public(key: bytes) -> Ed25519PublicKey:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  an extra
    except ImportError as error:
        raise _missing(error) from error
    return ed25519.Ed25519PublicKey.from_public_bytes(key)


def _private(seed: bytes) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  an extra
    except ImportError as error:
        raise _missing(error) from error
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


@attrs.frozen
class Verifier:
    """
    A public key and its name: what a reader needs to check signatures. It may be shown to all.

    Args:
        name: Whose key it is, best as a web address without its scheme; no space, no plus.
        key: The Ed25519 public key, 32 bytes.

    Raises:
        InvalidValueError: If the name or the key is not one.

    Example:
        >>> str(Verifier("registry.example/ledger", bytes(32)))
        'registry.example/ledger+5bf0903f+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """

    name: str = attrs.field(converter=_name)
    key: bytes = attrs.field(validator=_is_key)

    @property
    def id(self) -> bytes:
        """The four bytes that, with the name, say which key a signature was made with."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """Write the verifier key: the name, the id and the key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.key).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a verifier key.

        Args:
            text: The name, the id and the key, as `str` of a verifier writes them.

        Returns:
            The verifier.

        Raises:
            InvalidValueError: If it is anything else, or its id is not that of its name and key.

        Example:
            >>> Verifier.parse(str(Verifier("registry.example/ledger", bytes(32)))).name
            'registry.example/ledger'
        """
        name, key = _parts(text, "verifier key")
        verifier = cls(name, key)
        if str(verifier) != text:
            raise InvalidValueError("have the id of its name and key", was=text, field="verifier key")
        return verifier

    def check(self, text: str, signature: bytes) -> None:
        """
        Check a signature; it passes if nothing is raised.

        Args:
            text: The text that was signed.
            signature: The signature, without the key's id.

        Raises:
            IntegrityError: If this key did not make it for this text.
            MissingExtraError: If `cryptography` is not installed.
        """
        public = _public(self.key)
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  an extra

        try:
            public.verify(signature, text.encode())
        except InvalidSignature as error:
            raise IntegrityError(
                f"be what the key {self.name}+{self.id.hex()} signed", was=text, field="note"
            ) from error


def _parts(text: str, field: str) -> tuple[str, bytes]:
    """Read the name and the 32 bytes of a written key; its id is for the caller to compare."""
    _check_text(text, field)
    name, _, rest = text.partition("+")
    data = _base64(rest.partition("+")[2])
    if data is None or data[:1] != _ED25519:
        raise InvalidValueError("be a name, an id and an Ed25519 key, joined by +", field=field)
    return name, data[1:]


@attrs.frozen
class Signer:
    """
    A private key and its name. Its seed is a secret; nothing shows it but `secret`.

    Args:
        name: Whose key it is, best as a web address without its scheme; no space, no plus.
        seed: The Ed25519 private key, 32 bytes.

    Raises:
        InvalidValueError: If the name or the seed is not one.

    Example:
        >>> Signer("registry.example/ledger", bytes(32))
        Signer(name='registry.example/ledger')
    """

    name: str = attrs.field(converter=_name)
    seed: bytes = attrs.field(validator=_is_key, repr=False)

    @classmethod
    def generate(cls, name: str) -> Self:
        """
        Make a new key, out of the operating system's randomness.

        Args:
            name: Whose key it is.

        Returns:
            The signer.

        Raises:
            InvalidValueError: If the name is not a key name.

        Example:
            >>> Signer.generate("registry.example/ledger").name
            'registry.example/ledger'
        """
        return cls(name, secrets.token_bytes(_KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a secret key.

        Args:
            text: The key as `secret` writes it.

        Returns:
            The signer.

        Raises:
            InvalidValueError: If it is anything else, or its id is not that of its name and
                key; the message does not repeat the secret.
            MissingExtraError: If `cryptography` is not installed.

        Example:
            >>> signer = Signer.generate("registry.example/ledger")
            >>> Signer.parse(signer.secret()) == signer
            True
        """
        _check_text(text, "secret key")
        if not text.startswith(_SECRET):
            raise InvalidValueError(f"start with {_SECRET}", field="secret key")
        name, seed = _parts(text.removeprefix(_SECRET), "secret key")
        signer = cls(name, seed)
        if signer.secret() != text:
            raise InvalidValueError("have the id of its name and key", field="secret key")
        return signer

    def secret(self) -> str:
        """
        Write the secret key, to be stored where no one else reads it.

        Returns:
            The words PRIVATE+KEY, the name, the id and the seed.

        Raises:
            MissingExtraError: If `cryptography` is not installed.

        Example:
            >>> Signer.generate("registry.example/ledger").secret()[:35]
            'PRIVATE+KEY+registry.example/ledger'
        """
        seed = base64.b64encode(_ED25519 + self.seed).decode()
        return f"{_SECRET}{self.name}+{self.verifier.id.hex()}+{seed}"

    @functools.cached_property
    def verifier(self) -> Verifier:
        """The public half of the key."""
        return Verifier(self.name, _private(self.seed).public_key().public_bytes_raw())

    def signature(self, text: str) -> bytes:
        r"""
        Sign a text.

        Args:
            text: The text.

        Returns:
            The signature, 64 bytes, without the key's id.

        Raises:
            MissingExtraError: If `cryptography` is not installed.

        Example:
            >>> len(Signer.generate("registry.example/ledger").signature("Enough.\n"))
            64
        """
        return _private(self.seed).sign(text.encode())


def sign_note(text: str, signer: Signer, *others: Signer) -> str:
    r"""
    Write a note: a text and its signatures.

    Args:
        text: The text; it ends in a newline.
        signer: Who signs it.
        *others: Who signs it as well.

    Returns:
        The note.

    Raises:
        InvalidValueError: If the text does not end in a newline, has other control
            characters, or would make the note larger than `NOTE_LIMIT`.
        MissingExtraError: If `cryptography` is not installed.

    Example:
        >>> print(sign_note("Enough.\n", Signer("registry.example/ledger", bytes(32)))[:-65])
        Enough.
        <BLANKLINE>
        — registry.example/ledger 7nn2jXuMfXNui7ktpVjKTH3AISw6
    """
    _encoded(text, "text")
    if not text.endswith("\n"):
        raise InvalidValueError("end in a newline", was=text, field="text")
    lines = [
        f"{_DASH} {each.name} {base64.b64encode(each.verifier.id + each.signature(text)).decode()}\n"
        for each in (signer, *others)
    ]
    note = "".join([text, "\n", *lines])
    _encoded(note, "note")
    return note


def open_note(note: str, *verifiers: Verifier) -> str:
    r"""
    Read the text of a note whose signatures hold.

    Args:
        note: The note.
        *verifiers: The keys that the reader knows and trusts. Signatures of others are
            left alone; one of these must be there, and each that is there must hold.

    Returns:
        The text, with the newline it ends in.

    Raises:
        IntegrityError: If a known key's signature does not hold, or there is none.
        InvalidValueError: If it is not a note, or two of the keys go by one name and id.
        MissingExtraError: If `cryptography` is not installed.

    Example:
        >>> signer = Signer.generate("registry.example/ledger")
        >>> open_note(sign_note("Enough.\n", signer), signer.verifier)
        'Enough.\n'
    """
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.id), verifier) != verifier:
            raise InvalidValueError("differ in name or id from another key", was=verifier, field="verifiers")
    text, signatures = _split(note)
    trusted = False
    for name, signature in signatures:
        signed_by = known.get((name, signature[:_ID_BYTES]))
        if signed_by is not None:
            signed_by.check(text, signature[_ID_BYTES:])
            trusted = True
    if not trusted:
        names = ", ".join(name for name, _ in signatures)
        raise IntegrityError("have a signature of a known key", was=f"signed by {names}", field="note")
    return text


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Cut a note into its text and the name and content of each signature."""
    _encoded(note, "note")
    end = note.rfind("\n\n") + 1
    text, lines = note[:end], note[end + 1 :]
    if not text or not lines.endswith("\n"):
        raise InvalidValueError("be a text, an empty line and lines of signatures", was=note, field="note")
    first = text.count("\n") + 2
    return text, [_signature(line, row) for row, line in enumerate(lines[:-1].split("\n"), start=first)]


def _signature(line: str, row: int) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, written = rest.partition(" ")
    data = _base64(written)
    if dash != _DASH or data is None or len(data) <= _ID_BYTES:
        raise InvalidValueError(f"be {_DASH}, a key's name and base64", was=line, field="signature", row=row)
    return _name(name), data
