"""Itemised calls: inside and outside of the commitment, by use; who is excused, and who pays for it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.entry import Line
from carbonkit.fund.partner.call import CapitalCall, call_capital
from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Excuse, ExcuseReason, Use
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money

if TYPE_CHECKING:
    from carbonkit.fund.partner._part import Parts

INSIDE, OUTSIDE = CommitmentEffect.INSIDE, CommitmentEffect.OUTSIDE


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


def promised(*amounts: int) -> Commitments:
    return Commitments(Commitment(AccountId(f"LP-{n}"), fen(amount)) for n, amount in enumerate(amounts, 1))


def item(name: str, amount: int, effect: CommitmentEffect = INSIDE, use: Use = Use.INVESTMENT) -> CallItem:
    return CallItem(name, use, fen(amount), effect)


def excuse(partner: int, name: str | None = None) -> Excuse:
    return Excuse(AccountId(f"LP-{partner}"), ExcuseReason.EXCUSED, "clause 7", name)


def call(of: Commitments, *items: CallItem, **more: Any) -> CapitalCall:  # noqa: ANN401  any argument of a call
    terms = {"issued_on": "2021-07-02", "due_on": "2021-07-15", "purpose": "allowances", **more}
    total = terms.pop("total", sum(each.amount.to_minor() for each in items))
    return call_capital(of, (), total=fen(total), items=items, **terms)


def fen_of(parts: Parts) -> list[int]:
    return [amount.to_minor() for _, amount in parts]


def test_fees_outside_of_the_commitment_leave_it_as_it_is() -> None:
    made = call(
        promised(100_00, 200_00),
        item("Hubei", 60_00),
        item("fee", 3_00, OUTSIDE, Use.MANAGEMENT_FEE),
        item("audit", 30, INSIDE, Use.EXPENSES),
    )
    assert fen_of(made.amounts) == [21_10, 42_20]
    assert fen_of(made.inside) == [20_10, 40_20]
    assert fen_of(made.outside) == [1_00, 2_00]
    assert fen_of(made.after) == [79_90, 159_80]
    assert [(each.name, fen_of(parts)) for each, parts in made.by_item] == [
        ("Hubei", [20_00, 40_00]),
        ("fee", [1_00, 2_00]),
        ("audit", [10, 20]),
    ]
    assert [(entry.line, entry.amount.to_minor(), entry.document) for entry in made.entries] == [
        (Line.CONTRIBUTION, 21_10, "call/1"),
        (Line.CONTRIBUTION, 42_20, "call/1"),
    ]
    assert {entry.on for entry in made.entries} == {made.due_on}
    text = made.explain().text()
    assert "  fee: 3.00 CNY = management fee, outside the commitment\n    LP-1: 1.00 CNY\n" in text
    assert "  LP-1: 21.10 CNY = sum over the items; unfunded 100.00 CNY before, 79.90 CNY after" in text


def test_what_one_is_excused_from_the_others_pay() -> None:
    made = call(
        promised(100_00, 100_00, 200_00),
        item("coal", 90_00),
        item("fee", 4_00, INSIDE, Use.MANAGEMENT_FEE),
        excused=[excuse(2, "coal")],
    )
    assert [fen_of(parts) for _, parts in made.by_item] == [[30_00, 0, 60_00], [1_00, 1_00, 2_00]]
    assert "    LP-2: 0.00 CNY = excused at its request: clause 7" in made.explain().text()
    whole = call(promised(100_00, 100_00, 200_00), total=90_00, excused=[excuse(2)])
    assert fen_of(whole.amounts) == [30_00, 0, 60_00]
    assert (
        "  LP-2: 0.00 CNY = excused at its request: clause 7; unfunded 100.00 CNY" in whole.explain().text()
    )
    assert "  LP-1: 30.00 CNY = 90.00 CNY × 100.00 CNY / 300.00 CNY; unfunded" in whole.explain().text()


def test_those_who_pay_for_one_excused_pay_no_more_than_they_have_unfunded() -> None:
    made = call(promised(1_00, 2_00, 97_00), total=2_50, excused=[excuse(3)])
    assert fen_of(made.amounts) == [83, 1_67, 0]
    with pytest.raises(FundError) as caught:
        call(promised(1_00, 2_00, 97_00), total=3_01, excused=[excuse(3)])
    assert str(caught.value) == "total: must be at most the 3.00 CNY that are unfunded, was 3.01 CNY"
    with pytest.raises(FundError, match=r"item 'coal': must be at most the 3\.00 CNY") as caught:
        call(promised(1_00, 2_00, 97_00), item("coal", 3_01), item("b", 1), excused=[excuse(3, "coal")])
    assert caught.value.problem.code == Refusal.ABOVE_UNFUNDED


def test_the_items_with_the_fewest_partners_are_divided_first() -> None:
    # the others' 1.00 for item b is needed by those who cannot be excused from a
    made = call(promised(1_00, 1_00), item("a", 1_00), item("b", 1_00), excused=[excuse(1, "b")])
    assert [fen_of(parts) for _, parts in made.by_item] == [[1_00, 0], [0, 1_00]]


EFFECTS = st.sampled_from(CommitmentEffect)


@given(
    st.lists(st.integers(1, 10**10), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(1, 10**10), EFFECTS), min_size=1, max_size=5),
    st.sets(st.tuples(st.integers(2, 5), st.integers(0, 4)), max_size=4),
)
def test_items_and_partners_both_add_up(
    amounts: list[int], rows: list[tuple[int, CommitmentEffect]], free: set[tuple[int, int]]
) -> None:
    partners = promised(*amounts)
    items = [item(f"item-{n}", amount, effect) for n, (amount, effect) in enumerate(rows)]
    excused = [
        excuse(partner, items[n].name)
        for partner, n in sorted(free)
        if partner <= len(amounts) and n < len(items)
    ]
    try:
        made = call(partners, *items, excused=excused)
    except FundError:
        reject()
    assert sum(fen_of(made.amounts)) == sum(each.amount.to_minor() for each in items)
    table = [(each, fen_of(parts)) for each, parts in made.by_item]
    left_out = {(each.partner, each.item) for each in excused}
    for each, parts in table:
        assert sum(parts) == each.amount.to_minor()
        assert min(parts) >= 0
        for partner, part in zip(partners, parts, strict=True):
            assert not part or (partner.partner, each.name) not in left_out
    columns = [sum(column) for column in zip(*(parts for _, parts in table), strict=True)]
    assert columns == fen_of(made.amounts)
    both = zip(fen_of(made.inside), fen_of(made.outside), strict=True)
    assert [inside + outside for inside, outside in both] == fen_of(made.amounts)
    assert all(0 <= left <= amount for left, amount in zip(fen_of(made.after), amounts, strict=True))
    if not excused:
        for effect in CommitmentEffect:
            whole = sum(amount for amount, its in rows if its is effect)
            parts = fen_of(made.inside if effect is INSIDE else made.outside)
            if effect is OUTSIDE or whole * 2 < sum(amounts):
                for part, amount in zip(parts, amounts, strict=True):
                    assert abs(part - Fraction(whole * amount, sum(amounts))) < 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"total": 2},
            InvalidValueError,
            "items of call 1: must add up to 0.02 CNY, was 0.01 CNY, 0.01 CNY too little",
        ),
        ({"excused": [excuse(9)]}, NotFoundError, "excused: must be a partner of the fund, was LP-9"),
        ({"excused": [excuse(1, "b")]}, NotFoundError, "excused LP-1: must be an item of the call, was b"),
        (
            {"excused": [excuse(1), excuse(1, "a")]},
            InvalidValueError,
            "excused: must be excused once, was LP-1",
        ),
        ({"excused": [excuse(1), excuse(1)]}, InvalidValueError, "excused: must be excused once, was LP-1"),
        ({"excused": ["LP-1"]}, InvalidValueError, "excused: must be of type Excuse"),
        (
            {"excused": [excuse(1), excuse(2, "a")]},
            InvalidValueError,
            "excused: must leave somebody to pay, was all partners",
        ),
    ],
)
def test_items_and_excuses_that_make_no_sense_are_refused(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(promised(1, 1), item("a", 1), **arguments)


def test_items_differ_in_name_and_are_in_one_currency() -> None:
    with pytest.raises(InvalidValueError, match="items of call 1: must have each name once, was a"):
        call(promised(9), item("a", 1), item("a", 1))
    with pytest.raises(InvalidValueError, match="items of call 1: must be of type CallItem"):
        call_capital(
            promised(9),
            (),
            total=fen(1),
            issued_on="2021-07-02",
            due_on="2021-07-02",
            purpose="x",
            items=["a"],  # type: ignore[list-item]
        )
    euro = CallItem("a", Use.OTHER, Money("0.01", "EUR"), INSIDE)
    with pytest.raises(CurrencyMismatchError, match="currency: must be CNY, was EUR"):
        call(promised(9), euro, total=1)
    with pytest.raises(InvalidValueError, match=r"amount: must be above zero, was 0\.00 CNY"):
        item("a", 0)
    with pytest.raises(InvalidValueError, match="name: must not be blank"):
        item(" ", 1)
    with pytest.raises(InvalidValueError, match="why: must not be blank"):
        Excuse(AccountId("A"), ExcuseReason.DEFAULT, "")
    with pytest.raises(
        InvalidValueError,
        match=r"items of call 1: must add up to 0\.01 CNY, was 0\.02 CNY, 0\.01 CNY too much",
    ):
        call(promised(9), item("a", 2), total=1)
