"""Shares: a whole number divided by weights, so that the parts are whole and add up to it again."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from carbonkit.errors import InvalidValueError
from carbonkit.values.number import Exact, exact, plain, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["split"]


def split(total: int, weights: Sequence[Exact | Fraction]) -> tuple[int, ...]:
    """
    Divide a whole number by weights, by largest remainder; nothing is lost and nothing is made.

    Every part is first cut down to a whole number. The ones that are then missing
    go to the parts that lost most, to the earlier of two that lost the same. A
    negative total is divided as the positive one is, with the sign put back, so
    that a reversal cancels what it reverses.

    Args:
        total: What is divided: units, or minor units of money.
        weights: One for each part, in any proportion to its share; a part with weight 0 gets nothing.
            A str, int, Decimal or Fraction.

    Returns:
        The parts, in the order of the weights; each less than 1 away from its exact share.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the total is not whole, a weight is negative, or there is none above 0.

    Example:
        >>> split(10000, [1, 1, 1])  # 100.00 CNY, in fen
        (3334, 3333, 3333)
        >>> split(-5, ["0.5", "1.5", "0"])
        (-1, -4, 0)

    References:
        The method of largest remainders, also named after Hamilton and after Hare and Niemeyer.
    """
    amount = whole(total, field="total")
    shares = _in_whole_numbers(weights)
    everything = sum(shares)
    if not everything:
        raise InvalidValueError("have one above 0", was=_shown(weights), field="weights")
    divided = [divmod(abs(amount) * share, everything) for share in shares]
    parts = [part for part, _ in divided]
    missing = abs(amount) - sum(parts)
    by_loss = sorted(range(len(parts)), key=lambda place: divided[place][1], reverse=True)  # stable
    for place in by_loss[:missing]:
        parts[place] += 1
    return tuple(parts) if amount >= 0 else tuple(-part for part in parts)


def _in_whole_numbers(weights: Sequence[Exact | Fraction]) -> list[int]:
    """Put weights in the same proportion as whole numbers."""
    if isinstance(weights, str):
        raise InvalidValueError("be a sequence of numbers, not one text", was=weights, field="weights")
    ratios = []
    for weight in weights:
        number = weight if isinstance(weight, Fraction) else exact(weight, field="weight")
        if number < 0:
            was = str(number) if isinstance(number, Fraction) else plain(number)
            raise InvalidValueError("not be negative", was=was, field="weight")
        ratios.append(number.as_integer_ratio())
    common = math.lcm(*(bottom for _, bottom in ratios))
    return [top * (common // bottom) for top, bottom in ratios]


def _shown(weights: Sequence[Exact | Fraction]) -> str:
    return ", ".join(str(weight) for weight in weights) or "none"
