"""
Pictures of figures, as SVG inside the page: whole pixels only, so no figure passes through a float.

Every chart carries a title for screen readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import attrs

from carbonkit.cli.report.element import Words, element

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bar", "Point", "bars", "price_line", "stacks"]

_WIDTH = 720
_LABEL, _FIGURE = 190, 150
_BAR, _GAP = 18, 10


@attrs.frozen
class Bar:
    """
    One bar: how long it is against the others, and what is written beside it.

    Args:
        label: What it is.
        size: A whole number in proportion to the figure.
        figure: The figure, written out.

    Example:
        >>> Bar(Words("gas", "天然气"), 10, "10 t").size
        10
    """

    label: Words
    size: int
    figure: str


@attrs.frozen
class Point:
    """
    One trade on a price line.

    Args:
        second: Seconds since the first moment shown.
        height: The price in ticks.
        volume: How much was traded.

    Example:
        >>> Point(0, 4800, 100).height
        4800
    """

    second: int
    height: int
    volume: int


def _svg(width: int, height: int, title: Words) -> ET.Element:
    made = element("svg", role="img", class_="chart")
    made.set("viewBox", f"0 0 {width} {height}")
    made.append(element("title", f"{title.english} · {title.chinese}"))
    return made


def _text(x: int, y: int, content: str | Words, look: str = "", anchor: str = "start") -> list[ET.Element]:
    made = []
    pairs = (
        ((content, ""),) if isinstance(content, str) else ((content.english, "en"), (content.chinese, "zh"))
    )
    for text, language in pairs:
        each = ET.Element("text", {"x": str(x), "y": str(y), "text-anchor": anchor})
        each.text = text
        if look:
            each.set("class", look)
        if language:
            each.set("lang", language)
        made.append(each)
    return made


def _rect(x: int, y: int, width: int, height: int, look: str) -> ET.Element:
    facts = {"x": str(x), "y": str(y), "width": str(width), "height": str(height), "class": look}
    return ET.Element("rect", facts)


def bars(title: Words, items: Sequence[Bar]) -> ET.Element:
    """
    Draw bars from left to right, one below the other.

    Args:
        title: What the picture shows.
        items: The bars; at least one.

    Returns:
        The picture.

    Example:
        >>> bars(Words("emissions", "排放"), [Bar(Words("gas", "天然气"), 10, "10 t")]).tag
        'svg'
    """
    made = _svg(_WIDTH, len(items) * (_BAR + _GAP) + _GAP, title)
    room = _WIDTH - _LABEL - _FIGURE
    largest = max(1, *(item.size for item in items))
    for place, item in enumerate(items):
        top = _GAP + place * (_BAR + _GAP)
        length = max(1, room * max(0, item.size) // largest)
        made.extend(_text(_LABEL - 8, top + 13, item.label, anchor="end"))
        made.append(_rect(_LABEL, top, length, _BAR, "bar"))
        made.extend(_text(_LABEL + length + 8, top + 13, item.figure, "figure"))
    return made


def stacks(
    title: Words, items: Sequence[tuple[str, Sequence[tuple[str, int]]]], order: Sequence[str]
) -> ET.Element:
    """
    Draw bars made of parts, each to the same length, with the parts' counts inside.

    Args:
        title: What the picture shows.
        items: Each bar's label and its parts by name.
        order: The names of the parts, in the order in which they are drawn.

    Returns:
        The picture.

    Example:
        >>> stacks(Words("status", "履约状态"), [("2024", [("A", 9), ("B", 1)])], ["A", "B"]).tag
        'svg'
    """
    made = _svg(_WIDTH, (len(items) + 1) * (_BAR + _GAP) + _GAP, title)
    left, room = 60, _WIDTH - 80
    for place, (label, parts) in enumerate(items):
        top = _GAP + place * (_BAR + _GAP)
        made.extend(_text(left - 8, top + 13, label, anchor="end"))
        found, before = dict(parts), 0
        whole = max(1, sum(found.values()))
        for name in order:
            count = found.get(name, 0)
            start, before = left + room * before // whole, before + count
            width = left + room * before // whole - start
            if width:
                made.append(_rect(start, top, width, _BAR, f"part part-{order.index(name)}"))
            if width > 10 * len(str(count)):
                made.extend(_text(start + width // 2, top + 13, f"{count:,}", "inside", "middle"))
    top, x = _GAP + len(items) * (_BAR + _GAP), left
    for place, name in enumerate(order):
        made.append(_rect(x, top + 3, 12, 12, f"part part-{place}"))
        made.extend(_text(x + 18, top + 13, name, "figure"))
        x += 34 + 9 * len(name)
    return made


def price_line(
    title: Words,
    points: Sequence[Point],
    heights: Sequence[tuple[int, str]],
    moments: Sequence[tuple[int, str]],
) -> ET.Element:
    """
    Draw prices as a line of steps over time, with the volume of each trade below it.

    Args:
        title: What the picture shows.
        points: The trades, in order; at least one.
        heights: The prices marked at the left, in ticks, with their texts; from low to high.
        moments: The times marked at the bottom, in seconds, with their texts; from early to late.

    Returns:
        The picture.

    Example:
        >>> price_line(Words("price", "价格"), [Point(0, 4800, 1)], [(4800, "48.00"), (5280, "52.80")],
        ...            [(0, "09:30"), (60, "09:31")]).tag
        'svg'
    """
    made = _svg(_WIDTH, 300, title)
    left, right, top, bottom, base = 60, _WIDTH - 25, 15, 215, 275
    low, high = heights[0][0], heights[-1][0]
    start, end = moments[0][0], moments[-1][0]

    def across(second: int) -> int:
        return left + (right - left) * (second - start) // max(1, end - start)

    def up(height: int) -> int:
        return bottom - (bottom - top) * (height - low) // max(1, high - low)

    for height, text in heights:
        made.append(_line(left, up(height), right, up(height), "grid"))
        made.extend(_text(left - 8, up(height) + 4, text, "figure", "end"))
    for second, text in moments:
        made.append(_line(across(second), top, across(second), base, "grid"))
        made.extend(_text(across(second), base + 16, text, "figure", "middle"))
    largest = max(1, *(point.volume for point in points))
    for point in points:
        tall = max(1, (base - bottom - 12) * point.volume // largest)
        made.append(_rect(across(point.second) - 1, base - tall, 2, tall, "volume"))
    path = f"M{across(points[0].second)} {up(points[0].height)}"
    for point in points[1:]:
        path += f"H{across(point.second)}V{up(point.height)}"
    made.append(ET.Element("path", {"d": path, "class": "line"}))
    return made


def _line(x1: int, y1: int, x2: int, y2: int, look: str) -> ET.Element:
    return ET.Element("line", {"x1": str(x1), "y1": str(y1), "x2": str(x2), "y2": str(y2), "class": look})
