"""Carry terms: every convention is named, and those that cannot be are refused."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from carbonkit.errors import FundError, InvalidValueError
from carbonkit.fund.carry.carry_terms import CarryTerms, CatchUp, CatchUpTarget, ClawbackBasis, HurdleKind
from carbonkit.fund.refusal import Refusal
from carbonkit.values.source import Status
from tests.carry import TERMS


def test_nothing_has_a_default() -> None:
    assert all(field.default is attrs.NOTHING for field in attrs.fields(CarryTerms))


def test_the_hurdle_is_hard_without_a_catch_up() -> None:
    assert TERMS.hurdle is HurdleKind.SOFT
    assert attrs.evolve(TERMS, catch_up=None).hurdle is HurdleKind.HARD


@pytest.mark.parametrize("share", ["0.20", "0.19", "0"])
def test_a_catch_up_that_never_ends_is_refused(share: str) -> None:
    for target in CatchUpTarget:
        with pytest.raises(FundError) as caught:
            attrs.evolve(TERMS, catch_up=CatchUp(share, target))
        assert caught.value.problem.code == Refusal.CATCH_UP_NEVER_ENDS
        must = "give the general partner more than the carry rate of 0.2"
        assert (caught.value.problem.field, caught.value.problem.must) == ("catch_up", must)
        assert "never reaches its share of the profit" in caught.value.problem.hint


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"carry": "1"}, "carry: must be below 1, was 1; 20 % is 0.20"),
        ({"carry": "20"}, "carry: must be from 0 to 1, was 20; 20 % is 0.20"),
        ({"carry": 0.2}, 'carry: must be a str, int or Decimal, was 0.2; write "0.2" in quotes'),
        ({"escrow": "1.01"}, "escrow: must be from 0 to 1, was 1.01"),
        ({"tax_rate": "0.4"}, "tax_rate: must be given exactly for a clawback net of tax, was 0.4"),
        (
            {"clawback": ClawbackBasis.NET_OF_TAX},
            "tax_rate: must be given exactly for a clawback net of tax, was none",
        ),
        (
            {"clawback": ClawbackBasis.NET_OF_TAX, "tax_rate": "1.1"},
            "tax_rate: must be from 0 to 1, was 1.1",
        ),
        ({"preferred": "0.08"}, "preferred: must be a PreferredRate or PreferredAmount, was '0.08'"),
        ({"catch_up": "1"}, "catch_up: must be of type CatchUp"),
        ({"order": "capital first"}, "order: must be of type TierOrder"),
        ({"day_count": "ACT/365F"}, "day_count: must be of type DayCount"),
        ({"preferred_start": None}, "preferred_start: must be of type PreferredStart"),
        ({"base": None}, "base: must be of type CarryBase"),
        ({"own_commitment": None}, "own_commitment: must be of type OwnCommitment"),
        ({"clawback": None}, "clawback: must be of type ClawbackBasis"),
        ({"rounding": None}, "rounding: must be of type Rounding"),
    ],
)
def test_terms_that_make_no_sense_are_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(TERMS, **changed)
    assert str(caught.value).startswith(message)


def test_a_catch_up_is_a_share_and_a_target() -> None:
    with pytest.raises(InvalidValueError, match=r"share: must be from 0 to 1, was 1\.5"):
        CatchUp("1.5", CatchUpTarget.SHARE_OF_PROFIT)
    with pytest.raises(InvalidValueError, match="target: must be of type CatchUpTarget"):
        CatchUp("1", "profit")  # type: ignore[arg-type]


def test_terms_list_their_conventions() -> None:
    net = attrs.evolve(TERMS, clawback=ClawbackBasis.NET_OF_TAX, tax_rate="0.4", escrow="0.3")
    explanation = net.explain()
    assert explanation.value == "0.2 carry"
    assert [(part.what, part.value) for part in explanation.parts] == [
        ("order", "return of capital, then preferred return"),
        ("preferred return", "0.08 a year, (1 + rate)^t"),
        ("preferred return runs from", "the day on which the call was due"),
        ("hurdle", HurdleKind.SOFT.value),
        ("catch-up", f"1 to the general partner until it has {CatchUpTarget.SHARE_OF_PROFIT.value}"),
        ("carry base", "all contributions, those for fees and expenses included"),
        ("general partner's commitment", TERMS.own_commitment.value),
        ("escrow", "0.3 of each payment of carry"),
        ("day count", "ACT/365F"),
        ("most a clawback takes", "carry paid × (1 − tax rate), tax rate 0.4"),
        ("rounding", "distributions by largest remainder; escrow and clawback HALF_UP"),
    ]
    assert Status.RECALLED in {source.status for source in explanation.sources()}
    hard = attrs.evolve(TERMS, catch_up=None).explain()
    assert [part.value for part in hard.parts if part.what == "catch-up"] == ["none"]
