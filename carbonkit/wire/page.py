"""Pages: long lists, handed out piece by piece."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

__all__ = ["Page"]

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
