"""Pledges: the lines hold, a margin call is what is needed and no more, each step has its state."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.product import pledge_life
from carbonkit.fund.product.pledge import Pledge, PledgeState
from carbonkit.fund.product.pledge_terms import Cover, MarginCall, PledgeTerms
from carbonkit.fund.refusal import Refusal
from carbonkit.ledger import (
    Account,
    Asset,
    Bucket,
    DefineAsset,
    Ledger,
    Leg,
    MemoryStore,
    OpenAccount,
    Transfer,
)
from carbonkit.values import (
    AccountId,
    AssetId,
    CommandId,
    FixedClock,
    Money,
    Price,
    Rounding,
    as_instant,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TERMS = PledgeTerms(initial="0.70", warning="0.80", liquidation="0.90")
START = datetime.date(2024, 1, 2)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def price(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


def pledge(**changed: Any) -> Pledge:  # noqa: ANN401  any argument of a pledge
    usual: dict[str, Any] = {
        "reference": "P-1",
        "borrower": AccountId("A"),
        "lender": AccountId("B"),
        "asset": AssetId("CEA"),
        "quantity": 100,
        "principal": cny("7000.00"),
        "terms": TERMS,
        "agreed_on": START,
        "rate": "0.05",
        "day_count": DayCount.ACT_360,
        "rounding": Rounding.HALF_UP,
    }
    return Pledge(**{**usual, **changed})


def running(**changed: Any) -> Pledge:  # noqa: ANN401  the same
    return pledge(state=PledgeState.DISBURSED, accrued_on=START, **changed)


@given(st.integers(1, 10**6), st.integers(1, 10**10), st.integers(1, 10**5))
def test_a_margin_call_is_enough_and_no_more(quantity: int, fen: int, cents: int) -> None:
    made = pledge(quantity=quantity, principal=Money.from_minor(fen, "CNY"))
    at = Price(Money.from_minor(cents, "CNY").amount, "CNY", "tCO2e")
    called = made.margin_call(at)
    paid = Fraction(fen - called.cash.to_minor(), quantity * cents)
    added = Fraction(fen, (quantity + called.allowances) * cents)
    assert called.needed == (made.loan_to_value(at) >= TERMS.warning)
    if called.needed:
        assert max(paid, added) <= TERMS.initial
        assert Fraction(fen - called.cash.to_minor() + 1, quantity * cents) > TERMS.initial
        assert Fraction(fen, (quantity + called.allowances - 1) * cents) > TERMS.initial
    else:
        assert called == MarginCall(cny("0.00"), 0)


def test_the_lines_are_reached_at_their_prices() -> None:
    made = pledge(principal=cny("7200"))
    assert (made.warning_price, made.liquidation_price) == (Fraction(90), Fraction(80))
    assert [made.cover(price(each)) for each in ("90.01", "90", "80.01", "80", "1")] == [
        Cover.SOUND,
        Cover.WARNING,
        Cover.WARNING,
        Cover.LIQUIDATION,
        Cover.LIQUIDATION,
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"initial": "0"}, "initial: must be above zero, was 0"),
        ({"initial": "-0.1"}, "initial: must be 0 to 1, was -0.1"),
        ({"initial": "0.8"}, "warning: must be above the initial 0.8, was 0.8"),
        ({"warning": "0.9"}, "liquidation: must be above the warning 0.9, was 0.9"),
        ({"liquidation": "1.01"}, "liquidation: must be 0 to 1, was 1.01"),
        ({"warning": 0.8}, "warning: must be a str, int or Decimal, was 0.8"),
    ],
)
def test_lines_that_do_not_rise_are_refused(changed: dict[str, Any], message: str) -> None:
    usual = {"initial": "0.70", "warning": "0.80", "liquidation": "0.90"}
    with pytest.raises(InvalidValueError) as caught:
        PledgeTerms(**{**usual, **changed})
    assert str(caught.value).startswith(message)


def test_interest_is_simple_and_runs_on_what_is_owed() -> None:
    made, _ = pledge_life.disburse_loan(pledge(state=PledgeState.REGISTERED), START)
    assert pledge().interest("2030-01-01") == cny("0.00")
    assert made.interest("2024-03-02") == cny("58.33")
    part, _ = pledge_life.repay_part(made, cny("1000"), "2024-03-02")
    # 60 days of 7,000 and 60 of 6,000; not rounded between
    assert part.accrued_to(datetime.date(2024, 5, 1)) == Fraction(7000 + 6000) * Fraction(5, 100) / 6
    with pytest.raises(InvalidValueError, match="on: must be on or after 2024-03-02, was 2024-03-01"):
        part.interest("2024-03-01")


STEPS: dict[str, tuple[PledgeState, Callable[[Pledge], object]]] = {
    "registered": (PledgeState.AGREED, lambda each: pledge_life.register_pledge(each, price("100"))),
    "disbursed": (PledgeState.REGISTERED, lambda each: pledge_life.disburse_loan(each, START)),
    "topped up": (PledgeState.DISBURSED, lambda each: pledge_life.add_to_pledge(each, 1)),
    "repaid in part": (PledgeState.DISBURSED, lambda each: pledge_life.repay_part(each, cny("1"), START)),
    "repaid": (PledgeState.DISBURSED, lambda each: pledge_life.repay_loan(each, START)),
    "released": (PledgeState.REPAID, pledge_life.release_pledge),
    "in default": (PledgeState.DISBURSED, pledge_life.default_on_pledge),
    "disposed of": (
        PledgeState.DEFAULTED,
        lambda each: pledge_life.dispose_of_pledge(each, AccountId("C"), cny("1"), START),
    ),
}


@pytest.mark.parametrize("state", PledgeState)
@pytest.mark.parametrize("name", STEPS)
def test_each_step_has_its_state(name: str, state: PledgeState) -> None:
    needed, step = STEPS[name]
    made = pledge(state=state)
    if state is needed:
        assert step(made) != made
        return
    with pytest.raises(FundError) as caught:
        step(made)
    assert str(caught.value) == f"state: must be {needed.value} to be {name}, was {state.value}"
    assert caught.value.code == Refusal.WRONG_STATE


def test_a_loan_is_no_more_than_the_terms_lend() -> None:
    pledge_life.register_pledge(pledge(), price("100"))
    with pytest.raises(FundError) as caught:
        pledge_life.register_pledge(pledge(), price("99.99"))
    assert caught.value.code == Refusal.ABOVE_LOAN_VALUE
    assert str(caught.value) == (
        "principal: must be at most 6999.30 CNY, what the terms lend, was 7000.00 CNY"
    )
    with pytest.raises(InvalidValueError, match="price: must be in CNY/tCO2e"):
        pledge_life.register_pledge(pledge(), Price("100", "EUR", "tCO2e"))


def test_terms_lend_against_a_price() -> None:
    with pytest.raises(InvalidValueError, match="price: must be of type Price"):
        TERMS.loan("90", 1)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="quantity: must be above zero"):
        TERMS.loan(price("90"), 0)


def test_a_part_is_less_than_all() -> None:
    for amount in ("7000.00", "7000.01"):
        with pytest.raises(
            FundError, match=r"amount: must be below the 7000\.00 CNY that are owed"
        ) as caught:
            pledge_life.repay_part(running(), cny(amount), START)
        assert caught.value.code == Refusal.ABOVE_OWED
    with pytest.raises(InvalidValueError, match="amount: must be above zero, was 0"):
        pledge_life.repay_part(running(), cny("0"), START)
    with pytest.raises(CurrencyMismatchError, match="amount: must be CNY, was EUR"):
        pledge_life.repay_part(running(), Money("1", "EUR"), START)
    with pytest.raises(InvalidValueError, match="on: must be on or after 2024-01-02"):
        pledge_life.repay_part(running(), cny("1"), "2024-01-01")
    with pytest.raises(InvalidValueError, match="quantity: must be above zero"):
        pledge_life.add_to_pledge(running(), 0)


def test_a_loan_is_not_paid_before_the_contract() -> None:
    with pytest.raises(InvalidValueError, match="on: must be on or after 2024-01-02, was 2024-01-01"):
        pledge_life.disburse_loan(pledge(state=PledgeState.REGISTERED), "2024-01-01")


@given(st.integers(0, 10**6))
def test_what_is_disposed_of_is_divided_without_a_rest(fen: int) -> None:
    failed = attrs.evolve(running(), state=PledgeState.DEFAULTED)
    proceeds, day = Money.from_minor(fen, "CNY"), "2024-03-02"
    owed = failed.principal + failed.interest(day)
    sold, step = pledge_life.dispose_of_pledge(failed, AccountId("C"), proceeds, day)
    moved = {str(each.target): each.amount.to_minor() for each in step.payments}
    assert sum(moved.values()) == fen
    assert moved.get("B", 0) == min(fen, owed.to_minor())
    left = sold.principal + sold.interest(day)
    assert left.to_minor() == owed.to_minor() - moved.get("B", 0)


def test_a_lender_may_take_the_allowances_for_what_it_is_owed() -> None:
    ledger = Ledger(MemoryStore(), FixedClock("2024-03-02T08:00:00Z"))
    at = as_instant("2024-01-02T08:00:00Z")
    failed = attrs.evolve(running(), state=PledgeState.DEFAULTED)
    for asset in (Asset(failed.asset, 0, serialised=False), Asset(AssetId("CNY"), 2, serialised=False)):
        ledger.post(DefineAsset(CommandId(f"define/{asset.id}"), asset, at))
    for account in (failed.borrower, failed.lender, AccountId("ISSUER")):
        outside = account == AccountId("ISSUER")
        ledger.post(
            OpenAccount(CommandId(f"open/{account}"), Account(account, "party", may_go_negative=outside), at)
        )
    legs = [
        Leg(
            failed.asset, failed.quantity, AccountId("ISSUER"), failed.borrower, target_bucket=Bucket.PLEDGED
        ),
        Leg(AssetId("CNY"), 10**9, AccountId("ISSUER"), failed.lender),
    ]
    ledger.post(Transfer(CommandId("issue"), legs, "issue", at))
    owed = failed.principal + failed.interest("2024-03-02")
    proceeds = owed + cny("34.00")
    sold, step = pledge_life.dispose_of_pledge(failed, failed.lender, proceeds, "2024-03-02")
    assert [(each.source, each.target, each.amount) for each in step.payments] == [
        (failed.lender, failed.borrower, cny("34.00"))
    ]
    assert sold.principal == cny("0.00")
    ledger.post(step.transfer(ledger, at))
    assert ledger.quantity(failed.lender, failed.asset) == failed.quantity
    with pytest.raises(InvalidValueError, match="buyer: must be another account than the first"):
        pledge_life.dispose_of_pledge(failed, failed.borrower, proceeds, "2024-03-02")


def test_on_a_line_it_counts_as_reached() -> None:
    made = pledge(quantity=500_000, principal=cny("31500000.00"))
    asked = {
        each: (made.cover(price(each)), made.margin_call(price(each)).needed)
        for each in ("78.76", "78.75", "70.01", "70")
    }
    assert asked == {
        "78.76": (Cover.SOUND, False),
        "78.75": (Cover.WARNING, True),
        "70.01": (Cover.WARNING, True),
        "70": (Cover.LIQUIDATION, True),
    }
    assert [TERMS.cover(each) for each in ("0.8", "0.9")] == [Cover.WARNING, Cover.LIQUIDATION]
    with pytest.raises(InexactNumberError, match="loan_to_value: must be a str, int or Decimal"):
        TERMS.cover(0.9)  # type: ignore[arg-type]


def test_a_disposal_has_a_buyer_and_proceeds() -> None:
    failed = attrs.evolve(running(), state=PledgeState.DEFAULTED)
    with pytest.raises(InvalidValueError, match="buyer: must be of type AccountId"):
        pledge_life.dispose_of_pledge(failed, "C", cny("1"), START)  # type: ignore[arg-type]
    with pytest.raises(CurrencyMismatchError, match="proceeds: must be CNY, was EUR"):
        pledge_life.dispose_of_pledge(failed, AccountId("C"), Money("1", "EUR"), START)
    with pytest.raises(InvalidValueError, match="proceeds: must be zero or more"):
        pledge_life.dispose_of_pledge(failed, AccountId("C"), cny("-1"), START)
    with pytest.raises(InvalidValueError, match="pledge: must be of type Pledge"):
        pledge_life.release_pledge("P-1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"lender": AccountId("A")}, "lender: must be another account than the first"),
        ({"quantity": 0}, "quantity: must be above zero"),
        ({"principal": cny("-1")}, "principal: must be zero or more"),
        ({"rate": 0.05}, "rate: must be a str, int or Decimal"),
        ({"agreed_on": "2024"}, "agreed_on: must be a calendar date"),
        ({"terms": "0.7"}, "terms: must be of type PledgeTerms"),
        ({"state": "agreed"}, "state: must be of type PledgeState"),
        ({"reference": ""}, "reference: must be 1 to 128 letters"),
    ],
)
def test_a_pledge_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(pledge(), **changed)
    assert str(caught.value).startswith(message)


def test_steps_have_ids_of_their_own() -> None:
    first, one = pledge_life.register_pledge(pledge(), price("100"))
    _, two = pledge_life.disburse_loan(first, START)
    assert (str(one.id), str(two.id)) == ("pledge/P-1/1", "pledge/P-1/2")


def test_a_pledge_is_explained() -> None:
    text = pledge().explain(price("80")).text()
    assert text.startswith(
        "loan to value at 80 CNY/tCO2e: 0.875 = 7000.00 CNY / (100 tCO2e × 80 CNY/tCO2e)\n"
    )
    assert "cover: warning = initial 0.7, warning 0.8, liquidation 0.9" in text
    assert "margin call: 1400.00 CNY or 25 tCO2e" in text
    assert "class of product: pledge: financing" in text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"accrued": 0.5}, "accrued: must be a str, int or Decimal"),
        ({"accrued": -1}, "accrued: must be zero or more"),
        ({"accrued_on": "June"}, "accrued_on: must be a calendar date"),
        ({"steps": -1}, "steps: must be zero or more"),
    ],
)
def test_where_a_pledge_stands_is_checked_too(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        pledge(**changed)
    assert str(caught.value).startswith(message)
