"""Tying out: the partners' capital is what the balance sheet says, or the difference is named."""

from __future__ import annotations

from typing import Any

import pytest

from carbonkit.errors import BatchError, CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.account.capital_account import CapitalAccount, CapitalAccounts
from carbonkit.fund.account.tie_out import BalanceSheet, TieOut, balance_sheet, tie_out
from carbonkit.fund.portfolio.holding import Lot
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.portfolio.valuation import Mark, net_asset_value
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, AssetId, Money, Period, Price, Rounding


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


GOOD: dict[str, Any] = {
    "as_of": "2021-12-31",
    "cash": cny("20.00"),
    "holdings": cny("90.00"),
    "receivables": [("unpaid call", cny("1.00"))],
    "liabilities": [("management fee", cny("0.50")), ("audit", cny("0.25"))],
}


def capital(amount: str) -> CapitalAccounts:
    return CapitalAccounts(
        accounts=[
            CapitalAccount(partner=AccountId("A"), period=Period.year(2021), opening=cny(amount), entries=())
        ]
    )


def test_the_balance_sheet_adds_up_and_explains_itself() -> None:
    sheet = BalanceSheet(**GOOD)
    assert sheet.net_asset_value == cny("110.25")
    assert [(part.what, part.value, part.how) for part in sheet.explain().parts] == [
        ("cash", "20.00 CNY", ""),
        ("holdings at market", "90.00 CNY", ""),
        ("unpaid call", "1.00 CNY", "receivable"),
        ("management fee", "0.50 CNY", "liability"),
        ("audit", "0.25 CNY", "liability"),
    ]


def test_capital_ties_out_with_the_balance_sheet() -> None:
    kept = tie_out(capital("110.25"), BalanceSheet(**GOOD))
    assert kept.ok
    assert kept.explain().value == "ties out"
    with pytest.raises(FundError) as caught:
        tie_out(capital("110.26"), BalanceSheet(**GOOD))
    assert str(caught.value) == (
        "net asset value on 2021-12-31: must be the 110.26 CNY of the partners' capital, was 110.25 CNY;"
        " the difference is -0.01 CNY"
    )
    assert caught.value.problem.code == Refusal.NOT_TIED_OUT


def test_the_day_and_the_currency_are_the_same() -> None:
    with pytest.raises(InvalidValueError, match="balance sheet: must be of the last day of"):
        tie_out(capital("110.25"), BalanceSheet(**{**GOOD, "as_of": "2021-12-30"}))
    euros = {
        **GOOD,
        "cash": Money("1", "EUR"),
        "holdings": Money("1", "EUR"),
        "receivables": (),
        "liabilities": (),
    }
    with pytest.raises(CurrencyMismatchError, match="cash: must be CNY, was EUR"):
        tie_out(capital("2"), BalanceSheet(**euros))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"cash": cny("-1")}, "cash: must be zero or more"),
        ({"holdings": cny("-1")}, "holdings: must be zero or more"),
        ({"holdings": Money("1", "EUR")}, "holdings: must be CNY, was EUR"),
        ({"liabilities": [("audit", cny("0.001"))]}, "audit: must have at most 2 decimal places"),
        ({"liabilities": [(" ", cny("1"))]}, "item: must say what it is"),
        ({"receivables": [("call", Money("1", "EUR"))]}, "call: must be CNY, was EUR"),
        ({"as_of": "31/12"}, "as_of: must be a calendar date"),
    ],
)
def test_a_balance_sheet_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        BalanceSheet(**{**GOOD, **changed})


def test_a_valuation_becomes_a_balance_sheet() -> None:
    cea = AssetId("CEA")
    held = Portfolio("CNY").buy(Lot(cea, 3, cny("144.00"), "2021-07-16"))
    value = net_asset_value(
        held,
        as_of="2021-12-31",
        cash=cny("1.00"),
        liabilities=cny("0.50"),
        marks=[Mark(cea, Price("48.005", "CNY", "tCO2e"), "2021-12-31", "close")],
    )
    up = balance_sheet(value, receivables=(), rounding=Rounding.HALF_UP)
    down = balance_sheet(value, receivables=(("x", cny("1")),), rounding=Rounding.FLOOR)
    assert (up.holdings, up.net_asset_value) == (cny("144.02"), cny("144.52"))
    assert (down.holdings, down.net_asset_value) == (cny("144.01"), cny("145.51"))
    assert up.liabilities == (("liabilities", cny("0.50")),)
    nothing = net_asset_value(
        Portfolio("CNY"), as_of="2021-12-31", cash=cny("1"), liabilities=cny("0"), marks=[]
    )
    assert balance_sheet(nothing, receivables=(), rounding=Rounding.FLOOR).liabilities == ()


def test_every_difference_is_named() -> None:
    rows = TieOut([("a", cny("1"), cny("2")), ("b", cny("1"), cny("1.00")), ("c", cny("1"), cny("0.50"))])
    assert not rows.ok
    assert rows.differences == (("a", cny("1")), ("c", cny("-0.50")))
    with pytest.raises(BatchError) as caught:
        rows.check()
    assert [problem.code for problem in caught.value.problems] == ["not_tied_out", "not_tied_out"]
    assert rows.explain().value == "2 differences"
    assert [part.how for part in rows.explain().parts] == ["but 2 CNY there", "both", "but 0.50 CNY there"]
    assert TieOut([("a", cny("1"), cny("2"))]).explain().value == "1 difference"
