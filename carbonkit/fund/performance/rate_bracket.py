"""
The quick way to an internal rate: binary arithmetic that proves its own answer, or says nothing.

It serves `carbonkit.fund.performance.internal_rate`, which asks here first and goes the exact way
whenever nothing is said. Floats stay within this module; an answer never carries their error.

Let f(y) = Σ cᵢ·e^(−y·tᵢ), with the times rising from 0 and the signs turned so that c₁ < 0.
At a point a, let A(t) be the sum of the terms cᵢ·e^(−a·tᵢ) up to time t; the last one is f(a).
Suppose that every A(t) but the last is below zero, and below f(a) too. Then f has exactly
one root, and is above zero to the left of it and below zero to the right:

1. f(a + z) = f(a)·e^(−z·T) + z·∫A(t)·e^(−z·t)dt for z > 0, over the times up to the last one, T. That
   is an integral over A, gone on with as f(a) behind T. It has no more zeros than A changes
   its sign (Descartes' rule, for integrals), each counted as often as it is multiple: none if
   f(a) ≤ 0, at most one if f(a) > 0. In the second case there is one, because the first term,
   below zero, outweighs all others far out.
2. f(a − z) = B(0) + z·∫B(t)·e^(z·t)dt for z > 0, where B(t) = f(a) − A(t−) is what comes from t onwards.
   B(0) is f(a), and every other B(t) is above zero by the second condition. So if f(a) ≥ 0 there
   is no zero to the left, and if f(a) < 0 exactly one, for the same two reasons.

A sign of f at one point then tells on which side the root is. Close to a that sign comes
from Taylor's series up to the fourth power, which is wrong by at most |z|⁵·T⁵·e^(|z|·T)·Σ|cᵢ|e^(−a·tᵢ)/120.
An investment is called pure where the condition holds at its rate: the fund owes the
investor something at all times until the last flow.

All sums are taken in binary, and each counts only where it is beyond a bound on its error. With u
the rounding unit, a term is wrong by at most (|a|·T + 11)·u of itself (the amount, the product
a·t, an exponential within 4 units in the last place, one product), a sum of n terms by n·u of the
sum of their sizes. The bound used is more than twice that, which also covers the few operations
that follow. Times are whole and below 2⁴⁰, so they are exact; sizes and exponents that could leave
the range of normal numbers are not dealt with here.

The bounds of the rate are compared with the nearest numbers at which the rounding asked for
changes its result. If one of those is not clearly outside of the bounds, as for a rate that is
exact or a tie, nothing is said. The exact way rounds to 20 places more first, and then as asked
for; both steps keep the order of numbers, and the numbers where the second one changes its result
are among the results of the first one. So what lies clearly between two of them is rounded to the
same number either way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from carbonkit.values.number import Rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MOST_PLACES", "Flow", "quick_rate"]

Flow: TypeAlias = tuple[float, float, float]
"""When, a whole number of units of time; how much, the nearest binary number; and one for the currency."""

MOST_PLACES: Final = 12
"""Decimal places up to which the binary way is worth trying."""

ULP: Final = math.ulp(1)  # 2^-52, twice the rounding unit
_ZERO: Final = 0 / 1
HALF: Final = 1 / 2
SLACK: Final = 64  # what is added to the count of roundings; 11 would do
_TRIES: Final = 8
_MOST_FLOWS: Final = 10_000
MOST_EXPONENT: Final = 300  # e^300 times an amount of 10^100 is still far from the ends of the range
MOST_GROWTH: Final = 100  # a rate of e^100 has no place behind the point that is certain
_LARGEST: Final = 10**100
LAST: Final = 2**40
WHOLE: Final = 2**50  # below it halves are exact
_NEAR: Final = 1 / 10**6  # so near to the root, another step would not change whether it is proven
FINE: Final = 1000  # the bounds are to be this many times closer than the last place
CLEAR: Final = 1 / 10**6  # of a last place, kept between the bounds and a number where the rounding changes


def quick_rate(flows: Sequence[Flow], per_year: int, places: int, rounding: Rounding) -> int | None:
    """
    Find the one internal rate of flows, if binary arithmetic can prove it.

    Args:
        flows: When, in whole units of time, how much, and in which currency; in any order.
        per_year: How many units of time a year has.
        places: Decimal places of the rate, at most `MOST_PLACES`.
        rounding: How the rate is rounded.

    Returns:
        The rate in units of its last place, or None: then nothing is known about the flows, not even
        that they are of one currency.

    Example:
        >>> when, paid = [0, 200, 365], [-100, 50, 60]
        >>> flows = [(float(day), float(amount), float(1)) for day, amount in zip(when, paid)]
        >>> quick_rate(flows, 365, 4, Rounding.HALF_UP)
        1280
    """
    if not 1 < len(flows) <= _MOST_FLOWS:
        return None
    guess, ordered = _first_guess(flows)
    if guess is None:
        return None
    wanted = 1 / (10**places * per_year * FINE)
    bounds = _bounds(flows, guess, wanted) if ordered else None
    if bounds is None:
        flows = _in_order(flows)
        bounds = _bounds(flows, guess, wanted)
    rate = bounds and _rounded(bounds, per_year, places, rounding)
    if rate is None and bounds is not None:
        bounds = _bounds(flows, bounds[0], 0)  # as close as it goes
        rate = bounds and _rounded(bounds, per_year, places, rounding)
    return rate


def _rounded(bounds: tuple[float, float], per_year: int, places: int, rounding: Rounding) -> int | None:
    """Turn bounds of y for a unit of time into a rate for a year, if both are rounded to it."""
    if not bounds[1] * per_year < MOST_GROWTH:
        return None
    scale, low, high = 10**places, math.expm1(bounds[0] * per_year), math.expm1(bounds[1] * per_year)
    # (1 + r)·|y|·u for the exponent, a few units in the last place of r for expm1 and the product
    pad = CLEAR + scale * (1 + abs(high)) * (4 * abs(bounds[1]) * per_year + SLACK) * ULP
    return _settled(low * scale - pad, high * scale + pad, rounding)


def _in_order(flows: Sequence[Flow]) -> Sequence[Flow]:
    """Put flows in the order of time, those paid in first within a day, and turn signs so that one is."""
    kept = sorted(flow for flow in flows if flow[1])
    if kept[0][1] > 0:
        kept = sorted((time, -amount, currency) for time, amount, currency in kept)
    return kept


def _first_guess(flows: Sequence[Flow]) -> tuple[float | None, bool]:
    """
    Guess from the mean and the spread of the days on which money is paid in and out.

    The logarithm of a present value is a sum of cumulants times powers of y; this takes the first three.

    Returns:
        The guess; whether the flows are in order, and the first is paid in.
    """
    paid_out = paid_in = moment_out = moment_in = square_out = square_in = _ZERO
    start, first, currency = flows[0]
    before, ordered = start, first < 0
    for time, amount, known in flows:
        if known != currency:
            return None, False
        if time < before:
            ordered = False
        before = time
        away = time - start
        moment = amount * away
        if amount > _ZERO:
            paid_out += amount
            moment_out += moment
            square_out += moment * away
        else:
            paid_in += amount
            moment_in += moment
            square_in += moment * away
    if not (-_LARGEST < paid_in < _ZERO < paid_out < _LARGEST):
        return None, False
    mean_out, mean_in = moment_out / paid_out, moment_in / paid_in
    duration = mean_out - mean_in
    if not duration:
        return None, False
    guess = math.log(-paid_out / paid_in) / duration
    spread = (square_out / paid_out - mean_out * mean_out) - (square_in / paid_in - mean_in * mean_in)
    bent = guess * spread / (2 * duration)
    return (guess * (1 + bent * (1 + 2 * bent)) if abs(bent) < HALF else guess), ordered


class _Point(NamedTuple):
    """f and its derivatives at a point, up to sign, the sum of the sizes, and the bound on the error of f."""

    last: float
    size: float
    value: float
    slope: float
    bend: float
    third: float
    fourth: float
    error: float

    def root(self) -> float:
        """Say how far on the root is, as Newton's rule has it for the series, from Chebyshev's step."""
        step = self.value / self.slope
        step *= 1 + step * self.bend / (2 * self.slope)
        falls = self.slope - step * (self.bend - step * (self.third - step * self.fourth / 3) / 2)
        return step + self.at(step) / falls if falls > 0 else step

    def at(self, z: float) -> float:
        """Sum the series up to the fourth power."""
        return self.value - z * (
            self.slope - z * (self.bend - z * (self.third - z * self.fourth / 4) / 3) / 2
        )

    def least(self, z: float, sign: int) -> float:
        """Give the least that sign·f can be at z from the point; |z|·last is below a half."""
        away = abs(z) * self.last
        unknown = self.error * (1 + away * (1 + away)) + away**5 * self.size / 60
        return sign * self.at(z) - 2 * unknown


def _bounds(flows: Sequence[Flow], y: float, wanted: float) -> tuple[float, float] | None:
    """Go to the root, by the series at one point after another, until the point proves it."""
    for _ in range(_TRIES):
        point, highest = _point(flows, y) or (None, _ZERO)
        if point is None:
            return None
        step = point.root()
        away = abs(step) * point.last
        strayed = away**5 * point.size / (30 * point.slope)
        if away < HALF and strayed <= max(wanted, point.error / point.slope):
            if highest < min(point.value, 0) - 2 * point.error:
                reach = 2 * strayed + 8 * point.error / point.slope
                low, high = step - reach, step + reach
                if not away + reach * point.last < HALF:
                    return None
                sure = point.least(low, 1) > 0 and point.least(high, -1) > 0
                return (y + low, y + high) if sure else None
            if away < _NEAR:
                return None
        y += step
    return None


def _point(flows: Sequence[Flow], y: float) -> tuple[_Point, float] | None:
    """Work a point out, and the highest sum of its terms before the last one; None if it is out of reach."""
    start, paid, _ = flows[0]
    last = flows[-1][0] - start
    if not (abs(y) * last < MOST_EXPONENT and last < LAST):
        return None
    value = highest = paid
    exp, back, gained, slope, bend, third, fourth = math.exp, -y, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO
    for time, amount, _ in flows[1:]:
        if value > highest:  # noqa: PLR1730  twice as fast as max
            highest = value
        away = time - start
        term = amount * exp(back * away)
        value += term
        if term > _ZERO:
            gained += term
        term *= away
        slope += term
        term *= away
        bend += term
        term *= away
        third += term
        fourth += term * away
    size = gained + gained - value
    error = (len(flows) + abs(y) * last + SLACK) * ULP * size
    if slope <= error * last:
        return None
    return _Point(last, size, value, slope, bend, third, fourth, error), highest


def _settled(low: float, high: float, rounding: Rounding) -> int | None:
    """Round two bounds, in units of the last place, if no number between them is rounded differently."""
    if not (-WHOLE < low <= high < WHOLE):
        return None
    if rounding is Rounding.HALF_UP or rounding is Rounding.HALF_EVEN:
        nearest = round((low + high) / 2)
        return nearest if nearest - HALF < low and high < nearest + HALF else None
    floor = math.floor(low)
    if not (floor < low and high < floor + 1):
        return None
    if rounding is Rounding.TOWARDS_ZERO:
        rounding = Rounding.FLOOR if floor >= 0 else Rounding.CEILING
    elif rounding is Rounding.AWAY_FROM_ZERO:
        rounding = Rounding.CEILING if floor >= 0 else Rounding.FLOOR
    return floor if rounding is Rounding.FLOOR else floor + 1
