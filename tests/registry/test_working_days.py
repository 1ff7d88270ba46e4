"""Working days and delays, against the UK registry's own rows and at the edges of windows and years."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.registry import NoonClock, WindowClock, WorkingDays
from carbonkit.schemes import uk_calendar
from carbonkit.values import Period, Source, at_local_time, local_date, local_time

# UK Emissions Trading Registry (ukets-registry, commit 4e80ded), tests of the transaction delay service.
GOLDEN = Path(__file__).parents[3] / "shared" / "data" / "registry" / "ukets_registry_golden"
HERE = Source("carbonkit", "test", 2026)
LONDON = "Europe/London"


def days(*holidays: str, made_up: tuple[str, ...] = ()) -> WorkingDays:
    return WorkingDays("test", Period("2020-01-01", "2022-01-01"), holidays, made_up, HERE)


def clock(hours: int, *holidays: str) -> WindowClock:
    return WindowClock(days(*holidays), LONDON, "10:00", "16:00", datetime.timedelta(hours=hours))


def london(text: str) -> datetime.datetime:
    day, time = text.split("T")
    seconds = int(time[6:8]) if len(time) > 5 else 0
    moment = at_local_time(datetime.date.fromisoformat(day), time[:5], LONDON)
    return moment + datetime.timedelta(seconds=seconds)


def delay_of(column: str) -> datetime.timedelta:
    text = column.removeprefix("exec_")
    if text.endswith("min"):
        return datetime.timedelta(minutes=int(text.removesuffix("min")))
    return datetime.timedelta(hours=int(text.removesuffix("h")))


@pytest.mark.skipif(not GOLDEN.exists(), reason="the research data are not beside the project")
@pytest.mark.parametrize(
    ("file", "rows", "columns"), [("transaction_delay.csv", 73, 5), ("transaction_delay_extra.csv", 5, 7)]
)
def test_delays_are_those_of_the_uk_registry(file: str, rows: int, columns: int) -> None:
    holidays = (GOLDEN / "holidays.txt").read_text("ascii").split()
    base = clock(24, *holidays)
    with (GOLDEN / file).open(encoding="ascii", newline="") as lines:
        table = list(csv.DictReader(lines))
    assert len(table) == rows
    compared = 0
    for row in table:
        approved = london(row.pop("approved_at"))
        assert base.start(approved) == london(row.pop("start_clock")), approved
        compared += 1
        for column, due in row.items():
            waiting = attrs.evolve(base, delay=delay_of(column))
            assert waiting.due(approved) == london(due), (approved, column)
            compared += 1
    assert compared == rows * columns


def test_the_calendar_carried_has_the_holidays_of_the_registry_s_own_tests() -> None:
    england = uk_calendar.working_days()
    of_2021 = {"2021-01-01", "2021-04-02", "2021-04-05", "2021-05-03", "2021-05-31", "2021-08-30"}
    assert of_2021 <= {str(day) for day in england.holidays}
    assert all(day.weekday() < 5 for day in england.holidays)
    for year in range(2021, 2028):
        extra = {2022: 10, 2023: 9}.get(year, 8)  # a jubilee and a funeral; a coronation
        assert sum(day.year == year for day in england.holidays) == extra
    assert "recalled" in england.source.status.value


@pytest.mark.parametrize(
    ("approved", "hours", "due"),
    [
        ("2021-03-15T10:00", 0, "2021-03-15T10:00"),
        ("2021-03-15T16:00", 0, "2021-03-15T16:00"),  # closing time belongs to the window
        ("2021-03-15T16:00:01", 0, "2021-03-16T10:00"),
        ("2021-03-15T09:59:59", 0, "2021-03-15T10:00"),
        ("2021-03-19T12:00", 24, "2021-03-22T12:00"),  # over a weekend
        ("2021-03-20T12:00", 0, "2021-03-22T10:00"),  # on a Saturday the time of day does not count
        ("2021-03-19T15:00", 21, "2021-03-22T12:00"),  # ends on a Saturday at noon: at noon on Monday
        ("2021-03-19T15:00", 18, "2021-03-22T10:00"),
        ("2021-03-26T12:00", 24, "2021-03-29T12:00"),  # the clocks go forward on 28 March
        ("2021-10-29T12:00", 24, "2021-11-01T12:00"),  # and back on 31 October
        ("2021-03-31T12:00", 48, "2021-04-06T12:00"),  # Easter
    ],
)
def test_a_delay_runs_in_working_days_and_ends_in_the_window(approved: str, hours: int, due: str) -> None:
    assert clock(hours, "2021-04-02", "2021-04-05").due(london(approved)) == london(due)


@given(
    minutes=st.integers(0, 60 * 24 * 300),
    delay=st.integers(0, 60 * 24 * 10),
    holidays=st.sets(st.dates(datetime.date(2020, 1, 1), datetime.date(2021, 12, 31)), max_size=20),
)
def test_what_is_due_lies_in_a_window_of_a_working_day(
    minutes: int, delay: int, holidays: set[datetime.date]
) -> None:
    calendar = days(*(str(day) for day in holidays))
    waiting = WindowClock(calendar, LONDON, "10:00", "16:00", datetime.timedelta(minutes=delay))
    approved = london("2020-06-01T00:00") + datetime.timedelta(minutes=minutes)
    due = waiting.due(approved)

    assert due >= approved
    assert due - approved >= datetime.timedelta(days=delay // 1440)
    assert calendar.is_working(local_date(due, LONDON))
    assert datetime.time(10) <= local_time(due, LONDON) <= datetime.time(16)
    longer = attrs.evolve(waiting, delay=waiting.delay + datetime.timedelta(days=1))
    assert longer.due(approved) > due


def test_days_that_are_made_up_for_are_working_days() -> None:
    """As around the Chinese New Year of 2021: Thursday 11 February to 17, made up for on Sunday 7."""
    calendar = days("2021-02-11", "2021-02-12", made_up=("2021-02-07",))
    assert calendar.is_working("2021-02-07")
    assert not calendar.is_working("2021-02-06")
    assert str(calendar.after("2021-02-05")) == "2021-02-07"
    assert str(calendar.after("2021-02-10")) == "2021-02-15"
    assert str(calendar.after("2021-02-13", 0)) == "2021-02-15"
    assert str(calendar.after("2021-02-15", 0)) == "2021-02-15"


def test_a_day_outside_the_calendar_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="lists"):
        days().is_working("2022-01-01")
    with pytest.raises(NotFoundError, match="2019-12-31"):
        days().is_working("2019-12-31")
    with pytest.raises(NotFoundError):
        clock(24).due(london("2021-12-31T12:00"))
    with pytest.raises(NotFoundError):
        uk_calendar.delay_clock().due(london("2028-01-03T12:00"))


def test_a_calendar_is_checked() -> None:
    with pytest.raises(InvalidValueError, match="holiday"):
        days("2022-05-01")
    with pytest.raises(InvalidValueError, match="not both"):
        days("2021-05-01", made_up=("2021-05-01",))
    with pytest.raises(InvalidValueError, match="closes"):
        WindowClock(days(), LONDON, "16:00", "16:00", datetime.timedelta(0))
    with pytest.raises(InvalidValueError, match="delay"):
        WindowClock(days(), LONDON, "10:00", "16:00", datetime.timedelta(minutes=-1))


@pytest.mark.parametrize(
    ("approved", "due"),
    [
        ("2021-03-15T11:59:59", "2021-03-16T12:00"),
        ("2021-03-15T12:00", "2021-03-17T12:00"),
        ("2021-03-19T11:00", "2021-03-22T12:00"),
        ("2021-03-19T12:00", "2021-03-23T12:00"),
        ("2021-03-20T11:00", "2021-03-23T12:00"),  # a Saturday is no day to be in time on
    ],
)
def test_the_union_registry_waits_for_noon(approved: str, due: str) -> None:
    noon = NoonClock(days(), LONDON, "12:00")
    assert noon.due(london(approved)) == london(due)
    assert uk_calendar.union_delay_clock(days()).zone == "Europe/Brussels"
