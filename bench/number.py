"""What exactness costs: carbonkit's arithmetic against bare `decimal` in the ambient context."""

from __future__ import annotations

from decimal import Decimal

from bench._compare import Comparison
from carbonkit.values.number import multiply, total

_NUMBERS = [Decimal(number) / 1000 for number in range(1, 20_001)]  # tonnes to the kilogram
_PRICE = Decimal("68.35")


def comparisons() -> list[Comparison]:
    """Compare products and sums of 20 000 numbers; every result fits the ambient 28 digits."""
    return [
        Comparison(
            name="exact products, bare decimal",
            ours=lambda: [multiply(number, _PRICE) for number in _NUMBERS],
            peer=lambda: [number * _PRICE for number in _NUMBERS],
            target=6.0,
            n=len(_NUMBERS),
        ),
        Comparison(
            name="exact sum, bare decimal",
            ours=lambda: total(_NUMBERS),
            peer=lambda: sum(_NUMBERS, Decimal(0)),
            target=6.0,
            n=len(_NUMBERS),
        ),
    ]
