"""Partial surrender: the part of a year's emissions that falls due before the whole period does."""

from __future__ import annotations

from decimal import Decimal

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Rounding, multiply, plain, round_to, whole
from carbonkit.values.rule import Rule

__all__ = ["PartialSurrender"]


def _emissions(value: int) -> int:
    number = whole(value, field="emissions")
    if number < 0:
        raise InvalidValueError("not be negative", was=number, field="emissions")
    return number


@attrs.frozen
class PartialSurrender:
    """
    What is due of one year's emissions, cut down to whole tonnes.

    Args:
        year: The year of the emissions.
        emissions: They, in whole tonnes.
        rule: The share that is due.

    Raises:
        InvalidValueError: If the emissions are negative or not whole.

    Example:
        >>> from carbonkit.schemes.california import annual_surrender
        >>> annual_surrender(2021, 32638).due
        9791
    """

    year: int
    emissions: int = attrs.field(converter=_emissions)
    rule: Rule[Decimal]

    @property
    def due(self) -> int:
        """How many units are due before the period ends."""
        return int(round_to(multiply(self.rule.value, Decimal(self.emissions)), 0, Rounding.FLOOR))

    def explain(self) -> Explanation:
        """Show what is due, of which emissions and by which rule."""
        return Explanation(
            f"{self.rule.what} {self.year}",
            f"{self.due} t",
            how=f"{plain(self.rule.value)} × {self.emissions}, rounded floor",
            parts=(
                Explanation(f"emissions of {self.year}", f"{self.emissions} t"),
                Explanation("rule", str(self.rule.valid), how=self.rule.says, source=self.rule.source),
            ),
        )
