"""
Signed notes: published keys and notes, the layout of the specification by hand, and each refusal.

The keys and the note are those that the tests of golang.org/x/mod have published
(sumdb/note/note_test.go); the poem stands in the specification (C2SP, signed-note).
"""

from __future__ import annotations

import base64
import hashlib
import pickle
import sys

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError, WrongTypeError
from carbonkit.ledger.note import NOTE_LIMIT, Signer, Verifier, open_note, sign_note

PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # noqa: S105  published for tests
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
POEM = (
    "Ognuno sta solo sul cuor della terra\n"
    "trafitto da un raggio di sole:\n"
    "\n"
    "ed è subito sera.\n"
    "\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)

NAME = "registry.example/ledger"
SIGNER = Signer(NAME, bytes(range(32)))
WITNESS = Signer("witness.example", bytes(range(1, 33)))

names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1)
texts = st.text(st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.just("\n"))).map(
    lambda text: text + "\n"
)


def line(name: str, content: bytes) -> str:
    return f"— {name} {base64.b64encode(content).decode()}\n"


def test_the_published_note_is_signed_and_opened() -> None:
    signer = Signer.parse(PETER_SECRET)
    assert sign_note(TEXT, signer) == TEXT + "\n" + PETER_LINE
    assert str(signer.verifier) == PETER
    assert signer.secret() == PETER_SECRET
    both = TEXT + "\n" + PETER_LINE + ENOCH_LINE
    peter, enoch = Verifier.parse(PETER), Verifier.parse(ENOCH)
    for known in ([peter], [enoch], [peter, enoch], [enoch, enoch, peter]):
        assert open_note(both, *known) == TEXT


def test_the_note_in_the_specification_has_three_paragraphs_and_a_signature_of_a_key_unknown_here() -> None:
    with pytest.raises(IntegrityError, match=r"signed by quasimodo\.example/salvatore"):
        open_note(POEM, Verifier.parse(PETER))
    poem = POEM[: POEM.rindex("\n—")]
    again = sign_note(poem, SIGNER)
    assert open_note(again, SIGNER.verifier) == poem
    assert open_note(again + POEM.splitlines(keepends=True)[-1], SIGNER.verifier) == poem


def test_a_note_has_the_layout_of_the_specification() -> None:
    private = Ed25519PrivateKey.from_private_bytes(SIGNER.seed)
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(NAME.encode() + b"\n\x01" + public).digest()[:4]
    note = sign_note("è\n", SIGNER)
    assert note == "è\n\n" + line(NAME, key_id + private.sign("è\n".encode()))
    signature = base64.b64decode(note.split(" ")[2])
    Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], b"\xc3\xa8\n")
    key = base64.b64encode(b"\x01" + public).decode()
    assert str(SIGNER.verifier) == f"{NAME}+{key_id.hex()}+{key}"


@given(names, texts, st.binary(min_size=32, max_size=32))
def test_keys_and_notes_come_back_as_they_went(name: str, text: str, seed: bytes) -> None:
    signer = Signer(name, seed)
    assert Signer.parse(signer.secret()) == signer
    assert Verifier.parse(str(signer.verifier)) == signer.verifier
    assert open_note(sign_note(text, signer), signer.verifier) == text
    assert open_note(sign_note(text, WITNESS, signer), signer.verifier) == text


@given(texts, st.data())
def test_no_altered_note_is_opened(text: str, data: st.DataObject) -> None:
    note = sign_note(text, SIGNER)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda sign: sign != note[place]))
    for altered in (note[:place] + other + note[place + 1 :], note[:place] + note[place + 1 :], "x" + note):
        with pytest.raises((IntegrityError, InvalidValueError)):
            open_note(altered, SIGNER.verifier)


def test_a_new_key_is_new() -> None:
    one, two = Signer.generate(NAME), Signer.generate(NAME)
    assert one.seed != two.seed
    assert len(one.seed) == 32


def test_a_known_key_whose_signature_is_false_condemns_the_note() -> None:
    good, other = sign_note("a\n", SIGNER, WITNESS), sign_note("b\n", WITNESS)
    lines = good.split("\n")
    lines[3] = other.split("\n")[2]
    mixed = "\n".join(lines)
    assert open_note(mixed, SIGNER.verifier) == "a\n"
    with pytest.raises(IntegrityError, match=r"must be what the key witness\.example\+[0-9a-f]{8} signed"):
        open_note(mixed, SIGNER.verifier, WITNESS.verifier)


def test_a_false_signature_beside_a_good_one_of_the_same_key_condemns_the_note() -> None:
    note = sign_note("a\n", SIGNER)
    again = note + note.split("\n\n")[1]
    assert open_note(again, SIGNER.verifier) == "a\n"
    with pytest.raises(IntegrityError):
        open_note(note + line(NAME, SIGNER.verifier.id + bytes(64)), SIGNER.verifier)
    with pytest.raises(IntegrityError):
        open_note(note + line(NAME, SIGNER.verifier.id + b"short"), SIGNER.verifier)


def test_a_signature_counts_only_under_the_name_and_the_id_of_a_known_key() -> None:
    signature = SIGNER.signature("a\n")
    key_id = SIGNER.verifier.id
    stranger = Signer("stranger.example", SIGNER.seed)
    for note in (
        "a\n\n" + line("stranger.example", key_id + signature),
        "a\n\n" + line(NAME, WITNESS.verifier.id + signature),
        sign_note("a\n", stranger),
        sign_note("a\n", Signer(NAME, WITNESS.seed)),
    ):
        with pytest.raises(IntegrityError, match="must have a signature of a known key"):
            open_note(note, SIGNER.verifier)
    with pytest.raises(IntegrityError, match="must have a signature of a known key"):
        open_note(sign_note("a\n", SIGNER))


def test_sixteen_signatures_of_the_longest_kind_are_read_past() -> None:
    note = sign_note("a\n", SIGNER) + "".join(line(f"w{n}.example", bytes(4 + 5000)) for n in range(16))
    assert open_note(note, SIGNER.verifier) == "a\n"


GOOD = sign_note("a\n", SIGNER)
LINE = GOOD.split("\n\n")[1]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "a\n",
        "a\n\n",
        "\n\n" + LINE.rstrip("\n"),
        "\n" + LINE,
        "a\n" + LINE,
        GOOD.rstrip("\n"),
        GOOD + "\n",
        GOOD + "after\n",
        GOOD.replace("\n", "\r\n"),
        "\x01" + GOOD,
        "a\tb" + GOOD,
        "\x00" + GOOD,
        "\udcff" + GOOD,
        "a\n\n" + LINE.replace("—", "-"),
        "a\n\n" + LINE.replace("— ", "—"),
        "a\n\n" + LINE.replace("— ", "—  "),
        "a\n\n" + " " + LINE,
        "a\n\n" + LINE.replace(NAME, "two names"),
        "a\n\n" + LINE.replace(NAME, "two+names"),
        "a\n\n" + LINE.replace(NAME, "two\N{NO-BREAK SPACE}names"),
        "a\n\n" + LINE.replace(NAME + " ", ""),
        "a\n\n" + LINE.replace("\n", " \n"),
        "a\n\n" + LINE.replace("=", ""),
        "a\n\n" + LINE.replace("=", "=="),
        "a\n\n" + LINE[:-20] + "!" + LINE[-20:],
        "a\n\n" + line(NAME, b"only"),
        GOOD + line(NAME, b""),
        GOOD + "— é.example é\n",
    ],
)
def test_what_is_not_a_note_is_refused(note: str) -> None:
    with pytest.raises(InvalidValueError):
        open_note(note, SIGNER.verifier)


def test_base64_with_bits_left_over_is_refused() -> None:
    sign = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = LINE[-3]
    other = sign[sign.index(last) | 1]
    assert base64.b64decode(LINE.split(" ")[2]) == base64.b64decode(LINE[:-3].split(" ")[2] + other + "=")
    with pytest.raises(InvalidValueError, match="signature: must be —, a key's name and base64") as caught:
        open_note("a\nb\n\n" + LINE[:-3] + other + "=\n", SIGNER.verifier)
    assert caught.value.problem.row == 4


def test_a_note_has_a_largest_size() -> None:
    room = NOTE_LIMIT - len(sign_note("\n", SIGNER).encode())
    largest = sign_note("é" * (room // 2) + "a" * (room % 2) + "\n", SIGNER)
    assert len(largest.encode()) == NOTE_LIMIT
    assert open_note(largest, SIGNER.verifier)
    with pytest.raises(InvalidValueError, match="bytes at most"):
        open_note("a" + largest, SIGNER.verifier)
    with pytest.raises(InvalidValueError, match="note: must have 262144 bytes at most"):
        sign_note("a" * (room + 1) + "\n", SIGNER)


@pytest.mark.parametrize("text", ["", "a", "a\n\x1f\n", "a\r\n", "\ud800\n", "a\t\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidValueError, match="text"):
        sign_note(text, SIGNER)


@pytest.mark.parametrize("name", ["", " ", "a b", "a+b", "a\nb", "a\u2003b", "a\x7f \x01", "\x00", "\ud800"])
def test_a_name_is_without_space_plus_and_control_characters(name: str) -> None:
    with pytest.raises(InvalidValueError, match="name"):
        Signer(name, bytes(32))
    with pytest.raises(InvalidValueError, match="name"):
        Verifier(name, bytes(32))
    with pytest.raises(InvalidValueError, match="name"):
        Signer.generate(name)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), bytes(64)])
def test_a_key_is_32_bytes(key: bytes) -> None:
    with pytest.raises(InvalidValueError, match="key: must be 32 bytes long"):
        Verifier(NAME, key)
    with pytest.raises(InvalidValueError, match="seed: must be 32 bytes long"):
        Signer(NAME, key)


@pytest.mark.parametrize("wrong", [None, 5, b"bytes", bytearray(32)])
def test_another_type_is_refused(wrong: str) -> None:
    for call in (
        lambda: Verifier(wrong, bytes(32)),
        lambda: Signer(wrong, bytes(32)),
        lambda: Verifier.parse(wrong),
        lambda: Signer.parse(wrong),
        lambda: sign_note(wrong, SIGNER),
        lambda: open_note(wrong, SIGNER.verifier),
    ):
        with pytest.raises(WrongTypeError):
            call()
    with pytest.raises(WrongTypeError, match="key"):
        Verifier(NAME, attrs.make_class("Other", [])())
    with pytest.raises(WrongTypeError, match="seed"):
        Signer(NAME, "x" * 32)  # type: ignore[arg-type]  # what a caller without a type checker may pass


@pytest.mark.parametrize("text", [PETER, PETER_SECRET], ids=["verifier", "signer"])
def test_no_part_and_no_alteration_of_a_key_is_read(text: str) -> None:
    read = Signer.parse if text is PETER_SECRET else Verifier.parse
    read(text)
    parts = {text[first:last] for first in range(len(text)) for last in range(first + 1, len(text) + 1)}
    changed = {text[:place] + chr(ord(text[place]) + 1) + text[place + 1 :] for place in range(len(text))}
    for wrong in (parts - {text}) | changed:
        with pytest.raises(InvalidValueError):
            read(wrong)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "a name, an id and an Ed25519 key",
        ),
        (
            f"{NAME}+00000000+{base64.b64encode(b'1' + bytes(32)).decode()}",
            "a name, an id and an Ed25519 key",
        ),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "an Ed25519 key"),
        (f"{NAME}+00000000+AQAA", "32 bytes long"),
        (PETER.replace("c74f20a3", "C74F20A3"), "the id of its name and key"),
        (PETER.replace("c74f20a3", "c74f20a4"), "the id of its name and key"),
        (PETER + "\n", "an Ed25519 key"),
        (" " + PETER, "a key name"),
    ],
)
def test_a_verifier_key_is_written_in_one_way(text: str, told: str) -> None:
    with pytest.raises(InvalidValueError, match=told):
        Verifier.parse(text)


def test_a_verifier_key_is_not_taken_for_a_secret_one() -> None:
    with pytest.raises(InvalidValueError, match=r"secret key: must start with PRIVATE\+KEY\+"):
        Signer.parse(PETER)


def test_two_keys_by_one_name_and_id_are_refused() -> None:
    first, second = (Verifier(NAME, number.to_bytes(32)) for number in (96_528, 110_517))
    assert first.id == second.id
    with pytest.raises(InvalidValueError, match="verifiers: must differ in name or id from another key"):
        open_note(GOOD, SIGNER.verifier, first, second)
    assert open_note(GOOD, SIGNER.verifier, SIGNER.verifier, first) == "a\n"


def test_the_secret_is_not_shown() -> None:
    secret = base64.b64encode(SIGNER.seed).decode()
    shown = f"{SIGNER} {SIGNER!r} {SIGNER.verifier!r} {attrs.evolve(SIGNER, name='other')}"
    assert shown.startswith("Signer(name='registry.example/ledger') ")
    assert secret[:8] not in shown
    assert repr(SIGNER.seed)[2:12] not in shown
    assert pickle.loads(pickle.dumps(SIGNER)) == SIGNER  # noqa: S301  it was made on the same line
    text = SIGNER.secret()
    for wrong in (text + "=", text.replace("+KEY", ""), text.replace(NAME, "other"), text[:-1], text * 2):
        with pytest.raises(InvalidValueError) as caught:
            Signer.parse(wrong)
        assert text[-20:] not in str(caught.value)
        assert text[50:60] not in str(caught.value)


def test_without_cryptography_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer.generate(NAME)
    for module in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, module, None)
    for call in (
        lambda: signer.verifier,
        lambda: sign_note("a\n", signer),
        lambda: open_note(GOOD, Verifier(NAME, Verifier.parse(PETER).key), SIGNER.verifier),
        lambda: Signer.parse(PETER_SECRET),
    ):
        with pytest.raises(CarbonkitError, match=r"pip install carbonkit\[proof\]") as caught:
            call()
        assert caught.value.code == "missing_extra"
    assert str(Verifier.parse(PETER)) == PETER
