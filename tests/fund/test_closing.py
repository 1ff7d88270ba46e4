"""Later closings: everybody stands where it would had all come at once, to the fen, and cash ties out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Line
from carbonkit.fund.partner.call import CapitalCall, call_capital
from carbonkit.fund.partner.call_item import CallItem, CommitmentEffect, Excuse, ExcuseReason, Use
from carbonkit.fund.partner.closing import Closing, close_fund
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.cure import cure_default
from carbonkit.fund.partner.default import declare_default
from carbonkit.fund.partner.distribution import distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
from carbonkit.fund.partner.release import ReleaseKind, release_commitments
from carbonkit.fund.partner.unfunded import CallDay, UnfundedStep, unfunded, unfunded_rolls
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.fund.partner._part import Parts
    from carbonkit.fund.partner.unfunded import Happening

INTEREST = LateInterest(rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED)
TERMS = EqualisationTerms(interest=INTEREST, fee=FeeTrueUp.EARLIER_PARTNERS, rounding=Rounding.HALF_UP)
INSIDE, OUTSIDE = CommitmentEffect.INSIDE, CommitmentEffect.OUTSIDE


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def fen(amount: int) -> Money:
    return Money.from_minor(amount, "CNY")


def one(name: str, amount: int) -> Commitment:
    return Commitment(AccountId(name), fen(amount))


def promised(*amounts: int) -> Commitments:
    return Commitments(one(f"LP-{n}", amount) for n, amount in enumerate(amounts, 1))


def fen_of(parts: Parts) -> list[int]:
    return [amount.to_minor() for _, amount in parts]


def call(
    of: Commitments,
    earlier: Sequence[Happening],
    total: int,
    day: str = "2021-07-15",
    **more: Any,  # noqa: ANN401  any argument of a call
) -> CapitalCall:
    return call_capital(
        of, earlier, total=fen(total), issued_on=day, due_on=day, purpose="allowances", **more
    )


def close(
    of: Commitments,
    earlier: Sequence[Happening],
    *joining: Commitment,
    day: str = "2022-07-15",
    **more: Any,  # noqa: ANN401  any term of a closing
) -> Closing:
    return close_fund(of, earlier, joining=joining, closed_on=day, terms=attrs.evolve(TERMS, **more))


def paid_in(partner: AccountId, happenings: Sequence[Happening]) -> int:
    """Contributions inside the commitment less what came back, from the entries of the roll."""
    last = happenings[-1].commitments
    rolls = unfunded_rolls(last, happenings, calls=CallDay.NOTICE)
    (roll,) = [each for each in rolls if each.partner == partner]
    steps = (UnfundedStep.CONTRIBUTION, UnfundedStep.RETURNED, UnfundedStep.RECALLABLE)
    return -sum(roll.total(step).to_minor() for step in steps)


AMOUNT = st.integers(1, 10**12)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Commitments, list[Happening]]:
    """Draw a fund with calls, recallable distributions and closings, in any order."""
    partners = promised(*draw(st.lists(AMOUNT, min_size=1, max_size=4)))
    happenings: list[Happening] = []
    for step in range(draw(st.integers(1, 6))):
        day = f"20{21 + step}-0{1 + step}-15"
        left = sum(fen_of(unfunded(partners, happenings)))
        funded = sum(partners.weights) - left
        kind = draw(st.sampled_from(["call", "close", "recall"]))
        if kind == "call" and left:
            happenings.append(call(partners, happenings, draw(st.integers(1, left)), day))
        elif kind == "recall" and funded:
            back = draw(st.integers(1, funded))
            paid = fen_of(tuple((each.partner, each.amount) for each in partners))
            held = [
                whole - rest for whole, rest in zip(paid, fen_of(unfunded(partners, happenings)), strict=True)
            ]
            parts = {each.partner: fen(have) for each, have in zip(partners, held, strict=True)}
            happenings.append(
                distribute(
                    partners,
                    happenings,
                    items=[DistributionItem(Nature.RETURN_OF_CAPITAL, fen(back))],
                    basis=DistributionBasis.CAPITAL,
                    parts=parts,
                    paid_on=day,
                    recall=RecallRule.RETURN_OF_CAPITAL,
                )
            )
        elif kind == "close":
            names = [f"LP-{draw(st.integers(1, 9))}", f"NEW-{step}"]
            chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
            joining = [one(name, draw(AMOUNT)) for name in chosen]
            closing = close(partners, happenings, *joining, day=day)
            happenings.append(closing)
            partners = closing.commitments
    last = close(partners, happenings, one("LAST", draw(AMOUNT)), day="2029-01-01")
    return last.commitments, [*happenings, last]


@settings(max_examples=60)
@given(histories())
def test_after_a_closing_all_are_funded_alike_to_the_fen(drawn: tuple[Commitments, list[Happening]]) -> None:
    partners, happenings = drawn
    rest = fen_of(unfunded(partners, happenings))
    funded = [each.amount.to_minor() - left for each, left in zip(partners, rest, strict=True)]
    whole, called = sum(partners.weights), sum(funded)
    for each, part in zip(partners, funded, strict=True):
        assert 0 <= part <= each.amount.to_minor()
        assert abs(part - Fraction(called * each.amount.to_minor(), whole)) < 1
        assert part == paid_in(each.partner, happenings)
    for closing in happenings:
        if isinstance(closing, Closing):
            assert sum(fen_of(closing.pays)) == 0
            assert sum(fen_of(closing.interest)) == 0
            assert sum(fen_of(closing.contributions_inside)) == sum(fen_of(closing.returned_inside))
            assert sum(entry.amount.to_minor() for entry in closing.entries) == 0
            total = sum(closing.commitments.weights)
            before = sum(closing.opening.weights) - sum(fen_of(closing.before))
            assert closing.called == Fraction(before, total)


@settings(max_examples=60)
@given(
    st.lists(AMOUNT, min_size=1, max_size=4),
    AMOUNT,
    st.lists(st.integers(1, 10**12), min_size=1, max_size=3),
)
def test_a_late_partner_pays_as_an_obvious_model_says(fen_: list[int], late: int, totals: list[int]) -> None:
    partners = promised(*fen_)
    calls: list[CapitalCall] = []
    for number, total in enumerate(totals):
        left = sum(fen_of(unfunded(partners, calls)))
        if left:
            calls.append(call(partners, calls, min(total, left), f"2021-0{number + 1}-15"))
    closing = close(partners, calls, one("LATE", late))
    share = Fraction(late, sum(fen_) + late)
    due = share * sum(each.total.to_minor() for each in calls)
    assert abs(fen_of(closing.contributions_inside)[-1] - due) < 1
    interest = sum(
        share * each.total.to_minor() * Fraction(8 * (closing.closed_on - each.due_on).days, 36_500)
        for each in calls
    )
    assert fen_of(closing.interest)[-1] == (2 * interest + 1) // 2  # half up
    received = [-part for part in fen_of(closing.interest)[:-1]]
    for part, amount in zip(received, fen_, strict=True):
        # each call's rounding moves the earlier partners' own interest by less than a fen a call
        assert abs(part - Fraction(sum(received) * amount, sum(fen_))) < 2


def test_the_order_of_partners_moves_no_more_than_the_left_over_fen() -> None:
    there, back = [333, 333, 334, 1000], [1000, 334, 333, 333]
    found = []
    for amounts in (there, back):
        partners = promised(*amounts)
        closing = close(partners, [call(partners, (), 777)], one("LATE", 501))
        found.append(sorted(zip([*amounts, 501], fen_of(closing.pays), strict=True)))
    for (one_amount, one_pays), (other_amount, other_pays) in zip(*found, strict=True):
        assert one_amount == other_amount
        assert abs(one_pays - other_pays) <= 1


def test_a_partner_that_promises_more_pays_for_the_increase() -> None:
    # 100 each, half called; A promises 100 more: of 100 called it bears 2/3. It pays 16.67, B gets them.
    partners = promised(100_00, 100_00)
    closing = close(partners, [call(partners, (), 100_00)], one("LP-1", 100_00))
    assert fen_of(closing.contributions_inside) == [16_67, 0]
    assert fen_of(closing.returned_inside) == [0, 16_67]
    assert fen_of(closing.interest) == [1_33, -1_33]
    assert [str(each.partner) for each in closing.commitments] == ["LP-1", "LP-2"]
    assert closing.commitments.of(AccountId("LP-1")) == cny("200.00")


def test_interest_may_be_compounded() -> None:
    partners = promised(100_00)
    compound = attrs.evolve(INTEREST, method=InterestMethod.COMPOUND)
    first = call(partners, (), 100_00, "2021-07-15")
    closing = close(partners, [first], one("LATE", 100_00), day="2023-07-15", interest=compound)
    assert fen_of(closing.interest) == [-8_32, 8_32]  # 50 × (1.08² − 1)
    part = close(partners, [first], one("LATE", 100_00), day="2022-04-14", interest=compound)
    assert fen_of(part.interest) == [-2_96, 2_96]  # 50 × (1.08^(273/365) − 1) is 2.9622…
    simple = close(partners, [first], one("LATE", 100_00), day="2023-07-15")
    assert fen_of(simple.interest) == [-8_00, 8_00]


def test_a_recallable_distribution_lowers_what_a_late_partner_pays() -> None:
    # 60 called on day 0, 20 given back a year later, closing after two years, equal commitments:
    # 30 − 10 are paid; interest of 8 % on 30 for two years less that on 10 for one: 4.80 − 0.80.
    partners = promised(100_00)
    first = call(partners, (), 60_00, "2021-03-01")
    back = distribute(
        partners,
        [first],
        items=[DistributionItem(Nature.RETURN_OF_CAPITAL, cny("20.00"))],
        basis=DistributionBasis.COMMITMENT,
        paid_on="2022-03-01",
        recall=RecallRule.RETURN_OF_CAPITAL,
    )
    closing = close(partners, [first, back], one("LATE", 100_00), day="2023-03-01")
    assert fen_of(closing.contributions_inside) == [0, 20_00]
    assert fen_of(closing.interest) == [-4_00, 4_00]
    assert fen_of(closing.after) == [80_00, 80_00]


FEES = [
    CallItem("Hubei", Use.INVESTMENT, cny("280.00"), INSIDE),
    CallItem("fee of 2021", Use.MANAGEMENT_FEE, cny("20.00"), INSIDE),
]


@pytest.mark.parametrize(
    ("fee", "pays", "to_manager", "charged", "after"),
    [
        # of 280 and 20 called from 1,000, 500 more join: a third of all, or of the investment alone
        (FeeTrueUp.EARLIER_PARTNERS, [-108_00, 108_00], 0, [6_67, -6_67], [800_00, 400_00]),
        (FeeTrueUp.NONE, [-100_80, 100_80], 0, [], [793_33, 406_67]),
        # the manager's fee on 500 is 10 and bears 0.80 of interest
        (FeeTrueUp.MANAGER, [-100_80, 111_60], 10_00, [-10_00], [793_33, 396_67]),
    ],
)
def test_fees_called_before(
    fee: FeeTrueUp, pays: list[int], to_manager: int, charged: list[int], after: list[int]
) -> None:
    partners = promised(1000_00)
    first = call(partners, (), 300_00, items=FEES)
    closing = close(partners, [first], one("LATE", 500_00), fee=fee)
    assert fen_of(closing.pays) == pays
    assert sum(fen_of(closing.fees_to_manager)) == to_manager
    fees = [entry.amount.to_minor() for entry in closing.entries if entry.line is Line.MANAGEMENT_FEE]
    assert fees == charged
    if fee is FeeTrueUp.EARLIER_PARTNERS:
        assert fen_of(closing.fees_moved) == [-part for part in charged]
    assert fen_of(closing.after) == after
    # contributions and distributions are the cash; what the manager gets leaves the capital again
    cash = [
        entry.amount.to_minor()
        for entry in closing.entries
        if entry.line in {Line.CONTRIBUTION, Line.DISTRIBUTION}
    ]
    assert sum(cash) == sum(pays)
    assert sum(entry.amount.to_minor() for entry in closing.entries) == 0
    assert "fees: " + fee.value in closing.explain().how
    again = close(closing.commitments, [first, closing], one("LAST", 1500_00), day="2023-07-15", fee=fee)
    # a third closing starts from what the second left: all are alike, to the fen
    if fee is not FeeTrueUp.NONE:
        rest = fen_of(again.after)
        assert abs(rest[0] - 2 * rest[1]) <= 3
        assert abs(rest[2] - 3 * rest[1]) <= 4
    assert sum(entry.amount.to_minor() for entry in again.entries) == 0


def test_fees_outside_of_the_commitment_are_divided_anew_outside_of_it() -> None:
    partners = promised(1000_00)
    items = [FEES[0], attrs.evolve(FEES[1], effect=OUTSIDE)]
    first = call(partners, (), 300_00, items=items)
    closing = close(partners, [first], one("LATE", 1000_00))
    assert fen_of(closing.contributions_outside) == [0, 10_00]
    assert fen_of(closing.returned_outside) == [10_00, 0]
    assert fen_of(closing.after) == [860_00, 860_00]
    assert closing.called == Fraction(280, 2000)
    assert "given back, from outside the commitment: 10.00 CNY" in closing.explain().text()
    manager = close(partners, [first], one("LATE", 1000_00), fee=FeeTrueUp.MANAGER)
    assert fen_of(manager.fees_to_manager) == [0, 20_00]
    assert fen_of(manager.contributions_outside) == [0, 20_00]
    assert fen_of(manager.interest_to_manager) == [0, 1_60]
    assert "of it fees to the manager: 20.00 CNY" in manager.explain().text()


def test_one_that_was_excused_is_not_touched() -> None:
    partners = promised(100_00, 100_00)
    excuse = Excuse(AccountId("LP-2"), ExcuseReason.EXCUSED, "may not hold credits")
    first = call(partners, (), 60_00, excused=[excuse])
    closing = close(partners, [first], one("LATE", 200_00))
    assert fen_of(closing.pays) == [-43_20, 0, 43_20]  # 40 and its interest
    assert fen_of(closing.after) == [80_00, 100_00, 160_00]
    manager = close(
        partners,
        [
            call(
                partners,
                (),
                60_00,
                excused=[excuse],
                items=[CallItem("fee", Use.MANAGEMENT_FEE, cny("60"), INSIDE)],
            )
        ],
        one("LP-2", 100_00),
        fee=FeeTrueUp.MANAGER,
    )
    assert fen_of(manager.pays) == [0, 0]


def test_one_that_was_excused_from_an_item_is_excused_from_it_still() -> None:
    partners = promised(100_00, 100_00)
    items = [
        CallItem("coal", Use.INVESTMENT, cny("30.00"), INSIDE),
        CallItem("credits", Use.INVESTMENT, cny("30.00"), INSIDE),
    ]
    excuse = Excuse(AccountId("LP-2"), ExcuseReason.EXCUSED, "no coal", "coal")
    closing = close(partners, [call(partners, (), 60_00, items=items, excused=[excuse])], one("LATE", 100_00))
    # of coal 15 and 15, of credits 10 each
    assert fen_of(closing.after) == [75_00, 90_00, 75_00]
    assert fen_of(closing.contributions_inside) == [0, 0, 25_00]


def test_what_rounding_has_left_bears_no_interest() -> None:
    # LP-2 paid 33 of its 33.2 fen: the difference is below a fen, and interest is rounded up
    partners = promised(1_00, 1_00, 1_00)
    closing = close(partners, [call(partners, (), 1_00)], one("LATE", 1), rounding=Rounding.CEILING)
    assert fen_of(closing.interest) == [-1, 0, 0, 1]


def test_a_release_before_it_stays_released() -> None:
    partners = promised(100_00)
    first = call(partners, (), 50_00)
    gone = release_commitments(
        partners,
        [first],
        released_on="2021-08-01",
        kind=ReleaseKind.RELEASED,
        reason="resolution 7",
        amounts={AccountId("LP-1"): cny("50.00")},
    )
    closing = close(partners, [first, gone], one("LATE", 100_00))
    assert fen_of(closing.after) == [25_00, 75_00]


def test_a_call_after_a_closing_is_divided_by_the_new_commitments() -> None:
    partners = promised(100_00, 100_00)
    first = call(partners, (), 60_00)
    closing = close(partners, [first], one("LATE", 100_00))
    second = call(closing.commitments, [first, closing], 90_00, "2022-08-01")
    assert second.number == 2
    assert fen_of(second.amounts) == [30_00, 30_00, 30_00]
    with pytest.raises(FundError) as caught:
        call(partners, [first, closing], 90_00, "2022-08-01")
    assert caught.value.problem.code == Refusal.OTHER_COMMITMENTS
    assert caught.value.problem.hint == "pass the commitments as the last closing left them"
    with pytest.raises(FundError) as caught:
        unfunded(closing.commitments, [closing, first])
    assert caught.value.problem.code in {Refusal.OTHER_COMMITMENTS, Refusal.NOT_THE_NEXT_CALL}


def test_no_closing_while_a_call_is_open() -> None:
    partners = promised(100_00, 100_00)
    first = call(partners, (), 60_00, "2022-07-16")
    with pytest.raises(
        FundError, match="closed_on: must be on or after 2022-07-16, when call 1 is due"
    ) as caught:
        close(partners, [first], one("LATE", 100_00))
    assert caught.value.problem.code == Refusal.CALL_OUTSTANDING
    paid = call(partners, (), 60_00, "2021-07-15")
    missed = declare_default(
        partners,
        [paid],
        call=1,
        unpaid={AccountId("LP-1"): cny("30.00")},
        declared_on="2021-08-01",
        due_on="2021-08-10",
    )
    with pytest.raises(FundError, match=r"was 30\.00 CNY of LP-1, default 1") as caught:
        close(partners, [paid, missed], one("LATE", 100_00))
    assert caught.value.problem.code == Refusal.IN_DEFAULT
    cure = cure_default(
        partners,
        [paid, missed],
        partner=AccountId("LP-1"),
        paid_on="2021-09-01",
        terms=INTEREST,
        rounding=Rounding.HALF_UP,
    )
    assert fen_of(close(partners, [paid, missed, cure], one("LATE", 100_00)).after) == [80_00] * 3


def test_a_closing_does_not_lie_before_what_happened() -> None:
    partners = promised(100_00)
    first = call_capital(
        partners, (), total=cny("1"), issued_on="2022-01-01", due_on="2022-01-01", purpose="allowances"
    )
    gone = release_commitments(
        partners,
        [first],
        released_on="2022-08-01",
        kind=ReleaseKind.EXPIRED,
        reason="time",
        amounts={},
    )
    with pytest.raises(FundError, match="closed_on: must be on or after 2022-08-01, the day of release 1"):
        close(partners, [first, gone], one("LATE", 100_00))


def test_joining_that_makes_no_sense_is_refused() -> None:
    partners = promised(100_00)
    with pytest.raises(InvalidValueError, match="joining: must hold one commitment or more"):
        close(partners, ())
    with pytest.raises(InvalidValueError, match="joining: must join once, was LATE"):
        close(partners, (), one("LATE", 1), one("LATE", 2))
    with pytest.raises(CurrencyMismatchError, match="joining LATE: must be CNY, was EUR"):
        close(partners, (), Commitment(AccountId("LATE"), Money("1", "EUR")))
    with pytest.raises(InvalidValueError, match="joining 1: must be of type Commitment"):
        close(partners, (), "LATE")  # type: ignore[arg-type]
    good = close(partners, (), one("LATE", 1))
    with pytest.raises(InvalidValueError, match="number: must be 2 or more, was 1; the first makes the fund"):
        attrs.evolve(good, number=1)
    with pytest.raises(NotFoundError, match="partner: must be a partner of the fund, was NOBODY"):
        good.of(AccountId("NOBODY"))
    with pytest.raises(InvalidValueError, match=r"rate: must be zero or more, was -0\.01"):
        attrs.evolve(INTEREST, rate="-0.01")


def test_a_closing_explains_what_each_pays_and_gets() -> None:
    partners = promised(1000_00)
    text = close(partners, [call(partners, (), 300_00)], one("LATE", 500_00)).explain().text()
    assert "LP-1: 108.00 CNY = gets in all\n    given back, and may be called again: 100.00 CNY\n" in text
    assert "interest received: 8.00 CNY" in text
    nothing = close(partners, (), one("LATE", 500_00))
    assert nothing.entries == ()
    assert nothing.explain().parts[0].text() == (
        "LP-1: 0.00 CNY = pays in all\n  unfunded: 1000.00 CNY = 1000.00 CNY before"
    )
    assert "[recalled]" in text
