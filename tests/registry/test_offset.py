"""Offset limits and partial surrender: cut down to whole units, with the half that needs a benefit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonkit.errors import InexactNumberError, InvalidValueError, NotFoundError
from carbonkit.registry.offset import OffsetRule, offset_limit
from carbonkit.registry.yearly import years
from carbonkit.schemes.california import annual_surrender, offset_limit_of
from carbonkit.schemes.china_compliance import ccer_limit
from carbonkit.values import Rule, Source


@pytest.mark.parametrize(
    ("year", "most", "without"),
    [
        (2013, 8000, 8000),
        (2020, 8000, 8000),
        (2021, 4000, 2000),
        (2025, 4000, 2000),
        (2026, 6000, 3000),
        (2040, 6000, 3000),
    ],
)
def test_california_limit_by_year(year: int, most: int, without: int) -> None:
    limit = offset_limit_of(year, 100_000)
    assert (limit.most, limit.most_without_benefit) == (most, without)


def test_both_limits_are_cut_down_from_the_exact_share() -> None:
    limit = offset_limit_of(2022, 149)  # 5.96 and 2.98
    assert (limit.most, limit.most_without_benefit) == (5, 2)


def test_the_part_without_benefit_is_not_cut_down_twice() -> None:
    rule = Rule(
        what="limit",
        value=OffsetRule("0.19", "0.6"),
        says="…",
        valid=years(2021, None),
        source=Source("Scheme", "Rules", 2021),
    )
    limit = offset_limit(rule, 10)  # 1.9, and 1.14 of it; 0.6 of 1 would be 0
    assert (limit.most, limit.most_without_benefit) == (1, 1)


@pytest.mark.parametrize(("good", "other", "usable"), [(0, 9, 2), (9, 0, 5), (2, 9, 4), (4, 4, 5), (0, 0, 0)])
def test_credits_without_benefit_fill_at_most_half(good: int, other: int, usable: int) -> None:
    assert offset_limit_of(2022, 149).usable(with_benefit=good, without_benefit=other) == usable


def test_a_year_without_a_limit_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="2013 to 2020, 2021 to 2025, 2026 on"):
        offset_limit_of(2012, 1)


@pytest.mark.parametrize("obligation", [-1, "1.5", 1.0, True])
def test_what_is_no_obligation_is_refused(obligation: Any) -> None:  # noqa: ANN401  a host's mistake
    with pytest.raises((InexactNumberError, InvalidValueError)):
        offset_limit_of(2022, obligation)
    with pytest.raises((InexactNumberError, InvalidValueError)):
        annual_surrender(2022, obligation)
    with pytest.raises((InexactNumberError, InvalidValueError)):
        offset_limit_of(2022, 100).usable(with_benefit=obligation, without_benefit=0)
    with pytest.raises((InexactNumberError, InvalidValueError)):
        offset_limit_of(2022, 100).usable(with_benefit=0, without_benefit=obligation)


@pytest.mark.parametrize("share", ["-0.01", "1.01", "4"])
def test_a_share_lies_between_none_and_all(share: str) -> None:
    with pytest.raises(InvalidValueError, match="be from 0 to 1"):
        OffsetRule(share, "1")
    with pytest.raises(InvalidValueError, match="be from 0 to 1"):
        OffsetRule("0.04", share)


def test_china_takes_credits_for_five_percent_from_the_measures_on() -> None:
    assert ccer_limit("2021-12-31", 10_019).most == 500
    with pytest.raises(NotFoundError):
        ccer_limit("2021-01-31", 10_019)


def test_thirty_percent_of_a_year_is_due_first_cut_down() -> None:
    # California compliance reports: 9,791 was due of 32,638 (30 % is 9,791.4)
    assert annual_surrender(2021, 32_638).due == 9791
    with pytest.raises(NotFoundError):
        annual_surrender(2012, 1)


def test_explanations_name_the_share_and_the_section() -> None:
    text = offset_limit_of(2022, 149).explain().text()
    assert "offset limit: 5 credits = 0.04 × 149, rounded floor" in text
    assert "section 95854" in text
    text = annual_surrender(2021, 32_638).explain().text()
    assert "0.3 × 32638, rounded floor" in text
    assert "[derived]" in text


@given(st.integers(2013, 2050), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_is_usable_keeps_both_limits(year: int, obligation: int, good: int, other: int) -> None:
    limit = offset_limit_of(year, obligation)
    usable = limit.usable(with_benefit=good, without_benefit=other)
    assert usable <= min(limit.most, good + other)
    assert usable - good <= limit.most_without_benefit
