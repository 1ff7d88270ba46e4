"""
Every real root of an exponential sum, each to as many digits as asked for.

The sum is f(y) = Σ cᵢ·e^(−y·tᵢ) with whole cᵢ and whole times tᵢ ≥ 0. How all of
its roots are found, and why none is missed:

1. The line is cut at a small y₀ where f is not zero. On the left of it time runs
   backwards, so that each half looks at y growing and e^(−y·t) falling.
2. At a point a, let A(t) be the sum of the terms up to time t. Summing by parts,
   f = z·∫A(t)·e^(−z·t)dt with z = y − a, and such an integral has no more zeros
   at z > 0, each counted as often as it is multiple, than A changes its sign
   (Descartes' rule, for integrals). No change: no root beyond a. One change:
   exactly one root, because f then has one sign at a and the other far out.
   Far enough out the first term outweighs all others, so the march outwards ends.
3. Between two points of the march, let G_k be f with each cᵢ multiplied by tᵢ^k;
   up to sign it is f's k-th derivative. From a onwards |G_k''| is at most
   S = Σ|cᵢ|·tᵢ^(k+2)·e^(−a·tᵢ), so on [a, a + h] G_k leaves its chord by at most
   S·h²/8: if both ends have one sign and are larger than that, G_k keeps its
   sign. With k = 0 there is no root. With k > 0 Rolle's theorem does the rest:
   between neighbouring zeros of G_(j+1) lies at most one zero of G_j, and the
   signs at the ends tell whether it is there.
4. If no G_k keeps its sign, the interval is halved. That ends: a root of a sum of
   n terms is at most (n − 1)-fold, so near it some G_k with k < n is not zero.

A sign counts only where the value is larger than the bound on its rounding
error; otherwise everything is done again with more digits. They always help,
except at a multiple root. A sum of short span (flows once a year, say) is
divided by what it shares with its derivative, exactly, and then has none. In
any other, what still cannot be told from zero with more than 700 digits is
taken as zero: roots that lie closer than that come out as one. Such a root takes
milliseconds where two or three meet; where dozens do, in a sum of long span, it
may take minutes, and no flows of a real fund come near that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.fund.exponential import ExponentialSum, Point, context_of

if TYPE_CHECKING:
    from decimal import Context

__all__ = ["Root", "real_roots"]

_EXACT_SPAN: Final = 120  # up to this degree a multiple root is divided out, exactly
_EIGHTH: Final = Decimal("0.12500001")  # an eighth, with room for the rounding of the products that use it
_REACHES: Final = (1, 4)  # how many second derivatives a chord's bound looks ahead
_DEEP: Final = 10  # halvings after which that is worth its time
_MORE: Final = (1, 3, 9, 30)  # how many times the first number of digits is tried at a turning point


class _MultipleError(Exception):
    """There may be a multiple root, and the sum is short enough to divide it out; stays in this module."""


@attrs.frozen
class Root:
    """
    One real root, between two bounds that hold no other.

    Args:
        total: The sum that it is a root of.
        order: Which G_order has it as a simple zero; above 0 where the sum touches zero.
        low: A bound below.
        high: A bound above.
        sign_low: The sign of G_order at `low`.
        mirrored: Whether the sum runs backwards in time, so that y changes its sign.

    Example:
        >>> from decimal import Decimal
        >>> root, = real_roots(ExponentialSum.of({0: -100, 1: 110}))
        >>> round(root.value(Decimal("1e-20")), 18)  # the logarithm of 1.1
        Decimal('0.095310179804324860')
    """

    total: ExponentialSum
    order: int
    low: Decimal
    high: Decimal
    sign_low: int
    mirrored: bool

    def value(self, tolerance: Decimal) -> Decimal:
        """Return the root on the axis that was asked about, off by less than `tolerance`."""
        y = self.within(tolerance)
        return y.copy_negate() if self.mirrored and y else y

    def within(self, tolerance: Decimal) -> Decimal:
        """Return the root on the sum's own axis, off by less than `tolerance`."""
        # Each round halves the bounds at their middle, takes Newton's step from there, and tries to close
        # bounds in around the guess: 2^-power as wide, with the power doubled after each success. Signs
        # alone move the bounds, so a bad guess costs time and nothing else.
        low, high, power = self.low, self.high, 4
        if low < 0 < high and self.total.is_zero_at_zero(self.order):
            return Decimal(0)
        scale = self.total.digits + max(self.low.adjusted(), self.high.adjusted(), 0)
        while True:
            context = context_of(scale - min(low.adjusted(), high.adjusted(), tolerance.adjusted(), 0) + 8)
            width = context.subtract(high, low)
            if width <= tolerance:
                return _middle(context, low, high)
            radius = max(context.divide(width, Decimal(2**power)), context.divide(tolerance, Decimal(2)))
            digits = scale - min(radius.adjusted(), 0)
            context = context_of(digits + 8)
            point = _told(self.total, _middle(context, low, high), self.order, digits)
            low, high = self._narrowed(low, high, point)
            guess = point.newton(self.order)
            if guess is None or not low < guess < high:
                continue
            closed = True
            for bound in (context.subtract(guess, radius), context.add(guess, radius)):
                if low < bound < high:
                    low, high = self._narrowed(low, high, _told(self.total, bound, self.order, digits))
                    closed = closed and bound == (low if bound < guess else high)
            power = 2 * power if closed else max(1, power // 2)

    def _narrowed(self, low: Decimal, high: Decimal, point: Point) -> tuple[Decimal, Decimal]:
        return (point.y, high) if point.sign(self.order) == self.sign_low else (low, point.y)


def _told(total: ExponentialSum, y: Decimal, order: int, digits: int) -> Point:
    """
    Work a point out with as many digits as it takes to tell the sign of G_order.

    That ends: e^y is transcendental at a rational y other than 0 (Lindemann), so a sum
    with whole coefficients and times is not zero there; and y = 0 is not asked about
    where it is a root.

    Args:
        total: The sum.
        y: Where; not 0 if G_order is zero there.
        order: Which G.
        digits: How many digits to begin with.

    Returns:
        The point, with a sign that is certain.
    """
    point = Point(total, y, digits)
    while not point.sign(order):
        digits *= 2
        point = Point(total, y, digits)
    return point


def _middle(context: Context, low: Decimal, high: Decimal) -> Decimal:
    return context.divide(context.add(low, high), Decimal(2))


def real_roots(total: ExponentialSum) -> tuple[Root, ...]:
    """
    Find every real root of a sum; a multiple one is there once.

    Args:
        total: The sum, of one term or more.

    Returns:
        The roots, from the lowest y to the highest.

    Example:
        >>> len(real_roots(ExponentialSum.of({0: -1000, 1: 2300, 2: -1320})))  # rates of 10 % and 20 %
        2
    """
    if len({factor > 0 for _, factor in total.terms}) == 1:
        return ()
    try:
        return _roots(total, simple=total.span > _EXACT_SPAN)
    except _MultipleError:
        return _roots(total.square_free(), simple=True)


def _roots(total: ExponentialSum, *, simple: bool) -> tuple[Root, ...]:
    context = context_of(total.digits)
    cut = context.divide(Decimal(1), Decimal(7 * total.span))  # no halving of the march comes upon 0
    right = _Half(total, simple, mirrored=False).roots_above(cut)
    left = _Half(total.backwards(), simple, mirrored=True).roots_above(cut.copy_negate())
    return (*reversed(left), *right)


@attrs.frozen
class _Half:
    """The search on one side of the cut, outwards."""

    total: ExponentialSum
    simple: bool  # whether what can be done about multiple roots was done
    mirrored: bool

    def roots_above(self, start: Decimal) -> list[Root]:
        context = context_of(self.total.digits)
        found: list[Root] = []
        near, step = self._point(start), context.divide(Decimal(1), Decimal(self.total.span))
        while (changes := near.sign_changes()) != 0:
            far = self._point(context.add(near.y, step))
            if changes != 1:
                found += self._between(near, far, depth=0)
            elif near.sign(0) != far.sign(0):
                return [*found, self._root(0, near, far)]
            near, step = far, context.multiply(step, Decimal(2))
        return found

    def _between(self, near: Point, far: Point, *, depth: int) -> list[Root]:
        for order in range(min(2 + depth // 4, len(self.total.terms) - 1) + 1):
            if _keeps_its_sign(order, near, far):
                return self._zeros(0, order, near, far)
        if depth > _DEEP and not self.simple:
            raise _MultipleError
        middle = self._point(_middle(context_of(max(near.digits, far.digits)), near.y, far.y))
        return self._between(near, middle, depth=depth + 1) + self._between(middle, far, depth=depth + 1)

    def _zeros(self, level: int, steady: int, near: Point, far: Point) -> list[Root]:
        """List the zeros of G_level between two points, knowing that G_steady has none."""
        if level == steady:
            return []
        turns = self._zeros(level + 1, steady, near, far)
        nodes = [
            _told(self.total, near.y, level, near.digits),
            *(self._turn(root, level) for root in turns),
            _told(self.total, far.y, level, far.digits),
        ]
        signs = [node.sign(level) for node in nodes]
        found: list[Root] = []
        for index in range(len(turns) + 1):
            if index and signs[index] == 0:
                found.append(turns[index - 1])
            if signs[index] * signs[index + 1] < 0:
                found.append(self._root(level, nodes[index], nodes[index + 1]))
        return found

    def _turn(self, root: Root, level: int) -> Point:
        """Go to where G_level is flat, so close that it is wrong by less than its rounding error."""
        for times in _MORE[:-1]:
            point = self._near(root, times)
            if point.sign(level):
                return point
            if not self.simple:
                raise _MultipleError
        return self._near(root, _MORE[-1])

    def _near(self, root: Root, times: int) -> Point:
        digits = times * self.total.digits
        places = digits // 2 + len(str(self.total.span)) + 2
        return Point(self.total, root.within(Decimal((0, (1,), -places))), digits)

    def _root(self, level: int, near: Point, far: Point) -> Root:
        return Root(self.total, level, near.y, far.y, near.sign(level), self.mirrored)

    def _point(self, y: Decimal) -> Point:
        return _told(self.total, y, 0, self.total.digits)


def _keeps_its_sign(order: int, near: Point, far: Point) -> bool:
    least = min(near.margin(order), far.margin(order))
    if least <= 0 or near.sign(order) != far.sign(order):
        return False
    context = near.context
    width = context.subtract(far.y, near.y)
    eighth = context.multiply(context.multiply(width, width), _EIGHTH)
    # A bound on the second derivative: crude at first, then through its own chord and second derivative.
    for reach in _REACHES:
        bend = near.size(order + 2 * reach)
        for step in range(reach - 1, 0, -1):
            ends = max(near.most(order + 2 * step), far.most(order + 2 * step))
            bend = context.add(ends, context.multiply(bend, eighth))
        if context.multiply(bend, eighth) < least:
            return True
    return False
