from __future__ import annotations

import datetime

import pytest

from carbonkit.errors import InvalidValueError, MarketError
from carbonkit.market import Refusal, TradingHours
from carbonkit.values import as_instant

WEEK = (1, 2, 3, 4, 5)


def test_hours_are_those_of_the_venues_wall_clock() -> None:
    morning, afternoon = TradingHours("Asia/Shanghai", [("09:30", "11:30"), ("13:00", "15:00")], WEEK).on(
        datetime.date(2021, 7, 16)
    )
    assert morning.start == as_instant("2021-07-16T01:30:00Z")
    assert afternoon.end == as_instant("2021-07-16T07:00:00Z")
    assert morning.start in morning
    assert morning.end not in morning
    assert as_instant("2021-07-16T01:29:59.999999Z") not in morning


def test_hours_follow_summer_time() -> None:
    hours = TradingHours("Europe/London", [("07:00", "17:00")], WEEK)
    assert hours.on(datetime.date(2021, 7, 16))[0].start == as_instant("2021-07-16T06:00:00Z")
    assert hours.on(datetime.date(2021, 1, 15))[0].start == as_instant("2021-01-15T07:00:00Z")


def test_a_venue_does_not_open_on_other_weekdays() -> None:
    hours = TradingHours("Asia/Shanghai", [("09:30", "11:30")], WEEK)
    with pytest.raises(MarketError) as error:
        hours.on(datetime.date(2021, 7, 17))
    assert error.value.problem.code == Refusal.NOT_A_TRADING_DAY
    assert error.value.problem.was == "2021-07-17, a Saturday"


@pytest.mark.parametrize(
    "windows", [[], [("11:30", "09:30")], [("09:30", "09:30")], [("09:30", "11:30"), ("11:00", "15:00")]]
)
def test_times_must_follow_each_other(windows: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidValueError):
        TradingHours("Asia/Shanghai", windows, WEEK)


@pytest.mark.parametrize("weekdays", [(), (0,), (8,), (1, 1), (True,)])
def test_weekdays_must_exist_once(weekdays: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValueError):
        TradingHours("Asia/Shanghai", [("09:30", "11:30")], weekdays)
