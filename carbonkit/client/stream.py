"""
Streams: what an exchange tells as it happens, heard without an end and without a gap.

A connection that breaks, ends or falls silent is made again, after a pause, and goes on
after the last event; what the exchange can no longer tell, it says with a `Reset`.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import random
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from carbonkit.client._stream_course import Heard, StreamCourse
from carbonkit.client.call import CallOptions
from carbonkit.client.error import ConnectionFailedError, ExchangeError
from carbonkit.client.retry import Retries, count, is_positive
from carbonkit.values.field import is_a
from carbonkit.wire.feed import LAST_EVENT_ID, STREAM_PATH, StreamQuery
from carbonkit.wire.query_text import write_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import TracebackType
    from typing import Self

    from carbonkit.client.call import Reply
    from carbonkit.client.door import AsyncOpened, Opened

__all__ = [
    "AsyncEvents",
    "AsyncOpener",
    "Events",
    "Heard",
    "Listening",
    "Opener",
    "listen",
    "listen_async",
    "stream_target",
]


class Opener(Protocol):
    """What opens a stream: a sync client."""

    def open_stream(self, name: str, target: str, *, options: CallOptions | None = None) -> Reply[Opened]:
        """Open it, and give the answer while it is still coming."""
        ...


class AsyncOpener(Protocol):
    """What opens a stream: an async client."""

    async def open_stream(
        self, name: str, target: str, *, options: CallOptions | None = None
    ) -> Reply[AsyncOpened]:
        """Open it, and give the answer while it is still coming."""
        ...


_RETRIES: Final = Retries(most=10, longest=datetime.timedelta(seconds=30))


@attrs.frozen(kw_only=True)
class Listening:
    """
    How to listen.

    Args:
        silence: After how long without a word, heartbeats included, a connection counts as broken.
        retries: How often to connect again, and after which pauses, until something is heard.
        most: How many bytes one event may have.
        chance: A number from 0 to 1, another each time.

    Example:
        >>> Listening().silence.total_seconds()
        45.0
    """

    silence: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=45), validator=is_positive)
    retries: Retries = attrs.field(default=_RETRIES, validator=is_a(Retries))
    most: int = attrs.field(default=16 * 1024 * 1024, converter=count)
    chance: Callable[[], float] = random.random  # noqa: S311  it spreads tries out, and keeps no secret

    def options(self, last_event_id: str) -> CallOptions:
        """Say how a stream's call differs from others: it is silent for long, and retried here."""
        headers = {LAST_EVENT_ID: last_event_id} if last_event_id else {}
        return CallOptions(timeout=self.silence, deadline=2 * self.silence, retries=0, headers=headers)

    def course(self, last_event_id: str) -> StreamCourse:
        """Begin a stream's course."""
        return StreamCourse(
            last_event_id=last_event_id, retries=self.retries, most=self.most, chance=self.chance
        )


def stream_target(query: StreamQuery) -> str:
    """
    Say where a stream is.

    Args:
        query: What to listen to.

    Returns:
        The path and the query string.

    Example:
        >>> stream_target(StreamQuery(channels="trade", instrument="CEA25"))
        '/v1/stream?channels=trade&instrument=CEA25'
    """
    return f"{STREAM_PATH}?{write_query(query)}"


class Events:
    """
    The events of a stream, one by one, without an end; made by `listen`. Close it, or use it in a `with`.

    Iterating raises an `ExchangeError` if the stream is refused, cannot be read, or stays away for longer
    than its `Listening` allows.

    Args:
        connect: Opens the stream after an event.
        course: What it has heard.

    Example:
        >>> Events.__name__
        'Events'
    """

    def __init__(self, connect: Callable[[str], Opened], course: StreamCourse) -> None:
        self._connect = connect
        self._course = course
        self._heard: deque[Heard] = deque()
        self._last = course.last_event_id
        self._opened: Opened | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._closed = threading.Event()

    @property
    def last_event_id(self) -> str:
        """Where another stream would go on after what was given out by this one."""
        return self._last if self._heard else self._course.last_event_id

    def __iter__(self) -> Iterator[Heard]:
        """Give itself."""
        return self

    def __next__(self) -> Heard:
        """Wait for the next event."""
        while not self._closed.is_set():
            if self._heard:
                heard = self._heard.popleft()
                self._last = heard.id
                return heard
            if self._opened is None:
                self._open()
            else:
                self._read()
        raise StopIteration

    def _open(self) -> None:
        if self._closed.wait(self._course.pause.total_seconds()):
            return
        try:
            self._opened = self._connect(self._course.last_event_id)
        except ExchangeError as error:
            self._course.failed(error)
            return
        try:
            self._course.opened(self._opened.head)
        except ExchangeError:
            self._drop()
            raise
        self._chunks = iter(self._opened)

    def _read(self) -> None:
        try:
            chunk = next(self._chunks, None)
            if chunk is not None:
                self._heard.extend(self._course.read(chunk))
                return
        except ConnectionFailedError as error:
            self._drop()
            if not self._closed.is_set():
                self._course.failed(error)
            return
        except BaseException:  # a stream that cannot be read, or somebody interrupts
            self._drop()
            raise
        self._drop()
        if not self._closed.is_set():
            self._course.ended()

    def _drop(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def restart(self) -> None:
        """Begin anew with the state as it is then, such as a whole book; what came in between is not told."""
        self._drop()
        self._heard.clear()
        self._course.restart()

    def close(self) -> None:
        """End the stream; a thread that waits for an event is let go by the next heartbeat at the latest."""
        self._closed.set()
        self._drop()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


class AsyncEvents:
    """
    The same as `Events`, for `async for` and `async with`; made by `listen_async`.

    Under asyncio a wait for an event may be cancelled, as by `asyncio.wait_for`: the next one goes on where
    it was, with a pause, a connection or an event that is half there. Under trio it connects again, after
    the last event.

    Args:
        connect: Opens the stream after an event.
        course: What it has heard.
        sleep: Waits, while others run. [s]

    Example:
        >>> AsyncEvents.__name__
        'AsyncEvents'
    """

    def __init__(
        self,
        connect: Callable[[str], Awaitable[AsyncOpened]],
        course: StreamCourse,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._connect = connect
        self._course = course
        self._sleep = sleep
        self._heard: deque[Heard] = deque()
        self._last = course.last_event_id
        self._opened: AsyncOpened | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._step: asyncio.Task[None] | None = None  # what goes on when the wait for it is cancelled
        self._paused_until: float | None = None
        self._closed = False

    @property
    def last_event_id(self) -> str:
        """Where another stream would go on after what was given out by this one."""
        return self._last if self._heard else self._course.last_event_id

    def __aiter__(self) -> AsyncIterator[Heard]:
        """Give itself."""
        return self

    async def __anext__(self) -> Heard:
        """Wait for the next event."""
        while not self._closed:
            if self._heard:
                heard = self._heard.popleft()
                self._last = heard.id
                return heard
            await self._go_on()
        raise StopAsyncIteration

    async def _go_on(self) -> None:
        """Take the next step; under asyncio as a task of its own, which outlives a wait that is cancelled."""
        if not _under_asyncio():
            await self._stepped()
            return
        if self._step is None:
            self._step = asyncio.ensure_future(self._stepped())
        step = self._step
        await asyncio.wait({step})
        if self._step is step:
            self._step = None
            if not step.cancelled():
                step.result()

    async def _stepped(self) -> None:
        if self._chunks is None:
            await self._open()
        else:
            await self._read(self._chunks)

    async def _open(self) -> None:
        now = time.monotonic()
        if self._paused_until is None:
            self._paused_until = now + self._course.pause.total_seconds()
        await self._sleep(max(self._paused_until - now, 0))
        if self._closed:
            return
        try:
            self._opened = await self._connect(self._course.last_event_id)
        except ExchangeError as error:
            self._paused_until = None
            self._course.failed(error)
            return
        try:
            self._course.opened(self._opened.head)
        except ExchangeError:
            await self._drop()
            raise
        self._chunks = aiter(self._opened)

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        try:
            chunk = await anext(chunks, None)
            if chunk is not None:
                self._heard.extend(self._course.read(chunk))
                return
        except ConnectionFailedError as error:
            self._paused_until = None
            await self._drop()
            if not self._closed:
                self._course.failed(error)
            return
        except ExchangeError:
            await self._drop()
            raise
        except BaseException:  # cancelled: the library has closed the connection, and nothing has failed
            self._opened = self._chunks = None
            raise
        self._paused_until = None
        await self._drop()
        if not self._closed:
            self._course.ended()

    async def _stop(self) -> None:
        """End the step that goes on, and drop the connection."""
        step, self._step = self._step, None
        if step is not None and not step.done():
            step.cancel()
            await asyncio.wait({step})
        if step is not None and not step.cancelled():
            step.exception()  # nobody waits for it any more
        await self._drop()

    async def _drop(self) -> None:
        opened, self._opened = self._opened, None
        chunks, self._chunks = self._chunks, None
        if opened is not None:
            await opened.close()
        if isinstance(chunks, AsyncGenerator):
            with contextlib.suppress(RuntimeError):  # another task waits in it, and is woken by the close
                await chunks.aclose()

    async def restart(self) -> None:
        """Begin anew with the state as it is then, such as a whole book; what came in between is not told."""
        await self._stop()
        self._heard.clear()
        self._paused_until = None
        self._course.restart()

    async def close(self) -> None:
        """End the stream."""
        self._closed = True
        await self._stop()

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


def _under_asyncio() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def listen(
    client: Opener,
    query: StreamQuery,
    *,
    last_event_id: str | None = None,
    listening: Listening | None = None,
) -> Events:
    """
    Listen; nothing is sent before the first event is asked for.

    Args:
        client: What opens the stream.
        query: What to listen to.
        last_event_id: Where to go on; None to begin now.
        listening: How.

    Returns:
        The events.
    """
    how, target = Listening() if listening is None else listening, stream_target(query)

    def connect(last: str) -> Opened:
        return client.open_stream("stream", target, options=how.options(last)).value

    return Events(connect, how.course("" if last_event_id is None else last_event_id))


def listen_async(
    client: AsyncOpener,
    sleep: Callable[[float], Awaitable[object]],
    query: StreamQuery,
    *,
    last_event_id: str | None = None,
    listening: Listening | None = None,
) -> AsyncEvents:
    """
    Listen, and let others run in between.

    Args:
        client: What opens the stream.
        sleep: Waits, while others run. [s]
        query: What to listen to.
        last_event_id: Where to go on; None to begin now.
        listening: How.

    Returns:
        The events.
    """
    how, target = Listening() if listening is None else listening, stream_target(query)

    async def connect(last: str) -> AsyncOpened:
        return (await client.open_stream("stream", target, options=how.options(last))).value

    return AsyncEvents(connect, how.course("" if last_event_id is None else last_event_id), sleep)
