"""JSON texts: strict both ways, and bounded before anything follows them down."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.wire.json_text import DEEPEST, read_json, write_json

MOST = 2_000_000
NESTED = b"[" * DEEPEST + b"]" * DEEPEST


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b" ", b"{", b"nul", b"{'a':1}", b'{"a":1,}', b"[1,]", b"[1 2]", b'{"a" 1}', b"1 2", b"// 1"),
        *(b"NaN", b"Infinity", b"-Infinity", b"[NaN]", b"+1", b"01", b"1.", b".5", b"1_000", b"0x1", b"--1"),
        *(b"1" * 19, b"-" + b"1" * 19, b"1" * 5000, b"1." + b"0" * 60, b"1e999999999", b"1e-999999999"),
        *(b'"\x00"', b'"\n"', b'"\\x"', b'"\\u12"', b'"\\ud800"', b'"\\uDFFF x"', b'{"\\ud800":1}', b'"'),
        *(
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\x00}\x00",
            b'"\xff"',
            b'"\xed\xa0\x80"',
            "１".encode(),
            "٣".encode(),
        ),
        *(b'{"a":1,"a":1}', b'[{"b":{"a":1,"c":2,"a":3}}]', b'{"a":1,"\\u0061":2}'),
        *(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), b"[" * 100_000, b'{"a":' * 33 + b"1" + b"}" * 33),
        *(b'["\\\\",' + b"[" * 40 + b"]" * 40 + b',"x"]', b'["\\"",' + b"{" * 40 + b"}" * 40 + b"]"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_not_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_json(text, most=MOST)
    assert caught.value.code == "malformed"


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        (b"null", None),
        (b"[true, false]", [True, False]),
        (b"-0", 0),
        (b"9" * 18, 10**18 - 1),
        (b"-" + b"9" * 18, -(10**18) + 1),
        (b"1.50", Decimal("1.50")),
        (b"1e5", Decimal("1E+5")),
        (b'"\\ud83c\\udf33"', "\N{DECIDUOUS TREE}"),
        (b'"[[{{\\"\\\\"', '[[{{"\\'),
        ('{"é":"\N{DECIDUOUS TREE}"}'.encode(), {"é": "\N{DECIDUOUS TREE}"}),
    ],
)
def test_what_is_strict_json_is_read(text: bytes, fact: object) -> None:
    assert read_json(text, most=MOST) == fact
    assert type(read_json(text, most=MOST)) is type(fact)


def test_a_text_is_as_long_as_it_may_be_and_no_longer() -> None:
    assert read_json(b'"abc"', most=5) == "abc"
    with pytest.raises(InvalidValueError, match="at most 4 bytes"):
        read_json(b'"abc"', most=4)


def test_a_text_is_as_deep_as_it_may_be() -> None:
    read_json(NESTED, most=MOST)
    read_json(b"[" + b",".join([b'{"a":[{}]}'] * 100) + b"]", most=MOST)
    read_json(b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST, most=MOST)
    brackets = "[" * 1000
    assert read_json(f'["{brackets}", "\\"{brackets}"]'.encode(), most=MOST) == [brackets, f'"{brackets}']


@pytest.mark.parametrize(
    "text",
    [
        b'"\\"' * 300_000,
        b'"\\\\' * 300_000,
        b"[" * 32 + b"[]," * 300_000,
        b'["' + b'\\"[' * 300_000,
        b"\\" * 1_000_000 + b"[" * 33,
        b"9" * 1_000_000,
        b"1." + b"9" * 1_000_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_hostile_text_is_refused_soon(text: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(InvalidValueError):
        read_json(text, most=MOST)
    assert time.process_time() - begun < 2


@given(
    st.binary(max_size=80) | st.text(st.sampled_from('[]{}",:\\u0dD81e-. tn'), max_size=60).map(str.encode)
)
def test_any_bytes_raise_one_kind_of_error_or_are_written_again(text: bytes) -> None:
    try:
        fact = read_json(text, most=100)
    except CarbonkitError:
        return
    try:
        assert read_json(write_json(fact), most=1000) == fact
    except InvalidValueError as error:
        assert "Decimal" in str(error)  # noqa: PT017  a fraction is read, to be refused by its field


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        [1.0],
        {"a": {"b": 2.5}},
        Decimal(1),
        b"x",
        {1: "a"},
        {None: 1},
        {"a": {2}},
        "\ud800",
    ],
    ids=repr,
)
def test_what_json_cannot_say_is_not_written(value: object) -> None:
    with pytest.raises(InvalidValueError):
        write_json(value)


def test_a_value_in_itself_is_not_written() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(InvalidValueError):
        write_json(value)


def test_a_field_that_comes_twice_among_many_is_found_at_once() -> None:
    many = ",".join(f'"{number:06d}":1' for number in range(40_000))
    began = time.process_time()
    with pytest.raises(InvalidValueError, match="name each field once, was 039999"):
        read_json(f'{{{many},"039999":1}}'.encode(), most=1 << 20)
    assert time.process_time() - began < 2  # half a minute if each name is counted


def test_a_text_is_written_in_utf_8_without_spaces() -> None:
    assert write_json({"é": [1, True, None, "\N{DECIDUOUS TREE}"]}).decode() == (
        '{"é":[1,true,null,"\N{DECIDUOUS TREE}"]}'
    )
