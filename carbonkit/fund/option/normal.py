"""
The normal distribution in decimal arithmetic: its density, its distribution function and the inverse.

Option values, parametric value at risk and their sensitivities rest on it. The tails
keep as many significant digits as the middle, however far out they are.
"""

from __future__ import annotations

import functools
from decimal import Decimal
from fractions import Fraction
from typing import Final

from carbonkit.errors import InvalidValueError
from carbonkit.fund.exponential import context_of
from carbonkit.fund.figure import DIGITS, Number, fraction

__all__ = ["density", "distribution", "quantile"]

_GUARD: Final = 8  # digits beyond those asked for
_BITS: Final = Fraction(33220, 10_000)  # bits of one decimal digit, a little more than log2 10
_LN_10: Final = Fraction(23026, 10_000)
_LOST: Final = Fraction(2172, 10_000)  # decimal digits of e^(x²/2), for each x²
_FIRST: Final = 25  # digits of the first steps towards a quantile
_TWICE: Final = Fraction(19, 10)  # a step of Newton's doubles the digits, about
_MOST_STEPS: Final = 200


def density(x: Number, *, digits: int = DIGITS) -> Decimal:
    """
    Give the density of the standard normal distribution, e^(−x²/2) / √(2π).

    Args:
        x: Where.
        digits: Significant digits of the result.

    Returns:
        The density; zero only where it is below the smallest decimal there is.

    Raises:
        InexactNumberError: If `x` is a float, a bool, NaN or infinite.

    Example:
        >>> round(density(0), 20)
        Decimal('0.39894228040143267794')
    """
    given = fraction(x, field="x")
    return context_of(digits).plus(_density(given, digits + _GUARD))


def distribution(x: Number, *, digits: int = DIGITS) -> Decimal:
    """
    Give the probability that a standard normal variable is at most `x`.

    Args:
        x: Where.
        digits: Significant digits of the result, in the tails too.

    Returns:
        The probability.

    Raises:
        InexactNumberError: If `x` is a float, a bool, NaN or infinite.

    Example:
        >>> round(distribution("1.96"), 20)
        Decimal('0.97500210485177956586')
        >>> print(distribution(-40, digits=20))
        3.6558935409150297037E-350
    """
    return _distribution(fraction(x, field="x"), digits)


def quantile(probability: Number, *, digits: int = DIGITS) -> Decimal:
    """
    Find the point that a standard normal variable stays below with a given probability.

    Args:
        probability: Between 0 and 1; neither of them.
        digits: Significant digits of the result.

    Returns:
        The point.

    Raises:
        InexactNumberError: If the probability is a float, a bool, NaN or infinite.
        InvalidValueError: If it is not between 0 and 1.

    Example:
        >>> round(quantile("0.95"), 20)
        Decimal('1.64485362695147271486')
        >>> quantile("0.5")
        Decimal('0')
    """
    given = fraction(probability, field="probability")
    if not 0 < given < 1:
        raise InvalidValueError(
            "lie between 0 and 1", was=str(probability), field="probability", hint="neither 0 nor 1"
        )
    half = Fraction(1, 2)
    if given == half:
        return Decimal(0)
    # Close to one half the point is close to zero: there its leading digits are worked out as well.
    small = len(str(int(1 / abs(given - half))))
    found = _lower_quantile(min(given, 1 - given), digits + small + _GUARD)
    return context_of(digits).plus(found if given < half else found.copy_negate())


def _distribution(x: Fraction, digits: int) -> Decimal:
    context, inner = context_of(digits), digits + _GUARD
    tail = _density(x, inner)
    if tail:  # else x is so far out that the probability is 0 or 1 in any decimal
        tail = context_of(inner).multiply(tail, _mills(abs(x), inner))
    return context.plus(tail) if x < 0 else context.subtract(Decimal(1), tail)


def _density(x: Fraction, digits: int) -> Decimal:
    # The exponent's own size takes digits away from the relative accuracy.
    context = context_of(digits + 2 * len(str(int(abs(x)))))
    power = context.divide(Decimal(-x.numerator * x.numerator), Decimal(2 * x.denominator * x.denominator))
    return context.divide(context.exp(power), _root_of_two_pi(digits + _GUARD))


@functools.cache
def _root_of_two_pi(digits: int) -> Decimal:
    # Machin: π/4 = 4·arctan(1/5) − arctan(1/239), in whole numbers of 10^−(digits + guard).
    unit = 10 ** (digits + _GUARD)
    quarter = 4 * _inverse_tangent(5, unit) - _inverse_tangent(239, unit)
    context = context_of(digits + _GUARD)
    return context.sqrt(context.divide(Decimal(8 * quarter), Decimal(unit)))


def _inverse_tangent(bottom: int, unit: int) -> int:
    term = total = unit // bottom
    odd, sign = 1, 1
    while term:
        term //= bottom * bottom
        odd, sign = odd + 2, -sign
        total += sign * (term // odd)
    return total


def _mills(x: Fraction, digits: int) -> Decimal:
    """Give the tail beyond x ≥ 0 over the density at x."""
    return _by_series(x, digits) if x * x < digits else _by_continued_fraction(x, digits)


def _by_series(x: Fraction, digits: int) -> Decimal:
    # √(π/2)·e^(x²/2) − Σ x^(2k+1)/(2k+1)!!, whose two terms are alike but for the digits that are lost.
    inner = digits + int(x * x * _LOST * 2) + _GUARD
    bits = int(inner * _BITS)
    square = (x.numerator * x.numerator << bits) // (x.denominator * x.denominator)
    term = total = (x.numerator << bits) // x.denominator
    odd = 1
    while term:
        odd += 2
        term = (term * square >> bits) // odd
        total += term
    context = context_of(inner)
    half = context.divide(Decimal("0.5"), _density(x, inner))
    return context.subtract(half, context.divide(Decimal(total), Decimal(1 << bits)))


def _by_continued_fraction(x: Fraction, digits: int) -> Decimal:
    # Laplace: 1/(x + 1/(x + 2/(x + 3/(x + …)))). Term k brings the relative error down by about
    # e^(−2·arsinh(x/(2√k))), so n terms by e^(−L) or more, where L = x·(√(x² + 4n) − x); solved for n.
    needed = (digits + _GUARD) * _LN_10
    terms = int(needed / 2 + needed * needed / (4 * x * x)) + _GUARD
    bits = int((digits + _GUARD) * _BITS)
    start = (x.numerator << bits) // x.denominator
    double, tail = 1 << 2 * bits, start
    for count in range(terms, 0, -1):
        tail = start + count * double // tail
    return context_of(digits).divide(Decimal(1 << bits), Decimal(tail))


def _lower_quantile(probability: Fraction, digits: int) -> Decimal:
    """Solve ln Φ(x) = ln p for p < 1/2; Newton's steps on this concave function never pass the root."""
    working, settled = min(_FIRST, digits), False
    x = _start(probability)
    for _ in range(_MOST_STEPS):
        context = context_of(working + _GUARD)
        place = Fraction(x)
        here = _distribution(place, working + _GUARD)
        wanted = context.divide(Decimal(probability.numerator), Decimal(probability.denominator))
        slope = context.divide(_density(place, working + _GUARD), here)
        ratio = context.divide(here, wanted)
        step = context.divide(context.ln(ratio), slope)
        x = context.subtract(x, step)
        if settled:
            break
        small = -step.adjusted() if step else working
        settled = working == digits and 2 * small > digits + _GUARD
        if 2 * small > working:
            working = min(digits, max(working, int(small * _TWICE)))
    return x


def _start(probability: Fraction) -> Decimal:
    # −√(−2·ln 2p) lies a little left of the root, from the tail's bound Φ(−x) ≤ e^(−x²/2)/2.
    context = context_of(_FIRST)
    twice = context.divide(Decimal(2 * probability.numerator), Decimal(probability.denominator))
    return context.sqrt(context.multiply(Decimal(-2), context.ln(twice))).copy_negate()
