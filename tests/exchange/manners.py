"""Stories for both drivers of the client: written once with `await given(...)`, told in either manner."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["KINDS", "finished", "gathered", "given", "told"]

KINDS: Final = tuple((library, manner) for library in ("httpx", "httpx2") for manner in ("sync", "async"))
"""Each library with each driver."""


async def given(thing: Any) -> Any:  # noqa: ANN401  of either driver
    """Give what a call of either driver gives."""
    return await thing if inspect.isawaitable(thing) else thing


async def gathered(pages: Any) -> list[Any]:  # noqa: ANN401  of either driver
    """Give all items of a list of either driver."""
    return [each async for each in pages] if hasattr(pages, "__aiter__") else list(pages)


def finished(story: Coroutine[Any, Any, None]) -> None:
    """Tell the story of a sync client: it never waits for an event loop."""
    try:
        story.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits for something")


def told(manner: str, story: Coroutine[Any, Any, None]) -> None:
    """Tell a story in a manner."""
    if manner == "async":
        asyncio.run(story)
    else:
        finished(story)
