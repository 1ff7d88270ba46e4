"""A stream's course without any input or output: what its bytes mean, where to go on, how long to wait."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.client.error import (
    ConnectionFailedError,
    ExchangeError,
    Facts,
    RateLimitedError,
    UnreadableAnswerError,
)
from carbonkit.client.retry import may_go_better
from carbonkit.errors import BatchError, CarbonkitError
from carbonkit.wire.codec import decoded
from carbonkit.wire.feed import DEPTH_EVENT, EVENTS, Channel
from carbonkit.wire.json_text import read_json
from carbonkit.wire.sse import ServerEventReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonkit.client.message import Incoming
    from carbonkit.client.retry import Retries
    from carbonkit.wire.sse import ServerEvent

__all__ = ["Heard", "StreamCourse"]

_AT_ONCE: Final = datetime.timedelta(0)
_LONGEST_RETRY: Final = datetime.timedelta(minutes=1)
_OK: Final = 200
_CHANNELS: Final = {**{each.value: each for each in Channel}, DEPTH_EVENT: Channel.BOOK}


@attrs.frozen(kw_only=True)
class Heard:
    """
    One event of a stream.

    Args:
        id: Where to go on after it.
        channel: On which channel; "reset" for a `Reset`, and the event's own type if this version of
            carbonkit does not know it.
        value: What it says: a `BookChange` or a whole `Depth` of a book, a `PublicTrade`, an `Order`, a
            `Bulletin`, a `Reset`, or the plain JSON of an unknown type.

    Example:
        >>> from carbonkit.wire import Channel, Reset
        >>> Heard(id="a1.7.2", channel="reset", value=Reset(reason="too long ago")).value.reason
        'too long ago'
    """

    id: str
    channel: Channel | str
    value: object


class StreamCourse:
    """
    What a stream has heard, and what it does next.

    Args:
        last_event_id: Where to go on; empty to begin now.
        retries: How often to connect again, and after which pauses, until something is heard.
        most: How many bytes one event may have.
        chance: A number from 0 to 1, another each time.
    """

    def __init__(
        self, *, last_event_id: str, retries: Retries, most: int, chance: Callable[[], float]
    ) -> None:
        self.last_event_id = last_event_id
        self.pause = _AT_ONCE  # before the next connection
        self._retries = retries
        self._most = most
        self._chance = chance
        self._failures = 0
        self._facts = Facts(operation="stream")
        self._reader = ServerEventReader(most=most)
        self._retry: datetime.timedelta | None = None

    def opened(self, head: Incoming) -> None:
        """
        Hear that a connection was made.

        Args:
            head: The status and the headers of the answer.

        Raises:
            UnreadableAnswerError: If it is no stream of events.
        """
        self._facts = Facts(operation="stream", status=head.status)
        kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
        if head.status != _OK or kind != "text/event-stream":
            raise self._unreadable("be a stream of events", f"{head.status} {kind}")
        self._reader = ServerEventReader(most=self._most, last_event_id=self.last_event_id)

    def read(self, chunk: bytes) -> list[Heard]:
        """
        Read on.

        Args:
            chunk: What came.

        Returns:
            What it says.

        Raises:
            UnreadableAnswerError: If it is no stream of events, or one says other things than it must.
        """
        try:
            events = self._reader.feed(chunk)
            heard = [self._heard(event) for event in events]
        except CarbonkitError as error:
            problem = error.problems[0] if isinstance(error, BatchError) else error.problem
            raise self._unreadable(
                f"be readable: {problem.field or 'it'} must {problem.must}", f"{len(chunk)} bytes"
            ) from None
        last = self._reader.last_event_id
        if not last.isascii() or not (last.isprintable() and last == last.strip()):
            raise self._unreadable("have ids of printable ASCII", "another id")
        self.last_event_id = last
        self._retry = self._reader.retry or self._retry
        self._failures = 0
        return heard

    def _heard(self, event: ServerEvent) -> Heard:
        fact = read_json(event.data.encode(), most=self._most)
        kind = EVENTS.get(event.type)
        value = fact if kind is None else decoded(kind, fact, lenient=True)[0]
        return Heard(id=event.id, channel=_CHANNELS.get(event.type, event.type), value=value)

    def ended(self) -> None:
        """Hear that the exchange ended the stream: it wants to be asked again."""
        self._failures += 1
        self._check(ConnectionFailedError("go on", was="a stream that ended", facts=self._facts))
        wanted = self._retries.first if self._retry is None else min(self._retry, _LONGEST_RETRY)
        self.pause = max(wanted / 2 + wanted / 2 * self._chance(), self._waited())

    def failed(self, error: ExchangeError) -> None:
        """
        Hear that no connection was made, or that it broke.

        Args:
            error: Why.

        Raises:
            ExchangeError: The same, if another connection would go no better, or enough were tried.
        """
        again = isinstance(error, ConnectionFailedError) or (
            error.status is not None and may_go_better(error.status, error.details)
        )
        wait = _AT_ONCE if error.retry_after is None else error.retry_after
        if (
            isinstance(error, RateLimitedError) and error.status is None
        ):  # the client's own limit, not a failure
            self.pause = wait
            return
        if not again or wait > self._retries.patience:
            raise error
        self._failures += 1
        self._check(error)
        self.pause = max(self._waited(), wait)

    def restart(self) -> None:
        """Forget where it was: the next connection begins with the state as it is then."""
        self.last_event_id = ""
        self.pause = self._retries.pause(1, self._chance())

    def _check(self, error: ExchangeError) -> None:
        if self._failures > self._retries.most:
            raise error

    def _waited(self) -> datetime.timedelta:
        return self._retries.pause(self._failures, self._chance())

    def _unreadable(self, must: str, was: str) -> UnreadableAnswerError:
        return UnreadableAnswerError(must, was=was, facts=self._facts)
