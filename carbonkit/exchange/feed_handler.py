"""`GET /v1/stream`: what a caller wants to hear, what of it he may, and the answer as it comes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final, cast

from carbonkit.exchange.handler import visible_accounts
from carbonkit.exchange.hub import Wish
from carbonkit.exchange.request_reading import query_of
from carbonkit.values.identifier import AccountId
from carbonkit.wire.feed import LAST_EVENT_ID, StreamQuery
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any, TypeAlias

    from carbonkit.exchange.caller import Caller
    from carbonkit.exchange.hub import Hub, Listener
    from carbonkit.exchange.request_reading import Head

    Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["answer_stream", "wish_of"]

_HEADERS: Final = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # tells proxies not to hold it back
)


def wish_of(caller: Caller, head: Head) -> Wish:
    """
    Read what a caller wants to hear.

    Args:
        caller: Who asks.
        head: The request.

    Returns:
        What he is told: orders of his own accounts alone, and everybody's for the staff.

    Raises:
        AuthenticationError: If the key may not read.
        InvalidRequestError: If the query is not what it must be.

    Example:
        >>> from carbonkit.exchange.caller import Caller
        >>> from carbonkit.exchange.request_reading import Head
        >>> caller = Caller(key_id="demo", person="ann", accounts=(AccountId("KEE-001"),),
        ...                 scopes=frozenset({Scope.READ}), proven_by="secret")
        >>> head = Head(method="GET", scheme="http", path="/v1/stream", query="channels=order", headers={},
        ...             address="")
        >>> wish_of(caller, head).accounts
        frozenset({AccountId('KEE-001')})
    """
    caller.require(Scope.READ)
    query = cast("StreamQuery", query_of(StreamQuery, head))
    accounts = visible_accounts(caller, None)
    return Wish(
        key_id=caller.key_id,
        channels=query.wanted,
        instrument=query.instrument,
        accounts=None if accounts is None else frozenset(map(AccountId, accounts)),
        last_event_id=head.headers.get(LAST_EVENT_ID, ""),
        left=caller.left,
    )


async def answer_stream(hub: Hub, caller: Caller, head: Head, receive: Receive, send: Send) -> None:
    """
    Answer with a stream, until it ends or nobody reads it any more.

    Args:
        hub: What tells.
        caller: Who asks.
        head: The request; its body is read.
        receive: Tells when the caller has gone, as ASGI does.
        send: Takes what is sent, as ASGI does.

    Raises:
        AuthenticationError: If the key may not read.
        InvalidRequestError: If the query is not what it must be.
        TooManyStreamsError: If there are as many streams as there may be.
        NotFoundError: If the instrument is not traded.
        StorageError: If the exchange is stopping.
    """
    listener = await hub.listen(wish_of(caller, head))
    tasks = [asyncio.ensure_future(_send(listener, send)), asyncio.ensure_future(_gone(receive))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        sent, _ = await asyncio.gather(*tasks, return_exceptions=True)
    if isinstance(sent, Exception) and not isinstance(sent, OSError):  # who has gone is no defect
        raise sent


async def _send(listener: Listener, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
    async with contextlib.aclosing(aiter(listener)) as pieces:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
