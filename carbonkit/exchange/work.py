"""Work: a handler and what is asked, as a job of the engine; over HTTP or by the exchange itself."""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from carbonkit.errors import CarbonkitError, WrongTypeError
from carbonkit.exchange.caller import Caller
from carbonkit.exchange.engine import Said
from carbonkit.exchange.handler import Asked, Changes
from carbonkit.exchange.problem_answer import explained
from carbonkit.wire.codec import encoded
from carbonkit.wire.json_text import read_json, write_json
from carbonkit.wire.page import Page, page_written
from carbonkit.wire.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from carbonkit.exchange.desk import Desk
    from carbonkit.exchange.engine import Engine, Work
    from carbonkit.exchange.handler import Handler
    from carbonkit.wire.json_text import Json
    from carbonkit.wire.operation import Operation

__all__ = ["ITSELF", "ask", "own_request", "token_of", "work_of", "written"]

_TOKEN: Final = 20  # hexadecimal digits, of which no two requests will share all
_LONGEST: Final = 10_000_000

ITSELF: Final = Caller(
    key_id="exchange",
    person="exchange",
    accounts=(),
    scopes=frozenset(Scope),
    proven_by="itself",
)
"""The exchange itself, as it asks for what nobody asks for over HTTP."""


def token_of(key_id: str, key: str) -> str:
    """
    Make a text that belongs to one request of one key, however often it comes.

    Args:
        key_id: Who asks.
        key: Under which idempotency key.

    Returns:
        The text: hexadecimal digits.

    Example:
        >>> len(token_of("demo", "1")), token_of("demo", "1") == token_of("demo", "1")
        (20, True)
    """
    return hashlib.sha256(f"{key_id}\n{key}".encode()).hexdigest()[:_TOKEN]


def written(value: object) -> bytes:
    """
    Write an answer as JSON.

    Args:
        value: A value that the wire carries, or a page of them.

    Returns:
        The JSON.

    Example:
        >>> from carbonkit.wire import Done
        >>> written(Done(sequence=7)), written(Page(data=(Done(sequence=7),), next_cursor=None))
        (b'{"sequence":7}', b'{"data":[{"sequence":7}],"next_cursor":null}')
    """
    return write_json(page_written(value) if isinstance(value, Page) else encoded(value))


def work_of(handler: Handler, asked: Asked) -> Work:
    """
    Make the engine's job of a request.

    Args:
        handler: Does it.
        asked: What is asked.

    Returns:
        The job; what it answers is written as JSON, in the engine's thread.

    Raises:
        WrongTypeError: If the handler changes nothing.

    Example:
        >>> work_of.__name__
        'work_of'
    """
    if not isinstance(handler, Changes):
        raise WrongTypeError("be one that changes", was=type(handler).__name__, field="handler")
    change, kept = handler.work, handler.kept

    def work(desk: Desk) -> Generator[None, None, Said]:
        value = yield from change(desk, asked)
        body = written(value).decode()
        return Said(asked.operation.status, body, None if kept is None else written(kept(value)).decode())

    return work


def own_request(
    operation: Operation[Any],
    body: object,
    name: str,
    parts: Mapping[str, str] = MappingProxyType({}),
    caller: Caller = ITSELF,
) -> Asked:
    """
    Make a request of the exchange itself.

    Args:
        operation: What is asked.
        body: With what.
        name: What no other of its requests is called.
        parts: The names in the path.
        caller: As whom it asks.

    Returns:
        The request.

    Example:
        >>> from carbonkit.wire import CLOSE_DAY
        >>> own_request(CLOSE_DAY, None, "close/1").caller.person
        'exchange'
    """
    return Asked(
        operation=operation,
        caller=caller,
        parts=parts,
        query=None,
        body=body,
        token=token_of(caller.key_id, name),
    )


async def ask(engine: Engine, handler: Handler, asked: Asked) -> Json:
    """
    Have something done without a request over HTTP.

    Args:
        engine: The engine.
        handler: Does it.
        asked: What is asked.

    Returns:
        The answer, as JSON says it.

    Raises:
        CarbonkitError: If it is refused.
    """
    refusals: list[CarbonkitError] = []
    explain = explained(asked.operation.path, "exchange")

    def explain_and_keep(error: CarbonkitError) -> Said:
        refusals.append(error)
        return explain(error)

    said, _ = await engine.do(work_of(handler, asked), None, explain_and_keep)
    if refusals:
        raise refusals[0]
    return read_json(said.body.encode(), most=_LONGEST)
