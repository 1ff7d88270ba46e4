"""The words of disclosures and pictures, in English and Chinese; internal."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.accounting.change import Reason
from carbonkit.accounting.scope import Category, Scope2Method

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CATEGORIES", "METHODS", "REASONS", "WORDS", "Words", "same"]


@attrs.frozen
class Words:
    """One label in both languages."""

    english: str
    chinese: str


def same(text: str) -> Words:
    """Take a name that is the same in both."""
    return Words(text, text)


METHODS: Final[Mapping[Scope2Method, Words]] = MappingProxyType(
    {
        Scope2Method.LOCATION: Words("location-based", "基于位置"),
        Scope2Method.MARKET: Words("market-based", "基于市场"),
    }
)

CATEGORIES: Final[Mapping[Category, Words]] = MappingProxyType(
    {
        category: Words(str(category), f"类别{category.value} {chinese}")
        for category, chinese in zip(
            Category,
            (
                "外购商品和服务",
                "资本商品",
                "燃料和能源相关活动",
                "上游运输和配送",
                "运营中产生的废弃物",
                "商务旅行",
                "员工通勤",
                "上游租赁资产",
                "下游运输和配送",
                "售出产品的加工",
                "售出产品的使用",
                "售出产品的报废处理",
                "下游租赁资产",
                "特许经营",
                "投资",
            ),
            strict=True,
        )
    }
)

REASONS: Final[Mapping[Reason, Words]] = MappingProxyType(
    {
        reason: Words(str(reason), chinese)
        for reason, chinese in {
            Reason.ADDED: "新增记录",
            Reason.REMOVED: "删除记录",
            Reason.QUANTITY: "活动数据变化",
            Reason.CONVERSION: "单位换算变化",
            Reason.FACTOR: "更换因子",
            Reason.FACTOR_EDITION: "因子版本变化",
            Reason.FACTOR_VALUE: "因子数值变化",
            Reason.CALCULATION: "计算结果变化",
            Reason.METHOD: "方法变化",
            Reason.GWP_SET: "GWP值变化",
            Reason.PLACED: "归类变化",
        }.items()
    }
)

WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "scope 1": Words("scope 1", "范围一"),
        "scope 2": Words("scope 2", "范围二"),
        "scope 3": Words("scope 3", "范围三"),
        "total": Words("total", "总量"),
        "exact": Words("{}, exact figure", "{}，精确值"),
        "no category": Words("no category", "未归类"),
        "biogenic": Words("biogenic CO2, outside of {}", "{}之外的生物源二氧化碳"),
        "gas": Words("by gas", "按气体"),
        "facility": Words("by facility", "按设施"),
        "category": Words("scope 3 by category", "范围三按类别"),
        "scope": Words("emissions by scope", "按范围的排放量"),
        "beside": Words("removals and credits, not netted", "清除量和碳信用，未抵扣"),
        "label": Words("figure", "项目"),
        "number": Words("amount", "数值"),
        "unit": Words("unit", "单位"),
        "section": Words("section", "部分"),
        "change": Words("change of the total", "总量变化"),
        "empty": Words("nothing to show", "暂无数据"),
    }
)
