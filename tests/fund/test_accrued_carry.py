"""Accrued carry: what a liquidation would give and what was paid have passed to the general partner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.account.accrued_carry import CarryAccrual, CarryWeight, accrue_carry
from carbonkit.fund.account.capital_account import CapitalAccounts, capital_accounts
from carbonkit.fund.account.carry_roll import CarryBalance, carry_roll
from carbonkit.fund.cashflow import CashFlow
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Period
from carbonkit.values.source import Status

if TYPE_CHECKING:
    import datetime

A, B, GP = AccountId("A"), AccountId("B"), AccountId("GP")
PROMISED = Commitments([Commitment(A, Money("200", "CNY")), Commitment(B, Money("100", "CNY"))])
YEAR = Period.year(2021)


def cny(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def entry(partner: AccountId, minor: int, line: Line, on: str = "2021-12-31") -> Entry:
    return Entry(on=on, partner=partner, line=line, amount=cny(minor), document="d/1")


def books(*entries: Entry) -> CapitalAccounts:
    return capital_accounts(entries, PROMISED, general_partner=GP, period=YEAR, opening=None)


def accrue(
    accounts: CapitalAccounts,
    carry: int,
    **changed: Any,  # noqa: ANN401  any argument of an accrual
) -> CarryAccrual:
    def rule(net_asset_value: Money, on: datetime.date) -> Money:
        assert net_asset_value == accounts.closing
        assert str(on) == "2021-12-31"
        return cny(carry)

    given_: dict[str, Any] = {
        "rule": rule,
        "general_partner": GP,
        "paid": cny(0),
        "weight": CarryWeight.COMMITMENT,
        "exempt": (),
        "document": "carry/1",
    }
    arguments = {**given_, **changed}
    return accrue_carry(arguments.pop("rule"), accounts, PROMISED, **arguments)


def amounts(accrual: CarryAccrual) -> list[int]:
    return [part.to_minor() for _, part in accrual.parts]


def test_carry_passes_from_the_others_to_the_general_partner() -> None:
    gain = books(entry(A, 300, Line.UNREALISED), entry(B, 200, Line.UNREALISED))
    assert amounts(accrue(gain, 100)) == [-67, -33, 100]
    assert amounts(accrue(gain, 100, weight=CarryWeight.PROFIT)) == [-60, -40, 100]
    assert amounts(accrue(gain, 100, exempt=[A])) == [0, -100, 100]
    assert {each.line for each in accrue(gain, 100).entries} == {Line.CARRIED_INTEREST}
    assert accrue(gain, 100).accrued == cny(100)


def test_an_accrual_explains_itself() -> None:
    said = accrue(books(entry(A, 300, Line.UNREALISED)), 100, paid=cny(20)).explain()
    assert said.value == "1.20 CNY"
    assert [(part.what, part.value) for part in said.parts] == [
        ("hypothetical carry", "1.00 CNY"),
        ("paid", "0.20 CNY"),
        ("allocated before", "0.00 CNY"),
        ("A", "-0.80 CNY"),
        ("B", "-0.40 CNY"),
        ("GP", "1.20 CNY"),
    ]
    assert [source.status for source in said.sources()] == [Status.RECALLED]


def test_what_was_accrued_before_is_not_accrued_again() -> None:
    first = accrue(books(entry(A, 500, Line.UNREALISED)), 100)
    accounts = books(entry(A, 500, Line.UNREALISED), *first.entries)
    again = accrue(accounts, 100)
    assert again.entries == ()
    assert (again.change, again.allocated_before) == (cny(0), cny(100))
    assert amounts(accrue(accounts, 40)) == [40, 20, -60]  # the value has fallen
    assert amounts(accrue(accounts, 0)) == [67, 33, -100]
    assert amounts(accrue(accounts, 70, paid=cny(30))) == [0, 0, 0]  # 30 of it were paid


def test_carry_is_borne_anew_when_the_profit_has_moved() -> None:
    before = accrue(books(entry(A, 500, Line.UNREALISED)), 100, weight=CarryWeight.PROFIT)
    assert amounts(before) == [-100, 0, 100]
    now = books(
        entry(A, 500, Line.UNREALISED),
        *before.entries,
        entry(B, 500, Line.REALISED),
        entry(A, -9, Line.DISTRIBUTION),  # a flow is no profit
        entry(B, 9, Line.CONTRIBUTION),
    )
    assert amounts(accrue(now, 200, weight=CarryWeight.PROFIT)) == [0, -100, 100]


def test_carry_that_would_be_given_back_is_negative() -> None:
    assert amounts(accrue(books(), -90, paid=cny(100))) == [-7, -3, 10]
    assert amounts(accrue(books(), -100, paid=cny(100))) == [0, 0, 0]


def test_carry_that_nobody_can_bear_is_refused() -> None:
    with pytest.raises(FundError, match=r"weights \(carry/1\): must be above zero by profit") as caught:
        accrue(books(), 1, weight=CarryWeight.PROFIT)
    assert caught.value.problem.code == Refusal.NO_CAPITAL
    with pytest.raises(FundError, match="must be above zero by commitment"):
        accrue(books(), 1, exempt=[A, B])
    assert amounts(accrue(books(), 0, exempt=[A, B])) == [0, 0, 0]
    losses = books(entry(A, -5, Line.REALISED), entry(B, 5, Line.REALISED))
    assert amounts(accrue(losses, 1, weight=CarryWeight.PROFIT)) == [0, -1, 1]


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"general_partner": AccountId("X")}, NotFoundError, "must be a partner of the fund, was X"),
        ({"exempt": [AccountId("X")]}, NotFoundError, "must be a partner of the fund, was X"),
        ({"paid": Money("1", "EUR")}, CurrencyMismatchError, "paid: must be CNY, was EUR"),
        ({"rule": lambda _value, _on: Money("1", "EUR")}, CurrencyMismatchError, "carry: must be CNY"),
        ({"rule": lambda _value, _on: 5}, InvalidValueError, "rule: must give Money, was 5"),
        ({"rule": lambda _value, _on: Money("0.001", "CNY")}, InvalidValueError, "at most 2 decimal"),
        ({"weight": "profit"}, InvalidValueError, "weight: must be of type CarryWeight"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        accrue(books(), 0, **changed)


@given(
    st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)), min_size=1, max_size=5),
    st.lists(st.integers(0, 10**6), min_size=5, max_size=5),
    st.sampled_from(CarryWeight),
)
def test_carry_adds_up_to_nothing_and_stands_at_its_target(
    gains: list[tuple[int, int]], targets: list[int], weight: CarryWeight
) -> None:
    entries: list[Entry] = []
    for (one, other), target in zip(gains, targets, strict=False):
        entries += [entry(A, one, Line.REALISED), entry(B, other, Line.UNREALISED)]
        value = books(*entries).closing
        accounts = books(*entries)
        earned = [accounts.account(each).of(Line.REALISED, Line.UNREALISED) for each in (A, B)]
        if target and weight is CarryWeight.PROFIT and max(earned) <= cny(0):
            with pytest.raises(FundError, match="weights"):
                accrue(accounts, target, weight=weight)
            continue
        accrual = accrue(accounts, target, weight=weight)
        assert sum(amounts(accrual)) == 0
        entries += accrual.entries
        after = books(*entries)
        assert after.closing == value
        assert after.account(GP).of(Line.CARRIED_INTEREST) == cny(target)
        assert after.of(Line.CARRIED_INTEREST) == cny(0)
        assert all(after.account(each).of(Line.CARRIED_INTEREST) <= cny(0) for each in (A, B))


# ------------------------------------------------------------------ the roll


def rolled(entries: list[Entry], realised: list[CashFlow], paid: list[CashFlow], period: Period) -> list[str]:
    roll = carry_roll(books(*entries), general_partner=GP, realised=realised, paid=paid, period=period)
    assert roll.opening.accrued + roll.allocated - roll.paid == roll.closing.accrued
    assert roll.realised + roll.unrealised == roll.allocated
    return [
        str(each.amount)
        for each in (roll.opening.accrued, roll.realised, roll.unrealised, roll.paid, roll.closing.accrued)
    ]


def test_carry_rolls_over_a_period() -> None:
    entries = [
        entry(GP, 1_000, Line.CARRIED_INTEREST, "2021-03-31"),
        entry(GP, 500, Line.CARRIED_INTEREST, "2021-09-30"),
        entry(GP, 77, Line.REALISED, "2021-09-30"),
    ]
    due = [CashFlow("2021-06-30", cny(300)), CashFlow("2021-11-01", cny(400))]
    out = [CashFlow("2021-06-30", cny(200)), CashFlow("2021-11-01", cny(300))]
    assert rolled(entries, due, out, YEAR) == ["0.00", "7.00", "8.00", "5.00", "10.00"]
    second_half = Period("2021-07-01", "2022-01-01")
    assert rolled(entries, due, out, second_half) == ["8.00", "4.00", "1.00", "3.00", "10.00"]


def test_the_first_day_is_in_the_period() -> None:
    entries = [entry(GP, 5, Line.CARRIED_INTEREST, "2021-07-01")]
    due = [CashFlow("2021-07-01", cny(3))]
    second_half = Period("2021-07-01", "2022-01-01")
    assert rolled(entries, due, due, second_half) == ["0.00", "0.03", "0.02", "0.03", "0.02"]


def test_a_carry_roll_explains_itself() -> None:
    one = [entry(GP, 100, Line.CARRIED_INTEREST)]
    said = carry_roll(books(*one), general_partner=GP, realised=(), paid=(), period=YEAR).explain()
    assert said.value == "1.00 CNY accrued"
    assert [part.value for part in said.parts] == ["0.00 CNY", "1.00 CNY", "0.00 CNY", "0.00 CNY"]


def test_what_is_due_and_not_paid_is_seen() -> None:
    stands = CarryBalance(allocated=cny(10), realised=cny(6), paid=cny(4))
    assert (stands.unrealised, stands.unpaid, stands.accrued) == (cny(4), cny(2), cny(6))
    with pytest.raises(CurrencyMismatchError, match="paid: must be CNY, was EUR"):
        CarryBalance(allocated=cny(10), realised=cny(6), paid=Money("1", "EUR"))


def test_carry_that_was_not_earned_is_refused() -> None:
    one = [entry(GP, 100, Line.CARRIED_INTEREST)]
    with pytest.raises(FundError, match=r"carry realised: must be at most the 1\.00 CNY allocated") as caught:
        rolled(one, [CashFlow("2021-12-31", cny(101))], [], YEAR)
    assert caught.value.problem.code == Refusal.CARRY_NOT_EARNED
    with pytest.raises(FundError, match=r"carry paid: must be at most the 0\.99 CNY realised"):
        rolled(one, [CashFlow("2021-12-31", cny(99))], [CashFlow("2021-12-31", cny(100))], YEAR)


def test_a_carry_roll_keeps_to_its_period() -> None:
    with pytest.raises(FundError, match="period: must lie in") as caught:
        rolled([], [], [], Period("2021-01-01", "2021-07-01"))
    assert caught.value.problem.code == Refusal.DOES_NOT_ROLL
    with pytest.raises(FundError, match="period: must lie in"):
        rolled([], [], [], Period("2020-01-01", "2022-01-01"))
    with pytest.raises(FundError, match="paid, flow 1: must lie in") as caught:
        rolled([], [], [CashFlow("2022-01-01", cny(1))], YEAR)
    assert caught.value.problem.code == Refusal.OUTSIDE_PERIOD
    with pytest.raises(CurrencyMismatchError, match="realised, flow 1: must be CNY, was EUR"):
        rolled([], [CashFlow("2021-01-01", Money("1", "EUR"))], [], YEAR)
    with pytest.raises(InvalidValueError, match="realised, flow 1: must be of type CashFlow"):
        rolled([], ["x"], [], YEAR)  # type: ignore[list-item]
