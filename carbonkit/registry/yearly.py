"""Rules by calendar year: the version that holds in a year, and values that move by a fixed step a year."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.values.number import Exact, add, exact, multiply, whole
from carbonkit.values.time import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.values.rule import Rule

__all__ = ["LinearPath", "rule_of_year", "years"]

Value = TypeVar("Value")


def years(first: int, last: int | None) -> Period:
    """
    Make the period that holds whole calendar years.

    Args:
        first: The first year.
        last: The last year, which belongs to it; None while no end is set.

    Returns:
        The period from 1 January of the first year to the end of the last.

    Example:
        >>> years(2021, 2025)
        Period('2021-01-01', '2026-01-01')
    """
    return Period(Period.year(first).start, None if last is None else Period.year(last).end)


def _named(valid: Period) -> str:
    if valid.end is None:
        return f"{valid.start.year} on"
    last = valid.end.year - 1
    return str(last) if last == valid.start.year else f"{valid.start.year} to {last}"


def rule_of_year(versions: Sequence[Rule[Value]], year: int) -> Rule[Value]:
    """
    Pick the version of a rule that holds in a whole calendar year.

    Args:
        versions: One rule's versions, in any order; their periods must not overlap.
        year: The year.

    Returns:
        The one version that covers the year.

    Raises:
        NotFoundError: If no version covers it; the hint names the years that are known.

    Example:
        >>> from carbonkit.values import Rule, Source
        >>> rule = Rule(what="share", value=5, says="five percent", valid=years(2021, 2025),
        ...             source=Source("Exchange", "Notice", 2021))
        >>> rule_of_year([rule], 2022).value
        5
        >>> rule_of_year([rule], 2026)
        Traceback (most recent call last):
        ...
        carbonkit.errors.NotFoundError: share: must be known for the year, was 2026; known for 2021 to 2025
    """
    asked = whole(year, field="year")
    span = Period.year(asked)
    for version in versions:
        if version.valid.covers(span):
            return version
    what = versions[0].what if versions else "rule"
    known = ", ".join(_named(version.valid) for version in sorted(versions, key=lambda each: each.valid))
    raise NotFoundError("be known for the year", was=asked, field=what, hint=f"known for {known or 'none'}")


def _number(value: Exact) -> Decimal:
    return exact(value)


def _first(value: int) -> int:
    return whole(value, field="first year")


@attrs.frozen
class LinearPath:
    """
    A value that moves by the same step every year.

    Args:
        first_year: The year in which it starts.
        start: Its value in that year.
        step: What is added each year after; 0 for a value that stays.

    Example:
        >>> LinearPath(2031, "193.8", "-6.7").value_in(2033)
        Decimal('180.4')
    """

    first_year: int = attrs.field(converter=_first)
    start: Decimal = attrs.field(converter=_number)
    step: Decimal = attrs.field(converter=_number)

    def value_in(self, year: int) -> Decimal:
        """
        Return the value in a year; never rounded.

        Args:
            year: The year.

        Returns:
            The start and as many steps as years have passed.
        """
        passed = whole(year, field="year") - self.first_year
        return add(self.start, multiply(self.step, Decimal(passed)))
