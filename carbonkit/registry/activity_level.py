"""Activity levels: the historical level of a baseline period, and what a later change of activity changes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.number import Exact, Rounding, add, divide, exact, multiply, plain, subtract, whole
from carbonkit.values.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ActivityChange", "historical_activity"]

_HALF = Decimal("0.5")


def _activity(value: Exact) -> Decimal:
    number = exact(value, field="activity")
    if number < 0:
        raise InvalidValueError("not be negative", was=plain(number), field="activity")
    return number


def historical_activity(baseline: Sequence[int], activity: Mapping[int, Exact | None]) -> Decimal:
    """
    Take the median of the yearly activity in a baseline period.

    Args:
        baseline: The years of the period.
        activity: The activity of each of them, in the benchmark's unit; None for a year in which the
            installation did not operate, which is left out.

    Returns:
        The median; of an even number of years, the mean of the two in the middle. Never rounded.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If a year is missing or foreign, a number negative, or no year has activity.

    Example:
        >>> historical_activity(range(2014, 2019), {2014: 100, 2015: 80, 2016: 95, 2017: 120, 2018: 99})
        Decimal('99')
        >>> historical_activity(range(2014, 2019), {2014: None, 2015: 80, 2016: 95, 2017: 120, 2018: 98})
        Decimal('96.5')
    """
    wanted = set(baseline)
    if wanted != set(activity):
        raise InvalidValueError(
            f"hold the years {', '.join(map(str, sorted(wanted)))}",
            was=", ".join(map(str, sorted(activity))) or "none",
            field="activity",
            hint="give None for a year without operation",
        )
    found = sorted(_activity(each) for each in activity.values() if each is not None)
    if not found:
        raise InvalidValueError("hold a year of operation", was="none", field="activity")
    low, high = found[(len(found) - 1) // 2], found[len(found) // 2]
    return low if len(found) % 2 else multiply(add(low, high), _HALF)


def _level(value: Exact) -> Decimal:
    number = exact(value, field="historical activity level")
    if number <= 0:
        raise InvalidValueError("be above 0", was=plain(number), field="historical activity level")
    return number


@attrs.frozen
class ActivityChange:
    """
    What the activity of the last two years changes.

    Args:
        historical: The historical activity level.
        before_last: The activity of the year before last.
        last: The activity of last year.
        threshold: By more than what share of the historical level the mean of the two must differ.
        rounding: Which way the changed allocation is rounded.

    Raises:
        InexactNumberError: If a number is a float, a bool, NaN or infinite.
        InvalidValueError: If the historical level is not above 0, or an activity is negative.

    Example:
        >>> from carbonkit.schemes.eu_allocation import activity_change
        >>> change = activity_change(2025, historical=100, before_last=80, last=88)
        >>> change.applies, change.allocation(1000)
        (True, 840)
    """

    historical: Decimal = attrs.field(converter=_level)
    before_last: Decimal = attrs.field(converter=_activity)
    last: Decimal = attrs.field(converter=_activity)
    threshold: Rule[Decimal]
    rounding: Rule[Rounding]

    @property
    def mean(self) -> Decimal:
        """The mean activity of the two years; never rounded."""
        return multiply(add(self.before_last, self.last), _HALF)

    @property
    def applies(self) -> bool:
        """Whether the mean differs by more than the threshold."""
        difference = abs(subtract(self.mean, self.historical))
        return difference > multiply(self.threshold.value, self.historical)

    def allocation(self, before: int) -> int:
        """
        Change an allocation by as much as the activity has changed.

        Args:
            before: The allocation at the historical activity level.

        Returns:
            The allocation, rounded once; the same where the change does not apply.

        Raises:
            InvalidValueError: If the allocation is negative or not whole.
        """
        number = whole(before, field="allocation")
        if number < 0:
            raise InvalidValueError("not be negative", was=number, field="allocation")
        if not self.applies:
            return number
        return int(divide(multiply(Decimal(number), self.mean), self.historical, 0, self.rounding.value))

    def explain(self, before: int) -> Explanation:
        """
        Show what an allocation becomes, and why.

        Args:
            before: The allocation at the historical activity level.

        Returns:
            The explanation, down to the rules' sources.
        """
        how = "allocation × mean ÷ historical level" if self.applies else "unchanged, within the threshold"
        return Explanation(
            "allocation after the change of activity",
            f"{self.allocation(before)} allowances",
            how=how,
            parts=(
                Explanation("allocation before", f"{before} allowances"),
                Explanation("historical activity level", plain(self.historical)),
                Explanation(
                    "mean activity of the last two years",
                    plain(self.mean),
                    how=f"({plain(self.before_last)} + {plain(self.last)}) ÷ 2",
                ),
                self.threshold.explain(),
                self.rounding.explain(),
            ),
        )
