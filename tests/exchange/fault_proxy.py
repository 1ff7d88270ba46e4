"""
A proxy that does to requests and answers what networks and gateways do to them, by a plan that chance makes.

    with FaultProxies(url_of_the_exchange) as proxies:
        url = proxies.open(Plan(seed=7))     listens at 127.0.0.1, for one client, with the faults of seed 7
        ...
        proxies.close(url)                   returns when all that was on its way has arrived
        proxies.met                          how often each fault was met

It reads as much HTTP/1.1 as it needs: one request at a time on a connection, bodies with a Content-Length.
A request that it took is brought to the exchange even if the client has gone in the meantime, as gateways do.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import enum
import random
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import attrs

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType
    from typing import Self

Value = TypeVar("Value")
_PATIENCE: Final = 20
_STALE: Final = 5  # seconds after which an idle connection to the exchange is not used again
_LONGEST_HEAD: Final = 1 << 16


class Fault(enum.Enum):
    """What is done to one request and its answer."""

    NONE = "passes as it is"
    SLOW = "comes a little late"
    LATE = "reaches the exchange after the client has given up"
    RESET_BEFORE = "connection reset before the request is brought on"
    RESET_AFTER = "connection reset when the request is on its way"
    LOST = "answer lost after the exchange has committed"
    SILENT = "answer kept back after the exchange has committed"
    CUT_HEAD = "answer cut off within its head"
    CUT_BODY = "answer cut off within its body"
    SHORTENED = "answer's body shortened, and its length with it"
    TWICE_FIRST = "request brought twice; the first answer returned"
    TWICE_SECOND = "request brought twice; the second answer returned"
    AT_ONCE = "request brought twice at the same time; either answer returned"
    BUSY = "429 by the proxy, Retry-After: 0"
    UNAVAILABLE = "503 by the proxy, not brought on"
    GATEWAY = "504 by the proxy, after the exchange has committed"
    STALE = "connection closed after the answer, without a word"


FAULTS: Final = tuple(each for each in Fault if each is not Fault.NONE)
"""All faults that there are."""
_SLOW_ONES: Final = frozenset({Fault.LATE, Fault.SILENT})  # they cost the client a whole timeout


class Plan:
    """
    What happens to the requests of one client, one after the other.

    Args:
        seed: What chance begins with.
        rate: Of a hundred requests, how many meet a fault; by chance unless given.
        faults: Which faults there are.
        late: After how many seconds a late request is brought on, at the earliest.
    """

    def __init__(
        self, seed: int, *, rate: int | None = None, faults: tuple[Fault, ...] = FAULTS, late: float = 0.3
    ) -> None:
        self.chance = random.Random(f"plan {seed}")  # noqa: S311  it keeps no secret
        self.rate = self.chance.choice((15, 40, 60, 85)) if rate is None else rate
        self.faults = faults
        self.late = late

    def draw(self) -> Fault:
        """Say what happens to the next request."""
        if self.chance.randrange(100) >= self.rate:
            return Fault.NONE
        weights = [1 if each in _SLOW_ONES else 3 for each in self.faults]
        return self.chance.choices(self.faults, weights)[0]


@attrs.frozen
class Message:
    """A request or an answer as it stands: the head with its empty line, and the body."""

    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        return self.head + self.body


async def _read(reader: asyncio.StreamReader) -> Message:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        assert name.lower() != b"transfer-encoding", "a body without a length"
    return Message(head, await reader.readexactly(length))


def _problem(status: str, code: str, more: bytes = b"") -> bytes:
    body = b'{"message":"' + code.encode() + b'"}'
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode()
        + more
        + b"\r\n"
        + body
    )


class FaultProxies:
    """
    Proxies to one exchange, in a thread of their own; as many as are opened at a time.

    Args:
        url: The exchange.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._upstream = parts.hostname or "", parts.port or 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxies")
        self._proxies: dict[str, _Proxy] = {}
        self._idle: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.met: collections.Counter[Fault] = collections.Counter()
        self.errors: list[BaseException] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for url in tuple(self._proxies):
            self.close(url)
        self._run(self._finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        assert not self._thread.is_alive()
        self._loop.close()
        assert not self.errors, self.errors

    def open(self, plan: Plan) -> str:
        """Begin to listen, and give the URL."""
        proxy = _Proxy(self, plan)
        url = self._run(proxy.begin())
        self._proxies[url] = proxy
        return url

    def close(self, url: str) -> None:
        """Stop to listen; what was on its way arrives first."""
        self._run(self._proxies.pop(url).end())

    def _run(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _finish(self) -> None:
        for _, _, writer in self._idle:
            await _closed(writer)

    async def bring(self, request: Message) -> Message:
        """Bring a request to the exchange, and give its answer."""
        reader, writer = await self._connection()
        try:
            writer.write(request.whole)
            answer = await _read(reader)
        except BaseException:
            await _closed(writer)
            raise
        if b"connection: close" in answer.head.lower():
            await _closed(writer)
        else:
            self._idle.append((time.monotonic(), reader, writer))
        return answer

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            since, reader, writer = self._idle.pop()
            if time.monotonic() - since < _STALE and not reader.at_eof():
                return reader, writer
            await _closed(writer)
        return await asyncio.open_connection(*self._upstream, limit=1 << 22)


class _Proxy:
    """One proxy: it listens, and does with each request what its plan says."""

    def __init__(self, all_of_them: FaultProxies, plan: Plan) -> None:
        self._all = all_of_them
        self._plan = plan
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._under_way: set[asyncio.Task[Message]] = set()

    async def begin(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        return "http://{}:{}".format(*self._server.sockets[0].getsockname())

    async def end(self) -> None:
        assert self._server is not None
        self._server.close()
        while self._under_way:
            await asyncio.wait(self._under_way)
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._next(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        except asyncio.CancelledError:
            pass  # the proxy is closed
        except Exception as error:  # noqa: BLE001  the test hears of it
            self._all.errors.append(error)
        finally:
            await _closed(writer)
            self._connections.discard(task)

    async def _next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; return whether there may be another on this connection."""
        request = await _read(reader)
        fault = self._plan.draw()
        self._all.met[fault] += 1
        if fault in {Fault.BUSY, Fault.UNAVAILABLE}:
            busy = fault is Fault.BUSY
            status = "429 Too Many Requests" if busy else "503 Service Unavailable"
            writer.write(_problem(status, "on purpose", b"Retry-After: 0\r\n" if busy else b""))
            return True
        if fault is Fault.RESET_BEFORE:
            return _reset(writer)
        # in a task of its own: it arrives, whatever becomes of the client's connection
        task = asyncio.create_task(self._brought(request, fault))
        self._under_way.add(task)
        task.add_done_callback(self._arrived)
        if fault is Fault.RESET_AFTER:
            await asyncio.sleep(self._plan.chance.random() / 200)
            return _reset(writer)
        return await self._answer(fault, await asyncio.shield(task), reader, writer)

    def _arrived(self, task: asyncio.Task[Message]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._all.errors.append(error)

    async def _brought(self, request: Message, fault: Fault) -> Message:
        chance, bring = self._plan.chance, self._all.bring
        if fault is Fault.SLOW:
            await asyncio.sleep(chance.random() / 50)
        if fault is Fault.LATE:
            await asyncio.sleep(self._plan.late * (1 + chance.random() * 2))
        if fault is Fault.AT_ONCE:
            return chance.choice(await asyncio.gather(bring(request), bring(request)))
        first = await bring(request)
        if fault in {Fault.TWICE_FIRST, Fault.TWICE_SECOND}:
            second = await bring(request)
            return first if fault is Fault.TWICE_FIRST else second
        return first

    async def _answer(
        self, fault: Fault, answer: Message, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Return an answer, or what the fault leaves of it."""
        chance = self._plan.chance
        if fault is Fault.LOST:
            return _reset(writer)
        if fault is Fault.SILENT:
            await reader.read(1)  # until the client gives up
            return False
        if fault is Fault.GATEWAY:
            writer.write(_problem("504 Gateway Timeout", "on purpose"))
            return True
        if fault is Fault.SHORTENED and answer.body:
            writer.write(_shortened(answer, chance.randrange(len(answer.body))).whole)
            return True
        if fault in {Fault.CUT_HEAD, Fault.CUT_BODY}:
            within_head = fault is Fault.CUT_HEAD or not answer.body
            kept = (
                chance.randrange(len(answer.head))
                if within_head
                else len(answer.head) + chance.randrange(len(answer.body))
            )
            writer.write(answer.whole[:kept])
            return False
        writer.write(answer.whole)
        return fault is not Fault.STALE


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _shortened(answer: Message, length: int) -> Message:
    lines = [
        b"content-length: %d" % length if line.lower().startswith(b"content-length:") else line
        for line in answer.head.split(b"\r\n")
    ]
    return Message(b"\r\n".join(lines), answer.body[:length])


def _reset(writer: asyncio.StreamWriter) -> bool:
    """Have the kernel send a reset instead of an orderly end."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False
