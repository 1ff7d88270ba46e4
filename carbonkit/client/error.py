"""
What can become of a call that did not succeed, along two axes: the HTTP class, and the trading reason.

    ExchangeError (CarbonkitError)
    ├── ConnectionFailedError (ConnectionError)   no answer came: no connection, or a broken one
    │   └── TimedOutError (TimeoutError)             no answer came in time
    ├── BadRequestError                           400, 422 and every other 4xx that is not named here
    ├── UnauthorizedError                         401: the proof of who asks was refused
    ├── ForbiddenError                            403: the key may not do this
    ├── ResourceNotFoundError (NotFoundError)     404: there is no such thing, or it is another's
    ├── ConflictError                             409: it does not go with how things stand
    ├── RateLimitedError                          429: too many requests
    ├── ServerFailedError                         5xx
    ├── UnreadableAnswerError                     an answer that is malformed, too large, or a redirect
    └── NotPlacedError                            an order of unknown outcome that is not at the exchange

The class says what the HTTP exchange came to; `code` and `refusal` say why in the trade's own terms,
as the same refusal may come with one status or another. `outcome` says whether the exchange can
have done what was asked. No error holds a header or a body that was sent.
"""

from __future__ import annotations

import datetime
import enum
from typing import TYPE_CHECKING

import attrs

from carbonkit.errors import CarbonkitError, InvalidValueError, NotFoundError
from carbonkit.market.refusal import Refusal
from carbonkit.wire.codec import decoded
from carbonkit.wire.json_text import read_json
from carbonkit.wire.problem import HttpProblem

if TYPE_CHECKING:
    from carbonkit.client.message import Incoming

__all__ = [
    "BadRequestError",
    "ConflictError",
    "ConnectionFailedError",
    "ExchangeError",
    "Facts",
    "ForbiddenError",
    "NotPlacedError",
    "Outcome",
    "RateLimitedError",
    "ResourceNotFoundError",
    "ServerFailedError",
    "TimedOutError",
    "UnauthorizedError",
    "UnreadableAnswerError",
    "problem_of",
    "refusal_error",
]

_LARGEST_PROBLEM = 1 << 20  # bytes of a problem document that are read
_LONGEST_ID = 128  # characters of a request id that are kept


class Outcome(enum.Enum):
    """
    Whether it is known what became of a request that failed.

    Example:
        >>> Outcome("unknown")
        <Outcome.UNKNOWN: 'unknown'>
    """

    KNOWN = "known"
    """The exchange has not done what was asked."""
    UNKNOWN = "unknown"
    """The exchange may have done it, or may do it yet."""


@attrs.frozen(kw_only=True)
class Facts:
    """
    What is known about a call that failed.

    Args:
        operation: The name of the operation, such as "place_order"; empty if there was none.
        outcome: Whether the exchange can have done what was asked.
        status: The HTTP status of the last answer; None if none came.
        request_id: The exchange's name for the last request; empty if it gave none.
        attempts: How often the request was sent, or tried to be.
        idempotency_key: The key that every try carried; empty for a GET.
        client_order_id: What the owner calls the order, if the request placed one; empty otherwise.
        details: The problem document that the exchange sent; None if it sent none.
        retry_after: How long the exchange wants to be left alone; None if it did not say.

    Example:
        >>> Facts(status=503, attempts=4).outcome
        <Outcome.KNOWN: 'known'>
    """

    operation: str = ""
    outcome: Outcome = Outcome.KNOWN
    status: int | None = None
    request_id: str = ""
    attempts: int = 0
    idempotency_key: str = ""
    client_order_id: str = ""
    details: HttpProblem | None = None
    retry_after: datetime.timedelta | None = None


_NO_FACTS = Facts()


class ExchangeError(CarbonkitError):
    """
    The root of every error of a call to an exchange.

    Args:
        must: What the answer must be, in words that follow "must".
        was: What it was; shortened and made printable.
        hint: What to do about it.
        code: The stable name of the reason.
        facts: What is known about the call.
    """

    code = "exchange_error"

    def __init__(
        self, must: str, *, was: object = "", hint: str = "", code: str = "", facts: Facts = _NO_FACTS
    ) -> None:
        super().__init__(must, was=was, field=facts.operation, hint=hint, code=code)
        self.facts = facts

    def __str__(self) -> str:
        """Say what went wrong, and what is known about the call."""
        facts = self.facts
        known = [
            f"outcome {facts.outcome.value}" if facts.attempts else "",
            f"{facts.attempts} attempt{'s' * (facts.attempts != 1)}" if facts.attempts else "",
            f"request {facts.request_id}" if facts.request_id else "",
            f"idempotency key {facts.idempotency_key}" if facts.idempotency_key else "",
        ]
        said = ", ".join(part for part in known if part)
        return f"{super().__str__()} ({said})" if said else super().__str__()

    @property
    def status(self) -> int | None:
        """The HTTP status of the last answer; None if none came."""
        return self.facts.status

    @property
    def request_id(self) -> str:
        """The exchange's name for the last request; empty if it gave none."""
        return self.facts.request_id

    @property
    def attempts(self) -> int:
        """How often the request was sent, or tried to be."""
        return self.facts.attempts

    @property
    def idempotency_key(self) -> str:
        """The key that every try carried; empty for a GET."""
        return self.facts.idempotency_key

    @property
    def client_order_id(self) -> str:
        """What the owner calls the order, if the request placed one; empty otherwise."""
        return self.facts.client_order_id

    @property
    def outcome(self) -> Outcome:
        """Whether the exchange can have done what was asked."""
        return self.facts.outcome

    @property
    def details(self) -> HttpProblem | None:
        """The problem document that the exchange sent; None if it sent none."""
        return self.facts.details

    @property
    def retry_after(self) -> datetime.timedelta | None:
        """How long the exchange wants to be left alone; None if it did not say."""
        return self.facts.retry_after

    @property
    def refusal(self) -> Refusal | None:
        """The venue's reason, if `code` is one that this version of carbonkit knows."""
        try:
            return Refusal(self.code)
        except ValueError:
            return None


class ConnectionFailedError(ExchangeError, ConnectionError):
    """No answer came: no connection could be made, or it broke."""

    code = "connection_failed"


class TimedOutError(ConnectionFailedError, TimeoutError):
    """No answer came in time."""

    code = "timed_out"


class BadRequestError(ExchangeError):
    """The exchange does not take the request as it is: 400, 422, or another 4xx that has no class here."""

    code = "bad_request"


class UnauthorizedError(ExchangeError):
    """The proof of who asks was refused: 401."""

    code = "unauthorized"


class ForbiddenError(ExchangeError):
    """The key may not do this: 403."""

    code = "forbidden"


class ResourceNotFoundError(ExchangeError, NotFoundError):
    """There is no such thing at the exchange, or it is another's: 404."""

    code = "not_found"


class ConflictError(ExchangeError):
    """The request does not go with how things stand: 409."""

    code = "conflict"


class RateLimitedError(ExchangeError):
    """Too many requests: 429."""

    code = "rate_limited"


class ServerFailedError(ExchangeError):
    """The exchange, or something in front of it, failed: 5xx."""

    code = "server_failed"


class UnreadableAnswerError(ExchangeError):
    """The answer is not what the wire says: malformed, too large, encoded, or a redirect."""

    code = "unreadable_answer"


class NotPlacedError(ExchangeError):
    """
    The outcome of placing an order was unknown, and the exchange, when asked, had no such order.

    Its outcome stays unknown, as the first request may still be on its way. Place it again with the same
    `client_order_id` and `options=CallOptions(idempotency_key=error.idempotency_key)`: should the first one
    have arrived by then, the answer is its own. With another key one of the two would be refused as a
    duplicate. The error that left the outcome unknown is the cause of this one.
    """

    code = "not_placed"


_BY_STATUS: dict[int, type[ExchangeError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: ResourceNotFoundError,
    409: ConflictError,
    429: RateLimitedError,
}


_KINDS: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    type(None): "null",
}


def problem_of(answer: Incoming) -> HttpProblem | None:
    """
    Read the problem document of an answer.

    Args:
        answer: An answer with a status of 400 or more.

    Returns:
        The document; None if the answer has none that can be read.

    Example:
        >>> from carbonkit.client.message import Incoming
        >>> problem_of(Incoming(status=502, headers={}, body=b"<html>")) is None
        True
    """
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        fact = read_json(answer.body, most=_LARGEST_PROBLEM)
        return decoded(HttpProblem, fact, lenient=True)[0]
    except CarbonkitError:
        return None


def refusal_error(answer: Incoming, facts: Facts = _NO_FACTS) -> ExchangeError:
    """
    Make the error of an answer that is a refusal.

    Args:
        answer: The answer.
        facts: What is known beside it.

    Returns:
        The error, of the class of its status.

    Example:
        >>> from carbonkit.client.message import Incoming
        >>> refusal_error(Incoming(status=404, headers={}, body=b"")).code
        'not_found'
    """
    details = facts.details or problem_of(answer)
    facts = attrs.evolve(
        facts,
        status=answer.status,
        details=details,
        request_id=request_id_of(answer, details),
    )
    kind = _BY_STATUS.get(answer.status, _class_of(answer.status))
    if details is None:
        return kind("be accepted by the exchange", was=f"{answer.status}", facts=facts)
    parts = "; ".join(f"{each.pointer} {each.detail}" for each in details.errors[:3])
    said = details.detail or details.title
    return kind(
        "be accepted by the exchange",
        was=f"{answer.status} {details.code}",
        hint=_printable(f"{said}: {parts}" if parts else said),
        code=_printable(details.code)[:_LONGEST_ID] or kind.code,
        facts=facts,
    )


def request_id_of(answer: Incoming, details: HttpProblem | None) -> str:
    """Find the exchange's name for a request."""
    found = answer.headers.get("x-request-id") or (details.request_id if details is not None else "")
    return _printable(found)[:_LONGEST_ID]


def kind_at(body: bytes, pointer: str, most: int) -> str:
    """Say of what kind an answer's part is; never what it says, as it may be a secret."""
    try:
        fact = read_json(body, most=most)
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            fact = fact[int(name)] if isinstance(fact, list) else fact[name]
    except (CarbonkitError, LookupError, TypeError, ValueError):
        return f"an answer of {len(body)} bytes"
    return _KINDS.get(type(fact), "a number")


def _class_of(status: int) -> type[ExchangeError]:
    if status >= 500:  # noqa: PLR2004  HTTP's own number
        return ServerFailedError
    return BadRequestError if status >= 400 else UnreadableAnswerError  # noqa: PLR2004  HTTP's own number


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def check_header(name: str, value: str) -> None:
    """Refuse a header that could become two, or that no HTTP message may carry."""
    fit = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    if not fit:
        raise InvalidValueError("be the name of a header", was=name, field="headers")
    if not (value.isascii() and (value.isprintable() or not value) and value == value.strip()):
        raise InvalidValueError("be printable ASCII without spaces around it", field=f"header {name}")
