"""Series, composites and daily records, against the figures that the exchange published."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest

from carbonkit.errors import BatchError, InvalidValueError, NotFoundError
from carbonkit.market import (
    DailyRecord,
    Method,
    Trade,
    bulletin,
    candles,
    check_records,
    index,
    mean_price,
    read_daily_records,
    running_totals,
)
from carbonkit.schemes import beijing, hubei, korea_auction, shanghai
from carbonkit.schemes.china_calendar import make_up_days, trading_calendar
from carbonkit.schemes.china_composite import composite_rules
from carbonkit.schemes.china_national import instrument, subjects, venue_rules
from carbonkit.values import AccountId, InstrumentId, Money, OrderId, Period, Price, Rounding, as_date

DAY = datetime.date(2021, 7, 16)
CEA = instrument("CEA", DAY)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def prices(**amounts: str) -> dict[str, Price]:
    return {name: Price(amount, "CNY", "tCO2e") for name, amount in amounts.items()}


# ------------------------------------------------------------------------------- composites
# 上海环境能源交易所, daily statistics: composite open, high and close of single days.


@pytest.mark.parametrize(
    ("day", "vintages", "published"),
    [
        ("2023-08-28", {"CEA": "74.46", "CEA21": "73.06", "CEA22": "73.06"}, "73.53"),
        ("2023-08-28", {"CEA": "74.01", "CEA21": "73.06", "CEA22": "73.06"}, "73.38"),
        ("2023-08-28", {"CEA": "75.00", "CEA21": "73.06", "CEA22": "73.06"}, "73.71"),
        ("2023-08-29", {"CEA": "69.01", "CEA21": "73.06", "CEA22": "73.06"}, "71.71"),
        ("2023-08-29", {"CEA": "69.37", "CEA21": "67.80", "CEA22": "70.37"}, "69.18"),
        (
            "2025-11-04",
            {"CEA": "60.31", "CEA21": "53.17", "CEA22": "50.00", "CEA23": "50.29", "CEA24": "50.07"},
            "52.77",
        ),
        ("2021-07-16", {"CEA": "51.23"}, "51.23"),
        ("2026-01-05", {"CEA": "70.00", "CEA25": "74.63"}, "74.63"),
    ],
)
def test_the_composite_is_the_published_one(day: str, vintages: dict[str, str], published: str) -> None:
    composite = composite_rules(day).price(prices(**vintages))
    assert str(composite.price.amount) == published
    assert len(list(composite.explain().sources())) == 4


def test_a_composite_needs_its_vintages() -> None:
    with pytest.raises(NotFoundError):
        composite_rules("2026-01-05").price(prices(CEA24="70.00"))
    with pytest.raises(InvalidValueError):
        composite_rules("2023-08-28").price({})
    with pytest.raises(InvalidValueError):
        composite_rules("2023-08-28").price(prices(CEA="70.00") | {"EUA": Price("70", "EUR", "tCO2e")})
    with pytest.raises(NotFoundError):
        composite_rules("2021-07-15")


def test_subjects_come_one_after_the_other() -> None:
    assert subjects(as_date("2025-11-04")) == ("CEA", "CEA21", "CEA22", "CEA23", "CEA24")


# ----------------------------------------------------------------------------------- totals
# 上海环境能源交易所, annual totals of the national market; the ministry's report for the end of 2025.

YEARS = (
    ("2021-12-31", 178_789_350, "7661230022.99"),
    ("2022-12-31", 50_889_493, "2814004694.28"),
    ("2023-12-31", 211_943_768, "14443915802.01"),
    ("2024-12-31", 188_646_053, "18113576584.23"),
    ("2025-12-31", 234_597_856, "14629891128.06"),
)


def test_years_add_up_to_the_published_total() -> None:
    totals = running_totals((as_date(day), volume, cny(turnover)) for day, volume, turnover in YEARS)
    assert totals[-1].cumulative_volume == 864_866_520
    assert totals[-1].cumulative_turnover == cny("57662618231.57")
    assert totals[-1].year_volume == 234_597_856


def test_means_are_the_published_ones() -> None:
    def mean(turnover: str, volume: int) -> str:
        found = mean_price(cny(turnover), volume, per="tCO2e", places=2, rounding=Rounding.HALF_UP)
        return str(found.amount)

    assert mean("14629891128.06", 234_597_856) == "62.36"
    assert mean("7661230022.99", 178_789_350) == "42.85"
    assert mean("625801436.80", 8_844_114) == "70.76"  # CCER in 2025
    with pytest.raises(InvalidValueError):
        mean("1", 0)


def test_days_of_a_total_follow_each_other() -> None:
    with pytest.raises(InvalidValueError):
        running_totals([(DAY, 1, cny("1")), (DAY, 1, cny("1"))])


# ---------------------------------------------------------------------------------- candles


def trade(minute: int, price: str, quantity: int) -> Trade:
    return Trade(
        sequence=minute + 1,
        day=DAY,
        instrument=CEA,
        method=Method.LISTED,
        price=CEA.quote(price),
        quantity=quantity,
        buyer=AccountId("B"),
        seller=AccountId("A"),
        maker=OrderId("S"),
        taker=OrderId("T"),
        at=datetime.datetime(2021, 7, 16, 1, 30, 30, tzinfo=datetime.UTC)
        + datetime.timedelta(minutes=minute),
    )


def test_trades_are_gathered_into_candles() -> None:
    made = [trade(0, "48.00", 10), trade(3, "50.00", 5), trade(4, "47.00", 1), trade(20, "49.00", 2)]
    first, second = candles(made, minutes=5)
    assert (first.start.minute, first.open, first.high, first.low, first.close) == (
        30,
        CEA.quote("48.00"),
        CEA.quote("50.00"),
        CEA.quote("47.00"),
        CEA.quote("47.00"),
    )
    assert (first.volume, first.turnover, second.volume) == (16, cny("777.00"), 2)
    (whole,) = candles(made, minutes=1440)
    assert whole.volume == 18
    for wrong in (0, 1441, True, 5.0):
        with pytest.raises(InvalidValueError):
            candles(made, minutes=wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        candles(made[::-1], minutes=5)


def test_an_index_is_a_close_over_its_base() -> None:
    day = bulletin(
        [trade(0, "51.23", 1)],
        instrument=CEA,
        rules=venue_rules(DAY),
        day=DAY,
        previous_close=CEA.quote("48.00"),
    )
    facts: dict[str, Any] = {"points": 1000, "places": 2, "rounding": Rounding.HALF_UP}
    assert index([day], base=CEA.quote("48.00"), **facts) == ((DAY, Decimal("1067.29")),)
    for base in (CEA.quote("0"), Price("48", "EUR", "tCO2e")):
        with pytest.raises(InvalidValueError):
            index([day], base=base, **facts)


# ---------------------------------------------------------------------------- daily records

HEADER = "day,instrument,method,volume,turnover,open,high,low,close"
CODES = {"10": Method.LISTED, "20": Method.BLOCK, "21": Method.AUCTION}
GOOD = [
    HEADER,
    "2021-07-16,CEA,10,4103953,210230053.25,48.00,52.80,48.00,51.23",
    "2021-07-19,CEA,10,0,0,51.23,,,51.23",
    "2021-07-19,CEA,20,100000,5281000.00,,,,",
]


def checked(*rows: str) -> list[str]:
    records = read_daily_records([HEADER, *rows], file="days.csv", currency="CNY", unit="tCO2e", codes=CODES)
    found = check_records(
        records,
        rulebook=venue_rules,
        instrument=lambda code, day: instrument(str(code), day),
        bases={CEA.id: CEA.quote("48.00")},
    )
    return [str(each) for each in found]


def test_a_record_that_follows_the_rules_has_no_difference() -> None:
    assert checked(*GOOD[1:]) == []


def test_what_does_not_follow_is_listed() -> None:
    assert checked(
        "2021-07-16,CEA,10,4103953,210230053.25,53.00,52.81,48.00,51.22",
        "2021-07-17,CEA,10,0,0,,,,51.23",
        "2021-07-19,CEA,10,0,0,,,,51.22",
        "2021-07-19,CEA,20,100000,6661000.00,,,,",
    ) == [
        "2021-07-16 CEA: close must be 51.23, was 51.22",
        "2021-07-16 CEA: listed high must be from 43.20 to 52.80, was 52.81",
        "2021-07-16 CEA: open must be from 48.00 to 52.81, was 53.00",
        "2021-07-17 CEA: day must be a trading day, was not one",
        "2021-07-19 CEA: close must be 51.23, was 51.22",
        "2021-07-19 CEA: block mean must be from 35.86 to 66.60, was 66.61",
    ]


def test_a_composite_is_checked_and_gives_new_vintages_their_base() -> None:
    """Two days after the first closes of three vintages, made up; the rules are the exchange's."""
    rows = [
        "2023-08-25,CEA,10,0,0,,,,73.06",
        "2023-08-28,CEA,10,100,7446.00,74.01,75.00,74.01,74.46",
        "2023-08-28,CEA21,10,0,0,,,,73.06",
        "2023-08-28,CEA22,10,0,0,,,,73.06",
        "2023-08-29,CEA21,10,100,6780.00,67.80,67.80,67.80,67.80",
    ]
    records = read_daily_records([HEADER, *rows], file="days.csv", currency="CNY", unit="tCO2e", codes=CODES)
    published = {
        as_date(day): Price(price, "CNY", "tCO2e")
        for day, price in (("2023-08-25", "73.06"), ("2023-08-28", "73.53"), ("2023-08-29", "71.78"))
    }
    found = check_records(
        records,
        rulebook=venue_rules,
        instrument=lambda code, day: instrument(str(code), day),
        bases={CEA.id: CEA.quote("73.06")},
        composite=composite_rules,
        published=published,
    )
    assert [str(each) for each in found] == ["2023-08-29 composite: close must be 71.77, was 71.78"]


def test_records_are_read_strictly() -> None:
    lines = [
        HEADER,
        "2021-07-16,CEA,11,1,1,,,,",
        "2021-07-16,CEA,10,-1,1,,,,",
        "2021-07-16,CEA,10,1.5,1,,,,",
        "2021-07-16,CEA,10,1,nan,,,,",
        "yesterday,CEA,10,1,1,,,,x",
    ]
    with pytest.raises(BatchError) as error:
        read_daily_records(lines, file="days.csv", currency="CNY", unit="tCO2e", codes=CODES)
    assert [(problem.row, problem.field) for problem in error.value.problems] == [
        (2, "method"),
        (3, "volume"),
        (4, "volume"),
        (5, "turnover"),
        (6, "day"),
        (6, "close"),
    ]
    with pytest.raises(BatchError):
        checked(GOOD[1], GOOD[1])
    with pytest.raises(BatchError):
        checked(GOOD[2], GOOD[1])
    record = DailyRecord(
        day=DAY, instrument=InstrumentId("CEA9"), method=Method.LISTED, volume=1, turnover=cny("1")
    )
    with pytest.raises(NotFoundError):
        check_records([record], rulebook=venue_rules, instrument=lambda *_: CEA, bases={})


# --------------------------------------------------------------------------- other schemes


def test_years_have_as_many_trading_days_as_the_exchange_shows() -> None:
    """上海环境能源交易所, daily statistics: trading days of each year, 2026 to 19 August."""
    calendar = trading_calendar().value
    spans = {
        ("2021-07-16", "2022-01-01"): 114,
        ("2022-01-01", "2023-01-01"): 242,
        ("2023-01-01", "2024-01-01"): 242,
        ("2024-01-01", "2025-01-01"): 242,
        ("2025-01-01", "2026-01-01"): 243,
        ("2026-01-01", "2026-08-20"): 152,
    }
    assert {span: len(list(calendar.days(Period(*span)))) for span in spans} == spans
    for year in range(2021, 2027):
        assert all(day.isoweekday() > 5 and not calendar.is_open(day) for day in make_up_days(year))
    with pytest.raises(NotFoundError):
        make_up_days(2027)


def test_a_year_is_added_to_a_calendar() -> None:
    calendar = trading_calendar().value
    with pytest.raises(NotFoundError):
        calendar.is_open("2027-01-04")
    year = Period("2027-01-01", "2028-01-01")
    longer = calendar.with_days(year, ["2027-01-01"], ["2027-01-02"])
    assert [longer.is_open(f"2027-01-0{day}") for day in (1, 2, 3, 4)] == [False, True, False, True]
    assert longer.after("2026-12-31") == as_date("2027-01-02")
    with pytest.raises(InvalidValueError):
        calendar.with_days(Period("2028-01-01", "2029-01-01"), [])
    with pytest.raises(InvalidValueError):
        calendar.with_days(year, ["2026-12-31"])
    for count in (0, True, 1.0):
        with pytest.raises(InvalidValueError):
            calendar.after("2026-01-05", count)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError):
        list(calendar.days(Period("2026-01-01", None)))


def test_shanghais_floor_and_forward() -> None:
    """News of the auction of 30 November 2023: mean 61.91, floor 74.29. Notice of SHEAF112023: its days."""
    assert str(shanghai.auction_floor("2023-11-30", Price("61.91", "CNY", "tCO2e"))) == "74.29 CNY/tCO2e"
    assert str(shanghai.auction_floor("2017-06-30", Price("40", "CNY", "tCO2e"))) == "42 CNY/tCO2e"
    assert shanghai.auction_terms("2023-10-31").value.investor_limit == 50_000
    terms: Any = shanghai.forward(2023, 11).terms
    assert (str(terms.last_trading_day), str(terms.final_settlement_day)) == ("2023-11-24", "2023-11-27")
    with pytest.raises(InvalidValueError):
        shanghai.forward(2023, 10)
    with pytest.raises(NotFoundError):
        shanghai.auction_terms("2023-12-01")


def test_every_market_explains_its_rules() -> None:
    for rules in (hubei.venue_rules("2021-07-16"), shanghai.venue_rules("2021-07-16")):
        assert len(list(rules.explain().sources())) == len(rules.rules())
        assert all(day in rule.valid for rule in rules.rules() for day in [as_date("2024-01-02")])
    assert hubei.instrument("2021-07-16").terms != shanghai.instrument("2021-07-16").terms
    assert beijing.large_holding("2021-07-16").value.other == 500_000
    assert attrs.evolve(korea_auction.auction_rules("2019-01-23")).name == "K-ETS auctions"
