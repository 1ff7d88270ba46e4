"""Labels of notices in English and Chinese, by the names that the fields have in JSON."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonkit.values.field import check_type
from carbonkit.values.language import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LABELS", "label"]

LABELS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "capital call notice": ("Capital call notice", "缴款通知书"),
        "distribution notice": ("Distribution notice", "收益分配通知书"),
        "fund": ("Fund", "基金名称"),
        "partner": ("Partner", "合伙人"),
        "number": ("Number", "期次"),
        "notice_on": ("Date of notice", "通知日期"),
        "due_on": ("Due date", "缴款截止日"),
        "paid_on": ("Date of payment", "支付日"),
        "purpose": ("Purpose", "用途"),
        "excused": ("Excused", "豁免缴款"),
        "currency": ("Currency", "币种"),
        "investment": ("Investment", "投资款"),
        "management fee": ("Management fee", "管理费"),
        "partnership expenses": ("Partnership expenses", "合伙企业费用"),
        "organisation costs": ("Organisation costs", "开办费"),
        "working capital": ("Working capital", "营运资金"),
        "other": ("Other", "其他"),
        "inside the commitment": ("inside the commitment", "计入认缴出资"),
        "outside the commitment": ("outside the commitment", "不计入认缴出资"),
        "return of capital": ("Return of capital", "返还本金"),
        "realised gain": ("Realised gain", "已实现收益"),
        "dividend": ("Dividend", "股息红利"),
        "interest": ("Interest", "利息"),
        "carried interest": ("Carried interest", "业绩报酬"),
        "total": ("Amount due", "本次应缴金额"),
        "inside": ("Of it inside the commitment", "其中计入认缴出资"),
        "outside": ("Of it outside the commitment", "其中不计入认缴出资"),
        "gross": ("Distribution before tax", "税前分配金额"),
        "withholding_tax": ("Tax withheld", "代扣代缴税款"),
        "net": ("Amount paid", "实付金额"),
        "recallable": ("Of it recallable", "其中可再次催缴"),
        "fund_total": ("Total of all partners", "全体合伙人合计"),
        "commitment": ("Commitment", "认缴出资额"),
        "unfunded_before": ("Unfunded before", "本次前未缴出资额"),
        "unfunded_after": ("Unfunded after", "本次后未缴出资额"),
        "contributions_to_date": ("Contributions to date", "累计缴款"),
        "distributions_to_date": ("Distributions to date", "累计分配"),
        "recallable_to_date": ("Recallable distributions to date", "累计可再次催缴的分配"),
        "bank": ("Bank", "开户银行"),
        "holder": ("Account holder", "户名"),
        "account": ("Account number", "账号"),
        "swift": ("SWIFT code", "SWIFT 代码"),
        "reference": ("Reference", "附言"),
    }
)
"""Each field's name, and what it is called in English and in Chinese."""


def label(name: str, language: Language) -> str:
    """
    Say what a field of a notice is called.

    Args:
        name: Its name, as in JSON.
        language: The language.

    Returns:
        The label.

    Example:
        >>> label("commitment", Language.CHINESE)
        '认缴出资额'
    """
    check_type(language, Language, field="language")
    return LABELS[name][language is Language.CHINESE]
