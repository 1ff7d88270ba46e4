"""Paging: long lists cut into pieces, newest first, each going on where the one before ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.text import matches
from carbonkit.wire.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from carbonkit.exchange.journal import Document, Journal, Search
    from carbonkit.wire.query import ListQuery

__all__ = ["cursor_number", "documents_page", "numbered_page"]

Item = TypeVar("Item")
_CURSOR: Final = re.compile(r"[1-9][0-9]{0,17}")  # fits into 64 bits


def cursor_number(cursor: str | None) -> int | None:
    """
    Read a cursor; clients take it as it is, here it is the number of the last item that they have.

    Args:
        cursor: What the piece before gave; None for the first piece.

    Returns:
        The number below which the next piece begins; None for the first piece.

    Raises:
        InvalidValueError: If no piece gives such a cursor.

    Example:
        >>> cursor_number("17")
        17
    """
    if cursor is None:
        return None
    if not matches(_CURSOR, cursor):
        raise InvalidValueError("be the next_cursor of a page", was=cursor, field="cursor")
    return int(cursor)


def numbered_page(items: Iterable[tuple[int, Item]], query: ListQuery) -> Page[Item]:
    """
    Cut a piece out of items that are at hand.

    Args:
        items: The items with their numbers, highest number first.
        query: From where, and how many.

    Returns:
        The piece.

    Raises:
        InvalidValueError: If the cursor is none of a page.

    Example:
        >>> from carbonkit.wire import ListQuery
        >>> numbered_page([(3, "c"), (2, "b"), (1, "a")], ListQuery(limit=2))
        Page(data=('c', 'b'), next_cursor='2')
    """
    before = cursor_number(query.cursor)
    kept: list[tuple[int, Item]] = []
    for number, item in items:
        if before is None or number < before:
            if len(kept) == query.limit:
                return _page(kept, more=True)
            kept.append((number, item))
    return _page(kept, more=False)


def documents_page(
    journal: Journal,
    search: Search,
    query: ListQuery,
    make: Callable[[Document], Item],
    keep: Callable[[Document], bool] = lambda _: True,
) -> Page[Item]:
    """
    Cut a piece out of what a journal finds.

    Args:
        journal: Where the documents are.
        search: Which are wanted.
        query: From where, and how many.
        make: Makes an item of a document.
        keep: Says which of the found documents count.

    Returns:
        The piece.

    Raises:
        InvalidValueError: If the cursor is none of a page.

    Example:
        >>> documents_page.__name__
        'documents_page'
    """
    before, most = cursor_number(query.cursor), query.limit + 1
    kept: list[Document] = []
    while True:
        found = journal.find(attrs.evolve(search, before=before), most)
        kept.extend(filter(keep, found))
        if len(kept) >= most or len(found) < most:
            break
        before = found[-1].number
    items = [(each.number, make(each)) for each in kept[: query.limit]]
    return _page(items, more=len(kept) >= most)


def _page(kept: list[tuple[int, Item]], *, more: bool) -> Page[Item]:
    return Page(data=tuple(item for _, item in kept), next_cursor=str(kept[-1][0]) if more else None)
