"""Multiples: each from its exact fraction, gross or net by name, unfunded with and without recall."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InvalidValueError
from carbonkit.fund.performance.multiple import InvestedMultiple, Multiples, ReturnBasis
from carbonkit.values import Money, Rounding


def usd(amount: str | int) -> Money:
    return Money(amount, "USD")


def multiples(**changed: Any) -> Multiples:  # noqa: ANN401  any field
    plain: dict[str, Any] = {
        "commitment": usd(100),
        "paid_in": usd(62),
        "distributed": usd("18.6"),
        "recallable": usd(5),
        "net_asset_value": usd(70),
        "basis": ReturnBasis.NET,
        "places": 12,
        "rounding": Rounding.HALF_UP,
    }
    return Multiples(**plain | changed)


def invested(**changed: Any) -> InvestedMultiple:  # noqa: ANN401  any field
    plain: dict[str, Any] = {
        "invested": usd(50),
        "realised": usd(40),
        "unrealised": usd(65),
        "basis": ReturnBasis.GROSS,
        "places": 3,
        "rounding": Rounding.HALF_UP,
    }
    return InvestedMultiple(**plain | changed)


def test_they_explain_themselves() -> None:
    text = multiples(places=3).explain().text()
    assert "multiples, net: TVPI 1.429 = 62 USD paid in of 100 USD" in text
    assert "PIC: 0.620 = 62 USD / 100 USD, rounded HALF_UP to 3 places" in text
    assert "unfunded with recall: 43 USD" in text
    assert "MOIC, gross: 2.100 = (40 USD + 65 USD) / 50 USD" in invested().explain().text()


@given(*[st.integers(1, 10**12)] * 2, *[st.integers(0, 10**12)] * 2, st.integers(0, 8))
def test_the_parts_add_up(commitment: int, paid_in: int, distributed: int, left: int, places: int) -> None:
    seen = multiples(
        commitment=usd(max(commitment, paid_in)),
        paid_in=usd(paid_in),
        distributed=usd(distributed),
        recallable=usd(distributed // 2),
        net_asset_value=usd(left),
        places=places,
    )
    assert seen.unfunded + seen.paid_in == seen.commitment
    assert seen.unfunded_with_recall == seen.unfunded + usd(distributed // 2)
    off = abs(Fraction(seen.tvpi) - Fraction(distributed + left, paid_in))
    assert off <= Fraction(1, 2 * 10**places)
    assert abs(seen.dpi + seen.rvpi - seen.tvpi) <= Decimal(2).scaleb(-places)


def test_recalled_money_may_be_paid_in_again() -> None:
    seen = multiples(paid_in=usd(104))
    assert (seen.pic, seen.unfunded, seen.unfunded_with_recall) == (Decimal("1.04"), usd(-4), usd(1))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"commitment": usd(0)}, "commitment: must be above zero"),
        ({"paid_in": usd(0)}, "paid_in: must be above zero"),
        ({"distributed": usd(-1)}, "distributed: must be zero or more"),
        ({"net_asset_value": usd(-1)}, "net_asset_value: must be zero or more"),
        ({"recallable": usd(19)}, r"recallable: must be at most the 18\.6 USD"),
        ({"paid_in": usd(106)}, "paid_in: must be at most the 105 USD"),
        ({"commitment": 100}, "commitment: must be"),
        ({"basis": "net"}, "basis: must be"),
        ({"rounding": "HALF_UP"}, "rounding: must be"),
        ({"places": 1.5}, "places: must be"),
    ],
    ids=str,
)
def test_bad_fields_are_named(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidValueError, match=said):
        multiples(**changed)


def test_the_multiple_on_cost_checks_its_amounts() -> None:
    assert invested().moic == Decimal("2.100")
    with pytest.raises(InvalidValueError, match="invested: must be above zero"):
        invested(invested=usd(0))
    with pytest.raises(InvalidValueError, match="unrealised: must be zero or more"):
        invested(unrealised=usd(-1))
    with pytest.raises(CurrencyMismatchError, match="realised: must be USD, was CNY"):
        invested(realised=Money("1", "CNY"))
    with pytest.raises(CurrencyMismatchError, match="paid_in: must be USD, was CNY"):
        multiples(paid_in=Money("1", "CNY"))
