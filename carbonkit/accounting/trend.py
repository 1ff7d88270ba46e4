"""
The uncertainty of a trend by approach 1: columns G to M of the IPCC's table 3.2.

A row is a source category with its emissions in a base year and in the current year. What moves both
years in the same direction (a factor that is used in both) is sensitivity A, what moves the
current year alone is sensitivity B.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

import attrs

from carbonkit.accounting._field import is_name
from carbonkit.accounting._spread import half_width
from carbonkit.accounting.uncertainty import square_root
from carbonkit.errors import InvalidValueError
from carbonkit.values.explanation import Explanation
from carbonkit.values.field import check_type
from carbonkit.values.number import Exact, Rounding, exact, plain
from carbonkit.values.source import Source, Status

__all__ = ["Trend", "TrendColumns", "TrendRow", "trend_uncertainty"]

_HUNDREDTH: Final = Fraction(1, 100)

TABLE_3_2: Final = Source(
    "IPCC",
    "2006 Guidelines for National Greenhouse Gas Inventories, volume 1",
    2006,
    table="chapter 3, table 3.2, columns G to M",
    status=Status.RECALLED,
    note="the columns' formulas; checked against a constructed case and a simulation of two million draws",
)


def _number(value: Exact) -> Decimal:
    return exact(value, field="emissions")


def _percent(value: Exact) -> Decimal:
    return half_width(value)


@attrs.frozen
class TrendRow:
    """
    One source category in both years; columns A to F of the table.

    Args:
        category: The source category, with its gas.
        base: Its emissions in the base year, in the unit of all rows.
        current: Its emissions in the current year.
        activity: Half of the 95 % interval of the activity data. [%]
        factor: Half of the 95 % interval of the emission factor. [%]

    Raises:
        InvalidValueError: If the name is blank, or an uncertainty is negative.

    Example:
        >>> TrendRow("coal, CO2", "1000", "950", 2, 5).factor
        Decimal('5')
    """

    category: str = attrs.field(validator=is_name)
    base: Decimal = attrs.field(converter=_number)
    current: Decimal = attrs.field(converter=_number)
    activity: Decimal = attrs.field(converter=_percent)
    factor: Decimal = attrs.field(converter=_percent)


@attrs.frozen
class TrendColumns:
    """
    What the table finds for a row; the columns that hold roots are kept as squares, so that all are exact.

    Args:
        row: The row.
        g_squared: The square of column G, the combined uncertainty. [%²]
        h: Column H, the row's part of the variance of the current year. [%²]
        i: Column I, sensitivity A. [%]
        j: Column J, sensitivity B; a share of the base year's total.
        k_squared: The square of column K, what the factor adds to the trend.
        l_squared: The square of column L, what the activity data add to it.

    Example:
        >>> found = trend_uncertainty([TrendRow("coal", 100, 90, 3, 4)], factor_correlated=True,
        ...                           activity_correlated=False)
        >>> found.columns[0].g_squared, found.columns[0].j
        (Fraction(25, 1), Fraction(9, 10))
    """

    row: TrendRow
    g_squared: Fraction
    h: Fraction
    i: Fraction
    j: Fraction
    k_squared: Fraction
    l_squared: Fraction

    @property
    def m(self) -> Fraction:
        """Column M, the row's part of the variance of the trend."""
        return self.k_squared + self.l_squared


@attrs.frozen
class Trend:
    """
    The uncertainty of the current year's total and of the trend; made by `trend_uncertainty`.

    Args:
        columns: What was found for each row.

    Example:
        >>> rows = [TrendRow("a", 1000, 950, 2, 5), TrendRow("b", 100, 80, 10, 50),
        ...         TrendRow("c", 60, 62, 10, 100)]
        >>> found = trend_uncertainty(rows, factor_correlated=True, activity_correlated=False)
        >>> found.percent(6, Rounding.HALF_EVEN), found.trend_points(6, Rounding.HALF_EVEN)
        (Decimal('8.274097'), Decimal('2.736109'))
    """

    columns: tuple[TrendColumns, ...]

    def percent(self, places: int, rounding: Rounding) -> Decimal:
        """
        Say how far the current year's total may be off.

        Args:
            places: Decimal places.
            rounding: How the root is rounded.

        Returns:
            Half of its 95 % interval. [%]

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        return square_root(sum((each.h for each in self.columns), Fraction(0)), places, rounding)

    def trend_points(self, places: int, rounding: Rounding) -> Decimal:
        """
        Say how far the trend may be off.

        Args:
            places: Decimal places.
            rounding: How the root is rounded.

        Returns:
            Half of the 95 % interval of the trend, in percentage points.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        return square_root(sum((each.m for each in self.columns), Fraction(0)), places, rounding)

    def explain(self, places: int, rounding: Rounding) -> Explanation:
        """
        Say how the trend's interval came about.

        Args:
            places: Decimal places.
            rounding: How the roots are rounded.

        Returns:
            Half of the interval with each row's columns.

        Raises:
            InvalidValueError: If `places` is beyond what a number may have.
        """
        parts = [
            Explanation(
                each.row.category,
                f"G {plain(square_root(each.g_squared, places, rounding))} %",
                f"base {plain(each.row.base)}, current {plain(each.row.current)}, "
                f"activity ±{plain(each.row.activity)} %, factor ±{plain(each.row.factor)} %, "
                f"K {plain(square_root(each.k_squared, places, rounding))}, "
                f"L {plain(square_root(each.l_squared, places, rounding))}",
            )
            for each in self.columns
        ]
        return Explanation(
            "95 % interval of the trend, approach 1",
            f"±{plain(self.trend_points(places, rounding))} percentage points",
            f"root of the sum of column M; current year ±{plain(self.percent(places, rounding))} %",
            TABLE_3_2,
            tuple(parts),
        )


def trend_uncertainty(
    rows: Iterable[TrendRow], *, factor_correlated: bool, activity_correlated: bool
) -> Trend:
    """
    Propagate uncertainties to a trend as the IPCC's table 3.2 does.

    Args:
        rows: The source categories in both years.
        factor_correlated: Whether a row's factor errs alike in both years, as one factor for both does.
        activity_correlated: Whether a row's activity data err alike in both years; two years'
            statistics seldom do.

    Returns:
        The columns, from which both intervals are rounded.

    Raises:
        InvalidValueError: If the base year or the current year adds up to zero.

    Example:
        >>> found = trend_uncertainty([TrendRow("coal", 100, 90, 0, 10)], factor_correlated=True,
        ...                           activity_correlated=False)
        >>> found.trend_points(2, Rounding.HALF_UP)  # one factor for both years: the trend is certain
        Decimal('0.00')

    References:
        IPCC, 2006 Guidelines, volume 1, chapter 3, table 3.2 and its notes A to E, from memory.
    """
    check_type(rows, Iterable, field="rows")
    known = tuple(rows)
    for row in known:
        check_type(row, TrendRow, field="row")
    base = sum((_fraction(row.base) for row in known), Fraction(0))
    current = sum((_fraction(row.current) for row in known), Fraction(0))
    for year, whole in (("base", base), ("current", current)):
        if not whole:
            raise InvalidValueError("not add up to zero", was="0", field=f"{year} year")
    return Trend(
        tuple(
            _columns(row, base, current, factor=factor_correlated, activity=activity_correlated)
            for row in known
        )
    )


def _columns(
    row: TrendRow, base: Fraction, current: Fraction, *, factor: bool, activity: bool
) -> TrendColumns:
    was, now = _fraction(row.base), _fraction(row.current)
    e, f = _fraction(row.activity), _fraction(row.factor)
    g_squared = e**2 + f**2
    raised, more = base + _HUNDREDTH * was, current + _HUNDREDTH * now
    i = abs((more - raised) / raised * 100 - (current - base) / base * 100)
    j = now / base
    return TrendColumns(
        row,
        g_squared,
        g_squared * (now / current) ** 2,
        i,
        j,
        (i * f) ** 2 if factor else 2 * (j * f) ** 2,
        (i * e) ** 2 if activity else 2 * (j * e) ** 2,
    )


def _fraction(number: Decimal) -> Fraction:
    return Fraction(*number.as_integer_ratio())
