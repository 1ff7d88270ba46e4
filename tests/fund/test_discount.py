"""Discounting: conventions exact where they can be, and growth and rate each other's inverse."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, FundError, InexactNumberError, InvalidValueError
from carbonkit.fund.curve.curve import Extrapolation, Interpolation
from carbonkit.fund.curve.discount import DiscountCurve, RateConvention
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.figure import real

START = datetime.date(2025, 1, 1)
LINE = Fraction(1, 10**50)


def curve(**changed: Any) -> DiscountCurve:  # noqa: ANN401  any argument of a curve
    usual: dict[str, Any] = {
        "as_of": START,
        "nodes": [("2026-01-01", "0.02"), ("2027-01-01", "0.03")],
        "convention": RateConvention.ANNUAL,
        "day_count": DayCount.ACT_365_FIXED,
        "interpolation": Interpolation.LINEAR,
        "extrapolation": Extrapolation.FLAT,
    }
    return DiscountCurve(**{**usual, **changed})


def test_factors_at_nodes_are_exact() -> None:
    assert curve().factor("2026-01-01") == Fraction(100, 102)
    assert curve().factor("2027-01-01") == Fraction(1, Fraction("1.03") ** 2)
    assert curve().factor(START) == 1
    assert curve(convention=RateConvention.SIMPLE).factor("2027-01-01") == Fraction(100, 106)


def test_a_continuous_factor_agrees_with_mpmath() -> None:
    found = curve(convention=RateConvention.CONTINUOUS).factor("2026-07-01")
    days = (datetime.date(2026, 7, 1) - START).days
    along = Fraction((datetime.date(2026, 7, 1) - datetime.date(2026, 1, 1)).days, 365)
    rate = Fraction("0.02") + Fraction("0.01") * along
    power = -rate * Fraction(days, 365)
    with mpmath.workdps(65):
        expected = str(mpmath.e ** (mpmath.mpf(power.numerator) / power.denominator))
    assert abs(Decimal(expected) - real(found)) < Decimal("1e-58")


def test_before_its_day_nothing_is_discounted() -> None:
    for ask in (curve().years, curve().factor):
        with pytest.raises(FundError) as caught:
            ask("2024-12-31")
        assert str(caught.value) == (
            "day: must be on or after 2025-01-01, the day of the discount curve, was 2024-12-31"
        )
        assert caught.value.problem.code == "out_of_order"


def test_beyond_the_nodes_only_if_named() -> None:
    assert curve().rate("2035-01-01") == Fraction("0.03")
    with pytest.raises(FundError, match="discount curve: must be read from 2026-01-01 to 2027-01-01"):
        curve(extrapolation=Extrapolation.REFUSED).rate("2035-01-01")


def test_a_continuous_rate_discounts_as_the_curve_does() -> None:
    for convention in RateConvention:
        shaped = curve(convention=convention)
        years = Fraction(400, 360)
        rate = shaped.continuous_rate("2026-06-01", years=years)
        factor = RateConvention.CONTINUOUS.discount(rate, years)
        assert abs(factor - shaped.factor("2026-06-01")) < LINE
    flat = DiscountCurve.flat(
        "0.03", as_of=START, convention=RateConvention.CONTINUOUS, day_count=DayCount.ACT_365_FIXED
    )
    assert flat.continuous_rate("2026-06-01", years=flat.years("2026-06-01")) == Fraction("0.03")
    with pytest.raises(InvalidValueError, match="years: must be above zero, was 0"):
        flat.continuous_rate(START, years=Fraction(0))


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"nodes": []}, FundError, "discount curve: must have one node or more"),
        ({"nodes": [("2024-01-01", "0.02")]}, FundError, "discount curve: must have no node before"),
        ({"nodes": [("2026-01-01", 0.02)]}, InexactNumberError, "nodes: must be a str, int or Decimal"),
        ({"convention": "annual"}, InvalidValueError, "convention: must be of type RateConvention"),
        ({"day_count": None}, InvalidValueError, "day_count: must be of type DayCount"),
        ({"interpolation": None}, InvalidValueError, "interpolation: must be of type Interpolation"),
        ({"extrapolation": None}, InvalidValueError, "extrapolation: must be of type Extrapolation"),
        ({"as_of": "today"}, InvalidValueError, "as_of: must be a calendar date"),
    ],
)
def test_what_is_no_curve(changed: dict[str, Any], kind: type[CarbonkitError], message: str) -> None:
    with pytest.raises(kind) as caught:
        curve(**changed)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("convention", [RateConvention.SIMPLE, RateConvention.ANNUAL])
def test_a_rate_that_leaves_nothing_is_refused(convention: RateConvention) -> None:
    with pytest.raises(InvalidValueError, match="rate: must leave something, was -1"):
        convention.growth(-1, 1)


@pytest.mark.parametrize(("growth", "years", "named"), [(0, 1, "growth"), (1, 0, "years")])
def test_no_rate_makes_nothing_or_takes_no_time(growth: int, years: int, named: str) -> None:
    with pytest.raises(InvalidValueError, match=f"{named}: must be above zero, was 0"):
        RateConvention.SIMPLE.rate(growth, years)


@given(
    st.sampled_from(RateConvention),
    st.fractions(Fraction(-1, 10), 1, max_denominator=1000),
    st.fractions(Fraction(1, 365), 8, max_denominator=365),
)
def test_growth_rate_and_discount_are_inverse(
    convention: RateConvention, rate: Fraction, years: Fraction
) -> None:
    growth = convention.growth(rate, years)
    assert abs(convention.rate(growth, years) - rate) < LINE
    assert abs(convention.discount(rate, years) * growth - 1) < LINE


def test_it_explains_itself() -> None:
    assert curve().explain().text() == (
        "discount curve of 2025-01-01: 2 nodes = growth (1 + rate)^t, t by ACT/365F; between nodes straight "
        "lines between nodes, outside the nearest node holds\n"
        "  zero rate to 2026-01-01: 0.02\n"
        "  zero rate to 2027-01-01: 0.03"
    )


def test_nodes_are_pairs_and_powers_of_e_can_be_written_out() -> None:
    for nodes, said in (
        (5, "nodes: must be a sequence, was 5"),
        ([("2026-01-01", "0.02"), "2027"], "nodes, 2: must be a pair, was '2027'"),
        ([("2026-01-01",)], "nodes, 1: must be a pair"),
    ):
        with pytest.raises(InvalidValueError, match=said):
            curve(nodes=nodes)
    assert RateConvention.CONTINUOUS.growth(10_000, 1) > 1
    with pytest.raises(InvalidValueError, match="rate: must make rate × years lie within ±10000"):
        RateConvention.CONTINUOUS.growth(10**12, 1)  # the power itself would take hours
