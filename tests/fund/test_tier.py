"""Tiers: what each takes, what it hands on, and rows of a fund's own."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, WrongTypeError
from carbonkit.fund.carry.carry_terms import CatchUpTarget, TierOrder
from carbonkit.fund.carry.hurdle import Compounding, PreferredRate
from carbonkit.fund.carry.tier import (
    CatchUpTier,
    PreferredReturn,
    ReturnOfCapital,
    SplitTier,
    check_tiers,
    standard_tiers,
)
from carbonkit.fund.carry.tier_position import Tier, TierPosition
from tests.carry import TERMS, exact, sides

if TYPE_CHECKING:
    from collections.abc import Callable

EIGHT = PreferredRate("0.08", Compounding.ANNUAL)
TWELVE = PreferredRate("0.12", Compounding.ANNUAL)
TEXT: Any = "8 %"
NUMBER: Any = 1.5
PROFIT = CatchUpTarget.SHARE_OF_PROFIT

TWO_HURDLES: tuple[Tier, ...] = (
    ReturnOfCapital(),
    PreferredReturn(EIGHT),
    CatchUpTier("1", "0.20", PROFIT),
    SplitTier("0.20", TWELVE),
    CatchUpTier("0.5", "0.25", PROFIT),
    SplitTier("0.25", None),
)


def after(tiers: tuple[Tier, ...], amount: int, years: int = 1) -> TierPosition:
    return TierPosition.of(tiers).with_capital(Fraction(100)).later(Fraction(years)).poured(Fraction(amount))


def test_a_second_hurdle_is_met_before_its_carry_is_paid() -> None:
    # Twelve percent on 100 is 112 to the limited partners: 100, 8 and 4 of the split, for 2 + 1 of carry.
    rows = exact((100, 0), (8, 0), (0, 2), (4, 1), (0, 0), (0, 0))
    assert sides(after(TWO_HURDLES, 115).paid) == rows
    # From 15 of profit and 3 of carry to a quarter of all: 3 + T/2 = (15 + T)/4, T = 3.
    assert sides(after(TWO_HURDLES, 118).paid)[4:] == exact(("1.5", "1.5"), (0, 0))
    full = after(TWO_HURDLES, 200)
    assert full.general_partner == Fraction(100, 4)
    assert full.limited_partners + full.general_partner == 200


def test_preferred_return_of_every_hurdle_is_lowered_by_what_partners_get() -> None:
    position = after(TWO_HURDLES, 115)
    assert [balance for _, balance in position.preferred] == [0, 0]
    assert after(TWO_HURDLES, 108).unpaid(TWELVE) == 4
    with pytest.raises(InvalidValueError, match="hurdle: must be a hurdle of the tiers, was 0 a year"):
        position.unpaid(PreferredRate(0, Compounding.ANNUAL))


def test_what_is_not_called_is_given_back_but_earns_nothing() -> None:
    opening = TierPosition.of(standard_tiers(TERMS))
    position = TierPosition(
        unreturned=Fraction(100), uncalled=Fraction(100), preferred=opening.preferred, paid=opening.paid
    )
    position = position.with_capital(Fraction(60)).later(Fraction(1))
    assert [(position.unreturned, position.uncalled)] == exact((100, 40))
    assert position.unpaid(EIGHT) == Fraction("4.8")
    position = position.poured(Fraction(70)).later(Fraction(1))  # more than was called comes back
    assert position.unreturned == 30
    assert position.unpaid(EIGHT) == Fraction("5.184")  # the preferred return itself still earns
    assert position.with_capital(Fraction(50)).unreturned == 40  # 10 more than was committed


@given(
    st.fractions("0.01", "0.5", max_denominator=100),
    st.fractions("0.01", "1", max_denominator=100),
    st.integers(1, 10**9),
)
def test_a_catch_up_ends_where_its_target_says(carry: Fraction, share: Fraction, preferred: int) -> None:
    if share <= carry:
        return
    for target in CatchUpTarget:
        tier = CatchUpTier(share, carry, target)
        position = TierPosition.of([PreferredReturn(EIGHT), tier, SplitTier(carry, None)])
        position = position.with_capital(Fraction(0), ((EIGHT, Fraction(preferred)),))
        position = position.poured(Fraction(preferred))
        room = tier.room(position)
        position = position.poured(room)
        caught_up = position.general_partner
        if target is PROFIT:
            assert caught_up == carry * position.profit
            assert room == carry * preferred / (share - carry)
        else:
            assert caught_up == carry / (1 - carry) * preferred
        assert tier.room(position) == 0
        assert position.paid[2].total == 0


def test_the_standard_row_follows_the_terms() -> None:
    names = [tier.name for tier in standard_tiers(TERMS)]
    assert names == ["return of capital", "preferred return", "catch-up", "carry split"]
    preferred_first = attrs.evolve(TERMS, order=TierOrder.PREFERRED_FIRST, catch_up=None)
    assert [tier.name for tier in standard_tiers(preferred_first)] == [
        "preferred return",
        "return of capital",
        "carry split",
    ]


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        ((), "tiers: must end with a split that goes on for ever, was none"),
        ((ReturnOfCapital(), SplitTier("0.2", EIGHT)), "tiers: must end with a split"),
        ((SplitTier("0.2", None), SplitTier("0.2", None)), "tiers: must end with a split"),
        ((SplitTier("0.2", None),), "tiers: must return capital once, was carry split"),
        ((ReturnOfCapital(), ReturnOfCapital(), SplitTier("0.2", None)), "tiers: must return capital once"),
    ],
)
def test_a_row_pays_out_all_that_comes(tiers: tuple[Tier, ...], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_tiers(tiers)
    assert str(caught.value).startswith(message)
    assert check_tiers(TWO_HURDLES) == TWO_HURDLES


def test_tiers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(
        InvalidValueError, match=r"share: must be above the carry rate of 0\.2, and at most 1"
    ):
        CatchUpTier("0.20", "0.20", PROFIT)
    with pytest.raises(InvalidValueError, match="share: must be above the carry rate"):
        CatchUpTier("1.1", "0.20", PROFIT)
    with pytest.raises(InvalidValueError, match="carry: must be from 0 to below 1, was 1"):
        SplitTier(1, None)
    with pytest.raises(InvalidValueError, match="carry: must be a str, int or Decimal"):
        SplitTier(0.2, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "error", "message"),
    [
        (lambda: PreferredReturn(TEXT), InvalidValueError, "hurdle: must be a PreferredRate or Preferred"),
        (lambda: SplitTier("0.20", TEXT), InvalidValueError, "until: must be a PreferredRate or Preferred"),
        (lambda: CatchUpTier("1", "0.20", TEXT), WrongTypeError, "target: must be of type CatchUpTarget"),
        (lambda: check_tiers(NUMBER), InvalidValueError, "tiers: must be a sequence"),
        (
            lambda: check_tiers([TEXT, SplitTier(0, None)]),
            WrongTypeError,
            "tier 1: must be a tier, was '8 %'",
        ),
        (lambda: standard_tiers(TEXT), WrongTypeError, "terms: must be of type CarryTerms"),
        (
            lambda: EIGHT.accrued(NUMBER, NUMBER, NUMBER),
            InexactNumberError,
            "capital: must be a str, int or Decimal",
        ),
    ],
)
def test_what_is_no_tier_and_no_hurdle_is_refused(
    made: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        made()


def test_a_position_takes_exact_numbers_of_zero_or_more() -> None:
    position: Any = TierPosition.of(TWO_HURDLES)
    assert position.with_capital("100.00").later(1).poured(108).limited_partners == 108
    for step in (position.with_capital, position.later, position.poured):
        with pytest.raises(InexactNumberError, match="must be a str, int or Decimal, was 1"):
            step(1.5)
        with pytest.raises(InvalidValueError, match="must be zero or more, was -1"):
            step(-1)
