"""
The Merkle tree over a ledger's records, and its proofs: RFC 6962, section 2.1, with SHA-256.

A leaf's hash is SHA-256(0x00, data), a node's SHA-256(0x01, left, right). A tree of
n leaves is cut at the largest power of two below n, so that a tree that grows never
changes a subtree that is complete. "Subtree `number` at `level`" is the complete one
over the leaves from ``number << level`` up to ``(number + 1) << level``, not included.

A tree is kept as its edge: the hashes of its largest complete subtrees, left to right,
one for each bit that is set in its size. A store keeps every leaf's hash and every
complete subtree from `STORED_LEVEL` up; `Nodes` works out those in between.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import IntegrityError, InvalidValueError, WrongTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "EMPTY_ROOT",
    "STORED_LEVEL",
    "ConsistencyProof",
    "InclusionProof",
    "Nodes",
    "consistency_proof",
    "edge_of",
    "grow",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root",
]

_sha256 = hashlib.sha256

EMPTY_ROOT = _sha256(b"").digest()
"""The root of the tree that has no leaf."""

STORED_LEVEL = 8
"""The lowest level whose complete subtrees a store keeps: one row for each 256 leaves."""

_HASH_BYTES = 32
_BLOCK = 1 << STORED_LEVEL
_SIZE_LIMIT = 1 << 63
_PATH_LIMIT = 64  # hashes; no proof in a tree of fewer than 2^63 leaves is longer


def leaf_hash(data: bytes) -> bytes:
    """
    Hash a leaf.

    Args:
        data: What the leaf holds.

    Returns:
        SHA-256 of the byte 0x00 and the data.

    Example:
        >>> leaf_hash(b"").hex()[:16]
        '6e340b9cffb37a98'
    """
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    r"""
    Hash a node.

    Args:
        left: The hash of its left subtree.
        right: The hash of its right subtree.

    Returns:
        SHA-256 of the byte 0x01 and the two hashes.

    Example:
        >>> node_hash(leaf_hash(b""), leaf_hash(b"\x00")).hex()[:16]
        'fac54203e7cc696c'
    """
    return _sha256(b"\x01" + left + right).digest()


def grow(edge: list[bytes], size: int, leaf: bytes, completed: list[tuple[int, int, bytes]]) -> None:
    """
    Append one leaf to a tree.

    Args:
        edge: The tree's edge; it becomes the edge of the tree with the leaf.
        size: How many leaves the tree has before.
        leaf: The new leaf's hash.
        completed: Receives (level, number, hash) of each subtree from `STORED_LEVEL` up
            that the leaf completes, lowest first: the rows that a store has to keep.

    Example:
        >>> edge, completed = [], []
        >>> for size in range(257):
        ...     grow(edge, size, leaf_hash(b"%d" % size), completed)
        >>> len(edge), [(level, number) for level, number, _ in completed]
        (2, [(8, 0)])
    """
    level = 0
    while size & 1:
        leaf = _sha256(b"\x01" + edge.pop() + leaf).digest()
        size >>= 1
        level += 1
        if level >= STORED_LEVEL:
            completed.append((level, size, leaf))
    edge.append(leaf)


def root(edge: Sequence[bytes]) -> bytes:
    """
    Fold a tree's edge into its root.

    Args:
        edge: The hashes of its largest complete subtrees, left to right.

    Returns:
        The root; `EMPTY_ROOT` of a tree without leaves.

    Example:
        >>> root([]) == EMPTY_ROOT
        True
    """
    if not edge:
        return EMPTY_ROOT
    folded = edge[-1]
    for left in edge[-2::-1]:
        folded = node_hash(left, folded)
    return folded


class Nodes:
    """
    Finds the hash of any complete subtree from what a store keeps.

    One proof reads at most two blocks of 256 leaves and a few stored nodes, however
    large the tree is. What was read is remembered: make one for each reading of the
    store, and let it go afterwards.

    Args:
        leaves: Reads the hashes of `count` leaves from leaf `first` on, in order; fewer
            where the tree ends.
        stored: Reads the hash of subtree `number` at a `level` from `STORED_LEVEL` up;
            None if the store does not have it.

    Example:
        >>> hashes = [leaf_hash(b"%d" % number) for number in range(3)]
        >>> nodes = Nodes(lambda first, count: hashes[first : first + count], lambda level, number: None)
        >>> nodes(1, 0) == node_hash(hashes[0], hashes[1])
        True
    """

    def __init__(
        self,
        leaves: Callable[[int, int], Sequence[bytes]],
        stored: Callable[[int, int], bytes | None],
    ) -> None:
        self._leaves = leaves
        self._stored = stored
        self._blocks: dict[int, Sequence[bytes]] = {}
        self._known: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, number: int) -> bytes:
        """
        Find the hash of one complete subtree.

        Args:
            level: How many levels it has above its leaves.
            number: Which one of that level, from 0.

        Returns:
            Its hash.

        Raises:
            IntegrityError: If the store lacks what it is made of.
        """
        place = (level, number)
        if place not in self._known:
            self._known[place] = self._low(level, number) if level < STORED_LEVEL else self._high(*place)
        return self._known[place]

    def _high(self, level: int, number: int) -> bytes:
        found = self._stored(level, number)
        if found is None:
            raise IntegrityError("be in the store", was="absent", field=f"tree node {level}/{number}")
        return found

    def _low(self, level: int, number: int) -> bytes:
        first = number << level
        block, start = divmod(first, _BLOCK)
        if block not in self._blocks:
            self._blocks[block] = self._leaves(block * _BLOCK, _BLOCK)
        hashes = self._blocks[block][start : start + (1 << level)]
        if len(hashes) < 1 << level:
            raise IntegrityError("be in the store", was="absent", field=f"leaf {first + len(hashes)}")
        while len(hashes) > 1:
            hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]


def edge_of(size: int, node: Callable[[int, int], bytes]) -> list[bytes]:
    """
    Read the edge of a tree.

    Args:
        size: How many leaves the tree has.
        node: Gives the hash of a complete subtree by level and number, such as a `Nodes`.

    Returns:
        The hashes of its largest complete subtrees, left to right.

    Raises:
        InvalidValueError: If the size is negative or 2^63 or more.

    Example:
        >>> edge_of(0, lambda level, number: b"")
        []
    """
    _check_size(size, "size")
    return _edge(0, size, node)


def _edge(start: int, stop: int, node: Callable[[int, int], bytes]) -> list[bytes]:
    """Read the edge of the subtree over the leaves from start up to stop; start lies on its boundary."""
    edge = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        edge.append(node(level, start >> level))
        start += 1 << level
    return edge


def _middle(start: int, stop: int) -> int:
    """Cut two or more leaves at the largest power of two below their number."""
    return start + (1 << ((stop - start - 1).bit_length() - 1))


def _check_size(value: object, field: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongTypeError("be of type int", was=type(value).__name__, field=field)
    if not 0 <= value < _SIZE_LIMIT:
        raise InvalidValueError("be from 0 up to 2^63 - 1", was=value, field=field)


def _check_hash(value: object, field: str) -> None:
    if not isinstance(value, bytes):
        raise WrongTypeError("be of type bytes", was=type(value).__name__, field=field)
    if len(value) != _HASH_BYTES:
        raise InvalidValueError(f"be {_HASH_BYTES} bytes long", was=len(value), field=field)


def _is_size(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    _check_size(value, attribute.name)


def _is_path(_: object, attribute: attrs.Attribute[tuple[bytes, ...]], value: tuple[bytes, ...]) -> None:
    if not isinstance(value, tuple):
        raise WrongTypeError("be a tuple of hashes", was=type(value).__name__, field=attribute.name)
    if len(value) > _PATH_LIMIT:
        raise InvalidValueError(f"have {_PATH_LIMIT} hashes at most", was=len(value), field=attribute.name)
    for place, part in enumerate(value):
        _check_hash(part, f"{attribute.name}[{place}]")


def _check_length(path: tuple[bytes, ...], length: int) -> None:
    if len(path) != length:
        raise IntegrityError(f"have {length} hashes", was=len(path), field="path")


def _same(made: bytes, given: bytes, field: str) -> None:
    if made != given:
        raise IntegrityError(f"be {given.hex()}, to which the proof must lead", was=made.hex(), field=field)


def _up(folded: bytes, path: Iterable[bytes]) -> bytes:
    for left in path:
        folded = node_hash(left, folded)
    return folded


@attrs.frozen
class InclusionProof:
    """
    Shows that a leaf is in a tree; it is checked without the ledger.

    Args:
        index: The leaf's place, from 0.
        size: How many leaves the tree has.
        path: The hashes beside the way from the leaf up to the root.

    Raises:
        InvalidValueError: If a number or a hash is not one, or the path has more than 64.

    Example:
        >>> one, two = leaf_hash(b"one"), leaf_hash(b"two")
        >>> InclusionProof(index=1, size=2, path=(one,)).check(two, node_hash(one, two))
    """

    index: int = attrs.field(validator=_is_size)
    size: int = attrs.field(validator=_is_size)
    path: tuple[bytes, ...] = attrs.field(validator=_is_path)

    def check(self, leaf: bytes, root: bytes) -> None:
        """
        Check the proof; it passes if nothing is raised.

        Args:
            leaf: The leaf's hash; make it from the leaf's own data, with `leaf_hash`.
            root: The tree's root, from a checkpoint that is trusted.

        Raises:
            IntegrityError: If the proof does not lead from the leaf to the root.
            InvalidValueError: If the leaf or the root is not a hash.
        """
        _check_hash(leaf, "leaf")
        _check_hash(root, "root")
        if self.index >= self.size:
            raise IntegrityError(f"be below the tree's size, {self.size}", was=self.index, field="index")
        # Up to where the way meets the tree's right border, each bit of the index says on which
        # side the other half lies; from there on, only left halves have a hash of their own.
        inner = (self.index ^ (self.size - 1)).bit_length()
        _check_length(self.path, inner + (self.index >> inner).bit_count())
        folded = leaf
        for level, beside in enumerate(self.path[:inner]):
            right = self.index >> level & 1
            folded = node_hash(beside, folded) if right else node_hash(folded, beside)
        _same(_up(folded, self.path[inner:]), root, "root")


@attrs.frozen
class ConsistencyProof:
    """
    Shows that a tree only grew: its first leaves are those of an older tree.

    Every tree is consistent with itself and with the empty one; these two proofs have
    no path, and only the roots are compared.

    Args:
        old: How many leaves the older tree has.
        new: How many leaves the newer tree has.
        path: The hashes from which both roots can be made.

    Raises:
        InvalidValueError: If a number or a hash is not one, or the path has more than 64.

    Example:
        >>> one, two = leaf_hash(b"one"), leaf_hash(b"two")
        >>> ConsistencyProof(old=1, new=2, path=(two,)).check(one, node_hash(one, two))
    """

    old: int = attrs.field(validator=_is_size)
    new: int = attrs.field(validator=_is_size)
    path: tuple[bytes, ...] = attrs.field(validator=_is_path)

    def check(self, old_root: bytes, new_root: bytes) -> None:
        """
        Check the proof; it passes if nothing is raised.

        Args:
            old_root: The older tree's root, from a checkpoint that is trusted.
            new_root: The newer tree's root.

        Raises:
            IntegrityError: If the proof does not lead to both roots.
            InvalidValueError: If a root is not a hash.
        """
        _check_hash(old_root, "old_root")
        _check_hash(new_root, "new_root")
        if self.old > self.new:
            raise IntegrityError(f"be at most the newer size, {self.new}", was=self.old, field="old")
        if self.old in (0, self.new):
            _check_length(self.path, 0)
            if self.old == 0:
                _same(EMPTY_ROOT, old_root, "old_root")
            if self.old == self.new:
                _same(old_root, new_root, "new_root")
            return
        # The way starts at the last complete subtree of the older tree and goes up as that of
        # an inclusion proof does. The halves on its left are in both trees, those on its right
        # in the newer one alone. If the older tree is that subtree, its root is the start.
        last = self.old - 1
        bottom = (self.old & -self.old).bit_length() - 1
        inner = (last ^ (self.new - 1)).bit_length()
        whole = self.old == 1 << bottom
        way = self.path if whole else self.path[1:]
        length = (inner - bottom) + (last >> inner).bit_count()
        _check_length(self.path, length if whole else length + 1)
        older = newer = old_root if whole else self.path[0]
        for level, beside in enumerate(way[: inner - bottom], start=bottom):
            if last >> level & 1:
                older, newer = node_hash(beside, older), node_hash(beside, newer)
            else:
                newer = node_hash(newer, beside)
        border = way[inner - bottom :]
        _same(_up(older, border), old_root, "old_root")
        _same(_up(newer, border), new_root, "new_root")


def inclusion_proof(index: int, size: int, node: Callable[[int, int], bytes]) -> InclusionProof:
    """
    Make the proof that a leaf is in a tree: PATH of RFC 6962, section 2.1.1.

    Args:
        index: The leaf's place, from 0.
        size: How many leaves the tree has.
        node: Gives the hash of a complete subtree by level and number, such as a `Nodes`.

    Returns:
        The proof.

    Raises:
        InvalidValueError: If the tree has no such leaf.

    Example:
        >>> inclusion_proof(0, 1, lambda level, number: b"").path
        ()
    """
    _check_size(index, "index")
    _check_size(size, "size")
    if index >= size:
        raise InvalidValueError(f"be below the tree's size, {size}", was=index, field="index")
    path = []
    start, stop = 0, size
    while stop - start > 1:
        middle = _middle(start, stop)
        if index < middle:
            path.append(root(_edge(middle, stop, node)))
            stop = middle
        else:
            path.append(root(_edge(start, middle, node)))
            start = middle
    return InclusionProof(index=index, size=size, path=tuple(reversed(path)))


def consistency_proof(old: int, new: int, node: Callable[[int, int], bytes]) -> ConsistencyProof:
    """
    Make the proof that a tree grew out of an older one: PROOF of RFC 6962, section 2.1.2.

    Args:
        old: How many leaves the older tree has.
        new: How many leaves the newer tree has.
        node: Gives the hash of a complete subtree by level and number, such as a `Nodes`.

    Returns:
        The proof.

    Raises:
        InvalidValueError: If the older tree is the larger one.

    Example:
        >>> consistency_proof(0, 5, lambda level, number: b"").path
        ()
    """
    _check_size(old, "old")
    _check_size(new, "new")
    if old > new:
        raise InvalidValueError(f"be at most the newer size, {new}", was=old, field="old")
    if old == 0:
        return ConsistencyProof(old=old, new=new, path=())
    path = []
    start, stop = 0, new
    while stop != old:
        middle = _middle(start, stop)
        if old <= middle:
            path.append(root(_edge(middle, stop, node)))
            stop = middle
        else:
            path.append(root(_edge(start, middle, node)))
            start = middle
    if start > 0:
        path.append(root(_edge(start, stop, node)))
    return ConsistencyProof(old=old, new=new, path=tuple(reversed(path)))
