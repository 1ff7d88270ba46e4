"""The normal distribution: against mpmath, in the middle and far out in the tails."""

from __future__ import annotations

import decimal
import time
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.option.normal import density, distribution, quantile

places = st.fractions(min_value=-40, max_value=40, max_denominator=10**6)
POINTS = [Fraction(index, 7) for index in range(-290, 290, 10)]


def real(number: Fraction) -> mpmath.mpf:
    return mpmath.mpf(number.numerator) / number.denominator


def off(ours: Decimal, theirs: mpmath.mpf) -> mpmath.mpf:
    return abs(mpmath.mpf(str(ours)) / theirs - 1)


@settings(max_examples=150, deadline=None)
@given(places)
@example(Fraction(0))
@example(Fraction(824621, 100_000))  # on both sides of where the series ends
@example(Fraction(824622, 100_000))
def test_density_and_distribution_keep_58_digits(x: Fraction) -> None:
    with mpmath.workdps(130):
        point = real(x)
        assert off(density(x), mpmath.npdf(point)) < mpmath.mpf(10) ** -58
        assert off(distribution(x), mpmath.erfc(-point / mpmath.sqrt(2)) / 2) < mpmath.mpf(10) ** -58


@settings(max_examples=40, deadline=None)
@given(places, st.integers(5, 150))
def test_as_many_digits_as_asked_for(x: Fraction, digits: int) -> None:
    with mpmath.workdps(digits + 60):
        theirs = mpmath.erfc(-real(x) / mpmath.sqrt(2)) / 2
        assert off(distribution(x, digits=digits), theirs) < mpmath.mpf(10) ** (2 - digits)


@settings(max_examples=60, deadline=None)
@given(st.fractions(min_value=Fraction(1, 10**9), max_value=1 - Fraction(1, 10**9)))
@example(Fraction(1, 10**60))
@example(1 - Fraction(1, 10**40))
@example(Fraction(1, 2) + Fraction(1, 10**30))
@example(Fraction(1, 2) - Fraction(1, 10**30))
@example(Fraction(1, 10**5000))
def test_the_quantile_is_the_inverse(probability: Fraction) -> None:
    if probability in {0, 1, Fraction(1, 2)}:
        return
    point = quantile(probability)
    # One unit of the last of 57 digits further, the probability is passed.
    nudge = abs(Fraction(point)) / 10**57
    low, high = (Fraction(distribution(Fraction(point) + way, digits=130)) for way in (-nudge, nudge))
    assert low < probability < high


def test_known_points() -> None:
    assert quantile("0.5") == 0
    assert str(quantile("0.975"))[:22] == "1.95996398454005423552"
    assert quantile("0.01") == quantile("0.99").copy_negate()
    assert distribution(0) == Decimal("0.5")


def test_it_rises_and_both_sides_make_one() -> None:
    values = [distribution(point) for point in POINTS]
    assert values == sorted(values)
    for point in POINTS:
        both = Fraction(distribution(point)) + Fraction(distribution(-point))
        assert abs(both - 1) < Fraction(1, 10**58)


def test_far_beyond_any_tail() -> None:
    assert distribution(10**12) == 1
    assert distribution(-(10**12)) == 0
    assert distribution(-(10**5)).adjusted() == -2171472415
    assert density(10**12) == 0


def test_the_context_of_the_host_changes_nothing() -> None:
    expected = distribution("1.96"), quantile("0.95"), density(3)
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
        assert (distribution("1.96"), quantile("0.95"), density(3)) == expected


@pytest.mark.parametrize("value", [0.1, float("nan"), True, Decimal("Infinity")])
def test_what_is_not_exact_is_refused(value: object) -> None:
    for function in (density, distribution, quantile):
        with pytest.raises(InexactNumberError):
            function(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["0", "1", "-0.1", "1.1"])
def test_a_probability_lies_between_zero_and_one(value: str) -> None:
    with pytest.raises(InvalidValueError, match="probability: must lie between 0 and 1"):
        quantile(value)


def test_it_takes_well_below_a_millisecond() -> None:
    start = time.process_time()
    for point in POINTS:
        distribution(point)
    assert time.process_time() - start < len(POINTS) * 0.005
