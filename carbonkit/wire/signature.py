"""
HTTP message signatures (RFC 9421) with Ed25519, and body digests (RFC 9530): no more than an exchange needs.

Of the structured fields (RFC 9651) it reads one signature in the canonical spelling, so that what was
signed is the very text that came, and nothing is parsed and written again in between. A general parser
would accept more spellings than a signature may have, and would be a dependency of everybody.

Signing and checking take the `cryptography` package: the extra `proof`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Self

import attrs

from carbonkit.errors import InvalidValueError, MissingExtraError
from carbonkit.values.text import matches

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = [
    "ALGORITHM",
    "SignatureInput",
    "SignedRequest",
    "content_digest",
    "digest_holds",
    "private_key_of",
    "public_key_of",
    "read_signature",
    "sign",
    "signature_holds",
    "write_signature",
]

ALGORITHM: Final = "ed25519"
"""The one algorithm."""

_LONGEST: Final = 1000  # characters of a header's value
_MOST_COMPONENTS: Final = 16
_MOST_DIGESTS: Final = 4
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_LABEL: Final = r"[a-z][a-z0-9_-]{0,31}"
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,14})"
_TEXT: Final = r'"[ !#-\[\]-~]{0,255}"'
_INPUT: Final = re.compile(
    rf'(?P<label>{_LABEL})=(?P<written>\((?P<components>[a-z0-9@" -]*)\)'
    rf"(?P<parameters>(?:;[a-z]{{1,10}}=(?:{_NUMBER}|{_TEXT}))*))"
)
_COMPONENT: Final = re.compile(r'"(@?[a-z][a-z0-9-]{0,63})"')
_PARAMETER: Final = re.compile(rf";([a-z]{{1,10}})=({_NUMBER}|{_TEXT})")
_SIGNATURE: Final = re.compile(rf"({_LABEL})=:([A-Za-z0-9+/]{{86}}==):")
_DIGEST: Final = re.compile(r"([a-z0-9-]{1,20})=:([A-Za-z0-9+/]{2,100}={0,2}):")
_URL: Final = re.compile(
    r"(https?)://((?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?)(/[!-\"$->@-~]*)?(\?[!-\"$-~]*)?"
)
_VALUE: Final = re.compile(r"[\t -~]{0,8192}")
_SMALL: Final = frozenset(  # the y of the points of small order, and of those that are spelt beyond the field
    {
        0,
        1,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        2**255 - 20,
        2**255 - 19,
        2**255 - 18,
    }
)
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_NUMBERS: Final = frozenset({"created", "expires"})
_TEXTS: Final = frozenset({"nonce", "keyid", "alg", "tag"})


@attrs.frozen(kw_only=True)
class SignatureInput:
    """
    What a signature says about itself: the header `Signature-Input`.

    Args:
        label: The signature's name within the request.
        components: What is covered, in order, such as "@method" and "content-digest".
        created: When it was made, in seconds since 1970; None if it does not say.
        expires: When it is over, in the same way.
        nonce: What no other signature of the key has.
        key_id: The key's public name.
        algorithm: The algorithm's name.
        tag: What it is meant for.

    Example:
        >>> made = SignatureInput(components=("@method", "@target-uri"), created=1618884473, key_id="demo")
        >>> made.header
        'ck=("@method" "@target-uri");created=1618884473;keyid="demo"'
        >>> SignatureInput.read(made.header).components
        ('@method', '@target-uri')
    """

    label: str = "ck"
    components: tuple[str, ...]
    created: int | None = None
    expires: int | None = None
    nonce: str | None = None
    key_id: str | None = None
    algorithm: str | None = None
    tag: str | None = None
    written: str = attrs.field(init=False, repr=False)

    @written.default  # pyright: ignore[reportAttributeAccessIssue]
    def _written(self) -> str:
        facts = {
            "created": self.created,
            "expires": self.expires,
            "nonce": self.nonce,
            "keyid": self.key_id,
            "alg": self.algorithm,
            "tag": self.tag,
        }
        said = [
            f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
            for name, value in facts.items()
            if value is not None
        ]
        written = "({}){}".format(" ".join(f'"{each}"' for each in self.components), "".join(said))
        if not matches(_INPUT, f"{self.label}={written}"):
            raise InvalidValueError("be plain ASCII without quotes", was=written, field="signature-input")
        return written

    @property
    def header(self) -> str:
        """The value of `Signature-Input`."""
        return f"{self.label}={self.written}"

    @classmethod
    def read(cls, header: str) -> Self:
        """
        Read the value of `Signature-Input`.

        Args:
            header: The value, with exactly one signature.

        Returns:
            What it says; `written` stays as it came, since that is what was signed.

        Raises:
            InvalidValueError: If it is too long or spelt otherwise, or has anything unknown or twice.
        """
        found = _INPUT.fullmatch(header) if len(header) <= _LONGEST else None
        if found is None:
            must = 'be one signature in its canonical form, such as ck=("@method");created=1;keyid="k"'
            raise InvalidValueError(must, was=header, field="signature-input")
        facts: dict[str, str] = {}
        for name, value in _PARAMETER.findall(found["parameters"]):
            if name in facts or (value[0] == '"') != (name in _TEXTS) or name not in _NUMBERS | _TEXTS:
                raise InvalidValueError("have known parameters, each once", was=name, field="signature-input")
            facts[name] = value.strip('"')
        made = cls(
            label=found["label"],
            components=_components(found["components"]),
            created=int(facts["created"]) if "created" in facts else None,
            expires=int(facts["expires"]) if "expires" in facts else None,
            nonce=facts.get("nonce"),
            key_id=facts.get("keyid"),
            algorithm=facts.get("alg"),
            tag=facts.get("tag"),
        )
        object.__setattr__(made, "written", found["written"])  # parameters may stand in any order
        return made


def _components(text: str) -> tuple[str, ...]:
    found = [_COMPONENT.fullmatch(each) for each in text.split(" ", _MOST_COMPONENTS)] if text else []
    names = tuple(each[1] for each in found if each is not None)
    if len(names) != len(found) or len(set(names)) != len(names) or len(names) > _MOST_COMPONENTS:
        raise InvalidValueError("cover known components, each once", was=text, field="signature-input")
    return names


@attrs.frozen(kw_only=True)
class SignedRequest:
    """
    The parts of a request that a signature may cover.

    Args:
        method: Its method.
        url: Its whole URL, as it was sent.
        headers: Its headers by their lower-case names, each with its one value.

    Raises:
        InvalidValueError: If the URL is none of a request: http or https, plain ASCII, without a user.

    Example:
        >>> url = "https://EXCHANGE.example:443/v1/orders?limit=5"
        >>> request = SignedRequest(method="GET", url=url, headers={})
        >>> request.component("@target-uri"), request.component("@query")
        ('https://exchange.example/v1/orders?limit=5', '?limit=5')
    """

    method: str
    url: str = attrs.field()
    headers: Mapping[str, str] = attrs.field(repr=False)
    _parts: tuple[str, str, str, str] = attrs.field(init=False, repr=False)

    @_parts.default  # pyright: ignore[reportAttributeAccessIssue]
    def _split(self) -> tuple[str, str, str, str]:
        found = _URL.fullmatch(self.url)
        if found is None:
            raise InvalidValueError("be a http or https URL in plain ASCII", was=self.url, field="url")
        scheme, authority = found[1], found[2].lower().removesuffix(_DEFAULT_PORTS[found[1]])
        return scheme, authority, found[3] or "/", found[4] or ""

    def component(self, name: str) -> str:
        """
        Give the value of a component.

        Args:
            name: A header's name, or a derived component of RFC 9421, section 2.2, such as "@method".

        Returns:
            Its value, without the spaces around it.

        Raises:
            InvalidValueError: If the request does not have it, or its value may not be signed.
        """
        scheme, authority, path, query = self._parts
        derived: dict[str, Callable[[], str]] = {
            "@method": lambda: self.method,
            "@target-uri": lambda: f"{scheme}://{authority}{path}{query}",
            "@authority": lambda: authority,
            "@path": lambda: path,
            "@query": lambda: query or "?",
        }
        value = derived[name]() if name in derived else self.headers.get(name)
        if not matches(_VALUE, value):
            raise InvalidValueError("be in the request, in plain ASCII", was=name, field="signature-input")
        return str(value).strip(" \t")

    def base(self, said: SignatureInput) -> bytes:
        """
        Write what is signed: the signature base of RFC 9421, section 2.5.

        Args:
            said: What the signature covers and says about itself.

        Returns:
            A line for each component, and one for what the signature says.

        Raises:
            InvalidValueError: If the request does not have a component.
        """
        lines = [f'"{name}": {self.component(name)}' for name in said.components]
        return "\n".join([*lines, f'"@signature-params": {said.written}']).encode("ascii")


def write_signature(label: str, signature: bytes) -> str:
    """
    Write the value of `Signature`.

    Args:
        label: The signature's name within the request.
        signature: Its 64 bytes.

    Returns:
        The value.

    Example:
        >>> write_signature("ck", bytes(64))[:10]
        'ck=:AAAAAA'
    """
    return f"{label}=:{base64.b64encode(signature).decode('ascii')}:"


def read_signature(header: str, label: str) -> bytes:
    """
    Read the value of `Signature`.

    Args:
        header: The value, with exactly one signature.
        label: The name that `Signature-Input` gave it.

    Returns:
        The signature's 64 bytes.

    Raises:
        InvalidValueError: If it is anything else.

    Example:
        >>> read_signature(write_signature("ck", bytes(64)), "ck") == bytes(64)
        True
    """
    found = _SIGNATURE.fullmatch(header)
    signature = base64.b64decode(found[2]) if found is not None and found[1] == label else b""
    if len(signature) != _SIGNATURE_BYTES or write_signature(label, signature) != header:
        raise InvalidValueError("be the 64 bytes of the one signature, in base64", field="signature")
    return signature


def content_digest(body: bytes) -> str:
    """
    Write the value of `Content-Digest` (RFC 9530).

    Args:
        body: The body.

    Returns:
        Its SHA-256.

    Example:
        >>> content_digest(b"")
        'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def digest_holds(header: str, body: bytes) -> bool:
    """
    Say whether the value of `Content-Digest` is that of a body.

    Args:
        header: The value; SHA-256, SHA-512 or both, and perhaps others that are left alone.
        body: The body.

    Returns:
        True if there is one of the two, and each that is there is right.

    Example:
        >>> digest_holds(content_digest(b"{}"), b"{}"), digest_holds(content_digest(b"{}"), b"{ }")
        (True, False)
    """
    members = re.split(r", ?", header, maxsplit=_MOST_DIGESTS) if len(header) <= _LONGEST else []
    found = [_DIGEST.fullmatch(each) for each in members]
    digests = {each[1]: each[2] for each in found if each is not None}
    if len(digests) != len(members):
        return False
    checks = [
        hmac.compare_digest(_decoded(digests[name]), hashlib.new(name.replace("-", ""), body).digest())
        for name in ("sha-256", "sha-512")
        if name in digests
    ]
    return bool(checks) and all(checks)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def private_key_of(seed: bytes) -> Ed25519PrivateKey:
    """
    Make a private key of its seed.

    Args:
        seed: 32 secret bytes.

    Returns:
        The key.

    Raises:
        InvalidValueError: If it is not 32 bytes.
        MissingExtraError: If `cryptography` is not installed.

    Example:
        >>> len(private_key_of(bytes(32)).public_key().public_bytes_raw())
        32
    """
    if type(seed) is not bytes or len(seed) != _KEY_BYTES:
        raise InvalidValueError(f"be {_KEY_BYTES} bytes", field="private key")  # and never shown
    return _private(seed)


def public_key_of(key: bytes) -> bytes:
    """
    Check a public key before it is trusted.

    Args:
        key: The Ed25519 public key.

    Returns:
        The same.

    Raises:
        InvalidValueError: If it is not 32 bytes, or a point of small order, such as 32 zeros, for which
            anybody can make signatures.
        MissingExtraError: If `cryptography` is not installed.

    Example:
        >>> key = private_key_of(bytes(32)).public_key().public_bytes_raw()
        >>> public_key_of(key) == key
        True
    """
    if type(key) is not bytes or len(key) != _KEY_BYTES:
        raise InvalidValueError(f"be {_KEY_BYTES} bytes", field="public key")
    if int.from_bytes(key, "little") & (2**255 - 1) in _SMALL:
        raise InvalidValueError("be a key that only its owner can sign with", field="public key")
    _public(key)
    return key


def sign(key: Ed25519PrivateKey, base: bytes) -> bytes:
    """
    Sign a signature base.

    Args:
        key: The private key.
        base: What is signed; see `SignedRequest.base`.

    Returns:
        The signature, 64 bytes.

    Example:
        >>> key = private_key_of(bytes(32))
        >>> signature_holds(key.public_key().public_bytes_raw(), b"base", sign(key, b"base"))
        True
    """
    return key.sign(base)


def signature_holds(public_key: bytes, base: bytes, signature: bytes) -> bool:
    """
    Say whether a signature holds.

    Args:
        public_key: The Ed25519 public key, 32 bytes.
        base: What is signed.
        signature: The signature.

    Returns:
        Whether the key made it for this base.

    Raises:
        MissingExtraError: If `cryptography` is not installed.

    Example:
        >>> signature_holds(private_key_of(bytes(32)).public_key().public_bytes_raw(), b"base", bytes(64))
        False
    """
    key = _public(public_key)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  an extra; it is there by now

    try:
        key.verify(signature, base)
    except InvalidSignature:
        return False
    return True


def _private(seed: bytes) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  an extra
    except ImportError as error:
        raise _missing(error) from error
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed)


def _public(key: bytes) -> Ed25519PublicKey:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415  an extra
    except ImportError as error:
        raise _missing(error) from error
    return ed25519.Ed25519PublicKey.from_public_bytes(key)


def _missing(error: ImportError) -> MissingExtraError:
    return MissingExtraError(
        "be installed to sign requests or check their signatures",
        field=error.name or "cryptography",
        hint="pip install carbonkit[proof]",
    )
