"""RGGI's prices, against those that were published."""

from __future__ import annotations

import pytest

from carbonkit.errors import NotFoundError
from carbonkit.schemes import rggi
from carbonkit.values import Status

# RGGI, Inc., auction notices and state rules: prices as published.
CONFIRMED = {2014: "4.00", 2015: "6.00", 2016: "8.00", 2017: "10.00", 2019: "10.51"} | {
    2020: "10.77",
    2021: "13.00",
    2023: "14.88",
}


@pytest.mark.parametrize(("year", "price"), CONFIRMED.items())
def test_published_triggers_of_the_cost_containment_reserve(year: int, price: str) -> None:
    assert str(rggi.cost_containment_trigger(year).price) == f"{price} USD"


@pytest.mark.parametrize(
    ("year", "price"), [(2008, "1.86"), (2011, "1.89"), (2014, "2.00"), (2015, "2.05"), (2021, "2.38")]
)
def test_published_reserve_prices(year: int, price: str) -> None:
    assert str(rggi.auction_reserve_price(year).price) == f"{price} USD"


def test_recalled_reserve_prices_follow_the_growth_and_say_so() -> None:
    shown = [str(rggi.auction_reserve_price(year).price.amount) for year in range(2016, 2026)]
    assert shown == ["2.10", "2.15", "2.20", "2.26", "2.32", "2.38", "2.44", "2.50", "2.56", "2.62"]
    statuses = {source.status for source in rggi.auction_reserve_price(2019).explain().sources()}
    assert statuses == {Status.RECALLED}


def test_years_without_a_price_are_not_found() -> None:
    with pytest.raises(NotFoundError, match="known for 2014"):
        rggi.cost_containment_trigger(2013)
    with pytest.raises(NotFoundError, match="known for 2021 on"):
        rggi.emissions_containment_trigger(2020)
    for year in (2007, 2009, 2010):
        with pytest.raises(NotFoundError):
            rggi.auction_reserve_price(year)


def test_sizes_of_the_reserves() -> None:
    assert [rggi.cost_containment_size(year).value for year in (2014, 2015, 2020)] == [
        5_000_000,
        10_000_000,
        10_000_000,
    ]
    assert rggi.cost_containment_size(2014).source.status is Status.CONFIRMED
    assert rggi.cost_containment_size(2016).source.status is Status.RECALLED
    with pytest.raises(NotFoundError):
        rggi.cost_containment_size(2021)
    with pytest.raises(NotFoundError):
        rggi.reserve_share(2020)


def test_a_trigger_explains_each_year_since_its_base() -> None:
    text = rggi.cost_containment_trigger(2020).explain().text()
    assert "10.25 USD × 1.025, rounded half_up" in text
    assert "13.00" not in text
