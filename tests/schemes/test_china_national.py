from __future__ import annotations

import datetime

import pytest

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.market import Available, SizeLimit
from carbonkit.schemes.china_national import instrument, venue_rules
from carbonkit.values import AssetId, Price, Rounding, Status

FIRST_DAY = datetime.date(2021, 7, 16)


def test_the_rules_are_those_of_the_notice() -> None:
    rules = venue_rules(FIRST_DAY)
    listed, block, auction = rules.methods
    assert [each.code for each in rules.methods] == ["10", "20", "21"]
    assert rules.tick.value == Price("0.01", "CNY", "tCO2e")
    assert rules.lot.value == 1
    bands = [each.band for each in rules.methods if each.band is not None]
    assert [band.percent.value for band in bands] == [10, 30, 10]
    assert {band.rounding.value for band in bands} == {Rounding.HALF_UP}
    assert listed.size.value == SizeLimit(at_least=1, below=100_000)
    assert block.size.value == auction.size.value == SizeLimit(at_least=100_000, below=None)
    assert listed.levels is not None
    assert listed.levels.value == 5
    assert listed.hours.value.windows == (("09:30", "11:30"), ("13:00", "15:00"))
    assert block.hours.value.windows == (("13:00", "15:00"),)
    assert listed.hours.value.zone == "Asia/Shanghai"
    assert rules.bought.value is Available.NEXT_TRADING_DAY
    assert rules.proceeds.value is Available.SAME_DAY


def test_every_rule_says_how_sure_it_is() -> None:
    rules = venue_rules(FIRST_DAY)
    sure = {rule.what: rule.source.status for rule in rules.rules()}
    assert {what for what, status in sure.items() if status is Status.DERIVED} == {
        "rounding of the limits",
        "rounding of the closing price",
        "rounding of the change",
    }
    assert {what for what, status in sure.items() if status is Status.RECALLED} == {
        "money earned may be spent",
        "orders of one account",
        "trading days",
        "rounding of an auction's limits",
        "trading hours of auctions",
    }
    assert all(rule.source.note for rule in rules.rules())


def test_rules_are_known_from_the_notice_on() -> None:
    assert venue_rules(datetime.date(2021, 6, 22)).valid_on(datetime.date(2026, 8, 19))
    with pytest.raises(NotFoundError):
        venue_rules(datetime.date(2021, 6, 21))


def test_subjects_name_their_allowances() -> None:
    assert instrument("CEA", FIRST_DAY).asset == AssetId("CEA-2019-2020")
    assert instrument("CEA22", datetime.date(2023, 8, 28)).asset == AssetId("CEA-2022")


@pytest.mark.parametrize(
    ("subject", "day"),
    [
        ("CEA", "2021-07-15"),
        ("CEA21", "2023-08-27"),
        ("CEA25", "2026-01-04"),
        ("CEA30", "2026-01-05"),
        ("", "2026-01-05"),
    ],
)
def test_a_subject_that_was_not_traded_is_unknown(subject: str, day: str) -> None:
    with pytest.raises(NotFoundError):
        instrument(subject, datetime.date.fromisoformat(day))


def test_a_day_is_a_calendar_date() -> None:
    moment = datetime.datetime(2021, 7, 16, tzinfo=datetime.UTC)
    with pytest.raises(InvalidValueError, match="day: must be a calendar date YYYY-MM-DD"):
        instrument("CEA", moment)
