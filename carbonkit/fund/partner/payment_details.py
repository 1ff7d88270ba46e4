"""Payment details: the bank account that money is paid to, its number hidden where the value is shown."""

from __future__ import annotations

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import is_said

__all__ = ["PaymentDetails", "printable"]

_SHOWN = 4  # digits of an account's number that are shown


def printable(value: str, *, field: str) -> str:
    """
    Take a text of one line, which a page or a spreadsheet can show.

    Args:
        value: The text.
        field: The name that an error gives it.

    Returns:
        The same text.

    Raises:
        InvalidValueError: If it is blank, or holds a line break or another control character.

    Example:
        >>> printable("carbon allowances", field="purpose")
        'carbon allowances'
    """
    if not is_said(value) or not value.isprintable():
        raise InvalidValueError("be one line of text, not blank", was=repr(value), field=field)
    return value


def _masked(number: str) -> str:
    return repr("•" * max(len(number) - _SHOWN, 0) + number[-_SHOWN:] if len(number) > _SHOWN else "••••")


def _bank(value: str) -> str:
    return printable(value, field="bank")


def _holder(value: str) -> str:
    return printable(value, field="holder")


def _account(value: str) -> str:
    return printable(value, field="account")


def _swift(value: str) -> str:
    return value if value == "" else printable(value, field="swift")


def _reference(value: str) -> str:
    return value if value == "" else printable(value, field="reference")


@attrs.frozen(kw_only=True)
class PaymentDetails:
    """
    A bank account that money is paid to.

    Args:
        bank: The bank, with its branch.
        holder: In whose name the account is.
        account: Its number; shown in full on notices only.
        swift: The bank's code; empty if none is needed.
        reference: What the payer is asked to quote; empty if nothing.

    Raises:
        InvalidValueError: If a text is blank or of more than one line.

    Example:
        >>> PaymentDetails(bank="Wuhan", holder="Peak Fund", account="6222020200112233")
        PaymentDetails(bank='Wuhan', holder='Peak Fund', account='••••••••••••2233', swift='', reference='')
    """

    bank: str = attrs.field(converter=_bank)
    holder: str = attrs.field(converter=_holder)
    account: str = attrs.field(converter=_account, repr=_masked)
    swift: str = attrs.field(default="", converter=_swift)
    reference: str = attrs.field(default="", converter=_reference)
