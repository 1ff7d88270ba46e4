"""A mesh in the logarithm of the price, and what finite differences need on it, in floats; internal."""

from __future__ import annotations

import bisect
import itertools
import math
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FEWEST_HALVINGS, _MOST_HALVINGS = 6, 7  # of Simpson's rule: 64 parts, or 128
_AGREEMENT = 1 / 10_000  # of the cell's average, within which two estimates agree

Stencil = tuple[list[float], list[float], list[float]]
"""Weights of the node below, of the node itself and of the node above."""


def mesh(low: float, high: float, centre: float, density: float, points: int) -> list[float]:
    """Place nodes from low to high, closer to each other around the centre; evenly if that is outside."""
    # After D. Tavella and C. Randall (2000): evenly spaced in the inverse hyperbolic sine.
    step = 1 / (points - 1)
    if low <= centre <= high and low < high:
        width = density * (high - low)
        first, last = math.asinh((low - centre) / width), math.asinh((high - centre) / width)
        inside = [
            centre + width * math.sinh(first * (1 - index * step) + last * (index * step))
            for index in range(1, points - 1)
        ]
    else:
        inside = [low + (high - low) * (index * step) for index in range(1, points - 1)]
    return [low, *inside, high]


def gaps(nodes: Sequence[float]) -> list[float]:
    """Give the distances between neighbours."""
    return [after - before for before, after in itertools.pairwise(nodes)]


def first_derivative(widths: Sequence[float]) -> Stencil:
    """Give the second-order weights of d/dx on uneven nodes, one-sided at both ends."""
    below, here, above = [0 * widths[0]], [-1 / widths[0]], [1 / widths[0]]
    for left, right in itertools.pairwise(widths):
        below.append(-right / (left * (left + right)))
        here.append((right - left) / (left * right))
        above.append(left / (right * (left + right)))
    return [*below, -1 / widths[-1]], [*here, 1 / widths[-1]], [*above, 0 * widths[0]]


def second_derivative(widths: Sequence[float]) -> Stencil:
    """Give the weights of d²/dx² on uneven nodes; none at both ends."""
    zero = 0 * widths[0]
    below, here, above = [zero], [zero], [zero]
    for left, right in itertools.pairwise(widths):
        below.append(2 / (left * (left + right)))
        here.append(-2 / (left * right))
        above.append(2 / (right * (left + right)))
    return [*below, zero], [*here, zero], [*above, zero]


@attrs.frozen
class Payoff:
    """What exercise gives, as a function of the logarithm of the price."""

    sign: int
    strike: float

    def __call__(self, place: float) -> float:
        """Give it at one place."""
        return max(self.sign * (math.exp(place) - self.strike), 0 * self.strike)


def cell_averages(function: Callable[[float], float], nodes: Sequence[float]) -> list[float]:
    """Average a function over the cell around each node, by Simpson's rule; the two end nodes have none."""
    halves = [width / 2 for width in gaps(nodes)]
    inside = [
        _average(function, node - before, node + after, node)
        for node, (before, after) in zip(nodes[1:-1], itertools.pairwise(halves), strict=True)
    ]
    return [function(nodes[0]), *inside, function(nodes[-1])]


def _average(function: Callable[[float], float], low: float, high: float, node: float) -> float:
    ends = function(low) + function(high)
    within = ends / 2 * _AGREEMENT if ends else _AGREEMENT
    trapezoid = simpson = ends * (high - low) / 2
    parts = 1
    for halving in range(1, _MOST_HALVINGS + 1):
        width = (high - low) / parts
        total, place = 0 * ends, low + width / 2
        for _ in range(parts):
            total += function(place)
            place += width
        finer = (trapezoid + width * total) / 2
        parts *= 2
        better = (4 * finer - trapezoid) / 3
        if halving >= _FEWEST_HALVINGS and abs(simpson - better) <= within:
            return better / (high - low)
        trapezoid, simpson = finer, better
    return function(node)


def interpolate(nodes: Sequence[float], values: Sequence[float], place: float) -> float:
    """Read a value between nodes off the natural cubic spline."""
    widths = gaps(nodes)
    slopes = [
        (after - before) / width
        for (before, after), width in zip(itertools.pairwise(values), widths, strict=True)
    ]
    tilts = _tilts(widths, slopes)
    index = min(max(bisect.bisect_right(nodes, place) - 1, 0), len(widths) - 1)
    width, slope, at = widths[index], slopes[index], place - nodes[index]
    second = (3 * slope - tilts[index + 1] - 2 * tilts[index]) / width
    third = (tilts[index + 1] + tilts[index] - 2 * slope) / width**2
    return values[index] + at * (tilts[index] + at * (second + at * third))


def _tilts(widths: Sequence[float], slopes: Sequence[float]) -> list[float]:
    """Solve for the spline's derivative at each node; its second derivative is zero at both ends."""
    below: list[float] = [0]
    diagonal: list[float] = [2]
    above: list[float] = [1]
    right = [3 * slopes[0]]
    for (left_width, right_width), (left, slope) in zip(
        itertools.pairwise(widths), itertools.pairwise(slopes), strict=True
    ):
        below.append(right_width)
        diagonal.append(2 * (left_width + right_width))
        above.append(left_width)
        right.append(3 * (right_width * left + left_width * slope))
    below.append(1)
    diagonal.append(2)
    right.append(3 * slopes[-1])
    for index in range(1, len(diagonal)):
        factor = below[index] / diagonal[index - 1]
        diagonal[index] -= factor * above[index - 1]
        right[index] -= factor * right[index - 1]
    tilts = [right[-1] / diagonal[-1]]
    for index in range(len(above) - 1, -1, -1):
        tilts.append((right[index] - above[index] * tilts[-1]) / diagonal[index])
    return tilts[::-1]
