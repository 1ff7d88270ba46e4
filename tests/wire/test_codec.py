"""The codec: everything goes there and back, and nothing enters that is not as it must be."""

from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import BatchError, CarbonkitError, InvalidValueError, WrongTypeError
from carbonkit.market import Level, Order, Trade
from carbonkit.market.contract import Delivery
from carbonkit.schemes.china_national import instrument
from carbonkit.values import Money, Price, as_date, as_instant
from carbonkit.values.identifier import AccountId, Identifier, InstrumentId, OrderId
from carbonkit.wire import (
    AccountSummary,
    Depth,
    Done,
    Json,
    KeyRequest,
    KeySummary,
    Page,
    Quotation,
    ReduceRequest,
    TradeQuery,
    Unknown,
    decoded,
    encoded,
    page_of,
    page_read,
    page_written,
    read_json,
    write_json,
)
from carbonkit.wire._reading import NOT_SURE
from carbonkit.wire.codec import Reading, codec_of
from carbonkit.wire.request import OrderRequest
from tests.wire_draws import KINDS, QUERIES, texts, values

MOST = 1_000_000
ORDER = {
    "order_id": "O-17",
    "account": "KEE-001",
    "instrument": "CEA25",
    "side": "sell",
    "price": {"amount": "48.00", "currency": "CNY", "per": "tCO2e"},
    "quantity": 100,
    "filled": 40,
    "withdrawn": 0,
    "state": "partially filled",
    "time_in_force": "day",
    "at": "2026-11-30T01:30:00.000001Z",
    "client_order_id": "S-1",
}
REQUEST = {
    "account": "KEE-001",
    "client_order_id": "S-1",
    "instrument": "CEA25",
    "side": "sell",
    "quantity": "100",
    "price": {"amount": "48.00", "currency": "CNY", "per": "tCO2e"},
}
QUOTATION = encoded(
    Quotation(
        instrument=attrs.evolve(instrument("CEA", as_date("2021-07-16")), terms=None),
        previous_close=Price("48.00", "CNY", "tCO2e"),
        last=Price("48.00", "CNY", "tCO2e"),
        limits=(),
    )
)
FUTURE = {
    "type": "Future",
    "underlying": "EUA",
    "last_trading_day": "2025-12-15",
    "final_settlement_day": "2025-12-18",
    "delivery": "physical",
}


def problems(kind: type, fact: object, *, lenient: bool = False) -> dict[str, str]:
    """Say what is wrong with a text: each pointer with its code."""
    with pytest.raises(BatchError) as caught:
        decoded(kind, fact, lenient=lenient)
    return {each.field: each.code for each in caught.value.problems}


def trees() -> st.SearchStrategy[Any]:
    """Draw anything that JSON can say, and some that only Python can."""
    single = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(),
        st.text(max_size=20),
        st.sampled_from(["48.00", "2026-11-30", "buy", "Future", "CNY", "tCO2e", "\ud800", "KEE-001"]),
    )
    names = st.sampled_from(sorted({*ORDER, *FUTURE, "amount", "currency", "per", "data", "x/y~z", ""}))
    return st.recursive(
        single,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=8), inner),
        max_leaves=12,
    )


@st.composite
def damaged(draw: st.DrawFn) -> tuple[type, Any]:
    """Draw what a class is written as, with one place in it put in another's place, dropped or added."""
    kind = draw(st.sampled_from((*KINDS, *QUERIES)))
    fact = encoded(draw(values(kind)))
    place = fact
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not steps:
            return kind, fact
        step = draw(st.sampled_from(steps))
        if isinstance(place[step], dict | list) and place[step] and draw(st.booleans()):
            place = place[step]
            continue
        break
    if draw(st.booleans()):
        place[step] = draw(trees())
    else:
        del place[step]
    return kind, fact


# ----------------------------------------------------------------- there and back


@pytest.mark.parametrize("kind", [*KINDS, *QUERIES], ids=lambda kind: str(kind.__name__))
@settings(max_examples=15)
@given(data=st.data())
def test_what_is_written_comes_back(kind: type, data: st.DataObject) -> None:
    value = data.draw(values(kind))
    text = write_json(encoded(value))
    assert decoded(kind, read_json(text, most=MOST)) == (value, {})
    assert decoded(kind, read_json(text, most=MOST), lenient=True) == (value, {})


@settings(max_examples=25)
@given(items=st.lists(values(Level), max_size=4).map(tuple), cursor=st.none() | texts())
def test_a_page_comes_back(items: tuple[Level, ...], cursor: str | None) -> None:
    page = Page(data=items, next_cursor=cursor)
    assert page_read(Level, page_written(page)) == (page, {})
    assert codec_of(page_of(Level)).write(page) == page_written(page)


def test_trailing_zeros_stay() -> None:
    for amount in ("48.0", "48.00", "48"):
        value, _ = decoded(Price, {"amount": amount, "currency": "CNY", "per": "tCO2e"})
        assert encoded(value)["amount"] == amount


def test_no_two_classes_of_the_wire_share_a_name() -> None:
    schemas: dict[str, Any] = {}
    for kind in KINDS:
        codec_of(kind).describe(schemas)
    found = {each for kind in KINDS for each in classes(kind)}
    assert len({each.__name__ for each in found}) == len(found)
    assert {each.__name__ for each in found} >= set(schemas)


def classes(kind: Json) -> set[type]:
    """Find the attrs classes that a type is made of."""
    if get_args(kind):
        return {found for each in get_args(kind) for found in classes(each)}
    if not isinstance(kind, type) or not attrs.has(kind) or issubclass(kind, Identifier):
        return set()
    return {kind, *(found for hint in get_type_hints(kind).values() for found in classes(hint))}


# ------------------------------------------------------------------ what is refused


def each_of(name: str, *wrong: object) -> list[tuple[str, object]]:
    return [(name, one) for one in wrong]


WRONG = [
    *each_of("quantity", "NaN", "Infinity", "-Infinity", "1e5", "1E5", "1_000", "1,000", " 1", "1 ", "+1"),
    *each_of(
        "quantity", "--1", "01", "-01", "00", "1.", ".5", "", "-", "٣", "１", "1\n", "0x1", "1.0.0", "½"
    ),
    *each_of(
        "quantity", "9" * 31, "1." + "0" * 19, "-0", "-0.00", "1\0", 1, *[True], None, [], {}, ["1"], 10**40
    ),
    *each_of("quantity", Decimal(1)),
    *each_of("post_only", 0, 1, "true", None, []),
    *each_of("side", "BUY", "Side.BUY", "", "buy ", 1, None, [], {}, *[True]),
    *each_of("account", "", " A", "A B", "../etc", "-A", "A" * 129, "É", "A\0", 7, None, []),
    *each_of("client_order_id", "", "a/b", "A" * 65, "a b", 7, None, "\ud800", "a\0"),
    *each_of("until", "2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00:00Z", "0000-01-01", 1),
    *each_of("until", "٢٠٢٦-01-01"),
    *each_of("price", "48.00", 48, [], [1, 2, 3], *[True], "abc", {}),
]


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=lambda each: repr(each)[:20])
def test_a_wrong_value_is_refused(name: str, wrong: object, *, lenient: bool) -> None:
    if name == "side" and lenient and isinstance(wrong, str):
        return  # stays as an Unknown, tested below
    found = problems(OrderRequest, {**REQUEST, name: wrong}, lenient=lenient)
    assert all(pointer == f"/{name}" or pointer.startswith(f"/{name}/") for pointer in found)


@pytest.mark.parametrize(
    "wrong",
    [
        *("2026-11-30T01:30:00", "2026-11-30T01:30:00+00:00", "2026-11-30 01:30:00Z", "2026-11-30T01:30Z"),
        *("2026-11-30T24:00:00Z", "2026-11-30T01:60:00Z", "2026-11-30T01:30:60Z", "2026-02-30T01:30:00Z"),
        *("2026-11-30T01:30:00.1234567Z", "2026-11-30T01:30:00.Z", "2026-11-30t01:30:00z", "now", ""),
        *(
            "0000-01-01T00:00:00Z",
            "２026-11-30T01:30:00Z",
            "2026-11-30T01:30:00Z\n",
            1_796_000_000,
            None,
            True,
        ),
    ],
)
def test_a_wrong_instant_is_refused(wrong: object) -> None:
    assert problems(Order, {**ORDER, "at": wrong}) == {"/at": "invalid_value"}


@pytest.mark.parametrize("wrong", ["100", 1.0, True, False, None, Decimal(100), 10**18, -(10**18), []])
def test_a_wrong_count_is_refused(wrong: object) -> None:
    assert problems(Order, {**ORDER, "quantity": wrong}) == {"/quantity": "invalid_value"}


def test_counts_have_at_most_eighteen_digits() -> None:
    assert decoded(Order, {**ORDER, "quantity": 10**18 - 1})[0].quantity == 10**18 - 1
    assert problems(Order, {**ORDER, "quantity": 10**5000}) == {"/quantity": "invalid_value"}


@pytest.mark.parametrize("wrong", ["a" * 1001, "\0", "\ud800", "a\udfff", 7, None, ["a"], True])
def test_a_wrong_text_is_refused(wrong: object) -> None:
    assert set(problems(KeyRequest, {"person": wrong, "accounts": [], "scopes": []})) == {"/person"}


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        ({"amount": "1", "currency": "XXA", "per": "tCO2e"}, {"/price/currency": "invalid_value"}),
        ({"amount": "1", "currency": "CNY", "per": "parsec"}, {"/price/per": "unknown_unit"}),
        ({"amount": 1, "currency": "CNY", "per": "tCO2e"}, {"/price/amount": "invalid_value"}),
        ({"amount": "1", "currency": "CNY"}, {"/price/per": "missing"}),
        ({"amount": "1", "currency": ["CNY"], "per": "t"}, {"/price/currency": "invalid_value"}),
    ],
)
def test_a_wrong_price_is_refused_at_its_field(fact: object, found: dict[str, str]) -> None:
    assert problems(OrderRequest, {**REQUEST, "price": fact}) == found
    assert problems(OrderRequest, {**REQUEST, "price": fact}) == found  # nothing wrong is remembered


def test_a_problem_of_the_whole_value_stands_at_its_place() -> None:
    late = {**FUTURE, "final_settlement_day": "2025-12-14"}
    fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": late}}
    assert problems(Quotation, fact) == {"/instrument/terms/final_settlement_day": "invalid_value"}
    fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "tick": "0.001"}}
    assert problems(Quotation, fact) == {"/instrument/tick": "invalid_value"}


def test_every_problem_is_told_at_once() -> None:
    fact = {
        **REQUEST,
        "quantity": 5,
        "side": "hold",
        "price": {"amount": "1e5", "currency": "cny", "per": "tCO2e", "x": 1},
        "a/b~c": 1,
        "n" * 100: 2,
    }
    del fact["account"]
    assert problems(OrderRequest, fact) == {
        "/quantity": "invalid_value",
        "/side": "invalid_value",
        "/price/amount": "invalid_value",
        "/price/currency": "invalid_value",
        "/price/x": "unknown_field",
        "/account": "missing",
        "/a~1b~0c": "unknown_field",
        f"/{'n' * 64}": "unknown_field",
    }


def test_what_the_class_has_against_its_fields_is_told_at_once_too() -> None:
    fact = {**REQUEST, "client_order_id": "a b", "quantity": 5}
    assert set(problems(OrderRequest, fact)) == {"/client_order_id", "/quantity"}
    assert set(problems(TradeQuery, {"limit": 0, "since": "x"})) == {"/limit", "/since"}
    item = {**QUOTATION["instrument"], "tick": "0", "lot": 0}
    found = problems(Quotation, {**QUOTATION, "instrument": item})
    assert set(found) == {"/instrument/tick", "/instrument/lot"}
    terms = {**FUTURE, "underlying": "EUA", "final_settlement_day": "2020-01-01"}
    item = {**QUOTATION["instrument"], "tick": "0", "lot": 0, "terms": terms}
    assert set(problems(Quotation, {**QUOTATION, "instrument": item})) == {
        "/instrument/tick",
        "/instrument/lot",
        "/instrument/terms/final_settlement_day",
    }


def test_problems_deep_inside_have_their_place() -> None:
    level = {"price": ORDER["price"], "quantity": 5, "orders": ["O-1", "O 2"]}
    fact = {"instrument": "CEA25", "sequence": 1, "buys": [level, {**level, "quantity": "5"}], "sells": "x"}
    assert set(problems(Depth, fact)) == {
        "/buys/0/orders/1",
        "/buys/1/orders/1",
        "/buys/1/quantity",
        "/sells",
    }


def test_a_text_with_very_many_problems_is_read_no_further() -> None:
    fact = {"data": [{"sequence": "x"}] * 10_000, "next_cursor": 7}
    with pytest.raises(BatchError) as caught:
        page_read(Done, fact)
    assert len(caught.value.problems) == 100
    assert caught.value.problems[-1].field == "/data/99/sequence"


def test_a_huge_array_is_refused() -> None:
    assert len(page_read(Done, {"data": [{"sequence": 1}] * 10_000, "next_cursor": None})[0].data) == 10_000
    with pytest.raises(BatchError) as caught:
        page_read(Done, {"data": [{"sequence": 1}] * 10_001, "next_cursor": None})
    assert caught.value.problems[0].was == "10001 members"


@pytest.mark.parametrize("fact", [None, True, 1, "x", [], [{}], Decimal(1), 1.5, {"\ud800": 1}])
@pytest.mark.parametrize("lenient", [False, True])
def test_what_is_no_such_object_is_refused(fact: object, *, lenient: bool) -> None:
    with pytest.raises(BatchError):
        decoded(Order, fact, lenient=lenient)


# ------------------------------------------------------------------ a newer peer


def test_unknown_fields_are_kept_when_lenient_and_refused_when_strict() -> None:
    fact = {**ORDER, "mood": [1], "price": {**ORDER["price"], "a/b": None}}  # type: ignore[dict-item]  # a dict
    value, extra = decoded(Order, fact, lenient=True)
    assert (value, extra) == (decoded(Order, ORDER)[0], {"/mood": [1], "/price/a~1b": None})
    assert problems(Order, fact) == {"/mood": "unknown_field", "/price/a~1b": "unknown_field"}


def test_unknown_fields_of_items_are_kept_with_their_places() -> None:
    fact = {"data": [{"sequence": 1}, {"sequence": 2, "x": 3}], "next_cursor": None, "total": 2}
    page, extra = page_read(Done, fact, lenient=True)
    assert [each.sequence for each in page.data] == [1, 2]
    assert extra == {"/data/1/x": 3, "/total": 2}
    with pytest.raises(BatchError):
        page_read(Done, fact)


def test_unknown_members_are_kept_when_lenient_at_every_depth() -> None:
    order, _ = decoded(Order, {**ORDER, "state": "suspended"}, lenient=True)
    assert isinstance(order.state, Unknown)
    assert (order.state, order.state.value) == ("suspended", "suspended")
    assert encoded(order)["state"] == "suspended"
    page, _ = page_read(Order, {"data": [{**ORDER, "side": "both"}], "next_cursor": None}, lenient=True)
    assert page.data[0].side.value == "both"
    key = {
        "key_id": "k",
        "person": "ann",
        "accounts": [],
        "scopes": ["read", "clear"],
        "signed_by": "secret",
        "created_at": "2026-11-30T01:30:00Z",
        "revoked": False,
    }
    assert [each.value for each in decoded(KeySummary, key, lenient=True)[0].scopes] == ["read", "clear"]
    assert problems(KeySummary, key) == {"/scopes/1": "invalid_value"}


def test_an_unknown_member_stays_where_the_class_insists_on_one() -> None:
    fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": {**FUTURE, "delivery": "moon"}}}
    value, extra = decoded(Quotation, fact, lenient=True)
    assert isinstance(value.instrument.terms.delivery, Unknown)  # type: ignore[union-attr]  # a future
    assert encoded(value) == fact
    assert extra == {}
    assert problems(Quotation, fact) == {"/instrument/terms/delivery": "invalid_value"}
    wrong = {**FUTURE, "delivery": "moon", "final_settlement_day": "2020-01-01"}
    fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": wrong}}
    assert set(problems(Quotation, fact, lenient=True)) == {"/instrument/terms/final_settlement_day"}


def test_a_kind_of_terms_that_is_unknown_is_kept_aside() -> None:
    fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": {"type": "Swap", "x": 1}}}
    value, extra = decoded(Quotation, fact, lenient=True)
    assert value.instrument.terms is None
    assert extra == {"/instrument/terms": {"type": "Swap", "x": 1}}
    assert problems(Quotation, fact) == {"/instrument/terms": "invalid_value"}
    unknown: list[Json] = [{"type": 7}, {"type": ["Future"]}, {}, [], "Future"]
    for wrong in unknown:
        fact = {**QUOTATION, "instrument": {**QUOTATION["instrument"], "terms": wrong}}
        assert set(problems(Quotation, fact, lenient=True)) == {"/instrument/terms"}


@pytest.mark.parametrize("text", ["\0", "\ud800", "a" * 1001])
def test_an_unknown_member_is_a_text_like_any_other(text: str) -> None:
    assert problems(Order, {**ORDER, "state": text}, lenient=True) == {"/state": "invalid_value"}


def test_unknown_never_equals_a_member() -> None:
    assert all(Unknown("physical") != each for each in Delivery)  # type: ignore[comparison-overlap]  # the point
    assert decoded(Order, {**ORDER, "side": "SELL"}, lenient=True)[0].side.value == "SELL"


# ----------------------------------------------------------------------- anything


@settings(max_examples=200)
@given(kind=st.sampled_from((*KINDS, *QUERIES, Price, Money)), fact=trees(), lenient=st.booleans())
def test_whatever_comes_raises_one_kind_of_error(kind: type, fact: object, *, lenient: bool) -> None:
    found = None
    try:
        decoded(kind, fact, lenient=lenient)
    except BatchError as error:
        found = error.problems
    assert found is None or found
    assert all(each.field == "" or each.field.startswith("/") for each in found or ())


@settings(max_examples=150)
@given(made=damaged(), lenient=st.booleans())
def test_what_is_damaged_is_refused_or_read_as_it_says(made: tuple[type[Any], Any], *, lenient: bool) -> None:
    kind, fact = made
    try:
        value, extra = decoded(kind, fact, lenient=lenient)
    except BatchError:
        return
    if not lenient:
        assert extra == {}
        assert covers(encoded(value), fact)


def covers(again: Json, fact: Json) -> bool:
    """Say whether all that a text says is said again, in the same words."""
    if isinstance(fact, dict):
        return all(name in again and covers(again[name], each) for name, each in fact.items())
    if isinstance(fact, list):
        return len(again) == len(fact) and all(map(covers, again, fact))
    return type(again) is type(fact) and bool(again == fact)


@settings(max_examples=150)
@given(made=damaged())
def test_the_quick_reader_takes_only_what_the_careful_one_takes(made: tuple[type, Any]) -> None:
    kind, fact = made
    codec = codec_of(kind)
    reading = Reading(lenient=False)
    try:
        quickly = codec.quick(fact)
    except NOT_SURE:
        return
    assert codec.read(fact, reading, "") == quickly
    assert (reading.problems, reading.extra) == ([], {})


# ------------------------------------------------------------------------- writing


def test_what_the_wire_cannot_carry_is_not_written() -> None:
    order = decoded(Order, ORDER)[0]
    with pytest.raises(InvalidValueError, match="18 digits"):
        encoded(attrs.evolve(order, quantity=10**18))
    with pytest.raises(InvalidValueError):
        encoded(attrs.evolve(order, at=datetime.datetime(2026, 11, 30)))  # noqa: DTZ001  that is the point
    with pytest.raises(InvalidValueError, match="30 digits"):
        encoded(ReduceRequest(quantity=Decimal("1e31")))
    with pytest.raises(InvalidValueError, match="30 digits"):
        encoded(ReduceRequest(quantity=Decimal("1e-19")))


def test_numbers_are_written_in_the_one_form() -> None:
    assert encoded(ReduceRequest(quantity=Decimal("1E+3"))) == {"quantity": "1000"}
    assert encoded(ReduceRequest(quantity=Decimal("1E-7"))) == {"quantity": "0.0000001"}
    assert codec_of(Decimal).write(Decimal("-0.00")) == "0.00"
    assert codec_of(int | Decimal).write(7) == "7"
    order = attrs.evolve(decoded(Order, ORDER)[0], at=as_instant("2026-11-30T09:30:00+08:00"))
    assert encoded(order)["at"] == "2026-11-30T01:30:00.000000Z"
    zone = datetime.timezone(datetime.timedelta(hours=8))
    local = attrs.evolve(order, at=datetime.datetime(2026, 11, 30, 9, 30, tzinfo=zone))
    assert encoded(local)["at"] == "2026-11-30T01:30:00.000000Z"


class Colour(enum.Enum):
    """A type that is an enumeration."""

    RED = "red"


def test_a_type_that_the_wire_does_not_carry_is_refused() -> None:
    for kind in (float, bytes, list[int], dict[str, int], int | str, tuple[int, str], object):
        with pytest.raises(InvalidValueError):
            codec_of(kind)
    with pytest.raises(InvalidValueError):
        encoded(1.5)
    assert codec_of(Colour).write(Colour.RED) == "red"


def test_ids_of_different_kinds_stay_apart() -> None:
    order = decoded(Order, {**ORDER, "order_id": "X", "account": "X", "instrument": "X"})[0]
    assert (order.order_id, order.account, order.instrument) == (
        OrderId("X"),
        AccountId("X"),
        InstrumentId("X"),
    )


def test_errors_are_of_the_house() -> None:
    assert issubclass(BatchError, CarbonkitError)
    assert issubclass(WrongTypeError, NOT_SURE)
    assert {Trade, AccountSummary} <= set(KINDS)
