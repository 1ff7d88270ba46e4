"""Answers whose body is still coming, as the door hands them over."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from carbonkit.client.error import Facts, request_id_of
from carbonkit.client.failure import Failed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from types import TracebackType
    from typing import Self

    from carbonkit.client._caller import Caller
    from carbonkit.client._connections import Until
    from carbonkit.client.message import Incoming

__all__ = ["AsyncOpened", "Opened"]


class Opened:
    """
    An answer whose body is still coming: its head, and its chunks as they come.

    Iterating gives the chunks, and raises `ConnectionFailedError` or `TimedOutError` if they stop
    coming before the end. Close it, or use it in a `with` statement.

    Args:
        head: The answer's status and headers.
        response: The library's response.
        caller: What knows the library's errors.
        until: How long each chunk may take.
    """

    def __init__(self, head: Incoming, response: Any, caller: Caller, until: Until) -> None:  # noqa: ANN401
        self.head = head
        self._response = response
        self._caller = caller
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        """Give the chunks."""
        chunks = self._response.iter_bytes()
        while True:
            self._until.begin()
            got: bytes | Failed | None
            try:
                got = next(chunks, None)
            except self._caller.errors as error:
                got = self._caller.failed(error)
            if isinstance(got, Failed):  # raised out here, as the library's error holds the request
                raise got.error(_facts(self.head))
            if got is None:
                return
            yield got

    def close(self) -> None:
        """Close the connection that the answer comes over."""
        with contextlib.suppress(*self._caller.errors):
            self._response.close()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


class AsyncOpened:
    """
    The same as `Opened`, for `async for` and `async with`.

    Args:
        head: The answer's status and headers.
        response: The library's response.
        caller: What knows the library's errors.
        fail_after: Limits a wait.
        seconds: How long each chunk may take.
    """

    def __init__(
        self,
        head: Incoming,
        response: Any,  # noqa: ANN401
        caller: Caller,
        fail_after: Callable[[float], contextlib.AbstractContextManager[object]],
        seconds: float,
    ) -> None:
        self.head = head
        self._response = response
        self._caller = caller
        self._fail_after = fail_after
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the chunks."""
        chunks = aiter(self._response.aiter_bytes())
        while True:
            got: bytes | Failed | None
            try:
                with self._fail_after(self._seconds):
                    got = await anext(chunks, None)
            except self._caller.errors as error:
                got = self._caller.failed(error)
            if isinstance(got, Failed):  # raised out here, as the library's error holds the request
                raise got.error(_facts(self.head))
            if got is None:
                return
            yield got

    async def close(self) -> None:
        """Close the connection that the answer comes over."""
        with contextlib.suppress(*self._caller.errors):
            await self._response.aclose()

    async def __aenter__(self) -> Self:
        """Give itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


def _facts(head: Incoming) -> Facts:
    return Facts(status=head.status, request_id=request_id_of(head, None))
