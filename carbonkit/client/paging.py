"""Lists that come piece by piece: iterate over the items, or over the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from carbonkit.client.error import UnreadableAnswerError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from carbonkit.wire.page import Page

__all__ = ["AsyncPages", "Pages"]

Item = TypeVar("Item")
_MOST_EMPTY: Final = 100  # pages in a row


class Pages(Generic[Item]):
    """
    A list at the exchange; nothing is asked before it is iterated over, and each time it is asked anew.

    Args:
        fetch: Gets the page that a cursor stands for; None for the first.
        cursor: Where to begin.

    Example:
        >>> from carbonkit.wire import Page
        >>> numbers = Pages(lambda cursor: Page(data=(1, 2), next_cursor=None))
        >>> list(numbers), [page.data for page in numbers.pages()]
        ([1, 2], [(1, 2)])
    """

    def __init__(self, fetch: Callable[[str | None], Page[Item]], cursor: str | None = None) -> None:
        self._fetch = fetch
        self._cursor = cursor

    def __iter__(self) -> Iterator[Item]:
        """Give the items, one after another; a page is fetched when its first item is wanted."""
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[Page[Item]]:
        """
        Give the pages; `next_cursor` of one is where a later list can go on.

        Yields:
            Each page.
        """
        cursor, path = self._cursor, _Path(self._cursor)
        while True:
            page = self._fetch(cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = path.on(page)


class AsyncPages(Generic[Item]):
    """
    The same as `Pages`, for `async for`.

    Args:
        fetch: Gets the page that a cursor stands for; None for the first.
        cursor: Where to begin.

    Example:
        >>> import asyncio
        >>> from carbonkit.wire import Page
        >>> async def fetch(cursor):
        ...     return Page(data=(1, 2), next_cursor=None)
        >>> async def items():
        ...     return [item async for item in AsyncPages(fetch)]
        >>> asyncio.run(items())
        [1, 2]
    """

    def __init__(
        self, fetch: Callable[[str | None], Awaitable[Page[Item]]], cursor: str | None = None
    ) -> None:
        self._fetch = fetch
        self._cursor = cursor

    async def __aiter__(self) -> AsyncIterator[Item]:
        """Give the items, one after another; a page is fetched when its first item is wanted."""
        async for page in self.pages():
            for item in page.data:
                yield item

    async def pages(self) -> AsyncIterator[Page[Item]]:
        """
        Give the pages; `next_cursor` of one is where a later list can go on.

        Yields:
            Each page.
        """
        cursor, path = self._cursor, _Path(self._cursor)
        while True:
            page = await self._fetch(cursor)
            yield page
            if page.next_cursor is None:
                return
            cursor = path.on(page)


class _Path:
    """The way through the pages, which must not lead back, nor on and on without an item."""

    def __init__(self, cursor: str | None) -> None:
        self._been = {cursor}
        self._empty = 0

    def on(self, page: Page[Any]) -> str | None:
        """Give the next cursor."""
        cursor = page.next_cursor
        self._empty = 0 if page.data else self._empty + 1
        if cursor in self._been or self._empty > _MOST_EMPTY:
            raise UnreadableAnswerError(
                "lead to another page", was="pages without an end", code="endless_pages"
            )
        self._been.add(cursor)
        return cursor
