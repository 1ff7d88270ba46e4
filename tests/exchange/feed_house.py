"""A house for tests of the feeds: an engine over a trading day, a hub that hears it, and ears that listen."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
from typing import TYPE_CHECKING, Any

from carbonkit.exchange.engine import Engine, Said
from carbonkit.exchange.feed_handler import wish_of
from carbonkit.exchange.handler import Asked, Changes
from carbonkit.exchange.hub import FeedLimits, Hub, Listener, Wish
from carbonkit.exchange.request_reading import Head
from carbonkit.exchange.work import written
from carbonkit.wire import PLACE_ORDER, TAKE_ORDER, Channel, Depth, TakeRequest
from carbonkit.wire.codec import decoded
from carbonkit.wire.feed import EVENTS
from carbonkit.wire.json_text import read_json
from carbonkit.wire.sse import ServerEventReader
from tests.exchange.desks import HANDLERS, Hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator
    from typing import Self

    from carbonkit.errors import CarbonkitError
    from carbonkit.exchange.caller import Caller
    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.engine import Work
    from carbonkit.market import Side
    from carbonkit.wire import Operation

SECOND = datetime.timedelta(seconds=1)
LONG = FeedLimits(heartbeat=600 * SECOND)


class Ear:
    """Reads a stream in a task of its own, as a server that sends it does."""

    def __init__(self, pieces: Listener | AsyncIterator[bytes]) -> None:
        self.raw = b""
        self.heard: list[object] = []
        self.ids: list[str] = []
        self.ended = False
        self.reader = ServerEventReader()
        self._news = asyncio.Event()
        self.task = asyncio.ensure_future(self._run(pieces))

    async def _run(self, pieces: Listener | AsyncIterator[bytes]) -> None:
        try:
            async for piece in pieces:
                self.raw += piece
                for event in self.reader.feed(piece):
                    value: object
                    value, extra = decoded(EVENTS[event.type], read_json(event.data.encode(), most=10**7))
                    assert not extra
                    self.heard.append(value)
                    self.ids.append(event.id)
                self._news.set()
        finally:
            self.ended = True
            self._news.set()

    async def until(self, enough: Callable[[Ear], bool]) -> list[object]:
        async with asyncio.timeout(20):
            while not enough(self):
                self._news.clear()
                await self._news.wait()
        return self.heard

    async def count(self, number: int) -> list[object]:
        return await self.until(lambda ear: len(ear.heard) >= number)

    async def end(self) -> list[object]:
        return await self.until(lambda ear: ear.ended)

    async def close(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


class House:
    """An engine over a trading day, and a hub that hears it."""

    def __init__(self, hall: Hall, limits: FeedLimits = LONG, run: str = "a1") -> None:
        self.hall = hall
        self.hub = Hub(limits, run=run)
        self.engine = Engine(hall.desk, hall.clock, self.hub.publish)
        self.name = hall.instrument.id
        self.asked = 0

    async def __aenter__(self) -> Self:
        self.engine.start()
        self.hub.start(self.engine)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hub.close()
        await asyncio.to_thread(self.engine.stop)

    def wish(self, by: Caller, *channels: Channel, last: str = "", named: bool = True) -> Wish:
        names = ",".join(each.value for each in channels)
        query = f"channels={names}" + (f"&instrument={self.name}" if named else "")
        return wish_of(by, head(query, **({"last-event-id": last} if last else {})))

    async def ear(self, by: Caller, *channels: Channel, last: str = "", named: bool = True) -> Ear:
        return Ear(await self.hub.listen(self.wish(by, *channels, last=last, named=named)))

    async def ask(self, by: Caller, operation: Operation[Any], body: object = None, **parts: str) -> str:
        self.asked += 1
        token = f"t{self.asked}"
        asked = Asked(operation=operation, caller=by, parts=parts, query=None, body=body, token=token)
        handler = HANDLERS[operation.name]
        assert isinstance(handler, Changes)
        said = json.loads(await self.do(lambda desk: _said(handler, desk, asked)))
        return str(said.get("order", said).get("order_id", ""))

    async def do(self, work: Work) -> str:
        said, _ = await self.engine.do(work, None, _explained)
        assert said.status == 200, said.body
        return said.body

    async def place(self, by: Caller, side: Side, quantity: int, price: str) -> str:
        name = f"n{self.asked}"
        return await self.ask(by, PLACE_ORDER, self.hall.order(by, name, side, quantity, price))

    async def take(self, by: Caller, target: str, quantity: int) -> str:
        body = TakeRequest(account=by.accounts[0], client_order_id=f"n{self.asked}", quantity=quantity)
        return await self.ask(by, TAKE_ORDER, body, order=target)

    async def depth(self) -> Depth:
        return await self.engine.look(lambda desk: desk.depth(self.name, None))


def _said(handler: Changes, desk: Desk, asked: Asked) -> Generator[None, None, Said]:
    value = yield from handler.work(desk, asked)
    return Said(200, written(value).decode())


def _explained(error: CarbonkitError) -> Said:
    return Said(422, str(error))


def head(query: str, **headers: str) -> Head:
    return Head(
        method="GET", scheme="http", path="/v1/stream", query=query, headers=headers, address="127.0.0.1"
    )
