"""Proofs by a secret: the construction by hand, what is refused, and what a stolen hash is worth."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.wire.key_proof import KeyProof, client_key, prove, proves, stored_key

SECRET = "cks_demo"  # noqa: S105  no secret of anything
CLIENT = client_key(SECRET)
STORED = stored_key(CLIENT)
SAID = KeyProof(key_id="demo", at="2026-11-28T01:30:00Z", nonce="0123456789abcdef")
MESSAGE = SAID.message("POST", "/v1/orders?a=1", "key-1", b"{}")


def header(**parts: str) -> str:
    facts = {
        "key": "demo",
        "at": "2026-11-28T01:30:00Z",
        "nonce": "0123456789abcdef",
        "proof": base64.b64encode(bytes(32)).decode(),
        **parts,
    }
    return "CK1-HMAC-SHA256 " + ", ".join(f'{name}="{value}"' for name, value in facts.items())


def test_the_construction_is_the_published_one() -> None:
    """Everything again from the description, with nothing of ours but the names."""
    client = hmac.new(b"cks_demo", b"carbonkit client key", hashlib.sha256).digest()
    stored = hashlib.sha256(client).digest()
    lines = [
        "POST",
        "/v1/orders?a=1",
        "2026-11-28T01:30:00Z",
        "0123456789abcdef",
        "key-1",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",  # SHA-256 of {}
    ]
    message = "\n".join(lines).encode()
    signature = hmac.new(stored, message, hashlib.sha256).digest()
    proof = bytes(a ^ b for a, b in zip(client, signature, strict=True))
    assert (CLIENT, STORED, MESSAGE, prove(CLIENT, MESSAGE)) == (client, stored, message, proof)
    assert proves(stored, message, proof)


def test_a_written_proof_is_read_back() -> None:
    made = KeyProof(key_id=SAID.key_id, at=SAID.at, nonce=SAID.nonce, proof=prove(CLIENT, MESSAGE))
    assert KeyProof.read(made.header) == made
    assert KeyProof.read(made.header.replace("CK1-HMAC", "ck1-hmac")) == made
    assert made.instant.isoformat() == "2026-11-28T01:30:00+00:00"


@given(st.integers(0, 255))
def test_no_flipped_bit_of_a_proof_verifies(bit: int) -> None:
    proof = bytearray(prove(CLIENT, MESSAGE))
    proof[bit // 8] ^= 1 << bit % 8
    assert not proves(STORED, MESSAGE, bytes(proof))


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_a_proof_holds_for_its_message_only(one: bytes, other: bytes) -> None:
    assert proves(STORED, other, prove(CLIENT, one)) == (one == other)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_proof_verify_nothing(proof: bytes) -> None:
    assert not proves(STORED, MESSAGE, proof)


def test_the_stored_key_alone_makes_no_proof() -> None:
    """What a thief of the exchange's store can compute: the signature, but never its preimage."""
    signature = hmac.digest(STORED, MESSAGE, "sha256")
    xor = bytes(a ^ b for a, b in zip(STORED, signature, strict=True))
    for made in (STORED, signature, xor, prove(STORED, MESSAGE), prove(stored_key(STORED), MESSAGE)):
        assert not proves(STORED, MESSAGE, made)
    observed = prove(CLIENT, b"another message")
    assert not proves(STORED, MESSAGE, observed)


def test_the_stored_key_with_a_proof_seen_is_as_good_as_the_secret() -> None:
    """The known limit of SCRAM, which the module's docstring tells: so the weakness is on record."""
    seen = prove(CLIENT, b"another message")
    client = bytes(
        a ^ b for a, b in zip(seen, hmac.digest(STORED, b"another message", "sha256"), strict=True)
    )
    assert proves(STORED, MESSAGE, prove(client, MESSAGE))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic abc",
        "CK1-HMAC-SHA256",
        header() + ', proof="' + base64.b64encode(bytes(32)).decode() + '"',
        header() + ', more="1"',
        header().replace('key="demo", ', ""),
        header().replace('nonce="0123456789abcdef"', 'at="2026-11-28T01:30:00Z"'),
        header().replace(", ", ","),
        header().replace('"demo"', "demo"),
        header() + " ",
        header() + "\n",
        header(key="de mo"),
        header(key="démo"),
        header(key='de"mo'),
        header(key="x" * 65),
        header(key="../../etc"),
        header(at="2026-11-28T01:30:00"),
        header(at="2026-11-28T01:30:00+08:00"),
        header(at="2026-02-30T01:30:00Z"),
        header(at="２０２６-11-28T01:30:00Z"),
        header(at="٢٠٢٦-11-28T01:30:00Z"),
        header(nonce="short"),
        header(nonce="x" * 65),
        header(nonce="0123456789abcde\n"),
        header(proof=""),
        header(proof="A" * 44),
        header(proof="A" * 42 + "B="),
        header(proof=base64.b64encode(bytes(31)).decode()),
        header(proof=base64.b64encode(bytes(33)).decode()),
        header() + " " * 2000,
    ],
)
def test_a_header_that_is_spelt_otherwise_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        KeyProof.read(text)


@pytest.mark.parametrize(
    ("method", "target", "key"),
    [
        ("POST\n", "/", ""),
        ("post", "/", ""),
        ("", "/", ""),
        ("POST", "/\n", ""),
        ("POST", "/ ", ""),
        ("POST", "v1", ""),
        ("POST", "/é", ""),
        ("POST", "/#x", ""),
        ("POST", "/" + "x" * 8192, ""),
        ("POST", "/", "a\nb"),
        ("POST", "/", "é"),
        ("POST", "/", "x" * 256),
    ],
)
def test_no_part_can_hold_the_end_of_a_line(method: str, target: str, key: str) -> None:
    with pytest.raises(InvalidValueError):
        SAID.message(method, target, key, b"")


@pytest.mark.parametrize("secret", ["", " ", "cks_\n", "cks_é", "c" * 201])
def test_a_secret_that_cannot_be_one_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(InvalidValueError, match=r"secret: must be 1 to 200 visible ASCII characters$"):
        client_key(secret)


def test_a_proof_is_not_shown() -> None:
    made = KeyProof(key_id="demo", at=SAID.at, nonce=SAID.nonce, proof=b"proof" * 6 + b"12")
    assert "proof" not in repr(made).replace("KeyProof", "")
