"""Roots of exponential sums: all of them, each once, checked against Sturm's theorem."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonkit.fund.exponential import ExponentialSum
from carbonkit.fund.performance.root import Root, real_roots

TOLERANCE = Decimal("1e-30")


def trimmed(polynomial: list[Fraction]) -> list[Fraction]:
    kept = list(polynomial)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def remainder(dividend: list[Fraction], divisor: list[Fraction]) -> list[Fraction]:
    rest = list(dividend)
    while len(rest) >= len(divisor):
        factor = rest[-1] / divisor[-1]
        offset = len(rest) - len(divisor)
        rest = trimmed(
            [
                value - (factor * divisor[index - offset] if index >= offset else 0)
                for index, value in enumerate(rest)
            ][:-1]
        )
    return rest


def positive_roots(coefficients: list[int]) -> int:
    """Count a polynomial's distinct roots above zero, by Sturm's theorem."""
    first = trimmed([Fraction(value) for value in coefficients])
    while not first[0]:
        first = first[1:]
    if len(first) == 1:
        return 0
    chain = [first, [power * value for power, value in enumerate(first)][1:]]
    while rest := remainder(chain[-2], chain[-1]):
        chain.append([-value for value in rest])

    def changes(values: list[Fraction]) -> int:
        signs = [value > 0 for value in values if value]
        return sum(one != other for one, other in pairwise(signs))

    return changes([step[0] for step in chain]) - changes([step[-1] for step in chain])


def product(polynomials: list[list[int]]) -> list[int]:
    result = [1]
    for polynomial in polynomials:
        longer = [0] * (len(result) + len(polynomial) - 1)
        for power, value in enumerate(result):
            for other, factor in enumerate(polynomial):
                longer[power + other] += value * factor
        result = longer
    return result


def roots(coefficients: list[int]) -> list[Decimal]:
    found = real_roots(ExponentialSum.of(dict(enumerate(coefficients))))
    return [root.value(TOLERANCE) for root in found]


LINEAR = st.tuples(st.integers(-(10**6), -1), st.integers(1, 10**6)).map(list)
ANY = st.lists(st.integers(-50, 50), min_size=2, max_size=6).filter(any)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(LINEAR, ANY), min_size=1, max_size=4))
def test_there_are_as_many_as_sturm_counts(factors: list[list[int]]) -> None:
    coefficients = product(factors)
    found = roots(coefficients)
    assert len(found) == positive_roots(coefficients)
    assert found == sorted(found)


@settings(max_examples=40, deadline=None)
@given(LINEAR, st.integers(2, 5), ANY)
def test_a_multiple_root_is_there_once(factor: list[int], times: int, other: list[int]) -> None:
    coefficients = product([factor] * times + [other])
    assert len(roots(coefficients)) == positive_roots(coefficients)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 4000), st.integers(-(10**14), 10**14), min_size=2, max_size=25))
def test_backwards_in_time_the_roots_change_their_sign(terms: dict[int, int]) -> None:
    total = ExponentialSum.of(terms)
    if not total.terms:
        return
    there = [root.value(TOLERANCE) for root in real_roots(total)]
    back = [root.value(TOLERANCE) for root in real_roots(total.backwards())]
    assert len(there) == len(back)
    assert all(abs(one + other) < 2 * TOLERANCE for one, other in zip(there, reversed(back), strict=True))


@pytest.mark.parametrize("times", [2, 3, 7, 30])
def test_a_root_at_zero_of_any_multiplicity(times: int) -> None:
    found = roots([math.comb(times, power) * (-1) ** power for power in range(times + 1)])
    assert len(found) == 1
    assert abs(found[0]) < TOLERANCE


@pytest.mark.parametrize("times", [2, 3])
def test_a_multiple_root_of_a_long_span_is_told_by_its_digits(times: int) -> None:
    # (1 − x)^times · (1 + x^401): too long to divide out, no other root above zero
    terms: dict[int, int] = {}
    for power in range(times + 1):
        for shift in (0, 401):
            terms[power + shift] = terms.get(power + shift, 0) + math.comb(times, power) * (-1) ** power
    found = real_roots(ExponentialSum.of(terms))
    assert len(found) == 1
    assert abs(found[0].value(TOLERANCE)) < TOLERANCE


@pytest.mark.parametrize("gap", [10**3, 10**9, 10**20])
def test_close_roots_are_two(gap: int) -> None:
    found = roots(product([[-gap, gap + 1], [-gap, gap + 2]]))
    assert len(found) == 2
    assert found[0] < found[1]


@pytest.mark.parametrize("gap", [10**6, 10**12])
def test_a_near_miss_is_none(gap: int) -> None:
    square = product([[-10, 11], [-10, 11]])
    assert roots([gap * square[0] + 1, gap * square[1], gap * square[2]]) == []


def test_a_root_is_as_good_as_asked_for() -> None:
    (root,) = real_roots(ExponentialSum.of({0: -100, 7: 110}))
    rough, fine = root.value(Decimal("1e-5")), root.value(Decimal("1e-60"))
    assert abs(rough - fine) < Decimal("1e-5")
    ambient = Decimal("0.09531017980432486004395212328076509222060536530864419918523980816300") / 7
    assert abs(fine - ambient) < Decimal("1e-27")


def test_a_sum_of_one_sign_has_none() -> None:
    assert real_roots(ExponentialSum.of({0: 1})) == ()
    assert real_roots(ExponentialSum.of({0: 1, 5: 3})) == ()


def test_a_root_at_zero_is_exactly_zero() -> None:
    total = ExponentialSum.of({0: -1, 1: 1})
    (found,) = real_roots(total)
    assert found.value(TOLERANCE) == 0
    assert Root(total, 0, Decimal(-1), Decimal(1), 1, mirrored=True).value(TOLERANCE) == 0
