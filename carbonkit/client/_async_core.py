"""What every call of a client goes through: the driver of the flows; internal."""

# Made from _core.py by scripts/make_async_client.py; change that file and run the script again.

from __future__ import annotations

import importlib.metadata
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar, cast

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
from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.wire.answer import Placed
from carbonkit.wire.feed import StreamQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from carbonkit.client.door import AsyncOpened, Library
    from carbonkit.client.flow import Flow, Got
    from carbonkit.client.signer import Signer
    from carbonkit.client.stream import AsyncEvents
    from carbonkit.values.identifier import Identifier, InstrumentId
    from carbonkit.wire.feed import Channel
    from carbonkit.wire.operation import Operation
    from carbonkit.wire.page import Page

Value = TypeVar("Value")
Item = TypeVar("Item")
Sleep: TypeAlias = Callable[[float], Awaitable[object]]
_LARGEST: Final = 16 * 1024 * 1024  # bytes of an answer
_NOTHING_ELSE: Final = CallOptions()


def _version() -> str:
    try:
        return importlib.metadata.version("carbonkit")
    except importlib.metadata.PackageNotFoundError:  # put on the path without being installed
        return "unknown"


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
        timeouts = Timeouts() if timeouts is None else timeouts
        retries = Retries() if retries is None else retries
        check_type(timeouts, Timeouts, field="timeouts")
        check_type(retries, Retries, field="retries")
        check_type(largest_answer, int, field="largest_answer")
        if largest_answer < 1:
            raise InvalidValueError("be 1 or more", was=largest_answer, field="largest_answer")
        base = exchange_url(url, allow_http=allow_http)
        check_header("user-agent", user_agent)
        limits = Limits(connect=timeouts.connect, most=largest_answer)
        self._door = AsyncDoor(limits, library=library, http_client=http_client)
        self._sleep: Sleep = self._door.sleep if sleep is None else sleep
        own_name = f"carbonkit/{_version()} ({self._door.library})"
        self._line = Line(
            url=base,
            signer=signer,
            timeouts=timeouts,
            retries=retries,
            limiter=RateLimiter() if limiter is None else limiter,
            hooks=Hooks() if hooks is None else hooks,
            tracer=Tracer(base, wanted=telemetry),
            user_agent=f"{user_agent} {own_name}" if user_agent else own_name,
            most=largest_answer,
            surroundings=Surroundings() if surroundings is None else surroundings,
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
        """
        Ask for one thing, and give the answer with its status, headers and unknown fields.

        Args:
            operation: What to ask, one of `carbonkit.wire.OPERATIONS`.
            parts: What its path names.
            request: What its body says; None for no body.
            query: What its query string says; None for none.
            options: What this call does otherwise.

        Returns:
            The reply; `found_out` is true of an order whose answer was lost, and that was found by asking.

        Raises:
            InvalidValueError: If the operation answers with a piece of a list, or is not asked for so.
            NotPlacedError: As by the method of the operation.
            ExchangeError: If the call did not succeed.
        """
        if operation.paged:
            raise InvalidValueError(
                "answer with one thing", was=operation.name, field="operation", hint="ask for it by page()"
            )
        how = _NOTHING_ELSE if options is None else options
        call = call_of(operation, parts, request=request, query=query)
        if operation.answer is Placed and request is not None:
            placing = cast("Operation[Placed]", operation)
            flow = place(self._line, placing, {} if parts is None else parts, request, how)
            return cast("Reply[Value]", await self._drive(flow))
        return await self._drive(ask(self._line, call, how))

    async def page(
        self,
        operation: Operation[Item],
        parts: Mapping[str, str | Identifier] | None = None,
        *,
        query: object = None,
        options: CallOptions | None = None,
    ) -> Reply[Page[Item]]:
        """Ask for one piece of a list, and give the answer with its status, headers and unknown fields."""
        if not operation.paged:
            raise InvalidValueError(
                "answer with a piece of a list", was=operation.name, field="operation", hint="ask by send()"
            )
        call = page_call_of(operation, parts, query=query)
        return await self._drive(ask(self._line, call, _NOTHING_ELSE if options is None else options))

    async def open_stream(
        self, name: str, target: str, *, options: CallOptions | None = None
    ) -> Reply[AsyncOpened]:
        """Open a stream: signed, limited and tried again like any other call, until its head has come."""
        how = _NOTHING_ELSE if options is None else options
        return await self._drive(ask(self._line, stream_call(name, target), how))

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
        reply = await self._drive(ask(self._line, call, _NOTHING_ELSE if options is None else options))
        return reply.value

    async def _place(
        self,
        operation: Operation[Placed],
        parts: Mapping[str, str | Identifier],
        request: object,
        options: CallOptions | None,
    ) -> Placed:
        flow = place(self._line, operation, parts, request, _NOTHING_ELSE if options is None else options)
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
