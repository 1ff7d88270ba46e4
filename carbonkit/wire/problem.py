"""Refusals over HTTP: RFC 9457 problem details, with a code, and every field that is not what it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from carbonkit.wire.scalar import LONGEST

if TYPE_CHECKING:
    from carbonkit.errors import Problem

__all__ = ["FieldProblem", "HttpProblem", "field_problems"]


@attrs.frozen(kw_only=True)
class FieldProblem:
    """
    One part of a request that is not what it must be.

    Args:
        pointer: Where, as a JSON pointer into the body, or the name of a query field or header.
        detail: What it must be and what it was.
        code: A stable name for the kind of problem.

    Example:
        >>> FieldProblem(pointer="/quantity", detail="must be given", code="missing").pointer
        '/quantity'
    """

    pointer: str
    detail: str
    code: str


@attrs.frozen(kw_only=True)
class HttpProblem:
    """
    A refusal, as `application/problem+json`.

    Args:
        type: A URI that names the kind of problem; "about:blank" if the status says it all.
        title: The kind of problem in a few words.
        status: The HTTP status.
        detail: What is wrong here, and what to do.
        instance: The path that was asked for.
        code: A stable name for the reason, such as one of `carbonkit.market.Refusal`.
        request_id: The exchange's name for the request, for its logs.
        retryable: Whether the same request may be answered otherwise later.
        errors: Each part of the request that is not what it must be.

    Example:
        >>> HttpProblem(type="about:blank", title="Conflict", status=409, detail="", instance="/v1/orders",
        ...             code="duplicate_order", request_id="r-1", retryable=False, errors=()).code
        'duplicate_order'
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    retryable: bool
    errors: tuple[FieldProblem, ...] = ()


def field_problems(problems: tuple[Problem, ...]) -> tuple[FieldProblem, ...]:
    """
    Tell problems by the place that each was found at.

    Args:
        problems: What was found; the field of each is its JSON pointer.

    Returns:
        The same for the wire.

    Example:
        >>> from carbonkit.errors import Problem
        >>> field_problems((Problem(code="missing", must="be given", field="/quantity"),))[0].detail
        'must be given'
    """
    return tuple(
        FieldProblem(
            pointer="".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in each.field[:200]),
            detail=str(attrs.evolve(each, field="", file="", row=None))[:LONGEST],
            code=each.code,
        )
        for each in problems
    )
