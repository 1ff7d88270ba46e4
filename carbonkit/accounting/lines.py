"""
The lines of an inventory, kept as columns: a `Line` is made when it is asked for.

A year of an enterprise has millions of lines, and most are only added up. So an
inventory keeps for each line the activity, the factor and the number of the factor's
units, and nothing else; everything that a line explains follows from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import overload

import attrs

from carbonkit.accounting.activity import Activity
from carbonkit.accounting.factor import Factor
from carbonkit.accounting.fallback import Step
from carbonkit.accounting.line import Conversion, Line
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type

__all__ = ["Lines"]


def _activities(value: Iterable[Activity]) -> tuple[Activity, ...]:
    return tuple(value)


def _factors(value: Iterable[Factor]) -> tuple[Factor, ...]:
    return tuple(value)


def _chosen(value: Iterable[int]) -> tuple[int, ...]:
    return tuple(value)


def _numbers(value: Iterable[Decimal]) -> tuple[Decimal, ...]:
    return tuple(value)


def _conversions(value: Mapping[int, Conversion]) -> Mapping[int, Conversion]:
    return MappingProxyType(dict(value))


def _steps(value: Mapping[int, Step]) -> Mapping[int, Step]:
    return MappingProxyType(dict(value))


@attrs.frozen(eq=False, repr=False)
class Lines(Sequence[Line]):
    """
    Lines in their order, a sequence like any other; made by `account`, or of lines by `Lines.of`.

    Args:
        activities: What was done, one for each line.
        factors: The factors that lines were made with, each once, and perhaps some that none was.
        chosen: Which of the factors a line was made with, one for each line.
        numbers: How many of the factor's units, one for each line.
        conversions: How that number was rounded, by the line's position, where it was.
        steps: The fallback step that was taken to the factor, by the line's position, where one was.

    Raises:
        InvalidValueError: If the columns are not equally long.

    Example:
        >>> lines = Lines.of([])
        >>> len(lines), list(lines)
        (0, [])
    """

    activities: tuple[Activity, ...] = attrs.field(converter=_activities)
    factors: tuple[Factor, ...] = attrs.field(converter=_factors)
    chosen: tuple[int, ...] = attrs.field(converter=_chosen)
    numbers: tuple[Decimal, ...] = attrs.field(converter=_numbers)
    conversions: Mapping[int, Conversion] = attrs.field(factory=dict, converter=_conversions)
    steps: Mapping[int, Step] = attrs.field(factory=dict, converter=_steps)

    def __attrs_post_init__(self) -> None:
        """Check that the columns are equally long."""
        if not len(self.activities) == len(self.chosen) == len(self.numbers):
            was = f"{len(self.activities)}, {len(self.chosen)} and {len(self.numbers)}"
            raise InvalidValueError("have one of each for every line", was=was, field="lines")

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Lines:
        """
        Keep lines that were made one by one.

        Args:
            lines: The lines.

        Returns:
            The same lines; if they are kept as columns already, those.

        Raises:
            InvalidValueError: If one is no line.
        """
        if isinstance(lines, cls):
            return lines
        known = tuple(lines)
        for line in known:
            check_type(line, Line, field="lines")
        factors = {id(line.factor): line.factor for line in known}
        places = {factor: place for place, factor in enumerate(factors)}
        return cls(
            tuple(line.activity for line in known),
            tuple(factors.values()),
            tuple(places[id(line.factor)] for line in known),
            tuple(line.quantity.number for line in known),
            {place: line.conversion for place, line in enumerate(known) if line.conversion is not None},
            {place: line.step for place, line in enumerate(known) if line.step is not None},
        )

    @cached_property
    def used(self) -> dict[int, Factor]:
        """The factors that lines were made with, by their place among `factors`, the first used first."""
        return {place: self.factors[place] for place in dict.fromkeys(self.chosen)}

    def kept(self, places: Sequence[int]) -> Lines:
        """
        Keep some of the lines.

        Args:
            places: The positions of those to keep, in their order.

        Returns:
            The lines at these positions.
        """
        if len(places) == len(self.activities):
            return self
        return Lines(
            tuple(self.activities[place] for place in places),
            self.factors,
            tuple(self.chosen[place] for place in places),
            tuple(self.numbers[place] for place in places),
            {to: self.conversions[place] for to, place in enumerate(places) if place in self.conversions},
            {to: self.steps[place] for to, place in enumerate(places) if place in self.steps},
        )

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.activities)

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> Lines: ...

    def __getitem__(self, place: int | slice) -> Line | Lines:
        """Make the line at a position, or keep those of a slice."""
        if isinstance(place, slice):
            return self.kept(range(len(self))[place])
        return self._made(range(len(self))[place])

    def __iter__(self) -> Iterator[Line]:
        """Make one line after the other."""
        return map(self._made, range(len(self)))

    def _made(self, place: int) -> Line:
        activity, factor = self.activities[place], self.factors[self.chosen[place]]
        given = activity.quantity
        quantity = given if given.unit == factor.per else type(given)(self.numbers[place], factor.per)
        return Line(activity, factor, quantity, self.conversions.get(place), self.steps.get(place))

    def __eq__(self, other: object) -> bool:
        """Say whether both hold equal lines in the same order."""
        if not isinstance(other, Lines):
            return NotImplemented
        return len(self) == len(other) and all(left == right for left, right in zip(self, other, strict=True))

    def __hash__(self) -> int:
        """Hash the lines, so that equal ones hash alike."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Say how many there are."""
        return f"<Lines, {len(self)}>"
