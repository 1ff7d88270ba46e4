"""Refusals as HTTP answers: which status an error has, and its problem details (RFC 9457)."""

from __future__ import annotations

import http
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import (
    BatchError,
    CarbonkitError,
    InvalidValueError,
    LedgerError,
    MarketError,
    MissingExtraError,
    NotFoundError,
    Problem,
    RegistryError,
    StorageError,
)
from carbonkit.exchange.engine import Said
from carbonkit.market.refusal import Refusal
from carbonkit.wire.codec import encoded
from carbonkit.wire.json_text import write_json
from carbonkit.wire.problem import HttpProblem, field_problems
from carbonkit.wire.scalar import LONGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["InvalidRequestError", "RequestError", "explained", "http_problem", "status_of"]

_UNAVAILABLE: Final = http.HTTPStatus.SERVICE_UNAVAILABLE
_UNPROCESSABLE: Final = 422
_INTERNAL: Final = http.HTTPStatus.INTERNAL_SERVER_ERROR
_RETRYABLE: Final = frozenset({http.HTTPStatus.TOO_MANY_REQUESTS, _UNAVAILABLE})
_STATUSES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "malformed": 400,
        "forbidden": 403,
        "not_found": 404,
        Refusal.UNKNOWN_ACCOUNT.value: 404,
        Refusal.UNKNOWN_ORDER.value: 404,
        Refusal.UNKNOWN_INSTRUMENT.value: 404,
        Refusal.NOT_OWNER.value: 403,
        Refusal.DUPLICATE_ORDER.value: 409,
        Refusal.DUPLICATE_ACCOUNT.value: 409,
        Refusal.DUPLICATE_INSTRUMENT.value: 409,
        Refusal.DAY_STILL_OPEN.value: 409,
        Refusal.DAY_NOT_OPEN.value: 409,
        Refusal.AUCTION_RUNNING.value: 409,
        Refusal.NO_CHANGE.value: 409,
        Refusal.DEAD_ORDER.value: 409,
        "identifier_reused": 409,
        "idempotency_key_reused": 422,
    }
)


class RequestError(CarbonkitError):
    """
    A request that cannot be served as it came.

    Args:
        status: The HTTP status.
        code: A stable name for the reason.
        must: What it must be.
        was: What it was.
        field: Which header or part.
        hint: What to do about it.
        headers: Headers that the answer has to have.

    Example:
        >>> RequestError(415, "media_type", "be application/json", field="Content-Type").status
        415
    """

    code = "bad_request"

    def __init__(
        self,
        status: int,
        code: str,
        must: str,
        *,
        was: object = "",
        field: str = "",
        hint: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(must, was=was, field=field, hint=hint, code=code)
        self.status = status
        self.headers = headers


class InvalidRequestError(BatchError):
    """Fields of a request are not what they must be; each problem's `field` is a JSON pointer or a name."""

    code = "invalid_request"


def status_of(error: CarbonkitError) -> int:
    """
    Say which HTTP status an error has.

    Args:
        error: The error.

    Returns:
        The status.

    Example:
        >>> from carbonkit.errors import MarketError
        >>> status_of(MarketError("be open", code="outside_hours")), status_of(NotFoundError("name an order"))
        (422, 404)
    """
    own = getattr(error, "status", None)
    if isinstance(own, int):
        return own
    known = _STATUSES.get(_code(error))
    if known is not None:
        return known
    kinds: tuple[tuple[type[CarbonkitError], int], ...] = (
        (StorageError, _UNAVAILABLE.value),
        (NotFoundError, 404),
        (MissingExtraError, 501),
        (InvalidValueError, _UNPROCESSABLE),
        (BatchError, _UNPROCESSABLE),
        (LedgerError, _UNPROCESSABLE),
        (RegistryError, _UNPROCESSABLE),
        (MarketError, _UNPROCESSABLE),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), _INTERNAL.value)


def _code(error: CarbonkitError) -> str:
    """Give the reason: of a batch with a single problem, that one's."""
    if isinstance(error, BatchError) and type(error) is BatchError and len(error.problems) == 1:
        return str(error.problems[0].code)
    return str(error.code)


def http_problem(error: CarbonkitError, *, instance: str, request_id: str) -> HttpProblem:
    """
    Make the problem details of an error.

    Args:
        error: The error.
        instance: The path that was asked for.
        request_id: The exchange's name for the request.

    Returns:
        The details; of what is wrong inside the exchange, nothing but that something is.

    Example:
        >>> problem = http_problem(NotFoundError("name a known order", was="O-1", field="order"),
        ...                        instance="/v1/orders/O-1", request_id="r-1")
        >>> problem.status, problem.code, problem.detail
        (404, 'not_found', 'order: must name a known order, was O-1')
    """
    status, code = status_of(error), _code(error)
    problems: tuple[Problem, ...] = error.problems if isinstance(error, BatchError) else ()
    if status == _INTERNAL.value:
        detail, code, problems = "something is wrong in the exchange; its log has more", "internal", ()
    elif len(problems) == 1:
        detail = str(problems[0])
    elif problems:
        detail = f"{len(problems)} parts of the request are not what they must be"
    else:
        detail = str(error.problem)
    return HttpProblem(
        type="about:blank",
        title=_title(status),
        status=status,
        detail=detail[:LONGEST],
        instance=instance[:LONGEST],
        code=code,
        request_id=request_id,
        retryable=status in _RETRYABLE,
        errors=field_problems(problems),
    )


def _title(status: int) -> str:
    return "Refused" if status == _UNPROCESSABLE else http.HTTPStatus(status).phrase


@attrs.frozen
class _Explained:
    """Says why a request was refused, as what the engine keeps; in the engine's thread."""

    instance: str
    request_id: str

    def __call__(self, error: CarbonkitError) -> Said:
        problem = http_problem(error, instance=self.instance, request_id=self.request_id)
        return Said(problem.status, write_json(encoded(problem)).decode())


def explained(instance: str, request_id: str) -> _Explained:
    """
    Make what explains the refusals of one request to the engine.

    Args:
        instance: The path that was asked for.
        request_id: The exchange's name for the request.

    Returns:
        A function from an error to what is said.

    Example:
        >>> explained("/v1/orders", "r-1")(InvalidValueError("be positive")).status
        422
    """
    return _Explained(instance, request_id)
