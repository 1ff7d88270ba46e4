"""
Pictures of a market as SVG: the depth of a book, candles; whole pixels only, so no figure is a float.

Each picture carries a title and a description for screen readers, in English or Chinese.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from carbonkit.values.language import Language
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.market.level import Level
    from carbonkit.market.series import Candle
    from carbonkit.values.price import Price

__all__ = ["candle_chart", "depth_chart"]

_WIDTH, _HEIGHT, _EDGE, _TEXT = 720, 320, 70, 20
_BUY, _SELL, _QUIET = (
    "#c23b22",
    "#2e7d32",
    "#999999",
)  # as in China: red for buying and rising, green for the other
_SVG: Final = "http://www.w3.org/2000/svg"


_WORDS: Final = {
    "depth": ("Depth of the book", "订单簿深度"),
    "buyers": ("buyers", "买方"),
    "sellers": ("sellers", "卖方"),
    "candles": ("Prices and volumes", "价格与成交量"),
    "empty": ("nothing to show", "暂无数据"),
    "volume": ("volume", "成交量"),
}


def _word(name: str, language: Language) -> str:
    return _WORDS[name][language is Language.CHINESE]


def depth_chart(buys: Sequence[Level], sells: Sequence[Level], *, language: Language) -> str:
    """
    Draw the depth of a book: a bar for each level, sellers above buyers, best prices in the middle.

    Args:
        buys: The buyers' levels, best first.
        sells: The sellers' levels, best first.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Example:
        >>> from carbonkit.market import Level
        >>> from carbonkit.values import OrderId, Price
        >>> level = Level(Price("48.00", "CNY", "tCO2e"), 1000, (OrderId("S-1"),))
        >>> "48.00" in depth_chart([], [level], language=Language.ENGLISH)
        True
    """
    rows = [*((level, _SELL) for level in reversed(sells)), *((level, _BUY) for level in buys)]
    best = f"{_word('sellers', language)} {_quoted(sells)}, {_word('buyers', language)} {_quoted(buys)}"
    svg = _picture(_word("depth", language), best, language, _TEXT * (len(rows) + 2))
    largest = max((level.quantity for level, _ in rows), default=0)
    if not rows:
        _text(svg, _EDGE, _TEXT * 2, _word("empty", language))
    for number, (level, colour) in enumerate(rows, start=1):
        top = _TEXT * number
        width = level.quantity * (_WIDTH - 3 * _EDGE) // largest
        _bar(svg, 2 * _EDGE, top + 3, max(1, width), _TEXT - 6, colour)
        _text(svg, 0, top + 15, plain(level.price.amount))
        _text(svg, _EDGE, top + 15, f"{level.quantity:,}")
    return _written(svg)


def _quoted(levels: Sequence[Level]) -> str:
    return str(levels[0].price) if levels else "–"


def candle_chart(candles: Sequence[Candle], *, language: Language) -> str:
    """
    Draw candles: first, highest, lowest and last price of each stretch, and its volume below.

    Args:
        candles: The candles, oldest first.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Example:
        >>> candle_chart([], language=Language.CHINESE).count("暂无数据")
        1
    """
    shown = f"{candles[0].start.isoformat()} – {candles[-1].start.isoformat()}" if candles else "–"
    svg = _picture(_word("candles", language), shown, language, _HEIGHT)
    if not candles:
        _text(svg, _EDGE, _TEXT * 2, _word("empty", language))
        return _written(svg)
    lowest, highest = min(each.low for each in candles), max(each.high for each in candles)
    largest = max(each.volume for each in candles)
    step = max(1, (_WIDTH - 2 * _EDGE) // len(candles))
    floor, ground = _HEIGHT - 5 * _TEXT, _HEIGHT - _TEXT

    def height(price: Price) -> int:
        span = highest.amount - lowest.amount
        if not span:
            return floor // 2
        return floor - int((price.amount - lowest.amount) * (floor - _TEXT) // span)

    for number, each in enumerate(candles):
        left, rose = _EDGE + number * step, each.close >= each.open
        colour = _BUY if rose else _SELL
        middle = left + step // 2
        _bar(svg, middle, height(each.high), 1, max(1, height(each.low) - height(each.high)), colour)
        top, bottom = sorted((height(each.open), height(each.close)))
        _bar(svg, left + 1, top, max(1, step - 2), max(1, bottom - top), colour)
        tall = each.volume * 3 * _TEXT // largest if largest else 0
        _bar(svg, left + 1, ground - tall, max(1, step - 2), max(1, tall), _QUIET)
    _text(svg, 0, height(highest) + 5, plain(highest.amount))
    if lowest != highest:
        _text(svg, 0, height(lowest) + 5, plain(lowest.amount))
    _text(svg, 0, ground, _word("volume", language))
    return _written(svg)


def _picture(title: str, description: str, language: Language, height: int) -> ET.Element:
    box = {"viewBox": f"0 0 {_WIDTH} {height}", "width": str(_WIDTH), "height": str(height), "role": "img"}
    svg = ET.Element("svg", {"xmlns": _SVG, "lang": language.value, "font-size": "13", **box})
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "desc").text = description
    return svg


def _bar(svg: ET.Element, left: int, top: int, width: int, height: int, colour: str) -> None:  # noqa: PLR0917  a private helper
    facts = {"x": left, "y": top, "width": width, "height": height}
    ET.SubElement(svg, "rect", {**{name: str(value) for name, value in facts.items()}, "fill": colour})


def _text(svg: ET.Element, left: int, top: int, words: str) -> None:
    ET.SubElement(svg, "text", {"x": str(left), "y": str(top)}).text = words


def _written(svg: ET.Element) -> str:
    return ET.tostring(svg, encoding="unicode")
