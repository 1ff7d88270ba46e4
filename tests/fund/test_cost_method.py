"""Cost methods: named, and the calendar periods of an average."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.fund.portfolio.cost_method import CostMethod, PeriodAverage


@pytest.mark.parametrize(
    ("average", "start", "end"),
    [
        (PeriodAverage.MONTHLY, "2024-12-01", "2025-01-01"),
        (PeriodAverage.QUARTERLY, "2024-10-01", "2025-01-01"),
        (PeriodAverage.ANNUAL, "2024-01-01", "2025-01-01"),
    ],
)
def test_the_last_day_of_a_year_belongs_to_it(average: PeriodAverage, start: str, end: str) -> None:
    period = average.period_of(datetime.date(2024, 12, 31))
    assert (str(period.start), str(period.end)) == (start, end)


@given(st.sampled_from(PeriodAverage), st.dates(datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)))
def test_every_day_belongs_to_its_period_and_a_year_has_whole_ones(
    average: PeriodAverage, day: datetime.date
) -> None:
    period = average.period_of(day)
    assert day in period
    assert average.period_of(period.start) == period
    assert 12 % average.months == 0
    assert (period.start.month - 1) % average.months == 0


def test_no_two_methods_have_one_name() -> None:
    names = [method.value for method in (*CostMethod, *PeriodAverage)]
    assert len(set(names)) == len(names)
