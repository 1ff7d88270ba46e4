"""Linking: the return over several periods from the returns of each, and the return for a year from both."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.errors import FundError
from carbonkit.fund.figure import fraction, power
from carbonkit.fund.refusal import Refusal
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from carbonkit.fund.day_count import DayCount
    from carbonkit.fund.figure import Number

__all__ = ["GIPS", "annualised", "linked"]

GIPS: Final = Source(
    "CFA Institute",
    "Global Investment Performance Standards (GIPS)",
    2020,
    status=Status.RECALLED,
    note="periods linked geometrically; returns of less than a year are not annualised",
)
"""The standards that the rules of linking, annualising and composites follow."""


def linked(rates: Iterable[Fraction]) -> Fraction:
    """
    Link the returns of periods that follow each other.

    Args:
        rates: The returns; 3/100 is 3 % over its period.

    Returns:
        The return over all of them, exactly.

    Example:
        >>> linked([Fraction(1, 10), Fraction(-1, 10)])
        Fraction(-1, 100)
    """
    result = Fraction(1)
    for rate in rates:
        result *= 1 + rate
    return result - 1


def annualised(rate: Number, *, start: datetime.date, end: datetime.date, day_count: DayCount) -> Fraction:
    """
    State a return over a year or more as one for a year.

    Args:
        rate: The return over the whole time; above −1.
        start: The day at whose end it begins.
        end: The day at whose end it ends.
        day_count: How years are counted.

    Returns:
        (1 + rate)^(1/years) − 1; exact after one year, to 60 digits after any other time.

    Raises:
        FundError: `under_one_year` if the time is less than a year: GIPS forbids it.
        InvalidValueError: If the return is −100 % or less.

    Example:
        >>> from datetime import date
        >>> from carbonkit.fund.day_count import DayCount
        >>> two = annualised("0.21", start=date(2021, 1, 1), end=date(2023, 1, 1),
        ...                  day_count=DayCount.ACT_365_FIXED)
        >>> round(two, 12)
        Fraction(1, 10)
    """
    years = day_count.years(start, end) if end > start else Fraction(0)
    if years < 1:
        raise FundError(
            "cover a year or more to be stated as a return for a year",
            was=f"{start} to {end} by {day_count.value}",
            field="period",
            code=Refusal.UNDER_ONE_YEAR,
            hint="state it as the return over its time",
        )
    return power(1 + fraction(rate, field="rate"), 1 / years) - 1
