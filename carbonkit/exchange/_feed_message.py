"""Messages of the feeds: what was published, made ready to be told, and who wants to hear it."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.exchange.projection import bulletin_of, public_trade
from carbonkit.market.level import Level
from carbonkit.values.identifier import AccountId, InstrumentId
from carbonkit.wire.codec import encoded
from carbonkit.wire.feed import BookChange, Channel
from carbonkit.wire.json_text import write_json
from carbonkit.wire.sse import write_event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonkit.exchange.desk import News
    from carbonkit.wire.answer import Depth

__all__ = ["FeedMessage", "Place", "Recent", "book_change", "messages_of", "place_in"]

_ID: Final = re.compile(r"([0-9a-z]{1,32})\.([0-9]{1,18})\.([0-9]{1,18})")


@attrs.frozen(order=True)
class Place:
    """
    A place in the stream of one run of the exchange: after the n-th message of a write.

    Args:
        line: The number of the last log line of the write.
        number: Which of the write's messages, from 1.

    Example:
        >>> Place(7, 2).text("a1")
        'a1.7.2'
    """

    line: int
    number: int

    def text(self, run: str) -> str:
        """Write it as an event's id."""
        return f"{run}.{self.line}.{self.number}"


def place_in(event_id: str, run: str) -> Place | None:
    """
    Read an event's id.

    Args:
        event_id: The id.
        run: The run that it should be of.

    Returns:
        The place; None if it is no id, or another run's.

    Example:
        >>> place_in("a1.7.2", "a1"), place_in("b2.7.2", "a1")
        (Place(line=7, number=2), None)
    """
    found = _ID.fullmatch(event_id) if event_id.isascii() else None
    if found is None or found[1] != run:
        return None
    return Place(int(found[2]), int(found[3]))


@attrs.define(eq=False)
class FeedMessage:
    """
    One message; its text is written when the first listener gets it, and is the same for all.

    Args:
        channel: On which channel.
        value: What it says.
        instrument: What it concerns.
        account: Whose it is; None for everybody's.
        weight: How much room it takes, in ids.
    """

    channel: Channel
    value: object
    instrument: InstrumentId
    account: AccountId | None = None
    weight: int = 1
    place: Place = Place(0, 0)
    _text: bytes = b""

    def text(self, run: str) -> bytes:
        """Write it as a server-sent event."""
        if not self._text:
            data = write_json(encoded(self.value))
            self._text = write_event(self.channel.value, data, self.place.text(run))
        return self._text


def messages_of(news: News, books: list[BookChange]) -> Iterator[FeedMessage]:
    """
    Make messages of what happened.

    Args:
        news: What happened.
        books: How the books changed that somebody watches.

    Yields:
        The messages: trades, orders, books and bulletins.

    Example:
        >>> from carbonkit.exchange.desk import News
        >>> list(messages_of(News(), []))
        []
    """
    for number, trade in news.trades:
        yield FeedMessage(Channel.TRADE, public_trade(trade, number), trade.instrument.id)
    for order in (*news.orders.values(), *news.sides.values()):
        yield FeedMessage(Channel.ORDER, order, order.instrument, order.account)
    for change in books:
        weight = 1 + sum(1 + len(level.orders) for level in (*change.buys, *change.sells))
        yield FeedMessage(Channel.BOOK, change, change.instrument, weight=weight)
    for closed in news.closed:
        for day in closed.bulletins:
            yield FeedMessage(Channel.BULLETIN, bulletin_of(day, final=True), day.instrument.id)


def book_change(before: Depth, after: Depth) -> BookChange | None:
    """
    Say how a book changed.

    Args:
        before: The whole book as it stood.
        after: The whole book as it stands.

    Returns:
        The levels that differ, those that are gone with 0 units; None if none does.

    Example:
        >>> from carbonkit.values import InstrumentId
        >>> from carbonkit.wire import Depth
        >>> book = Depth(instrument=InstrumentId("CEA25"), sequence=7, buys=(), sells=())
        >>> book_change(book, attrs.evolve(book, sequence=9)) is None
        True
    """
    buys, sells = _changed(before.buys, after.buys), _changed(before.sells, after.sells)
    if not buys and not sells:
        return None
    return BookChange(
        instrument=after.instrument, previous=before.sequence, sequence=after.sequence, buys=buys, sells=sells
    )


def _changed(before: tuple[Level, ...], after: tuple[Level, ...]) -> tuple[Level, ...]:
    first, most = 0, min(len(before), len(after))
    while first < most and before[first] == after[first]:
        first += 1
    last = 0
    while last < most - first and before[-1 - last] == after[-1 - last]:
        last += 1
    old = {level.price: level for level in before[first : len(before) - last]}
    new = after[first : len(after) - last]
    gone = old.keys() - {level.price for level in new}
    differ = [level for level in new if old.get(level.price) != level]
    return (*(Level(price, 0, ()) for price in sorted(gone)), *differ)


class Recent:
    """
    The last messages of this run, so that who was away for a moment can go on.

    Args:
        most: How many are kept.
        heaviest: How much room they may take together, in ids.

    Example:
        >>> Recent(most=10, heaviest=1000).covers(Place(0, 0))
        True
    """

    def __init__(self, *, most: int, heaviest: int) -> None:
        self._most = most
        self._heaviest = heaviest
        self._weight = 0
        self._kept: deque[FeedMessage] = deque()
        self._forgotten = Place(0, 0)  # the place of the last message that is not kept any more
        self.last = Place(0, 0)

    def add(self, line: int, message: FeedMessage) -> None:
        """
        Give a message its place, and keep it.

        Args:
            line: The number of the last log line of its write.
            message: The message.
        """
        # Two writes may end at one line, if the second has none; the messages are counted on.
        number = self.last.number + 1 if line <= self.last.line else 1
        self.last = message.place = Place(max(line, self.last.line), number)
        self._kept.append(message)
        self._weight += message.weight
        while len(self._kept) > self._most or self._weight > self._heaviest:
            oldest = self._kept.popleft()
            self._weight -= oldest.weight
            self._forgotten = oldest.place

    def covers(self, place: Place) -> bool:
        """
        Tell whether everything after a place is kept.

        Args:
            place: The place.

        Returns:
            False if something is forgotten, or the place is yet to come.
        """
        return self._forgotten <= place <= self.last

    def after(self, place: Place) -> Iterator[FeedMessage]:
        """
        Give what came after a place.

        Args:
            place: The place.

        Returns:
            The messages.
        """
        return (message for message in self._kept if message.place > place)
