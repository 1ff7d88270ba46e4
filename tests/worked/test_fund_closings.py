"""
Worked: a later closing, and the commitment ratios.

1. `subsequent_close` of our golden cases (own computation; no outside source): a first closing of
   1,000,000,000 CNY of which 30 % were called 273 days ago; 500,000,000 more are promised, with
   interest of 8 %, simple, ACT/365. By hand: 300m / 1.5bn = 20 %; 500m × 20 % = 100,000,000.00;
   100m × 0.08 × 273 / 365 = 5,983,561.64.
2. `pic` of our golden cases (own computation): 100 promised, 62 paid in, 18.6 paid out of which 5
   may be called again: 38 unfunded without that, 43 with it; PIC 0.62.
3. The same closing among three unequal partners, with two calls, worked by hand below.
"""

from __future__ import annotations

from fractions import Fraction

from carbonkit.fund import Commitment, Commitments, DayCount, Line, call_capital, unfunded
from carbonkit.fund.partner import (
    CallDay,
    DistributionBasis,
    DistributionItem,
    EqualisationTerms,
    FeeTrueUp,
    InterestMethod,
    LateInterest,
    Nature,
    RecallRule,
    close_fund,
    distribute,
    unfunded_rolls,
)
from carbonkit.values import AccountId, Money, Rounding

TERMS = EqualisationTerms(
    interest=LateInterest(rate="0.08", method=InterestMethod.SIMPLE, day_count=DayCount.ACT_365_FIXED),
    fee=FeeTrueUp.EARLIER_PARTNERS,
    rounding=Rounding.HALF_UP,
)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def promised(**amounts: str) -> Commitments:
    return Commitments(Commitment(AccountId(name), cny(amount)) for name, amount in amounts.items())


def test_a_late_partner_pays_its_part_and_interest() -> None:
    first = promised(FIRST="1000000000.00")
    call = call_capital(
        first,
        (),
        total=cny("300000000.00"),
        issued_on="2021-07-05",
        due_on="2021-07-16",
        purpose="allowances",
    )
    closing = close_fund(
        first,
        [call],
        joining=[Commitment(AccountId("LATE"), cny("500000000.00"))],
        closed_on="2022-04-15",  # 273 days later
        terms=TERMS,
    )
    assert (closing.closed_on - call.due_on).days == 273
    assert closing.commitments.total == cny("1500000000.00")
    assert closing.called == Fraction(1, 5)
    assert dict(closing.contributions_inside)[AccountId("LATE")] == cny("100000000.00")
    assert dict(closing.returned_inside)[AccountId("FIRST")] == cny("100000000.00")
    assert dict(closing.interest) == {
        AccountId("FIRST"): cny("-5983561.64"),
        AccountId("LATE"): cny("5983561.64"),
    }
    assert closing.of(AccountId("LATE")) == cny("105983561.64")
    # what comes back can be called again, and the interest lies outside of the commitment
    assert dict(unfunded(closing.commitments, [call, closing])) == {
        AccountId("FIRST"): cny("800000000.00"),
        AccountId("LATE"): cny("400000000.00"),
    }


def test_ratios_of_a_commitment() -> None:
    partners = promised(LP="100.00")
    call = call_capital(
        partners, (), total=cny("62.00"), issued_on="2021-01-04", due_on="2021-01-15", purpose="allowances"
    )
    items = [
        DistributionItem(Nature.RETURN_OF_CAPITAL, cny("5.00")),
        DistributionItem(Nature.REALISED_GAIN, cny("13.60")),
    ]
    paid_out = distribute(
        partners,
        [call],
        items=items,
        basis=DistributionBasis.COMMITMENT,
        paid_on="2022-01-15",
        recall=RecallRule.RETURN_OF_CAPITAL,
    )
    assert paid_out.total == cny("18.60")
    assert unfunded(partners, [call]) == ((AccountId("LP"), cny("38.00")),)
    (roll,) = unfunded_rolls(partners, [call, paid_out], calls=CallDay.NOTICE)
    assert roll.unfunded == cny("43.00")
    assert Fraction(call.total.amount) / Fraction(roll.commitment.amount) == Fraction("0.62")


def test_two_calls_and_three_partners() -> None:
    """
    A 600, B 300, C joins with 100: of 450 called first (A 300, B 150) and 90 later (A 60, B 30) each then
    has borne 54 %: A 324, B 162, C 54. C pays 54; A gets 36, B gets 18. Interest of 8 %: C's part of the
    first call is 45 over 730 days, of the second 9 over 365 days: 7.20 + 0.72 = 7.92, A 5.28 and B 2.64.
    """
    first = promised(A="600.00", B="300.00")
    calls = [
        call_capital(
            first, (), total=cny("450.00"), issued_on="2021-01-01", due_on="2021-03-01", purpose="allowances"
        )
    ]
    calls.append(
        call_capital(
            first, calls, total=cny("90.00"), issued_on="2022-01-01", due_on="2022-03-01", purpose="credits"
        )
    )
    joining = [Commitment(AccountId("C"), cny("100.00"))]
    closing = close_fund(first, calls, joining=joining, closed_on="2023-03-01", terms=TERMS)
    assert [str(amount.amount) for _, amount in closing.contributions_inside] == ["0.00", "0.00", "54.00"]
    assert [str(amount.amount) for _, amount in closing.returned_inside] == ["36.00", "18.00", "0.00"]
    assert [str(amount.amount) for _, amount in closing.interest] == ["-5.28", "-2.64", "7.92"]
    assert [str(amount.amount) for _, amount in closing.after] == ["276.00", "138.00", "46.00"]
    lines = [(entry.line, str(entry.partner), str(entry.amount.amount)) for entry in closing.entries]
    assert lines == [
        (Line.CONTRIBUTION, "C", "54.00"),
        (Line.CONTRIBUTION, "C", "7.92"),
        (Line.DISTRIBUTION, "A", "-36.00"),
        (Line.DISTRIBUTION, "B", "-18.00"),
        (Line.DISTRIBUTION, "A", "-5.28"),
        (Line.DISTRIBUTION, "B", "-2.64"),
        (Line.EQUALISATION_INTEREST, "A", "5.28"),
        (Line.EQUALISATION_INTEREST, "B", "2.64"),
        (Line.EQUALISATION_INTEREST, "C", "-7.92"),
    ]
