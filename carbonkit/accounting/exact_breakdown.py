"""
Exact breakdowns: parts of a total that are fractions of a tonne, rounded once, for disclosure.

A third of a tonne has no finite decimal form. What is consolidated by shares or
taken for a part of a year is therefore kept as fractions, and becomes a
`Breakdown` of decimal numbers when it is rounded.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._fraction import finite, fraction, rounded
from carbonkit.accounting.breakdown import Breakdown
from carbonkit.errors import InexactConversionError, InvalidValueError, NotFoundError
from carbonkit.values.field import check_type
from carbonkit.values.number import Rounding, add
from carbonkit.values.quantity import CO2e

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ExactBreakdown"]

_UNIT: Final = "tCO2e"


def _parts(value: Iterable[tuple[str, Fraction]]) -> tuple[tuple[str, Fraction], ...]:
    parts = tuple(value)
    for _, number in parts:
        check_type(number, Fraction, field="part")
    if len({label for label, _ in parts}) != len(parts):
        was = ", ".join(label for label, _ in parts)
        raise InvalidValueError("name each part once", was=was, field="parts")
    return parts


@attrs.frozen
class ExactBreakdown:
    """
    A total of CO2e and its parts, each an exact fraction.

    Args:
        by: What it is broken down by.
        parts: The parts, each with its label. [tCO2e]

    Raises:
        InvalidValueError: If a label stands twice.

    Example:
        >>> thirds = ExactBreakdown("entity", [(name, Fraction(1, 3)) for name in ("a", "b")])
        >>> print(thirds.total)
        2/3
        >>> for label, amount in thirds.rounded(2, Rounding.HALF_UP).parts:
        ...     print(label, amount)
        a 0.34 tCO2e
        b 0.33 tCO2e
    """

    by: str = attrs.field(validator=is_name)
    parts: tuple[tuple[str, Fraction], ...] = attrs.field(converter=_parts)

    @property
    def total(self) -> Fraction:
        """The sum of the parts, in tCO2e."""
        return sum((number for _, number in self.parts), Fraction(0))

    def amount(self, label: str) -> Fraction:
        """
        Find one part.

        Args:
            label: The part's label.

        Returns:
            Its amount. [tCO2e]

        Raises:
            NotFoundError: If there is no such part; a part that is missing is not zero.
        """
        for known, number in self.parts:
            if known == label:
                return number
        raise NotFoundError(f"be a {self.by} of this breakdown", was=label, field=self.by)

    def in_decimals(self) -> Breakdown:
        """
        Write every part in decimals, with all its digits.

        Returns:
            The same breakdown, nothing rounded.

        Raises:
            InexactConversionError: If a part has no finite decimal form.

        Example:
            >>> ExactBreakdown("entity", [("a", Fraction(1, 8))]).in_decimals().total
            CO2e('0.125', 'tCO2e')
        """
        made = []
        for label, number in self.parts:
            decimal = finite(number)
            if decimal is None:
                must, hint = "have a finite decimal form", "name a rounding: .rounded(places, rounding)"
                raise InexactConversionError(must, was=f"{number} tCO2e", field=label, hint=hint)
            made.append((label, CO2e(decimal, _UNIT)))
        return Breakdown(self.by, made)

    def rounded(self, places: int, rounding: Rounding) -> Breakdown:
        """
        Round for disclosure, so that the parts still add up to the rounded total.

        The total is rounded as named; the parts by largest remainder, as `Breakdown.rounded` does.

        Args:
            places: Decimal places that stay. [tCO2e]
            rounding: How the total is rounded.

        Returns:
            The rounded breakdown.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        numbers = [number for _, number in self.parts]
        figures = [rounded(number, places, Rounding.FLOOR) for number in numbers]
        lost = [number - fraction(figure) for number, figure in zip(numbers, figures, strict=True)]
        step = Decimal((0, (1,), -places))
        goal = fraction(rounded(self.total, places, rounding))
        steps = (goal - sum(map(fraction, figures), Fraction(0))) / fraction(step)
        for position in sorted(range(len(lost)), key=lost.__getitem__, reverse=True)[: int(steps)]:
            figures[position] = add(figures[position], step)
        labels = [label for label, _ in self.parts]
        return Breakdown(
            self.by, [(label, CO2e(figure, _UNIT)) for label, figure in zip(labels, figures, strict=True)]
        )
