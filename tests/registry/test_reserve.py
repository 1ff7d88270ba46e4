"""The market stability reserve: its thresholds, to the allowance, and what its stock bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.schemes.eu_reserve import invalid_reserve_stock, market_stability_reserve
from carbonkit.values import Status

M = 1_000_000


@pytest.mark.parametrize(
    ("year", "circulating", "intake"),
    [
        (2018, 833 * M, 0),
        (2018, 833 * M + 1, 199_920_000),
        (2022, 1000 * M, 240 * M),
        (2023, 833 * M, 0),
        (2023, 833 * M + 1, 1),
        (2023, 1096 * M, 263 * M),
        (2023, 1096 * M + 1, 263_040_000),
        (2029, 1200 * M, 288 * M),
        (2030, 1200 * M, 144 * M),
        (2030, 900 * M, 67 * M),
        (2040, 2000 * M, 240 * M),
        (2023, 500 * M, 0),
    ],
)
def test_intake_at_the_thresholds_of_each_rulebook(year: int, circulating: int, intake: int) -> None:
    moved = market_stability_reserve(year, circulating, stock=400 * M)
    assert (moved.intake, moved.release) == (intake, 0)


@pytest.mark.parametrize(("tail", "cents"), [(2, 0), (3, 1), (21, 5), (19, 5)])
def test_the_share_goes_to_the_nearest_allowance(tail: int, cents: int) -> None:
    # 24 % of 2, 3, 19, 21 is 0.48, 0.72, 4.56, 5.04
    assert market_stability_reserve(2022, 1000 * M + tail, stock=0).intake == 240 * M + cents


@pytest.mark.parametrize(
    ("circulating", "stock", "release"),
    [
        (400 * M, 400 * M, 0),
        (400 * M - 1, 400 * M, 100 * M),
        (400 * M - 1, 99 * M, 99 * M),
        (0, 0, 0),
        (-5, 400 * M, 100 * M),
    ],
)
def test_release_below_the_lower_threshold_is_bounded_by_the_stock(
    circulating: int, stock: int, release: int
) -> None:
    moved = market_stability_reserve(2027, circulating, stock=stock)
    assert (moved.intake, moved.release) == (0, release)
    assert moved.stock_after == stock - release


def test_a_year_before_the_reserve_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="was 2018; known for 2019 to 2023, 2024 to 2030, 2031 on"):
        market_stability_reserve(2017, 1000 * M, stock=0)


@pytest.mark.parametrize("number", [1.5, True, "1.5", "many"])
def test_what_is_no_whole_number_of_allowances_is_refused(number: Any) -> None:  # noqa: ANN401  a host's mistake
    with pytest.raises((InexactNumberError, InvalidValueError)):
        market_stability_reserve(2025, number, stock=0)
    with pytest.raises((InexactNumberError, InvalidValueError)):
        market_stability_reserve(2025, 1000, stock=number)


def test_a_negative_stock_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="stock: must not be negative"):
        market_stability_reserve(2025, 1000 * M, stock=-1)


def test_the_limit_of_2023_is_what_was_auctioned_in_the_year_before() -> None:
    lost = invalid_reserve_stock(2023, 3_000_000_000, auctioned_before=486_000_000)
    assert lost.invalid == 2_514_000_000
    with pytest.raises(InvalidValueError, match="auctioned_before: must be given"):
        invalid_reserve_stock(2023, 3_000_000_000, auctioned_before=None)
    with pytest.raises(InvalidValueError, match="not be negative"):
        invalid_reserve_stock(2023, 1, auctioned_before=-1)


@pytest.mark.parametrize(("stock", "lost"), [(0, 0), (400 * M, 0), (400 * M + 1, 1)])
def test_from_2024_what_lies_above_400_million_is_lost(stock: int, lost: int) -> None:
    assert invalid_reserve_stock(2024, stock, auctioned_before=None).invalid == lost


def test_nothing_was_lost_before_2023() -> None:
    with pytest.raises(NotFoundError):
        invalid_reserve_stock(2022, 1, auctioned_before=1)


def test_the_explanation_shows_inputs_rule_and_status() -> None:
    explained = market_stability_reserve(2025, 1_023_494_202, stock=400 * M).explain()
    text = explained.text()
    assert "reserve movement from 1 September 2026: intake of 190494202" in text
    assert "1023494202 - 833000000" in text
    assert "reserve's stock before: 400000000" in text
    assert [source.status for source in explained.sources()] == [Status.RECALLED]
    assert "release of 100000000" in market_stability_reserve(2025, 1, stock=400 * M).explain().text()
    assert "above 1096000000: 0.24 ×" in market_stability_reserve(2025, 1097 * M, stock=0).explain().text()
    assert "neither a surplus" in market_stability_reserve(2025, 500 * M, stock=0).explain().text()
    assert "limit: 400000000" in invalid_reserve_stock(2025, 1, auctioned_before=None).explain().text()


@given(st.integers(2018, 2060), st.integers(0, 3_000 * M), st.integers(0, 3_000 * M))
def test_it_takes_in_or_releases_never_both_and_never_more_than_there_is(
    year: int, circulating: int, stock: int
) -> None:
    moved = market_stability_reserve(year, circulating, stock=stock)
    assert moved.intake == 0 or moved.release == 0
    assert 0 <= moved.intake <= circulating
    assert moved.stock_after >= 0
