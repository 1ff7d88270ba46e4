"""SVG that the charts of a fund share: whole pixels, titles for screen readers, safe texts; internal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import attrs

from carbonkit.values.field import check_type
from carbonkit.values.language import Language
from carbonkit.values.number import Rounding, divide, multiply, subtract

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH: Final = 720
LINE: Final = 20  # pixels from one line of text to the next
TOP: Final = 36  # pixels that the heading takes
_FULL: Final = ("#4c78a8", "#f58518", "#54a24b", "#b279a2", "#e45756", "#72b7b2", "#9d755d", "#54585d")
_PALE: Final = ("#9ecae9", "#ffbf79", "#88d27a", "#d6a5c9", "#ff9d98", "#b9dfdb", "#d8b5a5", "#bab0ac")
COLOURS: Final = (*_FULL, *_PALE)
QUIET: Final = "#999999"

_LOOKS: Final[dict[str, dict[str, str]]] = {
    "": {},
    "bold": {"font-weight": "bold"},
    "to the left": {"text-anchor": "end"},
}
_SVG: Final = "http://www.w3.org/2000/svg"
_NARROW, _CAPITAL, _BROAD, _WIDE_FROM = 8, 10, 14, 0x2E80  # pixels of a character, and where broad ones begin
_BROAD_LATIN: Final = frozenset("MWmw@%&\N{EM DASH}\N{HORIZONTAL ELLIPSIS}")

WORDS: Final = {
    "nav": ("Net asset value", "基金净值"),
    "exposure": ("Exposure by vintage", "按年份划分的敞口"),
    "curve": ("Cash flows and value: the J-curve", "现金流与价值（J 曲线）"),
    "flows": ("net cash flow so far", "累计净现金流"),
    "result": ("with net asset value", "加基金净值"),
    "tiers": ("Waterfall by tier", "收益分配层级"),
    "limited": ("limited partners", "有限合伙人"),
    "general": ("general partner", "普通合伙人"),
    "empty": ("nothing to show", "暂无数据"),
    "lowest": ("lowest", "最低"),
    "highest": ("highest", "最高"),
}


def word(name: str, language: Language) -> str:
    """Say a word of a chart."""
    return WORDS[name][language is Language.CHINESE]


@attrs.frozen
class Scale:
    """
    Where a number lies between two others, in whole pixels.

    Args:
        low: The number at the first pixel.
        high: The number at the last.
        first: The first pixel.
        last: The last; before the first if the scale runs the other way.
    """

    low: Decimal
    high: Decimal
    first: int
    last: int

    def __call__(self, number: Decimal) -> int:
        """Give the pixel; the middle if there is but one number."""
        span = subtract(self.high, self.low)
        if not span:
            return (self.first + self.last) // 2
        along = multiply(subtract(number, self.low), Decimal(self.last - self.first))
        return self.first + int(divide(along, span, 0, Rounding.HALF_UP))


def begun(title: str, description: str, language: Language, height: int) -> ET.Element:
    """Begin a picture with its heading."""
    check_type(language, Language, field="language")
    box = {"viewBox": f"0 0 {WIDTH} {height}", "width": str(WIDTH), "height": str(height), "role": "img"}
    svg = ET.Element("svg", {"xmlns": _SVG, "lang": language.value, "font-size": "13", **box})
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "desc").text = safe(description)
    text(svg, 0, 18, title, look="bold")
    return svg


def text(svg: ET.Element, left: int, top: int, words: str, *, room: int = WIDTH, look: str = "") -> None:
    """Write words; what has no room is cut, and stands in full as the text's own title."""
    said = safe(words)
    shown = cut(said, room)
    element = ET.SubElement(svg, "text", {"x": str(left), "y": str(top), **_LOOKS[look]})
    element.text = shown
    if shown != said:
        ET.SubElement(element, "title").text = said


def bar(svg: ET.Element, *, left: int, top: int, width: int, height: int, colour: str) -> None:
    """Draw a bar, at least a pixel wide."""
    facts = {"x": left, "y": top, "width": max(1, width), "height": height}
    ET.SubElement(svg, "rect", {**{name: str(value) for name, value in facts.items()}, "fill": colour})


def rule(svg: ET.Element, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a quiet line, such as an axis."""
    facts = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
    ET.SubElement(svg, "line", {**{name: str(value) for name, value in facts.items()}, "stroke": QUIET})


def path(svg: ET.Element, points: Sequence[tuple[int, int]], colour: str) -> None:
    """Draw a line through points; a dot if there is but one."""
    if len(points) == 1:
        (left, top) = points[0]
        ET.SubElement(svg, "circle", {"cx": str(left), "cy": str(top), "r": "3", "fill": colour})
        return
    drawn = " ".join(f"{left},{top}" for left, top in points)
    ET.SubElement(svg, "polyline", {"points": drawn, "fill": "none", "stroke": colour, "stroke-width": "2"})


def legend(svg: ET.Element, top: int, names: Iterable[str]) -> int:
    """Say what each colour stands for, in as many lines as it takes; give where the next line begins."""
    left = 0
    for number, name in enumerate(names):
        needed = min(width_of(name), WIDTH - 4 * LINE) + 2 * LINE
        if left and left + needed > WIDTH:
            left, top = 0, top + LINE
        bar(svg, left=left, top=top - 10, width=10, height=10, colour=COLOURS[number % len(COLOURS)])
        text(svg, left + 16, top, name, room=WIDTH - 4 * LINE)
        left += needed
    return top + LINE


def legend_lines(names: Iterable[str]) -> int:
    """Count the lines that a legend takes."""
    return (legend(ET.Element("svg"), 0, names)) // LINE


def width_of(words: str) -> int:
    """Estimate the pixels that words take."""
    return sum(map(_width, words))


def _width(character: str) -> int:
    if ord(character) >= _WIDE_FROM or character in _BROAD_LATIN:
        return _BROAD
    return _CAPITAL if character.isupper() else _NARROW


def cut(words: str, room: int) -> str:
    """Shorten words to the pixels that there are."""
    if width_of(words) <= room:
        return words
    kept = words
    while kept and width_of(kept) + _BROAD > room:
        kept = kept[:-1]
    return kept + "…"


def safe(words: str) -> str:
    """Replace what XML does not take, or what would turn the text round; every space becomes a plain one."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in words
    )


def written(svg: ET.Element) -> str:
    """Write the picture out."""
    return ET.tostring(svg, encoding="unicode")
