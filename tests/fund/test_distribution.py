"""Distributions: divided to the fen among partners and natures; what is recallable never lifts above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.entry import Line
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.distribution import Distribution, distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.unfunded import unfunded
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money

if TYPE_CHECKING:
    from carbonkit.fund.partner._part import Parts
    from carbonkit.fund.partner.unfunded import Happening

CAPITAL, GAIN, CARRY = Nature.RETURN_OF_CAPITAL, Nature.REALISED_GAIN, Nature.CARRIED_INTEREST


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


def lp(number: int) -> AccountId:
    return AccountId(f"LP-{number}")


def promised(*amounts: int) -> Commitments:
    return Commitments(Commitment(lp(n), fen(amount)) for n, amount in enumerate(amounts, 1))


def called(of: Commitments, total: int) -> list[Happening]:
    return [
        call_capital(
            of, (), total=fen(total), issued_on="2021-07-02", due_on="2021-07-15", purpose="allowances"
        )
    ]


def item(nature: Nature, amount: int, to: int | None = None) -> DistributionItem:
    return DistributionItem(nature, fen(amount), None if to is None else lp(to))


def paid_out(of: Commitments, *items: DistributionItem, **more: Any) -> Distribution:  # noqa: ANN401  any argument
    terms = {
        "basis": DistributionBasis.COMMITMENT,
        "paid_on": "2024-07-15",
        "recall": RecallRule.NOTHING,
        "earlier": (),
        **more,
    }
    return distribute(of, terms.pop("earlier"), items=items, **terms)


def fen_of(parts: Parts) -> list[int]:
    return [amount.to_minor() for _, amount in parts]


def test_it_is_divided_by_commitment() -> None:
    made = paid_out(promised(100, 100, 100), item(CAPITAL, 60_00), item(GAIN, 40_00))
    assert made.explain().parts[2].how == "nothing"
    assert (made.number, made.total) == (1, fen(100_00))
    assert fen_of(made.amounts) == [33_34, 33_33, 33_33]
    assert [fen_of(parts) for _, parts in made.by_item] == [[20_00, 20_00, 20_00], [13_34, 13_33, 13_33]]
    assert [(entry.line, entry.amount.to_minor()) for entry in made.entries] == [
        (Line.DISTRIBUTION, -33_34),
        (Line.DISTRIBUTION, -33_33),
        (Line.DISTRIBUTION, -33_33),
    ]
    assert {(entry.document, entry.on) for entry in made.entries} == {("distribution/1", made.paid_on)}
    assert made.after == made.before


def test_it_is_divided_by_capital_and_carried_interest_goes_to_one() -> None:
    made = paid_out(
        promised(100_00, 100_00, 1_00),
        item(CARRY, 20_00, to=3),
        item(GAIN, 80_00),
        basis=DistributionBasis.CAPITAL,
        parts={lp(1): fen(300), lp(2): fen(100)},
    )
    assert fen_of(made.amounts) == [60_00, 20_00, 20_00]
    assert [fen_of(parts) for _, parts in made.by_item] == [[0, 0, 20_00], [60_00, 20_00, 0]]
    assert "carried interest: 20.00 CNY = all of it to LP-3" in made.explain().text()
    assert made.of(lp(3)) == fen(20_00)
    with pytest.raises(NotFoundError, match="partner: must be a partner of the fund, was LP-4"):
        made.of(lp(4))


def test_parts_of_a_waterfall_are_taken_as_they_are() -> None:
    parts = {lp(1): fen(70_00), lp(2): fen(30_00)}
    made = paid_out(
        promised(50, 50),
        item(CAPITAL, 60_00),
        item(CARRY, 20_00, to=2),
        item(GAIN, 20_00),
        basis=DistributionBasis.GIVEN,
        parts=parts,
        withheld={lp(1): fen(7_00)},
    )
    assert dict(made.amounts) == parts
    assert [fen_of(each) for _, each in made.by_item] == [[52_50, 7_50], [0, 20_00], [17_50, 2_50]]
    assert made.explain().how == "by given parts"
    assert fen_of(made.net) == [63_00, 30_00]
    assert fen_of(tuple((entry.partner, entry.amount) for entry in made.entries)) == [-70_00, -30_00]
    with pytest.raises(InvalidValueError) as caught:
        paid_out(
            promised(50, 50),
            item(GAIN, 100_00),
            basis=DistributionBasis.GIVEN,
            parts={lp(1): fen(70_00), lp(2): fen(29_99)},
        )
    assert (
        str(caught.value)
        == "parts of distribution 1: must add up to 100.00 CNY, was 99.99 CNY, 0.01 CNY too little"
    )
    with pytest.raises(InvalidValueError, match=r"item 1: must be at most the 30\.00 CNY that LP-2 gets"):
        paid_out(
            promised(50, 50),
            item(CARRY, 30_01, to=2),
            item(GAIN, 69_99),
            basis=DistributionBasis.GIVEN,
            parts=parts,
        )


def test_a_return_of_capital_can_be_called_again() -> None:
    partners = promised(100_00, 200_00)
    earlier = called(partners, 90_00)
    made = paid_out(
        partners,
        item(CAPITAL, 30_00),
        item(GAIN, 60_00),
        earlier=earlier,
        recall=RecallRule.RETURN_OF_CAPITAL,
    )
    assert fen_of(made.recallable) == [10_00, 20_00]
    assert fen_of(made.after) == [80_00, 160_00]
    assert unfunded(partners, [*earlier, made]) == made.after
    amount = paid_out(
        partners, item(GAIN, 90_00), earlier=earlier, recall=RecallRule.AMOUNT, recallable=fen(1)
    )
    assert fen_of(amount.recallable) == [0, 1]
    again = call_capital(
        partners,
        [*earlier, made],
        total=fen(240_00),
        issued_on="2024-08-01",
        due_on="2024-08-10",
        purpose="credits",
    )
    assert fen_of(again.after) == [0, 0]
    assert again.number == 2


def test_no_more_is_recallable_than_was_paid_in() -> None:
    partners = promised(100_00, 200_00)
    earlier = called(partners, 90_00)
    with pytest.raises(FundError) as caught:
        paid_out(partners, item(CAPITAL, 90_01), earlier=earlier, recall=RecallRule.RETURN_OF_CAPITAL)
    assert caught.value.problem.code == Refusal.NOT_RECALLABLE
    assert str(caught.value) == (
        "recallable: must be at most the 90.00 CNY that partners who get it had paid in, was 90.01 CNY"
    )
    # what one may not be called for again goes to the others
    parts = {lp(1): fen(40_00), lp(2): fen(40_00)}
    made = paid_out(
        partners,
        item(CAPITAL, 80_00),
        earlier=earlier,
        basis=DistributionBasis.GIVEN,
        parts=parts,
        recall=RecallRule.AMOUNT,
        recallable=fen(65_00),
    )
    assert fen_of(made.recallable) == [30_00, 35_00]


@given(
    st.lists(st.integers(1, 10**10), min_size=1, max_size=5),
    st.lists(st.tuples(st.sampled_from(Nature), st.integers(1, 10**10)), min_size=1, max_size=5),
    st.data(),
)
def test_partners_and_natures_both_add_up(
    amounts: list[int], rows: list[tuple[Nature, int]], data: st.DataObject
) -> None:
    partners = promised(*amounts)
    total = data.draw(st.integers(1, sum(amounts)))
    earlier = called(partners, total)
    items = [item(nature, amount, 1 if nature is CARRY else None) for nature, amount in rows]
    gross = sum(amount for _, amount in rows)
    recallable = data.draw(st.integers(0, gross))
    try:
        made = paid_out(
            partners, *items, earlier=earlier, recall=RecallRule.AMOUNT, recallable=fen(recallable)
        )
    except FundError:
        held = [
            whole - left for whole, left in zip(amounts, fen_of(unfunded(partners, earlier)), strict=True)
        ]
        assert recallable > sum(min(pair) for pair in zip(held, _parts(partners, items), strict=True))
        return
    assert sum(fen_of(made.amounts)) == gross
    table = [fen_of(parts) for _, parts in made.by_item]
    assert [sum(parts) for parts in table] == [amount for _, amount in rows]
    assert [sum(column) for column in zip(*table, strict=True)] == fen_of(made.amounts)
    assert min(map(min, table)) >= 0
    assert sum(fen_of(made.recallable)) == recallable
    assert all(0 <= left <= most for left, most in zip(fen_of(made.after), amounts, strict=True))


def _parts(partners: Commitments, items: list[DistributionItem]) -> list[int]:
    return fen_of(paid_out(partners, *items).amounts)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"items": []}, InvalidValueError, "items: must hold one item or more, was none"),
        ({"items": ["gain"]}, InvalidValueError, "item 1: must be of type DistributionItem"),
        ({"items": [item(GAIN, 1, to=7)]}, NotFoundError, "partner: must be a partner of the fund, was LP-7"),
        ({"basis": "commitment"}, InvalidValueError, "basis: must be of type DistributionBasis"),
        ({"recall": "nothing"}, InvalidValueError, "recall: must be of type RecallRule"),
        ({"parts": {}}, InvalidValueError, "parts: must be left out when it is divided by commitment"),
        ({"basis": DistributionBasis.GIVEN}, InvalidValueError, "parts: must be given when it is divided by"),
        (
            {"basis": DistributionBasis.CAPITAL, "parts": {lp(1): fen(0)}},
            InvalidValueError,
            "parts: must have a balance above zero, was none",
        ),
        (
            {"basis": DistributionBasis.CAPITAL, "parts": {lp(1): fen(-1)}},
            InvalidValueError,
            r"parts of LP-1: must be zero or more, was -0\.01 CNY",
        ),
        (
            {"basis": DistributionBasis.CAPITAL, "parts": {lp(9): fen(1)}},
            InvalidValueError,
            "parts, partner: must be a partner of the fund, was LP-9",
        ),
        (
            {"basis": DistributionBasis.CAPITAL, "parts": {lp(1): Money("1", "EUR")}},
            CurrencyMismatchError,
            "parts of LP-1: must be CNY, was EUR",
        ),
        ({"withheld": {lp(1): fen(2)}}, InvalidValueError, r"withheld of LP-1: must be at most 0\.01 CNY"),
        ({"recallable": fen(1)}, InvalidValueError, "recallable: must be left out when the rule is nothing"),
        (
            {"recall": RecallRule.AMOUNT},
            InvalidValueError,
            "recallable: must be given when the rule is an amount",
        ),
        ({"paid_on": "2021-07-01"}, FundError, "paid_on: must be on or after 2021-07-02, the day of call 1"),
    ],
)
def test_a_distribution_that_makes_no_sense_is_refused(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    partners = promised(100, 100)
    items = arguments.pop("items", [item(GAIN, 1)])
    with pytest.raises(error, match=message):
        paid_out(partners, *items, earlier=called(partners, 100), **arguments)


def test_a_distribution_that_was_tampered_with_is_refused() -> None:
    good = paid_out(promised(100, 100), item(GAIN, 100))
    with pytest.raises(InvalidValueError, match="amounts: must name each partner, in order, was LP-1"):
        attrs.evolve(good, amounts=good.amounts[:1])
    with pytest.raises(
        InvalidValueError, match=r"amounts of distribution 1: must add up to 1\.00 CNY, was 0\.50 CNY"
    ):
        attrs.evolve(good, amounts=((lp(1), fen(50)), (lp(2), fen(0))))
    with pytest.raises(InvalidValueError, match=r"recallable: must be at most 1\.00 CNY, was 1\.50 CNY"):
        attrs.evolve(good, recallable=good.amounts)
    with pytest.raises(InvalidValueError, match=r"amount: must be above zero, was 0\.00 CNY"):
        item(GAIN, 0)
