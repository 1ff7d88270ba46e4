"""
American options on forwards and futures by finite differences.

The valuation equation is solved backwards from expiry on a mesh in the logarithm of
the price, with the scheme of Crank and Nicolson (in one dimension that of Douglas), and
at each step no value is left below what exercise would give. The result is an
approximation by its nature, so this module works with 64-bit floats, unlike the other
options, and says how far it may be off.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund.figure import DIGITS, Number
from carbonkit.fund.option._log_mesh import (
    Payoff,
    Stencil,
    cell_averages,
    first_derivative,
    gaps,
    interpolate,
    mesh,
    second_derivative,
)
from carbonkit.fund.option._option_terms import OptionTerms, above_zero, decimal_of, shown
from carbonkit.fund.option.american_value import AmericanValue
from carbonkit.fund.option.barone_adesi_whaley import terms_of
from carbonkit.fund.option.black76 import black76
from carbonkit.values.number import whole
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.market.contract import Right

__all__ = ["Grid", "finite_difference"]

_FEWEST, _MOST = 8, 100_000
_A_YEAR: Final = 24  # how often a year the forward curve is looked at for the mesh's ends
_LARGEST: Final = Fraction(10) ** 100
_FURTHEST: Final = 100  # reach of the mesh, years, and rate × years
_CLOSEST: Final = Fraction(1, 1000)

METHOD: Final = Source(
    "Wiley",
    "D. Tavella and C. Randall, Pricing Financial Instruments: The Finite Difference Method",
    2000,
    status=Status.RECALLED,
    note="the mesh and the scheme; values agree with QuantLib 1.44 on the grid of Grid.of_quantlib",
)


def _count(value: int | str | Decimal) -> int:
    number = whole(value, field="grid")
    if not _FEWEST <= number <= _MOST:
        raise InvalidValueError(f"be from {_FEWEST} to {_MOST}", was=number, field="grid")
    return number


def _positive(value: Number) -> Fraction:
    return above_zero(value, field="grid")


@attrs.frozen(kw_only=True)
class Grid:
    """
    The steps in time and the mesh in the logarithm of the price.

    Args:
        time_steps: Even steps from expiry to now.
        price_points: Nodes of the mesh.
        tail: How many standard deviations the mesh reaches, before `scale`.
        scale: What the reach is multiplied with.
        density: How closely the nodes stand around the strike: smaller is closer; a part of the mesh.
        stop_days: A last, short step begins so many days from now (or that part of a shorter life).

    Raises:
        InvalidValueError: If a number is out of its range.

    Example:
        >>> Grid(time_steps=200, price_points=400, tail="3.7", scale="1.5", density="0.1",
        ...      stop_days="0.99").price_points
        400
    """

    time_steps: int = attrs.field(converter=_count)
    price_points: int = attrs.field(converter=_count)
    tail: Fraction = attrs.field(converter=_positive)
    scale: Fraction = attrs.field(converter=_positive)
    density: Fraction = attrs.field(converter=_positive)
    stop_days: Fraction = attrs.field(converter=_positive)

    def __attrs_post_init__(self) -> None:
        """Check that the last step begins within a day, and that floats tell the nodes apart."""
        if self.tail * self.scale > _FURTHEST:
            raise InvalidValueError(
                f"make tail × scale at most {_FURTHEST}", was=shown(self.tail * self.scale), field="tail"
            )
        if not _CLOSEST <= self.density <= 1 / _CLOSEST:
            raise InvalidValueError("be from 0.001 to 1000", was=shown(self.density), field="density")
        if self.stop_days >= 1:
            raise InvalidValueError("be below 1", was=shown(self.stop_days), field="stop_days")

    @classmethod
    def of_quantlib(cls, *, time_steps: int, price_points: int) -> Grid:
        """
        Give the grid that QuantLib 1.44's Black-Scholes finite difference engine lays out.

        Args:
            time_steps: Even steps from expiry to now.
            price_points: Nodes of the mesh.

        Returns:
            The grid: 1.5 times the deviations that one outcome in 10,000 lies beyond, which that
            engine has to nine digits.

        Example:
            >>> Grid.of_quantlib(time_steps=1000, price_points=2000).scale
            Fraction(3, 2)
        """
        return cls(
            time_steps=time_steps,
            price_points=price_points,
            tail="3.719016482125131",
            scale="1.5",
            density="0.1",
            stop_days="0.99",
        )

    def halved(self) -> Grid:
        """
        Give the grid with half the steps and half the nodes.

        Returns:
            The coarser grid.

        Example:
            >>> Grid.of_quantlib(time_steps=1000, price_points=2000).halved().time_steps
            500
        """
        return attrs.evolve(
            self,
            time_steps=max(_FEWEST, self.time_steps // 2),
            price_points=max(_FEWEST, self.price_points // 2),
        )


def finite_difference(
    right: Right,
    *,
    forward: Number,
    strike: Number,
    volatility: Number,
    years: Number,
    rate: Number,
    grid: Grid,
) -> AmericanValue:
    """
    Value an American option on a forward or future on a grid.

    Args:
        right: Call or put.
        forward: The price of the forward or future; above zero.
        strike: Above zero, in the same unit.
        volatility: Of the forward's logarithm, a year.
        years: Years to expiry; zero or more.
        rate: The interest rate, continuously compounded.
        grid: The steps and the mesh; a thousand by two thousand take about two seconds.

    Returns:
        The value of one unit, with the European one. Its `error` is a third of the difference to the
        value on the grid with half the steps and half the nodes.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a number is out of its range, or `right` is no `Right`.

    Example:
        >>> from carbonkit.market.contract import Right
        >>> worth = finite_difference(Right.PUT, forward=80, strike=100, volatility="0.2", years=1,
        ...                           rate="0.03", grid=Grid.of_quantlib(time_steps=50, price_points=100))
        >>> round(worth.value, 2), round(worth.european.value, 2)
        (Decimal('20.84'), Decimal('20.56'))
    """
    if not isinstance(grid, Grid):
        raise InvalidValueError("be a Grid", was=repr(grid), field="grid")
    european = black76(right, forward=forward, strike=strike, volatility=volatility, years=years, rate=rate)
    terms = terms_of(european)
    if terms.is_certain:
        at_once = decimal_of(terms.intrinsic, DIGITS)
        return AmericanValue(
            european=european,
            value=max(at_once, european.value),
            how="the better of exercise at once and at expiry, as no time or no volatility is left",
            source=METHOD,
            error=Decimal(0),
        )
    _check_size(terms)
    value, coarse = _solve(terms, grid), _solve(terms, grid.halved())
    return AmericanValue(
        european=european,
        value=Decimal(repr(value)),
        how=f"finite differences, Crank-Nicolson, {grid.time_steps} steps in time, {grid.price_points} "
        "nodes in price, in 64-bit floats",
        source=METHOD,
        error=Decimal(repr(abs(value - coarse) / 3)),
    )


def _check_size(terms: OptionTerms) -> None:
    # What a float holds, with room for the squares and exponentials on the way.
    for field in ("forward", "strike", "volatility", "years"):
        given = getattr(terms, field)
        if not 1 / _LARGEST < given < _LARGEST:
            raise InvalidValueError("lie between 1e-100 and 1e100", was=shown(given), field=field)
    if terms.years > _FURTHEST:
        raise InvalidValueError(f"be at most {_FURTHEST}", was=shown(terms.years), field="years")
    if abs(terms.rate * terms.years) > _FURTHEST:
        raise InvalidValueError(
            f"make rate × years lie within ±{_FURTHEST}", was=shown(terms.rate), field="rate"
        )
    if terms.volatility**2 * terms.years > _FEWEST:
        raise InvalidValueError(
            f"make volatility² × years at most {_FEWEST}", was=shown(terms.volatility), field="volatility"
        )


def _solve(terms: OptionTerms, grid: Grid) -> float:
    years, rate, volatility = _float(terms.years), _float(terms.rate), _float(terms.volatility)
    if abs(terms.rate) * terms.years >= grid.time_steps:
        raise InvalidValueError(
            "have more steps in time than rate × years",
            was=grid.time_steps,
            field="grid",
            hint="half of them are taken too, to estimate the error",
        )
    nodes = _nodes(terms, grid)
    if not all(gaps(nodes)):
        raise InvalidValueError(
            "have nodes that floats tell apart",
            was=f"{grid.price_points} nodes in a reach that is too short",
            field="grid",
            hint="take fewer nodes or a longer reach; so little time or volatility is nearly none",
        )
    payoff = Payoff(terms.sign, _float(terms.strike))
    least = [payoff(node) for node in nodes]
    values = cell_averages(payoff, nodes)
    scheme = _Scheme.of(nodes, rate, volatility, least)
    stop = _float(grid.stop_days) * min(1 / 365, years)
    step, now = years / grid.time_steps, years
    for left in range(grid.time_steps - 1, -1, -1):
        after = now - step if left else 0 * now
        if after <= stop < now:
            values = scheme.step(values, now, now - stop)
            if stop > after:
                values = scheme.step(values, stop, stop - after)
        else:
            values = scheme.step(values, now, step)
        now -= step
    return interpolate(nodes, values, math.log(_float(terms.forward)))


def _float(number: Fraction) -> float:
    return number.numerator / number.denominator


def _discount(rate: float, time: float) -> float:
    return 1 / math.exp(rate * time)


def _nodes(terms: OptionTerms, grid: Grid) -> list[float]:
    """Lay the mesh from the lowest forward less the reach to the highest and the reach."""
    years, rate, forward = _float(terms.years), _float(terms.rate), _float(terms.forward)
    dates = max(2, int(_A_YEAR * years))
    lowest = highest = forward
    before = 0 * years
    for count in range(1, dates + 1):
        # A future costs nothing to carry: interest up and yield down leave it as it is, to the last bit.
        date = count * (years / dates)
        forward = forward / _discount(rate, date) * _discount(rate, before)
        forward = forward * _discount(rate, date) / _discount(rate, before)
        lowest, highest, before = min(lowest, forward), max(highest, forward), date
    reach = _float(terms.volatility) * math.sqrt(years) * _float(grid.tail) * _float(grid.scale)
    return mesh(
        math.log(lowest) - reach,
        math.log(highest) + reach,
        math.log(_float(terms.strike)),
        _float(grid.density),
        grid.price_points,
    )


@attrs.frozen
class _Scheme:
    """V_t + ½σ²·V_xx − ½σ²·V_x − r·V = 0, stepped backwards; V is never below `least`."""

    slope: Stencil
    bend: Stencil
    rate: float
    volatility: float
    least: list[float]
    _systems: dict[tuple[float, float, float], _System] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, nodes: Sequence[float], rate: float, volatility: float, least: list[float]) -> _Scheme:
        widths = gaps(nodes)
        return cls(first_derivative(widths), second_derivative(widths), rate, volatility, least)

    def step(self, values: list[float], now: float, step: float) -> list[float]:
        """Go back by one step: half of it explicit, half implicit, then exercise where that is better."""
        after = max(0 * now, now - step)
        growth = _discount(self.rate, after) / _discount(self.rate, now)
        rate = math.log(growth) / (now - after)
        variance = self.volatility * self.volatility
        half = (variance * now - variance * after) / (now - after) / 2
        # Steps differ in their last bits alone, so that a few dozen systems serve them all.
        key = (rate, half, step)
        system = self._systems.get(key)
        if system is None:
            system = self._systems[key] = _System.of(self._operator(rate, half), step)
        return list(map(max, system.solve(values), self.least))

    def _operator(self, rate: float, half: float) -> Stencil:
        return (
            [half * b - half * s for b, s in zip(self.bend[0], self.slope[0], strict=True)],
            [half * b - half * s - rate for b, s in zip(self.bend[1], self.slope[1], strict=True)],
            [half * b - half * s for b, s in zip(self.bend[2], self.slope[2], strict=True)],
        )


@attrs.frozen
class _System:
    """(1 − step/2·L)·new = (1 + step/2·L)·values for tridiagonal L, by Thomas's elimination."""

    operator: Stencil
    step: float
    lower: list[float]
    pivots: list[float]
    factors: list[float]

    @classmethod
    def of(cls, operator: Stencil, step: float) -> _System:
        """Eliminate once; what depends on the values alone is left for `solve`."""
        below, here, above = operator
        part = step / 2
        pivot = 1 / (1 - part * here[0])
        pivots, factors, beside = [pivot], [0 * pivot], above[0]
        for low, middle, high in zip(below[1:], here[1:], above[1:], strict=True):
            factor = -part * beside * pivot
            pivot = 1 / (1 - part * (middle - factor * low))
            pivots.append(pivot)
            factors.append(factor)
            beside = high
        return cls(operator, step, [part * low for low in below], pivots, factors)

    def solve(self, values: list[float]) -> list[float]:
        """Give the values one step before."""
        step, part = self.step, self.step / 2
        moves = [
            before * low + value * middle + after * high
            for before, value, after, low, middle, high in zip(
                [0, *values[:-1]], values, [*values[1:], 0], *self.operator, strict=True
            )
        ]
        known = [value + step * moved - part * moved for value, moved in zip(values, moves, strict=True)]
        last = 0 * step
        forward: list[float] = []
        keep = forward.append
        for value, low, pivot in zip(known, self.lower, self.pivots, strict=True):
            last = (value + low * last) * pivot
            keep(last)
        result = [last]
        keep = result.append
        for value, factor in zip(forward[-2::-1], self.factors[:0:-1], strict=True):
            last = value - factor * last
            keep(last)
        result.reverse()
        return result
