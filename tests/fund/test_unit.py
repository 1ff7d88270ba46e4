"""Classes of units: steps that the ledger counts, and a named rule wherever a number is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.units._share import share, shown
from carbonkit.values import Money, Rounding
from tests.fund.unit_books import UNIT, unit_class


def test_units_are_counted_in_whole_steps() -> None:
    assert UNIT.counted("4733503.74") == Decimal("4733503.74")
    assert str(UNIT.counted(5)) == "5.00"
    assert UNIT.asset.steps("4733503.74") == 473350374
    with pytest.raises(InvalidValueError, match="units: must have at most 2 decimal places for GREEN-A"):
        UNIT.counted("0.001")
    with pytest.raises(InvalidValueError, match="units of lot 1: must be zero or more, was -1"):
        UNIT.counted(-1, field="units of lot 1")
    with pytest.raises(InexactNumberError):
        UNIT.counted(0.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rounding", "units"),
    [(Rounding.FLOOR, "33.33"), (Rounding.CEILING, "33.34"), (Rounding.HALF_UP, "33.33")],
)
def test_units_are_rounded_once_by_their_rule(rounding: Rounding, units: str) -> None:
    assert unit_class(unit_rounding=rounding).bought(100, 3) == Decimal(units)


def test_price_and_money_have_rules_of_their_own() -> None:
    unit = unit_class(price_rounding=Rounding.FLOOR, money_rounding=Rounding.CEILING, price_places=3)
    assert unit.priced(Fraction(2, 3)) == Money("0.666", "CNY")
    assert unit.paid(Fraction(2, 3)) == Money("0.67", "CNY")
    assert unit_class(currency="JPY").paid(Fraction(5, 2)) == Money("3", "JPY")


@pytest.mark.parametrize("price", [0, -1])
def test_nothing_is_bought_for_no_price(price: int) -> None:
    with pytest.raises(InvalidValueError, match="price: must be above zero"):
        UNIT.bought(100, price)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"unit_places": 10}, "unit_places: must be 0 to 9, was 10"),
        ({"price_places": 13}, "price_places: must be 0 to 12, was 13"),
        ({"price_places": -1}, "price_places: must be 0 to 12, was -1"),
        ({"currency": "XXQ"}, "currency: must be an ISO 4217 currency code"),
        ({"id": "GREEN-A"}, "id: must be of type AssetId"),
        ({"unit_rounding": "floor"}, "unit_rounding: must be of type Rounding"),
    ],
)
def test_a_class_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        unit_class(**changed)
    assert str(caught.value).startswith(message)


def test_shares_and_how_they_are_shown() -> None:
    assert share("0.5", field="rate") == Fraction(1, 2)
    assert [shown(Fraction(*each)) for each in ((1, 4), (-3, 1), (120, 1), (2, 3), (0, 1))] == [
        "0.25",
        "-3",
        "120",
        "0.666666666666666…",
        "0",
    ]
    for wrong in (1, "-0.1"):
        with pytest.raises(InvalidValueError, match="rate: must be from 0 to below 1"):
            share(wrong, field="rate")
