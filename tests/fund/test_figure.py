"""Figures: exact fractions, and functions without an exact value, against mpmath."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.figure import exponential, figure, fraction, logarithm, money, power, real, square_root
from carbonkit.values import Money, Rounding
from carbonkit.values.number import divide

numbers = st.decimals(min_value="0.0001", max_value=50, places=4)


def agrees(ours: Decimal | Fraction, theirs: mpmath.mpf, digits: int = 58) -> bool:
    with mpmath.workdps(80):
        mine = mpmath.mpf(Fraction(ours).numerator) / Fraction(ours).denominator
        return bool(abs(mine - theirs) <= max(abs(theirs), 1) * mpmath.mpf(10) ** -digits)


@given(numbers)
def test_functions_agree_with_mpmath(number: Decimal) -> None:
    with mpmath.workdps(80):
        theirs = mpmath.mpf(str(number))
        assert agrees(exponential(number), mpmath.exp(theirs))
        assert agrees(square_root(number), mpmath.sqrt(theirs))
        assert agrees(logarithm(number), mpmath.log(theirs))


@given(numbers, st.fractions(min_value=-10, max_value=10, max_denominator=365))
def test_powers_agree_with_mpmath(base: Decimal, exponent: Fraction) -> None:
    with mpmath.workdps(80):
        theirs = mpmath.mpf(str(base)) ** (mpmath.mpf(exponent.numerator) / exponent.denominator)
        assert agrees(power(base, exponent), theirs, digits=56)


def test_a_whole_power_is_exact() -> None:
    assert power("1.08", 5) == Fraction(108, 100) ** 5
    assert power("1.08", -1) == Fraction(100, 108)


def test_the_context_of_the_host_changes_nothing() -> None:
    with decimal.localcontext(decimal.Context(prec=3)):
        assert str(real(Fraction(1, 3))) == "0." + "3" * 60
        assert len(str(exponential(1))) == 61


@pytest.mark.parametrize("value", [0.1, float("nan"), True])
def test_floats_are_refused(value: object) -> None:
    with pytest.raises(InexactNumberError):
        fraction(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["0", "-1"])
def test_what_has_no_value_is_refused(value: str) -> None:
    with pytest.raises(InvalidValueError, match="above zero"):
        logarithm(value)
    with pytest.raises(InvalidValueError, match="base: must be above zero"):
        power(value, "0.5")


def test_a_negative_number_has_no_root() -> None:
    with pytest.raises(InvalidValueError, match="zero or more"):
        square_root("-1")


def test_rounding_happens_once_and_is_named() -> None:
    assert figure(Fraction(2, 3), 2, Rounding.FLOOR) == Decimal("0.66")
    assert money(Fraction(-1, 8), "CNY", Rounding.HALF_EVEN) == Money("-0.12", "CNY")
    assert money(Fraction(1, 3), "CNY", Rounding.HALF_UP, places=8) == Money("0.33333333", "CNY")


def test_a_fraction_of_any_length_is_rounded() -> None:
    small = Fraction(square_root(2)) / 100  # its denominator has more digits than a number that enters
    assert figure(small, 5, Rounding.HALF_UP) == Decimal("0.01414")
    assert figure(square_root("0.000002"), 8, Rounding.HALF_UP) == Decimal("0.00141421")
    long = Fraction(1, 7**2000)
    assert figure(Fraction(1, 8) + long, 2, Rounding.HALF_EVEN) == Decimal("0.13")
    assert figure(Fraction(1, 8) - long, 2, Rounding.HALF_UP) == Decimal("0.12")
    assert figure(long, 2, Rounding.CEILING) == Decimal("0.01")
    assert figure(-long, 2, Rounding.FLOOR) == Decimal("-0.01")


@given(st.integers(-5000, 5000), st.integers(1, 2000), st.integers(-3, 4), st.sampled_from(Rounding))
def test_rounding_is_that_of_a_division(top: int, bottom: int, places: int, rounding: Rounding) -> None:
    found = figure(Fraction(top, bottom), places, rounding)
    assert str(found) == str(divide(top, bottom, places, rounding))


@pytest.mark.parametrize("places", [10**9, -(10**9), 61])
def test_places_beyond_reason_are_refused(places: int) -> None:
    with pytest.raises(InvalidValueError, match="places: must be a whole number within ±60"):
        figure("1", places, Rounding.HALF_UP)


def test_a_figure_has_at_most_800_digits() -> None:
    assert len(str(figure(Fraction(10**790, 3), 2, Rounding.HALF_UP))) == 793
    with pytest.raises(InvalidValueError, match="number: must have at most 800 digits"):
        figure(Fraction(10**900, 3), 2, Rounding.HALF_UP)


def test_a_power_that_cannot_be_written_out_is_refused() -> None:
    for exponent in (10**9, "1e60", Fraction(10**12, 3), -(10**9), "-1e60"):
        with pytest.raises(
            InvalidValueError, match=r"must give at most 100,000 digits|power of e that can be"
        ):
            power("1.08", exponent)
    with pytest.raises(InvalidValueError, match="number: must be a power of e that can be written out"):
        exponential("1e60")
    # a whole power that is too long to be exact is as near as any other
    near = power(1 + Fraction(1, 7**400), 8 * 10**6)
    with mpmath.workdps(80):
        assert agrees(near, mpmath.exp(8 * 10**6 * mpmath.log1p(mpmath.mpf(1) / mpmath.mpf(7) ** 400)))


def test_errors_can_be_written_whatever_the_length() -> None:
    with pytest.raises(InvalidValueError, match=r"was -1\.0+E\+5000"):
        logarithm(Fraction(-(10**5000)))


@pytest.mark.parametrize("value", ["1E+100", "1E-1000", "1E+999999999", "NaN", "Infinity"])
def test_decimals_beyond_reason_are_refused(value: str) -> None:
    with pytest.raises(InvalidValueError):
        fraction(Decimal(value))


@pytest.mark.parametrize(
    ("sign", "rounding", "expected"),
    [
        ("", Rounding.HALF_UP, "0.00"),
        ("", Rounding.AWAY_FROM_ZERO, "0.01"),
        ("", Rounding.FLOOR, "0.00"),
        ("-", Rounding.FLOOR, "-0.01"),
        ("-", Rounding.HALF_EVEN, "0.00"),
    ],
)
def test_what_is_next_to_nothing_is_rounded_by_its_sign(sign: str, rounding: Rounding, expected: str) -> None:
    value = Decimal(f"{sign}4.25E-873531604128")  # what a call far out of the money is worth
    assert str(figure(value, 2, rounding)) == expected
    assert money(value, "EUR", rounding) == Money(expected, "EUR")
    with pytest.raises(InvalidValueError, match="price: must be zero, or at least 1e-900 from it"):
        fraction(value, field="price")
    with pytest.raises(InvalidValueError, match="must be zero, or at least 1e-900 from it"):
        real(value)
