"""
Free allocation: benchmark × activity × factors, and how a benchmark is brought up to date.

Every factor is a rule with its dates and its source. Products keep every digit;
the allocation of a year is rounded once, at the end.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.registry.yearly import rule_of_year
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import (
    Exact,
    Rounding,
    exact,
    multiply,
    plain,
    round_to,
    subtract,
    whole,
)
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "BenchmarkUpdate",
    "FreeAllocation",
    "UpdateRule",
    "allocate",
]


def _not_negative(value: Exact, field: str) -> Decimal:
    number = exact(value, field=field)
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field=field)
    return number


def _activity(value: Exact) -> Decimal:
    return _not_negative(value, "activity")


def _benchmark(value: Exact) -> Decimal:
    return _not_negative(value, "benchmark")


def _rate(value: Exact) -> Decimal:
    return exact(value, field="yearly improvement")


@attrs.frozen
class UpdateRule:
    """
    How a benchmark follows what the best installations have improved.

    Args:
        years: How many years of improvement are taken off the old benchmark.
        least: The least improvement that is taken for a year, as a share of 1.
        most: The most.
        rounding: Which way the new benchmark is rounded.

    Example:
        >>> UpdateRule(15, "0.002", "0.016", Rounding.HALF_UP).most
        Decimal('0.016')
    """

    years: int
    least: Decimal = attrs.field(converter=_rate)
    most: Decimal = attrs.field(converter=_rate)
    rounding: Rounding


@attrs.frozen
class BenchmarkUpdate:
    """
    A benchmark brought up to date.

    Args:
        name: What the benchmark is for.
        before: The benchmark of the third phase.
        observed: The improvement that was observed for each year, as a share of 1: "0.016" is 1.6 %.
        places: To how many decimal places the benchmark is published.
        rule: The rule of the period.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the benchmark is negative.

    Example:
        >>> from carbonkit.schemes.eu_benchmark import benchmark_update
        >>> benchmark_update("coke", 2021, before="0.286", observed="0.031", places=3).value
        Decimal('0.217')
    """

    name: str
    before: Decimal = attrs.field(converter=_benchmark)
    observed: Decimal = attrs.field(converter=_rate)
    places: int
    rule: Rule[UpdateRule]

    @property
    def taken(self) -> Decimal:
        """The improvement that is taken for each year, within the rule's bounds."""
        return min(max(self.observed, self.rule.value.least), self.rule.value.most)

    @property
    def value(self) -> Decimal:
        """The new benchmark, rounded once."""
        cut = multiply(Decimal(self.rule.value.years), self.taken)
        kept = subtract(Decimal(1), cut)
        return round_to(multiply(self.before, kept), self.places, self.rule.value.rounding)

    def benchmark(self) -> Rule[Decimal]:
        """
        Return the new benchmark as a rule, to allocate with.

        Returns:
            The rule, valid in the period of the update.
        """
        says = f"{plain(self.before)} × (1 - {self.rule.value.years} × {plain(self.taken)})"
        return Rule(
            what=f"benchmark of {self.name}",
            value=self.value,
            says=says,
            valid=self.rule.valid,
            source=self.rule.source,
        )

    def explain(self) -> Explanation:
        """Show the new benchmark, from the old one, the improvement and the rule."""
        rule = self.rule
        bounds = f"within {plain(rule.value.least)} and {plain(rule.value.most)}"
        return Explanation(
            f"benchmark of {self.name}",
            plain(self.value),
            how=f"before × (1 - {rule.value.years} × taken), rounded {rule.value.rounding.name.lower()} "
            f"to {self.places} places",
            parts=(
                Explanation("before", plain(self.before)),
                Explanation("observed improvement a year", plain(self.observed)),
                Explanation("taken", plain(self.taken), how=bounds),
                Explanation("rule", str(rule.valid), how=rule.says, source=rule.source),
            ),
        )


@attrs.frozen
class FreeAllocation:
    """
    What one part of an installation is given free of charge in a year.

    Args:
        year: The year.
        benchmark: Allowances for one unit of activity.
        activity: The activity level, in the benchmark's unit.
        exposure: The factor for exposure to carbon leakage.
        corrections: The factors that turn the preliminary into the final number.
        rounding: Which way the final number is rounded.

    Example:
        >>> from carbonkit.schemes.eu_allocation import Exposure, cross_sectoral_factor, free_allocation
        >>> from carbonkit.schemes.eu_benchmark import benchmark
        >>> given = free_allocation(2025, benchmark=benchmark("coke", 2025), activity=1_000_001,
        ...     exposure=Exposure.LISTED, correction=cross_sectoral_factor(2025), border_goods=False)
        >>> given.preliminary, given.final
        (Decimal('217000.217'), 217000)
    """

    year: int
    benchmark: Rule[Decimal]
    activity: Decimal = attrs.field(converter=_activity)
    exposure: Rule[Decimal]
    corrections: tuple[Rule[Decimal], ...]
    rounding: Rule[Rounding]

    @property
    def preliminary(self) -> Decimal:
        """Benchmark × activity × exposure; never rounded."""
        return multiply(multiply(self.benchmark.value, self.activity), self.exposure.value)

    @property
    def final(self) -> int:
        """The allowances of the year, rounded once."""
        number = self.preliminary
        for correction in self.corrections:
            number = multiply(number, correction.value)
        return int(round_to(number, 0, self.rounding.value))

    def explain(self) -> Explanation:
        """Show the allocation, the preliminary number and every factor with its source."""
        preliminary = Explanation(
            "preliminary number",
            plain(self.preliminary),
            how="benchmark × activity × exposure",
            parts=(
                self.benchmark.explain(),
                Explanation("activity level", plain(self.activity)),
                self.exposure.explain(),
            ),
        )
        factors = tuple(correction.explain() for correction in self.corrections)
        return Explanation(
            f"free allocation {self.year}",
            f"{self.final} allowances",
            how="preliminary number × factors, rounded once",
            parts=(preliminary, *factors, self.rounding.explain()),
        )


def allocate(
    year: int,
    *,
    benchmark: Rule[Decimal],
    activity: Exact,
    exposure: Rule[Decimal],
    corrections: Sequence[Rule[Decimal]],
    rounding: Rule[Rounding],
) -> FreeAllocation:
    """
    Work out a free allocation.

    Args:
        year: The year.
        benchmark: Allowances for one unit of activity.
        activity: The activity level, in the benchmark's unit.
        exposure: The factor for exposure to carbon leakage.
        corrections: The factors that turn the preliminary into the final number.
        rounding: Which way the final number is rounded.

    Returns:
        The allocation, which explains itself.

    Raises:
        InexactNumberError: If the activity is a float, a bool, NaN or infinite.
        InvalidValueError: If it is negative.
        NotFoundError: If one of the rules does not hold in the year.

    Example:
        >>> from carbonkit.registry.yearly import years
        >>> from carbonkit.values import Source
        >>> def rule(what, value):
        ...     return Rule(what=what, value=value, says=what, valid=years(2021, 2025),
        ...                 source=Source("Scheme", "Rules", 2019))
        >>> allocate(2021, benchmark=rule("benchmark", Decimal("0.5")), activity=101,
        ...          exposure=rule("exposure", Decimal("0.3")), corrections=[],
        ...          rounding=rule("rounding", Rounding.HALF_UP)).final
        15
    """
    for rule in (benchmark, exposure, *corrections):
        rule_of_year((rule,), year)
    rule_of_year((rounding,), year)
    return FreeAllocation(
        whole(year, field="year"), benchmark, activity, exposure, tuple(corrections), rounding
    )
