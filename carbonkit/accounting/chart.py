"""
Pictures of an inventory as SVG: scopes, categories, what changed; whole pixels only, so no figure is a float.

Each picture carries a title and a description for screen readers, in English or Chinese.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import attrs

from carbonkit.accounting._words import REASONS, WORDS, Words, same
from carbonkit.accounting.change import Change
from carbonkit.accounting.disclosure import Disclosure
from carbonkit.values.field import check_type
from carbonkit.values.language import Language
from carbonkit.values.number import Rounding, add, divide, multiply, plain, subtract

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from carbonkit.accounting.disclosure import Figure

__all__ = ["category_chart", "change_chart", "scope_chart"]

_SVG: Final = "http://www.w3.org/2000/svg"
_WIDTH, _LABEL, _FIGURE = 720, 290, 130
_BAR, _GAP, _TOP = 18, 8, 36
_COLOURS: Final = {
    "scope": "#4c78a8",
    "category": "#72b7b2",
    "total": "#54585d",
    "more": "#c44e52",
    "less": "#55a868",
}


@attrs.frozen
class _Bar:
    """One bar, from one figure to another."""

    words: Words
    start: Decimal
    end: Decimal
    written: str
    look: str


def scope_chart(disclosure: Disclosure, *, language: Language) -> str:
    """
    Draw the scopes and the totals, with scope 2 by both methods.

    Args:
        disclosure: The printed figures.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> from carbonkit.accounting.disclosure import disclose
        >>> nothing = disclose(account((), Catalogue(())), gwp_set("AR6"), unit="tCO2e", places=0,
        ...                    rounding=Rounding.HALF_UP)
        >>> "0 tCO2e" in scope_chart(nothing, language=Language.ENGLISH)
        True
    """
    return _of_figures(disclosure, ("scope", "total"), WORDS["scope"], language)


def category_chart(disclosure: Disclosure, *, language: Language) -> str:
    """
    Draw the categories of scope 3.

    Args:
        disclosure: The printed figures.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document; it says so where there is nothing to show.

    Example:
        >>> from carbonkit.accounting import Catalogue, account, gwp_set
        >>> from carbonkit.accounting.disclosure import disclose
        >>> nothing = disclose(account((), Catalogue(())), gwp_set("AR6"), unit="tCO2e", places=0,
        ...                    rounding=Rounding.HALF_UP)
        >>> "暂无数据" in category_chart(nothing, language=Language.CHINESE)
        True
    """
    return _of_figures(disclosure, ("category",), WORDS["category"], language)


def change_chart(change: Change, *, places: int, rounding: Rounding, language: Language) -> str:
    """
    Draw how one total became another: a step for each reason, between the two totals.

    Args:
        change: Two snapshots, compared.
        places: Decimal places of the figures, in tonnes.
        rounding: How the two totals are rounded; the steps add up to their difference.
        language: The language of its words.

    Returns:
        The picture, a whole SVG document.

    Raises:
        InvalidValueError: If `places` is beyond what a number may have.

    Example:
        >>> from carbonkit.values import CO2e
        >>> same = Change("2024", "2025", CO2e("1", "tCO2e"), CO2e("1", "tCO2e"), ())
        >>> drawn = change_chart(same, places=1, rounding=Rounding.HALF_UP, language=Language.ENGLISH)
        >>> drawn.count("1.0 tCO2e")
        4
    """
    check_type(change, Change, field="change")
    before, *steps, after = change.rounded(places, rounding)
    zero = Decimal(0)
    bars = [_Bar(same(change.before), zero, before, _written(before, "tCO2e"), "total")]
    reached = before
    for (reasons, _), step in zip(change.by_reason(), steps, strict=True):
        known = [REASONS[reason] for reason in reasons]
        words = Words(", ".join(each.english for each in known), "、".join(each.chinese for each in known))
        start, reached = reached, add(reached, step)
        sign = "+" if step > 0 else ""
        bars.append(
            _Bar(words, start, reached, sign + _written(step, "tCO2e"), "more" if step > 0 else "less")
        )
    bars.append(_Bar(same(change.after), zero, after, _written(after, "tCO2e"), "total"))
    return _drawn(WORDS["change"], bars, language)


def _of_figures(disclosure: Disclosure, sections: Sequence[str], title: Words, language: Language) -> str:
    check_type(disclosure, Disclosure, field="disclosure")
    shown = [figure for figure in disclosure.figures if figure.section in sections]
    return _drawn(title, map(_of_figure, shown), language)


def _of_figure(figure: Figure) -> _Bar:
    words = Words(figure.english, figure.chinese)
    return _Bar(words, Decimal(0), figure.number, _written(figure.number, figure.unit), figure.section)


def _written(number: Decimal, unit: str) -> str:
    return f"{plain(number)} {unit}"


def _drawn(title: Words, bars: Iterable[_Bar], language: Language) -> str:
    check_type(language, Language, field="language")
    shown = list(bars)
    described = "; ".join(f"{_word(bar.words, language)} {bar.written}" for bar in shown)
    height = _TOP + max(1, len(shown)) * (_BAR + _GAP)
    box = {"viewBox": f"0 0 {_WIDTH} {height}", "width": str(_WIDTH), "height": str(height), "role": "img"}
    svg = ET.Element("svg", {"xmlns": _SVG, "lang": language.value, "font-size": "13", **box})
    ET.SubElement(svg, "title").text = _word(title, language)
    ET.SubElement(svg, "desc").text = described or _word(WORDS["empty"], language)
    _text(svg, 0, 18, _word(title, language), **{"font-weight": "bold"})
    if not shown:
        _text(svg, 0, _TOP + 13, _word(WORDS["empty"], language))
    ends = [number for bar in shown for number in (bar.start, bar.end)]
    low, high = min([*ends, Decimal(0)]), max([*ends, Decimal(0)])
    for place, bar in enumerate(shown):
        top = _TOP + place * (_BAR + _GAP)
        left, right = sorted((_pixel(bar.start, low, high), _pixel(bar.end, low, high)))
        _text(svg, _LABEL - 8, top + 13, _word(bar.words, language), **{"text-anchor": "end"})
        facts = {"x": left, "y": top, "width": max(1, right - left), "height": _BAR}
        ET.SubElement(
            svg, "rect", {**{name: str(value) for name, value in facts.items()}, "fill": _COLOURS[bar.look]}
        )
        _text(svg, right + 8, top + 13, bar.written)
    return ET.tostring(svg, encoding="unicode")


def _pixel(number: Decimal, low: Decimal, high: Decimal) -> int:
    span = subtract(high, low)
    if not span:
        return _LABEL
    across = multiply(subtract(number, low), Decimal(_WIDTH - _LABEL - _FIGURE))
    return _LABEL + int(divide(across, span, 0, Rounding.HALF_UP))


def _text(svg: ET.Element, left: int, top: int, words: str, **look: str) -> None:
    ET.SubElement(svg, "text", {"x": str(left), "y": str(top), **look}).text = words


def _word(words: Words, language: Language) -> str:
    return words.chinese if language is Language.CHINESE else words.english
