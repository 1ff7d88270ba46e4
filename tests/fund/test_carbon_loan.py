"""Carbon lending: margin, fee and cover; Shanghai's lines; each step in its state."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import (
    CurrencyMismatchError,
    FundError,
    InexactNumberError,
    InvalidValueError,
    NotFoundError,
)
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.product.carbon_loan import CarbonLoan, LoanState, give_back_allowances, lend_allowances
from carbonkit.fund.product.lending_rules import LendingCover, LendingRules
from carbonkit.fund.refusal import Refusal
from carbonkit.schemes.shanghai_lending import lending_rules
from carbonkit.values import AccountId, AssetId, Money, Price, Rounding, Status

RULES = lending_rules("2024-01-02")


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def price(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


def loan(**changed: Any) -> CarbonLoan:  # noqa: ANN401  any argument of a loan
    usual: dict[str, Any] = {
        "reference": "L-1",
        "lender": AccountId("A"),
        "borrower": AccountId("B"),
        "asset": AssetId("SHEA"),
        "quantity": 100,
        "price": price("60"),
        "margin_share": "0.3",
        "fee_rate": "0.05",
        "starts_on": "2024-01-02",
        "ends_on": "2024-07-02",
        "day_count": DayCount.ACT_365_FIXED,
        "rounding": Rounding.HALF_UP,
        "rules": RULES,
    }
    return CarbonLoan(**{**usual, **changed})


def test_shanghai_has_three_lines_and_a_cap() -> None:
    assert [line.value for line in (RULES.excess, RULES.warning, RULES.top_up)] == [
        Decimal("1.5"),
        Decimal("1.3"),
        Decimal("1.1"),
    ]
    assert RULES.warning.source.status is Status.CONFIRMED
    assert "not in their text" in RULES.warning.source.note
    with pytest.raises(NotFoundError, match="tonnes of one borrower: must be in force on the day"):
        lending_rules("2014-12-31")
    with pytest.raises(FundError, match="quantity: must be at most 2000000 tCO2e for one borrower") as caught:
        loan(quantity=2_000_001)
    assert caught.value.code == Refusal.ABOVE_CAP
    assert loan(quantity=2_000_000).quantity == 2_000_000
    assert loan(quantity=2_000_001, rules=attrs.evolve(RULES, most=None)).quantity == 2_000_001


@pytest.mark.parametrize(
    ("ratio", "cover"),
    [
        ("1.51", LendingCover.EXCESS),
        ("1.5", LendingCover.SOUND),
        ("1.3", LendingCover.SOUND),
        ("1.29", LendingCover.BY_AGREEMENT),
        ("1.1", LendingCover.BY_AGREEMENT),
        ("1.09", LendingCover.TOP_UP),
    ],
)
def test_a_cover_calls_for_what_its_line_says(ratio: str, cover: LendingCover) -> None:
    assert RULES.cover(Fraction(ratio)) is cover
    explained = RULES.explain(Fraction(ratio))
    assert explained.value == cover.value
    assert len(list(explained.sources())) == 3


def test_lines_that_do_not_fall_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="lines: must fall from excess to warning to top-up"):
        LendingRules(excess=RULES.warning, warning=RULES.excess, top_up=RULES.top_up, most=None)
    with pytest.raises(InvalidValueError, match="excess: must be of type Rule"):
        LendingRules(excess="1.5", warning=RULES.warning, top_up=RULES.top_up, most=None)  # type: ignore[arg-type]
    with pytest.raises(InexactNumberError, match="ratio: must be a str, int or Decimal"):
        RULES.cover(1.3)  # type: ignore[arg-type]


@given(st.integers(0, 10**6), st.integers(0, 200), st.integers(1, 10**4))
def test_a_top_up_reaches_the_line_and_a_withdrawal_stops_at_it(fen: int, tonnes: int, cents: int) -> None:
    made, cash = loan(), Money.from_minor(fen, "CNY")
    at = Price(Money.from_minor(cents, "CNY").amount, "CNY", "tCO2e")
    missing = made.top_up(cash=cash, allowances=tonnes, price=at)
    after = made.cover(cash=cash + missing, allowances=tonnes, price=at)
    assert after >= Fraction(13, 10)
    if missing.amount:
        cent = Money.from_minor(1, "CNY")
        assert made.cover(cash=cash + missing - cent, allowances=tonnes, price=at) < Fraction(13, 10)
    free = made.withdrawable(cash=cash, allowances=tonnes, price=at)
    assert free <= cash
    if free.amount:
        assert made.cover(cash=cash - free, allowances=tonnes, price=at) >= Fraction(3, 2)
        assert not missing.amount


def test_margin_and_fee() -> None:
    assert (loan().margin, loan().fee) == (cny("1800.00"), cny("149.59"))
    assert loan(day_count=DayCount.ACT_360).fee == cny("151.67")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"borrower": AccountId("A")}, "borrower: must be another account than the first"),
        ({"quantity": 0}, "quantity: must be above zero"),
        ({"price": Price("60", "CNY", "kgCO2e")}, "price: must be in CNY/tCO2e"),
        ({"price": price("0")}, "price: must be above zero"),
        ({"margin_share": "-1"}, "margin_share: must be zero or more"),
        ({"fee_rate": 0.05}, "fee_rate: must be a str, int or Decimal"),
        ({"ends_on": "2024-01-02"}, "ends_on: must be after 2024-01-02"),
        ({"rules": None}, "rules: must be of type LendingRules"),
    ],
)
def test_a_loan_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(loan(), **changed)
    assert str(caught.value).startswith(message)


def test_a_cover_is_of_what_is_there() -> None:
    with pytest.raises(CurrencyMismatchError, match="cash: must be CNY, was EUR"):
        loan().cover(cash=Money("1", "EUR"), allowances=0, price=price("60"))
    with pytest.raises(InvalidValueError, match="allowances: must be zero or more, was -1"):
        loan().cover(cash=cny("1"), allowances=-1, price=price("60"))
    with pytest.raises(InvalidValueError, match="cash: must be zero or more"):
        loan().cover(cash=cny("-1"), allowances=0, price=price("60"))


def test_each_step_has_its_state() -> None:
    agreed = loan()
    lent, out = lend_allowances(agreed)
    returned, back = give_back_allowances(lent)
    assert [each.state for each in (agreed, lent, returned)] == list(LoanState)
    assert (str(out.id), str(back.id)) == ("carbon_loan/L-1/lending", "carbon_loan/L-1/return")
    for step, wrong in (
        (lend_allowances, lent),
        (give_back_allowances, agreed),
        (give_back_allowances, returned),
    ):
        with pytest.raises(FundError) as caught:
            step(wrong)
        assert caught.value.code == Refusal.WRONG_STATE
        with pytest.raises(InvalidValueError, match="loan: must be of type CarbonLoan"):
            step("L-1")  # type: ignore[arg-type]


def test_a_loan_is_explained() -> None:
    text = loan().explain().text()
    assert text.startswith("carbon loan L-1: 100 tCO2e of SHEA until 2024-07-02\n")
    assert "initial margin: 1800.00 CNY = 100 tCO2e × 60 CNY/tCO2e × 0.3" in text
    assert "fee: 149.59 CNY = 100 tCO2e × 60 CNY/tCO2e × 0.05 × 182/365 years (ACT/365F)" in text
    assert "class of product: lending: trading" in text
