"""Environments: what a day's prices are, what shocks make of them, and what is missing."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, InvalidValueError
from carbonkit.fund.curve.volatility import Volatility
from carbonkit.fund.portfolio.valuation import Mark
from carbonkit.fund.position.shock import PriceShock, RateShock, Shock, ShockKind, VolatilityShock
from carbonkit.values import AssetId, InstrumentId, Period
from carbonkit.values.source import Source
from tests.fund_book import CALL, CER, DAY, DELIVERY, EUA, EXPIRY, NEXT, curve, environment, price, rates

RELATIVE, ABSOLUTE = ShockKind.RELATIVE, ShockKind.ABSOLUTE


def shock(size: str, kind: ShockKind = RELATIVE, asset: AssetId | None = EUA, **more: Any) -> PriceShock:  # noqa: ANN401  a period or none
    return PriceShock(asset=asset, size=size, kind=kind, **more)


def test_it_gives_what_it_holds() -> None:
    today = environment()
    assert today.spot(EUA) == 70
    assert today.forward(EUA, DELIVERY) == 71
    assert today.volatility(CALL.id, EUA) == Fraction("0.45")
    assert today.factor(DAY) == 1
    assert today.continuous_rate(EXPIRY) == Fraction("0.03")
    assert today.years(EXPIRY) == Fraction((EXPIRY - DAY).days, 365)


@pytest.mark.parametrize(
    ("changed", "message", "code"),
    [
        (
            {"marks": [Mark(EUA, price("70"), NEXT, "x")]},
            "price of EUA: must be of 2025-06-02 or before, was 2025-06-03",
            "price_from_later",
        ),
        (
            {"curves": [curve("70", day=NEXT)]},
            "curve of EUA: must be of 2025-06-02 or before, was 2025-06-03",
            "price_from_later",
        ),
        (
            {"marks": [Mark(EUA, price("70", "GBP"), DAY, "x")]},
            "price of EUA: must be EUR, was GBP",
            "currency_mismatch",
        ),
        (
            {"curves": [curve("70", currency="GBP")]},
            "curve of EUA: must be EUR, was GBP",
            "currency_mismatch",
        ),
        ({"marks": [Mark(EUA, price("70"), DAY, "x")] * 2}, "marks: must name each once, was EUA", None),
        ({"curves": [curve("70")] * 2}, "curves: must name each once, was EUA", None),
        (
            {"volatilities": [Volatility(CALL.id, "0.4")] * 2},
            "volatilities: must name each once, was EUA-2025-12-C80",
            None,
        ),
        (
            {"discount": rates(NEXT)},
            "discount: must be a curve of 2025-06-02, was 2025-06-03",
            "invalid_value",
        ),
        ({"marks": ["EUA"]}, "marks: must be of type Mark, was 'EUA'", None),
        ({"curves": ["EUA"]}, "curves: must be of type ForwardCurve, was 'EUA'", None),
        ({"volatilities": ["EUA"]}, "volatilities: must be of type Volatility, was 'EUA'", None),
        ({"discount": "0.03"}, "discount: must be of type DiscountCurve, was '0.03'", None),
        ({"shocks": ["-0.1"]}, "shocks: must be shocks, was '-0.1'", None),
        ({"currency": "RMB"}, "currency: must be an ISO 4217", None),
        ({"day_count": "ACT"}, "day_count: must be of type DayCount", None),
    ],
)
def test_what_is_no_environment(changed: dict[str, Any], message: str, code: str | None) -> None:
    with pytest.raises(CarbonkitError) as caught:
        attrs.evolve(environment(), **changed)
    assert str(caught.value).startswith(message)
    assert code in {None, caught.value.problem.code}


def test_a_mark_is_per_tonne() -> None:
    odd = Mark(EUA, attrs.evolve(price("70"), per="MWh"), DAY, "x")
    with pytest.raises(InvalidValueError, match="price of EUA: must be per tCO2e, was 70 EUR/MWh"):
        attrs.evolve(environment(), marks=[odd])


@pytest.mark.parametrize(
    ("value", "message"),
    [("-0.1", "volatility: must be zero or more"), (0.4, "volatility: must be a str, int or Decimal")],
)
def test_a_volatility_is_an_exact_number(value: Any, message: str) -> None:  # noqa: ANN401  what is refused
    with pytest.raises(CarbonkitError, match=message):
        Volatility(InstrumentId("C80"), value)


@pytest.mark.parametrize(
    ("ask", "message", "code"),
    [
        (lambda today: today.spot("EUA"), "asset: must be of type AssetId, was 'EUA'", "wrong_type"),
        (
            lambda today: today.forward("EUA", DELIVERY),
            "asset: must be of type AssetId, was 'EUA'",
            "wrong_type",
        ),
        (
            lambda today: today.volatility("C80", EUA),
            "instrument: must be of type InstrumentId, was 'C80'",
            "wrong_type",
        ),
        (lambda today: today.spot(AssetId("UKA")), "price of UKA: must be given for 2025-06-02", "unpriced"),
        (
            lambda today: today.forward(AssetId("UKA"), DELIVERY),
            "curve of UKA: must be given for 2025-06-02",
            "no_quote",
        ),
        (
            lambda today: today.forward(EUA, datetime.date(2026, 12, 14)),
            "curve of EUA: must be read from 2025-12-15 to 2025-12-15, was 2026-12-14",
            "outside_curve",
        ),
        (
            lambda today: today.volatility(InstrumentId("C99"), EUA),
            "volatility of C99: must be given for 2025-06-02",
            "no_quote",
        ),
        (
            lambda today: attrs.evolve(today, discount=None).factor(DELIVERY),
            "discount curve: must be given for 2025-06-02",
            "no_quote",
        ),
        (
            lambda today: attrs.evolve(today, discount=None).continuous_rate(DELIVERY),
            "discount curve: must be given for 2025-06-02",
            "no_quote",
        ),
    ],
)
def test_what_is_missing_is_named(ask: Any, message: str, code: str) -> None:  # noqa: ANN401  a question
    with pytest.raises(CarbonkitError) as caught:
        ask(environment())
    assert str(caught.value).startswith(message)
    assert caught.value.problem.code == code


def test_a_price_shock_moves_spot_and_curve() -> None:
    shocked = environment().under([shock("-0.1"), shock("2", ABSOLUTE)])
    assert shocked.spot(EUA) == 65
    assert shocked.forward(EUA, DELIVERY) == Fraction("65.9")
    assert shocked.spot(CER) == 60
    assert environment().under([shock("-0.5", asset=None)]).spot(CER) == 30


def test_a_shock_of_a_delivery_moves_that_part_of_the_curve_alone() -> None:
    december = shock("-0.1", delivery=Period("2025-12-01", "2026-01-01"))
    later = shock("-0.1", delivery=Period("2026-01-01", "2027-01-01"))
    assert environment().under([december]).forward(EUA, DELIVERY) == Fraction("63.9")
    assert environment().under([december]).spot(EUA) == 70
    assert environment().under([later]).forward(EUA, DELIVERY) == 71


def test_other_shocks_move_volatilities_and_rates() -> None:
    up: list[Shock] = [VolatilityShock(asset=EUA, size="0.05", kind=ABSOLUTE), RateShock(size="0.01")]
    shocked = environment().under(up).under([RateShock(size="0.01")])
    assert shocked.volatility(CALL.id, EUA) == Fraction("0.50")
    assert shocked.continuous_rate(EXPIRY) == Fraction("0.05")
    assert abs(shocked.factor(DELIVERY) - environment(rate="0.05").factor(DELIVERY)) < Fraction(1, 10**50)
    assert shocked.spot(EUA) == 70
    other = VolatilityShock(asset=CER, size="0.05", kind=ABSOLUTE)
    assert environment().under([other]).volatility(CALL.id, EUA) == Fraction("0.45")


def test_no_shock_takes_a_level_below_zero() -> None:
    with pytest.raises(
        InvalidValueError, match="price of EUA: must be zero or more after the shocks, was -10"
    ):
        environment().under([shock("-80", ABSOLUTE)]).spot(EUA)
    assert environment().under([shock("-1")]).spot(EUA) == 0
    down = VolatilityShock(asset=None, size="-2", kind=RELATIVE)
    with pytest.raises(InvalidValueError, match="volatility of EUA-2025-12-C80: must be zero or more"):
        environment().under([down]).volatility(CALL.id, EUA)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: shock("-0.1", asset="EUA"), "asset: must be of type AssetId, or None, was 'EUA'"),  # type: ignore[arg-type]
        (lambda: shock("-0.1", kind="relative"), "kind: must be of type ShockKind"),  # type: ignore[arg-type]
        (lambda: shock("-0.1", delivery="2025"), "delivery: must be of type Period, or None, was '2025'"),
        (lambda: RateShock(size=0.01), "size: must be a str, int or Decimal"),  # type: ignore[arg-type]
        (lambda: VolatilityShock(asset=None, size="x", kind=ABSOLUTE), "size: must be a plain number"),
    ],
)
def test_what_is_no_shock(make: Any, message: str) -> None:  # noqa: ANN401  what makes it
    with pytest.raises(CarbonkitError) as caught:
        make()
    assert str(caught.value).startswith(message)


def test_a_shock_says_what_it_does() -> None:
    year = Period("2026-01-01", "2027-01-01")
    assert str(shock("-0.1", delivery=year)) == (
        "price of EUA for delivery in [2026-01-01, 2027-01-01) -0.1 (share of the level)"
    )
    assert str(shock("5", ABSOLUTE, None)) == "price of every asset +5 (the level's own unit)"
    assert str(RateShock(size="0.01")) == "zero rates +0.01"
    up = VolatilityShock(asset=EUA, size="0.1", kind=RELATIVE)
    assert str(up) == "volatility of EUA +0.1 (share of the level)"


@given(st.fractions(-1, 3, max_denominator=100), st.fractions(-1, 3, max_denominator=100))
def test_relative_shocks_multiply_and_zero_changes_nothing(first: Fraction, second: Fraction) -> None:
    today = environment()
    both = today.under(
        [
            PriceShock(asset=None, size=first, kind=RELATIVE),
            PriceShock(asset=EUA, size=second, kind=RELATIVE),
        ]
    )
    assert both.spot(EUA) == 70 * (1 + first) * (1 + second)
    assert both.forward(EUA, DELIVERY) == 71 * (1 + first) * (1 + second)
    assert today.under([PriceShock(asset=None, size=0, kind=ABSOLUTE)]).spot(EUA) == 70


def test_a_price_explains_its_mark_curve_and_shocks() -> None:
    paper = Source("Exchange", "Closing prices", 2025)
    year = Period("2026-01-01", "2027-01-01")
    shocks: list[Shock] = [shock("-0.1"), shock("5", delivery=year), RateShock(size="0.01")]
    shocked = attrs.evolve(
        environment(), marks=[Mark(EUA, price("70.00"), DAY, paper), Mark(CER, price("60"), DAY, "x")]
    ).under(shocks)
    assert shocked.explain_spot(EUA).text() == (
        "price of EUA: 63 EUR/tCO2e\n"
        "  mark of 2025-06-02: 70.00 EUR/tCO2e\n"
        "    source: Exchange, Closing prices, 2025 [confirmed]\n"
        "  shock: price of EUA -0.1 (share of the level)"
    )
    assert shocked.explain_forward(EUA, DELIVERY).text() == (
        "price of EUA on 2025-12-15: 63.9 EUR/tCO2e\n"
        "  EUA for delivery on 2025-12-15: 71 EUR/tCO2e = between nodes the node before holds "
        "until the next\n"
        "    node of 2025-12-15: 71.00 EUR/tCO2e = invented\n"
        "  shock: price of EUA -0.1 (share of the level)"
    )
    assert shocked.explain_spot(CER).parts[0].how == "x"
