"""Hooks: what a host may hear of each request, for its metrics; no header, no body and no key is told."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from typing import Final, TypeVar

import attrs

__all__ = ["AnswerCame", "Hooks", "RequestSent", "RetryPlanned"]

_LOG: Final = logging.getLogger("carbonkit.client")
Said = TypeVar("Said")


@attrs.frozen(kw_only=True)
class RequestSent:
    """
    A request is about to be sent.

    Args:
        operation: What is asked, such as "place_order".
        method: The HTTP method.
        path: The operation's path, with the names of its parts in braces.
        attempt: The number of the try, from 1.

    Example:
        >>> RequestSent(operation="time", method="GET", path="/v1/time", attempt=1).attempt
        1
    """

    operation: str
    method: str
    path: str
    attempt: int


@attrs.frozen(kw_only=True)
class AnswerCame:
    """
    A try is over.

    Args:
        operation: What was asked.
        attempt: The number of the try, from 1.
        status: The HTTP status; None if no answer came.
        trouble: What kept the answer from coming; empty if one came.
        request_id: The exchange's name for the request; empty if it gave none.
        took: How long it took.

    Example:
        >>> import datetime
        >>> AnswerCame(operation="time", attempt=1, status=200, trouble="", request_id="r-1",
        ...            took=datetime.timedelta(milliseconds=3)).status
        200
    """

    operation: str
    attempt: int
    status: int | None
    trouble: str
    request_id: str
    took: datetime.timedelta


@attrs.frozen(kw_only=True)
class RetryPlanned:
    """
    A try failed, and there will be another.

    Args:
        operation: What was asked.
        attempt: The number of the try that failed, from 1.
        code: Why it failed.
        pause: How long the client waits before the next.

    Example:
        >>> import datetime
        >>> RetryPlanned(operation="time", attempt=1, code="timed_out",
        ...              pause=datetime.timedelta(seconds=1)).code
        'timed_out'
    """

    operation: str
    attempt: int
    code: str
    pause: datetime.timedelta


@attrs.frozen(kw_only=True)
class Hooks:
    """
    What to call as requests go out and answers come; quick functions, as the request waits for them.

    An error that a hook raises is logged, and changes nothing.

    Args:
        on_request: Called before each try.
        on_response: Called after each.
        on_retry: Called when there will be another.

    Example:
        >>> seen = []
        >>> Hooks(on_retry=seen.append).on_request is None
        True
    """

    on_request: Callable[[RequestSent], object] | None = None
    on_response: Callable[[AnswerCame], object] | None = None
    on_retry: Callable[[RetryPlanned], object] | None = None


def tell(hook: Callable[[Said], object], said: Said) -> None:
    """Call a hook; what it raises must not cost the caller an answer."""
    try:
        hook(said)
    except Exception:  # noqa: BLE001  whatever it is, it is the host's own, and it is logged
        _LOG.exception("a hook of the exchange client raised an error")
