"""Pieces of a page: elements whose text is always escaped, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Content", "Words", "element", "row", "table", "written"]


@attrs.frozen
class Words:
    """
    A text in both languages of the page.

    Args:
        english: In English.
        chinese: In Chinese.

    Example:
        >>> Words("close", "收盘价").chinese
        '收盘价'
    """

    english: str
    chinese: str


Content: TypeAlias = "ET.Element | Words | str"
"""What may stand inside an element."""


def element(tag: str, *content: Content, **attributes: str) -> ET.Element:
    """
    Make an element; text in it is escaped when it is written.

    Args:
        tag: Its name.
        content: Elements and texts, in order; words in two languages become two spans.
        attributes: Its attributes; a trailing underscore is dropped, others become hyphens.

    Returns:
        The element.

    Example:
        >>> written(element("p", "a < b", class_="note"))
        '<p class="note">a &lt; b</p>'
    """
    made = ET.Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    for each in content:
        if isinstance(each, Words):
            made.append(element("span", each.english, lang="en"))
            made.append(element("span", each.chinese, lang="zh"))
        elif isinstance(each, str):
            _add_text(made, each)
        else:
            made.append(each)
    return made


def _add_text(parent: ET.Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def row(cells: Iterable[Content], *, cell: str = "td", numbers_from: int = 1) -> ET.Element:
    """
    Make a row of a table.

    Args:
        cells: What the cells hold.
        cell: The cells' tag.
        numbers_from: The first column that is set as numbers, to the right.

    Returns:
        The row.

    Example:
        >>> written(row(["volume", "100"]))
        '<tr><td>volume</td><td class="number">100</td></tr>'
    """
    made = element("tr")
    for column, content in enumerate(cells):
        look = {"class_": "number"} if column >= numbers_from else {}
        made.append(element(cell, content, **look))
    return made


def table(head: Sequence[Content], rows: Iterable[Sequence[Content]], *, numbers_from: int = 1) -> ET.Element:
    """
    Make a table.

    Args:
        head: The headings.
        rows: The rows.
        numbers_from: The first column that is set as numbers, to the right.

    Returns:
        The table.

    Example:
        >>> table(["figure"], [["close"], ["open"]]).tag
        'table'
    """
    return element(
        "table",
        element("thead", row(head, cell="th", numbers_from=numbers_from)),
        element("tbody", *(row(cells, numbers_from=numbers_from) for cells in rows)),
    )


def written(made: ET.Element) -> str:
    """
    Write an element out as HTML.

    Args:
        made: The element.

    Returns:
        The text.

    Example:
        >>> written(element("b", "1"))
        '<b>1</b>'
    """
    return ET.tostring(made, encoding="unicode", method="html")
