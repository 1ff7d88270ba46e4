"""
Random deviates in whole numbers, alike on every machine; internal.

A normal deviate is 64 bits looked up in a table of 6144 cells, from -6 to 6 standard deviations:
the share of a cell is the density in its middle, and within a cell all places are as likely. The table
and the lognormal multiples come from decimal functions that are rounded correctly.
"""

from __future__ import annotations

import decimal
from bisect import bisect_right
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

__all__ = ["PLACES", "SCALE", "Draw", "always", "drawn_around"]

Draw: TypeAlias = "Callable[[Random], int]"

_BITS: Final = 64
_CELLS: Final = 512  # to a standard deviation
_REACH: Final = 6  # standard deviations; two in a billion draws of a true normal lie beyond
_BILLION: Final = 10**9
_STEP: Final = _BILLION // _CELLS  # billionths of a standard deviation in one cell
PLACES: Final = 12  # that a draw has more than what it is drawn around
SCALE: Final = 10**PLACES
_WIDE: Final = Fraction(30, 100)  # half of an interval, as a share, beyond which a draw is lognormal
_DEVIATIONS: Final = Fraction(196, 100)  # in half of a 95 % interval

# For the exponential function and the logarithm, which are rounded correctly, so alike everywhere.
_FUNCTIONS: Final = decimal.Context(
    prec=40,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=decimal.MIN_EMIN,
    Emax=decimal.MAX_EMAX,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.Overflow, decimal.DivisionByZero],
)


def always(mean: int) -> Draw:
    """Give what is certain, each time."""
    certain = mean * SCALE
    return lambda _: certain


def drawn_around(mean: int, half: int, name: str, findings: list[str]) -> Draw:
    """Draw around a mean, with half of a 95 % interval; the result has `PLACES` more places."""
    if not half:
        return always(mean)
    share = abs(Fraction(half, mean)) if mean else Fraction(0)
    if share > _WIDE:
        findings.append(f"{name}: more than ±30 %, drawn from a lognormal distribution")
        return _lognormal(mean, share)
    certain, top, bottom = (
        mean * SCALE,
        half * SCALE * _DEVIATIONS.denominator,
        _BILLION * _DEVIATIONS.numerator,
    )
    cumulated = _cumulated()

    def normal(random: Random) -> int:
        return certain + top * _deviate(random, cumulated) // bottom

    return normal


def _lognormal(mean: int, share: Fraction) -> Draw:
    """Draw a multiple of the mean; the multiples have the mean one and the deviation `share` / 1.96."""
    squared = (share / _DEVIATIONS) ** 2
    context = _FUNCTIONS
    one_and = context.divide(Decimal(squared.numerator + squared.denominator), Decimal(squared.denominator))
    variance = context.ln(one_and)
    sigma = context.divide(context.sqrt(variance), Decimal(_BILLION))
    shift = context.divide(variance, Decimal(-2))
    cumulated = _cumulated()

    def lognormal(random: Random) -> int:
        power = context.fma(sigma, Decimal(_deviate(random, cumulated)), shift)
        return mean * int(context.scaleb(context.exp(power), PLACES))

    return lognormal


def _deviate(random: Random, cumulated: Sequence[int]) -> int:
    """Draw a standard normal deviate, in billionths: a cell by its share, a place in it evenly."""
    bits = random.getrandbits(_BITS)
    cell = bisect_right(cumulated, bits) - 1
    first = cumulated[cell]
    return (cell - _REACH * _CELLS) * _STEP + (bits - first) * _STEP // (cumulated[cell + 1] - first)


@cache
def _cumulated() -> tuple[int, ...]:
    """Share 2^64 out over the cells from -6 to 6, by the density in the middle of each."""
    right = [
        int(
            _FUNCTIONS.scaleb(
                _FUNCTIONS.exp(_FUNCTIONS.divide(Decimal(-((2 * cell + 1) ** 2)), Decimal(8 * _CELLS**2))), 30
            )
        )
        for cell in range(_REACH * _CELLS)
    ]
    densities = [*reversed(right), *right]
    everything = sum(densities)
    cumulated, below = [0], 0
    for density in densities:
        below += density
        cumulated.append((below << _BITS) // everything)
    return tuple(cumulated)
