"""
The Merkle tree: against RFC 6962's own definitions, published vectors, and pymerkle.

The eight leaves, their roots and the proofs among them are those that the tests of
google/certificate-transparency have published (python/ct/crypto/merkle_test.py), and
so is the proof out of a log of 3,630,887 certificates.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]  # pymerkle carries no types

from carbonkit.errors import CarbonkitError, IntegrityError, InvalidValueError, WrongTypeError
from carbonkit.ledger.merkle import (
    EMPTY_ROOT,
    STORED_LEVEL,
    ConsistencyProof,
    InclusionProof,
    Nodes,
    consistency_proof,
    edge_of,
    grow,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SMALL = 70
LARGE = 1_500

CT_LEAVES = tuple(
    bytes.fromhex(data)
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
CT_ROOTS = tuple(
    bytes.fromhex(data)
    for data in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
)
CT_INCLUSION = (
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        1,
        5,
        (
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
)
CT_CONSISTENCY = (
    (1, 1, ()),
    (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)
CERTIFICATE_PATH = """
    1a208aeebcd1b39fe2de247ee8db9454e1e93a312d206b87f6ca9cc6ec6f1ddd
    0a1b78b383f580856f433c01a5741e160d451c185910027f6cc9f828687a40c4
    3d1745789bc63f2da15850de1c12a5bf46ed81e1cc90f086148b1662e79aab3d
    9095b61e14d8990acf390905621e62b1714fb8e399fbb71de5510e0aef45affe
    0a332b91b8fab564e6afd1dd452449e04619b18accc0ff9aa8393cd4928451f2
    2336f0181d264aed6d8f3a6507ca14a8d3b3c3a23791ac263e845d208c1ee330
    b4ce56e300590500360c146c6452edbede25d4ed83919278749ee5dbe178e048
    933f6ddc848ea562e4f9c5cfb5f176941301dad0c6fdb9d1fbbe34fac1be6966
    b95a6222958a86f74c030be27c44f57dbe313e5e7c7f4ffb98bcbd3a03bb52f2
    daeeb3ce5923defd0faeb8e0c210b753b85b809445d7d3d3cd537a9aabaa9c45
    7fadd0a13e9138a2aa6c3fdec4e2275af233b94812784f66bcca9aa8e989f2bc
    1864e6ba3e32878610546539734fb5eeae2529991f130c575c73a7e25a2a7c56
    12842d1202b1dc6828a17ab253c02e7ce9409b5192430feba44189f39cc02d66
    29af64b16fa3053c13d02ac63aa75b23aa468506e44c3a2315edc85d2dc22b11
    b527b99934a0bd9edd154e449b0502e2c499bba783f3bc3dfe23364b6b532009
    4584db8ae8e351ace08e01f306378a92bfd43611714814f3d834a2842d69faa8
    86a9a41573b0d6e4292f01e93243d6cc65b30f06606fc6fa57390e7e90ed580f
    a88b98fbe84d4c6aae8db9d1605dfac059d9f03fe0fcb0d5dff1295dacba09e6
    06326dc617a6d1f7021dc536026dbfd5fffc6f7c5531d48ef6ccd1ed1569f2a1
    f41fe8fdc3a2e4e8345e30216e7ebecffee26ff266eeced208a6c2a3cf08f960
    40cf5bde8abb76983f3e98ba97aa36240402975674e120f234b3448911090f8d
    b3222dc8658538079883d980d7fdc2bef9285344ea34338968f736b04aeb387a
"""


def data_of(number: int) -> bytes:
    return f"leaf {number}".encode()


DATA = tuple(data_of(number) for number in range(LARGE))
LEAVES = tuple(leaf_hash(data) for data in DATA)


# The definitions of RFC 6962, section 2.1, as they stand there, over the leaves DATA[first:last].


def largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


@cache
def mth(first: int, last: int) -> bytes:
    count = last - first
    if count == 0:
        return hashlib.sha256(b"").digest()
    if count == 1:
        return hashlib.sha256(b"\x00" + DATA[first]).digest()
    k = largest_power_below(count)
    return hashlib.sha256(b"\x01" + mth(first, first + k) + mth(first + k, last)).digest()


def path(m: int, first: int, last: int) -> list[bytes]:
    count = last - first
    if count == 1:
        return []
    k = largest_power_below(count)
    if m < k:
        return [*path(m, first, first + k), mth(first + k, last)]
    return [*path(m - k, first + k, last), mth(first, first + k)]


def subproof(m: int, first: int, last: int, *, complete: bool) -> list[bytes]:
    count = last - first
    if m == count:
        return [] if complete else [mth(first, last)]
    k = largest_power_below(count)
    if m <= k:
        return [*subproof(m, first, first + k, complete=complete), mth(first + k, last)]
    return [*subproof(m - k, first + k, last, complete=False), mth(first, first + k)]


def grown(leaves: Sequence[bytes]) -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    """Grow a tree leaf by leaf; give its edge, and the rows that a store would keep."""
    edge: list[bytes] = []
    completed: list[tuple[int, int, bytes]] = []
    for size, leaf in enumerate(leaves):
        grow(edge, size, leaf, completed)
    stored = {(level, number): found for level, number, found in completed}
    assert len(stored) == len(completed)
    return edge, stored


def nodes_of(leaves: Sequence[bytes]) -> Nodes:
    _, stored = grown(leaves)
    return Nodes(lambda first, count: leaves[first : first + count], lambda *place: stored.get(place))


ALL = nodes_of(LEAVES)
CT = nodes_of([leaf_hash(data) for data in CT_LEAVES])


def oracle(size: int) -> InmemoryTree:
    tree = InmemoryTree("sha256")
    for data in DATA[:size]:
        tree.append_entry(data)
    return tree


ORACLE = oracle(SMALL)


def test_hashes_are_those_of_the_rfc() -> None:
    assert leaf_hash(b"data") == hashlib.sha256(b"\x00data").digest()
    assert node_hash(b"left", b"right") == hashlib.sha256(b"\x01leftright").digest()
    assert hashlib.sha256().digest() == EMPTY_ROOT


def test_published_roots() -> None:
    leaves = [leaf_hash(data) for data in CT_LEAVES]
    assert tuple(root(grown(leaves[:size])[0]) for size in range(9)) == CT_ROOTS
    assert tuple(root(edge_of(size, CT)) for size in range(9)) == CT_ROOTS


@pytest.mark.parametrize(("index", "size", "published"), CT_INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, published: tuple[str, ...]) -> None:
    proof = InclusionProof(index=index, size=size, path=tuple(map(bytes.fromhex, published)))
    assert inclusion_proof(index, size, CT) == proof
    proof.check(leaf_hash(CT_LEAVES[index]), CT_ROOTS[size])


@pytest.mark.parametrize(("old", "new", "published"), CT_CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, published: tuple[str, ...]) -> None:
    proof = ConsistencyProof(old=old, new=new, path=tuple(map(bytes.fromhex, published)))
    assert consistency_proof(old, new, CT) == proof
    proof.check(CT_ROOTS[old], CT_ROOTS[new])


def test_a_published_proof_out_of_a_log_of_certificates() -> None:
    proof = InclusionProof(
        index=848_049, size=3_630_887, path=tuple(map(bytes.fromhex, CERTIFICATE_PATH.split()))
    )
    leaf = bytes.fromhex("7a395c866d5ecdb0cccb623e011dbc392cd348d1d1d72776174e127a24b09c78")
    top = bytes.fromhex("78316a05c9bcf14a3a4548f5b854a9adfcd46a4c034401b3ce7eb7ac2f1d0ecb")
    proof.check(leaf, top)
    for wrong in (848_048, 848_050, 848_049 ^ (1 << 21)):
        with pytest.raises(IntegrityError):
            attrs.evolve(proof, index=wrong).check(leaf, top)


def test_every_small_root_is_that_of_the_rfc_and_of_pymerkle() -> None:
    for size in range(SMALL + 1):
        edge, _ = grown(LEAVES[:size])
        assert edge == edge_of(size, ALL)
        assert len(edge) == size.bit_count()
        assert root(edge) == mth(0, size) == ORACLE.get_root(size)


def test_every_small_inclusion_proof_is_that_of_the_rfc_and_of_pymerkle() -> None:
    for size in range(1, SMALL + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, ALL)
            assert list(proof.path) == path(index, 0, size)
            theirs = ORACLE.prove_inclusion(index + 1, size)
            assert [LEAVES[index], *proof.path] == theirs.path
            theirs.verify(LEAVES[index], mth(0, size))
            proof.check(leaf_hash(DATA[index]), ORACLE.get_root(size))


def test_every_small_consistency_proof_is_that_of_the_rfc_and_agrees_with_pymerkle() -> None:
    for new in range(1, SMALL + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, ALL)
            assert list(proof.path) == subproof(old, 0, new, complete=True)
            proof.check(ORACLE.get_root(old), ORACLE.get_root(new))
            ORACLE.prove_consistency(old, new).verify(root(edge_of(old, ALL)), root(edge_of(new, ALL)))


@given(st.integers(1, LARGE), st.data())
def test_proofs_in_larger_trees_are_those_of_the_rfc(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    included = inclusion_proof(index, size, ALL)
    assert list(included.path) == path(index, 0, size)
    included.check(LEAVES[index], mth(0, size))
    old = data.draw(st.integers(1, size))
    consistent = consistency_proof(old, size, ALL)
    assert list(consistent.path) == subproof(old, 0, size, complete=True)
    consistent.check(mth(0, old), mth(0, size))


def test_a_larger_tree_is_that_of_pymerkle() -> None:
    tree = oracle(LARGE)
    assert root(edge_of(LARGE, ALL)) == tree.get_root()
    for index in range(0, LARGE, 97):
        assert [LEAVES[index], *inclusion_proof(index, LARGE, ALL).path] == tree.prove_inclusion(
            index + 1
        ).path


def test_growing_reports_every_complete_subtree_from_the_stored_level_up() -> None:
    _, stored = grown(LEAVES)
    assert stored == {
        (level, number): mth(number << level, (number + 1) << level)
        for level in range(STORED_LEVEL, LARGE.bit_length())
        for number in range(LARGE >> level)
    }


def test_a_tree_goes_on_from_a_stored_edge() -> None:
    edge, completed = edge_of(700, ALL), list[tuple[int, int, bytes]]()
    for size in range(700, 1100):
        grow(edge, size, LEAVES[size], completed)
    assert root(edge) == mth(0, 1100)
    assert [(level, number) for level, number, _ in completed] == [(8, 2), (8, 3), (9, 1), (10, 0)]


class Endless:
    """A store of as many leaves as one likes, all the same, that counts what is read."""

    def __init__(self) -> None:
        self.levels = [leaf_hash(b"same")]
        while len(self.levels) < 64:
            self.levels.append(node_hash(self.levels[-1], self.levels[-1]))
        self.ranges: list[tuple[int, int]] = []
        self.rows: list[tuple[int, int]] = []

    def node(self, level: int, _: int) -> bytes:
        return self.levels[level]

    def leaves(self, first: int, count: int) -> list[bytes]:
        self.ranges.append((first, count))
        return [self.levels[0]] * count

    def stored(self, level: int, number: int) -> bytes:
        self.rows.append((level, number))
        return self.levels[level]


@pytest.mark.parametrize("size", [10_000_019, 2**63 - 1])
def test_a_proof_in_a_huge_tree_reads_little(size: int) -> None:
    for index in (0, size // 3, size - 1):
        store = Endless()
        proof = inclusion_proof(index, size, Nodes(store.leaves, store.stored))
        top = root(edge_of(size, store.node))
        proof.check(store.levels[0], top)
        assert len(store.ranges) <= 2
        assert all(count == 1 << STORED_LEVEL and first % count == 0 for first, count in store.ranges)
        assert len(store.rows) <= 2 * size.bit_length()
        assert all(level >= STORED_LEVEL for level, _ in store.rows)
    store = Endless()
    grew = consistency_proof(size // 3, size, Nodes(store.leaves, store.stored))
    older = root(edge_of(size // 3, store.node))
    grew.check(older, root(edge_of(size, store.node)))
    assert len(store.ranges) <= 2


def test_nodes_are_read_once() -> None:
    store = Endless()
    nodes = Nodes(store.leaves, store.stored)
    assert [nodes(9, 4), nodes(9, 4), nodes(3, 7), nodes(3, 8), nodes(0, 255)] == [
        store.levels[level] for level in (9, 9, 3, 3, 0)
    ]
    assert store.rows == [(9, 4)]
    assert store.ranges == [(0, 256)]


def test_a_store_that_lacks_a_leaf_or_a_node_is_found_out() -> None:
    short = Nodes(lambda first, count: LEAVES[: first + count][:5], lambda *_: None)
    with pytest.raises(IntegrityError, match="leaf 5: must be in the store, was absent"):
        edge_of(7, short)
    with pytest.raises(IntegrityError, match="tree node 8/0: must be in the store, was absent"):
        edge_of(256, short)


def flipped(value: bytes, place: int) -> bytes:
    changed = bytearray(value)
    changed[place % len(changed)] ^= 1 << place % 8
    return bytes(changed)


def altered(whole: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """Change a path in every place: a bit, a hash less, a hash more, two hashes exchanged."""
    for place, part in enumerate(whole):
        before, after = whole[:place], whole[place + 1 :]
        yield (*before, flipped(part, 7 * place), *after)
        yield (*before, *after)
        yield (*before, part, part, *after)
        if after:
            yield (*before, after[0], part, *after[1:])
    yield (*whole, LEAVES[0])
    yield (LEAVES[0], *whole)


@pytest.mark.parametrize("size", range(1, 20))
def test_no_altered_inclusion_proof_passes(size: int) -> None:
    top = mth(0, size)
    for index in range(size):
        proof = inclusion_proof(index, size, ALL)
        for wrong in altered(proof.path):
            with pytest.raises(IntegrityError):
                attrs.evolve(proof, path=wrong).check(LEAVES[index], top)
        for other in {*range(size + 2), 2**63 - 1} - {index}:
            with pytest.raises(IntegrityError):
                attrs.evolve(proof, index=other).check(LEAVES[index], top)
        for leaf, given_root in ((LEAVES[size], top), (LEAVES[index], mth(0, size + 1)), (top, LEAVES[size])):
            with pytest.raises(IntegrityError):
                proof.check(leaf, given_root)


def test_an_inclusion_proof_for_another_size_fails() -> None:
    for size in range(1, 20):
        for index in range(size):
            proof = inclusion_proof(index, size, ALL)
            for other in range(22):
                if other != size:
                    with pytest.raises(IntegrityError):
                        attrs.evolve(proof, size=other).check(LEAVES[index], mth(0, other))


@pytest.mark.parametrize("new", range(1, 20))
def test_no_altered_consistency_proof_passes(new: int) -> None:
    for old in range(1, new):
        proof, older, newer = consistency_proof(old, new, ALL), mth(0, old), mth(0, new)
        for wrong in altered(proof.path):
            with pytest.raises(IntegrityError):
                attrs.evolve(proof, path=wrong).check(older, newer)
        for other in {*range(new + 3), 2**63 - 1} - {old}:
            with pytest.raises(IntegrityError):
                attrs.evolve(proof, old=other).check(older, newer)
            with pytest.raises(IntegrityError):
                attrs.evolve(proof, old=other).check(mth(0, min(other, new)), newer)
        for first, second in ((flipped(older, 3), newer), (older, flipped(newer, 3)), (newer, older)):
            with pytest.raises(IntegrityError):
                proof.check(first, second)


def test_a_consistency_proof_for_another_size_fails() -> None:
    for new in range(2, 20):
        for old in range(1, new):
            proof = consistency_proof(old, new, ALL)
            for other in range(22):
                if other != new:
                    with pytest.raises(IntegrityError):
                        attrs.evolve(proof, new=other).check(mth(0, old), mth(0, other))


@given(st.integers(2, LARGE), st.data())
def test_no_altered_proof_passes_in_larger_trees(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    included, consistent = inclusion_proof(index, size, ALL), consistency_proof(old, size, ALL)
    wrong = data.draw(st.sampled_from(list(altered(included.path))))
    with pytest.raises(IntegrityError):
        attrs.evolve(included, path=wrong).check(LEAVES[index], mth(0, size))
    wrong = data.draw(st.sampled_from(list(altered(consistent.path))))
    with pytest.raises(IntegrityError):
        attrs.evolve(consistent, path=wrong).check(mth(0, old), mth(0, size))


def test_every_tree_grew_out_of_the_empty_one_and_out_of_itself() -> None:
    for new in (0, 1, 5, 8):
        for old in (0, new):
            proof = consistency_proof(old, new, ALL)
            assert proof.path == ()
            proof.check(mth(0, old), mth(0, new))
            with pytest.raises(IntegrityError, match="path: must have 0 hashes, was 1"):
                attrs.evolve(proof, path=(LEAVES[0],)).check(mth(0, old), mth(0, new))
    with pytest.raises(IntegrityError, match="old_root"):
        ConsistencyProof(old=0, new=5, path=()).check(LEAVES[0], mth(0, 5))
    with pytest.raises(IntegrityError, match="new_root"):
        ConsistencyProof(old=5, new=5, path=()).check(mth(0, 5), mth(0, 4))
    with pytest.raises(IntegrityError, match="root"):
        ConsistencyProof(old=0, new=0, path=()).check(LEAVES[0], LEAVES[0])


def test_a_false_proof_is_told_what_is_wrong() -> None:
    top = mth(0, 5)
    with pytest.raises(IntegrityError, match="index: must be below the tree's size, 5, was 5"):
        InclusionProof(index=5, size=5, path=()).check(LEAVES[0], top)
    with pytest.raises(IntegrityError, match="index: must be below the tree's size, 0, was 0"):
        InclusionProof(index=0, size=0, path=()).check(LEAVES[0], EMPTY_ROOT)
    with pytest.raises(IntegrityError, match="path: must have 3 hashes, was 2"):
        InclusionProof(index=0, size=5, path=(top, top)).check(LEAVES[0], top)
    with pytest.raises(IntegrityError, match=r"root: must be [0-9a-f]{64}"):
        InclusionProof(index=0, size=5, path=(top, top, top)).check(LEAVES[0], top)
    with pytest.raises(IntegrityError, match="old: must be at most the newer size, 3, was 5"):
        ConsistencyProof(old=5, new=3, path=()).check(top, top)
    with pytest.raises(IntegrityError, match="path: must have 4 hashes, was 0"):
        ConsistencyProof(old=3, new=5, path=()).check(top, top)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (-1, InvalidValueError),
        (2**63, InvalidValueError),
        (1 << 100_000, InvalidValueError),
        (True, WrongTypeError),
        ("1", WrongTypeError),
        (None, WrongTypeError),
    ],
    ids=["negative", "too large", "too large to be shown", "bool", "str", "None"],
)
def test_a_number_of_leaves_is_a_number(wrong: int, error: type[CarbonkitError]) -> None:
    with pytest.raises(error):
        InclusionProof(index=wrong, size=5, path=())
    with pytest.raises(error):
        InclusionProof(index=1, size=wrong, path=())
    with pytest.raises(error):
        ConsistencyProof(old=wrong, new=5, path=())
    with pytest.raises(error):
        ConsistencyProof(old=1, new=wrong, path=())
    with pytest.raises(error):
        edge_of(wrong, ALL)
    with pytest.raises(error):
        inclusion_proof(wrong, 5, ALL)
    with pytest.raises(error):
        inclusion_proof(0, wrong, ALL)
    with pytest.raises(error):
        consistency_proof(wrong, 5, ALL)
    with pytest.raises(error):
        consistency_proof(0, wrong, ALL)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ([LEAVES[0]], WrongTypeError),
        ((LEAVES[0].hex(),), WrongTypeError),
        ((LEAVES[0], bytes(31)), InvalidValueError),
        ((bytes(33),), InvalidValueError),
        ((LEAVES[0],) * 65, InvalidValueError),
    ],
)
def test_a_path_is_at_most_64_hashes(wrong: tuple[bytes, ...], error: type[CarbonkitError]) -> None:
    with pytest.raises(error, match="path"):
        InclusionProof(index=1, size=5, path=wrong)
    with pytest.raises(error, match="path"):
        ConsistencyProof(old=1, new=5, path=wrong)
    InclusionProof(index=1, size=5, path=(LEAVES[0],) * 64)


@pytest.mark.parametrize(("wrong", "error"), [("00" * 32, WrongTypeError), (bytes(64), InvalidValueError)])
def test_what_a_proof_is_checked_against_is_a_hash(wrong: bytes, error: type[CarbonkitError]) -> None:
    with pytest.raises(error, match="leaf"):
        InclusionProof(index=0, size=1, path=()).check(wrong, LEAVES[0])
    with pytest.raises(error, match="root"):
        InclusionProof(index=0, size=1, path=()).check(LEAVES[0], wrong)
    with pytest.raises(error, match="old_root"):
        ConsistencyProof(old=1, new=1, path=()).check(wrong, LEAVES[0])
    with pytest.raises(error, match="new_root"):
        ConsistencyProof(old=0, new=1, path=()).check(EMPTY_ROOT, wrong)


def test_no_proof_is_made_of_what_is_not_there() -> None:
    with pytest.raises(InvalidValueError, match="index: must be below the tree's size, 5, was 5"):
        inclusion_proof(5, 5, ALL)
    with pytest.raises(InvalidValueError, match="old: must be at most the newer size, 5, was 6"):
        consistency_proof(6, 5, ALL)
