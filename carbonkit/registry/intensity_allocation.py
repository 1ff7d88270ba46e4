"""
Allocation by intensity: who emits less per output than the balance gets more than it emits.

The balance is the intensity at which all allocations together are what all emitted.
It is solved exactly, as a fraction; each entity's tonnes are cut down at the end.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain, whole
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Emitter", "IntensityAllocation", "IntensityRules", "allocate_by_intensity", "coefficient"]


def _emissions(value: int) -> int:
    number = whole(value, field="emissions")
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field="emissions")
    return number


def _intensity(value: Exact) -> Decimal:
    number = exact(value, field="intensity")
    if number <= 0:
        raise InvalidValueError("be above 0", was=plain(number), field="intensity")
    return number


@attrs.frozen
class Emitter:
    """
    An entity, or a line, with what it emitted in a year and per output.

    Args:
        name: Its name, one for each.
        emissions: Its verified emissions. [tCO2]
        intensity: Its emissions per output. [tCO2/t]
        at_emissions: Whether it is allocated what it emitted, and left out of the balance.

    Raises:
        InvalidValueError: If emissions are negative or an intensity is not above 0.

    Example:
        >>> Emitter("North", 1_000_000, "0.80").intensity
        Decimal('0.80')
    """

    name: str
    emissions: int = attrs.field(converter=_emissions)
    intensity: Decimal = attrs.field(converter=_intensity)
    at_emissions: bool = False


@attrs.frozen
class IntensityRules:
    """
    The rules of a year.

    Args:
        slope: The coefficient for a distance of 1 from the balance; 0 if everybody gets what it emitted.
        reach: From which distance the coefficient stays as it is.

    Example:
        >>> IntensityRules(Decimal("0.15"), Decimal("0.2")).most
        Decimal('0.030')
    """

    slope: Decimal
    reach: Decimal

    @property
    def most(self) -> Decimal:
        """The largest coefficient; the smallest is its opposite."""
        return multiply(self.slope, self.reach)


def coefficient(rules: IntensityRules, distance: Fraction) -> Fraction:
    """
    Work out by how much an allocation lies above the emissions.

    Args:
        rules: The rules of the year.
        distance: How far the intensity lies below the balance, as a share of the balance.

    Returns:
        The coefficient, exactly.

    Example:
        >>> rules = IntensityRules(Decimal("0.15"), Decimal("0.2"))
        >>> coefficient(rules, Fraction("0.1999")) == Fraction("0.029985")
        True
    """
    reach = Fraction(rules.reach)
    return Fraction(rules.slope) * max(-reach, min(reach, distance))


@attrs.frozen
class IntensityAllocation:
    """
    What each entity is allocated.

    Args:
        year: The year.
        balance: The intensity at which allocations and emissions are equal; None if it is not needed.
        tonnes: Each entity with its tonnes, in the order given.
        rules: The rules of the year.

    Example:
        >>> from carbonkit.schemes.china_industry import allocation_of
        >>> found = allocation_of(2026, [Emitter("N", 1_000_000, "0.80"), Emitter("S", 2_000_000, "0.90"),
        ...                              Emitter("W", 1_500_000, "1.00")])
        >>> [tonnes for _, tonnes in found.tonnes]
        [1018292, 2003658, 1478048]
    """

    year: int
    balance: Fraction | None
    tonnes: tuple[tuple[Emitter, int], ...]
    rules: Rule[IntensityRules]

    def explain(self) -> Explanation:
        """Show every entity's tonnes, the balance and the rule."""
        balance = "not needed"
        if self.balance is not None:
            numerator, denominator = Decimal(self.balance.numerator), Decimal(self.balance.denominator)
            balance = f"{plain(divide(numerator, denominator, 6, Rounding.HALF_UP))} tCO2/t, to 6 places"
        return Explanation(
            f"allocation {self.year} by intensity",
            f"{sum(tonnes for _, tonnes in self.tonnes)} t",
            how=self.rules.says,
            source=self.rules.source,
            parts=(
                Explanation("balance", balance),
                *(
                    Explanation(
                        each.name, f"{tonnes} t", how=f"{each.emissions} t at {plain(each.intensity)}"
                    )
                    for each, tonnes in self.tonnes
                ),
            ),
        )


def allocate_by_intensity(
    rules: Rule[IntensityRules], year: int, emitters: Iterable[Emitter]
) -> IntensityAllocation:
    """
    Solve the balance and allocate.

    Where every balance within a range solves it, as where all lie beyond the reach, the lowest is
    taken; the allocations are the same.

    Args:
        rules: The rules of the year.
        year: The year.
        emitters: All entities of the sector; the balance is theirs.

    Returns:
        The balance and each one's tonnes.

    Raises:
        BatchError: If a name comes twice.

    Example:
        >>> from carbonkit.schemes.china_industry import intensity_rules
        >>> found = allocate_by_intensity(intensity_rules(2024), 2024, [Emitter("N", 5, "0.80")])
        >>> found.tonnes[0][1]
        5
    """
    listed = tuple(emitters)
    seen: set[str] = set()
    problems = []
    for number, each in enumerate(listed, 1):
        if each.name in seen:
            problems.append(
                Problem(code="listed_twice", must="come once", was=each.name, field="name", row=number)
            )
        seen.add(each.name)
    if problems:
        raise BatchError(tuple(problems))
    counted = [each for each in listed if not each.at_emissions and each.emissions]
    balance = _balance(rules.value, counted) if rules.value.slope and counted else None
    tonnes = tuple((each, _tonnes(rules.value, balance, each)) for each in listed)
    return IntensityAllocation(year, balance, tonnes, rules)


def _tonnes(rules: IntensityRules, balance: Fraction | None, each: Emitter) -> int:
    if balance is None or each.at_emissions:
        return each.emissions
    alpha = coefficient(rules, 1 - Fraction(each.intensity) / balance)
    return int(each.emissions * (1 + alpha))  # towards zero, and it is positive


def _balance(rules: IntensityRules, emitters: Sequence[Emitter]) -> Fraction:
    """Find where the sum of coefficients, which rises with the balance, comes to zero."""
    reach, slope = Fraction(rules.reach), Fraction(rules.slope)
    edges = sorted({Fraction(each.intensity) / (1 + side * reach) for each in emitters for side in (1, -1)})
    place = _first_not_below(rules, emitters, edges)
    if _sum(rules, emitters, edges[place]) == 0:
        return edges[place]
    inside = (edges[place - 1] + edges[place]) / 2
    rising = [each for each in emitters if abs(1 - Fraction(each.intensity) / inside) < reach]
    flat = [each for each in emitters if each not in rising]
    weight = slope * sum(each.emissions for each in rising) + _sum(rules, flat, inside)
    return slope * sum(each.emissions * Fraction(each.intensity) for each in rising) / weight


def _sum(rules: IntensityRules, emitters: Sequence[Emitter], balance: Fraction) -> Fraction:
    parts = (each.emissions * coefficient(rules, 1 - Fraction(each.intensity) / balance) for each in emitters)
    return sum(parts, Fraction(0))


def _first_not_below(rules: IntensityRules, emitters: Sequence[Emitter], edges: Sequence[Fraction]) -> int:
    """Find the first edge at which the sum is not negative; at the first of all it is, at the last not."""
    low, high = 0, len(edges) - 1
    while low < high:
        middle = (low + high) // 2
        if _sum(rules, emitters, edges[middle]) < 0:
            low = middle + 1
        else:
            high = middle
    return low
