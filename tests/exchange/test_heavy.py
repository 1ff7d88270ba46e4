"""Heavy reads are read one after the other, a few of each key, and whoever goes away gains nothing by it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.exchange.heavy import HeavyLimits, HeavyReads, TooManyReadsError
from carbonkit.exchange.problem_answer import status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def run(story: Callable[[], Coroutine[None, None, None]]) -> None:
    async def told() -> None:
        async with asyncio.timeout(30):
            await story()

    asyncio.run(told())


class Slow:
    """A read that lasts until it is let go; it counts how many are done at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.guard = threading.Lock()
        self.now = self.most = self.done = 0

    def __call__(self) -> bytes:
        with self.guard:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait(20)
        with self.guard:
            self.now -= 1
            self.done += 1
        return b"read"


async def begun(slow: Slow) -> None:
    while not slow.now:  # noqa: ASYNC110  a thread tells nobody
        await asyncio.sleep(0.001)


def test_one_is_read_at_a_time_and_a_key_has_a_few() -> None:
    async def story() -> None:
        heavy, slow = HeavyReads(HeavyLimits(asked=5, of_key=2)), Slow()
        reads = [asyncio.ensure_future(heavy.read(key, slow)) for key in ("a", "a", "b", "b", "c")]
        await begun(slow)
        for key, most in (("a", 2), ("d", 5)):
            with pytest.raises(TooManyReadsError, match=f"at most {most}") as caught:
                await heavy.read(key, slow)
            assert (status_of(caught.value), caught.value.code) == (429, "busy")
            assert caught.value.headers["retry-after"] == "1"
        slow.go.set()
        assert await asyncio.gather(*reads) == [b"read"] * 5
        assert (slow.most, slow.done) == (1, 5)
        assert await heavy.read("a", slow) == b"read"

    run(story)


def test_a_turn_lasts_though_who_asked_has_gone() -> None:
    async def story() -> None:
        heavy, slow, next_one = HeavyReads(HeavyLimits(of_key=1)), Slow(), Slow()
        gone = asyncio.ensure_future(heavy.read("a", slow))
        await begun(slow)
        waits = asyncio.ensure_future(heavy.read("b", next_one))
        gives_up = asyncio.ensure_future(heavy.read("c", next_one))
        await asyncio.sleep(0)
        for each in (gone, gives_up):
            each.cancel()
        await asyncio.gather(gone, gives_up, return_exceptions=True)
        assert next_one.now == 0
        with pytest.raises(TooManyReadsError):  # it is still being read
            await heavy.read("a", slow)
        slow.go.set()
        next_one.go.set()
        assert await waits == b"read"
        assert [await heavy.read(key, slow) for key in "abc"] == [b"read"] * 3

    run(story)


def test_a_read_that_fails_says_so_and_makes_room() -> None:
    def fails() -> bytes:
        raise InvalidValueError("be readable", was="x")

    async def story() -> None:
        heavy = HeavyReads(HeavyLimits(of_key=1))
        for _ in range(3):
            with pytest.raises(InvalidValueError):
                await heavy.read("a", fails)

    run(story)
