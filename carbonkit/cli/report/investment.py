"""The section of act 4, and its results as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.cli.report.chart import Bar, bars
from carbonkit.cli.report.element import Content, Words, element, table
from carbonkit.cli.report.sections import explained
from carbonkit.values.number import plain

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from carbonkit.cli.demo.invest import Invested
    from carbonkit.values.money import Money

__all__ = ["invested", "plain_investment"]


def _grouped(money: Money) -> str:
    return f"{money.amount:,}"


def invested(act: Invested) -> list[ET.Element]:
    """
    Tell act 4.

    Args:
        act: What it came to.

    Returns:
        The elements of its section.
    """
    raised, holding = act.raised, act.holding
    return [
        element("h2", Words("Act 4 · Invest", "第四幕 · 投资")),
        element(
            "p",
            Words(
                f"A carbon-peak fund with {_grouped(raised.commitments.total)} CNY of commitments calls"
                f" {_grouped(raised.call.total)} CNY, buys on the opening day, and is valued at its close.",
                f"一只认缴总额 {_grouped(raised.commitments.total)} 元的碳达峰基金，缴款"
                f" {_grouped(raised.call.total)} 元，于开市首日买入配额，并按收盘价估值。",
            ),
            class_="lead",
        ),
        element(
            "p",
            Words(
                "The fund, its partners and its purchases are an illustration: in 2021 only key emitters of"
                " the power sector traded, and no fund did.",
                "基金、合伙人及买入均为示例：2021年仅发电行业重点排放单位参与交易，没有基金参与。",
            ),
            class_="warning",
        ),
        element("h3", Words("What it is worth at the close, in CNY", "收盘时的价值（元）")),
        bars(
            Words("Cost and market value", "成本与市值"),
            [
                Bar(Words("cash", "现金"), act.value.cash.to_minor(), _grouped(act.value.cash)),
                Bar(
                    Words("allowances at cost", "配额成本"),
                    holding.holding.cost.to_minor(),
                    _grouped(holding.holding.cost),
                ),
                Bar(
                    Words("allowances at market", "配额市值"),
                    holding.market_value.to_minor(),
                    _grouped(holding.market_value),
                ),
                Bar(
                    Words("net asset value", "基金净值"),
                    act.value.total.to_minor(),
                    _grouped(act.value.total),
                ),
            ],
        ),
        _figures(act),
        element("h3", Words("The capital call, partner by partner, in CNY", "各合伙人缴款（元）")),
        table(
            [
                Words("partner", "合伙人"),
                Words("committed", "认缴"),
                Words("called", "实缴"),
                Words("net asset value", "净值份额"),
            ],
            [
                (
                    partner.text,
                    _grouped(raised.commitments.of(partner)),
                    _grouped(called),
                    _grouped(act.shares[partner]),
                )
                for partner, called in raised.call.amounts
            ],
        ),
        explained(act.value.explain()),
        explained(act.performance.explain()),
    ]


def _figures(act: Invested) -> ET.Element:
    figures, holding = act.performance, act.holding
    rows: list[tuple[Content, ...]] = [
        (Words("committed", "认缴总额"), _grouped(act.raised.commitments.total), "CNY"),
        (Words("paid in", "实缴总额"), _grouped(figures.paid_in), "CNY"),
        (Words("allowances held", "持有配额"), f"{holding.holding.quantity:,}", "tCO2e"),
        (Words("closing price", "收盘价"), plain(holding.mark.price.amount), "CNY/tCO2e"),
        (Words("unrealised gain", "浮动盈亏"), _grouped(holding.unrealised), "CNY"),
        ("DPI", plain(figures.dpi), ""),
        ("RVPI", plain(figures.rvpi), ""),
        ("TVPI", plain(figures.tvpi), ""),
        *(
            (
                Words("XIRR, over a single day", "内部收益率（仅一日）"),
                plain(rate),
                figures.internal_rate.day_count.value,
            )
            for rate in figures.internal_rate.rates
        ),
    ]
    return table([Words("figure", "指标"), Words("value", "数值"), Words("unit", "单位")], rows)


def plain_investment(act: Invested) -> dict[str, object]:
    """
    Give act 4 as plain values.

    Args:
        act: What it came to.

    Returns:
        The figures, as strings.
    """
    raised, holding, figures = act.raised, act.holding, act.performance
    parts = act.shares
    return {
        "fund": raised.fund.text,
        "illustration": True,
        "committed": str(raised.commitments.total),
        "called": str(raised.call.total),
        "partners": [
            {
                "partner": partner.text,
                "committed": str(raised.commitments.of(partner)),
                "called": str(called),
                "net_asset_value": str(parts[partner]),
            }
            for partner, called in raised.call.amounts
        ],
        "holding": {
            "asset": holding.holding.asset.text,
            "quantity": str(holding.holding.quantity),
            "cost": str(holding.holding.cost),
            "price": str(holding.mark.price),
            "market_value": str(holding.market_value),
            "unrealised": str(holding.unrealised),
        },
        "cash": str(act.value.cash),
        "net_asset_value": str(act.value.total),
        "dpi": plain(figures.dpi),
        "rvpi": plain(figures.rvpi),
        "tvpi": plain(figures.tvpi),
        "xirr": [plain(rate) for rate in figures.internal_rate.rates],
        "day_count": figures.internal_rate.day_count.value,
        "provable": act.provable,
        "explanation": [act.value.explain().as_dict(), figures.explain().as_dict()],
    }
