"""
Uncertainty by simulation: approach 2 of the IPCC, with a named seed and shared factors drawn once.

One seed gives one result on every machine: a draw is 64 bits of the Mersenne Twister, the normal
deviate a whole number of billionths of a standard deviation, and everything after that whole
numbers and decimals. Nothing passes through a float.

An input with half of a 95 % interval of up to 30 % is drawn from a normal distribution, a wider
one from a lognormal distribution of the same mean and standard deviation; a standard deviation is
half of the interval divided by 1.96. A rate of zero with limits apart is drawn normally.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs

from carbonkit.accounting._deviate import PLACES, SCALE, Draw, always, drawn_around
from carbonkit.accounting._spread import (
    HUNDREDTH,
    Assumption,
    Inputs,
    OfCalculation,
    OfFactor,
    inputs,
    potentials,
    reversals,
)
from carbonkit.accounting.statement import Statement
from carbonkit.accounting.uncertainty import square_root
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import (
    Exact,
    Rounding,
    add,
    divide,
    exact,
    multiply,
    plain,
    round_to,
    subtract,
    whole,
)
from carbonkit.values.quantity import CO2e
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["QuantileRule", "Simulation", "simulate"]

Progress: TypeAlias = "Callable[[int, int], object]"

_UNIT: Final = "tCO2e"
_FEWEST, _MOST = 100, 10_000_000  # draws
_REPORTS: Final = 100  # how often progress is told

_LOWER, _UPPER = Decimal("0.025"), Decimal("0.975")

APPROACH_2: Final = Source(
    "IPCC",
    "2006 Guidelines for National Greenhouse Gas Inventories, volume 1",
    2006,
    table="chapter 3, approach 2",
    status=Status.RECALLED,
    note="lognormal above 30 %, and 1.96 standard deviations to half of an interval, from memory",
)
QUANTILES: Final = Source(
    "R. J. Hyndman, Y. Fan",
    "Sample quantiles in statistical packages, The American Statistician 50",
    1996,
    table="types 1 and 7",
    status=Status.RECALLED,
)


class QuantileRule(enum.Enum):
    """
    Which number is a quantile of draws; the customs differ, so there is no default.

    Example:
        >>> QuantileRule.NEAREST_RANK.value
        'the smallest draw that at least the share of all draws does not exceed'
    """

    NEAREST_RANK = "the smallest draw that at least the share of all draws does not exceed"
    INTERPOLATED = "between the two draws around the place (n - 1) × share, in proportion"


@attrs.frozen(repr=False)
class Simulation:
    """
    What a total may be, by draws of all that is uncertain; made by `simulate`.

    Args:
        total: The total itself.
        seed: The seed that the draws follow from.
        steps: The drawn totals from small to large, in steps of `step`.
        step: How much one step is. [tCO2e]
        findings: What a reader must know: what was assumed, which limits are not symmetric, what was
            drawn from a lognormal distribution, how many reversals err by themselves.

    Example:
        >>> found = Simulation(CO2e("2", "tCO2e"), 7, (1, 2, 3, 4), Decimal("0.5"), ())
        >>> found.quantile("0.5", QuantileRule.NEAREST_RANK, 2, Rounding.HALF_UP)
        CO2e('1.00', 'tCO2e')
        >>> found.quantile("0.5", QuantileRule.INTERPOLATED, 2, Rounding.HALF_UP)
        CO2e('1.25', 'tCO2e')
    """

    total: CO2e
    seed: int
    steps: tuple[int, ...]
    step: Decimal
    findings: tuple[str, ...]

    @property
    def draws(self) -> int:
        """How often everything was drawn."""
        return len(self.steps)

    def quantile(self, share: Exact, rule: QuantileRule, places: int, rounding: Rounding) -> CO2e:
        """
        Say which total a share of the draws does not exceed.

        Args:
            share: The share, from 0 to 1.
            rule: Which number that is.
            places: Decimal places, in tonnes.
            rounding: How it is rounded.

        Returns:
            The quantile.

        Raises:
            InvalidValueError: If the share is not from 0 to 1, or `places` is beyond what a number may have.
        """
        return CO2e(round_to(self._quantile(exact(share, field="share"), rule), places, rounding), _UNIT)

    def interval(self, rule: QuantileRule, places: int, rounding: Rounding) -> tuple[CO2e, CO2e]:
        """
        Say between which totals 95 % of the draws lie.

        Args:
            rule: Which numbers the two quantiles are.
            places: Decimal places, in tonnes.
            rounding: How they are rounded.

        Returns:
            The quantiles of 2.5 % and 97.5 %.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        lower = self.quantile(_LOWER, rule, places, rounding)
        return lower, self.quantile(_UPPER, rule, places, rounding)

    def percent(self, rule: QuantileRule, places: int, rounding: Rounding) -> Decimal:
        """
        Say how far the total may be off, as a share of it; to be held against approach 1.

        Args:
            rule: Which numbers the two quantiles are.
            places: Decimal places.
            rounding: How the result is rounded.

        Returns:
            Half of the 95 % interval. [%]

        Raises:
            InvalidValueError: If the total is zero, or `places` is beyond what a number may have.
        """
        if not self.total.number:
            raise InvalidValueError("not be zero, to have shares", was=str(self.total), field="total")
        width = subtract(self._quantile(_UPPER, rule), self._quantile(_LOWER, rule))
        share = _fraction(width) / _fraction(self.total.number.copy_abs()) * 50
        return _rounded(share, places, rounding)

    def mean(self, places: int, rounding: Rounding) -> CO2e:
        """
        Average the draws.

        Args:
            places: Decimal places, in tonnes.
            rounding: How the mean is rounded.

        Returns:
            Their mean.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        mean = Fraction(sum(self.steps), self.draws) * _fraction(self.step)
        return CO2e(_rounded(mean, places, rounding), _UNIT)

    def standard_deviation(self, places: int, rounding: Rounding) -> CO2e:
        """
        Say how far the draws lie from their mean.

        Args:
            places: Decimal places, in tonnes.
            rounding: How the root is rounded.

        Returns:
            The root of the sum of squares over one less than the number of draws.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        squares = sum(each * each for each in self.steps)
        variance = (squares - Fraction(sum(self.steps) ** 2, self.draws)) / (self.draws - 1)
        return CO2e(square_root(variance * _fraction(self.step) ** 2, places, rounding), _UNIT)

    def explain(self, rule: QuantileRule, places: int, rounding: Rounding) -> Explanation:
        """
        Say how the interval came about.

        Args:
            rule: Which numbers the two quantiles are.
            places: Decimal places, in tonnes.
            rounding: How they are rounded.

        Returns:
            The interval with its seed, its rules and findings.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        lower, upper = self.interval(rule, places, rounding)
        parts = [
            Explanation("draws", f"{self.draws}", f"Mersenne Twister, seed {self.seed}", APPROACH_2),
            Explanation("quantiles", rule.name.lower().replace("_", " "), rule.value, QUANTILES),
            *(Explanation("finding", each) for each in self.findings),
        ]
        what = f"95 % interval of {self.total}, approach 2"
        return Explanation(what, f"{lower} to {upper}", "quantiles of 2.5 % and 97.5 %", parts=tuple(parts))

    def _quantile(self, share: Decimal, rule: QuantileRule) -> Decimal:
        check_type(rule, QuantileRule, field="rule")
        if not 0 <= share <= 1:
            raise InvalidValueError("be a share from 0 to 1", was=plain(share), field="share")
        if rule is QuantileRule.NEAREST_RANK:
            rank = int(round_to(multiply(share, Decimal(self.draws)), 0, Rounding.CEILING))
            return multiply(Decimal(self.steps[max(rank, 1) - 1]), self.step)
        place = multiply(share, Decimal(self.draws - 1))
        before = int(place)
        low, high = self.steps[before], self.steps[min(before + 1, self.draws - 1)]
        beyond = multiply(subtract(place, Decimal(before)), Decimal(high - low))
        return multiply(add(Decimal(low), beyond), self.step)

    def __repr__(self) -> str:
        """Say how often it drew, and from which seed."""
        return f"<Simulation of {self.total}, {self.draws} draws, seed {self.seed}>"


def simulate(
    statement: Statement,
    *,
    seed: int,
    draws: int,
    assumed: Assumption | None = None,
    potential: Mapping[str, Exact] | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """
    Draw all that is uncertain again and again, and add up the total each time.

    A rate is drawn once for all lines of its factor, a potential once for all of its gas, a quantity
    once for each row, so that a bill and its credit note err apart, and so do the parts of one bill that
    was split, which narrows the interval. The order of the rows changes nothing.

    Args:
        statement: The inventory, weighed.
        seed: Any whole number from 0; the same seed gives the same result everywhere.
        draws: How often, from 100 to ten million.
        assumed: What to take where an input has no uncertainty; what it does not name is refused.
        potential: Half of the 95 % interval of global warming potentials by gas, if they are to count,
            as a share of them. [%]
        progress: Is told how many draws are made, and of how many; what it raises ends the simulation.

    Returns:
        The drawn totals, from which quantiles are rounded.

    Raises:
        BatchError: If an input has no uncertainty and none is assumed; all such are named.
        InvalidValueError: If `seed` or `draws` is out of range.
        UnknownGasError: If the GWP set does not hold a gas of `potential`.

    Example:
        >>> from carbonkit.accounting import Activity, Catalogue, Factor, Rate, Scope, account, gwp_set
        >>> from carbonkit.values import Energy, Period, Place
        >>> year, place = Period.year(2025), Place("US")
        >>> factor = Factor("gas", "1", "gas", place, year, "GJ", [Rate("CO2", 50, "kg", lower=45, upper=55)],
        ...                 Source("Us", "Gas analysis", 2025))
        >>> bills = [Activity(site, site, "gas", Energy(much, "GJ"), place, year, Scope.ONE, uncertainty=0)
        ...          for site, much in (("north", 100), ("south", 200))]
        >>> statement = account(bills, Catalogue([factor])).co2e(gwp_set("AR6"))
        >>> found = simulate(statement, seed=1, draws=2000)
        >>> print(*found.interval(QuantileRule.INTERPOLATED, 1, Rounding.HALF_EVEN))
        13.6 tCO2e 16.5 tCO2e
    """
    check_type(statement, Statement, field="statement")
    start, count = whole(seed, field="seed"), whole(draws, field="draws")
    if start < 0:
        raise InvalidValueError("be zero or more", was=start, field="seed")
    if not _FEWEST <= count <= _MOST:
        raise InvalidValueError(f"be from {_FEWEST} to {_MOST}", was=count, field="draws")
    found = inputs(statement, assumed)
    model = _Model.of(found, potentials({} if potential is None else potential, statement.gwp))
    random = Random(start)  # noqa: S311  a simulation that can be repeated, no secret
    every = max(1, count // _REPORTS)
    steps = []
    for done in range(1, count + 1):
        steps.append(model.draw(random))
        if progress is not None and (done % every == 0 or done == count):
            progress(done, count)
    findings = (*found.assumed, *model.findings, *reversals(found))
    return Simulation(statement.total, start, tuple(sorted(steps)), model.step, findings)


@attrs.frozen
class _Group:
    """A factor with its lines, or a calculation: the sum of its quantities × the sum of its weights."""

    scale: int
    certain: int
    quantities: tuple[Draw, ...]
    weights: tuple[tuple[str, Draw], ...]

    def draw(self, random: Random, gases: Mapping[str, int]) -> int:
        """Draw all of it once."""
        quantity = self.certain
        for drawn in self.quantities:
            quantity += drawn(random)
        weight = 0
        for gas, drawn in self.weights:
            weight += drawn(random) * gases.get(gas, SCALE)
        return quantity * weight


@attrs.define
class _Model:
    """A statement in whole numbers, which can be drawn; what is not drawn normally is a finding."""

    groups: list[tuple[int, _Group]]
    gases: dict[str, Draw]
    findings: list[str]
    step: Decimal

    @classmethod
    def of(cls, found: Inputs, percents: Mapping[str, Decimal]) -> _Model:
        """Put everything in whole numbers; of a potential, by how much it is off."""
        findings: list[str] = []
        gases = {gas: _of_potential(gas, percents[gas], findings) for gas in sorted(percents)}
        groups = [_of_factor(each, findings) for each in found.factors]
        groups += [_of_calculation(each, findings) for each in found.calculations]
        widest = max((group.scale for group in groups), default=0)
        ready = [(10 ** (widest - group.scale), group) for group in groups]
        return cls(ready, gases, findings, Decimal((0, (1,), -(widest + 3 * PLACES))))

    def draw(self, random: Random) -> int:
        """Draw the total once."""
        gases = {gas: drawn(random) for gas, drawn in self.gases.items()}
        return sum(power * group.draw(random, gases) for power, group in self.groups)


def _of_potential(gas: str, percent: Decimal, findings: list[str]) -> Draw:
    scale = _scale([percent])
    mean, half = _whole(Decimal(100), scale), _whole(percent, scale)
    drawn = drawn_around(mean, half, f"global warming potential of {gas}", findings)
    return lambda random: drawn(random) // mean


def _of_factor(factor: OfFactor, findings: list[str]) -> _Group:
    halves = [multiply(line.number, multiply(line.percent, HUNDREDTH)) for line in factor.lines]
    scale = _scale([*(line.number for line in factor.lines), *halves])
    certain, quantities = 0, []
    for line, half in zip(factor.lines, halves, strict=True):
        mean = _whole(line.number, scale)
        if half:
            quantities.append(drawn_around(mean, _whole(half, scale), f"activity {line.id}", findings))
        else:
            certain += mean * SCALE
    over = _scale([*(rate.weight for rate in factor.rates), *(rate.half for rate in factor.rates)])
    weights = []
    for rate in factor.rates:
        if rate.asymmetric:
            findings.append(f"{rate.name}: limits not symmetric, the farther one was taken")
        drawn = drawn_around(_whole(rate.weight, over), _whole(rate.half, over), rate.name, findings)
        weights.append((rate.gas, drawn))
    return _Group(scale + over, certain, tuple(quantities), tuple(weights))


def _of_calculation(calculation: OfCalculation, findings: list[str]) -> _Group:
    percent = multiply(calculation.percent, HUNDREDTH)
    scale, over = _scale([percent]), _scale([number for _, number in calculation.parts])
    share = drawn_around(10**scale, _whole(percent, scale), f"calculation {calculation.id}", findings)
    weights = [(gas, always(_whole(number, over))) for gas, number in calculation.parts]
    return _Group(scale + over, 0, (share,), tuple(weights))


def _scale(numbers: Iterable[Decimal]) -> int:
    """Say how many places make all of them whole."""
    return max(0, *(-int(number.as_tuple().exponent) for number in numbers), 0)


def _whole(number: Decimal, scale: int) -> int:
    return int(multiply(number, Decimal((0, (1,), scale))))


def _fraction(number: Decimal) -> Fraction:
    return Fraction(*number.as_integer_ratio())


def _rounded(number: Fraction, places: int, rounding: Rounding) -> Decimal:
    return divide(Decimal(number.numerator), Decimal(number.denominator), places, rounding)
