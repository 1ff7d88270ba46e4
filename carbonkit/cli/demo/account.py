"""Act 1: the energy use of a city's buildings becomes emissions, compared with what the city published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting import (
    Catalogue,
    Comparison,
    Match,
    Scope2Method,
    Tolerance,
    account,
    as_published,
    compare,
    read_activities,
    read_factors,
    read_published,
)
from carbonkit.values.number import Rounding

if TYPE_CHECKING:
    from carbonkit.cli.demo.example import Examples
    from carbonkit.cli.screen import Screen

__all__ = ["EXAMPLE", "Accounted", "run"]

EXAMPLE = "seattle_2016"
_BASIS = "City of Seattle 2016, basis not stated"
_HALF_A_PERCENT = Tolerance("0.005", 2, Rounding.HALF_UP)
_WORST = 8


@attrs.frozen
class Accounted:
    """
    What act 1 found.

    Args:
        comparison: Every building beside its published figure.
        activities: How many rows of energy use were accounted.
        findings: How many findings there are about the city's file.

    Example:
        >>> Accounted.__name__
        'Accounted'
    """

    comparison: Comparison
    activities: int
    findings: int

    @property
    def compliant(self) -> Comparison:
        """The buildings that the city calls compliant and published a figure above zero for."""
        return self.comparison.where(
            lambda match: match.published.group == "Compliant" and match.published.amount.number > 0
        )

    @property
    def worst(self) -> tuple[Match, ...]:
        """The compliant buildings that are furthest apart."""
        return self.compliant.worst(_WORST)

    @property
    def good(self) -> bool:
        """Whether every compliant building agrees."""
        counts = self.compliant.tally()
        return counts.compared > 0 and counts.outside == 0


def run(examples: Examples, screen: Screen) -> Accounted:
    """
    Account the buildings and compare.

    Args:
        examples: Where the input lies.
        screen: What a person sees.

    Returns:
        What was found.

    Example:
        >>> import io
        >>> from carbonkit.cli.demo.example import Examples
        >>> from carbonkit.cli.screen import Screen
        >>> examples = Examples.found()
        >>> not examples.has(EXAMPLE) or run(examples, Screen(io.StringIO())).good
        True
    """
    screen.line("Reading the energy use of 2016, building by building (City of Seattle, public record)")
    activities = read_activities(examples.lines(EXAMPLE, "activities.csv"), file="activities.csv")
    factors = read_factors(examples.lines(EXAMPLE, "factors.csv"), file="factors.csv")
    published = read_published(examples.lines(EXAMPLE, "published.csv"), file="published.csv")
    findings = len(examples.lines(EXAMPLE, "findings.csv")) - 1
    screen.line("The city states no factors. These are the ones that its own published totals imply:")
    for factor in factors:
        screen.line(f"  {factor}  [{factor.source.status.value}]")
    inventory = account(activities, Catalogue(factors), scope_2=(Scope2Method.LOCATION,))
    statement = inventory.co2e(as_published(_BASIS), scope_2=Scope2Method.LOCATION)
    accounted = Accounted(compare(statement, published, _HALF_A_PERCENT), len(activities), findings)
    _tell(accounted, screen)
    return accounted


def _tell(accounted: Accounted, screen: Screen) -> None:
    every, compliant = accounted.comparison.tally(), accounted.compliant.tally()
    total = accounted.comparison.statement.total.to("tCO2e", places=2, rounding=Rounding.HALF_UP)
    screen.line(f"{accounted.activities:,} rows accounted: {total.number:,} tCO2e")
    screen.line(
        f"{compliant.agreeing:,} of {compliant.compared:,} compliant buildings agree with the city"
        f" ({compliant.within:,} within 0.5 %, {compliant.rounded:,} equal once rounded to 0.01 t like it)"
    )
    screen.line(f"{every.agreeing:,} of {every.compared:,} buildings with a published total agree")
    screen.line(f"{accounted.findings} findings about the city's file are listed, none corrected")
    screen.line("The worst of the compliant:")
    for match in accounted.worst:
        percent = match.percent(3, Rounding.HALF_UP)
        screen.line(
            f"  building {match.facility:>6}: published {match.published.amount},"
            f" computed {match.computed.to('tCO2e', places=4, rounding=Rounding.HALF_UP)} ({percent} %)"
        )
