"""What one reading of a JSON text keeps on its way, and what a codec is; internal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from carbonkit.errors import CarbonkitError, InvalidValueError, Problem
from carbonkit.wire.json_text import Json

__all__ = ["NOT_SURE", "Codec", "Reading", "RecordedError", "pointer_to"]

_ENOUGH: Final = 100  # problems of one text
_LONGEST_NAME: Final = 64  # characters of an unknown field's name that a pointer repeats
NOT_SURE: Final = (CarbonkitError, LookupError, TypeError)
"""What a quick reader raises."""


class Reading:
    """
    One reading of a text: how strict it is, and what was found on the way.

    Args:
        lenient: Whether unknown fields and unknown values of enumerations are kept instead of refused,
            as a client must that is older than its exchange.

    Example:
        >>> Reading(lenient=True).extra
        {}
    """

    __slots__ = ("extra", "lenient", "problems")

    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.problems: list[Problem] = []
        self.extra: dict[str, Json] = {}  # unknown fields, by their JSON pointer

    def found(self, pointer: str, error: CarbonkitError) -> None:
        """Keep a problem, with the place that it was found at; a text with very many is read no further."""
        if not isinstance(error, RecordedError):
            self.problems.append(attrs.evolve(error.problem, field=pointer))
        if len(self.problems) >= _ENOUGH:
            raise RecordedError("be read")


class RecordedError(InvalidValueError):
    """Something inside was refused, and stands among the problems already."""


def pointer_to(pointer: str, name: str) -> str:
    """
    Point at a member of an object, by RFC 6901; a name that is longer than any field is cut.

    Args:
        pointer: Where the object is.
        name: The member.

    Returns:
        The JSON pointer.

    Example:
        >>> pointer_to("/order", "a/b~c")
        '/order/a~1b~0c'
    """
    return f"{pointer}/{name[:_LONGEST_NAME].replace('~', '~0').replace('/', '~1')}"


@attrs.frozen
class Codec:
    """
    How one type is read, written and described.

    Args:
        read: Makes the value from JSON; given the reading and the JSON pointer.
        write: Makes JSON from the value.
        describe: Gives the JSON Schema; named schemas are put into the mapping that it is given.
        quick: Makes the value from JSON that is as it should be, and from nothing else: anything that it is
            not sure of it refuses with one of `NOT_SURE`, and then `read` is to look again and say what is
            wrong, or what is unknown.

    Example:
        >>> from carbonkit.wire.codec import codec_of
        >>> codec_of(int).write(7)
        7
    """

    read: Callable[[Json, Reading, str], Any]
    write: Callable[[Any], Json]
    describe: Callable[[dict[str, Json]], Json]
    quick: Callable[[Json], Any]
