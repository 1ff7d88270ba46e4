"""Allocation: by a named basis, to the minor unit, without those who are excused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.account.allocation import Allocation, AllocationBasis, allocate
from carbonkit.fund.account.capital_account import CapitalAccount, CapitalAccounts
from carbonkit.fund.entry import Entry, Line
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Period

NAMES = [AccountId(name) for name in "ABC"]
A, B, C = NAMES
QUARTER = Period("2021-07-01", "2021-10-01")  # 92 days
PROMISED = Commitments(
    Commitment(name, Money(amount, "CNY")) for name, amount in zip(NAMES[:2], ["300", "100"], strict=True)
)


def cny(minor: int) -> Money:
    return Money.from_minor(minor, "CNY")


def flow(partner: AccountId, minor: int, on: str, line: Line = Line.CONTRIBUTION) -> Entry:
    return Entry(on=on, partner=partner, line=line, amount=cny(minor), document="d/1")


def books(*openings: int, entries: tuple[Entry, ...] = ()) -> CapitalAccounts:
    return CapitalAccounts(
        accounts=(
            CapitalAccount(
                partner=name,
                period=QUARTER,
                opening=cny(opening),
                entries=[each for each in entries if each.partner == name],
            )
            for name, opening in zip(NAMES, openings, strict=True)
        )
    )


def shared(accounts: CapitalAccounts, minor: int = 1_000, **changed: Any) -> Allocation:  # noqa: ANN401  any argument of an allocation
    given_: dict[str, Any] = {
        "line": Line.REALISED,
        "on": "2021-09-30",
        "basis": AllocationBasis.COMMITMENT,
        "excused": (),
        "document": "gain/1",
    }
    return allocate(cny(minor), accounts, PROMISED, **{**given_, **changed})


def parts(found: Allocation) -> list[int]:
    return [part.to_minor() for _, part in found.parts]


def test_by_commitment_who_has_none_gets_nothing() -> None:
    found = shared(books(0, 0, 0))
    assert parts(found) == [750, 250, 0]
    assert [(each.partner, each.line, each.amount.to_minor()) for each in found.entries] == [
        (A, Line.REALISED, 750),
        (B, Line.REALISED, 250),
    ]
    assert {each.document for each in found.entries} == {"gain/1"}


def test_by_opening_capital() -> None:
    assert parts(shared(books(1, 1, 2), 100, basis=AllocationBasis.OPENING_CAPITAL)) == [25, 25, 50]


def test_by_capital_days_flows_count_from_a_named_day() -> None:
    entries = (
        flow(A, 500, "2021-09-01"),  # 30 days with its own, 29 after it
        flow(B, -100, "2021-07-01", Line.DISTRIBUTION),  # 92, 91
        flow(C, 10**6, "2021-07-01", Line.UNREALISED),  # no flow
    )
    accounts = books(100, 200, 300, entries=entries)
    own = shared(accounts, basis=AllocationBasis.CAPITAL_DAYS)
    after = shared(accounts, basis=AllocationBasis.CAPITAL_DAYS_AFTER)
    assert own.weights == (100 * 92 + 500 * 30, 200 * 92 - 100 * 92, 300 * 92)
    assert after.weights == (100 * 92 + 500 * 29, 200 * 92 - 100 * 91, 300 * 92)


def test_who_is_excused_takes_no_part() -> None:
    found = shared(books(0, 0, 0), excused=[A])
    assert parts(found) == [0, 1_000, 0]
    assert found.explain().parts[0].how == "excused"
    assert found.explain().parts[1].how == "10.00 CNY × 10000 / 10000"
    with pytest.raises(NotFoundError, match="partner: must be a partner of the fund, was X"):
        shared(books(0, 0, 0), excused=[AccountId("X")])


def test_a_loss_is_divided_as_a_gain_is() -> None:
    assert parts(shared(books(1, 1, 1), -100, basis=AllocationBasis.OPENING_CAPITAL)) == [-34, -33, -33]
    assert shared(books(1, 1, 1), 0).entries == ()


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(FundError) as caught:
        shared(books(0, 0, 0), basis=AllocationBasis.OPENING_CAPITAL)
    assert caught.value.problem.code == Refusal.NO_CAPITAL
    assert caught.value.problem.field == "weights (gain/1)"
    with pytest.raises(FundError) as caught:
        shared(books(0, 0, 5), excused=[A, B])  # C has no commitment
    assert caught.value.problem.code == Refusal.NO_CAPITAL
    with pytest.raises(
        FundError, match=r"capital of B: must be zero or more by opening capital, was -0\.01"
    ) as caught:
        shared(books(5, -1, 0), basis=AllocationBasis.OPENING_CAPITAL)
    assert caught.value.problem.code == Refusal.NEGATIVE_CAPITAL
    paid_out = (flow(B, -2, "2021-07-01", Line.DISTRIBUTION),)
    with pytest.raises(FundError, match="capital of B: must be zero or more by capital by days"):
        shared(books(5, 1, 0, entries=paid_out), basis=AllocationBasis.CAPITAL_DAYS)
    assert parts(shared(books(5, -1, 0), basis=AllocationBasis.OPENING_CAPITAL, excused=[B])) == [1_000, 0, 0]


def test_day_and_currency_are_those_of_the_accounts() -> None:
    with pytest.raises(FundError, match=r"on \(gain/1\): must lie in") as caught:
        shared(books(0, 0, 0), on="2021-10-01")
    assert caught.value.problem.code == Refusal.OUTSIDE_PERIOD
    with pytest.raises(CurrencyMismatchError, match=r"amount \(gain/1\): must be CNY, was EUR"):
        allocate(
            Money("1", "EUR"),
            books(0, 0, 0),
            PROMISED,
            line=Line.REALISED,
            on="2021-09-30",
            basis=AllocationBasis.COMMITMENT,
            excused=(),
            document="gain/1",
        )
    euros = Commitments([Commitment(A, Money("1", "EUR"))])
    with pytest.raises(CurrencyMismatchError, match="commitments: must be CNY, was EUR"):
        allocate(
            cny(1),
            books(0, 0, 0),
            euros,
            line=Line.REALISED,
            on="2021-09-30",
            basis=AllocationBasis.COMMITMENT,
            excused=(),
            document="gain/1",
        )
    with pytest.raises(InvalidValueError, match="basis: must be of type AllocationBasis"):
        shared(books(0, 0, 0), basis="commitment")
    with pytest.raises(InvalidValueError, match="at most 2 decimal places"):
        allocate(
            Money("0.001", "CNY"),
            books(0, 0, 0),
            PROMISED,
            line=Line.REALISED,
            on="2021-09-30",
            basis=AllocationBasis.COMMITMENT,
            excused=(),
            document="gain/1",
        )


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**13), min_size=3, max_size=3).filter(any),
)
def test_parts_add_up_and_are_within_a_minor_unit(minor: int, openings: list[int]) -> None:
    found = shared(books(*openings), minor, basis=AllocationBasis.OPENING_CAPITAL)
    assert sum(parts(found)) == minor
    for part, opening in zip(parts(found), openings, strict=True):
        assert abs(part - Fraction(minor * opening, sum(openings))) < 1
    assert sum(each.amount.to_minor() for each in found.entries) == minor
