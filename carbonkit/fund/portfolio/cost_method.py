"""
Cost methods: what the units of a sale are taken to have cost, each by its name.

Some methods know the cost at the moment of a sale; a weighted average over a period knows
it when the period is over. They are two types, so that neither can stand for the other.
"""

from __future__ import annotations

import datetime
import enum

from carbonkit.values.time import Period, add_months

__all__ = ["CostMethod", "PeriodAverage"]


class CostMethod(enum.Enum):
    """
    What the units of a sale are taken to have cost, known when they are sold.

    Example:
        >>> CostMethod("first in, first out")
        <CostMethod.FIFO: 'first in, first out'>
    """

    FIFO = "first in, first out"
    """The cost of the oldest lots."""
    LIFO = "last in, first out"
    """The cost of the newest lots."""
    WEIGHTED_AVERAGE = "moving weighted average"
    """The average cost of all that is held at that moment; what is left is held at it too."""
    SPECIFIC = "specific identification"
    """The cost of the lots that the seller names."""


class PeriodAverage(enum.Enum):
    """
    A weighted average over a calendar period, known when the period is over.

    It is what was held at the start and everything bought in the period, divided by
    the units; each sale of the period costs that average, on whichever day it was.

    Example:
        >>> import datetime
        >>> print(PeriodAverage.QUARTERLY.period_of(datetime.date(2024, 5, 20)))
        [2024-04-01, 2024-07-01)
    """

    MONTHLY = "weighted average of the month"
    QUARTERLY = "weighted average of the quarter"
    ANNUAL = "weighted average of the year"

    @property
    def months(self) -> int:
        """How many calendar months a period has."""
        return {PeriodAverage.MONTHLY: 1, PeriodAverage.QUARTERLY: 3, PeriodAverage.ANNUAL: 12}[self]

    def period_of(self, day: datetime.date) -> Period:
        """
        Find the period that a day belongs to.

        Args:
            day: The day.

        Returns:
            The calendar month, quarter or year.

        Example:
            >>> import datetime
            >>> print(PeriodAverage.ANNUAL.period_of(datetime.date(2024, 5, 20)))
            [2024-01-01, 2025-01-01)
        """
        first = datetime.date(day.year, day.month - (day.month - 1) % self.months, 1)
        return Period(first, add_months(first, self.months))
