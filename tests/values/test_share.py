"""Shares: whole parts that add up, each next to its exact share."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.values.share import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonkit.values.number import Exact


def weights() -> st.SearchStrategy[list[Decimal]]:
    positive = st.builds(
        lambda digits, places: Decimal(f"{digits}E-{places}"), st.integers(0, 999), st.integers(0, 3)
    )
    return st.lists(positive, min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (10000, [1, 1, 1], (3334, 3333, 3333)),
        (10001, [1, 1, 1], (3334, 3334, 3333)),
        (1, [1, 1], (1, 0)),
        (0, [1, 2], (0, 0)),
        (7, [0, 1, 0], (0, 7, 0)),
        (2, [0, 1, 1, 1, 0], (0, 1, 1, 0, 0)),
        (100, ["0.47", "0.16", "0.158", "0.12", "0.061", "0.031"], (47, 16, 16, 12, 6, 3)),
        (1, [Decimal("1e-50"), Decimal("1e50")], (0, 1)),
        ("10", [Decimal("0.1"), "0.2", 1], (1, 1, 8)),
    ],
    ids=repr,
)
def test_the_largest_remainder_gets_what_is_missing(
    total: int, shares: Sequence[Exact], parts: tuple[int, ...]
) -> None:
    assert split(total, shares) == parts


@given(st.integers(-(10**14), 10**14), weights())
def test_parts_add_up_and_stand_next_to_their_exact_shares(total: int, shares: list[Decimal]) -> None:
    parts = split(total, shares)
    everything = sum(map(Fraction, shares))
    assert sum(parts) == total
    for part, share in zip(parts, shares, strict=True):
        exact_share = total * Fraction(share) / everything
        assert abs(part - exact_share) < 1
        if exact_share.denominator == 1:
            assert part == exact_share


@given(st.integers(0, 10**14), weights())
def test_what_is_missing_goes_by_remainder_then_by_place(total: int, shares: list[Decimal]) -> None:
    everything = sum(map(Fraction, shares))
    lost = [total * Fraction(share) / everything % 1 for share in shares]
    more = [
        part > total * Fraction(share) / everything
        for part, share in zip(split(total, shares), shares, strict=True)
    ]
    ranks = sorted(range(len(lost)), key=lambda place: (-lost[place], place))
    assert [more[place] for place in ranks] == sorted(more, reverse=True)


@given(st.integers(0, 10**14), weights())
def test_a_reversal_cancels_what_it_reverses(total: int, shares: list[Decimal]) -> None:
    assert [one + other for one, other in zip(split(total, shares), split(-total, shares), strict=True)] == [
        0
    ] * len(shares)


@given(st.integers(-(10**9), 10**9), weights(), st.integers(1, 10**6))
def test_only_the_proportion_of_weights_counts(total: int, shares: list[Decimal], times: int) -> None:
    assert split(total, [share * times for share in shares]) == split(total, shares)


@pytest.mark.parametrize(("shares", "was"), [([], "none"), ([0], "0"), ([0, "0.0"], "0, 0.0")], ids=repr)
@pytest.mark.parametrize("total", [0, 1])
def test_nobody_to_give_to_is_refused(total: int, shares: Sequence[Exact], was: str) -> None:
    with pytest.raises(InvalidValueError, match="weights: must have one above 0") as caught:
        split(total, shares)
    assert caught.value.problem.was == was


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"weight: must not be negative, was -0\.5"):
        split(1, ["1", "-0.5"])


@pytest.mark.parametrize("bad", [0.5, True, None, Decimal("NaN"), "inf"], ids=repr)
def test_inexact_numbers_are_refused(bad: int) -> None:
    with pytest.raises(InexactNumberError, match="weight: must"):
        split(1, [1, bad])
    with pytest.raises(InexactNumberError, match="total: must"):
        split(bad, [1])


def test_a_total_with_a_fraction_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"total: must be a whole number, was 1\.5"):
        split("1.5", [1])  # type: ignore[arg-type]


def test_one_text_is_no_sequence_of_weights() -> None:
    with pytest.raises(InvalidValueError, match="weights: must be a sequence of numbers, not one text"):
        split(1, "11")


@given(st.integers(0, 10**12), st.lists(st.fractions(0, 5, max_denominator=997), min_size=1, max_size=8))
def test_fractions_divide_as_whole_numbers_in_the_same_proportion_do(
    total: int, weights: list[Fraction]
) -> None:
    common = math.lcm(*(weight.denominator for weight in weights))
    if any(weights):
        assert split(total, weights) == split(total, [int(weight * common) for weight in weights])


def test_a_negative_fraction_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="weight: must not be negative, was -1/3"):
        split(1, [Fraction(-1, 3), 1])
