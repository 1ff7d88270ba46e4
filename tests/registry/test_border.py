"""Border certificates: the phase-out, the deduction of a price paid, one rounding."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import CurrencyMismatchError, InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.registry.border import BorderEmissions, border_certificates
from carbonkit.schemes.eu_border import certificate_price, embedded_emissions, free_share
from carbonkit.values import Exact, Money, Price, Rounding, Status

PRICE = Price("80", "EUR", "tCO2e")
NOTHING = Money("0", "EUR")


def goods(year: int = 2026, *, mass_t: Exact = 1000, embedded: Exact = "1.2") -> BorderEmissions:
    return embedded_emissions(year, mass_t=mass_t, embedded=embedded, benchmark="1", correction="1")


def test_every_factor_takes_part() -> None:
    owed = embedded_emissions(2028, mass_t="10", embedded="2", benchmark="1.5", correction="0.8")
    assert owed.free == Decimal("1.08")  # 0.9 × 0.8 × 1.5
    assert owed.total == Decimal("9.2")


def test_goods_cleaner_than_the_free_share_owe_nothing() -> None:
    owed = goods(embedded="0.9")
    assert owed.total == 0
    assert border_certificates(owed, paid=NOTHING, price=PRICE, rounding=Rounding.CEILING).due == 0


def test_nothing_is_free_from_2034_and_nothing_was_owed_before_2026() -> None:
    assert free_share(2034).value == free_share(2050).value == 0
    assert goods(2034).total == 1200
    with pytest.raises(NotFoundError, match="known for 2026, 2027"):
        goods(2025)


@pytest.mark.parametrize(
    ("paid", "rounding", "due"),
    [
        ("0", Rounding.CEILING, 225),
        ("8000", Rounding.CEILING, 125),
        ("8040", Rounding.CEILING, 125),
        ("8040", Rounding.FLOOR, 124),
        ("8040", Rounding.HALF_EVEN, 124),
        ("18000", Rounding.CEILING, 0),
        ("99999", Rounding.CEILING, 0),
    ],
)
def test_a_price_paid_takes_certificates_off_and_they_are_rounded_once(
    paid: str, rounding: Rounding, due: int
) -> None:
    assert border_certificates(goods(), paid=Money(paid, "EUR"), price=PRICE, rounding=rounding).due == due


def test_a_third_of_a_certificate_is_not_rounded_before_the_subtraction() -> None:
    # 1 t owed, 1 EUR paid at 3 EUR: 2/3 of a certificate; half-up is 1
    owed = embedded_emissions(2034, mass_t=1, embedded=1, benchmark=0, correction=1)
    certificates = border_certificates(
        owed, paid=Money("1", "EUR"), price=Price("3", "EUR", "tCO2e"), rounding=Rounding.HALF_UP
    )
    assert certificates.due == 1


def test_another_currency_a_negative_price_and_another_unit_are_refused() -> None:
    with pytest.raises(CurrencyMismatchError, match="be EUR, was CNY"):
        border_certificates(goods(), paid=Money("0", "CNY"), price=PRICE, rounding=Rounding.FLOOR)
    with pytest.raises(InvalidValueError, match="paid: must not be negative"):
        border_certificates(goods(), paid=Money("-1", "EUR"), price=PRICE, rounding=Rounding.FLOOR)
    for price in (Price("0", "EUR", "tCO2e"), Price("80", "EUR", "kgCO2e")):
        with pytest.raises(InvalidValueError, match="for one tCO2e"):
            border_certificates(goods(), paid=NOTHING, price=price, rounding=Rounding.FLOOR)
    with pytest.raises(InvalidValueError, match="be a Rounding"):
        border_certificates(goods(), paid=NOTHING, price=PRICE, rounding="up")  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["mass_t", "embedded", "benchmark", "correction"])
def test_inexact_and_negative_numbers_are_refused(field: str) -> None:
    given_numbers: dict[str, Any] = {"mass_t": 1, "embedded": 1, "benchmark": 1, "correction": 1}
    with pytest.raises(InexactNumberError):
        embedded_emissions(2026, **given_numbers | {field: 1.5})
    with pytest.raises(InvalidValueError, match="not be negative"):
        embedded_emissions(2026, **given_numbers | {field: "-1"})


def test_the_explanation_goes_down_to_the_directive_and_its_status() -> None:
    certificates = border_certificates(goods(2031), paid=NOTHING, price=PRICE, rounding=Rounding.CEILING)
    explained = certificates.explain()
    text = explained.text()
    assert "certificates due 2031" in text
    assert "carbon price paid at the origin: 0 EUR" in text
    assert "share of free allocation: 0.390" in text
    assert [source.status for source in explained.sources()] == [Status.RECALLED]


def test_a_price_that_is_not_published_here_is_not_found() -> None:
    assert certificate_price("2026-01-01").value == Price("75.36", "EUR", "tCO2e")
    with pytest.raises(NotFoundError):
        certificate_price("2026-04-01")


@given(st.integers(2026, 2034), st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**8))
def test_certificates_lie_between_none_and_the_embedded_emissions(
    year: int, mass: int, embedded: int, paid: int
) -> None:
    owed = goods(year, mass_t=mass, embedded=Decimal(embedded).scaleb(-3))
    certificates = border_certificates(
        owed, paid=Money(paid, "EUR"), price=PRICE, rounding=Rounding.CEILING
    ).due
    assert certificates >= 0
    assert certificates - 1 < Decimal(mass * embedded).scaleb(-3)
    if year < 2034:
        assert owed.total <= goods(year + 1, mass_t=mass, embedded=Decimal(embedded).scaleb(-3)).total
