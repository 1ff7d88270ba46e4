"""Query strings: what is written is read again, and nothing else is."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError
from carbonkit.market import OrderState
from carbonkit.wire import (
    CandleQuery,
    DepthQuery,
    ListQuery,
    OrderQuery,
    TradeQuery,
    read_query,
    write_query,
)
from tests.wire_draws import QUERIES, values


def problems(kind: type, *pairs: tuple[str, str]) -> list[str]:
    """Name the parts of a query string that are wrong."""
    with pytest.raises(BatchError) as caught:
        read_query(kind, pairs)
    return [each.field for each in caught.value.problems]


@pytest.mark.parametrize("kind", QUERIES, ids=lambda kind: str(kind.__name__))
@settings(max_examples=30)
@given(data=st.data())
def test_what_is_written_is_read_again(kind: type, data: st.DataObject) -> None:
    value: Any = data.draw(values(kind))
    pairs = parse_qsl(write_query(value), keep_blank_values=True, strict_parsing=bool(write_query(value)))
    assert read_query(kind, pairs) == value


def test_nothing_stands_for_the_defaults() -> None:
    assert read_query(ListQuery, []) == ListQuery()
    assert read_query(OrderQuery, [("state", "partially filled")]).state is OrderState.PARTIALLY_FILLED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "501",
        "-1",
        "+5",
        " 5",
        "5 ",
        "05",
        "5.0",
        "1e2",
        "1_0",
        "٥",
        "５",
        "five",
        "null",
        "9" * 400,
        "5\n",
    ],
)
def test_a_count_is_written_in_plain_digits(text: str) -> None:
    assert problems(ListQuery, ("limit", text)) == ["limit"]
    assert problems(DepthQuery, ("levels", text)) == ["levels"]


def test_every_problem_is_told_by_its_name() -> None:
    found = problems(
        OrderQuery,
        ("limit", "x"),
        ("state", "gone"),
        ("account", "a b"),
        ("account", "KEE-001"),
        ("a/b~c", "1"),
        ("cursor", ""),
        ("client_order_id", "a/b"),
    )
    assert set(found) == {"limit", "state", "account", "a/b~c", "cursor", "client_order_id"}


def test_a_part_comes_once_and_is_not_empty() -> None:
    assert problems(ListQuery, ("limit", "5"), ("limit", "5")) == ["limit"]
    assert problems(ListQuery, ("cursor", "")) == ["cursor"]
    assert problems(ListQuery, ("Limit", "5")) == ["Limit"]
    assert problems(TradeQuery, ("since", "2026-11-30T01:30:00 00:00")) == ["since"]
    assert problems(CandleQuery, ("minutes", "5")) == ["since", "until"]


def test_a_query_string_has_few_parts() -> None:
    assert problems(ListQuery, *[(f"n{each}", "1") for each in range(51)]) == [""]
    assert len(problems(ListQuery, *[(f"n{each}", "1") for each in range(50)])) == 50


def test_a_long_name_is_cut() -> None:
    assert problems(ListQuery, ("n" * 5000, "1")) == ["n" * 64]


@given(st.lists(st.tuples(st.sampled_from(["limit", "cursor", "account", "x"]) | st.text(), st.text())))
def test_whatever_comes_raises_one_kind_of_error(pairs: list[tuple[str, str]]) -> None:
    try:
        value = read_query(OrderQuery, pairs)
    except BatchError:
        return
    assert dict(parse_qsl(write_query(value))).items() >= dict(pairs).items()


def test_what_a_url_could_misread_is_escaped() -> None:
    assert write_query(OrderQuery(client_order_id="a+b", limit=5)) == "limit=5&client_order_id=a%2Bb"
    assert write_query(ListQuery(cursor="a&b=c d\n")) == "cursor=a%26b%3Dc+d%0A&limit=100"
