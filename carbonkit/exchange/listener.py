"""Listeners: what one hears, how much is done for it, and its stream as it is sent."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections import deque
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.field import check_type
from carbonkit.values.identifier import AccountId, InstrumentId
from carbonkit.values.number import whole
from carbonkit.wire.feed import Channel
from carbonkit.wire.sse import write_comment

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import Protocol

    from carbonkit.exchange._feed_message import FeedMessage

    class Home(Protocol):
        """Where a listener listens: the hub."""

        @property
        def limits(self) -> FeedLimits: ...
        @property
        def run(self) -> str: ...
        def mark(self) -> bytes: ...
        def forget(self, listener: Listener) -> None: ...


__all__ = ["FeedLimits", "Listener", "Wish"]

_PIECE: Final = 64 * 1024  # bytes that are sent at once, but for the last message of them
_HEARTBEAT: Final = write_comment("heartbeat")


@attrs.frozen(kw_only=True)
class Wish:
    """
    What somebody wants to hear, and may.

    Args:
        key_id: Whose stream it is.
        channels: The channels.
        instrument: Of what; None for all.
        accounts: Whose orders; None for everybody's.
        last_event_id: The id of the event that was heard last; empty to begin now.
        left: For how long what proves who listens still holds, such as a token; None if that has no end.

    Example:
        >>> Wish(key_id="k", channels=frozenset({Channel.TRADE}), accounts=frozenset()).last_event_id
        ''
    """

    key_id: str
    channels: frozenset[Channel]
    instrument: InstrumentId | None = None
    accounts: frozenset[AccountId] | None
    last_event_id: str = ""
    left: datetime.timedelta | None = None

    @property
    def book(self) -> InstrumentId | None:
        """The instrument whose book it wants to hear; None for no book."""
        return self.instrument if Channel.BOOK in self.channels else None

    def hears(self, message: FeedMessage) -> bool:
        """Tell whether a message is for this listener."""
        return (
            message.channel in self.channels
            and (self.instrument is None or self.instrument == message.instrument)
            and (message.account is None or self.accounts is None or message.account in self.accounts)
        )


def _count(value: int) -> int:
    count = whole(value)
    if count < 1:
        raise InvalidValueError("be 1 or more", was=count, field="limit")
    return count


def _wait(value: datetime.timedelta) -> datetime.timedelta:
    check_type(value, datetime.timedelta, field="limit")
    if value <= datetime.timedelta(0):
        raise InvalidValueError("be positive", was=value, field="limit")
    return value


def _linger(value: datetime.timedelta) -> datetime.timedelta:
    return value if value == datetime.timedelta(0) else _wait(value)


@attrs.frozen(kw_only=True)
class FeedLimits:
    """
    How much the hub does for those who listen.

    Args:
        streams: How many streams there may be.
        streams_of_key: How many of one key.
        waiting: How many messages may wait for a listener; with more it is cut off.
        kept: How many messages are kept for those who come back.
        kept_weight: How much room they may take, in order ids.
        heartbeat: After how long without a message a heartbeat is sent.
        retry: How long a listener should wait before it comes back.
        longest: After how long a stream ends, so that whoever listens has to prove again who it is.
        start: How long a listener may take to begin to read.
        linger: How long a book is watched on when its last listener has gone, as it may come back.

    Example:
        >>> FeedLimits().waiting
        1000
    """

    streams: int = attrs.field(default=1_000, converter=_count)
    streams_of_key: int = attrs.field(default=10, converter=_count)
    waiting: int = attrs.field(default=1_000, converter=_count)
    kept: int = attrs.field(default=10_000, converter=_count)
    kept_weight: int = attrs.field(default=1_000_000, converter=_count)
    heartbeat: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=15), converter=_wait)
    retry: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=2), converter=_wait)
    longest: datetime.timedelta = attrs.field(default=datetime.timedelta(hours=1), converter=_wait)
    start: datetime.timedelta = attrs.field(default=datetime.timedelta(seconds=30), converter=_wait)
    linger: datetime.timedelta = attrs.field(default=datetime.timedelta(minutes=1), converter=_linger)


class Listener:
    """
    One stream, as it is sent: iterate over it for the bytes, and close it in any case.

    Args:
        hub: Where it listens.
        wish: What it hears.
    """

    def __init__(self, hub: Home, wish: Wish) -> None:
        self.wish = wish
        self.cut = False
        self._hub = hub
        self._waiting: deque[FeedMessage] = deque()
        self._room = hub.limits.waiting
        self._last_words: list[bytes] = []
        self._opening: list[bytes] = []
        self._ending = False
        self._news = asyncio.Event()
        loop = asyncio.get_running_loop()
        longest = hub.limits.longest if wish.left is None else min(hub.limits.longest, wish.left)
        self._ends = loop.time() + longest.total_seconds()
        self._patience = loop.call_later(hub.limits.start.total_seconds(), self.close)

    def begin(self, opening: list[bytes], missed: list[FeedMessage]) -> None:
        """
        Say what is sent first.

        Args:
            opening: How the stream begins.
            missed: What came since the last event that was heard.
        """
        self._opening = opening
        self._waiting.extend(missed)
        self._room += len(missed)  # what was missed is no sign of reading slowly

    def tell(self, message: FeedMessage) -> bool:
        """
        Have a message sent.

        Args:
            message: The message.

        Returns:
            False if there is no room: it reads too slowly.
        """
        if len(self._waiting) >= self._room:
            return False
        self._waiting.append(message)
        self._news.set()
        return True

    def cut_off(self, words: list[bytes]) -> None:
        """
        End the stream without what waits.

        Args:
            words: What is said in its place.
        """
        self.cut = True
        self._opening.clear()
        self._waiting.clear()
        self._last_words = words
        self.end()

    def end(self) -> None:
        """End the stream after what waits."""
        self._ending = True
        self._news.set()

    def close(self) -> None:
        """End the stream now; it may be closed as often as one likes."""
        self._patience.cancel()
        self._opening, self._last_words = [], []
        self._waiting.clear()
        self.end()
        self._hub.forget(self)

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        """Give what is to be sent, as it comes."""
        self._patience.cancel()
        try:
            while True:
                self._news.clear()
                if asyncio.get_running_loop().time() >= self._ends:
                    self._hub.forget(self)
                    self.end()
                piece = self._piece()
                if piece:
                    yield piece
                elif self._ending:
                    return
                elif not await self._heard():
                    yield _HEARTBEAT + self._hub.mark()
        finally:
            self.close()

    def _piece(self) -> bytes:
        pieces, size = self._opening, sum(map(len, self._opening))
        self._opening = []
        while self._waiting and size < _PIECE:
            text = self._waiting.popleft().text(self._hub.run)
            pieces.append(text)
            size += len(text)
        if not self._waiting:
            pieces += self._last_words
            self._last_words = []
        return b"".join(pieces)

    async def _heard(self) -> bool:
        left = self._ends - asyncio.get_running_loop().time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(left, self._hub.limits.heartbeat.total_seconds())):
                await self._news.wait()
                return True
        return self._news.is_set()
