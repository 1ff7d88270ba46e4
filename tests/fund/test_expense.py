"""Expenses and incentive fees: by category, by commitment, under a cap, over a hurdle."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InvalidValueError, NotFoundError
from carbonkit.fund.entry import Line
from carbonkit.fund.fee.expense import (
    Expense,
    ExpenseCategory,
    ExpenseKind,
    cap_organisation_cost,
    share_expense,
)
from carbonkit.values import AccountId, Money
from carbonkit.values.source import Status
from tests.carry import cny, partners

FUND = partners(A="1", B="1", C="1")
AUDIT = Expense(
    number=7,
    on="2021-12-31",
    kind=ExpenseKind.EXTERNAL,
    category=ExpenseCategory.AUDIT,
    amount=cny("100.00"),
)


def test_an_expense_is_borne_by_commitment() -> None:
    shared = share_expense(FUND, AUDIT, ())
    assert [str(part) for _, part in shared.parts] == ["33.34 CNY", "33.33 CNY", "33.33 CNY"]
    assert {(entry.line, entry.document) for entry in shared.entries} == {(Line.EXPENSE, "expense/7")}
    assert sum(entry.amount.to_minor() for entry in shared.entries) == -10_000
    assert shared.explain().what == "expense 7 on 2021-12-31, audit, to others"
    assert [source.status for source in shared.explain().sources()] == [Status.RECALLED]


def test_who_is_excused_bears_nothing() -> None:
    shared = share_expense(FUND, AUDIT, [AccountId("B")])
    assert [str(part) for _, part in shared.parts] == ["50.00 CNY", "0.00 CNY", "50.00 CNY"]
    assert len(shared.entries) == 2


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (ExpenseKind.EXTERNAL, Line.EXPENSE),
        (ExpenseKind.CHARGEBACK, Line.CHARGEBACK),
        (ExpenseKind.OFFERING, Line.OFFERING_COST),
        (ExpenseKind.PLACEMENT, Line.PLACEMENT_FEE),
    ],
)
def test_the_kind_decides_the_line(kind: ExpenseKind, line: Line) -> None:
    assert share_expense(FUND, attrs.evolve(AUDIT, kind=kind), ()).entries[0].line is line


def test_the_categories_say_that_they_are_recalled() -> None:
    assert len(ExpenseCategory) == 19
    assert {category.source.status for category in ExpenseCategory} == {Status.RECALLED}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"amount": cny("0")}, "amount: must be above zero, was 0 CNY"),
        ({"amount": cny("-1")}, "amount: must be zero or more"),
        ({"number": 0}, "number: must be above zero"),
        ({"on": "July"}, "on: must be a calendar date"),
        ({"kind": "external"}, "kind: must be of type ExpenseKind"),
        ({"category": "audit"}, "category: must be of type ExpenseCategory"),
    ],
)
def test_an_expense_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(AUDIT, **changed)
    assert str(caught.value).startswith(message)


def test_it_is_shared_among_partners_only() -> None:
    with pytest.raises(NotFoundError, match="excused: must be a partner of the fund, was X, Y"):
        share_expense(FUND, AUDIT, [AccountId("Y"), AccountId("X")])
    with pytest.raises(InvalidValueError, match="excused: must leave somebody who bears it"):
        share_expense(FUND, AUDIT, [AccountId(name) for name in "ABC"])
    with pytest.raises(CurrencyMismatchError, match="expense: must be CNY, was EUR"):
        share_expense(FUND, attrs.evolve(AUDIT, amount=Money("1", "EUR")), ())


@given(cap=st.integers(0, 10**9), costs=st.lists(st.integers(0, 10**9), max_size=6))
def test_the_fund_bears_no_more_than_the_cap(cap: int, costs: list[int]) -> None:
    borne = excess = 0
    for cost in costs:
        capped = cap_organisation_cost(
            cap=Money.from_minor(cap, "CNY"),
            borne_before=Money.from_minor(borne, "CNY"),
            cost=Money.from_minor(cost, "CNY"),
        )
        borne += capped.borne.to_minor()
        excess += capped.excess.to_minor()
    assert borne == min(cap, sum(costs))
    assert borne + excess == sum(costs)


def test_a_cap_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="borne_before: must be at most the cap of 1 CNY, was 2 CNY"):
        cap_organisation_cost(cap=cny("1"), borne_before=cny("2"), cost=cny("1"))
    with pytest.raises(CurrencyMismatchError, match="cost: must be CNY, was EUR"):
        cap_organisation_cost(cap=cny("1"), borne_before=cny("0"), cost=Money("1", "EUR"))
