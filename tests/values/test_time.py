"""Dates, instants, zones and periods: exact readers, no guesses."""

from __future__ import annotations

import copy
import datetime
import itertools
import pickle

import attrs
import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.values.time import (
    Clock,
    FixedClock,
    Period,
    SystemClock,
    add_months,
    as_date,
    as_instant,
    at_local_time,
    local_date,
    local_time,
)
from tests.strategies import dates, instants, periods

DAY = datetime.date(2021, 7, 16)
MOMENT = datetime.datetime(2021, 7, 16, 1, 30, tzinfo=datetime.UTC)
NAIVE = MOMENT.replace(tzinfo=None)


class Diary(datetime.date):
    """A date of a host's own kind."""


# ------------------------------------------------------------------- as_date


@given(dates(datetime.date.min, datetime.date.max))
def test_a_date_is_read_as_it_is_written(day: datetime.date) -> None:
    assert as_date(day) == as_date(day.isoformat()) == day


@pytest.mark.parametrize("day", [Diary(2021, 7, 16), pendulum.date(2021, 7, 16)])
def test_a_date_of_another_kind_becomes_a_plain_one(day: datetime.date) -> None:
    assert type(as_date(day)) is datetime.date
    assert as_date(day) == DAY


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "now",
            "today",
            "2021",
            "2021-07",
            "20210716",
            "2021-7-16",
            "2021-W28-5",
            "2021/07/16",
            "16.07.2021",
        ),
        *("2021-07-16 ", " 2021-07-16", "2021-07-16\n", "2021-07-16T00:00", "٢٠٢١-07-16", "-2021-07-16"),
        *("2021-02-29", "2021-13-01", "2021-00-01", "2021-04-31", "0000-01-01", "10000-01-01"),
        *(None, 20210716, 1626393600.0, True, [], b"2021-07-16", 10**10_000),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, int) else repr(value),
)
def test_what_is_no_date_is_refused(value: str) -> None:
    with pytest.raises(InvalidValueError, match="traded on: must be a calendar date YYYY-MM-DD"):
        as_date(value, field="traded on")


@pytest.mark.parametrize("value", [MOMENT, NAIVE, pendulum.datetime(2021, 7, 16)])
def test_a_datetime_is_no_date(value: datetime.datetime) -> None:
    with pytest.raises(InvalidValueError, match="must be a calendar date") as caught:
        as_date(value)
    assert caught.value.problem.hint == "take its local date with local_date(…)"


# ---------------------------------------------------------------- as_instant


@given(instants())
def test_an_instant_is_the_same_moment_in_utc(moment: datetime.datetime) -> None:
    taken = as_instant(moment)
    assert taken == moment
    assert taken.tzinfo is datetime.UTC
    assert type(taken) is datetime.datetime
    assert as_instant(taken.isoformat()) == moment
    assert as_instant(taken) == taken


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2021-07-16T01:30:00Z",
            "2021-07-16T01:30Z",
            "2021-07-16T09:30:00+08:00",
            "2021-07-15T20:30:00-05:00",
        ),
        *("2021-07-16T01:30:00.000000Z", "2021-07-16T01:30:00.0-00:00"),
    ],
)
def test_an_instant_is_read_with_its_offset(text: str) -> None:
    assert as_instant(text) == MOMENT


@pytest.mark.parametrize("value", [pendulum.datetime(2021, 7, 16, 9, 30, tz="Asia/Shanghai")])
def test_an_instant_of_another_kind_becomes_a_plain_one(value: datetime.datetime) -> None:
    assert type(as_instant(value)) is datetime.datetime
    assert as_instant(value) == MOMENT


@pytest.mark.parametrize(
    "value",
    [
        *("", "now", "2021-07-16", "2021-07-16T01:30:00", "2021-07-16 01:30:00Z", "2021-07-16T01:30:00 Z"),
        *(
            "2021-07-16t01:30:00z",
            "2021-07-16T01Z",
            "2021-07-16T24:00:00Z",
            "2021-07-16T01:30:00+08",
            "20210716T0130Z",
        ),
        *("2021-07-16T01:30:00+08:00:30", "2021-07-16T01:30:00Z\n", "2021-07-16T01:30:00[UTC]", "1626399000"),
        *(NAIVE, pendulum.naive(2021, 7, 16), DAY, None, 1626399000, 1626399000.0, True, []),
    ],
    ids=repr,
)
def test_what_is_no_instant_is_refused(value: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        as_instant(value, field="traded at")
    problem = caught.value.problem
    assert (problem.field, problem.must) == ("traded at", "be an instant with its offset")
    assert problem.hint == 'write e.g. "2021-07-16T01:30:00Z"'


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2021-02-29T00:00:00Z",
            "2021-07-16T01:60:00Z",
            "2021-06-30T23:59:60Z",
            "2021-07-16T00:00:00+24:00",
        ),
        *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"),
    ],
)
def test_a_moment_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="instant: must be a moment that exists"):
        as_instant(text)


def test_the_first_and_the_last_moment_are_taken() -> None:
    for text in ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"):
        assert as_instant(text).isoformat() == text


# ------------------------------------------------------------------- clocks


def test_a_fixed_clock_stands_still_in_utc() -> None:
    clock: Clock = FixedClock(pendulum.datetime(2021, 7, 16, 9, 30, tz="Asia/Shanghai"))
    assert clock.now() == clock.now() == MOMENT
    assert clock.now().tzinfo is datetime.UTC
    with pytest.raises(InvalidValueError, match="instant: must be an instant"):
        FixedClock(NAIVE)


def test_the_system_clock_goes() -> None:
    clock: Clock = SystemClock()
    first = clock.now()
    assert first.tzinfo is datetime.UTC
    assert type(first) is datetime.datetime
    assert datetime.timedelta(0) <= clock.now() - first < datetime.timedelta(minutes=1)
    assert abs(first.timestamp() - pendulum.instance(first).timestamp()) < 1


# -------------------------------------------------------------- local times


@pytest.mark.parametrize(
    ("day", "time", "zone", "instant"),
    [
        ("2021-07-16", "09:30", "Asia/Shanghai", "2021-07-16T01:30:00Z"),
        ("2021-07-16", "00:00", "Asia/Shanghai", "2021-07-15T16:00:00Z"),
        ("2021-01-15", "12:00", "Europe/London", "2021-01-15T12:00:00Z"),
        ("2021-07-15", "12:00", "Europe/London", "2021-07-15T11:00:00Z"),
        ("2021-03-28", "00:59", "Europe/London", "2021-03-28T00:59:00Z"),
        ("2021-03-28", "02:00", "Europe/London", "2021-03-28T01:00:00Z"),
        ("2021-10-31", "02:00", "Europe/London", "2021-10-31T02:00:00Z"),
        ("2021-07-16", "23:59", "UTC", "2021-07-16T23:59:00Z"),
        ("2021-07-16", "09:30", "America/Argentina/Buenos_Aires", "2021-07-16T12:30:00Z"),
    ],
)
def test_a_wall_clock_shows_an_instant(day: str, time: str, zone: str, instant: str) -> None:
    assert at_local_time(as_date(day), time, zone) == as_instant(instant)
    assert at_local_time(as_date(day), time, zone).tzinfo is datetime.UTC
    assert local_date(as_instant(instant), zone) == as_date(day)


@pytest.mark.parametrize(
    ("day", "time", "zone"),
    [
        ("2021-03-28", "01:00", "Europe/London"),
        ("2021-03-28", "01:59", "Europe/London"),
        ("2021-03-14", "02:30", "America/New_York"),
        ("2011-12-30", "09:30", "Pacific/Apia"),  # the whole day was skipped
        ("0001-01-01", "00:30", "Asia/Shanghai"),
        ("9999-12-31", "23:30", "America/New_York"),
    ],
)
def test_a_time_that_the_clocks_skipped_is_refused(day: str, time: str, zone: str) -> None:
    with pytest.raises(InvalidValueError, match=f"time: must exist in {zone} on {day}, was {time}"):
        at_local_time(as_date(day), time, zone)


@pytest.mark.parametrize(
    ("day", "time", "zone"),
    [("2021-10-31", "01:00", "Europe/London"), ("2021-11-07", "01:59", "America/New_York")],
)
def test_a_time_that_the_clocks_showed_twice_is_refused(day: str, time: str, zone: str) -> None:
    with pytest.raises(
        InvalidValueError, match=f"time: must be unique in {zone} on {day}, was {time}; the clocks"
    ):
        at_local_time(as_date(day), time, zone)


@pytest.mark.parametrize(
    "time", ["", "24:00", "9:30", "09:60", "09:30:00", "0930", "09:30\n", "09:3٣", None, 930], ids=repr
)
def test_what_is_no_local_time_is_refused(time: str) -> None:
    with pytest.raises(InvalidValueError, match="time: must be a local time HH:MM"):
        at_local_time(DAY, time, "UTC")


@pytest.mark.parametrize(
    "zone",
    [
        *("", "local", "Asia", "Asia/Nowhere", "asia/shanghai", "Asia/Shanghai ", "+08:00", "CST6", "../UTC"),
        *("/etc/localtime", "UTC\0", "x" * 10_000, None, 3600, True, [], datetime.UTC),
    ],
    ids=lambda zone: repr(zone)[:20],
)
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidValueError, match="zone: must be an IANA time zone"):
        at_local_time(DAY, "09:30", zone)
    with pytest.raises(InvalidValueError, match="zone: must be an IANA time zone"):
        local_date(MOMENT, zone)


@pytest.mark.parametrize("day", [MOMENT, NAIVE, None, "2021-02-29", 1], ids=repr)
def test_a_local_time_needs_a_date(day: datetime.date) -> None:
    with pytest.raises(InvalidValueError, match="day: must be a calendar date"):
        at_local_time(day, "09:30", "UTC")


def test_a_local_date_needs_an_instant_that_has_one() -> None:
    with pytest.raises(InvalidValueError, match="instant: must be an instant with its offset"):
        local_date(NAIVE, "UTC")
    for text, zone in (("0001-01-01T00:00Z", "America/New_York"), ("9999-12-31T23:00Z", "Asia/Shanghai")):
        with pytest.raises(InvalidValueError, match="instant: must have a local date"):
            local_date(as_instant(text), zone)


# --------------------------------------------------------------- add_months


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("1900-01-31", 1, "1900-02-28"),
        ("2021-07-16", 0, "2021-07-16"),
        ("2021-12-31", 1, "2022-01-31"),
        ("2021-01-01", -1, "2020-12-01"),
        ("0001-01-31", 119_987, "9999-12-31"),
        ("9999-12-31", -119_987, "0001-01-31"),
    ],
)
def test_months_are_calendar_months(start: str, months: int, end: str) -> None:
    assert add_months(as_date(start), months) == as_date(end)


@given(dates(), st.integers(-1200, 1200))
def test_months_agree_with_another_library(day: datetime.date, months: int) -> None:
    assert add_months(day, months) == pendulum.date(day.year, day.month, day.day).add(months=months)


@pytest.mark.parametrize("months", [119_988, -119_988, 10**30])
def test_the_calendar_ends(months: int) -> None:
    with pytest.raises(InvalidValueError, match="months: must stay within the years 1 to 9999"):
        add_months(DAY, months)


@pytest.mark.parametrize("months", [1.5, True, None, 1.0])
def test_months_are_whole(months: int) -> None:
    with pytest.raises(InexactNumberError, match="months: must be"):
        add_months(DAY, months)


@pytest.mark.parametrize("day", [MOMENT, None], ids=repr)
def test_months_need_a_date(day: datetime.date) -> None:
    with pytest.raises(InvalidValueError, match="day: must be a calendar date"):
        add_months(day, 1)


# ------------------------------------------------------------------ periods


@given(periods(), dates())
def test_a_period_is_half_open(period: Period, day: datetime.date) -> None:
    assert period.start in period
    assert (day in period) == (period.start <= day and (period.end is None or day < period.end))
    assert (day.isoformat() in period) == (day in period)
    if period.end is not None:
        assert period.end not in period
        assert period.end - datetime.timedelta(1) in period
        assert period.days == sum(1 for _ in range(period.start.toordinal(), period.end.toordinal()))


@given(periods(), periods())
def test_overlapping_and_covering(one: Period, two: Period) -> None:
    assert one.overlaps(two) == two.overlaps(one) == ((two.start in one) or (one.start in two))
    assert one.overlaps(one)
    assert one.covers(one)
    if one.covers(two):
        assert one.overlaps(two)
        assert two.start in one
    assert (one.covers(two) and two.covers(one)) == (one == two)
    whole = Period(min(one.start, two.start), None)
    assert whole.covers(one)
    assert whole.covers(two)
    if one.end is not None:
        after = Period(one.end, None)
        assert not one.overlaps(after)
        assert not after.overlaps(one)
        assert not one.covers(after)


def test_an_open_end_covers_and_is_covered() -> None:
    endless, year = Period("2021-01-01", None), Period.year(2021)
    assert endless.covers(year)
    assert not year.covers(endless)
    assert datetime.date.max in endless
    assert datetime.date(2020, 12, 31) not in endless
    with pytest.raises(InvalidValueError, match="end: must be set to count days"):
        _ = endless.days


@given(st.lists(periods() | dates().map(lambda day: Period(day, "9999-12-31")), max_size=8))
def test_periods_sort_by_start_then_end_and_endless_ones_come_last(some: list[Period]) -> None:
    ends = datetime.date.max.toordinal() + 1
    assert sorted(some) == sorted(
        some, key=lambda period: (period.start, period.end.toordinal() if period.end is not None else ends)
    )
    for one, two in itertools.pairwise(some):
        assert (one < two) + (one == two) + (one > two) == 1


def test_an_endless_period_is_not_one_that_ends_on_the_last_day() -> None:
    endless, last = Period("2021-01-01", None), Period("2021-01-01", "9999-12-31")
    assert endless != last
    assert last < endless
    assert not endless < last
    assert datetime.date.max in endless
    assert datetime.date.max not in last


@pytest.mark.parametrize("end", ["2021-01-01", "2020-12-31", "0001-01-01"])
def test_a_period_holds_at_least_a_day(end: str) -> None:
    with pytest.raises(InvalidValueError, match="end: must be after the start 2021-01-01, was "):
        Period("2021-01-01", end)


@pytest.mark.parametrize("value", ["", "now", 2021, None, MOMENT, NAIVE, "2021-02-30"], ids=repr)
def test_a_period_is_made_of_dates(value: str) -> None:
    with pytest.raises(InvalidValueError, match="start: must be a calendar date"):
        Period(value, "2022-01-01")
    if value is not None:
        with pytest.raises(InvalidValueError, match="end: must be a calendar date"):
            Period("2021-01-01", value)


@pytest.mark.parametrize("value", [MOMENT, NAIVE, "now", None, 2021, "2021-02-30"], ids=repr)
def test_what_is_no_date_is_neither_in_a_period_nor_outside(value: str) -> None:
    with pytest.raises(InvalidValueError, match="day: must be a calendar date"):
        assert value in Period.year(2021)


@pytest.mark.parametrize(("year", "days"), [(1, 365), (1900, 365), (2000, 366), (2016, 366), (9998, 365)])
def test_a_year_is_a_calendar_year(year: int, days: int) -> None:
    period = Period.year(year)
    assert period.days == days
    assert (period.start.month, period.start.day, period.start.year) == (1, 1, year)


@pytest.mark.parametrize("year", [0, -1, 9999, 10_000, 10**30])
def test_a_year_has_bounds(year: int) -> None:
    with pytest.raises(InvalidValueError, match="year: must be a year from 1 to 9998"):
        Period.year(year)


@pytest.mark.parametrize("year", [2021.0, True, None])
def test_a_year_is_whole(year: int) -> None:
    with pytest.raises(InexactNumberError, match="year: must be"):
        Period.year(year)


@given(periods())
def test_repr_pickle_and_copy_give_the_same(period: Period) -> None:
    again = eval(repr(period), {"Period": Period})  # noqa: S307  the point of a repr
    for twin in (again, pickle.loads(pickle.dumps(period)), copy.copy(period), copy.deepcopy(period)):  # noqa: S301
        assert twin == period
        assert hash(twin) == hash(period)
        assert str(twin) == str(period)


def test_a_period_is_written_with_its_brackets() -> None:
    assert str(Period.year(2021)) == "[2021-01-01, 2022-01-01)"
    assert str(Period("2021-01-01", None)) == "[2021-01-01, …)"


def test_a_period_cannot_be_changed() -> None:
    period = Period.year(2021)
    for name in ("start", "end", "days"):
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError)):
            setattr(period, name, DAY)


def test_a_local_time_is_what_the_wall_clock_shows() -> None:
    winter, summer = as_instant("2021-01-04T12:00:00.5Z"), as_instant("2021-07-04T12:00:00Z")
    assert local_time(winter, "Europe/London") == datetime.time(12, 0, 0, 500_000)
    assert local_time(summer, "Europe/London") == datetime.time(13)
    edge = as_instant("9999-12-31T23:00:00Z")
    with pytest.raises(InvalidValueError, match="local time"):
        local_time(edge, "Asia/Shanghai")
