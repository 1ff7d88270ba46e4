"""Cash flows: an amount on a date, as the investor sees it."""

from __future__ import annotations

import datetime

import attrs

from carbonkit.errors import InvalidValueError
from carbonkit.values.money import Money
from carbonkit.values.time import as_date

__all__ = ["CashFlow", "contribution", "distribution"]


def _on(value: str | datetime.date) -> datetime.date:
    return as_date(value, field="on")


def _money(value: Money) -> Money:
    if not isinstance(value, Money):
        raise InvalidValueError(
            "be Money", was=repr(value), field="amount", hint='write Money("100.00", "CNY")'
        )
    return value


def _nearest(flow: CashFlow) -> tuple[float, float, str]:
    return float(flow.on.toordinal()), float(flow.amount.amount), flow.amount.currency


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

    on: datetime.date = attrs.field(converter=_on)
    amount: Money = attrs.field(converter=_money)
    nearest: tuple[float, float, str] = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_nearest, takes_self=True)
    )
    """The day's number, the binary number nearest to the amount, the currency; for `rate_bracket` alone."""


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
