"""Following a book: an exact copy of it, kept from a stream, begun anew after a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.client.local_book import GapError, LocalBook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from carbonkit.client.stream import AsyncEvents, Events
    from carbonkit.values.identifier import InstrumentId

__all__ = ["follow", "follow_async"]


def follow(events: Events, instrument: str | InstrumentId) -> Iterator[LocalBook]:
    """
    Keep a copy of a book, from a stream of the channel "book".

    Args:
        events: The stream; after a gap it is begun anew.
        instrument: Of which instrument.

    Yields:
        The book, the same one each time, after each change of it; it may be missing changes only between
        a `Reset` and the whole book that comes after it.

    Example:
        >>> follow.__name__
        'follow'
    """
    book = LocalBook(instrument)
    for heard in events:
        try:
            changed = book.hear(heard.value)
        except GapError:
            events.restart()
        else:
            if changed and book.current:
                yield book


async def follow_async(events: AsyncEvents, instrument: str | InstrumentId) -> AsyncIterator[LocalBook]:
    """
    Keep a copy of a book, from an async stream of the channel "book".

    Args:
        events: The stream; after a gap it is begun anew.
        instrument: Of which instrument.

    Yields:
        The book, as `follow` does.

    Example:
        >>> follow_async.__name__
        'follow_async'
    """
    book = LocalBook(instrument)
    async for heard in events:
        try:
            changed = book.hear(heard.value)
        except GapError:
            await events.restart()
        else:
            if changed and book.current:
                yield book
