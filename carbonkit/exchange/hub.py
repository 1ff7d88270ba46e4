"""
The hub: brings what the engine published to those who listen, each at their own pace up to a point.

It lives in the event loop; the engine's thread only hands over. Who comes back with the
last id gets what came in between, if it is still kept; else a `Reset`. Who reads too slowly is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.errors import CarbonkitError, StorageError
from carbonkit.exchange._feed_message import Place, Recent, book_change, messages_of, place_in
from carbonkit.exchange.listener import FeedLimits, Listener, Wish
from carbonkit.wire.codec import encoded
from carbonkit.wire.feed import DEPTH_EVENT, RESET_EVENT, Channel, Reset
from carbonkit.wire.json_text import write_json
from carbonkit.wire.sse import write_event, write_mark

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Protocol

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.engine import Published
    from carbonkit.values.identifier import InstrumentId
    from carbonkit.wire.answer import Depth
    from carbonkit.wire.feed import BookChange

    class Watchable(Protocol):
        """What the hub needs of the engine."""

        watched: frozenset[InstrumentId]

        async def look(self, read: Callable[[Desk], Depth]) -> Depth: ...


__all__ = ["FeedLimits", "Hub", "Listener", "TooManyStreamsError", "Wish", "stream"]


class TooManyStreamsError(CarbonkitError):
    """The key, or all keys together, listen to as many streams as they may."""

    code = "too_many_streams"
    status: Final = 429
    headers: Final[Mapping[str, str]] = MappingProxyType({"retry-after": "5"})


class Hub:
    """
    Knows who listens, and what was told lately.

    Args:
        limits: How much it does.
        run: The name of this run of the exchange, in lower-case letters and digits: an id of another run
            is answered with a `Reset`.

    Example:
        >>> Hub().streams
        0
    """

    def __init__(self, limits: FeedLimits | None = None, *, run: str | None = None) -> None:
        self.limits = FeedLimits() if limits is None else limits
        self.run = secrets.token_hex(4) if run is None else run
        self.cut = 0
        self._recent = Recent(most=self.limits.kept, heaviest=self.limits.kept_weight)
        self._books: dict[InstrumentId, Depth] = {}
        self._watched_from: dict[InstrumentId, Place] = {}
        self._reserved: set[Listener] = set()  # all of them
        self._live: dict[Listener, None] = {}  # those that have begun, in order
        self._lingering: dict[InstrumentId, asyncio.TimerHandle] = {}  # watched, although nobody listens
        self._engine: Watchable | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # -------------------------------------------------------- from the engine's thread

    def publish(self, published: Published) -> None:
        """
        Hear what was written; called by the engine in its own thread.

        Args:
            published: What was written.
        """
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and with it who listened
                loop.call_soon_threadsafe(self._take, published)

    # ------------------------------------------------------------- in the event loop

    def start(self, engine: Watchable) -> None:
        """
        Begin to bring news, in the event loop that runs now.

        Args:
            engine: What publishes.
        """
        self._engine, self._loop = engine, asyncio.get_running_loop()

    def close(self) -> None:
        """End every stream after what waits for it, and take no more listeners."""
        self._engine = None
        for timer in self._lingering.values():
            timer.cancel()
        self._lingering.clear()
        self._live.clear()
        for listener in tuple(self._reserved):
            listener.end()

    def end_key(self, key_id: str) -> int:
        """
        End the streams of a key now, such as one that was revoked.

        Args:
            key_id: The key.

        Returns:
            How many there were.
        """
        found = [each for each in self._reserved if each.wish.key_id == key_id]
        for listener in found:
            listener.close()
        return len(found)

    def forget(self, listener: Listener) -> None:
        """
        Forget a listener.

        Args:
            listener: The listener.
        """
        self._reserved.discard(listener)
        self._live.pop(listener, None)
        name = listener.wish.book
        if name is None or self._wanted(name):
            return
        linger = self.limits.linger.total_seconds()
        if not linger or self._loop is None or self._engine is None:
            self._unwatch(name)
            return
        before = self._lingering.pop(name, None)
        if before is not None:
            before.cancel()
        self._lingering[name] = self._loop.call_later(linger, self._lingered, name)

    def _wanted(self, name: InstrumentId) -> bool:
        """Whether somebody listens to a book, or is about to."""
        return any(each.wish.book == name for each in self._reserved)

    def _lingered(self, name: InstrumentId) -> None:
        self._lingering.pop(name, None)
        if not self._wanted(name):
            self._unwatch(name)

    def _unwatch(self, name: InstrumentId) -> None:
        """Forget a book that nobody listens to any more; it is learnt anew when somebody does."""
        if self._engine is not None:
            self._engine.watched -= {name}
        if self._books.pop(name, None) is not None:
            # Who comes back when it is watched again gets the whole book, even if nothing was told meanwhile.
            last = self._recent.last
            self._watched_from[name] = Place(last.line, last.number + 1)

    @property
    def streams(self) -> int:
        """How many streams there are."""
        return len(self._reserved)

    def mark(self) -> bytes:
        """
        Say where the stream is now.

        Returns:
            An id without an event.
        """
        return write_mark(self._recent.last.text(self.run))

    async def listen(self, wish: Wish) -> Listener:
        """
        Listen.

        Args:
            wish: To what.

        Returns:
            The stream; it must be iterated over soon, or closed.

        Raises:
            TooManyStreamsError: If there are as many as there may be.
            NotFoundError: If the instrument is not traded.
            StorageError: If the exchange is stopping.
        """
        engine = self._engine
        if engine is None:
            raise StorageError("be running", was="stopped", field="exchange", code="stopped")
        self._check_room(wish.key_id)
        listener = Listener(self, wish)
        self._reserved.add(listener)
        try:
            if wish.instrument is not None and not self._knows(wish):
                await self._learn(engine, wish.instrument, listener)
        except BaseException:
            listener.close()
            raise
        if listener in self._reserved:
            self._begin(listener)
        return listener

    def _check_room(self, key_id: str) -> None:
        by_key = Counter(each.wish.key_id for each in self._reserved)
        for count, most in (
            (by_key[key_id], self.limits.streams_of_key),
            (len(self._reserved), self.limits.streams),
        ):
            if count >= most:
                raise TooManyStreamsError(
                    f"be at most {most} streams", was=count, field="stream", hint="close one, or try later"
                )

    async def _learn(self, engine: Watchable, name: InstrumentId, listener: Listener) -> None:
        """Check that an instrument is traded, and have its book watched from now on."""
        await engine.look(lambda desk: desk.depth(desk.listing(name).id, 1))
        if listener.wish.book is None or listener not in self._reserved:
            return
        # First watched, then looked at again: no change can fall between the two.
        engine.watched |= {name}
        depth = await engine.look(lambda desk: desk.depth(name, None))
        if listener not in self._reserved:
            return  # it was closed, and with it the book is forgotten, or somebody else learns it
        kept = self._books.get(name)
        # Until somebody has begun with it, what is kept may be from just before the book was last forgotten.
        if kept is None or (not self._begun(name) and kept.sequence < depth.sequence):
            self._keep_book(depth)

    def _begun(self, name: InstrumentId) -> bool:
        """Whether somebody hears a book."""
        return any(each.wish.book == name for each in self._live)

    def _knows(self, wish: Wish) -> bool:
        """Whether what is wished for is known to be traded, and its book to stand as it is kept."""
        name = wish.instrument
        if name is None or name not in self._books:
            return name is None
        return wish.book is None or name in self._lingering or self._begun(name)

    def _keep_book(self, depth: Depth) -> None:
        last = self._recent.last
        self._watched_from[depth.instrument] = max(last, self._watched_from.get(depth.instrument, last))
        self._books[depth.instrument] = depth

    def _begin(self, listener: Listener) -> None:
        wish = listener.wish
        recent, said = self._recent, write_mark(self._recent.last.text(self.run), self.limits.retry)
        if not wish.last_event_id:
            listener.begin([said, *self._whole_book(wish)], [])
        elif (place := place_in(wish.last_event_id, self.run)) is None:
            listener.begin([said, *self._reset(wish, "from before the exchange's last start")], [])
        elif not recent.covers(place) or not self._watched_since(wish, place):
            listener.begin([said, *self._reset(wish, "too long ago")], [])
        else:
            missed = [message for message in recent.after(place) if wish.hears(message)]
            listener.begin([write_mark(place.text(self.run), self.limits.retry)], missed)
        if listener in self._reserved:
            self._live[listener] = None

    def _watched_since(self, wish: Wish, place: Place) -> bool:
        if Channel.BOOK not in wish.channels or wish.instrument is None:
            return True
        return self._watched_from[wish.instrument] <= place

    def _whole_book(self, wish: Wish) -> list[bytes]:
        if Channel.BOOK not in wish.channels or wish.instrument is None:
            return []
        return [self._event(DEPTH_EVENT, self._books[wish.instrument])]

    def _reset(self, wish: Wish, reason: str) -> list[bytes]:
        return [self._event(RESET_EVENT, Reset(reason=reason)), *self._whole_book(wish)]

    def _event(self, kind: str, value: Depth | Reset) -> bytes:
        return write_event(kind, write_json(encoded(value)), self._recent.last.text(self.run))

    def _take(self, published: Published) -> None:
        changes = [change for depth in published.books if (change := self._book(depth)) is not None]
        slow: list[Listener] = []
        for message in messages_of(published.news, changes):
            self._recent.add(published.line, message)
            for listener in self._live:
                if listener.wish.hears(message) and not listener.tell(message) and listener not in slow:
                    slow.append(listener)
        for listener in slow:
            self.cut += 1
            self._live.pop(listener, None)
            listener.cut_off(self._reset(listener.wish, "read too slowly"))

    def _book(self, depth: Depth) -> BookChange | None:
        """Say how a book changed; it keeps its old sequence if no level did."""
        before = self._books.get(depth.instrument)
        if before is None:
            if self._engine is not None and depth.instrument in self._engine.watched:
                self._keep_book(depth)
            return None
        change = book_change(before, depth)
        if change is not None:
            self._books[depth.instrument] = depth
        return change


async def stream(hub: Hub, wish: Wish) -> AsyncIterator[bytes]:
    """
    Listen, and give what is to be sent.

    Args:
        hub: Where.
        wish: To what.

    Yields:
        The bytes.

    Raises:
        TooManyStreamsError: If there are as many streams as there may be.
        NotFoundError: If the instrument is not traded.
        StorageError: If the exchange is stopping.
    """
    listener = await hub.listen(wish)
    async with contextlib.aclosing(aiter(listener)) as pieces:
        async for piece in pieces:
            yield piece
