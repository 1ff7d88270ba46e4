from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.market import PriceBand, SizeLimit
from carbonkit.values import Period, Price, Rounding, Rule, Source

SOURCE = Source("Exchange", "Notice", 2021)
TICK = Price("0.01", "CNY", "tCO2e")


def band(percent: str = "10", rounding: Rounding = Rounding.HALF_UP) -> PriceBand:
    always = Period("2021-01-01", None)
    return PriceBand(
        Rule(what="band", value=Decimal(percent), says="so far", valid=always, source=SOURCE),
        Rule(what="rounding", value=rounding, says="so rounded", valid=always, source=SOURCE),
    )


def cny(amount: str) -> Price:
    return Price(amount, "CNY", "tCO2e")


@given(fen=st.integers(1, 10**7), percent=st.sampled_from([3, 10, 30]))
def test_limits_are_half_up_to_the_fen(fen: int, percent: int) -> None:
    limits = band(str(percent)).limits(cny(str(Decimal(fen).scaleb(-2))), TICK)
    for limit, exact in (
        (limits.lowest, Fraction(fen * (100 - percent), 100)),
        (limits.highest, Fraction(fen * (100 + percent), 100)),
    ):
        assert Fraction(limit.amount) * 100 == (exact + Fraction(1, 2)).__floor__()


def test_a_coarse_tick_is_kept() -> None:
    limits = band().limits(cny("48.10"), cny("0.05"))
    assert (limits.lowest, limits.highest) == (cny("43.30"), cny("52.90"))


def test_rounding_is_the_rules() -> None:
    assert band(rounding=Rounding.HALF_EVEN).limits(cny("67.05"), TICK).highest == cny("73.76")
    assert band(rounding=Rounding.FLOOR).limits(cny("67.15"), TICK).highest == cny("73.86")


def test_both_limits_may_be_traded() -> None:
    limits = band().limits(cny("48.00"), TICK)
    assert cny("43.20") in limits
    assert cny("52.80") in limits
    assert cny("43.19") not in limits
    assert cny("52.81") not in limits


@pytest.mark.parametrize("percent", ["0", "-10", "100", "130"])
def test_a_band_leaves_prices_above_zero(percent: str) -> None:
    with pytest.raises(InvalidValueError):
        band(percent)


@pytest.mark.parametrize(
    "close", [cny("0"), cny("-1"), Price("48", "EUR", "tCO2e"), Price("48", "CNY", "kgCO2e")]
)
def test_a_close_must_be_a_price_of_the_venue(close: Price) -> None:
    with pytest.raises(InvalidValueError):
        band().limits(close, TICK)


@pytest.mark.parametrize("tick", ["0", "-0.01"])
def test_a_tick_must_be_more_than_zero(tick: str) -> None:
    with pytest.raises(InvalidValueError) as error:
        band().limits(cny("48.00"), cny(tick))
    assert error.value.problem.field == "tick"


def test_limits_explain_themselves() -> None:
    explained = band().limits(cny("48.00"), TICK).explain()
    assert explained.value == "43.20 to 52.80 CNY/tCO2e"
    assert explained.how == "48.00 × (1 − 10 %) and 48.00 × (1 + 10 %), rounded half up to 0.01"
    assert list(explained.sources()) == [SOURCE, SOURCE]


def test_sizes_have_both_ends() -> None:
    block = SizeLimit(at_least=100_000, below=None)
    assert not block.allows(99_999)
    assert block.allows(100_000)
    assert block.allows(10**12)
    assert str(block) == "at least 100000"
    listed = SizeLimit(at_least=1, below=100_000)
    assert [listed.allows(quantity) for quantity in (0, 1, 99_999, 100_000)] == [False, True, True, False]


@pytest.mark.parametrize(("at_least", "below"), [(0, 10), (10, 10), (10, 9)])
def test_a_size_limit_allows_something(at_least: int, below: int) -> None:
    with pytest.raises(InvalidValueError):
        SizeLimit(at_least=at_least, below=below)


@pytest.mark.parametrize("percent", [10.5, True])
def test_a_band_takes_no_float(percent: Any) -> None:  # noqa: ANN401  what an untyped host may pass
    rule = attrs.evolve(band().percent, value=percent)
    with pytest.raises(InexactNumberError, match="percent: must be a str, int or Decimal"):
        PriceBand(rule, band().rounding)


@pytest.mark.parametrize(("at_least", "below", "field"), [(1.5, None, "at_least"), (1, 2.5, "below")])
def test_a_size_limit_takes_no_float(at_least: Any, below: Any, field: str) -> None:  # noqa: ANN401  the same
    with pytest.raises(InexactNumberError, match=f"{field}: must be a str, int or Decimal"):
        SizeLimit(at_least=at_least, below=below)
