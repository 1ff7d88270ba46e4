"""Day counts: exact fractions of a year, by name."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.fund.day_count import DayCount


@pytest.mark.parametrize(
    ("count", "start", "end", "years"),
    [
        (DayCount.ACT_365_FIXED, "2024-01-01", "2025-01-01", Fraction(366, 365)),
        (DayCount.ACT_360, "2024-01-01", "2024-01-31", Fraction(30, 360)),
        (DayCount.THIRTY_E_360, "2024-01-30", "2024-01-31", Fraction(0)),
        (DayCount.THIRTY_E_360, "2024-01-31", "2024-02-29", Fraction(29, 360)),
        (DayCount.THIRTY_E_360, "2024-02-29", "2024-03-31", Fraction(31, 360)),
        (DayCount.ACT_365_25, "2020-01-01", "2024-01-01", Fraction(4)),
        (DayCount.THIRTY_US_360, "2024-01-30", "2024-01-31", Fraction(0)),
        (DayCount.THIRTY_US_360, "2024-01-29", "2024-01-31", Fraction(2, 360)),
        (DayCount.THIRTY_US_360, "2024-02-29", "2024-03-31", Fraction(30, 360)),
        (DayCount.THIRTY_US_360, "2023-02-28", "2024-02-29", Fraction(1)),
        (DayCount.THIRTY_US_360, "2024-02-28", "2024-02-29", Fraction(1, 360)),
        (DayCount.ACT_ACT_ISDA, "2024-01-01", "2025-01-01", Fraction(1)),
        (DayCount.ACT_ACT_ISDA, "2003-11-01", "2004-05-01", Fraction(61, 365) + Fraction(121, 366)),
    ],
    ids=str,
)
def test_years(count: DayCount, start: str, end: str, years: Fraction) -> None:
    assert count.years(date.fromisoformat(start), date.fromisoformat(end)) == years


DATES = st.dates(date(1901, 1, 1), date(2198, 12, 31))
ADDITIVE = [count for count in DayCount if count is not DayCount.THIRTY_US_360]


@given(st.sampled_from(ADDITIVE), DATES, DATES, DATES)
def test_parts_add_up(count: DayCount, start: date, middle: date, end: date) -> None:
    assert count.years(start, middle) + count.years(middle, end) == count.years(start, end)


@given(st.sampled_from(DayCount), DATES, st.lists(DATES, max_size=5))
def test_many_at_once_are_the_same_as_one_by_one(count: DayCount, start: date, days: list[date]) -> None:
    units = [Fraction(each, count.units_in_a_year) for each in count.units(start, days)]
    assert units == [count.years(start, day) for day in days]


@given(st.sampled_from(DayCount), DATES, st.lists(DATES, min_size=2, max_size=2).map(sorted))
def test_a_later_day_is_never_counted_less(count: DayCount, start: date, days: list[date]) -> None:
    if start <= days[0]:
        assert 0 <= count.years(start, days[0]) <= count.years(start, days[1])


ORACLES = {
    DayCount.THIRTY_US_360: QuantLib.Thirty360(QuantLib.Thirty360.USA),
    DayCount.THIRTY_E_360: QuantLib.Thirty360(QuantLib.Thirty360.European),
    DayCount.ACT_ACT_ISDA: QuantLib.ActualActual(QuantLib.ActualActual.ISDA),
}
ENDS = st.builds(
    lambda year, month, back: date(year + month // 12, month % 12 + 1, 1) - timedelta(days=back),
    st.integers(1950, 2150),
    st.integers(1, 12),
    st.integers(1, 4),
)


@given(st.sampled_from(list(ORACLES)), st.lists(st.one_of(DATES, ENDS), min_size=2, max_size=2).map(sorted))
def test_quantlib_counts_the_same(count: DayCount, days: list[date]) -> None:
    start, end = (QuantLib.Date(day.day, day.month, day.year) for day in days)
    assert float(count.years(*days)) == pytest.approx(ORACLES[count].yearFraction(start, end), abs=1e-12)


def test_every_convention_has_its_source() -> None:
    publishers = {count: count.source.publisher for count in DayCount}
    assert publishers[DayCount.THIRTY_US_360] == "Securities Industry Association"
    assert publishers[DayCount.ACT_365_25] == "carbonkit"
    assert list(publishers.values()).count("International Swaps and Derivatives Association") == 4
