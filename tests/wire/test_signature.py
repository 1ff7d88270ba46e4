"""
Message signatures: the published example, another implementation in both directions, and each refusal.

The example is RFC 9421's own: the request of B.2, the key of B.1.4 and the signature of B.2.6. The other
implementation is the package http-message-signatures.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError, MissingExtraError
from carbonkit.wire.signature import (
    SignatureInput,
    SignedRequest,
    content_digest,
    digest_holds,
    private_key_of,
    public_key_of,
    read_signature,
    sign,
    signature_holds,
    write_signature,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY = private_key_of(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
BODY = b'{"hello": "world"}'
URL = "https://exchange.example/v1/orders?limit=5&after=%2Fx"
HEADERS = {
    "host": "exchange.example",
    "content-type": "application/json",
    "content-digest": content_digest(BODY),
    "idempotency-key": "key-1",
}
ALL = (
    "@method",
    "@target-uri",
    "@authority",
    "@path",
    "@query",
    "content-digest",
    "content-type",
    "idempotency-key",
)


class Keys(HTTPSignatureKeyResolver):
    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        assert key_id == "demo"
        return KEY

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        assert key_id == "demo"
        return KEY.public_key()


def theirs(headers: dict[str, str]) -> Any:  # noqa: ANN401  their interface is any object with these
    return SimpleNamespace(method="POST", url=URL, headers=dict(headers), body=BODY)


def test_the_signature_that_the_rfc_has_published() -> None:
    key = private_key_of(base64.urlsafe_b64decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU="))
    request = SignedRequest(
        method="POST",
        url="https://example.com/foo?param=Value&Pet=dog",
        headers={
            "host": "example.com",
            "date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "content-type": "application/json",
            "content-length": "18",
        },
    )
    said = SignatureInput.read(
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    published = (
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    )
    assert request.base(said).decode() == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        '"@method": POST\n'
        '"@path": /foo\n'
        '"@authority": example.com\n'
        '"content-type": application/json\n'
        '"content-length": 18\n'
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    assert write_signature("sig-b26", sign(key, request.base(said))) == published
    public = base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    assert key.public_key().public_bytes_raw() == public_key_of(public)
    assert signature_holds(public, request.base(said), read_signature(published, "sig-b26"))


@pytest.mark.parametrize(
    "covered", [("@method", "@target-uri"), ALL, ALL[::-1], ("@query", "@path", "@authority", "@method")]
)
def test_another_implementation_accepts_what_is_signed_here(covered: tuple[str, ...]) -> None:
    now = int(datetime.datetime.now(datetime.UTC).timestamp())  # noqa: TID251  theirs reads the clock itself
    said = SignatureInput(
        components=covered,
        created=now,
        expires=now + 30,
        nonce="0123456789abcdef",
        key_id="demo",
        algorithm="ed25519",
        tag="exchange",
    )
    base = SignedRequest(method="POST", url=URL, headers=HEADERS).base(said)
    made = {"Signature-Input": said.header, "Signature": write_signature("ck", sign(KEY, base))}
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    results = verifier.verify(theirs({**HEADERS, **made}))
    assert [each.strip('"') for each in results[0].covered_components][: len(covered)] == list(covered)
    altered = theirs({**HEADERS, **made})
    altered.method = "PUT"
    with pytest.raises(InvalidSignature):
        verifier.verify(altered)


@pytest.mark.parametrize("covered", [("@method", "@target-uri"), ALL, ALL[::-1]])
def test_what_another_implementation_signs_holds_here(covered: tuple[str, ...]) -> None:
    message = theirs(HEADERS)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys())
    created = datetime.datetime(2026, 11, 28, 1, 30, tzinfo=datetime.UTC)
    signer.sign(
        message,
        key_id="demo",
        created=created,
        expires=created + datetime.timedelta(seconds=30),
        nonce="0123456789abcdef",
        label="theirs",
        covered_component_ids=covered,
        use_existing_digest=True,
    )
    said = SignatureInput.read(message.headers["Signature-Input"])
    assert (said.label, said.key_id, said.algorithm, said.components) == (
        "theirs",
        "demo",
        "ed25519",
        covered,
    )
    assert (said.created, said.expires, said.nonce) == (1795829400, 1795829430, "0123456789abcdef")
    base = SignedRequest(method="POST", url=URL, headers=HEADERS).base(said)
    signature = read_signature(message.headers["Signature"], "theirs")
    assert signature_holds(PUBLIC, base, signature)
    other = SignedRequest(method="POST", url=URL.replace("limit=5", "limit=6"), headers=HEADERS).base(said)
    assert not signature_holds(PUBLIC, other, signature)


@given(st.integers(0, 511))
def test_no_flipped_bit_of_a_signature_verifies(bit: int) -> None:
    signature = bytearray(sign(KEY, b"base"))
    signature[bit // 8] ^= 1 << bit % 8
    assert not signature_holds(PUBLIC, b"base", bytes(signature))


names = st.sampled_from(["@method", "@path", "content-digest", "idempotency-key", "x-other"])
texts = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=40)


@given(
    st.lists(names, unique=True),
    st.none() | st.integers(0, 10**15 - 1),
    st.none() | texts,
    st.none() | texts,
)
def test_what_is_written_is_read_back(
    components: list[str], created: int | None, nonce: str | None, key_id: str | None
) -> None:
    said = SignatureInput(components=tuple(components), created=created, nonce=nonce, key_id=key_id)
    assert SignatureInput.read(said.header) == said


VALID = (
    'ck=("@method" "@target-uri");created=1;expires=31;nonce="0123456789abcdef";keyid="demo";alg="ed25519"'
)


@given(st.integers(0, len(VALID) - 1), st.integers(0, 3), st.text(max_size=3))
def test_any_other_text_is_refused_or_means_itself(place: int, cut: int, put: str) -> None:
    text = VALID[:place] + put + VALID[place + cut :]
    try:
        said = SignatureInput.read(text)
    except InvalidValueError:
        return
    assert attrs.evolve(said).header == said.header == text  # written again from what was read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ck",
        "ck=",
        'ck=("@method"',
        'ck=("@method"),other=("@method")',
        'ck=("@method"), ck=("@path")',
        'CK=("@method")',
        'ck=( "@method")',
        'ck=("@method"  "@path")',
        'ck=("@method" "@method")',
        'ck=("@Method")',
        'ck=("@method";req)',
        'ck=("content-type";sf)',
        "ck=(@method)",
        'ck=("@method");created=1;created=1',
        'ck=("@method");keyid="a";keyid="b"',
        'ck=("@method"); created=1',
        'ck=("@method");created="1"',
        'ck=("@method");created=-1',
        'ck=("@method");created=01',
        'ck=("@method");created=1.0',
        'ck=("@method");created=٣',
        'ck=("@method");created=１',
        'ck=("@method");created=1234567890123456',
        'ck=("@method");created',
        'ck=("@method");keyid=demo',
        'ck=("@method");keyid=7',
        'ck=("@method");keyid="de\\"mo"',
        'ck=("@method");keyid="démo"',
        'ck=("@method");keyid="a\nb"',
        'ck=("@method");other="x"',
        'ck=("@method")\n',
        'ck=("@method");nonce="' + "x" * 256 + '"',
        "ck=(" + " ".join(f'"x-{each}"' for each in range(17)) + ")",
        'ck=("@method")' + ";created=1" * 200,
    ],
)
def test_a_signature_input_that_is_spelt_otherwise_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        SignatureInput.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "other=:" + base64.b64encode(bytes(64)).decode() + ":",
        "ck=:" + base64.b64encode(bytes(63)).decode() + ":",
        "ck=:" + base64.b64encode(bytes(65)).decode() + ":",
        "ck=:" + "A" * 85 + "B==:",
        "ck=:" + "A" * 86 + "==",
        write_signature("ck", bytes(64)) + ", " + write_signature("ck", bytes(64)),
        write_signature("ck", bytes(64)) + "\n",
        write_signature("ck", bytes(64)) + ";a=1",
    ],
)
def test_a_signature_that_is_spelt_otherwise_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        read_signature(text, "ck")


@pytest.mark.parametrize(
    ("key_id", "nonce"), [('de"mo', None), ("démo", None), ("a\nb", None), (None, "a\\b"), ("x" * 256, None)]
)
def test_what_could_not_be_read_back_is_not_written(key_id: str | None, nonce: str | None) -> None:
    with pytest.raises(InvalidValueError):
        SignatureInput(components=("@method",), key_id=key_id, nonce=nonce)


@pytest.mark.parametrize(
    ("url", "whole", "authority", "path", "query"),
    [
        ("https://a.example", "https://a.example/", "a.example", "/", "?"),
        ("https://A.example:443/", "https://a.example/", "a.example", "/", "?"),
        ("http://a.example:80/x", "http://a.example/x", "a.example", "/x", "?"),
        ("http://a.example:443/x", "http://a.example:443/x", "a.example:443", "/x", "?"),
        ("http://127.0.0.1:8000/x?", "http://127.0.0.1:8000/x?", "127.0.0.1:8000", "/x", "?"),
        ("http://[::1]:8000/x?a=b?c", "http://[::1]:8000/x?a=b?c", "[::1]:8000", "/x", "?a=b?c"),
    ],
)
def test_the_components_of_a_url(url: str, whole: str, authority: str, path: str, query: str) -> None:
    request = SignedRequest(method="GET", url=url, headers={})
    found = [request.component(name) for name in ("@target-uri", "@authority", "@path", "@query")]
    assert found == [whole, authority, path, query]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/v1",
        "ftp://a.example/",
        "https:///x",
        "https://ann@a.example/",
        "https://a.example/#x",
        "https://a.example/ x",
        "https://a.example/\n",
        "https://ä.example/",
        "https://a.example/é",
        "https://a.example\\@b.example/",
    ],
)
def test_a_url_that_no_request_has_is_refused(url: str) -> None:
    with pytest.raises(InvalidValueError):
        SignedRequest(method="GET", url=url, headers={})


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "é", "x" * 8193, None])
def test_a_header_that_may_not_be_signed_is_refused(value: str | None) -> None:
    headers = {} if value is None else {"x-other": value}
    request = SignedRequest(method="GET", url=URL, headers=headers)
    with pytest.raises(InvalidValueError):
        request.base(SignatureInput(components=("x-other",)))


def test_a_header_is_signed_without_the_spaces_around_it() -> None:
    request = SignedRequest(method="GET", url=URL, headers={"x-other": " \ta  b\t"})
    assert request.component("x-other") == "a  b"


def test_digests_of_both_algorithms() -> None:
    sha512 = base64.b64encode(hashlib.sha512(BODY).digest()).decode()
    assert digest_holds(f"sha-512=:{sha512}:", BODY)
    assert digest_holds(f"{content_digest(BODY)}, sha-512=:{sha512}:", BODY)
    assert digest_holds(f"md5=:AAAA:,{content_digest(BODY)}", BODY)
    assert not digest_holds(f"{content_digest(b'')}, sha-512=:{sha512}:", BODY)
    assert not digest_holds(f"{content_digest(BODY)}, sha-512=:AAAA:", BODY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "md5=:AAAA:",
        "sha-256",
        content_digest(BODY)[:-1],
        content_digest(BODY) + "\n",
        content_digest(BODY).upper(),
        content_digest(BODY) + ", " + content_digest(BODY),
        content_digest(BODY) + ", md5=:AA:" * 9,
        content_digest(BODY) + " " * 2000,
        content_digest(BODY).replace("=:X", "=X"),
        "sha-256=:AAAAA:",
    ],
)
def test_a_digest_that_is_spelt_otherwise_does_not_hold(text: str) -> None:
    assert not digest_holds(text, BODY)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_digest_holds_for_its_body_only(one: bytes, other: bytes) -> None:
    assert digest_holds(content_digest(one), other) == (one == other)


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Add two points of the curve of RFC 8032, section 5.1."""
    (a, b), (c, d) = one, other
    k = D * a * c * b * d
    x, y = (a * d + c * b) * pow(1 + k, -1, P), (b * d + a * c) * pow(1 - k, -1, P)
    return x % P, y % P


def point(y: int) -> tuple[int, int] | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    return (x, y % P) if (x * x - square) % P == 0 else None


def test_the_keys_that_are_refused_are_the_points_of_small_order() -> None:
    """Eight times a point of small order is nothing, so that anybody can sign for it."""
    small = {
        int.from_bytes(key, "little") & (2**255 - 1)
        for key in (
            bytes(32),
            (1).to_bytes(32, "little"),
            bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            (P - 1).to_bytes(32, "little"),
            P.to_bytes(32, "little"),
            (P + 1).to_bytes(32, "little"),
        )
    }
    assert len(small) == 7
    for y in small:
        found = point(y)
        assert found is not None
        eight = found
        for _ in range(3):
            eight = added(eight, eight)
        assert eight == (0, 1)
        for sign_bit in (0, 2**255):
            with pytest.raises(InvalidValueError, match="only its owner"):
                public_key_of((y | sign_bit).to_bytes(32, "little"))
    assert public_key_of(PUBLIC) == PUBLIC


@pytest.mark.parametrize("key", [b"", bytes(31), b"x" * 33, "x" * 32])
def test_a_key_of_another_length_or_type_is_refused_and_not_shown(key: Any) -> None:  # noqa: ANN401  on purpose
    for read in (private_key_of, public_key_of):
        with pytest.raises(InvalidValueError, match=r"key: must be 32 bytes$"):
            read(key)


def test_without_cryptography_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    for call in (
        lambda: private_key_of(bytes(32)),
        lambda: public_key_of(PUBLIC),
        lambda: signature_holds(PUBLIC, b"", bytes(64)),
    ):
        with pytest.raises(MissingExtraError, match=r"carbonkit\[proof\]"):
            call()
