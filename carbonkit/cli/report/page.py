"""The whole page: opens offline, prints well, loads nothing and runs no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.cli.report import sections
from carbonkit.cli.report.element import Content, Words, element
from carbonkit.cli.report.element import written as element_written
from carbonkit.cli.report.investment import invested
from carbonkit.cli.report.style import STYLE

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from carbonkit.cli.demo.run import Results

__all__ = ["written"]


def written(results: Results, version: str) -> str:
    """
    Write the results as one page.

    Args:
        results: What the demonstration came to.
        version: The version of carbonkit that ran it.

    Returns:
        The HTML.
    """
    body: list[ET.Element] = [
        element("h1", Words("One compliance year, from end to end", "一个履约年度，从头到尾")),
        element(
            "p",
            Words(
                "Emissions accounted, allowances issued, traded, settled and surrendered, and a fund that"
                " holds some: four acts on one exact ledger.",
                "排放核算，配额发放、交易、交收与清缴，以及一只持有配额的基金：四幕共用一个精确账本。",
            ),
            class_="lead",
        ),
        _tiles(results),
    ]
    missing = Words(
        "The input of this act is public data that is not part of the installed package; it lies in"
        " carbonkit's source repository.",
        "本幕所用公开数据不随安装包分发，见 carbonkit 源代码仓库。",
    )
    if results.accounted is None:
        body += [
            element("h2", Words("Act 1 · Account", "第一幕 · 核算")),
            element("p", missing, class_="warning"),
        ]
    else:
        body += sections.accounted(results.accounted)
    if results.registered is None:
        body += [
            element("h2", Words("Act 2 · Register", "第二幕 · 登记")),
            element("p", missing, class_="warning"),
        ]
    else:
        body += sections.registered(results.registered)
    body += sections.traded(results.traded)
    body += invested(results.invested)
    body += sections.ledger(results.verification)
    body.append(element("p", f"carbonkit {version}", class_="note"))
    return _document(body)


def _document(body: list[ET.Element]) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "carbonkit: one compliance year · 一个履约年度"),
        element("style", STYLE),
    )
    languages = element(
        "div",
        element("label", "English", for_="english"),
        element("label", "中文", for_="chinese"),
        class_="languages",
    )
    page = element(
        "html",
        head,
        element(
            "body",
            element("input", type="radio", name="language", id="english", checked="checked"),
            element("input", type="radio", name="language", id="chinese"),
            languages,
            element("main", *body),
        ),
        lang="en",
    )
    return "<!DOCTYPE html>\n" + element_written(page) + "\n"


def _tile(title: Words, figure: str, words: Words, *, good: bool) -> ET.Element:
    content: tuple[Content, ...] = (title, element("b", figure, class_="good" if good else "bad"))
    return element("div", *content, element("small", words), class_="tile")


def _tiles(results: Results) -> ET.Element:
    tiles: list[ET.Element] = []
    if results.accounted is not None:
        counts = results.accounted.compliant.tally()
        tiles.append(
            _tile(
                Words("Account", "核算"),
                f"{counts.agreeing:,} / {counts.compared:,}",
                Words("buildings agree with the city", "栋建筑与公布值一致"),
                good=results.accounted.good,
            )
        )
    if results.registered is not None:
        tiles.append(
            _tile(
                Words("Register", "登记"),
                f"{results.registered.surrenders_equal:,} / {results.registered.accounts:,}",
                Words("accounts equal the public report", "个账户与公开报告一致"),
                good=results.registered.good,
            )
        )
    tiles.append(
        _tile(
            Words("Trade", "交易"),
            str(results.traded.bulletin.close.amount),
            Words("CNY/t at the close of the opening day", "元/吨，开市首日收盘价"),
            good=results.traded.good,
        )
    )
    tiles.append(
        _tile(
            Words("Invest", "投资"),
            f"{results.invested.value.total.amount:,}",
            Words("CNY net asset value", "元基金净值"),
            good=results.invested.good,
        )
    )
    tiles.append(
        _tile(
            Words("Ledger", "账本"),
            "✓" if results.verification.ok else "✗",
            Words(
                f"{results.verification.records:,} records verified",
                f"{results.verification.records:,} 条记录已验证",
            ),
            good=results.verification.ok,
        )
    )
    return element("div", *tiles, class_="tiles")
