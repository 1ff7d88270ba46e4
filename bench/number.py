"""What exactness costs: carbonkit's arithmetic against bare `decimal` in the ambient context."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bench._compare import Comparison, Sense, pure
from carbonkit.values.number import multiply, total

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench._setting import Setting

_NUMBERS = [Decimal(number) / 1000 for number in range(1, 20_001)]  # tonnes to the kilogram
_PRICE = Decimal("68.35")


def comparisons(_: Setting) -> Iterator[Comparison]:
    """Compare products and sums of 20 000 numbers; every result fits the ambient 28 digits."""
    yield Comparison(
        name="exact products, bare decimal",
        ours=pure(lambda: [multiply(number, _PRICE) for number in _NUMBERS]),
        peer=pure(lambda: [number * _PRICE for number in _NUMBERS]),
        target=6.0,
        sense=Sense.TIME,
        n=len(_NUMBERS),
    )
    yield Comparison(
        name="exact sum, bare decimal",
        ours=pure(lambda: total(_NUMBERS)),
        peer=pure(lambda: sum(_NUMBERS, Decimal(0))),
        target=6.0,
        sense=Sense.TIME,
        n=len(_NUMBERS),
    )
