"""Activity levels: the median of a baseline, and changes beyond the threshold."""

from __future__ import annotations

import statistics
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.schemes.eu_allocation import activity_change, historical_activity_level

if TYPE_CHECKING:
    from carbonkit.values import Exact

FIVE: dict[int, Exact | None] = {2014: 30, 2015: "10.5", 2016: 20, 2017: 50, 2018: 40}


def test_the_median_not_the_mean() -> None:
    assert historical_activity_level(2025, FIVE) == 30


def test_years_without_operation_are_left_out_and_zero_is_not() -> None:
    assert historical_activity_level(2025, FIVE | {2017: None}) == 25
    assert historical_activity_level(2025, FIVE | {2017: 0}) == 20
    with pytest.raises(InvalidValueError, match="hold a year of operation"):
        historical_activity_level(2025, dict.fromkeys(FIVE))


def test_the_years_of_the_baseline_and_no_others() -> None:
    with pytest.raises(
        InvalidValueError, match=r"hold the years 2014, 2015, 2016, 2017, 2018, was 2014; give None"
    ):
        historical_activity_level(2025, {2014: 1})
    with pytest.raises(InvalidValueError, match="hold the years 2019"):
        historical_activity_level(2026, FIVE)
    with pytest.raises(InvalidValueError, match="was none"):
        historical_activity_level(2026, {})
    with pytest.raises(NotFoundError):
        historical_activity_level(2031, FIVE)


@pytest.mark.parametrize("bad", [1.5, True, "-1"])
def test_inexact_and_negative_activity_is_refused(bad: Any) -> None:  # noqa: ANN401  a host's mistake
    with pytest.raises((InexactNumberError, InvalidValueError)):
        historical_activity_level(2025, FIVE | {2014: bad})
    with pytest.raises((InexactNumberError, InvalidValueError)):
        activity_change(2025, historical=1, before_last=bad, last=1)
    with pytest.raises((InexactNumberError, InvalidValueError)):
        activity_change(2025, historical=1, before_last=1, last=bad)
    with pytest.raises((InexactNumberError, InvalidValueError)):
        activity_change(2025, historical=bad, before_last=1, last=1)


@pytest.mark.parametrize(
    ("before_last", "last", "applies", "allocation"),
    [
        ("115", "115", False, 1001),
        ("115", "115.0002", True, 1151),
        ("85", "85", False, 1001),
        ("85", "84.9998", True, 851),
        ("0", "0", True, 0),
        ("100", "150", True, 1251),
    ],
)
def test_only_more_than_fifteen_percent_changes_the_allocation(
    before_last: str,
    last: str,
    applies: bool,  # noqa: FBT001  an expected outcome, given by its name
    allocation: int,
) -> None:
    change = activity_change(2025, historical="100", before_last=before_last, last=last)
    assert change.applies is applies
    assert change.allocation(1001) == allocation


def test_the_changed_allocation_is_rounded_once_from_the_exact_quotient() -> None:
    # 100 × 3.5 / 7 = 50; 101 × 4 / 3 = 134.67; 1 × 1.5 / 1 = 1.5, half-up
    assert activity_change(2025, historical=7, before_last=3, last=4).allocation(100) == 50
    assert activity_change(2025, historical=3, before_last=4, last=4).allocation(101) == 135
    assert activity_change(2025, historical=1, before_last=1, last=2).allocation(1) == 2


def test_no_level_no_allocation_below_zero_no_year_outside() -> None:
    with pytest.raises(InvalidValueError, match="be above 0"):
        activity_change(2025, historical=0, before_last=1, last=1)
    change = activity_change(2025, historical=1, before_last=1, last=1)
    with pytest.raises(InvalidValueError, match="not be negative"):
        change.allocation(-1)
    with pytest.raises(NotFoundError):
        activity_change(2020, historical=1, before_last=1, last=1)


def test_the_explanation_says_whether_it_applies_and_why() -> None:
    text = activity_change(2025, historical=100, before_last=80, last=88).explain(1000).text()
    assert "840 allowances = allocation × mean ÷ historical level" in text
    assert "(80 + 88) ÷ 2" in text
    assert "more than 15 %" in text
    kept = activity_change(2025, historical=100, before_last=100, last=100).explain(1000).text()
    assert "unchanged, within the threshold" in kept


@given(st.lists(st.integers(0, 10**6) | st.none(), min_size=5, max_size=5).filter(any))
def test_the_median_is_that_of_another_implementation(values: list[int | None]) -> None:
    activity: dict[int, Exact | None] = dict(zip(range(2019, 2024), values, strict=True))
    known = [Decimal(value) for value in values if value is not None]
    assert historical_activity_level(2026, activity) == statistics.median(known)
