"""The calendar's keeper: days open and close in time, and a demonstration skips what is between."""

from __future__ import annotations

import asyncio
import datetime
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import MarketError, NotFoundError
from carbonkit.exchange.calendar_keeper import CalendarKeeper, day_of, demo_day, next_day
from carbonkit.exchange.clock import DemoClock
from carbonkit.exchange.exchange import Exchange, Settings
from carbonkit.exchange.handler_table import handlers
from carbonkit.exchange.scheme import scheme_named
from carbonkit.exchange.work import ask, own_request
from carbonkit.market.calendar import TradingCalendar
from carbonkit.market.negotiation import PriceMode
from carbonkit.values.price import Price
from carbonkit.values.time import Period, as_instant
from carbonkit.wire.operations import ANNOUNCE_AUCTION, DEPTH
from carbonkit.wire.request import AuctionRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from carbonkit.market.rulebook import VenueRules

CHINA = scheme_named("china-national")


@attrs.define
class HandClock:
    """A clock that stands where it is put."""

    instant: datetime.datetime = attrs.field(converter=as_instant)

    def now(self) -> datetime.datetime:
        return self.instant


def _still_clock(start: str) -> DemoClock:
    return DemoClock(start, lambda: 0)


def _kept(
    clock: HandClock | DemoClock, course: Callable[[CalendarKeeper, Exchange], Awaitable[None]]
) -> None:
    """Run a course of steps on an exchange whose calendar nobody else keeps."""

    async def run() -> None:
        settings = Settings(scheme="shanghai", bases={"SHEA": "38.00"}, clock=clock, keeps_days=False)
        async with Exchange.open(settings) as exchange:
            keeper = CalendarKeeper(
                exchange.engine,
                exchange.scheme,
                handlers(exchange.wall),
                clock=clock,
                jumping=clock if isinstance(clock, DemoClock) else None,
            )
            await course(keeper, exchange)

    asyncio.run(run())


def test_a_day_opens_an_hour_before_it_trades_and_closes_after() -> None:
    clock = HandClock("2026-11-28T04:00:00Z")  # a Saturday

    async def course(keeper: CalendarKeeper, exchange: Exchange) -> None:
        course = [
            ("2026-11-28T04:00:00Z", None),
            ("2026-11-30T00:29:59Z", None),
            ("2026-11-30T00:30:00Z", "2026-11-30"),
            ("2026-11-30T04:00:00Z", "2026-11-30"),
            ("2026-11-30T06:59:59Z", "2026-11-30"),
            ("2026-11-30T07:00:00Z", None),
            ("2026-11-30T07:00:01Z", None),
            ("2026-12-01T00:45:00Z", "2026-12-01"),
            # Nobody was there for a day and a half.
            ("2026-12-02T20:00:00Z", None),
            ("2026-12-03T01:00:00Z", "2026-12-03"),
        ]
        for instant, day in course:
            clock.instant = as_instant(instant)
            await keeper.step()
            assert str(exchange.desk.venue.day) == str(day), instant

    _kept(clock, course)


def test_a_demonstration_is_always_in_trading_hours() -> None:
    clock = _still_clock("2026-11-28T04:00:00Z")

    async def course(keeper: CalendarKeeper, exchange: Exchange) -> None:
        await keeper.step()
        assert (clock.now(), exchange.desk.venue.day) == (
            as_instant("2026-11-30T01:30:00Z"),
            datetime.date(2026, 11, 30),
        )
        clock.forward("2026-11-30T03:30:00Z")
        await keeper.step()
        assert clock.now() == as_instant("2026-11-30T05:00:00Z")
        clock.forward("2026-11-30T07:00:00Z")
        await keeper.step()
        assert (clock.now(), exchange.desk.venue.day) == (
            as_instant("2026-12-01T01:30:00Z"),
            datetime.date(2026, 12, 1),
        )

    _kept(clock, course)


def test_after_the_last_day_that_is_known_nothing_opens() -> None:
    clock = _still_clock("2026-12-31T08:00:00Z")

    async def course(keeper: CalendarKeeper, exchange: Exchange) -> None:
        with pytest.raises(NotFoundError, match="next trading day"):
            await keeper.step()
        assert exchange.desk.venue.day is None

    _kept(clock, course)


def test_an_auction_that_still_runs_does_not_keep_the_day_open() -> None:
    async def run() -> None:
        clock = DemoClock("2026-01-05T20:00:00Z", lambda: 0)
        settings = Settings(demo=True, plays=False, clock=clock)
        async with Exchange.open(settings) as exchange:
            assert exchange.desk.venue.day == datetime.date(2026, 1, 6)
            table = handlers(exchange.wall)
            body = AuctionRequest(
                account="DEMO-SELLER",
                client_order_id="A-1",
                instrument="CEA25",
                quantity=100_000,
                floor=Price("74.00", "CNY", "tCO2e"),
                price_mode=PriceMode.UNIFORM,
                opens="2026-01-06T13:00:00+08:00",
                closes="2026-01-06T14:00:00+08:00",
            )
            asked = own_request(ANNOUNCE_AUCTION, body, "auction")
            await ask(exchange.engine, table[ANNOUNCE_AUCTION.name], asked)
            keeper = CalendarKeeper(exchange.engine, exchange.scheme, table, clock=clock, jumping=clock)
            clock.forward("2026-01-06T15:00:00+08:00")
            await keeper.step()
            assert exchange.desk.venue.day == datetime.date(2026, 1, 7)

    asyncio.run(run())


def test_a_refusal_is_logged_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("carbonkit.exchange.calendar_keeper._PAUSE", datetime.timedelta(milliseconds=1))
    clock = HandClock("2026-12-31T08:00:00Z")

    async def course(keeper: CalendarKeeper, _: Exchange) -> None:
        tries: list[int] = []
        step = keeper.step

        async def counted() -> None:
            tries.append(1)
            await step()

        monkeypatch.setattr(keeper, "step", counted)
        task = asyncio.create_task(keeper.run())
        async with asyncio.timeout(20):
            while len(tries) < 5:  # noqa: ASYNC110  no event tells it
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with caplog.at_level("WARNING", logger="carbonkit.exchange"):
        _kept(clock, course)
    assert [each.msg for each in caplog.records] == ["calendar refused"]


def test_a_calendar_without_a_day_plays_nothing() -> None:
    def closed(day: datetime.date) -> VenueRules:
        rules = CHINA.rulebook(day)
        known = Period("2026-01-01", "2027-01-01")
        holidays = [known.start + datetime.timedelta(days=each) for each in range(365)]
        calendar = TradingCalendar([1], holidays, known)
        return attrs.evolve(rules, calendar=attrs.evolve(rules.calendar, value=calendar))

    with pytest.raises(NotFoundError, match="trading day"):
        demo_day(attrs.evolve(CHINA, rulebook=closed), as_instant("2026-11-30T00:00:00Z"))
    assert next_day(attrs.evolve(CHINA, rulebook=closed), as_instant("2026-10-01T00:00:00Z")) is None


def test_what_changes_nothing_is_not_done() -> None:
    clock = HandClock("2026-11-30T01:00:00Z")

    async def course(_: CalendarKeeper, exchange: Exchange) -> None:
        table = handlers(exchange.wall)
        with pytest.raises(TypeError, match="one that changes"):
            await ask(exchange.engine, table[DEPTH.name], own_request(DEPTH, None, "x"))

    _kept(clock, course)


def test_a_venue_does_not_open_on_a_sunday() -> None:
    with pytest.raises(MarketError):
        day_of(CHINA, datetime.date(2026, 11, 29))


@given(st.integers(0, 157_000_000))
def test_the_next_day_is_a_trading_day_that_has_not_begun(seconds: int) -> None:
    now = as_instant("2022-01-01T00:00:00Z") + datetime.timedelta(seconds=seconds)
    found = next_day(CHINA, now)
    assert found is not None
    assert found.first >= now
    assert CHINA.rulebook(found.day).calendar.value.is_open(found.day)
    assert found.jump(found.first) == found.first


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-28T12:00:00Z", "2026-11-30"),
        (
            "2026-11-30T09:00:00Z",
            "2026-11-30",
        ),  # its hours are over, and a demonstration plays it all the same
        ("2026-11-30T18:00:00Z", "2026-12-01"),  # in China it is tomorrow
        ("2026-12-31T12:00:00Z", "2026-12-31"),
        ("2026-12-31T20:00:00Z", "2026-12-31"),
        ("2031-05-05T12:00:00Z", "2026-12-31"),
    ],
)
def test_a_demonstration_plays_today_or_the_next_trading_day(now: str, day: str) -> None:
    assert str(demo_day(CHINA, as_instant(now)).day) == day


@given(st.lists(st.tuples(st.sampled_from(["tick", "forward"]), st.integers(-(10**9), 10**9)), max_size=20))
def test_a_demonstrations_clock_never_goes_back(course: list[tuple[str, int]]) -> None:
    read = [0]
    clock = DemoClock("2026-11-30T01:30:00Z", lambda: read[0])
    last = clock.now()
    for what, amount in course:
        if what == "tick":
            read[0] += abs(amount)
        else:
            clock.forward(last + datetime.timedelta(microseconds=amount))
        now = clock.now()
        assert now >= last
        last = now
