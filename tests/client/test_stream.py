"""Streams over real sockets: nothing is lost or told twice, whatever the connection does."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import importlib
import random
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING

import attrs
import pytest

from carbonkit.client import AsyncExchangeClient, ExchangeClient
from carbonkit.client.error import (
    ConnectionFailedError,
    ForbiddenError,
    ServerFailedError,
    TimedOutError,
    UnreadableAnswerError,
)
from carbonkit.client.following import follow, follow_async
from carbonkit.client.local_book import LocalBook
from carbonkit.client.retry import Retries
from carbonkit.client.stream import Heard, Listening, listen, listen_async
from carbonkit.errors import CarbonkitError
from carbonkit.exchange.hub import FeedLimits
from carbonkit.market import Order, Side
from carbonkit.market.level import Level
from carbonkit.values import InstrumentId, OrderId, Price
from carbonkit.wire import BookChange, Channel, Depth, PublicTrade, Reset, encoded, write_json
from carbonkit.wire.feed import StreamQuery
from carbonkit.wire.sse import write_comment, write_event, write_mark
from tests.client.rig import KINDS, order
from tests.exchange.desks import ANN, BOB, Hall
from tests.exchange.feed_house import House

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from carbonkit.client.stream import AsyncEvents

CEA = InstrumentId("CEA25")
MILLISECOND = datetime.timedelta(milliseconds=1)
QUICK = Listening(
    silence=datetime.timedelta(seconds=20),
    retries=Retries(most=3, first=MILLISECOND, longest=2 * MILLISECOND),
    chance=lambda: 1,
)
TRADES = StreamQuery(channels="trade")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to read them takes longer than the tests
END = b"0\r\n\r\n"


def chunk(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces)


def told(kind: str, value: object, event_id: str) -> bytes:
    return write_event(kind, write_json(encoded(value)), event_id)


def reset(number: int) -> bytes:
    """An event that is easily told from others."""
    return told("reset", Reset(reason=f"{number}"), f"a1.{number}.1")


def answer(status: int, body: bytes = b"", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@attrs.frozen
class Act:
    """What is sent to the next connection; then it is closed, or kept open in silence."""

    text: bytes
    hold: bool = False


class Stage:
    """A server that answers each connection by the next act, and the last one for ever."""

    def __init__(self, *acts: Act | bytes) -> None:
        self.acts = [each if isinstance(each, Act) else Act(each) for each in acts]
        self.asked: list[dict[str, str]] = []
        self.targets: list[str] = []
        self._held: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._server.accept()
            except OSError:
                return
            if not self._answered(peer):
                peer.close()

    def _answered(self, peer: socket.socket) -> bool:
        text = b""
        while b"\r\n\r\n" not in text:
            more = peer.recv(65536)
            if not more:
                return False
            text += more
        first, *lines = text.decode().split("\r\n\r\n")[0].split("\r\n")
        self.targets.append(first.split(" ")[1])
        self.asked.append(
            {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        )
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        with contextlib.suppress(OSError):
            peer.sendall(act.text)
        if act.hold:
            self._held.append(peer)
        return act.hold

    @property
    def last_ids(self) -> list[str | None]:
        return [headers.get("last-event-id") for headers in self.asked]

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        for each in self._held:
            each.close()


@pytest.fixture
def stages() -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def stage(*acts: Act | bytes) -> Stage:
        made.append(Stage(*acts))
        return made[-1]

    yield stage
    for each in made:
        each.close()


@attrs.frozen
class Hearer:
    """Hears with one library in one manner."""

    library: str
    manner: str

    @contextlib.contextmanager
    def client(self, url: str) -> Iterator[ExchangeClient]:
        with importlib.import_module(self.library).Client(verify=NO_CERTIFICATES) as connections:
            yield ExchangeClient(url, http_client=connections)

    @contextlib.asynccontextmanager
    async def async_client(self, url: str) -> AsyncIterator[AsyncExchangeClient]:
        async with importlib.import_module(self.library).AsyncClient(verify=NO_CERTIFICATES) as connections:
            yield AsyncExchangeClient(url, http_client=connections)

    def hear(
        self,
        url: str,
        number: int | None,
        query: StreamQuery = TRADES,
        *,
        last: str | None = None,
        how: Listening = QUICK,
    ) -> tuple[list[Heard], str]:
        """Hear so many events, or all until an error; give them and where to go on."""
        if self.manner == "sync":
            with (
                self.client(url) as client,
                listen(client, query, last_event_id=last, listening=how) as events,
            ):
                heard = [next(events) for _ in range(number)] if number is not None else list(events)
                return heard, events.last_event_id
        return asyncio.run(self._hear(url, number, query, last, how))

    async def _hear(
        self, url: str, number: int | None, query: StreamQuery, last: str | None, how: Listening
    ) -> tuple[list[Heard], str]:
        async with (
            self.async_client(url) as client,
            listen_async(client, asyncio.sleep, query, last_event_id=last, listening=how) as events,
        ):
            heard = [await anext(events) for _ in range(number)] if number is not None else []
            if number is None:
                heard = [each async for each in events]
            return heard, events.last_event_id


@pytest.fixture(params=KINDS, ids="-".join)
def hearer(request: pytest.FixtureRequest) -> Hearer:
    return Hearer(*request.param)


def numbers(heard: list[Heard]) -> list[int]:
    return [int(each.value.reason) for each in heard if isinstance(each.value, Reset)]


def test_events_come_as_the_classes_of_their_channels(hearer: Hearer, stages: Callable[..., Stage]) -> None:
    level = Level(Price("74.00", "CNY", "tCO2e"), 10, (OrderId("O-1"),))
    depth = Depth(instrument=CEA, sequence=7, buys=(level,), sells=())
    change = BookChange(instrument=CEA, previous=7, sequence=9, buys=(), sells=(level,))
    trade = encoded(order()) | {"state": "suspended by the moon", "newer": 1}
    sent = [
        told("depth", depth, "a1.7.1"),
        told("book", change, "a1.9.1"),
        told("order", order(), "a1.9.2"),
        write_event("order", write_json(trade), "a1.9.3"),
        write_event("weather", b'{"rain":"1.5"}', "a1.9.4"),
        told("reset", Reset(reason="r"), "a1.9.5"),
    ]
    stage = stages(Act(HEAD + chunk(*sent), hold=True))
    query = StreamQuery(channels="book,order", instrument=CEA)
    heard, last = hearer.hear(stage.url, 6, query)
    assert [(each.channel, each.value) for each in heard[:3]] == [
        (Channel.BOOK, depth),
        (Channel.BOOK, change),
        (Channel.ORDER, order()),
    ]
    assert isinstance(heard[3].value, Order)
    assert heard[3].value.state.value == "suspended by the moon"
    assert (heard[4].channel, heard[4].value) == ("weather", {"rain": "1.5"})
    assert (heard[5].channel, heard[5].value) == ("reset", Reset(reason="r"))
    assert last == "a1.9.5"
    assert stage.targets == ["/v1/stream?channels=book%2Corder&instrument=CEA25"]
    assert stage.asked[0]["accept"].startswith("text/event-stream")


def test_a_connection_that_breaks_ends_or_falls_silent_is_made_again(
    hearer: Hearer, stages: Callable[..., Stage]
) -> None:
    stage = stages(
        HEAD + chunk(write_mark("a1.0.0"), reset(1), reset(2)[:30]),  # broken in the middle of an event
        HEAD + chunk(reset(2)) + END,  # ended
        HEAD,  # broken before a word
        answer(503),
        answer(429, headers="Retry-After: 0\r\n"),
        HEAD + chunk(write_comment("heartbeat") + write_mark("a1.2.7")) + END,
        Act(HEAD + chunk(reset(3), reset(4)[:9]), hold=True),  # falls silent
        Act(HEAD + chunk(reset(4)), hold=True),
    )
    retries = attrs.evolve(QUICK.retries, most=4)
    how = attrs.evolve(QUICK, silence=datetime.timedelta(milliseconds=300), retries=retries)
    heard, last = hearer.hear(stage.url, 4, how=how)
    assert numbers(heard) == [1, 2, 3, 4]
    assert last == "a1.4.1"
    a, b, c, d = "a1.1.1", "a1.2.1", "a1.2.7", "a1.3.1"
    assert stage.last_ids == [None, a, b, b, b, b, c, d]


def test_it_goes_on_where_it_is_told_to(hearer: Hearer, stages: Callable[..., Stage]) -> None:
    stage = stages(Act(HEAD + chunk(reset(8) + reset(9)), hold=True))
    heard, last = hearer.hear(stage.url, 1, last="a1.7.1")
    assert (numbers(heard), last) == ([8], "a1.8.1")  # what has come and was not given out is not counted
    assert stage.last_ids == ["a1.7.1"]


@pytest.mark.parametrize(
    ("act", "error", "asked"),
    [
        (answer(403), ForbiddenError, 1),
        (answer(500), ServerFailedError, 4),
        (HEAD, ConnectionFailedError, 4),
        (HEAD + END, ConnectionFailedError, 4),
        (Act(HEAD, hold=True), TimedOutError, 4),
        (answer(429, headers="Retry-After: 500\r\n"), CarbonkitError, 1),
        (answer(204), UnreadableAnswerError, 1),
        (answer(200, b"{}", "Content-Type: application/json\r\n"), UnreadableAnswerError, 1),
        (HEAD + chunk(b"event: trade\ndata: {}\n\n"), UnreadableAnswerError, 1),
        (HEAD + chunk(b"event: trade\ndata: {\n\n"), UnreadableAnswerError, 1),
        (HEAD + chunk(b"data: \xff\n\n"), UnreadableAnswerError, 1),
        (HEAD + chunk("id: \u00e9\n\n".encode()), UnreadableAnswerError, 1),
        (HEAD + chunk(b"id: a\x7f\n\n"), UnreadableAnswerError, 1),
        (HEAD + chunk(b"data: " + b"a" * 2000), UnreadableAnswerError, 1),
    ],
)
def test_what_will_not_go_better_is_an_error(
    hearer: Hearer, stages: Callable[..., Stage], act: Act | bytes, error: type[Exception], asked: int
) -> None:
    stage = stages(act)
    silence = datetime.timedelta(milliseconds=100 if error is TimedOutError else 20_000)
    how = attrs.evolve(QUICK, silence=silence, most=1000)
    with pytest.raises(error):
        hearer.hear(stage.url, None, how=how)
    assert len(stage.asked) == asked


def test_nothing_listens_anymore_is_an_error_too(hearer: Hearer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ConnectionFailedError):
        hearer.hear(url, None)


def test_a_stream_that_is_closed_by_another_ends(hearer: Hearer, stages: Callable[..., Stage]) -> None:
    stage = stages(Act(HEAD + chunk(reset(1)), hold=True))
    how = attrs.evolve(QUICK, silence=datetime.timedelta(milliseconds=500))
    begun = time.monotonic()

    def sync() -> list[Heard]:
        with hearer.client(stage.url) as client:
            events = listen(client, TRADES, listening=how)
            heard = [next(events)]
            threading.Timer(0.05, events.close).start()
            return [*heard, *events]

    async def asynchronous() -> list[Heard]:
        async with hearer.async_client(stage.url) as client:
            events = listen_async(client, asyncio.sleep, TRADES, listening=how)
            heard = [await anext(events)]

            async def close() -> None:
                await asyncio.sleep(0.05)
                await events.close()

            closing = asyncio.ensure_future(close())
            heard += [each async for each in events]
            await closing
            return heard

    assert numbers(sync() if hearer.manner == "sync" else asyncio.run(asynchronous())) == [1]
    assert time.monotonic() - begun < 5
    assert len(stage.asked) == 1


def test_a_book_with_a_gap_is_begun_anew(hearer: Hearer, stages: Callable[..., Stage]) -> None:
    def change(previous: int, sequence: int, quantity: int) -> bytes:
        level = Level(Price("74.00", "CNY", "tCO2e"), quantity, ())
        said = BookChange(instrument=CEA, previous=previous, sequence=sequence, buys=(level,), sells=())
        return told("book", said, f"a1.{sequence}.1")

    def whole(sequence: int) -> bytes:
        said = Depth(instrument=CEA, sequence=sequence, buys=(), sells=())
        return told("depth", said, f"a1.{sequence}.0")

    stage = stages(
        HEAD + chunk(whole(7), change(7, 8, 10)),
        Act(HEAD + chunk(change(8, 9, 20), change(10, 11, 99), change(11, 12, 99)), hold=True),
        HEAD + chunk(told("reset", Reset(reason="r"), "a1.12.0"), whole(12), change(12, 13, 30)),
        Act(HEAD + chunk(change(13, 14, 0)), hold=True),
    )
    query = StreamQuery(channels="book", instrument=CEA)

    def shown(book: LocalBook) -> tuple[int, list[int]]:
        return book.sequence, [level.quantity for level in book.levels(Side.BUY)]

    def sync() -> list[object]:
        with hearer.client(stage.url) as client:
            events = listen(client, query, listening=QUICK)
            with events, contextlib.closing(follow(events, "CEA25")) as books:  # type: ignore[type-var]  # a generator
                return [shown(next(books)) for _ in range(6)]

    async def asynchronous() -> list[object]:
        async with (
            hearer.async_client(stage.url) as client,
            listen_async(client, asyncio.sleep, query, listening=QUICK) as events,
            contextlib.aclosing(follow_async(events, "CEA25")) as books,  # type: ignore[type-var]  # a generator
        ):
            return [shown(await anext(books)) for _ in range(6)]

    found = sync() if hearer.manner == "sync" else asyncio.run(asynchronous())
    assert found == [(7, []), (8, [10]), (9, [20]), (12, []), (13, [30]), (14, [])]
    assert stage.last_ids == [None, "a1.8.1", None, "a1.13.1"]


# ----------------------------------------------------------------- with a real hub


class Street:
    """Leads to a house by connections that break off after a number of bytes that nobody knows."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.chance = random.Random(seed)  # noqa: S311  a test's own
        self.connections = 0

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            text = (await reader.readuntil(b"\r\n\r\n")).decode()
            last = next((line[15:] for line in text.split("\r\n") if line.startswith("last-event-id: ")), "")
            self.connections += 1
            wish = self.house.wish(ANN, Channel.BOOK, Channel.TRADE, Channel.ORDER, last=last)
            listener = await self.house.hub.listen(wish)
            left = self.chance.randrange(3000)
            writer.write(HEAD)
            async with contextlib.aclosing(aiter(listener)) as pieces:
                async for piece in pieces:
                    writer.write(chunk(piece[:left]) if left else b"")
                    await writer.drain()
                    left -= len(piece)
                    if left <= 0:
                        break
        writer.transport.abort()


@pytest.mark.parametrize("seed", range(3))
def test_over_breaking_connections_every_event_comes_once_and_the_book_is_right(seed: int) -> None:
    hall = Hall()
    chance = random.Random(seed)  # noqa: S311  a test's own

    async def trade(house: House) -> int:
        live: list[str] = []
        taken = 0
        for _ in range(50):
            if live and chance.random() < 0.5:
                await house.take(BOB, live.pop(chance.randrange(len(live))), 1 + chance.randrange(5))
                taken += 1
            else:
                live.append(await house.place(ANN, Side.SELL, 5, f"7{chance.randrange(3, 6)}.00"))
            await asyncio.sleep(0.002)
        await house.place(ANN, Side.SELL, 77, "77.00")
        return taken

    async def story() -> None:
        limits = FeedLimits(streams_of_key=1000, retry=MILLISECOND)
        async with House(hall, limits) as house:
            street = Street(house, seed)
            server = await asyncio.start_server(street.lead, "127.0.0.1", 0)
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            how = attrs.evolve(QUICK, retries=Retries(most=1000, first=MILLISECOND, longest=MILLISECOND))
            query = StreamQuery(channels="book,trade,order", instrument=house.name)
            heard: list[Heard] = []
            async with (
                Hearer("httpx2", "async").async_client(url) as client,
                listen_async(client, asyncio.sleep, query, listening=how) as events,
            ):
                first = await anext(events)  # so that all that comes is heard
                trading = asyncio.ensure_future(trade(house))
                book = LocalBook(house.name)
                book.hear(first.value)
                await _hear_out(events, book, heard)
            server.close()
            await server.wait_closed()
            trades = [each.value.number for each in heard if isinstance(each.value, PublicTrade)]
            assert trades == list(range(1, await trading + 1))
            assert len({each.id for each in heard}) == len(heard)
            assert not any(isinstance(each.value, Reset) for each in heard)
            now = await house.depth()
            assert (book.depth.buys, book.depth.sells) == (now.buys, now.sells)
            assert street.connections > 3

    try:
        asyncio.run(story())
    finally:
        hall.close()


async def _hear_out(events: AsyncEvents, book: LocalBook, heard: list[Heard]) -> None:
    """Hear until the last order has come, of 77."""
    async with asyncio.timeout(60):
        async for each in events:
            heard.append(each)
            book.hear(each.value)
            if isinstance(each.value, BookChange) and any(level.quantity == 77 for level in each.value.sells):
                return


def test_the_events_of_both_manners_have_the_same_surface() -> None:
    from carbonkit.client.stream import AsyncEvents, Events  # noqa: PLC0415  here alone

    def names(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert names(Events) == names(AsyncEvents) == {"close", "last_event_id", "restart"}
