"""Market data through its handlers: what everybody may see, and nobody's name in it."""

from __future__ import annotations

import datetime
import random
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.errors import InvalidValueError, NotFoundError
from carbonkit.exchange import market_data
from carbonkit.exchange.handler import Asked, Looks, Reads
from carbonkit.exchange.handler_table import handlers
from carbonkit.market import Method, Side, Venue, candles
from carbonkit.market.tally import Sums
from carbonkit.values import FixedClock
from carbonkit.wire import (
    BULLETINS,
    CANDLES,
    DEPTH,
    INSTRUMENT,
    INSTRUMENTS,
    STATEMENT,
    TIME,
    TRADES,
    BulletinQuery,
    CandleQuery,
    DepthQuery,
    ListQuery,
    ServerTime,
    TradeQuery,
)
from tests.exchange.desks import ANN, BOB, DAY, NOBODY, Hall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.market import Candle, Trade
    from carbonkit.wire import Bulletin, Depth, Page, PublicTrade, Quotation


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.check()
    made.close()


def traded(hall: Hall, quantity: int, price: str, at: str) -> Trade:
    hall.at(at)
    number = hall.asked
    post = hall.place(ANN, f"S-{number}", Side.SELL, quantity, price).order.order_id.text
    return hall.take(BOB, f"T-{number}", post, quantity).trades[0]


def test_the_time_is_told_by_both_clocks(hall: Hall) -> None:
    told: ServerTime = hall.ask(NOBODY, TIME)
    assert (told.venue, told.day) == (hall.clock.at, DAY)
    handler = market_data.time_handler(FixedClock("2026-02-01T00:00:00Z"))
    assert isinstance(handler, Looks)
    asked = Asked(operation=TIME, caller=NOBODY, parts={}, query=None, body=None, token="t")  # noqa: S106  no secret
    shown = handler.read(hall.desk, asked)
    assert isinstance(shown, ServerTime)
    assert shown.now.isoformat() == "2026-02-01T00:00:00+00:00"
    hall.close_day()
    assert hall.ask(NOBODY, TIME).day is None


def test_an_instrument_is_quoted(hall: Hall) -> None:
    name = hall.instrument.id.text
    traded(hall, 10, "75.00", "2026-01-06T09:31:00+08:00")
    quoted: Quotation = hall.ask(NOBODY, INSTRUMENT, instrument=name)
    assert (quoted.instrument, str(quoted.last), str(quoted.previous_close)) == (
        hall.instrument,
        "75.00 CNY/tCO2e",
        "74.00 CNY/tCO2e",
    )
    limits = {each.method: (str(each.lowest.amount), str(each.highest.amount)) for each in quoted.limits}
    assert limits == {
        Method.LISTED: ("66.60", "81.40"),
        Method.BLOCK: ("51.80", "96.20"),
        Method.AUCTION: ("66.60", "81.40"),
    }
    assert hall.refused(NOBODY, INSTRUMENT, instrument="../x").code == NotFoundError.code


def test_instruments_are_paged(hall: Hall) -> None:
    whole: Page[Quotation] = hall.ask(NOBODY, INSTRUMENTS)
    names = [each.instrument.id.text for each in whole.data]
    assert names == ["CEA25", "CEA24", "CEA23", "CEA22", "CEA21", "CEA"]
    found: list[str] = []
    cursor = None
    for _ in range(2):
        page: Page[Quotation] = hall.ask(NOBODY, INSTRUMENTS, query=ListQuery(limit=3, cursor=cursor))
        found += [each.instrument.id.text for each in page.data]
        cursor = page.next_cursor
    assert (found, cursor) == (names, None)


def test_depth_shows_levels_and_what_may_be_taken(hall: Hall) -> None:
    name = hall.instrument.id.text
    posts = [hall.place(ANN, f"S-{cents}", Side.SELL, 100, f"74.{cents}").order for cents in (10, 20, 30)]
    hall.place(BOB, "B-1", Side.BUY, 100, "73.00")
    depth: Depth = hall.ask(NOBODY, DEPTH, query=DepthQuery(levels=2), instrument=name)
    assert [(str(each.price.amount), each.quantity, each.orders) for each in depth.sells] == [
        ("74.10", 100, (posts[0].order_id,)),
        ("74.20", 100, (posts[1].order_id,)),
    ]
    assert [str(each.price.amount) for each in depth.buys] == ["73.00"]
    assert depth.sequence == hall.journal.end()
    assert hall.refused(NOBODY, DEPTH, instrument="NOPE").code == NotFoundError.code


def test_trades_show_no_sides(hall: Hall) -> None:
    name = hall.instrument.id.text
    made = [traded(hall, 10 + n, "74.00", f"2026-01-06T09:3{n}:00+08:00") for n in range(4)]
    page: Page[PublicTrade] = hall.ask(NOBODY, TRADES, instrument=name)
    assert [(each.reference, each.number) for each in page.data] == [
        (trade.reference, number) for number, trade in reversed(list(enumerate(made, start=1)))
    ]
    assert not {"KEE-001", "KEE-002", *(each.maker.text for each in made)} & set(str(page).split("'"))
    first: Page[PublicTrade] = hall.ask(NOBODY, TRADES, query=TradeQuery(limit=3), instrument=name)
    query = TradeQuery(limit=3, cursor=first.next_cursor)
    rest: Page[PublicTrade] = hall.ask(NOBODY, TRADES, query=query, instrument=name)
    assert (first.data + rest.data, rest.next_cursor) == (page.data, None)
    stretch = TradeQuery(since=made[1].at, until=made[3].at)
    some: Page[PublicTrade] = hall.ask(NOBODY, TRADES, query=stretch, instrument=name)
    assert [each.quantity for each in some.data] == [12, 11]
    assert hall.ask(NOBODY, TRADES, instrument="CEA24").data == ()


def test_candles_are_those_of_the_market_package(hall: Hall) -> None:
    name = hall.instrument.id.text
    made = [
        traded(hall, 10 + n, price, f"2026-01-06T09:{30 + 2 * n}:00+08:00")
        for n, price in enumerate(["74.00", "75.00", "73.50", "74.20"])
    ]
    query = CandleQuery(minutes=5, since=made[0].at, until=made[3].at)
    page: Page[Candle] = hall.ask(NOBODY, CANDLES, query=query, instrument=name)
    assert page.data == candles(made[:3], minutes=5)
    assert [each.volume for each in page.data] == [33]
    backwards = CandleQuery(minutes=5, since=made[3].at, until=made[0].at)
    assert hall.refused(NOBODY, CANDLES, query=backwards, instrument=name).field == "until"


def test_candles_of_too_many_trades_are_refused(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market_data, "_MOST_TRADES", 2)
    name = hall.instrument.id.text
    made = [traded(hall, 10, "74.00", f"2026-01-06T09:3{n}:00+08:00") for n in range(3)]
    query = CandleQuery(minutes=5, since=made[0].at, until="2026-01-06T10:00:00+08:00")
    said = hall.refused(NOBODY, CANDLES, query=query, instrument=name)
    assert (said.code, said.field) == (InvalidValueError.code, "since")
    assert "shorter" in said.hint
    fits = CandleQuery(minutes=5, since=made[1].at, until="2026-01-06T10:00:00+08:00")
    assert len(hall.ask(NOBODY, CANDLES, query=fits, instrument=name).data) == 1


@pytest.mark.parametrize("minutes", [1, 7, 60, 1440])
def test_candles_read_from_little_of_each_trade_are_the_same(hall: Hall, minutes: int) -> None:
    draw = random.Random(minutes)  # noqa: S311  no secret
    made, at = [], hall.clock.at
    for _ in range(40):
        at += datetime.timedelta(seconds=draw.choice((0, 0, 13, 59, 60, 61)))
        made.append(
            traded(
                hall,
                draw.randrange(1, 900),
                f"7{draw.randrange(0, 9)}.{draw.randrange(10, 99)}",
                at.isoformat(),
            )
        )
    query = CandleQuery(minutes=minutes, since=made[0].at, until=at + datetime.timedelta(microseconds=1))
    page: Page[Candle] = hall.ask(NOBODY, CANDLES, query=query, instrument=hall.instrument.id.text)
    assert page.data == candles(made, minutes=minutes)
    assert len(page.data) > 1 or minutes >= 60


@pytest.mark.parametrize("name", ["NOPE", "cea25", "../x", "", "a" * 300, "\0"])
def test_of_what_is_not_traded_there_are_no_trades_and_no_candles(hall: Hall, name: str) -> None:
    assert hall.refused(NOBODY, TRADES, instrument=name).code == NotFoundError.code
    query = CandleQuery(minutes=5, since="2026-01-06T00:00:00Z", until="2026-01-07T00:00:00Z")
    assert hall.refused(NOBODY, CANDLES, query=query, instrument=name).code == NotFoundError.code


def test_what_may_read_much_is_known_to() -> None:
    table = handlers(FixedClock("2026-01-06T00:00:00Z"))
    heavy = {name for name, each in table.items() if isinstance(each, Reads) and each.heavy}
    assert heavy == {CANDLES.name, STATEMENT.name}


# ---------------------------------------------------------------------- bulletins


def bulletins(hall: Hall, **query: Any) -> tuple[Bulletin, ...]:  # noqa: ANN401  whatever narrows
    page: Page[Bulletin] = hall.ask(NOBODY, BULLETINS, query=BulletinQuery(**query))
    return page.data


def test_the_open_day_stands_before_the_days_that_are_closed(hall: Hall) -> None:
    traded(hall, 10, "75.00", "2026-01-06T09:31:00+08:00")
    (running,) = bulletins(hall, instrument="CEA25")
    assert (running.final, running.day, str(running.high)) == (False, DAY, "75.00 CNY/tCO2e")
    hall.close_day()
    (final,) = bulletins(hall, instrument="CEA25")
    assert (final.final, str(final.close)) == (True, "75.00 CNY/tCO2e")
    assert attrs.evolve(running, final=True) == final
    hall.open_next_day()
    both = bulletins(hall, instrument="CEA25")
    assert [(each.day.day, each.final) for each in both] == [(7, False), (6, True)]
    assert str(both[0].previous_close) == "75.00 CNY/tCO2e"
    assert (both[0].methods, both[0].high) == ((), None)


def test_a_trade_is_counted_once_however_often_bulletins_are_shown(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    add = Sums.add

    def count(self: Sums, ticks: int, lots: int) -> None:
        counted.append(ticks)
        add(self, ticks, lots)

    monkeypatch.setattr(Sums, "add", count)
    for minute in range(31, 36):
        traded(hall, 10, f"74.{minute}", f"2026-01-06T09:{minute}:00+08:00")
        shown = [bulletins(hall, instrument="CEA25", limit=1)[0] for _ in range(3)]
        assert shown[0] == shown[2]
        assert [each.trades for each in shown[0].methods] == [minute - 30]
    assert len(counted) == 2 * 5  # once by its method, once as a price
    assert [len(each.methods) for each in bulletins(hall)] == [1, 0, 0, 0, 0, 0]
    assert len(counted) == 2 * 5


def test_bulletins_that_a_page_does_not_reach_are_not_made(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    shown = Venue.bulletins

    def count(self: Venue, instrument: Any = None) -> Any:  # noqa: ANN401  as it is
        asked.append(str(instrument))
        return shown(self, instrument)

    monkeypatch.setattr(Venue, "bulletins", count)
    bulletins(hall, instrument="CEA22")
    assert asked == ["CEA22"]
    bulletins(hall, limit=1)
    assert asked[1:] == ["CEA25", "CEA24"]


def test_bulletins_are_narrowed_by_day(hall: Hall) -> None:
    hall.close_day()
    hall.open_next_day()
    assert len(bulletins(hall)) == 12
    assert {each.day.day for each in bulletins(hall, since="2026-01-07")} == {7}
    assert {each.day.day for each in bulletins(hall, until="2026-01-06")} == {6}
    assert bulletins(hall, since="2026-01-08") == bulletins(hall, until="2026-01-05") == ()
    assert len(bulletins(hall, since="2026-01-06", until="9999-12-31")) == 12
    assert bulletins(hall, instrument="NOPE") == ()


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7, 11, 12, 13])
@pytest.mark.parametrize("instrument", [None, "CEA24"])
def test_pages_of_bulletins_lose_none_and_repeat_none(hall: Hall, limit: int, instrument: str | None) -> None:
    hall.close_day()
    hall.open_next_day()
    whole = bulletins(hall, instrument=instrument)
    found: list[Bulletin] = []
    cursor: str | None = None
    while True:
        query = BulletinQuery(limit=limit, cursor=cursor, instrument=instrument)
        page: Page[Bulletin] = hall.ask(NOBODY, BULLETINS, query=query)
        assert 1 <= len(page.data) <= limit
        found += page.data
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert tuple(found) == whole


def test_a_day_that_closes_between_two_pages_is_not_shown_twice(hall: Hall) -> None:
    first: Page[Bulletin] = hall.ask(NOBODY, BULLETINS, query=BulletinQuery(limit=4))
    hall.close_day()
    query = BulletinQuery(limit=4, cursor=first.next_cursor)
    rest: Page[Bulletin] = hall.ask(NOBODY, BULLETINS, query=query)
    names = [each.instrument.text for each in first.data + rest.data]
    assert names == ["CEA25", "CEA24", "CEA23", "CEA22", "CEA21", "CEA"]
    assert [each.final for each in rest.data] == [True, True]
    assert rest.next_cursor is None


def test_a_candle_query_of_a_year_without_trades_is_empty(hall: Hall) -> None:
    year = datetime.timedelta(days=365)
    query = CandleQuery(minutes=1440, since=hall.clock.at - year, until=hall.clock.at + year)
    assert hall.ask(NOBODY, CANDLES, query=query, instrument="CEA25").data == ()
