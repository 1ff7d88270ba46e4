"""
The time-weighted return: valued at every flow, so that the days on which money comes do not count.

Between two valuations the return is V₁ / (V₀ + F) − 1, where F is what was paid in right after the
first one; the returns of all parts are linked, (1 + r₁)·(1 + r₂)·… − 1.
"""

from __future__ import annotations

import datetime
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import listed, on_day
from carbonkit.fund._flows import check_value, checked, raise_all
from carbonkit.fund.figure import figure
from carbonkit.fund.performance.linked_return import GIPS, annualised, linked
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type, is_a
from carbonkit.values.money import Money
from carbonkit.values.number import Rounding, plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from carbonkit.errors import CarbonkitError
    from carbonkit.fund.cashflow import CashFlow
    from carbonkit.fund.day_count import DayCount

__all__ = ["SubPeriod", "TimeWeighted", "Valuation", "time_weighted"]

_SHOWN: Final = 12


@attrs.frozen
class Valuation:
    """
    What a portfolio was worth on a day, before the flows of the day.

    Args:
        on: The day.
        value: Its value, zero or more.

    Raises:
        InvalidValueError: If the value is negative.

    Example:
        >>> Valuation("2021-07-16", Money("100", "CNY")).value
        Money('100', 'CNY')
    """

    on: datetime.date = attrs.field(converter=on_day)
    value: Money = attrs.field(validator=is_a(Money))

    def __attrs_post_init__(self) -> None:
        """Check the value."""
        check_value(self.value, self.value.currency, field=f"value of {self.on}")


@attrs.frozen
class SubPeriod:
    """
    The time between two valuations.

    Args:
        start: The first of them.
        paid_in: What was paid in, less what was taken out, right after it.
        end: The second.

    Example:
        >>> start, end = (Valuation(*each) for each in [("2021-07-16", Money("100", "CNY")),
        ...                                              ("2021-10-16", Money("132", "CNY"))])
        >>> SubPeriod(start, Money("20", "CNY"), end).rate
        Fraction(1, 10)
    """

    start: Valuation
    paid_in: Money
    end: Valuation

    @property
    def invested(self) -> Money:
        """What was at work."""
        return self.start.value + self.paid_in

    @property
    def rate(self) -> Fraction:
        """The return, exactly."""
        return Fraction(self.end.value.amount) / Fraction(self.invested.amount) - 1


@attrs.frozen
class TimeWeighted:
    """
    A time-weighted return; made by `time_weighted`.

    Args:
        periods: The times between the valuations, in order.

    Example:
        >>> found = time_weighted([Valuation("2021-07-16", Money("100", "CNY")),
        ...                        Valuation("2021-10-16", Money("110", "CNY"))], [])
        >>> found.rate
        Fraction(1, 10)
    """

    periods: tuple[SubPeriod, ...]

    @property
    def start(self) -> datetime.date:
        """The day of the first valuation."""
        return self.periods[0].start.on

    @property
    def end(self) -> datetime.date:
        """The day of the last valuation."""
        return self.periods[-1].end.on

    @property
    def rate(self) -> Fraction:
        """The return over the whole time, exactly."""
        return linked(period.rate for period in self.periods)

    def rounded(self, places: int, rounding: Rounding) -> Decimal:
        """
        Round the return over the whole time, once.

        Args:
            places: Decimal places.
            rounding: Which way.

        Returns:
            The return; 0.03 is 3 %.

        Example:
            >>> time_weighted([Valuation("2021-07-16", Money("100", "CNY")),
            ...                Valuation("2021-10-16", Money("110", "CNY"))], []).rounded(3, Rounding.HALF_UP)
            Decimal('0.100')
        """
        return figure(self.rate, places, rounding)

    def annualised(self, day_count: DayCount, places: int, rounding: Rounding) -> Decimal:
        """
        State the return as one for a year.

        Args:
            day_count: How years are counted.
            places: Decimal places.
            rounding: Which way.

        Returns:
            The return for a year.

        Raises:
            FundError: `under_one_year` if the time is less than a year.

        Example:
            >>> from carbonkit.fund.day_count import DayCount
            >>> time_weighted([Valuation("2021-07-16", Money("100", "CNY")),
            ...                Valuation("2023-07-16", Money("121", "CNY"))], []).annualised(
            ...     DayCount.ACT_365_FIXED, 4, Rounding.HALF_UP)
            Decimal('0.1000')
        """
        yearly = annualised(self.rate, start=self.start, end=self.end, day_count=day_count)
        return figure(yearly, places, rounding)

    def explain(self) -> Explanation:
        """Say how the return comes about, part by part."""
        return Explanation(
            f"time-weighted return from {self.start} to {self.end}",
            plain(figure(self.rate, _SHOWN, Rounding.HALF_EVEN)),
            how=f"linked over {len(self.periods)} parts, each valued before its flows; shown to {_SHOWN} "
            "places, half-even",
            source=GIPS,
            parts=(
                Explanation(
                    f"{period.start.on} to {period.end.on}",
                    plain(figure(period.rate, _SHOWN, Rounding.HALF_EVEN)),
                    how=f"{period.end.value} / ({period.start.value} + {period.paid_in}) - 1",
                )
                for period in self.periods
            ),
        )


def time_weighted(valuations: Iterable[Valuation], flows: Iterable[CashFlow]) -> TimeWeighted:
    """
    Measure what each unit of money earned, whenever it came.

    Args:
        valuations: Two or more, in order of time, one on each day with a flow, each before its flows.
        flows: What the investor paid in (negative) and took out (positive), in any order; a flow on the day
            of the last valuation comes after it and does not count.

    Returns:
        The return.

    Raises:
        InvalidValueError: If there are fewer than two valuations, or they are out of order.
        CurrencyMismatchError: If valuations and flows are not of one currency.
        FundError: `not_valued` if a flow's day has no valuation, `nothing_invested` if nothing, or less,
            is at work after a valuation.
        BatchError: If several records are wrong; every one is named.

    Example:
        >>> from carbonkit.fund.cashflow import contribution
        >>> seen = [Valuation("2021-07-16", Money("100", "CNY")),
        ...         Valuation("2021-08-16", Money("110", "CNY")),
        ...         Valuation("2021-12-31", Money("117", "CNY"))]
        >>> time_weighted(seen, [contribution("2021-08-16", Money("20", "CNY"))]).rate
        Fraction(-1, 100)
    """
    seen = _in_order(listed(valuations, field="valuations"))
    given = checked(flows, currency=seen[0].value.currency, first=seen[0].on, last=seen[-1].on)
    zero = seen[0].value - seen[0].value
    paid_in = {valuation.on: zero for valuation in seen}
    errors: list[CarbonkitError] = []
    for index, flow in enumerate(given, start=1):
        if flow.on in paid_in:
            paid_in[flow.on] -= flow.amount
        else:
            errors.append(
                FundError(
                    "be on a day with a valuation",
                    was=str(flow.on),
                    field=f"flow {index}",
                    code=Refusal.NOT_VALUED,
                )
            )
    raise_all(errors)
    periods = tuple(SubPeriod(start, paid_in[start.on], end) for start, end in pairwise(seen))
    raise_all(
        [
            FundError(
                f"leave something invested on {period.start.on}",
                was=str(period.invested),
                field=f"valuation {index}",
                code=Refusal.NOTHING_INVESTED,
            )
            for index, period in enumerate(periods, start=1)
            if period.invested.amount <= 0
        ]
    )
    return TimeWeighted(periods)


def _in_order(valuations: tuple[Valuation, ...]) -> tuple[Valuation, ...]:
    errors: list[CarbonkitError] = []
    for index, valuation in enumerate(valuations, start=1):
        check_type(valuation, Valuation, field=f"valuation {index}")
        try:
            check_value(valuation.value, valuations[0].value.currency, field=f"valuation {index}")
        except InvalidValueError as error:
            errors.append(error)
    for index, (before, after) in enumerate(pairwise(valuations), start=2):
        if after.on <= before.on:
            errors.append(
                InvalidValueError(f"be after {before.on}", was=str(after.on), field=f"valuation {index}")
            )
    raise_all(errors)
    if len(valuations) < _TWO:
        raise InvalidValueError("hold two valuations or more", was=len(valuations), field="valuations")
    return valuations


_TWO: Final = 2
