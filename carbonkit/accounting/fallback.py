"""Fallbacks: what a look-up may do where no factor fits exactly; only what the caller's policy allows."""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import whole
from carbonkit.values.place import Place
from carbonkit.values.time import Period, add_months

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Fallback", "First", "Step"]

_MONTHS = 12
_YEARS = 50  # the furthest that a policy may look


class First(enum.Enum):
    """
    Which way a look-up gives way first.

    Example:
        >>> First.PLACE.value
        'place'
    """

    PLACE = "place"
    """All places are tried for one year before the next year is."""
    YEAR = "year"
    """All years are tried for one place before the next place is."""


@attrs.frozen
class Step:
    """
    The step that a look-up took, where no factor fitted exactly.

    Args:
        wanted: The place that was asked for.
        place: The place whose factor was taken.
        years: By how many years the factor is older (negative) or newer than what was asked for.

    Example:
        >>> print(Step(Place("US/WA"), Place("US"), -1))
        factor of US taken for US/WA, 1 year earlier
    """

    wanted: Place
    place: Place
    years: int

    def __str__(self) -> str:
        """Say what was taken instead."""
        said = [f"factor of {self.place} taken for {self.wanted}"] if self.place != self.wanted else []
        if self.years:
            many = abs(self.years)
            said.append(f"{many} year{'s' if many > 1 else ''} {'earlier' if self.years < 0 else 'later'}")
        return ", ".join(said)


def _years(value: int) -> int:
    number = whole(value, field="years")
    if not 0 <= number <= _YEARS:
        raise InvalidValueError(f"be 0 to {_YEARS}", was=number, field="years")
    return number


def _places(value: Iterable[Place]) -> tuple[Place, ...]:
    places = tuple(value)
    for place in places:
        check_type(place, Place, field="stand_ins")
    return places


@attrs.frozen(kw_only=True)
class Fallback:
    """
    What a look-up may do, and in which order, where no factor fits exactly.

    Args:
        first: Which way it gives way first; this changes figures, so there is no default.
        wider: Whether the places that hold the one asked for are tried, the narrowest first.
        stand_ins: Places that are tried after those, in this order.
        years_back: How many years earlier a factor may be, the nearest first.
        years_ahead: How many years later, after the earlier ones.

    Raises:
        InvalidValueError: If a number of years is not from 0 to 50.

    Example:
        >>> policy = Fallback(first=First.PLACE, wider=True, years_back=1)
        >>> for step in policy.steps(Place("US/WA")):
        ...     print(step)
        factor of US taken for US/WA
        1 year earlier
        factor of US taken for US/WA, 1 year earlier
    """

    first: First = attrs.field(validator=is_a(First))
    wider: bool = attrs.field(default=False, validator=is_a(bool))
    stand_ins: tuple[Place, ...] = attrs.field(default=(), converter=_places)
    years_back: int = attrs.field(default=0, converter=_years)
    years_ahead: int = attrs.field(default=0, converter=_years)

    def steps(self, place: Place) -> Iterator[Step]:
        """
        List the steps that may be taken, in their order.

        Args:
            place: The place that is asked for.

        Yields:
            Each step after the exact look-up.
        """
        wider = place.wider if self.wider else ()
        places = list(dict.fromkeys((place, *wider, *self.stand_ins)))
        years = [0, *(-years for years in range(1, self.years_back + 1)), *range(1, self.years_ahead + 1)]
        for outer in years if self.first is First.PLACE else places:
            for inner in places if self.first is First.PLACE else years:
                at, by = (inner, outer) if isinstance(inner, Place) else (outer, inner)
                step = Step(place, at, by)  # type: ignore[arg-type]
                if step.years or step.place != place:
                    yield step


def moved(period: Period, years: int) -> Period | None:
    """
    Move a period by whole years.

    Args:
        period: The period.
        years: How many years on; negative goes back.

    Returns:
        The period of those years, from the same day to the same day; None if the calendar does not reach
        so far.

    Example:
        >>> moved(Period("2024-02-29", "2024-03-01"), -1)
        Period('2023-02-28', '2023-03-01')
        >>> moved(Period("2024-02-28", "2024-02-29"), -1)
        Period('2023-02-28', '2023-03-01')
    """
    try:
        start = add_months(period.start, _MONTHS * years)
        if period.end is None:
            return Period(start, None)
        end = add_months(period.end, _MONTHS * years)
        if end <= start:  # from 28 to 29 February, in a year without one
            end = start + datetime.timedelta(days=1)
        return Period(start, end)
    except (InvalidValueError, OverflowError):
        return None
