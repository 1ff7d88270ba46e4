"""Cash flows: an amount on a date, as the investor sees it."""

from __future__ import annotations

import datetime
import operator
import struct
from typing import Final

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.fund._check import on_day
from carbonkit.values.money import Money

__all__ = ["CashFlow", "contribution", "distribution"]


def _money(value: Money) -> Money:
    if not isinstance(value, Money):
        raise InvalidValueError(
            "be Money", was=repr(value), field="amount", hint='write Money("100.00", "CNY")'
        )
    return value


def _nearest(flow: CashFlow) -> tuple[float, float, float]:
    code = int.from_bytes(flow.amount.currency.encode(), "big")
    return float(flow.on.toordinal()), float(flow.amount.amount), float(code)


def _packed(flow: CashFlow) -> bytes:
    return _PACK(*nearest_of(flow))


_PACK: Final = struct.Struct("3d").pack


@attrs.frozen
class CashFlow:
    """
    Money that moves on a date; negative when the investor pays it in.

    Args:
        on: The date.
        amount: How much; negative into the fund, positive out of it.

    Raises:
        InvalidValueError: If the date is not a date, or the amount not Money.

    Example:
        >>> CashFlow("2021-07-15", Money("-100.00", "CNY"))
        CashFlow(on=datetime.date(2021, 7, 15), amount=Money('-100.00', 'CNY'))
    """

    on: datetime.date = attrs.field(converter=on_day)
    amount: Money = attrs.field(converter=_money)
    _nearest: tuple[float, float, float] = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_nearest, takes_self=True)
    )
    _packed: bytes = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_packed, takes_self=True)
    )


nearest_of: Final = operator.attrgetter("_nearest")
"""
Read a flow as three binary numbers, for the quick ways to a rate alone: its day's number,
the number nearest to its amount, and one that stands for its currency.
"""

packed_of: Final = operator.attrgetter("_packed")
"""Read the same three numbers as bytes, which an array of them is made of without touching each."""


def _paid(amount: Money) -> Money:
    if _money(amount).amount < 0:
        raise InvalidValueError(
            "be zero or more", was=str(amount), field="amount", hint="the sign is set here"
        )
    return amount


def contribution(on: str | datetime.date, amount: Money) -> CashFlow:
    """
    Pay into the fund.

    Args:
        on: The date.
        amount: How much, zero or more.

    Returns:
        The cash flow, negative.

    Raises:
        InvalidValueError: If the amount is negative.

    Example:
        >>> contribution("2021-07-15", Money("100.00", "CNY")).amount
        Money('-100.00', 'CNY')
    """
    return CashFlow(on, -_paid(amount))


def distribution(on: str | datetime.date, amount: Money) -> CashFlow:
    """
    Pay out of the fund.

    Args:
        on: The date.
        amount: How much, zero or more.

    Returns:
        The cash flow, positive.

    Raises:
        InvalidValueError: If the amount is negative.

    Example:
        >>> distribution("2024-07-15", Money("130.00", "CNY")).amount
        Money('130.00', 'CNY')
    """
    return CashFlow(on, _paid(amount))
