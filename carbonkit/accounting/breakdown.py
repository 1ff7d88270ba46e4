"""Breakdowns: a total and the parts that add up to it, also once they are rounded for disclosure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.values.field import check_type
from carbonkit.values.number import Rounding, add, multiply, round_to, subtract, total
from carbonkit.values.quantity import CO2e

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Breakdown"]


def _parts(value: Iterable[tuple[str, CO2e]]) -> tuple[tuple[str, CO2e], ...]:
    parts = tuple(value)
    for _, amount in parts:
        check_type(amount, CO2e, field="part")
    if len({label for label, _ in parts}) != len(parts):
        raise InvalidValueError(
            "name each part once", was=", ".join(label for label, _ in parts), field="parts"
        )
    if len({amount.unit for _, amount in parts}) > 1:
        raise InvalidValueError(
            "be in one unit", was=", ".join(str(part) for _, part in parts), field="parts"
        )
    return parts


@attrs.frozen
class Breakdown:
    """
    A total of CO2e by scope, facility, activity or gas.

    Args:
        by: What it is broken down by.
        parts: The parts, each with its label; all in one unit.

    Raises:
        InvalidValueError: If a label stands twice, or the units differ.

    Example:
        >>> thirds = Breakdown("facility", [(name, CO2e("0.335", "tCO2e")) for name in ("a", "b", "c")])
        >>> for label, amount in thirds.rounded(2, Rounding.HALF_UP).parts:
        ...     print(label, amount)
        a 0.34 tCO2e
        b 0.34 tCO2e
        c 0.33 tCO2e
    """

    by: str = attrs.field(validator=is_name)
    parts: tuple[tuple[str, CO2e], ...] = attrs.field(converter=_parts)

    @property
    def unit(self) -> str:
        """The unit of the total and of each part."""
        return self.parts[0][1].unit if self.parts else "tCO2e"

    @property
    def total(self) -> CO2e:
        """The sum of the parts."""
        return CO2e(total(amount.number for _, amount in self.parts), self.unit)

    def amount(self, label: str) -> CO2e:
        """
        Find one part.

        Args:
            label: The part's label.

        Returns:
            Its amount.

        Raises:
            NotFoundError: If there is no such part; a part that is missing is not zero.

        Example:
            >>> Breakdown("scope", [("scope 1", CO2e("0", "tCO2e"))]).amount("scope 1")
            CO2e('0', 'tCO2e')
        """
        for known, amount in self.parts:
            if known == label:
                return amount
        raise NotFoundError(f"be a {self.by} of this breakdown", was=label, field=self.by)

    def to(self, unit: str) -> Breakdown:
        """
        Put all parts in another unit; exact, as units of CO2e differ by powers of ten.

        Args:
            unit: A unit of CO2e.

        Returns:
            The same breakdown in that unit.

        Raises:
            IncompatibleUnitsError: If the unit measures something else.

        Example:
            >>> Breakdown("scope", [("scope 1", CO2e("1.5", "tCO2e"))]).to("kgCO2e").total
            CO2e('1500', 'kgCO2e')
        """
        return Breakdown(self.by, [(label, amount.to(unit)) for label, amount in self.parts])

    def rounded(self, places: int, rounding: Rounding) -> Breakdown:
        """
        Round for disclosure, so that the parts still add up to the rounded total.

        The total is rounded as named. Each part is cut down to the places, and the
        steps that are then missing go to the parts that lost most, in their order
        where two lost the same. A part that needs no rounding keeps its figure.

        Args:
            places: Decimal places that stay, in the breakdown's unit.
            rounding: How the total is rounded.

        Returns:
            The rounded breakdown.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.

        Example:
            >>> half = CO2e("1.5", "tCO2e")
            >>> halves = Breakdown("scope", [("scope 1", half), ("scope 3", half)])
            >>> print([str(amount) for _, amount in halves.rounded(0, Rounding.HALF_UP).parts])
            ['2 tCO2e', '1 tCO2e']
        """
        goal = round_to(self.total.number, places, rounding)
        exact = [amount.number for _, amount in self.parts]
        figures = [round_to(number, places, Rounding.FLOOR) for number in exact]
        lost = [subtract(number, figure) for number, figure in zip(exact, figures, strict=True)]
        step = Decimal((0, (1,), -places))
        steps = int(multiply(subtract(goal, total(figures)), Decimal((0, (1,), places))))
        for position in sorted(range(len(lost)), key=lost.__getitem__, reverse=True)[:steps]:
            figures[position] = add(figures[position], step)
        labels = [label for label, _ in self.parts]
        return Breakdown(
            self.by,
            [(label, CO2e(figure, self.unit)) for label, figure in zip(labels, figures, strict=True)],
        )
