"""
Comparisons: an inventory beside the figures that someone published, facility by facility.

Two figures agree when they differ by no more than a named share of the published
one. A published figure was itself rounded, so a small one can be further off
than that and still be the same: such a pair is counted apart, as equal once
rounded like the publication. Nothing is compared that one side does not have.
"""

from __future__ import annotations

import enum
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import attrs

from carbonkit.accounting.published import Published
from carbonkit.accounting.statement import Statement
from carbonkit.errors import BatchError, InvalidValueError, Problem
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.number import Exact, Rounding, divide, exact, multiply, plain, round_to
from carbonkit.values.quantity import CO2e

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Agreement", "Comparison", "Match", "Tally", "Tolerance", "compare"]


def _share(value: Exact) -> Decimal:
    number = exact(value, field="share")
    if not 0 <= number <= 1:
        raise InvalidValueError("be a share from 0 to 1", was=plain(number), field="share")
    return number


@attrs.frozen
class Tolerance:
    """
    When two figures agree.

    Args:
        share: How far apart they may be, as a share of the published figure: "0.005" is half a percent.
        places: How many decimal places the publisher kept, in the unit published.
        rounding: How the publisher rounded.

    Raises:
        InvalidValueError: If the share is not from 0 to 1, or `places` is beyond what a number may have.

    Example:
        >>> print(Tolerance("0.005", 2, Rounding.HALF_UP))
        within 0.5 % of the published figure
    """

    share: Decimal = attrs.field(converter=_share)
    places: int
    rounding: Rounding = attrs.field(validator=is_a(Rounding))

    def __attrs_post_init__(self) -> None:
        """Check that a number may have so many places."""
        round_to(0, self.places, self.rounding)

    def __str__(self) -> str:
        """Say how far apart figures may be."""
        percent = plain(multiply(self.share, exact(100)))
        if "." in percent:
            percent = percent.rstrip("0").rstrip(".")
        return f"within {percent} % of the published figure"


class Agreement(enum.Enum):
    """
    How a figure stands beside the published one.

    Example:
        >>> Agreement.WITHIN.value
        'within the share'
    """

    WITHIN = "within the share"
    ROUNDED = "equal once rounded like the publication"
    OUTSIDE = "outside"


@attrs.frozen
class Match:
    """
    One facility: our figure and the published one.

    Args:
        published: The published figure.
        computed: Ours, exact.
        tolerance: When the two agree.

    Example:
        >>> small = Match(Published("24778", CO2e("0.75", "tCO2e")), CO2e("0.745366", "tCO2e"),
        ...               Tolerance("0.005", 2, Rounding.HALF_UP))
        >>> print(small.agreement.value, small.percent(2, Rounding.HALF_UP))
        equal once rounded like the publication -0.62
    """

    published: Published = attrs.field(validator=is_a(Published))
    computed: CO2e = attrs.field(validator=is_a(CO2e))
    tolerance: Tolerance = attrs.field(validator=is_a(Tolerance))

    @property
    def facility(self) -> str:
        """The facility."""
        return self.published.facility

    @property
    def difference(self) -> CO2e:
        """Ours less the published figure, exact, in the unit published."""
        return self._ours() - self.published.amount

    @property
    def agreement(self) -> Agreement:
        """Whether the two agree, and how."""
        apart, figure = self.difference.number.copy_abs(), self.published.amount.number
        if apart <= multiply(self.tolerance.share, figure.copy_abs()):
            return Agreement.WITHIN
        rounded = round_to(self._ours().number, self.tolerance.places, self.tolerance.rounding)
        return Agreement.ROUNDED if rounded == figure else Agreement.OUTSIDE

    @property
    def relative(self) -> Fraction | None:
        """The difference as a share of the published figure, exact; None where that is zero."""
        figure = self.published.amount.number
        if not figure:
            return None
        return Fraction(*self.difference.number.as_integer_ratio()) / Fraction(*figure.as_integer_ratio())

    def percent(self, places: int, rounding: Rounding) -> Decimal | None:
        """
        Round the relative difference, to be shown.

        Args:
            places: Decimal places.
            rounding: Which way.

        Returns:
            The difference in percent of the published figure; None where that is zero.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        if self.relative is None:
            return None
        hundredfold = multiply(self.difference.number, exact(100))
        return divide(hundredfold, self.published.amount.number, places, rounding)

    def explain(self) -> Explanation:
        """
        Say how the two figures stand beside each other.

        Returns:
            The agreement, with both figures.
        """
        percent = self.percent(2, Rounding.HALF_EVEN)
        apart = f"{self.difference}" + (f", {percent} %" if percent is not None else "")
        return Explanation(
            f"facility {self.facility}",
            self.agreement.value,
            f"ours {self.computed}, published {self.published.amount}, apart {apart}",
        )

    def _ours(self) -> CO2e:
        return self.computed.to(self.published.amount.unit)


@attrs.frozen
class Tally:
    """
    How many figures agree.

    Args:
        within: Those that differ by no more than the share.
        rounded: Those beyond it that are equal once rounded like the publication.
        outside: The others.

    Example:
        >>> counts = Tally(3203, 1, 0)
        >>> counts.agreeing, counts.compared
        (3204, 3204)
    """

    within: int
    rounded: int
    outside: int

    @property
    def agreeing(self) -> int:
        """Those that agree, in one way or the other."""
        return self.within + self.rounded

    @property
    def compared(self) -> int:
        """All."""
        return self.within + self.rounded + self.outside


@attrs.frozen
class Comparison:
    """
    An inventory beside published figures; made by `compare`.

    Args:
        statement: The inventory, weighed.
        matches: The facilities that both sides have, in the order published.
        unaccounted: Published figures of facilities that the inventory does not have.
        unpublished: Facilities of the inventory without a published figure.

    Example:
        >>> from carbonkit.accounting import Catalogue, Factor, Rate, account
        >>> from carbonkit.accounting import Activity, Scope, as_published
        >>> from carbonkit.values import Energy, Period, Place, Source
        >>> year, place = Period.year(2016), Place("US/WA/Seattle")
        >>> factor = Factor("gas", "2016", "natural gas", place, year, "MMBtu",
        ...                 (Rate("CO2e", "0.05311", "tCO2e", basis="city"),),
        ...                 Source("City of Seattle", "Building Energy Benchmarking", 2016))
        >>> bill = Activity("1", "1", "natural gas", Energy("1000", "MMBtu"), place, year, Scope.ONE)
        >>> statement = account([bill], Catalogue([factor])).co2e(as_published("city"))
        >>> comparison = compare(statement, [Published("1", CO2e("53.10", "tCO2e"), group="Compliant")],
        ...                      Tolerance("0.005", 2, Rounding.HALF_UP))
        >>> comparison.where(lambda match: match.published.group == "Compliant").tally()
        Tally(within=1, rounded=0, outside=0)
    """

    statement: Statement
    matches: tuple[Match, ...]
    unaccounted: tuple[Published, ...]
    unpublished: tuple[str, ...]

    def tally(self) -> Tally:
        """
        Count the figures that agree.

        Returns:
            The counts.
        """
        found = [match.agreement for match in self.matches]
        return Tally(*(found.count(each) for each in Agreement))

    def where(self, keep: Callable[[Match], bool]) -> Comparison:
        """
        Keep some of the facilities that were compared.

        Args:
            keep: Says which.

        Returns:
            The comparison of those alone.
        """
        return attrs.evolve(self, matches=tuple(match for match in self.matches if keep(match)))

    def worst(self, count: int) -> tuple[Match, ...]:
        """
        List the facilities that are furthest apart, as a share of the published figure.

        Args:
            count: How many at most.

        Returns:
            The worst, the furthest first; any difference from a published zero is further than all others.
        """
        return tuple(sorted(self.matches, key=_apart, reverse=True)[:count])

    def explain(self, *, worst: int) -> Explanation:
        """
        Say how many agree, which are furthest apart, and how our figures came about.

        Args:
            worst: How many of the furthest to list.

        Returns:
            The counts, with the worst facilities and the statement down to its sources.
        """
        counts = self.tally()
        how = f"{counts.within} within the share, {counts.rounded} equal once rounded like the publication"
        return Explanation(
            "facilities that agree with the publication",
            f"{counts.agreeing} of {counts.compared}",
            f"{how}, {counts.outside} outside",
            parts=(*(match.explain() for match in self.worst(worst)), self.statement.explain()),
        )


def compare(statement: Statement, published: Iterable[Published], tolerance: Tolerance) -> Comparison:
    """
    Put the figures of an inventory beside published ones, facility by facility.

    Args:
        statement: The inventory, weighed.
        published: The published figures, one a facility.
        tolerance: When two figures agree.

    Returns:
        The comparison; facilities that only one side has are listed, not compared.

    Raises:
        BatchError: If a facility has two published figures; all such are named.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> empty = account((), Catalogue(())).co2e(gwp_set("AR5"))
        >>> city = [Published("1", CO2e("249.98", "tCO2e"))]
        >>> [each.facility for each in compare(empty, city, Tolerance(0, 2, Rounding.HALF_UP)).unaccounted]
        ['1']
    """
    ours = dict(statement.by_facility().parts)
    matches: list[Match] = []
    unaccounted: list[Published] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for each in published:
        check_type(each, Published, field="published")
        if each.facility in seen:
            error = InvalidValueError("have one published figure", was=each.facility, field="facility")
            problems.append(error.problem)
        seen.add(each.facility)
        if each.facility in ours:
            matches.append(Match(each, ours[each.facility], tolerance))
        else:
            unaccounted.append(each)
    if problems:
        raise BatchError(problems)
    unpublished = tuple(facility for facility in ours if facility not in seen)
    return Comparison(statement, tuple(matches), tuple(unaccounted), unpublished)


def _apart(match: Match) -> tuple[bool, Fraction]:
    relative = match.relative
    if relative is None:
        return bool(match.difference.number), Fraction(0)
    return False, abs(relative)
