"""Defaults and cures: what one owes the others pay within their room, and get back when it is made good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Line
from carbonkit.fund.partner.call import CapitalCall, call_capital
from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Excuse, ExcuseReason, Use
from carbonkit.fund.partner.closing import close_fund
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.cure import Cure, cure_default, in_default
from carbonkit.fund.partner.default import Default, declare_default
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
from carbonkit.fund.partner.unfunded import unfunded
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.partner._part import Parts
    from carbonkit.fund.partner.unfunded import Happening

INTEREST = LateInterest(rate="0.12", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED)


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


def lp(number: int) -> AccountId:
    return AccountId(f"LP-{number}")


def promised(*amounts: int) -> Commitments:
    return Commitments(Commitment(lp(n), fen(amount)) for n, amount in enumerate(amounts, 1))


def called(of: Commitments, total: int, **more: Any) -> CapitalCall:  # noqa: ANN401  any argument of a call
    terms = {"issued_on": "2021-07-02", "due_on": "2021-07-15", "purpose": "allowances", **more}
    return call_capital(of, (), total=fen(total), **terms)


def missed(of: Commitments, earlier: Sequence[Happening], unpaid: dict[int, int], **more: Any) -> Default:  # noqa: ANN401
    terms = {"call": 1, "declared_on": "2021-07-30", "due_on": "2021-08-10", **more}
    return declare_default(of, earlier, unpaid={lp(n): fen(part) for n, part in unpaid.items()}, **terms)


def cured(of: Commitments, earlier: Sequence[Happening], partner: int, on: str = "2021-09-26") -> Cure:
    return cure_default(
        of, earlier, partner=lp(partner), paid_on=on, terms=INTEREST, rounding=Rounding.HALF_UP
    )


def fen_of(parts: Parts) -> list[int]:
    return [amount.to_minor() for _, amount in parts]


def test_what_one_does_not_pay_the_others_pay() -> None:
    partners = promised(100_00, 100_00, 200_00)
    call = called(partners, 80_00)
    made = missed(partners, [call], {1: 20_00})
    assert fen_of(made.cover) == [0, 6_67, 13_33]
    assert fen_of(made.after) == [100_00, 73_33, 146_67]
    assert made.uncovered == fen(0)
    assert [(str(entry.partner), entry.amount.to_minor(), entry.document) for entry in made.entries] == [
        ("LP-1", -20_00, "default/1"),
        ("LP-2", 6_67, "default/1/cover"),
        ("LP-3", 13_33, "default/1/cover"),
    ]
    assert {entry.line for entry in made.entries} == {Line.CONTRIBUTION}
    assert [str(entry.on) for entry in made.entries] == ["2021-07-30", "2021-08-10", "2021-08-10"]
    assert in_default([call, made]) == ((made, lp(1), fen(20_00)),)
    assert unfunded(partners, [call, made]) == made.after


def test_the_others_pay_within_what_they_have_unfunded() -> None:
    partners = promised(100_00, 1_00, 1_00)
    made = missed(partners, [called(partners, 51_00)], {1: 50_00})
    assert fen_of(made.cover) == [0, 50, 50]
    assert made.uncovered == fen(49_00)
    assert "49.00 CNY of it without cover" in made.explain().how
    alone = promised(100_00)
    nobody = missed(alone, [called(alone, 10_00)], {1: 10_00})
    assert nobody.uncovered == fen(10_00)
    assert fen_of(nobody.after) == [100_00]
    assert fen_of(nobody.covered_for(lp(1))[0]) == [0]
    cure = cured(alone, [called(alone, 10_00), nobody], 1)
    assert fen_of(cure.interest_shares) == [0]
    assert fen_of(cure.after) == [90_00]


def test_what_was_paid_counts_first_outside_of_the_commitment() -> None:
    partners = promised(100_00, 100_00)
    items = [
        CallItem("Hubei", Use.INVESTMENT, fen(40_00), CommitmentEffect.INSIDE),
        CallItem("fee", Use.MANAGEMENT_FEE, fen(4_00), CommitmentEffect.OUTSIDE),
    ]
    call = called(partners, 44_00, items=items)
    part = missed(partners, [call], {1: 19_00})
    assert fen_of(part.unpaid_inside) == [19_00, 0]
    assert fen_of(part.cover_outside) == [0, 0]
    whole = missed(partners, [call], {1: 22_00})
    assert fen_of(whole.cover_inside) == [0, 20_00]
    assert fen_of(whole.cover_outside) == [0, 2_00]
    assert fen_of(whole.after) == [100_00, 60_00]
    cure = cured(partners, [call, whole], 1)
    assert fen_of(cure.given_back) == [0, 22_00]
    assert fen_of(cure.after) == fen_of(call.after)


def test_one_that_was_excused_does_not_pay_for_it() -> None:
    partners = promised(100_00, 100_00, 100_00)
    call = called(partners, 40_00, excused=[Excuse(lp(2), ExcuseReason.EXCUSED, "clause 7")])
    assert fen_of(missed(partners, [call], {1: 20_00}).cover) == [0, 0, 20_00]


def test_a_cure_puts_everybody_where_they_were() -> None:
    partners = promised(100_00, 100_00, 200_00)
    call = called(partners, 80_00)
    first = missed(partners, [call], {1: 20_00})
    cure = cured(partners, [call, first], 1)
    assert cure.owed == fen(20_00)
    assert cure.interest == fen(48)  # 20 × 12 % × 73/365
    assert fen_of(cure.given_back) == [0, 6_67, 13_33]
    assert fen_of(cure.interest_shares) == [0, 16, 32]
    assert cure.after == call.after
    assert in_default([call, first, cure]) == ()
    assert cure.opening == first.opening == cure.commitments
    text = cure.explain().text()
    assert text.startswith("cure 1 of default 1, paid 2021-09-26: 20.48 CNY = owed + interest\n")
    assert "\n  given back to LP-2: 6.67 CNY = paid in place of LP-1" in text
    assert "LP-1 owes: 20.00 CNY = called 20.00 CNY, due 2021-07-15" in first.explain().text()
    sums: dict[AccountId, int] = {}
    for happening in (call, first, cure):
        for entry in happening.entries:
            if entry.line is not Line.OTHER_INCOME:
                sums[entry.partner] = sums.get(entry.partner, 0) + entry.amount.to_minor()
    assert list(sums.values()) == fen_of(call.amounts)


def test_two_in_default_are_made_good_one_by_one() -> None:
    partners = promised(100_00, 100_00, 200_00)
    call = called(partners, 80_00)
    both = missed(partners, [call], {1: 20_00, 2: 5_00})
    assert fen_of(both.cover) == [0, 0, 25_00]
    one = cured(partners, [call, both], 2)
    assert fen_of(one.given_back) == [0, 0, 5_00]
    assert [str(partner) for _, partner, _ in in_default([call, both, one])] == ["LP-1"]
    other = cured(partners, [call, both, one], 1, "2021-10-01")
    assert (other.number, other.after) == (2, call.after)
    with pytest.raises(FundError, match="partner: must be in default, was LP-1"):
        cured(partners, [call, both, one, other], 1, "2021-10-01")
    with pytest.raises(NotFoundError, match="partner: must be in default 1, was LP-3"):
        both.covered_for(lp(3))


@given(
    st.lists(st.integers(1, 10**10), min_size=1, max_size=5),
    st.integers(1, 10**10),
    st.sets(st.integers(0, 4), min_size=1, max_size=3),
    st.integers(1, 100),
)
def test_default_and_cures_leave_no_trace(
    amounts: list[int], total: int, who: set[int], percent: int
) -> None:
    partners = promised(*amounts)
    call = called(partners, min(total, sum(amounts)))
    parts = fen_of(call.amounts)
    unpaid = {n + 1: -(-parts[n] * percent // 100) for n in sorted(who) if n < len(amounts) and parts[n]}
    if not unpaid:
        return
    happenings: list[Happening] = [call]
    default = missed(partners, happenings, unpaid)
    happenings.append(default)
    assert sum(fen_of(default.cover)) + default.uncovered.to_minor() == sum(unpaid.values())
    assert all(0 <= left <= most for left, most in zip(fen_of(default.after), amounts, strict=True))
    for partner in unpaid:
        happenings.append(cured(partners, happenings, partner))
    assert unfunded(partners, happenings) == call.after
    paid = sum(entry.amount.to_minor() for each in happenings for entry in each.entries)
    interest = sum(each.interest.to_minor() for each in happenings if isinstance(each, Cure))
    alone = len(amounts) == 1
    assert paid == call.total.to_minor() + (0 if alone else interest)


@pytest.mark.parametrize(
    ("unpaid", "more", "error", "message"),
    [
        ({1: 20_01}, {}, InvalidValueError, r"unpaid of LP-1: must be at most the 20\.00 CNY called"),
        ({1: 0}, {}, InvalidValueError, "unpaid: must hold something unpaid, was nothing"),
        ({9: 1}, {}, InvalidValueError, "unpaid, partner: must be a partner of the fund, was LP-9"),
        ({1: 1}, {"call": 2}, NotFoundError, "call: must be the number of an earlier call, was 2"),
        ({1: 1}, {"declared_on": "2021-07-15"}, InvalidValueError, "declared_on: must be after 2021-07-15"),
        ({1: 1}, {"due_on": "2021-07-29"}, InvalidValueError, "due_on: must be on or after 2021-07-30"),
    ],
)
def test_a_default_that_makes_no_sense_is_refused(
    unpaid: dict[int, int], more: dict[str, Any], error: type[Exception], message: str
) -> None:
    partners = promised(100_00, 100_00, 200_00)
    with pytest.raises(error, match=message):
        missed(partners, [called(partners, 80_00)], unpaid, **more)


def test_the_same_default_is_declared_once() -> None:
    partners = promised(100_00, 100_00)
    call = called(partners, 80_00)
    first = missed(partners, [call], {1: 20_00})
    with pytest.raises(FundError, match="was LP-1, default 1") as caught:
        missed(partners, [call, first], {1: 1_00})
    other = missed(partners, [call, first], {2: 1_00})
    assert fen_of(other.cover) == [1_00, 0]
    assert caught.value.problem.code == Refusal.IN_DEFAULT
    with pytest.raises(
        InvalidValueError, match="paid_on: must be on or after 2021-08-10, when the others pay"
    ):
        cured(partners, [call, first], 1, "2021-08-09")
    with pytest.raises(InvalidValueError, match="unpaid: must name each partner, in order, was LP-2"):
        attrs.evolve(first, unpaid=first.unpaid[1:])
    with pytest.raises(InvalidValueError, match="number: must be above zero, was 0"):
        attrs.evolve(first, number=0)
    with pytest.raises(CurrencyMismatchError, match="unpaid of LP-1: must be CNY, was EUR"):
        attrs.evolve(first, unpaid=((lp(1), Money("1", "EUR")), (lp(2), fen(0))))


def test_a_default_on_a_call_before_a_closing_is_too_late() -> None:
    partners = promised(100_00, 100_00)
    call = called(partners, 80_00)
    terms = EqualisationTerms(interest=INTEREST, fee=FeeTrueUp.NONE, rounding=Rounding.HALF_UP)
    closing = close_fund(
        partners, [call], joining=[Commitment(lp(3), fen(1))], closed_on="2021-07-20", terms=terms
    )
    with pytest.raises(FundError, match="call: must be declared before the commitments change after call 1"):
        missed(closing.commitments, [call, closing], {1: 20_00})
