"""Waits for an event that are cancelled, as by `asyncio.wait_for`, cost a stream nothing."""

from __future__ import annotations

import asyncio
import datetime
from typing import TYPE_CHECKING

import pytest

from carbonkit.client.error import RateLimitedError
from carbonkit.client.message import Incoming
from carbonkit.client.retry import Retries
from carbonkit.client.stream import AsyncEvents, Events, Listening
from carbonkit.wire import Reset, encoded, write_json
from carbonkit.wire.sse import write_event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from carbonkit.client.stream import Heard
    from tests.client.rig import Thing

HEAD = Incoming(status=200, headers={"content-type": "text/event-stream"}, body=b"")


def event(number: int) -> bytes:
    return write_event("reset", write_json(encoded(Reset(reason=f"{number}"))), f"a.{number}")


class Wire:
    """A connection that tells an event every so often, and cannot go on when a read is cancelled."""

    def __init__(self, pause: float, first: int) -> None:
        self.head, self.pause, self.number = HEAD, pause, first
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self.closed:
            await asyncio.sleep(self.pause)
            yield event(self.number)
            self.number += 1

    async def close(self) -> None:
        self.closed = True


class Exchange:
    """Opens connections, some of which take their time or fail."""

    def __init__(self, *, opening: float = 0, pause: float = 0.1, fails: int = 0) -> None:
        self.opening, self.pause, self.fails = opening, pause, fails
        self.opened: list[Wire] = []
        self.tries = 0

    async def connect(self, last: str) -> Thing:
        self.tries += 1
        await asyncio.sleep(self.opening)
        if self.tries <= self.fails:
            from carbonkit.client.error import ConnectionFailedError  # noqa: PLC0415  here alone

            raise ConnectionFailedError("be there")
        self.opened.append(Wire(self.pause, int(last.partition(".")[2] or 0) + 1))
        return self.opened[-1]

    def events(self, **named: Thing) -> AsyncEvents:
        how = Listening(chance=lambda: 1, **named)
        return AsyncEvents(self.connect, how.course(""), asyncio.sleep)


async def polled(events: AsyncEvents, wait: float, times: int) -> list[str]:
    heard: list[Heard] = []
    for _ in range(times):
        try:
            heard.append(await asyncio.wait_for(anext(events), wait))
        except TimeoutError:
            continue
    return [each.id for each in heard]


def test_polls_shorter_than_the_events_are_apart_hear_them_all_on_one_connection() -> None:
    async def story() -> None:
        exchange = Exchange(pause=0.1)
        async with exchange.events(retries=Retries(most=0)) as events:
            heard = await polled(events, 0.03, 20)
            assert heard == [f"a.{number}" for number in range(1, len(heard) + 1)]
            assert len(heard) > 2
        assert exchange.tries == 1
        assert exchange.opened[0].closed

    asyncio.run(story())


def test_polls_shorter_than_it_takes_to_connect_connect() -> None:
    async def story() -> None:
        exchange = Exchange(opening=0.15, pause=0.01)
        async with exchange.events(retries=Retries(most=0)) as events:
            assert "a.1" in await polled(events, 0.03, 12)
        assert exchange.tries == 1

    asyncio.run(story())


def test_polls_shorter_than_the_pause_do_not_begin_it_anew() -> None:
    async def story() -> None:
        exchange = Exchange(pause=0.01, fails=1)
        retries = Retries(most=1, first=datetime.timedelta(milliseconds=200))
        async with exchange.events(retries=retries) as events:
            assert "a.1" in await polled(events, 0.03, 15)
        assert exchange.tries == 2

    asyncio.run(story())


def test_what_fails_while_nobody_waits_is_told_to_the_next() -> None:
    async def story() -> None:
        exchange = Exchange(opening=0.05, fails=9)
        events = exchange.events(retries=Retries(most=0))
        assert await polled(events, 0.01, 1) == []
        await asyncio.sleep(0.1)
        with pytest.raises(ConnectionError):
            await anext(events)
        await events.close()

    asyncio.run(story())


def test_a_close_lets_a_reader_go_and_leaves_no_task() -> None:
    async def story() -> None:
        exchange = Exchange(pause=9)
        events = exchange.events()
        reader = asyncio.ensure_future(anext(events, None))
        await asyncio.sleep(0.05)
        await events.close()
        assert await asyncio.wait_for(reader, 1) is None
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(story())


def test_without_asyncio_a_cancelled_read_drops_the_connection_and_counts_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("carbonkit.client.stream._under_asyncio", lambda: False)  # as under trio

    async def story() -> None:
        exchange = Exchange(pause=0.05)
        async with exchange.events(retries=Retries(most=0)) as events:
            assert await polled(events, 0.02, 5) == []
            assert exchange.tries == 5
            assert (await anext(events)).id == "a.1"  # no try was counted, and no pause was made

    asyncio.run(asyncio.wait_for(story(), 2))


def test_the_clients_own_limit_is_waited_for_and_is_no_failure() -> None:
    tries: list[str] = []

    class Opened:
        head = HEAD

        def __iter__(self) -> Iterator[bytes]:
            yield event(1)

        def close(self) -> None:
            pass

    def connect(last: str) -> Thing:
        tries.append(last)
        if len(tries) < 3:
            from carbonkit.client.error import Facts  # noqa: PLC0415  here alone

            wait = datetime.timedelta(milliseconds=20)
            raise RateLimitedError("be within the limit", facts=Facts(retry_after=wait))
        return Opened()

    with Events(connect, Listening(retries=Retries(most=0)).course("")) as events:
        assert next(events).id == "a.1"
    assert len(tries) == 3
