"""Notices as a workbook: an overview, then a sheet for each partner; written in memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from carbonkit.errors import InvalidValueError
from carbonkit.fund._sheet import workbook_bytes
from carbonkit.fund.partner.notice_label import label
from carbonkit.values.money import Money

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from decimal import Decimal

    from carbonkit.fund._sheet import Cell
    from carbonkit.fund.partner.distribution_notice import DistributionNotice
    from carbonkit.fund.partner.notice import CallNotice
    from carbonkit.values.language import Language

__all__ = ["notice_workbook"]

_NO_TITLE: Final = re.compile(r"[\[\]:*?/\\]")  # what the name of a sheet may not hold
_TITLE: Final = 31  # characters of a sheet's name


def notice_workbook(notices: Sequence[CallNotice | DistributionNotice], language: Language) -> bytes:
    """
    Write notices of one call or distribution as the bytes of an xlsx file.

    Texts stay texts, whatever they begin with, and an amount with more digits than a spreadsheet
    keeps is written as a text.

    Args:
        notices: The notices.
        language: The language of the labels.

    Returns:
        The file: first a sheet with a row for each partner, then one for each notice.

    Raises:
        InvalidValueError: If there is no notice, or they are not all of one kind.
        MissingExtraError: If `openpyxl` is not installed.

    Example:
        >>> from carbonkit.fund import Commitment, Commitments, call_capital
        >>> from carbonkit.fund.partner import PaymentDetails, call_notices
        >>> from carbonkit.values import AccountId, Language, Money
        >>> promised = Commitments([Commitment(AccountId("A"), Money("10.00", "CNY"))])
        >>> call = call_capital(promised, (), total=Money("4.00", "CNY"), issued_on="2021-07-02",
        ...                     due_on="2021-07-15", purpose="allowances")
        >>> bank = PaymentDetails(bank="Bank of Wuhan", holder="Peak Fund", account="62220202")
        >>> notices = call_notices(call, (), fund="Peak Fund", payment=bank)
        >>> notice_workbook(notices, Language.CHINESE)[:2]
        b'PK'
    """
    if not notices:
        raise InvalidValueError("hold one notice or more", was="none", field="notices")
    told = [notice.as_dict() for notice in notices]
    kinds = {str(each["notice"]) for each in told}
    if len(kinds) > 1:
        raise InvalidValueError("be of one kind", was=", ".join(sorted(kinds)), field="notices")
    title = label(kinds.pop(), language)
    rows = [notice.rows(language) for notice in notices]
    amounts = [name for name, value in rows[0] if isinstance(value, Money)]
    overview: list[list[Cell]] = [[label("partner", language), *amounts, label("currency", language)]]
    for each, lines in zip(told, rows, strict=True):
        found = [value for _, value in lines if isinstance(value, Money)]
        currency = found[0].currency
        overview.append([str(each["partner"]), *(value.amount for value in found), currency])
    sheets = [(title[:_TITLE], overview)]
    for number, (each, lines) in enumerate(zip(told, rows, strict=True), start=1):
        name = f"{number} {_NO_TITLE.sub('-', str(each['partner']))}"[:_TITLE]
        cells: list[list[Cell]] = [[words, _cell(value)] for words, value in lines]
        sheets.append((name, [[title, None], *cells]))
    return workbook_bytes(sheets)


def _cell(value: str | int | datetime.date | Money) -> str | Decimal | datetime.date:
    if isinstance(value, Money):
        return value.amount
    return str(value) if isinstance(value, int) else value
