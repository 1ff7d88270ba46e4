"""Management fees: exact over stretches, rounded once, borne by commitment or by terms of one's own."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, FundError, InvalidValueError, NotFoundError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.entry import Line
from carbonkit.fund.fee.fee_terms import FeeBase, FeeLevel, FeeMeasured, FeePeriods, FeeStep, FeeTerms
from carbonkit.fund.fee.management_fee import ManagementFee, charge_management_fee
from carbonkit.fund.refusal import Refusal
from carbonkit.values import AccountId, Money, Rounding
from tests.carry import cny, partners

COMMITTED = FeeStep("2021-07-15", "0.02", [FeeBase.COMMITTED])
NAV = FeeBase.NET_ASSET_VALUE
TERMS = FeeTerms(
    steps=[COMMITTED],
    own=(),
    time=DayCount.ACT_365_FIXED,
    measured=FeeMeasured.AS_IT_CHANGES,
    rounding=Rounding.HALF_UP,
)
FUND = partners(A="60000000", B="40000000")
PERIOD = {"number": 1, "start": "2021-07-15", "end": "2022-07-15", "charged_on": "2021-07-15"}


def level(base: FeeBase, from_on: str, amount: str) -> FeeLevel:
    return FeeLevel(base, from_on, cny(amount))


def charged(
    terms: FeeTerms,
    *levels: FeeLevel,
    fund: Any = FUND,  # noqa: ANN401  commitments
    **period: Any,  # noqa: ANN401  any argument of a fee
) -> ManagementFee:
    return charge_management_fee(terms, fund, levels, **{**PERIOD, **period})


def parts(fee: ManagementFee) -> list[str]:
    return [str(part.amount) for _, part in fee.parts]


def test_rate_times_base_times_days() -> None:
    fee = charged(TERMS)
    assert fee.total == cny("2000000.00")
    assert charged(TERMS, start="2023-07-15", end="2024-07-15").total == cny("2005479.45")  # 366/365
    thirties = attrs.evolve(TERMS, time=DayCount.THIRTY_E_360)
    assert charged(thirties, start="2023-07-15", end="2024-07-15").total == cny("2000000.00")
    assert parts(fee) == ["1200000.00", "800000.00"]
    assert [(each.line, each.document, str(each.amount)) for each in fee.entries] == [
        (Line.MANAGEMENT_FEE, "management-fee/1", "-1200000.00 CNY"),
        (Line.MANAGEMENT_FEE, "management-fee/1", "-800000.00 CNY"),
    ]


@pytest.mark.parametrize(
    ("time", "end", "total"),
    [
        (FeePeriods.YEARS, "2022-07-15", "2000000.00"),
        (FeePeriods.HALF_YEARS, "2022-01-15", "1000000.00"),
        (FeePeriods.QUARTERS, "2021-10-15", "500000.00"),
        (FeePeriods.MONTHS, "2021-08-15", "166666.67"),
        (FeePeriods.QUARTERS, "2021-08-30", "250000.00"),  # 46 of 92 days
    ],
)
def test_periods_are_the_same_part_of_a_year(time: FeePeriods, end: str, total: str) -> None:
    assert charged(attrs.evolve(TERMS, time=time), end=end).total == cny(total)


def test_a_step_in_the_middle_of_a_period_cuts_it() -> None:
    terms = attrs.evolve(TERMS, steps=[COMMITTED, FeeStep("2021-12-01", "0.01", [FeeBase.COMMITTED])])
    fee = charged(terms)
    days = (datetime.date(2021, 12, 1) - datetime.date(2021, 7, 15)).days
    exact = 10**8 * (Fraction(2, 100) * days + Fraction(1, 100) * (365 - days)) / 365
    assert sum((segment.fee for segment in fee.segments), Fraction(0)) == exact
    assert fee.total == cny("1380821.92")
    assert [segment.rate for segment in fee.segments] == [Fraction(1, 50), Fraction(1, 100)]


def test_there_is_no_fee_before_the_first_step() -> None:
    assert charged(TERMS, start="2020-07-15", end="2021-07-15").total == cny("0.00")
    later = charged(TERMS, start="2021-07-05", end="2021-07-25")
    assert [str(segment.start) for segment in later.segments] == ["2021-07-15"]


def test_the_lowest_of_several_bases_counts() -> None:
    lower = FeeStep("2021-07-15", "0.02", [FeeBase.NET_INVESTED_COST, NAV])
    levels = [level(FeeBase.NET_INVESTED_COST, "2021-07-15", "85"), level(NAV, "2021-07-15", "70")]
    fee = charged(attrs.evolve(TERMS, steps=[lower]), *levels)
    assert (fee.total, fee.segments[0].base) == (cny("1.40"), NAV)
    levels[1] = level(NAV, "2021-07-15", "100")
    assert charged(attrs.evolve(TERMS, steps=[lower]), *levels).total == cny("1.70")
    assert "the lowest of cost of what is invested" in attrs.evolve(TERMS, steps=[lower]).explain().text()


def test_a_base_that_changes_is_measured_as_named() -> None:
    terms = attrs.evolve(TERMS, steps=[FeeStep("2021-07-15", "0.02", [FeeBase.CALLED])])
    levels = [
        level(FeeBase.CALLED, "2021-07-01", "100"),
        level(FeeBase.CALLED, "2022-02-01", "300"),
        level(FeeBase.CALLED, "2022-07-15", "900"),
    ]
    once = attrs.evolve(terms, measured=FeeMeasured.AT_PERIOD_START)
    assert charged(once, *levels).total == cny("2.00")
    steps = [*terms.steps, FeeStep("2022-03-01", "0.01", [FeeBase.CALLED])]
    stepped = charged(attrs.evolve(once, steps=steps), *levels)  # the step does not measure anew
    assert [str(segment.amount.amount) for segment in stepped.segments] == ["100", "100"]
    daily = charged(terms, *reversed(levels))
    assert [(str(segment.start), str(segment.amount.amount)) for segment in daily.segments] == [
        ("2021-07-15", "100"),
        ("2022-02-01", "300"),
    ]
    assert daily.total == cny("3.80")  # 2 × 201/365 + 6 × 164/365


def test_partners_pay_by_their_own_terms() -> None:
    own = [
        (AccountId("B"), [FeeStep("2021-07-15", "0.01", [FeeBase.COMMITTED])]),
        (AccountId("GP"), [FeeStep("2021-07-15", 0, [NAV])]),  # free: its base need not be known
    ]
    fund = partners(A="50000000", B="40000000", GP="10000000")
    fee = charged(attrs.evolve(TERMS, own=own), fund=fund)
    assert parts(fee) == ["1000000.00", "400000.00", "0.00"]
    assert len(fee.entries) == 2
    assert [segment.share for segment in fee.segments] == [Fraction(1, 2), Fraction(2, 5)]
    assert "× 1/2 of the commitments" in fee.explain().text()
    everyone = attrs.evolve(TERMS, own=[(AccountId("A"), [COMMITTED])])
    assert parts(charged(everyone, fund=partners(A="100"))) == ["2.00"]


@given(
    fen=st.lists(st.integers(1, 10**13), min_size=1, max_size=5),
    days=st.integers(1, 366),
    cut=st.integers(1, 366),
    rounding=st.sampled_from(Rounding),
    free=st.booleans(),
)
def test_parts_add_up_and_are_as_a_plain_sum_says(
    fen: list[int], days: int, cut: int, rounding: Rounding, *, free: bool
) -> None:
    fund = partners(**{f"LP{n}": str(Money.from_minor(amount, "CNY").amount) for n, amount in enumerate(fen)})
    start = datetime.date(2021, 7, 15)
    own = [(AccountId("LP0"), [FeeStep(start, 0, [FeeBase.COMMITTED])])] if free else []
    second = FeeStep(start + datetime.timedelta(days=cut), "0.015", [FeeBase.COMMITTED])
    terms = attrs.evolve(TERMS, steps=[COMMITTED, second], own=own, rounding=rounding)
    fee = charged(terms, fund=fund, end=start + datetime.timedelta(days=days))
    weighted = 20 * min(days, cut) + 15 * max(0, days - cut)
    exact = [Fraction(amount * weighted, 365_000) for amount in fen]
    if free:
        exact[0] = Fraction(0)
    assert sum(part.to_minor() for _, part in fee.parts) == fee.total.to_minor()
    assert abs(fee.total.to_minor() - sum(exact, Fraction(0))) < 1
    for (_, part), due in zip(fee.parts, exact, strict=True):
        assert abs(part.to_minor() - due) < 1


@pytest.mark.parametrize(
    ("levels", "period", "message"),
    [
        ((), {"end": "2021-07-15"}, "end: must be after 2021-07-15, was 2021-07-15"),
        ((), {"number": 0}, "number: must be above zero, was 0"),
        ((), {"charged_on": "July"}, "charged_on: must be a calendar date"),
        (("level",), {}, "levels: must be of type FeeLevel"),
        ((level(FeeBase.COMMITTED, "2021-07-15", "1"),), {}, "levels: must leave out the commitments"),
        (
            (level(NAV, "2021-07-15", "1"), level(NAV, "2021-07-15", "2")),
            {},
            "levels: must give a base one level from a day on, was two of NET_ASSET_VALUE from 2021-07-15",
        ),
        ((FeeLevel(NAV, "2021-07-15", Money("1", "EUR")),), {}, "levels: must be CNY, was EUR"),
    ],
)
def test_a_fee_that_makes_no_sense_is_refused(
    levels: tuple[Any, ...], period: dict[str, Any], message: str
) -> None:
    with pytest.raises((InvalidValueError, CurrencyMismatchError)) as caught:
        charged(TERMS, *levels, **period)
    assert str(caught.value).startswith(message)


def test_a_base_that_is_not_known_is_not_zero() -> None:
    terms = attrs.evolve(TERMS, steps=[FeeStep("2021-07-15", "0.02", [NAV])])
    for levels in ((), (level(NAV, "2021-07-16", "1"),)):
        with pytest.raises(FundError) as caught:
            charged(terms, *levels)
        assert str(caught.value) == "levels: must have a level of NET_ASSET_VALUE on 2021-07-15, was none"
        assert caught.value.problem.code == Refusal.NO_FEE_BASE
    assert charged(terms, level(NAV, "2021-07-15", "0")).total == cny("0.00")


def test_a_period_is_no_longer_than_those_counted() -> None:
    quarters = attrs.evolve(TERMS, time=FeePeriods.QUARTERS)
    with pytest.raises(
        InvalidValueError, match="end: must be at most 2021-10-15, 3 months on, was 2021-10-16"
    ):
        charged(quarters, end="2021-10-16")


def test_own_terms_are_of_partners() -> None:
    with pytest.raises(NotFoundError, match="own: must be a partner of the fund, was C"):
        charged(attrs.evolve(TERMS, own=[(AccountId("C"), [COMMITTED])]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"steps": []}, "steps: must hold one step or more, was none"),
        ({"steps": ["2 %"]}, "steps: must be of type FeeStep"),
        ({"steps": [COMMITTED, COMMITTED]}, "steps: must begin after 2021-07-15"),
        ({"own": [("B", [COMMITTED])]}, "own: must be of type AccountId"),
        ({"own": [(AccountId("B"), [COMMITTED])] * 2}, "own: must name each partner once, was 2"),
        ({"time": "quarters"}, "time: must be a DayCount or FeePeriods, was 'quarters'"),
        ({"measured": None}, "measured: must be of type FeeMeasured"),
        ({"rounding": None}, "rounding: must be of type Rounding"),
    ],
)
def test_terms_that_make_no_sense_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidValueError, FundError)) as caught:
        attrs.evolve(TERMS, **changed)
    assert str(caught.value).startswith(message)


def test_a_step_and_a_level_are_checked() -> None:
    with pytest.raises(InvalidValueError, match=r"rate: must be from 0 to 1, was 2; 2 % is 0\.02"):
        FeeStep("2021-07-15", 2, [NAV])
    with pytest.raises(InvalidValueError, match="rate: must be a str, int or Decimal"):
        FeeStep("2021-07-15", 0.02, [NAV])  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="bases: must name one base or more, each once"):
        FeeStep("2021-07-15", "0.02", [])
    with pytest.raises(InvalidValueError, match="bases: must name one base or more, each once"):
        FeeStep("2021-07-15", "0.02", [NAV, NAV])
    with pytest.raises(InvalidValueError, match="bases: must be of type FeeBase"):
        FeeStep("2021-07-15", "0.02", ["NAV"])  # type: ignore[list-item]
    with pytest.raises(InvalidValueError, match="amount: must be zero or more"):
        level(NAV, "2021-07-15", "-1")


def test_terms_list_their_conventions() -> None:
    terms = attrs.evolve(TERMS, own=[(AccountId("GP"), [FeeStep("2021-07-15", 0, [NAV])])])
    explanation = terms.explain()
    assert explanation.value == (
        "by ACT_365_FIXED, base measured on each day on which it changes, rounded HALF_UP"
    )
    assert [(part.what, part.value) for part in explanation.parts] == [
        ("from 2021-07-15", "0.02 a year on commitments"),
        ("GP from 2021-07-15", "0 a year on net asset value"),
    ]


def test_one_base_is_not_a_list_of_bases() -> None:
    base: Any = FeeBase.COMMITTED
    with pytest.raises(InvalidValueError, match="bases: must be a sequence, was <FeeBase"):
        FeeStep("2021-07-15", "0.02", base)
