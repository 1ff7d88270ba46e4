"""Unit prices: exact beside rounded, never without units, never below zero, of the day they are of."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CarbonkitError, CurrencyMismatchError, FundError, InvalidValueError
from carbonkit.fund.portfolio.portfolio import Portfolio
from carbonkit.fund.portfolio.valuation import net_asset_value
from carbonkit.fund.refusal import Refusal
from carbonkit.fund.units.unit_price import DealingPrice, UnitPrice
from carbonkit.values import AssetId, Money, Rounding
from tests.fund.unit_books import DAY, UNIT, A, cny, first, lot, record, register, unit_class


def price(**changed: Any) -> UnitPrice:  # noqa: ANN401  any field
    given = {"unit": UNIT, "day": DAY, "assets": cny("107.00"), "liabilities": cny("2.00"), "units": 100}
    return UnitPrice(**{**given, **changed})


def test_the_exact_value_stands_beside_the_rounded_one() -> None:
    third = price(assets=cny(100), liabilities=cny(0), units=3)
    assert third.exact == Fraction(100, 3)
    assert third.per_unit == cny("33.3333")
    assert third.dealing.per_unit == cny("33.3333")
    assert third.dealing.record is third


@given(st.integers(0, 10**15), st.integers(1, 10**12), st.sampled_from(Rounding))
def test_the_rounded_price_is_less_than_a_step_away(fen: int, steps: int, rounding: Rounding) -> None:
    unit = unit_class(price_rounding=rounding)
    units = unit.asset.amount(steps)
    value = UnitPrice(
        unit=unit, day=DAY, assets=Money.from_minor(fen, "CNY"), liabilities=cny(0), units=units
    )
    assert value.exact == Fraction(fen, steps)
    away = Fraction(value.per_unit.amount) - value.exact
    assert abs(away) < Fraction(1, 10_000)
    assert away <= 0 if rounding is Rounding.FLOOR else True


def test_a_net_asset_value_is_priced() -> None:
    value = net_asset_value(
        Portfolio("CNY"), as_of=DAY, cash=cny("107.00"), liabilities=cny("2.00"), marks=()
    )
    assert UnitPrice.of(value, unit=UNIT, units=100) == price()
    with pytest.raises(InvalidValueError, match="value: must be of type NetAssetValue"):
        UnitPrice.of(value.total, unit=UNIT, units=100)  # type: ignore[arg-type]


def test_value_without_units_has_no_price() -> None:
    for assets in ("107.00", "2.00"):
        with pytest.raises(
            FundError, match="units: must be above zero to have a price, was no unit"
        ) as caught:
            price(assets=cny(assets), units=0)
        assert caught.value.problem.code == Refusal.NO_UNITS


def test_more_debt_than_assets_has_no_price() -> None:
    with pytest.raises(FundError, match=r"net asset value: must be zero or more, was -0.01 CNY") as caught:
        price(assets=cny("1.99"))
    assert caught.value.problem.code == Refusal.NEGATIVE_NET_ASSET_VALUE
    worthless = price(assets=cny("2.00"))
    assert worthless.per_unit == cny("0.0000")
    with pytest.raises(InvalidValueError, match="per_unit: must be above zero"):
        _ = worthless.dealing


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"assets": cny(-1)}, "assets: must be zero or more, was -1 CNY"),
        ({"liabilities": cny(-1)}, "liabilities: must be zero or more, was -1 CNY"),
        ({"assets": Money(1, "EUR")}, "assets: must be CNY, was EUR"),
        ({"liabilities": Money(1, "EUR")}, "liabilities: must be CNY, was EUR"),
        ({"units": "1.001"}, "units: must have at most 2 decimal places"),
        ({"units": 1.5}, "units: must be a str, int or Decimal"),
        ({"day": "30/06/2026"}, "day: must be a calendar date"),
        ({"unit": "GREEN-A"}, "unit: must be of type UnitClass"),
        ({"assets": 107}, "assets: must be of type Money"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(CarbonkitError) as caught:
        price(**changed)
    assert str(caught.value).startswith(message)


def test_a_dealing_price_is_of_one_class_and_one_day() -> None:
    good = price().dealing
    with pytest.raises(FundError) as caught:
        attrs.evolve(good, day="2026-07-01")
    assert caught.value.problem.code == Refusal.PRICE_OF_ANOTHER_DAY
    with pytest.raises(FundError) as caught:
        attrs.evolve(good, unit=unit_class(id=AssetId("GREEN-B")))
    assert caught.value.problem.code == Refusal.OTHER_UNIT
    with pytest.raises(CurrencyMismatchError, match="per_unit: must be CNY, was EUR"):
        attrs.evolve(good, per_unit=Money("1.05", "EUR"))
    with pytest.raises(InvalidValueError, match="per_unit: must have at most 4 decimal places"):
        attrs.evolve(good, per_unit=cny("1.00001"))
    for levy in ({"levy_in": 1}, {"levy_out": "-0.1"}):
        with pytest.raises(InvalidValueError, match=r"levy_.*: must be from 0 to below 1"):
            attrs.evolve(good, **levy)


def test_prices_explain_themselves() -> None:
    text = price().explain().text()
    assert "NAV per unit of GREEN-A on 2026-06-30: 1.0500 CNY = 1.05 rounded half up to 4 places" in text
    assert "[derived]" in text
    assert (
        "dealing price of GREEN-A on 2026-06-30: 1.0500 CNY = NAV per unit\n"
        in price().dealing.explain().text()
    )
    levied = attrs.evolve(price().dealing, levy_in="0.004").explain().text()
    assert "dilution levy on a subscription: 0.004 = share kept by the fund" in levied
    assert "redemption" not in levied


def test_the_first_price_has_no_record() -> None:
    assert isinstance(first(), DealingPrice)
    assert first().record is None
    assert first("1.25").exact == Fraction(5, 4)
    held = register(lot(A, 100))
    assert record(held, 105).units == held.outstanding
