"""Serial ranges: numbered units, first and last included, and how a quantity is taken from them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import SerialRangeError
from carbonkit.values.number import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Selection", "SerialRange", "first_overlap", "take"]

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
    return whole(value, field="serial number")


@attrs.frozen(order=True)
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


def take(
    held: Sequence[SerialRange], wanted: Sequence[SerialRange] | Selection, quantity: int
) -> tuple[tuple[SerialRange, ...], tuple[SerialRange, ...], tuple[SerialRange, ...]]:
    """
    Take a quantity out of held ranges.

    Args:
        held: The ranges of one holding, in serial order, without overlap.
        wanted: The exact ranges that shall go, or how to choose them.
        quantity: How many units shall go.

    Returns:
        The ranges that go, the held ranges that end, and the ranges left over from splitting those.

    Raises:
        SerialRangeError: If the holding lacks a wanted number, or the counts differ.

    Example:
        >>> take([SerialRange(1, 10)], Selection.FROM_LEFT, 4)
        ((SerialRange(first=1, last=4),), (SerialRange(first=1, last=10),), (SerialRange(first=5, last=10),))
    """
    if isinstance(wanted, Selection):
        wanted = _from_left(held, quantity)
    counted = sum(each.quantity for each in wanted)
    if counted != quantity:
        raise SerialRangeError(f"count {quantity} units", was=f"{counted} units", field="serial ranges")
    clash = first_overlap(wanted)
    if clash is not None:
        raise SerialRangeError("not overlap", was=f"{clash[0]} and {clash[1]}", field="serial ranges")
    ended: list[SerialRange] = []
    left: list[SerialRange] = []
    remaining = sorted(wanted)
    for block in held:
        inside = [each for each in remaining if block.first <= each.first and each.last <= block.last]
        if inside:
            ended.append(block)
            left.extend(_gaps(block, inside))
            remaining = [each for each in remaining if each not in inside]
        if not remaining:
            break
    if remaining:
        raise SerialRangeError("lie within one block of the holding", was=remaining[0], field="serial range")
    return tuple(wanted), tuple(ended), tuple(left)


def _from_left(held: Sequence[SerialRange], quantity: int) -> tuple[SerialRange, ...]:
    taken: list[SerialRange] = []
    missing = quantity
    for block in held:
        if missing <= 0:
            break
        part = block if block.quantity <= missing else SerialRange(block.first, block.first + missing - 1)
        taken.append(part)
        missing -= part.quantity
    return tuple(taken)


def _gaps(block: SerialRange, inside: Sequence[SerialRange]) -> list[SerialRange]:
    gaps = []
    start = block.first
    for each in inside:
        if start < each.first:
            gaps.append(SerialRange(start, each.first - 1))
        start = each.last + 1
    if start <= block.last:
        gaps.append(SerialRange(start, block.last))
    return gaps
