"""
The quick way to the internal rates of many series at once: the same proof on arrays of numbers.

It does for thousands of series what `carbonkit.fund.performance.rate_bracket` does for one, with the same
conditions and the same bounds on the errors; a sum of n terms, in whatever order, is wrong by
at most n·u of their sizes, and the exponential of the array library is within 4 units in the
last place. It needs numpy, which is used where it is installed. A series that it says
nothing about is solved by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonkit.fund.performance.rate_bracket import (
    CLEAR,
    FINE,
    HALF,
    LAST,
    MOST_EXPONENT,
    MOST_GROWTH,
    SLACK,
    ULP,
    WHOLE,
)
from carbonkit.values.number import Rounding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import TypeAlias

    from numpy import bool_, float64
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[float64]
    Truths: TypeAlias = NDArray[bool_]

__all__ = ["WIDEST", "quick_rates"]

_STEPS: Final = 3
WIDEST: Final = 64
"""How many flows a series may have here; all are laid out as wide as the widest."""


def quick_rates(
    numbers: bytes, counts: Sequence[int], per_year: int, places: int, rounding: Rounding
) -> list[int | None]:
    """
    Find the one internal rate of each series, where binary arithmetic can prove it.

    Args:
        numbers: The flows of all series, one series after the other: of each the three numbers that
            `quick_rate` takes, in binary.
        counts: How many flows each series has.
        per_year: How many units of time a year has.
        places: Decimal places of the rates, at most `MOST_PLACES`.
        rounding: How the rates are rounded.

    Returns:
        Each rate in units of its last place, or None: then nothing is known about those flows. None
        for all where numpy is not installed, or the flows are not all of one currency.

    Example:
        >>> import struct
        >>> numbers = struct.pack("12d", 0, -100, 1, 200, 50, 1, 365, 60, 1, 0, -100, 1)
        >>> found = quick_rates(numbers, [3, 1], 365, 4, Rounding.HALF_UP)
        >>> found in ([1280, None], [None, None])
        True
    """
    nothing: list[int | None] = [None] * len(counts)
    try:
        import numpy as np  # noqa: PLC0415  not everybody has it
    except ImportError:
        return nothing
    times, amounts, currencies = np.frombuffer(numbers).reshape(-1, 3).T.copy()
    if not len(times) or max(counts) > WIDEST or (currencies != currencies[0]).any():
        return nothing
    with np.errstate(all="ignore"):  # what is not finite fails every comparison
        table = _laid_out(np, times, amounts, counts)
        rates, sure = _solved(np, table, per_year, places, rounding)
        rates[~sure] = 0
    found = zip(rates.astype(np.int64).tolist(), sure.tolist(), strict=True)
    return [rate if is_sure else None for rate, is_sure in found]


class _Table(NamedTuple):
    """Series as rows: times from the first, amounts, which column is before the last, the last times."""

    times: Floats
    amounts: Floats
    before_last: Truths
    last: Floats
    flows: Floats
    ordered: Truths

    def rows(self, chosen: Truths) -> _Table:
        """Take some of the series."""
        return _Table(
            self.times[chosen],
            self.amounts[chosen],
            self.before_last[chosen],
            self.last[chosen],
            self.flows[chosen],
            self.ordered[chosen],
        )


def _laid_out(np: ModuleType, times: Floats, amounts: Floats, series: Sequence[int]) -> _Table:
    counts = np.array(series)
    shape = (len(counts), int(counts.max()))
    filled = np.arange(shape[1]) < counts[:, None]
    time, amount = np.zeros(shape), np.zeros(shape)
    time[filled], amount[filled] = times, amounts
    time -= time[:, :1]
    before_last = np.arange(shape[1]) < counts[:, None] - 1
    rising = (time[:, 1:] >= time[:, :-1]) | ~filled[:, 1:]
    time[~filled] = 0
    ordered = rising.all(axis=1) & (amount[:, 0] < 0) & (counts > 1)
    last = time.max(axis=1)
    return _Table(time, amount, before_last, last, counts.astype(np.float64), ordered)


def _first_guess(np: ModuleType, table: _Table) -> Floats:
    """Guess as for one series, from the means and the spreads of the days."""
    sides: list[tuple[Floats, Floats, Floats]] = []
    for amount in (np.maximum(table.amounts, 0), np.minimum(table.amounts, 0)):
        total, moment = amount.sum(axis=1), (amount * table.times).sum(axis=1)
        mean = moment / total
        sides.append((total, mean, (amount * table.times * table.times).sum(axis=1) / total - mean * mean))
    (paid_out, mean_out, spread_out), (paid_in, mean_in, spread_in) = sides
    duration = mean_out - mean_in
    guess: Floats = np.log(-paid_out / paid_in) / duration
    bent = guess * (spread_out - spread_in) / (2 * duration)
    guess[abs(bent) < HALF] *= (1 + bent * (1 + 2 * bent))[abs(bent) < HALF]
    return guess


class _Points(NamedTuple):
    """What f is like at a point of each series; as in `rate_bracket`."""

    last: Floats
    size: Floats
    value: Floats
    slope: Floats
    bend: Floats
    third: Floats
    fourth: Floats
    error: Floats
    highest: Floats

    def at(self, z: Floats) -> Floats:
        inner = self.third - z * self.fourth / 4
        return self.value - z * (self.slope - z * (self.bend - z * inner / 3) / 2)

    def root(self) -> Floats:
        step = self.value / self.slope
        step = step * (1 + step * self.bend / (2 * self.slope))
        falls = self.slope - step * (self.bend - step * (self.third - step * self.fourth / 3) / 2)
        return step + self.at(step) / falls

    def strayed(self) -> Floats:
        return (abs(self.root()) * self.last) ** 5 * self.size / (30 * self.slope)

    def least(self, z: Floats, sign: int) -> Floats:
        away = abs(z) * self.last
        unknown = self.error * (1 + away * (1 + away)) + away**5 * self.size / 60
        return sign * self.at(z) - 2 * unknown


def _points(np: ModuleType, table: _Table, y: Floats) -> _Points:
    terms = table.amounts * np.exp(-y[:, None] * table.times)
    size, value = abs(terms).sum(axis=1), terms.sum(axis=1)
    highest = np.where(table.before_last, np.cumsum(terms, axis=1), -np.inf).max(axis=1)
    moments: list[Floats] = []
    for _ in range(4):
        terms = terms * table.times
        moments.append(terms.sum(axis=1))
    slope, bend, third, fourth = moments
    error = (table.flows + abs(y) * table.last + SLACK) * ULP * size
    return _Points(table.last.copy(), size, value, slope, bend, third, fourth, error, highest)


def _solved(
    np: ModuleType, table: _Table, per_year: int, places: int, rounding: Rounding
) -> tuple[Floats, Truths]:
    """Go to the roots, and give each rate with whether it is proven and rounded without doubt."""
    y = _first_guess(np, table)
    point = _points(np, table, y)
    wanted = 1 / (10**places * per_year * FINE)
    for _ in range(_STEPS):
        far = ~(point.strayed() <= np.maximum(wanted, point.error / point.slope))
        if not far.any():
            break
        y[far] += point.root()[far]
        again = _points(np, table.rows(far), y[far])
        for column, changed in zip(point, again, strict=True):
            column[far] = changed
    step, strayed = point.root(), point.strayed()
    reach = 2 * strayed + 8 * point.error / point.slope
    low, high = step - reach, step + reach
    sure = (
        table.ordered
        & (table.last < LAST)
        & ((abs(step) + reach) * table.last < HALF)
        & (abs(y) * table.last < MOST_EXPONENT)
    )
    sure &= point.slope > point.error * table.last
    sure &= point.highest < np.minimum(point.value, 0) - 2 * point.error
    sure &= (point.least(low, 1) > 0) & (point.least(high, -1) > 0)
    low, high = (y + low) * per_year, (y + high) * per_year
    sure &= high < MOST_GROWTH
    scale, most = 10**places, np.expm1(high)
    pad = CLEAR + scale * (1 + abs(most)) * (4 * abs(high) + SLACK) * ULP
    rates, clear = _rounded(np, np.expm1(low) * scale - pad, most * scale + pad, rounding)
    return rates, sure & clear


def _rounded(np: ModuleType, low: Floats, high: Floats, rounding: Rounding) -> tuple[Floats, Truths]:
    fits = (low > -WHOLE) & (low <= high) & (high < WHOLE)
    if rounding in {Rounding.HALF_UP, Rounding.HALF_EVEN}:
        nearest = np.rint((low + high) / 2)
        return nearest, fits & (nearest - HALF < low) & (high < nearest + HALF)
    floor = np.floor(low)
    clear = fits & (floor < low) & (high < floor + 1)
    up = {
        Rounding.FLOOR: False,
        Rounding.CEILING: True,
        Rounding.TOWARDS_ZERO: floor < 0,
        Rounding.AWAY_FROM_ZERO: floor >= 0,
    }
    return floor + up[rounding], clear
