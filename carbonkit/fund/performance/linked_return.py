"""Linking: the return over several periods from the returns of each, and the return for a year from both."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import listed
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import fraction, power
from carbonkit.fund.refusal import Refusal
from carbonkit.values.field import check_type
from carbonkit.values.source import Source, Status
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

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


def linked(rates: Iterable[Number]) -> Fraction:
    """
    Link the returns of periods that follow each other.

    Args:
        rates: The returns; "0.03" is 3 % over its period.

    Returns:
        The return over all of them, exactly.

    Raises:
        InexactNumberError: If a return is a float, a bool, NaN or infinite; it is named by its place.

    Example:
        >>> linked([Fraction(1, 10), Fraction(-1, 10)])
        Fraction(-1, 100)
    """
    result = Fraction(1)
    for place, rate in enumerate(listed(rates, field="rates"), start=1):
        result *= 1 + fraction(rate, field=f"rate {place}")
    return result - 1


def annualised(
    rate: Number, *, start: str | datetime.date, end: str | datetime.date, day_count: DayCount
) -> Fraction:
    """
    State a return over a year or more as one for a year.

    Args:
        rate: The return over the whole time; −1 or more, which is a total loss.
        start: The day at whose end it begins.
        end: The day at whose end it ends.
        day_count: How years are counted.

    Returns:
        (1 + rate)^(1/years) − 1; exact after one year, to 60 digits after any other time.

    Raises:
        FundError: `under_one_year` if the time is less than a year: GIPS forbids it.
        InvalidValueError: If the return is below −100 %.

    Example:
        >>> from datetime import date
        >>> from carbonkit.fund.day_count import DayCount
        >>> two = annualised("0.21", start=date(2021, 1, 1), end=date(2023, 1, 1),
        ...                  day_count=DayCount.ACT_365_FIXED)
        >>> round(two, 12)
        Fraction(1, 10)
    """
    first, last = as_date(start, field="start"), as_date(end, field="end")
    check_type(day_count, DayCount, field="day_count")
    years = day_count.years(first, last) if last > first else Fraction(0)
    if years < 1:
        raise FundError(
            "cover a year or more to be stated as a return for a year",
            was=f"{first} to {last} by {day_count.value}",
            field="period",
            code=Refusal.UNDER_ONE_YEAR,
            hint="state it as the return over its time",
        )
    grown = 1 + fraction(rate, field="rate")
    if grown < 0:
        raise InvalidValueError("be -1 or more", was=str(rate), field="rate")
    return power(grown, 1 / years) - 1 if grown else Fraction(-1)  # all is lost at any length
