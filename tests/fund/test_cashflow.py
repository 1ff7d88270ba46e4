"""Cash flows: dated money, its sign set by what it is."""

from __future__ import annotations

import datetime

import pytest

from carbonkit.errors import InvalidValueError
from carbonkit.fund.cashflow import CashFlow, contribution, distribution
from carbonkit.values import Money

ZONED = datetime.datetime(2021, 7, 15, tzinfo=datetime.UTC)


def test_the_investor_s_view() -> None:
    assert contribution("2021-07-15", Money("5", "CNY")) == CashFlow("2021-07-15", Money("-5", "CNY"))
    assert distribution("2021-07-15", Money("5", "CNY")) == CashFlow("2021-07-15", Money("5", "CNY"))
    assert contribution("2021-07-15", Money("0", "CNY")).amount == Money("0", "CNY")


@pytest.mark.parametrize("make", [contribution, distribution])
def test_a_sign_is_not_given_twice(make: type[CashFlow]) -> None:
    with pytest.raises(InvalidValueError, match="amount: must be zero or more, was -5 CNY"):
        make("2021-07-15", Money("-5", "CNY"))


@pytest.mark.parametrize("day", ["15.07.2021", "2021-02-30", ZONED, 20210715], ids=str)
def test_a_date_is_a_date(day: str) -> None:
    with pytest.raises(InvalidValueError, match="on: must be a calendar date"):
        CashFlow(day, Money("5", "CNY"))


@pytest.mark.parametrize("amount", ["5", 5, 0.5, None], ids=repr)
def test_an_amount_is_money(amount: Money) -> None:
    with pytest.raises(InvalidValueError, match="amount: must be Money"):
        CashFlow("2021-07-15", amount)
    with pytest.raises(InvalidValueError, match="amount: must be Money"):
        contribution("2021-07-15", amount)
