"""The client of a remote exchange."""

from __future__ import annotations

from carbonkit.client._market_calls import MarketCalls
from carbonkit.client._office_calls import OfficeCalls
from carbonkit.client._order_calls import OrderCalls

__all__ = ["ExchangeClient"]


class ExchangeClient(MarketCalls, OrderCalls, OfficeCalls):
    """
    Everything that may be asked of a remote exchange, each operation a method of its name.

    Every request has a timeout and every call a deadline. What may go better is tried again, a POST
    always with the same `Idempotency-Key`. When no answer comes to an order that is placed, taken
    or replaced, the client asks the exchange what became of it. One client may serve many calls at once.

    Args:
        url: The exchange, such as "https://exchange.example"; plain http only on this machine.
        signer: What proves who asks; None for what anybody may ask.
        timeouts: How long things may take.
        retries: How often to try again, and after which pauses.
        limiter: The client's own rate limit; give clients of one key the same.
        hooks: What to call as requests go out and answers come.
        library: Which HTTP library to use; None for httpx2 where it is installed, else httpx.
        http_client: A client of either library whose connections are used (with its proxies,
            certificates and limits); it stays open when this one is closed.
        allow_http: Whether plain http may be spoken with another machine.
        user_agent: What to put before the library's own name in the header `User-Agent`.
        telemetry: Whether to make OpenTelemetry spans, where it is installed.
        largest_answer: How many bytes an answer may have.
        surroundings: The clock, chance and ids; a test may give others.
        sleep: What to wait with. [s]

    Raises:
        InvalidValueError: If the URL is none of an exchange, or would send plain text to another machine.
        MissingExtraError: If no HTTP library is installed.

    Example:
        >>> ExchangeClient("https://exchange.example")
        ExchangeClient('https://exchange.example')
    """
