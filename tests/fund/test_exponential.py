"""Exponential sums: in order, with signs that are only told where they are certain."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carbonkit.fund.exponential import ExponentialSum, Point
from carbonkit.fund.polynomial import square_free

ORDERS = st.integers(0, 4)
SUMS = (
    st.dictionaries(st.integers(0, 500), st.integers(-(10**12), 10**12), min_size=2, max_size=12)
    .map(ExponentialSum.of)
    .filter(lambda total: len(total.terms) > 1)
)
PLACES = st.integers(-2000, 2000).map(lambda thousandths: Decimal(thousandths) / 1000)


def test_zeros_are_left_out_and_time_begins_at_0() -> None:
    assert ExponentialSum.of({9: 4, 3: 0, 5: -2}).terms == ((0, -2), (4, 4))


def test_backwards_twice_is_the_same() -> None:
    total = ExponentialSum.of({0: -1, 3: 5, 10: 2})
    assert total.backwards().terms == ((0, 2), (7, 5), (10, -1))
    assert total.backwards().backwards() == total


@settings(deadline=None, max_examples=300)
@example(ExponentialSum.of({0: 1, 218: 1}), Decimal("-0.054"), 0)  # close to the bound
@given(SUMS, PLACES, ORDERS)
def test_the_bound_on_the_error_holds(total: ExponentialSum, y: Decimal, order: int) -> None:
    few, many = Point(total, y, 12), Point(total, y, 80)
    error = abs(few.value(order) - many.value(order))
    assert error <= few.slack * few.size(order)
    if few.sign(order):
        assert few.sign(order) == many.sign(order)
        assert few.margin(order) <= abs(many.value(order)) <= few.most(order)


def test_a_sign_that_cannot_be_told_is_0() -> None:
    balanced = ExponentialSum.of({0: -1, 1: 1})
    assert Point(balanced, Decimal("1e-40"), 30).sign(0) == 0
    assert Point(balanced, Decimal("1e-40"), 90).sign(0) == -1
    assert Point(balanced, Decimal("1e-40"), 30).sign_changes() is None


@pytest.mark.parametrize(
    ("terms", "changes"),
    [({0: -100, 1: 110}, 1), ({0: -100, 1: 90}, 0), ({0: -10, 1: 30, 2: -40}, 2), ({0: 5, 1: -1, 2: 1}, 0)],
    ids=repr,
)
def test_changes_of_sign_are_those_of_the_partial_sums(terms: dict[int, int], changes: int) -> None:
    assert Point(ExponentialSum.of(terms), Decimal(0), 30).sign_changes() == changes


def test_zero_at_zero_is_told_exactly() -> None:
    balanced = ExponentialSum.of({0: -(10**60), 1: 10**60 - 1, 2: 1})
    assert balanced.is_zero_at_zero(0)
    assert not balanced.is_zero_at_zero(1)
    assert not ExponentialSum.of({0: -(10**60), 1: 10**60, 2: 1}).is_zero_at_zero(0)


def test_a_guess_needs_both_signs() -> None:
    gains = ExponentialSum.of({0: 1, 1: 1})
    assert Point(gains, Decimal(0), 30).newton(0) is None
    flat = Point(ExponentialSum.of({0: 1, 1: -2, 2: 1}), Decimal(0), 30)
    assert flat.newton(0) is None
    guess = Point(ExponentialSum.of({0: -100, 1: 110}), Decimal(0), 30).newton(0)
    assert guess is not None
    assert abs(guess - Decimal("0.0953101798")) < Decimal("1e-9")


def test_the_ambient_context_does_not_matter() -> None:
    total = ExponentialSum.of({0: -100, 3: 110})
    expected = Point(total, Decimal("0.03"), 40).value(0)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        assert Point(total, Decimal("0.03"), 40).value(0) == expected


@pytest.mark.parametrize(
    ("polynomial", "simple"),
    [
        ([4, -4, 1], [-2, 1]),
        ([-8, 12, -6, 1], [-2, 1]),
        ([6, -5, 1], [6, -5, 1]),
        ([7, 14], [1, 2]),
        ([2, 3, 0, -1], [-2, -1, 1]),
        ([1, 0, 2, 0, 1], [1, 0, 1]),
        ([-1, 0, 0, 0, 1], [-1, 0, 0, 0, 1]),
    ],
    ids=repr,
)
def test_multiple_roots_are_divided_out(polynomial: list[int], simple: list[int]) -> None:
    found = square_free(polynomial)
    assert found in (simple, [-factor for factor in simple])
