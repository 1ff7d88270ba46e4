"""Problems: what was wrong with a request fits on the wire."""

from __future__ import annotations

import pytest

from carbonkit.errors import BatchError, Problem
from carbonkit.wire import FieldProblem, HttpProblem, decoded, encoded, field_problems, read_json, write_json
from carbonkit.wire.request import OrderRequest


def test_all_that_was_wrong_goes_over_the_wire() -> None:
    with pytest.raises(BatchError) as caught:
        decoded(OrderRequest, read_json(b'{"side":"hold","a/b":1,"quantity":1,"\\u0000":2}', most=100))
    problem = HttpProblem(
        type="about:blank",
        title="Unprocessable",
        status=422,
        detail=str(caught.value.problems[0]),
        instance="/v1/orders",
        code="invalid_request",
        request_id="r-1",
        retryable=False,
        errors=field_problems(caught.value.problems),
    )
    assert decoded(HttpProblem, read_json(write_json(encoded(problem)), most=10_000)) == (problem, {})
    assert {each.pointer for each in problem.errors} >= {
        "/side",
        "/quantity",
        "/a~1b",
        "/account",
        "/\N{REPLACEMENT CHARACTER}",
    }


def test_a_detail_is_no_longer_than_a_text_may_be() -> None:
    long = Problem(code="c", must="be " + "x" * 3000, field="/" + "y" * 3000)
    (made,) = field_problems((long,))
    assert (len(made.detail), len(made.pointer)) == (1000, 200)
    assert decoded(FieldProblem, encoded(made))[0] == made


def test_a_detail_does_not_repeat_the_place() -> None:
    problem = Problem(code="missing", must="be given", field="/quantity", file="f", row=3)
    assert field_problems((problem,)) == (
        FieldProblem(pointer="/quantity", detail="must be given", code="missing"),
    )
