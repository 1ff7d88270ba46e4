"""
Checkpoints: the example of the specification, round trips, and each refusal.

The example is that of C2SP's tlog-checkpoint.
"""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import IntegrityError, InvalidValueError, WrongTypeError
from carbonkit.ledger.checkpoint import Checkpoint, opened, sign
from carbonkit.ledger.merkle import (
    EMPTY_ROOT,
    Nodes,
    consistency_proof,
    edge_of,
    inclusion_proof,
    leaf_hash,
    root,
)
from carbonkit.ledger.note import Signer, sign_note

ORIGIN = "registry.example/ledger"
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
EXAMPLE_ROOT = bytes.fromhex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
EXAMPLE_NOTE = (
    EXAMPLE + "\n— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)

SIGNER = Signer(ORIGIN, bytes(range(32)))
WITNESS = Signer("witness.example", bytes(range(1, 33)))
CHECKPOINT = Checkpoint(ORIGIN, 7, hashlib.sha256(b"root").digest())

checkpoints = st.builds(
    Checkpoint,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)


def nodes(leaves: list[bytes]) -> Nodes:
    return Nodes(lambda first, count: leaves[first : first + count], lambda *_: None)


def test_the_example_of_the_specification_is_read_and_written() -> None:
    checkpoint = Checkpoint("example.com/behind-the-sofa", 20_852_163, EXAMPLE_ROOT)
    assert Checkpoint.parse(EXAMPLE) == checkpoint
    assert checkpoint.text() == EXAMPLE
    signer = Signer("example.com/behind-the-sofa", bytes(32))
    added = sign(checkpoint, signer).split("\n\n")[1]
    assert opened(EXAMPLE_NOTE + added, signer.verifier) == checkpoint


def test_the_empty_ledger_has_a_checkpoint() -> None:
    assert (
        Checkpoint(ORIGIN, 0, EMPTY_ROOT).text()
        == f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    )


@given(checkpoints)
def test_checkpoints_come_back_as_they_went(checkpoint: Checkpoint) -> None:
    assert Checkpoint.parse(checkpoint.text()) == checkpoint
    assert opened(sign(checkpoint, SIGNER), SIGNER.verifier, origin=checkpoint.origin) == checkpoint
    assert opened(sign(checkpoint, WITNESS, SIGNER), SIGNER.verifier, WITNESS.verifier) == checkpoint


def test_everyone_who_signs_a_checkpoint_can_be_checked_alone() -> None:
    note = sign(CHECKPOINT, SIGNER, WITNESS)
    for known in (SIGNER.verifier, WITNESS.verifier):
        assert opened(note, known) == CHECKPOINT


def test_a_signed_checkpoint_can_be_checked_by_hand() -> None:
    origin, size, top, blank, signature, end = sign(CHECKPOINT, SIGNER).split("\n")
    assert (origin, size, base64.b64decode(top), blank, end) == (ORIGIN, "7", CHECKPOINT.root, "", "")
    dash, name, content = signature.split(" ")
    assert (dash, name) == ("—", ORIGIN)
    public = SIGNER.verifier.key
    raw = base64.b64decode(content)
    assert raw[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{origin}\n{size}\n{top}\n".encode())


def test_a_checkpoint_held_outside_finds_a_ledger_that_was_rewritten() -> None:
    honest = [leaf_hash(b"one"), leaf_hash(b"two"), leaf_hash(b"three")]
    forged = [leaf_hash(b"won"), *honest[1:]]
    held = sign(Checkpoint(ORIGIN, 2, root(edge_of(2, nodes(honest)))), SIGNER)
    trusted = opened(held, SIGNER.verifier, origin=ORIGIN)

    consistency_proof(2, 3, nodes(honest)).check(trusted.root, root(edge_of(3, nodes(honest))))
    with pytest.raises(IntegrityError):
        consistency_proof(2, 3, nodes(forged)).check(trusted.root, root(edge_of(3, nodes(forged))))
    inclusion_proof(0, 2, nodes(honest)).check(leaf_hash(b"one"), trusted.root)
    with pytest.raises(IntegrityError):
        inclusion_proof(0, 2, nodes(forged)).check(leaf_hash(b"won"), trusted.root)


def test_another_ledgers_checkpoint_is_refused() -> None:
    note = sign(CHECKPOINT, SIGNER)
    assert opened(note, SIGNER.verifier, origin=ORIGIN) == CHECKPOINT
    with pytest.raises(IntegrityError, match=r"origin: must be other\.example, was registry\.example/ledger"):
        opened(note, SIGNER.verifier, origin="other.example")


def test_a_checkpoint_that_no_known_key_signed_is_refused() -> None:
    with pytest.raises(IntegrityError):
        opened(sign(CHECKPOINT, WITNESS), SIGNER.verifier)
    with pytest.raises(IntegrityError):
        opened(sign(CHECKPOINT, SIGNER).replace("\n7\n", "\n8\n"), SIGNER.verifier)


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="checkpoint: must be three lines: origin, size, root"):
        opened(sign_note("a\n\nb\n", SIGNER), SIGNER.verifier)


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n7\n{ROOT}",
        f"{ORIGIN}\n7\n",
        f"\n7\n{ROOT}\n",
        f"7\n{ROOT}\n",
        f"{ORIGIN}\n7\n{ROOT}\n\n",
        f"{ORIGIN}\n7\n{ROOT}\nextension\n",
        f"{ORIGIN}\n\n7\n{ROOT}\n",
        f"{ORIGIN}\r\n7\r\n{ROOT}\r\n",
        f"a\tb\n7\n{ROOT}\n",
        f"a\udcff\n7\n{ROOT}\n",
        f"{ORIGIN}\n07\n{ROOT}\n",
        f"{ORIGIN}\n00\n{ROOT}\n",
        f"{ORIGIN}\n+7\n{ROOT}\n",
        f"{ORIGIN}\n-7\n{ROOT}\n",
        f"{ORIGIN}\n 7\n{ROOT}\n",
        f"{ORIGIN}\n7_0\n{ROOT}\n",
        f"{ORIGIN}\n٧\n{ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n{10**19}\n{ROOT}\n",
        f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n7\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n7\n{ROOT[:-2]}B=\n",
        f"{ORIGIN}\n7\n{ROOT[:-4]}AA==\n",
        f"{ORIGIN}\n7\n{base64.b64encode(bytes(33)).decode()}\n",
        f"{ORIGIN}\n7\n{ROOT.replace('A', '-')}\n",
        f"{ORIGIN}\n7\n{ROOT} \n",
    ],
)
def test_what_is_not_written_as_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        Checkpoint.parse(text)


@pytest.mark.parametrize("end", [f"07\n{ROOT}\n", f"7\n{ROOT}\nextension\n"])
def test_a_wrong_form_is_told_as_one(end: str) -> None:
    with pytest.raises(InvalidValueError, match="checkpoint: must be three lines: origin, size, root"):
        Checkpoint.parse(f"{ORIGIN}\n{end}")


@pytest.mark.parametrize("origin", ["", "a\nb", "a\x00", "a\x1f", "\ud800", "a\n"])
def test_an_origin_is_one_line(origin: str) -> None:
    with pytest.raises(InvalidValueError, match="origin: must be one line without control characters"):
        Checkpoint(origin, 7, bytes(32))


@pytest.mark.parametrize("size", [-1, 2**63])
def test_a_size_is_from_0_up_to_the_largest(size: int) -> None:
    with pytest.raises(InvalidValueError, match="size: must be from 0 up to"):
        Checkpoint(ORIGIN, size, bytes(32))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_root_is_32_bytes(length: int) -> None:
    with pytest.raises(InvalidValueError, match=f"root: must be 32 bytes long, was {length}"):
        Checkpoint(ORIGIN, 7, bytes(length))


@pytest.mark.parametrize("wrong", [None, True, b"x", "7"])
def test_another_type_is_refused(wrong: int) -> None:
    with pytest.raises(WrongTypeError, match="size"):
        Checkpoint(ORIGIN, wrong, bytes(32))


def test_other_wrong_types_are_refused() -> None:
    with pytest.raises(WrongTypeError, match="origin"):
        Checkpoint(b"bytes", 7, bytes(32))  # type: ignore[arg-type]  # what a caller without a checker may pass
    with pytest.raises(WrongTypeError, match="root"):
        Checkpoint(ORIGIN, 7, "0" * 32)  # type: ignore[arg-type]  # the same
    with pytest.raises(WrongTypeError, match="checkpoint"):
        Checkpoint.parse(b"bytes")  # type: ignore[arg-type]  # the same
