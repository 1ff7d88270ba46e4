"""The sections of the page: one for each act, each from the act's own result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonkit.cli.report.chart import Bar, Point, bars, price_line, stacks
from carbonkit.cli.report.element import Content, Words, element, table
from carbonkit.market.trade import Method
from carbonkit.values.number import Rounding, plain
from carbonkit.values.time import at_local_time

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from carbonkit.cli.demo.account import Accounted
    from carbonkit.cli.demo.register import Registered
    from carbonkit.cli.demo.trade import Traded
    from carbonkit.ledger import Verification
    from carbonkit.values.explanation import Explanation
    from carbonkit.values.quantity import CO2e

__all__ = ["accounted", "explained", "ledger", "registered", "traded"]

_MARK = {True: "✓", False: "✗"}
_LOOK = {True: "good", False: "bad"}
_FIGURES = {
    "previous_close": Words("previous close", "前收盘价"),
    "open": Words("open", "开盘价"),
    "high": Words("high", "最高价"),
    "low": Words("low", "最低价"),
    "close": Words("close", "收盘价"),
    "change_percent": Words("change", "涨跌幅"),
    "volume": Words("volume", "成交量"),
    "turnover": Words("turnover", "成交额"),
}
_ACTIVITIES = {
    "electricity": Words("electricity", "电力"),
    "natural gas": Words("natural gas", "天然气"),
    "district steam": Words("district steam", "区域蒸汽"),
}
_STATUSES = ("A", "B", "C", "EXCLUDED", "NOT_APPLICABLE")


def explained(explanation: Explanation) -> ET.Element:
    """
    Fold a figure's whole explanation into one element.

    Args:
        explanation: The figure, down to its sources.

    Returns:
        The element.

    Example:
        >>> from carbonkit.values import Explanation
        >>> explained(Explanation("lot", "1 t")).tag
        'details'
    """
    words = Words("How this came about, down to the sources", "计算依据与数据来源")
    return element("details", element("summary", words), element("pre", explanation.text()))


def _grouped(amount: CO2e, places: int) -> str:
    rounded = amount.to("tCO2e", places=places, rounding=Rounding.HALF_UP)
    return f"{rounded.number:,} t"


def accounted(act: Accounted) -> list[ET.Element]:
    """
    Tell act 1.

    Args:
        act: What it found.

    Returns:
        The elements of its section.
    """
    counts, every = act.compliant.tally(), act.comparison.tally()
    parts = act.comparison.statement.by_activity().rounded(0, Rounding.HALF_UP).parts
    return [
        element("h2", Words("Act 1 · Account", "第一幕 · 核算")),
        element(
            "p",
            Words(
                "The 2016 energy use of Seattle's large buildings, from the city's public record, becomes"
                " emissions: activity × factor, building by building. The city states no factors; these are"
                " the ones that its own published totals imply.",
                "以西雅图市公开的2016年大型建筑能耗数据，逐栋核算排放量（活动数据 × 排放因子）。"
                "该市未公布排放因子，此处所用因子由其公布的排放总量反推得出。",
            ),
            class_="lead",
        ),
        element(
            "p",
            element("b", f"{counts.agreeing:,} / {counts.compared:,}", class_=_LOOK[act.good]),
            Words(" compliant buildings agree with the city's figures. ", " 栋合规建筑与公布数据一致。"),
            Words(
                f"{counts.within:,} are within 0.5 %; {counts.rounded:,} further off, and equal once rounded"
                f" to 0.01 t like the publication. Of all buildings with a total, {every.agreeing:,} of"
                f" {every.compared:,} agree.",
                f"其中 {counts.within:,} 栋误差在 0.5% 以内，{counts.rounded:,} 栋按公布精度（0.01 吨）"
                "取整后相等；"
                f"有公布总量的 {every.compared:,} 栋中有 {every.agreeing:,} 栋一致。",
            ),
        ),
        bars(
            Words("Emissions by kind of energy", "按能源种类的排放量"),
            [
                Bar(
                    _ACTIVITIES.get(label, Words(label, label)),
                    int(amount.number),
                    f"{int(amount.number):,} t",
                )
                for label, amount in parts
            ],
        ),
        element("h3", Words("The furthest apart of the compliant", "误差最大的合规建筑")),
        table(
            [
                Words("building", "建筑编号"),
                Words("published", "公布值"),
                Words("computed", "计算值"),
                Words("apart", "相差"),
            ],
            [
                (
                    match.facility,
                    f"{plain(match.published.amount.number)} t",
                    _grouped(match.computed, 4),
                    f"{match.percent(3, Rounding.HALF_UP)} %",
                )
                for match in act.worst
            ],
        ),
        explained(act.comparison.statement.explain()),
    ]


def registered(act: Registered) -> list[ET.Element]:
    """
    Tell act 2.

    Args:
        act: What it found.

    Returns:
        The elements of its section.
    """
    year, published, equal = act.statuses[-1]
    return [
        element("h2", Words("Act 2 · Register", "第二幕 · 登记")),
        element(
            "p",
            Words(
                f"The public compliance report of the UK ETS, 2021 to 2024: {act.accounts:,} accounts are"
                " opened, allowances issued, allocated and bought, emissions reported and units"
                " surrendered, all through one registry and one ledger, and compared account by account.",
                f"英国碳市场2021—2024年公开履约报告：{act.accounts:,} 个账户逐一开户、配额发放与分配、购入、"
                "排放报告与清缴，全部经同一登记系统与账本重放，并逐户比对。",
            ),
            class_="lead",
        ),
        _equal(act),
        element(
            "p",
            Words(
                f"The status of {year} rests on published figures alone: {equal:,} of {published:,} are"
                " equal. When units were surrendered is not public; earlier deadlines are replayed with the"
                " lateness that the published statuses themselves show.",
                f"{year}年状态仅依据公布数据得出：{published:,} 个中 {equal:,} 个一致。清缴日期未公开，"
                "此前各年按公布状态所显示的逾期情况重放。",
            ),
        ),
        stacks(
            Words("Status at each deadline", "各履约截止日的状态"),
            [(str(each), counts) for each, counts in act.tally],
            _STATUSES,
        ),
        element("h3", Words(f"The {len(act.differences)} that differ", f"{len(act.differences)} 项差异")),
        _differences(act),
    ]


def _equal(act: Registered) -> ET.Element:
    return table(
        [
            Words("what is compared", "比对项"),
            Words("published", "公布"),
            Words("equal", "一致"),
            Words("had all been on time", "若全部按时"),
        ],
        [
            (
                Words("cumulative emissions", "累计排放量"),
                f"{act.accounts:,}",
                f"{act.emissions_equal:,}",
                "",
            ),
            (
                Words("cumulative surrenders", "累计清缴量"),
                f"{act.accounts:,}",
                f"{act.surrenders_equal:,}",
                "",
            ),
            *(
                (
                    Words(f"status {each}", f"{each}年履约状态"),
                    f"{count:,}",
                    f"{same:,}",
                    f"{plain_same:,}",
                )
                for (each, count, same), (_, _, plain_same) in zip(act.statuses, act.on_time, strict=True)
            ),
        ],
    )


def _differences(act: Registered) -> ET.Element:
    return table(
        [
            Words("account", "账户"),
            Words("year", "年度"),
            Words("published", "公布"),
            Words("computed", "计算"),
            Words("cause", "原因"),
        ],
        [
            (
                element("span", each.account.text, class_="name"),
                str(each.year),
                each.published,
                each.computed,
                Words(*each.causes),
            )
            for each in act.differences
        ],
        numbers_from=9,
    )


def traded(act: Traded) -> list[ET.Element]:
    """
    Tell act 3.

    Args:
        act: What it came to.

    Returns:
        The elements of its section.
    """
    return [
        element("h2", Words("Act 3 · Trade", "第三幕 · 交易")),
        element(
            "p",
            Words(
                "16 July 2021, the opening day of China's national carbon market, as listed agreements:"
                " sellers and buyers post, a taker picks among the best five price levels and trades at the"
                " poster's price.",
                "2021年7月16日，全国碳市场开市首日，挂牌协议交易：买卖双方挂牌，意向方在最优五档价格中选择对手方，"
                "按挂牌价成交。",
            ),
            class_="lead",
        ),
        element(
            "p",
            Words(
                "No order-level record of that day is public. This tape is a reconstruction, made by a"
                " script, that meets the totals published by the Shanghai Environment and Energy Exchange"
                " (上海环境能源交易所). Nothing may be concluded from it about any company or minute of the"
                " real day.",
                "当日逐笔委托数据未公开。本重建数据由脚本生成，与上海环境能源交易所公布的总量一致，"
                "不代表任何企业或任何时刻的真实交易。",
            ),
            class_="warning",
        ),
        _day(act),
        table(
            [
                Words("figure", "指标"),
                Words("published", "公布"),
                Words("computed", "计算"),
                "",
                Words("unit", "单位"),
            ],
            [
                (
                    _FIGURES.get(each.name, Words(each.name, each.name)),
                    each.published,
                    each.computed,
                    element("b", _MARK[each.equal], class_=_LOOK[each.equal]),
                    each.unit,
                )
                for each in act.figures
            ],
        ),
        element(
            "p",
            Words(
                f"{act.settled:,} of {len(act.trades):,} trades settled one by one, delivery against payment;"
                f" {act.reconciled} of {act.accounts} accounts hold in the ledger what the session says;"
                f" {len(act.expired)} posts expired with the day.",
                f"{len(act.trades):,} 笔成交逐笔货银对付，已交收 {act.settled:,} 笔；{act.accounts} 个账户中"
                f" {act.reconciled} 个与账本一致；{len(act.expired)} 笔挂牌日终失效。",
            ),
        ),
        explained(act.bulletin.explain()),
    ]


def _day(act: Traded) -> ET.Element:
    day, cea = act.bulletin.day, act.bulletin.instrument
    moments = [
        (at_local_time(day, text, "Asia/Shanghai"), text) for text in ("09:30", "11:30", "13:00", "15:00")
    ]
    start = moments[0][0]
    points = [
        Point(int((trade.at - start).total_seconds()), cea.ticks(trade.price), trade.quantity)
        for trade in act.trades
    ]
    limits = act.bulletin.rules.limits(Method.LISTED, act.bulletin.previous_close)
    ends = () if limits is None else (limits.lowest.amount, limits.highest.amount)
    marked = sorted({act.bulletin.previous_close.amount, *ends})
    heights = [(cea.ticks(cea.quote(amount)), plain(amount)) for amount in marked[1:]]
    return price_line(
        Words("Prices and volumes of the day", "当日价格与成交量"),
        points,
        heights,
        [(int((at - start).total_seconds()), text) for at, text in moments],
    )


def ledger(verification: Verification) -> list[ET.Element]:
    """
    Tell what the verification of the ledger found.

    Args:
        verification: What it found.

    Returns:
        The elements of its section.
    """
    good = verification.ok
    words = (
        Words(" Everything recomputed agrees with what is stored.", " 全部重算结果与存储一致。")
        if good
        else Words(" What is stored differs from what was recomputed.", " 存储与重算结果不一致。")
    )
    supply: list[tuple[Content, ...]] = [
        (asset.text, f"{quantity:,}") for asset, quantity in verification.supply
    ]
    return [
        element("h2", Words("The ledger, verified", "账本验证")),
        element("p", element("b", _MARK[good], class_=_LOOK[good]), words),
        table(
            [Words("what was recomputed", "重算项"), Words("count", "数量")],
            [
                (
                    Words("records, each sealed with the hash of those before it", "哈希链记录"),
                    f"{verification.records:,}",
                ),
                (Words("entries, two for each movement", "分录"), f"{verification.entries:,}"),
                (Words("accounts", "账户"), f"{verification.accounts:,}"),
            ],
        ),
        table(
            [
                Words("asset", "资产"),
                Words("in accounts, in its smallest step", "账户持有量（按最小单位计）"),
            ],
            supply,
        ),
        element(
            "p",
            Words("Root of the journal's Merkle tree: ", "账本默克尔树根："),
            element("code", verification.root),
        ),
        *(element("p", each, class_="bad") for each in verification.differences),
    ]
