"""Eligibility: which vintages may be surrendered for a year, and credits up to which share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.registry.refusal import Check
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding, multiply, plain, round_to
from carbonkit.values.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonkit.registry.unit import UnitType

__all__ = ["Eligibility", "eligible"]


@attrs.frozen
class Eligibility:
    """
    Units of one code that may be surrendered for some years.

    Args:
        code: The code of the units, such as "CEA".
        first_year: The first year whose emissions they may cover.
        last_year: The last one; None if there is none.
        vintages: Their vintages; None if any will do.
        share: Up to which share of a year's verified emissions; None if for all of them.
        source: Where the rule was read.

    Example:
        >>> source = Source("carbonkit", "example", 2026)
        >>> rule = Eligibility("CCER", 2021, None, None, Decimal("0.05"), source)
        >>> rule.most(100_019)
        5000
    """

    code: str
    first_year: int
    last_year: int | None
    vintages: frozenset[str] | None
    share: Decimal | None
    source: Source

    def covers(self, unit: UnitType, year: int) -> bool:
        """Say whether a unit may be surrendered for a year."""
        return (
            unit.code == self.code
            and self.first_year <= year
            and (self.last_year is None or year <= self.last_year)
            and (self.vintages is None or unit.vintage in self.vintages)
        )

    def most(self, emissions: int) -> int:
        """
        Say how many units may be surrendered for a year's emissions, cut down to whole ones.

        Args:
            emissions: The year's verified emissions. [tCO2e]

        Returns:
            The number of units.
        """
        if self.share is None:
            return emissions
        return int(round_to(multiply(self.share, Decimal(emissions)), 0, Rounding.FLOOR))

    def explain(self) -> Explanation:
        """Say what may be surrendered, and where the rule stands."""
        share = "all" if self.share is None else plain(self.share)
        return Explanation(
            f"{self.code} for {self.first_year} to {self.last_year or 'now'}",
            f"up to {share} of the verified emissions",
            how="any vintage" if self.vintages is None else f"vintages {', '.join(sorted(self.vintages))}",
            source=self.source,
        )


def eligible(rules: Iterable[Eligibility], unit: UnitType, year: int) -> Eligibility:
    """
    Find the rule by which a unit may be surrendered for a year.

    Args:
        rules: The scheme's rules.
        unit: The unit.
        year: The year whose emissions it is to cover.

    Returns:
        The rule.

    Raises:
        RegistryError: If there is none, with the code `unit_not_eligible`.

    Example:
        >>> from carbonkit.registry import UnitType
        >>> from carbonkit.schemes.china_registry import registry_rules
        >>> eligible(registry_rules().eligibility, UnitType("CEA", "2023"), 2023).code
        'CEA'
    """
    listed = tuple(rules)
    for rule in listed:
        if rule.covers(unit, year):
            return rule
    known = sorted(
        {
            f"{rule.code} of {'any vintage' if rule.vintages is None else ', '.join(sorted(rule.vintages))}"
            for rule in listed
            if rule.first_year <= year and (rule.last_year is None or year <= rule.last_year)
        }
    )
    must = f"be a unit that may be surrendered for {year}: {'; '.join(known) or 'none is known'}"
    refused = Check.UNIT_NOT_ELIGIBLE.error(must, was=f"{unit.code} of {unit.vintage}", field="unit")
    raise refused
