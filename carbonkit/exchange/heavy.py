"""Heavy reads: what may read much is read one after the other, so that it holds up nobody but its like."""

from __future__ import annotations

import asyncio
import http
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import CarbonkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["HeavyLimits", "HeavyReads", "TooManyReadsError"]


class TooManyReadsError(CarbonkitError):
    """The key, or all keys together, wait for as many heavy reads as they may."""

    code = "busy"
    status: Final = http.HTTPStatus.TOO_MANY_REQUESTS.value
    headers: Final[Mapping[str, str]] = MappingProxyType({"retry-after": "1"})


@attrs.frozen(kw_only=True)
class HeavyLimits:
    """
    How much is read at once.

    Args:
        at_once: How many heavy reads are done at the same time.
        asked: How many may be asked for, with those that are being done.
        of_key: How many of them by one key.

    Example:
        >>> HeavyLimits().at_once
        1
    """

    at_once: int = 1
    asked: int = 32
    of_key: int = 4


class HeavyReads:
    """
    Does heavy reads in threads, a few at a time.

    Args:
        limits: How many.

    Example:
        >>> async def twice() -> list[bytes]:
        ...     heavy = HeavyReads()
        ...     return [await heavy.read("key", lambda: b"read") for _ in range(2)]
        >>> asyncio.run(twice())
        [b'read', b'read']
    """

    def __init__(self, limits: HeavyLimits | None = None) -> None:
        self._limits = HeavyLimits() if limits is None else limits
        self._asked: Counter[str] = Counter()  # by the key
        self._turn = asyncio.Semaphore(self._limits.at_once)

    async def read(self, key_id: str, work: Callable[[], bytes]) -> bytes:
        """
        Read when it is its turn.

        Args:
            key_id: Who asks.
            work: What reads, in a thread.

        Returns:
            What was read.

        Raises:
            TooManyReadsError: If too much waits.
        """
        self._check_room(key_id)
        self._asked[key_id] += 1
        try:
            await self._turn.acquire()
        except BaseException:
            self._forget(key_id)
            raise
        reading = asyncio.get_running_loop().run_in_executor(None, work)

        def over(done: asyncio.Future[bytes]) -> None:
            self._turn.release()
            self._forget(key_id)
            if not done.cancelled():
                done.exception()  # whoever asked may have gone

        reading.add_done_callback(over)
        return await asyncio.shield(reading)  # a thread goes on when who asked has gone: its turn lasts

    def _check_room(self, key_id: str) -> None:
        for count, most in (
            (self._asked[key_id], self._limits.of_key),
            (self._asked.total(), self._limits.asked),
        ):
            if count >= most:
                raise TooManyReadsError(
                    f"be at most {most} such requests at the same time",
                    was=count,
                    field="request",
                    hint="wait for an answer before the next request",
                )

    def _forget(self, key_id: str) -> None:
        self._asked[key_id] -= 1
        if not self._asked[key_id]:
            del self._asked[key_id]
