"""The hub: everybody hears what concerns them, in order and once, or is told that something is missing."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import random
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from carbonkit.client.local_book import LocalBook
from carbonkit.errors import BatchError, CarbonkitError, NotFoundError, StorageError
from carbonkit.exchange._feed_message import FeedMessage, Place, Recent, place_in
from carbonkit.exchange.caller import AuthenticationError
from carbonkit.exchange.desk import News
from carbonkit.exchange.engine import Published, Said
from carbonkit.exchange.feed_handler import answer_stream, wish_of
from carbonkit.exchange.hub import FeedLimits, Hub, TooManyStreamsError, stream
from carbonkit.market import CloseDay, Side
from carbonkit.values import InstrumentId
from carbonkit.wire import (
    CANCEL_ORDER,
    BookChange,
    Bulletin,
    Channel,
    Depth,
    PublicTrade,
    Reset,
    Scope,
)
from tests.exchange.desks import ANN, BOB, CAT, NOBODY, STAFF, Hall, caller
from tests.exchange.feed_house import LONG, SECOND, Ear, House, head

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, MutableMapping

    from carbonkit.exchange.desk import Desk

QUICK = datetime.timedelta(milliseconds=20)


@pytest.fixture
def hall() -> Generator[Hall, None, None]:
    made = Hall()
    yield made
    made.close()


AT_ONCE = attrs.evolve(LONG, linger=datetime.timedelta(0))


def run(hall: Hall, story: Callable[[House], Any], limits: FeedLimits = LONG) -> None:
    async def told() -> None:
        async with House(hall, limits) as house:
            await story(house)

    asyncio.run(told())


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not so():  # noqa: ASYNC110  what is waited for tells nobody
            await asyncio.sleep(0.001)


def kinds(heard: list[object]) -> list[str]:
    return [type(each).__name__ for each in heard]


def test_a_book_begins_whole_and_goes_on_by_changes(hall: Hall) -> None:
    async def story(house: House) -> None:
        await house.place(ANN, Side.SELL, 100, "75.00")
        ear = await house.ear(NOBODY, Channel.BOOK)
        order = await house.place(ANN, Side.SELL, 200, "74.00")
        await house.place(BOB, Side.BUY, 50, "73.00")
        await house.take(BOB, order, 200)
        await ear.count(4)
        assert kinds(ear.heard) == ["Depth", "BookChange", "BookChange", "BookChange"]
        first, *changes = ear.heard
        assert isinstance(first, Depth)
        assert [level.quantity for level in first.sells] == [100]
        before = first.sequence
        for change in changes:
            assert isinstance(change, BookChange)
            assert change.previous == before < change.sequence
            before = change.sequence
        assert [level.quantity for level in changes[-1].sells] == [0]  # type: ignore[attr-defined]  # see above
        book = LocalBook(house.name)
        assert all(book.hear(each) for each in ear.heard)
        now = await house.depth()
        assert (book.depth.buys, book.depth.sells) == (now.buys, now.sells)
        assert ear.raw.startswith(f"retry: 2000\nid: a1.{first.sequence}.1\n\n".encode())
        await ear.close()
        assert house.hub.streams == 0

    run(hall, story)


def test_orders_are_heard_by_their_owner_and_the_staff_alone_and_trades_by_all(hall: Hall) -> None:
    async def story(house: House) -> None:
        channels = (Channel.ORDER, Channel.TRADE)
        ann, bob, cat, staff = [
            await house.ear(by, *channels, named=False) for by in (ANN, BOB, caller("FUND"), STAFF)
        ]
        order = await house.place(ANN, Side.SELL, 100, "74.00")
        taken = await house.take(BOB, order, 40)
        await staff.count(4)
        for ear, theirs in ((ann, [order, order]), (bob, [taken]), (cat, []), (staff, [order, order, taken])):
            await ear.count(1 + len(theirs))
            found = [each.order_id.text for each in ear.heard if type(each).__name__ == "Order"]  # type: ignore[attr-defined]  # it is one
            assert sorted(found) == sorted(theirs)
            trades = [each for each in ear.heard if isinstance(each, PublicTrade)]
            assert [each.quantity for each in trades] == [40]
            assert b"KEE-001" not in ear.raw or ear in (ann, staff)

    run(hall, story)


def test_only_the_instrument_that_is_asked_for_is_heard(hall: Hall) -> None:
    async def story(house: House) -> None:
        other = next(each.id for each in house.hall.desk.venue.instruments() if each.id != house.name)
        wish = attrs.evolve(house.wish(STAFF, Channel.ORDER), instrument=other)
        deaf, ear = Ear(await house.hub.listen(wish)), await house.ear(STAFF, Channel.ORDER)
        await house.place(ANN, Side.SELL, 100, "74.00")
        await ear.count(1)
        assert deaf.heard == []

    run(hall, story)


def test_a_day_that_closes_is_told_by_its_bulletins(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(NOBODY, Channel.BULLETIN)
        book = await house.ear(NOBODY, Channel.BOOK)
        await house.place(ANN, Side.SELL, 100, "74.00")
        house.hall.at("2026-01-06T15:00:00+08:00")

        def close(desk: Desk) -> Generator[None, None, Said]:
            desk.tell(CloseDay(at=desk.now()))
            yield from ()
            return Said(200, "")

        await house.do(close)
        (bulletin,) = await ear.count(1)
        assert isinstance(bulletin, Bulletin)
        assert (bulletin.instrument, bulletin.final) == (house.name, True)
        heard = await book.count(3)  # whole, placed, expired
        assert isinstance(heard[-1], BookChange)
        assert [level.quantity for level in heard[-1].sells] == [0]

    run(hall, story)


def test_who_comes_back_hears_what_was_missed_once(hall: Hall) -> None:
    async def story(house: House) -> None:
        everything = await house.ear(ANN, Channel.ORDER, Channel.TRADE, Channel.BOOK)
        for each in range(5):
            await house.take(BOB, await house.place(ANN, Side.SELL, 10 + each, "74.00"), 1 + each)
        heard = await everything.count(1 + 5 * 5)
        assert len(set(everything.ids)) == len(everything.ids)
        for place in range(len(heard)):
            again = await house.ear(
                ANN, Channel.ORDER, Channel.TRADE, Channel.BOOK, last=everything.ids[place]
            )
            await again.count(len(heard) - place - 1)
            assert again.heard == heard[place + 1 :]
            assert again.ids == everything.ids[place + 1 :]
            await again.close()

    run(hall, story)


def test_a_heartbeat_moves_a_listener_on_though_nothing_was_for_it(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(NOBODY, Channel.ORDER)
        await house.place(ANN, Side.SELL, 100, "74.00")
        now = (await house.depth()).sequence
        await ear.until(lambda each: each.reader.last_event_id == f"a1.{now}.1")
        assert ear.heard == []
        assert b": heartbeat\nid: a1." in ear.raw

    run(hall, story, FeedLimits(heartbeat=QUICK))


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("b2.0.0", "from before the exchange's last start"),
        ("7", "from before the exchange's last start"),
        ("a1.0.0; DROP", "from before the exchange's last start"),
        ("a1.\u0661.0", "from before the exchange's last start"),
        ("a1." + "9" * 400 + ".1", "from before the exchange's last start"),
        ("a1.999999.1", "too long ago"),  # yet to come
        ("a1.0.0", "too long ago"),  # forgotten
    ],
)
def test_an_id_that_cannot_be_gone_on_from_is_answered_with_the_state(
    hall: Hall, last: str, reason: str
) -> None:
    async def story(house: House) -> None:
        await (await house.ear(NOBODY, Channel.BOOK)).count(1)
        for price in ("74.00", "75.00", "76.00"):
            await house.place(ANN, Side.SELL, 100, price)
        await house.depth()  # which is after the last news
        ear = await house.ear(NOBODY, Channel.BOOK, last=last)
        reset, whole = (await ear.count(2))[:2]
        assert reset == Reset(reason=reason)
        assert isinstance(whole, Depth)
        assert len(whole.sells) == 3
        await house.place(ANN, Side.SELL, 100, "77.00")
        change = (await ear.count(3))[2]
        assert isinstance(change, BookChange)
        assert change.previous == whole.sequence
        again = await house.ear(NOBODY, Channel.BOOK, last=ear.ids[0])  # the reset's own id is a good one
        assert await again.count(1) == [change]

    run(hall, story, FeedLimits(heartbeat=600 * SECOND, kept=2))


def test_an_id_from_before_the_book_was_watched_is_answered_with_the_whole_book(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(ANN, Channel.ORDER)
        await house.place(ANN, Side.SELL, 100, "74.00")
        await house.place(ANN, Side.SELL, 100, "75.00")
        await ear.count(2)
        again = await house.ear(ANN, Channel.BOOK, last=ear.ids[0])
        assert kinds(await again.count(2)) == ["Reset", "Depth"]

    run(hall, story)


def test_who_reads_too_slowly_is_cut_off_and_told_so(hall: Hall) -> None:
    async def story(house: House) -> None:
        slow = await house.hub.listen(house.wish(ANN, Channel.BOOK, Channel.ORDER))
        ear = await house.ear(ANN, Channel.BOOK, Channel.ORDER)
        pieces = aiter(slow)
        await anext(pieces)  # and then it is busy
        for each in range(8):
            await house.place(ANN, Side.SELL, 10 + each, f"7{each % 5}.00")
        await ear.count(1 + 16)
        assert (slow.cut, house.hub.cut) == (True, 1)
        late = Ear(pieces)
        reset, whole = await late.end()
        assert reset == Reset(reason="read too slowly")
        assert house.hub.streams == 1
        # From there on nothing is missing.
        again = await house.ear(ANN, Channel.BOOK, Channel.ORDER, last=late.ids[-1])
        await house.place(ANN, Side.SELL, 99, "74.00")
        await ear.count(1 + 18)
        rest = ear.heard[ear.ids.index(late.ids[-1]) + 1 :]
        assert await again.count(len(rest)) == rest
        book = LocalBook(house.name)
        for told in (whole, *again.heard):
            book.hear(told)
        now = await house.depth()
        assert (book.depth.buys, book.depth.sells) == (now.buys, now.sells)

    run(hall, story, FeedLimits(heartbeat=600 * SECOND, waiting=5))


def test_what_was_missed_is_no_sign_of_reading_slowly(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(ANN, Channel.ORDER)
        for each in range(10):
            await house.place(ANN, Side.SELL, 10 + each, "74.00")
        heard = await ear.count(10)
        back = await house.hub.listen(house.wish(ANN, Channel.ORDER, last=ear.ids[0]))
        await house.place(ANN, Side.SELL, 99, "74.00")
        await ear.count(11)
        assert not back.cut
        assert (await Ear(back).count(10))[:9] == heard[1:10]

    run(hall, story, FeedLimits(heartbeat=600 * SECOND, waiting=2))


def test_streams_are_counted_for_each_key_and_in_all(hall: Hall) -> None:
    async def story(house: House) -> None:
        first = await house.hub.listen(house.wish(ANN, Channel.TRADE))
        await house.hub.listen(house.wish(ANN, Channel.TRADE))
        with pytest.raises(TooManyStreamsError, match="at most 2"):
            await house.hub.listen(house.wish(ANN, Channel.TRADE))
        await house.hub.listen(house.wish(BOB, Channel.TRADE))
        with pytest.raises(TooManyStreamsError, match="at most 3") as caught:
            await house.hub.listen(house.wish(STAFF, Channel.TRADE))
        assert caught.value.status == 429
        first.close()
        first.close()
        await house.hub.listen(house.wish(ANN, Channel.TRADE))
        assert house.hub.streams == 3

    run(hall, story, FeedLimits(streams=3, streams_of_key=2))


def test_a_stream_that_nobody_begins_to_read_is_closed(hall: Hall) -> None:
    async def story(house: House) -> None:
        listener = await house.hub.listen(house.wish(ANN, Channel.TRADE))
        reading = await house.ear(ANN, Channel.TRADE)
        await until(lambda: house.hub.streams == 1)
        assert [piece async for piece in listener] == []
        assert not reading.ended

    run(hall, story, FeedLimits(start=QUICK))


def test_a_stream_ends_in_time_though_it_is_busy_and_is_gone_on_with(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear, number = await house.ear(ANN, Channel.ORDER), 0
        async with asyncio.timeout(20):
            while not ear.ended:
                await house.place(ANN, Side.SELL, 10, "74.00")
                number += 1
        again = await house.ear(ANN, Channel.ORDER, last=ear.reader.last_event_id)
        await again.count(number - len(ear.heard))
        found = [*ear.heard, *again.heard]
        assert len({each.order_id for each in found}) == len(found) == number  # type: ignore[attr-defined]  # orders

    run(hall, story, FeedLimits(longest=5 * QUICK))


def test_the_end_of_the_exchange_ends_every_stream_after_what_waits(hall: Hall) -> None:
    async def story(house: House) -> None:
        late = await house.hub.listen(house.wish(ANN, Channel.ORDER))
        quiet = await house.ear(BOB, Channel.ORDER)
        await house.place(ANN, Side.SELL, 10, "74.00")
        await house.depth()
        house.hub.close()
        assert await quiet.end() == []
        assert kinds(await Ear(late).end()) == ["Order"]
        assert house.hub.streams == 0
        with pytest.raises(StorageError):
            await house.hub.listen(house.wish(ANN, Channel.ORDER))

    run(hall, story)


def test_news_after_the_loop_has_ended_hurt_nobody(hall: Hall) -> None:
    hub = Hub()
    published = Published(line=1, news=News(), books=())
    hub.publish(published)

    async def story(house: House) -> None:
        hub.start(house.engine)

    run(hall, story)
    hub.publish(published)


def test_the_streams_of_a_key_can_be_ended(hall: Hall) -> None:
    async def story(house: House) -> None:
        ann, bob = await house.ear(ANN, Channel.ORDER), await house.ear(BOB, Channel.ORDER)
        assert house.hub.end_key(ANN.key_id) == 1
        await ann.end()
        assert (bob.ended, house.hub.streams) == (False, 1)

    run(hall, story)


@pytest.mark.parametrize("channel", [Channel.BOOK, Channel.TRADE])
def test_an_instrument_that_is_not_traded_is_refused_and_leaves_no_trace(
    hall: Hall, channel: Channel
) -> None:
    async def story(house: House) -> None:
        wish = attrs.evolve(house.wish(ANN, channel), instrument=InstrumentId("GOLD"))
        with pytest.raises(NotFoundError):
            await house.hub.listen(wish)
        with pytest.raises(NotFoundError):
            await anext(aiter(stream(house.hub, wish)))
        assert (house.hub.streams, house.engine.watched) == (0, frozenset())

    run(hall, story)


@pytest.mark.parametrize("seed", range(4))
def test_books_come_right_though_listeners_come_and_go_while_orders_come(hall: Hall, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  a test's own
    done = asyncio.Event

    async def trade(house: House, ready: asyncio.Event) -> None:
        live: list[str] = []
        for _ in range(60):
            fate = chance.random()
            if live and fate < 0.25:
                await house.ask(ANN, CANCEL_ORDER, order=live.pop(chance.randrange(len(live))))
            elif live and fate < 0.5:
                with contextlib.suppress(AssertionError):  # it wants more than there is
                    await house.take(BOB, live[chance.randrange(len(live))], 10)
            else:
                price = f"7{chance.randrange(3, 6)}.00"
                live.append(await house.place(ANN, Side.SELL, chance.randrange(5, 30), price))
        ready.set()

    async def watch(house: House, ready: asyncio.Event) -> None:
        book, last, patience = LocalBook(house.name), "", random.Random(seed + 99)  # noqa: S311  a test's own
        while not ready.is_set():
            ear = await house.ear(NOBODY, Channel.BOOK, last=last)
            await asyncio.sleep(patience.random() / 100)
            await ear.close()
            for each in ear.heard:
                book.hear(each)  # a gap raises
            last = ear.reader.last_event_id
        now = await house.depth()
        ear = await house.ear(NOBODY, Channel.BOOK, last=last)
        await house.place(ANN, Side.SELL, 7, "72.00")
        for each in await ear.until(lambda ear: bool(ear.heard) and ear.heard[-1].sequence > now.sequence):  # type: ignore[attr-defined]  # of the book
            book.hear(each)
        now = await house.depth()
        assert (book.depth.buys, book.depth.sells) == (now.buys, now.sells)

    async def story(house: House) -> None:
        ready = done()
        trading = asyncio.ensure_future(trade(house, ready))
        await asyncio.gather(watch(house, ready), trading)

    run(hall, story)


def test_a_book_is_watched_before_it_is_looked_at_so_that_no_change_falls_in_between(hall: Hall) -> None:
    class Watching:
        def __init__(self, house: House) -> None:
            self.house = house
            self.watched: frozenset[InstrumentId] = frozenset()
            self.seen: list[bool] = []

        async def look(self, read: Callable[[Desk], Depth]) -> Depth:
            self.seen.append(house_name in self.watched)
            return await self.house.engine.look(read)

    house_name = hall.instrument.id

    async def story(house: House) -> None:
        engine = Watching(house)
        house.hub.start(engine)
        await house.hub.listen(house.wish(ANN, Channel.BOOK))
        assert engine.seen == [False, True]

    run(hall, story)


def test_a_book_is_watched_for_as_long_as_somebody_listens_to_it(hall: Hall) -> None:
    async def story(house: House) -> None:
        name = house.name
        other = next(each.id for each in hall.desk.venue.instruments() if each.id != name)
        first, second = [await house.ear(by, Channel.BOOK) for by in (ANN, BOB)]
        trades = await house.ear(BOB, Channel.TRADE)
        far = await house.hub.listen(attrs.evolve(house.wish(ANN, Channel.BOOK), instrument=other))
        assert house.engine.watched == {name, other}
        await house.place(ANN, Side.SELL, 100, "75.00")
        await first.count(2)
        await first.close()
        assert house.engine.watched == {name, other}
        far.close()
        assert house.engine.watched == {name}
        await second.close()
        assert house.engine.watched == frozenset()
        await house.place(ANN, Side.SELL, 200, "74.00")
        again = await house.ear(CAT, Channel.BOOK)
        await again.count(1)
        (depth,) = again.heard
        assert isinstance(depth, Depth)
        assert [level.quantity for level in depth.sells] == [200, 100]
        await house.place(ANN, Side.SELL, 300, "73.00")
        await again.count(2)
        assert kinds(again.heard) == ["Depth", "BookChange"]
        await trades.close()
        await again.close()
        assert house.engine.watched == frozenset()

    run(hall, story, AT_ONCE)


def test_who_comes_back_to_a_book_that_was_forgotten_gets_it_whole(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(ANN, Channel.BOOK)
        await house.place(ANN, Side.SELL, 100, "75.00")
        await ear.count(2)
        last = house.hub.mark().decode().removeprefix("id: ").strip()
        await ear.close()
        back = await house.ear(ANN, Channel.BOOK, last=last)
        await back.count(2)
        assert kinds(back.heard) == ["Reset", "Depth"]

    run(hall, story, AT_ONCE)


def test_who_comes_back_soon_to_a_book_that_nobody_else_heard_misses_nothing(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(ANN, Channel.BOOK, Channel.TRADE)
        post = await house.place(ANN, Side.SELL, 100, "75.00")
        await ear.count(2)
        last = house.hub.mark().decode().removeprefix("id: ").strip()
        await ear.close()
        await house.take(BOB, post, 40)
        back = await house.ear(ANN, Channel.BOOK, Channel.TRADE, last=last)
        await back.count(2)
        assert sorted(kinds(back.heard)) == ["BookChange", "PublicTrade"]

    run(hall, story)


def test_a_book_that_nobody_comes_back_to_is_watched_no_more(hall: Hall) -> None:
    async def story(house: House) -> None:
        ear = await house.ear(ANN, Channel.BOOK)
        await ear.count(1)
        await ear.close()
        assert house.engine.watched == {house.name}
        await until(lambda: house.engine.watched == frozenset())

    run(hall, story, attrs.evolve(LONG, linger=datetime.timedelta(milliseconds=20)))


def test_what_comes_late_of_a_book_that_nobody_hears_is_not_taken_for_the_book(hall: Hall) -> None:
    """The engine's thread may have published what it still watched; later it is older than the book."""

    async def story(house: House) -> None:
        old = await house.depth()
        ear = await house.ear(ANN, Channel.BOOK)
        await ear.count(1)
        await ear.close()
        await house.place(ANN, Side.SELL, 100, "75.00")
        late = Published(line=old.sequence, news=News(), books=(old,))
        house.hub._take(late)
        assert not house.hub._books
        look = house.engine.look

        async def look_late(read: Callable[[Desk], Depth]) -> Depth:
            seen = await look(read)
            house.hub._take(late)
            return seen

        house.engine.look = look_late  # type: ignore[method-assign, assignment]  # to come in between
        again = await house.ear(ANN, Channel.BOOK)
        await again.count(1)
        assert isinstance(again.heard[0], Depth)
        assert [level.quantity for level in again.heard[0].sells] == [100]

    run(hall, story, AT_ONCE)


def test_a_listener_that_is_closed_while_it_learns_a_book_leaves_no_trace(hall: Hall) -> None:
    async def story(house: House) -> None:
        look = house.engine.look

        async def look_and_end(read: Callable[[Desk], Depth]) -> Depth:
            seen = await look(read)
            if house.engine.watched:
                house.hub.end_key(ANN.key_id)
            return seen

        house.engine.look = look_and_end  # type: ignore[method-assign, assignment]  # to come in between
        listener = await house.hub.listen(house.wish(ANN, Channel.BOOK))
        assert (house.hub.streams, house.hub._books, house.engine.watched) == (0, {}, frozenset())
        assert [piece async for piece in listener] == []

    run(hall, story, AT_ONCE)


def test_the_last_messages_are_kept_by_number_and_by_weight() -> None:
    def told(recent: Recent, line: int, weight: int = 1) -> None:
        recent.add(line, FeedMessage(Channel.TRADE, None, InstrumentId("CEA25"), weight=weight))

    recent = Recent(most=3, heaviest=10)
    for line in (
        4,
        4,
        9,
        9,
        7,
    ):  # a later write never has an earlier line; but if it had, ids would not repeat
        told(recent, line)
    assert recent.last == Place(9, 3)
    assert [each.place for each in recent.after(Place(4, 2))] == [Place(9, 1), Place(9, 2), Place(9, 3)]
    assert recent.covers(Place(4, 2))
    assert not recent.covers(Place(4, 1))
    assert not recent.covers(Place(9, 4))
    told(recent, 10, weight=9)
    assert [each.place for each in recent.after(Place(0, 0))] == [Place(9, 3), Place(10, 1)]
    assert place_in(Place(10, 1).text("a1"), "a1") == Place(10, 1)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "channels=",
        "channels=weather",
        "channels=trade,trade",
        "channels=trade&channels=order",
        "channels=book",
        "channels=trade&instrument=../etc",
        "channels=trade&instrument=",
        "channels=trade&account=KEE-002",
        "channels=tr\u0430de",
    ],
)
def test_a_query_that_is_not_what_it_must_be_is_refused(query: str) -> None:
    with pytest.raises((BatchError, CarbonkitError)) as caught:
        wish_of(ANN, head(query))
    assert caught.value.problem.must


def test_a_key_that_may_not_read_hears_nothing() -> None:
    with pytest.raises(AuthenticationError):
        wish_of(caller("KEE-001", scopes=(Scope.TRADE,)), head("channels=trade"))


def test_a_caller_without_accounts_hears_nobodys_orders() -> None:
    assert wish_of(NOBODY, head("channels=order")).accounts == frozenset()
    assert wish_of(STAFF, head("channels=order")).accounts is None


def test_the_answer_is_a_stream_until_the_reader_goes(hall: Hall) -> None:
    async def story(house: House) -> None:
        sent: list[MutableMapping[str, Any]] = []
        gone = asyncio.Event()

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        asked = head(f"channels=book&instrument={house.name}")
        task = asyncio.ensure_future(answer_stream(house.hub, ANN, asked, receive, send))
        async with asyncio.timeout(20):
            await until(lambda: len(sent) > 1)
            assert house.hub.streams == 1
            gone.set()
            await task
        assert house.hub.streams == 0
        assert (b"content-type", b"text/event-stream") in sent[0]["headers"]
        assert sent[1]["more_body"]
        assert b"event: depth\n" in sent[1]["body"]

    run(hall, story)


def test_the_answer_ends_with_the_exchange_and_a_broken_connection_is_no_defect(hall: Hall) -> None:
    async def story(house: House) -> None:
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> dict[str, str]:
            await asyncio.Event().wait()
            return {}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        async def broken(_: MutableMapping[str, Any]) -> None:
            raise OSError("gone")

        async def defect(_: MutableMapping[str, Any]) -> None:
            raise KeyError("a defect")

        asked = head("channels=trade")
        await answer_stream(house.hub, ANN, asked, receive, broken)
        with pytest.raises(KeyError):
            await answer_stream(house.hub, ANN, asked, receive, defect)
        task = asyncio.ensure_future(answer_stream(house.hub, ANN, asked, receive, send))
        async with asyncio.timeout(20):
            await until(lambda: len(sent) > 1)
            house.hub.close()
            await task
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        assert house.hub.streams == 0

    run(hall, story)


@pytest.mark.parametrize(
    "limits",
    [{"waiting": 0}, {"streams": -1}, {"heartbeat": datetime.timedelta(0)}, {"longest": 5}],
)
def test_limits_that_would_stop_everything_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(CarbonkitError):
        FeedLimits(**limits)
