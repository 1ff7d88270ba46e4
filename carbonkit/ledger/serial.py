"""Serial ranges: numbered units, first and last included, and how a quantity is taken from them."""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import SerialRangeError
from carbonkit.values.number import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Selection", "SerialRange", "first_overlap", "lowest"]

_HIGHEST = 2**63 - 1  # what every store can hold


class Selection(enum.Enum):
    """
    Which serial numbers leave a holding when a transfer names only a quantity.

    Example:
        >>> Selection("from_left")
        <Selection.FROM_LEFT: 'from_left'>
    """

    FROM_LEFT = "from_left"
    """The lowest numbers go; a block that is split keeps its right part."""


def _number(value: int) -> int:
    return value if type(value) is int else whole(value, field="serial number")


@functools.total_ordering
@attrs.frozen
class SerialRange:
    """
    A run of serial numbers, both ends included.

    Args:
        first: The lowest number, 1 or more.
        last: The highest number, at most 2^63 - 1.

    Raises:
        SerialRangeError: If the range is reversed, does not start at 1 or above, or ends too high.

    Example:
        >>> SerialRange(101, 250).quantity
        150
    """

    first: int = attrs.field(converter=_number)
    last: int = attrs.field(converter=_number)

    def __attrs_post_init__(self) -> None:
        """Check that the range holds at least one number."""
        if self.first < 1:
            raise SerialRangeError("start at 1 or above", was=self.first, field="first serial number")
        if self.last < self.first:
            raise SerialRangeError(
                "end at or after its first number", was=f"{self.first} to {self.last}", field="serial range"
            )
        if self.last > _HIGHEST:
            raise SerialRangeError(f"end at {_HIGHEST} or below", was=self.last, field="last serial number")

    def __lt__(self, other: SerialRange) -> bool:
        """Order ranges by their first numbers, then by their last."""
        if not isinstance(other, SerialRange):
            return NotImplemented
        return self.first < other.first or (self.first == other.first and self.last < other.last)

    @property
    def quantity(self) -> int:
        """How many numbers it holds."""
        return self.last - self.first + 1

    def overlaps(self, other: SerialRange) -> bool:
        """Say whether some number belongs to both."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        """Write first and last number."""
        return f"{self.first}-{self.last}"


def first_overlap(ranges: Iterable[SerialRange]) -> tuple[SerialRange, SerialRange] | None:
    """
    Find two ranges that share a number.

    Args:
        ranges: Any ranges of one asset.

    Returns:
        The first overlapping pair in serial order, or None.

    Example:
        >>> first_overlap([SerialRange(1, 5), SerialRange(6, 9), SerialRange(9, 12)])
        (SerialRange(first=6, last=9), SerialRange(first=9, last=12))
    """
    before: SerialRange | None = None
    for each in sorted(ranges):
        if before is not None and before.overlaps(each):
            return before, each
        before = each
    return None


def lowest(held: Sequence[SerialRange], quantity: int) -> tuple[SerialRange, ...]:
    """
    Choose the lowest numbers of held ranges.

    Args:
        held: The ranges of one holding, in serial order, without overlap.
        quantity: How many units shall go.

    Returns:
        The ranges that go: whole ranges, and the left part of the last one.

    Raises:
        SerialRangeError: If there are fewer.

    Example:
        >>> lowest([SerialRange(1, 2), SerialRange(5, 9)], 4)
        (SerialRange(first=1, last=2), SerialRange(first=5, last=6))
    """
    chosen: list[SerialRange] = []
    missing = quantity
    for each in held:
        if missing <= each.quantity:
            chosen.append(
                each if missing == each.quantity else SerialRange(each.first, each.first + missing - 1)
            )
            return tuple(chosen)
        chosen.append(each)
        missing -= each.quantity
    raise SerialRangeError(
        f"count {quantity} units", was=f"{quantity - missing} units", field="serial ranges"
    )
