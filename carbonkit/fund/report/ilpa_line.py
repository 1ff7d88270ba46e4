"""
The lines of an ILPA report: which there are, what they are called, and how sure that is.

The Reporting Template's base of 2016 is recalled; what version 2.0 of January 2025 added
was read in public descriptions. The names are carbonkit's own words, in English and
Chinese, not those of the template, whose text is protected.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import attrs

from carbonkit.errors import NotFoundError
from carbonkit.fund.entry import Line
from carbonkit.fund.fee.expense import ExpenseCategory
from carbonkit.values.language import Language
from carbonkit.values.source import Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ReportBlock", "ReportColumn", "ReportLine", "expense_line", "report_line"]

_ILPA: Final = "Institutional Limited Partners Association"
BASE: Final = Source(
    _ILPA, "Reporting Template", 2016, status=Status.RECALLED, note="the layout; the names are our own"
)
ADDED: Final = Source(
    _ILPA,
    "Reporting Template v2.0",
    2025,
    status=Status.CONFIRMED,
    note="as ILPA, Gen II and Citco describe the change; the names are our own",
)
OWN: Final = Source(
    "carbonkit",
    "ILPA report",
    2026,
    status=Status.DERIVED,
    note="no line of the template that is known; shown so that the block closes",
)


class ReportColumn(enum.Enum):
    """
    Whose figures stand in a column.

    Example:
        >>> [column.value for column in ReportColumn]
        ['partner', 'fund', 'general partner']
    """

    PARTNER = "partner"
    """The limited partner that the report is for."""
    FUND = "fund"
    """All partners together, the general partner too."""
    GENERAL_PARTNER = "general partner"
    """The general partner."""


COLUMN_NAMES: Final = {
    ReportColumn.PARTNER: ("limited partner", "有限合伙人"),
    ReportColumn.FUND: ("total fund", "基金合计"),
    ReportColumn.GENERAL_PARTNER: ("general partner", "普通合伙人"),
}


class ReportBlock(enum.Enum):
    """
    A part of the report.

    Example:
        >>> ReportBlock("net asset value").chinese
        '净资产变动'
    """

    VALUE = "net asset value"
    EXPENSES = "expenses by category"
    CARRY = "carried interest"
    OFFSETS = "unapplied fee offsets"
    COMMITMENT = "commitment"
    PORTFOLIO_FEES = "portfolio fees"

    @property
    def chinese(self) -> str:
        """The block's name in Chinese."""
        return {
            ReportBlock.VALUE: "净资产变动",
            ReportBlock.EXPENSES: "费用明细",
            ReportBlock.CARRY: "附带权益",
            ReportBlock.OFFSETS: "未抵减的管理费抵减额",
            ReportBlock.COMMITMENT: "认缴出资",
            ReportBlock.PORTFOLIO_FEES: "被投资方支付的费用",
        }[self]


@attrs.frozen(kw_only=True)
class ReportLine:
    """
    One line of a report.

    Args:
        key: Its name in JSON, of small letters and underscores.
        block: The part of the report that it stands in.
        english: Its name in English.
        chinese: Its name in Chinese.
        source: Where it is from, and how sure it is that the template has it.
        lines: For a line that is a sum of entries, the lines of the capital accounts that it adds up.

    Example:
        >>> report_line("placement_fees").source.status
        <Status.CONFIRMED: 'confirmed'>
    """

    key: str
    block: ReportBlock
    english: str
    chinese: str
    source: Source
    lines: tuple[Line, ...] = ()

    def name(self, language: Language) -> str:
        """
        Say what the line is called.

        Args:
            language: In which language.

        Returns:
            The name.

        Example:
            >>> report_line("ending_unfunded").name(Language.ENGLISH)
            'ending unfunded commitment'
        """
        return self.english if language is Language.ENGLISH else self.chinese


_FLOWS: Final = (
    ("contributions", "contributions", "实缴出资", BASE, Line.CONTRIBUTION),
    ("distributions", "distributions", "分配", BASE, Line.DISTRIBUTION),
    ("offering_costs", "offering and syndication costs", "募集费用", ADDED, Line.OFFERING_COST),
    ("placement_fees", "placement fees", "募集代理费", ADDED, Line.PLACEMENT_FEE),
    ("partner_transfers", "transfers between partners", "合伙份额转让", ADDED, Line.PARTNER_TRANSFER),
    (
        "equalisation_interest",
        "interest between partners at closings",
        "后续交割补偿利息",
        OWN,
        Line.EQUALISATION_INTEREST,
    ),
)
_FEES: Final = (
    ("management_fees_gross", "management fees, gross", "管理费（总额）", BASE, Line.MANAGEMENT_FEE),
    ("fee_waivers", "management fee waivers", "管理费豁免", ADDED, Line.FEE_WAIVER),
    ("fee_rebates", "management fee rebates", "管理费返还", ADDED, Line.FEE_REBATE),
    ("fee_offsets", "management fee offsets", "管理费抵减", BASE, Line.FEE_OFFSET),
)
_EXPENSES: Final = (
    ("external_expenses", "partnership expenses, external", "合伙企业费用（外部）", ADDED, Line.EXPENSE),
    (
        "internal_chargebacks",
        "partnership expenses, internal chargebacks",
        "合伙企业费用（内部分摊）",
        ADDED,
        Line.CHARGEBACK,
    ),
)
_INCOME: Final = (
    ("interest_income", "interest income", "利息收入", BASE, Line.INTEREST),
    ("dividend_income", "dividend income", "股利收入", BASE, Line.DIVIDEND),
    ("other_income", "other income", "其他收入", BASE, Line.OTHER_INCOME),
)
_RESULT: Final = (
    ("realised", "realised gain or loss", "已实现损益", BASE, Line.REALISED),
    ("unrealised", "change in unrealised gain or loss", "未实现损益变动", BASE, Line.UNREALISED),
    ("carried_interest", "change in carried interest", "附带权益变动", BASE, Line.CARRIED_INTEREST),
)


def _line(
    key: str, block: ReportBlock, english: str, chinese: str, source: Source, *lines: Line
) -> ReportLine:
    return ReportLine(key=key, block=block, english=english, chinese=chinese, source=source, lines=lines)


def _of(rows: Iterable[tuple[str, str, str, Source, Line]]) -> tuple[ReportLine, ...]:
    return tuple(
        _line(key, ReportBlock.VALUE, english, chinese, source, line)
        for key, english, chinese, source, line in rows
    )


def _sum(key: str, english: str, chinese: str, source: Source, *parts: tuple[ReportLine, ...]) -> ReportLine:
    lines = (line for part in parts for each in part for line in each.lines)
    return _line(key, ReportBlock.VALUE, english, chinese, source, *lines)


def _value_lines() -> tuple[ReportLine, ...]:
    flows, fees, expenses = _of(_FLOWS), _of(_FEES), _of(_EXPENSES)
    income, result = _of(_INCOME), _of(_RESULT)
    block = ReportBlock.VALUE
    return (
        _line(
            "beginning_nav",
            block,
            "beginning net asset value, net of carry",
            "期初净资产（扣除附带权益）",
            BASE,
        ),
        *flows,
        _sum("total_flows", "total cash and non-cash flows", "现金及非现金流合计", BASE, flows),
        *fees,
        _sum("management_fees_net", "management fees, net", "管理费（净额）", ADDED, fees),
        *expenses,
        _sum("total_expenses", "partnership expenses, total", "合伙企业费用合计", BASE, expenses),
        *income,
        _sum(
            "net_operating_result",
            "net operating result",
            "经营净损益",
            BASE,
            fees,
            expenses,
            income,
        ),
        *result,
        _line(
            "ending_nav", block, "ending net asset value, net of carry", "期末净资产（扣除附带权益）", BASE
        ),
        _line("ending_accrued_carry", block, "accrued carry in it", "其中：应计附带权益", BASE),
        _line(
            "ending_nav_gross",
            block,
            "ending net asset value, gross of accrued carry",
            "期末净资产（未扣除附带权益）",
            BASE,
        ),
    )


def _other_lines() -> tuple[ReportLine, ...]:
    carry, offsets = ReportBlock.CARRY, ReportBlock.OFFSETS
    promised, fees = ReportBlock.COMMITMENT, ReportBlock.PORTFOLIO_FEES
    return (
        _line("carry_beginning", carry, "accrued carry, beginning", "期初应计附带权益", BASE),
        _line("carry_realised", carry, "became due", "本期已实现附带权益", BASE),
        _line("carry_unrealised", carry, "change of what is not due", "本期未实现附带权益变动", BASE),
        _line("carry_paid", carry, "paid", "本期支付附带权益", BASE),
        _line("carry_ending", carry, "accrued carry, ending", "期末应计附带权益", BASE),
        _line("offsets_beginning", offsets, "unapplied offsets, beginning", "期初未抵减额", ADDED),
        _line("offsets_added", offsets, "added", "本期增加", ADDED),
        _line("offsets_applied", offsets, "applied", "本期抵减", ADDED),
        _line("offsets_ending", offsets, "unapplied offsets, ending", "期末未抵减额", ADDED),
        _line("commitment", promised, "commitment", "认缴出资额", BASE),
        _line("beginning_unfunded", promised, "beginning unfunded commitment", "期初未缴出资", BASE),
        _line("new_commitments", promised, "new commitments", "新增认缴出资", OWN),
        _line("unfunded_contributions", promised, "contributions inside it", "计入认缴的出资", BASE),
        _line("recallable", promised, "recallable distributions", "可循环分配", BASE),
        _line("returned", promised, "capital returned at closings", "后续交割返还", OWN),
        _line("released", promised, "released or expired", "释放或到期", BASE),
        _line("unfunded_other", promised, "other changes", "其他变动", BASE),
        _line("ending_unfunded", promised, "ending unfunded commitment", "期末未缴出资", BASE),
        _line(
            "portfolio_fees",
            fees,
            "fees of portfolio companies to the manager and those related to it",
            "被投资企业向管理人及关联方支付的费用",
            BASE,
        ),
    )


_CATEGORIES: Final = {
    ExpenseCategory.ACCOUNTING: "会计",
    ExpenseCategory.ADMINISTRATION: "基金行政管理",
    ExpenseCategory.INFORMATION_TECHNOLOGY: "信息技术",
    ExpenseCategory.VALUATION: "估值",
    ExpenseCategory.AUDIT: "审计",
    ExpenseCategory.TAX: "税务",
    ExpenseCategory.LEGAL: "法律",
    ExpenseCategory.CUSTODY: "托管",
    ExpenseCategory.BANK: "银行费用",
    ExpenseCategory.DUE_DILIGENCE: "尽职调查",
    ExpenseCategory.BROKEN_DEAL: "未成交项目费用",
    ExpenseCategory.INSURANCE: "保险",
    ExpenseCategory.TRAVEL: "差旅",
    ExpenseCategory.EXAMINATION: "调查与检查",
    ExpenseCategory.ORGANISATION: "设立费用",
    ExpenseCategory.SUBSCRIPTION_LINE_FEES: "认缴授信费用",
    ExpenseCategory.SUBSCRIPTION_LINE_INTEREST: "认缴授信利息",
    ExpenseCategory.OTHER_CREDIT_INTEREST: "其他授信利息",
    ExpenseCategory.OTHER: "其他",
}


def expense_line(category: ExpenseCategory) -> ReportLine:
    """
    Give the line of a category of external expenses.

    Args:
        category: The category.

    Returns:
        The line.

    Example:
        >>> expense_line(ExpenseCategory.AUDIT).key
        'expense_audit'
    """
    return ReportLine(
        key=f"expense_{category.name.lower()}",
        block=ReportBlock.EXPENSES,
        english=category.value,
        chinese=_CATEGORIES[category],
        source=OWN if category is ExpenseCategory.OTHER else category.source,
    )


VALUE_LINES: Final = _value_lines()
OTHER_LINES: Final = _other_lines()


def report_line(key: str) -> ReportLine:
    """
    Find a line by its key.

    Args:
        key: Its name in JSON.

    Returns:
        The line.

    Raises:
        NotFoundError: If there is no such line.

    Example:
        >>> report_line("total_flows").name(Language.CHINESE)
        '现金及非现金流合计'
    """
    for line in (*VALUE_LINES, *OTHER_LINES):
        if line.key == key:
            return line
    raise NotFoundError("be a line of the report", was=key, field="line")
