"""Charts and elements: text is escaped, every coordinate is a whole pixel within the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.cli.report.chart import Bar, Point, bars, price_line, stacks
from carbonkit.cli.report.element import Words, element, table, written

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

WORDS = Words("figures", "数据")


def _coordinates(picture: ET.Element) -> list[tuple[str, int]]:
    return [
        (name, int(value))
        for part in picture.iter()
        for name, value in part.attrib.items()
        if name in {"x", "y", "x1", "y1", "x2", "y2", "width", "height"}
    ]


@given(st.lists(st.integers(min_value=0, max_value=10**15), min_size=1, max_size=8))
def test_bars_stay_in_the_picture_and_keep_their_order(sizes: list[int]) -> None:
    picture = bars(WORDS, [Bar(WORDS, size, str(size)) for size in sizes])
    widths = [int(part.attrib["width"]) for part in picture.iter("rect")]
    assert len(widths) == len(sizes)
    assert all(0 < width <= 720 for width in widths)
    ranked = [width for _, width in sorted(zip(sizes, widths, strict=True))]
    assert ranked == sorted(ranked)


@given(st.lists(st.integers(min_value=0, max_value=10**6), min_size=3, max_size=3))
def test_the_parts_of_a_stack_fill_it_without_a_gap(counts: list[int]) -> None:
    parts = list(zip("ABC", counts, strict=True))
    picture = stacks(WORDS, [("2024", parts)], ["A", "B", "C"])
    drawn = [part for part in picture.iter("rect") if part.attrib["height"] == "18"]
    total = sum(int(part.attrib["width"]) for part in drawn)
    assert total == (640 if sum(counts) else 0)


@given(st.lists(st.tuples(st.integers(0, 19800), st.integers(4800, 5280)), min_size=1, max_size=30))
def test_a_price_line_stays_between_its_marks(places: list[tuple[int, int]]) -> None:
    points = [Point(second, height, 100) for second, height in sorted(places)]
    picture = price_line(WORDS, points, [(4800, "48.00"), (5280, "52.80")], [(0, "09:30"), (19800, "15:00")])
    assert all(0 <= value <= 720 for _, value in _coordinates(picture))


def test_text_is_escaped_whatever_it_holds() -> None:
    hostile = '<script>alert("1")</script>'
    assert "<script" not in written(element("p", hostile))
    assert "<script" not in written(table([hostile], [[hostile]]))
    assert "<script" not in written(bars(WORDS, [Bar(Words(hostile, hostile), 1, hostile)]))


def test_words_stand_in_both_languages_and_text_keeps_its_place() -> None:
    made = element("p", "1 ", WORDS, " 2")
    assert written(made) == '<p>1 <span lang="en">figures</span><span lang="zh">数据</span> 2</p>'


@pytest.mark.parametrize("name", ["class_", "view_box"])
def test_attribute_names_are_written_as_html_has_them(name: str) -> None:
    assert name.rstrip("_").replace("_", "-") + '="x"' in written(element("i", **{name: "x"}))
