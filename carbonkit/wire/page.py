"""Pages: long lists, handed out piece by piece."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import attrs

from carbonkit.wire.codec import decoded, encoded

if TYPE_CHECKING:
    from carbonkit.wire.json_text import Json

__all__ = ["Page", "page_of", "page_read", "page_written"]

Item = TypeVar("Item")


@attrs.frozen(kw_only=True)
class Page(Generic[Item]):
    """
    One piece of a list.

    Args:
        data: Its items.
        next_cursor: What to ask for the next piece with; None at the end.

    Example:
        >>> Page(data=("a", "b"), next_cursor=None).has_more
        False
    """

    data: tuple[Item, ...]
    next_cursor: str | None

    @property
    def has_more(self) -> bool:
        """Whether there is a next piece."""
        return self.next_cursor is not None


def page_of(kind: type[Item]) -> type[Page[Item]]:
    """
    Name the pages of one class of items, for a codec.

    Args:
        kind: The class of the items.

    Returns:
        The class of their pages.

    Example:
        >>> from carbonkit.market import Level
        >>> page_of(Level)
        carbonkit.wire.page.Page[carbonkit.market.level.Level]
    """
    return cast("type[Page[Item]]", types.GenericAlias(Page, (kind,)))


def page_read(kind: type[Item], fact: Json, *, lenient: bool = False) -> tuple[Page[Item], dict[str, Json]]:
    """
    Make a page from JSON.

    Args:
        kind: The class of its items.
        fact: What JSON said.
        lenient: Whether unknown fields and values of enumerations are kept; see `carbonkit.wire.decoded`.

    Returns:
        The page, and the unknown fields by their JSON pointers.

    Raises:
        BatchError: If anything is not what it must be; see `carbonkit.wire.decoded`.

    Example:
        >>> from carbonkit.wire.answer import Done
        >>> page_read(Done, {"data": [{"sequence": 7}], "next_cursor": None})[0].data
        (Done(sequence=7),)
    """
    return decoded(page_of(kind), fact, lenient=lenient)


def page_written(page: Page[Any]) -> Json:
    """
    Make JSON from a page.

    Args:
        page: A page of values that the wire carries.

    Returns:
        What to say.

    Example:
        >>> from carbonkit.wire.answer import Done
        >>> page_written(Page(data=(Done(sequence=7),), next_cursor="c7"))
        {'data': [{'sequence': 7}], 'next_cursor': 'c7'}
    """
    return {"data": [encoded(each) for each in page.data], "next_cursor": page.next_cursor}
