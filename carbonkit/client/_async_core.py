"""What every call of a client goes through: the driver of the flows; internal."""

# Made from _core.py by scripts/make_async_client.py; change that file and run the script again.

from __future__ import annotations

import importlib.metadata
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar

import attrs

from carbonkit.client.call import CallOptions, Reply, call_of, exchange_url, page_call_of, stream_call
from carbonkit.client.door import AsyncDoor, Limits
from carbonkit.client.error import UnreadableAnswerError, check_header
from carbonkit.client.flow import Pause, ask
from carbonkit.client.hook import Hooks
from carbonkit.client.limiter import RateLimiter
from carbonkit.client.line import Line, Surroundings
from carbonkit.client.paging import AsyncPages
from carbonkit.client.recovery import place
from carbonkit.client.retry import Retries, Timeouts
from carbonkit.client.stream import Listening, listen_async
from carbonkit.client.telemetry import Tracer
from carbonkit.wire.feed import StreamQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from carbonkit.client.door import AsyncOpened, Library
    from carbonkit.client.flow import Flow, Got
    from carbonkit.client.signer import Signer
    from carbonkit.client.stream import AsyncEvents
    from carbonkit.values.identifier import Identifier, InstrumentId
    from carbonkit.wire.answer import Placed
    from carbonkit.wire.feed import Channel
    from carbonkit.wire.operation import Operation
    from carbonkit.wire.page import Page

Value = TypeVar("Value")
Item = TypeVar("Item")
Sleep: TypeAlias = Callable[[float], Awaitable[object]]
_LARGEST: Final = 16 * 1024 * 1024  # bytes of an answer
_NOTHING_ELSE: Final = CallOptions()


class AsyncCore:
    """Sends, waits, and gives what came; the operations stand in the classes that build on it."""

    def __init__(
        self,
        url: str,
        signer: Signer | None = None,
        *,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        limiter: RateLimiter | None = None,
        hooks: Hooks | None = None,
        library: Library | None = None,
        http_client: object = None,
        allow_http: bool = False,
        user_agent: str = "",
        telemetry: bool = True,
        largest_answer: int = _LARGEST,
        surroundings: Surroundings | None = None,
        sleep: Sleep | None = None,
    ) -> None:
        timeouts = timeouts or Timeouts()
        base = exchange_url(url, allow_http=allow_http)
        check_header("user-agent", user_agent)
        limits = Limits(connect=timeouts.connect, most=largest_answer)
        self._door = AsyncDoor(limits, library=library, http_client=http_client)
        self._sleep: Sleep = sleep or self._door.sleep
        own_name = f"carbonkit/{importlib.metadata.version('carbonkit')} ({self._door.library})"
        self._line = Line(
            url=base,
            signer=signer,
            timeouts=timeouts,
            retries=retries or Retries(),
            limiter=limiter or RateLimiter(),
            hooks=hooks or Hooks(),
            tracer=Tracer(base, wanted=telemetry),
            user_agent=f"{user_agent} {own_name}" if user_agent else own_name,
            most=largest_answer,
            surroundings=surroundings or Surroundings(),
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._line.url!r})"

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Close the connections, unless they belong to a client that was handed in."""
        await self._door.close()

    async def send(
        self,
        operation: Operation[Value],
        parts: Mapping[str, str | Identifier] | None = None,
        *,
        request: object = None,
        query: object = None,
        options: CallOptions | None = None,
    ) -> Reply[Value]:
        """Ask for one thing, and give the answer with its status, headers and unknown fields."""
        call = call_of(operation, parts, request=request, query=query)
        return await self._drive(ask(self._line, call, options or _NOTHING_ELSE))

    async def page(
        self,
        operation: Operation[Item],
        parts: Mapping[str, str | Identifier] | None = None,
        *,
        query: object = None,
        options: CallOptions | None = None,
    ) -> Reply[Page[Item]]:
        """Ask for one piece of a list, and give the answer with its status, headers and unknown fields."""
        call = page_call_of(operation, parts, query=query)
        return await self._drive(ask(self._line, call, options or _NOTHING_ELSE))

    async def open_stream(
        self, name: str, target: str, *, options: CallOptions | None = None
    ) -> Reply[AsyncOpened]:
        """Open a stream: signed, limited and tried again like any other call, until its head has come."""
        return await self._drive(ask(self._line, stream_call(name, target), options or _NOTHING_ELSE))

    def listen(
        self,
        channels: Iterable[Channel],
        instrument: str | InstrumentId | None = None,
        *,
        last_event_id: str | None = None,
        listening: Listening | None = None,
    ) -> AsyncEvents:
        """Hear what the exchange tells as it happens; after a break it goes on where it was."""
        query = StreamQuery(channels=list(channels), instrument=instrument)
        return listen_async(self, self._sleep, query, last_event_id=last_event_id, listening=listening)

    async def _ask(
        self,
        operation: Operation[Value],
        parts: Mapping[str, str | Identifier] | None = None,
        *,
        request: object = None,
        query: object = None,
        options: CallOptions | None,
    ) -> Value:
        call = call_of(operation, parts, request=request, query=query)
        reply = await self._drive(ask(self._line, call, options or _NOTHING_ELSE))
        return reply.value

    async def _place(
        self,
        operation: Operation[Placed],
        parts: Mapping[str, str | Identifier],
        request: object,
        options: CallOptions | None,
    ) -> Placed:
        flow = place(self._line, operation, parts, request, options or _NOTHING_ELSE)
        reply = await self._drive(flow)
        return reply.value

    def _list(
        self,
        operation: Operation[Item],
        parts: Mapping[str, str | Identifier] | None = None,
        *,
        query: Any,  # noqa: ANN401  of the operation's own class
        options: CallOptions | None,
    ) -> AsyncPages[Item]:
        async def fetch(cursor: str | None) -> Page[Item]:
            asked = query
            if cursor is not None:
                if not hasattr(query, "cursor"):
                    raise UnreadableAnswerError("be whole", was="a piece of a list", code="endless_pages")
                asked = attrs.evolve(query, cursor=cursor)
            reply = await self.page(operation, parts, query=asked, options=options)
            return reply.value

        return AsyncPages(fetch, getattr(query, "cursor", None))

    def _own_id(self, given: str | None) -> str:
        return self._line.new_id() if given is None else given

    async def _drive(self, flow: Flow[Value]) -> Value:
        door, sleep = self._door, self._sleep
        answer: Got = None
        try:
            while True:
                step = flow.send(answer)
                if isinstance(step, Pause):
                    await sleep(step.time.total_seconds())
                    answer = None
                elif step.stream:
                    answer = await door.open(step.outgoing, step.timeout)
                else:
                    answer = await door.send(step.outgoing, step.timeout)
        except StopIteration as done:
            value: Value = done.value
            return value
        finally:
            flow.close()
