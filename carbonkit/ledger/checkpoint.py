"""
Checkpoints: what a ledger's tree was at some size, signed, to be kept outside the ledger.

The form is that of C2SP's tlog-checkpoint: three lines, origin, size and root, in a
signed note. Whoever holds one can tell, with an inclusion or a consistency proof,
whether a record was there and whether anything has been changed or cut off since.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Self

import attrs

from carbonkit.errors import IntegrityError, InvalidValueError, WrongTypeError
from carbonkit.ledger.note import open_note, sign_note
from carbonkit.values.field import check_type, is_a

if TYPE_CHECKING:
    from carbonkit.ledger.note import Signer, Verifier

__all__ = ["Checkpoint", "opened", "sign"]

_TEXT = re.compile(r"([^\x00-\x1f]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")
_ORIGIN = re.compile(r"[^\x00-\x1f\ud800-\udfff]+")
_SIZE_LIMIT = 1 << 63
_ROOT_BYTES = 32


def _is_origin(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    if _ORIGIN.fullmatch(value) is None:
        raise InvalidValueError("be one line without control characters", was=value, field=attribute.name)


def _is_size(_: object, attribute: attrs.Attribute[int], value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongTypeError("be of type int", was=type(value).__name__, field=attribute.name)
    if not 0 <= value < _SIZE_LIMIT:
        raise InvalidValueError("be from 0 up to 2^63 - 1", was=value, field=attribute.name)


def _is_root(_: object, attribute: attrs.Attribute[bytes], value: bytes) -> None:
    if len(value) != _ROOT_BYTES:
        raise InvalidValueError(f"be {_ROOT_BYTES} bytes long", was=len(value), field=attribute.name)


@attrs.frozen
class Checkpoint:
    """
    What a ledger's tree was at some size.

    Args:
        origin: Which ledger it is, in one line, best as a web address without its scheme.
        size: How many leaves the tree had.
        root: The tree's root.

    Raises:
        InvalidValueError: If one of the three is not what it must be.

    Example:
        >>> from carbonkit.ledger.merkle import EMPTY_ROOT
        >>> print(Checkpoint("registry.example/ledger", 0, EMPTY_ROOT).text())
        registry.example/ledger
        0
        47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
        <BLANKLINE>
    """

    origin: str = attrs.field(validator=[is_a(str), _is_origin])
    size: int = attrs.field(validator=_is_size)
    root: bytes = attrs.field(validator=[is_a(bytes), _is_root])

    def text(self) -> str:
        r"""
        Write the three lines that are signed.

        Returns:
            Origin, size and root in base64, each with a newline.

        Example:
            >>> Checkpoint("registry.example/ledger", 7, bytes(32)).text()[:26]
            'registry.example/ledger\n7\n'
        """
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read the three lines.

        Args:
            text: The text, as `text` writes it. Further lines, which a log may add but
                no ledger of this library does, are refused.

        Returns:
            The checkpoint.

        Raises:
            InvalidValueError: If it is written in any other way.

        Example:
            >>> Checkpoint.parse(Checkpoint("registry.example/ledger", 7, bytes(32)).text()).size
            7
        """
        check_type(text, str, field="checkpoint")
        found = _TEXT.fullmatch(text)
        if found is None:
            raise InvalidValueError("be three lines: origin, size, root", was=text, field="checkpoint")
        origin, size, root = found.groups()
        checkpoint = cls(origin, int(size), base64.b64decode(root))
        if checkpoint.text() != text:
            raise InvalidValueError("be canonical base64", was=root, field="root")
        return checkpoint


def sign(checkpoint: Checkpoint, signer: Signer, *others: Signer) -> str:
    """
    Sign a checkpoint; sign none that does not grow out of those signed before.

    Args:
        checkpoint: The checkpoint.
        signer: Who signs it.
        *others: Who signs it as well.

    Returns:
        The signed note, to be kept where no one who can write to the ledger can change it.

    Raises:
        InvalidValueError: If the note would be larger than a note may be.
        CarbonkitError: If `cryptography` is not installed.

    Example:
        >>> from carbonkit.ledger.note import Signer
        >>> signer = Signer("registry.example/ledger", bytes(32))
        >>> print(sign(Checkpoint("registry.example/ledger", 7, bytes(32)), signer)[:-65])
        registry.example/ledger
        7
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
        <BLANKLINE>
        — registry.example/ledger 7nn2jdd7NIGe+oN5hazy6oix9U8F
    """
    return sign_note(checkpoint.text(), signer, *others)


def opened(note: str, *verifiers: Verifier, origin: str | None = None) -> Checkpoint:
    """
    Read a signed checkpoint whose signatures hold.

    Args:
        note: The signed note.
        *verifiers: The keys that the reader knows and trusts. Signatures of others are
            left alone; one of these must be there, and each that is there must hold.
        origin: The ledger it must be of; name it if a key signs for more than one.

    Returns:
        The checkpoint.

    Raises:
        IntegrityError: If a known key's signature does not hold, there is none, or the
            checkpoint is another ledger's.
        InvalidValueError: If it is not a signed note, or the text is not a checkpoint's.
        CarbonkitError: If `cryptography` is not installed.

    Example:
        >>> from carbonkit.ledger.note import Signer
        >>> signer = Signer.generate("registry.example/ledger")
        >>> note = sign(Checkpoint("registry.example/ledger", 7, bytes(32)), signer)
        >>> opened(note, signer.verifier).size
        7
    """
    checkpoint = Checkpoint.parse(open_note(note, *verifiers))
    if origin is not None and checkpoint.origin != origin:
        raise IntegrityError(f"be {origin}", was=checkpoint.origin, field="origin")
    return checkpoint
