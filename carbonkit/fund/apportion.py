"""
Apportioning: exact parts of an amount turned into whole minor units that add up to it again.

It does for fractions what `carbonkit.values.share.split` does for weights: every part is cut
down, and the units left over go to those that lost most.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import real
from carbonkit.values.money import minor_places
from carbonkit.values.number import decimal_places, plain, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["apportion", "in_minor_units", "written"]

_MOST_PLACES: Final = 12  # decimal places of a share that is written as a decimal


def apportion(total: int, parts: Sequence[Fraction]) -> tuple[int, ...]:
    """
    Turn exact parts into whole ones that add up to a total, by largest remainder.

    A part is not made negative. Where parts below zero (left over from an earlier
    rounding) make the others add up to more than the total, those that lost least give way.

    Args:
        total: What the whole parts add up to; zero or more.
        parts: The exact parts; their sum is less than one a part away from the total.

    Returns:
        The whole parts, in order.

    Raises:
        InvalidValueError: If the total is negative, or the parts add up to something else.

    Example:
        >>> apportion(10_000, [Fraction(10_000, 3)] * 3)
        (3334, 3333, 3333)
    """
    amount = whole(total, field="total")
    if amount < 0 or abs(sum(parts, Fraction(0)) - amount) >= max(len(parts), 1):
        raise InvalidValueError("be what the parts add up to, zero or more", was=amount, field="total")
    cut = [max(part.numerator // part.denominator, 0) for part in parts]
    missing = amount - sum(cut)
    by_loss = sorted(range(len(parts)), key=lambda place: parts[place] - cut[place], reverse=True)  # stable
    for place in by_loss[: max(missing, 0)]:
        cut[place] += 1
    for place in reversed(by_loss):
        taken = min(cut[place], max(-missing, 0))
        cut[place] -= taken
        missing += taken
    return tuple(cut)


def in_minor_units(amount: Fraction, currency: str) -> Fraction:
    """
    Count an exact amount in minor units, without rounding it.

    Args:
        amount: The amount, in the currency's main unit.
        currency: Its ISO 4217 code.

    Returns:
        How many fen, cents, ...

    Example:
        >>> in_minor_units(Fraction(100, 3), "CNY")
        Fraction(10000, 3)
    """
    return amount * Fraction(10) ** minor_places(currency)


def written(share: Fraction) -> str:
    """
    Write an exact share: as a decimal if that ends soon, else as a fraction.

    Args:
        share: The share or rate.

    Returns:
        The text.

    Example:
        >>> written(Fraction(1, 5)), written(Fraction(1, 3))
        ('0.2', '1/3')
    """
    places = decimal_places(share.numerator, share.denominator)
    return str(share) if places is None or places > _MOST_PLACES else plain(real(share))
