"""Trigger prices grow from the rounded price of the year before."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.registry.price_trigger import PriceGrowth, trigger_price
from carbonkit.registry.yearly import years
from carbonkit.values import Money, Rounding, Rule, Source

GROWTH = PriceGrowth(2021, Money("10.00", "USD"), "1.045", Rounding.HALF_UP)
RULE = Rule(
    what="trigger", value=GROWTH, says="+4.5 %", valid=years(2021, 2030), source=Source("S", "R", 2021)
)


def test_each_year_is_rounded_before_the_next() -> None:
    prices = PriceGrowth(2021, Money("13.00", "USD"), "1.07", Rounding.HALF_UP).prices(2027)
    assert prices[-1] == Money("19.50", "USD")
    assert (Money("13.00", "USD") * (Decimal("1.07") ** 6)).rounded(Rounding.HALF_UP) == Money("19.51", "USD")


def test_a_half_cent_goes_the_way_that_is_named() -> None:
    start = Money("0.10", "USD")
    assert PriceGrowth(2021, start, "1.05", Rounding.HALF_UP).prices(2022)[-1] == Money("0.11", "USD")
    assert PriceGrowth(2021, start, "1.05", Rounding.HALF_EVEN).prices(2022)[-1] == Money("0.10", "USD")


def test_a_year_before_the_base_year_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="be 2021 or later"):
        GROWTH.prices(2020)


@pytest.mark.parametrize("growth", ["0", "-1"])
def test_a_growth_that_is_no_factor_is_refused(growth: str) -> None:
    with pytest.raises(InvalidValueError, match=r'growth.*write "1\.07"'):
        PriceGrowth(2021, Money("1", "USD"), growth, Rounding.HALF_UP)


def test_a_float_is_refused() -> None:
    with pytest.raises(InexactNumberError):
        PriceGrowth(2021, Money("1", "USD"), 1.07, Rounding.HALF_UP)  # type: ignore[arg-type]


def test_a_year_outside_the_rule_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="2021 to 2030"):
        trigger_price([RULE], 2031)


def test_the_explanation_shows_every_step_and_the_source() -> None:
    explained = trigger_price([RULE], 2023).explain()
    text = explained.text()
    assert "trigger 2023: 10.92 USD" in text
    assert "10.45 USD × 1.045, rounded half_up" in text
    assert list(explained.sources()) == [RULE.source]


@given(
    st.integers(1, 10_000),
    st.integers(1000, 1500),
    st.integers(0, 30),
)
def test_a_growing_price_never_falls_and_is_whole_cents(cents: int, permille: int, passed: int) -> None:
    growth = f"{permille // 1000}.{permille % 1000:03}"
    prices = PriceGrowth(2021, Money.from_minor(cents, "USD"), growth, Rounding.HALF_UP).prices(2021 + passed)
    minor = [price.to_minor() for price in prices]
    assert minor == sorted(minor)
    for before, after in itertools.pairwise(minor):
        assert abs(2 * (1000 * after - permille * before)) <= 1000
