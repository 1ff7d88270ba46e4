"""Day counts: exact fractions of a year, by name."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
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
        (DayCount.ACT_ACT_ISDA, "2024-01-01", "2025-01-01", Fraction(1)),
        (DayCount.ACT_ACT_ISDA, "2003-11-01", "2004-05-01", Fraction(61, 365) + Fraction(121, 366)),
    ],
    ids=str,
)
def test_years(count: DayCount, start: str, end: str, years: Fraction) -> None:
    assert count.years(date.fromisoformat(start), date.fromisoformat(end)) == years


@given(st.sampled_from(DayCount), *[st.dates(date(1900, 1, 1), date(2200, 1, 1))] * 3)
def test_parts_add_up(count: DayCount, start: date, middle: date, end: date) -> None:
    assert count.years(start, middle) + count.years(middle, end) == count.years(start, end)


def test_every_convention_has_its_source() -> None:
    assert all("ISDA" in str(count.source) for count in DayCount)
