"""Hurdles: what a preferred return comes to, by rate and time or as an amount."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InvalidValueError
from carbonkit.fund.carry.hurdle import Compounding, PreferredAmount, PreferredRate
from carbonkit.values import Money

PERIODS = {
    Compounding.ANNUAL: 1,
    Compounding.SEMI_ANNUAL: 2,
    Compounding.QUARTERLY: 4,
    Compounding.MONTHLY: 12,
}
NONE = Fraction(0)


@pytest.mark.parametrize(("compounding", "periods"), PERIODS.items(), ids=str)
def test_compounding_over_whole_periods_is_exact(compounding: Compounding, periods: int) -> None:
    hurdle = PreferredRate("0.08", compounding)
    expected = 100 * (1 + Fraction("0.08") / periods) ** (5 * periods) - 100
    assert hurdle.accrued(Fraction(100), NONE, Fraction(5)) == expected


@pytest.mark.parametrize(("compounding", "periods"), PERIODS.items(), ids=str)
@given(days=st.integers(0, 4000), capital=st.integers(0, 10**12), unpaid=st.integers(0, 10**11))
def test_compounding_agrees_with_mpmath(
    compounding: Compounding, periods: int, days: int, capital: int, unpaid: int
) -> None:
    found = PreferredRate("0.08", compounding).accrued(
        Fraction(capital), Fraction(unpaid), Fraction(days, 365)
    )
    with mpmath.workdps(50):
        factor = (1 + mpmath.mpf("0.08") / periods) ** (mpmath.mpf(periods * days) / 365)
        expected = (capital + unpaid) * factor - capital
        assert abs(mpmath.mpf(found.numerator) / found.denominator - expected) < mpmath.mpf("1e-35")


def test_simple_interest_leaves_the_preferred_return_out() -> None:
    hurdle = PreferredRate("0.08", Compounding.SIMPLE)
    assert hurdle.accrued(Fraction(100), Fraction(50), Fraction(73, 365)) == Fraction("51.6")


def test_an_amount_does_not_grow() -> None:
    hurdle = PreferredAmount(Money("80", "CNY"))
    assert hurdle.opening == 80
    assert hurdle.accrued(Fraction(1000), Fraction(30), Fraction(9)) == 30
    assert str(hurdle) == "80 CNY, given"


def test_a_rate_of_zero_is_a_rate() -> None:
    hurdle = PreferredRate(0, Compounding.ANNUAL)
    assert hurdle.accrued(Fraction(100), NONE, Fraction(1, 3)) == 0
    assert str(hurdle) == "0 a year, (1 + rate)^t"


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        ("-0.01", "rate: must be from 0 to below 1, was -0.01; 8 % is 0.08"),
        ("8", "rate: must be from 0 to below 1, was 8; 8 % is 0.08"),
        (0.08, 'rate: must be a str, int or Decimal, was 0.08; write "0.08" in quotes'),
        (True, "rate: must be a str, int or Decimal, was True"),
        ("NaN", "rate: must be a finite number, was NaN"),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(rate: str, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        PreferredRate(rate, Compounding.ANNUAL)
    assert str(caught.value).startswith(message)


def test_the_rest_is_checked_too() -> None:
    with pytest.raises(InvalidValueError, match="compounding: must be of type Compounding"):
        PreferredRate("0.08", "annual")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="amount: must be zero or more"):
        PreferredAmount(Money("-1", "CNY"))
