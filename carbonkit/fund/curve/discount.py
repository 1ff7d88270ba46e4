"""
Discounting: what money paid later is worth today, at rates whose conventions are named.

A curve holds zero rates by date. What is read between its nodes is the rate, by the
named interpolation; the factor follows from the rate, the convention and the day count.
"""

from __future__ import annotations

import datetime
import enum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund._check import as_of_day, pairs
from carbonkit.fund._shown import shown
from carbonkit.fund.curve.curve import Extrapolation, Interpolation, check_nodes, read_curve
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import Number, exponential, fraction, logarithm, power, real
from carbonkit.fund.refusal import Refusal
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import is_a
from carbonkit.values.time import as_date

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DiscountCurve", "RateConvention"]

_MOST_EXPONENT: Final = 10_000  # e to it has some 4,300 digits; no price grows like that


class RateConvention(enum.Enum):
    """
    How a yearly rate is quoted: what it makes of one unit of money over t years.

    Example:
        >>> [each.growth("0.05", 2) for each in (RateConvention.SIMPLE, RateConvention.ANNUAL)]
        [Fraction(11, 10), Fraction(441, 400)]
    """

    SIMPLE = "1 + rate × t"
    ANNUAL = "(1 + rate)^t"
    CONTINUOUS = "e^(rate × t)"

    def growth(self, rate: Number, years: Number) -> Fraction:
        """
        Say what one unit of money becomes.

        Args:
            rate: The yearly rate; 0.05 is 5 %.
            years: How many years.

        Returns:
            The growth factor; exact where it has an exact value, else to 60 significant digits.

        Raises:
            InvalidValueError: If nothing would be left, as at a rate of −100 %.

        Example:
            >>> round(RateConvention.CONTINUOUS.growth("0.05", 2), 6)
            Fraction(1105171, 1000000)
        """
        yearly, time = fraction(rate, field="rate"), fraction(years, field="years")
        if self is RateConvention.CONTINUOUS:
            if abs(yearly * time) > _MOST_EXPONENT:
                must = f"make rate × years lie within ±{_MOST_EXPONENT}"
                raise InvalidValueError(must, was=shown(yearly), field="rate", hint="5 % is 0.05")
            return Fraction(exponential(yearly * time))
        base = 1 + yearly * time if self is RateConvention.SIMPLE else 1 + yearly
        if base <= 0:
            raise InvalidValueError("leave something", was=str(rate), field="rate", hint="5 % is 0.05")
        return base if self is RateConvention.SIMPLE else power(base, time)

    def discount(self, rate: Number, years: Number) -> Fraction:
        """
        Say what one unit of money in some years is worth today; one over the growth.

        Args:
            rate: The yearly rate.
            years: How many years.

        Returns:
            The discount factor; exact where it has an exact value, else to 60 significant digits.

        Raises:
            InvalidValueError: If nothing would be left, as at a rate of −100 %.

        Example:
            >>> RateConvention.SIMPLE.discount("0.05", 2)
            Fraction(10, 11)
        """
        if self is RateConvention.SIMPLE:
            return 1 / self.growth(rate, years)
        return self.growth(rate, -fraction(years, field="years"))

    def rate(self, growth: Number, years: Number) -> Fraction:
        """
        Find the rate that makes a growth factor; `growth` the other way round.

        Args:
            growth: What one unit of money becomes; above zero.
            years: In how many years; above zero.

        Returns:
            The yearly rate.

        Raises:
            InvalidValueError: If a number is not above zero.

        Example:
            >>> RateConvention.SIMPLE.rate("1.1", 2)
            Fraction(1, 20)
        """
        factor, time = fraction(growth, field="growth"), fraction(years, field="years")
        for name, number in (("growth", factor), ("years", time)):
            if number <= 0:
                raise InvalidValueError("be above zero", was=str(number), field=name)
        if self is RateConvention.SIMPLE:
            return (factor - 1) / time
        if self is RateConvention.ANNUAL:
            return power(factor, 1 / time) - 1
        return Fraction(logarithm(factor)) / time


def _nodes(value: Iterable[tuple[str | datetime.date, Number]]) -> tuple[tuple[datetime.date, Fraction], ...]:
    return tuple(
        (as_date(day, field="nodes"), fraction(rate, field="nodes"))
        for day, rate in pairs(value, field="nodes")
    )


@attrs.frozen(kw_only=True)
class DiscountCurve:
    """
    Zero rates by date.

    Args:
        as_of: The day that money is discounted to.
        nodes: Dates, rising, and the yearly zero rate to each.
        convention: How the rates are quoted.
        day_count: How years are counted.
        interpolation: How the rates are read between nodes.
        extrapolation: How they are read outside of them.

    Raises:
        FundError: `no_quote` if there is no node, `out_of_order` if the dates do not rise from `as_of` on.
        InexactNumberError: If a rate is a float, a bool, NaN or infinite.

    Example:
        >>> curve = DiscountCurve(as_of="2025-01-01", nodes=[("2026-01-01", "0.02"), ("2027-01-01", "0.03")],
        ...                       convention=RateConvention.ANNUAL, day_count=DayCount.ACT_365_FIXED,
        ...                       interpolation=Interpolation.LINEAR, extrapolation=Extrapolation.FLAT)
        >>> curve.factor("2027-01-01"), curve.rate("2025-07-01")
        (Fraction(10000, 10609), Fraction(1, 50))
    """

    as_of: datetime.date = attrs.field(converter=as_of_day)
    nodes: tuple[tuple[datetime.date, Fraction], ...] = attrs.field(converter=_nodes)
    convention: RateConvention = attrs.field(validator=is_a(RateConvention))
    day_count: DayCount = attrs.field(validator=is_a(DayCount))
    interpolation: Interpolation = attrs.field(validator=is_a(Interpolation))
    extrapolation: Extrapolation = attrs.field(validator=is_a(Extrapolation))

    def __attrs_post_init__(self) -> None:
        """Check the nodes."""
        check_nodes(self.nodes, as_of=self.as_of, interpolation=self.interpolation, field="discount curve")

    @classmethod
    def flat(
        cls,
        rate: Number,
        *,
        as_of: str | datetime.date,
        convention: RateConvention,
        day_count: DayCount,
    ) -> DiscountCurve:
        """
        Make a curve of one rate for every date.

        Args:
            rate: The yearly rate.
            as_of: The day that money is discounted to.
            convention: How the rate is quoted.
            day_count: How years are counted.

        Returns:
            The curve.

        Example:
            >>> curve = DiscountCurve.flat("0.03", as_of="2025-01-01", convention=RateConvention.CONTINUOUS,
            ...                            day_count=DayCount.ACT_365_FIXED)
            >>> round(curve.factor("2026-01-01"), 6)
            Fraction(485223, 500000)
        """
        return cls(
            as_of=as_of,
            nodes=[(as_of, rate)],
            convention=convention,
            day_count=day_count,
            interpolation=Interpolation.FLAT,
            extrapolation=Extrapolation.FLAT,
        )

    def years(self, day: str | datetime.date) -> Fraction:
        """
        Count the years to a day.

        Args:
            day: The day.

        Returns:
            The years by the curve's day count.

        Raises:
            FundError: `out_of_order` if the day lies before the curve's.

        Example:
            >>> curve = DiscountCurve.flat("0.03", as_of="2025-01-01", convention=RateConvention.SIMPLE,
            ...                            day_count=DayCount.ACT_360)
            >>> curve.years("2025-04-01")
            Fraction(1, 4)
        """
        end = as_date(day, field="day")
        if end < self.as_of:
            raise FundError(
                f"be on or after {self.as_of}, the day of the discount curve",
                was=str(end),
                field="day",
                code=Refusal.OUT_OF_ORDER,
            )
        return self.day_count.years(self.as_of, end)

    def rate(self, day: str | datetime.date) -> Fraction:
        """
        Read the zero rate to a day.

        Args:
            day: The day.

        Returns:
            The yearly rate, in the curve's convention.

        Raises:
            FundError: `outside_curve` if the curve does not reach there.

        Example:
            >>> DiscountCurve.flat("0.03", as_of="2025-01-01", convention=RateConvention.SIMPLE,
            ...                    day_count=DayCount.ACT_360).rate("2030-01-01")
            Fraction(3, 100)
        """
        return read_curve(
            self.nodes,
            as_date(day, field="day"),
            interpolation=self.interpolation,
            extrapolation=self.extrapolation,
            field="discount curve",
        )

    def factor(self, day: str | datetime.date) -> Fraction:
        """
        Say what one unit of money paid on a day is worth on the curve's day.

        Args:
            day: The day of payment.

        Returns:
            The discount factor; exact where it has an exact value, else to 60 significant digits.

        Raises:
            FundError: `outside_curve` if the curve does not reach there, `out_of_order` if the day lies
                before the curve's.

        Example:
            >>> DiscountCurve.flat("0.04", as_of="2025-01-01", convention=RateConvention.SIMPLE,
            ...                    day_count=DayCount.ACT_360).factor("2025-04-01")
            Fraction(100, 101)
        """
        years = self.years(day)
        if not years:
            return Fraction(1)
        return self.convention.discount(self.rate(day), years)

    def continuous_rate(self, day: str | datetime.date, *, years: Fraction) -> Fraction:
        """
        Say which continuous rate over a count of years discounts as the curve does to a day.

        Args:
            day: The day.
            years: The years to it, as the reader counts them; above zero.

        Returns:
            The rate r for which e^(−r × years) is the curve's factor.

        Raises:
            FundError: As `factor` does.
            InvalidValueError: If `years` is not above zero.

        Example:
            >>> curve = DiscountCurve.flat("0.03", as_of="2025-01-01", convention=RateConvention.CONTINUOUS,
            ...                            day_count=DayCount.ACT_365_FIXED)
            >>> curve.continuous_rate("2026-01-01", years=Fraction(1))
            Fraction(3, 100)
        """
        if self.convention is RateConvention.CONTINUOUS and years > 0:
            return self.rate(day) * self.years(day) / years
        return RateConvention.CONTINUOUS.rate(1 / self.factor(day), years)

    def explain(self) -> Explanation:
        """Say what the curve's rates are and how it is read."""
        reading = f"between nodes {self.interpolation.value}, outside {self.extrapolation.value}"
        how = f"growth {self.convention.value}, t by {self.day_count.value}; {reading}"
        parts = (Explanation(f"zero rate to {day}", str(real(rate))) for day, rate in self.nodes)
        return Explanation(f"discount curve of {self.as_of}", f"{len(self.nodes)} nodes", how, parts=parts)
