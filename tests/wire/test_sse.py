"""Server-sent events are read alike however they are cut, and nothing hostile gets through."""

from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.wire.sse import ServerEvent, ServerEventReader, write_comment, write_event, write_mark

_names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
_data = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=40)
_events = st.lists(st.tuples(_names, _data, _names), max_size=5)


def _read(text: bytes, cuts: list[int]) -> list[ServerEvent]:
    reader, found = ServerEventReader(), []
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    for begin, end in itertools.pairwise(places):
        found += reader.feed(text[begin:end])
    return found


@given(_events, st.lists(st.integers(0, 10_000), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_what_is_written_is_read_back_however_it_is_cut(
    events: list[tuple[str, str, str]], cuts: list[int], end: bytes
) -> None:
    text = b"".join(
        write_event(kind, data.encode(), event_id) + write_comment("heartbeat")
        for kind, data, event_id in events
    ).replace(b"\n", end)
    assert _read(text, cuts) == [
        ServerEvent(type=kind, data=data, id=event_id) for kind, data, event_id in events
    ]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_hostile_bytes_are_read_alike_however_they_are_cut_or_refused(text: bytes, cuts: list[int]) -> None:
    def outcome(where: list[int]) -> list[ServerEvent] | str:
        try:
            return _read(text, where)
        except InvalidValueError as error:
            return error.problem.must

    assert outcome(cuts) == outcome([])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_byte_by_byte(end: bytes) -> None:
    lines = [
        b"\xef\xbb\xbfid: 7.1",
        b"event:trade",
        b"data: a",
        b"data:  b",
        b"data",
        b"",
        b"data: c",
        b"",
        b"",
    ]
    reader, found = ServerEventReader(), []
    for byte in end.join(lines):
        found += reader.feed(bytes([byte]))
    assert found == [
        ServerEvent(type="trade", data="a\n b\n", id="7.1"),
        ServerEvent(type="message", data="c", id="7.1"),
    ]


def test_a_line_feed_after_a_return_in_the_next_chunk_ends_no_second_line() -> None:
    reader = ServerEventReader()
    assert reader.feed(b"data: a\r") == []
    assert reader.feed(b"\ndata: b\r") == []
    assert reader.feed(b"") == []
    assert reader.feed(b"\n\r") == [ServerEvent(type="message", data="a\nb", id="")]
    assert reader.feed(b"\ndata: c\r\r") == [ServerEvent(type="message", data="c", id="")]


def test_a_mark_moves_the_last_id_without_an_event() -> None:
    reader = ServerEventReader(last_event_id="1.1")
    assert reader.feed(b": heartbeat\n" + write_mark("9.2", datetime.timedelta(seconds=2))) == []
    assert (reader.last_event_id, reader.retry) == ("9.2", datetime.timedelta(seconds=2))
    reader.feed(b"id\n\n")
    assert reader.last_event_id == ""


def test_an_id_counts_only_when_its_event_has_come_whole() -> None:
    reader = ServerEventReader(last_event_id="1.1")
    reader.feed(b"id: 2.1\ndata: half")
    assert reader.last_event_id == "1.1"


@pytest.mark.parametrize(
    "field", [b"retry: 1s", b"retry: -1", b"retry: \xd9\xa1", b"retry: 99999999", b"Retry: 7"]
)
def test_a_wait_that_is_no_number_is_skipped(field: bytes) -> None:
    reader = ServerEventReader()
    reader.feed(field + b"\n\n")
    assert reader.retry is None


def test_an_id_with_a_nul_and_an_unknown_field_are_skipped() -> None:
    found = ServerEventReader(last_event_id="1.1").feed(b"id: 2\0\nfuture: x\nno colon\ndata: a\n\n")
    assert found == [ServerEvent(type="message", data="a", id="1.1")]


@pytest.mark.parametrize(
    "text",
    [b"data: " + b"a" * 100, b"data: aaaa\n" * 10, b"data\n" * 21, b": " + b"c" * 100, b"x" * 101],
)
def test_what_is_too_large_is_refused_before_it_ends(text: bytes) -> None:
    reader = ServerEventReader(most=100)

    def read() -> None:
        for each in range(0, len(text), 3):
            reader.feed(text[each : each + 3])

    with pytest.raises(InvalidValueError, match="at most 100 bytes"):
        read()


def test_the_cap_is_of_one_event_and_not_of_the_stream() -> None:
    reader = ServerEventReader(most=100)
    assert len(reader.feed((b"data: " + b"a" * 80 + b"\n\n: comment\n") * 50)) == 50


@pytest.mark.parametrize("text", [b"data: \xff\n", b"event: \xc3\n", b"id: \xed\xa0\x80\n"])
def test_half_a_character_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidValueError, match="UTF-8"):
        ServerEventReader().feed(text)


@pytest.mark.parametrize("text", [b"id: " + b"1" * 201 + b"\n", b"event: " + b"e" * 201 + b"\n"])
def test_a_long_name_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidValueError, match="at most 200 bytes"):
        ServerEventReader().feed(text)


@pytest.mark.parametrize("name", ["", "a\nb", "a\rb", "a b", "a\0", "\u00e9", "a" * 201])
def test_a_name_that_would_forge_a_line_is_not_written(name: str) -> None:
    with pytest.raises(InvalidValueError):
        write_event(name, b"{}", "1.1")
    with pytest.raises(InvalidValueError):
        write_event("trade", b"{}", name)
    with pytest.raises(InvalidValueError):
        write_mark(name)


def test_data_of_many_lines_forges_no_field() -> None:
    text = write_event("trade", b"a\nid: 9\r\nevent: order\r\rb", "1.1")
    assert ServerEventReader().feed(text) == [
        ServerEvent(type="trade", data="a\nid: 9\nevent: order\n\nb", id="1.1")
    ]


def test_a_comment_is_one_line_and_a_wait_is_short() -> None:
    with pytest.raises(InvalidValueError):
        write_comment("a\ndata: b")
    for wait in (datetime.timedelta(hours=2), datetime.timedelta(seconds=-1)):
        with pytest.raises(InvalidValueError):
            write_mark("1.1", wait)
