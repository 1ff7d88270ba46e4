"""Repos: the second price follows from the first, and what makes no sense is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError
from carbonkit.fund.day_count import DayCount
from carbonkit.fund.product.repo import Repo, purchase_price
from carbonkit.values import AccountId, AssetId, Money, Price, Rounding


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def price(amount: str, per: str = "tCO2e") -> Price:
    return Price(amount, "CNY", per)


def repo(**changed: Any) -> Repo:  # noqa: ANN401  any argument of a repo
    usual: dict[str, Any] = {
        "reference": "R-1",
        "seller": AccountId("A"),
        "buyer": AccountId("B"),
        "asset": AssetId("CEA"),
        "quantity": 100,
        "purchase_price": cny("4500.00"),
        "rate": "0.046",
        "starts_on": "2024-01-02",
        "ends_on": "2024-04-02",
        "day_count": DayCount.ACT_360,
        "rounding": Rounding.HALF_UP,
    }
    return Repo(**{**usual, **changed})


@given(st.integers(1, 10**14), st.integers(0, 10_000), st.sampled_from(DayCount))
def test_the_interest_is_simple(fen: int, basis_points: int, day_count: DayCount) -> None:
    made = repo(
        purchase_price=Money.from_minor(fen, "CNY"),
        rate=Fraction(basis_points, 10_000),
        day_count=day_count,
    )
    exact = fen * Fraction(basis_points, 10_000) * made.years
    assert abs(made.interest.to_minor() - exact) <= Fraction(1, 2)
    assert made.repurchase_price.to_minor() == fen + made.interest.to_minor()


def test_a_haircut_is_of_the_market_value() -> None:
    first = purchase_price(price("50"), 3, haircut="0.1", rounding=Rounding.HALF_UP)
    assert first == cny("135.00")
    assert repo(quantity=3, purchase_price=first).haircut(price("50")) == Fraction(1, 10)
    assert repo().haircut(price("40")) == Fraction(-1, 8)
    assert purchase_price(price("50"), 3, haircut="0", rounding=Rounding.FLOOR) == cny("150.00")


def test_no_rate_is_no_interest() -> None:
    assert repo(rate="0").repurchase_price == cny("4500.00")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"reference": "two words"}, "reference: must be 1 to 128 letters"),
        ({"buyer": AccountId("A")}, "buyer: must be another account than the first, was A"),
        ({"seller": "A"}, "seller: must be of type AccountId"),
        ({"quantity": 0}, "quantity: must be above zero, was 0"),
        ({"quantity": "1.5"}, "quantity: must be a whole number, was 1.5"),
        ({"purchase_price": cny("0")}, "purchase_price: must be above zero, was 0 CNY"),
        ({"purchase_price": cny("0.001")}, "purchase_price: must have at most 2 decimal places"),
        ({"rate": "-0.01"}, "rate: must be zero or more, was -0.01"),
        ({"ends_on": "2024-01-02"}, "ends_on: must be after 2024-01-02, was 2024-01-02"),
        ({"starts_on": "soon"}, "starts_on: must be a calendar date"),
        ({"day_count": 360}, "day_count: must be of type DayCount"),
        ({"rounding": "half up"}, "rounding: must be of type Rounding"),
    ],
)
def test_a_repo_that_makes_no_sense_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(repo(), **changed)
    assert str(caught.value).startswith(message)


def test_floats_are_refused() -> None:
    with pytest.raises(InexactNumberError, match="rate: must be a str, int or Decimal"):
        repo(rate=0.046)
    with pytest.raises(InexactNumberError, match="haircut: must be a str, int or Decimal"):
        purchase_price(price("50"), 1, haircut=0.1, rounding=Rounding.FLOOR)  # type: ignore[arg-type]


def test_a_price_is_of_a_tonne() -> None:
    with pytest.raises(InvalidValueError, match=r"price: must be in CNY/tCO2e, was 50 CNY/kgCO2e"):
        repo().haircut(price("50", "kgCO2e"))
    with pytest.raises(InvalidValueError, match=r"price: must be in CNY/tCO2e, was 50 EUR/tCO2e"):
        repo().haircut(Price("50", "EUR", "tCO2e"))
    with pytest.raises(InvalidValueError, match="price: must be above zero"):
        repo().haircut(price("0"))
    with pytest.raises(InvalidValueError, match="price: must be of type Price"):
        purchase_price("50", 1, haircut="0", rounding=Rounding.FLOOR)  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="price: must be of type Price"):
        repo().haircut("50")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="rounding: must be of type Rounding"):
        purchase_price(price("50"), 1, haircut="0", rounding="floor")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="haircut: must be 0 to 1, was 2"):
        purchase_price(price("50"), 1, haircut="2", rounding=Rounding.FLOOR)


def test_a_repo_is_explained() -> None:
    text = repo().explain().text()
    assert text.startswith("repurchase price of 100 tCO2e of CEA: 4552.33 CNY = purchase price + interest\n")
    assert "interest: 52.33 CNY = 4500.00 CNY × 0.046 × years, rounded half up" in text
    assert "years: 91/360 = 2024-01-02 to 2024-04-02, ACT/360" in text
    assert "class of product: repo: financing = 融资工具" in text
    old = repo(starts_on="2021-01-02", ends_on="2021-04-02").explain().text()
    assert "class of product: repo" not in old


def test_two_steps_move_the_same_tonnes_there_and_back() -> None:
    made = repo()
    there, back = made.sale, made.repurchase
    assert (str(there.id), str(back.id)) == ("repo/R-1/sale", "repo/R-1/repurchase")
    assert [(str(each.source), str(each.target)) for each in (*there.tonnes, *back.tonnes)] == [
        ("A", "B"),
        ("B", "A"),
    ]
    assert [each.amount for each in (*there.payments, *back.payments)] == [cny("4500.00"), cny("4552.33")]
