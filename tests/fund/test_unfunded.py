"""The roll of unfunded commitments: it closes, can be cut at any day, and takes nothing out of order."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from carbonkit.errors import FundError, InvalidValueError, WrongTypeError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.partner.call import call_capital
from carbonkit.fund.partner.closing import close_fund
from carbonkit.fund.partner.commitment import Commitment, Commitments
from carbonkit.fund.partner.default import declare_default
from carbonkit.fund.partner.distribution import distribute
from carbonkit.fund.partner.distribution_item import DistributionBasis, DistributionItem, Nature, RecallRule
from carbonkit.fund.partner.equalisation_terms import EqualisationTerms, FeeTrueUp
from carbonkit.fund.partner.late_interest import InterestMethod, LateInterest
from carbonkit.fund.partner.release import ReleaseKind, release_commitments
from carbonkit.fund.partner.standing import standings
from carbonkit.fund.partner.unfunded import CallDay, UnfundedStep, unfunded, unfunded_rolls
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Rounding

if TYPE_CHECKING:
    from carbonkit.fund.partner.unfunded import Happening

A, B = AccountId("A"), AccountId("B")
TERMS = EqualisationTerms(
    interest=LateInterest(rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
    fee=FeeTrueUp.NONE,
    rounding=Rounding.HALF_UP,
)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


@pytest.fixture(name="life")
def a_life() -> tuple[Commitments, list[Happening]]:
    """100 promised; 60 called; B joins with 100; 10 of 20 recallable; 30 called; 5 released, 5 expired."""
    first = Commitments([Commitment(A, cny("100.00"))])
    life: list[Happening] = [
        call_capital(
            first, (), total=cny("60.00"), issued_on="2021-01-01", due_on="2021-01-15", purpose="allowances"
        )
    ]
    closing = close_fund(
        first, life, joining=[Commitment(B, cny("100.00"))], closed_on="2022-01-15", terms=TERMS
    )
    both = closing.commitments
    life.append(closing)
    life.append(
        distribute(
            both,
            life,
            items=[DistributionItem(Nature.RETURN_OF_CAPITAL, cny("20.00"))],
            basis=DistributionBasis.COMMITMENT,
            paid_on="2022-06-30",
            recall=RecallRule.AMOUNT,
            recallable=cny("10.00"),
        )
    )
    life.append(
        call_capital(
            both, life, total=cny("30.00"), issued_on="2022-12-20", due_on="2023-01-10", purpose="credits"
        )
    )
    for kind in (ReleaseKind.RELEASED, ReleaseKind.EXPIRED):
        life.append(
            release_commitments(
                both,
                life,
                released_on="2023-12-31",
                kind=kind,
                reason="end of the term",
                amounts={A: cny("5.00")},
            )
        )
    life.append(
        release_commitments(
            both,
            life,
            released_on="2023-12-31",
            kind=ReleaseKind.OTHER,
            reason="set right",
            amounts={A: cny("-1.00")},
        )
    )
    return both, life


def test_the_roll_closes(life: tuple[Commitments, list[Happening]]) -> None:
    partners, happenings = life
    rolls = unfunded_rolls(partners, happenings, calls=CallDay.NOTICE)
    assert [(roll.partner, roll.unfunded) for roll in rolls] == list(unfunded(partners, happenings))
    # what was promised, contributed, made recallable, given back, released, let expire, and the rest
    sums = [[str(roll.total(step).amount) for step in UnfundedStep] for roll in rolls]
    assert sums == [
        ["100.00", "-75.00", "5.00", "30.00", "-5.00", "-5.00", "1.00"],
        ["100.00", "-45.00", "5.00", "0.00", "0.00", "0.00", "0.00"],
    ]
    assert [str(roll.unfunded.amount) for roll in rolls] == ["51.00", "60.00"]
    assert rolls[0].commitment == cny("100.00")


def test_the_roll_can_be_cut_at_the_end_of_a_period(life: tuple[Commitments, list[Happening]]) -> None:
    one, other = unfunded_rolls(*life, calls=CallDay.NOTICE)
    ends = ["2020-12-31", "2021-12-31", "2022-12-31", "2023-12-31"]
    assert [str(one.as_of(end).unfunded.amount) for end in ends] == ["100.00", "40.00", "60.00", "51.00"]
    assert [str(other.as_of(end).unfunded.amount) for end in ends] == ["0.00", "0.00", "60.00", "60.00"]
    year = one.as_of("2022-12-31").total(UnfundedStep.CONTRIBUTION)
    assert year - one.as_of("2021-12-31").total(UnfundedStep.CONTRIBUTION) == cny("-15.00")


def test_the_roll_explains_each_step(life: tuple[Commitments, list[Happening]]) -> None:
    one, other = unfunded_rolls(*life, calls=CallDay.NOTICE)
    text = one.explain().text()
    assert text.startswith("unfunded commitment of A: 51.00 CNY = commitment − contributions inside it")
    assert "\n  commitment: 100.00 CNY = first closing\n" in text
    assert "\n  capital returned: 30.00 CNY = closing 2, 2022-01-15\n" in text
    assert "[recalled]" in text
    assert "\n  commitment: 100.00 CNY = closing 2, 2022-01-15\n" in other.explain().text()


def test_standings_sum_what_was_paid(life: tuple[Commitments, list[Happening]]) -> None:
    found = standings(*life)
    assert found[A].contributions == cny("75.00")
    assert found[A].distributions == cny("42.40")  # 30 and interest of 2.40 at the closing, 10 later
    assert found[B].contributions == cny("47.40")
    assert found[B].distributions == cny("10.00")
    assert found[B].recallable == cny("5.00")
    assert found[A].unfunded == cny("51.00")
    assert found[A].commitment == cny("100.00")


def test_without_any_happening_all_is_unfunded() -> None:
    partners = Commitments([Commitment(A, cny("100.00"))])
    assert unfunded(partners, ()) == ((A, cny("100.00")),)
    assert unfunded_rolls(partners, (), calls=CallDay.NOTICE)[0].unfunded == cny("100.00")


def test_a_part_of_the_story_is_refused(life: tuple[Commitments, list[Happening]]) -> None:
    partners, happenings = life
    for missing in range(1, len(happenings) - 1):
        with pytest.raises(FundError) as caught:
            unfunded(partners, [*happenings[:missing], *happenings[missing + 1 :]])
        assert caught.value.problem.code in {Refusal.NOT_THE_NEXT_CALL, Refusal.OTHER_COMMITMENTS}
    with pytest.raises(
        FundError, match="hold release 2, as it follows from what was before it, was release 1"
    ):
        unfunded(partners, [*happenings[:5], happenings[4]])
    with pytest.raises(InvalidValueError, match="step: must be of type UnfundedStep"):
        unfunded_rolls(partners, happenings, calls=CallDay.NOTICE)[0].total("commitment")  # type: ignore[arg-type]


def test_what_is_called_counts_from_its_notice_or_from_its_due_day() -> None:
    promised = Commitments([Commitment(A, cny("100.00")), Commitment(B, cny("100.00"))])
    call = call_capital(
        promised, (), total=cny("60.00"), issued_on="2021-03-20", due_on="2021-04-10", purpose="allowances"
    )
    missed = declare_default(
        promised, [call], call=1, unpaid={B: cny("30.00")}, declared_on="2021-05-01", due_on="2021-07-05"
    )
    by_notice, by_due = (unfunded_rolls(promised, [call, missed], calls=each) for each in CallDay)
    days = ["2021-03-20", "2021-04-10", "2021-05-01", "2021-07-05"]
    assert [[str(roll.as_of(day).unfunded.amount) for day in days] for roll in by_notice] == [
        ["70.00", "70.00", "40.00", "40.00"],
        ["70.00", "70.00", "100.00", "100.00"],
    ]
    assert [[str(roll.as_of(day).unfunded.amount) for day in days] for roll in by_due] == [
        ["100.00", "70.00", "70.00", "40.00"],
        ["100.00", "70.00", "100.00", "100.00"],
    ]
    entries = (*call.entries, *missed.entries)
    for roll in by_due:  # commitment = contributions + unfunded, on every day
        for day in map(datetime.date.fromisoformat, days):
            paid_in = [each.amount for each in entries if each.partner == roll.partner and each.on <= day]
            assert sum(each.to_minor() for each in (*paid_in, roll.as_of(day).unfunded)) == 10_000


def test_changes_are_in_the_order_of_their_days() -> None:
    promised = Commitments([Commitment(A, cny("100.00"))])
    call = call_capital(
        promised, (), total=cny("60.00"), issued_on="2021-03-20", due_on="2021-04-10", purpose="allowances"
    )
    release = release_commitments(
        promised,
        [call],
        released_on="2021-03-31",
        kind=ReleaseKind.RELEASED,
        reason="resolution 7",
        amounts={A: cny("10.00")},
    )
    (roll,) = unfunded_rolls(promised, [call, release], calls=CallDay.DUE)
    assert [each.name for each in roll.changes] == ["first closing", "release 1", "call 1"]
    with pytest.raises(WrongTypeError, match="calls: must be"):
        unfunded_rolls(promised, [call], calls="due")  # type: ignore[arg-type]
