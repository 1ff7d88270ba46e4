"""Polynomials with whole coefficients: the same roots, each of them once, worked out exactly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["square_free"]


def square_free(coefficients: Sequence[int]) -> list[int]:
    """
    Divide a polynomial by what it shares with its derivative, so that no root is multiple.

    Args:
        coefficients: Whole numbers, the constant first; the last is not zero.

    Returns:
        The coefficients of a polynomial with the same roots, each of them simple.

    Example:
        >>> square_free([4, -4, 1])  # (x − 2)²
        [-2, 1]
    """
    whole = _primitive(coefficients)
    shared, rest = whole, _primitive([power * factor for power, factor in enumerate(whole)][1:])
    while rest:
        shared, rest = rest, _primitive(_remainder(shared, rest))
    return _quotient(whole, shared)


def _primitive(coefficients: Sequence[int]) -> list[int]:
    # Without the factor that all of them share.
    divisor = math.gcd(*coefficients)
    return [factor // divisor for factor in coefficients]


def _remainder(dividend: Sequence[int], divisor: Sequence[int]) -> list[int]:
    # Up to a whole factor, so that no fraction appears.
    rest = list(dividend)
    top = divisor[-1]
    while len(rest) >= len(divisor):
        lead = rest.pop()
        offset = len(rest) + 1 - len(divisor)
        rest = [top * factor for factor in rest]
        for power, factor in enumerate(divisor[:-1]):
            rest[offset + power] -= lead * factor
        while rest and not rest[-1]:
            rest.pop()
    return rest


def _quotient(dividend: Sequence[int], divisor: Sequence[int]) -> list[int]:
    # Exact: the divisor is primitive and divides the dividend, so every step is whole (Gauss).
    rest, found = list(dividend), []
    while len(rest) >= len(divisor):
        lead = rest[-1] // divisor[-1]
        offset = len(rest) - len(divisor)
        for power, factor in enumerate(divisor):
            rest[offset + power] -= lead * factor
        rest.pop()
        found.append(lead)
    return found[::-1]
