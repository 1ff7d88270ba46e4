"""
Sums of exponentials, Σ cᵢ·e^(−y·tᵢ), worked out with a bound on the rounding error.

The present value of dated cash flows is such a sum: y is the logarithm of one
plus the rate, for the unit of time that the tᵢ are counted in.
"""

from __future__ import annotations

import decimal
import functools
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.fund.polynomial import square_free

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ExponentialSum", "Point", "context_of"]

_DIGITS = 24  # digits that stay after the rounding errors, to begin with


@functools.cache
def context_of(digits: int) -> decimal.Context:
    """Return a context of so many digits, apart from the host's; nothing in it overflows in practice."""
    return decimal.Context(
        prec=digits,
        rounding=decimal.ROUND_HALF_EVEN,
        Emin=decimal.MIN_EMIN,
        Emax=decimal.MAX_EMAX,
        clamp=0,
        traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
    )


@attrs.frozen
class ExponentialSum:
    """
    The sum Σ cᵢ·e^(−y·tᵢ), as a function of y.

    Args:
        terms: Pairs of a time and a coefficient, whole numbers; times rise from 0, no coefficient is 0.

    Example:
        >>> ExponentialSum.of({0: -100, 2: 110}).terms
        ((0, -100), (2, 110))
    """

    terms: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, coefficients: Mapping[int, int]) -> ExponentialSum:
        """
        Put terms in order, without those that are zero, with the first time as 0.

        Args:
            coefficients: The coefficient of each time.

        Returns:
            The sum; it has the same roots.

        Example:
            >>> ExponentialSum.of({5: 3, 4: 0, 2: -1}).terms
            ((0, -1), (3, 3))
        """
        kept = sorted((time, factor) for time, factor in coefficients.items() if factor)
        return cls(tuple((time - kept[0][0], factor) for time, factor in kept))

    @property
    def span(self) -> int:
        """The last time."""
        return self.terms[-1][0]

    @property
    def digits(self) -> int:
        """How many digits to begin with, so that enough stay after the rounding errors."""
        return _DIGITS + len(str(self.span + len(self.terms)))

    def backwards(self) -> ExponentialSum:
        """Return the sum with time running backwards: its roots have the other sign."""
        return ExponentialSum(tuple((self.span - time, factor) for time, factor in reversed(self.terms)))

    def square_free(self) -> ExponentialSum:
        """Return a sum with the same roots, none of them multiple; exact, for a short span."""
        dense = [0] * (self.span + 1)
        for time, factor in self.terms:
            dense[time] = factor
        return ExponentialSum.of(dict(enumerate(square_free(dense))))

    def is_zero_at_zero(self, order: int) -> bool:
        """Say exactly whether y = 0 is a zero of G_order; see `Point`."""
        value: int = sum(factor * time**order for time, factor in self.terms)
        return value == 0


class Point:
    """
    The sum's terms at one y, and from them G_k = Σ cᵢ·tᵢ^k·e^(−y·tᵢ), up to sign its k-th derivative.

    Args:
        total: The sum.
        y: Where.
        digits: Significant digits to compute with.

    Example:
        >>> from decimal import Decimal
        >>> Point(ExponentialSum.of({0: -100, 2: 110}), Decimal("0.04"), 30).sign(0)
        1
    """

    # A term is cᵢ·x^tᵢ, x = e^(−y). One rounding is a relative error of at most 5 units of 10^−digits. Up to
    # tᵢ roundings come from x, 2 from the power, 1 from the product with cᵢ, 1 from each factor tᵢ, at most
    # n from the sum of n terms and 1 from the difference. `slack` is above all of that together (6 units
    # for each, 32 for the small counts), so |error of G_k| < slack·Σ|cᵢ|·tᵢ^k·x^tᵢ.

    __slots__ = ("_moments", "_weighted", "context", "digits", "slack", "terms", "total", "y")

    def __init__(self, total: ExponentialSum, y: Decimal, digits: int) -> None:
        context = context_of(digits)
        base = context.exp(context.copy_negate(y))
        power, multiply = context.power, context.multiply
        self.total, self.y, self.digits, self.context = total, y, digits, context
        self.terms = [multiply(Decimal(factor), power(base, time)) for time, factor in total.terms]
        units = 6 * (total.span + 2 * len(total.terms) + 32)
        self.slack = context.scaleb(Decimal(units), -digits)
        self._weighted = self.terms
        self._moments: list[tuple[Decimal, Decimal]] = []

    def moment(self, order: int) -> tuple[Decimal, Decimal]:
        """Return the sum of G_order's positive terms and that of its negative ones, both without sign."""
        context = self.context
        while len(self._moments) <= order:
            if self._moments:
                times = (time for time, _ in self.total.terms)
                multiply = context.multiply
                self._weighted = [
                    multiply(term, Decimal(time)) for term, time in zip(self._weighted, times, strict=True)
                ]
            zero = Decimal(0)
            gains = functools.reduce(context.add, (term for term in self._weighted if term > 0), zero)
            losses = functools.reduce(context.add, (term for term in self._weighted if term < 0), zero)
            self._moments.append((gains, losses.copy_negate()))
        return self._moments[order]

    def value(self, order: int) -> Decimal:
        """Return G_order, rounded."""
        return self.context.subtract(*self.moment(order))

    def size(self, order: int) -> Decimal:
        """Return Σ|cᵢ|·tᵢ^order·e^(−y·tᵢ), rounded."""
        return self.context.add(*self.moment(order))

    def margin(self, order: int) -> Decimal:
        """Return what |G_order| is at least; zero or less if its sign cannot be told."""
        error = self.context.multiply(self.slack, self.size(order))
        return self.context.subtract(self.value(order).copy_abs(), error)

    def most(self, order: int) -> Decimal:
        """Return what |G_order| is at most."""
        error = self.context.multiply(self.slack, self.size(order))
        return self.context.add(self.value(order).copy_abs(), error)

    def sign(self, order: int) -> int:
        """Return 1 or -1, or 0 if these digits cannot tell."""
        if self.margin(order) <= 0:
            return 0
        return 1 if self.value(order) > 0 else -1

    def sign_changes(self) -> int | None:
        """Count the changes of sign of the partial sums in order of time; None if a sign cannot be told."""
        context = self.context
        floor = context.multiply(self.slack, self.size(0))
        running, changes, before = Decimal(0), 0, 0
        for term in self.terms:
            running = context.add(running, term)
            if running.copy_abs() <= floor:
                return None
            sign = 1 if running > 0 else -1
            changes += before * sign < 0
            before = sign
        return changes

    def newton(self, order: int) -> Decimal | None:
        """
        Take Newton's step towards a zero of G_order.

        It is taken on the logarithm of the ratio of the positive to the negative
        terms: close to a straight line, however large or small the terms are.

        Args:
            order: Which G.

        Returns:
            The next guess; None if there is no ratio, or it is flat.
        """
        context = self.context
        (gains, losses), (gains_slope, losses_slope) = self.moment(order), self.moment(order + 1)
        if not gains or not losses:
            return None
        slope = context.subtract(context.divide(losses_slope, losses), context.divide(gains_slope, gains))
        if not slope:
            return None
        height = context.ln(context.divide(gains, losses))
        return context.subtract(self.y, context.divide(height, slope))
