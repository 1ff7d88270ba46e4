"""
The client of a remote exchange (extra `client`).

    exchange_client     every operation of an exchange as a method; `async_exchange_client` is its twin
    key_signer          proves who asks with an API key's secret
    message_signer      proves it with an Ed25519 key, by RFC 9421
    oauth_signer        proves it with a short-lived token
    call                what one call does otherwise, and what comes around an answer
    retry, limiter      how patient the client is, and how fast
    stream, local_book  what the exchange tells as it happens, and an exact copy of a book
    error               what can become of a call
    hook                what a host may hear of it
    door                the one door to the HTTP library

Nothing is loaded before it is used, and the HTTP library not before a client is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from carbonkit.client.async_exchange_client import AsyncExchangeClient
    from carbonkit.client.call import CallOptions, Reply
    from carbonkit.client.door import Library
    from carbonkit.client.error import (
        BadRequestError,
        ConflictError,
        ConnectionFailedError,
        ExchangeError,
        Facts,
        ForbiddenError,
        NotPlacedError,
        Outcome,
        RateLimitedError,
        ResourceNotFoundError,
        ServerFailedError,
        TimedOutError,
        UnauthorizedError,
        UnreadableAnswerError,
    )
    from carbonkit.client.exchange_client import ExchangeClient
    from carbonkit.client.following import follow, follow_async
    from carbonkit.client.hook import AnswerCame, Hooks, RequestSent, RetryPlanned
    from carbonkit.client.key_signer import KeySigner
    from carbonkit.client.limiter import RateLimiter
    from carbonkit.client.line import Surroundings
    from carbonkit.client.local_book import GapError, LocalBook
    from carbonkit.client.message import Incoming, Outgoing
    from carbonkit.client.message_signer import MessageSigner
    from carbonkit.client.oauth_signer import ClientCredentials
    from carbonkit.client.paging import AsyncPages, Pages
    from carbonkit.client.retry import Retries, Timeouts
    from carbonkit.client.signer import Signer
    from carbonkit.client.stream import AsyncEvents, Events, Heard, Listening
    from carbonkit.wire.feed import Channel

__all__ = [
    "AnswerCame",
    "AsyncEvents",
    "AsyncExchangeClient",
    "AsyncPages",
    "BadRequestError",
    "CallOptions",
    "Channel",
    "ClientCredentials",
    "ConflictError",
    "ConnectionFailedError",
    "Events",
    "ExchangeClient",
    "ExchangeError",
    "Facts",
    "ForbiddenError",
    "GapError",
    "Heard",
    "Hooks",
    "Incoming",
    "KeySigner",
    "Library",
    "Listening",
    "LocalBook",
    "MessageSigner",
    "NotPlacedError",
    "Outcome",
    "Outgoing",
    "Pages",
    "RateLimitedError",
    "RateLimiter",
    "Reply",
    "RequestSent",
    "ResourceNotFoundError",
    "Retries",
    "RetryPlanned",
    "ServerFailedError",
    "Signer",
    "Surroundings",
    "TimedOutError",
    "Timeouts",
    "UnauthorizedError",
    "UnreadableAnswerError",
    "follow",
    "follow_async",
]

_HOMES: Final = {
    "carbonkit.wire.feed": ("Channel",),
    "async_exchange_client": ("AsyncExchangeClient",),
    "call": ("CallOptions", "Reply"),
    "error": (
        *("BadRequestError", "ConflictError", "ConnectionFailedError", "ExchangeError", "Facts"),
        *("ForbiddenError", "NotPlacedError", "Outcome", "RateLimitedError", "ResourceNotFoundError"),
        *("ServerFailedError", "TimedOutError", "UnauthorizedError", "UnreadableAnswerError"),
    ),
    "door": ("Library",),
    "exchange_client": ("ExchangeClient",),
    "hook": ("AnswerCame", "Hooks", "RequestSent", "RetryPlanned"),
    "key_signer": ("KeySigner",),
    "limiter": ("RateLimiter",),
    "line": ("Surroundings",),
    "message": ("Incoming", "Outgoing"),
    "message_signer": ("MessageSigner",),
    "oauth_signer": ("ClientCredentials",),
    "paging": ("AsyncPages", "Pages"),
    "retry": ("Retries", "Timeouts"),
    "local_book": ("GapError", "LocalBook"),
    "signer": ("Signer",),
    "following": ("follow", "follow_async"),
    "stream": ("AsyncEvents", "Events", "Heard", "Listening"),
}


def __getattr__(name: str) -> object:
    """Load a name when it is first asked for."""
    import importlib  # noqa: PLC0415  nothing is loaded before it is used

    for home, names in _HOMES.items():
        if name in names:
            module = home if "." in home else f"carbonkit.client.{home}"
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'carbonkit.client' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the promised names."""
    return list(__all__)
