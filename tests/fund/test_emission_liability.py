"""Liability for emissions: the parts cover the emissions, each method measures them in its way."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.product.emission_liability import (
    EmissionLiability,
    LiabilityMethod,
    book_grant,
    emission_liability,
)
from carbonkit.fund.product.journal_entry import BookSide
from carbonkit.values import Money, Price, Rounding, Status


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def price(amount: str) -> Price:
    return Price(amount, "EUR", "tCO2e")


def owed(**changed: Any) -> EmissionLiability:  # noqa: ANN401  any argument
    usual: dict[str, Any] = {
        "emissions": 12_500,
        "free": 12_000,
        "purchased": 100,
        "purchased_cost": eur("6800"),
        "price": price("72"),
        "method": LiabilityMethod.NET_AT_COST,
        "rounding": Rounding.HALF_UP,
    }
    return emission_liability(**{**usual, **changed})


def test_what_nothing_covers_stands_at_market() -> None:
    found = owed()
    assert [(part.quantity, part.amount) for part in found.parts] == [
        (12_000, eur("0.00")),
        (100, eur("6800.00")),
        (400, eur("28800.00")),
    ]
    assert found.total == eur("35600.00")
    assert owed(method=LiabilityMethod.NET_AT_MARKET).total == eur("36000.00")
    assert owed(method=LiabilityMethod.ASU_2026_02).total == eur("35600.00")
    assert owed(emissions=11_000).total == eur("0.00")
    assert owed(emissions=11_000).book("2024-12-31").lines == ()
    assert owed(purchased=0, purchased_cost=eur("0")).total == eur("36000.00")


tonnes = st.integers(0, 10**6)


@given(tonnes, tonnes, st.integers(1, 10**6), st.integers(0, 10**9), st.integers(1, 10**4))
def test_parts_cover_the_emissions(emissions: int, free: int, purchased: int, cents: int, at: int) -> None:
    for method in LiabilityMethod:
        found = owed(
            emissions=emissions,
            free=free,
            purchased=purchased,
            purchased_cost=Money.from_minor(cents, "EUR"),
            price=Price(Money.from_minor(at, "EUR").amount, "EUR", "tCO2e"),
            method=method,
            granted_price=price("10") if method is LiabilityMethod.IFRIC_3 else None,
        )
        assert sum(part.quantity for part in found.parts) == emissions
        short = max(0, emissions - free)
        covered = min(short, purchased)
        exact = {
            LiabilityMethod.NET_AT_MARKET: Fraction(short * at),
            LiabilityMethod.IFRIC_3: Fraction(emissions * at),
        }.get(method, Fraction(covered * cents, purchased) + (short - covered) * at)
        assert abs(found.total.to_minor() - exact) <= 1
        assert found.mismatch == found.total - found.assets
        lines = found.book("2024-12-31").lines
        assert sum(line.amount.to_minor() for line in lines if line.side is BookSide.DEBIT) == (
            found.total.to_minor()
        )


def test_each_method_says_where_it_is_from() -> None:
    assert [method.source.status for method in LiabilityMethod] == [
        Status.RECALLED,
        Status.RECALLED,
        Status.CONFIRMED,
        Status.CONFIRMED,
    ]
    assert "withdrawn in June 2005" in LiabilityMethod.IFRIC_3.source.note
    assert owed().explain().text() == (
        "liability for emissions, net liability, cost of what was bought: 35600.00 EUR = sum of the parts\n"
        "  source: EY, International GAAP, emissions trading schemes, 2025, net liability approach "
        "[recalled] (practice without a standard; a policy of the company)\n"
        "  covered by free ones: 0.00 EUR = 12000 tCO2e at nil\n"
        "  covered by bought ones: 6800.00 EUR = 100 tCO2e at cost\n"
        "  not covered: 28800.00 EUR = 400 tCO2e at market"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"emissions": -1}, "emissions: must be zero or more, was -1"),
        ({"free": -1}, "free: must be zero or more, was -1"),
        ({"purchased": -1}, "purchased: must be zero or more, was -1"),
        ({"purchased": 0}, "purchased_cost: must be zero where nothing was bought, was 6800 EUR"),
        ({"purchased_cost": eur("-1")}, "purchased_cost: must be zero or more"),
        ({"price": Price("72", "CNY", "tCO2e")}, "price: must be in EUR/tCO2e"),
        ({"method": "IFRIC 3"}, "method: must be of type LiabilityMethod"),
        ({"rounding": 2}, "rounding: must be of type Rounding"),
        ({"granted_price": price("10")}, "granted_price: must be given for IFRIC 3 only"),
        ({"method": LiabilityMethod.IFRIC_3}, "granted_price: must be given for IFRIC 3, was nothing"),
        (
            {"method": LiabilityMethod.IFRIC_3, "granted_price": Price("1", "CNY", "tCO2e")},
            "granted_price: must be in EUR/tCO2e",
        ),
    ],
)
def test_a_liability_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        owed(**changed)
    assert str(caught.value).startswith(message)


def test_floats_are_refused() -> None:
    with pytest.raises(InexactNumberError, match="emissions: must be a str, int or Decimal"):
        owed(emissions=12500.0)


def test_a_grant_of_nothing_is_not_booked() -> None:
    assert book_grant("2024-02-28", free=0, price=price("10"), rounding=Rounding.HALF_UP).lines == ()
    with pytest.raises(InvalidValueError, match="free: must be zero or more"):
        book_grant("2024-02-28", free=-1, price=price("10"), rounding=Rounding.HALF_UP)
    with pytest.raises(InvalidValueError, match="granted_price: must be above zero"):
        book_grant("2024-02-28", free=1, price=price("0"), rounding=Rounding.HALF_UP)
