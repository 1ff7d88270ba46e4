"""Largest remainder: rounding parts so that they add up to a figure that is already printed; internal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from carbonkit.values.number import Rounding, add, multiply, round_to, subtract, total

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["largest_remainder"]


def largest_remainder(numbers: Sequence[Decimal], goal: Decimal, places: int) -> list[Decimal]:
    """
    Round numbers to places so that they add up to a goal.

    Each is cut down to the places, and the steps that are then missing go to those that lost most.
    Where the goal was rounded with others, a step may be too many: then it is taken from those that
    lost least.

    Args:
        numbers: The exact parts.
        goal: What the rounded parts must make; it has no more places.
        places: Decimal places that stay.

    Returns:
        The rounded parts, in their order; of no parts, none.
    """
    cut = [round_to(number, places, Rounding.FLOOR) for number in numbers]
    lost = [subtract(number, figure) for number, figure in zip(numbers, cut, strict=True)]
    missing = int(multiply(subtract(goal, total(cut)), Decimal((0, (1,), places))))
    step = Decimal((1 if missing < 0 else 0, (1,), -places))
    most_first = sorted(range(len(lost)), key=lost.__getitem__, reverse=missing >= 0)
    for number in range(abs(missing) if cut else 0):
        position = most_first[number % len(cut)]
        cut[position] = add(cut[position], step)
    return cut
